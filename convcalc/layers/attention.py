"""Kinds that multiply maps with each other: the product of two maps, and attention."""

from __future__ import annotations

from typing import ClassVar

from convcalc import formulas
from convcalc.errors import ShapeError
from convcalc.layers.base import Counts, Kept, Layer, kind
from convcalc.layers.checks import check_at_least, check_axes, check_divides
from convcalc.layers.merge import Merge, larger
from convcalc.layers.rf import Reads, UnknownField
from convcalc.layers.window import Shape
from convcalc.text import plural, times


@kind("matmul")
class MatMul(Merge):
    """The matrix product of two paths: (…, m, k)·(…, k, n) becomes (…, m, n).

    Formula:
        macs = m·k·n for each matrix, with as many matrices as the sides before the last two give; no parameters

    Options:
        transpose_a: whether the last two sides of the first path are swapped first.
        transpose_b: the same for the second path: with it (…, m, k)·(…, n, k) becomes (…, m, n).

    Source:
        Vaswani et al., arXiv:1706.03762, equation 1 (QKᵀ); PyTorch matmul; ONNX MatMul.

    Common mistake:
        Counting m·n: every output value is a sum of k products.
    """

    aliases: ClassVar = {
        "pytorch": ("bmm",),
        "keras": ("Dot",),
        "onnx": ("MatMul",),
    }
    example: ClassVar = ({"transpose_b": True}, (12, 197, 64))

    transpose_a: bool = False
    transpose_b: bool = False

    def matrices(self, *shapes: Shape) -> tuple[Shape, Shape]:
        """The last two sides of both paths, after transposing."""
        one, other = (shape[-2:] for shape in shapes)
        return one[::-1] if self.transpose_a else one, other[::-1] if self.transpose_b else other

    def out_shape(self, *shapes: Shape) -> Shape:
        (m, _), (_, n) = self.matrices(*shapes)
        return (*[larger(a, b) for a, b in zip(*[shape[:-2] for shape in shapes])], m, n)

    def backward_macs(self, shape: Shape, out: Shape) -> tuple[int, int]:
        return 2 * self.macs(shape, out), 0

    def macs(self, shape: Shape, out: Shape) -> int:
        k = shape[-2] if self.transpose_a else shape[-1]
        return formulas.matmul_macs(k, formulas.product(out))

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        reason = "a matrix product reads whole rows of one path and whole columns of the other"
        return UnknownField(reason, whole=True)

    def check(self, *shapes: Shape) -> None:
        super().check(*shapes)
        if len(shapes) != 2:
            message = f"matmul multiplies two paths, but gets {len(shapes)}; put a second matmul into one of its paths"
            raise ShapeError(message)
        one, other = shapes
        said = f"cannot matmul {times(one)} and {times(other)}"
        if len(one) != len(other) or len(one) < 2:
            message = f"{said}: give two maps with the same number of sides, two or more; put a reshape before it"
            raise ShapeError(message)
        if any(1 not in pair and pair[0] != pair[1] for pair in zip(one[:-2], other[:-2])):
            message = (
                f"{said}: the sides before the last two must be equal or 1; put a reshape before it"
            )
            raise ShapeError(message)
        (_, k), (rows, _) = self.matrices(one, other)
        if k != rows:
            message = (
                f"{said}: the first has {plural(k, 'column')} and the second {plural(rows, 'row')}; "
                "make them equal, or set transpose_a or transpose_b"
            )
            raise ShapeError(message)


@kind("attention")
class Attention(Layer):
    """Multi-head self-attention: each position of a map is a token of c values that looks at all others.

    Formula:
        params = 4·c·c + 4·c: queries, keys, values and the output, each with its biases
        macs = L·4·c·c + 2·L·L·c, with L = n·n tokens: the projections, then scores and weighted sums;
        in general, with h heads of k (key_dim) and v (value_dim) values and g (kv_heads) key heads:
        c·(h + g)·(k + v) weights, used once per token, and L·L·h·(k + v) products of scores and sums;
        per score: a multiplication by 1/√k, and the softmax over the L scores of a token (see softmax)

    Options:
        key_dim: values per head of queries and keys; c / heads if it is not given.
        value_dim: values per head of the values that are summed; key_dim if it is not given.
        kv_heads: heads of keys and values, shared by the query heads (grouped queries); heads if not given.

    Source:
        Vaswani et al., arXiv:1706.03762, section 3.2; PyTorch MultiheadAttention (embed_dim first, as
        channels are here); Keras MultiHeadAttention; kv_heads: Ainslie et al., arXiv:2305.13245.

    Common mistake:
        Counting the projections only: scores and sums are 2·L·L·c more, and most of it if L > 2·c.
        Multiplying by the heads: they share the c channels, so their number changes nothing.
    """

    aliases: ClassVar = {
        "short": ("mha", "self_attention"),
        "pytorch": ("MultiheadAttention",),
        "keras": ("MultiHeadAttention",),
        "onnx": ("Attention",),
    }
    family: ClassVar = "attention"
    option_words: ClassVar = {"num_heads": "heads"}
    incoming: ClassVar = ("embed_dim",)
    example: ClassVar = ({"heads": 12}, (768, 197))

    heads: int
    bias: bool = True
    key_dim: int | None = None
    value_dim: int | None = None
    kv_heads: int | None = None

    def widths(self, shape: Shape) -> tuple[int, int, int]:
        """The number of key heads, and the values per head of keys and of values."""
        heads = self.heads if self.kv_heads is None else self.kv_heads
        key = shape[0] // self.heads if self.key_dim is None else self.key_dim
        return heads, key, key if self.value_dim is None else self.value_dim

    @property
    def is_plain(self) -> bool:
        """Whether the heads share the channels equally, so that their number does not matter."""
        return self.key_dim is self.value_dim is self.kv_heads is None

    def out_shape(self, shape: Shape) -> Shape:
        return shape

    def weights(self, shape: Shape, out: Shape) -> int:
        if self.is_plain:
            return 4 * shape[0] * shape[0]
        return formulas.attention_weights(shape[0], self.heads, *self.widths(shape))

    def biases(self, shape: Shape, out: Shape) -> int:
        if not self.bias:
            return 0
        if self.is_plain:
            return 4 * shape[0]
        return formulas.attention_biases(shape[0], self.heads, *self.widths(shape))

    def arrays(self, shape: Shape, out: Shape) -> dict[str, Shape]:
        groups, key, value = self.widths(shape)
        rows = {"query": self.heads * key, "key": groups * key, "value": groups * value}
        made: dict[str, Shape] = {f"{name}_weight": (n, shape[0]) for name, n in rows.items()}
        made["out_weight"] = (shape[0], self.heads * value)
        if self.bias:
            made |= {f"{name}_bias": (n,) for name, n in rows.items()}
            made["out_bias"] = (shape[0],)
        return made

    def macs(self, shape: Shape, out: Shape) -> int:
        _, key, value = self.widths(shape)
        width = 2 * shape[0] if self.is_plain else self.heads * (key + value)
        tokens = formulas.product(shape[1:])
        return formulas.attention_macs(tokens, self.weights(shape, out), width)

    def counts(self, shape: Shape, out: Shape) -> Counts:
        tokens = formulas.product(shape[1:])
        rows = self.heads * tokens
        return {
            "bias_adds": tokens * self.biases(shape, out),
            "multiplications": rows * tokens,
            "comparisons": rows * (tokens - 1),
            "adds": rows * (2 * tokens - 1),
            "exponentials": rows * tokens,
            "divisions": rows * tokens,
        }

    def backward_macs(self, shape: Shape, out: Shape) -> tuple[int, int]:
        projected = formulas.product(shape[1:]) * self.weights(shape, out)
        return 2 * self.macs(shape, out) - projected, projected  # both factors of a product of maps

    def kept_for_backward(self, shape: Shape, out: Shape) -> Kept:
        """Its input, the queries, keys, values, the joined heads, and one sum per token and head.

        This is what PyTorch's fused kernel keeps; it computes the scores again in the backward pass.
        """
        groups, key, value = self.widths(shape)
        tokens = formulas.product(shape[1:])
        values = tokens * ((self.heads + groups) * (key + value)) + self.heads * tokens
        return Kept(input=True, values=values)

    def reads(self, shape: Shape, out: Shape) -> tuple[Reads, ...] | UnknownField | None:
        reason = (
            "attention lets every position look at all others, so every unit sees the whole map"
        )
        return UnknownField(reason, whole=True)

    def check(self, shape: Shape) -> None:
        check_axes(shape)
        given = {"heads": self.heads, "key_dim": self.key_dim, "value_dim": self.value_dim}
        for name, value in given.items():
            if value is not None:
                check_at_least(name, value)
        if self.key_dim is None:
            check_divides("the input's channel count", shape[0], "heads", self.heads)
        if self.kv_heads is not None:
            check_divides("heads", self.heads, "kv_heads", self.kv_heads)
