"""Mistakes about the output size of a window: along one axis, and in every layer of a network."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil
from typing import Any

from convcalc.homework.answers.types import as_int_if_whole
from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.mistakes.carry import carried
from convcalc.homework.mistakes.letters import COVERED, USUAL, Letters
from convcalc.homework.mistakes.rounding import quotient
from convcalc.homework.questions.quantities import (
    Axis,
    Conv,
    Keep,
    Same,
    Windows,
    as_asked,
    sizes,
    volume_in_order,
)

_SIZE = "size volume"
_CARRIED = "flatten model macs neurons connections no-sharing im2col"  # counted with the size


def _per_axis(
    formula: Callable[[Axis, Windows], Any], text: str, *, is_carried: bool = True
) -> Callable[[Any], Any]:
    """The same mistake on every axis where it can happen; the other axes stay right.

    Args:
        formula: the mistake, along one axis.
        text: its formula.
        is_carried: whether it is also made in every layer of a network.
    """

    def wrong(quantities: Any) -> Any:
        if isinstance(quantities, Conv):
            return _counts(quantities, formula, text)
        ways = carried(quantities, formula, text) if is_carried else []
        return [*_windows(quantities, formula), *ways] if isinstance(quantities, Windows) else ways

    return wrong


def _windows(quantities: Windows, formula: Callable[[Axis, Windows], Any]) -> list[Any]:
    """The wrong sizes, or the windows as the student saw them, once for each way."""
    columns = _columns(quantities, formula)
    found: list[Any] = []
    for place in range(max(map(len, columns), default=0)):
        results = [column[min(place, len(column) - 1)] if column else None for column in columns]
        texts = [each.formula for each in results if isinstance(each, Way)]
        new = [each.result if isinstance(each, Way) else each for each in results]
        item = _item(quantities, new)
        if item is not None:
            found.append(Way(item, texts[0] if texts else ""))
    return found


def _columns(quantities: Windows, formula: Callable[[Axis, Windows], Any]) -> list[list[Any]]:
    """The ways to make the mistake along each axis; none if it cannot happen."""
    columns = []
    for axis in quantities.axes:
        results = formula(axis, quantities)
        ways = results if isinstance(results, list) else [results]
        columns.append([each for each in ways if each is not None])
    return columns if any(columns) else []


def _item(quantities: Windows, new: list[Any]) -> Any:
    """The axes together: windows, or sizes in the form that is asked for."""
    if any(isinstance(each, Axis) for each in new):
        axes = tuple([axis if each is None else each for axis, each in zip(quantities.axes, new)])
        return quantities._replace(axes=axes, rows=()) if axes != quantities.axes else None
    sides = [axis.floor if side is None else side for axis, side in zip(quantities.axes, new)]
    sides = [as_int_if_whole(side) for side in sides]
    if quantities.volume and any(isinstance(side, Fraction) for side in sides):
        return None
    return as_asked(quantities, sides, quantities.filters)


def _counts(quantities: Conv, formula: Callable[[Axis, Windows], Any], text: str) -> list[Any]:
    """A convolution whose output has the wrong size, with the formula."""
    if not quantities.axes or not quantities.out:
        return []
    windows = Windows(quantities.axes, quantities.c_in, quantities.filters, scalar=False)
    found = []
    for item, own in _windows(windows, formula):
        sides = sizes(item._replace(fit="floor")) if isinstance(item, Windows) else item
        sides = sides if isinstance(sides, tuple) else (sides,)
        if all(isinstance(side, int) and side > 0 for side in sides):
            found.append(Way(quantities._replace(out=sides), f"output side {own or text}"))
    return found


def _pads(axis: Axis, p: int) -> Axis:
    """The window with padding p at both ends."""
    return axis._replace(before=p, after=p)


def _padding(axis: Axis) -> int:
    """Padding per side as the question counts it."""
    return max(axis.before, axis.after)


def _out(
    name: str,
    about: str,
    formula: str,
    wrong: Callable[[Axis, Windows], Any],
    line: str,
    *,
    carried: str = _CARRIED,
    topics: str = _SIZE,
    seldom: bool = False,
    letters: Letters = USUAL,
) -> None:
    """A mistake on the windows of each axis."""
    mistake(
        f"out.{name}",
        topics,
        about,
        formula,
        _per_axis(wrong, formula, is_carried=bool(carried)),
        line,
        carried=carried,
        seldom=seldom,
        letters=letters,
    )


def _misfit(axis: Axis) -> bool:
    """Whether the division leaves a remainder."""
    return axis.slack >= 0 and not axis.fits


_out(
    "floored-in-strict", 'rounded down, but the course says "does not fit"', "⌊(n + 2p − k)/s⌋ + 1",
    lambda a, w: a.floor if w.fit == "strict" and _misfit(a) else None,
    "Most libraries round down, but this course asks whether the window fits.",
    letters=COVERED,
)  # fmt: skip


def _keeps(quantities: Any) -> Any:
    """The size stays although there is a stride."""
    if isinstance(quantities, Same):
        return quantities.n if quantities.s > 1 else None
    return _per_axis(lambda a, w: a.n if w.same and a.s > 1 else None, "n")(quantities)


mistake(
    "out.same-keeps-with-stride", f"{_SIZE} same", '"same" keeps the size even with a stride', "n",
    _keeps,
    '"Same" padding keeps the size at stride 1 only; in general it gives ⌈n/s⌉.',
    carried=_CARRIED,
)  # fmt: skip


def _half_of_even(quantities: Any) -> Any:
    """Half of an even kernel, either way."""
    if isinstance(quantities, Keep):
        k = quantities.k
        return [Way(k // 2 - 1, "k/2 − 1"), Way(k // 2, "k/2")] if k % 2 == 0 else None
    return _per_axis(
        lambda a, w: (
            [
                Way(_pads(a, (a.k - 1) // 2).floor, "with p = k/2 − 1"),
                Way(_pads(a, a.k // 2).floor, "with p = k/2"),
            ]
            if w.same and a.k % 2 == 0
            else None
        ),
        "with p = k/2",
    )(quantities)


mistake(
    "out.even-k-half", f"{_SIZE} keep", "(k − 1)/2 or k/2 with an even k", "p = ⌊(k − 1)/2⌋ or k/2",
    _half_of_even,
    "To keep the size, an even kernel needs different padding on its two sides.",
    carried=_CARRIED,
)  # fmt: skip
_out(
    "no-dilation", "dilation ignored", "(n + 2p − k)/s + 1",
    lambda a, w: a._replace(d=1) if a.d > 1 else None,
    "Dilation spreads the kernel out. How wide is it from end to end?",
)  # fmt: skip
_out(
    "dilation-zero-based", "counted dilation from 0", "(n + 2p − (d + 1)·(k − 1) − 1)/s + 1",
    lambda a, w: a._replace(d=a.d + 1) if a.d > 1 or w.dilation != 1 else None,
    "Which dilation is the ordinary convolution? See the rules of the sheet.",
)  # fmt: skip
_out(
    "dilation-times", "effective kernel d·k", "(n + 2p − d·k)/s + 1",
    lambda a, w: Axis(a.n, a.d * a.k, a.s, a.before, a.after) if a.d > 1 else None,
    "There are k − 1 gaps between k taps.",
)  # fmt: skip
_out(
    "dilation-no-one", "effective kernel d·(k − 1)", "(n + 2p − d·(k − 1))/s + 1",
    lambda a, w: Axis(a.n, a.d * (a.k - 1), a.s, a.before, a.after) if a.d > 1 and a.k > 1 else None,
    "The last tap covers a cell too.",
)  # fmt: skip
_out(
    "no-plus-one", "dropped the +1", "(n + 2p − k)/s",
    lambda a, w: quotient(a.slack, a.s, "(n + 2p − k)/s"),
    "You counted the steps of the window; its first position counts too.",
    letters=COVERED,
)  # fmt: skip
_out(
    "pool-stride-1", "stride 1 for a pool, instead of its default k", "n + 2p − k + 1",
    lambda a, w: a._replace(s=1) if w.pool and a.s == a.k > 1 else None,
    "The stride of a pool is its window size, unless the question gives another stride.",
)  # fmt: skip
_out(
    "no-stride", "ignored the stride", "n + 2p − k + 1",
    lambda a, w: a._replace(s=1) if a.s > 1 and not w.same else None,
    "The window moves s cells at a time.",
    letters=COVERED,
)  # fmt: skip
_out(
    "one-sided-pad", "padding on one side only", "(n + p − k)/s + 1",
    lambda a, w: a._replace(before=_padding(a), after=0) if _padding(a) and not w.same else None,
    "Padding p is added at both ends. How many cells does the padded row have?",
    letters=COVERED,
)  # fmt: skip
_out(
    "no-pad", "ignored the padding", "(n − k)/s + 1",
    lambda a, w: _pads(a, 0) if _padding(a) else None,
    "Padding is added before the window slides over the input.",
    letters=COVERED,
)  # fmt: skip
_out(
    "double-pad", "total padding read as per side", "(n + 4p − k)/s + 1",
    lambda a, w: _pads(a, 2 * _padding(a)) if _padding(a) and not w.same else None,
    "Is p given per side or in total? See the rules of the sheet.",
    letters=COVERED,
)  # fmt: skip
_out(
    "left-fraction", "left a fraction as the size", "(n + 2p − k)/s + 1",
    lambda a, w: a.unrounded if _misfit(a) and w.fit != "strict" else None,
    "A size is a whole number. How does this course round?",
    letters=COVERED,
)  # fmt: skip
_out(
    "caffe-ceil", "a pool rounded up, as Caffe does", "⌈(n + 2p − k)/s⌉ + 1",
    lambda a, w: ceil(a.unrounded) if w.pool and _misfit(a) else None,
    "That is how Caffe's pools round. How does this sheet round?",
)  # fmt: skip
_out(
    "rounded-up", "rounded up where the course rounds down", "⌈(n + 2p − k)/s⌉ + 1",
    lambda a, w: ceil(a.unrounded) if _misfit(a) else None,
    "The filter must lie completely inside the input.",
    letters=COVERED,
)  # fmt: skip


_out(
    "div-all", "divided the +1 too", "(n + 2p − k + 1)/s",
    lambda a, w: quotient(a.slack + 1, a.s, "(n + 2p − k + 1)/s") if a.s > 1 else None,
    "Add the 1 after the division.",
    letters=COVERED,
)  # fmt: skip
_out(
    "n-over-s", "input ÷ stride, kernel forgotten", "n/s",
    lambda a, w: quotient(a.n, a.s, "n/s", up=True) if a.s > 1 else None,
    'That shortcut is right only for "same" padding.',
)  # fmt: skip
_out(
    "same", "assumed that the size stays the same", "n",
    lambda a, w: None if w.same else a.n,
    "The question does not give padding that keeps the size.",
)  # fmt: skip
_out(
    "minus-2k", "subtracted the total from each side", "n − 2·(k − 1)",
    lambda a, w: [
        Way(a.padded_size - 2 * (a.k - 1), "n + 2p − 2·(k − 1)"),
        Way(a.padded_size - 2 * a.k, "n + 2p − 2k"),
    ]
    if a.s == 1
    else None,
    "A window removes k − 1 cells in total, not per side.",
)  # fmt: skip
_out(
    "minus-k", "subtracted k instead of k − 1", "n + 2p − k",
    lambda a, w: a.n + a.before + a.after - a.k if a.s > 1 else None,
    "Count all positions of the window, including the first.",
)  # fmt: skip
_out(
    "plus-k", "added k instead of subtracting it", "(n + 2p + k)/s + 1, or n + k",
    lambda a, w: [
        *quotient(a.padded_size + a.k + a.s, a.s, "(n + 2p + k)/s + 1"),
        Way(a.n + a.k, "n + k"),
    ],
    "A larger kernel makes the output smaller.",
)  # fmt: skip
_out(
    "full", '"full" instead of "valid"', "n + k − 1",
    lambda a, w: a.n + a.k - 1 if a.s == 1 else None,
    "In this sheet the window must lie inside the (padded) input.",
)  # fmt: skip
_out(
    "kernel", "answered with a number of the question", "k, s or p",
    lambda a, w: [Way(a.k, "k"), Way(a.s, "s"), Way(_padding(a), "p") if _padding(a) else None],
    "That is a number of the question. How many positions does the window have?",
    carried="",
)  # fmt: skip

# ---------------------------------------------------------------- other windows, or no window


def _is_plain(a: Axis, w: Windows) -> bool:
    """Whether a convolution has stride 1."""
    return not w.pool and a.s == 1


_out(
    "habit-pad", "padding 0, 1 or 2 where the padding keeps the size", "(n + 2p − k)/s + 1",
    lambda a, w: [
        Way(_pads(a, 0), "(n − k)/s + 1"),
        Way(_pads(a, 1), "(n + 2·1 − k)/s + 1"),
        Way(_pads(a, 2), "(n + 2·2 − k)/s + 1"),
    ]
    if w.same
    else None,
    'How much padding does "same" need for this kernel?',
)  # fmt: skip
_out(
    "assumed-pad", "padding 1 or 2, though the question gives none", "(n + 2p − k)/s + 1",
    lambda a, w: [
        Way(_pads(a, 1), "(n + 2·1 − k)/s + 1"),
        Way(_pads(a, 2), "(n + 2·2 − k)/s + 1"),
    ]
    if not w.same and not _padding(a)
    else None,
    "The question gives no padding.",
    seldom=True,
    letters=COVERED,
)  # fmt: skip
_out(
    "halved", "assumed that the layer halves the size", "n/2",
    lambda a, w: quotient(a.n, 2, "n/2", up=True) if (a.s != 2 and not (w.pool and a.k == 2)) else None,
    "Does this layer really halve the size? Use its window and stride.",
)  # fmt: skip
_out(
    "half-kernel", "half of the kernel subtracted once", "n + 2p − (k − 1)/2",
    lambda a, w: [
        Way(a.padded_size - a.k // 2, "n + 2p − ⌊k/2⌋"),
        quotient(a.padded_size - a.k // 2 + a.s, a.s, "(n + 2p − ⌊k/2⌋)/s + 1")[0] if a.s > 1 else None,
    ]
    if a.k > 1 and not w.pool
    else None,
    "Positions are lost at both ends: how many in total?",
    seldom=True,
)  # fmt: skip
_out(
    "pad-only", "padding added, kernel ignored", "n + 2p",
    lambda a, w: [
        Way(a.n + 2 * _padding(a), "n + 2p"),
        Way(a.n + _padding(a), "n + p"),
        *quotient(a.n + 2 * _padding(a), a.s, "(n + 2p)/s", up=True),
    ]
    if _padding(a)
    else None,
    "The kernel has a size too: it must lie inside the padded input.",
    seldom=True,
)  # fmt: skip
_out(
    "pad-taken", "padding subtracted", "(n − 2p − k)/s + 1",
    lambda a, w: [
        Way(_pads(a, -_padding(a)), "(n − 2p − k)/s + 1"),
        Way(a.n - 2 * _padding(a), "n − 2p"),
        Way(a.n - _padding(a), "n − p"),
    ]
    if _padding(a)
    else None,
    "Padding makes the input larger, not smaller.",
    seldom=True,
    letters=COVERED,
)  # fmt: skip
_out(
    "assumed-stride", "stride 2, though the question gives stride 1", "(n + 2p − k)/2 + 1",
    lambda a, w: quotient(a.slack + 2, 2, "(n + 2p − k)/2 + 1") if _is_plain(a, w) else None,
    "The window moves one cell at a time here.",
    seldom=True,
    letters=COVERED,
)  # fmt: skip
_out(
    "minus-one", "subtracted 1 instead of adding it", "(n + 2p − k)/s − 1",
    lambda a, w: quotient(a.slack - a.s, a.s, "(n + 2p − k)/s − 1"),
    "Add the 1: the first position counts too.",
    seldom=True,
    letters=COVERED,
)  # fmt: skip
_out(
    "plus-two", "counted one position too many", "(n + 2p − k)/s + 2",
    lambda a, w: quotient(a.slack + 2 * a.s, a.s, "(n + 2p − k)/s + 2"),
    "Count the positions of the window: the first one is there before any step.",
    seldom=True,
    letters=COVERED,
)  # fmt: skip
_out(
    "precedence", "divided only the kernel, or by s + 1", "n + 2p − k/s + 1",
    lambda a, w: [
        *quotient((a.padded_size + 1) * a.s - a.k, a.s, "n + 2p − k/s + 1"),
        *quotient(a.slack, a.s + 1, "(n + 2p − k)/(s + 1)"),
    ] if a.s > 1 else None,
    "Subtract first, then divide the difference by the stride only, then add 1.",
    seldom=True,
    letters=COVERED,
)  # fmt: skip
_out(
    "n-over-k", "input ÷ kernel", "n/k",
    lambda a, w: [
        *quotient(a.n, a.k, "n/k", up=True),
        *(quotient(a.padded_size, a.k, "(n + 2p)/k", up=True) if _padding(a) else []),
    ]
    if a.k != a.s and a.k > 1
    else None,
    "The windows overlap; they do not lie side by side.",
    seldom=True,
)  # fmt: skip
_out(
    "divided-twice", "divided by the stride twice", "n/s²",
    lambda a, w: [
        *quotient(a.n, a.s * a.s, "n/s²"),
        *quotient(a.n, a.k * a.s, "n/(k·s)"),
        *quotient(a.n, 2 * a.s, "n/(2s)"),
    ]
    if a.s > 1
    else None,
    "One layer divides the size once.",
    seldom=True,
)  # fmt: skip
_out(
    "other-stride", "another stride", "(n + 2p − k)/t + 1 with another stride t",
    lambda a, w: [
        quotient(a.slack + t, t, f"(n + 2p − k)/{t} + 1")[0] for t in (2, 3, 4, a.k) if t not in (a.s, 1)
    ]
    if a.s > 1 or w.pool
    else None,
    "How far does the window move in one step?",
    seldom=True,
    letters=COVERED,
)  # fmt: skip
_out(
    "multiplied", "a layer that makes the size larger", "n·s or n·k",
    lambda a, w: [
        Way(a.n * a.s, "n·s") if a.s > 1 else None,
        Way(a.n * a.k, "n·k"),
        Way(a.floor * a.s, "output·s") if a.s > 1 else None,
        Way(2 * a.n, "2n"),
    ],
    "This layer makes the input smaller, or keeps it.",
    seldom=True,
)  # fmt: skip
_out(
    "minus-s", "subtracted the stride", "n + 2p − k − s + 1",
    lambda a, w: [
        Way(a.slack - a.s + 1, "n + 2p − k − s + 1"),
        Way(a.padded_size - a.s, "n + 2p − s"),
        Way(a.slack - a.s, "n + 2p − k − s"),
    ]
    if a.s > 1
    else None,
    "The stride divides; it is not subtracted.",
    seldom=True,
    letters=COVERED,
)  # fmt: skip
_out(
    "area", "number of positions instead of the side", "output²",
    lambda a, w: Way(a.floor * a.floor, "output · output") if not w.volume and w.scalar else None,
    "Does the question ask for the side or for the number of positions?",
    topics="size",
    carried="",
    seldom=True,
)  # fmt: skip


def _swap_sides(quantities: Windows) -> Any:
    """Height and width swapped."""
    found = sizes(quantities._replace(fit="floor"))
    if len(quantities.axes) != 2 or not isinstance(found, tuple):
        return None
    if not quantities.volume:
        return found[::-1]
    spatial = found[:2] if quantities.order == "hwc" else found[1:]
    return volume_in_order(spatial[::-1], quantities.filters, quantities.order)


mistake(
    "out.swapped-hw", "size volume", "height and width swapped", "w × h", _swap_sides,
    "Check which number is the height.",
)  # fmt: skip
