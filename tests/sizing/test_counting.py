"""Ways of counting, compared with the tools' own output, and published numbers with their causes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import convcalc as library
from convcalc.analysis.analysis import Analysis
from convcalc.analysis.counting.count import amount_of, counted, rules_of, steps_of
from convcalc.analysis.counting.features import FEATURES
from convcalc.analysis.counting.published import read_published
from convcalc.analysis.counting.reconcile import causes
from convcalc.analysis.counting.ways import WAYS
from convcalc.layers import KINDS
from convcalc.network.find import siblings
from convcalc.network.network import Network

Run = Callable[..., Any]


@cache
def walked(name: str) -> Analysis:
    return library.load(name).walk()


@cache
def vgg16() -> Analysis:
    """torchvision's, with an adaptive pool and without a softmax."""
    blocks = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
    maps = [
        word
        for block in blocks
        for word in (*[w for c in block for w in (f"conv:k3p1c{c}", "relu")], "pool:k2")
    ]
    head = [
        "aap:7",
        "flatten",
        "fc:4096",
        "relu",
        "dropout",
        "fc:4096",
        "relu",
        "dropout",
        "fc:1000",
    ]
    return library.chain("3x224x224", *maps, *head).walk()


# Printed for torchvision's networks, 224², batch 1: torchinfo 1.8, ptflops (pytorch, aten), fvcore, thop,
# calflops, torch 2.13's flop counter, torchscan 0.2; all measured with torch 2.13.0 on the CPU.
TOOLS = (
    "torchinfo",
    "ptflops-pytorch",
    "ptflops",
    "fvcore",
    "thop",
    "calflops",
    "torch",
    "torchscan",
)
PRINTED = {
    "alexnet_single": (714682664, 716441128, 714682664, 714197696, 714206912, 1429741184, 1428376960, 714383552),
    "vgg16": (15483821032, 15523225576, 15483821032, 15470289408, 15470314496, 30973778432, 30940528640, 15471844864),
    "resnet18_torchvision": (1814083944, 1825313768, 1814074344, 1819065856, 1824033792, 3636250112, 3628146688, 1819467776),
    "resnet50_torchvision": (4089238376, 4132436968, 4089185256, 4111512576, 4133742592, 8211108352, 8178368512, 4111916032),
    "resnext50_32x4d": (4230549096, 4286878696, 4230480872, 4259381248, 4288184320, 8503559168, 8460959744, 4259784704),
    "googlenet_torchvision": (1498391752, None, 1498377192, 1504878688, 1511332032, 3009356752, 2996752384, 1507673888),
    # with gradients; tokens, layer norms and attention
    "vit_b_16": (173232616, 17606030584, 16864992232, 16867412736, 11286254592, 33723326208, None, None),
    # its global pool is a function; these three count it once or not at all
    "mobilenet_v2": (300809384, None, 300775272, 314193216, None, 614967488, 601548544, None),
}  # fmt: skip


# onnx-tool 1.0.1, for the files of PyTorch 2.13's older exporter.
ONNX_TOOL = {
    "alexnet_single": 715979944, "resnet18_torchvision": 1821452264, "resnet50_torchvision": 4117342184,
    "mobilenet_v2": 319949192, "squeezenet1_0": 832767864, "googlenet_torchvision": 1517437192,
}  # fmt: skip


@pytest.mark.unmeasured
def test_networks_count_as_onnx_tool_prints() -> None:
    assert {name: counted(walked(name), "onnx-tool").operations for name in ONNX_TOOL} == ONNX_TOOL


@pytest.mark.parametrize("name", PRINTED)
def test_networks_count_as_each_tool_prints(name: str) -> None:
    analysis = vgg16() if name == "vgg16" else walked(name)
    found = {tool: counted(analysis, tool, bugs=True).operations for tool in TOOLS}
    printed = {tool: number for tool, number in zip(TOOLS, PRINTED[name]) if number is not None}
    assert {tool: found[tool] for tool in printed} == printed


DATA = Path(__file__).parent.parent / "data" / "ways.yaml"
MEASURED: list[dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
# Not in our rules, as the pages say: operators that the exporter adds to find out how many heads
# there are; biases of a transposed convolution for the 2×2 outputs that a convolution would have; the scores
# and sums of attention, which PyTorch's counter counts only on a GPU.
BESIDES = {
    ("onnx-tool", "attention"): 78,
    ("calflops", "conv_transpose"): 16,
    ("torch", "attention"): -2 * 6400,
}


def test_layers_count_as_each_tool_prints() -> None:
    tools = list(MEASURED[0])[3:]
    assert len(tools) == 9
    wrong = []
    for row in MEASURED:
        step = library.layer(row["kind"], tuple(row["shape"]), **row["options"])
        for tool in tools:
            found = amount_of(step, rules_of(WAYS[tool], bugs=True))
            # layers without a rule are not in the numbers, and are noted
            known = 0 if row["kind"] in WAYS[tool].lacks else row[tool]
            if found + BESIDES.get((tool, row["kind"]), 0) != known:
                wrong.append((row["kind"], row["options"], tool, found, row[tool]))
    assert not wrong


def test_multiply_adds_of_every_kind_are_in_convcalcs_own_way_and_in_torchs() -> None:
    for name, cls in KINDS.items():
        options, shape = cls.example
        if cls.merges:
            continue
        step = library.layer(name, shape, **options)
        assert amount_of(step, rules_of(WAYS["convcalc"])) == step.macs, name


def test_transposed_convolutions_are_counted_right_unless_the_bug_is_wanted() -> None:
    # k4 s2 p1, 8 → 16 channels at 16²: 524,288 multiply-adds; torchinfo and thop print four times as many
    step = library.layer(
        "conv_transpose", "8x16x16", out_channels=16, kernel_size=4, stride=2, padding=1, bias=False
    )
    found = {
        tool: [amount_of(step, rules_of(WAYS[tool], bugs=b)) for b in (False, True)]
        for tool in ("torchinfo", "thop", "fvcore")
    }
    assert found == {
        "torchinfo": [524_288, 2_097_152], "thop": [524_288, 2_097_152], "fvcore": [524_288, 524_288],
    }  # fmt: skip


# pycls dev/model_complexity.json: params, flops, acts
PYCLS = {
    "efficientnet_b0": (5288548, 385825092, 6748036),
    "efficientnet_b1": (7794184, 686817992, 10884328),
    "efficientnet_b2": (9109994, 993578282, 13832834),
    "efficientnet_b5": (30389784, 10266426072, 98857400),
    "resnet50_torchvision": (25557032, 4089185256, 11315688),
    "resnet101_torchvision": (44549160, 7801406440, 16433640),
    "resnext50_32x4d": (25028904, 4230480872, 14602216),
    "regnet_x_200mf": (2684792, 199040872, 2164056),
    "regnet_y_400mf": (4344144, 401849056, 3892496),
}


@pytest.mark.parametrize("name", PYCLS)
@pytest.mark.unmeasured
def test_pycls(name: str) -> None:
    found = counted(walked(name), "pycls")
    assert (found.params, found.operations, found.activations) == PYCLS[name]


# convnet-burden README: feature memory in MiB; its batch norms keep a separate map.
BURDEN = {
    "vgg19": 63, "resnet18_torchvision": 23, "resnet34_torchvision": 35, "resnet50": 103, "resnext50_32x4d": 132,
    "densenet121": 126, "densenet201": 196, "inception_v3": 89, "squeezenet1_1": 17,
}  # fmt: skip


@pytest.mark.parametrize("name", BURDEN)
@pytest.mark.unmeasured
def test_memory_as_convnet_burden_prints_it(name: str) -> None:
    assert round((counted(walked(name), "convnet-burden").memory or 0) / 2**20) == BURDEN[name]


def test_operations_as_convnet_burden_prints_them() -> None:
    found = {
        n: round((counted(walked(n), "convnet-burden").operations or 0) / 1e6)
        for n in ("alexnet", "squeezenet1_1")
    }
    assert found == {"alexnet": 727, "squeezenet1_1": 360}


def test_memory_as_other_tools_print_it() -> None:
    # VGG-16: torchinfo's "forward/backward pass size" 108.45 MB, torchsummary's 218.78 (MiB)
    found = [counted(vgg16(), name).memory or 0 for name in ("torchinfo", "torchsummary")]
    assert (round(found[0] / 1e6, 2), round(found[1] / 2**20, 2)) == (108.45, 218.78)


def test_parameters_of_keras_and_of_tf_slim() -> None:
    # Keras 3.15.1 MobileNet: 4,253,864 in total, of them 4,231,976 trainable
    assert counted(walked("mobilenet_v1"), "keras").params == 4_253_864
    # 3.47 M in the table of TF-Slim: 1001 classes, no batch norm
    analysis = library.load("mobilenet_v2", parameters={"classes": 1001}).walk()
    assert counted(analysis, "tf-slim").params == 3_472_041


def test_rules_name_kinds_and_families_that_are_there_and_features_that_are_known() -> None:
    names = {"*", *KINDS, *(cls.family for cls in KINDS.values())}
    for name, way in WAYS.items():
        values = way.memory.values if way.memory else {}
        for rules in (way.operations or {}, way.bugs, values):
            assert set(rules) <= names, name
            assert {feature for terms in rules.values() for feature in terms} <= set(FEATURES), name
        assert set(way.activations) <= names, name
        assert bool(way.bug) == bool(way.bugs), name


def test_a_batch_multiplies_operations() -> None:
    one, four = walked("resnet18_torchvision"), library.load("resnet18_torchvision").walk(4)
    for name in WAYS:
        alone, together = counted(one, name), counted(four, name)
        assert together.operations == (None if alone.operations is None else 4 * alone.operations)
        assert together.params == alone.params


# ------------------------------------------------------------------------------ screens


@pytest.mark.unmeasured
def test_the_screens(convcalc: Run, golden: Callable[[str, str], None]) -> None:
    lines = [
        "count resnet50_torchvision",
        "count alexnet_single --like torchscan",
        "count yolov3_tiny --like darknet",
        "count dcgan_generator --like thop --with-bugs",
        "count vgg11 --like convnet-burden",
        "count lenet5 --like keras",
        "reconcile resnet50 3.8G",
        "reconcile vgg16 58MB",
    ]
    said = [convcalc(*line.split(), watched=True) for line in lines]
    assert [each.code for each in said] == [0] * len(lines)
    golden(
        "count.txt",
        "\n".join(f"$ convcalc {line}\n{run.out}{run.err}" for line, run in zip(lines, said)),
    )


def test_json(convcalc: Run) -> None:
    found = json.loads(convcalc("count", "resnet50_torchvision", "--json").out)
    ways = {way["name"]: way for way in found["ways"]}
    assert set(ways) == set(WAYS)
    assert ways["thop"]["operations"] == 4_133_742_592
    assert ways["keras"]["operations"] is None
    one = json.loads(convcalc("count", "vgg16", "--like", "torch", "--json").out)
    assert (
        one["totals"]["operations"]
        == 30_940_528_640
        == sum(row["operations"] for row in one["layers"])
    )


def test_what_is_not_known_is_said(convcalc: Run, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "{input: [3, 8, 8], layers: [{opaque: {output: [3, 8, 8], type: Warp}}]}", encoding="utf-8"
    )
    ran = convcalc("count", str(path), "--with-bugs")
    assert "note: at least this much: 1 layer of Warp not counted" in ran.out
    assert "note: known bugs of the tools are imitated" in ran.out


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("count lenet5 --like thopp", "--like: no tool 'thopp'; did you mean 'thop'?"),
        (
            "reconcile lenet5 lots",
            "VALUE 'lots': is not a number; write for example 4.13G, 3.47M, 93MB or 25557032",
        ),
        (
            "reconcile lenet5 5XB",
            "VALUE '5XB': is not a number; write for example 4.13G, 3.47M, 93MB or 25557032",
        ),
        (
            "reconcile lenet5 0.0M",
            "VALUE '0.0M': 0 cannot be explained; give the published number",
        ),
    ],
)
def test_what_is_refused(convcalc: Run, line: str, message: str) -> None:
    ran = convcalc(*line.split())
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {message}\n")


# ------------------------------------------------------------------------------ causes

# A published number, then its expected first cause: what was counted, and how.
CAUSES = [
    ("resnet50", "3.8G", "operations", "multiply-adds", "", "cut off"),  # He et al. 2016, Table 1
    ("resnet50_torchvision", "3.8G", "operations", "multiply-adds", "the paper's layout", "cut off"),
    ("resnet50_torchvision", "4.09G", "operations", "multiply-adds", "", "rounded"),  # torchvision
    ("resnet50", "4.09G", "operations", "multiply-adds", "torchvision's layout", "rounded"),
    ("resnet50_torchvision", "4.12G", "operations", "ptflops-pytorch", "", "rounded"),
    ("resnet50_torchvision", "4.11G", "operations", "fvcore", "", "rounded"),
    ("resnet50_torchvision", "4.13G", "operations", "thop", "", "rounded"),
    ("resnet50_torchvision", "8.2G", "operations", "two for each multiply-add", "", "rounded"),
    ("resnet50_torchvision", "8.21G", "operations", "calflops", "", "rounded"),
    ("resnet50_torchvision", "25557032", "params", "weights and biases", "", ""),
    ("resnet18_torchvision", "1.814 GFLOPs", "operations", "multiply-adds", "", "rounded"),
    ("resnet34_torchvision", "3.664G", "operations", "multiply-adds", "", "rounded"),
    ("resnet18", "11.69M", "params", "weights and biases", "torchvision's layout", "rounded"),
    ("mobilenet_v2", "3.47M", "params", "without batch norm", "1001 classes", "rounded"),
    ("mobilenet_v2", "3,504,872", "params", "weights and biases", "", ""),
    ("mobilenet_v2", "300M", "operations", "multiply-adds", "", "cut off"),  # TF-Slim: 300.77 cut off
    ("mobilenet_v2", "0.314G", "operations", "fvcore", "", "rounded"),
    ("mobilenet_v1", "569M", "operations", "multiply-adds", "", "rounded"),
    ("mobilenet_v1", "4.24M", "", "", "", ""),  # printed for 4.23: no count gives it
    ("mobilenet_v1", "4253864", "params", "running statistics", "", ""),
    ("mobilenet_v1", "186M", "operations", "multiply-adds", "input 3×128×128", "rounded"),
    ("efficientnet_b0", "0.39G", "operations", "multiply-adds", "", "rounded"),
    ("efficientnet_b0", "5.3M", "params", "weights and biases", "", "rounded"),
    ("efficientnet_b1", "0.687G", "operations", "multiply-adds", "", "rounded"),
    ("alexnet_single", "0.714G", "operations", "multiply-adds", "", "rounded"),
    ("resnet50_torchvision", "4.116G", "operations", "convnet-burden", "", "rounded"),
    ("alexnet", "61.1M", "params", "weights and biases", "torchvision's single column", "rounded"),
    ("vgg16", "15.47G", "operations", "multiply-adds", "", "rounded"),
    ("vgg16", "30.9G", "operations", "two for each multiply-add", "", "rounded"),
    ("vgg16", "138.36M", "params", "weights and biases", "", "rounded"),
    ("vgg16", "528MB", "memory", "parameters in float32, in units of 1,048,576 bytes", "", "rounded"),
    ("vgg16", "58MB", "memory", "outputs with relu in place, in units", "", "rounded"),
    ("vgg16", "24M", "", "", "", ""),  # CS231n's own rows add up to 15.2 M
    ("vgg16", "93MB", "", "", "", ""),
    ("densenet121", "2.834G", "operations", "multiply-adds", "", "rounded"),
    ("squeezenet1_1", "0.349G", "operations", "multiply-adds", "", "rounded"),
    ("squeezenet1_0", "1.72G", "", "", "", ""),
    ("googlenet", "6,624,904", "params", "weights and biases", "torchvision's layout", ""),
    ("resnext50_32x4d", "4.29G", "operations", "thop", "", "rounded"),
    ("yolov3_tiny", "5.56 BFLOPs", "operations", "two for each multiply-add", "", "rounded"),
]  # fmt: skip


@pytest.mark.unmeasured
@pytest.mark.parametrize(("name", "value", "what", "how", "change", "rounding"), CAUSES)
def test_published_numbers_have_their_cause_first(
    convcalc: Run, name: str, value: str, what: str, how: str, change: str, rounding: str
) -> None:
    ran = convcalc("reconcile", name, value, "--json")
    found = json.loads(ran.out)
    assert found["explained"] == bool(what) == (ran.code == 0)
    if what:
        first = found["causes"][0]
        assert (first["what"], first["change"], first["rounding"]) == (what, change, rounding)
        assert how in first["counted_as"]


PUBLISHED = yaml.safe_load((DATA.parent / "published.yaml").read_text(encoding="utf-8"))


@pytest.mark.unmeasured
def test_numbers_from_many_tables_have_their_cause_first() -> None:
    wrong = []
    for table in PUBLISHED:
        for name, value, what, how in table["rows"]:
            found = found_for(name, [value]).get(value, "")
            if not (found.startswith(f"{what}: ") and how in found) if what else found:
                wrong.append((name, value, how, found))
    assert not wrong


def test_a_linear_layer_at_the_end_is_none_of_mmcvs() -> None:
    analysis = walked("resnet18_torchvision")
    # convolutions, 2 per value of batch norms, relu, the inputs of the two pools
    parts = (1_813_561_344, 4_967_424, 2_308_096, 802_816, 25_088)
    assert counted(analysis, "mmcv").operations == sum(parts)
    way = WAYS["mmcv"]
    assert sum([amount_of(step, rules_of(way)) for step in steps_of(analysis, way)]) == sum(parts)
    assert steps_of(analysis, WAYS["thop"]) == analysis.steps


@pytest.mark.unmeasured
def test_a_number_that_nothing_gives_has_a_nearest_one(convcalc: Run) -> None:
    # TF-Slim prints 317 M for width 0.75; the paper has 325 M, which the layers give
    ran = convcalc("reconcile", "mobilenet_v1", "317M", "--set", "width=24")
    assert ran.code == 1
    assert (
        "note: no way of counting gives 317M; the nearest is 325,400,448 (operations: multiply-adds (papers, "
        "convcalc)), 2.6 % more"
    ) in ran.out
    # 30,940,528,640 becomes 30G only by cutting off, which is too unusual to give it, but it is near
    ran = convcalc("reconcile", "vgg16", "30G")
    assert ran.code == 1
    assert (
        "note: no way of counting gives 30G; the nearest is 30,940,528,640 (operations: two for each multiply-add "
        "(torch, Darknet)), 3.1 % more"
    ) in ran.out


def found_for(name: str, texts: list[str]) -> dict[str, str]:
    """The first causes of the numbers that have one."""

    @cache
    def loaded(other: str, side: int) -> Network:
        return library.load(other or name, input=(3, side, side) if side else None)

    def load(other: str = "", **changed: Any) -> Network:
        return loaded(other, changed.get("input", (0, 0, 0))[1])

    network = library.load(name)
    found = {text: causes(network, read_published(text), load, siblings(name))[0] for text in texts}
    return {text: str(first[0]) for text, first in found.items() if first}


@pytest.mark.unmeasured
def test_random_numbers_have_no_invented_cause() -> None:
    chance = random.Random(4)
    texts = [f"{chance.uniform(1.1, 9.9):.2f}{chance.choice('MG')}" for _ in range(50)]
    assert found_for("alexnet_single", texts) == {}


@pytest.mark.unmeasured
def test_random_amounts_of_memory_are_not_those_of_other_pictures() -> None:
    chance = random.Random(3)
    texts = [f"{chance.uniform(80, 800):.0f}MB" for _ in range(30)]
    found = found_for("alexnet_single", texts)
    assert len(found) <= 5
    assert not [said for said in found.values() if "input" in said]


@pytest.mark.parametrize(
    ("text", "number", "rounded", "cut"),
    [
        ("3.8G", 3_857_973_248, False, True),
        ("3.9G", 3_857_973_248, True, False),
        ("4.13G", 4_133_742_592, True, True),
        ("2.5k", 2_450, True, False),
        ("25,557,032", 25_557_032, True, True),
        ("93 MiB", 93 * 2**20, True, True),
        ("1.5B", 1_500_000_000, True, True),
        ("12 GMACs", 12_000_000_000, True, True),
    ],
)
def test_numbers_as_they_are_printed(text: str, number: int, rounded: bool, cut: bool) -> None:
    published = read_published(text)
    assert (published.rounded(number), published.cut_off(number)) == (rounded, cut)


def test_siblings_are_other_layouts_of_bundled_networks() -> None:
    assert siblings("vgg16") == {"vgg16_bn": "batch norms"}
    assert siblings("googlenet_aux") == {
        "googlenet": "the paper's layout", "googlenet_torchvision": "torchvision's layout",
    }  # fmt: skip
    assert siblings("nowhere.yaml") == {}
