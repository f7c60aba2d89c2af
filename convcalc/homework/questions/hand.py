"""Questions worked by hand: convolutions and pools. The witness computes the answers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from convcalc.homework.answers.types import MATRIX
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import Count, GivenError, Rows, Sizes, Stack
from convcalc.homework.questions.meaning import (
    Dilation,
    Fit,
    Flip,
    OutputPadding,
    PadCounts,
    Zeros,
    default,
)
from convcalc.homework.questions.words import by, options

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_SIDE = 64


class Hand(NamedTuple):
    """A convolution or pool by hand.

    Attributes:
        x, w: the maps, and the kernel for each of them.
        s, p, d: stride, padding per axis (before, after), dilation.
        bias: added to every cell.
        turned: whether the kernel is turned round.
        steps: what is done, in order: conv, relu, pool.
        mode, k, pool_s: the pool.
        cells: the cells asked for; () for all of them.
        fit: what happens where a window does not fit exactly.
        pad_counts: whether padding counts in averages.
    """

    x: Stack
    w: Stack = ()
    s: Any = 1
    p: tuple[tuple[int, int], ...] = ((0, 0), (0, 0))
    d: int = 1
    bias: Any = 0
    flipped: bool = False
    steps: tuple[str, ...] = ("conv",)
    mode: str = "max"
    k: int = 2
    pool_s: int = 2
    cells: Rows = ()
    pad_counts: bool = True
    transposed: bool = False
    out_pad: int = 0
    fit: str = "floor"

    @property
    def pool_fit(self) -> str:
        """How the witness rounds the sizes of pools; up means as in Caffe."""
        return "caffe" if self.fit == "ceil" else self.fit


def array(stack: Any) -> NDArray[Any]:
    """Numbers as an array: whole ones as int64, others as floats."""
    import numpy as np

    found: NDArray[Any] = np.array(
        [
            [[float(c) if isinstance(c, Fraction) else c for c in row] for row in rows]
            for rows in stack
        ]
    )
    return found


def rows(values: NDArray[np.generic]) -> Rows:
    """An array of two axes as rows of exact numbers."""
    return tuple(tuple(as_int_if_whole(cell) for cell in row) for row in values.tolist())


def as_int_if_whole(value: Any) -> Any:
    """A whole number as int, another as a fraction."""
    if isinstance(value, int):
        return value
    found = Fraction(value).limit_denominator(10**6)
    return int(found) if found.denominator == 1 else found


def _hand(quantities: Hand) -> Any:
    """All steps, one after the other; None where they cannot be done."""
    try:
        found = _run_steps(quantities)
    except ValueError:
        return None
    return _pick_cells(found, quantities.cells)


def _pick_cells(found: Rows, cells: Rows) -> Any:
    """The cells asked for, in a row; all of them where none are named."""
    if not cells:
        return found
    if any(r >= len(found) or c >= len(found[0]) for r, c in cells):
        return None
    return (tuple(found[r][c] for r, c in cells),)


def _run_steps(quantities: Hand) -> Rows:
    """The map after all steps."""
    from convcalc import reference

    x = array(quantities.x)
    for step in quantities.steps:
        if step == "conv":
            w = array(quantities.w)
            if quantities.flipped:
                w = w[:, ::-1, ::-1]
            if quantities.transposed:
                x = reference.conv_transpose2d(
                    x,
                    w[:, None],
                    stride=quantities.s,
                    padding=quantities.p,
                    output_padding=quantities.out_pad,
                )
            else:
                x = reference.conv2d(
                    x,
                    w[None],
                    stride=quantities.s,
                    padding=quantities.p,
                    dilation=quantities.d,
                    fit="strict" if quantities.fit == "strict" else "floor",
                )
            x = x + array([[[quantities.bias]]])[0]
        elif step == "relu":
            x = x * (x > 0)
        elif quantities.mode == "max":
            x = reference.maxpool2d(
                x,
                quantities.k,
                stride=quantities.pool_s,
                padding=quantities.p if "conv" not in quantities.steps else 0,
                fit=quantities.pool_fit,
            )
        else:
            x = reference.avgpool2d(
                x * 1.0, quantities.k, stride=quantities.pool_s,
                padding=quantities.p if "conv" not in quantities.steps else 0,
                count_include_pad=quantities.pad_counts, fit=quantities.pool_fit,
            )  # fmt: skip
            if quantities.mode == "sum":
                x = x * quantities.k * quantities.k
    return rows(x[0])


def need_small(**stacks: Any) -> None:
    """Refuse maps that are too large for work by hand."""
    for name, stack in stacks.items():
        for one in stack:
            if len(one) > MAX_SIDE or len(one[0]) > MAX_SIDE:
                raise GivenError(
                    name,
                    f"is larger than {MAX_SIDE}×{MAX_SIDE}; use a smaller one for work by hand",
                )


def _maps_text(stack: Any) -> str:
    """Maps for people."""
    return "; ".join(MATRIX.text(one) for one in stack)


def _only_cells(cells: Rows | None) -> str:
    """Which cells are asked for, in words; nothing where all are."""
    if not cells:
        return ""
    texts = ", ".join(str(tuple(cell)) for cell in cells)
    return f" Give only the cells {texts} (row, column; counted from 0)."


def _misfit_text(quantities: Hand) -> str:
    """Why there is no answer, and what to do."""
    if _hand(quantities._replace(fit="floor", cells=())) is not None:
        return "the window does not fit exactly, and this sheet has fit: strict; change the map, the stride or the padding"
    return "the window does not fit; give a larger map or more padding"


class _ByHand(Task):
    """A question whose answer is a matrix."""

    topic: ClassVar = "hand"

    def quantities(self) -> Hand:
        """The numbers behind."""
        raise NotImplementedError

    def parts(self) -> list[Part]:
        quantities = self.quantities()
        expected = _hand(quantities)
        if (
            expected is None
            and quantities.cells
            and _hand(quantities._replace(cells=())) is not None
        ):
            raise GivenError("cells", "names a cell outside the map; count cells from 0")
        if expected is None:
            raise GivenError("", _misfit_text(quantities))
        return [
            Part(
                "",
                MATRIX,
                expected,
                self.topic,
                quantities,
                _hand,
                method="cell by cell: multiply, then add up",
            )
        ]


@question("conv-by-hand")
class ConvByHand(_ByHand):
    """A small convolution cell by cell: x one map or a list of maps, w a kernel for each of them."""

    about: ClassVar = "convolution by hand"
    rule: ClassVar = "Put the kernel on the window, multiply cell by cell, add everything up, move by the stride."
    examples: ClassVar = (
        {"x": [[1, 0, 2, 1], [3, 1, 0, 2], [0, 2, 1, 1]], "w": [[1, 2], [0, 1]]},
        {"x": [[2, 1, 0], [4, 3, 1], [0, 5, 2]], "w": [[1, 0], [2, 1]]},
    )

    x: Stack
    w: Stack
    s: Sizes = 1
    p: Zeros = default(0)
    d: Dilation = default(None)
    b: Fraction = Fraction(0)
    relu: bool = False
    flip: Flip = default(None)
    cells: Rows | None = None
    fit: Fit

    def check(self) -> None:
        need_small(x=self.x, w=self.w)
        if len(self.x) != len(self.w):
            raise GivenError(
                "w", f"has {len(self.w)} kernels for {len(self.x)} maps; give one for each"
            )
        if self.cells and any(
            len(cell) != 2 or any(not isinstance(i, int) or i < 0 for i in cell)
            for cell in self.cells
        ):
            raise GivenError(
                "cells", "must be rows and columns counted from 0, such as [[0, 0], [1, 2]]"
            )

    def sentence(self) -> str:
        more = options(
            stride=None if self.s == 1 else self.s,
            padding=self.p.shown,
            dilation=self.written("d"),
        )
        steps = ", with the kernel flipped" if self.flip else ""
        steps += f", then add {self.b}" if self.b else ""
        steps += ", then apply ReLU" if self.relu else ""
        return f"Convolve {_maps_text(self.x)} with {_maps_text(self.w)}{more}{steps}.{_only_cells(self.cells)}"

    def quantities(self) -> Hand:
        bias = int(self.b) if self.b.denominator == 1 else self.b
        return Hand(
            self.x,
            self.w,
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
class Conv1d(_ByHand):
    """A small 1-D convolution: x and w are rows of numbers."""

    about: ClassVar = "1-D convolution by hand"
    rule: ClassVar = "Put the kernel on the row, multiply, add up, move by the stride."
    examples: ClassVar = (
        {"x": [[1, 0, 2, 3, 1]], "w": [[1, 2]]},
        {"x": [[2, 4, 1, 0]], "w": [[3, 1]]},
    )

    x: Rows
    w: Rows
    s: Count = 1
    p: Zeros = default(0)
    flip: Flip = default(None)
    fit: Fit

    def check(self) -> None:
        if len(self.x) != 1 or len(self.w) != 1:
            raise GivenError("x", "must be one row of numbers, such as [2, 1, 3]; so must w")
        need_small(w=[self.w])

    def sentence(self) -> str:
        flipped = ", with the kernel flipped" if self.flip else ""
        more = options(stride=self.s, padding=self.p.given)
        return f"Convolve {MATRIX.text(self.x)} with {MATRIX.text(self.w)}{more}{flipped}."

    def quantities(self) -> Hand:
        return Hand(
            (self.x,),
            (self.w,),
            self.s,
            ((0, 0), *self.p.sides(1)),
            flipped=self.flip,
            fit=self.fit,
        )


@question("pool-by-hand")
class PoolByHand(_ByHand):
    """A small pool: mode max or avg."""

    about: ClassVar = "pool by hand"
    topic: ClassVar = "hand-pool"
    rule: ClassVar = (
        "Take the maximum (or the mean) of every window; the window moves by the stride."
    )
    examples: ClassVar = (
        {"x": [[1, 9, 2, 1], [3, 4, 0, 7], [0, 2, 5, 6], [8, 3, 1, 2]], "k": 2, "mode": "max"},
        {"x": [[2, 6, 0, 4], [4, 8, 2, 2]], "k": 2, "mode": "avg"},
    )

    x: Rows
    k: Count = 2
    s: Count | None = None
    p: Zeros = default(0)
    mode: str = "max"
    pad_counts: PadCounts
    fit: Fit

    def check(self) -> None:
        need_small(x=[self.x])
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


@question("pipeline")
class Pipeline(_ByHand):
    """A convolution, ReLU and a pool, one after the other: conv, relu and pool are asked for."""

    about: ClassVar = "convolution, ReLU and pool by hand"
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
    flip: Flip = default(None)
    fit: Fit

    def check(self) -> None:
        need_small(x=self.x, w=self.w)
        if self.mode not in ("max", "avg"):
            raise GivenError("mode", "must be max or avg")

    def sentence(self) -> str:
        name = "max" if self.mode == "max" else "average"
        first = options(stride=None if self.s == 1 else self.s, padding=self.p.shown)
        return (
            f"Convolve {_maps_text(self.x)} with {_maps_text(self.w)}{first} (conv), then apply ReLU (relu), then "
            f"{by(self.k)} {name} pooling with stride {self.pool_s or self.k} (pool)."
        )

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

    def parts(self) -> list[Part]:
        quantities = self.quantities()
        found = []
        for name, steps in (
            ("conv", ("conv",)),
            ("relu", ("conv", "relu")),
            ("pool", ("conv", "relu", "pool")),
        ):
            step = quantities._replace(steps=steps)
            expected = _hand(step)
            if expected is None:
                raise GivenError("", f"{name}: {_misfit_text(step)}")
            topic = "hand" if name != "pool" else "hand-pool"
            found.append(Part(name, MATRIX, expected, topic, step, _hand, name, "cell by cell"))
        return found


@question("transposed-by-hand")
class TransposedByHand(_ByHand):
    """A small transposed convolution; `cells` asks for some of its cells only."""

    about: ClassVar = "transposed convolution by hand"
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
    cells: Rows | None = None

    def check(self) -> None:
        need_small(x=[self.x], w=[self.w])

    def sentence(self) -> str:
        more = options(stride=self.s, padding=self.p.given, output_padding=self.a or None)
        return (
            f"Apply a transposed convolution with the kernel {MATRIX.text(self.w)}{more} to "
            f"{MATRIX.text(self.x)}.{_only_cells(self.cells)}"
        )

    def quantities(self) -> Hand:
        return Hand(
            (self.x,),
            (self.w,),
            self.s,
            self.p.sides(2),
            transposed=True,
            cells=self.cells or (),
            out_pad=self.a,
        )
