"""The catalogue of mistakes: each is a formula with the question's numbers, and a line for the student.

Within a topic the most common mistakes come first.
"""

from __future__ import annotations

from convcalc.homework.mistakes.base import MISTAKES, Candidate, Mistake, by_topic

MODULES = (
    "size",
    "volume",
    "sides",
    "solving",
    "params",
    "counts",
    "factors",
    "cost",
    "rf",
    "fields",
    "stretched",
    "inverse",
    "designs",
    "backwards",
    "pixels",
    "formulas",
    "typos",
    "hand",
    "pools",
    "maps",
    "normalised",
)
MISTAKES.modules(__name__, MODULES)

__all__ = ["MISTAKES", "MODULES", "Candidate", "Mistake", "by_topic"]
