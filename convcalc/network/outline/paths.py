"""Nodes to parts that follow one another: chains of layers, and joins of paths that begin at one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from convcalc.network.network import INPUT
from convcalc.network.outline.parts import Call, Describe, From, Join, Layer, Part, places_of

if TYPE_CHECKING:
    from convcalc.network.network import Network, Node

ANYWHERE = -(10**9)  # what a chain reads that begins with a node which reads nothing
_NOWHERE = ANYWHERE - 1
_MAX_NESTED = 3  # joins inside one another; deeper ones are written one after the other
_MAX_PATH = 6  # parts of the longest of several paths that begin at different places


class Reads(NamedTuple):
    """What a node reads.

    Attributes:
        paths: of a join its inputs, of another layer the one.
        named: nodes that its options name.
    """

    paths: tuple[int, ...]
    named: tuple[int, ...]


def reads_of(node: Node) -> Reads:
    """What a node reads, apart from what its options only name."""
    layer = node.layer
    if layer.is_source:
        return Reads((), ())
    options = layer.options() if layer.references else {}
    count = sum(1 for option in layer.references if options[option])
    end = len(node.inputs) - count
    return Reads(node.inputs[:end], node.inputs[end:])


class _Chain:
    """Parts that follow one another, and which nothing else reads but from their end.

    Attributes:
        head: the place that the first one reads.
        parts: so far.
        depth: how deep joins nest in it.
        is_long: whether joins around it are written after it, as they are too deep.
    """

    __slots__ = ("depth", "head", "is_long", "parts")

    def __init__(self, head: int, parts: list[Part], depth: int = 0) -> None:
        self.head, self.parts, self.depth, self.is_long = head, parts, depth, False


class Paths:
    """Puts the nodes of a network into chains, one after the other."""

    def __init__(self, network: Network, describe: Describe) -> None:
        self.nodes, self.describe = network.nodes, describe
        self.reads = [reads_of(node) for node in network.nodes]
        self.uses: Counter[int] = Counter()
        for each in self.reads:
            self.uses.update(each.paths)
            self.uses.update(each.named)
        self.uses.update(network.outputs.values())
        self.ends: dict[int, _Chain] = {}  # by the place that they give
        self.calls: dict[int, Call] = {}  # of layers that are one object

    def run(self) -> list[Part]:
        """The parts of the whole network."""
        for place, node in enumerate(self.nodes):
            call = self.calls.get(id(node.layer))
            if call is None:
                call = self.calls[id(node.layer)] = self.describe(node)
            paths = self.reads[place].paths
            if node.layer.merges:
                self._join(place, call, paths)
            else:
                (head,) = paths or (ANYWHERE,)
                self._put(Layer(call, node.name, place), head, 0)
        return _Order([*self.ends.values()], self.reads).run()

    def _put(self, part: Layer | Join, head: int, depth: int) -> None:
        """Put a part behind what it reads."""
        chain = self.ends.pop(head) if head >= 0 and self.uses[head] == 1 else _Chain(head, [])
        chain.parts.append(part)
        chain.depth = max(chain.depth, depth)
        self.ends[part.place] = chain

    def _join(self, place: int, call: Call, inputs: Sequence[int]) -> None:
        """A join, with the chains that only it reads as its paths."""
        paths = [
            self.ends.pop(each) if each >= 0 and self.uses[each] == 1 else _Chain(each, [])
            for each in inputs
        ]
        heads = Counter([path.head for path in paths if path.head != ANYWHERE])
        real = [path for path in paths if path.head != ANYWHERE]
        full = [path for path in real if path.parts]
        longest = max(full or paths, key=lambda path: (path.is_long, path.depth, len(path.parts)))
        if len(real) == len(full) == 1:
            is_apart = True
        elif len(heads) <= 1:
            is_apart = longest.is_long or longest.depth >= _MAX_NESTED
        else:
            is_apart = len(longest.parts) > _MAX_PATH
            is_apart |= len(full) == 1 and max(heads) == longest.head
        if is_apart:
            self._behind(place, call, paths, longest)
        else:
            fork = max(
                heads,
                key=lambda head: (heads[head] if len(full) > 1 else 1, head),
                default=ANYWHERE,
            )
            self._fork(place, call, paths, fork)

    def _fork(self, place: int, call: Call, paths: list[_Chain], fork: int) -> None:
        """A join whose paths begin at one place, as far as they can."""
        inside = tuple([_path(path, fork) for path in paths])
        self.uses[fork] -= sum(1 for path in paths if path.head == fork) - 1
        depth = 1 + max(path.depth for path in paths)
        self._put(Join(call, self.nodes[place].name, place, inside), fork, depth)

    def _behind(self, place: int, call: Call, paths: list[_Chain], chain: _Chain) -> None:
        """A join written after its longest path, with the others going on from elsewhere."""
        if chain.depth >= _MAX_NESTED:
            chain.parts = [*_unfolded(chain.parts, chain.head, call.word)]
            chain.is_long = True
        inside = tuple([() if path is chain else _path(path, _NOWHERE) for path in paths])
        others = max([path.depth for path in paths if path is not chain], default=0)
        chain.parts.append(Join(call, self.nodes[place].name, place, inside))
        chain.depth = 1 + others if chain.is_long else max(chain.depth, 1 + others)
        self.ends[place] = chain


def _path(chain: _Chain, fork: int) -> tuple[Part, ...]:
    """A chain as a path of a join that begins at a place."""
    begins = chain.head in (fork, ANYWHERE)
    return tuple(chain.parts) if begins else (From(chain.head), *chain.parts)


def _unfolded(parts: Sequence[Part], before: int, word: str) -> Iterator[Part]:
    """Parts in which the longest path of a join of joins is written before it.

    Args:
        parts: some.
        before: the place that the first of them reads.
        word: of joins of two paths that are written so too, though there is no join in them.
    """
    for part in parts:
        if isinstance(part, Join):
            yield from _unfolded_join(part, before, word)
        else:
            yield part
        before = _place(part)


def _unfolded_join(part: Join, before: int, word: str) -> Iterator[Part]:
    """A join behind its longest path, if that is written before it."""
    weights = [_weight(path) for path in part.paths]
    longest = weights.index(max(weights))
    alike = part.call.word == word and len(weights) == 2 and weights[longest][1] > 2
    if not weights[longest][0] and not alike:
        yield part
        return
    yield from _unfolded(part.paths[longest], before, word)
    others = [() if at == longest else _begun(path, before) for at, path in enumerate(part.paths)]
    yield part._replace(paths=tuple(others))


def _begun(path: tuple[Part, ...], place: int) -> tuple[Part, ...]:
    """A path that goes on from a place by itself."""
    return path if path and isinstance(path[0], From) else (From(place), *path)


def _weight(path: Sequence[Part]) -> tuple[int, int]:
    """How deep joins nest in a path, and how long it is."""
    inside = [_weight(each) for part in path if isinstance(part, Join) for each in part.paths]
    return max([1 + deep for deep, _ in inside], default=0), len(path)


# ------------------------------------------------------------------------- one after the other


class _Order:
    """Writes chains one after the other, each part after what it goes on from."""

    def __init__(self, chains: Sequence[_Chain], reads: Sequence[Reads]) -> None:
        self.chains, self.reads = chains, reads
        self.at = [0] * len(chains)  # how many parts of each are written
        self.missing: list[set[int]] = [set() for _ in chains]
        self.waiting: dict[int, list[int]] = {}  # the chains that wait for a place
        self.known: set[int] = set()
        self.ready: list[tuple[int, int]] = []  # the next place of a chain, and its number

    def run(self) -> list[Part]:
        """The parts of all; a chain in one piece where that can be."""
        found: list[Part] = []
        current = INPUT
        for number in range(len(self.chains)):
            self._look(number)
        while self.ready:
            _, number = heappop(self.ready)
            chain = self.chains[number]
            while True:
                at = self.at[number]
                part = chain.parts[at]
                before = _place(chain.parts[at - 1]) if at else chain.head
                if before not in (current, ANYWHERE) and not isinstance(part, From):
                    found.append(From(before))
                found.append(part)
                current = _place(part)
                self.at[number] += 1
                self._tell(part)
                if self.at[number] == len(chain.parts) or self._lacks(number):
                    break
        return found

    def _lacks(self, number: int) -> bool:
        """Whether the next part of a chain waits for a place."""
        chain, at = self.chains[number], self.at[number]
        outside = set(_outside(chain.parts[at], self.reads))
        if not at and chain.head >= 0:
            outside.add(chain.head)
        self.missing[number] = outside - self.known
        for place in self.missing[number]:
            self.waiting.setdefault(place, []).append(number)
        return bool(self.missing[number])

    def _look(self, number: int) -> None:
        """Note a chain that can be written."""
        if not self._lacks(number):
            self._note(number)

    def _note(self, number: int) -> None:
        part = self.chains[number].parts[self.at[number]]
        heappush(self.ready, (min(places_of([part]), default=_place(part)), number))

    def _tell(self, part: Part) -> None:
        """Tell the chains that wait for the places of a part."""
        for place in places_of([part]):
            self.known.add(place)
            for number in self.waiting.pop(place, ()):
                self.missing[number].discard(place)
                if not self.missing[number]:
                    self._note(number)


def _place(part: Part) -> int:
    """The place that the next part reads."""
    return part.place  # type: ignore[union-attr]


def _outside(part: Part, reads: Sequence[Reads]) -> Iterator[int]:
    """The nodes outside a part that something in it goes on from, or names."""
    inside = set(places_of([part]))
    stack = [part]
    while stack:
        part = stack.pop()
        if isinstance(part, Join):
            stack += [each for path in part.paths for each in path]
        named = (part.place,) if isinstance(part, From) else reads[_place(part)].named
        yield from [place for place in named if place >= 0 and place not in inside]
