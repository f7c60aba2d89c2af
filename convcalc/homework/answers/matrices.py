"""Answers that are matrices: rows of numbers in any notation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from convcalc.homework.answers.notation import LOOKALIKES, VULGAR, Unreadable, plain, trimmed
from convcalc.homework.answers.numbers import MAX_DIGITS, Number
from convcalc.homework.answers.reading import MAX_CELLS, MAX_TEXT, raw_text
from convcalc.text import shortened

_CELL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?(?:/\d+)?")


def matrix(raw: Any) -> tuple[tuple[Fraction, ...], ...]:
    r"""Rows of numbers: lists, ``[[1, 2], [3, 4]]``, ``1 2; 3 4``, or one row per line.

    >>> matrix("[[19 25]\n [37 43]]") == matrix("19,25; 37,43") == ((19, 25), (37, 43))
    True
    """
    return tuple(tuple(each.value for each in row) for row in written_rows(raw))


def written_rows(raw: Any) -> tuple[tuple[Number, ...], ...]:
    """The rows of a matrix, each number as it was written."""
    if isinstance(raw, list | tuple):
        if len(raw) > MAX_CELLS:
            message = "too many rows"
            raise Unreadable(message)
        if not any(isinstance(item, list | tuple) for item in raw):
            if any("\n" in raw_text(item) or ";" in raw_text(item) for item in raw):
                return written_rows("\n".join(raw_text(item) for item in raw))
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
    return _check_rows([_cells(row) for row in _row_texts(text) if row.strip(" ,.")])


_LATEX_ROWS = re.compile(r"\\(?:begin|end)\{[a-zA-Z]{1,12}\*?\}")
_RULER = re.compile(r"^[\s|:-]+$", re.MULTILINE)
_WRAPPER = re.compile(
    r"\b(?:np\.|numpy\.|torch\.|tf\.)?(?:array|tensor|matrix)\b|\b(?:dtype|grad_fn|device)\s?=\s?[^\s,)]*"
)
_BEFORE_ROWS = re.compile(r"^[^\d\[({+-]*[^\W\d_][^\d\[({=:]{0,60}[=:]")


def _row_texts(text: str) -> list[str]:
    """The rows of a matrix as texts."""
    if "\\" in text:
        text = _LATEX_ROWS.sub(" ", text).replace("\\\\", ";").replace("&", " ")
    text = _APART.sub(", ", text)
    text = trimmed(_WRAPPER.sub("", plain(text)).strip(), "`'\"= $\n")
    text = _FRACTION.sub(_as_fraction, text)
    text = _BEFORE_ROWS.sub("", text).strip()
    if "\n" in text and text.count("|") >= text.count("\n") + 1:
        text = _RULER.sub("", text).replace("|", " ")
    text = text.replace("{", "[").replace("}", "]")
    if re.fullmatch(r"[-+]?[\d.]{1,30} / \d{1,30}", text):
        text = text.replace(" ", "")
    if text.count("[") + text.count("(") > 1:
        return re.findall(r"[\[(]([^\[\]()]*)[\])]", text)
    return re.split(r"[;\n|]", text.strip("[]() "))


_APART = re.compile(rf"(?<=\d) (?=[{VULGAR}])")  # 3 ½ are two cells
_FRACTION = re.compile(
    r"([+-]?)\((?:(\d{1,9})\+)?(\d{1,9})/(\d{1,9})\)"
)  # ½ is (1/2), 1½ is (1+1/2)


def _as_fraction(match: re.Match[str]) -> str:
    """A fraction in brackets as a cell: -(1+1/2) as -3/2."""
    top = int(match[2] or 0) * int(match[4]) + int(match[3])
    return f" {match[1]}{top}/{match[4]} "


def other_rows(raw: Any) -> Iterator[tuple[tuple[Number, ...], ...]]:
    """Other meanings of a matrix: commas as decimal points; one row written as a column."""
    texts = [raw] if isinstance(raw, str) else raw
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        return
    pointed = [_COMMA_FOR_POINT.sub(".", text) for text in texts]
    versions = [texts] if pointed == list(texts) else [texts, pointed]
    for place, version in enumerate(versions):
        try:
            rows = written_rows(version[0] if isinstance(raw, str) else version)
        except Unreadable:
            continue
        if place:
            yield rows
        if len(rows) > 1 and len(rows[0]) == 1 and not any(text.count("[") > 1 for text in texts):
            yield (tuple(row[0] for row in rows),)


_COMMA_FOR_POINT = re.compile(r",(?=\d)")


def _plain_cell(text: str) -> str:
    """A cell in plain characters."""
    return unicodedata.normalize("NFKC", text.translate(LOOKALIKES)).translate(LOOKALIKES).strip()


def _cells(text: str) -> list[str]:
    """The cells of one row."""
    parts = re.split(r"[,\s]+", text.strip("[]() ,\t\n\r"))
    return [part for part in parts if part]


def _check_rows(rows: list[list[str]]) -> tuple[tuple[Number, ...], ...]:
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
    found = []
    for line, row in enumerate(rows, start=1):
        for place, text in enumerate(row, start=1):
            try:
                found.append(_cell(text))
            except Unreadable as error:
                row_of = f"row {line}, " if len(rows) > 1 else ""
                where = f"{row_of}column {place}: " if len(rows) * len(row) > 1 else ""
                message = f"{where}{error}"
                raise Unreadable(message) from None
    width = lengths.pop()
    return tuple(tuple(found[at : at + width]) for at in range(0, len(found), width))


def cell(text: str) -> Fraction:
    """One number of a matrix."""
    return _cell(text).value


def _cell(text: str) -> Number:
    """One number of a matrix, as it was written."""
    plain_text = _plain_cell(text)
    if not _CELL.fullmatch(plain_text) or len(plain_text) > MAX_DIGITS:
        message = f"{shortened(text, 30)!r} is not a number"
        raise Unreadable(message)
    top, _, bottom = plain_text.partition("/")
    if bottom and not int(bottom):
        message = "it divides by 0"
        raise Unreadable(message)
    if bottom:
        return Number(Fraction(top) / int(bottom))
    digits, _, exponent = plain_text.lower().partition("e")
    places = len(digits.partition(".")[2]) - int(exponent or 0)
    half = Fraction(1, 2) / Fraction(10) ** places if "." in digits or exponent else Fraction(0)
    return Number(Fraction(top), half)
