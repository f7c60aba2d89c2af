"""``convcalc reconcile``: which way of counting gives a published number."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.change_options import change_options
from convcalc.cli.group import Command
from convcalc.cli.network_options import load_network
from convcalc.cli.output import output_options, show
from convcalc.cli.settings import settings_of
from convcalc.cli.types import NETWORK

EXAMPLES = """
    convcalc reconcile resnet50 3.8G
    convcalc reconcile resnet50_torchvision 4.13G
    convcalc reconcile mobilenet_v2 3.47M
    convcalc reconcile vgg16 '528 MB'
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("network", type=NETWORK)
@click.argument("value")
@change_options("Input shape to use instead of the file's.", "Change a parameter.")
@output_options
def command(
    network: str,
    value: str,
    shape: Any,
    parameters: tuple[str, ...],
    format_name: str | None,
    output: str | None,
) -> None:
    """Which way of counting, resolution, number of classes, layout or rounding gives a published VALUE.

    VALUE is the number as it is printed: 4.13G, 3.47M, 93MB, 25557032. The most plausible cause
    comes first. Exit code 1 if nothing gives the number.
    """
    from convcalc.analysis.counting.reconcile_report import reconcile_report
    from convcalc.network.find import siblings

    settings = settings_of(parameters)

    def load(other: str = "", **changed: Any) -> Any:
        from convcalc.interop.load import load as from_file

        given = {"input": shape} if shape else {}
        return from_file(other or network, **{"parameters": settings, **given, **changed})

    found = load_network(network, shape, parameters)
    report = reconcile_report(found, value, load, siblings(network))
    show(report, format_name, output)
    if not report.facts["explained"]:
        raise SystemExit(1)
