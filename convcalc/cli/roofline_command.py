"""``convcalc roofline``: whether arithmetic or memory limits each layer on a device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.answer_picture import show_with_picture
from convcalc.cli.change_options import change_options
from convcalc.cli.device_options import device_options
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_network
from convcalc.cli.output import output_options
from convcalc.cli.types import NETWORK

if TYPE_CHECKING:
    from convcalc.draw import Picture

EXAMPLES = """
    convcalc roofline vgg16 --device a100 --precision float16
    convcalc roofline mobilenet_v1 --device a100 --precision float16 --bytes fused --batch 32
    convcalc roofline lenet5 --peak 10G --bandwidth 1G
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("network", type=NETWORK)
@device_options(
    "A device, with the peaks of its data sheet.",
    "Operations per second: 10T; a multiply-add is two.",
    "Bytes per second: 100G.",
    "Which bytes are counted.",
)
@change_options("Input shape to use instead of the file's.", "Change a parameter.")
@click.option("--batch", default=1, type=click.IntRange(1, 10**9), help="Samples in a batch.")
@output_options
def command(
    network: str,
    device: str | None,
    peak: int | None,
    bandwidth: int | None,
    precision: str | None,
    model: str,
    shape: Any,
    parameters: tuple[str, ...],
    batch: int,
    format_name: str | None,
    output: str | None,
) -> None:
    """Whether arithmetic or memory limits each layer on a device, and the shortest possible time.

    A layer cannot be faster than its operations at the device's peak or its bytes at the device's
    bandwidth. Real programs take longer.
    """
    from convcalc.analysis.roofline_report import roof_of, roofline_report
    from convcalc.analysis.walk import walk

    roof = roof_of(device or "", peak or 0, bandwidth or 0, precision or "")
    analysis = walk(load_network(network, shape, parameters), batch)

    def picture() -> Picture:
        from convcalc.draw.roof import RoofPicture

        return RoofPicture(analysis, roof, model)

    show_with_picture(
        lambda: roofline_report(analysis, roof, model), picture, format_name, output, draw=False
    )
