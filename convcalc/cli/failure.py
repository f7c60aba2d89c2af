"""An error of ours on its way to stderr."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.output import remark, show_aside
from convcalc.errors import ConvcalcError


class Failure(click.ClickException):
    """An error of ours on its way to stderr."""

    def __init__(self, error: ConvcalcError) -> None:
        super().__init__(str(error))
        self.status = error.exit_code

    def show(self, file: Any = None) -> None:
        remark(f"convcalc: {self.format_message()}")


def told(error: ConvcalcError) -> ConvcalcError:
    """The error, after the rows of the layers that fit, and with the inputs that work."""
    if error.failed is None:
        return error
    from convcalc.analysis.unfit import rows_before, with_inputs

    rows = rows_before(*error.failed)
    if rows:
        show_aside(rows)
    return with_inputs(error)
