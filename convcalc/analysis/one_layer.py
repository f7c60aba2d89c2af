"""One layer by itself: its sizes and costs, whether its window fits, and what would fit."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.analysis.walk import walk
from convcalc.errors import ShapeError
from convcalc.formulas import im2col_rows, product
from convcalc.layers import LETTERS, Layer, Shape
from convcalc.layers.options import options_of
from convcalc.layers.window import Axis, axis_names
from convcalc.network.network import one_layer_network
from convcalc.report import COLUMNS, SHOWN, field_part, field_text, grouped, layer_dict, times
from convcalc.text import article, as_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from convcalc.report import Report, Row

MAX_TRIED = 1000  # strides and paddings tried for a size that fits

# What one cell along each axis is called.
SLICES = {"length": "cell", "depth": "slice", "height": "row", "width": "column"}


class Change(NamedTuple):
    """A small change after which a window fits.

    Attributes:
        option: what to change: an option, or ``input`` for the input's size.
        values: its new value along each axis.
        size: the output size along the axis that did not fit.
    """

    option: str
    values: tuple[int, ...]
    size: int

    def __str__(self) -> str:
        letter = LETTERS.get(self.option, "n")
        shown = self.values[:1] if len(set(self.values)) == 1 else self.values
        return f"--{letter} {'x'.join(map(str, shown))} ({self.size})"


def what_fits(layer: Layer, shape: Shape) -> list[Change]:
    """Small changes after which the window fits along the first axis on which it does not.

    None where it fits already, or where the layer has no window.
    """
    axes = layer.windows(shape)
    place = next((place for place, axis in enumerate(axes) if not axis.fits), None)
    if place is None:
        return []
    axis = axes[place]
    symmetric = all(each.before == each.after for each in axes)
    tried: tuple[tuple[str, str, int, Iterable[int]], ...] = (
        ("stride", "s", 2, range(1, min(axis.s, MAX_TRIED) + 3)),
        ("input", "n", 2, (axis.n - axis.unread, axis.n - axis.unread + axis.s)),
        ("kernel_size", "k", 1, (axis.k - 1, axis.k + 1)),
        ("padding", "before", 1, range(min(axis.k, MAX_TRIED)) if symmetric else ()),
    )
    found: list[Change] = []
    for option, letter, limit, numbers in tried:
        if option != "input" and option not in options_of(type(layer)):
            continue
        now = [getattr(each, letter) for each in axes]
        values = (
            tuple([number if each == axis else old for each, old in zip(axes, now)])
            for number in numbers
            if number != now[place]
        )
        fitting = (_change(layer, shape, option, each, place) for each in values)
        found += islice(filter(None, fitting), limit)
    return found


def _change(
    layer: Layer, shape: Shape, option: str, values: tuple[int, ...], place: int
) -> Change | None:
    """A change, if the window fits with it along the axis at ``place``."""
    if option == "input":
        shape = (shape[0], *values)
    else:
        layer = replace(layer, **{option: values})
    try:
        layer.check(shape)
    except ShapeError:
        return None
    if min(shape) < 1 or not layer.windows(shape)[place].fits:
        return None
    return Change(option, values, layer.out_shape(shape)[1 + place])


def flat_shape(layer: Layer, shape: Shape) -> tuple[Shape, list[str]]:
    """The shape as the layer takes it, and a note where it was flattened for it."""
    if not layer.needs_flat or len(shape) == 1:
        return shape, []
    values = product(shape)
    return (values,), [f"{times(shape)} is flattened to {values:,} values"]


def layer_report(layer: Layer, shape: Shape, *, explain: bool = False) -> Report:
    """The report on one layer: its numbers, whether its window fits, and what would fit.

    Args:
        layer: the layer.
        shape: what goes in, channels first; a map is flattened for a layer on vectors.
        explain: whether to add the working: formula, numbers, steps, answer.

    Raises:
        ShapeError: the layer does not take the shape.
    """
    shape, notes = flat_shape(layer, shape)
    report = walk(one_layer_network(layer, shape))
    row = report.rows[0]
    axes = layer.windows(shape)
    misfit = next((axis for axis in axes if not axis.fits), None)
    lines = _number_lines(layer, row, axes)
    if misfit:
        changes = [str(change) for change in what_fits(layer, shape)]
        would_fit = [f"fits:  {'   '.join(changes)}"] if changes else []
        lines = [_misfit_line(axes, misfit, row), *would_fit, "", *lines]
    if explain:
        from convcalc.analysis.explain import explained  # noqa: PLC0415 - only where it is asked for

        lines += ["", *explained(layer, (shape,), row.output)]
    said_above = misfit and len(report.notes) == 1
    return replace(
        report,
        title="",
        columns=[COLUMNS[key] for key in SHOWN],
        key="",
        facts=layer_facts(layer, row),
        lines=lines,
        totals={},
        notes=notes + ([] if said_above else list(row.notes)),
    )


def layer_facts(layer: Layer, row: Row) -> dict[str, Any]:
    """What is known about a walked layer, for programs."""
    data = layer_dict(row)
    axes = layer.windows(row.input)
    facts: dict[str, Any] = {
        "kind": row.kind,
        "options": row.options,
        "input": data["input"],
        "output": data["output"],
        "params": {"total": row.params, "weight": row.weights, "bias": row.biases},
        "buffers": row.buffers,
        "macs": row.macs,
        "flops": row.flops,
        "activations": row.activations,
        "counts": data["counts"],
        "fit": [
            {
                "axis": name,
                "exact": axis.exact,
                "fits": axis.fits,
                "unused": axis.unread,
                "padding": [axis.before, axis.after],
            }
            for name, axis in zip(axis_names(row.input), axes)
        ],
        "rf": data["rf"],
    }
    neuron = layer.weights_per_unit(row.input)
    if neuron:
        facts["weights_per_neuron"] = neuron
    real = real_macs(layer, row)
    if real is not None:
        facts["valid_macs"] = real
    matrices = im2col_sizes(layer, row)
    if matrices:
        facts["im2col"] = matrices
    return facts


def real_macs(layer: Layer, row: Row) -> int | None:
    """Multiply-adds on real cells; None without padding, or where they are too many to count."""
    padded = any(axis.before or axis.after for axis in layer.windows(row.input))
    if not (row.macs and padded):
        return None
    try:
        return layer.valid_macs(row.input, row.output)
    except ShapeError:
        return None


def im2col_sizes(layer: Layer, row: Row) -> dict[str, list[int]]:
    """The two matrices whose product the layer is: [rows, columns]; none where it is not one product."""
    axes = layer.windows(row.input)
    neuron = layer.weights_per_unit(row.input)
    positions = product(row.output[1:]) if axes else 0
    whole_depth = axes and neuron == im2col_rows(product([axis.k for axis in axes]), row.input[0])
    if not whole_depth or row.macs != row.weights * positions:  # its filters are not shared
        return {}
    return {"filters": [row.output[0], neuron], "columns": [neuron, positions]}


def _number_lines(layer: Layer, row: Row, axes: list[Axis]) -> list[str]:
    """The numbers, a line each."""
    made_by = " ".join(filter(None, (row.kind, row.options)))
    lines = [f"output   {times(row.output)}   from {times(row.input)} by {made_by}"]
    if axes:
        exact = ", ".join(dict.fromkeys(axis.exact for axis in axes))
        fits = "fits exactly" if all(axis.fits for axis in axes) else "does not fit exactly"
        lines.append(f"fit      {fits}: {exact}")
    lines.append(f"params   {grouped(row.params)}{_parameter_text(layer, row)}")
    flops = f"   flops {grouped(row.flops)}" if row.macs else ""
    lines.append(f"macs     {grouped(row.macs)}{flops}")
    real = real_macs(layer, row)
    if real is not None:
        share = 100 * (row.macs - real) / row.macs
        lines.append(
            f"         {grouped(real)} of them on real cells, {share:.2f} % on padding zeros"
        )
    counts = ", ".join(f"{grouped(n)} {name.replace('_', ' ')}" for name, n in row.counts.items())
    if counts:
        lines.append(f"other    {counts}")
    if row.field:
        size, stride, padding = [
            field_text(field_part(part)(row)) for part in ("size", "stride", "padding")
        ]
        lines.append(f"rf       {size} wide, stride {stride}, padding {padding}")
    return lines


def _parameter_text(layer: Layer, row: Row) -> str:
    """What the parameters are made of."""
    text = ""
    if row.params:
        biases = (
            f"{row.biases:,} bias{'' if row.biases == 1 else 'es'}" if row.biases else "no bias"
        )
        text = f"   {row.weights:,} weights + {biases}"
    if row.buffers:
        text += f", and {grouped(row.buffers)} buffers (not trained)"
    neuron = layer.weights_per_unit(row.input)
    return f"{text}; {grouped(neuron)} weights per neuron" if neuron else text


def _misfit_line(axes: list[Axis], axis: Axis, row: Row) -> str:
    """That the window does not fit along an axis, and what libraries do about it."""
    size = row.output[1 + axes.index(axis)]
    cells = axis.unread - axis.after
    along = [name for name, each in zip(axis_names(row.input), axes) if each == axis]
    if size != axis.floor:
        said = f"rounded up to {size}: the last window hangs over the end"
    elif cells > 0:
        slices = [SLICES[name] + ("s" if cells > 1 else "") for name in along]
        listed = " and ".join(filter(None, (", ".join(slices[:-1]), slices[-1])))
        many = f"the last {listed}" if cells == 1 else f"the last {cells} {listed}"
        said = f"libraries floor to {size} and never read {many}"
    else:
        said = f"libraries floor to {size}; only padding is left unread"
    where = "" if len(along) == len(axes) else f" along the {' and '.join(along)}"
    return (
        f"{as_decimal(axis.exact)}: {article(axis.effective_kernel)} {axis.effective_kernel}-wide window does not fit "
        f"{axis.padded_sum}{where} in steps of {axis.s}; {said}"
    )
