"""Reads a graph of PyTorch's operations in order: names, values and how layers are added."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError
from convcalc.interop.graph import BROKEN, Graph
from convcalc.interop.readers.aten import (
    MOST_SIDES,
    OPERATIONS,
    Batch,
    Call,
    Unknown,
    Value,
    args_of,
    folded_to,
    fqn_of,
    is_layer,
    op_of,
)
from convcalc.interop.readers.aten_numbers import worked_out
from convcalc.interop.readers.aten_sources import Weights
from convcalc.interop.readers.pt2_archive import Name, Parts, sides_of
from convcalc.network.network import INPUT
from convcalc.text import printable, quoted

if TYPE_CHECKING:
    from convcalc.interop.base import ForeignFile
    from convcalc.layers import Shape

_MATRIX = 2  # most sides of a tensor


class Program(Weights):
    """The operations of a program, read one after the other.

    Attributes:
        values: tensors by their names, and whole numbers.
        convolutions: the output channels of the convolutions with a bias, by their modules.
        views, orders: the layers that are views, and the layers that permute axes.
    """

    def __init__(
        self,
        file: ForeignFile,
        inputs: Mapping[str, Shape],
        parts: Parts,
        batch: int,
        max_layers: int,
    ) -> None:
        super().__init__(Graph(file, inputs, max_layers), parts)
        self.file, self.samples = file, batch
        self.metas: dict[str, Any] = parts.graph["tensor_values"]
        self.numbers: Mapping[str, Any] = parts.graph.get("sym_int_values") or {}
        self.values: dict[str, Any] = {}
        self.convolutions: dict[str, int] = {}
        self.views: set[int] = set()
        self.orders: dict[int, tuple[int, ...]] = {}
        self._parents: set[str] = set()
        self._busy: dict[str, int] = {}
        self._readers: set[str] | None = None
        self._unsure: set[int | None] = set()  # layers with an unknown batch axis
        self._call: Call | None = None

    # ------------------------------------------------------------------------------- the run

    def run(self, nodes: Sequence[Any]) -> None:
        """Convert all nodes, in order."""
        for node, fqn in zip(nodes, self._look_ahead(nodes)):
            if not isinstance(node, dict):
                raise self.file.error("a node of the graph is not an operation; export it again")
            self._step(node, fqn)
            self.graph.tell()

    def _look_ahead(self, nodes: Sequence[Any]) -> list[str]:
        """The module of each node; also counts each module's operations, and notes parents."""
        found = [fqn_of(node) for node in nodes]
        for name in found:
            self._busy[name] = self._busy.get(name, 0) + 1
            parent = name
            while parent and parent not in self._parents:
                parent = parent.rpartition(".")[0]
                self._parents.add(parent)
        return found

    def _step(self, node: Mapping[str, Any], fqn: str) -> None:
        """Convert a node."""
        op, outputs = op_of(node), self._output_names(node)
        inputs = node.get("inputs")
        given: dict[str, Any] = {}
        for number, one in enumerate(inputs if isinstance(inputs, list) else []):
            if isinstance(one, dict):
                key = one.get("name")
                given[key if isinstance(key, str) and key else str(number)] = one.get("arg")
        if self._is_number(node, op, given, outputs):
            return
        values: dict[str, Any] = {}
        for key, arg in given.items():
            if isinstance(arg, (Name, list)):
                found = self._found(arg)
                if found is not None:
                    values[key] = found
                given[key] = self._resolved(arg)
        call = self._call = Call(op, given, outputs, self._name(node, op, fqn), values)
        made = self._made(call)
        for name, value in zip(outputs, made):
            if name and value is not None:
                self.values[name] = value
        is_in_place = str(node.get("target")).rpartition(".")[0].endswith("_")
        if is_in_place and made and made[0] is not None:
            self._written_over(inputs, made[0])

    def _written_over(self, inputs: Any, value: Value) -> None:
        """An operation in place: later readers of its input read its output."""
        arg = (
            inputs[0].get("arg")
            if isinstance(inputs, list) and inputs and isinstance(inputs[0], dict)
            else None
        )
        before = self.values.get(arg) if isinstance(arg, Name) else None
        if arg and isinstance(before, Value) and before.sides == value.sides and not before.source:
            self.values[arg] = value

    def _output_names(self, node: Mapping[str, Any]) -> list[str]:
        """The names of a node's outputs."""
        found: list[str] = []
        outputs = node.get("outputs")
        for one in outputs if isinstance(outputs, list) else []:
            names = one if isinstance(one, list) else [one]
            found += [str(name) if isinstance(name, Name) else "" for name in names]
        return found

    def _made(self, call: Call) -> list[Value | None]:
        """The result of an operation: by its registered function, or a layer with the size in the file."""
        values = [
            one
            for value in call.values.values()
            for one in (value if isinstance(value, list) else [value])
        ]
        if all(isinstance(one, Value) and one.is_constant for one in values):
            is_made = not values or any(
                one.batch for one in values
            )  # such as the states of an LSTM
            return [
                self._constant(name, is_made=is_made) if name else None for name in call.outputs
            ]
        before = len(self.graph.nodes)
        if self._unsure and not self._unsure.isdisjoint(
            [one.place for one in values if isinstance(one, Value)]
        ):
            return self._opaque(call, values)
        try:
            return self._known(call)
        except (Unknown, TypeError, ValueError, IndexError, KeyError, ArithmeticError):
            # A file may contain anything in place of a number.
            self.loose = self.loose or len(self.graph.nodes) > before
            return self._opaque(call, values)

    def _constant(self, name: str, *, is_made: bool) -> Value:
        """Fixed numbers; the program may create its own for each sample."""
        sides = self.stated(name)
        likely = (1, 0) if len(sides) > _MATRIX else (0,)  # the first axis of states is the layer
        axes = [axis for axis in likely if sides[axis] == self.samples] if len(sides) > 1 else []
        return Value(sides, (axes[0], 1, 1) if axes and is_made else None, None)

    def fixed(self, value: Value) -> Value:
        """A tensor; fixed numbers become the output of a layer that costs nothing."""
        if not value.is_constant:
            return value
        shape = value.shape or (1,)
        place = self.graph.add(
            "custom", [INPUT], name=f"{self.call.name}.constant", type="constant",
            output=folded_to(shape), params=0, macs=0,
        )  # fmt: skip
        return self._unfolded(Value(folded_to(shape), None, place), shape, value)

    @property
    def unknown(self) -> int:
        """The number of layers whose cost is not counted."""
        return sum(not node.layer.is_costed for node in self.graph.nodes)

    def _known(self, call: Call) -> list[Value | None]:
        """The result of an operation by its registered function.

        Raises:
            Unknown: there is no function, or the file states another size.
        """
        made = OPERATIONS.get(call.op)
        if made is None:
            raise Unknown
        found = made(self, call)
        values: list[Value | None] = [found] if isinstance(found, Value) else list(found)
        for name in call.outputs[len(values) :]:
            values.append(self._further(values[0], name) if name and self.is_read(name) else None)
        if not self.is_changed and not all(map(self._is_as_stated, call.outputs, values)):
            raise Unknown
        return values

    def _further(self, value: Value | None, name: str) -> Value:
        """The further outputs of an operation, without cost: positions of maxima, means of a norm."""
        sides = self.stated(name)
        assert value is not None
        if value.batch is not None and sides[value.batch[0]] != value.sides[value.batch[0]]:
            raise Unknown
        like = Value(sides, value.batch, None)
        return self.custom(value, like, part="more", called=f"{self.call.op} more")

    def _is_as_stated(self, name: str, value: Value | None) -> bool:
        """Whether a tensor has the sides that the file states."""
        stated = self.stated(name) if name in self.metas else None
        if value is None or not name or stated is None or 0 in stated or value.sides == stated:
            return True
        return value.batch is None and stated == (
            self.samples,
            *value.sides[1:],
        )  # the same for all samples

    def _is_number(
        self, node: Mapping[str, Any], op: str, given: dict[str, Any], outputs: list[str]
    ) -> bool:
        """Whether a node computes with whole numbers, such as a side of a tensor; then it is evaluated."""
        target = node.get("target")
        if not isinstance(target, str) or not (
            op in ("sym_size", "sym_numel") or target.startswith(("_operator", "math."))
        ):
            return False
        for name in outputs:
            known = self.numbers.get(name)
            value = None if self.is_changed else known
            if value is None and op == "sym_size":
                tensor, dim = self._found(given.get("self")), given.get("dim", 0)
                if (
                    isinstance(tensor, Value)
                    and isinstance(dim, int)
                    and -len(tensor.sides) <= dim < len(tensor.sides)
                ):
                    value = tensor.sides[dim]
            elif value is None:
                one, other = (self._resolved(given.get(key)) for key in ("a", "b"))
                value = worked_out(op, one, other)
            self.values[name] = value if isinstance(value, int) else None
        return True

    # ------------------------------------------------------------------------------- values

    def _found(self, arg: Any) -> Any:
        """The tensor that an argument names, or the tensors of a list; None for others.

        Raises:
            SpecError: no tensor has that name.
        """
        if isinstance(arg, list):
            found = [self._found(one) for one in arg if isinstance(one, Name)]
            is_whole = len(found) == len(arg) and all(isinstance(one, Value) for one in found)
            return found if found and is_whole else None
        if not isinstance(arg, Name):
            return None
        if arg not in self.values:
            raise self.file.error(
                f"an operation reads {quoted(arg)}, which nothing before it gives; export it again"
            )
        value = self.values[arg]
        if not isinstance(value, Value):
            return None
        if value.source:
            self.read.add(value.source)
        return value

    def _resolved(self, arg: Any) -> Any:
        """An argument with numbers in place of their names."""
        if isinstance(arg, Name):
            value = self.values.get(arg)
            return value if isinstance(value, int) else None
        if isinstance(arg, list):
            return [one if type(one) is int else self._resolved(one) for one in arg]
        return arg

    def read_all(self, outputs: Sequence[Any]) -> list[Value]:
        """The tensors among the outputs of a graph."""
        found = []
        for output in outputs:
            for one in output if isinstance(output, list) else [output]:
                value = self._found(one)
                if isinstance(value, Value):
                    found.append(value)
        return found

    def stated(self, name: str) -> Shape:
        """The sides of a tensor in the file; an unknown side is 0."""
        return sides_of(self.metas.get(name))

    def forget(self, place: int) -> None:
        """Forget the outputs of the layers after a place, which were removed."""
        for name in [*itertools.islice(reversed(self.values), 8)]:
            value = self.values[name]
            if isinstance(value, Value) and value.place is not None and value.place <= place:
                break
            if isinstance(value, Value) and value.place is not None:
                del self.values[name]

    def is_read(self, name: str) -> bool:
        """Whether an operation or an output of the program reads a tensor."""
        if self._readers is None:
            args: list[Any] = list(self.parts.graph["outputs"])
            for node in self.parts.graph["nodes"]:
                args += args_of(node)
            self._readers = {
                one
                for arg in args
                for one in (arg if isinstance(arg, list) else [arg])
                if isinstance(one, Name)
            }
        return name in self._readers

    # ------------------------------------------------------------------------------- layers

    def _name(self, node: Mapping[str, Any], op: str, fqn: str) -> str:
        """The name of a layer: its module, and the operation if the module has several."""
        if not fqn:
            return op
        if fqn in self._parents or (self._busy.get(fqn, 0) > 1 and not is_layer(node)):
            return f"{fqn}.{op}"
        return fqn

    @property
    def call(self) -> Call:
        """The operation that is being read."""
        assert self._call is not None
        return self._call

    def layer(
        self,
        kind: str,
        reads: Sequence[Value],
        like: Value,
        *,
        part: str = "",
        name: str = "",
        **options: Any,
    ) -> Value:
        """Add a layer of a kind; returns its output.

        Args:
            kind: the layer's kind.
            reads: its inputs.
            like: the size of the output, stated in the file or derived, and its batch.
            part: the part of the operation, if it becomes several layers.
            name: its name, if not that of the operation.
            options: the options of the kind; ``shape`` is the shape of a reshape or parameter.
        """
        places = [self.place(value) for value in reads]
        called = name or self.call.name + (f".{part}" if part else "")
        stated = None if self.is_changed else like.shape
        place = self.graph.add(kind, places or [INPUT], name=called, stated=stated, **options)
        if place == BROKEN:
            self.graph.tell()
        return self._given(place, like)

    def _given(self, place: int, like: Value) -> Value:
        """The output of a layer, with the batch at its old axis."""
        shape = self.graph.shape(place)
        if like.batch is None:
            return Value(shape, None, place)
        axis, outer, inner = like.batch
        if outer == inner == 1:
            return Value((*shape[:axis], self.samples, *shape[axis:]), like.batch, place)
        if shape[axis] % outer:
            raise Unknown
        inner = shape[axis] // outer
        sides = (*shape[:axis], shape[axis] * self.samples, *shape[axis + 1 :])
        return Value(sides, (axis, outer, inner), place)

    def custom(
        self, reads: Value, like: Value, *, part: str = "", params: int = 0, macs: int = 0, rf: str = "",
        counts: Mapping[str, int] | None = None, called: str = "", keeps: str = "both",
    ) -> Value:  # fmt: skip
        """Add an operation with a known cost that is not a kind."""
        shape, before = like.shape or (1,), reads.shape
        folded = folded_to(shape)
        seen = rf or (
            "unit"
            if folded[1:] == before[1:] and shape == folded and len(before) <= MOST_SIDES
            else "unknown"
        )
        flat = Value(folded, None, None)
        made = self.layer(
            "custom", [reads], flat, part=part, output=folded, type=called or self.call.op, rf=seen, params=params,
            macs=macs, counts={key: number for key, number in (counts or {}).items() if number}, keeps=keeps,
        )  # fmt: skip
        return self._unfolded(made, shape, like)

    def _unfolded(self, made: Value, shape: Shape, like: Value) -> Value:
        """The output of an operation whose leading sides were multiplied."""
        assert made.place is not None
        if folded_to(shape) == shape:
            return (
                self._given(made.place, like)
                if like.shape
                else Value(like.sides, like.batch, made.place)
            )
        return self.layer("reshape", [made], like, part="view", shape=shape)

    def _opaque(self, call: Call, values: Sequence[Any]) -> list[Value | None]:
        """The outputs of an unknown operation, with only their sizes."""
        reads = [value for value in values if not value.is_constant]
        if self.is_changed:
            what = f"{call.name}: {call.op} gives a size that is known for the file's own input only; leave --input out"
            raise UsageError(f"{printable(self.file.path)}: {printable(what)}")
        found: list[Value | None] = []
        for name in call.outputs:
            sides = self.stated(name) if name else ()
            if not name or (found and not self.is_read(name)):
                found.append(None)
                continue
            if 0 in sides or name not in self.metas:
                raise self.file.error(
                    f"{call.name} ({call.op}): the file does not state the size of {quoted(name)}"
                )
            batch, is_sure = self._likely_batch(sides, reads)
            like = Value(sides, batch, None)
            shape = like.shape or (1,)
            places = [place for value in reads if (place := self._place_or_none(value)) is not None]
            place = self.graph.opaque(
                call.op, list(dict.fromkeys(places)) or [INPUT], folded_to(shape), name=call.name
            )
            self.graph.tell()
            made = self._unfolded(Value(folded_to(shape), None, place), shape, like)
            if not is_sure:  # operations after it have no known cost, so no sample is counted twice
                self._unsure.add(made.place)
            found.append(made)
        return found

    def _place_or_none(self, value: Value) -> int | None:
        """The place of a tensor; None for weights that another layer counts."""
        try:
            return self.place(value)
        except Unknown:
            return None

    def _likely_batch(self, sides: Shape, reads: Sequence[Value]) -> tuple[Batch | None, bool]:
        """The probable batch axis of an unknown operation's output, and whether it is certain."""
        batches = {value.batch for value in reads if value.batch is not None}
        for axis, outer, inner in sorted(batches):
            if axis < len(sides) and sides[axis] == outer * self.samples * inner:
                return (axis, outer, inner), True
        is_sure = self.samples <= 1 or not batches
        is_sure = is_sure and self._unsure.isdisjoint([value.place for value in reads])
        if batches and sides and sides[0] % self.samples == 0:
            return (0, 1, sides[0] // self.samples), is_sure
        return None, is_sure
