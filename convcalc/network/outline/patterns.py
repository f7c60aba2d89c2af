"""Sections from repeated patterns, if the names of layers do not show blocks.

Repeated runs of layers are found like in compression: the most frequent pair of neighbours becomes
one symbol, again and again (Larsson & Moffat 1999, "Offline dictionary-based compression").
Similar paths count once, so a pair counts as often as a person would have to write it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from convcalc.network.outline.keys import Keys
from convcalc.network.outline.parts import From, Join, Layer, Part, Section, places_of

if TYPE_CHECKING:
    from convcalc.network.network import Network

_MAX_RULES = 200  # so that the work grows linearly with the layers


class _Run:
    """Parts one after the other, as symbols.

    Attributes:
        symbols: first one per part; later one per pattern.
        joined: for each symbol except the last, whether it can be in a pattern with the next.
    """

    __slots__ = ("joined", "symbols")

    def __init__(self, symbols: list[int], joined: list[bool]) -> None:
        self.symbols, self.joined = symbols, joined

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The pairs of neighbours; pairs of equal symbols are left out, because they are a repeat."""
        symbols, last = self.symbols, len(self.symbols) - 1
        for at, joined in enumerate(self.joined):
            left, right = symbols[at], symbols[at + 1]
            repeated = left == right or (at and symbols[at - 1] == left)
            if joined and not repeated and (at + 1 == last or symbols[at + 2] != right):
                yield left, right

    def replace(self, pair: tuple[int, int], symbol: int) -> None:
        """Replace a pair by a symbol."""
        symbols: list[int] = []
        joined: list[bool] = []
        at, last = 0, len(self.symbols) - 1
        while at <= last:
            if at < last and self.joined[at] and (self.symbols[at], self.symbols[at + 1]) == pair:
                symbols.append(symbol)
                at += 1
            else:
                symbols.append(self.symbols[at])
            if at < last:
                joined.append(self.joined[at])
            at += 1
        self.symbols, self.joined = symbols, joined


class Patterns:
    """Puts repeated parts into sections without names.

    Args:
        network: the network.
        parts: all its parts, without sections.
    """

    def __init__(self, network: Network, parts: Sequence[Part]) -> None:
        self.parts = parts
        self._keys = Keys(network, parts)
        self._numbers: dict[Any, int] = {}
        self._sizes: list[int] = []  # layers in each symbol
        self._runs: list[_Run] = []
        self._known: dict[Any, int] = {}  # numbers of runs by their content
        self._paths: dict[int, list[int]] = {}  # the numbers of the runs of each join
        self._rules: dict[int, tuple[int, int]] = {}

    def run(self) -> tuple[Part, ...]:
        """The parts in sections."""
        first = self._read(self.parts)
        for _ in range(_MAX_RULES):
            counts: Counter[tuple[int, int]] = Counter()
            for run in self._runs:
                counts.update(run.pairs())
            pair = max(counts, key=lambda pair: (counts[pair], self._weight(pair)), default=None)
            if pair is None or counts[pair] < 2:
                break
            symbol = self._symbol(("rule", pair), self._sizes[pair[0]] + self._sizes[pair[1]])
            self._rules[symbol] = pair
            for run in self._runs:
                run.replace(pair, symbol)
        self._bodies = self._spliced()
        return tuple(self._built(self.parts, first))

    def _weight(self, pair: tuple[int, int]) -> tuple[int, int]:
        """Among equally frequent pairs, prefer the larger first symbol: a join before the next part."""
        return self._sizes[pair[0]] - self._sizes[pair[1]], -pair[0]

    # ------------------------------------------------------------------ symbols

    def _symbol(self, key: Any, size: int) -> int:
        number = self._numbers.setdefault(key, len(self._numbers))
        if number == len(self._sizes):
            self._sizes.append(size)
        return number

    def _read(self, parts: Sequence[Part]) -> int:
        """The number of a run with the symbols of some parts."""
        symbols = [self._symbol_of(part) for part in parts]
        joined = [self._is_joined(parts[at], parts[at + 1]) for at in range(len(parts) - 1)]
        key = (tuple(symbols), tuple(joined))
        if key not in self._known:
            self._known[key] = len(self._runs)
            self._runs.append(_Run(symbols, joined))
        return self._known[key]

    def _symbol_of(self, part: Part) -> int:
        match part:
            case Layer():
                return self._symbol(("layer", self._keys.of_call(part.call)), 1)
            case Join():
                runs = self._paths[id(part)] = [self._read(path) for path in part.paths]
                size = sum(1 for _ in places_of([part]))
                return self._symbol(("join", self._keys.of_call(part.call), *runs), size)
        return self._symbol(("place", id(part)), 1)

    def _is_joined(self, part: Part, after: Part) -> bool:
        """Whether only the next part reads a part."""
        if isinstance(part, From) or isinstance(after, From):
            return False
        ranks = [self._keys.rank[place] for place in places_of([after])]
        place: int = part.place  # type: ignore[union-attr]
        return self._keys.readers.are_within(place, ranks[0], ranks[-1] + 1)

    # ------------------------------------------------------------------ sections

    def _spliced(self) -> dict[int, list[int]]:
        """The expansion of each rule; a rule with one use is expanded there."""
        used = Counter(symbol for run in self._runs for symbol in run.symbols)
        for pair in self._rules.values():
            used.update(pair)
        bodies: dict[int, list[int]] = {}
        for symbol, pair in self._rules.items():  # each after those in it
            bodies[symbol] = []
            for each in pair:
                alone = each in self._rules and used[each] == 1
                bodies[symbol] += bodies[each] if alone else [each]
        return bodies

    def _built(self, parts: Sequence[Part], run: int) -> Iterator[Part]:
        """Parts in the sections of their run."""
        rest = iter(parts)
        for symbol in self._runs[run].symbols:
            yield self._section(symbol, rest)

    def _section(self, symbol: int, rest: Iterator[Part]) -> Part:
        if symbol in self._bodies:
            return Section("", tuple([self._section(each, rest) for each in self._bodies[symbol]]))
        part = next(rest)
        if isinstance(part, Join):
            runs = self._paths[id(part)]
            paths = [tuple(self._built(path, run)) for path, run in zip(part.paths, runs)]
            return Section("", (part._replace(paths=tuple(paths)),))
        return part
