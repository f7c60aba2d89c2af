"""Repeated groups in a chain: ``3*(conv:k3c64p1 relu pool:k2)``; groups can be nested."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from convcalc.errors import UsageError
from convcalc.layers.values import whole_number
from convcalc.text import shortened

MAX_DEPTH = 30  # nested groups
MAX_WORDS = 20_000  # words, including brackets

_OPTIONS = r"(?:[^\s()]|\((?:[^\s()]|\([^\s()]*\))*\))*"  # sums in them may have brackets, which close again
_TOKEN = re.compile(rf"[0-9]+\*\(|[()]|[^\s():]+:{_OPTIONS}|[^\s()]+")
_GROUP = re.compile(r"(?:^|[\s(])[0-9]+\*\(")

_Part = str | tuple[int, list["_Part"]]  # a word, or a number of times with its parts


def has_groups(text: str) -> bool:
    """Whether a text contains a group in the chain language."""
    return bool(_GROUP.search(text))


def words_in(text: str) -> list[str]:
    """The words of a text with groups, each as often as it is written."""
    return [token for token in _TOKEN.findall(text) if token[-1] not in "()"]


def written_out(words: Sequence[str], most: int) -> Iterator[str]:
    """The words of a chain, with groups repeated.

    Args:
        words: the words as typed; one can contain several groups, or be a part of one.
        most: refuse more words than this.

    Raises:
        UsageError: a bracket is missing, or a group has no number of times.

    >>> list(written_out(["2*(conv:k3c8", "2*(relu)", "pool:k2)"], 100))
    ['conv:k3c8', 'relu', 'relu', 'pool:k2', 'conv:k3c8', 'relu', 'relu', 'pool:k2']
    """
    parts = _read([token for word in words for token in _tokens(word)])
    if _length(parts) > most:
        message = (
            f"{shortened(' '.join(words))}: the chain has more than {most:,} layers; use fewer"
        )
        raise UsageError(message)
    return _words(parts)


def _tokens(word: str) -> list[str]:
    """The words and brackets in a word of a chain."""
    is_one = ")" not in word and "(" not in word
    if not is_one and not has_groups(word):  # brackets of a sum among the options are balanced
        is_one = ":" in word.partition("(")[0] and word.count("(") == word.count(")")
    return [word] if is_one else _TOKEN.findall(word)


def _read(tokens: Sequence[str]) -> list[_Part]:
    """The words and groups of a chain."""
    if len(tokens) > MAX_WORDS:
        message = f"the chain has {len(tokens):,} words; at most {MAX_WORDS:,} are read"
        raise UsageError(message)
    open_groups: list[tuple[int, list[_Part], str]] = [(1, [], "")]
    for token in tokens:
        if token == "(":  # noqa: S105 - a bracket
            message = "the number of repeats is missing; write for example 3*(conv:k3c64 relu)"
            raise UsageError(message)
        if token == ")":  # noqa: S105 - a bracket
            times, inside, opened = open_groups.pop()
            if not open_groups:
                message = "a ) has no ( before it; delete it, or write 3*( where the group begins"
                raise UsageError(message)
            if not inside:
                message = f"{opened}) has no layers; name some, such as 3*(conv:k3c64 relu)"
                raise UsageError(message)
            open_groups[-1][1].append((times, inside))
        elif token.endswith("("):
            if len(open_groups) > MAX_DEPTH:
                message = f"groups are more than {MAX_DEPTH} deep; write them flatter"
                raise UsageError(message)
            times = whole_number(token[:-2], f"{shortened(token)}: the number before *")
            if times < 1:
                message = f"{token}: the number before * is {times}; use 1 or more"
                raise UsageError(message)
            open_groups.append((times, [], shortened(token)))
        else:
            open_groups[-1][1].append(token)
    if len(open_groups) > 1:
        message = f"{open_groups[-1][2]} is not closed; add )"
        raise UsageError(message)
    return open_groups[0][1]


def _length(parts: list[_Part]) -> int:
    """The number of words after repeating."""
    return sum(1 if isinstance(part, str) else part[0] * _length(part[1]) for part in parts)


def _words(parts: list[_Part]) -> Iterator[str]:
    """The words after repeating."""
    for part in parts:
        if isinstance(part, str):
            yield part
        else:
            for _ in range(part[0]):
                yield from _words(part[1])
