"""A choice with several right options: partial points, the same in every command, never below 0."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from convcalc.homework import check, loads

SHEET = """\
convcalc_sheet: 1
id: s
questions:
  - {id: q1, type: choice, options: [w, x, y, z], answer: [a, b, d], points: 3, partial: parts}
  - {id: q2, type: choice, options: [w, x, y, z], answer: [a, b, d], points: 3}
  - {id: q3, type: choice, options: [w, x, y], answer: b, points: 2, partial: parts}
"""

# (picked, points of 3): right minus wrong, by hand
PICKED = [
    ("a, b, d", 3), ("d b a", 3), ("a and b", 2), ("w, x", 2), ("b", 1), ("a, b, d, c", 2), ("a, b, c", 1),
    ("a, c", 0), ("c", 0), ("", 0), ("(a) (d)", 2), ("a, a, a", 1), ("z, y", 0),
]  # fmt: skip


@pytest.mark.parametrize(("picked", "points"), PICKED)
def test_right_options_count_and_wrong_ones_count_against_them(picked: str, points: int) -> None:
    sheet = loads(SHEET)
    result = check(sheet, "q1", picked)
    assert result.points == points
    assert result.right == (points == 3)
    assert result.status == {0: "wrong", 3: "right"}.get(points, "partial") if picked else "blank"
    assert check(sheet, "q2", picked).points == (3 if points == 3 else 0)  # no partial: parts


def test_points_are_never_below_0_nor_above_the_most() -> None:
    letters = "abcd"
    sheet = loads(SHEET)
    for number in range(1, 16):
        picked = [letter for place, letter in enumerate(letters) if number >> place & 1]
        right = sum(letter in "abd" for letter in picked)
        points = check(sheet, "q1", picked).points
        assert 0 <= points <= 3
        assert points == max(0, right - (len(picked) - right))


def test_one_right_option_has_no_parts() -> None:
    sheet = loads(SHEET)
    assert [check(sheet, "q3", text).points for text in ("b", "a, b", "a", "a, b, c")] == [
        2,
        0,
        0,
        0,
    ]


def test_fractions_of_points_are_exact() -> None:
    sheet = loads(SHEET.replace("points: 3, partial", "points: 1, partial"))
    assert check(sheet, "q1", "a, b").points == Fraction(2, 3)


def test_the_hint_names_no_option() -> None:
    sheet = loads(SHEET)
    assert check(sheet, "q1", "a, b").hint == "An option is missing, or one too many is chosen."
    assert (
        check(sheet, "q1", "a, b, c, d").hint == "An option is missing, or one too many is chosen."
    )
    assert check(sheet, "q3", "a").hint == "Another option is right."


def test_the_sentence_says_that_there_are_several() -> None:
    sheet = loads(SHEET)
    assert sheet["q1"].sentence == (
        "Which options are right? Choose all of them. (a) w (b) x (c) y (d) z"
    )
    assert sheet["q3"].sentence == "Which option is right? (a) w (b) x (c) y"


def test_check_and_grade_give_the_same(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(SHEET)
    Path("in").mkdir()
    for number, (picked, _) in enumerate(PICKED):
        Path("in", f"s{number:02}.yaml").write_text(f'q1: "{picked}"\nq3: b\n')
    convcalc("hw", "grade", "s.yaml", "in", "--out", "out")
    with Path("out/grades.csv").open(encoding="utf-8") as file:
        graded = [float(row["q1"]) for row in csv.DictReader(file)]
    checked = []
    for path in sorted(Path("in").iterdir()):
        data = json.loads(convcalc("hw", "check", "s.yaml", str(path), "--json").out)
        checked.append(data["results"][0]["points"])
    assert graded == checked == [points for _, points in PICKED]
