"""The question types, one class each, under one registry.

The modules are imported one after the other until a type is found, so that checking one sheet does
not pay for all of them.
"""

from __future__ import annotations

from convcalc.homework.questions.base import QUESTIONS, Part, Task, create_question, question
from convcalc.homework.questions.given import GivenError

MODULES = (
    "size",
    "volumes",
    "params",
    "plain",
    "rf",
    "cost",
    "solving",
    "table",
    "counts",
    "hand",
    "gradients",
    "maps",
    "normalised",
    "designs",
    "backwards",
    "pixels",
    "symbols",
    "handed_in",
)
QUESTIONS.modules(__name__, MODULES)

__all__ = ["MODULES", "QUESTIONS", "GivenError", "Part", "Task", "create_question", "question"]
