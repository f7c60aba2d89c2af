"""Random layers in the form of the page's questions: sliders, boxes with a number per axis, words, and misfits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

_WINDOWS = {
    "conv": ("k", "s", "p", "d", "cout", "groups", "fit", "bias"),
    "conv_transpose": ("k", "s", "p", "d", "cout", "a", "groups", "bias"),
    "maxpool": ("k", "s", "p", "d", "ceil"),
    "avgpool": ("k", "s", "p", "ceil", "count_include_pad"),
    "depthwise_conv": ("k", "s", "p", "d", "multiplier", "fit"),
    "separable_conv": ("k", "s", "p", "cout", "multiplier"),
    "local_conv": ("k", "s", "p", "cout"),
    "unpool": ("k", "s"),
    "blur_pool": ("k",),
    "upsample": ("scale_factor", "mode"),
    "linear": ("cout", "bias"),
    "batchnorm": ("affine",),
    "relu": (),
}
_VALUES = {
    "k": ["1", "2", "3", "3", "4", "5", "7", "3x5"],
    "s": ["1", "1", "2", "3", "2x1"],
    "p": ["0", "0", "1", "2", "1x2", "0,1x1,0", "same", "same_lower", "full", "valid", "causal"],
    "d": ["1", "1", "2", "3"],
    "a": ["0", "0", "1"],
    "cout": ["1", "2", "4", "6", "16"],
    "groups": ["1", "1", "2", "4"],
    "fit": ["floor", "ceil", "strict", "caffe"],
    "bias": ["true", "false"],
    "ceil": ["true", "false"],
    "count_include_pad": ["true", "false"],
    "affine": ["true", "false"],
    "multiplier": ["1", "2", "3"],
    "scale_factor": ["2", "3", "2x3"],
    "mode": ["nearest", "linear"],
}


def questions(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """A number of questions, the same for the same seed."""
    drawn = random.Random(seed)
    for _ in range(count):
        kind = drawn.choice([*_WINDOWS, "conv", "conv", "maxpool"])
        given = {"n": str(drawn.randint(1, 40)), "cin": drawn.choice(["1", "2", "3", "4", "8"])}
        if drawn.random() < 0.2:
            given["n"] += f"x{drawn.randint(1, 40)}"
        for word in _WINDOWS[kind]:
            if (
                drawn.random() < 0.6
                or word in ("k", "scale_factor")
                or (kind, word) == ("linear", "cout")
            ):
                given[word] = drawn.choice(_VALUES[word])
        if drawn.random() < 0.15 and "x" not in given["n"]:
            given["dims"] = drawn.choice("123")
        yield {"view": kind, "given": given, "facts": True}
