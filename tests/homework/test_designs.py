"""Ratios of designs, trainable parameters, and shapes of weights, compared with arrays and ONNX's rules."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from convcalc.homework import check, loads
from convcalc.homework.answers.written import as_written
from convcalc.homework.questions import create_question
from convcalc.homework.questions.given import GivenError
from convcalc.homework.variants.draw import Maker
from homework.test_questions import sheet_with

SMALL = st.integers(1, 4)


def values(kind: str, words: dict[str, Any], **fixed: str) -> dict[str, Any]:
    return {part.name: part.expected for part in sheet_with(kind, words, **fixed)["q1"].parts}


@given(SMALL, SMALL, SMALL, st.integers(1, 3), st.booleans())
@pytest.mark.unmeasured
def test_a_ratio_is_that_of_the_numbers_in_arrays(
    units: int, filters: int, c_in: int, k: int, bias: bool
) -> None:
    side = 5
    fc = [np.zeros((side, side, c_in, units)), np.zeros(units)]
    conv = [np.zeros((filters, c_in, k, k)), np.zeros(filters)]
    counted = [sum(array.size for array in arrays[: 1 + bias]) for arrays in (fc, conv)]
    words = {"input": f"{side}x{side}x{c_in}", "designs": [f"fc:{units}", f"conv:k{k}c{filters}"]}
    assert values("ratio", words, bias=str(bias).lower()) == {"": Fraction(*counted)}


def test_a_ratio_of_operations_does_not_depend_on_how_a_multiply_add_counts() -> None:
    # 8·8·25·16·32 products against 8·8·(16·4 + 25·4·32)
    words = {"input": "8x8x16", "designs": ["conv:k5c32p2", "conv:k1c4 conv:k5c32p2"], "of": "macs"}
    assert values("ratio", words) == {"": Fraction(25 * 16 * 32, 16 * 4 + 25 * 4 * 32)}
    assert values("ratio", words) == values("ratio", words, flops="2macs")
    assert "as many operations" in sheet_with("ratio", words, flops="2macs")["q1"].sentence


@given(st.lists(SMALL, min_size=1, max_size=3), st.integers(0, 6))
@pytest.mark.unmeasured
def test_what_is_trained_adds_up_to_the_total(filters: list[int], frozen: int) -> None:
    arch = " ".join(f"conv:k1c{n} bn" for n in filters)
    channels = [2, *filters]
    learned, measured = [], []
    for before, after in pairwise(channels):
        kernel = np.zeros((after, before, 1, 1)).size + np.zeros(after).size
        learned += [kernel, np.zeros((2, after)).size]
        measured += [0, np.zeros((2, after)).size]
    frozen = min(frozen, len(learned))
    found = values("params-trainable", {"input": "3x3x2", "arch": arch, "frozen": frozen})
    assert found["trainable"] == sum(learned[frozen:])
    assert found["non-trainable"] == sum(measured) + sum(learned[:frozen])
    assert found["total"] == found["trainable"] + found["non-trainable"]


def test_the_shift_of_a_norm_is_trained_also_where_biases_do_not_count() -> None:
    words = {"input": "4x4x3", "arch": "conv:k3c4 bn"}
    assert values("params-trainable", words, bias="false") == {
        "total": 108 + 16, "trainable": 108 + 8, "non-trainable": 8,
    }  # fmt: skip


@given(SMALL, SMALL, st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_onnx_takes_weights_of_this_shape(
    fed: int, made: int, k: int, groups: int, transposed: bool
) -> None:
    c_in, filters = fed * groups, made * groups
    words = {"k": k, "c_in": c_in, "filters": filters, "groups": groups}
    if transposed:
        words["layer"] = "transposed"  # type: ignore[assignment]
    (shape,) = values("weight-shape", words, order="chw").values()
    arrays = {
        "x": np.ones((1, c_in, 4, 4), dtype=np.float32),
        "w": np.ones(shape, dtype=np.float32),
    }
    infos = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, array.shape)
        for name, array in arrays.items()
    ]
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    op = "ConvTranspose" if transposed else "Conv"
    node = helper.make_node(op, ["x", "w"], ["y"], group=groups)
    model = helper.make_model(
        helper.make_graph([node], "one", infos, [out]),
        opset_imports=[helper.make_opsetid("", 18)],
    )
    if not (transposed and groups > 1):  # the evaluator has no groups there
        (y,) = ReferenceEvaluator(model).run(None, arrays)
        assert np.asarray(y).shape[1] == filters
    assert np.prod(shape) == k * k * fed * filters if not transposed else c_in * made * k * k
    (other,) = values("weight-shape", words, order="hwc").values()
    assert sorted(other) == sorted(shape)
    assert other[:2] == (k, k)


@pytest.mark.parametrize(
    ("words", "order", "shape", "said"),
    [
        ({"k": 3, "c_in": 4, "filters": 6}, "hwc", (3, 3, 4, 6), "kernel height × kernel width × input channels × filters"),
        ({"k": 3, "c_in": 4, "filters": 6}, "chw", (6, 4, 3, 3), "filters × input channels × kernel height × kernel width"),
        ({"k": [5], "c_in": 4, "filters": 6}, "hwc", (5, 4, 6), "A 5-wide convolution"),
        ({"k": [2, 3, 5], "c_in": 4, "filters": 6}, "chw", (6, 4, 2, 3, 5), "kernel depth × kernel height"),
        ({"k": 3, "c_in": 4, "filters": 6, "groups": 2}, "chw", (6, 2, 3, 3), "filters × input channels of one group"),
        ({"k": 3, "c_in": 4, "filters": 6, "layer": "transposed"}, "hwc", (3, 3, 6, 4), "width × filters × input channels"),
        ({"k": 3, "c_in": 4, "filters": 6, "layer": "transposed", "groups": 2}, "chw", (4, 3, 3, 3),
         "input channels × filters of one group ×"),
        ({"c_in": 100, "filters": 10, "layer": "fc"}, "hwc", (100, 10), "100 inputs and 10 units"),
        ({"c_in": 100, "filters": 10, "layer": "fc"}, "chw", (10, 100), "Write units × inputs"),
    ],
)  # fmt: skip
def test_the_shape_of_weights_as_frameworks_store_them(
    words: dict[str, Any], order: str, shape: tuple[int, ...], said: str
) -> None:
    sheet = sheet_with("weight-shape", words, order=order)
    assert [part.expected for part in sheet["q1"].parts] == [shape]
    assert said in sheet["q1"].sentence
    assert check(sheet, "q1", "x".join(map(str, shape))).right
    assert check(sheet, "q1", f"({', '.join(map(str, shape))})").right


def test_a_bias_has_one_number_for_each_filter() -> None:
    for words in ({"k": 3, "c_in": 4, "filters": 6}, {"c_in": 4, "filters": 6, "layer": "fc"}):
        for order in ("hwc", "chw"):
            sheet = sheet_with("bias-shape", words, order=order)
            assert sheet["q1"].sentence.endswith("What is the shape of its bias?")
            assert check(sheet, "q1", "(6,)").right
            assert check(sheet, "q1", "torch.Size([6])").right
            assert not check(sheet, "q1", "6x4").right


def test_one_filter_in_front_is_no_batch() -> None:
    sheet = sheet_with("weight-shape", {"k": 3, "c_in": 4, "filters": 1}, order="chw")
    assert check(sheet, "q1", "torch.Size([1, 4, 3, 3])").right
    assert not check(sheet, "q1", "1x4x3").right


def test_the_order_of_another_framework_is_right_elsewhere() -> None:
    sheet = sheet_with("weight-shape", {"k": 3, "c_in": 4, "filters": 6})
    result = check(sheet, "q1", "6x4x3x3")
    assert result.status == "other-convention"
    assert result.parts[0].points == result.parts[0].max
    names = "kernel height × kernel width × input channels × filters"
    assert (
        result.parts[0].hint == f"right numbers, but in another order; this sheet writes {names}."
    )
    swapped = check(sheet, "q1", "4x6x3x3").parts[0]  # in that order, and the wrong way round
    assert (swapped.status, swapped.mistakes) == ("wrong", [("shape.swapped", "sure")])


def test_a_multiplier_makes_several_maps_of_each_channel() -> None:
    words = {"k": 3, "c_in": 4, "filters": 5, "multiplier": 2, "bias": True}
    kernels = [np.zeros((3, 3, 4, 2)), np.zeros((1, 1, 8, 5))]
    weights = sum(array.size for array in kernels)
    assert values("params-separable", words) == {"": weights + 8 + 5}
    assert values("params-separable", words, preset="keras") == {"": weights + 5}


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        ("ratio", {"input": "4x4x1", "designs": ["fc:1"]}, "designs: lists 1 design; a ratio needs two"),
        ("ratio", {"input": "4x4x1", "designs": ["fc:1"] * 3}, "designs: lists 3 designs; a ratio needs two"),
        ("ratio", {"input": "4x4x1", "designs": ["fc:1", "pool:k2"]},
         "designs: the second one has no parameters; nothing can be divided by 0"),
        ("ratio", {"input": "4x4x1", "designs": ["fc:1", "fc:2"], "of": "gold"}, "of: must be params, weights or macs"),
        ("params-trainable", {"input": "4x4x1", "arch": "conv:k3c2 pool:k2 fc:3", "frozen": 3},
         "frozen: is 3, but only 2 layers of the network have parameters"),
        ("weight-shape", {"c_in": 3, "filters": 4}, "k: is missing: the kernel size"),
        ("weight-shape", {"c_in": 3, "filters": 4, "k": 3, "layer": "fc"},
         "k: has no meaning for a fully connected layer; leave it out"),
        ("weight-shape", {"c_in": 4, "filters": 4, "groups": 2, "layer": "fc"},
         "groups: have no meaning for a fully connected layer; leave them out"),
        ("weight-shape", {"c_in": 3, "filters": 4, "k": 3, "layer": "pool"}, "layer: must be one of conv, transposed, fc"),
        ("weight-shape", {"c_in": 3, "filters": 4, "k": 3, "groups": 2},
         "groups: 2 does not divide 3 channels and 4 filters; use a common divisor"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(kind: str, words: dict[str, Any], said: str) -> None:
    with pytest.raises(GivenError) as caught:
        create_question(kind, as_written(words)).parts()
    assert str(caught.value) == said


def test_frozen_layers_can_be_drawn() -> None:
    sheet = loads("""
convcalc_sheet: 1
questions:
  - {id: q1, type: params-trainable, vary: {frozen: [0, 1, 2]}, given: {input: 12x12x3, arch: "conv:k3c4 bn fc:5"}}
""")
    # if the norm is frozen too, it does not matter whether its mean and variance count as trained
    kept = Maker(sheet, b"an old and well kept secret").draws["q1"].kept
    assert kept == [{"frozen": "0"}, {"frozen": "1"}]


@pytest.mark.parametrize("text", ["40", "(40,)", "40x1", "1x40", "40x1x1", "(1, 1, 1, 40)"])
def test_a_bias_may_be_written_with_axes_of_length_one(text: str) -> None:
    sheet = sheet_with("bias-shape", {"k": 3, "c_in": 16, "filters": 40})
    assert check(sheet, "q1", text).right
    assert not check(sheet, "q1", "16x1").right


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("volume", {"n": 32, "k": 5, "c_in": 3, "filters": 10}),
        ("pool-volume", {"n": 1, "k": 1, "c_in": 1}),
        ("padded-volume", {"n": 20, "p": 3, "c_in": 5}),
        ("weight-shape", {"k": 3, "c_in": 4, "filters": 6}),
        ("bias-shape", {"k": 3, "c_in": 4, "filters": 6}),
        ("shape-of-gradient", {"n": 10, "k": 5}),
        ("shape-of-gradient", {"n": 10, "k": 3, "of": "x"}),
    ],
)
def test_every_wrong_shape_can_be_written(kind: str, words: dict[str, Any]) -> None:
    question = sheet_with(kind, words)["q1"]
    for part in question.parts:
        assert question.single(part)
        for value in (*question.single(part), *question.double(part)):
            assert part.answer_type.text(value)
