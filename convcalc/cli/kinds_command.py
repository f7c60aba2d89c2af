"""``convcalc kinds``: the layer kinds and their manual pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from convcalc.cli.group import Command
from convcalc.cli.output import output_options, show
from convcalc.cli.types import KIND

if TYPE_CHECKING:
    from convcalc.layers import Layer

EXAMPLES = """
    convcalc kinds
    convcalc kinds conv
    convcalc kinds maxpool
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("kind", type=KIND, required=False)
@output_options
def command(kind: type[Layer] | None, format_name: str | None, output: str | None) -> None:
    """The layer kinds, or the page of one KIND: formula, options, example, source, common mistake."""
    from convcalc.analysis.manual import kind_report, kinds_report

    show(kind_report(kind) if kind else kinds_report(), format_name, output)
