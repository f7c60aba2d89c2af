"""Statements laid out as by ruff format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

LIMIT = 88


class Statement(NamedTuple):
    """An assignment.

    Attributes:
        target: the variable.
        callee: the called name; a whole expression if there are no arguments.
        items: the arguments.
        then: the arguments of a second call, on the result.
    """

    target: str
    callee: str
    items: tuple[str, ...] | None = None
    then: tuple[str, ...] | None = None


def statement(what: Statement, indent: int) -> list[str]:
    """The lines of a statement.

    >>> statement(Statement("x", "layers.ReLU", ('name="relu"',), ("x",)), 0)
    ['x = layers.ReLU(name="relu")(x)']
    >>> statement(Statement("x", "layers.Add", ('name="a"',), (f"[{', '.join(['y' * 30] * 3)}]",)), 0)[:2]
    ['x = layers.Add(name="a")(', '    [']
    """
    margin = " " * indent
    head = f"{margin}{what.target} = {what.callee}"
    if what.items is None:
        return [head]
    inside = ", ".join(what.items)
    tail = "" if what.then is None else f"({', '.join(what.then)})"
    whole = f"{head}({inside}){tail}"
    if len(whole) <= LIMIT:
        return [whole]
    opened = f"{head}({inside})("
    if what.then and len(opened) <= LIMIT:
        return [opened, *_inside(what.then, indent + 4), f"{margin})"]
    return [f"{head}(", *_inside(what.items, indent + 4), f"{margin}){tail}"]


def _inside(items: Sequence[str], indent: int) -> list[str]:
    """The content of parentheses on separate lines."""
    margin, whole = " " * indent, ", ".join(items)
    if len(margin + whole) <= LIMIT:
        return [margin + whole]
    return [line for item in items for line in _item(item, indent)]


def _item(item: str, indent: int) -> list[str]:
    """An item on a separate line, or on several if it is too long and has parts."""
    line = f"{' ' * indent}{item},"
    parts = _parts(item)
    if len(line) <= LIMIT or not parts:
        return [line]
    before, inner = parts
    lines = [line for each in inner for line in _item(each, indent + 4)]
    return [" " * indent + before, *lines, f"{' ' * indent}{item[-1]},"]


def _parts(item: str) -> tuple[str, list[str]] | None:
    """The text before the items of a tuple or list, and the items; None for other texts.

    >>> _parts("table=((0, 1), (2,))")
    ('table=(', ['(0, 1)', '(2,)'])
    """
    found = re.match(r"(?:\w+=)?[(\[]", item)
    if not found or '"' in item:
        return None
    parts, depth = [""], 0
    for sign in item[found.end() : -1]:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return found[0], [part.strip() for part in parts if part.strip()]
