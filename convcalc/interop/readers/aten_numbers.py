"""Whole numbers in a program, such as sides of tensors that it computes with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convcalc.layers.checks import MAX_NUMBER

_WORK: dict[str, Callable[[int, int], int]] = {
    "add": lambda one, other: one + other,
    "sub": lambda one, other: one - other,
    "mul": lambda one, other: one * other,
    "floordiv": lambda one, other: one // other,
    "mod": lambda one, other: one % other,
}


def worked_out(op: str, one: Any, other: Any) -> int | None:
    """The result of an operation on two numbers; None if unknown.

    >>> worked_out("floordiv", 7, 2), worked_out("floordiv", 7, 0), worked_out("add", None, 1)
    (3, None, None)
    """
    work = _WORK.get(op)
    if work is None or not isinstance(one, int) or not isinstance(other, int):
        return None
    if max(abs(one), abs(other)) > MAX_NUMBER or (not other and op in ("floordiv", "mod")):
        return None
    return work(one, other)
