"""The numbers behind questions about designs, as plain tuples; see `quantities` for those of layers."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple


class Quotient(NamedTuple):
    """Two amounts of which the first is divided by the second.

    Attributes:
        first, second: the amounts.
        without_biases: the same amounts without biases, where they have any.
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
        frozen: how many of the first ones are not trained.
        which: what is asked for: total, trainable or non-trainable.
    """

    learned: tuple[int, ...]
    statistics: tuple[int, ...]
    frozen: int
    which: str


def split_count(quantities: Split) -> int:
    """Weights and biases train unless their layer is frozen; running means and variances never do."""
    trainable = sum(quantities.learned[quantities.frozen :])
    total = sum(quantities.learned) + sum(quantities.statistics)
    return {"total": total, "trainable": trainable}.get(quantities.which, total - trainable)


class Tensor(NamedTuple):
    """The weights of a layer.

    Attributes:
        kernel: taps per axis; () for a fully connected layer.
        c_in, filters, groups: channels.
        order: the sheet's order of a volume, which frameworks use for weights too.
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
    if (
        transposed
    ):  # what goes in and what comes out change places, and groups divide what comes out
        pair = (c_in, filters // groups)
        return (*kernel, *pair[::-1]) if order == "hwc" else (*pair, *kernel)
    pair = (filters, c_in // groups)
    return (*kernel, *pair[::-1]) if order == "hwc" else (*pair, *kernel)
