"""The points given by a person: added to the others, and kept with everything that was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from convcalc.homework.classroom.grader import Entry, Graded
from convcalc.homework.classroom.spreadsheet import as_number
from convcalc.homework.sheets.points import points_text
from convcalc.homework.sheets.sheet import Question, Sheet
from convcalc.homework.variants.secret import same_student
from convcalc.text import guard_cell, one_line, plural, printable, shortened, unguard_cell

BY_HAND = "by-hand.csv"
COLUMNS = (
    "student_id", "variant", "question", "answer", "points", "max", "comment", "status", "earlier_answer",
)  # fmt: skip
VOID = "void: everybody gets the points"
_MAX_NAMED = 3  # most answers named in a note


class Counted(NamedTuple):
    """What an earlier run counted for a student.

    Attributes:
        student, shown: the id, and the name or code shown for it.
        marks: by question, what was typed under each heading.
    """

    student: str
    shown: str
    marks: dict[str, dict[str, str]]


@dataclass(slots=True)
class Mark:
    """What a person typed about one answer.

    Attributes:
        points, comment: as typed.
        value: the points as a number; None if there are none yet.
        status: what a person wrote in place of the tool's status.
        answer: the answer in the row.
        earlier: the answer that was marked, if the answer is now another one.
        extra: the cells of columns that were added, by heading.
    """

    points: str = ""
    comment: str = ""
    value: Fraction | None = None
    status: str = ""
    answer: str = ""
    earlier: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def typed(self) -> dict[str, str]:
        """Everything that a person typed, under each heading."""
        found = {"points": self.points, "comment": self.comment, "status": self.status}
        return {name: text for name, text in {**found, **self.extra}.items() if text}


@dataclass(slots=True)
class Marks:
    """The points that a person gave to a class.

    Attributes:
        sheet: the questions.
        given: by student and question.
        kept: rows that belong to no answer, by heading.
        extra: headings of columns that were added.
        notes: notes to show.
        earlier: the answers whose points were given for an earlier version.
        waiting: the marks of students who submitted nothing.
    """

    sheet: Sheet
    given: dict[tuple[str, str], Mark] = field(default_factory=dict)
    kept: list[dict[str, str]] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    earlier: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    _manual: dict[str, Question] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._manual = {q.id: q for q in self.sheet.questions if q.may_need_person}

    @property
    def any(self) -> bool:
        """Whether there is anything for a person to mark, or anything to keep."""
        return bool(self._manual or self.kept)

    def of(self, one: Graded) -> dict[str, Mark]:
        """What a person typed about a student's answers, by question."""
        who = same_student(one.student.id)
        found = {name: self.given.get((who, name)) for name in self._manual}
        return {name: mark for name, mark in found.items() if mark is not None}

    def counted(self, graded: Iterable[Graded]) -> Iterator[Graded]:
        """The students, with the points given by a person added to their points."""
        for one in graded:
            if self._manual:
                self._count(one)
            yield one

    def _count(self, one: Graded) -> None:
        """Count the points of one student."""
        found = self.of(one)
        if not one.handed_in:
            self.waiting += [f"{one.shown} {name}" for name in found]
            return
        for place, entry in enumerate(one.entries):
            question = self._manual.get(entry.result.id)
            if question is not None:
                mark = found.get(question.id)
                if not question.manual and (mark is None or mark.value is None):
                    continue  # decided, or not yet
                one.entries[place] = _counted_entry(entry, question, mark)
                if mark is not None and mark.earlier:
                    self.earlier.append(f"{one.shown} {question.id}")
        one.points = sum((entry.points for entry in one.entries), Fraction(0))

    def rows(self, one: Graded) -> Iterator[list[str]]:
        """The rows of by-hand.csv about one student."""
        found = self.of(one)
        for entry in one.entries:
            question = self._manual.get(entry.result.id)
            mark = found.get(entry.result.id)
            if question is not None and (mark is not None or entry.result.status == "by-hand"):
                given = one_line(entry.result.parts[0].given)
                yield self._row(one, question, given, mark, _state(entry, mark))
        if not one.entries:
            for name, mark in found.items():
                state = "not counted: nothing was submitted"
                yield self._row(one, self._manual[name], mark.answer, mark, state)

    def record(self, one: Graded) -> dict[str, dict[str, str]]:
        """What a person typed about a student's answers, for a later run."""
        return {
            name: {**mark.typed, "answer": mark.answer, "earlier_answer": mark.earlier}
            for name, mark in self.of(one).items()
        }

    def _row(
        self, one: Graded, question: Question, answer: str, mark: Mark | None, state: str
    ) -> list[str]:
        """One row of by-hand.csv."""
        mark = mark or Mark()
        cells = {
            "student_id": one.shown, "variant": one.variant, "question": question.id, "answer": answer,
            "points": mark.points, "max": points_text(question.points), "comment": mark.comment,
            "status": mark.status or state, "earlier_answer": mark.earlier,
        }  # fmt: skip
        return self.cells({**cells, **mark.extra})

    def cells(self, row: dict[str, str]) -> list[str]:
        """The cells of a row, in the form of by-hand.csv."""
        return [_cell(row.get(name, "")) for name in (*COLUMNS, *self.extra)]

    def last_notes(self) -> list[str]:
        """The notes after all students were counted."""
        notes = list(self.notes)
        if self.earlier:
            points = plural(len(self.earlier), "answer has", "answers have")
            notes.append(
                f"{points} points for an earlier answer ({some(self.earlier)}): look again, then change the "
                f"points, or empty earlier_answer in {BY_HAND}"
            )
        if self.waiting:
            points = plural(len(self.waiting), "answer has", "answers have")
            notes.append(
                f"{points} points in {BY_HAND} and nothing was submitted ({some(self.waiting)}): kept, not counted"
            )
        return notes


def _counted_entry(entry: Entry, question: Question, mark: Mark | None) -> Entry:
    """The marking of an answer with the points given by a person."""
    verdict, *others = entry.result.parts
    verdict = replace(verdict, part="") if others else verdict
    points, status, said = Fraction(0), verdict.status, ""
    if mark is not None:
        given = verdict.given
        if not mark.earlier and mark.answer and not _is_same_answer(mark.answer, given):
            mark.earlier = mark.answer
        mark.answer = one_line(given)
        said = one_line(mark.comment)
        if mark.value is not None:
            points, status = mark.value, "marked"
            said += " (for an earlier answer)" * bool(mark.earlier)
    if question.void:
        points, status = question.points, "right"
    verdict = replace(verdict, points=points, max=question.points, status=status, hint=said.strip())
    row = entry.rows[0]._replace(
        part=verdict.part,
        points=points_text(points),
        max=points_text(question.points),
        status=status,
        note=verdict.hint,
    )
    result = replace(entry.result, parts=[verdict])
    return replace(entry, result=result, points=points, rows=[row], loose=False)


def _state(entry: Entry, mark: Mark | None) -> str:
    """The status of an answer in by-hand.csv."""
    if entry.result.status == "right":
        return VOID
    if mark is None or mark.value is None:
        return "to mark" if entry.result.status == "by-hand" else "not answered"
    if mark.earlier:
        return "marked for an earlier answer: look again"
    return "marked"


def _cell(text: str) -> str:
    """A cell that spreadsheets do not take for a formula; line breaks of comments are kept."""
    if text.isprintable():
        found: str = guard_cell(text)
        return found
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first, *more = [printable(re.sub(r"\s", " ", line)) for line in lines]
    return "\n".join((guard_cell(first), *more))


def _is_same_answer(cell: str, given: str) -> bool:
    """Whether a row's answer is still the same, except for changes by spreadsheets."""
    given = one_line(given)
    kept = {given, *(given.encode(name, "replace").decode(name) for name in ("cp1252", "ascii"))}
    number = as_number(cell)
    return _plain_text(cell) in map(_plain_text, kept) or (
        number is not None and number == as_number(given)
    )


def _plain_text(text: str) -> str:
    """A text in lower case, without spaces and the guard against formulas."""
    return "".join(unicodedata.normalize("NFKC", unguard_cell(text)).casefold().split())


def some(names: Sequence[str]) -> str:
    """The first names of a list."""
    more = len(names) - _MAX_NAMED
    shown = ", ".join(shortened(name) for name in names[:_MAX_NAMED])
    return f"{shown}, … {more:,} more" if more > 0 else shown
