"""ONNX: files written by its library, compared with its reference evaluator and with sums by hand."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from convcalc.errors import ConvcalcError
from convcalc.interop.load import load, loads
from convcalc.interop.readers.onnx_wire import without_weights

RNG = np.random.default_rng(0)


def weight(name: str, *dims: int) -> Any:
    """A stored array."""
    return numpy_helper.from_array(RNG.random(dims, dtype=np.float32), name)


def whole(name: str, *values: int) -> Any:
    """A stored list of whole numbers."""
    return numpy_helper.from_array(np.array(values, np.int64), name)


def model(
    nodes: list[Any], stored: list[Any], dims: tuple[Any, ...] = (1, 3, 8, 8), *, opset: int = 17
) -> Any:
    """A model whose last node gives the output."""
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)],
        [helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)],
        stored,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def walked(made: Any, **options: Any) -> Any:
    """The walk of a model."""
    return loads(made.SerializeToString(), path="net.onnx", **options).walk()


node = helper.make_node


# name: nodes, stored arrays, macs of one sample, parameters; the input is 1×3×8×8
CASES: dict[str, tuple[list[Any], list[Any], int, int]] = {
    "conv": (
        [node("Conv", ["x", "w", "b"], ["y"], kernel_shape=[3, 3], pads=[1, 0, 1, 2], strides=[2, 1])],
        [weight("w", 6, 3, 3, 3), weight("b", 6)],
        6 * 27 * 4 * 8, 6 * 28,
    ),
    "grouped, dilated, without a bias": (
        [node("Conv", ["x", "w"], ["y"], group=3, dilations=[2, 2])],
        [weight("w", 6, 1, 3, 3)],
        6 * 9 * 4 * 4, 54,
    ),
    "same": (
        [node("Conv", ["x", "w"], ["y"], auto_pad="SAME_LOWER", strides=[3, 3])],
        [weight("w", 2, 3, 2, 2)],
        2 * 12 * 9, 24,
    ),
    "transposed": (
        [node("ConvTranspose", ["x", "w", "b"], ["y"], strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])],
        [weight("w", 3, 5, 3, 3), weight("b", 5)],
        3 * 5 * 9 * 64, 140,
    ),
    "pools": (
        [
            node("MaxPool", ["x"], ["m"], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
            node("AveragePool", ["m"], ["a"], kernel_shape=[2, 2], pads=[1, 1, 0, 0], count_include_pad=1),
            node("GlobalAveragePool", ["a"], ["y"]),
        ],
        [], 0, 0,
    ),
    "classifier": (
        [
            node("Flatten", ["x"], ["f"]),
            node("Gemm", ["f", "w", "b"], ["g"], transB=1),
            node("Softmax", ["g"], ["y"]),
        ],
        [weight("w", 10, 192), weight("b", 10)],
        1920, 1930,
    ),
    "norms": (
        [
            node("BatchNormalization", ["x", "s", "b", "m", "v"], ["n"]),
            node("InstanceNormalization", ["n", "s", "b"], ["i"]),
            node("Clip", ["i", "lo", "hi"], ["c"]),
            node("PRelu", ["c", "p"], ["y"]),
        ],
        [weight("s", 3), weight("b", 3), weight("m", 3), weight("v", 3), weight("p", 3, 1, 1),
         numpy_helper.from_array(np.array(0, np.float32), "lo"), numpy_helper.from_array(np.array(6, np.float32), "hi")],
        0, 15,
    ),
    "joins": (
        [
            node("Relu", ["x"], ["r"]),
            node("Sigmoid", ["x"], ["s"]),
            node("Mul", ["r", "s"], ["m"]),
            node("Concat", ["m", "x", "r"], ["c"], axis=1),
            node("Split", ["c", "n"], ["a", "b"], axis=1),
            node("Sub", ["a", "x"], ["y1"]),
            node("Max", ["y1", "x"], ["y"]),
        ],
        [whole("n", 3, 6)], 0, 0,
    ),
    "tokens": (
        [
            node("Reshape", ["x", "shape"], ["t"]),
            node("Transpose", ["t"], ["u"], perm=[0, 2, 1]),
            node("LayerNormalization", ["u", "s", "b"], ["n"], axis=-1),
            node("MatMul", ["n", "w"], ["q"]),
            node("Add", ["q", "c"], ["l"]),
            node("Add", ["l", "e"], ["p"]),
            node("Transpose", ["p"], ["k"], perm=[0, 2, 1]),
            node("MatMul", ["p", "k"], ["a"]),
            node("Softmax", ["a"], ["y"], axis=-1),
        ],
        [whole("shape", 1, 3, 64), weight("s", 3), weight("b", 3), weight("w", 3, 5), weight("c", 5), weight("e", 1, 64, 5)],
        64 * 15 + 64 * 64 * 5, 6 + 15 + 5 + 320,
    ),
    "gelu from its parts": (
        [
            node("Div", ["x", "root"], ["d"]),
            node("Erf", ["d"], ["e"]),
            node("Add", ["e", "one"], ["o"]),
            node("Mul", ["x", "o"], ["m"]),
            node("Mul", ["m", "half"], ["y"]),
        ],
        [numpy_helper.from_array(np.array(v, np.float32), n) for n, v in (("root", 2**0.5), ("one", 1), ("half", 0.5))],
        0, 0,
    ),
    "parts and sizes": (
        [
            node("Slice", ["x", "from", "to", "axes", "steps"], ["s"]),
            node("Pad", ["s", "pads"], ["p"]),
            node("Resize", ["p", "", "", "sizes"], ["r"], mode="linear", coordinate_transformation_mode="half_pixel"),
            node("ReduceMean", ["r"], ["y"], axes=[2, 3], keepdims=0),
        ],
        [whole("from", 1, -6), whole("to", 3, 1000), whole("axes", 1, 3), whole("steps", 1, 2),
         whole("pads", 0, 0, 1, 2, 0, 1, 0, 0), whole("sizes", 1, 3, 12, 7)],
        0, 0,
    ),
    "factors and blocks": (
        [
            node("Mul", ["x", "scale"], ["m"]),
            node("DepthToSpace", ["m4"], ["d"], blocksize=2, mode="CRD"),
            node("SpaceToDepth", ["d"], ["y"], blocksize=4),
        ],
        [weight("scale", 1, 3, 1, 1)], 0, 3,
    ),
}  # fmt: skip
CASES["factors and blocks"][0].insert(1, node("Concat", ["m", "m", "m", "m"], ["m4"], axis=1))


@pytest.mark.parametrize("case", CASES)
def test_shapes_are_those_of_the_reference_evaluator(case: str) -> None:
    nodes, stored, macs, params = CASES[case]
    made = model(nodes, stored)
    out: Any
    (out,) = ReferenceEvaluator(made).run(None, {"x": RNG.random((1, 3, 8, 8), dtype=np.float32)})
    found = walked(made)
    del made.graph.output[:]
    made.graph.output.append(helper.make_tensor_value_info("y", TensorProto.FLOAT, out.shape))
    onnx.checker.check_model(made)
    assert found.outputs[-1].output == out.shape[1:]
    assert not found.unavailable
    assert not [note for note in found.notes if "its cost is not counted" in note]
    assert (found.totals["macs"], found.totals["params"]) == (macs, params)


def test_gelu_and_shuffled_channels_are_put_together_again() -> None:
    nodes, stored, _, _ = CASES["gelu from its parts"]
    assert [step.kind for step in walked(model(nodes, stored))] == ["gelu"]
    shuffle = [
        node("Reshape", ["x", "five"], ["r"]),
        node("Transpose", ["r"], ["t"], perm=[0, 2, 1, 3, 4]),
        node("Reshape", ["t", "four"], ["y"]),
    ]
    found = walked(
        model(shuffle, [whole("five", 1, 2, 3, 4, 4), whole("four", 1, 6, 4, 4)], (1, 6, 4, 4))
    )
    assert [(step.kind, step.layer.options()) for step in found] == [
        ("channel_shuffle", {"groups": 2})
    ]


def test_layers_have_the_names_of_their_modules() -> None:
    nodes = [
        node("Conv", ["x", "w"], ["a"], name="/layer1/layer1.0/conv1/Conv"),
        node("Relu", ["a"], ["b"], name="/layer1/layer1.0/relu/Relu"),
        node("Add", ["b", "a"], ["c"], name="/layer1/layer1.0/Add"),
        node("Relu", ["c"], ["y"], name="/layer1/layer1.0/relu/Relu_1"),
    ]
    found = walked(model(nodes, [weight("w", 4, 3, 1, 1)]))
    names = ["conv1", "relu", "add", "relu_2"]
    assert found.names == [f"layer1.0.{name}" for name in names]
    assert [block.name for block in found.blocks] == ["layer1", "layer1.0"]


def test_norms_that_an_exporter_folded_are_said() -> None:
    nodes = [node("Conv", ["x", "w", "onnx::Conv_12"], ["y"])]
    found = walked(model(nodes, [weight("w", 4, 3, 3, 3), weight("onnx::Conv_12", 4)]))
    assert found.notes[0].startswith(
        "1 convolution has a bias and no batch norm after it: an exporter that folds norms into convolutions "
        "writes such files. If it had a norm, the network had 4 parameters more where it was trained"
    )


def test_an_open_batch_is_one_and_open_sides_are_asked_for() -> None:
    nodes, stored, macs, _ = CASES["conv"]
    assert walked(model(nodes, stored, ("N", 3, 8, 8))).totals["macs"] == macs
    with pytest.raises(ConvcalcError) as caught:
        walked(model(nodes, stored, ("N", 3, "h", "w")))
    assert str(caught.value) == (
        "net.onnx: the input 3×?×? has open sides; give them, as in --input x=3x224x224".replace(
            "x=3x", "3x"
        )
    )
    found = walked(model(nodes, stored, ("N", 3, "h", "w")), input={"x": (3, 8, 8)})
    assert found.totals["macs"] == macs
    assert walked(model(nodes, stored), input={"x": (3, 16, 8)}).outputs[0].output == (6, 8, 8)


def test_an_operation_that_nobody_knows_stands_in_the_table(
    convcalc: Callable[..., Any], tmp_path: Path
) -> None:
    nodes = [
        node("Conv", ["x", "w"], ["a"]),
        node("Twist", ["a"], ["b"], domain="own"),
        node("Relu", ["b"], ["y"]),
    ]
    made = model(nodes, [weight("w", 4, 3, 1, 1)])
    made.opset_import.append(helper.make_opsetid("own", 1))
    made.graph.value_info.append(
        helper.make_tensor_value_info("b", TensorProto.FLOAT, (1, 4, 8, 8))
    )
    found = walked(made)
    assert found.unavailable == {"own.Twist": 1}
    path = tmp_path / "net.onnx"
    path.write_bytes(made.SerializeToString())
    ran = convcalc("arch", str(path), "--format", "json")
    assert ran.code == 0
    assert json.loads(ran.out)["totals"]["unavailable"] == {"own.Twist": 1}
    del made.graph.value_info[:]
    with pytest.raises(
        ConvcalcError,
        match=r"node b \(own.Twist\): its size is not known; export the file with sizes",
    ):
        walked(made)


def test_weights_are_passed_over_and_other_files_are_not_opened(tmp_path: Path) -> None:
    stored = [weight("w", 64, 3, 3, 3), weight("b", 64)]
    made = model([node("Conv", ["x", "w", "b"], ["y"])], stored)
    path = tmp_path / "net.onnx"
    data = made.SerializeToString()
    path.write_bytes(data)
    with path.open("rb") as file:
        assert len(without_weights(file, len(data), "net")) < len(data) - 4 * 64 * 27 + 50
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "/etc/passwd"), ("offset", "0"), ("length", "6912")):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    path.write_bytes(made.SerializeToString())
    assert load(str(path)).walk().totals["params"] == 64 * 28


def test_without_the_library_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("onnx"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    data = model(*CASES["conv"][:2]).SerializeToString()
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(
        ConvcalcError,
        match="files of ONNX need the library onnx; install it with pip install 'convcalc",
    ):
        loads(data, path="net.onnx")


@pytest.mark.parametrize("at", range(2, 400, 9))
def test_a_damaged_file_is_refused_in_a_line(at: int) -> None:
    data = model(*CASES["tokens"][:2]).SerializeToString()
    place = at * len(data) // 400
    for damaged in (
        data[:place],
        data[:place] + b"\xff" + data[place + 1 :],
        data[:place] + data[place + 3 :],
    ):
        try:
            loads(damaged, path="net.onnx").walk()
        except ConvcalcError as error:
            said = str(error)
        else:
            continue
        assert len(said.splitlines()) < 25
        assert "Traceback" not in said


def test_a_cycle_and_what_nothing_gives_are_refused() -> None:
    made = model([node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"])], [])
    with pytest.raises(ConvcalcError):
        walked(made)


# ---------------------------------------------------------------------------- shared by layers


def test_weights_that_several_nodes_read_are_counted_once() -> None:
    nodes = [
        node("Conv", ["x", "w", "b"], ["one"], pads=[1, 1, 1, 1]),
        node("Conv", ["one", "w", "b"], ["two"], pads=[1, 1, 1, 1]),
        node("Reshape", ["two", "same"], ["three"]),
        node("Conv", ["three", "w", "c"], ["four"]),
        node("Reshape", ["four", "sides"], ["five"]),
        node("Reshape", ["five", "sides"], ["y"]),
    ]
    stored = [weight("w", 3, 3, 3, 3), weight("b", 3), weight("c", 3)]
    found = walked(model(nodes, [*stored, whole("same", 1, 3, 8, 8), whole("sides", 1, 3, 36)]))
    owners = [step.owner and step.owner.name for step in found]
    assert [(step.kind, step.params) for step in found] == [
        ("conv", 84), ("conv", 0), ("conv", 84), ("flatten", 0),
    ]  # fmt: skip
    assert owners == [None, found.names[0], None, None]


@pytest.mark.parametrize(
    ("there", "back", "axis", "kinds"),
    [
        ([0, 2, 3, 1], [0, 3, 1, 2], -1, ["layernorm"]),
        ([0, 2, 3, 1], [0, 3, 1, 2], 3, ["layernorm"]),
        ([0, 1, 3, 2], [0, 1, 3, 2], -1, ["layernorm"]),
        ([0, 2, 3, 1], [0, 2, 3, 1], -1, ["permute", "layernorm", "permute"]),
        ([0, 2, 3, 1], [0, 3, 1, 2], 2, ["permute", "layernorm", "permute"]),
        ([0, 3, 2, 1], [0, 3, 2, 1], -1, ["permute", "layernorm", "permute"]),
    ],
)
def test_a_norm_of_an_axis_that_is_brought_to_the_end(
    there: list[int], back: list[int], axis: int, kinds: list[str]
) -> None:
    """As PyTorch writes the norm of channels; any other order stays unchanged."""
    sides = [(1, 3, 8, 6)[side] for side in there][axis:]
    nodes = [
        node("Transpose", ["x"], ["t"], perm=there),
        node("LayerNormalization", ["t", "s", "b"], ["n"], axis=axis),
        node("Transpose", ["n"], ["y"], perm=back),
    ]
    found = walked(model(nodes, [weight("s", *sides), weight("b", *sides)], (1, 3, 8, 6)))
    assert [step.kind for step in found] == kinds
    assert found.totals["params"] == 2 * np.prod(sides)


def test_a_product_with_a_stored_array_for_each_row() -> None:
    found = walked(model([node("MatMul", ["x", "w"], ["y"])], [weight("w", 3, 8, 5)]))
    assert (found.totals["params"], found.totals["macs"]) == (3 * 8 * 5, 3 * 8 * 8 * 5)


def test_a_norm_of_which_the_factors_are_no_weights() -> None:
    nodes = [
        node("Constant", [], ["sides"], value_ints=[3]),
        node("ConstantOfShape", ["sides"], ["one"]),
        node("BatchNormalization", ["x", "one", "b", "b", "b"], ["n"]),
        node("InstanceNormalization", ["n", "one", "one"], ["y"]),
    ]
    found = walked(model(nodes, [weight("b", 3)]))
    assert [(step.kind, step.params) for step in found] == [("batchnorm", 3), ("instancenorm", 0)]


def test_another_input_that_the_file_does_not_take() -> None:
    convs = {
        "Conv": ("w", weight("w", 6, 3, 3, 3)),
        "ConvTranspose": ("w", weight("w", 3, 6, 3, 3)),
    }
    for op, (name, stored) in convs.items():
        made = model([node(op, ["x", name], ["y"], name="first")], [stored])
        with pytest.raises(ConvcalcError) as caught:
            walked(made, input=(4, 8, 8))
        assert str(caught.value) == (
            f"net.onnx: first ({op}): its weights take 3 channels, but 4 come in; give an --input of as many"
        )
    wrong = model([node("Conv", ["x", "w"], ["y"])], [weight("w", 6, 4, 3, 3)])
    with pytest.raises(
        ConvcalcError, match="weights take 4 channels, but 3 come in; export the file again"
    ):
        walked(wrong)
    views = [node("Reshape", ["x", "s"], ["v"], name="view"), node("Relu", ["v"], ["y"])]
    made = model(views, [whole("s", 1, 48, 4)])
    assert [step.output for step in walked(made)] == [(48, 4), (48, 4)]
    with pytest.raises(ConvcalcError) as caught:
        walked(made, input=(3, 16, 8))
    assert str(caught.value) == (
        "net.onnx: view: 3×16×8 has 384 values, but 48×4 needs 192; leave --input out, or give another one"
    )
    joined = [
        node("Conv", ["x", "w"], ["c"]),
        node("Concat", ["c", "k"], ["y"], axis=1, name="join"),
    ]
    made = model(joined, [weight("w", 6, 3, 3, 3), weight("k", 1, 2, 6, 6)])
    with pytest.raises(ConvcalcError) as caught:
        walked(made, input=(3, 9, 9))
    assert str(caught.value) == (
        "net.onnx: node join (Concat): its size is not known; the file may fix sizes that do not fit this "
        "--input; give another one"
    )
