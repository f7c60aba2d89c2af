"""NaN and infinity follow IEEE 754; integers are exact or refused."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from convcalc import reference
from convcalc.reference.backends import FAST, LOOPS, Backend

both_backends = pytest.mark.parametrize("backend", [LOOPS, FAST], ids=["loops", "fast"])


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    """No layer warns about NaN, infinity or overflow: they are answers."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@both_backends
def test_infinity_times_a_padding_zero_is_nan(backend: Backend) -> None:
    """The products with padding are really computed."""
    y = backend["conv"]([[1.0, 2.0]], [[[np.inf, 1.0]]], padding=[[1, 0]])
    np.testing.assert_array_equal(y, [[np.nan, np.inf]])


@both_backends
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_bad_cells_reach_the_windows_that_read_them_and_no_others(
    backend: Backend, bad: float
) -> None:
    """Windows 0-1, 1-2, 2-3 over cells 1 1 bad 1."""
    y = backend["conv"]([[1.0, 1.0, bad, 1.0]], [[[1.0, 1.0]]])
    np.testing.assert_array_equal(y, [[2.0, bad, bad]])
    y = backend["conv_transpose"]([[1.0, bad]], [[[1.0, 1.0]]])
    np.testing.assert_array_equal(y, [[1.0, bad, bad]])
    y = backend["avgpool"]([[1.0, 1.0, bad, 1.0]], 2)
    np.testing.assert_array_equal(y, [[1.0, bad]])
    y = backend["depthwise_conv"](np.ones((2, 3)) * [[1], [bad]], np.ones((2, 1, 2)))
    np.testing.assert_array_equal(y, [[2, 2], [bad, bad]])


@both_backends
def test_max_of_nan_is_nan_and_of_infinities_the_larger(backend: Backend) -> None:
    """As np.maximum and PyTorch."""
    y = backend["maxpool"]([[1.0, np.nan, -np.inf, -np.inf, np.inf, 1.0]], 2)
    np.testing.assert_array_equal(y, [[np.nan, -np.inf, np.inf]])
    _, places = backend["maxpool_with_indices"]([[1.0, np.nan, np.nan, 2.0]], 4)
    np.testing.assert_array_equal(places, [[1]])


@both_backends
def test_a_window_without_cells_is_minus_infinity_or_nan(backend: Backend) -> None:
    """Caffe lets a window start after the input if there is no padding."""
    y = backend["maxpool"](np.ones((1, 6)), 1, stride=2, fit="caffe")
    np.testing.assert_array_equal(y, [[1, 1, 1, -np.inf]])
    y = backend["avgpool"](np.ones((1, 6)), 1, stride=2, fit="caffe")
    np.testing.assert_array_equal(y, [[1, 1, 1, np.nan]])


@both_backends
def test_units_at_infinity(backend: Backend) -> None:
    """The limits if they exist, else NaN."""
    ends = [-np.inf, np.inf, np.nan]
    for name, expected in {
        "relu": [0, np.inf, np.nan],
        "relu6": [0, 6, np.nan],
        "elu": [-1, np.inf, np.nan],
        "sigmoid": [0, 1, np.nan],
        "tanh": [-1, 1, np.nan],
        "leaky_relu": [-np.inf, np.inf, np.nan],
        "hardtanh": [-1, 1, np.nan],
        "hardsigmoid": [0, 1, np.nan],
        "softplus": [0, np.inf, np.nan],
        "logsigmoid": [-np.inf, 0, np.nan],
        "softsign": [np.nan, np.nan, np.nan],
    }.items():
        np.testing.assert_array_equal(backend[name](ends), expected, err_msg=name)
    np.testing.assert_array_equal(backend["softmax"]([-np.inf, 0.0, 1000.0]), [0, 0, 1])
    np.testing.assert_array_equal(
        backend["upsample"]([[np.inf, 1.0]], 2, mode="linear")[0, 0], np.inf
    )
    for mode in ("linear", "cubic"):  # both places lie on a cell
        found = backend["resize"]([[np.inf, 1.0, 2.0]], size=2, mode=mode, align_corners=True)
        np.testing.assert_array_equal(found, [[np.inf, 2.0]])


@both_backends
@pytest.mark.parametrize("name", ["int8", "uint8", "int16", "bool"])
def test_integers_are_computed_wide(backend: Backend, name: str) -> None:
    """127 · 127 · 9 does not fit int8, nor 255 · 255 uint8."""
    top = 1 if name == "bool" else np.iinfo(name).max
    x, w = np.full((1, 3, 3), top, dtype=name), np.full((1, 1, 3, 3), top, dtype=name)
    y = backend["conv"](x, w)
    assert y.dtype == np.int64
    assert int(y[0, 0, 0]) == 9 * int(top) ** 2


@both_backends
def test_integers_beyond_floats_are_still_exact(backend: Backend) -> None:
    """2⁵³ + 1 has no float64; the fast way then multiplies integers."""
    big = 2**53 + 1
    np.testing.assert_array_equal(backend["conv"]([[big, 0]], [[[1, 0]]]), [[big]])
    np.testing.assert_array_equal(backend["linear"]([big], [[3]]), [3 * big])
    np.testing.assert_array_equal(backend["conv_transpose"]([[big]], [[[1, 0]]]), [[big, 0]])


def test_integers_that_do_not_fit_are_refused() -> None:
    """The loop nest knows the sum itself, the fast way how large it could become."""
    with pytest.raises(ValueError, match="does not fit") as caught:
        LOOPS["conv"]([[2**40, 2**40]], [[[2**40, 2**40]]])
    assert str(caught.value) == (
        "conv: the result 2417851639229258349412352 does not fit 64 bits; give floats instead"
    )
    with pytest.raises(ValueError, match="does not fit") as caught:
        FAST["conv"]([[2**40, 2**40]], [[[2**40, 2**40]]])
    assert str(caught.value) == (
        "conv: sums could reach 2417851639229258349412352, which does not fit 64 bits; "
        "give floats instead"
    )


@both_backends
def test_floats_keep_their_type(backend: Backend) -> None:
    """float16 is computed wider and rounded once: 1 + 2⁻¹¹ + 2⁻¹¹ is not 1."""
    tiny = 2.0**-11
    y = backend["conv"](np.array([[1, tiny, tiny]], np.float16), np.ones((1, 1, 3), np.float16))
    assert y.dtype == np.float16
    assert float(y[0, 0]) == 1 + 2 * tiny
    x = np.ones((1, 3), np.float32)
    assert backend["conv"](x, np.ones((1, 1, 3), np.float64)).dtype == np.float64
    assert backend["maxpool"](x, 2).dtype == np.float32
    y = backend["add"]([np.array([6e4], np.float16), np.array([6e4], np.float16)])
    np.testing.assert_array_equal(y, [np.inf])


CALLS: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "conv": ([np.ones((1, 1, 1, 1))], {}),
    "maxpool": ([1], {}),
    "avgpool": ([1], {}),
    "lppool": ([1], {}),
    "adaptive_avgpool": ([4], {}),
    "adaptive_maxpool": ([4], {}),
    "upsample": ([1], {}),
    "resize": ([], {"size": 4}),
    "attention": (
        [{f"{name}_weight": [[1.0]] for name in ("query", "key", "value", "out")}, 1],
        {},
    ),
    "blur_pool": ([np.ones((1, 1, 1, 1))], {"stride": 1}),
    "unpool": ([1], {}),
    "relu": ([], {}),
    "batchnorm": ([[0.0], [1.0]], {}),
    "lrn": ([], {}),
    "dropout": ([], {}),
    "pad": ([0], {}),
    "crop": ([], {"padding": 0}),
    "flatten": ([], {}),
    "reshape": ([[4, 4]], {}),
    "channel_shuffle": ([1], {}),
    "pixel_shuffle": ([1], {}),
}
"""Layers that leave the input as it is, or nearly, when called like this."""


@both_backends
@pytest.mark.parametrize("name", CALLS)
def test_inputs_are_never_changed_nor_returned(backend: Backend, name: str) -> None:
    """The output may be written to, and shares no memory with the input."""
    x = np.ones((1, 4, 4), np.float32)
    x.flags.writeable = False
    args, options = CALLS[name]
    y = backend[name](x, *args, **options)
    assert not np.shares_memory(x, y)
    y[...] = 7


@both_backends
@pytest.mark.parametrize("name", ["add", "multiply", "concat"])
def test_one_branch_is_copied(backend: Backend, name: str) -> None:
    """A join of a single input is a copy of that input."""
    x = np.ones((1, 2))
    assert not np.shares_memory(x, backend[name]([x]))


def test_columns_are_memory_of_their_own() -> None:
    """Even if every window is one cell."""
    x = np.ones((1, 6))
    for kernel_size, padding in ((1, 0), (6, 0), (2, 1)):
        columns = reference.im2col(x, kernel_size, padding=padding)
        assert not np.shares_memory(x, columns)
        columns[...] = 7


@both_backends
def test_unsigned_64_bits_are_read_as_integers_or_refused(backend: Backend) -> None:
    """With a signed integer, NumPy would turn them into floats, and the largest do not fit into int64."""
    big = 2**53 + 1
    x = np.array([[big]], np.uint64)
    for y in (
        backend["conv"](x, np.array([[[1]]], np.uint64)),
        backend["add"]([x, np.array([[0]])]),
        backend["maxpool"](x, 1),
        backend["relu"](x),
    ):
        assert y.dtype == np.int64
        assert int(y[0, 0]) == big
    for name, args in (("relu", []), ("maxpool", [1]), ("linear", [[[1]]])):
        given = np.array([2**63], np.uint64).reshape(-1, *(1 for _ in CALLS.get(name, [[]])[0]))
        with pytest.raises(ValueError, match="does not fit") as caught:
            backend[name](given, *args)
        assert str(caught.value) == (
            f"{name}: x contains 9223372036854775808, which does not fit 64 bits with a sign; "
            "give floats instead"
        )


@both_backends
def test_integers_do_not_widen_floats(backend: Backend) -> None:
    """The result has the widest float type of the inputs; integers do not matter."""
    x = np.ones((1, 1), np.float32)
    assert backend["conv"](x, np.ones((1, 1, 1), np.float32), [1]).dtype == np.float32
    assert backend["prelu"](x, [2]).dtype == np.float32


@both_backends
def test_the_other_byte_order_is_only_another_way_to_store(backend: Backend) -> None:
    """Results are in the machine's byte order."""
    x = np.array([[1.0, 2.0]], np.dtype(np.float32).newbyteorder())
    for name, args in (("avgpool", [1]), ("relu", []), ("flatten", [])):
        y = backend[name](x, *args)
        assert y.dtype == np.float32
        np.testing.assert_array_equal(y.ravel(), [1, 2])


@both_backends
@pytest.mark.parametrize("mean", [np.uint8(3), np.int8(-128), np.bool_(True)])
def test_a_mean_of_small_integers_is_subtracted_whole(backend: Backend, mean: Any) -> None:
    """An 8-bit minus sign wraps around."""
    y = backend["batchnorm"]([[200.0]], np.array([mean]), [1 - 1e-5])
    np.testing.assert_allclose(y, [[200.0 - int(mean)]])


def test_columns_of_small_integers_are_added_up_whole() -> None:
    """100 + 100 does not fit int8."""
    x = reference.col2im(np.full((2, 3), 100, np.int8), (1, 4), 2)
    np.testing.assert_array_equal(x, [[100, 200, 200, 100]])
    with pytest.raises(ValueError, match="does not fit"):
        reference.col2im(np.full((2, 3), 2**62), (1, 4), 2)


@both_backends
def test_an_infinite_bias_against_an_infinite_sum_is_nan_without_a_word(backend: Backend) -> None:
    """inf - inf, at every place where the bias is added."""
    x, ones, bias = [[np.inf, 1.0]], [[[1.0, 1.0]]], [-np.inf]
    for y in (
        backend["conv"](x, ones, bias),
        backend["conv"](x, [[[1.0]]], bias)[:, :1],
        backend["conv"]([*x, *x], [*ones, *ones], [*bias, 0], groups=2)[:1],
        backend["conv"](x, [[1.0, 1.0]], bias, connections=[[0]]),
        backend["local_conv"](x, [[ones[0]]], [bias]),
        backend["linear"]([np.inf], [[1.0]], bias),
    ):
        np.testing.assert_array_equal(np.ravel(y), [np.nan])


def test_gradients_of_infinities_say_nothing_either() -> None:
    """Nor does a window that counts no cell."""
    x, up_down = [[np.inf, 1.0, 1.0]], [[np.inf, -np.inf]]
    reference.conv_gradients(x, [[[1.0, 1.0]]], up_down)
    reference.conv_transpose_gradients([[np.inf, -np.inf]], [[[1.0]]], [[np.inf, -np.inf]])
    reference.maxpool_gradient([[1.0, 2.0, 1.0]], up_down, 2, stride=1)
    reference.col2im([[np.inf, -np.inf], [np.inf, -np.inf]], (1, 3), 2)
    dx = reference.avgpool_gradient(
        [[1.0, 2, 3, 4, 5, 6]], np.ones((1, 4)), 1, stride=2, fit="caffe", count_include_pad=False
    )
    np.testing.assert_array_equal(dx, [[1, 0, 1, 0, 1, 0]])


def test_the_mean_of_a_large_map_keeps_its_digits() -> None:
    """Added in pairs: one after the other, 4 million float32 would lose the last three digits."""
    y = FAST["global_avgpool"](np.full((1, 2000, 2000), 0.1, np.float32))
    np.testing.assert_allclose(y, 0.1, rtol=1e-6)


BOUNDS = [
    ("linear", ([2**31, 2**31], [[2**31, 2**31]]), 2 * 2**62),
    ("linear", ([2**31], [[2**31]], [2**62]), 2 * 2**62),
    ("rbf", ([2**31], [[-(2**31)]]), 2**64),
    ("conv", ([[2**31]], [[[2**31]]], [2**62]), 2 * 2**62),
    ("conv_transpose", ([[2**31, 0]], [[[2**31, 2**31]]]), 2 * 2**62),
    ("add", ([[2**62], [2**62]],), 2 * 2**62),
    ("multiply", ([[2**32], [2**32]],), 2**64),
    ("matmul", ([[[2**31, 2**31]], [[2**31], [2**31]]],), 2 * 2**62),
]


@pytest.mark.parametrize(("name", "args", "most"), BOUNDS)
def test_every_layer_knows_how_large_its_sums_could_become(name: str, args: Any, most: int) -> None:
    """One bit more than an int64 has, through the number of terms, the bias, or a difference."""
    with pytest.raises(ValueError, match="could reach") as caught:
        FAST[name](*args)
    assert str(caught.value) == (
        f"{name}: sums could reach {most}, which does not fit 64 bits; give floats instead"
    )


@both_backends
def test_sums_that_just_fit_are_exact(backend: Backend) -> None:
    """2⁶² + (2⁶² - 1) is the largest int64."""
    y = backend["conv"]([[2**31]], [[[2**31]]], [2**62 - 1])
    assert int(y[0, 0]) == 2**63 - 1
