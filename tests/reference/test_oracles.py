"""Comparison with other code: SciPy's correlation and ONNX's reference evaluator."""

from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from scipy.signal import correlate, upfirdn
from scipy.special import expit, log_expit

from convcalc.reference.backends import FAST, LOOPS, Backend

both_backends = pytest.mark.parametrize("backend", [LOOPS, FAST], ids=["loops", "fast"])
rng = np.random.default_rng(7)


def onnx_says(
    operator: Any, inputs: Any, outputs: Any = 1, opset: Any = 22, **attributes: Any
) -> Any:
    """The output of ONNX's reference evaluator; a batch of one is added and removed."""
    names = [f"in{i}" for i in range(len(inputs))]
    results = [f"out{i}" for i in range(outputs)]
    node = helper.make_node(operator, names, results, **attributes)
    graph = helper.make_graph(
        [node],
        "one",
        [
            helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)
            for name, x in zip(names, inputs, strict=True)
        ],
        [helper.make_tensor_value_info(name, TensorProto.UNDEFINED, None) for name in results],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    return ReferenceEvaluator(model).run(None, dict(zip(names, inputs, strict=True)))


def floats(*shape: Any) -> Any:
    """Random float32, as the evaluator needs."""
    return rng.standard_normal(shape).astype(np.float32)


def pads(*pairs: Any) -> Any:
    """ONNX lists all the cells before, then all the cells after."""
    return [before for before, _ in pairs] + [after for _, after in pairs]


@both_backends
@pytest.mark.parametrize("spatial", [(9,), (6, 7), (4, 5, 6)])
@pytest.mark.parametrize(("word", "mode"), [("valid", "valid"), ("full", "full")])
@pytest.mark.unmeasured
def test_conv_is_scipys_correlation(backend: Backend, spatial: Any, word: str, mode: str) -> None:
    """Two maps in, three out; SciPy correlates map by map."""
    x = rng.standard_normal((2, *spatial))
    w = rng.standard_normal((3, 2, *(3, 2, 3)[: len(spatial)]))
    expected = [
        sum(correlate(m, k, mode, "direct") for m, k in zip(x, ws, strict=True)) for ws in w
    ]
    np.testing.assert_allclose(backend["conv"](x, w, padding=word), expected)


@both_backends
@pytest.mark.parametrize(("n", "k", "s"), [(5, 3, 2), (4, 2, 3), (6, 5, 1)])
def test_conv_transpose_is_scipys_upsampling_filter(
    backend: Backend, n: int, k: int, s: int
) -> None:
    """upfirdn puts s-1 zeros between the cells and convolves: the same stamps."""
    x, h = rng.standard_normal(n), rng.standard_normal(k)
    y = backend["conv_transpose"](x[None], h[None, None], stride=s)
    np.testing.assert_allclose(y[0], upfirdn(h, x, up=s))


CONVS = [
    ((7,), (3,), [2], [1], [(1, 1)], 1),
    ((6, 7), (3, 2), [1, 1], [1, 1], [(0, 0), (0, 0)], 1),
    ((6, 7), (3, 3), [2, 1], [1, 2], [(1, 0), (2, 1)], 1),
    ((6, 7), (2, 3), [2, 2], [2, 1], [(1, 1), (0, 2)], 2),
    ((4, 5, 4), (2, 3, 2), [1, 2, 1], [1, 1, 1], [(0, 1), (1, 0), (1, 1)], 1),
]


@both_backends
@pytest.mark.parametrize(("spatial", "kernel", "strides", "dilations", "sides", "group"), CONVS)
@pytest.mark.unmeasured
def test_conv_as_onnx(
    backend: Backend,
    spatial: Any,
    kernel: Any,
    strides: Any,
    dilations: Any,
    sides: Any,
    group: int,
) -> None:
    """With explicit pads: the evaluator's auto_pad is known to be wrong."""
    x, w, b = floats(4, *spatial), floats(6, 4 // group, *kernel), floats(6)
    (expected,) = onnx_says(
        "Conv",
        [x[None], w, b],
        strides=strides,
        dilations=dilations,
        pads=pads(*sides),
        group=group,
        kernel_shape=list(kernel),
    )
    y = backend["conv"](x, w, b, stride=strides, dilation=dilations, padding=sides, groups=group)
    np.testing.assert_allclose(y, expected[0], rtol=1e-4, atol=1e-5)


TRANSPOSED = [
    ((5, 4), (3, 2), [1, 1], [1, 1], [(0, 0), (0, 0)], [0, 0], 1),
    ((5, 4), (3, 3), [2, 3], [1, 1], [(1, 1), (0, 1)], [1, 2], 1),
    ((4, 4), (2, 3), [2, 1], [2, 2], [(1, 0), (1, 1)], [0, 0], 1),
    ((4, 4), (4, 4), [2, 2], [1, 1], [(1, 1), (1, 1)], [0, 0], 2),
]


@both_backends
@pytest.mark.parametrize(
    ("spatial", "kernel", "strides", "dilations", "sides", "more", "group"), TRANSPOSED
)
@pytest.mark.unmeasured
def test_conv_transpose_as_onnx(
    backend: Backend,
    spatial: Any,
    kernel: Any,
    strides: Any,
    dilations: Any,
    sides: Any,
    more: int,
    group: int,
) -> None:
    """Crop, output padding, dilation. The evaluator is wrong for groups, so each group is run separately."""
    x, w, b = floats(4, *spatial), floats(4, 2, *kernel), floats(2 * group)
    each = 4 // group
    expected = [
        onnx_says(
            "ConvTranspose",
            [
                x[None, g * each : (g + 1) * each],
                w[g * each : (g + 1) * each],
                b[2 * g : 2 * g + 2],
            ],
            strides=strides,
            dilations=dilations,
            pads=pads(*sides),
            output_padding=more,
            kernel_shape=list(kernel),
        )[0][0]
        for g in range(group)
    ]
    y = backend["conv_transpose"](
        x,
        w,
        b,
        stride=strides,
        dilation=dilations,
        padding=sides,
        output_padding=more,
        groups=group,
    )
    np.testing.assert_allclose(y, np.concatenate(expected), rtol=1e-4, atol=1e-5)


@both_backends
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"padding": "same"}, {"auto_pad": "SAME_UPPER"}),
        ({"padding": "same_lower"}, {"auto_pad": "SAME_LOWER"}),
        (
            {"padding": "same", "output_shape": [5, 8]},
            {"auto_pad": "SAME_UPPER", "output_shape": [5, 8]},
        ),
        (
            {"padding": "same_lower", "output_shape": [6, 7]},
            {"auto_pad": "SAME_LOWER", "output_shape": [6, 7]},
        ),
        # Without pads ONNX removes the odd cell like SAME_LOWER; the evaluator only enlarges then.
        ({"output_shape": [6, 8]}, {"auto_pad": "SAME_LOWER", "output_shape": [6, 8]}),
        ({"output_shape": [8, 10]}, {"output_shape": [8, 10]}),
    ],
)
@pytest.mark.unmeasured
def test_conv_transpose_to_a_size_as_onnx(backend: Backend, ours: Any, theirs: Any) -> None:
    """The padding that makes the output n·s, or the given size."""
    x, w = floats(1, 3, 4), floats(1, 2, 3, 3)
    (expected,) = onnx_says(
        "ConvTranspose", [x[None], w], kernel_shape=[3, 3], strides=[2, 2], **theirs
    )
    y = backend["conv_transpose"](x, w, stride=2, **ours)
    np.testing.assert_allclose(y, expected[0], rtol=1e-4, atol=1e-5)


POOLS = [
    ((9,), [3], [2], [(1, 1)]),
    ((8, 7), [2, 2], [2, 2], [(0, 0), (0, 0)]),
    ((8, 7), [3, 2], [2, 1], [(1, 1), (0, 1)]),
    ((5, 5, 4), [2, 3, 2], [1, 2, 2], [(0, 0), (1, 1), (1, 0)]),
    ((4, 5), [3, 2], [1, 2], [(2, 2), (1, 0)]),  # padding over half of the window
]


@both_backends
@pytest.mark.parametrize(("spatial", "kernel", "strides", "sides"), POOLS)
@pytest.mark.unmeasured
def test_max_pools_as_onnx(
    backend: Backend, spatial: Any, kernel: Any, strides: Any, sides: Any
) -> None:
    """Explicit pads, one to three dimensions."""
    x = floats(3, *spatial)
    (expected,) = onnx_says(
        "MaxPool", [x[None]], kernel_shape=kernel, strides=strides, pads=pads(*sides)
    )
    y = backend["maxpool"](x, kernel, stride=strides, padding=sides)
    np.testing.assert_array_equal(y, expected[0])


@both_backends
@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize(("spatial", "kernel", "strides", "sides"), POOLS)
@pytest.mark.unmeasured
def test_average_pools_as_onnx(
    backend: Backend, spatial: Any, kernel: Any, strides: Any, sides: Any, include: bool
) -> None:
    """Both divisors."""
    x = floats(3, *spatial)
    (expected,) = onnx_says(
        "AveragePool",
        [x[None]],
        kernel_shape=kernel,
        strides=strides,
        pads=pads(*sides),
        count_include_pad=int(include),
    )
    y = backend["avgpool"](x, kernel, stride=strides, padding=sides, count_include_pad=include)
    np.testing.assert_allclose(y, expected[0], rtol=1e-4, atol=1e-5)


@both_backends
@pytest.mark.parametrize("include", [True, False])
def test_dilated_average_pools_as_onnx(backend: Backend, include: bool) -> None:
    """AveragePool has dilations since version 19."""
    x, sides = floats(3, 8, 7), [(1, 1), (0, 1)]
    (expected,) = onnx_says(
        "AveragePool",
        [x[None]],
        kernel_shape=[3, 2],
        strides=[2, 1],
        dilations=[2, 3],
        pads=pads(*sides),
        count_include_pad=int(include),
    )
    y = backend["avgpool"](
        x, [3, 2], stride=[2, 1], dilation=[2, 3], padding=sides, count_include_pad=include
    )
    np.testing.assert_allclose(y, expected[0], rtol=1e-4, atol=1e-5)


@both_backends
@pytest.mark.parametrize("power", [1, 2, 3])
def test_lp_pool_as_onnx(backend: Backend, power: int) -> None:
    """ONNX takes absolute values, so these are positive; its zeros of the padding change no sum."""
    x = abs(floats(2, 6, 7))
    (expected,) = onnx_says("LpPool", [x[None]], kernel_shape=[2, 3], strides=[2, 3], p=power)
    y = backend["lppool"](x, [2, 3], norm_type=power)
    np.testing.assert_allclose(y, expected[0], rtol=1e-4, atol=1e-5)
    (expected,) = onnx_says(
        "LpPool",
        [x[None]],
        kernel_shape=[3, 2],
        strides=[1, 2],
        dilations=[2, 1],
        pads=pads((1, 2), (1, 0)),
        p=power,
    )
    y = backend["lppool"](
        x, [3, 2], stride=[1, 2], dilation=[2, 1], padding=[(1, 2), (1, 0)], norm_type=power
    )
    np.testing.assert_allclose(y, expected[0], rtol=1e-4, atol=1e-5)


@both_backends
@pytest.mark.parametrize(
    ("ours", "theirs", "attributes"),
    [
        ("relu", "Relu", {}),
        ("leaky_relu", "LeakyRelu", {"alpha": 0.01}),
        ("elu", "Elu", {"alpha": 1.0}),
        ("gelu", "Gelu", {}),
        ("hardswish", "HardSwish", {}),
        ("hardsigmoid", "HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}),
        ("mish", "Mish", {}),
        ("selu", "Selu", {}),
        ("softplus", "Softplus", {}),
        ("softsign", "Softsign", {}),
        ("log_softmax", "LogSoftmax", {"axis": 1}),
        ("sigmoid", "Sigmoid", {}),
        ("tanh", "Tanh", {}),
        ("softmax", "Softmax", {"axis": 1}),
        ("global_avgpool", "GlobalAveragePool", {}),
        ("global_maxpool", "GlobalMaxPool", {}),
    ],
)
def test_units_as_onnx(backend: Backend, ours: str, theirs: str, attributes: Any) -> None:
    """Activations and global pools."""
    x = 4 * floats(6, 3, 4)
    (expected,) = onnx_says(theirs, [x[None]], **attributes)
    np.testing.assert_allclose(backend[ours](x), expected[0], rtol=1e-4, atol=1e-5)


@both_backends
def test_activations_with_options_as_others(backend: Backend) -> None:
    """ONNX's Clip with one limit and with both; GELU by tanh; GLU and the log of a sigmoid by SciPy."""
    x = 4 * floats(6, 3, 4)
    for low, high in ((-1.0, 2.5), (None, 0.5), (-0.5, None)):
        given = [np.array(limit or 0, np.float32) for limit in (low, high)]
        names = ["x", "low" if low else "", "high" if high else ""]
        node = helper.make_node("Clip", names, ["y"])
        values = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names if name
        ]
        out = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
        model = helper.make_model(
            helper.make_graph([node], "one", values, [out]),
            opset_imports=[helper.make_opsetid("", 13)],
        )
        feeds = {n: v for n, v in zip(names, [x, *given], strict=True) if n}
        (expected,) = ReferenceEvaluator(model).run(None, feeds)
        np.testing.assert_array_equal(backend["clip"](x, min=low, max=high), expected)
    (expected,) = onnx_says("Gelu", [x], approximate="tanh")
    y = backend["gelu"](x, approximate="tanh")
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(backend["glu"](x), x[:3] * expit(x[3:]), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(backend["logsigmoid"](x), log_expit(x), rtol=1e-4, atol=1e-6)


@both_backends
@pytest.mark.parametrize("size", [3, 5])
def test_response_normalisation_as_onnx(backend: Backend, size: int) -> None:
    """The evaluator loops over as many channels as the batch is large, so the batch is repeated."""
    x = 40 * floats(6, 3, 4)
    batch = np.repeat(x[None], len(x), axis=0)
    (expected,) = onnx_says("LRN", [batch], size=size, alpha=1e-4, beta=0.75, bias=1.0)
    np.testing.assert_allclose(backend["lrn"](x, size), expected[0], rtol=1e-4, atol=1e-5)


@both_backends
def test_normalisations_as_onnx(backend: Backend) -> None:
    """Batch, instance, group and layer, all with the same epsilon."""
    x, w, b = floats(4, 3, 5), floats(4), floats(4)
    mean, variance = floats(4), abs(floats(4))
    (expected,) = onnx_says("BatchNormalization", [x[None], w, b, mean, variance], epsilon=1e-5)
    np.testing.assert_allclose(
        backend["batchnorm"](x, mean, variance, w, b), expected[0], rtol=1e-3, atol=1e-4
    )
    (expected,) = onnx_says("InstanceNormalization", [x[None], w, b], epsilon=1e-5)
    np.testing.assert_allclose(backend["instancenorm"](x, w, b), expected[0], rtol=1e-3, atol=1e-4)
    (expected,) = onnx_says("GroupNormalization", [x[None], w, b], num_groups=2, epsilon=1e-5)
    np.testing.assert_allclose(backend["groupnorm"](x, 2, w, b), expected[0], rtol=1e-3, atol=1e-4)
    (expected,) = onnx_says("LayerNormalization", [x[None], x, x], axis=1, epsilon=1e-5)
    np.testing.assert_allclose(backend["layernorm"](x, x, x), expected[0], rtol=1e-3, atol=1e-4)


@both_backends
def test_scale_as_onnx_multiplies_and_adds(backend: Backend) -> None:
    """A number per map, and one for all maps."""
    x, w, b = floats(4, 3, 5), floats(4), floats(4)
    (scaled,) = onnx_says("Mul", [x, w.reshape(4, 1, 1)])
    np.testing.assert_allclose(backend["scale"](x, w), scaled, rtol=1e-6)
    (expected,) = onnx_says("Add", [scaled, b.reshape(4, 1, 1)])
    np.testing.assert_allclose(backend["scale"](x, w, b), expected, rtol=1e-5, atol=1e-6)
    (expected,) = onnx_says("Add", [x, b[:1]])
    np.testing.assert_allclose(backend["scale"](x, None, b[:1]), expected, rtol=1e-6)


@both_backends
@pytest.mark.parametrize(
    ("ours", "theirs", "paths"),
    [
        ("subtract", "Sub", 2),
        ("divide", "Div", 2),
        ("maximum", "Max", 3),
        ("minimum", "Min", 3),
        ("average", "Mean", 3),
    ],
)
def test_joins_as_onnx(backend: Backend, ours: str, theirs: str, paths: int) -> None:
    """Paths of the same shape, then one with a number per map."""
    x = [floats(2, 3, 4) for _ in range(paths)]
    (expected,) = onnx_says(theirs, x)
    np.testing.assert_allclose(backend[ours](x), expected, rtol=1e-5, atol=1e-6)
    x[1] = floats(2, 1, 1)
    (expected,) = onnx_says(theirs, x)
    np.testing.assert_allclose(backend[ours](x), expected, rtol=1e-5, atol=1e-6)


@both_backends
def test_prelu_and_pixel_shuffle_as_onnx(backend: Backend) -> None:
    """DepthToSpace in its CRD order is PyTorch's pixel shuffle."""
    x, slopes = floats(8, 3, 2), floats(8)
    (expected,) = onnx_says("PRelu", [x[None], slopes.reshape(8, 1, 1)])
    np.testing.assert_allclose(backend["prelu"](x, slopes), expected[0], rtol=1e-6)
    (expected,) = onnx_says("DepthToSpace", [x[None]], blocksize=2, mode="CRD")
    np.testing.assert_array_equal(backend["pixel_shuffle"](x, 2), expected[0])


@both_backends
@pytest.mark.parametrize("spatial", [(5,), (3, 4), (2, 3, 2)])
@pytest.mark.parametrize(
    ("mode", "attributes"),
    [
        ("linear", {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}),
        (
            "nearest",
            {
                "mode": "nearest",
                "coordinate_transformation_mode": "asymmetric",
                "nearest_mode": "floor",
            },
        ),
    ],
)
def test_upsampling_as_onnx(backend: Backend, spatial: Any, mode: str, attributes: Any) -> None:
    """half_pixel is align_corners false."""
    x = floats(2, *spatial)
    scales = np.array([1, 1, *(2 for _ in spatial)], dtype=np.float32)
    (expected,) = onnx_says("Resize", [x[None], np.array([], np.float32), scales], **attributes)
    np.testing.assert_allclose(
        backend["upsample"](x, 2, mode=mode), expected[0], rtol=1e-4, atol=1e-5
    )


RESIZES = [
    # cells, cells wanted or a ratio
    ((5,), {"size": (8,)}),
    ((5,), {"size": (3,)}),
    ((3, 4), {"size": (5, 7)}),
    ((4, 6), {"size": (1, 9)}),
    ((2, 3, 2), {"size": (4, 2, 3)}),
    ((5, 4), {"scale": "3/2"}),
    ((6, 8), {"scale": (2, "1/2")}),
    ((7,), {"scale": "3/4"}),  # a power of 2 below: the evaluator computes with floats
]
COORDINATES = [
    ("nearest", False, {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}),
    ("linear", False, {"coordinate_transformation_mode": "half_pixel"}),
    ("linear", True, {"coordinate_transformation_mode": "align_corners"}),
    ("cubic", False, {"coordinate_transformation_mode": "half_pixel", "cubic_coeff_a": -0.75}),
    ("cubic", True, {"coordinate_transformation_mode": "align_corners", "cubic_coeff_a": -0.75}),
]


@both_backends
@pytest.mark.parametrize(("spatial", "given"), RESIZES)
@pytest.mark.parametrize(("mode", "corners", "attributes"), COORDINATES)
@pytest.mark.unmeasured
def test_resizing_as_onnx(
    backend: Backend, spatial: Any, given: Any, mode: str, corners: bool, attributes: Any
) -> None:
    """To a size or by a ratio, in the three modes, corners aligned or not.

    If a ratio leaves a fraction of a cell, the evaluator aligns the corners to that fraction, PyTorch to
    the last whole cell; so corners are aligned only for sizes.
    """
    if corners and "scale" in given:
        given = {"size": LOOPS["resize"](np.zeros((1, *spatial)), **given).shape[1:]}
    x = floats(2, *spatial)
    nothing = np.array([], np.float32)
    if "size" in given:
        more = [nothing, nothing, np.array([1, 2, *given["size"]], np.int64)]
    else:
        scale = (
            given["scale"] if isinstance(given["scale"], tuple) else [given["scale"]] * len(spatial)
        )
        numbers = [[*map(int, f"{one}/1".split("/"))][:2] for one in scale]
        more = [nothing, np.array([1, 1, *(p / q for p, q in numbers)], np.float32)]
    (expected,) = onnx_says("Resize", [x[None], *more], mode=mode, **attributes)
    found = backend["resize"](x, mode=mode, align_corners=corners, **given)
    np.testing.assert_allclose(found, expected[0], rtol=1e-4, atol=1e-5)


@both_backends
def test_matrix_products_as_onnx(backend: Backend) -> None:
    """MatMul on stacks of matrices; one stack is repeated."""
    a, b = floats(3, 4, 5), floats(1, 5, 2)
    (expected,) = onnx_says("MatMul", [a, b])
    np.testing.assert_allclose(backend["matmul"]([a, b]), expected, rtol=1e-5)
    turned = a.transpose(0, 2, 1), b.transpose(0, 2, 1)
    found = backend["matmul"](turned, transpose_a=True, transpose_b=True)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@both_backends
@pytest.mark.parametrize(
    ("heads", "groups", "key", "value"), [(2, 2, 3, 3), (4, 2, 2, 3), (3, 1, 1, 2)]
)
def test_attention_as_onnx(backend: Backend, heads: int, groups: int, key: int, value: int) -> None:
    """Projected by MatMul, attended to by Attention of opset 23, which has (heads, tokens, values)."""
    channels, x = 6, floats(6, 2, 4)
    rows = {"query": heads * key, "key": groups * key, "value": groups * value, "out": channels}
    weights = {f"{name}_weight": floats(n, channels) for name, n in rows.items()}
    weights["out_weight"] = floats(channels, heads * value)
    weights |= {f"{name}_bias": floats(n) for name, n in rows.items()}
    tokens = x.reshape(channels, -1).T

    def projected(name: str, from_tokens: Any) -> Any:
        (made,) = onnx_says("MatMul", [from_tokens, weights[f"{name}_weight"].T])
        return made + weights[f"{name}_bias"]

    q, k, v = (projected(name, tokens)[None] for name in ("query", "key", "value"))
    (attended,) = onnx_says(
        "Attention", [q, k, v], opset=23, q_num_heads=heads, kv_num_heads=groups
    )
    expected = projected("out", attended[0]).T.reshape(x.shape)
    found = backend["attention"](x, weights, heads, groups)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@both_backends
@pytest.mark.parametrize(("taps", "stride"), [(2, 1), (3, 2), (4, 2), (5, 3)])
def test_blur_pooling_as_onnx(backend: Backend, taps: int, stride: int) -> None:
    """Pad with mode reflect, then a convolution with a group per map."""
    x, kernel = floats(3, 7, 8), floats(3, 1, taps, taps)
    before, after = (taps - 1) // 2, taps // 2
    around = np.array([0, 0, before, before, 0, 0, after, after], np.int64)
    (padded,) = onnx_says("Pad", [x[None], around], mode="reflect")
    (expected,) = onnx_says("Conv", [padded, kernel], group=3, strides=[stride] * 2)
    found = backend["blur_pool"](x, kernel, stride=stride)
    np.testing.assert_allclose(found, expected[0], rtol=1e-4, atol=1e-5)


INTERPOLATED: list[tuple[str, bool, list[float]]] = [
    # linear by hand too: places at (i + ½)·4/6 − ½ = −1/6, 1/2, 7/6, … or at i·3/5
    ("linear", False, [1, 1.5, 7 / 3, 11 / 3, 6, 8]),
    ("linear", True, [1, 1.6, 2.4, 3.6, 5.6, 8]),
    ("cubic", False, [0.91319466, 1.3125, 2.30439782, 3.38310194, 6.1875, 8.34722233]),
    ("cubic", True, [1, 1.396, 2.352, 3.288, 5.768, 8]),
    ("nearest", False, [1, 1, 2, 4, 4, 8]),
]
"""1, 2, 4, 8 made six cells, by running torch 2.13.0 functional.interpolate on a picture of one row."""


@both_backends
@pytest.mark.parametrize(("mode", "corners", "expected"), INTERPOLATED)
def test_resizing_as_torch(backend: Backend, mode: str, corners: bool, expected: Any) -> None:
    """A row of four; the other axis has one cell, which is only repeated."""
    x = np.array([[[1.0, 2.0, 4.0, 8.0]]])
    found = backend["resize"](x, size=(1, 6), mode=mode, align_corners=corners)
    np.testing.assert_allclose(found[0, 0], expected, rtol=1e-6)
