"""An analysis: its graph, its outputs, live maps, receptive fields, and unknown fields."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

import convcalc
from convcalc.analysis import notes
from convcalc.analysis import walk as walk_module
from convcalc.analysis.analysis import Analysis
from convcalc.analysis.compare import compare_report
from convcalc.analysis.memory import memory
from convcalc.analysis.report import report_of
from convcalc.analysis.trace import trace
from convcalc.layers.rf import UnknownField
from convcalc.network.network import Network
from strategies import few, graphs

Run = Callable[..., Any]

GATE = "{multiply: [[], [global_avgpool, {conv: {out_channels: 4, kernel_size: 1}}, sigmoid]]}"


def walked(layers: str, shape: str = "[4, 16, 16]", head: str = "") -> Analysis:
    return convcalc.loads(f"{head}input: {shape}\nlayers: {layers}\n").walk()


def conv(k: int = 3, s: int = 1, p: int = 1, c: int = 4) -> str:
    return f"{{conv: {{out_channels: {c}, kernel_size: {k}, stride: {s}, padding: {p}}}}}"


def sizes(analysis: Analysis) -> dict[str, Any]:
    """The receptive field of each output: sizes, or "all" with the sizes next to it."""
    return {
        name: ("all" if rf.whole else "?", [axis.size for axis in rf.local])
        if isinstance(rf, UnknownField)
        else [axis.size for axis in rf]
        for name, rf in analysis.rf.items()
    }


# ---------------------------------------------------------------------------------- the graph


@few
@given(graphs())
def test_steps_know_what_they_read_and_all_shapes_that_go_in(network: Network) -> None:
    analysis = network.walk()
    order = [analysis.image, *analysis.steps]
    assert [step.place for step in order] == list(range(len(order)))
    for step, node in zip(analysis, network.nodes, strict=True):
        assert [source.place for source in step.before] == [i + 1 for i in node.inputs]
        assert step.shapes == tuple(source.output for source in step.before)
        assert analysis[step.name] is step
    assert analysis.edges == [(source, step) for step in analysis for source in step.before]
    read = {source for source, _ in analysis.edges}
    assert analysis.outputs == tuple(step for step in analysis if step not in read)
    assert analysis.steps[-1] in analysis.outputs


@few
@given(graphs())
def test_the_schedule_holds_what_is_still_read_and_nothing_else(network: Network) -> None:
    analysis = network.walk()
    for step, alive, freed in analysis.schedule():
        later = {source for other in analysis.steps[step.place :] for source in other.before}
        earlier = [analysis.image, *analysis.steps[: step.place - 1]]
        wanted = {one for one in earlier if one in later or one in step.before}
        wanted |= {one for one in earlier if one in analysis.outputs}
        assert set(alive) == wanted | {step}
        assert set(freed) == set(step.before) - later


def test_json_names_inputs_blocks_and_outputs() -> None:
    data = convcalc.load("googlenet_aux").walk().to_dict()
    assert data["outputs"] == ["softmax1", "aux1.softmax1", "aux2.softmax1"]
    rows = {row["name"]: row for row in data["layers"]}
    assert rows["conv1"]["inputs"] == ["input"]
    assert rows["conv1"]["block"] is None
    join = next(row for row in data["layers"] if row["kind"] == "concat")
    assert len(join["inputs"]) == 4
    assert join["block"] == join["name"].rpartition(".")[0]
    assert json.loads(json.dumps(data)) == data


def test_an_analysis_prints_itself_and_can_be_looked_into() -> None:
    analysis = convcalc.chain("1x8x8", "conv:k3c2", "relu").walk()
    assert str(analysis) == str(report_of(analysis))
    assert analysis._repr_html_() == report_of(analysis)._repr_html_()
    assert "relu1" in analysis
    assert analysis.names == ["conv1", "relu1"]
    assert (
        repr(analysis["conv1"])
        == "<Step 1 conv1: conv k3 c2, 1×8×8 → 2×6×6, 20 params, 648 macs, rf 3>"
    )
    assert convcalc.Analysis is Analysis


def test_totals_and_notes_wait_until_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Analysis] = []

    def counted(analysis: Analysis) -> list[str]:
        calls.append(analysis)
        return []

    monkeypatch.setattr(notes, "notes_of", counted)
    analysis = convcalc.load("lenet5").walk()
    assert calls == []
    assert analysis.notes == analysis.notes == []
    assert calls == [analysis]


def test_another_input_is_walked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = walk_module._steps
    calls: list[Any] = []

    def counted(*args: Any) -> Any:
        calls.append(args)
        return steps(*args)

    monkeypatch.setattr(walk_module, "_steps", counted)
    analysis = convcalc.load("vgg16", input=(3, 256, 256)).walk()
    assert any("weights trained there do not fit" in note for note in analysis.notes)
    assert len(calls) == 1


def test_a_unit_is_traced_through_every_step() -> None:
    analysis = walked(f"[{conv()}, {{maxpool: {{kernel_size: 2}}}}, {conv()}]")
    found = trace(analysis, analysis["conv2"], (0, 3))
    assert {step.name: ranges for step, ranges in found.items()} == {
        "conv2": [(0, 0), (3, 3)],
        "maxpool1": [(0, 1), (2, 4)],
        "conv1": [(0, 3), (4, 9)],
        "input": [(-1, 4), (3, 10)],
    }
    assert analysis.trace(analysis["conv2"], (0, 3)) == found


# ----------------------------------------------------------------------------------- the batch


def test_memory_counts_the_batch_of_the_analysis_once() -> None:
    network = convcalc.load("lenet5")
    one, eight = memory(network.walk()), memory(network.walk(batch=8))
    assert eight["outputs"] == 8 * one["outputs"]
    assert eight["weights"] == one["weights"]


@pytest.mark.parametrize("name", ["vgg16", "efficientnet_b0", "googlenet_aux", "lenet5_1998"])
@pytest.mark.unmeasured
def test_a_batch_breaks_no_promise_of_a_file(name: str, convcalc: Run) -> None:
    for words in (("arch", name), ("compare", name)):
        ran = convcalc(*words, "--batch", "32", "--format", "json")
        assert not [note for note in json.loads(ran.out)["notes"] if "expect" in note]
    assert "a batch of 32" in convcalc("compare", name, "--batch", "32").out


# -------------------------------------------------------------------- fields of whole networks


def test_gates_do_not_end_the_field_of_a_network() -> None:
    analysis = convcalc.load("efficientnet_b0").walk()
    assert sizes(analysis) == {"fc": ("all", [851, 851])}
    assert analysis.network.expect["rf_size"] == 851
    plain = walked(f"[{conv()}, {conv()}, global_avgpool, flatten]")
    gated = walked(f"[{conv()}, {GATE}, {conv()}, global_avgpool, flatten]")
    assert sizes(plain) == {"flatten1": [5, 5]}
    assert sizes(gated) == {"flatten1": ("all", [5, 5])}


def test_compare_says_all_because_of_its_gates_and_what_is_seen_without_them(convcalc: Run) -> None:
    ran = convcalc("compare", "efficientnet_b0")
    assert "note: EfficientNet-B0: rf is all because of its gates, 851 without them" in ran.out
    (row,) = json.loads(convcalc("compare", "efficientnet_b0", "--format", "json").out)["networks"]
    assert row["rf"] is None


def test_a_pooled_side_branch_does_not_end_the_field() -> None:
    side = "[global_avgpool, {upsample: {scale_factor: 16}}]"
    analysis = walked(
        f"[{conv()}, {{concat: [[{conv(p=2).replace('stride: 1', 'dilation: 2')}], {side}]}}, {conv()}]"
    )
    ((size, _),) = [rf for rf in sizes(analysis).values()]
    assert size >= 18  # the whole map of the side branch, and the window after it
    assert not [note for note in analysis.notes if "aligned" in note]


def test_ends_are_told_apart_and_the_widest_is_compared() -> None:
    analysis = convcalc.loads(
        "input: [4, 32, 32]\nlayers:\n  - conv: {name: body, out_channels: 4, kernel_size: 3, padding: 1}\n"
        "  - conv: {name: near, out_channels: 2, kernel_size: 1}\n  - from: body\n"
        "  - conv: {name: far, out_channels: 2, kernel_size: 7, padding: 3}\n"
    ).walk()
    assert sizes(analysis) == {"near": [3, 3], "far": [9, 9]}
    report = compare_report([analysis])
    assert report.to_dict()["networks"][0]["rf"] == [9, 9]
    assert report.to_dict()["networks"][0]["rf_of_outputs"] == {"near": [3, 3], "far": [9, 9]}
    assert report.notes == ["<text>: rf of its 2 outputs: 3 at near, 9 at far"]


def test_a_conv_that_leaves_one_cell_is_a_map_still_and_a_global_pool_is_not() -> None:
    assert sizes(convcalc.load("lenet5").walk()) == {"softmax1": [32, 32]}  # C5, as its file says
    assert sizes(walked(f"[{conv()}, {{avgpool: {{kernel_size: 16}}}}, flatten]")) == {
        "flatten1": [3, 3]
    }
    assert sizes(walked("[flatten, {linear: {out_features: 3}}]")) == {"linear1": [16, 16]}


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_upsampling_one_cell_adds_no_field(mode: str) -> None:
    analysis = walked(
        f"[{conv()}, global_avgpool, {{upsample: {{scale_factor: 16, mode: {mode}}}}}]"
    )
    assert sizes(analysis) == {"upsample1": [18, 18]}
    upsampled = analysis["upsample1"]
    assert analysis.trace(upsampled, (3, 9))[analysis.image] == [(-1, 16), (-1, 16)]


@pytest.mark.parametrize("layers", ["[{reshape: {shape: [16, 8, 8]}}, relu]"])
def test_a_field_that_is_not_known_has_a_note_that_says_why(layers: str) -> None:
    analysis = walked(layers)
    assert sizes(analysis) == {"relu1": ("?", [])}
    assert analysis.notes == [
        "reshape1: the receptive field is not known from here on (rf: ?): a reshape moves values to "
        "other positions"
    ]


def test_a_norm_over_the_whole_map_sees_all_and_keeps_the_field_beside_it() -> None:
    analysis = walked(f"[{conv()}, instancenorm, {conv()}]")
    assert sizes(analysis) == {"conv2": ("all", [5, 5])}
    assert analysis.notes == [
        "instancenorm1: instancenorm takes its mean over the whole map, so every unit sees the whole map (rf: all)"
    ]
    assert compare_report([analysis]).notes == [
        "<text>: rf is all (instancenorm takes its mean over the whole map, so every unit sees the whole map), 5 without that"
    ]


def test_a_unit_behind_a_gate_or_a_norm_over_the_map_is_traced_to_the_whole_image() -> None:
    analysis = walked(f"[{conv()}, {GATE}, {conv()}]")
    found = analysis.trace(analysis["conv3"], (0, 0))
    assert found[analysis["multiply1"]] == [(0, 1), (0, 1)]
    assert found[analysis["global_avgpool1"]] == [(0, 0), (0, 0)]
    assert found[analysis["conv1"]] == [(0, 15), (0, 15)]
    assert found[analysis.image] == [(-1, 16), (-1, 16)]
    analysis = walked(f"[{conv()}, instancenorm, {conv()}]")
    assert analysis.trace(analysis["conv2"], (0, 0))[analysis["conv1"]] == [(0, 15), (0, 15)]


# ----------------------------------------------------------------------------------- alignment


def alignment(analysis: Analysis) -> list[str]:
    return [note for note in analysis.notes if "aligned" in note]


def test_vectors_and_maps_of_one_cell_are_not_aligned_with_anything() -> None:
    flat = "[{maxpool: {kernel_size: 2}}, flatten]"
    assert alignment(walked(f"[{{concat: [{flat}, [{conv(p=0)}, flatten]]}}]")) == []
    assert alignment(walked(f"[{{concat: [[global_avgpool], [{conv(16, p=0)}]]}}]")) == []


def test_a_gap_of_half_a_pixel_is_not_answered_by_padding() -> None:
    up = "{upsample: {scale_factor: 2}}"
    analysis = walked(f"[{{concat: [[], [{conv(s=2)}, {up}]]}}]")
    (note,) = alignment(analysis)
    assert "(0.5 apart); upsampling leaves a part of a pixel that padding cannot correct" in note
    even = walked(
        f"[{{concat: [[{conv(2, p=0)}], [{conv(3, p=0)}, {{pad: {{padding: [[0, 1], [0, 1]]}}}}]]}}]"
    )
    (note,) = alignment(even)
    assert "use kernels that are all odd, or all even, on both paths" in note
    whole = walked(f"[{{concat: [[], [{conv(3, p=0)}, {{pad: {{padding: [[0, 2], [0, 2]]}}}}]]}}]")
    (note,) = alignment(whole)
    assert "(1 apart); give both paths the same padding before" in note


# ------------------------------------------------------------------------------------- sources


def test_layers_of_its_own_do_not_have_the_source_of_what_a_file_extends(tmp_path: Any) -> None:
    base = tmp_path / "base.yaml"
    base.write_text(
        "source: a book\ninput: [3, 8, 8]\nparameters: {n: 2}\n"
        "layers: [{conv: {out_channels: $n, kernel_size: 3}}]\n"
    )
    own, same = tmp_path / "own.yaml", tmp_path / "same.yaml"
    own.write_text("extends: base.yaml\nlayers: [relu]\n")
    same.write_text("extends: base.yaml\nparameters: {n: 4}\n")
    assert convcalc.load(str(own)).source == ""
    assert convcalc.load(str(same)).source == "a book"
