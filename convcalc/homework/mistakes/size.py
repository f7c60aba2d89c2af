"""Mistakes about sizes and volumes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil
from typing import Any

from convcalc import formulas
from convcalc.homework.answers.types import as_int_if_whole
from convcalc.homework.mistakes.base import mistake
from convcalc.homework.questions.quantities import (
    Axis,
    Keep,
    Same,
    Windows,
    as_asked,
    sizes,
    volume_in_order,
)

_SIZE = "size volume"


def _per_axis(formula: Callable[[Axis, Windows], Any]) -> Callable[[Windows], Any]:
    """The same mistake on every axis where it can happen; the others stay right."""

    def wrong(quantities: Windows) -> Any:
        results = [formula(axis, quantities) for axis in quantities.axes]
        if all(result is None for result in results):
            return None
        if any(isinstance(result, Axis) for result in results):
            axes = tuple(
                axis if new is None else new for axis, new in zip(quantities.axes, results)
            )
            return quantities._replace(axes=axes)
        columns = [
            [axis.floor] if result is None else result if isinstance(result, list) else [result]
            for axis, result in zip(quantities.axes, results)
        ]
        found = []
        for place in range(max(map(len, columns))):
            chosen = [as_int_if_whole(column[min(place, len(column) - 1)]) for column in columns]
            if quantities.volume and any(isinstance(value, Fraction) for value in chosen):
                continue
            found.append(as_asked(quantities, chosen, quantities.filters))
        return found

    return wrong


def _pads(axis: Axis, p: int) -> Axis:
    """The window with padding p on both sides."""
    return axis._replace(before=p, after=p)


def _padding(axis: Axis) -> int:
    """Padding per side as the question means it."""
    return max(axis.before, axis.after)


def _both(value: Fraction) -> list[Any]:
    """A fraction, and the same rounded down."""
    return [as_int_if_whole(value), value.numerator // value.denominator]


def _out(
    name: str,
    about: str,
    formula: str,
    wrong: Callable[[Axis, Windows], Any],
    line: str,
    topics: str = _SIZE,
) -> None:
    """A mistake on the windows of each axis."""
    mistake(f"out.{name}", topics, about, formula, _per_axis(wrong), line)


def _misfit(axis: Axis) -> bool:
    """Whether the division leaves a remainder."""
    return axis.slack >= 0 and not axis.fits


_out(
    "floored-in-strict", 'rounded down where the course says "does not fit"', "⌊(n + 2p − k)/s⌋ + 1",
    lambda a, w: a.floor if w.fit == "strict" and _misfit(a) else None,
    "Most libraries round down, but this course asks whether the window fits.",
)  # fmt: skip


def _keeps(quantities: Any) -> Any:
    """The size stays although there is a stride."""
    if isinstance(quantities, Same):
        return quantities.n if quantities.s > 1 else None
    return _per_axis(lambda a, w: a.n if w.same and a.s > 1 else None)(quantities)


mistake(
    "out.same-keeps-with-stride", "size volume same", '"same" keeps the size even with a stride', "n",
    _keeps,
    '"Same" padding keeps the size at stride 1 only; in general it gives ⌈n/s⌉.',
)  # fmt: skip


def _half_of_even(quantities: Any) -> Any:
    """Half of an even kernel, either way."""
    if isinstance(quantities, Keep):
        return [(quantities.k - 1) // 2, quantities.k // 2] if quantities.k % 2 == 0 else None
    return _per_axis(
        lambda a, w: (
            [_pads(a, (a.k - 1) // 2).floor, _pads(a, a.k // 2).floor]
            if w.same and a.k % 2 == 0
            else None
        )
    )(quantities)


mistake(
    "out.even-k-half", "size volume keep", "(k − 1)/2 or k/2 with an even k", "p = ⌊(k − 1)/2⌋ or k/2",
    _half_of_even,
    "To keep the size, an even kernel needs different padding on its two sides.",
)  # fmt: skip
_out(
    "no-dilation", "dilation ignored", "k for d·(k − 1) + 1",
    lambda a, w: a._replace(d=1) if a.d > 1 else None,
    "Dilation spreads the kernel out. How wide is it from end to end?",
)  # fmt: skip
_out(
    "dilation-zero-based", "counted dilation from 0", "(d + 1)·(k − 1) + 1",
    lambda a, w: a._replace(d=a.d + 1) if a.d > 1 or w.dilation != 1 else None,
    "Which dilation is the ordinary convolution? See the rules of the sheet.",
)  # fmt: skip
_out(
    "dilation-times", "effective kernel d·k", "d·k",
    lambda a, w: Axis(a.n, a.d * a.k, a.s, a.before, a.after) if a.d > 1 else None,
    "There are k − 1 gaps between k taps.",
)  # fmt: skip
_out(
    "dilation-no-one", "effective kernel d·(k − 1)", "d·(k − 1)",
    lambda a, w: Axis(a.n, a.d * (a.k - 1), a.s, a.before, a.after) if a.d > 1 and a.k > 1 else None,
    "The last tap covers a cell too.",
)  # fmt: skip
_out(
    "no-plus-one", "dropped the +1", "(n + 2p − k)/s",
    lambda a, w: [Fraction(a.slack, a.s).__floor__(), *_both(Fraction(a.slack, a.s))],
    "You counted the steps of the window; its first position counts too.",
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
)  # fmt: skip
_out(
    "one-sided-pad", "padding on one side only", "(n + p − k)/s + 1",
    lambda a, w: a._replace(before=_padding(a), after=0) if _padding(a) and not w.same else None,
    "Padding p is added at both ends. How many cells does the padded row have?",
)  # fmt: skip
_out(
    "no-pad", "ignored the padding", "(n − k)/s + 1",
    lambda a, w: _pads(a, 0) if _padding(a) else None,
    "Padding is added before the window slides over the input.",
)  # fmt: skip
_out(
    "double-pad", "total padding read as per side", "(n + 4p − k)/s + 1",
    lambda a, w: _pads(a, 2 * _padding(a)) if _padding(a) and not w.same else None,
    "Is p given per side or in total? See the rules of the sheet.",
)  # fmt: skip
_out(
    "left-fraction", "left a fraction as the size", "(n + 2p − k)/s + 1",
    lambda a, w: a.unrounded if _misfit(a) and w.fit != "strict" else None,
    "A size is a whole number. How does this course round?",
)  # fmt: skip
_out(
    "caffe-ceil", "pooling with ceil (Caffe) where floor is meant", "⌈(n + 2p − k)/s⌉ + 1",
    lambda a, w: ceil(a.unrounded) if w.pool and _misfit(a) else None,
    "That is how Caffe's pools round. How does this sheet round?",
)  # fmt: skip
_out(
    "rounded-up", "rounded up where the course rounds down", "⌈(n + 2p − k)/s⌉ + 1",
    lambda a, w: ceil(a.unrounded) if _misfit(a) else None,
    "The filter must lie completely inside the input.",
)  # fmt: skip


_out(
    "div-all", "divided the +1 too", "(n + 2p − k + 1)/s",
    lambda a, w: _both(Fraction(a.slack + 1, a.s)) if a.s > 1 else None,
    "Add the 1 after the division.",
)  # fmt: skip
_out(
    "n-over-s", "input ÷ stride, kernel forgotten", "n/s",
    lambda a, w: [*_both(Fraction(a.n, a.s)), ceil(Fraction(a.n, a.s))] if a.s > 1 else None,
    'That shortcut holds only for "same" padding.',
)  # fmt: skip
_out(
    "same", "assumed that the size stays the same", "n",
    lambda a, w: None if w.same else a.n,
    "The question does not give padding that keeps the size.",
)  # fmt: skip
_out(
    "minus-2k", "subtracted k − 1 on each side", "n − 2·(k − 1)",
    lambda a, w: a.n + a.before + a.after - 2 * (a.k - 1) if a.s == 1 else None,
    "A window removes k − 1 cells in total, not per side.",
)  # fmt: skip
_out(
    "minus-k", "subtracted k instead of k − 1", "n + 2p − k",
    lambda a, w: a.n + a.before + a.after - a.k if a.s > 1 else None,
    "Count all positions of the window, including the first.",
)  # fmt: skip
_out(
    "plus-k", "added k instead of subtracting it", "(n + 2p + k)/s + 1, or n + k",
    lambda a, w: [*_both(Fraction(a.padded_size + a.k, a.s) + 1), a.n + a.k],
    "A larger kernel makes the output smaller.",
)  # fmt: skip
_out(
    "full", '"full" instead of "valid"', "n + k − 1",
    lambda a, w: a.n + a.k - 1 if a.s == 1 else None,
    "In this sheet the window must lie inside the (padded) input.",
)  # fmt: skip
_out(
    "kernel", "answered with the kernel size", "k",
    lambda a, w: a.k,
    "That is the size of the window. How many positions does it have?",
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
    "out.swapped-hw", _SIZE, "height and width swapped", "w × h", _swap_sides,
    "Check which number is the height.",
)  # fmt: skip

# ------------------------------------------------------------------- padding that keeps, "same"

mistake(
    "out.pad-total", "keep", "padding of both sides together", "k − 1",
    lambda w: formulas.full_padding(w.k, w.d) // (2 if w.total else 1),
    "Is that per side or both sides together?",
)  # fmt: skip
mistake(
    "out.pad-kernel", "keep", "answered with the kernel size", "k",
    lambda w: [w.k, formulas.effective_kernel(w.k, w.d)],
    "That is the size of the kernel. How many cells does it remove?",
)  # fmt: skip
mistake(
    "out.pad-half-up", "keep", "half the kernel, rounded up", "(k + 1)/2",
    lambda w: (w.k + 1) // 2 if w.k % 2 else None,
    "With this padding the output is larger than the input. How many cells does the kernel remove in total?",
)  # fmt: skip
mistake(
    "out.same-floored", "same", "rounded down", "⌊n/s⌋",
    lambda w: [w.n // w.s, *_both(Fraction(w.n, w.s))],
    'Does "same" padding round up or down?',
)  # fmt: skip
mistake(
    "out.same-valid", "same", "without padding", "⌊(n − k)/s⌋ + 1",
    lambda w: formulas.out_size(w.n, w.k, w.s, 0, 1),
    '"Same" padding adds zeros before the window slides.',
)  # fmt: skip

# ------------------------------------------------------------------------------- transposed

mistake(
    "out.t-conv-formula", "transposed", "ordinary formula for a transposed convolution",
    "⌊(n + 2p − k)/s⌋ + 1",
    lambda w: formulas.out_size(w.n, w.k, w.s, w.p, w.d),
    "A transposed convolution makes the input larger: use the formula the other way.",
)  # fmt: skip
mistake(
    "out.t-times-s", "transposed", "only n·s", "n·s",
    lambda w: w.n * w.s,
    "Almost: kernel size and padding also matter.",
)  # fmt: skip
mistake(
    "out.t-no-minus-one", "transposed", "n·s instead of (n − 1)·s", "n·s − 2p + k",
    lambda w: w.n * w.s - 2 * w.p + formulas.effective_kernel(w.k, w.d) + w.a,
    "There are n − 1 steps between n cells.",
)  # fmt: skip
mistake(
    "out.t-one-sided", "transposed", "padding subtracted once", "(n − 1)·s − p + k",
    lambda w: (w.n - 1) * w.s - w.p + formulas.effective_kernel(w.k, w.d) + w.a if w.p else None,
    "Padding is removed from both ends; an extra row is called output padding.",
)  # fmt: skip
mistake(
    "out.t-pad-ignored", "transposed", "padding ignored", "(n − 1)·s + k",
    lambda w: w._replace(p=0) if w.p else None,
    "In a transposed convolution, padding removes cells.",
)  # fmt: skip
mistake(
    "out.t-pad-added", "transposed", "padding added instead of removed", "(n − 1)·s + 2p + k",
    lambda w: w._replace(p=-w.p) if w.p else None,
    "In a transposed convolution, padding removes cells instead of adding them.",
)  # fmt: skip

# ---------------------------------------------------------------------------------- volumes


def _depth(quantities: Windows, value: int) -> Any:
    """The volume with another depth."""
    return quantities._replace(filters=value)


def _pool_depth(quantities: Windows) -> Any:
    """A pool that shrinks the depth, and the map or not."""
    k = quantities.axes[0].k
    if not quantities.pool or not quantities.volume or quantities.c_in % k:
        return None
    spatial = tuple(axis.n for axis in quantities.axes)
    floored = tuple(axis.floor for axis in quantities.axes)
    return [
        volume_in_order(each, quantities.c_in // k, quantities.order) for each in (spatial, floored)
    ]


def _other_order(quantities: Any) -> Any:
    """The right volume in the other order."""
    from convcalc.homework.questions.quantities import Padded, padded_volume

    other = "chw" if quantities.order == "hwc" else "hwc"
    if isinstance(quantities, Padded):
        return padded_volume(quantities._replace(order=other))
    return sizes(quantities._replace(order=other, fit="floor")) if quantities.volume else None


mistake(
    "vol.order", "volume padded", "another order of the numbers", "c × h × w for h × w × c",
    _other_order,
    "The numbers are right, but in another order. See the rules of the sheet.",
)  # fmt: skip
mistake(
    "vol.depth-in", "volume", "depth = input channels", "h × w × cin",
    lambda w: _depth(w, w.c_in) if w.volume and not w.pool else None,
    "Each filter makes one map. How many filters are there?",
)  # fmt: skip
mistake(
    "vol.depth-one", "volume", "depth 1", "h × w × 1",
    lambda w: _depth(w, 1) if w.volume else None,
    "Each filter makes one map; the maps are stacked.",
)  # fmt: skip
mistake(
    "vol.depth-times", "volume", "depth = filters · channels", "h × w × (cin·filters)",
    lambda w: _depth(w, w.c_in * w.filters) if w.volume and not w.pool else None,
    "A filter sums over all input channels into one map.",
)  # fmt: skip
mistake(
    "vol.pool-depth", "volume", "pooling shrinks the depth", "h × w × (c/k)",
    _pool_depth,
    "A pool works on each channel separately.",
)  # fmt: skip


def _pad_depth(quantities: Any) -> Any:
    """Padding added to the channels too."""
    return quantities._replace(c_in=quantities.c_in + quantities.added[0])


mistake(
    "vol.pad-one-side", "padded", "padded on one side only", "n + p",
    lambda w: w._replace(added=w.p) if w.added != w.p else None,
    "Padding is added on both sides.",
)  # fmt: skip
mistake(
    "vol.pad-depth", "padded", "padding added to the depth too", "c + 2p", _pad_depth,
    "Padding adds rows and columns, not channels.",
)  # fmt: skip
mistake(
    "vol.pad-double", "padded", "padded twice", "n + 4p",
    lambda w: w._replace(added=tuple(2 * p for p in w.added)),
    "Is p given per side or in total? See the rules of the sheet.",
)  # fmt: skip


def _flatten_early(quantities: Any) -> Any:
    """Another volume than the last one is flattened."""
    if hasattr(quantities, "rows"):
        from convcalc.homework.questions.rows import totals_of_other_shapes

        return totals_of_other_shapes(quantities)
    return [_product(shape) for shape in quantities[-2::-1]]


mistake(
    "vol.flatten-no-depth", "flatten", "flattened without the channels", "h·w",
    lambda w: _product(w[-1][1:]) if len(w[-1]) > 1 else None,
    "Flattening keeps the values of all channels.",
)  # fmt: skip
mistake(
    "vol.flatten-early", "flatten model", "flattened before the last pool, or with another padding",
    "h·w·c of another volume",
    _flatten_early,
    "Compute all shapes again from the first layer; one of them is different from yours.",
)  # fmt: skip


def _product(numbers: tuple[int, ...]) -> int:
    """x₁ · x₂ · …"""
    return formulas.product(numbers)


# ------------------------------------------------------------------------- layers to a size

mistake(
    "lay.k-per-layer", "reach", "each layer removes k", "(n − m)/k",
    lambda w: [*_both(Fraction(w.n - w.target, w.k)), ceil(Fraction(w.n - w.target, w.k))],
    "How many cells does one layer remove?",
)  # fmt: skip
mistake(
    "lay.to-zero", "reach", "went down to 0", "n/(k − 1)",
    lambda w: [*_both(Fraction(w.n, w.k - 1)), ceil(Fraction(w.n, w.k - 1))],
    "Stop at the size that the question asks for.",
)  # fmt: skip
mistake(
    "lay.plus-one", "reach", "counted the input as a layer", "(n − m)/(k − 1) + 1",
    lambda w: formulas.ceil_div(w.n - w.target, w.k - 1) + 1,
    "Count the layers, not the maps.",
)  # fmt: skip
