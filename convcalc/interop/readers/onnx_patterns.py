"""Finds operations that exporters split: GELU, products with a bias, channel shuffles, norms along an axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from convcalc.interop.readers.onnx_constants import numbers


class Pattern(NamedTuple):
    """The operation that a node is a part of.

    Attributes:
        op: the whole operation: one of ONNX, or Linear, Gelu, ChannelShuffle, AxisNorm.
        reads: the names of its inputs.
        ends: whether the node is the last one, with the output.
        groups: groups of channels in a shuffle; for AxisNorm the axis.
    """

    op: str
    reads: tuple[str, ...]
    ends: bool
    groups: int = 0


def patterns_in(
    nodes: Sequence[Any], stored: Mapping[str, Any], users: Counter[str], sizes: Mapping[str, Any]
) -> dict[int, Pattern]:
    """The patterns in a graph, by the identity of each of their nodes.

    Args:
        nodes: the graph's nodes; they must stay alive.
        stored: its stored arrays by name.
        users: how many nodes and outputs read each value.
        sizes: the dims of values.
    """
    finder = _Finder(nodes, stored, users, sizes)
    found: dict[int, Pattern] = {}
    for node in nodes:
        find = _FINDERS.get(node.op_type)
        if find is None or id(node) in found:
            continue
        hit = find(finder, node)
        if hit:
            op, reads, parts, groups = hit
            found.update(
                {id(each): Pattern(op, reads, each is parts[-1], groups) for each in parts}
            )
    return found


_Hit = tuple[str, tuple[str, ...], list[Any], int]


class _Finder:
    """Finds the producers and readers of the values of a graph."""

    def __init__(
        self,
        nodes: Sequence[Any],
        stored: Mapping[str, Any],
        users: Counter[str],
        sizes: Mapping[str, Any],
    ) -> None:
        self.stored, self.users, self.sizes = stored, users, sizes
        self.makers = {name: node for node in nodes for name in node.output if name}
        self.readers: dict[str, Any] = {}
        for node in nodes:
            for name in node.input:
                self.readers.setdefault(name, node)

    def only_reader(self, node: Any, op: str) -> Any:
        """The only reader of another node's output, if it is of this type."""
        name = node.output[0]
        reader = self.readers.get(name)
        if self.users[name] == 1 and reader is not None and reader.op_type == op:
            return reader
        return None

    def number(self, name: str) -> float | None:
        """The value of a constant with one number."""
        tensor = self.tensor(name)
        values = None if tensor is None else numbers(tensor)
        return float(values[0]) if values is not None and len(values) == 1 else None

    def tensor(self, name: str) -> Any:
        """A stored array, or that of a Constant node, also through nodes that change nothing."""
        for _ in range(8):
            if name in self.stored:
                return self.stored[name]
            maker = self.makers.get(name)
            if maker is None:
                return None
            if maker.op_type == "Constant":
                return next((each.t for each in maker.attribute if each.name == "value"), None)
            if maker.op_type not in ("Identity", "Cast") or not maker.input:
                return None
            name = maker.input[0]
        return None

    def dims(self, name: str) -> tuple[int, ...] | None:
        """The dims of a stored array."""
        tensor = self.tensor(name)
        return None if tensor is None else tuple(tensor.dims)

    def split(self, node: Any) -> Iterator[tuple[str, str]]:
        """The two inputs of a node, in both orders."""
        one, other = node.input[:2]
        yield one, other
        yield other, one


def _linear(finder: _Finder, node: Any) -> _Hit | None:
    """A product with stored weights, and the bias added to it."""
    dims = finder.dims(node.input[1]) if len(node.input) == 2 else None
    added = finder.only_reader(node, "Add") if dims and len(dims) == 2 else None
    if added is None or dims is None:
        return None
    for one, other in finder.split(added):
        if one == node.output[0] and finder.dims(other) == dims[-1:]:
            return "Linear", (*node.input, other), [node, added], 0
    return None


def _gelu(finder: _Finder, node: Any) -> _Hit | None:
    """x/2·(1 + erf(x/√2)), in all orders in which exporters write it."""
    scaled = finder.makers.get(node.input[0])
    if scaled is None or scaled.op_type not in ("Div", "Mul") or finder.users[node.input[0]] != 1:
        return None
    x = next((a for a, b in finder.split(scaled) if finder.number(b) is not None), None)
    added = finder.only_reader(node, "Add")
    times = finder.only_reader(added, "Mul") if added is not None else None
    if x is None or times is None or not any(finder.number(b) == 1 for _, b in finder.split(added)):
        return None
    nodes = [scaled, node, added, times]
    other = next(b for a, b in finder.split(times) if a == added.output[0])
    if other == x:  # x·(1 + erf), then half of it
        half = finder.only_reader(times, "Mul")
        if half is None or not any(finder.number(b) == 0.5 for _, b in finder.split(half)):
            return None
        return "Gelu", (x,), [*nodes, half], 0
    half = finder.makers.get(other)  # x/2 first
    if half is None or half.op_type != "Mul" or finder.users[other] != 1:
        return None
    if any(a == x and finder.number(b) == 0.5 for a, b in finder.split(half)):
        return "Gelu", (x,), [scaled, half, node, added, times], 0
    return None


def _shuffle(finder: _Finder, node: Any) -> _Hit | None:
    """Channels as groups × rest, these two swapped, then as channels again."""
    order = next((tuple(each.ints) for each in node.attribute if each.name == "perm"), ())
    before, after = finder.makers.get(node.input[0]), finder.only_reader(node, "Reshape")
    if order != (0, 2, 1, 3, 4) or after is None or before is None:
        return None
    if before.op_type != "Reshape" or finder.users[node.input[0]] != 1:
        return None
    own, groups = finder.sizes.get(after.output[0]), finder.sizes.get(node.input[0])
    if own is None or groups is None or own != finder.sizes.get(before.input[0]):
        return None
    return "ChannelShuffle", (before.input[0],), [before, node, after], groups[1]


def _axis_norm(finder: _Finder, node: Any) -> _Hit | None:
    """An axis moved to the end, normalised and moved back, as for PyTorch's norm of channels."""
    before, after = finder.makers.get(node.input[0]), finder.only_reader(node, "Transpose")
    axis = next((each.i for each in node.attribute if each.name == "axis"), -1)
    if before is None or before.op_type != "Transpose" or after is None:
        return None
    orders = [
        next((tuple(each.ints) for each in one.attribute if each.name == "perm"), ())
        for one in (before, after)
    ]
    sides = len(orders[0])
    if finder.users[node.input[0]] != 1 or not sides or axis not in (-1, sides - 1):
        return None
    moved = orders[0][-1]
    there = (*[side for side in range(sides) if side != moved], moved)
    back = tuple(there.index(side) for side in range(sides))
    if orders != [there, back]:
        return None
    return "AxisNorm", (before.input[0], *node.input[1:]), [before, node, after], moved


_FINDERS = {
    "LayerNormalization": _axis_norm,
    "MatMul": _linear,
    "Erf": _gelu,
    "Transpose": _shuffle,
}
