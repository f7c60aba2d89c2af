"""What a word of a command line is: a network, a sheet, answers, a picture …"""

from __future__ import annotations

import os
import re

from convcalc.files import head_of
from convcalc.interop.signs import HEAD
from convcalc.interop.sorts import sort_of

_NUMBER = re.compile(r"[0-9][0-9.,]*\s?([kKMGTP]?i?B?)")


def sort_of_word(text: str) -> str:
    """The sort of a word on a command line; empty if unknown."""
    try:
        if os.path.isdir(text):
            return "grades" if os.path.exists(os.path.join(text, "summary.json")) else ""
        if not os.path.isfile(text):
            return _sort_of_name(text)
        return sort_of(head_of(text, HEAD))
    except (OSError, ValueError):
        return ""


def _sort_of_name(text: str) -> str:
    """The sort of a word that is not a file."""
    from convcalc.network.find import is_bundled

    number = _NUMBER.fullmatch(text)
    if number and number[1]:
        return "number"
    return "network" if is_bundled(text) else ""
