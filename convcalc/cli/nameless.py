"""Numbers and kinds without the names of options, as in ``convcalc layer 32 5 3``: how to name them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from convcalc.text import shortened

_SIZE = re.compile(r"[0-9]+([x,×][0-9]+)*")
_ORDER = ("n", "kernel_size", "stride", "padding")  # in which people give them


def way_to_name(words: Sequence[str], typed: Mapping[str, Any], called: Mapping[str, str]) -> str:
    """What to type for words without the name of an option.

    Args:
        words: the words.
        typed: the options that have names, by parameter; None where one is not given.
        called: what the options of layers are called.

    >>> way_to_name(["32", "5"], dict.fromkeys(_ORDER), {"kernel_size": "--k"})
    '32 5: write the name of an option before each number: --n 32 --k 5'
    """
    said = shortened(" ".join(words))
    if ":" in said:
        return f"{said}: several layers in a row are a chain: convcalc chain --input 3x32x32 {said}"
    free = [called.get(name, f"--{name}") for name in _ORDER if typed[name] is None]
    if len(words) <= len(free) and all(map(_SIZE.fullmatch, words)):
        options = " ".join(f"{name} {word}" for name, word in zip(free, words, strict=False))
        return f"{said}: write the name of an option before each number: {options}"
    which = "it" if len(words) == 1 else "each of them"
    return f"{said}: write the name of an option before {which}, as in --kind conv --n 32 --k 3"
