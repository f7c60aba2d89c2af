"""One layer in lines: its output, whether its window fits, parameters, operations, receptive field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.analysis.changes import what_fits
from convcalc.analysis.rows import UNAVAILABLE, field_part, field_text
from convcalc.errors import ShapeError
from convcalc.layers.operations import counts_text
from convcalc.layers.rf import UnknownField
from convcalc.layers.window import Axis, axis_names
from convcalc.text import article, as_decimal, grouped, plural, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step
    from convcalc.layers import Layer

# The name of one cell along each axis.
SLICES = {"length": "cell", "depth": "slice", "height": "row", "width": "column"}


def layer_lines(step: Step) -> list[str]:
    """A walked layer in lines; if its window does not fit, that comes first, with changes that fit."""
    layer, axes = step.layer, step.layer.windows(step.input)
    misfit = _misfit_of(step)
    lines = _number_lines(layer, step, axes)
    if misfit is None:
        return lines
    changes = [str(change) for change in what_fits(layer, step.input)]
    would_fit = [f"fits:  {'   '.join(changes)}"] if changes else []
    return [_misfit_line(axes, misfit, step), *would_fit, "", *lines]


def notes_beside(step: Step) -> list[str]:
    """Its notes, without the one that is already in `layer_lines`."""
    misfit = _misfit_of(step)
    said = (
        misfit
        and len(step.notes) == 1
        and step.notes[0].startswith(f"{as_decimal(misfit.exact)} is")
    )
    return [] if said else list(step.notes)


def _misfit_of(step: Step) -> Axis | None:
    """The first axis along which the window does not fit."""
    return next((axis for axis in step.layer.windows(step.input) if not axis.fits), None)


def real_macs(layer: Layer, step: Step) -> int | None:
    """Multiply-adds on real cells; None without padding, or if they are too many to count."""
    padded = any(axis.before or axis.after for axis in layer.windows(step.input))
    if not (step.macs and padded):
        return None
    try:
        return layer.valid_macs(step.input, step.output)
    except ShapeError:
        return None


def _number_lines(layer: Layer, step: Step, axes: list[Axis]) -> list[str]:
    """The numbers, one per line."""
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
    real = real_macs(layer, step)
    if real is not None:
        share = 100 * (step.macs - real) / step.macs
        lines.append(
            f"         {grouped(real)} of them on real cells, {share:.2f} % on padding zeros"
        )
    if step.counts:
        lines.append(f"other    {counts_text(step.counts)}")
    return [*lines, *_field_line(step)]


def _field_line(step: Step) -> list[str]:
    """The receptive field, if there is one."""
    if not step.rf:
        return []
    if isinstance(step.rf, UnknownField):
        return [f"rf       {'all' if step.rf.whole else 'not known'}: {step.rf.reason}"]
    size, stride, padding = [
        field_text(field_part(part)(step)) for part in ("size", "stride", "padding")
    ]
    return [f"rf       {size} wide, stride {stride}, padding {padding}"]


def _parameter_text(layer: Layer, step: Step) -> str:
    """The terms of the parameters."""
    text = ""
    if step.params:
        biases = plural(step.biases, "bias", "biases") if step.biases else "no bias"
        text = f"   {plural(step.weights, 'weight')} + {biases}"
    if step.buffers:
        text += f", and {plural(step.buffers, 'buffer')} (not trained)"
    neuron = layer.weights_per_unit(step.input)
    return f"{text}; {plural(neuron, 'weight')} per neuron" if neuron else text


def _misfit_line(axes: list[Axis], axis: Axis, step: Step) -> str:
    """The line about a window that does not fit along an axis, and what libraries do then."""
    size = step.output[1 + axes.index(axis)]
    cells = axis.unread - axis.after
    along = [name for name, each in zip(axis_names(step.input), axes) if each == axis]
    if size != axis.floor:
        said = f"rounded up to {size}: the last window goes past the end"
    elif step.layer.rounding() in ("ceil", "caffe"):
        said = f"{size}, not {size + 1}: a last window that would start past the input is dropped"
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
