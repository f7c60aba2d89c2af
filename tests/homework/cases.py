"""The catalogue of question types as data: the question, the answer, and the source.

Sources: [Memphis] COMP/EECE 7/8740 Neural Networks lecture notes (University of Memphis); [ECE449]
ECE 449 Convolutional Neural Networks lecture notes; [UCLA] UCLA ACM AI, convolutional neural networks
workshop; [FSDL] Full Stack Deep Learning, Lecture 2A; [after d2l] Convolution Neural Network slides
(after Dive into Deep Learning); [CS231n] convolutional-networks notes; [C4W1] … [C4W3] DeepLearning.AI
course 4 quizzes; [D2L] Dive into Deep Learning; others by name. (own): our numbers for a common type.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


class Case(NamedTuple):
    """A row: its number in the catalogue, type, given, answers by part, conventions, source."""

    row: str
    type: str
    given: dict[str, Any]
    answer: Any
    source: str
    conventions: Mapping[str, Any] = MappingProxyType({})


STRICT = {"fit": "strict"}
DIAGONAL = [
    [1, 0, 0, 0, 0, 1], [0, 1, 0, 0, 1, 0], [0, 0, 1, 1, 0, 0],
    [1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 1, 0], [0, 0, 1, 0, 1, 0],
]  # fmt: skip
FILTER_1 = [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
FILTER_2 = [[-1, 1, -1]] * 3
EDGE = [[1, 0, -1]] * 3
ECE = [[7, 2, 3, 3, 8], [4, 5, 3, 8, 4], [3, 3, 2, 8, 4], [2, 8, 7, 2, 7], [5, 4, 4, 5, 4]]
X3, K2 = [[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]]
X16 = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]]
POOL = [[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]
W22 = [[1, 2], [3, 4]]
PATCH = [
    [0, 0, 0, 0, 0, 0, 30], [0, 0, 0, 0, 50, 50, 50], [0, 0, 0, 20, 50, 0, 0], [0, 0, 0, 50, 50, 0, 0],
    [0, 0, 0, 50, 50, 0, 0], [0, 0, 0, 50, 50, 0, 0], [0, 0, 0, 50, 50, 0, 0],
]  # fmt: skip
CURVE = [
    [0, 0, 0, 0, 0, 30, 0], [0, 0, 0, 0, 30, 0, 0], [0, 0, 0, 30, 0, 0, 0], [0, 0, 0, 30, 0, 0, 0],
    [0, 0, 0, 30, 0, 0, 0], [0, 0, 0, 30, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0],
]  # fmt: skip
VGG_CONV = (
    "CONV-3-64-p1 CONV-3-64-p1 POOL-2 CONV-3-128-p1 CONV-3-128-p1 POOL-2 CONV-3-256-p1 CONV-3-256-p1 "
    "CONV-3-256-p1 POOL-2 CONV-3-512-p1 CONV-3-512-p1 CONV-3-512-p1 POOL-2 CONV-3-512-p1 CONV-3-512-p1 "
    "CONV-3-512-p1 POOL-2 FC-4096 FC-4096 FC-1000"
)
CS230 = "CONV-9-32 POOL-2 CONV-5-64 POOL-2 CONV-5-64 POOL-2 FC-64 FC-3"
ALEX = {"n": 227, "k": 11, "s": 4, "c_in": 3, "filters": 96}
WAVE = " ".join(f"2/1/{2**i}" for i in range(10))


def window(n: Any, k: Any, s: Any = 1, p: Any = 0, **more: Any) -> dict[str, Any]:
    """The words of a window."""
    return {"n": n, "k": k, "s": s, "p": p, **more}


def conv(k: int, c_in: int, filters: int, **more: Any) -> dict[str, Any]:
    """The words of a convolution's counts."""
    return {"k": k, "c_in": c_in, "filters": filters, **more}


CASES = [
    # ------------------------------------------------------------------ 1a. size and fit
    Case("1", "output-size", window(7, 3), "5", "[Memphis]"),
    Case("2", "output-size", window(7, 3, 2), "3", "[Memphis]"),
    Case("3", "fit", window(7, 3, 3), "no", "[Memphis]", STRICT),
    Case("3 floor", "fit", window(7, 3, 3), "2", "[Memphis]"),
    Case("4", "volume", window(32, 5, c_in=3, filters=5), "28x28x5", "[Memphis]"),
    Case("5", "fit", window(32, 5, 2), "14.5", "[Memphis]", STRICT),
    Case("5 cannot", "fit", window(32, 5, 2), "Cannot", "[Memphis]", STRICT),
    Case("5 floor", "fit", window(32, 5, 2), "14", "[Memphis]"),
    Case("6", "volume", window(32, 5, 3, c_in=3, filters=5), "10x10x5", "[Memphis]"),
    Case("7", "fit", window(10, 3, 2), "4.5, invalid", "[CS231n]", STRICT),
    Case("8 trap", "fit", window(224, 11, 4), "54.25", "[CS231n]", STRICT),
    Case("8", "fit", window(227, 11, 4), "55", "[CS231n]", STRICT),
    Case("8 p2", "output-size", window(224, 11, 4, 2), "55", "[CS231n]"),
    Case("9", "output-size", window(7, 3, 1, 1), "7", "[Memphis]"),
    Case("10", "volume", window(63, 7, 2, c_in=16, filters=32), "29x29x32", "[C4W1]"),
    Case("10 127", "volume", window(127, 5, 2, c_in=16, filters=32), "62x62x32", "[C4W1]"),
    Case("11a", "output-size", window(35, 15), "21", "Pitt CS1674 homework 11"),
    Case("11b", "output-size", window(35, 15, 1, 1), "23", "Pitt CS1674 homework 11"),
    Case("11c", "output-size", window(35, 15, 2, 3), "14", "Pitt CS1674 homework 11"),
    Case("12", "output-size", window(8, [3, 5], [3, 4], [0, 1]), "2x2", "[D2L], [after d2l]"),
    Case("13a", "output-size", window(64, 5), "60", "datafield.dev chapter 14"),
    Case("13b", "output-size", window(64, 5, 1, 2), "64", "datafield.dev chapter 14"),
    Case("13c", "output-size", window(64, 3, 2, 1), "32", "datafield.dev chapter 14"),
    Case("13d", "output-size", window(64, 7, 2, 3), "32", "datafield.dev chapter 14"),
    Case("13e", "output-size", window(64, 3, 1, 2, d=2), "64", "datafield.dev chapter 14"),
    Case("14", "padded-volume", {"n": 15, "p": 2, "c_in": 8}, "19x19x8", "[C4W1]"),
    Case("15", "pad-to-keep", {"k": 7}, "3", "[C4W1]"),
    Case("16", "solve-for", {"n": 224, "out": 222}, "F=3, s=1, P=0", "NPTEL 2023"),
    Case("16 k", "solve-size", {"find": "k", "n": 224, "out": 222}, "3", "NPTEL 2023"),
    Case("16 n", "solve-size", {"find": "n", "k": 11, "s": 4, "out": 55}, "227", "[CS231n]"),
    Case(
        "16 k written as a window", "solve-size", {"find": "k", "n": 32, "out": 26}, "7x7", "(own)"
    ),
    Case(
        "16 n rounded", "solve-size", {"find": "n", "k": 11, "s": 4, "out": 55}, "228", "[CS231n]"
    ),
    Case("16 s", "solve-size", {"find": "s", "n": 63, "k": 7, "out": 29}, "2", "[C4W1]"),
    Case("16 p", "solve-size", {"find": "p", "n": 63, "k": 7, "out": 63}, "3", "[C4W1]"),
    Case(
        "16 filters",
        "solve-params",
        {"find": "filters", "k": 5, "c_in": 3, "params": 7600},
        "100",
        "[C4W1]",
    ),
    Case(
        "16 channels",
        "solve-params",
        {"find": "c_in", "k": 1, "filters": 1, "params": 17},
        "16",
        "[C4W2]",
    ),
    Case(
        "16 kernel",
        "solve-params",
        {"find": "k", "c_in": 1, "filters": 6, "params": 156},
        "5",
        "LeNet-5",
    ),
    Case(
        "16 kernel written as a window",
        "solve-params",
        {"find": "k", "c_in": 1, "filters": 6, "params": 156},
        "5×5",
        "LeNet-5",
    ),
    Case("17", "same-size", {"n": 33, "k": 3, "s": 2}, "17", "TensorFlow's notes on SAME"),
    Case("17b", "same-size", {"n": 32, "k": 3, "s": 2}, "16", "TensorFlow's notes on SAME"),
    Case(
        "17c",
        "same-padding",
        {"n": 32, "k": 3, "s": 2},
        ["1", "0", "1"],
        "TensorFlow's notes on SAME",
    ),
    Case("18", "pool-volume", {"n": 32, "k": 2, "s": 2, "c_in": 16}, "16x16x16", "[C4W1]"),
    Case("19", "fraction", {"k": 2}, "75 %", "[CS231n], [UCLA]"),
    Case(
        "20a", "dilated-size", {"n": 224, "k": 7, "p": 3, "s": 2, "d": 1}, "112", "textbookofai.com"
    ),
    Case(
        "20b", "dilated-size", {"n": 224, "k": 7, "p": 3, "s": 2, "d": 2}, "109", "textbookofai.com"
    ),
    Case("21a", "transposed-size", {"n": 2, "k": 3, "s": 1}, "4", "UTM CSC413 week 10"),
    Case("21b", "transposed-size", {"n": 5, "k": 2, "s": 2}, "10", "UTM CSC413 week 10"),
    Case("21c", "transposed-size", {"n": 6, "k": 3, "s": 2}, "13", "UTM CSC413 week 10: 2h + 1"),
    Case(
        "22",
        "transposed-size",
        {"n": 2, "k": 3, "s": 2, "p": 1},
        "3",
        "DeepLearning.AI forum 70537",
    ),
    Case(
        "22 slide",
        "transposed-size",
        {"n": 2, "k": 3, "s": 2, "p": 1},
        "4",
        "DeepLearning.AI forum 70537",
        {"transposed_out_pad": "match"},
    ),
    Case(
        "23",
        "flatten",
        {"input": "39x39x3", "arch": "CONV-3-10 CONV-5-20-s2 CONV-5-40-s2"},
        "1,960",
        "NPTEL",
    ),
    Case(
        "23 rows",
        "chain",
        {"input": "39x39x3", "arch": "CONV-3-10 CONV-5-20-s2 CONV-5-40-s2"},
        ["37x37x10", "17x17x20", "7x7x40"],
        "NPTEL",
    ),
    Case(
        "24",
        "chain",
        {"input": "32x32x3", "arch": "conv:k5c10 conv:k5c10"},
        ["28x28x10", "24x24x10"],
        "[FSDL]",
    ),
    Case("25a", "layers-to-reach", {"n": 32, "k": 5, "target": 4}, "7", "[after d2l]"),
    Case("25b", "layers-to-reach", {"n": 224, "k": 5, "target": 4}, "55", "[after d2l] prints 44"),
    Case("26", "shrink", {"n": 240, "k": 5, "layers": 10}, ["200", "30.6 %"], "[D2L]"),
    Case(
        "27",
        "fc-to-conv",
        {"input": "7x7x512", "units": 4096, "n": 12},
        ["7", "6x6x4096"],
        "[CS231n]",
    ),
    Case(
        "27b",
        "chain",
        {"input": "12x12x512", "arch": "conv:k7c4096 conv:k1c4096 conv:k1c1000"},
        ["6x6x4096", "6x6x4096", "6x6x1000"],
        "[CS231n]",
    ),
    Case("28", "toeplitz", {"n": 6, "k": 3}, ["4", "4x6", "3", "24"], "datafield.dev chapter 8"),
    Case("29", "min-input", {"layers": ["pool:k2"] * 5}, "32", "[D2L] of GoogLeNet"),
    Case(
        "30",
        "chain",
        {"input": "64x64x16", "arch": "conv:k1c32 dw:k3p1 conv:k1c16"},
        ["64x64x32", "64x64x32", "64x64x16"],
        "[C4W2]",
    ),
    # -------------------------------------------- 1b. parameters, neurons, connections
    Case("31a", "weights-per-neuron", {"k": 5, "c_in": 3}, "75", "[Memphis]"),
    Case("31b", "weights-per-neuron", {"k": 3, "c_in": 20}, "180", "[CS231n]"),
    Case("32", "params", conv(5, 3, 100, n=300), "7,600", "[C4W1]"),
    Case("33", "params-fc", {"input": "300x300x3", "units": 100}, "27,000,100", "[C4W1]"),
    Case("34a", "params", conv(3, 1, 128), "1,280", "[C4W1]"),
    Case("34b", "params", conv(7, 3, 128), "18,944", "pupuweb.com"),
    Case("35", "params", conv(1, 16, 1), "17", "[C4W2]"),
    Case("36a", "params", conv(3, 128, 256, bias=False), "294,912", "stats.stackexchange 570254"),
    Case("36b", "params", conv(3, 128, 256), "295,168", "stats.stackexchange 570254"),
    Case(
        "36c",
        "params-fc",
        {"input": "128", "units": 256, "bias": False},
        "32,768",
        "stats.stackexchange 570254",
    ),
    Case(
        "36d", "params-fc", {"input": "128", "units": 256}, "33,024", "stats.stackexchange 570254"
    ),
    Case("37a", "volume", window(64, 3, c_in=8, filters=32), "62x62x32", "[ECE449]"),
    Case("37b", "params", conv(3, 8, 32), "2,304", "[ECE449]", {"bias": "false"}),
    Case("37c", "params", conv(3, 8, 32), "2,336", "[ECE449]"),
    Case(
        "38",
        "params-model",
        {"input": "10x10x3", "arch": "CONV-3-10 CONV-3-20"},
        "2,100",
        "HSE quiz",
    ),
    Case(
        "39a",
        "neurons",
        {"n": 9, "k": 4, "c_in": 3, "filters": 10},
        "360",
        "SomaTomita sample paper",
    ),
    Case("39b", "params", conv(4, 3, 10), "490", "SomaTomita sample paper"),
    Case("39c", "volume", window(9, 4, c_in=3, filters=10), "6x6x10", "SomaTomita sample paper"),
    Case("40a", "neurons", ALEX, "290,400", "Toronto CSC411 homework 4"),
    Case("40b", "params", ALEX, "34,848", "Toronto CSC411 homework 4", {"bias": "false"}),
    Case("40c", "connections", ALEX, "105,415,200", "Toronto CSC411 homework 4", {"bias": "false"}),
    Case("41a", "params", conv(5, 1, 6), "156", "LeNet-5 page of yohanes.gultom.id"),
    Case(
        "41b",
        "params-pool",
        {"k": 2, "c_in": 6},
        "12",
        "LeNet-5 page of yohanes.gultom.id",
        {"pool_bias": "lenet"},
    ),
    Case(
        "41c", "lenet-c3", {}, "1,516", "LeNet-5 page of yohanes.gultom.id", {"lenet_c3": "paper"}
    ),
    Case(
        "41d",
        "connections",
        {"n": 32, "k": 5, "c_in": 1, "filters": 6},
        "122,304",
        "LeNet-5 page of yohanes.gultom.id",
    ),
    Case(
        "41e",
        "connections",
        {"n": 28, "k": 2, "s": 2, "filters": 6, "pool": True},
        "5,880",
        "LeNet-5 page of yohanes.gultom.id",
    ),
    Case(
        "41f",
        "connections",
        {"n": 14, "k": 5, "c_in": 6, "filters": 16, "wires": 60},
        "151,600",
        "LeNet-5 page of yohanes.gultom.id",
    ),
    Case("42a", "no-sharing", ALEX, "105,705,600", "[CS231n]"),
    Case("42b", "params", ALEX, "34,944", "[CS231n]"),
    Case(
        "43",
        "arch-table",
        {"input": "128x128x3", "arch": CS230, "ask": ["shape", "weights", "biases"]},
        [
            ["120x120x32", "7,776", "32"],
            "60x60x32",
            ["56x56x64", "51,200", "64"],
            "28x28x64",
            ["24x24x64", "102,400", "64"],
            "12x12x64",
            ["64", "589,824", "64"],
            ["3", "192", "3"],
        ],
        "CS230 midterm",
    ),
    Case(
        "43 total",
        "params-model",
        {"input": "128x128x3", "arch": CS230},
        "751,619",
        "CS230 midterm",
    ),
    Case(
        "43b",
        "params-fc",
        {"input": "12x12x64", "units": 3},
        "27,651",
        "cognitivescience.vercel.app sample exam",
    ),
    Case(
        "44a", "params-model", {"input": "224x224x3", "arch": VGG_CONV}, "138,357,544", "[CS231n]"
    ),
    Case("44b", "params-model", {"arch": "vgg16", "of": "weights"}, "138,344,128", "[CS231n]"),
    Case(
        "45",
        "params-model",
        {"input": "28x28x1", "arch": "CONV-3-10-same FC-2"},
        "15,782",
        "DataCamp exercise",
    ),
    Case(
        "46",
        "params-model",
        {"input": "200x200x3", "arch": "CONV-3-32 POOL-2 FC-64 FC-1"},
        "20,073,473",
        "ML Zoomcamp",
    ),
    Case("47", "params-model", {"arch": "lenet5"}, "61,706", "LeNet-5 as built now"),
    Case("48a", "params-bn", {"c_in": 64}, "128", "StackOverflow 42521005"),
    Case("48b", "params-bn", {"c_in": 512}, "2,048", "StackOverflow 42521005", {"bn": "all"}),
    Case("48c", "params-bn", {"c_in": 512}, "1,024", "StackOverflow 42521005"),
    Case(
        "49a", "params", conv(3, 3, 12, groups=3, bias=False), "108", "discuss.pytorch.org 127331"
    ),
    Case("49b", "params", conv(3, 3, 12, groups=3), "120", "discuss.pytorch.org 127331"),
    Case("50a", "params-depthwise", {"k": 3, "c_in": 256}, "2,560", "datafield.dev chapter 8"),
    Case("50b", "params", conv(1, 256, 512), "131,584", "datafield.dev chapter 8"),
    *(
        Case(f"51{row}", "params-transposed", conv(k, c_in, cout), answer, "UTM CSC413 week 10")
        for row, c_in, cout, k, answer in (
            ("a", 3, 2, 3, "56"),
            ("b", 3, 10, 3, "280"),
            ("c", 3, 2, 4, "98"),
            ("d", 3, 4, 3, "112"),
        )
    ),
    Case("52", "params-pool", {"k": 2, "c_in": 6}, "0", "[CS231n]"),
    Case(
        "53",
        "compare",
        {"input": "32x32x3", "designs": ["fc:128", "conv:k3c128", "conv:k5c128"]},
        ["393,344", "3,584", "9,728"],
        "datafield.dev chapter 14",
    ),
    Case(
        "54",
        "compare",
        {"input": "7x7x512", "designs": ["fc:1000", "conv:k1c1000 gap"]},
        ["25,089,000", "513,000"],
        "(own) numbers on [D2L]'s NiN exercise",
    ),
    Case("55", "share", {"arch": "vgg16"}, "89.4 %", "[D2L]"),
    Case(
        "55 Keras",
        "params-separable",
        {"k": 5, "c_in": 10, "filters": 100, "bias": True},
        "1350",
        "StackOverflow 56761563",
        {"preset": "keras"},
    ),
    Case(
        "55 two layers",
        "params-separable",
        {"k": 5, "c_in": 10, "filters": 100, "bias": True},
        "1360",
        "StackOverflow 56761563",
    ),
    Case(
        "55 one filter",
        "params-separable",
        {"k": 2, "c_in": 3, "filters": 1, "bias": True},
        "16",
        "StackOverflow 54705367",
        {"preset": "keras"},
    ),
    Case(
        "55 ratio",
        "ratio",
        {"input": "32x32x3", "designs": ["fc:128", "conv:k3c128"]},
        "109.75",
        "datafield.dev chapter 14: 393,344 and 3,584",
    ),
    Case(
        "55 trained",
        "params-trainable",
        {"input": "7x7x512", "arch": "conv:k1c512 bn"},
        ["264,192", "263,168", "1,024"],
        "(own) around the 2,048 numbers of StackOverflow 42521005",
        {"bias": "false"},
    ),
    Case("55 weights", "weight-shape", conv(11, 3, 96), "11x11x3x96", "AlexNet in TensorFlow"),
    Case(
        "55 PyTorch",
        "weight-shape",
        conv(3, 3, 12, groups=3),
        "torch.Size([12, 1, 3, 3])",
        "discuss.pytorch.org 127331",
        {"preset": "pytorch"},
    ),
    Case("55 biases", "bias-shape", conv(11, 3, 96), "(96,)", "AlexNet"),
    # ------------------------------------------------------------ 1c. cost and memory
    Case("56", "macs", conv(5, 3, 10, n=32), "588,000", "(own)"),
    Case("56b", "macs", conv(5, 3, 10, n=32), "1,176,000", "(own)", {"flops": "2macs"}),
    Case("57", "ops", conv(5, 128, 128, n=256, p=2), "53,687,091,200", "[D2L]"),
    Case("57b", "macs", conv(5, 128, 128, n=256, p=2), "26,843,545,600", "[D2L]"),
    Case("58", "macs", conv(3, 64, 128, out_n=56), "231,211,008", "textbookofai.com"),
    Case(
        "59",
        "savings-separable",
        {"n": 56, "k": 3, "c_in": 64, "filters": 128},
        ["27,496,448", "8,768", "8.41"],
        "textbookofai.com, MobileNet",
    ),
    Case("59b", "params", conv(3, 64, 128, bias=False), "73,728", "textbookofai.com, MobileNet"),
    Case(
        "60",
        "savings-bottleneck",
        {"n": 28, "k": 5, "c_in": 192, "filters": 32, "squeeze": 16},
        ["120,422,400", "12,443,648", "15,872", "9.68"],
        "Inception's 1×1 squeeze, DeepLearning.AI forum 3930",
    ),
    Case("60b", "params", conv(5, 192, 32, bias=False), "153,600", "DeepLearning.AI forum 3930"),
    Case("61", "multiplications", conv(3, 8, 16, out_n=7), "56,448", "fastbook chapter 13"),
    Case(
        "62",
        "macs-transposed",
        {"n": 2, "k": 2, "s": 2, "c_in": 3, "filters": 1},
        "48",
        "ultralytics/thop 92, sovrasov/flops-counter 149",
    ),
    Case("63", "scaling", {"c_in": 2, "filters": 2}, "4", "[D2L]"),
    Case("64", "memory", {"arch": "vgg16"}, "60.95 MB", "[CS231n] prints 93"),
    Case("64b", "memory", {"arch": "vgg16"}, "58.1", "[CS231n]", {"bytes": "MiB"}),
    Case(
        "65",
        "memory",
        {"volume": "224x224x64", "copies": 3, "gradients": True},
        "77.07 MB",
        "[CS231n] prints 72",
    ),
    Case(
        "65b",
        "memory",
        {"volume": "224x224x64", "copies": 3, "gradients": True},
        "73.5",
        "[CS231n]",
        {"bytes": "MiB"},
    ),
    Case("66", "memory", {"arch": "vgg16", "of": "weights"}, "553.4", "(own)"),
    Case(
        "66b", "memory", {"arch": "vgg16", "of": "weights"}, "527.8 MiB", "(own)", {"bytes": "MiB"}
    ),
    # --------------------------------------------- 1d. receptive field and comparisons
    Case("67", "receptive-field", {"layers": "5*3"}, "11", "How many pixels support each neuron"),
    Case(
        "67b",
        "receptive-field",
        {"layers": "5*3"},
        "121",
        "How many pixels support each neuron",
        {"rf": "pixels"},
    ),
    Case(
        "68", "receptive-field", {"layers": "6*4"}, "(4-1)*(6-1)+4", "HSE quiz: (k − 1)(n − 1) + k"
    ),
    Case("69", "receptive-field", {"layers": "5/1 2/2 3/1 2/2"}, "12", "textbookofai.com"),
    Case("70", "receptive-field", {"layers": "3/2 3/2"}, "7", "fastbook chapter 13"),
    Case("71a", "receptive-field", {"layers": "3*3"}, "7", "datafield.dev chapter 14"),
    Case("71b", "receptive-field", {"layers": "2*5"}, "9", "datafield.dev chapter 14"),
    Case("71c", "receptive-field", {"layers": "3/2 3/1"}, "7", "datafield.dev chapter 14"),
    Case("71d", "receptive-field", {"layers": "3/1/2 3/1"}, "7", "datafield.dev chapter 14"),
    *(
        Case(
            f"72 {blocks}",
            "receptive-field",
            {"layers": WAVE, "blocks": blocks},
            answer,
            "stats.stackexchange 265462",
        )
        for blocks, answer in ((1, "1,024"), (2, "2,047"), (3, "3,070"))
    ),
    Case(
        "73",
        "receptive-field",
        {"layers": "3/1/1 3/1/2 3/1/4 3/1/8"},
        "31",
        "TU Berlin sci-python chapter 27",
    ),
    Case(
        "74a",
        "receptive-field-net",
        {"net": "alexnet_single", "at": "pool5"},
        "195",
        "google-research/receptive_field",
    ),
    Case("74b", "receptive-field-net", {"net": "vgg16"}, "212", "google-research/receptive_field"),
    Case(
        "74c", "receptive-field-net", {"net": "resnet50"}, "483", "google-research/receptive_field"
    ),
    Case("75", "layers-for-rf", {"k": 3, "size": 31}, "15", "(own)"),
    Case(
        "76", "stacks", {"layers": 3, "k": 3, "against": 7}, ["27C²", "49C^2", "45 %"], "[CS231n]"
    ),
    Case(
        "77",
        "stacks",
        {"layers": 2, "k": 3, "against": 5},
        ["18C²", "25C²", "28 %"],
        "textbookofai.com",
    ),
    Case("78", "compose", {"kernels": [3, 5]}, "3+5-1", "[D2L]"),
    # ---------------------------------------- 1e. by hand, matrices, gradients, kernels
    Case("79", "conv-by-hand", {"x": X3, "w": K2}, "[[19,25],[37,43]]", "[after d2l]"),
    Case(
        "79b",
        "conv-by-hand",
        {"x": X3, "w": K2, "p": 1},
        "0 3 8 4; 9 19 25 10; 21 37 43 16; 6 7 8 0",
        "[after d2l]",
    ),
    Case(
        "80a",
        "conv-by-hand",
        {"x": DIAGONAL, "w": FILTER_1},
        [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]],
        "[Memphis]",
    ),
    Case(
        "80b",
        "conv-by-hand",
        {"x": DIAGONAL, "w": FILTER_1, "s": 2},
        [[3, -3], [-3, 0]],
        "[Memphis]",
    ),
    Case(
        "80c",
        "conv-by-hand",
        {"x": DIAGONAL, "w": FILTER_2},
        [[-1, -1, -1, -1], [-1, -1, -2, 1], [-1, -1, -2, 1], [-1, 0, -4, 3]],
        "[Memphis]",
    ),
    Case("81a", "conv-by-hand", {"x": ECE, "w": EDGE, "cells": [[0, 0]]}, "6", "[ECE449]"),
    Case(
        "81b",
        "conv-by-hand",
        {"x": ECE, "w": EDGE},
        [[6, -9, -8], [-3, -2, -3], [-3, 0, -2]],
        "[ECE449]",
    ),
    Case(
        "82",
        "conv-by-hand",
        {"x": [[10, 10, 10, 0, 0, 0]] * 6, "w": EDGE},
        [[0, 30, 30, 0]] * 4,
        "[after d2l]",
    ),
    Case("84a", "pool-by-hand", {"x": POOL, "k": 2}, [[6, 8], [3, 4]], "week-21 test"),
    Case(
        "84b", "pool-by-hand", {"x": POOL, "k": 2, "mode": "avg"}, "3.25 5.25; 2 2", "week-21 test"
    ),
    Case(
        "85",
        "conv-by-hand",
        {"x": X16, "w": [["0.25", "0.25"], ["1/4", "1/4"]]},
        [["2.5", "3.5", "4.5"], ["6.5", "7.5", "8.5"], ["10.5", "11.5", "12.5"]],
        "textbookofai.com",
    ),
    Case(
        "86a",
        "conv-1d",
        {"x": [2, 1, 3, 0, 4, 2], "w": [1, 0, -1]},
        "[-1, 1, -1, -2]",
        "datafield.dev chapter 8",
    ),
    Case(
        "86b",
        "conv-1d",
        {"x": [2, 1, 3, 0, 4, 2], "w": [1, 0, -1]},
        "1 -1 1 2",
        "datafield.dev chapter 8",
        {"conv": "convolution"},
    ),
    Case(
        "86c",
        "conv-3d-by-hand",  # 1·1 + 1·1 + 1·2 + 2·1 … for each kernel, slice after slice
        {
            "x": [[[1, 0], [2, 1]], [[0, 1], [1, 3]], [[2, 2], [0, 1]]],
            "w": [[[1, 0], [0, 1]], [[0, 2], [1, 0]]],
        },
        {"slice1": [[5]], "slice2": [[7]]},
        "(own)",
    ),
    Case(
        "86d",
        "conv-1d",
        {"x": [2, 1, 3, 0, 4, 2], "w": [1, 0, -1], "relu": True},
        "[0, 1, 0, 0]",
        "datafield.dev chapter 8, and ReLU",
    ),
    Case(
        "88b",
        "transposed-by-hand",
        {"x": [[1, -1]], "w": [[2, 1]], "relu": True},
        "2 0 0",
        "(own)",
    ),
    Case(
        "87",
        "conv-by-hand",
        {"x": X3, "w": K2},
        [[5, 11], [23, 29]],
        "PyTorch forum 170134",
        {"conv": "convolution"},
    ),
    Case(
        "88",
        "transposed-by-hand",
        {"x": [[1, 0, 2], [2, 3, 0], [-1, 0, 3]], "w": [[1, 0], [1, 2]]},
        [[1, 0, 2, 0], [3, 5, 2, 4], [1, 7, 9, 0], [-1, -2, 3, 6]],
        "UTM CSC413 week 10",
    ),
    Case("90a", "im2col", ALEX, ["96x363", "363x3025"], "[CS231n]"),
    Case("90b", "im2col", {"n": 5, "k": 3, "c_in": 3, "filters": 32}, ["32x27", "27x9"], "[FSDL]"),
    Case(
        "91",
        "gradient",
        {"x": X16, "w": W22, "g": [[1, 0, 0], [0, 0, 0], [0, 0, 0]]},
        {
            "dw": [[0, 1], [4, 5]],
            "dx": [[1, 2, 0, 0], [3, 4, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
            "db": "1",
        },
        "prof.lexailabs.com",
    ),
    Case(
        "92",
        "gradient",
        {"x": X16, "w": W22, "g": [[1, 0, -1], [2, 1, 0], [0, 1, 1]]},
        {
            "dw": "[[30,35],[50,55]]",
            "dx": [[1, 2, -1, -2], [5, 9, -1, -4], [6, 12, 7, 2], [0, 3, 7, 4]],
            "db": "5",
        },
        "(own)",
    ),
    Case("93", "shape-of-gradient", {"n": 4, "k": 2}, "2x2", "Georgia Tech CS7643 preparation"),
    Case(
        "94",
        "image-kernel",
        {"w": [[0, 1, -1, 0], [1, 3, -3, -1], [1, 3, -3, -1], [0, 1, -1, 0]]},
        "vertical edges",
        "[C4W1]",
    ),
    Case(
        "95a",
        "image-kernel",
        {"w": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]},
        "edge detection",
        "[after d2l]",
    ),
    Case(
        "95b",
        "image-kernel",
        {"w": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]},
        "Sharpen",
        "[after d2l]",
    ),
    Case(
        "95c",
        "image-kernel",
        {"w": [["1/16", "2/16", "1/16"], ["2/16", "4/16", "2/16"], ["1/16", "2/16", "1/16"]]},
        "Gaussian blur",
        "[after d2l]",
    ),
    Case("96", "dot-product", {"x": PATCH, "w": CURVE}, "6600", "[UCLA]"),
    Case(
        "96 seen",
        "pixels-seen",
        {"input": "300x300x1", "arch": "conv:k3c1 conv:k3c1", "unit": [57, 100]},
        ["57 to 61", "100 to 104"],
        "(own) numbers on [CS231n]: two 3×3 layers see 5×5",
    ),
    Case(
        "96 clipped",
        "pixels-seen",
        {"input": "300x300x1", "arch": "conv:k3c1p1 conv:k3c1p1", "unit": [150, 299], "clip": True},
        ["148-152", "297-299"],
        "(own) numbers on [CS231n]: two 3×3 layers see 5×5",
    ),
    Case("68", "formula", {"of": "receptive-field"}, "(k-1)*(L-1)+k", "HSE quiz"),
    Case(
        "68 size",
        "formula",
        {"of": "output-size"},
        "$\\lfloor\\frac{n+2p-k}{s}\\rfloor+1$",
        "[CS231n]",
    ),
    Case("68 same", "formula", {"of": "pad-to-keep"}, "(k-1)/2", "[C4W1], [CS231n]"),
    Case(
        "68 total",
        "from-answers",
        {"formula": "q1*q2", "values": {"q1": 290400, "q2": 363}},
        "105,415,200",
        "Toronto CSC411 homework 4",
    ),
    # ------------------------------------------------------------------ maps by hand
    Case(
        "97a",
        "pad-by-hand",
        {"x": X3, "p": 2, "mode": "reflect"},
        [
            [8, 7, 6, 7, 8, 7, 6],
            [5, 4, 3, 4, 5, 4, 3],
            [2, 1, 0, 1, 2, 1, 0],
            [5, 4, 3, 4, 5, 4, 3],
            [8, 7, 6, 7, 8, 7, 6],
            [5, 4, 3, 4, 5, 4, 3],
            [2, 1, 0, 1, 2, 1, 0],
        ],
        "PyTorch's page of ReflectionPad2d",
    ),
    Case(
        "97b",
        "pad-by-hand",
        {"x": X3, "p": 2, "mode": "replicate"},
        [
            [0, 0, 0, 1, 2, 2, 2],
            [0, 0, 0, 1, 2, 2, 2],
            [0, 0, 0, 1, 2, 2, 2],
            [3, 3, 3, 4, 5, 5, 5],
            [6, 6, 6, 7, 8, 8, 8],
            [6, 6, 6, 7, 8, 8, 8],
            [6, 6, 6, 7, 8, 8, 8],
        ],
        "PyTorch's page of ReplicationPad2d",
    ),
    Case("97c", "pad-by-hand", {"x": [[5]], "p": [1, 0]}, [[0], [5], [0]], "(own)"),
    Case(
        "98a",
        "unpool-by-hand",
        {
            "x": [[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]],
            "y": [[1, 2], [3, 4]],
        },
        [[0, 0, 2, 0], [0, 1, 0, 0], [0, 0, 0, 0], [3, 0, 0, 4]],
        "[CS231n] lecture 11",
    ),
    Case(
        "98b",
        "unpool-by-hand",
        {"y": [[1, 2], [3, 4]], "mode": "nails"},
        [[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]],
        "[CS231n] lecture 11",
    ),
    Case(
        "99a",
        "upsample-by-hand",
        {"x": [[1, 2], [3, 4]]},
        [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]],
        "[CS231n] lecture 11",
    ),
    Case(
        "99b",
        "upsample-by-hand",
        {"x": [[1, 2], [3, 4]], "mode": "bilinear"},
        [
            ["1", "1.25", "1.75", "2"],
            ["1.5", "1.75", "2.25", "2.5"],
            ["2.5", "2.75", "3.25", "3.5"],
            ["3", "3.25", "3.75", "4"],
        ],
        "PyTorch's page of Upsample",
    ),
    Case(
        "99c",
        "upsample-by-hand",
        {"x": [[1, 2], [3, 4]], "mode": "bilinear", "align_corners": True},
        [
            ["1", "1.3333", "1.6667", "2"],
            ["1.6667", "2", "2.3333", "2.6667"],
            ["2.3333", "2.6667", "3", "3.3333"],
            ["3", "3.3333", "3.6667", "4"],
        ],
        "PyTorch's page of Upsample",
    ),
    Case(
        "100",
        "softmax-by-hand",
        {"x": [[1, 2, 3, 4, 1, 2, 3]], "decimals": 3},
        [["0.024", "0.064", "0.175", "0.475", "0.024", "0.064", "0.175"]],
        "Wikipedia, Softmax function",
    ),
    Case(
        "101",
        "batch-norm-by-hand",
        {"x": [[2, 4, 4, 4, 5, 5, 7, 9]]},
        ["5", "4", [["-1.5", "-0.5", "-0.5", "-0.5", 0, 0, 1, 2]]],
        "Wikipedia, Standard deviation: the population of eight",
    ),
    Case(
        "tf",
        "true-false",
        {"statement": "Pooling layers do not affect backpropagation.", "answer": "false"},
        "False",
        "[C4W1]",
    ),
    Case(
        "choice",
        "choice",
        {"options": ["horizontal edges", "vertical edges"], "answer": "b"},
        "(b)",
        "[C4W1]",
    ),
    Case(
        "97",
        "network",
        {"input": "32x32x1", "output": "10", "params": "<= 100k", "uses": ["conv", "pool"]},
        "architectures/lenet5.yaml",
        "(own)",
    ),
]
