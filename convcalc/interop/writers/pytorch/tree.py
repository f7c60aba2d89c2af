"""The layers of a network as a tree, by the dots in their names, with the groups' inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from convcalc.interop.writers.pytorch.said import Said

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step


@dataclass(eq=False)
class Leaf:
    """A layer in the tree.

    Attributes:
        key: the last part of its name.
    """

    key: str
    step: Step
    said: Said

    @property
    def first(self) -> int:
        """The place of its step."""
        return self.step.place


@dataclass(eq=False)
class Group:
    """Layers whose names have the same beginning.

    Attributes:
        key: the last part of that beginning.
        path: the whole beginning, with dots; empty for the network.
        children: its content, in order.
        leaves: the layers in it and in the groups inside, in order.
    """

    key: str
    path: str
    children: list[Group | Leaf] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)

    @property
    def first(self) -> int:
        """The place of its first step."""
        return self.leaves[0].first

    def groups(self) -> Iterator[Group]:
        """The groups in it, inner ones first, then itself."""
        for child in self.children:
            if isinstance(child, Group):
                yield from child.groups()
        yield self


Child = Group | Leaf


def tree_of(analysis: Analysis, said: dict[int, Said]) -> Group:
    """The tree of all layers.

    Args:
        analysis: the walk of the network.
        said: the code of each layer, by its place.
    """
    root = Group("", "")
    known = {"": root}
    for step in analysis.steps:
        *above, key = step.name.split(".")
        leaf = Leaf(key, step, said[step.place])
        group = root
        group.leaves.append(leaf)
        for at, word in enumerate(above, 1):
            path = ".".join(above[:at])
            if path not in known:
                known[path] = Group(word, path)
                group.children.append(known[path])
            group = known[path]
            group.leaves.append(leaf)
        group.children.append(leaf)
    return root


_HIDDEN = -1_000_000_000  # minus the place of a pool: the place of its maxima's positions
_MOST_WOVEN = 1_000_000  # most layers between those of a group that are checked, for all groups


class Edges:
    """The connections between the groups of a tree.

    Attributes:
        readers: for each place, the places that read it.
        wanted: places of the network's outputs.

    Args:
        analysis: the walk of the network.
        pairs: for each unpooling, the pool with the positions of the maxima.
    """

    def __init__(self, analysis: Analysis, pairs: Mapping[int, int]) -> None:
        self.before = {step.place: [s.place for s in step.before] for step in analysis.steps}
        self._pools = {*pairs.values()}
        for place, pool in pairs.items():
            self.before[place].append(_HIDDEN - pool)
        self._budget = _MOST_WOVEN + 20 * len(analysis.steps)
        self.readers: dict[int, list[int]] = {}
        for place, sources in self.before.items():
            for source in sources:
                self.readers.setdefault(source, []).append(place)
        self.wanted = {step.place for step in analysis.outputs}
        self.used = set(self.wanted)  # what an output needs, directly or not
        for place in reversed(self.before):
            if place in self.used:
                self.used.update(self.before[place], map(self.maker, self.before[place]))

    def maker(self, place: int) -> int:
        """The layer that gives the value at a place."""
        return place if place > _HIDDEN // 2 else _HIDDEN - place

    def given(self, place: int) -> tuple[int, ...]:
        """The places of a layer's outputs: its own, and that of its maxima's positions."""
        return (place, _HIDDEN - place) if place in self._pools else (place,)

    def _own(self, group: Group) -> list[int]:
        """The places of all outputs of the layers of a group."""
        return [place for leaf in group.leaves for place in self.given(leaf.first)]

    def reads(self, group: Group) -> tuple[int, ...]:
        """The places outside a group that it reads, in order."""
        own = {*self._own(group)}
        used = [leaf.first for leaf in group.leaves if leaf.first in self.used]
        found = [source for place in used for source in self.before[place]]
        return tuple(dict.fromkeys([source for source in found if source not in own]))

    def gives(self, group: Group) -> tuple[int, ...]:
        """The places in a group that are read outside, or are outputs of the network, in order.

        Places of maxima's positions come last.
        """
        places = self._own(group)
        own = {*places}
        found = [place for place in places if self._goes_out(place, own)]
        return tuple(sorted(found, key=lambda place: place <= _HIDDEN // 2))

    def form(self, group: Group) -> tuple[object, ...]:
        """The connections in a group, and its outputs, as numbers; equal for blocks of equal structure."""
        outside = {place: -1 - at for at, place in enumerate(self.reads(group))}
        numbers = {place: at for at, place in enumerate(self._own(group))} | outside
        read = [tuple([numbers[p] for p in self.before[leaf.first]]) for leaf in group.leaves]
        return tuple(read), tuple([numbers[place] for place in self.gives(group)])

    def _goes_out(self, place: int, own: set[int]) -> bool:
        """Whether something outside a group reads a place in it."""
        readers = self.readers.get(place, ())
        return place in self.wanted or any(r not in own and r in self.used for r in readers)

    def is_whole(self, group: Group) -> bool:
        """Whether a group can run as a whole: nothing outside is between two of its layers."""
        own = {*self._own(group)}
        span = group.leaves[-1].first + 1 - group.first
        self._budget -= span - len(group.leaves)
        if self._budget < 0:
            return False
        outside: set[int] = set()  # places outside it that depend on it
        for place in range(group.first, group.leaves[-1].first + 1):
            depends = not outside.isdisjoint(self.before[place])
            if place in own:
                if depends:
                    return False
            elif depends or not own.isdisjoint(self.before[place]):
                outside.update(self.given(place))
        return True
