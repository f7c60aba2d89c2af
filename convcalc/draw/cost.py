"""The picture *cost*: where a network's operations, parameters or memory are; or several networks side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from convcalc.draw.bars import SPACE, Bar, Panel, lower_bound, panel_lines, panel_marks
from convcalc.draw.base import PICTURES, Picture
from convcalc.draw.boxes import Box, Detail, parts_of
from convcalc.draw.figure import TEXT, WIDTH, Figure, Mark, Text
from convcalc.draw.legend import legend
from convcalc.draw.metrics import fitted
from convcalc.draw.outlined import with_blocks
from convcalc.report import Column, Report
from convcalc.text import AtLeast, grouped, listing, plural, printable, shortened

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.formats import View

BYTES = 4  # of a value, as float32
MOST_BARS = 60  # per network; the smaller ones are added together
STAGE, LAYER = "stage", "layer"
NEXT = "-o cost.svg draws this in a file; -o cost.csv has its numbers"  # if a table would repeat it
_STAGES = Detail(None, 1, "")
SERIES = tuple(f"series{number}" for number in range(1, 9))


class Part(NamedTuple):
    """A cost, or one of its terms.

    Attributes:
        name: its name for people.
        of: returns a layer's cost.
    """

    name: str
    of: Callable[[Step], int]


class Measure(NamedTuple):
    """A cost of layers.

    Attributes:
        about: its name for people.
        parts: its terms, by their JSON keys.
    """

    about: str
    parts: dict[str, Part]

    @property
    def names(self) -> list[str]:
        """The names of the parts."""
        return [part.name for part in self.parts.values()]


MEASURES = {
    "macs": Measure("multiply-adds", {"macs": Part("multiply-adds", lambda step: step.macs)}),
    "params": Measure("parameters", {"params": Part("parameters", lambda step: step.params)}),
    "activations": Measure(
        "output values", {"activations": Part("values", lambda step: step.activations)}
    ),
    "memory": Measure(
        "bytes of weights and outputs in float32",
        {
            "weights": Part("weights", lambda step: BYTES * (step.params + step.buffers)),
            "output": Part("output", lambda step: BYTES * step.activations),
        },
    ),
}


@PICTURES.named("cost")
@dataclass(frozen=True, repr=False)
class Cost(Picture):
    """Bars for the costs of a network's layers or stages.

    Attributes:
        analysis: the walked network.
        of: a key of `MEASURES`.
        by: `STAGE` or `LAYER`.
    """

    about: ClassVar[str] = "where the operations, parameters or memory of a network are"

    analysis: Analysis
    of: str = "macs"
    by: str = STAGE

    @property
    def title(self) -> str:
        """The network and the measure."""
        return f"{printable(self.analysis.network.name)}: {self.measure.about} by {self.by}"

    @property
    def measure(self) -> Measure:
        """The measure."""
        return MEASURES[self.of]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """A row for each layer or stage with a cost; for all of them if none has any."""
        if self.by == STAGE:
            boxes = parts_of(with_blocks(self.analysis), _STAGES).boxes
            groups = [(_stage(box), [step for step in box.steps if step.before]) for box in boxes]
        else:
            groups = [(step.name, [step]) for step in self.analysis.steps]
        rows = [
            {"name": printable(name), "layers": len(steps), **self._amounts(steps)}
            for name, steps in groups
        ]
        return [row for row in rows if any(row[part] for part in self.measure.parts)] or rows

    def _amounts(self, steps: Sequence[Step]) -> dict[str, int]:
        return {key: sum(map(part.of, steps)) for key, part in self.measure.parts.items()}

    @property
    def total(self) -> int:
        """The sum over all layers."""
        found = sum([row[part] for row in self.rows for part in self.measure.parts])
        return AtLeast(found) if self.analysis.unavailable and self.of != "activations" else found

    @property
    def panel(self) -> Panel:
        """The bars; if there are too many, the largest, and one for all others."""
        parts, total = [*self.measure.parts], self.total or 1
        sums = [sum([row[part] for part in parts]) for row in self.rows]
        least = sorted(sums, reverse=True)[MOST_BARS - 1] if len(sums) > MOST_BARS else 0
        large = [n for n, amount in enumerate(sums) if amount >= least][:MOST_BARS]
        bars = [
            self._bar(self.rows[n]["name"], [self.rows[n][part] for part in parts], total)
            for n in large
        ]
        small = [row for n, row in enumerate(self.rows) if n not in set(large)]
        if small:
            values = [sum([row[part] for row in small]) for part in parts]
            bars.append(self._bar(plural(len(small), "smaller one"), values, total))
        return Panel(f"{self.measure.about} by {self.by}, {grouped(self.total)} in all", bars)

    @staticmethod
    def _bar(name: str, values: Sequence[int], total: int) -> Bar:
        return Bar(name, values, f"{sum(values):,} ({sum(values) / total:.1%})")

    def lines(self, view: View) -> Iterator[str]:
        yield from panel_lines(self.panel, view.width)
        if len(self.measure.parts) > 1:
            yield ", ".join(f"{sign} {name}" for sign, name in zip("█░", self.measure.names))
        yield ""

    def figure(self) -> Figure:
        panel, name = self.panel, printable(self.analysis.network.name)
        marks, y = heading(name)
        drawn, y = panel_marks(panel, y)
        marks += drawn
        if len(self.measure.parts) > 1:
            samples, y = legend(zip(panel.roles, self.measure.names), y + TEXT + SPACE / 2)
            marks += samples
        largest = max(
            self.rows, key=lambda row: sum([row[p] for p in self.measure.parts]), default=None
        )
        most = f" The largest is {largest['name']}." if largest else ""
        return Figure(
            self.title,
            f"{plural(len(panel.bars), 'bar')}, one for each {self.by} in order, {grouped(self.total)} in all.{most}",
            WIDTH,
            y + SPACE,
            tuple(marks),
            self.twin(),
            printable(self.analysis.network.source),
        )

    def twin(self) -> Report:
        total = self.total or 1
        parts = self.measure.parts
        rows = [{**row, "share": sum([row[part] for part in parts]) / total} for row in self.rows]
        return Report(
            title=printable(self.analysis.network.name),
            subtitle=printable(self.analysis.network.source),
            columns=[
                Column.of_mapping("name", self.by, right=False, whole=True),
                Column.of_mapping("layers", "layers", grouped),
                *[Column.of_mapping(key, part.name, grouped) for key, part in parts.items()],
                Column.of_mapping("share", "share", "{:.1%}".format),
            ],
            rows=rows,
            totals={part: sum([row[part] for row in rows]) for part in parts},
            facts={"network": self.analysis.network.name, "of": self.of, "by": self.by},
            notes=lower_bound(self.analysis),
            key=f"{self.by}s",
        )

    def report(self) -> Report:
        return self.instead_of_rows(hint=NEXT)


def heading(name: str) -> tuple[list[Mark], float]:
    """The title of a picture, and the top of the content below it."""
    shown = fitted(name, WIDTH - 2 * SPACE, bold=True)
    return [Text(SPACE, SPACE + TEXT, shown, "title")], SPACE + 2.0 * TEXT


def _stage(box: Box) -> str:
    """The name of a stage; for a layer's box, the layer's name."""
    return box.name


@dataclass(frozen=True, repr=False)
class Beside(Picture):
    """Several networks side by side, as in `convcalc compare`.

    Attributes:
        analyses: the walked networks.
        of: a key of `MEASURES`; empty for all.
    """

    name: ClassVar[str] = "cost"

    analyses: Sequence[Analysis]
    of: str = ""

    @property
    def title(self) -> str:
        """The measure, and the number of networks."""
        return f"{MEASURES[self.of].about if self.of else 'costs'} of {plural(len(self.analyses), 'network')}"

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """A row for each network."""
        keys = [self.of] if self.of else [*MEASURES]
        return [
            {
                "network": printable(analysis.network.name),
                **{key: _sum_of(analysis, MEASURES[key]) for key in keys},
            }
            for analysis in self.analyses
        ]

    @property
    def panels(self) -> list[Panel]:
        """A panel for each measure."""
        return [
            Panel(
                MEASURES[key].about,
                [Bar(row["network"], [row[key]], grouped(row[key])) for row in self.rows],
                SERIES,
                each=True,
            )
            for key in self.rows[0]
            if key in MEASURES
        ]

    def lines(self, view: View) -> Iterator[str]:
        for panel in self.panels:
            yield from panel_lines(panel, view.width)
            yield ""

    def figure(self) -> Figure:
        names = [shortened(analysis.network.name, 30) for analysis in self.analyses]
        title = f"{listing(names)} side by side"
        marks, y = heading(title)
        for panel in self.panels:
            drawn, y = panel_marks(panel, y)
            marks += drawn
            y += SPACE
        measures = listing([panel.heading for panel in self.panels])
        return Figure(
            title,
            f"A bar for each of {plural(len(names), 'network')} for {measures}.",
            WIDTH,
            y,
            tuple(marks),
            self.twin(),
        )

    def twin(self) -> Report:
        return Report(
            title="",
            columns=[
                Column.of_mapping("network", "network", right=False, whole=True),
                *[
                    Column.of_mapping(key, MEASURES[key].about, grouped)
                    for key in self.rows[0]
                    if key in MEASURES
                ],
            ],
            rows=self.rows,
            notes=[
                f"{printable(analysis.network.name)}: {note}"
                for analysis in self.analyses
                for note in lower_bound(analysis)
            ],
            key="networks",
        )

    def report(self) -> Report:
        return self.instead_of_rows(hint=NEXT)


def _sum_of(analysis: Analysis, measure: Measure) -> int:
    """The cost of a whole network."""
    return sum([part.of(step) for part in measure.parts.values() for step in analysis.steps])
