"""A class marked again with a changed sheet, and compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from convcalc import __version__
from convcalc.errors import RowError
from convcalc.folders import reading
from convcalc.homework.classroom import output_files as outputs
from convcalc.homework.classroom.by_hand_table import read_marks
from convcalc.homework.classroom.earlier_run import (
    counted_of,
    old_statuses,
    records,
    student_of,
    table_rows,
)
from convcalc.homework.classroom.grader import Graded, Grader
from convcalc.homework.classroom.manifest import (
    Manifest,
    kinds_of,
    manifest_of,
    path_in,
    refuse_other_secret,
    refuse_other_sheet,
    sheet_fingerprint,
)
from convcalc.homework.classroom.output_folder import ClassFolder, GradingRun, Summary
from convcalc.homework.sheets.points import points_change, points_number, points_text
from convcalc.homework.sheets.sheet import Sheet
from convcalc.homework.variants.secret import fingerprint
from convcalc.network.problems import Problems
from convcalc.text import printable, shortened, unguard_cell


@dataclass(slots=True)
class Change:
    """What a new sheet changes in one question.

    Attributes:
        question: its id.
        before, after: the right answers, if they are the same for everybody.
        moves: how many students change by how many points; 0 for no change.
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
        """The change in one line."""
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
        students: the students whose points change: id, before, after.
        total: how many students there are.
        summary: the summary of the new grades, if they were written.
        notes: notes on the points given by a person.
    """

    changes: dict[str, Change]
    students: list[tuple[str, Fraction, Fraction]]
    total: int
    summary: Summary | None = None
    notes: list[str] = field(default_factory=list)


def regrade(
    folder: str, sheet: Sheet, secret: bytes | None = None, *, write: bool = False
) -> Regraded:
    """Mark a class again with a changed sheet, and compare.

    Raises:
        UsageError: the folder is not from `grade`, or is of another sheet or secret, or the sheet
            needs a secret.
    """
    if not write:
        with reading(folder):
            manifest = _manifest_of(folder, sheet, secret)
            return _compared(folder, sheet, secret, manifest, None)
    _manifest_of(folder, sheet, secret)  # checked before anything is written into the folder
    place = ClassFolder(folder, replace=True)
    try:
        return _compared(folder, sheet, secret, _manifest_of(folder, sheet, secret), place)
    finally:
        place.discard()


def _manifest_of(folder: str, sheet: Sheet, secret: bytes | None) -> Manifest:
    """How the new marks are made.

    Raises:
        UsageError: the folder is of another sheet, or of another secret.
    """
    made = manifest_of(folder)
    refuse_other_sheet(folder, made, sheet)
    mark = fingerprint(secret) if secret else ""
    refuse_other_secret(folder, made, mark)
    return replace(
        made,
        content=sheet_fingerprint(sheet),
        secret=mark or made.secret,
        outputs=outputs.in_order(made.outputs),
        tool=__version__,
    )


def _compared(
    folder: str, sheet: Sheet, secret: bytes | None, manifest: Manifest, place: ClassFolder | None
) -> Regraded:
    """The changes; the new marks are written if a folder is given."""
    before = _old_points(folder, list(kinds_of(folder)))
    keys = _old_keys(folder)
    changes = {question.id: Change(question.id) for question in sheet.questions}
    for name in kinds_of(folder):
        changes.setdefault(name, Change(name))
    for name, texts in keys.items():
        changes.setdefault(name, Change(name)).before = texts
    moved: list[tuple[str, Fraction, Fraction]] = []

    def compared(graded: Iterator[Graded]) -> Iterator[Graded]:
        for one in graded:
            _compare(one, before.get(one.shown, {}), changes, moved)
            yield one

    counted = [counted_of(record) for record in records(folder)]
    students = [(one.student, one.shown) for one in counted]
    marks = read_marks(folder, sheet, students, counted, anonymous=manifest.anonymous)
    found = compared(marks.counted(_mark_again(folder, Grader(sheet, secret, noted=True))))
    if place is None:
        total = sum(1 for _ in found)
        return Regraded(changes, moved, total, None, marks.last_notes())
    run = GradingRun(sheet, place, manifest, marks)
    statuses = old_statuses(folder)
    summary = outputs.write(run, found, lambda: statuses, lambda: len(statuses))
    return Regraded(changes, moved, summary.students + summary.missing, summary, summary.notes)


def _mark_again(folder: str, grader: Grader) -> Iterator[Graded]:
    """The marks of every student of an earlier run, by another sheet."""
    for record in records(folder):
        student = student_of(record)
        if record["answers"] is None:
            yield Graded(
                student, record["drawn_variant"], [], Fraction(0), notes=list(record["notes"]), handed_in=False,
                shown=record["shown"],
            )  # fmt: skip
            continue
        variant = grader.code(student.id) or record["drawn_variant"]
        numbers = record["numbers"] if grader.secret is None else None
        named = student.id if grader.secret else record["shown"]  # the name in messages
        sheet = grader.sheet_of(named, variant, numbers)
        values = grader.merge(record["answers"], [])
        entries = grader.mark(sheet, values)
        yield Graded(
            student, variant, entries, sum((e.points for e in entries), Fraction(0)), record["file"],
            list(record["notes"]), record["answers"], record["numbers"], shown=record["shown"],
            time=float(record["time"]), sure=record["sure"], claimed=record["variant"],
            attempt=record["attempt"], upload=record["upload"], series=record["series"],
        )  # fmt: skip


_POINTS = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?|[0-9]{1,9}/[1-9][0-9]{0,8}")


def _old_points(folder: str, questions: list[str]) -> dict[str, dict[str, Fraction]]:
    """The points of an earlier run, by student and question.

    Raises:
        UsageError: the table is missing or broken.
        SpecError: its points are not numbers; every such row is named.
    """
    found: dict[str, dict[str, Fraction]] = {}
    path = path_in(folder, "grades.csv")
    problems = Problems()
    for number, row in enumerate(table_rows(path, "student_id", *questions), start=2):
        points = {}
        for name in questions:
            text = row[name].strip()
            if text and not _POINTS.fullmatch(text):
                what = (
                    f"{shortened(text)!r} for {shortened(name)} are not points; "
                    "write a number, or grade the files again"
                )
                problems.add(RowError(path, number, what))
                continue
            points[name] = Fraction(text or 0)
        found[unguard_cell(row["student_id"])] = points
    problems.tell()
    return found


def _old_keys(folder: str) -> dict[str, set[str]]:
    """The right answers of an earlier run, by question; a few of each."""
    found: dict[str, set[str]] = {}
    for row in table_rows(path_in(folder, "parts.csv"), "question", "part", "expected"):
        name = printable(row["question"])
        kept = found.setdefault(name, set())
        if len(kept) < 1000:
            kept.add(_key_text(printable(row["part"]), printable(unguard_cell(row["expected"]))))
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
    """Record what changes for one student."""
    if not one.handed_in:
        return
    after = {entry.result.id: entry.points for entry in one.entries}
    for name in {**before, **after}:
        change = changes.setdefault(name, Change(name))
        moved_by = points_change(before.get(name, Fraction(0)), after.get(name, Fraction(0)))
        change.moves[moved_by] += 1
    for entry in one.entries:
        kept = changes[entry.result.id].after
        if len(kept) < 1000:
            kept |= {_key_text(row.part, printable(row.expected)) for row in entry.rows}
    old, new = sum(before.values(), Fraction(0)), one.points
    if points_change(old, new):
        moved.append((one.shown, old, new))
