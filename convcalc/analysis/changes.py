"""Small changes of a layer that make its window fit."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from convcalc.errors import ShapeError
from convcalc.layers import LETTERS, Layer, Shape
from convcalc.layers.options import options_of

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_TRIED = 1000  # strides and paddings that are tried


class Change(NamedTuple):
    """A small change that makes a window fit.

    Attributes:
        option: what to change: an option, or ``input`` for the input's size.
        values: its new value along each axis.
        size: the output size along the axis that did not fit.
    """

    option: str
    values: tuple[int, ...]
    size: int

    def __str__(self) -> str:
        letter = LETTERS.get(self.option, "n")
        shown = self.values[:1] if len(set(self.values)) == 1 else self.values
        return f"--{letter} {'x'.join(map(str, shown))} ({self.size})"

    def __repr__(self) -> str:
        return f"<Change {self}>"


def what_fits(layer: Layer, shape: Shape) -> list[Change]:
    """Small changes that make the window fit along the first axis on which it does not.

    Empty if it already fits, or the layer has no window.
    """
    axes = layer.windows(shape)
    place = next((place for place, axis in enumerate(axes) if not axis.fits), None)
    if place is None:
        return []
    axis = axes[place]
    symmetric = all(each.before == each.after for each in axes)
    tried: tuple[tuple[str, str, int, Iterable[int]], ...] = (
        ("stride", "s", 2, range(1, min(axis.s, MAX_TRIED) + 3)),
        ("input", "n", 2, (axis.n - axis.unread, axis.n - axis.unread + axis.s)),
        ("kernel_size", "k", 1, (axis.k - 1, axis.k + 1)),
        ("padding", "before", 1, range(min(axis.k, MAX_TRIED)) if symmetric else ()),
    )
    found: list[Change] = []
    for option, letter, limit, numbers in tried:
        if option != "input" and option not in options_of(type(layer)):
            continue
        now = [getattr(each, letter) for each in axes]
        values = (
            tuple([number if each == axis else old for each, old in zip(axes, now)])
            for number in numbers
            if number != now[place]
        )
        fitting = (_change(layer, shape, option, each, place) for each in values)
        found += islice(filter(None, fitting), limit)
    return found


def _change(
    layer: Layer, shape: Shape, option: str, values: tuple[int, ...], place: int
) -> Change | None:
    """A change, if the window fits with it along the axis at ``place``."""
    if option == "input":
        shape = (shape[0], *values)
    else:
        layer = replace(layer, **{option: values})
    try:
        layer.check(shape)
    except ShapeError:
        return None
    if min(shape) < 1 or not layer.windows(shape)[place].fits:
        return None
    return Change(option, values, layer.out_shape(shape)[1 + place])
