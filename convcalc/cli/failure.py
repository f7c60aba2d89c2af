"""Print one of convcalc's errors on stderr."""

from __future__ import annotations

import sys
from typing import Any

import click

from convcalc.cli.option_words import as_typed, line_called
from convcalc.cli.output import remark, show_aside
from convcalc.cli.screen import shows_color, terminal_columns
from convcalc.errors import ConvcalcError, ShapeError, UsageError
from convcalc.text import width, wrap

_OURS = "convcalc: "
_CUT = "…"
_LEAST = 20  # columns that a line has at least, even on a narrower terminal
_RED, _PLAIN = "\x1b[1;31m", "\x1b[0m"


class Failure(click.ClickException):
    """One of convcalc's errors, to be printed on stderr."""

    def __init__(self, error: ConvcalcError, ctx: click.Context | None = None) -> None:
        super().__init__(as_typed(str(error), ctx))
        self.status = error.exit_code

    def show(self, file: Any = None) -> None:
        complain(self.format_message())


def complain(message: str) -> None:
    """Print an error on stderr, wrapped to the width of the terminal."""
    lines = wrapped(f"{_OURS}{message}".split("\n"), terminal_columns(sys.stderr))
    if shows_color(sys.stderr) and lines[0].startswith(_OURS):
        lines[0] = f"{_RED}{_OURS.rstrip()}{_PLAIN} {lines[0][len(_OURS) :]}"
    remark("\n".join(lines))


def wrapped(lines: list[str], limit: int | None) -> list[str]:
    """The lines of a message, wrapped to the terminal; a line of source is cut around its caret.

    >>> wrapped(["net.yaml:3:5: no such layer", "  - a line of the file", "    ^"], 20)
    ['net.yaml:3:5: no', '  such layer', '  - a line of the …', '    ^']
    """
    found: list[str] = []
    for line in lines:
        if limit and line.strip() == "^" and found:
            found[-1:] = _around(found[-1], line, limit)
        else:
            found += [line] if line.startswith(" ") else wrap(line, limit, "  ")
    return found


def _around(line: str, caret: str, limit: int) -> list[str]:
    """A line of source and the line with its caret, cut on both sides if the terminal is too narrow."""
    indent, room = "  ", max(limit, _LEAST) - 2
    text, column = line.removeprefix(indent), len(caret) - len(indent) - 1
    if width(text) <= room:
        return [line, caret]
    room -= 2 * len(_CUT)
    at = next((i for i in range(len(text)) if width(text[:i]) >= column), len(text))
    start = next(i for i in range(at + 1) if width(text[i:at]) <= room // 2)
    end = start
    while end < len(text) and width(text[start : end + 1]) <= room:
        end += 1
    before = _CUT * (start > 0) + text[start:at]
    after = text[at:end] + _CUT * (end < len(text))
    return [f"{indent}{before}{after}", f"{indent}{' ' * width(before)}^"]


def told(error: ConvcalcError, ctx: click.Context) -> ConvcalcError:
    """The error, after the rows of the layers that fit, and followed by inputs that work.

    If the arguments of the command are mixed up, it says how to order them.
    """
    called, args = line_called(ctx)
    if error.failed is not None:
        from convcalc.analysis.unfit import rows_before, with_inputs

        rows = rows_before(*error.failed)
        if rows:
            show_aside(rows)
        error = with_inputs(error)
    elif called is not None:
        from convcalc.cli.meant.mixed_up import other_way

        if message := other_way(called, args):
            return UsageError(message)
    if called is None or not isinstance(error, ShapeError):
        return error
    from convcalc.cli.meant.one_layer import swapped

    return ShapeError(f"{error.what}{swapped(called, args)}", error.layer)
