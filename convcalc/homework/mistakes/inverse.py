"""Mistakes about the smallest input of a chain, fully connected layers as convolutions, and squeezes."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.mistakes.rounding import quotient
from convcalc.solve.equation import layers_to_field, size_before

if TYPE_CHECKING:
    from convcalc.homework.questions.solving import Backwards, FcKernel
    from convcalc.layers.window import Axis

_MOST_PLACES = 20  # most different layers of which one may be left out

# ------------------------------------------------------------------- the smallest input of a chain


def _changed(w: Backwards, change: Callable[[Axis], Axis], text: str) -> Way | None:
    """The size before changed windows; None if nothing changed."""
    windows = tuple(map(change, w.windows))
    return Way(size_before(windows), text) if windows != w.windows else None


def _smallest(
    name: str, about: str, formula: str, wrong: Any, line: str, *, seldom: bool = False
) -> None:
    """A mistake about the smallest input of a chain."""
    mistake(f"min.{name}", "min-input", about, formula, wrong, line, seldom=seldom)


def _by_steps(w: Backwards, before: Callable[[int, Axis], int], text: str) -> Way:
    """The size computed backwards with another rule for one step."""
    n = 1
    for window in reversed(w.windows):
        n = max(before(n, window), 1)
    return Way(n, text)


_smallest(
    "no-minus-one", "n·s for (n − 1)·s in each step", "n·s + k",
    lambda w: [
        _by_steps(w, lambda n, a: n * a.s + a.effective_kernel - a.before - a.after, "n·s + k"),
        _by_steps(w, lambda n, a: n * a.s + a.effective_kernel - 1 - a.before - a.after, "n·s + k − 1"),
    ],
    "There are n − 1 steps between n windows. How many cells do they span?",
)  # fmt: skip
_smallest(
    "no-padding", "padding left out, counted once, or added", "(n − 1)·s + k",
    lambda w: [
        _changed(w, lambda a: a._replace(before=0, after=0), "(n − 1)·s + k"),
        _changed(w, lambda a: a._replace(after=0), "(n − 1)·s + k − p"),
        _changed(w, lambda a: a._replace(before=-a.before, after=-a.after), "(n − 1)·s + k + 2p"),
    ],
    "Padding gives a window cells that the input does not need to have. On how many sides?",
)  # fmt: skip
_smallest(
    "no-strides", "strides left out", "n + k − 1",
    lambda w: _changed(w, lambda a: a._replace(s=1), "n + k − 1"),
    "Going backwards, a stride makes the map larger again.",
)  # fmt: skip
_smallest(
    "no-dilation", "dilation left out", "(n − 1)·s + k",
    lambda w: _changed(w, lambda a: a._replace(d=1), "(n − 1)·s + k"),
    "How wide is a dilated kernel from end to end?",
)  # fmt: skip
_smallest(
    "strides-only", "the strides multiplied, kernels left out", "∏ s",
    lambda w: [Way(prod(a.s for a in w.windows), "∏ s"), Way(2 ** len(w.windows), "2 to the power of the layers")],
    "Which layers make the map smaller without a stride?",
)  # fmt: skip
_smallest(
    "kernels", "kernels added up, or only the largest", "Σ k",
    lambda w: [
        Way(sum(a.k for a in w.windows), "Σ k"),
        Way(1 + sum(a.d * (a.k - 1) for a in w.windows), "1 + Σ d·(k − 1)"),
        Way(max(a.k for a in w.windows), "the largest k"),
        Way(w.windows[0].k, "the first k"),
    ],
    "With that many cells there may be no cell left at the end: go backwards from 1, layer by layer.",
)  # fmt: skip
_smallest(
    "start", "started with 2 at the end", "from 2 backwards",
    lambda w: Way(size_before(w.windows, 2), "from 2 backwards"),
    "One cell must be left at the end: begin with 1.",
)  # fmt: skip


def _layer_left_out(w: Backwards) -> list[Way]:
    """One layer left out, or twice."""
    ways: list[Way] = []
    seen: set[tuple[Axis, ...]] = set()
    for place, window in enumerate(w.windows):
        rest = (*w.windows[:place], *w.windows[place + 1 :])
        plain = tuple([a._replace(n=0) for a in rest])
        if plain in seen or len(seen) >= _MOST_PLACES:
            continue
        seen.add(plain)
        ways.append(Way(size_before(rest), "a layer left out"))
        ways.append(
            Way(size_before((*w.windows[:place], window, *w.windows[place:])), "a layer twice")
        )
    return ways


_smallest(
    "layer", "a layer left out, or twice", "a layer left out", _layer_left_out,
    "Go through all layers backwards, each of them once.",
)  # fmt: skip
_smallest(
    "one-off", "one more or less", "± 1",
    lambda w: [Way(w.right + 1, "one more"), Way(w.right - 1, "one less")],
    "Try your size: does every window fit, and would one cell less be enough?",
)  # fmt: skip

# --------------------------------------------------------- layers until a field, along several axes


mistake(
    "rf.layers-axis", "layers-for-rf-axes", "the layers of another axis, or of all together", "the other axis",
    lambda w: [
        *[Way(layers_to_field(size, k), "(size − 1)/(k − 1) of the other axis") for k, size in w],
        Way(sum(layers_to_field(size, k) for k, size in w), "the axes added up"),
    ],
    "The field must reach its size along every axis. Which axis needs most layers?",
)  # fmt: skip
mistake(
    "rf.layers-axis-slip", "layers-for-rf-axes", "each layer adds k, or one layer too many or too few", "size/k",
    lambda w: [
        *[way for k, size in w for way in quotient(size, k, "size/k", up=True)],
        *[way for k, size in w for way in quotient(size, k - 1, "size/(k − 1)", up=True)],
        *[Way(layers_to_field(size, k) + off, f"(size − 1)/(k − 1) {sign} 1") for k, size in w for off, sign in ((1, "+"), (-1, "−"))],
    ],
    "How large is the field of one layer along that axis, and what does the next one add?",
)  # fmt: skip

# ------------------------------------------------------------ fully connected as a convolution


def _sides(w: FcKernel, change: Callable[[int], int], text: str) -> Way | None:
    """A kernel with other sides."""
    kernel = [change(side) for side in w.shape[:-1]]
    if min(kernel) < 1:
        return None
    return Way(kernel[0] if len(set(kernel)) == 1 else tuple(kernel), text)


mistake(
    "fc.other-map", "fc-kernel", "the side of another map", "n",
    lambda w: [
        Way(w.larger[0] if len(set(w.larger)) == 1 else w.larger, "n") if w.larger else None,
        Way(tuple([n - k + 1 for n, k in zip(w.larger, w.shape)]), "n − k + 1") if len(w.larger) > 1 else None,
        Way(w.larger[0] - w.shape[0] + 1, "n − k + 1") if w.larger else None,
    ],
    "The layer was made for one map: its kernel covers that map, whatever map it is used on later.",
)  # fmt: skip
mistake(
    "fc.one-by-one", "fc-kernel", "a kernel of 1 × 1, or a usual one", "1 × 1",
    lambda w: [_sides(w, lambda _: 1, "1 × 1"), _sides(w, lambda _: 3, "3 × 3")],
    "A unit reads all values of the map. How many of them does such a kernel read?",
)  # fmt: skip
mistake(
    "fc.channels", "fc-kernel", "the channels, the units, or all values for the side", "cin, units or k·k·cin",
    lambda w: [
        Way(w.shape[-1], "cin"), Way(w.units, "units"), Way(prod(w.shape), "k·k·cin"),
        Way(prod(w.shape[:-1]), "k·k"),
    ],
    "A kernel size is a number of cells along one side. Which numbers of the question are channels?",
)  # fmt: skip
mistake(
    "fc.one-off", "fc-kernel", "the side of the map, one more or less", "k ± 1",
    lambda w: [_sides(w, lambda k: k - 1, "k − 1"), _sides(w, lambda k: k + 1, "k + 1")],
    "With that kernel, how many positions would there be on the map that the layer was made for?",
)  # fmt: skip

# ----------------------------------------------------------------------------- a 1 × 1 squeeze


def _squeeze(name: str, about: str, formula: str, wrong: Any, line: str) -> None:
    """A mistake about the weights of a squeeze and the layer after it."""
    mistake(f"par.squeeze-{name}", "squeeze-weights", about, formula, wrong, line)


_squeeze(
    "one-layer", "one of the two layers, or the layer without a squeeze", "one layer",
    lambda w: [
        Way(w.first, "cin·squeeze"), Way(w.second, "k²·squeeze·cout"), Way(w.direct, "k²·cin·cout"),
        Way(w.direct + w.first, "k²·cin·cout + cin·squeeze"),
    ],
    "There are two layers: the 1×1 layer, and the kernel on fewer channels.",
)  # fmt: skip
_squeeze(
    "biases", "biases counted where there are none", "cin·squeeze + k²·squeeze·cout + squeeze + cout",
    lambda w: [
        Way(w.first + w.second + w.squeeze + w.filters, "cin·squeeze + k²·squeeze·cout + squeeze + cout"),
        Way(w.first + w.second + w.filters, "cin·squeeze + k²·squeeze·cout + cout"),
    ],
    "Does the question give the layers biases?",
)  # fmt: skip
_squeeze(
    "kernel", "the kernel counted once, or in both layers", "cin·squeeze + k·squeeze·cout",
    lambda w: [
        Way(w.first + w.k * w.squeeze * w.filters, "cin·squeeze + k·squeeze·cout"),
        Way(w.first + w.squeeze * w.filters, "cin·squeeze + squeeze·cout"),
        Way(w.area * (w.first + w.squeeze * w.filters), "k²·(cin·squeeze + squeeze·cout)"),
    ],
    "One layer has a kernel of 1 × 1, the other one of k × k.",
)  # fmt: skip
_squeeze(
    "multiplied", "the two layers multiplied", "cin·squeeze·k²·cout",
    lambda w: [
        Way(w.first * w.second, "cin·squeeze·k²·squeeze·cout"),
        Way(w.first * w.area * w.filters, "cin·squeeze·k²·cout"),
    ],
    "Weights of different layers are added.",
)  # fmt: skip
_squeeze(
    "places", "operations for weights", "(cin·squeeze + k²·squeeze·cout)·h·w",
    lambda w: [Way((w.first + w.second) * w.places, "(cin·squeeze + k²·squeeze·cout)·h·w")],
    "Weights are the same at every position.",
)  # fmt: skip
