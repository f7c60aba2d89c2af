"""Names of blocks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from convcalc.network.outline.parts import Join, Layer, Part, Use
from convcalc.network.outline.values import identifier

_NUMBER = re.compile(r"(?:[0-9]+[a-z]?|(?<=_)[a-z])$")
_MAX_WORDS = 3
_JOINS = {"concat": "branches", "multiply": "gate"}
_SHORT = {"batchnorm": "bn", "layernorm": "ln", "leaky_relu": "leaky", "depthwise_conv": "dw"}


def block_name(names: Sequence[str], parts: Sequence[Part], taken: Collection[str]) -> str:
    """A name for a block: its uses' names without numbers, or else its content.

    Args:
        names: of the sections that it replaces.
        parts: of the block.
        taken: names that it cannot have.
    """
    stems = Counter(stem for name in names if (stem := _stem(name)))
    word, count = stems.most_common(1)[0] if stems else ("", 0)
    if 3 * count < 2 * len(names):
        word = _content_name(parts)
    free, number = word, 1
    while free in taken:
        number += 1
        free = f"{word}_{number}" if word[-1:].isdigit() else f"{word}{number}"
    return free


def _stem(name: str) -> str:
    """A name without the numbers at its end.

    >>> _stem("inception_3a"), _stem("denselayer12"), _stem("layer1.0"), _stem("conv2_x")
    ('inception', 'denselayer', '', 'conv')
    """
    last = name.rpartition(".")[2]
    stem = identifier(_NUMBER.sub("", last.removesuffix("_x")))
    return "" if len(stem) < 3 else stem


def _content_name(parts: Sequence[Part]) -> str:
    """A name from the content of a block.

    A residual block gets that name; a run of layers gets the words of its first few.
    """
    joins = [part for part in parts if isinstance(part, Join)]
    if joins and len(parts) <= 4:
        word = joins[0].call.word
        if word != "add":
            return _JOINS.get(word, f"{word}_block")
        return "residual" if () in joins[0].paths else "projection"
    words = [*_words(parts)]
    half = len(words) // 2
    name = "_".join([*dict.fromkeys(words)][:_MAX_WORDS]) or "block"
    return f"double_{name}" if half and words[:half] == words[half:] else name


def _words(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        match part:
            case Layer() | Join():
                yield _SHORT.get(part.call.word) or identifier(part.call.word)
            case Use():
                yield part.block
