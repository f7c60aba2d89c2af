"""The registry: one witness per kind, and every one of them runs both ways."""

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convcalc import reference
from convcalc.layers import operations
from convcalc.reference import WITNESSES, Tally, Witness, witness
from convcalc.reference.base import on_axis
from convcalc.reference.scratch import LayerRun
from convcalc.reference.tally import OPERATIONS

KINDS: dict[str, tuple[dict[str, Any], list[tuple[int, ...]], tuple[int, ...], int, int]] = {
    # kind: (options, input shapes, output shape, parameters, buffers)
    "conv": ({"out_channels": 6, "kernel_size": 3, "padding": 1}, [(3, 5, 5)], (6, 5, 5), 168, 0),
    "conv_transpose": (
        {"out_channels": 2, "kernel_size": 4, "stride": 2, "padding": 1, "bias": False},
        [(3, 4, 4)],
        (2, 8, 8),
        96,
        0,
    ),
    "depthwise_conv": ({"kernel_size": 3, "multiplier": 2}, [(3, 5)], (6, 3), 24, 0),
    "separable_conv": (
        {"out_channels": 5, "kernel_size": 3, "multiplier": 2, "padding": "same"},
        [(3, 4, 4)],
        (5, 4, 4),
        54 + 30 + 5,
        0,
    ),
    "local_conv": ({"out_channels": 2, "kernel_size": 2}, [(3, 4)], (2, 3), 36 + 6, 0),
    "linear": ({"out_features": 4}, [(10,)], (4,), 44, 0),
    "rbf": ({"out_features": 4}, [(10,)], (4,), 0, 40),
    "maxpool": ({"kernel_size": 3, "stride": 2, "ceil_mode": True}, [(2, 6, 6)], (2, 3, 3), 0, 0),
    "avgpool": ({"kernel_size": 2, "count_include_pad": False}, [(2, 6, 6)], (2, 3, 3), 0, 0),
    "lppool": ({"kernel_size": 2, "norm_type": 2}, [(2, 6)], (2, 3), 0, 0),
    "adaptive_avgpool": ({"output_size": 2}, [(2, 7, 5)], (2, 2, 2), 0, 0),
    "adaptive_maxpool": ({"output_size": [2, 3]}, [(2, 7, 5)], (2, 2, 3), 0, 0),
    "global_avgpool": ({}, [(2, 7, 5)], (2, 1, 1), 0, 0),
    "global_maxpool": ({}, [(2, 7, 5)], (2, 1, 1), 0, 0),
    "unpool": ({"kernel_size": 2}, [(2, 3, 3)], (2, 6, 6), 0, 0),
    "upsample": ({"scale_factor": 2, "mode": "linear"}, [(2, 3, 3)], (2, 6, 6), 0, 0),
    "resize": ({"scale": "3/2", "mode": "cubic"}, [(2, 3, 4)], (2, 4, 6), 0, 0),
    "blur_pool": ({"kernel_size": 3}, [(2, 5, 6)], (2, 3, 3), 0, 18),
    "matmul": ({"transpose_b": True}, [(2, 3, 4), (2, 5, 4)], (2, 3, 5), 0, 0),
    "attention": ({"heads": 3, "kv_heads": 1}, [(6, 2, 3)], (6, 2, 3), 2 * 36 + 2 * 12 + 16, 0),
    "subsample": ({"kernel_size": 2}, [(6, 8, 8)], (6, 4, 4), 12, 0),
    "batchnorm": ({"affine": True, "track_running_stats": True}, [(4, 3, 3)], (4, 3, 3), 8, 8),
    "layernorm": ({"affine": True}, [(4, 3, 3)], (4, 3, 3), 72, 0),
    "groupnorm": ({"num_groups": 2, "affine": True}, [(4, 3, 3)], (4, 3, 3), 8, 0),
    "instancenorm": ({"affine": False}, [(4, 3, 3)], (4, 3, 3), 0, 0),
    "scale": ({"bias": True, "trainable": False}, [(4, 3, 3)], (4, 3, 3), 0, 8),
    "lrn": ({"size": 5}, [(6, 3)], (6, 3), 0, 0),
    "prelu": ({"per_channel": True}, [(4, 3)], (4, 3), 4, 0),
    "leaky_relu": ({"negative_slope": 0.1}, [(4, 3)], (4, 3), 0, 0),
    "gelu": ({"approximate": "tanh"}, [(4, 3)], (4, 3), 0, 0),
    "clip": ({"min": -0.5, "max": 1.0}, [(4, 3)], (4, 3), 0, 0),
    "glu": ({}, [(4, 3)], (2, 3), 0, 0),
    "dropout": ({"p": 0.5}, [(4, 3)], (4, 3), 0, 0),
    "pad": ({"padding": [[1, 0], 2]}, [(1, 3, 3)], (1, 4, 7), 0, 0),
    "crop": ({"size": 2}, [(1, 5, 5)], (1, 2, 2), 0, 0),
    "flatten": ({}, [(2, 3, 3)], (18,), 0, 0),
    "reshape": ({"shape": [9, 2]}, [(2, 3, 3)], (9, 2), 0, 0),
    "channel_shuffle": ({"groups": 2}, [(4, 3)], (4, 3), 0, 0),
    "pixel_shuffle": ({"upscale_factor": 2}, [(8, 3, 3)], (2, 6, 6), 0, 0),
    "slice": ({"start": 1, "stop": -1, "axis": "h"}, [(2, 5, 3)], (2, 3, 3), 0, 0),
    "space_to_depth": ({"block_size": 2}, [(2, 4, 6)], (8, 2, 3), 0, 0),
    "permute": ({"order": [0, 1, 2]}, [(2, 3, 4)], (2, 3, 4), 0, 0),
    "reduce": ({"op": "sum", "axes": ["h"]}, [(2, 3, 4)], (2, 1, 4), 0, 0),
    "parameter": ({"shape": [2, 3, 4]}, [(5, 3, 4)], (2, 3, 4), 24, 0),
    "add": ({}, [(2, 3, 3), (2, 3, 3)], (2, 3, 3), 0, 0),
    "multiply": ({}, [(2, 3, 3), (2, 1, 1)], (2, 3, 3), 0, 0),
    "subtract": ({}, [(2, 3, 3), (2, 1, 1)], (2, 3, 3), 0, 0),
    "divide": ({}, [(2, 3, 3), (2, 3, 3)], (2, 3, 3), 0, 0),
    "maximum": ({}, [(2, 3, 3)] * 3, (2, 3, 3), 0, 0),
    "minimum": ({}, [(2, 3, 3), (2, 3, 3)], (2, 3, 3), 0, 0),
    "average": ({}, [(2, 3, 3)] * 3, (2, 3, 3), 0, 0),
    "concat": ({}, [(2, 3, 3), (5, 3, 3)], (7, 3, 3), 0, 0),
    **{
        kind: ({}, [(4, 3)], (4, 3), 0, 0)
        for kind in (
            *("relu", "relu6", "elu", "silu", "hardswish", "sigmoid", "tanh", "softmax"),
            *("hardtanh", "hardsigmoid", "softplus", "logsigmoid", "mish", "selu", "softsign"),
            "log_softmax",
        )
    },
}


def test_every_kind_has_a_witness_and_an_example_here() -> None:
    """Every kind is really run."""
    assert set(WITNESSES) == set(KINDS)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.unmeasured
def test_a_witness_runs_both_ways(kind: str, dtype: str) -> None:
    """Shape, sizes of the arrays, values and counts."""
    options, in_shapes, out_shape, params, buffers = KINDS[kind]
    rng = np.random.default_rng(0)
    here = WITNESSES[kind]
    arrays = here.arrays(options, in_shapes, rng, dtype)
    assert {name: array.shape for name, array in arrays.items()} == here.shapes(options, in_shapes)
    assert all(array.dtype == dtype for array in arrays.values())
    kept = {name: array.size for name, array in arrays.items() if name in here.buffers}
    assert sum(kept.values()) == buffers
    assert sum(array.size for array in arrays.values()) - buffers == params

    inputs = [rng.standard_normal(shape).astype(dtype) for shape in in_shapes]
    slow, quick = Tally(), Tally()
    expected = here.loops(options, inputs, arrays, slow)
    actual = here.fast(options, inputs, arrays, quick)
    assert actual.shape == expected.shape == out_shape
    assert actual.dtype == expected.dtype == dtype
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)
    assert quick == slow


def test_variants_that_change_what_is_kept() -> Any:
    """No bias, no affine, one slope, a connection table, statistics of the sample."""
    rng = np.random.default_rng(0)

    def kept(kind: str, options: Any, *in_shapes: Any) -> Any:
        return {k: v.shape for k, v in WITNESSES[kind].arrays(options, in_shapes, rng).items()}

    conv = {"out_channels": 4, "kernel_size": 3, "groups": 2, "bias": False}
    assert kept("conv", conv, (4, 5, 5)) == {"weight": (4, 2, 3, 3)}
    table = {"out_channels": 2, "kernel_size": 3, "connections": [[0, 1], [2]], "groups": 1}
    assert kept("conv", table, (3, 5, 5)) == {"weight": (3, 3, 3), "bias": (2,)}
    assert kept("prelu", {"per_channel": False}, (4, 3)) == {"weight": (1,)}
    assert kept("instancenorm", {"affine": True}, (4, 3)) == {"weight": (4,), "bias": (4,)}
    assert kept("layernorm", {"affine": False}, (4, 3)) == {}
    assert kept("layernorm", {"shift": False}, (4, 3)) == {"weight": (4, 3)}
    assert kept("groupnorm", {"num_groups": 2, "scale": False}, (4, 3)) == {"bias": (4,)}
    assert kept("scale", {"per_channel": False}, (4, 3)) == {"weight": (1,)}
    assert kept("scale", {"factor": False, "bias": True}, (4, 3)) == {"bias": (4,)}
    plain = {"affine": False, "track_running_stats": False}
    assert kept("batchnorm", plain, (4, 3)) == {}
    x = rng.standard_normal((4, 3))
    np.testing.assert_allclose(
        WITNESSES["batchnorm"].fast(plain, [x], {}),
        WITNESSES["instancenorm"].fast({"affine": False}, [x], {}),
    )


def test_integer_arrays_can_be_made() -> None:
    """For exact checks: no rounding anywhere."""
    rng = np.random.default_rng(0)
    options = {"out_channels": 2, "kernel_size": 3}
    arrays = WITNESSES["conv"].arrays(options, [(3, 5, 5)], rng, np.int64)
    x = rng.integers(-5, 5, (3, 5, 5))
    slow = WITNESSES["conv"].loops(options, [x], arrays)
    np.testing.assert_array_equal(WITNESSES["conv"].fast(options, [x], arrays), slow)
    assert slow.dtype == np.int64


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_witness_says_what_memory_it_takes_on_the_way(kind: str) -> None:
    """Only from shapes, for the whole layer and for one axis."""
    options, in_shapes, out, params, buffers = KINDS[kind]
    run = LayerRun(options, in_shapes[0], out, params + buffers, 4)
    assert WITNESSES[kind].scratch(run) >= 0
    assert WITNESSES[kind].scratch(run._replace(each=8)) >= WITNESSES[kind].scratch(run)
    if len(in_shapes[0]) > 1 and kind not in ("reshape", "matmul"):
        end = out[1] if len(out) > 1 else 1
        numbers = WITNESSES[kind].axis_scratch(
            on_axis(options, 0, in_shapes[0]), 9, in_shapes[0][1], end
        )
        assert numbers >= 9 * end


def test_a_witness_that_answers_nothing_says_so() -> None:
    """A new kind must define how it runs, what its units see and what memory it takes."""
    nothing: Any = Witness()
    with pytest.raises(NotImplementedError):
        nothing.loops({}, [], {})
    with pytest.raises(NotImplementedError):
        nothing.along_axis({}, [])
    with pytest.raises(NotImplementedError):
        nothing.scratch(None)


def test_second_inputs() -> None:
    """Crop to another's size; unpool by indices."""
    x, other = np.arange(25.0).reshape(1, 5, 5), np.ones((3, 3, 3))
    y = WITNESSES["crop"].fast({"like": "up1"}, [x, other], {})
    np.testing.assert_array_equal(y, x[:, 1:4, 1:4])
    y = WITNESSES["pad"].fast({"like": "up1"}, [other, x], {})
    np.testing.assert_array_equal(y[0], np.pad(np.ones((3, 3)), 1))
    y = WITNESSES["resize"].fast({"like": "up1"}, [other, x], {})
    np.testing.assert_array_equal(y, np.ones((3, 5, 5)))
    y = WITNESSES["unpool"].fast({"kernel_size": 2}, [np.array([[7.0]]), np.array([[1]])], {})
    np.testing.assert_array_equal(y, [[0, 7]])


def test_a_table_must_have_a_row_per_output_map() -> None:
    """Two rows cannot make three maps."""
    options = {"out_channels": 3, "kernel_size": 3, "connections": [[0], [1]]}
    with pytest.raises(ValueError, match="2 rows") as caught:
        WITNESSES["conv"].shapes(options, [(2, 5, 5)])
    assert str(caught.value) == "conv: connections has 2 rows for 3 output maps; give one each"


def test_linear_asks_for_flatten() -> None:
    """Before any array is made."""
    with pytest.raises(ValueError, match="flatten") as caught:
        WITNESSES["linear"].shapes({"out_features": 3}, [(2, 5, 5)])
    assert str(caught.value) == (
        "linear: the input has shape (2, 5, 5); it reads a vector, so flatten it first"
    )


def test_a_second_witness_for_a_kind_is_refused() -> None:
    """At import, at the line of the class."""
    with pytest.raises(RuntimeError) as caught:

        @witness("conv")
        class Other(Witness):
            """A class that must be refused."""

    assert str(caught.value) == "duplicate witness for conv: Conv and Other"


def test_the_witness_imports_numpy_and_nothing_of_the_calculator() -> None:
    """A witness that reads the answer is not a witness."""
    folder = Path(reference.__file__).parent
    allowed = {"numpy", "convcalc.reference"}
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                top = name.split(".")[0]
                own = name == "convcalc.reference" or name.startswith("convcalc.reference.")
                standard = top in {
                    *(
                        "ast",
                        "bisect",
                        "collections",
                        "contextlib",
                        "dataclasses",
                        "functools",
                        "inspect",
                        "itertools",
                        "math",
                    ),
                    *("operator", "types", "typing"),
                }
                assert own or standard or top in allowed, f"{file.name} imports {name}"


def test_both_sides_count_the_same_operations() -> None:
    """The names are written twice, because the witness imports nothing from the calculator."""
    assert tuple(operations.OPERATIONS) == OPERATIONS


def test_im2col_and_col2im_are_transposes_of_each_other() -> None:
    """<im2col x, c> = <x, col2im c> for any x and c."""
    rng = np.random.default_rng(0)
    options: dict[str, Any] = {"stride": 2, "padding": 1, "dilation": 2}
    x = rng.standard_normal((2, 6, 5))
    columns = reference.im2col(x, [2, 3], **options)
    other = rng.standard_normal(columns.shape)
    back = reference.col2im(other, x.shape, [2, 3], **options)
    np.testing.assert_allclose((columns * other).sum(), (x * back).sum())


def test_im2col_of_the_lecture() -> None:
    """Full Stack Deep Learning, Lecture 2A: 5x5x3, kernel 3: W 32x27 times X 27x9."""
    x = np.arange(75.0).reshape(3, 5, 5)
    w = np.random.default_rng(0).standard_normal((32, 3, 3, 3))
    columns = reference.im2col(x, 3)
    assert columns.shape == (27, 9)
    tally = Tally()
    y = reference.conv2d(x, w, tally=tally)
    np.testing.assert_allclose((w.reshape(32, 27) @ columns).reshape(32, 3, 3), y)
    assert tally.macs == 7776


FORWARDED: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("crop", {"offset": [0, 2], "size": 1}, np.arange(9).reshape(1, 3, 3), [[[2]]]),
    ("crop", {"padding": [[1, 0], [0, 2]]}, np.arange(9).reshape(1, 3, 3), [[[3], [6]]]),
    ("pad", {"padding": 0, "channels": (1, 2)}, [[np.inf]], [[0], [np.inf], [0], [0]]),
    ("lppool", {"kernel_size": 2, "norm_type": 1}, [[3.0, 4.0]], [[7.0]]),
    ("avgpool", {"kernel_size": 2, "padding": 1, "count_include_pad": False}, [[3.0]], [[3.0]]),
    ("avgpool", {"kernel_size": 2, "padding": 1, "count_include_pad": True}, [[3.0]], [[1.5]]),
]


@pytest.mark.parametrize(("kind", "options", "x", "expected"), FORWARDED)
def test_options_reach_the_arithmetic(kind: str, options: Any, x: Any, expected: Any) -> None:
    """Computed by hand, for options that keep the shape."""
    one = WITNESSES[kind]
    for run in (one.loops, one.fast):
        found = run(options, [np.asarray(x)], {})
        np.testing.assert_array_equal(found[:, : np.shape(expected)[1]], expected)
