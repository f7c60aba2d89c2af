"""Further operations of ONNX, compared with the reference evaluator; and sizes computed by graphs."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from convcalc.errors import ConvcalcError
from convcalc.interop.arrays import Array, axis_of, shape_of
from convcalc.interop.readers.onnx_constants import constant
from convcalc.interop.readers.onnx_sizes import _worked_out, fold_sizes
from interop.test_onnx import RNG, model, node, walked, weight, whole

X = (1, 4, 6, 6)


def number(name: str, value: float) -> Any:
    """A stored number."""
    return numpy_helper.from_array(np.array(value, np.float32), name)


# nodes, stored arrays, resulting kinds
ONE: dict[str, tuple[list[Any], list[Any], list[str]]] = {
    "leaky": ([node("LeakyRelu", ["x"], ["y"], alpha=0.2)], [], ["leaky_relu"]),
    "hard": ([node("HardSwish", ["x"], ["h"]), node("HardSigmoid", ["h"], ["y"])], [], ["hardswish", "hardsigmoid"]),
    "log softmax": ([node("LogSoftmax", ["x"], ["y"], axis=1)], [], ["log_softmax"]),
    "softmax along the width": ([node("Softmax", ["x"], ["y"], axis=-1)], [], ["softmax"]),
    "clip above": ([node("Clip", ["x", "", "hi"], ["y"])], [number("hi", 2)], ["clip"]),
    "clip to nothing": ([node("Clip", ["x"], ["c"]), node("Relu", ["c"], ["y"])], [], ["relu"]),
    "relu as a clip": ([node("Clip", ["x", "lo"], ["y"])], [number("lo", 0)], ["relu"]),
    "lrn": ([node("LRN", ["x"], ["y"], size=3)], [], ["lrn"]),
    "lp pool": ([node("LpPool", ["x"], ["y"], kernel_shape=[2, 2], p=2)], [], ["lppool"]),
    "dropout": ([node("Dropout", ["x"], ["y"])], [], ["dropout"]),
    "powers": ([node("Pow", ["x", "two"], ["p"]), node("Pow", ["p", "half"], ["y"])], [number("two", 2), number("half", 0.5)], ["custom", "custom"]),
    "value by value": ([node("Sqrt", ["x"], ["s"]), node("Neg", ["s"], ["n"]), node("Exp", ["n"], ["y"])], [], ["custom"] * 3),
    "less a map": ([node("Sub", ["x", "m"], ["y"])], [weight("m", 1, 4, 6, 6)], ["parameter", "subtract"]),
    "by a number": ([node("Div", ["x", "two"], ["d"]), node("Add", ["d", "two"], ["y"])], [number("two", 2)], ["divide", "scale"]),
    "by a vector of the width": ([node("Mul", ["x", "w"], ["y"])], [weight("w", 6)], ["parameter", "multiply"]),
    "one of the channels": ([node("Gather", ["x", "i"], ["y"], axis=1)], [numpy_helper.from_array(np.array(2, np.int64), "i")], ["slice", "reshape"]),
    "some of the channels": ([node("Gather", ["x", "i"], ["y"], axis=1)], [whole("i", 2, 0)], ["custom"]),
    "tiled": ([node("Tile", ["x", "t"], ["y"])], [whole("t", 1, 2, 1, 1)], ["custom"]),
    "expanded": ([node("ReduceMax", ["x"], ["r"], axes=[2, 3]), node("Expand", ["r", "s"], ["y"])], [whole("s", 1, 4, 6, 6)], ["global_maxpool", "custom"]),
    "padded with channels": ([node("Pad", ["x", "p"], ["y"])], [whole("p", 0, 1, 0, 2, 0, 0, 1, 2)], ["pad"]),
    "nearest": ([node("Resize", ["x", "", "s"], ["y"])], [numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "s")], ["upsample"]),
    "mean of two": ([node("Relu", ["x"], ["r"]), node("Mean", ["r", "x"], ["m"]), node("Min", ["m", "x"], ["y"])], [], ["relu", "average", "minimum"]),
    "sum of all": ([node("ReduceSum", ["x"], ["y"], keepdims=0)], [], ["reduce", "flatten"]),
    "turned": ([node("Transpose", ["x"], ["y"], perm=[0, 3, 1, 2])], [], ["permute"]),
    "turned with sides of one": (
        [node("Reshape", ["x", "s"], ["r"]), node("Transpose", ["r"], ["y"], perm=[1, 0, 2, 3])],
        [whole("s", 4, 1, 6, 6)], ["reshape", "reshape"],
    ),
    "windows": (
        [
            node("Reshape", ["x", "six"], ["r"]),
            node("Transpose", ["r"], ["t"], perm=[0, 2, 4, 3, 5, 1]),
            node("Reshape", ["t", "w"], ["v"]),
            node("MatMul", ["v", "m"], ["y"]),
        ],
        [whole("six", 1, 4, 2, 3, 2, 3), whole("w", 4, 9, 4), weight("m", 4, 5)],
        ["reshape", "custom", "flatten", "linear"],
    ),
    "rank": ([node("ReduceMean", ["x"], ["r"], axes=[2, 3], keepdims=0), node("Relu", ["r"], ["y"])], [], ["reduce", "relu"]),
    "a product from the left": ([node("MatMul", ["m", "x"], ["y"])], [weight("m", 5, 6)], ["linear"]),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE)
def test_an_operation_is_the_kind_that_gives_its_shape(case: str) -> None:
    nodes, stored, kinds = ONE[case]
    made = model(nodes, stored, X)
    out: Any
    (out,) = ReferenceEvaluator(made).run(None, {"x": RNG.random(X, dtype=np.float32)})
    found = walked(made)
    assert [
        step.kind for step in found if step.kind != "parameter" or "parameter" in kinds
    ] == kinds
    assert found.outputs[-1].output == shape_of(out.shape or (1,))
    assert not found.unavailable


def test_the_mean_of_a_group_of_channels_has_its_scale_and_shift() -> None:
    nodes = [node("GroupNormalization", ["x", "s", "b"], ["y"], num_groups=2)]
    found = walked(model(nodes, [weight("s", 4), weight("b", 4)], X, opset=21))
    assert (found.steps[0].kind, found.totals["params"]) == ("groupnorm", 8)


def test_what_no_kind_is_stands_with_its_size() -> None:
    nodes = [node("Einsum", ["x", "x"], ["y"], equation="nchw,nchw->nchw")]
    found = walked(model(nodes, [], X))
    assert found.unavailable == {"Einsum": 1}
    nodes = [node("LogSoftmax", ["x"], ["l"], axis=-1), node("Conv", ["l", "w"], ["y"])]
    found = walked(model([node("Sigmoid", ["x"], ["w"]), *nodes], [], (4, 4, 2, 2)))
    assert found.unavailable == {"Conv": 1}
    nodes = [node("ArgMax", ["x"], ["y"], axis=1), node("Cast", ["y"], ["z"], to=TensorProto.FLOAT)]
    assert [step.kind for step in walked(model(nodes, [], X))] == ["reduce"]


def test_rows_of_a_stored_table_are_its_parameters() -> None:
    nodes = [
        node("Cast", ["x"], ["i"], to=TensorProto.INT64),
        node("Gather", ["table", "i"], ["y"]),
    ]
    found = walked(model(nodes, [weight("table", 50, 8)], (1, 7)))
    assert (found.totals["params"], found.outputs[0].output) == (400, (7, 8))


def test_a_second_factor_behind_a_norm_is_no_parameter() -> None:
    nodes = [
        node("BatchNormalization", ["x", "s", "s", "s", "s"], ["n"]),
        node("Mul", ["n", "f"], ["m"]),
        node("Add", ["m", "f"], ["y"]),
    ]
    found = walked(model(nodes, [weight("s", 4), weight("f", 1, 4, 1, 1)], X))
    assert (found.totals["params"], found.totals["buffers"]) == (8, 8 + 4 + 4)
    assert "2 fixed factors and offsets per channel are after batch norms" in found.notes[-1]


def test_the_half_may_stand_first_in_a_gelu_and_other_sums_are_none() -> None:
    def parts(one: float) -> list[Any]:
        return [number(n, v) for n, v in (("r", 0.5**0.5), ("one", one), ("half", 0.5))]

    nodes = [
        node("Mul", ["x", "r"], ["d"]),
        node("Erf", ["d"], ["e"]),
        node("Add", ["one", "e"], ["o"]),
        node("Mul", ["half", "x"], ["h"]),
        node("Mul", ["h", "o"], ["y"]),
    ]
    assert [step.kind for step in walked(model(nodes, parts(1), X))] == ["gelu"]
    assert "gelu" not in {step.kind for step in walked(model(nodes, parts(2), X))}
    assert "gelu" not in {
        step.kind for step in walked(model([*nodes[:2], node("Relu", ["e"], ["y"])], parts(1), X))
    }


def test_constants_of_the_graph_and_their_parts_are_no_layers() -> None:
    nodes = [
        node(
            "Constant", [], ["c"], value=numpy_helper.from_array(np.ones((1, 4, 1, 1), np.float32))
        ),
        node("Sqrt", ["c"], ["s"]),
        node("Mul", ["x", "s"], ["m"]),
        node("Identity", ["m"], ["i"]),
        node("Split", ["i"], ["a", "b"], axis=1),
        node("Concat", ["a"], ["y"], axis=1),
    ]
    found = walked(model(nodes, [], X))
    assert [step.kind for step in found] == ["scale", "slice"]
    assert (found.totals["params"], found.totals["buffers"]) == (0, 4)


def test_functions_of_a_model_are_put_in_their_place() -> None:
    made = model([node("Twice", ["x"], ["y"], domain="own")], [], X)
    made.opset_import.append(helper.make_opsetid("own", 1))
    opset = [helper.make_opsetid("", 17)]
    made.functions.append(
        helper.make_function("own", "Twice", ["a"], ["b"], [node("Add", ["a", "a"], ["b"])], opset)
    )
    assert [step.kind for step in walked(made)] == ["add"]


# ------------------------------------------------------------------------------ sizes

RULES: dict[str, tuple[Any, dict[str, list[int]]]] = {
    "gather": (node("Gather", ["a", "b"], ["y"]), {"a": [5, 6, 7], "b": [2, 0]}),
    "slice": (node("Slice", ["a", "b", "c"], ["y"]), {"a": [5, 6, 7, 8], "b": [1], "c": [3]}),
    "slice in steps": (node("Slice", ["a", "b", "c", "d", "e"], ["y"]), {"a": [5, 6, 7, 8], "b": [0], "c": [4], "d": [0], "e": [2]}),
    "concat": (node("Concat", ["a", "b"], ["y"], axis=0), {"a": [5], "b": [6, 7]}),
    "add": (node("Add", ["a", "b"], ["y"]), {"a": [5, 6], "b": [1]}),
    "sub": (node("Sub", ["a", "b"], ["y"]), {"a": [5, 6], "b": [1, 2]}),
    "mul": (node("Mul", ["a", "b"], ["y"]), {"a": [5], "b": [1, 2]}),
    "div": (node("Div", ["a", "b"], ["y"]), {"a": [7, 9], "b": [2, 3]}),
    "mod": (node("Mod", ["a", "b"], ["y"]), {"a": [7, 9], "b": [4, 4]}),
    "max": (node("Max", ["a", "b"], ["y"]), {"a": [7, 1], "b": [4, 4]}),
    "min": (node("Min", ["a", "b"], ["y"]), {"a": [7, 1], "b": [4, 4]}),
    "equal": (node("Equal", ["a", "b"], ["y"]), {"a": [7, 4], "b": [4]}),
    "product": (node("ReduceProd", ["a"], ["y"]), {"a": [7, 4]}),
    "fill": (node("ConstantOfShape", ["a"], ["y"], value=numpy_helper.from_array(np.array([3], np.int64))), {"a": [2]}),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_on_sizes_is_that_of_the_operation(rule: str) -> None:
    made, known = RULES[rule]
    feeds = {name: np.array(values, np.int64) for name, values in known.items()}
    out: Any
    (out,) = ReferenceEvaluator(made).run(None, feeds)
    assert _worked_out(made, dict(known), {}) == np.asarray(out).ravel().tolist()


def test_sizes_that_are_chosen_are_worked_out_and_others_are_left() -> None:
    where = node("Where", ["t", "a", "b"], ["y"])
    assert _worked_out(where, {"t": [True, False], "a": [1], "b": [5, 6]}, {}) == [1, 6]
    assert _worked_out(where, {"t": [True, False], "a": [1, 2, 3], "b": [5]}, {}) is None
    assert _worked_out(node("Shape", ["x"], ["y"]), {}, {"x": (1, 2)}) == [1, 2]
    assert _worked_out(node("Size", ["x"], ["y"]), {}, {"x": (1, 2)}) is None
    assert _worked_out(node("Add", ["a", "b"], ["y"]), {"a": [1, 2, 3], "b": [1, 2]}, {}) is None
    assert _worked_out(node("Gather", ["a", "b"], ["y"]), {"a": [1], "b": [5]}, {}) is None
    assert _worked_out(node("Relu", ["a"], ["y"]), {"a": [1]}, {}) is None
    huge = node("ConstantOfShape", ["a"], ["y"])
    assert _worked_out(huge, {"a": [10**12]}, {}) is None


def test_a_size_worked_out_from_others_takes_their_place() -> None:
    nodes = [
        node("Shape", ["x"], ["s"]),
        node("Gather", ["s", "zero"], ["n"]),
        node(
            "ConstantOfShape",
            ["one"],
            ["fill"],
            value=numpy_helper.from_array(np.array([-1], np.int64)),
        ),
        node("Equal", ["minus", "fill"], ["is"]),
        node("Where", ["is", "n", "minus"], ["first"]),
        node("Concat", ["first", "rest"], ["whole"], axis=0),
        node("Expand", ["token", "whole"], ["e"]),
        node("Flatten", ["x"], ["f"]),
        node("Unsqueeze", ["f", "two"], ["u"]),
        node("Concat", ["u", "e"], ["y"], axis=1),
    ]
    stored = [
        whole("zero", 0), whole("one", 1), whole("minus", -1), whole("rest", 1, 1), whole("two", 2),
        weight("token", 1, 1, 1),
    ]  # fmt: skip
    made = model(nodes, stored, X)
    found = walked(made)
    assert found.outputs[0].output == (145, 1)
    assert found.totals["params"] == 1  # the token, with any origin of its size
    assert fold_sizes(onnx, made, {"x": X})


def test_arrays_know_their_batch_and_what_is_folded() -> None:
    assert Array((2, 3)).size == 6
    assert axis_of((1, 8, 7, 8, 7, 96), 1) is None
    assert axis_of((1, 8, 7, 8, 7, 96), -1) == 3


@pytest.mark.unmeasured
def test_more_nodes_than_are_read_are_refused() -> None:
    made = model([node("Relu", ["x"], ["y"])] * 3, [], X)
    one = made.graph.node[0]
    made.graph.node.extend([one] * 200_001)
    with pytest.raises(ConvcalcError, match="nodes; at most 200,000 are read"):
        walked(made)


def test_sizes_in_constants_and_through_casts_are_folded() -> None:
    nodes = [
        node("Constant", [], ["k"], value=whole("k", 2, 3)),
        node("Cast", ["k"], ["c"], to=TensorProto.INT64),
        node("Unsqueeze", ["c", "axes"], ["u"]),
        node("Gather", ["c", "k"], ["none"]),
        node("Reshape", ["x", "u"], ["y"]),
    ]
    made = model(nodes, [whole("axes", 0)], X)
    assert fold_sizes(onnx, made, {})
    assert [each.op_type for each in made.graph.node][:3] == ["Constant", "Cast", "Constant"]
    assert _worked_out(node("Gather", ["a", "b"], ["y"], axis=1), {"a": [1], "b": [0]}, {}) is None
    sliced = node("Slice", ["a", "b", "c", "d"], ["y"])
    assert _worked_out(sliced, {"a": [1, 2], "b": [0], "c": [1], "d": [1]}, {}) is None
    filled = node("ConstantOfShape", ["a"], ["y"], value=number("v", 0.5))
    assert _worked_out(filled, {"a": [2]}, {}) is None
    assert _worked_out(node("Div", ["a", "b"], ["y"]), {"a": [2**60], "b": [3]}, {}) == [2**60 // 3]


def test_a_graph_without_an_input_or_a_layer_is_refused() -> None:
    made = model([node("Relu", ["x"], ["y"])], [], X)
    del made.graph.input[:]
    with pytest.raises(ConvcalcError, match="the graph has no input that is an array"):
        walked(made)
    empty = model([node("Identity", ["x"], ["y"])], [], X)
    with pytest.raises(ConvcalcError, match="the file has no layers; check that it has a network"):
        walked(empty)


def test_sizes_that_contradict_each_other_are_refused() -> None:
    made = model([node("MatMul", ["x", "w"], ["y"])], [weight("w", 5, 2)], X)
    with pytest.raises(ConvcalcError, match="its size is not known; export the file with sizes"):
        walked(made)


def test_arrays_of_other_files_and_names_that_are_no_text_are_not_read() -> None:
    tensor = whole("k", 2)
    tensor.data_location = TensorProto.EXTERNAL
    assert constant(tensor, trained=True).values is None
    short = whole("k", 2, 3)
    short.raw_data = b"\0"
    assert constant(short, trained=True).values is None
    scoped = node("Relu", ["x"], ["y"])
    entry = scoped.metadata_props.add()
    entry.key, entry.value = "pkg.torch.onnx.name_scopes", "['', 'layer1', 'layer1.relu', 'relu']"
    assert walked(model([scoped], [], X)).names == ["layer1.relu"]


def test_a_file_of_more_than_is_kept_and_one_that_nests_too_deep_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = model([node("Relu", ["x"], ["y"], name="n" * 3000)], [], X)
    monkeypatch.setattr("convcalc.interop.readers.onnx_wire.MAX_BYTES", 100)
    with pytest.raises(ConvcalcError, match="larger than 100 bytes without its weights"):
        walked(made)
    monkeypatch.setattr("convcalc.interop.readers.onnx_wire._MAX_DEPTH", 0)
    with pytest.raises(ConvcalcError, match="graphs nest deeper than 0 levels"):
        walked(made)


@pytest.mark.parametrize(
    ("nodes", "stored"),
    [
        ([node("Transpose", ["x"], ["y"], perm=[9, 1, 2, 7])], []),
        ([node("Split", ["", "x"], ["y"], axis=77)], []),
        ([node("Reshape", ["", "x"], ["y"])], []),
    ],
)
def test_attributes_that_do_not_fit_leave_an_operation_unknown(
    nodes: list[Any], stored: list[Any]
) -> None:
    made = model(nodes, stored, X)
    made.graph.value_info.append(helper.make_tensor_value_info("y", TensorProto.FLOAT, X))
    made.graph.output[0].type.tensor_type.shape.CopyFrom(
        made.graph.value_info[0].type.tensor_type.shape
    )
    assert walked(made).unavailable == {nodes[0].op_type: 1}


def test_an_input_of_many_axes_is_refused() -> None:
    with pytest.raises(ConvcalcError) as caught:
        walked(model([node("Relu", ["x"], ["y"])], [], (1, 2, 3, 2, 3, 4)))
    assert str(caught.value) == (
        "net.onnx: the input 'x' is 1×2×3×2×3×4; convcalc takes a batch, channels and up to 3 axes"
    )
