"""The ways in which tools and papers count, as data: sums of proven numbers, by kind or family of layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Terms = Mapping[str, int]
"""Features of a layer, each with how often it is counted."""
Rules = Mapping[str, Terms]
"""Terms by kind, or by family; ``*`` for all other layers."""
Parameters = Literal["trained", "with buffers", "without batch norm"]

_MAC: Terms = {"macs": 1}
_MAC_BIAS: Terms = {"macs": 1, "bias additions": 1}
_TWO: Terms = {"macs": 2}
_PRODUCTS: Rules = {"conv": _MAC, "linear": _MAC, "attention": _MAC}
_MIB = 2**20
_MB = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a tool calls the memory of a forward pass.

    Attributes:
        values: which outputs it adds up.
        times: how often.
        unit: bytes in what it prints as MB.
        called: what it calls the sum.
    """

    values: Rules
    times: int = 1
    unit: int = _MB
    called: str = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of counting.

    Attributes:
        about: what counts so.
        called: what it calls its operations.
        operations: what it adds up; None where it counts none.
        leaves_out: what it leaves out, or counts in another way than one expects; a sentence.
        bugs: rules in place of those above, where it is known to count wrong.
        bug: what is wrong; a sentence.
        params: which numbers are its parameters.
        activations: kinds or families whose outputs are its activations; empty where it counts none.
        memory: what it calls memory.
        rounding: how it, or its page, makes short numbers: ``rounded`` or ``cut off``.
        classes: how many classes its networks for ImageNet have.
        source: where the rule stands.
    """

    about: str
    called: str
    operations: Rules | None
    leaves_out: str
    source: str
    bugs: Rules = field(default_factory=dict)
    bug: str = ""
    params: Parameters = "trained"
    activations: tuple[str, ...] = ()
    memory: Memory | None = None
    rounding: Literal["rounded", "cut off"] = "rounded"
    classes: int = 1000


WAYS: dict[str, Way] = {
    "convcalc": Way(
        about="convcalc itself",
        called="macs",
        operations=_PRODUCTS,
        leaves_out="biases, norms, activations, pools and additions are counted apart, as other operations",
        source="docs/counting.md",
    ),
    "torchinfo": Way(
        about="torchinfo 1.8",
        called="mult-adds",
        operations={
            "conv": _MAC_BIAS, "linear": _MAC_BIAS, "norm": {"params": 1}, "prelu": {"params": 1},
        },
        leaves_out=(
            "a bias counts as a multiply-add; a norm counts its parameters once for each sample; pools, activations, "
            "additions and attention count nothing"
        ),
        bugs={"conv_transpose": {"macs on outputs": 1, "bias additions": 1}},
        bug="transposed convolutions are counted on the output, stride² times too often",
        memory=Memory(values={"*": {"outputs with params": 1}}, times=2, called="forward/backward pass"),
        source="torchinfo/layer_info.py, calculate_macs; torchinfo/model_statistics.py",
    ),
    "torchsummary": Way(
        about="torchsummary 1.5",
        called="",
        operations=None,
        leaves_out="no operations are counted; its memory is every layer's output twice, also of those in place",
        memory=Memory(
            values={"flatten": {}, "reshape": {}, "softmax": {}, "merge": {}, "*": {"outputs": 1}},
            times=2, unit=_MIB, called="forward/backward pass",
        ),
        source="torchsummary/torchsummary.py",
    ),
    "ptflops": Way(
        about="ptflops, back end aten (the default)",
        called="MACs",
        operations={"conv": _MAC_BIAS, "linear": _MAC_BIAS, "attention": _MAC},
        leaves_out="a bias counts as a multiply-add; norms, activations, pools and additions count nothing; always one sample",
        source="ptflops/aten_ops.py",
    ),
    "ptflops-pytorch": Way(
        about="ptflops, back end pytorch",
        called="MACs",
        operations={
            "conv": _MAC_BIAS, "linear": _MAC_BIAS, "attention": _MAC, "norm": {"outputs": 2},
            "activation": {"outputs": 1}, "pool": {"inputs": 1},
        },
        leaves_out="a bias counts as a multiply-add; norms count 2, activations 1 a value, pools 1 for each value that comes in",
        bugs={"relu": {"outputs": 2}, "pool": {"inputs": 2}},
        bug="nn.ReLU and pooling modules are counted twice, as modules and as functions",
        source="ptflops/pytorch_ops.py",
    ),
    "fvcore": Way(
        about="fvcore",
        called="flops",
        operations={
            **_PRODUCTS, "norm": {"outputs": 2}, "layernorm": {"outputs": 5},
            "adaptive_avgpool": {"inputs": 1}, "global_avgpool": {"inputs": 1},
        },
        leaves_out="one flop is a multiply-add; biases, activations, other pools and additions count nothing; a batch norm counts 2 a value",
        activations=("conv", "linear"),
        source="fvcore/nn/jit_handles.py, flop_count.py, activation_count.py",
    ),
    "thop": Way(
        about="thop (PyPI)",
        called="MACs",
        operations={
            "conv": _MAC, "linear": _MAC, "batchnorm": {"outputs": 4}, "instancenorm": {"outputs": 4},
            "layernorm": {"outputs": 4}, "avgpool": {"outputs": 1}, "prelu": {"outputs": 1},
            "adaptive_avgpool": {"inputs": 1, "outputs": 1}, "global_avgpool": {"inputs": 1, "outputs": 1},
        },
        leaves_out="biases, relu, max pools, additions and attention count nothing; a batch norm counts 4 a value",
        bugs={"conv_transpose": {"macs on outputs": 1}},
        bug="transposed convolutions are counted on the output, stride² times too often",
        source="thop/vision/basic_hooks.py, calc_func.py",
    ),
    "calflops": Way(
        about="calflops, and DeepSpeed's flops profiler",
        called="FLOPs",
        operations={
            "conv": {"macs": 2, "bias additions": 1}, "linear": _TWO, "attention": _TWO, "norm": {"outputs": 2},
            "relu": {"outputs": 1}, "leaky_relu": {"outputs": 1}, "prelu": {"outputs": 1}, "elu": {"outputs": 1},
            "gelu": {"outputs": 1}, "silu": {"outputs": 1}, "pool": {"inputs": 1},
        },
        leaves_out="a flop is half a multiply-add; biases of linear layers and relu6 count nothing; a pool counts 1 for each value that comes in",
        source="calflops/pytorch_ops.py; deepspeed/profiling/flops_profiler/profiler.py",
    ),
    "torch": Way(
        about="torch.utils.flop_counter",
        called="FLOPs",
        operations={"conv": _TWO, "linear": _TWO, "attention": _TWO},
        leaves_out="a flop is half a multiply-add; nothing but convolutions and matrix products is counted",
        source="torch/utils/flop_counter.py",
    ),
    "torchscan": Way(
        about="torchscan 0.2",
        called="MACs",
        operations={
            "conv": _MAC, "linear": _MAC, "batchnorm": {"outputs": 2},
            "maxpool": {"window width": 1, "outputs": -1}, "avgpool": {"window width": 1, "outputs": 1},
            "adaptive_avgpool": {"inputs": 1, "outputs": 1}, "global_avgpool": {"inputs": 1, "outputs": 1},
        },
        leaves_out="biases, activations and additions count nothing; a batch norm counts 2 a value, a max pool k − 1 for each output",
        bugs={"conv_transpose": {"macs on outputs": 1}},
        bug="transposed convolutions are counted on the output, stride² times too often",
        source="torchscan/modules/macs.py",
    ),
    "keras": Way(
        about="Keras summary()",
        called="",
        operations=None,
        leaves_out="no operations are counted; total params has the moving statistics of batch norms, which are not trained",
        params="with buffers",
        source="keras/src/utils/summary_utils.py",
    ),
    "onnx-tool": Way(
        about="onnx-tool",
        called="MACs",
        operations={
            "conv": _MAC_BIAS, "linear": _MAC_BIAS, "attention": _MAC, "relu": {"outputs": 1}, "add": {"outputs": 1},
            "maxpool": {"window cells": 1},
        },
        leaves_out="a bias counts as a multiply-add, a comparison as one; batch norms are folded into convolutions by the exporter and count nothing",
        source="onnx_tool/node.py, data/Profile.md",
    ),
    "netscope": Way(
        about="Netscope",
        called="macc",
        operations=_PRODUCTS,
        leaves_out="biases count nothing; comparisons, additions, divisions and exponentials are counted apart",
        source="src/analyzer.coffee",
    ),
    "convnet-burden": Way(
        about="convnet-burden",
        called="flops",
        operations={
            "conv": _MAC_BIAS, "linear": _MAC_BIAS, "relu": {"outputs": 2}, "pool": {"stride cells": 2},
            "merge": {"outputs": 1}, "concat": {},
        },
        leaves_out="one flop is a multiply-add; a bias counts 1, relu 2 a value, a pool 2·s² for each output, whatever its kernel; batch norms nothing",
        memory=Memory(
            values={"relu": {}, "dropout": {}, "flatten": {}, "reshape": {}, "*": {"outputs": 1}},
            unit=_MIB, called="feature memory",
        ),
        source="core/burden.m, computeFlops; README.md",
    ),
    "pycls": Way(
        about="pycls model complexity",
        called="flops",
        operations={"conv": _MAC_BIAS, "linear": _MAC_BIAS},
        leaves_out="one flop is a multiply-add, and a bias counts as one",
        activations=("conv", "linear", "maxpool"),
        source="pycls/models/blocks.py, *_cx; Radosavovic et al. 2020, arXiv:2003.13678",
    ),
    "darknet": Way(
        about="Darknet",
        called="FLOPs",
        operations={"conv": _TWO, "linear": _TWO},
        leaves_out="a flop is half a multiply-add; it prints billions for each convolution, and nothing else is counted",
        source="src/convolutional_layer.c",
    ),
    "tf-slim": Way(
        about="TF-Slim's tables (MobileNet)",
        called="MACs",
        operations=_PRODUCTS,
        leaves_out="parameters of batch norms are left out, and numbers are cut off, not rounded",
        params="without batch norm",
        rounding="cut off",
        classes=1001,
        source="tensorflow/models, research/slim/nets/mobilenet_v1.md",
    ),
    "papers": Way(
        about="the papers of ResNet, ResNeXt, MobileNet, EfficientNet",
        called="FLOPs",
        operations=_PRODUCTS,
        leaves_out="one FLOP is a multiply-add; only convolutions and linear layers are counted",
        source="He et al. 2016, arXiv:1512.03385; Howard et al. 2017, arXiv:1704.04861",
    ),
}  # fmt: skip
"""By name, as ``--like`` takes it."""
