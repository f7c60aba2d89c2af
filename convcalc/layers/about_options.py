"""The meaning of an option, in a sentence: from its kind's page, or the general meaning."""

from __future__ import annotations

import re
from inspect import getdoc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convcalc.layers.base import Layer

_SECTION = re.compile(r"^Options:\n(?P<lines>(?:    .*\n|\n)*)", re.MULTILINE)
_OPTION = re.compile(
    r"^    (?P<names>[a-z_]+(?:, [a-z_]+)*): (?P<text>.*(?:\n(?!    [a-z_]+(?:, [a-z_]+)*: )    .*)*)",
    re.MULTILINE,
)


def about_option(cls: type[Layer], name: str) -> str:
    """The meaning of an option of a kind.

    >>> from convcalc.layers import get_kind
    >>> about_option(get_kind("custom"), "macs"), about_option(get_kind("conv"), "stride")
    ('Trained numbers, and multiply-adds of one sample.', 'How many cells the window moves from one output to the next.')
    """
    section = _SECTION.search(f"{getdoc(cls) or ''}\n")
    for found in _OPTION.finditer(section["lines"] if section else ""):
        if name in found["names"].split(", "):
            text = " ".join(found["text"].split())
            return text[0].upper() + text[1:]
    return ABOUT[name]


ABOUT = {
    "kernel_size": "How many cells the window reads along each axis: 3, or [3, 5].",
    "stride": "How many cells the window moves from one output to the next.",
    "padding": "Cells added around the map: a number per side, [before, after], or valid, same, full, causal.",
    "dilation": "How far apart the cells of the window are; 1 is an ordinary kernel.",
    "fit": "What to do when the window does not fit exactly: floor, strict (an error), ceil or caffe.",
    "bias": "Whether a number is added to each output channel.",
    "out_channels": "How many output channels: the number of filters.",
    "groups": "Into how many groups the channels are split, each with its own filters.",
    "multiplier": "How many filters each input channel has.",
    "output_padding": "Cells added at the end of a transposed convolution's output.",
    "output_shape": "The output size of a transposed convolution.",
    "out_features": "How many units there are, and so how many output values.",
    "axis": "Along which axis it works.",
    "heads": "How many heads the attention has.",
    "ceil_mode": "Whether the size is rounded up.",
    "norm_type": "The power of the norm: 2 for squares.",
    "output_size": "The output size, the same for every input size.",
    "op": "What is worked out over the axes: mean, sum, max or min.",
    "negative_slope": "The factor for values below 0.",
    "per_channel": "Whether each channel has its own number.",
    "approximate": "Whether the formula with tanh is used.",
    "p": "The share of the values that training sets to 0.",
    "affine": "Whether there is a trained scale and shift after it.",
    "scale": "The trained factor, or by how much a map grows.",
    "shift": "Whether a trained number is added.",
    "track_running_stats": "Whether a running mean and variance are stored.",
    "num_groups": "Into how many groups the channels are split.",
    "size": "The size: of the output, or how many channels are read.",
    "channels": "How many channels of zeros are added, before and after.",
    "shape": "The shape, channels first; -1 for what is left.",
    "upscale_factor": "By how much the map grows along each axis.",
    "scale_factor": "By how much the map grows along each axis.",
    "step": "From how many cells one is taken.",
    "block_size": "The side of the squares that become channels.",
}
