"""Sizes in questions equal those of layers: every question type, padding and rounding rule, also on rectangles."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from convcalc.errors import ShapeError
from convcalc.homework import check
from convcalc.homework.answers.types import Misfit
from convcalc.layers import make
from homework.test_questions import sheet_with

SIDES = (2, 7, 8, (32, 32), (9, 12))
KERNELS = (2, 3, (3, 1))
STRIDES = (1, 2, (2, 3))
PADS: tuple[Any, ...] = (0, 1, (1, 0), "same", "valid")
WINDOWS = [*product(SIDES, KERNELS, STRIDES, PADS)]


def pair(value: Any) -> Any:
    return value if isinstance(value, tuple | str) else (value, value)


def asked(kind: str, given: dict[str, Any], fit: str) -> Any:
    """The size in a question; None if the window does not fit."""
    question = sheet_with(kind, given, fit=fit)["q1"]
    (part,) = question.parts
    return None if isinstance(part.expected, Misfit) else part.expected


def built(kind: str, given: dict[str, Any], **options: Any) -> Any:
    """The output size of a layer; None if it refuses."""
    layer = make(
        kind,
        {
            "kernel_size": pair(given["k"]),
            "stride": pair(given["s"]),
            "padding": pair(given["p"]),
            **options,
        },
    )
    shape = (3, *pair(given["n"]))
    try:
        layer.check(shape)
    except ShapeError:
        return None
    return (*layer.out_shape(shape)[1:], layer.out_shape(shape)[0])


@pytest.mark.parametrize("fit", ["floor", "strict", "ceil"])
@pytest.mark.unmeasured
def test_a_convolution_has_the_size_of_a_layer(fit: str) -> None:
    for n, k, s, p in WINDOWS:
        given = {"n": n, "k": k, "s": s, "p": p}
        rule = "strict" if fit == "strict" else "floor"  # only pools round up
        right = built("conv", given, out_channels=5, fit=rule)
        volume = asked("volume", {**given, "filters": 5}, fit)
        assert volume == right, (given, fit)
        size = asked("output-size", given, fit)
        if right is None:
            assert size is None, (given, fit)
        else:
            assert pair(size) == right[:2], (given, fit)


@pytest.mark.parametrize("fit", ["floor", "strict", "ceil"])
def test_a_pool_has_the_size_of_a_layer(fit: str) -> None:
    for n, k, s, p in WINDOWS:
        if not isinstance(p, str) and any(a >= b for a, b in zip(pair(p), pair(k))):
            continue  # a pool refuses padding as wide as its window
        given = {"n": n, "k": k, "s": s, "p": p}
        right = built("maxpool", given, fit={"ceil": "caffe"}.get(fit, fit))
        assert asked("pool-volume", {**given, "c_in": 3}, fit) == right, (given, fit)


@pytest.mark.parametrize(
    "kind", ["macs", "neurons", "connections", "no-sharing", "im2col", "params"]
)
def test_counts_use_the_positions_of_a_layer(kind: str) -> None:
    for n, k, s, p in product((7, 8, (9, 12)), KERNELS, (1, 2), (0, 1)):
        given = {"n": n, "k": k, "s": s, "p": p, "c_in": 3, "filters": 5}
        question = sheet_with(kind, given)["q1"]
        right = built("conv", given, out_channels=5)
        for part in question.parts:
            assert part.quantities.out == right[:2], given


@pytest.mark.parametrize("p", ["same", "valid", "full", "1x0"])
def test_a_padding_of_a_count_may_be_a_word_or_differ_by_axis(p: str) -> None:
    given = {"n": "8x9", "k": 3, "s": 2, "c_in": 3, "filters": 5, "p": p}
    (part,) = sheet_with("macs", given)["q1"].parts
    padding = (1, 0) if p == "1x0" else p
    right = built("conv", {**given, "n": (8, 9), "p": padding}, out_channels=5)
    assert part.quantities.out == right[:2]


def test_caffe_clips_along_every_axis_once_one_is_padded() -> None:
    given = {"n": "32x32", "k": "3x1", "s": 2, "p": "1x0", "c_in": 1}
    sheet = sheet_with("pool-volume", given, fit="ceil")
    assert check(sheet, "q1", "17x16x1").right
    assert not check(sheet, "q1", "17x17x1").right
    unpadded = sheet_with("pool-volume", {**given, "p": 0}, fit="ceil")
    assert check(unpadded, "q1", "16x17x1").right


def test_a_pool_that_rounds_up_takes_a_window_that_hangs_over() -> None:
    sheet = sheet_with("pool-volume", {"n": 2, "k": 3, "s": 2}, fit="ceil")
    assert check(sheet, "q1", "1").right
    sheet = sheet_with("pool-volume", {"n": 2, "k": 3, "s": 2})
    assert check(sheet, "q1", "does not fit").right
