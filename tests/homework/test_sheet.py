"""Sheets: which errors are refused, at which line, and with which advice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import ConvcalcError, SpecError
from convcalc.homework import load, loads

SHEETS = sorted((Path(__file__).parents[2] / "homework").glob("*.yaml"))

HEAD = "convcalc_sheet: 1\nid: s\n"


def sheet(questions: str, head: str = HEAD) -> Any:
    return loads(f"{head}questions:\n{questions}", "ps1.yaml")


@pytest.mark.parametrize("path", SHEETS, ids=lambda p: p.stem)
@pytest.mark.unmeasured
def test_every_bundled_sheet_loads_and_names_its_source(path: Path) -> None:
    found = load(str(path))
    assert found.source
    assert len(found.questions) >= 10
    assert all(question.sentence for question in found.questions)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty; a sheet needs convcalc_sheet: 1 and questions:"),
        ("- a", "a sheet must be"),
        ("questions: []", "add convcalc_sheet: 1 as the first line"),
        ("convcalc_sheet: 1", "a sheet needs questions"),
        ("convcalc_sheet: 2\nquestions: []", "convcalc_sheet is 2; this version reads 1"),
        ("convcalc_sheet: 1\nquestions: []", "0 questions; a sheet has 1 to 1,000"),
        ("convcalc_answers: 1\nanswers: {}", "is an answer sheet"),
        (HEAD + "qestions: []", "a sheet has no key 'qestions'; did you mean 'questions'?"),
        (HEAD + "preset: pytroch\nquestions: []", "did you mean 'pytorch'?"),
        (HEAD + "conventions: {fti: floor}\nquestions: []", "did you mean 'fit'?"),
        (
            HEAD + "conventions: {fit: flor}\nquestions: []",
            "fit cannot be 'flor'; did you mean 'floor'?",
        ),
        (
            HEAD + "hints: {max_level: 7}\nquestions: []",
            "max_level is 7; write a number from 0 to 4",
        ),
        (HEAD + "hints: {level: 1}\nquestions: []", "hints has no key 'level'"),
        (
            HEAD + "grading: {other_convention: some}\nquestions: []",
            "other_convention cannot be 'some'",
        ),
        (HEAD + "grading: {tolerance: big}\nquestions: []", "tolerance cannot be 'big'"),
        (HEAD + "grading: {follow_through: yes}\nquestions: []", "must be true or false"),
        (HEAD + "questions: [1]", "a question must be"),
        (HEAD + "questions: [{id: q1}]", "a question needs a type"),
        (HEAD + "questions: [{type: parms}]", "no question type 'parms'; did you mean 'params'?"),
        (HEAD + "questions: [{type: params, givn: {}}]", "did you mean 'given'?"),
        (HEAD + "questions: [{type: params, given: {k: 3}}]", "q1: params needs c_in"),
        (HEAD + "questions: [{type: text, id: 4q}]", "an id cannot be '4q'"),
        (HEAD + "questions: [{type: text, points: many}]", "points must be a number"),
        (HEAD + "questions: [{type: text, points: -1}]", "points must be a number"),
        (
            HEAD + "questions: [{type: text, credit: {par.no-bais: 0.5}}]",
            "did you mean 'par.no-bias'?",
        ),
        (
            HEAD + "questions: [{type: text, credit: {par.no-bias: 2}}]",
            "must be a share from 0 to 1",
        ),
        (
            HEAD + "questions: [{type: text, separate: [par.no-bais]}]",
            "did you mean 'par.no-bias'?",
        ),
        (HEAD + "questions: [{type: text, partial: some}]", "partial cannot be 'some'"),
        (HEAD + "questions: [{type: params, vary: {k: 3}}]", "vary.k must be a list of values"),
        (HEAD + "questions: [{type: text, text: !!python/object:os.system x}]", "tag"),
        (HEAD + "questions: [{type: choice, options: [a, b], answer: z}]", "names no option"),
        (HEAD + "questions: [{type: text}, {type: text, id: q1}]", "q1 is used twice"),
        (HEAD + "id: x\nquestions: []", "'id' is given twice"),
        (HEAD + "questions: [", "not valid YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ConvcalcError) as caught:
        loads(text, "ps1.yaml")
    message = str(caught.value)
    assert said in message
    assert message.startswith("ps1.yaml")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("2..6", "vary.c_in must be a list of values, or from: and to: with step: or multiple_of:, but is '2..6'; "
            "write for example {from: 2, to: 8}"),
        ("{from: 2}", "vary.c_in must be a list of values, or from: and to: with step: or multiple_of:, but is '{from: 2}'; "
            "write for example {from: 2, to: 8}"),
        ("[]", "vary.c_in has no values; write some, as in [3, 5, 7]"),
        ("{from: 8, to: 2}", "vary.c_in runs from 8 to 2 in steps of 1: no values; swap from and to"),
        ("{from: 2, to: x}", "vary.c_in.to must be a whole number, but is 'x'"),
    ],
)  # fmt: skip
def test_what_cannot_vary_is_refused_where_it_stands_also_where_a_number_is_given(
    spec: str, said: str
) -> None:
    """`hw lint` must not accept what `hw make` refuses."""
    for given in ("{k: 3, filters: 2, c_in: 3}", "{k: 3, filters: 2}"):
        text = f"{HEAD}questions:\n- type: params\n  given: {given}\n  vary:\n    c_in: {spec}\n"
        with pytest.raises(ConvcalcError) as caught:
            loads(text, "ps1.yaml")
        assert str(caught.value).splitlines()[0] == f"ps1.yaml:7:11: {said}"


def test_a_bad_number_is_named_by_question_and_key() -> None:
    with pytest.raises(SpecError) as caught:
        sheet("  - id: q3\n    type: output-size\n    given:\n      n: 7\n      k: 3\n      s: 0\n")
    assert str(caught.value) == (
        "ps1.yaml:9:10: q3.given.s: stride must be 1 or more, got 0\n        s: 0\n           ^"
    )


@pytest.mark.parametrize(
    "value",
    ["0128", "1_000", "12:30", "no", "3.5", "1e3", "9" * 14, "[3, 3, 3, 3]", "{a: 1}", "-1", ""],
)
def test_yaml_traps_in_numbers_are_refused(value: str) -> None:
    with pytest.raises(ConvcalcError):
        sheet(f"  - {{type: params, given: {{k: {value}, c_in: 3, filters: 4}}}}\n")


@pytest.mark.unmeasured
def test_a_bomb_of_aliases_is_refused() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for i in range(8):
        before, name = chr(ord("a") + i), chr(ord("b") + i)
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    bomb = "\n    ".join(lines)
    with pytest.raises(ConvcalcError, match="larger than any sheet needs"):
        sheet(f"  - type: text\n    accept:\n     - {{{', '.join(lines)}}}\n")
    assert bomb


def test_a_sheet_states_its_numbers_in_words() -> None:
    found = sheet(
        "  - {type: params, text: 'A {k}×{k} layer from {c_in} to {filters}?', given: {k: 5, cin: 3, cout: 10}}\n"
    )
    assert found["q1"].sentence == "A 5×5 layer from 3 to 10?"
    found = sheet("  - {type: params, given: {k: 3x5, c_in: 3, filters: 10}}\n")
    assert (
        found["q1"].sentence
        == "A convolution has 10 filters of 3×5 on 3 input channels. How many parameters does it have?"
    )


def test_numbers_that_vary_stand_at_their_first_draw() -> None:
    found = sheet(
        "  - {type: params, vary: {k: [3, 5], c_in: {from: 2, to: 8}, filters: {from: 8, to: 64, multiple_of: 8}}}\n"
    )
    question = found["q1"]
    assert not question.drawn
    assert question.parts[0].expected == (9 * 2 + 1) * 8
    assert question.vary["filters"] == {"from": "8", "to": "64", "multiple_of": "8"}


def test_a_network_beside_the_sheet_is_found(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(
        "{input: [1, 8, 8], layers: [{conv: {out_channels: 2, kernel_size: 3}}]}", encoding="utf-8"
    )
    (tmp_path / "s.yaml").write_text(
        HEAD + "questions: [{type: params-model, arch: tiny.yaml}]", encoding="utf-8"
    )
    assert load(str(tmp_path / "s.yaml"))["q1"].parts[0].expected == 20


@pytest.mark.parametrize("name", ["ps1.yaml", "ps1.sheet.yaml", "ps1.sheet.yml"])
def test_a_sheet_without_an_id_is_called_as_it_is_named_for_the_editor(
    name: str, convcalc: Any, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(
        "convcalc_sheet: 1\nquestions: [{type: output-size, n: 9, k: 3}]\n", encoding="utf-8"
    )
    assert (load(str(path)).id, load(str(path)).title) == ("ps1", "ps1")
    ran = convcalc("hw", "export", str(path), "--to", "prairielearn", "-o", str(tmp_path / "out"))
    assert ran.code == 0
    assert [found.name for found in (tmp_path / "out").iterdir()] == ["ps1_q1"]


def test_a_missing_sheet_is_said() -> None:
    with pytest.raises(
        ConvcalcError, match=r"^no file 'nowhere\.yaml' and no bundled sheet of that name; known: "
    ):
        load("nowhere.yaml")
