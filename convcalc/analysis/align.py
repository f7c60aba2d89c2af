"""Match the layers of two networks: by names, by shapes, or only by options.

First, equal runs at both ends are matched. Then a longest common subsequence (Myers 1986, "An
O(ND) difference algorithm"), if few layers differ; then layers that are unique on both sides.
Each way is tried on the whole networks; the one with the fewest differences is used.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from convcalc.analysis.settings import differing, plain_kind, settings_of

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step, Work

Matches = list[tuple[int, int]]  # places in the first and in the second network, both increasing

_MOST_STEPS = 300_000  # steps of the search for longest common subsequences, for one way to align
_MOST_EDITS = 400  # unmatched layers on both sides up to which a search continues
_DIFFERS = 1_000_000  # cost of a layer that differs, or that only one side has


class Pair(NamedTuple):
    """Matching layers of two networks; None if only the other network has one."""

    first: Step | None
    second: Step | None


class _Alike(NamedTuple):
    """What two layers can have in common."""

    name: Hashable
    exact: Hashable
    options: Hashable
    output: Hashable
    kind: Hashable
    family_output: Hashable
    family: Hashable


_BY_SHAPE = ("exact", "options", "output", "kind", "family_output", "family")
_BY_NAME = ("name", *_BY_SHAPE)
_BY_OPTIONS = _BY_SHAPE[1:]


def align(first: Sequence[Step], second: Sequence[Step]) -> list[Pair]:
    """The layers of two networks in pairs; both keep their order.

    Args:
        first, second: the steps of the networks; each step comes after the steps that it reads.
    """
    known: dict[Work, Hashable] = {}
    one, other = ([_alike(step, known) for step in steps] for steps in (first, second))
    best: Matches = []
    least = -1
    for way in (_BY_NAME, _BY_SHAPE, _BY_OPTIONS):
        matches = _aligned(one, other, way)
        cost = (len(first) + len(second) - 2 * len(matches)) * _DIFFERS
        cost += sum(_cost(first[i], second[j], one[i], other[j]) for i, j in matches)
        if least < 0 or cost < least:
            best, least = matches, cost
    return list(_pairs(first, second, best))


def _alike(step: Step, known: dict[Work, Hashable]) -> _Alike:
    """What a layer can have in common with another; repeated steps share the result."""
    settings = known.get(step.work)
    if settings is None:
        settings = known[step.work] = tuple(settings_of(step).items())
    kind, family, output = plain_kind(step), step.layer.family, step.output
    return _Alike(
        name=(step.name, kind),
        exact=(kind, settings, output),
        options=(kind, settings),
        output=(kind, output),
        kind=kind,
        family_output=(family, output),
        family=family,
    )


def _cost(first: Step, second: Step, one: _Alike, other: _Alike) -> int:
    """The cost of a pair: high for a different option, low for a shape that follows from one."""
    if one.exact == other.exact:
        return 0
    if one.kind != other.kind or (one.options != other.options and differing(first, second)):
        return _DIFFERS
    return 1


# ---------------------------------------------------------------------------------- matching


def _pairs(first: Sequence[Step], second: Sequence[Step], matches: Matches) -> Iterator[Pair]:
    """All layers in order: matched pairs, and between them the layers of only one side."""
    i = j = 0
    for x, y in [*matches, (len(first), len(second))]:
        yield from (Pair(step, None) for step in first[i:x])
        yield from (Pair(None, step) for step in second[j:y])
        if x < len(first) and y < len(second):
            yield Pair(first[x], second[y])
        i, j = x + 1, y + 1


def _aligned(first: Sequence[_Alike], second: Sequence[_Alike], way: Sequence[str]) -> Matches:
    """The places that match by the first key of a way; between them by the next key, and so on."""
    search = _Search()
    matches: Matches = []
    for key in way:
        numbers: dict[Hashable, int] = {}
        a = [numbers.setdefault(getattr(each, key), len(numbers)) for each in first]
        b = [numbers.setdefault(getattr(each, key), len(numbers)) for each in second]
        found: Matches = []
        i = j = 0
        for x, y in [*matches, (len(a), len(b))]:
            found += [(i + s, j + t) for s, t in search.common(a[i:x], b[j:y])]
            found.append((x, y))
            i, j = x + 1, y + 1
        matches = found[:-1]
    return matches


class _Search:
    """Common subsequences, with a total limit on the work."""

    def __init__(self) -> None:
        self.left = _MOST_STEPS

    def common(self, a: list[int], b: list[int]) -> Matches:
        """Places in a and b with equal values, both increasing."""
        if not a or not b:
            return []
        start = _run(a, b)
        end = _run(a[start:][::-1], b[start:][::-1])
        inner, other = a[start : len(a) - end], b[start : len(b) - end]
        middle = self.longest(inner, other)
        if middle is None:
            middle = self.between(inner, other, _unique(inner, other))
        return [
            *((i, i) for i in range(start)),
            *((start + i, start + j) for i, j in middle),
            *((len(a) - k, len(b) - k) for k in range(end, 0, -1)),
        ]

    def between(self, a: list[int], b: list[int], anchors: Matches) -> Matches:
        """The anchors, and the common parts between them."""
        found: Matches = []
        i = j = 0
        for x, y in [*anchors, (len(a), len(b))]:
            part = self.longest(a[i:x], b[j:y])
            if part is None:
                part = _next_equal(a[i:x], b[j:y])
            found += [(i + s, j + t) for s, t in part]
            found.append((x, y))
            i, j = x + 1, y + 1
        return found[:-1]

    def longest(self, a: list[int], b: list[int]) -> Matches | None:
        """A longest common subsequence; None if the search takes too many steps."""
        if not a or not b or set(a).isdisjoint(b):
            return []
        reached = {1: 0}
        history: list[dict[int, int]] = []
        for edits in range(min(len(a) + len(b), _MOST_EDITS) + 1):
            self.left -= edits + 1
            if self.left < 0:
                return None
            history.append(reached)
            reached = dict(reached)
            for k in range(-edits, edits + 1, 2):
                down = k == -edits or (k != edits and reached[k - 1] < reached[k + 1])
                x = reached[k + 1] if down else reached[k - 1] + 1
                if x > len(a) or x - k > len(b):
                    reached[k] = x
                    continue
                while x < len(a) and x - k < len(b) and a[x] == b[x - k]:
                    x += 1
                reached[k] = x
                if x == len(a) and x - k == len(b):
                    return _backtrack(history, x, x - k)
        return None


def _backtrack(history: list[dict[int, int]], x: int, y: int) -> Matches:
    """The matches on the shortest way from the start to (x, y)."""
    found: Matches = []
    for edits in range(len(history) - 1, -1, -1):
        reached, k = history[edits], x - y
        down = k == -edits or (k != edits and reached[k - 1] < reached[k + 1])
        before = k + 1 if down else k - 1
        old_x = reached[before]
        old_y = old_x - before
        while x > max(old_x, 0) and y > max(old_y, 0):
            x, y = x - 1, y - 1
            found.append((x, y))
        x, y = old_x, old_y
    return found[::-1]


def _run(a: list[int], b: list[int]) -> int:
    """The length of the common beginning."""
    for i, (x, y) in enumerate(zip(a, b)):
        if x != y:
            return i
    return min(len(a), len(b))


def _unique(a: list[int], b: list[int]) -> Matches:
    """Values that occur once in each, as long as their order is the same in both."""
    places, others = _once(a), _once(b)
    both = [(i, others[value]) for value, i in places.items() if value in others]
    ends: list[int] = []  # for each length of an increasing run, the smallest last place in b
    at: list[int] = []
    before: list[int] = []
    for n, (_, j) in enumerate(both):
        length = bisect_left(ends, j)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        at[length : length + 1] = [n]
    found: Matches = []
    n = at[-1] if at else -1
    while n >= 0:
        found.append(both[n])
        n = before[n]
    return found[::-1]


def _once(values: list[int]) -> dict[int, int]:
    """The places of values that occur once, in order."""
    places: dict[int, int] = {}
    for i, value in enumerate(values):
        places[value] = -1 if value in places else i
    return {value: i for value, i in places.items() if i >= 0}


def _next_equal(a: list[int], b: list[int]) -> Matches:
    """For each value of a, the next equal value of b: fast, but not the longest."""
    places: dict[int, list[int]] = {}
    for j, value in enumerate(b):
        places.setdefault(value, []).append(j)
    found: Matches = []
    j = 0
    for i, value in enumerate(a):
        known = places.get(value, [])
        at = bisect_left(known, j)
        if at < len(known) and known[at] - j <= len(a) - i:
            j = known[at] + 1
            found.append((i, j - 1))
    return found
