"""Questions worked by hand: convolutions and pools. The answers are exact."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from convcalc.homework.answers.types import MATRIX
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.exact import (
    STRICT_MISFIT,
    Exact,
    Pool,
    TooMuchError,
    add,
    correlate,
    exact,
    need_same_maps,
    need_small,
    need_small_window,
    need_writable,
    relu,
    stamp,
    turned,
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
from convcalc.homework.questions.words import by, options


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


def convolved(quantities: Hand, *, only_positive: bool = False) -> Exact:
    """The map after the convolution, without its bias.

    Raises:
        ValueError: the window does not fit, or there is too much to do.
    """
    x, s, p = exact(quantities.x), quantities.s, quantities.p
    w = exact(turned(quantities.w) if quantities.flipped else quantities.w)
    if quantities.transposed:
        return stamp(x, w, stride=s, padding=p, output_padding=quantities.out_pad)
    fit = "strict" if quantities.fit == "strict" else "floor"
    return correlate(
        x, w, stride=s, padding=p, dilation=quantities.d, fit=fit, only_positive=only_positive
    )


def _run_steps(quantities: Hand) -> Rows:
    """The map after all steps.

    Raises:
        ValueError: the window does not fit, or there is too much to do.
    """
    found: Exact | None = None
    for step in quantities.steps:
        if step == "conv":
            found = add(convolved(quantities), quantities.bias)
            continue
        x = exact(quantities.x) if found is None else found
        if step == "relu":
            found = relu(x)
            continue
        padding = quantities.p if "conv" not in quantities.steps else 0
        found = Pool(
            quantities.mode,
            quantities.k,
            quantities.pool_s,
            padding,
            quantities.pool_fit,
            quantities.pad_counts,
        ).of(x)
    assert found is not None
    return found.rows()


def _maps_text(stack: Any) -> str:
    """Maps for people."""
    return "; ".join(MATRIX.text(one) for one in stack)


def _only_cells(cells: Rows | None) -> str:
    """Which cells are asked for, in words; nothing where all are."""
    if not cells:
        return ""
    texts = ", ".join(str(tuple(cell)) for cell in cells)
    return f" Give only the cells {texts} (row, column; counted from 0)."


def _check_cells(cells: Rows | None) -> None:
    """Refuse cells that are no places of a map."""
    for cell in cells or ():
        if len(cell) != 2 or any(not isinstance(i, int) or not 0 <= i < 10**6 for i in cell):
            raise GivenError(
                "cells", "must be rows and columns counted from 0, such as [[0, 0], [1, 2]]"
            )


def _misfit_text(quantities: Hand) -> str:
    """Why there is no answer, and what to do."""
    try:
        _run_steps(quantities)
    except TooMuchError as error:
        return str(error)
    except ValueError:
        pass
    if quantities.transposed:
        return "nothing is left of the result; give less padding, and an output padding below the stride"
    if _hand(quantities._replace(fit="floor", cells=())) is not None:
        return STRICT_MISFIT
    return "the window does not fit; give a larger map or more padding"


_MAX_FILTERS = 16


class _ByHand(Task):
    """A question whose answer is a matrix."""

    topic: ClassVar = "hand"
    method: ClassVar = "multiply cell by cell, then add up"

    def quantities(self) -> Hand:
        """The numbers behind."""
        raise NotImplementedError

    def parts(self) -> list[Part]:
        return self.maps_of(self.quantities())

    def maps_of(self, quantities: Hand) -> list[Part]:
        """The map that some numbers make."""
        expected = _hand(quantities)
        outside = quantities.cells and _hand(quantities._replace(cells=())) is not None
        if expected is None and outside:
            raise GivenError("cells", "names a cell outside the map; count cells from 0")
        if expected is None:
            raise GivenError("", _misfit_text(quantities))
        need_writable(expected)
        return [Part("", MATRIX, expected, self.topic, quantities, _hand, method=self.method)]


@question("conv-by-hand")
class ConvByHand(_ByHand):
    """A small convolution cell by cell: x one map or a list of maps, w a kernel for each of them.

    Several filters make a map each (map1, map2 …): w is then a list of filters.
    """

    about: ClassVar = "convolution by hand"
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
        _check_cells(self.cells)

    def filters(self) -> list[Stack]:
        """The filters, each with a kernel for each map; kernels in a row on one map are filters of their own."""
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
            return _maps_text(filters[0])
        texts = [f"map{n}: {_maps_text(one)}" for n, one in enumerate(filters, start=1)]
        return f"{len(filters)} filters, one for each map of the result ({' | '.join(texts)})"

    def sentence(self) -> str:
        more = options(
            stride=None if self.s == 1 else self.s,
            padding=self.p.shown,
            dilation=self.written("d"),
        )
        steps = ", with the kernel flipped" if self.flip else ""
        steps += f", then add {self.b}" if self.b else ""
        steps += ", then apply ReLU" if self.relu else ""
        return f"Convolve {_maps_text(self.x)} with {self.kernel_words()}{more}{steps}.{_only_cells(self.cells)}"

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
        need_small(self.p.sides(1), x=[self.x], w=[self.w])

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
    method: ClassVar = "one window after the other"
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
        need_small(self.p.sides(2), x=self.x, w=self.w)
        need_same_maps(self.x, self.w)
        need_small_window(self.k)
        if self.mode not in ("max", "avg"):
            raise GivenError("mode", "must be max or avg")
        super().check()

    def setting(self) -> str:
        name = "max" if self.mode == "max" else "average"
        first = options(stride=None if self.s == 1 else self.s, padding=self.p.shown)
        steps = {
            "conv": f"Convolve {_maps_text(self.x)} with {_maps_text(self.w)}{first}",
            "relu": "then apply ReLU",
            "pool": f"then {by(self.k)} {name} pooling with stride {self.pool_s or self.k}",
        }
        return ", ".join(steps[step] for step in self.steps()) + "."

    def asks(self) -> dict[str, str]:
        return {
            "conv": "What is the map after the convolution?",
            "relu": "What is the map after ReLU?",
            "pool": "What is the map after the pool?",
        }

    def steps(self) -> tuple[str, ...]:
        """The steps up to the last one that is asked for."""
        last = max(_PIPELINE.index(step) for step in self.asked)
        return _PIPELINE[: last + 1]

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
            expected = _hand(step)
            if expected is None:
                raise GivenError("", f"{name}: {_misfit_text(step)}")
            need_writable(expected)
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
        need_small(self.p.sides(2), x=[self.x], w=[self.w])
        _check_cells(self.cells)

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
