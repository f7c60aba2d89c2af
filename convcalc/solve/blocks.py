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
    """Points with what is told of them.

    Attributes:
        points: their numbers, in order.
        columns: by the name of a measure a value for each point: int64 where all are numbers that
            fit, otherwise objects.
        walked: how many points there were, with those that do not fit and those left out.
        misfits: at how many points there is no network.
        first_misfit: the number of the first of these, and why there is none.
    """

    points: Array
    columns: dict[str, Array]
    walked: int = 0
    misfits: int = 0
    first_misfit: tuple[int, str] | None = None

    def __len__(self) -> int:
        return len(self.points)

    def take(self, which: Array) -> Block:
        """Some of the points, by a mask or by their places."""
        columns = {name: column[which] for name, column in self.columns.items()}
        return Block(self.points[which], columns, self.walked, self.misfits, self.first_misfit)

    def numbers(self, name: str, grid: Grid) -> Array:
        """The numbers by which points are compared.

        Args:
            name: of a measure, or of an axis.
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
    """A column: int64 where all are whole numbers that fit, otherwise objects."""
    if all(type(value) is int and abs(value) <= MAX_INT64 for value in values):
        return np.array(values, np.int64)
    found = np.empty(len(values), object)
    found[:] = values
    return found


def axis_values(grid: Grid, points: Array, name: str) -> Array:
    """The values that an axis has at some points.

    Args:
        grid: the axes.
        points: their numbers.
        name: of the axis.
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
    """Several blocks as one, the first one's points first."""
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
    """Columns one after the other; int64 stays so where all are."""
    return np.concatenate(columns)


def walked_one_by_one(walker: Walker, points: Sequence[int]) -> Block:
    """Some points, each walked by itself.

    Args:
        walker: of the sweep.
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
    """The numbers of the points of a box, which are one run."""
    size = 1
    for places in box:
        size *= len(places)
    start = grid.start(box)
    return range(start, start + size)
