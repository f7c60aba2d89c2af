"""Products of two maps, and attention, as matrix products."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array
from convcalc.reference.fast import largest, product, working_type
from convcalc.reference.loops_attention import (
    PROJECTIONS,
    attention_parts,
    attention_type,
    matmul_parts,
)
from convcalc.reference.tally import Tally

SCORES_TOGETHER = 1 << 22
"""Scores of one head that are made at once: rows of queries, each with every key."""


def matmul(
    inputs: Sequence[npt.ArrayLike],
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    tally: Tally | None = None,
) -> Array:
    """A @ b; arguments as in `loops_attention.matmul`.

    >>> matmul([[[1, 2], [3, 4]], [[10], [1]]])
    array([[12],
           [34]])
    """
    a, b, _ = matmul_parts(inputs, transpose_a=transpose_a, transpose_b=transpose_b)
    dtype = checks.result_type(a, b)
    working = working_type("matmul", dtype, a.shape[-1] * largest(a) * largest(b))
    y = product(a.astype(working, copy=False), b.astype(working, copy=False), tally or Tally())
    return checks.in_type(y, dtype)


def attention(
    x: npt.ArrayLike,
    weights: Mapping[str, npt.ArrayLike],
    heads: int,
    kv_heads: int | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """A matrix product per projection, and two per head; arguments as in `loops_attention.attention`.

    >>> one = {name + "_weight": [[1.0]] for name in ("query", "key", "value", "out")}
    >>> attention([[2.0, 2.0]], one, 1)
    array([[2., 2.]])
    """
    image = checks.feature_map("attention", x)
    given, sizes = attention_parts(image, weights, heads, kv_heads)
    dtype = attention_type(image, given)
    working, tally = np.promote_types(dtype, np.float32), tally or Tally()
    tokens = image.reshape(len(image), -1).astype(working, copy=False)
    made = {name: _projected(tokens, *given[name], tally) for name in PROJECTIONS[:3]}
    side_by_side = np.empty((sizes.heads * sizes.value, tokens.shape[1]), dtype=working)
    together = max(1, SCORES_TOGETHER // tokens.shape[1])
    for head in range(sizes.heads):
        shared = head * sizes.kv_heads // sizes.heads
        queries = made["query"][head * sizes.key : (head + 1) * sizes.key]
        keys = made["key"][shared * sizes.key : (shared + 1) * sizes.key]
        values = made["value"][shared * sizes.value : (shared + 1) * sizes.value]
        rows = side_by_side[head * sizes.value : (head + 1) * sizes.value]
        for first in range(0, tokens.shape[1], together):
            run = slice(first, first + together)
            shares = _shares(queries[:, run], keys, tally)
            rows[:, run] = product(values, shares.T, tally)
    return checks.in_type(
        _projected(side_by_side, *given["out"], tally).reshape(image.shape), dtype
    )


def _projected(tokens: Array, weight: Array, bias: Array | None, tally: Tally) -> Array:
    """Weight @ tokens + bias."""
    y = product(weight.astype(tokens.dtype, copy=False), tokens, tally)
    if bias is not None:
        tally.bias_adds += y.size
        with np.errstate(all="ignore"):
            y += bias.astype(y.dtype)[:, np.newaxis]
    return y


def _shares(queries: Array, keys: Array, tally: Tally) -> Array:
    """A row for each query: its weight for each token."""
    scores = product(queries.T, keys, tally)
    tally.count(scores.size, multiplications=1, adds=1, exponentials=1, divisions=1)
    tally.count(scores.size - len(scores), comparisons=1, adds=1)
    with np.errstate(all="ignore"):
        scores *= scores.dtype.type(1 / math.sqrt(len(queries)))
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
    return scores
