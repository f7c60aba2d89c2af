"""A chain: the input, and a stack of layers on one line."""

from __future__ import annotations

from convcalc.errors import UsageError
from convcalc.explore.parts import Answer, Asked, Found, Given, area_field, text_field
from convcalc.explore.views.base import VIEWS
from convcalc.explore.views.walked import (
    check_words,
    command_words,
    found_in,
    given_of,
    is_code,
    view_fields,
)
from convcalc.layers.values import shape_of
from convcalc.network.notations.command import chain_of

_START = {
    "input": "1x32x32",
    "layers": "conv:k5c6 relu pool:k2 conv:k5c16 relu pool:k2 fc:120 fc:84 fc:10",
}
_WORDS = ("input", "layers", "picture", "rows", "layer")


@VIEWS.under("chain")
def chain_view(asked: Asked) -> Answer:
    """The view of a chain."""
    given = given_of(asked, _WORDS)
    if not given.get("layers") and (asked.carried or not given):
        given = {**_START, **given}
        given |= {"input": given["input"] if _is_shape(given["input"]) else _START["input"]}
    fields = [
        text_field("input", "input shape", given.get("input", "")),
        area_field("layers", "layers", given.get("layers", ""), lines=3),
        *view_fields(given),
    ]
    words = _layers(given)
    command = [
        "convcalc",
        "chain",
        "--input",
        given.get("input", ""),
        *command_words(given | {"input": ""}),
        *words,
    ]
    return Answer(asked.view, given, fields, lambda: _found(given, words), command)


def _is_shape(text: str) -> bool:
    """Whether a text can be the shape of one input."""
    return "=" not in text and " " not in text.strip()


def _layers(given: Given) -> tuple[str, ...]:
    """The layers as on a command line."""
    text = given.get("layers", "").strip()
    return (text,) if is_code(text) else tuple(text.split())


def _found(given: Given, words: tuple[str, ...]) -> Found:
    """The results of walking the chain."""
    check_words("chain", given, _WORDS)
    if not words or words == ("-",):
        message = "layers: write at least one, such as conv:k5c6"
        raise UsageError(message)
    shape = shape_of(given.get("input", ""), "input shape")
    return found_in(chain_of(words, shape), "chain", given)
