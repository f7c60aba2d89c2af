"""Softmax and batch normalisation by hand, compared with SciPy, NumPy and ONNX's reference evaluator."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from scipy.special import softmax

from convcalc.homework import check
from convcalc.homework.answers.written import as_written
from convcalc.homework.questions import create_question
from convcalc.homework.questions.given import GivenError
from homework.test_questions import sheet_with

SCORES = st.lists(st.integers(-40, 40).map(lambda n: n / 4), min_size=2, max_size=6)


@given(SCORES, st.integers(1, 6))
@pytest.mark.unmeasured
def test_softmax_is_that_of_scipy(scores: list[float], decimals: int) -> None:
    assume(len(set(scores)) > 1)
    (part,) = sheet_with("softmax-by-hand", {"x": [scores], "decimals": decimals})["q1"].parts
    found = np.array(part.expected[0], dtype=float)
    np.testing.assert_allclose(found, softmax(scores), atol=0.5000001 * 10**-decimals)


def test_probabilities_to_the_decimals_that_are_asked_for() -> None:
    # e, e², e³ = 2.71828, 7.38906, 20.08554; their sum is 30.19287
    sheet = sheet_with("softmax-by-hand", {"x": [[1, 2, 3]], "decimals": 3})
    assert check(sheet, "q1", "0.090, 0.245, 0.665").right
    assert check(sheet, "q1", "0.09003, 0.24473, 0.66524").right
    assert not check(sheet, "q1", "0.09, 0.24, 0.67").right
    assert not check(sheet, "q1", "0.090, 0.245, 0.664").right


def test_large_scores_are_no_trouble() -> None:
    (part,) = sheet_with("softmax-by-hand", {"x": [[1000, 999, -1000]], "decimals": 4})["q1"].parts
    assert part.expected == ((Fraction(7311, 10000), Fraction(2689, 10000), 0),)  # 1/(1 + e^−1)


VALUES = st.lists(st.integers(-9, 9), min_size=2, max_size=8)
NUMBERS = st.integers(-4, 4)


@given(VALUES, NUMBERS, NUMBERS, st.sampled_from(["0", "1", "1/4", "0.001"]))
@pytest.mark.unmeasured
def test_batch_normalisation_is_that_of_onnx(
    values: list[int], gamma: int, beta: int, eps: str
) -> None:
    assume(len(set(values)) > 1)
    x = np.array(values, dtype=np.float32)[:, None]
    ones = np.ones(1, dtype=np.float32)
    inputs = {"x": x, "scale": ones * gamma, "bias": ones * beta, "mean": 0 * ones, "var": ones}
    infos = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, array.shape)
        for name, array in inputs.items()
    ]
    names = ["y", "running_mean", "running_var"]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names]
    node = helper.make_node(
        "BatchNormalization",
        list(inputs),
        names,
        training_mode=1,
        epsilon=float(Fraction(eps)),
        momentum=0.0,
    )
    model = helper.make_model(
        helper.make_graph([node], "one", infos, outputs),
        opset_imports=[helper.make_opsetid("", 15)],
    )
    y, mean, variance = map(np.asarray, ReferenceEvaluator(model).run(None, inputs))
    words = {"x": [values], "gamma": gamma, "beta": beta, "eps": eps, "decimals": 4}
    parts = sheet_with("batch-norm-by-hand", words)["q1"].parts
    found = {part.name: np.array(part.expected, dtype=float) for part in parts}
    np.testing.assert_allclose(found["mean"], mean[0], atol=1e-5)
    np.testing.assert_allclose(found["variance"], variance[0], atol=1e-4)
    np.testing.assert_allclose(found["y"][0], y[:, 0], atol=1e-4)


def test_the_result_is_exact_where_the_root_is_a_fraction() -> None:
    # mean 5; the squared distances 3, 1, 1, 1, 0, 0, 2, 4 sum to 32; 32/8 is 4; the root is 2
    words = {"x": [[2, 4, 4, 4, 5, 5, 7, 9]], "gamma": 3, "beta": "1/3"}
    mean, variance, y = sheet_with("batch-norm-by-hand", words)["q1"].parts
    assert (mean.expected, variance.expected) == (5, 4)
    third = Fraction(1, 3)
    assert y.expected[0][:2] == (third - Fraction(9, 2), third - Fraction(3, 2))


def test_a_result_with_a_root_is_asked_to_some_decimals() -> None:
    sheet = sheet_with("batch-norm-by-hand", {"x": [[1, 2, 3]], "decimals": 3})
    assert "What is the result, to 3 decimals (y)?" in sheet["q1"].sentence
    # the variance is 2/3, and 1/√(2/3) = 1.2247…
    answer = {"mean": 2, "variance": "2/3", "y": "[-1.225, 0, 1.225]"}
    assert check(sheet, "q1", answer).right
    assert not check(sheet, "q1", {**answer, "y": "[-1.22, 0, 1.22]"}).right


def test_the_result_follows_from_the_own_mean_and_variance() -> None:
    sheet = sheet_with("batch-norm-by-hand", {"x": [[1, 5]]})
    # right: 3, 4, [−1, 1]; with a mean of 2 the variance is (1 + 9)/2 = 5
    wrong_mean = check(sheet, "q1", {"mean": 2, "variance": 5, "y": "[-0.447, 1.342]"})
    assert [part.status for part in wrong_mean.parts] == [
        "wrong",
        "follow-through",
        "follow-through",
    ]
    wrong_variance = check(sheet, "q1", {"mean": 3, "variance": 16, "y": "[-0.5, 0.5]"})
    assert [part.status for part in wrong_variance.parts] == ["right", "wrong", "follow-through"]
    assert check(sheet, "q1", {"mean": 3, "variance": 0, "y": "[0, 0]"}).parts[2].status == "wrong"
    assert check(sheet, "q1", {"mean": 3, "variance": -1, "y": "[0, 0]"}).parts[2].status == "wrong"


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        ("softmax-by-hand", {"x": [[1], [2]]}, "x: must be one row of at least two scores, such as [2, 1, 0]"),
        ("softmax-by-hand", {"x": [[1]]}, "x: must be one row of at least two scores, such as [2, 1, 0]"),
        ("softmax-by-hand", {"x": [[1, 1001]]}, "x: has a score beyond ±1,000; use smaller ones"),
        ("softmax-by-hand", {"x": [[1, 2]], "decimals": 9}, "decimals: is 9; at most 8"),
        ("softmax-by-hand", {"x": [[1] * 8]},
         "decimals: leaves a probability exactly between two roundings; ask for another number of decimals"),
        ("batch-norm-by-hand", {"x": [[2, 2]]},
         "x: has the same value everywhere, so the variance is 0; use different values, or give eps"),
        ("batch-norm-by-hand", {"x": [[2, 3]], "eps": -1}, "eps: is -1; give 0 or more"),
        ("batch-norm-by-hand", {"x": [[2, 3]], "decimals": 10**11}, "decimals: is 100,000,000,000; at most 8"),
        ("batch-norm-by-hand", {"x": [[1, 2]], "gamma": "1e40"},
         "the answer has numbers of 41 digits, and at most 30 are read; use smaller numbers"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(kind: str, words: dict[str, Any], said: str) -> None:
    with pytest.raises(GivenError) as caught:
        create_question(kind, as_written(words)).parts()
    assert str(caught.value) == said
