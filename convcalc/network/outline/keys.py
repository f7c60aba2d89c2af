"""Which sections are similar: the same words in the same order, with the same names and paths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from convcalc.network.outline.parts import Call, From, Join, Layer, Part, Section, places_of
from convcalc.network.outline.paths import reads_of
from convcalc.network.outline.values import can_vary

if TYPE_CHECKING:
    from convcalc.network.network import Network


class Readers:
    """The positions of the nodes that read each node.

    Args:
        network: a network.
        parts: all its parts; their order is the written order of the nodes.

    Attributes:
        rank: the number of each node in that order, by place.
        named: for each node, the nodes named in its options.
    """

    def __init__(self, network: Network, parts: Sequence[Part]) -> None:
        self.rank = {place: rank for rank, place in enumerate(places_of(parts))}
        self.named = [reads_of(node).named for node in network.nodes]
        self.shared = network.shared
        count = len(network.nodes)
        self._least, self._most = [count] * count, [-1] * count
        for place, node in enumerate(network.nodes):
            rank = self.rank[place]
            for read in node.inputs:
                if read >= 0 and not node.layer.is_source:
                    self._least[read] = min(self._least[read], rank)
                    self._most[read] = max(self._most[read], rank)
        for place in network.outputs.values():
            self._most[place] = count

    def are_within(self, place: int, start: int, stop: int) -> bool:
        """Whether all readers of a node are in a run of nodes."""
        return start <= self._least[place] and self._most[place] < stop


class Keys:
    """Numbers for sections; two have the same number if they can be one block with other values.

    Args:
        network: the network.
        parts: all of its parts.
        named: whether layers of one block must have the same names.

    Attributes:
        of: by section id, the number of each section with one input and one output.
        first: for each number, the first section.
    """

    def __init__(self, network: Network, parts: Sequence[Part], *, named: bool = True) -> None:
        self.readers = Readers(network, parts)
        self.rank, self.named = self.readers.rank, self.readers.named
        self._by_name = named
        self._numbers: dict[Any, int] = {}
        self._calls: dict[int, Any] = {}
        self.of: dict[int, int] = {}
        self.first: dict[int, Section] = {}
        for part in parts:
            self._visit(part)

    def _visit(self, part: Part) -> None:
        """Number the sections in a part, inner ones first."""
        for inner in parts_in(part):
            self._visit(inner)
        if isinstance(part, Section) and self._is_closed(part):
            places = [*places_of(part.parts)]
            key = tuple([self._key(each, self.rank[places[0]]) for each in part.parts])
            number = self._number(key)
            self.of[id(part)] = number
            self.first.setdefault(number, part)

    def _is_closed(self, section: Section) -> bool:
        """Whether a section has one input and one output."""
        places = [*places_of(section.parts)]
        start, stop = self.rank[places[0]], self.rank[places[0]] + len(places)
        for place in places:
            if place in self.readers.shared:
                return False
            if self.rank[place] != stop - 1 and not self.readers.are_within(place, start, stop):
                return False
            if any(not start <= self.rank.get(each, -1) < stop for each in self.named[place]):
                return False
        targets = [each.place for each in _all(section.parts) if isinstance(each, From)]
        return all(start <= self.rank.get(place, -1) < stop for place in targets)

    def _key(self, part: Part, start: int) -> Any:
        """What must be equal if two parts are the same part of a block.

        Args:
            part: a part of a section.
            start: the first node of the section.
        """
        match part:
            case Layer():
                return ("layer", self._name(part), self.of_call(part.call), self._near(part, start))
            case Join():
                paths = [tuple([self._key(each, start) for each in path]) for path in part.paths]
                return (
                    "join",
                    self._name(part),
                    self.of_call(part.call),
                    self._near(part, start),
                    *paths,
                )
            case From():
                return ("from", self.rank.get(part.place, -1) - start)
            case Section():
                number = self.of.get(id(part))
                if number is not None:
                    return ("block", self._name(part), number)
                return (
                    "section",
                    self._name(part),
                    *[self._key(each, start) for each in part.parts],
                )
        raise TypeError(part)  # pragma: no cover - uses and repeats do not exist yet

    def _name(self, part: Layer | Join | Section) -> str:
        return part.name if self._by_name else ""

    def _near(self, part: Layer | Join, start: int) -> tuple[int, ...]:
        """The nodes of the section that are named in a node's options."""
        return tuple([self.rank[place] - start for place in self.named[part.place]])

    def of_call(self, call: Call) -> int:
        """A number for what must be equal in two calls."""
        known = self._calls.get(id(call))
        if known is None:
            values = {**call.defaults, **call.arguments}
            fixed = [
                (name, repr(value))
                for name, value in values.items()
                if name in call.fixed or not can_vary(value)
            ]
            others = [name for name in call.arguments if name not in call.defaults]
            key = (call.word, tuple(sorted(fixed)), tuple(sorted(others)))
            known = self._calls[id(call)] = self._number(key)
        return known

    def _number(self, key: Any) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


def parts_in(part: Part) -> Iterator[Part]:
    """The parts directly inside a part."""
    if isinstance(part, Join):
        for path in part.paths:
            yield from path
    elif isinstance(part, Section):
        yield from part.parts


def _all(parts: Sequence[Part]) -> Iterator[Part]:
    """All parts, including nested ones."""
    for part in parts:
        yield part
        yield from _all([*parts_in(part)])
