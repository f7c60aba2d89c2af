"""The sample class in ``homework/class``; the pages of documents grade it."""

from __future__ import annotations

from pathlib import Path

from convcalc.homework import load
from convcalc.homework.classroom.roster import load as load_roster


def test_the_sample_class_fits_its_sheet_and_roster() -> None:
    folder = Path(__file__).parents[2] / "homework" / "class"
    sheet = load(str(folder / "ps1.yaml"))
    roster = load_roster(str(folder / "roster.csv"))
    assert [question.id for question in sheet.questions if question.vary] == ["q6"]
    named = {path.stem for path in (folder / "answers").iterdir()}
    assert named - set(roster.students) == {"guest"}
