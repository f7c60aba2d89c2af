"""The language of network files: values of parameters, loops, $in, conditions, and other libraries' words."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clock
from conftest import Ran
from convcalc.errors import SpecError, SpecErrors, UsageError
from convcalc.layers import every, make
from convcalc.layers.aliases import defaults_of, kind_called, library_words, option_words
from convcalc.network.load import load, loads
from convcalc.network.network import Network
from convcalc.network.parameters import Setting
from convcalc.network.problems import MAX_COUNTED
from convcalc.reference import fast_pointwise as fast
from convcalc.reference import loops_rearrange as loops
from test_network_files import names, network, option

BAD = Path(__file__).parent / "bad_specs"


def steps(found: Network) -> list[tuple[str, Any, int, int]]:
    """Kind, output, parameters and multiply-adds of each layer, without its name."""
    return [(step.layer.kind, step.output, step.params, step.macs) for step in found.walk().steps]


def same(layers: str, flat: str, *, head: str = "input: [4, 8, 8]", **options: Any) -> None:
    """Check that two lists of layers are the same network, except for names."""
    assert steps(network(layers, head=head, **options)) == steps(network(flat))


# ------------------------------------------------------- families of networks, with one block

RESNET = """
input: 3x224x224
parameters: {classes: 1000}
blocks:
  basic:
    parameters: {width: , stride: 1}
    layers:
      - add:
          - - conv: {out_channels: $width, kernel_size: 3, stride: $stride, padding: 1, bias: false}
            - batchnorm
            - relu
            - conv: {out_channels: $width, kernel_size: 3, padding: 1, bias: false}
            - batchnorm
          - - when: $stride != 1 or $in != $width
              layers:
                - conv: {out_channels: $width, kernel_size: 1, stride: $stride, bias: false}
                - batchnorm
      - relu
  bottleneck:
    parameters: {width: , stride: 1}
    layers:
      - add:
          - - conv: {out_channels: $width, kernel_size: 1, stride: STRIDE1, bias: false}
            - batchnorm
            - relu
            - conv: {out_channels: $width, kernel_size: 3, stride: STRIDE2, padding: 1, bias: false}
            - batchnorm
            - relu
            - conv: {out_channels: 4*$width, kernel_size: 1, bias: false}
            - batchnorm
          - - when: $stride != 1 or $in != 4*$width
              layers:
                - conv: {out_channels: 4*$width, kernel_size: 1, stride: $stride, bias: false}
                - batchnorm
      - relu
layers:
  - conv: {out_channels: 64, kernel_size: 7, stride: 2, padding: 3, bias: false}
  - batchnorm
  - relu
  - maxpool: {kernel_size: 3, stride: 2, padding: 1}
  - repeat: {stage: [2, 3, 4, 5], width: [64, 128, 256, 512], stride: [1, 2, 2, 2], depth: DEPTHS}
    name: conv${stage}_x
    layers:
      - BLOCK: {width: $width, stride: $stride}
      - repeat: $depth - 1
        layers: [{BLOCK: {width: $width}}]
  - global_avgpool
  - flatten
  - linear: {out_features: $classes}
"""


@pytest.mark.parametrize(
    ("name", "depths", "block", "first"),
    [
        ("resnet18_torchvision", [2, 2, 2, 2], "basic", "1"),
        ("resnet34_torchvision", [3, 4, 6, 3], "basic", "1"),
        ("resnet50_torchvision", [3, 4, 6, 3], "bottleneck", "1"),
        ("resnet50", [3, 4, 6, 3], "bottleneck", "$stride"),
        ("resnet101_torchvision", [3, 4, 23, 3], "bottleneck", "1"),
    ],
)
@pytest.mark.unmeasured
def test_the_resnets_are_one_block_each(
    name: str, depths: list[int], block: str, first: str
) -> None:
    second = "1" if first != "1" else "$stride"
    text = RESNET.replace("DEPTHS", str(depths)).replace("BLOCK", block)
    found = loads(text.replace("STRIDE1", first).replace("STRIDE2", second))
    bundled = load(name)
    assert sorted(steps(found)) == sorted(steps(bundled))
    assert found.walk().steps[-1].output == bundled.walk().steps[-1].output


EFFICIENTNET = """
input: [3, 224, 224]
parameters: {act: silu, width: 1, classes: 1000}
blocks:
  mbconv:
    parameters: {out: , kernel: 3, stride: 1, expand: 6, wide: $expand*$in, squeezed: "max(1, $in // 4)"}
    layers:
      - add:
          - - when: $expand != 1
              layers:
                - conv: {out_channels: $wide, kernel_size: 1, bias: false}
                - batchnorm
                - $act
            - depthwise_conv: {kernel_size: $kernel, stride: $stride, padding: $kernel // 2, bias: false}
            - batchnorm
            - $act
            - multiply:
                - []
                - - global_avgpool
                  - conv: {out_channels: $squeezed, kernel_size: 1}
                  - $act
                  - conv: {out_channels: $wide, kernel_size: 1}
                  - sigmoid
            - conv: {out_channels: $out, kernel_size: 1, bias: false}
            - batchnorm
          - {when: $stride == 1 and $in == $out, layers: []}
layers:
  - conv: {out_channels: "round_to(32*$width, 8)", kernel_size: 3, stride: 2, padding: 1, bias: false}
  - batchnorm
  - $act
  - repeat:
      stage: [2, 3, 4, 5, 6, 7, 8]
      expand: [1, 6, 6, 6, 6, 6, 6]
      kernel: [3, 3, 5, 3, 5, 5, 3]
      stride: [1, 2, 2, 2, 1, 2, 1]
      out: [16, 24, 40, 80, 112, 192, 320]
      depth: [1, 2, 2, 3, 3, 4, 1]
    name: stage$stage
    layers:
      - mbconv: {out: "round_to($out*$width, 8)", kernel: $kernel, stride: $stride, expand: $expand}
      - repeat: $depth - 1
        layers: [{mbconv: {out: $in, kernel: $kernel, expand: $expand}}]
  - conv: {out_channels: "round_to(1280*$width, 8)", kernel_size: 1, bias: false}
  - batchnorm
  - $act
  - global_avgpool
  - flatten
  - dropout: {p: 0.2}
  - linear: {out_features: $classes}
"""


def test_efficientnet_is_one_block() -> None:
    found, bundled = loads(EFFICIENTNET), load("efficientnet_b0")
    assert steps(found) == steps(bundled)
    assert found.walk()["stage4.1.multiply1"].output == (144, 28, 28)


def test_a_family_is_scaled_by_a_fraction_and_its_activation_by_a_word() -> None:
    found = loads(EFFICIENTNET, parameters={"width": 1.1, "act": "relu6"})
    widths = [s.output[0] for s in found.walk().steps if s.layer.kind == "conv"]
    # EfficientNet-B2's widths: torchvision 0.28.0 _efficientnet_conf, width_mult 1.1
    assert widths[0] == 32
    assert widths[-1] == 1408
    assert found.changed
    assert {n.layer.kind for n in found.nodes} >= {"relu6", "sigmoid"}
    assert "silu" not in {n.layer.kind for n in found.nodes}


# ------------------------------------------------------------------------ values of parameters

HEAD = """
input: [4, 8, 8]
parameters: {act: relu, pad: same, stride: [1, 2], biased: false, share: 0.25, rate: 3/4, sides: [[1, 0], 2], skip: first}
blocks:
  unit:
    parameters: {pad: valid, bias: true, kernel: [3, 1], act: tanh}
    layers:
      - conv: {out_channels: 8, kernel_size: $kernel, padding: $pad, bias: $bias}
      - $act
"""


def test_parameters_are_words_lists_flags_and_fractions() -> None:
    same(
        "- conv: {out_channels: 8, kernel_size: 3, padding: $pad, stride: $stride, bias: $biased}\n"
        "- conv: {out_channels: 8, kernel_size: 3, padding: $sides, bias: $stride == 1 or $biased}\n".replace(
            "$stride == 1", "$rate > 1"
        )
        + "- dropout: {p: $share}\n- dropout: {p: $rate / 3}\n- $act\n- $act: {name: last}",
        "- conv: {out_channels: 8, kernel_size: 3, padding: same, stride: [1, 2], bias: false}\n"
        "- conv: {out_channels: 8, kernel_size: 3, padding: [[1, 0], 2], bias: false}\n"
        "- dropout: {p: 0.25}\n- dropout: {p: 0.25}\n- relu\n- relu",
        head=HEAD,
    )
    assert option("- dropout: {p: $rate / 3}", "p", head=HEAD) == [0.25]
    assert loads(HEAD + "layers: [relu]").parameters["rate"] == Fraction(3, 4)


def test_blocks_take_words_lists_and_flags_and_have_them_as_defaults() -> None:
    same(
        "- unit\n- unit: {pad: $pad, bias: $biased, kernel: 3, act: $act}\n- unit: {kernel: [1, $stride2]}\n".replace(
            "$stride2", "3"
        ),
        "- conv: {out_channels: 8, kernel_size: [3, 1]}\n- tanh\n"
        "- conv: {out_channels: 8, kernel_size: 3, padding: same, bias: false}\n- relu\n"
        "- conv: {out_channels: 8, kernel_size: [1, 3]}\n- tanh",
        head=HEAD,
    )


def test_a_layers_name_is_a_parameter() -> None:
    text = "- relu: {name: $skip}\n- tanh\n- concat: [[], [{from: $skip}]]"
    found = network(text, head=HEAD)
    assert found.nodes[-1].inputs == (1, 0)
    text = "- maxpool: {name: $skip, kernel_size: 2}\n- from: input\n- crop: {like: $skip}"
    assert network(text, head=HEAD).walk()["crop1"].output == (4, 4, 4)


def test_the_kind_of_a_layer_may_be_a_block_with_parameters() -> None:
    head = HEAD.replace("act: relu,", "act: unit,")
    assert names("- $act: {pad: same}", head=head) == ["unit1.conv1", "unit1.tanh1"]


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("act", "gelu", "gelu"),
        ("act", "3", 3),
        ("pad", "1", 1),
        ("stride", "2", 2),
        ("stride", "2,1", (2, 1)),
        ("stride", "[2, 1]", (2, 1)),
        ("sides", "[[0, 1], 2]", ((0, 1), 2)),
        ("biased", "true", True),
        ("share", "0.5", Fraction(1, 2)),
        ("share", "3/8", Fraction(3, 8)),
        ("share", "1", 1),
        ("rate", "-7", -7),
    ],
)
def test_set_reads_every_sort_of_value(name: str, typed: str, value: Any) -> None:
    found = network("- relu", head=HEAD, parameters={name: Setting(typed, f"--set {name}")})
    assert found.parameters[name] == value
    assert type(found.parameters[name]) is type(value)


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        (
            "share",
            "half",
            "--set share must be a number, as in the file (0.25), but is 'half'; give one",
        ),
        (
            "biased",
            "1",
            "--set biased must be true or false, as in the file (false), but is 1; give one",
        ),
        (
            "share",
            "true",
            "--set share must be a number, as in the file (0.25), but is true; give one",
        ),
        (
            "stride",
            "same",
            "--set stride must be a number, as in the file ([1, 2]), but is 'same'; give one",
        ),
        ("share", "", "--set share is empty; give a value"),
        (
            "share",
            "1e5",
            "--set share must be a whole number, but this is '1e5'; write it in plain digits",
        ),
        (
            "share",
            "$rate",
            "--set share uses $rate, which is not a parameter here; write the value",
        ),
        (
            "biased",
            "yes",
            "--set biased is 'yes', which YAML versions read differently; write true or false, or a number",
        ),
        ("shar", "1", "<text>: no parameter 'shar'; did you mean 'share'?"),
    ],
)
def test_set_refuses_in_these_words(name: str, typed: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        network("- relu", head=HEAD, parameters={name: Setting(typed, f"--set {name}")})
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (0.5, Fraction(1, 2)),
        (-0.5, Fraction(-1, 2)),
        (1, 1),
        ([1, 2], (1, 2)),
        ((1, [2, 3]), (1, (2, 3))),
    ],
)
def test_programs_give_every_sort_of_value(given: Any, value: Any) -> None:
    assert network("- relu", head=HEAD, parameters={"share": given}).parameters["share"] == value


def test_programs_are_refused_lists_that_have_no_end() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(UsageError, match="parameter share lists 1 values; give 1 to 1,000 values"):
        network("- relu", head=HEAD, parameters={"share": endless})


def test_a_shape_may_be_a_text() -> None:
    for text in ("3x32x16", "3×32×16", "3X32X16", "3,32,16", '"3x32x16"'):
        assert network("- relu", head=f"input: {text}").input == (3, 32, 16)


# ------------------------------------------------------------------------------------- loops


def test_a_repeat_gives_values_to_a_name() -> None:
    same(
        "- repeat: {width: [8, 16]}\n  layers: [{conv: {out_channels: $width, kernel_size: 3}}, relu]",
        "- conv: {out_channels: 8, kernel_size: 3}\n- relu\n- conv: {out_channels: 16, kernel_size: 3}\n- relu",
    )


def test_several_values_go_in_step_and_lists_may_be_parameters() -> None:
    same(
        "- repeat: {width: $widths, stride: [1, $two], pad: [same, 0], act: [relu, tanh], i: 2}\n"
        "  layers:\n"
        "    - conv: {out_channels: $width + $i, kernel_size: 3, stride: $stride, padding: $pad}\n"
        "    - $act",
        "- conv: {out_channels: 8, kernel_size: 3, padding: same}\n- relu\n"
        "- conv: {out_channels: 17, kernel_size: 3, stride: 2}\n- tanh",
        head="input: [4, 8, 8]\nparameters: {widths: [8, 16], two: 2}",
    )


def test_nested_repeats_have_indices_of_their_own() -> None:
    text = (
        "- repeat: {i: 2}\n  layers:\n    - repeat: {j: $n}\n      layers:\n"
        "        - conv: {name: 'conv${i}_$j', out_channels: 10*$i + $j + 1, kernel_size: 1, dilation: 2**$j}"
    )
    head = "input: [4, 8, 8]\nparameters: {n: 3}"
    assert option(text, "out_channels", head=head) == [1, 2, 3, 11, 12, 13]
    assert option(text, "dilation", head=head) == [1, 2, 4, 1, 2, 4]
    assert names(text, head=head)[:4] == ["conv0_0", "conv0_1", "conv0_2", "conv1_0"]


def test_the_values_stand_in_the_names_of_the_copies() -> None:
    text = "- repeat: {width: [8, 16], i: 2}\n  name: NAME\n  layers: [{conv: {out_channels: $width, kernel_size: 1}}]"
    assert names(text.replace("NAME", "stage")) == ["stage.1.conv1", "stage.2.conv1"]
    assert names(text.replace("NAME", "w$width")) == ["w8.conv1", "w16.conv1"]
    assert names(text.replace("NAME", "$${i}")) == ["${i}.1.conv1", "${i}.2.conv1"]


def test_automatic_names_step_around_names_made_of_values() -> None:
    text = "- repeat: {i: 2}\n  layers: [{relu: {name: relu$i}}]\n- relu\n- relu"
    assert names(text) == ["relu0", "relu1", "relu2", "relu3"]


def test_a_block_does_not_see_the_values_of_a_repeat_around_it() -> None:
    head = "input: [4, 8, 8]\nblocks:\n  b: {layers: [{conv: {out_channels: $w, kernel_size: 1}}]}"
    with pytest.raises(SpecError, match=r"no parameter \$w here"):
        network("- repeat: {w: [1, 2]}\n  layers: [b]", head=head)


def test_values_are_gone_after_the_repeat() -> None:
    text = "- repeat: {w: [1, 2]}\n  layers: [relu]\n- conv: {out_channels: $w, kernel_size: 1}"
    with pytest.raises(SpecError, match=r"no parameter \$w here"):
        network(text)
    head = "input: [4, 8, 8]\nparameters: {w: 5}"
    assert option(text, "kind", head=head) == ["relu", "relu", "conv"]
    assert network(text, head=head).nodes[-1].layer.options()["out_channels"] == 5


@pytest.mark.parametrize("loops", ["0", "{i: 0}"])
def test_a_repeat_of_no_turns_leaves_nothing(loops: str) -> None:
    assert names(f"- relu\n- repeat: {loops}\n  name: gone\n  layers: [relu]") == ["relu1"]


@pytest.mark.unmeasured
def test_repeats_that_grow_are_refused_in_time() -> None:
    start = clock.seconds()
    for turns in ("{i: 999999999999}", "{i: 10**15}", "999999999999"):
        with pytest.raises(SpecError, match=r"too many for 100,000 layers|has more than 100,000"):
            network(f"- repeat: {turns}\n  layers: []")
    assert clock.seconds() - start < 5


# --------------------------------------------------------------------------------- $in, when


def test_in_is_what_comes_in_at_its_place() -> None:
    text = (
        "- conv: {out_channels: 2*$in, kernel_size: 1}\n"
        "- concat: [[], [{conv: {out_channels: $in, kernel_size: 1}}, {conv: {out_channels: $in // 2, kernel_size: 1}}]]\n"
        "- conv: {out_channels: $in + 1, kernel_size: 1, name: 'to$in'}\n"
        "- from: input\n- conv: {out_channels: $in, kernel_size: 1}"
    )
    assert [n.layer.options().get("out_channels") for n in network(text).nodes] == [
        8,
        8,
        4,
        None,
        13,
        4,
    ]
    assert network(text).nodes[4].name == "to12"


def test_in_follows_the_input_that_is_asked_for() -> None:
    text = "- conv: {out_channels: 2*$in, kernel_size: 1}"
    assert option(text, "out_channels", head="input: [4, 8, 8]", input=(5, 8, 8)) == [10]


def test_in_a_default_it_is_what_comes_into_the_block() -> None:
    head = """
input: [4, 8, 8]
blocks:
  unit:
    parameters: {entry: $in, wide: 6*$entry}
    layers:
      - conv: {out_channels: $wide, kernel_size: 1}
      - conv: {out_channels: $entry, kernel_size: 1}
      - conv: {out_channels: $in + $entry, kernel_size: 1}
"""
    assert option("- unit\n- unit: {entry: $in - 1}", "out_channels", head=head) == [
        24,
        4,
        8,
        42,
        7,
        14,
    ]


def test_a_parameter_called_in_goes_first() -> None:
    head = "input: [4, 8, 8]\nparameters: {in: 7}"
    assert option("- conv: {out_channels: $in, kernel_size: 1}", "out_channels", head=head) == [7]


@pytest.mark.unmeasured
def test_in_costs_no_more_than_the_layers() -> None:
    layers = "- conv: {out_channels: $in, kernel_size: 1}\n" * 4000
    start = time.process_time()
    network(layers)
    assert time.process_time() - start < 5


def test_layers_are_put_in_where_a_condition_holds() -> None:
    text = "- when: WHEN\n  layers: [relu, tanh]\n- elu"
    head = "input: [4, 8, 8]\nparameters: {n: 2, f: true}"
    for when, holds in {
        "true": 1,
        "False": 0,
        "$f": 1,
        "not $f": 0,
        "$n > 1 and $f": 1,
        "$n == 1": 0,
        "$in == 4": 1,
    }.items():
        expected = ["relu1", "tanh1", "elu1"] if holds else ["elu1"]
        assert names(text.replace("WHEN", when), head=head) == expected


def test_a_condition_goes_with_a_name_and_a_repeat() -> None:
    text = "- when: $in == IN\n  repeat: 2\n  name: stage\n  layers: [relu]\n- elu"
    assert names(text.replace("IN", "4")) == ["stage.1.relu1", "stage.2.relu1", "elu1"]
    assert names(text.replace("IN", "5")) == ["elu1"]
    text = "- when: $in == 4\n  name: stage\n  layers: [relu]"
    assert names(text) == ["stage.relu1"]


def test_a_path_is_left_out_where_its_condition_does_not_hold() -> None:
    text = "- relu\n- add: {name: sum, paths: [[tanh], {when: $in == IN, layers: []}]}\n- from: sum\n- elu"
    assert names(text.replace("IN", "4")) == ["relu1", "tanh1", "sum", "elu1"]
    found = network(text.replace("IN", "5"))
    assert [(n.name, n.inputs) for n in found.nodes] == [
        ("relu1", (-1,)),
        ("tanh1", (0,)),
        ("elu1", (1,)),
    ]


# ------------------------------------------------------------------- words of other libraries


@pytest.mark.parametrize("word", sorted(library_words()))
@pytest.mark.unmeasured
def test_each_name_of_a_kind_is_that_kind_in_a_file(word: str) -> None:
    cls = kind_called(word)
    assert cls
    if cls.merges:
        assert network(f"- {word}: [[relu], []]").nodes[-1].layer.kind == cls.kind
        return
    options, shape = cls.example
    body = {
        name: [list(v) if isinstance(v, tuple) else v for v in value]
        if isinstance(value, tuple)
        else value
        for name, value in options.items()
    }
    text = f"input: {list(shape)}\nlayers:\n  - {word}: {body}".replace("True", "true").replace(
        "False", "false"
    )
    layer = loads(text).nodes[0].layer
    assert layer.kind == cls.kind
    assert layer.dimensions == cls.dimensions
    if not defaults_of(word):
        assert layer.options() == make(cls.kind, options).options()


def test_an_onnx_graph_and_a_darknet_file_are_read_with_their_own_names() -> None:
    """VGG's first stage with ONNX's names, and Darknet's sections; counts by hand."""
    onnx = loads(
        "input: [3, 8, 8]\nlayers:\n  - Conv: {out_channels: 4, kernel_shape: 3, group: 1}\n  - BatchNormalization\n"
        "  - Relu\n  - MaxPool: {kernel_shape: 2, strides: 2}\n  - Add: [[], [Sigmoid]]\n  - Concat: [[], []]\n"
        "  - GlobalAveragePool\n  - Flatten\n  - Gemm: {out_features: 10}\n"
    ).walk()
    assert [step.kind for step in onnx] == [
        "conv", "batchnorm", "relu", "maxpool", "sigmoid", "add", "concat", "global_avgpool", "flatten", "linear",
    ]  # fmt: skip
    assert onnx.totals["params"] == (27 * 4 + 4) + 8 + (8 * 10 + 10)
    darknet = loads(
        "input: [3, 8, 8]\nlayers:\n  - convolutional: {filters: 4, size: 3, stride: 1, padding: 1}\n  - leaky\n"
        "  - maxpool: {size: 2, stride: 2}\n  - flatten\n  - connected: {out_features: 5}\n  - logistic\n"
    ).walk()
    assert [step.kind for step in darknet] == [
        "conv", "leaky_relu", "maxpool", "flatten", "linear", "sigmoid",
    ]  # fmt: skip
    assert darknet.totals["params"] == (27 * 4 + 4) + (64 * 5 + 5)


def test_words_that_mean_something_else_elsewhere_are_not_taken() -> None:
    text = "input: [3, 8, 8]\nlayers:\n  - {}\n"
    with pytest.raises(
        SpecError, match=r"Darknet pads size // 2 per side; write padding: with cells"
    ):
        loads(text.format("convolutional: {filters: 4, size: 1, pad: 1}"))
    for word in ("avgpool", "Split", "ReduceSum", "Attention"):
        assert word not in library_words()


@pytest.mark.parametrize(
    ("word", "options"),
    [
        ("AveragePool: {kernel_shape: 3}", {"count_include_pad": False}),
        ("InstanceNormalization", {"affine": True}),
        ("SpaceToDepth: {blocksize: 2}", {"order": "onnx"}),
        ("DepthToSpace: {blocksize: 2}", {"order": "onnx"}),
    ],
)
def test_operators_of_onnx_have_its_defaults(word: str, options: dict[str, Any]) -> None:
    """onnx.ai/onnx/operators: count_include_pad 0; scale and B are inputs; mode DCR."""
    layer = loads(f"input: [4, 8, 8]\nlayers:\n  - {word}\n").nodes[0].layer
    assert {name: getattr(layer, name) for name in options} == options


@pytest.mark.parametrize("kind", [k for k, c in every().items() if not c.merges])
@pytest.mark.unmeasured
def test_each_word_for_an_option_is_that_option(kind: str) -> None:
    cls = every()[kind]
    for word, own in option_words(cls).items():
        given = {**cls.example[0]}
        value = given.pop(own, cls.__dataclass_fields__[own].default)
        if value is None:
            continue
        expected = make(kind, {**given, own: value}).options()
        assert make(kind, {**given, word: value}).options() == expected


def test_keras_and_caffe_are_read_as_they_are_written() -> None:
    same(
        '- Conv2D: {filters: 8, kernel_size: 3, strides: 2, padding: "same", use_bias: false}\n'
        "- BatchNormalization\n- ReLU\n- MaxPooling2D: {pool_size: 2}\n- Flatten\n- Dropout: {rate: 0.5}\n- Dense: {units: 10}",
        "- conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: same, bias: false}\n"
        "- batchnorm\n- relu\n- maxpool: {kernel_size: 2}\n- flatten\n- dropout\n- linear: {out_features: 10}",
    )
    same(
        "- Convolution: {num_output: 8, kernel_size: 3, pad: 1, group: 2, bias_term: false}\n- TanH\n- Flatten\n- InnerProduct: {num_output: 10}",
        "- conv: {out_channels: 8, kernel_size: 3, padding: 1, groups: 2, bias: false}\n- tanh\n- flatten\n- linear: {out_features: 10}",
    )


def test_keras_has_its_own_size_of_a_transposed_convolution() -> None:
    # (n − 1)·s + max(k, s) = 24 in Keras; (n − 1)·s + k = 23 in PyTorch
    text = "- {}: {{out_channels: 8, kernel_size: 2, stride: 3}}"
    assert network(text.format("Conv2DTranspose")).walk().steps[-1].output == (8, 24, 24)
    assert network(text.format("ConvTranspose2d")).walk().steps[-1].output == (8, 23, 23)
    assert (
        make("Conv2DTranspose", {"filters": 8, "kernel_size": 2}).options()["size_rule"] == "keras"
    )


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (
            "Conv2d: {in_channels: 3, out_channels: 8, kernel_size: 1}",
            "in_channels is 3, but 4 channels come in; write 4, or leave it out",
        ),
        ("BatchNorm2d: {num_features: 64}", "num_features is 64, but 4 channels come in"),
        ("Linear: {in_features: 5, out_features: 2}", "needs a vector"),
        (
            "GroupNorm: {num_groups: 2, num_channels: 8}",
            "num_channels is 8, but 4 channels come in",
        ),
    ],
)
def test_what_is_said_to_come_in_is_checked(layer: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        network(f"- {layer}").walk()
    assert said in str(caught.value) or "flatten" in str(caught.value)


def test_what_comes_in_as_said_is_right_also_as_an_expression() -> None:
    text = "- Conv2d: {in_channels: $in, out_channels: 8, kernel_size: 1}\n- BatchNorm2d: {num_features: 2*$n}\n- Flatten\n- Linear: {in_features: 8*8*8, out_features: 2}"
    assert network(text, head="input: [4, 8, 8]\nparameters: {n: 4}").walk().steps[-1].output == (
        2,
    )


# --------------------------------------------------------------------------- all errors at once


def problems(text: str) -> list[SpecError]:
    with pytest.raises(SpecError) as caught:
        loads(text)
    return list(caught.value.problems)


def test_errors_are_told_in_the_order_of_the_file_and_once_each() -> None:
    text = "input: [3, 8, 8]\nlayers:\n  - &a rellu\n  - *a\n  - &b {conv: {kernel: x}}\n  - *b\n  - *b\nextra: 1"
    found = problems(text)
    assert [(error.line, error.what.split(";")[0]) for error in found] == [
        (3, "no layer kind or block 'rellu'"),
        (5, "conv needs out_channels"),
        (5, "kernel must be a whole number, but this is 'x'"),
        (8, "a network has no key 'extra'"),
    ]


def test_one_error_is_an_error_of_its_own() -> None:
    with pytest.raises(SpecError) as caught:
        loads("input: [3, 8, 8]\nlayers: [rellu]")
    assert not isinstance(caught.value, SpecErrors)
    assert caught.value.problems == (caught.value,)


def test_what_depends_on_something_wrong_is_not_wrong_too() -> None:
    text = """
input: [3, 8, 8]
parameters: {width: yes}
blocks:
  unit: {parameters: [[w]], layers: [relu]}
  other: {layer: []}
layers:
  - unit: {w: $width}
  - other
"""
    assert [error.line for error in problems(text)] == [3, 5, 6, 6]
    assert len(problems("blocks: [unit]\nlayers: [unit, {unit: {a: 1}}]")) == 1


EXPANSION = """
input: [3, 8, 8]
parameters: {width: 4, zero: 0}
blocks:
  unit:
    parameters: [c]
    layers:
      - conv: {out_channels: $c, kernel: $c / $zero}
      - conv: {out_channels: $in / 3, kernel: 1}
      - from: nowhere
layers:
  - conv: {out_channels: $width, kernel: 1, name: a}
  - conv: {out_channels: $width / 3, kernel: 1, name: first}
  - conv: {out_channels: $in, kernel: 1}
  - unit: {c: $width}
  - from: first
  - unit: {c: 3}
  - unit: {c: $width // $zero, name: u}
  - from: u.conv
  - add:
    - [from: missing]
    - [{conv: {out_channels: 4, kernel: 1/$zero}}]
  - from: a
  - maxpool: {kernel: 30}
  - conv: {out_channels: $in, kernel: 1}
  - conv: {out_channels: $in + 1, kernel: 1}
"""


def test_what_is_wrong_in_the_expansion_is_told_at_once_and_each_place_once() -> None:
    found = [(error.line, error.what.split(";")[0].split(",")[0]) for error in problems(EXPANSION)]
    assert found == [
        (8, "kernel_size divides 4 by 0"),
        (10, "no layer 'nowhere' before this one"),
        (13, "out_channels is $width / 3"),
        (18, "c divides 4 by 0"),
        (21, "no layer 'missing' before this one"),
        (22, "kernel_size divides 1 by 0"),
        (24, "maxpool1 (maxpool): a 30-wide window does not fit 8 along the height"),
    ]  # fmt: skip


def test_what_may_be_in_a_repeat_that_is_wrong_is_not_missed() -> None:
    text = "input: [3, 8, 8]\nparameters: {n: 3}\nlayers:\n- {repeat: $n / 2, layers: [{relu: {name: r}}]}\n- from: r"
    assert [error.line for error in problems(text)] == [4]


def test_outputs_that_lead_nowhere_are_told_at_once() -> None:
    text = "input: [3, 8, 8]\nlayers: [{relu: {name: a}}]\noutputs: [b, a, c]"
    assert [error.column for error in problems(text)] == [11, 17]


def test_shared_weights_of_what_is_wrong_are_not_wrong_too() -> None:
    text = (
        "input: [3, 8, 8]\nparameters: {zero: 0}\nlayers:\n"
        "- conv: {out_channels: 3, kernel: 3/$zero, name: a}\n"
        "- conv: {out_channels: 3, kernel: 1, weights: a}\n"
    )
    assert [error.line for error in problems(text)] == [4]


def test_a_file_that_grows_without_end_tells_what_was_wrong_before() -> None:
    text = (
        "input: [3, 8, 8]\nparameters: {zero: 0}\nlayers:\n"
        "- conv: {out_channels: 3, kernel: 3/$zero}\n- {repeat: 999, layers: [relu]}\n- relu\n"
    )
    with pytest.raises(SpecErrors) as caught:
        loads(text, max_layers=100)
    assert [error.line for error in caught.value.problems] == [4, 5]


@pytest.mark.unmeasured
def test_very_many_errors_are_counted_up_to_a_limit() -> None:
    start = clock.seconds()
    text = "input: [3, 8, 8]\nlayers:\n" + "".join(f"  - wrong{i}\n" for i in range(50_000))
    with pytest.raises(SpecErrors) as caught:
        loads(text)
    assert clock.seconds() - start < 5
    assert len(caught.value.problems) == MAX_COUNTED
    assert str(caught.value).endswith("\n… and at least 80 more; fix these first")


@pytest.mark.unmeasured
def test_wrong_aliases_of_aliases_cost_no_more_than_they_take_to_write() -> None:
    lines = ["- &a0 {repeat: 2, layers: [rellu]}"]
    lines += [
        f"- &a{i} {{repeat: 2, layers: [*a{i - 1}, *a{i - 1}, {{konv: {i}}}]}}"
        for i in range(1, 30)
    ]
    start = clock.seconds()
    assert len(problems("input: [3, 8, 8]\nlayers:\n" + "\n".join(lines))) == 30
    assert clock.seconds() - start < 2


def test_check_tells_all_errors_in_every_format(convcalc: Any) -> None:
    path = str(BAD / "several.yaml")
    for format_name in ("text", "json", "github", "sarif"):
        ran: Ran = convcalc("check", path, "--format", format_name)
        assert ran.code == 1
        for what in ("rellu", "out_chanels", "widht", "mcas"):
            assert what in ran.out, format_name


# ------------------------------------------------------------------ short forms, words of Darknet


def said(layers: str) -> str:
    with pytest.raises(SpecError) as caught:
        loads(f"input: [3, 8, 8]\nlayers:\n{layers}").walk()
    return caught.value.what


def test_a_layer_may_be_written_as_in_a_chain() -> None:
    short = loads(
        "input: [3, 8, 8]\nlayers: ['conv:k3c4p1/bias=false', relu, 'pool:k2', flatten, 'fc:10']"
    )
    assert [node.name for node in short.nodes] == [
        "conv1",
        "relu1",
        "maxpool1",
        "flatten1",
        "linear1",
    ]
    assert short.walk().totals["params"] == 3 * 9 * 4 + 64 * 10 + 10
    assert said("- conv:k3") == "conv:k3: conv needs out_channels; write c3"
    assert said("- 2*conv:k3c4").startswith("no layer kind or block '2*conv:k3c4'")
    assert said("- konv:k3c4").startswith("no layer kind or block 'konv:k3c4'")


def test_words_of_darknet_join_paths() -> None:
    text = "input: [3, 8, 8]\nlayers:\n- shortcut: [[relu], []]\n- route: [[], [conv:k1c5]]"
    assert loads(text).walk().steps[-1].output == (8, 8, 8)
    assert said("- route: {layers: [-1]}").startswith(
        "route: layers of Darknet counts the sections"
    )
    assert said("- shortcut: {from: -3}").startswith(
        "shortcut: from of Darknet counts the sections"
    )


@pytest.mark.parametrize("word", ["conv4d", "Conv5D"])
def test_more_axes_than_inputs_have_are_refused_in_words(word: str) -> None:
    assert said(f"- {word}: {{out_channels: 3, kernel_size: 1}}").endswith(
        f"works along {word[-2]} axes, but inputs have channels and up to 3 axes; leave {word[-2:]} out"
    )


def test_one_side_of_a_reshape_is_what_is_left() -> None:
    text = "input: [3, 8, 8]\nlayers: [{reshape: {shape: [-1, 16]}}]"
    assert loads(text).walk().steps[-1].output == (12, 16)
    analysis = loads(text.replace("[-1, 16]", "[-1]")).walk()
    assert analysis.steps[-1].output == (192,)
    assert (
        loops.reshape(np.arange(24).reshape(4, 6), [3, -1]).tolist()
        == np.arange(24).reshape(3, 8).tolist()
    )
    assert fast.reshape(np.arange(24).reshape(4, 6), [-1]).tolist() == [*range(24)]
    with pytest.raises(ValueError, match="the two must be equal"):
        loops.reshape(np.arange(24), [5, -1])
    assert said("- reshape: {shape: [-1, -1]}").endswith("has -1 more than once; write it once")
    assert "which is not a multiple of 5" in said("- reshape: {shape: [5, -1]}")
    assert "a side of shape is 0" in said("- reshape: {shape: [0, -1]}")
