"""Mistakes about operations and memory."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.mistakes.letters import PRODUCTS, USUAL, Letters, products
from convcalc.homework.questions.quantities import Conv, conv_macs, memory
from convcalc.homework.questions.rows import operations

_BATCHES = (32, 2, 4, 8, 16, 64, 128, 256)


def _ops(
    name: str,
    about: str,
    formula: str,
    wrong: Any,
    line: str,
    topics: str = "macs",
    *,
    seldom: bool = False,
    letters: Letters = USUAL,
) -> None:
    """A mistake about operations."""
    mistake(f"ops.{name}", topics, about, formula, wrong, line, seldom=seldom, letters=letters)


def _times(quantities: Any) -> int:
    """Operations per multiply-add under the sheet's convention."""
    return 1 if quantities.flops == "macs" else 2


def _macs(quantities: Conv) -> int:
    """Multiply-adds, however the sheet counts."""
    return conv_macs(quantities._replace(flops="macs"))


def _t(w: Any, **changed: int) -> int:
    """Operations of a transposed convolution with some factors changed; all additions are counted."""
    right = {"taps": prod(w.kernel), "c_in": w.c_in, "filters": w.filters, "places": prod(w.n)}
    factors: list[int] = list((right | changed).values())
    return _times(w) * prod(factors)


def _t_macs(w: Any) -> int:
    """Its multiply-adds, however the sheet counts."""
    return _t(w) // _times(w)


_OTHER_UNIT = "You counted multiplications and additions separately (or together). Check how this sheet counts operations."

_ops(
    "macs-as-flops", "FLOPs instead of MACs", "2 · macs",
    lambda w: 2 * _macs(w) if w.flops == "macs" else None, _OTHER_UNIT,
)  # fmt: skip
_ops(
    "flops-as-macs", "MACs instead of FLOPs", "flops / 2",
    lambda w: [Fraction(_macs(w), 2), _macs(w) // 2] if w.flops == "macs" else _macs(w), _OTHER_UNIT,
)  # fmt: skip
_ops(
    "exact-adds", "n products need n − 1 additions", "h·w·cout·(2k²·cin − 1)",
    lambda w: 2 * _macs(w) - w.filters * w.positions,
    "This is right if n products need n − 1 additions; this sheet uses a simpler rule.",
)  # fmt: skip
_ops(
    "bias-as-mac", "parameters × positions", "(k²·cin + 1)·cout·h·w",
    lambda w: _times(w) * (_macs(w) + w.filters * w.positions),
    "The bias is an addition without a multiplication.",
    letters=PRODUCTS,
)  # fmt: skip
_ops(
    "input-size", "used the input size", "k²·cin·cout·n²",
    lambda w: w._replace(out=w.image) if w.image else None,
    "Count the operations for each output value, not for each input value.",
    letters=products("cout·n²"),
)  # fmt: skip
_ops(
    "no-channels", "input channels forgotten", "h·w·k²·cout",
    lambda w: w._replace(c_in=1, groups=1) if w.depth > 1 else None,
    "Every output value is a sum over all input channels.",
    letters=products("cout·h·w"),
)  # fmt: skip
_ops(
    "no-filters", "filters forgotten", "h·w·k²·cin",
    lambda w: w._replace(filters=1, groups=1, c_in=w.depth) if w.filters > 1 else None,
    "There is more than one filter.",
    letters=products("h·w"),
)  # fmt: skip
_ops(
    "one-axis", "positions counted along one side", "h·k²·cin·cout",
    lambda w: w._replace(out=w.out[:1]) if len(w.out) > 1 and w.out[0] > 1 else None,
    "The output has rows and columns.",
    letters=products("cout·h"),
)  # fmt: skip
_ops(
    "params-only", "parameters given as operations", "k²·cin·cout",
    lambda w: [
        Way(w.weights, "k²·cin·cout"),
        Way(w.weights + w.filters, "k²·cin·cout + cout"),
        Way(2 * w.weights, "2·k²·cin·cout"),
    ],
    "Each weight is used at every output position.",
)  # fmt: skip
_ops(
    "k-not-squared", "k instead of k²", "h·w·k·cin·cout",
    lambda w: w._replace(kernel=w.kernel[:1]) if len(w.kernel) > 1 and w.kernel[0] > 1 else None,
    "A k×k window has more than k cells.",
    letters=products("cout·h·w"),
)  # fmt: skip
_ops(
    "groups-ignored", "groups ignored", "g times as much",
    lambda w: w._replace(groups=1) if w.groups > 1 else None,
    "Each filter reads only the channels of its group.",
)  # fmt: skip
_ops(
    "inverted", "MACs and FLOPs mixed up", "MACs = 2 · FLOPs",
    lambda w: [4 * _macs(w), 2 * _macs(w)] if w.flops == "macs" else [Fraction(_macs(w), 2), _macs(w)],
    "One MAC is one multiplication and one addition.",
)  # fmt: skip
_ops(
    "t-output-size", "transposed convolution counted on the output", "k²·cin·cout·(output positions)",
    lambda w: _t(w, places=prod(w.out)) if min(w.out) > 0 else None,
    "Each input value is multiplied by the whole kernel once.",
    "macs-transposed",
    letters=PRODUCTS,
)  # fmt: skip
_ops(
    "dws-one-half", "pointwise or depthwise forgotten", "k²·cin·h·w or cin·cout·h·w",
    lambda w: [
        Way(w.depthwise * w.positions, "k²·cin·h·w"),
        Way(w.pointwise * w.positions, "cin·cout·h·w"),
    ],
    "A depthwise separable convolution has two steps.",
    "separable-macs",
)  # fmt: skip
_ops(
    "dws-full", "counted as a full convolution", "k²·cin·cout·h·w",
    lambda w: w.full * w.positions,
    "A depthwise convolution has one filter of depth 1 per channel.",
    "separable-macs",
)  # fmt: skip


def _both(w: Any, weights: int) -> int:
    """The operations of a squeeze and the layer after it, with given weights."""
    return operations(weights * w.places, (w.squeeze + w.filters) * w.places, w.flops)


_ops(
    "bottleneck-no-1x1", "cost of the 1×1 layer forgotten", "k²·squeeze·cout·h·w",
    lambda w: [
        operations(w.second * w.places, w.filters * w.places, w.flops), Fraction(w.direct, w.second),
    ],
    "The 1×1 layer needs operations too.",
    "bottleneck bottleneck-ratio",
)  # fmt: skip
_ops(
    "ratio-upside-down", "ratio upside down", "1/ratio",
    lambda w: Fraction(w.depthwise + w.pointwise, w.full)
    if hasattr(w, "depthwise")
    else Fraction(w.first + w.second, w.direct),
    "Which cost is divided by which?",
    "savings bottleneck-ratio",
)  # fmt: skip
_ops(
    "ratio-one-term", "only 1/k² or only 1/cout", "1/k² or 1/cout, or its inverse",
    lambda w: [
        Way(Fraction(1, w.k * w.k), "1/k²"),
        Way(Fraction(1, w.filters), "1/cout"),
        Way(w.k * w.k, "k²"),
        Way(w.filters, "cout"),
    ],
    "The ratio has two terms.",
    "savings",
)  # fmt: skip

_ops(
    "outputs-only", "output values, or the operations of one of them", "h·w·cout or k²·cin",
    lambda w: [
        Way(w.filters * w.positions, "h·w·cout"),
        Way(w.area * w.depth, "k²·cin"),
        Way(w.area * w.positions, "k²·h·w"),
        Way(w.depth * w.filters * w.positions, "cin·cout·h·w"),
    ],
    "Every output value needs k·k·cin multiply-adds: multiply both.",
    seldom=True,
)  # fmt: skip
_ops(
    "bias-added", "biases added once", "k²·cin·cout·h·w + cout",
    lambda w: [
        Way(_times(w) * _macs(w) + w.filters, "k²·cin·cout·h·w + cout"),
        Way(2 * _macs(w) + w.filters * w.positions, "2·k²·cin·cout·h·w + cout·h·w"),
        Way(2 * (_macs(w) + w.filters * w.positions), "2·(k²·cin + 1)·cout·h·w"),
    ],
    "Multiply-adds are counted without the biases here.",
    seldom=True,
    letters=PRODUCTS,
)  # fmt: skip
_ops(
    "added", "channels added instead of multiplied", "k²·(cin + cout)·h·w",
    lambda w: _times(w) * w.area * (w.c_in + w.filters) * w.positions,
    "Every filter reads every channel: multiply.",
    seldom=True,
    letters=PRODUCTS,
)  # fmt: skip
_ops(
    "t-no-channels", "channels, filters or kernel forgotten", "k²·cout·n² or another product",
    lambda w: [
        Way(_t(w, c_in=1), "k²·cout·n²"),
        Way(_t(w, filters=1), "k²·cin·n²"),
        Way(_t(w, taps=1), "cin·cout·n²"),
        Way(_t(w, places=1), "k²·cin·cout"),
        Way(_t(w, taps=w.kernel[0]), "k·cin·cout·n²") if len(w.kernel) > 1 else None,
        Way(_t(w, places=w.n[0]), "k²·cin·cout·n") if len(w.n) > 1 else None,
        Way(_t(w, c_in=1, places=prod(w.out)), "k²·cout·(output positions)"),
        Way(_t(w, filters=1, places=prod(w.out)), "k²·cin·(output positions)"),
    ],
    "Each input value of each channel is multiplied by the kernels of all filters.",
    "macs-transposed",
    seldom=True,
    letters=PRODUCTS,
)  # fmt: skip
_ops(
    "t-bias", "biases counted as multiply-adds", "(k²·cin + 1)·cout·n²",
    lambda w: [
        Way(_t(w) + _t(w, taps=1, c_in=1), "(k²·cin + 1)·cout·n²"),
        Way(_t(w) + _t(w, taps=1, c_in=1, places=prod(w.out)), "k²·cin·cout·n² + cout·(output positions)"),
        Way(_t(w) + w.filters, "k²·cin·cout·n² + cout") if w.flops == "macs" else None,
        Way(_t(w, places=prod(w.out)) + _t(w, taps=1, c_in=1, places=prod(w.out)), "(k²·cin + 1)·cout·(output positions)"),
    ],
    "The bias is an addition without a multiplication.",
    "macs-transposed",
    seldom=True,
    letters=PRODUCTS,
)  # fmt: skip
_ops(
    "t-other-unit", "FLOPs instead of MACs, or the reverse", "2 · macs or flops / 2",
    lambda w: [
        Way(2 * _t_macs(w), "2·k²·cin·cout·n²"),
        Way(_t_macs(w), "k²·cin·cout·n²"),
    ],
    _OTHER_UNIT,
    "macs-transposed",
)  # fmt: skip
_ops(
    "dws-unit", "weights for operations, or another unit", "k²·cin + cin·cout",
    lambda w: [
        Way(w.depthwise + w.pointwise, "k²·cin + cin·cout"),
        Way((w.depthwise + w.pointwise) * w.positions, "(k²·cin + cin·cout)·h·w"),
        Way(2 * (w.depthwise + w.pointwise) * w.positions, "2·(k²·cin + cin·cout)·h·w"),
        Way((w.k * w.k + w.pointwise) * w.positions, "(k² + cin·cout)·h·w"),
        Way((w.k * w.k * w.filters + w.pointwise) * w.positions, "(k²·cout + cin·cout)·h·w"),
    ],
    "Each of the two layers is used at every output position.",
    "separable-macs",
    seldom=True,
)  # fmt: skip
_ops(
    "squeeze-parts", "one of the two layers, or the layer without a squeeze", "one layer",
    lambda w: [
        Way(operations(w.first * w.places, w.squeeze * w.places, w.flops), "cin·squeeze·h·w"),
        Way(w.direct_operations, "k²·cin·cout·h·w"),
        Way((w.first + w.second), "cin·squeeze + k²·squeeze·cout"),
    ],
    "There are two layers: the 1×1 layer, and the kernel on fewer channels.",
    "bottleneck",
    letters=PRODUCTS,
)  # fmt: skip
_ops(
    "squeeze-kernel", "the kernel counted once, or in both layers, or a side of the map once",
    "(cin·squeeze + k·squeeze·cout)·h·w",
    lambda w: [
        Way(_both(w, w.first + w.k * w.squeeze * w.filters), "(cin·squeeze + k·squeeze·cout)·h·w"),
        Way(_both(w, w.area * (w.first + w.squeeze * w.filters)), "k²·(cin·squeeze + squeeze·cout)·h·w"),
        Way(_both(w, w.first + w.direct), "(cin·squeeze + k²·cin·cout)·h·w"),
        Way((w.first + w.second) * w.n, "(cin·squeeze + k²·squeeze·cout)·n"),
    ],
    "One layer has a kernel of 1 × 1, the other one of k × k on the squeezed channels.",
    "bottleneck",
    seldom=True,
)  # fmt: skip
_ops(
    "squeeze-share", "the share that is saved or left, or one part of the ratio", "1 − 1/ratio",
    lambda w: [
        Way(1 - Fraction(w.squeezed_operations, w.direct_operations), "1 − 1/ratio"),
        Way(Fraction(w.c_in, w.squeeze), "cin/squeeze"),
        Way(Fraction(w.direct, w.first), "k²·cout/squeeze"),
        Way(Fraction(w.direct - w.first - w.second, w.first + w.second), "ratio − 1"),
    ],
    "How many times does the cost of B fit into the cost of A?",
    "bottleneck-ratio",
    seldom=True,
)  # fmt: skip

# ----------------------------------------------------------------------------------- memory


def _mem(
    name: str, about: str, formula: str, wrong: Any, line: str, *, seldom: bool = False
) -> None:
    """A mistake about memory."""
    mistake(f"mem.{name}", "memory", about, formula, wrong, line, seldom=seldom)


_MILLION = Fraction(10**6, 2**20)

_mem(
    "values", "values instead of bytes", "values",
    lambda w: Fraction(w.values * w.times * w.batch),
    "How many bytes does one number take?",
)  # fmt: skip
_mem(
    "mb-mib", "MB and MiB mixed up", "bytes/2²⁰ for bytes/10⁶",
    lambda w: memory(w) * (_MILLION if w.unit == "MB" else 1 / _MILLION),
    "Is the unit 10⁶ bytes or 2²⁰ bytes? See the rules of the sheet.",
)  # fmt: skip
_mem(
    "half", "gradients, or half of the copies, not counted", "bytes/2",
    lambda w: [memory(w) / w.times if w.times > 1 else None, memory(w) / 2],
    "Does the question ask for the gradients too? How many bytes does one number take?",
)  # fmt: skip
_mem(
    "double", "double precision, or forward and backward counted", "2 · bytes",
    lambda w: 2 * memory(w),
    "Does the question ask for the gradients too? How many bytes does one number take?",
)  # fmt: skip
_mem(
    "params-in", "parameters added to activations, or the reverse", "bytes of both",
    lambda w: memory(w) + w.params * w.width if w.params else None,
    "Parameters and activations take memory separately.",
)  # fmt: skip
_mem(
    "batch", "batch forgotten or included", "batch · bytes",
    lambda w: memory(w._replace(batch=1)) if w.batch > 1 else [memory(w._replace(batch=b)) for b in _BATCHES],
    "Does the question ask for one image or for a batch?",
)  # fmt: skip
_mem(
    "bits", "bits for bytes", "8 · bytes",
    lambda w: 8 * memory(w),
    "A byte has eight bits.",
)  # fmt: skip
_mem(
    "one-layer", "a layer left out, or only one counted", "bytes without one layer",
    lambda w: [
        *(Way(memory(w._replace(values=w.values - each)), "bytes without one layer") for each in _single_layers(w)),
        *(Way(memory(w._replace(values=each)), "bytes of one layer") for each in _single_layers(w)),
    ],
    "Every layer counts: add up all of them.",
    seldom=True,
)  # fmt: skip


def _single_layers(quantities: Any) -> list[int]:
    """The values of each layer that matters, if there are not too many layers."""
    least, layers = quantities.values // _LEAST_SHARE, quantities.layers
    if len(layers) > _MOST_LAYERS:
        return []
    return [each for each in dict.fromkeys(layers) if least < each < quantities.values - least]


_LEAST_SHARE = 20  # a layer with less than 1/20 of the values hardly changes a rounded answer
_MOST_LAYERS = 60  # most layers; nobody leaves out a layer by hand in a larger network
