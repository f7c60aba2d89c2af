"""Files that `hw` wrote, recognized by their content: they are not answers, even if copied elsewhere."""

from __future__ import annotations

import re

from convcalc.files import start_as_utf_8
from convcalc.homework.classroom.manual_marks import COLUMNS

MARK = "<!-- convcalc hw grade -->"  # the first line of a page
_START = 400  # how many bytes are read
# The beginnings of the tables' headings.
_HEADINGS = (
    ("student_id", "name", "email", "variant", "status", "points", "max"),  # grades.csv
    ("student_id", "variant", "status", "points", "max"),  # the same for an anonymous run
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
    """Whether `hw grade` or `hw make` wrote a file, even if a spreadsheet saved it.

    >>> is_ours(b"student_id,variant,question,part,given,expected"), is_ours(b"student_id,q1")
    (True, False)
    """
    text = start_as_utf_8(data[:_START]).decode("utf-8", "replace")
    if text.startswith(MARK) or _JSON.match(text):
        return True
    line = text.partition("\n")[0].strip()
    cells = tuple(cell.strip(" \"'").lower() for cell in re.split(r"[,;\t]", line))
    return any(cells[: len(names)] == names for names in _HEADINGS)
