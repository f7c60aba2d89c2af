"""The platforms by name; `__init__` says which module has which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.errors import did_you_mean
from convcalc.registry import Registry
from convcalc.text import shortened

if TYPE_CHECKING:
    from convcalc.homework.exports.base import Export

EXPORTS: Registry[type[Export]] = Registry("platform")
_READ_QTI = ("canvas", "blackboard", "brightspace")
_ON_PAPER = ("pdf", "latex", "tex", "html", "markdown", "md", "word", "docx", "print", "paper")


def no_export(name: str) -> str:
    """The error about an unknown platform.

    >>> no_export("moodle"), no_export("canvas")
    ("no platform 'moodle'; did you mean 'moodle-xml'?", "no platform 'canvas'; it imports what --to qti writes")
    """
    near = did_you_mean(name, EXPORTS.names())
    if name.lower() in _READ_QTI:
        near = "; it imports what --to qti writes"
    if name.lower() in _ON_PAPER:
        near = "; a sheet to print is written by convcalc hw show SHEET -o sheet.html"
    return f"no platform {shortened(name)!r}{near}"
