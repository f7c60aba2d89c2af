"""``convcalc draw cost``: where the operations, parameters or memory of a network are."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.change_options import change_options
from convcalc.cli.device_options import device_options
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_networks
from convcalc.cli.network_words import NETWORK_OR_LAYERS
from convcalc.cli.picture_output import picture_options, show_picture

EXAMPLES = """
    convcalc draw cost resnet50
    convcalc draw cost vgg16 --of memory --by layer -o memory.svg
    convcalc draw cost unet --of alive
    convcalc draw cost vgg16 resnet50 mobilenet_v2 -o beside.png
    convcalc draw cost resnet50 --device a100 --precision float16 -o roofline.svg
"""


@click.command("cost", cls=Command, examples=EXAMPLES)
@click.argument("networks", nargs=-1, required=True, type=NETWORK_OR_LAYERS, metavar="NETWORK...")
@click.option(
    "--of",
    type=click.Choice(("macs", "params", "activations", "memory", "alive")),
    help="What the bars show; alive is memory over time.",
)
@click.option("--by", type=click.Choice(("stage", "layer")), help="Draw one bar for each.")
@device_options(
    "Draw a roofline of a device.",
    "Operations per second of another device: 10T.",
    "Bytes per second it can move: 100G.",
    "Which bytes a roofline counts.",
)
@change_options("Input shape to use instead of the file's.", "Change a parameter.")
@click.option("--batch", default=1, type=click.IntRange(1, 10**9), help="Samples in a batch.")
@picture_options
def command(
    networks: tuple[str, ...],
    *,
    of: str | None,
    by: str | None,
    shape: Any,
    parameters: tuple[str, ...],
    batch: int,
    format_name: str | None,
    output: str | None,
    dark: bool,
    **device: Any,
) -> None:
    """Draw what the stages or layers of a network cost; or several networks side by side.

    NETWORK is a file of any format, - for standard input, the name of a bundled network, or the layers
    of a chain. With --of alive it is the memory in use while each layer works, with --device the layers
    under the roof of a device's arithmetic and memory.
    """
    from convcalc.analysis.walk import walk
    from convcalc.draw.costs import Device, cost_picture

    found = load_networks(networks, shape, parameters, every=False)
    analyses = [walk(network, batch) for network in found.values()]
    asked = Device(
        **{name: value or Device._field_defaults[name] for name, value in device.items()}
    )
    show_picture(cost_picture(analyses, of or "", by or "", asked), format_name, output, dark=dark)
