"""Which pixels each unit depends on, found by perturbing every pixel of one axis.

A receptive field is separable: along one axis every layer is a 1-D layer, and how many maps there
are makes no difference. So the layers are run on m rows at once, row r being an image of zeros with
a 1 at pixel r, with all weights 1 so that nothing cancels. Where the output of row r is not zero at
unit u, unit u depends on pixel r. After each layer what is not zero is set to 1 again.

`DEPENDENCES` has one function per kind, of its options (for one axis) and its input rows.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from convcalc.reference import fast, fast_pointwise, fast_pool
from convcalc.reference.checks import Array

Rows = Array
Dependence = Callable[[Mapping[str, Any], Sequence[Rows]], Rows]

DEPENDENCES: dict[str, Dependence] = {}


def dependence(*kinds: str) -> Callable[[Dependence], Dependence]:
    """Register a function for some kinds; a second one for the same kind is refused."""

    def register(function: Dependence) -> Dependence:
        for kind in kinds:
            if kind in DEPENDENCES:
                message = f"duplicate dependence for {kind}: {function.__name__}"
                raise RuntimeError(message)
            DEPENDENCES[kind] = function
        return function

    return register


def marked(rows: Rows) -> Rows:
    """1 where a row is not zero.

    >>> marked(np.array([[0.0, 2.5]]))
    array([[0., 1.]])
    """
    ones: Rows = (rows != 0).astype(np.float64)
    return ones


def on_axis(options: Mapping[str, Any], axis: int) -> dict[str, Any]:
    """The options of a layer for one of its axes.

    >>> on_axis({"kernel_size": (3, 5), "padding": (0, (1, 2)), "stride": 2}, 1)
    {'kernel_size': 5, 'padding': ((1, 2),), 'stride': 2}
    """
    found = {}
    for name, value in options.items():
        per_axis = isinstance(value, tuple | list) and name not in (
            "connections",
            "channels",
            "shape",
        )
        one = value[axis] if per_axis else value
        found[name] = (tuple(one),) if isinstance(one, tuple | list) and name == "padding" else one
    return found


@dependence("conv", "depthwise_conv", "separable_conv", "local_conv")
def _window(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    rows = inputs[0]
    names = ("stride", "padding", "dilation", "fit")
    given = {name: options[name] for name in names if name in options}
    return fast.depthwise_conv(rows, np.ones((len(rows), 1, options["kernel_size"])), **given)


@dependence("maxpool", "avgpool", "lppool", "subsample")
def _pool(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    stride = options.get("stride")
    fit = options.get("fit", "floor")
    if options.get("ceil_mode") and fit == "floor":
        fit = "ceil"
    kernel = options["kernel_size"]
    return _window({**options, "stride": kernel if stride is None else stride, "fit": fit}, inputs)


@dependence("conv_transpose", "unpool")
def _stamp(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    rows, kernel = inputs[0], options["kernel_size"]
    names = ("padding", "output_padding", "dilation", "size_rule")
    given = {name: options[name] for name in names if name in options}
    stride = options.get("stride")
    return fast.conv_transpose(
        rows,
        np.ones((len(rows), 1, kernel)),
        stride=kernel if stride is None else stride,
        groups=len(rows),
        **given,
    )


@dependence("adaptive_avgpool", "adaptive_maxpool")
def _adaptive(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    return fast_pool.adaptive_avgpool(inputs[0], options["output_size"])


@dependence("global_avgpool", "global_maxpool", "flatten")
def _whole(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    del options
    total: Rows = inputs[0].sum(axis=1, keepdims=True)
    return total


@dependence("layernorm", "groupnorm", "instancenorm")
def _everywhere(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    return np.repeat(_whole(options, inputs), inputs[0].shape[1], axis=1)


@dependence("batchnorm")
def _batchnorm(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    tracked = options.get("track_running_stats", True)
    return inputs[0] if tracked else _everywhere(options, inputs)


@dependence("upsample")
def _upsample(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    return fast_pool.upsample(
        inputs[0], options["scale_factor"], mode=options.get("mode", "nearest")
    )


@dependence("pixel_shuffle")
def _shuffle(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    return fast_pool.upsample(inputs[0], options["upscale_factor"])


@dependence("pad")
def _pad(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    return fast_pointwise.pad(inputs[0], options.get("padding", 0))


@dependence("crop")
def _crop(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    rows = inputs[0]
    size = inputs[1].shape[1] if len(inputs) > 1 else options.get("size")
    offset = options.get("offset")
    if offset is not None and size is not None:
        return fast_pointwise.crop(rows, padding=((offset, rows.shape[1] - offset - size),))
    return fast_pointwise.crop(rows, size=size, padding=options.get("padding"))


@dependence("add", "multiply", "concat")
def _join(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    del options
    total = inputs[0]
    for rows in inputs[1:]:
        total = total + rows  # a single unit is repeated along the others
    return total


@dependence(
    *(
        "relu",
        "relu6",
        "leaky_relu",
        "prelu",
        "elu",
        "gelu",
        "silu",
        "hardswish",
        "sigmoid",
        "tanh",
    ),
    *("softmax", "dropout", "lrn", "linear", "rbf", "reshape", "channel_shuffle"),
)
def _same_place(options: Mapping[str, Any], inputs: Sequence[Rows]) -> Rows:
    del options
    return inputs[0]
