"""Collects the layers of another tool's file into a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convcalc.errors import ConvcalcError, SpecErrors, UsageError
from convcalc.layers import KINDS, make
from convcalc.network.network import FIRST_INPUT, INPUT, Block, Network, Node
from convcalc.text import printable, shortened, times

if TYPE_CHECKING:
    from convcalc.errors import SpecError
    from convcalc.interop.base import ForeignFile
    from convcalc.layers import Layer, Shape

BROKEN = -(10**9)  # the place of a wrong layer, so that its readers give no further errors
MAX_NAME = 200  # longest name of a layer
_MAX_PROBLEMS = 100
_MAX_NOTES = 50


class Graph:
    """Layers in order, each with its inputs; a place is the index of a layer's output.

    Args:
        file: their file, for messages.
        inputs: the input shapes, by name.
        max_layers: the most layers.

    Attributes:
        is_changed: whether the user gave an input other than the file's; then sizes stated in the
            file must not be used.
        notes: what was assumed, or changed by the tool that wrote the file: a sentence each.
        outputs: the places of the output, by name.
        shared: for each node that uses another one's weights, the place of that one.
    """

    def __init__(
        self, file: ForeignFile, inputs: Mapping[str, Shape], max_layers: int = 100_000
    ) -> None:
        self.file, self.inputs, self.max_layers = file, dict(inputs), max_layers
        self.is_changed = False
        self.nodes: list[Node] = []
        self.notes: list[str] = []
        self.outputs: dict[str, int] = {}
        self.shared: dict[int, int] = {}
        self._shapes: list[Shape] = []
        self._in = list(inputs.values())
        self._names: dict[str, int] = {}
        self._layers: dict[Any, Layer] = {}
        self._known: dict[Any, Shape] = {}
        self._problems: list[SpecError] = []

    def shape(self, place: int) -> Shape:
        """The shape at a place: channels first, without the batch; empty for a wrong layer."""
        if place == BROKEN:
            return ()
        return self._shapes[place] if place >= 0 else self._in[INPUT - place]

    def add(
        self,
        kind: str,
        reads: Sequence[int],
        *,
        name: str,
        line: int = 0,
        stated: Shape | None = None,
        **options: Any,
    ) -> int:
        """Add a layer; returns the place of its output.

        Args:
            kind: the layer's kind.
            reads: the places of its inputs.
            name: its name in the file; a repeated name gets a number.
            line: its line, for messages.
            stated: the output shape that the file states; if the kind gives another one, the
                layer stays in the network with this shape, and its cost is not counted.
            options: the options of the kind.

        If the layer is wrong, the error is kept, and `network` refuses the file.
        """
        if BROKEN in reads:
            return BROKEN
        stated = (1,) if stated == () else stated  # one number for each sample
        try:
            layer = self._layer(kind, options)
            found = self._out_shape(layer, reads)
        except ConvcalcError as error:
            what = getattr(error, "what", str(error))
            if stated is None:
                return self.refuse(f"{shortened(name)} ({kind}): {what}", line)
            return self._stated(kind, reads, stated, name, what)
        if stated is not None and found != stated:
            what = f"{kind} gives {times(found)}, but the file says {times(stated)}"
            return self._stated(kind, reads, stated, name, what)
        return self._put(layer, reads, found, name)

    def opaque(
        self,
        called: str,
        reads: Sequence[int],
        shape: Shape,
        *,
        name: str,
        line: int = 0,
        rf: str = "unknown",
    ) -> int:
        """Add an operation that convcalc does not know, with the shape that the file states.

        Args:
            called: the file's name of the operation.
            reads, name, line: as for `add`.
            shape: its output shape.
            rf: what a unit reads, as for the kind ``opaque``.
        """
        kind = "opaque" if len(reads) == 1 else "opaque_join"
        return self.add(kind, reads, name=name, line=line, output=shape or (1,), type=called, rf=rf)

    def share(self, place: int, owner: int) -> None:
        """Note that a layer uses another one's weights; ignored if the two keep different arrays."""
        own, other = self._kept(place), self._kept(owner)
        if own and own == other and place != owner:
            self.shared[place] = owner

    def _kept(self, place: int) -> tuple[str, dict[str, Shape]] | None:
        """The kind of a layer and the arrays that it keeps; None if it keeps none."""
        node = self.nodes[place]
        arrays = node.layer.arrays(self.shape(node.inputs[0]), self.shape(place))
        return (node.layer.kind, arrays) if arrays else None

    def take_back(self, number: int) -> None:
        """Remove the layers that were added last and that nothing reads, because others replace them."""
        for node in self.nodes[-number:]:
            self._names.pop(node.name, None)
        del self.nodes[-number:], self._shapes[-number:]

    def note(self, what: str) -> None:
        """Add a note, once; only some if there are very many."""
        if what not in self.notes and len(self.notes) < _MAX_NOTES:
            self.notes.append(printable(what))

    def refuse(self, what: str, line: int = 0) -> int:
        """Add an error in the file; returns the place of a wrong layer."""
        if len(self._problems) < _MAX_PROBLEMS:
            self._problems.append(self.file.error(what, line))
        return BROKEN

    @property
    def is_hopeless(self) -> bool:
        """Whether the file has so many errors that no more are added."""
        return len(self._problems) >= _MAX_PROBLEMS

    def tell(self) -> None:
        """Refuse the file if it has errors.

        Raises:
            SpecError: lists all errors.
        """
        if len(self._problems) == 1:
            raise self._problems[0]
        if self._problems:
            raise SpecErrors(self._problems, stopped=len(self._problems) >= _MAX_PROBLEMS)

    def network(self, name: str, source: str) -> Network:
        """The network, with blocks by the dots in the layers' names.

        Raises:
            SpecError: the file has errors.
        """
        self.tell()
        if not self.nodes:
            raise self.file.error("the file has no layers; check that it has a network")
        (first, shape), *more = self.inputs.items()
        return Network(
            name=printable(name),
            source=printable(source),
            input=shape,
            nodes=self.nodes,
            blocks=_blocks_of([node.name for node in self.nodes]),
            path=self.file.path,
            files=(self.file.path,),
            notes=tuple(self.notes),
            input_name=first,
            more_inputs=dict(more),
            outputs={key: place for key, place in self.outputs.items() if place >= 0},
            shared=self.shared,
        )

    def _layer(self, kind: str, options: Mapping[str, Any]) -> Layer:
        """A layer of a kind; equal layers are one object, which the walk computes once."""
        key = (kind, repr(options))
        layer = self._layers.get(key)
        if layer is None:
            cls = KINDS.get(kind)  # readers use the kinds' own names
            layer = self._layers[key] = make(cls or kind, options)
        return layer

    def _out_shape(self, layer: Layer, reads: Sequence[int]) -> Shape:
        """The output shape of a layer.

        Raises:
            ShapeError: it cannot take its inputs.
        """
        shapes = tuple([self.shape(place) for place in reads])
        key = (layer, shapes)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = layer.checked_out_shape(*shapes)
        return found

    def _stated(self, kind: str, reads: Sequence[int], shape: Shape, name: str, what: str) -> int:
        """A layer that differs from its kind: with its shape, and without a cost."""
        if self.is_changed:
            why = what.partition(";")[0]
            return self.refuse(f"{shortened(name)}: {why}; leave --input out, or give another one")
        self.note(f"{name[:MAX_NAME]}: its cost is not counted: {what}")
        return self.opaque(kind, reads, shape, name=name)

    def _put(self, layer: Layer, reads: Sequence[int], shape: Shape, name: str) -> int:
        """Add a node with a unique name.

        Raises:
            UsageError: there are too many layers.
        """
        if len(self.nodes) >= self.max_layers:
            message = (
                f"{printable(self.file.path)}: more than {self.max_layers:,} layers; "
                "raise --max-layers if you mean it"
            )
            raise UsageError(message)
        self.nodes.append(Node(self._free(name), layer, tuple(reads)))
        self._shapes.append(shape)
        return len(self.nodes) - 1

    def _free(self, name: str) -> str:
        """The name, with a number after it if it is taken."""
        name = printable(name)[:MAX_NAME].strip(". ") or "layer"
        if name in self._names or name == FIRST_INPUT:
            number = self._names.get(name, 1) + 1
            while f"{name}_{number}" in self._names:
                number += 1
            self._names[name] = number
            name = f"{name}_{number}"
        self._names[name] = 1
        return name


def _blocks_of(names: Sequence[str]) -> list[Block]:
    """The runs of layers whose names begin with the same words, up to a dot; outer ones first.

    >>> [(block.name, block.start, block.stop) for block in _blocks_of(["a.1.x", "a.1.y", "a.2.x", "b"])]
    [('a', 0, 3), ('a.1', 0, 2), ('a.2', 2, 3)]
    """
    found: list[Block] = []
    open_: list[tuple[str, int]] = []  # the words of the current path, and where each began
    for place, name in enumerate([*names, ""]):
        words = name.split(".")[:-1]
        same = 0
        while same < min(len(words), len(open_)) and words[same] == open_[same][0]:
            same += 1
        while len(open_) > same:
            path = ".".join(word for word, _ in open_)
            _, start = open_.pop()
            found.append(Block(path, start, place, len(open_)))
        open_ += [(word, place) for word in words[same:]]
    return sorted(found, key=lambda block: (block.start, block.depth))
