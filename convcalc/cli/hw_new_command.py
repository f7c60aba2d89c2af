"""``convcalc hw new``: a sheet to begin from."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.output import print_lines, remark, tell_written
from convcalc.cli.types import BUNDLED_SHEET
from convcalc.files import check_new, check_place, write_lines
from convcalc.text import printable

EXAMPLES = """
    convcalc hw new ps1.yaml
    convcalc hw new ps1.yaml --from memphis
    convcalc hw new --from class/ps1 > ps1.yaml
    convcalc list --sheets
"""


class _NewCommand(Command):
    writes = ("file",)


@click.command("new", cls=_NewCommand, examples=EXAMPLES)
@click.argument("file", default="-")
@click.option(
    "--from",
    "name",
    type=BUNDLED_SHEET,
    default="",
    metavar="NAME",
    help="Begin from this bundled sheet; convcalc list --sheets shows them.",
)
@click.option("--overwrite", is_flag=True, help="Replace FILE if it is there.")
def command(file: str, *, name: str, overwrite: bool) -> None:
    """Write a sheet to begin from into FILE: every key with a comment, seven sorts of questions.

    Without FILE it is printed.
    """
    from convcalc.homework.sheets.bundled import sheet_to_begin_from

    if file != "-":
        check_new(file, overwrite=overwrite)
        check_place(file, "")
    lines = sheet_to_begin_from(name).rstrip("\n").split("\n")
    if file == "-":
        print_lines(lines)
        return
    write_lines(file, lines, "")
    tell_written(file)
    remark(f"next: convcalc hw show {printable(file)}, then convcalc hw lint {printable(file)}")
