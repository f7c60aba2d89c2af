"""Programs at many points at once, in NumPy's int64, and never beyond what that holds.

A piece of a grid keeps the values of each axis along a separate dimension, so that what depends on
few axes is worked out once for all others. Small arrays are worked out first and give exact bounds; from
these follow the bounds of the large ones, and whether all numbers fit into 64 bits.
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

SMALL = 4_096  # numbers of an array that is worked out for its bounds
CHUNK = 32_768  # numbers of a part of a large array, which stays in the processor's cache
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
    """What a program calculates at one point, by its places, in Python's numbers, which have no end.

    Args:
        program: what is calculated.
        values: of the axes of whole numbers.

    Returns:
        None where it does not hold; a number that is divided by 0 is None.
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
    """A number may not fit into 64 bits, or be divided by 0; fewer points at once may do."""


class Frame:
    """A program at the points of a piece.

    Args:
        program: what is calculated.
        values: for each axis of whole numbers its values, in an array with as many dimensions as there are.
        shape: of all of them together.

    Attributes:
        masks: for each dimension of the shape at which places the guards hold that depend on it alone.
        heavy: the guards that depend on more.
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

    # --------------------------------------------------------------------- what is small

    def _prepare(self) -> None:
        """Work out small arrays, and the bounds of all."""
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
        """Work out the bounds of an operation, and its array if that is small."""
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
        """Numbers of what arrays make together."""
        size = 1
        for sides in zip(*[array.shape for array in arrays if isinstance(array, np.ndarray)]):
            size *= max(sides)
        return size

    def _look(self, guard: tuple[str, int, int, bool]) -> None:
        """Find out where a guard holds, if that needs small arrays only."""
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
        """The masks of dimensions at some of whose places a guard does not hold."""
        return {axis: mask for axis, mask in self.masks.items() if not mask.all()}

    # --------------------------------------------------------------------- what is large

    def results(self) -> tuple[Array | None, list[Array]]:
        """Where the program holds, None for everywhere; and of each number that is told those of all points.

        Raises:
            UnsafeError: some number may not fit.
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
        """The places of large arrays on which some depend, in order."""
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
        """What gives the arrays of a part of the piece, by their places."""
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
