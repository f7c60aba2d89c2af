"""The width, depth or resolution that keeps a network within limits, the largest first."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import UsageError
from convcalc.interop.load import opened
from convcalc.network.budget import Budget, read_most
from convcalc.network.expression import said
from convcalc.solve.largest import Places, Point, largest_of_all, largest_rising, lines, moved
from convcalc.solve.ranges import shown, values_of
from convcalc.solve.trials import INPUT, MEASURES, Limit, Totals, Trials
from convcalc.solve.varied import (
    MAX_VALUES,
    Varied,
    is_idle,
    is_number,
    none_works,
    sample,
    some_fail,
    turn_of,
    varied_of,
)
from convcalc.text import quoted, shortened

if TYPE_CHECKING:
    from convcalc.layers import Shape
    from convcalc.solve.ranges import Number

MAX_WORK = 5 * 10**6  # most layers to walk, over all networks that may be tried
_USUAL_WORK = 3 * 10**5  # the same if no values are given: above it, steps become larger
_MOST_TRIED = 4 * 10**5  # the same if every network must be tried
_PER_LINE = 4  # approximate number of networks tried along the last axis
_FEW = {Fraction(3, 2): 3, Fraction(3): 1}
"""How unevenly three parameters may change unless their values are given; more so where that gives fewer networks."""
_LISTED = 12  # most networks of a single axis
_SHARE = 20  # candidates within a twentieth (5 %) count as equally full


class Candidate(NamedTuple):
    """A network that was found.

    Attributes:
        parameters: the parameters that may change, with their values.
        input: the input, if the resolution may change; else None.
        totals: params, macs, and other limited amounts.
        stops: the limits that a larger value of any parameter would break.
        used: the used share of each limit, 1 for all of it.
        fits: whether it meets all limits.
        unevenness: the largest factor from the network's own values to these, divided by the smallest.
        options: the options for this network, as typed after its name.
    """

    parameters: dict[str, Number]
    input: Shape | None
    totals: Totals
    stops: tuple[str, ...]
    used: dict[str, Fraction]
    fits: bool
    unevenness: Fraction
    options: str


class Found(NamedTuple):
    """The result of a search.

    Attributes:
        name: the network's name.
        limits: the requested limits.
        own: the amounts of the unchanged network.
        fits: whether these already meet the limits.
        varied: what may change, with the values tried.
        left: parameters that also scale the network, but stay unchanged.
        idle: the varied parameters that do not change the limited amounts.
        candidates: the largest networks that fit, the best first; if none fits, the nearest one.
        notes: anything unusual, a sentence each.
        tried: how many networks were walked.
        batch, dtype: for the memory.
    """

    name: str
    limits: tuple[Limit, ...]
    own: Totals
    fits: bool
    varied: tuple[Varied, ...]
    left: tuple[str, ...]
    idle: tuple[str, ...]
    candidates: list[Candidate]
    notes: list[str]
    tried: int
    batch: int
    dtype: str

    def __repr__(self) -> str:
        best, limits = self.candidates[0], ", ".join(f"{e.name} ≤ {e.text}" for e in self.limits)
        return f"<Found {self.name} with {limits}: {len(self.candidates)}, first {best.options}>"

    @property
    def names(self) -> list[str]:
        """The names of what may change."""
        return [each.name for each in self.varied]

    @property
    def any_fits(self) -> bool:
        """Whether any network meets all limits."""
        return self.candidates[0].fits


def budget(
    target: str,
    limits: Mapping[str, int | str | None],
    *,
    vary: Iterable[str] | Mapping[str, Any] = (),
    given: Mapping[str, Any] | None = None,
    shape: Any = None,
    batch: int = 1,
    dtype: str = "float32",
    tell: Callable[[int], None] | None = None,
    **options: Any,
) -> Found:
    """The largest networks of a file that meet limits.

    Args:
        target: a path, or a bundled name.
        limits: by the names of `convcalc.solve.trials.MEASURES`; by default those in the file.
        vary: what may change: names, each with or without values after ``=``; or names with values:
            numbers, a text such as ``0.5..1.5:0.25``, or None for the usual ones.
        given, shape: parameters and an input that are set, and fixed unless they are varied.
        batch, dtype: for the memory.
        tell: called with the number of networks tried.
        options: as for `convcalc.interop.load.opened`.

    Raises:
        UsageError: no limit, an unknown parameter, nothing that scales, or too much to try.
        SpecError: the file has an error.
    """
    file, given = opened(target, **options), given or {}
    found = tuple([_limit(name, most) for name, most in limits.items() if most is not None])
    found = found or _own_limits(file.with_values(given, shape).expect)
    order = options.get("order", "")
    trials = Trials(
        file, found, given=given, shape=shape, order=order, batch=batch, dtype=dtype, tell=tell
    )
    asked = _asked(vary)
    varied, left = varied_of(trials, asked, [*given, *([INPUT] if shape else [])])
    search = _Search(trials, varied, is_given=any(asked.values()))
    candidates = search.candidates()
    return Found(
        name=trials.own.network.name,
        limits=found,
        own=trials.totals,
        fits=not trials.broken(trials.totals),
        varied=tuple([axis for name in search.names for axis in search.axes if axis.name == name]),
        left=tuple(left),
        idle=tuple([axis.name for axis in search.axes if is_idle(trials, axis)]),
        candidates=candidates,
        notes=[*search.notes, *([f"at least this much: {trials.unsure}"] if trials.unsure else [])],
        tried=trials.count,
        batch=batch,
        dtype=dtype,
    )


def _limit(name: str, most: int | str) -> Limit:
    """A limit.

    Raises:
        UsageError: it is not a limit.
    """
    text = f"{most:,}" if isinstance(most, int) else str(most)
    try:
        return Limit(name, read_most(str(most), of_bytes=name == "memory"), text)
    except ValueError as error:
        message = f"{name}: {quoted(str(most))} {error}"
        raise UsageError(message) from None


def _own_limits(expect: Mapping[str, Any]) -> tuple[Limit, ...]:
    """The limits in a file, such as ``expect: {params: "<= 5M"}``.

    Raises:
        UsageError: it has none.
    """
    promised = {name: expect[name] for name in MEASURES if isinstance(expect.get(name), Budget)}
    limits = tuple(
        [
            Limit(
                name,
                math.ceil(each.value) - 1 if each.sign == "<" else math.floor(each.value),
                each.text.lstrip("<=≤ "),
            )
            for name, each in promised.items()
            if each.is_most
        ]
    )
    if not limits:
        message = "no limit; give params, macs, flops or memory, for example --macs 300M"
        raise UsageError(message)
    return limits


def _asked(vary: Iterable[str] | Mapping[str, Any]) -> dict[str, tuple[Number, ...] | None]:
    """What may change, with the given values.

    Raises:
        UsageError: a name or a value is missing, or a name is given twice.
    """
    if isinstance(vary, Mapping):
        pairs = list(vary.items())
    else:
        pairs = [_parted(text) for text in ([vary] if isinstance(vary, str) else vary)]
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            message = f"--vary {shortened(name)} is given twice; give all its values at once, as {shortened(name)}=1,2"
            raise UsageError(message)
    return {name: None if values is None else _numbers(values, name) for name, values in pairs}


def _parted(text: str) -> tuple[str, str | None]:
    """A name, and its values after an equals sign.

    Raises:
        UsageError: one of them is missing.
    """
    name, equals, values = map(str.strip, text.partition("="))
    if not name or (equals and not values):
        message = f"--vary {quoted(text)}: name what can change, such as width, or with values, such as width=0.5..1.5:0.25"
        raise UsageError(message)
    return name, values or None


def _numbers(values: Any, name: str) -> tuple[Number, ...]:
    """The values of a parameter, exact and ascending.

    Raises:
        UsageError: they are not numbers, or too many.
    """
    what = f"--vary {shortened(name)}"
    if not isinstance(values, str):
        values = list(values) if isinstance(values, Iterable) else [values]
        values = ",".join([shown(value) if is_number(value) else str(value) for value in values])
    found = values_of(values, what)
    if len(found) > MAX_VALUES:
        message = f"{what}: lists {len(found):,} values; give at most {MAX_VALUES:,}"
        raise UsageError(message)
    for value in found:
        if not is_number(value):
            message = f"{what}: {said(value)} is not a number; write for example 0.5..1.5:0.25, or 0.5,0.75,1"
            raise UsageError(message)
    return tuple(sorted(found))


class _Search:
    """The search for the largest networks.

    Args:
        trials: the trials of the network.
        varied: what may change.
        is_given: whether values were given, so that none may be left out.
    """

    def __init__(self, trials: Trials, varied: Sequence[Varied], *, is_given: bool) -> None:
        self.trials, self.is_given = trials, is_given
        self.notes: list[str] = []
        self.names = [each.name for each in varied]
        self.most_uneven = None if is_given or len(varied) < 3 else min(_FEW)
        self.axes = list(varied)
        self._thin(self._work, _USUAL_WORK)
        self.axes = [self._working(axis) for axis in self.axes]
        self._sort()

    # ------------------------------------------------------------------------------ networks

    def values(self, point: Point) -> dict[str, Number]:
        """The values at a point, in the order of the request."""
        found = {axis.name: axis.values[place] for axis, place in zip(self.axes, point)}
        return {name: found[name] for name in self.names}

    def totals(self, point: Point) -> Totals | None:
        """The amounts of the network at a point; None if there is no network."""
        return self.trials.totals_of(self.values(point))

    def fits(self, point: Point) -> bool | None:
        """Whether the network at a point meets all limits; None if there is no network."""
        totals = self.totals(point)
        return None if totals is None else not self.trials.broken(totals)

    def _unevenness(self, values: Mapping[str, Number]) -> Fraction:
        """The largest factor from the network's own values to these, divided by the smallest."""
        pairs = [(Fraction(values[axis.name]), Fraction(axis.own)) for axis in self.axes]
        factors = [value / own for value, own in pairs if own > 0 < value]
        return max(factors) / min(factors) if factors else Fraction(1)

    def _even_places(self, start: Point) -> Places:
        """The places along the last axis that change the network about as much as the other axes do."""
        last = self.axes[-1]
        if self.most_uneven is None:
            return 0, len(last.values)
        factors = [self._factor(axis, place) for axis, place in enumerate(start)]
        least, most = max(factors) / self.most_uneven, min(factors) * self.most_uneven
        if min(factors) < least:
            return 0, 0
        return bisect_left(last.values, least * last.own), bisect_right(
            last.values, most * last.own
        )

    def _is_even_and_fits(self, point: Point) -> bool | None:
        """Whether the network at a point meets all limits, and its values change about equally."""
        first, end = self._even_places(point[:-1])
        return first <= point[-1] < end and self.fits(point)

    # ---------------------------------------------------------------------------- how much work

    def _sizes(self) -> list[int]:
        """How many values each axis has."""
        return [len(axis.values) for axis in self.axes]

    def _sort(self) -> None:
        """Put the longest axis last, because the last is searched by bisection."""
        self.axes.sort(key=lambda axis: len(axis.values))

    def _work(self) -> int:
        """The approximate number of layers to walk in a search by bisection."""
        self._sort()
        places = None if self.most_uneven is None else self._even_places
        return lines(self._sizes(), places) * _PER_LINE * len(self.trials.own.steps)

    def _all_work(self) -> int:
        """The number of layers to walk to try every point."""
        return math.prod(self._sizes()) * len(self.trials.own.steps)

    def _thin(self, work: Callable[[], int], most: int) -> None:
        """If no values were given, leave out every second value until the work is small enough.

        Raises:
            UsageError: values were given, and the work is too much.
        """
        while not self.is_given and work() > most and max(self._sizes()) > 2:
            self.axes = [_thinned(axis) for axis in self.axes]
        if (needed := work()) > MAX_WORK:
            many = " · ".join([f"{len(axis.values):,} of {axis.name}" for axis in self.axes])
            message = (
                f"{self.trials.own.network.name}: {many} are too many values to try together (about {needed:,} "
                f"layers to compute; at most {MAX_WORK:,}); give fewer, such as --vary {self.names[0]}=1..2:0.25"
            )
            raise UsageError(message)

    def _working(self, axis: Varied) -> Varied:
        """The axis without values that give no network; all are tried if some of a sample fail."""
        if all(self.trials.totals_of({axis.name: value}) for value in sample(axis.values)):
            return axis
        working = [value for value in axis.values if self.trials.totals_of({axis.name: value})]
        if not working:
            raise UsageError(none_works(self.trials.own.network.name, axis))
        self.notes.append(some_fail(axis, working))
        return axis._replace(values=tuple(working))

    # ------------------------------------------------------------------------------- the search

    def candidates(self) -> list[Candidate]:
        """The largest networks that fit, the best first; the nearest one if none does."""
        points = self._largest()
        while self.most_uneven is not None and len(points) < _FEW[self.most_uneven]:
            self.most_uneven = next((each for each in _FEW if each > self.most_uneven), None)
            self._thin(self._work, _USUAL_WORK)
            points = self._largest()
        if len(self.axes) == 1 and points:
            points = self._below(points[0][0])
        found = [self._candidate_at(point) for point in points]
        binding = {name for each in found for name in each.stops}
        return sorted(found, key=partial(_rank, binding, len(self.axes))) or [self._nearest()]

    def _largest(self) -> list[Point]:
        """The points that fit and have no larger point that fits."""
        turns = [turn for axis in self.axes if (turn := turn_of(self.trials, axis))]
        if not turns:
            points = largest_rising(self._sizes(), self.fits, self._even_places)
            if points is not None:
                return list(dict.fromkeys(map(self._filled_up, points)))
        note = turns[0] if turns else "some values do not fit together"
        if not any(each.startswith(note) for each in self.notes):
            self.notes.append(f"{note}, so all were tried")
        self._thin(self._all_work, _MOST_TRIED)
        return largest_of_all(self._sizes(), self._is_even_and_fits)

    def _filled_up(self, point: Point) -> Point:
        """The point with each axis raised as far as it fits, first the axis that was changed least."""
        left = set(range(len(self.axes)))
        while left:
            axis = min(left, key=lambda each: self._factor(each, point[each]))
            more = moved(point, axis, 1)
            if more[axis] < len(self.axes[axis].values) and self.fits(more):
                point = more
            else:
                left.discard(axis)
        return point

    def _factor(self, axis: int, place: int) -> Fraction:
        """The factor from the own value of an axis to another one."""
        return Fraction(self.axes[axis].values[place]) / Fraction(self.axes[axis].own)

    def _below(self, largest: int) -> list[Point]:
        """The largest values of a single axis that fit; only one of equal networks."""
        found: dict[tuple[int, ...], Point] = {}
        for place in range(largest, -1, -1):
            totals = self.totals((place,))
            if totals and not self.trials.broken(totals):
                found.setdefault(tuple(totals.values()), (place,))
            if len(found) == _LISTED:
                break
        return list(found.values())

    def _candidate_at(self, point: Point) -> Candidate:
        """The network at a point."""
        totals = self.totals(point)
        assert totals is not None
        stops: set[str] = set()
        for axis, each in enumerate(self.axes):
            if point[axis] + 1 < len(each.values) and (more := self.totals(moved(point, axis, 1))):
                stops |= {*self.trials.broken(more)}
        return self._candidate(self.values(self._settled(point)), totals, stops)

    def _settled(self, point: Point) -> Point:
        """Of smaller points with the same network, the one with values nearest to the network's own."""
        totals = self.totals(point)
        for axis, each in enumerate(self.axes):
            same = [point]
            while same[-1][axis] and self.totals(lower := moved(same[-1], axis, -1)) == totals:
                same.append(lower)
            off = {other: abs(Fraction(each.values[other[axis]] - each.own)) for other in same}
            point = min(same, key=off.__getitem__)
        return point

    def _candidate(
        self, values: Mapping[str, Number], totals: Totals, stops: Container[str]
    ) -> Candidate:
        """The network with given values."""
        limits = self.trials.limits
        return Candidate(
            parameters={name: value for name, value in values.items() if name != INPUT},
            input=self.trials.shape(values[INPUT]) if INPUT in values else None,
            totals=totals,
            stops=tuple([limit.name for limit in limits if limit.name in stops]),
            used={limit.name: Fraction(totals[limit.name], limit.most) for limit in limits},
            fits=not self.trials.broken(totals),
            unevenness=self._unevenness(values),
            options=self.trials.options(values),
        )

    def _nearest(self) -> Candidate:
        """If none fits, the tried network that exceeds a limit least.

        Raises:
            UsageError: no combination of values gives a network.
        """
        self.totals((0,) * len(self.axes))
        own = {axis.name: axis.own for axis in self.axes}
        tried = [
            ({**own, **values}, totals)
            for values, totals in self.trials.tried()
            if {*values} <= {*own}
        ]
        among = [
            pair for pair in tried if all(pair[0][axis.name] in axis.values for axis in self.axes)
        ]
        if not among:
            message = (
                f"{self.trials.own.network.name}: with no values of {' and '.join(self.names)} together the layers fit; "
                f"give others, such as --vary {self.names[0]}={shown(own[self.names[0]])}"
            )
            raise UsageError(message)
        values, totals = min(among, key=lambda pair: max(self.trials.shares(pair[1])))
        return self._candidate({name: values[name] for name in self.names}, totals, ())


def _rank(binding: Container[str], axes: int, candidate: Candidate) -> tuple[Fraction | int, ...]:
    """The sort key: the fullest first, by limits that stop any; within 5 % the most even first."""
    used = [share for name, share in candidate.used.items() if name in binding]
    full = sum(used or candidate.used.values(), Fraction()) / len(used or candidate.used)
    if axes == 1:
        return (-full, -candidate.unevenness)
    return (-(full * _SHARE // 1), candidate.unevenness, -full)


def _thinned(axis: Varied) -> Varied:
    """Every second value, including the own value."""
    start = axis.values.index(axis.own) % 2
    return axis._replace(values=axis.values[start::2])
