"""The students of a class, from a CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from convcalc.errors import RowError, UsageError, did_you_mean
from convcalc.files import decode, file_name, read_file
from convcalc.homework.classroom.claims import Claim, Index, words
from convcalc.homework.classroom.spreadsheet import Row, readable_rows
from convcalc.homework.variants.secret import same_student
from convcalc.network.problems import Problems
from convcalc.text import printable, quoted, shortened

MAX_BYTES = 4 * 2**20
MAX_STUDENTS = 200_000
MAX_ID = 100
MAX_CELL = 100_000
_MAX_NOTES = 20
_OTHER = re.compile(r"(?:---|\{|\[|- |[\w-]+:(?:\s|$))[^\n]*(?:\n|$)(?![^\n]*[,;\t])")  # YAML, JSON

# The headings of the needed columns on learning platforms.
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
_GRADEBOOK_IDS = ("login", "sis", "canvas")  # the columns of a Canvas gradebook with ids


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
        notes: anything unusual in the list.
        index: finds students by id, name or address.
    """

    students: dict[str, Student] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    index: Index = field(default_factory=Index)
    _canvas: dict[str, set[str]] = field(default_factory=dict)

    def add(self, student: Student) -> None:
        """Add a student under every id, address and full name."""
        self.students[student.id] = student
        ids = (student.id, student.email, student.login, student.sis)
        self.index.add(student.id, ids, student.name)
        if student.canvas:
            self._canvas.setdefault(same_student(student.canvas), set()).add(student.id)

    def find(self, word: str) -> str:
        """The student that an id, an address or a full name means; empty if none or several."""
        found = self.index.whole(word)
        return found.pop() if len(found) == 1 else ""

    def match(self, claim: Claim) -> set[str]:
        """The students that a platform's words can mean; exactly one if the words are clear.

        Words are clear if together they fit one student, even if a single word fits several. An id is
        not enough if the name and address next to it are somebody else's.
        """
        by_id = self.index.whole(claim.id) if claim.id else set()
        by_canvas = self._canvas.get(same_student(claim.canvas), set()) if claim.canvas else set()
        others = [
            self.index.whole(text) or self.index.joined(text)
            for text in (claim.login, claim.email, claim.name)
            if text
        ]
        if not any(others):
            by_id = {each for each in by_id if not self._is_other(claim, each)}
            by_canvas = {each for each in by_canvas if not self._is_other(claim, each)}
        found = [students for students in (by_id, by_canvas, *others) if students]
        if not found:
            return set()
        agreed = set.intersection(*found)
        return agreed if len(agreed) == 1 else set.union(*found)

    def _is_other(self, claim: Claim, student: str) -> bool:
        """Whether a platform's name and address for an id belong to another person than that student."""
        known = self.students[student]
        named, own = words(claim.name), words(known.name)
        alike = set(named) <= set(own) or set(own) <= set(named)
        if claim.canvas and len(named) == 1:  # without spaces, in Canvas's names of files
            alike = any(word in named[0] for word in own if len(word) > 1)
        if named and own and alike:
            return False
        return bool((named and own) or (claim.email and known.email))


def load(path: str, id_column: str = "") -> Roster:
    """Read a list of students: a CSV with a heading, or one id per line.

    Args:
        path: the file.
        id_column: the heading of the ids; by default the best known one.

    Raises:
        UsageError: it cannot be read, is not a roster, or names nobody.
        SpecError: some of its rows are wrong; every one is named.
    """
    data = read_file(path, MAX_BYTES, "roster", option="--roster")
    return parse(data, file_name(path, "--roster"), id_column)


def parse(data: bytes | str, path: str = "roster", id_column: str = "") -> Roster:
    """Like `load`, from bytes."""
    problems = Problems()
    rows = _table(_text(data, path), path, problems)
    header = rows[0].cells
    places = _columns(header)
    if _is_gradebook(header):
        places["id"] = _first_filled(
            rows[1:], [places[key] for key in _GRADEBOOK_IDS if key in places]
        )
    if id_column:
        places["id"] = _named_column(header, id_column, path)
    if places:
        rows = rows[1:]
    else:
        _refuse_unknown_headings(header, path)
        places = {"id": 0, **({"name": 1} if len(header) > 1 else {})}
        header = []
    roster = Roster()
    known: set[str] = set()
    for number, row in rows:
        student = _student_of(row, places)
        if _is_points_row(row):
            continue
        if what := _wrong_in(row, student, places):
            problems.add(RowError(path, number, what))
            continue
        if not student.id:
            roster.notes.append(f"row {number} of the roster has no id; left out")
            continue
        if same_student(student.id) in known:
            roster.notes.append(f"{student.id} is on the roster twice; the first row counts")
            continue
        known.add(same_student(student.id))
        roster.add(student)
        if len(roster.students) > MAX_STUDENTS:
            message = f"{path}: more than {MAX_STUDENTS:,} students"
            raise UsageError(message)
    problems.tell()
    if not roster.students:
        message = (
            f"{path}: names no student; write one per line under a heading such as student_id,name"
        )
        raise UsageError(message)
    roster.notes += [*_notes_on_names(roster), *_notes_on_ids(header, places["id"], id_column)]
    if (more := len(roster.notes) - _MAX_NOTES) > 0:
        roster.notes[_MAX_NOTES:] = [f"{more:,} more such notes on the roster"]
    return roster


def _wrong_in(row: list[str], student: Student, places: Mapping[str, int]) -> str:
    """What is wrong with a row; empty if nothing is."""
    if any("\n" in row[place] for place in places.values() if place < len(row)):
        return (
            f"{quoted(student.id or student.name)} continues over several lines; "
            "a quotation mark is probably not closed: correct that row"
        )
    if len(student.id) > MAX_ID:
        return f"an id of {len(student.id):,} characters; write at most {MAX_ID}"
    return ""


def _text(data: bytes | str, path: str) -> str:
    """The text of a roster; clearly other files are refused."""
    text = decode(data, path) if isinstance(data, bytes) else data
    if "\0" in text:
        message = f"{path}: not a text file; save the roster as CSV"
        raise UsageError(message)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    said = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    start = "\n".join(said[:3])
    if _OTHER.match(start):
        message = f"{path}: looks like YAML or JSON, not like a roster; give a CSV with a heading such as student_id,name"
        raise UsageError(message)
    return text


def _table(text: str, path: str, problems: Problems) -> list[Row]:
    """The rows that are not empty; unreadable rows are added to the problems."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    separator = max((",", ";", "\t"), key=first.count)
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    way_out = "correct that row, or save the roster as CSV again"
    read = readable_rows(reader, path, problems, way_out)
    rows: list[Row] = []
    for row in read:
        if not rows:
            problems.tell()  # because without headings every row would seem wrong
        if any(cell.strip() for cell in row.cells):
            rows.append(row)
    if not rows:
        problems.tell()
        message = (
            f"{path}: is empty; write one student per line under a heading such as student_id,name"
        )
        raise UsageError(message)
    return rows


def _named_column(header: list[str], name: str, path: str) -> int:
    """The position of the named column."""
    words = [each.strip().lower() for each in header]
    if name.strip().lower() not in words:
        known = did_you_mean(name, [printable(each.strip()) for each in header])
        message = f"{path}: no column {quoted(shortened(name))}{known}"
        raise UsageError(message)
    return words.index(name.strip().lower())


def _refuse_unknown_headings(header: list[str], path: str) -> None:
    """Refuse a first row that looks like headings, if none is known."""
    cells = [cell.strip() for cell in header]
    if len(cells) > 1 and all(cells) and not any(re.search(r"[0-9@]", cell) for cell in cells):
        names = ", ".join(shortened(cell, 30) for cell in cells[:8])
        message = f"{path}: no column is known to have ids ({names}); name it with --roster-id"
        raise UsageError(message)


def _notes_on_names(roster: Roster) -> Iterator[str]:
    """Names that several students have."""
    names: dict[tuple[str, ...], list[Student]] = {}
    for student in roster.students.values():
        names.setdefault(words(student.name), []).append(student)
    for name, students in names.items():
        if name and len(students) > 1:
            ids = " and ".join(each.id for each in students[:3])
            yield f"{students[0].name} is the name of {ids}: a file with only this name is not graded"


def _notes_on_ids(header: list[str], place: int, id_column: str) -> Iterator[str]:
    """The column of the ids, if another one could be meant."""
    cells = [cell.strip().lower() for cell in header]
    ids = [cell for cell in cells if cell in _HEADINGS["id"] and cell not in _HEADINGS["email"]]
    if len(ids) > 1 and not id_column:
        yield f"ids are taken from the column {printable(header[place].strip())!r}; --roster-id names another"


def _columns(header: list[str]) -> dict[str, int]:
    """The column of each kind of fact; empty if the first row is not a heading."""
    given = [name.strip().lower() for name in header]
    found: dict[str, int] = {}
    for key, names in _HEADINGS.items():
        for name in names:
            if name in given:
                found[key] = given.index(name)
                break
    if _is_gradebook(header):
        found["name"] = given.index("student")
        found["id"] = given.index("sis login id")
    elif found.get("canvas") == found.get("id"):
        found.pop("canvas", None)
    return found if "id" in found else {}


def _is_gradebook(header: list[str]) -> bool:
    """Whether a table is a Canvas gradebook."""
    return {"student", "sis login id"} <= {name.strip().lower() for name in header}


def _first_filled(rows: list[Row], places: list[int]) -> int:
    """The first of some columns that is not empty; Canvas leaves columns empty that a school does not use."""
    filled = (p for p in places if any(len(cells) > p and cells[p].strip() for _, cells in rows))
    return next(filled, places[0])


def _student_of(row: list[str], places: dict[str, int]) -> Student:
    """The student of a row."""

    def at(key: str) -> str:
        place = places.get(key, -1)
        return printable(row[place].strip()) if 0 <= place < len(row) else ""

    name = at("name") or " ".join(filter(None, (at("first"), at("last"))))
    return Student(at("id"), name, at("email"), at("canvas"), at("sis"), at("login"), at("section"))


def _is_points_row(row: list[str]) -> bool:
    """Whether a row of a gradebook contains the possible points."""
    return any(cell.strip().lower() == "points possible" for cell in row)
