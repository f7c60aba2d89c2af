"""Arrays of tools with the batch as first axis, turned into layers of a network without it.

An array of dims ``(1, C, H, W)`` has the shape ``(C, H, W)`` here: a first side of 1 is the batch.
If there are more than four sides, the first ones are multiplied into one.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

from convcalc.interop import rules
from convcalc.interop.graph import BROKEN, Graph
from convcalc.network.network import INPUT

Dims = tuple[int, ...]
MOST_SIDES = 4  # of a shape


class Array(NamedTuple):
    """The output of a layer, or a constant.

    Attributes:
        dims: all its sides, including the batch.
        place: its position in the graph; None for a constant.
        name: the file's name of a constant.
        trained: whether a constant is one of the stored weights.
        values: the numbers of a small constant of whole numbers or fractions.
    """

    dims: Dims
    place: int | None = None
    name: str = ""
    trained: bool = False
    values: tuple[Any, ...] | None = None

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return prod(self.dims)


def shape_of(dims: Dims) -> Dims:
    """The shape of an array, without the batch.

    >>> shape_of((1, 3, 8, 8)), shape_of((64, 49, 96)), shape_of((1, 8, 7, 8, 7, 96)), shape_of((1,))
    ((3, 8, 8), (64, 49, 96), (56, 8, 7, 96), (1,))
    """
    sides = dims[1:] if len(dims) > 1 and dims[0] == 1 else dims
    extra = len(sides) - MOST_SIDES
    if extra > 0:
        sides = (prod(sides[: extra + 1]), *sides[extra + 1 :])
    return sides or (1,)


def axis_of(dims: Dims, axis: int) -> int | None:
    """The index in the shape of an axis of an array; None for the batch, and for multiplied axes.

    >>> axis_of((1, 3, 8, 8), -1), axis_of((1, 3, 8, 8), 1), axis_of((1, 3), 0)
    (2, 0, None)
    """
    axis %= len(dims)
    found = axis - (len(dims) - len(shape_of(dims)))
    folded = len(dims) - (dims[0] == 1) > MOST_SIDES
    return found if found >= folded else None


class Arrays:
    """Adds layers on arrays to a graph; each method returns the output array.

    Args:
        graph: the graph.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def layer(
        self, kind: str, reads: Sequence[Array], dims: Dims, name: str, **options: Any
    ) -> Array:
        """Add a layer of a kind with an output of these dims."""
        places = [self.place(each) for each in reads]
        place = self.graph.add(kind, places, name=name, stated=shape_of(dims), **options)
        return Array(dims, place)

    def place(self, array: Array) -> int:
        """The position of an array; a constant becomes a layer without inputs."""
        if array.place is not None:
            return array.place
        name = array.name or "constant"
        shape = shape_of(array.dims)
        if array.trained:
            return self.graph.add("parameter", [INPUT], name=name, shape=shape)
        return self.graph.add(
            "custom", [INPUT], name=name, output=shape, params=0, macs=0, type="Constant"
        )

    def stated(
        self,
        called: str,
        reads: Sequence[Array],
        dims: Dims,
        name: str,
        *,
        rf: str = "unknown",
        params: int = 0,
        **counts: int,
    ) -> Array:
        """Add an operation that is not a kind, without multiply-adds, with its known costs."""
        places = [self.place(each) for each in reads]
        if len(places) > 1:
            return self.opaque(called, reads, dims, name, rf=rf)
        place = self.graph.add(
            "custom", places, name=name, output=shape_of(dims), type=called, rf=rf,
            params=params, macs=0, counts=counts,
        )  # fmt: skip
        return Array(dims, place)

    def opaque(
        self, called: str, reads: Sequence[Array], dims: Dims, name: str, *, rf: str = "unknown"
    ) -> Array:
        """Add an operation with only a known size."""
        places = [self.place(each) for each in reads if each.place is not None] or [INPUT]
        if BROKEN in places:
            return Array(dims, BROKEN)
        return Array(dims, self.graph.opaque(called, places, shape_of(dims), name=name, rf=rf))

    def reshape(self, array: Array, dims: Dims, name: str) -> Array:
        """The same values with other dims; no layer if the shape stays the same."""
        if array.place is None:
            return array._replace(dims=dims)
        shape = shape_of(dims)
        own = self.graph.shape(array.place)
        if own == shape or array.place == BROKEN:
            return Array(dims, array.place)
        kind, options = rules.reshaped(own, shape) or ("reshape", {"shape": shape})
        return self.layer(kind, [array], dims, name, **options)

    def permute(self, array: Array, order: Sequence[int], dims: Dims, name: str) -> Array:
        """The axes in another order."""
        if array.place is None:
            return array._replace(dims=dims)
        long = [axis for axis in order if array.dims[axis] != 1]
        is_still = long == sorted(long)  # moving sides of 1 moves no values
        if is_still and shape_of(array.dims) == shape_of(dims):
            return self.reshape(array, dims, name)
        lead = len(array.dims) - len(shape_of(array.dims))
        is_whole = len(shape_of(dims)) == len(order) - lead
        if is_whole and lead == (array.dims[0] == 1) and list(order[:lead]) == list(range(lead)):
            return self.layer(
                "permute", [array], dims, name, order=[axis - lead for axis in order[lead:]]
            )
        if is_still:
            return self.reshape(array, dims, name)
        sides = [array.dims[axis] for axis in sorted(long)]  # without the sides of 1
        if len(sides) > MOST_SIDES or len(sides) < 2:
            return self.stated("Transpose", [array], dims, name)
        turned = [sorted(long).index(axis) for axis in long]
        array = self.reshape(array, (1, *sides), f"{name}_sides")
        array = self.layer("permute", [array], (1, *[sides[i] for i in turned]), name, order=turned)
        return self.reshape(array, dims, f"{name}_shape")

    def join(self, kind: str, reads: Sequence[Array], dims: Dims, name: str) -> Array:
        """Combine several arrays elementwise, repeating sides of 1."""
        length = len(shape_of(dims))
        if max([len(shape_of(each.dims)) for each in reads]) > length:
            return self.opaque(kind, reads, dims, name)
        fitted = [self._with_sides(each, length, f"{name}_sides") for each in reads]
        return self.layer(kind, fitted, dims, name)

    def _with_sides(self, array: Array, length: int, name: str) -> Array:
        """An array with this many sides; missing ones are sides of 1 at the front."""
        shape = shape_of(array.dims)
        if len(shape) == length:
            return array
        sides = (1,) * (length - len(shape)) + shape
        if array.place is None:
            return array._replace(dims=(1, *sides))
        if array.place == BROKEN:
            return array
        place = self.graph.add("reshape", [array.place], name=name, shape=sides)
        return Array((1, *sides), place)

    def with_constant(self, kind: str, array: Array, other: Array, dims: Dims, name: str) -> Array:
        """Combine an array and a constant elementwise; ``kind`` is add, subtract, multiply or divide."""
        sides = (1,) * (len(array.dims) - len(other.dims)) + other.dims
        long = [axis for axis, side in enumerate(sides) if side != 1]
        channels = shape_of(array.dims)[0]
        is_each = len(long) == 1 and axis_of(array.dims, long[0]) == 0 and other.size == channels
        is_scale = kind in ("add", "multiply") and array.dims == dims
        if is_scale and other.trained and (other.size == 1 or is_each):
            return self.scale(kind, array, dims, name, per_channel=is_each)
        if is_scale and is_each:
            return self.scale(kind, array, dims, name, trainable=False)
        if other.trained:
            return self.join(kind, [array, other], dims, name)
        counted = {"multiply": "multiplications", "divide": "divisions"}.get(kind, "adds")
        return self.stated(kind, [array], dims, name, rf="unit", **{counted: prod(dims)})

    def scale(self, kind: str, array: Array, dims: Dims, name: str, **options: bool) -> Array:
        """Apply one number per channel, or one for all; ``kind`` is add or multiply."""
        is_factor = kind == "multiply"
        return self.layer(
            "scale", [array], dims, name, factor=is_factor, bias=not is_factor, **options
        )

    def reduce(
        self, array: Array, op: str, sides: tuple[Any, ...], dims: Dims, name: str, *, keep: bool
    ) -> Array:
        """Reduce some sides of the shape to one cell each; they are removed unless they are kept."""
        shape = shape_of(array.dims)
        options: dict[str, Any] = {"op": op, "axes": sides}
        around = len(shape) > 1 and sides == tuple(range(1, len(shape)))
        if around and keep and op in ("mean", "max"):
            kind = "global_avgpool" if op == "mean" else "global_maxpool"
            return self.layer(kind, [array], dims, name)
        if keep or len(sides) < len(shape):
            return self.layer("reduce", [array], dims, name, **options, keep=keep)
        ones = (1,) * (len(shape) + 1)  # all numbers reduced to one
        found = self.layer("reduce", [array], ones, name, **options)
        return self.reshape(found, dims, f"{name}_shape")

    def matmul(self, one: Array, other: Array, dims: Dims, name: str) -> Array:
        """The matrix product of two arrays, neither of them a constant."""
        shapes = [shape_of(one.dims), shape_of(other.dims)]
        length = max(map(len, shapes), default=2)
        if length < 2 or min(map(len, shapes)) != length:
            return self.opaque("MatMul", [one, other], dims, name)
        return self.layer("matmul", [one, other], dims, name)

    def linear(
        self, array: Array, units: int, dims: Dims, name: str, *, bias: bool, axis: int = -1
    ) -> Array:
        """A product with a matrix of weights along an axis."""
        side = axis_of(array.dims, axis)
        if side is None:
            return self.opaque("linear", [array], dims, name)
        sides = len(shape_of(array.dims))
        options = {"axis": -1 if side == sides - 1 else side} if sides > 1 else {}
        return self.layer("linear", [array], dims, name, out_features=units, bias=bias, **options)

    def part(
        self, array: Array, axis: int, start: int, stop: int, step: int, dims: Dims, name: str
    ) -> Array:
        """A range of an axis."""
        if array.place is None:
            return array._replace(dims=dims, values=None)
        if array.dims == dims:
            return array
        side = axis_of(array.dims, axis)
        if side is None or step < 1:
            return self.stated("Slice", [array], dims, name)
        shape = self.graph.shape(array.place)
        if len(shape) <= side or array.place == BROKEN:
            return Array(dims, BROKEN)
        count = dims[axis % len(dims)]
        natural = (*shape[:side], count, *shape[side + 1 :])
        options = rules.cut(side, shape[side], start, stop, step)
        place = self.graph.add("slice", [array.place], name=name, stated=natural, **options)
        return self.reshape(Array((1, *natural), place), dims, f"{name}_shape")
