"""Formulas in symbols: read as people write them, and compared by their values."""

from __future__ import annotations

import math
import time
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcalc.homework import check
from convcalc.homework.answers.expressions import MAX_NODES, parsed, printed, value_of
from convcalc.homework.answers.formulas import InSymbols
from convcalc.homework.answers.notation import Unreadable
from convcalc.homework.answers.written import as_written
from convcalc.homework.marking.why import why
from convcalc.homework.questions import create_question
from convcalc.homework.questions.given import GivenError
from homework.test_questions import sheet_with


class Pair(NamedTuple):
    """One formula, in Python and as people write it."""

    python: str
    people: str


LEAVES = st.one_of(
    st.integers(0, 9).map(lambda n: Pair(f"Fraction({n})", str(n))),
    st.sampled_from("nkp").map(lambda name: Pair(name, name)),
)


def bigger(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    two = st.tuples(inner, inner)
    return st.one_of(
        *(two.map(lambda ab, s=sign: Pair(  # type: ignore[misc]
            f"({ab[0].python}{s}{ab[1].python})", f"({ab[0].people} {s} {ab[1].people})"))
          for sign in "+-*"),
        two.map(lambda ab: Pair(f"({ab[0].python}*{ab[1].python})", f"({ab[0].people})({ab[1].people})")),
        inner.map(lambda a: Pair(f"({a.python}/(k+1))", f"\\frac{{{a.people}}}{{k+1}}")),
        inner.map(lambda a: Pair(f"Fraction(math.floor({a.python}/2))", f"⌊({a.people})/2⌋")),
        inner.map(lambda a: Pair(f"Fraction(math.ceil({a.python}/3))", f"ceil(({a.people})/3)")),
        inner.map(lambda a: Pair(f"({a.python})**2", f"({a.people})²")),
        inner.map(lambda a: Pair(f"(-{a.python})", f"(−{a.people})")),
    )  # fmt: skip


@given(st.recursive(LEAVES, bigger, max_leaves=8), st.tuples(*[st.integers(1, 9)] * 3))
@pytest.mark.unmeasured
def test_a_formula_has_the_value_that_python_works_out(pair: Pair, at: tuple[int, ...]) -> None:
    values = {name: Fraction(value) for name, value in zip("nkp", at)}
    wanted = eval(pair.python, {"math": math, "Fraction": Fraction, **values})
    tree = parsed(pair.people, "nkp")
    assert value_of(tree, values) == wanted
    assert value_of(parsed(printed(tree), "nkp"), values) == wanted


WINDOW = ("n", "k", "s", "p")
SIZE = "⌊(n + 2·p − k)/s⌋ + 1"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("floor((n+2p-k)/s)+1", SIZE),
        ("o = ⌊(n + 2p − k) / s⌋ + 1.", SIZE),
        ("$\\lfloor \\frac{n+2p-k}{s} \\rfloor + 1$", "⌊(n + 2·p − k)/s⌋ + 1"),
        ("\\left\\lfloor\\frac{n + 2 \\times p - k}{s}\\right\\rfloor + 1", SIZE),
        ("floor((N + 2*P - K)/S) + 1", SIZE),
        ("(n+2×p−k)//s + 1", SIZE),
        ("[n + p + p - k]/s", "(n + p + p − k)/s"),
        ("nk", "n·k"), ("2pk^2", "2·p·k^2"), ("n x k x 3", "n·k·3"), ("nxk", "n·k"), ("k(k-1)", "k·(k − 1)"),
        ("n^2", "n^2"), ("n**2", "n^2"), ("n²", "n^2"), ("-k+n", "(−k) + n"), ("n-(k-p)", "n − (k − p)"),
        ("n/(k p)", "n/(k·p)"), ("(n/k)/p", "n/k/p"), ("(n^2)^3", "(n^2)^3"), ("0.5k", "0.5·k"), ("--n", "−(−n)"),
        ("ceiling(n/s)", "⌈n/s⌉"), ("⌈n/s⌉", "⌈n/s⌉"),
    ],
)  # fmt: skip
def test_a_formula_is_read_as_people_write_it(text: str, shown: str) -> None:
    tree = parsed(text, WINDOW)
    assert printed(tree) == shown
    form = InSymbols(WINDOW)
    assert form.formula(tree) == form.formula(parsed(shown, WINDOW))


def test_symbols_of_several_letters_and_of_both_cases() -> None:
    names = ("k", "c_in", "c_out", "L")
    for text in ("(k^2 c_in + 1) c_out", "(k² cin + 1)·Cout", "(k^2 c_{in}+1)c_{out}", "(k^{2} c_{\\text{in}} + 1) c_{\\mathrm{out}}"):  # fmt: skip
        assert printed(parsed(text, names)) == "(k^2·c_in + 1)·c_out"
    assert printed(parsed("l*K", names)) == "L·k"
    assert printed(parsed("K/k", ("k", "K"))) == "K/k"
    with pytest.raises(Unreadable, match="'cin' is not one of the symbols"):
        parsed("cin", ("c_in", "C_IN"))  # either may be meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("n + q", "'q' is not one of the symbols n, k, s, p"),
        ("k2", "'k2' is not one of the symbols n, k, s, p"),
        ("n +", "the formula ends too early"),
        ("", "the formula ends too early"),
        ("(n", "a bracket without a )"),
        ("⌊n)", "a bracket without a ⌋"),
        ("n)", "')' cannot be read as part of a formula"),
        ("n ? k", "'? k' cannot be read as part of a formula"),
        ("__import__('os')", "cannot be read as part of a formula"),
        ("n.__class__", "cannot be read as part of a formula"),
        ("n" * 401, "401 characters; an answer here has at most 400"),
        ("(" * 100 + "n" + ")" * 100, "nested too deeply"),
        ("-" * 100 + "n", "nested too deeply"),
        ("+".join("n" * 90), f"a formula of more than {MAX_NODES} numbers, symbols and signs"),
        ("n" * 300, f"a formula of more than {MAX_NODES} numbers, symbols and signs"),
        ("1" * 40, "cannot be read as part of a formula"),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_unreadable(text: str, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parsed(text, WINDOW)
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["9^9^9^9^9", "n^64^64", "2^(n^n)", "(9^64)^64", "1/0", "0^(-1)", "n/(n-n)", "2^0.5", "^".join("9" * 40)])  # fmt: skip
def test_what_has_no_value_or_an_enormous_one_is_no_trouble(text: str) -> None:
    started = time.process_time()
    form = InSymbols(("n",))
    reading = form.read(text)
    assert not reading.problem
    assert not form.same(reading, form.formula(parsed("n", ("n",))), form.tolerance)
    assert time.process_time() - started < 1


SYMBOLIC = {"of": "output-size"}


@pytest.mark.parametrize(
    "text",
    [
        "(n + 2p - k)//s + 1", "1 + floor((n-k+p+p)/s)", "ceil((n+2p-k+1)/s)", "⌊(n + 2p − k + s)/s⌋",
        "floor((2p + n)/s - k/s) + 1", "floor((n-(k-2p))/s + 1)",
    ],
)  # fmt: skip
def test_every_way_to_write_the_right_formula_is_right(text: str) -> None:
    assert check(sheet_with("formula", SYMBOLIC), "q1", text).right


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("floor((n+2p-k)/s)", "formula.no-constant"), ("floor((n+p-k)/s)+1", "formula.no-factor"),
        ("(n+2p-k)/s + 1", "formula.not-rounded"), ("ceil((n+2p-k)/s)+1", "formula.rounded-otherwise"),
        ("floor((n-k)/s)+1", "formula.no-symbol"), ("n+2p-k+1", "formula.no-symbol"), ("floor((n+2p+k)/s)+1", "formula.sign"),
        ("floor((k+2p-n)/s)+1", "formula.swapped"), ("floor(s/(n+2p-k))+1", "formula.upside-down"), ("n^7", ""),
    ],
)  # fmt: skip
@pytest.mark.unmeasured
def test_what_went_wrong_in_a_formula_is_named(text: str, name: str) -> None:
    found = check(sheet_with("formula", SYMBOLIC), "q1", text)
    assert not found.right
    assert (found.mistakes[:1] or [""])[0] == name


@pytest.mark.parametrize(
    ("of", "changes", "usual", "other"),
    [
        ("output-size", {"padding": "total"}, "floor((n+2p-k)/s)+1", "floor((n+p-k)/s)+1"),
        ("transposed-size", {"padding": "total"}, "s(n-1) + k - 2p", "s(n-1) + k - p"),
        ("dilated-size", {"dilation_base": "0"}, "⌊(n+2p-d(k-1)-1)/s⌋+1", "⌊(n+2p-(d+1)(k-1)-1)/s⌋+1"),
        ("pad-to-keep", {"padding": "total"}, "floor(k/2)", "k-1"),
        ("params", {"bias": "false"}, "k k c_in c_out + c_out", "k k c_in c_out"),
        ("params-fc", {"bias": "false"}, "mu + u", "mu"),
        ("macs", {"flops": "2macs"}, "hw c_out k^2 c_in", "2hw c_out k^2 c_in"),
        ("macs", {"flops": "exact"}, "hw c_out k^2 c_in", "hw c_out(k^2 c_in + k^2 c_in - 1)"),
        ("receptive-field", {"rf": "pixels"}, "1 + L(k-1)", "(1 + L(k-1))^2"),
        ("params-separable", {}, "c_in(k^2 + c_out)", "c_in(k^2 + c_out)"),
    ],
)  # fmt: skip
def test_the_right_formula_is_that_of_the_sheet(
    of: str, changes: dict[str, str], usual: str, other: str
) -> None:
    assert check(sheet_with("formula", {"of": of}), "q1", usual).right
    sheet = sheet_with("formula", {"of": of}, **changes)
    assert check(sheet, "q1", other).right
    assert check(sheet, "q1", usual).right == (usual == other)


def test_a_formula_of_the_teachers_own() -> None:
    words = {
        "formula": "L*(k-1) + 1",
        "symbols": ["L", "k"],
        "what": "the receptive field of L layers",
    }
    sheet = sheet_with("formula", words)
    assert (
        sheet["q1"].sentence
        == "Give a formula for the receptive field of L layers, in the symbols L and k."
    )
    assert sheet["q1"].parts[0].answer_type.wants == "a formula in L, k"
    assert check(sheet, "q1", "(k-1)*(L-1) + k").right
    assert not check(sheet, "q1", "(k-1)*L + k").right
    symbols = create_question("formula", {"formula": "a*b + a"})
    assert "in the symbols a and b" in symbols.question_text()


def test_an_odd_symbol_stands_for_odd_numbers() -> None:
    words = {"formula": "(k-1)/2", "symbols": ["k"]}
    assert not check(sheet_with("formula", words), "q1", "floor(k/2)").right
    assert check(sheet_with("formula", {**words, "odd": ["k"]}), "q1", "floor(k/2)").right


@pytest.mark.unmeasured
def test_the_mistakes_of_a_long_formula_are_found_in_time() -> None:
    terms = [f"{a}^2*{b}" for a, b in zip("abcdef", "fedcba")]
    sheet = sheet_with("formula", {"formula": "+".join(terms), "symbols": list("abcdef")})
    started = time.process_time()
    assert check(sheet, "q1", "+".join(terms[2:])).mistakes == []
    assert check(sheet, "q1", "+".join([*terms[:-1], "f*a"])).mistakes == ["formula.no-square"]
    values = {name: "7" for name in "abcdef"}
    sheet = sheet_with("from-answers", {"formula": "+".join(terms), "values": values})
    assert not check(sheet, "q1", "123456").right
    assert time.process_time() - started < 5
    with pytest.raises(GivenError, match="a formula of more than 40 numbers, symbols and signs"):
        create_question("formula", {"formula": "+".join(terms * 2)})


def test_points_are_the_same_everywhere() -> None:
    points = InSymbols(("n", "k")).points
    assert len(points) == 24
    assert points[0] == {"n": 8, "k": 8}
    assert sum(max(point.values()) > 9 for point in points) == 12


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "of: or formula is needed, and only one of them"),
        ({"of": "params", "formula": "n"}, "of: or formula is needed, and only one of them"),
        ({"of": "parms"}, "of: cannot be 'parms'; did you mean 'params'?"),
        ({"of": "params", "symbols": ["k"]}, "of: has its own symbols; leave symbols and odd out"),
        ({"formula": "n +", "symbols": ["n"]}, "formula: 'n +' is not a formula: the formula ends too early"),
        ({"formula": "n + q", "symbols": ["n"]}, "formula: 'n + q' is not a formula: 'q' is not one of the symbols n"),
        ({"formula": "n", "symbols": ["2n"]}, "symbols: '2n' is not a symbol; use letters, then digits or _"),
        ({"formula": "n", "symbols": ["n", "n"]}, "symbols: has a symbol twice"),
        ({"formula": "n", "symbols": list("abcdefghijn")}, "symbols: lists 11; at most 10"),
        ({"formula": "n", "symbols": ["n"], "odd": ["k"]}, "odd: 'k' is not one of the symbols n"),
        ({"formula": "1/(n-n)"}, "formula: has no value for most numbers; it must have one for whole numbers from 1"),
        ({"formula": "n^n^n"}, "formula: has no value for most numbers; it must have one for whole numbers from 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(words: dict[str, Any], said: str) -> None:
    with pytest.raises(GivenError) as caught:
        create_question("formula", as_written(words)).parts()
    assert str(caught.value) == said


def test_why_prints_the_formula_that_was_meant() -> None:
    (found,) = why("n-k", "formula", {"formula": "n-k+1"}).candidates
    assert (found["id"], found["formula"]) == ("formula.no-constant", "n − k")
