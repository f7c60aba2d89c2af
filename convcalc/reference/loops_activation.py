"""Activations, one number at a time, straight from the formula."""

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array
from convcalc.reference.loops import rounded, rows_along
from convcalc.reference.loops_pool import mean_type
from convcalc.reference.tally import Tally

SMALL, LARGE = 1e-3, 300
"""Below, a difference of exponentials loses digits; above, an exponential may not fit 64 bits."""

SOFT = -10
"""Below, 1 + eˣ keeps too few digits of eˣ for a logarithm."""

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
"""λ and α of SELU (Klambauer et al. 2017, equation 14)."""

GELU_SLOPE, GELU_CUBE = math.sqrt(2 / math.pi), 0.044715
"""The constants of GELU's approximation by tanh (Hendrycks & Gimpel 2016, section 2)."""

APPROXIMATIONS = ("none", "tanh")

Formula = Callable[[Any, Tally], Any]
"""A value to its function value, each operation done by the tally."""


def _each(owner: str, x: npt.ArrayLike, tally: Tally | None, formula: Formula) -> Array:
    """The formula, cell by cell, in 64 bits."""
    cells = checks.numbers(owner, "x", x)
    tally = tally or Tally()
    y = np.zeros(cells.shape)
    with np.errstate(all="ignore"):
        for cell in np.ndindex(*cells.shape):
            y[cell] = formula(np.float64(cells[cell]), tally)
    return rounded(owner, y, mean_type(cells))


def relu(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = x where x > 0, else 0; NaN stays NaN

    >>> relu([-1, 0, 2])
    array([0, 0, 2])
    """
    cells = checks.numbers("relu", "x", x)
    tally = tally or Tally()
    y = cells.astype(checks.result_type(cells))
    for cell in np.ndindex(*cells.shape):
        y[cell] = tally.larger(y[cell], 0)
    return y


def relu6(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = min(max(x, 0), 6)

    >>> relu6([-1.0, 2.0, 9.0])
    array([0., 2., 6.])
    """
    return _each("relu6", x, tally, lambda v, t: t.smaller(t.larger(v, 0), 6))


def leaky_relu(
    x: npt.ArrayLike, negative_slope: float = 0.01, *, tally: Tally | None = None
) -> Array:
    """y = x where x > 0, else negative_slope · x; the product is computed for every x, then chosen or not

    >>> leaky_relu([-100.0, 2.0])
    array([-1.,  2.])
    """
    slope = checks.real("leaky_relu", "negative_slope", negative_slope)

    def formula(v: Any, t: Tally) -> Any:
        below = t.multiply(slope, v)
        return v if t.is_positive(v) else below

    return _each("leaky_relu", x, tally, formula)


def prelu(x: npt.ArrayLike, weight: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = x where x > 0, else weight · x, with a trained weight: one for all maps or one per map

    The product is computed for every x, then chosen or not.

    >>> prelu([[-1.0, 1.0], [-2.0, 2.0]], [0.5])
    array([[-0.5,  1. ],
           [-1. ,  2. ]])
    """
    cells, slopes = prelu_parts(x, weight)
    tally = tally or Tally()
    y = np.zeros(cells.shape)
    with np.errstate(all="ignore"):
        for cell in np.ndindex(*cells.shape):
            value = np.float64(cells[cell])
            slope = np.float64(slopes[cell[0] if len(slopes) > 1 else 0])
            below = tally.multiply(slope, value)
            y[cell] = value if tally.is_positive(value) else below
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


def elu(x: npt.ArrayLike, alpha: float = 1.0, *, tally: Tally | None = None) -> Array:
    """y = x where x > 0, else alpha · (eˣ − 1), computed for every x, then chosen or not

    An alpha of 1 is not multiplied by.

    >>> elu([0.0, 2.0])
    array([0., 2.])
    """
    alpha = checks.real("elu", "alpha", alpha)

    def formula(v: Any, t: Tally) -> Any:
        below = t.subtract(t.exponential(v), 1)
        if abs(v) < SMALL:
            below = np.expm1(v)  # the same two operations, with all digits
        if alpha != 1:
            below = t.multiply(alpha, below)
        return v if t.is_positive(v) else below

    return _each("elu", x, tally, formula)


def gelu(x: npt.ArrayLike, *, approximate: str = "none", tally: Tally | None = None) -> Array:
    """y = x · Φ(x) = ½ · x · (1 + erf(x · √½)), or approximated with tanh instead of erf

    >>> gelu([1.0]).round(4), gelu([1.0], approximate="tanh").round(4)
    (array([0.8413]), array([0.8412]))
    """
    approximate = checks.one_of("gelu", "approximate", approximate, APPROXIMATIONS)

    def formula(v: Any, t: Tally) -> Any:
        half = t.multiply(v, 0.5)
        if approximate == "tanh":
            cube = t.multiply(t.multiply(v, v), v)
            inner = t.add(v, t.multiply(GELU_CUBE, cube))
            return t.multiply(half, t.add(1, _tanh(t.multiply(GELU_SLOPE, inner), t)))
        error = t.error_function(t.multiply(v, math.sqrt(0.5)))
        return t.multiply(half, t.add(1, error))

    return _each("gelu", x, tally, formula)


def _sigmoid(v: Any, t: Tally) -> Any:
    return t.divide(1, t.add(1, t.exponential(-v)))


def sigmoid(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = 1 / (1 + e⁻ˣ)

    >>> sigmoid([0.0])
    array([0.5])
    """
    return _each("sigmoid", x, tally, _sigmoid)


def silu(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = x · sigmoid(x)

    >>> silu([0.0])
    array([0.])
    """
    return _each("silu", x, tally, lambda v, t: t.multiply(v, _sigmoid(v, t)))


def hardswish(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = x · min(max(x + 3, 0), 6) · ⅙

    >>> hardswish([-4.0, 0.0, 1.5, 5.0])
    array([-0.   ,  0.   ,  1.125,  5.   ])
    """

    def formula(v: Any, t: Tally) -> Any:
        gate = t.smaller(t.larger(t.add(v, 3), 0), 6)
        return t.multiply(t.multiply(v, gate), 1 / 6)

    return _each("hardswish", x, tally, formula)


def _tanh(v: Any, t: Tally) -> Any:
    up, down = t.exponential(v), t.exponential(-v)
    result = t.divide(t.subtract(up, down), t.add(up, down))
    # If eˣ overflows, or the difference loses digits, the same value in another way.
    return result if SMALL < abs(v) < LARGE else np.tanh(v)


def tanh(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)

    >>> tanh([0.0])
    array([0.])
    """
    return _each("tanh", x, tally, _tanh)


def softmax(x: npt.ArrayLike, axis: object = 0, *, tally: Tally | None = None) -> Array:
    """y[c] = e^(x[c] − largest) / Σ over channels c' of e^(x[c'] − largest), or along another axis

    Subtracting the largest does not change the quotient, and prevents overflow of e^x.

    >>> softmax([0.0, 0.0])
    array([0.5, 0.5])
    """
    cells = checks.numbers("softmax", "x", x)
    tally = tally or Tally()
    y = np.zeros(cells.shape)
    along = checks.side("softmax", axis, cells.ndim)
    with np.errstate(all="ignore"):
        for row in rows_along(cells.shape, along):
            values = [np.float64(cells[cell]) for cell in row]
            largest = reduce(tally.larger, values)
            powers = [tally.exponential(tally.subtract(value, largest)) for value in values]
            total = tally.sum(powers)
            for cell, power in zip(row, powers, strict=True):
                y[cell] = tally.divide(power, total)
    return rounded("softmax", y, mean_type(cells))


def clip(
    x: npt.ArrayLike,
    *,
    min: float | None = None,  # noqa: A002 - the name in NumPy and PyTorch
    max: float | None = None,  # noqa: A002 - the same
    tally: Tally | None = None,
) -> Array:
    """y = min(max(x, min), max), with the given limits

    >>> clip([-3.0, 0.5, 9.0], min=-1), clip([-3.0, 0.5, 9.0], min=0, max=6)
    (array([-1. ,  0.5,  9. ]), array([0. , 0.5, 6. ]))
    """
    low, high = limits(min, max)

    def formula(v: Any, t: Tally) -> Any:
        raised = v if low is None else t.larger(v, low)
        return raised if high is None else t.smaller(raised, high)

    return _each("clip", x, tally, formula)


def limits(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    """The limits of a clip: at least one, and in order."""
    low = None if low is None else checks.real("clip", "min", low)
    high = None if high is None else checks.real("clip", "max", high)
    if (low is None and high is None) or (low is not None and high is not None and low > high):
        message = f"clip: min is {low} and max {high}; give one of them, or min up to max"
        raise ValueError(message)
    return low, high


def hardtanh(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = min(max(x, -1), 1)

    >>> hardtanh([-3.0, 0.5, 9.0])
    array([-1. ,  0.5,  1. ])
    """
    return _each("hardtanh", x, tally, lambda v, t: t.smaller(t.larger(v, -1), 1))


def hardsigmoid(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = min(max(⅙ · x + ½, 0), 1)

    >>> hardsigmoid([-4.0, 0.0, 1.5, 3.0])
    array([0.  , 0.5 , 0.75, 1.  ])
    """

    def formula(v: Any, t: Tally) -> Any:
        line = t.add(t.multiply(v, 1 / 6), 0.5)
        return t.smaller(t.larger(line, 0), 1)

    return _each("hardsigmoid", x, tally, formula)


def _softplus(v: Any, t: Tally) -> Any:
    result = t.logarithm(t.add(1, t.exponential(v)))
    # If eˣ overflows, or is lost next to the 1, the same value in another way.
    return result if SOFT < v < LARGE else np.logaddexp(v, 0.0)


def softplus(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = ln(1 + eˣ)

    >>> softplus([0.0]).round(4)  # ln 2
    array([0.6931])
    """
    return _each("softplus", x, tally, _softplus)


def logsigmoid(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = ln(1 / (1 + e⁻ˣ)) = -ln(1 + e⁻ˣ)

    >>> logsigmoid([0.0]).round(4)
    array([-0.6931])
    """
    return _each("logsigmoid", x, tally, lambda v, t: -_softplus(-v, t))


def mish(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = x · tanh(ln(1 + eˣ))

    >>> mish([0.0, 1.0]).round(4)
    array([0.    , 0.8651])
    """
    return _each("mish", x, tally, lambda v, t: t.multiply(v, _tanh(_softplus(v, t), t)))


def selu(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = λ · x where x > 0, else λ · α · (eˣ - 1), α · (eˣ - 1) computed for every x, then chosen or not

    >>> selu([-1.0, 0.0, 1.0]).round(4)
    array([-1.1113,  0.    ,  1.0507])
    """

    def formula(v: Any, t: Tally) -> Any:
        below = t.subtract(t.exponential(v), 1)
        if abs(v) < SMALL:
            below = np.expm1(v)  # the same two operations, with all digits
        below = t.multiply(SELU_ALPHA, below)
        return t.multiply(SELU_SCALE, v if t.is_positive(v) else below)

    return _each("selu", x, tally, formula)


def softsign(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y = x / (1 + |x|)

    >>> softsign([-1.0, 3.0])
    array([-0.5 ,  0.75])
    """
    return _each("softsign", x, tally, lambda v, t: t.divide(v, t.add(1, abs(v))))


def log_softmax(x: npt.ArrayLike, axis: object = 0, *, tally: Tally | None = None) -> Array:
    """y[c] = (x[c] - largest) - ln Σ over channels c' of e^(x[c'] - largest), or along another axis

    >>> log_softmax([0.0, 0.0]).round(4)
    array([-0.6931, -0.6931])
    """
    cells = checks.numbers("log_softmax", "x", x)
    tally = tally or Tally()
    y = np.zeros(cells.shape)
    along = checks.side("log_softmax", axis, cells.ndim)
    with np.errstate(all="ignore"):
        for row in rows_along(cells.shape, along):
            values = [np.float64(cells[cell]) for cell in row]
            largest = reduce(tally.larger, values)
            below = [tally.subtract(value, largest) for value in values]
            total = tally.logarithm(tally.sum([tally.exponential(value) for value in below]))
            for cell, value in zip(row, below, strict=True):
                y[cell] = tally.subtract(value, total)
    return rounded("log_softmax", y, mean_type(cells))


def glu(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """y[c] = x[c] · sigmoid(x[c + half]), the second half of the channels gates the first

    >>> glu([[4.0], [0.0]])
    array([[2.]])
    """
    cells = halves("glu", x)
    tally = tally or Tally()
    half = len(cells) // 2
    y = np.zeros((half, *cells.shape[1:]))
    with np.errstate(all="ignore"):
        for channel, *place in np.ndindex(*y.shape):
            value = np.float64(cells[(channel, *place)])
            gate = _sigmoid(np.float64(cells[(channel + half, *place)]), tally)
            y[(channel, *place)] = tally.multiply(value, gate)
    return rounded("glu", y, mean_type(cells))


def halves(owner: str, x: npt.ArrayLike) -> Array:
    """An input whose channels have two halves."""
    cells = checks.numbers(owner, "x", x)
    if len(cells) % 2:
        message = f"{owner}: the number of channels, {len(cells)}, is odd; give an even one"
        raise ValueError(message)
    return cells
