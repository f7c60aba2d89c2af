"""``convcalc diff``: which layers of two networks differ, and what that costs."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.change_options import change_options
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_network
from convcalc.cli.output import output_options, show
from convcalc.cli.types import NETWORK

EXAMPLES = """
    convcalc diff resnet50 resnet50_torchvision
    convcalc diff vgg16 vgg16_bn --input 3x64x64
    convcalc diff mynet.yaml exported.onnx --all
    convcalc diff old.yaml new.yaml --format markdown
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("first", type=NETWORK)
@click.argument("second", type=NETWORK)
@change_options("The same input shape for both.", "Change a parameter in both.")
@click.option("--batch", default=1, type=click.IntRange(1, 10**9), help="Samples in a batch.")
@click.option(
    "--all/--only-different",
    "every",
    default=False,
    help="Show all layers, one per row, or (the default) those that differ.",
)
@output_options
def command(
    first: str,
    second: str,
    shape: Any,
    parameters: tuple[str, ...],
    batch: int,
    *,
    every: bool,
    format_name: str | None,
    output: str | None,
) -> None:
    """Which layers of two networks differ in options, inputs and sizes, and what that costs in parameters and operations.

    Layers are paired by their names if these agree, or else by their order, options and shapes.
    Names only are not a difference. Exit code 0 if the networks are the same, 1 if they differ.
    """
    from convcalc.analysis.diff_report import diff_report
    from convcalc.analysis.walk import walk
    from convcalc.layers.values import each_of

    pair = each_of(
        (first, second), lambda target: walk(load_network(target, shape, parameters), batch)
    )
    report = diff_report(*pair, every=every)
    show(report, format_name, output)
    if not report.facts["same"]:
        raise SystemExit(1)
