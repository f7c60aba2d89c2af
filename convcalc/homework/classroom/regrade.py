"""A class marked again with a changed sheet, and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from convcalc.homework.classroom import output_files as outputs
from convcalc.homework.classroom.earlier_run import (
    manual_marks,
    old_statuses,
    path_in,
    records,
    settings_of,
    table_rows,
)
from convcalc.homework.classroom.grader import Graded, Grader
from convcalc.homework.classroom.output_folder import ClassFolder, GradingRun, Summary
from convcalc.homework.classroom.roster import Student
from convcalc.homework.sheets.points import points_number, points_text
from convcalc.homework.sheets.sheet import Sheet
from convcalc.text import printable, unguard_cell


@dataclass(slots=True)
class Change:
    """What a new sheet changes in one question.

    Attributes:
        question: its id.
        before, after: the right answers, where they are the same for everybody.
        moves: how many students go up or down by how much; 0 for those who stay.
    """

    question: str
    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)
    moves: Counter[Fraction] = field(default_factory=Counter)

    @property
    def any(self) -> bool:
        return self.before != self.after or any(self.moves.keys() - {0})

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "question": self.question,
            "before": sorted(self.before),
            "after": sorted(self.after),
            "moves": [
                {"points": points_number(size), "students": count}
                for size, count in sorted(self.moves.items())
            ],
        }

    def sentence(self) -> str:
        """In a line."""
        parts = []
        if self.before != self.after and len(self.before) == len(self.after) == 1:
            parts.append(
                f"key {next(iter(self.before)) or 'none'} -> {next(iter(self.after)) or 'none'}."
            )
        elif self.before != self.after and max(len(self.before), len(self.after)) > 1:
            parts.append("other keys.")
        moves = []
        for size in sorted(self.moves, reverse=True):
            if size:
                word = "up" if size > 0 else "down"
                moves.append(f"{self.moves[size]:,} {word} by {points_text(abs(size))}")
        moves.append(f"{self.moves[Fraction(0)]:,} unchanged")
        return " ".join((f"{self.question}:", *parts, ", ".join(moves)))


@dataclass(slots=True)
class Regraded:
    """What a new sheet changes.

    Attributes:
        changes: by question.
        students: those whose points change: id, before, after.
        total: how many students there are.
        summary: of the new grades, where they were written.
    """

    changes: dict[str, Change]
    students: list[tuple[str, Fraction, Fraction]]
    total: int
    summary: Summary | None = None


def regrade(
    folder: str, sheet: Sheet, secret: bytes | None = None, *, write: bool = False
) -> Regraded:
    """Mark a class again with a changed sheet, and compare.

    Raises:
        UsageError: the folder is none that `grade` wrote, or the sheet needs a secret.
    """
    settings = settings_of(folder)
    before = _old_points(folder, settings["questions"])
    keys = _old_keys(folder)
    changes = {question.id: Change(question.id) for question in sheet.questions}
    for name in before.get("", {}):
        changes.setdefault(name, Change(name))
    for name, texts in keys.items():
        changes.setdefault(name, Change(name)).before = texts
    moved: list[tuple[str, Fraction, Fraction]] = []

    def compared(graded: Iterator[Graded]) -> Iterator[Graded]:
        for one in graded:
            _compare(one, before.get(one.shown, {}), changes, moved)
            yield one

    grader = Grader(sheet, secret, noted=True)
    found = compared(_mark_again(folder, grader))
    if not write:
        total = sum(1 for _ in found)
        return Regraded(changes, moved, total)
    place = ClassFolder(folder, replace=True)
    try:
        run = GradingRun(
            sheet, place, bool(settings["anonymous"]), bool(settings["with_answers"]), str(settings["column"]),
            manual_marks(folder),
        )  # fmt: skip
        statuses = old_statuses(folder)
        summary = outputs.write(
            run, found, settings["formats"], lambda: statuses, lambda: len(statuses), {}
        )
        return Regraded(changes, moved, summary.students + summary.missing, summary)
    finally:
        place.discard()


def _mark_again(folder: str, grader: Grader) -> Iterator[Graded]:
    """The marks of every student of an earlier run, by another sheet."""
    for record in records(folder):
        who = {key: str(value) for key, value in record["who"].items() if key in Student.__slots__}
        student = Student(**{**who, "id": record["student"]})
        if record["answers"] is None:
            yield Graded(
                student, record["drawn_variant"], [], Fraction(0), notes=list(record["notes"]), handed_in=False,
                shown=record["shown"],
            )  # fmt: skip
            continue
        variant = grader.code(student.id) or record["drawn_variant"]
        numbers = record["numbers"] if grader.secret is None else None
        sheet = grader.sheet_of(student.id, variant, numbers)
        values = grader.merge(record["answers"], [])
        entries = grader.mark(sheet, values)
        yield Graded(
            student, variant, entries, sum((e.points for e in entries), Fraction(0)), record["file"],
            list(record["notes"]), record["answers"], record["numbers"], shown=record["shown"],
            time=float(record["time"]), sure=bool(record["sure"]), claimed=record["variant"],
        )  # fmt: skip


def _old_points(folder: str, known: dict[str, Any]) -> dict[str, dict[str, Fraction]]:
    """The points of an earlier run, by student and question; under ``""`` its questions."""
    found: dict[str, dict[str, Fraction]] = {}
    questions: dict[str, Fraction] = dict.fromkeys(known, Fraction(0))
    found[""] = questions
    for row in table_rows(path_in(folder, "grades.csv")):
        points = {}
        for name in questions:
            text = row.get(name, "").strip()
            try:
                points[name] = Fraction(text) if text else Fraction(0)
            except (ValueError, ZeroDivisionError):
                points[name] = Fraction(0)
        found[unguard_cell(row.get("student_id", ""))] = points
    return found


def _old_keys(folder: str) -> dict[str, set[str]]:
    """The right answers of an earlier run, by question; a few of each."""
    found: dict[str, set[str]] = {}
    for row in table_rows(path_in(folder, "parts.csv")):
        name = row.get("question", "")
        kept = found.setdefault(name, set())
        if len(kept) < 1000:
            kept.add(_key_text(row.get("part", ""), unguard_cell(row.get("expected", ""))))
    return found


def _key_text(part: str, text: str) -> str:
    """A right answer with its part."""
    return f"{part} {text}".strip()


def _compare(
    one: Graded,
    before: dict[str, Fraction],
    changes: dict[str, Change],
    moved: list[tuple[str, Fraction, Fraction]],
) -> None:
    """Note what changes for one student."""
    if not one.handed_in:
        return
    after = {entry.result.id: entry.points for entry in one.entries}
    for name in {**before, **after}:
        change = changes.setdefault(name, Change(name))
        change.moves[_change(before.get(name, Fraction(0)), after.get(name, Fraction(0)))] += 1
    for entry in one.entries:
        kept = changes[entry.result.id].after
        if len(kept) < 1000:
            kept |= {_key_text(row.part, printable(row.expected)) for row in entry.rows}
    old, new = sum(before.values(), Fraction(0)), one.points
    if _change(old, new):
        moved.append((one.shown, old, new))


def _change(before: Fraction, after: Fraction) -> Fraction:
    """How much points change; a rounding error of a table does not count."""
    change = after - before
    return Fraction(0) if abs(change) < Fraction(1, 1000) else round(change, 3)
