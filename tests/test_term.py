"""Terms: the number equals that of ints, and so does every line of the calculation, read as mathematics."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcalc import formulas
from convcalc.term import Picture, Term, as_term, picture_of
from strategies import often

n, k, s, p, d = (Term(v, name) for v, name in ((32, "n"), (5, "k"), (3, "s"), (0, "p"), (1, "d")))

WORKED: dict[str, tuple[Term, list[str]]] = {
    "a floor": (
        formulas.out_size(n, k, s, p, d),
        [
            "⌊(n + 2·p − (d·(k − 1) + 1)) / s⌋ + 1",
            "⌊(32 + 2·0 − (1·(5 − 1) + 1)) / 3⌋ + 1",
            "⌊(32 + 0 − 5) / 3⌋ + 1",
            "9 + 1",
            "10",
        ],
    ),
    "a ceiling": (
        formulas.ceil_div(Term(7, "n"), Term(2, "s")),
        ["⌈n / s⌉", "⌈7 / 2⌉", "4"],
    ),
    "a minimum": (formulas.smaller(Term(3, "x"), Term(5, "y")), ["min(x, y)", "min(3, 5)", "3"]),
    "a maximum": (formulas.positive(Term(-3, "x")), ["max(x, 0)", "max(−3, 0)", "0"]),
    "a product with brackets": (
        formulas.conv_params(formulas.product([k, k]), Term(3, "cin"), Term(5, "cout")),
        ["(k·k·cin + 1)·cout", "(5·5·3 + 1)·5", "76·5", "380"],
    ),
    "a floor inside a maximum": (
        formulas.same_padding(Term(13, "n"), Term(6, "k"), Term(5, "s"), d),
        [
            "max((⌈n / s⌉ − 1)·s + d·(k − 1) + 1 − n, 0)",
            "max((⌈13 / 5⌉ − 1)·5 + 1·(6 − 1) + 1 − 13, 0)",
            "max((3 − 1)·5 + 1·(6 − 1) + 1 − 13, 0)",
            "max(10 + 5 + 1 − 13, 0)",
            "3",
        ],
    ),
    "a minimum of ceilings": (
        formulas.out_size_ceil(n, Term(1, "k"), Term(2, "s"), p, p, d),
        [
            "min(⌈(n + p + p − (d·(k − 1) + 1)) / s⌉ + 1, ⌈(n + p) / s⌉)",
            "min(⌈(32 + 0 + 0 − (1·(1 − 1) + 1)) / 2⌉ + 1, ⌈(32 + 0) / 2⌉)",
            "min(⌈(32 + 0 + 0 − 1) / 2⌉ + 1, 16)",
            "min(16 + 1, 16)",
            "16",
        ],
    ),
    "a sum of products": (
        formulas.transposed_size(Term(2, "n"), Term(3, "k"), Term(2, "s"), Term(1, "p"), d, Term(1, "a")),
        [
            "(n − 1)·s − 2·p + d·(k − 1) + a + 1",
            "(2 − 1)·2 − 2·1 + 1·(3 − 1) + 1 + 1",
            "2 − 2 + 2 + 1 + 1",
            "4",
        ],
    ),
    "a receptive field": (
        formulas.rf_size(Term(3, "r"), Term(2, "j"), k, d),
        ["r + d·(k − 1)·j", "3 + 1·(5 − 1)·2", "3 + 8", "11"],
    ),
    "large numbers": (
        formulas.linear_params(Term(25088, "m"), Term(4096, "units")),
        ["(m + 1)·units", "(25,088 + 1)·4,096", "25,089·4,096", "102,764,544"],
    ),
    "negative numbers": (
        Term(2, "a") * -Term(3, "b") - Term(-4, "c"),
        ["a·(−b) − c", "2·(−3) − (−4)", "−6 − (−4)", "−2"],
    ),
    "a negated sum": (-(Term(3, "a") + Term(4, "b")), ["−(a + b)", "−(3 + 4)", "−7"]),
    "an absolute value": (abs(Term(-3, "x")), ["|x|", "|−3|", "3"]),
    "a bare name": (Term(5, "x"), ["x", "5"]),
    "a bare number": (Term(5), ["5"]),
}  # fmt: skip


@pytest.mark.parametrize("what", WORKED)
def test_working_shows_formula_numbers_steps_and_answer(what: str) -> None:
    term, lines = WORKED[what]
    assert term.working() == lines


def test_a_term_behaves_like_its_number() -> None:
    seven = Term(7, "n")
    assert seven == 7
    assert seven == Term(7, "m")
    assert seven != 8
    assert hash(seven) == hash(7)
    assert Term(3) < 4
    assert not Term(0)
    assert int(seven) == 7
    assert repr(seven + 1) == "Term(8, 'n + 1')"
    assert as_term(seven) is seven
    assert [int(1 + seven), int(10 - seven), int(3 * seven), int(15 // seven)] == [8, 3, 21, 2]


# ---------------------------------------------------------------------- random expressions

Pair = tuple[Term, int]
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
leaves = st.builds(
    lambda value, name: (Term(value, name), value),
    st.integers(-20, 20),
    st.sampled_from(["", "n", "k", "cin"]),
)


def grown(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    """Larger expressions, as a term and as an int."""

    def binary(sign: str, left: Pair, right: Pair) -> Pair:
        work = BINARY[sign]
        return work(left[0], right[0]), work(left[1], right[1])

    def divided(left: Pair, by: int, up: bool) -> Pair:
        above, below = left[0], Term(by, "s")
        if up:
            return formulas.ceil_div(above, below), math.ceil(Fraction(left[1], by))
        return above // below, math.floor(Fraction(left[1], by))

    return st.one_of(
        st.builds(binary, st.sampled_from(sorted(BINARY)), inner, inner),
        st.builds(divided, inner, st.integers(1, 9), st.booleans()),
        st.builds(lambda one: (-one[0], -one[1]), inner),
        st.builds(lambda one: (formulas.positive(one[0]), max(one[1], 0)), inner),
        st.builds(lambda a, b: (formulas.smaller(a[0], b[0]), min(a[1], b[1])), inner, inner),
    )


expressions = st.recursive(leaves, grown, max_leaves=8)


def read(line: str) -> Fraction:
    """The value of a line of the calculation, as a reader would compute it."""
    text = line.replace("−", "-").replace("·", "*").replace("⌋", ")").replace("⌉", ")")
    text = text.replace("⌊", "floor(").replace("⌈", "ceil(")
    text = re.sub(r"\d[\d,]*\d|\d", lambda number: f"F({number[0].replace(',', '')})", text)
    names = {"F": Fraction, "floor": math.floor, "ceil": math.ceil, "min": min, "max": max}
    return Fraction(eval(text, {"__builtins__": {}}, names))


@often
@given(expressions)
@pytest.mark.unmeasured
def test_the_value_is_what_ints_give(pair: Pair) -> None:
    term, value = pair
    assert term.value == value


@often
@given(expressions)
@pytest.mark.unmeasured
def test_every_line_after_the_formula_works_out_to_the_value(pair: Pair) -> None:
    term, value = pair
    lines = term.working()
    for line in lines[1:]:
        assert read(line) == value, lines
    assert lines[-1] == f"{value:,}".replace("-", "−")


@often
@given(expressions)
@pytest.mark.unmeasured
def test_the_formula_with_its_numbers_put_in_works_out_to_the_value(pair: Pair) -> None:
    term, value = pair
    names = {"n": [], "k": [], "cin": [], "s": []}  # type: dict[str, list[int]]
    collect(term, names)
    line = term.working()[0]
    # a name may have several values in a random expression, so they are inserted from left to right
    found = re.sub(r"\b(cin|n|k|s)\b", lambda name: f"({names[name[0]].pop(0)})", line)
    assert read(found.replace("(-", "(−")) == value, line


def collect(term: Term, names: dict[str, list[int]]) -> None:
    """The values of the named leaves, in the order of a line."""

    def walk(picture: Picture) -> None:
        if not picture.symbol and picture.name:
            names[picture.name].append(picture.value)
        for part in picture.parts:
            walk(part)

    walk(picture_of(term))


@often
@given(expressions)
@pytest.mark.unmeasured
def test_no_line_is_said_twice_in_a_row(pair: Pair) -> None:
    lines = pair[0].working()
    assert all(one != two for one, two in pairwise(lines))
