"""Axes by name or number (``channels``, ``height``, ``-1``), and the sides of a shape that they mean."""

from __future__ import annotations

from typing import Annotated

from convcalc.errors import ShapeError
from convcalc.layers.window import Shape, axis_names
from convcalc.text import times

AxisName = Annotated[int | str, "an axis"]  # other options can be numbers or words too
AxisNames = Annotated[tuple[int | str, ...], "axes"]

# The accepted names of axes, and their names in messages.
AXIS_WORDS = {
    "channels": "channels",
    "depth": "depth",
    "height": "height",
    "width": "width",
    "length": "length",
    "c": "channels",
    "d": "depth",
    "h": "height",
    "w": "width",
    "l": "length",
}
_MOST_NAMED = 4  # sides of the largest shape with names for all


def side_names(shape: Shape) -> tuple[str, ...]:
    """The names of a shape's sides; with more than four sides, only the first has a name.

    >>> side_names((8, 5, 7)), side_names((10,))
    (('channels', 'height', 'width'), ('channels',))
    """
    return ("channels", *(axis_names(shape) if 1 < len(shape) <= _MOST_NAMED else ()))


def place_of(axis: AxisName, shape: Shape) -> int:
    """The index of the side that an axis means, from 0.

    Raises:
        ShapeError: the shape has no such axis.

    >>> place_of("h", (8, 5, 7)), place_of(-1, (8, 5, 7))
    (1, 2)
    """
    sides, names = len(shape), side_names(shape)
    if isinstance(axis, str):
        name = AXIS_WORDS.get(axis, axis)
        if name in names:
            return names.index(name)
    elif -sides <= int(axis) < sides:
        return int(axis) % sides
    # The few known words are all listed, so the message stays short.
    message = (
        f"{times(shape)} has no axis {axis}; use {', '.join(names)}, or a number below {sides}"
    )
    raise ShapeError(message)


def places_of(axes: AxisNames, shape: Shape) -> tuple[int, ...]:
    """The indexes of the sides that some axes mean, in the given order.

    Raises:
        ShapeError: the shape has no such axis.
    """
    return tuple([place_of(axis, shape) for axis in axes])


def check_axis_names(axes: AxisNames, shape: Shape) -> None:
    """Refuse axes that do not exist or are named twice."""
    found = places_of(axes, shape)
    for number, place in enumerate(found):
        if place in found[:number]:
            message = f"{axis_name(place, shape)} is named twice; name each axis once"
            raise ShapeError(message)


def axis_name(place: int, shape: Shape) -> str:
    """The name of a shape's side."""
    names = side_names(shape)
    return names[place] if place < len(names) else f"axis {place}"


def other_sides(shape: Shape, *places: int) -> list[int]:
    """The sides of a shape, without those at some places."""
    return [side for place, side in enumerate(shape) if place not in places]


def with_side(shape: Shape, place: int, side: int) -> Shape:
    """The shape with another side at one place.

    >>> with_side((8, 5, 7), 1, 2)
    (8, 2, 7)
    """
    return (*shape[:place], side, *shape[place + 1 :])
