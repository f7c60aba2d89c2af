"""Statements laid out as ruff format does."""

from __future__ import annotations

from typing import NamedTuple

from convcalc.interop.writers.python_layout import LIMIT, laid_out


class Statement(NamedTuple):
    """An assignment.

    Attributes:
        target: the variable.
        callee: what is called; a whole expression where there are no arguments.
        items: the arguments.
        then: the arguments of what this gives.
    """

    target: str
    callee: str
    items: tuple[str, ...] | None = None
    then: tuple[str, ...] | None = None


def statement(what: Statement, indent: int) -> list[str]:
    """The lines of a statement.

    >>> statement(Statement("x", "layers.ReLU", ('name="relu"',), ("x",)), 0)
    ['x = layers.ReLU(name="relu")(x)']
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
    if what.then and what.then[0].startswith("[") and len(opened) <= LIMIT:
        lines = [f"{opened}", f"{margin}    {what.then[0]}", f"{margin})"]
        if len(lines[1]) <= LIMIT:
            return lines
        names = what.then[0][1:-1].split(", ")
        return [f"{opened}[", *[f"{margin}    {name}," for name in names], f"{margin}])"]
    one = f"{margin}    {inside}"
    if len(one) <= LIMIT:
        return [f"{head}(", one, f"{margin}){tail}"]
    items = [line for item in what.items for line in laid_out(item, indent + 4, after=",")]
    return [f"{head}(", *items, f"{margin}){tail}"]
