"""ONNX models: one or several nodes per layer, with the sizes of all weights and without their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.interop.onnx_library import onnx_library
from convcalc.interop.writers import onnx_shapes, onnx_values, onnx_windows  # noqa: F401 - they register operators
from convcalc.interop.writers.base import Writer, Written, check_all_said, writer
from convcalc.interop.writers.onnx_graph import (
    BATCH,
    OPERATORS,
    OWN_DOMAIN,
    At,
    CannotSayError,
    OnnxGraph,
)
from convcalc.text import listed, plural, printable

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis

OPSET, IR_VERSION = 21, 10


@writer("onnx")
class OnnxWriter(Writer):
    """A model with the sizes of the network, and with weights of 0."""

    about = "ONNX"
    suffixes = (".onnx",)
    is_text = False

    @staticmethod
    def write(analysis: Analysis) -> Written:
        onnx = onnx_library("--to onnx")
        graph = OnnxGraph(onnx, analysis)
        reasons: dict[str, str] = {}
        for step in analysis:
            try:
                first = len(graph.nodes)
                graph.give(step, OPERATORS[step.kind](At(graph, step)), first)
            except CannotSayError as error:
                reasons[step.name] = str(error)
                graph.values[step.place] = graph.values[analysis.image.place]
        check_all_said(analysis, OnnxWriter.about, reasons)
        return Written(_model(onnx, analysis, graph).SerializeToString(), _notes(analysis, graph))


def _model(onnx: Any, analysis: Analysis, graph: OnnxGraph) -> Any:
    """The model of a complete graph."""
    from convcalc import __version__  # noqa: PLC0415 - part of the package

    helper = onnx.helper
    for name, place in graph.outputs.items():
        if graph.values[place] != name:  # a second name of the same value
            graph.same(graph.values[place], name)

    def value(name: str, shape: Any) -> Any:
        first = BATCH if name in graph.batched else 1
        return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [first, *shape])

    outputs = [
        value(name, analysis.steps[place - 1].output) for name, place in graph.outputs.items()
    ]
    made = helper.make_graph(
        graph.nodes,
        printable(analysis.network.name) or "network",
        [value(graph.values[image.place], image.output) for image in analysis.images],
        outputs,
        initializer=graph.constants,
        doc_string=printable(analysis.network.source),
        value_info=[
            value(name, step.output)
            for step in analysis
            if (name := graph.values[step.place]) not in graph.outputs
        ],
    )
    domains = [helper.make_opsetid("", OPSET)]
    domains += [helper.make_opsetid(OWN_DOMAIN, 1)] if graph.own else []
    return helper.make_model(
        made,
        opset_imports=domains,
        ir_version=IR_VERSION,
        producer_name="convcalc",
        producer_version=__version__,
    )


def _notes(analysis: Analysis, graph: OnnxGraph) -> tuple[str, ...]:
    """The notes on what the file does not contain."""
    notes = []
    if any(step.params or step.buffers for step in analysis):
        notes.append(
            "the file has the sizes of all weights, not their numbers: they are 0, factors of norms 1"
        )
    if graph.own:
        names = listed([f"{printable(layer)} ({printable(op)})" for layer, op in graph.own.items()])
        notes.append(
            f"{plural(len(graph.own), 'operation')} that ONNX does not have: {names}; shapes are "
            f"right, but no program runs the operations of the domain {OWN_DOMAIN}"
        )
    if graph.fixed:
        notes.append(
            f"{listed([*map(printable, graph.fixed)])}: a convolution with a fixed kernel; programs that count, "
            "as convcalc does when it reads the file, count its numbers as parameters"
        )
    return tuple(notes)
