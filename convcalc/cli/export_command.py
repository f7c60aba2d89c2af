"""``convcalc export``: a network as another tool reads it."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.change_options import change_options
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_network
from convcalc.cli.output import output_option, remark, tell_written, write
from convcalc.cli.types import NETWORK, Type
from convcalc.errors import UsageError

EXAMPLES = """
    convcalc export unet --to mermaid
    convcalc export resnet50 -o resnet50.dot
    convcalc export resnet50 --to pytorch -o resnet50.py
    convcalc export vgg16 --input 3x64x64 --set classes=10 --to mermaid -o vgg16.mmd
"""


class _Tool(Type):
    """The name of a writer."""

    name = "tool"

    def read(self, text: str, what: str) -> str:
        from convcalc.interop.writers import WRITERS

        WRITERS.find(text)
        return text

    def words(self) -> list[str]:
        from convcalc.interop.writers import WRITERS

        return WRITERS.names()


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("network", type=NETWORK)
@click.option(
    "--to",
    "tool",
    type=_Tool(),
    metavar="TOOL",
    help="What to write; the suffix of -o says it too.",
)
@change_options("Another input shape than the file's.", "Change a parameter.")
@output_option("Write to FILE.")
def command(
    network: str, tool: str | None, shape: Any, parameters: tuple[str, ...], output: str | None
) -> None:
    """Write a network for another tool: as code, as a file that it reads, or as a graph.

    NETWORK is a file of any format, - for standard input, or the name of a bundled network.
    What the tool cannot say is refused, with the names of the layers.
    """
    from convcalc.analysis.walk import walk
    from convcalc.files import write_file
    from convcalc.interop.writers import WRITERS, tool_for

    to_file = output if output != "-" else None
    chosen = WRITERS[tool or tool_for(to_file or "")]
    if not chosen.is_text and not to_file:
        message = (
            f"--to {chosen.name} makes a binary file; say where with -o net{chosen.suffixes[0]}"
        )
        raise UsageError(message)
    written = chosen.write(walk(load_network(network, shape, parameters)))
    if to_file:
        write_file(to_file, [written.data])
        tell_written(to_file)
    else:
        write(written.data.decode())
    for note in written.notes:
        remark(f"note: {note}")
