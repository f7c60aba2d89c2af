"""Numbers and kinds without the names of options, as in ``convcalc layer 32 5 3``: how to name them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from convcalc.text import shortened

_SIZE = re.compile(r"[0-9]+([x,×][0-9]+)*")
_NAMED = re.compile(r"(?P<name>[A-Za-z_]+)=(?P<value>.+)")
_FORMULA = re.compile(r"[\w\s()+*/·−-]*[/+*−-][\w\s()+*/·−-]*")
_ORDER = ("n", "kernel_size", "stride", "padding")  # in which people give them
_SWITCHES = ("true", "false", "yes", "no", "on", "off")


def way_to_name(words: Sequence[str], typed: Mapping[str, Any], called: Mapping[str, str]) -> str:
    """What to type for words without the name of an option.

    Args:
        words: the words.
        typed: the options that have names, by parameter; None where one is not given.
        called: what the options of layers are called.

    >>> way_to_name(["32", "5"], dict.fromkeys(_ORDER), {"kernel_size": "--k"})
    '32 5: write the name of an option before each number: --n 32 --k 5'
    >>> way_to_name(["conv", "32x32x3", "s=2"], dict.fromkeys(_ORDER), {})
    'conv 32x32x3 s=2: write the name of an option before each of them: --kind conv --input 3x32x32 --s 2'
    """
    said = shortened(" ".join(words))
    if "(" in said and said[0].isalpha():
        return f"{said}: code is read by a chain: convcalc chain --input 3x32x32 '{said}'"
    if ":" in said:
        return f"{said}: several layers in a row are a chain: convcalc chain --input 3x32x32 {said}"
    if said.lower() in _SWITCHES:
        return f"{said}: --bias takes no word; write --bias or --no-bias"
    if not _SIZE.fullmatch(said) and "=" not in said and _FORMULA.fullmatch(said):
        return f"{said}: formulas are worked out by convcalc itself; leave it out"
    options = _named(words, typed, called)
    what = "it" if len(words) == 1 else "each of them"
    if not options:
        return f"{said}: write the name of an option before {what}, as in --kind conv --n 32 --k 3"
    numbers = all(map(_SIZE.fullmatch, words))
    return f"{said}: write the name of an option before {'each number' if numbers else what}: {options}"


def _named(words: Sequence[str], typed: Mapping[str, Any], called: Mapping[str, str]) -> str:
    """The words with the names of options; empty where one of them can be anything."""
    free = [called.get(name, f"--{name}") for name in _ORDER if typed[name] is None]
    found = []
    for word in words:
        pair = _NAMED.fullmatch(word)
        if pair:
            found.append(f"--{pair['name'].lower()} {pair['value']}")
        elif _SIZE.fullmatch(word) and free:
            name = free.pop(0)
            sides = re.split("[x,×]", word)
            whole = name == "--n" and len(sides) == 3
            found.append(f"--input {_channels_first(sides)}" if whole else f"{name} {word}")
        elif is_kind(word):
            found.append(f"--kind {word}")
        else:
            return ""
    return " ".join(found)


def _channels_first(sides: list[str]) -> str:
    """A shape, of which the last side is the channels where the first cannot be."""
    last = sides[-1] in ("1", "3", "4") and int(sides[0]) > 4
    return "x".join([sides[-1], *sides[:-1]] if last else sides)


def is_kind(word: str) -> bool:
    """Whether a word is a layer kind, here or in another library."""
    from convcalc.errors import UsageError
    from convcalc.layers import get_kind

    try:
        get_kind(word)
    except UsageError:
        return False
    return True


def example_of(called: str) -> str:
    """How to write an option that is missing."""
    return f"{called}=…" if called.startswith("--set") else f"{called} 3"
