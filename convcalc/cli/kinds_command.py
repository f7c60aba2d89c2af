"""``convcalc kinds``: the layer kinds and their manual pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from convcalc.cli.group import Command
from convcalc.cli.output import output_options, show
from convcalc.cli.types import KIND
from convcalc.errors import UsageError

if TYPE_CHECKING:
    from convcalc.layers import Layer

EXAMPLES = """
    convcalc kinds
    convcalc kinds conv
    convcalc kinds maxpool
    convcalc kinds --operations
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("kind", type=KIND, required=False)
@click.option(
    "--operations", is_flag=True, help="Define the elementary operations that are counted."
)
@output_options
def command(
    kind: type[Layer] | None, format_name: str | None, output: str | None, *, operations: bool
) -> None:
    """The layer kinds, or the page of one KIND: formula, options, example, source, common mistake."""
    from convcalc.analysis.manual import kind_report, kinds_report, operations_report

    if operations and kind:
        message = "--operations is the same for all kinds; leave out the kind or --operations"
        raise UsageError(message)
    report = operations_report() if operations else kind_report(kind) if kind else kinds_report()
    show(report, format_name, output)
