"""``require:`` of a question: a comparison of its numbers and its answer, such as ``params < 100000``."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError, did_you_mean, shortened
from convcalc.homework.questions.base import ALIASES

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Question

MOST_TEXT = 200
MOST_VALUE = 10**30

COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
SUMS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Div: lambda a, b: Fraction(a) / b,
}


def met(text: str, question: Question) -> bool:
    """Whether a question has what is required of it.

    Names are the numbers of the question, its parts, its type, and ``answer``.

    Raises:
        UsageError: the requirement cannot be understood.
    """
    if len(text) > MOST_TEXT:
        message = (
            f"{question.id}: require is {len(text):,} characters long; at most {MOST_TEXT} are read"
        )
        raise UsageError(message)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        return bool(truth(tree, names_of(question)))
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, MemoryError):
        message = (
            f"{question.id}: require {shortened(text)!r} is no comparison such as params < 100000"
        )
        raise UsageError(message) from None
    except KeyError as error:
        name = str(error.args[0])
        known = did_you_mean(name, names_of(question))
        message = f"{question.id}: require knows no {shortened(name)!r}{known}"
        raise UsageError(message) from None


def names_of(question: Question) -> dict[str, Any]:
    """The numbers that a requirement may name."""
    found: dict[str, Any] = {}
    for name in (*ALIASES, *question.task.words):
        value = getattr(question.task, ALIASES.get(name, name), None)
        if isinstance(value, int | Fraction):
            found[name] = value
    numbers = [p for p in question.parts if isinstance(p.expected, int | Fraction)]
    for part in numbers:
        found[part.name.replace("-", "_") or "answer"] = part.expected
    if numbers:
        found.setdefault("answer", numbers[0].expected)
        found.setdefault(question.kind.replace("-", "_"), found["answer"])
    return found


def truth(node: ast.expr, names: dict[str, Any]) -> bool:
    """The truth of a comparison, or of some joined by and, or, not."""
    if isinstance(node, ast.BoolOp):
        test = all if isinstance(node.op, ast.And) else any
        return test(truth(value, names) for value in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return not truth(node.operand, names)
    if not isinstance(node, ast.Compare) or not all(type(op) in COMPARISONS for op in node.ops):
        raise ValueError
    values = [number(each, names) for each in (node.left, *node.comparators)]
    return all(COMPARISONS[type(op)](a, b) for op, a, b in zip(node.ops, values, values[1:]))


def number(node: ast.expr, names: dict[str, Any]) -> Any:
    """The value of a sum of products."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        value: Any = node.value
    elif isinstance(node, ast.Name):
        value = names[node.id]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = -number(node.operand, names)
    elif isinstance(node, ast.BinOp) and type(node.op) in SUMS:
        value = SUMS[type(node.op)](number(node.left, names), number(node.right, names))
    else:
        raise ValueError
    if abs(value) > MOST_VALUE:
        raise ValueError
    return value
