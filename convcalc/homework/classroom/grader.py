"""Marks answers to a sheet, each different answer once: one `Graded` per student."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NamedTuple

from convcalc.errors import UsageError
from convcalc.homework.answers import parsing as answers
from convcalc.homework.classroom.roster import Student
from convcalc.homework.marking.earlier import marked_in_order
from convcalc.homework.marking.mark import mark_question
from convcalc.homework.marking.neighbours import (
    by_question,
    is_unexplained,
    right_answers,
    with_neighbour,
)
from convcalc.homework.marking.verdicts import Result, Verdict
from convcalc.homework.sheets.points import points_text
from convcalc.homework.sheets.sheet import Question, Sheet
from convcalc.homework.variants.draw import Maker, varies, with_numbers
from convcalc.homework.variants.secret import Codes, code, whole_codes

_MAX_UNKNOWN = 3  # most unknown questions named in the notes on a student
MAX_KEPT = 4_000  # most markings kept in memory; about 5 kB each


@dataclass(slots=True)
class Entry:
    """The marking of one answer, with the rows about it."""

    result: Result
    points: Fraction
    rows: list[PartRow]
    loose: bool  # a wrong number that no mistake explains; it may be another question's answer
    question: Question  # with the student's own numbers

    @property
    def sentence(self) -> str:
        """The question in words."""
        return self.question.sentence


@dataclass(slots=True)
class Graded:
    """One student's marks.

    Attributes:
        student: the id, from the roster if there is one.
        variant: the code of the drawn numbers.
        entries: one per question.
        points: the points that convcalc gives.
        path: the file; empty if nothing was submitted.
        notes: anything unusual about it.
        values: the answers as written.
        numbers: the drawn numbers, by question.
        handed_in: whether anything was submitted.
        shown: the id, or the code that replaces it in an anonymous run.
        time, sure, attempt: when the file was changed, whether its name says whose it is, and which
            attempt it is.
        upload, series: for Canvas, the file's number, and its own name without the attempt.
        claimed: the variant named in the answers.
    """

    student: Student
    variant: str
    entries: list[Entry]
    points: Fraction
    path: str = ""
    notes: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, dict[str, str]] = field(default_factory=dict)
    handed_in: bool = True
    shown: str = ""
    time: float = 0.0
    sure: bool = True
    claimed: str = ""
    attempt: int = 0
    upload: int = 0
    series: str = ""

    @property
    def status(self) -> str:
        """Graded; or else missing, or unreadable."""
        if self.handed_in:
            return "graded"
        return "unreadable" if self.notes else "missing"

    def __post_init__(self) -> None:
        self.shown = self.shown or self.student.id
        results = [entry.result for entry in self.entries]
        found = [f"{each.id}: {note}" for each in results for note in each.notes]
        self.notes += [note for note in found if note not in self.notes]


# --------------------------------------------------------------------------------- the grader


class Grader:
    """Marks answers to a sheet, each different answer once.

    Args:
        sheet: the teacher's.
        secret: the secret from which numbers are drawn; not needed if no numbers vary.

    Raises:
        UsageError: numbers vary, and there is no secret.
        SpecError: no draw of a question is allowed.
    """

    def __init__(self, sheet: Sheet, secret: bytes | None = None, *, noted: bool = False) -> None:
        self.sheet = sheet
        self.varies = varies(sheet)
        if self.varies and secret is None and not noted:
            message = (
                f"{', '.join(self.varies[:5])} {'draws' if len(self.varies) == 1 else 'draw'} numbers per "
                "student; give the --secret-file that hw make used"
            )
            raise UsageError(message)
        self.secret = secret
        self.maker = Maker(sheet, secret) if secret is not None and self.varies else None
        self.ids = {question.id.lower(): question.id for question in sheet.questions}
        self._kept: dict[tuple[int, str, str], Entry] = {}
        self._owners: dict[tuple[int, ...], dict[Any, str]] = {}
        self._alive: dict[int, Question] = {}
        self._drawn: dict[tuple[str, ...], Question] = {}

    def sheet_of(
        self, student: str, variant: str = "", numbers: dict[str, dict[str, str]] | None = None
    ) -> Sheet:
        """The sheet as the student has it."""
        if not self.varies:
            return self.sheet
        if numbers is not None and set(self.varies) <= set(numbers):
            return with_numbers(self.sheet, numbers, student, variant, self._drawn)
        if self.maker is None:
            return with_numbers(self.sheet, {}, student, variant, self._drawn)
        return self.maker.of(student, variant)

    def code(self, student: str) -> str:
        """The variant's code; empty if nothing varies."""
        if self.secret is None or not self.varies:
            return ""
        return code(self.secret, "variant", self.sheet.id, student)

    def codes(self, students: Iterable[str]) -> Codes:
        """The students by the codes of their variants; empty if nothing varies."""
        if self.secret is None or not self.varies:
            return Codes({})
        return Codes(whole_codes(self.secret, "variant", self.sheet.id, students))

    def has_code(self, student: str, claimed: str) -> bool:
        """Whether a code, of any length, is that of the student's variant."""
        return student in self.codes([student]).of(claimed)

    def merge(self, values: dict[str, Any], notes: list[str]) -> dict[str, Any]:
        """Answers by question; parts such as q5.1.shape are put together."""
        found, unknown = by_question(self.ids, values, _MAX_UNKNOWN)
        notes += unknown
        return {name: _clip(raw) for name, raw in found.items()}

    def mark(self, sheet: Sheet, values: dict[str, Any]) -> list[Entry]:
        """The marking of each question of a student's sheet."""

        def one(question: Question, raw: Any, own: dict[str, Any]) -> Entry:
            return self.entry(sheet, question, raw, own)

        entries = marked_in_order(sheet.questions, values, one, lambda entry: entry.result)
        if any(entry.loose for entry in entries):
            owners = self.owners(sheet)
            entries = [_name_neighbour(e, owners) if e.loose else e for e in entries]
        return entries

    def entry(self, sheet: Sheet, question: Question, raw: Any, own: dict[str, Any]) -> Entry:
        """The marking of one answer; ``own`` has the student's earlier answers on which it may build."""
        if question.manual:  # no two students write the same sentences
            return _entry_of(question, mark_question(sheet, question, raw))
        text = raw if isinstance(raw, str) else json.dumps(raw)
        key = (id(question), text, repr(own))
        found = self._kept.get(key)
        if found is None:
            found = _entry_of(question, mark_question(sheet, question, raw, own=own))
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
                self._alive.clear()
            self._kept[key] = found
            self._alive[id(question)] = question  # kept, so that no other question gets its id()
        return found

    def owners(self, sheet: Sheet) -> dict[Any, str]:
        """The question to which each right answer belongs."""
        key = tuple(map(id, sheet.questions))
        if key not in self._owners:
            if len(self._owners) > 1000:
                self._owners.clear()
            self._owners[key] = right_answers(sheet)
        return self._owners[key]


def _clip(raw: Any) -> Any:
    """An answer, cut to the length that is read."""
    if isinstance(raw, str):
        return raw if len(raw) <= answers.MAX_TEXT else raw[: answers.MAX_TEXT + 1]
    return raw


def _entry_of(question: Question, result: Result) -> Entry:
    """A result with its rows of parts.csv."""
    rows = []
    loose = False
    forms = {part.name: part for part in question.parts} if not question.manual else {}
    for verdict in result.parts:
        part = forms.get(verdict.part)
        expected = (
            "" if part is None or part.expected is None else part.answer_type.text(part.expected)
        )
        rows.append(_row_of(verdict, expected))
        loose = loose or is_unexplained(verdict)
    return Entry(result, result.points, rows, loose, question)


class PartRow(NamedTuple):
    """One row of parts.csv, as text: the answer to one part and its marking."""

    question: str
    part: str
    given: str
    read: str
    expected: str
    status: str
    points: str
    max: str
    mistake: str
    convention: str
    note: str


def _row_of(verdict: Verdict, expected: str) -> PartRow:
    """The row about one part."""
    return PartRow(
        question=verdict.id,
        part=verdict.part,
        given=verdict.given,
        read=verdict.said,
        expected=expected,
        status=verdict.status,
        points=points_text(verdict.points),
        max=points_text(verdict.max),
        mistake=" ".join(name for name, _ in verdict.mistakes),
        convention=" ".join(f"{key}={value}" for key, value in verdict.convention.items()),
        note=verdict.hint.partition("\n")[0],
    )


def _name_neighbour(entry: Entry, owners: dict[Any, str]) -> Entry:
    """The entry, with a note if a wrong number is the right answer to another question."""
    parts = [with_neighbour(verdict, owners) for verdict in entry.result.parts]
    if parts == entry.result.parts:
        return entry
    rows = [
        _row_of(verdict, row.expected) if verdict.mistakes and not row.mistake else row
        for verdict, row in zip(parts, entry.rows)
    ]
    return replace(entry, result=replace(entry.result, parts=parts), rows=rows, loose=False)
