"""Sheets for learning platforms: a sheet goes in, files come out. Nothing here prints or writes.

A platform is one class under ``@export("gift", suffix=".gift")``; a second use of a name fails at
import. Modules are imported only as far as a wanted export needs.
"""

from __future__ import annotations

from importlib import import_module

from convcalc.homework.exports.base import EXPORTS, Export

MODULES = {
    "moodle-xml": "moodle",
    "gift": "gift",
    "cloze": "gift",
    "qti": "qti",
    "qti-choice": "qti",
    "jupyterquiz": "jupyterquiz",
    "prairielearn": "prairielearn",
    "gradescope": "gradescope",
    "nbgrader": "notebooks",
    "otter": "notebooks",
}


def every() -> dict[str, type[Export]]:
    """All exports by name."""
    for module in MODULES.values():
        import_module(f"convcalc.homework.exports.{module}")
    return EXPORTS


def find(name: str) -> type[Export]:
    """The export of this name."""
    if name not in EXPORTS:
        import_module(f"convcalc.homework.exports.{MODULES[name]}")
    return EXPORTS[name]


__all__ = ["EXPORTS", "MODULES", "Export", "every", "find"]
