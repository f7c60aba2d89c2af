"""One run reports every error of a sheet, a roster and a table of marks with its line, and no consequences."""

from __future__ import annotations

import json
import random
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from convcalc.cli.failure import wrapped
from convcalc.errors import SpecError
from convcalc.homework import loads
from convcalc.homework.classroom.answer_files import parse as answers_in
from convcalc.homework.classroom.by_hand_table import read_marks
from convcalc.homework.classroom.roster import parse
from convcalc.homework.questions import QUESTIONS
from convcalc.text import width
from homework.broken_sheets import BREAKS, broken, plain

SHEETS = sorted((Path(__file__).parents[2] / "homework").glob("*.yaml"))
HEAD = "convcalc_sheet: 1\n"


def errors_of(text: str, path: str = "s.yaml") -> list[SpecError]:
    """The errors of a sheet, in order."""
    try:
        loads(text, path)
    except SpecError as error:
        return list(error.problems)
    return []


def told(text: str) -> list[str]:
    """The errors of a sheet, each with its line."""
    return [f"{each.line}: {each.what}" for each in errors_of(HEAD + text)]


def named_ids(sheet: dict[str, Any]) -> dict[str, Any]:
    """The sheet with an id for every question."""
    for place, question in enumerate(sheet["questions"], start=1):
        question.setdefault("id", f"q{place}")
    return sheet


def differences(found: list[SpecError], lines: list[int], text: str) -> str:
    """Reported errors that do not exist, and existing errors that are not reported."""
    if [each.line for each in found] == lines:
        return ""
    said = "\n".join(f"{each.line}: {each.what}" for each in found)
    return f"wanted {lines}\n{said}\n{text}\n"


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
@pytest.mark.unmeasured
def test_of_a_bundled_sheet_that_is_broken_in_k_ways_k_errors_are_named(path: Path) -> None:
    wrong = []
    for seed in range(12):
        rng = random.Random(f"{path.stem} {seed}")
        sheet = named_ids(plain(path.read_text(encoding="utf-8")))
        text, lines = broken(sheet, 1 + seed * 3 // 2, rng)
        assert len(lines) == 1 + seed * 3 // 2
        wrong.append(differences(errors_of(text, str(path)), lines, text))
    assert not any(wrong), "".join(wrong)


@pytest.mark.unmeasured
def test_every_break_of_every_question_type_is_named_alone() -> None:
    wrong, tried = [], set()
    for kind, cls in QUESTIONS.items():
        for name in BREAKS:
            given = {word: value for word, value in cls.examples[0].items()}
            sheet = {"convcalc_sheet": 1, "questions": [{"id": "q1", "type": kind, "given": given}]}
            text, lines = broken(sheet, 1, random.Random(f"{kind} {name}"), [name])
            tried |= {name} if lines else set()
            wrong.append(differences(errors_of(text), lines, text))
    assert not any(wrong), "".join(wrong)
    assert tried == {*BREAKS}


@pytest.mark.unmeasured
def test_all_breaks_of_a_question_at_once_are_named_for_every_type() -> None:
    wrong = []
    for kind, cls in QUESTIONS.items():
        for seed in range(4):
            given = {word: value for word, value in cls.examples[0].items()}
            sheet = {"convcalc_sheet": 1, "questions": [{"id": "q1", "type": kind, "given": given}]}
            text, lines = broken(sheet, 9, random.Random(f"{kind} {seed}"))
            wrong.append(differences(errors_of(text), lines, text))
    assert not any(wrong), "".join(wrong)


# ------------------------------------------------------------------- consequences are not reported

FOLLOWS = {
    "a question is worked out from one that is wrong": (
        "questions:\n  - {id: a, type: params, given: {k: x, c_in: 3, filters: 4}}\n"
        "  - {id: b, type: from-answers, formula: a*2}\n  - {id: c, type: from-answers, formula: b*2}\n"
        "  - {id: d, type: from-answers, formula: zz*2}",
        ["3: a.given.k: the kernel size must be a whole number, but is 'x'",
         "6: d.given.formula: there is no earlier question zz; put it before this one, or give its number under values"],
    ),
    "a word is missing because it is misspelt": (
        "questions: [{type: params, given: {kernal: 3, c_in: 3, filtres: 4}}]",
        ["2: q1.given.kernal: params has no 'kernal'; did you mean 'k'?",
         "2: q1.given.filtres: params has no 'filtres'; did you mean 'filters'?"],
    ),
    "a word is missing because its key is misspelt": (
        "questions: [{type: params, k: 3, c_in: 3, filtres: 4}]",
        ["2: a question of type params has no key 'filtres'; did you mean 'filters'?"],
    ),
    "all words are missing because given is misspelt": (
        "questions: [{type: params, givn: {k: 3}}]",
        ["2: a question of type params has no key 'givn'; did you mean 'given'?"],
    ),
    "all words are missing because given has another name": (
        "questions: [{type: params, numbers: {k: 3, c_in: 3}, points: x}]",
        [
            "2: a question of type params has no key 'numbers'; did you mean 'given'?",
            "2: points must be a number from 0 to 10,000, but is 'x'",
        ],
    ),
    "the questions are missing because they are misspelt": (
        "qestions: [{type: params}]",
        ["2: a sheet has no key 'qestions'; did you mean 'questions'?"],
    ),
    "the type is missing because it is misspelt": (
        "questions: [{tpye: params, k: 3, points: x}]",
        ["2: a question has no key 'tpye'; did you mean 'type'?",
         "2: points must be a number from 0 to 10,000, but is 'x'"],
    ),
    "a dilation of 0 is right under the value that was perhaps meant": (
        "conventions: {dilation_base: zero}\nquestions: [{type: output-size, given: {n: 9, k: 3, d: 0}}]",
        ["2: dilation_base cannot be 'zero'; known: 0, 1"],
    ),
    "a dilation of 0 is right under a preset that was perhaps meant": (
        "preset: cs231m\nquestions: [{type: output-size, given: {n: 9, k: 3, d: 0}}]",
        ["2: preset cannot be 'cs231m'; did you mean 'cs231n'?"],
    ),
    "the numbers do not fit, perhaps because one of them is wrong": (
        "questions: [{type: params, given: {k: 3, c_in: 3, filters: 4, gruops: 2}}]",
        ["2: q1.given.gruops: params has no 'gruops'; did you mean 'groups'?"],
    ),
    "an error that questions share by an alias is told once": (
        "questions:\n  - {type: params, given: &g {k: x, c_in: 3}}\n  - {type: params, given: *g}",
        ["3: q1: params needs filters; all its words: k, c_in, filters, groups, bias, n, s, p",
         "3: q1.given.k: the kernel size must be a whole number, but is 'x'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FOLLOWS.values(), ids=FOLLOWS)
def test_what_only_follows_from_another_error_is_not_told(case: tuple[str, list[str]]) -> None:
    text, wanted = case
    assert told(text) == wanted


APART = {
    "numbers that do not fit beside a key that nobody knows": (
        "questions: [{type: params, given: {k: 3, c_in: 3, filters: 4, groups: 2, zzz: 1}, qqq: 2}]",
        ["q1.given.groups", "params has no 'zzz'", "no key 'qqq'"],
    ),
    "a dilation that no value of a wrong convention allows": (
        "conventions: {dilation_base: zero}\nquestions: [{type: output-size, given: {n: 9, k: 3, p: full, d: -1}}]",
        ["dilation_base cannot be 'zero'", "dilation"],
    ),
    "a type that is not known and keys that no type has": (
        "questions: [{type: parms, zzz: 1, partial: some, void: perhaps, k: 3}]",
        ["no question type 'parms'", "a question has no key 'zzz'", "partial cannot be", "void must be"],
    ),
    "all levels of a sheet": (
        "titel: x\npreset: pytroch\nconventions: {flps: macs, bias: [1]}\nhints: {max_level: 9, zzz: 1}\n"
        "grading: {tolerance: big, follow_through: 7, other_convention: {fti: half, bias: some}, zzz: 2}\n"
        "title: {a: 1}\nquestions: [1, {type: text, id: 4q}]",
        ["no key 'titel'", "did you mean 'pytorch'", "no convention 'flps'", "bias must be a single value",
         "max_level is 9; write a number from 0 to 4", "hints has no key 'zzz'", "tolerance cannot be 'big'", "follow_through must be",
         "no convention 'fti'", "bias cannot be 'some'", "grading has no key 'zzz'", "title must be a single value",
         "a question must be", "an id cannot be '4q'"],
    ),
    "another version and no questions": (
        "convcalc_sheet: 2", ["'convcalc_sheet' is given twice", "a sheet needs questions"],
    ),
}  # fmt: skip


APART |= {
    "what varies and what is required of it": (
        "questions:\n  - {type: params, vary: {k: {from: 9, to: 3}, c_in: 3, filters: [1, 2]}, require: [k < 3]}\n"
        "  - {type: params, vary: {k: [3, 5]}, given: {c_in: 3, filters: 4}, require: [kk < 3, k > 1, k + 1]}",
        ["vary.k runs from 9 to 3", "vary.c_in must be a list", "q2: require has an unknown name 'kk'",
         "q2: require 'k + 1' is not a comparison"],
    ),
    "keys that belong elsewhere": (
        "max_level: 4\ntolerance: 1%\nfit: floor\nhints: 4\nquestions: [{type: text}]",
        ["max_level belongs under hints:; write hints: {max_level: …}", "tolerance belongs under grading:",
         "fit belongs under conventions:", "this is '4'; write hints: {max_level: 2}, a level from 0 to 4"],
    ),
    "numbers of hints": (
        "hints: {max_level: four, after_tries: -1}\nquestions: [{type: text}]",
        ["max_level is four; write a number from 0 to 4", "after_tries is -1; write a whole number from 0"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", APART.values(), ids=APART)
def test_errors_that_do_not_follow_from_each_other_are_all_told(
    case: tuple[str, list[str]],
) -> None:
    text, wanted = case
    found = [each.what for each in errors_of(HEAD + text)]
    assert len(found) == len(wanted), found
    assert all(any(part in what for what in found) for part in wanted), found


def test_many_broken_questions_are_read_up_to_a_limit_and_counted() -> None:
    lines = "\n".join(
        f"  - {{type: params, given: {{k: x{place}, c_in: 3}}}}" for place in range(2000)
    )
    with pytest.raises(SpecError) as caught:
        loads(f"{HEAD}questions:\n{lines}")
    first, *_, last = str(caught.value).split("\n")
    assert first == "<sheet>:3:3: 2,000 questions; a sheet has 1 to 1,000"
    assert last == "… and at least 80 more; fix these first"


def test_all_questions_without_a_draw_that_is_left_are_named(tmp_path: Path, convcalc: Any) -> None:
    question = "{type: params, given: {k: 5, c_in: 3}, vary: {filters: [16, 32]}, require: ['filters > 99']}"
    fine = question.replace("> 99", "> 3")
    linked = "{type: from-answers, formula: q2*2}"
    lines = [
        question,
        fine,
        question.replace("params", "params-transposed"),
        linked,
        linked.replace("q2", "q4"),
    ]
    sheet = tmp_path / "s.yaml"
    sheet.write_text(f"{HEAD}questions:\n" + "".join(f"  - {line}\n" for line in lines))
    (tmp_path / "secret").write_text("hvnxqpadkxtmzwbyrgjc\n")
    options = ("--student", "s1", "--secret-file", str(tmp_path / "secret"))
    shown = convcalc("hw", "show", str(sheet), *options)
    assert re.findall(r"s\.yaml:(\d+):5: (q\d): 2 possible draws", shown.err) == [
        ("3", "q1"),
        ("5", "q3"),
    ]
    exported = convcalc("hw", "export", str(sheet), "--to", "gift")
    assert re.findall(r"s\.yaml:(\d+):5: (q\d) uses the answers", exported.err) == [
        ("6", "q4"),
        ("7", "q5"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_line_of_a_question_without_a_draw_is_shown_without_its_end(
    tmp_path: Path, convcalc: Any, encoding: str
) -> None:
    lines = ["  - type: params", "    given: {k: 5, c_in: 3}", "    vary: {filters: [16, 32]}", "    require: ['filters > 99']"]  # fmt: skip
    sheet = tmp_path / "s.yaml"
    text = f"{HEAD}questions:\n" + "\n".join(lines)
    sheet.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    (tmp_path / "secret").write_text("hvnxqpadkxtmzwbyrgjc\n")
    ran = convcalc("hw", "show", str(sheet), "--student", "s1", "--secret-file", str(tmp_path / "secret"))  # fmt: skip
    first, *shown = ran.err.splitlines()
    assert "s.yaml:3:5: q1: 2 possible draws" in first
    assert shown == ["    - type: params", "      ^"]


# ------------------------------------------------------------------------------- rosters and marks


def rows_wrong(error: SpecError) -> list[int]:
    """The rows named in the error."""
    return [each.line for each in error.problems]


ROSTER_BREAKS = {
    "a quotation mark": 's{n},"Ann" Lee',
    "an id over lines": '"s{n}\nb",Ann',
    "a name over lines": 's{n},"Ann\nLee"',
    "a long id": "s{n}" + "x" * 200 + ",Ann",
}


@pytest.mark.parametrize("seed", range(20))
def test_of_a_roster_every_broken_row_is_named(seed: int) -> None:
    rng = random.Random(f"roster {seed}")
    wrong: list[int] = []
    count, rows = rng.randint(1, 19), ["student_id,name"]
    for number in range(2, 60):
        if len(wrong) < count and rng.random() < 0.5:
            wrong.append(number)
            rows.append(rng.choice([*ROSTER_BREAKS.values()]).format(n=number))
        else:
            rows.append(rng.choice([f"s{number},Ann{number} Lee", "", " , "]))
    with pytest.raises(SpecError) as caught:
        parse("\n".join(rows) + "\ns99,Bo\n", "roster.csv")
    assert rows_wrong(caught.value) == wrong
    assert all(f"roster.csv row {number}: " in str(caught.value) for number in wrong)


MARK_BREAKS = {
    "too many points": "{id},q1,9",
    "below 0": "{id},q1,-1",
    "no number": "{id},q1,two",
    "a decimal comma": "{id},q1,1,5",
    "a quotation mark": '{id},q1,"1"x',
}


@pytest.mark.parametrize("seed", range(20))
def test_of_a_table_of_marks_every_broken_row_is_named(seed: int, tmp_path: Path) -> None:
    rng = random.Random(f"marks {seed}")
    sheet = loads(f"{HEAD}questions: [{{type: text, points: 2}}]")
    wrong: list[int] = []
    count, rows = rng.randint(1, 19), ["student_id,question,points"]
    for number in range(2, 50):
        if len(wrong) < count and rng.random() < 0.5:
            wrong.append(number)
            rows.append(rng.choice([*MARK_BREAKS.values()]).format(id=f"s{number}"))
        else:
            rows.append(rng.choice([f"s{number},q1,1.5", f"s{number},q1,", ""]))
    first = rng.choice(["", "sep=,\n", '"sep=,"\n'])  # not a row, as in a spreadsheet
    (tmp_path / "by-hand.csv").write_text(first + "\n".join(rows) + "\n")
    with pytest.raises(SpecError) as caught:
        read_marks(str(tmp_path), sheet, [(f"s{n}", f"s{n}") for n in range(60)])
    assert rows_wrong(caught.value) == wrong


def test_all_headings_of_a_table_of_marks_that_are_wrong_are_named(tmp_path: Path) -> None:
    (tmp_path / "by-hand.csv").write_text("student_id,points,points,comment,comment\n")
    with pytest.raises(SpecError) as caught:
        read_marks(str(tmp_path), loads(f"{HEAD}questions: [{{type: text}}]"), [])
    assert [each.what.split(";")[0] for each in caught.value.problems] == [
        "has two columns points", "has two columns comment", "has no column question",
    ]  # fmt: skip


def test_headings_that_cannot_be_read_are_told_alone(tmp_path: Path) -> None:
    (tmp_path / "by-hand.csv").write_text('student_id,question,"po"ints\ns1,q1,9\ns2,q1,9\n')
    with pytest.raises(SpecError) as caught:
        read_marks(str(tmp_path), loads(f"{HEAD}questions: [{{type: text}}]"), [("s1", "s1")])
    assert rows_wrong(caught.value) == [1]
    with pytest.raises(SpecError) as caught:
        parse('student_id,"na"me\ns1,Ann\n"s2"x,Bo\n')
    assert rows_wrong(caught.value) == [1]


def test_all_cells_that_hold_no_points_are_named(tmp_path: Path, convcalc: Any) -> None:
    (tmp_path / "s.yaml").write_text(
        f"{HEAD}id: s\nquestions: [{{type: params, given: {{k: 3, c_in: 3, filters: 4}}}}]\n"
    )
    for student in ("s1", "s2", "s3"):
        (tmp_path / f"{student}.txt").write_text("q1: 112\n")
    files = [str(tmp_path / f"{student}.txt") for student in ("s1", "s2", "s3")]
    convcalc("hw", "grade", str(tmp_path / "s.yaml"), *files, "--out", str(tmp_path / "out"))
    table = tmp_path / "out" / "grades.csv"
    heading, *lines = [line.split(",") for line in table.read_text().splitlines()]
    for row in (0, 2):
        lines[row][heading.index("points")] = lines[row][heading.index("q1")] = "one"
    table.write_text("\n".join(map(",".join, [heading, *lines])) + "\n")
    for command in (("stats",), ("regrade", "--sheet", str(tmp_path / "s.yaml"))):
        ran = convcalc("hw", command[0], str(tmp_path / "out"), *command[1:])
        assert ran.code == 2
        assert re.findall(r"grades\.csv row (\d): 'one' for \w+ are not points", ran.err) == [
            "2",
            "4",
        ]


# ------------------------------------------------------------------------------- answers and forms


def test_all_reasons_why_answers_are_not_read_as_yaml_are_told() -> None:
    sheet = loads(f"{HEAD}questions: [{{type: text}}, {{type: text}}, {{type: text}}]")
    text = "q1: a\nq1: b\nq2: !!python/name:os.system c\n[q3]: d\n"
    (found,) = answers_in(text, sheet)
    assert found.notes[1:] == [
        "read line by line, not as YAML: line 2: 'q1' is given twice (first in line 1); keep one",
        "line 3: the tag !!python/name:os.system is not allowed; leave it out",
        "line 4: a key must be a word, but this is a list; write word: value",
    ]
    with pytest.raises(SpecError) as caught:
        answers_in("{[a]: 1, !!python/name:os.system b: 2, <<: 3}", sheet)
    assert len(caught.value.problems) == 3


OPEN_QUOTES = {
    "to the end": ('s2,"292,a', "s3,292,b\ns4,292,c\n", 2),
    "to the next quote": ('s2,292,"a', 's3,292,"b"\ns4,292,c\n', 1),
    "before blank lines": ('s2,"292,a', "\ns3,292,b\n\n", 1),
}


@pytest.mark.parametrize("name", OPEN_QUOTES)
def test_no_row_of_a_class_is_lost_in_a_cell(tmp_path: Path, convcalc: Any, name: str) -> None:
    broken, rest, lost = OPEN_QUOTES[name]
    (tmp_path / "s.yaml").write_text(
        f"{HEAD}questions: [{{type: params, given: {{k: 3, c_in: 8, filters: 4}}}}, {{type: text}}]\n"
    )
    table = tmp_path / "class.csv"
    table.write_text(f"student_id,q1,q2\ns1,292,x\n{broken}\n{rest}")
    ran = convcalc("hw", "grade", str(tmp_path / "s.yaml"), str(table))
    lines = f"{lost} line{'s' * (lost > 1)}"
    assert ran.code == 1
    assert f"row 3: a quotation mark is not closed, so {lines} after it would be lost" in ran.out


def test_cells_of_several_lines_are_answers(tmp_path: Path, convcalc: Any) -> None:
    (tmp_path / "s.yaml").write_text(
        f"{HEAD}questions: [{{type: params, given: {{k: 3, c_in: 8, filters: 4}}}}, {{type: text}}]\n"
    )
    table = tmp_path / "class.csv"
    table.write_text(
        'student_id,q1,q2\ns1,292,"it ""says""\n\nx, y"\ns2,29"2,"a\n"\ns3,292,"b\n"\n\n'
    )
    ran = convcalc("hw", "grade", str(tmp_path / "s.yaml"), str(table), "--json")
    assert ran.code == 0
    assert [row["student_id"] for row in json.loads(ran.out)["students"]] == ["s1", "s2", "s3"]


def test_all_lines_of_a_map_that_are_wrong_are_named(tmp_path: Path, convcalc: Any) -> None:
    (tmp_path / "s.yaml").write_text(f"{HEAD}questions: [{{type: text}}, {{type: text}}]\n")
    (tmp_path / "form.csv").write_text("Student,One,Two\ns1,a,b\n")
    (tmp_path / "map.yaml").write_text("One: q1\nTwo: q7\nOne: q2\nThree: [q1]\n")
    files = [str(tmp_path / name) for name in ("s.yaml", "form.csv", "map.yaml")]
    ran = convcalc("hw", "grade", *files[:2], "--map", files[2])
    assert (ran.code, re.findall(r"map\.yaml:(\d)", ran.err)) == (2, ["2", "3", "4"])
    assert "no question 'q7'; known: q1, q2" in ran.err


ANSWERS_LIKE_A_NETWORK: dict[str, str | bytes] = {
    "lines.txt": "q1: 292\nq2: because\nlayers: share their weights\n",
    "marked.txt": "1) 292\nlayers: share their weights\n",
    "named.txt": "# mine\nQuestion 1: 292\nextends: nothing\n",
    "block.txt": "q1: 292\nq2: because\nlayer {\n",
    "wide.txt": "q1: 292\nlayers: 3\n".encode("utf-16"),
    "class.csv": 'student_id,q1,q2\nclass,292,"because\nlayers: share"\n',
    "input.txt": "input: 3\nlayers: 3\nq1: 292\n",
}


@pytest.mark.parametrize("name", ANSWERS_LIKE_A_NETWORK)
def test_answers_are_no_network_because_of_one_line(
    tmp_path: Path, convcalc: Any, name: str
) -> None:
    (tmp_path / "s.yaml").write_text(
        f"{HEAD}questions: [{{id: q1, type: params, given: {{k: 3, c_in: 8, filters: 4}}}}, {{id: q2, type: text}},"
        " {id: input, type: params, given: {k: 3, c_in: 8, filters: 4}}]\n"
    )
    text = ANSWERS_LIKE_A_NETWORK[name]
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    ran = convcalc("hw", "grade", str(tmp_path / "s.yaml"), str(file), "--json")
    assert ran.code == 0
    assert [row["points"] for row in json.loads(ran.out)["students"]] == [1]


def test_a_network_or_a_sheet_where_answers_belong_is_no_student(
    tmp_path: Path, convcalc: Any
) -> None:
    (tmp_path / "s.yaml").write_text(
        f"{HEAD}questions: [{{id: input, type: params, given: {{k: 3, c_in: 3, filters: 4}}}}]\n"
    )
    (tmp_path / "net.yaml").write_text("input: [3, 8, 8]\nlayers: [relu]\n")
    (tmp_path / "mine.yaml").write_text("input: 112\n")
    sheet, net, mine = [str(tmp_path / name) for name in ("s.yaml", "net.yaml", "mine.yaml")]
    for file, why in ((net, "a network, not answers"), (sheet, "a sheet, not answers")):
        ran = convcalc("hw", "grade", sheet, file)
        said = f"note: unreadable: {file} - {why}\nread 1 file: 1 unreadable\n"
        assert (ran.code, ran.out) == (1, said)
        ran = convcalc("hw", "check", sheet, file)
        assert (ran.code, ran.out) == (2, "")
        assert "but a file of answers belongs here" in ran.err
        ran = convcalc("hw", "grade", sheet, file, mine, "--json")
        assert ran.code == 1
        assert [row["student_id"] for row in json.loads(ran.out)["students"]] == ["mine"]


@pytest.mark.parametrize(("name", "answer"), [("layers", "layers: 112"), ("input", 'input: "112"')])
def test_answers_to_questions_that_are_called_as_parts_of_networks_are_answers(
    name: str, answer: str, tmp_path: Path, convcalc: Any
) -> None:
    question = f"{{id: {name}, type: params, given: {{k: 3, c_in: 3, filters: 4}}}}"
    (tmp_path / "s.yaml").write_text(f"{HEAD}questions: [{question}]\n")
    (tmp_path / "mine.yaml").write_text(f"{answer}\n")
    assert convcalc("hw", "grade", str(tmp_path / "s.yaml"), str(tmp_path / "mine.yaml")).code == 0


def test_a_broken_sheet_with_the_words_of_a_network_is_told_as_a_sheet(
    tmp_path: Path, convcalc: Any
) -> None:
    text = f'{HEAD}questions:\n  - type: flatten\n    input: "8x8x3"\n    points: many\n'
    (tmp_path / "s.yaml").write_text(text)
    assert "s.yaml:5:13: points must be" in convcalc("hw", "show", str(tmp_path / "s.yaml")).err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hw conventions fitt --preset cs23", ["no convention 'fitt'", "no preset 'cs23'"]),
        ("hw conventions fitt --preset cs231n", ["no convention 'fitt'"]),
        ("why 5 --size --n x --k y --target 3", [
            "--target: output-size does not use it", "--n: the input size must be", "--k: the kernel size must be",
        ]),
        ("why 5 --params --n x --target 3", [
            "--target: params does not use it", "params needs --k, --cin and --filters; it takes", "--n: the input size",
        ]),
        ("why 5 --size --n 9 --k 3 --preset foo --convention fit=x --convention flps=1", [
            "no preset 'foo'", "fit cannot be 'x'", "no convention 'flps'",
        ]),
    ],
)  # fmt: skip
def test_all_wrong_words_of_a_line_are_named(line: str, said: list[str], convcalc: Any) -> None:
    ran = convcalc(*line.split())
    lines = ran.err.removeprefix("convcalc: ").splitlines()
    assert ran.code == 2
    assert len(lines) == len(said), ran.err
    assert all(text.startswith(start) for text, start in zip(lines, said)), ran.err


def test_a_network_beside_a_sheet_says_how_many_errors_it_has(
    tmp_path: Path, convcalc: Any
) -> None:
    (tmp_path / "net.yaml").write_text("input: [3, 8, 8]\nlayers: [rellu, cnv, relu]\n")
    (tmp_path / "s.yaml").write_text(f"{HEAD}questions: [{{type: params-model, arch: net.yaml}}]\n")
    said = convcalc("hw", "lint", str(tmp_path / "s.yaml")).err
    assert (
        "net.yaml:2:10: no layer kind or block 'rellu'; did you mean 'relu'? (and 1 more)\n" in said
    )


def test_notes_on_a_roster_that_are_not_told_are_counted() -> None:
    notes = parse("student_id,name\n" + ",Ann\n" * 30 + "s1,Bo\n").notes
    assert (len(notes), notes[19:]) == (
        21, ["row 21 of the roster has no id; left out", "10 more such notes on the roster"],
    )  # fmt: skip


@pytest.mark.parametrize("columns", [30, 60, 80])
def test_the_line_of_a_sheet_fits_the_terminal_and_its_caret_stays_under_the_error(
    columns: int,
) -> None:
    questions = "questions: [{type: params, given: {k: 3, c_in: 'größe 層層層', filters: 4}, points: many, zzz: 1}]"
    whole = [line for error in errors_of(HEAD + questions) for line in str(error).split("\n")]
    shown = wrapped(whole, columns)
    assert max(map(width, shown)) <= columns
    pairs = [(a, b) for a, b in pairwise(shown) if b.strip() == "^"]
    assert len(pairs) == 3
    for (source, caret), sign in zip(pairs, ("'g", "many", "zzz")):
        column = next(i for i in range(len(source)) if width(source[:i]) == len(caret) - 1)
        assert source[column:].startswith(sign)


COMMANDS = (
    "lint {s}", "show {s}", "check {s} {a}", "hint {s} q1", "grade {s} {a}", "export {s} --to gift",
    "make {s} --roster {r} --secret-file {k} --out {o}", "regrade {o} --sheet {s}", "grade {s} {a} --out {o}",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_reads_a_sheet_names_all_its_errors(
    command: str, tmp_path: Path, convcalc: Any
) -> None:
    rng = random.Random("commands")
    text, lines = broken(named_ids(plain(SHEETS[-1].read_text(encoding="utf-8"))), 15, rng)
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "a.txt").write_text("mlp: 3\n")
    (tmp_path / "r.csv").write_text("student_id\ns1\n")
    (tmp_path / "k").write_text("hvnxqpadkxtmzwbyrgjc\n")
    if "regrade" in command:
        convcalc("hw", "grade", "ucla", str(tmp_path / "a.txt"), "--out", str(tmp_path / "o"))
    names = {"s": "s.yaml", "a": "a.txt", "r": "r.csv", "k": "k", "o": "o"}
    words = command.format(**{key: tmp_path / name for key, name in names.items()}).split()
    ran = convcalc("hw", *words)
    assert (ran.code, ran.out) == (2, "")
    assert [int(line) for line in re.findall(r"s\.yaml:(\d+):\d+: ", ran.err)] == lines
    assert sum(line.strip() == "^" for line in ran.err.splitlines()) == len(lines)
