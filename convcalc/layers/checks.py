"""Checks of layers; each message has the numbers and a way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar

from convcalc import formulas
from convcalc.errors import RoomError, ShapeError
from convcalc.layers.window import (
    Axis,
    Padding,
    Pair,
    Shape,
    Spatial,
    both_sides,
    most_cells,
    per_axis,
)
from convcalc.text import article, as_decimal, listing, plural, times
from convcalc.traced import untraced

MAX_NUMBER = 10**12  # the largest value of an option or a side
MAX_VALUES = 10**18  # the most values in one map


_gathered: ContextVar[list[str] | None] = ContextVar("gathered", default=None)


def _refuse_option(message: str) -> None:
    """Refuse the value of an option, so that the other options can still be checked.

    Raises:
        ShapeError: always, unless `all_refused` collects the errors.
    """
    gathered = _gathered.get()
    if gathered is None:
        raise ShapeError(message)
    gathered.append(message)


def all_refused(check: Callable[..., None], shapes: tuple[Shape, ...]) -> ShapeError:
    """Everything that a layer's check refuses, as one error.

    Args:
        check: the layer's check; it refuses these shapes.
        shapes: the input shapes.
    """
    gathered: list[str] = []
    token = _gathered.set(gathered)
    try:
        check(*shapes)
    except Exception as error:  # noqa: BLE001 - with wrong options, later checks can fail in any way
        if not gathered:
            gathered.append(str(error))
    finally:
        _gathered.reset(token)
    facts: dict[str, list[str]] = {}
    for message in dict.fromkeys(gathered):
        fact, _, way_out = message.partition("; ")
        facts.setdefault(way_out, []).append(fact)
    said = [f"{_in_one(each)}; {way_out}".removesuffix("; ") for way_out, each in facts.items()]
    return ShapeError(". ".join(said))


def _in_one(facts: list[str]) -> str:
    """Facts in one sentence."""
    return ", and ".join(facts) if any(", " in each for each in facts) else listing(facts)


def check_output(shape: Shape) -> None:
    """Refuse maps that are too large for any memory; later ones would only be larger."""
    if formulas.product(shape) > MAX_VALUES or any([side > MAX_NUMBER for side in shape]):
        message = (
            f"its output {times(shape)} has more than {MAX_VALUES:,} values; use smaller numbers"
        )
        raise ShapeError(message)


def check_axes(shape: Shape) -> None:
    """Refuse shapes that are not (C, L), (C, H, W) or (C, D, H, W)."""
    if not 2 <= len(shape) <= 4:
        way_out = "put a reshape before it" if len(shape) == 1 else "leave the batch out"
        message = f"needs channels and 1 to 3 axes, but gets {times(shape)}; {way_out}"
        raise ShapeError(message)


def check_dimensions(kind: str, axes: int, shape: Shape, *, vectors: bool) -> None:
    """Refuse a map with other axes than in a name like conv1d; ``vectors``: 1d also takes vectors."""
    found = len(shape) - 1
    if found != axes and not (vectors and axes == 1 and not found):
        takes = ("(C, L)", "(C, H, W)", "(C, D, H, W)")[axes - 1]
        way_out = f"use {kind}{found}d" if 1 <= found <= 3 else f"use {kind}"
        message = (
            f"{kind}{axes}d takes {plural(axes, 'axis', 'axes')}, {takes}, but {times(shape)} has "
            f"{found or 'none'}; {way_out}"
        )
        raise ShapeError(message)


def _check_number_of_axes(name: str, value: object, axes: int) -> None:
    """Refuse a value per axis whose number of axes is wrong."""
    if isinstance(value, tuple) and len(value) != axes:
        listed = [list(part) if isinstance(part, tuple) else part for part in value]
        way_out = f"give one number, or {axes}"
        if len(value) == 1 and isinstance(value[0], tuple) and axes:
            typed = "x".join([",".join(map(str, value[0]))] * axes)
            way_out = f"for the same on each axis give {listed * axes}, {typed} on a command line"
        message = (
            f"{name} {listed} is for {plural(len(value), 'axis', 'axes')}, but the input has {axes}; "
            f"{way_out}"
        )
        _refuse_option(message)


def check_spatial(name: str, value: Spatial, axes: int, *, least: int) -> None:
    """Refuse a number per axis that is missing, surplus or too small."""
    _check_number_of_axes(name, value, axes)
    smallest = min(per_axis(value, axes))
    if smallest < least:
        _refuse_option(f"{name} is {smallest}; use {least} or more")


def check_padding(padding: Padding, axes: int) -> None:
    """Refuse padding that is negative, for another number of axes, or causal in 2-D and 3-D."""
    if isinstance(padding, str):
        if padding == "causal" and axes != 1:
            message = (
                f"causal padding is for sequences (C, L), but the input has {axes} axes; use same"
            )
            raise ShapeError(message)
        return
    _check_number_of_axes("padding", padding, axes)
    sides = padding if isinstance(padding, tuple) else (padding,)
    smallest = min(min(side) if isinstance(side, tuple) else side for side in sides)
    if smallest < 0:
        _refuse_option(f"padding is {smallest}; use 0 or more (the kind crop removes cells)")


def check_divides(what: str, number: int, by: str, divisor: int) -> None:
    """Refuse channels that cannot be divided evenly."""
    if divisor < 1:
        check_at_least(by, divisor)
    elif number % divisor:
        number, divisor = untraced(number), untraced(divisor)
        near = [d for d in range(1, min(number, 4096) + 1) if number % d == 0]
        best = min(near, key=lambda d: abs(d - divisor)) if near else 1
        _refuse_option(f"{what} is {number}, which {by} {divisor} does not divide; try {by} {best}")


def check_at_least(name: str, value: int, least: int = 1) -> None:
    """Refuse an option below its smallest valid value."""
    if value < least:
        _refuse_option(f"{name} is {value}; use {least} or more")


def check_one_given(kind: str, options: Mapping[str, object]) -> None:
    """Refuse options unless exactly one is given; None means not given."""
    given = [name for name, value in options.items() if value is not None]
    if len(given) != 1:
        message = f"{kind} got {' and '.join(given) or 'nothing'}; give one of {', '.join(options)}"
        raise ShapeError(message)


def check_like(kind: str, shape: Shape, others: tuple[Shape, ...]) -> None:
    """Refuse to take the size of a layer with other axes."""
    if others and len(others[0]) != len(shape):
        axes = plural(len(shape) - 1, "axis", "axes")
        message = f"cannot {kind} {times(shape)} like {times(others[0])}; name a layer with {axes}"
        raise ShapeError(message)


def check_sides(name: str, sides: int | tuple[Pair, ...], axes: int) -> None:
    """Refuse a wrong number of sides, or a negative number of cells."""
    _check_number_of_axes(name, sides, axes)
    smallest = min(min(side) for side in both_sides(sides, axes))
    if smallest < 0:
        _refuse_option(f"{name} is {smallest}; use 0 or more")


def check_room(axis: Axis, size: int, fit: str, name: str, max_padding: int) -> None:
    """Refuse a window that has no room along an axis, under a rounding rule.

    Args:
        axis: the window.
        size: the number of windows under the rule.
        fit: the rule.
        name: the name of the axis.
        max_padding: the most padding per side that the layer can have.
    """
    if size < 1:
        width = f"{axis.effective_kernel}-wide window"
        if axis.d != 1:
            width += f" ({axis.k} taps {axis.d} apart)"
        most = most_cells(axis, fit)
        short = formulas.ceil_div(axis.effective_kernel - most, 2)
        can_pad = max(axis.before, axis.after) + short <= max_padding
        pad = "raise the padding by" if can_pad else "put a pad before it, of"
        rounded = (
            f", and can go past the end by at most {axis.s - 1}" if most > axis.padded_size else ""
        )
        message = (
            f"{article(axis.effective_kernel)} {width} does not fit {axis.padded_sum} along the {name}{rounded}; "
            f"{pad} {short} per side, or use a kernel of at most {(most - 1) // axis.d + 1}"
        )
        raise RoomError(message)
    if fit == "strict" and not axis.fits:
        left = axis.unread
        message = (
            f"{as_decimal(axis.exact)}: {article(axis.effective_kernel)} {axis.effective_kernel}-wide window "
            f"does not fit {axis.padded_sum} along the {name} in steps of {axis.s} "
            f"({plural(left, 'cell')} {'is' if left == 1 else 'are'} left over); "
            f"use an input of {axis.n - left} or {axis.n + axis.s - left}, another stride, or fit: floor"
        )
        raise RoomError(message)
