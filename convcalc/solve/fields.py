"""Stacks of equal layers that reach a receptive field: how many layers, how wide, how dilated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from convcalc.errors import UsageError
from convcalc.solve.equation import layers_to_field

MAX_FIELD = 10**9


class Stack(NamedTuple):
    """Layers that reach a receptive field.

    Attributes:
        way: how they do it.
        layers: how many.
        k: their kernel.
        strides, dilations: of each layer, in order.
        field: what a unit at the end sees.
        weights: of one channel in each layer: layers times kernel, for one axis.
    """

    way: str
    layers: int
    k: int
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    field: int

    @property
    def weights(self) -> int:
        """Taps of all layers along one axis."""
        return self.layers * self.k


def field_of(k: int, strides: tuple[int, ...], dilations: tuple[int, ...]) -> int:
    """1 + Σ d·(k − 1)·jump, with jump the product of the strides before a layer.

    Araujo, Norris & Sim 2019, equation 2.

    >>> field_of(3, (1, 1, 1), (1, 2, 4)), field_of(3, (2, 2), (1, 1))
    (15, 7)
    """
    field, jump = 1, 1
    for s, d in zip(strides, dilations):
        field += d * (k - 1) * jump
        jump *= s
    return field


def stacks(field: int, k: int | None = None, layers: int | None = None) -> list[Stack]:
    """Stacks whose last unit sees at least so many pixels along an axis.

    With one layer less, or where their number is given with a kernel or a dilation smaller by one, it
    would see fewer.

    Args:
        field: the receptive field to reach.
        k: the kernel; 3 unless it is given, or asked for by giving the layers alone.
        layers: how many layers there are; None where that is asked.

    Raises:
        UsageError: no stack of such layers reaches it.
    """
    if not 1 <= field <= MAX_FIELD:
        message = f"--rf {field}: is not a receptive field to reach; give 1 to {MAX_FIELD:,}"
        raise UsageError(message)
    if k == 1 and field > 1:
        message = f"--k 1: layers with a kernel of 1 never see more than one pixel, but {field:,} are asked for; give a larger kernel"
        raise UsageError(message)
    return list(_with_layers(field, k, layers) if layers else _with_kernel(field, k or 3))


def _with_kernel(field: int, k: int) -> Iterator[Stack]:
    """As many layers of this kernel as are needed, in each way."""
    plain = layers_to_field(field, k) or 1
    if plain <= 10_000:
        yield _stack("one after the other", k, (1,) * plain, (1,) * plain)
    number = 1
    while field_of(k, (2,) * number, (1,) * number) < field:
        number += 1
    yield _stack("stride 2 each", k, (2,) * number, (1,) * number)
    yield _stack("dilation doubled each time", k, (1,) * number, _doubled(number))


def _with_layers(field: int, k: int | None, layers: int) -> Iterator[Stack]:
    """So many layers, with the kernel or the dilation that is needed."""
    ones, twos = (1,) * layers, (2,) * layers
    if k is None:
        for way, strides, dilations in (
            ("one after the other", ones, ones),
            ("stride 2 each", twos, ones),
            ("dilation doubled each time", ones, _doubled(layers)),
        ):
            gain = field_of(2, strides, dilations) - 1  # for each cell more of the kernel
            yield _stack(way, -(-(field - 1) // gain) + 1, strides, dilations)
        return
    gain = field_of(k, ones, ones) - 1
    dilation = max(1, -(-(field - 1) // gain))
    yield _stack(f"dilation {dilation} in each", k, ones, (dilation,) * layers)


def _doubled(layers: int) -> tuple[int, ...]:
    """1, 2, 4 … for so many layers."""
    return tuple([2**place for place in range(layers)])


def _stack(way: str, k: int, strides: tuple[int, ...], dilations: tuple[int, ...]) -> Stack:
    """A stack with its field."""
    return Stack(way, len(strides), k, strides, dilations, field_of(k, strides, dilations))
