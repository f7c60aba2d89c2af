"""``convcalc compare``: several networks side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convcalc.analysis.compare import SORTS, compare_report
from convcalc.cli.answer_picture import show_with_picture
from convcalc.cli.change_options import change_options
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_network
from convcalc.cli.output import output_options
from convcalc.cli.types import NETWORK
from convcalc.cli.view_options import rf_through_option

if TYPE_CHECKING:
    from convcalc.draw import Picture

EXAMPLES = """
    convcalc compare vgg16 resnet50 mobilenet_v2
    convcalc compare resnet50 resnet50_torchvision --input 3x256x256
    convcalc compare alexnet mynet.yaml --sort macs -o table.md
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("networks", nargs=-1, required=True, metavar="NETWORK...", type=NETWORK)
@change_options("The same input shape for all of them.", "Change a parameter in all.")
@click.option("--batch", default=1, type=click.IntRange(1, 10**9), help="Samples in a batch.")
@click.option("--sort", type=click.Choice(SORTS), help="Sort the rows, largest first.")
@rf_through_option
@output_options
def command(
    networks: tuple[str, ...],
    shape: Any,
    parameters: tuple[str, ...],
    batch: int,
    sort: str | None,
    rf_through: str,
    format_name: str | None,
    output: str | None,
) -> None:
    """Several networks side by side: parameters, operations, activations, receptive field of the outputs."""
    from convcalc.analysis.fields import causes_in
    from convcalc.analysis.walk import walk
    from convcalc.layers.values import each_of

    through = causes_in(rf_through)
    analyses = each_of(
        networks, lambda target: walk(load_network(target, shape, parameters), batch, through)
    )

    def picture() -> Picture:
        from convcalc.draw.cost import Beside

        return Beside(analyses)

    show_with_picture(
        lambda: compare_report(analyses, sort), picture, format_name, output, draw=False
    )
