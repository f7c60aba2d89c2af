"""``convcalc hw conventions``: sheets behave as it says."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from typing import Any

import pytest

from convcalc.formats import FORMATS
from convcalc.homework import check, loads
from convcalc.homework.conventions import PRESETS, RULES, Conventions, conventions
from convcalc.homework.questions import QUESTIONS

FIT = """\
fit: what happens when the window does not fit exactly
  floor   Round sizes down. This is the usual value.
  strict  If a size is not a whole number, write: does not fit. Preset: cs231n.
  ceil    Pools round sizes up, as in Caffe.

If an answer is right under another value, it gets what grading: other_convention sets, and no points without that.
"""


def sheet(head: str, questions: str = "{type: text}") -> Any:
    return loads(f"{{convcalc_sheet: 1, {head} questions: [{questions}]}}")


def data(convcalc: Any, *words: str) -> dict[str, Any]:
    ran = convcalc("hw", "conventions", *words, "--json")
    assert (ran.code, ran.err) == (0, "")
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_the_list_holds_what_sheets_have_without_and_with_a_preset(convcalc: Any) -> None:
    found = data(convcalc)
    usual = {r["convention"]: r["value"] for r in found["conventions"] if r["usual"]}
    assert usual == sheet("").conventions.to_dict()
    assert list(found["presets"]) == list(PRESETS)
    for name, changes in found["presets"].items():
        assert {**usual, **changes} == sheet(f"preset: {name},").conventions.to_dict()
        assert not changes.items() & usual.items()
        marked = {r["convention"]: r["value"] for r in found["conventions"] if name in r["presets"]}
        assert marked == changes


def test_every_value_of_the_list_can_be_set_and_no_other(convcalc: Any) -> None:
    rows = data(convcalc)["conventions"]
    assert {row["convention"] for row in rows} == set(RULES)
    for row in rows:
        key, value = row["convention"], row["value"]
        found = sheet(f"conventions: {{{key}: {value}}},")
        assert getattr(found.conventions, key) == value
        assert f"{row['means']}." in f"{found.conventions.sentence(tuple(RULES))}."


def test_one_convention_says_what_becomes_of_other_answers(convcalc: Any) -> None:
    ran = convcalc("hw", "conventions", "fit")
    assert ran.out.startswith(FIT)
    types = data(convcalc, "fit")["types"]
    assert types == [kind for kind, cls in QUESTIONS.items() if "fit" in cls.depends_on]
    assert "output-size" in types
    assert "params" not in types


@pytest.mark.parametrize(
    ("name", "head", "question", "answer", "points"),
    [
        # order: notation, full points; 28x28x6 on a sheet with channels first
        ("order", "conventions: {order: chw},", "{type: volume, given: {n: 32, k: 5, c_in: 3, filters: 6}}", "28x28x6", 1),
        # flops: counting, no points unless the sheet gives them; 2 per multiply-add
        ("flops", "", "{type: macs, given: {n: 5, k: 3, c_in: 1, filters: 1}}", "162", 0),
        ("flops", "grading: {other_convention: full},", "{type: macs, given: {n: 5, k: 3, c_in: 1, filters: 1}}", "162", 1),
        # padding: a mistake; p = 2 on both sides together is 1 per side
        ("padding", "", "{type: output-size, given: {n: 9, k: 3, p: 2}}", "9", 0),
        ("padding", "grading: {other_convention: {padding: full}},", "{type: output-size, given: {n: 9, k: 3, p: 2}}", "9", 1),
    ],
)  # fmt: skip
def test_what_is_said_of_answers_under_another_value_is_so(
    convcalc: Any, name: str, head: str, question: str, answer: str, points: int
) -> None:
    said = data(convcalc, name)["otherwise"]
    result = check(sheet(head, question), "q1", answer)
    assert result.points == points
    assert ("full points" in said) == (name == "order")
    assert ("is wrong" in said) == (name == "padding")
    status = "wrong" if name == "padding" and not head else "other-convention"
    assert result.status == status


def test_a_preset_is_shown_with_all_its_values(convcalc: Any) -> None:
    ran = convcalc("hw", "conventions", "--preset", "cs231n")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "cs231n: * is another value than usual"
    assert [line.split()[1] for line in lines if line.startswith("* ")] == [
        "fit:", "dilation_base:", "bytes:",
    ]  # fmt: skip
    assert sum(": " in line for line in lines[1 : 1 + len(RULES)]) == len(RULES)


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_holds_every_value(convcalc: Any, name: str) -> None:
    ran = convcalc("hw", "conventions", "--format", name)
    assert (ran.code, ran.err) == (0, "")
    for value in ("per-side", "symmetric", "deeplearning.ai", "correlation"):
        assert value in ran.out, value
    if name == "csv":
        rows = list(csv.DictReader(io.StringIO(ran.out)))
        assert len(rows) == sum(len(rule.values) for rule in RULES.values())


def test_a_narrow_terminal_cuts_nothing_short(convcalc: Any) -> None:
    wide = convcalc("hw", "conventions").out
    narrow = convcalc("hw", "conventions", columns=60).out
    assert max(map(len, narrow.splitlines())) <= 60
    assert narrow.split() == wide.split()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("fot",), "no convention 'fot'; did you mean 'fit'?"),
        (("zzz",), "no convention 'zzz'; convcalc hw conventions lists them"),
        (("--preset", "cs321n"), "no preset 'cs321n'; did you mean 'cs231n'?"),
        (
            ("a", "b"),
            "'b' is one word too many; write it as in convcalc hw conventions; run convcalc hw conventions -h for help",
        ),
    ],
)
def test_what_is_not_there_is_refused(convcalc: Any, words: tuple[str, ...], message: str) -> None:
    ran = convcalc("hw", "conventions", *words)
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {message}\n")


@pytest.mark.parametrize("name", RULES)
def test_one_convention_is_shown_with_a_question_in_which_it_matters(
    name: str, convcalc: Any
) -> None:
    out = convcalc("hw", "conventions", name).out
    lines = out.split("For example: ")[1].splitlines()
    shown = dict(line.strip().split(": ", 1) for line in itertools.takewhile(bool, lines[1:]))
    assert set(shown) <= set(RULES[name].values)
    assert len(set(shown.values())) > 1
    setting = re.fullmatch(
        r"In a sheet: conventions: \{(\w+): ([\w-]+)\}(?:, or preset: (.+))?\.",
        out.splitlines()[-1],
    )
    assert setting
    changed = Conventions().but(**{setting[1]: setting[2]})
    assert setting[1] == name
    assert changed != Conventions()
    if setting[3]:
        assert getattr(conventions(setting[3]), name) == setting[2]
