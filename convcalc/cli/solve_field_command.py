"""``convcalc solve field``: which stacks of layers reach a receptive field."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.output import output_options, show

EXAMPLES = """
    convcalc solve field --rf 101
    convcalc solve field --rf 101 --k 5
    convcalc solve field --rf 101 --layers 6
    convcalc solve field --rf 101 --layers 6 --k 3
"""


@click.command("field", cls=Command, examples=EXAMPLES)
@click.option(
    "--rf",
    "field",
    required=True,
    type=int,
    metavar="N",
    help="Receptive field to reach, in pixels along an axis.",
)
@click.option(
    "--k",
    type=click.IntRange(1, 10**6),
    metavar="K",
    help="The kernel; 3 unless --layers is given.",
)
@click.option("--layers", type=click.IntRange(1, 1000), metavar="L", help="Number of layers.")
@output_options
def command(
    field: int, k: int | None, layers: int | None, format_name: str | None, output: str | None
) -> None:
    """How many layers reach a receptive field; with --layers, which kernel or dilation does."""
    from convcalc.solve.report import fields_report

    show(fields_report(field, k, layers), format_name, output)
