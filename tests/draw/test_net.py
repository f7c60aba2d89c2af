"""The picture *net*: for every bundled network, in the terminal, as a figure, and its texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convcalc.analysis.walk import walk
from convcalc.draw.boxes import EVERYTHING, Bracket, parts_of
from convcalc.draw.figure import Rectangle, Text
from convcalc.draw.lanes import Size
from convcalc.draw.metrics import text_width
from convcalc.draw.net import Net
from convcalc.draw.net_figure import PAGE, ROOM
from convcalc.draw.outlined import with_blocks
from convcalc.draw.tracks import between, rows_of, signs
from convcalc.errors import UsageError
from convcalc.formats import View
from convcalc.interop.load import load
from convcalc.network.find import bundled_names
from convcalc.network.load import loads
from convcalc.network.notations.command import chain_of
from convcalc.text import as_ascii
from draw.checked import check_figure
from draw.test_lanes import faults

Run = Callable[..., Any]
GALLERY = Path(__file__).parents[2] / "docs" / "gallery"
GALLERY_HEAD = (
    "# Gallery",
    "",
    "These are all bundled networks, drawn by [`convcalc draw net`](pictures.md#a-network). The tests draw them again and",
    "compare each byte.",
    "",
)
WIDE = {"deeplabv3_resnet50", "retinanet_resnet50", "wavenet"}  # drawn as rows


def net(name: str, **settings: Any) -> Net:
    return Net(walk(load(name)), **settings)


def lines_of(picture: Net, width: int | None = 80) -> list[str]:
    return list(picture.lines(View(width)))


def laid_out(picture: Net) -> list[str]:
    """The faults of a layout."""
    drawing = picture.drawn[1]
    sizes = [
        Size(box.width, box.height, 4 + text_width(label) if label else 0)
        for box, label in zip(drawing.layout.boxes, drawing.labels)
    ]
    return faults(drawing.layout, sizes, drawing.parts.edges)


@pytest.mark.unmeasured
@pytest.mark.parametrize("part", range(4))
def test_every_bundled_network_is_drawn_and_nothing_overlaps(part: int, overwrite: bool) -> None:
    """The gallery shows the same pictures."""
    wrong: dict[str, Any] = {}
    for name in bundled_names()[part::4]:
        picture = net(name)
        drawing = picture.drawn[1]
        wrong[name] = laid_out(picture)[:1]
        if (drawing.layout.width > ROOM) != (name in WIDE):
            wrong[name] += [drawing.layout.width]
        figure = picture.figure()
        assert figure.width <= 640, name
        try:
            svg = check_figure(figure)
        except AssertionError as error:
            wrong[name] += [str(error)[:300]]
            continue
        wrong[name] += [line for line in lines_of(picture, 60) if len(line) > 60]
        path = GALLERY / f"{name}.svg"
        if overwrite:
            path.parent.mkdir(exist_ok=True)
            path.write_text(svg, encoding="utf-8")
        if not path.exists() or path.read_text(encoding="utf-8") != svg:
            wrong[name] += [
                "is another picture in docs/gallery; if this is meant: pytest --overwrite"
            ]
    assert not {name: found for name, found in wrong.items() if found}


@pytest.mark.unmeasured
def test_the_gallery_has_a_picture_of_every_network(overwrite: bool) -> None:
    page = GALLERY.with_suffix(".md")
    text = "\n".join([*GALLERY_HEAD, *map(entry, bundled_names())])
    if overwrite:
        page.write_text(text, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == text
    files = {path.name for path in GALLERY.iterdir()}
    assert files == {f"{name}.svg" for name in bundled_names()}
    assert sum(path.stat().st_size for path in GALLERY.iterdir()) < 1_500_000


def entry(name: str) -> str:
    """A network in the gallery."""
    analysis = walk(load(name))
    totals = analysis.totals
    return (
        f"## {analysis.network.name}\n\n`convcalc draw net {name}`: {totals['layers']:,} layers, "
        f"{totals['params']:,} parameters, {totals['macs']:,} multiply-adds\n\n"
        f"![{analysis.network.name} as boxes and lines](gallery/{name}.svg)\n"
    )


@pytest.mark.unmeasured
def test_every_layer_drawn_overlaps_nothing() -> None:
    names = ("resnet50", "googlenet", "unet", "yolov3", "ssd300", "mobilenet_v3_small", "wavenet")
    wrong = {name: laid_out(net(name, depth=0))[:2] for name in names}
    assert not {name: found for name, found in wrong.items() if found}


@pytest.mark.unmeasured
def test_resnet_152_fits_a_page_and_shows_the_inside_of_each_sort_of_block_once() -> None:
    picture = net("resnet152")
    drawing = picture.drawn[1]
    assert drawing.layout.height <= PAGE
    assert drawing.layout.width <= ROOM
    assert [box.heading for box in drawing.parts.boxes] == [
        "input", "conv1 k7 c64 s2 p3", "pool1 maxpool k3 s2 p1",
        "conv k1 c64", "conv k3 c64 p1", "conv k1 c256", "conv k1 c256", "add",
        "conv k1 c64", "conv k3 c64 p1", "conv k1 c256", "add",
        "projection", "bottleneck", "projection", "bottleneck", "projection", "bottleneck",
        "global_avgpool", "flatten", "fc linear 1000",
    ]  # fmt: skip
    assert drawing.parts.brackets == [
        Bracket(8, 11, "bottleneck", 2),
        Bracket(3, 11, "conv2_x", 1),
        Bracket(12, 13, "conv3_x", 1),
        Bracket(14, 15, "conv4_x", 1),
        Bracket(16, 17, "conv5_x", 1),
    ]
    rows = {row["name"]: row for row in picture.twin().rows}
    assert rows["conv4_x.2"]["times"] == 35
    assert sum(row["macs"] for row in picture.twin().rows) == 11_282_415_616
    assert sum(row["params"] for row in picture.twin().rows) == 60_192_808


def test_the_terminal_draws_paths_as_lines() -> None:
    analysis = walk(chain_of(("conv:k3c4p1", "pool:k2", "fc:10"), (3, 8, 8)))
    assert lines_of(Net(analysis)) == [
        "● input          3×8×8",
        "● conv1 k3 c4 p1 4×8×8 ██████████",
        "● maxpool k2     4×4×4",
        "● flatten           64",
        "● linear1 10        10 █",
        "",
    ]
    lines = lines_of(net("resnet18_torchvision"), 60)
    assert lines[3:9] == [
        "│   conv2_x:",
        "├─●   conv k3 c64 p1, batchnorm, relu             ██████████",
        "│ ●   conv k3 c64 p1, batchnorm                   ██████████",
        "●─╯   add, relu",
        "├─●   conv k3 c64 p1, batchnorm, relu             ██████████",
        "│ ●   conv k3 c64 p1, batchnorm                   ██████████",
    ]
    assert as_ascii("\n".join(lines)).isascii()


def test_tracks_cross_end_and_go_on() -> None:
    """Box 3 reads 0, which goes on, over the track of 1; 4 reads all of them."""
    rows = rows_of(5, [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4), (0, 4)])
    assert [signs(row) for row in rows] == ["●", "├─●", "├─│─●", "├─│─│─●", "●─┴─┴─╯"]
    assert between(rows, 3) == "│ │ │"
    assert between(rows, 0) == ""
    rows = rows_of(4, [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)])
    assert [signs(row) for row in rows] == ["●", "├─●", "●─┤", "●─╯"]
    rows = rows_of(5, [(0, 3), (1, 3), (2, 3), (0, 4), (1, 4), (3, 4)])
    assert [signs(row) for row in rows] == ["●", "│ ●", "│ │ ●", "├─┼─●", "●─┴─╯"]


@pytest.mark.unmeasured
def test_a_network_that_is_too_wide_is_drawn_as_rows() -> None:
    picture = net("wavenet")
    assert picture.drawn[1].layout.width > ROOM
    figure = picture.figure()
    texts = [mark.text for mark in figure.marks if isinstance(mark, Text)]
    assert {"layer2, residual_layer, 7 layers", "skip1 conv k1 c512", "512×16000"} <= set(texts)


def test_bars_are_the_shares_of_the_costs() -> None:
    picture = net("lenet5", of="params")
    bars = [m for m in picture.figure().marks if isinstance(m, Rectangle) and m.role == "bar"]
    boxes = picture.drawn[1].parts.boxes
    params = [cost for cost in picture.costs(boxes) if cost]
    assert params == [156, 2_416, 48_120, 10_164, 850]
    widest = max(bar.width for bar in bars)
    assert [round(bar.width / widest, 3) for bar in bars] == [
        round(max(cost / 48_120, 0.5 / widest), 3) for cost in params
    ]
    assert "bars: share of the parameters, the longest 78.0%" in [
        mark.text for mark in picture.figure().marks if isinstance(mark, Text)
    ]


@pytest.mark.unmeasured
def test_blocks_are_found_where_a_file_has_none() -> None:
    analysis = walk(load("resnet34"))
    bare = walk(replace(analysis.network, blocks=[]))
    found = with_blocks(bare)
    assert not bare.blocks
    assert found.names == bare.names
    assert len(Net(bare).drawn[1].parts.boxes) < 30
    assert with_blocks(analysis) is analysis


def test_blocks_that_cannot_be_found_leave_every_layer_apart() -> None:
    """A name that no file can contain; and blocks that need the layers in another order."""
    network = load("resnet34")
    nodes = [node._replace(name=f"\x01{node.name}") for node in network.nodes]
    bare = walk(replace(network, blocks=[], nodes=nodes, expect={}))
    assert with_blocks(bare) is bare
    text = "input: [1, 9, 9]\nlayers:\n" + "".join(
        f"  - from: {'input' if n < 2 else f'a{n - 2}'}\n  - conv: {{name: a{n}, out_channels: {1 + n % 2}, kernel_size: 1}}\n"
        for n in range(42)
    )
    assert len(with_blocks(walk(loads(text)))) == 42


def test_pictures_of_blocks_are_as_promised_and_a_block_of_one_layer_is_a_layer() -> None:
    """The measured part of the test of all bundled networks."""
    for name in ("densenet121", "hifigan_v1", "wavenet", "unet"):
        check_figure(net(name, depth=None if name != "unet" else 0).figure())
    text = "input: [1, 9, 9]\nblocks: {one: {layers: [{conv: {out_channels: 2, kernel_size: 3}}]}}\nlayers: [one, relu]"
    boxes = Net(walk(loads(text)), 1).drawn[1].parts.boxes
    assert [(box.look, box.heading) for box in boxes][1:] == [
        ("conv", "conv k3 c2"),
        ("activation", "relu"),
    ]


def test_lines_that_only_give_a_size_are_dashed_and_outputs_are_named() -> None:
    parts = parts_of(walk(load("unet")), EVERYTHING)
    assert len(parts.hints) == 4
    outputs = [text for box in net("ssd300").drawn[1].parts.boxes for text in box.more]
    assert {text for text in outputs if text.startswith("→")} == {
        f"→ boxes{n}" for n in (4, 7, 8, 9, 10, 11)
    }


def test_names_from_files_are_escaped_in_every_picture() -> None:
    text = (
        'name: "<script>&\\u001b[31m"\ninput: [3, 8, 8]\n'
        'layers: [conv: {name: "<script>&", out_channels: 4, kernel_size: 3}]\n'
    )
    picture = Net(walk(loads(text)))
    svg = check_figure(picture.figure())
    assert "<script" not in svg
    assert "&lt;script&gt;&amp;\\x1b" in svg
    assert "\x1b" not in "\n".join(lines_of(picture))


def test_too_many_boxes_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcalc.draw.net.MOST_BOXES", 5)
    many = "LeNet-5: has 15 layers, more than the 5 boxes that a picture can have; "
    for depth, help_ in (
        (0, "--depth 1 draws a box for each block"),
        (None, "write its file with blocks, as convcalc import does"),
    ):
        with pytest.raises(UsageError) as error:
            _ = net("lenet5", depth=depth).drawn
        assert str(error.value) == many + help_
        with pytest.raises(UsageError):
            _ = net("lenet5", depth=depth).listed


def test_of_very_many_paths_a_terminal_shows_some_and_a_file_none() -> None:
    paths = "".join(
        f"      - - conv: {{out_channels: {n % 3 + 1}, kernel_size: 3}}\n" for n in range(80)
    )
    picture = Net(walk(loads(f"input: [1, 8, 8]\nlayers:\n  - concat:\n{paths}")))
    lines = lines_of(picture, 60)
    assert max(map(len, lines)) <= 60
    assert lines[70].startswith("├─│─│─│─│─│─│─│─│─│─│─│─│─│─│… conv70 k3 c1")
    with pytest.raises(UsageError) as error:
        picture.figure()
    assert str(error.value) == (
        "80 paths next to each other, but a picture has room for 70; without -o a terminal shows the first of them"
    )


def test_long_names_and_second_inputs_and_stated_layers_are_drawn() -> None:
    text = """
name: A network with a name that is far longer than any picture of it could ever be wide, and longer still
input: {image: [3, 16, 16], the-mask-that-says-where: [1, 16, 16]}
layers:
  - conv: {name: first, out_channels: 4, kernel_size: 3, padding: 1}
  - from: the-mask-that-says-where
  - conv: {name: InceptionV3/InceptionV3/Mixed_5b/Branch_1/Conv2d_0a_1x1/convolution, out_channels: 4, kernel_size: 5, padding: 2}
  - concat: [[{from: first}], []]
  - softmax
  - repeat: 3
    layers: [{conv: {out_channels: 4, kernel_size: 1}}, {maxpool: {kernel_size: 3, stride: 1, padding: 1}}]
  - conv: {name: last, out_channels: 2, kernel_size: 1}
outputs: {segmentation-of-the-whole-image-as-it-was: last, the-other-one: first}
"""
    picture = Net(walk(loads(text)))
    check_figure(picture.figure())
    assert max(map(len, lines_of(picture, 50))) <= 50
    assert [bracket.times for bracket in Net(picture.analysis, 1).drawn[1].parts.brackets] == []


def test_the_command_draws_to_the_terminal_and_to_files(convcalc: Run, tmp_path: Path) -> None:
    shown = convcalc("draw", "net", "lenet5").out
    assert "● C3 conv k5 c16, tanh      16×10×10 ██████████" in shown
    assert shown.endswith("bars: share of the multiply-adds, the longest 57.6%\n")
    page = tmp_path / "net.html"
    convcalc("draw", "net", "lenet5", "--of", "params", "-o", str(page))
    assert "<svg" in page.read_text(encoding="utf-8")
    data = json.loads(convcalc("draw", "net", "vgg16", "--depth", "1", "--format", "json").out)
    assert data["boxes"][1] == {
        "name": "conv1_1", "shows": "conv1_1 k3 c64 p1, relu", "times": 1, "reads": ["input"],
        "output": "64×224×224", "params": 1_792, "macs": 86_704_128,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lenet5",), ""),
        (("googlenet",), "note: 30 cm long, more than an A4 page; --depth 1 draws it on one\n"),
        (("googlenet", "--depth", "1"), ""),
        (
            ("unet",),
            "note: 38 cm long, more than an A4 page; print it at 66 % of its size for one\n",
        ),
    ],
)
def test_files_longer_than_a_page_say_what_makes_them_fit(
    convcalc: Run, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    path = tmp_path / "net.svg"
    assert convcalc("draw", "net", *words, "-o", str(path)).err == f"wrote {path}\n{said}"
