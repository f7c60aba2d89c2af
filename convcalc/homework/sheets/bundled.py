"""The sheets that come with convcalc: the one to begin from, and those after published courses."""

from __future__ import annotations

import os
import re
from functools import cache
from typing import Any

from convcalc.errors import UsageError, did_you_mean
from convcalc.files import decode, read_file
from convcalc.homework.sheets.read import MAX_SHEET, load
from convcalc.report import Column, Report
from convcalc.text import quoted

_HERE = os.path.dirname(os.path.abspath(__file__))
_START = os.path.join(_HERE, "start.yaml")
_IS_SHEET = re.compile(r"^convcalc_sheet:", re.MULTILINE)
_MIN_TEXT = 20  # characters of a column that goes on in the next line


def bundled_folder() -> str:
    """The folder of the bundled sheets: in the package when installed, beside it in a checkout."""
    package = os.path.dirname(os.path.dirname(_HERE))
    inside = os.path.join(package, "sample_sheets")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "homework")


@cache
def bundled_names() -> tuple[str, ...]:
    """The names of the bundled sheets: their files without ``.yaml``, those of a folder with it."""
    top = bundled_folder()
    found = []
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".yaml") and _IS_SHEET.search(_text(path)):
                found.append(os.path.relpath(path, top).removesuffix(".yaml").replace(os.sep, "/"))
    return tuple(sorted(found, key=lambda name: ("/" in name, name)))


def sheet_to_begin_from(name: str = "") -> str:
    """The text of a bundled sheet; without a name, of the commented one.

    Raises:
        UsageError: there is no such sheet.
    """
    return _text(_path(name) if name else _START)


def _path(name: str) -> str:
    """The file of a bundled sheet.

    Raises:
        UsageError: there is no such sheet.
    """
    wanted = name.removesuffix(".yaml")
    if wanted not in bundled_names():
        near = did_you_mean(wanted, bundled_names())
        message = f"no bundled sheet {quoted(name)}{near or '; convcalc list --sheets shows them'}"
        raise UsageError(message)
    return os.path.join(bundled_folder(), *wanted.split("/")) + ".yaml"


def _text(path: str) -> str:
    """The text of a file of ours."""
    return decode(read_file(path, MAX_SHEET, "sheet"), path)


def sheet_list(word: str = "") -> Report:
    """The bundled sheets whose names or titles contain a word.

    Raises:
        UsageError: there is none.
    """
    sheets = [(name, load(_path(name))) for name in bundled_names()]
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
        facts={"folder": bundled_folder()},
        hint="convcalc hw new FILE --from NAME",
    )
