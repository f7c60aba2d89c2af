"""Slices, permuted axes and parameters inside networks: receptive fields, memory, verification."""

from __future__ import annotations

from typing import Any

import pytest

import convcalc
from convcalc.analysis import memory
from convcalc.analysis.analysis import Analysis
from convcalc.analysis.explain import explain_report
from convcalc.layers.rf import Field, UnknownField, Whole
from convcalc.verify.run import verify


def walked(layers: str, shape: str = "3, 8, 8") -> Analysis:
    return convcalc.loads(f"{{input: [{shape}], layers: {layers}}}").walk()


def sees(analysis: Analysis) -> str:
    """The field of the last step: its sizes, all, or ?"""
    rf = analysis.steps[-1].rf
    if isinstance(rf, UnknownField):
        return "all" if rf.whole else "?"
    return "x".join(str(axis.size) for axis in rf)


@pytest.mark.parametrize(
    ("layers", "field"),
    [
        # Along an axis that is mixed a unit sees all of it.
        ("[{conv: {out_channels: 4, kernel_size: 3}}, {softmax: {axis: h}}]", "8x3"),
        ("[{linear: {out_features: 5, axis: w}}]", "1x8"),
        ("[{linear: {out_features: 5, axis: channels}}]", "1x1"),
        ("[{layernorm: {axes: [channels, w]}}]", "1x8"),
        ("[{layernorm: {axes: [channels, h, w]}}]", "all"),
        ("[{reduce: {axes: [h]}}]", "8x1"),
        ("[{reduce: {keep: false}}]", "8x8"),
        ("[{reduce: {axes: [h], keep: false}}]", "?"),
        # Axes in another order: unknown, until all positions are gathered.
        ("[{flatten: {start_axis: 1}}]", "?"),
        ("[{flatten: {start_axis: 1}}, {reduce: {op: max}}]", "all"),
        ("[{flatten: {start_axis: 1}}, {permute: {order: [1, 0]}}, layernorm]", "all"),
        ("[{flatten: {start_axis: 1}}, relu, flatten]", "all"),
        ("[{flatten: {start_axis: 1}}, {slice: {stop: 1, axis: l}}, flatten]", "?"),
        ("[{reduce: {axes: [h], keep: false}}, flatten]", "?"),
        ("[{permute: {order: [0, h, w]}}]", "1x1"),
        # Concatenated maps.
        ("[{concat: {axis: w, paths: [[], []]}}]", "?"),
        ("[layernorm, {concat: {axis: w, paths: [[], []]}}]", "all"),
        ("[{concat: {axis: w, paths: [[layernorm], []]}}]", "?"),
        ("[{concat: {axis: w, paths: [[], [{permute: {order: [0, w, h]}}]]}}, layernorm]", "all"),
        # A parameter sees nothing, and does not change what others see.
        ("[{parameter: {shape: [3, 8, 8]}}, {conv: {out_channels: 2, kernel_size: 3}}]", "0x0"),
        ("[{add: [[], [{parameter: {shape: [3, 8, 8]}}]]}]", "1x1"),
        ("[{multiply: [[], [{parameter: {shape: [3, 1, 1]}}, sigmoid]]}]", "1x1"),
        ("[{add: [[{parameter: {shape: [3, 2]}}], [{parameter: {shape: [3, 2]}}]]}]", "0x0"),
        (
            "[{flatten: {start_axis: 1}}, {concat: {axis: l, paths: [[{parameter: {shape: [3, 1]}}], []]}}]",
            "?",
        ),
    ],
)
def test_what_a_unit_sees(layers: str, field: str) -> None:
    assert sees(walked(layers)) == field


def test_of_several_units_that_read_a_whole_axis_all_see_the_same() -> None:
    field = Whole(5, 3).field_after(Field(3, 2, -1))
    assert field == Field(11, 0, -1)
    assert field is not None
    assert field.sees(0) == field.sees(2) == (-1, 9)


def test_a_slice_moves_the_field_along_its_axis() -> None:
    analysis = walked(
        "[{slice: {start: 3, step: 2, axis: w}}, {conv: {out_channels: 1, kernel_size: 2}}]"
    )
    assert analysis.steps[-1].rf == (Field(2, 1, 0), Field(3, 2, 3))
    image = analysis.image
    assert analysis.trace(analysis.steps[-1], (4, 1))[image] == [(4, 5), (5, 7)]


def test_one_unit_behind_gathered_tokens_sees_all_of_them() -> None:
    """Also the tokens of the second path, which has more."""
    analysis = walked(
        "[{flatten: {start_axis: 1}}, {concat: {axis: l, paths: [[{slice: {stop: 1, axis: l}}], "
        "[{permute: {order: [0, 1]}}]]}}, {layernorm: {}}]"
    )
    assert sees(analysis) == "?"  # a position was left out on the way
    analysis = walked(
        "[{flatten: {start_axis: 1}}, {concat: {axis: l, paths: "
        "[[{parameter: {shape: [3, 1]}}], []]}}, layernorm]"
    )
    assert analysis.trace(analysis.steps[-1], (0,))[analysis.image] == [(0, 7), (0, 7)]


VIT = "[{flatten: {start_axis: 1}}, {add: [[], [{parameter: {name: p, shape: [3, 64]}}]]}, relu]"


def test_a_parameter_reads_nothing_and_lies_among_the_weights() -> None:
    analysis = walked(VIT)
    step = analysis["p"]
    assert (step.inputs, step.params, step.macs, step.output) == ([], 192, 0, (3, 64))
    assert step not in [target for _, target in analysis.edges]
    found: dict[str, Any] = memory.memory(analysis)
    assert found["weights"] == 4 * 192
    assert found["outputs"] == 4 * 192 * 4  # the image, flatten, add, relu
    assert found["outputs_in_place"] == 4 * 192 * 2
    assert found["peak_in_place"] == 4 * 192 * 2
    # A value computed from a parameter is not a weight, and must not overwrite it.
    changed = walked("[{parameter: {shape: [3, 64]}}, relu]")
    assert memory.memory(changed)["peak_in_place"] == 4 * (192 + 192)


def test_the_working_of_a_parameter() -> None:
    lines = explain_report(walked(VIT), "p").lines
    assert "params   cout·o" in lines
    assert "       = 192" in lines


@pytest.mark.parametrize(
    "layers",
    [
        VIT,
        "[{reshape: {shape: [3, 64]}}, {conv1d: {out_channels: 4, kernel_size: 3}}, {permute: {order: [1, 0]}}]",
        "[{slice: {start: 1, stop: -1, axis: h}}, {space_to_depth: {block_size: 2}}, {slice: {into: 2, take: -1}}]",
        "[{concat: {axis: h, paths: [[], [{slice: {step: 3, axis: h}}]]}}, {reduce: {op: min, keep: false}}]",
        "[{add: [[], [{parameter: {shape: [40, 1, 1]}}, {slice: {stop: 3}}]]}, {softmax: {axis: w}}]",
        "[{linear: {out_features: 5, axis: h}}, {layernorm: {axes: [w]}}, {flatten: {end_axis: h}}]",
    ],
)
def test_every_number_is_witnessed(layers: str) -> None:
    checks = verify(convcalc.loads(f"{{input: [3, 8, 8], layers: {layers}}}"))
    assert [check for check in checks if not check.agrees] == []
    assert {"shape", "paths", "counts"} <= {check.subject for check in checks}


def test_options_of_a_merge_may_hold_parameters_of_the_file() -> None:
    text = (
        "{input: [3, 8, 8], parameters: {along: 2}, "
        "layers: [{concat: {name: both, axis: $along, paths: [[], []]}}]}"
    )
    assert convcalc.loads(text).walk()["both"].output == (3, 8, 16)


def test_numbers_of_a_slice_are_shown_by_name() -> None:
    steps = walked("[{slice: {start: 2, step: 2, axis: w}}, {permute: {order: [w, 0, h]}}]").steps
    assert [step.option_text for step in steps] == [
        "start 2 step 2 axis width",
        "order width,0,height",
    ]
