"""The values that PyTorch keeps for the backward pass, and its multiply-adds there, for ``kept_by_torch.yaml``.

Run it manually with PyTorch installed; ordinary tests only read its output:

    python tests/sizing/torch_kept.py --write
"""

# mypy: ignore-errors
from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
import yaml
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

DATA = Path(__file__).parent.parent / "data" / "kept_by_torch.yaml"
MAP = [4, 8, 8]


class Attention(nn.Module):
    """PyTorch's attention on tokens × channels."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.MultiheadAttention(32, 4, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = x.view(1, 10, 32)
        return self.inner(tokens, tokens, tokens, need_weights=False)[0]


class Case(NamedTuple):
    """A layer of convcalc, and the same in PyTorch."""

    kind: str
    options: dict[str, Any]
    theirs: Callable[..., Any]
    shapes: tuple[list[int], ...] = (MAP,)


CASES = [
    Case("conv", {"out_channels": 6, "kernel_size": 3}, nn.Conv2d(4, 6, 3)),
    Case(
        "conv",
        {"out_channels": 6, "kernel_size": 3, "stride": 2, "padding": 1, "groups": 2},
        nn.Conv2d(4, 6, 3, 2, 1, groups=2),
    ),
    Case("depthwise_conv", {"kernel_size": 3}, nn.Conv2d(4, 4, 3, groups=4)),
    Case("conv_transpose", {"out_channels": 6, "kernel_size": 3}, nn.ConvTranspose2d(4, 6, 3)),
    Case(
        "separable_conv",
        {"out_channels": 6, "kernel_size": 3, "bias": False},
        nn.Sequential(nn.Conv2d(4, 4, 3, groups=4, bias=False), nn.Conv2d(4, 6, 1, bias=False)),
    ),
    Case("linear", {"out_features": 3}, nn.Linear(8, 3), ([8],)),
    Case("batchnorm", {}, nn.BatchNorm2d(4)),
    Case("batchnorm", {"affine": False}, nn.BatchNorm2d(4, affine=False)),
    Case("layernorm", {}, nn.LayerNorm(MAP)),
    Case("layernorm", {"axes": ["w"]}, nn.LayerNorm([8])),
    Case("groupnorm", {"num_groups": 2}, nn.GroupNorm(2, 4)),
    Case("instancenorm", {"affine": True}, nn.InstanceNorm2d(4, affine=True)),
    Case("lrn", {"size": 3}, nn.LocalResponseNorm(3)),
    Case("relu", {}, nn.ReLU(inplace=True)),
    Case("leaky_relu", {}, nn.LeakyReLU(0.1, inplace=True)),
    Case("elu", {}, nn.ELU(inplace=True)),
    Case("selu", {}, nn.SELU(inplace=True)),
    Case("sigmoid", {}, nn.Sigmoid()),
    Case("tanh", {}, nn.Tanh()),
    Case("softmax", {}, nn.Softmax(1)),
    Case("log_softmax", {}, nn.LogSoftmax(1)),
    Case("relu6", {}, nn.ReLU6()),
    Case("hardtanh", {}, nn.Hardtanh()),
    Case("hardsigmoid", {}, nn.Hardsigmoid()),
    Case("hardswish", {}, nn.Hardswish()),
    Case("gelu", {}, nn.GELU()),
    Case("silu", {}, nn.SiLU()),
    Case("mish", {}, nn.Mish()),
    Case("softplus", {}, nn.Softplus()),
    Case("softsign", {}, nn.Softsign()),
    Case("logsigmoid", {}, nn.LogSigmoid()),
    Case("prelu", {}, nn.PReLU(4)),
    Case("clip", {"min": -1, "max": 1}, lambda x: x.clamp(-1, 1)),
    Case("glu", {}, nn.GLU(1)),
    Case("dropout", {"p": 0.5}, nn.Dropout(0.5)),
    Case("dropout", {"p": 0.0}, nn.Dropout(0.0)),
    Case("maxpool", {"kernel_size": 3, "stride": 2}, nn.MaxPool2d(3, 2)),
    Case("avgpool", {"kernel_size": 2}, nn.AvgPool2d(2)),
    Case("lp_pool", {"kernel_size": 2, "norm_type": 2}, nn.LPPool2d(2, 2)),
    Case("adaptive_avgpool", {"output_size": 3}, nn.AdaptiveAvgPool2d(3)),
    Case("adaptive_avgpool", {"output_size": 1}, nn.AdaptiveAvgPool2d(1)),
    Case("adaptive_maxpool", {"output_size": 3}, nn.AdaptiveMaxPool2d(3)),
    Case("global_avgpool", {}, nn.AdaptiveAvgPool2d(1)),
    Case("global_maxpool", {}, nn.AdaptiveMaxPool2d(1)),
    Case("reduce", {"op": "mean", "axes": ["h", "w"]}, lambda x: x.mean((2, 3), keepdim=True)),
    Case("reduce", {"op": "sum", "axes": ["c"]}, lambda x: x.sum(1, keepdim=True)),
    Case("reduce", {"op": "max", "axes": ["h", "w"]}, lambda x: x.amax((2, 3), keepdim=True)),
    Case("pad", {"padding": 1}, nn.ZeroPad2d(1)),
    Case("flatten", {}, nn.Flatten()),
    Case("channel_shuffle", {"groups": 2}, nn.ChannelShuffle(2)),
    Case("pixel_shuffle", {"upscale_factor": 2}, nn.PixelShuffle(2)),
    Case("space_to_depth", {"block_size": 2}, nn.PixelUnshuffle(2)),
    Case("upsample", {"scale_factor": 2}, nn.Upsample(scale_factor=2)),
    Case("resize", {"size": 12, "mode": "bilinear"}, nn.Upsample(size=12, mode="bilinear")),
    Case("permute", {"order": ["h", "w", "c"]}, lambda x: x.permute(0, 2, 3, 1)),
    Case("add", {}, torch.add, (MAP, MAP)),
    Case("subtract", {}, torch.sub, (MAP, MAP)),
    Case("multiply", {}, torch.mul, (MAP, MAP)),
    Case("divide", {}, torch.div, (MAP, MAP)),
    Case("maximum", {}, torch.maximum, (MAP, MAP)),
    Case("minimum", {}, torch.minimum, (MAP, MAP)),
    Case("average", {}, lambda a, b: (a + b) / 2, (MAP, MAP)),
    Case("concat", {}, lambda a, b: torch.cat([a, b], 1), (MAP, MAP)),
    Case("matmul", {}, torch.matmul, (MAP, MAP)),
    Case("attention", {"heads": 4}, Attention(), ([32, 10],)),
]


def _storage(tensor: torch.Tensor) -> int:
    """Where a tensor's memory begins."""
    return tensor.untyped_storage().data_ptr()


def kept(case: Case) -> dict[str, Any]:
    """The saved tensors of one call: input, output, and the size of the others."""
    given = [torch.rand(1, *shape, requires_grad=True) + 0 for shape in case.shapes]
    sources = {_storage(each) for each in given}
    weights, state = set(), set()
    if isinstance(case.theirs, nn.Module):
        weights = {_storage(each) for each in case.theirs.parameters()}
        state = {_storage(each) for each in case.theirs.buffers()}
    saved: list[torch.Tensor] = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        saved.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        out = case.theirs(*given)
    found: dict[str, Any] = {"input": False, "output": False, "values": 0, "indices": 0}
    seen: set[int] = set()
    for tensor in saved:
        place = _storage(tensor)
        if place in seen or place in weights or place in state:
            continue
        seen.add(place)
        if place == _storage(out):
            found["output"] = True
        elif place in sources:
            found["input"] = True
        else:
            number = tensor.untyped_storage().nbytes() // tensor.element_size()
            found["indices" if tensor.dtype == torch.int64 else "values"] += number
    return found


def backward_flops(case: Case) -> int:
    """Operations of the backward pass, two for each multiply-add."""
    given = [torch.rand(1, *shape, requires_grad=True) + 0 for shape in case.shapes]
    out = case.theirs(*given)
    counter = FlopCounterMode(display=False)
    with counter:
        out.sum().backward()
    return int(counter.get_total_flops())


def main() -> None:
    rows = [
        {
            "kind": case.kind,
            "options": case.options,
            "inputs": list(map(list, case.shapes)),
            **kept(case),
            "backward_flops": backward_flops(case),
        }
        for case in CASES
    ]
    head = f"# Measured with PyTorch {torch.__version__.split('+')[0]}; written by tests/sizing/torch_kept.py.\n"
    text = head + "".join(
        f"- {yaml.safe_dump(row, default_flow_style=True, width=1000, sort_keys=False)}"
        for row in rows
    )
    if "--write" in sys.argv:
        DATA.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
