"""What the commands for a class share: its options, its progress, how its folder is spoken of."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import click

from convcalc.errors import UsageError, shortened

if TYPE_CHECKING:
    from convcalc.homework.classroom.output_folder import Summary

SECRET_HELP = "What the numbers of variants are drawn from: a file with one line of random letters."  # noqa: S105 - a help text
WIDE = 30  # columns of a line of progress
QUIET = 2.0  # seconds before progress is told at all
STEP = {True: 0.2, False: 10.0}  # seconds from one message to the next, on a terminal or off


class Progress:
    """How far a long run is, on stderr; one line that changes on a terminal, few lines off it."""

    def __init__(self) -> None:
        self.started = self.last = time.monotonic()
        self.terminal = sys.stderr.isatty()
        self.shown = False

    def __call__(self, what: str, count: int) -> None:
        """Tell that so many were read or marked."""
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

    def done(self) -> None:
        """Wipe the line that changed."""
        if self.shown:
            click.echo(f"\r{' ' * WIDE}\r", err=True, nl=False)
            self.shown = False


def columns_of(path: str) -> dict[str, str]:
    """A form's headings with the question each stands for, from a YAML file ``heading: q1``.

    Raises:
        UsageError: it cannot be read.
    """
    from convcalc.network.yaml_source import read

    source = read(path)
    root = source.compose()
    if root is None:
        message = f"--map {shortened(path)}: is empty; write lines such as 'Question 1': q1"
        raise UsageError(message)
    return {
        key: source.scalar(value, key) for key, (_, value) in source.mapping(root, "a map").items()
    }


def written_lines(summary: Summary, out: str) -> list[str]:
    """What was written, a line each."""
    names = [(os.path.join(out, name), about) for name, about in summary.written]
    width = max(len(name) for name, _ in names)
    return [f" {name:<{width}}  {about}" for name, about in names]


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its word."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
