"""Two networks layer by layer: differences, their consequences, and their cost."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise, permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convcalc as library
from clock import seconds
from convcalc.analysis import align as alignment
from convcalc.analysis.align import align
from convcalc.analysis.analysis import Analysis
from convcalc.analysis.diff import Difference, differences, folded
from convcalc.analysis.diff_report import diff_report
from convcalc.layers import make
from convcalc.network.load import loads
from convcalc.network.network import Network, Node

Run = Callable[..., Any]

BASE = """
name: base
input: [3, 32, 32]
layers:
  - conv: {name: a, out_channels: 8, kernel_size: 3, padding: 1}
  - relu
  - conv: {name: b, out_channels: 8, kernel_size: 3, padding: 1, bias: false}
  - batchnorm
  - relu
  - maxpool: {kernel_size: 2}
  - flatten
  - linear: {name: fc, out_features: 10}
"""


def unlike(first: Analysis, second: Analysis) -> list[Difference]:
    """The rows that differ."""
    return [row for row in differences(first, second) if row.sort != "same"]


def changed(old: str, new: str, base: str = BASE) -> list[Difference]:
    """The rows that differ after a text is changed in a network."""
    assert base.count(old) >= 1
    return unlike(loads(base).walk(), loads(base.replace(old, new, 1)).walk())


def words(rows: list[Difference]) -> list[tuple[str, str, tuple[str, ...]]]:
    """The visible words of rows."""
    return [(row.first or row.second, row.sort, row.changes) for row in rows]


# ------------------------------------------------------------------------------ differences


def test_the_table_names_what_differs_and_folds_what_follows(convcalc: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text(BASE)
    text = BASE.replace("name: base", "name: strided").replace(
        "name: b, out_channels: 8, kernel_size: 3, padding: 1, bias: false",
        "name: b, out_channels: 8, kernel_size: 3, padding: 1, stride: 2",
    )
    second.write_text(text)
    ran = convcalc("diff", str(first), str(second), watched=True, columns=110)
    assert ran.code == 1
    # b: 8·3·3·8 macs at 16·16 instead of 32·32 places, and 8 biases; fc: 8·8·8 instead of 8·16·16 values in
    assert (
        ran.out + ran.err
        == """\
base → strided
layers 8 in both; params 21,306 → 5,954; macs 831,488 → 373,760

layer               kind      what differs                                            params      macs
──────────────────────────────────────────────────────────────────────────────────────────────────────
b                   conv      stride 1 → 2; bias no → yes; 32×32 → 16×16 comes out        +8  −442,368
batchnorm1 … relu2  2 layers  maps of 16×16 instead of 32×32 come out, because of b        0         0
maxpool1            maxpool   maps of 8×8 instead of 16×16 come out, because of b          0         0
flatten1            flatten   512 instead of 2048 comes out, because of b                  0         0
fc                  linear    512 instead of 2048 comes in, because of b             −15,360   −15,360
──────────────────────────────────────────────────────────────────────────────────────────────────────
total                                                                                −15,352  −457,728

params and macs: how many more the second network has
macs = multiply-adds, bias not counted; flops = 2 · macs
next: --all also shows the layers that are the same
"""
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  - batchnorm\n", "", [("batchnorm1", "only first", ("only in the first",))]),
        ("  - relu\n", "", [("relu1", "only first", ("only in the first",))]),
        ("  - flatten\n", "  - dropout\n  - flatten\n", [("dropout1", "only second", ("only in the second",))]),
        ("  - relu\n", "  - gelu\n", [("relu1", "changed", ("kind relu → gelu",))]),
        ("bias: false", "bias: true", [("b", "changed", ("bias no → yes",))]),
        ("kernel_size: 2", "kernel_size: 2, stride: 2", []),
        ("kernel_size: 3, padding: 1}", "kernel_size: 3, padding: same}", []),
        ("kernel_size: 3, padding: 1}", "kernel_size: [3, 3], padding: [1, 1]}", []),
        ("name: a", "name: stem", []),
        ("kernel_size: 3, padding: 1}", "kernel_size: 5, padding: 2}",
         [("a", "changed", ("kernel_size 3 → 5", "padding 1 → 2"))]),
        ("out_features: 10", "out_features: 12", [("fc", "changed", ("out_features 10 → 12",))]),
        ("kernel_size: 2", "kernel_size: 2, stride: 4", [
            ("maxpool1", "changed", ("stride 2 → 4", "16×16 → 8×8 comes out")),
            ("flatten1", "follows", ("512 instead of 2048 comes out",)),
            ("fc", "follows", ("512 instead of 2048 comes in",)),
        ]),
        ("out_channels: 8", "out_channels: 4", [
            ("a", "changed", ("out_channels 8 → 4",)),
            ("relu1", "follows", ("4×32×32 instead of 8×32×32 comes out",)),
            ("b", "follows", ("4×32×32 instead of 8×32×32 comes in",)),
        ]),
        ("[3, 32, 32]", "[1, 32, 32]", [
            ("input", "changed", ("3×32×32 → 1×32×32 comes in",)),
            ("a", "follows", ("1×32×32 instead of 3×32×32 comes in",)),
        ]),
    ],
)  # fmt: skip
def test_a_change_is_found_and_nothing_else(old: str, new: str, expected: list[Any]) -> None:
    assert words(changed(old, new)) == expected


def test_what_follows_names_its_cause() -> None:
    assert [row.cause for row in changed("kernel_size: 2", "kernel_size: 2, stride: 4")] == ["", "maxpool1", "maxpool1"]  # fmt: skip
    assert [row.cause for row in changed("[3, 32, 32]", "[1, 32, 32]")] == ["", "input"]
    rows = changed("  - maxpool: {kernel_size: 2}\n", "  - dropout\n")
    assert [(row.first or row.second, row.cause) for row in rows] == [
        ("maxpool1", ""), ("dropout1", ""), ("flatten1", "maxpool1"), ("fc", "maxpool1"),
    ]  # fmt: skip


GRAPH = """
input: [4, 8, 8]
layers:
  - conv: {name: a, out_channels: 4, kernel_size: 1}
  - conv: {name: b, out_channels: 4, kernel_size: 1}
  - conv: {name: c, out_channels: 4, kernel_size: 1, WEIGHTS}
  - concat: {name: both, paths: [[{from: a}], [{from: c}]]}
  - add: {name: sum, paths: [[], [{from: both}]]}
OUTPUTS
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[{from: a}], [{from: c}]", "[{from: b}], [{from: c}]",
         [("both", "changed", ("reads a and c → b and c",))]),
        ("[{from: a}], [{from: c}]", "[{from: c}], [{from: a}]",
         [("both", "changed", ("reads its inputs in another order",))]),
        (", WEIGHTS", ", weights: a", [("c", "changed", ("weights its own → those of a",))]),
        ("OUTPUTS", "outputs: [both]", [("outputs", "changed", ("sum → both",))]),
    ],
)  # fmt: skip
def test_another_graph_of_the_same_layers_is_no_longer_the_same(
    old: str, new: str, expected: list[Any]
) -> None:
    plain = {", WEIGHTS": "", "OUTPUTS": ""}
    texts = [GRAPH, GRAPH.replace(old, new)]
    for word, nothing in plain.items():
        texts = [text.replace(word, nothing) for text in texts]
    assert words(unlike(*(loads(text).walk() for text in texts))) == expected


def test_the_order_of_a_sum_is_no_difference() -> None:
    text = "{input: [4, 8, 8], layers: [relu, {add: [[{conv: {out_channels: 4, kernel_size: 1}}], []]}]}"
    turned = "{input: [4, 8, 8], layers: [relu, {add: [[], [{conv: {out_channels: 4, kernel_size: 1}}]]}]}"
    assert unlike(loads(text).walk(), loads(turned).walk()) == []


def test_inputs_that_one_network_has_alone_are_listed() -> None:
    one = "{input: {x: [4, 8, 8]}, layers: [relu]}"
    two = "{input: {x: [4, 8, 8], y: [4, 8, 8]}, layers: [{add: [[{from: x}], [{from: y}]]}, relu]}"
    for first, second, sort in ((one, two, "only second"), (two, one, "only first")):
        rows = unlike(loads(first).walk(), loads(second).walk())
        assert [(row.first or row.second, row.sort) for row in rows] == [
            ("y", sort),
            ("add1", sort),
        ]


# --------------------------------------------------------------------------- published networks


def test_resnet50_and_torchvisions_differ_in_six_strides(convcalc: Run) -> None:
    """Torchvision's ResNet V1.5 has the stride in the 3×3 convolution, not in the 1×1: resnet.py of torchvision 0.28.0."""
    ran = convcalc("diff", "resnet50", "resnet50_torchvision", "--json")
    data = json.loads(ran.out)
    assert (ran.code, data["same"]) == (1, False)
    own = [row for row in data["differences"] if row["difference"] == "changed"]
    assert [(row["first"], row["changes"][0]) for row in own] == [
        (f"conv{stage}_x.1.conv{place}", f"stride {turn}")
        for stage in (3, 4, 5)
        for place, turn in ((1, "2 → 1"), (2, "1 → 2"))
    ]
    assert data["totals"] == {"params": 0, "macs": 3 * 77_070_336}
    assert [list(data), list(data["differences"][0])] == [
        ["schema", "networks", "same", "differences", "totals", "notes"],
        ["first", "second", "kind", "difference", "changes", "cause", "first_output", "second_output", "params", "macs"],
    ]  # fmt: skip


def folded_norms(network: Network) -> Network:
    """A network as written by exporters: norms folded into the convolutions, other names."""
    nodes: list[Node] = []
    place: dict[int, int] = {-1: -1}
    for number, node in enumerate(network.nodes):
        if node.layer.kind == "batchnorm":
            place[number] = place[node.inputs[0]]
            continue
        options = node.layer.options()
        layer = make("conv", options | {"bias": True}) if node.layer.kind == "conv" else node.layer
        place[number] = len(nodes)
        nodes.append(Node(f"n{len(nodes)}", layer, tuple(place[i] for i in node.inputs)))
    return Network("exported", "", network.input, nodes)


def test_folded_norms_are_listed_and_nothing_else() -> None:
    """ResNet-18 has 20 norms with 2 · 4,800 parameters; their shifts become 4,800 biases."""
    network = library.load("resnet18_torchvision")
    exported = folded_norms(network).walk()
    rows = unlike(exported, network.walk())
    assert {(row.sort, row.kind, row.changes) for row in rows} == {
        ("only second", "batchnorm", ("only in the second",)), ("changed", "conv", ("bias yes → no",)),
    }  # fmt: skip
    norms = [row for row in rows if row.sort == "only second"]
    assert (len(norms), sum(row.params or 0 for row in norms)) == (20, 9600)
    report = diff_report(exported, network.walk())
    assert report.totals == {"params": 4800, "macs": 0}
    assert report.fold
    assert [(row.first, row.second, row.layers) for row in report.fold()] == [
        ("n0 and 19 more", "conv1 and 19 more", 20), ("", "batchnorm1 and 19 more", 20),
    ]  # fmt: skip


PAIRS = ("resnet50 resnet101", "vgg16 vgg16_bn", "mobilenet_v2 mobilenet_v1", "lenet5 lenet5_1998", "unet fcn32s",
         "alexnet googlenet", "densenet121 resnet18", "efficientnet_b0 efficientnet_b1")  # fmt: skip


@pytest.mark.unmeasured
@pytest.mark.parametrize("pair", PAIRS)
def test_rows_add_up_to_the_difference_of_the_totals(pair: str) -> None:
    first, second = (library.load(name).walk() for name in pair.split())
    shown, every = diff_report(first, second), diff_report(first, second, every=True)
    assert shown.fold
    for key in ("params", "macs"):
        wanted = second.totals[key] - first.totals[key]
        assert shown.totals[key] == every.totals[key] == wanted
        for rows in (shown.rows, shown.fold(), every.rows):
            assert sum(getattr(row, key) for row in rows) == wanted
    names = [row.first for row in every.rows if row.first]
    assert names[-len(first) :] == first.names  # each layer once, in its order
    assert [row.second for row in every.rows if row.second][-len(second) :] == second.names


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", library.networks())
def test_every_network_is_the_same_as_itself(name: str) -> None:
    assert unlike(library.load(name).walk(), library.load(name).walk()) == []


# ------------------------------------------------------------------------------- properties

WORDS = (
    "relu", "batchnorm", "dropout", "conv:k3c8p1", "conv:k1c8", "conv:k3c4p1", "maxpool:k3s1p1", "gelu",
)  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=25), st.data())
def test_a_layer_left_out_is_found(chain: list[str], data: st.DataObject) -> None:
    """One row differs, and the sums are right; of two equal neighbours either may be named."""
    place = data.draw(st.integers(0, len(chain) - 1))
    less = chain[:place] + chain[place + 1 :]
    first, second = library.chain("8x16x16", *chain).walk(), library.chain("8x16x16", *less).walk()
    rows = unlike(first, second)
    alone = [row for row in rows if row.sort != "follows"]
    assert [(row.sort, row.kind) for row in alone] == [("only first", first.steps[place].kind)]
    assert alone[0].outputs[0] == first.steps[place].output
    assert not unlike(first, first)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=25), st.data())
def test_an_option_changed_is_found(chain: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain)))
    one, other = [*chain], [*chain]
    one.insert(place, "conv:k3c6p1")
    other.insert(place, "conv:k5c6p2")
    first, second = (library.chain("8x16x16", *each).walk() for each in (one, other))
    (row,) = unlike(first, second)
    assert (row.first, row.changes) == (first.steps[place].name, ("kernel_size 3 → 5", "padding 1 → 2"))  # fmt: skip


@given(st.integers(0, 10**6), st.integers(0, 300))
def test_layers_stay_in_order_however_little_is_searched(seed: int, steps: int) -> None:
    random = Random(seed)
    pair = [library.chain("8x16x16", *random.choices(WORDS, k=random.randrange(1, 30))).walk() for _ in "ab"]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "_MOST_STEPS", steps)
        pairs = align(pair[0].steps, pair[1].steps)
    for side, analysis in enumerate(pair):
        assert [each[side] for each in pairs if each[side]] == analysis.steps
    assert all(first and second and first.layer.family == second.layer.family for first, second in pairs if first and second)  # fmt: skip
    assert not any(a.first is None and b.first is None and a == b for a, b in pairwise(pairs))


def long_chain(seed: int, layers: int) -> Analysis:
    random = Random(seed)
    return library.chain("8x16x16", *random.choices(WORDS, k=layers)).walk()


@pytest.mark.unmeasured
def test_layers_that_differ_everywhere_take_time_by_their_number() -> None:
    def taken(layers: int) -> float:
        first, second = long_chain(1, layers), long_chain(2, layers)
        start = seconds()
        report = diff_report(first, second)
        assert report.fold
        report.fold()
        return seconds() - start

    taken(100)  # imports
    assert taken(2000) < 10 * taken(500)


# ------------------------------------------------------------------------- unknown costs

OPAQUE = """
name: NAME
input: [4, 8, 8]
layers:
  - opaque: {type: GridSample, output: [c, h, w]}
  - conv: {out_channels: 4, kernel_size: 1}
"""


def test_costs_that_nobody_knows_make_the_difference_unknown(convcalc: Run, tmp_path: Path) -> None:
    known, unknown, more = (
        tmp_path / "known.yaml",
        tmp_path / "unknown.yaml",
        tmp_path / "more.yaml",
    )
    unknown.write_text(OPAQUE)
    known.write_text(OPAQUE.replace("opaque: {type: GridSample, output: [c, h, w]}", "relu"))
    more.write_text(OPAQUE.replace("kernel_size: 1", "kernel_size: 1, bias: false"))
    ran = convcalc("diff", str(known), str(unknown))
    assert "params 20 → at least 20; macs 1,024 → at least 1,024\n" in ran.out
    assert [line.split()[-2:] for line in ran.out.splitlines() if line.startswith("total")] == [["?", "?"]]  # fmt: skip
    assert "NAME: at least: 1 layer of GridSample not counted" in ran.out
    ran = convcalc("diff", str(unknown), str(more), "--json")  # the same unknown cost in both
    assert json.loads(ran.out)["totals"] == {"params": -4, "macs": 0}


# ------------------------------------------------------------------------------- the command


def test_the_same_networks_have_exit_code_0(convcalc: Run) -> None:
    ran = convcalc("diff", "lenet5", "lenet5")
    assert (ran.code, ran.err) == (0, "")
    assert "the same: 15 layers with the same options, inputs and shapes\n" in ran.out
    ran = convcalc("diff", "lenet5", "lenet5", "--all")
    assert ran.code == 0
    assert "the same: 15 layers" in ran.out
    assert sum(line.endswith("  0     0") for line in ran.out.splitlines()) == 16


def test_all_shows_each_layer_in_a_row(convcalc: Run) -> None:
    shown = convcalc("diff", "resnet50", "resnet50_torchvision", "--all", "--format", "csv").out
    lines = shown.splitlines()
    assert lines[0] == "first,second,kind,difference,change,params,macs"
    assert len(lines) == 1 + 175
    few = convcalc("diff", "resnet50", "resnet50_torchvision", "--format", "csv").out.splitlines()
    assert [line for line in lines if ",same," not in line] == few


def test_other_inputs_and_parameters_are_for_both(convcalc: Run) -> None:
    ran = convcalc("diff", "mobilenet_v2", "mobilenet_v2", "--set", "classes=10", "--input", "3x96x96", "--json")  # fmt: skip
    data = json.loads(ran.out)
    assert (ran.code, data["same"]) == (0, True)
    assert [each["inputs"] for each in data["networks"]] == [{"input": [3, 96, 96]}] * 2
    assert [each["params"] for each in data["networks"]] == [3_504_872 - 990 * 1281] * 2


def test_a_wrong_call_has_exit_code_2(convcalc: Run) -> None:
    ran = convcalc("diff", "lenet5")
    assert (ran.code, ran.err) == (2, "convcalc: SECOND is missing; for example: convcalc diff resnet50 resnet50_torchvision; run convcalc diff -h for help\n")  # fmt: skip
    assert convcalc("diff", "lenet5", "nosuch").code == 2


# ---------------------------------------------------------------- the same in another way


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("conv: {out_channels: 8, kernel_size: 3, groups: 4, dilation: 2}", "depthwise_conv: {kernel_size: 3, multiplier: 2, dilation: 2}"),
        ("avgpool: {kernel_size: 2}", "avgpool: {kernel_size: 2, count_include_pad: false}"),
        ("maxpool: {kernel_size: 2}", "maxpool: {kernel_size: 2, ceil_mode: true}"),
        ("conv: {out_channels: 8, kernel_size: 1}", "conv: {out_channels: 8, kernel_size: 1, dilation: 3}"),
    ],
)  # fmt: skip
def test_the_same_arithmetic_is_no_difference(one: str, other: str) -> None:
    first, second = (
        loads(f"input: [4, 16, 16]\nlayers:\n  - {text}\n  - relu").walk() for text in (one, other)
    )
    assert unlike(first, second) == unlike(second, first) == []


@pytest.mark.parametrize(
    ("one", "other", "change"),
    [
        ("conv: {out_channels: 8, kernel_size: 3, groups: 2}", "depthwise_conv: {kernel_size: 3, multiplier: 2}", "groups 2 → 4"),
        ("avgpool: {kernel_size: 2, padding: 1}", "avgpool: {kernel_size: 2, padding: 1, count_include_pad: false}", "count_include_pad yes → no"),
        ("maxpool: {kernel_size: 3}", "maxpool: {kernel_size: 3, ceil_mode: true}", "ceil_mode no → yes"),
    ],
)  # fmt: skip
def test_what_is_no_longer_the_same_is_a_difference(one: str, other: str, change: str) -> None:
    first, second = (
        loads(f"input: [4, 16, 16]\nlayers:\n  - {text}\n  - relu").walk() for text in (one, other)
    )
    assert unlike(first, second)[0].changes[0] == change


BRANCHES = (
    "[{conv: {out_channels: 8, kernel_size: 1}}, relu]",
    "[{conv: {out_channels: 8, kernel_size: 3, padding: 1}}, batchnorm, sigmoid]",
    "[{maxpool: {kernel_size: 3, stride: 1, padding: 1}}, {conv: {out_channels: 8, kernel_size: 1}}, relu]",
)


def joined(kind: str, branches: tuple[str, ...], last: int = 10) -> Analysis:
    paths = ", ".join(branches)
    text = f"input: [8, 8, 8]\nlayers:\n  - {kind}: [{paths}]\n  - relu\n  - {kind}: [{paths}]\n  - flatten\n  - linear: {{out_features: {last}}}"
    return loads(text).walk()


@pytest.mark.parametrize("branches", list(permutations(BRANCHES)))
def test_the_order_of_branches_of_a_sum_is_no_difference(branches: tuple[str, ...]) -> None:
    first, second = joined("add", BRANCHES), joined("add", branches, 12)
    (row,) = unlike(first, second)
    assert row.changes == ("out_features 10 → 12",)
    assert unlike(first, joined("add", branches)) == []


def test_the_order_of_branches_of_a_concatenation_is_told_where_they_meet() -> None:
    first, second = joined("concat", BRANCHES), joined("concat", BRANCHES[::-1])
    found = [(row.kind, row.changes) for row in unlike(first, second)]
    assert found == [("concat", ("reads its inputs in another order",))] * 2


def test_steps_that_share_weights_stay_behind_their_owner() -> None:
    text = """
input: [4, 8, 8]
layers:
  - conv: {name: a, out_channels: 4, kernel_size: 1}
  - add:
      paths:
        - [{conv: {name: b, out_channels: 4, kernel_size: 1, weights: a}}]
        - [sigmoid]
"""
    swapped = text.replace("weights: a}}]\n        - [sigmoid]", "weights: a}}]").replace(
        "      paths:\n", "      paths:\n        - [sigmoid]\n"
    )
    assert unlike(loads(text).walk(), loads(swapped).walk()) == []


def test_sizes_that_follow_in_many_ways_are_one_row_with_the_number_of_layers() -> None:
    block = "  - conv: {out_channels: 8, kernel_size: 3, padding: 1, stride: 2}\n  - relu\n"
    base = f"input: [3, 128, 128]\nlayers:\n{block * 5}"
    rows = unlike(
        loads(base).walk(), loads(base.replace("stride: 2}", "stride: 1, name: conv1}", 1)).walk()
    )
    assert len(rows) == 10
    cause, rest = folded(rows)
    assert cause.changes == ("stride 2 → 1", "64×64 → 128×128 comes out")
    assert (rest.layers, rest.kind, rest.cause) == (9, "9 layers", "conv1")
    assert rest.changes == ("maps of 128×128 instead of 64×64 come out, and other sizes after it",)
    assert rest.macs == sum(row.macs or 0 for row in rows[1:])
