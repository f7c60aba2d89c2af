"""Differences between two networks, layer by layer, and which of them follow from others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from convcalc.analysis.align import Pair, align
from convcalc.analysis.reorder import in_order_of
from convcalc.analysis.settings import differing, plain_kind
from convcalc.text import listed, plural, times

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Sequence

    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.layers import Shape

Sort = Literal["same", "changed", "follows", "only first", "only second"]

_MOST_SOURCES = 8  # inputs of a layer in only one network; with more, its readers are not compared
_MANY_ALIKE = 4  # this many rows with the same difference are shown as one


@dataclass(slots=True)
class Difference:
    """A layer of each network, or of only one, and its differences.

    Attributes:
        first, second: its names in the networks; empty if a network does not have it.
        kind: the layer kind, of the first network if it has one.
        sort: ``changed`` if the layer itself differs, ``follows`` if only its input differs.
        changes: the differences, in words.
        cause: the layer that it follows from; empty if there is none.
        outputs: the output shapes; None without a layer.
        params, macs: second network minus first; None if a cost is unavailable.
        layers: the number of layers in the row.
    """

    first: str
    second: str
    kind: str
    sort: Sort
    changes: tuple[str, ...]
    cause: str
    outputs: tuple[Shape | None, Shape | None]
    params: int | None
    macs: int | None
    layers: int = 1


def differences(first: Analysis, second: Analysis) -> list[Difference]:
    """A row for every input and layer of two networks, in order, including equal pairs."""
    pairs = align(first.steps, in_order_of(first.steps, second.steps))
    return _Comparison(first, second, pairs).rows()


class _Comparison:
    """Goes through the pairs in order, and stores what later pairs need.

    Attributes:
        sources: for each step, the pairs that it represents: its own, or those of its inputs.
        causes: for each step with another output shape than its partner, the reason.
        alone: the steps without a partner.
    """

    def __init__(self, first: Analysis, second: Analysis, pairs: Sequence[Pair]) -> None:
        self.first, self.second, self.pairs = first, second, pairs
        self.sources: dict[Step, tuple[Hashable, ...]] = {}
        self.causes: dict[Step, str] = {}
        self.alone: set[Step] = set()

    def rows(self) -> list[Difference]:
        """All rows."""
        rows = [row for row in self.images() if row.sort != "same"]
        for number, (first, second) in enumerate(self.pairs):
            if first and second:
                self.sources[first] = self.sources[second] = (number,)
                rows.append(self.both(first, second))
            elif step := first or second:
                rows.append(self.only(step, "only first" if first else "only second"))
        return [*rows, *self.ends()]

    def images(self) -> Iterable[Difference]:
        """The inputs, in pairs by order."""
        one, other = self.first.images, self.second.images
        for number, (first, second) in enumerate(zip(one, other)):
            self.sources[first] = self.sources[second] = (-1 - number,)
            if first.output == second.output:
                continue
            self.causes[first] = self.causes[second] = first.name
            yield _row(first, second, "changed", (_arrow(first.output, second.output, "comes in"),))
        for step in one[len(other) :]:
            yield self.only(step, "only first")
        for step in other[len(one) :]:
            yield self.only(step, "only second")

    def only(self, step: Step, sort: Sort) -> Difference:
        """A layer in only one network; in the other, its readers read its inputs."""
        found = dict.fromkeys(each for source in step.before for each in self.sources[source])
        self.sources[step] = tuple(found)[:_MOST_SOURCES] if step.before else (step,)
        self.alone.add(step)
        if step.output not in step.shapes or not step.before:
            self.causes[step] = step.name
        elif cause := next((self.causes[s] for s in step.before if s in self.causes), ""):
            self.causes[step] = cause
        if sort == "only first":
            return _row(step, None, sort, ("only in the first",))
        return _row(None, step, sort, ("only in the second",))

    def both(self, first: Step, second: Step) -> Difference:
        """A pair of layers."""
        is_alike = plain_kind(first) == plain_kind(second)
        own = [] if is_alike else [f"kind {first.kind} → {second.kind}"]
        own += differing(first, second)
        own += self.weights(first, second)
        own += self.reads(first, second)
        gives_other = first.output != second.output
        if own:
            if gives_other:
                self.causes[first] = self.causes[second] = first.name
                if first.output[1:] != second.output[1:]:  # options already show different channels
                    own.append(_arrow(first.output, second.output, "comes out"))
            return _row(first, second, "changed", tuple(own))
        change = _what_follows(first, second)
        if not change:
            return _row(first, second, "same", ())
        cause = next(
            (self.causes[s] for s in (*first.before, *second.before) if s in self.causes), ""
        )
        if gives_other:
            self.causes[first] = self.causes[second] = cause
        return _row(first, second, "follows", (change,), cause)

    def weights(self, first: Step, second: Step) -> list[str]:
        """The change if they use weights of different layers; empty if not."""
        owners = first.owner, second.owner
        one, other = (owner and self.sources.get(owner) for owner in owners)
        if one == other:
            return []
        words = [f"those of {owner.name}" if owner else "its own" for owner in owners]
        return [f"weights {words[0]} → {words[1]}"]

    def reads(self, first: Step, second: Step) -> list[str]:
        """The change if they read different layers; empty if not. Layers in only one network are skipped."""
        one, other = (
            [each for source in step.before for each in self.sources[source]]
            for step in (first, second)
        )
        if self.alone.isdisjoint((*first.before, *second.before)):
            mixes = first.output in first.shapes  # a sum; order only matters in a concat
            agrees = one == other or (mixes and sorted(map(str, one)) == sorted(map(str, other)))
        else:
            agrees = not set(one).isdisjoint(other) or (not one and not other)
        if agrees:
            return []
        if sorted(map(str, one)) == sorted(map(str, other)):
            return ["reads its inputs in another order"]
        words = [listed(step.inputs) or "nothing" for step in (first, second)]
        return [f"reads {words[0]} → {words[1]}"]

    def ends(self) -> Iterable[Difference]:
        """The outputs of the networks, if they are not the same layers."""
        ends = self.first.outputs, self.second.outputs
        one, other = ({self.sources[step] for step in side} for side in ends)
        if one != other and self.alone.isdisjoint((*ends[0], *ends[1])):
            words = [listed([step.name for step in side]) for side in ends]
            change = f"{words[0]} → {words[1]}"
            yield Difference(
                "outputs", "outputs", "outputs", "changed", (change,), "", (None, None), 0, 0
            )


def _row(
    first: Step | None, second: Step | None, sort: Sort, changes: tuple[str, ...], cause: str = ""
) -> Difference:
    """A row of these steps; if a cost is unknown on both sides and the steps are equal, the difference is 0."""
    steps = [step for step in (first, second) if step]
    known = all(step.is_costed for step in steps) or sort == "same"
    signs = [1 if step is second else -1 for step in steps]
    return Difference(
        first=first.name if first else "",
        second=second.name if second else "",
        kind=steps[0].kind,
        sort=sort,
        changes=changes,
        cause=cause,
        outputs=(first.output if first else None, second.output if second else None),
        params=sum(s * step.params for s, step in zip(signs, steps)) if known else None,
        macs=sum(s * step.macs for s, step in zip(signs, steps)) if known else None,
    )


def _what_follows(first: Step, second: Step) -> str:
    """How layers with equal options differ because of their inputs; empty if they do not."""
    if first.output != second.output:
        return _shape_change(first.output, second.output, "out")
    one, other = sorted(first.shapes), sorted(second.shapes)
    if one != other:
        unlike = [(a, b) for a, b in zip(one, other) if a != b]
        return _shape_change(*(unlike or [(one[-1], other[-1])])[0], "in")
    costs = [(step.params, step.macs, step.is_costed) for step in (first, second)]
    return "its cost" if costs[0] != costs[1] else ""


def _shape_change(one: Shape, other: Shape, way: str) -> str:
    """Two shapes; only the map sizes if nothing else differs."""
    if _are_maps_alike(one, other):
        return f"maps of {times(other[1:])} instead of {times(one[1:])} come {way}"
    return f"{times(other)} instead of {times(one)} comes {way}"


def _arrow(one: Shape, other: Shape, verb: str) -> str:
    """Two shapes in a list of differences."""
    if _are_maps_alike(one, other):
        one, other = one[1:], other[1:]
    return f"{times(one)} → {times(other)} {verb}"


def _are_maps_alike(one: Shape, other: Shape) -> bool:
    """Whether they have the same number of channels and axes."""
    return len(one) == len(other) > 1 and one[0] == other[0]


# ------------------------------------------------------------------------------------ folding


def folded(rows: Sequence[Difference]) -> list[Difference]:
    """Fewer rows: equal consequences of one layer become one row, and many equal rows become one.

    If only sizes follow from one layer, but in many ways, all of them become one row.
    """
    ways: dict[str, set[tuple[str, ...]]] = {}
    for row in rows:
        if _is_size(row):
            ways.setdefault(row.cause, set()).add(row.changes)
    many = {cause for cause, changes in ways.items() if len(changes) >= _MANY_ALIKE}
    groups: dict[Hashable, list[Difference]] = {}
    for row in rows:
        groups.setdefault(_likeness(row, many), []).append(row)
    found = []
    for row in rows:
        group = groups[_likeness(row, many)]
        least = 2 if row.sort == "follows" else _MANY_ALIKE
        if row.sort == "same" or len(group) < least:
            found.append(row)
        elif row is group[0]:
            found.append(_merged(group))
    return found


def _is_size(row: Difference) -> bool:
    """Whether a row only has sizes that follow from another layer, and no change of parameters."""
    return row.sort == "follows" and bool(row.cause) and row.params == 0


def _likeness(row: Difference, many: Collection[str]) -> Hashable:
    """A key; rows with the same key are shown as one.

    Args:
        row: one of them.
        many: the layers whose sizes have consequences in many ways.
    """
    if _is_size(row) and row.cause in many:
        return row.sort, row.cause
    return row.sort, row.changes, row.cause, row.kind if row.sort != "follows" else ""


def _merged(group: Sequence[Difference]) -> Difference:
    """One row for several rows."""
    first, last = group[0], group[-1]
    is_range = first.sort == "follows"
    is_one_way = all(row.changes == first.changes for row in group)

    def name(names: Sequence[str]) -> str:
        return f"{names[0]} … {names[-1]}" if is_range else listed(names)

    def total(numbers: Sequence[int | None]) -> int | None:
        known = [number for number in numbers if number is not None]
        return sum(known) if len(known) == len(numbers) else None

    return Difference(
        first=name([row.first for row in group]) if first.first else "",
        second=name([row.second for row in group]) if first.second else "",
        kind=first.kind if len({row.kind for row in group}) == 1 else plural(len(group), "layer"),
        sort=first.sort,
        changes=first.changes if is_one_way else (f"{first.changes[0]}, and other sizes after it",),
        cause=first.cause,
        outputs=(last.outputs[0], last.outputs[1]),
        params=total([row.params for row in group]),
        macs=total([row.macs for row in group]),
        layers=len(group),
    )
