"""``convcalc solve mirror``: the decoder for an encoder."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.change_options import change_options
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_one
from convcalc.cli.network_words import NETWORK_OR_LAYERS
from convcalc.cli.output import output_options, show
from convcalc.cli.types import Few, Type
from convcalc.errors import UsageError
from convcalc.text import quoted

EXAMPLES = """
    convcalc solve mirror --input 1x28x28 conv:k3s2p1c16 relu conv:k3s2p1c32
    convcalc solve mirror --input 1x64x64 conv:k3s2p1c16 conv:k3s2p1c32 --sizes 60..68
    convcalc solve mirror encoder.yaml --axis 1
"""


class _Sizes(Type):
    """A range of sizes: ``8..128``."""

    name = "sizes"

    def read(self, text: str, what: str) -> range:
        first, dots, last = text.partition("..")
        if not (dots and first.isascii() and first.isdigit() and last.isascii() and last.isdigit()):
            message = f"{what}: {quoted(text)} is not a range of sizes; write for example 8..128"
            raise UsageError(message)
        if len(first) > 9 or len(last) > 9 or not 1 <= int(first) <= int(last):
            message = f"{what}: {quoted(text)} has no sizes in it; write the smaller one first, such as 8..128"
            raise UsageError(message)
        return range(int(first), int(last) + 1)


@click.command("mirror", cls=Command, examples=EXAMPLES)
@click.argument(
    "network", nargs=-1, required=True, metavar="NETWORK | LAYER...", type=NETWORK_OR_LAYERS
)
@change_options(
    "Input shape, instead of the file's; for layers, their input shape.", "Change a parameter."
)
@click.option(
    "--sizes",
    type=_Sizes(),
    metavar="A..B",
    help="Input sizes; by default the network's own and 7 more.",
)
@click.option("--axis", default=0, type=Few(0, 2), help="Which axis, counted from 0; 0 by default.")
@output_options
def command(
    network: tuple[str, ...],
    shape: Any,
    parameters: tuple[str, ...],
    sizes: range | None,
    axis: int,
    format_name: str | None,
    output: str | None,
) -> None:
    """The transposed convolutions that restore the sizes of an encoder, for every size of its input.

    It follows the layers up to the last feature map. Where paths join, it follows the first of them.
    """
    from convcalc.analysis.walk import walk
    from convcalc.solve.report import mirror_report

    found = load_one(network, shape, parameters)
    sides = found.input[1:]
    if axis >= len(sides):
        message = f"--axis {axis}: the input has {len(sides)} axes, without its channels, counted from 0; choose one of them"
        raise UsageError(message)
    tried = sizes or range(sides[axis], sides[axis] + 8)
    show(mirror_report(walk(found), tried, axis), format_name, output)
