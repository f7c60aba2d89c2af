"""The picture *field*: the pyramid of ranges, and the field on an image."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convcalc.analysis.trace import read_unit, trace
from convcalc.analysis.walk import walk
from convcalc.draw.field import Field
from convcalc.draw.field_image import LEVELS
from convcalc.draw.field_levels import MOST_LEVELS, Seen
from convcalc.draw.figure import Rectangle, Text
from convcalc.draw.scene import scene
from convcalc.errors import ConvcalcError
from convcalc.formats import View
from convcalc.interop.load import load
from convcalc.network.notations.command import chain_of
from convcalc.text import as_ascii
from draw.checked import check_figure

Run = Callable[..., Any]


def field(name: str, unit: str = "") -> Field:
    return Field(walk(load(name)), unit)


def lines_of(picture: Field, width: int | None = 70) -> list[str]:
    return list(picture.lines(View(width)))


def test_vgg_16_sees_the_pixels_that_arch_says() -> None:
    picture = field("vgg16", "conv5_3:6,6")
    assert picture.seen.pixels == picture.seen.inside == [(6, 201), (6, 201)]
    assert [(row["layer"], row["height_and_width"]) for row in picture.twin().rows] == [
        ("conv5_3", "6 of 14"), ("conv5_2", "5 to 7 of 14"), ("conv5_1", "4 to 8 of 14"),
        ("pool4", "3 to 9 of 14"), ("conv4_3", "6 to 19 of 28"), ("conv4_2", "5 to 20 of 28"),
        ("conv4_1", "4 to 21 of 28"), ("pool3", "3 to 22 of 28"), ("conv3_3", "6 to 45 of 56"),
        ("conv3_2", "5 to 46 of 56"), ("conv3_1", "4 to 47 of 56"), ("pool2", "3 to 48 of 56"),
        ("conv2_2", "6 to 97 of 112"), ("conv2_1", "5 to 98 of 112"), ("pool1", "4 to 99 of 112"),
        ("conv1_2", "8 to 199 of 224"), ("conv1_1", "7 to 200 of 224"), ("input", "6 to 201 of 224"),
    ]  # fmt: skip
    texts = [mark.text for mark in picture.figure().marks if isinstance(mark, Text)]
    assert texts[:4] == [
        "VGG-16 (D): what conv5_3[6, 6] sees",
        "conv5_3[6, 6] sees, of 224×224 pixels:",
        "height 6 to 201 (196); inside the image 6 to 201 (196)",
        "width 6 to 201 (196); inside the image 6 to 201 (196)",
    ]
    assert lines_of(picture)[-4:] == [
        "conv1_1 ░████████████████████████████████████████░░░░░ 7 to 200 of 224",
        "input   ░████████████████████████████████████████░░░░░ 6 to 201 of 224",
        "█ extent, ░ rest of the map, + outside of the image",
        "",
    ]


@pytest.mark.unmeasured
def test_every_range_is_what_trace_found_and_is_drawn_in_proportion() -> None:
    for name, unit in (
        ("vgg16", "conv4_1:3,20"),
        ("resnet18", "conv4_x.1.conv1:2,9"),
        ("unet", ""),
    ):
        picture = field(name, unit)
        analysis = picture.analysis
        called, place = read_unit(picture.seen.asked)
        found = trace(analysis, analysis[called], place)
        for level in picture.seen.levels:
            step = analysis.image if level.kind == "input" else analysis[level.name]
            assert level.ranges == found[step]
            assert level.sides == step.output[1:]
        strips = [
            m for m in picture.figure().marks if isinstance(m, Rectangle) and m.role == "group"
        ]
        read = [
            m for m in picture.figure().marks if isinstance(m, Rectangle) and m.role == "output"
        ]
        levels = [(level, axis) for _, axis in picture.seen.axes for level in picture.seen.shown]
        for strip, bar, (level, axis) in zip(strips, read, levels):  # those of the legend come last
            (first, last), n = level.ranges[axis] or (0, 0), level.sides[axis]
            low, high = max(first, 0), min(last + 1, n)
            assert bar.x == pytest.approx(strip.x + strip.width * low / n)
            assert bar.width == pytest.approx(max(strip.width * (high - low) / n, 1))


def test_the_field_lies_on_the_picture_clipped_and_not() -> None:
    """conv5_x.3.relu3[0, 0] of ResNet-50 sees pixels −3 to 225 of 224; a corner unit less."""
    picture = field("resnet50", "conv4_x.1.conv1:0,13")
    (top, bottom), (left, right) = (each or (0, 0) for each in picture.seen.pixels)
    marks = [mark for mark in picture.figure().marks if isinstance(mark, Rectangle)]
    frame, beyond, window = (
        next(mark for mark in marks if mark.role == role) for role in ("frame", "beyond", "window")
    )
    unit = frame.width / 224
    assert beyond.x == pytest.approx(frame.x + left * unit)
    assert beyond.width == pytest.approx((right - left + 1) * unit)
    assert beyond.y == pytest.approx(frame.y + top * unit)
    assert beyond.height == pytest.approx((bottom - top + 1) * unit)
    assert top < 0 <= left < 224 <= right
    assert window.y == pytest.approx(frame.y)
    assert window.x + window.width == pytest.approx(frame.x + frame.width)
    greys = [mark for mark in marks if mark.role.startswith("grey")]
    middles = [(mark.x + mark.width / 2, mark.y + mark.height / 2) for mark in greys]
    assert all(window.x < x < window.x + window.width for x, _ in middles)
    assert all(window.y < y < window.y + window.height for _, y in middles)
    cells = [mark for mark in marks if mark.role[:4] in ("grey", "pale")]
    assert 1 < sum(m.width * m.height for m in cells) / (frame.width * frame.height) < 1.25
    assert max(m.x + m.width for m in cells) == pytest.approx(frame.x + frame.width)
    assert max(m.y + m.height for m in cells) == pytest.approx(frame.y + frame.height)
    numbers = [
        mark.text
        for mark in picture.figure().marks
        if isinstance(mark, Text) and mark.role == "label"
    ]
    assert numbers == [str(left), str(right), str(top), str(bottom)]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("wavenet", ""), ("c3d", ""), ("yolov3", ""), ("vgg16", "fc8"), ("unet", "up1.conv1:0-9,4"),
        ("dcgan_generator", ""), ("local_200x200", ""), ("vgg16", "conv1_1:0,0"), ("inception_v3", ""),
        ("vit_b_16", "conv_proj:3,3"),
    ],
)  # fmt: skip
def test_fields_of_all_sorts_are_as_promised(name: str, unit: str) -> None:
    picture = field(name, unit)
    check_figure(picture.figure())
    assert len(picture.seen.shown) <= MOST_LEVELS
    for width in (60, 100):
        lines = lines_of(picture, width)
        assert max(map(len, lines)) <= width, lines
        assert as_ascii("\n".join(lines)).isascii()


def test_of_very_many_levels_some_are_left_out_but_not_the_ends() -> None:
    analysis = walk(chain_of(("80*(conv:k3c1p1)",), (1, 99, 99)))
    seen = Seen(analysis)
    assert len(seen.levels) > len(seen.shown) == MOST_LEVELS
    assert (seen.shown[0], seen.shown[-1]) == (seen.levels[0], seen.levels[-1])
    check_figure(Field(analysis).figure())


def test_what_sees_nothing_is_drawn_without_a_field() -> None:
    """Every second output of a transposed convolution with a kernel of 1 reads nothing."""
    analysis = walk(chain_of(("conv_transpose:k1c1s2",), (1, 5, 5)))
    picture = Field(analysis, "conv_transpose1:1,1")
    assert picture.seen.pixels == [None, None]
    check_figure(picture.figure())
    assert lines_of(picture, 40)[-4] == "input     ░░░░░░░░░░░░░░░░░ nothing of 5"


def test_our_picture_has_every_grey_at_every_size() -> None:
    assert {min(level * LEVELS // 256, LEVELS - 1) for row in scene(48, 48) for level in row} == {
        *range(LEVELS)
    }
    assert [len(row) for row in scene(3, 7)] == [7, 7, 7]


def test_the_command_draws_on_a_picture_of_ones_own(convcalc: Run, tmp_path: Path) -> None:
    photo = tmp_path / "photo.pgm"
    photo.write_text("P2 2 2 255 0 0 255 255 ", encoding="ascii")
    svg = convcalc("draw", "field", "lenet5", "--picture", str(photo), "--format", "svg").out
    assert "cc-grey0" in svg
    assert "cc-grey5" in svg
    assert "cc-grey2" not in svg
    data = json.loads(
        convcalc("draw", "field", "vgg16", "--sees", "conv5_3:6,6", "--format", "json").out
    )
    assert data["sees"][0] == {"axis": "height", "first": 6, "last": 201, "inside": [6, 201]}
    assert data["levels"][-1] == {
        "layer": "input",
        "kind": "input",
        "height_and_width": "6 to 201 of 224",
    }
    drawn = convcalc("draw", "field", "vgg16", "--sees", "conv5_3:6,6").out
    said = convcalc("arch", "vgg16", "--sees", "conv5_3:6,6").out
    assert all(line in drawn for line in said.splitlines()[3:6])
    both = convcalc("arch", "vgg16", "--sees", "conv5_3:6,6", "--draw").out
    assert "conv5_2 " in both
    assert said.splitlines()[4] in both


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("draw", "field", "mlp_mnist"), "hidden1: sees a vector, which has no pixels; ask about a network with an image"),
        (("draw", "field", "wavenet", "--picture", "x.png"), "--picture: WaveNet, one block takes 256×16000, which is not a picture; leave it out"),
        (("arch", "lenet5", "--explain", "C1", "--draw"), "--draw draws the network, or with --sees what a unit sees; leave --explain out"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(
    convcalc: Run, words: tuple[str, ...], message: str
) -> None:
    ran = convcalc(*words)
    assert (ran.code, ran.err) == (2, f"convcalc: {message}\n")


def test_units_that_are_not_there_are_refused() -> None:
    for unit in ("nosuch:1,1", "conv5_3:20,1", "conv5_3", "conv5_3:a,b"):
        with pytest.raises(ConvcalcError):
            _ = field("vgg16", unit).seen


def test_a_picture_calls_an_extent_an_extent_where_cells_in_it_are_not_read() -> None:
    """conv2[2] reads the steps 2, 4, ... 10 of 13 only; the strip goes from the first to the last."""
    picture = Field(walk(chain_of(("conv:k3d2c1", "conv:k3d2c1"), (1, 13))), "conv2:2")
    marks = picture.figure().marks
    texts = [mark.text for mark in marks if isinstance(mark, Text)]
    assert texts[-3:] == ["extent", "rest of the map", "outside of the image"]
    said = [*texts, picture.figure().description, *lines_of(picture)]
    assert [text for text in said if "read" in text] == []
