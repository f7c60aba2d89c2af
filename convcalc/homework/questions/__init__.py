"""The question types, one class each, under one registry.

The modules are imported one after the other until a type is found, so that checking one sheet does
not pay for all of them.
"""

from __future__ import annotations

from importlib import import_module

from convcalc.homework.questions.base import (
    QUESTIONS,
    GivenError,
    Part,
    Task,
    create_question,
    question,
)

MODULES = (
    "size",
    "params",
    "plain",
    "field",
    "cost",
    "reach",
    "table",
    "counts",
    "hand",
    "gradients",
)

__all__ = [
    "MODULES",
    "QUESTIONS",
    "GivenError",
    "Part",
    "Task",
    "create_question",
    "every",
    "find",
    "question",
]


def every() -> dict[str, type[Task]]:
    """All question types by name."""
    for module in MODULES:
        import_module(f"convcalc.homework.questions.{module}")
    return QUESTIONS


def find(kind: str) -> type[Task] | None:
    """A question type by its name; None without one."""
    for module in MODULES:
        if kind in QUESTIONS:
            break
        import_module(f"convcalc.homework.questions.{module}")
    return QUESTIONS.get(kind)
