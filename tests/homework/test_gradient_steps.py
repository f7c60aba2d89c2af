"""Gradients through an activation and one step of gradient descent, compared with differences of the loss."""

from __future__ import annotations

from fractions import Fraction
from math import exp
from typing import Any

import numpy as np
import pytest

from convcalc.homework import check, loads
from convcalc.homework.conventions import conventions
from convcalc.homework.questions import create_question
from convcalc.homework.questions.given import GivenError
from convcalc.homework.sheets.forms import answer_help

X = [[1, 2, 0, 1], [3, 1, 2, -1], [0, 1, 4, 2]]
W = [[1, 0], [2, -3]]
G = [[1, 2, -1], [0, 1, 3]]
ACTIVATIONS: dict[str, Any] = {
    "none": lambda y: y,
    "relu": lambda y: max(y, 0 * y),
    "sigmoid": lambda y: 1 / (1 + exp(-y)),
}


def loss(x: Any, w: Any, b: Any, activation: str, *, flip: bool, s: int, p: int) -> Any:
    """The sum of the gradient times the output, computed window by window."""
    rows, columns = len(w), len(w[0])
    padded = np.pad(np.array(x, dtype=object), p)
    kernel = np.array(w, dtype=object)[::-1, ::-1] if flip else np.array(w, dtype=object)
    total: Any = 0
    for i, g_row in enumerate(gradient_of_output(s, p)):
        for j, g in enumerate(g_row):
            window = padded[i * s : i * s + rows, j * s : j * s + columns]
            total += g * ACTIVATIONS[activation]((window * kernel).sum() + b)
    return total


def gradient_of_output(s: int, p: int) -> list[list[int]]:
    rows, columns = ((n + 2 * p - 2) // s + 1 for n in (3, 4))
    return [[(3 * i + 2 * j) % 5 - 1 for j in range(columns)] for i in range(rows)]


def slopes(which: str, activation: str, step: Any, **more: Any) -> Any:
    """The change of the loss with each number of an array, by central differences."""
    arrays: dict[str, Any] = {"x": X, "w": W, "b": [[Fraction(1, 2)]]}
    base = arrays[which]
    found: list[list[Any]] = []
    for i in range(len(base)):
        found.append([])
        for j in range(len(base[0])):
            ends = []
            for sign in (1, -1):
                changed = [list(row) for row in base]
                changed[i][j] += sign * step
                at = {**arrays, which: changed}
                ends.append(loss(at["x"], at["w"], at["b"][0][0], activation, **more))
            found[-1].append((ends[0] - ends[1]) / (2 * step))
    return found


@pytest.mark.parametrize("p", [0, 1])
@pytest.mark.parametrize("s", [1, 2])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.unmeasured
def test_gradients_are_how_the_loss_changes(activation: str, flip: bool, s: int, p: int) -> None:
    given = {
        "x": X, "w": W, "g": gradient_of_output(s, p), "b": "1/2", "lr": "0.1", "s": s, "p": p,
        "flip": str(flip).lower(), "activation": activation, "decimals": 4,
    }  # fmt: skip
    parts = {part.name: part.expected for part in create_question("gradient", given).parts()}
    assert set(parts) == {"dw", "dx", "db", "w_new", "b_new"}
    exact = activation != "sigmoid"
    step = Fraction(1, 10**6) if exact else 1e-5
    found = {
        name: slopes(which, activation, step, flip=flip, s=s, p=p)
        for name, which in (("dw", "w"), ("dx", "x"), ("db", "b"))
    }
    lr = Fraction(1, 10)
    found["w_new"] = [
        [w - lr * d if exact else w - 0.1 * d for w, d in zip(*rows)]
        for rows in zip(W, found["dw"])
    ]
    half = Fraction(1, 2)
    db = found["db"][0][0]
    found["b_new"] = [[half - lr * db if exact else 0.5 - 0.1 * db]]
    for name, rows in found.items():
        given_rows = parts[name] if isinstance(parts[name], tuple) else ((parts[name],),)
        assert np.shape(given_rows) == np.shape(rows)
        for ours, theirs in zip(np.ravel(given_rows), np.ravel(rows)):
            assert abs(ours - theirs) <= (0 if exact else 6e-5), name


def test_an_activation_and_a_step_are_said_and_marked() -> None:
    task = create_question(
        "gradient", {"x": [[1, 2]], "w": [[1]], "g": [[1, 1]], "b": -1, "lr": "0.5", "activation": "relu"}
    )  # fmt: skip
    assert task.question_text() == (
        "The input is x = [1, 2], the kernel w = [1], the bias b = -1, the gradient of the output after ReLU [1, 1]. "
        "The learning rate is 0.5. What is the gradient of the kernel (dw)? What is the gradient of the input (dx)? "
        "What is the gradient of the bias (db)? What is the kernel after one step of gradient descent (w_new)? "
        "What is the bias after one step of gradient descent (b_new)?"
    )
    # the outputs are 0 and 1: the slope of ReLU is 0 at 0
    assert [part.expected for part in task.parts()] == [
        ((2,),),
        ((0, 1),),
        1,
        ((0,),),
        Fraction(-3, 2),
    ]
    sheet = loads(
        "{convcalc_sheet: 1, questions: ["
        "{type: gradient, given: {x: [[1, 2]], w: [[1]], g: [[1, 1]], lr: 0.1, ask: w_new}},"
        "{type: gradient, given: {x: [[0, 2]], w: [[1]], g: [[1, 1]], activation: sigmoid, decimals: 2, ask: [dx, db]}}]}"
    )
    assert check(sheet, "q1", "0.7").right  # 1 − 0.1·3
    assert not check(sheet, "q1", "1.3").right
    # the slopes are 1/4 at 0 and e²/(1 + e²)² = 0.10499 at 2
    assert check(sheet, "q2", {"dx": [[0.25, 0.1]], "db": "0.35"}).right
    assert check(sheet, "q2", {"dx": [["0.25", "0.105"]], "db": "0.355"}).right
    assert not check(sheet, "q2", {"dx": [["0.25", "0.12"]], "db": "0.35"}).right


def test_the_form_of_a_rounded_sum_is_said_beside_exact_examples() -> None:
    sheet = loads(
        "{convcalc_sheet: 1, questions: ["
        "{type: gradient, given: {x: [[1, 2]], w: [[1]], g: [[1, 1]], activation: sigmoid}}]}"
    )
    text = answer_help(sheet["q1"])
    assert "db: rows of numbers, to 3 decimals" in text


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"activation": "tanh"}, "activation: must be one of none, relu, sigmoid"),
        ({"activation": "sigmoid", "decimals": 9}, "decimals: is 9; at most 8"),
        ({"lr": "-0.1"}, "lr: is -0.1; give a learning rate above 0"),
        ({"ask": "w_new"}, "ask: gradient has no 'w_new'; known: db, dw, dx"),
        ({"lr": 1, "ask": "b_new"}, "ask: gradient has no 'b_new'; did you mean 'w_new'?"),
        ({"lr": "much"}, "lr: it must be a number, but is 'much'"),
    ],
)
def test_what_makes_no_step_is_refused(more: dict[str, Any], message: str) -> None:
    given = {"x": X, "w": W, "g": G}
    with pytest.raises(GivenError) as caught:
        create_question("gradient", {**given, **more})
    assert str(caught.value) == message


def test_a_flipped_kernel_is_updated_as_it_is_written() -> None:
    given = {"x": [[1, 0], [0, 0]], "w": [[5, 0], [0, 0]], "g": [[1]], "lr": 1, "ask": "w_new"}
    (part,) = create_question("gradient", given).parts()
    assert part.expected == ((4, 0), (0, 0))
    (turned,) = create_question("gradient", given, conventions(conv="convolution")).parts()
    assert turned.expected == ((5, 0), (0, -1))
