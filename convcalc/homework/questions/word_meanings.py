"""What the words under ``given:`` mean, in a few words, for editors."""

from __future__ import annotations

_MEANINGS = {
    "n": "The size of the input: 32, or 32x48 for height x width.",
    "k": "The kernel size.",
    "s": "The stride; 1 by default.",
    "p": "The padding; none by default.",
    "d": "The dilation.",
    "ask": "Which parts are asked for; all by default.",
    "a": "The output padding.",
    "filters": "The number of filters, which is the number of output channels.",
    "c_in": "The number of input channels.",
    "groups": "The number of groups of channels.",
    "bias": "Whether there are biases.",
    "input": "The input's shape.",
    "units": "The number of units of the fully connected layer.",
    "multiplier": "How many filters each input channel has.",
    "options": "The options to choose from.",
    "statement": "The sentence that is true or false.",
    "image": "The size of the image.",
    "blocks": "How often the layers come.",
    "net": "The network: a bundled name, or a file next to the sheet.",
    "at": "The layer that is asked about.",
    "out_n": "The size of the output, where it is given.",
    "squeeze": "The number of channels in the middle of the bottleneck.",
    "volume": "The shape of what is stored.",
    "copies": "How many times it is stored.",
    "gradients": "Whether gradients are stored too.",
    "batch": "The number of examples in a batch.",
    "arch": "The network: its layers, a bundled name, or a file next to the sheet.",
    "target": "The size to reach.",
    "axes": "The number of axes: 2 for images.",
    "designs": "The networks to compare.",
    "pool": "Whether the layer is a pooling.",
    "wires": "The number of connections.",
    "b": "The bias.",
    "relu": "Whether there is a ReLU after it.",
    "flip": "Whether the kernel is flipped first.",
    "cells": "Which cells of the output are asked for.",
    "g": "The gradient of the output, in rows.",
    "decimals": "How many decimals the answer has.",
    "lr": "The learning rate.",
    "y": "The numbers to put back, in rows.",
    "scale": "How many times larger the output is.",
    "align_corners": "Whether corners stay on corners.",
    "gamma": "The scale of the batch normalization.",
    "beta": "The shift of the batch normalization.",
    "eps": "What is added to the variance.",
    "frozen": "How many of the first layers with parameters are not trained.",
    "clip": "Whether pixels outside the image are left out.",
    "what": "What the formula gives.",
    "symbols": "The letters that the formula can use.",
    "odd": "The letters that are odd numbers.",
    "output": "The output shape that is required.",
    "macs": "Limits for the multiply-adds.",
    "flops": "Limits for the operations.",
    "rf": "Limits for the receptive field.",
    "depth": "Limits for the number of layers with weights.",
    "uses": "Kinds of layers that must be there.",
    "forbids": "Kinds of layers that must not be there.",
}

_OF = {"of": "What is counted: params, weights or macs."}
_DTYPE = {"dtype": "The type of the numbers: fp64, fp32, fp16, bf16 or int8."}
_TABLE = {
    **_DTYPE,
    "rows": "The layers that are asked for, by number, by name, or last; all by default.",
    "ask": "The columns that are asked for, such as shape and params; shape by default.",
}
_SHAPE_OF = {"layer": "The kind of layer: conv, transposed or fc."}
_MAPS = {
    "x": "The map, in rows; or a list of maps, one for each input channel.",
    "w": "The kernel, in rows; or a list, one for each map.",
}
_POOL = {"mode": "The pool: max or avg."}
_POOL_STRIDE = "The stride; the window size by default."
_SOUGHT = "; leave it out if it is asked for."
_TIMES = "The factor for {}; 1 by default."
# Words with another or a further meaning in a type.
_OF_TYPE: dict[str, dict[str, str]] = {
    "padded-volume": {"p": "The padding."},
    "toeplitz": {"n": "The size of the input."},
    "pool-volume": {"k": "The size of the window.", "s": _POOL_STRIDE},
    "fraction": {"k": "The size of the window.", "s": _POOL_STRIDE},
    "params-pool": {"k": "The size of the window."},
    "choice": {"answer": "The right option, by letter or text; several of them in a list."},
    "true-false": {"answer": "Whether the statement is true."},
    "receptive-field": {"layers": "The layers, each as kernel/stride or kernel/stride/dilation, such as 5/2 3/1."},
    "layers-for-rf": {"size": "The receptive field to reach."},
    "memory": {"of": "What is stored: activations or weights.", **_DTYPE},
    "solve-for": {"n": "The size of the input.", "out": "The output size that is required."},
    "shrink": {"layers": "How many layers there are, all with this kernel."},
    "min-input": {"layers": "The layers of the chain, in order.", "axes": "The number of axes of the input: 2 for images."},
    "compose": {"kernels": "The kernel sizes, in order."},
    "arch-table": _TABLE,
    "chain": _TABLE,
    "params-model": _OF,
    "share": _OF,
    "compare": {**_OF, "input": "The input shape of each design."},
    "ratio": {**_OF, "designs": "Two networks; the first is divided by the second."},
    "stacks": {"layers": "How many small kernels there are in a row.", "k": "The size of each small kernel.", "against": "The size of the large kernel."},
    "scaling": {
        "of": "What grows: macs or weights.",
        "c_in": _TIMES.format("the number of input channels"), "filters": _TIMES.format("the number of filters"),
        "n": _TIMES.format("the size of the image"), "k": _TIMES.format("the kernel size"),
    },
    "conv-by-hand": {"x": _MAPS["x"], "w": "The kernel, in rows; a list, one for each map; or a list of such filters."},
    "conv-1d": {"x": "The input, a row of numbers.", "w": "The kernel, a row of numbers."},
    "conv-3d-by-hand": {"x": "The slices of the input, each in rows.", "w": "The slices of the kernel, each in rows."},
    "pool-by-hand": {"x": "The map, in rows.", "k": "The size of the window.", "s": _POOL_STRIDE, **_POOL},
    "pipeline": {**_MAPS, "relu": "Whether there is a ReLU after the convolution; true by default.", "k": "The size of the pool's window.", "s": "The stride of the convolution; 1 by default.", "pool_s": "The stride of the pool; its window size by default.", **_POOL},
    "transposed-by-hand": {"x": "The input map, in rows.", "w": "The kernel, in rows."},
    "gradient": {"x": "The input map, in rows.", "w": "The kernel, in rows.", "activation": "The activation after the convolution: none, relu or sigmoid."},
    "shape-of-gradient": {"of": "The array that the gradient belongs to: w or x."},
    "dot-product": {"x": "The window, in rows.", "w": "The kernel, in rows."},
    "image-kernel": {"w": "The kernel, in rows."},
    "pad-by-hand": {"x": "The matrix, in rows.", "p": "The width of the border; 1 by default.", "mode": "How the border is filled: zero, reflect or replicate."},
    "unpool-by-hand": {"x": "The map that was pooled, in rows; its maxima say where values go.", "k": "The size of a block.", "mode": "Where each value goes in its block: max or nails."},
    "upsample-by-hand": {"x": "The input map, in rows.", "mode": "How new cells get their values: nearest or bilinear."},
    "softmax-by-hand": {"x": "The scores, in a row."},
    "batch-norm-by-hand": {"x": "The values of the channel, in rows."},
    "weight-shape": _SHAPE_OF,
    "bias-shape": _SHAPE_OF,
    "solve-size": {
        "find": "The number that is asked for: n, k, s, p or d.", "out": "The size of the output.",
        "n": f"The size of the input{_SOUGHT}", "k": f"The kernel size{_SOUGHT}", "s": f"The stride{_SOUGHT}",
        "p": f"The padding{_SOUGHT}", "d": f"The dilation{_SOUGHT}",
    },
    "solve-params": {
        "find": "The number that is asked for: k, c_in or filters.", "params": "The number of parameters.",
        "k": f"The kernel size{_SOUGHT}", "c_in": f"The number of input channels{_SOUGHT}", "filters": f"The number of filters{_SOUGHT}",
    },
    "pixels-seen": {"unit": "The place of the unit, one number for each axis, from 0."},
    "formula": {"of": "The question whose formula is asked for, such as output-size or params.", "formula": "The right formula, where it is your own."},
    "from-answers": {"formula": "How the value follows from the answers, such as q1*q2 or q4.weights/q3.", "values": "The answers by name; on a sheet they are known."},
    "network": {
        "input": "The shape that the network must take.", "params": "Limits for the number of parameters, such as <= 1M.",
        "layers": 'Limits for the number of layers, of all or by kind: {conv: ">= 2", all: "<= 20"}.',
        "kernels": "The kernel sizes that convolutions may have.",
    },
}  # fmt: skip


def meaning_of(word: str, kind: str = "") -> str:
    """The meaning of a word, in a question type or in general; every word of every type has a text.

    >>> meaning_of("s", "macs"), meaning_of("s", "pool-by-hand")
    ('The stride; 1 by default.', 'The stride; the window size by default.')
    """
    return _OF_TYPE.get(kind, {}).get(word) or _MEANINGS[word]
