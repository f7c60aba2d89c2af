"""``convcalc hw stats``: the most common mistakes of a class."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.output import answer_options, show

EXAMPLES = """
    convcalc hw stats graded/
    convcalc hw stats graded/ --other 10
    convcalc hw stats graded/ --format csv
"""


@click.command("stats", cls=Command, examples=EXAMPLES)
@click.argument("folder", metavar="DIR")
@click.option(
    "--other",
    "many",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="N",
    help="Name answers without a known mistake that more than N students gave.",
)
@answer_options
def command(folder: str, *, many: int, format_name: str | None, output: str | None) -> None:
    """The most common mistakes per question of a class that hw grade marked into DIR."""
    from convcalc.homework.classroom.report import stats_report
    from convcalc.homework.classroom.stats import class_stats, class_totals

    show(stats_report(class_stats(folder), folder, many, class_totals(folder)), format_name, output)
