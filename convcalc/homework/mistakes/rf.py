"""Mistakes about receptive fields."""

from __future__ import annotations

from typing import Any

from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.mistakes.rounding import quotient
from convcalc.homework.questions.quantities import Rf, rf_size


def _rf(
    name: str,
    about: str,
    formula: str,
    wrong: Any,
    line: str,
    topics: str = "rf",
    *,
    seldom: bool = False,
) -> None:
    """A mistake about receptive fields."""
    mistake(f"rf.{name}", topics, about, formula, wrong, line, seldom=seldom)


def _side_or_pixels(quantities: Rf, side: int) -> int:
    """A side in the form that the question asks for."""
    return side**quantities.axes if quantities.pixels else side


def _own_stride(quantities: Rf) -> int:
    """1 + Σ (k − 1)·(the layer's own stride)"""
    terms: list[int] = [layer.d * (layer.k - 1) * layer.s for layer in quantities.layers]
    return 1 + sum(terms)


def _late_jump(quantities: Rf) -> int:
    """1 + Σ (k − 1)·(product of the strides up to and with this layer)"""
    r = j = 1
    for layer in quantities.layers:
        j *= layer.s
        r += layer.d * (layer.k - 1) * j
    return r


def _product(quantities: Rf) -> Any:
    """Kernel sizes multiplied; for blocks, their fields multiplied."""
    total = 1
    for layer in quantities.layers:
        total *= layer.k
        if total > 10**15:
            break
    found = [total] if total <= 10**15 else []
    if quantities.blocks > 1:
        found.insert(0, _one_block(quantities) ** min(quantities.blocks, 8))
    return found


def _one_block(quantities: Rf) -> int:
    """The field of one of the blocks."""
    each = len(quantities.layers) // quantities.blocks
    return rf_size(quantities._replace(layers=quantities.layers[:each], blocks=1, pixels=False))


def _has_stride(quantities: Rf) -> bool:
    """Whether a stride matters."""
    return any(layer.s > 1 for layer in quantities.layers[:-1])


_rf(
    "no-stride", "strides ignored", "1 + Σ (k − 1)",
    lambda w: w._replace(layers=tuple(layer._replace(s=1) for layer in w.layers)) if _has_stride(w) else None,
    "After a stride, one step in this layer is several pixels of the image.",
)  # fmt: skip
_rf(
    "area", "number of pixels instead of the side", "r²",
    lambda w: rf_size(w._replace(pixels=True)) if not w.pixels else None,
    "Does the question ask for the side or for the number of pixels?",
)  # fmt: skip
_rf(
    "side", "side instead of the number of pixels", "r",
    lambda w: _side(w) if w.pixels else None,
    "Does the question ask for the side or for the number of pixels?",
)  # fmt: skip
_rf(
    "block-sum", "blocks added without the overlap", "blocks · r",
    lambda w: _side_or_pixels(w, w.blocks * _one_block(w)) if w.blocks > 1 else None,
    "The receptive fields of two blocks overlap. By how much?",
)  # fmt: skip
_rf(
    "no-dilation", "dilation ignored", "1 + Σ (k − 1)",
    lambda w: w._replace(layers=tuple(layer._replace(d=1) for layer in w.layers))
    if any(layer.d > 1 for layer in w.layers)
    else None,
    "Dilation spreads the kernel out. How wide is it from end to end?",
)  # fmt: skip
_rf(
    "sum-k", "kernel sizes added up", "Σ k",
    lambda w: _side_or_pixels(w, sum(layer.k for layer in w.layers)) if len(w.layers) > 1 else None,
    "Neighbouring windows overlap.",
)  # fmt: skip
_rf(
    "own-stride", "used the layer's own stride, not the product of the earlier strides", "1 + Σ (k − 1)·s",
    lambda w: _side_or_pixels(w, _own_stride(w)),
    "Which strides decide how far apart the inputs of this layer are in the image?",
)  # fmt: skip
_rf(
    "late-jump", "included the layer's own stride", "1 + Σ (k − 1)·(strides up to it)",
    lambda w: _side_or_pixels(w, _late_jump(w)),
    "A layer's own stride moves its outputs apart, not its inputs.",
)  # fmt: skip
_rf(
    "product", "kernel sizes multiplied", "∏ k",
    lambda w: _product(w) if len(w.layers) > 1 else None,
    "Each layer adds to the receptive field; nothing is multiplied.",
)  # fmt: skip
_rf(
    "bigger-than-image", "cut off at the image", "n",
    lambda w: _side_or_pixels(w, w.image) if not w.gathers and 0 < w.image < _side(w) else None,
    "A receptive field can be larger than the image; the rest is padding.",
)  # fmt: skip
_rf(
    "last-only", "kernel of the last layer", "k",
    lambda w: _side_or_pixels(w, w.layers[-1].k) if len(w.layers) > 1 else None,
    "That is what it reads of the layer before, not of the image.",
)  # fmt: skip
_rf(
    "one-layer-off", "one layer too many or too few", "one more or less",
    lambda w: [
        w._replace(layers=(*w.layers, w.layers[-1])),
        w._replace(layers=w.layers[:-1]) if len(w.layers) > 1 else None,
    ],
    "Count the layers again: after the first layer the receptive field is k.",
)  # fmt: skip


def _pools(layer: Any) -> bool:
    """Whether the windows of a layer do not overlap, as in pools."""
    return bool(layer.k == layer.s > 1)


def _kept(quantities: Rf) -> tuple[Any, ...]:
    """The layers that are not pools."""
    return tuple([layer for layer in quantities.layers if not _pools(layer)])


def _doubling(quantities: Rf) -> list[Any]:
    """Strides that multiply the field itself."""
    strided = r = 1
    for layer in quantities.layers:
        strided = strided * layer.s + layer.d * (layer.k - 1)
        r = (r + layer.d * (layer.k - 1)) * layer.s
    pooled = 1
    for layer in quantities.layers:
        pooled = pooled * layer.s if _pools(layer) else pooled + layer.d * (layer.k - 1)
    if all(layer.s == 1 for layer in quantities.layers):
        return []
    return [
        Way(_side_or_pixels(quantities, strided), "r·s + k − 1 in each layer"),
        Way(_side_or_pixels(quantities, r), "(r + k − 1)·s in each layer"),
        Way(_side_or_pixels(quantities, pooled), "r·s at each pool")
        if any(map(_pools, quantities.layers))
        else None,
    ]


def _as_dilated(quantities: Rf, change: Any) -> Rf | None:
    """Layers with another kernel or dilation; None if none is dilated."""
    if all(layer.d == 1 for layer in quantities.layers):
        return None
    return quantities._replace(layers=tuple(map(change, quantities.layers)))


_rf(
    "doubled", "a stride that multiplies the field", "r·s", _doubling,
    "A stride moves the later windows further apart; it does not multiply what a unit sees already.",
)  # fmt: skip
_rf(
    "pools-ignored", "pools left out", "1 + Σ (k − 1)·(strides before), without the pools",
    lambda w: [
        w._replace(layers=_kept(w)),
        w._replace(layers=tuple(layer._replace(k=1) if _pools(layer) else layer for layer in w.layers)),
    ]
    if 0 < len(_kept(w)) < len(w.layers)
    else None,
    "A pool reads a window too, and its stride counts for the layers after it.",
)  # fmt: skip
_rf(
    "dilation-zero-based", "counted dilation from 0", "(d + 1)·(k − 1) + 1",
    lambda w: _as_dilated(w, lambda layer: layer._replace(d=layer.d + 1)),
    "Which dilation is the ordinary convolution? See the rules of the sheet.",
)  # fmt: skip
_rf(
    "dilation-times", "effective kernel d·k, or d·(k − 1)", "d·k",
    lambda w: [
        Way(_as_dilated(w, lambda layer: layer._replace(k=layer.d * layer.k, d=1)), "d·k for d·(k − 1) + 1"),
        Way(_as_dilated(w, lambda layer: layer._replace(k=layer.d * (layer.k - 1), d=1)), "d·(k − 1) for d·(k − 1) + 1"),
    ],
    "There are k − 1 gaps between k taps, and the last tap covers a cell too.",
)  # fmt: skip
_rf(
    "no-one", "the 1 at the start forgotten", "Σ (k − 1)·(strides before)",
    lambda w: [
        Way(_side_or_pixels(w, _side(w) - 1), "Σ (k − 1)·(strides before)"),
        Way(_side_or_pixels(w, _side(w) + 1), "2 + Σ (k − 1)·(strides before)"),
    ],
    "Start with 1: a unit without any layer sees one pixel.",
)  # fmt: skip
_rf(
    "k-times-jump", "k instead of k − 1", "1 + Σ k·(strides before)",
    lambda w: [
        Way(_side_or_pixels(w, 1 + _k_times_jump(w)), "1 + Σ k·(strides before)"),
        Way(_side_or_pixels(w, _k_times_jump(w)), "Σ k·(strides before)") if _has_stride(w) else None,
    ],
    "Neighbouring windows overlap: how much does one layer add?",
    seldom=True,
)  # fmt: skip
_rf(
    "reversed", "layers in the reverse order", "from the last layer to the first",
    lambda w: w._replace(layers=w.layers[::-1]),
    "Which strides count for a layer: those of the layers before it, or after it?",
    seldom=True,
)  # fmt: skip
_rf(
    "strides", "strides multiplied, or the number of layers", "∏ s",
    lambda w: [
        Way(_stride(w), "∏ s"),
        Way(_stride(w) * w.layers[-1].k, "∏ s · k"),
        Way(len(w.layers), "number of layers"),
    ],
    "That is how far apart units are, not how much each of them sees.",
    seldom=True,
)  # fmt: skip
_rf(
    "powers", "doubled by each layer", "2^L",
    lambda w: [Way(2 ** len(w.layers), "2^L"), Way(2 ** (len(w.layers) + 1) - 1, "2^(L + 1) − 1")]
    if len(w.layers) <= 30
    else None,
    "At stride 1 each layer adds the same amount; nothing is doubled.",
    seldom=True,
)  # fmt: skip
_rf(
    "half-kernel", "half of each kernel", "1 + Σ (k − 1)/2",
    lambda w: [
        Way(_side_or_pixels(w, 1 + sum(layer.d * (layer.k // 2) for layer in w.layers)), "1 + Σ (k − 1)/2"),
        Way(_side_or_pixels(w, 1 + 2 * sum(layer.d * (layer.k - 1) for layer in w.layers)), "1 + Σ 2·(k − 1)"),
    ],
    "A kernel reaches to both sides of its middle.",
    seldom=True,
)  # fmt: skip
_rf(
    "output-size", "the size of the output map", "output size",
    lambda w: _output_size(w) if w.image else None,
    "How many pixels one unit sees is not the same question as how many units there are.",
    seldom=True,
)  # fmt: skip
_rf(
    "kernel-area", "cells of the kernels", "Σ k²",
    lambda w: [
        Way(sum(layer.k**2 for layer in w.layers), "Σ k²"),
        Way(sum(layer.k**2 for layer in _kept(w)), "Σ k², without the pools"),
        Way(w.layers[-1].k ** 2, "k²"),
        Way(sum(layer.k for layer in w.layers) ** 2, "(Σ k)²"),
    ],
    "Neighbouring windows overlap: work out the side first.",
    seldom=True,
)  # fmt: skip


def _side(quantities: Rf) -> int:
    """The right side in pixels."""
    return rf_size(quantities._replace(pixels=False))


def _stride(quantities: Rf) -> int:
    """All strides multiplied."""
    total = 1
    for layer in quantities.layers:
        total *= layer.s
    return total


def _k_times_jump(quantities: Rf) -> int:
    """Σ k·(product of the strides before)"""
    total, jump = 0, 1
    for layer in quantities.layers:
        total += layer.d * layer.k * jump
        jump *= layer.s
    return total


def _output_size(quantities: Rf) -> int:
    """The size of the last map; without padding if that is unknown."""
    if quantities.out:
        return quantities.out
    size = quantities.image
    for layer in quantities.layers:
        size = (size - layer.d * (layer.k - 1) - 1) // layer.s + 1
    return size


_rf(
    "layers-k", "each layer adds k", "size/k",
    lambda w: quotient(w[1], w[0], "size/k", up=True),
    "Neighbouring windows overlap: how much does one layer add?",
    "layers-for-rf",
)  # fmt: skip
_rf(
    "layers-one-off", "one layer too many or too few", "± 1",
    lambda w: [
        *quotient(w[1], w[0] - 1, "size/(k − 1)", up=True),
        *quotient(w[1] - w[0], w[0] - 1, "(size − k)/(k − 1)"),
        Way(w[1] - w[0] + 1, "size − k + 1"),
        Way(w[1] - w[0], "size − k"),
        *quotient(w[1], 2, "size/2"),
        Way(-(-(w[1] - 1) // (w[0] - 1)) - 1, "⌈(size − 1)/(k − 1)⌉ − 1"),
        Way(-(-(w[1] - 1) // (w[0] - 1)) + 1, "⌈(size − 1)/(k − 1)⌉ + 1"),
    ],
    "How large is the receptive field of one layer?",
    "layers-for-rf",
)  # fmt: skip
