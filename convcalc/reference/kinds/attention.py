"""Witnesses of the product of two maps, and of attention."""

from collections.abc import Sequence
from math import prod

import numpy as np

from convcalc.reference.base import Call, Inputs, Kept, Options, Plain, Rows, pick, witness
from convcalc.reference.checks import Array, Shape
from convcalc.reference.fast_attention import SCORES_TOGETHER
from convcalc.reference.scratch import LayerRun


@witness("matmul")
class MatMul(Plain):
    """The cells that a unit reads depend on the axis, so a single axis cannot be run."""

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del arrays
        return call("matmul", inputs, **pick(options, "transpose_a", "transpose_b"))

    def scratch(self, run: LayerRun) -> int:
        """NumPy may copy a transposed factor."""
        return (prod(run.shape) + 2 * prod(run.out)) * run.each


@witness("attention")
class Attention(Plain):
    """Four projections, with their biases."""

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        (in_shape,) = in_shapes
        channels, heads = in_shape[0], options["heads"]
        groups = heads if (given := options.get("kv_heads")) is None else given
        key = channels // heads if (given := options.get("key_dim")) is None else given
        value = key if (given := options.get("value_dim")) is None else given
        rows = {"query": heads * key, "key": groups * key, "value": groups * value}
        made: dict[str, Shape] = {f"{name}_weight": (n, channels) for name, n in rows.items()}
        made["out_weight"] = (channels, heads * value)
        if options.get("bias", True):
            made |= {f"{name}_bias": (n,) for name, n in rows.items()}
            made["out_bias"] = (channels,)
        return made

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        return call("attention", inputs[0], arrays, options["heads"], options.get("kv_heads"))

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        """Each unit depends on all cells."""
        del options
        return np.repeat(inputs[0].sum(axis=1, keepdims=True), inputs[0].shape[1], axis=1)

    def scratch(self, run: LayerRun) -> int:
        """Queries, keys and values, the concatenated heads, and the scores of some rows of one head."""
        sizes = self.shapes(run.options, [run.shape])
        tokens = prod(run.shape[1:])
        made = sum(sizes[f"{name}_weight"][0] for name in ("query", "key", "value"))
        made += 2 * sizes["out_weight"][1] + 2 * run.shape[0]
        scores = max(tokens, min(tokens * tokens, SCORES_TOGETHER))
        return (made * tokens + 3 * scores) * run.each
