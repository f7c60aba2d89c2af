"""The picture *window*: input, kernel and output, one step or all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from convcalc.draw.base import PICTURES, Picture
from convcalc.draw.figure import TEXT, WIDTH, Figure, Mark, Marks, Text
from convcalc.draw.legend import SPACE, legend
from convcalc.draw.metrics import fitted, flowed
from convcalc.draw.plane import ZERO, Plane, plane_of
from convcalc.draw.window_lines import window_lines
from convcalc.draw.window_marks import LINE, Cell, Layout, grid_marks, layout_of
from convcalc.errors import UsageError
from convcalc.layers.options import option_text
from convcalc.report import Column, Report
from convcalc.text import plural, times

if TYPE_CHECKING:
    from convcalc.draw.window_numbers import Numbers
    from convcalc.formats import View
    from convcalc.layers import Layer, Shape

MAX_MARKS = 6000  # in all steps together

_COLUMNS = [
    Column.of_mapping("place", "output", lambda place: ",".join(map(str, place)), right=False),
    Column.of_mapping("reads", "reads", right=False, about="which cells of the input"),
    Column.of_mapping("zeros", "on zeros", about="taps on padding, or on zeros between inputs"),
    Column.of_mapping("taps", "of", about="taps of the kernel"),
    Column.of_mapping("sum", "working", right=False, wraps=True, least=30),
]


@PICTURES.named("window")
@dataclass(frozen=True, repr=False)
class Window(Picture):
    """The kernel on the input, and the resulting output.

    Attributes:
        layer: the layer.
        shape: the input.
        step: the drawn position in the output; None for all, one after the other.
        numbers: the numbers in the cells; None without numbers.
    """

    about: ClassVar[str] = "the kernel on the input and the output, step by step"

    layer: Layer
    shape: Shape
    step: tuple[int, ...] | None = None
    numbers: Numbers | None = None

    @cached_property
    def out(self) -> Shape:
        """The output."""
        return self.layer.checked_out_shape(self.shape)

    @cached_property
    def plane(self) -> Plane:
        """The canvas.

        Raises:
            UsageError: it is too large, or the layer has none.
        """
        return plane_of(self.layer, self.shape, self.out)

    @cached_property
    def steps(self) -> list[tuple[int, int]]:
        """The drawn positions, as row and column.

        Raises:
            UsageError: the step does not exist, or there are too many.
        """
        plane = self.plane
        if self.step is None:
            taps = len(plane.taps((0, 0)))
            marks = len(plane.steps()) * (2 * taps + 4)
            if marks > MAX_MARKS:
                message = f"draw window: {len(plane.steps())} steps of {taps} cells are too many for one picture; draw one with --step I,J, or a smaller input"
                raise UsageError(message)
            return plane.steps()
        sizes = plane.outputs[2 - plane.axes :]
        if len(self.step) != len(sizes) or not all(0 <= i < n for i, n in zip(self.step, sizes)):
            first, last = (
                ",".join(str(n) for n in place)
                for place in ([0] * len(sizes), [n - 1 for n in sizes])
            )
            message = f"--step {','.join(map(str, self.step))}: the output has places from {first} to {last}; count from 0"
            raise UsageError(message)
        return [(0, *self.step)[-2:]]  # type: ignore[list-item]

    @property
    def title(self) -> str:
        """The layer and the input."""
        called = " ".join(filter(None, (self.layer.kind, option_text(self.layer))))
        return f"{called} on {times(self.shape[1:])} gives {times(self.out[1:])}"

    @property
    def has_kernel(self) -> bool:
        """Whether there is a kernel: all windows have the same size and are multiplied."""
        return bool(self.layer.weights(self.shape, self.out))

    @property
    def is_turned(self) -> bool:
        """Whether the kernel is drawn turned by 180°, as on the stretched input of a transposed layer."""
        reads = self.layer.reads(self.shape, self.out)
        return isinstance(reads, tuple) and reads[0].writes is not None

    def lines(self, view: View) -> Iterator[str]:
        return window_lines(self.plane, self.steps, self.numbers, self.said, view.width)

    # ---------------------------------------------------------------------------- in words

    def said(self, step: tuple[int, int]) -> list[str]:
        """The description of a step, in lines."""
        place = ",".join(map(str, self.plane.place(step)))
        lines = [f"output [{place}] reads {self.reads(step)}; {self.zeros_text(step)}"]
        if self.numbers and step in self.numbers.sums:
            lines.append(f"y[{place}] = {self.numbers.sums[step]}")
        return lines

    def reads(self, step: tuple[int, int]) -> str:
        """The cells of the input under the kernel."""
        names = ("row", "column") if self.plane.axes == 2 else ("", "cell")
        parts = []
        for name, track, place in zip(names, (self.plane.rows, self.plane.columns), step):
            held = [track.holds[cell - track.first] for cell in track.windows[place]]
            cells = [cell for cell in held if cell is not None]
            if not cells:
                return "no input"
            if name:
                parts.append(_spread(name, cells))
        return ", ".join(parts)

    def zeros(self, step: tuple[int, int]) -> int:
        """The number of taps on zeros: on padding, or between inputs."""
        taps = self.plane.taps(step)
        return sum(not self.plane.is_real(*tap) for tap in taps) - self.past_end(step)

    def past_end(self, step: tuple[int, int]) -> int:
        """The number of taps past the end of the padded input, which are left out."""
        return sum(self.plane.role(*tap) == "over" for tap in self.plane.taps(step))

    def zeros_text(self, step: tuple[int, int]) -> str:
        """The number of taps on zeros, and of those past the end, in words."""
        zeros, over, taps = self.zeros(step), self.past_end(step), len(self.plane.taps(step))
        what, where = ("product", "with zeros") if self.has_kernel else ("cell", "padding")
        found = [f"{zeros} of {plural(taps, what)} {_is(zeros)} {where}"] if zeros else []
        if over:
            found.append(f"{over} of {plural(taps, what)} {_is(over)} past the end, and left out")
        real = "with input cells" if self.has_kernel else "input cells"
        return "; ".join(found) or f"all {plural(taps, what)} are {real}"

    def twin(self) -> Report:
        rows = [
            {
                "place": self.plane.place(step),
                "reads": self.reads(step),
                "zeros": self.zeros(step),
                "taps": len(self.plane.taps(step)),
                "sum": self.numbers.sums.get(step, "") if self.numbers else "",
            }
            for step in self.steps
        ]
        columns = _COLUMNS if self.numbers else _COLUMNS[:-1]
        about = f"{self.numbers.about}; " if self.numbers and self.numbers.about else ""
        many = f"{about}{len(self.steps)} of {plural(len(self.plane.steps()), 'step')}"
        return Report(
            title=self.title,
            columns=columns,
            rows=rows,
            lines=[many],
            appendix=[many],
            lines_repeat_rows=True,
            remarks=self.layer.notes(self.shape, self.out),
            key="steps",
            facts={
                "kind": self.layer.kind,
                "options": option_text(self.layer),
                "input": list(self.shape),
                "output": list(self.out),
            },
        )

    # ------------------------------------------------------------------------------- marks

    def figure(self) -> Figure:
        size = TEXT + 2
        title = fitted(self.title, WIDTH - 2 * SPACE, size, bold=True)
        marks: list[Mark] = [Text(SPACE, SPACE + TEXT, title, "title", size)]
        layout = layout_of(self.plane, self.numbers, self.captions(), SPACE + 2 * TEXT)
        marks += self.grids(layout)
        y = layout.bottom + 2 * LINE
        texts = {
            step: [part for line in self.said(step) for part in flowed(line, WIDTH - 2 * SPACE)]
            for step in self.steps
        }
        made, bottom = legend(self.meanings(), y + LINE * max(map(len, texts.values())) + 4)
        marks += made
        drawn = tuple((*self.marked(layout, step), *_below(y, texts[step])) for step in self.steps)
        return Figure(
            title=self.title,
            description=" ".join(
                f"{line}." for step in self.steps[:20] for line in self.said(step)
            ),
            width=WIDTH,
            height=bottom,
            marks=tuple(marks) + (drawn[0] if len(drawn) == 1 else ()),
            twin=self.twin(),
            steps=drawn if len(drawn) > 1 else (),
        )

    def captions(self) -> list[str]:
        """The captions of the grids, from left to right."""
        channels = len(self.numbers.inputs) if self.numbers else 1
        given = f"input {times(self.shape[1:])}" if channels == 1 else "input"
        found = [f"{given} with zeros" if self.is_turned else given]
        if self.has_kernel:
            found.append("kernel, turned" if self.is_turned else "kernel")
        if self.numbers and self.numbers.kernels:
            found.append("products")
        return [*found, f"output {times(self.out[1:])}"]

    def grids(self, layout: Layout) -> Iterator[Mark]:
        """The grids without a step."""
        plane, numbers = self.plane, self.numbers
        yield from layout.captions()
        for channel, grid in enumerate(layout.inputs):
            text = partial(self.input_text, channel)
            yield from grid_marks(grid, plane.role, text, self.input_title)
            yield from grid.numbers(plane.rows.holds, plane.columns.holds)
        for channel, grid in enumerate(layout.kernels):
            texts = numbers.kernels[channel] if numbers else None
            yield from grid_marks(grid, _always("kernel"), _of(texts), _always(""))
        for grid in layout.products:
            yield from grid_marks(grid, _always("product"), _always(""), _always(""))
        grid = layout.output
        results = numbers.results if numbers else None
        yield from grid_marks(grid, _always("output"), _of(results), self.output_title)
        yield from grid.numbers(*map(range, plane.outputs))

    def output_title(self, row: int, column: int) -> str:
        """The tooltip of an output cell."""
        return f"output {','.join(map(str, self.plane.place((row, column))))}"

    def input_text(self, channel: int, row: int, column: int) -> str:
        """The text in a cell of the canvas."""
        if self.numbers is None:
            return ""
        if self.plane.is_real(row, column):
            r, c = self.plane.rows.holds[row], self.plane.columns.holds[column]
            assert r is not None
            assert c is not None
            return self.numbers.inputs[channel][r][c]
        return self.numbers.padding if self.plane.role(row, column) != "over" else ""

    def input_title(self, row: int, column: int) -> str:
        """The tooltip of a cell of the canvas."""
        r, c = self.plane.rows.holds[row], self.plane.columns.holds[column]
        role = self.plane.role(row, column)
        if not self.plane.is_real(row, column):
            return _ROLES[role]
        return f"input {','.join(map(str, (r, c)[2 - self.plane.axes :]))}" + (
            ", never read" if role == "unread" else ""
        )

    def marked(self, layout: Layout, step: tuple[int, int]) -> Iterator[Mark]:
        """The marks of a step, on top of the grids."""
        taps = self.plane.taps(step)
        products = self.numbers.products.get(step) if self.numbers else None
        for channel, grid in enumerate(layout.inputs):
            for row, column in taps:
                if self.plane.role(row, column) != "over":
                    role = "kernel" if self.plane.is_real(row, column) else "zero"
                    yield from grid.cell(row, column, role, self.input_text(channel, row, column))
            yield grid.frame(taps, "window")
        for channel, grid in enumerate(layout.products):
            for place, (row, column) in enumerate(taps):
                role = "product" if self.plane.is_real(row, column) else "zero"
                text = products[channel][place] if products else ""
                yield from grid.cell(*divmod(place, grid.columns), role, text)
        yield layout.output.frame([step], "target")

    def meanings(self) -> list[tuple[str, str]]:
        """The visible roles, and their meanings."""
        plane = self.plane
        rows, columns = range(plane.rows.size), range(plane.columns.size)
        seen = {plane.role(row, column) for row in rows for column in columns}
        found = [(role, meaning) for role, meaning in _ROLES.items() if role in seen]
        what, where = ("kernel", "zeros") if self.has_kernel else ("window", "padding")
        found.append(("kernel", f"under the {what}"))
        if any(self.zeros(step) for step in self.steps):
            found.append(("zero", f"the same on {where}"))
        return [*found, ("output", "output")]


# The names of the cells of the canvas.
_ROLES = {
    "input": "input", "unread": "never read", "padding": "padding", "idle": "padding, never read",
    ZERO: "zero between inputs", "over": "past the end",
}  # fmt: skip


def _always(text: str) -> Cell:
    """The same for every cell."""
    return lambda *_: text


def _of(texts: tuple[tuple[str, ...], ...] | None) -> Cell:
    """The texts of a grid; empty if there are none."""
    return lambda row, column: texts[row][column] if texts else ""


def _below(y: float, lines: list[str]) -> Marks:
    """The text of a step."""
    return tuple(Text(SPACE, y + LINE * n, line) for n, line in enumerate(lines))


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _spread(name: str, cells: list[int]) -> str:
    """Cells as a range of numbers: rows 1 to 3."""
    if len(cells) == 1:
        return f"{name} {cells[0]}"
    steps = {after - before for before, after in pairwise(cells)}
    every = f" in steps of {steps.pop()}" if steps != {1} and len(steps) == 1 else ""
    return f"{name}s {cells[0]} to {cells[-1]}{every}"
