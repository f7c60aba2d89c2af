"""A size as ``a·n + b`` of the network's input size n, for inputs that every layer divides evenly.

`EvenSize` replaces a number in a layer's ``even_out_shape``. A division that must be exact, and two
sizes that must be equal, become conditions on n. So the inputs that divide evenly
everywhere are found without trying.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from convcalc.errors import ShapeError


class Divides(NamedTuple):
    """The condition that ``slope·n + offset`` is a multiple of ``by``."""

    slope: Fraction
    offset: Fraction
    by: int


class Equals(NamedTuple):
    """The condition that ``slope·n + offset`` is 0."""

    slope: Fraction
    offset: Fraction


Condition = Divides | Equals


class EvenSize:
    """``slope·n + offset``, where n is the size of the network's input.

    Args:
        slope, offset: the two numbers.
        conditions: a list that all sizes of one network share; divisions append to it.

    >>> found = []
    >>> n = EvenSize(Fraction(1), Fraction(0), found)
    >>> (n + 1) // 2
    EvenSize(1/2, 1/2)
    >>> found
    [Divides(slope=Fraction(1, 1), offset=Fraction(1, 1), by=2)]
    """

    __slots__ = ("conditions", "offset", "slope")

    def __init__(self, slope: Fraction, offset: Fraction, conditions: list[Condition]) -> None:
        self.slope, self.offset, self.conditions = slope, offset, conditions

    def __repr__(self) -> str:
        return f"EvenSize({self.slope}, {self.offset})"

    def __add__(self, other: Any) -> EvenSize:
        slope, offset = _line(other)
        return EvenSize(self.slope + slope, self.offset + offset, self.conditions)

    __radd__ = __add__

    def __neg__(self) -> EvenSize:
        return EvenSize(-self.slope, -self.offset, self.conditions)

    def __sub__(self, other: Any) -> EvenSize:
        slope, offset = _line(other)
        return EvenSize(self.slope - slope, self.offset - offset, self.conditions)

    def __rsub__(self, other: Any) -> EvenSize:
        return (-self).__add__(other)

    def __mul__(self, other: Any) -> EvenSize:
        slope, factor = _line(other)
        if slope and self.slope:
            message = "its output grows with the square of the input's size"
            raise ShapeError(message)
        if slope:
            return other * self.offset  # type: ignore[no-any-return]  # this size is a constant
        return EvenSize(self.slope * factor, self.offset * factor, self.conditions)

    __rmul__ = __mul__

    def __floordiv__(self, by: int) -> EvenSize:
        """The quotient; if the size depends on n, it must be exact."""
        if not self.slope:
            return EvenSize(self.slope, Fraction(self.offset // by), self.conditions)
        if by > 1:
            self.conditions.append(Divides(self.slope, self.offset, by))
        return EvenSize(self.slope / by, self.offset / by, self.conditions)

    def must_equal(self, other: Any) -> None:
        """Add the condition that this size equals another one."""
        slope, offset = _line(other)
        if (self.slope, self.offset) != (slope, offset):
            self.conditions.append(Equals(self.slope - slope, self.offset - offset))

    def must_divide(self, by: int) -> None:
        """Add the condition that the size is a multiple of a number."""
        self // by


def _line(other: Any) -> tuple[Fraction, Fraction]:
    """Slope and offset of a size or a number."""
    if isinstance(other, EvenSize):
        return other.slope, other.offset
    return Fraction(0), Fraction(other)


def require_equal(sizes: Sequence[Any]) -> Any:
    """The size that all of them must have; adds a condition if they are not equal yet."""
    first, *rest = sizes
    for other in rest:
        one, two = (first, other) if isinstance(first, EvenSize) else (other, first)
        if isinstance(one, EvenSize):
            one.must_equal(two)
        if isinstance(other, EvenSize) and not isinstance(first, EvenSize):
            first = other
    return first
