"""Names, values and comments for written Python code."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection
from typing import Any

from convcalc.text import one_line


def identifier(name: str, taken: Collection[str] = ()) -> str:
    """A free variable name that resembles a layer's name.

    >>> identifier("conv3_x.2.conv1"), identifier("3x3"), identifier("class"), identifier("x", ["x"])
    ('conv3_x_2_conv1', 'layer_3x3', 'class_', 'x_2')
    """
    word = re.sub(r"[^0-9a-zA-Z_]+", "_", name).strip("_") or "layer"
    if word[0].isdigit():
        word = f"layer_{word}"
    if keyword.iskeyword(word):
        word += "_"
    free, number = word, 1
    while free in taken:
        number += 1
        free = f"{word}_{number}"
    return free


def literal(value: Any) -> str:
    """A value of an option: a number, a text, a boolean, or several of them.

    >>> literal((3, 3)), literal("same"), literal(None), literal((2,))
    ('(3, 3)', '"same"', 'None', '(2,)')
    """
    if isinstance(value, (tuple, list)):
        parts = ", ".join(map(literal, value))
        return f"({parts}{',' * (len(value) == 1)})"
    if isinstance(value, str):
        return f'"{"".join(map(_sign, value))}"'
    return repr(value)


def _sign(sign: str) -> str:
    """A character inside quotation marks."""
    if sign in '"\\':
        return f"\\{sign}"
    return sign if " " <= sign <= "~" else f"\\U{ord(sign):08x}"


def comment(text: str) -> str:
    r"""A text from a file as a comment: one line, without characters that end it.

    >>> comment("He et al.\nimport os")
    '# He et al. import os'
    """
    return f"# {one_line(text)}"
