"""The picture *window* of an exercise by hand, with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.draw.window import Window
from convcalc.draw.window_numbers import layer_of, numbers_of

if TYPE_CHECKING:
    from convcalc.hand import Working


def by_hand(work: Working, *, every: bool = False, blank: bool = False) -> Window:
    """The picture of an exercise: its chosen step, or the first; or all steps.

    Args:
        work: the exercise.
        every: whether to draw all steps.
        blank: whether to leave the products and the output empty.

    Raises:
        UsageError: it is about gradients, or too large to draw.
    """
    shape = work.given["x"].shape
    first = (0,) * (len(shape) - 1)
    step = work.step or (None if every else first)
    return Window(layer_of(work), shape, step, numbers_of(work, blank=blank))
