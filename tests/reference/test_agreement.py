"""Matrix products and loop nests give the same, for every option, in one to three dimensions."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convcalc.reference import Tally
from convcalc.reference.backends import FAST, LOOPS

calm = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def refused(layer: Any, *args: Any, **options: Any) -> str:
    """The sentence of a refusal, or nothing."""
    try:
        layer(*args, **options)
    except (ValueError, TypeError) as refusal:
        return str(refusal)
    return ""


def same_both_ways(name: str, *args: Any, **options: Any) -> None:
    """Both ways agree on values, type, counts, and refusals."""
    slow, quick = Tally(), Tally()
    counted = "tally" in LOOPS[name].__annotations__
    sentence = refused(LOOPS[name], *args, **options)
    if sentence:
        assert refused(FAST[name], *args, **options) == sentence
        return
    expected = LOOPS[name](*args, **options, **({"tally": slow} if counted else {}))
    actual = FAST[name](*args, **options, **({"tally": quick} if counted else {}))
    assert actual.shape == expected.shape
    assert actual.dtype == expected.dtype
    if expected.dtype.kind == "f":
        loose = {2: 2e-3, 4: 1e-5, 8: 1e-10}[expected.dtype.itemsize]
        np.testing.assert_allclose(actual, expected, rtol=loose, atol=loose)
    else:
        np.testing.assert_array_equal(actual, expected)
    assert quick == slow


def per_axis(rank: int, low: int, high: int) -> st.SearchStrategy[list[int]]:
    """One number for each axis."""
    return st.lists(st.integers(low, high), min_size=rank, max_size=rank)


@st.composite
def layers(draw: Any) -> Any:
    """An input, and the options all windows have."""
    rank = draw(st.integers(1, 3))
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    channels = groups * draw(st.integers(1, 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    shape = (channels, *draw(per_axis(rank, 1, 6 if rank < 3 else 4)))
    if draw(st.booleans()):
        x = rng.integers(-9, 9, shape)
    else:
        x = rng.standard_normal(shape).astype(draw(st.sampled_from(["f2", "f4", "f8"])))
    numbers = st.lists(
        per_axis(rank, 0, 2).map(lambda p: [p[0], p[-1]]), min_size=rank, max_size=rank
    )
    words = ["valid", "same", "same_lower", "full", "causal"]
    options = {
        "kernel_size": draw(per_axis(rank, 1, 3)),
        "stride": draw(st.one_of(st.integers(1, 3), per_axis(rank, 1, 3))),
        "padding": draw(st.one_of(st.integers(0, 2), numbers, st.sampled_from(words))),
        "dilation": draw(st.one_of(st.just(1), per_axis(rank, 1, 2))),
        "fit": draw(st.sampled_from(["floor", "ceil", "caffe", "strict"])),
    }
    return rng, x, groups, options


def like(x: Any, rng: Any, *shape: Any) -> Any:
    """Random weights of the input's type."""
    if x.dtype.kind == "f":
        return rng.standard_normal(shape).astype(x.dtype)
    return rng.integers(-9, 9, shape)


@calm
@given(layers(), st.integers(1, 2), st.booleans())
@pytest.mark.unmeasured
def test_conv(layer: Any, each: int, bias: bool) -> None:
    """Any groups, padding words, dilation, fit."""
    rng, x, groups, options = layer
    kernel = options.pop("kernel_size")
    w = like(x, rng, groups * each, len(x) // groups, *kernel)
    b = like(x, rng, groups * each) if bias else None
    same_both_ways("conv", x, w, b, groups=groups, **options)


@calm
@given(layers(), st.integers(1, 3))
def test_depthwise_and_separable_conv(layer: Any, multiplier: int) -> None:
    """Every channel separately, several times; then mixed."""
    rng, x, _, options = layer
    kernel = options.pop("kernel_size")
    w = like(x, rng, len(x) * multiplier, 1, *kernel)
    same_both_ways("depthwise_conv", x, w, like(x, rng, len(w)), **options)
    pointwise = like(x, rng, 2, len(w), *(1 for _ in kernel))
    same_both_ways("separable_conv", x, w, pointwise, like(x, rng, 2), **options)


@calm
@given(layers(), st.data())
@pytest.mark.unmeasured
def test_conv_with_a_connection_table(layer: Any, data: Any) -> None:
    """Any table of input maps."""
    rng, x, _, options = layer
    maps = st.lists(st.integers(0, len(x) - 1), min_size=1, unique=True)
    table = data.draw(st.lists(maps, min_size=1, max_size=3))
    w = like(x, rng, sum(map(len, table)), *options.pop("kernel_size"))
    same_both_ways("conv", x, w, connections=table, **options)


@calm
@given(layers(), st.integers(1, 2), st.integers(0, 2), st.sampled_from(["pytorch", "keras"]))
@pytest.mark.unmeasured
def test_conv_transpose(layer: Any, each: int, more: int, size_rule: str) -> None:
    """Any groups, crop, output padding, dilation, size rule."""
    rng, x, groups, options = layer
    del options["fit"]
    w = like(x, rng, len(x), each, *options.pop("kernel_size"))
    b = like(x, rng, each * groups)
    same_both_ways(
        "conv_transpose",
        x,
        w,
        b,
        groups=groups,
        output_padding=more,
        size_rule=size_rule,
        **options,
    )
    sizes = [max(1, n * more) for n in x.shape[1:]]
    same_both_ways("conv_transpose", x, w, b, groups=groups, output_shape=sizes, **options)


@calm
@given(layers())
def test_pools(layer: Any) -> None:
    """Max, average (both divisors), Lp, and the indices of the maxima."""
    _, x, _, options = layer
    kernel = options.pop("kernel_size")
    same_both_ways("maxpool", x, kernel, **options)
    try:
        _, expected = LOOPS["maxpool_with_indices"](x, kernel, **options)
    except ValueError:
        pass
    else:
        _, actual = FAST["maxpool_with_indices"](x, kernel, **options)
        np.testing.assert_array_equal(actual, expected)
    same_both_ways("avgpool", x, kernel, count_include_pad=False, **options)
    same_both_ways("avgpool", x, kernel, **options)
    same_both_ways("lppool", abs(x), kernel, norm_type=3, **options)
    same_both_ways("subsample", x, x.max(axis=tuple(range(1, x.ndim))), None, kernel)


@calm
@given(layers(), st.integers(1, 3))
@pytest.mark.unmeasured
def test_sizes_by_bins_and_by_scale(layer: Any, scale: int) -> None:
    """Adaptive and global pools, unpooling, upsampling."""
    _, x, _, options = layer
    kernel = options["kernel_size"]
    for name in ("adaptive_avgpool", "adaptive_maxpool"):
        same_both_ways(name, x, kernel)
    for name in ("global_avgpool", "global_maxpool"):
        same_both_ways(name, x)
    same_both_ways("unpool", x, kernel, stride=options["stride"], padding=scale - 1)
    same_both_ways("upsample", x, scale)
    same_both_ways("upsample", x, scale, mode="linear")
    for mode in ("nearest", "linear", "cubic"):
        same_both_ways("resize", x, scale=f"{scale}/2" if min(x.shape[1:]) > 1 else 1, mode=mode)
        same_both_ways("resize", x, size=kernel, mode=mode, align_corners=mode != "nearest")


@calm
@given(layers(), st.integers(1, 2))
def test_local_conv_linear_and_rbf(layer: Any, maps: int) -> None:
    """A kernel per place, and layers on vectors."""
    rng, x, _, options = layer
    kernel = options.pop("kernel_size")
    try:
        places = LOOPS["maxpool"](x.astype(float), kernel, **options).shape[1:]
    except ValueError:
        places = (1,) * len(kernel)
    w = like(x, rng, maps, *places, len(x), *kernel)
    same_both_ways("local_conv", x, w, like(x, rng, maps, *places), **options)
    vector = x.ravel()
    w = like(x, rng, 3, len(vector))
    same_both_ways("linear", vector, w, like(x, rng, 3))
    for axis in range(-x.ndim, x.ndim):
        w_axis = like(x, rng, 3, x.shape[axis])
        same_both_ways("linear_along", x, w_axis, like(x, rng, 3), axis=axis)
    same_both_ways("rbf", vector, w)


@calm
@given(layers())
def test_activations_and_normalisations(layer: Any) -> None:
    """Cell by cell, and over channels, groups, maps and samples."""
    rng, x, groups, _ = layer
    for name in (
        *("relu", "relu6", "leaky_relu", "elu", "gelu", "silu", "hardswish", "sigmoid", "tanh"),
        *("softmax", "lrn", "dropout", "flatten"),
        *("hardtanh", "hardsigmoid", "softplus", "logsigmoid", "mish", "selu", "softsign"),
        *("log_softmax", "glu"),
    ):
        same_both_ways(name, x)
    same_both_ways("gelu", x, approximate="tanh")
    for limits in ({"min": -2}, {"max": 3}, {"min": -2, "max": 3}, {"min": 1, "max": 0}, {}):
        same_both_ways("clip", x, **limits)
    each = [like(x, rng, len(x)) for _ in range(3)]
    same_both_ways("prelu", x, each[0])
    same_both_ways("prelu", x, each[0][:1])
    same_both_ways("batchnorm", x, each[0], abs(each[1]) + 1, each[1], each[2])
    wide = x.astype(float)  # in half precision cells around the mean would cancel
    same_both_ways("batchnorm", wide, each[0], abs(each[1]) + 1)
    same_both_ways("scale", wide, each[0], each[1])
    same_both_ways("scale", wide, each[0][:1])
    same_both_ways("scale", wide, None, each[1])
    same_both_ways("scale", wide, each[0], np.ones(len(x) + 1))
    same_both_ways("groupnorm", wide, groups, each[0], each[1])
    same_both_ways("instancenorm", wide, each[0], each[1])
    same_both_ways("instancenorm", wide)
    same_both_ways("layernorm", wide, wide, wide)
    for axis in range(x.ndim):
        over = [axis, *range(axis)]
        each = like(wide, rng, *(x.shape[number] for number in over))
        same_both_ways("layernorm", wide, each, each, axes=over)
        same_both_ways("softmax", wide, axis)
        same_both_ways("log_softmax", wide, axis)
        for op in ("mean", "sum", "max", "min"):
            same_both_ways("reduce", x, op, axes=over, keep=axis != x.ndim - 1)
    same_both_ways("reduce", x)


@calm
@given(layers())
def test_layers_that_move_cells_and_join_branches(layer: Any) -> None:
    """Padding, cropping, shuffling; sums, products and stacks of branches."""
    rng, x, groups, options = layer
    same_both_ways("pad", x, options["padding"])
    same_both_ways("crop", x, padding=options["padding"])
    same_both_ways("crop", x, size=options["kernel_size"])
    same_both_ways("reshape", x, [x.size // len(x), len(x)])
    same_both_ways("channel_shuffle", x, groups)
    for r in (1, 2):
        same_both_ways("pixel_shuffle", np.concatenate([x] * 4 * r), r)
        same_both_ways("pixel_shuffle", np.concatenate([x] * 4 * r), r, order="onnx")
        for order in ("pytorch", "onnx", "focus"):
            same_both_ways("space_to_depth", x, r, order=order)
    for axis in range(-x.ndim, x.ndim):
        same_both_ways("slice_axis", x, axis, start=-2, step=groups)
        same_both_ways("slice_axis", x, axis, into=groups, take=groups - 1)
        same_both_ways("concat", [x, x, x], axis)
        same_both_ways("flatten", x, start_axis=axis)
        same_both_ways("permute", x, [axis, *range(x.ndim)][: x.ndim])
    same_both_ways("permute", x, rng.permutation(x.ndim))
    same_both_ways("concat", [x, x[:, :1]], 1)
    same_both_ways("concat", [x, x[:, :1]], 0)
    same_both_ways("parameter", x)
    column = like(x, rng, len(x), *(1 for _ in x.shape[1:]))
    same_both_ways("add", [x, x, column])
    same_both_ways("multiply", [x, column])
    for name in ("maximum", "minimum", "average"):
        same_both_ways(name, [x, column, x[::-1]])
    for name in ("subtract", "divide"):
        same_both_ways(name, [x, column])
        same_both_ways(name, [x, x, x])
    same_both_ways("concat", [x, x[:1]])
    same_both_ways("pad", x, size=tuple(n + groups for n in x.shape[1:]))
    same_both_ways("matmul", [x, x], transpose_b=True)
    same_both_ways("matmul", [x, x[:1]], transpose_a=True)
    wide = x.astype(float)
    names = {"query": groups, "key": groups, "value": groups, "out": len(x)}
    weights = {f"{n}_weight": like(wide, rng, rows, len(x)) for n, rows in names.items()}
    weights["out_weight"] = like(wide, rng, len(x), groups)
    same_both_ways("attention", wide, weights, groups)
    biases = {f"{name}_bias": like(wide, rng, rows) for name, rows in names.items()}
    same_both_ways("attention", wide, weights | biases, groups)


def test_many_tiles_give_what_one_tile_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles cut along every axis, down to a single place."""
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((4, 5, 6, 7)), rng.standard_normal((4, 2, 3, 2, 3))
    expected = FAST["conv"](x, w, padding=1, groups=2)
    stamped = FAST["conv_transpose"](x, w, padding=1, groups=2)
    deep = rng.standard_normal((4, 1, 3, 2, 3))
    by_map = FAST["depthwise_conv"](x, deep, padding=1)
    monkeypatch.setattr("convcalc.reference.gather.LEAST_PLACES", 1)
    monkeypatch.setattr("convcalc.reference.depthwise.DEPTHWISE_TILE", 1)
    for tile in (1, 400, 1000, 4000):
        monkeypatch.setattr("convcalc.reference.gather.TILE", tile)
        np.testing.assert_allclose(FAST["conv"](x, w, padding=1, groups=2), expected)
        np.testing.assert_allclose(FAST["conv_transpose"](x, w, padding=1, groups=2), stamped)
        np.testing.assert_allclose(FAST["depthwise_conv"](x, deep, padding=1), by_map)
    monkeypatch.setattr("convcalc.reference.depthwise.LARGEST_COPIES", 1)  # left to im2col
    np.testing.assert_allclose(FAST["depthwise_conv"](x, deep, padding=1), by_map)
    expected = FAST["gelu"](x)
    monkeypatch.setattr("convcalc.reference.fast_activation.CELLS_TOGETHER", 7)
    np.testing.assert_array_equal(FAST["gelu"](x), expected)
