"""``convcalc memory``: the memory that a network needs to run and to be trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convcalc.analysis.devices import Room
from convcalc.analysis.memory_report import DTYPES, Ask, bytes_of, memory_report
from convcalc.analysis.training import CHECKPOINTS, OPTIMIZERS
from convcalc.cli.answer_picture import show_with_picture
from convcalc.cli.change_options import change_options
from convcalc.cli.device_types import ROOM
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_network
from convcalc.cli.output import output_options
from convcalc.cli.types import NETWORK

if TYPE_CHECKING:
    from convcalc.draw import Picture

EXAMPLES = """
    convcalc memory resnet50 --batch 32
    convcalc memory resnet50 --optimizer adam --device 24GB
    convcalc memory vit_b_16 --precision mixed --optimizer adamw --checkpoint sqrt --device 16GiB
    convcalc memory resnet50 --batch 32 --device v100
    convcalc memory mobilenet_v1 --precision int8 --input 3x96x96
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("network", type=NETWORK)
@change_options("Input shape to use instead of the file's.", "Change a parameter.")
@click.option("--batch", default=1, type=click.IntRange(1, 10**9), help="Samples in a batch.")
@click.option(
    "--precision",
    default="float32",
    type=click.Choice(DTYPES, case_sensitive=False),
    help="Data type; float32 by default.",
)
@click.option(
    "--optimizer",
    default="sgd",
    type=click.Choice(list(OPTIMIZERS), case_sensitive=False),
    help="Optimizer; sgd by default.",
)
@click.option(
    "--checkpoint",
    type=click.Choice(CHECKPOINTS, case_sensitive=False),
    help="Keep only the inputs of parts, and run the parts again.",
)
@click.option(
    "--device", type=ROOM, metavar="MEMORY", help="Show which batch fits into 24GB, or into a100."
)
@output_options
def command(
    network: str,
    shape: Any,
    parameters: tuple[str, ...],
    batch: int,
    precision: str,
    optimizer: str,
    checkpoint: str | None,
    device: Room | None,
    format_name: str | None,
    output: str | None,
) -> None:
    """The memory that a network needs to run and to be trained, each number with its meaning.

    For training it counts what PyTorch keeps for the backward pass, each map once.
    """
    from convcalc.analysis.walk import walk

    ask = Ask(precision, optimizer, checkpoint or "", device or Room())
    analysis = walk(load_network(network, shape, parameters), batch)

    def picture() -> Picture:
        from convcalc.draw.alive import AliveOverTime

        return AliveOverTime(analysis, bytes_of(precision)[1])

    show_with_picture(
        lambda: memory_report(analysis, ask), picture, format_name, output, draw=False
    )
