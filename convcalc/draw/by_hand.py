"""The picture *window* of an exercise by hand, with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.draw.window import Window
from convcalc.draw.window_numbers import layer_of, numbers_of

if TYPE_CHECKING:
    from convcalc.hand import Working


def by_hand(work: Working, *, every: bool = False, blank: bool = False) -> Window:
    """The picture of an exercise: the step that it asks for, or the first; or all of them.

    Args:
        work: the exercise.
        every: whether all steps are drawn.
        blank: whether the products and the output are left to fill in.

    Raises:
        UsageError: it is about gradients, or larger than is drawn.
    """
    shape = work.given["x"].shape
    first = (0,) * (len(shape) - 1)
    step = work.step or (None if every else first)
    return Window(layer_of(work), shape, step, numbers_of(work, blank=blank))
