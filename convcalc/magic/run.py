"""Run a command in a notebook: reports become HTML, printed text stays text, an error is one line.

Commands leave their reports and pictures in a list: see `convcalc.cli.shelf`.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr
from typing import Any

import click

from convcalc.cli.main import group
from convcalc.cli.usage import usage_text
from convcalc.errors import ConvcalcError

CELL = "<cell>"


class _Cell(io.BytesIO):
    """The cell of a notebook as standard input."""

    name = CELL  # in messages: see convcalc.files.stdin_name


def run(words: Sequence[str], cell: str = "", *, html: bool = True) -> list[Any]:
    """Run a command; text is printed directly.

    Args:
        words: the command line.
        cell: the content of ``-``.
        html: whether the notebook shows HTML; otherwise everything is printed as in a terminal.

    Returns:
        The reports and pictures to show, besides the printed text.

    Raises:
        ConvcalcError: the command fails, or its exit code is not 0.
    """
    found: list[Any] = []
    given = sys.stdin
    sys.stdin = io.TextIOWrapper(_Cell(cell.encode("utf-8", "replace")), "utf-8")
    try:
        with _text_streams() if html else nullcontext():
            _run(list(words), found if html else None)
    finally:
        sys.stdin = given
    return found


def _run(words: list[str], found: list[Any] | None) -> None:
    try:
        status = group.main(words, prog_name="convcalc", standalone_mode=False, obj=found)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        return
    except click.UsageError as error:
        raise ConvcalcError(usage_text(error)) from None
    except click.ClickException as error:
        raise ConvcalcError(error.format_message()) from None
    except click.Abort:
        message = "stopped"
        raise ConvcalcError(message) from None
    except SystemExit as stop:
        status = stop.code
    if status:
        message = f"{words[0]}: something is wrong: exit code {status}"
        raise ConvcalcError(message)


@contextmanager
def _text_streams() -> Iterator[None]:
    """Replace the streams by ones with bytes, which a notebook's do not have; the notebook gets the text at the end.

    Raises:
        ConvcalcError: the printed data is not text.
    """
    real = sys.stdout
    data = io.BytesIO()
    sys.stdout = printed = io.TextIOWrapper(data, "utf-8", "replace", write_through=True)
    try:
        with redirect_stderr(real):  # messages on stderr are not errors there
            yield
    finally:
        printed.flush()
        sys.stdout = real
        real.write(_text_of(data.getvalue()))
        real.flush()


def _text_of(data: bytes) -> str:
    """The printed text.

    Raises:
        ConvcalcError: it is the content of a binary file.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        message = "this makes a file that a notebook cannot show; name it with -o FILE"
        raise ConvcalcError(message)
    return text
