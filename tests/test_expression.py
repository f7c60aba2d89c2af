"""Expressions over $names: compared with Python's arithmetic, and every refusal word by word."""

from __future__ import annotations

import contextlib
import re
from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given

import clock
import strategies
from convcalc.network.expression import MAX_CHARACTERS, MAX_VALUE, Expression, ExpressionError

NAMES = {"width": 64, "n": 7, "k_2": 3, "zero": 0, "größe": 5}


def value(text: str) -> int:
    return Expression(text).value(NAMES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$width", 64),
        ("4*$width", 256),
        ("$width // 3", 21),
        ("$width % 10", 4),
        ("$n - $width", -57),
        ("-$n // 2", -4),  # as in Python: the sign binds first, the quotient is floored
        ("-$n % 4", 1),
        ("2 + 3*$n", 23),
        ("(2 + 3)*$n", 35),
        ("100 - $n - 3", 90),
        ("100 // $n // 2", 7),
        ("$n*$n // 2*2", 48),
        ("2--$n", 9),
        ("  $k_2\t+ 1 ", 4),
        ("$größe", 5),
        ("2**$n", 128),
        ("-2**2", -4),  # as in Python: a power binds more strongly than its sign
        ("2**3**2", 512),
        ("$width * 0.75", 48),
        ("3/4*$width", 48),
        ("0.1*10 + 0.2*10", 3),  # exact, where floats are not
        ("min($n, 3)", 3),
        ("max($n, 3, 9)", 9),
        ("floor($n/2) + ceil($n/2)", 7),
        ("round_to($width*0.75, 8)", 48),
    ],
)
def test_it_means_what_it_means_in_arithmetic(text: str, expected: int) -> None:
    assert value(text) == expected


@st.composite
def texts(draw: st.DrawFn, depth: int = 4) -> str:
    """Expressions over small numbers and names, with and without brackets and spaces."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from([*(f"${name}" for name in NAMES), "0", "1", "2", "3", "19"]))
    left, right = draw(texts(depth - 1)), draw(texts(depth - 1))
    sign = draw(st.sampled_from(["+", "-", "*", "//", "%"]))
    space = draw(st.sampled_from(["", " "]))
    text = f"{left}{space}{sign}{space}{right}"
    around = draw(st.sampled_from(["{}", "({})", "-({})", "( {} )"]))
    return around.format(text)


def made_divisible(value: float, divisor: int) -> int:
    """torchvision 0.28.0, ops/misc.py and models/_utils.py: the rule of MobileNets, in torchvision's form."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


@strategies.often
@given(st.integers(1, 4000), st.sampled_from([0.25, 0.35, 0.5, 0.75, 1.0, 1.4]), st.integers(1, 64))
@pytest.mark.unmeasured
def test_it_rounds_as_mobilenets_do(width: int, share: float, divisor: int) -> None:
    exact = Fraction(str(share)) * width
    assume(Fraction(9, 10) * exact != made_divisible(float(exact), divisor))  # here floats decide
    text = f"round_to($width * {share}, {divisor})"
    assert Expression(text).value({"width": width}) == made_divisible(float(exact), divisor)


@strategies.some
@given(
    st.integers(-20, 20), st.integers(-20, 20), st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
)
def test_conditions_are_those_of_python(one: int, other: int, sign: str) -> None:
    names = {"a": one, "b": other}
    for text in (
        f"$a {sign} $b",
        f"not $a {sign} $b",
        f"$a {sign} $b and $a > 0",
        f"$a {sign} $b or $b > 0",
    ):
        expected = eval(text.replace("$", ""), {"__builtins__": {}}, dict(names))
        assert Expression(text).truth(names) is expected


def test_a_condition_is_true_or_false() -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression("$n").truth(NAMES)
    assert str(caught.value) == (
        "is $n, which is 7; it must be true or false, so compare it, as $n > 1"
    )


@strategies.some
@given(st.fractions(-50, 50, max_denominator=16), st.fractions(-50, 50, max_denominator=16))
@pytest.mark.unmeasured
def test_fractions_are_exact(one: Fraction, other: Fraction) -> None:
    text = f"({one.numerator})/{one.denominator} + ({other.numerator})/{other.denominator}"
    assert Expression(text).exact({}) == one + other


def pythons(text: str, names: dict[str, int]) -> int:
    """Python's value of an expression; ZeroDivisionError if Python raises it."""
    return int(eval(text.replace("$", ""), {"__builtins__": {}}, dict(names)))


@pytest.mark.unmeasured
@strategies.often
@given(texts())
def test_it_agrees_with_python(text: str) -> None:
    assume(len(text) <= MAX_CHARACTERS)
    try:
        expected = pythons(text, NAMES)
    except ZeroDivisionError:
        with pytest.raises(ExpressionError, match=r"^divides -?[0-9,]+ by 0; "):
            value(text)
    else:
        assert value(text) == expected


@strategies.some
@given(texts(), st.dictionaries(st.sampled_from(sorted(NAMES)), st.integers(-9, 9)))
@pytest.mark.unmeasured
def test_one_expression_is_worked_out_for_many_values(text: str, changed: dict[str, int]) -> None:
    assume(len(text) <= MAX_CHARACTERS)
    names = NAMES | changed
    expression = Expression(text)
    for given_names in (names, NAMES, names):
        try:
            expected = pythons(text, given_names)
        except ZeroDivisionError:
            continue
        assert expression.value(given_names) == expected


@strategies.some
@given(texts())
@pytest.mark.unmeasured
def test_it_lists_the_names_it_uses(text: str) -> None:
    assume(len(text) <= MAX_CHARACTERS)
    assert set(Expression(text).names) == set(re.findall(r"\$(\w+)", text))


WRONG = {
    "": "ends where a number or a $name is expected; finish it",
    "$n +": "ends where a number or a $name is expected; finish it",
    "*$n": "has '*' where a number or a $name is expected; write one there",
    "$n + )": "has ')' where a number or a $name is expected; write one there",
    "()": "has ')' where a number or a $name is expected; write one there",
    "+$n": "has '+' where a number or a $name is expected; write one there",
    "($n": "has no closing parenthesis; add )",
    "($n]": "has ']' in it; expressions are + - * / // % ** and parentheses over numbers and $names, and min, max, round_to, floor, ceil",
    "$n)": "has ')' after its end; join the parts with + - * / // or %",
    "$n 2": "has '2' after its end; join the parts with + - * / // or %",
    "2$n": "has '$n' after its end; join the parts with + - * / // or %",
    "$n$n": "has '$n' after its end; join the parts with + - * / // or %",
    "$n / 2": "is $n / 2, which is 3.5, but must be whole; round it with //, floor(…), ceil(…) or round_to(…, 8)",
    "1.5*$n": "is 1.5*$n, which is 10.5, but must be whole; round it with //, floor(…), ceil(…) or round_to(…, 8)",
    "$n**-1": "is $n**-1, which is 1/7, but must be whole; round it with //, floor(…), ceil(…) or round_to(…, 8)",
    "2**$width*2**$width": f"passes {MAX_VALUE:,}; use smaller numbers",
    "2**1000000": f"passes {MAX_VALUE:,}; use smaller numbers",
    "2**0.5": "has the exponent 0.5; use a whole number",
    "1/$zero": "divides 1 by 0; change the parameters or the expression",
    "$zero**-1": "divides 1 by 0; change the parameters or the expression",
    "$n > 3": "is $n > 3, which is true, but must be a whole number; give one",
    "$n < 3 < 5": "compares more than two values at once; join comparisons with and",
    "not $n": "has 7 next to not, which is only for true and false; compare it first, as $n > 1",
    "$n and 1": "has 7 next to and, which is only for true and false; compare it first, as $n > 1",
    "min()": "has ')' where a number or a $name is expected; write one there",
    "min": "has 'min' without its parentheses; write min(…)",
    "round_to(5)": "gives round_to(…) 1 value; give it 2, with commas between them",
    "round_to($n, 0)": "has round_to(…, 0); round to a whole number of at least 1",
    "half($n)": "has half(…) in it; known: min, max, round_to, floor, ceil",
    "n + $n": "has 'n' in it; a parameter is written $n",
    "4width*$n": "has 'width' in it; a parameter is written $width",
    "$n.real": "has '.' in it; expressions are + - * / // % ** and parentheses over numbers and $names, and min, max, round_to, floor, ceil",
    "$": "has '$' in it; expressions are + - * / // % ** and parentheses over numbers and $names, and min, max, round_to, floor, ceil",
    "$2x": "has '$2x' in it; expressions are + - * / // % ** and parentheses over numbers and $names, and min, max, round_to, floor, ceil",
    "٣*$n": "has '٣' in it; expressions are + - * / // % ** and parentheses over numbers and $names, and min, max, round_to, floor, ceil",
    "$n\x1b": "has '\\x1b' in it; expressions are + - * / // % ** and parentheses over numbers and $names, and min, max, round_to, floor, ceil",
    "__import__('os')": "has __import__(…) in it; known: min, max, round_to, floor, ceil",
    "$N": "uses $N, which is not a parameter here; did you mean 'n'?",
    "$n // 0": "divides 7 by 0; change the parameters or the expression",
    "1234567 % $zero": "divides 1,234,567 by 0; change the parameters or the expression",
    "1" * 17 + "*$n": f"passes {MAX_VALUE:,}; use smaller numbers",
    "$width" + "*99999" * 3: f"passes {MAX_VALUE:,}; use smaller numbers",
    "0 - $width" + "*99999" * 3: f"passes {MAX_VALUE:,}; use smaller numbers",
    "(" * 21 + "$n" + ")" * 21: "has parentheses or signs nested deeper than 20; write it flatter",
    "-" * 21 + "$n": "has parentheses or signs nested deeper than 20; write it flatter",
    "$n" + " " * 199: "is 201 characters long; use at most 200",
}


@pytest.mark.parametrize("text", WRONG)
def test_it_refuses_in_these_words(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(text)
    assert str(caught.value) == WRONG[text]


def test_all_but_values_is_refused_before_any_value_is_known() -> None:
    """The content of an unused block is also checked."""
    by_value = (
        "uses",
        "divides",
        "passes",
        "is $",
        "is 1.5",
        "has the exponent",
        "has 7",
        "has round_to",
    )
    for text, said in WRONG.items():
        if not said.startswith(by_value):
            with pytest.raises(ExpressionError):
                Expression(text)


def test_values_that_only_other_parameters_reach_do_not_count_against_it() -> None:
    assert Expression("8 // ($n - 1)").value({"n": 3}) == 4
    assert (
        Expression("999999999999999 // ($n - 1) * 9").value({"n": 100}) == 999999999999999 // 99 * 9
    )


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10**6 + "$n",
        "-" * 10**6 + "$n",
        "$n" + "+1" * 10**6,
        "9" * 10**6 + "*$n",
        "9" * 199 + "$",
        "9" * 190 + "*$n",
        "$" * 200,
        "$n*" * 60 + "9",
        " " * 10**6,
    ],
)
def test_hostile_texts_end_quickly(text: str) -> None:
    start = clock.seconds()
    with pytest.raises(ExpressionError):
        Expression(text).value({"n": 10**12})
    assert clock.seconds() - start < 0.5


@strategies.often
@given(st.text(alphabet="$n(2)+-*/% x0_\x00é", max_size=40))
@pytest.mark.unmeasured
def test_any_text_gives_a_number_or_a_refusal(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert isinstance(Expression(text).value({"n": 3}), int)
