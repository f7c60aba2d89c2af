"""Activations, over whole arrays at once."""

import math

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array
from convcalc.reference.fast import count, floats
from convcalc.reference.loops_activation import (
    APPROXIMATIONS,
    GELU_CUBE,
    GELU_SLOPE,
    SELU_ALPHA,
    SELU_SCALE,
    halves,
    limits,
    prelu_parts,
)
from convcalc.reference.loops_pool import mean_type
from convcalc.reference.tally import Tally

CELLS_TOGETHER = 1 << 16
"""Cells made into Python's numbers at once; each takes four times as much memory as in an array."""


def _erf(cells: Array) -> Array:
    """Python's erf, cell by cell, because NumPy has none."""
    flat, y = cells.ravel(), np.empty(cells.size)
    for first in range(0, cells.size, CELLS_TOGETHER):
        run = slice(first, first + CELLS_TOGETHER)
        y[run] = [math.erf(cell) for cell in flat[run].tolist()]
    return y.reshape(cells.shape)


def relu(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """max(x, 0)

    >>> relu([-1, 0, 2])
    array([0, 0, 2])
    """
    cells = checks.numbers("relu", "x", x)
    count(tally, cells.size, comparisons=1)
    if cells.dtype.kind != "f":
        y: Array = np.maximum(cells.astype(checks.result_type(cells)), 0)
        return y
    # The same as maximum, NaN included, but NumPy's clip works on many cells at once.
    return np.clip(cells, 0, np.inf)


def relu6(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """min(max(x, 0), 6)"""
    cells, dtype = floats("relu6", x)
    count(tally, cells.size, comparisons=2)
    return checks.in_type(np.clip(cells, 0, 6), dtype)


def leaky_relu(
    x: npt.ArrayLike, negative_slope: float = 0.01, *, tally: Tally | None = None
) -> Array:
    """x where x > 0, else negative_slope · x"""
    cells, dtype = floats("leaky_relu", x)
    count(tally, cells.size, comparisons=1, multiplications=1)
    negative_slope = checks.real("leaky_relu", "negative_slope", negative_slope)
    with np.errstate(all="ignore"):
        return checks.in_type(np.where(cells <= 0, cells * negative_slope, cells), dtype)


def prelu(x: npt.ArrayLike, weight: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """x where x > 0, else weight · x, one weight for all maps or one per map"""
    given, slopes = prelu_parts(x, weight)
    dtype = np.result_type(mean_type(given), checks.result_type(given, slopes))
    count(tally, given.size, comparisons=1, multiplications=1)
    cells = given.astype(np.promote_types(dtype, np.float32))
    slopes = slopes.astype(cells.dtype).reshape(-1, *(1 for _ in given.shape[1:]))
    with np.errstate(all="ignore"):
        return checks.in_type(np.where(cells <= 0, cells * slopes, cells), dtype)


def elu(x: npt.ArrayLike, alpha: float = 1.0, *, tally: Tally | None = None) -> Array:
    """x where x > 0, else alpha · (eˣ − 1)"""
    cells, dtype = floats("elu", x)
    alpha = checks.real("elu", "alpha", alpha)
    scaled = int(alpha != 1)
    count(tally, cells.size, comparisons=1, exponentials=1, adds=1, multiplications=scaled)
    with np.errstate(all="ignore"):
        below = alpha * np.expm1(np.minimum(cells, 0))
        return checks.in_type(np.where(cells <= 0, below, cells), dtype)


def gelu(x: npt.ArrayLike, *, approximate: str = "none", tally: Tally | None = None) -> Array:
    """x · (1 + erf(x/√2)) / 2; NumPy has no erf, so Python's is called for every cell"""
    cells, dtype = floats("gelu", x)
    if checks.one_of("gelu", "approximate", approximate, APPROXIMATIONS) == "tanh":
        count(tally, cells.size, multiplications=6, adds=4, exponentials=2, divisions=1)
        with np.errstate(all="ignore"):
            inner = GELU_SLOPE * (cells + GELU_CUBE * cells * cells * cells)
            return checks.in_type(cells * (1 + np.tanh(inner)) / 2, dtype)
    count(tally, cells.size, exponentials=1, multiplications=3, adds=1)
    with np.errstate(all="ignore"):
        errors = _erf(cells / np.float64(math.sqrt(2)))
        return checks.in_type(cells * (1 + errors) / 2, dtype)


def sigmoid(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """1 / (1 + e⁻ˣ)"""
    cells, dtype = floats("sigmoid", x)
    count(tally, cells.size, exponentials=1, adds=1, divisions=1)
    with np.errstate(all="ignore"):
        return checks.in_type(1 / (1 + np.exp(-cells)), dtype)


def silu(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """x / (1 + e⁻ˣ)"""
    cells, dtype = floats("silu", x)
    count(tally, cells.size, exponentials=1, adds=1, divisions=1, multiplications=1)
    with np.errstate(all="ignore"):
        return checks.in_type(cells / (1 + np.exp(-cells)), dtype)


def hardswish(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """x · min(max(x + 3, 0), 6) / 6"""
    cells, dtype = floats("hardswish", x)
    count(tally, cells.size, comparisons=2, adds=1, multiplications=2)
    with np.errstate(all="ignore"):
        return checks.in_type(cells * np.clip(cells + 3, 0, 6) / 6, dtype)


def tanh(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)"""
    cells, dtype = floats("tanh", x)
    count(tally, cells.size, exponentials=2, adds=2, divisions=1)
    return checks.in_type(np.tanh(cells), dtype)


def softmax(x: npt.ArrayLike, axis: object = 0, *, tally: Tally | None = None) -> Array:
    """e^(x − largest) / its sum over the channels, or along another axis"""
    cells, dtype = floats("softmax", x)
    along = checks.side("softmax", axis, cells.ndim)
    count(tally, cells.size, adds=1, exponentials=1, divisions=1)
    count(tally, cells.size - cells.size // cells.shape[along], comparisons=1, adds=1)
    with np.errstate(all="ignore"):
        powers = np.exp(cells - cells.max(axis=along, keepdims=True))
        return checks.in_type(powers / powers.sum(axis=along, keepdims=True), dtype)


def clip(
    x: npt.ArrayLike,
    *,
    min: float | None = None,  # noqa: A002 - the name in NumPy and PyTorch
    max: float | None = None,  # noqa: A002 - the same
    tally: Tally | None = None,
) -> Array:
    """min(max(x, min), max), with the given limits"""
    low, high = limits(min, max)
    cells, dtype = floats("clip", x)
    count(tally, cells.size, comparisons=(low is not None) + (high is not None))
    return checks.in_type(np.clip(cells, low, high), dtype)


def hardtanh(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """min(max(x, -1), 1)"""
    cells, dtype = floats("hardtanh", x)
    count(tally, cells.size, comparisons=2)
    return checks.in_type(np.clip(cells, -1, 1), dtype)


def hardsigmoid(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """min(max(x + 3, 0), 6) / 6"""
    cells, dtype = floats("hardsigmoid", x)
    count(tally, cells.size, multiplications=1, adds=1, comparisons=2)
    return checks.in_type(np.clip(cells + 3, 0, 6) / 6, dtype)


def softplus(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """ln(e⁰ + eˣ)"""
    cells, dtype = floats("softplus", x)
    count(tally, cells.size, exponentials=2, adds=1)
    with np.errstate(all="ignore"):
        return checks.in_type(np.logaddexp(cells, 0), dtype)


def logsigmoid(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """-ln(e⁰ + e⁻ˣ)"""
    cells, dtype = floats("logsigmoid", x)
    count(tally, cells.size, exponentials=2, adds=1)
    with np.errstate(all="ignore"):
        return checks.in_type(-np.logaddexp(-cells, 0), dtype)


def mish(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """x · tanh(ln(e⁰ + eˣ))"""
    cells, dtype = floats("mish", x)
    count(tally, cells.size, exponentials=4, adds=3, divisions=1, multiplications=1)
    with np.errstate(all="ignore"):
        return checks.in_type(cells * np.tanh(np.logaddexp(cells, 0)), dtype)


def selu(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """λ · x where x > 0, else λ · α · (eˣ - 1)"""
    cells, dtype = floats("selu", x)
    count(tally, cells.size, comparisons=1, exponentials=1, adds=1, multiplications=2)
    with np.errstate(all="ignore"):
        below = SELU_ALPHA * np.expm1(np.minimum(cells, 0))
        return checks.in_type(SELU_SCALE * np.where(cells <= 0, below, cells), dtype)


def softsign(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """x / (1 + |x|)"""
    cells, dtype = floats("softsign", x)
    count(tally, cells.size, adds=1, divisions=1)
    with np.errstate(all="ignore"):
        return checks.in_type(cells / (1 + abs(cells)), dtype)


def log_softmax(x: npt.ArrayLike, axis: object = 0, *, tally: Tally | None = None) -> Array:
    """(x - largest) minus the logarithm of the sum of e^(x - largest) over the channels, or along another axis"""
    cells, dtype = floats("log_softmax", x)
    along = checks.side("log_softmax", axis, cells.ndim)
    rows = cells.size // cells.shape[along]
    count(tally, cells.size, adds=2, exponentials=1)
    count(tally, rows, exponentials=1)
    count(tally, cells.size - rows, comparisons=1, adds=1)
    with np.errstate(all="ignore"):
        below = cells - cells.max(axis=along, keepdims=True)
        total = np.exp(below).sum(axis=along, keepdims=True)
        return checks.in_type(below - np.log(total), dtype)


def glu(x: npt.ArrayLike, *, tally: Tally | None = None) -> Array:
    """a · sigmoid(b), a and b the halves of the channels"""
    cells, dtype = floats("glu", halves("glu", x))
    values, gates = np.split(cells, 2)
    count(tally, values.size, exponentials=1, adds=1, divisions=1, multiplications=1)
    with np.errstate(all="ignore"):
        return checks.in_type(values / (1 + np.exp(-gates)), dtype)
