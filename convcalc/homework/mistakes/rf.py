"""Mistakes about receptive fields."""

from __future__ import annotations

from math import isqrt
from typing import Any

from convcalc.homework.mistakes.base import mistake
from convcalc.homework.questions.quantities import Rf, rf_size


def _rf(name: str, about: str, formula: str, wrong: Any, line: str, topics: str = "rf") -> None:
    """A mistake about receptive fields."""
    mistake(f"rf.{name}", topics, about, formula, wrong, line)


def _side_or_pixels(quantities: Rf, side: int) -> int:
    """A side as the question asks for it."""
    return side * side if quantities.pixels else side


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
    """Kernel sizes multiplied; for blocks their fields multiplied."""
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
    lambda w: isqrt(rf_size(w)) if w.pixels else None,
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
    lambda w: _side_or_pixels(w, w.image) if w.image and rf_size(w._replace(pixels=False)) > w.image else None,
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
_rf(
    "layers-k", "each layer adds k", "size/k",
    lambda w: [-(-w[1] // w[0]), w[1] // w[0]],
    "Neighbouring windows overlap: how much does one layer add?",
    "layers-for-rf",
)  # fmt: skip
_rf(
    "layers-one-off", "one layer too many or too few", "± 1",
    lambda w: [-(-w[1] // (w[0] - 1)), -(-(w[1] - 1) // (w[0] - 1)) - 1, -(-(w[1] - 1) // (w[0] - 1)) + 1],
    "How large is the receptive field of one layer?",
    "layers-for-rf",
)  # fmt: skip
