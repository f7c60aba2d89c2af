"""``$in``: the input channels at a place, found while a network is expanded, and only where it is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convcalc.errors import ShapeError
from convcalc.network.network import INPUT, node_error

if TYPE_CHECKING:
    from convcalc.layers import Layer, Shape
    from convcalc.network.network import Node


LOST = -1_000_000_000  # the place of what could not be made, because something there is wrong


class LostError(Exception):
    """Something depends on what is wrong already, so that nothing can be said about it."""


class Shapes:
    """The shapes of the nodes so far; each node is worked out once.

    Args:
        inputs: the input, the first input first.
        nodes: the nodes, to which more are added meanwhile.
    """

    def __init__(self, inputs: Sequence[Shape], nodes: list[Node]) -> None:
        self.inputs, self.nodes = inputs, nodes
        self._known: list[Shape | None] = []
        self._found: dict[tuple[Layer, tuple[Shape, ...]], Shape] = {}

    def channels(self, place: int) -> int:
        """The output channels of a node.

        Raises:
            SpecError: a layer up to there does not fit; it is told once.
            LostError: it depends on what was wrong already.
        """
        known = self._known
        while len(known) <= place:
            known.append(None)  # unless it fits
            known[-1] = self._shape(self.nodes[len(known) - 1])
        shape = self._at(place)
        if shape is None:
            raise LostError
        return shape[0]

    def _at(self, place: int) -> Shape | None:
        if place == LOST:
            return None
        return self.inputs[INPUT - place] if place < 0 else self._known[place]

    def _shape(self, node: Node) -> Shape | None:
        """The output of a node, all before which are known; None where one of them is lost."""
        shapes = tuple([shape for place in node.inputs if (shape := self._at(place)) is not None])
        if len(shapes) < len(node.inputs):
            return None
        out = self._found.get((node.layer, shapes))
        if out is None:
            try:
                out = node.layer.checked_out_shape(*shapes)
            except ShapeError as error:
                raise node_error(node, error.what) from None
            self._found[node.layer, shapes] = out
        return out
