"""The shapes in a network for any input, without a full walk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convcalc.errors import ShapeError
from convcalc.network.network import INPUT

if TYPE_CHECKING:
    from convcalc.layers import Shape
    from convcalc.network.network import Network


def inputs_of_size(network: Network, shape: Shape) -> dict[str, Shape]:
    """All inputs, if the first has this shape; other inputs of equal length along an axis change with it."""
    found = {name: _moved(network, each, shape) for name, each in network.more_inputs.items()}
    return {network.input_name: shape, **found}


def moves_with(network: Network, other: Shape, axis: int) -> bool:
    """Whether another input has the same length as the first along an axis, so that both change together."""
    own = network.input
    return len(other) == len(own) and other[axis] == own[axis]


def seen_from(network: Network, name: str) -> Network:
    """The same network with another of its inputs as the first."""
    place = INPUT - list(network.inputs).index(name)
    turned = {INPUT: place, place: INPUT}
    nodes = [
        node._replace(inputs=tuple([turned.get(i, i) for i in node.inputs]))
        for node in network.nodes
    ]
    names = list(network.inputs)
    names[0], names[INPUT - place] = name, names[0]
    more = {each: network.inputs[each] for each in names[1:]}
    home = network.home if name in network.home else {}
    return replace(
        network,
        nodes=nodes,
        input_name=name,
        input=network.inputs[name],
        more_inputs=more,
        home=home,
    )


def _moved(network: Network, other: Shape, shape: Shape) -> Shape:
    """The shape of another input, if the first has this shape."""
    sides = [
        shape[axis] if moves_with(network, other, axis) else side
        for axis, side in enumerate(other[1:], 1)
    ]
    return (other[0], *sides)


def shapes_at(network: Network, inputs: Mapping[str, Shape]) -> Iterator[tuple[Shape, ...]]:
    """For each node, the shapes that it reads, for these inputs.

    Raises:
        ShapeError: the next node cannot take its input.
    """
    return (shapes for shapes, _ in _passed(network, inputs, checked=True))


def works(network: Network, shape: Shape) -> bool:
    """Whether every layer can take its input, for this network input."""
    try:
        for _ in shapes_at(network, inputs_of_size(network, shape)):
            pass
    except ShapeError:
        return False
    return True


def has_room(network: Network, shape: Shape) -> bool:
    """Whether every map has at least one cell, for this network input, even if windows do not fit exactly.

    If so, this is also true for larger inputs.
    """
    passed = _passed(network, inputs_of_size(network, shape), checked=False)
    return all(min(out[1:], default=1) >= 1 for _, out in passed)


def _passed(
    network: Network, inputs: Mapping[str, Shape], *, checked: bool
) -> Iterator[tuple[tuple[Shape, ...], Shape]]:
    """For each node, the shapes that it reads, and its output shape."""
    outputs = [*inputs.values()][::-1]
    first = len(outputs)
    known: dict[Any, Shape] = {}
    for node in network.nodes:
        shapes = tuple([outputs[i + first] for i in node.inputs])
        key = (node.layer, shapes)
        if key not in known:
            layer = node.layer
            known[key] = (layer.checked_out_shape if checked else layer.out_shape)(*shapes)
        outputs.append(known[key])
        yield shapes, known[key]
