"""``convcalc init``: a network file to begin from."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.output import print_lines, remark, tell_written
from convcalc.cli.types import BUNDLED_NETWORK
from convcalc.files import check_new, check_place, write_lines
from convcalc.text import printable

EXAMPLES = """
    convcalc init net.yaml
    convcalc init mine.yaml --from vgg16
    convcalc init --from lenet5
    convcalc hw new sheet.yaml
"""


class _InitCommand(Command):
    writes = ("file",)


@click.command("init", cls=_InitCommand, examples=EXAMPLES)
@click.argument("file", default="-")
@click.option(
    "--from",
    "name",
    type=BUNDLED_NETWORK,
    metavar="NAME",
    help="Begin from this bundled network; convcalc list shows them.",
)
@click.option("--overwrite", is_flag=True, help="Replace FILE if it is there.")
def command(file: str, *, name: str | None, overwrite: bool) -> None:
    """Write a network to begin from into FILE: every key with a comment, blocks, paths and repeats.

    Without FILE it is printed. A sheet of questions to begin from is written by convcalc hw new.
    """
    from convcalc.network.find import network_to_begin_from

    if file != "-":
        check_new(file, overwrite=overwrite)
        check_place(file, "")
    lines = network_to_begin_from(name or "").rstrip("\n").split("\n")
    if file == "-":
        print_lines(lines)
        return
    write_lines(file, lines, "")
    tell_written(file)
    remark(f"next: convcalc arch {printable(file)}, then change it as you like")
