"""The one-line language: every form of it, and every refusal word by word."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given

import clock
import strategies
from convcalc.errors import ConvcalcError
from convcalc.layers import LETTERS, Layer, every, find, make
from convcalc.layers.values import shape_of
from convcalc.network import chain as module
from convcalc.network import chain_groups
from convcalc.network.chain import MAX_REPEATS, parse_chain, read_layer
from strategies import built
from test_network_files import assert_equal_layers, raises, reached

KINDS = every()
RGB = (3, 32, 32)


def only(word: str, shape: tuple[int, ...] = RGB) -> Layer:
    """The one layer of a chain of one word."""
    (node,) = parse_chain([word], shape).nodes
    return node.layer


def options(word: str, shape: tuple[int, ...] = RGB) -> dict[str, Any]:
    """The settings of a word: its kind, and the options that differ from their defaults."""
    layer = only(word, shape)
    changed = {f.name: getattr(layer, f.name) for f in fields(layer)}
    return {"kind": layer.kind} | {
        f.name: changed[f.name] for f in fields(layer) if changed[f.name] != f.default
    }


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("conv:k5c6", {"kind": "conv", "kernel_size": 5, "out_channels": 6}),
        ("conv:c6k5", {"kind": "conv", "kernel_size": 5, "out_channels": 6}),
        ("conv:k5", {"kind": "conv", "kernel_size": 5, "out_channels": 3}),
        ("conv:5", {"kind": "conv", "kernel_size": 5, "out_channels": 3}),
        ("conv:5c6s2", {"kind": "conv", "kernel_size": 5, "out_channels": 6, "stride": 2}),
        (
            "conv:k3c9s2p1d2g3",
            {
                "kind": "conv",
                "kernel_size": 3,
                "out_channels": 9,
                "stride": 2,
                "padding": 1,
                "dilation": 2,
                "groups": 3,
            },
        ),
        ("conv:k3x5", {"kind": "conv", "kernel_size": (3, 5), "out_channels": 3}),
        ("conv:k3p1x2", {"kind": "conv", "kernel_size": 3, "out_channels": 3, "padding": (1, 2)}),
        (
            "conv:k3p0,1x0,1",
            {"kind": "conv", "kernel_size": 3, "out_channels": 3, "padding": ((0, 1), (0, 1))},
        ),
        (
            "conv:k3p2x0,1",
            {"kind": "conv", "kernel_size": 3, "out_channels": 3, "padding": (2, (0, 1))},
        ),
        *(
            (
                f"conv:k3p{word}c4",
                {"kind": "conv", "kernel_size": 3, "out_channels": 4, "padding": word},
            )
            for word in ("valid", "same", "same_lower", "full")
        ),
        (
            "conv:k3/bias=false",
            {"kind": "conv", "kernel_size": 3, "out_channels": 3, "bias": False},
        ),
        (
            "conv:k3s2/fit=ceil/bias=false",
            {
                "kind": "conv",
                "kernel_size": 3,
                "out_channels": 3,
                "stride": 2,
                "fit": "ceil",
                "bias": False,
            },
        ),
        (
            "conv:/kernel_size=3x5/padding=0,1x1",
            {
                "kind": "conv",
                "kernel_size": (3, 5),
                "out_channels": 3,
                "padding": ((0, 1), 1),
            },
        ),
        ("pool:k2", {"kind": "maxpool", "kernel_size": 2}),
        ("pool:2", {"kind": "maxpool", "kernel_size": 2}),
        ("pool:k3s2/ceil_mode=true", {"kind": "maxpool", "kernel_size": 3, "stride": 2, "ceil_mode": True}),
        ("avgpool:2/count_include_pad=false", {"kind": "avgpool", "kernel_size": 2, "count_include_pad": False}),
        ("tconv:k4s2p1a1c8", {"kind": "conv_transpose", "kernel_size": 4, "stride": 2, "padding": 1, "output_padding": 1, "out_channels": 8}),
        ("tconv:k2s3/size_rule=keras", {"kind": "conv_transpose", "kernel_size": 2, "stride": 3, "out_channels": 3, "size_rule": "keras"}),
        ("dw:k3m2", {"kind": "depthwise_conv", "kernel_size": 3, "multiplier": 2}),
        ("sep:k3c8m2", {"kind": "separable_conv", "kernel_size": 3, "out_channels": 8, "multiplier": 2}),
        ("up:2", {"kind": "upsample", "scale_factor": 2}),
        ("up:2x3/mode=linear", {"kind": "upsample", "scale_factor": (2, 3), "mode": "linear"}),
        ("aap:7", {"kind": "adaptive_avgpool", "output_size": 7}),
        ("crop:20", {"kind": "crop", "size": 20}),
        ("crop:/padding=0,1x2", {"kind": "crop", "padding": ((0, 1), 2)}),
        ("pad:2", {"kind": "pad", "padding": 2}),
        ("pad:0,1x0,1", {"kind": "pad", "padding": ((0, 1), (0, 1))}),
        ("pad:/channels=0,5", {"kind": "pad", "channels": (0, 5)}),
        ("reshape:48x8x8", {"kind": "reshape", "shape": (48, 8, 8)}),
        ("gn:3", {"kind": "groupnorm", "num_groups": 3}),
        ("dropout:0.25", {"kind": "dropout", "p": 0.25}),
        ("dropout:/p=.25", {"kind": "dropout", "p": 0.25}),
        ("dropout:/p=2.5e-1", {"kind": "dropout", "p": 0.25}),
        ("lrelu:0.2", {"kind": "leaky_relu", "negative_slope": 0.2}),
        ("prelu:/per_channel=true", {"kind": "prelu", "per_channel": True}),
        ("bn", {"kind": "batchnorm"}),
        ("relu", {"kind": "relu"}),
        ("relu:", {"kind": "relu"}),
    ],
)  # fmt: skip
@pytest.mark.unmeasured
def test_a_word_sets_these_options(word: str, expected: dict[str, Any]) -> None:
    assert options(word) == expected


def test_causal_padding_is_for_sequences() -> None:
    assert options("conv:k3pcausal", (4, 100))["padding"] == "causal"


@pytest.mark.parametrize(
    ("word", "kind"),
    [(word, kind) for kind, cls in KINDS.items() for word in cls.names()],
)
@pytest.mark.unmeasured
def test_a_kind_is_found_by_each_of_its_names_and_no_other_kind_is(word: str, kind: str) -> None:
    found = find(word)
    assert found
    assert issubclass(found, KINDS[kind])
    owners = [k for k, cls in KINDS.items() if word in cls.names()]
    assert owners == [kind]


@pytest.mark.parametrize(
    ("spelt", "kind"),
    [
        ("Conv2D", "conv"),
        ("Conv1d", "conv"),
        ("MaxPool2d", "maxpool"),
        ("AveragePooling2D", "avgpool"),
        ("Dense", "linear"),
        ("InnerProduct", "linear"),
        ("BatchNormalization", "batchnorm"),
        ("ConvTranspose2d", "conv_transpose"),
        ("Conv2DTranspose", "conv_transpose"),
        ("GlobalAveragePooling2D", "global_avgpool"),
        ("DepthwiseConv2D", "depthwise_conv"),
        ("LeakyReLU", "leaky_relu"),
    ],
)
def test_names_of_other_libraries_are_read_in_their_own_spelling(spelt: str, kind: str) -> None:
    found = find(spelt)
    assert found
    assert issubclass(found, KINDS[kind])


def test_the_letters_are_those_of_the_formulas() -> None:
    assert LETTERS == {
        "kernel_size": "k",
        "out_channels": "c",
        "stride": "s",
        "padding": "p",
        "dilation": "d",
        "groups": "g",
        "output_padding": "a",
        "multiplier": "m",
    }


def shapes(*words: str, shape: tuple[int, ...] = RGB) -> list[tuple[int, ...]]:
    return [row.output for row in parse_chain(words, shape).walk()]


def test_lenet_on_one_line() -> None:
    words = ("conv:k5c6", "pool:k2", "conv:k5c16", "pool:k2", "fc:120", "fc:84", "fc:10")
    report = parse_chain(words, (1, 32, 32)).walk()
    assert [row.output for row in report] == [
        *((6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5)),
        *((400,), (120,), (84,), (10,)),
    ]
    assert report.totals["params"] == 61_706


def test_layers_are_named_and_joined_in_a_row() -> None:
    nodes = parse_chain(["relu", "relu6", "2*relu", "relu6"], RGB).nodes
    assert [(node.name, node.inputs) for node in nodes] == [
        ("relu1", (-1,)),
        ("relu6_1", (0,)),
        ("relu2", (1,)),
        ("relu3", (2,)),
        ("relu6_2", (3,)),
    ]


def test_a_number_and_a_star_write_a_layer_several_times() -> None:
    assert shapes("3*conv:k3c8") == [(8, 30, 30), (8, 28, 28), (8, 26, 26)]
    assert shapes("1*relu") == [RGB]


def test_repeated_layers_are_one_object_so_that_the_walk_works_them_out_once() -> None:
    layers = [node.layer for node in parse_chain(["4*conv:k3c8psame"], RGB).nodes]
    assert len({id(layer) for layer in layers}) == 1


def test_without_channels_a_layer_keeps_those_that_come_in() -> None:
    assert shapes("conv:k1", "conv:k1c8", "2*conv:k1", "pad:/channels=1,1", "conv:k3") == [
        *((3, 32, 32), (8, 32, 32), (8, 32, 32), (8, 32, 32), (10, 32, 32), (10, 30, 30))
    ]


def test_repeats_without_channels_follow_a_layer_that_changes_them() -> None:
    assert shapes("2*pixel_shuffle:2", "conv:k1", shape=(16, 2, 2)) == [
        *((4, 4, 4), (1, 8, 8), (1, 8, 8))
    ]


def test_a_layer_on_vectors_gets_the_flatten_it_needs() -> None:
    kinds = [n.layer.kind for n in parse_chain(["pool:2", "fc:10", "rbf:3", "relu"], RGB).nodes]
    assert kinds == ["maxpool", "flatten", "linear", "rbf", "relu"]
    kinds = [n.layer.kind for n in parse_chain(["flatten", "fc:10"], RGB).nodes]
    assert kinds == ["flatten", "linear"]


# ----------------------------------------------------------------------------------- refusals


REFUSED: dict[str, tuple[list[Any], str]] = {
    "parts": (
        ["relu", "split:3"],
        "split:3: split makes 3 parts, but a layer gives one of them; write slice:into3take0",
    ),
    "not a text": ([3], "a layer of a chain is a text such as 'conv:k3c8', but this is 3"),
    "no layer": ([], "a chain needs at least one layer, such as conv:k3c8"),
    "unknown kind": (["konv:k3"], "no layer kind 'konv'; did you mean 'conv'?"),
    "an equals sign": (
        ["conv=k3c8"],
        "conv=k3c8: options follow a colon; write conv:k3c8",
    ),
    "far from any kind": (
        ["recurrent"],
        "no layer kind 'recurrent'; convcalc kinds lists them",
    ),
    "empty word": ([""], "'': no layer is named; write a kind, such as conv:k3c8"),
    "only a colon": ([":k3"], ":k3: no layer is named; write a kind, such as conv:k3c8"),
    "only a star": (["3*"], "3*: no layer is named; write a kind, such as conv:k3c8"),
    "star without number": (
        ["*relu"],
        "*relu: the number before * must be a whole number, but is ''; write plain digits",
    ),
    "star with a word": (
        ["many*relu"],
        "many*relu: the number before * must be a whole number, but is 'many'; write plain digits",
    ),
    "half a time": (
        ["0.5*relu"],
        "0.5*relu: the number before * must be a whole number, but is '0.5'; sizes and counts have no fractions",
    ),
    "no times": (["0*relu"], "0*relu: the number before * is 0; use 1 or more"),
    "fewer times": (["-2*relu"], "-2*relu: the number before * is -2; use 1 or more"),
    "too many": (["100001*relu"], "100001*relu: the chain has more than 100,000 layers; use fewer"),
    "too many together": (
        ["99999*relu", "2*relu"],
        "2*relu: the chain has more than 100,000 layers; use fewer",
    ),
    "join": (
        ["add"],
        "add: add merges several paths, and a chain has only one; write a YAML file",
    ),
    "two numbers of a convolution": (
        ["conv:3,32"],
        "conv:3,32: 3,32 can be the sides of a window, or a window and its filters; write k3x32, or k3c32",
    ),
    "two numbers of a pool": (
        ["pool:3,2"],
        "pool:3,2: 3,2 can be the sides of a window, or a window and its steps; write k3x2, or k3s2",
    ),
    "join for a pool": (
        ["max:k2"],
        "max:k2: maximum merges several paths, and a chain has only one; write a YAML file, or maxpool:k2 for a pool",
    ),
    "another join for a pool": (
        ["average:k2"],
        "average:k2: average merges several paths, and a chain has only one; write a YAML file, or avgpool:k2 for a pool",
    ),
    "lacks kernel": (["conv:c8"], "conv:c8: conv needs kernel_size; write k3"),
    "lacks features": (["fc"], "fc: linear needs out_features; write /out_features=…"),
    "unknown letter": (
        ["conv:k3q2"],
        "conv:k3q2: conv has no option 'q'; its letters are k kernel_size, s stride, p padding, d dilation, c out_channels, g groups",
    ),
    "letter of another kind": (
        ["pool:k2c8"],
        "pool:k2c8: maxpool has no option 'c'; its letters are k kernel_size, s stride, p padding, d dilation",
    ),
    "letter without letters": (
        ["aap:k3"],
        "aap:k3: adaptive_avgpool has no option 'k'; it has none",
    ),
    "unreadable": (
        ["conv:k3!c8"],
        "conv:k3!c8: cannot read '!c8'; options are a letter and a number, such as k3c64s2p1",
    ),
    "letter without number": (
        ["conv:kc8"],
        "conv:kc8: cannot read 'kc8'; options are a letter and a number, such as k3c64s2p1",
    ),
    "capital letter": (
        ["conv:K3"],
        "conv:K3: cannot read 'K3'; options are a letter and a number, such as k3c64s2p1",
    ),
    "negative": (
        ["conv:k3p-1"],
        "conv:k3p-1: cannot read 'p-1'; options are a letter and a number, such as k3c64s2p1",
    ),
    "number for none": (["relu:3"], "relu:3: relu has no options; leave '3' out"),
    "option twice": (["conv:k3k5"], "conv:k3k5: kernel_size is given twice; keep one"),
    "bare and letter": (["conv:3k5"], "conv:3k5: kernel_size is given twice; keep one"),
    "letter and name": (
        ["conv:k3/kernel_size=5"],
        "conv:k3/kernel_size=5: kernel_size is given twice; keep one",
    ),
    "name twice": (
        ["conv:k3/bias=true/bias=true"],
        "conv:k3/bias=true/bias=true: bias is given twice; keep one",
    ),
    "name without value": (
        ["conv:k3/bias"],
        "conv:k3/bias: 'bias' has no value; write /name=value",
    ),
    "unknown name": (
        ["conv:/kernal_size=3"],
        "conv:/kernal_size=3: conv has no option 'kernal_size'; did you mean 'kernel_size'?",
    ),
    "name for none": (
        ["relu:/inplace=true"],
        "relu:/inplace=true: relu has no option 'inplace'; leave it out: it does not change any number",
    ),
    "boolean": (
        ["conv:k3/bias=no"],
        "conv:k3/bias=no: bias cannot be 'no'; known: false, true",
    ),
    "word": (
        ["conv:k3/fit=flor"],
        "conv:k3/fit=flor: fit cannot be 'flor'; did you mean 'floor'?",
    ),
    "padding word": (
        ["conv:k3/padding=some"],
        "conv:k3/padding=some: padding cannot be 'some'; did you mean 'same'?",
    ),
    "fraction": (
        ["fc:1.5"],
        "fc:1.5: out_features must be a whole number, but is '1.5'; sizes and counts have no fractions",
    ),
    "fraction by name": (
        ["conv:/kernel_size=1.5"],
        "conv:/kernel_size=1.5: kernel_size must be a whole number, but is '1.5'; sizes and counts have no fractions",
    ),
    "no number": (
        ["dropout:/p=half"],
        "dropout:/p=half: p must be a number such as 0.5, but is 'half'",
    ),
    "not a number": (
        ["dropout:/p=nan"],
        "dropout:/p=nan: p must be a number such as 0.5, but is 'nan'",
    ),
    "infinite": (
        ["dropout:/p=1e999"],
        "dropout:/p=1e999: p must be a number such as 0.5, but is '1e999'",
    ),
    "too long": (
        ["conv:k1000000000000"],
        "conv:k1000000000000: kernel_size has 13 digits; use a number of up to 12 digits",
    ),
    "sides": (
        ["conv:k3p1,1,1"],
        "conv:k3p1,1,1: padding has 3 numbers for one axis; give one, or before,after",
    ),
    "pair": (
        ["pad:/channels=1"],
        "pad:/channels=1: channels takes two numbers, before,after, but is '1'",
    ),
    "nothing between separators": (
        ["conv:/kernel_size=3x"],
        "conv:/kernel_size=3x: kernel_size must be numbers such as 3 or 3x5, but is '3x'",
    ),
    "a thousand as a kernel": (
        ["conv:k1,000"],
        "conv:k1,000: kernel_size must be a whole number, but is '1,000'; write plain digits",
    ),
    "only in a file": (
        ["crop:/like=conv1"],
        "crop:/like=conv1: like cannot be given in one line, so 'conv1' is not read; write a YAML file",
    ),
    "does not fit": (
        ["conv:k3c8", "conv:k33"],
        "conv2 (conv:k33): a 33-wide window does not fit 30 along the height; raise the padding by 2 per side, or use a kernel of at most 30",
    ),
    "fits no longer": (
        ["20*conv:k3"],
        "conv16 (20*conv:k3): a 3-wide window does not fit 2 along the height; raise the padding by 1 per side, or use a kernel of at most 2",
    ),
    "other axes": (
        ["conv:k3x3x3"],
        "conv1 (conv:k3x3x3): kernel_size [3, 3, 3] is for 3 axes, but the input has 2; give one number, or 2",
    ),
    "beyond memory": (
        ["100*up:999999999"],
        "upsample1 (100*up:999999999): its output 3×31999999968×31999999968 has more than 1,000,000,000,000,000,000 values; use smaller numbers",
    ),
    "control characters": (
        ["conv\x1b[31m:k3"],
        "no layer kind 'conv\\x1b[31m'; did you mean 'conv'?",
    ),
    "equals": (["conv=k3c8"], "conv=k3c8: options follow a colon; write conv:k3c8"),
    "equals after a number": (
        ["3*relu", "2*conv=k3"],
        "2*conv=k3: options follow a colon; write 2*conv:k3",
    ),
    "equals among the options": (
        ["conv:k=3,c=64"],
        "conv:k=3,c=64: cannot read 'k=3,c=64'; write k3c64",
    ),
    "a name without a slash": (
        ["conv:kernel_size=3"],
        "conv:kernel_size=3: cannot read 'kernel_size=3'; write k3",
    ),
    "two words for one option": (
        ["conv:k3c8/filters=9"],
        "conv:k3c8/filters=9: out_channels is given twice; keep one",
    ),
    "other channels": (
        ["conv:k3c8", "conv:k3c8/in_channels=3"],
        "conv2 (conv:k3c8/in_channels=3): in_channels is 3, but 8 channels come in; write 8, or leave it out",
    ),
    "group not closed": (["3*(relu", "2*(conv:k3"], "2*( is not closed; add )"),
    "group not opened": (
        ["relu", "relu)"],
        "a ) has no ( before it; delete it, or write 3*( where the group begins",
    ),
    "group of nothing": (["3*()"], "3*() has no layers; name some, such as 3*(conv:k3c64 relu)"),
    "group without a number": (
        ["(conv:k3", "relu)"],
        "the number of repeats is missing; write for example 3*(conv:k3c64 relu)",
    ),
    "group of none": (["0*(relu)"], "0*(: the number before * is 0; use 1 or more"),
    "groups too deep": (
        ["1*(" * 31 + "relu" + ")" * 31],
        "groups are more than 30 deep; write them flatter",
    ),
    "groups that grow": (
        ["1000*(1000*(1000*(relu)))"],
        "1000*(1000*(1000*(relu))): the chain has more than 100,000 layers; use fewer",
    ),
    "groups with too many words": (
        ["2*(" + "relu " * 20_000 + ")"],
        "the chain has 20,002 words; at most 20,000 are read",
    ),
    "wrong kind in a group": (["2*(cnov:k3)"], "no layer kind 'cnov'; did you mean 'conv'?"),
}


@pytest.mark.parametrize(
    ("words", "flat"),
    [
        (["2*(conv:k3p1 relu)"], ["conv:k3p1", "relu"] * 2),
        (["2*(conv:k3p1", "relu)", "tanh"], ["conv:k3p1", "relu"] * 2 + ["tanh"]),
        (["2*(conv:k3p1 3*(relu) pool:k2)"], (["conv:k3p1"] + ["relu"] * 3 + ["pool:k2"]) * 2),
        (["2*(2*conv:k3p1 relu)"], ["conv:k3p1", "conv:k3p1", "relu"] * 2),
        (["1*(relu)1*(tanh)"], ["relu", "tanh"]),
    ],
)
def test_a_group_is_its_layers_written_out(words: list[str], flat: list[str]) -> None:
    found, expected = parse_chain(words, RGB), parse_chain(flat, RGB)
    assert [node.name for node in found.nodes] == [node.name for node in expected.nodes]
    assert [node.layer.options() for node in found.nodes] == [
        node.layer.options() for node in expected.nodes
    ]
    assert found.walk().steps[-1].output == expected.walk().steps[-1].output


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Conv2d:k3/filters=8", "conv:k3c8"),
        ("Conv2D:k3c8/strides=2/use_bias=false", "conv:k3c8s2/bias=false"),
        ("conv:c8/kernel=3/pad=1/rate=2", ""),
        ("conv:c8/kernel=3/pad=1/dilation_rate=2/in_channels=3", "conv:k3c8p1d2"),
        ("MaxPooling2D:/pool_size=2", "maxpool:k2"),
        ("Conv2DTranspose:k2c8s3", "tconv:k2c8s3/size_rule=keras"),
        ("ConvTranspose2d:k2c8s3", "tconv:k2c8s3"),
    ],
)
def test_words_of_other_libraries_mean_ours(theirs: str, ours: str) -> None:
    if not ours:
        with pytest.raises(ConvcalcError, match="conv has no option 'rate'"):
            parse_chain([theirs], RGB)
        return
    assert (
        parse_chain([theirs], RGB).nodes[0].layer.options()
        == parse_chain([ours], RGB).nodes[0].layer.options()
    )


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.unmeasured
def test_it_refuses_in_these_words(case: str) -> None:
    words, said = REFUSED[case]
    with pytest.raises(ConvcalcError) as caught:
        parse_chain(words, RGB)
    assert str(caught.value) == said


SHAPES_REFUSED = {
    "a=3x3x3": "--input a=3x3x3: layers have one input, which needs no name; write --input 3x3x3",
    "": "--input must be a shape such as 3x224x224, but is ''",
    "3x": "--input must be a shape such as 3x224x224, but is '3x'",
    "x".join("1" * 9): "--input must be a shape such as 3x224x224, but is '1x1x1x1x1x1x1x1x1'",
    "3x32xh": "--input must be a whole number, but is 'h'; write plain digits",
    "3x32.5x32": "--input must be a whole number, but is '32.5'; sizes and counts have no fractions",
    "3x0x32": "--input has a side of 0; use 1 or more",
    "3x-4x32": "--input has a side of -4; use 1 or more",
    "3x1000000000000x1": "--input has 13 digits; use a number of up to 12 digits",
}


@pytest.mark.parametrize("text", SHAPES_REFUSED)
def test_a_shape_is_refused_in_these_words(text: str) -> None:
    with pytest.raises(ConvcalcError) as caught:
        shape_of(text)
    assert str(caught.value) == SHAPES_REFUSED[text]


@pytest.mark.parametrize("text", ["3x224x225", "3×224×225", "3,224,225", " 3X224X225 "])
def test_a_shape_is_read_in_these_forms(text: str) -> None:
    assert shape_of(text) == (3, 224, 225)


def test_every_refusal_in_the_code_is_met_here() -> None:
    lines: set[tuple[str, int]] = set()
    for words, _ in REFUSED.values():
        with pytest.raises(ConvcalcError) as caught:
            parse_chain(words, RGB)
        lines.update(reached(caught.value))
    for text in SHAPES_REFUSED:
        with pytest.raises(ConvcalcError) as caught:
            shape_of(text)
        lines.update(reached(caught.value))
    with pytest.raises(
        ConvcalcError, match=r"write repeat: 3, and layers: \[conv:k3c8\]"
    ) as caught:
        read_layer("3*conv:k3c8")
    lines.update(reached(caught.value))
    paths = [Path(module.__file__), Path(chain_groups.__file__)]
    missed = [
        (path.name, s.start)
        for path in paths
        for s in raises(path)
        if not any((str(path), line) in lines for line in s)
    ]
    assert missed == []


# --------------------------------------------------------------------- there and back again


def spelt(value: Any) -> str:
    """A value in the chain language."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "x".join(",".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in value)
    return str(value)


ONE_LINE = [kind for kind, cls in KINDS.items() if not cls.merges and not cls.references]


@strategies.often
@given(strategies.layers(*ONE_LINE))
def test_a_layer_of_every_kind_comes_back_from_one_word(drawn: strategies.Made) -> None:
    assume("connections" not in drawn.options)
    assume("counts" not in drawn.options)
    assume("//" not in str(drawn.options))  # the separator of options in a chain
    # on one axis, a number and a list of one number are written in the same way
    given_options: dict[str, Any] = {
        name: value[0]
        if isinstance(value, tuple)
        and len(value) == 1
        and name not in ("shape", "axes", "order")
        and isinstance(value[0], int)
        else value
        for name, value in drawn.options.items()
    }
    expected: Any = KINDS[drawn.layer.kind]
    word = f"{drawn.layer.kind}:"
    for name in sorted(given_options, key=lambda name: name not in LETTERS):
        if name in LETTERS:
            word += f"{LETTERS[name]}{spelt(given_options[name])}"
        elif name in ("channels", "order", "axes"):
            listed = given_options[name]
            word += f"/{name}={','.join(map(str, listed)) if isinstance(listed, tuple) else listed}"
        else:
            word += f"/{name}={spelt(given_options[name])}"
    assert_equal_layers(
        parse_chain([word], drawn.shapes[0]).nodes[-1].layer, built(expected, given_options)
    )


def test_text_options_are_read_as_in_a_chain() -> None:
    layer = make("conv", {"kernel_size": "3x5", "out_channels": "7"}, text=True)
    assert isinstance(layer, KINDS["conv"])
    assert (vars(layer)["kernel_size"], vars(layer)["out_channels"]) == ((3, 5), 7)


@pytest.mark.unmeasured
def test_the_longest_chain_is_made_in_seconds() -> None:
    start = clock.seconds()
    nodes = parse_chain([f"{MAX_REPEATS}*conv:k3psame"], (8, 9, 9)).nodes
    assert len(nodes) == MAX_REPEATS
    assert clock.seconds() - start < 5
