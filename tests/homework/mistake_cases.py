"""Every mistake with its canonical wrong number: what is asked, the wrong answer, the right one.

``first`` is False where the number is another mistake's as well, and that one is commoner.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from homework.cases import K2, W22, WAVE, X3, X16, conv, window

POOL = [[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]
DEEP_X = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
DEEP_W = [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]
SIGNED = {"x": X3, "w": [[1, -1], [1, -2]]}
G = [[1, 0, -1], [2, 1, 0], [0, 1, 1]]


class Slip(NamedTuple):
    """A row of the catalogue."""

    id: str
    type: str
    given: dict[str, Any]
    wrong: Any
    right: Any
    part: str = ""
    conventions: Mapping[str, Any] = MappingProxyType({})
    first: bool = True


A = window(28, 5, 1, 2)
B = window(63, 7, 2)
C = window(32, 5, 2)
D = {"n": 64, "k": 3, "d": 2}
E = {"n": 5, "k": 7, "s": 3, "p": 1}
F = conv(5, 3, 10, n=32)
V = window(32, 5, c_in=3, filters=6)
STRICT = {"fit": "strict"}
TOTAL = {"flops": "2macs"}
SEP = {"n": 56, "k": 3, "c_in": 64, "filters": 128}
SQUEEZE = {"n": 28, "k": 5, "c_in": 192, "filters": 32, "squeeze": 16}
MEM = {"volume": "224x224x64"}
RF = {"layers": "3/2 3/2 3/1"}
FIVE = {"layers": "5*3"}
SAME_33 = window(33, 3, 2, "same")
GROUPED = conv(3, 64, 128, groups=4)
DEPTHWISE = conv(3, 64, 64, groups=64, bias=False)

SLIPS = [
    # ------------------------------------------------------------------ 2.1 output size
    Slip("out.no-plus-one", "output-size", A, "27", 28),
    Slip("out.no-plus-one", "output-size", B, "28", 29),
    Slip("out.one-sided-pad", "output-size", A, "26", 28),
    Slip("out.no-pad", "output-size", A, "24", 28),
    Slip("out.double-pad", "output-size", A, "32", 28),
    Slip("out.no-stride", "output-size", B, "57", 29),
    Slip("out.div-all", "output-size", B, "28.5", 29),
    Slip("out.n-over-s", "output-size", B, "31.5", 29),
    Slip("out.plus-k", "output-size", window(28, 5, 1, 2), "38", 28),
    Slip("out.plus-k", "output-size", window(28, 3), "31", 26, first=False),
    Slip("out.minus-2k", "output-size", window(256, 3), "252", 254),
    Slip("out.full", "output-size", window(32, 5), "36", 28),
    Slip("out.same", "output-size", B, "63", 29),
    Slip("out.kernel", "output-size", A, "5", 28),
    Slip("out.rounded-up", "output-size", C, "15", 14),
    Slip("out.left-fraction", "output-size", C, "14.5", 14),
    Slip("out.floored-in-strict", "output-size", C, "14", "does not fit", conventions=STRICT),
    Slip("out.caffe-ceil", "pool-volume", {"n": 112, "k": 3, "s": 2}, "56", 55),
    Slip("out.pool-stride-1", "pool-volume", {"n": 32, "k": 3}, "30", 10),
    Slip("out.same-keeps-with-stride", "output-size", SAME_33, "33", 17),
    Slip("out.same-keeps-with-stride", "same-size", {"n": 33, "s": 2, "k": 3}, "33", 17),
    Slip("out.even-k-half", "output-size", window(32, 4, 1, "same"), "31", 32),
    Slip("out.even-k-half", "output-size", window(32, 4, 1, "same"), "33", 32),
    Slip("out.swapped-hw", "output-size", window([20, 30], [3, 5]), "26x18", [18, 26]),
    Slip("out.no-dilation", "dilated-size", D, "62", 60),
    Slip("out.dilation-times", "dilated-size", D, "59", 60),
    Slip("out.dilation-no-one", "dilated-size", D, "61", 60),
    Slip("out.dilation-zero-based", "dilated-size", D, "58", 60),
    Slip("out.t-conv-formula", "transposed-size", E, "1", 17),
    Slip("out.t-times-s", "transposed-size", E, "15", 17),
    Slip("out.t-no-minus-one", "transposed-size", E, "20", 17),
    Slip("out.t-one-sided", "transposed-size", E, "18", 17),
    Slip("out.t-pad-ignored", "transposed-size", E, "19", 17),
    Slip("out.t-pad-added", "transposed-size", E, "21", 17),
    # ---------------------------------------------------------------------- 2.2 volumes
    Slip("vol.depth-in", "volume", V, "28x28x3", [28, 28, 6]),
    Slip("vol.depth-one", "volume", V, "28x28x1", [28, 28, 6]),
    Slip("vol.depth-times", "volume", V, "28x28x18", [28, 28, 6]),
    Slip("vol.pad-depth", "padded-volume", {"n": 15, "p": 2, "c_in": 8}, "19x19x12", [19, 19, 8]),
    Slip("vol.pad-one-side", "padded-volume", {"n": 15, "p": 2, "c_in": 8}, "17x17x8", [19, 19, 8]),
    Slip(
        "vol.pool-depth",
        "pool-volume",
        {"n": 32, "k": 2, "s": 2, "c_in": 16},
        "32x32x8",
        [16, 16, 16],
    ),
    Slip("vol.order", "volume", V, "(6, 28, 28)", [28, 28, 6]),
    Slip("vol.flatten-no-depth", "flatten", {"input": "12x12x64"}, "144", 9216),
    Slip(
        "vol.flatten-early",
        "params-model",
        {"input": "200x200x3", "arch": "CONV-3-32 POOL-2 FC-64 FC-1"},
        "20,481,025",
        20073473,
    ),
    # ------------------------------------------------------------------- 2.3 parameters
    Slip("par.no-bias", "params", F, "750", 760),
    Slip("par.no-channels", "params", F, "260", 760),
    Slip("par.no-channels-no-bias", "params", F, "250", 760),
    Slip("par.one-bias", "params", F, "751", 760),
    Slip("par.no-channels-one-bias", "params", F, "251", 760),
    Slip("par.bias-per-channel", "params", F, "780", 760),
    Slip("par.bias-wrong-side", "params", F, "825", 760),
    Slip("par.bias-wrong-side", "params-fc", {"input": "128", "units": 256}, "32,896", 33024),
    Slip("par.one-filter", "params", F, "76", 760),
    Slip("par.k-not-squared", "params", F, "160", 760),
    Slip("par.k-not-squared", "params", F, "150", 760),
    Slip("par.k-doubled", "params", F, "310", 760),
    Slip("par.added", "params", F, "290", 760),
    Slip("par.depth-out", "params", F, "2,510", 760),
    Slip("par.swapped", "params", F, "753", 760),
    Slip("par.no-sharing", "params", F, "595,840", 760),
    Slip("par.no-sharing-weights", "params", F, "588,000", 760),
    Slip("par.activations", "params", F, "7,840", 760),
    Slip("par.image-size", "params", conv(1, 16, 1, n=64), "4,097", 17),
    Slip("par.doubled", "params", F, "1,500", 760),
    Slip(
        "par.partial-total",
        "params-model",
        {"input": "28x28x1", "arch": "CONV-3-10-same FC-2"},
        "100",
        15782,
    ),
    Slip(
        "par.partial-total",
        "params-model",
        {"input": "28x28x1", "arch": "CONV-3-10-same FC-2"},
        "15,682",
        15782,
    ),
    Slip("par.pool-counted", "params-pool", {"k": 2, "c_in": 6}, "24", 0),
    Slip("par.pool-counted", "params-pool", {"k": 2, "c_in": 6}, "12", 0),
    Slip("par.bn-all-trainable", "params-bn", {"c_in": 64}, "256", 128),
    Slip("par.bn-one", "params-bn", {"c_in": 64}, "64", 128),
    Slip("par.bn-forgotten", "params-bn", {"c_in": 64}, "0", 128),
    Slip("par.bias-before-bn", "params", conv(3, 16, 64, bias=False), str(9 * 16 * 64 + 64), 9216),
    Slip("par.groups-ignored", "params", GROUPED, "73,856", 18560),
    Slip("par.groups-twice", "params", GROUPED, "4,736", 18560),
    Slip("par.groups-times", "params", GROUPED, "295,040", 18560),
    Slip("par.dw-no-groups", "params", DEPTHWISE, "36,864", 576),
    Slip("par.dws-half", "params-separable", {"k": 3, "c_in": 64, "filters": 128}, "576", 8768),
    Slip("par.dws-half", "params-separable", {"k": 3, "c_in": 64, "filters": 128}, "8,192", 8768),
    Slip(
        "par.fc-no-depth", "params-fc", {"input": "300x300x3", "units": 100}, "9,000,100", 27000100
    ),
    Slip(
        "par.fc-one-bias", "params-fc", {"input": "300x300x3", "units": 100}, "27,000,001", 27000100
    ),
    Slip("par.lenet-full", "lenet-c3", {}, "2,416", 1516, conventions={"lenet_c3": "paper"}),
    Slip("par.lenet-full", "lenet-c3", {}, "1,516", 2416),
    # ------------------------------------------------------------------- 2.4 operations
    Slip("ops.macs-as-flops", "macs", F, "1,176,000", 588000),
    Slip("ops.flops-as-macs", "macs", F, "294,000", 588000),
    Slip("ops.flops-as-macs", "macs", F, "588,000", 1176000, conventions=TOTAL),
    Slip("ops.inverted", "macs", F, "1,176,000", 588000, first=False),
    Slip("ops.inverted", "macs", F, "294,000", 1176000, conventions=TOTAL),
    Slip("ops.exact-adds", "macs", F, "1,168,160", 588000),
    Slip("ops.bias-as-mac", "macs", F, "595,840", 588000),
    Slip("ops.input-size", "macs", F, "768,000", 588000),
    Slip("ops.no-channels", "macs", F, "196,000", 588000),
    Slip("ops.no-filters", "macs", F, "58,800", 588000),
    Slip("ops.one-axis", "macs", F, "21,000", 588000),
    Slip("ops.params-only", "macs", F, "750", 588000),
    Slip(
        "ops.groups-ignored",
        "macs",
        conv(3, 64, 128, n=10, groups=4),
        str(4 * 8 * 8 * 9 * 16 * 128),
        8 * 8 * 9 * 16 * 128,
    ),
    Slip(
        "ops.t-output-size",
        "macs-transposed",
        {"n": 2, "k": 2, "s": 2, "c_in": 3, "filters": 1},
        "192",
        48,
    ),
    Slip("ops.dws-one-half", "savings-separable", SEP, "1,806,336", 27496448, "macs"),
    Slip("ops.dws-one-half", "savings-separable", SEP, "25,690,112", 27496448, "macs"),
    Slip(
        "ops.bottleneck-no-1x1", "savings-bottleneck", SQUEEZE, "10,035,200", 12443648, "squeezed"
    ),
    Slip("ops.bottleneck-no-1x1", "savings-bottleneck", SQUEEZE, "12.0", 9.68, "ratio"),
    Slip("ops.ratio-upside-down", "savings-separable", SEP, "0.119", 8.41, "ratio"),
    Slip("ops.ratio-one-term", "savings-separable", SEP, "0.111", 8.41, "ratio"),
    Slip("ops.ratio-one-term", "savings-separable", SEP, "0.0078", 8.41, "ratio"),
    # ----------------------------------------------------------------------- 2.5 memory
    Slip("mem.values", "memory", MEM, "3.21 M", 12845056),
    Slip("mem.mb-mib", "memory", MEM, "12.25", 12845056),
    Slip("mem.double", "memory", MEM, "25.69", 12845056),
    Slip("mem.half", "memory", {**MEM, "gradients": True}, "12.85", 25690112),
    Slip("mem.params-in", "memory", {"arch": "lenet5"}, None, None),
    Slip("mem.batch", "memory", MEM, "411.0 MB", 12845056),
    # -------------------------------------------------------------- 2.6 receptive field
    Slip("rf.no-stride", "receptive-field", RF, "7", 15),
    Slip("rf.own-stride", "receptive-field", RF, "11", 15),
    Slip("rf.late-jump", "receptive-field", RF, "21", 15),
    Slip("rf.sum-k", "receptive-field", RF, "9", 15),
    Slip("rf.sum-k", "receptive-field", FIVE, "15", 11),
    Slip("rf.product", "receptive-field", RF, "27", 15),
    Slip("rf.product", "receptive-field", {"layers": WAVE, "blocks": 2}, str(1024**2), 2047),
    Slip("rf.last-only", "receptive-field", RF, "3", 15),
    Slip("rf.area", "receptive-field", FIVE, "121", 11),
    Slip("rf.side", "receptive-field", FIVE, "11", 121, conventions={"rf": "pixels"}),
    Slip("rf.one-layer-off", "receptive-field", FIVE, "13", 11),
    Slip("rf.one-layer-off", "receptive-field", FIVE, "9", 11),
    Slip("rf.no-dilation", "receptive-field", {"layers": "3/1/1 3/1/2 3/1/4"}, "7", 15),
    Slip("rf.block-sum", "receptive-field", {"layers": WAVE, "blocks": 2}, "2,048", 2047),
    Slip("rf.block-sum", "receptive-field", {"layers": WAVE, "blocks": 3}, "3,072", 3070),
    Slip("rf.bigger-than-image", "receptive-field", {"layers": "5*3/2", "image": 32}, "32", 63),
    # ------------------------------------------------ 2.7 layers to a size, comparisons
    Slip("lay.k-per-layer", "layers-to-reach", {"n": 224, "k": 5, "target": 4}, "44", 55),
    Slip("lay.to-zero", "layers-to-reach", {"n": 224, "k": 5, "target": 4}, "56", 55),
    Slip("lay.plus-one", "layers-to-reach", {"n": 224, "k": 5, "target": 4}, "56", 55, first=False),
    Slip("lay.plus-one", "layers-to-reach", {"n": 32, "k": 5, "target": 12}, "6", 5),
    Slip("cmp.no-c2", "stacks", {"layers": 3, "k": 3, "against": 7}, "27C", 27, "small"),
    Slip("cmp.sizes-only", "stacks", {"layers": 3, "k": 3, "against": 7}, "9", 27, "small"),
    # ------------------------------------------------- 2.8 by hand, matrices, gradients
    Slip(
        "hand.flipped",
        "conv-by-hand",
        {"x": X3, "w": K2},
        [[5, 11], [23, 29]],
        [[19, 25], [37, 43]],
    ),
    Slip(
        "hand.transposed-kernel",
        "conv-by-hand",
        {"x": X3, "w": K2},
        [[17, 23], [35, 41]],
        [[19, 25], [37, 43]],
    ),
    Slip(
        "hand.fliplr",
        "conv-by-hand",
        {"x": X3, "w": K2},
        [[17, 23], [35, 41]],
        [[19, 25], [37, 43]],
        first=False,
    ),
    # 0·0 + 1·5 + 3·1 + 4·2 = 16, and so on
    Slip(
        "hand.fliplr",
        "conv-by-hand",
        {"x": X3, "w": [[5, 0], [2, 1]]},
        [[16, 24], [40, 48]],
        [[10, 18], [34, 42]],
    ),
    Slip(
        "hand.flipud", "conv-by-hand", {"x": X3, "w": K2}, [[7, 13], [25, 31]], [[19, 25], [37, 43]]
    ),
    Slip(
        "hand.no-sum", "conv-by-hand", {"x": X3, "w": K2}, [[0, 1], [6, 12]], [[19, 25], [37, 43]]
    ),
    Slip(
        "hand.matmul", "conv-by-hand", {"x": X3, "w": K2}, [[2, 3], [8, 15]], [[19, 25], [37, 43]]
    ),
    Slip("hand.stride", "conv-by-hand", {"x": X3, "w": K2}, [[19]], [[19, 25], [37, 43]]),
    Slip("hand.no-pad", "conv-by-hand", {"x": X3, "w": K2, "p": 1}, [[19, 25], [37, 43]], None),
    Slip(
        "hand.wrong-pad",
        "conv-by-hand",
        {"x": X3, "w": K2},
        [[0, 3, 8, 4], [9, 19, 25, 10], [21, 37, 43, 16], [6, 7, 8, 0]],
        [[19, 25], [37, 43]],
    ),
    # map 1: 1·1 + 4·1 = 5; map 2: 6·1 + 7·1 = 13; together 18
    Slip("hand.one-channel", "conv-by-hand", {"x": DEEP_X, "w": DEEP_W}, "5", [[18]]),
    Slip("hand.one-channel", "conv-by-hand", {"x": DEEP_X, "w": DEEP_W}, "13", [[18]]),
    Slip(
        "hand.cell", "conv-by-hand", {"x": X3, "w": K2}, [[19, 25], [37, 44]], [[19, 25], [37, 43]]
    ),
    Slip(
        "hand.no-bias",
        "conv-by-hand",
        {"x": X3, "w": K2, "b": 2},
        [[19, 25], [37, 43]],
        [[21, 27], [39, 45]],
    ),
    # sums 0 - 1 + 3 - 8 = -6, 1 - 2 + 4 - 10 = -7, -9, -10: ReLU leaves nothing
    Slip(
        "hand.relu-missing",
        "conv-by-hand",
        {**SIGNED, "relu": True},
        [[-6, -7], [-9, -10]],
        [[0, 0], [0, 0]],
    ),
    # only the positive products: 0 + 3, 1 + 4, 3 + 6, 4 + 7
    Slip(
        "hand.relu-early",
        "conv-by-hand",
        {**SIGNED, "relu": True},
        [[3, 5], [9, 11]],
        [[0, 0], [0, 0]],
    ),
    Slip(
        "pool.avg-for-max",
        "pool-by-hand",
        {"x": POOL},
        [["3.25", "5.25"], ["2", "2"]],
        [[6, 8], [3, 4]],
    ),
    Slip(
        "pool.max-for-avg",
        "pool-by-hand",
        {"x": POOL, "mode": "avg"},
        [[6, 8], [3, 4]],
        [[3.25, 5.25], [2, 2]],
    ),
    Slip("pool.sum", "pool-by-hand", {"x": POOL}, [[13, 21], [8, 8]], [[6, 8], [3, 4]]),
    Slip(
        "pool.stride-1",
        "pool-by-hand",
        {"x": POOL},
        [[6, 7, 8], [6, 7, 8], [3, 3, 4]],
        [[6, 8], [3, 4]],
    ),
    # with a border of zeros: 4/4, (8 + 0)/4, (12 + 8)/4, 24/4; without: 4, 8/2, 20/2, 24/4
    Slip(
        "pool.pad-count",
        "pool-by-hand",
        {"x": [[4, 8, 0], [12, 16, 4], [8, 0, 4]], "p": 1, "mode": "avg"},
        [[4, 4], [10, 6]],
        [[1, 2], [5, 6]],
    ),
    Slip(
        "im2col.swapped",
        "im2col",
        {"n": 5, "k": 3, "c_in": 3, "filters": 32},
        "9x27",
        [27, 9],
        "columns",
    ),
    Slip(
        "im2col.no-depth",
        "im2col",
        {"n": 5, "k": 3, "c_in": 3, "filters": 32},
        "9x9",
        [27, 9],
        "columns",
    ),
    Slip(
        "im2col.positions",
        "im2col",
        {"n": 5, "k": 3, "c_in": 3, "filters": 32},
        "27x25",
        [27, 9],
        "columns",
    ),
    Slip(
        "grad.no-flip",
        "gradient",
        {"x": X16, "w": W22, "g": G},
        [[4, 3, -4, -3], [10, 11, 1, -1], [4, 8, 8, 3], [0, 2, 3, 1]],
        None,
        "dx",
    ),
    # "valid" with the kernel turned round: 4·1 + 3·0 + 2·2 + 1·1 = 9, 4·0 + 3·(-1) + 2·1 + 1·0 = -1, ...
    Slip("grad.valid", "gradient", {"x": X16, "w": W22, "g": G}, [[9, -1], [12, 7]], None, "dx"),
    Slip("grad.valid", "shape-of-gradient", {"n": 4, "k": 2}, "3x3", [2, 2]),
    Slip(
        "grad.mean",
        "gradient",
        {"x": X16, "w": W22, "g": [[9, 0, -9], [18, 9, 0], [0, 9, 9]]},
        "5",
        45,
        "db",
    ),
    # ------------------------------------------------------------------- slips of the pen
    Slip("slip.power-of-ten", "params", conv(5, 3, 100), "76,000", 7600),
    Slip("slip.swapped-digits", "params", conv(7, 3, 128), "18,494", 18944),
    Slip("slip.dropped-digit", "params", conv(7, 3, 128), "1,894", 18944),
]

# Published multiple-choice questions: type, given, the right answer, and each wrong option with the
# mistakes that lead to it; none where no formula of the catalogue does.
CHOICES: list[tuple[str, str, dict[str, Any], Any, dict[str, set[str]]]] = [
    ("[C4W1] convolution", "params", conv(5, 3, 100, n=300), "7600", {
        "2501": {"par.no-channels-one-bias"}, "2600": {"par.no-channels"}, "7500": {"par.no-bias"}}),
    ("[C4W1] fully connected", "params-fc", {"input": "300x300x3", "units": 100}, "27,000,100", {
        "9,000,001": {"par.fc-no-depth"}, "9,000,100": {"par.fc-no-depth"}, "27,000,001": {"par.fc-one-bias"}}),
    ("[C4W2] 1x1", "params", conv(1, 16, 1, n=64), "17", {
        "1": {"par.no-channels-no-bias"}, "2": {"par.no-channels"}, "4097": {"par.image-size"}}),
    ("pupuweb.com", "params", conv(7, 3, 128, n=256), "18944", {
        "6400": {"par.no-channels"}, "18816": {"par.no-bias"}, "1,233,125,504": {"par.no-sharing-weights"}}),
    ("crucialexams.com", "params", conv(5, 3, 64, n=128, bias=False), "4800", {
        "1600": {"par.no-channels"}, "9600": {"par.doubled"}, "78,643,200": {"par.no-sharing-weights"}}),
    ("stats.stackexchange 570254", "params-fc", {"input": "128", "units": 256}, "33024", {
        "32896": {"par.bias-wrong-side"}, "32768": {"par.no-bias"}}),
    ("[C4W1] volume", "volume", window(63, 7, 2, c_in=16, filters=32), "29x29x32", {
        "29x29x16": {"vol.depth-in"}, "16x16x32": set(), "16x16x16": set()}),
    ("[C4W1] padding", "padded-volume", {"n": 15, "p": 2, "c_in": 8}, "19x19x8", {
        "19x19x12": {"vol.pad-depth"}, "17x17x8": {"vol.pad-one-side"}, "17x17x10": {"vol.pad-one-side", "vol.pad-depth"}}),
    ("[C4W1] pool", "pool-volume", {"n": 32, "k": 2, "s": 2, "c_in": 16}, "16x16x16", {
        "15x15x16": {"out.no-plus-one"}, "32x32x8": {"vol.pool-depth"}, "16x16x8": {"vol.pool-depth"}}),
    ("ML Zoomcamp", "params-model", {"input": "200x200x3", "arch": "CONV-3-32 POOL-2 FC-64 FC-1"}, "20,073,473", {
        "896": {"par.partial-total"}, "11,214,912": set(), "15,896,912": set()}),
    ("[C4W1] same", "pad-to-keep", {"k": 7, "n": 63}, "3", {
        "1": set(), "2": set(), "7": {"out.pad-kernel"}}),
]  # fmt: skip
