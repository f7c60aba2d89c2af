"""Budgets: the rows of published tables, brute force, and the messages if nothing fits."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import convcalc as library
from convcalc.analysis.memory import memory
from convcalc.cli.progress import counting
from convcalc.errors import ConvcalcError
from convcalc.solve.budget_report import percent
from convcalc.solve.ranges import is_swept, plain, values_of
from convcalc.solve.trials import grain
from convcalc.solve.varied import counts, factors, sides

Run = Callable[..., Any]

NET = """
name: Net
input: [3, 16, 16]
parameters: {{classes: 10, width: 1, depth: 2{more}}}
layers:
  - conv: {{out_channels: "round_to(16*$width, 8)", kernel_size: 3, padding: 1}}
  - repeat: $depth
    layers: [conv: {{out_channels: $in, kernel_size: 3, padding: 1}}]
{layers}
  - global_avgpool
  - flatten
  - linear: {{out_features: $classes}}
{end}
"""


@pytest.fixture
def net(tmp_path: Path) -> Callable[..., str]:
    """Writes a small network: further parameters, layers, and further lines."""

    def write(more: str = "", layers: str = "", end: str = "") -> str:
        path = tmp_path / "net.yaml"
        path.write_text(NET.format(more=more, layers=layers, end=end), encoding="utf-8")
        return str(path)

    return write


def totals(target: str, side: int, **parameters: Any) -> dict[str, int]:
    return library.load(target, parameters=parameters, input=(3, side, side)).walk().totals


# ------------------------------------------------------------------------- published tables

V1_WIDTHS, V1_SIDES = [8, 16, 24, 32], [128, 160, 192, 224]
V2_WIDTHS, V2_SIDES = ["0.35", "0.5", "0.75", "1", "1.3", "1.4"], [96, 128, 160, 192, 224]


@pytest.mark.unmeasured
def test_each_of_the_16_mobilenet_v1_is_the_best_within_what_it_needs() -> None:
    for width, side in product(V1_WIDTHS, V1_SIDES):
        needs = totals("mobilenet_v1", side, width=width)
        found = library.budget(
            "mobilenet_v1", params=needs["params"], macs=needs["macs"],
            vary={"width": V1_WIDTHS, "input": V1_SIDES},
        )  # fmt: skip
        best = found.candidates[0]
        assert (best.parameters, best.input) == ({"width": width}, (3, side, side))
        assert best.used == {"params": 1, "macs": 1}


@pytest.mark.unmeasured
def test_a_mobilenet_v2_is_the_best_within_what_it_needs() -> None:
    # all 22 are in tests/sizing/test_families.py
    for width, side in zip(
        [*V2_WIDTHS, "1", "0.75", "0.35"], [96, 128, 160, 192, 224, 224, 224, 96, 224]
    ):
        needs = totals("mobilenet_v2", side, width=float(width), classes=1001)
        found = library.budget(
            "mobilenet_v2", params=needs["params"], macs=needs["macs"], parameters={"classes": 1001},
            vary={"width": ",".join(V2_WIDTHS), "input": V2_SIDES},
        )  # fmt: skip
        best = found.candidates[0]
        assert (best.parameters, best.input) == ({"width": Fraction(width)}, (3, side, side))


@pytest.mark.unmeasured
def test_150_million_of_mobilenet_v1_is_half_the_width() -> None:
    # TF-Slim prints 150 for 0.5 at 224, which is 149.497; its 317 for 0.75 is impossible, 325.4 is right
    vary = {"width": V1_WIDTHS, "input": [224]}
    found = library.budget("mobilenet_v1", macs="150M", vary=vary).candidates[0]
    assert (found.parameters["width"], found.totals["macs"]) == (16, 149_497_088)
    found = library.budget("mobilenet_v1", macs="317M", vary=vary).candidates[0]
    assert found.parameters["width"] == 16
    found = library.budget("mobilenet_v1", macs="326M", vary=vary).candidates[0]
    assert (found.parameters["width"], found.totals["macs"]) == (24, 325_400_448)


# Tan & Le 2019, arXiv:1905.11946, and its reference code: width, depth, resolution of B0 to B7
EFFICIENTNETS = [
    ("1", "1", 224), ("1", "1.1", 240), ("1.1", "1.2", 260), ("1.2", "1.4", 300),
    ("1.4", "1.8", 380), ("1.6", "2.2", 456), ("1.8", "2.6", 528), ("2", "3.1", 600),
]  # fmt: skip


@pytest.mark.unmeasured
@pytest.mark.parametrize("number", [1, 2, 7])
def test_an_efficientnet_is_the_best_within_what_it_needs(number: int) -> None:
    needs = library.load(f"efficientnet_b{number}").walk().totals
    widths, depths, resolutions = zip(*EFFICIENTNETS[number - 1 : number + 2])
    found = library.budget(
        "efficientnet_b0", params=needs["params"], macs=needs["macs"],
        vary={"width": ",".join(widths), "depth": ",".join(depths), "input": resolutions},
    )  # fmt: skip
    width, _, side = EFFICIENTNETS[number]
    best = found.candidates[0]
    assert (best.parameters["width"], best.input) == (Fraction(width), (3, side, side))
    # a depth of 1.1 makes the same blocks as the 1.2 of B2
    settings = {name: float(value) for name, value in best.parameters.items()}
    made = library.load("efficientnet_b0", parameters=settings, input=best.input).walk()
    own = library.load(f"efficientnet_b{number}").walk()
    assert [step.output for step in made] == [step.output for step in own]


@pytest.mark.unmeasured
def test_a_regnet_of_400_million_from_its_numbers() -> None:
    found = library.budget("regnet_x", macs=400_000_000, vary=["depth", "wa"])
    best = found.candidates[0]
    assert 0.95 < best.used["macs"] <= 1
    assert best.totals == {
        key: totals("regnet_x", 224, **{k: float(v) for k, v in best.parameters.items()})[key]
        for key in ("params", "macs")
    }


# ------------------------------------------------------------------------------ brute force


@pytest.mark.unmeasured
def test_the_largest_are_those_of_looking_at_every_network(net: Callable[..., str]) -> None:
    widths = [Fraction(each) for each in ("0.5", "1", "1.5", "3")]
    depths, inputs = [1, 2, 5], [8, 16, 24, 40]
    path = net()
    needs = {
        point: totals(path, point[2], width=float(point[0]), depth=point[1])
        for point in product(widths, depths, inputs)
    }
    for most in ({"macs": 10**6}, {"macs": 3 * 10**6, "params": 9_000}, {"params": 4_000}):
        fitting = [p for p, t in needs.items() if all(t[name] <= most[name] for name in most)]
        largest = {
            p
            for p in fitting
            if not any(q != p and q[0] >= p[0] and q[1] >= p[1] and q[2] >= p[2] for q in fitting)
        }
        limits: dict[str, Any] = dict(most)
        vary = {"width": widths, "depth": depths, "input": inputs}
        found = library.budget(path, **limits, vary=vary)
        points = [
            (*each.parameters.values(), each.input and each.input[1]) for each in found.candidates
        ]
        assert len(points) == len(set(points))
        assert set(points) == largest
        for point, each in zip(points, found.candidates):
            assert each.totals["macs"] == needs[point]["macs"]  # type: ignore[index]
            assert each.fits
            assert each.options.startswith("--set width=")


def test_what_stops_is_what_a_step_more_breaks(net: Callable[..., str]) -> None:
    path = net()
    found = library.budget(
        path, macs="2M", params="6k", vary={"width": [1, 2, 3], "depth": [1, 2, 3]}
    )
    for each in found.candidates:
        more = [
            totals(path, 16, **{**dict(each.parameters), name: value + 1})
            for name, value in each.parameters.items()
            if value < 3
        ]
        broken = {
            limit.name for limit in found.limits for needs in more if needs[limit.name] > limit.most
        }
        assert set(each.stops) == broken
    assert any(each.stops for each in found.candidates)


@pytest.mark.unmeasured
def test_of_no_network_found_is_anything_more_possible() -> None:
    limits = {"params": 10**6, "macs": 5 * 10**8}
    found = library.budget("resnet18_torchvision", **limits)  # type: ignore[arg-type]
    assert found.names == ["width", "conv5_blocks", "input"]
    for each in found.candidates:
        values: dict[str, Any] = {**each.parameters, "input": each.input and each.input[1]}
        for varied in found.varied:
            above = [value for value in varied.values if value > values[varied.name]]
            more = {**values, varied.name: above[0]}
            side = more.pop("input")
            needs = totals("resnet18_torchvision", side, **more)
            assert any(needs[name] > most for name, most in limits.items()), (
                each.options,
                varied.name,
            )


def test_more_that_is_less_is_found_out_and_everything_looked_at(net: Callable[..., str]) -> None:
    layers = "  - conv: {out_channels: 40 - $narrow, kernel_size: 3}"
    path = net(", narrow: 10", layers)
    found = library.budget(path, params=7_000, vary={"narrow": range(1, 40), "width": [1, 2]})
    exact = {n: totals(path, 16, narrow=n)["params"] for n in range(1, 40)}
    assert {each.parameters["narrow"] for each in found.candidates} == {39}
    assert exact[39] < exact[10] < exact[1]
    assert [note[:41] for note in found.notes] == ["more narrow is not always more params (11"[:41]]
    assert found.notes[0].endswith(", so all were tried")
    assert library.budget(path, params=7_000).names == [
        "width",
        "depth",
    ]  # narrow makes it no larger


def test_values_that_do_not_go_together_are_left_out_and_the_others_looked_at(
    net: Callable[..., str],
) -> None:
    layers = "  - conv: {out_channels: 24*$groups, kernel_size: 3, groups: $groups}"
    path = net(", groups: 1", layers)  # 3 groups divide only 48 of 16, 32 and 48 channels
    vary = {"groups": [1, 3], "width": [1, 2, 3]}
    found = library.budget(path, macs="9M", vary=vary, parameters={"width": 3})
    assert found.notes[0] == "some values do not fit together, so all were tried"
    assert [each.options for each in found.candidates] == ["--set groups=1 --set width=2"]


def test_steps_are_larger_where_the_usual_ones_are_too_many(
    net: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = library.budget(net(), macs="500k")
    monkeypatch.setattr("convcalc.solve.budget._USUAL_WORK", 3000)
    found = library.budget(net(), macs="500k")
    for each, all_of in zip(found.varied, whole.varied):
        assert each.own in each.values
        assert set(each.values) < set(all_of.values)
    assert found.tried < whole.tried


# ----------------------------------------------------------------------------- what may change


@pytest.mark.unmeasured
def test_what_scales_changes_and_what_does_not_stays(net: Callable[..., str]) -> None:
    layers = "  - conv: {out_channels: $in, kernel_size: 3, padding: $gap, dilation: $gap}"
    path = net(", gap: 1, act: relu, deep: true, sizes: [1, 2]", layers)
    found = library.budget(path, macs="100k")
    assert found.names == ["width", "depth", "input"]
    assert library.budget(path, params="1k").names == ["width", "depth"]  # independent of the input
    assert library.budget(path, macs="100k", parameters={"width": 2}).names == ["depth", "input"]
    assert library.budget(path, macs="100k", input=(3, 8, 8)).names == ["width", "depth"]
    kept = library.budget(path, macs="100k", vary="width", parameters={"depth": 1, "classes": 3})
    assert kept.own["macs"] == totals(path, 16, depth=1, classes=3)["macs"]


@pytest.mark.unmeasured
def test_what_costs_more_without_more_parameters_stays(net: Callable[..., str]) -> None:
    # a smaller stride is more work, but no larger network
    layers = "  - conv: {out_channels: $in, kernel_size: 3, stride: 3 - $dense}"
    path = net(", dense: 1", layers)
    assert totals(path, 16, dense=2)["macs"] > totals(path, 16)["macs"]
    found = library.budget(path, macs="100k")
    assert (found.names, found.left) == (["width", "depth", "input"], ())


@pytest.mark.unmeasured
def test_more_than_three_that_scale_leave_the_weakest(net: Callable[..., str]) -> None:
    layers = (
        "  - conv: {out_channels: $a, kernel_size: 1}\n  - conv: {out_channels: $b, kernel_size: 1}"
    )
    found = library.budget(net(", a: 8, b: 2", layers), macs="1M")
    assert len(found.names) == 3
    assert found.names[-1] == "input"
    assert len(found.left) == 2


def test_values_are_those_of_a_factor_a_count_or_channels(net: Callable[..., str]) -> None:
    layers = "  - conv: {out_channels: $wide, kernel_size: 1}"
    path = net(", wide: 32", layers)
    values = {
        name: library.budget(path, macs="1M", vary=name).varied[0].values
        for name in ("width", "depth", "wide", "input")
    }
    assert values["width"][:3] == (Fraction(1, 20), Fraction(1, 10), Fraction(3, 20))
    assert values["depth"][:3] == (1, 2, 3)
    assert all(value % 8 == 0 for value in values["wide"])
    assert values["input"][0] == 2


@pytest.mark.unmeasured
def test_of_equal_networks_the_one_nearest_to_the_own_values_is_named() -> None:
    # the depths 1.1 and 1.2 are the same blocks, and so are the widths 0.99 to 1.04
    needs = library.load("efficientnet_b1").walk().totals
    vary = {"depth": [1, 1.1, 1.2, 1.3], "width": [0.99, 1, 1.01, 1.02]}
    best = library.budget("efficientnet_b1", macs=needs["macs"], vary=vary).candidates[0]
    assert best.options == "--set depth=1.1 --set width=1"
    assert best.totals["macs"] == needs["macs"]


def test_usual_values_hold_the_own_one_and_are_few() -> None:
    for own in (1, 2, 3, 7, 16, 23, 100, 768, 1000, 12345):
        assert own in counts(own)
        assert own in factors(own)
        assert len(counts(own)) <= 50
        assert len(factors(own)) <= 70
        assert list(counts(own)) == sorted(set(counts(own)))
    for factor in (Fraction(1, 3), Fraction("0.35"), Fraction("36.44"), Fraction("1.1")):
        assert factor in factors(factor)
        assert list(factors(factor)) == sorted(set(factors(factor)))
    for side in (1, 2, 5, 28, 224, 227, 299, 572, 16000):
        assert side in sides(side)
        assert len(sides(side)) <= 65
        assert min(sides(side)) >= 1
        assert all((each - side) % grain(side) == 0 for each in sides(side))


def test_a_map_that_is_not_square_keeps_its_proportions(tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_text(
        "{input: [3, 128, 256], layers: [{conv: {out_channels: 8, kernel_size: 3}}]}",
        encoding="utf-8",
    )
    inputs = [each.input for each in library.budget(str(path), macs="3M").candidates[:2]]
    assert inputs == [(3, 80, 160), (3, 64, 128)]
    asked = library.budget(str(path), macs="3M", vary={"input": [70, 80, 90]}).candidates
    assert [each.input for each in asked] == [(3, 80, 160), (3, 70, 140)]


def test_channels_that_stand_last_in_the_file_do_in_what_is_typed(
    convcalc: Run, tmp_path: Path
) -> None:
    path = tmp_path / "last.yaml"
    layers = "[conv: {out_channels: 8, kernel_size: 3}]"
    path.write_text(f"{{input: [32, 32, 3], order: hwc, layers: {layers}}}", encoding="utf-8")
    best = library.budget(str(path), macs="100k").candidates[0]
    assert (best.input, best.options) == ((3, 20, 20), "--input 20x20x3")
    words = [str(path), "--macs", "100k", "--input", "32x32x3", "--order", "hwc", "--vary", "input"]
    line = next(each for each in convcalc("budget", *words).out.splitlines() if "the first" in each)
    assert line.endswith("last.yaml --input 20x20x3 --order hwc")
    macs = json.loads(convcalc(*line.split()[3:], "--format", "json").out)["totals"]["macs"]
    assert macs == best.totals["macs"]


@pytest.mark.unmeasured
def test_a_video_keeps_its_frames() -> None:
    found = library.budget("c3d", macs="20G")
    assert [each.input for each in found.candidates][:2] == [(3, 16, 80, 80), (3, 16, 64, 64)]
    volume = library.budget("nnunet_3d", macs="4G", vary="input").candidates[0]
    assert volume.input == (1, 24, 32, 24)


@pytest.mark.unmeasured
def test_sizes_that_do_not_fit_are_left_out() -> None:
    found = library.budget("unet", macs="100G", vary="input")
    assert found.notes == [
        "1 value of input left out, because the layers do not fit: 124 is the smallest"
    ]
    assert found.candidates[0].input == (1, 444, 444)
    assert [each.input and (each.input[1] - 188) % 16 for each in found.candidates] == [0] * 5


# ---------------------------------------------------------------------------------- limits


@pytest.mark.unmeasured
def test_memory_is_weights_and_the_peak_of_the_batch() -> None:
    found = library.budget("resnet18", memory="100MB", vary=["input"], batch=4, dtype="float16")
    analysis = library.load("resnet18").walk(4)
    needs = memory(analysis, dtype="float16")
    assert found.own["memory"] == needs["weights"] + needs["peak_in_place"]
    assert found.own["macs"] == analysis.totals["macs"] // 4
    assert (found.batch, found.dtype) == (4, "float16")


@pytest.mark.unmeasured
def test_a_limit_that_stops_nothing_does_not_rank() -> None:
    vary = {"width": ["0.5", "1.1"], "input": [192, 384]}  # the wider one needs more memory
    for memory_too in ({}, {"memory": "50MB"}):
        limits: dict[str, Any] = {"macs": "300M", **memory_too}
        found = library.budget("mobilenet_v2", **limits, vary=vary).candidates
        assert [each.options for each in found] == [
            "--set width=0.5 --input 3x384x384",
            "--set width=1.1 --input 3x192x192",
        ]
        assert [each.stops for each in found] == [("macs",), ("macs",)]


def test_a_limit_is_met_by_exactly_so_many() -> None:
    exact = totals("mobilenet_v1", 224, width=16)["macs"]
    for macs, width in ((exact, 16), (exact - 1, 8)):
        found = library.budget("mobilenet_v1", macs=macs, vary={"width": V1_WIDTHS})
        assert found.candidates[0].parameters == {"width": width}


def test_operations_are_two_for_each_multiply_add() -> None:
    a = library.budget("lenet5", flops="2M", vary="input").candidates[0]
    b = library.budget("lenet5", macs="1M", vary="input").candidates[0]
    assert (a.input, a.totals["flops"]) == (b.input, 2 * b.totals["macs"])


def test_the_limits_of_a_file_count_where_none_are_given(net: Callable[..., str]) -> None:
    path = net(end='expect: {params: "< 5k", macs: "<= 1M", flops: ">= 1", layers: 6}')
    found = library.budget(path)
    assert [tuple(limit) for limit in found.limits] == [
        ("params", 4999, "5k"),
        ("macs", 10**6, "1M"),
    ]
    assert [limit.name for limit in library.budget(path, memory="1MB").limits] == ["memory"]


def test_what_fits_already_is_said(convcalc: Run) -> None:
    ran = convcalc("budget", "lenet5", "--params", "1M", "--vary", "input=32,40")
    assert ran.out.splitlines()[1] == "the file's own: 61,706 params, 416,520 macs; it fits"
    assert (
        "note: the limits are not reached: the largest values tried are input 40; --vary gives others"
        in ran.out
    )


# -------------------------------------------------------------------------------- the command


@pytest.mark.unmeasured
def test_the_screens(convcalc: Run, golden: Callable[[str, str], None]) -> None:
    lines = [
        "budget mobilenet_v2 --macs 300M --params 5M",
        "budget mobilenet_v1 --macs 150M --vary width --vary input=128..224:32 --all",
        "budget mobilenet_v2 --macs 100M --set classes=10 --set width=1 --vary width=0.2..1:0.2",
        "budget lenet5 --memory 200kB --precision float16 --vary input=24..40:4",
    ]
    said = [convcalc(*line.split(), watched=True) for line in lines]
    assert [each.code for each in said] == [0] * len(lines)
    text = "\n".join(f"$ convcalc {line}\n{run.out}{run.err}" for line, run in zip(lines, said))
    golden("budget.txt", text)


@pytest.mark.unmeasured
def test_where_nothing_fits_the_nearest_is_shown_and_the_exit_code_is_1(convcalc: Run) -> None:
    ran = convcalc("budget", "mobilenet_v2", "--params", "100k", "--macs", "1G")
    assert ran.code == 1
    assert (
        "note: nothing fits; the nearest of 32 networks is this: params 1,327,368 for at most 100k (1,227,368 too many)"
        in ran.out
    )
    assert "the first:" not in ran.out
    found = json.loads(
        convcalc("budget", "mobilenet_v2", "--params", "100k", "--format", "json").out
    )
    assert found["fits"] is False
    assert [each["fits"] for each in found["networks"]] == [False]


def test_the_nearest_has_values_that_were_given(convcalc: Run) -> None:
    # width 1 at 160 pixels would fit and is tried, but width 1 was not requested
    ran = convcalc("budget", "mobilenet_v2", "--macs", "200M", "--vary", "width=1.4,2", "--vary", "input=160,192")  # fmt: skip
    assert ran.code == 1
    assert "--set width=1.4 --input 3x160x160" in ran.out
    assert "note: nothing fits; the nearest of " in ran.out
    assert "the first:" not in ran.out


def test_values_that_make_no_network_together(convcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(
        "input: [1, 8, 8]\nparameters: {a: 1, b: 1}\nlayers:\n"
        "  - {conv: {out_channels: 2, kernel: $a}}\n  - {conv: {out_channels: 2, kernel: $b}}\n"
    )
    ran = convcalc("budget", str(path), "--params", "1M", "--vary", "a=5,6", "--vary", "b=5,6")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "convcalc: two: with no values of a and b together the layers fit; give others, such as --vary a=1\n"
    )


def test_the_data_of_a_budget(convcalc: Run) -> None:
    ran = convcalc("budget", "mobilenet_v2", "--macs", "154.1M", "--vary", "width=0.75,1", "--vary", "input=160,192", "--format", "json")  # fmt: skip
    found = json.loads(ran.out)
    assert found["limits"] == {"macs": 154_100_000}
    assert found["varied"] == {"width": [0.75, 1], "input": [160, 192]}
    assert [each["options"] for each in found["networks"]] == [
        "--set width=0.75 --input 3x192x192",
        "--set width=1 --input 3x160x160",
    ]
    second = found["networks"][1]
    assert second["parameters"] == {"width": 1}
    assert second["input"] == [3, 160, 160]
    assert second["used"] == {"macs": pytest.approx(0.99988, abs=1e-4)}
    assert (second["stops"], second["fits"]) == (["macs"], True)


def test_each_parameter_is_a_column_for_programs(convcalc: Run) -> None:
    words = (
        "budget mobilenet_v2 --macs 150M --params 3M --vary width --vary input=160,192 --format csv"
    )
    head, first, *_ = convcalc(*words.split()).out.splitlines()
    assert head == "options,width,input,params,params_used,macs,macs_used,stops"
    row = first.split(",")
    assert row[1:3] == ["0.85", "3x160x160"]
    assert row[-1] == "params macs"


def test_what_stays_and_a_single_value_are_said(convcalc: Run) -> None:
    ran = convcalc("budget", "resnet18", "--params", "9M")
    assert "; --vary conv3_blocks changes one of them" in ran.out
    ran = convcalc("budget", "lenet5", "--macs", "1M", "--vary", "input=32")
    assert "tried input 32; 1 network computed" in ran.out


@pytest.mark.parametrize("terminal", [True, False])
def test_how_many_were_walked_is_said_on_stderr_once_it_takes_long(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr("convcalc.cli.progress.time.monotonic", lambda: now)
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    with counting("networks computed") as tell:
        for now in (0.5, 0.9, 1.5, 1.6, 11, 15, 30):
            tell(int(1000 * now))
    said = capsys.readouterr().err
    if terminal:
        told = [f"\r{n} networks computed" for n in ("1,500", "11,000", "15,000", "30,000")]
        assert said == "".join([*told, f"\r{' ' * len(told[-1][1:])}\r"])
    else:
        assert said == ""


def test_the_line_to_type_makes_the_network(convcalc: Run) -> None:
    ran = convcalc("budget", "mobilenet_v1", "--macs", "100M", "--set", "classes=10")
    line = next(each for each in ran.out.splitlines() if each.startswith("the first: "))
    words = line.removeprefix("the first: convcalc ").split()
    assert words[:4] == ["arch", "mobilenet_v1", "--set", "classes=10"]
    macs = json.loads(convcalc(*words, "--format", "json").out)["totals"]["macs"]
    assert f"{macs:,}" in ran.out.splitlines()[5]


def test_a_network_from_a_pipe_is_read_once(
    convcalc: Run, net: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Path(net()).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    ran = convcalc("budget", "-", "--macs", "1M")
    assert (ran.code, ran.err) == (0, "")
    assert "the first:" not in ran.out
    assert ran.out.startswith("Net with macs ≤ 1M")


def test_a_cost_that_nobody_knows_is_said(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    layers = (
        "[{conv: {out_channels: 8, kernel_size: 3}}, {opaque: {output: [3, 8, 8], type: Warp}}]"
    )
    path.write_text(f"{{input: [3, 8, 8], layers: {layers}}}", encoding="utf-8")
    assert (
        "at least this much: 1 layer of Warp not counted"
        in library.budget(str(path), macs="10k").notes
    )


VECTOR = "{input: [8], parameters: {on: true}, layers: [{linear: {out_features: 4}}]}"
FIXED = "{input: [1, 8, 8], layers: [Flatten, {Linear: {in_features: 64, out_features: 4}}]}"
TWO = "{input: {a: [3, 8, 8], b: [3, 8, 8]}, layers: [{add: [[{from: a}], [{from: b}]]}]}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("lenet5", "no limit; give params, macs, flops or memory, for example --macs 300M"),
        ("lenet5 --macs 5X", "--macs: '5X' is not a limit of at least 1; write for example 5M (units: k, K, M, G, T)"),
        ("lenet5 --params 0", "--params: '0' is not a limit of at least 1; write for example 5M (units: k, K, M, G, T)"),
        (
            "lenet5 --memory 5M",
            "--memory: '5M' is not a limit of at least 1; write for example 64MB (units: B, kB, KB, MB, GB, KiB, MiB, GiB)",
        ),
        ("lenet5 --macs 1M --vary classes=-1", "--vary classes: -1 is not a size; give values above 0, such as --vary classes=10"),
        ("lenet5 --macs 1M --vary classes=0..2:0.5", "--vary classes: 0 is not a size; give values above 0, such as --vary classes=10"),
        ("lenet5 --macs 1M --vary classes=nan", "--vary classes: 'nan' is not a number; write for example 0.5..1.5:0.25, or 0.5,0.75,1"),
        (
            "mobilenet_v1 --macs 1M --vary width=99999999999",
            "MobileNet V1: with width 99999999999 not all of the layers fit; give others, such as --vary width=32",
        ),
        ("lenet5 --macs 1M --vary classes=0.0000001", "LeNet-5: with classes 0.0000001 not all of the layers fit; give others, such as --vary classes=10"),
        ("lenet5 --macs 1M --vary clases", "LeNet-5: no parameter 'clases' to vary; did you mean 'classes'?"),
        (
            "lenet5 --macs 1M --vary =3",
            "--vary '=3': name what can change, such as width, or with values, such as width=0.5..1.5:0.25",
        ),
        (
            "lenet5 --macs 1M --vary input=",
            "--vary 'input=': name what can change, such as width, or with values, such as width=0.5..1.5:0.25",
        ),
        (
            "lenet5 --macs 1M --vary input --vary input=8",
            "--vary input is given twice; give all its values at once, as input=1,2",
        ),
        (
            "lenet5 --macs 1M --vary classes=ten",
            "--vary classes: 'ten' is not a number; write for example 0.5..1.5:0.25, or 0.5,0.75,1",
        ),
        ("lenet5 --macs 1M --vary input=1..2000", "--vary input: lists 2,000 values; give at most 1,000"),
        (
            "lenet5 --macs 1M --vary input=0..8",
            "--vary input: 0 is not a side of an input; give whole numbers of at least 1, such as 96..224:32",
        ),
        (
            "lenet5 --macs 1M --vary input=1..8",
            "LeNet-5: with no value of input from 1 to 8 the layers fit; give others, such as --vary input=32",
        ),
        (
            "lenet5 --params 1M --input 1x32x32",
            "LeNet-5: nothing that can change makes a difference to params; name what can change, such as --vary input",
        ),
        (
            "{vector} --macs 1M",
            "vector: nothing that can change makes a difference to macs; name what can change, such as --vary on",
        ),
        (
            "{fixed} --macs 1M",
            "fixed: nothing that can change makes a difference to macs; add parameters: to the file, such as width: 1, "
            "and use them: round_to(64*$width, 8)",
        ),
        ("{vector} --macs 1M --vary on", "vector: on is true, which is not a number; vary another parameter"),
        (
            "{vector} --macs 1M --vary input",
            "vector: the input is a vector, which has no resolution; vary a parameter",
        ),
        ("{two} --macs 1M --vary input", "two: has 2 inputs, so input cannot vary; vary a parameter"),
        (
            "{two} --macs 1M",
            "two: nothing that can change makes a difference to macs; add parameters: to the file, such as width: 1, "
            "and use them: round_to(64*$width, 8)",
        ),
        (
            "resnet50 --macs 1M --vary input=1..1000 --vary conv2_blocks=1..1000 --vary conv3_blocks=1..1000",
            "ResNet-50: 1,000 of input · 1,000 of conv2_blocks · 1,000 of conv3_blocks are too many values to try "
            "together (about 700,000,000 layers to compute; at most 5,000,000); give fewer, such as --vary input=1..2:0.25",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(words: str, message: str, convcalc: Run, tmp_path: Path) -> None:
    paths = {}
    for name, text in {"vector": VECTOR, "fixed": FIXED, "two": TWO}.items():
        paths[name] = tmp_path / f"{name}.yaml"
        paths[name].write_text(text, encoding="utf-8")
    ran = convcalc("budget", *[word.format(**paths) for word in words.split()])
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"convcalc: {message}\n"


def test_a_wrong_limit_in_python_is_said() -> None:
    with pytest.raises(
        ConvcalcError, match=r"^macs: 'many' is not a limit of at least 1; write for example 5M"
    ):
        library.budget("lenet5", macs="many")
    with pytest.raises(ConvcalcError, match=r"^--vary input: 'x' is not a number"):
        library.budget("lenet5", macs=1000, vary={"input": ["x"]})


def test_shares_are_rounded_to_the_side_that_is_true() -> None:
    assert [percent(Fraction(n, 10**6)) for n in (999_999, 10**6, 10**6 + 1)] == [
        "99.9 %",
        "100.0 %",
        "100.1 %",
    ]


def test_values_given_as_text() -> None:
    assert is_swept("0.5..1:0.25")
    assert not is_swept("64")
    assert list(values_of("-1.5,1..3:2", "x")) == [Fraction(-3, 2), 1, 3]
    assert plain(Fraction(1, 3)) == "1/3"
