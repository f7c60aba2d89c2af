"""Stacks of equal layers that reach a receptive field: number of layers, kernel, dilation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from convcalc.errors import UsageError
from convcalc.solve.equation import layers_to_field

MAX_FIELD = 10**9


class Stack(NamedTuple):
    """Layers that reach a receptive field.

    Attributes:
        way: the method.
        layers: how many.
        k: their kernel.
        strides, dilations: of each layer, in order.
        field: the receptive field of a unit at the end.
        weights: weights of one channel in each layer: layers times kernel, for one axis.
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
    """Stacks whose last unit sees at least `field` pixels along an axis.

    With one layer less it would see fewer; if the number of layers is given, with a kernel or a
    dilation smaller by one.

    Args:
        field: the receptive field to reach.
        k: the kernel; 3 by default, or unknown if only the layers are given.
        layers: how many layers there are; None if unknown.

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
    """The needed number of layers with this kernel, by each method."""
    plain = layers_to_field(field, k) or 1
    if plain <= 10_000:
        yield _stack("one after the other", k, (1,) * plain, (1,) * plain)
    number = 1
    while field_of(k, (2,) * number, (1,) * number) < field:
        number += 1
    yield _stack("stride 2 each", k, (2,) * number, (1,) * number)
    yield _stack("dilation doubled each time", k, (1,) * number, _doubled(number))


def _with_layers(field: int, k: int | None, layers: int) -> Iterator[Stack]:
    """A number of layers, with the needed kernel or dilation."""
    ones, twos = (1,) * layers, (2,) * layers
    if k is None:
        for way, strides, dilations in (
            ("one after the other", ones, ones),
            ("stride 2 each", twos, ones),
            ("dilation doubled each time", ones, _doubled(layers)),
        ):
            gain = field_of(2, strides, dilations) - 1  # for each further cell of the kernel
            yield _stack(way, -(-(field - 1) // gain) + 1, strides, dilations)
        return
    gain = field_of(k, ones, ones) - 1
    dilation = max(1, -(-(field - 1) // gain))
    yield _stack(f"dilation {dilation} in each", k, ones, (dilation,) * layers)


def _doubled(layers: int) -> tuple[int, ...]:
    """1, 2, 4 … for a number of layers."""
    return tuple([2**place for place in range(layers)])


def _stack(way: str, k: int, strides: tuple[int, ...], dilations: tuple[int, ...]) -> Stack:
    """A stack with its field."""
    return Stack(way, len(strides), k, strides, dilations, field_of(k, strides, dilations))
