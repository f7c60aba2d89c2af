"""Write a report to the terminal, a pipe, or a file (whole or not at all)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convcalc.cli.format_names import FormatName
from convcalc.cli.format_words import format_text
from convcalc.cli.known import FILE
from convcalc.cli.screen import encoded, is_watched, speaks_utf, terminal_columns, view
from convcalc.cli.shelf import shelf
from convcalc.cli.ticker import hush
from convcalc.errors import UsageError
from convcalc.files import check_place, write_lines
from convcalc.text import printable, wrap

if TYPE_CHECKING:
    from convcalc.report import Report

F = TypeVar("F", bound=Callable[..., Any])

BATCH_OF_LINES = 500
_NOTE = "note: "
_SHORT = "--json"
_CHOSEN = "convcalc.format"  # where --json stores the format for --format
PICTURE_FORMATS = ("svg", "png")  # additional formats of commands that draw
SUFFIX_HELP = "Write to FILE; its suffix chooses the format."


def output_options(function: F, *, formats: FormatName | None = None) -> F:
    """Add ``--format``, ``--json`` and ``-o`` to a command whose reports have all formats.

    Args:
        function: the command.
        formats: the formats of the command, if not the usual ones.
    """
    return format_option(output_option(SUFFIX_HELP, suffix=True)(function), formats)


def format_option(function: F, formats: FormatName | None = None) -> F:
    """Add ``--format`` to a command, and ``--json``, the short form of ``--format json``."""
    json = click.option(
        _SHORT,
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_choose_json,
        help="The same as --format json.",
    )
    return click.option(
        "--format",
        "format_name",
        type=formats or FormatName(),
        is_eager=True,  # read before -o is checked
        callback=lambda ctx, _, value: value or ctx.meta.get(_CHOSEN),
        help="How to print it; table by default.",
    )(json(function))


def _choose_json(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Choose JSON, whether ``--format`` comes before or after it."""
    if value:
        ctx.params["format_name"] = ctx.meta[_CHOSEN] = "json"


def output_option(text: str, *, suffix: bool = False, place: bool = True) -> Callable[[F], F]:
    """``-o``, checked before the command starts, so that no work is lost.

    Args:
        text: its help.
        suffix: whether the file's suffix must be that of a format, unless ``--format`` is given.
        place: whether to check that the file can be written; otherwise the command does it.
    """

    def check(ctx: click.Context, param: click.Parameter, path: str | None) -> str | None:
        if path == "":
            message = "-o: names no file; give one, or leave -o out"
            raise UsageError(message)
        if path and path != "-":
            if suffix and not path.lower().endswith(getattr(ctx.command, "suffixes", ("\0",))):
                check_suffix(path, ctx.params["format_name"])
            if place:
                check_place(path)
        return path

    return click.option("-o", "--output", type=FILE, callback=check, help=text)


def show(
    report: Report,
    format_name: str | None,
    output: str | None,
    below: Callable[[], Iterable[str]] | None = None,
) -> None:
    """Print a report, or write it to a file; parts that are only for people go to stderr.

    Args:
        report: what to show.
        format_name: the name of a format; None chooses by the file's suffix, or the table.
        output: a file; None or ``-`` for standard output.
        below: more lines for standard output.
    """
    from convcalc.formats import DEFAULT, FORMATS

    name = format_name or _format_for(output)
    own = report.document(name)
    chosen = FORMATS[name if name in FORMATS else DEFAULT]
    if name in FORMATS and (kept := shelf(output, chosen)) is not None:
        kept.append(report)
        return
    if chosen.folds:
        report = report.folded()
    if report.beside_rows and chosen.rows_alone:
        remark(
            f"note: {name} has only rows; --format json and the table also have {report.beside_rows}"
        )
    if output and output != "-":
        write_lines(output, own or chosen.lines(report))
        tell_written(output)
    else:
        if name == DEFAULT:
            print_lines(own or chosen.lines(report, view()))
        else:
            print_file(own or chosen.lines(report, view()))
        if below:
            print_lines(below())
    if output not in (None, "", "-") or not is_watched():
        report = replace(report, legend=[], hint="")  # nobody reads the table here
    elif report.hint:
        from convcalc.cli.advice import given_options, still_new

        report = replace(report, hint=still_new(report.hint, given_options()))
    for line in () if own else chosen.asides(report, view(sys.stderr)):
        remark(line)


def show_aside(report: Report) -> None:
    """The table of a report on stderr, before an error about it."""
    from convcalc.formats import DEFAULT, FORMATS

    for line in FORMATS[DEFAULT].lines(report.folded(), view(sys.stderr)):
        remark(line)
    remark("")


def check_suffix(path: str, format_name: str | None) -> None:
    """Refuse a file with an unknown suffix, or with the suffix of another format.

    Raises:
        UsageError: the suffix is wrong.
    """
    if format_name is None:
        _format_for(path)
        return
    from convcalc.formats import FORMATS, suffixes

    meant = suffixes().get(os.path.splitext(path)[1].lower(), format_name)
    if meant != format_name:
        suffix = FORMATS[format_name].suffix if format_name in FORMATS else f".{format_name}"
        short = format_said(format_name) == _SHORT
        said = f"{_SHORT} is given" if short else f"--format is {format_name}"
        out = _SHORT if short else "--format"
        message = (
            f"-o {printable(path)}: its suffix means {meant}, but {said}; "
            f"leave {out} out, or end the name in {suffix}"
        )
        raise UsageError(message)


def format_said(name: str | None, path: str = "") -> str:
    """How the command line chose the format: by a file's suffix, or by name."""
    context = click.get_current_context(silent=True)
    short = context and context.meta.get(_CHOSEN)
    return f"-o {printable(path)}" if path else _SHORT if short else f"--format {name}"


def _format_for(output: str | None) -> str:
    """The format for a file's suffix; without a file, the first format.

    Raises:
        UsageError: no format has that suffix.
    """
    from convcalc.formats import DEFAULT, suffixes

    if not output or output == "-":
        return DEFAULT

    suffix = os.path.splitext(output)[1].lower()
    found = suffixes()
    if suffix not in found:
        raise UsageError(format_text(output, suffix, found))
    return found[suffix]


def draws_figures(format_name: str | None) -> bool:
    """Whether a format shows the figures of a report."""
    from convcalc.formats import DEFAULT, FORMATS

    return FORMATS[format_name or DEFAULT].draws


def print_lines(lines: Iterable[str]) -> None:
    """Print lines on standard output, in characters that it can show."""
    batch: list[str] = []
    for line in lines:
        batch.append(encoded(line, sys.stdout))
        if len(batch) >= BATCH_OF_LINES:
            write("\n".join(batch) + "\n")
            batch = []
    if batch:
        write("\n".join(batch) + "\n")
    sys.stdout.flush()


def print_file(lines: Iterable[str]) -> None:
    """Print a file's lines on standard output: in a pipe as UTF-8, as in a named file."""
    stream = sys.stdout
    if stream.isatty() or speaks_utf(stream) or not isinstance(stream, TextIOWrapper):
        print_lines(lines)
        return
    encoding, errors = stream.encoding, stream.errors
    stream.reconfigure(encoding="utf-8")
    try:
        print_lines(lines)
    finally:
        stream.reconfigure(encoding=encoding, errors=errors)


def print_data(data: bytes) -> None:
    """Print a file on standard output unchanged; on a terminal, in characters that it can show."""
    if sys.stdout.isatty() or not isinstance(sys.stdout, TextIOWrapper):
        print_lines(data.decode().splitlines())
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write(text: str) -> None:
    """Print text on standard output; an unpaired surrogate becomes ``?``."""
    hush()
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8"))


def tell_written(path: str) -> None:
    """Say on stderr that a file was written."""
    remark(f"wrote {printable(path)}")


def remark(message: str) -> None:
    """Print a line on stderr; a note is wrapped to the terminal. Errors are ignored, because the work matters more."""
    hush()
    if message.startswith(_NOTE):
        message = "\n".join(wrap(message, terminal_columns(sys.stderr), " " * len(_NOTE)))
    with suppress(OSError):
        click.echo(encoded(message, sys.stderr), err=True)
