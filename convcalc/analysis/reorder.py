"""The steps of one network in the order of another, as far as possible.

Branches can be written in any order. Those of the second network get the order of their
partners in the first, so that a comparison in order finds them.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING

from convcalc.analysis.settings import plain_kind, settings_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from convcalc.analysis.analysis import Step, Work

Signs = dict["Hashable", int]  # a number for each distinct thing


def in_order_of(first: Sequence[Step], second: Sequence[Step]) -> list[Step]:
    """The steps of the second network in the order of the first; unchanged if that is the same.

    Args:
        first, second: the steps of the networks; each step comes after the steps that it reads.
    """
    wanted = _wanted_places(first, second)
    if all(a <= b for a, b in pairwise(wanted)):
        return [*second]
    return _sorted(second, wanted)


def _wanted_places(first: Sequence[Step], second: Sequence[Step]) -> list[int]:
    """For each step of the second network, the place of its partner in the first.

    A partner does the same with the same inputs, back to the input; else it has the same name and kind.
    A step without one stays after the step before it.
    """
    numbers: Signs = {}
    works: dict[Work, Hashable] = {}
    alike: dict[int, list[int]] = {}
    for place, sign in enumerate(_signs(first, numbers, works)):
        alike.setdefault(sign, []).append(place)
    for places in alike.values():
        places.reverse()  # the first one is used first
    named = {(step.name, step.kind): place for place, step in enumerate(first)}
    wanted: list[int] = []
    for step, sign in zip(second, _signs(second, numbers, works)):
        before = wanted[-1] if wanted else 0
        same = alike.get(sign)
        wanted.append(same.pop() if same else named.get((step.name, step.kind), before))
    return wanted


def _signs(steps: Sequence[Step], numbers: Signs, works: dict[Work, Hashable]) -> list[int]:
    """A number for each step; equal for steps that do the same with the same inputs."""
    found: dict[Step, int] = {}
    for step in steps:
        own = works.get(step.work)
        if own is None:
            own = works[step.work] = (plain_kind(step), tuple(settings_of(step).items()))
        # The order of a step's inputs is compared later, with its pair.
        read = sorted([found.get(each, -1 - abs(each.place)) for each in step.before])
        sign: Hashable = (own, step.output, tuple(read))
        found[step] = numbers.setdefault(sign, len(numbers))
    return [found[step] for step in steps]


def _sorted(steps: Sequence[Step], wanted: Sequence[int]) -> list[Step]:
    """The steps by their wanted places, each still after the steps that it reads or shares weights with."""
    at = {step: number for number, step in enumerate(steps)}
    readers: list[list[int]] = [[] for _ in steps]
    missing = [0] * len(steps)
    for number, step in enumerate(steps):
        needed = {at[each] for each in (*step.before, step.owner) if each in at}
        missing[number] = len(needed)
        for each in needed:
            readers[each].append(number)
    ready = [(wanted[number], number) for number, count in enumerate(missing) if not count]
    heapify(ready)
    found = []
    while ready:
        _, number = heappop(ready)
        found.append(steps[number])
        for each in readers[number]:
            missing[each] -= 1
            if not missing[each]:
                heappush(ready, (wanted[each], each))
    return found
