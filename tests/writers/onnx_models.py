"""Written models for tests, with real numbers in their arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from convcalc.analysis.analysis import Analysis
from convcalc.interop.writers import WRITERS
from convcalc.network.network import Network, Node
from convcalc.reference import WITNESSES
from strategies import Made

Arrays = dict[str, Any]


def network_of(made: Made) -> Network:
    """A network of one layer, with an input for each input shape."""
    first, *more = made.shapes
    reads = tuple(range(-1, -len(made.shapes) - 1, -1))
    return Network(
        "net", "", first, [Node("layer", made.layer, reads)],
        more_inputs={f"input{number}": shape for number, shape in enumerate(more, 2)},
    )  # fmt: skip


def written(analysis: Analysis) -> Any:
    """The model read by the library."""
    return onnx.load_model_from_string(WRITERS["onnx"].write(analysis).data)


def with_arrays(model: Any, arrays: Arrays) -> Any:
    """The model with numbers for the arrays of these names; their sides stay."""
    wanted = dict(arrays)
    nodes = [*model.graph.node]
    sizes = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    for node in nodes:
        if node.op_type == "Constant":
            (value,) = node.attribute
            sizes[node.output[0]] = np.array(value.ints)
    del model.graph.node[:]
    for node in nodes:
        if node.op_type == "ConstantOfShape" and node.output[0] in wanted:
            array = np.reshape(wanted.pop(node.output[0]), sizes[node.input[0]])
            model.graph.initializer.append(numpy_helper.from_array(array, node.output[0]))
        else:
            model.graph.node.append(node)
    assert not wanted, f"the model keeps no {[*wanted]}"
    return model


def run(model: Any, inputs: Arrays) -> Any:
    """The first output of ONNX's evaluator for the inputs."""
    outputs: Any = ReferenceEvaluator(model).run(None, inputs)
    return outputs[0]


def samples_of(
    made: Made, rng: np.random.Generator, *, same_as_channels: bool = False
) -> list[list[Any]]:
    """Inputs for two samples, or for as many as there are channels: LRN of onnx 1.23 mixes these up."""
    return [
        [rng.standard_normal(shape).astype(np.float32) for shape in made.shapes]
        for _ in range(made.shapes[0][0] if same_as_channels else 2)
    ]


def witnessed(made: Made, samples: list[list[Any]], arrays: Arrays) -> Any:
    """The output of the witness, sample by sample."""
    witness, options = WITNESSES[made.layer.kind], made.layer.options()
    return np.stack([witness.fast(options, inputs, arrays) for inputs in samples])


# ------------------------------------------- errors of the evaluator, avoided with other operators


def plainer(model: Any) -> Any:
    """The model without operators that the evaluator of onnx 1.23 computes wrongly, rewritten by definition.

    Groups of a transposed convolution become separate convolutions, padding of a pool for
    the largest value becomes cells of the map, and the largest of a map is taken over its axes.
    """
    nodes, sides = [*model.graph.node], len(model.graph.input[0].type.tensor_type.shape.dim)
    del model.graph.node[:]
    for node in nodes:
        given = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
        made = [node]
        if given.get("group", 1) > 1 and node.op_type == "ConvTranspose":
            made = _in_groups(node, given)
        elif any(given.get("pads", ())) and node.op_type == "MaxPool" and "ceil_mode" not in given:
            made = _padded(node, given, sides - 2)
        elif node.op_type == "GlobalMaxPool":
            made = _largest(node, sides)
        model.graph.node.extend(made)
    return model


def _largest(node: Any, sides: int) -> list[Any]:
    make = onnx.helper.make_node
    return [
        make("Constant", [], ["axes"], value_ints=[*range(2, sides)]),
        make("ReduceMax", [node.input[0], "axes"], [*node.output]),
    ]


def _in_groups(node: Any, given: dict[str, Any]) -> list[Any]:
    make = onnx.helper.make_node
    groups = given.pop("group")
    x, weight, *bias = node.input
    parts = [[f"{name}{number}" for number in range(groups)] for name in ("x_", "w_", "y_")]
    made = [
        make("Split", [x], parts[0], axis=1, num_outputs=groups),
        make("Split", [weight], parts[1], axis=0, num_outputs=groups),
    ]
    made += [make("ConvTranspose", [one, w], [y], **given) for one, w, y in zip(*parts)]
    made.append(make("Concat", parts[2], ["joined" if bias else node.output[0]], axis=1))
    if bias:
        ones = [1] * len(given["kernel_shape"])
        made.append(make("Constant", [], ["sides"], value_ints=[-1, *ones]))
        made.append(make("Reshape", [bias[0], "sides"], ["column"]))
        made.append(make("Add", ["joined", "column"], [node.output[0]]))
    return made


def _padded(node: Any, given: dict[str, Any], axes: int) -> list[Any]:
    make, pads = onnx.helper.make_node, given.pop("pads")
    both = [0, 0, *pads[:axes], 0, 0, *pads[axes:]]
    return [
        make("Constant", [], ["cells"], value_ints=both),
        make("Constant", [], ["least"], value_float=float("-inf")),
        make("Pad", [node.input[0], "cells", "least"], ["padded"]),
        make("MaxPool", ["padded"], [*node.output], **given),
    ]
