"""The largest points of a grid that fit: points without a larger point that fits.

A point has the index of a value for each axis, from 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

Point = tuple[int, ...]
Places = tuple[int, int]
"""The first place along an axis, and the one after the last."""


def largest_rising(
    sizes: Sequence[int],
    fits: Callable[[Point], bool | None],
    places: Callable[[Point], Places] | None = None,
) -> list[Point] | None:
    """The largest points that fit, if every point above one that does not fit does not fit either.

    Uses bisection along the last axis, up to the end of the smaller line.

    Args:
        sizes: the number of places of each axis.
        fits: whether a point fits; None if there is no network.
        places: returns the places of the last axis to try, for places of the others; all by default.

    Returns:
        The points; None if some point has no network, so that bisection is not reliable.

    >>> largest_rising([3, 4], lambda point: point[0] + point[1] <= 3)
    [(0, 3), (1, 2), (2, 1)]
    """
    *others, last = sizes
    best: dict[Point, int] = {}
    ends: dict[Point, int] = {}  # the first place that is too much
    for start in product(*map(range, others)):
        smaller = [ends[moved(start, axis, -1)] for axis in range(len(start)) if start[axis]]
        ends[start] = min(smaller, default=last)
        first, end = places(start) if places else (0, last)
        low, high = first - 1, min(end, ends[start]) - 1
        middle = high
        while low < high:
            found = fits((*start, middle))
            if found is None:
                return None
            if found:
                low = middle
            else:
                high, ends[start] = middle - 1, middle
            middle = (low + high + 1) // 2
        if first <= low:
            best[start] = low
    points = [(*start, place) for start, place in best.items()]
    return [point for point in points if not any(_is_within(point, other) for other in points)]


def largest_of_all(sizes: Sequence[int], fits: Callable[[Point], bool | None]) -> list[Point]:
    """The largest points that fit, by trying every point that is not below another one that fits.

    >>> largest_of_all([2, 3], lambda point: point in ((0, 2), (1, 0), (0, 0)))
    [(1, 0), (0, 2)]
    """
    covered: set[Point] = set()
    found = []
    for point in product(*[range(size - 1, -1, -1) for size in sizes]):
        is_within = any(moved(point, axis, 1) in covered for axis in range(len(point)))
        if is_within or fits(point):
            covered.add(point)
            found += [] if is_within else [point]
    return found


def lines(sizes: Sequence[int], places: Callable[[Point], Places] | None = None) -> int:
    """The number of lines of the last axis to try."""
    if places is None:
        return math.prod(sizes[:-1])
    found = map(places, product(*map(range, sizes[:-1])))
    return sum([first < end for first, end in found])


def moved(point: Point, axis: int, by: int) -> Point:
    """The point some places further along an axis.

    >>> moved((1, 2), 0, 1)
    (2, 2)
    """
    return (*point[:axis], point[axis] + by, *point[axis + 1 :])


def _is_within(point: Point, other: Point) -> bool:
    """Whether another point is larger: nowhere less, and more on some axis."""
    return point != other and all(a <= b for a, b in zip(point, other))
