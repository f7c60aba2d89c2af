"""Depthwise convolution: y[c, m] = Σ over taps of weight[c, m, tap] · (map c, shifted to that tap).

A matrix product per channel would have only one row, and there are many channels. Instead, einsum
adds the shifted maps, with multiplication and addition in one pass. It is fast if its inner loop
runs over many neighbouring numbers in memory; two layouts make this so.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convcalc.reference.checks import Array
from convcalc.reference.gather import windows
from convcalc.reference.tally import Tally
from convcalc.reference.windows import Axis, out_shape

DEPTHWISE_TILE = 1 << 18
"""Numbers worked on at once: 1 MiB of float32, or the copies of one map if that is more …"""

LARGEST_COPIES = 1 << 24
"""… but a map whose copies have more than this, 64 MiB of float32, is left to im2col's tiles."""


def small_enough(axes: tuple[Axis, ...]) -> bool:
    """Whether the copies of one map, one per tap of its last axis, are small enough to be made."""
    *lead, last = axes
    return last.kernel * prod(_extents(lead)[0]) * len(last.starts) <= LARGEST_COPIES


def depthwise(x: Array, weight: Array, axes: tuple[Axis, ...], y: Array, tally: Tally) -> None:
    """Fill y, (C · multiplier, *places), from x and weight, (C · multiplier, 1, *taps)."""
    kernel = tuple(axis.kernel for axis in axes)
    split = weight.reshape(len(x), len(weight) // len(x), *kernel)
    target = y.reshape(*split.shape[:2], *y.shape[1:])
    if prod(out_shape(axes)) < len(x):
        _across_channels(x, split, axes, target, tally)
    else:
        _along_rows(x, split, axes, target, tally)


def _summed(read: Array, weight: Array, into: Array, tally: Tally) -> None:
    """into[c, m, *places] = Σ over taps of read[c, *taps, *places] · weight[c, m, *taps]"""
    taps = list(range(2, weight.ndim))
    places = list(range(weight.ndim, read.ndim + 1))
    with np.errstate(all="ignore"):
        np.einsum(read, [0, *taps, *places], weight, [0, 1, *taps], [0, 1, *places], out=into)
    tally.macs += read.size * weight.shape[1]


def _extents(axes: Sequence[Axis]) -> tuple[list[int], tuple[slice, ...], tuple[slice, ...]]:
    """Padded cells that windows read on each axis, the real cells in x, and where these go."""
    rows = [axis.starts[-1] + axis.extent for axis in axes]
    real = [max(0, min(axis.size, row - axis.before)) for axis, row in zip(axes, rows, strict=True)]
    inside = (slice(axis.before, axis.before + n) for axis, n in zip(axes, real, strict=True))
    return rows, tuple(slice(n) for n in real), tuple(inside)


def _channels_last(array: Array) -> Array:
    """The same array with its first axis innermost in memory."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, 0, -1)), -1, 0)


def _across_channels(
    x: Array, weight: Array, axes: tuple[Axis, ...], into: Array, tally: Tally
) -> None:
    """Many small maps: channels are neighbours in memory, and the inner loop runs over them."""
    rows, real, inside = _extents(axes)
    room = np.zeros((*rows, len(x)), dtype=x.dtype)
    room[inside] = np.moveaxis(x[(slice(None), *real)], 0, -1)
    read = windows(np.moveaxis(room, -1, 0), axes)
    made = np.moveaxis(np.empty((*into.shape[1:], len(into)), dtype=into.dtype), -1, 0)
    _summed(read, _channels_last(weight), made, tally)
    into[...] = made


def _along_rows(x: Array, weight: Array, axes: tuple[Axis, ...], into: Array, tally: Tally) -> None:
    """Large maps: the inner loop runs over whole maps, a few channels at a time.

    A map is copied once per tap of its *last* axis, so that the rows of the output follow each other;
    the taps of the other axes then only change where reading starts, and with a stride of 1 the
    rows of a map are one long row.
    """
    *lead, last = axes
    places = out_shape(axes)
    if lead and lead[-1].stride == 1:
        places = (*places[:-2], places[-2] * places[-1])
    into = into.reshape(*into.shape[:2], *places)
    # Read and weight have the last tap before the others; the order does not matter in a sum.
    weight = np.moveaxis(weight, -1, 2)

    # Only real cells are written; the zeros around them are reused for every block of maps.
    rows, real, inside = _extents(lead)
    each = last.kernel * prod(rows) * len(last.starts)
    together = min(len(x), max(1, DEPTHWISE_TILE // each))
    buffer = np.zeros((together, last.kernel, *rows, len(last.starts)), dtype=x.dtype)
    every = _lead_windows(buffer, lead)
    every = every.reshape(*every.shape[: 1 + len(axes)], *places)  # still the same memory
    taps = [(tap, *last.reading(tap)) for tap in range(last.kernel)]
    for first in range(0, len(x), together):
        some = slice(first, min(first + together, len(x)))
        here = slice(0, some.stop - first)
        for tap, filled, cells in taps:
            written: tuple[Any, ...] = (here, tap, *inside, filled)
            buffer[written] = x[(some, *real, cells)]
        _summed(every[here], weight[some], into[some], tally)


def _lead_windows(shifts: Array, lead: list[Axis]) -> Array:
    """A view (C, last tap, *other taps, *places) of (C, last tap, *other cells, last place)."""
    if not lead:
        return shifts
    n = len(lead)
    every = sliding_window_view(shifts, [a.extent for a in lead], axis=tuple(range(2, 2 + n)))
    places = tuple(slice(None, None, axis.stride) for axis in lead)
    taps = tuple(slice(None, None, axis.dilation) for axis in lead)
    chosen = every[(slice(None), slice(None), *places, slice(None), *taps)]
    return chosen.transpose(0, 1, *range(3 + n, 3 + 2 * n), *range(2, 3 + n))
