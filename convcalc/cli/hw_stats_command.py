"""``convcalc hw stats``: the most common mistakes of a class."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.known import FOLDER
from convcalc.cli.output import output_options, show

EXAMPLES = """
    convcalc hw stats graded/
    convcalc hw stats graded/ --other 10
    convcalc hw stats graded/ --format csv
"""


@click.command("stats", cls=Command, examples=EXAMPLES)
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--other",
    "many",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="N",
    help="Name answers without a known mistake that more than N students gave.",
)
@output_options
def command(folder: str, *, many: int, format_name: str | None, output: str | None) -> None:
    """How a class answered that hw grade marked into DIR: the share that is correct, and common mistakes.

    JSON and CSV have every mistake with its code, its words, and how many answers it explains.
    """
    from convcalc.homework.classroom.stats import class_stats, class_totals
    from convcalc.homework.classroom.stats_report import stats_report

    show(stats_report(class_stats(folder), folder, many, class_totals(folder)), format_name, output)
