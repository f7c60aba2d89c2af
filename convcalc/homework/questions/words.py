"""Words that the sentences of several question types share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from convcalc.homework.questions.given import Ints, each
from convcalc.text import article, times

FLIPPED = ", with the kernel flipped"  # after the convolved object
_SIDES = {1: "length", 2: "height × width", 3: "depth × height × width"}


def sides(value: Ints, axes: int) -> str:
    """Sizes along the axes, only as numbers.

    >>> sides(5, 3), sides((7,), 1)
    ('5×5×5', '7')
    """
    return "×".join(map(str, each(value, axes)))


def by(value: Ints, axes: int = 2) -> str:
    """Sizes along the axes; one number is for all axes.

    >>> by(5), by((3, 1)), by(3, axes=3), by((7,))
    ('5×5', '3×1', '3×3×3', 'length 7')
    """
    found = sides(value, axes)
    return found if "×" in found else f"length {found}"


def side_names(axes: int) -> str:
    """The sides of an image as factors.

    >>> side_names(3)
    'depth·height·width'
    """
    return _SIDES[axes].replace(" × ", "·")


def volume(n: Ints, axes: int, channels: int) -> str:
    """A volume, its channels last.

    >>> volume(20, 2, 3), volume((20,), 1, 3)
    ('20×20×3', '20×3')
    """
    return f"{sides(n, axes)}×{channels}"


def options(**values: Any) -> str:
    """The options of a window in parentheses, without those that are None.

    >>> options(stride=2, padding=(1, 0), dilation=None)
    ' (stride 2, padding 1×0)'
    """
    texts = [
        f"{name.replace('_', ' ')} {'×'.join(map(str, each(value, 1))) if isinstance(value, tuple) else value}"
        for name, value in values.items()
        if value is not None
    ]
    return f" ({', '.join(texts)})" if texts else ""


def biases(counted: bool | None) -> str:  # noqa: FBT001 - the value of the question's option
    """The words about biases; empty if the sheet decides.

    >>> biases(True), biases(None)
    (', biases included', '')
    """
    return {None: "", True: ", biases included", False: ", without biases"}[counted]


def volume_words(order: str, axes: int = 2) -> str:
    """How a volume is written, in words; an order with a batch has 1 for it.

    >>> volume_words("nchw"), volume_words("hwc", axes=1)
    ('1 × channels × height × width', 'length × channels')
    """
    words = f"{_SIDES[axes]} × channels" if order == "hwc" else f"channels × {_SIDES[axes]}"
    return f"1 × {words}" if order == "nchw" else words


def quotient_up(above_text: str, above: int, below_text: str, below: int) -> str:
    """A quotient in numbers, rounded up if it has a remainder.

    >>> quotient_up("(50 − 8)", 42, "(7 − 1)", 6), quotient_up("9", 9, "2", 2)
    ('(50 − 8)/(7 − 1)', '⌈9/2⌉')
    """
    text = f"{above_text}/{below_text}"
    return f"⌈{text}⌉" if above % below else text


def counted(products: str, sums: str, how: str) -> str:
    """The formula for operations, in numbers: 1 or 2 per multiply-add, or one addition less per sum.

    >>> counted("(9 + 8)·4", "4", "2macs"), counted("9·4 + 8", "4", "2macs"), counted("9·4", "4", "exact")
    ('2·(9 + 8)·4', '2·(9·4 + 8)', '2·9·4 − 4')
    """
    if how == "macs":
        return products
    is_sum = " " in re.sub(r"\([^()]*\)", "", products)
    twice = f"2·({products})" if is_sum else f"2·{products}"
    return twice if how == "2macs" else f"{twice} − {sums}"


def with_articles(sentence: str) -> str:
    """A sentence with "a" or "an" as the next number needs.

    >>> with_articles("A 11×11×6 input, a 3×3 filter, a 8×8 pool")
    'An 11×11×6 input, a 3×3 filter, an 8×8 pool'
    """
    return re.sub(
        r"\b([Aa]) (?=(\d+))", lambda m: f"{m[1]}{article(int(m[2][:18]))[1:]} ", sentence
    )


def on_input(shape: Sequence[int] | None) -> str:
    """The input of a network, after its name; empty if the network states its own input.

    >>> on_input((32, 32, 3)), on_input(None)
    (' on a 32×32×3 input', '')
    """
    return f" on a {times(shape)} input" if shape else ""
