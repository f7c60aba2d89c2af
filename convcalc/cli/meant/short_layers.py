"""Layers in the short forms of papers and competitions, ``32C3-P2-10``: the chain that they may mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from math import prod

from convcalc.errors import UsageError

_SQUARE = r"(?P<k>\d{1,4})(?:x(?P=k))?"
_STRIDE = r"(?:[_,/-]?s(?P<s>\d{1,4}))?"
# Each way to shorten a layer, in small letters, with the word of a chain that it may mean.
_WAYS: tuple[tuple[str, str], ...] = (
    (rf"(?P<c>\d{{1,5}})c{_SQUARE}{_STRIDE}", "conv:k{k}c{c}"),
    (rf"(?P<c>\d{{1,5}})(?:\s?@\s?|\s(?:filters?\s(?:of\s)?)?)(?P<k>\d{{1,4}})x(?P=k){_STRIDE}", "conv:k{k}c{c}"),
    (rf"(?:conv(?:2d)?|c)[_-]?{_SQUARE}[_,@-](?P<c>\d{{1,5}}){_STRIDE}", "conv:k{k}c{c}"),
    (rf"(?:conv(?:2d)?|c)[:_-]?(?P<c>\d{{1,5}})[@_]{_SQUARE}{_STRIDE}", "conv:k{k}c{c}"),
    (rf"(?:max)?[_-]?pool(?:ing)?[_ -]?{_SQUARE}{_STRIDE}|m?p[_-]?(?P<window>\d{{1,2}})", "pool:k{k}"),
    (rf"(?:avg|average|mean)[_-]?pool(?:ing)?[_ -]?{_SQUARE}{_STRIDE}|ap[_-]?(?P<window>\d{{1,2}})", "avgpool:k{k}"),
    (r"max[_-]?pool|pool|mp", "pool:k2"),
    (r"(?:avg|average|mean)[_-]?pool|ap", "avgpool:k2"),
    (r"(?:fc|f|dense|linear)?[_:-]?(?P<units>\d{1,7})n?", "fc:{units}"),
)  # fmt: skip
_PATTERNS = [(re.compile(pattern), word) for pattern, word in _WAYS]
_WIDEST = 11  # a kernel: of two numbers a larger one is hardly its size
_BARE = ("pool", "maxpool", "max_pool", "max-pool", "mp", "avgpool", "ap")
_APART = re.compile(r"[\[\](){}\s]*(?:->|→|[-;,+|>\s])[\[\](){}\s]*")
_GLUED = re.compile(r"(?P<layer>[a-z]\w*:[\w/=]+),(?P<behind>[a-z_]\w*)")
_MOST = 200  # characters that are read of a word


def _spelt_out(words: Sequence[str]) -> dict[str, list[str]]:
    """For each word, the layers of a chain that it may mean; empty if one is unreadable, or all are chains.

    >>> _spelt_out(["32c3", "P2", "dense:128,relu", "10"])
    {'32c3': ['conv:k3c32'], 'P2': ['pool:k2'], 'dense:128,relu': ['dense:128', 'relu'], '10': ['fc:10']}
    >>> _spelt_out(["32C3-MP2-10N"]), _spelt_out(["conv:k3", "relu"]), _spelt_out(["zzz"])
    ({'32C3-MP2-10N': ['conv:k3c32', 'pool:k2', 'fc:10']}, {}, {})
    >>> _spelt_out(["conv:3,32", "P2"])
    {}
    """
    found = {word: _spelt(word) for word in words}
    is_new = any(layers != [word] for word, layers in found.items())
    return found if is_new and all(found.values()) else {}


def chain_meant(
    words: Sequence[str], args: Iterable[tuple[str, bool]], shape: Sequence[int]
) -> tuple[str, list[str]]:
    """What is wrong, and the command line with the layers of a chain that its words may mean; both empty if unknown.

    Args:
        words: those of layers.
        args: all words of the line, each with whether it belongs to no option.
        shape: the input, which may stand among the sizes of fully connected layers.
    """
    from convcalc.network.notations import read

    found = _spelt_out(words)
    with suppress(UsageError):
        read(" ".join(words), len(shape) - 1)
        return "", []  # the words can be read, so something else is wrong
    first = found.get(words[0], ()) if shape else ()
    if len(first) > 1 and first[0] == f"fc:{prod(shape)}":  # 784,128,10
        found[words[0]] = [*first][1:]
    line = [each for arg, is_free in args for each in (found.get(arg, [arg]) if is_free else [arg])]
    is_bare = any(word.lower() in _BARE for word in words)
    what = "a pool has a window, here of 2" if is_bare else "a layer is a kind with options"
    return (what, line) if found else ("", [])


def line_of_chain(args: Sequence[str]) -> list[str]:
    """A command line of a chain with ``--input`` before its input; empty if no word can be one.

    >>> line_of_chain(["784-128-10"]), line_of_chain(["784", "128", "10"])
    (['--input', '784', '784-128-10'], ['--input', '784', 'fc:128', 'fc:10'])
    >>> line_of_chain(["32x32x3", "conv:k3c8", "--rf"])
    ['--input', '3x32x32', 'conv:k3c8', '--rf']
    """
    from convcalc.network.notations.word_tokens import stack_sizes

    first, *rest = args or [""]
    if sizes := stack_sizes(first):
        return ["--input", str(sizes[0]), first, *rest]
    if not re.fullmatch(r"[0-9]{1,9}([x×,][0-9]{1,9})*", first) or not rest:
        return []
    layers = _spelt_out([word for word in rest if not word.startswith("-")])
    behind = [each for word in rest for each in layers.get(word, [word])]
    return ["--input", channels_first(re.split("[x×,]", first)), *behind]


def channels_first(sides: list[str]) -> str:
    """A shape; with the channels moved to the front if they seem to be last."""
    from convcalc.network import axes

    shape = tuple(map(int, sides))
    order = "hwc" if axes.channels_stand_last(shape) else ""
    return "x".join(map(str, axes.channels_first(shape, order)))


def is_layer(word: str) -> bool:
    """Whether a word is a layer with its numbers, in a chain, on slides, or shortened.

    >>> [is_layer(word) for word in ("c32k3", "CONV3-64", "32C3", "784-128-10", "conv:k3", "conv", "32", "3x3")]
    [True, True, True, True, True, False, False, False]
    """
    from convcalc.layers import find
    from convcalc.network.notations.word_tokens import names_layer

    if " " in word or not any(map(str.isdigit, word)) or find(word) is not None:
        return False
    if word.isdigit() or re.fullmatch(r"\d+([x×,]\d+)+", word):
        return False
    return names_layer(word) or bool(_spelt(word))


def _spelt(word: str) -> list[str]:
    """The layers of a chain that one word may mean; empty if unknown."""
    word = word.strip(" ,;")
    if len(word) > _MOST:
        return []
    parts = list(filter(None, _APART.split(word)))
    if any(":" in one and behind.isdecimal() for one, behind in pairwise(parts)):
        return []  # conv:3,32 is one layer, and its own message says what it can mean
    whole, split = _one(word), [each for part in parts for each in _one(part) or [""]]
    return next((layers for layers in (whole, split) if layers and all(map(_is_read, layers))), [])


def _is_read(word: str) -> bool:
    """Whether a word is a layer of a chain with all the options that it needs."""
    from convcalc.layers.options import required_options
    from convcalc.network.chain import read_word

    try:
        layer = read_word(word)
    except UsageError:
        return False
    return not {*required_options(layer.cls)} - {*layer.options, "out_channels"}


def _one(word: str) -> list[str]:
    """The same for a word that is one layer, perhaps with an activation after it."""
    from convcalc.network.chain import names_kind, with_kind

    plain = word.strip("[](){}").lower()
    if glued := _GLUED.fullmatch(plain):
        return [glued["layer"], glued["behind"]]
    for pattern, written in _PATTERNS:
        if match := pattern.fullmatch(plain):
            numbers = {name: value for name, value in match.groupdict().items() if value}
            stride = f"s{numbers['s']}" if "s" in numbers else ""
            numbers.setdefault("k", numbers.get("window", ""))
            if "c" in numbers and int(numbers["k"]) > _WIDEST >= int(numbers["c"]):
                numbers["k"], numbers["c"] = numbers["c"], numbers["k"]
            return [written.format(**numbers) + stride]
    return [with_kind(plain)] if names_kind(plain) else []
