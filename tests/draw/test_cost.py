"""The picture *cost*: bars, live maps, networks side by side, and rooflines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from convcalc.analysis.analysis import Analysis
from convcalc.analysis.memory import held, peak
from convcalc.analysis.roofline_report import roof_of
from convcalc.analysis.walk import walk
from convcalc.draw.alive import AliveOverTime
from convcalc.draw.axes import powers, ticks
from convcalc.draw.bars import Bar, Panel, panel_lines
from convcalc.draw.base import Picture
from convcalc.draw.cost import MEASURES, MOST_BARS, Beside, Cost
from convcalc.draw.figure import Polygon, Rectangle, Text
from convcalc.draw.net import Net
from convcalc.draw.roof import RoofPicture
from convcalc.formats import View
from convcalc.interop.load import load
from convcalc.network.load import loads
from convcalc.network.notations.command import chain_of
from convcalc.text import as_ascii
from draw.checked import check_figure

Run = Callable[..., Any]


def walked(name: str) -> Analysis:
    return walk(load(name))


def lines_of(picture: Picture, width: int | None = 60) -> list[str]:
    return list(picture.lines(View(width)))


def pictures() -> list[Picture]:
    a100 = roof_of("a100", 0, 0, "float16")
    small = walk(chain_of(("conv:k3c4", "relu"), (1, 5, 5)))
    return [
        *[Cost(walked("googlenet"), of, by) for of in MEASURES for by in ("stage", "layer")],
        Cost(walk(chain_of(("relu",), (1, 5, 5)))),
        Beside([walked("vgg16"), walked("mlp_mnist"), small]),
        *map(AliveOverTime, (walked("unet"), walked("mlp_200x200"), walked("inception_v3"), small)),
        RoofPicture(walked("resnet50"), a100),
        RoofPicture(walked("mobilenet_v2"), a100, "fused"),
        RoofPicture(small, roof_of("", 10**9, 10**9, "")),
    ]


def test_every_picture_is_as_promised_and_fits_its_terminal() -> None:
    for picture in pictures():
        check_figure(picture.figure())
        for width in (60, 100):
            lines = lines_of(picture, width)
            assert max(map(len, lines)) <= width, lines
            assert as_ascii("\n".join(lines)).isascii()


def test_stages_of_resnet_50_have_the_shares_of_its_multiply_adds() -> None:
    assert lines_of(Cost(walked("resnet50"))) == [
        "multiply-adds by stage, 3,857,973,248 in all",
        "conv1   ██ 118,013,952 (3.1%)",
        "conv2_x ██████████████ 667,942,912 (17.3%)",
        "conv3_x ████████████████████ 950,534,144 (24.6%)",
        "conv4_x █████████████████████████████ 1,387,266,048 (36.0%)",
        "conv5_x ███████████████ 732,168,192 (19.0%)",
        "fc      | 2,048,000 (0.1%)",
        "",
    ]


def test_bars_are_as_long_as_their_values_and_add_up_to_the_totals() -> None:
    for of in ("macs", "params", "activations"):
        picture = Cost(walked("googlenet"), of, "layer")
        assert picture.total == walked("googlenet").totals[of]
        assert sum(sum(bar.values) for bar in picture.panel.bars) == picture.total
        bars = [m for m in picture.figure().marks if isinstance(m, Rectangle)]
        values = [bar.values[0] for bar in picture.panel.bars]
        unit = max(bar.width for bar in bars) / max(values)
        assert [bar.width for bar in bars] == pytest.approx([max(v * unit, 0.5) for v in values])
    assert len(picture.panel.bars) == MOST_BARS + 1
    assert picture.panel.bars[-1].name == "83 smaller ones"


def test_memory_has_the_bytes_of_weights_and_outputs() -> None:
    picture = Cost(walked("vgg16"), "memory", "layer")
    fc6 = next(row for row in picture.rows if row["name"] == "fc6")
    assert fc6 == {"name": "fc6", "layers": 1, "weights": 4 * 102_764_544, "output": 4 * 4096}
    assert "█ weights, ░ output" in lines_of(picture)


def test_what_is_alive_is_what_memory_counts() -> None:
    for name in ("unet", "resnet18", "yolov3_tiny", "densenet121", "mlp_mnist"):
        analysis = walked(name)
        rows = AliveOverTime(analysis).rows
        assert max(row.bytes for row in rows) == 4 * peak(analysis).values
        moments = {moment.step.name: list(moment.alive) for moment in analysis.schedule()}
        for step, _, kept in held(analysis):
            others = [s for s in moments[step.name] if s is not step and s not in step.before]
            assert kept == sum(other.activations for other in others if not other.layer.is_source)


def test_the_areas_of_what_is_alive_reach_as_high_as_the_values() -> None:
    picture = AliveOverTime(walked("unet"))
    used, kept = [m for m in picture.figure().marks if isinstance(m, Polygon)]
    assert (used.role, kept.role) == ("series1", "series2")
    top, bottom = min(y for _, y in kept.points), max(y for _, y in used.points)
    most = max(row.bytes for row in picture.rows)
    steps = len(picture.rows)
    heights = [(bottom - kept.points[2 * n][1]) / (bottom - top) for n in range(steps)]
    assert heights == pytest.approx([row.bytes / most for row in picture.rows])
    texts = [mark.text for mark in picture.figure().marks if isinstance(mark, Text)]
    assert "167,362,560 bytes at most, at concat1" in texts


def test_networks_stand_beside_each_other() -> None:
    picture = Beside([walked("vgg16"), walked("lenet5")], "params")
    assert lines_of(picture) == [
        "parameters",
        "VGG-16 (D) ████████████████████████████████████ 138,357,544",
        "LeNet-5    | 61,706",
        "",
    ]
    assert picture.figure().title == "VGG-16 (D) and LeNet-5 side by side"


def test_layers_lie_on_the_roof_and_are_told_apart_by_shape() -> None:
    roof = roof_of("", 10**10, 10**9, "")
    picture = RoofPicture(walked("vgg16"), roof)
    marks = picture.figure().marks
    squares = [m for m in marks if isinstance(m, Rectangle) and m.role == "series2" and m.title]
    diamonds = [m for m in marks if isinstance(m, Polygon)]
    assert (len(squares), len(diamonds)) == (3, 13)
    assert [bool(picture.rate(load.intensity) < roof.peak) for load in picture.loads].count(
        True
    ) == 3
    assert picture.rate(1) == 2 * 10**9
    assert picture.rate(5) == picture.rate(1e9) == 10**10
    assert picture.summary.startswith(
        "3 layers limited by memory, 13 by arithmetic; the ridge is at 5.0 "
    )
    assert lines_of(picture)[1].startswith(" 10 G │")


def test_a_bar_shorter_than_a_sign_is_a_thin_one_and_nothing_is_none() -> None:
    panel = Panel("of", [Bar("a" * 70, [90, 10], "100"), Bar("b", [1, 0], "1"), Bar("c", [0], "0")])
    assert list(panel_lines(panel, 40)) == [
        "of", f"{'a' * 27}… █████░ 100", f"b{' ' * 27} | 1", f"c{' ' * 27}  0",
    ]  # fmt: skip


def test_numbers_beside_axes_are_round_and_enclose_the_values() -> None:
    for most in (*range(1, 300), 10**9 + 7):
        found = ticks(most)
        assert found[-1] <= most < found[-1] + found[1]
        assert 2 <= len(found) <= 6
    assert ticks(0) == [0]
    for low, high in ((0.02, 3.0), (1.0, 10.0), (150.0, 1e6)):
        found = powers(low, high)
        assert 10.0 ** found[0] <= low < 10.0 ** (found[0] + 1)
        assert 10.0 ** (found[-1] - 1) < high <= 10.0 ** found[-1]


def test_the_command_draws_each_of_them(convcalc: Run) -> None:
    rows = list(
        csv.reader(
            io.StringIO(convcalc("draw", "cost", "vgg16", "--by", "layer", "--format", "csv").out)
        )
    )
    assert rows[0] == ["name", "layers", "macs", "share"]
    assert len(rows) == 1 + 16
    data = json.loads(convcalc("draw", "cost", "unet", "--of", "alive", "--format", "json").out)
    assert data["layers"][0] == {
        "layer": "down1.conv1",
        "used": 84483136,
        "kept": 0,
        "bytes": 84483136,
    }
    assert "on a100" in convcalc("draw", "cost", "lenet5", "--device", "a100").out
    assert "bytes of weights" in convcalc("draw", "cost", "lenet5", "vgg16").out
    svg = convcalc("draw", "cost", "lenet5", "--format", "svg").out
    assert svg.startswith("<?xml")


def test_what_is_not_counted_is_said() -> None:
    text = """
name: warp
input: [3, 8, 8]
layers:
  - conv: {out_channels: 4, kernel_size: 3}
  - opaque: {type: GridSample, output: [4, 6, 6]}
"""
    analysis = walk(loads(text))
    note = "at least this much: 1 layer of GridSample not counted"
    picture = Cost(analysis)
    assert picture.panel.heading == "multiply-adds by stage, at least 3,888 in all"
    assert picture.twin().notes == Net(analysis).twin().notes == [note]
    assert Cost(analysis, "activations").panel.heading.endswith(", 288 in all")
    assert Beside([analysis, walked("lenet5")]).twin().notes == [f"warp: {note}"]
    assert "bars: share of the multiply-adds that are known, the longest 100.0%" in [
        mark.text for mark in Net(analysis).figure().marks if isinstance(mark, Text)
    ]
    check_figure(picture.figure())


def test_pages_of_answers_have_their_picture(convcalc: Run) -> None:
    commands = (
        ("arch", "lenet5"), ("arch", "lenet5", "--sees", "C3:1,6"), ("compare", "lenet5", "alexnet"),
        ("memory", "lenet5", "--precision", "mixed"), ("roofline", "lenet5", "--device", "t4"),
    )  # fmt: skip
    for words in commands:
        ran = convcalc(*words, "--format", "html")
        assert ran.out.count("<svg") == 1, words
        assert "<table" in ran.out or "--sees" in words
    assert "<svg" not in convcalc("arch", "lenet5", "--sizes", "--format", "html").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("vgg16", "lenet5", "--by", "layer"), "--by layer: is for one network, but here are 2; name one, or leave it out"),
        (("vgg16", "lenet5", "--of", "alive"), "--of alive: is for one network, but here are 2; name one, or leave it out"),
        (("vgg16", "--of", "alive", "--by", "layer"), "--of alive: has every layer, so --by layer would do nothing; leave one out"),
        (("vgg16", "--device", "a100", "--of", "macs"), "--device draws a roofline of one network; leave --of, --by and other networks out"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(
    convcalc: Run, words: tuple[str, ...], message: str
) -> None:
    ran = convcalc("draw", "cost", *words)
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {message}\n")
