"""The positions of a window: found by sliding it, never by a formula for the size.

A calculator computes ⌊(n + 2p − span)/s⌋ + 1. This module does not use that: it puts the window at
the start and moves it while it fits; the number of places is the size of the output.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Protocol

from convcalc.reference.checks import (
    Padding,
    Shape,
    listed,
    one_of,
    per_axis,
    walkable,
    whole,
)

FITS = ("floor", "strict", "ceil", "caffe")
WORDS = ("valid", "same", "same_lower", "full", "causal")


class Line(Protocol):
    """Common properties of windows on an input and stamps on an output."""

    @property
    def starts(self) -> range:
        """The first cell of each."""

    def cell(self, start: int, tap: int, /) -> int:
        """The cell under a tap."""

    def holds(self, cell: int, /) -> bool:
        """Whether the cell exists."""


@dataclass(frozen=True)
class Axis:
    """One spatial axis and the window's places on it.

    Attributes:
        size: cells of the input.
        kernel: taps of the window.
        stride: cells from one window to the next.
        dilation: cells from one tap to the next.
        before: padding cells before the input.
        after: padding cells after it.
        starts: first cell of each window, counted from the first padding cell.
    """

    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    starts: range

    @property
    def extent(self) -> int:
        """Cells from the first tap to the last, both included."""
        return extent(self.kernel, self.dilation)

    def cell(self, start: int, tap: int) -> int:
        """The input cell under a tap; outside 0 … size-1 it is padding."""
        return start + tap * self.dilation - self.before

    def holds(self, cell: int) -> bool:
        """Whether the cell is a real one, not padding."""
        return 0 <= cell < self.size

    def real_taps(self) -> int:
        """How many taps, over all windows, are on real cells."""
        read = (self.reading(tap)[0] for tap in range(self.kernel))
        return sum(windows.stop - windows.start for windows in read)

    def reading(self, tap: int, places: range | None = None) -> tuple[slice, slice]:
        """The windows whose tap is on a real cell, and the cells that they read.

        Both are slices, because windows are evenly spaced: window i of the first slice reads cell i
        of the second. With `places`, only those windows are used, counted from the first of them.
        """
        starts = self.starts if places is None else self.starts[places.start : places.stop]
        first = self.cell(starts[0], tap)
        cells = range(first, first + len(starts) * self.stride, self.stride)
        low, high = bisect_left(cells, 0), bisect_left(cells, self.size)  # the real ones
        if low == high:
            return slice(0, 0), slice(0, 0)
        return slice(low, high), slice(cells[low], cells[high - 1] + 1, self.stride)


def extent(kernel: int, dilation: int) -> int:
    """Cells covered by the taps, from the first to the last.

    >>> extent(3, 1), extent(3, 2), extent(1, 9)
    (3, 5, 1)
    """
    last = 0
    for _ in range(kernel - 1):
        last += dilation
    return last + 1


def starts_of(
    size: int, wide: int, stride: int, before: int, after: int, fit: str, *, clip: bool = True
) -> range:
    """Slide a window `wide` cells wide from the left edge; returns every allowed place.

    Args:
        size: cells of the input.
        wide: extent of the window.
        stride: cells from one place to the next.
        before: padding cells before the input.
        after: padding cells after it.
        fit: `floor` stops before a window goes past the end. `ceil` continues until the end is read,
            so the last window may go past the end, but none may start after the last real cell.
            `caffe` is ceil, but refuses such a start only with `clip`. `strict` is floor; the
            caller refuses unread cells.
        clip: for `caffe`: the layer has padding somewhere.

    >>> list(starts_of(32, 5, 3, 0, 0, "floor"))
    [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]
    >>> list(starts_of(6, 1, 2, 0, 0, "ceil")), list(starts_of(6, 1, 2, 0, 0, "caffe", clip=False))
    ([0, 2, 4], [0, 2, 4, 6])
    """
    padded = before + size + after
    start = 0
    while True:
        if fit in ("floor", "strict"):
            stands = start + wide <= padded
        else:
            # The previous window, or the edge, left cells unread, so a window is needed here.
            stands = start + wide - padded < stride
            if fit == "ceil" or clip:
                stands = stands and start < before + size
        if not stands:
            return range(0, start, stride)
        start += stride


def padding_pairs(
    owner: str, padding: Padding, spatial: Shape, kernel: Shape, stride: Shape, dilation: Shape
) -> tuple[tuple[int, int], ...]:
    """Cells before and after each axis.

    valid: none. full: the most for which the first and last window still touch a real cell.
    same: the least that allows as many windows as a window of one cell has (so the output does
    not depend on the kernel); an odd cell goes to the end, with same_lower to the front.
    causal: all at the front, so that the last tap of the first window is on the first cell.

    >>> padding_pairs("conv", "same", (13,), (6,), (5,), (1,))
    ((1, 2),)
    >>> padding_pairs("conv", [1, [0, 2]], (8, 8), (3, 3), (1, 1), (1, 1))
    ((1, 1), (0, 2))
    """
    axes = len(spatial)
    padding = listed(padding)
    if isinstance(padding, str):
        word = one_of(owner, "padding", padding, WORDS)
        if word == "causal" and axes != 1:
            message = f"{owner}: causal padding is for one spatial axis, not {axes}; give numbers"
            raise ValueError(message)
        wides = [extent(k, d) for k, d in zip(kernel, dilation, strict=True)]
        for wide in wides:
            walkable(owner, "the width of the window", wide)
        return tuple(
            _pair_for_word(word, n, wide, s)
            for n, wide, s in zip(spatial, wides, stride, strict=True)
        )
    if not isinstance(padding, Sequence):
        return ((whole(owner, "padding", padding, least=0),) * 2,) * axes
    if len(padding) != axes:
        message = (
            f"{owner}: padding has {len(padding)} entries for {axes} spatial axes; "
            f"give one number, {axes} numbers or {axes} [before, after] pairs"
        )
        raise ValueError(message)
    pairs = []
    for entry in padding:
        before, after = per_axis(owner, "padding", entry, 2, least=0)
        pairs.append((before, after))
    return tuple(pairs)


def _pair_for_word(word: str, size: int, wide: int, stride: int) -> tuple[int, int]:
    if word == "valid":
        return 0, 0
    if word == "full":
        cells = 0
        while cells + 1 < wide:  # with one more, the first window would still reach a real cell
            cells += 1
        return cells, cells
    if word == "causal":
        before = 0
        while wide - 1 - before > 0:  # the last tap of the first window is past cell 0
            before += 1
        return before, 0
    last = range(0, size, stride)[-1]  # the place of the last one-cell window
    total = 0
    while last + wide > size + total:
        total += 1
    less, more = total // 2, total - total // 2
    return (less, more) if word == "same" else (more, less)


def slide(
    owner: str,
    spatial: Shape,
    kernel_size: Shape,
    stride: object = 1,
    padding: Padding = 0,
    dilation: object = 1,
    fit: str = "floor",
) -> tuple[Axis, ...]:
    """The places of a window, axis by axis; refused if it fits nowhere.

    >>> [len(axis.starts) for axis in slide("conv", (32, 20), (5, 5), stride=[3, 1])]
    [10, 16]
    """
    axes = len(spatial)
    fit = one_of(owner, "fit", fit, FITS)
    strides = per_axis(owner, "stride", stride, axes)
    dilations = per_axis(owner, "dilation", dilation, axes)
    pairs = padding_pairs(owner, padding, spatial, kernel_size, strides, dilations)
    return _slide(owner, spatial, kernel_size, strides, pairs, dilations, fit)


@lru_cache(maxsize=32)  # because a network has the same layer many times
def _slide(
    owner: str,
    spatial: Shape,
    kernel_size: Shape,
    strides: Shape,
    pairs: tuple[tuple[int, int], ...],
    dilations: Shape,
    fit: str,
) -> tuple[Axis, ...]:
    padded_somewhere = any(before or after for before, after in pairs)
    found = []
    for number, (n, k, s, d, (before, after)) in enumerate(
        zip(spatial, kernel_size, strides, dilations, pairs, strict=True)
    ):
        wide = extent(k, d)
        walkable(owner, "the width of the padded map", before + n + after)
        starts = starts_of(n, wide, s, before, after, fit, clip=padded_somewhere)
        where = f"{before} + {n} + {after} = {before + n + after} cells of spatial axis {number}"
        if not starts:
            message = (
                f"{owner}: a window {wide} wide (kernel_size {k}, dilation {d}) does not fit the "
                f"{where}; raise padding or shrink the kernel"
            )
            raise ValueError(message)
        left = before + n + after - (starts[-1] + wide)
        if fit == "strict" and left:
            message = (
                f"{owner}: windows {wide} wide in steps of {s} leave {left} of the {where} unread; "
                "change stride or padding, or use fit floor or ceil"
            )
            raise ValueError(message)
        found.append(Axis(n, k, s, d, before, after, starts))
    return tuple(found)


def out_shape(axes: Sequence[Axis]) -> Shape:
    """How many windows each axis has."""
    return tuple(len(axis.starts) for axis in axes)


def under(axes: Iterable[Line], start: Shape, tap: Shape) -> Shape:
    """The cell under a tap of the window, or stamp, with this start."""
    return tuple(axis.cell(s, t) for axis, s, t in zip(axes, start, tap, strict=True))


def inside(axes: Iterable[Line], cell: Shape) -> bool:
    """Whether the cell is real on every axis: neither padding nor cut off."""
    return all(axis.holds(number) for axis, number in zip(axes, cell, strict=True))


def corners(axes: Sequence[Line]) -> Iterator[tuple[Shape, Shape]]:
    """Every output position with the start of its window, in row-major order."""
    positions = product(*(range(len(axis.starts)) for axis in axes))
    starts = product(*(axis.starts for axis in axes))
    yield from zip(positions, starts, strict=True)
