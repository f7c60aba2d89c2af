"""Sheets for learning platforms: a sheet goes in, files come out. Nothing here prints or writes.

A platform is one class under ``@export("gift", suffix=".gift")`` and one line in `MODULES`; its module
is imported only when needed.
"""

from __future__ import annotations

from convcalc.homework.exports.registry import EXPORTS

MODULES = {
    "moodle-xml": "moodle",
    "gift": "gift",
    "cloze": "cloze",
    "qti": "qti",
    "qti-choice": "qti",
    "jupyterquiz": "jupyterquiz",
    "prairielearn": "prairielearn",
    "gradescope": "gradescope",
    "nbgrader": "nbgrader",
    "otter": "otter",
}
EXPORTS.modules("convcalc.homework.exports", MODULES)

__all__ = ["EXPORTS", "MODULES"]
