"""The answers of a class on disk, and the status of every file.

Files are read one at a time and their answers noted in a file; once every file has been seen, and
the newest of each student is known, they are marked student by student. Memory holds one short entry
per student.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import IO, Any

from convcalc.errors import ConvcalcError
from convcalc.homework.classroom import answer_files as submissions
from convcalc.homework.classroom.collect import SubmittedFile, natural_key
from convcalc.homework.classroom.grader import Graded, Grader
from convcalc.homework.classroom.roster import (
    Roster,
    Student,
    guess_student,
    student_named,
    words_of,
)
from convcalc.homework.sheets.sheet import Question, Sheet
from convcalc.homework.variants.secret import same_student
from convcalc.text import shortened

_MAX_NOTES = 8
_MAX_NOTE = 200


@dataclass(slots=True)
class FileStatus:
    """The status of one file.

    Attributes:
        path: the file, or the row of one.
        student: whose it is, as far as is known.
        status: one of `STATUSES`.
        note: why.
    """

    path: str
    student: str
    status: str
    note: str = ""


STATUSES = ("graded", "older copy", "unreadable", "not on the roster", "left out")


@dataclass(slots=True)
class _Place:
    """The place of a student's newest answers in the store."""

    student: str
    rank: tuple[bool, float, int]
    start: int
    path: str


class AnswerStore:
    """The answers of a class on disk; in memory only their places."""

    def __init__(
        self, file: IO[bytes], sheet: Sheet, roster: Roster | None, grader: Grader
    ) -> None:
        self.file, self.sheet, self.roster, self.grader = file, sheet, roster, grader
        self.places: dict[str, _Place] = {}
        self.statuses: list[FileStatus] = []
        self.files = 0
        self.rows = 0
        self._codes: dict[str, str] | None = None
        self._broken: dict[str, str] | None = None

    def codes(self) -> dict[str, str]:
        """The students by their variants' codes."""
        if self._codes is None:
            self._codes = {}
            if self.roster and self.grader.varies:
                for student in self.roster.students:
                    self._codes[self.grader.code(student)] = student
        return self._codes

    def read(
        self,
        submitted_files: Iterable[SubmittedFile],
        columns: dict[str, str] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Note the answers of every file."""
        for submitted in submitted_files:
            self.files += 1
            if progress:
                progress(self.files)
            if submitted.left_out:
                self.statuses.append(FileStatus(submitted.path, "", "left out", submitted.problem))
            elif submitted.data is None:
                self.statuses.append(
                    FileStatus(
                        submitted.path, self.likely(submitted), "unreadable", submitted.problem
                    )
                )
            else:
                self.read_file(submitted, columns)

    def likely(self, submitted: SubmittedFile) -> str:
        """The student of an unreadable file, by its name."""
        if self.roster:
            return student_named(submitted.names, self.roster)
        return guess_student(submitted.names, self.sheet.id)

    def read_file(self, submitted: SubmittedFile, columns: dict[str, str] | None) -> None:
        """Note the answers of one file, or why there are none."""
        assert submitted.data is not None
        try:
            found = parse_submitted(submitted, self.sheet, columns)
        except ConvcalcError as error:
            why = str(error).partition("\n")[0].removeprefix(f"{submitted.path}: ")
            self.statuses.append(
                FileStatus(
                    submitted.path, self.likely(submitted), "unreadable", shortened(why, _MAX_NOTE)
                )
            )
            return
        except Exception as error:  # noqa: BLE001 - one broken file must not stop a class
            why = f"cannot be read ({type(error).__name__})"
            self.statuses.append(
                FileStatus(submitted.path, self.likely(submitted), "unreadable", why)
            )
            return
        for each in found:
            self.rows += 1
            self.note(submitted, each, alone=len(found) == 1)

    def note(self, submitted: SubmittedFile, given: submissions.Answers, *, alone: bool) -> None:
        """Note one student's answers."""
        path = given.path or submitted.path
        student, sure, why = self.owner(submitted, given, alone=alone)
        if not student:
            self.statuses.append(
                FileStatus(path, given.student, why, "" if given.student else "no name in it")
            )
            return
        notes = [shortened(note, _MAX_NOTE) for note in given.notes[:_MAX_NOTES]]
        if why:
            notes.append(why)
        if given.sheet and given.sheet != self.sheet.id:
            notes.append(f"the answers are for the sheet {shortened(given.sheet, 40)!r}")
        values = self.grader.merge(given.values, notes)
        record = {
            "student": student, "file": path, "time": submitted.time, "sure": sure,
            "variant": given.variant, "notes": notes, "answers": values,
        }  # fmt: skip
        self.add(record)

    def add(self, record: dict[str, Any]) -> None:
        """Put one student's answers into the store, unless newer ones are there."""
        path, student = record["file"], record["student"]
        key = same_student(student)
        rank = (bool(record["sure"]), float(record["time"]), len(self.statuses) + self.rows)
        older = self.places.get(key)
        if older is not None and older.rank > rank:
            self.statuses.append(
                FileStatus(
                    path, student, "older copy", _reason_not_used(rank, older.rank, older.path)
                )
            )
            return
        if older is not None:
            why = _reason_not_used(older.rank, rank, path)
            self.statuses.append(FileStatus(older.path, student, "older copy", why))
        start = self.file.seek(0, 2)
        self.file.write(json.dumps(record, ensure_ascii=True).encode() + b"\n")
        self.places[key] = _Place(student, rank, start, path)

    def owner(
        self, submitted: SubmittedFile, given: submissions.Answers, *, alone: bool
    ) -> tuple[str, bool, str]:
        """Whose answers these are, whether the file's own name says so, and what is odd about it."""
        roster = self.roster
        if roster is None:
            name = guess_student(submitted.names, self.sheet.id) if alone else ""
            if not given.student:
                return name, True, "" if name else "unreadable"
            words = {same_student(word) for part in submitted.names for word in words_of(part)}
            return given.student[:100], same_student(given.student) in words or not alone, ""
        said = roster.find(given.student) if given.student else ""
        named = student_named(submitted.names, roster) if alone else ""
        if named:
            odd = ""
            if given.student and said != named:
                odd = f"the answers say {shortened(given.student, 40)!r}, the file name says {named}; the file name counts"
            return named, True, odd
        if said:
            return said, not alone, ""
        if given.variant and (owner := self.codes().get(given.variant)):
            return owner, False, f"identified by the variant {shortened(given.variant, 20)}"
        if not given.student:
            given.student = guess_student(submitted.names, self.sheet.id) if alone else ""
        return "", False, "not on the roster" if given.student else "unreadable"

    def grades(self, order: Callable[[Student], str] | None = None) -> Iterator[Graded]:
        """The marks of every student, in the order of the roster, else of their ids, or in another."""
        if self.roster:
            students = list(self.roster.students.values())
        else:
            places = sorted(self.places.items(), key=lambda pair: natural_key(pair[0]))
            students = [Student(place.student) for _, place in places]
        if order:
            students.sort(key=order)
        for student in students:
            place = self.places.get(same_student(student.id))
            yield self._grade_of(student, place) if place else self._missing(student)

    def record(self, place: _Place) -> dict[str, Any]:
        """One student's answers, back from the store."""
        self.file.seek(place.start)
        found: dict[str, Any] = json.loads(self.file.readline())
        return found

    def _grade_of(self, student: Student, place: _Place) -> Graded:
        """The marks of one student."""
        record = self.record(place)
        notes = list(record["notes"])
        variant = self.grader.code(student.id) or record.get("drawn_variant", "")
        sheet = self.grader.sheet_of(student.id, variant, record.get("numbers"))
        claimed = record["variant"]
        if (
            claimed
            and variant
            and not claimed.startswith(variant)
            and not variant.startswith(claimed)
        ):
            notes.append(
                f"the answers say variant {shortened(claimed, 20)!r}, but {student.id} has {variant}"
            )
        entries = self.grader.mark(sheet, record["answers"])
        points = sum((entry.points for entry in entries), Fraction(0))
        numbers = {
            q.id: _drawn_numbers(q, self.sheet)
            for q in sheet.questions
            if q.id in self.grader.varies
        }
        return Graded(
            student, variant, entries, points, record["file"], notes, record["answers"], numbers,
            time=float(record["time"]), sure=bool(record["sure"]), claimed=claimed,
        )  # fmt: skip

    def all_statuses(self) -> list[FileStatus]:
        """The status of every file and row, including those that were graded."""
        graded = [FileStatus(place.path, place.student, "graded") for place in self.places.values()]
        return [*self.statuses, *graded]

    def students(self) -> list[str]:
        """Everybody who is graded or missing."""
        if self.roster:
            return list(self.roster.students)
        return [place.student for place in self.places.values()]

    def _missing(self, student: Student) -> Graded:
        """The marks of a student without a readable file."""
        if self._broken is None:
            self._broken = {
                same_student(each.student): f"{each.path}: {each.note}"
                for each in self.statuses
                if each.status == "unreadable" and each.student
            }
        why = self._broken.get(same_student(student.id))
        variant = self.grader.code(student.id)
        return Graded(
            student, variant, [], Fraction(0), notes=[why] if why else [], handed_in=False
        )


def parse_submitted(
    submitted: SubmittedFile, sheet: Sheet, columns: dict[str, str] | None
) -> list[submissions.Answers]:
    """The answers in a file; of a form's export by its own headings."""
    assert submitted.data is not None
    if columns:
        text = submissions.decode_answers(submitted.data, submitted.path)
        if submissions.has_heading(text, columns):
            return submissions.parse_table(text, sheet, submitted.path, columns)
    return submissions.parse(submitted.data, sheet, submitted.path)


def _drawn_numbers(question: Question, sheet: Sheet) -> dict[str, str]:
    """The numbers of a draw, by the names that vary."""
    names = next((q.vary for q in sheet.questions if q.id == question.id), {})
    return {name: str(question.given[name]) for name in names}


def _reason_not_used(
    older: tuple[bool, float, int], newer: tuple[bool, float, int], path: str
) -> str:
    """Why one of two files from a student does not count."""
    if older[0] != newer[0]:
        return f"{path} has the student's name and counts"
    if older[1] == newer[1]:
        return f"as old as {path}, which was read later and counts"
    return f"older than {path}, which counts"
