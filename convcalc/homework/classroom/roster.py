"""The students of a class, from a CSV; and who a file is from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from convcalc.errors import UsageError
from convcalc.files import file_name, read_file
from convcalc.homework.classroom.answer_files import decode_answers
from convcalc.homework.variants.secret import same_student
from convcalc.text import printable

MAX_BYTES = 4 * 2**20
MAX_STUDENTS = 200_000
MAX_ID = 100
MAX_CELL = 100_000

# The headings that learning platforms give to what is needed here.
_HEADINGS = {
    "id": ("student_id", "student id", "student", "id", "sid", "matriculation", "username", "user name",
           "sis login id", "login", "netid", "email", "email address", "e-mail"),
    "name": ("name", "full name", "student name", "display name"),
    "first": ("first name", "first_name", "given name", "firstname"),
    "last": ("last name", "last_name", "surname", "family name", "lastname"),
    "email": ("email", "email address", "e-mail", "mail"),
    "canvas": ("canvas id", "canvas_id", "id"),
    "sis": ("sis user id", "sis_id", "sis id", "sid"),
    "login": ("sis login id", "login", "login id", "username", "netid"),
    "section": ("section", "group", "class"),
}  # fmt: skip


@dataclass(slots=True)
class Student:
    """One student of the roster."""

    id: str
    name: str = ""
    email: str = ""
    canvas: str = ""
    sis: str = ""
    login: str = ""
    section: str = ""


@dataclass(slots=True)
class Roster:
    """A class, in the order of its list.

    Attributes:
        students: by id.
        notes: what was odd about the list.
    """

    students: dict[str, Student] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)

    def add(self, student: Student) -> None:
        """Add a student under every name that files may have."""
        self.students[student.id] = student
        for word in (student.id, student.email, student.login, student.sis):
            if word:
                self._known.setdefault(same_student(word), student.id)
        mail = student.email.partition("@")[0]
        if mail:
            self._known.setdefault(same_student(mail), student.id)

    def find(self, word: str) -> str:
        """The student that a word names; empty where none."""
        return self._known.get(same_student(word), "")


def load(path: str) -> Roster:
    """Read a list of students: a CSV with a heading, or one id per line.

    Raises:
        UsageError: it cannot be read, or names nobody.
    """
    data = read_file(path, MAX_BYTES, "roster", option="--roster")
    return parse(data, file_name(path, "--roster"))


def parse(data: bytes | str, path: str = "roster") -> Roster:
    """Like `load`, from bytes."""
    text = decode_answers(data, path)
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    separator = max((",", ";", "\t"), key=first.count)
    csv.field_size_limit(MAX_CELL)
    try:
        rows = [
            row
            for row in csv.reader(io.StringIO(text), delimiter=separator)
            if any(c.strip() for c in row)
        ]
    except csv.Error as error:
        message = f"{path}: cannot be read as a table: {error}; save it as CSV"
        raise UsageError(message) from None
    if not rows:
        message = (
            f"{path}: is empty; write one student per line under a heading such as student_id,name"
        )
        raise UsageError(message)
    places = _columns(rows[0])
    if places:
        rows = rows[1:]
    else:
        places = {"id": 0, **({"name": 1} if len(rows[0]) > 1 else {})}
    roster = Roster()
    for number, row in enumerate(rows, start=2):
        student = _student_of(row, places)
        if not student.id or _is_points_row(row):
            continue
        if len(student.id) > MAX_ID:
            message = f"{path}: row {number}: an id of {len(student.id):,} characters; at most {MAX_ID} are read"
            raise UsageError(message)
        if roster.find(student.id):
            roster.notes.append(f"{student.id} is on the roster twice; the first row counts")
            continue
        roster.add(student)
        if len(roster.students) > MAX_STUDENTS:
            message = f"{path}: more than {MAX_STUDENTS:,} students"
            raise UsageError(message)
    if not roster.students:
        message = (
            f"{path}: names no student; write one per line under a heading such as student_id,name"
        )
        raise UsageError(message)
    return roster


def _columns(header: list[str]) -> dict[str, int]:
    """The column of each thing; empty if the first row is not a header."""
    words = [name.strip().lower() for name in header]
    found: dict[str, int] = {}
    for key, names in _HEADINGS.items():
        for name in names:
            if name in words:
                found[key] = words.index(name)
                break
    if "student" in words and "sis login id" in words:  # a gradebook of Canvas
        found["name"] = words.index("student")
        found["id"] = words.index("sis login id")
    elif found.get("canvas") == found.get("id"):
        found.pop("canvas", None)
    return found if "id" in found else {}


def _student_of(row: list[str], places: dict[str, int]) -> Student:
    """The student of a row."""

    def at(key: str) -> str:
        place = places.get(key, -1)
        return printable(row[place].strip()) if 0 <= place < len(row) else ""

    name = at("name") or " ".join(filter(None, (at("first"), at("last"))))
    return Student(at("id"), name, at("email"), at("canvas"), at("sis"), at("login"), at("section"))


def _is_points_row(row: list[str]) -> bool:
    """Whether a row of a gradebook holds the points possible."""
    return any(cell.strip().lower() == "points possible" for cell in row)


# ------------------------------------------------------------------------------ whose file it is


_COMMON = frozenset(
    {"answers", "answer", "submission", "homework", "hw", "sheet", "solution", "solutions", "mine"}
)


def words_of(name: str) -> Iterator[str]:
    """The words of a file's name that may be an id: all of it, then its parts."""
    yield name
    yield re.sub(r"[ _-]*\(\d+\)$|[-_ ](?:v|try|copy|late)?\d{0,2}$", "", name)
    parts = re.split(r"[\s_()\[\],]+", name)
    yield from parts
    for part in parts:
        yield from part.split("-")


def student_named(names: tuple[str, ...], roster: Roster) -> str:
    """The student on the roster whom a file's name, or its folder's, names; empty if there is none."""
    for name in reversed(names):
        for word in words_of(name):
            found = roster.find(word)
            if found:
                return found
    return ""


def guess_student(names: tuple[str, ...], sheet: str) -> str:
    """The student of a file if there is no roster: its name, or its folder's."""
    for name in reversed(names):
        plain = re.sub(r"[ _-]*\(\d+\)$", "", name).strip()
        if plain and plain.lower() not in _COMMON and plain.lower() != sheet.lower():
            return printable(plain)[:MAX_ID]
    return printable(names[-1])[:MAX_ID] if names else ""
