"""Rows of a sweep, many at a time, as columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convcalc.solve.measures import MEASURES
from convcalc.solve.points import Misfit, Walker
from convcalc.solve.ranges import Box, Grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MAX_INT64 = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Block:
    """Points with their measures.

    Attributes:
        points: their numbers, in order.
        columns: for each measure the values of all points: int64 if all are numbers that fit,
            otherwise objects.
        walked: how many points there were, including points without a network and points left out.
        misfits: how many points have no network.
        first_misfit: the number of the first of these, and the reason.
    """

    points: Array
    columns: dict[str, Array]
    walked: int = 0
    misfits: int = 0
    first_misfit: tuple[int, str] | None = None

    def __len__(self) -> int:
        return len(self.points)

    def take(self, which: Array) -> Block:
        """Some of the points, by a mask or by their indices."""
        columns = {name: column[which] for name, column in self.columns.items()}
        return Block(self.points[which], columns, self.walked, self.misfits, self.first_misfit)

    def numbers(self, name: str, grid: Grid) -> Array:
        """The numbers of one measure or axis, for comparing points.

        Args:
            name: the name of a measure or an axis.
            grid: the axes.
        """
        if name not in self.columns:
            return axis_values(grid, self.points, name)
        column = self.columns[name]
        if column.dtype != object:
            return column
        values = column.tolist()  # most of them are one object
        number, kept = MEASURES[name].number, dict(zip(map(id, values), values))
        known = {key: number(value) for key, value in kept.items()}
        return array_of([known[key] for key in map(id, values)])


def array_of(values: Sequence[Any]) -> Array:
    """A column: int64 if all are whole numbers that fit, otherwise objects."""
    if all(type(value) is int and abs(value) <= MAX_INT64 for value in values):
        return np.array(values, np.int64)
    found = np.empty(len(values), object)
    found[:] = values
    return found


def axis_values(grid: Grid, points: Array, name: str) -> Array:
    """The values of an axis at some points.

    Args:
        grid: the axes.
        points: their numbers.
        name: the axis's name.
    """
    place = next(i for i, axis in enumerate(grid.axes) if axis.name == name)
    inner = 1
    for size in grid.sizes[place + 1 :]:
        inner *= size
    places = points // inner % grid.sizes[place]
    values = grid.axes[place].values
    if isinstance(values, range):
        return np.asarray(values.start + values.step * places)
    return np.asarray(array_of(values)[places])


def joined(blocks: Sequence[Block]) -> Block:
    """Several blocks as one, in order."""
    names = blocks[0].columns
    first = next((block.first_misfit for block in blocks if block.first_misfit), None)
    return Block(
        np.concatenate([block.points for block in blocks]),
        {name: _concatenated([block.columns[name] for block in blocks]) for name in names},
        sum([block.walked for block in blocks]),
        sum([block.misfits for block in blocks]),
        first,
    )


def _concatenated(columns: Sequence[Array]) -> Array:
    """Columns one after the other; int64 if all are."""
    return np.concatenate(columns)


def walked_one_by_one(walker: Walker, points: Sequence[int]) -> Block:
    """Some points, each walked separately.

    Args:
        walker: the sweep's walker.
        points: their numbers, in order.
    """
    setup = walker.setup
    kept: list[int] = []
    rows: list[list[Any]] = []
    misfits, first = 0, None
    for point in points:
        row = walker.measure(setup.grid.values(point))
        if isinstance(row, Misfit):
            first = first or (point, row.why)
            misfits += 1
        else:
            kept.append(point)
            rows.append(row)
    columns = zip(*rows) if rows else [()] * len(setup.measures)
    arrays = {name: array_of(column) for name, column in zip(setup.measures, columns)}
    return Block(np.array(kept, np.int64), arrays, len(points), misfits, first)


def points_of(grid: Grid, box: Box) -> range:
    """The numbers of the points of a box, which are consecutive."""
    size = 1
    for places in box:
        size *= len(places)
    start = grid.start(box)
    return range(start, start + size)
