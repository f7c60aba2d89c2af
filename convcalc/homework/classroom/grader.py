"""Marking a class: files in, one `Graded` per student out, however many there are.

Files are read one at a time and their answers noted in a spool on the disk; once every file has
been seen, and the newest of each student is known, the spool is marked student by student. Memory
holds one short entry per student. A question's answer that was marked once is not marked again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import IO, Any

from convcalc.errors import ConvcalcError, UsageError, shortened
from convcalc.homework.answers import parsing as answers
from convcalc.homework.classroom import answer_files as submissions
from convcalc.homework.classroom.collect import Paper, natural
from convcalc.homework.classroom.roster import Roster, Student, from_name, guess, words_of
from convcalc.homework.marking.mark import SMALL, Result, Verdict, mark_question
from convcalc.homework.sheets.points import points_text
from convcalc.homework.sheets.sheet import Question, Sheet
from convcalc.homework.variants.draw import Maker, code, same_student, varies, with_numbers

MOST_KEPT = 4_000  # answers of which the marking is remembered; some 5 kB each
MOST_NOTES = 8
MOST_NOTE = 200


@dataclass(slots=True)
class Account:
    """What became of one file.

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
class Entry:
    """The marking of one answer, with what is written about it."""

    result: Result
    points: Fraction
    rows: list[list[Any]]
    loose: bool  # a wrong number that no mistake explains: perhaps another question's answer


@dataclass(slots=True)
class Graded:
    """One student's marks.

    Attributes:
        student: from the roster where there is one.
        variant: the code of the numbers drawn.
        entries: one per question.
        points: what the tool gives.
        path: the file; empty where nothing was handed in.
        notes: what was odd about it.
        values: the answers as written.
        numbers: the draws, by question.
        handed_in: whether there was anything.
        shown: the id, or the code that stands for it in an anonymous run.
        time, sure: when it was changed, and whether the file's name says whose it is.
        claimed: the variant that the answers say they are of.
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

    @property
    def status(self) -> str:
        """Whether it was graded; if not, whether there was something that could not be read."""
        if self.handed_in:
            return "graded"
        return "unreadable" if self.notes else "missing"

    def __post_init__(self) -> None:
        self.shown = self.shown or self.student.id


# --------------------------------------------------------------------------------- the grader


class Grader:
    """Marks answers to a sheet, each different answer once.

    Args:
        sheet: the teacher's.
        secret: what the numbers of variants are drawn from; not needed where none vary.

    Raises:
        UsageError: numbers vary, and there is no secret.
    """

    def __init__(self, sheet: Sheet, secret: bytes | None = None, *, noted: bool = False) -> None:
        self.sheet = sheet
        self.varies = varies(sheet)
        if self.varies and secret is None and not noted:
            message = (
                f"{', '.join(self.varies[:5])} draw{'s' if len(self.varies) == 1 else ''} numbers per "
                "student; give --secret-file, the one that hw make was given"
            )
            raise UsageError(message)
        self.secret = secret
        self.maker = Maker(sheet, secret) if secret is not None and self.varies else None
        self.ids = {question.id.lower(): question.id for question in sheet.questions}
        self._kept: dict[tuple[int, str], Entry] = {}
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
        """The variant's code; empty where nothing varies."""
        if self.secret is None or not self.varies:
            return ""
        return code(self.secret, "variant", self.sheet.id, student)

    def merged(self, values: dict[str, Any], notes: list[str]) -> dict[str, Any]:
        """Answers by question, parts such as q5.1.shape put together."""
        found: dict[str, Any] = {}
        strange = 0
        for name, raw in values.items():
            lower = str(name).lower()
            head, dot, part = lower.partition(".")
            identity = self.ids.get(lower) or self.ids.get(head)
            if identity is None:
                strange += 1
                if strange <= 3:
                    notes.append(
                        f"{shortened(str(name), 40)!r} is no question of this sheet; left out"
                    )
            elif dot and lower not in self.ids:
                parts = found.setdefault(identity, {})
                if isinstance(parts, dict):
                    parts[part] = raw
            else:
                found[identity] = clipped(raw)
        return found

    def mark(self, sheet: Sheet, values: dict[str, Any]) -> list[Entry]:
        """The marking of each question of a student's sheet."""
        entries = [self.entry(sheet, q, values.get(q.id)) for q in sheet.questions]
        if any(entry.loose for entry in entries):
            owners = self.owners(sheet)
            entries = [neighbour(e, owners) if e.loose else e for e in entries]
        return entries

    def entry(self, sheet: Sheet, question: Question, raw: Any) -> Entry:
        """The marking of one answer."""
        if question.by_hand:  # no two students write the same sentences
            return entry_of(question, mark_question(sheet, question, raw))
        text = raw if isinstance(raw, str) else json.dumps(raw)
        key = (id(question), text)
        found = self._kept.get(key)
        if found is None:
            found = entry_of(question, mark_question(sheet, question, raw))
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
                self._alive.clear()
            self._kept[key] = found
            self._alive[id(question)] = question  # so that no other question gets its id()
        return found

    def owners(self, sheet: Sheet) -> dict[Any, str]:
        """Which question each right answer belongs to."""
        key = tuple(map(id, sheet.questions))
        if key not in self._owners:
            found: dict[Any, str] = {}
            for question in sheet.questions:
                parts = [] if question.by_hand else question.parts
                if len(parts) == 1 and parts[0].form.counts and isinstance(parts[0].expected, int):
                    found.setdefault(parts[0].expected, question.id)
            if len(self._owners) > 1000:
                self._owners.clear()
            self._owners[key] = found
        return self._owners[key]


def clipped(raw: Any) -> Any:
    """An answer, no longer than any is read."""
    if isinstance(raw, str):
        return raw if len(raw) <= answers.MOST_TEXT else raw[: answers.MOST_TEXT + 1]
    return raw


def entry_of(question: Question, result: Result) -> Entry:
    """A result with its rows of parts.csv."""
    rows = []
    loose = False
    forms = {part.name: part for part in question.parts} if not question.by_hand else {}
    for verdict in result.parts:
        part = forms.get(verdict.part)
        expected = "" if part is None or part.expected is None else part.form.text(part.expected)
        rows.append(row_of(verdict, expected))
        loose = loose or (
            verdict.status == "wrong"
            and not verdict.mistakes
            and isinstance(verdict.read, int)
            and not isinstance(verdict.read, bool)
            and verdict.read >= SMALL
        )
    return Entry(result, result.points, rows, loose)


def row_of(verdict: Verdict, expected: str) -> list[Any]:
    """What is written about one part, as text."""
    hint = verdict.hint.partition("\n")[0]
    return [
        verdict.id, verdict.part, verdict.given, verdict.said, expected, verdict.status,
        points_text(verdict.points), points_text(verdict.max),
        " ".join(name for name, _ in verdict.mistakes),
        " ".join(f"{key}={value}" for key, value in verdict.convention.items()),
        hint,
    ]  # fmt: skip


ROW = (
    "question",
    "part",
    "given",
    "read",
    "expected",
    "status",
    "points",
    "max",
    "mistake",
    "convention",
    "note",
)


def neighbour(entry: Entry, owners: dict[Any, str]) -> Entry:
    """The same where a wrong number is the right one of another question; else as it was."""
    if not any(
        owners.get(v.read, v.id) != v.id for v in entry.result.parts if isinstance(v.read, int)
    ):
        return entry
    from convcalc.homework.mistakes import every

    parts = []
    rows = []
    for verdict, row in zip(entry.result.parts, entry.rows):
        if (
            verdict.status == "wrong" and not verdict.mistakes and isinstance(verdict.read, int)
            and verdict.read >= SMALL and owners.get(verdict.read, verdict.id) != verdict.id
        ):  # fmt: skip
            line = every()["slip.neighbour"].line if verdict.hint_level else ""
            verdict = replace(verdict, mistakes=[("slip.neighbour", "might")], hint=line)  # noqa: PLW2901
            row = row_of(verdict, row[4])  # noqa: PLW2901
        parts.append(verdict)
        rows.append(row)
    return Entry(replace(entry.result, parts=parts), entry.points, rows, loose=False)


# ------------------------------------------------------------------------------- the class


@dataclass(slots=True)
class Place:
    """Where in the spool a student's newest answers stand."""

    student: str
    rank: tuple[bool, float, int]
    start: int
    path: str


class Spool:
    """The answers of a class, on the disk; in memory only where each student's stand."""

    def __init__(
        self, file: IO[bytes], sheet: Sheet, roster: Roster | None, grader: Grader
    ) -> None:
        self.file, self.sheet, self.roster, self.grader = file, sheet, roster, grader
        self.places: dict[str, Place] = {}
        self.accounts: list[Account] = []
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
        papers: Iterable[Paper],
        columns: dict[str, str] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Note the answers of every file."""
        for paper in papers:
            self.files += 1
            if progress:
                progress(self.files)
            if paper.left_out:
                self.accounts.append(Account(paper.path, "", "left out", paper.problem))
            elif paper.data is None:
                self.accounts.append(
                    Account(paper.path, self.likely(paper), "unreadable", paper.problem)
                )
            else:
                self.paper(paper, columns)

    def likely(self, paper: Paper) -> str:
        """Who a file that cannot be read is from, by its name."""
        if self.roster:
            return from_name(paper.names, self.roster)
        return guess(paper.names, self.sheet.id)

    def paper(self, paper: Paper, columns: dict[str, str] | None) -> None:
        """Note the answers of one file, or why there are none."""
        assert paper.data is not None
        try:
            found = parsed(paper, self.sheet, columns)
        except ConvcalcError as error:
            why = str(error).partition("\n")[0].removeprefix(f"{paper.path}: ")
            self.accounts.append(
                Account(paper.path, self.likely(paper), "unreadable", shortened(why, MOST_NOTE))
            )
            return
        except Exception as error:  # noqa: BLE001 - one broken file must not stop a class
            why = f"cannot be read ({type(error).__name__})"
            self.accounts.append(Account(paper.path, self.likely(paper), "unreadable", why))
            return
        for each in found:
            self.rows += 1
            self.note(paper, each, alone=len(found) == 1)

    def note(self, paper: Paper, given: submissions.Answers, *, alone: bool) -> None:
        """Note one student's answers."""
        path = given.path or paper.path
        student, sure, why = self.owner(paper, given, alone=alone)
        if not student:
            self.accounts.append(
                Account(path, given.student, why, "" if given.student else "says nobody's name")
            )
            return
        notes = [shortened(note, MOST_NOTE) for note in given.notes[:MOST_NOTES]]
        if why:
            notes.append(why)
        if given.sheet and given.sheet != self.sheet.id:
            notes.append(f"the answers are for the sheet {shortened(given.sheet, 40)!r}")
        values = self.grader.merged(given.values, notes)
        record = {
            "student": student, "file": path, "time": paper.time, "sure": sure,
            "variant": given.variant, "notes": notes, "answers": values,
        }  # fmt: skip
        self.add(record)

    def add(self, record: dict[str, Any]) -> None:
        """Put one student's answers into the spool, unless newer ones are there."""
        path, student = record["file"], record["student"]
        key = same_student(student)
        rank = (bool(record["sure"]), float(record["time"]), len(self.accounts) + self.rows)
        older = self.places.get(key)
        if older is not None and older.rank > rank:
            self.accounts.append(
                Account(path, student, "older copy", set_aside(rank, older.rank, older.path))
            )
            return
        if older is not None:
            why = set_aside(older.rank, rank, path)
            self.accounts.append(Account(older.path, student, "older copy", why))
        start = self.file.seek(0, 2)
        self.file.write(json.dumps(record, ensure_ascii=True).encode() + b"\n")
        self.places[key] = Place(student, rank, start, path)

    def owner(
        self, paper: Paper, given: submissions.Answers, *, alone: bool
    ) -> tuple[str, bool, str]:
        """Whose answers these are, whether the file's own name says so, and what is odd about it."""
        roster = self.roster
        if roster is None:
            name = guess(paper.names, self.sheet.id) if alone else ""
            if not given.student:
                return name, True, "" if name else "unreadable"
            words = {same_student(word) for part in paper.names for word in words_of(part)}
            return given.student[:100], same_student(given.student) in words or not alone, ""
        said = roster.find(given.student) if given.student else ""
        named = from_name(paper.names, roster) if alone else ""
        if named:
            odd = ""
            if given.student and said != named:
                odd = f"the answers say {shortened(given.student, 40)!r}, the file's name {named}; the name counts"
            return named, True, odd
        if said:
            return said, not alone, ""
        if given.variant and (owner := self.codes().get(given.variant)):
            return owner, False, f"known by the variant {shortened(given.variant, 20)}"
        if not given.student:
            given.student = guess(paper.names, self.sheet.id) if alone else ""
        return "", False, "not on the roster" if given.student else "unreadable"

    def graded(self) -> Iterator[Graded]:
        """The marks of every student, in the order of the roster, else of their ids."""
        if self.roster:
            for student in self.roster.students.values():
                place = self.places.get(same_student(student.id))
                yield self.marked(student, place) if place else self.missing(student)
        else:
            for _, place in sorted(self.places.items(), key=lambda pair: natural(pair[0])):
                yield self.marked(Student(place.student), place)

    def record(self, place: Place) -> dict[str, Any]:
        """One student's answers, back from the spool."""
        self.file.seek(place.start)
        found: dict[str, Any] = json.loads(self.file.readline())
        return found

    def marked(self, student: Student, place: Place) -> Graded:
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
            q.id: drawn_numbers(q, self.sheet)
            for q in sheet.questions
            if q.id in self.grader.varies
        }
        return Graded(
            student, variant, entries, points, record["file"], notes, record["answers"], numbers,
            time=float(record["time"]), sure=bool(record["sure"]), claimed=claimed,
        )  # fmt: skip

    def all_accounts(self) -> list[Account]:
        """What became of every file and row, those that were graded included."""
        graded = [Account(place.path, place.student, "graded") for place in self.places.values()]
        return [*self.accounts, *graded]

    def students(self) -> list[str]:
        """Everybody who is graded or missing."""
        if self.roster:
            return list(self.roster.students)
        return [place.student for place in self.places.values()]

    def missing(self, student: Student) -> Graded:
        """The marks of a student who handed in nothing, or nothing that could be read."""
        if self._broken is None:
            self._broken = {
                same_student(account.student): f"{account.path}: {account.note}"
                for account in self.accounts
                if account.status == "unreadable" and account.student
            }
        why = self._broken.get(same_student(student.id))
        variant = self.grader.code(student.id)
        return Graded(
            student, variant, [], Fraction(0), notes=[why] if why else [], handed_in=False
        )


def parsed(paper: Paper, sheet: Sheet, columns: dict[str, str] | None) -> list[submissions.Answers]:
    """The answers in a file; of a form's export by its own headings."""
    assert paper.data is not None
    if columns is not None:
        text = submissions.decoded(paper.data, paper.path)
        return submissions.table(text, sheet, paper.path, columns)
    return submissions.parse(paper.data, sheet, paper.path)


def drawn_numbers(question: Question, sheet: Sheet) -> dict[str, str]:
    """The numbers of a draw, by the names that vary."""
    names = next((q.vary for q in sheet.questions if q.id == question.id), {})
    return {name: str(question.given[name]) for name in names}


def set_aside(older: tuple[bool, float, int], newer: tuple[bool, float, int], path: str) -> str:
    """Why one of two files from a student does not count."""
    if older[0] != newer[0]:
        return f"{path} bears the student's name and counts"
    if older[1] == newer[1]:
        return f"as old as {path}, which comes later and counts"
    return f"older than {path}, which counts"
