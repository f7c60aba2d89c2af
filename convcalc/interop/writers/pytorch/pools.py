"""Pools in PyTorch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convcalc.interop.writers.python_text import literal
from convcalc.interop.writers.pytorch.said import (
    MOST_AXES,
    NEEDED,
    SAYS,
    Arg,
    Code,
    Said,
    UnsaidError,
    axes_of,
    fitted,
    function,
    module,
    pads_text,
    simple,
)
from convcalc.layers.window import Axis, per_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convcalc.analysis.analysis import Step


def _ceil(axis: Axis) -> int:
    """The size that PyTorch gives with ceil_mode."""
    size = (axis.slack + axis.s - 1) // axis.s + 1
    return size - ((size - 1) * axis.s >= axis.n + axis.before)


def _windows(step: Step) -> tuple[list[Axis], tuple[int, ...], bool]:
    """The windows of the module, its padding, and whether it rounds up.

    Raises:
        UnsaidError: no rule of PyTorch gives the sizes.
    """
    layer: Any = step.layer
    windows = layer.windows(step.input)
    is_even = all(a.before == a.after <= a.k // 2 for a in windows)
    padding = tuple([axis.before if is_even else 0 for axis in windows])
    kept = windows if is_even else [a._replace(n=a.padded_size, before=0, after=0) for a in windows]
    if tuple([axis.floor for axis in kept]) == step.output[1:]:
        return windows, padding, False
    if tuple([_ceil(axis) for axis in kept]) != step.output[1:]:
        sizes, found = literal(step.output[1:]), literal(tuple([_ceil(axis) for axis in kept]))
        message = f"fit {layer.rounding()} gives {sizes}, and PyTorch {found} with ceil_mode"
        raise UnsaidError(message)
    return windows, padding, True


def _form(windows: list[Axis], padding: tuple[int, ...], value: str = "") -> str:
    """A form that pads if the module cannot."""
    if all(axis.before == axis.after == side for axis, side in zip(windows, padding)):
        return "{self}({0})"
    return f"{{self}}(F.pad({{0}}, {pads_text(windows)}{value}))"


def _stride(layer: Any, axes: int) -> tuple[Any, Any]:
    """The stride; by default the kernel's size."""
    same = per_axis(layer.strides(), axes) == per_axis(layer.kernel_size, axes)
    return None if same else layer.strides(), None


@SAYS.under("maxpool")
def maxpool(step: Step) -> Said:
    """A max pool; unequal padding is filled with minus infinity."""
    layer: Any = step.layer
    axes = axes_of(step.input, "a pool")
    windows, padding, ceil = _windows(step)
    said = module(
        f"nn.MaxPool{axes}d",
        kernel_size=(layer.kernel_size, NEEDED),
        stride=_stride(layer, axes),
        padding=(padding, 0),
        dilation=(layer.dilation, 1),
        ceil_mode=(ceil, False),
    )
    form = _form(windows, padding, ', value=float("-inf")')
    is_undone = form == "{self}({0})" and all(axis.d == 1 for axis in windows)
    undone = tuple([(axis.k, axis.s, axis.before) for axis in windows]) if is_undone else ()
    return replace(said, form=form, undone=undone)


@SAYS.under("avgpool")
def avgpool(step: Step) -> Said:
    """A mean pool."""
    layer: Any = step.layer
    axes = axes_of(step.input, "a pool")
    windows, padding, ceil = _windows(step)
    _check_mean(windows, layer, "AvgPool")
    form = _form(windows, padding)
    if "F.pad" in form and not layer.count_include_pad:
        message = f"padding {pads_text(windows)} does not count in the mean; PyTorch leaves out only what is equal on both sides and at most half of the kernel"
        raise UnsaidError(message)
    said = module(
        f"nn.AvgPool{axes}d",
        kernel_size=(layer.kernel_size, NEEDED),
        stride=_stride(layer, axes),
        padding=(padding, 0),
        ceil_mode=(ceil, False),
        count_include_pad=(layer.count_include_pad or not any(padding), True),
    )
    return replace(said, form=form)


@SAYS.under("lppool")
def lppool(step: Step) -> Said:
    """A pool of powers, which has no padding option."""
    layer: Any = step.layer
    axes = axes_of(step.input, "a pool")
    windows = fitted(layer.windows(step.input), step.output[1:])
    _check_mean(windows, layer, "LPPool")
    said = module(
        f"nn.LPPool{axes}d",
        ("norm_type", layer.norm_type),
        kernel_size=(layer.kernel_size, NEEDED),
        stride=_stride(layer, axes),
    )
    return replace(said, form=_form(windows, (0,) * axes))


def _check_mean(windows: list[Axis], layer: Any, name: str) -> None:
    """Refuse dilation if PyTorch has none, and a window wider than a map of three axes."""
    axes = len(windows)
    if set(per_axis(layer.dilation, axes)) != {1}:
        message = f"{name} takes no dilation, but it is {literal(simple(layer.dilation))}"
        raise UnsaidError(message)
    if axes == MOST_AXES and any(axis.k > axis.n for axis in windows):
        message = f"{name}3d takes no window wider than the map"
        raise UnsaidError(message)


@SAYS.under("subsample")
def subsample(step: Step) -> Said:
    """LeNet-5's trainable pool."""
    layer: Any = step.layer
    axes = axes_of(step.input, "a pool")
    return module(
        f"Subsample{axes}d",
        ("channels", step.input[0]),
        kernel_size=(layer.kernel_size, NEEDED),
        stride=_stride(layer, axes),
    )


@SAYS.under("blur_pool")
def blur_pool(step: Step) -> Said:
    """A fixed blur, then every stride-th cell."""
    layer: Any = step.layer
    axes = axes_of(step.input, "a pool")
    return module(
        f"BlurPool{axes}d",
        ("channels", step.input[0]),
        kernel_size=(Code(literal(per_axis(layer.kernel_size, axes))), NEEDED),
        stride=(layer.stride, NEEDED),
    )


def _adaptive(what: str, step: Step, size: Any) -> Said:
    """A pool by the output size."""
    axes = axes_of(step.input, "a pool")
    return module(f"nn.Adaptive{what}Pool{axes}d", ("output_size", size))


@SAYS.under("global_avgpool")
def global_avgpool(step: Step) -> Said:
    """The mean of each map."""
    return _adaptive("Avg", step, 1)


@SAYS.under("global_maxpool")
def global_maxpool(step: Step) -> Said:
    """The largest value of each map."""
    return _adaptive("Max", step, 1)


@SAYS.under("adaptive_avgpool")
def adaptive_avgpool(step: Step) -> Said:
    """Means, as many as are asked for."""
    return _adaptive("Avg", step, step.output[1:])


@SAYS.under("adaptive_maxpool")
def adaptive_maxpool(step: Step) -> Said:
    """Largest values, as many as are asked for."""
    return _adaptive("Max", step, step.output[1:])


@SAYS.under("unpool")
def unpool(step: Step) -> Said:
    """The inverse of a max pool, which needs the positions of its maxima."""
    layer: Any = step.layer
    axes = axes_of(step.input, "MaxUnpool")
    sizes = [(axis.k, axis.s, axis.before) for axis in layer.patches(step.input)]
    kernels, strides, paddings = zip(*sizes)
    said = module(
        f"nn.MaxUnpool{axes}d",
        kernel_size=(kernels, NEEDED),
        stride=(None if strides == kernels else strides, None),
        padding=(paddings, 0),
    )
    return replace(said, form="{self}({0}, {1})", undoes=(*sizes,))


def paired(steps: Sequence[Step], said: dict[int, Said]) -> dict[int, int]:
    """For each unpooling, the last max pool before it that it can invert; that pool returns its positions.

    Args:
        steps: the steps of the network.
        said: their code; pools are changed, and an unpooling without a pool is removed.
    """
    pools: dict[Any, list[Step]] = {}
    pairs: dict[int, int] = {}
    for step in steps:
        own = said.get(step.place)
        if own is None:
            continue
        if own.undoes:
            found = pools.get((own.undoes, step.output, step.input))
            if not found:
                del said[step.place]
                continue
            pairs[step.place] = found.pop().place
        elif own.undone:
            pools.setdefault((own.undone, step.input, step.output), []).append(step)
    for place in {*pairs.values()}:
        call: Any = said[place].module
        indices = Arg("return_indices", value=True, default=False)
        said[place] = replace(said[place], module=call._replace(args=(*call.args, indices)))
    return pairs


@SAYS.under("reduce")
def reduce(step: Step) -> Said:
    """Whole axes reduced to one value."""
    layer: Any = step.layer
    places = tuple([place + 1 for place in layer.places(step.input)])
    dim = literal(places[0] if len(places) == 1 else places)
    word = {"max": "amax", "min": "amin"}.get(layer.op, layer.op)
    return function(f"{{0}}.{word}(dim={dim}{', keepdim=True' if layer.keep else ''})")
