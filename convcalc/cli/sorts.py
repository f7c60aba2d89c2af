"""What a word of a command line names: a network, a sheet, answers, a picture …"""

from __future__ import annotations

import os
import re

from convcalc.files import start_as_utf_8
from convcalc.interop.signs import HEAD, format_of

_NUMBER = re.compile(r"[0-9][0-9.,]*\s?([kKMGTP]?i?B?)")
_PICTURE = re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|P[2356]\s")
_KEYS = (
    ("sheet", re.compile(rb"(?m)^(convcalc_sheet|questions):")),
    ("answers", re.compile(rb"(?m)^(convcalc_answers|answers):")),
    ("network", re.compile(rb"(?m)^(layers|extends):")),
    ("roster", re.compile(rb'\A(\xef\xbb\xbf)?"?(student_?id|id)"?[,;\t]', re.IGNORECASE)),
)


def sort_of(text: str) -> str:
    """What a word of a command line names; empty for what nobody knows."""
    try:
        if os.path.isdir(text):
            return "grades" if os.path.exists(os.path.join(text, "summary.json")) else ""
        if not os.path.isfile(text):
            return _sort_of_name(text)
        with open(text, "rb") as file:
            head = start_as_utf_8(file.read(HEAD))
    except (OSError, ValueError):
        return ""
    if _PICTURE.match(head):
        return "picture"
    if format_of(head):
        return "network"
    return next((sort for sort, sign in _KEYS if sign.search(head)), "")


def _sort_of_name(text: str) -> str:
    """What a word names that is no file."""
    from convcalc.network.find import bundled_names

    number = _NUMBER.fullmatch(text)
    if number and number[1]:
        return "number"
    return "network" if text.removesuffix(".yaml") in bundled_names() else ""
