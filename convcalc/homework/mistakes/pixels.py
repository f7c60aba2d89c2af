"""Mistakes about which pixels a unit sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convcalc.homework.mistakes.base import mistake
from convcalc.homework.questions.amounts import Sight, pixels_seen

_Window = tuple[int, int, int, int, int]


def _windows(quantities: Sight, change: Callable[[_Window], _Window]) -> Any:
    """The same question with other windows."""
    found = tuple([change(window) for window in quantities.windows])
    return quantities._replace(windows=found) if found != quantities.windows else None


def _moved(quantities: Sight, first: int, last: int) -> Any:
    """Moved ends of the range."""
    found = pixels_seen(quantities)
    return None if found is None else (found[0] + first, found[1] + last)


def _around(quantities: Sight) -> Any:
    """The right number of pixels, centred on the unit's index."""
    found = pixels_seen(quantities._replace(clipped=False))
    if found is None:
        return None
    half = (found[1] - found[0]) // 2
    return quantities.unit - half, quantities.unit - half + found[1] - found[0]


def _last_layer(quantities: Sight) -> Any:
    """The cells of the previous map that the unit reads."""
    return quantities._replace(windows=quantities.windows[-1:])


mistake(
    "seen.no-padding", "seen", "padding not subtracted", "first·s",
    lambda w: _windows(w, lambda layer: (*layer[:3], 0, layer[4])),
    "With padding the first window begins before the map. Where does it begin?",
)  # fmt: skip
mistake(
    "seen.no-stride", "seen", "stride ignored", "first − p",
    lambda w: _windows(w, lambda layer: (layer[0], 1, *layer[2:])),
    "How far apart do two neighbouring windows begin?",
)  # fmt: skip
mistake(
    "seen.clipped", "seen", "clipped to the image, or not", "0 ≤ pixel < n",
    lambda w: w._replace(clipped=not w.clipped),
    "Does the padding around the image count here? See the question.",
)  # fmt: skip
mistake(
    "seen.from-one", "seen", "counted from 1", "first + 1 to last + 1",
    lambda w: _moved(w, 1, 1),
    "The first row and the first column have the number 0.",
)  # fmt: skip
mistake(
    "seen.past-the-end", "seen", "the first pixel after the window used as the last", "last + 1",
    lambda w: _moved(w, 0, 1),
    "A window of k cells ends k − 1 cells after its first one.",
)  # fmt: skip
mistake(
    "seen.around", "seen", "the window put around the unit's own place", "unit ± (r − 1)/2", _around,
    "The place of a unit in its map is not its place in the image. Where does its first window begin?",
)  # fmt: skip
mistake(
    "seen.last-layer", "seen", "cells of the map before instead of pixels", "the last layer only",
    lambda w: _last_layer(w) if len(w.windows) > 1 else None,
    "That is what it reads of the map before, not of the image.",
)  # fmt: skip
mistake(
    "seen.no-dilation", "seen", "dilation ignored", "k − 1 for d·(k − 1)",
    lambda w: _windows(w, lambda layer: (*layer[:2], 1, *layer[3:])),
    "Dilation spreads the kernel out. How wide is it from end to end?",
)  # fmt: skip
