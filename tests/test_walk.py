"""The walk: rows follow each other, totals are sums, receptive fields are the cells really read."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import convcalc
from convcalc.analysis.analysis import SUMMED, Analysis, Step
from convcalc.analysis.fields import GATHERED, UNEQUAL
from convcalc.analysis.report import report_of
from convcalc.analysis.trace import pixels
from convcalc.analysis.walk import walk
from convcalc.errors import ConvcalcError, ShapeError, SpecError
from convcalc.layers import Layer, every
from convcalc.layers.rf import UnknownField
from convcalc.network.network import Network, Node
from convcalc.verify.run import verify
from strategies import few, graphs, layer_of, lines, reads, some

BLOCK = """
input: [4, 8, 8]
layers:
  - conv: {name: stem, out_channels: 8, kernel_size: 3, padding: 1}
  - add:
      - - conv: {out_channels: 8, kernel_size: 3, padding: 1}
        - relu
      - []
  - concat: [[], [{maxpool: {kernel_size: 3, stride: 1, padding: 1}}]]
  - flatten
  - linear: {out_features: 5}
"""


def of_text(layers: str, shape: str = "[1, 16]") -> Network:
    return convcalc.loads(f"input: {shape}\nlayers: {layers}\n")


# ---------------------------------------------------------------------------------- the rows


def test_a_walk_has_a_row_per_layer_with_what_it_reads_and_gives() -> None:
    report = convcalc.loads(BLOCK).walk()
    assert [(step.name, step.inputs, step.input, step.output) for step in report] == [
        ("stem", ["input"], (4, 8, 8), (8, 8, 8)),
        ("conv1", ["stem"], (8, 8, 8), (8, 8, 8)),
        ("relu1", ["conv1"], (8, 8, 8), (8, 8, 8)),
        ("add1", ["relu1", "stem"], (8, 8, 8), (8, 8, 8)),
        ("maxpool1", ["add1"], (8, 8, 8), (8, 8, 8)),
        ("concat1", ["add1", "maxpool1"], (8, 8, 8), (16, 8, 8)),
        ("flatten1", ["concat1"], (16, 8, 8), (1024,)),
        ("linear1", ["flatten1"], (1024,), (5,)),
    ]
    assert report["stem"].params == 3 * 3 * 4 * 8 + 8
    assert report["stem"].macs == 3 * 3 * 4 * 8 * 64
    assert report["stem"].counts == {"bias_adds": 8 * 64}
    assert report["add1"].counts == {"adds": 8 * 64}
    assert report["stem"].option_text == "k3 c8 p1"
    with pytest.raises(KeyError):
        report["nothing"]


@some
@given(graphs())
@pytest.mark.unmeasured
def test_rows_chain_and_totals_are_sums(network: Network) -> None:
    report = walk(network)
    assert len(report) == len(network.nodes)
    for row, node in zip(report, network.nodes):
        given_shapes = [report.steps[i].output if i >= 0 else network.input for i in node.inputs]
        assert row.shapes == tuple(given_shapes)
        assert row.input == given_shapes[0]
        assert row.output == node.layer.out_shape(*given_shapes)
        assert row.activations == row.output[0] * row.output[1]
    for key in SUMMED:
        assert report.totals[key] == sum(getattr(row, key) for row in report)


@few
@given(graphs(), st.integers(1, 64))
def test_a_batch_multiplies_work_and_values_but_not_parameters(
    network: Network, batch: int
) -> None:
    for one, many in zip(walk(network), walk(network, batch=batch)):
        assert (many.macs, many.activations) == (batch * one.macs, batch * one.activations)
        assert many.counts == {name: batch * number for name, number in one.counts.items()}
        assert (many.weights, many.biases, many.buffers) == (one.weights, one.biases, one.buffers)
        assert (many.output, many.rf) == (one.output, one.rf)


def test_a_batch_is_said_in_the_footer() -> None:
    network = convcalc.load("lenet5")
    assert "a batch of 4" in report_of(network.walk(batch=4)).footer[0]
    assert report_of(network.walk()).footer == []
    assert network.walk(batch=4).to_dict()["batch"] == 4


def test_layers_that_repeat_are_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    cls = every()["conv"]
    checks: list[Any] = []
    check = cls.check

    def counted(self: Layer, shape: tuple[int, ...]) -> None:
        checks.append(shape)
        check(self, shape)

    monkeypatch.setattr(cls, "check", counted)
    report = of_text("[{repeat: 500, layers: [{conv: {out_channels: 1, kernel_size: 1}}]}]").walk()
    assert len(report) == 500
    assert len(checks) == 1


@pytest.mark.unmeasured
def test_a_walk_of_twice_the_layers_takes_twice_the_steps() -> None:
    def steps(layers: int) -> int:
        nodes = [
            Node(f"n{i}", layer_of("conv", out_channels=1, kernel_size=3, padding=1), (i - 1,))
            for i in range(layers)
        ]
        network = Network("line", "", (1, 64), nodes)
        calls = 0

        def count(frame: Any, event: str, argument: Any) -> None:
            nonlocal calls
            calls += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            walk(network)
        finally:
            sys.setprofile(None)
        return calls

    assert steps(2000) < 2.1 * steps(1000)


def test_ten_thousand_layers_deep_is_no_depth_at_all() -> None:
    report = of_text("[{repeat: 9000, layers: [relu]}]", "[3, 5, 5]").walk()
    assert report.steps[-1].output == (3, 5, 5)
    assert report.steps[-1].name == "relu9000"


# --------------------------------------------------------------------------------- refusals


def test_an_error_names_the_layer_and_its_place_in_the_file() -> None:
    network = convcalc.loads(
        "input: [3, 8, 8]\nlayers:\n  - relu\n  - conv: {name: wide, out_channels: 4, kernel_size: 9}\n",
    )
    with pytest.raises(ConvcalcError) as caught:
        network.walk()
    said = str(caught.value)
    assert "wide (conv): a 9-wide window does not fit 8 along the height" in said
    assert isinstance(caught.value, SpecError)
    assert (caught.value.line, caught.value.column) == (4, 5)
    assert said.endswith("\n    - conv: {name: wide, out_channels: 4, kernel_size: 9}\n      ^")


def test_an_error_in_a_network_without_a_file_names_the_layer() -> None:
    node = Node("late", layer_of("linear", out_features=2), (-1,))
    with pytest.raises(ShapeError) as caught:
        walk(Network("net", "", (3, 8, 8), [node]))
    assert str(caught.value) == (
        "late (linear): a fully connected layer takes a vector, but gets 3×8×8; "
        "put flatten (or a global pool and flatten) before it, or name the axis that it works on, as axis: -1"
    )


@pytest.mark.parametrize(
    ("shape", "batch", "message"),
    [
        ((1, 2, 3, 4, 5), 1, "the input 1×2×3×4×5 has 5 sides; give channels and up to 3 axes, without a batch"),
        ((), 1, "the input  has 0 sides; give channels and up to 3 axes, without a batch"),
        ((3, 0, 8), 1, "the input 3×0×8 must have sides of at least 1 and at most 1,000,000,000,000,000,000 values"),
        ((3, 10**10, 10**10), 1, "the input 3×10000000000×10000000000 must have sides of at least 1 and at most 1,000,000,000,000,000,000 values"),
        ((3, 8, 8), 0, "a batch of 0 is not possible; use 1 or more"),
    ],
)  # fmt: skip
def test_an_input_that_is_no_shape_is_refused(
    shape: tuple[int, ...], batch: int, message: str
) -> None:
    node = Node("relu1", layer_of("relu"), (-1,))
    with pytest.raises(ShapeError) as caught:
        walk(Network("net", "", shape, [node]), batch=batch)
    assert str(caught.value) == message


# --------------------------------------------------------------------------- receptive fields


def field_of(row: Step) -> tuple[Any, ...]:
    """Size, stride and padding along the first axis."""
    axis = row.rf_axes[0]
    return axis.size, axis.stride, axis.padding


def test_the_field_of_a_join_is_the_hull_of_its_paths() -> None:
    # the four networks with which google-research/receptive_field tests its own code
    branch = "[{conv: {out_channels: 1, kernel_size: 1, stride: 4}}]"
    pair = (
        "[{{conv: {{out_channels: 1, kernel_size: 3, stride: 2, padding: {p}}}}}, "
        "{{conv: {{out_channels: 1, kernel_size: 1, stride: 2}}}}]"
    )
    before = pair.format(p="[[1, 0]]")
    one = of_text(f"[{{add: [{branch}, {before}]}}]", "[1, 64]").walk()
    assert field_of(one.steps[-1]) == (3, 4, 1)
    assert not [note for note in one.notes if "aligned" in note]

    nine = of_text(f"[{{add: [{branch}, {pair.format(p='same')}]}}]", "[1, 9]").walk()
    assert field_of(nine.steps[-1]) == (3, 4, 1)
    assert not [note for note in nine.notes if "aligned" in note]

    eight = of_text(f"[{{add: [{branch}, {pair.format(p='same')}]}}]", "[1, 8]").walk()
    (warning,) = [note for note in eight.notes if "aligned" in note]
    assert warning == (
        "add1: paths are not aligned along the length: unit 0 of conv1 is centred at step 0, of conv3 "
        "at 1 (1 apart); give both paths the same padding before"
    )

    second = (
        "[{conv: {out_channels: 1, kernel_size: 1, stride: 2}}]",
        "[{conv: {out_channels: 1, kernel_size: 3, stride: 2, padding: [[1, 0]]}}]",
    )
    nested = of_text(f"[{{add: [{branch}, {before}]}}, {{add: [{', '.join(second)}]}}]", "[1, 64]")
    report = nested.walk()
    assert field_of(report.steps[-1]) == (11, 8, 5)
    assert not [note for note in report.notes if "aligned" in note]


def test_paths_with_other_strides_are_named() -> None:
    report = of_text(
        "[{concat: [[{maxpool: {kernel_size: 2, stride: 2}}], "
        "[{conv: {out_channels: 1, kernel_size: 9}}]]}]"
    ).walk()
    assert report.notes == [
        "concat1: paths are not aligned along the length: units of maxpool1 are 2 steps apart, those of "
        "conv1 1; give both paths the same strides",
        "concat1: the receptive field is not known from here on (rf: ?): its paths move by different steps, "
        "so each of its units sees another size",
    ]


def test_paths_with_other_strides_have_no_field_but_their_units_see_what_they_see() -> None:
    half = "{conv: {out_channels: 1, kernel_size: 3, padding: 1, stride: 2}}"
    network = of_text(f"[{{add: [[{half}], [{{crop: {{padding: [[0, 8]]}}}}]]}}]", "[1, 16]")
    report = network.walk()
    assert report.steps[-1].rf == UNEQUAL
    assert pixels(report, "add1", (2,)) == [(2, 5)]
    assert pixels(report, "add1", (7,)) == [(7, 15)]
    after = of_text(
        f"[{{add: [[{half}], [{{crop: {{padding: [[0, 8]]}}}}]]}}, relu, layernorm]", "[1, 16]"
    )
    assert [step.rf for step in after.walk().steps[-2:]] == [UNEQUAL, GATHERED]
    assert [check for check in verify(network, only=["field"]) if not check.agrees] == []

    pool = "{{maxpool: {{kernel_size: 4, stride: {}}}}}"
    gathered = of_text(f"[{{add: [[{pool.format(4)}], [{pool.format(1)}]]}}]", "[1, 4]")
    assert field_of(gathered.walk().steps[-1]) == (4, 4, 0)  # of one unit, the step does not matter


def test_scaling_by_one_value_sees_all_that_the_value_saw() -> None:
    report = of_text("[{multiply: [[], [global_avgpool]]}, relu]", "[3, 8, 8]").walk()
    reason = "one value scales the whole map, so every unit sees everything that this value saw"
    assert [getattr(step.rf, "reason", "") for step in report.steps[1:]] == [reason, reason]
    assert pixels(report, "relu1", (0, 0)) == [(0, 7), (0, 7)]


def test_a_field_wider_than_the_picture_is_said_once() -> None:
    report = of_text(
        "[{repeat: 3, layers: [{conv: {out_channels: 1, kernel_size: 5, padding: 2}}]}]",
        "[1, 8, 8]",
    ).walk()
    assert report.notes == [
        "conv2 and on: the receptive field (9 pixels) is wider than the image (8×8); the rest of it is padding"
    ]


def brute(network: Network, report: Analysis, place: int, unit: int) -> tuple[int, int] | None:
    """Every cell that a unit reads, passed on layer by layer; ends in pixels, some before the image."""
    wanted: dict[int, set[int]] = {place: {unit}}
    found: set[int] = set()
    for i in range(place, -1, -1):
        units, node, row = wanted.pop(i, set()), network.nodes[i], report.steps[i]
        for source in node.inputs:
            if node.layer.merges:
                cells = set(units)
            else:
                # a margin of padding around the image replaces the cells before and after it
                margin = 200 if source < 0 else 0
                cells = set().union(*(moved(node, row, unit, margin) for unit in units))
            if source < 0:
                found |= cells
            else:
                wanted.setdefault(source, set()).update(cells)
    return (min(found), max(found)) if found else None


def moved(node: Node, row: Step, unit: int, margin: int) -> set[int]:
    """The cells that one unit reads; for the image also padding around it."""
    inside = reads(node.layer, row.input, row.output, unit)
    if not margin:
        return inside
    reach = node.layer.reads(row.input, row.output)
    around = {unit} if reach is None else set(reach[0].cells(unit))  # type: ignore[index]
    n = row.input[1]
    assert {cell for cell in around if 0 <= cell < n} == inside
    return around


@some
@given(graphs() | lines(), st.data())
def test_pixels_are_those_a_unit_reads_through_the_whole_network(
    network: Network, data: st.DataObject
) -> None:
    report = walk(network)
    place = len(network.nodes) - 1
    row = report.steps[place]
    assume(not isinstance(row.rf, UnknownField))
    unit = data.draw(st.integers(0, row.output[1] - 1), "unit")
    found = pixels(report, row.name, (unit,))
    assert found == [brute(network, report, place, unit)]


@some
@given(lines(), st.data())
def test_a_row_has_the_field_of_its_units_where_nothing_is_cut_off(
    network: Network, data: st.DataObject
) -> None:
    report = walk(network)
    row = report.steps[-1]
    assume(not isinstance(row.rf, UnknownField))
    unit = data.draw(st.integers(0, row.output[1] - 1), "unit")
    (claimed,), (seen,) = (
        [axis.sees(unit) for axis in row.rf_axes],
        pixels(report, row.name, (unit,)),
    )
    if seen is not None:  # cells cut off at maps between can only remove pixels
        assert claimed is not None
        assert claimed[0] <= seen[0] <= seen[1] <= claimed[1]


def test_pixels_of_a_flatten_are_the_whole_picture() -> None:
    network = convcalc.load("lenet5")
    report = network.walk()
    assert pixels(report, "F6", ()) == [(0, 31), (0, 31)]
    assert pixels(report, "C1", (27, 0)) == [(27, 31), (0, 4)]


def test_too_many_cells_are_followed_from_first_to_last() -> None:
    network = convcalc.chain("1x1000000", "conv:k3p1", "flatten", "fc:2")
    report = network.walk()
    assert pixels(report, "linear1", ()) == [(-1, 1_000_000)]


@pytest.mark.parametrize(
    ("name", "unit", "message"),
    [
        ("conv9", (0, 0), "no layer 'conv9'; did you mean 'conv1'?"),
        ("conv1", ["stem"], "conv1: a unit of 4×30×30 has 2 coordinates, not 1; write conv1:Y,X, counted from 0"),
        ("conv1", (30, 0), "conv1: no unit 30,0 in a map of 30×30; count from 0"),
        ("linear1", (0,), "linear1: a unit of 2 has 0 coordinates, not 1; write linear1 alone"),
    ],
)  # fmt: skip
def test_a_unit_that_is_not_there_is_refused(
    name: str, unit: tuple[int, ...], message: str
) -> None:
    network = convcalc.chain("3x32x32", "conv:k3c4", "fc:2")
    with pytest.raises(ShapeError) as caught:
        pixels(network.walk(), name, unit)
    assert str(caught.value) == message


# ------------------------------------------------------------------------------ expectations


def test_what_a_file_expects_and_does_not_get_is_said() -> None:
    text = (
        "input: [1, 8, 8]\nlayers:\n  - conv: {out_channels: 2, kernel_size: 3}\n  - relu\n"
        "expect: {params: 21, macs: 648, rf_size: 5, rf_at: relu1, source: a wish}\n"
    )
    report = convcalc.loads(text).walk()
    assert report.notes == [
        "expect: params should be 21 but is 20",
        "expect: rf_size should be 5 but is 3",
    ]
    assert "expect" not in str(convcalc.loads(text, input=(1, 9, 9)).walk().notes)
    lost = convcalc.loads(text.replace("rf_at: relu1", "rf_at: relu7")).walk()
    assert "expect: rf_at names no layer or block: 'relu7'" in lost.notes


def sizes(analysis: Analysis) -> dict[str, list[int]]:
    """The receptive field of each output."""
    return {name: [axis.size for axis in rf] for name, rf in analysis.rf.items()}  # type: ignore[union-attr]


def test_the_trunk_is_what_the_global_pool_gathers() -> None:
    assert sizes(convcalc.load("resnet50").walk()) == {"fc": [483, 483]}
    assert sizes(convcalc.load("vgg16").walk()) == {"softmax1": [212, 212]}


def test_paths_of_vectors_join_without_a_field() -> None:
    network = convcalc.loads("{input: [8], layers: [{add: [[{linear: {out_features: 8}}], []]}]}")
    rows = network.walk().steps
    assert [row.rf for row in rows] == [(), ()]


def test_an_input_for_a_file_whose_own_does_not_fit_has_no_comparison() -> None:
    text = "{input: [1, 2, 2], layers: [{conv: {out_channels: 2, kernel_size: 5}}]}"
    report = convcalc.loads(text, input=(1, 9, 9)).walk()
    assert report.steps[0].output == (2, 5, 5)
    assert not [note for note in report.notes if "weights trained there" in note]


def test_paths_whose_cells_are_too_many_to_list_are_joined_as_ranges() -> None:
    text = (
        "{input: [1, 3000000], layers: [{add: [[{conv: {out_channels: 1, kernel_size: 500001, "
        "padding: 250000}}], [{conv: {out_channels: 1, kernel_size: 300001, padding: 150000}}]]}]}"
    )
    network = convcalc.loads(text)
    assert pixels(network.walk(), "add1", (1_000_000,)) == [(750_000, 1_250_000)]
