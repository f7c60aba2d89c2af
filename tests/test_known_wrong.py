"""Known wrong sources: the right and wrong numbers in ``docs/known-wrong.md`` are calculated again.

The right number comes from convcalc, or from arrays; the wrong one from the mistake that leads to it. If nobody knows
how a source got its number, only the number is compared.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convcalc
from convcalc.analysis.analysis import Step
from convcalc.layers.rf import Field

PAGE = (Path(__file__).parent.parent / "docs" / "known-wrong.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^### (\d+) ([^\n]+)\n(.*?)(?=^##|\Z)", re.DOTALL | re.MULTILINE)
NUMBERS = re.compile(r"^```text\nsaid = (.+)\nright = (.+)\n```$", re.MULTILINE)
SECTIONS = {int(number): text for number, _, text in SECTION.findall(PAGE)}
KNOWN: dict[str, Any] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "Fraction": Fraction,
    "__builtins__": {},
}

Pair = tuple[Any, Any]
CASES: dict[int, Callable[[], Pair]] = {}


def case(number: int) -> Callable[[Callable[[], Pair]], Callable[[], Pair]]:
    """Register a function that computes the published and the right number of a section."""

    def keep(run: Callable[[], Pair]) -> Callable[[], Pair]:
        assert number not in CASES
        CASES[number] = run
        return run

    return keep


def printed(number: int) -> tuple[str, str]:
    """The two lines of a section, without their names."""
    (found,) = NUMBERS.findall(SECTIONS[number])
    said, right = found
    return said, right


def exactly(formula: str) -> Fraction:
    """The value of a formula on the page."""
    python = formula.replace(",", "").replace("·", "*").replace("−", "-")
    return Fraction(eval(re.sub(r"\b(\d+)\b", r"Fraction(\1)", python), KNOWN))


def shown(value: Any, like: str) -> str:
    """A number as written on the page, with as many decimals; rows of a matrix separated by semicolons."""
    if isinstance(value, np.ndarray):
        return "; ".join(" ".join(map(str, row)) for row in value.tolist())
    decimals = len(like.partition(".")[2])
    if decimals:
        return f"{float(value):,.{decimals}f}"
    return f"{int(value):,}" if value == int(value) else f"{float(value)}, which is not whole"


def conv(shape: tuple[int, ...], filters: int, kernel: int, **options: Any) -> Step:
    return convcalc.layer("conv", shape, out_channels=filters, kernel_size=kernel, **options)


def without_channels(shape: tuple[int, ...], filters: int, kernel: int, **options: Any) -> int:
    """Parameters of the same layer on one channel."""
    return conv((1, *shape[1:]), filters, kernel, **options).params


def field(step: Step) -> Field:
    """The receptive field of a step along its first axis."""
    assert isinstance(step.rf, tuple)
    found = step.rf[0]
    assert isinstance(found, Field)
    return found


def last(words: list[str]) -> Step:
    """The last step of a chain on a large enough image."""
    return convcalc.chain("1x9999x9999", *words).walk().steps[-1]


def field_of(network: str) -> Any:
    """The size of the receptive field of a bundled network's maps."""
    axes = convcalc.load(network).walk().rf["fc"]
    assert isinstance(axes, tuple)
    assert isinstance(axes[0], Field)
    return axes[0].size


# ------------------------------------------------------------------------------------ lecture notes


@case(1)
def _() -> Pair:
    side, layers = 224, 0
    while side > 4:
        side, layers = conv((1, side, side), 1, 5).output[1], layers + 1
    after_44 = convcalc.chain("1x224x224", *["conv:k5c1"] * 44).walk().steps[-1].output
    assert after_44 == (1, 48, 48)
    return (224 - 4) // 5, layers


@case(2)
def _() -> Pair:
    return without_channels((3, 32, 32), 100, 5), conv((3, 32, 32), 100, 5).params


@case(3)
def _() -> Pair:
    assert without_channels((8, 14, 14), 16, 5) == 416
    assert conv((8, 14, 14), 16, 5).params == 3216
    return without_channels((3, 32, 32), 8, 5), conv((3, 32, 32), 8, 5).params


@case(4)
def _() -> Pair:
    return 32 * 5 + 0 + 1, conv((1, 32, 32), 1, 5).output[1]


MATRIX = np.array(
    [[2, 2, 3, 3, 3], [0, 1, 3, 0, 3], [2, 3, 0, 1, 3], [3, 3, 2, 1, 2], [3, 3, 0, 2, 3]]
)
KERNEL = np.array([[2, 0, 1], [1, 0, 0], [0, 1, 1]])


def windows_of(matrix: np.ndarray) -> np.ndarray:
    """The nine 3×3 windows with stride 2 on the padded matrix, each as a row."""
    padded = np.pad(matrix, 1)
    return np.array([padded[y : y + 3, x : x + 3].ravel() for y in (0, 2, 4) for x in (0, 2, 4)])


@case(5)
def _() -> Pair:
    said = np.array([[1, 6, 5], [7, 10, 9], [7, 10, 8]])
    kernels = np.array(list(itertools.product(range(4), repeat=9)))
    assert not (kernels @ windows_of(MATRIX).T == said.ravel()).all(axis=1).any()
    return said, (windows_of(MATRIX) @ KERNEL.ravel()).reshape(3, 3)


# ------------------------------------------------------------------------------------------- papers


@case(6)
def _() -> Pair:
    assert conv((3, 227, 227), 96, 11, stride=4).output[1] == 55
    assert conv((3, 224, 224), 96, 11, stride=4, padding=[[1, 2], [1, 2]]).output[1] == 55
    assert conv((3, 224, 224), 96, 11, stride=4).output[1] == 54
    return 55, Fraction(224 - 11, 4) + 1


@case(7)
def _() -> Pair:
    channels, height, width = conv((3, 227, 227), 96, 11, stride=4).output
    return height * (channels // 2) * channels, channels * height * width


@case(8)
def _() -> Pair:
    alexnet, googlenet = (
        convcalc.load(name).walk().totals["params"] for name in ("alexnet", "googlenet")
    )
    assert (alexnet, googlenet) == (60_965_224, 6_998_552)
    return 12, Fraction(alexnet, googlenet)


@case(9)
def _() -> Pair:
    first = conv((3, 224, 224), 64, 7, stride=2, padding=3, bias=False)
    assert first.macs == 118_013_952
    assert round(2_700 * 112 * 112, -6) == 34_000_000
    return 2_700, first.params


@case(10)
def _() -> Pair:
    there = conv((1, 6, 6), 1, 3, stride=2, padding=1)
    options = {"out_channels": 1, "kernel_size": 3, "stride": 2, "padding": 1}
    assert convcalc.layer("conv_transpose", there.output, **options, output_padding=1).output == (
        1,
        6,
        6,
    )
    return 2, there.output[1]


# -------------------------------------------------------------------------------- courses and books


@case(11)
def _() -> Pair:
    walked = convcalc.load("vgg16").walk()
    listed = [step for step in walked.steps if step.layer.kind in ("conv", "maxpool", "linear")]
    values = sum(math.prod(step.output) for step in [walked.image, *listed])
    assert (4 * values, 4 * values // 10**6, round(4 * values / 2**20)) == (60_950_432, 60, 58)
    return 24_000_000, values


@case(12)
def _() -> Pair:
    hidden = [convcalc.layer("linear", (n,), out_features=4096, bias=False) for n in (6400, 4096)]
    weights = sum(step.params for step in hidden)
    assert (weights, 4 * weights // 2**20, round(4 * weights / 10**6)) == (42_991_616, 164, 172)
    return 81_000_000, sum(2 * step.macs for step in hidden)


# ------------------------------------------------------------------------------ libraries and tools


@case(13)
def _() -> Pair:
    pool = convcalc.layer("maxpool", (1, 32, 32), kernel_size=1, stride=2, fit="ceil")
    return math.ceil(Fraction(32 - 1, 2)) + 1, pool.output[1]


@case(14)
def _() -> Pair:
    totals = convcalc.load("resnet50_torchvision").walk().totals
    return totals["macs"] // 2, totals["flops"]


@case(15)
def _() -> Pair:
    up = convcalc.layer("conv_transpose", (3, 2, 2), out_channels=1, kernel_size=2, stride=2)
    products = sum(1 for _ in itertools.product(range(3), range(2), range(2), range(2), range(2)))
    assert up.macs == products
    return math.prod(up.output) * 2 * 2 * 3, products


@case(16)
def _() -> Pair:
    cells = [10 + 2 * tap - 2 for tap in range(3)]
    rf = field(conv((1, 64, 64), 1, 3, dilation=2, padding=2))
    assert (rf.start + 10 * rf.stride, rf.size) == (cells[0], cells[-1] - cells[0] + 1)
    return 10 + Fraction(1, 2) + Fraction(3 - 1, 2) - 2, Fraction(cells[0] + cells[-1] + 1, 2)


@case(17)
def _() -> Pair:
    words = ["conv:k7s2c1", "pool:k3s2"]
    for blocks, stride in ((3, 1), (4, 2), (6, 2), (3, 2)):
        first = ["conv:k1c1", f"conv:k3s{stride}c1", "conv:k1c1", f"conv:k1s{stride}c1"]
        words += [*first, *["conv:k3c1"] * (blocks - 1)]
    in_a_row = field(last(words))
    assert in_a_row.stride == 256
    return in_a_row.size, field_of("resnet50_torchvision")


# ------------------------------------------------------------------------------- quizzes and forums


@case(18)
def _() -> Pair:
    shape = (3, 64, 64)
    return without_channels(shape, 32, 5, bias=False), conv(shape, 32, 5).params


@case(19)
def _() -> Pair:
    return (5 - 3 + 2) // 2, conv((3, 5, 5), 1, 3, stride=2, padding=1).output[1]


@case(20)
def _() -> Pair:
    block = [f"conv:k2d{2**power}c1" for power in range(10)]
    one, three = (field(last(block * times)).size for times in (1, 3))
    assert one == 1024
    return 3 * one, three


@case(21)
def _() -> Pair:
    layer = conv((3, 224, 224), 64, 3, padding=1)
    return conv((3, 9, 9), 64, 3, bias=False).params * 74 * 74, layer.macs


@case(22)
def _() -> Pair:
    shape = (3, 64, 64)
    return without_channels(shape, 64, 3, bias=False), conv(shape, 64, 3, bias=False).params


# ---------------------------------------------------------------------------------------- the tests


def test_every_section_has_a_case() -> None:
    assert sorted(SECTIONS) == list(range(1, len(SECTIONS) + 1))
    assert sorted(CASES) == sorted(SECTIONS)


@pytest.mark.parametrize("number", CASES)
@pytest.mark.unmeasured
def test_both_numbers_are_calculated_again(number: int) -> None:
    for name, value, line in zip(("said", "right"), CASES[number](), printed(number)):
        *formulas, last = line.split(" = ")
        assert shown(value, last) == last, name
        for formula in formulas:
            assert shown(exactly(formula), last) == last, name


@pytest.mark.parametrize("number", CASES)
def test_a_section_says_where_the_number_is_published_and_that_it_is_another(number: int) -> None:
    said, right = (line.rpartition(" = ")[2] for line in printed(number))
    assert said != right
    (source,) = re.findall(
        r"^\*Source:\* (.+?)\n\n", SECTIONS[number] + "\n", re.DOTALL | re.MULTILINE
    )
    assert len(source) > 15


def test_a_wrong_sum_on_the_page_is_found() -> None:
    assert shown(exactly("(5·5·3 + 1)·32"), "2,432") == "2,432"
    assert shown(exactly("(5·5·3 + 1)·32"), "2,433") != "2,433"
    assert shown(exactly("(224 − 11) / 4 + 1"), "54.25") == "54.25"


def test_the_rounded_numbers_are_exact_in_the_other_column() -> None:
    assert f"{convcalc.load('resnet50').walk().totals['macs']:,} multiply-adds: cut off" in PAGE
    assert f"{convcalc.load('resnet50').walk().totals['params']:,}: cut off" in PAGE
    assert f"{3 * 64 * 224 * 224 * 4 * 2:,} bytes" in PAGE
    assert f"| {200 * 200 * 40_000:,} |" in PAGE
    powers = np.exp([1.2, 0.9, 0.4])
    assert ", ".join(f"{each:.3f}"[1:] for each in powers / powers.sum()) in PAGE


def test_three_layouts_of_resnet_50_have_the_operations_and_fields_that_sources_give() -> None:
    names = ("resnet50", "resnet50_torchvision")
    assert [field_of(name) for name in names] == [483, 427]
    assert [f"{convcalc.load(name).walk().totals['macs'] / 1e9:.2f}" for name in names] == [
        "3.86",
        "4.09",
    ]
    # TF-Slim's: the last unit of a stage has the stride, in its 3×3 convolution.
    macs, side, channels = conv((3, 224, 224), 64, 7, stride=2, padding=3).macs, 56, 64
    for width, units, stride in ((64, 3, 2), (128, 4, 2), (256, 6, 2), (512, 3, 1)):
        for unit in range(units):
            shrink = {"stride": stride if unit == units - 1 else 1}
            reduce = conv((channels, side, side), width, 1)
            middle = conv(reduce.output, width, 3, padding=1, **shrink)
            grow = conv(middle.output, 4 * width, 1)
            shortcut = conv((channels, side, side), 4 * width, 1, **shrink).macs
            macs += reduce.macs + middle.macs + grow.macs + shortcut * (channels != 4 * width)
            channels, side = 4 * width, grow.output[1]
    assert f"{(macs + 2048 * 1000) / 1e9:.2f}" == "3.48"
