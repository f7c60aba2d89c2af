"""Numbers that the author of a layer gives: plain, or as an expression of its input's sides.

The sides are c (channels), then l, or h and w, or d, h and w: ``4*c*h*w``, ``(h + 1) // 2``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NewType

from convcalc.errors import ShapeError, UsageError
from convcalc.text import quoted, times

if TYPE_CHECKING:
    import ast

    from convcalc.layers.window import Shape

Amount = int | str
Amounts = tuple[tuple[str, Amount], ...]
"""Amounts by name."""
StatedShape = tuple[Amount, ...]
Seen = str | tuple[int, int, int]
"""What a unit reads: a word, or the kernel, stride and padding of a window."""
TypeName = NewType("TypeName", str)

SEEN = ("unknown", "all", "unit")
SIDES = {1: "c", 2: "cl", 3: "chw", 4: "cdhw"}
"""What the sides of a shape are called, by their number."""
MAX_CHARACTERS = 100
MAX_AMOUNT = 10**18


def amount_of(text: str, what: str) -> Amount:
    """A whole number, or an expression of sides, from text.

    Raises:
        UsageError: it is neither.

    >>> amount_of("12", "macs"), amount_of("2 * c*h", "macs")
    (12, '2*c*h')
    """
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    plain = text.replace(" ", "")
    try:
        if len(plain) > MAX_CHARACTERS:
            raise ValueError  # noqa: TRY301 - handled like a wrong expression
        _parsed(plain)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        message = (
            f"{what} must be a number, or + - * // over the input's sides c, d, h, w and l such as "
            f"4*c*h*w, but is {quoted(text)}"
        )
        raise UsageError(message) from None
    return plain


@cache
def _parsed(text: str) -> ast.expr:
    """Parse an expression of + - * // ( ), whole numbers and sides.

    Raises:
        ValueError: it contains anything else.
    """
    import ast  # noqa: PLC0415 - few networks need it

    parts = (ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Load)
    tree = ast.parse(text, mode="eval").body
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            fits = node.id in "cdhwl" and len(node.id) == 1
        elif isinstance(node, ast.Constant):
            fits = type(node.value) is int and node.value <= MAX_AMOUNT
        else:
            fits = isinstance(node, parts)
        if not fits:
            raise ValueError(text)
    return tree


def amount(value: Amount, shape: Shape, what: str) -> Any:
    """The number that the author gives, for an input of this shape.

    Raises:
        ShapeError: the input has no such side, or the number is too large.

    >>> amount("4*c*(h + 1)", (3, 7, 9), "macs")
    96
    """
    return value if not isinstance(value, str) else _value(_parsed(value), shape, what)


def _value(node: Any, shape: Shape, what: str) -> Any:
    """The value of a part of an expression."""
    names = dict(zip(SIDES.get(len(shape), "cdhw"), shape))
    if hasattr(node, "id"):
        if node.id not in names:
            message = f"{what} names {node.id}, but the sides of {times(shape)} are {', '.join(names)}; use these"
            raise ShapeError(message)
        return names[node.id]
    if hasattr(node, "value"):
        return node.value
    one, other = (_value(part, shape, what) for part in (node.left, node.right))
    match type(node.op).__name__:
        case "Add":
            found = one + other
        case "Sub":
            found = one - other
        case "Mult":
            found = one * other
        case _:
            if isinstance(other, int) and not other:
                message = f"{what} divides {one:,} by 0; change the expression"
                raise ShapeError(message)
            found = one // other
    if isinstance(found, int) and abs(found) > MAX_AMOUNT:
        message = f"{what} passes {MAX_AMOUNT:,}; use smaller numbers"
        raise ShapeError(message)
    return found
