"""Arithmetic by hand, compared with plain loops over fractions: answers and numbers of mistakes."""

from __future__ import annotations

import io
import json
import zipfile
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import correlate

import clock
from convcalc.errors import ConvcalcError
from convcalc.homework import Sheet, check, loads
from convcalc.homework.answers.reading import exact_text
from convcalc.homework.conventions import Conventions
from convcalc.homework.exports import EXPORTS
from convcalc.homework.questions import QUESTIONS, create_question
from convcalc.homework.questions.exact import MAX_PRODUCTS, STRICT_MISFIT

Matrix = list[list[Fraction]]


# ------------------------------------------------------------------------- the oracle: loops


def cell(x: Matrix, r: int, c: int) -> Fraction | None:
    return x[r][c] if 0 <= r < len(x) and 0 <= c < len(x[0]) else None


def turned(w: Matrix) -> Matrix:
    return [row[::-1] for row in w[::-1]]


def conv(x: Matrix, w: Matrix, s: int = 1, p: int = 0, d: int = 1) -> Matrix:
    found = []
    top = -p
    while top + d * (len(w) - 1) < len(x) + p:
        row = []
        left = -p
        while left + d * (len(w[0]) - 1) < len(x[0]) + p:
            total = Fraction(0)
            for i in range(len(w)):
                for j in range(len(w[0])):
                    total += (cell(x, top + d * i, left + d * j) or 0) * w[i][j]
            row.append(total)
            left += s
        found.append(row)
        top += s
    return found


def transposed(x: Matrix, w: Matrix, s: int, p: int) -> Matrix:
    high, wide = (len(x) - 1) * s + len(w), (len(x[0]) - 1) * s + len(w[0])
    found = [[Fraction(0)] * wide for _ in range(high)]
    for r, row in enumerate(x):
        for c, value in enumerate(row):
            for i in range(len(w)):
                for j in range(len(w[0])):
                    found[r * s + i][c * s + j] += value * w[i][j]
    return [row[p : wide - p] for row in found[p : high - p]]


def pool(x: Matrix, k: int, s: int, p: int, mode: str, *, counts: bool) -> Matrix:
    found = []
    for top in range(-p, len(x) + p - k + 1, s):
        row = []
        for left in range(-p, len(x[0]) + p - k + 1, s):
            window = [cell(x, top + i, left + j) for i in range(k) for j in range(k)]
            real = [value for value in window if value is not None]
            if mode == "max":
                row.append(max(real))
            else:
                row.append(sum(real, Fraction(0)) / (k * k if counts else len(real)))
        found.append(row)
    return found


def gradients(x: Matrix, w: Matrix, g: Matrix, s: int, p: int) -> tuple[Matrix, Matrix, Fraction]:
    dw = [[Fraction(0)] * len(w[0]) for _ in w]
    dx = [[Fraction(0)] * len(x[0]) for _ in x]
    for r, row in enumerate(g):
        for c, above in enumerate(row):
            for i in range(len(w)):
                for j in range(len(w[0])):
                    y, z = r * s + i - p, c * s + j - p
                    value = cell(x, y, z)
                    if value is not None:
                        dw[i][j] += above * value
                        dx[y][z] += above * w[i][j]
    return dw, dx, sum((value for row in g for value in row), Fraction(0))


# --------------------------------------------------------------------------------- strategies

CELLS = (
    st.one_of(
        st.integers(-9, 9),
        st.integers(-(2**48), 2**48),
        st.integers(-(10**12), 10**12),
        st.decimals(-1000, 1000, places=7, allow_nan=False),
        st.fractions(-100, 100, max_denominator=99),
    )
    .map(str)
    .map(Fraction)
)


def matrices(rows: Any, columns: Any) -> Any:
    return st.tuples(rows, columns).flatmap(
        lambda shape: st.lists(
            st.lists(CELLS, min_size=shape[1], max_size=shape[1]),
            min_size=shape[0],
            max_size=shape[0],
        )
    )


MAPS = matrices(st.integers(3, 5), st.integers(3, 5))
KERNELS = matrices(st.integers(1, 3), st.integers(1, 3))


def written(x: Matrix) -> list[list[str]]:
    return [[exact_text(value) for value in row] for row in x]


def asked(kind: str, **words: Any) -> Any:
    """The right answers according to the question, by part."""
    return {part.name: part.expected for part in create_question(kind, words).parts()}


def same(found: Any, expected: Matrix) -> bool:
    return [list(row) for row in found] == expected


def sheet_of(kind: str, **words: Any) -> Sheet:
    return loads(
        f"{{convcalc_sheet: 1, id: s, questions: [{{id: q1, type: {kind}, given: {json.dumps(words)}}}]}}"
    )


@settings(deadline=None, max_examples=60)
@given(MAPS, KERNELS, st.integers(1, 3), st.integers(0, 2), st.integers(1, 2), CELLS, st.booleans())
@pytest.mark.unmeasured
def test_a_convolution_is_exact(
    x: Matrix, w: Matrix, s: int, p: int, d: int, b: Fraction, flip: bool
) -> None:
    expected = conv(x, turned(w) if flip else w, s, p, d)
    words = {"x": written(x), "w": written(w), "s": str(s), "p": str(p), "d": str(d)}
    words |= {"b": exact_text(b), "flip": str(flip).lower()}
    if not expected or not expected[0]:
        with pytest.raises(ConvcalcError, match="does not fit"):
            asked("conv-by-hand", **words)
        return
    shifted = [[value + b for value in row] for row in expected]
    assert same(asked("conv-by-hand", **words)[""], shifted)
    above_0 = [[max(value, Fraction(0)) for value in row] for row in shifted]
    assert same(asked("conv-by-hand", relu="true", **words)[""], above_0)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(MAPS, KERNELS), min_size=2, max_size=3))
@pytest.mark.unmeasured
def test_maps_are_added_up_exactly(pairs: list[tuple[Matrix, Matrix]]) -> None:
    first, kernel = pairs[0]
    maps = [first, *([row[::-1] for row in first] for _ in pairs[1:])]
    kernels = [kernel, *(turned(kernel) for _ in pairs[1:])]
    each = [conv(x, w) for x, w in zip(maps, kernels)]
    expected = [[sum(cells, Fraction(0)) for cells in zip(*rows)] for rows in zip(*each)]
    found = asked("conv-by-hand", x=[written(x) for x in maps], w=[written(w) for w in kernels])
    assert same(found[""], expected)


@settings(deadline=None, max_examples=30)
@given(matrices(st.just(1), st.integers(3, 7)), matrices(st.just(1), st.integers(1, 3)))
@pytest.mark.unmeasured
def test_a_row_is_convolved_exactly(x: Matrix, w: Matrix) -> None:
    assert same(asked("conv-1d", x=written(x), w=written(w))[""], conv(x, w))


WHOLE = st.integers(-5, 5)


@settings(deadline=None, max_examples=60)
@given(st.data(), st.integers(1, 2), st.integers(0, 1), WHOLE, st.booleans())
@pytest.mark.unmeasured
def test_a_convolution_in_three_dimensions_is_exact(
    data: st.DataObject, s: int, p: int, b: int, then_relu: bool
) -> None:
    def cube(*sides: int) -> Any:
        return data.draw(arrays(np.int64, sides, elements=WHOLE))

    x = cube(*(data.draw(st.integers(2, 4)) for _ in range(3)))
    w = cube(*(data.draw(st.integers(1, 2)) for _ in range(3)))
    expected = correlate(np.pad(x, p), w, "valid", method="direct")[::s, ::s, ::s] + b
    if then_relu:
        expected = np.maximum(expected, 0)
    words = {"x": x.tolist(), "w": w.tolist(), "s": s, "p": p, "b": b, "relu": then_relu}
    found = asked("conv-3d-by-hand", **words)
    turned = {**words, "w": w[::-1, ::-1, ::-1].tolist(), "flip": True}
    assert asked("conv-3d-by-hand", **turned) == found
    assert [[list(row) for row in part] for part in found.values()] == expected.tolist()
    assert list(found) == (
        [""] if len(expected) == 1 else [f"slice{i + 1}" for i in range(len(expected))]
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"w": [[[1]], [[1]], [[1]]]}, "w: has 3 slices, but there are 2; give fewer"),
        ({"w": [[[1, 1, 1]]]}, "the window does not fit; give a larger map or more padding"),
        (
            {"w": [[[1]]], "s": 2, "conventions": "strict"},
            STRICT_MISFIT,
        ),
    ],
)
def test_a_kernel_that_does_not_fit_the_slices_is_refused(more: dict[str, Any], said: str) -> None:
    given = {"x": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], **more}
    rules = Conventions(fit=given.pop("conventions", "floor"))
    with pytest.raises(ConvcalcError) as caught:
        create_question("conv-3d-by-hand", given, rules).parts()
    assert str(caught.value) == said


@settings(deadline=None, max_examples=30)
@given(MAPS, KERNELS)
def test_relu_may_follow_every_convolution_and_be_left_out_of_a_pipeline(
    x: Matrix, w: Matrix
) -> None:
    def above_0(rows: Matrix) -> Matrix:
        return [[max(value, Fraction(0)) for value in row] for row in rows]

    words = {"x": written(x), "w": written(w)}
    assert same(
        asked("transposed-by-hand", relu="true", **words)[""], above_0(transposed(x, w, 1, 0))
    )
    row = {"x": written(x[:1]), "w": written(w[:1])}
    assert same(asked("conv-1d", relu="true", **row)[""], above_0(conv(x[:1], w[:1])))
    found = asked("pipeline", relu="false", k="1", **words)
    assert list(found) == ["conv", "pool"]
    assert same(found["pool"], conv(x, w))


@settings(deadline=None, max_examples=40)
@given(
    MAPS, st.integers(1, 3), st.integers(1, 3), st.integers(0, 1), st.sampled_from(["max", "avg"])
)
@pytest.mark.unmeasured
def test_a_pool_is_exact(x: Matrix, k: int, s: int, p: int, mode: str) -> None:
    if p >= k:
        p = 0
    words = {"x": written(x), "k": str(k), "s": str(s), "p": str(p), "mode": mode}
    expected = pool(x, k, s, p, mode, counts=True)
    assert same(asked("pool-by-hand", **words)[""], expected)


@settings(deadline=None, max_examples=30)
@given(MAPS, KERNELS, st.sampled_from(["max", "avg"]))
@pytest.mark.unmeasured
def test_the_steps_of_a_pipeline_are_exact(x: Matrix, w: Matrix, mode: str) -> None:
    found = asked("pipeline", x=written(x), w=written(w), k="1", mode=mode)
    expected = conv(x, w)
    above_0 = [[max(value, Fraction(0)) for value in row] for row in expected]
    assert same(found["conv"], expected)
    assert same(found["relu"], above_0)
    assert same(found["pool"], above_0)


@settings(deadline=None, max_examples=40)
@given(MAPS, KERNELS, st.integers(1, 3))
@pytest.mark.unmeasured
def test_a_transposed_convolution_is_exact(x: Matrix, w: Matrix, s: int) -> None:
    found = asked("transposed-by-hand", x=written(x), w=written(w), s=str(s))
    assert same(found[""], transposed(x, w, s, 0))


@settings(deadline=None, max_examples=40)
@given(MAPS, KERNELS, st.integers(1, 2), st.integers(0, 1), st.data())
@pytest.mark.unmeasured
def test_gradients_are_exact(x: Matrix, w: Matrix, s: int, p: int, data: Any) -> None:
    out = conv(x, w, s, p)
    g = data.draw(matrices(st.just(len(out)), st.just(len(out[0]))))
    found = asked("gradient", x=written(x), w=written(w), g=written(g), s=str(s), p=str(p))
    dw, dx, db = gradients(x, w, g, s, p)
    assert same(found["dw"], dw)
    assert same(found["dx"], dx)
    assert found["db"] == db


@settings(deadline=None, max_examples=30)
@given(MAPS, st.data())
@pytest.mark.unmeasured
def test_the_sum_of_products_is_exact(x: Matrix, data: Any) -> None:
    w = data.draw(matrices(st.just(len(x)), st.just(len(x[0]))))
    total = sum((a * b for xs, ws in zip(x, w) for a, b in zip(xs, ws)), Fraction(0))
    assert asked("dot-product", x=written(x), w=written(w))[""] == total


# ------------------------------------------------------------------------- the mistakes' numbers


def wrong_numbers(sheet: Sheet, name: str, part: str = "") -> set[Any]:
    question = sheet["q1"]
    (asked_for,) = [each for each in question.parts if each.name == part]
    found = question.single(asked_for)
    return {v for v, reasons in found.items() if any(r.mistake.id == name for r in reasons)}


def as_rows(x: Matrix) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(tuple(row) for row in x)


@settings(deadline=None, max_examples=25)
@given(
    matrices(st.just(4), st.just(4)),
    matrices(st.just(2), st.just(2)),
)
@pytest.mark.unmeasured
def test_the_numbers_of_mistakes_are_exact(x: Matrix, w: Matrix) -> None:
    sheet = sheet_of("conv-by-hand", x=written(x), w=written(w))
    right = as_rows(conv(x, w))
    square = [row[:2] for row in x[:2]]
    product = [[sum(a * b for a, b in zip(row, col)) for col in zip(*w)] for row in square]
    for name, wrong in {
        "hand.flipped": conv(x, turned(w)),
        "hand.transposed-kernel": conv(x, [list(row) for row in zip(*w)]),
        "hand.fliplr": conv(x, [row[::-1] for row in w]),
        "hand.flipud": conv(x, w[::-1]),
        "hand.no-sum": [[a * b for a, b in zip(*rows)] for rows in zip(square, w)],
        "hand.matmul": product,
        "hand.wrong-pad": conv(x, w, 1, 1),
        "hand.stride": conv(x, w, 2),
    }.items():
        if as_rows(wrong) != right:
            assert as_rows(wrong) in wrong_numbers(sheet, name) or as_rows(wrong) in {
                value for value in sheet["q1"].single(sheet["q1"].parts[0])
            }, name


@settings(deadline=None, max_examples=25)
@given(matrices(st.just(4), st.just(4)), matrices(st.just(2), st.just(2)))
@pytest.mark.unmeasured
def test_relu_before_the_sum_is_exact(x: Matrix, w: Matrix) -> None:
    sheet = sheet_of("conv-by-hand", x=written(x), w=written(w), relu="true")
    early = [
        [
            sum(
                (max(x[r + i][c + j] * w[i][j], Fraction(0)) for i in (0, 1) for j in (0, 1)),
                Fraction(0),
            )
            for c in range(3)
        ]
        for r in range(3)
    ]
    expected = sheet["q1"].parts[0].expected
    assert as_rows(early) == expected or as_rows(early) in sheet["q1"].single(sheet["q1"].parts[0])


@settings(deadline=None, max_examples=25)
@given(matrices(st.just(4), st.just(4)))
def test_the_numbers_of_mistakes_with_pools_are_exact(x: Matrix) -> None:
    sheet = sheet_of("pool-by-hand", x=written(x), k="2", mode="avg")
    part = sheet["q1"].parts[0]
    largest = as_rows(pool(x, 2, 2, 0, "max", counts=True))
    sums = tuple(tuple(value * 4 for value in row) for row in pool(x, 2, 2, 0, "avg", counts=True))
    for wrong in (largest, sums):
        assert wrong == part.expected or wrong in sheet["q1"].single(part)


@settings(deadline=None, max_examples=25)
@given(
    matrices(st.just(3), st.just(3)), matrices(st.just(2), st.just(2)), matrices(st.just(2), st.just(2))
)  # fmt: skip
@pytest.mark.unmeasured
def test_the_numbers_of_mistakes_with_gradients_are_exact(x: Matrix, w: Matrix, g: Matrix) -> None:
    sheet = sheet_of("gradient", x=written(x), w=written(w), g=written(g))
    dw, _, db = gradients(x, w, g, 1, 0)
    parts = {part.name: part for part in sheet["q1"].parts}
    for name, wrong in {
        "dw": as_rows(turned(dw)),
        "dx": as_rows(conv(g, w, 1, 1)),
        "db": db / 4,
    }.items():
        assert wrong == parts[name].expected or wrong in sheet["q1"].single(parts[name]), name


# ------------------------------------------------------------------------------- by example


def test_small_and_large_numbers_are_marked_as_they_are() -> None:
    small = sheet_of("conv-by-hand", x=[["0.001", "2"]], w=[["0.0001"]])
    assert small["q1"].parts[0].expected == ((Fraction(1, 10**7), Fraction(2, 10**4)),)
    for text, right in (
        ("0.0000001 0.0002", True),
        ("1e-7 2e-4", True),
        ("1/10000000 1/5000", True),
        ("0 0.0002", False),
        ("0.0000002 0.0002", False),
    ):
        assert check(small, "q1", text).right is right, text
    large = sheet_of("conv-by-hand", x=[[str(2**62)]], w=[["4"]])
    assert check(large, "q1", str(2**64)).right
    assert not check(large, "q1", str(2**64 + 1)).right
    assert not check(large, "q1", "0").right


def test_a_repeating_decimal_is_asked_as_a_fraction_and_may_be_rounded() -> None:
    sheet = sheet_of("conv-by-hand", x=[["1/3", "1/7"]], w=[["1"]])
    assert "[1/3, 1/7]" in sheet["q1"].sentence
    for text, right in (("1/3 1/7", True), ("0.333 0.143", True), ("0.333 0.142", False)):
        assert check(sheet, "q1", text).right is right, text
    mean = sheet_of("pool-by-hand", x=[["1", "0", "0"]] * 3, k="3", mode="avg")
    assert check(mean, "q1", "1/3").right
    assert check(mean, "q1", "0.33").right


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        ("conv-by-hand", {"x": [[1]], "w": [[1]], "p": 8000}, "p: padding is 8,000; give at most 64 by hand"),
        ("conv-1d", {"x": [[1]], "w": [[1]], "p": 8000}, "padding is 8,000"),
        ("pool-by-hand", {"x": [[1]], "k": 1, "p": 8000}, "padding is 8,000"),
        ("pool-by-hand", {"x": [[1]], "k": 10**11}, "k: the window is 100,000,000,000 wide"),
        ("pool-by-hand", {"x": [[1]], "k": 1, "p": 1}, "a window lies on padding only; give less padding"),
        ("pipeline", {"x": [[1]], "w": [[1]], "p": 8000}, "padding is 8,000"),
        ("pipeline", {"x": [[1]], "w": [[1]], "k": 10**11}, "the window is 100,000,000,000 wide"),
        ("pipeline", {"x": [[1]], "w": [[[1]], [[2]]]}, "has 2 kernels for 1 maps; give one for each"),
        ("transposed-by-hand", {"x": [[1]], "w": [[1]], "p": 8000}, "padding is 8,000"),
        ("transposed-by-hand", {"x": [[1, 1]], "w": [[1]], "s": 10**11}, "100,000,000,001 cells in the result; by hand at most 200,000"),
        ("transposed-by-hand", {"x": [[1]], "w": [[1]], "p": 9}, "nothing is left of the result; give less padding"),
        ("transposed-by-hand", {"x": [[1]], "w": [[1]], "a": 9}, "an output padding below the stride"),
        ("gradient", {"x": [[1]], "w": [[1]], "g": [[1]], "p": 8000}, "padding is 8,000"),
        ("conv-by-hand", {"x": [["1e99"]], "w": [[1]]}, "the answer has numbers of 100 digits, and at most 30 are read"),
        ("dot-product", {"x": [["1e99"]], "w": [[1]]}, "the answer has numbers of 100 digits"),
        ("conv-by-hand", {"x": [[[1]], [[1, 2]]], "w": [[[1]], [[1]]]}, "has maps of different sizes"),
        ("conv-by-hand", {"x": [[1] * 64] * 64, "w": [[1] * 32] * 32}, "1,115,136 products; by hand at most 200,000"),
        ("conv-by-hand", {"x": [[1]], "w": [[1]], "cells": "3"}, "rows and columns counted from 0"),
        ("conv-by-hand", {"x": [[1]], "w": [[1]], "cells": [[0, 2**64]]}, "rows and columns counted from 0"),
        ("transposed-by-hand", {"x": [[1]], "w": [[1]], "cells": "3"}, "rows and columns counted from 0"),
        ("transposed-by-hand", {"x": [[1]], "w": [[1]], "cells": [["1e99", 0]]}, "rows and columns counted from 0"),
    ],
)  # fmt: skip
def test_what_nobody_does_by_hand_is_refused_at_once(
    kind: str, words: dict[str, Any], said: str
) -> None:
    started = clock.seconds()
    with pytest.raises(ConvcalcError) as caught:
        asked(kind, **words)
    assert said in str(caught.value)
    assert clock.seconds() - started < 1


def test_a_step_past_the_end_gives_one_window() -> None:
    for step in (10**3, 10**7, 10**11):
        assert asked("conv-by-hand", x=[[1, 2]], w=[[3]], s=step, d=step)[""] == ((3,),)
        assert asked("pool-by-hand", x=[[1, 2]], k=1, s=step)[""] == ((1,),)
        assert asked("gradient", x=[[1, 2]], w=[[3]], g=[[5]], s=step)["dx"] == ((15, 0),)


def test_fractions_without_a_common_denominator_are_refused_before_any_work() -> None:
    x = [[f"1/{10**27 + 64 * i + j}" for j in range(64)] for i in range(64)]
    with pytest.raises(ConvcalcError, match="too many different denominators"):
        asked("conv-by-hand", x=x, w=[[1]])


@pytest.mark.unmeasured
def test_the_most_that_is_done_by_hand_is_marked_in_a_second() -> None:
    side = 44  # 42 × 42 windows of 3 × 3, on 12 maps: 190,512 products
    x = [[[str(10**20 + i * j) for j in range(side)] for i in range(side)]] * 12
    sheet = sheet_of("conv-by-hand", x=x, w=[[["1", "2", "-1"]] * 3] * 12)
    started = clock.seconds()
    assert not check(sheet, "q1", "[[1, 2], [3, 4]]").right
    assert clock.seconds() - started < 5
    assert MAX_PRODUCTS == 200_000


def texts(sheet: Sheet, name: str) -> list[str]:
    """Every file of an export, also inside archives."""
    found = []
    for each in EXPORTS.find(name)(sheet, 1).files():
        if each.data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(each.data)) as archive:
                found += [archive.read(member).decode() for member in archive.namelist()]
        else:
            found.append(each.data.decode())
    return found


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gift", "=0.0000001:0#Right."),
        ("cloze", ":NUMERICAL:=0.0000001:0#Right."),
        ("moodle-xml", "<text>0.0000001</text><tolerance>0</tolerance>"),
        ("qti", '<varequal respident="response1">0.0000001</varequal>'),
        ("prairielearn", 'atol="0.0000000001"'),
    ],
)
def test_exports_write_small_numbers_in_full(name: str, said: str) -> None:
    sheet = sheet_of("conv-by-hand", x=[["0.001"]], w=[["0.0001"]])
    assert any(said in text for text in texts(sheet, name))


@pytest.mark.parametrize("kind", ["conv-by-hand", "pool-by-hand", "pipeline", "transposed-by-hand", "gradient", "dot-product"])  # fmt: skip
def test_right_answers_are_numbers_of_python(kind: str) -> None:
    for words in QUESTIONS[kind].examples:
        for expected in asked(kind, **words).values():
            cells = (
                [c for row in expected for c in row] if isinstance(expected, tuple) else [expected]
            )
            assert {type(each) for each in cells} <= {int, Fraction}
