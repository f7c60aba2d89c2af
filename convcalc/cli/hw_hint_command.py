"""``convcalc hw hint``: the method for a question."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.hw_numbers import own_sheet
from convcalc.cli.hw_options import SECRET_HELP
from convcalc.cli.hw_words import QUESTION
from convcalc.cli.known import FILE, SHEET
from convcalc.cli.output import output_options, remark, show
from convcalc.cli.types import Few

EXAMPLES = """
    convcalc hw hint ps1.yaml q4
    convcalc hw hint ps1.yaml q4 --level 3
"""


@click.command("hint", cls=Command, examples=EXAMPLES)
@click.argument("sheet", type=SHEET)
@click.argument("question", type=QUESTION)
@click.option(
    "--level",
    type=Few(0, 4),
    default=2,
    show_default=True,
    help="1 a question, 2 the rule with other numbers, 3 your numbers without the result, 4 worked out.",
)
@click.option("--student", metavar="ID", help="The student, where numbers vary.")
@click.option("--secret-file", type=FILE, help=SECRET_HELP)
@output_options
def command(
    sheet: str,
    question: str,
    *,
    level: int,
    student: str | None,
    secret_file: str | None,
    format_name: str | None,
    output: str | None,
) -> None:
    """The method for a QUESTION of a SHEET, up to the level that the sheet allows."""
    from convcalc.homework.marking.report import hint_report
    from convcalc.homework.sheets.read import load

    found = own_sheet(load(sheet), student, secret_file)
    report = hint_report(found, found[question], level)
    if level > found.max_level:
        remark(f"hints of this sheet go up to level {found.max_level}")
    show(report, format_name, output)
