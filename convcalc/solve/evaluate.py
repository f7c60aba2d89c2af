"""Programs at many points at once, in NumPy's int64, never beyond its range.

A piece of a grid has the values of each axis along a separate dimension, so that numbers that depend
on few axes are computed once for all others. Small arrays are computed first and give exact bounds;
these give the bounds of the large ones, and whether all numbers fit into 64 bits.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from convcalc.bounds import answer_of, bounds_of
from convcalc.solve.ranges import Axis, Grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from convcalc.solve.program import Program

    Array = NDArray[Any]

SMALL = 4_096  # largest array that is computed for its bounds
CHUNK = 32_768  # numbers in a part of a large array; a part fits into the processor's cache
MAX_BOUND = 2**62
_UNKNOWN = (None, None)

_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "//": np.floor_divide,
    "%": np.remainder,
    "max": np.maximum,
    "min": np.minimum,
    "neg": lambda one, _: -one,
    "abs": lambda one, _: np.abs(one),
}
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": np.equal,
    "<": np.less,
    "<=": np.less_equal,
}


EXACT: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "max": max,
    "min": min,
    "neg": lambda one, _: -one,
    "abs": lambda one, _: abs(one),
}
ASKED: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
}


def exactly(program: Program, values: Mapping[int, int]) -> dict[int, Any] | None:
    """A program's numbers at one point, by place, in Python's unlimited integers.

    Args:
        program: the program.
        values: the values of the axes of whole numbers.

    Returns:
        None if the program is not valid there; a number divided by 0 is None.
    """
    operations = program.tape.operations
    known: dict[int, Any] = {}
    for place in program.needed:
        sign, one, other = operations[place]
        if sign == "const":
            known[place] = one
        elif sign == "var":
            known[place] = values[one]
        else:
            try:
                known[place] = EXACT[sign](known[one], known[other])
            except (ZeroDivisionError, TypeError):
                known[place] = None
    for sign, one, other, answer in program.guards:
        a, b = known[one], known[other]
        if a is None or b is None or ASKED[sign](a, b) is not answer:
            return None
    return known


class UnsafeError(Exception):
    """A number may not fit into 64 bits, or be divided by 0; fewer points at once may work."""


class Frame:
    """A program at the points of a piece.

    Args:
        program: the program.
        values: the values of each axis of whole numbers, in an array with one dimension per axis.
        shape: their common shape.

    Attributes:
        masks: for each dimension, the places where the guards that depend only on it are true.
        heavy: the guards that need large arrays, or depend on more dimensions.
    """

    def __init__(
        self, program: Program, values: Mapping[int, Array], shape: tuple[int, ...]
    ) -> None:
        self.program, self.values, self.shape = program, values, shape
        self.arrays: dict[int, Any] = {}
        self.bounds: dict[int, Any] = {}
        self._sizes: dict[tuple[int, ...], int] = {}
        self._prepare()
        self.masks: dict[int, Array] = {}
        self.heavy: list[tuple[str, int, int, bool]] = []
        for guard in program.guards:
            self._look(guard)

    # --------------------------------------------------------------------- small arrays

    def _prepare(self) -> None:
        """Compute small arrays, and the bounds of all."""
        operations = self.program.tape.operations
        arrays, bounds = self.arrays, self.bounds
        for place in self.program.needed:
            sign, one, other = operations[place]
            if sign == "const":
                bounds[place] = (one, one)
                arrays[place] = one if abs(one) <= MAX_BOUND else None
            elif sign == "var":
                arrays[place] = values = self.values[one]
                bounds[place] = int(values.min()), int(values.max())
            else:
                self._operate(place, sign, one, other)

    def _operate(self, place: int, sign: str, one: int, other: int) -> None:
        """Compute the bounds of an operation, and its array if that is small."""
        low, high = bounds_of(sign, self.bounds[one], self.bounds[other])
        if low is None or high is None or low < -MAX_BOUND or high > MAX_BOUND:
            self.bounds[place] = _UNKNOWN
            return
        self.bounds[place] = low, high
        a, b = self.arrays.get(one), self.arrays.get(other)
        if a is None or b is None or self._size(a, b) > SMALL:
            return
        found = self.arrays[place] = _OPERATIONS[sign](a, b)
        if found.size <= SMALL:
            self.bounds[place] = int(found.min()), int(found.max())

    def _size(self, *arrays: Any) -> int:
        """The size of the result of arrays."""
        size = 1
        for sides in zip(*[array.shape for array in arrays if isinstance(array, np.ndarray)]):
            size *= max(sides)
        return size

    def _look(self, guard: tuple[str, int, int, bool]) -> None:
        """Find out where a guard is true, if that needs only small arrays."""
        sign, one, other, answer = guard
        known = answer_of(sign, self.bounds[one], self.bounds[other])
        if known is answer:
            return
        if self.bounds[one] == _UNKNOWN or self.bounds[other] == _UNKNOWN:
            self.heavy.append(guard)
            return
        a, b = self.arrays.get(one), self.arrays.get(other)
        if a is None or b is None or self._size(a, b) > SMALL:
            self.heavy.append(guard)
            return
        holds = np.asarray(_COMPARISONS[sign](a, b) == answer)
        wide = [place for place, side in enumerate(holds.shape) if side > 1]
        if len(wide) > 1:
            if not holds.all():
                self.heavy.append(guard)
            return
        axis = wide[0] if wide else 0
        flat = holds.reshape(-1)
        before = self.masks.get(axis)
        self.masks[axis] = flat if before is None else before & flat

    def split(self) -> dict[int, Array]:
        """The masks of dimensions with places where a guard is false."""
        return {axis: mask for axis, mask in self.masks.items() if not mask.all()}

    # --------------------------------------------------------------------- large arrays

    def results(self) -> tuple[Array | None, list[Array]]:
        """Where the program is valid (None for everywhere), and each measured number at all points.

        Raises:
            UnsafeError: a number may not fit.
        """
        program, shape = self.program, self.shape
        places = [place for told in program.told or () for place in told.places]
        guarded = [place for guard in self.heavy for place in guard[1:3]]
        for place in (*places, *guarded):
            if self.bounds[place] == _UNKNOWN:
                raise UnsafeError
        found = [np.empty(shape, np.int64) for _ in places]
        holds = np.ones(shape, bool) if self.heavy else None
        large = self._large([*places, *guarded])
        for part in _parts(shape):
            arrays = self._part(large, part)
            for array, place in zip(found, places):
                array[part] = arrays(place)
            for sign, one, other, answer in self.heavy:
                assert holds is not None
                holds[part] &= _COMPARISONS[sign](arrays(one), arrays(other)) == answer
        return holds, found

    def _large(self, ends: list[int]) -> list[int]:
        """The places of the large arrays that some places need, in order."""
        operations = self.program.tape.operations
        found: set[int] = set()
        waiting = [place for place in ends if self.arrays.get(place) is None]
        while waiting:
            place = waiting.pop()
            if place in found:
                continue
            found.add(place)
            if self.bounds[place] == _UNKNOWN:
                raise UnsafeError
            _, one, other = operations[place]
            waiting += [part for part in (one, other) if self.arrays.get(part) is None]
        return sorted(found)

    def _part(self, large: list[int], part: tuple[slice, ...]) -> Callable[[int], Any]:
        """A function for the arrays of a part of the piece, by place."""
        operations = self.program.tape.operations
        known: dict[int, Any] = {}

        def array(place: int) -> Any:
            found = known.get(place)
            if found is None:
                found = known[place] = _cut(self.arrays[place], part)
            return found

        for place in large:
            sign, one, other = operations[place]
            known[place] = _OPERATIONS[sign](array(one), array(other))
        return array


def _cut(array: Any, part: tuple[slice, ...]) -> Any:
    """The part of an array that belongs to a part of the piece."""
    if not isinstance(array, np.ndarray):
        return array
    return array[
        tuple([each if side > 1 else slice(None) for side, each in zip(array.shape, part)])
    ]


def _parts(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    """Parts of an array of this shape, each of at most `CHUNK` numbers."""
    grid = Grid([Axis("", range(side)) for side in shape])
    for box in grid.boxes(CHUNK):
        yield tuple([slice(places.start, places.stop) for places in box])
