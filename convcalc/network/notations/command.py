"""A network on a command line: the words of a chain, or another notation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from convcalc.errors import UsageError
from convcalc.files import STDIN, decode, read_file, stdin_name
from convcalc.layers import find
from convcalc.network.axes import chain_order, channels_first
from convcalc.network.chain import names_kind, parse_chain
from convcalc.network.chain_groups import has_groups, words_in
from convcalc.network.find import is_found
from convcalc.text import quoted

if TYPE_CHECKING:
    from convcalc.layers import Shape
    from convcalc.network.network import Network

_CALL = re.compile(r"(?:[a-zA-Z_]\w*\.)*[A-Z]\w*\(")
_CLASS = re.compile(r"(?:[a-zA-Z_]\w*\.)*[A-Z]\w*")  # a layer of code without its brackets
_EQUALS = re.compile(r"(?:[0-9]+\*)?([a-z][a-z_0-9]*)=[a-z]*[0-9][^\s(]*")
_MAX_BYTES = 80_000  # more than any readable text


def chain_of(words: tuple[str, ...], shape: Shape, order: str = "") -> Network:
    """The network of some layers; ``-`` reads standard input.

    Args:
        words: as typed: several words, or a whole text in one.
        shape: the input.
        order: its axis order: chw or hwc; empty means chw.

    Raises:
        UsageError: something cannot be read.
        ShapeError: a layer does not fit.
    """
    with chain_order(shape, order):
        network = _network_of(words, channels_first(shape, order))
    network.order = order
    return network


def _network_of(words: tuple[str, ...], shape: Shape) -> Network:
    """The network of some layers, with a shape that is channels first."""
    if words == (STDIN,):
        text = decode(read_file(STDIN, _MAX_BYTES, "network"), stdin_name())
    elif _is_in_words(words):
        return parse_chain(list(words), shape)
    else:
        _check_one_notation(words)
        if any(map(_CALL.match, words)):
            words = tuple(f"{word}()" if _CLASS.fullmatch(word) else word for word in words)
        text = ("\n" if any("(" in word or " " in word for word in words) else " ").join(words)
    from convcalc.network.notations import network_of  # noqa: PLC0415 - a chain needs no notation

    return network_of(text, shape)[0]


def _is_in_words(words: tuple[str, ...]) -> bool:
    """Whether words belong to the chain language, or to no known notation."""
    text = " ".join(words)
    if has_groups(text):
        inside = words_in(text)
        return all(map(_is_of_chain, inside)) or any(":" in word for word in inside)
    if all(map(_is_of_chain, words)) or not any(map(_is_written_out, words)):
        return True
    wrong = map(_EQUALS.fullmatch, words)  # the chain's error says how to write those
    return any(find(match[1]) for match in wrong if match)


def _check_one_notation(words: tuple[str, ...]) -> None:
    """Refuse words of the chain language together with lines of code.

    Raises:
        UsageError: there are both.
    """
    ours = next((each for each in words if "(" not in each and (":" in each or _is_kind(each))), "")
    code = next((word for word in words if _CALL.match(word)), "")
    if ours and code:
        message = f"{quoted(ours)} is a word of convcalc and {quoted(code)} is code; write all layers in one of the two ways"
        raise UsageError(message)


def _is_kind(word: str) -> bool:
    """Whether a word is a kind of layer in small letters, which is no code."""
    return word.islower() and _is_of_chain(word)


def is_chain(words: tuple[str, ...]) -> bool:
    """Whether words are layers, not networks: the first is the name of a layer and of no network."""
    if is_found(words[0]):
        return False
    return ":" in words[0] or _is_of_chain(words[0]) or _is_written_out(words[0])


def _is_of_chain(word: str) -> bool:
    """Whether a word is a kind, perhaps with options after a colon."""
    return " " not in word.strip() and names_kind(word)


def _is_written_out(word: str) -> bool:
    """Whether a word begins a layer in another notation, like CONV5-64 and nn.Conv2d(."""
    from convcalc.network.notations.word_tokens import names_layer  # noqa: PLC0415 - as above

    return "(" in word or (":" in word and " " in word.strip()) or names_layer(word)
