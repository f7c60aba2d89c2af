"""``convcalc compare``: several networks side by side."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.arch_command import loaded
from convcalc.cli.group import Command
from convcalc.cli.output import column, output_options, show
from convcalc.cli.types import NETWORK

EXAMPLES = """
    convcalc compare vgg16 resnet50 mobilenet_v2
    convcalc compare resnet50 resnet50_torchvision --input 3x256x256
    convcalc compare alexnet mynet.yaml --sort macs -o table.md
"""
SORTS = ("params", "macs", "activations", "layers", "network")


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("networks", nargs=-1, required=True, metavar="NETWORK...", type=NETWORK)
@click.option("--input", "shape", metavar="CxHxW", help="The same input shape for all of them.")
@click.option(
    "--set", "parameters", multiple=True, metavar="NAME=NUMBER", help="Change a parameter in all."
)
@click.option("--batch", default=1, type=click.IntRange(1, 10**9), help="Samples at once.")
@click.option("--sort", type=click.Choice(SORTS), help="Sort the rows, largest first.")
@output_options
def command(
    networks: tuple[str, ...],
    shape: str | None,
    parameters: tuple[str, ...],
    batch: int,
    sort: str | None,
    format_name: str | None,
    output: str | None,
) -> None:
    """Several networks side by side: parameters, work, activations, receptive field of the trunk."""
    from convcalc.analysis.walk import trunk_field, walk
    from convcalc.report import CONVENTION, Report, grouped, per_axis, times

    rows: list[dict[str, Any]] = []
    notes = []
    for target in networks:
        network = loaded(target, shape, parameters)
        report = walk(network, batch=batch)
        field = trunk_field(report)
        rows.append(
            {
                "network": network.name,
                "input": list(network.input),
                **{
                    key: report.totals[key]
                    for key in ("layers", "params", "macs", "flops", "activations")
                },
                "rf": field,
            }
        )
        notes += [f"{network.name}: {note}" for note in report.notes if note.startswith("expect")]
    if sort:
        rows.sort(key=lambda row: row[sort], reverse=sort != "network")
    first = rows[0]["macs"] or 1
    for row in rows:
        row["times"] = row["macs"] / first
    columns = [
        column("network", "network", str, right=False, keep=9),
        column("input", "input", times, keep=2),
        column("layers", "layers", grouped, keep=3),
        column("params", "params", grouped, keep=8),
        column("macs", "macs", grouped, keep=8),
        column("times", "× first", lambda number: f"{number:.2f}", keep=1),
        column("activations", "activations", grouped, keep=4),
        column(
            "rf",
            "rf",
            lambda sizes: "all" if sizes is None else per_axis(sizes) if sizes else "–",
            keep=5,
        ),
    ]
    show(
        Report(
            title="",
            columns=columns,
            rows=rows,
            key="networks",
            notes=notes,
            footer=[
                CONVENTION,
                "rf = receptive field before a global pool or flatten gathers the map",
            ],
            row_dict=dict,
        ),
        format_name,
        output,
    )
