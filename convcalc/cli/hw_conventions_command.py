"""``convcalc hw conventions``: what a sheet can set."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.hw_words import CONVENTION, PRESET
from convcalc.cli.output import output_options, show

EXAMPLES = """
    convcalc hw conventions
    convcalc hw conventions fit
    convcalc hw conventions --preset cs231n
    convcalc hw conventions --format json
"""


@click.command("conventions", cls=Command, examples=EXAMPLES)
@click.argument("name", metavar="[NAME]", type=CONVENTION, default="")
@click.option("--preset", default="", type=PRESET, help="Show the values that this preset sets.")
@output_options
def command(name: str, *, preset: str, format_name: str | None, output: str | None) -> None:
    """The conventions of a sheet: their values, what each means, which one is usual, and the presets.

    With NAME, one convention and the question types that depend on it.
    """
    from convcalc.homework.sheets.manual import conventions_report

    show(conventions_report(name, preset), format_name, output)
