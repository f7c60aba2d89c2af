"""``--draw``: the picture of an answer: under it, on its page, or alone in a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convcalc.cli.format_names import FormatName
from convcalc.cli.output import PICTURE_FORMATS, format_option, format_said, output_option, show
from convcalc.cli.screen import view
from convcalc.cli.shelf import shelf
from convcalc.errors import ConvcalcError, UsageError

if TYPE_CHECKING:
    from convcalc.draw.base import Picture
    from convcalc.formats import Format
    from convcalc.report import Report

F = TypeVar("F", bound=Callable[..., Any])
HELP = "Write to FILE; its suffix chooses the format. .svg and .png have only the picture."


def draw_options(function: F) -> F:
    """Add ``--draw``, ``--format`` and ``-o`` to a command whose answer has a picture."""
    draw = click.option("--draw", is_flag=True, help="Draw it, too: below, or on the page of -o.")
    return draw(format_option(output_option(HELP)(function), FormatName(own=PICTURE_FORMATS)))


def show_with_picture(
    report: Callable[[], Report],
    picture: Callable[[], Picture],
    format_name: str | None,
    output: str | None,
    *,
    draw: bool,
    on_pages: bool = True,
) -> None:
    """Show an answer, and its picture if the user asked for one.

    Args:
        report, picture: functions that make the answer and the picture.
        format_name, output: as in `show`, but svg and png write only the picture.
        draw: whether the user asked for the picture.
        on_pages: whether pages always contain it, if it can be drawn.

    Raises:
        UsageError: the format shows no pictures, or the picture cannot be drawn.
    """
    if not (draw or format_name or output):
        show(report(), None, None)
        return
    from convcalc.cli.picture_output import chosen_format, show_picture

    to_file = output if output and output != "-" else ""
    name = chosen_format(to_file, format_name)
    if name in PICTURE_FORMATS:
        show_picture(picture(), name, output)
        return
    chosen = _format(name, to_file)
    if draw and not chosen.pictures and (to_file or not chosen.draws):
        message = f"--draw is for the terminal and for pages, not for {format_said(name, to_file)}; write -o x.html for both, -o x.svg or -o x.png for only the picture, or leave it out"
        raise UsageError(message)
    made = report()
    in_page = chosen.pictures or shelf(output, chosen) is not None
    if draw and in_page:
        made = replace(made, figures=(picture(),))
    elif chosen.pictures and on_pages:
        made = _with_figure(made, picture)
    below = (lambda: ["", *_drawn(picture())]) if draw and chosen.draws and not in_page else None
    show(made, name, output, below)


def _drawn(picture: Picture) -> list[str]:
    """A picture as text, for standard output."""
    from convcalc.formats.base import figure_lines

    return figure_lines(picture, view())


def _with_figure(report: Report, picture: Callable[[], Picture]) -> Report:
    """A report with its picture, if that can be drawn here."""
    try:
        (made := picture()).figure()
    except ConvcalcError:
        return report
    return replace(report, figures=(made,))


def _format(name: str | None, path: str) -> Format:
    """The format with this name, or for this file's suffix."""
    from convcalc.formats import DEFAULT, FORMATS, suffixes

    return FORMATS[name or suffixes().get(os.path.splitext(path)[1].lower(), DEFAULT)]
