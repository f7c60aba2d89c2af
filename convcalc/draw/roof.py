"""The picture *cost* on a device: each layer under the roofline of its arithmetic and memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import log10, sqrt
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from convcalc.analysis.roofline import Load, Roof, roofline
from convcalc.analysis.roofline_report import roofline_report
from convcalc.draw.axes import power_text, powers
from convcalc.draw.base import Picture
from convcalc.draw.cost import heading
from convcalc.draw.figure import TEXT, WIDTH, Figure, Line, Mark, Polygon, Rectangle, Text
from convcalc.draw.legend import legend
from convcalc.draw.metrics import fitted, flowed, text_width
from convcalc.report import Report
from convcalc.text import plural, printable, wrap

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.formats import View

SPACE = 12
_HEIGHT = 300
_MOST_NAMED = 6
_DOT = 14.0  # the diameter of a dot for the total time
_LEAST_DOT = 5.0
_ROWS = 16  # of the plot on a terminal
ARITHMETIC, MEMORY = "arithmetic", "memory"
_SIGNS = {MEMORY: "o", ARITHMETIC: "x"}
_LOOKS = {MEMORY: "series2", ARITHMETIC: "series1"}


@dataclass(frozen=True, repr=False)
class RoofPicture(Picture):
    """Layers by their multiply-adds per byte, under the roofline of a device.

    Attributes:
        analysis: the walked network.
        roof: the limits of the device.
        model: how bytes are counted, a key of `convcalc.analysis.roofline.MODELS`.
    """

    name: ClassVar[str] = "cost"

    analysis: Analysis
    roof: Roof
    model: str = "layers"

    @cached_property
    def loads(self) -> list[Load]:
        """The layers that do arithmetic."""
        return [load for load in roofline(self.analysis, self.roof, self.model) if load.intensity]

    def rate(self, intensity: float) -> float:
        """The most operations per second, for this many multiply-adds per byte."""
        return min(float(self.roof.peak), 2 * intensity * self.roof.bandwidth)

    @property
    def title(self) -> str:
        """The network and the device."""
        return f"{printable(self.analysis.network.name)} on {self.roof.name}, {self.roof.precision}"

    @property
    def summary(self) -> str:
        """The number of layers with each limit."""
        slow = [load for load in self.loads if load.bound == MEMORY]
        return (
            f"{plural(len(slow), 'layer')} limited by memory, {len(self.loads) - len(slow):,} by arithmetic; "
            f"the ridge is at {self.roof.ridge:,.1f} multiply-adds for each byte; lower bounds of the time"
        )

    def _plot(self, x: float, y: float, width: float, height: float) -> _Plot:
        """The axes: powers of ten around all layers and the ridge."""
        found = [load.intensity for load in self.loads] + [self.roof.ridge]
        across = powers(min(found), max(found) * 1.5)
        up = powers(self.rate(10.0 ** across[0]), self.roof.peak)
        return _Plot(x, y, width, height, across, up)

    def figure(self) -> Figure:
        marks, y = heading(self.title)
        for line in flowed(self.summary, WIDTH - 2 * SPACE):
            marks.append(Text(SPACE, y + TEXT, line, "muted"))
            y += 18
        plot = self._plot(70, y + 34, WIDTH - 70 - 2 * SPACE, _HEIGHT)
        marks.append(Text(SPACE, y + 18, "operations a second", "muted"))
        marks += plot.grid()
        ridge = plot.point(self.roof.ridge, self.roof.peak)
        low, high = 10.0 ** plot.across[0], 10.0 ** plot.across[-1]
        roof = (plot.point(low, self.rate(low)), ridge, plot.point(high, self.roof.peak))
        marks.append(Line(roof, "limit"))
        marks.append(Line((ridge, (ridge[0], plot.y + plot.height)), "skip"))
        marks += self._dots(plot)
        marks += self._names(plot)
        y = plot.y + plot.height
        marks.append(
            Text(WIDTH / 2, y + 38, "multiply-adds for each byte", "muted", anchor="middle")
        )
        entries = [(look, f"limited by {bound}") for bound, look in _LOOKS.items()]
        samples, y = legend(entries, y + 62)
        return Figure(
            self.title,
            f"A dot for each of {plural(len(self.loads), 'layer')} under the device's roof, larger where it takes more "
            f"of the time; squares are limited by memory, diamonds by arithmetic. {self.summary}.",
            WIDTH,
            y,
            (*marks, *samples),
            self.twin(),
            self.roof.source,
        )

    def _dots(self, plot: _Plot) -> Iterator[Mark]:
        """The layers, larger ones first; their area is their share of the time."""
        most = max([load.seconds for load in self.loads], default=1)
        for load in sorted(self.loads, key=lambda load: -load.seconds):
            x, y = plot.point(load.intensity, self.rate(load.intensity))
            half = max(_LEAST_DOT, _DOT * sqrt(load.seconds / most)) / 2
            title = (
                f"{printable(load.step.name)}: {load.intensity:,.2f} multiply-adds for each byte"
            )
            if load.bound == MEMORY:
                yield Rectangle(x - half, y - half, 2 * half, 2 * half, _LOOKS[MEMORY], title)
            else:
                corners = ((x, y - half), (x + half, y), (x, y + half), (x - half, y))
                yield Polygon(corners, _LOOKS[ARITHMETIC], title)

    def _names(self, plot: _Plot) -> Iterator[Mark]:
        """The names of the layers with the longest times, below the roof, if there is space."""
        taken: list[tuple[float, float, float]] = []
        for load in sorted(self.loads, key=lambda load: -load.seconds)[:_MOST_NAMED]:
            x, y = plot.point(load.intensity, self.rate(load.intensity))
            text = fitted(printable(load.step.name), 120)
            wide = text_width(text)
            left = min(x - 4, plot.x + plot.width - wide)
            base = y + 30
            while any(
                abs(base - other) < 18 and left < end + 6 and start < left + wide + 6
                for start, end, other in taken
            ):
                base += 18
            if base > plot.y + plot.height - 4:
                continue
            taken.append((left, left + wide, base))
            yield Line(((x, y + 8), (x, base - 12)), "grid")
            yield Text(left, base, text)

    def lines(self, view: View) -> Iterator[str]:
        width = min(view.width or 80, 100)
        margin = 7
        plot = self._plot(0, 0, width - margin - 1, _ROWS - 1)
        cells: dict[tuple[int, int], str] = {}
        for column in range(int(plot.width) + 1):
            rate = self.rate(10 ** plot.value(column))
            cells[column, round(plot.point(1, rate)[1])] = "·" if rate < self.roof.peak else "─"
        for load in sorted(self.loads, key=lambda load: load.seconds):
            x, y = plot.point(load.intensity, self.rate(load.intensity))
            cells[round(x), round(y)] = _SIGNS[load.bound]
        tens = {round(plot.point(1, 10.0**power)[1]): power_text(power) for power in plot.up}
        yield "operations a second"
        for row in range(_ROWS):
            signs = "".join(cells.get((column, row), " ") for column in range(int(plot.width) + 1))
            yield f"{tens.get(row, ''):>{margin - 2}} │{signs}".rstrip()
        line = [" "] * (int(plot.width) + 8)
        for power in plot.across:
            text = power_text(power)
            start = min(round(plot.point(10.0**power, 1)[0]), int(plot.width) + 1 - len(text))
            line[start : start + len(text)] = text
        yield f"{'':>{margin - 1}}{''.join(line)}".rstrip()
        yield f"{'':>{margin - 1}}multiply-adds for each byte"
        signs = f"{_SIGNS[MEMORY]} limited by memory, {_SIGNS[ARITHMETIC]} limited by arithmetic"
        yield from wrap(signs, view.width)
        yield ""

    def twin(self) -> Report:
        return roofline_report(self.analysis, self.roof, self.model)

    def report(self) -> Report:
        return replace(self.twin(), figures=(self,))


class _Plot(NamedTuple):
    """A plot with logarithmic axes."""

    x: float
    y: float
    width: float
    height: float
    across: list[int]
    up: list[int]

    def point(self, intensity: float, rate: float) -> tuple[float, float]:
        """The position of two values."""
        u = (log10(intensity) - self.across[0]) / (self.across[-1] - self.across[0])
        v = (log10(rate) - self.up[0]) / (self.up[-1] - self.up[0])
        return self.x + self.width * u, self.y + self.height * (1 - v)

    def value(self, x: float) -> float:
        """The exponent at a position on the axis."""
        return self.across[0] + (x - self.x) / self.width * (self.across[-1] - self.across[0])

    def grid(self) -> Iterator[Mark]:
        """Lines at the powers of ten, with their numbers."""
        bottom, right = self.y + self.height, self.x + self.width
        for power in self.across:
            x = self.point(10.0**power, 10.0 ** self.up[0])[0]
            yield Line(((x, self.y), (x, bottom)), "grid")
            yield Text(x, bottom + 18, power_text(power), "muted", anchor="middle")
        for power in self.up:
            y = self.point(10.0 ** self.across[0], 10.0**power)[1]
            yield Line(((self.x, y), (right, y)), "grid")
            yield Text(self.x - 6, y + 4, power_text(power), "muted", anchor="end")
