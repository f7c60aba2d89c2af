"""Both ways give the numbers printed in public sources, and numbers computed by hand."""

from typing import Any

import numpy as np
import pytest

from convcalc.reference.backends import FAST, LOOPS, Backend

from .examples import CONV2D, CONV2D_MULTI, CONV_TRANSPOSE2D, POOL2D

both_backends = pytest.mark.parametrize("backend", [LOOPS, FAST], ids=["loops", "fast"])


@both_backends
@pytest.mark.parametrize("example", CONV2D, ids=lambda e: e.name)
def test_conv2d_as_printed(backend: Backend, example: Any) -> None:
    """One map in, one map out."""
    y = backend["conv"]([example.x], [[example.w]], stride=example.stride, padding=example.padding)
    np.testing.assert_array_equal(y, [example.y])


@both_backends
@pytest.mark.parametrize("example", CONV2D_MULTI, ids=lambda e: e.name)
def test_conv2d_sums_over_the_input_maps(backend: Backend, example: Any) -> None:
    """Several maps in, one map out."""
    np.testing.assert_array_equal(backend["conv"](example.x, [example.w]), [example.y])


@both_backends
@pytest.mark.parametrize("example", CONV_TRANSPOSE2D, ids=lambda e: e.name)
def test_conv_transpose2d_as_printed(backend: Backend, example: Any) -> None:
    """One map in, one map out, stamp by stamp."""
    y = backend["conv_transpose"](
        [example.x], [[example.w]], stride=example.stride, padding=example.padding
    )
    np.testing.assert_array_equal(y, [example.y])


@both_backends
@pytest.mark.parametrize("example", POOL2D, ids=lambda e: e.name)
def test_pool2d_as_printed(backend: Backend, example: Any) -> None:
    """To as many decimals as in the source."""
    y = backend[f"{example.op}pool"]([example.x], example.kernel_size, stride=example.stride)
    np.testing.assert_allclose(y, [example.y], rtol=0, atol=0.51 * 10.0**-example.places)


@both_backends
def test_softmax_as_printed(backend: Backend) -> None:
    """UCLA ACM AI advanced track notes: 1.2, 0.9, 0.4 -> 0.46, 0.34, 0.2(1)."""
    np.testing.assert_allclose(
        backend["softmax"]([1.2, 0.9, 0.4]), [0.4566, 0.3383, 0.2052], atol=5e-5
    )


@both_backends
def test_bias_groups_and_dilation_by_hand(backend: Backend) -> None:
    """Two groups, each 1 -> 1, dilation 2: 1·1 + 10·3 + bias, then 4·2 + 0·6 + bias."""
    y = backend["conv"](
        [[1, 2, 3], [4, 5, 6]], [[[1, 10]], [[2, 0]]], [100, 200], dilation=2, groups=2
    )
    np.testing.assert_array_equal(y, [[131], [208]])


@both_backends
def test_connection_table_by_hand(backend: Backend) -> None:
    """Map 0 reads inputs 0 and 2, map 1 reads input 1: three kernels in all."""
    y = backend["conv"]([[1, 2], [3, 4], [5, 6]], [[1], [10], [100]], connections=[[0, 2], [1]])
    np.testing.assert_array_equal(y, [[51, 62], [300, 400]])


@both_backends
def test_a_window_that_hangs_over_the_end_reads_zeros(backend: Backend) -> None:
    """With fit ceil the convolution of 4 cells in steps of 3 gets a second window: 4 + 0."""
    y = backend["conv"]([[1, 2, 3, 4]], [[[1, 1]]], stride=3, fit="ceil")
    np.testing.assert_array_equal(y, [[3, 4]])


@both_backends
def test_output_padding_uncovers_what_padding_cut_off(backend: Backend) -> None:
    """The extra cell is the next one of the canvas, not a zero, while the canvas has one."""
    stamps = {"stride": 2, "padding": 1}
    x, w = [[1, 2]], [[[1, 10, 100]]]  # canvas 1 10 102 20 200
    np.testing.assert_array_equal(backend["conv_transpose"](x, w, **stamps), [[10, 102, 20]])
    y = backend["conv_transpose"](x, w, output_padding=1, **stamps)
    np.testing.assert_array_equal(y, [[10, 102, 20, 200]])
    y = backend["conv_transpose"](x, w, stride=3, output_padding=1)
    np.testing.assert_array_equal(y, [[1, 10, 100, 2, 20, 200, 0]])


@both_backends
@pytest.mark.parametrize(
    ("n", "k", "s", "rule", "size"),
    # Keras gives every input cell at least `stride` cells (backend_utils.py, 3.15.1).
    [(14, 7, 16, "pytorch", 215), (14, 7, 16, "keras", 224), (8, 2, 2, "keras", 16)],
)
def test_size_rules_of_the_transposed_convolution(
    backend: Backend, n: int, k: int, s: int, rule: str, size: int
) -> None:
    """PyTorch ends where the last tap falls, Keras rounds up to whole strides."""
    y = backend["conv_transpose"](np.ones((1, n)), np.ones((1, 1, k)), stride=s, size_rule=rule)
    assert y.shape == (1, size)


@both_backends
@pytest.mark.parametrize("n", [1, 5, 8])
@pytest.mark.parametrize(("k", "s"), [(3, 2), (2, 3), (4, 2), (1, 1)])
def test_same_transposed_multiplies_the_size_by_the_stride(
    backend: Backend, n: int, k: int, s: int
) -> None:
    """It is the transpose of the `same` convolution from n·s to n."""
    y = backend["conv_transpose"](np.ones((1, n)), np.ones((1, 1, k)), stride=s, padding="same")
    assert y.shape == (1, n * s)


@both_backends
def test_local_conv_has_its_own_kernel_everywhere(backend: Backend) -> None:
    """Two maps out, two places, kernel 2: every weight is used once."""
    weight = np.array([[[[1, 0]], [[0, 1]]], [[[1, 1]], [[2, 2]]]])
    y = backend["local_conv"]([[5, 7, 9]], weight, [[0, 100], [0, 1000]])
    np.testing.assert_array_equal(y, [[5, 109], [12, 1032]])


@both_backends
def test_average_pools_count_as_pytorch_does(backend: Backend) -> None:
    """Windows of 3 in steps of 2 over 4 cells, padding 1, ceil: the last is cut at the padding.

    Cells 0|1 2 3 4|0 and one more past the padding: windows (0 1 2), (2 3 4), (4 0 past).
    """
    options = {"stride": 2, "padding": 1, "ceil_mode": True}
    y = backend["avgpool"]([[1.0, 2.0, 3.0, 4.0]], 3, **options)
    np.testing.assert_allclose(y, [[1.0, 3.0, 2.0]])  # 3/3, 9/3, 4/2
    y = backend["avgpool"]([[1.0, 2.0, 3.0, 4.0]], 3, count_include_pad=False, **options)
    np.testing.assert_allclose(y, [[1.5, 3.0, 4.0]])


@both_backends
def test_padding_never_wins_a_max_pool(backend: Backend) -> None:
    """All cells are negative; a zero would be larger."""
    y = backend["maxpool"]([[-3, -2, -1]], 2, padding=1, stride=2)
    np.testing.assert_array_equal(y, [[-3, -1]])


@both_backends
def test_max_unpooling_puts_values_back_where_they_came_from(backend: Backend) -> None:
    """Pool, then unpool with the indices: the maxima stay, all else is 0."""
    x = np.array([[[1, 9, 2, 3], [4, 5, 8, 6]]])
    values, places = backend["maxpool_with_indices"](x, 2)
    y = backend["unpool"](values, 2, indices=places)
    np.testing.assert_array_equal(y, [[[0, 9, 0, 0], [0, 0, 8, 0]]])


@both_backends
def test_unpooling_without_indices_uses_the_first_cell_of_each_window(backend: Backend) -> None:
    """With padding 1 the first window begins outside: its first real cell is cell 0."""
    np.testing.assert_array_equal(backend["unpool"]([[1, 2]], 2), [[1, 0, 2, 0]])
    np.testing.assert_array_equal(backend["unpool"]([[1, 2]], 3, padding=1), [[1, 0, 2, 0]])


@both_backends
def test_pixel_shuffle_interleaves(backend: Backend) -> None:
    """PyTorch's order: the r² maps fill the finer cells row by row, output map by output map."""
    x = np.arange(8).reshape(8, 1, 1)
    np.testing.assert_array_equal(
        backend["pixel_shuffle"](x, 2), [[[0, 1], [2, 3]], [[4, 5], [6, 7]]]
    )


@both_backends
def test_alexnets_response_normalisation(backend: Backend) -> None:
    """x / (2 + 10⁻⁴ Σ x²)^0.75 over five channels, from the formula of Krizhevsky et al. 2012."""
    x = np.array([[10.0], [20.0], [30.0], [40.0], [50.0], [60.0]])
    sums = np.array([1400, 3000, 5500, 9000, 8600, 7700])[:, None]  # 10²+20²+30², …
    expected = x / (2 + 1e-4 * sums) ** 0.75
    np.testing.assert_allclose(backend["lrn"](x, 5, alpha=5e-4, k=2), expected, rtol=1e-12)


@both_backends
def test_lenets_subsampling_scales_the_sum(backend: Backend) -> None:
    """2·(1+2+3+4) + 1 and 10·(1+1+1+1) + 5."""
    x = [[[1, 2], [3, 4]], [[1, 1], [1, 1]]]
    np.testing.assert_array_equal(backend["subsample"](x, [2, 10], [1, 5], 2), [[[21]], [[45]]])


@both_backends
def test_a_smaller_map_is_repeated_over_a_larger(backend: Backend) -> None:
    """(C, 1, 1) times (C, H, W): squeeze and excitation."""
    x = np.arange(8).reshape(2, 2, 2)
    y = backend["multiply"]([x, [[[1]], [[10]]]])
    np.testing.assert_array_equal(y, [[[0, 1], [2, 3]], [[40, 50], [60, 70]]])


@both_backends
def test_separable_is_depthwise_then_pointwise(backend: Backend) -> None:
    """By hand: maps 1+2, 2+3 and 4-5, 5-6; then 2·first + 10·second + 1."""
    y = backend["separable_conv"]([[1, 2, 3], [4, 5, 6]], [[[1, 1]], [[1, -1]]], [[[2], [10]]], [1])
    np.testing.assert_array_equal(y, [[-3, 1]])


# ONNX operators SpaceToDepth (spacetodepth_example) and DepthToSpace (depthtospace_example,
# depthtospace_crd_mode_example), without the batch.
ONNX_BLOCKS = [
    [[0, 6, 1, 7, 2, 8], [12, 18, 13, 19, 14, 20], [3, 9, 4, 10, 5, 11], [15, 21, 16, 22, 17, 23]]
]
ONNX_CHANNELS = [
    [[first + 3 * row + column for column in range(3)] for row in range(2)]
    for first in range(0, 64, 9)
]


@both_backends
def test_blocks_and_channels_as_onnx_prints_them(backend: Backend) -> None:
    """Each order of the channels, compared with the arrays of the standard."""
    apart = backend["space_to_depth"](ONNX_BLOCKS, 2, order="onnx")
    np.testing.assert_array_equal(apart, np.arange(24).reshape(4, 2, 3))
    together = backend["pixel_shuffle"](ONNX_CHANNELS, 2, order="onnx")
    np.testing.assert_array_equal(
        together[:, :2],
        [
            [[0, 18, 1, 19, 2, 20], [36, 54, 37, 55, 38, 56]],
            [[9, 27, 10, 28, 11, 29], [45, 63, 46, 64, 47, 65]],
        ],
    )
    together = backend["pixel_shuffle"](ONNX_CHANNELS, 2)
    np.testing.assert_array_equal(
        together[:, :2],
        [
            [[0, 9, 1, 10, 2, 11], [18, 27, 19, 28, 20, 29]],
            [[36, 45, 37, 46, 38, 47], [54, 63, 55, 64, 56, 65]],
        ],
    )


@both_backends
@pytest.mark.parametrize(
    ("order", "channels"),
    [
        ("pytorch", [0, 1, 2, 3, 10, 11, 12, 13]),
        ("onnx", [0, 10, 1, 11, 2, 12, 3, 13]),
        ("focus", [0, 10, 2, 12, 1, 11, 3, 13]),
    ],
)
def test_the_channel_that_each_cell_of_a_block_goes_to(
    backend: Backend, order: str, channels: list[int]
) -> None:
    """Two maps of one block, 0 1 / 2 3 and 10 11 / 12 13; YOLOv5's Focus takes the rows first."""
    blocks = [[[0, 1], [2, 3]], [[10, 11], [12, 13]]]
    y = backend["space_to_depth"](blocks, 2, order=order)
    np.testing.assert_array_equal(y.ravel(), channels)


@both_backends
def test_ranges_parts_and_orders_by_hand(backend: Backend) -> None:
    """Six cells in a row; a transposed matrix; means, sums and extremes of its rows and columns."""
    row = [0, 1, 2, 3, 4, 5]
    for options, expected in (
        ({"start": 1, "stop": 4}, [1, 2, 3]),
        ({"start": -2}, [4, 5]),
        ({"start": 1, "stop": -1, "step": 2}, [1, 3]),
        ({"into": 3, "take": 1}, [2, 3]),
        ({"into": 2, "take": -1}, [3, 4, 5]),
    ):
        np.testing.assert_array_equal(backend["slice_axis"](row, **options), expected)
    matrix = [[1, 2, 6], [4, 8, 0]]
    np.testing.assert_array_equal(backend["permute"](matrix, [1, 0]), [[1, 4], [2, 8], [6, 0]])
    reduce = backend["reduce"]
    np.testing.assert_array_equal(reduce(matrix), [[3], [4]])
    np.testing.assert_array_equal(reduce(matrix, "sum", axes=[0], keep=False), [5, 10, 6])
    np.testing.assert_array_equal(reduce(matrix, "max", axes=["length"]), [[6], [8]])
    np.testing.assert_array_equal(reduce(matrix, "min", axes=["channels"]), [[1, 2, 0]])
    linear = backend["linear_along"](matrix, [[1, 10]], [100], axis="channels")
    np.testing.assert_array_equal(linear, [[141, 182, 106]])
    np.testing.assert_array_equal(backend["concat"]([matrix, [[7], [9]]], "l")[:, -1], [7, 9])
    np.testing.assert_array_equal(
        backend["flatten"]([matrix, matrix], end_axis="h"), [*matrix, *matrix]
    )
