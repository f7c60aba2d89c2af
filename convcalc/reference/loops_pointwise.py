"""Activations and normalisations, one number at a time, straight from the formula."""

import math
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Shape
from convcalc.reference.loops import rounded
from convcalc.reference.loops_pool import mean_type
from convcalc.reference.tally import Tally

EPSILON = 1e-5
"""Added to a variance so that it can be divided by; PyTorch's default."""


def _each(owner: str, x: npt.ArrayLike, formula: Callable[[np.float64], float]) -> Array:
    """The formula, cell by cell, in 64 bits."""
    cells = checks.numbers(owner, "x", x)
    y = np.zeros(cells.shape)
    with np.errstate(all="ignore"):
        for cell in np.ndindex(*cells.shape):
            y[cell] = formula(np.float64(cells[cell]))
    return rounded(owner, y, mean_type(cells))


def relu(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = x where x > 0, else 0; NaN stays NaN

    >>> relu([-1, 0, 2])
    array([0, 0, 2])
    """
    cells = checks.numbers("relu", "x", x)
    y = cells.astype(checks.result_type(cells))
    for cell in np.ndindex(*cells.shape):
        if cells[cell] <= 0:
            y[cell] = 0
        if tally is not None:
            tally.comparisons += 1
    return y


def relu6(x: npt.ArrayLike) -> Array:
    """y = min(max(x, 0), 6)

    >>> relu6([-1.0, 2.0, 9.0])
    array([0., 2., 6.])
    """
    return _each("relu6", x, lambda v: np.minimum(np.maximum(v, 0), 6))


def leaky_relu(x: npt.ArrayLike, negative_slope: float = 0.01) -> Array:
    """y = x where x > 0, else negative_slope · x

    >>> leaky_relu([-100.0, 2.0])
    array([-1.,  2.])
    """
    slope = checks.real("leaky_relu", "negative_slope", negative_slope)
    return _each("leaky_relu", x, lambda v: slope * v if v <= 0 else v)


def prelu(x: npt.ArrayLike, weight: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = x where x > 0, else weight · x, the weight learned: one for all maps or one per map

    >>> prelu([[-1.0, 1.0], [-2.0, 2.0]], [0.5])
    array([[-0.5,  1. ],
           [-1. ,  2. ]])
    """
    cells, slopes = prelu_parts(x, weight)
    y = np.zeros(cells.shape)
    with np.errstate(all="ignore"):
        for cell in np.ndindex(*cells.shape):
            value = np.float64(cells[cell])
            slope = np.float64(slopes[cell[0] if len(slopes) > 1 else 0])
            y[cell] = slope * value if value <= 0 else value
            if tally is not None:
                tally.scalings += 1
    dtype = np.result_type(mean_type(cells), checks.result_type(cells, slopes))
    return rounded("prelu", y, dtype)


def prelu_parts(x: npt.ArrayLike, weight: npt.ArrayLike) -> tuple[Array, Array]:
    """The input and its slopes, one or as many as there are maps."""
    cells = checks.numbers("prelu", "x", x)
    slopes = checks.numbers("prelu", "weight", weight)
    if slopes.shape not in {(1,), cells.shape[:1]}:
        message = f"prelu: weight has shape {slopes.shape}; it must be (1,) or {cells.shape[:1]}"
        raise ValueError(message)
    return cells, slopes


def elu(x: npt.ArrayLike, alpha: float = 1.0) -> Array:
    """y = x where x > 0, else alpha · (eˣ − 1)

    >>> elu([0.0, 2.0])
    array([0., 2.])
    """
    alpha = checks.real("elu", "alpha", alpha)
    return _each("elu", x, lambda v: alpha * np.expm1(v) if v <= 0 else v)


def gelu(x: npt.ArrayLike) -> Array:
    """y = x · Φ(x) = x · (1 + erf(x/√2)) / 2, the exact form, not the tanh approximation

    >>> gelu([1.0]).round(4)
    array([0.8413])
    """
    return _each("gelu", x, lambda v: v * (1 + math.erf(v / math.sqrt(2))) / 2)


def sigmoid(x: npt.ArrayLike) -> Array:
    """y = 1 / (1 + e⁻ˣ)

    >>> sigmoid([0.0])
    array([0.5])
    """
    return _each("sigmoid", x, lambda v: 1 / (1 + np.exp(-v)))


def silu(x: npt.ArrayLike) -> Array:
    """y = x · sigmoid(x) = x / (1 + e⁻ˣ)

    >>> silu([0.0])
    array([0.])
    """
    return _each("silu", x, lambda v: v / (1 + np.exp(-v)))


def hardswish(x: npt.ArrayLike) -> Array:
    """y = x · min(max(x + 3, 0), 6) / 6

    >>> hardswish([-4.0, 0.0, 1.5, 5.0])
    array([-0.   ,  0.   ,  1.125,  5.   ])
    """
    return _each("hardswish", x, lambda v: v * np.clip(v + 3, 0, 6) / 6)


def tanh(x: npt.ArrayLike) -> Array:
    """y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)

    >>> tanh([0.0])
    array([0.])
    """
    return _each("tanh", x, np.tanh)


def softmax(x: npt.ArrayLike) -> Array:
    """y[c] = e^(x[c] − largest) / Σ over channels c' of e^(x[c'] − largest)

    Taking the largest off changes nothing, above and below alike, and keeps e^x from overflowing.

    >>> softmax([0.0, 0.0])
    array([0.5, 0.5])
    """
    cells = checks.numbers("softmax", "x", x)
    y = np.zeros(cells.shape)
    with np.errstate(all="ignore"):
        for place in np.ndindex(*cells.shape[1:]):
            values = [np.float64(cells[(channel, *place)]) for channel in range(len(cells))]
            largest = np.max(values)
            powers = [np.exp(value - largest) for value in values]
            for channel, power in enumerate(powers):
                y[(channel, *place)] = power / sum(powers)
    return rounded("softmax", y, mean_type(cells))


def _statistics(values: Iterable[float]) -> tuple[np.float64, np.float64]:
    """Mean, and variance as the mean squared distance from it (divided by n, not n-1)."""
    listed = list(values)
    mean = np.float64(sum(listed)) / len(listed)
    return mean, np.float64(sum((value - mean) ** 2 for value in listed)) / len(listed)


def _normalised(
    owner: str,
    x: Array,
    pools: list[list[Shape]],
    weight: Array | None,
    bias: Array | None,
    tally: Tally | None,
) -> Array:
    """Every pool of cells shifted to mean 0 and scaled to variance 1, then weight and bias."""
    y = np.zeros(x.shape)
    with np.errstate(all="ignore"):
        for pool in pools:
            mean, variance = _statistics(np.float64(x[cell]) for cell in pool)
            for cell in pool:
                y[cell] = (np.float64(x[cell]) - mean) / np.sqrt(variance + EPSILON)
        _affine(y, weight, bias, tally)
    return rounded(owner, y, mean_type(x))


def _affine(y: Array, weight: Array | None, bias: Array | None, tally: Tally | None) -> None:
    """y · weight + bias, in place; both have one number per map, or one per cell."""
    for cell in np.ndindex(*y.shape):
        if tally is not None:
            tally.scalings += 1 + (weight is not None)
        if weight is not None:
            y[cell] *= weight[cell if weight.ndim == y.ndim else cell[0]]
        if bias is not None:
            y[cell] += bias[cell if bias.ndim == y.ndim else cell[0]]


def affine_parts(
    owner: str, shape: Shape, weight: npt.ArrayLike | None, bias: npt.ArrayLike | None
) -> tuple[Array | None, Array | None]:
    """Weight and bias of a normalisation, both of the given shape, or None."""
    return (
        None if weight is None else checks.of_shape(owner, "weight", weight, shape),
        None if bias is None else checks.of_shape(owner, "bias", bias, shape),
    )


def batchnorm(
    x: npt.ArrayLike,
    mean: npt.ArrayLike,
    variance: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """y[c] = (x[c] − mean[c]) / √(variance[c] + 10⁻⁵) · weight[c] + bias[c], with given statistics

    >>> batchnorm([[3.0, 5.0]], [3.0], [4.0 - 1e-5])
    array([[0., 1.]])
    """
    cells = checks.numbers("batchnorm", "x", x)
    means = checks.of_shape("batchnorm", "mean", mean, cells.shape[:1])
    variances = checks.of_shape("batchnorm", "variance", variance, cells.shape[:1])
    scale, shift = affine_parts("batchnorm", cells.shape[:1], weight, bias)
    y = np.zeros(cells.shape)
    with np.errstate(all="ignore"):
        for cell in np.ndindex(*cells.shape):
            spread = np.sqrt(np.float64(variances[cell[0]]) + EPSILON)
            y[cell] = (np.float64(cells[cell]) - means[cell[0]]) / spread
        _affine(y, scale, shift, tally)
    return rounded("batchnorm", y, mean_type(cells))


def layernorm(
    x: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """Normalised over the whole sample; weight and bias have one number per cell.

    >>> layernorm([[1.0, -1.0]]).round(4)
    array([[ 1., -1.]])
    """
    cells = checks.numbers("layernorm", "x", x)
    scale, shift = affine_parts("layernorm", cells.shape, weight, bias)
    return _normalised("layernorm", cells, [list(np.ndindex(*cells.shape))], scale, shift, tally)


def groupnorm(
    x: npt.ArrayLike,
    num_groups: int,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """Normalised over each group of maps; weight and bias have one number per map.

    >>> groupnorm([[1.0], [-1.0], [7.0], [5.0]], 2).round(4).ravel()
    array([ 1., -1.,  1., -1.])
    """
    cells = checks.numbers("groupnorm", "x", x)
    groups = checks.whole("groupnorm", "num_groups", num_groups, least=1)
    checks.divides("groupnorm", groups, channels=len(cells))
    scale, shift = affine_parts("groupnorm", cells.shape[:1], weight, bias)
    members = np.split(np.arange(len(cells)), groups)
    pools = [
        [(int(c), *p) for c in group for p in np.ndindex(*cells.shape[1:])] for group in members
    ]
    return _normalised("groupnorm", cells, pools, scale, shift, tally)


def instancenorm(
    x: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """Normalised over each map by itself; weight and bias have one number per map.

    >>> instancenorm([[1.0, -1.0], [7.0, 5.0]]).round(4)
    array([[ 1., -1.],
           [ 1., -1.]])
    """
    cells = checks.feature_map("instancenorm", x)
    scale, shift = affine_parts("instancenorm", cells.shape[:1], weight, bias)
    pools = [[(c, *p) for p in np.ndindex(*cells.shape[1:])] for c in range(len(cells))]
    return _normalised("instancenorm", cells, pools, scale, shift, tally)


def lrn(
    x: npt.ArrayLike, size: int = 5, *, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Array:
    """y[c] = x[c] / (k + alpha/size · Σ x[c']²)^beta, over the `size` channels c' around c

    Channels that are not there count as 0. As PyTorch does, alpha is divided by size. AlexNet
    (2012) does not divide and has k = 2: its alpha 10⁻⁴ is `alpha=5e-4, k=2` here.

    >>> lrn([[1.0], [2.0]], 3, alpha=3, k=1, beta=1).ravel().round(4)  # 1/(1+1+4), 2/(1+1+4)
    array([0.1667, 0.3333])
    """
    cells = checks.numbers("lrn", "x", x)
    size = checks.whole("lrn", "size", size, least=1)
    alpha, beta, k = lrn_parts(alpha, beta, k)
    y = np.zeros(cells.shape)
    with np.errstate(all="ignore"):
        for cell in np.ndindex(*cells.shape):
            channel, place = cell[0], cell[1:]
            first = channel - size // 2  # an even size reads one more channel below than above
            around = [c for c in range(first, first + size) if 0 <= c < len(cells)]
            squares = sum(np.float64(cells[(c, *place)]) ** 2 for c in around)
            y[cell] = np.float64(cells[cell]) / (k + alpha / size * squares) ** beta
    return rounded("lrn", y, mean_type(cells))


def lrn_parts(alpha: float, beta: float, k: float) -> tuple[float, float, float]:
    """The three constants of an LRN, each a single number."""
    return (
        checks.real("lrn", "alpha", alpha),
        checks.real("lrn", "beta", beta),
        checks.real("lrn", "k", k),
    )
