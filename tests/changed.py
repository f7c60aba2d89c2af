"""Data of a YAML file with one misspelt key, or one other value, at any place."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Sequence
from typing import Any


def _spots(node: Any, where: str = "") -> Iterator[tuple[Any, Any, str]]:
    """Every mapping or list with each of its keys or indices, and the path to it."""
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        place = f"{where}/{key}"
        yield node, key, place
        if isinstance(value, dict | list):
            yield from _spots(value, place)


def _misspelt(word: str, rng: random.Random) -> str:
    """A word with one letter more, one less, or another one."""
    place, letter = rng.randrange(len(word)), rng.choice("abcdeorst")
    before, after = word[:place], word[place + 1 :]
    return rng.choice(
        [before + after or word * 2, before + letter + word[place:], before + letter + after, word + word[-1]]
    )  # fmt: skip


def changed(data: Any, values: Sequence[Any], rng: random.Random) -> tuple[Any, str]:
    """A copy with one change, and the change in words.

    Args:
        data: mappings and lists.
        values: replacements for a value.
        rng: the random generator.
    """
    found = copy.deepcopy(data)
    spots = list(_spots(found))
    if rng.random() < 0.5:
        node, key, place = rng.choice([spot for spot in spots if isinstance(spot[0], dict)])
        word = _misspelt(str(key), rng)
        pairs = [(word if own == key else own, value) for own, value in node.items()]
        node.clear()
        node.update(pairs)
        return found, f"{place} is called {word}"
    node, key, place = rng.choice(spots)
    node[key] = rng.choice(values)
    return found, f"{place} is {node[key]!r}"
