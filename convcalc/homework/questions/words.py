"""Words that the sentences of several question types share."""

from __future__ import annotations

import re
from typing import Any

from convcalc.homework.questions.given import Ints
from convcalc.text import article


def by(value: Ints) -> str:
    """Sizes along the axes; one number stands for two.

    >>> by(5), by((3, 1))
    ('5×5', '3×1')
    """
    return "×".join(map(str, value)) if isinstance(value, tuple) else f"{value}×{value}"


def options(**values: Any) -> str:
    """The options of a window in parentheses; those that are None are left out.

    >>> options(stride=2, padding=(1, 0), dilation=None)
    ' (stride 2, padding 1×0)'
    """
    texts = [
        f"{name.replace('_', ' ')} {by(value) if isinstance(value, tuple) else value}"
        for name, value in values.items()
        if value is not None
    ]
    return f" ({', '.join(texts)})" if texts else ""


def biases(counted: bool | None) -> str:  # noqa: FBT001 - the value of the question's option
    """What a question says about biases; nothing where the sheet decides.

    >>> biases(True), biases(None)
    (', biases included', '')
    """
    return {None: "", True: ", biases included", False: ", without biases"}[counted]


def volume_words(order: str) -> str:
    """How a volume is written, in words; one image has no batch, but its place.

    >>> volume_words("nchw")
    '1 × channels × height × width'
    """
    words = "height × width × channels" if order == "hwc" else "channels × height × width"
    return f"1 × {words}" if order == "nchw" else words


def with_articles(sentence: str) -> str:
    """A sentence whose articles suit the numbers behind them.

    >>> with_articles("A 11×11×6 input, a 3×3 filter, a 8×8 pool")
    'An 11×11×6 input, a 3×3 filter, an 8×8 pool'
    """
    return re.sub(
        r"\b([Aa]) (?=(\d+))", lambda m: f"{m[1]}{article(int(m[2][:18]))[1:]} ", sentence
    )
