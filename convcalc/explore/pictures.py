"""The pictures of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.draw import PICTURES
from convcalc.draw.inline import inline_svg
from convcalc.errors import UsageError
from convcalc.explore.parts import figure_part, lines_part

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.explore.parts import Part
    from convcalc.layers import Layer, Shape


# The form's names for the pictures of a layer.
CHOICES = {"": "all windows", "window": "the kernel, step by step", "none": "none"}


def layer_pictures(layer: Layer, shape: Shape, chosen: str, step: str) -> list[Part]:
    """The picture of a layer; empty if it has no windows, or none is chosen.

    Args:
        layer, shape: the layer, and the input.
        chosen: one of `CHOICES`.
        step: the output at which the kernel is drawn, such as 0,3; empty for all, one after the other.
    """
    if len(shape) < 2 or chosen == "none":
        return []
    more = {"step": tuple(map(int, step.split(",")))} if step and chosen else {}
    try:
        figure = PICTURES[chosen or "fit"](layer, shape, **more).figure()  # type: ignore[call-arg]
    except UsageError as error:
        return [lines_part([str(error)], "note")] if chosen else []
    return [figure_part(inline_svg(figure), figure.title, figure.description)]


# The form's names for the pictures of a network.
OF_NETWORKS = {
    "": "the network",
    "cost": "where the multiply-adds are",
    "field": "what a unit sees",
    "none": "none",
}


def network_pictures(analysis: Analysis, chosen: str) -> list[Part]:
    """The picture of a network; empty if none is chosen.

    Args:
        analysis: the walked network.
        chosen: one of `OF_NETWORKS`.
    """
    if chosen == "none":
        return []
    try:
        figure = PICTURES[chosen or "net"](analysis).figure()  # type: ignore[call-arg]
    except UsageError as error:
        return [lines_part([str(error)], "note")]
    return [figure_part(inline_svg(figure), figure.title, figure.description)]
