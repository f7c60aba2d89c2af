"""Receptive fields around a unit's place, without norms and gates, in seconds, and for ranges of units."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convcalc
from conftest import Ran
from convcalc import loads
from convcalc.analysis.output_fields import add_output_fields, after, before
from convcalc.analysis.report import report_of
from convcalc.analysis.table import network_report
from convcalc.analysis.walk import walk
from convcalc.errors import UsageError
from strategies import Window, few, windows

Run = Callable[..., Ran]

GATED = """
input: [4, 32, 32]
layers:
  - conv: {name: first, out_channels: 4, kernel_size: 3, stride: 2, padding: 1}
  - layernorm
  - multiply:
      - []
      - [global_avgpool, {conv: {out_channels: 4, kernel_size: 1}}, sigmoid]
  - groupnorm: {num_groups: 2}
  - multiply:
      - [{conv: {out_channels: 4, kernel_size: 3, padding: 1}}]
      - [global_avgpool]
  - conv: {name: last, out_channels: 4, kernel_size: 5}
"""
PLAIN = """
input: [4, 32, 32]
layers:
  - conv: {name: first, out_channels: 4, kernel_size: 3, stride: 2, padding: 1}
  - conv: {out_channels: 4, kernel_size: 3, padding: 1}
  - conv: {name: last, out_channels: 4, kernel_size: 5}
"""


def test_left_out_norms_and_gates_leave_the_field_of_the_network_without_them() -> None:
    gated, plain = convcalc.loads(GATED), convcalc.loads(PLAIN).walk()
    assert walk(gated, through=("norms", "gates"))["last"].rf == plain["last"].rf
    found = walk(gated)["last"].rf
    assert found.whole  # type: ignore[union-attr]
    assert found.local == plain["last"].rf  # type: ignore[union-attr]
    for one in ("norms", "gates"):  # the other one is still there
        assert walk(gated, through=(one,))["last"].rf.whole  # type: ignore[union-attr]


def test_left_out_norms_and_gates_are_left_out_of_the_way_back_too() -> None:
    analysis = walk(convcalc.loads(GATED), through=("norms", "gates"))
    step = analysis["last"]
    (height, width) = step.rf_axes
    seen = analysis.trace(step, (5, 6))[analysis.image]
    assert seen == [height.sees(5), width.sees(6)]
    whole = convcalc.loads(GATED).walk()
    assert whole.trace(whole["last"], (5, 6))[whole.image] == [(-1, 31), (-1, 31)]


def test_efficientnet_sees_851_pixels_but_for_its_gates() -> None:
    """Araujo, Norris & Sim leave out layers that see everything; a network without its gates sees the same."""
    analysis = walk(convcalc.load("efficientnet_b0"), through=("gates",))
    assert [axis.size for axis in analysis.rf["fc"]] == [851, 851]  # type: ignore[union-attr]


def test_the_report_says_what_is_left_out() -> None:
    report = report_of(walk(convcalc.loads(GATED), through=("norms", "gates")))
    assert report.footer[-1] == "rf leaves out norms over the whole map and gates of one cell"
    assert report_of(walk(convcalc.loads(GATED), through=("gates",))).footer[-1] == (
        "rf leaves out gates of one cell"
    )


def chain_of(layers: list[Window], n: int) -> convcalc.Network:
    return convcalc.chain(
        (1, n), *(f"conv:k{w.k}s{w.s}p{w.before},{w.after}d{w.d}c1" for w in layers)
    )


@few
@given(st.lists(windows(), min_size=1, max_size=3), st.integers(0, 5), st.integers(0, 5))
def test_a_tile_needs_its_halo_and_no_more(layers: list[Window], first: int, more: int) -> None:
    """Traced back layer by layer, the outputs of a tile read the tile and its halo."""
    n = 100_000
    analysis = chain_of(layers, n).walk()
    step = analysis.steps[-1]
    first += step.output[1] // 2  # far from the borders of the maps
    last = first + more
    (field,) = step.rf_axes
    ((low, high),) = analysis.trace(step, (range(first, last + 1),))[analysis.image]  # type: ignore[misc]
    assert field.sees(first)[0] == low  # type: ignore[index]
    assert field.sees(last)[1] == high  # type: ignore[index]
    s = int(field.stride)
    assert max(0, first * s - low) == before(field)
    assert max(0, high - ((last + 1) * s - 1)) == after(field)


def test_causal_layers_see_the_past_alone() -> None:
    """van den Oord et al., arXiv:1609.03499, section 2.1: dilations doubled, repeated; no unit sees the future."""
    words = [f"conv:k3c2pcausald{2**i}" for _ in range(5) for i in range(6)]
    report = add_output_fields(
        report_of(analysis := convcalc.chain((1, 16000), *words).walk()), analysis, rate=16000
    )
    assert report.footer[0] == (
        "conv30: sees 631, moves by 1; 630 before and 0 after; in time 39.44 ms: 39.38 ms before and 0 s after, "
        "at 16,000 a second"
    )
    assert report.facts["rf_of_outputs"] == [
        {
            "name": "conv30", "sees_all": False, "size": [631], "stride": [1], "before": [630], "after": [0],
            "seconds": [631 / 16000, 630 / 16000, 0.0],
        }
    ]  # fmt: skip


def test_units_that_see_more_than_half_of_a_pattern_are_measured_by_the_widest() -> None:
    analysis = convcalc.chain((1, 10), "up:2/mode=linear").walk()
    (field,) = analysis.steps[-1].rf_axes
    seen = [field.sees(unit) for unit in range(20)]
    assert before(field) == max(unit // 2 - ends[0] for unit, ends in enumerate(seen) if ends)
    assert after(field) == max(ends[1] - unit // 2 for unit, ends in enumerate(seen) if ends)


def test_each_output_has_a_line(convcalc: Run) -> None:
    shown = convcalc("arch", "googlenet_aux", "--rf")
    assert "aux1.softmax1: sees 235, moves by 48; 71 before and 116 after" in shown.out
    assert "softmax1: sees 715, moves by 32; 327 before and 356 after" in shown.out
    data = json.loads(convcalc("arch", "googlenet_aux", "--rf", "--format", "json").out)
    assert [each["name"] for each in data["rf_of_outputs"]] == data["outputs"]


def test_outputs_that_see_all_say_why_and_what_is_left_without_that(convcalc: Run) -> None:
    shown = convcalc("arch", "efficientnet_b0", "--rf")
    assert (
        "fc: sees all (one value scales the whole map, so every unit sees everything that this value saw); without that it "
        "sees 851, moves by 32; 425 before and 394 after"
    ) in shown.out


def test_a_network_on_vectors_has_nothing_to_say(convcalc: Run) -> None:
    assert convcalc("chain", "--input", "10", "fc:3", "--rf").code == 0


def test_a_rate_needs_time() -> None:
    analysis = convcalc.load("lenet5").walk()
    with pytest.raises(UsageError) as caught:
        add_output_fields(report_of(analysis), analysis, rate=25)
    assert str(caught.value) == (
        "--rate is for sequences (C, L) and videos (C, D, H, W), but this network takes pictures; leave it out"
    )


def test_words_that_mean_nothing_are_refused(convcalc: Run) -> None:
    shown = convcalc("arch", "lenet5", "--rf-through", "norm,gates,zzz")
    assert shown.err == (
        "convcalc: --rf-through: 'norm' cannot be left out; did you mean 'norms'?\n"
    )


def test_ranges_of_units(convcalc: Run) -> None:
    shown = convcalc("arch", "vgg16", "--sees", "conv5_3:0-6,6")
    assert "conv5_3[0-6, 6] sees, of 224×224 pixels:" in shown.out
    assert "height  -1 to 201 (203); inside the image 0 to 201 (202)" in shown.out
    data = json.loads(convcalc("arch", "vgg16", "--sees", "conv5_3:0-6,6", "--format", "json").out)
    assert data["unit"] == [[0, 6], 6]
    assert convcalc("arch", "vgg16", "--sees", "conv5_3:3-20,6").err == (
        "convcalc: conv5_3: no unit 3-20,6 in a map of 14×14; count from 0\n"
    )


@pytest.mark.unmeasured
def test_networks_are_compared_without_their_gates(convcalc: Run) -> None:
    shown = convcalc("compare", "efficientnet_b0", "vgg16", "--rf-through", "gates")
    assert "rf leaves out gates of one cell" in shown.out
    assert " 851\n" in shown.out


def test_fields_are_told_for_each_input_and_once() -> None:
    network = loads(
        "{input: {a: [1, 20], b: [1, 20]}, outputs: [j], layers: [{conv: {out_channels: 1, kernel_size: 3, padding: 1}}, "
        "{add: {name: j, paths: [[], [{from: b}, {conv: {out_channels: 1, kernel_size: 5, padding: 2}}]]}}]}"
    )
    report = network_report(walk(network), outputs=True)
    lines = [line for line in report.footer if line.startswith(("j", "output j"))]
    assert lines == [
        "output j: 1×20",
        "j, of a: sees 3, moves by 1; 1 before and 1 after",
        "j, of b: sees 5, moves by 1; 2 before and 2 after",
    ]
    found = [(row["input"], row["size"]) for row in report.facts["rf_of_outputs"]]
    assert found == [("a", [3]), ("b", [5])]
