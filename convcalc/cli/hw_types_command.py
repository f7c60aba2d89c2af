"""``convcalc hw types``: the question types and the mistakes."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.hw_words import QUESTION_TYPE
from convcalc.cli.output import output_options, show

EXAMPLES = """
    convcalc hw types
    convcalc hw types params
    convcalc hw types --mistakes
    convcalc hw types params --mistakes
"""


@click.command("types", cls=Command, examples=EXAMPLES)
@click.argument("kind", metavar="[TYPE]", type=QUESTION_TYPE, default="")
@click.option("--mistakes", is_flag=True, help="Show the known mistakes, all or those of TYPE.")
@output_options
def command(kind: str, *, mistakes: bool, format_name: str | None, output: str | None) -> None:
    """The question types with an example each, one TYPE in full, or the known mistakes."""
    from convcalc.homework.mistakes import catalogue

    if mistakes:
        report = catalogue.mistakes_report(kind)
    elif kind:
        report = catalogue.type_report(kind)
    else:
        report = catalogue.types_report()
    show(report, format_name, output)
