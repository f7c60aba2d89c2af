"""The arithmetic: one function per equation, written with ``+ - * //`` (and ``abs``) only.

So each function works on plain ints (the walk), on NumPy int64 arrays (sweeps), and on
`convcalc.term.Term` (explanations). Ceiling is ``-(-a // b)``. The layers check the numbers.

Letters: n input size, k kernel, s stride, p padding per side, d dilation, o output size,
a output padding, g groups, cin and cout channels, t one tap of the kernel (0 … k−1).

Sources: [DV] Dumoulin & Visin, *A guide to convolution arithmetic*, arXiv:1603.07285;
[ANS] Araujo, Norris & Sim, *Computing receptive fields of convolutional neural networks*,
Distill 2019, doi:10.23915/distill.00021.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from convcalc.term import Term

    N = TypeVar("N", int, NDArray[np.int64], Term)
else:
    N = TypeVar("N")


# ---------------------------------------------------------------------------------- helpers


def positive(x: N) -> N:
    """(x + |x|) / 2, which is max(x, 0)

    >>> positive(-3), positive(3)
    (0, 3)
    """
    return (x + abs(x)) // 2


def smaller(x: N, y: N) -> N:
    """x − max(x − y, 0), which is min(x, y)

    >>> smaller(3, 5), smaller(5, 3)
    (3, 3)
    """
    return x - positive(x - y)


def largest(numbers: Iterable[N]) -> N:
    """x₁ + max(x₂ − x₁, 0) …, which is max(x₁, x₂, …)

    >>> largest([3, 5, 4])
    5
    """
    first, *rest = numbers
    for number in rest:
        first = first + positive(number - first)
    return first


def ceil_div(a: N, b: N) -> N:
    """⌈a / b⌉

    >>> ceil_div(7, 2), ceil_div(8, 2)
    (4, 4)
    """
    return -(-a // b)


def product(numbers: Iterable[N]) -> N:
    """x₁ · x₂ · … (without a leading 1, so that calculations look as in a textbook)

    >>> product([3, 5, 5])
    75
    """
    first, *rest = numbers
    for number in rest:
        first = first * number
    return first


# ------------------------------------------------------------------------------ output size


def effective_kernel(k: N, d: N) -> N:
    """d·(k − 1) + 1

    The effective kernel: how many cells a dilated kernel reaches over. Dilation 1 is an ordinary
    kernel; CS231n counts the holes instead, so its "dilation 0" is 1 here.

    >>> effective_kernel(3, 1), effective_kernel(3, 2), effective_kernel(3, 6)
    (3, 5, 13)

    [DV] section 5.1.
    """
    return d * (k - 1) + 1


def out_size(n: N, k: N, s: N, p: N, d: N) -> N:
    """⌊(n + 2p − (d·(k − 1) + 1)) / s⌋ + 1

    How many positions a window has along one axis. The last (n + 2p − (d·(k − 1) + 1)) mod s
    cells are not read. Assumes s ≥ 1; a result below 1 means that the window does not fit at all.

    >>> out_size(224, 7, 2, 3, 1)
    112
    >>> out_size(32, 5, 1, 0, 1)
    28

    [DV] relationships 6 and 15.
    """
    return (n + 2 * p - effective_kernel(k, d)) // s + 1


def out_size_padded(n: N, k: N, s: N, before: N, after: N, d: N) -> N:
    """⌊(n + p₁ + p₂ − (d·(k − 1) + 1)) / s⌋ + 1

    `out_size` with different padding on the two sides.

    >>> out_size_padded(32, 3, 2, 0, 1, 1)
    16
    """
    return (n + before + after - effective_kernel(k, d)) // s + 1


def out_size_ceil(n: N, k: N, s: N, before: N, after: N, d: N) -> N:
    """min(⌈(n + p₁ + p₂ − (d·(k − 1) + 1)) / s⌉ + 1, ⌈(n + p₁) / s⌉)

    Pooling with ``ceil_mode`` in PyTorch and ONNX: the last window may extend past the end,
    but may not start in the padding after it.

    >>> out_size_ceil(32, 3, 2, 0, 0, 1)
    16
    >>> out_size_ceil(32, 1, 2, 0, 0, 1)
    16

    ONNX operator MaxPool; PyTorch ``Pool.h``, pooling_output_shape.
    """
    return smaller(out_size_caffe(n, k, s, before, after, d), ceil_div(n + before, s))


def out_size_caffe(n: N, k: N, s: N, before: N, after: N, d: N) -> N:
    """⌈(n + p₁ + p₂ − (d·(k − 1) + 1)) / s⌉ + 1

    Caffe's pooling without padding: the last window may start past the end. With padding,
    Caffe uses the rule of `out_size_ceil`.

    >>> out_size_caffe(32, 1, 2, 0, 0, 1)
    17

    Caffe ``pooling_layer.cpp``, lines 91-112.
    """
    return ceil_div(n + before + after - effective_kernel(k, d), s) + 1


def unread(n: N, k: N, s: N, before: N, after: N, d: N) -> N:
    """(n + p₁ + p₂ − (d·(k − 1) + 1)) mod s

    Cells at the end of the padded input that no window reaches.

    >>> unread(32, 5, 2, 0, 0, 1), unread(32, 5, 3, 0, 0, 1)
    (1, 0)
    """
    slack = n + before + after - effective_kernel(k, d)
    return slack - slack // s * s


def transposed_size(n: N, k: N, s: N, p: N, d: N, a: N) -> N:
    """(n − 1)·s − 2p + d·(k − 1) + a + 1

    Output size of a transposed convolution.

    >>> transposed_size(2, 3, 2, 1, 1, 1)
    4

    [DV] relationship 14; PyTorch ConvTranspose2d.
    """
    return (n - 1) * s - 2 * p + d * (k - 1) + a + 1


def transposed_size_padded(n: N, k: N, s: N, before: N, after: N, d: N, a: N) -> N:
    """(n − 1)·s − p₁ − p₂ + d·(k − 1) + a + 1

    `transposed_size` with different padding on the two sides.

    >>> transposed_size_padded(2, 3, 2, 0, 1, 1, 0)
    4
    """
    return (n - 1) * s - before - after + d * (k - 1) + a + 1


def transposed_size_keras(n: N, k: N, s: N, d: N) -> N:
    """(n − 1)·s + max(d·(k − 1) + 1, s)

    Keras's "valid" transposed convolution, which differs from PyTorch's if s is larger than the kernel.

    >>> transposed_size_keras(14, 7, 16, 1)
    224

    Keras ``backend_utils.py``, _get_output_shape_given_tf_padding.
    """
    return (n - 1) * s + s + positive(effective_kernel(k, d) - s)


# ---------------------------------------------------------------------------------- padding


def same_size(n: N, s: N) -> N:
    """⌈n / s⌉

    Output size under "same" padding.

    >>> same_size(33, 2), same_size(32, 2)
    (17, 16)

    TensorFlow, tf.nn, notes on padding.
    """
    return ceil_div(n, s)


def same_padding(n: N, k: N, s: N, d: N) -> N:
    """max((⌈n / s⌉ − 1)·s + d·(k − 1) + 1 − n, 0)

    Total padding that makes the output ⌈n / s⌉. TensorFlow, Keras and ONNX SAME_UPPER put the odd
    cell at the end; SAME_LOWER at the start.

    >>> same_padding(13, 6, 5, 1), same_padding(32, 3, 2, 1)
    (3, 1)
    """
    return positive((ceil_div(n, s) - 1) * s + effective_kernel(k, d) - n)


def full_padding(k: N, d: N) -> N:
    """d·(k − 1)

    Padding per side of "full", which keeps every partial overlap; "causal" puts as much in front.

    >>> full_padding(3, 1), full_padding(2, 512)
    (2, 512)

    [DV] relationship 4.
    """
    return d * (k - 1)


# ---------------------------------------------------------------------- parameters and work


def fan_in(kernel: N, cin: N) -> N:
    """k·k·cin

    Weights of one neuron: a filter is as deep as its input. ``kernel`` is the product over the axes.

    Weights of one neuron: a filter is as deep as its input. ``kernel`` is the product of its sizes.
    75
    """
    return kernel * cin


def conv_params(kernel: N, cin: N, cout: N) -> N:
    """(k·k·cin + 1)·cout

    Weights and biases of a convolution. With groups, cin is the number of channels of one filter (cin / g).

    >>> conv_params(5 * 5, 3, 5)
    380
    """
    return (fan_in(kernel, cin) + 1) * cout


def conv_weights(kernel: N, cin: N, cout: N) -> N:
    """k·k·cin·cout

    >>> conv_weights(11 * 11, 3, 96)
    34848
    """
    return fan_in(kernel, cin) * cout


def conv_macs(kernel: N, cin: N, cout: N, positions: N) -> N:
    """k·k·cin·cout·o·o

    Multiply-adds of a convolution: each weight once per output position; the bias is not counted.

    >>> conv_macs(5 * 5, 3, 5, 10 * 10)
    37500
    """
    return conv_weights(kernel, cin, cout) * positions


def linear_params(m: N, units: N) -> N:
    """(m + 1)·units

    >>> linear_params(784, 16)
    12560
    """
    return (m + 1) * units


def im2col_rows(kernel: N, cin: N) -> N:
    """k·k·cin

    Height of the im2col matrix, and width of the matrix of filters.

    >>> im2col_rows(3 * 3, 3)
    27
    """
    return fan_in(kernel, cin)


def im2col_size(kernel: N, cin: N, positions: N) -> N:
    """k·k·cin·o·o

    Cells of the im2col matrix: one column of k·k·cin numbers per output position.

    >>> im2col_size(3 * 3, 3, 3 * 3)
    243
    """
    return im2col_rows(kernel, cin) * positions


def taps_read(n: N, s: N, before: N, d: N, o: N, t: N) -> N:
    """min(o, ⌈(n + p − t·d) / s⌉) − min(o, ⌈max(p − t·d, 0) / s⌉), at least 0

    In how many of the o windows tap t reads a real cell, not a padding cell.

    >>> [taps_read(5, 1, 1, 1, 5, t) for t in range(3)]
    [4, 5, 4]
    """
    ends = smaller(o, ceil_div(positive(n + before - t * d), s))
    starts = smaller(o, ceil_div(positive(before - t * d), s))
    return positive(ends - starts)


# ------------------------------------------------------------------ attention and products


def matmul_macs(k: N, values: N) -> N:
    """k·values

    Multiply-adds of a matrix product (…, m, k)·(…, k, n): each of the output values is a sum of
    k products.

    >>> matmul_macs(64, 12 * 197 * 197)
    29805312
    """
    return k * values


def attention_weights(c: N, h: N, g: N, k: N, v: N) -> N:
    """c·(h + g)·(k + v)

    Weights of the four projections of attention: h·k rows of queries, g·k of keys, g·v of values, and
    h·v columns of the output. With g = h and k = v = c / h it is 4·c·c.

    >>> attention_weights(768, 12, 12, 64, 64)
    2359296

    Vaswani et al., arXiv:1706.03762, section 3.2.2; Ainslie et al., arXiv:2305.13245.
    """
    return product((c, h + g, k + v))


def attention_biases(c: N, h: N, g: N, k: N, v: N) -> N:
    """(h + g)·k + g·v + c

    One bias per row of each projection; with g = h and k = v = c / h it is 4·c.

    >>> attention_biases(768, 12, 12, 64, 64)
    3072
    """
    return (h + g) * k + g * v + c


def attention_macs(tokens: N, weights: N, width: N) -> N:
    """tokens·weights + tokens·tokens·width

    Each weight of the projections once per token; and for each pair of tokens, h·k products for
    the scores and h·v for the sums: h·(k + v) together.

    >>> attention_macs(197, 2359296, 2 * 768)
    524391936
    """
    return tokens * weights + tokens * tokens * width


# -------------------------------------------------------------------------- receptive field


def rf_size(r: N, j: N, k: N, d: N) -> N:
    """r + d·(k − 1)·j

    Receptive field after a window of k taps, if neighbouring units of its input are j pixels apart.

    >>> rf_size(1, 1, 3, 1), rf_size(3, 1, 3, 1)
    (3, 5)

    [ANS] equation 2.
    """
    return r + d * (k - 1) * j


def rf_stride(j: N, s: N) -> N:
    """j·s

    Pixels between neighbouring units.

    >>> rf_stride(4, 2)
    8

    [ANS] equation 3.
    """
    return j * s


def rf_padding(q: N, j: N, p: N) -> N:
    """q + p·j

    How many pixels before the image the first unit's receptive field starts.

    >>> rf_padding(3, 2, 1)
    5

    [ANS] equation 4.
    """
    return q + p * j


# ------------------------------------------------------------------------- adaptive pooling


def adaptive_start(i: N, n: N, o: N) -> N:
    """⌊i·n / o⌋

    First cell of window i of adaptive pooling.

    >>> [adaptive_start(i, 7, 3) for i in range(3)]
    [0, 2, 4]
    """
    return i * n // o


def adaptive_end(i: N, n: N, o: N) -> N:
    """⌈(i + 1)·n / o⌉

    One past the last cell of window i of adaptive pooling; neighbours may overlap.

    >>> [adaptive_end(i, 7, 3) for i in range(3)]
    [3, 5, 7]
    """
    return ceil_div((i + 1) * n, o)
