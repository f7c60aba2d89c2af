"""What the homework commands share: their options, and progress of long runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Self, TypeVar

import click

from convcalc.cli.known import FILE
from convcalc.cli.ticker import hush

F = TypeVar("F", bound=Callable[..., Any])

SECRET_HELP = "The secret that the numbers of variants are drawn from: a file with one line of random letters."  # noqa: S105 - a help text
_WIDTH = 30  # columns of a line of progress
QUIET = 1.0  # seconds before progress is shown at all
STEP = {True: 0.2, False: 10.0}  # seconds from one message to the next, on a terminal or off


def roster_options(about: str, *, required: bool = False) -> Callable[[F], F]:
    """The options ``--roster`` and ``--roster-id``."""

    def decorate(command: F) -> F:
        column = click.option(
            "--roster-id",
            default="",
            metavar="COLUMN",
            help="The column of the roster with the ids.",
        )
        return click.option("--roster", required=required, type=FILE, help=about)(column(command))

    return decorate


class Progress:
    """The progress of a long run, on stderr: one changing line on a terminal, a few lines elsewhere."""

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
        hush()
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
