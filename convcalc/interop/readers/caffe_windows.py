"""Caffe's layers with windows (convolutions, pools and their inverses), and fully connected layers."""

from __future__ import annotations

from typing import Any

from convcalc.errors import did_you_mean
from convcalc.formulas import product
from convcalc.interop.graph import BROKEN
from convcalc.interop.readers.caffe_layers import Reading, layer_type
from convcalc.interop.readers.caffe_text import Block
from convcalc.layers import make

_POOLS = ("MAX", "AVE", "STOCHASTIC")


def _per_axis(
    reading: Reading, block: Block, name: str, default: int, axes: int, *, least: int = 1
) -> Any:
    """An option with one number, one per axis, or one for the height and one for the width."""
    short = name.removesuffix("_size")
    pair = [f"{short}_h", f"{short}_w"]
    if any(word in block.values for word in pair):
        return tuple([reading.numbers.whole(block, word, default, least=least) for word in pair])
    found = reading.numbers.wholes(block, name, least=least)
    deep = {"kernel_size": "kernel_depth", "pad": "temporal_pad", "stride": "temporal_stride"}.get(
        name, ""
    )
    if axes == 3 and deep in block.values:
        side = found[-1] if found else default
        return (reading.numbers.whole(block, deep, default, least=least), side, side)
    return tuple(found) if len(found) > 1 else found[0] if found else default


def _window(reading: Reading, at: int, block: Block) -> dict[str, Any]:
    """The window of a convolution."""
    axes = len(reading.graph.shape(at)) - 1
    if reading.numbers.whole(block, "axis", 1) != 1:
        reading.refuse(
            "a convolution along another axis than the channels is not known; use axis 1"
        )
    return {
        "kernel_size": _per_axis(reading, block, "kernel_size", 1, axes),
        "stride": _per_axis(reading, block, "stride", 1, axes),
        "padding": _per_axis(reading, block, "pad", 0, axes, least=0),
        "dilation": _per_axis(reading, block, "dilation", 1, axes),
        "bias": reading.numbers.flag(block, "bias_term", default=True),
    }


@layer_type("Convolution", "Convolution3D", "Deconvolution", "CudnnConvolution", "NdConvolution")
def _convolution(reading: Reading, places: list[int]) -> int | list[int]:
    block = reading.part.param("convolution_param")
    if "num_output" not in block.values:
        return reading.refuse("has no num_output; give the number of output channels")
    kind = "conv_transpose" if reading.part.kind == "Deconvolution" else "conv"
    return _each(
        reading, kind, places, **_window(reading, places[0], block),
        out_channels=reading.numbers.whole(block, "num_output", 1),
        groups=reading.numbers.whole(block, "group", 1),
    )  # fmt: skip


@layer_type(
    "ConvolutionDepthwise", "DepthwiseConvolution", "ConvolutionDepthWise", "DepthWiseConvolution"
)
def _depthwise(reading: Reading, places: list[int]) -> int | list[int]:
    block = reading.part.param("convolution_param")
    channels = reading.graph.shape(places[0])[0]
    return _each(
        reading, "conv", places, **_window(reading, places[0], block),
        out_channels=reading.numbers.whole(block, "num_output", channels), groups=channels,
    )  # fmt: skip


def _each(reading: Reading, kind: str, places: list[int], **options: Any) -> int | list[int]:
    """Add the same layer, with the same weights, on each blob."""
    found = [reading.layer(kind, [place], **options) for place in places]
    if BROKEN not in found:
        reading.graph.shared.update(dict.fromkeys(found[1:], found[0]))
    return found


@layer_type("LocallyConnected", "Local", "LocalConvolution")
def _local(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("local_param")
    block = block if block.values else reading.part.param("convolution_param")
    if "num_output" not in block.values:
        return reading.refuse("has no num_output; give the number of output channels")
    channels = reading.numbers.whole(block, "num_output", 1)
    return reading.layer(
        "local_conv", places, **_window(reading, places[0], block), out_channels=channels
    )


@layer_type("Pooling", "Pooling3D")
def _pooling(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("pooling_param")
    numbers, axes = reading.numbers, len(reading.graph.shape(places[0])) - 1
    word = block.text("pool", "MAX")
    is_known = word.isdigit() or word in _POOLS or "mean" in did_you_mean(word, _POOLS)
    method = numbers.word(block, "pool", _POOLS, "MAX") if is_known else word
    if numbers.flag(block, "global_pooling", default=False):
        if not is_known:
            return reading.unknown(places, (reading.graph.shape(places[0])[0], *[1] * axes))
        return reading.layer("global_maxpool" if method == "MAX" else "global_avgpool", places)
    is_floor = block.text("ceil_mode") in ("false", "0") or block.text("round_mode") in (
        "FLOOR",
        "1",
    )
    if not {"kernel_size", "kernel_h", "kernel_w"} & {*block.values}:
        return reading.refuse("has no kernel_size; give one, or global_pooling: true")
    options = {
        "kernel_size": _per_axis(reading, block, "kernel_size", 1, axes),
        "stride": _per_axis(reading, block, "stride", 1, axes),
        "padding": _per_axis(reading, block, "pad", 0, axes, least=0),
        "fit": "floor" if is_floor else "caffe",
    }
    if method in ("MAX", "AVE"):
        return reading.layer("maxpool" if method == "MAX" else "avgpool", places, **options)
    shape = reading.graph.shape(places[0])
    pool = make("avgpool", options)
    return reading.unknown(places, pool.checked_out_shape(shape))


def _unpooled(reading: Reading, block: Block, axes: int) -> dict[str, Any]:
    """The window of the inverted pool."""
    return {
        "kernel_size": _per_axis(reading, block, "kernel_size", 1, axes),
        "stride": _per_axis(reading, block, "stride", 1, axes),
        "padding": _per_axis(reading, block, "pad", 0, axes, least=0),
    }


@layer_type("Upsample", "Unpooling", "Upsampling")
def _upsample(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("upsample_param")
    numbers = reading.numbers
    scale = numbers.whole(block, "scale", numbers.whole(block, "stride", 2))
    if len(places) == 1:
        return reading.layer("upsample", places, scale_factor=scale)
    channels, *sides = reading.graph.shape(places[0])
    window = reading.part.param("unpooling_param")
    window = window if window.values else reading.part.param("pooling_param")
    if {"unpool_size", "unpool_h"} & {*window.values}:
        size = _per_axis(reading, window, "unpool_size", 1, len(sides))
        sizes = [size] * len(sides) if isinstance(size, int) else [*size]
        return reading.stated(places, (channels, *sizes))
    if window.values:  # as large as the input of the pool
        return reading.layer("unpool", places[:1], **_unpooled(reading, window, len(sides)))
    words = ("upsample_h", "upsample_w")
    sizes = [numbers.whole(block, word, side * scale) for word, side in zip(words, sides)]
    if sizes == [side * scale for side in sides]:
        return reading.layer("unpool", places[:1], kernel_size=scale, stride=scale)
    return reading.stated(places, (channels, *sizes))


@layer_type("InnerProduct")
def _inner_product(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("inner_product_param")
    if "num_output" not in block.values:
        return reading.refuse("has no num_output; give the number of output values")
    at = places[0]
    shape = reading.graph.shape(at)
    axis = reading.axis(block, "axis", 1, shape)
    if axis < 0:
        return BROKEN
    if len(shape) > axis + 1:
        start: dict[str, Any] = {"start_axis": axis} if axis else {}
        at = reading.layer("flatten", [at], called="flatten", **start)
    along: dict[str, Any] = {"axis": axis} if axis else {}
    return reading.layer(
        "linear", [at], out_features=reading.numbers.whole(block, "num_output", 1),
        bias=reading.numbers.flag(block, "bias_term", default=True), **along,
    )  # fmt: skip


@layer_type("Embed")
def _embed(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("embed_param")
    rows, width = (reading.numbers.whole(block, word, 1) for word in ("input_dim", "num_output"))
    shape = reading.graph.shape(places[0])
    params = rows * width
    if reading.numbers.flag(block, "bias_term", default=True):
        params += width
    return reading.stated(places, (*shape, width), params=params)


@layer_type("Padding")
def _padding(reading: Reading, places: list[int]) -> int:
    pad = reading.numbers.whole(reading.part.param("padding_param"), "pad", 0, least=0)
    return reading.layer("pad", places, padding=pad)


@layer_type("Im2col")
def _columns(reading: Reading, places: list[int]) -> int:
    block = reading.part.param("convolution_param")
    shape = reading.graph.shape(places[0])
    options = _window(reading, places[0], block)
    sizes = make("conv", {**options, "out_channels": 1}).checked_out_shape(shape)[1:]
    kernel = options["kernel_size"]
    cells = product(kernel) if isinstance(kernel, tuple) else kernel ** len(sizes)
    return reading.stated(places, (shape[0] * cells, *sizes))


@layer_type("ROIPooling", "ROIAlign", "PSROIPooling", "PSROIAlign", "DeformablePSROIPooling")
def _regions(reading: Reading, places: list[int]) -> int:
    part, numbers = reading.part, reading.numbers
    blocks = [
        part.block.block(name) for name in sorted(part.block.values) if name.endswith("_param")
    ]
    block = blocks[0] if blocks else Block(part.line)
    channels = numbers.whole(block, "output_dim", reading.graph.shape(places[0])[0])
    size = numbers.whole(block, "group_size", 7)
    sides = [numbers.whole(block, word, size) for word in ("pooled_h", "pooled_w")]
    return reading.unknown(places, (channels, *sides))


@layer_type("Proposal", "ProposalLayer")
def _proposals(reading: Reading, places: list[int]) -> int:
    """Regions of Faster R-CNN; one is counted: its image index and its four sides."""
    return reading.unknown(places, (5,))


@layer_type("SPP")
def _pyramid(reading: Reading, places: list[int]) -> int:
    height = min(reading.numbers.whole(reading.part.param("spp_param"), "pyramid_height", 1), 10)
    channels = reading.graph.shape(places[0])[0]
    return reading.unknown(places, (channels * sum(4**level for level in range(height)),))


@layer_type("LSTM", "RNN", "LSTMUnit", "Lstm", "GRU")
def _recurrent(reading: Reading, places: list[int]) -> int:
    part = reading.part
    blocks = [
        part.block.block(name) for name in sorted(part.block.values) if name.endswith("_param")
    ]
    block = blocks[0] if blocks else Block(part.line)
    shape = reading.graph.shape(places[0])
    width = reading.numbers.whole(block, "num_output", shape[-1])
    return reading.unknown(places, (shape[0], width) if len(shape) > 1 else (width,))
