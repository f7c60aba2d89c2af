"""One layer by itself: its sizes and costs, whether its window fits, and what would fit."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.analysis.report import report_of
from convcalc.analysis.rows import UNAVAILABLE, field_part, field_text, step_dict, unproven_facts
from convcalc.analysis.walk import walk
from convcalc.errors import ShapeError
from convcalc.formulas import im2col_rows, product
from convcalc.layers import LETTERS, Layer, Shape
from convcalc.layers.operations import counts_text
from convcalc.layers.options import options_of
from convcalc.layers.rf import UnknownField
from convcalc.layers.window import Axis, axis_names
from convcalc.network.network import one_layer_network
from convcalc.text import article, as_decimal, grouped, plural, times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from convcalc.analysis.analysis import Step
    from convcalc.report import Report

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


def _flat_shape(layer: Layer, shape: Shape) -> tuple[Shape, list[str]]:
    """The shape as the layer takes it, and a note where it was flattened for it."""
    if not layer.takes_vectors() or len(shape) == 1:
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
    shape, notes = _flat_shape(layer, shape)
    analysis = walk(one_layer_network(layer, shape))
    step = analysis.steps[0]
    axes = layer.windows(shape)
    misfit = next((axis for axis in axes if not axis.fits), None)
    lines = _number_lines(layer, step, axes)
    if misfit:
        changes = [str(change) for change in what_fits(layer, shape)]
        would_fit = [f"fits:  {'   '.join(changes)}"] if changes else []
        lines = [_misfit_line(axes, misfit, step), *would_fit, "", *lines]
    if explain:
        from convcalc.analysis.explain import explain as explain_layer  # noqa: PLC0415 - only where it is asked for

        lines += ["", *explain_layer(layer, (shape,), step.output)]
    said_above = (
        misfit
        and len(analysis.notes) == 1
        and all(note.startswith(f"{as_decimal(misfit.exact)} is") for note in step.notes)
    )
    return replace(
        report_of(analysis),
        title="",
        key="",
        facts=layer_facts(step),
        lines=lines,
        totals={},
        notes=notes,
        remarks=[] if said_above else list(step.notes),
    )


def layer_facts(step: Step) -> dict[str, Any]:
    """What is known about a walked layer, for programs."""
    data = step_dict(step)
    layer = step.layer
    axes = layer.windows(step.input)
    facts: dict[str, Any] = {
        "kind": step.kind,
        "options": step.option_text,
        "input": data["input"],
        "output": data["output"],
        "params": {"total": step.params, "weight": step.weights, "bias": step.biases}
        if step.is_costed
        else None,
        **{key: data[key] for key in ("buffers", "macs", "flops")},
        "activations": step.activations,
        "counts": data["counts"],
        "fit": [
            {
                "axis": name,
                "exact": axis.exact,
                "fits": axis.fits,
                "unused": axis.unread if size == axis.floor else 0,
                "padding": [axis.before, axis.after],
            }
            for name, axis, size in zip(axis_names(step.input), axes, step.output[1:])
        ],
        "rf": data["rf"],
        **({} if layer.is_proven else unproven_facts(step)),
    }
    neuron = layer.weights_per_unit(step.input)
    if neuron:
        facts["weights_per_neuron"] = neuron
    real = _real_macs(layer, step)
    if real is not None:
        facts["valid_macs"] = real
    matrices = _im2col_sizes(layer, step)
    if matrices:
        facts["im2col"] = matrices
    return facts


def _real_macs(layer: Layer, step: Step) -> int | None:
    """Multiply-adds on real cells; None without padding, or where they are too many to count."""
    padded = any(axis.before or axis.after for axis in layer.windows(step.input))
    if not (step.macs and padded):
        return None
    try:
        return layer.valid_macs(step.input, step.output)
    except ShapeError:
        return None


def _im2col_sizes(layer: Layer, step: Step) -> dict[str, list[int]]:
    """The two matrices whose product the layer is: [rows, columns]; none where it is not one product."""
    axes = layer.windows(step.input)
    neuron = layer.weights_per_unit(step.input)
    positions = product(step.output[1:]) if axes else 0
    whole_depth = axes and neuron == im2col_rows(product([axis.k for axis in axes]), step.input[0])
    if not whole_depth or step.macs != step.weights * positions:  # its filters are not shared
        return {}
    return {"filters": [step.output[0], neuron], "columns": [neuron, positions]}


def _number_lines(layer: Layer, step: Step, axes: list[Axis]) -> list[str]:
    """The numbers, a line each."""
    made_by = " ".join(filter(None, (step.kind, step.option_text)))
    lines = [f"output   {times(step.output)}   from {times(step.input)} by {made_by}"]
    if axes:
        exact = ", ".join(dict.fromkeys(axis.exact for axis in axes))
        fits = "fits exactly" if all(axis.fits for axis in axes) else "does not fit exactly"
        lines.append(f"fit      {fits}: {exact}")
    if not step.is_costed:
        return [*lines, f"cost     unavailable: {UNAVAILABLE}", *_field_line(step)]
    lines.append(f"params   {grouped(step.params)}{_parameter_text(layer, step)}")
    flops = f"   flops {grouped(step.flops)}" if step.macs else ""
    lines.append(f"macs     {grouped(step.macs)}{flops}")
    real = _real_macs(layer, step)
    if real is not None:
        share = 100 * (step.macs - real) / step.macs
        lines.append(
            f"         {grouped(real)} of them on real cells, {share:.2f} % on padding zeros"
        )
    if step.counts:
        lines.append(f"other    {counts_text(step.counts)}")
    return [*lines, *_field_line(step)]


def _field_line(step: Step) -> list[str]:
    """The receptive field, where there is one."""
    if not step.rf:
        return []
    if isinstance(step.rf, UnknownField):
        return [f"rf       {'all' if step.rf.whole else 'not known'}: {step.rf.reason}"]
    size, stride, padding = [
        field_text(field_part(part)(step)) for part in ("size", "stride", "padding")
    ]
    return [f"rf       {size} wide, stride {stride}, padding {padding}"]


def _parameter_text(layer: Layer, step: Step) -> str:
    """What the parameters are made of."""
    text = ""
    if step.params:
        biases = plural(step.biases, "bias", "biases") if step.biases else "no bias"
        text = f"   {plural(step.weights, 'weight')} + {biases}"
    if step.buffers:
        text += f", and {grouped(step.buffers)} buffers (not trained)"
    neuron = layer.weights_per_unit(step.input)
    return f"{text}; {grouped(neuron)} weights per neuron" if neuron else text


def _misfit_line(axes: list[Axis], axis: Axis, step: Step) -> str:
    """That the window does not fit along an axis, and what libraries do about it."""
    size = step.output[1 + axes.index(axis)]
    cells = axis.unread - axis.after
    along = [name for name, each in zip(axis_names(step.input), axes) if each == axis]
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
