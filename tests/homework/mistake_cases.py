"""Every mistake with its usual wrong number: the question, the wrong answer, the right one.

``first`` is False if a more common mistake gives the same number.
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


class MistakeCase(NamedTuple):
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

NEURONS = {"n": 9, "k": 4, "c_in": 3, "filters": 10}
CONNECTIONS = {"n": 32, "k": 5, "c_in": 1, "filters": 6}
COLUMNS = {"n": 5, "k": 3, "c_in": 3, "filters": 32}
BOTH_SIGNS = {"x": [[1, 0, 2], [0, 1, 0], [2, 0, 1]], "w": [[1, -2], [0, 0]]}

ROW_123 = [[1, 2, 3]]
POOLED = {"x": [[1, 2], [9, 3]], "y": [[7]]}
UP = {"x": [[0, 8]], "mode": "bilinear"}
ZEROS_AROUND = [[0, 0, 0], [0, 5, 0], [0, 0, 0]]

# 20·20·2·30 + 30 = 24,030 and (3·3·2 + 1)·7 = 133
TWO_DESIGNS = {"input": "20x20x2", "designs": ["fc:30", "conv:k3c7"]}
# (3·3·3 + 1)·4 = 112, 8 + 8, 10·10·4·5 + 5 = 2,005
SPLIT = {"input": "12x12x3", "arch": "conv:k3c4 bn fc:5"}
FROZEN = {**SPLIT, "frozen": 1}
KERNEL = {"k": 3, "c_in": 8, "filters": 20}
SEPARABLE = {"k": 5, "c_in": 10, "filters": 100, "bias": True}
KERAS = {"separable_bias": "last"}

DESIGNS = [
    MistakeCase("ratio.upside-down", "ratio", TWO_DESIGNS, "0.00553", 180.677),
    MistakeCase("ratio.difference", "ratio", TWO_DESIGNS, "23,897", 180.677),
    MistakeCase("ratio.how-much-more", "ratio", {**TWO_DESIGNS, "designs": ["fc:1", "conv:k3c7"]}, "5.02", 6.0226),
    MistakeCase("ratio.share", "ratio", TWO_DESIGNS, "0.9945", 180.677),
    MistakeCase("ratio.no-bias", "ratio", TWO_DESIGNS, "190.48", 180.677),
    MistakeCase("train.no-statistics", "params-trainable", SPLIT, "2125", 2133, "total"),
    MistakeCase("train.statistics-trained", "params-trainable", SPLIT, "2133", 2125, "trainable"),
    MistakeCase("train.norm-frozen", "params-trainable", SPLIT, "16", 8, "non-trainable"),
    MistakeCase("train.mixed-up", "params-trainable", SPLIT, "2125", 8, "non-trainable"),
    MistakeCase("train.frozen-trained", "params-trainable", FROZEN, "2125", 2013, "trainable"),
    MistakeCase("train.one-layer-off", "params-trainable", {**FROZEN, "arch": "conv:k3c4 fc:5"}, "2117", 112, "non-trainable"),
    MistakeCase("shape.no-filters", "weight-shape", KERNEL, "3x3x8", [3, 3, 8, 20]),
    MistakeCase("shape.no-channels", "weight-shape", KERNEL, "3x3x20", [3, 3, 8, 20]),
    MistakeCase("shape.swapped", "weight-shape", KERNEL, "3x3x20x8", [3, 3, 8, 20]),
    MistakeCase("shape.groups-ignored", "weight-shape", {**KERNEL, "groups": 4}, "3x3x8x20", [3, 3, 2, 20]),
    MistakeCase("shape.bias-per-input", "bias-shape", KERNEL, "8", [20]),
    MistakeCase("shape.one-bias", "bias-shape", KERNEL, "1", [20]),
    MistakeCase("shape.bias-per-weight", "bias-shape", KERNEL, "8x20", [20]),
    MistakeCase("par.dws-biases", "params-separable", SEPARABLE, "1,360", 1350, conventions=KERAS),
    MistakeCase("par.dws-no-bias", "params-separable", SEPARABLE, "1,250", 1350, conventions=KERAS),
    MistakeCase("par.dws-full-params", "params-separable", SEPARABLE, "25,100", 1350, conventions=KERAS),
]  # fmt: skip

FIND_N = {"find": "n", "k": 5, "s": 2, "p": 1, "out": 20}  # 19·2 + 5 − 2 = 41, or 42
FIND_FILTERS = {"find": "filters", "k": 5, "c_in": 3, "params": 7600}
FIND_K = {"find": "k", "c_in": 6, "filters": 16, "params": 880}

# from the pool's cells 6 and 7 to 2·6 − 1 … 2·7 + 1, each two pixels apart
SEEN = {"input": "40x40x1", "arch": "conv:k5c1s2p1 pool:k2", "unit": 3}

BACKWARDS = [
    MistakeCase("seen.no-padding", "pixels-seen", SEEN, "12 to 18", (11, 17), "rows"),
    MistakeCase("seen.no-stride", "pixels-seen", SEEN, "2 to 7", (11, 17), "rows"),
    MistakeCase("seen.clipped", "pixels-seen", {**SEEN, "unit": 0}, "0 to 5", (-1, 5), "rows"),
    MistakeCase("seen.from-one", "pixels-seen", {**SEEN, "unit": 5}, "20 to 26", (19, 25), "rows", first=False),
    MistakeCase("seen.past-the-end", "pixels-seen", SEEN, "11 to 18", (11, 17), "rows"),
    MistakeCase("seen.around", "pixels-seen", SEEN, "0 to 6", (11, 17), "rows"),
    MistakeCase("seen.last-layer", "pixels-seen", SEEN, "6 to 7", (11, 17), "rows"),
    MistakeCase("seen.no-dilation", "pixels-seen", {"input": "20x20x1", "arch": "conv:k3c1d2", "unit": 3},
                "3 to 5", (3, 7), "rows"),
    MistakeCase("solve.no-minus-one", "solve-size", FIND_N, "43", 41),
    MistakeCase("solve.no-stride", "solve-size", FIND_N, "22", 41),
    MistakeCase("solve.no-padding", "solve-size", {**FIND_N, "p": 2}, "43", 39, first=False),
    MistakeCase("solve.one-sided-padding", "solve-size", {**FIND_N, "p": 2}, "41", 39, first=False),
    MistakeCase("solve.padding-sides", "solve-size", {"find": "p", "n": 63, "k": 7, "out": 63}, "6", 3),
    MistakeCase("solve.forward", "solve-size", FIND_N, "9", 41),
    MistakeCase("solve.off-by-one", "solve-size", {"find": "k", "n": 32, "out": 26}, "6", 7, first=False),
    MistakeCase("solve.no-dilation", "solve-size", {**FIND_N, "d": 2}, "41", 45),
    MistakeCase("solve.no-bias", "solve-params", {**FIND_FILTERS, "k": 1, "params": 400}, "133", 100),
    MistakeCase("solve.no-channels", "solve-params", {**FIND_FILTERS, "params": 1976}, "76", 26),
    MistakeCase("solve.not-divided", "solve-params", {"find": "c_in", "k": 1, "filters": 4, "params": 16}, "15", 3),
    MistakeCase("solve.no-root", "solve-params", FIND_K, "9", 3),
    MistakeCase("solve.k-not-squared", "solve-params", {**FIND_FILTERS, "params": 1216}, "76", 16),
]  # fmt: skip

SIZE_FORMULA = {"of": "output-size"}
PARAMS_FORMULA = {"of": "params"}
TIMES = {"formula": "a*b", "values": {"a": 760, "b": 784}}
OVER = {"formula": "a/(2*b) + 1", "values": {"a": 760, "b": 19}}  # 21

FORMULAS = [
    MistakeCase("formula.no-constant", "formula", PARAMS_FORMULA, "k^2 c_in c_out", None),
    MistakeCase("formula.no-factor", "formula", SIZE_FORMULA, "floor((n+p-k)/s)+1", None),
    MistakeCase("formula.not-rounded", "formula", SIZE_FORMULA, "(n+2p-k)/s+1", None),
    MistakeCase("formula.rounded-otherwise", "formula", SIZE_FORMULA, "ceil((n+2p-k)/s)+1", None),
    MistakeCase("formula.brackets", "formula", SIZE_FORMULA, "floor((n+2p-k+1)/s)", None),
    MistakeCase("formula.no-symbol", "formula", PARAMS_FORMULA, "(k^2+1)c_out", None),
    MistakeCase("formula.no-square", "formula", PARAMS_FORMULA, "(2k c_in+1)c_out", None),
    MistakeCase("formula.sign", "formula", SIZE_FORMULA, "floor((n+2p+k)/s)+1", None),
    MistakeCase("formula.swapped", "formula", PARAMS_FORMULA, "(k^2 c_out+1)c_in", None),
    MistakeCase("formula.upside-down", "from-answers", OVER, "1.05", 21),
    MistakeCase("formula.other-operation", "from-answers", TIMES, "1544", 760 * 784),
    MistakeCase("formula.one-part", "from-answers", TIMES, "760", 760 * 784),
]  # fmt: skip

SCORES = {"x": [[0, 1, 3]]}
NORM = {"x": [[1, 5, 6, 12]], "gamma": 2, "beta": 1, "eps": "0.5"}  # mean 6, variance 62/4 = 15.5
RIGHT_NORM = [[-1.5, 0.5, 1, 4]]

NORMALISED = [
    MistakeCase("softmax.no-exp", "softmax-by-hand", SCORES, [["0", "0.25", "0.75"]], [[0.04, 0.11, 0.84]]),
    MistakeCase("softmax.not-divided", "softmax-by-hand", SCORES, [["1", "2.72", "20.09"]], [[0.04, 0.11, 0.84]]),
    MistakeCase("softmax.sigmoid", "softmax-by-hand", SCORES, [["0.50", "0.73", "0.95"]], [[0.04, 0.11, 0.84]]),
    MistakeCase("softmax.largest", "softmax-by-hand", SCORES, [["0", "0", "1"]], [[0.04, 0.11, 0.84]]),
    MistakeCase("softmax.base-2", "softmax-by-hand", SCORES, [["0.09", "0.18", "0.73"]], [[0.04, 0.11, 0.84]]),
    MistakeCase("softmax.minus", "softmax-by-hand", SCORES, [["0.71", "0.26", "0.04"]], [[0.04, 0.11, 0.84]]),
    MistakeCase("norm.sum", "batch-norm-by-hand", NORM, "24", 6, "mean"),
    MistakeCase("norm.middle", "batch-norm-by-hand", NORM, "6.5", 6, "mean"),
    MistakeCase("norm.sample-variance", "batch-norm-by-hand", NORM, "20.67", 15.5, "variance"),
    MistakeCase("norm.squares", "batch-norm-by-hand", NORM, "51.5", 15.5, "variance"),
    MistakeCase("norm.not-divided", "batch-norm-by-hand", NORM, "62", 15.5, "variance"),
    MistakeCase("norm.deviation", "batch-norm-by-hand", NORM, "3.94", 15.5, "variance"),
    MistakeCase("norm.no-root", "batch-norm-by-hand", NORM, [["3/8", "7/8", "1", "1.75"]], RIGHT_NORM, "y"),
    MistakeCase("norm.no-scale", "batch-norm-by-hand", NORM, [["-1.25", "-0.25", "0", "1.5"]], RIGHT_NORM, "y"),
    MistakeCase("norm.no-shift", "batch-norm-by-hand", NORM, [["-2.5", "-0.5", "0", "3"]], RIGHT_NORM, "y"),
    MistakeCase("norm.not-centred", "batch-norm-by-hand", NORM, [["1.5", "3.5", "4", "7"]], RIGHT_NORM, "y"),
    MistakeCase("norm.sample-root", "batch-norm-by-hand", NORM, [["-1.17", "0.57", "1", "3.61"]], RIGHT_NORM, "y"),
    MistakeCase("norm.no-eps", "batch-norm-by-hand", NORM, [["-1.54", "0.49", "1", "4.05"]], RIGHT_NORM, "y"),
]  # fmt: skip

MAPS = [
    MistakeCase("pad.zeros", "pad-by-hand", {"x": [[5]], "mode": "replicate"}, ZEROS_AROUND, [[5] * 3] * 3),
    MistakeCase("pad.replicate", "pad-by-hand", {"x": ROW_123, "p": [0, 1], "mode": "reflect"},
                [[1, 1, 2, 3, 3]], [[2, 1, 2, 3, 2]]),
    MistakeCase("pad.border-twice", "pad-by-hand", {"x": ROW_123, "p": [0, 2], "mode": "reflect"},
                [[2, 1, 1, 2, 3, 3, 2]], [[3, 2, 1, 2, 3, 2, 1]]),
    MistakeCase("pad.reflect", "pad-by-hand", {"x": ROW_123, "p": [0, 1], "mode": "replicate"},
                [[2, 1, 2, 3, 2]], [[1, 1, 2, 3, 3]]),
    MistakeCase("pad.one-end", "pad-by-hand", {"x": [[5]]}, [[5, 0], [0, 0]], ZEROS_AROUND),
    MistakeCase("pad.one-axis", "pad-by-hand", {"x": [[5]]}, [[0, 5, 0]], ZEROS_AROUND),
    MistakeCase("pad.twice", "pad-by-hand", {"x": [[5]], "p": [0, 1]}, [[0, 0, 5, 0, 0]], [[0, 5, 0]]),
    MistakeCase("unpool.block", "unpool-by-hand", POOLED, [[7, 7], [7, 7]], [[0, 0], [7, 0]]),
    MistakeCase("unpool.corner", "unpool-by-hand", POOLED, [[7, 0], [0, 0]], [[0, 0], [7, 0]]),
    MistakeCase("unpool.others-kept", "unpool-by-hand", POOLED, [[1, 2], [7, 3]], [[0, 0], [7, 0]]),
    MistakeCase("unpool.maxima", "unpool-by-hand", POOLED, [[0, 0], [9, 0]], [[0, 0], [7, 0]]),
    MistakeCase("unpool.other-cell", "unpool-by-hand", POOLED, [[0, 0], [0, 7]], [[0, 0], [7, 0]]),
    MistakeCase("up.nearest", "upsample-by-hand", UP, [[0, 0, 8, 8]] * 2, [[0, 2, 6, 8]] * 2),
    MistakeCase("up.corners", "upsample-by-hand", UP, [["0", "8/3", "16/3", "8"]] * 2, [[0, 2, 6, 8]] * 2),
    MistakeCase("up.zeros", "upsample-by-hand", UP, [[0, 0, 8, 0], [0, 0, 0, 0]], [[0, 2, 6, 8]] * 2),
    MistakeCase("up.tiled", "upsample-by-hand", UP, [[0, 8, 0, 8]] * 2, [[0, 2, 6, 8]] * 2),
    MistakeCase("up.one-axis", "upsample-by-hand", UP, [[0, 2, 6, 8]], [[0, 2, 6, 8]] * 2),
    MistakeCase("up.from-the-edge", "upsample-by-hand", UP, [[0, 4, 8, 8]] * 2, [[0, 2, 6, 8]] * 2),
]  # fmt: skip


MISTAKE_CASES = [
    # ------------------------------------------------------------------ 2.1 output size
    MistakeCase("out.no-plus-one", "output-size", A, "27", 28),
    MistakeCase("out.no-plus-one", "output-size", B, "28", 29),
    MistakeCase("out.one-sided-pad", "output-size", A, "26", 28),
    MistakeCase("out.no-pad", "output-size", A, "24", 28),
    MistakeCase("out.double-pad", "output-size", A, "32", 28),
    MistakeCase("out.no-stride", "output-size", B, "57", 29),
    MistakeCase("out.div-all", "output-size", B, "28.5", 29),
    MistakeCase("out.n-over-s", "output-size", B, "31.5", 29),
    MistakeCase("out.plus-k", "output-size", window(28, 5, 1, 2), "38", 28),
    MistakeCase("out.plus-k", "output-size", window(28, 3), "31", 26, first=False),
    MistakeCase("out.minus-2k", "output-size", window(256, 3), "252", 254),
    MistakeCase("out.full", "output-size", window(32, 5), "36", 28),
    MistakeCase("out.same", "output-size", B, "63", 29),
    MistakeCase("out.kernel", "output-size", A, "5", 28),
    MistakeCase("out.rounded-up", "output-size", C, "15", 14),
    MistakeCase("out.left-fraction", "output-size", C, "14.5", 14),
    MistakeCase(
        "out.floored-in-strict", "output-size", C, "14", "does not fit", conventions=STRICT
    ),
    MistakeCase("out.caffe-ceil", "pool-volume", {"n": 112, "k": 3, "s": 2}, "56", 55),
    MistakeCase("out.pool-stride-1", "pool-volume", {"n": 32, "k": 3}, "30", 10),
    MistakeCase("out.same-keeps-with-stride", "output-size", SAME_33, "33", 17),
    MistakeCase("out.same-keeps-with-stride", "same-size", {"n": 33, "s": 2, "k": 3}, "33", 17),
    MistakeCase("out.even-k-half", "output-size", window(32, 4, 1, "same"), "31", 32),
    MistakeCase("out.even-k-half", "output-size", window(32, 4, 1, "same"), "33", 32),
    MistakeCase("out.swapped-hw", "output-size", window([20, 30], [3, 5]), "26x18", [18, 26]),
    MistakeCase("out.no-dilation", "dilated-size", D, "62", 60),
    MistakeCase("out.dilation-times", "dilated-size", D, "59", 60),
    MistakeCase("out.dilation-no-one", "dilated-size", D, "61", 60),
    MistakeCase("out.dilation-zero-based", "dilated-size", D, "58", 60),
    MistakeCase("out.t-conv-formula", "transposed-size", E, "1", 17),
    MistakeCase("out.t-times-s", "transposed-size", E, "15", 17),
    MistakeCase("out.t-no-minus-one", "transposed-size", E, "20", 17),
    MistakeCase("out.t-one-sided", "transposed-size", E, "18", 17),
    MistakeCase("out.t-pad-ignored", "transposed-size", E, "19", 17),
    MistakeCase("out.t-pad-added", "transposed-size", E, "21", 17),
    # ---------------------------------------------------------------------- 2.2 volumes
    MistakeCase("vol.depth-in", "volume", V, "28x28x3", [28, 28, 6]),
    MistakeCase("vol.depth-one", "volume", V, "28x28x1", [28, 28, 6]),
    MistakeCase("vol.depth-times", "volume", V, "28x28x18", [28, 28, 6]),
    MistakeCase(
        "vol.pad-depth", "padded-volume", {"n": 15, "p": 2, "c_in": 8}, "19x19x12", [19, 19, 8]
    ),
    MistakeCase(
        "vol.pad-one-side", "padded-volume", {"n": 15, "p": 2, "c_in": 8}, "17x17x8", [19, 19, 8]
    ),
    MistakeCase(
        "vol.pool-depth",
        "pool-volume",
        {"n": 32, "k": 2, "s": 2, "c_in": 16},
        "32x32x8",
        [16, 16, 16],
    ),
    MistakeCase("vol.order", "volume", V, "(6, 28, 28)", [28, 28, 6]),
    MistakeCase("vol.flatten-no-depth", "flatten", {"input": "12x12x64"}, "144", 9216),
    MistakeCase(
        "out.same",
        "params-model",
        {"input": "200x200x3", "arch": "CONV-3-32 POOL-2 FC-64 FC-1"},
        "20,481,025",
        20073473,
    ),
    # ------------------------------------------------------------------- 2.3 parameters
    MistakeCase("par.no-bias", "params", F, "750", 760),
    MistakeCase("par.no-channels", "params", F, "260", 760),
    MistakeCase("par.no-channels-no-bias", "params", F, "250", 760),
    MistakeCase("par.one-bias", "params", F, "751", 760),
    MistakeCase("par.no-channels-one-bias", "params", F, "251", 760),
    MistakeCase("par.bias-per-channel", "params", F, "780", 760),
    MistakeCase("par.bias-wrong-side", "params", F, "825", 760),
    MistakeCase(
        "par.bias-wrong-side", "params-fc", {"input": "128", "units": 256}, "32,896", 33024
    ),
    MistakeCase("par.one-filter", "params", F, "76", 760),
    MistakeCase("par.k-not-squared", "params", F, "160", 760),
    MistakeCase("par.k-not-squared", "params", F, "150", 760),
    MistakeCase("par.k-doubled", "params", F, "310", 760),
    MistakeCase("par.added", "params", F, "290", 760),
    MistakeCase("par.depth-out", "params", F, "2,510", 760),
    MistakeCase("par.swapped", "params", F, "753", 760),
    MistakeCase("par.no-sharing", "params", F, "595,840", 760),
    MistakeCase("par.no-sharing-weights", "params", F, "588,000", 760),
    MistakeCase("par.activations", "params", F, "7,840", 760),
    MistakeCase("par.image-size", "params", conv(1, 16, 1, n=64), "4,097", 17),
    MistakeCase("par.doubled", "params", F, "1,500", 760),
    MistakeCase(
        "par.partial-total",
        "params-model",
        {"input": "28x28x1", "arch": "CONV-3-10-same FC-2"},
        "100",
        15782,
    ),
    MistakeCase(
        "par.partial-total",
        "params-model",
        {"input": "28x28x1", "arch": "CONV-3-10-same FC-2"},
        "15,682",
        15782,
    ),
    MistakeCase("par.pool-counted", "params-pool", {"k": 2, "c_in": 6}, "24", 0),
    MistakeCase("par.pool-counted", "params-pool", {"k": 2, "c_in": 6}, "12", 0),
    MistakeCase("par.bn-all-trainable", "params-bn", {"c_in": 64}, "256", 128),
    MistakeCase("par.bn-one", "params-bn", {"c_in": 64}, "64", 128),
    MistakeCase("par.bn-forgotten", "params-bn", {"c_in": 64}, "0", 128),
    MistakeCase(
        "par.bias-kept", "params", conv(3, 16, 64, bias=False), str(9 * 16 * 64 + 64), 9216
    ),
    MistakeCase("par.groups-ignored", "params", GROUPED, "73,856", 18560),
    MistakeCase("par.groups-twice", "params", GROUPED, "4,736", 18560),
    MistakeCase("par.groups-times", "params", GROUPED, "295,040", 18560),
    MistakeCase("par.dw-no-groups", "params", DEPTHWISE, "36,864", 576),
    MistakeCase(
        "par.dws-half", "params-separable", {"k": 3, "c_in": 64, "filters": 128}, "576", 8768
    ),
    MistakeCase(
        "par.dws-half", "params-separable", {"k": 3, "c_in": 64, "filters": 128}, "8,192", 8768
    ),
    MistakeCase(
        "par.fc-no-depth", "params-fc", {"input": "300x300x3", "units": 100}, "9,000,100", 27000100
    ),
    MistakeCase(
        "par.fc-one-bias", "params-fc", {"input": "300x300x3", "units": 100}, "27,000,001", 27000100
    ),
    MistakeCase("par.lenet-full", "lenet-c3", {}, "2,416", 1516, conventions={"lenet_c3": "paper"}),
    MistakeCase("par.lenet-full", "lenet-c3", {}, "1,516", 2416),
    # ------------------------------------------------------------------- 2.4 operations
    MistakeCase("ops.macs-as-flops", "macs", F, "1,176,000", 588000),
    MistakeCase("ops.flops-as-macs", "macs", F, "294,000", 588000),
    MistakeCase("ops.flops-as-macs", "macs", F, "588,000", 1176000, conventions=TOTAL),
    MistakeCase("ops.inverted", "macs", F, "1,176,000", 588000, first=False),
    MistakeCase("ops.inverted", "macs", F, "294,000", 1176000, conventions=TOTAL),
    MistakeCase("ops.exact-adds", "macs", F, "1,168,160", 588000),
    MistakeCase("ops.bias-as-mac", "macs", F, "595,840", 588000),
    MistakeCase("ops.input-size", "macs", F, "768,000", 588000),
    MistakeCase("ops.no-channels", "macs", F, "196,000", 588000),
    MistakeCase("ops.no-filters", "macs", F, "58,800", 588000),
    MistakeCase("ops.one-axis", "macs", F, "21,000", 588000),
    MistakeCase("ops.params-only", "macs", F, "750", 588000),
    MistakeCase(
        "ops.groups-ignored",
        "macs",
        conv(3, 64, 128, n=10, groups=4),
        str(4 * 8 * 8 * 9 * 16 * 128),
        8 * 8 * 9 * 16 * 128,
    ),
    MistakeCase(
        "ops.t-output-size",
        "macs-transposed",
        {"n": 2, "k": 2, "s": 2, "c_in": 3, "filters": 1},
        "192",
        48,
    ),
    MistakeCase("ops.dws-one-half", "savings-separable", SEP, "1,806,336", 27496448, "macs"),
    MistakeCase("ops.dws-one-half", "savings-separable", SEP, "25,690,112", 27496448, "macs"),
    MistakeCase(
        "ops.bottleneck-no-1x1", "savings-bottleneck", SQUEEZE, "10,035,200", 12443648, "squeezed"
    ),
    MistakeCase("ops.bottleneck-no-1x1", "savings-bottleneck", SQUEEZE, "12.0", 9.68, "ratio"),
    MistakeCase("ops.ratio-upside-down", "savings-separable", SEP, "0.119", 8.41, "ratio"),
    MistakeCase("ops.ratio-one-term", "savings-separable", SEP, "0.111", 8.41, "ratio"),
    MistakeCase("ops.ratio-one-term", "savings-separable", SEP, "0.0078", 8.41, "ratio"),
    # ----------------------------------------------------------------------- 2.5 memory
    MistakeCase("mem.values", "memory", MEM, "3.21 M", 12845056),
    MistakeCase("mem.mb-mib", "memory", MEM, "12.25", 12845056),
    MistakeCase("mem.double", "memory", MEM, "25.69", 12845056),
    MistakeCase("mem.half", "memory", {**MEM, "gradients": True}, "12.85", 25690112),
    MistakeCase("mem.params-in", "memory", {"arch": "lenet5"}, None, None),
    MistakeCase("mem.batch", "memory", MEM, "411.0 MB", 12845056),
    # -------------------------------------------------------------- 2.6 receptive field
    MistakeCase("rf.no-stride", "receptive-field", RF, "7", 15),
    MistakeCase("rf.own-stride", "receptive-field", RF, "11", 15),
    MistakeCase("rf.late-jump", "receptive-field", RF, "21", 15),
    MistakeCase("rf.sum-k", "receptive-field", RF, "9", 15),
    MistakeCase("rf.sum-k", "receptive-field", FIVE, "15", 11),
    MistakeCase("rf.product", "receptive-field", RF, "27", 15),
    MistakeCase("rf.product", "receptive-field", {"layers": WAVE, "blocks": 2}, str(1024**2), 2047),
    MistakeCase("rf.last-only", "receptive-field", RF, "3", 15),
    MistakeCase("rf.area", "receptive-field", FIVE, "121", 11),
    MistakeCase("rf.side", "receptive-field", FIVE, "11", 121, conventions={"rf": "pixels"}),
    MistakeCase("rf.one-layer-off", "receptive-field", FIVE, "13", 11),
    MistakeCase("rf.one-layer-off", "receptive-field", FIVE, "9", 11),
    MistakeCase("rf.no-dilation", "receptive-field", {"layers": "3/1/1 3/1/2 3/1/4"}, "7", 15),
    MistakeCase("rf.block-sum", "receptive-field", {"layers": WAVE, "blocks": 2}, "2,048", 2047),
    MistakeCase("rf.block-sum", "receptive-field", {"layers": WAVE, "blocks": 3}, "3,072", 3070),
    MistakeCase(
        "rf.bigger-than-image", "receptive-field", {"layers": "5*3/2", "image": 32}, "32", 63
    ),
    # ------------------------------------------------ 2.7 layers to a size, comparisons
    MistakeCase("lay.k-per-layer", "layers-to-reach", {"n": 224, "k": 5, "target": 4}, "44", 55),
    MistakeCase("lay.to-zero", "layers-to-reach", {"n": 224, "k": 5, "target": 4}, "56", 55),
    MistakeCase(
        "lay.plus-one", "layers-to-reach", {"n": 224, "k": 5, "target": 4}, "56", 55, first=False
    ),
    MistakeCase("lay.plus-one", "layers-to-reach", {"n": 32, "k": 5, "target": 12}, "6", 5),
    MistakeCase("cmp.no-c2", "stacks", {"layers": 3, "k": 3, "against": 7}, "27C", 27, "small"),
    MistakeCase("cmp.sizes-only", "stacks", {"layers": 3, "k": 3, "against": 7}, "9", 27, "small"),
    # ------------------------------------------------- 2.8 by hand, matrices, gradients
    MistakeCase(
        "hand.flipped",
        "conv-by-hand",
        {"x": X3, "w": K2},
        [[5, 11], [23, 29]],
        [[19, 25], [37, 43]],
    ),
    MistakeCase(
        "hand.transposed-kernel",
        "conv-by-hand",
        {"x": X3, "w": K2},
        [[17, 23], [35, 41]],
        [[19, 25], [37, 43]],
    ),
    MistakeCase(
        "hand.fliplr",
        "conv-by-hand",
        {"x": X3, "w": K2},
        [[17, 23], [35, 41]],
        [[19, 25], [37, 43]],
        first=False,
    ),
    # 0·0 + 1·5 + 3·1 + 4·2 = 16, and so on
    MistakeCase(
        "hand.fliplr",
        "conv-by-hand",
        {"x": X3, "w": [[5, 0], [2, 1]]},
        [[16, 24], [40, 48]],
        [[10, 18], [34, 42]],
    ),
    MistakeCase(
        "hand.flipud", "conv-by-hand", {"x": X3, "w": K2}, [[7, 13], [25, 31]], [[19, 25], [37, 43]]
    ),
    MistakeCase(
        "hand.no-sum", "conv-by-hand", {"x": X3, "w": K2}, [[0, 1], [6, 12]], [[19, 25], [37, 43]]
    ),
    MistakeCase(
        "hand.matmul", "conv-by-hand", {"x": X3, "w": K2}, [[2, 3], [8, 15]], [[19, 25], [37, 43]]
    ),
    MistakeCase("hand.stride", "conv-by-hand", {"x": X3, "w": K2}, [[19]], [[19, 25], [37, 43]]),
    MistakeCase(
        "hand.no-pad", "conv-by-hand", {"x": X3, "w": K2, "p": 1}, [[19, 25], [37, 43]], None
    ),
    MistakeCase(
        "hand.wrong-pad",
        "conv-by-hand",
        {"x": X3, "w": K2},
        [[0, 3, 8, 4], [9, 19, 25, 10], [21, 37, 43, 16], [6, 7, 8, 0]],
        [[19, 25], [37, 43]],
    ),
    # map 1: 1·1 + 4·1 = 5; map 2: 6·1 + 7·1 = 13; together 18
    MistakeCase("hand.one-channel", "conv-by-hand", {"x": DEEP_X, "w": DEEP_W}, "5", [[18]]),
    MistakeCase("hand.one-channel", "conv-by-hand", {"x": DEEP_X, "w": DEEP_W}, "13", [[18]]),
    MistakeCase(
        "hand.cell", "conv-by-hand", {"x": X3, "w": K2}, [[19, 25], [37, 44]], [[19, 25], [37, 43]]
    ),
    MistakeCase(
        "hand.no-bias",
        "conv-by-hand",
        {"x": X3, "w": K2, "b": 2},
        [[19, 25], [37, 43]],
        [[21, 27], [39, 45]],
    ),
    # sums 0 - 1 + 3 - 8 = -6, 1 - 2 + 4 - 10 = -7, -9, -10: ReLU makes all 0
    MistakeCase(
        "hand.relu-missing",
        "conv-by-hand",
        {**SIGNED, "relu": True},
        [[-6, -7], [-9, -10]],
        [[0, 0], [0, 0]],
    ),
    # only the positive products: 0 + 3, 1 + 4, 3 + 6, 4 + 7
    MistakeCase(
        "hand.relu-early",
        "conv-by-hand",
        {**SIGNED, "relu": True},
        [[3, 5], [9, 11]],
        [[0, 0], [0, 0]],
    ),
    MistakeCase(
        "pool.avg-for-max",
        "pool-by-hand",
        {"x": POOL},
        [["3.25", "5.25"], ["2", "2"]],
        [[6, 8], [3, 4]],
    ),
    MistakeCase(
        "pool.max-for-avg",
        "pool-by-hand",
        {"x": POOL, "mode": "avg"},
        [[6, 8], [3, 4]],
        [[3.25, 5.25], [2, 2]],
    ),
    MistakeCase("pool.sum", "pool-by-hand", {"x": POOL}, [[13, 21], [8, 8]], [[6, 8], [3, 4]]),
    MistakeCase(
        "pool.stride-1",
        "pool-by-hand",
        {"x": POOL},
        [[6, 7, 8], [6, 7, 8], [3, 3, 4]],
        [[6, 8], [3, 4]],
    ),
    # with a border of zeros: 4/4, (8 + 0)/4, (12 + 8)/4, 24/4; without: 4, 8/2, 20/2, 24/4
    MistakeCase(
        "pool.pad-count",
        "pool-by-hand",
        {"x": [[4, 8, 0], [12, 16, 4], [8, 0, 4]], "p": 1, "mode": "avg"},
        [[4, 4], [10, 6]],
        [[1, 2], [5, 6]],
    ),
    MistakeCase(
        "im2col.swapped",
        "im2col",
        {"n": 5, "k": 3, "c_in": 3, "filters": 32},
        "9x27",
        [27, 9],
        "columns",
    ),
    MistakeCase(
        "im2col.no-depth",
        "im2col",
        {"n": 5, "k": 3, "c_in": 3, "filters": 32},
        "9x9",
        [27, 9],
        "columns",
    ),
    MistakeCase(
        "im2col.positions",
        "im2col",
        {"n": 5, "k": 3, "c_in": 3, "filters": 32},
        "27x25",
        [27, 9],
        "columns",
    ),
    MistakeCase(
        "grad.no-flip",
        "gradient",
        {"x": X16, "w": W22, "g": G},
        [[4, 3, -4, -3], [10, 11, 1, -1], [4, 8, 8, 3], [0, 2, 3, 1]],
        None,
        "dx",
    ),
    # "valid" with the kernel turned: 4·1 + 3·0 + 2·2 + 1·1 = 9, 4·0 + 3·(-1) + 2·1 + 1·0 = -1, ...
    MistakeCase(
        "grad.valid", "gradient", {"x": X16, "w": W22, "g": G}, [[9, -1], [12, 7]], None, "dx"
    ),
    MistakeCase("grad.valid", "shape-of-gradient", {"n": 4, "k": 2}, "3x3", [2, 2]),
    MistakeCase(
        "grad.mean",
        "gradient",
        {"x": X16, "w": W22, "g": [[9, 0, -9], [18, 9, 0], [0, 9, 9]]},
        "5",
        45,
        "db",
    ),
    # -------------------------------------------------- further ways to the same questions
    MistakeCase("out.minus-k", "fit", {"n": 7, "k": 3, "s": 3, "p": 0}, "4", 2),  # 7 − 3
    MistakeCase("out.pad-total", "pad-to-keep", {"k": 9}, "8", 4),  # 9 − 1
    MistakeCase("out.pad-kernel", "pad-to-keep", {"k": 9}, "9", 4),
    MistakeCase("out.pad-half-up", "pad-to-keep", {"k": 9}, "5", 4),  # (9 + 1)/2
    MistakeCase("out.same-floored", "same-size", {"n": 33, "k": 3, "s": 2}, "16", 17),  # ⌊33/2⌋
    MistakeCase("out.same-valid", "same-size", {"n": 100, "k": 5, "s": 3}, "32", 34),  # ⌊95/3⌋ + 1
    MistakeCase(
        "vol.pad-double", "padded-volume", {"n": 20, "p": 3, "c_in": 5}, "32x32x5", (26, 26, 5)
    ),
    MistakeCase(
        "par.no-bias",
        "params-model",
        {"input": "10x10x3", "arch": "CONV-3-10 CONV-3-20"},
        "2,070",
        2100,
    ),  # 9·3·10 + 9·10·20; 30 biases
    MistakeCase("par.neurons-map", "neurons", NEURONS, "36", 360),  # a 6×6 map
    MistakeCase("par.neurons-filters", "neurons", NEURONS, "10", 360),
    MistakeCase("par.neurons-input", "neurons", NEURONS, "243", 360),  # 9·9·3
    MistakeCase("par.connections-params", "connections", CONNECTIONS, "156", 122304),  # 25·6 + 6
    MistakeCase("par.connections-bias", "connections", CONNECTIONS, "117,600", 122304),  # 25·6·784
    MistakeCase(
        "par.connections-channels", "connections", {**CONNECTIONS, "c_in": 3}, "122,304", 357504
    ),  # (25 + 1)·6·784 for (75 + 1)·6·784
    MistakeCase("im2col.filters-swapped", "im2col", COLUMNS, "27x32", (32, 27), "filters"),
    MistakeCase("im2col.filters-no-depth", "im2col", COLUMNS, "32x9", (32, 27), "filters"),
    MistakeCase(
        "cmp.saved-sizes-only",
        "stacks",
        {"layers": 3, "k": 3, "against": 7},
        "40/49",
        22 / 49,
        "saved",
    ),  # 1 − 9/49 for 1 − 27/49
    MistakeCase("ops.k-not-squared", "macs", F, "117,600", 588000),  # 5·3·10·784
    MistakeCase("ops.dws-full", "savings-separable", SEP, "231,211,008", 27496448, "macs"),
    MistakeCase("mem.bits", "memory", MEM, "102.76 MB", 12845056, first=False),  # or a batch of 8
    MistakeCase("rf.layers-k", "layers-for-rf", {"k": 3, "size": 31}, "11", 15),  # ⌈31/3⌉
    MistakeCase("rf.layers-one-off", "layers-for-rf", {"k": 3, "size": 31}, "16", 15),
    MistakeCase(
        "hand.t-flipped",
        "transposed-by-hand",
        {"x": [[1, 2], [0, 3]], "w": [[1, 1], [2, 0]]},
        [[0, 2, 4], [1, 3, 8], [0, 3, 3]],
        [[1, 3, 2], [2, 7, 3], [0, 6, 0]],
    ),
    MistakeCase(
        "pool.no-relu", "pipeline", {**BOTH_SIGNS, "k": 2, "mode": "avg"}, [[-1]], [[0.5]], "pool"
    ),  # (1 − 4 − 2 + 1)/4 for (1 + 1)/4
    MistakeCase(
        "grad.turned",
        "gradient",
        {"x": X16, "w": W22, "g": G},
        [[55, 50], [35, 30]],
        [[30, 35], [50, 55]],
        "dw",
    ),
    # -------------------------------------------------------------------- maps by hand
    *MAPS,
    *NORMALISED,
    *DESIGNS,
    *BACKWARDS,
    *FORMULAS,
    # ------------------------------------------------------------------- typing errors
    MistakeCase("slip.power-of-ten", "params", conv(5, 3, 100), "76,000", 7600),
    MistakeCase("slip.swapped-digits", "params", conv(7, 3, 128), "18,494", 18944),
    MistakeCase("slip.worked-out", "params", conv(5, 3, 100), "(5*5*3 + 1)*100 = 7,610", 7600),
    MistakeCase("slip.dropped-digit", "params", conv(7, 3, 128), "1,894", 18944),
    MistakeCase(
        "hand.no-dilation",
        "conv-by-hand",
        {"x": X3, "w": K2, "d": 2},
        [[19, 25], [37, 43]],
        [[38]],
    ),  # 0·0 + 2·1 + 6·2 + 8·3
    MistakeCase(
        "hand.not-divided",
        "conv-by-hand",
        {"x": X3, "w": [["0.25", "0.5"], ["0.75", "1"]]},
        [[27, 37], [57, 67]],
        [[6.75, 9.25], [14.25, 16.75]],
    ),  # 1, 2, 3 and 4 quarters
    MistakeCase(
        "pool.stride-k",
        "pool-by-hand",
        {"x": POOL, "s": 1},
        [[6, 8], [3, 4]],
        [[6, 7, 8], [6, 7, 8], [3, 3, 4]],
    ),
]

# Published multiple-choice questions: type, given, the right answer, and each wrong option with the
# mistakes that lead to it; none if no formula of the catalogue does.
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
        "29x29x16": {"vol.depth-in"}, "16x16x32": {"out.assumed-pad", "out.other-stride"}, "16x16x16": set()}),
    ("[C4W1] padding", "padded-volume", {"n": 15, "p": 2, "c_in": 8}, "19x19x8", {
        "19x19x12": {"vol.pad-depth"}, "17x17x8": {"vol.pad-one-side"}, "17x17x10": {"vol.pad-one-side", "vol.pad-depth"}}),
    ("[C4W1] pool", "pool-volume", {"n": 32, "k": 2, "s": 2, "c_in": 16}, "16x16x16", {
        "15x15x16": {"out.no-plus-one"}, "32x32x8": {"vol.pool-depth"}, "16x16x8": {"vol.pool-depth"}}),
    ("ML Zoomcamp", "params-model", {"input": "200x200x3", "arch": "CONV-3-32 POOL-2 FC-64 FC-1"}, "20,073,473", {
        "896": {"par.partial-total"}, "11,214,912": set(), "15,896,912": set()}),
    ("[C4W1] same", "pad-to-keep", {"k": 7, "n": 63}, "3", {
        "1": {"out.pad-habit"}, "2": {"out.pad-habit"}, "7": {"out.pad-kernel"}}),
]  # fmt: skip
