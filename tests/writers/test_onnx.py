"""ONNX models: the library's checks and sizes, and its evaluator compared with the witness of each kind."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convcalc.analysis.analysis import Analysis
from convcalc.errors import UsageError
from convcalc.interop.load import load as read
from convcalc.interop.writers import WRITERS, onnx_graph
from convcalc.interop.writers.onnx_graph import OPERATORS
from convcalc.interop.writers.onnx_shapes import _scale
from convcalc.layers import KINDS
from convcalc.network.find import bundled_names
from convcalc.network.load import load, loads
from convcalc.network.network import Network, Node
from convcalc.reference import WITNESSES
from strategies import PROVEN, Made, drawn_of, layer_of, layers
from writers.onnx_models import (
    network_of,
    plainer,
    run,
    samples_of,
    with_arrays,
    witnessed,
    written,
)

REFUSED = {"unpool"}
tool = WRITERS["onnx"]
assert tool is WRITERS.find("onnx")


def sides_of(value: Any) -> list[Any]:
    """The sides of a value, with names for unknown ones."""
    return [side.dim_param or side.dim_value for side in value.type.tensor_type.shape.dim]


def check(analysis: Analysis, model: Any) -> None:
    """Check that the library accepts the model, and infers the sizes of the walk after every layer."""
    onnx.checker.check_model(model, full_check=True)
    own = {name for node in model.graph.node if node.domain for name in node.output}
    stated = [value for value in model.graph.value_info if value.name in own]
    del model.graph.value_info[:]
    model.graph.value_info.extend(stated)  # for operations that ONNX does not know
    for value in model.graph.output:
        if value.name not in own:
            value.type.tensor_type.ClearField("shape")
    found = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    sizes = {value.name: sides_of(value) for value in (*found.value_info, *found.output)}
    makers = {node.name: node.output[0] for node in found.node}
    for step in analysis:
        batch, *sides = sizes[makers[step.name]]
        assert tuple(sides) == step.output, step
        # After a Resize the library loses the name of the batch.
        assert batch in ("N", 1) or batch.startswith("unk__"), step


def read_back(analysis: Analysis, path: Path) -> Analysis:
    """The network that convcalc reads from its own file."""
    path.write_bytes(tool.write(analysis).data)
    return read(str(path)).walk()


# Fields are unknown if a reshape, or an operation without a known field, replaces the layer.
WITHOUT_FIELDS = {"lenet5_1998", "local_200x200", "pspnet_resnet50", "ssd300"}


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_network_is_checked_and_read_back(name: str, tmp_path: Path) -> None:
    analysis = load(name).walk()
    found = read_back(analysis, tmp_path / "net.onnx")
    check(analysis, onnx.load_model(tmp_path / "net.onnx"))
    stated = sum(step.params for step in analysis.unproven)
    assert found.totals["params"] == analysis.totals["params"] - stated
    assert found.totals["macs"] == analysis.totals["macs"]
    for step in analysis:
        assert found[step.name].output == step.output
    assert list(found.named_outputs) == list(analysis.named_outputs)
    if name not in WITHOUT_FIELDS:
        whole = [getattr(field, "whole", field) for field in analysis.rf.values()]
        assert [getattr(field, "whole", field) for field in found.rf.values()] == whole


# ONNX does not distinguish fixed and trained kernels, and a single parameter is not a network.
NOT_COUNTED_ALIKE = {"blur_pool", "parameter", *REFUSED}


@pytest.mark.unmeasured
@settings(max_examples=200, deadline=None)
@given(layers(*[kind for kind in PROVEN if kind not in NOT_COUNTED_ALIKE]))
def test_random_layers_are_read_back(tmp_path_factory: pytest.TempPathFactory, made: Made) -> None:
    """With a sigmoid after them, because some change nothing, and a file without layers is not a network."""
    network = network_of(made)
    network.nodes.append(Node("end", layer_of("sigmoid"), (0,)))
    analysis = network.walk()
    assume(made.layer.kind != "local_conv" or max(made.out[1:]) > 1)  # one place is a batch of 1
    try:
        found = read_back(analysis, tmp_path_factory.mktemp("net") / "net.onnx")
    except UsageError:  # a mean of no cells
        assume(False)
    assert not found.unavailable
    assert found["end"].output == made.out
    assert found.totals["macs"] == analysis.totals["macs"]
    assert found.totals["params"] == analysis.totals["params"]


# ----------------------------------------------------------------------------- the arithmetic


def test_every_kind_is_written() -> None:
    assert set(OPERATORS) == set(KINDS)


# Kinds that are tried more often: these have most options.
OFTEN = {"conv": 25, "conv_transpose": 25, "maxpool": 25, "avgpool": 30, "lppool": 20, "resize": 25}


@pytest.mark.parametrize("kind", [kind for kind in PROVEN if kind not in REFUSED])
def test_operators_mean_what_the_witness_does(kind: str) -> None:
    """Two samples in ONNX's evaluator, and each in the witness, with the same arrays."""
    rng = np.random.default_rng(0)

    @settings(max_examples=OFTEN.get(kind, 10), deadline=None)
    @given(drawn_of(kind))
    def agree(made: Made) -> None:
        analysis = network_of(made).walk()
        try:
            model = written(analysis)
        except UsageError:  # a mean of no cells
            assume(False)
        onnx.checker.check_model(model, full_check=True)
        arrays = WITNESSES[kind].arrays(made.layer.options(), made.shapes, rng)
        kept = {f"layer.{name}": array for name, array in arrays.items()}
        if "layer.kernel" in kept:  # a fixed one, with its numbers in the model
            kept = {}
        samples = samples_of(made, rng, same_as_channels=kind == "lrn")
        expected = witnessed(made, samples, arrays)
        assume(not np.isneginf(expected).any())  # the largest of no cells
        inputs = [value.name for value in model.graph.input]
        given_ = {name: np.stack(each) for name, each in zip(inputs, zip(*samples))}
        found = run(plainer(with_arrays(model, kept)), given_)
        expected = expected[:1] if made.layer.is_source else expected
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-5)

    agree()


@given(st.integers(1, 300), st.integers(1, 12), st.integers(1, 12))
def test_a_ratio_in_32_bits_gives_the_size(n: int, p: int, q: int) -> None:
    o = n * p // q
    assume(o)
    scale = _scale(n, o, p / q)
    assert scale == np.float32(scale)
    assert int(n * scale) == int(np.float32(n) * np.float32(scale)) == o


# ------------------------------------------------------------------------------ the whole model


def model_of(text: str) -> Any:
    """The model of a network in YAML."""
    return written(loads(text).walk())


def test_what_the_model_says_of_itself() -> None:
    model = model_of("name: Small\nsource: a test\ninput: [3, 8, 8]\nlayers: [relu]\n")
    assert (model.ir_version, [(each.domain, each.version) for each in model.opset_import]) == (
        10, [("", 21)],
    )  # fmt: skip
    assert model.producer_name == "convcalc"
    assert (model.graph.name, model.graph.doc_string) == ("Small", "a test")
    assert [(v.name, sides_of(v)) for v in model.graph.input] == [("input", ["N", 3, 8, 8])]
    assert [(v.name, sides_of(v)) for v in model.graph.output] == [("relu1", ["N", 3, 8, 8])]


def test_nodes_have_the_names_of_their_layers() -> None:
    model = model_of("""
input: [4, 8, 8]
layers:
  - conv: {name: first, out_channels: 4, kernel_size: 3}
  - batchnorm: {name: first.norm}
  - silu: {name: gate}
  - conv: {name: first.weight, out_channels: 2, kernel_size: 1, bias: false}
""")
    assert [(node.op_type, node.name) for node in model.graph.node] == [
        ("ConstantOfShape", "first.weight_2"),
        ("ConstantOfShape", "first.bias"),
        ("Conv", "first"),
        ("Constant", "sizes"),
        ("ConstantOfShape", "first.norm.running_mean"),
        ("ConstantOfShape", "first.norm.running_var"),
        ("ConstantOfShape", "first.norm.weight"),
        ("ConstantOfShape", "first.norm.bias"),
        ("BatchNormalization", "first.norm"),
        ("Sigmoid", "gate/sigmoid"),
        ("Mul", "gate"),
        ("ConstantOfShape", "first.weight.weight"),
        ("Conv", "first.weight"),
    ]
    assert {value.name: sides_of(value) for value in model.graph.value_info} == {
        "first": ["N", 4, 6, 6],
        "first.norm": ["N", 4, 6, 6],
        "gate": ["N", 4, 6, 6],
    }


def test_the_file_is_small_and_runs() -> None:
    """VGG-16 has 553 MB of weights."""
    analysis = load("vgg16").walk()
    assert len(tool.write(analysis).data) < 10_000
    model = written(load("lenet5").walk())
    out = run(model, {"input": np.ones((2, 1, 32, 32), np.float32)})
    np.testing.assert_allclose(out, np.full((2, 10), 0.1), rtol=1e-6)


def test_shared_weights_are_one_array() -> None:
    analysis = load("retinanet_resnet50").walk()
    model = written(analysis)
    arrays = {
        node.output[0]: int(np.prod(sizes[node.input[0]]))
        for sizes in [{t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}]
        for node in model.graph.node
        if node.op_type == "ConstantOfShape" and node.input[0] in sizes
    }
    assert sum(arrays.values()) == analysis.totals["params"]


def test_several_inputs_and_outputs_have_their_names() -> None:
    conv = layer_of("conv", out_channels=2, kernel_size=3)
    network = Network(
        "pair", "", (3, 8, 8),
        [
            Node("a", conv, (-1,)),
            Node("b", conv, (-2,)),
            Node("sum", layer_of("add"), (0, 1)),
            Node("end", layer_of("relu"), (2,)),
        ],
        input_name="left", more_inputs={"right": (3, 8, 8)},
        outputs={"a": 2, "last": 3, "twice": 3},
    )  # fmt: skip
    analysis = network.walk()
    model = written(analysis)
    onnx.checker.check_model(model, full_check=True)
    assert [value.name for value in model.graph.input] == ["left", "right"]
    assert [value.name for value in model.graph.output] == ["a", "last", "twice"]
    made = {node.name: [*node.output] for node in model.graph.node}
    # The output "a" is not the layer "a", whose value then has another name.
    assert (made["a"], made["sum"]) == (["a_2"], ["a"])
    check(analysis, model)


def test_what_is_the_same_for_all_samples_is_repeated_where_it_is_joined() -> None:
    text = "input: [4, 6]\nlayers: [concat: {axis: length, paths: [[parameter: {shape: [4, 2]}], []]}, relu]\n"
    analysis = loads(text).walk()
    model = written(analysis)
    check(analysis, written(analysis))
    sizes = {value.name: sides_of(value) for value in model.graph.value_info}
    assert sizes[analysis.steps[0].name][0] == 1
    x = np.ones((3, 4, 6), np.float32)
    np.testing.assert_array_equal(run(model, {"input": x})[:, :, 2:], x)


def test_a_layer_that_changes_nothing_is_a_node_too() -> None:
    analysis = loads("input: [4, 6]\nlayers: [crop: {size: 6}, crop: {size: 6}]\n").walk()
    assert [node.op_type for node in written(analysis).graph.node] == ["Identity", "Identity"]
    check(analysis, written(analysis))


NAMES = ["", "a\n", "a\\n", "\udc80", "input", "end", "relu", "a/b", "😀" * 300, "a/b/sigmoid"]


def test_names_of_strangers_are_texts_and_each_is_another() -> None:
    network = loads(f"input: [3, 8, 8]\nlayers: [{', '.join(['silu'] * len(NAMES))}]\n")
    network.nodes = [node._replace(name=name) for node, name in zip(network.nodes, NAMES)]
    network.name, network.source = "\x00", "\udc80\n"
    model = written(network.walk())
    onnx.checker.check_model(model, full_check=True)
    names = [node.name for node in model.graph.node]
    values = [name for node in model.graph.node for name in node.output]
    assert len(set(names)) == len(set(values)) == 2 * len(NAMES)
    assert all(text.isprintable() for text in (*names, *values, model.graph.name))


# ------------------------------------------------------------------------------ refused layers


def test_what_onnx_cannot_say_is_refused_all_at_once() -> None:
    text = "name: Net\ninput: [3, 8, 8]\nlayers: [unpool: {name: up, kernel_size: 2}, relu, unpool: {kernel_size: 3}]\n"
    with pytest.raises(UsageError) as caught:
        tool.write(loads(text).walk())
    reason = "MaxUnpool needs the pool that its maxima come from, and the network does not name it"
    assert str(caught.value).splitlines() == [
        "Net: ONNX cannot express 2 layers; change them, or choose another --to:",
        f"  up: {reason}",
        f"  unpool1: {reason}",
    ]


def test_operations_that_only_their_author_states_are_in_a_domain_of_their_own() -> None:
    analysis = load("ssd300").walk()
    found = tool.write(analysis)
    assert found.notes == (
        "the file has the sizes of all weights, not their numbers: they are 0, factors of norms 1",
        "1 operation that ONNX does not have: normalize (L2Normalize); shapes are right, but no "
        "program runs the operations of the domain convcalc",
    )
    model = onnx.load_model_from_string(found.data)
    (node,) = [node for node in model.graph.node if node.domain]
    assert (node.op_type, node.domain, node.name) == ("L2Normalize", "convcalc", "normalize")
    made = Made(layer_of("opaque", output=(2, "h", "w"), type="3 é"), {}, ((3, 4, 4),))
    (node,) = written(network_of(made).walk()).graph.node
    assert node.op_type == "Op3__"


def test_a_kernel_that_is_fixed_is_said() -> None:
    network = loads("input: [3, 8, 8]\nlayers: [{blur_pool: {kernel_size: 3, stride: 2}}]\n")
    assert tool.write(network.walk()).notes[-1] == (
        "blur_pool1: a convolution with a fixed kernel; programs that count, as convcalc does when it reads the "
        "file, count its numbers as parameters"
    )


def test_a_network_without_weights_has_no_note() -> None:
    assert tool.write(loads("input: [3, 8]\nlayers: [relu]\n").walk()).notes == ()


def test_too_many_nodes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_graph, "MAX_NODES", 5)
    with pytest.raises(UsageError) as caught:
        tool.write(load("lenet5").walk())
    assert str(caught.value) == "LeNet-5: takes more than 5 nodes of ONNX; write a part of it"


def test_without_the_library_the_way_out_is_said(
    convcalc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    ran = convcalc("export", "lenet5", "-o", "net.onnx")
    assert ran == (
        2,
        "",
        "convcalc: --to onnx: files of ONNX need the library onnx; install it with pip install "
        "'convcalc[onnx]'\n",
    )
