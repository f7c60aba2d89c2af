"""What an earlier `hw grade` left in its folder: answers, points, settings."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from typing import Any

from convcalc.errors import UsageError
from convcalc.files import read_file, text_lines
from convcalc.homework.classroom.answer_store import FileStatus
from convcalc.homework.classroom.output_files import OUTPUTS
from convcalc.homework.classroom.output_folder import NAMES_FOLDER, SCHEMA, manual_key
from convcalc.text import shortened, unguard_cell

_MAX_CELL = 1_000_000
_MAX_BYTES = 16 * 2**20  # of the summary; the other files are as long as the class is large
_WAY_OUT = "grade the files again"


def path_in(folder: str, name: str) -> str:
    """The path of a file of an earlier run; in an anonymous run it may be in the names folder."""
    for path in (os.path.join(folder, name), os.path.join(folder, NAMES_FOLDER, name)):
        if os.path.isfile(path):
            return path
    message = f"{shortened(folder)}: holds no {name}; give the folder that hw grade --out wrote"
    raise UsageError(message)


_RECORD = ("file", "time", "sure", "variant", "notes", "numbers", "drawn_variant", "shown")


def records(folder: str) -> Iterator[dict[str, Any]]:
    """The answers of an earlier run, one student after the other."""
    path = path_in(folder, "answers.jsonl")
    for number, line in enumerate(text_lines(path, _WAY_OUT), start=1):
        record = _record_of(line)
        if record is None:
            message = f"{shortened(path)}:{number}: not a line that hw grade wrote; {_WAY_OUT}"
            raise UsageError(message)
        yield record


def _record_of(line: str) -> dict[str, Any] | None:
    """One student's answers; None where the line holds none."""
    try:
        record: dict[str, Any] = json.loads(line)
        whole = isinstance(record["student"], str) and isinstance(record["who"], dict)
        whole = (
            whole
            and isinstance(record["answers"], dict | None)
            and all(key in record for key in _RECORD)
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return record if whole else None


def old_statuses(folder: str) -> list[FileStatus]:
    """The status of the files of an earlier run."""
    return [
        FileStatus(
            row.get("file", ""),
            row.get("student_id", ""),
            row.get("status", ""),
            row.get("note", ""),
        )
        for row in table_rows(path_in(folder, "files.csv"))
    ]


def table_rows(path: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV by their headings."""
    csv.field_size_limit(_MAX_CELL)
    try:
        for row in csv.DictReader(text_lines(path, _WAY_OUT)):
            yield {str(key): value if isinstance(value, str) else "" for key, value in row.items()}
    except csv.Error as error:
        message = f"{shortened(path)}: cannot be read: {error}; {_WAY_OUT}"
        raise UsageError(message) from None


def manual_marks(folder: str) -> dict[tuple[str, str, str], tuple[str, str]]:
    """The points that a person has filled in, by student, question and answer."""
    path = os.path.join(folder, "by-hand.csv")
    if not os.path.isfile(path):
        return {}
    found = {}
    for row in table_rows(path):
        points, comment = row.get("points", "").strip(), row.get("comment", "")
        if points or comment:
            key = manual_key(
                row.get("student_id", ""), row.get("question", ""), row.get("answer", "")
            )
            found[key] = (points, unguard_cell(comment))
    return found


def settings_of(folder: str) -> dict[str, Any]:
    """How an earlier run was made."""
    path = path_in(folder, "summary.json")
    try:
        data = json.loads(read_file(path, _MAX_BYTES, "summary", way_out=_WAY_OUT))
        settings = data["settings"]
        formats = tuple(name for name in settings["formats"] if name in OUTPUTS)
        assert data["schema"] == SCHEMA
        assert isinstance(data["questions"], dict)
    except (ValueError, KeyError, TypeError, RecursionError, AssertionError):
        message = f"{shortened(path)}: not a summary of this version; {_WAY_OUT}"
        raise UsageError(message) from None
    return {**settings, "formats": formats, "questions": data.get("questions", {})}
