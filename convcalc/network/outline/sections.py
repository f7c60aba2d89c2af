"""Sections from names: neighbouring parts whose names begin alike, up to a dot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from convcalc.network.network import FIRST_INPUT, MAX_NAME
from convcalc.network.outline.parts import From, Join, Layer, Part, Section, places_of


def _words_of(name: str) -> list[str]:
    """The words of a dotted name; a name with an empty word is one word.

    >>> _words_of("layer1.0.conv1"), _words_of("a..b")
    (['layer1', '0', 'conv1'], ['a..b'])
    """
    words = name.split(".")
    return words if all(words) else [name]


def is_name(name: str) -> bool:
    """Whether a part can have this name inside its section."""
    return (
        bool(name.strip()) and len(name) <= MAX_NAME and name.isprintable() and name != FIRST_INPUT
    )


class Sections:
    """Puts parts into sections, by the names of their nodes.

    Args:
        names: the names of all nodes, by place.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.taken = set(names)
        self._words = [_words_of(name) for name in names]

    def of(self, parts: Sequence[Part], level: int = 0) -> tuple[Part, ...]:
        """The parts, with those under a common name in sections; names become relative.

        Args:
            parts: with full names.
            level: how many words of their names belong to sections around them.
        """
        prefixes = [self._prefix(part) for part in parts]
        keys: list[str] = [
            prefix[level] if prefix is not None and len(prefix) > level else ""
            for prefix in prefixes
        ]
        for at, prefix in enumerate(prefixes):
            if prefix is None and 0 < at < len(parts) - 1 and keys[at - 1] == keys[at + 1]:
                keys[at] = keys[at - 1]
        found: list[Part] = []
        for key, group in groupby(zip(keys, parts), lambda pair: pair[0]):
            inside = [part for _, part in group]
            section = self._section(inside, key, level) if key else None
            found += [section] if section else [self._named(part, level) for part in inside]
        return tuple(found)

    def _prefix(self, part: Part) -> list[str] | None:
        """The common first words of all nodes in a part; None without nodes."""
        if isinstance(part, From):
            return None
        if isinstance(part, Layer):
            return self._words[part.place][:-1]
        words = [self._words[place] for place in places_of([part])]
        own = words.pop()
        common = _common([each[:-1] for each in words]) if words else own[:-1]
        if (
            words and common[: len(own)] == own
        ):  # a module that ends with this join and has its name
            return own
        return _common([common, own[:-1]])

    def _section(self, parts: list[Part], word: str, level: int) -> Section | None:
        """Some parts under a name; None if there is only one node, or the name is taken."""
        places = [*places_of(parts)]
        words = self._words[places[-1]]
        path = ".".join(words[: level + 1])
        own = words == words[: level + 1]  # the join at its end
        if len(places) < 2 or not is_name(word) or (path in self.taken and not own):
            return None
        names = [".".join(self._words[place][level + 1 :]) for place in places]
        if not all(is_name(name) for name in [*names[:-1], names[-1] or "join"]):
            return None
        self.taken.add(path)
        inner = self.of(parts, level + 1)
        if len(inner) == 1 and isinstance(inner[0], Section):
            return Section(f"{word}.{inner[0].name}", inner[0].parts)
        return Section(word, inner)

    def _named(self, part: Part, level: int) -> Part:
        """A part with its name relative to the sections around it."""
        match part:
            case Layer():
                return part._replace(name=self._relative(part.place, level))
            case Join():
                paths = tuple([self.of(path, level) for path in part.paths])
                return part._replace(name=self._relative(part.place, level), paths=paths)
        return part

    def _relative(self, place: int, level: int) -> str:
        return ".".join(self._words[place][level:])


def _common(lists: Sequence[list[str]]) -> list[str]:
    """The common first words of all lists."""
    first, last = min(lists), max(lists)
    for at, word in enumerate(first):
        if at >= len(last) or last[at] != word:
            return first[:at]
    return first
