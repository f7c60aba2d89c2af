"""What one unit sees: the cells that it reads in every step down to the image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from convcalc.analysis.called import no_layer
from convcalc.analysis.fields import UNEQUAL
from convcalc.analysis.rows import COLUMNS, SHOWN
from convcalc.errors import ShapeError, UsageError
from convcalc.layers.rf import GATES, Reads, UnknownField, union
from convcalc.layers.values import whole_number
from convcalc.layers.window import axis_names
from convcalc.network.axes import words_text
from convcalc.report import Report
from convcalc.text import quoted, shortened, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.layers import Shape

Unit = tuple[int | range, ...]  # a unit's position along each axis, or those of several
Range = tuple[int, int] | None
Ranges = list[Range]
Cells = set[int] | range

_MAX_CELLS = 100_000  # above this, cells are not followed one by one
_MAX_UNITS = 1_000  # the same for units


def trace(analysis: Analysis, step: Step, unit: Unit, *, apart: bool = False) -> dict[Step, Ranges]:
    """What one unit, or a range of units, reads: first and last cell along each axis, in every step down.

    Args:
        analysis: the walked network.
        step: the unit's layer.
        unit: the unit's position along each axis of the step's output, or a range; () for a vector.
        apart: whether each axis is followed as if maps had no other: then a path that ends on
            padding along one axis continues along the others.

    Returns:
        The steps from the unit's own down to the image. Cells are inside the maps; in the image,
        pixels can be outside, on padding. There the range is None along every axis if the unit
        sees nothing (a transposed stride wider than its kernel).

    Raises:
        ShapeError: there is no such unit, or its receptive field is unknown.
    """
    return _followed(analysis, step, unit, apart=apart)[0]


def traced(analysis: Analysis, step: Step, unit: Unit) -> tuple[dict[Step, Ranges], Ranges]:
    """The results of `trace` and `inside`, computed together."""
    found, cells = _followed(analysis, step, unit)
    return found, _inside(cells, analysis.image.output)


def inside(analysis: Analysis, step: Step, unit: Unit, *, apart: bool = False) -> Ranges:
    """The first and last pixel of the image along each axis that a unit sees; arguments and errors as `trace`.

    For a window with gaps, these are cells that it reads: if its ends are on padding, they are further
    inside than its range cut at the border.
    """
    cells = _followed(analysis, step, unit, apart=apart)[1]
    return _inside(cells, analysis.image.output)


def _inside(cells: list[Cells], image: Shape) -> Ranges:
    """The first and last of the cells inside the image; None along every axis if there are none."""
    found = [_ends(_clipped(along, n)) for along, n in zip(cells, image[1:])]
    return found or [None] * (len(image) - 1)


def _followed(
    analysis: Analysis, step: Step, unit: Unit, *, apart: bool = False
) -> tuple[dict[Step, Ranges], list[Cells]]:
    """The result of `trace`, and the cells of the image along each axis."""
    _check_unit(step, unit)
    image = analysis.image
    axes = max([len(each.output) - 1 for each in analysis.images])
    places: list[Cells] = [{u} if isinstance(u, int) else _one_by_one(u) for u in unit]
    wanted: dict[int, list[Cells]] = {step.place: places or [{0}] * axes}
    found: dict[Step, Ranges] = {}
    for each in reversed(analysis.steps[: step.place]):
        cells = wanted.pop(each.place, None)
        if cells is None:
            continue
        found[each] = [_ends(along) for along in cells]
        reads = each.work.reads
        if isinstance(reads, tuple):
            cells = _read_axes(reads, cells)
        for source in each.before[:1] if each.layer.references else each.before:
            if GATES in analysis.through and _is_gate(source, each):
                continue
            whole = isinstance(reads, UnknownField) and reads.cause not in analysis.through
            kept = _cells_of(source, each, cells, whole=whole)
            if not (any(kept) if apart else all(kept)):
                continue  # outside along one axis means outside
            others = wanted.get(source.place)
            wanted[source.place] = [_both(*pair) for pair in zip(others, kept)] if others else kept
    sides = len(image.output) - 1
    cells = wanted.get(image.place, [])[:sides]
    found[image] = [_ends(along) for along in cells] or [None] * sides
    return found, cells


def pixels(analysis: Analysis, name: str, unit: Unit) -> Ranges:
    """The first and last pixel along each axis that one unit of a layer sees, or a range of them, not clipped to the image.

    Raises:
        ShapeError: there is no such layer or unit, or its receptive field is unknown.
    """
    return trace(analysis, step_called(analysis, name), unit)[analysis.image]


def step_called(analysis: Analysis, name: str) -> Step:
    """The step of a layer.

    Raises:
        ShapeError: there is no such layer.
    """
    if name not in analysis:
        raise ShapeError(no_layer(analysis, name))
    return analysis[name]


def _check_unit(step: Step, unit: Unit) -> None:
    """Refuse a unit that does not exist, or whose receptive field is unknown."""
    if isinstance(step.rf, UnknownField) and not (step.rf.whole or step.rf == UNEQUAL):
        raise ShapeError(f"the receptive field is not known: {step.rf.reason}", step.name)
    sides = step.output[1:]
    if len(unit) != len(sides):
        example = f":{','.join('ZYX'[-len(sides) :])}, counted from 0" if sides else " alone"
        message = (
            f"a unit of {times(step.output)} has {len(sides)} coordinates, not {len(unit)}; "
            f"write {step.name}{example}"
        )
        raise ShapeError(message, step.name)
    ends = [(u, u) if isinstance(u, int) else (u.start, u.stop - 1) for u in unit]
    if any(not 0 <= first <= last < n for (first, last), n in zip(ends, sides)):
        message = (
            f"no unit {','.join(map(_unit_text, unit))} in a map of {times(sides)}; count from 0"
        )
        raise ShapeError(message, step.name)


def _one_by_one(units: range) -> Cells:
    """Several units as a set, unless there are too many."""
    return set(units) if len(units) <= _MAX_UNITS else units


def _read_axes(reads: tuple[Reads, ...], units: list[Cells]) -> list[Cells]:
    """The cells that some outputs read along each axis; computed once for equal axes."""
    found: list[Cells] = []
    for axis, (one, along) in enumerate(zip(reads, units)):
        if axis and one == reads[0] and type(one) is type(reads[0]) and along == units[0]:
            found.append(found[0])
        else:
            found.append(_read(one, along))
    return found


def _read(reads: Reads, units: Cells) -> Cells:
    """The cells that some outputs read, one by one; from first to last if there are too many."""
    if not units:
        return units
    if not isinstance(units, range) and len(units) * len(reads.cells(min(units))) <= _MAX_CELLS:
        first, last = min(units), max(units)
        if reads.is_gapless() and last - first < len(units):
            return set(range(reads.cells(first)[0], reads.cells(last)[-1] + 1))
        return {cell for unit in units for cell in reads.cells(unit)}
    first, last = _ends(units) or (0, -1)
    found = reads.ends(first, last)
    return range(found[0], found[1] + 1) if found else set()


def _cells_of(source: Step, step: Step, cells: list[Cells], *, whole: bool) -> list[Cells]:
    """The cells of a source that a step reads; those of the image include padding."""
    if len(source.output) == 1:
        return cells
    if whole:  # for a norm or attention, whose axes may differ
        return [range(n) for n in source.output[1:]]
    found: list[Cells] = []
    for along, n, side in zip(cells, source.output[1:], step.output[1:] or source.output[1:]):
        if step.layer.merges and n == 1 < side:
            found.append({0})  # one value scales, or is added to, the whole map
        else:
            found.append(_clipped(along, n) if source.before else along)
    return found


def _is_gate(source: Step, step: Step) -> bool:
    """Whether a path scales a whole map by a single cell."""
    sides = source.output[1:]
    return step.layer.merges and sides != step.output[1:] and max(sides, default=1) == 1


def _ends(cells: Cells) -> Range:
    """The first and the last; None if there are none."""
    if not cells:
        return None
    return (cells[0], cells[-1]) if isinstance(cells, range) else (min(cells), max(cells))


def _clipped(cells: Cells, n: int) -> Cells:
    """The cells inside a side of n cells."""
    if isinstance(cells, range):
        return range(max(cells.start, 0), min(cells.stop, n))
    return {cell for cell in cells if 0 <= cell < n}


def _both(one: Cells, other: Cells) -> Cells:
    """What two paths read together."""
    if isinstance(one, set) and isinstance(other, set):
        return one | other
    ends = union([_ends(one), _ends(other)])
    return range(ends[0], ends[1] + 1) if ends else set()


def _read_unit(place: str, text: str) -> int | range:
    """A position along an axis, or a range: 6, 0-6.

    Args:
        place: the typed position.
        text: the whole typed text, for messages.
    """
    what = f"--sees {shortened(text)}: a place"
    first, dash, last = place.strip().partition("-")
    if not (dash and first):
        return whole_number(place.strip(), what)
    if not last.strip():
        message = (
            f"{what} {quoted(place.strip())} has no end; write {first}-{first}, or {first} alone"
        )
        raise UsageError(message)
    start, stop = (whole_number(each.strip(), what) for each in (first, last))
    if stop < start:
        message = f"{what} {quoted(place.strip())} runs backwards; write {stop}-{start}"
        raise UsageError(message)
    return range(start, stop + 1)


def _unit_text(unit: int | range) -> str:
    """A position as it is typed."""
    return str(unit) if isinstance(unit, int) else f"{unit.start}-{unit.stop - 1}"


def _plain_unit(unit: int | range) -> int | list[int]:
    """A position for programs; the first and the last of a range."""
    return unit if isinstance(unit, int) else [unit.start, unit.stop - 1]


def read_unit(text: str) -> tuple[str, Unit]:
    """A layer and the unit's position along each axis, as typed: ``conv5_3:6,6``, ``fc8``.

    Raises:
        UsageError: the position is not made of numbers.
    """
    name, _, place = text.rpartition(":") if ":" in text else (text, "", "")
    return name, tuple([_read_unit(each, text) for each in place.split(",")]) if place else ()


def unit_report(
    analysis: Analysis, text: str, known: tuple[Ranges, Ranges] | None = None
) -> Report:
    """The pixels that one unit, or a range of units, sees: all, and those inside the image.

    Args:
        analysis: the walked network.
        text: the layer, a colon, and the unit's position along each axis: ``conv5_3:6,6``; for a range,
            the first and the last position: ``conv5_3:0-6,0-6``.
        known: the pixels of the first input that it sees: all, and those inside the image, if they
            are already computed.

    Raises:
        UsageError: the position is not made of numbers.
        ShapeError: there is no such layer or unit, or its receptive field is unknown.
    """
    name, unit = read_unit(text)
    called_unit = f"[{', '.join(map(_unit_text, unit))}]" if unit else ""
    lines: list[str] = []
    sees: dict[str, list[dict[str, Any]]] = {}
    several = len(analysis.images) > 1
    words = words_text(analysis.network)
    for input_name, walked in analysis.by_input.items():
        image = walked.image.output
        called = f"{name}{called_unit}"
        of_input = f" of {input_name}" if several else ""
        if several and name in walked and walked[name].rf == ():
            lines.append(f"{called} sees no {words}{of_input}")
            continue
        lines.append(f"{called} sees, of {times(image[1:])} {words}{of_input}:")
        own = known if known and walked is analysis else _seen(walked, name, unit)
        sees[input_name] = list(_ranges(*own, image, lines))
    first = sees.get(analysis.image.name, [])
    return Report(
        title=analysis.network.name,
        subtitle=analysis.network.source,
        columns=[COLUMNS[key] for key in SHOWN],
        rows=[analysis[name]],
        lines=lines,
        facts={
            "network": analysis.network.name,
            "layer": name,
            "unit": list(map(_plain_unit, unit)),
            "sees": first,
            **({"sees_of_inputs": sees} if several else {}),
        },
        key="",
    )


def _seen(analysis: Analysis, name: str, unit: Unit) -> tuple[Ranges, Ranges]:
    """The pixels that a unit sees along each axis, and those inside the image."""
    found, kept = traced(analysis, step_called(analysis, name), unit)
    return found[analysis.image], kept


def _ranges(
    ranges: Ranges, kept: Ranges, image: Shape, lines: list[str]
) -> Iterator[dict[str, Any]]:
    """The pixels along each axis as JSON; adds a line for each."""
    for axis, ends, within in zip(axis_names(image), ranges, kept):
        low, high = ends or (None, None)
        said = "nothing"
        if ends:
            said = f"{ends[0]} to {ends[1]} ({ends[1] - ends[0] + 1}); inside the image "
            said += (
                f"{within[0]} to {within[1]} ({within[1] - within[0] + 1})" if within else "nothing"
            )
        lines.append(f"  {axis:<7} {said}")
        yield {"axis": axis, "first": low, "last": high, "inside": list(within) if within else None}
