"""NaN and infinity pass through as IEEE 754 says; integers are exact or refused."""

import warnings
from collections.abc import Iterator

import numpy as np
import pytest

from convcalc.reference.ways import FAST, LOOPS, Way

both_ways = pytest.mark.parametrize("way", [LOOPS, FAST], ids=["loops", "fast"])


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    """No layer warns about NaN, infinity or overflow: they are answers."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@both_ways
def test_infinity_times_a_padding_zero_is_nan(way: Way) -> None:
    """The products with padding are really made."""
    y = way["conv"]([[1.0, 2.0]], [[[np.inf, 1.0]]], padding=[[1, 0]])
    np.testing.assert_array_equal(y, [[np.nan, np.inf]])


@both_ways
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_bad_cells_reach_the_windows_that_read_them_and_no_others(way: Way, bad: float) -> None:
    """Windows 0-1, 1-2, 2-3 over cells 1 1 bad 1."""
    y = way["conv"]([[1.0, 1.0, bad, 1.0]], [[[1.0, 1.0]]])
    np.testing.assert_array_equal(y, [[2.0, bad, bad]])
    y = way["conv_transpose"]([[1.0, bad]], [[[1.0, 1.0]]])
    np.testing.assert_array_equal(y, [[1.0, bad, bad]])
    y = way["avgpool"]([[1.0, 1.0, bad, 1.0]], 2)
    np.testing.assert_array_equal(y, [[1.0, bad]])
    y = way["depthwise_conv"](np.ones((2, 3)) * [[1], [bad]], np.ones((2, 1, 2)))
    np.testing.assert_array_equal(y, [[2, 2], [bad, bad]])


@both_ways
def test_max_of_nan_is_nan_and_of_infinities_the_larger(way: Way) -> None:
    """As np.maximum and PyTorch."""
    y = way["maxpool"]([[1.0, np.nan, -np.inf, -np.inf, np.inf, 1.0]], 2)
    np.testing.assert_array_equal(y, [[np.nan, -np.inf, np.inf]])
    _, places = way["maxpool_with_indices"]([[1.0, np.nan, np.nan, 2.0]], 4)
    np.testing.assert_array_equal(places, [[1]])


@both_ways
def test_a_window_without_cells_is_minus_infinity_or_nan(way: Way) -> None:
    """Caffe lets a window start behind the input when there is no padding."""
    y = way["maxpool"](np.ones((1, 6)), 1, stride=2, fit="caffe")
    np.testing.assert_array_equal(y, [[1, 1, 1, -np.inf]])
    y = way["avgpool"](np.ones((1, 6)), 1, stride=2, fit="caffe")
    np.testing.assert_array_equal(y, [[1, 1, 1, np.nan]])


@both_ways
def test_units_at_infinity(way: Way) -> None:
    """The limits where there are any, NaN where there are none."""
    ends = [-np.inf, np.inf, np.nan]
    for name, expected in {
        "relu": [0, np.inf, np.nan],
        "relu6": [0, 6, np.nan],
        "elu": [-1, np.inf, np.nan],
        "sigmoid": [0, 1, np.nan],
        "tanh": [-1, 1, np.nan],
        "leaky_relu": [-np.inf, np.inf, np.nan],
    }.items():
        np.testing.assert_array_equal(way[name](ends), expected, err_msg=name)
    np.testing.assert_array_equal(way["softmax"]([-np.inf, 0.0, 1000.0]), [0, 0, 1])
    np.testing.assert_array_equal(way["upsample"]([[np.inf, 1.0]], 2, mode="linear")[0, 0], np.inf)


@both_ways
@pytest.mark.parametrize("name", ["int8", "uint8", "int16", "bool"])
def test_integers_are_computed_wide(way: Way, name: str) -> None:
    """127 · 127 · 9 does not fit int8, nor 255 · 255 uint8."""
    top = 1 if name == "bool" else np.iinfo(name).max
    x, w = np.full((1, 3, 3), top, dtype=name), np.full((1, 1, 3, 3), top, dtype=name)
    y = way["conv"](x, w)
    assert y.dtype == np.int64
    assert int(y[0, 0, 0]) == 9 * int(top) ** 2


@both_ways
def test_integers_beyond_floats_are_still_exact(way: Way) -> None:
    """2⁵³ + 1 has no float64; the fast way then multiplies integers."""
    big = 2**53 + 1
    np.testing.assert_array_equal(way["conv"]([[big, 0]], [[[1, 0]]]), [[big]])
    np.testing.assert_array_equal(way["linear"]([big], [[3]]), [3 * big])
    np.testing.assert_array_equal(way["conv_transpose"]([[big]], [[[1, 0]]]), [[big, 0]])


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


@both_ways
def test_floats_keep_their_type(way: Way) -> None:
    """float16 is computed wider and rounded once: 1 + 2⁻¹¹ + 2⁻¹¹ is not 1."""
    tiny = 2.0**-11
    y = way["conv"](np.array([[1, tiny, tiny]], np.float16), np.ones((1, 1, 3), np.float16))
    assert y.dtype == np.float16
    assert float(y[0, 0]) == 1 + 2 * tiny
    x = np.ones((1, 3), np.float32)
    assert way["conv"](x, np.ones((1, 1, 3), np.float64)).dtype == np.float64
    assert way["maxpool"](x, 2).dtype == np.float32
    y = way["add"]([np.array([6e4], np.float16), np.array([6e4], np.float16)])
    np.testing.assert_array_equal(y, [np.inf])


@both_ways
def test_inputs_are_never_changed(way: Way) -> None:
    """Nor returned: what comes out may be written to."""
    x = np.ones((2, 4, 4), np.float32)
    w = np.ones((2, 2, 1, 1), np.float32)
    made = [way["conv"](x, w, [1, 1]), way["relu"](x), way["add"]([x, x])]
    for y in made:
        y[...] = 7
    np.testing.assert_array_equal(x, 1)
