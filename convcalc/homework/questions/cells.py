"""The numbers behind one cell of a table of a network; mistakes change them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from convcalc.homework.answers.types import SIZE
from convcalc.homework.questions.axes import Sides
from convcalc.homework.questions.base import Part
from convcalc.homework.questions.given import RfLayer
from convcalc.homework.questions.quantities import (
    COUNTED,
    Conv,
    Memory,
    Rf,
    Windows,
    conv_macs,
    counted_layer,
    memory,
    rf_size,
    sizes,
    window_axes,
)
from convcalc.homework.questions.rows import Row

_MOST_ROWS = 200  # rows down to which mistakes in a receptive field are searched


class Behind(NamedTuple):
    """The numbers behind a cell.

    Attributes:
        topic: the topic of its possible mistakes; empty if none is known.
        quantities: the numbers that they change.
        evaluate: computes the answer from such numbers.
    """

    topic: str = ""
    quantities: Any = None
    evaluate: Callable[[Any], Any] | None = None


def of_shape(rows: Sequence[Row], order: str, fit: str) -> Behind:
    """The windows behind the output shape of the last layer."""
    row = rows[-1]
    axes = window_axes(row)
    if not axes:
        return Behind()
    pool = not row.weights
    windows = Windows(
        axes, row.input[0], row.output[0], pool, tuple(a.before for a in axes), fit, order, volume=True,
        rows=tuple(rows),
    )  # fmt: skip
    return Behind("volume", windows, sizes)


def of_parameters(row: Row, *, bias: bool) -> Behind:
    """The numbers behind the parameters of a layer, or only its weights."""
    quantities = counted_layer(row, bias=bias)
    topic, evaluate = COUNTED.get(type(quantities), ("", None))
    return Behind(topic, quantities, evaluate)


def of_uses(row: Row, ask: str) -> Behind:
    """The numbers behind macs, connections or values of a convolution, counted at all positions."""
    quantities = counted_layer(row, bias=bool(row.biases and row.counts_biases))
    if not isinstance(quantities, Conv):
        return Behind()
    return Behind(
        "neurons" if ask == "values" else ask,
        quantities._replace(flops=row.counting.operations),
        {"macs": conv_macs, "connections": _connections, "values": _values}[ask],
    )


def _connections(quantities: Conv) -> int:
    """(k·k·cin/g + 1)·cout at every output position"""
    return (quantities.weights + quantities.biases) * quantities.positions


def _values(quantities: Conv) -> int:
    """cout at every output position"""
    return quantities.filters * quantities.positions


def of_memory(row: Row, width: int, unit: str) -> Behind:
    """The numbers behind the memory of the output values of one image."""
    return Behind("memory", Memory(row.out_values, width, params=row.params, unit=unit), memory)


def of_statistics(row: Row) -> Behind:
    """The numbers behind the running means and variances of a norm."""
    return Behind("buffers", row) if row.statistics else Behind()


def of_field(rows: Sequence[Row], *, pixels: bool) -> Behind:
    """The numbers behind the receptive field of the last layer of a chain of windows."""
    if len(rows) > _MOST_ROWS or any(after.input != row.output for row, after in pairwise(rows)):
        return Behind()
    windows = [window_axes(row) for row in rows]
    if not all(windows):
        return Behind()
    axes = len(windows[-1])
    along = [
        Rf(tuple([RfLayer(a.k, a.s, a.d) for a in layers]), pixels, image, 1, axes)
        for layers, image in zip(zip(*windows), rows[0].input[1:])
    ]
    sides = tuple([rf_size(axis._replace(pixels=False)) for axis in along])
    if sides != rows[-1].field:  # another path reads it too
        return Behind()
    if len({axis.layers for axis in along}) == 1:
        return Behind("rf", along[0], rf_size)
    parts = [Part.of(SIZE, "rf", axis._replace(pixels=False), rf_size, "") for axis in along]
    return Behind("sides", Sides(tuple(parts), pixels=pixels))
