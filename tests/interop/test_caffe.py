"""Caffe's networks in text: the three ways of writing layers, phases, and the layers of each type."""

from __future__ import annotations

from typing import Any

import pytest

from convcalc.analysis.analysis import Analysis
from convcalc.errors import ConvcalcError, SpecError, UsageError
from convcalc.interop.load import loads

HEAD = 'name: "net" input: "data" input_shape { dim: 1 dim: 8 dim: 12 dim: 10 }\n'
TODAY = """
name: "net"  # a comment
layer { name: "data" type: "Input" top: "data" input_param { shape: { dim: 1 dim: 1 dim: 28 dim: 28 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  param { lr_mult: 1 } convolution_param { num_output: 20 kernel_size: 5 stride: 1 } }
layer < name: 'pool' type: 'Pool' 'ing' bottom: "conv", top: "pool"; pooling_param { pool: MAX kernel_size: 2 stride: 2 } >
layer { name: "ip" type: "InnerProduct" bottom: "pool" top: "ip" inner_product_param { num_output: 10 } }
layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" }
"""
OF_2014 = """
name: "net"
input: "data" input_dim: 1 input_dim: 1 input_dim: 28 input_dim: 28
layers { name: "conv" type: CONVOLUTION bottom: "data" top: "conv" blobs_lr: 1
  convolution_param { num_output: 20 kernel_size: 5 } }
layers { name: "pool" type: POOLING bottom: "conv" top: "pool" pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layers { name: "ip" type: INNER_PRODUCT bottom: "pool" top: "ip" inner_product_param { num_output: 10 } }
layers { name: "relu" type: RELU bottom: "ip" top: "ip" }
"""
OF_2013 = """
name: "net"
input: "data" input_dim: 1 input_dim: 1 input_dim: 28 input_dim: 28
layers { layer { name: "conv" type: "conv" num_output: 20 kernelsize: 5 } bottom: "data" top: "conv" }
layers { layer { name: "pool" type: "pool" pool: MAX kernelsize: 2 stride: 2 } bottom: "conv" top: "pool" }
layers { layer { name: "ip" type: "innerproduct" num_output: 10 } bottom: "pool" top: "ip" }
layers { layer { name: "relu" type: "relu" } bottom: "ip" top: "ip" }
"""


def walked(text: str, **options: Any) -> Analysis:
    return loads(text.encode(), path="net.prototxt", **options).walk()


def layer(
    kind: str, options: str = "", bottoms: str = 'bottom: "data"', tops: str = 'top: "out"'
) -> str:
    return f'layer {{ name: "one" type: "{kind}" {bottoms} {tops} {options} }}\n'


def refusal(text: str, **options: Any) -> str:
    with pytest.raises(ConvcalcError) as caught:
        walked(text, **options)
    return str(caught.value)


@pytest.mark.parametrize("text", [TODAY, OF_2014, OF_2013], ids=["today", "2014", "2013"])
def test_layers_are_read_as_they_were_written_at_any_time(text: str) -> None:
    analysis = walked(text)
    assert [step.output for step in analysis.steps] == [
        (20, 24, 24), (20, 12, 12), (2880,), (10,), (10,),
    ]  # fmt: skip
    assert analysis.totals["params"] == (25 + 1) * 20 + (2880 + 1) * 10
    assert analysis.totals["macs"] == 25 * 20 * 24 * 24 + 2880 * 10
    assert analysis.network.name == "net"


# The shapes and the trained numbers of each type, from Caffe's own layers.
TYPES = {
    "Convolution": ("convolution_param { num_output: 4 kernel_h: 3 kernel_w: 1 pad_h: 1 pad_w: 0 group: 2 bias_term: false }", (4, 12, 10), 4 * 4 * 3),
    "Convolution dilated": ("convolution_param { num_output: 4 kernel_size: 3 dilation: 2 pad: [2, 1] }", (4, 12, 8), 8 * 9 * 4 + 4),
    "Deconvolution": ("convolution_param { num_output: 8 kernel_size: 4 stride: 2 pad: 1 group: 8 bias_term: false }", (8, 24, 20), 8 * 16),
    "DepthwiseConvolution": ("convolution_param { num_output: 8 kernel_size: 3 pad: 1 }", (8, 12, 10), 8 * 9 + 8),
    "Pooling": ("pooling_param { pool: AVE kernel_size: 3 stride: 2 }", (8, 6, 5), 0),  # rounded up
    "Pooling floor": ("pooling_param { pool: 0 kernel_size: 3 stride: 2 round_mode: FLOOR }", (8, 5, 4), 0),
    "Pooling global": ("pooling_param { pool: AVE global_pooling: true }", (8, 1, 1), 0),
    "InnerProduct": ("inner_product_param { num_output: 5 axis: 2 }", (8, 5), 120 * 5 + 5),
    "Embed": ("embed_param { input_dim: 100 num_output: 6 }", (8, 12, 10, 6), 606),
    "Padding": ("padding_param { pad: 2 }", (8, 16, 14), 0),
    "Im2col": ("convolution_param { kernel_size: 3 }", (72, 10, 8), 0),
    "Upsample": ("upsample_param { scale: 3 }", (8, 36, 30), 0),
    "ReLU leaky": ("relu_param { negative_slope: 0.1 }", (8, 12, 10), 0),
    "PReLU": ("", (8, 12, 10), 8),
    "PReLU shared": ("prelu_param { channel_shared: true }", (8, 12, 10), 1),
    "TanH": ("", (8, 12, 10), 0),
    "AbsVal": ("", (8, 12, 10), 0),
    "Clip": ("clip_param { min: 0 max: 6 }", (8, 12, 10), 0),
    "Power": ("power_param { scale: 2 shift: 1 power: 0.5 }", (8, 12, 10), 0),
    "Softmax": ("softmax_param { axis: -1 }", (8, 12, 10), 0),
    "ArgMax": ("argmax_param { axis: 1 }", (1, 12, 10), 0),
    "ArgMax all": ("argmax_param { top_k: 5 out_max_val: true }", (2, 5, 1), 0),
    "BatchNorm": ("batch_norm_param { use_global_stats: true }", (8, 12, 10), 0),
    "BatchNorm scaled": ("batch_norm_param { scale_bias: true }", (8, 12, 10), 16),
    "BN": ("", (8, 12, 10), 16),
    "Scale": ("scale_param { bias_term: true }", (8, 12, 10), 16),
    "Scale one": ("scale_param { num_axes: 0 }", (8, 12, 10), 1),
    "Scale all": ("scale_param { num_axes: -1 }", (8, 12, 10), 960),
    "Bias": ("", (8, 12, 10), 8),
    "LRN": ("lrn_param { local_size: 3 }", (8, 12, 10), 0),
    "LRN within": ("lrn_param { norm_region: WITHIN_CHANNEL local_size: 3 }", (8, 12, 10), 0),
    "MVN": ("", (8, 12, 10), 0),
    "MVN across": ("mvn_param { across_channels: true }", (8, 12, 10), 0),
    "Normalize": ("norm_param { across_spatial: false channel_shared: false }", (8, 12, 10), 8),
    "Flatten": ("", (960,), 0),
    "Flatten two": ("flatten_param { axis: 2 }", (8, 120), 0),
    "Flatten none": ("flatten_param { axis: 1 end_axis: 1 }", (8, 12, 10), 0),
    "Reshape": ("reshape_param { shape { dim: 0 dim: -1 dim: 4 } }", (240, 4), 0),
    "Reshape part": ("reshape_param { shape { dim: 4 dim: 2 } axis: 1 num_axes: 1 }", (4, 2, 12, 10), 0),
    "Permute": ("permute_param { order: 0 order: 2 order: 3 order: 1 }", (12, 10, 8), 0),
    "ShuffleChannel": ("shuffle_channel_param { group: 2 }", (8, 12, 10), 0),
    "Interp": ("interp_param { zoom_factor: 2 }", (8, 23, 19), 0),
    "Interp size": ("interp_param { height: 20 width: 30 pad_beg: -1 }", (8, 20, 30), 0),
    "Tile": ("tile_param { axis: 2 tiles: 3 }", (8, 36, 10), 0),
    "Reduction": ("reduction_param { axis: 2 operation: MEAN }", (8,), 0),
    "Reduction squares": ("reduction_param { axis: 1 operation: SUMSQ }", (1,), 0),
    "PriorBox": ("prior_box_param { min_size: 30 max_size: 60 aspect_ratio: 2 }", (2, 12 * 10 * 4 * 4), 0),
    "Dropout": ("", (8, 12, 10), 0),
    "Swish": ("", (8, 12, 10), 0),
    "Split": ("", (8, 12, 10), 0),
}  # fmt: skip


@pytest.mark.parametrize("called", TYPES)
def test_types_of_layers(called: str) -> None:
    options, shape, params = TYPES[called]
    first = layer("Sigmoid", tops='top: "data"')
    analysis = walked(HEAD + first + layer(called.partition(" ")[0], options))
    assert analysis.steps[-1].output == shape
    assert analysis.totals["params"] == params
    assert not analysis.unavailable


OPAQUE = {
    "Pooling": ("pooling_param { pool: STOCHASTIC kernel_size: 2 stride: 2 }", (8, 6, 5)),
    "MVN": ("mvn_param { normalize_variance: false }", (8, 12, 10)),
    "SPP": ("spp_param { pyramid_height: 3 }", (8 * 21,)),
    "LSTM": ("recurrent_param { num_output: 7 }", (8, 7)),
    "Proposal": ("", (5,)),
    "ROIPooling": ("roi_pooling_param { pooled_h: 6 pooled_w: 5 }", (8, 6, 5)),
    "DetectionOutput": ("detection_output_param { keep_top_k: 50 }", (1, 50, 7)),
}


@pytest.mark.parametrize("kind", OPAQUE)
def test_layers_of_which_only_the_size_is_known(kind: str) -> None:
    options, shape = OPAQUE[kind]
    analysis = walked(HEAD + layer(kind, options))
    assert analysis.steps[-1].output == shape
    assert dict(analysis.unavailable) == {kind: 1}


def test_regions_that_python_proposes() -> None:
    """As in Faster R-CNN: the output size of a program is in no file, but the size of a region is known."""
    options = "python_param { module: 'rpn.proposal_layer' layer: 'ProposalLayer' }"
    assert walked(HEAD + layer("Python", options)).steps[-1].output == (5,)
    other = options.replace("ProposalLayer", "Own")
    assert "the type 'Python' is not known, and its output size is not known" in refusal(
        HEAD + layer("Python", other)
    )


TWO = 'layer { name: "a" type: "Convolution" bottom: "data" top: "a" convolution_param { num_output: 8 kernel_size: 1 bias_term: false } }\n'
TWO += 'layer { name: "small" type: "Pooling" bottom: "data" top: "small" pooling_param { pool: MAX kernel_size: 2 stride: 2 } }\n'
TWO += 'layer { name: "one" type: "Pooling" bottom: "data" top: "one" pooling_param { global_pooling: true } }\n'
TWO += 'layer { name: "row" type: "Flatten" bottom: "one" top: "row" }\n'
JOINS = {
    "Eltwise": ('"a"', "", "add", (8, 12, 10)),
    "Eltwise product": ('"a"', "eltwise_param { operation: PROD }", "multiply", (8, 12, 10)),
    "Eltwise largest": ('"a"', "eltwise_param { operation: 2 }", "maximum", (8, 12, 10)),
    "Eltwise difference": ('"a"', "eltwise_param { coeff: 1 coeff: -1 }", "subtract", (8, 12, 10)),
    "Eltwise weighted": ('"a"', "eltwise_param { coeff: 1 coeff: 0.5 }", "add", (8, 12, 10)),
    "Concat": ('"a"', "", "concat", (16, 12, 10)),
    "Concat old": ('"a"', "concat_param { concat_dim: 2 }", "concat", (8, 24, 10)),
    "Scale": ('"row"', "scale_param { axis: 0 }", "multiply", (8, 12, 10)),
    "Scale bias": ('"one"', "scale_param { bias_term: true }", "scale", (8, 12, 10)),
    "Bias": ('"a"', "", "add", (8, 12, 10)),
    "Crop": ('"small"', "crop_param { axis: 2 offset: 3 }", "crop", (8, 6, 5)),
    "Crop channels": ('"small"', "crop_param { axis: 1 offset: 0 offset: 1 offset: 2 }", "crop", (8, 6, 5)),
    "Interp": ('"small"', "", "resize", (8, 6, 5)),
    "Upsample": ('"small"', "", "unpool", (8, 24, 20)),
    "Upsample size": ('"small"', "upsample_param { upsample_h: 23 upsample_w: 20 }", "custom", (8, 23, 20)),
}  # fmt: skip


@pytest.mark.parametrize("called", JOINS)
def test_types_that_read_several_blobs(called: str) -> None:
    other, options, kind, shape = JOINS[called]
    text = HEAD + TWO + layer(called.partition(" ")[0], options, f'bottom: "data" bottom: {other}')
    last = walked(text).steps[-1]
    assert (last.layer.kind, last.output) == (kind, shape)


def test_axpy_scales_and_adds() -> None:
    text = HEAD + TWO + layer("Axpy", "", 'bottom: "one" bottom: "data" bottom: "a"')
    assert [step.layer.kind for step in walked(text).steps[-2:]] == ["multiply", "add"]


def test_a_slice_gives_each_part_its_name() -> None:
    tops = 'top: "x" top: "y" top: "z"'
    points = "slice_param { axis: 1 slice_point: 1 slice_point: 3 }"
    shapes = [step.output for step in walked(HEAD + layer("Slice", points, tops=tops)).steps]
    assert shapes == [(1, 12, 10), (2, 12, 10), (5, 12, 10)]
    even = walked(HEAD + layer("Slice", "slice_param { axis: 2 }", tops=tops))
    assert [step.output for step in even.steps] == [(8, 4, 10)] * 3


def test_a_file_for_training_is_read_as_it_is_used() -> None:
    data = 'layer {{ name: "d" type: "Data" top: "data" top: "label" include {{ phase: {0} }} transform_param {{ crop_size: {1} }} }}\n'
    text = data.format("TRAIN", 20) + data.format("TEST", 24)
    text += layer("Dropout", "include { phase: TRAIN }", tops='top: "data"')
    text += layer("ReLU", "exclude { phase: TEST }", tops='top: "data"')
    text += layer("Convolution", "convolution_param { num_output: 2 kernel_size: 3 }")
    text += layer("SoftmaxWithLoss", "", 'bottom: "out" bottom: "label"', 'top: "loss"')
    text += layer("Accuracy", "", 'bottom: "out" bottom: "label"', 'top: "accuracy"')
    analysis = walked(text)
    assert [(step.layer.kind, step.output) for step in analysis.steps] == [("conv", (2, 22, 22))]
    assert list(analysis.network.inputs) == ["data"]
    assert (
        "ignored, because they only measure: one (SoftmaxWithLoss), one (Accuracy)"
        in analysis.network.notes
    )


def test_stages_are_those_of_the_finished_network() -> None:
    text = (
        HEAD
        + layer("ReLU", 'include { stage: "deploy" }')
        + layer("TanH", 'include { stage: "val" }')
    )
    assert [step.layer.kind for step in walked(text).steps] == ["relu"]
    text = (
        HEAD
        + layer("ReLU")
        + layer("TanH", "include { min_level: 1 }")
        + layer("ELU", "include { max_level: -1 }")
    )
    assert [step.layer.kind for step in walked(text).steps] == ["relu"]


def test_data_for_the_training_alone_gives_the_input() -> None:
    text = 'layer { name: "d" type: "ImageData" top: "data" include { phase: TRAIN } image_data_param { new_height: 12 new_width: 10 } }\n'
    assert walked(text + layer("ReLU")).network.input == (3, 12, 10)
    text = 'layer { name: "d" type: "DummyData" top: "data" dummy_data_param { num: 1 channels: 2 height: 4 width: 5 } }\n'
    assert walked(text + layer("ReLU")).network.input == (2, 4, 5)


@pytest.mark.parametrize(
    ("option", "channels"),
    [("is_color: false", 1), ("is_color: 0", 1), ("is_color: true", 3), ("", 3)],
)
def test_pictures_may_be_loaded_in_grey(option: str, channels: int) -> None:
    text = f'layer {{ name: "d" type: "ImageData" top: "data" image_data_param {{ new_height: 12 new_width: 10 {option} }} }}\n'
    text += 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" }\n'
    assert loads(text.encode(), path="net.prototxt").input == (channels, 12, 10)


def test_open_sides_are_asked_for() -> None:
    text = 'layer { name: "d" type: "Data" top: "data" }\n' + layer("ReLU")
    assert refusal(text) == (
        "net.prototxt: the input ?×?×? has open sides; give them, as in --input 3x224x224"
    )
    assert walked(text, input=(1, 28, 28)).steps[0].output == (1, 28, 28)


def test_weights_of_one_name_are_counted_once() -> None:
    options = (
        'param { name: "w" } param { name: "b" } convolution_param { num_output: 4 kernel_size: 1 }'
    )
    text = HEAD + layer("Convolution", options) + layer("Convolution", options, tops='top: "more"')
    analysis = walked(text)
    assert analysis.totals["params"] == 8 * 4 + 4
    assert analysis.network.shared == {1: 0}
    both = layer("Convolution", options, 'bottom: "data" bottom: "data"', 'top: "x" top: "y"')
    assert walked(HEAD + both).totals["params"] == 8 * 4 + 4


def test_labels_beside_the_data_are_no_reason_to_pass_a_layer_over() -> None:
    text = 'layer { name: "d" type: "HDF5Data" top: "data" top: "marks" }\n'
    text += layer("Reverse", tops='top: "back"')
    text += layer("LSTM", "recurrent_param { num_output: 4 }", 'bottom: "back" bottom: "marks"')
    text += layer("InnerProduct", "inner_product_param { num_output: 6 axis: 2 }", 'bottom: "out"')
    assert [step.output for step in walked(text, input=(5, 7)).steps] == [(5, 7), (5, 4), (5, 6)]


def test_an_unknown_layer_in_place_keeps_the_shape() -> None:
    analysis = walked(HEAD + layer("Wonder", tops='top: "data"') + layer("ReLU"))
    assert [step.output for step in analysis.steps] == [(8, 12, 10)] * 2
    assert dict(analysis.unavailable) == {"Wonder": 1}


def test_locally_connected_layers_are_read() -> None:
    text = 'input: "data" input_dim: 1 input_dim: 8 input_dim: 12 input_dim: 10\n'
    text = text.replace("input:", "\ninput:")
    text += 'layers { layer { name: "lc" type: "locally_connected" num_output: 2 kernelsize: 3 pad: 1 } bottom: "data" top: "lc" }'
    analysis = walked(text)
    assert analysis.steps[0].output == (2, 12, 10)
    assert analysis.totals["params"] == (8 * 9 + 1) * 2 * 120


MORE = {
    "Local": "local_param { kernel_size: 3 }",
    "Scale": "scale_param { axis: 0 }",
    "Flatten": "flatten_param { axis: 0 }",
    "Concat": "concat_param { axis: 0 }",
    "Slice": "slice_param { axis: 0 }",
    "Tile": "tile_param { axis: 0 }",
    "Reduction": "",
    "ArgMax": "argmax_param { axis: 0 }",
    "InnerProduct": "inner_product_param { num_output: 3 axis: 0 }",
    "Convolution": "convolution_param { num_output: 4 kernel_size: 1 axis: 2 }",
    "ReLU": "relu_param { negative_slope: x }",
    "BatchNorm": "batch_norm_param { scale_bias: 7 }",
    "Softmax": "softmax_param { axis: x }",
    "PriorBox": "prior_box_param { aspect_ratio: x }",
}  # fmt: skip


@pytest.mark.parametrize("kind", MORE)
def test_what_cannot_be_is_refused_in_words(kind: str) -> None:
    assert refusal(HEAD + layer(kind, MORE[kind])).startswith("net.prototxt:2:1: ")


def test_joins_that_do_not_fit_are_refused() -> None:
    both = 'bottom: "data" bottom: "a"'
    for text in (
        layer("Eltwise", "eltwise_param { coeff: 1 coeff: 1 coeff: 1 }", both),
        layer("Crop", "crop_param { axis: 0 }", both),
        layer("Crop", "crop_param { axis: 2 offset: 1 offset: 1 offset: 1 }", both),
        layer("Crop", "", 'bottom: "data" bottom: "row"'),
        layer("Slice", "slice_param { slice_point: 1 slice_point: 2 }", tops='top: "x" top: "y"'),
        layer("ReLU", bottoms=""),
    ):
        assert refusal(HEAD + TWO + text).startswith("net.prototxt:6:1: one (")


def test_layers_that_give_what_they_read_are_left_out() -> None:
    text = (
        HEAD + layer("Power") + layer("Eltwise") + layer("Concat") + layer("Slice") + layer("ReLU")
    )
    assert [step.layer.kind for step in walked(text).steps] == ["relu"]


def test_a_parameter_stands_by_itself() -> None:
    text = HEAD + layer(
        "Parameter", "parameter_param { shape { dim: 8 dim: 12 dim: 10 } }", "", 'top: "p"'
    )
    text += layer("Eltwise", "", 'bottom: "data" bottom: "p"')
    with pytest.raises(ConvcalcError):  # its first side is the batch
        walked(text)
    text = text.replace("dim: 8 dim: 12 dim: 10 } }", "dim: 1 dim: 8 dim: 12 dim: 10 } }")
    assert walked(text).totals["params"] == 960


def test_volumes_are_read() -> None:
    text = 'input: "data" input_shape { dim: 1 dim: 3 dim: 16 dim: 12 dim: 12 }\n'
    text += layer(
        "Convolution3D",
        "convolution_param { num_output: 4 kernel_size: 3 kernel_depth: 5 pad: 1 temporal_pad: 2 }",
    )
    text += layer(
        "Pooling3D",
        "pooling_param { pool: MAX kernel_size: 2 kernel_depth: 1 stride: 2 temporal_stride: 1 }",
        'bottom: "out"',
        'top: "pool"',
    )
    assert [step.output for step in walked(text).steps] == [(4, 16, 12, 12), (4, 16, 6, 6)]


REFUSED = {
    HEAD + layer("Wonder"): "net.prototxt:2:1: one: the type 'Wonder' is not known, and its output size is not known; remove it and what reads it to see the rest",
    HEAD + layer("Convolutoin"): "net.prototxt:2:1: one: the type 'Convolutoin' is not known, and its output size is not known; did you mean 'Convolution'?",
    HEAD + layer("ReLU", bottoms='bottom: "dat"'): "net.prototxt:2:1: one (ReLU): no layer before it gives 'dat'; did you mean 'data'?",
    HEAD + layer("Convolution"): "net.prototxt:2:1: one (Convolution): has no num_output; give the number of output channels",
    HEAD + layer("InnerProduct"): "net.prototxt:2:1: one (InnerProduct): has no num_output; give the number of output values",
    HEAD + layer("Pooling"): "net.prototxt:2:1: one (Pooling): has no kernel_size; give one, or global_pooling: true",
    HEAD + layer("Pooling", "pooling_param { pool: MXA kernel_size: 2 }"): "net.prototxt:2:1: no pool 'MXA'; did you mean 'MAX'?",
    HEAD + layer("Convolution", "convolution_param { num_output: x kernel_size: 1 }"): "net.prototxt:2:1: num_output must be a whole number, but is 'x'; correct it",
    HEAD + layer("Convolution", "convolution_param { num_output: 0 kernel_size: 1 }"): "net.prototxt:2:1: num_output is 0; use 1 to 1,000,000,000",
    HEAD + layer("Softmax", "softmax_param { axis: 0 }"): "net.prototxt:2:1: one (Softmax): axis 0 is the batch, and one sample is counted here; use another axis",
    HEAD + layer("Softmax", "softmax_param { axis: 7 }"): "net.prototxt:2:1: one (Softmax): axis is 7, but 8×12×10 has axes 1 to 3",
    HEAD + layer("Permute", "permute_param { order: 1 }"): "net.prototxt:2:1: one (Permute): moves the batch, and one sample is counted here; begin with order: 0",
    HEAD + layer("Reshape", "reshape_param { shape { dim: 4 dim: -1 } }"): "net.prototxt:2:1: one (Reshape): makes 8×12×10 to 240 with 4 samples; one sample is counted here, so it must keep the batch",
    HEAD + layer("Crop"): "net.prototxt:2:1: one (Crop): reads one blob; give a second bottom with the size to take",
    HEAD + layer("Axpy"): "net.prototxt:2:1: one (Axpy): reads 1 blobs, but takes a, x and y",
    HEAD + "layer { name: ": "net.prototxt:2:1: the file ends within a block that begins at line 2; it may be incomplete",
    HEAD + "layer { name }": "net.prototxt:2:1: name is followed by '}'; give it a value",
    HEAD + "layer { name 'x' }": "net.prototxt:2:1: name is followed by \"'x'\"; put a colon or a brace between",
    HEAD + layer("ReLU") + "}": "net.prototxt:3:1: '}' closes nothing; delete it",
    HEAD + "layer { 5: 3 }": "net.prototxt:2:1: '5' is where a name is expected; correct or delete it",
    HEAD + 'layer { name: "x }': "net.prototxt:2:1: name cannot be '\"'; close its quotes or correct it",
    HEAD + "layer {" * 60: "net.prototxt:2:1: blocks are nested more than 50 deep; check the braces before",
    layer("ReLU"): "net.prototxt:1:1: the file does not name an input; add an Input layer, or input and input_dim at its start",
    'input: "data" input_dim: 1 input_dim: 2 input: "b"\n' + layer("ReLU"): "net.prototxt:1:1: input_dim gives 2 numbers for 2 inputs; give 4 for each",
}  # fmt: skip


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_is_wrong_is_said_at_its_line(number: int) -> None:
    text, message = list(REFUSED.items())[number]
    assert refusal(text) == message


def test_very_many_layers_are_refused_before_they_are_made() -> None:
    with pytest.raises(UsageError, match="more than 10 layers; raise --max-layers"):
        walked(HEAD + layer("ReLU") * 11, max_layers=10)


def test_many_problems_are_told_together() -> None:
    said = refusal(HEAD + layer("Wonder") + layer("Miracle"))
    assert said.count("net.prototxt") == 2


def test_a_text_in_many_parts_and_a_shape_of_many_sides_are_refused() -> None:
    assert "is longer than 10,000 characters" in refusal(
        HEAD + "layer { name: " + '"abc" ' * 100_000 + "}"
    )
    many = "reshape_param { shape { " + "dim: 9 " * 9 + "} }"
    assert "lists 9 dim; use at most 8" in refusal(HEAD + layer("Reshape", many))


def test_reading_stops_where_all_is_wrong() -> None:
    assert refusal(HEAD + layer("Wonder") * 300).endswith("… and at least 80 more; fix these first")


def test_a_long_line_without_an_end_is_refused_at_once() -> None:
    with pytest.raises(SpecError):
        walked(HEAD + 'layer { name: "' + '\\"' * 200_000)


def test_a_label_at_the_start_of_the_file_is_only_measured() -> None:
    text = HEAD.replace("}", '} input: "label" input_shape { dim: 1 dim: 1 }')
    text += layer("ReLU") + layer(
        "SigmoidCrossEntropyLoss", bottoms='bottom: "out" bottom: "label"'
    )
    assert [step.kind for step in walked(text)] == ["relu"]


@pytest.mark.parametrize(
    ("dims", "shape"), [((64, 8, 120), (8, 120)), ((64, 960, 1, 1), (960, 1, 1)), ((1, 80, 12), (80, 12))]
)  # fmt: skip
def test_the_samples_of_the_file_may_stand_in_a_reshape(
    dims: tuple[int, ...], shape: tuple[int, ...]
) -> None:
    sides = " ".join(f"dim: {dim}" for dim in dims)
    found = walked(
        HEAD.replace("dim: 1 ", "dim: 64 ", 1)
        + layer("Reshape", f"reshape_param {{ shape {{ {sides} }} }}")
    )
    assert found.outputs[-1].output == shape


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        # (n − 1)·s + k: the cells read by 3×3 pools with stride 2
        ("pooling_param { pool: MAX kernel_size: 3 stride: 2 }", (8, 25, 21)),
        ("unpooling_param { unpool: MAX kernel_size: 2 stride: 2 unpool_size: 23 }", (8, 23, 23)),
        ("unpooling_param { unpool: MAX kernel_h: 2 kernel_w: 2 stride: 2 unpool_h: 23 unpool_w: 19 }", (8, 23, 19)),
        ("upsample_param { scale: 2 }", (8, 24, 20)),
    ],
)  # fmt: skip
def test_an_unpooled_map_is_as_large_as_the_pool_has_read(
    options: str, shape: tuple[int, ...]
) -> None:
    pool = 'layer { name: "p" type: "Pooling" bottom: "data" top: "p" top: "mask" pooling_param { kernel_size: 1 } }\n'
    found = walked(HEAD + pool + layer("Unpooling", options, 'bottom: "p" bottom: "mask"'))
    assert found.outputs[-1].output == shape
    assert found.unavailable == {}


@pytest.mark.parametrize("options", ["kernel_size: 2 stride: 2", "global_pooling: true"])
def test_a_pool_of_another_sort_stands_with_its_size(options: str) -> None:
    found = walked(HEAD + layer("Pooling", f"pooling_param {{ pool: MIN {options} }}"))
    assert found.outputs[-1].output == ((8, 6, 5) if "size" in options else (8, 1, 1))
    assert found.unavailable == {"Pooling": 1}
