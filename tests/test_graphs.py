"""Networks as graphs: several inputs, named outputs, shared weights, networks inside networks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import strategies
from conftest import Ran
from convcalc.analysis.analysis import Analysis
from convcalc.analysis.memory import memory, peak
from convcalc.analysis.trace import pixels
from convcalc.errors import ConvcalcError, ShapeError, UsageError
from convcalc.layers import every, make
from convcalc.layers.rf import UnknownField
from convcalc.network.load import load, loads
from convcalc.network.network import Network, Node
from convcalc.reference import WITNESSES
from convcalc.verify.memory import run_need
from convcalc.verify.plan import Plan, Settings
from convcalc.verify.run import check_run, verify

Convcalc = Callable[..., Ran]

TWO = """
input: {image: [3, 16, 16], mask: [1, 16, 16]}
layers:
  - conv: {name: a, out_channels: 8, kernel_size: 3, padding: 1}
  - from: mask
  - conv: {name: b, out_channels: 4, kernel_size: 5, padding: 2}
  - relu
  - concat: [[{from: a}], []]
  - conv: {name: both, out_channels: 2, kernel_size: 3, padding: 1}
"""

# Lin et al., arXiv:1708.02002, section 4: four 3×3 convolutions with 256 filters and ReLU, then one with
# K·A or 4·A filters; "parameters are shared across all pyramid levels", but not between the two subnets.
HEADS = """
input: {p3: [256, 16, 16], p4: [256, 8, 8], p5: [256, 4, 4]}
parameters: {classes: 91, anchors: 9}
blocks:
  tower:
    parameters: [out]
    layers:
      - repeat: 4
        layers: [{conv: {out_channels: 256, kernel_size: 3, padding: 1}}, relu]
      - conv: {name: predict, out_channels: $out, kernel_size: 3, padding: 1}
  head:
    layers:
      - {name: stay, layers: [{crop: {padding: 0}}]}
      - tower: {name: cls, out: $anchors*$classes}
      - from: stay
      - tower: {name: box, out: 4*$anchors}
layers:
  - head: {name: head3}
  - from: p4
  - head: {name: head4, SHARED}
  - from: p5
  - head: {name: head5, SHARED}
outputs: {classes3: head3.cls, boxes3: head3.box, classes4: head4.cls, boxes5: head5.box}
"""


def same(checks: list[Any]) -> None:
    assert checks
    assert [check for check in checks if not check.agrees] == []


# -------------------------------------------------------------------------- several inputs


def test_each_layer_reads_the_input_that_it_goes_on_from() -> None:
    walked = loads(TWO).walk()
    assert [(step.name, step.inputs, step.shapes) for step in walked] == [
        ("a", ["image"], ((3, 16, 16),)),
        ("b", ["mask"], ((1, 16, 16),)),
        ("relu1", ["b"], ((4, 16, 16),)),
        ("concat1", ["a", "relu1"], ((8, 16, 16), (4, 16, 16))),
        ("both", ["concat1"], ((12, 16, 16),)),
    ]
    assert loads(TWO).inputs == {"image": (3, 16, 16), "mask": (1, 16, 16)}
    assert loads(TWO).input == (3, 16, 16)


def test_a_receptive_field_is_told_for_each_input() -> None:
    walked = loads(TWO).walk()
    sizes = {
        name: [[axis.size for axis in step.rf_axes] for step in walked]
        for name, walked in walked.by_input.items()
    }
    assert sizes == {
        "image": [[3, 3], [], [], [3, 3], [5, 5]],
        "mask": [[], [5, 5], [5, 5], [5, 5], [7, 7]],
    }
    assert walked.by_input["image"] is walked


def test_one_input_has_one_view_which_is_the_walk_itself() -> None:
    walked = load("lenet5").walk()
    assert walked.by_input == {"input": walked}
    named = loads("{input: {x: [3, 8, 8]}, layers: [relu, {from: x}, relu, {from: input}, relu]}")
    assert [node.inputs for node in named.nodes] == [(-1,)] * 3
    assert named.inputs == {"x": (3, 8, 8)}


def test_sides_are_expressions_and_other_shapes_can_be_asked_for() -> None:
    text = "{parameters: {n: 8}, input: {x: [3, $n, $n], y: [1, 2*$n, $n]}, layers: [relu]}"
    network = loads(text, parameters={"n": 4})
    assert network.inputs == {"x": (3, 4, 4), "y": (1, 8, 4)}
    other = loads(TWO, input={"mask": (1, 16, 20), "image": (3, 16, 20)})
    assert other.inputs == {"image": (3, 16, 20), "mask": (1, 16, 20)}
    assert load("lenet5", input={"input": (1, 36, 36)}).input == (1, 36, 36)
    assert (other.changed, other.home) == (True, loads(TWO).inputs)
    assert other.walk()["both"].output == (2, 16, 20)
    assert not loads(TWO, input={"mask": (1, 16, 16)}).changed


REFUSED_INPUTS: list[tuple[Any, str]] = [
    ((3, 16, 16), "has 2 inputs (image, mask); name one, as in --input image=3x16x16"),
    ({"masc": (1, 16, 16)}, "no input 'masc'; did you mean 'mask'?"),
    ({"mask": (1, 1, 16, 16)}, "the input mask 1×1×16×16 has 4 sides, but the file's own 1×16×16 has 3"),
    ({"mask": "x"}, "input mask must be a shape such as 3x224x224"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "said"), REFUSED_INPUTS)
def test_other_shapes_are_refused_in_words_that_help(asked: Any, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        loads(TWO, input=asked)
    assert said in str(caught.value)
    with pytest.raises(UsageError, match="no input 'image'; its one input has no name"):
        load("lenet5", input={"image": (1, 32, 32)})


def test_the_command_line_gives_inputs_by_name(convcalc: Convcalc, tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(TWO, encoding="utf-8")
    both = ("--input", "mask=1x20x16", "--input", "image=3x20x16")
    ran = convcalc("arch", str(path), *both, "--format", "json")
    data = json.loads(ran.out)
    assert data["inputs"] == {"image": [3, 20, 16], "mask": [1, 20, 16]}
    assert data["input"] == [3, 20, 16]
    assert "inputs image 3×20×16, mask 1×20×16" in convcalc("arch", str(path), *both).out
    assert convcalc("verify", str(path), *both, "--only", "field").code == 0
    row = json.loads(convcalc("compare", str(path), "--format", "json").out)["networks"][0]
    assert (row["input"], row["inputs"]["mask"]) == ([3, 16, 16], [1, 16, 16])
    assert "3×16×16 + 1×16×16" in convcalc("compare", str(path)).out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("mask=1x8x8", "mask=1x8x8"), "--input: mask is given twice; give one shape"),
        (("3x8x8", "3x8x8"), "--input: is given twice; give one shape"),
        (("3x8x8", "mask=1x8x8"), "--input: is given twice; give one shape"),
        (("mask=1xx8",), "--input mask must be a shape such as 3x224x224"),
        (("mask=0x8",), "--input mask has a side of 0; use 1 or more"),
    ],
)
def test_inputs_given_wrongly_are_refused(
    options: tuple[str, ...], said: str, convcalc: Convcalc
) -> None:
    ran = convcalc("arch", "lenet5", *(word for each in options for word in ("--input", each)))
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_chain_has_one_input_without_a_name(convcalc: Convcalc) -> None:
    ran = convcalc("verify", "conv:k3c8", "--input", "x=3x8x8")
    assert "conv is a layer, and layers have one input" in ran.err.replace("conv:k3c8", "conv")


def test_what_one_unit_sees_is_said_for_each_input(convcalc: Convcalc, tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(TWO, encoding="utf-8")
    data = json.loads(convcalc("arch", str(path), "--sees", "both:8,0", "--format", "json").out)
    ends = {
        name: [(axis["first"], axis["last"], axis["inside"]) for axis in axes]
        for name, axes in data["sees_of_inputs"].items()
    }
    assert ends == {
        "image": [(6, 10, [6, 10]), (-1, 2, [0, 2])],
        "mask": [(5, 11, [5, 11]), (-2, 3, [0, 3])],
    }
    assert data["sees"] == data["sees_of_inputs"]["image"]
    assert "b[0, 0] sees no pixels of image" in convcalc("arch", str(path), "--sees", "b:0,0").out


def test_inputs_may_have_other_axes_than_one_another() -> None:
    """An image, a signal and a vector that are joined as vectors: the witness checks every number."""
    network = loads("""
input: {signal: [2, 12], image: [3, 6, 5], facts: [4]}
layers:
  - conv: {name: along, out_channels: 3, kernel_size: [3]}
  - flatten
  - from: image
  - conv: {name: over, out_channels: 2, kernel_size: [3, 2]}
  - flatten
  - from: facts
  - linear: {name: of_facts, out_features: 5}
  - concat: [[{from: flatten1}], [{from: flatten2}], []]
  - linear: {name: out, out_features: 2}
""")
    same(verify(network))
    seen = {name: walked["out"].rf for name, walked in network.walk().by_input.items()}
    assert [len(rf) for rf in seen.values() if not isinstance(rf, UnknownField)] == [1, 2, 0]
    unit = network.walk().by_input["image"].trace(network.walk().by_input["image"]["out"], ())
    assert [step.name for step in unit][:2] == ["out", "concat1"]


def test_a_gate_from_another_input_does_not_widen_the_field() -> None:
    text = (
        "{input: {x: [4, 8, 8], gate: [4, 1, 1]}, layers: "
        "[conv: {name: c, out_channels: 4, kernel_size: 3}, multiply: [[], [{from: gate}]]]}"
    )
    walked = loads(text).walk()
    assert [axis.size for axis in walked["multiply1"].rf_axes] == [3, 3]
    same(verify(loads(text)))


def test_memory_counts_every_input() -> None:
    walked = loads(TWO).walk()
    cells, outputs = 4 * 256, (8 + 4 + 4 + 12 + 2) * 256
    assert memory(walked)["outputs"] == 4 * (cells + outputs)
    assert peak(walked)[:2] == ((8 + 4 + 12) * 256, "concat1")  # the relu is in place
    assert memory(loads(TWO).walk(batch=3))["outputs"] == 12 * (cells + outputs)


def test_an_input_that_nobody_reads_is_said() -> None:
    network = loads("{input: {x: [1, 4, 4], y: [1, 4, 4]}, layers: [relu]}")
    assert network.walk().notes == ["y: no layer reads this input"]
    same(verify(network))


def test_what_does_not_fit_in_memory_is_told_smaller_inputs(
    convcalc: Convcalc, tmp_path: Path
) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(TWO.replace("16, 16", "256, 256"), encoding="utf-8")
    ran = convcalc("verify", str(path), "--limit", "0.001")
    assert ran.code == 2
    ways = ran.err.split("try ")[1].split(" or ")[0]
    assert ways.startswith("--input image=3x")
    assert " --input mask=1x" in ways
    assert convcalc("verify", str(path), "--limit", "0.001", *ways.split()).code == 0
    settings = Settings(("shape", "field"), limit=10**6)
    notes: list[str] = []
    plan = Plan.of(load(str(path)), settings, notes, may_shrink=True)
    assert "run on 3×" in notes[0]
    assert " and 1×" in notes[0]
    same(plan.verify(settings, print))


def test_layers_behind_a_reshape_may_have_other_axes() -> None:
    """There the field is unknown, so nothing is compared."""
    network = loads(
        "{input: [2, 8, 8], layers: [conv: {out_channels: 2, kernel_size: 3, padding: 1}, reshape: {shape: [8, 16]}, "
        "conv: {out_channels: 1, kernel_size: [3]}]}"
    )
    checks = verify(network)
    same(checks)
    assert {check.node.split("[")[0].split()[0] for check in checks if check.subject == "field"} == {"conv1"}  # fmt: skip


def test_vectors_have_no_fields_to_tell() -> None:
    walked = loads("{input: {x: [4], y: [4]}, layers: [add: [[], [{from: y}]]]}").walk()
    assert "output add1: 4, rf –" in str(walked).splitlines()
    assert walked.to_dict()["layers"][0]["rf_of_inputs"] == {}
    same(verify(walked.network))


def test_fields_of_many_inputs_are_followed_only_in_networks_that_are_not_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("convcalc.analysis.analysis.MOST_FIELDS", 9)
    walked = loads(TWO).walk()
    assert list(walked.by_input) == ["image"]
    assert walked.notes == [
        "receptive fields are shown for image only: 2 inputs and 5 layers are too many to compute them for each input"
    ]
    assert "output both: 2×16×16, rf 5 of image" in str(walked).splitlines()
    same(verify(loads(TWO)))


def test_a_file_that_extends_may_have_other_inputs(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(TWO, encoding="utf-8")
    (tmp_path / "more.yaml").write_text(
        "extends: two.yaml\ninput: {image: [3, 8, 8], mask: [1, 8, 8]}\n", encoding="utf-8"
    )
    assert load(str(tmp_path / "more.yaml")).walk()["both"].output == (2, 8, 8)


@st.composite
def forests(draw: st.DrawFn) -> Network:
    """Small graphs on one axis, in which some layers read a second input instead of the first."""
    network = draw(strategies.graphs())
    nodes = [
        Node(node.name, node.layer, tuple(draw(st.sampled_from([-1, -2])) if i == -1 else i for i in node.inputs))
        for node in network.nodes
    ]  # fmt: skip
    return Network(
        "forest", "", network.input, nodes, input_name="x", more_inputs={"y": network.input}
    )


def cells(network: Network, walked: Analysis, place: int, unit: int, source: int) -> set[int]:
    """The pixels of one input on which a unit depends, by checking every cell on the way."""
    if place < 0:
        return {unit} if place == source else set()
    node, step = network.nodes[place], walked.steps[place]
    same_place = node.layer.kind in ("add", "multiply", "concat")
    found: set[int] = set()
    for before in node.inputs:
        wanted = (
            {unit} if same_place else strategies.reads(node.layer, step.input, step.output, unit)
        )
        for cell in wanted:
            found |= cells(network, walked, before, cell, source)
    return found


@strategies.often
@given(forests(), st.data())
@pytest.mark.unmeasured
def test_a_unit_sees_of_each_input_what_it_reads_through_all_layers(
    network: Network, data: st.DataObject
) -> None:
    walked = network.walk()
    place = len(network.nodes) - 1
    unit = data.draw(st.integers(0, walked.steps[-1].output[1] - 1), "unit")
    for source, other in zip((-1, -2), walked.by_input.values()):
        seen = cells(network, walked, place, unit, source)
        step = other.steps[-1]
        if isinstance(step.rf, UnknownField):
            continue
        assert step.rf or not seen
        (ends,) = pixels(other, step.name, (unit,)) if step.rf else [None]
        if ends is None or not seen:
            assert not seen
        elif ends[0] >= 0 and ends[1] < network.input[1]:
            assert (min(seen), max(seen)) == ends
        else:  # the rest of it is padding
            assert ends[0] <= min(seen) <= max(seen) <= ends[1]


# -------------------------------------------------------------------------- named outputs

TREE = """
input: [3, 16, 16]
layers:
  - conv: {name: c1, out_channels: 4, kernel_size: 3, padding: 1}
  - conv: {name: c2, out_channels: 4, kernel_size: 3, padding: 1, stride: 2}
  - relu: {name: dead}
  - from: c2
  - conv: {name: c3, out_channels: 8, kernel_size: 3, padding: 1, stride: 2}
"""


def test_outputs_have_the_names_of_the_file() -> None:
    walked = loads(f"{TREE}outputs: {{p2: c2, p3: c3}}").walk()
    assert {name: step.name for name, step in walked.named_outputs.items()} == {"p2": "c2", "p3": "c3"}  # fmt: skip
    assert {name: rf[0].size for name, rf in walked.rf.items() if not isinstance(rf, UnknownField)} == {"p2": 5, "p3": 9}  # fmt: skip
    data = walked.to_dict()
    assert (data["outputs"], data["output_layers"]) == (["p2", "p3"], {"p2": "c2", "p3": "c3"})
    assert data["notes"] == ["dead: leads to no output, but is counted"]
    lines = str(walked).splitlines()
    assert "output p2 (c2): 4×8×8, rf 5" in lines
    assert "output p3 (c3): 8×4×4, rf 9" in lines


@pytest.mark.parametrize("suffix", [".yaml", ".convcalc.yaml", ".convcalc.yml"])
def test_a_file_without_a_name_is_called_as_it_is_named_for_the_editor(
    suffix: str, convcalc: Convcalc, tmp_path: Path
) -> None:
    inner, outer, last = (tmp_path / f"{name}{suffix}" for name in ("inner", "outer", "last"))
    inner.write_text("input: [3, 4, 4]\nlayers: [relu]\n", encoding="utf-8")
    outer.write_text(f"input: [3, 4, 4]\nlayers: [network: {inner.name}, relu]\n", encoding="utf-8")
    last.write_text(f"extends: {outer.name}\n", encoding="utf-8")
    assert (load(str(inner)).name, load(str(outer)).name, load(str(last)).name) == ("inner", "outer", "last")  # fmt: skip
    assert [node.name for node in load(str(outer)).nodes] == ["inner1.relu1", "relu1"]
    said = convcalc("export", str(inner), "--to", "pytorch").out
    assert "class Inner(" in said


def test_a_list_of_outputs_is_named_by_its_layers() -> None:
    walked = loads(f"{TREE}outputs: [c3]").walk()
    assert walked.to_dict()["outputs"] == ["c3"]
    assert "output c3: 8×4×4, rf 9" in str(walked).splitlines()
    plain = loads(TREE).walk()
    assert plain.to_dict()["outputs"] == ["dead", "c3"]
    assert "output_layers" not in plain.to_dict()
    assert not [line for line in str(plain).splitlines() if line.startswith("output ")]


def test_outputs_stay_in_memory_and_dead_ends_do_not() -> None:
    """By the definition: at each layer the maps that are read later, and the outputs."""
    cells = {"c1": 1024, "c2": 256, "dead": 256, "c3": 128}
    named = loads(f"{TREE}outputs: [c1, c3]").walk()
    alive = {m.step.name: {s.name for s in m.alive} for m in named.schedule()}
    assert alive == {
        "c1": {"input", "c1"},
        "c2": {"c1", "c2"},
        "dead": {"c1", "c2", "dead"},
        "c3": {"c1", "c2", "c3"},
    }
    assert peak(named)[:2] == (768 + cells["c1"], "c1")
    same(verify(loads(f"{TREE}outputs: [c1, c3]")))


def test_a_file_that_extends_keeps_the_outputs_of_the_same_layers(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{TREE}outputs: {{p: c2}}", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\ninput: [3, 8, 8]\n", encoding="utf-8")
    (tmp_path / "c.yaml").write_text("extends: a.yaml\nlayers: [relu]\n", encoding="utf-8")
    assert list(load(str(tmp_path / "b.yaml")).walk().named_outputs) == ["p"]
    assert list(load(str(tmp_path / "c.yaml")).walk().named_outputs) == ["relu1"]


# -------------------------------------------------------------------------- shared weights


def heads(shared: bool) -> Network:
    return loads(HEADS.replace(", SHARED", ", weights: head3" if shared else ""))


def test_retinanet_trains_its_head_once_for_all_levels() -> None:
    """torchvision 0.28.0 retinanet_resnet50_fpn, 91 classes: RetinaNetHead has 6,691,415 parameters."""
    four = 4 * (3 * 3 * 256 * 256 + 256)
    classes, boxes = (3 * 3 * 256 + 1) * 9 * 91, (3 * 3 * 256 + 1) * 9 * 4
    assert 2 * four + classes + boxes == 6_691_415
    once, thrice = heads(shared=True).walk(), heads(shared=False).walk()
    assert once.totals["params"] == 6_691_415
    assert thrice.totals["params"] == 3 * 6_691_415 == 20_074_245
    for key in ("macs", "activations", "layers"):
        assert once.totals[key] == thrice.totals[key]


def test_a_shared_layer_says_whose_weights_it_uses() -> None:
    walked = heads(shared=True).walk()
    step = walked["head5.box.conv3"]
    assert (step.params, step.weights, step.biases, step.buffers) == (0, 0, 0, 0)
    assert step.macs == walked["head3.box.conv3"].macs // 16
    assert step.owner is walked["head3.box.conv3"]
    assert step.option_text == "k3 c256 p1 shared"
    rows = {row["name"]: row for row in walked.to_dict()["layers"]}
    assert rows["head5.box.conv3"]["weights_of"] == "head3.box.conv3"
    assert "weights_of" not in rows["head3.box.conv3"]
    note = "head4 and head5: use the weights of head3, so 13,382,830 params are not counted again"
    assert note in walked.notes


def test_shared_weights_are_one_array_in_memory_and_in_the_witness() -> None:
    network = loads("""
input: {left: [3, 9, 9], right: [3, 9, 9]}
layers:
  - {name: l, layers: [{conv: {out_channels: 4, kernel_size: 3}}, batchnorm, prelu]}
  - from: right
  - {name: r, weights: l, layers: [{conv: {out_channels: 4, kernel_size: 3}}, batchnorm, prelu]}
  - add: [[{from: l}], []]
""")
    walked = network.walk()
    assert walked.totals["params"] == (3 * 9 * 4 + 4) + 8 + 1
    assert walked.totals["buffers"] == 8
    assert memory(walked)["weights"] == 4 * (walked.totals["params"] + walked.totals["buffers"])
    same(verify(network))
    own = {check.node: check.witnessed for check in check_run(walked, seed=0, dtype="float64", progress=print) if check.subject == "params"}  # fmt: skip
    assert (own["l.conv1"], own["r.conv1"]) == (112, 0)


def test_equal_inputs_through_shared_weights_give_equal_outputs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The arrays are the same: a layer and its twin on the same map give the same map."""
    network = loads("""
input: [2, 6, 6]
layers:
  - conv: {name: one, out_channels: 3, kernel_size: 3}
  - from: input
  - conv: {name: two, weights: one, out_channels: 3, kernel_size: 3}
""")
    made: list[Any] = []
    conv = WITNESSES["conv"]
    run = type(conv).fast

    def seen(*arguments: Any, **options: Any) -> Any:
        made.append(run(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(type(conv), "fast", seen)
    list(check_run(network.walk(), seed=1, dtype="float64", progress=print))
    assert np.array_equal(made[0], made[1])


def test_the_need_for_memory_counts_weights_until_their_last_use() -> None:
    text = "{input: [64], layers: [linear: {name: a, out_features: 64}, relu, linear: {SHARED out_features: 64}]}"
    alone = run_need(loads(text.replace("SHARED ", "")).walk(), 4)
    shared = run_need(loads(text.replace("SHARED ", "weights: a, ")).walk(), 4)
    assert alone.size <= shared.size <= alone.size + 4 * 64


def test_sharing_goes_on_to_whom_the_weights_belong() -> None:
    text = """
input: [4, 8, 8]
layers:
  - conv: {name: a, out_channels: 4, kernel_size: 3, padding: 1}
  - conv: {name: b, weights: a, out_channels: 4, kernel_size: 3, padding: 1}
  - {repeat: 2, name: r, layers: [{conv: {weights: b, out_channels: 4, kernel_size: 3, padding: 1}}]}
  - {repeat: 2, name: s, weights: r, layers: [{conv: {out_channels: 4, kernel_size: 3, dilation: 2, padding: 2}}]}
  - name: t
    layers:
      - conv: {name: u, out_channels: 4, kernel_size: 1}
      - conv: {name: v, weights: u, out_channels: 4, kernel_size: 1}
  - name: w
    weights: t
    layers:
      - conv: {name: u, out_channels: 4, kernel_size: 1}
      - conv: {name: v, weights: u, out_channels: 4, kernel_size: 1}
"""
    walked = loads(text).walk()
    owners = {step.name: step.owner.name for step in walked if step.owner}
    assert owners == {
        **dict.fromkeys(["b", "r.1.conv1", "r.2.conv1", "s.1.conv1", "s.2.conv1"], "a"),
        **dict.fromkeys(["t.v", "w.u", "w.v"], "t.u"),
    }
    assert walked.totals["params"] == (4 * 9 + 1) * 4 + (4 + 1) * 4
    same(verify(loads(text)))


def test_a_parameter_of_a_block_may_be_called_weights() -> None:
    text = (
        "{input: [4], blocks: {b: {parameters: [weights], layers: [linear: {out_features: $weights}]}}, "
        "layers: [b: {weights: 7}]}"
    )
    assert loads(text).walk()["b1.linear1"].output == (7,)


@strategies.often
@given(strategies.layers(*(kind for kind in strategies.PROVEN if not every()[kind].merges)))
@pytest.mark.unmeasured
def test_a_layer_keeps_arrays_of_the_shapes_that_it_says(made: strategies.Made) -> None:
    """Compared with the shapes of the witness's arrays, which are independent of the layers."""
    layer, (shape, *_) = made.layer, made.shapes
    try:
        layer.check(*made.shapes)
    except ShapeError:
        return
    said = layer.arrays(shape, made.out)
    kept = WITNESSES[layer.kind].shapes(layer.options(), made.shapes)
    assert {name: tuple(each) for name, each in said.items()} == dict(kept)


@pytest.mark.parametrize("kind", [kind for kind in strategies.PROVEN if not every()[kind].merges])
def test_the_example_of_a_kind_keeps_the_arrays_that_it_says(kind: str) -> None:
    options, shape = every()[kind].example
    layer = make(kind, options)
    said = layer.arrays(shape, layer.out_shape(shape))
    kept = WITNESSES[kind].shapes(layer.options(), (shape,))
    assert {name: tuple(each) for name, each in said.items()} == dict(kept)


# ---------------------------------------------------------------- networks inside networks


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., str]:
    """Write files with these names and texts; returns the path of the first."""

    def write(**texts: str) -> str:
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return str(tmp_path / f"{next(iter(texts))}.yaml")

    return write


def test_a_network_in_place_has_the_layers_of_its_file() -> None:
    inside = loads("{input: [3, 224, 224], layers: [network: {file: resnet50, name: net}]}").walk()
    alone = load("resnet50").walk()
    assert [step.name for step in inside] == [f"net.{step.name}" for step in alone]
    assert [(s.kind, s.shapes, s.params, s.macs, s.rf) for s in inside] == [
        (s.kind, s.shapes, s.params, s.macs, s.rf) for s in alone
    ]
    assert [b.name for b in inside.blocks][:3] == ["net", "net.conv2_x", "net.conv2_x.1"]
    assert [b.depth for b in inside.blocks][:3] == [0, 1, 2]


def test_it_stops_after_a_layer_or_block_whose_parts_stay_reachable() -> None:
    network = loads("""
input: [3, 64, 64]
layers:
  - network: {file: resnet50_torchvision, name: body, until: conv4_x}
  - conv: {name: top, out_channels: 256, kernel_size: 1}
  - from: body.conv3_x
  - conv: {name: side, out_channels: 256, kernel_size: 1}
  - from: body.conv4_x.2
  - conv: {name: inner, weights: top, out_channels: 256, kernel_size: 1}
""")
    walked = network.walk()
    names = walked.names
    assert (
        names[: names.index("top")]
        == [f"body.{step.name}" for step in load("resnet50_torchvision").walk()][
            : names.index("top")
        ]
    )
    assert names[names.index("top") - 1] == "body.conv4_x.6.relu3"
    assert (walked["top"].input, walked["side"].input) == ((1024, 4, 4), (512, 8, 8))
    assert walked["inner"].before[0].name == "body.conv4_x.2.relu3"
    stops = {block.name: block.stop for block in walked.blocks}
    assert stops["body"] == stops["body.conv4_x"] == names.index("top")
    assert "body.conv5_x" not in stops


def test_a_block_in_which_it_stops_ends_there() -> None:
    text = "{input: [3, 64, 64], layers: [network: {file: resnet50, name: b, until: conv3_x.2}, network: {file: relu.yaml}]}"
    blocks = loads(text.replace(", network: {file: relu.yaml}", "")).blocks
    last = loads(text.replace(", network: {file: relu.yaml}", "")).nodes[-1].name
    assert last == "b.conv3_x.2.relu3"
    assert max(block.stop for block in blocks) == next(b.stop for b in blocks if b.name == "b.conv3_x")  # fmt: skip
    assert not [block for block in blocks if block.name == "b.conv3_x.3"]


def test_what_comes_after_the_stop_is_unknown() -> None:
    text = (
        "{input: [3, 64, 64], layers: [network: {file: lenet5, name: b, until: C1}, {from: b.S2}]}"
    )
    with pytest.raises(ConvcalcError, match=r"no layer 'b\.S2' before this one"):
        loads(text.replace("[3, 64, 64]", "[1, 32, 32]"))


def test_its_parameters_can_be_set() -> None:
    text = "{parameters: {n: 5}, input: [1, 32, 32], layers: [network: {file: lenet5, parameters: {classes: 2*$n}}]}"
    classes = [name for name in load("lenet5").parameters]
    if "classes" not in classes:
        pytest.fail(f"lenet5 has {classes}")
    assert loads(text).walk().steps[-1].output == (10,)
    assert loads(text, parameters={"n": 7}).walk().steps[-1].output == (14,)


def test_names_of_both_files_are_kept_apart(folder: Callable[..., str]) -> None:
    """Blocks, parameters and layers with equal names; ``from: input`` is the input of that file."""
    path = folder(
        outer="""
input: [2, 8, 8]
parameters: {c: 4}
blocks: {b: {layers: [{conv: {name: x, out_channels: $c, kernel_size: 1}}]}}
layers:
  - b: {name: one}
  - network: {file: inner.yaml, name: mid}
  - b: {name: two}
""",
        inner="""
input: [4, 8, 8]
parameters: {c: 6}
blocks: {b: {layers: [{from: input}, {conv: {name: x, out_channels: $c, kernel_size: 3}}]}}
layers:
  - b: {name: one}
  - b: {name: two}
  - add: [[{from: one}], []]
""",
    )
    walked = load(path).walk()
    assert [(s.name, s.inputs, s.output) for s in walked] == [
        ("one.x", ["input"], (4, 8, 8)),
        ("mid.one.x", ["one.x"], (6, 6, 6)),
        ("mid.two.x", ["one.x"], (6, 6, 6)),
        ("mid.add1", ["mid.one.x", "mid.two.x"], (6, 6, 6)),
        ("two.x", ["mid.add1"], (4, 6, 6)),
    ]
    assert [Path(file).name for file in load(path).files] == ["inner.yaml", "outer.yaml"]


def test_networks_hold_networks_that_extend_others(folder: Callable[..., str]) -> None:
    path = folder(
        a="{input: [1, 8, 8], layers: [network: b.yaml, network: b.yaml]}",
        b="{input: [1, 8, 8], layers: [network: {file: c.yaml, name: n}]}",
        c="{extends: d.yaml, parameters: {k: 1}}",
        d="{input: [1, 8, 8], parameters: {k: 3}, layers: [conv: {out_channels: 1, kernel_size: $k}]}",
    )
    network = load(path)
    assert [node.name for node in network.nodes] == ["b1.n.conv1", "b2.n.conv1"]
    assert [Path(file).stem for file in network.files] == ["d", "c", "b", "a"]
    assert network.walk().steps[-1].output == (1, 8, 8)


def test_a_twin_with_the_weights_of_the_first_counts_once() -> None:
    network = loads("""
input: {left: [3, 32, 32], right: [3, 32, 32]}
layers:
  - network: {file: resnet18, name: l, until: conv2_x}
  - from: right
  - network: {file: resnet18, name: r, until: conv2_x, weights: l}
  - concat: [[{from: l}], []]
""")
    walked = network.walk()
    half = sum(s.params for s in load("resnet18").walk().steps if s.name.split(".")[0] in ("conv1", "batchnorm1", "conv2_x"))  # fmt: skip
    assert walked.totals["params"] == half
    assert "r: uses the weights of l, so" in " ".join(walked.notes)
    same(verify(network))


def test_further_inputs_of_a_network_in_place_are_connected(folder: Callable[..., str]) -> None:
    path = folder(
        a="""
input: [3, 16, 16]
layers:
  - conv: {name: m, out_channels: 1, kernel_size: 1}
  - from: input
  - network: {file: two.yaml, name: t, inputs: {mask: m}}
""",
        two=TWO,
    )
    walked = load(path).walk()
    assert (walked["t.a"].inputs, walked["t.b"].inputs) == (["input"], ["m"])


def test_it_must_lie_within_the_folder(folder: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "in.yaml").write_text(
        "{input: [1, 8, 8], layers: [network: ../out.yaml]}", encoding="utf-8"
    )
    folder(out="{input: [1, 8, 8], layers: [relu]}")
    path = str(tmp_path / "home" / "in.yaml")
    assert len(load(path).nodes) == 1
    with pytest.raises(ConvcalcError, match="which is outside of the folder; copy it there"):
        load(path, within=str(tmp_path / "home"))
    bundled = tmp_path / "home" / "lenet.yaml"
    bundled.write_text("{input: [1, 32, 32], layers: [network: lenet5]}", encoding="utf-8")
    assert load(str(bundled), within=str(tmp_path / "home")).nodes


def test_an_output_never_writes_over_a_file_that_is_held(
    folder: Callable[..., str], convcalc: Convcalc, tmp_path: Path
) -> None:
    path = folder(
        a="input: [1, 8, 8]\nlayers: [network: b.yaml]\n",
        b="input: [1, 8, 8]\nlayers: [relu]\n",
    )
    before = (tmp_path / "b.yaml").read_bytes()
    assert "already exists" in convcalc("arch", path, "-o", str(tmp_path / "b.yaml")).err
    for words in (("arch", path), ("compare", path), ("verify", path), ("check", path), ("check", str(tmp_path))):  # fmt: skip
        ran = convcalc(*words, "-o", str(tmp_path / "b.yaml"), "--format", "csv")
        assert ran.code == 2
        assert (
            words[0] == "arch"
            or "b.yaml is what this command reads; choose another name" in ran.err
        )
        assert (tmp_path / "b.yaml").read_bytes() == before


def test_a_block_of_the_file_may_be_called_network() -> None:
    text = "{input: [1, 8, 8], blocks: {network: {layers: [relu]}}, layers: [network: {name: n}]}"
    assert [node.name for node in loads(text).nodes] == ["n.relu1"]
