"""``convcalc hw regrade``: mark a class again with a corrected sheet."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.hw_numbers import tell_unused_secret
from convcalc.cli.hw_options import SECRET_HELP
from convcalc.cli.known import FILE, FOLDER, SHEET
from convcalc.cli.output import output_options, show
from convcalc.cli.together import Rule

EXAMPLES = """
    convcalc hw regrade graded/ --sheet ps1-fixed.yaml --diff
    convcalc hw regrade graded/ --sheet ps1-fixed.yaml --write
    convcalc hw regrade graded/ --sheet ps1-fixed.yaml --format csv
"""
_RULES = (
    Rule("--diff", "{option} writes nothing and {others} does; give one of them", ("--write",)),
)


@click.command("regrade", cls=Command, examples=EXAMPLES, rules=_RULES)
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--sheet", required=True, type=SHEET, help="The corrected sheet.")
@click.option("--diff", is_flag=True, help="Only show what would change; the default.")
@click.option("--write", is_flag=True, help="Write the new grades into DIR.")
@click.option(
    "--secret-file", type=FILE, help=f"{SECRET_HELP} Only needed if other numbers vary than before."
)
@output_options
def command(
    folder: str,
    *,
    sheet: str,
    diff: bool,
    write: bool,
    secret_file: str | None,
    format_name: str | None,
    output: str | None,
) -> None:
    """Mark a class again from the DIR that hw grade wrote, and show whose points change.

    Nothing is written without --write. Points given by a person are kept. A question with void: true
    gives all its points to everyone. CSV and JSON list the students whose points change.
    """
    from convcalc.homework.classroom.regrade import regrade
    from convcalc.homework.classroom.report import regrade_report
    from convcalc.homework.sheets.read import load
    from convcalc.homework.variants.secret import read_secret

    secret = read_secret(secret_file) if secret_file else None
    corrected = load(sheet)
    tell_unused_secret(corrected, secret_file)
    found = regrade(folder, corrected, secret, write=write)
    show(regrade_report(found, folder), format_name, output)
