"""Layers that convcalc does not know: stated values are marked, missing ones are never 0."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import convcalc as library
from convcalc.analysis.compare import compare_report
from convcalc.analysis.folding import fold_repeats
from convcalc.analysis.memory import memory, memory_facts, memory_table
from convcalc.analysis.notes import broken_expectations
from convcalc.analysis.report import report_of
from convcalc.analysis.rows import COLUMNS
from convcalc.errors import ShapeError
from convcalc.formats import FORMATS
from convcalc.layers.amounts import MAX_CHARACTERS, amount, amount_of
from convcalc.network.load import loads
from convcalc.network.yaml_writer.write import network_yaml
from convcalc.text import AtLeast
from convcalc.verify.run import verify

Run = Callable[..., Any]

NETWORK = """
name: flow
input: [3, 16, 16]
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
  - repeat: 3
    name: warp
    layers:
      - opaque: {type: GridSample, output: [c, h, w], rf: unit}
      - conv: {out_channels: 8, kernel_size: 3, padding: 1}
  - opaque: {output: [c, h//2, w//2]}
  - custom:
      type: DeformConv
      output: [8, h, w]
      params: 9*c*8 + 8
      macs: 9*c*8*h*w
      counts: {adds: 4*9*c*h*w}
      backward: 9*c*h*w
"""
PARAMS = 8 * 28 + 3 * 8 * 73 + 584
MACS = 27 * 8 * 256 + 3 * 72 * 8 * 256 + 72 * 8 * 64


def test_sums_that_lack_a_layer_are_at_least_sums() -> None:
    analysis = loads(NETWORK).walk(batch=2)
    assert (analysis.totals["params"], analysis.totals["macs"]) == (PARAMS, 2 * MACS)
    assert {key for key, number in analysis.totals.items() if isinstance(number, AtLeast)} == {
        "params", "weights", "biases", "buffers", "macs", "flops",
    }  # fmt: skip
    assert analysis.unavailable == {"GridSample": 3, "opaque": 1}
    assert type(loads("{input: [3, 8, 8], layers: [relu]}").walk().totals["params"]) is int


def test_what_is_stated_is_worked_out_of_the_sides() -> None:
    step = loads(NETWORK).walk()["custom1"]
    assert (step.output, step.params, step.macs) == ((8, 8, 8), 584, 72 * 8 * 64)
    assert step.counts == {"adds": 4 * 9 * 8 * 64}
    assert step.layer.kept_for_backward(step.input, step.output) == (
        True,
        True,
        9 * 8 * 64,
        0,
        0,
        0,
    )


@pytest.mark.parametrize(
    ("keeps", "found"),
    [
        ("both", (True, True)),
        ("input", (True, False)),
        ("output", (False, True)),
        ("none", (False, False)),
    ],
)
def test_what_a_backward_pass_keeps_can_be_stated(keeps: str, found: tuple[bool, bool]) -> None:
    text = f"input: [3, 8, 8]\nlayers: [custom: {{output: [c, h, w], params: 0, macs: 0, keeps: {keeps}}}]"
    network = loads(text)
    (step,) = network.walk()
    assert step.layer.kept_for_backward(step.input, step.output)[:2] == found
    assert next(iter(loads(network_yaml(network)).walk())).layer.keeps == keeps  # type: ignore[attr-defined]  # of custom


LINES = [
    "stated by the author, not proven: warp.1.opaque1 and 4 more",
    "at least: 3 layers of GridSample, 1 layer of opaque not counted; "
    "convcalc does not know this operation, and its author states no cost",
]


@pytest.mark.parametrize("name", ["table", "markdown", "html", "latex"])
def test_every_format_for_people_says_at_least_and_what_is_missing(name: str) -> None:
    said = "\n".join(FORMATS[name].lines(report_of(loads(NETWORK).walk())))
    assert f"at least {PARAMS:,}" in said
    assert f"at least {MACS:,}" in said
    for line in LINES:
        assert line in said.replace(r"\allowbreak{}", "")  # LaTeX may break a long name


def test_programs_get_null_and_the_number_of_layers_that_are_missing() -> None:
    said = json.loads("\n".join(FORMATS["json"].lines(report_of(loads(NETWORK).walk()))))
    assert said["totals"]["unavailable"] == {"GridSample": 3, "opaque": 1}
    assert (said["totals"]["params"], said["totals"]["macs"]) == (PARAMS, MACS)
    rows = {row["name"]: row for row in said["layers"]}
    grid = rows["warp.1.opaque1"]
    costs = ("params", "weights", "biases", "buffers", "macs", "flops", "counts")
    assert [grid[key] for key in costs] == [None] * 7
    assert (grid["type"], grid["activations"]) == ("GridSample", 2048)
    assert grid["stated"] == rows["custom1"]["stated"] == "stated by the author, not proven"
    assert "unavailable" in grid
    assert "unavailable" not in rows["custom1"]
    assert "stated" not in rows["conv1"]
    csv = [*FORMATS["csv"].lines(report_of(loads(NETWORK).walk()))]
    assert csv[2] == "warp.1.opaque1,opaque,GridSample cxhxw rf unit,8x16x16,,,3x3"


def test_blocks_as_one_row_are_at_least_sums_too() -> None:
    rows = fold_repeats(loads(NETWORK).walk(), depth=1)
    texts = {row.name: COLUMNS["macs"].text(COLUMNS["macs"].value(row)) for row in rows}
    assert texts["warp.1"] == f"at least {72 * 8 * 256:,}"
    assert texts["opaque1"] == "?"
    assert texts["conv1"] == f"{27 * 8 * 256:,}"
    both = "\n".join(COLUMNS["flops"].text(COLUMNS["flops"].value(row)) for row in rows)
    assert f"at least {2 * 72 * 8 * 256:,}" in both
    analysis = loads(
        "{input: [3, 8, 8], layers: [{name: all, layers: [{opaque: {output: [c, h, w]}}]}]}"
    )
    (row,) = fold_repeats(analysis.walk(), depth=1)
    assert COLUMNS["params"].text(COLUMNS["params"].value(row)) == "?"


@pytest.mark.parametrize(
    ("promise", "said"),
    [
        (f"params: {PARAMS}", f"should be {PARAMS:,}, but is at least {PARAMS:,}: {{}}"),
        ('macs: "<= 5G"', f"should be <= 5G, but is at least {MACS:,}: {{}}"),
        # 4 bytes for each parameter, and for two maps of 8·16·16 values at once
        ('memory: "<= 1 GB"', "should be <= 1 GB, but is at least 26,624 bytes: {}"),
        ('macs: ">= 5G"', f"should be >= 5G, but is at least {MACS:,}: {{}}"),
        ('params: ">= 1k"', ""),
        ("layers: 9", ""),
    ],
)
def test_a_promise_is_kept_only_where_it_is_known(promise: str, said: str) -> None:
    analysis = loads(f"{NETWORK}expect: {{{promise}}}\n").walk()
    missing = "3 layers of GridSample, 1 layer of opaque not counted"
    found = [text for _, text in broken_expectations(analysis).items()]
    assert found == ([said.format(missing)] if said else [])


def test_a_budget_that_nobody_can_say_is_kept_fails(convcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(f'{NETWORK}expect: {{params: "<= 5M"}}\n', encoding="utf-8")
    said = f"params should be <= 5M, but is at least {PARAMS:,}: 3 layers of GridSample"
    for words in (["arch", str(path), "--strict"], ["check", str(path)], ["verify", str(path)]):
        ran = convcalc(*words)
        assert ran.code == 1
        assert "at least" in ran.out
    assert said in convcalc("check", str(path)).out


def test_a_cost_that_nobody_knows_fails_where_arch_is_strict(convcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(NETWORK, encoding="utf-8")
    assert convcalc("arch", str(path)).code == 0
    assert convcalc("arch", str(path), "--strict").code == 1


def test_networks_are_not_compared_with_what_nobody_knows() -> None:
    report = compare_report(
        [loads(NETWORK).walk(), loads("{input: [3, 8, 8], layers: [relu]}").walk()]
    )
    said = "\n".join(FORMATS["table"].lines(report))
    assert f"at least {MACS:,}" in said
    assert [row["times"] for row in report.rows] == [None, None]
    assert report.to_dict()["networks"][0]["unavailable"] == {"GridSample": 3, "opaque": 1}
    assert [f"flow: {line}" for line in LINES] == report.footer[:2]


def test_memory_of_weights_and_training_is_at_least_so_much() -> None:
    analysis = loads(NETWORK).walk()
    found = memory(analysis)
    # every map is the input of a layer that needs it, except the output, which is stated as kept
    kept = analysis.image.activations + analysis.totals["activations"] + 9 * 8 * 64
    assert found["training"] == 4 * (2 * PARAMS + kept)
    rows = memory_table(analysis).rows
    assert {row.name for row in rows if "at least" in row.meaning} == {"weights", "training"}
    assert memory_facts(analysis)["unavailable"] == {"GridSample": 3, "opaque": 1}
    assert "unavailable" not in memory_facts(loads("{input: [3], layers: [relu]}").walk())


def test_training_keeps_a_sum_for_each_token_and_head_of_attention() -> None:
    """Queries, keys, values and heads of 8·6 values each, and 2 · 6 sums, as in PyTorch's fused kernel."""
    analysis = loads("{input: [8, 6], layers: [{attention: {heads: 2}}]}").walk()
    params, image = 4 * 64 + 4 * 8, 48
    assert memory(analysis)["training"] == 4 * (2 * params + image + 4 * 48 + 2 * 6)


def test_nothing_that_is_stated_is_called_proven(convcalc: Run, tmp_path: Path) -> None:
    """No check names such a layer, and no field that follows from it is checked."""
    checks = verify(loads(NETWORK))
    assert all(check.agrees for check in checks)
    assert not [check for check in checks if "opaque" in check.node or "custom" in check.node]
    fields = {check.node.split("[")[0].split()[0] for check in checks if check.subject == "field"}
    assert fields == {"conv1"}
    path = tmp_path / "flow.yaml"
    path.write_text(NETWORK, encoding="utf-8")
    ran = convcalc("verify", str(path))
    assert ran.code == 0
    assert "stated by the author, not proven: warp.1.opaque1 and 4 more" in ran.out
    path.write_text("input: [3, 8, 8]\nlayers: [{opaque: {output: [3]}}]\n", encoding="utf-8")
    ran = convcalc("verify", str(path))
    assert ran.code == 2
    assert "nothing was checked" in ran.err


FIELDS = [
    ("rf: unit", "3", "custom1"),
    ("rf: [3, 2, 1]", "5", "custom1"),
    ("rf: all", "all", "a unit of custom sees everything, as its author states (rf: all)"),
    ("rf: unknown", "?", "what a unit of custom reads is not stated"),
]


@pytest.mark.parametrize(("stated", "shown", "said"), FIELDS)
def test_a_field_is_as_stated(stated: str, shown: str, said: str) -> None:
    text = f"""
input: [3, 16, 16]
layers:
  - conv: {{out_channels: 8, kernel_size: 3, padding: 1}}
  - custom: {{output: [c, h, w], params: 0, macs: 0, {stated}}}
"""
    analysis = loads(text).walk()
    assert COLUMNS["rf"].text(COLUMNS["rf"].value(analysis["custom1"])) == shown
    assert said in " ".join([*analysis.notes, "custom1"])


def test_one_layer_says_what_is_not_known(convcalc: Run) -> None:
    ran = convcalc(
        "layer", "--kind", "opaque", "--input", "3x8x8", "--set", "output=cx2*hxw", "--explain"
    )
    assert "output   3×16×8   from 3×8×8 by opaque cx2*hxw" in ran.out
    assert ran.out.count("cost     unavailable: convcalc does not know this operation") == 2
    assert "params" not in ran.out
    facts = library.layer_facts("opaque", (3, 8, 8), output=["c", "h", "w"], type="GridSample")
    assert [facts[key] for key in ("params", "macs", "flops", "buffers", "counts")] == [None] * 5
    assert facts["type"] == "GridSample"
    ran = convcalc(
        "chain", "--input", "3x8x8", "custom:/output=cxhxw/params=9*c/macs=0/rf=3x1x1/type=Mine"
    )
    assert "Mine cxhxw rf 3x1x1" in ran.out
    assert "27" in ran.out
    assert "stated by the author, not proven: custom1" in ran.out
    ran = convcalc(
        "layer", "--kind", "opaque", "--input", "3x8", "--set", "output=8", "--set", "rf=3x1"
    )
    assert "rf takes kernel, stride and padding such as 3x1x1, but is '3x1'" in ran.err


def test_sorting_puts_what_is_unknown_first(convcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(NETWORK, encoding="utf-8")
    rows = json.loads(convcalc("arch", str(path), "--sort", "macs", "--format", "json").out)[
        "layers"
    ]
    assert [row["macs"] for row in rows[:4]] == [None] * 4
    assert rows[4]["macs"] == 72 * 8 * 256


@pytest.mark.parametrize(
    "text", ["", "c**2", "c/2", "c.real", "f(c)", "[c]", "c if h else w", "1.5", "1e3", "x", "C", "lambda: c",
             "c" + "+c" * MAX_CHARACTERS, "(" * 60 + "c" + ")" * 20, "9" * 30, "True", "'c'", "-c", "c,h", "c\n+h", "½"],
)  # fmt: skip
def test_only_sums_and_products_of_sides_are_read(text: str) -> None:
    with pytest.raises(library.ConvcalcError) as caught:
        amount_of(text, "macs")
    assert str(caught.value).startswith("macs must be a number, or + - * // over the input's sides")


def test_amounts_of_each_number_of_axes() -> None:
    assert amount("c*l", (3, 5), "macs") == 15
    assert amount("c + d*h*w", (1, 2, 3, 4), "macs") == 25
    assert amount("(c - 1) // 2 * 3", (8,), "macs") == 9
    with pytest.raises(ShapeError, match="macs names h, but the sides of 3×5 are c, l; use these"):
        amount("h", (3, 5), "macs")


@pytest.mark.parametrize(("promised", "said"), [("0", "0"), ("'>= 200'", ">= 200"), ("77", "77")])
def test_a_field_that_nobody_knows_keeps_no_promise(promised: str, said: str) -> None:
    text = (
        "{input: [3, 32, 32], layers: [{opaque: {output: [8, h, w], name: it}}, {conv: {name: c, out_channels: 2, "
        "kernel_size: 3}}], expect: {rf_size: %s}}"
    )
    for where in ("", ", rf_at: c", ", rf_at: it"):
        walked = loads(text.replace("%s", promised + where)).walk()
        assert broken_expectations(walked) == {
            "rf_size": f"should be {said}, but is not known: what a unit of opaque reads is not stated"
        }
