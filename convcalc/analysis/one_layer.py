"""One layer: its sizes and costs, whether its window fits, and changes that fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convcalc.analysis.changes import Change, what_fits
from convcalc.analysis.layer_lines import layer_lines, notes_beside, real_macs
from convcalc.analysis.report import report_of
from convcalc.analysis.rows import step_dict, unproven_facts
from convcalc.analysis.walk import walk
from convcalc.formulas import im2col_rows, product
from convcalc.layers import Layer, Shape
from convcalc.layers.window import axis_names
from convcalc.network.network import one_layer_network
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step
    from convcalc.report import Report

__all__ = ["Change", "layer_facts", "layer_report", "what_fits"]


def _flat_shape(layer: Layer, shape: Shape) -> tuple[Shape, list[str]]:
    """The input shape of the layer, and a note if the input is flattened first."""
    if not layer.takes_vectors() or len(shape) == 1:
        return shape, []
    values = product(shape)
    return (values,), [f"{times(shape)} is flattened to {values:,} values"]


def layer_report(layer: Layer, shape: Shape, *, explain: bool = False) -> Report:
    """The report on one layer: its numbers, whether its window fits, and changes that fit.

    Args:
        layer: the layer.
        shape: the input, channels first; a map is flattened for a layer on vectors.
        explain: whether to add the calculation: formula, with numbers, each step, answer.

    Raises:
        ShapeError: the layer cannot take the shape.
    """
    shape, notes = _flat_shape(layer, shape)
    analysis = walk(one_layer_network(layer, shape))
    step = analysis.steps[0]
    lines = layer_lines(step)
    working: list[str] = []
    if explain:
        from convcalc.analysis.explain import explain as explain_layer  # noqa: PLC0415 - only on demand

        working = explain_layer(layer, (shape,), step.output)
        lines += ["", *working]
    return replace(
        report_of(analysis),
        title="",
        key="",
        facts={**layer_facts(step), **({"working": working} if working else {})},
        lines=lines,
        totals={},
        notes=notes,
        remarks=notes_beside(step),
        beside_rows="the working" if explain else "",
    )


def layer_facts(step: Step) -> dict[str, Any]:
    """The facts about a walked layer, for programs."""
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
    real = real_macs(layer, step)
    if real is not None:
        facts["valid_macs"] = real
    matrices = _im2col_sizes(layer, step)
    if matrices:
        facts["im2col"] = matrices
    return facts


def _im2col_sizes(layer: Layer, step: Step) -> dict[str, list[int]]:
    """The two matrices whose product the layer is: [rows, columns]; empty if it is not one product."""
    axes = layer.windows(step.input)
    neuron = layer.weights_per_unit(step.input)
    positions = product(step.output[1:]) if axes else 0
    whole_depth = axes and neuron == im2col_rows(product([axis.k for axis in axes]), step.input[0])
    if not whole_depth or step.macs != step.weights * positions:  # its filters are not shared
        return {}
    return {"filters": [step.output[0], neuron], "columns": [neuron, positions]}
