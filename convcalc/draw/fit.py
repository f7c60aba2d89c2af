"""The picture *fit*: every window on the padded input, and the cells that none of them reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from convcalc.analysis.explain import size_workings
from convcalc.draw.base import PICTURES, Picture
from convcalc.draw.figure import TEXT, WIDTH, Figure, Text
from convcalc.draw.legend import SPACE
from convcalc.draw.metrics import LINE, fitted, flowed, text_width
from convcalc.draw.ruler import Ruler, rulers_of
from convcalc.draw.ruler_lines import ruler_lines
from convcalc.draw.ruler_marks import RulerMarks
from convcalc.draw.ruler_view import remarks
from convcalc.layers.options import option_text
from convcalc.layers.window import axis_names
from convcalc.report import Column, Report
from convcalc.text import as_decimal, listed, plural, times, wrap

if TYPE_CHECKING:
    from convcalc.formats import View
    from convcalc.layers import Layer, Shape

_COLUMNS = [
    Column.of_mapping("axis", "axis", right=False, about="height, width, …"),
    Column.of_mapping("window", "window", about="the output that it makes, from 0"),
    Column.of_mapping("first", "first", about="the first cell that it reads"),
    Column.of_mapping("last", "last", about="the last cell that it reads"),
    Column.of_mapping("step", "step", about="the step from one cell that it reads to the next"),
    Column.of_mapping("padding", "on padding", about="how many of its cells lie outside of the input"),
]  # fmt: skip


@PICTURES.named("fit")
@dataclass(frozen=True, repr=False)
class Fit(Picture):
    """The windows of a layer on its input, or its patches on the output, axis by axis.

    Attributes:
        layer: the layer.
        shape: the input.
    """

    about: ClassVar[str] = "every window on the padded input, and the cells that none of them reads"

    layer: Layer
    shape: Shape

    @cached_property
    def out(self) -> Shape:
        """The output."""
        return self.layer.checked_out_shape(self.shape)

    @cached_property
    def rulers(self) -> list[Ruler]:
        """The axes."""
        return rulers_of(self.layer, self.shape, self.out)

    @property
    def title(self) -> str:
        """The layer and the input."""
        called = " ".join(filter(None, (self.layer.kind, option_text(self.layer))))
        return f"{called} on {times(self.shape)} gives {times(self.out)}"

    def lines(self, view: View) -> Iterator[str]:
        for ruler in self.rulers:
            yield from wrap(self.heading(ruler), view.width)
            yield from ruler_lines(ruler, view.width)
            yield ""

    def figure(self) -> Figure:
        marks: list[Any] = [_title(self.title)]
        y = SPACE + 3.0 * TEXT
        for ruler in self.rulers:
            marks.append(Text(SPACE, y, self.heading(ruler)))
            drawn = RulerMarks(ruler, y + TEXT)
            marks += drawn.marks()
            y = drawn.bottom
            for line in self.working(ruler):
                indent = text_width("o ") * line.startswith(" ")
                for part in flowed(line.strip(), WIDTH - 2 * SPACE - indent):
                    marks.append(Text(SPACE + indent, y, part))
                    y += TEXT * LINE
            y += TEXT / 2
            for line in self.said(ruler):
                for part in flowed(line, WIDTH - 2 * SPACE, bold=True):
                    marks.append(Text(SPACE, y, part, "strong"))
                    y += TEXT * LINE
            y += TEXT
        return Figure(
            title=self.title,
            description=" ".join(
                f"{self.heading(ruler)}: {'; '.join(self.said(ruler))}." for ruler in self.rulers
            ),
            width=WIDTH,
            height=y - TEXT,
            marks=tuple(marks),
            twin=self.twin(),
        )

    def heading(self, ruler: Ruler) -> str:
        """The axes, and the number of windows."""
        along = f"{listed(ruler.axes)}: " if len(self.shape) > 2 else ""
        what = ("patch", "patches") if ruler.patches else ("window", "windows")
        of_output = " of the output" if ruler.patches else ""
        many = plural(len(ruler.windows), *what)
        return f"{along}{many}{_steps(ruler)} on {plural(ruler.size, 'cell')}{of_output}"

    def working(self, ruler: Ruler) -> list[str]:
        """The formula of the size, with numbers."""
        working = size_workings(self.layer, self.shape, self.out).get(ruler.axes[0], [])
        return [f"{'  ' if place else 'o '}= {line}" for place, line in enumerate(working)]

    def said(self, ruler: Ruler) -> list[str]:
        """A description: whether the windows fit, and what is never read."""
        return [*self.fits(ruler), *remarks(ruler)]

    def fits(self, ruler: Ruler) -> list[str]:
        """The exact size and the rounded one."""
        names = axis_names(self.shape)
        places = dict(zip(names, self.layer.windows(self.shape)))
        if ruler.patches or ruler.axes[0] not in places:
            return []
        axis, size = places[ruler.axes[0]], self.out[1 + names.index(ruler.axes[0])]
        padded = "padded " if axis.before or axis.after else ""
        if axis.fits:
            return [f"{axis.exact} is whole: the last window ends where the {padded}input ends"]
        rounded = "down" if size == axis.floor else "up"
        return [f"{as_decimal(axis.exact)} is not whole and is rounded {rounded} to {size}"]

    def twin(self) -> Report:
        rows = [
            {
                "axis": name,
                "window": place,
                "first": cells[0] if cells else None,
                "last": cells[-1] if cells else None,
                "step": cells.step,
                "padding": sum(not 0 <= cell < ruler.size for cell in cells),
            }
            for ruler in self.rulers
            for name in ruler.axes
            for place, cells in enumerate(ruler.windows)
        ]
        notes = self.layer.notes(self.shape, self.out)
        lines: list[str] = []
        for ruler in self.rulers:
            along = [f"along the {listed(ruler.axes)}:"] if len(self.rulers) > 1 else []
            lines += [*along, *self.working(ruler), *self.said(ruler), ""]
        return Report(
            title=self.title,
            columns=_COLUMNS,
            rows=rows,
            lines=lines[:-1],
            appendix=lines[:-1],
            lines_repeat_rows=True,
            remarks=[note for note in notes if " is not whole: " not in note],  # shown above
            key="windows",
            facts={
                "kind": self.layer.kind,
                "options": option_text(self.layer),
                "input": list(self.shape),
                "output": list(self.out),
                "axes": [
                    {
                        "axis": name,
                        "cells": ruler.size,
                        "padding": list(ruler.outside()),
                        "untouched": ruler.untouched(),
                    }
                    for ruler in self.rulers
                    for name in ruler.axes
                ],
            },
        )


def _title(title: str) -> Text:
    """The title, cut to the width of the page."""
    size = TEXT + 2
    return Text(
        SPACE, SPACE + TEXT, fitted(title, WIDTH - 2 * SPACE, size, bold=True), "title", size
    )


def _steps(ruler: Ruler) -> str:
    """The width and the step of equal windows."""
    wide = {cells[-1] - cells[0] + 1 for cells in ruler.windows if cells}
    starts = [cells[0] for cells in ruler.windows if cells]
    steps = {after - before for before, after in pairwise(starts)}
    if len(wide) != 1 or len(steps) > 1:
        return ""
    return f", {wide.pop()} wide," + (f" in steps of {steps.pop()}," if steps else "")
