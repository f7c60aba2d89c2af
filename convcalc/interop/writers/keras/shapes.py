"""Layers that move, add and drop cells, in Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.interop.writers.keras.said import (
    SAYS,
    Piece,
    Said,
    UnsaidError,
    function,
    layer,
    moved,
    one,
    text,
)
from convcalc.interop.writers.keras.windows import sides, zeros
from convcalc.layers.axes import place_of, places_of

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step


@SAYS.under("pad")
def pad(step: Step) -> Said:
    """Zeros around the maps, and maps of zeros."""
    kind: Any = step.layer
    pads = kind.pads_of(*step.shapes)
    if any(side < 0 for pair in pads for side in pair):
        message = "Keras's padding adds cells only; use crop to remove cells"
        raise UnsaidError(message)
    if any(kind.channels):
        return (function("ops.pad", ("pad_width", ((0, 0), *pads, tuple(kind.channels)))),)
    return (zeros(pads, ""),)


@SAYS.under("crop")
def crop(step: Step) -> Said:
    """Cells cut off on each side."""
    kind: Any = step.layer
    cuts = kind.cuts(*step.shapes)
    return (layer(f"layers.Cropping{len(cuts)}D", ("cropping", sides(cuts))),)


@SAYS.under("flatten")
def flatten(step: Step) -> Said:
    """All values in one row, or those of some axes."""
    kind: Any = step.layer
    first, _ = kind.ends(step.input)
    if len(step.output) == 1:
        return (layer("layers.Flatten"),)
    return _reshaped(step, keeps_first=first > 0)


@SAYS.under("reshape")
def reshape(step: Step) -> Said:
    """A reshape: a row becomes a map whose channels are last; else the order of values is kept."""
    is_row = 1 in (len(step.input), len(step.output))
    return _reshaped(step, keeps_first=is_row or step.input[0] == step.output[0])


def _reshaped(step: Step, *, keeps_first: bool) -> Said:
    """A reshape; if it changes the channels, they are moved to the front before."""
    if keeps_first:
        return (layer("layers.Reshape", ("target_shape", moved(step.output))),)
    given, made = len(step.input), len(step.output)
    return (
        layer("layers.Permute", ("dims", (given, *range(1, given))), ending="_first"),
        layer("layers.Reshape", ("target_shape", step.output), ending="_shape"),
        layer("layers.Permute", ("dims", (*range(2, made + 1), 1))),
    )


@SAYS.under("channel_shuffle")
def channel_shuffle(step: Step) -> Said:
    """The channels in another order."""
    kind: Any = step.layer
    return (function("channel_shuffle", ("groups", kind.groups)),)


@SAYS.under("pixel_shuffle")
def pixel_shuffle(step: Step) -> Said:
    """Channels that become cells."""
    kind: Any = step.layer
    return (function("depth_to_space", ("size", kind.upscale_factor), order=(kind.order, "onnx")),)


@SAYS.under("space_to_depth")
def space_to_depth(step: Step) -> Said:
    """Cells that become channels."""
    kind: Any = step.layer
    return (function("space_to_depth", ("size", kind.block_size), order=(kind.order, "onnx")),)


_ONLY_PICTURES = "Keras interpolates pictures only; use mode nearest with a whole factor"


@SAYS.under("upsample")
def upsample(step: Step) -> Said:
    """A map made larger by whole factors."""
    kind: Any = step.layer
    factors = [o // n for n, o in zip(step.input[1:], step.output[1:])]
    if kind.mode == "nearest":
        return (_repeated(factors),)
    if len(factors) != 2:
        raise UnsaidError(_ONLY_PICTURES)
    return (layer("layers.UpSampling2D", ("size", one(factors)), interpolation=("bilinear", None)),)


def _repeated(factors: list[int]) -> Piece:
    return layer(f"layers.UpSampling{len(factors)}D", ("size", one(factors)))


_RESIZED = {"nearest": "nearest", "linear": "bilinear", "cubic": "bicubic"}


@SAYS.under("resize")
def resize(step: Step) -> Said:
    """A picture of another size."""
    kind: Any = step.layer
    sizes, outputs = step.input[1:], step.output[1:]
    if kind.align_corners:
        message = "Keras's Resizing does not align corners; leave align_corners out"
        raise UnsaidError(message)
    if kind.mode == "nearest" and all(o % n == 0 for n, o in zip(sizes, outputs)):
        return (_repeated([o // n for n, o in zip(sizes, outputs)]),)
    if len(sizes) != 2:
        raise UnsaidError(_ONLY_PICTURES)
    height, width = outputs
    mode = _RESIZED[kind.mode]
    return (
        layer(
            "layers.Resizing",
            ("height", height),
            ("width", width),
            interpolation=(mode, "bilinear"),
        ),
    )


@SAYS.under("slice")
def slice_(step: Step) -> Said:
    """A range of an axis."""
    kind: Any = step.layer
    place = place_of(kind.axis, step.input)
    n, o = step.input[place], step.output[place]
    pace = kind.step if kind.into is None else 1
    first = kind.first(n)
    stop = first + (o - 1) * pace + 1
    cut = f"{first or ''}:{stop if stop < n else ''}" + (f":{pace}" if pace > 1 else "")
    before = "..., " if place == 0 else ":, " * place
    return (text(f"{{0}}[{before}{cut}]"),)


@SAYS.under("permute")
def permute(step: Step) -> Said:
    """The axes in another order; Keras counts them from 1, with the channels last."""
    kind: Any = step.layer
    order, count = places_of(kind.order, step.input), len(step.input)
    dims = tuple([order[place] or count for place in (*range(1, count), 0)])
    return (layer("layers.Permute", ("dims", dims)),)


@SAYS.under("parameter")
def parameter(step: Step) -> Said:
    """A trained array, the same for each sample."""
    kind: Any = step.layer
    trainable = (kind.trainable, True)
    return (layer("Parameter", ("shape", moved(step.output)), trainable=trainable),)
