"""Blocks of a sweep by programs: a few walks are recorded, and repeated for all other points."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np

from convcalc.solve.blocks import Block, array_of, points_of
from convcalc.solve.evaluate import Frame, UnsafeError, exactly
from convcalc.solve.pieces import pieces_of
from convcalc.solve.points import Misfit
from convcalc.solve.program import Whole, traced

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from convcalc.solve.pieces import Piece
    from convcalc.solve.points import Walker
    from convcalc.solve.program import Program, Told
    from convcalc.solve.ranges import Axis, Box

    Array = NDArray[Any]

FEW = 40  # fewer points are faster to walk one by one than to trace
_ONE_BY_ONE = 256  # if numbers may be too large: this many points are faster to compute one by one than to divide
LEAST = 6  # least points for which an existing program is searched
KEPT = 64  # most programs kept for other boxes
# After this many traced walks, each must have replaced this many points.
_TRIED, _WORTH = 24, 40
_KEPT_BYTES = 2**24
_MOST = 2**53  # largest number of an axis
_OPEN, _DONE, _MISFIT = 0, 1, 2


class _Work:
    """The columns of a box, filled step by step."""

    def __init__(self, size: int, names: Sequence[str]) -> None:
        self.size = size
        self.state = np.zeros(size, np.uint8)
        self.columns: dict[str, Array] = {}
        self.names = names

    def whole(self, columns: Sequence[Array]) -> None:
        """All columns at once."""
        self.columns = dict(zip(self.names, columns))

    def put(self, name: str, where: Any, values: Any) -> None:
        """Fill some places of a column; its type becomes object if numbers do not suffice."""
        if name not in self.columns:
            self.columns[name] = np.zeros(self.size, np.int64)
        column = self.columns[name]
        if isinstance(values, np.ndarray) and values.dtype == object and column.dtype != object:
            column = self.columns[name] = column.astype(object)
        column[where] = values


class Engine:
    """Computes boxes of a sweep.

    Args:
        walker: the sweep's walker.

    Attributes:
        axes: the axes whose values are whole numbers, or decimals.
        is_slow: whether programs turned out to be too slow.
        traces: how many walks were traced.
        distrusted: programs with another result than a walk; there should be none.
    """

    def __init__(self, walker: Walker) -> None:
        self.walker, self.grid = walker, walker.setup.grid
        self.names = walker.setup.measures
        self.axes = {
            place: whole for place, axis in enumerate(self.grid.axes) if (whole := _whole(axis))
        }
        self.is_slow = not self.axes
        self.traces = self.covered = self.distrusted = 0
        self._programs: dict[tuple[int, ...], list[Program]] = {}
        # After so much memory was allocated and freed, the C library keeps the memory of freed smaller
        # arrays, instead of getting it from the system again, page by page.
        np.empty(_KEPT_BYTES, np.uint8)

    def probe(self) -> None:
        """Find out at the first point whether walks can be traced."""
        if not self.is_slow and self.grid.size >= FEW:
            self._program([0] * len(self.grid.axes))

    # ------------------------------------------------------------------------- one box

    def block(self, box: Box) -> Block:
        """All points of a box."""
        points = points_of(self.grid, box)
        work = _Work(len(points), self.names)
        waiting = pieces_of(box, [axis in self.axes for axis in range(len(box))])
        while waiting:
            waiting += self._fill(work, waiting.pop())
        return self._block(work, points)

    def _block(self, work: _Work, points: range) -> Block:
        """The result as a block."""
        numbers = np.arange(points.start, points.stop)
        columns = {name: work.columns.get(name, np.zeros(0, np.int64)) for name in self.names}
        misfits = np.flatnonzero(work.state == _MISFIT)
        if not len(misfits):
            return Block(numbers, columns, len(points))
        point = int(numbers[misfits[0]])
        why = self.walker.measure(self.grid.values(point))
        first = point, why.why if isinstance(why, Misfit) else ""
        fits = work.state == _DONE
        if work.columns:
            columns = {name: column[fits] for name, column in columns.items()}
        return Block(numbers[fits], columns, len(points), len(misfits), first)

    # ----------------------------------------------------------------------- one piece

    def _fill(self, work: _Work, piece: Piece) -> list[Piece]:
        """Compute a piece or a part of it; returns the remaining pieces."""
        program = None
        if piece.size >= LEAST and not self.is_slow:
            program = self._program(piece.first, trace=piece.size >= FEW)
        if program is None:
            self._walk(work, piece)
            return []
        frame = Frame(program, self._numbers(piece), piece.shape)
        split = frame.split()
        if split:
            return piece.parted(split)
        try:
            holds, found = frame.results()
        except UnsafeError:
            if piece.size >= 2 * _ONE_BY_ONE:
                return piece.halves()
            return self._one_by_one(work, program, piece)
        self.covered += piece.size
        if holds is None or holds.all():
            self._put(work, program, piece, [array.reshape(-1) for array in found])
            return []
        self._put(work, program, piece.chosen(holds), [array[holds] for array in found])
        return [piece.chosen(~holds)]

    def _one_by_one(self, work: _Work, program: Program, piece: Piece) -> list[Piece]:
        """Compute a piece whose numbers may be too large for NumPy; returns the remaining points."""
        places = [place for told in program.told or () for place in told.places]
        axes = [
            np.broadcast_to(array, piece.shape).reshape(-1).tolist()
            for array in self._numbers(piece).values()
        ]
        rows = []
        for values in zip(*axes):
            known = exactly(program, dict(zip(self.axes, values)))
            rows.append(None if known is None else [known[place] for place in places])
        holding = [row for row in rows if row is not None]
        if not holding or any(None in row for row in holding):
            self._walk(work, piece)
            return []
        holds = np.array([row is not None for row in rows]).reshape(piece.shape)
        found = [array_of(column) for column in zip(*holding)]
        self.covered += len(holding)
        whole = bool(holds.all())
        self._put(work, program, piece if whole else piece.chosen(holds), found)
        return [] if whole else [piece.chosen(~holds)]

    def _put(self, work: _Work, program: Program, piece: Piece, found: list[Array]) -> None:
        """Store a program's results for all points of a piece."""
        numbers = iter(found)
        columns = [
            _column(told, [next(numbers) for _ in told.places], piece.size)
            for told in program.told or ()
        ]
        if not program.is_checked:
            program.is_checked = True
            row = [column.tolist()[-1] for column in columns] if program.told is not None else None
            if not self._agrees(row, self._values(piece.last)):
                self._walk(work, piece)
                return
        if piece.is_whole:
            work.state.fill(_MISFIT if program.told is None else _DONE)
            work.whole(columns)
            return
        where = piece.numbers.reshape(-1)
        work.state[where] = _MISFIT if program.told is None else _DONE
        for name, column in zip(self.names, columns):
            work.put(name, where, column)

    def _walk(self, work: _Work, piece: Piece) -> None:
        """Walk all points of a piece one by one."""
        rows, kept = [], []
        for number, places in piece.points():
            row = self.walker.measure(self._values(places))
            if isinstance(row, Misfit):
                work.state[number] = _MISFIT
            else:
                work.state[number] = _DONE
                kept.append(number)
                rows.append(row)
        for name, column in zip(self.names, zip(*rows)):
            work.put(name, kept, array_of(column))

    # --------------------------------------------------------------------- programs

    def _numbers(self, piece: Piece) -> dict[int, Array]:
        """The values of the axes of whole numbers, for each point of a piece."""
        found = {}
        for axis, whole in self.axes.items():
            values, places = self.grid.axes[axis].values, piece.places[axis]
            if isinstance(values, range):
                found[axis] = np.asarray(values.start + values.step * places)
            else:
                found[axis] = np.array(list(map(whole.above, values)), np.int64)[places]
        return found

    def _values(self, places: Sequence[int]) -> list[Any]:
        """The values of all axes at a point."""
        return [axis.values[place] for axis, place in zip(self.grid.axes, places)]

    def _program(self, first: list[int], *, trace: bool = True) -> Program | None:
        """A program that is valid at a point; None if there is none.

        Args:
            first: the indices of its values.
            trace: whether a new program may be made.
        """
        key = tuple([place for axis, place in enumerate(first) if axis not in self.axes])
        known = self._programs.setdefault(key, [])
        values = self._values(first)
        for number, program in enumerate(known):
            points = {axis: whole.above(values[axis]) for axis, whole in self.axes.items()}
            if exactly(program, points) is not None:
                known.insert(0, known.pop(number))
                return program
        if not trace:
            return None
        if self.traces >= _TRIED and self.covered < _WORTH * self.traces:
            self.is_slow = True
            return None
        return self._traced(key, values)

    def _traced(self, key: tuple[int, ...], values: list[Any]) -> Program | None:
        """A new program, compared with a walk."""
        self.traces += 1
        try:
            program = traced(self.walker, values, self.axes)
        except (TypeError, AttributeError, ValueError, OverflowError, ZeroDivisionError):
            self.is_slow = True  # some code takes only plain numbers
            return None
        points = {
            axis: np.array([whole.above(values[axis])], np.int64)
            for axis, whole in self.axes.items()
        }
        try:
            numbers = iter(Frame(program, points, (1,)).results()[1])
        except UnsafeError:  # such points are walked
            numbers = None
        if numbers is not None:
            told = program.told or ()
            row = [_column(each, [next(numbers) for _ in each.places], 1)[0] for each in told]
            if not self._agrees(row if program.told is not None else None, values):
                return None
        if sum(map(len, self._programs.values())) >= KEPT:
            self._programs.clear()
        self._programs.setdefault(key, []).insert(0, program)
        return program

    def _agrees(self, row: list[Any] | None, values: list[Any]) -> bool:
        """Whether a program and a walk agree at a point; if not, no program is used any more.

        Args:
            row: the program's measures; None if it says that there is no network.
            values: the point's values.
        """
        walked = self.walker.measure(values)
        if walked == row or (row is None and isinstance(walked, Misfit)):
            return True
        self.distrusted += 1
        self.is_slow = True
        return False


def _whole(axis: Axis) -> Whole | None:
    """The values of an axis as whole numbers; None if they are not."""
    values = axis.values
    if isinstance(values, range):
        found = Whole(min(values[0], values[-1]), max(values[0], values[-1]))
    elif any(isinstance(value, bool | str | tuple) for value in values):
        return None
    else:
        below = lcm(*[value.denominator for value in values])
        above = [int(value * below) for value in values]
        found = Whole(min(above), max(above), below)
    return found if max(abs(found.least), abs(found.most), found.below) < _MOST else None


def _column(told: Told, arrays: list[Array], size: int) -> Array:
    """The values of a measure."""
    if told.is_shape:
        found = np.empty(size, object)
        found[:] = list(zip(*[array.tolist() for array in arrays]))
        return found
    if arrays:
        return arrays[0]
    if type(told.value) is int and abs(told.value) < 2**63:
        return np.full(size, told.value, np.int64)
    found = np.empty(size, object)
    found.fill(told.value)
    return found
