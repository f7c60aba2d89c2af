"""The question types, one class each, under one registry.

Only the modules of the types that a sheet asks for are imported; see `question_types`.
"""

from __future__ import annotations

from convcalc.homework.question_types import TYPES
from convcalc.homework.questions.base import QUESTIONS, Part, Task, create_question, question
from convcalc.homework.questions.given import GivenError

QUESTIONS.modules(__name__, {name: module for module, names in TYPES.items() for name in names})

__all__ = ["QUESTIONS", "GivenError", "Part", "Task", "create_question", "question"]
