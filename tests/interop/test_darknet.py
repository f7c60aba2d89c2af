"""Darknet's .cfg: sizes and parameters by its rules, and refusals at their lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import ConvcalcError, SpecError
from convcalc.interop.load import load, loads

NET = "[net]\nwidth={}\nheight={}\nchannels={}\n"


def network(text: str, size: tuple[int, int, int] = (3, 16, 16), **options: Any) -> Any:
    """The network of some sections on an image."""
    channels, height, width = size
    data = (NET.format(width, height, channels) + text).encode()
    return loads(data, path="net.cfg", **options)


def shapes(
    text: str, size: tuple[int, int, int] = (3, 16, 16)
) -> list[tuple[str, tuple[int, ...]]]:
    """The layers' names and output shapes."""
    return [(step.name, step.output) for step in network(text, size).walk()]


def test_a_convolution_has_a_norm_instead_of_a_bias_and_leaks_a_tenth() -> None:
    text = (
        "[convolutional]\nbatch_normalize=1\nfilters=8\nsize=3\nstride=2\npad=1\nactivation=leaky\n"
    )
    walked = network(text).walk()
    assert [(step.name, step.output) for step in walked] == [
        ("0_conv", (8, 8, 8)),
        ("0_batchnorm", (8, 8, 8)),
        ("0_leaky_relu", (8, 8, 8)),
    ]
    assert walked.totals["params"] == 3 * 9 * 8 + 2 * 8  # no bias; scales and biases of the norm
    assert walked.totals["buffers"] == 2 * 8
    assert walked.totals["macs"] == 3 * 9 * 8 * 64


def test_what_is_left_out_has_darknets_defaults() -> None:
    assert shapes("[convolutional]\n") == [("0_conv", (1, 16, 16)), ("0_sigmoid", (1, 16, 16))]
    assert shapes("[maxpool]\nsize=2\nstride=2\n") == [("0_maxpool", (3, 8, 8))]
    assert shapes("[upsample]\n") == [("0_upsample", (3, 32, 32))]
    assert shapes("[avgpool]\n[connected]\noutput=5\nactivation=linear\n") == [
        ("0_global_avgpool", (3, 1, 1)),
        ("1_flatten", (3,)),
        ("1_linear", (5,)),
    ]


@pytest.mark.parametrize(
    ("size", "stride", "n", "out"), [(2, 2, 13, 7), (2, 1, 13, 13), (3, 2, 13, 7), (5, 1, 13, 13), (3, 3, 13, 5)]
)  # fmt: skip
def test_a_pool_adds_one_less_than_its_size_to_both_sides_together(
    size: int, stride: int, n: int, out: int
) -> None:
    """Darknet: out = (w + padding − size)/stride + 1 with padding = size − 1."""
    assert shapes(f"[maxpool]\nsize={size}\nstride={stride}\n", (3, n, n))[0][1] == (3, out, out)


def test_routes_count_sections_from_the_first_or_back_from_their_own() -> None:
    text = (
        "[convolutional]\nfilters=4\nactivation=linear\n"
        "[convolutional]\nfilters=6\nactivation=linear\n"
        "[route]\nlayers=-1,0\n"
        "[route]\nlayers=-2\ngroups=2\ngroup_id=1\n"
        "[route]\nlayers=1\n"
    )
    found = network(text).walk()
    assert [(step.name, step.output) for step in found] == [
        ("0_conv", (4, 16, 16)),
        ("1_conv", (6, 16, 16)),
        ("2_concat", (10, 16, 16)),
        ("3_slice", (3, 16, 16)),
    ]
    assert [step.name for step in found["2_concat"].before] == ["1_conv", "0_conv"]


def test_a_shortcut_of_unlike_shapes_takes_every_other_cell_and_the_channels_that_both_have() -> (
    None
):
    text = (
        "[convolutional]\nfilters=4\nactivation=linear\n"
        "[convolutional]\nfilters=6\nsize=3\nstride=2\npad=1\nactivation=linear\n"
        "[shortcut]\nfrom=-2\nactivation=relu\n"
    )
    assert shapes(text)[2:] == [
        ("2_maxpool", (4, 8, 8)),
        ("2_pad", (6, 8, 8)),
        ("2_add", (6, 8, 8)),
        ("2_relu", (6, 8, 8)),
    ]
    more = text.replace("filters=6", "filters=2")
    assert ("2_slice", (2, 8, 8)) in shapes(more)


def test_gates_reorg_and_what_decodes() -> None:
    text = (
        "[reorg]\nstride=2\n[avgpool]\n[scale_channels]\nfrom=0\nscale_wh=1\n"
        "[yolo]\nmask=0\nclasses=3\nnever_heard_of=1\n[dropout]\nprobability=.5\n"
    )
    assert shapes(text) == [
        ("0_space_to_depth", (12, 8, 8)),
        ("1_global_avgpool", (12, 1, 1)),
        ("2_multiply", (12, 8, 8)),
        ("4_dropout", (12, 8, 8)),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[deconvolutional]\nfilters=2\nsize=2\nstride=2\nbatch_normalize=1\nactivation=linear\n",
         [("0_conv_transpose", (2, 32, 32)), ("0_batchnorm", (2, 32, 32))]),
        ("[deconvolutional]\nfilters=2\nsize=3\npad=1\n",
         [("0_conv_transpose", (2, 16, 16)), ("0_sigmoid", (2, 16, 16))]),
        ("[local]\nfilters=2\nsize=3\npad=1\nactivation=elu\n", [("0_local_conv", (2, 16, 16)), ("0_elu", (2, 16, 16))]),
        ("[connected]\noutput=4\nbatch_normalize=1\nactivation=linear\n[softmax]\n",
         [("0_flatten", (768,)), ("0_linear", (4,)), ("0_batchnorm", (4,)), ("1_softmax", (4,))]),
        ("[batchnorm]\n[normalization]\nsize=5\n[crop]\ncrop_height=8\ncrop_width=10\n",
         [("0_batchnorm", (3, 16, 16)), ("1_lrn", (3, 16, 16)), ("2_crop", (3, 8, 10))]),
        ("[reorg]\nstride=2\n[reorg]\nstride=2\nreverse=1\n",
         [("0_space_to_depth", (12, 8, 8)), ("1_pixel_shuffle", (3, 16, 16))]),
        ("[logistic]\n[sam]\nfrom=0\nactivation=mish\n",
         [("0_sigmoid", (3, 16, 16)), ("1_multiply", (3, 16, 16)), ("1_mish", (3, 16, 16))]),
        ("[local_avgpool]\nsize=2\nstride=2\n", [("0_avgpool", (3, 8, 8))]),
        ("[convolutional]\nsize=3\nstride_x=2\nstride_y=1\npadding=1\nactivation=linear\n", [("0_conv", (1, 16, 8))]),
    ],
)  # fmt: skip
def test_further_sections(text: str, found: list[tuple[str, tuple[int, ...]]]) -> None:
    assert shapes(text) == found


def test_a_vector_goes_in_where_only_its_length_is_said() -> None:
    walked = loads(b"[net]\ninputs=8\n[connected]\noutput=2\n", path="net.cfg").walk()
    assert walked.totals["params"] == 18


def test_what_is_wrong_with_a_shortcut_is_told() -> None:
    text = "[maxpool]\nsize=2\nstride=2\n[upsample]\nstride=3\n[shortcut]\nfrom=0\n"
    with pytest.raises(
        SpecError, match="a shortcut of 3×8×8 and 3×24×24: the sides are not a whole multiple"
    ):
        network(text)


def test_layers_that_nobody_knows_stand_in_the_table_and_their_cost_is_unavailable() -> None:
    walked = network("[conv_lstm]\noutput_filters=8\n[activation]\nactivation=stair\n").walk()
    assert [(step.name, step.output) for step in walked] == [
        ("0_conv_lstm", (8, 16, 16)),
        ("1_stair", (8, 16, 16)),
    ]
    assert walked.unavailable == {"conv_lstm": 1, "stair": 1}


def test_recurrent_sections_are_one_step_with_a_norm_behind_each_matrix() -> None:
    """The numbers of matrices of the input and the state are from Darknet's rnn_layer.c, gru_layer.c and lstm_layer.c."""
    sides = "output=5\nbatch_normalize="
    pairs = {"gru": 3, "lstm": 4}
    for word, number in pairs.items():
        for normed in (0, 1):
            walked = network(f"[{word}]\n{sides}{normed}\n", (1, 2, 4)).walk()
            macs = number * (8 * 5 + 5 * 5)
            assert (walked.unavailable, walked.totals["macs"]) == ({}, macs)
            assert walked.totals["params"] == macs + 2 * number * 5 * (2 if normed else 1)
            assert walked.totals["buffers"] == 2 * number * 5 * 2 * normed
            assert [step.output for step in walked.outputs] == [(5,)]
    found = network("[rnn]\nhidden=6\noutput=5\nactivation=leaky\n", (1, 2, 4))
    assert found.walk().totals["params"] == 6 * (8 + 1) + 6 * (6 + 1) + 5 * (6 + 1)
    assert found.notes == ("line 5: of [rnn] one step of the sequence is counted",)


@pytest.mark.parametrize("word", ["rnn", "gru", "lstm"])
def test_a_recurrent_section_behind_one_that_is_wrong_says_nothing_more(word: str) -> None:
    with pytest.raises(SpecError, match="no activation 'liner'"):
        network(f"[convolutional]\nactivation=liner\n[{word}]\n")


def test_activations_of_darknet_alone_have_a_known_cost() -> None:
    for word, adds in {"ramp": 768, "relie": 0, "loggy": 1536}.items():
        walked = network(f"[activation]\nactivation={word}\n").walk()
        assert (walked.unavailable, walked.steps[0].counts.get("adds", 0)) == ({}, adds)


REFUSED = {
    "[convolutional]\nfilter=8\n": "net.cfg:6:1: [convolutional] has no option 'filter'; did you mean 'filters'?",
    "[convolutional]\nfilters=eight\n": "net.cfg:6:1: filters must be a whole number, but is 'eight'; correct it",
    "[convolutional]\nfilters=0\n": "net.cfg:6:1: filters is 0; use 1 to 1,000,000,000",
    "[convolutional]\nactivation=leeky\n": "net.cfg:6:1: no activation 'leeky'; did you mean 'leaky'?",
    "[convolutional]\nsize=30\n": "net.cfg:5:1: 0_conv (conv): a 30-wide window does not fit 16 along the height; raise the padding by 7",
    "[convolutional]\nantialiasing=1\n": "net.cfg:6:1: [convolutional]: antialiasing changes a layer in a way that convcalc does not know; "
    "remove the line to see the rest",
    "[rbm]\noutput=8\n": "net.cfg:5:1: [rbm] is not a known layer of Darknet, and its size is not known; remove it and what follows to see the rest",
    "[rout]\nlayers=-1\n": "net.cfg:5:1: [rout] is not a known layer of Darknet; did you mean 'route'?",
    "[dropout]\n[route]\nlayers=-5\n": "net.cfg:7:1: layers '-5' is not one of the 1 section before; use 0 to 0, or −1 for the last",
    "[route]\n": "net.cfg:5:1: [route] needs layers; name the sections that it reads",
    "width\n": "net.cfg:5:1: 'width' is neither a [section] nor an option=value; correct or delete the line",
    "[convolutional]\nstride=5\nactivation=linear\n[shortcut]\nfrom=-1\n[reorg]\n[shortcut]\nfrom=0\nweights_type=per_feature\n":
    "net.cfg:13:1: weights_type 'per_feature' is not known; only sums without weights are",
    "": "net.cfg: the file has no layers; check that it has a network",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_wrong_is_told_at_its_line(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        network(text)
    assert str(caught.value).startswith(REFUSED[text])


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        network("[convolutional]\nfilters=x\nactivation=y\n[maxpool]\nsize=z\n")
    assert [each.line for each in caught.value.problems] == [6, 7, 9]


def test_options_that_change_nothing_known_are_named_where_they_may() -> None:
    said = network("[maxpool]\nsize=2\nwhatever=3\n").notes
    assert said == (
        "line 7: [maxpool] has no option 'whatever' that changes sizes or counts; it is ignored",
    )


def test_another_size_goes_in(convcalc: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "tiny.txt"  # recognized by its content
    path.write_text(NET.format(16, 16, 3) + "[maxpool]\nsize=2\n", encoding="utf-8")
    assert load(str(path), input=(3, 8, 12)).walk().totals["layers"] == 1
    ran = convcalc("arch", str(path), "--input", "3x8x12", "--format", "json")
    assert json.loads(ran.out)["layers"][0]["output"] == [
        3,
        8,
        12,
    ]  # a pool's default stride is 1
    path.write_text("[net]\nbatch=1\n[maxpool]\nsize=2\n", encoding="utf-8")
    with pytest.raises(ConvcalcError, match="has open sides; give them, as in --input 3"):
        load(str(path))
    with pytest.raises(
        ConvcalcError,
        match="--set changes the parameters of a YAML file, but this is a file of Darknet",
    ):
        load(str(path), parameters={"classes": 3})


@pytest.mark.parametrize("cut", range(0, 200, 7))
def test_a_damaged_file_is_refused_in_a_line(cut: int) -> None:
    text = NET.format(16, 16, 3) + (
        "[convolutional]\nbatch_normalize=1\nfilters=8\nsize=3\nstride=2\npad=1\nactivation=leaky\n"
        "[route]\nlayers=-1\n[shortcut]\nfrom=-1\nactivation=linear\n[yolo]\nmask=0\n"
    )
    for damaged in (
        text[:cut],
        text[:cut] + "\0\x1b[31m" + text[cut:],
        text[cut:],
        text[:cut] + "=\n[" + text[cut:],
    ):
        with suppress(ConvcalcError):
            loads(damaged.encode(), path="net.cfg").walk()


@pytest.mark.unmeasured
def test_a_million_sections_are_refused() -> None:
    with pytest.raises(
        ConvcalcError, match="more than 100,000 layers; raise --max-layers if you mean it"
    ):
        network("[dropout]\n" * 200_000)


@pytest.mark.parametrize(
    ("options", "params", "macs", "side"),
    [
        # 3×3 on the 3 channels, 3×3 on the state, 3×3 to 8 channels; a bias each
        ("hidden=4\noutput=8\n", 4 * 28 + 4 * 37 + 8 * 37, 16 * 16 * 9 * (12 + 16 + 32), 16),
        ("hidden_filters=4\noutput_filters=8\n", 4 * 28 + 4 * 37 + 8 * 37, 16 * 16 * 9 * (12 + 16 + 32), 16),
        # 1×1, with a factor and an offset of a norm in place of a bias
        ("batch_normalize=1\nsize=1\npad=0\nhidden=4\noutput=8\nactivation=leaky\n", 12 + 16 + 32 + 32, 256 * 60, 16),
    ],
)  # fmt: skip
def test_a_recurrent_convolution_is_three_of_them(
    options: str, params: int, macs: int, side: int
) -> None:
    walked = network(f"[crnn]\n{options}").walk()
    assert (walked.totals["params"], walked.totals["macs"]) == (params, macs)
    assert walked.outputs[-1].output == (8, side, side)
    assert walked.unavailable == {}


def test_a_recurrent_convolution_behind_a_vector_reads_one_cell() -> None:
    walked = network("[connected]\noutput=6\n[crnn]\nsize=1\nhidden=4\noutput=8\n").walk()
    assert walked.outputs[-1].output == (8, 1, 1)
    assert walked.totals["params"] == 769 * 6 + 4 * 7 + 4 * 5 + 8 * 5
