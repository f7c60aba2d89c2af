"""The answers of a class on disk, and the status of every file.

Files are read one at a time, and their answers are written to a store on disk. When all files are
read, the newest answers of each student are marked, student by student. Memory holds one short
entry per student.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import IO, Any, NamedTuple

from convcalc.errors import ConvcalcError, UsageError, first_line
from convcalc.homework.answers.parsing import is_blank
from convcalc.homework.classroom import answer_files as submissions
from convcalc.homework.classroom.answer_page import is_form
from convcalc.homework.classroom.beside import NETWORK, NOT_ANSWERS, holds_network
from convcalc.homework.classroom.claims import Claim, without_backup
from convcalc.homework.classroom.collect import SubmittedFile, natural_key
from convcalc.homework.classroom.given import Answers
from convcalc.homework.classroom.grader import Graded, Grader
from convcalc.homework.classroom.guesses import Guesses
from convcalc.homework.classroom.own_files import is_ours
from convcalc.homework.classroom.owner import (
    NOT_ON_THE_ROSTER,
    UNCLEAR,
    UNREADABLE,
    Owners,
    names_of,
)
from convcalc.homework.classroom.platforms.tables import has_heading, parse_table
from convcalc.homework.classroom.roster import Roster, Student
from convcalc.homework.sheets.handed_in import handed_in, with_files
from convcalc.homework.sheets.sheet import Question, Sheet
from convcalc.homework.variants.secret import same_student
from convcalc.text import quoted, shortened

_MAX_NOTES = 8
_MAX_NOTE = 200
_CODE = re.compile(r"[0-9a-f]{4,64}")  # the form of a variant's code


@dataclass(slots=True)
class FileStatus:
    """The status of one file.

    Attributes:
        path: the file, or a row of a file.
        student: whose it is, if known.
        status: one of `STATUSES`.
        note: why.
    """

    path: str
    student: str
    status: str
    note: str = ""


NO_ANSWERS = "no answers"
TROUBLES = (
    UNREADABLE,
    NO_ANSWERS,
    UNCLEAR,
    NOT_ON_THE_ROSTER,
)  # a student may be missing because of these
STATUSES = (
    "graded", "older copy", UNREADABLE, NO_ANSWERS, UNCLEAR, NOT_ON_THE_ROSTER, "left out",
)  # fmt: skip


class _Rank(NamedTuple):
    """Which of a student's files counts: the one with the largest rank, compared from the left.

    Attributes:
        answered: whether it has any answer.
        sure: whether its name or the platform says whose it is.
        current: whether it is the file itself, not a backup made by an editor.
        attempt: the platform's number, else the version that its name ends in.
        upload: the platform's number of the file.
        attached: whether it is a file, and not the text of a form, which is often a remark on the file.
        time: when it was submitted, if the platform says so; else when it was last changed.
        order: its position among all files read.
    """

    answered: bool
    sure: bool
    current: bool
    attempt: int
    upload: int
    attached: bool
    time: float
    order: int


@dataclass(slots=True)
class _Place:
    """The place of a student's newest answers in the store; attempts are compared within a series."""

    student: str
    rank: _Rank
    series: str
    start: int
    path: str
    bare: bool = False  # a network without answers that name it


@dataclass(slots=True)
class _Waiting:
    """A file whose owner is known only when the names of all files are.

    Attributes:
        submitted, given: the file and its facts, without bytes and answers.
        alone: whether the file has only one student.
        start: where its answers begin in the store; negative if it has none.
        status: its status if it has none.
    """

    submitted: SubmittedFile
    given: Answers
    alone: bool
    start: int
    status: FileStatus | None = None


class AnswerStore:
    """The answers of a class on disk; memory has only their positions."""

    def __init__(
        self, file: IO[bytes], sheet: Sheet, roster: Roster | None, grader: Grader
    ) -> None:
        self.file, self.sheet, self.roster, self.grader = file, sheet, roster, grader
        self.places: dict[str, _Place] = {}
        self.statuses: list[FileStatus] = []
        self.files = 0
        self.rows = 0
        self._added = 0
        self._numbers: dict[str, str] = {}  # of Moodle, by student
        self.variants = {True: 0, False: 0}  # variants that fit the secret, or do not
        self._owners: Owners | None = None
        self._waiting: list[_Waiting] = []  # without a roster, until every name was seen
        self._broken: dict[str, str] | None = None
        self._fitting: dict[str, str] = {}  # why files that may be a student's do not count
        taking = [question for question in sheet.questions if question.task.takes_file]
        self._takes_files = bool(taking)
        self.unused = ""  # what was passed for reading and not used
        self._is_mapped = False  # whether a table was read by the headings of --map
        self._sole = taking[0] if taking and len(sheet.questions) == 1 else None

    @property
    def owners(self) -> Owners:
        """The object that finds the owner of a file's answers."""
        if self._owners is None:
            files = (
                (names_of(each.submitted), each.given.student)
                for each in self._waiting
                if each.start >= 0 and each.alone
            )
            codes = self.grader.codes(self.roster.students if self.roster else ())
            self._owners = Owners(self.roster, codes, Guesses(files, self.sheet.id))
        return self._owners

    def read(
        self,
        submitted_files: Iterable[SubmittedFile],
        columns: dict[str, str] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Store the answers of every file."""
        alone: list[tuple[SubmittedFile, Answers]] = []
        for submitted in submitted_files:
            self.files += 1
            if progress:
                progress(self.files)
            if submitted.network and self._sole:
                value = handed_in(self._sole, submitted.network, submitted.place)
                alone.append((submitted, Answers({self._sole.id: value}, path=submitted.path)))
            elif submitted.left_out:
                self.statuses.append(FileStatus(submitted.path, "", "left out", submitted.problem))
            elif submitted.data is None:
                self._set_aside(submitted, UNREADABLE, submitted.problem)
            elif holds_network(submitted.data, self.sheet):
                if self._takes_files:
                    self.statuses.append(FileStatus(submitted.path, "", "left out", NETWORK))
                else:
                    self._set_aside(submitted, UNREADABLE, NOT_ANSWERS)
            elif is_ours(submitted.data):
                why = "a file that convcalc hw wrote"
                self.statuses.append(FileStatus(submitted.path, "", "left out", why))
            else:
                self.read_file(submitted, columns)
        if columns and not self._is_mapped:
            heading = quoted(next(iter(columns)))
            self.unused = (
                f"--map: no table among the files has its heading {heading}, or another one of it"
            )
        for submitted, answers in alone:
            self.note(submitted, answers, alone=True, is_bare=True)
        self._settle()

    def _settle(self) -> None:
        """Find the owners of the files that wait until all names are known."""
        for each in self._waiting:
            if each.status is not None:
                self._add_status(each.submitted, each.status)
            else:
                record = self._record_at(each.start)
                self._assign(each.submitted, each.given, record, alone=each.alone)
        if self._waiting:
            self._waiting, self._owners = [], None

    def _set_aside(self, submitted: SubmittedFile, status: str, why: str, path: str = "") -> None:
        """Record why a file or one of its rows does not count."""
        found = FileStatus(path or submitted.path, "", status, shortened(why, _MAX_NOTE))
        if self.roster is None:
            bare = replace(submitted, data=None)
            self._waiting.append(_Waiting(bare, Answers(), alone=True, start=-1, status=found))
        else:
            self._add_status(submitted, found)

    def _add_status(self, submitted: SubmittedFile, found: FileStatus) -> None:
        """Record the status of a file, once for each probable owner."""
        for student in self.owners.likely(submitted) or ("",):
            self.statuses.append(replace(found, student=student))

    def read_file(self, submitted: SubmittedFile, columns: dict[str, str] | None) -> None:
        """Store the answers of one file, or why there are none."""
        assert submitted.data is not None
        try:
            found = parse_submitted(submitted, self.sheet, columns)
            self._is_mapped = self._is_mapped or _has_headings(submitted, columns)
        except ConvcalcError as error:
            why = first_line(error, submitted.path)
            self._set_aside(submitted, UNREADABLE, why)
            return
        except Exception as error:  # noqa: BLE001 - one broken file must not stop a class
            self._set_aside(submitted, UNREADABLE, f"cannot be read ({type(error).__name__})")
            return
        for each in found:
            self.rows += 1
            self.note(submitted, each, alone=len(found) == 1)

    def note(
        self, submitted: SubmittedFile, given: Answers, *, alone: bool, is_bare: bool = False
    ) -> None:
        """Store the answers of one student, or of the members of a group.

        Args:
            submitted, given: the file and its answers.
            alone: whether it has only one student.
            is_bare: whether it is a network that no answers name; answers take precedence over it.
        """
        path = given.path or submitted.path
        notes = [shortened(note, _MAX_NOTE) for note in given.notes[:_MAX_NOTES]]
        values = self.grader.merge(given.values, notes)
        if self._takes_files and not is_bare:
            values = with_files(self.sheet, values, submitted.place)
        if not values:
            if "convcalc_sheet" in given.values:
                self._set_aside(submitted, UNREADABLE, "a sheet, not answers", path)
            else:
                self._set_aside(submitted, NO_ANSWERS, "answers no question of this sheet", path)
            return
        if given.sheet and given.sheet != self.sheet.id:
            notes.append(f"the answers are for the sheet {shortened(given.sheet, 40)!r}")
        record: dict[str, Any] = {
            "file": path, "variant": given.variant, "notes": notes, "answers": values,
        }  # fmt: skip
        if is_bare:
            record["bare"] = True
        if self.roster is not None:
            self._assign(submitted, given, record, alone=alone)
            return
        bare = replace(given, values={}, notes=[])
        start = self._write(record)
        self._waiting.append(_Waiting(replace(submitted, data=None), bare, alone, start))

    def _assign(
        self, submitted: SubmittedFile, given: Answers, record: dict[str, Any], *, alone: bool
    ) -> None:
        """Give answers to the student, or to each member of the group, who submitted them."""
        owner = self.owners.of_answers(submitted, given, alone=alone)
        nobody = (owner,) if owner.status or not owner.students else ()
        for each in (*nobody, *owner.others):
            said, status = shortened(each.said, 100), each.status or UNREADABLE
            self.statuses.append(FileStatus(record["file"], said, status, each.note))
            for student in each.fitting:
                self._fitting.setdefault(same_student(student), f"{record['file']}: {each.note}")
        if nobody:
            return
        claims = [each for each in (given.claim, owner.claim, submitted.claim) if each is not None]
        time = next((each.time for each in claims if each.time is not None), submitted.time)
        attempt = next((c.attempt for c in claims if c.attempt is not None), submitted.version)
        file = owner.claim or Claim()
        if self._is_namesake(owner.students[0], file):
            note = f"Moodle has several people called {shortened(file.name, 40)}; put the id into its name"
            self.statuses.append(FileStatus(record["file"], owner.students[0], UNCLEAR, note))
            return
        notes = [owner.note, *record["notes"]] if owner.note else record["notes"]
        for student in owner.students:
            self._check_variant(student, given.variant)
            self.add(
                {
                    **record, "student": student, "time": time, "sure": owner.sure, "attempt": attempt,
                    "notes": notes, "upload": file.upload, "series": file.series,
                }
            )  # fmt: skip

    def _is_namesake(self, student: str, file: Claim) -> bool:
        """Whether Moodle says that a file is from another person than an earlier one of the same name."""
        known = self._numbers.setdefault(same_student(student), file.number) if file.number else ""
        return known != file.number

    def _check_variant(self, student: str, claimed: str) -> None:
        """Count whether the variant named in the answers is the one that the secret gives."""
        if self.grader.code(student) and _CODE.fullmatch(claimed):
            self.variants[self.grader.has_code(student, claimed)] += 1

    def refuse_wrong_secret(self) -> None:
        """Refuse to mark if no variant named in the answers belongs to the secret.

        Raises:
            UsageError: several students name a variant, and none fits.
        """
        if self.variants[False] > 1 and not self.variants[True]:
            message = (
                f"--secret-file: no variant that {self.variants[False]:,} students name belongs to this "
                "secret; give the one that hw make used for this sheet"
            )
            raise UsageError(message)

    def add(self, record: dict[str, Any]) -> None:
        """Put one student's answers into the store, unless it has newer ones."""
        path, student = record["file"], record["student"]
        key, name = same_student(student), path.rpartition("/")[2]
        self._added += 1
        rank = _Rank(
            any(not is_blank(each) for each in record["answers"].values()),
            bool(record["sure"]),
            without_backup(name) == name,
            record["attempt"],
            record["upload"],
            not is_form(name),
            float(record["time"]),
            self._added,
        )
        older = self.places.get(key)
        if older is not None and record.get("bare") and not older.bare:
            self.statuses.append(FileStatus(path, student, "left out", NETWORK))
            return
        if older is not None:
            before, now = older.rank, rank
            if before.upload and now.upload and older.series != record["series"]:
                before, now = before._replace(attempt=0), now._replace(attempt=0)
            if before > now:
                why = _reason_not_used(now, before, older.path)
                self.statuses.append(FileStatus(path, student, "older copy", why))
                return
            why = _reason_not_used(before, now, path)
            self.statuses.append(FileStatus(older.path, student, "older copy", why))
        start = self._write(record)
        bare = bool(record.get("bare"))
        self.places[key] = _Place(student, rank, record["series"], start, path, bare)

    def _write(self, record: dict[str, Any]) -> int:
        """Append a line to the store; returns where it begins."""
        start = self.file.seek(0, 2)
        self.file.write(json.dumps(record, ensure_ascii=True).encode() + b"\n")
        return start

    def grades(self, order: Callable[[Student], str] | None = None) -> Iterator[Graded]:
        """The marks of every student, in the order of the roster, else of their ids, or in a given order."""
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
        """One student's answers, read from the store."""
        return self._record_at(place.start)

    def _record_at(self, start: int) -> dict[str, Any]:
        """A line of the store."""
        self.file.seek(start)
        found: dict[str, Any] = json.loads(self.file.readline())
        return found

    def _grade_of(self, student: Student, place: _Place) -> Graded:
        """The marks of one student."""
        record = self.record(place)
        notes = list(record["notes"])
        variant = self.grader.code(student.id) or record.get("drawn_variant", "")
        sheet = self.grader.sheet_of(student.id, variant, record.get("numbers"))
        claimed = record["variant"]
        if claimed and variant and not self._is_code(student.id, variant, claimed):
            said = f"the answers are for variant {shortened(claimed, 20)!r}, but {student.id} has {variant}"
            notes += [said] if said not in notes else []
        entries = self.grader.mark(sheet, record["answers"])
        points = sum((entry.points for entry in entries), Fraction(0))
        numbers = {
            q.id: _drawn_numbers(q, self.sheet)
            for q in sheet.questions
            if q.id in self.grader.varies
        }
        return Graded(
            student, variant, entries, points, record["file"], notes, record["answers"], numbers,
            time=float(record["time"]), sure=bool(record["sure"]), claimed=claimed, attempt=record["attempt"],
            upload=record["upload"], series=record["series"],
        )  # fmt: skip

    def _is_code(self, student: str, variant: str, claimed: str) -> bool:
        """Whether a code named in the answers is that of the student's variant."""
        if self.grader.code(student):
            return self.grader.has_code(student, claimed)
        return claimed.startswith(variant) or variant.startswith(claimed)

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
            self._broken = self._fitting | {
                same_student(each.student): f"{each.path}: {each.note}"
                for each in self.statuses
                if each.status in (UNREADABLE, NO_ANSWERS, UNCLEAR) and each.student
            }
        why = self._broken.get(same_student(student.id))
        variant = self.grader.code(student.id)
        return Graded(
            student, variant, [], Fraction(0), notes=[why] if why else [], handed_in=False
        )


def parse_submitted(
    submitted: SubmittedFile, sheet: Sheet, columns: dict[str, str] | None
) -> list[Answers]:
    """The answers in a file; an export of a form is read by its headings."""
    assert submitted.data is not None
    if columns and _has_headings(submitted, columns):
        text = submissions.decode_answers(submitted.data, submitted.path)
        return parse_table(text, sheet, submitted.path, columns)
    return submissions.parse(submitted.data, sheet, submitted.path)


def _has_headings(submitted: SubmittedFile, columns: Mapping[str, str] | None) -> bool:
    """Whether a file is a table with one of these headings."""
    data = submitted.data or b""
    return has_heading(submissions.decode_answers(data, submitted.path), columns or ())


def _drawn_numbers(question: Question, sheet: Sheet) -> dict[str, str]:
    """The numbers of a draw, by the names that vary."""
    names = next((q.vary for q in sheet.questions if q.id == question.id), {})
    return {name: str(question.given[name]) for name in names}


def _reason_not_used(older: _Rank, newer: _Rank, path: str) -> str:
    """Why one of two files from a student does not count."""
    if older.answered != newer.answered:
        return f"nothing is answered in it; {path} counts"
    if older.sure != newer.sure:
        return f"{path} has the student's name and counts"
    if older.current != newer.current:
        return f"what an editor keeps of an older state; {path} counts"
    if older.attempt != newer.attempt:
        return f"an earlier attempt than {path}, which counts"
    if older.upload != newer.upload and older.upload and newer.upload:
        return f"uploaded before {path}, which counts"
    if older.attached != newer.attached:
        return f"the text of a form; the file {path} counts"
    if older.time == newer.time:
        return f"as old as {path}, which was read later and counts"
    return f"older than {path}, which counts"
