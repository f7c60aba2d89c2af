"""Convolutions and fully connected layers in Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.interop.writers.keras.said import SAYS, Piece, Said, UnsaidError, function, layer, one
from convcalc.interop.writers.keras.windows import padded, sides, zeros
from convcalc.layers.window import per_axis

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step


def _window(step: Step) -> tuple[tuple[Piece, ...], dict[str, Any]]:
    """The padding before a convolution, and the window arguments of all convolutions."""
    kind: Any = step.layer
    windows = kind.windows(step.input)
    strides, dilations = [a.s for a in windows], [a.d for a in windows]
    if max(strides) > 1 and max(dilations) > 1:
        message = "Keras takes a stride or a dilation above 1, not both"
        raise UnsaidError(message)
    how = padded(windows, step.output[1:])
    word, before = how.word, (zeros(how.pads),) if how.is_there else ()
    return before, {
        "strides": (one(strides), 1),
        "padding": (word, "valid"),
        "dilation_rate": (one(dilations), 1),
    }


def _kernel(step: Step) -> tuple[str, Any]:
    kind: Any = step.layer
    return "kernel_size", one([axis.k for axis in kind.windows(step.input)])


def _axes(step: Step) -> int:
    return len(step.input) - 1


@SAYS.under("conv")
def conv(step: Step) -> Said:
    """A convolution; one with a table of connections becomes a small one for each map."""
    kind: Any = step.layer
    before, how = _window(step)
    bias = (kind.bias, True)
    if kind.connections is not None:
        made = function(
            f"table_conv{_axes(step)}d",
            ("table", kind.connections),
            _kernel(step),
            **how,
            use_bias=bias,
        )
        return (*before, Piece(made.callee, made.args, "function", ""))
    filters = "filters", kind.out_channels
    name = f"layers.Conv{_axes(step)}D"
    made = layer(name, filters, _kernel(step), **how, groups=(kind.groups, 1), use_bias=bias)
    return *before, made


@SAYS.under("depthwise_conv")
def depthwise_conv(step: Step) -> Said:
    """Filters for each channel; if Keras's own layer does not take the options, one with groups."""
    kind: Any = step.layer
    before, how = _window(step)
    bias = (kind.bias, True)
    if _axes(step) < 3 and isinstance(how["strides"][0], int):
        name = f"layers.DepthwiseConv{_axes(step)}D"
        more = (kind.multiplier, 1)
        return *before, layer(name, _kernel(step), **how, depth_multiplier=more, use_bias=bias)
    filters = "filters", step.output[0]
    name, groups = f"layers.Conv{_axes(step)}D", (step.input[0], 1)
    return *before, layer(name, filters, _kernel(step), **how, groups=groups, use_bias=bias)


@SAYS.under("separable_conv")
def separable_conv(step: Step) -> Said:
    """Keras's layer, or two convolutions."""
    kind: Any = step.layer
    before, how = _window(step)
    bias = (kind.bias, True)
    filters = "filters", kind.out_channels
    if _axes(step) < 3 and isinstance(how["strides"][0], int):
        name, more = f"layers.SeparableConv{_axes(step)}D", (kind.multiplier, 1)
        made = layer(name, filters, _kernel(step), **how, depth_multiplier=more, use_bias=bias)
        return *before, made
    name, between = f"layers.Conv{_axes(step)}D", step.input[0] * kind.multiplier
    first = layer(
        name, ("filters", between), _kernel(step), **how, groups=(step.input[0], 1), use_bias=(False, True),
        ending="_depthwise",
    )  # fmt: skip
    return *before, first, layer(name, filters, ("kernel_size", 1), use_bias=bias)


@SAYS.under("local_conv")
def local_conv(step: Step) -> Said:
    """Separate filters at every position, which Keras had until its second version."""
    kind: Any = step.layer
    windows = kind.windows(step.input)
    pads = tuple([(axis.before, axis.after) for axis in windows])
    ends = [(o - 1) * axis.s + axis.effective_kernel for axis, o in zip(windows, step.output[1:])]
    pads = tuple([(a.before, max(end - a.n - a.before, 0)) for a, end in zip(windows, ends)])
    made = layer(
        "LocallyConnected",
        ("filters", kind.out_channels),
        ("kernel_size", tuple([axis.k for axis in windows])),
        strides=(one([axis.s for axis in windows]), 1),
        dilation_rate=(one([axis.d for axis in windows]), 1),
        use_bias=(kind.bias, True),
    )
    return (zeros(pads), made) if any(map(any, pads)) else (made,)


@SAYS.under("conv_transpose")
def conv_transpose(step: Step) -> Said:
    """A transposed convolution; a layer after it cuts off surplus cells."""
    kind: Any = step.layer
    axes = _axes(step)
    if kind.groups != 1:
        message = "Keras's transposed convolutions take no groups; use groups 1"
        raise UnsaidError(message)
    strides, dilations = per_axis(kind.stride, axes), per_axis(kind.dilation, axes)
    if max(strides) > 1 and max(dilations) > 1:
        message = "Keras takes a stride or a dilation above 1, not both"
        raise UnsaidError(message)
    patches = [(axis, o) for (axis, _), o in zip(kind.patches(step.input), step.output[1:])]
    how: dict[str, Any] = {"strides": (one(strides), 1)}
    cuts: list[tuple[int, int]] = []
    if all(
        o == a.n * a.s and a.before == max(a.effective_kernel - a.s, 0) // 2 for a, o in patches
    ):
        is_plain = all(a.effective_kernel <= a.s for a, _ in patches)
        how["padding"] = ("valid" if is_plain else "same", "valid")
    else:
        cuts, more = _cuts(patches)
        how["output_padding"] = (one(more) if any(more) else None, None)
    how["dilation_rate"] = (one(dilations), 1)
    name = f"layers.Conv{axes}DTranspose"
    made = layer(
        name, ("filters", kind.out_channels), _kernel_of(patches), **how, use_bias=(kind.bias, True)
    )
    if not any(map(any, cuts)):
        return (made,)
    return made, layer(f"layers.Cropping{axes}D", ("cropping", sides(cuts)), ending="_crop")


def _kernel_of(patches: list[tuple[Any, int]]) -> tuple[str, Any]:
    return "kernel_size", one([axis.k for axis, _ in patches])


def _cuts(patches: list[tuple[Any, int]]) -> tuple[list[tuple[int, int]], list[int]]:
    """Cells to cut off before and after, and the output padding."""
    whole = [a.n * a.s + max(a.effective_kernel - a.s, 0) for a, _ in patches]
    if all(size - a.before >= o for size, (a, o) in zip(whole, patches)):
        return [(a.before, size - a.before - o) for size, (a, o) in zip(whole, patches)], [0]
    more = [o + a.before - (a.n - 1) * a.s - a.effective_kernel for a, o in patches]
    more = [max(each, 0) for each in more]
    if any(each >= a.s for each, (a, _) in zip(more, patches)):
        message = "Keras's output_padding must be smaller than the stride"
        raise UnsaidError(message)
    sizes = [(a.n - 1) * a.s + a.effective_kernel + each for each, (a, _) in zip(more, patches)]
    return [(a.before, size - a.before - o) for size, (a, o) in zip(sizes, patches)], more


@SAYS.under("linear")
def linear(step: Step) -> Said:
    """Dense works along the last axis, the channels; another axis is swapped with it."""
    kind: Any = step.layer
    place, sides_ = kind.place(step.input), len(step.input)
    made = layer("layers.Dense", ("units", kind.out_features), use_bias=(kind.bias, True))
    if place == 0:
        return (made,)
    order = [*range(1, sides_ + 1)]
    order[place - 1], order[-1] = order[-1], order[place - 1]
    swap = "dims", tuple(order)
    return (
        layer("layers.Permute", swap, ending="_in"),
        made,
        layer("layers.Permute", swap, ending="_out"),
    )


@SAYS.under("rbf")
def rbf(step: Step) -> Said:
    """Distances to fixed vectors."""
    return (layer("RBF", ("units", step.output[0])),)


@SAYS.under("attention")
def attention(step: Step) -> Said:
    """Self-attention over all positions."""
    kind: Any = step.layer
    heads, key, value = kind.widths(step.input)
    bias = (kind.bias, True)
    if heads != kind.heads:
        if value != key or len(step.input) != 2:
            message = "Keras's GroupQueryAttention takes (channels, length) only, and equal key_dim and value_dim"
            raise UnsaidError(message)
        made = layer(
            "layers.GroupQueryAttention",
            ("head_dim", key),
            ("num_query_heads", kind.heads),
            ("num_key_value_heads", heads),
            use_bias=bias,
        )
    else:
        made = layer(
            "layers.MultiHeadAttention",
            ("num_heads", kind.heads),
            ("key_dim", key),
            value_dim=(None if value == key else value, None),
            use_bias=bias,
        )
    return (Piece(made.callee, made.args, "twice"),)
