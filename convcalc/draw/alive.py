"""The picture *cost* of memory over time: the values that must exist at each step of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from convcalc.analysis.memory import held, peak
from convcalc.draw.axes import ticks
from convcalc.draw.bars import SPACE, Bar, Panel, panel_lines
from convcalc.draw.base import Picture
from convcalc.draw.cost import BYTES, NEXT, heading
from convcalc.draw.figure import TEXT, WIDTH, Figure, Line, Mark, Polygon, Rectangle, Text
from convcalc.draw.legend import legend
from convcalc.draw.metrics import fitted, text_width
from convcalc.report import Column, Report
from convcalc.text import grouped, plural, printable, wrap

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.formats import View

_HEIGHT = 260  # of the plot
_LINES = 40  # on a terminal
_PARTS = ("in use by the layer", "kept for a later one")


class Alive(NamedTuple):
    """The values that exist while a layer is computed."""

    layer: str
    used: int
    kept: int

    @property
    def bytes(self) -> int:
        """Both together."""
        return self.used + self.kept


@dataclass(frozen=True, repr=False)
class AliveOverTime(Picture):
    """The bytes that must be in memory during each layer, as `convcalc memory` counts them.

    Attributes:
        analysis: the walked network.
        size: bytes of a value.
    """

    name: ClassVar[str] = "cost"

    analysis: Analysis
    size: int = BYTES

    @property
    def title(self) -> str:
        """The network."""
        return f"{printable(self.analysis.network.name)}: bytes alive over time"

    @cached_property
    def rows(self) -> list[Alive]:
        """A row for each layer."""
        return [
            Alive(printable(step.name), self.size * (here - kept), self.size * kept)
            for step, here, kept in held(self.analysis)
        ]

    @property
    def top(self) -> str:
        """The peak, in words."""
        most = peak(self.analysis)
        return f"{self.size * most.values:,} bytes at most, at {printable(most.where)}"

    @property
    def alive(self) -> str:
        """The values that exist at the peak."""
        maps = sorted(peak(self.analysis).alive.items(), key=lambda each: -each[1])[:4]
        return ", ".join(f"{printable(name)} {self.size * values:,}" for name, values in maps)

    def lines(self, view: View) -> Iterator[str]:
        bars = [
            Bar(each.layer, [each.used, each.kept], grouped(each.bytes)) for each in self._highest()
        ]
        yield from panel_lines(Panel(f"bytes alive over time: {self.top}", bars), view.width)
        yield from wrap(", ".join(f"{sign} {part}" for sign, part in zip("█░", _PARTS)), view.width)
        yield ""

    def _highest(self) -> list[Alive]:
        """The highest row of each group, if there are very many rows."""
        count = -(-len(self.rows) // _LINES)
        groups = [self.rows[at : at + count] for at in range(0, len(self.rows), count)]
        return [max(group, key=lambda each: each.bytes) for group in groups]

    def figure(self) -> Figure:
        marks, y = heading(self.title)
        marks.append(Text(SPACE, y + TEXT, fitted(self.top, WIDTH - 2 * SPACE), "strong"))
        marks.append(
            Text(SPACE, y + 34, fitted(f"alive then: {self.alive}", WIDTH - 2 * SPACE), "muted")
        )
        y += 48
        most = max([each.bytes for each in self.rows])
        scale = ticks(most)
        left = SPACE + max(text_width(grouped(tick)) for tick in scale) + 8
        plot = _Plot(left, y, WIDTH - SPACE - left, _HEIGHT, most, len(self.rows))
        marks += plot.grid(scale)
        marks += plot.areas([(each.used, each.kept) for each in self.rows])
        marks += plot.names([each.layer for each in self.rows])
        y += _HEIGHT + 34
        samples, y = legend([("series1", _PARTS[0]), ("series2", _PARTS[1])], y + TEXT)
        return Figure(
            self.title,
            f"What must be in memory while each of {plural(len(self.rows), 'layer')} works, from the first on the left to "
            f"the last on the right: {self.top}; alive then: {self.alive}.",
            WIDTH,
            y,
            (*marks, *samples),
            self.twin(),
            printable(self.analysis.network.source),
        )

    def twin(self) -> Report:
        return Report(
            title=printable(self.analysis.network.name),
            subtitle=printable(self.analysis.network.source),
            columns=[
                Column("layer", "layer", lambda row: row.layer, right=False, whole=True),
                Column("used", _PARTS[0], lambda row: row.used, text=grouped),
                Column("kept", _PARTS[1], lambda row: row.kept, text=grouped),
                Column("bytes", "bytes alive", lambda row: row.bytes, text=grouped),
            ],
            rows=self.rows,
            legend=[
                f"{plural(self.size, 'byte')} a value; layers that keep the shape write over their input; without the weights"
            ],
            facts={"network": self.analysis.network.name, "of": "alive"},
        )

    def report(self) -> Report:
        return self.instead_of_rows(hint=NEXT)


class _Plot(NamedTuple):
    """A plot of values over steps."""

    x: float
    y: float
    width: float
    height: float
    most: int
    steps: int

    def up(self, value: int) -> float:
        """The height of a value."""
        return self.y + self.height * (1 - value / self.most)

    def across(self, step: int) -> float:
        """The left end of a step."""
        return self.x + self.width * step / self.steps

    def grid(self, scale: Sequence[int]) -> Iterator[Mark]:
        """Lines and numbers of the scale."""
        for tick in scale:
            y = self.up(tick)
            yield Line(((self.x, y), (self.x + self.width, y)), "grid" if tick else "axis")
            yield Text(self.x - 6, y + 4, grouped(tick), "muted", anchor="end")

    def areas(self, rows: Sequence[tuple[int, int]]) -> Iterator[Mark]:
        """The values in use, and on top of them the kept values."""
        low = [(used, 0) for used, _ in rows]
        high = [(used + kept, used) for used, kept in rows]
        for role, ends in (("series1", low), ("series2", high)):
            if any(top > bottom for top, bottom in ends):
                yield Polygon(self._outline(ends), role)

    def _outline(self, ends: Sequence[tuple[int, int]]) -> tuple[tuple[float, float], ...]:
        """The corners of a stepped area."""
        upper, lower = [], []
        for step, (top, bottom) in enumerate(ends):
            for x in (self.across(step), self.across(step + 1)):
                upper.append((x, self.up(top)))
                lower.append((x, self.up(bottom)))
        return (*upper, *reversed(lower))

    def names(self, layers: Sequence[str]) -> Iterator[Mark]:
        """The names of some layers under the plot, each with a tick."""
        end = 0.0
        for step, layer in enumerate(layers):
            middle = self.across(step) + self.width / self.steps / 2
            shown = fitted(layer, 90)
            start = min(
                max(middle - text_width(shown) / 2, self.x), self.x + self.width - text_width(shown)
            )
            if start < end:
                continue
            end = start + text_width(shown) + 14
            bottom = self.y + self.height
            yield Rectangle(middle - 0.5, bottom, 1, 5, "bar")
            yield Text(start, bottom + 19, shown, "muted")
