"""Operations of several tools as layers: the kind with its options, or the cost per value.

Shapes are without the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convcalc.formulas import product

if TYPE_CHECKING:
    from convcalc.layers import Shape

Made = tuple[str, dict[str, Any]]
"""A kind and its options."""
Counts = dict[str, int]
"""Elementary operations."""

PER_VALUE: dict[str, Counts] = {
    "exp": {"exponentials": 1}, "log": {"exponentials": 1}, "erf": {"exponentials": 1}, "sin": {"exponentials": 1},
    "cos": {"exponentials": 1}, "log2": {"exponentials": 1}, "log1p": {"exponentials": 1, "adds": 1},
    "expm1": {"exponentials": 1, "adds": 1}, "sqrt": {"roots": 1}, "rsqrt": {"roots": 1, "divisions": 1},
    "reciprocal": {"divisions": 1}, "square": {"multiplications": 1}, "sign": {"comparisons": 1},
    "neg": {}, "abs": {}, "floor": {}, "ceil": {}, "round": {}, "isnan": {}, "not": {}, "and": {}, "or": {}, "xor": {},
    "eq": {"comparisons": 1}, "ne": {"comparisons": 1}, "lt": {"comparisons": 1}, "le": {"comparisons": 1},
    "gt": {"comparisons": 1}, "ge": {"comparisons": 1}, "where": {},
}  # fmt: skip
"""What operations that are no kind cost for each value; nothing where only signs and digits change."""

_CLIPS = {(0, 6): "relu6", (0, None): "relu", (-1, 1): "hardtanh"}
_FACTORS = 4  # powers up to this one are products


def power(exponent: float) -> Counts:
    """The cost per value of a power.

    >>> power(2), power(3), power(0.5), power(-1), power(1)
    ({'multiplications': 1}, {'multiplications': 2}, {'roots': 1}, {'divisions': 1}, {})
    """
    counts: Counts = {"divisions": 1} if exponent < 0 else {}
    size = abs(exponent)
    if size in (0, 1):
        return counts if size else {}
    if size <= _FACTORS and size == int(size):
        return {"multiplications": int(size) - 1, **counts}
    return {"roots": 1, **counts}


def clipped(least: float | None, most: float | None) -> Made | None:
    """A clip to two limits; None if there are no limits.

    >>> clipped(0, 6), clipped(0, None), clipped(0.5, None), clipped(None, None)
    (('relu6', {}), ('relu', {}), ('clip', {'min': 0.5}), None)
    """
    for limits, kind in _CLIPS.items():
        if limits == (least, most):
            return kind, {}
    options = {key: limit for key, limit in (("min", least), ("max", most)) if limit is not None}
    return ("clip", options) if options else None


def along(axis: int) -> dict[str, Any]:
    """The option of an axis, unless it is the channels."""
    return {"axis": axis} if axis else {}


def one_or_all(cells: Sequence[int]) -> int | tuple[int, ...]:
    """One number for all axes if they are equal."""
    return cells[0] if len(set(cells)) == 1 else tuple(cells)


def cut(axis: int, side: int, start: int, stop: int, step: int) -> dict[str, Any]:
    """The options of a slice, without those that change nothing.

    Args:
        axis: the axis of the slice.
        side: how many cells the axis has.
        start, stop, step: the cells of the slice.
    """
    options = along(axis)
    options |= {"start": start} if start else {}
    options |= {"stop": stop} if stop < side else {}
    return options | ({"step": step} if step > 1 else {})


def reshaped(before: Shape, shape: Shape) -> Made | None:
    """A reshape; None if the shape is the same.

    >>> reshaped((4, 6, 6), (144,)), reshaped((4, 6, 6), (4, 36))
    (('flatten', {}), ('flatten', {'start_axis': 1, 'end_axis': 2}))
    >>> reshaped((4, 6, 6), (6, 6, 4)), reshaped((4, 1, 6), (4, 6))
    (('reshape', {'shape': (6, 6, 4)}), ('reshape', {'shape': (4, 6)}))
    """
    if shape == before:
        return None
    if len(shape) == 1:
        return "flatten", {}
    fewer = len(before) - len(shape)
    if fewer > 0:  # neighbouring sides may have been multiplied
        for first in range(len(shape)):
            joined = before[first : first + fewer + 1]
            is_flat = shape == (*before[:first], product(joined), *before[first + fewer + 1 :])
            if is_flat and sum(side > 1 for side in joined) > 1:
                return "flatten", {"start_axis": first, "end_axis": first + fewer}
    return "reshape", {"shape": shape}


def padded(pairs: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """The options of a pad.

    Args:
        pairs: cells before and after, for the channels and then for each axis.
    """
    channels, *around = pairs
    options: dict[str, Any] = {"channels": channels} if any(channels) else {}
    if any(map(any, around)):
        is_one = len({cell for pair in around for cell in pair}) == 1
        options["padding"] = around[0][0] if is_one else tuple(around)
    return options


def resized(sizes: Sequence[int], scales: Sequence[float], mode: str, *, has_corners: bool) -> Made:
    """A map made larger or smaller.

    Args:
        sizes: the sizes of the output map.
        scales: the factor along each axis, if the operation has factors.
        mode: nearest, linear or cubic.
        has_corners: whether the corners of the two maps are aligned.
    """
    options: dict[str, Any] = {} if mode == "nearest" else {"mode": mode}
    corners: dict[str, Any] = {"align_corners": True} if has_corners else {}
    wholes = [int(scale) for scale in scales if scale >= 1 and scale == int(scale)]
    if not wholes or len(wholes) != len(sizes):
        return "resize", {"size": one_or_all(sizes), **options, **corners}
    if mode == "cubic" or has_corners:
        return "resize", {"scale": one_or_all(wholes), **options, **corners}
    return "upsample", {"scale_factor": one_or_all(wholes), **options}


def reads_its_place(before: Shape, shape: Shape) -> bool:
    """Whether a copy that repeats whole maps keeps every value at its position.

    >>> reads_its_place((1, 6, 5), (4, 6, 5)), reads_its_place((4, 1, 1), (4, 6, 5))
    (True, False)
    """
    return len(before) == len(shape) and before[1:] == shape[1:]
