"""Networks as graphs for Mermaid and Graphviz: all layers are included, folded or not, and names stay names."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convcalc.analysis.analysis import Analysis
from convcalc.interop.writers import WRITERS
from convcalc.interop.writers.drawing import Box, Drawing, Frame, boxes_in, drawing_of
from convcalc.interop.writers.graphs import _LOOKS
from convcalc.layers import KINDS
from convcalc.network.find import bundled_names
from convcalc.network.load import load, loads
from convcalc.network.network import Block, Network, Node
from strategies import layer_of
from writers.drawing_runs import has_graphviz, has_mermaid, read_by_graphviz, read_by_mermaid

TOOLS = ("mermaid", "dot")
assert set(TOOLS) <= set(WRITERS)
Run = Callable[..., Any]


def text_of(tool: str, analysis: Analysis, depth: int | None = None) -> str:
    one = WRITERS[tool]
    found = one.write(analysis) if depth is None else one.write_folded(analysis, depth)
    return found.data.decode()


def boxes_of(drawing: Drawing) -> dict[str, Box]:
    return {part.id: part for _, part in boxes_in(drawing.parts) if isinstance(part, Box)}


def frames_of(drawing: Drawing) -> list[str]:
    return [part.name for _, part in boxes_in(drawing.parts) if isinstance(part, Frame)]


def numbers_of(boxes: dict[str, Box]) -> int:
    """All numbers of parameters in boxes."""
    found = [re.fullmatch(r"([\d,]+) params", box.lines[-1]) for box in boxes.values()]
    return sum(int(each[1].replace(",", "")) for each in found if each)


# -------------------------------------------------------------------------------- the drawing


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_network_is_drawn_whole(name: str) -> None:
    """With any folding, all parameters are in boxes, and each box is reached from an input."""
    analysis = load(name).walk()
    for depth in (None, 0, 1, 2):
        drawing = drawing_of(analysis, depth)
        boxes = boxes_of(drawing)
        assert numbers_of(boxes) == analysis.totals["params"]
        assert depth is not None or len(boxes) <= 110
        sources = {image for image in boxes if image.startswith("i")} | {
            f"n{step.place}" for step in analysis if not step.before
        }
        for source, target, _ in drawing.arrows:
            assert source in boxes
            sources.add(target)
        assert sources == set(boxes)
    assert len(boxes_of(drawing_of(analysis, 0))) == len(analysis) + len(analysis.images) + len(
        analysis.network.outputs
    )


def test_layers_arrows_and_frames() -> None:
    text = """
name: Small
input: [3, 8, 8]
blocks:
  pair: {layers: [conv: {out_channels: 4, kernel_size: 3, padding: 1}, relu]}
layers: [pair: {name: first}, add: [[pair: {name: second}], []], softmax: {axis: height}]
"""
    drawing = drawing_of(loads(text).walk())
    assert drawing.title == "Small"
    assert {each.id: (each.look, each.lines) for each in boxes_of(drawing).values()} == {
        "i0": ("input", ["input", "3×8×8"]),
        "n1": ("conv", ["conv1", "conv k3 c4 p1", "112 params"]),
        "n2": ("activation", ["relu"]),
        "n3": ("conv", ["conv1", "conv k3 c4 p1", "148 params"]),
        "n4": ("activation", ["relu"]),
        "n5": ("merge", ["add"]),
        "n6": ("activation", ["softmax1", "softmax axis height"]),
    }
    assert frames_of(drawing) == ["first", "second"]
    assert [tuple(arrow) for arrow in drawing.arrows] == [
        ("i0", "n1", "3×8×8"),
        ("n1", "n2", "4×8×8"),
        ("n2", "n3", "4×8×8"),
        ("n3", "n4", "4×8×8"),
        ("n4", "n5", "4×8×8"),
        ("n2", "n5", "4×8×8"),
        ("n5", "n6", "4×8×8"),
    ]
    folded = drawing_of(loads(text).walk(), 1)
    assert [box.lines for box in boxes_of(folded).values()] == [
        ["input", "3×8×8"],
        ["first", "2 layers", "112 params"],
        ["second", "2 layers", "148 params"],
        ["add"],
        ["softmax1", "softmax axis height"],
    ]


def test_large_networks_are_folded_and_small_ones_are_not() -> None:
    text = "input: [3, 8, 8]\nlayers: [{repeat: 40, layers: [relu, tanh]}]\n"
    lines = [box.lines for box in boxes_of(drawing_of(loads(text).walk())).values()]
    assert lines[:3] == [["input", "3×8×8"], ["relu"], ["tanh"]]
    assert len(lines) == 4
    assert lines[3][0].endswith("(×39)")
    assert lines[3][1] == "the same"
    plain = f"input: [3, 8, 8]\nlayers: [{', '.join(['relu'] * 60)}]\n"
    assert len(boxes_of(drawing_of(loads(plain).walk()))) == 61


def test_named_outputs_have_ends() -> None:
    network = Network(
        "", "", (3, 8, 8), [Node("one", layer_of("relu"), (-1,)), Node("two", layer_of("tanh"), (0,))],
        outputs={"early": 0, "late": 1},
    )  # fmt: skip
    drawing = drawing_of(network.walk())
    assert [box.lines for box in boxes_of(drawing).values()] == [
        ["input", "3×8×8"], ["one", "relu"], ["two", "tanh"], ["early"], ["late"],
    ]  # fmt: skip
    assert [tuple(arrow) for arrow in drawing.arrows][2:] == [
        ("n1", "o0", "3×8×8"),
        ("n2", "o1", "3×8×8"),
    ]


def test_every_family_has_a_look() -> None:
    assert {cls.family for cls in KINDS.values()} <= set(_LOOKS)


def test_deep_blocks_end_well() -> None:
    """No recursion: blocks in files of other tools may be nested to any depth."""
    nodes = [Node(f"n{place}", layer_of("relu"), (place - 1,)) for place in range(2)]
    blocks = [Block(f"b{depth}", 0, 2, depth) for depth in range(3000)]
    drawing = drawing_of(Network("", "", (3, 8), nodes, blocks).walk())
    assert len(frames_of(drawing)) == 3000


# ---------------------------------------------------------------------------- the two languages


@pytest.mark.parametrize(
    ("name", "tool", "depth", "suffix"),
    [
        ("lenet5", "mermaid", None, "mmd"),
        ("resnet18", "dot", 2, "dot"),
        ("unet", "mermaid", 1, "mmd"),
    ],
)
def test_what_is_written(
    name: str, tool: str, depth: int | None, suffix: str, golden: Callable[[str, str], None]
) -> None:
    golden(f"export/{name}.{suffix}", text_of(tool, load(name).walk(), depth))


def test_what_mermaid_does_not_draw_is_said(convcalc: Run) -> None:
    ran = convcalc("export", "densenet169", "--to", "mermaid", "--depth", "0")
    assert (ran.code, ran.err) == (
        0,
        "note: Mermaid draws up to 500 arrows and 50,000 characters unless its settings maxEdges and "
        f"maxTextSize are raised; this graph has 677 and {len(ran.out):,}; --depth 1 folds blocks\n",
    )
    assert convcalc("export", "densenet169", "--to", "mermaid").err == ""


def test_only_graphs_are_folded(convcalc: Run) -> None:
    ran = convcalc("export", "lenet5", "--to", "onnx", "--depth", "1")
    message = "--depth: is for graphs, and --to onnx writes every layer; leave it out"
    assert ran == (2, "", f"convcalc: {message}\n")


# -------------------------------------------------------------------------------- hostile names

NASTY = [
    '"]\n  x["--> %% ;#&<b>\\',
    "%%{init: {'theme': 'dark'}}%%",
    '" ]; evil [label="',
    "</text><script>alert(1)</script>&lt;",
    "\\N \\G \\",
    "1. end subgraph `a` **b** $c$ :::d",
    "\x1b[31m\u202e\udc80 é 漢 😀",
]


def nasty() -> Analysis:
    """A network whose texts are all hostile."""
    nodes = [Node(name, layer_of("relu"), (place - 1,)) for place, name in enumerate(NASTY)]
    blocks = [Block(NASTY[0], 0, 4, 0)]
    outputs = {name: len(NASTY) - 1 for name in NASTY[:3]}
    return Network(NASTY[1], "", (3, 8), nodes, blocks, outputs=outputs, input_name=NASTY[2]).walk()


@pytest.mark.parametrize("tool", TOOLS)
def test_names_of_strangers_add_no_line(tool: str) -> None:
    lines = text_of(tool, nasty()).splitlines()
    assert all(line.isprintable() for line in lines)
    arrows = [line for line in lines if re.match(r"  \w+ --?> ?", line)]
    assert len(arrows) == len(NASTY) + 3
    assert not [line for line in lines if line.lstrip().startswith(("x", "evil", "%%"))]


@pytest.mark.unmeasured
@pytest.mark.skipif(not has_graphviz(), reason="no command dot; install Graphviz")
def test_graphviz_reads_what_is_meant(tmp_path: Path) -> None:
    analyses = [nasty(), load("resnet50").walk(), load("googlenet").walk()]
    for number, analysis in enumerate(analyses):
        path = tmp_path / f"{number}.dot"
        path.write_text(text_of("dot", analysis), encoding="utf-8")
        found, drawing = read_by_graphviz(path), drawing_of(analysis)
        names = {each["_gvid"]: each["name"] for each in found["objects"]}
        labels = {each["name"]: _plain(each["label"]) for each in found["objects"]}
        assert {box.id: box.lines for box in boxes_of(drawing).values()} == {
            name: label for name, label in labels.items() if not name.startswith("cluster")
        }
        frames = [label[0] for name, label in labels.items() if name.startswith("cluster")]
        assert sorted(frames) == sorted(frames_of(drawing))
        arrows = [(names[e["tail"]], names[e["head"]], e["label"]) for e in found["edges"]]
        assert sorted(arrows) == sorted(map(tuple, drawing.arrows))


def _plain(label: str) -> list[str]:
    """The lines of a Graphviz label."""
    lines = label.replace("\\\\", "\0").split("\\n")
    return [html.unescape(line).replace("\0", "\\") for line in lines]


@pytest.mark.unmeasured
@pytest.mark.skipif(
    not has_mermaid(), reason="no Mermaid; get it with: python tests/writers/drawing_runs.py"
)
def test_mermaid_reads_what_is_meant(tmp_path: Path) -> None:
    analyses = [nasty(), load("resnet50").walk(), load("googlenet").walk()]
    paths = [tmp_path / f"{number}.mmd" for number in range(len(analyses))]
    for path, analysis in zip(paths, analyses):
        path.write_text(text_of("mermaid", analysis), encoding="utf-8")
    for analysis, found in zip(analyses, read_by_mermaid(paths)):
        drawing = drawing_of(analysis)
        boxes = {
            name: [_signs(line) for line in text.split("<br>")]
            for name, text in found["boxes"].items()
        }
        assert boxes == {box.id: box.lines for box in boxes_of(drawing).values()}
        assert sorted(map(_signs, found["frames"])) == sorted(frames_of(drawing))
        assert [tuple(arrow) for arrow in found["arrows"]] == [tuple(a) for a in drawing.arrows]


def _signs(text: str) -> str:
    """A text from Mermaid with its codes as characters; Mermaid marks codes with two letters of its own."""
    return re.sub("ﬂ°°(\\d+)¶ß|#(\\d+);", lambda code: chr(int(code[1] or code[2])), text)
