"""A node of an ONNX graph, what is read so far, and the operations that are known."""

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
        op: what it does, with its domain in front unless that is ONNX's own.
        name: what the layer is called.
        reads: the arrays that it reads; None where an optional one is left out.
        dims: of what it gives, None where they are not known.
        outputs: the names of what it gives.
        groups: of channels, where they are shuffled.
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
        """An attribute that is a list of whole numbers; None where it is left out."""
        found = self.attributes.get(name)
        return tuple(found.ints) if found is not None and found.type == 7 else None

    def word(self, name: str, default: str) -> str:
        """An attribute that is a text."""
        found = self.attributes.get(name)
        return (
            found.s.decode(errors="replace") if found is not None and found.type == 3 else default
        )

    def read(self, place: int) -> Array | None:
        """What it reads at a place; None where that is left out."""
        return self.reads[place] if place < len(self.reads) else None

    def values(self, place: int) -> tuple[Any, ...] | None:
        """The numbers of a small constant that it reads."""
        found = self.read(place)
        return found.values if found is not None and found.place is None else None

    @property
    def first(self) -> Array:
        """What it reads first."""
        found = self.reads[0]
        assert found is not None
        return found

    @property
    def out(self) -> Dims:
        """The dims of what it gives."""
        assert self.dims is not None
        return self.dims


class Read:
    """What is read of a graph so far.

    Args:
        graph: to which layers are added.
        sizes: the dims of values by name, as far as they are known.
        constants: stored arrays by name.

    Attributes:
        made: adds layers to the graph.
        arrays: what the values are, by name.
        users: how many nodes and outputs read each value.
        norms: places of batch norms, and of factors and offsets right behind them.
        doubled: how many of these factors and offsets there are.
        filled: names of constants of one number that are no weights.
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
        """Whether what a layer reads is an array of its own, rather than left out or filled."""
        return array is not None and array.name not in self.filled

    def check_takes(self, node: Node, channels: int) -> None:
        """Refuse a convolution that other channels come into than its weights are for."""
        come = shape_of(node.first.dims)[0]
        if come != channels:
            self.graph.refuse(
                f"{shortened(node.name)} ({node.op}): its weights take {plural(channels, 'channel')}, but {come:,} "
                f"come in; {'give an --input of as many' if self.graph.is_changed else 'export the file again'}"
            )

    def share(self, node: Node, place: int) -> None:
        """Note whose weights a layer uses first; a second one of its kind shares them.

        Args:
            node: as which the file has the layer.
            place: of the layer.
        """
        names = tuple([each.name for each in node.reads if each and each.place is None])
        if names and all(names):
            self.graph.share(place, self._owners.setdefault(names, place))

    def give(self, node: Node, array: Array, place: int = 0) -> None:
        """Say what a node gives."""
        if place < len(node.outputs) and node.outputs[place]:
            self.arrays[node.outputs[place]] = array


Convert = Callable[[Read, Node], Array]
OPERATIONS: Registry[Convert] = Registry("operation of ONNX")
# Those that give several arrays.
SEVERAL: Registry[Callable[[Read, Node], None]] = Registry("operation of ONNX")


def operation(*names: str) -> Callable[[Convert], Convert]:
    """Register what some operations are."""
    return OPERATIONS.under(*names)


def unknown(reading: Read, node: Node) -> Array:
    """An operation that no kind is: with the size that the file states."""
    reads = [array for array in node.reads if array is not None]
    return reading.made.opaque(node.op, reads, node.out, node.name)
