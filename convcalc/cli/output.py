"""Writing a report where the user wants it: the terminal, a pipe, or a file written whole."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convcalc.errors import UsageError, did_you_mean, printable

if TYPE_CHECKING:
    from convcalc.formats import View
    from convcalc.report import Report

F = TypeVar("F", bound=Callable[..., Any])

FORMAT_NAMES = ("table", "json", "csv", "markdown", "latex", "html")
MANY_ROWS = 50  # more rows than this, and repeated blocks are shown once
BATCH_OF_LINES = 500
SUFFIX_HELP = "Write to FILE; its suffix chooses the format."

# What a terminal without these characters gets instead.
ASCII = str.maketrans(
    {
        "×": "x", "·": "*", "−": "-", "–": "-", "…": "...", "─": "-", "→": "->", "⌊": "floor(",
        "⌋": ")", "⌈": "ceil(", "⌉": ")", "≥": ">=", "≤": "<=", "₁": "1", "₂": "2", "²": "^2",
        "⁶": "^6", "°": " deg", "Σ": "sum", "α": "alpha", "β": "beta", "σ": "sigma", "Φ": "Phi",
    }
)  # fmt: skip


def output_options(function: F) -> F:
    """Add ``--format`` and ``-o`` to a command whose reports go to a file of any format."""
    return format_option(output_option(SUFFIX_HELP, suffix=True)(function))


def format_option(function: F) -> F:
    """Add ``--format`` to a command."""
    return click.option(
        "--format",
        "format_name",
        type=click.Choice(FORMAT_NAMES),
        is_eager=True,  # so that it is known when -o is checked
        help="How to print it; table by default.",
    )(function)


def output_option(text: str, *, suffix: bool = False, place: bool = True) -> Callable[[F], F]:
    """``-o``, checked before the command begins, so that no work is lost to it.

    Args:
        text: its help.
        suffix: whether the file's suffix must be that of a format, unless ``--format`` is given.
        place: whether it is a file; otherwise the command looks at the place itself.
    """

    def checked(ctx: click.Context, param: click.Parameter, path: str | None) -> str | None:
        if path == "":
            message = "-o: names no file; give one, or leave -o out"
            raise UsageError(message)
        if path and path != "-":
            if suffix and ctx.params["format_name"] is None:
                format_for(path)
            if place:
                check_place(path)
        return path

    return click.option("-o", "--output", metavar="FILE", callback=checked, help=text)


def show(
    report: Report,
    format_name: str | None,
    output: str | None,
    *,
    fold: Callable[[Report], list[Any]] | None = None,
) -> None:
    """Print a report, or write it to a file.

    Args:
        report: what to show.
        format_name: one of `FORMAT_NAMES`; None chooses by the file's suffix, or the table.
        output: a file; None or ``-`` for standard output.
        fold: gives the rows to show in the formats that people read.
    """
    from convcalc.formats import find

    chosen = find(format_name or format_for(output))
    if fold and chosen.folds:
        report = replace(report, rows=fold(report))
    own = report.document(chosen.name)
    if output and output != "-":
        write_whole(output, own or chosen.lines(report))
        tell_written(output)
    else:
        print_lines(own or chosen.lines(report, view()))


def format_for(output: str | None) -> str:
    """The format that a file's suffix stands for."""
    if not output or output == "-":
        return "table"
    from convcalc.formats import every

    suffix = os.path.splitext(output)[1].lower()
    suffixes = {each.suffix: name for name, each in every().items()}
    if suffix not in suffixes:
        known = ", ".join(suffixes)
        message = f"-o {output}: no format has the suffix {suffix or 'nothing'!r}; use one of {known}, or --format"
        raise UsageError(message)
    return suffixes[suffix]


def view() -> View:
    """Where standard output goes: its width if it is a terminal, and whether it shows colour."""
    from convcalc.formats import View

    terminal = sys.stdout.isatty()
    columns = os.environ.get("COLUMNS", "")
    width = (
        int(columns)
        if columns.isascii() and columns.isdigit() and 0 < int(columns[:6]) < 10_000
        else None
    )
    if width is None and terminal:
        width = os.get_terminal_size(sys.stdout.fileno()).columns or None
    color = terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return View(width, color)


def print_lines(lines: Iterable[str]) -> None:
    """Lines to standard output, in characters that it can show."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    narrow = not encoding.startswith("utf")
    batch: list[str] = []
    for line in lines:
        batch.append(as_encoded(line, encoding) if narrow else line)
        if len(batch) >= BATCH_OF_LINES:
            write("\n".join(batch) + "\n")
            batch = []
    if batch:
        write("\n".join(batch) + "\n")
    sys.stdout.flush()


def write(text: str) -> None:
    """Text to standard output; half of a pair that no encoding has becomes ``?``."""
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8"))


def as_encoded(line: str, encoding: str) -> str:
    """A line in the characters of an encoding that has not all of ours."""
    try:
        return line.translate(ASCII).encode(encoding, "replace").decode(encoding)
    except LookupError:
        return line.translate(ASCII).encode("ascii", "replace").decode()


def write_whole(path: str, lines: Iterable[str]) -> None:
    """Write a file of text under a temporary name and rename it, so that it is whole or not there."""
    write_bytes(path, (f"{line}\n".encode() for line in lines))


def write_bytes(path: str, parts: Iterable[bytes]) -> None:
    """Write a file under a temporary name and rename it, so that it is whole or not there.

    A pipe or a device has no whole to keep, and is written to as it is. Of a link the target is written;
    a file that is there keeps its mode.
    """
    with refusing(path):
        target, mode = target_of(path)
        if not is_renamed(mode):
            with open(target, "wb") as file:
                file.writelines(parts)
            return
        folder, name = os.path.split(target)
        temporary = os.path.join(folder, f".{name}.{os.getpid()}.part")
        try:
            with open(temporary, "wb") as file:
                if mode is not None:
                    os.chmod(temporary, stat.S_IMODE(mode))
                file.writelines(parts)
            os.replace(temporary, target)
        finally:
            if os.path.exists(temporary):
                os.unlink(temporary)


@contextmanager
def refusing(path: str) -> Iterator[None]:
    """Say in a message what the system says against writing to a path."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"-o {path}: cannot be written: {reason}; choose another place"
        raise UsageError(message) from None


def target_of(path: str) -> tuple[str, int | None]:
    """The file that a path leads to, and its mode, None where there is none yet.

    Raises:
        OSError: its folder is not there, or it is a folder itself.
        ValueError: it is no path.
    """
    os.stat(os.path.join(os.path.dirname(path), "."))
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not is_renamed(mode):
        return path, mode  # /dev/fd/63 leads to a name that only the system knows
    target = os.path.realpath(path)
    os.stat(os.path.dirname(target))
    return target, mode


def is_renamed(mode: int | None) -> bool:
    """Whether a new file takes the place of what is there: a file, or nothing yet."""
    return mode is None or stat.S_ISREG(mode)


def check_place(path: str) -> None:
    """Refuse a path that cannot be written to, as `write_bytes` would, before the work.

    Raises:
        UsageError: its folder is not there or closed to us, or it is a folder itself.
    """
    with refusing(path):
        target, mode = target_of(path)
        place = os.path.dirname(target) if is_renamed(mode) else target
        if not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def tell_written(path: str) -> None:
    """Say on stderr that a file is there."""
    remark(f"wrote {printable(path)}")


def remark(message: str) -> None:
    """A line to stderr; if that takes no more, the work and its exit code are worth more than the line."""
    with suppress(OSError):
        click.echo(message, err=True)


def settings(pairs: tuple[str, ...]) -> dict[str, int]:
    """``--set name=number`` as a mapping."""
    from convcalc.layers.values import whole_number

    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            message = f"--set {pair}: lacks a value; write --set name=number"
            raise UsageError(message)
        found[name.strip()] = whole_number(value.strip(), f"--set {name}")
    return found


def chosen_columns(text: str, option: str = "--columns") -> list[Any]:
    """``--columns name,params,macs`` as columns."""
    from convcalc.report import COLUMNS

    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in COLUMNS:
            near = did_you_mean(name, COLUMNS)
            message = f"{option}: no column {name!r}{near or '; known: ' + ', '.join(COLUMNS)}"
            raise UsageError(message)
    if not names:
        message = f"{option} names none; known: {', '.join(COLUMNS)}"
        raise UsageError(message)
    return [COLUMNS[name] for name in names]


def column(key: str, heading: str, text: Any, *, right: bool = True, keep: int = 5) -> Any:
    """A column of rows that are mappings."""
    from convcalc.report import Column

    return Column.of_mapping(key, heading, text, right=right, keep=keep)
