"""The numbers behind questions about designs, as plain tuples; see `quantities` for those of layers."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from convcalc.homework.answers.expressions import Tree
from convcalc.solve.equation import divided


class Symbolic(NamedTuple):
    """A formula, and its allowed symbols."""

    tree: Tree
    symbols: tuple[str, ...]


class Quotient(NamedTuple):
    """Two amounts; the first is divided by the second.

    Attributes:
        first, second: the amounts.
        without_biases: the same amounts without biases, if they have any.
    """

    first: int
    second: int
    without_biases: tuple[int, int] | None = None


def quotient(quantities: Quotient) -> Fraction:
    """first/second"""
    return Fraction(quantities.first, quantities.second)


class Split(NamedTuple):
    """The parameters of a network by what training changes.

    Attributes:
        learned: the weights and biases of each layer that has parameters.
        statistics: the running means and variances of each of them.
        frozen: how many of the first layers are not trained.
        which: the question: total, trainable or non-trainable.
    """

    learned: tuple[int, ...]
    statistics: tuple[int, ...]
    frozen: int
    which: str


def split_count(quantities: Split) -> int:
    """Weights and biases are trained unless their layer is frozen; running means and variances never are."""
    trainable = sum(quantities.learned[quantities.frozen :])
    total = sum(quantities.learned) + sum(quantities.statistics)
    return {"total": total, "trainable": trainable}.get(quantities.which, total - trainable)


class Tensor(NamedTuple):
    """The weights of a layer.

    Attributes:
        kernel: taps per axis; () for a fully connected layer.
        c_in, filters, groups: channels.
        order: the sheet's order of a volume; frameworks with that order use it for weights too.
        transposed: whether the layer is a transposed convolution.
    """

    kernel: tuple[int, ...]
    c_in: int
    filters: int
    groups: int = 1
    order: str = "hwc"
    transposed: bool = False


def tensor_shape(quantities: Tensor) -> tuple[int, ...]:
    """kernel × (cin/g) × cout as Keras stores it, cout × (cin/g) × kernel as PyTorch does."""
    kernel, c_in, filters, groups, order, transposed = quantities
    if transposed:  # input and output are swapped, and groups divide the output
        pair = (c_in, filters // groups)
        return (*kernel, *pair[::-1]) if order == "hwc" else (*pair, *kernel)
    pair = (filters, c_in // groups)
    return (*kernel, *pair[::-1]) if order == "hwc" else (*pair, *kernel)


# -------------------------------------------------------------------------- solved backwards


class ParamsEquation(NamedTuple):
    """(k^axes · c_in + bias)·filters = params, with one unknown number.

    Attributes:
        find: k, c_in or filters.
        k, c_in, filters: the numbers; the unknown one is 1.
        params: the parameters.
        axes: the axes of the kernel.
        bias: 1 if each filter has a bias, else 0.
    """

    find: str
    k: int
    c_in: int
    filters: int
    params: int
    axes: int = 2
    bias: int = 1

    def with_value(self, value: int) -> ParamsEquation:
        """The equation with a value for the unknown."""
        return ParamsEquation(
            self.find,
            value if self.find == "k" else self.k,
            value if self.find == "c_in" else self.c_in,
            value if self.find == "filters" else self.filters,
            *self[4:],
        )


def equation_params(quantities: ParamsEquation) -> int:
    """(k^axes · c_in + bias)·filters"""
    _, k, c_in, filters, _, axes, bias = quantities
    weights: int = k**axes * c_in
    return (weights + bias) * filters


def solved_params(quantities: ParamsEquation) -> int | Fraction | None:
    """The number that gives these parameters; None if the kernel would not be a whole number."""
    find, k, c_in, filters, params, axes, bias = quantities
    taps_of_k: int = k**axes
    if find == "filters":
        return divided(params, taps_of_k * c_in + bias)
    of_filter = Fraction(params, filters) - bias
    if find == "c_in":
        return divided(of_filter.numerator, of_filter.denominator * taps_of_k)
    taps = of_filter / c_in
    if taps.denominator != 1 or taps < 1:
        return None
    side = whole_root(taps.numerator, axes)
    return side if side**axes == taps else None


def whole_root(value: int, degree: int) -> int:
    """The largest whole number whose power is not above a value.

    >>> whole_root(25, 2), whole_root(26, 3), whole_root(7, 1)
    (5, 2, 7)
    """
    if degree == 1:
        return value
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= value else (low, middle - 1)
    return low


# --------------------------------------------------------------------- the pixels that a unit sees


class Sight(NamedTuple):
    """Windows in a row along one axis, and the unit at their end.

    Attributes:
        windows: kernel, stride, dilation, padding before, and cells of the input of each layer.
        unit: the unit's index, from 0.
        clipped: whether only pixels of the image count.
    """

    windows: tuple[tuple[int, int, int, int, int], ...]
    unit: int
    clipped: bool = False


def pixels_seen(quantities: Sight) -> tuple[int, int] | None:
    """first·s − padding to last·s − padding + d·(k − 1), from the last layer to the image.

    If only pixels of the image count, the zeros around it and around the maps are left out.
    """
    if quantities.clipped:
        cells = [cell for cell in read_cells(quantities) if 0 <= cell < quantities.windows[0][4]]
        return (min(cells), max(cells)) if cells else None
    first = last = quantities.unit
    for kernel, stride, dilation, before, _ in reversed(quantities.windows):
        first = first * stride - before
        last = last * stride - before + dilation * (kernel - 1)
    return first, last


def read_cells(quantities: Sight) -> set[int]:
    """The single pixels that are read, and the zeros around the image."""
    cells = {quantities.unit}
    for place, (kernel, stride, dilation, before, size) in reversed(
        list(enumerate(quantities.windows))
    ):
        starts = [cell * stride - before for cell in cells]
        cells = {start + dilation * tap for start in starts for tap in range(kernel)}
        if place:
            cells = {cell for cell in cells if 0 <= cell < size}
    return cells
