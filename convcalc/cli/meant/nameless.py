"""Numbers and kinds without option names, as in ``convcalc layer 32 5 3``: how to write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from convcalc.cli.meant.equation import of_formula
from convcalc.cli.meant.line import as_line
from convcalc.cli.meant.sentence import options_in
from convcalc.cli.meant.short_layers import channels_first, is_layer
from convcalc.cli.meant.sorts import sort_of_word
from convcalc.text import shortened

_SIZE = re.compile(r"[0-9]+([x,×][0-9]+)*")
_NAMED = re.compile(r"(?P<name>[A-Za-z_]+)=(?P<value>.+)")
_SHORT = re.compile(r"(?P<name>[nkspdfwi])(?P<value>\d{1,6}(?:x\d{1,6})*)", re.IGNORECASE)
PADDINGS = ("same", "valid", "full", "causal")
_FORMULA = re.compile(r"[\w\s()+*/·−-]*[/+*−-][\w\s()+*/·−-]*")
_ORDER = ("n", "kernel_size", "stride", "padding")  # the order in which people give them
_CODE = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*\s*\(")
_CHANNELS = re.compile(r"\bConv\w*\dd\(\s*(?:in_channels\s*=\s*)?(\d{1,5})\b")
_KERAS_INPUT = re.compile(r"shape\s*=\s*\(\s*(\d{1,5})\s*,\s*(\d{1,5})\s*,\s*(\d{1,5})\s*\)")
_MOST_CODE = 400  # characters of code in a message
_MORE_SIDES = 3  # after the first
# Letters of formulas on slides, and words of sentences.
_LETTERS = {
    "w": "n",
    "f": "k",
    "i": "n",
    "in": "n",
    "input": "n",
    "image": "n",
    "size": "n",
    "filter": "k",
    "kernel": "k",
    "stride": "s",
    "pad": "p",
    "padding": "p",
    "dilation": "d",
    "h": "n",
    "n": "n",
    "k": "k",
    "s": "s",
    "p": "p",
    "d": "d",
}


def way_to_name(words: Sequence[str], typed: Mapping[str, Any], called: Mapping[str, str]) -> str:
    """What to type instead of words without option names.

    Args:
        words: the words.
        typed: the values of the named options, by parameter; None if not given.
        called: the command line's names of the layer options.

    >>> way_to_name(["32", "5"], dict.fromkeys(_ORDER), {"kernel_size": "--k"})
    '32 5: write the name of an option before each number: --n 32 --k 5'
    >>> way_to_name(["conv", "32x32x3", "s=2"], dict.fromkeys(_ORDER), {})
    'conv 32x32x3 s=2: write the name of an option before each of them: --kind conv --input 3x32x32 --s 2'
    """
    said = shortened(" ".join(words))
    spread = next((name for name in ("shape", "n") if len(typed.get(name) or ()) == 1), "")
    if spread and all(map(str.isdecimal, words)) and len(words) <= _MORE_SIDES:
        sides = "x".join(map(str, [*typed[spread], *words]))
        return f"{said}: the sides of a shape are one word: {'--n' if spread == 'n' else '--input'} {sides}"
    if said == "help":
        return "help: type convcalc layer -h"
    if any(map(is_code, words)):
        return f"{said}: code is read by a chain: convcalc {code_line(words, _input_given(typed))}"
    if ":" in said or any(map(is_layer, words)):
        return f"{said}: several layers in a row are a chain: convcalc {_chain_line(words, typed)}"
    if not typed.get("n") and (formula := of_formula(said)):
        return f"{said}: {formula}"
    if not _SIZE.fullmatch(said) and "=" not in said and _FORMULA.fullmatch(said):
        return f"{said}: convcalc works out the formula itself; leave it out"
    if network := next((word for word in words if sort_of_word(word) == "network"), ""):
        return f"{shortened(network)} is a network; type convcalc arch {as_line([network])}"
    options = named_options(words, typed, called) or options_in(" ".join(words))
    what = "it" if len(words) == 1 else "each of them"
    if not options:
        return f"{said}: write the name of an option before {what}, as in --kind conv --n 32 --k 3"
    numbers = all(map(_SIZE.fullmatch, words))
    return f"{said}: write the name of an option before {'each number' if numbers else what}: {options}"


def named_options(words: Sequence[str], typed: Mapping[str, Any], called: Mapping[str, str]) -> str:
    """The words with option names, from the arguments of `way_to_name`; empty if a word can mean anything."""
    return _in_turn(words, typed, called) or _named(words, typed, called)


def _named(words: Sequence[str], typed: Mapping[str, Any], called: Mapping[str, str]) -> str:
    """The words with option names; empty if a word can mean anything."""
    free = [called.get(name, f"--{name}") for name in _ORDER if typed[name] is None]
    found: list[list[str]] = []
    counted = _filters_among(words)
    for word in words:
        pair = _NAMED.fullmatch(word)
        if pair:
            name = pair["name"].lower()
            name = f"--{_LETTERS.get(name, name) if len(name) == 1 else name}"
            found.append([name, pair["value"]])
        elif short := _SHORT.fullmatch(word):
            found.append([f"--{_LETTERS[short['name'].lower()]}", short["value"]])
        elif word.lower() in PADDINGS:
            found.append(["--p", word.lower()])
        elif word == counted:
            found.append(["--cout", word])
        elif _SIZE.fullmatch(word) and free:
            name = free.pop(0)
            sides = re.split("[x,×]", word)
            whole = name == "--n" and len(sides) == 3
            found.append(["--input", channels_first(sides)] if whole else [name, word])
        elif is_kind(word):
            found.append(["--kind", word])
        else:
            return ""
    is_once = len({name for name, _ in found}) == len(found)
    return as_line([part for pair in found for part in pair]) if is_once else ""


def _filters_among(words: Sequence[str]) -> str:
    """The number before the size of a filter, as in ``300x300x3 100 5x5``; empty if there is none."""
    sizes = [word for word in words if _SIZE.fullmatch(word)]
    is_square = len(sizes) > 2 and "x" in sizes[2] and not any("x" in size for size in sizes[3:])
    return sizes[1] if is_square and sizes[1].isdecimal() else ""


def _in_turn(words: Sequence[str], typed: Mapping[str, Any], called: Mapping[str, str]) -> str:
    """The options in words like ``32x32 filter 5x5 stride 2``, each number after its name; or nothing."""
    rest, found = list(words), []
    if rest and _SIZE.fullmatch(rest[0]):
        rest.insert(0, "n")
    if len(rest) < 4 or len(rest) % 2:
        return ""
    for name, value in zip(rest[::2], rest[1::2]):
        ours = _LETTERS.get(name.lower())
        if ours is None or not _SIZE.fullmatch(value):
            return ""
        shape = _named([value], typed, called) if ours == "n" else ""
        found.append(shape or f"--{ours} {value}")
    names = [each.partition(" ")[0] for each in found]
    return " ".join(found) if len(set(names)) == len(names) else ""


def is_code(word: str) -> bool:
    """Whether a word is a call, like ``Conv2d(3, 64, 3)``."""
    return bool(_CODE.match(word)) and word.rstrip().endswith(")")


def code_line(words: Sequence[str], shape: str = "") -> str:
    """The ``convcalc chain`` command for layers written as code.

    Args:
        words: the words of code.
        shape: the input shape; if empty, one with the channels in the code.
    """
    shape = shape or input_in(" ".join(words)) or "3x32x32"
    if sum(map(len, words)) > _MOST_CODE:
        return f"chain --input {shape} - < net.py"
    return as_line(["chain", "--input", shape, *words])


def input_in(code: str) -> str:
    """The input shape for some code, from the channels in it; empty if it has none.

    >>> input_in("Conv2D(32, 3, input_shape=(28, 30, 1))"), input_in("nn.Conv2d(4, 8, 3)"), input_in("nn.ReLU()")
    ('1x28x30', '4x32x32', '')
    """
    if found := _KERAS_INPUT.search(code):
        height, width, channels = found.groups()
        return f"{channels}x{height}x{width}"
    channels_in = _CHANNELS.search(code)
    return f"{channels_in[1]}x32x32" if channels_in else ""


def _chain_line(words: Sequence[str], typed: Mapping[str, Any]) -> str:
    """The ``convcalc chain`` command for some layers; the first word can be the input."""
    sides = re.split("[x,×]", words[0])
    if _SIZE.fullmatch(words[0]) and len(sides) > 1:
        shape = channels_first(sides if len(sides) > 2 else ["3", *sides])
        return as_line(["chain", "--input", shape, *words[1:]])
    return as_line(["chain", "--input", _input_given(typed) or "3x32x32", *words])


def _input_given(typed: Mapping[str, Any]) -> str:
    """The input shape that the line already has; empty if it is incomplete."""
    shape, sides, channels = (typed.get(name) for name in ("shape", "n", "cin"))
    if shape:
        return "x".join(map(str, shape))
    if not sides:
        return ""
    sides = [*sides] * (2 if len(sides) == 1 else 1)
    return "x".join(map(str, [channels or 3, *sides]))


def is_kind(word: str) -> bool:
    """Whether a word is a layer kind, here or in another library."""
    from convcalc.errors import UsageError
    from convcalc.layers import get_kind

    try:
        get_kind(word)
    except UsageError:
        return False
    return True
