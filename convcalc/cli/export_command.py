"""``convcalc export``: a network in the format of another tool."""

from __future__ import annotations

import sys
from typing import Any

import click

from convcalc.cli.change_options import change_options
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_network
from convcalc.cli.output import output_option, print_data, remark, tell_written
from convcalc.cli.types import NETWORK, Type
from convcalc.errors import UsageError

EXAMPLES = """
    convcalc export unet --to mermaid --depth 1
    convcalc export resnet50 -o resnet50.onnx
    convcalc export resnet50 --to pytorch -o resnet50.py
    convcalc export vgg16 --input 3x64x64 --set classes=10 --to mermaid -o vgg16.mmd
"""


class _Tool(Type):
    """The name of a writer."""

    name = "tool"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return f"[{'|'.join(self.words())}]"

    def read(self, text: str, what: str) -> str:
        if text not in self.words():
            from convcalc.interop.writers import no_writer

            raise UsageError(f"{what}: {no_writer(text)}")
        return text

    def words(self) -> list[str]:
        from convcalc.interop.writers import WRITERS

        return WRITERS.names()


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("network", type=NETWORK)
@click.option("--to", "tool", type=_Tool(), help="What to write; the suffix of -o also chooses it.")
@click.option(
    "--depth",
    type=click.IntRange(0, 100),
    help="Graphs: draw blocks at this depth as one box each: 1 is the outermost, 0 draws every layer.",
)
@change_options("Input shape to use instead of the file's.", "Change a parameter.")
@output_option("Write to FILE.")
def command(
    network: str,
    *,
    tool: str | None,
    depth: int | None,
    shape: Any,
    parameters: tuple[str, ...],
    output: str | None,
) -> None:
    """Write a network for another tool: as code, as a file that it reads, or as a graph.

    NETWORK is a file of any format, - for standard input, or the name of a bundled network.
    What the tool cannot express is refused, with the names of the layers.
    """
    from convcalc.analysis.walk import walk
    from convcalc.files import write_file
    from convcalc.interop.writers import find_writer

    to_file = output if output and output != "-" else ""
    chosen = find_writer(tool, to_file)
    if not (chosen.is_text or to_file) and sys.stdout.isatty():
        message = f"--to {chosen.name} makes a file that a terminal cannot show; name it with -o net{chosen.suffixes[0]}"
        raise UsageError(message)
    if depth is not None and not chosen.folds:
        message = f"--depth: is for graphs, and --to {chosen.name} writes every layer; leave it out"
        raise UsageError(message)
    analysis = walk(load_network(network, shape, parameters))
    written = chosen.write(analysis) if depth is None else chosen.write_folded(analysis, depth)
    if to_file:
        write_file(to_file, [written.data])
        tell_written(to_file)
    else:
        print_data(written.data)
    for note in written.notes:
        remark(f"note: {note}")
