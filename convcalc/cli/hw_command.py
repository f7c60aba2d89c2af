"""``convcalc hw``: homework. Students check, teachers check their sheets and mark a class."""

from __future__ import annotations

from importlib import import_module

import click

from convcalc.cli.group import Group

# Each command with its description, so that --help imports none of them.
COMMANDS = {
    "check": "check answers against a sheet, without giving them away",
    "hint": "the method for a question of a sheet",
    "new": "write a sheet to start from",
    "show": "print a sheet, without answers",
    "lint": "check a sheet for errors: wrong keys, missing values, numbers that hide a mistake",
    "types": "the question types, and the mistakes that are recognised",
    "conventions": "what a sheet can set: all conventions with their values, and the presets",
    "make": "one sheet per student, each with its own numbers",
    "grade": "mark a class: files, folders, zips",
    "regrade": "mark again with a corrected sheet and show whose points change",
    "stats": "the most common mistakes of a class",
    "export": "a sheet for Moodle, Canvas, Gradescope and others",
}
EXAMPLES = """
    convcalc hw new ps1.yaml
    convcalc hw show ps1.yaml
    convcalc hw check ps1.yaml mine.yaml
    convcalc hw hint ps1.yaml q4 --level 2
    convcalc hw lint ps1.yaml
    convcalc hw types params
"""


def load(name: str) -> click.Command:
    """The command with this name."""
    return import_module(f"convcalc.cli.hw_{name}_command").command  # type: ignore[no-any-return]


command = Group(
    "hw",
    commands=COMMANDS,
    load=load,
    examples=EXAMPLES,
    prefix="hw ",
    help=(
        "Homework: check answers, name the mistake, find wrong answer keys.\n\n"
        "A sheet is a YAML file of questions. The answers are computed, never stored in it."
    ),
)
