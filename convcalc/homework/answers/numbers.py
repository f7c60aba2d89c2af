"""Numbers, and sums and products of numbers, read by our own parser with limits; no eval."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from convcalc.homework.answers.notation import (
    MAX_NUMBER,
    Unreadable,
    lines_of,
    steps,
    unwrapped,
    without_asides,
)
from convcalc.homework.answers.vocabulary import NOISE, SMALL_NUMBERS, WORD, is_noise, scale_of
from convcalc.text import shortened

MAX_DIGITS = 30
MAX_POWER = 64
MAX_DEPTH = 40

_NUMBER = re.compile(
    r"""(?: (?P<eu>\d{1,3}(?:\.\d{3})+,\d+ | \d{1,3}(?:\.\d{3}){2,}(?![\d.]))
        |   (?P<int>\d{1,2}(?:,\d{2})+,\d{3}(?![\d,]) | (?!0[,'_ ])\d{1,3}(?:(?P<sep>[,'_ ])\d{3})(?:(?P=sep)\d{3})*(?![\d_]) | \d+)
            (?P<frac>\.\d* | ,\d+(?![\d,]))?
        |   (?P<point>[.,]\d+) )
        (?P<exp>\ ?[eE]\ ?[+-]?\d{1,3}(?![\d.]))?
        (?:\ ?-?(?P<unit>%|[^\W\d_]+))?""",
    re.VERBOSE,
)
_EITHER_WAY = re.compile(r"(?!0[.,])([+-]?\d{1,3})([.,])(\d{3})(?![\d.,])(\D{0,40})")
_TRAILING = re.compile(r"\s?/\s?(?:per\s)?[^\W\d_]+$|[\s.!?;:✓]+$")
_TO_ONE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?(?::|to) ?(\d{1,9}(?:\.\d{1,9})?)")
_PERCENT = re.compile(r"\bper cent\b", re.IGNORECASE)
_TIMES_FIRST = re.compile(r"x ?(?=\d)")


class Number(NamedTuple):
    """One number as it was written.

    Attributes:
        value: exactly the number written.
        half: half a unit of the last digit written; 0 if the number is exact.
        unit: ``B`` after a byte unit, ``%``, or nothing.
        scaled: whether a word such as k or M follows it.
    """

    value: Fraction
    half: Fraction = Fraction(0)
    unit: str = ""
    scaled: bool = False

    def is_rounded(self, exact: Fraction) -> bool:
        """Whether this is that number, or that number rounded to the digits written here."""
        if self.value == exact:
            return True
        return bool(self.half) and bool(self.value) and abs(self.value - exact) <= self.half

    def of_100(self) -> Number:
        """A hundredth of it, for a percentage."""
        return self._replace(value=self.value / 100, half=self.half / 100)


class Written(NamedTuple):
    """An answer that is a number, as it was written.

    Attributes:
        number: what it means.
        other: the same digits read in the other way, if a comma or point has two meanings.
        before: the sum or product before its =, if that gives another number.
    """

    number: Number
    other: Number | None = None
    before: str = ""


def _number_of(match: re.Match[str], *, memory: bool = False) -> tuple[Number, str]:
    """A match of `_NUMBER` as a number, and the word after it if that is not a scale or unit."""
    if match["eu"]:
        whole, _, frac = match["eu"].partition(",")
        digits = whole.replace(".", "")
    elif match["point"]:
        digits, frac = "0", match["point"][1:]
    else:
        digits = re.sub("[,'_ ]", "", match["int"])
        frac = (match["frac"] or "")[1:]
        if "," in match["int"] and (match["frac"] or "")[:1] == ",":
            message = f"{shortened(match[0], 30)!r} is not a number"
            raise Unreadable(message)
    exponent = int((match["exp"] or "0").replace(" ", "").lstrip("eE").replace("+", ""))
    if len(digits) + len(frac) > MAX_DIGITS or abs(exponent) > MAX_DIGITS:
        message = f"a number of more than {MAX_DIGITS} digits"
        raise Unreadable(message)
    value = Fraction(int(digits + frac), 10 ** len(frac)) * Fraction(10) ** exponent
    half = Fraction(1, 2 * 10 ** len(frac)) * Fraction(10) ** exponent
    scale, unit, rest = scale_of(match["unit"] or "", memory=memory)
    scaled = scale != 1 and not unit
    rounded = bool(frac or match["exp"] or scale != 1)
    return Number(value * scale, half * scale if rounded else Fraction(0), unit, scaled), rest


class Sum:
    """A sum of products of numbers, read from left to right.

    >>> Sum("(5*5*3+1)*10").number().value
    Fraction(760, 1)
    """

    def __init__(self, text: str, *, times: str = "*x", memory: bool = False) -> None:
        self.text, self.at, self.depth, self.times, self.memory = text, 0, 0, times, memory
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
        """Refuse text after the sum."""
        self.skip()
        if self.at < len(self.text):
            raise self.refusal()

    def refusal(self) -> Unreadable:
        """The error about the text from here on."""
        rest = self.text[self.at :]
        return Unreadable(
            f"{shortened(rest, 30)!r} is not a number" if rest else "a number is missing"
        )

    def skip(self) -> None:
        """Skip spaces, and words that say what is counted."""
        while True:
            while self.text.startswith(" ", self.at):
                self.at += 1
            word = WORD.match(self.text, self.at)
            if not word or (word[0] in self.times) or word[0].lower() not in NOISE:
                return
            if self.text.startswith("(", word.end()) and word[0].lower() == "floor":
                return
            self.at = word.end() + self.text.startswith(". ", word.end())

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
        while sign := self.takes(self.times + "/") or self.implied(total):
            if sign in self.times and (
                self.at >= len(self.text)
                or (
                    is_noise(self.text[self.at :]) and not re.search(r"[\d(]", self.text[self.at :])
                )
            ):
                return total  # "8.41x" is a ratio
            floored = sign == "/" and self.text.startswith("/", self.at)
            self.at += floored
            self.plain = False
            part = self.signed()
            if sign == "/" and not part:
                message = "it divides by 0"
                raise Unreadable(message)
            total = total / part if sign == "/" else total * part
            total = Fraction(total // 1) if floored else total
            check_size(total)
        return total

    def implied(self, before: Fraction) -> str:
        """A times sign that is left out, as in 64(27+1); "28(32-5+1)" says how 28 was found."""
        if not _JOINT.match(self.text, self.at) or not is_product_of_brackets(self.text):
            return ""
        rest = self.text[self.at :]
        explained = self.text[self.at - 1].isdecimal() and Sum(rest).sum() == before
        return "" if explained else "*"

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
        """The content of parentheses."""
        return self.sum()

    def atom(self) -> Any:
        self.skip()
        for opening, closing, rounded in _BRACKETS:
            if self.text.startswith(opening, self.at):
                self.at += len(opening)
                return self.bracket(closing, rounded)
        match = _NUMBER.match(self.text, self.at)
        if not match:
            raise self.refusal()
        number, rest = _number_of(match, memory=self.memory)
        end = match.end()
        if rest and rest not in NOISE:  # a part of the sum, such as x in 3x5, or not a number
            end = match.start("unit")
        word = (
            WORD.match(self.text, end + self.text.startswith(" ", end)) if number.scaled else None
        )
        if word and scale_of(word[0], memory=self.memory)[1]:  # 40 million bytes
            scale, unit, _ = scale_of(word[0], memory=self.memory)
            number = Number(number.value * scale, number.half * scale, unit)
            end = word.end()
        self.at = end
        self.last = number
        return number.value

    def bracket(self, closing: str, rounded: Callable[[Fraction], Fraction] | None) -> Fraction:
        """The content of brackets, rounded if they are floor or ceiling brackets."""
        self.deeper()
        self.plain = False
        value: Fraction = self.inside()
        self.depth -= 1
        if not self.takes(closing):
            message = f"a bracket without a {closing}"
            raise Unreadable(message)
        return rounded(value) if rounded else value

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = "nested too deeply"
            raise Unreadable(message)


_BRACKETS: tuple[tuple[str, str, Callable[[Fraction], Fraction] | None], ...] = (
    ("(", ")", None),
    ("[", "]", None),
    ("⌊", "⌋", lambda value: Fraction(value // 1)),
    ("⌈", "⌉", lambda value: Fraction(-(-value // 1))),
    ("floor(", ")", lambda value: Fraction(value // 1)),
    ("ceil(", ")", lambda value: Fraction(-(-value // 1))),
)


_JOINT = re.compile(r"(?<=\d)\(|(?<=\))[\d(]")
_SUM_IN_BRACKETS = r"\((?=[^()]*\d *[-+*/x^] *\d)[-+*/x^\d., ]+\)"
_PRODUCT_OF_BRACKETS = re.compile(
    rf"\d[\d.,]*{_SUM_IN_BRACKETS}|{_SUM_IN_BRACKETS}(\d[\d.,]*|{_SUM_IN_BRACKETS})"
)


def is_product_of_brackets(text: str) -> bool:
    """Whether a text is only a product without its sign.

    >>> [is_product_of_brackets(text) for text in ("64(27+1)", "(27+1)64", "(27+1)(60+4)", "64(27)", "2*64(27+1)")]
    [True, True, True, False, False]
    """
    return _PRODUCT_OF_BRACKETS.fullmatch(text) is not None


def check_size(value: Fraction) -> None:
    """Refuse numbers that are larger than any count."""
    if abs(value) >= 10**60 or value.denominator >= 10**60:
        message = "the number is too large"
        raise Unreadable(message)


def number(text: str) -> Number:
    """A number, or a sum or product of numbers.

    >>> [str(number(t).value) for t in ("7,600", "7 600", "7.6k", "138M", "75*10+10", "14,5", "1.2×10^6")]
    ['7600', '7600', '7600', '138000000', '760', '29/2', '1200000']
    """
    return written(text).number


def written(text: str, *, memory: bool = False, limit: int = MAX_NUMBER) -> Written:
    """A number with the text around it: after =, → or "so" the last one counts.

    >>> written("26x26x32 = 21633")[0].value, written("26x26x32 = 21633").before
    (Fraction(21633, 1), '26x26x32')
    """
    lines = [without_asides(line) for line in lines_of(text, limit)]
    parts = [part for step in steps(lines) for part in step]
    counted = [part for part in parts if any(character.isdigit() for character in part)]
    if not counted:
        return Written(_in_letters(lines))
    found = _side(counted[-1], memory=memory)
    about = any(map(_ABOUT.search, lines))
    before = "" if about else _disagrees(counted, found)
    return Written(found, _other_way(counted[-1], found, memory=memory), before)


_ABOUT = re.compile(r"[≈~]|\b(?:about|approx|around|roughly|circa|ca)", re.IGNORECASE)


def _in_letters(lines: list[str]) -> Number:
    """A number without a digit: none, or three layers."""
    if not lines:
        message = "there is nothing to read"
        raise Unreadable(message)
    words = WORD.findall(" ".join(lines).lower())
    counted = [SMALL_NUMBERS[word] for word in words if word in SMALL_NUMBERS]
    if len(counted) == 1 and all(word in NOISE or word in SMALL_NUMBERS for word in words):
        return Number(Fraction(counted[0]))
    if words[:1] == ["no"] and is_noise(" ".join(words[1:])):
        return Number(Fraction(0))
    raise Sum(lines[-1]).refusal()


def _side(text: str, *, memory: bool = False) -> Number:
    """One side of a chain as a number."""
    text = _PERCENT.sub("%", text).lstrip("~<> ")
    text = _TIMES_FIRST.sub("", text, count=1) if text.startswith("x") else text
    text = unwrapped(_TRAILING.sub("", _TRAILING.sub("", text)))
    try:
        return Sum(text, memory=memory).number()
    except Unreadable:
        shorter = _without_remark(text, memory=memory)
        if shorter is None:
            raise
        return shorter


def _without_remark(text: str, *, memory: bool) -> Number | None:
    """A number before a remark in brackets: without digits in it, or with the same number.

    The same for text before the last comma, as in "each filter has 76, 76*10".
    """
    head, _, tail = text.rpartition(", ")
    if (
        head
        and any(c.isdigit() for c in tail)
        and not tail.strip().isdigit()
        and re.search("[*+x]", tail)
    ):
        return Sum(tail, memory=memory).number()
    if not text.endswith(")") or " (" not in text:
        return None
    head, _, inside = text[:-1].partition(" (")
    if not any(character.isdigit() for character in head):
        return None
    found = Sum(head.strip(), memory=memory).number()
    if not any(character.isdigit() for character in inside):
        return found
    other = Sum(inside.strip("= ")).number()
    return found if _share(other) == _share(found) else None


def _share(found: Number) -> Fraction:
    """A number; a percentage as a share."""
    return found.value / 100 if found.unit == "%" else found.value


def _other_way(text: str, found: Number, *, memory: bool) -> Number | None:
    """The number with its comma read as a point, or its point as a comma, as in 2,333 and 1.234."""
    text = text.lstrip("~<> ")
    if text[:1] == ",":  # ,5 is a half, or the rest of a list
        return Sum(text[1:], memory=memory).number()
    match = _EITHER_WAY.fullmatch(text)
    if not match:
        return None
    point = "." if match[2] == "," else ","
    try:
        other = Sum(f"{match[1]}{point}{match[3]}{match[4]}", memory=memory).number()
    except Unreadable:
        return None
    return None if other.value == found.value else other


def _disagrees(parts: list[str], found: Number) -> str:
    """The part before the last, if it is a sum of whole numbers that gives another number."""
    if len(parts) < 2 or found.unit or found.scaled:
        return ""
    text = parts[-2]
    try:
        before = Sum(text).number()
    except Unreadable:
        return ""
    plain = before.unit or before.scaled or before.value.denominator != 1
    if plain or not re.search(r"\d\s?[*x+/-]\s?[\d(]", text) or found.is_rounded(before.value):
        return ""
    return shortened(text, 30)


def one_to(text: str) -> str:
    """A ratio such as 4:1 or 4 to 1 as a quotient."""
    return _TO_ONE.sub(r"\1/\2", text) if len(text) <= MAX_NUMBER else text
