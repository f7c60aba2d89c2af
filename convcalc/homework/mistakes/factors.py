"""Mistakes by a factor or a side: a side squared twice, half the number, bytes for numbers, a side off."""

from __future__ import annotations

from typing import Any

from convcalc import formulas
from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.questions.quantities import (
    Conv,
    Flat,
    Neuron,
    Padded,
    SamePad,
    conv_params,
    linear_params,
)
from convcalc.homework.questions.rows import Model

_BYTES = 4  # of a number, by default

# ---------------------------------------------------------------------------------- parameters


def _count(w: Any) -> tuple[int, str]:
    """The right number of parameters, and its formula."""
    if isinstance(w, Conv):
        return conv_params(w), "(k²·cin + 1)·cout" if w.bias else "k²·cin·cout"
    if isinstance(w, Model):
        return sum(w.amounts), "total"
    return linear_params(w), "(inputs + 1)·units" if w.bias else "inputs·units"


def _halved(w: Any) -> list[Way]:
    """Half of the right number, if it is even."""
    right, formula = _count(w)
    if isinstance(w, Model) and w.of != "params":
        return []
    return [Way(right // 2, f"{formula}/2")] if right % 2 == 0 else []


def _bytes_for_numbers(w: Any) -> Way | None:
    """Four bytes for each parameter."""
    right, formula = _count(w)
    if isinstance(w, Model) and w.of != "params":
        return None
    return Way(_BYTES * right, f"{_BYTES}·{formula}")


def _cells_as_side(w: Conv | Neuron) -> list[Way | None]:
    """The cells of a window taken for its side, and squared."""
    cells = formulas.product(w.kernel)
    if len(w.kernel) != 2 or cells == 1:
        return []
    if isinstance(w, Neuron):
        return [Way(cells**2 * w.c_in, "k²·k²·cin")]
    weights = cells**2 * w.depth * w.filters
    return [
        Way(weights + w.filters, "(k²·k²·cin + 1)·cout") if w.bias else None,
        Way(weights, "k²·k²·cin·cout"),
    ]


mistake(
    "par.cells-as-side", "params neuron", "the cells of a window used as its side", "k²·k²·cin·cout",
    _cells_as_side,
    "How many cells does a k × k window have? Is k the side of the window, or are k its cells?",
    seldom=True,
)  # fmt: skip


def _channels_twice(w: Conv | Neuron) -> list[Way | None]:
    """The input channels squared like the kernel."""
    if w.c_in == 1 or (isinstance(w, Conv) and w.groups > 1):
        return []
    weights = formulas.product(w.kernel) * w.c_in**2
    if isinstance(w, Neuron):
        return [Way(weights, "k²·cin²")]
    return [
        Way(weights * w.filters + w.filters, "(k²·cin² + 1)·cout") if w.bias else None,
        Way(weights * w.filters, "k²·cin²·cout"),
    ]


mistake(
    "par.channels-twice", "params neuron", "the input channels counted twice", "k²·cin²·cout",
    _channels_twice,
    "The kernel has two sides, so k counts twice. How often do the input channels count?",
    seldom=True,
)  # fmt: skip
mistake(
    "par.halved", "params linear model", "half of the parameters", "k²·cin·cout/2", _halved,
    "Every filter, and every weight of it, is learned: nothing is shared between two of them.",
    seldom=True,
)  # fmt: skip
mistake(
    "par.bytes", "params linear model", "bytes instead of numbers", "4·k²·cin·cout", _bytes_for_numbers,
    "Is the number of parameters asked for, or the bytes that they take?",
    seldom=True,
)  # fmt: skip


def _layer_of_neuron(w: Neuron) -> list[Way | None]:
    """The parameters of the whole layer instead of one neuron."""
    one = formulas.product(w.kernel) * w.c_in
    positions = formulas.product(w.out)
    return [
        Way(one * w.filters, "k²·cin·cout") if w.filters > 1 else None,
        Way((one + 1) * w.filters, "(k²·cin + 1)·cout") if w.filters > 1 else None,
        Way(one * positions, "k²·cin·h·w") if w.out else None,
        Way(one * positions * w.filters, "k²·cin·cout·h·w") if w.out and w.filters > 1 else None,
    ]


mistake(
    "neuron.layer", "neuron", "the weights of the whole layer", "k²·cin·cout", _layer_of_neuron,
    "That is for more than one neuron. What does one of them read?",
)  # fmt: skip

# ------------------------------------------------------------------------------------ volumes


def _one_axis_padded(w: Padded) -> list[Any]:
    """Padding along one axis only."""
    if len(w.n) < 2:
        return []
    return [
        Way(w._replace(added=(0,) * i + (w.added[i],) + (0,) * (len(w.n) - i - 1)), "n + 2p on one axis")
        for i in range(len(w.n))
    ]  # fmt: skip


mistake(
    "vol.pad-one-axis", "padded", "padded along one axis only", "n + 2p on one axis", _one_axis_padded,
    "Along which axes are zeros added?",
)  # fmt: skip


def _sides_off(w: Flat) -> list[Way]:
    """The last feature map with every side one or two cells off, halved or doubled."""
    channels, *sides = w.shapes[-1]
    if not sides:
        return []
    found = [
        Way(channels * formulas.product([side + off for side in sides]), f"{_with(off)}·c")
        for off in (1, -1, 2, -2)
        if min(sides) + off > 0
    ]
    doubled = channels * formulas.product([2 * side for side in sides])
    halved = channels * formulas.product([side // 2 for side in sides])
    return [*found, Way(doubled, "2h·2w·c"), *([Way(halved, "⌊h/2⌋·⌊w/2⌋·c")] if halved else [])]


def _with(off: int) -> str:
    """The map with every side changed, in letters."""
    sign = "+" if off > 0 else "−"
    return f"(h {sign} {abs(off)})·(w {sign} {abs(off)})"


mistake(
    "vol.flatten-sides", "flatten", "the wrong size for the last map", "(h + 1)·(w + 1)·c", _sides_off,
    "Compute the side of the last map again, layer by layer.",
    seldom=True,
)  # fmt: skip
mistake(
    "vol.flatten-part", "flatten", "half of the values, or twice as many, or a cell of each map left out",
    "h·w·c/2",
    lambda w: [
        Way(2 * formulas.product(w.shapes[-1]), "2·h·w·c"),
        Way(formulas.product(w.shapes[-1]) // 2, "h·w·c/2") if formulas.product(w.shapes[-1]) % 2 == 0 else None,
        Way((formulas.product(w.shapes[-1][1:]) - 1) * w.shapes[-1][0], "(h·w − 1)·c") if len(w.shapes[-1]) > 1 else None,
    ],
    "Flattening keeps every value, each of them once.",
    seldom=True,
)  # fmt: skip

# ------------------------------------------------------------------------------- "same" padding

mistake(
    "same.negative", "same-total", "a negative number of zeros", "(⌈n/s⌉ − 1)·s + k − n",
    lambda w: Way(_missing(w), "(⌈n/s⌉ − 1)·s + k − n") if _missing(w) < 0 else None,
    "Can the number of added zeros be negative?",
)  # fmt: skip


def _missing(w: SamePad) -> int:
    """The cells missing for the last window; negative if cells are left over."""
    return (-(-w.n // w.s) - 1) * w.s + w.d * (w.k - 1) + 1 - w.n
