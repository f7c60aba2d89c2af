"""Backward questions: every value that a sliding window confirms is right, and no other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convcalc.homework import check, loads
from convcalc.homework.answers.written import as_written
from convcalc.homework.questions import create_question
from convcalc.homework.questions.amounts import whole_root
from convcalc.homework.questions.given import GivenError
from convcalc.homework.variants.draw import Maker
from homework.test_questions import sheet_with

SMALL = st.integers(1, 5)


def slid(n: int, k: int, s: int, pads: int, d: int) -> tuple[int, bool]:
    """How many positions a window has, by sliding it, and whether the last one reaches the end."""
    taps = range(0, d * (k - 1) + 1, d)
    places = [start for start in range(0, n + pads, s) if start + taps[-1] < n + pads]
    return len(places), bool(places) and places[-1] + taps[-1] + 1 == n + pads


@given(
    st.sampled_from("nkspd"), st.integers(1, 20), st.integers(1, 6), SMALL, st.integers(0, 3),
    st.integers(1, 3), st.sampled_from(["per-side", "total"]), st.sampled_from(["floor", "strict"]),
)  # fmt: skip
@pytest.mark.unmeasured
def test_the_right_values_are_those_that_sliding_confirms(
    find: str, n: int, k: int, s: int, p: int, d: int, padding: str, fit: str
) -> None:
    sides = 1 if padding == "total" else 2
    out, exact = slid(n, k, s, sides * p, d)
    assume(out and (exact or fit == "floor"))
    assume(not (find == "s" and out == 1) and not (find == "d" and k == 1))
    numbers = {"n": n, "k": k, "s": s, "p": p, "d": d}
    words = {**{name: value for name, value in numbers.items() if name != find}, "find": find}
    (part,) = sheet_with("solve-size", {**words, "out": out}, padding=padding, fit=fit)["q1"].parts
    wanted = set()
    for value in range(0 if find == "p" else 1, 60):
        tried = {**numbers, find: value}
        size, fits = slid(tried["n"], tried["k"], tried["s"], sides * tried["p"], tried["d"])
        if size == out and (fits or fit == "floor"):
            wanted.add(value)
    assert {part.expected, *part.also} == wanted
    assert numbers[find] in wanted


def test_every_right_value_counts_and_no_other() -> None:
    # (n − 3)/2 + 1 is 5 for 11, and rounds down to it for 12
    sheet = sheet_with("solve-size", {"find": "n", "k": 3, "s": 2, "out": 5})
    assert sheet["q1"].sentence == (
        "Which input size gives a 5×5 output (kernel 3×3, stride 2, padding 0)? Every value that does is right."
    )
    assert [check(sheet, "q1", n).right for n in (10, 11, 12, 13)] == [False, True, True, False]
    strict = sheet_with("solve-size", {"find": "n", "k": 3, "s": 2, "out": 5}, fit="strict")
    assert [check(strict, "q1", n).right for n in (10, 11, 12)] == [False, True, False]
    assert "Every value" not in strict["q1"].sentence


def test_a_dilation_is_found_as_the_sheet_counts_it() -> None:
    words = {"find": "d", "n": 11, "k": 3, "out": 7}  # 11 − 2·d = 7
    for base, d in (("1", 2), ("0", 1)):
        (part,) = sheet_with("solve-size", words, dilation_base=base)["q1"].parts
        assert (part.expected, part.also) == (d, ())


@given(
    st.sampled_from(["k", "c_in", "filters"]), SMALL, SMALL, SMALL, st.integers(1, 3), st.booleans()
)
def test_the_number_behind_arrays_is_found_again(
    find: str, k: int, c_in: int, filters: int, axes: int, bias: bool
) -> None:
    params = np.zeros((filters, c_in, *(k,) * axes)).size + bias * np.zeros(filters).size
    numbers = {"k": k, "c_in": c_in, "filters": filters}
    words = {name: value for name, value in numbers.items() if name != find}
    words |= {"find": find, "params": params, "axes": axes, "bias": bias}  # type: ignore[dict-item]
    (part,) = sheet_with("solve-params", words)["q1"].parts
    assert part.expected == numbers[find]


@given(st.integers(0, 10**40), st.integers(1, 3))
def test_a_whole_root_is_the_largest_that_is_not_too_large(value: int, degree: int) -> None:
    root = whole_root(value, degree)
    assert root**degree <= value < (root + 1) ** degree


def test_a_kernel_of_one_or_three_axes_is_said() -> None:
    words = {"find": "filters", "params": 56, "k": 3, "c_in": 2, "axes": 3}
    with pytest.raises(
        GivenError, match="no number of filters gives 56 parameters; 1 gives 55, and 2 gives 110"
    ):
        create_question("solve-params", as_written(words))
    task = create_question("solve-params", as_written({**words, "params": 55}))
    assert task.question_text() == (
        "A 3-D convolution with kernels of 3×3×3 and 2 input channels has 55 parameters. What is its number of filters?"
    )


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        ("solve-size", {"find": "q", "n": 5, "out": 3}, "find: must be one of n, k, s, p, d"),
        ("solve-size", {"find": "k", "n": 5, "k": 3, "out": 3}, "k: is what the question asks for (find); leave it out"),
        ("solve-size", {"find": "k", "out": 3}, "n: is missing; only the number under find is left out"),
        ("solve-size", {"find": "s", "n": 9, "k": 3, "out": 1},
         "out: is 1, which every large stride gives; ask for a larger output"),
        ("solve-size", {"find": "d", "n": 9, "k": 1, "out": 9},
         "k: is 1, on which dilation has no effect; give a larger kernel"),
        ("solve-size", {"find": "k", "n": 9, "out": 10}, "out: no kernel size gives 10; change a number"),
        ("solve-size", {"find": "p", "n": 9, "k": 3, "out": 6}, "out: no padding gives 6; change a number"),
        ("solve-size", {"find": "n", "k": 3, "s": 5000, "out": 3},
         "out: 5,000 values are right; at most 1,000: use a smaller stride or a larger output"),
        ("solve-size", {"find": "n", "k": 10**11, "s": 10**11, "out": 10**11},
         "out: 100,000,000,000 values are right; at most 1,000: use a smaller stride or a larger output"),
        ("solve-params", {"find": "n", "params": 5}, "find: must be one of k, c_in, filters"),
        ("solve-params", {"find": "k", "params": 5, "c_in": 2}, "filters: is missing; only the number under find is left out"),
        ("solve-params", {"find": "k", "params": 881, "c_in": 6, "filters": 16},
         "params: no kernel size gives 881 parameters; 3 gives 880, and 4 gives 1,552"),
        ("solve-params", {"find": "c_in", "params": 10**11, "k": 10**4, "filters": 1, "axes": 3},
         "params: no number of input channels gives 100,000,000,000 parameters; even 1 gives 1,000,000,000,001"),
        ("solve-params", {"find": "k", "params": 5, "c_in": 2, "filters": 1, "axes": 4}, "axes: is 4; a kernel has 1 to 3"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(kind: str, words: dict[str, Any], said: str) -> None:
    with pytest.raises(GivenError) as caught:
        create_question(kind, as_written(words)).parts()
    assert str(caught.value) == said


def test_no_value_is_right_where_windows_must_fit_exactly() -> None:
    words = {"find": "s", "n": 8, "k": 3, "out": 3}  # 5 cells in 2 steps
    assert sheet_with("solve-size", words)["q1"].parts[0].expected == 2
    with pytest.raises(GivenError) as caught:
        sheet_with("solve-size", words, fit="strict")
    assert (
        str(caught.value)
        == "out: no stride gives 3 where windows must fit exactly; change a number"
    )


def test_numbers_can_be_drawn_though_a_rounded_slip_is_right() -> None:
    # without the bias 1520/75 is 20.3, which is 20 when rounded
    sheet = loads("""
convcalc_sheet: 1
questions:
  - {id: q1, type: solve-params, vary: {params: [760, 1520, 2280]}, given: {find: filters, c_in: 3, k: 5}}
  - {id: q2, type: solve-size, vary: {n: {from: 20, to: 40}, out: [8, 9, 10]}, given: {find: k, s: 2}}
""")
    found = Maker(sheet, b"an old and well kept secret").draws
    assert len(found["q1"].kept) == 3
    assert len(found["q2"].kept) > 20
