"""The whole matrix: the effect of every convention on every question type.

`ROWS` has, computed by hand, the answer to a question under a value of a convention. Questions
without a row must not change, and no type may use a convention that it does not declare.
"""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from convcalc.homework import check, loads
from convcalc.homework.answers.types import PAIR, Misfit, Volume
from convcalc.homework.classroom.distribute import sheet_text
from convcalc.homework.conventions import RULES, Conventions, conventions
from convcalc.homework.questions import QUESTIONS, create_question, meaning
from convcalc.homework.questions.given import GivenError
from convcalc.homework.questions.meaning import MEANINGS
from homework.test_questions import sheet_with

QUESTIONS.load()
USUAL = Conventions()
REFUSED = "refused"
NO_FIT = "does not fit"
STRICT = {"fit": "strict"}


class Row(NamedTuple):
    """A question, its answer, and its answer under another value of a convention.

    Attributes:
        kind, given: the question.
        usual, other: the answers; a value for one part, by name for several.
        changes: the convention and its value.
        base: the other conventions of the sheet.
    """

    kind: str
    given: dict[str, Any]
    usual: Any
    changes: dict[str, str]
    other: Any
    base: dict[str, str]

    def __str__(self) -> str:
        return f"{self.kind} {self.changes}"


ROWS: list[Row] = []


def rows(
    kinds: str, given: dict[str, Any], usual: Any, *others: tuple[str, Any], **base: str
) -> None:
    """Add rows: for each of some types, each of some changes such as ``padding=total``."""
    for kind in kinds.split():
        for text, other in others:
            key, _, value = text.partition("=")
            ROWS.append(Row(kind, given, usual, {key: value}, other, base))


TOTAL, SYMMETRIC, ZERO = "padding=total", "same=symmetric", "dilation_base=0"
FIT, UP, CHW = "fit=strict", "fit=ceil", "order=chw"
TWO, EXACT, BARE = "flops=2macs", "flops=exact", "bias=false"

# ---- sizes: windows that start at 0, s, 2s, … and end inside the padded input
P1 = {"n": 7, "k": 3, "s": 2, "p": 1}
rows("output-size fit", P1, 4, (TOTAL, 3))
rows("dilated-size", {**P1, "d": 1}, 4, (TOTAL, 3))
rows("output-size fit", {"n": 8, "k": 3, "s": 2, "p": 0}, 3, (FIT, NO_FIT))
rows("dilated-size", {"n": 8, "k": 3, "s": 2, "p": 0, "d": 1}, 3, (FIT, NO_FIT))
# (8 + 1 − 3)/2 + 1 = 4 with TensorFlow's one zero, (8 + 2 − 3)/2 + 1 = 9/2 with one on each side
SAME = {"n": 8, "k": 3, "s": 2, "p": "same"}
rows("output-size fit", SAME, 4, (SYMMETRIC, NO_FIT), **STRICT)
rows("dilated-size", {**SAME, "d": 1}, 4, (SYMMETRIC, NO_FIT), **STRICT)
rows("output-size fit dilated-size", {"n": 9, "k": 3, "d": 1}, 7, (ZERO, 5))
rows("volume", {**P1, "filters": 5}, (4, 4, 5), (TOTAL, (3, 3, 5)), (CHW, (5, 4, 4)))
rows("volume", {**P1, "filters": 5}, (4, 4, 5), ("order=nchw", (5, 4, 4)))
rows("volume", {"n": 8, "k": 3, "s": 2, "filters": 5}, (3, 3, 5), (FIT, NO_FIT))
rows("volume", {**SAME, "filters": 5}, (4, 4, 5), (SYMMETRIC, NO_FIT), **STRICT)
rows("volume", {"n": 9, "k": 3, "d": 1, "filters": 5}, (7, 7, 5), (ZERO, (5, 5, 5)))
rows("pool-volume", {**P1, "c_in": 5}, (4, 4, 5), (TOTAL, (3, 3, 5)), (CHW, (5, 4, 4)))
rows("pool-volume", {**P1, "c_in": 5}, (4, 4, 5), ("order=nchw", (5, 4, 4)))
rows("pool-volume", {"n": 8, "k": 3, "s": 2, "c_in": 5}, (3, 3, 5), (FIT, NO_FIT), (UP, (4, 4, 5)))
rows("pool-volume", {**SAME, "c_in": 5}, (4, 4, 5), (SYMMETRIC, NO_FIT), **STRICT)
rows("padded-volume", {"n": 6, "p": 3, "c_in": 2}, (12, 12, 2), (TOTAL, (9, 9, 2)))
rows(
    "padded-volume",
    {"n": 6, "p": 3, "c_in": 2},
    (12, 12, 2),
    (CHW, (2, 12, 12)),
    ("order=nchw", (2, 12, 12)),
)
rows("pad-to-keep", {"k": 5}, 2, (TOTAL, 4))
rows("pad-to-keep", {"k": 3, "d": 1}, 1, (ZERO, 2))
rows("same-padding", {"n": 10, "k": 3, "s": 2}, {"total": 1, "before": 0, "after": 1},
     (SYMMETRIC, {"total": 2, "before": 1, "after": 1}))  # fmt: skip
# a kernel of 4 stamped at 0, 2, 4, 6, 8 covers 12 cells; the padding is cut off
rows("transposed-size", {"n": 5, "k": 4, "s": 2, "p": 1}, 10, (TOTAL, 11))
rows("transposed-size", {"n": 5, "k": 4, "s": 2, "d": 1}, 12, (ZERO, 15))
rows("transposed-size", {"n": 5, "k": 3, "s": 2, "p": 1}, 9, ("transposed_out_pad=match", 10))
rows("fc-to-conv", {"input": "5x5x16", "units": 120, "n": 9}, {"kernel": 5, "volume": (5, 5, 120)},
     (CHW, {"kernel": 5, "volume": (120, 5, 5)}), ("order=nchw", {"kernel": 5, "volume": (120, 5, 5)}))  # fmt: skip
rows("min-input", {"layers": "conv:k5c4p2"}, 1, (TOTAL, 3))
rows("min-input", {"layers": "conv:k3c4d1"}, 3, (ZERO, 5))
rows("min-input", {"layers": "conv:k2c1s2p1"}, 1, (FIT, 2))  # (1 + 2 − 2)/2 is not a whole number
rows("min-input", {"layers": "pool:k3s2 pool:k2"}, 5, (UP, 2))

rows("solve-size", {"find": "n", "k": 3, "p": 1, "out": 8}, 8, (TOTAL, 9))
rows("solve-size", {"find": "d", "n": 11, "k": 3, "out": 7}, 2, (ZERO, 1))
rows("solve-size", {"find": "s", "n": 8, "k": 3, "out": 3}, 2, (FIT, REFUSED))
rows("solve-params", {"find": "filters", "k": 1, "c_in": 2, "params": 12}, 4, (BARE, 6))

# ---- parameters
rows("params params-transposed", {"k": 3, "c_in": 2, "filters": 4}, 76, (BARE, 72))
rows("params-depthwise", {"k": 3, "c_in": 4}, 40, (BARE, 36))
rows("params-fc", {"input": "2x2x3", "units": 5}, 65, (BARE, 60))
rows("params-bn", {"c_in": 8}, 16, ("bn=all", 32))
rows("params-pool", {"k": 2, "c_in": 16}, 0, ("pool_bias=lenet", 32))
rows("params-pool", {"k": 2, "c_in": 16}, 32, (BARE, 16), pool_bias="lenet")
rows(
    "params-separable",
    {"k": 5, "c_in": 10, "filters": 100, "bias": True},
    1360,
    ("separable_bias=last", 1350),
)
rows(
    "weight-shape",
    {"k": 3, "c_in": 2, "filters": 5},
    (3, 3, 2, 5),
    (CHW, (5, 2, 3, 3)),
    ("order=nchw", (5, 2, 3, 3)),
)
rows("lenet-c3", {}, 2416, (BARE, 2400), ("lenet_c3=paper", 1516))

# ---- receptive fields
rows("receptive-field", {"layers": "3/1/1 3/1"}, 5, (ZERO, 7), ("rf=pixels", 25))
rows("receptive-field-net", {"net": "lenet5"}, 32, ("rf=pixels", 1024))  # the whole image

# ---- counts of a convolution: 4×4 positions, or 3×3 with one zero in total
POSITIONS = {**P1, "c_in": 2, "filters": 3}
MISFIT = {**POSITIONS, "n": 8, "p": 0}
WORDS = {**MISFIT, "p": "same"}
rows("macs", POSITIONS, 864, (TOTAL, 486), (TWO, 1728), (EXACT, 1680))
rows("ops", POSITIONS, 1728, (TOTAL, 972), (EXACT, 1680))
rows("multiplications", POSITIONS, 864, (TOTAL, 486))
rows("neurons", POSITIONS, 48, (TOTAL, 27), ("neurons=filters", 3))
rows("connections", {**POSITIONS, "c_in": 1}, 480, (TOTAL, 270), (BARE, 432))
rows("no-sharing", POSITIONS, 912, (TOTAL, 513), (BARE, 864))
rows("im2col", POSITIONS, {"filters": (3, 18), "columns": (18, 16)},
     (TOTAL, {"filters": (3, 18), "columns": (18, 9)}))  # fmt: skip
for _kind, _usual in (
    ("macs", 864),
    ("ops", 1728),
    ("multiplications", 864),
    ("neurons", 48),
    ("no-sharing", 912),
):
    rows(_kind, MISFIT, _usual * 9 // 16, (FIT, REFUSED))
    rows(_kind, WORDS, _usual, (SYMMETRIC, REFUSED), **STRICT)
rows("connections", {**MISFIT, "c_in": 1}, 270, (FIT, REFUSED))
rows("connections", {**WORDS, "c_in": 1}, 480, (SYMMETRIC, REFUSED), **STRICT)
rows("im2col", MISFIT, {"filters": (3, 18), "columns": (18, 9)}, (FIT, REFUSED))
rows("im2col", WORDS, {"filters": (3, 18), "columns": (18, 16)}, (SYMMETRIC, REFUSED), **STRICT)
# 5·5·3·3·2·4 products go into 11·11·4 sums
rows(
    "macs-transposed",
    {"n": 5, "k": 3, "s": 2, "c_in": 2, "filters": 4},
    1800,
    (TWO, 3600),
    (EXACT, 3116),
)
rows("savings-separable", {"n": 10, "k": 3, "c_in": 4, "filters": 6}, {"macs": 6000, "ratio": Fraction(18, 5)},
     (TWO, {"macs": 12000, "ratio": Fraction(18, 5)}),
     (EXACT, {"macs": 11000, "ratio": Fraction(426, 110)}))  # fmt: skip
rows("savings-bottleneck", {"n": 10, "k": 3, "c_in": 64, "filters": 32, "squeeze": 8},
     {"direct": 1843200, "squeezed": 281600},
     (TWO, {"direct": 3686400, "squeezed": 563200}), (EXACT, {"direct": 3683200, "squeezed": 559200}))  # fmt: skip

# ---- networks
PADDED, DILATED, POOLED = "conv:k3c4p1 fc:10", "conv:k3c4d1 fc:1", "pool:k3s2 conv:k1c1 fc:1"
PLAIN, NORMED, POOL, WORDED = (
    "conv:k3c4 fc:10",
    "conv:k3c4 bn fc:10",
    "conv:k3c4 pool:k3 fc:10",
    "conv:k3c4s2psame fc:10",
)
F = Fraction


def net(text: str, side: int, **more: Any) -> dict[str, Any]:
    """A network on a square grey image."""
    return {"arch": text, "input": f"{side}x{side}x1", **more}


# a window at 2·2 begins at the cell 4, or one or two cells before it
rows("pixels-seen", net("conv:k3c1s2p1", 9, unit=2), {"rows": (3, 5)}, (TOTAL, {"rows": (4, 6)}))
rows(
    "pixels-seen",
    net("conv:k3c1s2psame", 8, unit=2),
    {"rows": (4, 6)},
    (SYMMETRIC, REFUSED),
    **STRICT,
)
rows("pixels-seen", net("conv:k3c1d1", 9, unit=2), {"rows": (2, 4)}, (ZERO, {"rows": (2, 6)}))
rows("pixels-seen", net("pool:k3s2", 8, unit=2), {"rows": (4, 6)}, (FIT, REFUSED))
# two 3×3 layers see 5×5 pixels
_tables = net("conv:k3c4 conv:k3c2", 9, ask="rf", rows="last")
rows("arch-table chain", _tables, 5, ("rf=pixels", 25))
rows("params-model", net(PADDED, 4), 690, (TOTAL, 410))
rows("params-model", net(WORDED, 8), 690, (SYMMETRIC, REFUSED), **STRICT)
rows("params-model", net(DILATED, 9), 237, (ZERO, 141))
rows("params-model", net(POOLED, 8), 12, (UP, 19), (FIT, REFUSED))
rows("params-model", net(PLAIN, 5), 410, (BARE, 396))
rows("params-model", net(NORMED, 5), 418, ("bn=all", 426))
rows("params-model", net(POOL, 5), 90, ("pool_bias=lenet", 98))
rows("params-model", net(PLAIN, 5, of="macs"), 684, (TWO, 1368), (EXACT, 612 + 710))
# exam network as in COMS 4705 on a colour image: 201,390 with its 190 biases
rows("params-model", {"arch": "conv:k3c100 conv:k5c50s3 pool:k2 conv:k3c30 pool:k2x4 fc:10", "input": "256x256x3"},
     201390, (BARE, 201200))  # fmt: skip
rows("share", net(PADDED, 4), F(650, 690), (TOTAL, F(370, 410)))
rows("share", net(WORDED, 8), F(650, 690), (SYMMETRIC, REFUSED), **STRICT)
rows("share", net(DILATED, 9), F(197, 237), (ZERO, F(101, 141)))
rows("share", net(POOLED, 8), F(10, 12), (UP, F(17, 19)), (FIT, REFUSED))
rows("share", net(PLAIN, 5), F(370, 410), (BARE, F(360, 396)))
rows("share", net(NORMED, 5), F(370, 418), ("bn=all", F(370, 426)))
rows("share", net(POOL, 5), F(50, 90), ("pool_bias=lenet", F(50, 98)))
rows("share", net(PLAIN, 5, of="macs"), F(360, 684), (EXACT, F(710, 1322)))
for _text, _side, _usual, _others in (
    (PADDED, 4, 690, ((TOTAL, 410),)), (DILATED, 9, 237, ((ZERO, 141),)),
    (POOLED, 8, 12, ((UP, 19), (FIT, REFUSED))), (PLAIN, 5, 410, ((BARE, 396),)),
    (NORMED, 5, 418, (("bn=all", 426),)), (POOL, 5, 90, (("pool_bias=lenet", 98),)),
):  # fmt: skip
    rows("compare", {"input": f"{_side}x{_side}x1", "designs": [_text]}, _usual, *_others)
rows("compare", {"input": "8x8x1", "designs": [WORDED]}, 690, (SYMMETRIC, REFUSED), **STRICT)
rows(
    "compare", {"input": "5x5x1", "designs": [PLAIN], "of": "macs"}, 684, (TWO, 1368), (EXACT, 1322)
)
# one 1×1 filter on a grey image has a weight and a bias, used once for each pixel
for _text, _side, _ratio, _changed in (
    (PADDED, 4, F(690, 2), ((TOTAL, F(410, 2)),)), (DILATED, 9, F(237, 2), ((ZERO, F(141, 2)),)),
    (POOLED, 8, F(12, 2), ((UP, F(19, 2)), (FIT, REFUSED))), (PLAIN, 5, F(410, 2), ((BARE, F(396)),)),
    (NORMED, 5, F(418, 2), (("bn=all", F(426, 2)),)), (POOL, 5, F(90, 2), (("pool_bias=lenet", F(98, 2)),)),
):  # fmt: skip
    _words = {"input": f"{_side}x{_side}x1", "designs": [_text, "conv:k1c1"]}
    rows("ratio", _words, _ratio, *_changed)
rows(
    "ratio",
    {"input": "8x8x1", "designs": [WORDED, "conv:k1c1"]},
    F(690, 2),
    (SYMMETRIC, REFUSED),
    **STRICT,
)
rows(
    "ratio",
    {"input": "5x5x1", "designs": [PLAIN, "conv:k1c1"], "of": "macs"},
    F(684, 25),
    (EXACT, F(1322, 25)),
)
for _text, _side, _usual, _others in (
    (PADDED, 4, 690, ((TOTAL, 410),)), (DILATED, 9, 237, ((ZERO, 141),)),
    (POOLED, 8, 12, ((UP, 19), (FIT, REFUSED))), (PLAIN, 5, 410, ((BARE, 396),)),
    (POOL, 5, 90, (("pool_bias=lenet", 98),)),
):  # fmt: skip
    _split = [
        (text, other if other == REFUSED else {"trainable": other}) for text, other in _others
    ]
    rows("params-trainable", net(_text, _side), {"trainable": _usual}, *_split)
rows("params-trainable", net(WORDED, 8), {"total": 690}, (SYMMETRIC, REFUSED), **STRICT)
rows("flatten", net("conv:k5c4p2", 6), 144, (TOTAL, 64))
rows("flatten", net("conv:k3c4s2psame", 8), 64, (SYMMETRIC, REFUSED), **STRICT)
rows("flatten", net("conv:k3c4d1", 9), 196, (ZERO, 100))
rows("flatten", net("pool:k3s2", 8), 9, (UP, 16), (FIT, REFUSED))
rows(
    "arch-table chain",
    net("conv:k5c4p2", 6),
    {"1.shape": (6, 6, 4)},
    (TOTAL, {"1.shape": (4, 4, 4)}),
)
rows("arch-table chain", net("conv:k5c4p2", 6), {"1.shape": (6, 6, 4)},
     (CHW, {"1.shape": (4, 6, 6)}), ("order=nchw", {"1.shape": (4, 6, 6)}))  # fmt: skip
rows(
    "arch-table chain",
    net("conv:k3c4s2psame", 8),
    {"1.shape": (4, 4, 4)},
    (SYMMETRIC, REFUSED),
    **STRICT,
)
rows(
    "arch-table chain",
    net("conv:k3c4d1", 9),
    {"1.shape": (7, 7, 4)},
    (ZERO, {"1.shape": (5, 5, 4)}),
)
rows(
    "arch-table chain",
    net("pool:k3s2", 8),
    {"1.shape": (3, 3, 1)},
    (UP, {"1.shape": (4, 4, 1)}),
    (FIT, REFUSED),
)
rows("arch-table chain", net(NORMED, 5, ask=["params"]), {"1.params": 40, "2.params": 8, "3.params": 370},
     ("bn=all", {"1.params": 40, "2.params": 16, "3.params": 370}),
     (BARE, {"1.params": 36, "2.params": 8, "3.params": 360}))  # fmt: skip
rows("arch-table chain", net(POOL, 5, ask=["weights", "params"]), {"2.weights": 0, "2.params": 0},
     ("pool_bias=lenet", {"2.weights": 4, "2.params": 8}))  # fmt: skip
rows("arch-table chain", net(PLAIN, 5, ask=["macs"]), {"1.macs": 324, "2.macs": 360},
     (TWO, {"1.macs": 648, "2.macs": 720}), (EXACT, {"1.macs": 612, "2.macs": 710}))  # fmt: skip
rows("memory", net("conv:k3c4p1", 4), 4 * (16 + 64), (TOTAL, 4 * (16 + 36)))
rows("memory", net("conv:k3c4s2psame", 8), 4 * (64 + 64), (SYMMETRIC, REFUSED), **STRICT)
rows("memory", net("conv:k3c4d1", 9), 4 * (81 + 196), (ZERO, 4 * (81 + 100)))
rows("memory", net("pool:k3s2", 8), 4 * (64 + 9), (UP, 4 * (64 + 16)), (FIT, REFUSED))
rows("memory", net(PLAIN, 5, of="weights"), 4 * 410, (BARE, 4 * 396))
rows("memory", net(NORMED, 5, of="weights"), 4 * 418, ("bn=all", 4 * 426))
rows("memory", net(POOL, 5, of="weights"), 4 * 90, ("pool_bias=lenet", 4 * 98))

# ---- by hand
SQUARE, NINE = [[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
AROUND = ((0, 0, 0, 0), (0, 1, 2, 0), (0, 3, 4, 0), (0, 0, 0, 0))
AFTER = ((1, 2, 0), (3, 4, 0), (0, 0, 0))
rows("conv-by-hand", {"x": SQUARE, "w": [[1]], "p": 1}, AROUND, (TOTAL, AFTER))
rows(
    "conv-by-hand", {"x": NINE, "w": [[1, 0], [0, 1]], "d": 1}, ((6, 8), (12, 14)), (ZERO, ((10,),))
)
rows("conv-by-hand", {"x": SQUARE, "w": [[1, 0], [0, 0]]}, ((1,),), ("conv=convolution", ((4,),)))
rows("conv-by-hand", {"x": SQUARE, "w": [[1]], "s": 2}, ((1,),), (FIT, REFUSED))
rows("pad-by-hand", {"x": SQUARE, "p": 1}, AROUND, (TOTAL, AFTER))
rows("conv-1d", {"x": [[1, 2, 3]], "w": [[1, 0]], "p": 1}, ((0, 1, 2, 3),), (TOTAL, ((1, 2, 3),)))
rows("conv-1d", {"x": [[1, 2, 3]], "w": [[1, 0]]}, ((1, 2),), ("conv=convolution", ((2, 3),)))
rows("conv-1d", {"x": [[1, 2]], "w": [[1]], "s": 2}, ((1,),), (FIT, REFUSED))
CUBE = [SQUARE, SQUARE]
rows("conv-3d-by-hand", {"x": [[[5]]], "w": [[[1]]], "p": 1}, {"slice2": ((0, 0, 0), (0, 5, 0), (0, 0, 0))},
     (TOTAL, {"slice2": ((0, 0), (0, 0))}))  # fmt: skip
rows(
    "conv-3d-by-hand",
    {"x": [[[1, 2]], [[3, 4]]], "w": [[[1, 0]], [[0, 0]]]},
    ((1,),),
    ("conv=convolution", ((4,),)),
)
rows("conv-3d-by-hand", {"x": CUBE, "w": [[[1]]], "s": 2}, ((1,),), (FIT, REFUSED))
rows("pool-by-hand", {"x": SQUARE, "k": 2, "s": 1, "p": 1}, ((1, 2, 2), (3, 4, 4), (3, 4, 4)),
     (TOTAL, ((4, 4), (4, 4))))  # fmt: skip
rows("pool-by-hand", {"x": SQUARE, "k": 2, "p": 1, "mode": "avg"}, ((F(1, 4), F(1, 2)), (F(3, 4), 1)),
     ("avg_pool_border=ignore", ((1, 2), (3, 4))))  # fmt: skip
rows("pool-by-hand", {"x": NINE, "k": 2}, ((5,),), (UP, ((5, 6), (8, 9))), (FIT, REFUSED))
STEPS = {"x": SQUARE, "w": [[1]], "k": 1}
rows("pipeline", {**STEPS, "p": 1}, {"conv": AROUND}, (TOTAL, {"conv": AFTER}))
rows(
    "pipeline",
    {**STEPS, "w": [[1, 0], [0, 0]]},
    {"conv": ((1,),)},
    ("conv=convolution", {"conv": ((4,),)}),
)
rows(
    "pipeline",
    {"x": NINE, "w": [[1]], "k": 2},
    {"pool": ((5,),)},
    (UP, {"pool": ((5, 6), (8, 9))}),
    (FIT, REFUSED),
)
ONES = [[1, 1], [1, 1]]  # stamped four times: 1 2 1, 2 4 2, 1 2 1
rows("transposed-by-hand", {"x": ONES, "w": ONES, "p": 1}, ((4,),), (TOTAL, ((1, 2), (2, 4))))
rows(
    "transposed-by-hand",
    {"x": [[1]], "w": [[5]], "s": 2},
    ((5,),),
    ("transposed_out_pad=match", ((5, 0), (0, 0))),
)
# two windows of 1×2 in a row of 4 leave no cell over; in a row of 5 they leave one
rows(
    "gradient",
    {"x": [[1, 1, 1, 1, 1]], "w": [[1, 1]], "g": [[1, 1]], "s": 2},
    {"db": 2},
    (FIT, REFUSED),
)
rows("gradient", {"x": [[2]], "w": [[3]], "g": [[1, 1, 1]] * 3, "p": 1}, {"dw": ((2,),), "dx": ((3,),), "db": 9},
     (TOTAL, REFUSED))  # fmt: skip
rows("gradient", {"x": SQUARE, "w": [[1, 0], [0, 0]], "g": [[1]]}, {"dw": ((1, 2), (3, 4)), "dx": ((1, 0), (0, 0))},
     ("conv=convolution", {"dw": ((4, 3), (2, 1)), "dx": ((0, 0), (0, 1))}))  # fmt: skip


def answers(kind: str, given: dict[str, Any], **fixed: str) -> dict[str, Any]:
    """The right answers of a question by part; "does not fit" as words."""
    parts = create_question(kind, given, conventions(**fixed)).parts()
    return {
        part.name: NO_FIT if isinstance(part.expected, Misfit) else part.expected for part in parts
    }


def stated(row: Row, answer: Any, **fixed: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts, and the row's answers to them."""
    found = answers(row.kind, row.given, **row.base, **fixed)
    if isinstance(answer, dict):
        return {name: found[name] for name in answer}, answer
    assert len(found) == 1
    return found, {next(iter(found)): answer}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_convention_changes_the_answer_as_it_says(row: Row) -> None:
    found, said = stated(row, row.usual)
    assert found == said
    if row.other == REFUSED:
        with pytest.raises(GivenError, match=r"fit|shape of the output"):
            stated(row, row.other, **row.changes)
        return
    found, said = stated(row, row.other, **row.changes)
    assert found == said
    assert row.usual != row.other


def test_the_unit_of_memory_changes_what_is_asked_and_how_it_is_written() -> None:
    given = {"volume": "1024x1024x4"}
    texts = []
    for unit in ("MB", "MiB"):
        task = create_question("memory", given, conventions(bytes=unit))
        (part,) = task.parts()
        texts.append((task.sentence().split()[2], part.answer_type.text(part.expected)))
    assert texts == [("MB", "16.7772 MB"), ("MiB", "16 MiB")]


def test_settings_are_right_as_the_sheet_writes_them() -> None:
    def right(answer: str, out: int, **fixed: str) -> bool:
        task = create_question("solve-for", {"n": 8, "out": out}, conventions(**fixed))
        (part,) = task.parts()
        reading = part.answer_type.read(answer)
        return part.answer_type.same(reading, part.expected, part.answer_type.tolerance)

    assert right("k=3, s=1, p=1", 8)
    assert not right("k=3, s=1, p=2", 8)
    assert right("k=3, s=1, p=2", 8, padding="total")
    assert right("k=3, s=2, p=0", 3)  # 5 cells with stride 2: one is left over
    assert not right("k=3, s=2, p=0", 3, fit="strict")


SPECIAL = {
    ("memory", "bytes"), ("solve-for", "padding"), ("solve-for", "fit"),  # tested above
    *(("formula", key) for key in ("padding", "dilation_base", "flops", "bias", "rf")),  # in test_formulas
    ("arch-table", "bytes"), ("chain", "bytes"),  # in test_table_columns
}  # fmt: skip
VALUES = [
    (key, value)
    for key, rule in RULES.items()
    for value in rule.values
    if value != getattr(USUAL, key)
]


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", sorted(QUESTIONS))
def test_what_has_no_row_does_not_change(kind: str) -> None:
    cls = QUESTIONS[kind]
    rows = [row for row in ROWS if row.kind == kind]
    told = [row.changes for row in rows]
    given = [*cls.examples, *(row.given for row in rows if not row.base)]
    usual = [[part.expected for part in create_question(kind, one).parts()] for one in given]
    changed = []
    for key, value in VALUES:
        if {key: value} in told or (kind, key) in SPECIAL:
            assert key in cls.depends_on
            continue
        other = USUAL.but(**{key: value})
        for numbers, expected in zip(given, usual, strict=True):
            parts = create_question(kind, numbers, other).parts()
            if [part.expected for part in parts] != expected:
                changed.append((key, value, numbers))
    assert not changed


@pytest.mark.parametrize("kind", sorted(QUESTIONS))
def test_a_type_depends_on_what_changes_it_and_says_why_it_ignores_the_rest(kind: str) -> None:
    cls = QUESTIONS[kind]
    changed = {key for row in ROWS if row.kind == kind for key in row.changes}
    changed |= {key for each, key in SPECIAL if each == kind}
    assert set(cls.depends_on) == changed
    for key, reason in cls.ignores.items():
        assert key in RULES
        assert key not in changed
        assert len(reason) > 10


def test_every_convention_decides_something() -> None:
    decided = {key for kind in QUESTIONS for key in QUESTIONS[kind].depends_on}
    assert decided == set(RULES)
    assert {key for each in MEANINGS.values() for key in each.conventions} == set(RULES)


# Words affected by a convention, and their allowed types.
MEANT = {
    "p": {"Padding", "Zeros", "ZerosPerAxis"}, "d": {"Dilation"}, "bias": {"Bias"}, "flip": {"Flip"},
    "a": {"OutputPadding"}, "arch": {"Arch"}, "designs": {"Archs"},
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(QUESTIONS))
def test_no_word_goes_round_the_conventions(kind: str) -> None:
    cls = QUESTIONS[kind]
    for word, types in MEANT.items():
        if word in cls.words:
            assert cls.meanings[word] in types
    for given in cls.examples:
        parts = create_question(kind, given).parts()
        if any(
            isinstance(part.answer_type, Volume) and part.answer_type is not PAIR for part in parts
        ):
            assert "order" in cls.meanings
    if "layers" in cls.words and cls.words["layers"].type not in ("Count", "LayerCounts"):
        assert cls.meanings["layers"] in {"Layers", "LayersPerAxis", "Archs"}


def test_no_type_reads_a_convention() -> None:
    """Only the code that creates questions and gives words their meaning knows the conventions."""
    package = Path(meaning.__file__).parent
    reading = {
        path.stem
        for path in package.glob("*.py")
        if "homework.conventions" in path.read_text(encoding="utf-8")
    }
    assert reading == {"base", "meaning"}


def test_a_dilation_of_zero_needs_a_sheet_that_counts_from_zero() -> None:
    for kind, given in (
        ("output-size", {"n": 9, "k": 3, "d": 0}),
        ("receptive-field", {"layers": "3/1/0"}),
        ("flatten", net("conv:k3c4d0", 9)),
    ):
        with pytest.raises(GivenError, match=r"counts (?:dilation )?from 1"):
            create_question(kind, given)
        assert answers(kind, given, dilation_base="0") == answers(
            kind, {**given, **{word: str(given[word]).replace("d0", "").removesuffix("/0") for word in ("layers", "arch") if word in given}, **({"d": 1} if "d" in given else {})}
        )  # fmt: skip


def test_presets_read_padding_alike_in_every_type() -> None:
    # 28 + 4 − 5 + 1 = 28 with four zeros in total, as in Dive into Deep Learning
    given = {"n": 28, "k": 5, "p": 4, "c_in": 1, "filters": 6}
    assert answers("volume", given, preset="d2l") == {"": (6, 28, 28)}
    assert answers("neurons", given, preset="d2l") == {"": 6 * 28 * 28}
    assert answers("ops", given, preset="d2l") == {"": 2 * 25 * 6 * 28 * 28}
    lenet = net("conv:k5c6p4 avgpool:k2 conv:k5c16 avgpool:k2", 28)
    assert answers("flatten", lenet, preset="d2l") == {"": 400}


SHEET = """
convcalc_sheet: 1
id: own
conventions: {fit: strict, flops: 2macs}
questions:
  - {id: q1, type: output-size, given: {n: 8, k: 3, s: 2, p: 0}}
  - {id: q2, type: output-size, given: {n: 8, k: 3, s: 2, p: 0}, conventions: {fit: floor}}
  - {id: q3, type: output-size, text: "How large is it?", given: {n: 8, k: 3, s: 2, p: 0}, conventions: {fit: floor}}
"""


def test_a_question_can_state_its_own_conventions() -> None:
    sheet = loads(SHEET)
    for again in (sheet, loads(sheet_text(sheet))):
        assert isinstance(again["q1"].parts[0].expected, Misfit)
        assert [again[name].parts[0].expected for name in ("q2", "q3")] == [3, 3]
        assert again["q2"].conventions.flops == "2macs"
        assert again["q3"].sentence == "How large is it? (Round sizes down.)"
        assert "(Round sizes down.)" in again["q2"].sentence
        assert "Round sizes down" not in again["q1"].sentence


_LAYERS: dict[str, tuple[dict[str, Any], str]] = {
    "params": ({"k": 3, "c_in": 6, "filters": 4}, "conv:k3c4"),
    "params-fc": ({"input": "10x10x6", "units": 5}, "fc:5"),
    "params-bn": ({"c_in": 6}, "batchnorm"),
    "params-depthwise": ({"k": 3, "c_in": 6}, "depthwise:k3"),
    "params-transposed": ({"k": 3, "c_in": 6, "filters": 4}, "conv_transpose:k3c4"),
    "params-pool": ({"k": 2, "c_in": 6}, "pool:k2"),
}
_COUNTS = {"bias": ("true", "false"), "bn": ("trainable", "all"), "pool_bias": ("0", "lenet")}


@pytest.mark.parametrize("kind", _LAYERS)
@pytest.mark.parametrize("values", [*product(*_COUNTS.values())], ids="-".join)
def test_a_layer_counts_alone_as_in_a_network(kind: str, values: tuple[str, ...]) -> None:
    """Every combination of what counts: two ways to the same number, with different code."""
    given, arch = _LAYERS[kind]
    settings = dict(zip(_COUNTS, values))
    alone = sheet_with(kind, given, **settings)["q1"].parts[0].expected
    network = sheet_with("params-model", {"input": "10x10x6", "arch": arch}, **settings)
    assert alone == network["q1"].parts[0].expected


@pytest.mark.parametrize(("bias", "right"), [("true", 12), ("false", 6)])
def test_a_pool_of_lenet_has_a_bias_where_biases_count(bias: str, right: int) -> None:
    sheet = sheet_with("params-pool", {"k": 2, "c_in": 6}, pool_bias="lenet", bias=bias)
    assert check(sheet, "q1", right).right


def test_the_gradient_of_a_window_that_does_not_fit_is_asked_where_sizes_are_rounded() -> None:
    # (4 − 3)/2 + 1 = 1.5
    given = {"x": [[1, 2, 3, 4]] * 4, "w": [[1, 1, 1]] * 3, "s": 2}
    message = r"the window does not fit exactly, and this sheet has fit: strict; change the map, the stride or the padding"
    for kind, more in (("gradient", {"g": [[1]]}), ("conv-by-hand", {})):
        assert sheet_with(kind, {**given, **more})["q1"].parts
        with pytest.raises(GivenError, match=message):
            _ = sheet_with(kind, {**given, **more}, fit="strict")["q1"].parts


@pytest.mark.parametrize("word", ["conv:c5psame", "pool:psame", "depthwise:psame"])
def test_same_padding_of_a_layer_without_a_kernel_is_refused_alike(word: str) -> None:
    said = []
    for same in ("tf", "symmetric"):
        with pytest.raises(GivenError) as error:
            sheet_with("params-model", {"input": "20x20x3", "arch": f"{word} fc:10"}, same=same)
        said.append(str(error.value))
    assert said[0] == said[1]
    assert re.fullmatch(rf"arch: {word}: \w+ needs kernel_size; write k3", said[0])


def test_the_share_of_fully_connected_layers_leaves_out_a_norm_behind_them() -> None:
    # 3·3·6·4 + 4 = 220, 8·8·4·10 + 10 = 2570, 2·10 = 20
    arch = "conv:k3c4 fc:10 batchnorm relu"
    sheet = sheet_with("share", {"input": "10x10x6", "arch": arch})
    assert sheet["q1"].parts[0].expected == Fraction(2570, 220 + 2570 + 20)
