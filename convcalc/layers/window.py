"""Windows along one axis: padding words, the effective kernel, and the one rule for rounding sizes.

Everything here computes only with ``+ - * //``, so that it also works on terms and NumPy arrays.
To choose between two ways of writing the same thing, it asks ``(a == b) is True``: for an array
that is false, so it gets the general form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from convcalc import formulas
from convcalc.errors import ShapeError

Shape = tuple[int, ...]
Spatial = int | tuple[int, ...]
Ratio = int | str | tuple[int | str, ...]
"""A whole number or a fraction ``p/q`` in lowest terms, for all axes or one per axis."""
Pair = int | tuple[int, int]
PaddingWord = Literal["valid", "same", "same_lower", "full", "causal"]
Padding = int | tuple[Pair, ...] | PaddingWord
Fit = Literal["floor", "strict", "ceil", "caffe"]


class Axis(NamedTuple):
    """One axis of a window: input size, kernel, stride, padding before and after, dilation."""

    n: int
    k: int
    s: int = 1
    before: int = 0
    after: int = 0
    d: int = 1

    @property
    def effective_kernel(self) -> int:
        """Cells from the first tap to the last."""
        return formulas.effective_kernel(self.k, self.d)

    @property
    def padded_size(self) -> int:
        return self.n + self.before + self.after

    @property
    def slack(self) -> int:
        """Cells by which the padded input is longer than the window; negative if it is shorter."""
        return self.padded_size - self.effective_kernel

    @property
    def padded_sum(self) -> str:
        """The padded input as a sum, for messages: ``5 + 2·1 = 7``."""
        if self.before == self.after:
            return (
                f"{self.n} + 2·{self.before} = {self.padded_size}" if self.before else f"{self.n}"
            )
        return f"{self.n} + {self.before} + {self.after} = {self.padded_size}"

    @property
    def exact(self) -> str:
        """The size before rounding, as a fraction such as ``29/2``."""
        from math import gcd  # noqa: PLC0415 - only for messages and single layers

        above = self.slack + self.s
        common = gcd(above, self.s)
        below = self.s // common
        return f"{above // common}" if below == 1 else f"{above // common}/{below}"

    @property
    def fits(self) -> bool:
        """Whether the last window ends exactly at the end of the padded input."""
        return self.slack >= 0 and self.slack % self.s == 0

    @property
    def floor(self) -> int:
        """The number of windows that are completely on the padded input; below 1 there is none."""
        if (self.before == self.after) is True:  # as in a textbook
            return formulas.out_size(self.n, self.k, self.s, self.before, self.d)
        return formulas.out_size_padded(self.n, self.k, self.s, self.before, self.after, self.d)

    @property
    def unread(self) -> int:
        """Cells at the end of the padded input that no window reads, if sizes are rounded down."""
        return formulas.unread(self.n, self.k, self.s, self.before, self.after, self.d)


def per_axis(value: Spatial, axes: int) -> tuple[int, ...]:
    """One number repeated for every axis; several numbers unchanged.

    >>> per_axis(3, 2), per_axis((3, 5), 2)
    ((3, 3), (3, 5))
    """
    return value if isinstance(value, tuple) else (value,) * axes


def ratio(value: int | str) -> tuple[int, int]:
    """The two numbers of a ratio.

    >>> ratio(2), ratio("3/2")
    ((2, 1), (3, 2))
    """
    if not isinstance(value, str):
        return value, 1
    above, _, below = value.partition("/")
    return int(above), int(below)


def both_sides(sides: int | tuple[Pair, ...], axes: int) -> list[tuple[int, int]]:
    """Cells before and after along every axis.

    >>> both_sides(2, 2), both_sides((1, (0, 3)), 2)
    ([(2, 2), (2, 2)], [(1, 1), (0, 3)])
    """
    given = sides if isinstance(sides, tuple) else (sides,) * axes
    return [side if isinstance(side, tuple) else (side, side) for side in given]


def axis_names(shape: Shape) -> tuple[str, ...]:
    """The names of the spatial axes in messages."""
    return ("length",) if len(shape) == 2 else ("depth", "height", "width")[4 - len(shape) :]


# -------------------------------------------------------------------------- padding in words


def _valid(_n: int, _k: int, _s: int, _d: int) -> tuple[int, int]:
    return 0, 0


def _same(n: int, k: int, s: int, d: int) -> tuple[int, int]:
    total = formulas.same_padding(n, k, s, d)
    return total // 2, total - total // 2


def _same_lower(n: int, k: int, s: int, d: int) -> tuple[int, int]:
    before, after = _same(n, k, s, d)
    return after, before


def _full(_n: int, k: int, _s: int, d: int) -> tuple[int, int]:
    return formulas.full_padding(k, d), formulas.full_padding(k, d)


def _causal(_n: int, k: int, _s: int, d: int) -> tuple[int, int]:
    return formulas.full_padding(k, d), 0


PADDINGS: dict[str, Callable[[int, int, int, int], tuple[int, int]]] = {
    "valid": _valid,
    "same": _same,
    "same_lower": _same_lower,
    "full": _full,
    "causal": _causal,
}


# --------------------------------------------------------------------------------- rounding


def out_sizes(axes: Sequence[Axis], fit: str) -> Shape:
    """The number of windows along each axis under a rounding rule; below 1, the window does not fit.

    Sizes are only rounded here. ``floor`` and ``strict`` count the windows that are completely on the
    padded input. ``ceil`` also counts a last (or only) window that extends past the end by less
    than the stride, unless it starts in the padding at the end. ``caffe`` is the same if any axis has
    padding; otherwise it counts such a window wherever it starts.

    >>> out_sizes([Axis(2, 3, 2)], "floor"), out_sizes([Axis(2, 3, 2)], "ceil")
    ((0,), (1,))

    PyTorch ``Pool.h``, pooling_output_shape; ONNX MaxPool; Caffe ``pooling_layer.cpp``.
    """
    if fit == "ceil":
        return tuple([formulas.out_size_ceil(*axis) for axis in axes])
    if fit != "caffe":
        return tuple([axis.floor for axis in axes])
    padding: Any = 0
    for axis in axes:
        padding = padding + axis.before + axis.after
    some = formulas.smaller(padding, 1)  # 1 if there is padding along any axis, else 0
    if (some == 0) is True:
        return tuple([formulas.out_size_caffe(*axis) for axis in axes])
    if (some == 1) is True:
        return tuple([formulas.out_size_ceil(*axis) for axis in axes])
    return tuple(
        [
            formulas.out_size_caffe(*axis)
            - some * (formulas.out_size_caffe(*axis) - formulas.out_size_ceil(*axis))
            for axis in axes
        ]
    )


def most_cells(axis: Axis, fit: str) -> int:
    """The widest window that fits along an axis under a rounding rule."""
    return axis.padded_size + (axis.s - 1 if fit in ("ceil", "caffe") else 0)


# ------------------------------------------------------------------- taps that read real cells

MAX_TAPS = 100_000  # if there are more taps and also more windows than this, they are not counted


def real_taps(axis: Axis, o: int) -> int:
    """The taps that read a real cell, summed over all o windows of one axis.

    Raises:
        ShapeError: there are too many taps and windows to count.
    """
    n, k, s, before, _, d = axis
    if not all(isinstance(number, int) for number in (*axis, o)):
        return _real_taps_of_arrays(axis, o)
    if not before and (o - 1) * s + axis.effective_kernel <= n:
        return o * k  # no window leaves the input
    # The sum over windows and the sum over taps are equal; use the shorter one.
    if min(o, k) > MAX_TAPS:
        message = f"counting taps on padding needs a kernel or an output of at most {MAX_TAPS:,}"
        raise ShapeError(message)
    if o < k:
        return sum(formulas.taps_read(n, d, before, s, k, window) for window in range(o))
    return sum(formulas.taps_read(n, s, before, d, o, tap) for tap in range(k))


def _real_taps_of_arrays(axis: Axis, o: int) -> int:
    """`real_taps` for arrays: a tap only counts where the kernel has it."""
    n, k, s, before, _, d = axis
    total: Any = 0
    for tap in range(int(getattr(k, "max", lambda: k)())):
        is_there = formulas.smaller(formulas.positive(k - tap), 1)
        total = total + is_there * formulas.taps_read(n, s, before, d, o, tap)
    return total  # type: ignore[no-any-return]
