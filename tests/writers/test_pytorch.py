"""PyTorch code: it runs, only on shapes, and gives the formulas' numbers; and it looks hand-written."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import random_layers
from conftest import Ran
from convcalc.analysis.analysis import Analysis
from convcalc.errors import UsageError
from convcalc.interop.writers import WRITERS
from convcalc.interop.writers.python_layout import laid_out
from convcalc.interop.writers.pytorch.helpers import NAMES
from convcalc.interop.writers.pytorch.said import SAYS
from convcalc.layers import Layer, Shape, every
from convcalc.network.load import load, loads
from convcalc.network.network import Network, Node
from strategies import layer_of
from writers.fake_torch import TORCH, Module, Tensor

Run = Callable[..., Ran]
ARCHITECTURES = sorted(
    path.stem for path in (Path(__file__).parents[2] / "architectures").glob("*.yaml")
)
SHOWN = (
    "convnext_t", "densenet121", "efficientnet_b0", "googlenet", "lenet5", "lenet5_1998", "mobilenet_v2", "mobilenet_v3_small",
    "resnet18", "resnet50", "retinanet_resnet50", "unet", "vgg16", "vit_b_16", "wavenet",
)  # fmt: skip


def code_of(analysis: Analysis) -> str:
    return WRITERS["pytorch"].write(analysis).data.decode()


def spec(text: str, head: str = "input: [3, 8, 8]") -> str:
    """The code of some layers in YAML."""
    return code_of(loads(f"{head}\nlayers:\n{text}").walk())


@functools.cache
def written(name: str) -> tuple[Analysis, str]:
    analysis = load(name).walk()
    return analysis, code_of(analysis)


def module_of(code: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of some code: its last class."""
    for name, module in TORCH.items():
        monkeypatch.setitem(sys.modules, name, module)
    room: dict[str, Any] = {"__name__": "written"}
    exec(code, room)
    return [each for each in room.values() if isinstance(each, type)][-1]()


def ran(analysis: Analysis, code: str, monkeypatch: pytest.MonkeyPatch) -> Module:
    """The module, after it ran on the inputs of a network: parameters and outputs must agree."""
    module: Module = module_of(code, monkeypatch)
    out = module(*[Tensor(2, *image.output) for image in analysis.images])
    outs = out if isinstance(out, tuple) else (out,)
    assert [each.shape for each in outs] == [(2, *step.output) for step in analysis.outputs]
    assert module.numel() == analysis.totals["params"]
    return module


def paths_of(analysis: Analysis, code: str, modules: dict[str, Module]) -> dict[str, str]:
    """The path of each layer's module; checks the comment at the top on numbers and names."""
    lines = [line[2:].split(" is ") for line in code.splitlines() if line.startswith("# ")]
    pairs = [(line[1].removesuffix(" in convcalc"), line[0]) for line in lines if len(line) == 2]
    renamed = {name: here.rpartition(".")[2] for name, here in pairs}
    from_0 = "# Numbers begin at 0 here" in code
    found = {}
    for step in analysis:
        name = path = ""
        for word in (step.owner or step).name.split("."):
            name = f"{name}.{word}".lstrip(".")
            here = renamed.get(name, word)
            if here.isdigit() and from_0 and f"{path}.0".lstrip(".") in modules:
                here = str(int(here) - 1)
            path = f"{path}.{here}".lstrip(".")
        if path in modules:
            found[step.name] = path
    return found


# ------------------------------------------------------------------------- the bundled networks


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if name != "ssd300"])
def test_a_bundled_network_has_the_same_parameters_and_shapes(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis, code = written(name)
    module = ran(analysis, code, monkeypatch)
    modules = dict(module.named_modules())
    paths = paths_of(analysis, code, modules)
    for step in analysis:
        if step.name in paths:
            made = modules[paths[step.name]]
            assert made.numel() == (step.owner or step).params, step.name
            outputs = {Tensor(*shape).shape for shape in made.calls}
            assert outputs, step.name
            if not step.layer.references and "[" not in code.split(f"{paths[step.name]}(")[-1][:9]:
                assert (2, *step.output) in outputs or "F.pad" in code, step.name
        else:
            assert not step.params or step.kind == "parameter", step.name


def test_what_nobody_can_say_is_refused_by_name(convcalc: Run) -> None:
    refused = convcalc("export", "ssd300", "--to", "pytorch")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "convcalc: SSD300 (VGG-16): PyTorch cannot express 1 layer; change it, or choose another --to:\n"
        "  normalize: custom: only the size of what L2Normalize gives is known, not what it computes\n"
    )


@pytest.mark.unmeasured
def test_the_linter_and_the_formatter_find_nothing(tmp_path: Path) -> None:
    for name in ARCHITECTURES:
        if name != "ssd300":
            (tmp_path / f"{name}.py").write_text(written(name)[1], encoding="utf-8")
    for at, text in enumerate((*HOSTILE, *FORMS)):
        (tmp_path / f"hostile{at}.py").write_text(spec(text), encoding="utf-8")
    for command in (["check", "--select", "E,F,I,UP,B"], ["format", "--diff"]):
        found = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("name", SHOWN)
def test_the_code_of_networks_that_people_look_at(
    name: str, golden: Callable[[str, str], None]
) -> None:
    golden(f"export/pytorch/{name}.txt", code_of(load(name).walk()))  # not cached: it is measured


def test_resnet50_fits_on_80_lines() -> None:
    assert len(written("resnet50")[1].splitlines()) <= 80


# ------------------------------------------------------------------------------- every kind

UNSAID = {
    "unpool": "no max pool before it has these sizes, so nothing gives the places of the maxima",
    "custom": "only the size of what DeformConv gives is known, not what it computes",
    "opaque": "only the size of what GridSample gives is known, not what it computes",
    "opaque_join": "only the size of what GridSample gives is known, not what it computes",
}


def network_of(layer: Layer, *shapes: Shape) -> Network:
    """A network of one layer, with an input for each shape."""
    names = [f"input{at}" for at in range(len(shapes))]
    node = Node("layer", layer, tuple(range(-1, -len(shapes) - 1, -1)))
    network = Network("One layer", "", shapes[0], [node], input_name=names[0])
    network.more_inputs = dict(zip(names[1:], shapes[1:]))
    return network


@pytest.mark.parametrize("kind", every())
def test_a_kind_is_said_or_refused_by_name(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    options, shape = every()[kind].example
    shapes = [shape] * (1 + every()[kind].merges)
    analysis = network_of(layer_of(kind, **options), *shapes).walk()
    assert kind in SAYS
    if kind in UNSAID:
        with pytest.raises(UsageError) as caught:
            code_of(analysis)
        assert str(caught.value).endswith(f"\n  layer: {kind}: {UNSAID[kind]}")
        return
    ran(analysis, code_of(analysis), monkeypatch)


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", [kind for kind in random_layers.KINDS if kind not in UNSAID])
def test_random_layers_of_a_kind(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = 0
    for seed in range(12):
        layer, shapes = random_layers.Draw(seed).layer(every()[kind])
        analysis = network_of(layer, *shapes).walk()
        try:
            code = code_of(analysis)
        except UsageError:
            continue
        ran(analysis, code, monkeypatch)
        said += 1
    assert said > 3


def test_all_layers_that_cannot_be_said_are_told_at_once() -> None:
    text = """\
  - layernorm: {axes: [c, h]}
  - avgpool: {kernel_size: 2, dilation: 2}
  - opaque: {type: Warp, output: [c, h, w]}
"""
    with pytest.raises(UsageError) as caught:
        spec(text)
    assert str(caught.value) == (
        "<text>: PyTorch cannot express 3 layers; change them, or choose another --to:\n"
        "  layernorm1: layernorm: LayerNorm takes its mean over the last axes, or over one; permute them before it\n"
        "  avgpool1: avgpool: AvgPool takes no dilation, but it is 2\n"
        "  opaque1: opaque: only the size of what Warp gives is known, not what it computes"
    )


REFUSED = {
    "{crop: {size: 1}}\n  - {conv: {out_channels: 1, kernel_size: 1, stride: 4, padding: 2, fit: ceil}}":
        "conv1: conv: all its windows lie on the padding before the map; use less padding",
    "{local_conv: {out_channels: 2, kernel_size: 2, dilation: 2}}":
        "local_conv1: local_conv: its windows are cut out by unfold, which takes no dilation; use dilation 1",
    "{pad: {padding: [[0, 1], 0]}}\n  - {maxpool: {kernel_size: 2, stride: 4, fit: ceil, padding: [0, [0, 1]]}}":
        "maxpool1: maxpool: fit ceil gives (3, 2), and PyTorch (3, 3) with ceil_mode",
    "{avgpool: {kernel_size: 3, padding: [1, [0, 1]], count_include_pad: false}}":
        "avgpool1: avgpool: padding (0, 1, 1, 1) does not count in the mean; PyTorch leaves out only what is "
        "equal on both sides and at most half of the kernel",
    "{layernorm: {axes: [c, h]}}":
        "layernorm1: layernorm: LayerNorm takes its mean over the last axes, or over one; permute them before it",
    "{global_avgpool: {}}\n  - {instancenorm: {}}":
        "instancenorm1: instancenorm: InstanceNorm needs more than one cell in each map",
    "{reshape: {shape: [3, 2, 2, 4, 4]}}\n  - batchnorm":
        "batchnorm1: batchnorm: BatchNorm takes channels and 1 to 3 axes, but gets 4",
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_what_pytorch_has_no_rule_for_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        spec(f"  - {text}")
    assert str(caught.value).splitlines()[1].strip() == said


def test_pools_and_resizing_of_three_axes_and_of_one() -> None:
    for text, said in {
        "{avgpool: {kernel_size: 3, padding: 1}}": "AvgPool3d takes no window wider than the map",
    }.items():
        with pytest.raises(UsageError, match=said):
            spec(f"  - {text}", "input: [3, 8, 8, 2]")
    with pytest.raises(UsageError, match="mode cubic is for pictures in PyTorch; use linear"):
        spec("  - {resize: {size: 4, mode: cubic}}", "input: [3, 8]")


# -------------------------------------------------------------------------------- the code

SAID = {
    "{conv: {out_channels: 4, kernel_size: 3, stride: 2, fit: ceil}}": "self.conv1(F.pad(x, (0, 1, 0, 1)))",
    "{lppool: {kernel_size: 3, ceil_mode: true}}": "self.lppool1(F.pad(x, (0, 1, 0, 1)))",
    "{resize: {scale: 3/2}}": "self.resize1 = nn.Upsample(scale_factor=3 / 2)",
    "{resize: {scale: [2, 1/2], mode: linear}}":
        'self.resize1 = nn.Upsample(scale_factor=(2, 1 / 2), mode="bilinear")',
    "{scale: {bias: true}}": "self.scale1 = Scale(3, bias=True)",
    "{scale: {per_channel: false}}": "self.scale1 = ChannelScale(1)",
    "{scale: {factor: false, bias: true, trainable: false}}":
        "self.scale1 = Scale(3, factor=False, bias=True, trainable=False)",
    "{resize: {size: 5}}": "self.resize1 = nn.Upsample(size=5)",
    "{conv: {out_channels: 4, kernel_size: 3, padding: same, stride: 2}}":
        "self.conv1(F.pad(x, (0, 1, 0, 1)))",
    "{conv: {out_channels: 4, kernel_size: 4, padding: same}}":
        'self.conv1 = nn.Conv2d(3, 4, kernel_size=4, padding="same")',
    "{conv: {out_channels: 4, kernel_size: [3, 1], padding: [1, 0], bias: false}}":
        "self.conv1 = nn.Conv2d(3, 4, kernel_size=(3, 1), padding=(1, 0), bias=False)",
    "{maxpool: {kernel_size: 3, stride: 2, padding: same}}":
        'self.maxpool1(F.pad(x, (0, 1, 0, 1), value=float("-inf")))',
    "{conv_transpose: {out_channels: 2, kernel_size: 3, stride: 2, padding: same}}":
        "self.conv_transpose1(x)[:, :, :16, :16]",
    "{batchnorm: {scale: false}}": 'self.batchnorm1 = without(nn.BatchNorm2d(3), "weight")',
    "{layernorm: {shift: false}}": 'without(nn.LayerNorm((3, 8, 8)), "bias")',
    "{clip: {min: 0}}": "return x.clamp(min=0.0)",
    "{slice: {into: 3, take: 1}}": "return x.chunk(3, dim=1)[1]",
    "{slice: {start: 1, stop: -1, step: 2, axis: h}}": "return x[:, :, 1:7:2]",
    "{crop: {padding: [1, [0, 2]]}}": "return x[:, :, 1:7, :6]",
    "{pad: {padding: 1, channels: [0, 2]}}": "return F.pad(x, (1, 1, 1, 1, 0, 2))",
    "{pad: {channels: [0, 2]}}": "self.pad1 = PadChannels(0, 2)",
    "{reduce: {op: max, axes: [h], keep: false}}": "return x.amax(dim=2)",
    "{permute: {order: [1, 2, 0]}}": "return x.permute(0, 2, 3, 1)",
    "{pixel_shuffle: {upscale_factor: 1, order: onnx}}": "regroup(x, (1, 1, 3, 8, 8), (0, 3, 4, 1, 5, 2), (3, 8, 8))",
    "{average: [[], [relu]]}": "return (x + self.relu1(x)) / 2",
    "{divide: [[{subtract: [[], []]}], [{add: [[], []]}]]}": "return (x - x) / (x + x)",
    "{maximum: [[], [relu], []]}": "return torch.maximum(torch.maximum(x, self.relu1(x)), x)",
    "{matmul: {transpose_b: true, paths: [[], [{subtract: [[], []]}]]}}": "return x @ (x - x).mT",
    "{resize: {like: input, mode: linear, align_corners: true}}":
        'F.interpolate(x, size=x.shape[2:], mode="bilinear", align_corners=True)',
    "{pad: {like: input, channels: [1, 0]}}": "return pad_like(x, x, channels=(1, 0))",
    "{channel_shuffle: {groups: 3}}": "self.channel_shuffle1 = nn.ChannelShuffle(3)",
    "flatten\n  - {channel_shuffle: {groups: 3}}": "self.flatten1(x).reshape(-1, 3, 64).mT.reshape(-1, 192)",
    "{space_to_depth: {block_size: 2, order: focus}}":
        "regroup(x, (3, 4, 2, 4, 2), (0, 5, 3, 1, 2, 4), (12, 4, 4))",
    "{local_conv: {out_channels: 2, kernel_size: 3, padding: 1}}": "self.local_conv1(F.pad(x, (1, 1, 1, 1)))",
    "{attention: {heads: 3, key_dim: 2}}":
        "self.attention1 = WideAttention(3, 3, kv_heads=3, key_dim=2, value_dim=2)",
    "{linear: {out_features: 4, axis: h}}": "self.linear1 = LinearAlong(8, 4, dim=2)",
    "{linear: {out_features: 4, axis: -1}}": "self.linear1 = nn.Linear(8, 4)",
    "{crop: {like: input, offset: 0}}": "return crop_like(x, x, offset=0)",
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), SAID.items())
def test_layers_that_need_more_than_a_module(
    text: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis = loads(f"input: [3, 8, 8]\nlayers:\n  - {text}").walk()
    code = code_of(analysis)
    assert said in code
    ran(analysis, code, monkeypatch)


def test_weights_that_are_shared_are_one_module(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
  - conv: {name: a, out_channels: 3, kernel_size: 3, padding: 1}
  - relu
  - conv: {name: b, out_channels: 3, kernel_size: 3, padding: 1, weights: a}
  - {name: tail, layers: [relu, {conv: {name: c, out_channels: 3, kernel_size: 3, weights: a}}]}
"""
    analysis = loads(f"input: [3, 8, 8]\nlayers:{text}").walk()
    code = code_of(analysis)
    assert code.count("nn.Conv2d") == 2
    assert code.count("self.a(") == 2
    assert 'self.tail["c"].weight = self.a.weight\n' in code
    assert ran(analysis, code, monkeypatch).numel() == 84


def test_an_unpooling_takes_the_places_of_the_last_pool_of_its_sizes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = """
  - {name: down1, layers: [{conv: {out_channels: 4, kernel_size: 1}}, {maxpool: {kernel_size: 2}}]}
  - {name: down2, layers: [{conv: {out_channels: 4, kernel_size: 1}}, {maxpool: {kernel_size: 2}}]}
  - conv: {out_channels: 4, kernel_size: 1}
  - {name: up2, layers: [{unpool: {kernel_size: 2}}, {conv: {out_channels: 4, kernel_size: 1}}]}
  - maxpool: {kernel_size: 3, stride: 1, padding: 1}
  - unpool: {kernel_size: 3, stride: 1, padding: 1}
  - {name: up1, layers: [{unpool: {kernel_size: 2}}, {conv: {out_channels: 4, kernel_size: 1}}]}
"""
    analysis = loads(f"input: [3, 8, 8]\nlayers:{text}").walk()
    code = code_of(analysis)
    assert "self.maxpool1 = nn.MaxPool2d(kernel_size=2, return_indices=True)" in code
    assert code[code.index("class Text") :].endswith(TAKEN_BACK)
    ran(analysis, code, monkeypatch)
    with pytest.raises(UsageError, match="no max pool before it has these sizes"):
        spec("  - {maxpool: {kernel_size: 2}}\n  - {unpool: {kernel_size: 3}}")


TAKEN_BACK = """\
    def forward(self, x):
        x, down1_places = self.down1(x)
        x, down2_places = self.down2(x)
        x = self.conv1(x)
        x, maxpool1_places = self.maxpool1(self.up2(x, down2_places))
        return self.up1(self.unpool1(x, maxpool1_places), down1_places)
"""


def test_a_block_that_is_another_once_more_is_called_twice() -> None:
    code = written("retinanet_resnet50")[1]
    assert code.count("self.classes3(") == 5
    assert "classes4 = self.classes3(" in code


def test_several_inputs_and_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
input: {image: [3, 8, 8], mask: [1, 8, 8]}
layers:
  - conv: {name: a, out_channels: 4, kernel_size: 3, padding: 1}
  - multiply: [[], [{from: mask}]]
  - conv: {name: edges, out_channels: 2, kernel_size: 1}
  - from: a
  - conv: {name: classes, out_channels: 5, kernel_size: 1}
outputs: {where: edges, what: classes}
"""
    analysis = loads(text).walk()
    code = code_of(analysis)
    assert "def forward(self, image, mask):" in code
    assert code.endswith("        return where, what\n")
    ran(analysis, code, monkeypatch)


def test_parameters_that_stand_by_themselves_have_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
  - concat: {paths: [[], [{parameter: {name: token, shape: [3, 8, 1]}}], []], axis: w}
  - add: [[], [{parameter: {shape: [3, 8, 17], trainable: false}}]]
"""
    analysis = loads(f"input: [3, 8, 8]\nlayers:{text}").walk()
    code = code_of(analysis)
    assert "self.token.expand(len(x), -1, -1, -1)" in code
    assert "nn.Parameter(torch.zeros(1, 3, 8, 17), requires_grad=False)" in code
    ran(analysis, code, monkeypatch)


# -------------------------------------------------------------------------------- structure


def conv(**options: Any) -> Any:
    return layer_of("conv", out_channels=3, kernel_size=1, **options)


def graph(*nodes: tuple[str, Any, tuple[int, ...]], **more: Any) -> Analysis:
    """A network of nodes, each with its name, its layer and its inputs."""
    return Network("Woven", "", (3, 8, 8), [Node(*node) for node in nodes], **more).walk()


def test_groups_that_cannot_run_at_once_are_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    relu = layer_of("relu")
    analysis = graph(
        ("in.a", conv(), (-1,)),
        ("out.b", conv(), (0,)),
        ("in.c", conv(), (1,)),
        ("list.0", relu, (2,)),
        ("list.1", conv(), (2,)),
        ("sum", layer_of("add"), (3, 4)),
        ("rest.7", relu, (5,)),
        ("rest.9", relu, (6,)),
        ("twice.relu", relu, (7,)),
        ("between", conv(), (8,)),
        ("twice.relu_2", relu, (9,)),
        ("only.functions", layer_of("reshape", shape=(3, 64)), (10,)),
    )
    code = code_of(analysis)
    paths = dict(ran(analysis, code, monkeypatch).named_modules())
    assert {"in_.a", "in_.c", "out.b", "list.0", "list.1", "rest.7", "rest.9", "twice"} < {*paths}
    assert 'self.in_["a"](x)' in code
    assert "self.list[0](in__c) + self.list[1](in__c)" in code
    assert code.count("self.twice(") == 2
    assert "only" not in paths


def test_what_only_dead_layers_read_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = graph(
        ("a.one", conv(), (-1,)),
        ("a.two", conv(), (0,)),
        ("b.dead", layer_of("add"), (0, 1)),
        ("b.one", conv(), (1,)),
        outputs={"end": 3},
    )
    ran(analysis, code_of(analysis), monkeypatch)


def test_numbers_that_are_no_list_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    relu = layer_of("relu")
    analysis = graph(
        ("a.0", layer_of("maximum"), (-1, -1)),
        ("a.1", relu, (-1,)),
        ("b.0", relu, (0,)),
        ("b.x", relu, (1,)),
        ("b.0.c", relu, (1,)),
        ("c.0.0", relu, (2,)),
        ("c.0.1", relu, (3,)),
        ("end", layer_of("add"), (0, 4, 5, 6)),
    )
    code = code_of(analysis)
    paths = dict(ran(analysis, code, monkeypatch).named_modules())
    assert {"a.1", "b.block0", "b.block0_2.c", "c.0.0", "c.0.1"} < {*paths}


def test_groups_that_wait_for_each_other_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = graph(
        ("a.one", conv(), (-1,)),
        ("b.two", conv(), (-1,)),
        ("b.one", conv(), (0,)),
        ("a.two", conv(), (1,)),
        ("sum", layer_of("add"), (2, 3)),
    )
    code = code_of(analysis)
    assert 'return self.b["one"](y) + self.a["two"](x)\n' in code
    ran(analysis, code, monkeypatch)


def test_groups_inside_that_wait_for_each_other_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = graph(
        ("g.a.one", conv(), (-1,)),
        ("h.b.two", conv(), (-1,)),
        ("h.b.one", conv(), (0,)),
        ("g.a.two", conv(), (1,)),
        ("sum", layer_of("add"), (2, 3)),
    )
    ran(analysis, code_of(analysis), monkeypatch)


def test_a_block_comes_after_what_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = graph(
        ("a.one", conv(), (-1,)), ("x", conv(), (-1,)), ("a.two", layer_of("add"), (0, 1))
    )
    code = code_of(analysis)
    assert code.endswith("        y = self.x(x)\n        return self.a(x, y)\n")
    ran(analysis, code, monkeypatch)


def test_groups_that_are_woven_too_far_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = [("a.one", conv(), (-1,)), ("b", conv(), (-1,)), ("a.two", conv(), (0,)), ("c", layer_of("add"), (1, 2))]  # fmt: skip
    assert "class A(nn.Sequential)" in code_of(graph(*nodes))
    monkeypatch.setattr("convcalc.interop.writers.pytorch.tree._MOST_WOVEN", -80)
    analysis = graph(*nodes)
    code = code_of(analysis)
    assert "self.a = nn.ModuleDict(" in code
    ran(analysis, code, monkeypatch)


def test_weights_of_a_block_that_is_open_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = graph(
        ("h1.a", conv(), (-1,)),
        ("x", conv(), (0,)),
        ("h1.b", conv(), (1,)),
        ("h2.a", conv(), (2,)),
        ("y", conv(), (3,)),
        ("h2.b", conv(), (4,)),
        ("h3.a", conv(), (5,)),
        shared={3: 0, 5: 2, 6: 0},
    )
    code = code_of(analysis)
    assert code.count('self.h1["a"](') == 3
    ran(analysis, code, monkeypatch)


def test_blocks_that_share_some_weights_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = graph(
        ("h1.a", conv(), (-1,)),
        ("h1.b", conv(), (0,)),
        ("h2.a", conv(), (1,)),
        ("h2.b", conv(), (2,)),
        shared={2: 0},
    )
    code = code_of(analysis)
    assert 'self.h2 = nn.ModuleDict({"b": nn.Conv2d(3, 3, kernel_size=1)})' in code
    ran(analysis, code, monkeypatch)


def test_weights_under_other_options_are_tied_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    one = layer_of("separable_conv", out_channels=3, kernel_size=3, padding=1)
    other = layer_of("separable_conv", out_channels=3, kernel_size=3)
    with pytest.raises(UsageError) as caught:
        code_of(graph(("a", one, (-1,)), ("b", other, (0,)), shared={1: 0}))
    assert str(caught.value).splitlines()[1] == (
        "  b: separable_conv: it shares bias and depthwise_weight and pointwise_weight with a, but has other "
        "options; give both the same"
    )


def test_layers_that_nothing_needs_are_there_and_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    analysis = graph(
        ("a", conv(), (-1,)), ("dead", conv(), (0,)), ("b", conv(), (0,)), outputs={"end": 2}
    )
    code = code_of(analysis)
    assert "self.dead = " in code
    assert "self.dead(" not in code
    ran(analysis, code, monkeypatch)


def test_repeats_are_loops_and_numbers_that_grow_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    code = written("densenet121")[1]
    assert "nn.Sequential(*[DenseLayer(64 + 32 * i) for i in range(6)])" in code
    text = """
  - {name: stack, repeat: 3, layers: [{conv: {out_channels: 3, kernel_size: 3}}, relu]}
  - {name: down, repeat: {i: 3}, layers: [{conv: {out_channels: 9 - 2*$i, kernel_size: 1}}, relu]}
"""
    analysis = loads(f"input: [3, 8, 8]\nlayers:{text}").walk()
    code = code_of(analysis)
    assert "for _ in range(3)" in code
    ran(analysis, code, monkeypatch)
    sizes = [3, 5, 7, 9, 4, 6, 7, 7]
    convs = [
        (f"a.{at}", layer_of("conv", out_channels=3, kernel_size=size, padding="same"), (at - 1,))
        for at, size in enumerate(sizes)
    ]
    code = code_of(graph(*convs))
    loops = [line.strip() for line in code.splitlines() if "kernel_size" in line]
    assert loops == [
        '*[nn.Conv2d(3, 3, kernel_size=3 + 2 * i, padding="same") for i in range(4)],',
        'nn.Conv2d(3, 3, kernel_size=4, padding="same"),',
        'nn.Conv2d(3, 3, kernel_size=6, padding="same"),',
        '*[nn.Conv2d(3, 3, kernel_size=7, padding="same") for _ in range(2)],',
    ]


def test_lists_of_modules_that_are_equal_are_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    add = layer_of("add")
    analysis = graph(
        ("m.0", conv(), (-1,)), ("m.1", conv(), (-1,)), ("m.2", conv(), (-1,)), ("sum", add, (0, 1, 2))
    )  # fmt: skip
    code = code_of(analysis)
    assert "nn.ModuleList(nn.Conv2d(3, 3, kernel_size=1) for _ in range(3))" in code
    ran(analysis, code, monkeypatch)


def test_names_are_those_of_an_imported_file() -> None:
    nodes = [
        Node("features.0", layer_of("conv", out_channels=4, kernel_size=3), (-1,)),
        Node("features.1", layer_of("relu"), (0,)),
        Node("layer1.0.conv1", layer_of("conv", out_channels=4, kernel_size=1), (1,)),
        Node("layer1.0.add", layer_of("add"), (2, 1)),
        Node("layer1.1.conv1", layer_of("conv", out_channels=4, kernel_size=1), (3,)),
        Node("layer1.1.add", layer_of("add"), (4, 3)),
        Node("classifier.0", layer_of("flatten"), (5,)),
        Node("classifier.1", layer_of("linear", out_features=2), (6,)),
    ]
    code = code_of(Network("Imported", "", (3, 8, 8), nodes).walk())
    assert "Numbers begin" not in code
    assert "self.features = nn.Sequential(nn.Conv2d(3, 4, kernel_size=3), nn.ReLU())" in code
    assert "self.layer1 = nn.Sequential(*[Layer1Block() for _ in range(2)])" in code.replace(
        "LayerBlock", "Layer1Block"
    )


LONG = "a" * 60
LAID_OUT = {
    f"{LONG}{LONG}": [f"x = {LONG}{LONG}"],
    f"{LONG}.{LONG}()": [f"x = {LONG}.{LONG}()"],
    f"{LONG}, {LONG}": ["x = (", f"    {LONG},", f"    {LONG},", ")"],
    f"{LONG} + f(a, b) * {LONG}": ["x = (", f"    {LONG}", f"    + f(a, b) * {LONG}", ")"],
    f"{LONG} * a / f({LONG})": ["x = (", f"    {LONG}", "    * a", f"    / f({LONG})", ")"],
    f"f({LONG}, [{LONG}, b])": ["x = f(", f"    {LONG},", f"    [{LONG}, b],", ")"],
    f"f([{LONG}, {LONG}])": ["x = f(", "    [", f"        {LONG},", f"        {LONG},", "    ]", ")"],
    f"f({LONG}, (b + {LONG}))": ["x = f(", f"    {LONG},", f"    (b + {LONG}),", ")"],
    f"f({LONG}{LONG}": ["x = (", f"    f({LONG}{LONG}", ")"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), LAID_OUT.items())
def test_long_expressions_are_laid_out(text: str, lines: list[str]) -> None:
    assert list(laid_out(text, 0, "x = ")) == lines
    fits = f"{LONG} + {'a' * 20}"
    assert list(laid_out(fits, 0, "return ")) == ["return (", f"    {fits}", ")"]


# -------------------------------------------------------------------------------- hostile names

HOSTILE = (
    '  - conv: {name: \'"; import os\', out_channels: 3, kernel_size: 1}\n  - relu: {name: "x)"}',
    "  - {name: half, layers: [{conv: {name: forward, out_channels: 3, kernel_size: 1}}]}",
    "  - {name: lambda, layers: [{conv: {name: l, out_channels: 3, kernel_size: 1}}, relu]}\n"
    "  - add: [[relu], [{relu: {name: O}}]]",
    "  - conv: {name: torch, out_channels: 3, kernel_size: 1}\n"
    "  - add: [[{relu: {name: nn}}], [{sigmoid: {name: F}}]]\n  - relu: {name: '変換'}",
    "  - {name: Sequential, layers: [relu, {name: RBF, layers: [{conv: {out_channels: 3, kernel_size: 1}}]}]}",
)  # fmt: skip
FORMS = (
    "  - conv: {name: %s, out_channels: 3, kernel_size: 1}\n  - add: [[], [relu]]"
    % ("long_name" * 10),
    "  - concat: [[{conv: {name: a_rather_long_name_of_a_layer_number_1, out_channels: 3, kernel_size: 1}}],"
    " [{conv: {name: a_rather_long_name_of_a_layer_number_2, out_channels: 3, kernel_size: 1}}]]\n"
    "  - add: [[{conv: {name: another_rather_long_name_of_a_layer_number_1, out_channels: 3, kernel_size: 1}}],"
    " [{conv: {name: another_rather_long_name_of_a_layer_number_2, out_channels: 3, kernel_size: 1}}]]",
    *[f"  - {text}" for text in SAID],
)


@pytest.mark.parametrize("text", HOSTILE)
def test_names_of_strangers_are_only_names(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = loads(f"input: [3, 8, 8]\nlayers:\n{text}").walk()
    code = code_of(analysis)
    ran(analysis, code, monkeypatch)
    imported = [each for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Import)]
    assert {alias.name for each in imported for alias in each.names} <= {
        "torch", "torch.nn.functional", "math",
    }  # fmt: skip


def test_a_name_and_a_source_of_a_stranger_are_comments() -> None:
    head = 'name: "class X:\\n  pass"\nsource: "a\\nimport os\\r# noqa"\ninput: [3, 8, 8]'
    code = spec("  - relu", head)
    assert code.splitlines()[:2] == [
        "# class X:\\n pass",
        "# Source: a\\nimport os\\r# noqa",
    ]
    assert "class ClassXNPass(nn.Sequential):" in code
    for name in sorted(NAMES)[:3]:
        assert f"class {name}2(" in spec("  - relu", f"name: {name}\ninput: [3, 8, 8]")
    assert "class Net(" in spec("  - relu", "name: '…'\ninput: [3, 8, 8]")


def test_names_that_are_longer_than_a_line_are_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = loads(f"name: {'N' * 90}\ninput: [3, 8, 8]\nlayers:\n{FORMS[0]}").walk()
    code = code_of(analysis)
    assert code.startswith("# ruff: noqa: E501 - some names are long\n")
    assert f"\nclass {'N' * 60}(" in code
    ran(analysis, code, monkeypatch)


def test_many_names_that_are_others_are_told_in_short() -> None:
    names = [f"a-{number}" for number in range(25)]
    code = spec("\n".join(f"  - relu: {{name: {name}}}" for name in names))
    assert "# a_0 is a-0 in convcalc\n" in code
    assert "# and 5 more are renamed in the same way\n" in code
