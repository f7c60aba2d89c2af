"""The screens that output and messages go to: how wide they are, whether they show colour, and which signs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

from convcalc.text import as_ascii

if TYPE_CHECKING:
    from convcalc.formats import View


def is_watched() -> bool:
    """Whether somebody sees standard output as it comes: the next useful command is for people only."""
    return sys.stdout.isatty()


def view(stream: TextIO | None = None) -> View:
    """Where a stream goes, standard output unless another is given.

    COLUMNS is the width wherever it goes; otherwise a terminal says its own, and a pipe or a file has none.
    """
    from convcalc.formats import View

    return View(
        columns(stream or sys.stdout),
        shows_color(stream or sys.stdout),
        os.environ.get("COLORTERM", "") in ("truecolor", "24bit"),
        not speaks_utf(stream or sys.stdout),
    )


def columns(stream: TextIO) -> int | None:
    """The columns of the terminal that a stream goes to; None where it is none."""
    said = os.environ.get("COLUMNS", "")
    if said.isascii() and said.isdigit() and 0 < int(said[:6]) < 10_000:
        return int(said)
    return terminal_columns(stream)


def terminal_columns(stream: TextIO) -> int | None:
    """The columns of a terminal as it says itself; None where a stream goes elsewhere."""
    if not stream.isatty():
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except OSError:  # it went away, or is one of a test
        return None


def shows_color(stream: TextIO) -> bool:
    """Whether colour is wanted: by NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, or where a terminal has it.

    See no-color.org, force-color.org and bixense.com/clicolors: what switches it off goes first.
    """
    said = os.environ
    if said.get("NO_COLOR") is not None or said.get("CLICOLOR") == "0":
        return False
    if any(said.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return stream.isatty() and said.get("TERM") != "dumb"


def encoded(line: str, stream: TextIO) -> str:
    """A line in signs that a stream can show."""
    return line if speaks_utf(stream) else as_encoded(line, _encoding(stream))


def speaks_utf(stream: TextIO) -> bool:
    """Whether a stream has all characters."""
    return _encoding(stream).startswith("utf")


def _encoding(stream: TextIO) -> str:
    """The name of a stream's encoding."""
    return (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")


def as_encoded(line: str, encoding: str) -> str:
    """A line in the characters of an encoding that has not all of ours."""
    try:
        return as_ascii(line).encode(encoding, "replace").decode(encoding)
    except LookupError:
        return as_ascii(line).encode("ascii", "replace").decode()
