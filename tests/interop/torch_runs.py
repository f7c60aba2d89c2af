"""Exported programs of many modules, compared with PyTorch; needs torch, so no test runs it.

Run it in an environment with torch and the packages that convcalc needs: ``python tests/interop/torch_runs.py [WORD]``.
It compares parameters and buffers with the module's own, and multiply-adds with torch.utils.flop_counter.
"""

# mypy: ignore-errors
from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as nnf
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from convcalc.errors import ConvcalcError
from convcalc.interop.load import loads

X = torch.zeros
torch.backends.mha.set_fastpath_enabled(False)  # PyTorch does not count its operations


class Fn(nn.Module):
    """Modules by name, and a function of them and the inputs."""

    def __init__(self, run: Any, **parts: Any) -> None:
        super().__init__()
        self.run = run
        for name, part in parts.items():
            if isinstance(part, torch.Tensor) and not isinstance(part, nn.Parameter):
                self.register_buffer(name, part)
            else:
                setattr(self, name, part)

    def forward(self, *inputs: Any) -> Any:
        return self.run(self, *inputs)


class Gate(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        self.pool, self.a, self.b = (
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(c, c // 4, 1),
            nn.Conv2d(c // 4, c, 1),
        )

    def forward(self, x: Any) -> Any:
        return x * torch.sigmoid(self.b(nnf.relu(self.a(self.pool(x)))))


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = (
            nn.Conv2d(3, 8, 3, padding=1),
            nn.Conv2d(8, 16, 3, padding=1),
            nn.Conv2d(24, 8, 3, padding=1),
        )

    def forward(self, x: Any) -> Any:
        one = nnf.relu(self.a(x))
        two = nnf.relu(self.b(nnf.max_pool2d(one, 2)))
        up = nnf.interpolate(two, size=one.shape[-2:], mode="bilinear", align_corners=False)
        return self.c(torch.cat([one, up], 1))


class ViT(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 32, 8, 8)
        self.token = nn.Parameter(X(1, 1, 32))
        self.place = nn.Parameter(X(1, 17, 32))
        layer = nn.TransformerEncoderLayer(
            32, 4, 64, batch_first=True, activation="gelu", norm_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm, self.head = nn.LayerNorm(32), nn.Linear(32, 10)

    def forward(self, x: Any) -> Any:
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.place
        return self.head(self.norm(self.blocks(x))[:, 0])


class Window(nn.Module):
    """A block of Swin: shifted windows with a table of positions."""

    def __init__(self, c: int = 16, heads: int = 4, w: int = 4, shift: int = 2) -> None:
        super().__init__()
        self.heads, self.w, self.shift = heads, w, shift
        self.qkv, self.proj, self.norm = nn.Linear(c, 3 * c), nn.Linear(c, c), nn.LayerNorm(c)
        self.table = nn.Parameter(X((2 * w - 1) ** 2, heads))
        self.register_buffer("index", torch.zeros(w**4, dtype=torch.long))

    def forward(self, x: Any) -> Any:
        n, h, width, c = x.shape
        w, short = self.w, x
        x = torch.roll(self.norm(x), (-self.shift, -self.shift), (1, 2))
        x = x.view(n, h // w, w, width // w, w, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, w * w, c)
        qkv = (
            self.qkv(x)
            .reshape(x.shape[0], w * w, 3, self.heads, c // self.heads)
            .permute(2, 0, 3, 1, 4)
        )
        q, k, v = qkv[0], qkv[1], qkv[2]
        scores = (q * 0.5) @ k.transpose(-2, -1)
        bias = (
            self.table[self.index].view(w * w, w * w, -1).permute(2, 0, 1).contiguous().unsqueeze(0)
        )
        scores = nnf.softmax(scores + bias, -1)
        x = self.proj((scores @ v).transpose(1, 2).reshape(x.shape[0], w * w, c))
        x = x.view(n, h // w, width // w, w, w, c).permute(0, 1, 3, 2, 4, 5).reshape(n, h, width, c)
        return short + torch.roll(x, (self.shift, self.shift), (1, 2))


class Lstm(nn.Module):
    def __init__(self, kind: Any, **how: Any) -> None:
        super().__init__()
        self.rnn = kind(8, 12, batch_first=True, **how)
        self.fc = nn.Linear(12 * (2 if how.get("bidirectional") else 1), 5)

    def forward(self, x: Any) -> Any:
        return self.fc(self.rnn(x)[0][:, -1])


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.bn = nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8)

    def forward(self, x: Any) -> Any:
        return self.bn(self.conv(self.conv(x)))


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.emb, self.place, self.head = (
            nn.Embedding(50, 16),
            nn.Embedding(9, 16),
            nn.Linear(16, 50, bias=False),
        )
        self.head.weight = self.emb.weight
        self.register_buffer("mask", torch.zeros(9, 9))
        self.mha = nn.MultiheadAttention(16, 4, batch_first=True)

    def forward(self, x: Any) -> Any:
        e = self.emb(x) + self.place(torch.arange(x.shape[1]))
        a, _ = self.mha(e, e, e, attn_mask=self.mask, need_weights=False)
        return self.head(e + a)


class LayerNorm2d(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(c)), nn.Parameter(X(c))

    def forward(self, x: Any) -> Any:
        mean = x.mean(1, keepdim=True)
        var = (x - mean).pow(2).mean(1, keepdim=True)
        x = (x - mean) / torch.sqrt(var + 1e-6)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


class Shuffle(nn.Module):
    def forward(self, x: Any) -> Any:
        n, c, h, w = x.shape
        return x.view(n, 4, c // 4, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


def seq(*parts: Any) -> nn.Module:
    return nn.Sequential(*parts)


def modules() -> Iterator[tuple[str, nn.Module, tuple[Any, ...]]]:
    """Modules of many kinds, each with an example."""
    c, bn = nn.Conv2d, nn.BatchNorm2d
    yield (
        "conv1d",
        seq(
            nn.Conv1d(3, 8, 5, 2, 2),
            nn.BatchNorm1d(8),
            nn.ReLU(),
            nn.AvgPool1d(2),
            nn.Flatten(),
            nn.Linear(64, 4),
        ),
        (X(2, 3, 32),),
    )
    yield (
        "conv3d",
        seq(
            nn.Conv3d(1, 4, 3, padding=1),
            nn.BatchNorm3d(4),
            nn.MaxPool3d(2),
            nn.AdaptiveAvgPool3d(1),
            nn.Flatten(),
            nn.Linear(4, 2),
        ),
        (X(1, 1, 8, 8, 8),),
    )
    yield (
        "transposed",
        seq(
            nn.ConvTranspose2d(8, 4, 4, 2, 1),
            nn.ReLU(),
            nn.ConvTranspose2d(4, 2, 3, 2, 1, output_padding=1, groups=2, bias=False),
            nn.ConvTranspose1d(1, 1, 1) if 0 else nn.Tanh(),
        ),
        (X(3, 8, 5, 5),),
    )
    yield "transposed1d", seq(nn.ConvTranspose1d(8, 4, 4, 2, 1, dilation=2)), (X(2, 8, 9),)
    yield (
        "depthwise",
        seq(c(8, 16, 3, groups=8, padding="same"), bn(16), nn.ReLU6(), c(16, 4, 1), nn.Hardswish()),
        (X(1, 8, 12, 12),),
    )
    yield (
        "dilated",
        seq(
            c(4, 8, 3, dilation=3, padding=3, groups=2),
            nn.LeakyReLU(0.2),
            c(8, 8, (1, 3), stride=(1, 2), padding=(0, 1)),
        ),
        (X(2, 4, 20, 21),),
    )
    yield (
        "ceil",
        seq(
            c(3, 8, 3),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False),
            nn.AdaptiveMaxPool2d(3),
        ),
        (X(1, 3, 32, 33),),
    )
    yield "unet", UNet(), (X(2, 3, 34, 38),)
    yield "vit", ViT(), (X(2, 3, 32, 32),)
    yield "vit1", ViT(), (X(1, 3, 32, 32),)
    yield "swin", Window(), (X(2, 8, 8, 16),)
    yield "swin1", Window(), (X(1, 8, 8, 16),)
    yield "lstm", Lstm(nn.LSTM), (X(3, 7, 8),)
    yield "gru", Lstm(nn.GRU, num_layers=2, bidirectional=True), (X(3, 7, 8),)
    yield "rnn", Lstm(nn.RNN, bias=False), (X(1, 7, 8),)
    yield "lstmproj", Fn(lambda m, x: m.r(x)[1][0], r=nn.LSTM(8, 12, proj_size=5)), (X(7, 3, 8),)
    yield "twice", Twice(), (X(1, 8, 6, 6),)
    yield "tied", Tied(), (X(2, 9, dtype=torch.long),)
    yield "tied1", Tied(), (X(1, 9, dtype=torch.long),)
    yield "gate", seq(c(3, 16, 3), Gate(16), Gate(16)), (X(2, 3, 9, 9),)
    yield "glu", Fn(lambda m, x: nnf.glu(m.c(x), 1), c=nn.Conv1d(3, 8, 3)), (X(2, 3, 10),)
    yield "glu-last", Fn(lambda m, x: nnf.glu(m.c(x)), c=nn.Linear(6, 8)), (X(2, 3, 6),)
    yield (
        "two-in",
        Fn(lambda m, x, y: (m.a(x) + m.b(y), m.a(x)), a=nn.Linear(6, 8), b=nn.Linear(4, 8)),
        (X(2, 6), X(2, 4)),
    )
    yield (
        "nested",
        Fn(lambda m, x: {"a": (x + 1, [m.c(x), m.c(x).mean((2, 3))])}, c=c(3, 4, 1)),
        (X(2, 3, 5, 5),),
    )
    yield (
        "functional",
        Fn(
            lambda m, x: nnf.linear(nnf.relu(nnf.conv2d(x, m.w, m.b, padding=1)).mean((2, 3)), m.v),
            w=nn.Parameter(X(4, 3, 3, 3)),
            b=nn.Parameter(X(4)),
            v=nn.Parameter(X(5, 4)),
        ),
        (X(2, 3, 5, 5),),
    )
    yield "layernorm2d", seq(c(3, 8, 4, 4), LayerNorm2d(8), nn.GELU()), (X(2, 3, 16, 16),)
    yield "shuffle", seq(c(3, 8, 1), Shuffle(), c(8, 8, 3, groups=4)), (X(2, 3, 9, 9),)
    yield (
        "shuffle-op",
        seq(c(3, 8, 1), nn.ChannelShuffle(2), nn.PixelShuffle(2), nn.PixelUnshuffle(2)),
        (X(1, 3, 8, 8),),
    )
    yield (
        "norms",
        seq(
            c(3, 8, 1),
            nn.GroupNorm(2, 8),
            nn.InstanceNorm2d(8, affine=True),
            nn.InstanceNorm2d(8),
            nn.LayerNorm([8, 5, 5]),
            bn(8, affine=False),
            bn(8, track_running_stats=False),
            nn.LocalResponseNorm(3),
        ),
        (X(2, 3, 5, 5),),
    )
    yield "instancestats", seq(nn.InstanceNorm2d(3, track_running_stats=True)), (X(2, 3, 5, 5),)
    yield (
        "activations",
        seq(
            nn.ReLU(),
            nn.ReLU6(),
            nn.ELU(),
            nn.GELU("tanh"),
            nn.SiLU(),
            nn.Hardswish(),
            nn.Hardsigmoid(),
            nn.Sigmoid(),
            nn.Tanh(),
            nn.Softplus(),
            nn.Mish(),
            nn.SELU(),
            nn.Softsign(),
            nn.LogSigmoid(),
            nn.PReLU(),
            nn.PReLU(4),
            nn.Hardtanh(),
            nn.Hardtanh(-2, 3),
            nn.Softmax(1),
            nn.LogSoftmax(1),
            nn.Softmax2d(),
        ),
        (X(2, 4, 5, 5),),
    )
    yield (
        "dropouts",
        seq(nn.Dropout(0.3), nn.Linear(4, 5), nn.Dropout1d(0.2), nn.Identity()),
        (X(2, 4),),
    )
    yield (
        "pads",
        seq(
            nn.ZeroPad2d((1, 2, 3, 4)),
            nn.ReflectionPad2d(1),
            nn.ReplicationPad2d(2),
            nn.ZeroPad2d(-1),
            nn.ConstantPad1d(1, 0.5),
        ),
        (X(1, 2, 6, 6),),
    )
    yield (
        "resize",
        seq(
            nn.Upsample(scale_factor=2),
            nn.Upsample(scale_factor=1.5, mode="bilinear"),
            nn.Upsample(size=(9, 11), mode="bicubic", align_corners=True),
            nn.Upsample(scale_factor=3, mode="nearest-exact"),
        ),
        (X(1, 2, 6, 6),),
    )
    yield (
        "resize1d3d",
        Fn(
            lambda m, x: nnf.interpolate(
                nnf.interpolate(x, scale_factor=2, mode="trilinear").flatten(2),
                scale_factor=2,
                mode="linear",
            )
        ),
        (X(1, 2, 3, 3, 3),),
    )
    yield (
        "einsum",
        Fn(lambda m, x, y: torch.einsum("nhid,nhjd->nhij", x, y)),
        (X(2, 3, 4, 5), X(2, 3, 6, 5)),
    )
    yield (
        "einsum-w",
        Fn(lambda m, x: torch.einsum("nchw,oc->nohw", x, m.w), w=nn.Parameter(X(7, 3))),
        (X(2, 3, 4, 5),),
    )
    yield (
        "split",
        Fn(
            lambda m, x: torch.cat(
                [a * b for a, b in zip(m.c(x).chunk(2, 1), x.split([4, 4], 1))], 1
            ),
            c=c(8, 8, 1),
        ),
        (X(2, 8, 4, 4),),
    )
    yield (
        "unbind",
        Fn(lambda m, x: torch.stack(m.c(x).unbind(1), -1).flatten(1), c=c(3, 4, 1)),
        (X(2, 3, 4, 4),),
    )
    yield (
        "layerscale",
        Fn(
            lambda m, x: x + m.g * m.f(x) + m.h[:, None],
            f=nn.Linear(8, 8),
            g=nn.Parameter(X(8)),
            h=nn.Parameter(X(5)),
        ),
        (X(2, 5, 8),),
    )
    yield (
        "scale",
        Fn(
            lambda m, x: x * m.g + m.b - m.mean / m.s,
            g=nn.Parameter(X(3, 1, 1)),
            b=nn.Parameter(X(1)),
            mean=X(1, 3, 1, 1),
            s=X(3, 1, 1),
        ),
        (X(2, 3, 4, 4),),
    )
    yield (
        "weightnorm",
        seq(nn.utils.parametrizations.weight_norm(c(3, 8, 3)), nn.ReLU()),
        (X(1, 3, 6, 6),),
    )
    yield (
        "blur",
        Fn(lambda m, x: nnf.conv2d(m.c(x), m.k, stride=2, groups=8), c=c(3, 8, 1), k=X(8, 1, 3, 3)),
        (X(2, 3, 9, 9),),
    )
    yield (
        "mha-first",
        Fn(lambda m, x: m.a(x, x, x)[0], a=nn.MultiheadAttention(16, 4)),
        (X(5, 2, 16),),
    )
    yield (
        "mha-weights",
        Fn(lambda m, x: m.a(x, x, x)[0], a=nn.MultiheadAttention(16, 4, batch_first=True)),
        (X(2, 5, 16),),
    )
    yield (
        "mixer",
        Fn(
            lambda m, x: x + m.b(m.a(x.transpose(1, 2)).transpose(1, 2)),
            a=nn.Linear(9, 9),
            b=nn.Linear(8, 8),
        ),
        (X(2, 9, 8),),
    )
    yield (
        "video",
        Fn(lambda m, x: m.c(x.flatten(0, 1)).unflatten(0, (-1, 5)).mean(1), c=c(3, 4, 3)),
        (X(2, 5, 3, 6, 6),),
    )
    yield "unbatched", seq(c(3, 4, 3), nn.ReLU(), nn.MaxPool2d(2)), (X(3, 8, 8),)
    yield "vector", seq(nn.Linear(7, 3)), (X(7),)
    yield "argmax", Fn(lambda m, x: m.c(x).argmax(1), c=nn.Linear(4, 3)), (X(2, 4),)
    yield (
        "grid",
        Fn(
            lambda m, x: nnf.grid_sample(m.c(x), torch.zeros(2, 5, 5, 2), align_corners=False),
            c=c(3, 4, 1),
        ),
        (X(2, 3, 8, 8),),
    )
    yield "nograd", Fn(_quiet, c=c(3, 4, 1)), (X(2, 3, 8, 8),)
    yield "unused", Fn(lambda m, x: m.c(x), c=c(3, 4, 1), d=nn.Linear(3, 3)), (X(2, 3, 8, 8),)
    yield "bilinear", Fn(lambda m, x, y: m.c(x, y), c=nn.Bilinear(3, 4, 5)), (X(2, 3), X(2, 4))
    yield (
        "bn-tokens",
        Fn(
            lambda m, x: m.bn(m.c(x).flatten(0, 1)).unflatten(0, (2, 5)),
            c=nn.Linear(3, 4),
            bn=nn.BatchNorm1d(4),
        ),
        (X(2, 5, 3),),
    )
    yield (
        "gqa",
        Fn(
            lambda m, x: nnf.scaled_dot_product_attention(
                x.expand(2, 4, 5, 8) * 1.0, x, x, enable_gqa=True
            )
        ),
        (X(2, 2, 5, 8)[:, :1],),
    )
    yield (
        "inplace",
        Fn(lambda m, x: m.c(x).add_(1).relu_() + x.mean(1, keepdim=True), c=c(3, 4, 1)),
        (X(2, 3, 8, 8),),
    )
    yield "rms", seq(nn.Linear(4, 8), nn.RMSNorm(8)), (X(2, 5, 4),)


def loops() -> Iterator[tuple[str, nn.Module, tuple[Any, ...]]]:
    """Recurrent layers and other layers on sequences, with the batch first, second or without one."""
    kinds = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
    first, second = X(3, 7, 8), X(7, 3, 8)
    for name, kind in kinds.items():
        last = Fn(lambda m, x: m.f(m.r(x)[0][-1]), r=kind(8, 12), f=nn.Linear(12, 4))
        yield f"second-{name}", last, (second,)
        both = kind(8, 12, 2, bidirectional=True, batch_first=True)
        yield f"both-{name}", Fn(lambda m, x: m.r(x)[0], r=both), (first,)
        two = kind(8, 5, batch_first=True), kind(5, 6, batch_first=True)
        yield f"stack-{name}", Fn(lambda m, x: m.b(m.a(x)[0])[0], a=two[0], b=two[1]), (first,)
        yield f"unbatched-{name}", Fn(lambda m, x: m.r(x)[0], r=kind(8, 12)), (X(7, 8),)
        cell = getattr(nn, f"{name.upper()}Cell")(8, 12)
        yield f"cell-{name}", Fn(_cells, r=cell), (first,)
    states = Fn(lambda m, x, h: m.r(x, h)[0], r=nn.GRU(8, 12, batch_first=True))
    yield "states", states, (first, X(1, 3, 12))
    projected = nn.LSTM(8, 12, 2, proj_size=5, bidirectional=True)
    yield "second-lstm-proj", Fn(lambda m, x: m.r(x)[0], r=projected), (second,)
    yield "second-encoder", nn.TransformerEncoderLayer(8, 2, 16), (second,)
    yield "second-conv", Fn(lambda m, x: m.c(x.permute(1, 2, 0)), c=nn.Conv1d(8, 4, 3)), (second,)
    cross = nn.MultiheadAttention(8, 2, batch_first=True)
    yield "cross", Fn(lambda m, x, y: m.a(x, y, y)[0], a=cross), (first, X(3, 9, 8))
    yield "maximum", Fn(lambda m, x: m.f(x).max(1)[1], f=nn.Linear(8, 4)), (first,)
    yield (
        "minimum",
        Fn(lambda m, x: m.f(x).min(2, keepdim=True).indices, f=nn.Linear(8, 4)),
        (first,),
    )
    total = Fn(
        lambda m, x: (m.f(x).sum((1, 2)), m.f(x).mean(), m.f(x).argmax(-1)), f=nn.Linear(8, 4)
    )
    yield "totals", total, (first,)
    part = Fn(
        lambda m, x: nnf.linear(x, m.w[:5], m.b[:5]), w=nn.Parameter(X(9, 8)), b=nn.Parameter(X(9))
    )
    yield "part-of-weights", part, (first,)


def _cells(m: Any, x: Any) -> Any:
    """A loop over the steps of a sequence."""
    state = (
        (X(x.shape[0], 12), X(x.shape[0], 12))
        if isinstance(m.r, nn.LSTMCell)
        else X(x.shape[0], 12)
    )
    for step in range(x.shape[1]):
        state = m.r(x[:, step], state)
    return state[0] if isinstance(state, tuple) else state


def further() -> Iterator[tuple[str, nn.Module, tuple[Any, ...]]]:
    """Functions that networks call in addition to their layers, each as a module."""
    image, tokens = X(2, 8, 6, 6), X(2, 10, 8)
    functions: dict[str, tuple[Any, Any]] = {
        "rsub": (lambda m, x: 1 - x, image),
        "div": (lambda m, x: x / 3 + x * 2 - 1, image),
        "clamps": (lambda m, x: x.clamp(0, 6) + x.clamp(min=0) + x.clamp(max=3) + x.clamp(-1, 2), image),
        "threshold": (lambda m, x: nnf.threshold(x, 0.1, 0) + nnf.hardtanh(x) + nnf.hardtanh(x, 0, 6), image),
        "acts": (lambda m, x: nnf.elu(x) + nnf.selu(x) + nnf.celu(x) + nnf.mish(x) + nnf.softplus(x) + nnf.softsign(x)
                 + nnf.logsigmoid(x) + nnf.hardswish(x) + nnf.hardsigmoid(x) + nnf.leaky_relu(x, 0.3) + nnf.rrelu(x), image),
        "pointwise": (lambda m, x: (x.abs() + x.neg() + x.sqrt() + x.exp() + x.log() + x.erf() + x.sin() + x.cos() + x.rsqrt()
                      + x.reciprocal() + x.square() + x.pow(3) + x.pow(0.5) + x.sign() + x.floor() + x.tanh()), image),
        "maxmin": (lambda m, x: torch.maximum(x, x.relu()) - torch.minimum(x, x.relu()), image),
        "where": (lambda m, x: torch.where(x > 0, x, x.neg()), image),
        "reduces": (lambda m, x: x.mean((2, 3), keepdim=True) + x.sum(1, keepdim=True) + x.amax((2, 3), keepdim=True)
                    + x.amin(1, keepdim=True) + x.var(1, keepdim=True) + x.std((2, 3), keepdim=True) + x.norm(dim=1, keepdim=True), image),
        "all": (lambda m, x: x.mean((1, 2, 3)) + x.sum((1, 2, 3)), image),
        "maxdim": (lambda m, x: x.max(1).values + x.max(1).indices, image),
        "parts": (lambda m, x: torch.stack(x.unbind(1), 1) + torch.cat(x.chunk(2, 1), 1) + torch.cat(x.split([3, 5], 1), 1)
                  + x.narrow(1, 0, 8) + x[:, 0:1] + x.select(1, 2).unsqueeze(1), image),
        "steps": (lambda m, x: x[:, :, ::2, ::2] + x[:, :, 1::2, 1::2], image),
        "turns": (lambda m, x: x.permute(0, 2, 3, 1).contiguous().transpose(1, 2).movedim(3, 1).flip(2), image),
        "shapes": (lambda m, x: x.flatten(2).unflatten(2, (6, 6)).squeeze(0).unsqueeze(0).view(2, 8, 36).reshape(2, 8, 6, 6).clone(), image),
        "spread": (lambda m, x: x.mean((2, 3), keepdim=True).expand(2, 8, 6, 6) + x[:, :, :1].repeat(1, 1, 6, 1) + x[:, :, :3].repeat_interleave(2, 2), image),
        "pads": (lambda m, x: nnf.pad(x, (1, 2, 0, 1)) + nnf.pad(x, (1, 2, 0, 1), mode="reflect") + nnf.pad(x, (1, 2, 0, 1), mode="replicate"), image),
        "crops": (lambda m, x: nnf.pad(x, (-1, -1, -2, 0)), image),
        "sizes": (lambda m, x: nnf.interpolate(x, scale_factor=2) + nnf.interpolate(x, size=(12, 12), mode="bilinear")
                  + nnf.interpolate(x, size=12, mode="bicubic", align_corners=True), image),
        "shuffles": (lambda m, x: nnf.pixel_unshuffle(nnf.pixel_shuffle(x, 2), 2) + nnf.channel_shuffle(x, 4), image),
        "pools": (lambda m, x: nnf.avg_pool2d(x, 3, 1, 1) + nnf.max_pool2d(x, 3, 1, 1) + nnf.lp_pool2d(nnf.pad(x, (1, 1, 1, 1)), 2, 3, 1)
                  + nnf.adaptive_avg_pool2d(x, (6, 6)) + nnf.adaptive_max_pool2d(x, 1), image),
        "norms": (lambda m, x: nnf.normalize(x, dim=1) + nnf.layer_norm(x, (8, 6, 6)) + nnf.group_norm(x, 2) + nnf.local_response_norm(x, 3), image),
        "softmaxes": (lambda m, x: x.softmax(1) + x.log_softmax(-1) + x.softmax(2) + nnf.glu(torch.cat([x, x], 1), 1) + nnf.glu(torch.cat([x, x], 2), 2), image),
        "products": (lambda m, x: torch.bmm(x, x.transpose(1, 2)) + torch.einsum("bic,bjc->bij", x, x) + x @ x.mT + torch.baddbmm(X(2, 10, 10), x, x.mT), tokens),
        "rolls": (lambda m, x: x.roll(3, 1) + x.cumsum(1) + x.sort(1).values, tokens),
        "masks": (lambda m, x: x.masked_fill(x > 0, 0) + x.tril() + x.logsumexp(2, keepdim=True), tokens),
    }  # fmt: skip
    for name, (run, x) in functions.items():
        yield f"fn-{name}", Fn(run), (x,)
    weights = {"a": (8, 1, 1), "b": (8, 6, 6), "c": (1, 8, 1, 1), "d": (6,), "e": (1,)}
    for name, sides in weights.items():
        weight = nn.Parameter(X(*sides))
        yield f"fn-factor-{name}", Fn(lambda m, x: x * m.w + 1, w=weight), (image,)
        yield f"fn-offset-{name}", Fn(lambda m, x: x + m.w, w=weight), (image,)
        yield f"fn-fixed-{name}", Fn(lambda m, x: x * m.w, w=X(*sides)), (image,)
    yield (
        "fn-prelus",
        nn.Sequential(nn.PReLU(), nn.PReLU(8), nn.Conv2d(8, 8, 3), nn.PReLU(8)),
        (image,),
    )
    yield (
        "fn-bilinear",
        nn.Sequential(nn.Linear(8, 4), nn.Dropout(), nn.Linear(4, 2, bias=False)),
        (tokens,),
    )


def _quiet(module: Any, x: Any) -> Any:
    y = module.c(x)
    with torch.no_grad():
        z = y * 2
    return y + z


def exported(module: nn.Module, inputs: Any, how: Any = None, *, decomposed: bool = False) -> bytes:
    """The bytes of an exported program."""
    program = torch.export.export(module.eval(), inputs, dynamic_shapes=how)
    if decomposed:
        program = program.run_decompositions()
    data = io.BytesIO()
    torch.export.save(program, data)
    return data.getvalue()


def counted(name: str, module: nn.Module, inputs: Any) -> tuple[int, int, float | None]:
    """PyTorch's count of parameters, buffers and multiply-adds of one sample; None if it counts none."""
    module = module.eval()
    params = sum(one.numel() for one in module.parameters())
    buffers = sum(
        one.numel()
        for key, one in module.named_buffers()
        if not key.endswith("num_batches_tracked")
    )
    with FlopCounterMode(display=False) as counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        module(*inputs)
    has_batch = not name.startswith(("unbatched", "vector"))
    is_second = name.startswith(("lstmproj", "mha-first", "second"))
    samples = inputs[0].shape[1 if is_second else 0] if has_batch else 1
    macs = counter.get_total_flops() / 2 / samples
    if "lstm" in name and "proj" not in name:  # the fused LSTM is not counted, its steps are
        steps = torch.export.export(module, inputs).run_decompositions().module()
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            steps(*inputs)
        macs = counter.get_total_flops() / 2 / samples
    return params, buffers, macs


def compared(name: str, module: nn.Module, inputs: Any, **how: Any) -> str:
    """The counts of a program, next to PyTorch's."""
    params, buffers, macs = counted(name, module, inputs)
    try:
        network = loads(exported(module, inputs, **how), path=f"{name}.pt2")
        analysis = network.walk()
    except ConvcalcError as error:
        return f"refused: {str(error)[:300]}"
    totals = analysis.totals
    wanted = {"params": params, "buffers": buffers, "macs": macs}
    if macs is None:
        del wanted["macs"]
    wrong = {key: (totals[key], want) for key, want in wanted.items() if totals[key] != want}
    said = f"{analysis.unavailable or ''} {'; '.join(network.notes)[:200]}"
    word = (
        "right"
        if not wrong
        else "partial"
        if analysis.unavailable
        else "noted"
        if network.notes
        else "WRONG"
    )
    customs = ",".join(sorted({step.layer.called() for step in analysis if step.kind == "custom"}))
    return f"{word} {wrong or ''} {said} ({len(network.nodes)} layers) {customs}"


def write(path: str) -> None:
    """Write the programs without weights, and PyTorch's counts, as test data."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        facts = {}
        for name, module, inputs in (*modules(), *loops(), *further()):
            for form in ("", " decomposed"):
                said = compared(name, module, inputs, decomposed=bool(form))
                if not said.startswith("right"):
                    print(name, form, said, flush=True)
                    continue
                own, buffers, macs = counted(name, module, inputs)
                facts[name + form] = {"params": own, "buffers": buffers, "macs": macs}
                with zipfile.ZipFile(
                    io.BytesIO(exported(module, inputs, decomposed=bool(form)))
                ) as program:
                    for each in program.namelist():
                        if each.endswith(
                            ("model.json", "_config.json", "archive_format", "version")
                        ):
                            archive.writestr(f"{name}{form}/{each}", program.read(each))
        archive.writestr("counted.json", json.dumps(facts, indent=1))


def main() -> None:
    """Compare all, or those whose name contains a word; with --write FILE, write them."""
    if sys.argv[1:2] == ["--write"]:
        write(sys.argv[2])
        return
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, module, inputs in (*modules(), *loops(), *further()):
        if word in name:
            print(f"{name:14}", compared(name, module, inputs), flush=True)
            print(
                f"{name:14}",
                "decomposed",
                compared(name, module, inputs, decomposed=True),
                flush=True,
            )


if __name__ == "__main__":
    main()
