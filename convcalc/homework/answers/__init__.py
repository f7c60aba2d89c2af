"""Answers in any notation: read, compared and written back, each type of answer by its class."""

from __future__ import annotations

from convcalc.homework.answers.types import ANSWER_TYPES

ANSWER_TYPES.modules(
    __name__,
    (
        "types",
        "measures",
        "text_types",
        "rounded",
        "ranges",
        "formulas",
        "c_squared",
        "network_type",
    ),
)

__all__ = ["ANSWER_TYPES"]
