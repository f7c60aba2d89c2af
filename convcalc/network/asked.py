"""Input shapes from the user instead of the file's own; needs no YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError, did_you_mean
from convcalc.layers.values import checked_shape, shown
from convcalc.network.axes import as_written, channels_first
from convcalc.network.network import FIRST_INPUT
from convcalc.text import printable, quoted, times

if TYPE_CHECKING:
    from convcalc.layers import Shape


def as_asked(path: str, own: Mapping[str, Shape], asked: Any, order: str = "") -> dict[str, Shape]:
    """The inputs of a network, with the user's shapes instead of some of its own.

    Args:
        path: the file, for messages.
        own: the file's inputs by name; empty if it has no ``input``.
        asked: a shape, shapes by name, or None.
        order: the axis order of the user's shapes.

    Raises:
        UsageError: there is no such input, or a shape has another number of sides than the file's own.
    """
    if asked is None:
        return dict(own)
    if not isinstance(asked, Mapping):
        if len(own) > 1:
            name = next(iter(own))
            message = (
                f"{printable(path)}: has {len(own)} inputs ({', '.join(own)}); name "
                f"one, as in --input {printable(name)}={'x'.join(map(str, own[name]))}"
            )
            raise UsageError(message)
        asked = {next(iter(own), FIRST_INPUT): asked}
    found = dict(own)
    for name, value in asked.items():
        if own and name not in own:
            unnamed = list(own) == [FIRST_INPUT]
            near = "; its one input has no name" if unnamed else did_you_mean(str(name), own)
            message = f"{printable(path)}: no input {quoted(str(name))}{near}"
            raise UsageError(message)
        if not own and name != FIRST_INPUT:
            message = f"input must be a shape such as (3, 224, 224), but is {shown(asked)}"
            raise UsageError(message)
        found[name] = channels_first(checked_shape(value, _called(name)), order)
        if own:
            _check_axes(path, name, found[name], own[name], order)
    return found


def _called(name: str) -> str:
    """The name of an input in a message."""
    return "input" if name == FIRST_INPUT else f"input {printable(name)}"


def _meant(shape: Shape, own: Shape, order: str) -> Shape:
    """The shape that the user probably means, if one side is surplus or missing; empty if unclear."""
    if len(shape) == len(own) + 1:
        return as_written(shape, order)[1:]
    if len(shape) != len(own) - 1:
        return ()
    if shape[0] == own[0]:
        return as_written((*shape, shape[-1]), order)
    return as_written((own[0], *as_written(shape, order)), order)


def _check_axes(path: str, name: str, shape: Shape, own: Shape, order: str) -> None:
    """Refuse an input with another number of axes; it probably includes the batch."""
    if len(shape) != len(own) and min(len(shape), len(own)) > 1:
        way_out = (
            "leave the batch out" if len(shape) > len(own) else "give the channels and every axis"
        )
        if meant := _meant(shape, own, order):
            way_out += f": {'x'.join(map(str, meant))}"
        message = (
            f"{printable(path)}: the {_called(name)} {times(as_written(shape, order))} has {len(shape)} sides, but the "
            f"file's own {times(as_written(own, order))} has {len(own)}; {way_out}"
        )
        raise UsageError(message)
