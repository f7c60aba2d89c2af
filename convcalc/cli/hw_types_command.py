"""``convcalc hw types``: the question types and the mistakes."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.output import answer_options, show

EXAMPLES = """
    convcalc hw types
    convcalc hw types params
    convcalc hw types --mistakes
"""


@click.command("types", cls=Command, examples=EXAMPLES)
@click.argument("kind", metavar="[TYPE]", default="")
@click.option("--mistakes", is_flag=True, help="Show the catalogue of mistakes instead.")
@answer_options
def command(kind: str, *, mistakes: bool, format_name: str | None, output: str | None) -> None:
    """The question types with an example each, one TYPE in full, or the catalogue of mistakes."""
    from convcalc.homework.mistakes import catalogue

    if mistakes:
        report = catalogue.mistakes_report()
    elif kind:
        report = catalogue.type_report(kind)
    else:
        report = catalogue.types_report()
    show(report, format_name, output)
