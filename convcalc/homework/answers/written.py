"""Answers that are values of Python, as a student would write them."""

from __future__ import annotations

from typing import Any


def as_written(answer: Any) -> Any:
    """A Python value as the text or lists that a student would write.

    >>> as_written((28, 28, 6)), as_written(14.5), as_written(...)
    (['28', '28', '6'], '14.5', '')
    """
    if isinstance(answer, str):
        return answer
    if answer is None or answer is ...:
        return ""
    if hasattr(answer, "tolist"):
        answer = answer.tolist()
    if isinstance(answer, list | tuple):
        return [as_written(item) for item in answer[:10_000]]
    if isinstance(answer, dict):
        return {str(key): as_written(value) for key, value in answer.items()}
    return repr(answer) if isinstance(answer, float) else str(answer)
