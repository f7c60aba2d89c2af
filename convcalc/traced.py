"""Whole numbers that record their calculation, so that it can be repeated with other numbers.

A `Traced` number has a value, with which the calculation continues, and a place in a `Tape`,
which keeps each operation once. When the calculation compares the number (larger? even?), the
answer becomes a guard: the tape holds for all numbers that answer every guard the same way.
Bounds of the numbers decide most comparisons for all values; these need no guard.

>>> tape = Tape()
>>> n = tape.variable(0, 32, 8, 64)
>>> o = (n - 5) // 2 + 1
>>> o.value, n > 0, bool(o > 10), tape.guards
(14, True, True, [('<=', 7, 8, False)])
"""

from __future__ import annotations

from typing import Any

from convcalc.bounds import Bounds, answer_of, bounds_of

Operation = tuple[str, int, int]
"""An operation with the places of its operands on the tape; ``var`` and ``const`` have a number there."""


class Tape:
    """A recorded calculation.

    Attributes:
        operations: each operation once, after its operands.
        bounds: the least and the largest possible value of each; None if unknown.
        guards: the comparisons: sign, two operands, the answer.
    """

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.bounds: list[Bounds] = []
        self.guards: list[tuple[str, int, int, bool]] = []
        self._places: dict[Operation, int] = {}
        self._asked: set[tuple[str, int, int]] = set()

    def variable(self, name: int, value: int, least: int, most: int) -> Any:
        """A number that can have other values; a plain number if it cannot.

        Args:
            name: its number.
            value: its current value.
            least, most: its bounds.
        """
        if least == most:
            return value
        return Traced(self, self._keep(("var", name, 0), (least, most)), value)

    def place(self, value: Any) -> int:
        """The place of a number on the tape."""
        if isinstance(value, Traced):
            return value.place
        return self._keep(("const", value, 0), (value, value))

    def _keep(self, operation: Operation, bounds: Bounds) -> int:
        """The place of an operation, new or known."""
        place = self._places.get(operation)
        if place is None:
            place = self._places[operation] = len(self.operations)
            self.operations.append(operation)
            self.bounds.append(bounds)
        return place

    def calculated(self, sign: str, one: Any, other: Any, value: int) -> Any:
        """The result of an operation on two numbers, or on one if the other is 0.

        Args:
            sign: the operation.
            one, other: numbers, at least one of them traced.
            value: the result.
        """
        place = self.join(sign, self.place(one), self.place(other))
        name, number, _ = self.operations[place]
        return number if name == "const" else Traced(self, place, value)

    def join(self, sign: str, one: int, other: int) -> int:
        """The place of the result of two numbers, given by their places."""
        bounds = bounds_of(sign, self.bounds[one], self.bounds[other])
        if bounds[0] is not None and bounds[0] == bounds[1]:
            return self.place(bounds[0])
        return self._keep((sign, one, other), bounds)

    def asked(self, sign: str, one: Any, other: Any, *, answer: bool) -> bool | Question:
        """A comparison: its answer if that is always the same, otherwise the question."""
        a, b = self.place(one), self.place(other)
        known = answer_of(sign, self.bounds[a], self.bounds[b]) if a != b else sign != "<"
        return Question(self, (sign, a, b), answer=answer) if known is None else known

    def answer(self, question: tuple[str, int, int], *, answer: bool) -> None:
        """Keep a question whose answer was used."""
        if question not in self._asked:
            self._asked.add(question)
            self.guards.append((*question, answer))

    def pin(self, number: Traced) -> None:
        """Record that the calculation needed the exact value."""
        self.answer(("==", number.place, self.place(number.value)), answer=True)


class Question:
    """A comparison that has different answers for different numbers.

    It can be passed on; it is answered when something depends on it.
    """

    __slots__ = ("answer", "question", "tape", "turned")

    def __init__(
        self, tape: Tape, question: tuple[str, int, int], *, answer: bool, turned: bool = False
    ) -> None:
        self.tape, self.question, self.answer, self.turned = tape, question, answer, turned

    def __bool__(self) -> bool:
        self.tape.answer(self.question, answer=self.answer)
        return self.answer is not self.turned


class Traced:
    """A whole number on a tape."""

    __slots__ = ("place", "tape", "value")

    def __init__(self, tape: Tape, place: int, value: int) -> None:
        self.tape, self.place, self.value = tape, place, value

    # -------------------------------------------------------------------------- arithmetic

    def __add__(self, other: Any) -> Any:
        if type(other) is int:
            return _plus(self, other)
        if not isinstance(other, Traced):
            return _as_ratio(self, other, "+")
        larger = _larger(self, other)
        if larger is not None:
            return larger
        return self.tape.calculated("+", self, other, self.value + other.value)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if type(other) is int:
            return _plus(self, -other)
        if not isinstance(other, Traced):
            return _as_ratio(self, other, "-")
        if other.place == self.place:
            return 0
        return self.tape.calculated("-", self, other, self.value - other.value)

    def __rsub__(self, other: Any) -> Any:
        if type(other) is not int:
            return _as_ratio(-self, other, "+")
        return self.tape.calculated("-", other, self, other - self.value)

    def __mul__(self, other: Any) -> Any:
        if type(other) is int:
            if other == 1:
                return self
            return other and self.tape.calculated("*", self, other, self.value * other)
        if not isinstance(other, Traced):
            return _as_ratio(self, other, "*")
        one, two = (self, other) if self.place <= other.place else (other, self)
        return self.tape.calculated("*", one, two, self.value * other.value)

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Any:
        if type(other) is not int and not isinstance(other, Traced):
            return _as_ratio(self, other, "//")
        if type(other) is int and other == 1:
            return self
        if type(other) is int and other == 2:
            found = _positive_part(self)
            if found is not None:
                return most(found, 0)
        return self.tape.calculated("//", self, other, self.value // _value(other))

    def __rfloordiv__(self, other: Any) -> Any:
        if type(other) is not int:
            return _as_ratio(self, other, "r//")
        return self.tape.calculated("//", other, self, other // self.value)

    def __mod__(self, other: Any) -> Any:
        if type(other) is not int and not isinstance(other, Traced):
            return _as_ratio(self, other, "%")
        return self.tape.calculated("%", self, other, self.value % _value(other))

    def __rmod__(self, other: Any) -> Any:
        if type(other) is not int:
            return _as_ratio(self, other, "r%")
        return self.tape.calculated("%", other, self, other % self.value)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __neg__(self) -> Any:
        sign, inside, _ = self.tape.operations[self.place]
        if sign == "neg":
            return Traced(self.tape, inside, -self.value)
        return self.tape.calculated("neg", self, 0, -self.value)

    def __abs__(self) -> Any:
        least_of_it, most_of_it = self.tape.bounds[self.place]
        if least_of_it is not None and least_of_it >= 0:
            return self
        if most_of_it is not None and most_of_it <= 0:
            return -self
        return self.tape.calculated("abs", self, 0, abs(self.value))

    # --------------------------------------------------------------------------- comparisons

    def __eq__(self, other: object) -> Any:
        return _asked("==", self, other, lambda a, b: a == b)

    def __ne__(self, other: object) -> Any:
        return _turned(self == other)

    def __lt__(self, other: Any) -> Any:
        return _asked("<", self, other, lambda a, b: a < b)

    def __le__(self, other: Any) -> Any:
        return _asked("<=", self, other, lambda a, b: a <= b)

    def __gt__(self, other: Any) -> Any:
        return _turned(self <= other)

    def __ge__(self, other: Any) -> Any:
        return _turned(self < other)

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __hash__(self) -> int:
        return 0  # so that a dictionary finds equal numbers, however they were made

    def __index__(self) -> int:
        self.tape.pin(self)
        return self.value

    __int__ = __index__

    def __float__(self) -> float:
        return float(self.__index__())

    # ---------------------------------------------------------------------------- use as an int

    @property
    def numerator(self) -> Traced:
        return self

    @property
    def denominator(self) -> int:
        return 1

    def __repr__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)


def _value(number: Any) -> int:
    """The value of a number, traced or not."""
    return number.value if isinstance(number, Traced) else number


def _plus(number: Traced, more: int) -> Any:
    """The sum of a number and a plain one; repeated plain ones are added together."""
    tape, value = number.tape, number.value + more
    sign, inside, constant = tape.operations[number.place]
    if sign == "+" and tape.operations[constant][0] == "const":
        before = tape.operations[constant][1]
        number, more = Traced(tape, inside, number.value - before), more + before
    return tape.calculated("+", number, more, value) if more else number


def _positive_part(above: Traced) -> Any:
    """x, if the number is x + |x|, which is 2·max(x, 0)."""
    tape = above.tape
    sign, one, other = tape.operations[above.place]
    if sign == "+" and tape.operations[other] == ("abs", one, tape.place(0)):
        value = above.value // 2 or -1  # the value of a negative number does not matter
        return Traced(tape, one, value)
    return None


def _larger(one: Traced, over: Traced) -> Any:
    """The larger of x and y, given x and max(y − x, 0)."""
    tape = one.tape
    sign, gap, nothing = tape.operations[over.place]
    if sign != "max" or tape.operations[nothing] != ("const", 0, 0):
        return None
    sign, other, taken = tape.operations[gap]
    if sign == "-" and taken == one.place:
        number = Traced(
            tape, other, one.value + over.value
        )  # if it is smaller, its value is not needed
        return most(one, number)
    return None


def _asked(sign: str, one: Traced, other: Any, answer: Any) -> Any:
    """A comparison with another number; for other objects, the usual answer."""
    if type(other) is not int and not isinstance(other, Traced):
        return _as_ratio(one, other, sign)
    return one.tape.asked(sign, one, other, answer=answer(one.value, _value(other)))


def _turned(answer: Any) -> Any:
    """The opposite of an answer or a question."""
    if isinstance(answer, Question):
        return Question(
            answer.tape, answer.question, answer=answer.answer, turned=not answer.turned
        )
    return answer if answer is NotImplemented else not answer


class Ratio:
    """A traced number divided by a plain one above 1; whether it is whole is only asked if needed.

    Args:
        above: the traced number; a plain one if it has only one possible value.
        below: the plain one.
    """

    __slots__ = ("above", "below")

    def __init__(self, above: Any, below: int) -> None:
        self.above, self.below = above, below

    def __add__(self, other: Any) -> Any:
        above, below = _parts(other)
        return ratio_of(self.above * below + above * self.below, self.below * below)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        above, below = _parts(other)
        return ratio_of(self.above * above, self.below * below)

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Any:
        above, below = _parts(other)
        return (self.above * below) // (self.below * above)

    def __rfloordiv__(self, other: Any) -> Any:
        above, below = _parts(other)
        return (above * self.below) // (below * self.above)

    def __mod__(self, other: Any) -> Any:
        return self - self // other * other

    def __rmod__(self, other: Any) -> Any:
        return -(other // self * self) + other

    def __neg__(self) -> Any:
        return Ratio(-self.above, self.below)

    def __abs__(self) -> Any:
        return Ratio(abs(self.above), self.below)

    def __eq__(self, other: object) -> Any:
        above, below = _parts(other)
        return self.above * below == above * self.below

    def __ne__(self, other: object) -> Any:
        return _turned(self == other)

    def __lt__(self, other: Any) -> Any:
        above, below = _parts(other)
        return self.above * below < above * self.below

    def __le__(self, other: Any) -> Any:
        above, below = _parts(other)
        return self.above * below <= above * self.below

    def __gt__(self, other: Any) -> Any:
        return _turned(self <= other)

    def __ge__(self, other: Any) -> Any:
        return _turned(self < other)

    def __bool__(self) -> bool:
        return bool(self.above != 0)

    def __hash__(self) -> int:
        return 0

    def __float__(self) -> float:
        return int(self.above) / self.below

    @property
    def numerator(self) -> Any:
        return self.above

    @property
    def denominator(self) -> int:
        return self.below


def _parts(number: Any) -> tuple[Any, int]:
    """Numerator and denominator of a number; a whole number has the denominator 1.

    Raises:
        TypeError: it is not a number.
    """
    if not hasattr(number, "numerator") or isinstance(number, bool):
        message = f"{type(number).__name__} is not an exact number"
        raise TypeError(message)
    return number.numerator, number.denominator


def _as_ratio(one: Traced, other: Any, sign: str) -> Any:
    """An operation or comparison of a traced number and a fraction; not implemented for others."""
    if not hasattr(other, "numerator"):
        return NotImplemented
    return getattr(Ratio(one, 1), _METHODS[sign])(other)


_METHODS = {
    "+": "__add__", "-": "__sub__", "*": "__mul__", "//": "__floordiv__", "%": "__mod__",
    "r//": "__rfloordiv__", "r%": "__rmod__", "==": "__eq__", "<": "__lt__", "<=": "__le__",
}  # fmt: skip


def ratio_of(above: Any, below: int) -> Any:
    """A traced number divided by a plain one; unchanged if that is 1."""
    return Ratio(above, below) if below != 1 else above


def quotient(one: Any, other: Any) -> Any:
    """The quotient of two numbers, at least one of them traced or a ratio of a traced number."""
    (a, b), (c, d) = _parts(one), _parts(other)
    below = b * int(c)
    return ratio_of(a * d, below) if below > 0 else ratio_of(-a * d, -below)


def settled(value: Any) -> Any:
    """A ratio that is whole becomes a whole number; any other value is unchanged."""
    if isinstance(value, Ratio) and value.above % value.below == 0:
        return value.above // value.below
    return value


# ---------------------------------------------------- functions for traced and plain numbers


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number, traced or not, and neither true nor false."""
    return type(value) is int or isinstance(value, Traced)


def untraced(number: Any) -> Any:
    """A number without its tape, for a message, where it decides nothing."""
    return _value(number)


def most(*numbers: Any) -> Any:
    """The largest of some numbers."""
    return _extreme("max", max, numbers)


def least(*numbers: Any) -> Any:
    """The smallest of some numbers."""
    return _extreme("min", min, numbers)


def _extreme(sign: str, extreme: Any, numbers: tuple[Any, ...]) -> Any:
    """The largest or smallest of some numbers, without a question if they are whole and traced."""
    traced = [number for number in numbers if isinstance(number, Traced)]
    if not traced or not all(map(is_whole, numbers)):
        return extreme(numbers)
    first, *rest = numbers
    for number in rest:
        value = extreme(_value(first), _value(number))
        if isinstance(first, Traced) or isinstance(number, Traced):
            value = traced[0].tape.calculated(sign, first, number, value)
        first = value
    return first


def is_traced(number: Any) -> bool:
    """Whether a number is traced, or a ratio of one that is."""
    return isinstance(number, Traced | Ratio)
