"""The names of an outline's nodes in a network file: which are written, and which are automatic."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from convcalc.network.expand import Scope
from convcalc.network.outline.parts import (
    Join,
    Layer,
    Outline,
    Part,
    Repeat,
    Section,
    Use,
    places_of,
)

_TURN = re.compile(r"(.*?)([0-9]+)(\D*)", re.DOTALL)
_MAX_TURNS = 1000
_ROUNDS = 3


class Turns(NamedTuple):
    """The names of a repeat's turns.

    Attributes:
        name: the name of the repeat; its turns are name.1, name.2 …, or contain ``$i``.
        numbers: the values of ``$i``; empty if the name has no ``$i``.
    """

    name: str
    numbers: tuple[int, ...] = ()

    def called(self, turn: int) -> str:
        """The name of a turn, counted from 0."""
        if self.numbers:
            return self.name.replace("\0", str(self.numbers[turn]))
        return f"{self.name}.{turn + 1}"


class Names:
    """Gives names in the same way as the reader of network files.

    Args:
        outline: the outline.
        inputs: names of the network's inputs.

    Attributes:
        given: ids of the layers, joins and uses whose names are written.
        turns: by repeat id, the names of its turns; None for a repeat that is written in full; absent
            if its turns get automatic names.
        called: the names of each place: its own, then those of blocks that it ends.
        prefixes: for each block, the beginning of the names in its first use.
    """

    def __init__(self, outline: Outline, inputs: Sequence[str]) -> None:
        self.blocks = {block.name: block for block in outline.blocks}
        self.given: set[int] = set()
        self.turns: dict[int, Turns | None] = {}
        self.called: dict[int, list[str]] = {}
        self.prefixes: dict[str, str] = {}
        self.taken: dict[str, None] = dict.fromkeys(["input", *inputs])
        self._places: dict[str, int] = dict.fromkeys(self.taken, -1)
        self._given_in: dict[int, set[str]] = {}
        for block in outline.blocks:
            self._decide(block.parts, numbered=False)
        self._decide(outline.parts, numbered=False)
        scope = self._scope("", outline.parts, numbered=False)
        self._run(outline.parts, scope, places_of(outline.parts))

    # ------------------------------------------------------------------ which names are written

    def _decide(self, parts: Sequence[Part], *, numbered: bool) -> None:
        """Decide for a list of layers which of them need names; then for the sections in it."""
        for turn in range(_ROUNDS):
            taken = self._names_in(parts)
            scope = Scope("", {}, taken, numbered=numbered)
            if not self._try(parts, scope, strict=turn == _ROUNDS - 1):
                break
        self._given_in[id(parts)] = self._names_in(parts)
        for section in _sections(parts):
            self._decide(section.parts, numbered=True)

    def _try(self, parts: Sequence[Part], scope: Scope, *, strict: bool) -> bool:
        """Find names that are not automatic; returns whether there are any.

        Args:
            parts: a list of layers.
            scope: counts the automatic names.
            strict: whether every part with a name gets it.
        """
        changed = False
        for part in parts:
            match part:
                case Join():
                    for path in part.paths:
                        changed |= self._try(path, scope, strict=strict)
                    changed |= self._try_one(part, part.call.word, scope, strict=strict)
                case Layer():
                    changed |= self._try_one(part, part.call.word, scope, strict=strict)
                case Use():
                    word = "" if scope.numbered else part.block
                    changed |= self._try_one(part, word, scope, strict=strict)
                case Repeat():
                    changed |= self._try_repeat(part, scope, strict=strict)
        return changed

    def _try_one(self, part: Layer | Join | Use, word: str, scope: Scope, *, strict: bool) -> bool:
        if id(part) in self.given:
            return False
        if strict and part.name:
            self.given.add(id(part))
            return True
        before = scope.counts.get(word, 0)
        name = scope.automatic(word, {})
        if part.name in ("", name):
            return False
        scope.counts[word] = before  # a given name does not count
        self.given.add(id(part))
        return True

    def _try_repeat(self, part: Repeat, scope: Scope, *, strict: bool) -> bool:
        """The same for a repeat, all turns at once."""
        known = self.turns.get(id(part), ())
        if known is None:
            found = [self._try(turn, scope, strict=strict) for turn in part.turns]
            return any(found)
        if known:
            return False
        uses = [turn[0] for turn in part.turns]
        if len(part.turns[0]) > 1 or not isinstance(uses[0], Use):
            for turn in part.turns:
                self._try(turn, scope, strict=False)  # no names, so none is missing
            return False
        names = [use.name for use in uses if isinstance(use, Use)]
        word = "" if scope.numbered else uses[0].block
        before = scope.counts.get(word, 0)
        found_names = [scope.automatic(word, {}) for _ in names]
        if not any(names) or (names == found_names and not strict):
            return False
        scope.counts[word] = before
        self.turns[id(part)] = _turns(names)
        return True

    def _names_in(self, parts: Sequence[Part]) -> set[str]:
        """The names that are written in a list of layers."""
        found: set[str] = set()
        for part in parts:
            match part:
                case Join():
                    for path in part.paths:
                        found |= self._names_in(path)
                case Section():
                    found.add(part.name)
                case Repeat():
                    turns = self.turns.get(id(part), ())
                    if turns is None:
                        for turn in part.turns:
                            found |= self._names_in(turn)
                    elif turns and not turns.numbers:
                        found.add(turns.name)
            if id(part) in self.given and isinstance(part, Layer | Join | Use):
                found.add(part.name)
        return found

    # ------------------------------------------------------------------ all names

    def _scope(self, prefix: str, parts: Sequence[Part], *, numbered: bool) -> Scope:
        return Scope(prefix, {}, self._given_in[id(parts)], numbered=numbered)

    def _run(self, parts: Sequence[Part], scope: Scope, places: Iterator[int]) -> int:
        """Give names in order; returns the place of the last node."""
        at = -1
        for part in parts:
            match part:
                case Layer():
                    at = next(places)
                    self._name(part, part.call.word, scope, at)
                case Join():
                    for path in part.paths:
                        self._run(path, scope, places)
                    at = next(places)
                    self._name(part, part.call.word, scope, at)
                case Use():
                    at = self._use(part, scope, places)
                case Section():
                    prefix = f"{scope.prefix}{part.name}."
                    inner = self._scope(prefix, part.parts, numbered=True)
                    at = self._run(part.parts, inner, places)
                    self._register(scope.prefix + part.name, at)
                case Repeat():
                    at = self._repeat(part, scope, places)
        return at

    def _name(self, part: Layer | Join, word: str, scope: Scope, at: int) -> None:
        if id(part) in self.given:
            name = scope.prefix + part.name
        else:
            name = scope.automatic(word, self._places)
        self.called[at] = []
        self._register(name, at)

    def _register(self, name: str, at: int) -> None:
        self._places[name] = at
        self.taken[name] = None
        self.called[at].append(name)

    def _use(self, part: Use, scope: Scope, places: Iterator[int]) -> int:
        if id(part) in self.given:
            name = scope.prefix + part.name
        else:
            name = scope.automatic("" if scope.numbered else part.block, self._places)
        return self._in_block(part, name, places)

    def _in_block(self, part: Use, name: str, places: Iterator[int]) -> int:
        block = self.blocks[part.block]
        self.prefixes.setdefault(block.name, f"{name}.")
        at = self._run(block.parts, self._scope(f"{name}.", block.parts, numbered=False), places)
        self._register(name, at)
        return at

    def _repeat(self, part: Repeat, scope: Scope, places: Iterator[int]) -> int:
        turns = self.turns.get(id(part))
        at = -1
        for number, turn in enumerate(part.turns):
            if turns and isinstance(turn[0], Use):
                at = self._in_block(turn[0], scope.prefix + turns.called(number), places)
            else:
                at = self._run(turn, scope, places)
        if turns and not turns.numbers:
            self._register(scope.prefix + turns.name, at)
        return at


def _sections(parts: Sequence[Part]) -> Iterator[Section]:
    """The sections of a list of layers; joins contain none."""
    return (part for part in parts if isinstance(part, Section))


def _turns(names: Sequence[str]) -> Turns | None:
    """How a repeat writes the names of its turns; None if it cannot."""
    stem = names[0].removesuffix(".1")
    if stem and [*names] == [f"{stem}.{turn}" for turn in range(1, len(names) + 1)]:
        return Turns(stem)
    found = [_TURN.fullmatch(name) for name in names]
    ends = {(match[1], match[3]) if match else None for match in found}
    if len(ends) > 1 or None in ends or len(names) > _MAX_TURNS:
        return None
    numbers = [match[2] for match in found if match]
    if any(number != str(int(number)) for number in numbers):
        return None
    ((before, after),) = [each for each in ends if each]
    return Turns(f"{before}\0{after}", tuple(map(int, numbers)))
