"""The walk: a shape goes in, and each layer adds a row with its shape, cost and receptive field."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convcalc import formulas
from convcalc.errors import ConvcalcError, ShapeError
from convcalc.layers import Layer, Shape
from convcalc.layers.checks import MAX_NUMBER, MAX_VALUES, check_output
from convcalc.layers.options import option_text
from convcalc.layers.rf import PIXEL, AnyField, Reads, aligned, hull
from convcalc.layers.window import axis_names
from convcalc.network.network import INPUT, without_collector
from convcalc.report import (
    COLUMNS,
    CONVENTION,
    SHOWN,
    SUMMED,
    Report,
    Row,
    layer_dict,
    per_axis,
)
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.network.network import Network, Node

Fields = tuple[AnyField, ...] | str
Ranges = list[tuple[int, int] | None]
Cells = set[int] | range

MOST_CELLS = 100_000  # more cells than these are not followed one by one
TOO_LONG = "the pattern of what units see repeats too rarely to follow"
TOO_WIDE = f"it is wider than {MAX_VALUES:.0e} pixels"


class Cost:
    """What one layer does to given shapes; layers that repeat share it."""

    __slots__ = (
        "biases", "buffers", "counts", "kind", "layer", "macs", "notes", "options", "out", "reach",
        "values", "weights",
    )  # fmt: skip

    def __init__(self, layer: Layer, shapes: tuple[Shape, ...], batch: int) -> None:
        layer.check(*shapes)
        shape = shapes[0]
        self.layer, self.kind, self.options = layer, layer.kind, option_text(layer)
        out = self.out = layer.out_shape(*shapes)
        check_output(out)
        values = formulas.product(out)
        self.values = values * batch
        self.weights, self.biases = layer.weights(shape, out), layer.biases(shape, out)
        self.buffers = layer.buffers(shape, out)
        self.macs = layer.macs(shape, out) * batch
        counts = dict(layer.all_counts(shapes, out))
        if self.biases and self.macs:
            counts["bias_adds"] = values
        self.counts = {name: number * batch for name, number in counts.items() if number}
        self.reach = layer.reads(shape, out)
        self.notes = layer.notes(shape, out)


def walk(network: Network, *, batch: int = 1) -> Report:
    """Walk a network: one row per layer.

    Args:
        network: what `convcalc.network` loaded.
        batch: samples at once; multiplies macs, activations and counts, not parameters.

    Raises:
        SpecError: a layer does not fit, with its name, the numbers and what to change.
    """
    check_input(network.input, batch)
    with without_collector():
        return walked(network, batch)


def walked(network: Network, batch: int) -> Report:
    """The walk itself."""
    rows: list[Row] = []
    shapes: list[Shape] = []
    seen: list[Fields] = []
    start: Fields = (PIXEL,) * (len(network.input) - 1)
    costs: dict[Any, Cost] = {}
    notes: dict[str, list[str]] = {}
    for node in network.nodes:
        name, layer, inputs, _ = node
        ins = tuple([shapes[i] if i >= 0 else network.input for i in inputs])
        key = (layer, ins)
        cost = costs.get(key)
        if cost is None:
            try:
                cost = costs[key] = Cost(layer, ins, batch)
            except ShapeError as error:
                raise network.error(node, error.what) from None
        before = [seen[i] if i >= 0 else start for i in inputs]
        if len(before) > 1:
            joined, warning = join(node, network, ins, cost.out, before)
            if warning:
                notes.setdefault(warning, []).append(name)
        else:
            joined = before[0]
        field = carried(cost.reach, joined)
        for note in cost.notes:
            notes.setdefault(note, []).append(name)
        shapes.append(cost.out)
        seen.append(field)
        rows.append(
            Row(
                name, cost.kind, cost.options, inputs, ins[0], cost.out, cost.weights, cost.biases,
                cost.buffers, cost.macs, cost.values, cost.counts, field, cost.notes,
            )
        )  # fmt: skip
    return report(network, rows, notes, batch, trunk_of(rows))


def shapes_into(network: Network, report: Report, node: Node) -> list[Shape]:
    """The shapes a node reads."""
    return [report.rows[i].output if i >= 0 else network.input for i in node.inputs]


def check_input(shape: Shape, batch: int) -> None:
    """Refuse inputs that are no shape."""
    if not 1 <= len(shape) <= 4:
        message = f"the input {times(shape)} has {len(shape)} sides; give channels and up to 3 axes, without a batch"
        raise ShapeError(message)
    if min(shape) < 1 or max(shape) > MAX_NUMBER or formulas.product(shape) > MAX_VALUES:
        message = f"the input {times(shape)} must have sides of at least 1 and at most {MAX_VALUES:.0e} values"
        raise ShapeError(message)
    if not 1 <= batch <= MAX_NUMBER:
        message = f"a batch of {batch} is not possible; use 1 or more"
        raise ShapeError(message)


# -------------------------------------------------------------------------- receptive field


def carried(reach: tuple[Reads, ...] | str | None, fields: Fields) -> Fields:
    """The receptive fields after a layer."""
    if reach is None or not fields or isinstance(fields, str):
        return fields
    if isinstance(reach, str):
        return reach
    if len(reach) == 2 and reach[0] == reach[1] and fields[0] == fields[1]:
        after = reach[0].field_after(fields[0])
        return followed([after, after])
    return followed([r.field_after(f) for r, f in zip(reach, fields)])


def followed(fields: list[AnyField | None]) -> Fields:
    """The fields, or that one of them could not be followed."""
    known = [field for field in fields if field]
    if len(known) < len(fields):
        return TOO_LONG
    if any([field.size > MAX_VALUES or field.step > MAX_VALUES for field in known]):
        return TOO_WIDE
    return tuple(known)


def join(
    node: Node, network: Network, shapes: tuple[Shape, ...], out: Shape, before: list[Fields]
) -> tuple[Fields, str]:
    """The hull of several paths' fields, and a warning where their centres differ."""
    reasons = [fields for fields in before if isinstance(fields, str)]
    if reasons:
        return reasons[0], ""
    if not before[0]:
        return (), ""
    if node.layer.references:
        return before[0], ""
    sides = zip(*(shape[1:] for shape in shapes)) if len(out) > 1 else ()
    if any(len(set(side)) > 1 for side in sides):
        return "a map of one value scales the whole, so every unit sees all that it saw", ""
    warning = ""
    paths: list[list[AnyField]] = [list(axis) for axis in zip(*before)]
    for axis, along in zip(paths, axis_names(network.input)):
        first = axis[0]
        for other, place in zip(axis[1:], node.inputs[1:]):
            if not aligned(first, other):
                warning = warning or misaligned(network, node.inputs[0], place, first, other, along)
    return followed([hull(axis) for axis in paths]), warning


def misaligned(
    network: Network, one: int, two: int, first: AnyField, other: AnyField, along: str
) -> str:
    """The two branches, their centres, and how far apart they are."""
    a, b = (network.nodes[i].name if i >= 0 else "the input" for i in (one, two))
    if first.stride != other.stride:
        return (
            f"paths are not aligned along the {along}: units of {a} are {first.stride} pixels apart, "
            f"those of {b} {other.stride}; give both paths the same strides"
        )
    apart = abs(other.doubled_center - first.doubled_center)
    return (
        f"paths are not aligned along the {along}: unit 0 of {a} is centred at pixel "
        f"{halved(first.doubled_center)}, of {b} at {halved(other.doubled_center)} "
        f"({halved(apart)} apart); give both paths the same padding before"
    )


def halved(doubled: Any) -> str:
    """Half of a number, as a decimal."""
    return f"{float(doubled) / 2:g}"


def trunk_of(rows: list[Row]) -> Row:
    """The last row before a global pool or a flatten gathers the whole map; else the last row."""
    for row in rows:
        if len(row.input) > 1 and max(row.input[1:]) > 1 and max(row.output[1:], default=1) == 1:
            place = row.inputs[0]
            return rows[place] if place != INPUT else rows[0]
    return rows[-1]


def trunk_field(walked: Report) -> list[Any] | None:
    """The receptive field of the trunk per axis, for comparisons; None where all is seen."""
    field = trunk_of(list(walked.rows)).field
    return None if isinstance(field, str) else [axis.size for axis in field]


def pixels(network: Network, report: Report, name: str, unit: Shape) -> Ranges:
    """The first and last pixel along each axis that one unit sees, not clipped to the image.

    None along every axis where the unit sees nothing (a transposed stride wider than its kernel).

    Args:
        name: the layer.
        unit: the unit's place along each axis of the layer's output; () for a vector.

    Raises:
        ShapeError: there is no such layer or unit, or its field is not known.
    """
    places = {node.name: i for i, node in enumerate(network.nodes)}
    if name not in places:
        from convcalc.errors import did_you_mean  # noqa: PLC0415

        message = f"no layer {name!r}{did_you_mean(name, places)}"
        raise ShapeError(message)
    row = report.rows[places[name]]
    if isinstance(row.field, str):
        raise ShapeError(f"the receptive field is not known: {row.field}", name)
    sides = row.output[1:]
    if len(unit) != len(sides):
        example = f":{','.join('ZYX'[-len(sides) :])}, counted from 0" if sides else " alone"
        message = (
            f"a unit of {times(row.output)} has {len(sides)} coordinates, not {len(unit)}; "
            f"write {name}{example}"
        )
        raise ShapeError(message, name)
    if any(not 0 <= u < n for u, n in zip(unit, sides)):
        message = f"no unit {','.join(map(str, unit))} in a map of {times(sides)}; count from 0"
        raise ShapeError(message, name)
    axes = len(network.input) - 1
    wanted: dict[int, list[Cells]] = {places[name]: [{u} for u in unit] or [{0}] * axes}
    for place in range(places[name], -1, -1):
        cells = wanted.pop(place, None)
        if cells is None:
            continue
        node, row = network.nodes[place], report.rows[place]
        reach = node.layer.reads(row.input, row.output)
        if isinstance(reach, tuple):
            cells = [read(step, each) for step, each in zip(reach, cells)]
        for source in node.inputs[:1] if node.layer.references else node.inputs:
            inside = cells
            if source != INPUT and len(report.rows[source].output) > 1:
                sides = report.rows[source].output[1:]
                inside = [clipped(each, n) for each, n in zip(cells, sides)]
            if not all(inside):
                continue  # outside along one axis is outside
            found = wanted.get(source)
            wanted[source] = [both(*pair) for pair in zip(found, inside)] if found else inside
    return [ends(each) for each in wanted.get(INPUT, [])] or [None] * axes


def read(step: Reads, units: Cells) -> Cells:
    """The cells that some outputs read, one by one; from first to last where they are too many."""
    if not isinstance(units, range) and len(units) * len(step.cells(min(units))) <= MOST_CELLS:
        return {cell for unit in units for cell in step.cells(unit)}
    found = step.ends(*ends(units))
    return range(found[0], found[1] + 1) if found else set()


def ends(cells: Cells) -> tuple[int, int]:
    """The first and the last."""
    return (cells[0], cells[-1]) if isinstance(cells, range) else (min(cells), max(cells))


def clipped(cells: Cells, n: int) -> Cells:
    """Those inside a side of n cells."""
    if isinstance(cells, range):
        return range(max(cells.start, 0), min(cells.stop, n))
    return {cell for cell in cells if 0 <= cell < n}


def both(one: Cells, other: Cells) -> Cells:
    """What two paths read together."""
    if isinstance(one, set) and isinstance(other, set):
        return one | other
    (a, b), (c, d) = ends(one), ends(other)
    return range(min(a, c), max(b, d) + 1)


# ------------------------------------------------------------------------------ the report


def report(
    network: Network, rows: list[Row], notes: dict[str, list[str]], batch: int, trunk: Row
) -> Report:
    """Totals and notes around the rows."""
    totals: dict[str, Any] = {key: sum([getattr(row, key) for row in rows]) for key in SUMMED}
    totals["layers"] = len(rows)
    totals["weight_layers"] = sum(1 for row in rows if row.weights and row.macs)
    lines = [f"{named(names)}: {note}" for note, names in notes.items()]
    wide = wider_than_image(network, rows, trunk)
    if wide:
        lines.append(wide)
    if network.home:
        lines += resized(network, rows)
    if not network.changed:
        lines += [f"expect: {line}" for line in unmet(network, totals, rows, trunk)]
    footer = [
        CONVENTION
        if batch == 1
        else f"{CONVENTION}; macs are for a batch of {batch}, shapes per sample"
    ]
    facts = {
        "network": network.name,
        "source": network.source,
        "input": list(network.input),
        "batch": batch,
    }
    return Report(
        title=network.name,
        subtitle=network.source,
        columns=[COLUMNS[key] for key in SHOWN],
        rows=rows,
        totals=totals,
        notes=lines,
        footer=footer,
        facts=facts,
        row_dict=layer_dict,
        blocks=network.blocks,
    )


def named(names: list[str]) -> str:
    """The layers a note is about."""
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} more"


def wider_than_image(network: Network, rows: list[Row], trunk: Row) -> str:
    """A note on the first layer whose units see more than the image, if one does."""
    image = network.input[1:]
    for row in rows:
        if row is trunk or isinstance(row.field, str):
            break
        if any(axis.size > n > 1 for axis, n in zip(row.field, image)):
            return (
                f"{row.name} and on: the receptive field ({per_axis([axis.size for axis in row.field])} pixels) is wider than the image "
                f"({times(image)}); the rest of it is padding"
            )
    return ""


def resized(network: Network, rows: list[Row]) -> list[str]:
    """Layers whose parameters another input size changes: trained weights would not fit them."""
    try:
        own = walk(replace(network, input=network.home, home=(), changed=True)).rows
    except ConvcalcError:
        return []
    for row, before in zip(rows, own):
        if row.params != before.params:
            return [
                f"{row.name}: gets {times(row.input)} here but {times(before.input)} at the file's own "
                f"{times(network.home)}, so weights trained there do not fit; resize the image, or pool "
                "globally before it"
            ]
    return []


def promised(
    network: Network, totals: dict[str, Any], rows: list[Row], trunk: Row
) -> dict[str, tuple[Any, Any]]:
    """What the file's ``expect`` promises, each number with the one that the walk finds."""
    expect = network.expect
    found = {key: totals[key] for key in ("params", "macs", "flops", "buffers", "layers")}
    if "rf_size" in expect:
        row = trunk
        if "rf_at" in expect:
            named_rows = [r for r in rows if r.name == expect["rf_at"]]
            ends = [
                rows[stop - 1] for name, _, stop, _ in network.blocks if name == expect["rf_at"]
            ]
            if not named_rows + ends:
                return {"rf_at": (expect["rf_at"], "no layer or block")}
            row = (named_rows + ends)[0]
        sizes = [] if isinstance(row.field, str) else [axis.size for axis in row.field]
        found["rf_size"] = max(sizes, default=0)
    return {key: (expect[key], found[key]) for key in found if key in expect}


def unmet(network: Network, totals: dict[str, Any], rows: list[Row], trunk: Row) -> list[str]:
    """What ``expect`` promises and the walk does not find, with both numbers."""
    both = promised(network, totals, rows, trunk)
    if "rf_at" in both:
        return [f"rf_at names no layer or block: {both['rf_at'][0]!r}"]
    return [f"{key} should be {a:,} but is {b:,}" for key, (a, b) in both.items() if a != b]
