"""Printed formulas, read and evaluated by an arithmetic that shares nothing with the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import Any

_SIGNS = str.maketrans({"·": "*", "−": "-", "²": "**2", "³": "**3"})
_OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: Fraction(a) / b,
    ast.Pow: lambda a, b: a**b,
}


class Unread(Exception):  # noqa: N818 - not an error: a formula in words
    """A formula that is not only in letters."""


def worked_out(text: str, letters: dict[str, int]) -> Fraction:
    """A formula with its letters filled in."""
    plain = text.translate(_SIGNS)
    for opening, closing in (("⌊", "⌋"), ("⌈", "⌉")):
        name = "floor(" if opening == "⌊" else "ceil("
        plain = plain.replace(opening, name).replace(closing, ")")
    plain = re.sub(r"(?<![A-Za-z])(\d+)(?=[a-z(])", r"\1*", plain)
    try:
        tree = ast.parse(plain, mode="eval").body
    except SyntaxError:
        raise Unread(text) from None
    return Fraction(value_of(tree, letters))


def value_of(node: ast.expr, letters: dict[str, int]) -> Any:
    """The value of a tree of sums and products."""
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.Name(id=name) if name in letters:
            return letters[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATIONS[type(op)](value_of(left, letters), value_of(right, letters))
        case ast.Call(func=ast.Name(id="floor"), args=[inner]):
            return floor(value_of(inner, letters))
        case ast.Call(func=ast.Name(id="ceil"), args=[inner]):
            return ceil(value_of(inner, letters))
        case ast.Call(func=ast.Name(id="max"), args=args):
            return max(value_of(each, letters) for each in args)
    raise Unread(ast.dump(node))
