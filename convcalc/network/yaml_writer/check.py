"""Check that a written text is read back as the same network, so that no wrong file is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError
from convcalc.network.load import loads
from convcalc.network.outline.paths import reads_of
from convcalc.text import quoted

if TYPE_CHECKING:
    from convcalc.layers import Layer
    from convcalc.network.network import Network


def check_same(network: Network, text: str, order: Sequence[int]) -> None:
    """Refuse a text that is not read back as the same network.

    Args:
        network: the network.
        text: the text of its file.
        order: the places of the network's nodes, in the order of the file.

    Raises:
        UsageError: it is another network; the message names the first layer that differs.
        SpecError: it cannot be read.
    """
    found = loads(text, path="the file", max_layers=max(len(order), 1))
    at = {place: number for number, place in enumerate(order)}  # numbers in the file, by place
    known: dict[int, Any] = {}
    for place, node in enumerate(network.nodes):
        other = found.nodes[at[place]] if at[place] < len(found.nodes) else None
        if other is None or _said(node.layer, known) != _said(other.layer, known):
            message = f"{quoted(node.name)} ({node.layer.kind}) cannot be written as YAML"
            raise UsageError(message)
        mine = tuple(
            [at.get(each, each) for each in (*reads_of(node).paths, *reads_of(node).named)]
        )
        theirs = (*reads_of(other).paths, *reads_of(other).named)
        if mine != theirs:
            message = (
                f"what {quoted(node.name)} ({node.layer.kind}) reads cannot be written as YAML"
            )
            raise UsageError(message)
    shared = {at[place]: at[owner] for place, owner in network.shared.items()}
    outputs = {name: at[place] for name, place in network.outputs.items()}
    for what, mine_, theirs_ in (
        ("the shared weights", shared, found.shared),
        ("the outputs", outputs, found.outputs),
        ("the inputs", [*network.inputs.items()], [*found.inputs.items()]),
        ("the order of the axes", network.order, found.order),
        ("the axes", network.axes, found.axes),
    ):
        if mine_ != theirs_:
            message = f"{what} cannot be written as YAML"
            raise UsageError(message)


def _said(layer: Layer, known: dict[int, Any]) -> Any:
    """A layer's kind and options, without those that name other layers."""
    if id(layer) not in known:
        options = {
            name: value for name, value in layer.options().items() if name not in layer.references
        }
        known[id(layer)] = (layer.kind, repr(options))
    return known[id(layer)]
