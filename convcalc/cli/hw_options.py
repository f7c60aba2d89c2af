"""Options that the homework commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from convcalc.cli.known import FILE

F = TypeVar("F", bound=Callable[..., Any])

SECRET_HELP = "The secret that the numbers of variants are drawn from: a file with one line of random letters."  # noqa: S105 - a help text


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
