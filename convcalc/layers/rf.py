"""Receptive fields along one axis: what a unit sees, and how each sort of layer changes it.

A `Field` says that unit u of a map sees the pixels from ``start + u·stride`` on, ``size`` of them;
``start`` is minus the padding of Araujo, Norris & Sim (Distill 2019). After an upsampling the units
take turns: every ``period`` of them the pattern moves on by ``shift`` pixels. That is a `Phased`
field, which keeps the first and last pixel of each unit of one turn.

A *reach* says which cells of a layer's input one of its outputs reads: ``reads(first, last)`` for a
range of outputs, ``seen(field)`` for the field of the layer's output, given that of its input.
"""

from __future__ import annotations

from math import gcd, lcm
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc import formulas

if TYPE_CHECKING:
    from fractions import Fraction

MOST_PHASES = 512  # a turn of more units is not followed


class Field(NamedTuple):
    """The receptive field along one axis, in pixels; unit by unit it moves by ``stride``."""

    size: int
    stride: int
    start: int

    @property
    def period(self) -> int:
        """Units in a turn: each moves on like the one before."""
        return 1

    @property
    def shift(self) -> int:
        """Pixels by which the pattern moves from one turn to the next."""
        return self.stride

    @property
    def padding(self) -> int:
        """Pixels by which unit 0's field starts before the image."""
        return -self.start

    @property
    def doubled_center(self) -> int:
        """Twice the centre of unit 0's field."""
        return 2 * self.start + self.size - 1

    def sees(self, unit: int) -> tuple[int, int]:
        """The first and last pixel that a unit sees."""
        first = self.start + unit * self.stride
        return first, first + self.size - 1


class Phased(NamedTuple):
    """The receptive field along one axis where units take turns.

    Attributes:
        period: units in a turn.
        shift: pixels from one turn to the next.
        ranges: first and last pixel of each unit of the first turn; None for one that sees nothing.
    """

    period: int
    shift: int
    ranges: tuple[tuple[int, int] | None, ...]

    @property
    def size(self) -> int:
        """Pixels that the unit with the widest field sees."""
        return max((last - first + 1 for first, last in filter(None, self.ranges)), default=0)

    @property
    def stride(self) -> Fraction | int:
        """Pixels between neighbouring units, on the average."""
        from fractions import Fraction  # noqa: PLC0415 - 2 ms of start-up that few networks need

        stride = Fraction(self.shift, self.period)
        return stride.numerator if stride.denominator == 1 else stride

    @property
    def padding(self) -> int:
        """Pixels by which the first field starts before the image."""
        return -min((first for first, _ in filter(None, self.ranges)), default=0)

    @property
    def doubled_center(self) -> Fraction | int:
        """Twice the centre of unit 0's field, with the turn's ups and downs evened out."""
        places = [
            first + last - 2 * unit * self.stride
            for unit, (first, last) in enumerate(r or (0, 0) for r in self.ranges)
            if self.ranges[unit]
        ]
        from fractions import Fraction  # noqa: PLC0415 - see stride

        return Fraction(sum(places), len(places)) if places else 0

    def sees(self, unit: int) -> tuple[int, int] | None:
        """The first and last pixel that a unit sees."""
        turn, place = divmod(unit, self.period)
        seen = self.ranges[place]
        return seen and (seen[0] + turn * self.shift, seen[1] + turn * self.shift)


AnyField = Field | Phased
PIXEL = Field(1, 1, 0)


def phased(period: int, shift: int, ranges: list[tuple[int, int] | None]) -> AnyField:
    """A field from one turn; an ordinary `Field` where every unit moves on alike.

    >>> phased(2, 2, [(0, 2), (1, 3)])
    Field(size=3, stride=1, start=0)
    """
    first = ranges[0]
    if first and shift % period == 0:
        step = shift // period
        if all(r == (first[0] + u * step, first[1] + u * step) for u, r in enumerate(ranges)):
            return Field(first[1] - first[0] + 1, step, first[0])
    return Phased(period, shift, tuple(ranges))


def union(ranges: list[tuple[int, int] | None]) -> tuple[int, int] | None:
    """The smallest range that holds all of them."""
    known = [r for r in ranges if r]
    if not known:
        return None
    return min(first for first, _ in known), max(last for _, last in known)


class Reach:
    """What the outputs of a layer read.

    Every ``turn()[0]`` outputs the pattern of reading moves on by ``turn()[1]`` inputs.
    """

    __slots__ = ()

    def turn(self) -> tuple[int, int]:
        raise NotImplementedError

    def cells(self, unit: int) -> range:
        """The inputs that one output reads, whether or not they lie inside the map."""
        raise NotImplementedError

    def reads(self, first: int, last: int) -> tuple[int, int] | None:
        """The first and last input that a range of outputs reads; None where they read none."""
        ends = (self.cells(unit) for unit in (first, last))
        low, high = ((cells[0], cells[-1]) if cells else None for cells in ends)
        return union([low, high])

    def seen(self, field: AnyField) -> AnyField | None:
        """The field of the outputs; None where a turn is too long to follow."""
        outputs, inputs = self.turn()
        common = gcd(inputs, field.period)
        period, shift = outputs * field.period // common, field.shift * inputs // common
        if period > MOST_PHASES:
            return None
        return phased(period, shift, [self.pixels(unit, field) for unit in range(period)])

    def pixels(self, unit: int, field: AnyField) -> tuple[int, int] | None:
        """The pixels that one output sees."""
        cells = self.cells(unit)
        # Neighbouring units take turns, so each end lies within one turn of the ends of the cells.
        near = {*cells[: field.period], *cells[-field.period :]}
        return union([field.sees(cell) for cell in near])


class _Slide(NamedTuple):
    k: int
    s: int = 1
    p: int = 0
    d: int = 1


class Slide(_Slide, Reach):
    """A window of k taps, d apart, that moves s cells at a time over an input padded by p."""

    __slots__ = ()

    def turn(self) -> tuple[int, int]:
        return 1, self.s

    def cells(self, unit: int) -> range:
        first = unit * self.s - self.p
        return range(first, first + self.d * (self.k - 1) + 1, self.d)

    def seen(self, field: AnyField) -> AnyField | None:
        if self.k == 1 and self.s == 1 and self.p == 0:
            return field
        if isinstance(field, Phased):
            return super().seen(field)
        size, stride, start = field
        return Field(
            formulas.field_size(size, stride, self.k, self.d),
            formulas.field_stride(stride, self.s),
            -formulas.field_padding(-start, stride, self.p),
        )


class _Whole(NamedTuple):
    n: int


class Whole(_Whole, Reach):
    """Every output reads all n cells: a global pool, a flatten before a fully connected layer."""

    __slots__ = ()

    def turn(self) -> tuple[int, int]:
        return 1, self.n

    def cells(self, unit: int) -> range:
        return range(self.n)

    def seen(self, field: AnyField) -> AnyField | None:
        if isinstance(field, Phased):
            return super().seen(field)
        return Field(field.size + (self.n - 1) * field.stride, field.stride * self.n, field.start)


class _Spread(NamedTuple):
    k: int
    s: int = 1
    p: int = 0
    d: int = 1


class Spread(_Spread, Reach):
    """A transposed window: input i writes the outputs i·s − p + d·t, for each of the k taps t."""

    __slots__ = ()

    def turn(self) -> tuple[int, int]:
        return self.s, 1

    def cells(self, unit: int) -> range:
        """The inputs whose patch covers an output: those with i·s = unit + p − d·t for some tap t."""
        place = unit + self.p
        every = self.s // gcd(self.s, self.d)  # taps that fall on the same output are so far apart
        taps = [t for t in range(min(self.k, every)) if (place - t * self.d) % self.s == 0]
        if not taps:
            return range(0)
        nearest, step = (place - taps[0] * self.d) // self.s, every * self.d // self.s
        more = (self.k - 1 - taps[0]) // every
        return range(nearest - more * step, nearest + 1, step)

    def reads(self, first: int, last: int) -> tuple[int, int] | None:
        """Outputs that no input writes are passed over."""
        near = {
            *range(first, min(first + self.s, last + 1)),
            *range(max(last - self.s + 1, first), last + 1),
        }
        touched = (self.cells(unit) for unit in near)
        return union([(cells[0], cells[-1]) for cells in touched if cells])


class _Adaptive(NamedTuple):
    n: int
    o: int


class Adaptive(_Adaptive, Reach):
    """o windows cut from n cells as evenly as they go."""

    __slots__ = ()

    def turn(self) -> tuple[int, int]:
        common = gcd(self.n, self.o)
        return self.o // common, self.n // common

    def cells(self, unit: int) -> range:
        start = formulas.adaptive_start(unit, self.n, self.o)
        return range(start, formulas.adaptive_end(unit, self.n, self.o))


class _Repeat(NamedTuple):
    r: int


class Nearest(_Repeat, Reach):
    """Every cell repeated r times (nearest upsampling, pixel shuffle)."""

    __slots__ = ()

    def turn(self) -> tuple[int, int]:
        return self.r, 1

    def cells(self, unit: int) -> range:
        return range(unit // self.r, unit // self.r + 1)


class Linear(_Repeat, Reach):
    """Linear interpolation by r between the two nearest cells, corners not aligned.

    Output u lies at (2u + 1 − r) / 2r of the input; where that is whole it reads one cell.
    """

    __slots__ = ()

    def turn(self) -> tuple[int, int]:
        return self.r, 1

    def cells(self, unit: int) -> range:
        place = 2 * unit + 1 - self.r
        return range(place // (2 * self.r), -(-place // (2 * self.r)) + 1)


def hull(fields: list[AnyField]) -> AnyField | None:
    """The smallest field that holds all of them; None where a turn is too long to follow."""
    plain = [field for field in fields if isinstance(field, Field)]
    if len(plain) == len(fields):
        start = min(field.start for field in plain)
        end = max(field.start + field.size for field in plain)
        return Field(end - start, plain[0].stride, start)
    period = lcm(*(field.period for field in fields))
    if period > MOST_PHASES:
        return None
    shift = fields[0].shift * period // fields[0].period
    return phased(period, shift, [union([f.sees(unit) for f in fields]) for unit in range(period)])


def aligned(one: AnyField, other: AnyField) -> bool:
    """Whether two paths see about the same place: equal steps, and equal centres.

    Causal paths are centred apart but end at the same pixel, which is as it should be.
    """
    if one.stride != other.stride:
        return False
    if one.doubled_center == other.doubled_center:
        return True
    ends: list[Any] = [field.sees(0) for field in (one, other)]
    return None not in ends and ends[0][1] == ends[1][1]
