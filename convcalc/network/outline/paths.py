"""Nodes become chains of parts, and joins of paths that begin at the same place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from convcalc.network.network import INPUT
from convcalc.network.outline.parts import Call, Describe, From, Join, Layer, Part, places_of

if TYPE_CHECKING:
    from convcalc.network.network import Network, Node

ANYWHERE = -(10**9)  # the input of a chain whose first node reads nothing
_NOWHERE = ANYWHERE - 1
_MAX_NESTED = 3  # nested joins; deeper ones are written one after the other
_MAX_PATH = 6  # parts of the longest path, if several paths begin at different places


class Reads(NamedTuple):
    """The inputs of a node.

    Attributes:
        paths: the inputs of a join, or the one input of another layer.
        named: nodes named in its options.
    """

    paths: tuple[int, ...]
    named: tuple[int, ...]


def reads_of(node: Node) -> Reads:
    """The inputs of a node, without the nodes that its options only name."""
    layer = node.layer
    if layer.is_source:
        return Reads((), ())
    options = layer.options() if layer.references else {}
    count = sum(1 for option in layer.references if options[option])
    end = len(node.inputs) - count
    return Reads(node.inputs[:end], node.inputs[end:])


class _Chain:
    """Parts in a row; only the end is read from outside.

    Attributes:
        head: the place that the first one reads.
        parts: the parts so far.
        depth: the depth of nested joins in it.
        is_long: whether joins around it are written after it, because they are too deep.
    """

    __slots__ = ("depth", "head", "is_long", "parts")

    def __init__(self, head: int, parts: list[Part], depth: int = 0) -> None:
        self.head, self.parts, self.depth, self.is_long = head, parts, depth, False


class Paths:
    """Puts the nodes of a network into chains."""

    def __init__(self, network: Network, describe: Describe) -> None:
        self.nodes, self.describe = network.nodes, describe
        self.reads = [reads_of(node) for node in network.nodes]
        self.uses: Counter[int] = Counter()
        for each in self.reads:
            self.uses.update(each.paths)
            self.uses.update(each.named)
        self.uses.update(network.outputs.values())
        self.ends: dict[int, _Chain] = {}  # by the place of their output
        self.calls: dict[int, Call] = {}  # of layers that are the same object

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
        """Append a part to the chain that it reads."""
        chain = self.ends.pop(head) if head >= 0 and self.uses[head] == 1 else _Chain(head, [])
        chain.parts.append(part)
        chain.depth = max(chain.depth, depth)
        self.ends[part.place] = chain

    def _join(self, place: int, call: Call, inputs: Sequence[int]) -> None:
        """A join; chains that only it reads become its paths."""
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
        """A join whose paths begin at one place, if possible."""
        inside = tuple([_path(path, fork) for path in paths])
        self.uses[fork] -= sum(1 for path in paths if path.head == fork) - 1
        depth = 1 + max(path.depth for path in paths)
        self._put(Join(call, self.nodes[place].name, place, inside), fork, depth)

    def _behind(self, place: int, call: Call, paths: list[_Chain], chain: _Chain) -> None:
        """A join after its longest path; its other paths continue from elsewhere."""
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
    """Parts in which the longest path of a nested join is written before it.

    Args:
        parts: the parts.
        before: the place that the first of them reads.
        word: also do this for joins of two paths with this word, even without a nested join.
    """
    for part in parts:
        if isinstance(part, Join):
            yield from _unfolded_join(part, before, word)
        else:
            yield part
        before = _place(part)


def _unfolded_join(part: Join, before: int, word: str) -> Iterator[Part]:
    """A join after its longest path, if that is written before it."""
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
    """A path that begins by continuing from a place."""
    return path if path and isinstance(path[0], From) else (From(place), *path)


def _weight(path: Sequence[Part]) -> tuple[int, int]:
    """The depth of nested joins in a path, and its length."""
    inside = [_weight(each) for part in path if isinstance(part, Join) for each in part.paths]
    return max([1 + deep for deep, _ in inside], default=0), len(path)


# ------------------------------------------------------------------------- one after the other


class _Order:
    """Writes chains one after the other, each part after everything that it needs."""

    def __init__(self, chains: Sequence[_Chain], reads: Sequence[Reads]) -> None:
        self.chains, self.reads = chains, reads
        self.at = [0] * len(chains)  # number of written parts of each
        self.missing: list[set[int]] = [set() for _ in chains]
        self.waiting: dict[int, list[int]] = {}  # the chains that wait for a place
        self.known: set[int] = set()
        self.ready: list[tuple[int, int]] = []  # the next place of a chain, and its number

    def run(self) -> list[Part]:
        """All parts; a chain stays in one piece if possible."""
        found: list[Part] = []
        current = INPUT
        for number in range(len(self.chains)):
            self._check_ready(number)
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
                self._wake(part)
                if self.at[number] == len(chain.parts) or self._is_waiting(number):
                    break
        return found

    def _is_waiting(self, number: int) -> bool:
        """Whether the next part of a chain waits for a place."""
        chain, at = self.chains[number], self.at[number]
        outside = set(_outside(chain.parts[at], self.reads))
        if not at and chain.head >= 0:
            outside.add(chain.head)
        self.missing[number] = outside - self.known
        for place in self.missing[number]:
            self.waiting.setdefault(place, []).append(number)
        return bool(self.missing[number])

    def _check_ready(self, number: int) -> None:
        """Add a chain to the ready ones, if it can be written."""
        if not self._is_waiting(number):
            self._note(number)

    def _note(self, number: int) -> None:
        part = self.chains[number].parts[self.at[number]]
        heappush(self.ready, (min(places_of([part]), default=_place(part)), number))

    def _wake(self, part: Part) -> None:
        """Wake the chains that wait for the places of a part."""
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
    """The outside nodes that a part continues from, or names."""
    inside = set(places_of([part]))
    stack = [part]
    while stack:
        part = stack.pop()
        if isinstance(part, Join):
            stack += [each for path in part.paths for each in path]
        named = (part.place,) if isinstance(part, From) else reads[_place(part)].named
        yield from [place for place in named if place >= 0 and place not in inside]
