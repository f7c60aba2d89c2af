"""``$in``: the channels that come in at a place, found while a network is expanded, and only where it is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convcalc.errors import ShapeError
from convcalc.network.network import INPUT, node_error

if TYPE_CHECKING:
    from convcalc.layers import Layer, Shape
    from convcalc.network.network import Node


class Shapes:
    """The shapes of the nodes so far; each node is worked out once.

    Args:
        inputs: what goes in, the first input first.
        nodes: the nodes, to which more are added meanwhile.
    """

    def __init__(self, inputs: Sequence[Shape], nodes: list[Node]) -> None:
        self.inputs, self.nodes = inputs, nodes
        self._known: list[Shape] = []
        self._found: dict[tuple[Layer, tuple[Shape, ...]], Shape] = {}

    def channels(self, place: int) -> int:
        """The channels that come out of a node.

        Raises:
            SpecError: a layer up to there does not fit.
        """
        known = self._known
        while len(known) <= place:
            known.append(self._shape(self.nodes[len(known)]))
        return self._at(place)[0]

    def _at(self, place: int) -> Shape:
        return self.inputs[INPUT - place] if place < 0 else self._known[place]

    def _shape(self, node: Node) -> Shape:
        """What comes out of a node, all before which are known."""
        shapes = tuple([self._at(place) for place in node.inputs])
        out = self._found.get((node.layer, shapes))
        if out is None:
            try:
                out = node.layer.checked_out_shape(*shapes)
            except ShapeError as error:
                raise node_error(node, error.what) from None
            self._found[node.layer, shapes] = out
        return out
