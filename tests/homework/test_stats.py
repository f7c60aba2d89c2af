"""A class marked again, and its statistics: whose points change, and which mistakes are most common."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import SpecError, UsageError
from convcalc.homework import load, loads
from convcalc.homework.classroom.regrade import regrade
from convcalc.homework.classroom.runs import Options, grade
from convcalc.homework.classroom.stats import class_stats
from convcalc.homework.variants.draw import Maker

HERE = Path(__file__).parent
SECRET = b"an old and well kept secret"

SHEET = """
convcalc_sheet: 1
id: ps
title: Small sheet
questions:
  - {id: q1, type: params, given: {k: 5, c_in: 3, filters: 10}}
  - {id: q9, type: layers-to-reach, given: {n: 224, k: 5, target: 4}, points: 2}
  - {id: t, type: text, text: Why?, points: 2}
"""
FIXED = SHEET.replace("{n: 224, k: 5, target: 4}", "{n: 224, k: 6, target: 4}")
ANSWERS = [
    ("760", "55"),
    ("260", "55"),
    ("260", "44"),
    ("250", "44"),
    ("999", "7"),
    ("999", ""),
    ("x?", "55"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A marked class, and the sheets next to it."""
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    Path("fixed.yaml").write_text(FIXED)
    Path("in").mkdir()
    for number, (first, second) in enumerate(ANSWERS):
        Path(f"in/s{number}.yaml").write_text(f"q1: {first}\nq9: {second}\nt: words")
    grade(loads(SHEET), ["in"], "graded", Options())
    return Path("graded")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def totals(folder: Path) -> list[str]:
    with (folder / "grades.csv").open(newline="") as file:
        return [row["points"] for row in csv.DictReader(file)]


# ----------------------------------------------------------------------------------- regrade


def test_the_same_sheet_changes_nobody(folder: Path) -> None:
    found = regrade(str(folder), loads(SHEET))
    assert found.students == []
    assert found.total == len(ANSWERS)
    assert not any(change.any for change in found.changes.values())


def test_a_changed_key_says_who_goes_up_and_who_goes_down(convcalc: Any, folder: Path) -> None:
    before = contents(folder)
    ran = convcalc("hw", "regrade", "graded", "--sheet", "fixed.yaml", "--diff")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "q9: key 55 -> 44. 2 up by 2, 3 down by 2, 2 unchanged\n"
        "7 students in total: 2 up, 3 down, 2 unchanged.\n"
        "Nothing written yet; add --write.\n"
    )
    assert contents(folder) == before


@pytest.mark.unmeasured
def test_writing_gives_what_grading_again_would(convcalc: Any, folder: Path) -> None:
    ran = convcalc("hw", "regrade", "graded", "--sheet", "fixed.yaml", "--write")
    assert "Wrote the new grades into graded." in ran.out
    grade(loads(FIXED), ["in"], "fresh", Options())
    again = {name.removeprefix("fresh/"): data for name, data in contents(Path("fresh")).items()}
    assert {name.removeprefix("graded/"): data for name, data in contents(folder).items()} == again
    assert "unchanged.\nNothing" in convcalc("hw", "regrade", "graded", "--sheet", "fixed.yaml").out


def test_students_who_change_come_as_a_table(convcalc: Any, folder: Path) -> None:
    del folder
    ran = convcalc("hw", "regrade", "graded", "--sheet", "fixed.yaml", "--format", "csv")
    assert ran.out.splitlines()[:3] == ["student_id,before,after", "s0,3,1", "s1,2,0"]


def test_a_void_question_gives_everybody_its_points(folder: Path) -> None:
    found = regrade(
        str(folder),
        loads(SHEET.replace("points: 2}\n  - {id: t", "points: 2, void: true}\n  - {id: t")),
    )
    assert found.changes["q9"].sentence().startswith("q9: 4 up by 2, 3 unchanged")


@pytest.mark.unmeasured
def test_a_question_that_is_new_or_gone_is_said(folder: Path) -> None:
    found = regrade(str(folder), loads(SHEET.replace("id: q9", "id: q8")))
    assert found.changes["q9"].moves[Fraction(-2)] == 3
    assert found.changes["q8"].moves[Fraction(2)] == 0


@pytest.mark.unmeasured
def test_points_marked_by_hand_survive_a_regrade(folder: Path) -> None:
    path = folder / "by-hand.csv"
    path.write_text(path.read_text().replace("words,,2", "words,1.5,2"))
    regrade(str(folder), loads(FIXED), write=True)
    with (folder / "grades.csv").open(newline="") as file:
        assert {row["by_hand"] for row in csv.DictReader(file)} == {"1.5"}


@pytest.mark.unmeasured
def test_an_anonymous_class_stays_anonymous(folder: Path) -> None:
    del folder
    grade(loads(SHEET), ["in"], "anon", Options(secret=SECRET, anonymous=True))
    before = contents(Path("anon"))
    found = regrade("anon", loads(SHEET), write=True)
    assert found.students == []
    assert contents(Path("anon")) == before


@pytest.mark.unmeasured
def test_drawn_numbers_are_remembered_without_the_secret(tmp_path: Path) -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    (tmp_path / "in").mkdir()
    for number in range(20):
        (tmp_path / "in" / f"s{number}.yaml").write_text("q10: 152\nq4: 760")
    out = str(tmp_path / "out")
    grade(sheet, [str(tmp_path / "in")], out, Options(secret=SECRET))
    before = contents(tmp_path / "out")
    assert regrade(out, sheet).students == []
    regrade(out, sheet, write=True)
    assert contents(tmp_path / "out") == before
    assert regrade(out, sheet, SECRET).students == []


def test_an_answer_to_another_question_is_that_for_each_students_own_numbers(
    tmp_path: Path,
) -> None:
    """A question is drawn again for every student; facts about one must not be used for the next."""
    text = "{convcalc_sheet: 1, id: n, questions: [{id: a, type: params, vary: {k: [3, 5], c_in: [3, 4, 5, 6], filters: [8, 16, 24]}}, {id: b, type: macs, given: {n: 32, k: 5, c_in: 3, filters: 10}}]}"
    sheet = loads(text)
    maker = Maker(sheet, SECRET)
    (tmp_path / "in").mkdir()
    students = [f"s{number}" for number in range(60)]
    for student in students:
        right = maker.of(student)["a"].parts[0].expected
        (tmp_path / "in" / f"{student}.yaml").write_text(f"b: {right}\n")
    out = tmp_path / "out"
    grade(sheet, [str(tmp_path / "in")], str(out), Options(secret=SECRET))
    regrade(str(out), sheet, write=True)
    with (out / "parts.csv").open(newline="") as file:
        slips = {row["mistake"] for row in csv.DictReader(file) if row["question"] == "b"}
    assert slips == {"slip.neighbour"}


def test_a_sheet_that_varies_otherwise_needs_the_secret(folder: Path) -> None:
    sheet = loads(
        SHEET.replace(
            "given: {k: 5, c_in: 3, filters: 10}",
            "given: {k: 5, c_in: 3}, vary: {filters: [10, 20]}",
        )
    )
    with pytest.raises(UsageError, match="no numbers are stored for 's0'; give --secret-file"):
        regrade(str(folder), sheet)
    assert regrade(str(folder), sheet, SECRET).total == 7


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("answers.jsonl", "{}\n"),
        ("answers.jsonl", "not json\n"),
        ("answers.jsonl", '{"student": 1, "who": {}, "answers": {}}\n'),
        ("answers.jsonl", "[" * 100_000),
        ("summary.json", "{}"),
        ("summary.json", '{"schema": 99, "settings": {"formats": []}, "questions": {}}'),
        ("summary.json", ""),
    ],
)
def test_a_damaged_folder_is_refused(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    with pytest.raises(UsageError, match="grade the files again"):
        regrade(str(folder), loads(SHEET))


@pytest.mark.parametrize("name", ["answers.jsonl", "summary.json", "grades.csv", "parts.csv"])
def test_a_folder_without_a_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(UsageError, match=f"has no {name}; give the folder"):
        regrade(str(folder), loads(SHEET))


def test_diff_and_write_exclude_each_other(convcalc: Any, folder: Path) -> None:
    del folder
    assert (
        convcalc("hw", "regrade", "graded", "--sheet", "fixed.yaml", "--diff", "--write").code == 2
    )


# ------------------------------------------------------------------------------------- stats


def test_slips_are_counted_by_hand(folder: Path) -> None:
    found = {each.question: each for each in class_stats(str(folder))}
    one, nine, text = found["q1"], found["q9"], found["t"]
    assert (one.answered, one.right, one.other) == (7, 1, 3)
    assert one.mistakes == {"par.no-channels": 2, "par.no-channels-no-bias": 1}
    assert one.others == {("", "760", "999"): 2, ("", "760", "x?"): 1}
    assert (nine.answered, nine.right, nine.mistakes) == (6, 3, {"lay.k-per-layer": 2})
    assert text.answered == 0


def test_the_session_for_people(convcalc: Any, folder: Path) -> None:
    del folder
    ran = convcalc("hw", "stats", "graded", "--other", "1")
    session, histogram = ran.out.split("\n\n")
    assert f"{session}\n" == (
        " q1 params           ███░░░░░░░░░░░░░░░░░  14 % correct\n"
        "    29 %  par.no-channels: input channels forgotten\n"
        "    14 %  par.no-channels-no-bias: channels and biases forgotten\n"
        "    43 %  other\n"
        " q9 layers-to-reach  ██████████░░░░░░░░░░  50 % correct\n"
        "    33 %  lay.k-per-layer: each layer removes k\n"
        "    17 %  other\n"
        ' "other" answers of more than 1 student:  q1: 999 (2)\n'
        " t text  7 for a person to mark\n"
        "mean 1.0 of 5, median 0\n"
    )
    title, _, _, *bins = histogram.splitlines()
    assert title == "how many students have how many points:"
    assert sum(int(line.split()[-1]) for line in bins) == 7


def test_stats_for_programs(convcalc: Any, folder: Path) -> None:
    del folder
    data = json.loads(convcalc("hw", "stats", "graded", "--other", "1", "--format", "json").out)
    (one, _) = data["questions"]
    assert one["slips"][0] == {
        "id": "par.no-channels",
        "about": "input channels forgotten",
        "answers": 2,
        "share": 0.2857,
    }
    assert one["unexplained"] == [{"part": "", "answer": "999", "right": "760", "students": 2}]
    assert (
        sum(each["answers"] for each in one["slips"])
        + round(one["other"] * 7)
        + round(one["right"] * 7)
        == 7
    )
    csv_rows = convcalc("hw", "stats", "graded", "--format", "csv").out.splitlines()
    assert csv_rows[1].startswith(
        'q1,params,7,0.1429,"29 % par.no-channels (input channels forgotten)'
    )


def test_a_folder_that_is_none_is_refused(convcalc: Any, tmp_path: Path) -> None:
    ran = convcalc("hw", "stats", str(tmp_path))
    assert ran.code == 2
    assert "has no summary.json; give the folder that hw grade --out wrote" in ran.err


def test_a_class_that_answered_nothing_has_no_slips(convcalc: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "s1.yaml").write_text("q1:\nq9:\n")
    grade(loads(SHEET), [str(tmp_path / "in")], str(tmp_path / "out"), Options())
    assert convcalc("hw", "stats", str(tmp_path / "out")).out == "nobody answered anything\n"


@pytest.mark.unmeasured
def test_a_question_with_other_keys_for_everybody_says_so(tmp_path: Path) -> None:
    text = "{convcalc_sheet: 1, id: n, questions: [{id: a, type: params, given: {k: 5}, vary: {c_in: [3, 4, 5, 6], filters: [8, 16, 24]}}]}"
    (tmp_path / "in").mkdir()
    for number in range(30):
        (tmp_path / "in" / f"s{number}.yaml").write_text("a: 608\n")
    grade(loads(text), [str(tmp_path / "in")], str(tmp_path / "out"), Options(secret=SECRET))
    found = regrade(str(tmp_path / "out"), loads(text.replace("k: 5", "k: 7")), SECRET)
    assert found.changes["a"].sentence().startswith("a: other keys.")


@pytest.mark.unmeasured
def test_points_that_somebody_spoilt_in_the_table_are_named(folder: Path) -> None:
    path = folder / "grades.csv"
    lines = path.read_text().splitlines(keepends=True)
    assert lines[1].startswith("s0,,,,graded,3,5,,2,1,2,0,")
    lines[1] = lines[1].replace("2,1,2,0,", "2,one,2,0,")
    path.write_text("".join(lines))
    with pytest.raises(SpecError, match=r"grades.csv row 2: 'one' for q1 are not points; write a"):
        regrade(str(folder), loads(SHEET))
