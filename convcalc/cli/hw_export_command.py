"""``convcalc hw export``: a sheet for a learning platform."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from convcalc.cli.group import Command
from convcalc.cli.output import output_option, remark, tell_written, write
from convcalc.errors import UsageError, did_you_mean, printable, shortened
from convcalc.files import check_place, write_file

if TYPE_CHECKING:
    from convcalc.homework.exports.base import Export, Out

EXAMPLES = """
    convcalc hw export ps1.yaml --to moodle-xml --variants 30 -o ps1.xml
    convcalc hw export ps1.yaml --to gift > ps1.gift
    convcalc hw export ps1.yaml --to qti -o ps1.zip
    convcalc hw export ps1.yaml --to gradescope -o autograder.zip
    convcalc hw export ps1.yaml --to prairielearn -o questions/
"""
MOST_VARIANTS = 1_000


@click.command("export", cls=Command, examples=EXAMPLES)
@click.argument("sheet")
@click.option(
    "--to",
    "name",
    required=True,
    metavar="NAME",
    help="moodle-xml, gift, cloze, qti, qti-choice, jupyterquiz, prairielearn, gradescope, nbgrader or otter.",
)
@click.option(
    "--variants",
    type=click.IntRange(1, MOST_VARIANTS),
    default=1,
    metavar="N",
    help="Copies of each question that varies, with other numbers.",
)
@output_option("Write to FILE, or into a folder of that name.", place=False)
@click.option("--force", is_flag=True, help="Write over files in a folder.")
def command(sheet: str, *, name: str, variants: int, output: str | None, force: bool) -> None:
    """A SHEET for a learning platform, every known wrong number with its own feedback where it can.

    Where numbers vary, --variants N gives N different draws to choose from.
    """
    from convcalc.homework import exports
    from convcalc.homework.sheets.read import load

    if name not in exports.MODULES:
        message = f"--to: no platform {shortened(name)!r}{did_you_mean(name, exports.MODULES)}"
        raise UsageError(message)
    found = load(sheet)
    made = exports.find(name)(found, variants)
    if not made.text and (not output or output == "-"):
        what = "a folder" if made.suffix == "/" else "an archive"
        message = f"--to {name} makes {what}; say where with -o {found.id}{made.suffix}"
        raise UsageError(message)
    if made.suffix != "/" and output and output != "-":
        check_place(output)
    files = list(made.files())
    if made.suffix == "/":
        assert output is not None
        write_folder(output, files, force=force)
    elif output and output != "-":
        write_file(output, [files[0].data])
        tell_written(output)
    else:
        write(files[0].data.decode())
    for question, count in drawn(made):
        remark(f"{count} variants of {question}")
    for note in made.notes:
        remark(f"note: {note}")


def write_folder(output: str, files: list[Out], *, force: bool) -> None:
    """Files into a folder, each whole, none over another unless wanted."""
    for each in files:
        path = os.path.join(output, each.name)
        if os.path.exists(path) and not force:
            message = f"-o {shortened(output)}: {each.name} is there already; choose another folder, or --force"
            raise UsageError(message)
    for each in files:
        path = os.path.join(output, each.name)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        except OSError as error:
            message = (
                f"-o {shortened(output)}: cannot be written: {error.strerror}; choose another place"
            )
            raise UsageError(message) from None
        write_file(path, [each.data])
    remark(f"wrote {len(files)} files into {printable(output)}")


def drawn(made: Export) -> list[tuple[str, int]]:
    """The questions that have several variants, and how many."""
    if made.variants <= 1:
        return []
    return [(found[0].id, len(found)) for found in made.items if len(found) > 1]
