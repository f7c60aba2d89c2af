"""Kinds that move cells, and kinds that join paths, in PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.interop.writers.python_text import literal
from convcalc.interop.writers.pytorch.said import (
    NEEDED,
    PRODUCT,
    SAYS,
    SUM,
    Arg,
    Call,
    Code,
    Said,
    Say,
    UnsaidError,
    axes_of,
    function,
    module,
)
from convcalc.layers.axes import place_of, places_of
from convcalc.layers.window import both_sides, ratio

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step

_LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


@SAYS.under("pad")
def pad(step: Step) -> Said:
    """Zeros around the maps."""
    layer: Any = step.layer
    if layer.like is not None:
        channels = "" if layer.channels == (0, 0) else f", channels={literal(layer.channels)}"
        return function(f"pad_like({{0}}, {{1}}{channels})", helper="pad_like")
    pairs = both_sides(layer.padding, len(step.input) - 1)[::-1]
    sides = [side for pair in pairs for side in pair]
    if layer.channels != (0, 0) and not any(sides):
        before, after = layer.channels
        return module("PadChannels", ("before", before), ("after", after))
    if layer.channels != (0, 0) or len(pairs) > 3:
        return function(f"F.pad({{0}}, {literal((*sides, *layer.channels))})")
    return module(f"nn.ZeroPad{len(pairs)}d", ("padding", tuple(sides)))


@SAYS.under("crop")
def crop(step: Step) -> Said:
    """Cells removed at the border."""
    layer: Any = step.layer
    offset = layer.offset
    if layer.like is not None and not isinstance(offset, tuple):
        given = "" if offset is None else f", offset={offset}"
        return function(f"crop_like({{0}}, {{1}}{given})", helper="crop_like")
    cuts = layer.cuts(*step.shapes)
    ranges = [_range(before, n - after, n) for (before, after), n in zip(cuts, step.input[1:])]
    return function(f"{{0}}[:, :, {', '.join(ranges)}]")


def _range(start: int, stop: int, n: int, step: int = 1) -> str:
    """A range of an axis of n cells."""
    return f"{start or ''}:{stop if stop < n else ''}{f':{step}' if step > 1 else ''}"


@SAYS.under("flatten")
def flatten(step: Step) -> Said:
    """Axes flattened to one."""
    first, last = step.layer.ends(step.input)  # type: ignore[attr-defined]
    end = -1 if last == len(step.input) - 1 else last + 1
    return module("nn.Flatten", start_dim=(first + 1, 1), end_dim=(end, -1))


@SAYS.under("reshape")
def reshape(step: Step) -> Said:
    """The same values under another shape."""
    return function(f"{{0}}.reshape{literal((-1, *step.output))}")


@SAYS.under("channel_shuffle")
def channel_shuffle(step: Step) -> Said:
    """Channels of all groups by turns."""
    layer: Any = step.layer
    if len(step.input) > 1:
        return module("nn.ChannelShuffle", ("groups", layer.groups))
    sides = (-1, layer.groups, step.input[0] // layer.groups)
    return function(f"{{0}}.reshape{literal(sides)}.mT.reshape{literal((-1, *step.output))}")


@SAYS.under("pixel_shuffle")
def pixel_shuffle(step: Step) -> Said:
    """Channels that become cells."""
    layer: Any = step.layer
    r, axes = layer.upscale_factor, len(step.input) - 1
    if axes == 2 and layer.order == "pytorch":
        return module("nn.PixelShuffle", ("upscale_factor", r))
    blocks, channels = [r] * axes, step.output[0]
    at = list(range(2, 2 + axes)) if layer.order == "pytorch" else list(range(1, 1 + axes))
    split = [channels, *blocks] if layer.order == "pytorch" else [*blocks, channels]
    first = 1 if layer.order == "pytorch" else 1 + axes
    order = [0, first, *[place for i in range(axes) for place in (2 + axes + i, at[i])]]
    return _moved([*split, *step.input[1:]], order, step)


@SAYS.under("space_to_depth")
def space_to_depth(step: Step) -> Said:
    """Cells that become channels."""
    layer: Any = step.layer
    r, axes = layer.block_size, len(step.input) - 1
    if axes == 2 and layer.order == "pytorch":
        return module("nn.PixelUnshuffle", ("downscale_factor", r))
    split = [step.input[0], *[side for n in step.output[1:] for side in (n, r)]]
    cells, blocks = [2 + 2 * i for i in range(axes)], [3 + 2 * i for i in range(axes)]
    orders = {"pytorch": [1, *blocks], "onnx": [*blocks, 1], "focus": [*blocks[::-1], 1]}
    return _moved(split, [0, *orders[layer.order], *cells], step)


def _moved(split: list[int], order: list[int], step: Step) -> Said:
    """Axes that are split, permuted, and merged again."""
    given = ", ".join(map(literal, (tuple(split), tuple(order), step.output)))
    return function(f"regroup({{0}}, {given})", helper="regroup")


@SAYS.under("upsample")
def upsample(step: Step) -> Said:
    """A map made larger."""
    layer: Any = step.layer
    axes = axes_of(step.input, "Upsample")
    mode = "nearest" if layer.mode == "nearest" else _LINEAR[axes]
    return module("nn.Upsample", scale_factor=(layer.scale_factor, NEEDED), mode=(mode, "nearest"))


@SAYS.under("resize")
def resize(step: Step) -> Said:
    """A map made larger or smaller."""
    layer: Any = step.layer
    axes = axes_of(step.input, "interpolate")
    if layer.mode == "cubic" and axes != 2:
        message = "mode cubic is for pictures in PyTorch; use linear"
        raise UnsaidError(message)
    modes = {"nearest": "nearest", "linear": _LINEAR[axes], "cubic": "bicubic"}
    mode = modes[layer.mode]
    if layer.like is not None:
        more = "" if mode == "nearest" else f', mode="{mode}"'
        more += ", align_corners=True" if layer.align_corners else ""
        return function(f"F.interpolate({{0}}, size={{1}}.shape[2:]{more})")
    factors = [ratio(scale) for scale in layer.scales(axes)]
    sizes = [int(n * (p / q)) for n, (p, q) in zip(step.input[1:], factors)]
    if layer.scale is not None and sizes == [*step.output[1:]]:  # as PyTorch computes them
        texts = [str(p) if q == 1 else f"{p} / {q}" for p, q in factors]
        factor = texts[0] if len({*texts}) == 1 else f"({', '.join(texts)})"
        size: dict[str, tuple[Any, Any]] = {"scale_factor": (Code(factor), NEEDED)}
    else:
        size = {"size": (step.output[1:], NEEDED)}
    return module(
        "nn.Upsample",
        **size,
        mode=(mode, "nearest"),
        align_corners=(layer.align_corners or None, None),
    )


@SAYS.under("slice")
def slice_(step: Step) -> Said:
    """A range of an axis, or one of equal parts."""
    layer: Any = step.layer
    place = place_of(layer.axis, step.input)
    if layer.into is not None:
        return function(f"{{0}}.chunk({layer.into}, dim={place + 1})[{layer.take}]")
    n = step.input[place]
    stop = n if layer.stop is None else layer.stop % n or n
    along = _range(layer.first(n), stop, n, layer.step)
    return function(f"{{0}}[{', '.join([':'] * (place + 1))}, {along}]")


@SAYS.under("permute")
def permute(step: Step) -> Said:
    """Axes in another order."""
    layer: Any = step.layer
    order = [place + 1 for place in places_of(layer.order, step.input)]
    return function(f"{{0}}.permute{literal((0, *order))}")


@SAYS.under("parameter")
def parameter(step: Step) -> Said:
    """A trained array, the same for all samples."""
    layer: Any = step.layer
    zeros = Code(f"torch.zeros{literal((1, *step.output))}")
    args = (Arg("data", zeros, is_bare=True), Arg("requires_grad", layer.trainable, default=True))
    return Said("{self}", Call("nn.Parameter", args))


# ------------------------------------------------------------------------------------- joins


def _infix(operator: str, hold: int) -> Say:
    """An operator between the paths."""
    return lambda _step: Said(infix=operator, hold=hold, broadcasts=True)


SAYS.register("add", _infix("+", SUM))
SAYS.register("subtract", _infix("-", SUM))
SAYS.register("multiply", _infix("*", PRODUCT))
SAYS.register("divide", _infix("/", PRODUCT))


def _nested(name: str) -> Say:
    """A function of two paths, then of the result and the next path."""

    def say(step: Step) -> Said:
        form = "{0}"
        for at in range(1, len(step.shapes)):
            form = f"{name}({form}, {{{at}}})"
        return function(form, broadcasts=True)

    return say


SAYS.register("maximum", _nested("torch.maximum"))
SAYS.register("minimum", _nested("torch.minimum"))


@SAYS.under("average")
def average(step: Step) -> Said:
    """The mean of the paths."""
    paths = len(step.shapes)
    total = " + ".join(f"{{{at}}}" for at in range(paths))
    return function(f"({total}) / {paths}", hold=PRODUCT, broadcasts=True)


@SAYS.under("concat")
def concat(step: Step) -> Said:
    """The paths concatenated."""
    layer: Any = step.layer
    dim = place_of(layer.axis, step.input) + 1
    paths = ", ".join(f"{{{at}}}" for at in range(len(step.shapes)))
    return function(f"torch.cat([{paths}], dim={dim})")


@SAYS.under("matmul")
def matmul(step: Step) -> Said:
    """The matrix product of two paths."""
    layer: Any = step.layer
    one, other = "{0}.mT" if layer.transpose_a else "{0}", "{1}.mT" if layer.transpose_b else "{1}"
    return function(f"{one} @ {other}", hold=PRODUCT, broadcasts=True)


@SAYS.under("custom", "opaque", "opaque_join")
def stated(step: Step) -> Said:
    """Refused: its computation is unknown."""
    message = f"only the size of what {step.layer.called()} gives is known, not what it computes"
    raise UnsaidError(message)
