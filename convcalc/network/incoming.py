"""``$in``: the input channels at a place, computed during expansion and only if used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convcalc.errors import ShapeError
from convcalc.network.network import INPUT, node_error

if TYPE_CHECKING:
    from convcalc.layers import Layer, Shape
    from convcalc.network.network import Node


LOST = -1_000_000_000  # the place of a node that could not be made because of an error


class LostError(Exception):
    """Something depends on an earlier error, so it cannot be checked."""


class Shapes:
    """The shapes of the nodes so far; each node is computed once.

    Args:
        inputs: the input, the first input first.
        nodes: the nodes; the list grows meanwhile.
    """

    def __init__(self, inputs: Sequence[Shape], nodes: list[Node]) -> None:
        self.inputs, self.nodes = inputs, nodes
        self._known: list[Shape | None] = []
        self._found: dict[tuple[Layer, tuple[Shape, ...]], Shape] = {}

    def channels(self, place: int) -> int:
        """The output channels of a node.

        Raises:
            SpecError: a layer up to there does not fit; raised once.
            LostError: it depends on an earlier error.
        """
        known = self._known
        while len(known) <= place:
            known.append(None)  # stays None if it does not fit
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
        """The output of a node whose inputs are computed; None if one of them is lost."""
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
