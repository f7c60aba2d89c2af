"""The terminals and files for output and messages: their width, colour and characters."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

from convcalc.text import as_ascii

if TYPE_CHECKING:
    from convcalc.formats import View


def is_watched() -> bool:
    """Whether a person sees standard output directly; hints are for people only."""
    return sys.stdout.isatty()


def view(stream: TextIO | None = None) -> View:
    """The properties of a stream; by default of standard output.

    COLUMNS always sets the width; otherwise a terminal has its own, and a pipe or file has none.
    """
    from convcalc.formats import View

    return View(
        columns(stream or sys.stdout),
        shows_color(stream or sys.stdout),
        os.environ.get("COLORTERM", "") in ("truecolor", "24bit"),
        not speaks_utf(stream or sys.stdout),
    )


def columns(stream: TextIO) -> int | None:
    """The width of a stream's terminal in columns; None if it is not a terminal."""
    said = os.environ.get("COLUMNS", "")
    if said.isascii() and said.isdigit() and 0 < int(said[:6]) < 10_000:
        return int(said)
    return terminal_columns(stream)


def terminal_columns(stream: TextIO) -> int | None:
    """The width that a terminal itself reports; None if the stream is not a terminal."""
    if not stream.isatty():
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except OSError:  # it was closed, or a test replaced it
        return None


def shows_color(stream: TextIO) -> bool:
    """Whether to use colour: by NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, or if a terminal supports it.

    See no-color.org, force-color.org and bixense.com/clicolors: a variable against colour comes first.
    """
    said = os.environ
    if said.get("NO_COLOR") is not None or said.get("CLICOLOR") == "0":
        return False
    if any(said.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return stream.isatty() and said.get("TERM") != "dumb"


def encoded(line: str, stream: TextIO) -> str:
    """A line in characters that a stream can show."""
    return line if speaks_utf(stream) else as_encoded(line, _encoding(stream))


def speaks_utf(stream: TextIO) -> bool:
    """Whether a stream can show all characters."""
    return _encoding(stream).startswith("utf")


def _encoding(stream: TextIO) -> str:
    """The name of a stream's encoding."""
    return (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")


def as_encoded(line: str, encoding: str) -> str:
    """A line in an encoding that does not have all of our characters."""
    try:
        return as_ascii(line).encode(encoding, "replace").decode(encoding)
    except LookupError:
        return as_ascii(line).encode("ascii", "replace").decode()
