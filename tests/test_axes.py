"""The order of an input's axes, and the words of its axes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convcalc as package
from conftest import Ran
from convcalc.errors import ConvcalcError, UsageError
from convcalc.network.axes import channels_first, order_notes
from strategies import some

Run = Callable[..., Ran]
FILE = "input: {}\n{}layers: [{{conv: {{out_channels: 4, kernel_size: 3}}}}]\n"


def all_of(ran: Any) -> str:
    """The visible output: both streams."""
    return f"{ran.out}{ran.err}"


@some
@given(st.lists(st.integers(1, 99), min_size=1, max_size=4).map(tuple))
def test_channels_last_is_the_shape_with_its_last_number_in_front(shape: tuple[int, ...]) -> None:
    turned = channels_first(shape, "hwc")
    assert turned[1:] + turned[:1] == shape
    assert channels_first(shape, "chw") == channels_first(shape, "") == shape


NOTES = {
    (224, 224, 3): (
        "the input 224×224×3 is read channels first, as 224 channels of 224×3; for 3 channels of 224×224 write "
        "3x224x224, or give the order with --order hwc or order: hwc in a file"
    ),
    (28, 28, 1): (
        "the input 28×28×1 is read channels first, as 28 channels of 28×1; for 1 channel of 28×28 write 1x28x28, or "
        "give the order with --order hwc or order: hwc in a file"
    ),
    (1, 3, 32, 32): (
        "the input 1×3×32×32 is read channels first, as 1 channel of 3×32×32; if the 1 is a batch, leave it out: 3x32x32"
    ),
    (64, 3, 224, 224): (
        "the input 64×3×224×224 is read channels first, as 64 channels of 3×224×224; if the 64 is a batch, leave it "
        "out: 3x224x224"
    ),
    (1, 32, 48, 3): (
        "the input 1×32×48×3 is read channels first, as 1 channel of 32×48×3; if the 1 is a batch, leave it out: 3x32x48"
    ),
    (3, 224, 224): "",
    (512, 7, 1): "",  # a side of 7 belongs to a deep map, not to an image
    (7, 224, 3): "",
    (3, 16, 112, 112): "",
    (16000,): "",
    (1, 16000): "",
}


@pytest.mark.parametrize("shape", NOTES, ids=str)
def test_what_looks_exchanged_is_said(shape: tuple[int, ...]) -> None:
    network = package.chain(shape, "relu")
    assert list(order_notes(network)) == [NOTES[shape]] * bool(NOTES[shape])
    network.order = "chw"
    assert list(order_notes(network)) == []


def test_a_note_is_in_every_report(convcalc: Run, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(FILE.format("[32, 32, 3]", ""), encoding="utf-8")
    path = str(tmp_path / "net.yaml")
    for words in (("arch", path), ("chain", "--input", "32x32x3", "conv:k3c4")):
        for format_name in ("table", "json", "markdown", "html"):
            said = all_of(convcalc(*words, "--format", format_name))
            assert "32 channels of 32×3" in said
    assert "channels of" not in all_of(convcalc("arch", path, "--order", "chw"))


def test_the_input_of_a_file_is_mended_in_the_file() -> None:
    network = package.loads(FILE.format("[32, 48, 3]", ""))
    (note,) = order_notes(network)
    assert note.endswith("of 32×48 write [3, 32, 48], or add order: hwc to the file")
    network = package.loads(FILE.format("[3, 32, 48]", ""), input=(32, 48, 3))
    (note,) = order_notes(network)
    assert note.endswith("or give the order with --order hwc or order: hwc in a file")


def test_the_order_can_be_said(convcalc: Run, tmp_path: Path) -> None:
    words = ("chain", "--input", "32x48x3", "conv:k3c4")
    said = all_of(convcalc(*words, "--order", "hwc"))
    assert "input 3×32×48" in said
    assert "the input was written channels last; all shapes here are channels first" in said
    shapes = [
        convcalc("arch", "vgg16", "--input", "256x300x3", "--order", "hwc", "--format", "json"),
        convcalc("arch", "vgg16", "--input", "3x256x300", "--format", "json"),
    ]
    assert len({json.loads(each.out)["layers"][0]["output"].__repr__() for each in shapes}) == 1
    (tmp_path / "net.yaml").write_text(FILE.format("32x48x3", "order: hwc\n"), encoding="utf-8")
    path = str(tmp_path / "net.yaml")
    assert "input 3×32×48" in convcalc("arch", path).out
    assert "input 3×64×48" in convcalc("arch", path, "--input", "64x48x3").out  # as in the file
    assert "input 3×64×48" in convcalc("arch", path, "--input", "3x64x48", "--order", "chw").out


def test_python_says_it_with_a_word() -> None:
    assert package.chain((32, 48, 3), "conv:k3c4", order="hwc").input == (3, 32, 48)
    assert package.load("vgg16", input=(64, 96, 3), order="hwc").input == (3, 64, 96)
    text = FILE.format("[32, 48, 3]", "order: hwc\n")
    assert package.loads(text).input == (3, 32, 48)
    assert package.loads(text, input=(3, 8, 9), order="chw").input == (3, 8, 9)
    with pytest.raises(UsageError, match=r"^order cannot be 'whc'; did you mean 'hwc'\?$"):
        package.chain("8x8x3", "relu", order="whc")
    with pytest.raises(UsageError, match=r"^order cannot be 'whc'; did you mean 'hwc'\?$"):
        package.loads(text, order="whc")


def test_a_refusal_names_the_order(convcalc: Run) -> None:
    said = convcalc("chain", "--input", "224x224x3", "conv:k7c64").err
    assert said == (
        "convcalc: conv1 (conv:k7c64): a 7-wide window does not fit 3 along the width; the input 224×224×3 is read "
        "channels first, as 224 channels of 224×3; for 3 channels of 224×224 write 3x224x224, or give the order with --order "
        "hwc or order: hwc in a file; or raise the padding by 2 per side, or use a kernel of at most 3\n"
    )


def test_shapes_that_do_not_fit_are_named_as_they_are_written(
    convcalc: Run, tmp_path: Path
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "{input: [28, 28, 1], order: hwc, layers: [conv:k3c8, maxpool:k2, conv:k3c8, maxpool:k2]}"
    )
    way_out = "raise the padding by 1 per side, or use a kernel of at most 1"
    said = {
        (str(path), "--input", "1x28x28"):
            "the input 1×28×28 is read channels last, as 28 channels of 1×28; for 1 channel of 28×28 write 28x28x1, or "
            f"give the order with --order chw; or {way_out}",
        (str(path), "--input", "5x5x1"):
            f"the input's height and width must be at least 10, as in 10×10×1; or {way_out}",
        ("vgg16", "--order", "hwc", "--input", "224x224"):
            "the input 224×224 has 2 sides, but the file's own 224×224×3 has 3; give the channels and every axis: 224x224x3",
        ("vgg16", "--order", "hwc", "--input", "224x3"):
            "the input 224×3 has 2 sides, but the file's own 224×224×3 has 3; give the channels and every axis: 224x224x3",
        ("vgg16", "--order", "hwc", "--input", "1x224x224x3"):
            "the input 1×224×224×3 has 4 sides, but the file's own 224×224×3 has 3; leave the batch out: 224x224x3",
        ("vgg16", "--input", "3x224"):
            "the input 3×224 has 2 sides, but the file's own 3×224×224 has 3; give the channels and every axis: 3x224x224",
        ("vgg16", "--input", "224x224"):
            "the input 224×224 has 2 sides, but the file's own 3×224×224 has 3; give the channels and every axis: 3x224x224",
    }  # fmt: skip
    for words, line in said.items():
        ran = convcalc("arch", *words)
        assert ran.code == 2
        assert line in ran.err.rpartition("convcalc: ")[2].split("\n")[0], words


def test_a_refusal_names_the_batch() -> None:
    from convcalc.analysis.unfit import with_inputs  # noqa: PLC0415 - as in the command

    with pytest.raises(ConvcalcError) as caught:
        package.loads(
            "{input: [1, 3, 32, 32], layers: [conv: {out_channels: 4, kernel_size: [3, 3]}]}"
        ).walk()
    assert "if the 1 is a batch, leave it out: 3x32x32" in str(with_inputs(caught.value))


# ----------------------------------------------------------------------------------- words

SOUND = "input: [1, 16]\naxes: samples\nlayers: [{conv: {out_channels: 2, kernel_size: 40, padding: 30}}, relu]\n"


def test_axes_are_counted_in_their_own_words(convcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        SOUND.replace("relu]", "conv: {out_channels: 1, kernel_size: 3}, relu]"), encoding="utf-8"
    )
    said = all_of(convcalc("arch", str(path), "--rf", watched=True))
    assert "the receptive field (40 samples) is wider than the input (16)" in said
    assert "before, after = samples that a unit sees" in said
    assert "sees, of 16 samples:" in convcalc("arch", str(path), "--sees", "relu1:3").out
    assert json.loads(convcalc("arch", str(path), "--format", "json").out)["axes"] == ["samples"]


def test_words_per_axis(convcalc: Run) -> None:
    said = convcalc("arch", "c3d", "--sees", "pool4:0,1,1").out
    assert "sees, of 16×112×112 frames×pixels×pixels:" in said
    assert "axes" not in json.loads(convcalc("arch", "vgg16", "--format", "json").out)


def test_one_axis_has_steps_and_pictures_have_pixels(convcalc: Run) -> None:
    said = convcalc("chain", "--input", "1x16", "conv:k3c2", "--sees", "conv1:3").out
    assert "sees, of 16 steps:" in said
    assert "pixels:" in convcalc("arch", "lenet5", "--sees", "C1:3,3").out


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ("[a, b]", "net.yaml:2:7: axes lists 2 words, but the input 1×16 has 1 axis; give one for each"),
        ("[a, b, c, d]", "axes lists 4 words; give one, or one for each axis"),
        ("3", "axes cannot be counted in '3'; use a word of at most 20 letters, such as samples"),
        ('"a\\eb"', "axes cannot be counted in 'a\\x1bb'; use a word of at most 20 letters, such as samples"),
        ("x" * 21, f"axes cannot be counted in '{'x' * 21}'; use a word of at most 20 letters, such as samples"),
    ],
)  # fmt: skip
def test_other_words_are_refused(axes: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SOUND.replace("axes: samples", f"axes: {axes}"), encoding="utf-8")
    with pytest.raises(ConvcalcError) as caught:
        package.load(str(path))
    assert said in str(caught.value)


def test_an_unknown_order_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(FILE.format("[8, 8, 3]", "order: hcw\n"), encoding="utf-8")
    with pytest.raises(ConvcalcError) as caught:
        package.load(str(path))
    assert ":2:8: order cannot be 'hcw'; did you mean" in str(caught.value)


# ------------------------------------------------------------------------ commands that gather networks


def test_compare_and_verify_note_the_order_of_each_network(convcalc: Run) -> None:
    note = "the input 224×224×3 is read channels first, as 224 channels of 224×3"
    compared = all_of(convcalc("compare", "resnet18", "resnet34", "--input", "224x224x3"))
    assert f"ResNet-18 and ResNet-34: {note}" in compared
    assert compared.count("is read channels first") == 1
    words = ("--input", "16x16x3", "conv:k3c2")
    assert "the input 16×16×3 is read channels first" in all_of(convcalc("verify", *words))
    assert "is read channels first" not in all_of(convcalc("verify", *words, "--order", "chw"))


def test_compare_says_once_that_the_input_was_turned(convcalc: Run) -> None:
    words = ("compare", "resnet18", "resnet34", "--input", "64x64x3")
    assert all_of(convcalc(*words, "--order", "hwc")).count("written channels last") == 1


def test_an_order_without_an_input_turns_nothing(convcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(FILE.format("32x48x3", "order: hwc\n"), encoding="utf-8")
    for network, order in (("lenet5", "hwc"), (str(path), "chw")):
        for command in ("arch", "compare", "verify"):
            ran = convcalc(command, network, "--order", order)
            assert (ran.code, ran.out) == (2, "")
            assert ran.err.startswith(
                f"convcalc: --order {order}: describes --input, but there is no --input; give one, "
                f"or write order: {order} into the file for its own input"
            )


def test_a_chain_of_another_dimension_names_the_batch(convcalc: Run) -> None:
    said = convcalc("chain", "--input", "1x3x32x32", "conv2d:k3c16").err
    assert said == (
        "convcalc: conv1 (conv2d:k3c16): conv2d takes 2 axes, (C, H, W), but 1×3×32×32 has 3; the input 1×3×32×32 is "
        "read channels first, as 1 channel of 3×32×32; if the 1 is a batch, leave it out: 3x32x32; or use conv3d\n"
    )
    with pytest.raises(ConvcalcError, match="leave it out: 3x32x32; or use conv3d"):
        package.chain((1, 3, 32, 32), "conv2d:k3c16")


def test_a_refusal_says_nothing_of_an_order_that_was_said(convcalc: Run) -> None:
    for words in (
        ("224x224x3", "conv:k7c64"),
        ("1x3x32x32", "conv2d:k3c16"),
        ("3x32x32", "conv1d:k3c2"),
    ):
        said = convcalc("chain", "--order", "chw", "--input", *words).err
        assert said.startswith("convcalc: conv1")
        assert "read channels first" not in said


def test_alignment_and_workings_speak_of_the_axes_words(convcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: [1, 32]\naxes: samples\nlayers:\n  - conv: {out_channels: 1, kernel_size: 3, padding: 1}\n"
        "  - add: [[], [{conv: {name: late, out_channels: 1, kernel_size: 3, padding: [[0, 2]]}}]]\n",
        encoding="utf-8",
    )
    assert "is centred at sample 0, of late at 1 (1 apart)" in convcalc("arch", str(path)).err
    assert "on the input itself a unit is one sample" in convcalc(
        "arch", str(path), "--explain", "conv1"
    ).out  # fmt: skip
    text = path.read_text(encoding="utf-8").replace("axes: samples\n", "")
    path.write_text(text, encoding="utf-8")
    assert "is centred at step 0" in convcalc("arch", str(path)).err
