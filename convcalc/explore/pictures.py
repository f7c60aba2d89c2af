"""The pictures of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.draw import PICTURES
from convcalc.draw.inline import inline_svg
from convcalc.errors import UsageError
from convcalc.explore.parts import figure_part

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.explore.parts import Part
    from convcalc.layers import Layer, Shape


def layer_pictures(layer: Layer, shape: Shape) -> list[Part]:
    """The pictures of a layer; none where it has no windows, or too many cells to draw."""
    if len(shape) < 2:
        return []
    try:
        figure = PICTURES["fit"](layer, shape).figure()  # type: ignore[call-arg]
    except UsageError:
        return []
    return [figure_part(inline_svg(figure), figure.title, figure.description)]


def network_pictures(_analysis: Analysis) -> list[Part]:
    """The pictures of a network."""
    return []
