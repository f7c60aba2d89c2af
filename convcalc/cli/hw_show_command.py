"""``convcalc hw show``: a sheet to print."""

from __future__ import annotations

from functools import partial

import click

from convcalc.cli.format_names import FormatName
from convcalc.cli.group import Command
from convcalc.cli.hw_numbers import own_sheet
from convcalc.cli.hw_options import SECRET_HELP
from convcalc.cli.known import FILE, SHEET
from convcalc.cli.output import output_options, show

EXAMPLES = """
    convcalc hw show ps1.yaml
    convcalc hw show ps1.yaml --format markdown
    convcalc hw show ps1.yaml -o ps1.html
    convcalc hw show ps1.yaml --with-answers -o key.html
    convcalc hw show ps1.yaml --student s042 --secret-file ps1.secret
"""


@click.command("show", cls=Command, examples=EXAMPLES)
@click.argument("sheet", type=SHEET)
@click.option("--student", metavar="ID", help="The sheet of this student, where numbers vary.")
@click.option("--secret-file", type=FILE, help=SECRET_HELP)
@click.option(
    "--with-answers", is_flag=True, help="Also show the right answers, after the questions."
)
@partial(
    output_options,
    formats=FormatName(lambda _, word: None if word == "text" else word, also=("text",)),
)
def command(
    sheet: str,
    *,
    student: str | None,
    secret_file: str | None,
    with_answers: bool,
    format_name: str | None,
    output: str | None,
) -> None:
    """Print the questions of a SHEET, with its conventions and how to write each answer.

    Markdown, LaTeX and HTML are whole pages.
    """
    from convcalc.homework.sheets.read import load
    from convcalc.homework.sheets.render import worksheet

    own = own_sheet(load(sheet), student, secret_file)
    show(worksheet(own, answers=with_answers), format_name, output)
