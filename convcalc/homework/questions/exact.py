"""Arithmetic by hand, exact: whole numbers with one denominator, never rounded, without overflow.

The witness gives the positions of windows and stamps by sliding. The amount of work is limited
before any work is done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm, prod
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.homework.answers.numbers import MAX_DIGITS
from convcalc.homework.questions.given import GivenError, Rows, Stack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from convcalc.reference.windows import Axis

MAX_SIDE = 64
MAX_PRODUCTS = 200_000
_MAX_DENOMINATOR = 10**120
STRICT_MISFIT = "the window does not fit exactly, and this sheet has fit: strict; change the map, the stride or the padding"
_IN_64_BITS = 2**62
_PAST_THE_END = 1_000  # most cells; a map by hand has fewer, even with padding


class TooMuchError(ValueError):
    """Too much work to do by hand."""


class Exact(NamedTuple):
    """Maps of numbers, channels first.

    Attributes:
        cells: whole numbers: 64-bit if every sum of them fits, else Python's integers.
        below: their common denominator.
    """

    cells: NDArray[Any]
    below: int = 1

    def rows(self) -> Rows:
        """The first map as rows of exact numbers."""
        below = self.below
        if below == 1:
            return tuple([tuple(row) for row in self.cells[0].tolist()])
        return tuple(
            [
                tuple([as_int_if_whole(Fraction(cell, below)) for cell in row])
                for row in self.cells[0].tolist()
            ]
        )


def as_int_if_whole(value: Any) -> Any:
    """A whole number as int, another as a fraction.

    >>> as_int_if_whole(Fraction(4, 2)), as_int_if_whole(Fraction(1, 3))
    (2, Fraction(1, 3))
    """
    return value.numerator if value.denominator == 1 else value


def exact(stack: Sequence[Rows]) -> Exact:
    """Maps of whole numbers and fractions.

    Raises:
        TooMuchError: their common denominator is too large.
    """
    import numpy as np

    below = 1
    for denominator in {cell.denominator for rows in stack for row in rows for cell in row}:
        below = lcm(below, denominator)
        if below > _MAX_DENOMINATOR:
            message = "its fractions have too many different denominators; use simpler ones"
            raise TooMuchError(message)
    whole = [
        [[cell.numerator * (below // cell.denominator) for cell in row] for row in rows]
        for rows in stack
    ]
    return Exact(np.array(whole, dtype=object), below)


def turned(stack: Stack) -> Stack:
    """Every kernel turned by 180°."""
    return tuple([tuple([row[::-1] for row in rows[::-1]]) for rows in stack])


def _most(cells: NDArray[Any]) -> int:
    """The largest absolute value."""
    return max(abs(int(cells.max())), abs(int(cells.min()))) if cells.size else 0


def _room(cells: NDArray[Any], most: int) -> NDArray[Any]:
    """The numbers in a type with room for sums up to a limit."""
    return cells.astype("int64" if most < _IN_64_BITS else object)


def _for_products(x: Exact, w: Exact, terms: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both arrays in a type with room for sums of this many products."""
    most = max(_most(x.cells), 1) * max(_most(w.cells), 1) * terms
    return _room(x.cells, most), _room(w.cells, most)


def bound(*counts: int, what: str = "products") -> None:
    """Refuse too much work.

    Raises:
        TooMuchError: names the amount, and what to do.
    """
    if prod(counts) > MAX_PRODUCTS:
        message = f"there are {prod(counts):,} {what}; by hand at most {MAX_PRODUCTS:,}: use a smaller map"
        raise TooMuchError(message)


def _windows(
    x: Exact,
    kernel: tuple[int, ...],
    stride: Any,
    padding: Any,
    dilation: int = 1,
    fit: str = "floor",
) -> tuple[Axis, ...]:
    """The positions of the windows; a stride past the end of a map is shortened.

    Raises:
        ValueError: the window does not fit.
    """
    from convcalc.reference.windows import slide

    steps = stride if isinstance(stride, tuple) else (stride,) * len(kernel)
    steps = tuple([min(step, _PAST_THE_END) for step in steps])
    shape, dilation = x.cells.shape[1:], min(dilation, _PAST_THE_END)
    return slide("conv", shape, kernel, steps, padding, dilation, fit)


def _places(axes: Sequence[Axis]) -> tuple[int, ...]:
    """How many windows there are along each axis."""
    return tuple([len(axis.starts) for axis in axes])


def correlate(
    x: Exact,
    w: Exact,
    *,
    stride: Any,
    padding: Any,
    dilation: int = 1,
    fit: str = "floor",
    only_positive: bool = False,
) -> Exact:
    """Slide one kernel over each map; add all products of a window, or only the positive ones.

    Raises:
        ValueError: the window does not fit, or there is too much to do.
    """
    from convcalc.reference.gather import im2col

    axes = _windows(x, w.cells.shape[1:], stride, padding, dilation, fit)
    bound(w.cells.size, *_places(axes))
    cells, kernel = _for_products(x, w, w.cells.size)
    columns = im2col(cells, axes)
    if only_positive:
        products = kernel.reshape(-1, 1) * columns
        sums = (products * (products > 0)).sum(axis=0)
    else:
        sums = kernel.reshape(1, -1) @ columns
    return Exact(sums.reshape(1, *_places(axes)), x.below * w.below)


def stamp(x: Exact, w: Exact, *, stride: int, padding: Any, output_padding: int) -> Exact:
    """Add the kernel times every cell of a map to the result; then remove the padding.

    Raises:
        ValueError: no cell is left, or the work is too much.
    """
    import numpy as np

    from convcalc.reference.fast import stamp as lay
    from convcalc.reference.transposed import scatter_axes

    shape, kernel_size = x.cells.shape[1:], w.cells.shape[1:]
    bound(w.cells.size, *shape)
    reach = [(n - 1) * stride + k + output_padding for n, k in zip(shape, kernel_size)]
    bound(*reach, what="cells in the result")
    axes = scatter_axes("conv", shape, kernel_size, stride, padding, output_padding)
    cells, kernel = _for_products(x, w, w.cells.size)
    canvas = np.zeros((1, *(axis.canvas for axis in axes)), dtype=cells.dtype)
    tile = kernel.reshape(-1, 1) * cells.reshape(1, -1)
    lay(canvas, axes, tuple(range(n) for n in shape), tile)
    kept = canvas[(slice(None), *(slice(a.before, a.before + a.size) for a in axes))]
    return Exact(kept, x.below * w.below)


class Gradients(NamedTuple):
    """The gradients of a convolution of one map: of the kernel, of the input, of the bias."""

    w: Exact
    x: Exact
    b: Exact


def gradients(x: Exact, w: Exact, g: Exact, *, stride: int, padding: Any) -> Gradients:
    """The gradients of a convolution, from the gradient of its output.

    Raises:
        ValueError: the gradient does not have the shape of the output, or there is too much to do.
    """
    import numpy as np

    from convcalc.reference.gather import im2col, scatter

    axes = _windows(x, w.cells.shape[1:], stride, padding)
    if g.cells.shape[1:] != _places(axes):
        message = f"the output has {_places(axes)} cells"
        raise ValueError(message)
    bound(w.cells.size, g.cells.size)
    cells, above = _for_products(x, g, g.cells.size)
    dw = im2col(cells, axes) @ above.reshape(-1)
    kernel, above = _for_products(w, g, w.cells.size)
    dx = np.zeros(x.cells.shape, dtype=above.dtype)
    tile = kernel.reshape(-1, 1) * above.reshape(1, -1)
    scatter(dx, axes, tuple(range(n) for n in _places(axes)), tile)
    total = _room(g.cells, _most(g.cells) * g.cells.size).sum()
    return Gradients(
        Exact(dw.reshape(w.cells.shape), x.below * g.below),
        Exact(dx, w.below * g.below),
        Exact(np.array([[[int(total)]]], dtype=object), g.below),
    )


def add(x: Exact, number: Any) -> Exact:
    """The maps with a number added to every cell."""
    below = lcm(x.below, number.denominator)
    more = number.numerator * (below // number.denominator)
    cells = _room(x.cells, _most(x.cells) * (below // x.below) + abs(more))
    return Exact(cells * (below // x.below) + more, below)


def relu(x: Exact) -> Exact:
    """The maps with negative cells set to 0."""
    return x._replace(cells=x.cells * (x.cells > 0))


# Used only by mistakes: functions of the cells of a window; padding zeros count as cells.
_PLAIN: dict[str, Callable[[Any], Any]] = {
    "sum": lambda cells: cells.sum(axis=0),
    "min": lambda cells: cells.min(axis=0),
    "first": lambda cells: cells[0],
    "last": lambda cells: cells[-1],
}


class Pool(NamedTuple):
    """How a map is pooled: max or avg over k × k cells; whether an average counts padding."""

    mode: str
    k: int
    stride: int
    padding: Any = 0
    fit: str = "floor"
    pad_counts: bool = True

    def of(self, x: Exact) -> Exact:
        """The pooled map.

        Raises:
            ValueError: the window does not fit or covers only padding, or the work is too much.
        """
        import numpy as np

        from convcalc.reference.fast_pool import divisors
        from convcalc.reference.gather import im2col

        axes = _windows(x, (self.k, self.k), self.stride, self.padding, fit=self.fit)
        places = _places(axes)
        bound(self.k, self.k, *places)
        cells = _room(x.cells, _most(x.cells) * self.k * self.k)
        read = im2col(cells, axes)
        if self.mode in _PLAIN:
            return Exact(_PLAIN[self.mode](read).reshape(1, *places), x.below)
        there = im2col(np.ones_like(cells, dtype=bool), axes)
        counted = divisors(axes, np.dtype(object), count_include_pad=self.pad_counts)
        if not (there.any(axis=0) if self.mode == "max" else counted).all():
            message = "a window lies on padding only; give less padding"
            raise TooMuchError(message)
        if self.mode == "max":
            lowest = cells.min()
            found = np.where(there, read, lowest).max(axis=0)
            return Exact(found.reshape(1, *places), x.below)
        below = lcm(*{int(n) for n in counted.ravel()})
        sums = read.sum(axis=0).reshape(1, *places)
        sums = _room(sums, _most(sums) * below)
        return Exact(sums * (below // counted), x.below * below)


# ----------------------------------------------------------------------------------- limits


def need_small(pads: tuple[tuple[int, int], ...] = (), **stacks: Any) -> None:
    """Refuse maps and borders that are too large for work by hand.

    Args:
        pads: the zeros before and after along each axis.
        stacks: maps or kernels, by their names.
    """
    for name, stack in stacks.items():
        if len(stack) > MAX_SIDE:
            raise GivenError(name, f"lists {len(stack):,} maps; give at most {MAX_SIDE} by hand")
        for one in stack:
            if len(one) > MAX_SIDE or len(one[0]) > MAX_SIDE:
                raise GivenError(
                    name,
                    f"is larger than {MAX_SIDE}×{MAX_SIDE}; use a smaller one for work by hand",
                )
        try:
            exact(stack)
        except TooMuchError as error:
            raise GivenError(name, str(error)) from None
    most = max([pad for sides in pads for pad in sides], default=0)
    if most > MAX_SIDE:
        raise GivenError("p", f"padding is {most:,}; give at most {MAX_SIDE} by hand")


def need_same_maps(x: Stack, w: Stack) -> None:
    """Refuse different numbers of maps and kernels, and maps or kernels of different sizes."""
    if len(x) != len(w):
        raise GivenError("w", f"has {len(w)} kernels for {len(x)} maps; give one for each")
    if len({(len(one), len(one[0])) for one in x}) > 1:
        raise GivenError("x", "has maps of different sizes; give them one size")
    if len({(len(one), len(one[0])) for one in w}) > 1:
        raise GivenError("w", "has kernels of different sizes; give them one size")


def need_small_window(k: int) -> None:
    """Refuse the window of a pool that is too large for work by hand."""
    if k > MAX_SIDE:
        raise GivenError("k", f"the window is {k:,} wide; give at most {MAX_SIDE} by hand")


def need_writable(expected: Any) -> None:
    """Refuse answers that are too long to be read."""
    cells = (
        [cell for row in expected for cell in row] if isinstance(expected, tuple) else [expected]
    )
    most = max(map(abs, cells))
    if most >= 10**MAX_DIGITS:
        digits = len(str(int(most)))
        raise GivenError(
            "",
            f"the answer has numbers of {digits} digits, and at most {MAX_DIGITS} are read; "
            "use smaller numbers",
        )
