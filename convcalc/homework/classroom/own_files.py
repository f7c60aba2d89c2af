"""Files that `hw` wrote, known by what stands in them: they are no answers, wherever they were copied to."""

from __future__ import annotations

import re

from convcalc.files import start_as_utf_8
from convcalc.homework.classroom.manual_marks import COLUMNS

MARK = "<!-- convcalc hw grade -->"  # the first line of a page
_START = 400  # bytes that are looked at
# How the headings of the tables begin.
_HEADINGS = (
    ("student_id", "name", "email", "variant", "status", "points", "max"),  # grades.csv
    ("student_id", "variant", "status", "points", "max"),  # the same of an anonymous run
    ("student_id", "variant", "question", "part", "given"),  # parts.csv, and key.csv of hw make
    COLUMNS[:7],  # by-hand.csv
    ("student", "id", "sis user id", "sis login id", "section"),  # canvas.csv
    ("file", "student_id", "status", "note"),  # files.csv
    ("code", "student_id", "name", "email", "file"),  # who.csv
)
_JSON = re.compile(
    r'\{\s*"schema": \d+,\s*"sheet": "|\{"student": "(?:[^"\\]|\\.)*", "who": \{"id": '
)


def is_ours(data: bytes) -> bool:
    """Whether a file is one of those that `hw grade` or `hw make` writes, also as a spreadsheet saved it.

    >>> is_ours(b"student_id,variant,question,part,given,expected"), is_ours(b"student_id,q1")
    (True, False)
    """
    text = start_as_utf_8(data[:_START]).decode("utf-8", "replace")
    if text.startswith(MARK) or _JSON.match(text):
        return True
    line = text.partition("\n")[0].strip()
    cells = tuple(cell.strip(" \"'").lower() for cell in re.split(r"[,;\t]", line))
    return any(cells[: len(names)] == names for names in _HEADINGS)
