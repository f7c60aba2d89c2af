"""The counts of torchinfo, ptflops, fvcore, thop, calflops, torch, torchscan and onnx-tool, for ``ways.yaml``.

Run it manually with all of them installed; ordinary tests only read its output:

    python tests/sizing/ways_measured.py --write

Each count runs in a separate process, because some of these tools change PyTorch. A convolution is
before each layer, for tools that cannot count a single layer; its count is subtracted.
"""

# mypy: ignore-errors
from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import onnx_tool
import thop
import torch
import torchinfo
import torchscan
import yaml
from calflops import calculate_flops
from fvcore.nn import FlopCountAnalysis
from ptflops import get_model_complexity_info
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

DATA = Path(__file__).parent.parent / "data" / "ways.yaml"
MAP, TOKENS = (8, 6, 6), (10, 32)
PACKAGES = ("torch", "torchinfo", "ptflops", "fvcore", "thop", "calflops", "torchscan", "onnx-tool")


class Attention(nn.Module):
    """PyTorch's self-attention of tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.MultiheadAttention(32, 4, batch_first=True)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.inner(tokens, tokens, tokens, need_weights=False)[0]


class Case(NamedTuple):
    """A layer of convcalc, and the same in PyTorch; tokens are transposed."""

    kind: str
    options: dict[str, Any]
    theirs: nn.Module
    shape: tuple[int, ...] = MAP


CASES = [
    Case("conv", {"out_channels": 4, "kernel_size": 3, "stride": 2}, nn.Conv2d(8, 4, 3, 2)),
    Case("conv_transpose", {"out_channels": 4, "kernel_size": 3, "stride": 2}, nn.ConvTranspose2d(8, 4, 3, 2)),
    Case("batchnorm", {}, nn.BatchNorm2d(8)),
    Case("batchnorm", {"affine": False}, nn.BatchNorm2d(8, affine=False)),
    Case("groupnorm", {"num_groups": 2}, nn.GroupNorm(2, 8)),
    Case("instancenorm", {}, nn.InstanceNorm2d(8)),
    Case("instancenorm", {"affine": True}, nn.InstanceNorm2d(8, affine=True)),
    Case("lrn", {"size": 3}, nn.LocalResponseNorm(3)),
    *[
        Case(kind, {}, theirs)
        for kind, theirs in {
            "relu": nn.ReLU(), "relu6": nn.ReLU6(), "leaky_relu": nn.LeakyReLU(0.1), "prelu": nn.PReLU(),
            "elu": nn.ELU(), "gelu": nn.GELU(), "silu": nn.SiLU(), "hardswish": nn.Hardswish(), "sigmoid": nn.Sigmoid(),
            "hardsigmoid": nn.Hardsigmoid(), "tanh": nn.Tanh(), "mish": nn.Mish(), "softplus": nn.Softplus(),
            "softmax": nn.Softmax(1), "dropout": nn.Dropout(), "global_avgpool": nn.AdaptiveAvgPool2d(1),
            "global_maxpool": nn.AdaptiveMaxPool2d(1),
        }.items()
    ],
    Case("maxpool", {"kernel_size": 3, "stride": 2}, nn.MaxPool2d(3, 2)),
    Case("avgpool", {"kernel_size": 3, "stride": 2}, nn.AvgPool2d(3, 2)),
    Case("adaptive_avgpool", {"output_size": 2}, nn.AdaptiveAvgPool2d(2)),
    Case("adaptive_maxpool", {"output_size": 2}, nn.AdaptiveMaxPool2d(2)),
    Case("upsample", {"scale_factor": 2}, nn.Upsample(scale_factor=2)),
    Case("upsample", {"scale_factor": 2, "mode": "bilinear"}, nn.Upsample(scale_factor=2, mode="bilinear")),
    Case("pixel_shuffle", {"upscale_factor": 2}, nn.PixelShuffle(2)),
    Case("linear", {"out_features": 48, "axis": "channels"}, nn.Linear(32, 48), TOKENS),
    Case("layernorm", {"axes": ["channels"]}, nn.LayerNorm(32), TOKENS),
    Case("attention", {"heads": 4}, Attention(), TOKENS),
]  # fmt: skip


def torchinfo_of(net, image):
    return torchinfo.summary(net, input_data=image, verbose=0).total_mult_adds


def ptflops_of(net, image, backend="aten"):
    shape = tuple(image.shape[1:])
    said = {"as_strings": False, "print_per_layer_stat": False, "verbose": False}
    return get_model_complexity_info(net, shape, backend=backend, **said)[0]


def fvcore_of(net, image):
    return int(FlopCountAnalysis(net, image).total())


def thop_of(net, image):
    return int(thop.profile(net, inputs=(image,), verbose=False)[0])


def calflops_of(net, image):
    said = {"output_as_string": False, "print_results": False, "print_detailed": False}
    return calculate_flops(model=net, input_shape=tuple(image.shape), **said)[0]


def torch_of(net, image):
    with FlopCounterMode(display=False) as counter:
        net(image)
    return counter.get_total_flops()


def torchscan_of(net, image):
    found = torchscan.crawl_module(net, tuple(image.shape[1:]))["totals"]["macs"]
    return found["value"]  # None if it has no rule


def onnx_tool_of(net, image):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.onnx")
        torch.onnx.export(net, (image,), path, dynamo=False)
        graph = onnx_tool.Model(path).graph
        graph.shape_infer(None)
        graph.profile()
    return int(graph.macs[0])


TOOLS = {
    "torchinfo": torchinfo_of,
    "ptflops": ptflops_of,
    "ptflops-pytorch": lambda net, image: ptflops_of(net, image, "pytorch"),
    "fvcore": fvcore_of,
    "thop": thop_of,
    "calflops": calflops_of,
    "torch": torch_of,
    "torchscan": torchscan_of,
    "onnx-tool": onnx_tool_of,
}


@cache
def before(tool: str, shape: tuple[int, ...]) -> int | None:
    """A tool's count for the convolution before a layer."""
    return alone(TOOLS[tool], nn.Sequential(first(shape), nn.Identity()), torch.zeros(1, *shape))


def first(shape: tuple[int, ...]) -> nn.Module:
    """A convolution that keeps the size."""
    convolution = nn.Conv2d if shape == MAP else nn.Conv1d
    return convolution(shape[0], shape[0], 1, bias=False)


def alone(count, net, image):
    """A tool's count, in a separate process; None if it fails."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        found = None
        with contextlib.suppress(BaseException), contextlib.redirect_stdout(io.StringIO()):
            found = count(net.eval(), image)
        os.write(write, json.dumps(found).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as pipe:
        return json.loads(pipe.read() or "null")


def measured(case: Case) -> dict[str, Any]:
    """A case with each tool's count."""
    image = torch.zeros(1, *case.shape)
    ours = case.shape if case.shape == MAP else case.shape[::-1]
    row = {"kind": case.kind, "options": case.options, "shape": list(ours)}
    for name, count in TOOLS.items():
        both, one = (
            alone(count, nn.Sequential(first(case.shape), case.theirs), image),
            before(name, case.shape),
        )
        row[name] = None if both is None or one is None else int(both) - int(one)
    return row


def main() -> None:
    torch.set_num_threads(1)
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    rows = [measured(case) for case in CASES]
    text = f"# Measured with {versions}; written by tests/sizing/ways_measured.py.\n"
    text += "".join(
        f"- {yaml.safe_dump(row, default_flow_style=True, width=10**6, sort_keys=False)}"
        for row in rows
    )
    if "--write" in sys.argv:
        DATA.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
