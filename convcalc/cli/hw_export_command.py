"""``convcalc hw export``: a sheet for a learning platform."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.hw_numbers import tell_unused_variants
from convcalc.cli.known import SHEET
from convcalc.cli.output import output_option, print_data, remark, tell_written
from convcalc.errors import UsageError
from convcalc.files import check_place, write_file
from convcalc.homework.exports import EXPORTS
from convcalc.homework.exports.registry import no_export
from convcalc.text import plural, printable

_EXAMPLES = """
    convcalc hw export ps1.yaml --to moodle-xml --variants 30 -o ps1.xml
    convcalc hw export ps1.yaml --to gift > ps1.gift
    convcalc hw export ps1.yaml --to qti -o ps1.zip
    convcalc hw export ps1.yaml --to gradescope -o autograder.zip
    convcalc hw export ps1.yaml --to prairielearn -o questions/
"""
_MAX_VARIANTS = 1_000


class _Platform(click.Choice):  # type: ignore[type-arg]  # generic in newer versions of click only
    """The name of a platform."""

    def convert(self, value: str, param: object, ctx: object) -> str:
        if value not in EXPORTS.names():
            message = f"--to: {no_export(value)}"
            raise UsageError(message)
        return value


@click.command("export", cls=Command, examples=_EXAMPLES)
@click.argument("sheet", type=SHEET)
@click.option(
    "--to",
    "name",
    required=True,
    type=_Platform(EXPORTS.names()),
    metavar="NAME",
    help=f"{', '.join(EXPORTS.names()[:-1])} or {EXPORTS.names()[-1]}.",
)
@click.option(
    "--variants",
    type=click.IntRange(1, _MAX_VARIANTS),
    default=1,
    metavar="N",
    help="Make N copies of each question that varies, with other numbers.",
)
@output_option("Write to FILE, or into a folder of that name.", place=False)
@click.option("--force", is_flag=True, help="Replace files in a folder.")
def command(sheet: str, *, name: str, variants: int, output: str | None, force: bool) -> None:
    """Write a SHEET for a learning platform; known wrong numbers get their own feedback where possible.

    Where numbers vary, --variants N gives N different draws to choose from.
    """
    from convcalc.homework.exports.base import write_files
    from convcalc.homework.sheets.beside import refuse_own_files
    from convcalc.homework.sheets.read import load

    found = load(sheet)
    export = EXPORTS.find(name)(found, variants)
    is_folder, to_file = export.suffix == "/", bool(output) and output != "-"
    if not export.text and not to_file:
        what = "a folder" if is_folder else "an archive"
        message = f"--to {name} makes {what}; name it with -o {found.id}{export.suffix}"
        raise UsageError(message)
    if force and not is_folder:
        message = (
            f"--force replaces files in a folder, but --to {name} makes one file; leave it out"
        )
        raise UsageError(message)
    if to_file and output and not is_folder:
        check_place(output)
    files = list(export.files())
    if to_file and output:
        refuse_own_files(found, output, [each.name for each in files], "-o")
    if not to_file or output is None:
        print_data(files[0].data)
    elif is_folder:
        write_files(output, files, force=force)
        remark(f"wrote {plural(len(files), 'file')} into {printable(output)}")
    else:
        write_file(output, [files[0].data])
        tell_written(output)
    if variants > 1:
        tell_unused_variants(found, variants)
    for question, count in export.drawn_variants():
        remark(f"{count} variants of {question}")
    for note in export.notes:
        remark(f"note: {note}")
