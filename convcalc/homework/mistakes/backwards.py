"""Mistakes in backward questions: a step of the formula inverted wrongly or not at all."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from convcalc.homework.mistakes.base import mistake
from convcalc.homework.questions.amounts import (
    ParamsEquation,
    solved_params,
)
from convcalc.solve.equation import SizeEquation, exact

_SIZE, _PARAMS = "solve-size", "solve-params"


def _forward(quantities: SizeEquation) -> Any:
    """The size that a layer gives on the output, used as an input."""
    slack = quantities.out + quantities.pads - quantities.d * (quantities.k - 1) - 1
    return slack // quantities.s + 1 if quantities.find == "n" and slack >= 0 else None


def _off_by_one(quantities: SizeEquation) -> Any:
    """One less, because a kernel takes k − 1 cells."""
    found = exact(quantities)
    return found - 1 if quantities.find in ("n", "k") and found is not None else None


def _both_sides(quantities: SizeEquation) -> Any:
    """The zeros of both sides."""
    found = exact(quantities)
    if quantities.find != "p" or found is None:
        return None
    return found / 2 if quantities.total else found * 2


mistake(
    "solve.no-minus-one", _SIZE, "the 1 not subtracted first", "out instead of out − 1",
    lambda w: w._replace(out=w.out + 1),
    "The first window needs no step. How many steps are there?",
)  # fmt: skip
mistake(
    "solve.no-stride", _SIZE, "stride ignored", "s = 1",
    lambda w: w._replace(s=1) if w.s > 1 else None,
    "How many cells does the window move on between two outputs?",
)  # fmt: skip
mistake(
    "solve.no-padding", _SIZE, "padding ignored", "p = 0",
    lambda w: w._replace(pads=0) if w.pads else None,
    "The window slides over the padded input.",
)  # fmt: skip
mistake(
    "solve.one-sided-padding", _SIZE, "padding counted on one side", "p instead of 2p",
    lambda w: w._replace(pads=w.pads // 2) if w.pads and not w.total else None,
    "How many zeros does the padding add in all?",
)  # fmt: skip
mistake(
    "solve.padding-sides", _SIZE, "padding of both sides for one side, or the reverse", "2p or p/2", _both_sides,
    "Is the padding given per side, or for both sides together?",
)  # fmt: skip
mistake(
    "solve.forward", _SIZE, "the formula used forwards", "⌊(out + 2p − k)/s⌋ + 1", _forward,
    "The output is given here. Which size does the input have?",
)  # fmt: skip
mistake(
    "solve.off-by-one", _SIZE, "k and k − 1 mixed up", "one less", _off_by_one,
    "How many cells does a window of k remove: k, or k − 1?",
)  # fmt: skip
mistake(
    "solve.no-dilation", _SIZE, "dilation ignored", "d = 1",
    lambda w: w._replace(d=1) if w.d > 1 else None,
    "Dilation spreads the kernel out. How wide is it from end to end?",
)  # fmt: skip


def _without_bias(quantities: ParamsEquation) -> Any:
    """The bias left out, and the result rounded if it is not whole."""
    found = solved_params(quantities._replace(bias=0)) if quantities.bias else None
    if found is None:
        return None
    rounded = [Fraction(found) // 1, -(-Fraction(found) // 1)]
    return [found, *(value for value in rounded if value != solved_params(quantities))]


def _taps(quantities: ParamsEquation) -> Any:
    """The weights in one channel of one filter."""
    if quantities.find != "k" or quantities.axes == 1:
        return None
    return (Fraction(quantities.params, quantities.filters) - quantities.bias) / quantities.c_in


mistake(
    "solve.no-bias", _PARAMS, "biases forgotten", "params/(k²·cin)", _without_bias,
    "What else does a filter have besides its weights?",
)  # fmt: skip
mistake(
    "solve.no-channels", _PARAMS, "input channels forgotten", "cin = 1",
    lambda w: w._replace(c_in=1) if w.find != "c_in" and w.c_in > 1 else None,
    "How deep is one filter?",
)  # fmt: skip
mistake(
    "solve.not-divided", _PARAMS, "not divided by the filters", "filters = 1",
    lambda w: w._replace(filters=1) if w.find != "filters" and w.filters > 1 else None,
    "How many filters share these parameters?",
)  # fmt: skip
mistake(
    "solve.no-root", _PARAMS, "k² instead of k", "k²", _taps,
    "These are all weights of a window. How long is its side?",
)  # fmt: skip
mistake(
    "solve.k-not-squared", _PARAMS, "k instead of k²", "params/(k·cin + 1)",
    lambda w: w._replace(axes=1) if w.find != "k" and w.axes > 1 else None,
    "A k×k window has more than k cells.",
)  # fmt: skip
