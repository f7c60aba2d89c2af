"""Answers in any notation: what is understood, what is unreadable, and that nothing hangs."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.parsing import Unreadable
from convcalc.homework.answers.text_types import TRUE_FALSE, WORD, Choice, Settings
from convcalc.homework.answers.types import (
    COUNT,
    EXACT,
    MATRIX,
    RATIO,
    SHARE,
    SIZE,
    Bytes,
    Misfit,
    Tolerance,
    Volume,
)

FORMS = [
    COUNT,
    SIZE,
    RATIO,
    SHARE,
    MATRIX,
    WORD,
    TRUE_FALSE,
    Settings(),
    Bytes("MB"),
    Volume(),
    Choice(("x", "y")),
]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7600", 7600), ("7,600", 7600), ("7 600", 7600), ("7\u2009600", 7600), ("7\u00a0600", 7600), ("7_600", 7600),
        ("7'600", 7600), ("7’600", 7600), ("7.6k", 7600), ("7.6 K", 7600), ("1.2e6", 1_200_000), ("1 e6", 1_000_000),
        ("1.2×10^6", 1_200_000), ("1.2·10⁶", 1_200_000), ("1.2x10**6", 1_200_000), ("138M", 138_000_000),
        ("138 million", 138_000_000), ("3 bn", 3_000_000_000), ("2Ki", 2048), ("1,234,567", 1_234_567),
        ("1.234.567", 1_234_567), ("27,000,100", 27_000_100), ("75*10+10", 760), ("(5*5*3+1)*10", 760),
        ("5x5x3x10 + 10", 760), ("(5·5·3+1)·10 = 760", 760), ("= 760", 760), ("=760", 760), ("about 760", 760),
        ("~760", 760), ("760.", 760), ("760 parameters", 760), ("760 params in total", 760), ("７６０", 760),
        ("٧٦٠", 760), ("\ufeff760", 760), ("0128", 128), ("2^10", 1024), ("3²", 9), ("-3", -3), ("−3", -3), ("7600.0", 7600),
        ("`760`", 760), ("$760$", 760), ("12 /4", 3),
    ],
)  # fmt: skip
def test_a_count_is_read_in_any_notation(text: str, value: int) -> None:
    reading = COUNT.read(text)
    assert reading.value == value, reading.problem
    assert not reading.problem


@pytest.mark.parametrize(
    "text",
    [
        "3.14", "9**9**9", "9^9^9", "10^10^10", "2^2^2^2^2^2^2", "1e999", "7.6.0", "abc", "760abc", "=cmd|' /C calc'!A0",
        "__import__('os')", "1/0", "(" * 300, "(" * 60 + "1" + ")" * 60, "(1", "1)", "+", "12:30", "1" * 400,
        "0^-1", "1e5e5", "7,6", "1,2,3", "x" * 10_000_000, "1+" * 5_000_000, "9" * 10_000_000, "5 5", "[1, 2]",
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_is_no_count_is_unreadable_and_says_why(text: str) -> None:
    start = time.perf_counter()
    reading = COUNT.read(text)
    assert time.perf_counter() - start < 0.5
    assert reading.problem
    assert reading.value is None
    assert len(reading.text) < 100


@pytest.mark.parametrize("text", ["", " ", "-", "–", "?", "~", "null", "n/a", None, [], ["", "-"]])
def test_nothing_is_blank_and_not_unreadable(text: Any) -> None:
    for form in FORMS:
        assert form.read(text).blank
        assert not form.read(text).problem


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28×28×6", (28, 28, 6)), ("28x28x6", (28, 28, 6)), ("28 X 28 X 6", (28, 28, 6)), ("28·28·6", (28, 28, 6)),
        ("28*28*6", (28, 28, 6)), ("(6, 28, 28)", (6, 28, 28)), ("[6, 28, 28]", (6, 28, 28)), ("6;28;28", (6, 28, 28)),
        ("28 28 6", (28, 28, 6)), ("28 by 28 by 6", (28, 28, 6)), ("h=28, w=28, c=6", (28, 28, 6)),
        ("(None, 28, 28, 6)", (28, 28, 6)), ("1x6x28x28", (6, 28, 28)), ("1,000x1,000x3", (1000, 1000, 3)),
        ("128,128,256", (128, 128, 256)), (["28", "28", "6"], (28, 28, 6)), ("torch.Size([6, 28, 28])", None),
    ],
)  # fmt: skip
def test_a_volume_is_read_in_any_notation(text: Any, value: Any) -> None:
    assert Volume().read(text).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28", 28), ("28x28", 28), ("14.5", Fraction(29, 2)), ("14½", Fraction(29, 2)), ("14,5", Fraction(29, 2)),
        ("no", Misfit()), ("No.", Misfit()), ("doesn't fit", Misfit()), ("doesn’t fit", Misfit()), ("does not fit", Misfit()),
        ("invalid", Misfit()), ("impossible", Misfit()), ("none", Misfit()), ("not an integer", Misfit()), ("Cannot", Misfit()),
        ("no, 14.5", Misfit(Fraction(29, 2))), ("does not fit (14.5)", Misfit(Fraction(29, 2))), ("yes, 28", 28),
        ("yes", "fits"), ("(32-5)/1+1", 28), ("2x3", (2, 3)), ("(2, 3)", (2, 3)), ("(32 - 5)/2 + 1 = 14.5", Fraction(29, 2)),
    ],
)  # fmt: skip
def test_a_size_or_that_there_is_none(text: str, value: Any) -> None:
    assert SIZE.read(text).value == value, SIZE.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "[[19, 25], [37, 43]]", "[[19,25],[37,43]]", "[[19 25]\n [37 43]]", "19 25\n37 43", "19,25;37,43",
        "((19, 25), (37, 43))", "array([[19, 25],\n       [37, 43]])", [["19", "25"], ["37", "43"]], ["19 25", "37 43"],
        "tensor([[19., 25.], [37., 43.]])", "19 25 | 37 43",
    ],
)  # fmt: skip
def test_a_matrix_is_read_in_any_notation(text: Any) -> None:
    assert MATRIX.read(text).value == ((19, 25), (37, 43))


@pytest.mark.parametrize(
    "text",
    [
        "1 2; 3",
        "a b; c d",
        "[[1, 2], [3, x]]",
        "[" * 5000,
        "1 " * 9000,
        "[[1/0]]",
        [["1"] * 5000] * 3,
    ],
)
def test_what_is_no_matrix_is_unreadable(text: Any) -> None:
    assert MATRIX.read(text).problem


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("61 MB", "MB", 61_000_000), ("61", "MB", 61_000_000), ("58.1 MiB", "MiB", Fraction("58.1") * 2**20),
        ("58.1", "MiB", Fraction("58.1") * 2**20), ("12845056", "MB", 12_845_056), ("12.85 megabytes", "MB", None), ("3 kB", "MB", 3000),
    ],
)  # fmt: skip
def test_memory_without_a_unit_is_in_the_sheets(text: str, unit: str, value: Any) -> None:
    assert Bytes(unit).read(text).value == value


def test_shares_are_read_as_percentages_and_as_parts() -> None:
    for text in ("75 %", "75%", "0.75", "3/4", "75", "75 percent"):
        assert SHARE.read(text).value == Fraction(3, 4), text


def test_choices_are_read_by_letter_and_by_text() -> None:
    form = Choice(("a pool", "a convolution", "both"))
    for text in ("b", "B", "(b)", "b)", "b. a convolution", "a convolution", "A  Convolution"):
        assert form.read(text).value == ("b",), text
    assert form.read("a, c").value == ("a", "c")
    assert form.read("d").problem


def test_what_was_understood_is_said_back() -> None:
    assert COUNT.read("7.6k").echo == "7,600"
    assert Volume().read("(6, 28, 28)").echo == "6×28×28"
    assert SIZE.read("no, 14.5").echo == "does not fit (14.5)"
    assert answers.in_words(1234) == "one thousand two hundred thirty-four"
    assert answers.in_words(27_000_100) == "twenty-seven million one hundred"


def test_written_precision_decides_only_where_the_sheet_rounds() -> None:
    rounded = Tolerance(rounded=True)
    right = Fraction(138_357_544)
    assert COUNT.same(COUNT.read("138M"), right, rounded)
    assert COUNT.same(COUNT.read("138.4M"), right, rounded)
    assert not COUNT.same(COUNT.read("139M"), right, rounded)
    assert not COUNT.same(COUNT.read("138M"), right, EXACT)
    assert not COUNT.same(COUNT.read("138,000,000"), right, rounded)
    assert [t.sentence() for t in (EXACT, rounded, Tolerance(Fraction(1, 100)))] == [
        "exact", "rounded if you like", "within 1 %",
    ]  # fmt: skip


@settings(max_examples=150, deadline=1000)
@given(
    st.one_of(
        st.text(max_size=60), st.text(alphabet="0123456789.,xX*/+-^() ekMG[]=;|\n'", max_size=60)
    )
)
def test_no_text_breaks_a_reader(text: str) -> None:
    for form in FORMS:
        reading = form.read(text)
        assert reading.blank or reading.problem or reading.value is not None
        assert reading.text.isprintable()


@settings(max_examples=100, deadline=1000)
@given(st.integers(0, 10**15))
def test_a_count_said_for_people_is_read_back(value: int) -> None:
    assert COUNT.read(answers.number_text(value)).value == value
    assert COUNT.read(str(value)).value == value


@settings(max_examples=60, deadline=1000)
@given(
    st.recursive(
        st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_no_nesting_breaks_a_reader(raw: Any) -> None:
    for form in FORMS:
        reading = form.read(raw)
        assert reading.blank or reading.problem or reading.value is not None


def test_a_sum_is_never_run_as_python() -> None:
    with pytest.raises(Unreadable):
        answers.number("().__class__")


def test_a_negative_answer_is_given_away_without_its_sign_too() -> None:
    assert {"-75 %", "75"} <= SHARE.secrets(Fraction(-3, 4)) | {SHARE.text(Fraction(-3, 4))}
