"""Receptive fields after upsampling, where the steps between units get smaller again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from convcalc import formulas
from convcalc.layers.rf import PIXEL, AnyField, Linear, Nearest, Reads, Slide, Spread, UnknownField

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from convcalc.analysis.analysis import Analysis, Step

_SORTS = (Slide, Spread, Nearest, Linear)  # most layers that are followed


class Stretched(NamedTuple):
    """A path through upsampling, for a question about its receptive field.

    Attributes:
        windows: how each layer reads the one before it, in order; on the path that sees most.
        narrow: the same on the path that sees least, if there are branches.
        pixels: whether the question asks for the number of pixels.
        axes: how many axes the image has.
        image: its side; 0 if the sides differ.
    """

    windows: tuple[Reads, ...]
    narrow: tuple[Reads, ...] = ()
    pixels: bool = False
    axes: int = 2
    image: int = 0


def field_of(windows: Sequence[Reads]) -> AnyField | None:
    """The field of the units at the end of a path; None if its pattern is too long to follow."""
    field: AnyField | None = PIXEL
    for window in windows:
        field = None if field is None else window.field_after(field)
    return field


def stretched_size(quantities: Stretched) -> int | None:
    """The receptive field of the unit that sees most."""
    field = field_of(quantities.windows)
    if field is None:
        return None
    return formulas.product([field.size] * quantities.axes) if quantities.pixels else field.size


def stretched_along(analysis: Analysis, step: Step, sides: tuple[int, ...]) -> Stretched | None:
    """The path to a layer after upsampling; None if axes differ or it cannot be followed.

    Args:
        analysis: a network, walked.
        step: the layer whose units are asked about.
        sides: their receptive field along each axis.
    """
    if len(set(sides)) > 1:
        return None
    wide, narrow = _path(step, max), _path(step, min)
    if wide is None or narrow is None:
        return None
    images = set(analysis.image.output[1:])
    image = images.pop() if len(images) == 1 else 0
    quantities = Stretched(wide, narrow, axes=len(sides), image=image)
    return quantities if stretched_size(quantities) == sides[0] else None


def _path(step: Step, choose: Callable[..., Step]) -> tuple[Reads, ...] | None:
    """How the layers from the image to a layer read their inputs, along the first axis."""
    from convcalc.analysis.fields import local_fields

    found: list[Reads] = []
    while step.before:
        reads = step.work.reads
        if reads is not None and not isinstance(reads, UnknownField):  # norms have no window
            if not isinstance(reads[0], _SORTS):
                return None
            if reads[0] != Slide(1):
                found.append(reads[0])
        paths = [each for each in step.before if local_fields(each.rf)]
        if not paths:
            return None
        step = choose(paths, key=lambda before: local_fields(before.rf)[0].size)
    return tuple(found[::-1])
