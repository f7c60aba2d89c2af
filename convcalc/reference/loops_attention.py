"""The loop nests of matrix products of two maps, and of attention: one product after the other."""

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Shape
from convcalc.reference.loops import exact, rounded
from convcalc.reference.loops_pool import mean_type
from convcalc.reference.loops_rearrange import branches
from convcalc.reference.tally import Tally

PROJECTIONS = ("query", "key", "value", "out")


def matmul(
    inputs: Sequence[npt.ArrayLike],
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    tally: Tally | None = None,
) -> Array:
    """y[…, i, j] = Σ over t of a[…, i, t] · b[…, t, j]; an axis of 1 before the last two is repeated

    transpose_a and transpose_b first swap the last two axes of a and of b.

    >>> matmul([[[1, 2], [3, 4]], [[10], [1]]])
    array([[12],
           [34]])
    """
    a, b, lead = matmul_parts(inputs, transpose_a=transpose_a, transpose_b=transpose_b)
    dtype, tally = checks.result_type(a, b), tally or Tally()
    one, other = exact(a, dtype), exact(b, dtype)
    y = np.zeros((*lead, a.shape[-2], b.shape[-1]), dtype=one.dtype)
    with np.errstate(all="ignore"):
        for *place, i, j in np.ndindex(*y.shape):
            here = [0 if n == 1 else p for n, p in zip(a.shape[:-2], place, strict=True)]
            there = [0 if n == 1 else p for n, p in zip(b.shape[:-2], place, strict=True)]
            total: Any = 0
            for t in range(a.shape[-1]):
                total += one[(*here, i, t)] * other[(*there, t, j)]
                tally.macs += 1
            y[(*place, i, j)] = total
    return rounded("matmul", y, dtype)


def matmul_parts(
    inputs: Sequence[npt.ArrayLike], *, transpose_a: bool, transpose_b: bool
) -> tuple[Array, Array, Shape]:
    """The two stacks of matrices in the form for multiplying, and the axes before the last two."""
    arrays = branches("matmul", inputs)
    shapes = ", ".join(str(array.shape) for array in arrays)
    if len(arrays) != 2 or arrays[0].ndim < 2:
        message = f"matmul: the inputs have shapes {shapes}; give two with two axes or more"
        raise ValueError(message)
    a, b = (
        array.swapaxes(-1, -2) if swap else array
        for array, swap in zip(arrays, (transpose_a, transpose_b), strict=True)
    )
    pairs = list(zip(a.shape[:-2], b.shape[:-2], strict=True))
    if a.shape[-1] != b.shape[-2] or any(1 not in pair and pair[0] != pair[1] for pair in pairs):
        message = (
            f"matmul: the inputs have shapes {shapes}; the columns of the first must match the rows of the second, and the "
            "axes before must be equal or 1"
        )
        raise ValueError(message)
    return a, b, tuple(max(pair) for pair in pairs)


class Heads(NamedTuple):
    """The sizes of an attention.

    Attributes:
        heads: heads of queries.
        kv_heads: heads of keys and values; each is read by heads / kv_heads query heads.
        key: values per head of queries and keys.
        value: values per head of the summed values.
    """

    heads: int
    kv_heads: int
    key: int
    value: int


def attention(
    x: npt.ArrayLike,
    weights: Mapping[str, npt.ArrayLike],
    heads: int,
    kv_heads: int | None = None,
    *,
    tally: Tally | None = None,
) -> Array:
    """y = out(concatenated heads), head = softmax(queriesᵀ · keys / √k) · values

    Every place of the map is a token, and its channels are the token's values. Each token's query is
    multiplied with every token's key; the softmax of these scores gives the weight of each value.

    Args:
        x: (C, *spatial).
        weights: query_weight (heads · k, C), key_weight (kv_heads · k, C), value_weight (kv_heads · v, C)
            and out_weight (C, heads · v); with biases also query_bias and so on, one per row.
        heads: heads of queries.
        kv_heads: heads of keys and values, shared by the query heads; by default `heads`.

    >>> one = {name + "_weight": [[1.0]] for name in ("query", "key", "value", "out")}
    >>> attention([[2.0, 2.0]], one, 1)
    array([[2., 2.]])
    """
    image = checks.feature_map("attention", x)
    given, sizes = attention_parts(image, weights, heads, kv_heads)
    tally = tally or Tally()
    tokens = image.reshape(len(image), -1).astype(np.float64)
    with np.errstate(all="ignore"):
        made = {name: _projected(tokens, *given[name], tally) for name in PROJECTIONS[:3]}
        side_by_side = np.zeros((sizes.heads * sizes.value, tokens.shape[1]))
        for head in range(sizes.heads):
            shared = head * sizes.kv_heads // sizes.heads
            queries = made["query"][head * sizes.key : (head + 1) * sizes.key]
            keys = made["key"][shared * sizes.key : (shared + 1) * sizes.key]
            values = made["value"][shared * sizes.value : (shared + 1) * sizes.value]
            rows = side_by_side[head * sizes.value : (head + 1) * sizes.value]
            for token in range(tokens.shape[1]):
                shares = _shares(queries[:, token], keys, tally)
                for row in range(sizes.value):
                    rows[row, token] = _dot(shares, values[row], tally)
        y = _projected(side_by_side, *given["out"], tally)
    return rounded("attention", y.reshape(image.shape), attention_type(image, given))


Given = dict[str, tuple[Array, Array | None]]


def attention_type(image: Array, given: Given) -> np.dtype[Any]:
    """The type of the output."""
    arrays = [array for pair in given.values() for array in pair]
    return np.result_type(mean_type(image), checks.result_type(image, *arrays))


def attention_parts(
    image: Array, weights: Mapping[str, npt.ArrayLike], heads: int, kv_heads: int | None
) -> tuple[Given, Heads]:
    """The weight and the bias of each projection, and how many values each head has."""
    heads = checks.whole("attention", "heads", heads, least=1)
    groups = heads if kv_heads is None else kv_heads
    groups = checks.whole("attention", "kv_heads", groups, least=1)
    if heads % groups:
        message = f"attention: kv_heads {groups} does not divide heads {heads}; choose a divisor"
        raise ValueError(message)
    arrays = {name: checks.numbers("attention", name, value) for name, value in weights.items()}
    key, value = (
        arrays[f"{name}_weight"].shape[0] // number
        for name, number in (("query", heads), ("value", groups))
    )
    rows = {
        "query": heads * key,
        "key": groups * key,
        "value": groups * value,
        "out": len(image),
    }
    given: Given = {}
    for name, count in rows.items():
        columns = heads * value if name == "out" else len(image)
        weight = checks.of_shape(
            "attention", f"{name}_weight", arrays[f"{name}_weight"], (count, columns)
        )
        bias = arrays.get(f"{name}_bias")
        if bias is not None:
            bias = checks.of_shape("attention", f"{name}_bias", bias, (count,))
        given[name] = (weight, bias)
    return given, Heads(heads, groups, key, value)


def _dot(a: Array, b: Array, tally: Tally) -> Any:
    """Σ a·b."""
    total: Any = 0.0
    for one, other in zip(a, b, strict=True):
        total += one * other
        tally.macs += 1
    return total


def _projected(tokens: Array, weight: Array, bias: Array | None, tally: Tally) -> Array:
    """Weight @ token + bias, token by token."""
    y = np.zeros((len(weight), tokens.shape[1]))
    for row, token in np.ndindex(*y.shape):
        y[row, token] = _dot(weight[row].astype(np.float64), tokens[:, token], tally)
        if bias is not None:
            y[row, token] += bias[row]
            tally.bias_adds += 1
    return y


def _shares(query: Array, keys: Array, tally: Tally) -> Array:
    """A token's weights for all tokens: the softmax of its scores."""
    scale = 1 / math.sqrt(len(query))
    scores = [tally.multiply(_dot(query, key, tally), scale) for key in keys.T]
    largest = reduce(tally.larger, scores)
    powers = [tally.exponential(tally.subtract(score, largest)) for score in scores]
    total = tally.sum(powers)
    return np.array([tally.divide(power, total) for power in powers])
