"""A node of an ONNX graph, the state of reading, and the known operations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from convcalc.interop.arrays import Array, Arrays, Dims, shape_of
from convcalc.interop.graph import Graph
from convcalc.registry import Registry
from convcalc.text import plural, shortened


class Node:
    """A node of the file.

    Attributes:
        op: its operation, after its domain unless that is ONNX's own.
        name: the layer's name.
        reads: its input arrays; None for an optional one that is left out.
        dims: the dims of its outputs; None if unknown.
        outputs: the names of its outputs.
        groups: groups of channels, if it shuffles them.
    """

    __slots__ = ("attributes", "dims", "groups", "name", "op", "outputs", "reads")

    def __init__(
        self, op: str, name: str, reads: list[Array | None], dims: Dims | None, proto: Any
    ) -> None:
        self.op, self.name, self.reads, self.dims = op, name, reads, dims
        self.outputs = list(proto.output)
        self.groups = 0
        self.attributes = {each.name: each for each in proto.attribute}

    def whole(self, name: str, default: int) -> int:
        """An attribute that is a whole number."""
        found = self.attributes.get(name)
        return int(found.i) if found is not None and found.type == 2 else default

    def number(self, name: str, default: float) -> float:
        """An attribute that is a number."""
        found = self.attributes.get(name)
        return float(found.f) if found is not None and found.type == 1 else default

    def wholes(self, name: str) -> tuple[int, ...] | None:
        """An attribute that is a list of whole numbers; None if it is left out."""
        found = self.attributes.get(name)
        return tuple(found.ints) if found is not None and found.type == 7 else None

    def word(self, name: str, default: str) -> str:
        """An attribute that is a text."""
        found = self.attributes.get(name)
        return (
            found.s.decode(errors="replace") if found is not None and found.type == 3 else default
        )

    def read(self, place: int) -> Array | None:
        """The input at a position; None if it is left out."""
        return self.reads[place] if place < len(self.reads) else None

    def values(self, place: int) -> tuple[Any, ...] | None:
        """The numbers of an input that is a small constant."""
        found = self.read(place)
        return found.values if found is not None and found.place is None else None

    @property
    def first(self) -> Array:
        """The first input."""
        found = self.reads[0]
        assert found is not None
        return found

    @property
    def out(self) -> Dims:
        """The dims of its output."""
        assert self.dims is not None
        return self.dims


class Read:
    """The state of reading a graph.

    Args:
        graph: the graph to which layers are added.
        sizes: the known dims of values by name.
        constants: stored arrays by name.

    Attributes:
        made: adds layers to the graph.
        arrays: the arrays of the values, by name.
        users: how many nodes and outputs read each value.
        norms: places of batch norms, and of factors and offsets directly after them.
        doubled: how many of these factors and offsets there are.
        filled: names of constants filled with one number, which are not weights.
    """

    def __init__(self, graph: Graph, sizes: dict[str, Dims], constants: dict[str, Array]) -> None:
        self.graph, self.sizes = graph, sizes
        self.made = Arrays(graph)
        self.arrays: dict[str, Array] = dict(constants)
        self.users: Counter[str] = Counter()
        self.norms: set[int | None] = set()
        self.doubled = 0
        self.filled: set[str] = set()
        self._owners: dict[tuple[str, ...], int] = {}

    def keeps(self, array: Array | None) -> bool:
        """Whether an input of a layer is a stored array, not left out or filled."""
        return array is not None and array.name not in self.filled

    def check_takes(self, node: Node, channels: int) -> None:
        """Refuse a convolution whose input channels do not fit its weights."""
        come = shape_of(node.first.dims)[0]
        if come != channels:
            self.graph.refuse(
                f"{shortened(node.name)} ({node.op}): its weights take {plural(channels, 'channel')}, but {come:,} "
                f"come in; {'give an --input of as many' if self.graph.is_changed else 'export the file again'}"
            )

    def share(self, node: Node, place: int) -> None:
        """Record the first layer with some weights; a later one of its kind shares them.

        Args:
            node: the layer's node in the file.
            place: the layer's place.
        """
        names = tuple([each.name for each in node.reads if each and each.place is None])
        if names and all(names):
            self.graph.share(place, self._owners.setdefault(names, place))

    def give(self, node: Node, array: Array, place: int = 0) -> None:
        """Record the output of a node."""
        if place < len(node.outputs) and node.outputs[place]:
            self.arrays[node.outputs[place]] = array


Convert = Callable[[Read, Node], Array]
OPERATIONS: Registry[Convert] = Registry("operation of ONNX")
# Operations with several outputs.
SEVERAL: Registry[Callable[[Read, Node], None]] = Registry("operation of ONNX")


def operation(*names: str) -> Callable[[Convert], Convert]:
    """Register the function that converts some operations."""
    return OPERATIONS.under(*names)


def unknown(reading: Read, node: Node) -> Array:
    """An operation that is not a kind, with the size in the file."""
    reads = [array for array in node.reads if array is not None]
    return reading.made.opaque(node.op, reads, node.out, node.name)
