"""What the homework commands share: their options, and progress of long runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Self, TypeVar

import click

from convcalc.cli.output import SUFFIX_HELP, FormatName, format_names, output_option

F = TypeVar("F", bound=Callable[..., Any])

SECRET_HELP = "The secret that the numbers of variants are drawn from: a file with one line of random letters."  # noqa: S105 - a help text
_CHOSEN = "convcalc.format"  # where --json leaves its choice for --format
_WIDTH = 30  # columns of a line of progress
QUIET = 2.0  # seconds before progress is shown at all
STEP = {True: 0.2, False: 10.0}  # seconds from one message to the next, on a terminal or off


OldName = Callable[[click.Context, str], str | None]


class _Format(FormatName):
    """The name of a format, or a word that was accepted before."""

    def __init__(self, old_name: OldName) -> None:
        self.old_name = old_name

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        name = value if value in format_names() else self.old_name(ctx, value)
        return None if name is None else super().convert(name, param, ctx)


def answer_options(function: F, *, old_name: OldName | None = None) -> F:
    """Add ``--format``, ``-o``, and ``--json`` as the short form of ``--format json``.

    Args:
        function: the command.
        old_name: makes the name of a format, or nothing, of a word that was accepted before.
    """
    form = click.option(
        "--format",
        "format_name",
        type=_Format(old_name) if old_name else FormatName(),
        is_eager=True,  # so that it is known when -o is checked
        callback=lambda ctx, _, value: value or ctx.meta.get(_CHOSEN),
        help="How to print it; table by default.",
    )
    json = click.option(
        "--json",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_choose_json,
        help="The same as --format json.",
    )
    return form(output_option(SUFFIX_HELP, suffix=True)(json(function)))


def _choose_json(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Choose the format, whether ``--format`` was read before or comes later."""
    if value:
        ctx.params["format_name"] = ctx.meta[_CHOSEN] = "json"


class Progress:
    """How far a long run is, on stderr; one line that changes on a terminal, few lines off it."""

    def __init__(self) -> None:
        self.started = self.last = time.monotonic()
        self.terminal = sys.stderr.isatty()
        self.shown = False

    def __call__(self, what: str, count: int) -> None:
        """Show that so many were read or marked."""
        if count % 64:
            return
        now = time.monotonic()
        if now - self.started < QUIET or now - self.last < STEP[self.terminal]:
            return
        self.last = now
        self.shown = self.terminal
        click.echo(
            f"\r{what} {count:,} " if self.terminal else f"{what} {count:,}",
            err=True,
            nl=not self.terminal,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        """Wipe the line that changed."""
        if self.shown:
            click.echo(f"\r{' ' * _WIDTH}\r", err=True, nl=False)
            self.shown = False
