"""``convcalc init``: a first network file to change."""

from __future__ import annotations

import click

from convcalc.cli.known import FILE
from convcalc.cli.new_file import NewFileCommand, give
from convcalc.cli.types import BUNDLED_NETWORK
from convcalc.errors import UsageError
from convcalc.files import shell_word

EXAMPLES = """
    convcalc init net.yaml
    convcalc init mine.yaml --from vgg16
    convcalc init --from lenet5
    convcalc hw new sheet.yaml
"""


@click.command("init", cls=NewFileCommand, examples=EXAMPLES)
@click.argument("file", default="-", type=FILE)
@click.option(
    "--from",
    "name",
    type=BUNDLED_NETWORK,
    metavar="NAME",
    help="Begin from this bundled network; convcalc list shows them.",
)
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
def command(file: str, *, name: str | None, overwrite: bool) -> None:
    """Write a network to start from into FILE: every key with a comment, blocks, paths and repeats.

    Without FILE it is printed. For a sheet of questions, use convcalc hw new.
    """
    from convcalc.network.find import is_bundled, network_to_begin_from

    if not name and is_bundled(file) and not file.endswith(".yaml"):
        message = f"{file}: is the name of a bundled network; type convcalc init {file}.yaml --from {file}"
        raise UsageError(message)
    hint = f"convcalc arch {shell_word(file)}, then change it as you like"
    give(network_to_begin_from(name or ""), file, hint, overwrite=overwrite)
