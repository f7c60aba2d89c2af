"""The shapes in a network for any input, without the rest of a walk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from convcalc.errors import ShapeError

if TYPE_CHECKING:
    from convcalc.layers import Shape
    from convcalc.network.network import Network


def inputs_of_size(network: Network, shape: Shape) -> dict[str, Shape]:
    """All inputs, if the first one has this shape; others as large as the first change with it."""
    own = network.input[1:]
    found = {
        name: (each[0], *shape[1:]) if each[1:] == own else each
        for name, each in network.more_inputs.items()
    }
    return {network.input_name: shape, **found}


def shapes_at(network: Network, inputs: Mapping[str, Shape]) -> Iterator[tuple[Shape, ...]]:
    """For each node the shapes that it reads, if these go into the network.

    Raises:
        ShapeError: the next node does not take what it gets.
    """
    return (shapes for shapes, _ in _passed(network, inputs, checked=True))


def works(network: Network, shape: Shape) -> bool:
    """Whether every layer takes what it gets, if this goes into the network."""
    try:
        for _ in shapes_at(network, inputs_of_size(network, shape)):
            pass
    except ShapeError:
        return False
    return True


def has_room(network: Network, shape: Shape) -> bool:
    """Whether every map has at least one cell, if this goes into the network, fit or not.

    Where it has, larger inputs have too.
    """
    passed = _passed(network, inputs_of_size(network, shape), checked=False)
    return all(min(out[1:], default=1) >= 1 for _, out in passed)


def _passed(
    network: Network, inputs: Mapping[str, Shape], *, checked: bool
) -> Iterator[tuple[tuple[Shape, ...], Shape]]:
    """For each node the shapes that it reads, and the one that comes out."""
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
