"""One mistake in every layer of a network: the resulting rows.

A student who forgets the padding forgets it in each layer. The mistakes of `size` and `params` are
formulas for one layer; here they are walked through a chain of layers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

from convcalc import formulas
from convcalc.homework.mistakes.base import Way, ways_of
from convcalc.homework.questions.quantities import (
    COUNTED,
    Axis,
    Flat,
    Windows,
    as_asked,
    counted_layer,
    window_axes,
)
from convcalc.homework.questions.rows import Model, Row, recompute, value_of
from convcalc.layers.window import Shape

MAX_ROWS = 60  # most layers; nobody repeats one mistake by hand in a larger network

Sides = Callable[[Axis, Windows], Any]


def rows_of(quantities: Any) -> tuple[Row, ...]:
    """The layers of a question, if they are a chain of not too many; else ()."""
    rows: tuple[Row, ...] = getattr(quantities, "rows", ())
    if len(rows) > MAX_ROWS or any(after.input != row.output for row, after in pairwise(rows)):
        return ()
    return rows


def answers(quantities: Any, versions: list[list[Row]], formula: str = "") -> list[Way]:
    """The answer to a question about a network, from its rows as a student saw them."""
    ways = []
    for rows in versions:
        value = _answer(quantities, rows)
        if value is not None:
            ways.append(Way(value, formula))
    return ways


def _answer(quantities: Any, rows: list[Row]) -> Any:
    """The answer that follows from rows; None for other kinds of questions."""
    last = rows[-1].output
    if isinstance(quantities, Flat):
        return formulas.product(last)
    if isinstance(quantities, Model):
        return sum(value_of(row, quantities.of, "chw") for row in rows)
    if isinstance(quantities, Windows):
        if len(last) != len(quantities.axes) + 1:
            return None
        return as_asked(quantities, list(last[1:]), last[0])
    return None


def carried(quantities: Any, sides: Sides, formula: str) -> list[Way]:
    """The answers with a mistake in the sizes of all layers, of all convolutions, or of all pools.

    Args:
        quantities: the numbers behind the answer.
        sides: the mistake in the size along one axis.
        formula: the mistake's formula.
    """
    rows = rows_of(quantities)
    if len(rows) < 2:
        return []
    found: list[Way] = []
    for text, places in _where(rows):
        for way in range(_MOST_WAYS):
            most = 1  # ways to make the mistake in some layer

            def change(place: int, row: Row, shape: Shape, way: int = way) -> Row | None:
                nonlocal most
                if place not in places:  # noqa: B023 - used at once
                    return None
                slips = _slips(row, sides)
                most = max([most, *map(len, slips)])
                return _slipped(row, shape, [_whole(each, way) for each in slips])

            slipped = _walk(rows, change)
            if slipped is not None and _outputs(slipped) != _outputs(rows):
                found += answers(quantities, [slipped], f"{formula}, {text}")
            if way + 1 >= most:
                break
    return found


_MOST_WAYS = 3


def _where(rows: tuple[Row, ...]) -> Iterator[tuple[str, list[int]]]:
    """The positions of the layers in which a mistake may be made; equal choices only once."""
    windows = [place for place, row in enumerate(rows) if window_axes(row)]
    strided = [place for place in windows if any(axis.s > 1 for axis in window_axes(rows[place]))]
    said: list[list[int]] = []
    for text, places in (
        ("in every layer", [*range(len(rows))]),
        ("in every convolution", [place for place, row in enumerate(rows) if row.weights]),
        ("in every pool", [place for place, row in enumerate(rows) if not row.weights]),
        ("in every layer with a stride", strided),
        ("in the first layer only", windows[:1]),
        ("in the last layer only", windows[-1:]),
    ):
        held = [place for place in places if place in windows]
        if held and held not in said:
            said.append(held)
            yield text, places


def _outputs(rows: Iterable[Row]) -> list[Shape]:
    """The output of each row."""
    return [row.output for row in rows]


def without(quantities: Any, left_out: Callable[[Row], bool]) -> Iterator[list[Row]]:
    """The rows without one of the given layers, for each of them."""
    rows = rows_of(quantities)
    for place, row in enumerate(rows):
        if left_out(row) and len(rows) > 1:
            fewer = _walk((*rows[:place], *rows[place + 1 :]))
            if fewer is not None:
                yield fewer


def with_another(quantities: Any, wanted: Callable[[Row], bool]) -> Iterator[list[Row]]:
    """The rows with one of the given layers twice, for each of them."""
    rows = rows_of(quantities)
    for place, row in enumerate(rows):
        if wanted(row):
            more = _walk((*rows[: place + 1], *rows[place:]))
            if more is not None:
                yield more


def on_channels(quantities: Any, channels: int) -> list[list[Row]]:
    """The rows for an image with another number of channels."""
    rows = rows_of(quantities)
    if not rows or len(rows[0].input) < 2:
        return []
    found = _walk(rows, start=(channels, *rows[0].input[1:]))
    return [] if found is None else [found]


def _walk(
    rows: tuple[Row, ...],
    change: Callable[[int, Row, Shape], Row | None] | None = None,
    start: Shape | None = None,
) -> list[Row] | None:
    """The rows, each applied to the output of the row before; None if that is impossible."""
    shape = rows[0].input if start is None else start
    found = []
    for place, row in enumerate(rows):
        after = recompute(row, shape)
        if after is not None and change is not None:
            after = change(place, after, shape) or after
        if after is None or any(side < 1 for side in after.output):
            return None
        found.append(after)
        shape = after.output
    return found


def _slips(row: Row, sides: Sides) -> list[list[Any]]:
    """The sizes that a mistake gives along each axis of a layer, for each way; none without a window."""
    axes = window_axes(row)
    if not axes:
        return []
    padding = row.layers[-1].options().get("padding")
    windows = Windows(axes, pool=not row.weights, same=padding == "same", volume=True)
    results = [sides(axis, windows) for axis in axes]
    return [each if isinstance(each, list) else [each] for each in results]


def _slipped(row: Row, shape: Shape, new: list[int | None]) -> Row | None:
    """A row with other sizes along its axes, if there are any."""
    if all(side is None for side in new):
        return None
    output = [right if side is None else side for side, right in zip(new, row.output[1:])]
    return Row.of(
        row.label, row.layers, (shape, row.before, (row.output[0], *output)), row.counting
    )


def _whole(results: list[Any], way: int) -> int | None:
    """The size that a mistake gives along one axis, as a whole number."""
    one = results[min(way, len(results) - 1)] if results else None
    one = one.result if isinstance(one, Way) else one
    if isinstance(one, Axis):
        return one.floor
    return one.numerator // one.denominator if isinstance(one, int | Fraction) else None


def totals(
    model: Model, wrong: Callable[[Any], Any], of: tuple[type, ...], formula: str
) -> list[Way]:
    """The parameters of a network with a mistake in every layer of some kinds.

    Args:
        model: the network.
        wrong: the mistake in the numbers of one layer.
        of: `Conv`, `Linear`, or both.
        formula: the mistake's formula, for ways without their own.
    """
    rows = rows_of(model)
    if model.of != "params" or len(rows) < 2:
        return []
    right, slips = 0, []
    for row in rows:
        layer = counted_layer(row, bias=bool(row.biases and row.counts_biases))
        ways = _amounts(wrong, layer) if isinstance(layer, of) else []
        if ways:
            slips.append(ways)
        else:
            right += row.params
    most = max(map(len, slips), default=0)
    return [
        Way(
            right + sum(ways[min(i, len(ways) - 1)].result for ways in slips),
            f"{slips[0][min(i, len(slips[0]) - 1)].formula or formula}, in every layer",
        )
        for i in range(most)
    ]


def _amounts(wrong: Callable[[Any], Any], layer: Any) -> list[Way]:
    """The wrong parameters of one layer."""
    found = []
    for result, formula in ways_of(wrong, layer):
        _, count = COUNTED.get(type(result), ("", None))
        value = count(result) if count else result
        if isinstance(value, int):
            found.append(Way(value, formula))
    return found
