"""Normalisations, one number at a time, straight from the formula."""

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Shape
from convcalc.reference.loops import rounded, rows_along
from convcalc.reference.loops_pool import mean_type
from convcalc.reference.tally import Tally

EPSILON = 1e-5
"""Added to a variance so that it can be divided by; PyTorch's default."""


def _normalised(
    owner: str,
    x: Array,
    pools: list[list[Shape]],
    weight: Array | None,
    bias: Array | None,
    tally: Tally | None,
) -> Array:
    """Every pool of cells shifted to mean 0 and scaled to variance 1, then weight and bias.

    The variance is the mean of the squared distances from the mean (divided by n, not n-1). Each
    distance is computed once, and 1 / √(variance + 10⁻⁵) once for the pool.
    """
    y, tally = np.zeros(x.shape), tally or Tally()
    with np.errstate(all="ignore"):
        for pool in pools:
            values = [np.float64(x[cell]) for cell in pool]
            mean = tally.divide(tally.sum(values), len(values))
            away = [tally.subtract(value, mean) for value in values]
            variance = tally.divide(tally.sum([tally.multiply(a, a) for a in away]), len(away))
            scale = tally.divide(1, tally.root(tally.add(variance, EPSILON)))
            for cell, distance in zip(pool, away, strict=True):
                y[cell] = tally.multiply(distance, scale)
        _affine(y, weight, bias, tally)
    return rounded(owner, y, mean_type(x))


def _affine(y: Array, weight: Array | None, bias: Array | None, tally: Tally) -> None:
    """y · weight + bias, in place; both have one number per map, or one per cell."""
    for cell in np.ndindex(*y.shape):
        if weight is not None:
            y[cell] = tally.multiply(y[cell], weight[cell if weight.ndim == y.ndim else cell[0]])
        if bias is not None:
            y[cell] = tally.add(y[cell], bias[cell if bias.ndim == y.ndim else cell[0]])


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

    All of these are known before any x, so for each map they are one factor and one summand, computed
    once and not counted: y[c] = x[c] · factor[c] + summand[c].

    >>> batchnorm([[3.0, 5.0]], [3.0], [4.0 - 1e-5])
    array([[0., 1.]])
    """
    cells = checks.numbers("batchnorm", "x", x)
    means = checks.of_shape("batchnorm", "mean", mean, cells.shape[:1])
    variances = checks.of_shape("batchnorm", "variance", variance, cells.shape[:1])
    scale, shift = affine_parts("batchnorm", cells.shape[:1], weight, bias)
    y, tally = np.zeros(cells.shape), tally or Tally()
    with np.errstate(all="ignore"):
        for channel in range(len(cells)):
            factor = 1 / np.sqrt(np.float64(variances[channel]) + EPSILON)
            factor = factor if scale is None else factor * scale[channel]
            summand = (0 if shift is None else shift[channel]) - means[channel] * factor
            for place in np.ndindex(*cells.shape[1:]):
                value = np.float64(cells[(channel, *place)])
                y[(channel, *place)] = tally.add(tally.multiply(value, factor), summand)
    return rounded("batchnorm", y, mean_type(cells))


def scale(
    x: npt.ArrayLike,
    weight: npt.ArrayLike | None,
    bias: npt.ArrayLike | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """y[c] = x[c] · weight[c] + bias[c], each if given; each has one number per map, or one for all

    >>> scale([[1.0, 2.0], [3.0, 4.0]], [10.0, 100.0], [1.0])
    array([[ 11.,  21.],
           [301., 401.]])
    """
    cells = checks.numbers("scale", "x", x)
    factors, offsets = scale_parts(cells, weight, bias)
    y, tally = np.zeros(cells.shape), tally or Tally()
    with np.errstate(all="ignore"):
        for cell in np.ndindex(*cells.shape):
            value = np.float64(cells[cell])
            if factors is not None:
                value = tally.multiply(value, factors[cell[0] % len(factors)])
            if offsets is not None:
                value = tally.add(value, offsets[cell[0] % len(offsets)])
            y[cell] = value
    return rounded("scale", y, mean_type(cells))


def scale_parts(
    cells: Array, weight: npt.ArrayLike | None, bias: npt.ArrayLike | None
) -> tuple[Array | None, Array | None]:
    """Factors and offsets of a scale, one or as many as there are maps, or none."""
    found: list[Array | None] = []
    for name, given in (("weight", weight), ("bias", bias)):
        numbers = None if given is None else checks.numbers("scale", name, given)
        if numbers is not None and numbers.shape not in {(1,), cells.shape[:1]}:
            message = (
                f"scale: {name} has shape {numbers.shape}; it must be (1,) or {cells.shape[:1]}"
            )
            raise ValueError(message)
        found.append(numbers)
    return found[0], found[1]


def layernorm(
    x: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    *,
    axes: object = None,
    tally: Tally | None = None,
) -> Array:
    """Normalised over the whole sample, or over some axes at each position of the others.

    Weight and bias have one number per cell of the normalised axes.

    >>> layernorm([[1.0, -1.0]]).round(4)
    array([[ 1., -1.]])
    """
    cells = checks.numbers("layernorm", "x", x)
    over = tuple(range(cells.ndim)) if axes is None else checks.sides("layernorm", axes, cells.ndim)
    each = tuple(cells.shape[axis] for axis in over)
    scale, shift = (
        None if part is None else _spread(part, cells.shape, over)
        for part in affine_parts("layernorm", each, weight, bias)
    )
    return _normalised("layernorm", cells, rows_along(cells.shape, *over), scale, shift, tally)


def _spread(numbers: Array, shape: Shape, axes: Shape) -> Array:
    """The number for every cell of an array of this shape, by its place along the axes."""
    y = np.zeros(shape, dtype=numbers.dtype)
    for cell in np.ndindex(*shape):
        y[cell] = numbers[tuple(cell[axis] for axis in axes)]
    return y


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
    """Normalised over each map separately; weight and bias have one number per map.

    >>> instancenorm([[1.0, -1.0], [7.0, 5.0]]).round(4)
    array([[ 1., -1.],
           [ 1., -1.]])
    """
    cells = checks.feature_map("instancenorm", x)
    scale, shift = affine_parts("instancenorm", cells.shape[:1], weight, bias)
    pools = [[(c, *p) for p in np.ndindex(*cells.shape[1:])] for c in range(len(cells))]
    return _normalised("instancenorm", cells, pools, scale, shift, tally)


def lrn(
    x: npt.ArrayLike,
    size: int = 5,
    *,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
    tally: Tally | None = None,
) -> Array:
    """y[c] = x[c] / (k + alpha/size · Σ x[c']²)^beta, over the `size` channels c' around c

    Missing channels count as 0, and are added as 0. Each square is computed once. As in PyTorch, alpha
    is divided by size. AlexNet (2012) does not divide and has k = 2: its alpha 10⁻⁴ is
    `alpha=5e-4, k=2` here.

    >>> lrn([[1.0], [2.0]], 3, alpha=3, k=1, beta=1).ravel().round(4)  # 1/(1+1+4), 2/(1+1+4)
    array([0.1667, 0.3333])
    """
    cells = checks.numbers("lrn", "x", x)
    size = checks.whole("lrn", "size", size, least=1)
    alpha, beta, k = lrn_parts(alpha, beta, k)
    y, tally = np.zeros(cells.shape), tally or Tally()
    squares = np.zeros(cells.shape)
    with np.errstate(all="ignore"):
        for cell in np.ndindex(*cells.shape):
            squares[cell] = tally.multiply(np.float64(cells[cell]), np.float64(cells[cell]))
        for cell in np.ndindex(*cells.shape):
            channel, place = cell[0], cell[1:]
            first = channel - size // 2  # an even size reads one more channel below than above
            around = [
                squares[(c, *place)] if 0 <= c < len(cells) else 0.0
                for c in range(first, first + size)
            ]
            scaled = tally.multiply(alpha / size, tally.sum(around))
            below = tally.power(tally.add(k, scaled), beta)
            y[cell] = tally.divide(np.float64(cells[cell]), below)
    return rounded("lrn", y, mean_type(cells))


def lrn_parts(alpha: float, beta: float, k: float) -> tuple[float, float, float]:
    """The three constants of an LRN, each a single number."""
    return (
        checks.real("lrn", "alpha", alpha),
        checks.real("lrn", "beta", beta),
        checks.real("lrn", "k", k),
    )
