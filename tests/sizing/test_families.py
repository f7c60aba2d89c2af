"""Families of networks by width, depth and resolution, compared with their authors' tables."""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby

import pytest

import convcalc

# millions of multiply-adds, cut off, at each resolution, and millions of parameters without batch norm
# github.com/tensorflow/models, research/slim/nets/mobilenet/README.md (MobileNetV2, 1001 classes)
MOBILENET_V2 = {
    "1.4": ({224: 582}, "6.06"),
    "1.3": ({224: 509}, "5.34"),
    "1.0": ({224: 300, 192: 221, 160: 154, 128: 99, 96: 56}, "3.47"),
    "0.75": ({224: 209, 192: 153, 160: 107, 128: 69, 96: 39}, "2.61"),
    "0.5": ({224: 97, 192: 71, 160: 50, 128: 32, 96: 18}, "1.95"),
    "0.35": ({224: 59, 192: 43, 160: 30, 128: 20, 96: 11}, "1.66"),
}
# research/slim/nets/mobilenet_v1.md: millions of multiply-adds, and the exact ones, which the paper's layers give
MOBILENET_V1 = {
    32: {224: (569, 568_740_352), 192: (418, 418_121_728), 160: (291, 290_675_200), 128: (186, 186_400_768)},
    24: {224: (317, 325_400_448), 192: (233, 239_273_472), 160: (162, 166_396_800), 128: (104, 106_770_432)},
    16: {224: (150, 149_497_088), 192: (110, 109_970_432), 160: (77, 76_524_800), 128: (49, 49_160_192)},
    8: {224: (41, 41_030_272), 192: (34, 30_212_608), 160: (21, 21_059_200), 128: (14, 13_570_048)},
}  # fmt: skip
# printed numbers that no interpretation of the layers gives; the paper (Table 6) has 325 for the first
NOT_REPRODUCIBLE = {(24, 224), (24, 192), (24, 160), (24, 128), (8, 192)}
# Tan & Le 2019, arXiv:1905.11946, Table 2, and torchvision 0.28.0's exact numbers of parameters
EFFICIENTNET = {
    "b1": ("1", "1.1", 240, 7_794_184, 686_802_832),
    "b2": ("1.1", "1.2", 260, 9_109_994, 993_561_872),
    "b3": ("1.2", "1.4", 300, 12_233_232, 1_827_141_392),
    "b4": ("1.4", "1.8", 380, 19_341_616, 4_393_771_024),
    "b5": ("1.6", "2.2", 456, 30_389_784, 10_266_384_752),
    "b6": ("1.8", "2.6", 528, 43_040_704, 19_067_593_536),
    "b7": ("2", "3.1", 600, 66_347_960, 37_745_884_192),
}


def walked(name: str, side: int, **parameters: object) -> convcalc.Analysis:
    return convcalc.load(name, parameters=parameters, input=(3, side, side)).walk()


@pytest.mark.unmeasured
def test_mobilenet_v2_has_the_22_rows_of_its_table() -> None:
    rows = 0
    for width, (macs, params) in MOBILENET_V2.items():
        for side, printed in macs.items():
            found = walked("mobilenet_v2", side, width=float(width), classes=1001)
            assert found.totals["macs"] // 10**6 == printed, (width, side)
            norm = sum([step.params for step in found if step.kind == "batchnorm"])
            kept = Fraction(found.totals["params"] - norm, 10**6)
            assert abs(kept - Fraction(params)) <= Fraction("0.006"), (width, side)
            rows += 1
    assert rows == 22


@pytest.mark.unmeasured
def test_widths_are_multiples_of_8_and_never_more_than_10_percent_below() -> None:
    own = walked("mobilenet_v2", 224)
    for width in ("0.35", "0.5", "0.6", "0.75", "1.3", "1.4"):
        found = walked("mobilenet_v2", 224, width=float(width))
        for name in ("conv1", "stage1.project", "stage2.1.project", "stage7.1.project"):
            assert name in own
            channels = found[name].output[0]
            exact = own[name].output[0] * Fraction(width)
            assert channels % 8 == 0
            assert Fraction(9, 10) * exact <= channels
            assert channels == 8 or abs(channels - exact) < 8
    assert walked("mobilenet_v2", 224, width=1.4)["conv8"].output[0] == 1792
    assert walked("mobilenet_v2", 224, width=0.35)["conv8"].output[0] == 1280


def test_mobilenet_v1_has_the_16_rows_of_its_table_or_those_of_its_layers() -> None:
    rows = 0
    for width, macs in MOBILENET_V1.items():
        for side, (printed, exact) in macs.items():
            found = walked("mobilenet_v1", side, width=width).totals["macs"]
            assert found == exact
            is_near = abs(found - printed * 10**6) < Fraction(64, 100) * 10**6
            assert is_near is ((width, side) not in NOT_REPRODUCIBLE), (width, side)
            rows += 1
    assert rows == 16


@pytest.mark.parametrize("name", EFFICIENTNET)
@pytest.mark.unmeasured
def test_an_efficientnet_is_b0_with_a_width_a_depth_and_a_resolution(name: str) -> None:
    width, depth, side, params, macs = EFFICIENTNET[name]
    found = walked("efficientnet_b0", side, width=float(width), depth=float(depth))
    assert (found.totals["params"], found.totals["macs"]) == (params, macs)
    own = convcalc.load(f"efficientnet_{name}").walk()
    assert [step.output for step in own] == [step.output for step in found]


# pycls, dev/model_complexity.json (its flops are macs and the 1,000 biases of the last layer), and its
# configs/dds_baselines/regnetx: w0, wa, wm, depth and group width; Radosavovic et al. 2020, arXiv:2003.13678
REGNET_X = {
    "200MF": ((24, 36.44, 2.49, 13, 8), [(24, 1), (56, 1), (152, 4), (368, 7)], 2_684_792, 199_040_872),
    "400MF": ((24, 24.48, 2.54, 22, 16), [(32, 1), (64, 2), (160, 7), (384, 12)], 5_157_512, 397_678_568),
    "600MF": ((48, 36.97, 2.24, 16, 24), [(48, 1), (96, 3), (240, 5), (528, 7)], 6_196_040, 600_891_112),
    "1.6GF": ((80, 34.01, 2.25, 18, 24), [(72, 2), (168, 4), (408, 10), (912, 2)], 9_190_136, 1_602_850_792),
    "6.4GF": ((184, 60.83, 2.07, 17, 56), [(168, 2), (392, 4), (784, 10), (1624, 1)], 26_209_256, 6_460_292_264),
    "8.0GF": ((80, 49.56, 2.88, 23, 120), [(80, 2), (240, 5), (720, 15), (1920, 1)], 39_572_648, 7_995_133_416),
    "12GF": ((168, 73.36, 2.37, 19, 112), [(224, 2), (448, 5), (896, 11), (2240, 1)], 46_106_056, 12_086_679_016),
    "32GF": ((320, 69.86, 2.0, 23, 168), [(336, 2), (672, 7), (1344, 13), (2520, 1)], 107_811_560, 31_735_930_792),
}  # fmt: skip


@pytest.mark.parametrize("name", REGNET_X)
@pytest.mark.unmeasured
def test_a_regnet_x_follows_from_its_four_numbers(name: str) -> None:
    (w0, wa, wm, depth, group_width), stages, params, flops = REGNET_X[name]
    found = walked("regnet_x", 224, w0=w0, wa=wa, wm=wm, depth=depth, group_width=group_width)
    widths = [step.output[0] for step in found if step.name.endswith(".f.c")]
    assert [(width, len(list(blocks))) for width, blocks in groupby(widths)] == stages
    assert (found.totals["params"], found.totals["macs"] + 1000) == (params, flops)


def test_the_first_block_of_every_stage_of_a_regnet_has_stride_2() -> None:
    # the first stage of 400MF is as wide as the stem, and still begins with a projection
    found = walked("regnet_x", 224, w0=24, wa=24.48, wm=2.54, depth=22, group_width=16)
    strided = [step for step in found if step.name.endswith(".proj")]
    assert [step.input[0] for step in strided] == [32, 32, 64, 160]
    own = convcalc.load("regnet_x_200mf").walk()
    assert [step.output for step in walked("regnet_x", 224)] == [step.output for step in own]


@pytest.mark.parametrize(
    "name",
    [
        "unet",
        "vgg11",
        "vgg16_bn",
        "vgg19",
        "resnet18",
        "resnet34_torchvision",
        "resnet50",
        "resnet101",
    ],
)
@pytest.mark.unmeasured
def test_half_the_width_is_half_of_all_channels(name: str) -> None:
    own, half = convcalc.load(name).walk(), convcalc.load(name, parameters={"width": 32}).walk()
    assert own.names == half.names
    for step, other in zip(own, half):
        if step.kind == "conv" and step.name != "score":
            assert (step.output[0], step.output[1:]) == (2 * other.output[0], other.output[1:])
