"""Witnesses of the kinds that split arrays or reorder their axes, and of parameters."""

from collections.abc import Sequence
from typing import Any

from convcalc.reference import fast_tensor
from convcalc.reference.base import Call, Inputs, Kept, Options, Plain, Rows, pick, witness
from convcalc.reference.checks import Array, Shape


@witness("slice")
class Slice(Plain):
    """A range of an axis, or one of equal parts."""

    def named(self, options: Options) -> dict[str, Any]:
        """The options without the axis."""
        return pick(options, "start", "stop", "step", "into", "take")

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del arrays
        return call("slice_axis", inputs[0], options.get("axis", 0), **self.named(options))

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        if not options.get("axis", False):
            return inputs[0]
        return fast_tensor.slice_axis(inputs[0], 1, **self.named(options))


@witness("space_to_depth")
class SpaceToDepth(Plain):
    required = ("block_size",)
    optional = ("order",)

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        """A unit depends on all cells of its block."""
        rows, r = inputs[0], options["block_size"]
        total: Rows = rows.reshape(len(rows), -1, r).sum(axis=2)
        return total


@witness("permute")
class Permute(Plain):
    """Units and cells have the same places only if the order changes no axis."""

    required = ("order",)


@witness("reduce")
class Reduce(Plain):
    optional = ("op", "axes", "keep")
    copies = (0, 8)  # float64

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        if options.get("axes") is False:
            return inputs[0]
        total: Rows = inputs[0].sum(axis=1, keepdims=True)
        return total


@witness("parameter")
class Parameter(Plain):
    """An array that reads nothing; a fixed one is not trained."""

    buffers = frozenset({"fixed_weight"})

    def shapes(self, options: Options, in_shapes: Sequence[Shape]) -> dict[str, Shape]:
        del in_shapes
        name = "weight" if options.get("trainable", True) else "fixed_weight"
        return {name: tuple(options["shape"])}

    def run(self, call: Call, options: Options, inputs: Inputs, arrays: Kept) -> Array:
        del options, inputs
        (array,) = arrays.values()
        return call("parameter", array)

    def along_axis(self, options: Options, inputs: Sequence[Rows]) -> Rows:
        del options
        return inputs[0] * 0
