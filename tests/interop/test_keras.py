"""Keras's models: both ways of writing calls, nested models, shared layers, and every class of layers.

The expected shapes and counts of parameters are those of keras 3.15.1 (`output_shape`, and the sizes of
`trainable_weights`), channels first; or by hand where a comment says so.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from convcalc.analysis.analysis import Analysis
from convcalc.errors import ConvcalcError, UsageError
from convcalc.interop.load import loads

Json = dict[str, Any]


def row(shape: list[Any], *layers: Json) -> Json:
    """A model of layers in a row."""
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, *shape], "name": "in"}}
    return {"class_name": "Sequential", "config": {"name": "net", "layers": [first, *layers]}}


def one(called: str, **config: Any) -> Json:
    return {"class_name": called, "config": {"name": called.lower(), **config}}


def tensor(name: str, call: int = 0, number: int = 0, shape: Any = None) -> Json:
    config = {"shape": shape, "keras_history": [name, call, number]}
    return {"class_name": "__keras_tensor__", "config": config}


def node(layer: Json, name: str, *calls: Any, kwargs: Json | None = None) -> Json:
    """A layer of a graph in Keras 3's format, with the inputs of each call."""
    nodes = [
        {"args": call if isinstance(call, list) else [call], "kwargs": kwargs or {}}
        for call in calls
    ]
    return {**layer, "name": name, "inbound_nodes": nodes}


def graph(inputs: dict[str, list[Any]], *layers: Json, outputs: list[Any] | None = None) -> Json:
    given = [
        {
            "class_name": "InputLayer",
            "config": {"batch_shape": [None, *shape]},
            "name": name,
            "inbound_nodes": [],
        }
        for name, shape in inputs.items()
    ]
    ends = outputs or [[layers[-1]["name"], 0, 0]]
    config = {
        "name": "net", "layers": [*given, *layers], "input_layers": [[name, 0, 0] for name in inputs],
        "output_layers": ends if len(ends) > 1 else ends[0],
    }  # fmt: skip
    return {"class_name": "Functional", "config": config}


def walked(model: Any, **options: Any) -> Analysis:
    return loads(json.dumps(model).encode(), path="net.json", **options).walk()


def refusal(model: Any, **options: Any) -> str:
    with pytest.raises(ConvcalcError) as caught:
        walked(model, **options)
    return str(caught.value)


PICTURE: list[Any] = [17, 15, 6]
CLASSES: list[tuple[str, Json, list[Any], tuple[int, ...], int]] = [
    ("Conv2D", {"filters": 8, "kernel_size": [3, 3], "strides": [2, 2], "padding": "same", "groups": 2, "activation": "relu"}, PICTURE, (8, 9, 8), 224),
    ("Conv1D", {"filters": 8, "kernel_size": [3], "padding": "causal", "dilation_rate": [2]}, [20, 4], (8, 20), 104),
    ("Conv3D", {"filters": 4, "kernel_size": [3, 2, 1], "strides": [2, 1, 1], "activation": "swish"}, [9, 8, 7, 2], (4, 4, 7, 7), 52),
    ("Conv2DTranspose", {"filters": 5, "kernel_size": [3, 3], "strides": [2, 2], "padding": "same"}, PICTURE, (5, 34, 30), 275),
    ("Conv2DTranspose", {"filters": 5, "kernel_size": [2, 2], "strides": [3, 3]}, PICTURE, (5, 51, 45), 125),
    ("Conv2DTranspose", {"filters": 5, "kernel_size": [4, 4], "strides": [2, 2], "padding": "same", "output_padding": [1, 1]}, PICTURE, (5, 33, 29), 485),
    ("DepthwiseConv2D", {"kernel_size": [3, 3], "strides": [2, 2], "padding": "same", "depth_multiplier": 2}, PICTURE, (12, 9, 8), 120),
    ("SeparableConv2D", {"filters": 9, "kernel_size": [3, 3], "depth_multiplier": 2, "use_bias": False}, PICTURE, (9, 15, 13), 216),
    ("LocallyConnected1D", {"filters": 2, "kernel_size": [3]}, [5, 4], (2, 3), 3 * 2 * 13),
    ("Dense", {"units": 7, "activation": "softmax"}, PICTURE, (7, 17, 15), 49),
    ("MaxPooling2D", {"pool_size": [3, 3], "strides": [2, 2], "padding": "same"}, PICTURE, (6, 9, 8), 0),
    ("AveragePooling2D", {"pool_size": [2, 1], "strides": None}, PICTURE, (6, 8, 15), 0),
    ("GlobalAveragePooling2D", {"keepdims": True}, PICTURE, (6, 1, 1), 0),
    ("GlobalMaxPooling2D", {}, PICTURE, (6,), 0),
    ("AdaptiveAveragePooling2D", {"output_size": [4, 5]}, PICTURE, (6, 4, 5), 0),
    ("BatchNormalization", {"scale": False}, PICTURE, (6, 17, 15), 6),
    ("BatchNormalization", {"axis": [3]}, PICTURE, (6, 17, 15), 12),
    ("BatchNormalization", {"axis": 1}, PICTURE, (6, 17, 15), 34),
    ("LayerNormalization", {"axis": [3]}, PICTURE, (6, 17, 15), 12),
    ("LayerNormalization", {"axis": [1, 3]}, PICTURE, (6, 17, 15), 204),
    ("GroupNormalization", {"groups": 3}, PICTURE, (6, 17, 15), 12),
    ("GroupNormalization", {"groups": -1}, PICTURE, (6, 17, 15), 12),
    ("UnitNormalization", {}, PICTURE, (6, 17, 15), 0),
    ("RMSNormalization", {}, [10, 3], (3, 10), 3),
    ("Normalization", {"axis": [-1]}, PICTURE, (6, 17, 15), 0),
    ("Normalization", {"axis": [-1], "mean": 0.0, "variance": 1.0}, PICTURE, (6, 17, 15), 0),
    ("Rescaling", {"scale": 0.5}, PICTURE, (6, 17, 15), 0),
    ("LayerScale", {"init_values": 1e-6}, PICTURE, (6, 17, 15), 6),
    ("ReLU", {"max_value": 6.0}, PICTURE, (6, 17, 15), 0),
    ("ReLU", {"max_value": 4.0}, PICTURE, (6, 17, 15), 0),
    ("ReLU", {"negative_slope": 0.1}, PICTURE, (6, 17, 15), 0),
    ("ReLU", {"negative_slope": 0.1, "max_value": 6}, PICTURE, (6, 17, 15), 0),
    ("LeakyReLU", {"alpha": 0.2}, PICTURE, (6, 17, 15), 0),
    ("PReLU", {"shared_axes": [1, 2]}, PICTURE, (6, 17, 15), 6),
    ("PReLU", {"shared_axes": [2]}, PICTURE, (6, 17, 15), 102),
    ("PReLU", {}, PICTURE, (6, 17, 15), 1530),
    ("ELU", {}, PICTURE, (6, 17, 15), 0),
    ("ThresholdedReLU", {}, PICTURE, (6, 17, 15), 0),
    ("Softmax", {"axis": 1}, PICTURE, (6, 17, 15), 0),
    ("Activation", {"activation": "hard_swish"}, PICTURE, (6, 17, 15), 0),
    ("Activation", {"activation": "exponential"}, PICTURE, (6, 17, 15), 0),
    ("Activation", {"activation": {"class_name": "function", "config": "gelu"}}, PICTURE, (6, 17, 15), 0),
    ("Activation", {"activation": {"class_name": "LeakyReLU", "config": {}}}, PICTURE, (6, 17, 15), 0),
    ("Activation", {}, PICTURE, (6, 17, 15), 0),
    ("Reshape", {"target_shape": [15, -1]}, PICTURE, (102, 15), 0),
    ("Permute", {"dims": [3, 1, 2]}, PICTURE, (15, 6, 17), 0),
    ("Flatten", {}, PICTURE, (1530,), 0),
    ("RepeatVector", {"n": 3}, [8], (8, 3), 0),
    ("ZeroPadding2D", {"padding": [[1, 2], [3, 4]]}, PICTURE, (6, 20, 22), 0),
    ("ZeroPadding2D", {"padding": [1, 0]}, PICTURE, (6, 19, 15), 0),
    ("ZeroPadding1D", {"padding": [1, 2]}, [10, 3], (3, 13), 0),
    ("Cropping2D", {"cropping": [[1, 0], [2, 1]]}, PICTURE, (6, 16, 12), 0),
    ("UpSampling2D", {"size": [2, 3], "interpolation": "bilinear"}, PICTURE, (6, 34, 45), 0),
    ("UpSampling2D", {"size": [2, 2], "interpolation": "lanczos3"}, PICTURE, (6, 34, 30), 0),
    ("Resizing", {"height": 20, "width": 30}, PICTURE, (6, 20, 30), 0),
    ("CenterCrop", {"height": 10, "width": 9}, PICTURE, (6, 10, 9), 0),
    ("Embedding", {"input_dim": 100, "output_dim": 16}, [12], (16, 12), 1600),
    ("LSTM", {"units": 8, "return_sequences": True}, [12, 16], (8, 12), 800),
    ("GRU", {"units": 5, "reset_after": True}, [12, 8], (5,), 225),
    ("GRU", {"units": 5, "reset_after": False}, [12, 3], (5,), 135),
    ("SimpleRNN", {"units": 3}, [12, 8], (3,), 36),
    ("CuDNNLSTM", {"units": 8}, [12, 16], (8,), 832),  # Keras 2 has a second row of biases
    ("Bidirectional", {"layer": one("LSTM", units=4, return_sequences=True)}, [12, 5], (8, 12), 320),
    ("Bidirectional", {"layer": one("GRU", units=5), "merge_mode": "sum"}, [12, 3], (5,), 300),
    ("RNN", {"cell": one("LSTMCell", units=6), "return_sequences": True}, [12, 3], (6, 12), 240),
    ("ConvLSTM2D", {"filters": 5, "kernel_size": [3, 3], "padding": "same", "return_sequences": True, "strides": [1, 1], "dilation_rate": [1, 1]}, [4, 9, 9, 3], (5, 4, 9, 9), 1460),
    ("TimeDistributed", {"layer": one("Conv2D", filters=5, kernel_size=[3, 3], padding="same")}, [4, 9, 9, 3], (5, 4, 9, 9), 140),
    ("TimeDistributed", {"layer": one("Dense", units=3)}, [4, 9], (3, 4), 30),
    ("SpectralNormalization", {"layer": one("Conv2D", filters=4, kernel_size=[3, 3])}, PICTURE, (4, 15, 13), 220),
    ("RandomCrop", {"height": 8, "width": 8}, PICTURE, (6, 8, 8), 0),
    ("SpatialDropout2D", {"rate": 0.1}, PICTURE, (6, 17, 15), 0),
    ("MultiHeadAttention", {"num_heads": 4, "key_dim": 8}, [10, 32], (32, 10), 4224),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(CLASSES)), ids=lambda at: f"{CLASSES[at][0]}-{at}")
def test_classes_of_layers(number: int) -> None:
    called, config, shape, out, params = CLASSES[number]
    analysis = walked(row(shape, one("ReLU"), one(called, **config)))
    assert analysis.steps[-1].output == out
    assert analysis.totals["params"] == params
    assert not analysis.unavailable


def test_layers_that_change_nothing_are_left_out() -> None:
    layers = [one("RandomFlip"), one("GaussianNoise"), one("ReLU")]
    assert [step.name for step in walked(row([8], *layers)).steps] == ["relu"]


def test_activations_inside_of_layers_are_layers() -> None:
    analysis = walked(row([8], one("Dense", units=4, activation="tanh")))
    assert [step.name for step in analysis.steps] == ["dense", "dense_tanh"]


A: list[Any] = [5, 4, 3]
JOINS: list[tuple[str, Json, list[list[Any]], tuple[int, ...], int]] = [
    ("Add", {}, [A, A], (3, 5, 4), 0),
    ("Add", {}, [A, [4, 3]], (3, 5, 4), 0),
    ("Multiply", {}, [A, [1, 1, 3]], (3, 5, 4), 0),
    ("Subtract", {}, [A, A], (3, 5, 4), 0),
    ("Average", {}, [A, A], (3, 5, 4), 0),
    ("Maximum", {}, [A, A], (3, 5, 4), 0),
    ("Minimum", {}, [A, A], (3, 5, 4), 0),
    ("CustomScaleLayer", {"scale": 0.1}, [A, A], (3, 5, 4), 0),
    ("Concatenate", {"axis": -1}, [A, A], (6, 5, 4), 0),
    ("Concatenate", {"axis": 1}, [A, [6, 4, 3]], (3, 11, 4), 0),
    ("Merge", {"mode": "concat"}, [A, A], (6, 5, 4), 0),
    ("Dot", {"axes": [2, 2]}, [[5, 9], [7, 9]], (7, 5), 0),
    ("Dot", {"axes": [2, 1]}, [[5, 9], [9, 7]], (7, 5), 0),
    ("Dot", {"axes": [1, 1]}, [[9, 5], [9, 7]], (7, 5), 0),
    ("Dot", {"axes": [1, 2]}, [[9, 5], [7, 9]], (7, 5), 0),
    ("Dot", {"axes": 1}, [[9], [9]], (1,), 0),
    ("Attention", {}, [[10, 32], [7, 32]], (32, 10), 0),
    ("Attention", {"use_scale": True}, [[10, 32], [7, 32]], (32, 10), 1),
    ("MultiHeadAttention", {"num_heads": 4, "key_dim": 8, "value_dim": 5, "output_shape": [11]}, [[10, 32], [7, 20]], (11, 10), 2379),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(JOINS)), ids=lambda at: f"{JOINS[at][0]}-{at}")
def test_classes_that_read_several_arrays(number: int) -> None:
    called, config, (first, second), out, params = JOINS[number]
    model = graph(
        {"a": first, "b": second}, node(one(called, **config), "join", [[tensor("a"), tensor("b")]])
    )
    analysis = walked(model)
    assert (analysis.steps[-1].output, analysis.totals["params"]) == (out, params)
    assert not analysis.unavailable


def test_calls_are_read_as_keras_2_writes_them() -> None:
    dense = {
        **one("Dense", units=4),
        "name": "d",
        "inbound_nodes": [[["a", 0, 0, {}]], [["b", 0, 0, {}]]],
    }
    add = {**one("Add"), "name": "sum", "inbound_nodes": [[["d", 0, 0, {}], ["d", 1, 0, {}]]]}
    scale = {
        **one("TFOpLambda", function="math.multiply"),
        "name": "twice",
        "inbound_nodes": [["sum", 0, 0, {"y": 2.0}]],
    }
    more = {
        **one("TFOpLambda", function="__operators__.add"),
        "name": "more",
        "inbound_nodes": [["twice", 0, 0, {"y": ["sum", 0, 0]}]],
    }
    relu = {
        **one("TFOpLambda", function="nn.relu"),
        "name": "end",
        "inbound_nodes": [["more", 0, 0, {}]],
    }
    analysis = walked(graph({"a": [3], "b": [3]}, dense, add, scale, more, relu))
    assert [step.layer.kind for step in analysis.steps] == [
        "linear",
        "linear",
        "add",
        "custom",
        "add",
        "relu",
    ]
    assert analysis.totals["params"] == 16  # once, though called twice
    assert analysis.network.shared == {1: 0}


def test_layers_may_stand_in_any_order() -> None:
    end = node(one("ReLU"), "end", tensor("d"))
    model = graph(
        {"a": [3]}, end, node(one("Dense", units=4), "d", tensor("a")), outputs=[["end", 0, 0]]
    )
    assert [step.name for step in walked(model).steps] == ["d", "end"]


def test_models_in_models_share_their_weights() -> None:
    inner = row(
        [8, 8, 3],
        one("Conv2D", filters=4, kernel_size=[3, 3]),
        one("BatchNormalization"),
        one("Flatten"),
    )
    model = graph(
        {"a": [8, 8, 3], "b": [8, 8, 3]}, node(inner, "twin", tensor("a"), tensor("b")),
        node(one("Subtract"), "less", [[tensor("twin"), tensor("twin", 1)]]),
    )  # fmt: skip
    analysis = walked(model)
    assert analysis.totals["params"] == 4 * 28 + 8
    assert analysis.steps[-1].output == (144,)
    assert analysis.network.blocks[0].name == "twin"


def test_a_model_may_give_several_arrays() -> None:
    inner = graph(
        {"x": [8]}, node(one("Dense", units=2), "p", tensor("x")), node(one("Dense", units=3), "q", tensor("x")),
        outputs=[["p", 0, 0], ["q", 0, 0]],
    )  # fmt: skip
    model = graph(
        {"a": [8]}, node(inner, "two", tensor("a")), node(one("ReLU"), "end", tensor("two", 0, 1))
    )
    analysis = walked(model)
    assert [step.output for step in analysis.outputs] == [(3,)]
    assert [step.output for step in walked(inner).outputs] == [(2,), (3,)]


def operation(name: str, **config: Any) -> Json:
    return {"module": "keras.src.ops.numpy", **one(name, **config)}


OPERATIONS: list[tuple[Json, list[Any], Json, Any, tuple[int, ...]]] = [
    (operation("Multiply"), [2.0], {}, None, (3, 8, 6)),
    (operation("Relu"), [], {}, None, (3, 8, 6)),
    (operation("Softmax"), [], {}, None, (3, 8, 6)),
    (operation("Cast"), [], {}, None, (3, 8, 6)),
    (operation("Mean", axis=[1, 2]), [], {}, None, (3,)),
    (operation("Sum"), [], {"axis": -1, "keepdims": True}, None, (1, 8, 6)),
    (operation("Reshape", newshape=[-1, 48, 3]), [], {}, None, (3, 48)),
    (operation("Reshape"), [], {}, [None, 48, 3], (3, 48)),
    (operation("Transpose"), [], {}, [None, 6, 8, 3], (3, 6, 8)),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(OPERATIONS)))
def test_functions_of_keras_3(number: int) -> None:
    layer, args, kwargs, stated, out = OPERATIONS[number]
    first = node(one("ELU"), "first", tensor("a"))
    model = graph(
        {"a": [8, 6, 3]}, first, node(layer, "op", [tensor("first"), *args], kwargs=kwargs),
        node(one("ReLU"), "end", tensor("op", 0, 0, stated)),
    )  # fmt: skip
    analysis = walked(model)
    assert analysis.steps[-1].output == out
    assert not analysis.unavailable


def test_a_function_that_joins_finds_its_axis_in_the_shape() -> None:
    join = node(operation("Concatenate"), "join", [[tensor("a"), tensor("b")]])
    model = graph(
        {"a": [8, 3], "b": [4, 3]},
        join,
        node(one("ReLU"), "end", tensor("join", 0, 0, [None, 12, 3])),
    )
    assert walked(model).steps[-1].output == (3, 12)


def test_layers_that_are_not_known_stand_with_the_shape_that_is_said() -> None:
    layer = node(one("Mystery"), "odd", tensor("a"))
    end = node(one("Dense", units=2), "end", tensor("odd", 0, 0, [None, None, 5]))
    analysis = walked(graph({"a": [8, 3]}, layer, end))
    assert [step.output for step in analysis.steps] == [(5, 8), (2, 8)]
    assert dict(analysis.unavailable) == {"Mystery": 1}
    stated = walked(row([8], one("Lambda", output_shape=[3]), one("Dense", units=2)))
    assert [step.output for step in stated.steps] == [(3,), (2,)]


def test_layers_without_a_cost_stand_with_their_size() -> None:
    for called in ("AdditiveAttention", "MultiHeadAttention"):
        config = {"num_heads": 2, "key_dim": 4}
        model = graph(
            {"a": [4, 3, 2], "b": [4, 3, 2]}, node(one(called, **config), "join", [[tensor("a"), tensor("b")]])
        )  # fmt: skip
        assert walked(model).steps[-1].output == (2, 4, 3)
    inner = one("Lambda", output_shape=[3])
    stepwise = walked(row([5, 8], one("TimeDistributed", layer=inner)))
    assert stepwise.steps[-1].output == (3, 5)
    states = node(one("LSTM", units=4, return_state=True), "l", tensor("a"))
    join = node(one("Concatenate"), "join", [[tensor("l"), tensor("l", 0, 1), tensor("l", 0, 2)]])
    assert walked(graph({"a": [5, 8]}, states, join)).steps[-1].output == (12,)
    moved = node(operation("GetItem"), "g", tensor("a"))
    end = node(one("ReLU"), "end", tensor("g", 0, 0, [None, 3, 8]))
    assert walked(graph({"a": [5, 8]}, moved, end)).steps[-1].output == (8, 3)


def test_channels_may_come_first() -> None:
    layers = [
        one("Conv2D", filters=4, kernel_size=[3, 3], data_format="channels_first"), one("BatchNormalization", axis=1),
        one("GlobalAveragePooling2D", data_format="channels_first"), one("Dense", units=2),
    ]  # fmt: skip
    assert [step.output for step in walked(row([3, 16, 14], *layers)).steps] == [
        (4, 14, 12), (4, 14, 12), (4, 1, 1), (4,), (2,),
    ]  # fmt: skip


def test_keras_1_has_other_words() -> None:
    layers = [
        {"class_name": "Convolution2D", "config": {"name": "c", "nb_filter": 4, "nb_row": 3, "nb_col": 5, "border_mode": "same", "subsample": [2, 2], "bias": False, "batch_input_shape": [None, 8, 8, 3]}},
        {"class_name": "Dense", "config": {"name": "d", "output_dim": 2, "bias": True}},
    ]  # fmt: skip
    analysis = walked({"class_name": "Sequential", "keras_version": "1.1.0", "config": layers})
    assert [step.output for step in analysis.steps] == [(4, 4, 4), (2, 4, 4)]
    assert analysis.totals["params"] == 3 * 5 * 3 * 4 + 4 * 2 + 2


def test_open_sides_are_asked_for() -> None:
    model = row([None, None, 3], one("ReLU"))
    assert (
        refusal(model)
        == "net.json: the input 3×?×? has open sides; give them, as in --input 3x224x224"
    )
    assert walked(model, input=(3, 8, 9)).steps[0].output == (3, 8, 9)


def test_inputs_are_found_where_a_model_keeps_them() -> None:
    dense = one("Dense", units=2)
    built = {
        "class_name": "Sequential",
        "config": {"layers": [dense], "build_input_shape": [None, 7]},
    }
    assert walked(built).network.input == (7,)
    inner = row([7], one("ReLU"))
    assert walked(
        {"class_name": "Sequential", "config": {"layers": [inner, dense]}}
    ).network.input == (7,)
    tensorflow = {"class_name": "__tuple__", "items": [None, 7]}
    first = {"class_name": "InputLayer", "config": {"batch_input_shape": tensorflow}}
    web = {
        "modelTopology": {"model_config": {"class_name": "Sequential", "config": [first, dense]}}
    }
    assert walked(web).network.input == (7,)


CIRCLE = graph({"a": [3]}, node(one("ReLU"), "x", tensor("y")), node(one("ReLU"), "y", tensor("x")))
REFUSED: list[tuple[Any, str]] = [
    ({"class_name": "MyModel", "config": {}}, "net.json:1:1: a model of the class 'MyModel' runs its own code, which the file does not contain; save a Sequential or functional model"),
    ({"class_name": "Sequential", "config": [one("ReLU")]}, "net.json:1:1: the file does not state its input shape; build the model before it is saved, or begin with Input"),
    (row([8], one("Mystery")), "net.json:1:1: mystery (Mystery): the file does not have its code or its output size; remove it and what reads it, or save the model with a layer of Keras"),
    (row([8], one("Dense")), "net.json:1:1: dense (Dense): its options are not written as Keras writes them"),
    (row([8], one("Activation", activation="rellu")), "net.json:1:1: activation (Activation): no activation 'rellu'; did you mean 'relu'?"),
    (row([8, 3], one("Softmax", axis=5)), "net.json:1:1: softmax (Softmax): axis '5' is not an axis of its input"),
    (row([8, 3], one("LayerNormalization", axis=0)), "net.json:1:1: layernormalization (LayerNormalization): axis '0' is not an axis of its input"),
    (row([8, 3], one("BatchNormalization", axis=5)), "net.json:1:1: batchnormalization (BatchNormalization): axis '5' is not an axis of its input"),
    (row([8, 3], one("GroupNormalization", axis=1)), "net.json:1:1: groupnormalization (GroupNormalization): it works along another axis than the channels; use that"),
    (row([8, 3], one("Reshape", target_shape=[-1, -1])), "net.json:1:1: reshape (Reshape): the shape '[-1, -1]' has sides that are not known"),
    (row([8, 3], one("Permute", dims=[1, 1])), "net.json:1:1: permute (Permute): dims '[1, 1]' does not list each axis once, counted from 1"),
    (row([8], one("LSTM", units=2)), "net.json:1:1: lstm (LSTM): it reads a sequence of vectors, but gets 8"),
    (row([8, 3], one("LSTM", units=-2)), "net.json:1:1: units (LSTM): "),
    (row([8], one("Merge", mode="odd")), "net.json:1:1: merge (Merge): mode 'odd' is not known"),
    (row([8], one("Dot", axes=1)), "net.json:1:1: dot (Dot): it takes two arrays and one axis of each"),
    (row([8, 3], one("Bidirectional", layer=one("Odd"))), "net.json:1:1: bidirectional (Bidirectional): it wraps 'Odd', which is not known"),
    (row(["x"], one("ReLU")), "net.json:1:1: the input ['x'] is not a list of sizes; correct it"),
    (CIRCLE, "net.json:1:1: x reads its own output: the layers form a circle"),
    (graph({"a": [3]}, node(one("ReLU"), "x", tensor("b"))), "net.json:1:1: x reads 'b', which no layer gives"),
    (graph({"a": [3]}, node(one("ReLU"), "x", tensor("a")), node(one("ReLU"), "x", tensor("a"))), "net.json:1:1: two layers are called 'x'; rename one"),
    (row([8], one("Reshape", target_shape=[9] * 9)), "net.json:1:1: reshape (Reshape): the shape has 9 sides; use at most 8"),
    ([{"class_name": "Sequential"}], ""),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_is_wrong_is_said(number: int) -> None:
    model, message = REFUSED[number]
    said = refusal(model)
    assert (
        said == message
        or (message.endswith(": ") and "units is '-2'; use a whole number" in said)
        or not message
    )


def test_models_in_models_have_a_limit() -> None:
    model = row([8], one("ReLU"))
    for _ in range(40):
        model = {
            "class_name": "Sequential",
            "config": {"layers": [row([8])["config"]["layers"][0], model]},
        }
    assert refusal(model) == "net.json:1:1: models are nested more than 30 deep"


def test_a_small_file_cannot_grow_without_limit() -> None:
    model = row([8], one("ReLU"))
    for _ in range(20):
        model = {
            "class_name": "Sequential",
            "config": {"layers": [row([8])["config"]["layers"][0], model, model, model, model]},
        }
        if len(json.dumps(model)) > 100_000:
            break
    empty = row([8])
    for _ in range(12):
        calls = [tensor("a" if at == 0 else "m", max(at - 1, 0)) for at in range(6)]
        empty = graph({"a": [8]}, node(empty, "m", *calls), outputs=[["m", 5, 0]])
    with pytest.raises(UsageError, match="layers are called more than 1,000 times"):
        walked(empty, max_layers=100)
    with pytest.raises(UsageError, match="more than 100 layers"):
        walked(model, max_layers=100)


def packed(text: bytes, *names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ("metadata.json", "config.json", "model.weights.h5"):
            archive.writestr(name, text if name == "config.json" else b"{}")
    return data.getvalue()


def test_archives_are_read() -> None:
    text = json.dumps(row([8], one("Dense", units=2))).encode()
    assert loads(packed(text), path="net.keras").walk().totals["params"] == 18


def test_archives_that_grow_or_are_damaged_are_refused() -> None:
    for size, what in (
        (40_000_000, "38.2 MiB; at most 32 MiB are read"),
        (20_000_000, r"19.1 MiB packed into [\d,]+ bytes; a network cannot be compressed that much, so it is not read"),
    ):  # fmt: skip
        with pytest.raises(ConvcalcError, match=rf"^net.keras: 'config.json' in the archive is {what}$"):  # fmt: skip
            loads(packed(b" " * size), path="net.keras")
    data = bytearray(packed(json.dumps(row([8], one("Dense", units=2))).encode()))
    data[60:90] = bytes(30)
    with pytest.raises(ConvcalcError):
        loads(bytes(data), path="net.keras")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"class_name": "Sequential", "config": ' + "[" * 100_000, "net.json:1:1: lists are nested too deep; check that it is a model of Keras"),
        ('{"class_name": "Sequential", "config": [}', "net.json:1:1: the JSON is damaged: Expecting value; write the file again with model.to_json()"),
        ('{"keras_version": "3"}', 'net.json:1:1: the file has no model; write it with model.to_json() or model.save("model.keras")'),
    ],
)  # fmt: skip
def test_damaged_json_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(ConvcalcError) as caught:
        loads(text.encode(), path="net.json")
    assert str(caught.value).splitlines()[0] == message
