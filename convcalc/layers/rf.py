"""Receptive fields along one axis: what a unit sees, and how each type of layer changes it.

In a `Field`, unit u of a map sees ``size`` pixels, from ``start + u·stride`` on; ``start`` is
minus the padding of Araujo, Norris & Sim (Distill 2019). After upsampling, neighbouring units
differ, but in a repeating pattern: every ``period`` units it moves by ``step`` pixels. This is a
`PeriodicField`, which stores the first and last pixel of each unit of one period.

`Reads` tells which input cells one output of a layer reads: ``cells(unit)`` for one output,
``ends(first, last)`` for a range of outputs, and ``field_after(field)`` for the receptive field of
the layer's output, from that of its input.
"""

from __future__ import annotations

from math import gcd, lcm
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from convcalc import formulas
from convcalc.traced import least, most

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

NORMS, GATES = CAUSES = (
    "norms",
    "gates",
)  # why a unit can see the whole image, and what to leave out
MAX_PERIOD = 512  # longer patterns are not computed


class Field(NamedTuple):
    """The receptive field along one axis, in pixels; it moves by ``stride`` from unit to unit."""

    size: int
    stride: int
    start: int

    @property
    def period(self) -> int:
        """Number of units after which the pattern repeats."""
        return 1

    @property
    def step(self) -> int:
        """Pixels by which the pattern moves per period."""
        return self.stride

    @property
    def padding(self) -> int:
        """Pixels of unit 0's field before the image."""
        return -self.start

    @property
    def doubled_center(self) -> int:
        """Twice the centre of unit 0's field."""
        return 2 * self.start + self.size - 1

    def sees(self, unit: int) -> tuple[int, int]:
        """The first and last pixel that a unit sees."""
        first = self.start + unit * self.stride
        return first, first + self.size - 1


class PeriodicField(NamedTuple):
    """The receptive field along one axis, if neighbouring units differ in a repeating pattern.

    Attributes:
        period: number of units after which the pattern repeats.
        step: pixels from one period to the next.
        ranges: first and last pixel of each unit in the first period; None if it sees nothing.
    """

    period: int
    step: int
    ranges: tuple[tuple[int, int] | None, ...]

    @property
    def size(self) -> int:
        """Pixels of the widest field."""
        return max((last - first + 1 for first, last in filter(None, self.ranges)), default=0)

    @property
    def stride(self) -> Fraction | int:
        """Average distance of neighbouring units, in pixels."""
        from fractions import Fraction  # noqa: PLC0415 - 2 ms of start-up that few networks need

        stride = Fraction(self.step, self.period)
        return stride.numerator if stride.denominator == 1 else stride

    @property
    def padding(self) -> int:
        """Pixels of the first field before the image."""
        return -min((first for first, _ in filter(None, self.ranges)), default=0)

    @property
    def doubled_center(self) -> Fraction | int:
        """Twice the centre of unit 0's field, averaged over the period."""
        places = [
            first + last - 2 * unit * self.stride
            for unit, (first, last) in enumerate(r or (0, 0) for r in self.ranges)
            if self.ranges[unit]
        ]
        from fractions import Fraction  # noqa: PLC0415 - see stride

        return Fraction(sum(places), len(places)) if places else 0

    def sees(self, unit: int) -> tuple[int, int] | None:
        """The first and last pixel that a unit sees."""
        repeat, place = divmod(unit, self.period)
        seen = self.ranges[place]
        return seen and (seen[0] + repeat * self.step, seen[1] + repeat * self.step)


AnyField = Field | PeriodicField
PIXEL = Field(1, 1, 0)
NOTHING = PeriodicField(1, 0, (None,))  # for a parameter, which reads no pixel


class UnknownField:
    """Why a receptive field has no size and stride.

    Attributes:
        reason: a sentence without its full stop.
        whole: whether the units see the whole image, because a layer combines all positions.
        local: if so, the fields without that layer; () if they are unknown.
        cause: what combines the positions, as the word to leave it out (`CAUSES`); or nothing.
        moved: whether positions only changed places, so that together they still see the same pixels.
    """

    __slots__ = ("cause", "local", "moved", "reason", "whole")

    def __init__(
        self,
        reason: str,
        *,
        whole: bool = False,
        local: Fields = (),
        cause: str = "",
        moved: bool = False,
    ) -> None:
        self.reason, self.whole, self.cause, self.moved = reason, whole, cause, moved
        self.local: tuple[AnyField, ...] = local.local if isinstance(local, UnknownField) else local

    def with_local(self, local: Fields) -> UnknownField:
        """The same, with other local fields."""
        return UnknownField(
            self.reason, whole=self.whole, local=local, cause=self.cause, moved=self.moved
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnknownField) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"UnknownField({self.reason!r}, whole={self.whole}, local={self.local})"

    @property
    def _key(self) -> tuple[object, ...]:
        return self.reason, self.whole, self.local, self.moved


Fields = tuple[AnyField, ...] | UnknownField


def sees_nothing(rf: Fields) -> bool:
    """Whether no unit sees a pixel, as in a parameter; false without axes."""
    if isinstance(rf, UnknownField):
        return False
    return bool(rf) and all([isinstance(f, PeriodicField) and not any(f.ranges) for f in rf])


def _periodic(period: int, step: int, ranges: list[tuple[int, int] | None]) -> AnyField:
    """A field from one period; a plain `Field` if every unit moves by the same step.

    >>> _periodic(2, 2, [(0, 2), (1, 3)])
    Field(size=3, stride=1, start=0)
    """
    first = ranges[0]
    if first and step % period == 0:
        stride = step // period
        if all(r == (first[0] + u * stride, first[1] + u * stride) for u, r in enumerate(ranges)):
            return Field(first[1] - first[0] + 1, stride, first[0])
    return PeriodicField(period, step, tuple(ranges))


def union(ranges: list[tuple[int, int] | None]) -> tuple[int, int] | None:
    """The smallest range that contains all of them."""
    known = [r for r in ranges if r]
    if not known:
        return None
    return min(first for first, _ in known), max(last for _, last in known)


class Reads:
    """Which inputs each output of a layer reads, along one axis.

    Attributes:
        mirrors: whether padding cells are mirrored cells of the map.
        writes: for layers whose inputs write patches of the output: the outputs that an input
            writes, inside the map or not; None for other layers.
    """

    __slots__ = ()
    mirrors: ClassVar[bool] = False
    writes: ClassVar[Callable[[Any, int], range] | None] = None

    def __eq__(self, other: object) -> bool:
        """Different classes are never equal; as tuples, Nearest(2) and Linear(2) would be."""
        return type(self) is type(other) and super().__eq__(other)

    def __ne__(self, other: object) -> bool:  # tuples have their own
        return not self == other

    def __hash__(self) -> int:
        return super().__hash__()

    def pattern(self) -> tuple[int, int]:
        """(outputs, inputs): after so many outputs, the pattern moves by so many inputs."""
        raise NotImplementedError

    def cells(self, unit: int) -> range:
        """The inputs that one output reads, inside the map or not."""
        raise NotImplementedError

    def is_gapless(self) -> bool:
        """Whether neighbouring outputs read all inputs between the first and the last."""
        return False

    def ends(self, first: int, last: int) -> tuple[int, int] | None:
        """The first and last input that a range of outputs reads; None if they read none."""
        ends = (self.cells(unit) for unit in (first, last))
        low, high = ((cells[0], cells[-1]) if cells else None for cells in ends)
        return union([low, high])

    def field_after(self, field: AnyField) -> AnyField | None:
        """The field of the outputs; None if its pattern is too long."""
        outputs, inputs = self.pattern()
        common = gcd(inputs, field.period)
        period, step = outputs * field.period // common, field.step * inputs // common
        if period > MAX_PERIOD:
            return None
        return _periodic(period, step, [self.pixels(unit, field) for unit in range(period)])

    def pixels(self, unit: int, field: AnyField) -> tuple[int, int] | None:
        """The pixels that one output sees."""
        cells = self.cells(unit)
        # Neighbouring units differ, so each end of the field is within one period of an end of the cells.
        near = {*cells[: field.period], *cells[-field.period :]}
        return union([field.sees(cell) for cell in near])


class _Taps(NamedTuple):  # two classes share it: making a named tuple costs start-up time
    k: int
    s: int = 1
    p: int = 0
    d: int = 1


class Slide(Reads, _Taps):
    """A window of k taps, d apart, that moves s cells per step over an input padded by p."""

    __slots__ = ()

    def pattern(self) -> tuple[int, int]:
        return 1, self.s

    def is_gapless(self) -> bool:
        return (self.d == 1) is True and (self.s <= self.k) is True

    def cells(self, unit: int) -> range:
        first = unit * self.s - self.p
        return range(first, first + self.d * (self.k - 1) + 1, self.d)

    def field_after(self, field: AnyField) -> AnyField | None:
        if (self.k == 1) is True and (self.s == 1) is True and (self.p == 0) is True:
            return field
        if isinstance(field, PeriodicField):
            return super().field_after(field)
        size, stride, start = field
        return Field(
            formulas.rf_size(size, stride, self.k, self.d),
            formulas.rf_stride(stride, self.s),
            -formulas.rf_padding(-start, stride, self.p),
        )


class _Mirror(NamedTuple):
    k: int
    s: int
    p: int
    n: int


class Mirrored(Reads, _Mirror):
    """A window of k taps over n cells, with mirrored cells as padding.

    In the padding, cell −1 is cell 1 and cell n is cell n − 2; their pixels are inside the map.
    """

    __slots__ = ()
    mirrors = True

    def pattern(self) -> tuple[int, int]:
        return 1, self.s

    def cells(self, unit: int) -> range:
        first = unit * self.s - self.p
        last = first + self.k - 1
        mirrored = 2 * (self.n - 1) - last
        return range(min(first, mirrored) if last >= self.n else first, max(last, -first) + 1)

    def field_after(self, field: AnyField) -> AnyField | None:
        """The field of units away from the border; mirrored cells are left out."""
        return Slide(self.k, self.s, self.p).field_after(field)


class _Cut(NamedTuple):
    n: int
    o: int = 1


class Whole(Reads, _Cut):
    """Each of the o outputs reads all n cells: a global pool, a flatten before a fully connected layer.

    If there are several outputs, they see the same, so the field moves by 0 pixels.
    """

    __slots__ = ()

    def pattern(self) -> tuple[int, int]:
        return 1, self.n if self.o == 1 else 0

    def cells(self, unit: int) -> range:
        return range(self.n)

    def field_after(self, field: AnyField) -> AnyField | None:
        if isinstance(field, PeriodicField):
            return super().field_after(field)
        stride = field.stride * self.n if self.o == 1 else 0
        return Field(field.size + (self.n - 1) * field.stride, stride, field.start)


class Spread(Reads, _Taps):
    """A transposed window: input i writes the outputs i·s − p + d·t for each of the k taps t."""

    __slots__ = ()

    def pattern(self) -> tuple[int, int]:
        return self.s, 1

    def cells(self, unit: int) -> range:
        """The inputs whose patch contains an output: those with i·s = unit + p − d·t for some tap t."""
        place = unit + self.p
        every = self.s // gcd(self.s, self.d)  # distance of taps that write the same output
        taps = [t for t in range(min(self.k, every)) if (place - t * self.d) % self.s == 0]
        if not taps:
            return range(0)
        nearest, step = (place - taps[0] * self.d) // self.s, every * self.d // self.s
        more = (self.k - 1 - taps[0]) // every
        return range(nearest - more * step, nearest + 1, step)

    def writes(self, cell: int) -> range:
        """The outputs that an input writes: i·s − p + d·t for each of the k taps t."""
        first = cell * self.s - self.p
        return range(first, first + self.d * (self.k - 1) + 1, self.d)

    def ends(self, first: int, last: int) -> tuple[int, int] | None:
        """The same; outputs that no input writes are left out."""
        near = {
            *range(first, min(first + self.s, last + 1)),
            *range(max(last - self.s + 1, first), last + 1),
        }
        touched = (self.cells(unit) for unit in near)
        return union([(cells[0], cells[-1]) for cells in touched if cells])


class Adaptive(Reads, _Cut):
    """o windows that divide n cells as evenly as possible."""

    __slots__ = ()

    def pattern(self) -> tuple[int, int]:
        common = gcd(self.n, self.o)
        return self.o // common, self.n // common

    def cells(self, unit: int) -> range:
        start = formulas.adaptive_start(unit, self.n, self.o)
        return range(start, formulas.adaptive_end(unit, self.n, self.o))


class _Repeat(NamedTuple):
    r: int


class Nearest(Reads, _Repeat):
    """Every cell repeated r times (nearest upsampling, pixel shuffle)."""

    __slots__ = ()

    def pattern(self) -> tuple[int, int]:
        return self.r, 1

    def cells(self, unit: int) -> range:
        return range(unit // self.r, unit // self.r + 1)


class Linear(Reads, _Repeat):
    """Linear interpolation by r between the two nearest cells, corners not aligned.

    Output u is at (2u + 1 − r) / 2r of the input; if that is whole, it reads one cell.
    """

    __slots__ = ()

    def pattern(self) -> tuple[int, int]:
        return self.r, 1

    def cells(self, unit: int) -> range:
        place = 2 * unit + 1 - self.r
        return range(place // (2 * self.r), -(-place // (2 * self.r)) + 1)


class _Places(NamedTuple):
    moves: int
    places: int
    taps: int
    corners: bool


class Resized(Reads, _Places):
    """Interpolation to any size: after so many places, the pattern moves by so many cells.

    A place reads 1, 2 or 4 taps: its cell, or the cells around it. With ``corners``, place 0 is at the
    centre of cell 0; otherwise their edges meet.
    """

    __slots__ = ()

    def pattern(self) -> tuple[int, int]:
        return self.places, self.moves

    def cells(self, unit: int) -> range:
        above, below = 2 * unit * self.moves, 2 * self.places
        if self.taps == 1:
            return range(above // below, above // below + 1)
        if not self.corners:
            above += self.moves - self.places
        first, rest = divmod(above, below)
        if not rest:
            return range(first, first + 1)
        return range(first + 1 - self.taps // 2, first + 1 + self.taps // 2)


def hull(fields: list[AnyField]) -> AnyField | None:
    """The smallest field that contains all of them; None if its pattern is too long."""
    plain = [field for field in fields if isinstance(field, Field)]
    if len(plain) == len(fields):
        start = least(*[field.start for field in plain])
        end = most(*[field.start + field.size for field in plain])
        return Field(end - start, plain[0].stride, start)
    period = lcm(*(field.period for field in fields))
    if period > MAX_PERIOD:
        return None
    step = fields[0].step * period // fields[0].period
    return _periodic(
        period, step, [union([f.sees(unit) for f in fields]) for unit in range(period)]
    )


def aligned(one: AnyField, other: AnyField) -> bool:
    """Whether two paths see about the same place: equal steps and equal centres.

    Causal paths have different centres but end at the same pixel, which is correct.
    """
    if one.stride != other.stride:
        return False
    if one.doubled_center == other.doubled_center:
        return True
    ends: list[Any] = [field.sees(0) for field in (one, other)]
    return None not in ends and ends[0][1] == ends[1][1]
