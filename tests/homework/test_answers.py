"""Answers in any notation: how they are read, which are unreadable, and that nothing hangs."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clock
from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.measures import RATIO, SHARE, Bytes
from convcalc.homework.answers.named_sides import named_sides
from convcalc.homework.answers.parsing import Unreadable
from convcalc.homework.answers.text_types import TRUE_FALSE, WORD, Choice, Settings
from convcalc.homework.answers.types import (
    COUNT,
    EXACT,
    FIT,
    MATRIX,
    PAIR,
    SIZE,
    AnswerType,
    Misfit,
    Tolerance,
    Volume,
)
from homework import written_answers as written
from homework.test_questions import sheet_with

if TYPE_CHECKING:
    from collections.abc import Callable

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
        ("10(5*5*3 + 1)", 760), ("(5*5*3+1)10", 760), ("(5·5·3+1)(8+2) = 760", 760), ("28 (32-5+1)", 28),
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
        "__import__('os')", "1/0", "(" * 300, "(" * 60 + "1" + ")" * 60, "(1", "1)", "+", "12:30", "28(32-5+1)", "1" * 400,
        "0^-1", "1e5e5", "7,6", "1,2,3", "x" * 10_000_000, "1+" * 5_000_000, "9" * 10_000_000, "5 5", "[1, 2]",
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_is_no_count_is_unreadable_and_says_why(text: str) -> None:
    start = clock.seconds()
    reading = COUNT.read(text)
    assert clock.seconds() - start < 0.5
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
        ("128,128,256", (128, 128, 256)), (["28", "28", "6"], (28, 28, 6)), ("torch.Size([6, 28, 28])", (6, 28, 28)), ("73,73,312", (73, 73, 312)),
    ],
)  # fmt: skip
def test_a_volume_is_read_in_any_notation(text: Any, value: Any) -> None:
    assert Volume().read(text).value == value


@pytest.mark.parametrize(
    "text", ["28x28x2(1+2)", "28x28x6(32-5+1)", "28(1+2)", "28(3*2)x28x6", "14*14(3+3)", "28*28*6(2+4)"]
)  # fmt: skip
def test_brackets_right_after_a_side_are_no_factor(text: str) -> None:
    assert Volume().read(text).value is None
    assert PAIR.read(text).value is None


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        *((Volume(sides=4), text, (1, 8, 8, 7)) for text in (
            "1x8x8x7", "(1, 8, 8, 7)", [1, 8, 8, 7], "1×1×8×8×7", "(None, 1, 8, 8, 7)", "1, 8, 8, 7",
        )),
        (Volume(sides=3), "1x8x7", (1, 8, 7)), (Volume(sides=2), "(1, 28, 6)", (28, 6)), (Volume(sides=2), "1x28", (1, 28)),
        (Volume(sides=1), "(None, 4096)", (4096,)), (PAIR, "(1, 5, 12)", (5, 12)), (PAIR, "1x12", (1, 12)),
        (Volume(sides=0), "1x5x5x3", (1, 5, 5, 3)), (Volume(sides=0), "1x5x5x3x6", (1, 5, 5, 3, 6)),
    ],
)  # fmt: skip
def test_a_batch_is_left_out_only_where_there_is_a_number_too_many(
    form: Volume, text: Any, value: Any
) -> None:
    assert form.read(text).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (".09 .1 .3", ((0.09, 0.1, 0.3),)), ("-.5 .5; 1 2.", ((-0.5, 0.5), (1, 2))), ("= .5 1", ((0.5, 1),)),
        ("$.25$", ((0.25,),)), ("... 5 6.", ((5, 6),)), ("[[.25 -.5],[1. .25]]", ((0.25, -0.5), (1, 0.25))),
    ],
)  # fmt: skip
def test_a_number_keeps_the_point_that_it_begins_with(
    text: str, value: tuple[tuple[float, ...], ...]
) -> None:
    found = MATRIX.read(text)
    assert tuple(tuple(map(float, row)) for row in found.value) == value


@pytest.mark.parametrize(
    "text",
    ["-0,5; 0,25; 1", "-,5 ,25 1", "[-0,5 0,25 1,0]", "-0,5\n0,25\n1", "-0,5, 0,25, 1", "-½ ¼ 1", "-1/2 | 1/4 | 1",
     "| -.5 | .25 | 1 |", "(-½, ¼, 1)", "-.5; .25; 1."],
)  # fmt: skip
def test_a_row_may_have_commas_for_points_and_stand_in_a_column(text: str) -> None:
    assert is_right(MATRIX, text, ((Fraction(-1, 2), Fraction(1, 4), 1),))
    assert is_right(MATRIX, text, ((Fraction(-1, 2), Fraction(1, 2), 1),)) is False


@pytest.mark.parametrize("raw", [["-0,5", "0,25", "1"], ["-,5", ",25", "1"], ["-½", "¼", "1"]])
def test_a_list_of_texts_may_have_commas_for_points(raw: list[str]) -> None:
    assert is_right(MATRIX, raw, ((Fraction(-1, 2), Fraction(1, 4), 1),))


def test_a_matrix_is_no_row_and_mixed_fractions_are_whole_cells() -> None:
    assert is_right(MATRIX, "1½ -2¼; 3 ½", ((Fraction(3, 2), Fraction(-9, 4)), (3, Fraction(1, 2))))
    assert is_right(MATRIX, "19,25; 37,43", ((19, 25), (37, 43)))
    assert not is_right(MATRIX, "[[1], [2]]", ((1, 2),))
    assert not is_right(MATRIX, [["1"], ["2"]], ((1, 2),))  # nested lists have a shape


@pytest.mark.parametrize(
    ("form", "text", "right"),
    [
        (COUNT, ",600", 600), (RATIO, ",5", Fraction(1, 2)), (RATIO, "-,5", Fraction(-1, 2)), (RATIO, "= ,5", Fraction(1, 2)),
        (SIZE, "14,5", Fraction(29, 2)), (SHARE, ",75", Fraction(3, 4)), (SHARE, "0.75 (75 %)", Fraction(3, 4)),
        (SHARE, "75 % (0.75)", Fraction(3, 4)),
    ],
)  # fmt: skip
def test_a_number_may_begin_with_a_comma_and_be_said_twice(
    form: AnswerType, text: str, right: Any
) -> None:
    assert is_right(form, text, right)


def test_a_volume_in_a_list_of_its_own_is_that_volume() -> None:
    assert is_right(Volume(), [["28", "28", "6"]], (28, 28, 6))
    assert is_right(Volume(), [[["28x28x6"]]], (28, 28, 6))
    assert is_right(Volume(), ["28x28x6"], (28, 28, 6))
    assert is_right(SIZE, [["28x28"]], 28)
    assert is_right(SIZE, ["does not fit"], Misfit())


def test_a_side_keeps_the_point_that_it_begins_with() -> None:
    assert Volume().read(".5x.5x6").value == (Fraction(1, 2), Fraction(1, 2), 6)


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
        ("58.1", "MiB", Fraction("58.1") * 2**20), ("12845056", "MB", 12_845_056), ("12.85 megabytes", "MB", 12_850_000), ("40 kilobytes", "MB", 40_000), ("40 kibibytes", "MB", 40_960), ("3 kB", "MB", 3000),
    ],
)  # fmt: skip
def test_memory_without_a_unit_is_in_the_sheets(text: str, unit: str, value: Any) -> None:
    assert Bytes(unit).read(text).value == value


THIRD = Fraction(7, 3)
CSQUARED = sheet_with("stacks", {"layers": 4, "k": 3, "against": 9})["q1"].parts[0].answer_type
WRITTEN: list[tuple[AnswerType, tuple[str, ...], Any]] = [
    (COUNT, written.COUNT_760, 760),
    (COUNT, written.COUNT_27000100, 27_000_100),
    (Volume(), written.VOLUME_28_28_6, (28, 28, 6)),
    (Volume(), written.VOLUME_6_28_28, (6, 28, 28)),
    (SIZE, written.SIZE_14, 14),
    *((form, written.THIRDS + written.MISFITS, Misfit(THIRD)) for form in (SIZE, FIT)),
    (Volume(), ("2.33x2.33x5", "2.333 × 2.333 × 5", "7/3 x 7/3 x 5", "no"), Misfit(THIRD)),
    (RATIO, written.THIRDS, THIRD),
    (MATRIX, written.THIRDS[:7], ((THIRD,),)),
    (Bytes("MB"), written.MEGABYTES_40_96, 40_960_000),
    (SHARE, written.SHARE_75, Fraction(3, 4)),
    (RATIO, written.RATIO_4, 4),
    (MATRIX, written.MATRIX_19_25_37_43, ((19, 25), (37, 43))),
    (Settings(), written.SETTINGS_3_2_1, (5, 3)),
    (TRUE_FALSE, written.TRUE, True),
    (Choice(("a pool", "a convolution", "both")), written.OPTION_B, ("b",)),
    (WORD, written.WORD_BLUR, ("gaussian blur",)),
]


def is_right(form: AnswerType, text: Any, expected: Any) -> bool:
    """Whether an answer, in one of its meanings, is exactly this."""
    reading = form.read(text)
    meanings = [] if reading.problem or reading.blank else [reading, *reading.others]
    return any(form.same(each, expected, EXACT) for each in meanings)


@pytest.mark.parametrize(("form", "texts", "expected"), WRITTEN)
def test_answers_are_read_as_people_write_them(
    form: AnswerType, texts: tuple[str, ...], expected: Any
) -> None:
    misread = {text: form.read(text) for text in texts if not is_right(form, text, expected)}
    assert not misread
    read = [form.read(text).text for text in texts]
    assert [form.read(text).text for text in read] == read


AROUND: dict[str, Callable[[str], str]] = {
    "bold": lambda text: f"**{text}**", "code": lambda text: f"`{text}`", "dollars": lambda text: f"${text}$", "round": lambda text: rf"\({text}\)",
    "square": lambda text: rf"\[{text}\]", "boxed": lambda text: rf"\boxed{{{text}}}", "label": lambda text: f"Answer: {text}", "sentence": lambda text: f"The answer is {text}.",
    "equals": lambda text: f"= {text}", "arrow": lambda text: f"→ {text}", "stop": lambda text: f"{text}.", "spaces": lambda text: f"\u00a0 {text}\t\n", "paragraph": lambda text: f"<p>{text}</p>",
    "marks": lambda text: "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text), "bom": lambda text: f"\ufeff{text}\u200b", "lines": lambda text: f"\r\n{text}\r\n",
}  # fmt: skip
PLAIN: list[tuple[AnswerType, str, Any]] = [
    (COUNT, "7,600", 7600), (COUNT, "76*100", 7600), (COUNT, "7.6k", 7600), (SIZE, "14", 14), (SIZE, "14x14", 14), (SIZE, "2x3", (2, 3)), (SIZE, "2.33", Misfit(THIRD)), (FIT, "14.5", Misfit(Fraction(29, 2))),
    (FIT, "28", 28), (Volume(), "28x28x6", (28, 28, 6)), (Volume(), "(6, 28, 28)", (6, 28, 28)), (PAIR, "5 x 12", (5, 12)), (RATIO, "8.41", Fraction("8.41")), (RATIO, "7/3", THIRD), (SHARE, "75 %", Fraction(3, 4)),
    (SHARE, "0.75", Fraction(3, 4)), (Bytes("MB"), "3 kB", 3000), (Bytes("MiB"), "2", 2**21), (MATRIX, "[[19, 25], [37, 43]]", ((19, 25), (37, 43))), (TRUE_FALSE, "true", True), (Choice(("x", "y")), "b", ("b",)),
    (WORD, "sobel", ("sobel",)), (Settings(), "k=3, s=2, p=1", (5, 3)), (CSQUARED, "9C^2", 9),
]  # fmt: skip


@pytest.mark.parametrize("around", AROUND)
def test_every_type_is_read_in_every_wrapping(around: str) -> None:
    whole = [(form, AROUND[around](text), expected) for form, text, expected in PLAIN]
    assert [
        (form, text) for form, text, expected in whole if not is_right(form, text, expected)
    ] == []


@pytest.mark.parametrize("text", written.NO_THIRDS)
def test_another_number_is_no_rounded_quotient(text: str) -> None:
    for form, expected in (
        (SIZE, Misfit(THIRD)),
        (FIT, Misfit(THIRD)),
        (RATIO, THIRD),
        (SHARE, THIRD / 100),
        (MATRIX, ((THIRD,),)),
    ):
        assert not is_right(form, text, expected), (form, text)


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        (COUNT, "not 760", 760), (COUNT, "!= 760", 760), (COUNT, "760 or 770", 760), (COUNT, "760-770", 760), (COUNT, "760, 770", 760), (COUNT, "760 to 770", 760), (COUNT, "less than 760", 760), (COUNT, "760 = 770", 760),
        (COUNT, "760 M", 760), (COUNT, "7 60", 760), (COUNT, "760,5", 760), (COUNT, "0,760", 760), (COUNT, "760; 770", 760), (COUNT, "~~760~~", 760), (COUNT, "760 (770)", 760), (COUNT, "1,234,5", 1234), (COUNT, "760\n770", 760),
        (Volume(), "28x28x6 or 6x28x28", (28, 28, 6)), (Volume(), "28x28x60", (28, 28, 6)), (Volume(), "28x28", (28, 28, 6)), (Volume(), "28x28x6x2", (28, 28, 6)), (Volume(), "28x28x6 -> 14x14x6", (28, 28, 6)),
        (Volume(), "2828x6", (28, 28, 6)), (SIZE, "14x15", 14), (SIZE, "15x15=196", 14), (SIZE, "14 or 15", 14), (SIZE, "14.5", 14), (SIZE, "14x14x6", 14), (SIZE, "it does not change, 28", Misfit()), (RATIO, "1:4", 4),
        (RATIO, "4:1:1", 4), (SHARE, "25 %", Fraction(3, 4)), (Bytes("MB"), "40 KB", 40_000_000), (Bytes("MB"), "40 megabits", 40_000_000), (MATRIX, "[[19, 25], [37, 44]]", ((19, 25), (37, 43))), (MATRIX, "0.0", ((Fraction(1, 30),),)),
        (MATRIX, "[[19, 37], [25, 43]]", ((19, 25), (37, 43))), (Choice(("x", "y")), "b is wrong", ("b",)), (Choice(("x", "y")), "not b", ("b",)), (TRUE_FALSE, "not true", True), (TRUE_FALSE, "it is not true", True), (SIZE, "27x27, not 28x28", 28), (SIZE, "not 28", 28), (SIZE, "28, no", 28), (SIZE, "no padding", 28),
        (Volume(), "28x28x3, not 28x28x6", (28, 28, 6)), (COUNT, "750, not 760", 760), (Settings(), "k=4, s=2, p=1", (5, 3)),
    ],
)  # fmt: skip
def test_what_says_something_else_is_not_taken_for_right(
    form: AnswerType, text: str, expected: Any
) -> None:
    assert not is_right(form, text, expected), form.read(text)


@settings(max_examples=300, deadline=1000)
@given(
    st.fractions(min_value=-500, max_value=500, max_denominator=400),
    st.integers(1, 6),
    st.booleans(),
)
@pytest.mark.unmeasured
def test_a_rounded_fraction_is_right_to_its_digits(value: Fraction, digits: int, up: bool) -> None:
    scale = 10**digits
    below = value * scale // 1
    near = below + (
        value * scale - below > Fraction(1, 2) or (up and value * scale - below == Fraction(1, 2))
    )
    sign, whole = ("-", -near) if near < 0 else ("", near)
    text = f"{sign}{whole // scale}.{whole % scale:0{digits}d}"
    off = f"{sign}{(whole + 2) // scale}.{(whole + 2) % scale:0{digits}d}"
    for form, expected in ((RATIO, value), (MATRIX, ((value,),))):
        assert is_right(form, text, expected) == (bool(near) or not value), (text, value)
        assert not is_right(form, off, expected), (off, value)


MISFIT_WORDS: dict[str, bool] = {
    "does not fit": True, "never": True, "none": True, "Answer: none": True, "The answer is none.": True, "no, 14.5": True, "no, 14": True, "none, 14.5": True,
    "no padding: does not fit": True, "no, 27/2 is not an integer": True, "no, 13.5": False, "no, 13": False, "no, 15": False,
    "14 with no padding": False, "no padding, so 14": False, "14 none": False, "no padding": False, "14": False,
}  # fmt: skip
MISFIT_NUMBERS = {"1e1": False, "0.01k": False, "1.4e1": False, "1.45e1": True}


@pytest.mark.parametrize(
    ("form", "text", "right"),
    [
        *((form, *each) for form in (SIZE, FIT, Volume()) for each in MISFIT_WORDS.items()),
        *((form, *each) for form in (SIZE, FIT) for each in MISFIT_NUMBERS.items()),
    ],
)
def test_that_a_window_does_not_fit_is_said_of_the_fit_and_with_its_numbers(
    form: AnswerType, text: str, right: bool
) -> None:
    assert is_right(form, text, Misfit(Fraction(29, 2))) is right, form.read(text)


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        *((SIZE, text, 28) for text in (
            "28 with no padding", "no padding: 28", "28 since there is no padding", "28 (no padding)", "28, no padding", "28; no padding is used",
            "28 as we have no padding", "No padding, so 28", "28x28, not 27x27", "28 not 27", "28 without any padding", "28 with zero padding",
        )),
        *((Volume(), text, (28, 28, 6)) for text in (
            "28x28x6 (no padding)", "28x28x6, no padding", "no padding: 28x28x6", "28x28x6, not 28x28x3", "28x28x6 with no padding",
        )),
        *((SIZE, text, 0) for text in ("none", "None.", "Answer: none", "padding: none", "no padding", "no padding needed", "no padding is needed", "none needed", "zero", "no zeros")),
        *((COUNT, text, 760) for text in ("760, no padding", "760 with no bias", "760, not 750")),
    ],
)  # fmt: skip
def test_what_there_is_not_is_no_statement_about_fitting(
    form: AnswerType, text: str, expected: Any
) -> None:
    assert is_right(form, text, expected), form.read(text)


def test_a_percentage_is_a_hundredth_in_a_ratio_too() -> None:
    assert RATIO.read("360 %").value == Fraction("3.6")
    assert RATIO.read("3.6 %").value == Fraction("0.036")
    assert not is_right(RATIO, "3.6 %", Fraction("3.6"))


@pytest.mark.parametrize(
    "text",
    ["b) or a)", "b. is wrong", "b: no", "b) a pool", "b) because of its weights", "(b) or (c)"],
)
def test_behind_a_letter_stands_only_its_own_option(text: str) -> None:
    form = Choice(("a pool", "a convolution", "both"))
    problem = f"{text!r} is not one of the options; write a letter from a to c"
    assert form.read(text).problem == problem
    for right in ("b) a convolution", "b: convolution", "(b) A convolution."):
        assert form.read(right).value == ("b",)
    for several in ("a & c", "options a & c", "Answers: a, c", "the answers are a and c"):
        assert form.read(several).value == ("a", "c")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3x3, stride 1, padding 1", (3, 1, 1)), ("3x3", (3, 1, 0)), ("6 filters of 3x3, padding 1", (3, 1, 1)), ("5 kernel, pad 2", (5, 1, 2)),
        ("k = 3 and p = (3-1)/2 = 1", (3, 1, 1)), ("k=3, p=(k-1)/2=1", (3, 1, 1)), ("k=3, p=2-1, s=4/2", (3, 2, 1)), ("k=3.0", (3, 1, 0)),
        ("k=3, p=same", (3, 1, "same")), ("3x3 with same padding", (3, 1, "same")), ("k=3, padding valid", (3, 1, 0)), ("k=3, no padding", (3, 1, 0)),
        ("nn.Conv2d(3, 6, kernel_size=3, padding='same')", (3, 1, "same")), ({"k": "3", "p": "1"}, (3, 1, 1)), ("k = 3 (3x3), k = 3", (3, 1, 0)),
        ("kernel three, stride one, padding zero", (3, 1, 0)), ("k=[3, 3], p=[1, 1]", (3, 1, 1)),
    ],
)  # fmt: skip
def test_settings_are_read_with_their_sums_and_words(text: Any, value: Any) -> None:
    assert Settings().read(text).value == value, Settings().read(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("k=3, p=-4", "p is -4, which is not a whole number from 0 on"),
        ("k=3, p=0.5", "p is 0.5, which is not a whole number from 0 on"),
        ("k=3, p=1/2", "p is 0.5, which is not a whole number from 0 on"),
        ("k=3, s=0", "s is 0, which is not a whole number from 1 on"),
        ("k=-3", "k is -3, which is not a whole number from 1 on"),
        ("k=9999999", "k is 9,999,999, which is too large"),
        ("k=3, k=5", "k is given as 3 and as 5"),
        ("k=3x5", "k is 3×5; give one number for all axes"),
        ("stride 1", "no kernel size in it"),
        ("p=same", "no kernel size in it"),
    ],
)
def test_settings_that_no_window_has_are_refused(text: str, problem: str) -> None:
    assert Settings().read(text).problem == f"{problem}; write settings such as k=…, s=…, p=…"


def test_same_padding_solves_for_the_size_that_it_keeps() -> None:
    loose, strict = Settings(), Settings(exact=True)
    for text, expected, right, exactly in (
        ("k=3, p=same", (32, 32), True, True),
        ("k=3, p=same", (32, 30), False, False),
        ("k=3, s=2, p=same", (32, 16), True, True),
        ("k=1, s=2, p=same", (32, 16), True, False),  # the last column is never read
    ):
        assert loose.same(loose.read(text), expected, EXACT) is right
        assert strict.same(strict.read(text), expected, EXACT) is exactly


def test_a_product_that_is_worked_out_wrongly_is_said() -> None:
    reading = COUNT.read("26x26x32 = 21623")
    assert (reading.value, reading.before) == (21_623, "26x26x32")
    assert reading.echo == "21,623 (but 26x26x32 is another number)"
    assert Volume().read("26x26x32 = 21623").echo == "26×26×32 (which is not 21623)"
    assert SIZE.read("14x14 = 169").value == 14
    assert SIZE.read("14x14 = 169").echo == "14 (but 14x14 is another number)"
    for text in (
        "26x26x32 = 21632",
        "7/3 = 2.33",
        "⌊29/2⌋ = 14",
        "29/2 = 14",
        "4*8 bytes = 32 B",
        "224*224*64 = 3.2M",
        "15 = 14",
    ):
        for form in (COUNT, SIZE, RATIO, Volume(), Bytes("MB")):
            assert "but" not in form.read(text).echo, text
            assert "not" not in form.read(text).echo, text


def test_a_sign_that_may_be_a_comma_or_a_point_is_read_both_ways() -> None:
    def meanings(form: AnswerType, text: str) -> list[Any]:
        reading = form.read(text)
        return [each.value for each in (reading, *reading.others)]

    assert meanings(RATIO, "2,333") == [2333, Fraction(2333, 1000)]
    assert meanings(RATIO, "2.333") == [Fraction(2333, 1000), 2333]
    assert meanings(COUNT, "7.600") == [7600]
    assert meanings(COUNT, "1.000") == [1, 1000]
    assert meanings(COUNT, "7,600") == [7600]
    assert meanings(SIZE, "14x14 = 196") == [14, 196]
    assert meanings(SIZE, "2x3 = 6") == [6, (2, 3)]
    assert meanings(RATIO, "0,412") == [Fraction(412, 1000)]


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


@pytest.mark.unmeasured
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
@pytest.mark.unmeasured
def test_no_nesting_breaks_a_reader(raw: Any) -> None:
    for form in FORMS:
        reading = form.read(raw)
        assert reading.blank or reading.problem or reading.value is not None


def test_a_sum_is_never_run_as_python() -> None:
    with pytest.raises(Unreadable):
        answers.number("().__class__")


def test_a_negative_answer_is_given_away_without_its_sign_too() -> None:
    assert {"-75 %", "75"} <= SHARE.secrets(Fraction(-3, 4)) | {SHARE.text(Fraction(-3, 4))}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2; 3 u", "row 2, column 2: 'u' is not a number"), ("1 u 3", "column 2: 'u' is not a number"),
        ([[1, "u"], [3, 4]], "row 1, column 2: 'u' is not a number"), ("u", "'u' is not a number"),
        ("1 1/0", "column 2: it divides by 0"),
    ],
)  # fmt: skip
def test_a_cell_of_a_matrix_that_cannot_be_read_is_named(text: Any, said: str) -> None:
    assert MATRIX.read(text).problem == f"{said}; write {MATRIX.wants}"


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("28 high, 16 wide, 6 deep", ["28", "16", "6"]),
        ("3 deep, 28 high, 16 wide, 6 channels", ["3", "28", "16", "6"]),
        ("6 channels, 3 deep", []),  # a depth next to channels needs a height
    ],
)
def test_a_depth_is_the_channels_where_there_are_no_others(text: str, sides: list[str]) -> None:
    assert named_sides(text, "hwc") == sides


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("k=((", "k: '((' is not a number"),
        ("k=''", "k: there is nothing to read"),
        ("k=3x4", "k is 3×4; give one number for all axes"),
        ("k=0", "k is 0, which is not a whole number from 1 on"),
        ("s=2", "no kernel size in it"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(text: str, said: str) -> None:
    assert Settings().read(text).problem == f"{said}; write settings such as k=…, s=…, p=…"
