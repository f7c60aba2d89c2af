"""``convcalc solve input``: which inputs a network or a chain takes."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.change_options import change_options
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_one
from convcalc.cli.network_words import NETWORK_OR_LAYERS
from convcalc.cli.output import output_options, show

EXAMPLES = """
    convcalc solve input unet
    convcalc solve input --input 3x64x64 conv:k5s2 pool:k3s2 conv:k3
"""


@click.command("input", cls=Command, examples=EXAMPLES)
@click.argument(
    "network", nargs=-1, required=True, metavar="NETWORK | LAYER...", type=NETWORK_OR_LAYERS
)
@change_options(
    "Input shape, instead of the file's; for layers, their input shape.", "Change a parameter."
)
@output_options
def command(
    network: tuple[str, ...],
    shape: Any,
    parameters: tuple[str, ...],
    format_name: str | None,
    output: str | None,
) -> None:
    """The smallest input that a network or a chain takes, and the sizes that all layers divide evenly."""
    from convcalc.analysis.sizes import sizes_report

    show(sizes_report(load_one(network, shape, parameters)), format_name, output)
