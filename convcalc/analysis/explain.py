"""How each number of a layer is calculated: formula, with numbers, each step, answer.

The layer's own methods run on `convcalc.term.Term` instead of int, so no kind needs extra code.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from convcalc import formulas
from convcalc.analysis.called import no_layer
from convcalc.analysis.rows import COLUMNS, CONVENTION, SHOWN, STATED, UNAVAILABLE, batch_lines
from convcalc.errors import UsageError
from convcalc.layers import LETTERS
from convcalc.layers.rf import PIXEL, AnyField, Field, Slide, UnknownField
from convcalc.layers.window import axis_names
from convcalc.network.axes import axis_words
from convcalc.report import Report
from convcalc.term import Term
from convcalc.text import grouped, times

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.layers import Layer, Shape

# Names of options in formulas, if the letter alone is unclear.
_TERM_NAMES = {**LETTERS, "out_channels": "cout", "out_features": "units", "multiplier": "m"}
_MARKS = {1: ("",), 2: ("_h", "_w"), 3: ("_d", "_h", "_w")}


def explain(
    layer: Layer,
    shapes: tuple[Shape, ...],
    out: Shape,
    before: tuple[AnyField, ...] | None = None,
    words: Sequence[str] = (),
) -> list[str]:
    """The calculation of a layer's size, parameters, multiply-adds and receptive field.

    Args:
        layer: the layer.
        shapes: the input, one shape per path.
        out: the output.
        before: the receptive field of its input; None for a layer on the image itself.
        words: the unit of each axis of the image; pixels if not given.
    """
    lines: list[str] = []
    traced = _trace_layer(layer, shapes[0])
    ins = tuple(_trace_shape(shape, "n", "cin") for shape in shapes)
    lines += _padding_lines(layer, shapes[0])
    lines += _sizes(traced, ins, out)
    if not layer.is_costed:
        return [
            *lines,
            f"cost     unavailable: {UNAVAILABLE}",
            *_field_lines(layer, shapes[0], out, before, words),
        ]
    result = _trace_shape(out, "o", "cout")
    if "out_channels" in {field.name for field in fields(layer)}:
        result = (traced.out_channels, *result[1:])  # type: ignore[attr-defined]
    neuron = traced.weights_per_unit(ins[0])
    if neuron:
        lines += _quantity("neuron", neuron, "weight" if int(neuron) == 1 else "weights")
    lines += _quantity("params", traced.params(ins[0], result))
    lines += _quantity("macs", traced.macs(ins[0], result))
    macs = layer.macs(shapes[0], out)
    if macs:
        lines.append(f"flops    2·macs = {grouped(2 * macs)}")
    lines += _field_lines(layer, shapes[0], out, before, words)
    return lines if layer.is_proven else [*lines, f"{'':<9}{STATED}"]


def explain_report(analysis: Analysis, name: str) -> Report:
    """The calculations of one layer of a network.

    Raises:
        UsageError: there is no such layer.
    """
    if name not in analysis:
        message = f"--explain: {no_layer(analysis, name)}"
        raise UsageError(message)
    step = analysis[name]
    lines = _explain_step(step, axis_words(analysis.network))
    if step.owner:
        lines.append(f"shared   the weights of {step.owner.name}, counted there: no new parameters")
    what = " ".join(filter(None, (step.kind, step.option_text)))
    return Report(
        title=analysis.network.name,
        subtitle=analysis.network.source,
        columns=[COLUMNS[key] for key in SHOWN],
        rows=[step],
        lines=[f"{name}: {what} on {' and '.join(map(times, step.shapes))}", "", *lines],
        facts={"network": analysis.network.name, "layer": name, "working": lines},
        key="",
        remarks=list(step.notes),
        footer=batch_lines(analysis.batch),
        legend=[CONVENTION],
    )


def _explain_step(step: Step, words: Sequence[str]) -> list[str]:
    """The calculations of a walked layer."""
    source = step.before[0] if step.before else None
    before = None
    if source and source.before and not isinstance(source.rf, UnknownField):
        before = source.rf
    return explain(step.layer, step.shapes, step.output, before, words)


def _quantity(label: str, number: int | Term, unit: str = "") -> list[str]:
    """One quantity: its formula first, then a line per step; empty for a plain number."""
    if not isinstance(number, Term) or not number.operation:
        shown = f"{int(number):,}"
        if isinstance(number, Term) and number.name:
            shown = f"{number.name} = {shown}"
        return [f"{label:<9}{shown}{' ' + unit if unit else ''}"]
    first, *rest = number.working()
    if rest and unit:
        rest[-1] += f" {unit}"
    return [f"{label:<9}{first}", *(f"{'':<7}= {line}" for line in rest)]


def _trace_shape(shape: Shape, size: str, channels: str) -> tuple[Any, ...]:
    """A shape as terms; equal sides share one term."""
    if len(shape) == 1:
        return (Term(shape[0], "units" if size == "o" else "m"),)
    return (Term(shape[0], channels), *_trace_sides(shape[1:], size))


def _trace_sides(numbers: tuple[int, ...], name: str) -> tuple[Term, ...]:
    """One number per axis as terms; one shared term if all are equal."""
    if len(set(numbers)) == 1:
        return (Term(numbers[0], name),) * len(numbers)
    return tuple(Term(n, name + mark) for n, mark in zip(numbers, _MARKS[len(numbers)]))


def _trace_layer(layer: Layer, shape: Shape) -> Layer:
    """The layer with terms instead of numbers, and its padding in numbers."""
    changes: dict[str, Any] = {}
    for option, value in layer.options().items():
        name = _TERM_NAMES.get(option, option)
        if option == "padding":
            changes["padding"] = _trace_padding(layer, shape)
        elif type(value) is int:
            changes[option] = Term(value, name)
        elif isinstance(value, tuple) and value and all(type(v) is int for v in value):
            changes[option] = _trace_sides(value, name) if len(value) <= 3 else value
    return replace(layer, **changes)


def _trace_padding(layer: Layer, shape: Shape) -> Any:
    """Padding as terms: p if both sides are equal, else p₁ before and p₂ after."""
    if not layer.windows(shape):
        value = layer.padding  # type: ignore[attr-defined]
        return Term(value, "p") if type(value) is int else value
    found = []
    for axis in layer.windows(shape):
        if axis.before == axis.after:
            found.append((p := Term(axis.before, "p"), p))
        else:
            found.append((Term(axis.before, "p₁"), Term(axis.after, "p₂")))
    return tuple(found)


def _padding_lines(layer: Layer, shape: Shape) -> list[str]:
    """How a padding word such as same becomes numbers."""
    if layer.pads() not in ("same", "same_lower"):
        return []
    lines = []
    axes = dict(zip(layer.windows(shape), axis_names(shape)))
    for axis, name in axes.items():
        lines += _axis_heading(name, axes)
        total = formulas.same_padding(
            Term(axis.n, "n"), Term(axis.k, "k"), Term(axis.s, "s"), Term(axis.d, "d")
        )
        lines += _quantity("padding", total)
        lines.append(f"{'':<9}p₁ = {axis.before} before, p₂ = {axis.after} after")
    return lines


def _axis_heading(name: str, axes: Collection[Any]) -> list[str]:
    """The axis of the following lines, if the axes differ."""
    return [f"{'':<9}along the {name}:"] if len(axes) > 1 else []


def size_workings(layer: Layer, shape: Shape, out: Shape) -> dict[str, list[str]]:
    """The calculation of the output size along each axis: formula, with numbers, each step, answer.

    An axis whose size is only a given number has no calculation.
    """
    result = _trace_layer(layer, shape).out_shape(_trace_shape(shape, "n", "cin"))
    return _workings(result, out)


def _workings(result: tuple[Any, ...], out: Shape) -> dict[str, list[str]]:
    """The lines of each axis, by its name."""
    names = axis_names(out) if len(out) > 1 else ()
    return {
        name: side.working()
        for name, side in zip(names, result[1:])
        if isinstance(side, Term) and side.operation
    }


def _sizes(layer: Layer, shapes: tuple[Any, ...], out: Shape) -> list[str]:
    """The output size, once for each different axis."""
    result = layer.out_shape(*shapes)
    shown = "×".join(f"{side:,}" if len(out) == 1 else str(side) for side in out)
    seen: dict[tuple[str, ...], list[str]] = {}
    for name, working in _workings(result, out).items():
        seen.setdefault(tuple(working), []).append(name)
    lines: list[str] = []
    for (first, *rest), axes in seen.items():
        label = "output" if len(seen) == 1 else axes[0]
        lines += [f"{label:<9}{first}", *(f"{'':<7}= {line}" for line in rest)]
    first_side = result[0]
    if isinstance(first_side, Term) and first_side.operation:
        lines += _quantity("channels" if len(out) > 1 else "output", first_side)
    return [*lines, f"{'shape':<9}{shown}"]


def _field_lines(
    layer: Layer,
    shape: Shape,
    out: Shape,
    before: tuple[AnyField, ...] | None,
    words: Sequence[str],
) -> list[str]:
    """The receptive field's recurrence, once for each different axis."""
    reads = layer.reads(shape, out)
    if isinstance(reads, UnknownField):
        return [f"field    not known: {reads.reason}"]
    if reads is None or len(shape) == 1:
        return []
    fields_before = before if before is not None else (PIXEL,) * len(reads)
    lines: list[str] = []
    axes = dict(zip(zip(reads, fields_before), axis_names(shape)))
    counted = dict(zip(axis_names(shape), words))
    for (step, field), name in axes.items():
        word = counted.get(name, "pixels")
        lines += _axis_heading(name, axes)
        after = step.field_after(field)
        if isinstance(step, Slide) and isinstance(field, Field):
            r, j = Term(field.size, "r"), Term(field.stride, "j")
            k, d, s = Term(step.k, "k"), Term(step.d, "d"), Term(step.s, "s")
            lines += _quantity("field", formulas.rf_size(r, j, k, d))
            lines += _quantity("step", formulas.rf_stride(j, s))
            padding = formulas.rf_padding(Term(field.padding, "q"), j, Term(step.p, "p"))
            lines += _quantity("offset", padding)
        elif after:
            lines.append(
                f"field    {field.size} → {after.size} {word}, step {field.stride} → {after.stride}"
            )
    if lines and before is None:
        one = counted.get(axis_names(shape)[0], "pixels").removesuffix("s")
        what = "image" if one == "pixel" else "input"
        lines.append(f"{'':<9}on the {what} itself a unit is one {one}: r = 1, j = 1, q = 0")
    elif lines:
        lines.append(f"{'':<9}r, j, q: size, step and padding of the field before this layer")
    return lines
