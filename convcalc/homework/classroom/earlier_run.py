"""What an earlier `hw grade` left in its folder: its students, their answers, the status of its files.

A person, a program or a broken disk may have changed these files: each value is checked before it
is used.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any

from convcalc.errors import UsageError
from convcalc.files import text_lines
from convcalc.homework.classroom.answer_store import STATUSES, FileStatus
from convcalc.homework.classroom.manifest import (
    ANSWERS,
    MANIFEST,
    SUMMARY,
    WAY_OUT,
    Manifest,
    find_in,
    manifest_of,
    path_in,
)
from convcalc.homework.classroom.manual_marks import Counted
from convcalc.homework.classroom.roster import Roster, Student
from convcalc.homework.variants.secret import same_student
from convcalc.text import printable, shortened, unguard_cell

_MAX_CELL = 1_000_000
_MAX_COUNT = 10**18
_MAX_DEPTH = 24  # deepest lists in an answer; sheets are read up to 20
_MAX_NUMBER = 100  # longest drawn number, in characters
_TEXTS = ("student", "shown", "file", "variant", "drawn_variant", "series")
_WHO = tuple(each.name for each in fields(Student))


@dataclass(slots=True)
class EarlierRun:
    """The facts of an earlier run with which a later one must agree.

    Attributes:
        folder: where it is.
        manifest: how it was made.
        students: by their ids, compared without capitals.
        shown: each student's name in the files: the id, or the code.
        handed_in: the students with answers.
        counted: the points given by a person.
    """

    folder: str
    manifest: Manifest
    students: dict[str, Student] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    handed_in: set[str] = field(default_factory=set)
    counted: list[Counted] = field(default_factory=list)

    @property
    def had_roster(self) -> bool:
        """Whether it had a roster; a run of an older version had one if students are missing in it."""
        return bool(self.manifest.roster) or len(self.handed_in) < len(self.students)

    def roster(self) -> Roster:
        """Its students as a roster."""
        found = Roster()
        for student in self.students.values():
            found.add(student)
        return found


def holds_grades(folder: str) -> bool:
    """Whether a class was marked into a folder."""
    return any(find_in(folder, name) for name in (MANIFEST, SUMMARY, ANSWERS))


def earlier_run(folder: str) -> EarlierRun | None:
    """The run in a folder; None if there is none.

    Raises:
        UsageError: it is broken.
    """
    if not holds_grades(folder):
        return None
    run = EarlierRun(folder, manifest_of(folder))
    for record in records(folder):
        key = same_student(record["student"])
        run.students[key] = student_of(record)
        run.shown[key] = record["shown"]
        if record["answers"] is not None:
            run.handed_in.add(key)
        run.counted.append(counted_of(record))
    return run


# -------------------------------------------------------------------------------------- answers


def records(folder: str) -> Iterator[dict[str, Any]]:
    """The answers of an earlier run, one student after the other.

    Raises:
        UsageError: a line is not in the form that `hw grade` writes.
    """
    path = path_in(folder, ANSWERS)
    seen: set[str] = set()
    codes: set[str] = set()
    for number, line in enumerate(text_lines(path, WAY_OUT), start=1):
        record = _record_of(line)
        if record is None:
            message = f"{shortened(path)}:{number}: not a line that hw grade wrote; {WAY_OUT}"
            raise UsageError(message)
        key = same_student(record["student"])
        if key in seen or record["shown"] in codes:
            message = f"{shortened(path)}:{number}: a student who is listed already; {WAY_OUT}"
            raise UsageError(message)
        seen.add(key)
        codes.add(record["shown"])
        yield record


def student_of(record: dict[str, Any]) -> Student:
    """The student of a line of answers."""
    who = {key: printable(record["who"].get(key, "")) for key in _WHO}
    return Student(**{**who, "id": record["student"]})


def _record_of(line: str) -> dict[str, Any] | None:
    """One student's answers; None if the line has none."""
    try:
        record = json.loads(line, parse_constant=_refuse_constant)
        record.setdefault("series", "")
        texts = [record[key] for key in _TEXTS]
        texts += [*record["who"].values(), *record["notes"]]
        drawn = [*record["numbers"].values()]
        counts = [record.setdefault("attempt", 0), record.setdefault("upload", 0)]
        texts += [value for numbers in drawn for value in numbers.values()]
        whole = (
            all(isinstance(text, str) for text in texts)
            and all(len(value) <= _MAX_NUMBER for numbers in drawn for value in numbers.values())
            and isinstance(record["notes"], list)
            and isinstance(record["sure"], bool)
            and all(type(count) is int and 0 <= count < _MAX_COUNT for count in counts)
            and _is_time(record["time"])
            and isinstance(record["answers"], dict | None)
            and _is_shallow(record["answers"], _MAX_DEPTH)
            and bool(record["student"] and record["shown"])
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not whole:
        return None
    for key in _TEXTS:
        record[key] = printable(record[key])
    record["notes"] = [printable(note) for note in record["notes"]]
    found: dict[str, Any] = record
    return found


def _refuse_constant(name: str) -> Any:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(name)


def _is_time(value: Any) -> bool:
    """Whether a value is a number of seconds."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and -(2**60) < value < 2**60 and math.isfinite(value)


def _is_shallow(value: Any, depth: int) -> bool:
    """Whether lists and mappings are nested no deeper than a sheet can ask for."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return depth > 0 and all(_is_shallow(each, depth - 1) for each in inner)
    return True


# --------------------------------------------------------------------------------------- tables


def old_statuses(folder: str) -> list[FileStatus]:
    """The status of the files of an earlier run.

    Raises:
        UsageError: the table is missing or broken.
    """
    path = path_in(folder, "files.csv")
    found = []
    for number, row in enumerate(table_rows(path, "file", "student_id", "status", "note"), start=2):
        if row["status"] not in STATUSES:
            message = f"{shortened(path)}: row {number}: not one that hw grade wrote; {WAY_OUT}"
            raise UsageError(message)
        cells = (row[name] for name in ("file", "student_id", "status", "note"))
        found.append(FileStatus(*(printable(unguard_cell(cell)) for cell in cells)))
    return found


def old_points(folder: str) -> dict[str, Fraction]:
    """The points of the students of an earlier run, by what they are called in it, without those given by a person.

    They are only compared with later ones, so that what cannot be read is left out.
    """
    path, found = find_in(folder, "grades.csv"), {}
    with suppress(UsageError):
        for row in table_rows(path, "student_id", "points", "by_hand") if path else ():
            texts = [row["points"], row["by_hand"] or "0"]
            if all(len(t) <= _MAX_NUMBER and t.replace(".", "", 1).isdecimal() for t in texts):
                all_points, by_hand = map(Fraction, texts)
                found[printable(unguard_cell(row["student_id"]))] = all_points - by_hand
    return found


def table_rows(path: str, *needed: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV by their headings.

    Raises:
        UsageError: it cannot be read, or a required heading is missing.
    """
    csv.field_size_limit(_MAX_CELL)
    try:
        table = csv.DictReader(text_lines(path, WAY_OUT))
        missing = [name for name in needed if name not in (table.fieldnames or ())]
        if missing:
            message = f"{shortened(path)}: has no column {' or '.join(missing)}; {WAY_OUT}"
            raise UsageError(message)
        for row in table:
            yield {str(key): value if isinstance(value, str) else "" for key, value in row.items()}
    except csv.Error as error:
        message = f"{shortened(path)}: cannot be read: {error}; {WAY_OUT}"
        raise UsageError(message) from None


def counted_of(record: dict[str, Any]) -> Counted:
    """The points given by a person to one student."""
    found = record.get("marks")
    marks = {
        str(name): {str(key): text for key, text in typed.items() if isinstance(text, str)}
        for name, typed in (found.items() if isinstance(found, dict) else ())
        if isinstance(typed, dict)
    }
    return Counted(record["student"], str(record["shown"]), marks)
