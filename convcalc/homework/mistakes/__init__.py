"""The catalogue of mistakes: each a formula on the question's numbers, with a line for the student.

Within a topic the most common mistakes come first.
"""

from __future__ import annotations

from convcalc.homework.mistakes.base import BY_TOPIC, MISTAKES, Candidate, Mistake

MODULES = (
    "size",
    "params",
    "cost",
    "rf",
    "typos",
    "hand",
    "maps",
    "normalised",
    "designs",
    "backwards",
    "pixels",
)
MISTAKES.modules(__name__, MODULES)

__all__ = ["BY_TOPIC", "MISTAKES", "MODULES", "Candidate", "Mistake"]
