"""What a spec says once everything is expanded: layers in order, each with what it reads."""

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

INPUT = -1  # the place of the network's first input among the nodes; −2, −3 … are further ones
MAX_NAME = 250  # characters of the name of a layer, block, input or output
_FEW_LAYERS = 12  # that a notebook shows without a click
FIRST_INPUT = "input"  # what the first input is called where a file gives it no name


class Node(NamedTuple):
    """A layer in its place.

    Attributes:
        name: unique, such as ``conv3_x.2.conv1``.
        inputs: places of the nodes it reads; `INPUT` is the network's input, −2 its second one.
        origin: where a file says so, for messages.
    """

    name: str
    layer: Layer
    inputs: tuple[int, ...]
    origin: Item | None = None

    def __repr__(self) -> str:
        return f"<Node {printable(self.name)}: {self.layer!r} of {list(self.inputs)}>"


class Block(NamedTuple):
    """A run of nodes that belong together: a section, a block, one time round a repeat.

    Attributes:
        name: its path; empty for one time round an unnamed repeat.
        start, stop: its nodes.
        depth: how many blocks it lies in.
        word: what the block is called that it was made from; empty for a section.
    """

    name: str
    start: int
    stop: int
    depth: int
    word: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Network:
    """A network, expanded.

    Attributes:
        name, source: what it is and where it comes from.
        input: the input shape, channels first, without a batch; of several inputs the first.
        nodes: the layers in an order in which each follows what it reads.
        blocks: runs of nodes that belong together, outer ones first.
        expect: numbers the file promises, with their source.
        path: the file, for messages.
        changed: whether parameters or the input were set, so that ``expect`` need not hold.
        home: the file's own inputs by name, where other ones were asked for.
        parameters: the file's parameters, as they are set.
        files: the files it was read from: what it extends and holds, then its own.
        input_name: what the first input is called.
        more_inputs: the shapes of further inputs, by name.
        outputs: the names that the file gives its outputs, each with the place of its node; empty
            where the outputs are what no layer reads.
        shared: for each node that uses the weights of another one the place of that.
        notes: what its file says to whoever reads its numbers, and what was assumed, a sentence each.
        order: the order in which its inputs were written, chw or hwc; empty where it was not said.
        axes: in what each axis of the first input is counted, such as samples; empty if not said.
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
        from convcalc.analysis.walk import walk  # noqa: PLC0415 - a floor up; only this convenience looks there

        return walk(self, batch)

    def draw(self, picture: str = "net", **options: Any) -> Any:
        """A picture of it. See `convcalc.analysis.shown.ShownAnalysis.draw`."""
        return self.walk().draw(picture, **options)

    def __repr__(self) -> str:
        shapes = " + ".join(map(times, self.inputs.values()))
        name = shortened(printable(self.name))
        return f"<Network {name}: input {shapes}, {plural(len(self.nodes), 'layer')}>"

    def _repr_html_(self) -> str:
        """Its numbers in a line, and its layers on a click; few layers are shown at once."""
        try:
            analysis = self.walk()
        except ConvcalcError as error:
            return f"<p>{escape_html(repr(self))}</p><pre>{escape_html(str(error))}</pre>"
        said = escape_html(repr(analysis)[len("<Analysis ") : -1])
        table = replace(analysis.shown(), title="")._repr_html_()  # the name stands above
        shown = " open" * (len(self.nodes) <= _FEW_LAYERS)
        return f"<details{shown}><summary>{said}</summary>{table}</details>"

    def error(self, node: Node, what: str) -> SpecError:
        """An error about a node, at its place in the spec."""
        return node_error(node, what)


def node_error(node: Node, what: str) -> SpecError:
    """An error about a node, at its place in the spec."""
    from convcalc.errors import ShapeError, SpecError  # noqa: PLC0415 - only where something is wrong

    kind = node.layer.kind
    said = f"{kind}: {what}" if node.name == kind else f"{node.name} ({kind}): {what}"
    if node.origin is None or not node.origin.source.path:
        return ShapeError(said)  # type: ignore[return-value]
    at = node.origin.error(said)
    return SpecError(at.path, at.line, at.column, said, at.text)


def one_layer_network(layer: Layer, shape: Shape) -> Network:
    """A network of one layer, called by its kind.

    Raises:
        ShapeError: the layer names another one.
    """
    for option in layer.references:
        if layer.options()[option]:
            from convcalc.errors import ShapeError  # noqa: PLC0415 - only where something is wrong

            message = (
                f"{layer.kind}: {option} names another layer, but there is only one; leave it out"
            )
            raise ShapeError(message)
    return Network(layer.kind, "", shape, [Node(layer.kind, layer, (INPUT,))])


def input_text(shapes: Mapping[str, Shape]) -> str:
    """The option that gives these inputs, as it is typed.

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
    """No garbage collection meanwhile: a load or a walk makes many objects and no garbage."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
