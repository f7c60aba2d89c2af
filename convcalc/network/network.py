"""An expanded network: its layers in order, each with its inputs."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import ConvcalcError
from convcalc.text import escape_html, plural, printable, shortened, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.errors import SpecError
    from convcalc.layers import Layer, Shape
    from convcalc.network.items import Item

INPUT = -1  # the place of the network's first input; −2, −3 … are further inputs
MAX_NAME = 250  # characters of the name of a layer, block, input or output
_FEW_LAYERS = 12  # that a notebook shows directly
FIRST_INPUT = "input"  # the name of the first input, if the file gives none


class Node(NamedTuple):
    """A layer of a network.

    Attributes:
        name: unique, such as ``conv3_x.2.conv1``.
        layer: what it does.
        inputs: places of the nodes that it reads; `INPUT` is the network's input, −2 the second one.
        origin: its place in the file, for messages.
    """

    name: str
    layer: Layer
    inputs: tuple[int, ...]
    origin: Item | None = None

    def __repr__(self) -> str:
        return f"<Node {printable(self.name)}: {self.layer!r} of {list(self.inputs)}>"


class Block(NamedTuple):
    """A run of nodes that belong together: a section, a block, one turn of a repeat.

    Attributes:
        name: its path; empty for a turn of an unnamed repeat.
        start, stop: its nodes.
        depth: the number of blocks around it.
        word: the name of the block in the file; empty for a section.
    """

    name: str
    start: int
    stop: int
    depth: int
    word: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Network:
    """An expanded network.

    Attributes:
        name, source: its name, and where it comes from.
        input: the shape of the (first) input, channels first, without the batch.
        nodes: the layers, each after the layers that it reads.
        blocks: runs of nodes that belong together, outer ones first.
        expect: numbers that the file expects, with their source.
        path: the file, for messages.
        changed: whether parameters or the input were changed, so that ``expect`` may not hold.
        home: the file's own inputs by name, if the user gave others.
        parameters: the current values of the file's parameters.
        files: the files it was read from: those it extends and contains, then its own.
        input_name: the name of the first input.
        more_inputs: the shapes of further inputs, by name.
        outputs: the names of the outputs in the file, each with the place of its node; empty if
            the outputs are the layers that no other layer reads.
        shared: for each node that uses another's weights, the place of the owner.
        notes: the file's own notes on its numbers, and assumptions, a sentence each.
        order: the axis order in which its inputs were written, chw or hwc; empty if not given.
        axes: the unit of each axis of the first input, such as samples; empty if not given.
    """

    name: str
    source: str
    input: Shape
    nodes: list[Node]
    blocks: list[Block] = field(default_factory=list)
    expect: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    changed: bool = False
    home: dict[str, Shape] = field(default_factory=dict)
    parameters: dict[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    input_name: str = FIRST_INPUT
    more_inputs: dict[str, Shape] = field(default_factory=dict)
    outputs: dict[str, int] = field(default_factory=dict)
    shared: dict[int, int] = field(default_factory=dict)
    order: str = ""
    axes: tuple[str, ...] = ()

    @property
    def inputs(self) -> dict[str, Shape]:
        """All inputs by name, the first one first."""
        return {self.input_name: self.input, **self.more_inputs}

    def walk(self, batch: int = 1) -> Analysis:
        """Walk it: one step per layer, with totals and notes. See `convcalc.analysis.walk.walk`."""
        from convcalc.analysis.walk import walk  # noqa: PLC0415 - a floor above; the only exception

        return walk(self, batch)

    def draw(self, picture: str = "net", **options: Any) -> Any:
        """A picture of it. See `convcalc.analysis.shown.ShownAnalysis.draw`."""
        return self.walk().draw(picture, **options)

    def __repr__(self) -> str:
        shapes = " + ".join(map(times, self.inputs.values()))
        name = shortened(printable(self.name))
        return f"<Network {name}: input {shapes}, {plural(len(self.nodes), 'layer')}>"

    def _repr_html_(self) -> str:
        """Its numbers in a line, with the layers on a click; few layers are shown directly."""
        try:
            analysis = self.walk()
        except ConvcalcError as error:
            return f"<p>{escape_html(repr(self))}</p><pre>{escape_html(str(error))}</pre>"
        said = escape_html(repr(analysis)[len("<Analysis ") : -1])
        table = replace(analysis.shown(), title="")._repr_html_()  # the name is already above
        shown = " open" * (len(self.nodes) <= _FEW_LAYERS)
        return f"<details{shown}><summary>{said}</summary>{table}</details>"

    def error(self, node: Node, what: str) -> SpecError:
        """An error about a node, at its place in the spec."""
        return node_error(node, what)


def node_error(node: Node, what: str) -> SpecError:
    """An error about a node, at its place in the spec."""
    from convcalc.errors import ShapeError, SpecError  # noqa: PLC0415 - only for errors

    kind = node.layer.kind
    said = f"{kind}: {what}" if node.name == kind else f"{node.name} ({kind}): {what}"
    if node.origin is None or not node.origin.source.path:
        return ShapeError(said)  # type: ignore[return-value]
    at = node.origin.error(said)
    return SpecError(at.path, at.line, at.column, said, at.text)


def one_layer_network(layer: Layer, shape: Shape) -> Network:
    """A network of one layer, named after its kind.

    Raises:
        ShapeError: the layer refers to another one.
    """
    for option in layer.references:
        if layer.options()[option]:
            from convcalc.errors import ShapeError  # noqa: PLC0415 - only for errors

            message = (
                f"{layer.kind}: {option} names another layer, but there is only one; leave it out"
            )
            raise ShapeError(message)
    return Network(layer.kind, "", shape, [Node(layer.kind, layer, (INPUT,))])


def input_text(shapes: Mapping[str, Shape]) -> str:
    """The command-line option for these inputs.

    >>> input_text({"input": (3, 8, 8)}), input_text({"image": (3, 8, 8)})
    ('--input 3x8x8', '--input image=3x8x8')
    """
    words = [
        f"{'' if name == FIRST_INPUT else f'{name}='}{'x'.join(map(str, shape))}"
        for name, shape in shapes.items()
    ]
    return " ".join(f"--input {word}" for word in words)


@contextmanager
def without_collector() -> Iterator[None]:
    """Turn off garbage collection: a load or a walk makes many objects and no garbage."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
