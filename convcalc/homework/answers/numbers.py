"""Numbers, and sums and products of numbers, by a parser of our own with limits; no eval."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Any, NamedTuple

from convcalc.text import shortened

MAX_NUMBER = 400


MAX_DIGITS = 30


MAX_POWER = 64


MAX_DEPTH = 40


_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


_POWERS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")


LOOKALIKES = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "×": "x", "✕": "x", "✖": "x", "⨯": "x",
        "·": "*", "∙": "*", "⋅": "*", "•": "*", "÷": "/", "⁄": "/", "∕": "/", "’": "'", "‘": "'",
        "“": '"', "”": '"', "½": ".5", "¼": ".25", "¾": ".75", "\u200b": None, "\ufeff": None,
    }
)  # fmt: skip


_SCALES = {
    "k": 10**3, "thousand": 10**3, "m": 10**6, "mn": 10**6, "million": 10**6, "mio": 10**6,
    "g": 10**9, "b": 10**9, "bn": 10**9, "billion": 10**9, "t": 10**12, "trillion": 10**12,
    "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40,
}  # fmt: skip


_NOISE = frozenset(
    [
        "parameters",
        "parameter",
        "params",
        "param",
        "weights",
        "weight",
        "values",
        "value",
        "neurons",
        "neuron",
        "units",
        "unit",
        "macs",
        "mac",
        "maccs",
        "flops",
        "flop",
        "ops",
        "operations",
        "operation",
        "multiplications",
        "multiplication",
        "multiply-adds",
        "adds",
        "muls",
        "mults",
        "connections",
        "connection",
        "pixels",
        "pixel",
        "px",
        "cells",
        "cell",
        "layers",
        "layer",
        "channels",
        "channel",
        "maps",
        "map",
        "filters",
        "filter",
        "rows",
        "row",
        "columns",
        "column",
        "wide",
        "high",
        "deep",
        "size",
        "sizes",
        "output",
        "outputs",
        "input",
        "total",
        "in",
        "per",
        "about",
        "approx",
        "approximately",
        "roughly",
        "ca",
        "circa",
        "times",
        "fold",
        "fewer",
        "less",
        "more",
        "smaller",
        "larger",
        "the",
        "a",
        "an",
        "of",
        "is",
        "are",
        "it",
        "answer",
        "trainable",
        "learnable",
        "learned",
        "biases",
        "bias",
        "including",
        "incl",
        "with",
        "without",
        "each",
        "by",
        "side",
        "sides",
        "image",
        "square",
        "whole",
        "number",
        "numbers",
        "integer",
        "padding",
        "pad",
        "one",
        "way",
        "depth",
        "height",
        "width",
        "h",
        "w",
        "c",
        "and",
        "floor",
        "floored",
    ]
)


WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


_NUMBER = re.compile(
    r"""(?: (?P<eu>\d{1,3}(?:\.\d{3})+,\d+ | \d{1,3}(?:\.\d{3}){2,})
        |   (?P<int>\d{1,3}(?:(?P<sep>[,'_ ])\d{3})(?:(?P=sep)\d{3})*(?![\d_]) | \d+)
            (?P<frac>\.\d* | ,\d{1,2}(?![\d,]))?
        |   (?P<point>\.\d+) )
        (?P<exp>\ ?[eE]\ ?[+-]?\d{1,3}(?![\d.]))?
        (?:\ ?(?P<unit>%|[A-Za-z][A-Za-z]*))?""",
    re.VERBOSE,
)


class Number(NamedTuple):
    """One number as it was written.

    Attributes:
        value: exactly what stands there.
        half: half a unit of the last digit written, 0 where the number is exact.
        unit: ``B`` after a byte unit, ``%``, or nothing.
        scaled: whether a word such as k or M stands behind it.
    """

    value: Fraction
    half: Fraction = Fraction(0)
    unit: str = ""
    scaled: bool = False


class Unreadable(Exception):  # noqa: N818 - the verdict has the same name
    """Why an answer cannot be read."""


def clean(text: str, limit: int = MAX_NUMBER) -> str:
    """The text in plain characters: digits of any script, × for every cross, one sort of space.

    >>> clean("  ３²×１０\u2009000 ")
    '3^2x10 000'
    """
    if len(text) > limit:
        message = f"{len(text):,} characters; an answer here has at most {limit:,}"
        raise Unreadable(message)
    text = _POWERS.sub(lambda m: "^" + m[0].translate(_SUPERSCRIPTS), text.translate(LOOKALIKES))
    text = unicodedata.normalize("NFKC", text).translate(LOOKALIKES)
    return " ".join(text.split()).strip("`'\"$ ")


def _number_of(match: re.Match[str]) -> tuple[Number, str]:
    """A match of `_NUMBER` as a number, and the word behind it that is no scale or unit."""
    if match["eu"]:
        whole, _, frac = match["eu"].partition(",")
        digits = whole.replace(".", "")
    elif match["point"]:
        digits, frac = "0", match["point"][1:]
    else:
        digits = match["int"].replace(match["sep"], "") if match["sep"] else match["int"]
        frac = (match["frac"] or "")[1:]
    exponent = int((match["exp"] or "0").replace(" ", "").lstrip("eE").replace("+", ""))
    if len(digits) + len(frac) > MAX_DIGITS or abs(exponent) > MAX_DIGITS:
        message = f"a number of more than {MAX_DIGITS} digits"
        raise Unreadable(message)
    value = Fraction(int(digits + frac), 10 ** len(frac)) * Fraction(10) ** exponent
    half = Fraction(1, 2 * 10 ** len(frac)) * Fraction(10) ** exponent
    word = match["unit"] or ""
    scale, unit, rest = scale_of(word)
    rounded = bool(frac or match["exp"] or scale != 1)
    return Number(value * scale, half * scale if rounded else Fraction(0), unit, scale != 1), rest


def scale_of(word: str) -> tuple[int, str, str]:
    """What stands behind a number: its scale, its unit, and the rest that is neither.

    >>> scale_of("MiB"), scale_of("MFLOPs"), scale_of("pixels"), scale_of("M")
    ((1048576, 'B', ''), (1000000, '', 'flops'), (1, '', 'pixels'), (1000000, '', ''))
    """
    lower = word.lower()
    if word == "%":
        return 1, "%", ""
    if lower in ("percent", "pct"):
        return 1, "%", ""
    if lower in ("byte", "bytes"):
        return 1, "B", ""
    if lower in ("kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib") or (
        lower.endswith("bytes") and lower[:-5] in _SCALES
    ):
        prefix = lower.removesuffix("bytes").removesuffix("b")
        return _SCALES[prefix], "B", ""
    if lower in _SCALES:
        return _SCALES[lower], "", ""
    if lower[:1] in ("k", "m", "g", "t") and lower[1:] in ("flops", "flop", "macs", "mac", "ops"):
        return _SCALES[lower[0]], "", lower[1:]
    return 1, "", lower


class Sum:
    """A sum of products of numbers, read from left to right.

    >>> Sum("(5*5*3+1)*10").number().value
    Fraction(760, 1)
    """

    def __init__(self, text: str, *, times: str = "*x") -> None:
        self.text, self.at, self.depth, self.times = text, 0, 0, times
        self.plain = True
        self.last: Number | None = None

    def number(self) -> Number:
        """The whole text as one number."""
        value = self.sum()
        self.finish()
        check_size(value)
        if self.last is not None and self.plain:
            return self.last._replace(value=value)
        unit = self.last.unit if self.last else ""
        return Number(value, unit=unit)

    def finish(self) -> None:
        """Refuse whatever stands behind the sum."""
        self.skip()
        if self.at < len(self.text):
            raise self.refusal()

    def refusal(self) -> Unreadable:
        """What to say of the text from here on."""
        rest = self.text[self.at :]
        return Unreadable(
            f"{shortened(rest, 30)!r} is not a number" if rest else "a number is missing"
        )

    def skip(self) -> None:
        """Go past spaces, and past words that say what is counted."""
        while True:
            while self.text.startswith(" ", self.at):
                self.at += 1
            word = WORD.match(self.text, self.at)
            if not word or (word[0] in self.times) or word[0].lower() not in _NOISE:
                return
            self.at = word.end()

    def takes(self, characters: str) -> str:
        """The next character if it is one of these."""
        self.skip()
        character = self.text[self.at : self.at + 1]
        if character and character in characters:
            self.at += 1
            return character
        return ""

    def sum(self) -> Fraction:
        total = self.product()
        while sign := self.takes("+-"):
            self.plain = False
            part = self.product()
            total = total + part if sign == "+" else total - part
        return total

    def product(self) -> Fraction:
        total = self.signed()
        while sign := self.takes(self.times + "/"):
            if sign in self.times and self.at >= len(self.text):
                return total  # "8.41x" is a ratio
            self.plain = False
            part = self.signed()
            if sign == "/" and not part:
                message = "it divides by 0"
                raise Unreadable(message)
            total = total / part if sign == "/" else total * part
            check_size(total)
        return total

    def signed(self) -> Fraction:
        self.deeper()
        sign = self.takes("+-")
        value = self.signed() if sign else self.power()
        self.depth -= 1
        return -value if sign == "-" else value

    def power(self) -> Fraction:
        base: Fraction = self.atom()
        self.skip()
        if self.text.startswith("**", self.at):
            self.at += 1
        elif not self.text.startswith("^", self.at):
            return base
        self.at += 1
        self.plain = False
        exponent = self.signed()
        if exponent.denominator != 1 or abs(exponent) > MAX_POWER or (exponent < 0 and not base):
            message = "a power this large, or with a fraction as exponent, is not computed"
            raise Unreadable(message)
        value = Fraction(base) ** int(exponent)
        check_size(value)
        return value

    def inside(self) -> Any:
        """What stands between parentheses."""
        return self.sum()

    def atom(self) -> Any:
        if self.takes("("):
            self.deeper()
            self.plain = False
            value = self.inside()
            self.depth -= 1
            if not self.takes(")"):
                message = "a ( without a )"
                raise Unreadable(message)
            return value
        self.skip()
        match = _NUMBER.match(self.text, self.at)
        if not match:
            raise self.refusal()
        number, rest = _number_of(match)
        end = match.end()
        if rest and rest not in _NOISE:  # part of the sum, such as x in 3x5, or no number at all
            end = match.start("unit")
        self.at = end
        self.last = number
        return number.value

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = "nested too deeply"
            raise Unreadable(message)


def check_size(value: Fraction) -> None:
    """Refuse numbers past any count."""
    if abs(value) >= 10**60 or value.denominator >= 10**60:
        message = "the number is too large"
        raise Unreadable(message)


def number(text: str) -> Number:
    """A number, or a sum or product of numbers.

    >>> [str(number(t).value) for t in ("7,600", "7 600", "7.6k", "138M", "75*10+10", "14,5", "1.2×10^6")]
    ['7600', '7600', '7600', '138000000', '760', '29/2', '1200000']
    """
    text = clean(text).lstrip("=≈~ ")
    sides = [side for side in re.split(r"=|->|→|≈", text) if side.strip()]
    if not sides:
        message = "there is nothing to read"
        raise Unreadable(message)
    side = sides[-1].strip().lstrip("~<> ")
    if side.startswith(("x", "×")) and side[1:2].isdigit() | (side[1:2] == " "):
        side = side[1:]  # "×4"
    if side.endswith(".") and not side[:-1].endswith("."):
        side = side[:-1]
    return Sum(side).number()
