"""An error of ours on its way to stderr."""

from __future__ import annotations

import sys
from typing import Any

import click

from convcalc.cli.option_words import as_typed, line_called
from convcalc.cli.output import remark, show_aside
from convcalc.cli.screen import shows_color, terminal_columns
from convcalc.errors import ConvcalcError, UsageError
from convcalc.text import wrap

_OURS = "convcalc: "
_RED, _PLAIN = "\x1b[1;31m", "\x1b[0m"


class Failure(click.ClickException):
    """An error of ours on its way to stderr."""

    def __init__(self, error: ConvcalcError, ctx: click.Context | None = None) -> None:
        super().__init__(as_typed(str(error), ctx))
        self.status = error.exit_code

    def show(self, file: Any = None) -> None:
        complain(self.format_message())


def complain(message: str) -> None:
    """Say on stderr what is wrong, no wider than a terminal there."""
    lines = wrapped(f"{_OURS}{message}".split("\n"), terminal_columns(sys.stderr))
    if shows_color(sys.stderr) and lines[0].startswith(_OURS):
        lines[0] = f"{_RED}{_OURS.rstrip()}{_PLAIN} {lines[0][len(_OURS) :]}"
    remark("\n".join(lines))


def wrapped(lines: list[str], width: int | None) -> list[str]:
    """Lines of a message no wider than a terminal; lines of a source, and their carets, stay whole.

    >>> wrapped(["net.yaml:3:5: no such layer", "  - a line of the file", "    ^"], 20)
    ['net.yaml:3:5: no', '  such layer', '  - a line of the file', '    ^']
    """
    return [
        part
        for line in lines
        for part in ([line] if line.startswith(" ") else wrap(line, width, "  "))
    ]


def told(error: ConvcalcError, ctx: click.Context) -> ConvcalcError:
    """The error, after the rows of the layers that fit, and with the inputs that work.

    Where the arguments of the command are mixed up, it says how they stand instead.
    """
    if error.failed is None:
        called, args = line_called(ctx)
        if called is not None:
            from convcalc.cli.meant.mixed_up import other_way

            if message := other_way(called, args):
                return UsageError(message)
        return error
    from convcalc.analysis.unfit import rows_before, with_inputs

    rows = rows_before(*error.failed)
    if rows:
        show_aside(rows)
    return with_inputs(error)
