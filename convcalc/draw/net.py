"""The network: a box for each layer or block, paths next to each other, repeats once, sizes on the lines."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from convcalc.draw.bars import lower_bound
from convcalc.draw.base import PICTURES, Picture
from convcalc.draw.boxes import EVERYTHING, Box, Detail, Parts, closed, details, parts_of
from convcalc.draw.figure import TEXT, WIDTH, Figure, Text
from convcalc.draw.lanes import MOST_BOXES
from convcalc.draw.metrics import fitted, flowed
from convcalc.draw.net_figure import (
    MARGIN,
    PAGE,
    ROOM,
    TALLEST,
    Drawn,
    fitting,
    labels_of,
    marks_of,
    readable,
)
from convcalc.draw.net_lines import net_lines
from convcalc.draw.net_rows import row_marks, rows_height
from convcalc.draw.outlined import with_blocks
from convcalc.errors import UsageError
from convcalc.report import Column, Report
from convcalc.text import grouped, plural, printable

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.formats import View

COSTS = {"macs": "multiply-adds", "params": "parameters", "activations": "output values"}
_LEAST = 500  # units across, for the title
_LINE = 18
_HEAD = 80  # the title and the lines under it
MOST_LINES = 60  # on a terminal, if less detail also shows the network


@PICTURES.named("net")
class Net(Picture):
    """A network drawn from its edges.

    Args:
        analysis: the walked network.
        depth: blocks inside ``depth`` − 1 others become a box each; 0 draws every layer; None chooses
            the most detail that fits on a page.
        of: what the bars show, a key of `COSTS`.
    """

    about: ClassVar[str] = "a network: its layers or blocks, its paths, and the sizes between them"

    def __init__(self, analysis: Analysis, depth: int | None = None, of: str = "macs") -> None:
        self.analysis, self.depth, self.of = analysis, depth, of

    @property
    def title(self) -> str:
        """The network."""
        return printable(self.analysis.network.name)

    @cached_property
    def _inside(self) -> Analysis:
        """The walk with its blocks."""
        return with_blocks(self.analysis)

    def _tried(self) -> Iterator[tuple[Detail, Parts]]:
        """The possible drawings, from the most detail to the least."""
        if not self.depth and len(self.analysis) <= MOST_BOXES:
            yield EVERYTHING, parts_of(self.analysis, EVERYTHING)
        if self.depth:
            detail = closed(self.depth)
            yield detail, parts_of(self._inside, detail)
        if self.depth is None:
            deepest = max([block.depth + 1 for block in self._inside.blocks], default=0)
            for detail in details(deepest):
                parts = parts_of(self._inside, detail)
                if len(parts.boxes) <= MOST_BOXES:
                    yield detail, parts

    @cached_property
    def drawn(self) -> tuple[Detail, Drawn]:
        """The most detail that fits on a page; else the least detail if readable; else the narrowest.

        Raises:
            UsageError: there are too many boxes.
        """
        least: tuple[Detail, Parts] | None = None
        for detail, parts in self._tried():
            if not least or len(parts.boxes) < len(least[1].boxes):
                least = detail, parts
            for page in (PAGE, TALLEST) if detail.once else (PAGE,):
                if found := fitting(parts, page):
                    return detail, found
        least = self._checked(least)
        return least[0], readable(least[1])

    @cached_property
    def listed(self) -> tuple[Detail, Parts]:
        """The most detail with a readable number of lines; else the least.

        Raises:
            UsageError: there are too many boxes.
        """
        least: tuple[Detail, Parts] | None = None
        for detail, parts in self._tried():
            if not least or len(parts.boxes) < len(least[1].boxes):
                least = detail, parts
            if len(parts.boxes) <= MOST_LINES:
                return detail, parts
        return self._checked(least)

    def _checked(self, least: tuple[Detail, Parts] | None) -> tuple[Detail, Parts]:
        """The drawing with the least detail, if it is possible."""
        if least:
            return least
        help_ = (
            "write its file with blocks, as convcalc import does"
            if self.depth is None
            else "--depth 1 draws a box for each block"
        )
        message = f"{printable(self.analysis.network.name)}: has {plural(len(self.analysis), 'layer')}, more than the {MOST_BOXES:,} boxes that a picture can have; {help_}"
        raise UsageError(message)

    def figure(self) -> Figure:
        detail, drawing = self.drawn
        wide = drawing.layout.width > ROOM
        parts = self.parts
        detail = self.listed[0] if wide else detail
        costs = self.costs(parts.boxes)
        inside = drawing.layout.width
        width = WIDTH if wide else max(inside + 2 * MARGIN, _LEAST)
        title = self.title
        below = [
            line for text in self.said(detail, costs) for line in flowed(text, width - 2 * MARGIN)
        ]
        top = MARGIN + _LINE * (len(below) + 1)
        head = [
            Text(MARGIN, MARGIN + TEXT, fitted(title, width - 2 * MARGIN, bold=True), "title"),
            *[
                Text(MARGIN, MARGIN + TEXT + _LINE * (n + 1), line, "muted")
                for n, line in enumerate(below)
            ],
        ]
        if wide:
            labels = labels_of(parts)
            body = [*row_marks(parts, labels, costs, MARGIN, top + MARGIN)]
            height = rows_height(parts)
        else:
            body = [*marks_of(drawing, costs, (width - inside) / 2, top + MARGIN)]
            height = drawing.layout.height
        return Figure(
            title,
            self.description(detail, parts),
            width,
            top + height + 2 * MARGIN,
            (*head, *body),
            self.table(parts),
            printable(self.analysis.network.source),
        )

    def twin(self) -> Report:
        return self.table(self.parts)

    def report(self) -> Report:
        detail, parts = self.listed
        return self.instead_of_rows([*self.said(detail, self.costs(parts.boxes))])

    def remark(self) -> str:
        """The option that makes a long picture fit on one page."""
        drawing = self.drawn[1]
        wide = drawing.layout.width > ROOM
        height = rows_height(self.parts) if wide else drawing.layout.height
        if height <= PAGE:
            return ""
        pages = f"{(height + _HEAD) / 40:.0f} cm long, more than an A4 page"
        deepest = max([block.depth + 1 for block in self._inside.blocks], default=0)
        for depth in range(min(deepest, (self.depth or deepest + 1) - 1), 0, -1):
            if fitting(parts_of(self._inside, closed(depth)), PAGE):
                return f"{pages}; --depth {depth} draws it on one"
        return f"{pages}; print it at {100 * (PAGE + _HEAD) // (height + _HEAD):.0f} % of its size for one"

    @property
    def parts(self) -> Parts:
        """The parts in the figure."""
        drawing = self.drawn[1]
        return self.listed[1] if drawing.layout.width > ROOM else drawing.parts

    def costs(self, boxes: list[Box]) -> list[int]:
        """The cost of each box; inputs cost nothing."""
        return [sum([getattr(step, self.of) for step in box.steps if step.before]) for box in boxes]

    def said(self, detail: Detail, costs: list[int]) -> Iterator[str]:
        """The lines under the title."""
        totals = self.analysis.totals
        yield (
            f"{plural(totals['layers'], 'layer')}, {plural(totals['params'], 'parameter')}, "
            f"{plural(totals['macs'], 'multiply-add')}"
        )
        whole = sum(costs)
        if whole:
            yield (
                f"bars: share of the {COSTS[self.of]}{' that are known' * bool(self.analysis.unavailable)}, the longest {max(costs) / whole:.1%}"
                + (f"; {detail.about}" if detail.pattern else "")
            )

    def description(self, detail: Detail, parts: Parts) -> str:
        """A description in words."""
        boxes, brackets = parts.boxes, parts.brackets
        repeats = [
            f"{bracket.name} {bracket.times} times"
            for bracket in brackets
            if bracket.times > 1 and bracket.name
        ]
        text = (
            f"{plural(len(boxes), 'box', 'boxes')} from top to bottom, with lines from each to those that read it; "
            f"{detail.about}."
        )
        return f"{text} Repeated: {', '.join(repeats)}." if repeats else text

    def table(self, parts: Parts) -> Report:
        """The boxes as a table."""
        boxes = parts.boxes
        reads: dict[int, list[str]] = {}
        for source, target in parts.edges:
            reads.setdefault(target, []).append(boxes[source].name)
        times = _times(parts)
        rows: list[dict[str, Any]] = [
            {
                "name": box.name,
                "shows": ", ".join([*box.over, box.heading, *box.more]),
                "times": times[number],
                "reads": reads.get(number, []),
                "output": box.sizes,
                "params": sum([step.params for step in box.steps if step.before]),
                "macs": sum([step.macs for step in box.steps if step.before]),
            }
            for number, box in enumerate(boxes)
        ]
        return Report(
            title=printable(self.analysis.network.name),
            subtitle=printable(self.analysis.network.source),
            columns=_COLUMNS,
            rows=rows,
            totals={key: self.analysis.totals[key] for key in ("params", "macs")},
            facts={"network": self.analysis.network.name},
            notes=lower_bound(self.analysis),
            key="boxes",
        )

    def lines(self, view: View) -> Iterator[str]:
        parts = self.listed[1]
        yield from net_lines(parts, labels_of(parts), self.costs(parts.boxes), view.width)
        yield ""


_COLUMNS = [
    Column.of_mapping("name", "name", right=False, whole=True),
    Column.of_mapping("shows", "shows", right=False, wraps=True, least=12),
    Column.of_mapping("times", "times", grouped),
    Column.of_mapping("reads", "reads", ", ".join, right=False, wraps=True, least=12),
    Column.of_mapping("output", "output"),
    Column.of_mapping("params", "params", grouped),
    Column.of_mapping("macs", "macs", grouped),
]


def _times(parts: Parts) -> list[int]:
    """How often each box is repeated."""
    found = [box.count for box in parts.boxes]
    for bracket in parts.brackets:
        for number in range(bracket.first, bracket.last + 1):
            found[number] *= bracket.times
    return found
