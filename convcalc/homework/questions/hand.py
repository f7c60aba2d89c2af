"""Questions for work by hand: convolutions and pools. The answers are exact."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from convcalc.homework.answers.types import MATRIX
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.base import Part, question
from convcalc.homework.questions.exact import (
    STRICT_MISFIT,
    need_same_maps,
    need_small,
    need_small_window,
    need_writable,
)
from convcalc.homework.questions.given import Count, GivenError, Kernels, Rows, Sizes, Stack
from convcalc.homework.questions.meaning import (
    Dilation,
    Fit,
    Flip,
    OutputPadding,
    PadCounts,
    Zeros,
    default,
)
from convcalc.homework.questions.steps import (
    ByHand,
    Hand,
    check_cells,
    maps_text,
    misfit_text,
    only_cells,
    worked_out,
)
from convcalc.homework.questions.words import FLIPPED, by, options
from convcalc.text import plural

_MAX_FILTERS = 16
_THEN_RELU = ", then apply ReLU"


@question("conv-by-hand")
class ConvByHand(ByHand):
    """A small convolution cell by cell: x is one map or a list of maps, w has a kernel for each map.

    With several filters, w is a list of filters; each gives a map (map1, map2 …).
    """

    rule: ClassVar = "Put the kernel on the window, multiply cell by cell, add everything up, move by the stride."
    examples: ClassVar = (
        {"x": [[1, 0, 2, 1], [3, 1, 0, 2], [0, 2, 1, 1]], "w": [[1, 2], [0, 1]]},
        {"x": [[2, 1, 0], [4, 3, 1], [0, 5, 2]], "w": [[1, 0], [2, 1]]},
    )

    x: Stack
    w: Kernels
    s: Sizes = 1
    p: Zeros = default(0)
    d: Dilation = default(None)
    b: Fraction = Fraction(0)
    relu: bool = False
    flip: Flip = default(None)
    cells: Rows | None = None
    fit: Fit

    def check(self) -> None:
        if len(self.filters()) > _MAX_FILTERS:
            raise GivenError("w", f"has {len(self.filters())} filters; give at most {_MAX_FILTERS}")
        for one in self.filters():
            need_small(self.p.sides(2), x=self.x, w=one)
            need_same_maps(self.x, one)
        check_cells(self.cells)

    def filters(self) -> list[Stack]:
        """The filters, each with a kernel per map; several kernels for one map are separate filters."""
        if isinstance(self.w[0][0][0], tuple):
            return list(self.w)
        return [(kernel,) for kernel in self.w] if len(self.x) == 1 else [self.w]

    def parts(self) -> list[Part]:
        filters = self.filters()
        found = [
            part for one in filters for part in self.maps_of(self.quantities()._replace(w=one))
        ]
        if len(filters) > 1:
            for number, part in enumerate(found, start=1):
                part.name = part.label = f"map{number}"
        return found

    def kernel_words(self) -> str:
        """The filters in words."""
        filters = self.filters()
        if len(filters) == 1:
            return maps_text(filters[0])
        texts = [f"map{n}: {maps_text(one)}" for n, one in enumerate(filters, start=1)]
        return f"{len(filters)} filters, one for each map of the result ({' | '.join(texts)})"

    def sentence(self) -> str:
        more = options(
            stride=None if self.s == 1 else self.s,
            padding=self.p.shown,
            dilation=self.written("d"),
        )
        steps = FLIPPED if self.flip else ""
        steps += f", then add {self.b}" if self.b else ""
        steps += _THEN_RELU if self.relu else ""
        return f"Convolve {maps_text(self.x)} with {self.kernel_words()}{more}{steps}.{only_cells(self.cells)}"

    def quantities(self) -> Hand:
        bias = int(self.b) if self.b.denominator == 1 else self.b
        return Hand(
            self.x,
            self.filters()[0],
            self.s,
            self.p.sides(2),
            self.d,
            bias,
            self.flip,
            ("conv", "relu") if self.relu else ("conv",),
            cells=self.cells or (),
            fit=self.fit,
        )


@question("conv-1d")
class Conv1d(ByHand):
    """A small 1-D convolution: x and w are rows of numbers."""

    rule: ClassVar = "Put the kernel on the row, multiply, add up, move by the stride."
    examples: ClassVar = (
        {"x": [[1, 0, 2, 3, 1]], "w": [[1, 2]]},
        {"x": [[2, 4, 1, 0]], "w": [[3, 1]]},
    )

    x: Rows
    w: Rows
    s: Count = 1
    p: Zeros = default(0)
    relu: bool = False
    flip: Flip = default(None)
    fit: Fit

    def check(self) -> None:
        if len(self.x) != 1 or len(self.w) != 1:
            raise GivenError("x", "must be one row of numbers, such as [2, 1, 3], like w")
        need_small(self.p.sides(1), x=[self.x], w=[self.w])

    def sentence(self) -> str:
        flipped = FLIPPED if self.flip else ""
        flipped += _THEN_RELU if self.relu else ""
        more = options(stride=self.s, padding=self.p.given)
        return f"Convolve {MATRIX.text(self.x)} with {MATRIX.text(self.w)}{more}{flipped}."

    def quantities(self) -> Hand:
        return Hand(
            (self.x,),
            (self.w,),
            self.s,
            ((0, 0), *self.p.sides(1)),
            flipped=self.flip,
            steps=("conv", "relu") if self.relu else ("conv",),
            fit=self.fit,
        )


@question("conv-3d-by-hand")
class Conv3d(Parted, ByHand):
    """A small 3-D convolution: x and w are lists of slices, and so is the result.

    A result of several slices is asked for slice by slice: slice1, slice2 …
    """

    rule: ClassVar = (
        "Put the kernel on as many slices as it has, multiply cell by cell, and add everything up; "
        "then move by the stride, also along the depth."
    )
    examples: ClassVar = (
        {"x": [[[1, 0], [2, 1]], [[0, 1], [1, 3]], [[2, 2], [0, 1]]], "w": [[[1, 0], [0, 1]], [[0, 2], [1, 0]]]},
        {"x": [[[1, 2, 0], [0, 1, 1]], [[3, 0, 1], [1, 0, 2]]], "w": [[[1, 1], [0, 1]]]},
    )  # fmt: skip

    x: Stack
    w: Stack
    s: Count = 1
    p: Zeros = default(0)
    b: Fraction = Fraction(0)
    relu: bool = False
    flip: Flip = default(None)
    fit: Fit

    def check(self) -> None:
        need_small(self.p.sides(2), x=self.x, w=self.w)
        before, after = self.p.sides(1)[0]
        room = len(self.x) + before + after - len(self.w)
        if room < 0:
            raise GivenError(
                "w", f"has {len(self.w)} slices, but there are {room + len(self.w)}; give fewer"
            )
        if self.fit == "strict" and room % self.s:
            raise GivenError("", STRICT_MISFIT)
        super().check()

    def slices(self) -> list[Stack]:
        """The slices under the kernel, for each slice of the result."""
        before, after = self.p.sides(1)[0]
        empty = tuple([(0,) * len(row) for row in self.x[0]])
        padded = (empty,) * before + self.x + (empty,) * after
        depth = len(self.w)
        return [padded[at : at + depth] for at in range(0, len(padded) - depth + 1, self.s)]

    def quantities(self) -> Hand:
        bias = int(self.b) if self.b.denominator == 1 else self.b
        steps = ("conv", "relu") if self.relu else ("conv",)
        return Hand(
            self.slices()[0], self.w, self.s, self.p.sides(2), bias=bias, flipped=self.flip,
            steps=steps, fit=self.fit, deep=True,
        )  # fmt: skip

    def every_part(self) -> list[Part]:
        found = []
        for number, slices in enumerate(self.slices(), start=1):
            (part,) = self.maps_of(self.quantities()._replace(x=slices))
            part.name = part.label = f"slice{number}"
            found.append(part)
        return found

    def asks(self) -> dict[str, str]:
        count = len(self.slices())
        if count == 1:
            return {"slice1": "What is the result?"}
        return {
            f"slice{number}": f"What is slice {number} of the result?"
            for number in range(1, count + 1)
        }

    def setting(self) -> str:
        more = options(stride=None if self.s == 1 else self.s, padding=self.p.shown)
        after = f"{FLIPPED} along all three" if self.flip else ""
        after += f", then add {self.b}" if self.b else ""
        after += _THEN_RELU if self.relu else ""
        slices = plural(len(self.x), "slice")
        return (
            f"Convolve the {slices} {maps_text(self.x)} in three dimensions with a kernel of "
            f"{plural(len(self.w), 'slice')} {maps_text(self.w)}{more}{after}."
        )


@question("pool-by-hand")
class PoolByHand(ByHand):
    """A small pool: mode max or avg."""

    topic: ClassVar = "hand-pool"
    method: ClassVar = "one window after the other"
    rule: ClassVar = (
        "Take the maximum (or the mean) of every window; the window moves by the stride."
    )
    examples: ClassVar = (
        {"x": [[1, 9, 2, 1], [3, 4, 0, 7], [0, 2, 5, 6], [8, 3, 1, 2]], "k": 2, "mode": "max"},
        {"x": [[2, 6, 0, 4], [4, 8, 2, 2]], "k": 2, "mode": "avg"},
        {"x": [[4, 8], [12, 16]], "k": 2, "p": 1, "mode": "avg"},
    )

    x: Rows
    k: Count = 2
    s: Count | None = None
    p: Zeros = default(0)
    mode: str = "max"
    pad_counts: PadCounts
    fit: Fit

    def check(self) -> None:
        need_small(self.p.sides(2), x=[self.x])
        need_small_window(self.k)
        if self.mode not in ("max", "avg"):
            raise GivenError("mode", "must be max or avg")

    def sentence(self) -> str:
        name = "max" if self.mode == "max" else "average"
        more = options(stride=self.s or self.k, padding=self.p.given)
        return f"Apply {by(self.k)} {name} pooling{more} to {MATRIX.text(self.x)}."

    def quantities(self) -> Hand:
        return Hand(
            (self.x,),
            p=self.p.sides(2),
            steps=("pool",),
            mode=self.mode,
            k=self.k,
            pool_s=self.s or self.k,
            pad_counts=self.pad_counts,
            fit=self.fit,
        )


_PIPELINE = ("conv", "relu", "pool")


@question("pipeline")
class Pipeline(Parted):
    """A convolution, ReLU (unless `relu` is false) and a pool, one after the other: conv, relu and pool are asked for."""

    partial: ClassVar = "parts"
    rule: ClassVar = "First the convolution, then every negative cell becomes 0, then the pool."
    examples: ClassVar = (
        {
            "x": [[1, 0, 2, 1], [3, 1, 0, 2], [0, 2, 1, 1]],
            "w": [[1, -2], [0, 1]],
            "k": 2,
            "pool_s": 1,
        },
        {"x": [[2, 1, 0], [4, 3, 1], [0, 5, 2]], "w": [[1, 0], [-2, 1]], "k": 2},
    )

    x: Stack
    w: Stack
    s: Count = 1
    p: Zeros = default(0)
    k: Count = 2
    pool_s: Count | None = None
    mode: str = "max"
    relu: bool = True
    flip: Flip = default(None)
    fit: Fit

    def check(self) -> None:
        need_small(self.p.sides(2), x=self.x, w=self.w)
        need_same_maps(self.x, self.w)
        need_small_window(self.k)
        if self.mode not in ("max", "avg"):
            raise GivenError("mode", "must be max or avg")
        super().check()

    def setting(self) -> str:
        name = "max" if self.mode == "max" else "average"
        first = options(stride=None if self.s == 1 else self.s, padding=self.p.shown)
        first += FLIPPED if self.flip else ""
        steps = {
            "conv": f"Convolve {maps_text(self.x)} with {maps_text(self.w)}{first}",
            "relu": "then apply ReLU",
            "pool": f"then {by(self.k)} {name} pooling with stride {self.pool_s or self.k}",
        }
        return ", ".join(steps[step] for step in self.steps()) + "."

    def asks(self) -> dict[str, str]:
        asked = {
            "conv": "What is the map after the convolution?",
            "relu": "What is the map after ReLU?",
            "pool": "What is the map after the pool?",
        }
        return {step: asked[step] for step in self.every_step()}

    def every_step(self) -> tuple[str, ...]:
        """The steps in their order: ReLU may be left out."""
        return _PIPELINE if self.relu else tuple([step for step in _PIPELINE if step != "relu"])

    def steps(self) -> tuple[str, ...]:
        """The steps up to the last one that is asked for."""
        steps = self.every_step()
        return steps[: max(map(steps.index, self.asked)) + 1]

    def quantities(self) -> Hand:
        return Hand(
            self.x,
            self.w,
            self.s,
            self.p.sides(2),
            flipped=self.flip,
            mode=self.mode,
            k=self.k,
            pool_s=self.pool_s or self.k,
            fit=self.fit,
        )

    def every_part(self) -> list[Part]:
        quantities, steps = self.quantities(), self.steps()
        found = []
        for place, name in enumerate(steps, start=1):
            step = quantities._replace(steps=steps[:place])
            expected = worked_out(step)
            if expected is None:
                raise GivenError("", f"{name}: {misfit_text(step)}")
            need_writable(expected)
            topic = "hand" if name != "pool" else "hand-pool"
            found.append(
                Part(name, MATRIX, expected, topic, step, worked_out, name, "cell by cell")
            )
        return found


@question("transposed-by-hand")
class TransposedByHand(ByHand):
    """A small transposed convolution; `cells` asks for only some of its cells."""

    topic: ClassVar = "hand-transposed"
    rule: ClassVar = "Every input value times the kernel is added to the output; for the next value move by the stride; padding is removed at the end."
    examples: ClassVar = (
        {"x": [[1, 2], [0, 3]], "w": [[1, 1], [2, 0]]}, {"x": [[2, 0], [1, 1]], "w": [[1, 3], [0, 2]], "s": 2},
    )  # fmt: skip

    x: Rows
    w: Rows
    s: Count = 1
    p: Zeros = default(0)
    a: OutputPadding = default(None)
    relu: bool = False
    cells: Rows | None = None

    def check(self) -> None:
        need_small(self.p.sides(2), x=[self.x], w=[self.w])
        check_cells(self.cells)

    def sentence(self) -> str:
        more = options(stride=self.s, padding=self.p.given, output_padding=self.a or None)
        return (
            f"Apply a transposed convolution with the kernel {MATRIX.text(self.w)}{more} to "
            f"{MATRIX.text(self.x)}{_THEN_RELU if self.relu else ''}.{only_cells(self.cells)}"
        )

    def quantities(self) -> Hand:
        return Hand(
            (self.x,),
            (self.w,),
            self.s,
            self.p.sides(2),
            steps=("conv", "relu") if self.relu else ("conv",),
            transposed=True,
            cells=self.cells or (),
            out_pad=self.a,
        )
