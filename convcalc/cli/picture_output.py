"""Where a picture goes: the terminal, a picture file, or a file with its numbers."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convcalc.cli.format_names import FormatName
from convcalc.cli.output import (
    PICTURE_FORMATS,
    check_suffix,
    format_option,
    format_said,
    output_option,
    show,
)
from convcalc.cli.picture_files import write_png, write_svg
from convcalc.cli.shelf import shelf
from convcalc.errors import UsageError
from convcalc.text import printable

if TYPE_CHECKING:
    from convcalc.draw.base import Picture

F = TypeVar("F", bound=Callable[..., Any])

HELP = "Write to FILE: .svg and .png are the picture, .html is a page, others have its numbers."


def picture_options(function: F) -> F:
    """Add ``--dark``, ``--format`` and ``-o`` to a command that draws a picture."""
    dark = click.option(
        "--dark",
        is_flag=True,
        help="Light on dark; without it an SVG follows the reader's settings.",
    )
    return dark(format_option(output_option(HELP)(function), FormatName(own=PICTURE_FORMATS)))


def show_picture(
    picture: Picture, format_name: str | None, output: str | None, *, dark: bool = False
) -> None:
    """Draw a picture in the terminal, or write it to a file.

    Args:
        picture: what to draw.
        format_name: svg, png or a report format; None chooses by the file's suffix.
        output: a file; None or ``-`` for standard output.
        dark: whether it has light lines on a dark background.

    Raises:
        UsageError: the file's suffix is not a picture or report format, or a library is missing.
    """
    from convcalc.formats import DEFAULT, FORMATS

    to_file = output if output and output != "-" else ""
    name = chosen_format(to_file, format_name)
    if dark and name not in PICTURE_FORMATS:
        message = (
            "--dark is for pictures in files; add -o picture.svg or -o picture.png, or leave it out"
        )
        raise UsageError(message)
    chosen = None if name in PICTURE_FORMATS else FORMATS[name or DEFAULT]
    if (kept := shelf(output, chosen)) is not None:
        kept.append(picture)
    elif name not in PICTURE_FORMATS:
        show(picture.report(), name, output)
    elif name == "svg":
        write_svg(picture, to_file, "dark" if dark else "")
    else:
        write_png(picture, to_file, "dark" if dark else "light")


def chosen_format(path: str, format_name: str | None) -> str | None:
    """The requested format, or the format for a file's suffix."""
    meant = os.path.splitext(path)[1].lower()[1:]
    if meant in PICTURE_FORMATS:
        if format_name not in (None, meant):
            asked = format_said(str(format_name))
            message = f"-o {printable(path)}: its suffix means {meant}, but {asked} is given; leave it out, or change the name"
            raise UsageError(message)
        return meant
    if path:
        try:
            check_suffix(path, format_name)
        except UsageError as error:
            raise UsageError(str(error).replace("use one of ", "use one of .svg, .png, ")) from None
    return format_name
