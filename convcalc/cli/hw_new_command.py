"""``convcalc hw new``: a sheet to start from."""

from __future__ import annotations

import click

from convcalc.cli.hw_words import BUNDLED_SHEET
from convcalc.cli.known import FILE
from convcalc.cli.new_file import NewFileCommand, give
from convcalc.errors import UsageError
from convcalc.files import shell_word

EXAMPLES = """
    convcalc hw new ps1.yaml
    convcalc hw new ps1.yaml --from memphis
    convcalc hw new --from class/ps1 > ps1.yaml
    convcalc list --sheets
"""


@click.command("new", cls=NewFileCommand, examples=EXAMPLES)
@click.argument("file", default="-", type=FILE)
@click.option(
    "--from",
    "name",
    type=BUNDLED_SHEET,
    default="",
    help="Begin from this bundled sheet; convcalc list --sheets shows them.",
)
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
def command(file: str, *, name: str, overwrite: bool) -> None:
    """Write a sheet to start from into FILE: every key with a comment, seven kinds of questions.

    Without FILE it is printed.
    """
    from convcalc.homework.sheets.bundled import sheet_to_begin_from
    from convcalc.homework.sheets.find import bundled_names

    if not name and file in bundled_names():
        message = f"{file}: is the name of a bundled sheet; type convcalc hw new {file}.yaml --from {file}"
        raise UsageError(message)
    typed = shell_word(file)
    hint = f"convcalc hw show {typed}, then convcalc hw lint {typed}"
    give(sheet_to_begin_from(name), file, hint, overwrite=overwrite)
