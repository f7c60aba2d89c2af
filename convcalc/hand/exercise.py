"""The arithmetic: the cells that each window reads, the products, the results.

The witness gives the positions of windows and stamps by sliding. The numbers are Python's integers
and fractions, so nothing is rounded and nothing overflows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np

from convcalc.errors import UsageError
from convcalc.hand.matrices import Exact
from convcalc.hand.model import (
    Array,
    Part,
    Section,
    Shape,
    Stamp,
    Window,
    as_int_if_whole,
    element_name,
)
from convcalc.reference.loops_pool import on_padded_input
from convcalc.reference.transposed import ScatterAxis
from convcalc.reference.windows import Axis, corners, inside, under

Axes = Sequence[Axis | ScatterAxis]

MAX_PRODUCTS = 200_000


class Exercise:
    """The windows or stamps of one exercise, and the cells that they read."""

    def __init__(
        self,
        op: str,
        names: dict[str, Array],
        kernel_size: Shape,
        lines: Axes,
        places: Shape,
        step: Shape | None,
        count_include_pad: bool,  # noqa: FBT001 - passed on
    ) -> None:
        self.op, self.names, self.kernel_size = op, names, kernel_size
        self.lines, self.places, self.step = lines, places, step
        self.count_include_pad = count_include_pad
        self.notes: list[str] = []

    def check_size(self, maps: int) -> None:
        """Refuse an exercise that would fill many pages, before any work."""
        channels = len(self.names["x"]) if "k" in self.names else 1
        cells = self.names["x"].shape[1:] if self.op == "tconv" else self.places
        products = maps * channels * prod(cells) * prod(self.kernel_size)
        many = max(products, maps * prod(self.places))
        if many > MAX_PRODUCTS and (self.step is None or self.op == "tconv" or "dy" in self.names):
            way_out = (
                "use smaller ones"
                if self.step or self.op == "tconv"
                else "--step I,J shows one window"
            )
            message = f"{self.op}: {many:,} products are too many by hand (at most {MAX_PRODUCTS:,}); {way_out}"
            raise UsageError(message)

    # ------------------------------------------------------------------------- the results

    def forward(self, *, flip: bool) -> list[Section]:
        """The result, and with ``flip`` also that of a true convolution."""
        x = self.names["x"]
        if self.op.endswith("pool"):
            return [self.pool()]
        kernels, bias = self.names["k"], self.names.get("bias")
        if self.op == "tconv":
            shape = (kernels.shape[1], *self.places)
            about = "each cell of x is multiplied by k and written onto y; where results overlap, they are added"
            return [self.scatter("y", about, "x", x, ("x", "k"), kernels, shape, bias)]
        found = [
            self.gather("y", "correlation: the kernel is not turned", x, "x", kernels, bias),
        ]
        if flip:
            turned = kernels[
                (slice(None), slice(None), *(slice(None, None, -1),) * len(self.lines))
            ]
            about = "true convolution: the kernel turned by 180°"
            found.append(self.gather("c", about, x, "x", turned, bias))
            if (turned == kernels).all():
                self.notes.append("the kernel is the same turned by 180°, so both agree")
        return found

    def gradients(self, wrt: Sequence[str]) -> list[Section]:
        """The requested gradients, in the order of `WRT`."""
        x, above = self.names["x"], self.names["dy"]
        if self.op == "maxpool":
            return [self.max_gradient()]
        if self.op == "avgpool":
            return [self.mean_gradient()]
        kernels = self.names["k"]
        found = []
        if "input" in wrt and self.op == "conv":
            about = "dx: each cell of dy is multiplied by k and written onto the cells that its window read"
            found.append(self.scatter("dx", about, "dy", above, ("dy", "k"), kernels, x.shape))
        elif "input" in wrt:
            about = "dx: each cell of x reads dy where its multiple of k was written"
            found.append(self.gather("dx", about, above, "dy", kernels, None))
        if "weights" in wrt:
            large, small = (x, above) if self.op == "conv" else (above, x)
            name, other = ("x", "dy") if self.op == "conv" else ("dy", "x")
            about = f"dk: each weight is the sum of the cells of {name} that it was multiplied by, each times {other}"
            found.append(self.weight_gradient(about, large, name, small))
        if "bias" in wrt:
            windows = [
                Window((o,), [Part("", row.ravel())]) for o, row in enumerate(above)
            ]  # fmt: skip
            about = "db: the sum of dy, because the bias is added to every cell of y"
            found.append(self.finish(Section("db", about, (len(above),), 0, windows)))
        return found

    def finish(self, section: Section) -> Section:
        """A section with its result, or with the one requested window."""
        if self.step is None:
            section.result = np.empty(section.shape, dtype=object)
            for window in section.windows:
                section.result[window.place] = window.value
        else:
            self.check_step(section.name, section.shape[section.lead :])
            section.windows = [w for w in section.windows if w.place[section.lead :] == self.step]
            section.stamps = []
        return section

    def check_step(self, name: str, sizes: Shape) -> None:
        """Refuse a window that does not exist."""
        step = self.step or ()
        if len(step) != len(sizes) or not all(0 <= i < n for i, n in zip(step, sizes)):
            last = ",".join(str(n - 1) for n in sizes)
            first = ",".join("0" * len(sizes))
            message = f"--step {','.join(map(str, step))}: {name} has windows from {first} to {last}; count from 0"
            raise UsageError(message)

    # ----------------------------------------------------------------------------- reading

    def positions(self, name: str) -> Iterator[tuple[Shape, Shape]]:
        """Every window's place and start, or only those of the requested one."""
        if self.step is None:
            yield from corners(self.lines)
            return
        self.check_step(name, tuple(len(line.starts) for line in self.lines))
        yield self.step, tuple(line.starts[i] for line, i in zip(self.lines, self.step))

    def patch(self, cells: Array, start: Shape) -> tuple[Array, Array]:
        """The cells under a window of one map (0 outside the map), and which of them are outside."""
        read = np.zeros(self.kernel_size, dtype=object)
        outside = np.zeros(self.kernel_size, dtype=bool)
        for tap in np.ndindex(*self.kernel_size):
            cell = under(self.lines, start, tap)
            if inside(self.lines, cell):
                read[tap] = cells[cell]
            else:
                outside[tap] = True
        return read, outside

    def reads(self, start: Shape) -> tuple[tuple[int, int, int], ...]:
        """First cell, last cell and step of a window, per axis."""
        return tuple(
            (line.cell(s, 0), line.cell(s, k - 1), line.dilation)
            for line, s, k in zip(self.lines, start, self.kernel_size)
        )

    def gather(
        self, name: str, about: str, cells: Array, reading: str, kernels: Array, bias: Array | None
    ) -> Section:
        """name[o, p] = bias[o] + Σ over maps c and taps t of kernels[o, c, t] · cells[c, p, t]"""
        windows = []
        for out, place in product(range(len(kernels)), self.positions(name)):
            position, start = place
            parts = [
                Part(
                    f"channel {c}" * (len(cells) > 1),
                    *self.with_kernel(one, start, kernels[out, c]),
                )
                for c, one in enumerate(cells)
            ]
            own: Any = None if bias is None else bias[out]
            windows.append(Window((out, *position), parts, self.reads(start), bias=own))
        places = tuple(len(line.starts) for line in self.lines)
        return self.finish(Section(name, about, (len(kernels), *places), 1, windows, reading))

    def with_kernel(self, cells: Array, start: Shape, kernel: Array) -> tuple[Array, Array, Array]:
        """Patch, kernel, and the cells of the patch that are outside."""
        read, outside = self.patch(cells, start)
        return read, kernel, outside

    def weight_gradient(self, about: str, large: Array, reading: str, small: Array) -> Section:
        """dk[o, c, t] = Σ over places p of small[…, p] · large[…, under tap t of the window at p]"""
        kernels = self.names["k"]
        windows = []
        starts = list(product(*(line.starts for line in self.lines)))
        for place in np.ndindex(*kernels.shape):
            first, second, *tap = place
            if self.step is not None and tuple(tap) != self.step:
                continue
            read = np.zeros(len(starts), dtype=object)
            outside = np.zeros(len(starts), dtype=bool)
            for i, start in enumerate(starts):
                cell = under(self.lines, start, tuple(tap))
                if inside(self.lines, cell):
                    read[i] = large[(second, *cell)]
                else:
                    outside[i] = True
            shape = small.shape[1:]
            part = Part("", read.reshape(shape), small[first], outside.reshape(shape))
            reads = tuple(
                (line.cell(line.starts[0], t), line.cell(line.starts[-1], t), line.stride)
                for line, t in zip(self.lines, tap)
            )
            windows.append(Window(place, [part], reads))
        return self.finish(Section("dk", about, kernels.shape, 2, windows, reading))

    # ---------------------------------------------------------------------------- stamping

    def scatter(
        self,
        name: str,
        about: str,
        source: str,
        cells: Array,
        stamping: tuple[str, str],
        kernels: Array,
        shape: Shape,
        bias: Array | None = None,
    ) -> Section:
        """name[l, cell under tap t of the stamp at p] += cells[s, p] · kernels[s, l, t], from bias[l]"""
        laid: list[Stamp] = []
        terms: dict[Shape, list[tuple[Exact, Exact, Shape, Shape]]] = {}
        for s, (position, start) in product(range(len(cells)), list(corners(self.lines))):
            value = cells[(s, *position)]
            for target in range(shape[0]):
                kernel = kernels[s, target]
                stamp = Stamp((s, *position), value, kernel, target, [])
                for tap in np.ndindex(*self.kernel_size):
                    cell = under(self.lines, start, tap)
                    if inside(self.lines, cell):
                        stamp.laid.append((cell, as_int_if_whole(value * kernel[tap])))
                        terms.setdefault((target, *cell), []).append(
                            (value, kernel[tap], (s, *position), (s, target, *tap))
                        )
                laid.append(stamp)
        windows = []
        for place in np.ndindex(*shape):
            found = terms.get(place, [])
            part = Part("", objects([t[0] for t in found]), objects([t[1] for t in found]))
            own: Any = None if bias is None else bias[place[0]]
            sources = [(t[2], t[3]) for t in found]
            windows.append(Window(place, [part], bias=own, sources=sources))
        return self.finish(
            Section(name, about, shape, 1, windows, source, laid, stamping)
        )  # fmt: skip

    # ------------------------------------------------------------------------------- pools

    def pool(self) -> Section:
        """The largest cell of each window, or the mean."""
        x, windows = self.names["x"], []
        largest = self.op == "maxpool"
        for c, place in product(range(len(x)), self.positions("y")):
            position, start = place
            read, outside = self.patch(x[c], start)
            if largest and outside.all():
                message = f"maxpool: the window {element_name('y', (c, *position), x.shape, 1)} lies on padding only, which has no maximum; lower --p"
                raise UsageError(message)
            divisor, uncounted = self.count_cells(start, outside)
            windows.append(
                Window(
                    (c, *position),
                    [Part("", read, None, outside if largest else uncounted)],
                    self.reads(start),
                    "max" if largest else "mean",
                    divisor,
                )
            )
        about = f"{'the largest cell' if largest else 'the mean'} of each window"
        return self.finish(Section("y", about, (len(x), *self.places), 1, windows, "x"))

    def count_cells(self, start: Shape, outside: Array) -> tuple[int, Array]:
        """How many cells an average divides by, and which it leaves out."""
        uncounted = outside
        if self.count_include_pad:
            uncounted = np.zeros(self.kernel_size, dtype=bool)
            for tap in np.ndindex(*self.kernel_size):
                uncounted[tap] = not on_padded_input(self.lines, under(self.lines, start, tap))  # type: ignore[arg-type]
        counted = int((~uncounted).sum())
        if not counted:
            message = "avgpool: a window lies on padding only, which has no mean; lower --p"
            raise UsageError(message)
        return counted, uncounted

    def distribute(
        self, about: str, share: Callable[..., tuple[list[Shape], Exact, str]]
    ) -> Section:
        """The gradient of a pool: each number of dy goes to cells of its window."""
        x, above = self.names["x"], self.names["dy"]
        laid: list[Stamp] = []
        terms: dict[Shape, list[tuple[Exact, Shape]]] = {}
        for c, (position, start) in product(range(len(x)), list(corners(self.lines))):
            value = above[(c, *position)]
            cells, part, why = share(c, position, start, value)
            laid.append(
                Stamp((c, *position), value, None, c, [(cell, part) for cell in cells], why)
            )
            for cell in cells:
                terms.setdefault((c, *cell), []).append((part, (c, *position)))
        windows = []
        for place in np.ndindex(*x.shape):
            found = terms.get(place, [])
            part_ = Part("", objects([t[0] for t in found]))
            windows.append(Window(place, [part_], sources=[(t[1], ()) for t in found]))
        return self.finish(
            Section("dx", about, x.shape, 1, windows, "dy", laid, ("dy", ""))
        )  # fmt: skip

    def max_gradient(self) -> Section:
        """Each number of dy goes to the cell that won its window, of equal ones to the first."""
        x, ties = self.names["x"], []

        def share(c: int, position: Shape, start: Shape, value: Exact) -> Any:
            taps = np.ndindex(*self.kernel_size)
            cells = [under(self.lines, start, tap) for tap in taps]
            cells = [cell for cell in cells if inside(self.lines, cell)]
            if not cells:
                message = "maxpool: a window lies on padding only, which has no maximum; lower --p"
                raise UsageError(message)
            best = max(x[(c, *cell)] for cell in cells)
            winners = [cell for cell in cells if x[(c, *cell)] == best]
            if len(winners) > 1:
                ties.append(element_name("dy", (c, *position), (len(x),), 1))
            won = element_name("x", (c, *winners[0]), x.shape, 1)
            return winners[:1], value, f"to {won}, the largest of its window"

        section = self.distribute(
            "dx: each cell of dy goes to the largest cell of its window", share
        )
        if ties:
            more = f" and {len(ties) - 3} more" if len(ties) > 3 else ""
            self.notes.append(
                f"equal largest cells in the window of {', '.join(ties[:3])}{more}: the first, row by row, takes all, as in PyTorch"
            )
        return section

    def mean_gradient(self) -> Section:
        """Each number of dy, divided evenly among the cells that its window counted."""

        def share(c: int, _: Shape, start: Shape, value: Exact) -> Any:
            outside = self.patch(self.names["x"][c], start)[1]
            divisor = self.count_cells(start, outside)[0]
            taps = [tap for tap in np.ndindex(*self.kernel_size) if not outside[tap]]
            cells = [under(self.lines, start, tap) for tap in taps]
            part = as_int_if_whole(Fraction(value) / divisor)
            return cells, part, f"/ {divisor} to each cell of its window"

        return self.distribute(
            "dx: each cell of dy is divided among the cells of its window", share
        )


def objects(values: Sequence[Exact]) -> Array:
    """Numbers in a row, unchanged."""
    made = np.empty(len(values), dtype=object)
    made[:] = list(values)
    return made
