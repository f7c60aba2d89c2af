"""``convcalc draw net``: the layers and paths of a network."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.change_options import change_options
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_one
from convcalc.cli.network_words import NETWORK_OR_LAYERS
from convcalc.cli.picture_output import picture_options, show_picture

EXAMPLES = """
    convcalc draw net resnet50
    convcalc draw net unet -o unet.svg
    convcalc draw net resnet152 --depth 1 --of params -o resnet152.png
    convcalc draw net --input 1x32x32 conv:k5c6 pool:k2 fc:10
"""


@click.command("net", cls=Command, examples=EXAMPLES)
@click.argument("networks", nargs=-1, required=True, type=NETWORK_OR_LAYERS, metavar="NETWORK")
@click.option(
    "--depth",
    type=click.IntRange(0, 100),
    help="Draw blocks at this depth as one box each: 1 is the outermost, 0 draws every layer.",
)
@click.option(
    "--of",
    default="macs",
    type=click.Choice(("macs", "params", "activations")),
    help="What the bars in the boxes show.",
)
@change_options("Input shape to use instead of the file's.", "Change a parameter.")
@picture_options
def command(
    networks: tuple[str, ...],
    *,
    depth: int | None,
    of: str,
    shape: Any,
    parameters: tuple[str, ...],
    format_name: str | None,
    output: str | None,
    dark: bool,
) -> None:
    """Draw a network: its layers or blocks, its paths, and the sizes between them.

    NETWORK is a file of any format, - for standard input, the name of a bundled network, or the layers
    of a chain. Blocks that repeat are drawn once; without --depth, the picture shows as much as a page has room
    for.
    """
    from convcalc.analysis.walk import walk
    from convcalc.draw.net import Net

    picture = Net(walk(load_one(networks, shape, parameters)), depth, of)
    show_picture(picture, format_name, output, dark=dark)
