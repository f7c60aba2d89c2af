"""The axes of an input: in which order a shape is written, and in what its axes are counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
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

_COLORS = (1, 3, 4)  # channels of a picture: grey, red, green and blue, and with transparency
_LEAST_SIDE = 8  # shorter sides are hardly those of a picture
_WORD = re.compile(r"[^\W\d_][\w -]{0,19}")


def checked_order(order: str, what: str = "order") -> str:
    """An order, or nothing where none is said.

    Raises:
        UsageError: there is no such order.
    """
    if order and order not in ORDERS:
        message = f"{what} cannot be {quoted(order)}{did_you_mean(order, ORDERS)}"
        raise UsageError(message)
    return order


def channels_first(shape: Shape, order: str) -> Shape:
    """A shape in the order that convcalc computes with.

    >>> channels_first((32, 48, 3), "hwc"), channels_first((3, 32, 48), "")
    ((3, 32, 48), (3, 32, 48))
    """
    return (shape[-1], *shape[:-1]) if order == "hwc" else shape


def written_order(own: str, said: str, *, asked: bool) -> str:
    """The order in which the shapes in use were written: what is said holds for shapes given next to the file.

    >>> written_order("", "hwc", asked=True), written_order("hwc", "chw", asked=False)
    ('hwc', 'hwc')
    """
    if asked:
        return said or own
    return own or ("chw" if said == "chw" else "")


def turned_lines(network: Network) -> list[str]:
    """That shapes stand in another order than that of the input as it was written."""
    if network.order != "hwc":
        return []
    return ["the input was written channels last; all shapes here are channels first"]


def order_notes(network: Network) -> Iterator[str]:
    """How inputs were read that look as if their axes stood in another order, or had a batch in front."""
    if network.order:
        return
    for name, shape in network.inputs.items():
        which = "input" if name == network.input_name else f"input {name}"
        said = reading(shape, which, in_file=bool(network.path) and not network.home)
        if said:
            yield said


def reading(shape: Shape, which: str = "input", *, in_file: bool = False) -> str:
    """How an input was read that looks written otherwise; empty for others."""
    said = _exchanged(shape, in_file=in_file) or _batched(shape) or _flat(shape, in_file=in_file)
    return said and f"the {which} {times(shape)} is read channels first, as {said}"


@contextmanager
def chain_order(shape: Shape, order: str) -> Iterator[None]:
    """Refusals of a chain know the order that was said, or name the one in which its input was read."""
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
    """How a shape is read whose channels most likely stand last, and the other way to write it."""
    if len(shape) != 3 or shape[2] not in _COLORS or min(shape[:2]) < _LEAST_SIDE:
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


def _batched(shape: Shape) -> str:
    """How a shape is read that most likely has a batch in front, and the other way to write it."""
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
    """How a square is read that most likely is a picture without its channels, and how to write them."""
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] < _LEAST_SIDE:
        return ""
    side = shape[0]
    way_out = f"[1, {side}, {side}]" if in_file else f"1x{side}x{side}"
    return f"{grouped(side)} channels of a sequence of {grouped(side)}; for 1 channel of {side}×{side} write {way_out}"


# ------------------------------------------------------------------------ words of the axes


def axis_words(network: Network) -> tuple[str, ...]:
    """In what each axis of the first input is counted."""
    axes = len(network.input) - 1
    return network.axes or (("steps",) if axes == 1 else ("pixels",) * axes)


def words_text(network: Network) -> str:
    """The words of all axes as one: pixels, or frames×pixels×pixels where they differ."""
    words = axis_words(network)
    return words[0] if len(set(words)) == 1 else "×".join(words) or "values"


def read_axes(source: Source, node: Node) -> tuple[str, ...]:
    """The words that a file gives its axes: one for all of them, or a list.

    Raises:
        SpecError: they are no words.
    """
    nodes = source.sequence(node, "axes") if source.is_list(node) else [node]
    words = [source.scalar(each, "axes") for each in nodes]
    for word, each in zip(words, nodes):
        if not _WORD.fullmatch(word):
            source.refuse(
                each,
                f"axes cannot be counted in {quoted(word)}; use a word of at most 20 letters, such as samples",
            )
    if not 1 <= len(words) <= 3:
        source.refuse(node, f"axes lists {len(words)} words; give one, or one for each axis")
    return tuple(words)


def checked_axes(
    words: tuple[str, ...], shape: Shape, place: tuple[Source, Node] | None
) -> tuple[str, ...]:
    """The words for each axis of an input; ``place`` is where they stand.

    Raises:
        SpecError: they are not as many as it has axes.
    """
    axes = len(shape) - 1
    if len(words) == 1:
        return words * axes
    if place and len(words) != axes:
        source, node = place
        message = f"axes lists {len(words)} words, but the input {times(shape)} has {plural(axes, 'axis', 'axes')}; give one for each"
        source.refuse(node, message)
    return words
