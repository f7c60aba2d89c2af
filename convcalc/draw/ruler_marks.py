"""A ruler as marks of a figure."""

from __future__ import annotations

from collections.abc import Iterator

from convcalc.draw.figure import TEXT, WIDTH, Line, Mark, Rectangle, Text
from convcalc.draw.legend import SPACE, legend
from convcalc.draw.metrics import text_width
from convcalc.draw.roles import ROLES
from convcalc.draw.ruler import ADDED, BARE, CUT, IDLE, INPUT, OUTPUT, OVER, PADDING, UNREAD, Ruler
from convcalc.draw.ruler_view import folded

CELL = 22  # largest width of a cell, and its height
ROW = 17  # from one window to the next
BAR = 12  # height of a window
MOST_CELLS, MOST_WINDOWS = 64, 18

_LEGENDS = {
    INPUT: "input", PADDING: "padding", IDLE: "padding, never read", OVER: "past the end, left out",
    UNREAD: "never read", OUTPUT: "output", CUT: "cut off", ADDED: "kept by output padding",
    "kernel": "window", "zero": "window on padding",
}  # fmt: skip
_PATCH_LEGENDS = {BARE: "written by no patch", "kernel": "patch"}


class RulerMarks:
    """Draws a ruler below a given height.

    Attributes:
        bottom: the bottom of the drawing.
    """

    def __init__(self, ruler: Ruler, top: float) -> None:
        self.ruler = ruler
        self.places = folded(len(ruler.cells), MOST_CELLS)
        self.windows = folded(len(ruler.windows), MOST_WINDOWS)
        self.left = SPACE + text_width(ruler.called(len(ruler.windows) - 1)) + SPACE
        self.cell = min(CELL, (WIDTH - self.left - SPACE) / len(self.places))
        self.over = top + TEXT  # the baseline of the numbers
        self.top = self.over + 5
        self.rows = self.top + CELL + 8
        end = self.rows + ROW * len(self.windows)
        self.legend, bottom = legend(self.meanings(), end + TEXT + 4)
        self.bottom = bottom + 6

    def marks(self) -> Iterator[Mark]:
        """The numbers, the cells, the windows and the legend."""
        yield from self.numbers()
        yield from self.cells()
        yield from self.lost_columns()
        what = "output" if self.ruler.patches else "input"
        yield Text(self.left - SPACE, self.top + 16, what, anchor="end")
        for place, window in enumerate(self.windows):
            yield from self.row(self.rows + ROW * place, window)
        yield from self.legend

    def x(self, place: int) -> float:
        """The left end of the cell at a place of the folded ruler."""
        return self.left + self.cell * place

    def numbers(self) -> Iterator[Mark]:
        """The number of every cell, or of every few cells if they are narrow."""
        widest = max(text_width(str(number)) for number in (self.ruler.first, self.ruler.last))
        every = next(n for n in (1, 2, 5, 10, 20, 50, 100) if n * self.cell >= widest + 3)
        for place, cell in enumerate(self.places):
            if cell is None:
                continue
            number = cell + self.ruler.first
            is_lost = self.ruler.cells[cell] == UNREAD
            if (
                0 <= number < self.ruler.size
                and number % every == 0
                and not (every > 1 and is_lost)
            ):
                middle = self.x(place) + self.cell / 2
                yield Text(middle, self.over, str(number), "muted", anchor="middle")

    def cells(self) -> Iterator[Mark]:
        """The cells with their roles."""
        made = []
        for place, cell in enumerate(self.places):
            if cell is None:
                middle = self.x(place) + self.cell / 2
                yield Text(middle, self.top + 16, "…", anchor="middle")
                continue
            role = self.ruler.cells[cell]
            title = f"cell {cell + self.ruler.first}: {_legend(self.ruler, role)}"
            made.append(Rectangle(self.x(place), self.top, self.cell, CELL, role, title))
        yield from sorted(made, key=lambda mark: not ROLES[mark.role].dashes)  # solid borders last

    def lost_columns(self) -> Iterator[Mark]:
        """Below unread cells, their column continues under all windows."""
        height = ROW * len(self.windows) - ROW + BAR
        for place, cell in enumerate(self.places):
            if cell is not None and self.ruler.cells[cell] == UNREAD:
                yield Rectangle(self.x(place), self.rows, self.cell, height, UNREAD)

    def row(self, y: float, window: int | None) -> Iterator[Mark]:
        """One window: its number, and the cells that it reads."""
        if window is None:
            hidden = len(self.ruler.windows) - len(self.windows) + 1
            text = f"… {hidden:,} more"
            yield Text(self.left, y + BAR, text, "muted")
            return
        yield Text(self.left - SPACE, y + BAR - 1, self.ruler.called(window), "muted", anchor="end")
        cells = self.ruler.windows[window]
        read = set(cells)
        seen = [
            place
            for place, cell in enumerate(self.places)
            if cell is not None and cell + self.ruler.first in read
        ]
        if not seen:
            return
        if cells.step > 1 or len(seen) < len(cells):
            ends = (self.x(seen[0]), self.x(seen[-1] + 1))
            if len(seen) < len(cells):  # it continues where the ruler is folded
                gap = self.places.index(None)
                ends = (min(ends[0], self.x(gap)), max(ends[1], self.x(gap + 1)))
            yield Line(((ends[0], y + BAR / 2), (ends[1], y + BAR / 2)), "axis")
        for place in seen:
            cell = self.places[place]
            assert cell is not None
            is_real = 0 <= cell + self.ruler.first < self.ruler.size
            role = "kernel" if is_real else "zero"
            title = f"{'patch' if self.ruler.patches else 'window'} {window} on cell {cell + self.ruler.first}"
            yield Rectangle(self.x(place), y, self.cell, BAR, role, title)

    def meanings(self) -> list[tuple[str, str]]:
        """The visible roles, and their meanings."""
        roles = [role for role in _LEGENDS if role in {*self.ruler.cells, "kernel"}]
        if any(not 0 <= cell < self.ruler.size for cells in self.ruler.windows for cell in cells):
            roles.append("zero")
        return [(role, _legend(self.ruler, role)) for role in roles]


def _legend(ruler: Ruler, role: str) -> str:
    """The meaning of a role on this ruler."""
    if ruler.patches:
        return {**_LEGENDS, **_PATCH_LEGENDS, "zero": "patch cut off"}[role]
    if ruler.mirrors:
        return {**_LEGENDS, PADDING: "mirrored", "zero": "window on mirrored cells"}[role]
    return _LEGENDS[role]
