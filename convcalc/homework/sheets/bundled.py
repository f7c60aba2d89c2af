"""The sheets that come with convcalc: one to begin from, and others after published courses."""

from __future__ import annotations

import os
from typing import Any

from convcalc.errors import UsageError
from convcalc.homework.sheets.find import bundled_names, bundled_path, text_of
from convcalc.homework.sheets.keys import SCHEMA_LINE
from convcalc.homework.sheets.read import load
from convcalc.report import Column, Report
from convcalc.text import quoted

_START = os.path.join(os.path.dirname(os.path.abspath(__file__)), "start.yaml")
_MIN_TEXT = 20  # width of a column with line breaks


def sheet_to_begin_from(name: str = "") -> str:
    """The text of a bundled sheet; without a name, that of the commented sheet.

    Raises:
        UsageError: there is no such sheet.
    """
    return f"{SCHEMA_LINE}\n{text_of(bundled_path(name))}" if name else text_of(_START)


def sheet_list(word: str = "") -> Report:
    """The bundled sheets whose names or titles contain a word.

    Raises:
        UsageError: no sheet contains it.
    """
    sheets = [(name, load(bundled_path(name))) for name in bundled_names()]
    rows = [
        {
            "name": name,
            "title": sheet.title,
            "questions": len(sheet.questions),
            "points": float(sheet.all_points),
            "source": sheet.source,
        }
        for name, sheet in sheets
        if word.lower() in f"{name} {sheet.title}".lower()
    ]
    if not rows:
        message = (
            f"no bundled sheet has {quoted(word)} in its name; convcalc list --sheets shows all"
        )
        raise UsageError(message)
    text: dict[str, Any] = {"right": False, "least": _MIN_TEXT, "wraps": True}
    return Report(
        title="",
        columns=[
            Column.of_mapping("name", "name", right=False, keep=9),
            Column.of_mapping("title", "title", keep=8, **text),
            Column.of_mapping("questions", "questions", keep=6),
            Column.of_mapping("points", "points", "{:g}".format, keep=5),
            Column.of_mapping("source", "source", keep=4, **text),
        ],
        rows=rows,
        key="sheets",
        row_dict=dict,
        hint="convcalc hw new FILE --from NAME",
    )
