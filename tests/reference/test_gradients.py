"""Every gradient, compared with finite differences of the layer."""

from typing import Any

import numpy as np
import pytest

from convcalc.reference import Tally, grad
from convcalc.reference.backends import FAST

STEP = 1e-5


def slopes(loss: Any, array: Any) -> Any:
    """How the loss changes with each cell: central differences, cell by cell."""
    found = np.zeros_like(array)
    for cell in np.ndindex(*array.shape):
        there = array[cell]
        array[cell] = there + STEP
        above = loss()
        array[cell] = there - STEP
        below = loss()
        array[cell] = there
        found[cell] = (above - below) / (2 * STEP)
    return found


CONVS = [
    ((5,), (3,), {}),
    ((5,), (2,), {"stride": 2, "padding": "same"}),
    ((1,), (3,), {"padding": 1}),  # two of the three taps read only padding
    ((5, 4), (3, 2), {"stride": [2, 1], "padding": [[1, 0], [0, 2]]}),
    ((5, 4), (2, 2), {"dilation": 2, "groups": 2, "padding": 1}),
    ((4, 4), (2, 2), {"stride": 3, "fit": "ceil"}),
    ((3, 3, 4), (2, 3, 2), {"padding": "full", "groups": 2}),
]


@pytest.mark.parametrize(("spatial", "kernel", "options"), CONVS)
@pytest.mark.unmeasured
def test_conv(spatial: Any, kernel: Any, options: Any) -> None:
    """With respect to input, weight and bias."""
    rng = np.random.default_rng(0)
    groups = options.get("groups", 1)
    x, w = rng.standard_normal((4, *spatial)), rng.standard_normal((2, 4 // groups, *kernel))
    b = rng.standard_normal(2)
    dy = rng.standard_normal(FAST["conv"](x, w, b, **options).shape)
    found = grad.conv_gradients(x, w, dy, **options)
    for part, array in zip(found, (x, w, b), strict=True):
        numeric = slopes(lambda: float((dy * FAST["conv"](x, w, b, **options)).sum()), array)
        np.testing.assert_allclose(part, numeric, rtol=1e-6, atol=1e-8)


def test_many_tiles_add_up_to_the_same_gradients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tile has its share in each weight and in the cells at its edge."""
    rng = np.random.default_rng(5)
    x, w, back = (rng.standard_normal(shape) for shape in ((4, 6, 5), (2, 2, 3, 2), (4, 1, 3, 2)))
    dy = rng.standard_normal(FAST["conv"](x, w, padding=1, groups=2).shape)
    dz = rng.standard_normal(FAST["conv_transpose"](x, back, stride=2, groups=2).shape)
    at_once = grad.conv_gradients(x, w, dy, padding=1, groups=2)
    back_at_once = grad.conv_transpose_gradients(x, back, dz, stride=2, groups=2)
    monkeypatch.setattr("convcalc.reference.gather.LEAST_PLACES", 1)
    for tile in (1, 100):
        monkeypatch.setattr("convcalc.reference.gather.TILE", tile)
        for found, expected in (
            (grad.conv_gradients(x, w, dy, padding=1, groups=2), at_once),
            (grad.conv_transpose_gradients(x, back, dz, stride=2, groups=2), back_at_once),
        ):
            for part, whole in zip(found, expected, strict=True):
                np.testing.assert_allclose(part, whole)


def test_a_window_on_padding_alone_gives_its_gradient_to_no_cell() -> None:
    """Caffe's last window is after the input if nothing is padded."""
    x = np.array([[1.0, 2, 3, 4, 5, 6]])
    dx = grad.maxpool_gradient(x, np.array([[1.0, 2, 3, 4]]), 1, stride=2, fit="caffe")
    np.testing.assert_array_equal(dx, [[1, 0, 2, 0, 3, 0]])


TRANSPOSED = [
    ((4,), (3,), {}),
    ((3, 4), (3, 2), {"stride": [2, 1], "padding": 1, "output_padding": [1, 0]}),
    ((3, 3), (2, 2), {"stride": 3, "size_rule": "keras", "groups": 2}),
    ((3, 3), (3, 3), {"stride": 2, "padding": "same", "dilation": 2}),
    ((2, 2, 3), (2, 1, 2), {"stride": 2}),
]


@pytest.mark.parametrize(("spatial", "kernel", "options"), TRANSPOSED)
@pytest.mark.unmeasured
def test_conv_transpose(spatial: Any, kernel: Any, options: Any) -> None:
    """With respect to input, weight and bias."""
    rng = np.random.default_rng(1)
    groups = options.get("groups", 1)
    x, w = rng.standard_normal((4, *spatial)), rng.standard_normal((4, 2, *kernel))
    b = rng.standard_normal(2 * groups)
    dy = rng.standard_normal(FAST["conv_transpose"](x, w, b, **options).shape)
    found = grad.conv_transpose_gradients(x, w, dy, **options)
    for part, array in zip(found, (x, w, b), strict=True):
        numeric = slopes(
            lambda: float((dy * FAST["conv_transpose"](x, w, b, **options)).sum()), array
        )
        np.testing.assert_allclose(part, numeric, rtol=1e-6, atol=1e-8)


def test_linear() -> None:
    """With respect to input, weight and bias."""
    rng = np.random.default_rng(2)
    x, w, b = rng.standard_normal(4), rng.standard_normal((3, 4)), rng.standard_normal(3)
    dy = rng.standard_normal(3)
    found = grad.linear_gradients(x, w, dy)
    for part, array in zip(found, (x, w, b), strict=True):
        numeric = slopes(lambda: float((dy * FAST["linear"](x, w, b)).sum()), array)
        np.testing.assert_allclose(part, numeric, rtol=1e-6, atol=1e-8)


POOLS = [
    ((6,), 2, {}),
    ((6, 5), [3, 2], {"stride": 2, "padding": 1}),
    ((5, 5), 2, {"stride": 2, "ceil_mode": True}),
    ((3, 4, 3), 2, {"stride": 1}),
]


@pytest.mark.parametrize(("spatial", "kernel", "options"), POOLS)
def test_pools(spatial: Any, kernel: Any, options: Any) -> None:
    """Max pools pass dy to the winner, average pools divide it."""
    rng = np.random.default_rng(3)
    x = rng.permutation(2 * int(np.prod(spatial))).astype(float).reshape(2, *spatial)
    for name in ("maxpool", "avgpool"):
        dy = rng.standard_normal(FAST[name](x, kernel, **options).shape)
        found = getattr(grad, f"{name}_gradient")(x, dy, kernel, **options)
        numeric = slopes(
            lambda name=name, dy=dy: float((dy * FAST[name](x, kernel, **options)).sum()), x
        )
        np.testing.assert_allclose(found, numeric, rtol=1e-6, atol=1e-7)
    dy = rng.standard_normal(FAST["avgpool"](x, kernel, **options).shape)
    found = grad.avgpool_gradient(x, dy, kernel, count_include_pad=False, **options)
    np.testing.assert_allclose(found.sum(), dy.sum())  # every share goes to a real cell


def test_the_first_of_equal_cells_gets_the_gradient() -> None:
    """As PyTorch does."""
    dx = grad.maxpool_gradient([[1.0, 1.0]], [[5.0]], 2)
    np.testing.assert_array_equal(dx, [[5.0, 0.0]])


def test_backward_makes_twice_the_products_of_forward() -> None:
    """Once for the weights, once for the input; in groups too."""
    rng = np.random.default_rng(4)
    x, w = rng.standard_normal((4, 6, 6)), rng.standard_normal((4, 2, 3, 3))
    forward, backward = Tally(), Tally()
    y = FAST["conv"](x, w, groups=2, padding=1, tally=forward)
    grad.conv_gradients(x, w, y, groups=2, padding=1, tally=backward)
    assert backward.macs == 2 * forward.macs


def test_integers_have_no_gradient() -> None:
    """Refused in words."""
    with pytest.raises(TypeError) as caught:
        grad.conv_gradients([[1, 2]], [[[1]]], [[1, 1]])
    expected = "conv_gradients: gradients are of floats; give x, weight and dy as floats"
    assert str(caught.value) == expected
