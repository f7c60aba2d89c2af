"""The picture of a question, without its answer: a window at its first position, or matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convcalc.draw.base import Picture
from convcalc.draw.figure import TEXT, WIDTH, Figure, Mark, Text
from convcalc.draw.legend import SPACE
from convcalc.draw.metrics import text_width
from convcalc.draw.ruler import INPUT, OVER, PADDING, Ruler
from convcalc.draw.ruler_lines import ruler_lines
from convcalc.draw.ruler_marks import RulerMarks
from convcalc.draw.window_marks import GAP, LINE, USUAL, Grid, grid_marks
from convcalc.layers.window import axis_names
from convcalc.report import Report
from convcalc.text import listed, plural, times, wrap

if TYPE_CHECKING:
    from convcalc.formats import View
    from convcalc.layers.window import Axis


@dataclass(frozen=True, repr=False)
class FirstWindow(Picture):
    """The padded input with the first window on it, without the ends of the others.

    Attributes:
        windows: the window along each axis.
    """

    windows: tuple[Axis, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the axes."""
        return axis_names((1, *[axis.n for axis in self.windows]))

    def rulers(self) -> list[Ruler]:
        """The axes; equal ones as one."""
        alike: dict[Axis, list[str]] = {}
        for name, axis in zip(self.names, self.windows):
            alike.setdefault(axis, []).append(name)
        return [_first_of(tuple(names), axis) for axis, names in alike.items()]

    def said(self, ruler: Ruler) -> str:
        """The given values, in a sentence."""
        axis = self.windows[self.names.index(ruler.axes[0])]
        along = f"{listed(ruler.axes)}: " if len(self.windows) > 1 else ""
        padding = (
            f", padding {axis.before} before and {axis.after} after"
            if axis.before + axis.after
            else ""
        )
        further = f"the next window is {plural(axis.s, 'cell')} further"
        return f"{along}{plural(axis.n, 'cell')}{padding}; {further}"

    def lines(self, view: View) -> Iterator[str]:
        for ruler in self.rulers():
            yield from wrap(self.said(ruler), view.width)
            yield from ruler_lines(ruler, view.width)

    def figure(self) -> Figure:
        marks: list[Mark] = []
        y = float(SPACE + TEXT)
        for ruler in self.rulers():
            marks.append(Text(SPACE, y, self.said(ruler)))
            drawn = RulerMarks(ruler, y + TEXT)
            marks += drawn.marks()
            y = drawn.bottom
        said = [self.said(ruler) for ruler in self.rulers()]
        return _figure("The first window", said, y - TEXT, marks)


def _first_of(axes: tuple[str, ...], axis: Axis) -> Ruler:
    """An axis with its first window."""
    first = -axis.before
    window = range(first, first + axis.effective_kernel, axis.d)
    last = max(axis.n - 1 + axis.after, window[-1])

    def role(cell: int) -> str:
        if 0 <= cell < axis.n:
            return INPUT
        return PADDING if cell < axis.n + axis.after else OVER

    return Ruler(axes, axis.n, first, tuple(map(role, range(first, last + 1))), (window,))


@dataclass(frozen=True, repr=False)
class Matrices(Picture):
    """Matrices as grids, each with its name above it.

    Attributes:
        named: names with matrices of texts.
    """

    named: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]

    def lines(self, view: View) -> Iterator[str]:
        for name, rows in self.named:
            widest = max(len(text) for row in rows for text in row)
            yield name
            for row in rows:
                yield " ".join(text.rjust(widest) for text in row)[: view.width]

    def figure(self) -> Figure:
        marks: list[Mark] = []
        x, y, below = float(SPACE), float(SPACE), float(SPACE)
        for name, rows in self.named:
            widest = max(text_width(text) for row in rows for text in row)
            cell = max(USUAL, widest + 8)
            columns = len(rows[0])
            if x > SPACE and x + columns * cell > WIDTH - SPACE:
                x, y = float(SPACE), below
            cell = min(cell, (WIDTH - 2 * SPACE) / columns)
            grid = Grid(x, y + LINE + 4, cell, USUAL, len(rows), columns)
            marks.append(Text(x, y + TEXT, name))
            marks += grid_marks(grid, _always("box"), _of(rows), _always(""))
            x += max(columns * cell, text_width(name)) + GAP
            below = max(below, grid.bottom + LINE)
        said = [f"{name}: {times((len(rows), len(rows[0])))}" for name, rows in self.named]
        return _figure("The matrices", said, below, marks)


def matrices(**given: Any) -> Matrices:
    """Matrices by name, from nested tuples of numbers; several maps or kernels become one matrix each."""
    found = []
    for name, value in given.items():
        maps = _maps(value)
        for number, rows in enumerate(maps):
            called = f"{name}{number + 1}" if len(maps) > 1 else name
            found.append((called, tuple(tuple(map(str, row)) for row in rows)))
    return Matrices(tuple(found))


def _maps(value: Any) -> list[Any]:
    """The matrices in nested tuples of numbers."""
    if not value:
        return []
    if isinstance(value[0][0], Sequence):
        return [matrix for part in value for matrix in _maps(part)]
    return [value]


def _always(text: str) -> Any:
    """The same for every cell."""
    return lambda *_: text


def _of(rows: tuple[tuple[str, ...], ...]) -> Any:
    """The texts of a matrix."""
    return lambda row, column: rows[row][column]


def _figure(title: str, said: list[str], height: float, marks: list[Mark]) -> Figure:
    """A figure without its own table, because its text contains everything."""
    return Figure(
        title=title,
        description=" ".join(f"{line}." for line in said),
        width=WIDTH,
        height=height,
        marks=tuple(marks),
        twin=Report("", (), (), lines=said),
    )
