"""Hostile and broken sheets: each word of a sheet with values that it does not expect."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import clock
from convcalc.cli.main import main
from convcalc.homework import loads
from convcalc.homework.marking.lint import lint
from convcalc.homework.questions import QUESTIONS
from convcalc.homework.variants.draw import MAX_OF_SHEET, Maker

VALUES: list[Any] = [
    3, -1, 0, "", None, True, [], {}, {"a": 1}, [{"a": 1}], [[[[1]]]], [[1, 2], [3]], [1, 2, 3, 4, 5], 1.5,
    "1e99", "1e-99", [["1e99", "2"]], 2**64, [[0, 2**64]], "9" * 5_000, 10**11, 300_000_000, "8000", "1/0", "3/0",
    "nan", ".inf", "\x1b[31m", "\x9b31m", "a\u202eb", "same", "x" * 3_000, "[[", "1_000", "0x10", "64x64x999999999999",
    "conv:k3c4", "100000*conv:k1c1", "999999*3/1", "vgg16", ["vgg16"], "../x.yaml", {"from": 0, "to": 1000},
]  # fmt: skip
RANGES: list[Any] = [
    {"from": 0, "to": 1000},
    {"from": 0, "to": 10**11},
    {"from": 0, "to": 999, "step": 7},
    *([value] for value in VALUES),
    *VALUES,
]
OF_SHEET = ("id", "title", "source", "preset", "conventions", "hints", "grading", "student", "variant", "text")  # fmt: skip
OF_QUESTION = (
    "id", "text", "given", "points", "credit", "partial", "answer", "accept", "void", "tolerance", "vary",
    "require", "separate", "source", "conventions",
)  # fmt: skip
COMMANDS = (
    ("lint", "s.yaml"),
    ("show", "s.yaml"),
    ("show", "s.yaml", "--format", "html"),
    ("show", "s.yaml", "--format", "latex"),
    ("check", "s.yaml", "a.txt"),
    ("hint", "s.yaml", "q1", "--level", "4"),
    ("make", "s.yaml", "--roster", "r.csv", "--secret-file", "secret", "--out", "dist", "--force"),
    ("export", "s.yaml", "--to", "gift"),
    ("export", "s.yaml", "--to", "moodle-xml"),
)
SECONDS = 10.0  # on a busy machine; the slowest take 2


@st.composite
def hostile(draw: st.DrawFn) -> dict[str, Any]:
    """A sheet of one question with one or two wrong values."""
    kind = draw(st.sampled_from(sorted(QUESTIONS)))
    words = json.loads(json.dumps(draw(st.sampled_from(QUESTIONS[kind].examples))))
    names = st.sampled_from(sorted(QUESTIONS[kind].words) or ["x"])
    question: dict[str, Any] = {"id": "q1", "type": kind, "given": words}
    sheet: dict[str, Any] = {"convcalc_sheet": 1, "id": "s", "questions": [question]}
    for _ in range(draw(st.integers(1, 2))):
        where = draw(st.sampled_from(("given", "given", "question", "vary", "sheet")))
        if where == "given":
            words[draw(names)] = draw(st.sampled_from(VALUES))
        elif where == "vary":
            name = draw(names)
            words.pop(name, None)
            question["vary"] = {name: draw(st.sampled_from(RANGES))}
        elif where == "question":
            question[draw(st.sampled_from(OF_QUESTION))] = draw(st.sampled_from(VALUES))
        else:
            sheet[draw(st.sampled_from(OF_SHEET))] = draw(st.sampled_from(VALUES))
    return sheet


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    place, before = tmp_path_factory.mktemp("hostile"), Path.cwd()
    os.chdir(place)
    Path("secret").write_text("an old and well kept secret")
    Path("r.csv").write_text("student_id\ns1\n")
    Path("a.txt").write_text("q1: 3\n")
    yield
    os.chdir(before)


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of a command; any other end fails the test."""
    out, err = io.StringIO(), io.StringIO()
    code: Any = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(["hw", *arguments])
        except SystemExit as stop:
            code = stop.code
    return code, out.getvalue(), err.getvalue()


def visible(text: str) -> bool:
    return all(line.isprintable() for line in text.replace("\t", " ").split("\n"))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(hostile())
@pytest.mark.unmeasured
def test_every_answer_is_a_result_or_one_clear_message(sheet: dict[str, Any]) -> None:
    Path("s.yaml").write_text(json.dumps(sheet), encoding="utf-8")
    for command in COMMANDS:
        started = clock.seconds()
        code, out, err = run(*command)
        assert clock.seconds() - started < SECONDS, command
        assert code in (0, 1, 2), command
        assert visible(out), command
        assert visible(err), command
        assert "Traceback" not in err
        if code == 2:
            first, *rest = err.rstrip("\n").split("\n")
            assert first.startswith("convcalc: ")
            assert all(line.startswith(("  ", "s.yaml:", "… and ")) for line in rest)


@pytest.mark.parametrize("text", ["\x1b[31mred", "\x9b31mred", "a\u202eb", "a\u200bb"])
def test_signs_that_drive_a_terminal_are_shown_as_escapes(text: str) -> None:
    for question in (
        {"type": "choice", "given": {"options": [text, "b"], "answer": "b"}},
        {"type": "true-false", "given": {"statement": text, "answer": "true"}},
        {"type": "text", "text": text},
    ):
        sheet = {"convcalc_sheet": 1, "title": text, "source": text, "text": text}
        Path("s.yaml").write_text(json.dumps({**sheet, "questions": [question]}))
        for command in (
            *(("show", "s.yaml", "--format", form) for form in ("text", "markdown", "html", "latex", "csv")),
            *(("export", "s.yaml", "--to", name) for name in ("gift", "cloze", "moodle-xml", "jupyterquiz")),
        ):  # fmt: skip
            code, out, _ = run(*command)
            assert code == 0
            assert visible(out), command
            assert text not in out, command


def test_a_key_of_a_text_question_is_a_note() -> None:
    sheet = loads("{convcalc_sheet: 1, questions: [{type: text, answer: because}]}")
    (found,) = lint(sheet)
    assert (found.kind, found.text) == (
        "note",
        "a person marks it, so answer: is not read; remove it",
    )


@pytest.mark.unmeasured
def test_many_questions_that_vary_share_the_work() -> None:
    one = "{type: output-size, vary: {n: {from: 20, to: 200}, k: [3, 5, 7, 9], p: {from: 0, to: 3}, s: [1, 2, 3]}}"
    for count in (2, 80):
        sheet = loads(f"{{convcalc_sheet: 1, questions: [{', '.join([one] * count)}]}}")
        started = clock.seconds()
        maker = Maker(sheet, b"an old and well kept secret")
        assert clock.seconds() - started < SECONDS
        looked_at = [each.looked_at for each in maker.draws.values()]
        assert set(looked_at) == {min(4_096, MAX_OF_SHEET // count)}
        assert all(each.kept for each in maker.draws.values())
