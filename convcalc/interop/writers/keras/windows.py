"""Padding of windows in Keras: a word if it is exactly equal, else a layer of zeros before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from convcalc.interop.writers.keras.said import Piece, layer, one
from convcalc.layers import Shape
from convcalc.layers.window import Axis


class Padded(NamedTuple):
    """How windows are padded.

    Attributes:
        word: the padding argument of the layer itself.
        pads: cells before and after, added by a layer before it; all 0 without such a layer.
    """

    word: str
    pads: tuple[tuple[int, int], ...]

    @property
    def is_there(self) -> bool:
        """Whether a layer before it is needed."""
        return any(side for pair in self.pads for side in pair)


def padded(windows: Sequence[Axis], sizes: Shape) -> Padded:
    """The padding with which windows give their sizes.

    Args:
        windows: the windows along each axis.
        sizes: the output sizes.
    """
    if all(map(_is_same, windows, sizes)):
        is_plain = all(
            _last_end(axis, o) <= axis.n and not axis.before for axis, o in zip(windows, sizes)
        )
        return Padded("valid" if is_plain else "same", ((0, 0),) * len(windows))
    pads = tuple([(axis.before, _after(axis, o)) for axis, o in zip(windows, sizes)])
    return Padded("valid", pads)


def _last_end(axis: Axis, o: int) -> int:
    """The end of the last window, in cells from the first padded one."""
    return (o - 1) * axis.s + axis.effective_kernel


def _is_same(axis: Axis, o: int) -> bool:
    """Whether Keras's "same" padding gives the same windows."""
    if o != -(-axis.n // axis.s):
        return False
    return axis.before == max(_last_end(axis, o) - axis.n, 0) // 2


def _after(axis: Axis, o: int) -> int:
    """Cells to add at the end: the given ones, unless these give other sizes."""
    needed = max(_last_end(axis, o) - axis.n - axis.before, 0)
    is_floor = axis._replace(after=axis.after).floor == o
    if not axis.before and not needed:
        return 0 if axis._replace(after=0).floor == o else axis.after
    return axis.after if is_floor else needed


def zeros(pads: Sequence[tuple[int, int]], ending: str = "_pad") -> Piece:
    """A layer that adds zeros."""
    return layer(f"layers.ZeroPadding{len(pads)}D", ("padding", sides(pads)), ending=ending)


def sides(pads: Sequence[tuple[int, int]]) -> Any:
    """Cells before and after in Keras's form: one number, one per axis, or pairs."""
    if len(pads) == 1:
        return one(pads[0])
    if all(before == after for before, after in pads):
        return one([before for before, _ in pads])
    return tuple(pads)
