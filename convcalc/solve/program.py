"""The calculation of a walk, recorded once, so that it can be repeated for many points at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.analysis.walk import walk
from convcalc.errors import ConvcalcError
from convcalc.solve.measures import MEASURES
from convcalc.traced import Tape, Traced, ratio_of

if TYPE_CHECKING:
    from convcalc.solve.points import Walker

MAX_STEPS = 100_000  # most terms of a sum that is rewritten; others stay unchanged
_Factors = tuple[int, ...]
_Terms = dict[_Factors, int]
"""The terms of a sum: the places of the factors of each, with the number that multiplies them."""


class Whole(NamedTuple):
    """An axis whose values are whole numbers, or whole numbers divided by a common one.

    Attributes:
        least, most: the range of the numerators.
        below: the common denominator.
    """

    least: int
    most: int
    below: int = 1

    def above(self, value: Any) -> int:
        """The numerator of a value."""
        return int(value * self.below)


class Told(NamedTuple):
    """A program's result for one measure.

    Attributes:
        places: places on the tape: of the number, or of each part of a shape.
        is_shape: whether it is a shape.
        value: its value at all points, if it has no places.
    """

    places: tuple[int, ...]
    is_shape: bool = False
    value: Any = None


class Program:
    """The calculation of one walk. It is valid at all points where its guards are true.

    Args:
        tape: the recorded operations.
        told: the measures; None if there is no network.

    Attributes:
        needed: the places of all operations that guards and measures need, in order.
        is_checked: whether it was compared with a walk at another point.
    """

    def __init__(self, tape: Tape, told: Sequence[Told] | None) -> None:
        self.tape = tape
        self.told = told
        self.guards = tape.guards
        ends = {place for guard in tape.guards for place in guard[1:3]}
        ends.update(place for each in told or () for place in each.places)
        self.needed = _needed(tape, ends)
        self.is_checked = False


def traced(walker: Walker, values: Sequence[Any], axes: Mapping[int, Whole]) -> Program:
    """The program of a walk.

    Args:
        walker: the sweep's walker.
        values: the values of the point where it is walked.
        axes: the axes whose values may change.
    """
    tape = Tape()
    given = list(values)
    for axis, whole in axes.items():
        above = tape.variable(axis, whole.above(values[axis]), whole.least, whole.most)
        given[axis] = ratio_of(above, whole.below)
    try:
        analysis = walk(walker.network(given), walker.setup.batch)
        found = [MEASURES[name].of(analysis) for name in walker.setup.measures]
    except ConvcalcError:
        return Program(tape, None)
    return Program(tape, [_measured(tape, value) for value in found])


def _measured(tape: Tape, value: Any) -> Told:
    """A measure of a walk with traced numbers."""
    if isinstance(value, Traced):
        return Told((_factored(tape, value.place),))
    if isinstance(value, tuple) and any(isinstance(part, Traced) for part in value):
        return Told(tuple([tape.place(part) for part in value]), is_shape=True)
    return Told((), value=value)


def _needed(tape: Tape, ends: Iterable[int]) -> list[int]:
    """The places of some operations, and of all on which they depend, in order."""
    found, waiting = set(ends), list(ends)
    while waiting:
        sign, one, other = tape.operations[waiting.pop()]
        if sign not in ("const", "var"):
            new = {one, other} - found
            found |= new
            waiting += new
    return sorted(found)


# ------------------------------------------------------------------------------------ sums
# A sum over all layers is computed for every point, so it is made short: terms that depend on only
# one axis are added first. a(w)·x(h) + b(w)·x(h) + c(w)·y(h) becomes (a + b)(w)·x(h) + c(w)·y(h).


def _factored(tape: Tape, place: int) -> int:
    """The place of the same sum, with common factors of its terms before brackets."""
    depends = _Depends(tape)
    terms: _Terms = {}
    for factors, times in _terms_of(tape, place).items():
        better = tuple(sorted([_shorter_most(tape, factor, depends) for factor in factors]))
        terms[better] = terms.get(better, 0) + times
    return _sum(tape, terms, depends)


def _shorter_most(tape: Tape, place: int, depends: _Depends) -> int:
    """The place of the same maximum of many numbers, with common factors taken out.

    max(a(w)·x(h), b(w)·x(h), …) is max(a, b)(w)·x(h), …, if x is not below 0.
    """
    if tape.operations[place][0] != "max":
        return place
    groups: dict[_Factors, dict[int, None]] = {}
    for leaf in _leaves(tape, place):
        common, rest = _common(tape, leaf, depends)
        groups.setdefault(common, {})[rest] = None
    found = [
        _product(tape, (*common, _joined(tape, "max", [*rests])), 1)
        for common, rests in groups.items()
    ]
    return _joined(tape, "max", found)


def _leaves(tape: Tape, place: int) -> list[int]:
    """The different numbers in a maximum."""
    found: dict[int, None] = {}
    waiting, seen = [place], {place}
    while waiting:
        sign, one, other = tape.operations[waiting[-1]]
        at = waiting.pop()
        if sign != "max":
            found[at] = None
            continue
        waiting += [part for part in (other, one) if part not in seen]
        seen |= {one, other}
    return list(found)


def _common(tape: Tape, place: int, depends: _Depends) -> tuple[_Factors, int]:
    """The common factors of all terms of a sum, none below 0, and the rest."""
    terms = _terms_of(tape, place)
    first, *more = terms or {(): 0}
    common = list(first)
    for factors in more:
        left = list(factors)
        common = [each for each in common if each in left and not left.remove(each)]  # type: ignore[func-returns-value]
    common = [each for each in common if (tape.bounds[each][0] or 0) > 0]
    rest: _Terms = {}
    for factors, times in terms.items():
        left = list(factors)
        for each in common:
            left.remove(each)
        rest[tuple(left)] = times
    return tuple(common), _sum(tape, rest, depends)


def _joined(tape: Tape, sign: str, places: list[int]) -> int:
    """The place of an operation applied to several numbers."""
    found, *more = places
    for place in more:
        found = tape.join(sign, found, place)
    return found


class _Depends:
    """The axes on which the numbers of a tape depend, as bits."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.known: dict[int, int] = {}

    def __call__(self, place: int) -> int:
        known = self.known
        waiting = [place]
        while waiting:
            sign, one, other = self.tape.operations[waiting[-1]]
            parts = [] if sign in ("const", "var") else [one, other]
            unknown = [part for part in parts if part not in known]
            if unknown:
                waiting += unknown
                continue
            bits = 1 << one if sign == "var" else 0
            for part in parts:
                bits |= known[part]
            known[waiting.pop()] = bits
        return known[place]


def _terms_of(tape: Tape, place: int) -> _Terms:
    """The terms of a sum."""
    terms: _Terms = {}
    waiting, steps = [(place, 1)], 0
    while waiting:
        at, times = waiting.pop()
        steps += 1
        if steps > MAX_STEPS:
            return {(place,): 1}
        sign, one, other = tape.operations[at]
        match sign:
            case "+":
                waiting += [(one, times), (other, times)]
            case "-":
                waiting += [(one, times), (other, -times)]
            case "neg":
                waiting.append((one, -times))
            case _:
                number, factors = _factors_of(tape, at)
                if len(factors) == 1 and factors[0] != at:
                    waiting.append((factors[0], times * number))
                else:
                    terms[factors] = terms.get(factors, 0) + times * number
    return {factors: times for factors, times in terms.items() if times}


def _factors_of(tape: Tape, place: int) -> tuple[int, _Factors]:
    """The factors of a product, and the plain number among them."""
    number, factors, waiting = 1, [], [place]
    while waiting:
        at = waiting.pop()
        sign, one, other = tape.operations[at]
        if sign == "*":
            waiting += [one, other]
        elif sign == "const":
            number *= one
        else:
            factors.append(at)
    return number, tuple(sorted(factors))


def _sum(tape: Tape, terms: _Terms, depends: _Depends) -> int:
    """The place of a sum of terms."""
    bits = 0
    for factors in terms:
        for factor in factors:
            bits |= depends(factor)
    axes = [axis for axis in range(bits.bit_length()) if bits >> axis & 1]
    if len(axes) < 2:
        parts = [_product(tape, factors, times) for factors, times in terms.items()]
    else:
        split = min((_split(terms, depends, axis) for axis in axes), key=len)
        parts = [
            _product(tape, (*common, _sum(tape, rest, depends)), 1)
            for common, rest in split.items()
        ]
    return _joined(tape, "+", parts)


def _split(terms: _Terms, depends: _Depends, axis: int) -> dict[_Factors, _Terms]:
    """Terms by those of their factors that depend on an axis."""
    found: dict[_Factors, _Terms] = {}
    for factors, times in terms.items():
        common = tuple([factor for factor in factors if depends(factor) >> axis & 1])
        rest = tuple([factor for factor in factors if not depends(factor) >> axis & 1])
        found.setdefault(common, {})[rest] = times
    return found


def _product(tape: Tape, factors: _Factors, times: int) -> int:
    """The place of a product of numbers."""
    product = tape.place(times)
    for factor in factors:
        if tape.operations[product] == ("const", 1, 0):
            product = factor
        else:
            product = tape.join("*", *sorted((product, factor)))
    return product
