"""``convcalc list``: the bundled networks."""

from __future__ import annotations

import click

from convcalc.cli.group import Command
from convcalc.cli.output import output_options, show

EXAMPLES = """
    convcalc list
    convcalc list resnet
    convcalc list --format json
"""


@click.command("list", cls=Command, examples=EXAMPLES)
@click.argument("word", default="")
@output_options
def command(word: str, format_name: str | None, output: str | None) -> None:
    """The bundled networks, with the numbers their files promise. WORD picks those that contain it."""
    from convcalc.analysis.listing import network_list

    show(network_list(word), format_name, output)
