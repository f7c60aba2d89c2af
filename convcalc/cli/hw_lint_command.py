"""``convcalc hw lint``: errors in a sheet."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.known import SHEET
from convcalc.cli.output import output_options, show

EXAMPLES = """
    convcalc hw lint ps1.yaml
    convcalc hw lint ps1.yaml --exit-zero
"""


@click.command("lint", cls=Command, examples=EXAMPLES)
@click.argument("sheet", type=SHEET)
@click.option("--exit-zero", is_flag=True, help="Exit with status 0 even if something is found.")
@output_options
def command(sheet: str, *, exit_zero: bool, format_name: str | None, output: str | None) -> int:
    """Check a SHEET for errors: wrong keys, missing values, numbers that hide a mistake.

    The exit status is 1 for wrong keys, missing values and the like; with only notes it is 0.
    """
    from convcalc.homework.marking.lint import lint
    from convcalc.homework.marking.report import lint_report
    from convcalc.homework.sheets.read import load

    found = load(sheet)
    findings = lint(found)
    show(lint_report(found, findings), format_name, output)
    return 1 if any(each.serious for each in findings) and not exit_zero else 0
