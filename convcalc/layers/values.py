"""Plain values for options and shapes, from Python programs and from text: checked, with clear errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from operator import index
from typing import Any, NoReturn, TypeVar

from convcalc.errors import ConvcalcError, UsageError, did_you_mean
from convcalc.text import quoted, shortened
from convcalc.traced import Traced

T = TypeVar("T")
R = TypeVar("R")

MAX_DIGITS = 12
MAX_FRACTION = 10**9
MAX_SIDES = 8  # sides of a shape as text; a network checks its own limit of four
RATIO = re.compile(r"([0-9]{1,9})(?:/([0-9]{1,9})|\.([0-9]{1,9}))?", re.ASCII)
DECIMAL = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]{1,3})?", re.IGNORECASE)


_SIDE = r"-?[0-9]+(?:[./:][0-9]+)?"
_SIDES = re.compile(rf"{_SIDE}(\s*[xX×,]\s*{_SIDE})*")
_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_HEXADECIMAL = re.compile(r"0[xX][0-9]+")
_SEVERAL = re.compile(rf"{_SIDE}(,{_SIDE})?x.*")
_MAX_TEXT = 100  # of numbers per axis
_BETWEEN = re.compile(r"\s*[xX×,]\s*")
_BETWEEN_PAIRS = re.compile(r"[)\]]\s*[xX×,]\s*[(\[]")


def unbracketed(text: str) -> str:
    """The text inside brackets around a whole text.

    >>> unbracketed("(3, 2)"), unbracketed("[[0, 1], [2, 3]]"), unbracketed("(1),(2)")
    ('3, 2', '[0, 1], [2, 3]', '(1),(2)')
    """
    inside = text.strip()
    if inside[:1] + inside[-1:] not in ("()", "[]"):
        return text
    depth = 0
    for sign in inside[:-1]:
        depth += (sign in "([") - (sign in ")]")
        if not depth:
            return text
    return inside[1:-1].strip().removesuffix(",")


def with_x(text: str) -> str:
    """Numbers per axis in our notation, from all common notations; other texts unchanged.

    >>> [with_x(text) for text in ("(3, 2)", "[3, 2]", "3,2", "3 × 2", "3", "1,000", "same")]
    ['3x2', '3x2', '3x2', '3x2', '3', '1,000', 'same']
    """
    inside = unbracketed(text)
    if not _SIDES.fullmatch(inside) or _THOUSANDS.fullmatch(inside):
        return text
    return _BETWEEN.sub("x", inside)


def is_several(text: str) -> bool:
    """Whether a text contains one number per axis.

    >>> is_several("(3, 2)"), is_several("3x2"), is_several("((0,1),(2,3))"), is_several("3")
    (True, True, True, False)
    """
    if len(text) > _MAX_TEXT or _HEXADECIMAL.fullmatch(text):
        return False
    return bool(_SEVERAL.fullmatch(sides_with_x(text))) or with_x(text) != text


def sides_with_x(text: str) -> str:
    """The same for padding; here ``1,2`` without brackets means before and after on one axis.

    >>> [sides_with_x(text) for text in ("(1, 2)", "1,2", "0,1x2,3", "((0, 1), (2, 3))", "(0,1)x(2,3)")]
    ['1x2', '1,2', '0,1x2,3', '0,1x2,3', '0,1x2,3']
    """
    inside = unbracketed(text)
    if _BETWEEN_PAIRS.search(inside):
        return _BETWEEN_PAIRS.sub("x", inside.strip("()[]")).replace(" ", "")
    return text.replace("×", "x") if inside == text else with_x(text)


def each_of(items: Iterable[T], read: Callable[[T], R]) -> list[R]:
    """The results of ``read`` for every item.

    Raises:
        ConvcalcError: one is wrong.
        UsageError: several are wrong; it lists them, one per line.
    """
    found: list[R] = []
    wrong: dict[str, ConvcalcError] = {}
    for item in items:
        try:
            found.append(read(item))
        except ConvcalcError as error:
            wrong.setdefault(str(error), error)
    if len(wrong) == 1:
        raise next(iter(wrong.values()))
    if wrong:
        raise UsageError("\n".join(wrong))
    return found


def whole_numbers(parts: Iterable[str], what: str) -> tuple[int, ...]:
    """Whole numbers from text; see `whole_number`."""
    return tuple(each_of(parts, lambda part: whole_number(part, what)))


def whole_number(text: str, what: str) -> int:
    """A whole number from text.

    Raises:
        UsageError: it is not a whole number, or too long.
    """
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        way_out = "sizes and counts have no fractions" if "." in text else _plainly(text)
        message = f"{what} must be a whole number, but is {quoted(text)}; {way_out}"
        raise UsageError(message)
    if len(digits) > MAX_DIGITS:
        message = f"{what} has {len(digits):,} digits; use a number of up to {MAX_DIGITS} digits"
        raise UsageError(message)
    return int(text)


_DIGITS = "write plain digits"


def _plainly(text: str) -> str:
    """What to write instead of a text that is not a whole number.

    >>> [_plainly(text) for text in ("3*3", "'same'", "32px", "a")]
    ['write 3x3', 'write same, without quotes', 'write 32', 'write plain digits']
    """
    if text.isdecimal() and len(text) <= MAX_DIGITS:  # of another script
        return f"write {int(text)}"
    if "?" in text and not text.strip("? "):
        return "leave it out; convcalc solve finds what is left out"
    if re.fullmatch(r"[0-9]{1,6}( ?\* ?[0-9]{1,6}){1,2}", text):
        return f"write {text.replace(' ', '').replace('*', 'x')}"
    if re.fullmatch(r"(['\"])[a-z_0-9]{1,20}\1", text):
        return f"write {text[1:-1]}, without quotes"
    if re.fullmatch(r"[0-9]{1,6}\s?(?:px|pix|pixels?|channels?|filters?|layers?)", text):
        return f"write {re.match('[0-9]+', text)[0]}"  # type: ignore[index]
    return _DIGITS


def decimal_of(text: str, what: str) -> float:
    """A decimal number from text.

    Raises:
        UsageError: it is not one, or too large.
    """
    value = float(text) if len(text) <= 40 and DECIMAL.fullmatch(text) else None
    if value is None or abs(value) > MAX_FRACTION:
        message = f"{what} must be a number such as 0.5, but is {quoted(text)}"
        raise UsageError(message)
    return value


def ratio_of(text: str, what: str) -> int | str:
    """A whole number, or a fraction in lowest terms, from text such as ``2``, ``0.5`` or ``3/2``.

    Raises:
        UsageError: it is not a number above 0, or has too many digits.

    >>> ratio_of("0.75", "scale"), ratio_of("4/2", "scale")
    ('3/4', 2)
    """
    found = RATIO.fullmatch(text)
    above, below = (0, 0)
    if found:
        whole, under, decimals = found.groups()
        above = int(whole + (decimals or ""))
        below = 10 ** len(decimals) if decimals else int(under or 1)
    if not above or not below:
        message = (
            f"{what} must be a number above 0 such as 2, 0.5 or 3/2 (up to 9 digits), but is "
            f"{quoted(text)}"
        )
        raise UsageError(message)
    from math import gcd  # noqa: PLC0415 - only ratios need it

    common = gcd(above, below)
    return above // common if below == common else f"{above // common}/{below // common}"


def parts_of(text: str, separator: str, what: str, example: str) -> list[str]:
    """The parts between separators; none may be empty.

    Raises:
        UsageError: one of several parts is empty.
    """
    parts = text.split(separator)
    if len(parts) > 1 and "" in parts:
        message = f"{what} must be numbers such as {example}, but is {quoted(text)}"
        raise UsageError(message)
    return parts


def shape_of(text: str, what: str = "--input") -> tuple[int, ...]:
    """A shape from text such as ``3x224x224``.

    Raises:
        UsageError: it is not one.
    """
    _, equals, sides = text.rpartition("=")
    if equals:
        message = f"{what} {shortened(text)}: layers have one input, which needs no name; write {what} {shortened(sides)}"
        raise UsageError(message)
    parts = re.split(r"\s*[x×,*]\s*", unbracketed(text).strip().lower())
    if not all(parts) or len(parts) > MAX_SIDES:
        plain = _plainly(text)
        way_out = "" if plain == _DIGITS else f"; {plain}"
        message = f"{what} must be a shape such as 3x224x224, but is {quoted(text)}{way_out}"
        raise UsageError(message)
    if _THOUSANDS.fullmatch(text) and any(part[0] == "0" for part in parts):
        message = (
            f"{what} {text}: is two sizes with a comma between them; write {text.replace(',', '')}"
        )
        raise UsageError(message)
    shape = whole_numbers(parts, what)
    if min(shape) < 1:
        message = f"{what} has a side of {min(shape)}; use 1 or more"
        raise UsageError(message)
    return shape


def checked_shape(value: Any, what: str = "input") -> tuple[int, ...]:
    """A shape from a Python program: a text such as ``3x224x224``, or whole numbers in a list.

    Raises:
        UsageError: it is neither.
    """
    if isinstance(value, str):
        return shape_of(str(value), what)
    if not VALUES.is_list(value):
        message = f"{what} must be a shape such as (3, 224, 224), but is {shown(value)}"
        raise UsageError(message)
    sides = VALUES.sequence(value, what)
    if not 1 <= len(sides) <= MAX_SIDES:
        message = f"{what} has {len(sides):,} sides; write a shape such as (3, 224, 224)"
        raise UsageError(message)
    shape = tuple(VALUES.each(sides, lambda side: VALUES.number(side, what)))
    if min(shape) < 1:
        message = f"{what} has a side of {min(shape)}; use 1 or more"
        raise UsageError(message)
    return shape


def shown(value: Any) -> str:
    """A value in a message: its repr, cut to a maximum length."""
    from reprlib import Repr  # noqa: PLC0415 - only for errors

    class Short(Repr):
        def repr_int(self, x: int, level: int) -> str:
            repr(x)  # fails for 5,000 digits; Python 3.14 would return a memory address
            return super().repr_int(x, level)

    try:
        return shortened(Short().repr(value))
    except Exception:  # noqa: BLE001 - a repr can do anything; numbers of 5,000 digits have none
        return f"a value of type {shortened(type(value).__name__)}"


def _python_value(value: Any) -> Any:
    """NumPy's numbers and arrays as Python's own; anything else unchanged."""
    return (
        value.tolist() if type(value).__module__ == "numpy" and hasattr(value, "tolist") else value
    )


class Values:
    """Reads values of a Python program; see `convcalc.layers.options.Reader`."""

    def refuse(self, given: Any, message: str) -> NoReturn:
        raise UsageError(message)

    def is_list(self, given: Any) -> bool:
        return isinstance(_python_value(given), list | tuple)

    def sequence(self, given: Any, what: str, way_out: str = "write it in [ ]") -> list[Any]:
        found = _python_value(given)
        if not isinstance(found, list | tuple):
            self.refuse(given, f"{what} must be a list, but is {shown(given)}; {way_out}")
        return list(found)

    def each(self, given: Iterable[T], read: Callable[[T], R]) -> list[R]:
        return each_of(given, read)

    def number(self, given: Any, what: str) -> int:
        try:
            number: Any = None if isinstance(_python_value(given), bool) else _whole(given)
        except Exception:  # noqa: BLE001 - if its __index__ fails, it is not a number
            number = None
        if number is None:
            self.refuse(
                given, f"{what} must be a whole number, but is {shown(given)}{_hint(given)}"
            )
        if abs(number) >= 10**MAX_DIGITS:
            way_out = f"use a number of up to {MAX_DIGITS} digits"
            self.refuse(given, f"{what} has more than {MAX_DIGITS} digits; {way_out}")
        return number  # type: ignore[no-any-return]

    def decimal(self, given: Any, what: str) -> float:
        value = _python_value(given)
        known = isinstance(value, int | float) and not isinstance(value, bool)
        if not (known and abs(value) <= MAX_FRACTION):  # False for nan
            self.refuse(given, f"{what} must be a number such as 0.5, but is {shown(given)}")
        return float(value)

    def parsed(self, given: Any, what: str, parse: Callable[[str, str], Any]) -> Any:
        """A number or a text, read as text."""
        value = _python_value(given)
        text = str.__str__(value) if isinstance(value, str) else ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            with suppress(ValueError):  # a number of 5,000 digits has no text
                text = repr(value)
        if not text:
            self.refuse(given, f"{what} must be a number or a text, but is {shown(given)}")
        return parse(text, what)

    def pairs(self, given: Any, what: str) -> list[tuple[str, Any]]:
        if isinstance(given, Mapping):
            given = [*given.items()]
        found = [
            (*pair,) if isinstance(pair, list | tuple) else ()
            for pair in self.sequence(given, what)
        ]
        if not all(len(pair) == 2 and isinstance(pair[0], str) for pair in found):
            self.refuse(
                given, f"{what} must be numbers by name, but is {shown(given)}; write {{'adds': 5}}"
            )
        return [(str.__str__(name), each) for name, each in found]

    def boolean(self, given: Any, what: str) -> bool:
        value = _python_value(given)
        if not isinstance(value, bool):
            self.refuse(given, f"{what} must be True or False, but is {shown(given)}")
        return value

    def is_word(self, given: Any) -> bool:
        return isinstance(given, str)

    def is_several(self, given: Any) -> bool:
        return isinstance(given, str) and is_several(str.__str__(given))

    def scalar(self, given: Any, what: str) -> str:
        if not isinstance(given, str):
            self.refuse(given, f"{what} must be a text, but is {shown(given)}")
        return str.__str__(given)

    def word(self, given: Any, what: str, known: tuple[str, ...]) -> str:
        if not isinstance(given, str):
            self.refuse(given, f"{what} cannot be {shown(given)}; known: {', '.join(known)}")
        text = str.__str__(given)  # NumPy's and other subclasses of str as plain text
        if text not in known:
            self.refuse(given, f"{what} cannot be {quoted(text)}{did_you_mean(text, known)}")
        return text


def _whole(given: Any) -> Any:
    """A Python whole number; a traced number stays traced."""
    return given if isinstance(given, Traced) else int(index(given))


def _hint(given: Any) -> str:
    """What to write instead of a value that is not a whole number."""
    value = _python_value(given)
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**MAX_DIGITS:
        return f"; write {int(value)}"
    if isinstance(value, float):
        return "; sizes and counts have no fractions"
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value):
        return f"; write {int(value)}"
    if value is None:
        return "; leave it out for its default, or give a number"
    return "; give an int"


VALUES = Values()
