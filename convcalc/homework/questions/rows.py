"""The rows of tables of networks: the output and counts of a layer, also from another shape."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import ConvcalcError

if TYPE_CHECKING:
    from convcalc.layers import Layer


class Counting(NamedTuple):
    """How the parameters and operations of layers count.

    Attributes:
        biases: whether the biases of convolutions and fully connected layers count.
        statistics: whether the running means and variances of norms count.
        trainable_pools: whether a pool has a weight and a bias per map, as in LeNet-5.
        operations: the convention for multiply-adds.
    """

    biases: bool = True
    statistics: bool = False
    trainable_pools: bool = False
    operations: str = "macs"


class Row(NamedTuple):
    """A layer of a table, with all numbers that a question may ask for.

    Attributes:
        label: its name in the question.
        layers: the layer, after a flatten if one is needed.
        input, before, output: shapes, channels first: before all of them, before the last, after it.
        weights, biases: the layer's weights and biases, even if they do not count.
        statistics: the running means and variances.
        macs: multiply-adds.
        counting: what counts.
        reads: the position, in the network, of the layer that it reads; -1 for the image.
        field: the receptive field along each axis, in pixels; () if there is none.
    """

    label: str
    layers: tuple[Layer, ...]
    input: tuple[int, ...]
    before: tuple[int, ...]
    output: tuple[int, ...]
    weights: int
    biases: int
    statistics: int
    macs: int
    counting: Counting = Counting()
    reads: int = -1
    field: tuple[int, ...] = ()

    @classmethod
    def of(
        cls,
        label: str,
        layers: tuple[Layer, ...],
        shapes: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]],
        counting: Counting,
    ) -> Row:
        """A row from the shapes before its first layer, before its last layer, and after it."""
        first, before, out = shapes
        layer = layers[-1]
        weights, biases = layer.weights(before, out), layer.biases(before, out)
        if counting.trainable_pools and layer.family == "pool" and not weights and len(out) > 1:
            weights = biases = out[0]
        return cls(
            label, layers, first, before, out, weights, biases,
            layer.buffers(before, out), layer.macs(before, out), counting,
        )  # fmt: skip

    @property
    def counts_biases(self) -> bool:
        """Whether its biases are parameters; the shift of a norm always is one."""
        return self.counting.biases or self.layers[-1].family == "norm"

    @property
    def params(self) -> int:
        """The parameters that count."""
        biases = self.biases if self.counts_biases else 0
        return self.weights + biases + (self.statistics if self.counting.statistics else 0)

    @property
    def operations(self) -> int:
        """Its operations, as counted."""
        return operations(self.macs, self.out_values, self.counting.operations)

    @property
    def out_values(self) -> int:
        return prod(self.output)

    @property
    def in_values(self) -> int:
        return prod(self.input)

    @property
    def connections(self) -> int:
        """The connections: per output value one for each of its weights, and one for a bias that counts."""
        if not self.weights:
            return 0
        ones = self.out_values if self.biases and self.counts_biases else 0
        if self.macs:
            return self.macs + ones
        windows = self.layers[-1].windows(self.before)  # LeNet-5's pools: one weight, k·k inputs
        return prod([axis.k for axis in windows]) * self.out_values + ones

    @property
    def computes(self) -> bool:
        """Whether its output values are stored separately."""
        return (
            bool(self.weights)
            or bool(self.layers[-1].windows(self.before))
            or len(self.output) != len(self.before)
        )


OPERATION_WORDS = {
    "macs": "multiply-adds",
    "2macs": "operations",
    "exact": "multiplications and additions",
}


def operations(macs: int, sums: int, counted: str) -> int:
    """The operations of multiply-adds: 1 or 2 each, or n products and n − 1 additions per sum."""
    if counted == "macs" or not macs:
        return macs
    return 2 * macs - (sums if counted == "exact" else 0)


def in_order(shape: tuple[int, ...], order: str) -> tuple[int, ...]:
    """A shape, channels first, in the sheet's order."""
    return (*shape[1:], shape[0]) if order == "hwc" and len(shape) > 1 else shape


def channels_first(shape: tuple[int, ...], order: str) -> tuple[int, ...]:
    """A shape in the sheet's order, channels first."""
    return (shape[-1], *shape[:-1]) if order == "hwc" and len(shape) > 1 else shape


def value_of(row: Row, ask: str, order: str) -> Any:
    """The number about a layer that a question asks for."""
    return {
        "shape": in_order(row.output, order),
        "weights": row.weights,
        "biases": row.biases,
        "params": row.params,
        "macs": row.operations,
        "values": row.out_values,
        "connections": row.connections,
        "buffers": row.statistics,
    }[ask]


def recompute(row: Row, shape: tuple[int, ...]) -> Row | None:
    """A row of a table after another input shape; None if the layer cannot take it.

    A wrong shape need not fit exactly: sizes are then rounded down.
    """
    after = _after(row.label, row.layers, shape, row.counting)
    return None if after is None else after._replace(reads=row.reads, field=row.field)


@lru_cache(maxsize=8192)  # because mistakes walk the same layers on the same shapes many times
def _after(
    label: str, layers: tuple[Layer, ...], shape: tuple[int, ...], counting: Counting
) -> Row | None:
    """A row of layers after a shape, without facts from its network."""
    before = current = shape
    layers = tuple([without_strict(layer) for layer in layers])
    try:
        for each in layers:
            each.check(current)
            before, current = current, each.out_shape(current)
    except ConvcalcError:
        return None
    return Row.of(label, layers, (shape, before, current), counting)


def without_strict(layer: Any) -> Any:
    """The layer; it rounds sizes down instead of refusing a window that does not fit."""
    return replace(layer, fit="floor") if layer.options().get("fit") == "strict" else layer


class Model(NamedTuple):
    """A network's layers, for the mistakes about totals."""

    amounts: tuple[int, ...]
    rows: tuple[Row, ...]
    of: str

    @property
    def counts_biases(self) -> bool:
        """Whether the sheet counts biases."""
        return self.rows[0].counting.biases

    @property
    def dense(self) -> tuple[int, ...]:
        """The parameters of each fully connected layer."""
        dense = [row for row in self.rows if row.layers[-1].family == "linear"]
        return tuple([value_of(row, self.of, "chw") for row in dense])
