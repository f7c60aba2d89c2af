"""Answers in any notation as values: numbers, shapes, matrices and words.

Only sums, products and small powers are computed, by a parser of our own with limits on length,
depth and size. What cannot be read is *unreadable*, which is not the same as wrong; the reading
then says why.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from convcalc.homework.answers.numbers import (
    LOOKALIKES,
    MAX_DIGITS,
    WORD,
    Number,
    Unreadable,
    clean,
    number,
)
from convcalc.text import shortened

MAX_TEXT = 20_000  # characters of one answer; a matrix of a by-hand question needs some
MAX_CELLS = 4_096

_BLANKS = ("", "-", "–", "—", "?", "null", "~", "n/a", "...", "…", "todo", "nan")


NO = re.compile(
    r"\b(no|not|non|none|never|does\s?n'?t|do\s?n'?t|ca\s?n'?t|cannot|won'?t|is\s?n'?t|invalid|impossible|"
    r"undefined|error|fails?|misfit|fractional|nope)\b"
)
_YES = re.compile(r"\b(yes|fits|fit|valid|ok|okay|possible|works)\b")
_FIT_WORDS = frozenset(
    [
        "an",
        "a",
        "the",
        "it",
        "does",
        "do",
        "can",
        "whole",
        "integer",
        "number",
        "fit",
        "fits",
        "exactly",
        "evenly",
        "window",
        "filter",
        "size",
        "valid",
        "work",
        "works",
        "possible",
        "because",
        "so",
        "answer",
        "is",
        "be",
        "will",
        "divisible",
        "even",
        "kernel",
    ]
)

_CELL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?(?:/\d+)?")


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What was understood of an answer.

    Attributes:
        text: what was written, fit to print.
        value: what it means: a number, a tuple, rows of a matrix, a word; None where it means nothing.
        numbers: the numbers behind the value, as they were written.
        fits: what was said about fitting: False for "doesn't fit", None where nothing was said.
        problem: why it cannot be read; empty where it can.
        blank: nothing was answered.
        said: the value said back.
    """

    text: str
    value: Any = None
    numbers: tuple[Number, ...] = ()
    fits: bool | None = None
    problem: str = ""
    blank: bool = False
    echo: str = ""

    def but(self, **changes: Any) -> Reading:
        """The same with other attributes."""
        return replace(self, **changes)


def raw_text(raw: Any) -> str:
    """An answer of any sort as one text, for showing it."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, dict):
        return ", ".join(f"{key}: {raw_text(item)}" for key, item in list(raw.items())[:20])
    if isinstance(raw, list | tuple):
        return "[" + ", ".join(raw_text(item) for item in raw[:50]) + "]"
    return "" if raw is None else str(raw)


def is_blank(raw: Any) -> bool:
    """Whether nothing was answered."""
    if isinstance(raw, str):
        return len(raw) < 16 and raw.strip().lower() in _BLANKS
    if isinstance(raw, list | tuple):
        return all(is_blank(item) for item in raw[:MAX_CELLS])
    if isinstance(raw, dict):
        return all(is_blank(item) for item in raw.values())
    return raw is None


# ------------------------------------------------------------------- shapes, sizes, matrices


def shape(raw: Any) -> tuple[Number, ...]:
    """Some numbers: 28×28×6, (6, 28, 28), 28 by 28 by 6, or a list.

    >>> [tuple(map(int, (n.value for n in shape(t)))) for t in ("28×28×6", "(6, 28, 28)", "[28; 28; 6]")]
    [(28, 28, 6), (6, 28, 28), (28, 28, 6)]
    """
    if isinstance(raw, list | tuple):
        if len(raw) > 8 or any(isinstance(item, list | tuple | dict) for item in raw):
            message = "a shape is a few numbers, such as 28x28x6"
            raise Unreadable(message)
        return tuple(number(raw_text(item)) for item in raw)
    text = clean(raw_text(raw)).lstrip("= ").lower()
    text = re.sub(r"\b[a-z_]+\s?[=:]", " ", text).replace(" by ", "x")
    text = re.sub(r"[()\[\]{}<>]", " ", text).strip(" ,;.")
    if re.search(r"[x*]", text):
        parts = re.split(r"[x*]", text)
    elif "," in text or ";" in text:
        parts = re.split(r"[,;]", text)
    else:
        parts = text.split(" ")
    parts = [part.strip() for part in parts]
    if len(parts) > 8:
        message = f"{len(parts)} numbers; a shape has two or three"
        raise Unreadable(message)
    if len(parts) == 4 and parts[0] in ("1", "none", "n", "b", "-1", "batch"):
        parts = parts[1:]
    return tuple(number(part) for part in parts)


def size(raw: Any) -> tuple[bool | None, tuple[Number, ...]]:
    """A size along an axis, or that there is none: ``28``, ``no, 14.5``, ``doesn't fit``.

    Returns:
        What was said about fitting, and the numbers.
    """
    if isinstance(raw, list | tuple):
        return None, shape(raw)
    text = clean(raw_text(raw)).lower()
    fits = None
    if NO.search(text):
        fits, text = False, NO.sub(" ", text)
    elif _YES.search(text):
        fits, text = True, _YES.sub(" ", text)
    if fits is not None:
        words = WORD.findall(text)
        for word in words:
            if word in _FIT_WORDS:
                text = re.sub(rf"\b{re.escape(word)}\b", " ", text)
        text = text.strip(" ,;:.!()-'").strip()
        if not text:
            return fits, ()
    if re.search(r"\d\s?x\s?\d", text) or (
        re.fullmatch(r"[(\[].*,.*[)\]]", text) and "+" not in text
    ):
        return fits, shape(text)
    return fits, (number(text),)


def matrix(raw: Any) -> tuple[tuple[Fraction, ...], ...]:
    r"""Rows of numbers: lists, ``[[1, 2], [3, 4]]``, ``1 2; 3 4``, or one row per line.

    >>> matrix("[[19 25]\n [37 43]]") == matrix("19,25; 37,43") == ((19, 25), (37, 43))
    True
    """
    if isinstance(raw, list | tuple):
        if len(raw) > MAX_CELLS:
            message = "too many rows"
            raise Unreadable(message)
        if not any(isinstance(item, list | tuple) for item in raw):
            if any("\n" in raw_text(item) or ";" in raw_text(item) for item in raw):
                return matrix("\n".join(raw_text(item) for item in raw))
            texts = [raw_text(item) for item in raw]
            if all(_CELL.fullmatch(_plain_cell(text)) for text in texts):
                return _check_rows([texts])
            return _check_rows([_cells(text) for text in texts])
        return _check_rows(
            [
                [raw_text(cell) for cell in item]
                if isinstance(item, list | tuple)
                else _cells(raw_text(item))
                for item in raw
            ]
        )
    text = raw_text(raw)
    if len(text) > MAX_TEXT:
        message = f"{len(text):,} characters; an answer here has at most {MAX_TEXT:,}"
        raise Unreadable(message)
    text = unicodedata.normalize("NFKC", text.translate(LOOKALIKES)).translate(LOOKALIKES)
    text = re.sub(r"\b(np\.)?(array|tensor|matrix)\b|dtype=\S*", "", text)
    inner = text.strip().strip("`'\"= ")
    if inner.count("[") + inner.count("(") > 1:
        rows = re.findall(r"[\[(]([^\[\]()]*)[\])]", inner)
    else:
        rows = re.split(r"[;\n|]", inner.strip("[]() "))
    return _check_rows([_cells(row) for row in rows if row.strip()])


def _plain_cell(text: str) -> str:
    """A cell in plain characters."""
    return unicodedata.normalize("NFKC", text.translate(LOOKALIKES)).translate(LOOKALIKES).strip()


def _cells(text: str) -> list[str]:
    """The cells of one row."""
    parts = re.split(r"[,\s]+", text.strip("[]() ,\t\n\r"))
    return [part for part in parts if part]


def _check_rows(rows: list[list[str]]) -> tuple[tuple[Fraction, ...], ...]:
    """Rows of equal length, as numbers."""
    if not rows or not any(rows):
        message = "a matrix without numbers"
        raise Unreadable(message)
    if sum(map(len, rows)) > MAX_CELLS:
        message = f"more than {MAX_CELLS:,} cells"
        raise Unreadable(message)
    lengths = {len(row) for row in rows}
    if len(lengths) > 1:
        message = "rows of different lengths"
        raise Unreadable(message)
    return tuple(tuple(cell(text) for text in row) for row in rows)


def cell(text: str) -> Fraction:
    """One number of a matrix."""
    plain = _plain_cell(text)
    if not _CELL.fullmatch(plain) or len(plain) > MAX_DIGITS:
        message = f"{shortened(text, 30)!r} is not a number"
        raise Unreadable(message)
    top, _, bottom = plain.partition("/")
    if bottom and not int(bottom):
        message = "it divides by 0"
        raise Unreadable(message)
    return Fraction(top) / int(bottom or 1)


def word(raw: Any) -> str:
    """Words in lower case, one space between them, without the punctuation around them.

    >>> word("  Gaussian  Blur. ")
    'gaussian blur'
    """
    text = raw_text(raw)
    if len(text) > MAX_TEXT:
        message = f"{len(text):,} characters; an answer here has at most {MAX_TEXT:,}"
        raise Unreadable(message)
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(" .!,;:'\"()")


# ------------------------------------------------------------------------------ written back


def number_text(value: Fraction | int) -> str:
    """A number for people.

    >>> number_text(Fraction(29, 2)), number_text(7600), number_text(Fraction(1, 3))
    ('14.5', '7,600', '0.333333')
    """
    value = Fraction(value)
    if value.denominator == 1:
        return f"{value.numerator:,}"
    digits = value.denominator
    for prime in (2, 5):
        while digits % prime == 0:
            digits //= prime
    if digits == 1 and value.denominator < 10**7:
        return f"{float(value):,.10f}".rstrip("0").rstrip(".")
    return f"{float(value):,.6g}"


def shape_text(values: Sequence[Fraction | int]) -> str:
    """Numbers of a shape for people.

    >>> shape_text((28, 28, 6))
    '28×28×6'
    """
    return "×".join(number_text(value).replace(",", "") for value in values)


def matrix_text(rows: Sequence[Sequence[Fraction | int]]) -> str:
    """A matrix on one line.

    >>> matrix_text(((19, 25), (37, 43)))
    '[[19, 25], [37, 43]]'
    """
    inner = ["[" + ", ".join(number_text(c).replace(",", "") for c in row) + "]" for row in rows]
    return inner[0] if len(inner) == 1 else "[" + ", ".join(inner) + "]"


_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ("", "", *["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])


def in_words(value: int) -> str:
    """A count in words, so that 1,234 is not taken for 1.234.

    >>> in_words(1234)
    'one thousand two hundred thirty-four'
    """
    for size_, name in (
        (10**12, "trillion"),
        (10**9, "billion"),
        (10**6, "million"),
        (1000, "thousand"),
    ):
        if value >= size_:
            rest = f" {in_words(value % size_)}" if value % size_ else ""
            return f"{in_words(value // size_)} {name}{rest}"
    if value >= 100:
        rest = f" {in_words(value % 100)}" if value % 100 else ""
        return f"{_ONES[value // 100]} hundred{rest}"
    if value >= 20:
        return _TENS[value // 10] + (f"-{_ONES[value % 10]}" if value % 10 else "")
    return _ONES[value]


__all__ = [
    "Number",
    "Reading",
    "Unreadable",
    "cell",
    "clean",
    "in_words",
    "is_blank",
    "matrix",
    "matrix_text",
    "number",
    "number_text",
    "raw_text",
    "shape",
    "shape_text",
    "size",
    "word",
]  # fmt: skip
