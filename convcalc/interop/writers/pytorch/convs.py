"""Convolutions in PyTorch, plain, depthwise, separable, locally connected and transposed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convcalc.interop.writers.python_text import literal
from convcalc.interop.writers.pytorch.said import (
    NEEDED,
    SAYS,
    Code,
    Said,
    UnsaidError,
    axes_of,
    fitted,
    module,
    pads_text,
)
from convcalc.layers.window import per_axis

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step


def _options(step: Step) -> tuple[dict[str, tuple[Any, Any]], str]:
    """The arguments of all convolutions, and a form that pads if they cannot express the padding."""
    layer: Any = step.layer
    windows = fitted(layer.windows(step.input), step.output[1:])
    padding: Any = tuple([axis.before for axis in windows])
    form = "{self}({0})"
    if layer.padding == "same" and all(axis.s == 1 for axis in windows):  # the fit changes nothing
        padding = "same"
    elif any(axis.before != axis.after for axis in windows):
        form, padding = f"{{self}}(F.pad({{0}}, {pads_text(windows)}))", 0
    named = {
        "kernel_size": (layer.kernel_size, NEEDED),
        "stride": (layer.stride, 1),
        "padding": (padding, 0),
        "dilation": (layer.dilation, 1),
    }
    return named, form


@SAYS.under("conv")
def conv(step: Step) -> Said:
    """A convolution; with a table of connections one for each output map."""
    layer: Any = step.layer
    axes = axes_of(step.input, "a convolution")
    named, form = _options(step)
    if layer.connections is not None:
        table = ("table", layer.connections)
        said = module(f"TableConv{axes}d", table, **named, bias=(layer.bias, True))
        return replace(said, form=form)
    return _grouped(step, layer.groups)


@SAYS.under("depthwise_conv")
def depthwise_conv(step: Step) -> Said:
    """A convolution with as many groups as channels."""
    return _grouped(step, step.input[0])


def _grouped(step: Step, groups: int) -> Said:
    """A convolution in groups; one with padding only before has its own class."""
    layer: Any = step.layer
    axes = axes_of(step.input, "a convolution")
    named, form = _options(step)
    name = f"nn.Conv{axes}d"
    first, *others = layer.windows(step.input)
    if not others and first.before == first.effective_kernel - 1 > first.after == 0:
        name, form = "CausalConv1d", "{self}({0})"
    channels = ("in_channels", step.input[0]), ("out_channels", step.output[0])
    said = module(name, *channels, **named, groups=(groups, 1), bias=(layer.bias, True))
    return replace(said, form=form)


@SAYS.under("separable_conv")
def separable_conv(step: Step) -> Said:
    """Two convolutions one after the other."""
    layer: Any = step.layer
    axes = axes_of(step.input, "a convolution")
    named, form = _options(step)
    channels = ("in_channels", step.input[0]), ("out_channels", layer.out_channels)
    said = module(
        f"SeparableConv{axes}d",
        *channels,
        **named,
        multiplier=(layer.multiplier, 1),
        bias=(layer.bias, True),
    )
    return replace(said, form=form)


@SAYS.under("local_conv")
def local_conv(step: Step) -> Said:
    """Separate filters at every position."""
    layer: Any = step.layer
    axes = axes_of(step.input, "a convolution")
    _, form = _options(step)
    if any(size != 1 for size in per_axis(layer.dilation, axes)):
        message = "its windows are cut out by unfold, which takes no dilation; use dilation 1"
        raise UnsaidError(message)
    windows = fitted(layer.windows(step.input), step.output[1:])
    if any(axis.before or axis.after for axis in windows):
        form = f"{{self}}(F.pad({{0}}, {pads_text(windows)}))"
    channels = ("in_channels", step.input[0]), ("out_channels", layer.out_channels)
    said = module(
        "LocalConv",
        *channels,
        output_size=(Code(literal(step.output[1:])), NEEDED),
        kernel_size=(Code(literal(tuple([axis.k for axis in windows]))), NEEDED),
        stride=(Code(literal(tuple([axis.s for axis in windows]))), NEEDED),
        bias=(layer.bias, True),
    )
    return replace(said, form=form)


@SAYS.under("conv_transpose")
def conv_transpose(step: Step) -> Said:
    """A transposed convolution; cells outside of unequal padding are cut off."""
    layer: Any = step.layer
    axes = axes_of(step.input, "a transposed convolution")
    paddings, more, cuts = [], [], []
    for (axis, _), o in zip(layer.patches(step.input), step.output[1:]):
        padding = max(min(axis.before, axis.after), 0)
        first = axis.before - padding
        size = (axis.n - 1) * axis.s - 2 * padding + axis.effective_kernel
        extra = max(o + first - size, 0)
        paddings.append(padding)
        more.append(extra)
        cuts.append("" if size + extra == o else f"{first or ''}:{first + o}")
    form = "{self}({0})"
    if any(cuts):
        form += f"[:, :, {', '.join(cut or ':' for cut in cuts)}]"
    channels = ("in_channels", step.input[0]), ("out_channels", layer.out_channels)
    said = module(
        f"nn.ConvTranspose{axes}d",
        *channels,
        kernel_size=(layer.kernel_size, NEEDED),
        stride=(layer.stride, 1),
        padding=(tuple(paddings), 0),
        output_padding=(tuple(more), 0),
        dilation=(layer.dilation, 1),
        groups=(layer.groups, 1),
        bias=(layer.bias, True),
    )
    return replace(said, form=form)


@SAYS.under("linear")
def linear(step: Step) -> Said:
    """A fully connected layer; PyTorch's works along the last axis."""
    layer: Any = step.layer
    place = layer.place(step.input)
    features = ("in_features", step.input[place]), ("out_features", layer.out_features)
    if place == len(step.input) - 1:
        return module("nn.Linear", *features, bias=(layer.bias, True))
    return module("LinearAlong", *features, bias=(layer.bias, True), dim=(place + 1, 1))


@SAYS.under("rbf")
def rbf(step: Step) -> Said:
    """Radial basis functions with fixed centres."""
    return module(
        "RBF",
        ("in_features", step.input[0]),
        ("out_features", step.output[0]),
    )


@SAYS.under("attention")
def attention(step: Step) -> Said:
    """Self-attention; PyTorch has no module for heads that do not divide the channels."""
    layer: Any = step.layer
    bias = (layer.bias, True)
    embedding = ("embed_dim", step.input[0]), ("num_heads", layer.heads)
    if layer.is_plain:
        return module("SelfAttention", *embedding, bias=bias)
    groups, key, value = layer.widths(step.input)
    return module(
        "WideAttention",
        *embedding,
        kv_heads=(groups, NEEDED),
        key_dim=(key, NEEDED),
        value_dim=(value, NEEDED),
        bias=bias,
    )
