"""The graph of an ONNX model under construction: nodes, constants, and the arrays of layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError
from convcalc.interop.readers.onnx import MAX_NODES
from convcalc.registry import Registry
from convcalc.text import printable, shortened

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.layers import Shape

BATCH = "N"
OWN_DOMAIN = "convcalc"


class CannotSayError(Exception):
    """ONNX has no operators for a layer; the text says why."""


class OnnxGraph:
    """Nodes in order, each value under its own name.

    Args:
        onnx: the library.
        analysis: the walk of the network.

    Attributes:
        nodes, constants: in ONNX's form.
        values: the output of each step, by its place.
        batched: the values whose first side is the batch; for others it is 1, or they are
            constants.
        own: names of the operations in a separate domain.
        fixed: names of layers with a fixed kernel, which ONNX stores as weights.
    """

    def __init__(self, onnx: Any, analysis: Analysis) -> None:
        self.onnx, self.name = onnx, analysis.network.name
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.values: dict[int, str] = {}
        self.batched: set[str] = set()
        self.own: dict[str, str] = {}
        self.fixed: list[str] = []
        self._known: dict[Any, str] = {}
        self._names: dict[str, int] = {}
        self._node_names: dict[str, int] = {}
        for image in analysis.images:
            self.values[image.place] = self.free(image.name)
            self.batched.add(self.values[image.place])
        self.outputs = {
            self.free(name): step.place for name, step in analysis.named_outputs.items()
        }
        given = {place: name for name, place in reversed(self.outputs.items())}
        # Names of layers are reserved, so that no array takes one.
        self._value_names = {
            step.place: given.get(step.place) or self.free(step.name) for step in analysis
        }
        self._layer_names = {
            step.place: _free(printable(step.name), self._node_names) for step in analysis
        }

    def free(self, name: str) -> str:
        """The name for a value, with a number after it if it is taken."""
        return _free(printable(name), self._names)

    def node(
        self, op: str, reads: Sequence[str], name: str, outputs: int = 1, **attributes: Any
    ) -> list[str]:
        """Add a node; returns the names of its outputs.

        Args:
            op: the operator; from convcalc's domain if `domain` is one of the attributes.
            reads: the inputs; empty for an optional one that is left out.
            name: the node's name; made unique.
            outputs: how many outputs it has.
            attributes: ONNX's attributes; None for one that is left out.

        Raises:
            UsageError: there are too many nodes.
        """
        if len(self.nodes) >= MAX_NODES:
            message = f"{shortened(self.name)}: takes more than {MAX_NODES:,} nodes of ONNX; write a part of it"
            raise UsageError(message)
        name = _free(printable(name), self._node_names)
        made = [
            self.free(name if outputs == 1 else f"{name}.{number}") for number in range(outputs)
        ]
        given = {key: value for key, value in attributes.items() if value is not None}
        self.nodes.append(self.onnx.helper.make_node(op, list(reads), made, name=name, **given))
        if not self.batched.isdisjoint(reads):
            self.batched.update(made)
        return made

    def give(self, step: Step, value: str, first: int) -> None:
        """Set the output of a step; its last node and the value get the name of the step.

        Args:
            step: the step of the walk.
            value: its output.
            first: how many nodes there were before it.
        """
        name = self._value_names[step.place]
        own = [*self.nodes[-1].output] == [value] if len(self.nodes) > first else False
        if not own or value in self._known.values():  # another step's value
            (value,) = self.node("Identity", [value], step.name)
        node = self.nodes[-1]
        if value in self.batched:
            self.batched.add(name)
        del self._node_names[node.name], self._names[value]
        node.name, node.output[0] = self._layer_names[step.place], name
        self.values[step.place] = name

    def same(self, value: str, name: str) -> None:
        """Another name for a value."""
        (made,) = self.node("Identity", [value], name)
        self.nodes[-1].output[0] = name
        if made in self.batched:
            self.batched.add(name)

    def whole(self, *numbers: int) -> str:
        """A constant row of whole numbers; equal ones are stored once."""
        tensor = self.onnx.TensorProto
        return self._constant(("whole", numbers), tensor.INT64, [len(numbers)], numbers)

    def numbers(self, values: Sequence[float], *dims: int) -> str:
        """A constant array of known, untrained numbers; a single number has no sides."""
        tensor = self.onnx.TensorProto
        key = ("numbers", tuple(values), dims)
        if key not in self._known:
            value = self.onnx.helper.make_tensor("value", tensor.FLOAT, dims, values)
            (self._known[key],) = self.node("Constant", [], "number", value=value)
        return self._known[key]

    def _constant(self, key: Any, kind: int, dims: Sequence[int], values: Sequence[Any]) -> str:
        if key not in self._known:
            self._known[key] = name = self.free("sizes")
            self.constants.append(self.onnx.helper.make_tensor(name, kind, dims, values))
        return self._known[key]

    def array(self, owner: Step, name: str, sides: Shape, fill: float, *, trained: bool) -> str:
        """An array of a layer, filled with one number when the model is loaded.

        Args:
            owner: the layer of the array.
            name: the array's name.
            sides: its sides.
            fill: the number.
            trained: whether it is a parameter; for others the sizes are constants in nodes.
        """
        key = (owner.place, name, sides)
        if key not in self._known:
            made = self.filled(f"{owner.name}.{name}", sides, fill, trained=trained)
            self._known[key] = made
        return self._known[key]

    def filled(self, name: str, sides: Shape, fill: float, *, trained: bool = False) -> str:
        """An array of one number."""
        onnx = self.onnx
        value = onnx.helper.make_tensor("value", onnx.TensorProto.FLOAT, [1], [fill])
        size = self.whole(*sides) if trained else self._sizes(sides)
        (made,) = self.node("ConstantOfShape", [size], name, value=value)
        return made

    def _sizes(self, sides: Shape) -> str:
        """Sizes in a node."""
        key = ("sizes", sides)
        if key not in self._known:
            (self._known[key],) = self.node("Constant", [], "sizes", value_ints=list(sides))
        return self._known[key]


def _free(name: str, taken: dict[str, int]) -> str:
    """The name, with a number after it if needed; marks it as taken."""
    found = name or "layer"
    while found in taken:
        taken[name] += 1
        found = f"{name}_{taken[name]}"
    taken[found] = 1
    return found


class At:
    """A layer that is being written: its inputs, and the graph for its nodes.

    Attributes:
        layer: the layer with its options.
        reads: its inputs.
        shape, out: the shapes of its first input and its output, without the batch.
        axes: how many axes its maps have.
    """

    def __init__(self, graph: OnnxGraph, step: Step) -> None:
        self.graph, self.step = graph, step
        self.layer: Any = step.layer
        self.reads = [graph.values[source.place] for source in step.before]
        self.shape, self.out = step.input, step.output
        self.axes = len(self.shape) - 1
        self.whole, self.numbers = graph.whole, graph.numbers

    @property
    def x(self) -> str:
        """The first input."""
        return self.reads[0]

    def node(self, op: str, *reads: str, part: str = "", **attributes: Any) -> str:
        """Add a node; returns its output.

        Args:
            op: the operator.
            reads: its inputs.
            part: the node's purpose in the layer; part of its name.
            attributes: ONNX's attributes.
        """
        name = f"{self.step.name}/{part or op.lower()}"
        (made,) = self.graph.node(op, reads, name, **attributes)
        return made

    def split(self, x: str, sizes: Sequence[int], axis: int, part: str) -> list[str]:
        """Parts of an array, one after the other along an axis."""
        if len(sizes) == 1:
            return [x]
        reads, name = [x, self.whole(*sizes)], f"{self.step.name}/{part}"
        return self.graph.node("Split", reads, name, len(sizes), axis=axis)

    def array(self, name: str, *sides: int, fill: float = 0.0) -> str:
        """A trained array of the layer, or of the layer whose weights it uses.

        Args:
            name: its name in the layer's kind.
            sides: its sides if they differ from the kind's; the order of the numbers stays.
            fill: the number that fills it.
        """
        return self._array(name, sides, fill, trained=True)

    def fixed(self, name: str, *sides: int, fill: float = 0.0) -> str:
        """An array that is kept and not trained."""
        return self._array(name, sides, fill, trained=False)

    def _array(self, name: str, sides: Shape, fill: float, *, trained: bool) -> str:
        own = self.layer.arrays(self.shape, self.out)[name]
        return self.graph.array(
            self.step.owner or self.step, name, sides or own, fill, trained=trained
        )

    def has(self, name: str) -> bool:
        """Whether the layer keeps an array of this name."""
        return name in self.layer.arrays(self.shape, self.out)

    def reshape(self, x: str, *sides: int, part: str = "") -> str:
        """The same values with other sides after the batch."""
        return self.node("Reshape", x, self.whole(0, *sides), part=part)

    def transpose(self, x: str, *places: int, part: str = "") -> str:
        """The sides after the batch in another order; 0 is the channels."""
        return self.node("Transpose", x, perm=[0, *[place + 1 for place in places]], part=part)

    def cut(
        self, x: str, place: int, start: int, stop: int, step: int = 1, *, part: str = ""
    ) -> str:
        """A range of one side; 0 is the channels."""
        return self.slices(x, [(place, start, stop, step)], part=part)

    def slices(self, x: str, ranges: Sequence[tuple[int, int, int, int]], *, part: str = "") -> str:
        """Ranges of several sides: the side, the first cell, the end and the step of each."""
        places, starts, stops, steps = zip(*ranges)
        axes = [place + 1 for place in places]
        given = [self.whole(*each) for each in (starts, stops, axes, steps)]
        return self.node("Slice", x, *given, part=part)

    def pad(
        self,
        x: str,
        pairs: Sequence[tuple[int, int]],
        *,
        mode: str | None = None,
        value: float = 0.0,
    ) -> str:
        """Cells before and after along each side, the channels first; the value itself if there are none."""
        if not any(map(any, pairs)):
            return x
        before, after = zip(*pairs)
        reads = [x, self.whole(0, *before, 0, *after)]
        if value:
            reads.append(self.numbers([value]))
        return self.node("Pad", *reads, mode=mode)


Operator = Callable[[At], str]
OPERATORS: Registry[Operator] = Registry("kind that is written as ONNX")


def operator(*kinds: str) -> Callable[[Operator], Operator]:
    """Register the function that writes some kinds; it returns the output value."""
    return OPERATORS.under(*kinds)
