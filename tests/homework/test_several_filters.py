"""Convolutions by hand with several filters, each with its own map."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convcalc.homework import check, loads
from convcalc.homework.questions import create_question
from convcalc.homework.questions.given import GivenError
from convcalc.homework.sheets.forms import answer_help

RGB = [[[1, 2, 0], [0, 1, 3], [2, 1, 1]], [[0, 1, 1], [4, 0, 2], [1, 3, 0]]]
FILTERS = [[[[1, 0], [0, -1]], [[2, 1], [0, 1]]], [[[0, 1], [1, 0]], [[-1, 0], [0, 3]]]]


def maps(x: Any, filters: Any, b: int, *, relu: bool) -> list[Any]:
    """The output maps, computed window by window."""
    cells, kernels = np.array(x), np.array(filters)
    found = []
    for kernel in kernels:
        windows = np.lib.stride_tricks.sliding_window_view(cells, kernel.shape)[0]
        out = (windows * kernel).sum(axis=(-1, -2, -3)) + b
        found.append(tuple(map(tuple, (np.maximum(out, 0) if relu else out).tolist())))
    return found


@pytest.mark.parametrize("relu", [False, True])
def test_each_filter_makes_a_map(relu: bool) -> None:
    given = {"x": RGB, "w": FILTERS, "b": -2, "relu": str(relu).lower()}
    parts = create_question("conv-by-hand", given).parts()
    assert [part.name for part in parts] == ["map1", "map2"]
    assert [part.expected for part in parts] == maps(RGB, FILTERS, -2, relu=relu)


def test_kernels_in_a_row_on_one_map_are_filters() -> None:
    kernels = [[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[1, 1], [1, 1]]]
    task = create_question("conv-by-hand", {"x": RGB[0], "w": kernels})
    assert [part.expected for part in task.parts()] == maps(
        [RGB[0]], [[k] for k in kernels], 0, relu=False
    )
    assert task.question_text() == (
        "Convolve [[1, 2, 0], [0, 1, 3], [2, 1, 1]] with 3 filters, one for each map of the result "
        "(map1: [[1, 0], [0, 1]] | map2: [[0, 1], [1, 0]] | map3: [[1, 1], [1, 1]])."
    )


def test_maps_are_answered_one_after_the_other_or_by_name() -> None:
    sheet = loads(
        "{convcalc_sheet: 1, questions: [{type: conv-by-hand, partial: parts, "
        "given: {x: [[1, 2], [3, 4]], w: [[[1, 0]], [[0, 1]]]}}]}"
    )
    right = [[[1], [3]], [[2], [4]]]
    assert check(sheet, "q1", right).right
    assert check(sheet, "q1", {"map1": right[0], "map2": right[1]}).right
    half = check(sheet, "q1", [right[0], right[0]])
    assert (half.points, half.max) == (half.max / 2, half.max)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": [[1, 2]], "w": [[[1]]] * 17}, "w: has 17 filters; give at most 16"),
        ({"x": RGB, "w": [[[[1]], [[1]]], [[[1]]]]}, "w: has 1 kernels for 2 maps; give one for each"),
        ({"x": RGB, "w": [[[[1]], [[1, 2]]]]}, "w: has kernels of different sizes; give them one size"),
    ],
)  # fmt: skip
def test_filters_that_do_not_go_together_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(GivenError) as caught:
        create_question("conv-by-hand", given)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("{type: conv-by-hand, given: {x: [[1, 2, 3], [4, 5, 6]], w: [[[[1, 0]]], [[[0, 1]]]]}}", ("map1", "map2")),
        ("{type: gradient, given: {x: [[1, 2], [3, 4]], w: [[1]], g: [[1, 1], [1, 1]]}}", ("dw", "dx", "db")),
    ],
)  # fmt: skip
def test_the_form_of_each_part_shows_an_example_that_is_read_and_is_wrong_here(
    question: str, parts: tuple[str, ...]
) -> None:
    asked = loads(f"{{convcalc_sheet: 1, questions: [{question}]}}")["q1"]
    forms = dict(each.split(": ", 1) for each in answer_help(asked).split("; "))
    assert tuple(forms) == parts
    for part in asked.parts:
        reading = part.answer_type.read(forms[part.name].partition("for example ")[2])
        assert not reading.problem
        assert not reading.blank
        assert reading.value != part.expected


@pytest.mark.parametrize(
    ("question", "side"),
    [
        ("{type: output-size, given: {n: 32, k: 5}}", 28),
        ("{type: same-size, given: {n: 52, s: 2}}", 26),
        ("{type: transposed-size, given: {n: 8, k: 2, s: 2}}", 16),
        ("{type: receptive-field, given: {layers: 3/1 3/1}}", 5),
        ("{type: fit, given: {n: 32, k: 5}}", 28),
        ("{type: pad-to-keep, given: {k: 9}}", 4),
        ("{type: min-input, given: {layers: 'conv:k3 conv:k3'}}", 5),
    ],
)
def test_a_square_is_read_where_its_side_is_asked_and_a_rectangle_is_not(
    question: str, side: int
) -> None:
    sheet = loads(f"{{convcalc_sheet: 1, questions: [{question}]}}")
    for text in (f"{side}x{side}", f"{side} × {side}", f"({side}, {side})"):
        assert check(sheet, "q1", text).right, text
    assert check(sheet, "q1", f"{side}x{side + 1}").status == "wrong"
