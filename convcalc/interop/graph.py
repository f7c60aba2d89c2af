"""Layers of another tool's file, collected into a network."""

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

BROKEN = -(10**9)  # the place of a layer that is wrong, so that what reads it is not wrong too
MAX_NAME = 200  # characters of a layer's name
_MAX_PROBLEMS = 100
_MAX_NOTES = 50


class Graph:
    """Layers in order, each with what it reads; a place stands for what a layer gives.

    Args:
        file: which they are from, for messages.
        inputs: the input shapes, by name.
        max_layers: how many layers are too many.

    Attributes:
        is_changed: whether another input is asked for than the file's, so that no size that it states may
            stand for one that does not follow.
        notes: what was assumed, or changed by whoever wrote the file: a sentence each.
        outputs: the places of the output, by name.
        shared: for each node that uses the weights of another one the place of that.
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
        """The shape at a place: channels first, without the batch; empty where a layer is wrong."""
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
        """Add a layer; the place of what it gives.

        Args:
            kind: of the layer.
            reads: the places of what it reads.
            name: what the file calls it; a second one of the name gets a number.
            line: where it stands, for messages.
            stated: what it gives as the file says; where that is not what the kind gives, the
                layer stays in the network with this shape, and its cost is not counted.
            options: of the kind.

        Where the layer is wrong, that is noted, and `network` refuses the file.
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
            called: what the file calls the operation.
            reads, name, line: as for `add`.
            shape: what it gives.
            rf: what a unit reads, as for the kind ``opaque``.
        """
        kind = "opaque" if len(reads) == 1 else "opaque_join"
        return self.add(kind, reads, name=name, line=line, output=shape or (1,), type=called, rf=rf)

    def share(self, place: int, owner: int) -> None:
        """Say that a layer uses the weights of another; nothing where the two keep unlike arrays."""
        own, other = self._kept(place), self._kept(owner)
        if own and own == other and place != owner:
            self.shared[place] = owner

    def _kept(self, place: int) -> tuple[str, dict[str, Shape]] | None:
        """The kind of a layer and the arrays that it keeps; None where it keeps none."""
        node = self.nodes[place]
        arrays = node.layer.arrays(self.shape(node.inputs[0]), self.shape(place))
        return (node.layer.kind, arrays) if arrays else None

    def take_back(self, number: int) -> None:
        """Take back the layers that were added last, which nothing reads: others stand for them."""
        for node in self.nodes[-number:]:
            self._names.pop(node.name, None)
        del self.nodes[-number:], self._shapes[-number:]

    def note(self, what: str) -> None:
        """Say something beside the numbers, once, and only some of very many."""
        if what not in self.notes and len(self.notes) < _MAX_NOTES:
            self.notes.append(printable(what))

    def refuse(self, what: str, line: int = 0) -> int:
        """Note that something is wrong with the file; the place of a layer that is wrong."""
        if len(self._problems) < _MAX_PROBLEMS:
            self._problems.append(self.file.error(what, line))
        return BROKEN

    @property
    def is_hopeless(self) -> bool:
        """Whether so much is wrong with the file that nothing more is noted."""
        return len(self._problems) >= _MAX_PROBLEMS

    def tell(self) -> None:
        """Refuse the file if something was wrong with it.

        Raises:
            SpecError: all that was.
        """
        if len(self._problems) == 1:
            raise self._problems[0]
        if self._problems:
            raise SpecErrors(self._problems, stopped=len(self._problems) >= _MAX_PROBLEMS)

    def network(self, name: str, source: str) -> Network:
        """The network, with blocks by the dots in the layers' names.

        Raises:
            SpecError: something is wrong with the file.
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
        """A layer of a kind; layers that are alike are one object, which the walk computes once."""
        key = (kind, repr(options))
        layer = self._layers.get(key)
        if layer is None:
            cls = KINDS.get(kind)  # readers know the kinds by their own names
            layer = self._layers[key] = make(cls or kind, options)
        return layer

    def _out_shape(self, layer: Layer, reads: Sequence[int]) -> Shape:
        """The shape that a layer gives.

        Raises:
            ShapeError: it does not take what it reads.
        """
        shapes = tuple([self.shape(place) for place in reads])
        key = (layer, shapes)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = layer.checked_out_shape(*shapes)
        return found

    def _stated(self, kind: str, reads: Sequence[int], shape: Shape, name: str, what: str) -> int:
        """A layer that is not as its kind is: with its shape, and without a cost."""
        if self.is_changed:
            why = what.partition(";")[0]
            return self.refuse(f"{shortened(name)}: {why}; leave --input out, or give another one")
        self.note(f"{name[:MAX_NAME]}: its cost is not counted: {what}")
        return self.opaque(kind, reads, shape, name=name)

    def _put(self, layer: Layer, reads: Sequence[int], shape: Shape, name: str) -> int:
        """A node, under its own name.

        Raises:
            UsageError: there are too many.
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
        """The name, or with a number behind it where it is taken."""
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
    """The runs of layers whose names begin alike, up to a dot; outer ones first.

    >>> [(block.name, block.start, block.stop) for block in _blocks_of(["a.1.x", "a.1.y", "a.2.x", "b"])]
    [('a', 0, 3), ('a.1', 0, 2), ('a.2', 2, 3)]
    """
    found: list[Block] = []
    open_: list[tuple[str, int]] = []  # the words of the path so far, and where each began
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
