"""The axes of an input: their order in a written shape, and their units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from convcalc.errors import ShapeError, UsageError, did_you_mean
from convcalc.text import grouped, plural, quoted, times

if TYPE_CHECKING:
    from yaml.nodes import Node

    from convcalc.layers import Shape
    from convcalc.network.network import Network
    from convcalc.network.yaml_source import Source

ORDERS = ("chw", "hwc")
"""Channels first, and channels last; the letters stand for any number of axes."""

_COLORS = (1, 3, 4)  # channels of a picture: grey, RGB, and RGB with transparency
_LEAST_SIDE = 8  # shorter sides are unlikely for a picture
_LEAST_SQUARE = 3  # a side of a picture that is worked out by hand
_WORD = re.compile(r"[^\W\d_][\w -]{0,19}")


def checked_order(order: str, what: str = "order") -> str:
    """Check an order; empty means not given.

    Raises:
        UsageError: there is no such order.
    """
    if order and order not in ORDERS:
        message = f"{what} cannot be {quoted(order)}{did_you_mean(order, ORDERS)}"
        raise UsageError(message)
    return order


def channels_first(shape: Shape, order: str) -> Shape:
    """A shape in convcalc's own order.

    >>> channels_first((32, 48, 3), "hwc"), channels_first((3, 32, 48), "")
    ((3, 32, 48), (3, 32, 48))
    """
    return (shape[-1], *shape[:-1]) if order == "hwc" else shape


def as_written(shape: Shape, order: str) -> Shape:
    """The opposite: a shape as it is written in an order.

    >>> as_written((3, 32, 48), "hwc"), as_written((3, 32, 48), "")
    ((32, 48, 3), (3, 32, 48))
    """
    return (*shape[1:], shape[0]) if order == "hwc" else shape


def last_notes(network: Network) -> Iterator[str]:
    """How inputs were read channels last that look as if their channels stood first."""
    for name, shape in network.inputs.items():
        written = as_written(shape, network.order)
        first, *rest = written
        if written == shape or len(rest) != 2 or not is_picture((*rest, first)):
            continue
        which = "input" if name == network.input_name else f"input {name}"
        yield (
            f"the {which} {times(written)} is read channels last, as {grouped(rest[-1])} channels of "
            f"{first}×{rest[0]}; for {plural(first, 'channel')} of {times(tuple(rest))} write "
            f"{'x'.join(map(str, (*rest, first)))}, or give the order with --order chw"
        )


def written_order(own: str, said: str, *, asked: bool) -> str:
    """The axis order of the shapes in use; ``said`` is for shapes outside the file.

    >>> written_order("", "hwc", asked=True), written_order("hwc", "chw", asked=False)
    ('hwc', 'hwc')
    """
    if asked:
        return said or own
    return own or ("chw" if said == "chw" else "")


def turned_lines(network: Network) -> list[str]:
    """A line that says that shapes have another order than the written input."""
    if network.order != "hwc":
        return []
    return ["the input was written channels last; all shapes here are channels first"]


def order_notes(network: Network) -> Iterator[str]:
    """Notes on inputs whose axes seem to be in another order, or to include a batch."""
    if network.order:
        return
    for name, shape in network.inputs.items():
        which = "input" if name == network.input_name else f"input {name}"
        said = reading(shape, which, in_file=bool(network.path) and not network.home)
        if said:
            yield said


def reading(shape: Shape, which: str = "input", *, in_file: bool = False) -> str:
    """A note on an input that seems to be written in another way; empty for others."""
    said = _exchanged(shape, in_file=in_file) or _batched(shape) or _flat(shape, in_file=in_file)
    return said and f"the {which} {times(shape)} is read channels first, as {said}"


@contextmanager
def chain_order(shape: Shape, order: str) -> Iterator[None]:
    """Add to errors about a chain the order that was given, or the order in which its input was read."""
    try:
        yield
    except ShapeError as error:
        if error.failed is not None:
            error.failed[0].order = order
            raise
        said = "" if order else reading(shape)
        if not said:
            raise
        what, _, way_out = error.what.partition("; ")
        message = f"{what}; {said}" + f"; or {way_out}" * bool(way_out)
        raise ShapeError(message, error.layer) from None


def _exchanged(shape: Shape, *, in_file: bool) -> str:
    """How a shape with its channels probably last is read, and how to write it."""
    if not channels_stand_last(shape):
        return ""
    height, width, channels = shape
    if in_file:
        return (
            f"{grouped(height)} channels of {width}×{channels}; for {plural(channels, 'channel')} of "
            f"{height}×{width} write [{channels}, {height}, {width}], or add order: hwc to the file"
        )
    return (
        f"{grouped(height)} channels of {width}×{channels}; for {plural(channels, 'channel')} of "
        f"{height}×{width} write {channels}x{height}x{width}, or give the order with --order hwc or "
        "order: hwc in a file"
    )


def channels_stand_last(shape: Sequence[int]) -> bool:
    """Whether the channels of a shape are probably last: it is a picture, or a square with other channels.

    >>> channels_stand_last((224, 300, 3)), channels_stand_last((63, 63, 16)), channels_stand_last((64, 56, 56))
    (True, True, False)
    """
    if len(shape) != 3:
        return False
    height, width, channels = shape
    has_colors = height in _COLORS and channels < _LEAST_SIDE  # such as 3 channels of 3×5
    return is_picture(shape) or (height == width != channels and not has_colors)


def is_picture(shape: Sequence[int]) -> bool:
    """Whether height, width and channels are those of a picture with colours.

    >>> is_picture((224, 300, 3)), is_picture((63, 63, 16))
    (True, False)
    """
    height, width, channels = shape
    return channels in _COLORS and min(height, width) >= _LEAST_SIDE


def _batched(shape: Shape) -> str:
    """How a shape that probably includes a batch is read, and how to write it."""
    if len(shape) != 4:
        return ""
    batch, *rest = shape
    meant = ""
    if rest[0] in _COLORS and min(rest[1:]) >= _LEAST_SIDE:
        meant = "x".join(map(str, rest))
    elif batch == 1 and rest[2] in _COLORS and min(rest[:2]) >= _LEAST_SIDE:
        meant = f"{rest[2]}x{rest[0]}x{rest[1]}"
    if not meant:
        return ""
    channels = "1 channel" if batch == 1 else f"{grouped(batch)} channels"
    return f"{channels} of {times(rest)}; if the {grouped(batch)} is a batch, leave it out: {meant}"


def _flat(shape: Shape, *, in_file: bool) -> str:
    """How a square that is probably a picture without channels is read, and how to write them."""
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] < _LEAST_SQUARE:
        return ""
    side = shape[0]
    way_out = f"[1, {side}, {side}]" if in_file else f"1x{side}x{side}"
    return f"{grouped(side)} channels of a sequence of {grouped(side)}; for 1 channel of {side}×{side} write {way_out}"


# ------------------------------------------------------------------------ units of the axes


def axis_words(network: Network) -> tuple[str, ...]:
    """The unit of each axis of the first input."""
    axes = len(network.input) - 1
    return network.axes or (("steps",) if axes == 1 else ("pixels",) * axes)


def words_text(network: Network) -> str:
    """The units of all axes as text: pixels, or frames×pixels×pixels if they differ."""
    words = axis_words(network)
    return words[0] if len(set(words)) == 1 else "×".join(words) or "values"


def read_axes(source: Source, node: Node) -> tuple[str, ...]:
    """The units of the axes in a file: one for all axes, or a list.

    Raises:
        SpecError: they are not words.
    """
    nodes = source.sequence(node, "axes") if source.is_list(node) else [node]

    def read(each: Node) -> str:
        word = source.scalar(each, "axes")
        if not _WORD.fullmatch(word):
            source.refuse(
                each,
                f"axes cannot be counted in {quoted(word)}; use a word of at most 20 letters, such as samples",
            )
        return word

    words = source.each(nodes, read)
    if not 1 <= len(words) <= 3:
        source.refuse(node, f"axes lists {len(words)} words; give one, or one for each axis")
    return tuple(words)


def checked_axes(
    words: tuple[str, ...], shape: Shape, place: tuple[Source, Node] | None
) -> tuple[str, ...]:
    """The unit of each axis of an input; ``place`` is where they are in the file.

    Raises:
        SpecError: their number is not the number of axes.
    """
    axes = len(shape) - 1
    if len(words) == 1:
        return words * axes
    if place and len(words) != axes:
        source, node = place
        message = f"axes lists {len(words)} words, but the input {times(shape)} has {plural(axes, 'axis', 'axes')}; give one for each"
        source.refuse(node, message)
    return words
