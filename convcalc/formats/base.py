"""The base class of formats, and their registry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from convcalc.registry import Registry
from convcalc.text import as_ascii, plural, printable, times, width, wrap

if TYPE_CHECKING:
    from convcalc.report import Column, Report


_LEFT_OUT = re.compile("(?P<before>[^ …]{0,2})…(?P<after> *)(?!$)")
_ESCAPES = re.compile("\x1b\\[[0-9;]*m")


class View(NamedTuple):
    """Where the text will be shown.

    Attributes:
        width: columns of the terminal; None if lines can have any length.
        color: whether escape codes for colour are allowed.
        all_colors: whether the terminal has all colours, or only 256.
        ascii: whether it can only show ASCII; lines are laid out for that.
    """

    width: int | None = None
    color: bool = False
    all_colors: bool = False
    ascii: bool = False


class Format:
    """One way to write a report.

    Attributes:
        suffix: the suffix of its files.
        folds: whether repeated blocks are shown once, for people; programs get every row.
        rows_alone: whether it only has rows, without notes or lines.
        whole_rows: whether a row contains everything known, not only the shown columns.
        draws: whether it shows a report's figures as text.
        pictures: whether it shows them as pictures.
    """

    name: ClassVar[str] = ""
    suffix: ClassVar[str] = ""
    folds: ClassVar[bool] = True
    rows_alone: ClassVar[bool] = False
    whole_rows: ClassVar[bool] = False
    draws: ClassVar[bool] = False
    pictures: ClassVar[bool] = False

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        """The text, line by line."""
        raise NotImplementedError

    def asides(self, report: Report, view: View | None = None) -> Iterator[str]:
        """Messages for people besides the text; empty if the text contains everything."""
        return iter(())

    def fragment(self, report: Report) -> Iterator[str]:
        """The text for insertion into a larger document; by default the whole text."""
        return self.lines(report)


FORMATS: Registry[Format] = Registry("output format")


def output_format(name: str, *, suffix: str) -> Callable[[type[Format]], type[Format]]:
    """Register a format.

    Raises:
        RuntimeError: the name or the suffix is taken.
    """

    def register(cls: type[Format]) -> type[Format]:
        if any(suffix == known.suffix for known in FORMATS.known.values()):
            message = f"duplicate suffix {suffix!r} of output format {name!r}"
            raise RuntimeError(message)
        cls.name, cls.suffix = name, suffix
        FORMATS.register(name, cls())
        return cls

    return register


class RowsAlone(Format):
    """A format without a place for notes."""

    folds = False
    rows_alone = True

    def asides(self, report: Report, view: View | None = None) -> Iterator[str]:
        """The notes, because numbers can have another meaning without them."""
        return (printable(f"note: {note}") for note in report.all_notes)


def suffixes() -> dict[str, str]:
    """The name of the format for each file suffix."""
    return {each.suffix: each.name for each in FORMATS.values()}


def input_text(report: Report) -> str:
    """The shapes of all inputs, for a document; empty if there is none."""
    if "input" not in report.facts or not report.rows or report.lines:
        return ""
    shapes = report.facts.get("inputs", {})
    if len(shapes) > 1:
        return f"inputs {', '.join(f'{name} {times(shape)}' for name, shape in shapes.items())}"
    return f"input {times(report.facts['input'])}"


def is_laid_out(line: str) -> bool:
    """Whether a line has columns, so that its spaces must stay."""
    return "  " in line


def figure_lines(figure: Any, view: View) -> list[str]:
    """A figure as text; if the terminal is too narrow, a line with the necessary width."""
    lines = [_in_place(line) if view.ascii else line for line in figure.lines(view)]
    widest = max((width(_ESCAPES.sub("", line)) for line in lines), default=0)
    if view.width is None or widest <= view.width:
        return lines
    said = (
        f"the picture needs {widest} columns, but there are {view.width}: make the terminal wider, or write "
        "the picture with -o picture.svg"
    )
    return [*wrap(said, view.width), ""]


def _in_place(line: str) -> str:
    """A line of a figure in ASCII; text after a longer sign stays in its column.

    >>> _in_place("conv, …    ##"), _in_place("conv_long… ##"), _in_place("12×12 → 6×6")
    ('conv, ...  ##', 'conv_lo... ##', '12x12 -> 6x6')
    """
    return as_ascii(_LEFT_OUT.sub(_dots, line))


def _dots(found: re.Match[str]) -> str:
    """Three dots for …, without moving the text after it: they replace spaces, or else letters before it."""
    before, after = found["before"], found["after"]
    gone = min(2, max(len(after) - 1, 0))
    kept = before[: len(before) - 2 + gone] if after else before
    return f"{kept}...{after[gone:]}"


def document_parts(report: Report) -> tuple[list[Column], list[str]]:
    """The columns of a report's table and the lines after it, for a document that keeps spaces."""
    if report.lines_repeat_rows and report.printed_columns:
        return report.printed_columns, report.appendix
    return [] if report.layout else report.printed_columns, report.text()


def cells(report: Report, columns: Sequence[Column]) -> list[list[str]]:
    """The rows as text for people; a repeated value is converted once."""
    rows = report.rows
    return [[column.text(column.value(row)) for column in columns] for row in rows]


def total_cells(report: Report, columns: Sequence[Column]) -> list[str]:
    """The totals under their columns; empty if a column has none."""
    totals: dict[str, Any] = report.totals
    if not totals:
        return []
    row = [column.text(totals[column.key]) if column.key in totals else "" for column in columns]
    row[0] = "total"
    if len(columns) > 1 and not row[1] and "layers" in totals:
        row[1] = plural(totals["layers"], "layer")
    return row
