"""Expressions over $names: ``4*$width``, ``2**$i``, ``round_to($width*0.75, 8)``. Exact, and no eval.

A text is parsed once into functions, one per operation. Numbers are whole, or exact fractions
during the calculation: ``$width * 3/4`` is valid if the result is whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from convcalc.errors import did_you_mean
from convcalc.text import plural, quoted, shortened
from convcalc.traced import is_traced, is_whole, least, most, quotient, settled

if TYPE_CHECKING:
    from fractions import Fraction

    Number = int | Fraction

MAX_CHARACTERS = 200
MAX_DEPTH = 20
MAX_VALUE = 10**15
_MAX_DIGITS = 40

Names = Mapping[str, Any]
_Run = Callable[[Names], Any]

SIGNS = "+ - * / // % **"
_TOKEN = re.compile(
    r"\s*(?:([0-9]+(?:\.[0-9]+)?)|\$([^\W\d]\w*)|(//|\*\*|[=!<>]=|[-+*/%(),<>])|(\$?\w+|\S))"
)
_IS_ARITHMETIC = re.compile(r"[0-9].*[*/]|[a-z_]+\(")


class ExpressionError(Exception):
    """An error in an expression; the caller adds its place.

    Attributes:
        node: the expression's place in the file, if it has one.
    """

    node: Any = None


class Expression:
    """A parsed expression.

    Args:
        text: the characters.
        node: its place in a file, for messages.

    Attributes:
        names: the parameters that it uses.
        single: the name, if it is only one $name, whose value can have any type.

    Raises:
        ExpressionError: it cannot be parsed; the message says why.

    >>> Expression("4*$width + 1").value({"width": 64})
    257
    >>> Expression("round_to($width * 0.75, 8)").value({"width": 18})
    16
    """

    __slots__ = ("_run", "names", "node", "single", "text")

    def __init__(self, text: str, node: Any = None) -> None:
        if len(text) > MAX_CHARACTERS:
            message = f"is {len(text)} characters long; use at most {MAX_CHARACTERS}"
            raise ExpressionError(message)
        self.text, self.node = text.strip(), node
        reader = _Reader(text)
        self._run = reader.whole()
        self.names = tuple(reader.names)
        self.single = self.text[1:] if len(reader.tokens) == 1 and self.names else ""

    def exact(self, names: Names) -> Any:
        """Its value: a number, true or false; if it is only one $name, any value.

        Raises:
            ExpressionError: an unknown name, a division by zero, or a number that is too large.
        """
        try:
            return settled(self._run(names))
        except ExpressionError as error:
            error.node = self.node
            raise

    def value(self, names: Names) -> int:
        """Its value as a whole number.

        Raises:
            ExpressionError: as for `exact`, or the value is not a whole number.
        """
        result = self.exact(names)
        if is_whole(result):
            return result  # type: ignore[no-any-return]
        raise self.error(not_whole(self.text, result))

    def truth(self, names: Names) -> bool:
        """Its value as a condition.

        Raises:
            ExpressionError: as for `exact`, or the value is not true or false.
        """
        result = self.exact(names)
        if isinstance(result, bool):
            return result
        text = shortened(self.text)
        message = f"is {text}, which is {said(result)}; it must be true or false, so compare it, as {text} > 1"
        raise self.error(message)

    def error(self, what: str) -> ExpressionError:
        """An error at its place."""
        error = ExpressionError(what)
        error.node = self.node
        return error


def not_whole(text: str, value: Any) -> str:
    """The message about a value that is not a whole number."""
    shown, result = shortened(text), said(value)
    is_it = f"is {shown}" if shown in (result, result[1:-1]) else f"is {shown}, which is {result}"
    if isinstance(value, str):
        return f"{is_it}, but must be a whole number; a parameter is written ${shortened(value)}"
    if isinstance(value, bool | tuple):
        return f"{is_it}, but must be a whole number; give one"
    return f"{is_it}, but must be whole; round it with //, floor(…), ceil(…) or round_to(…, 8)"


def is_expression(text: str) -> bool:
    """Whether a text is an expression: it has a $name, or an operation on numbers.

    >>> is_expression("2*$n"), is_expression("3/4"), is_expression("3x3"), is_expression("2024-01-01")
    (True, True, False, False)
    """
    return "$" in text or bool(_IS_ARITHMETIC.match(text))


def said(value: Any) -> str:
    """A value in a message, as it is written in a file.

    >>> said(True), said((1, "same")), said("relu")
    ('true', '[1, same]', "'relu'")
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple):
        parts = [part if isinstance(part, str) else said(part) for part in value[:8]]
        return shortened(f"[{', '.join([*parts, '…'] if len(value) > 8 else parts)}]")
    if isinstance(value, int):
        return f"{value:,}"
    decimal = repr(float(value))  # if it is exact; other fractions unchanged
    return decimal if "e" not in decimal and value == as_number(decimal) else str(value)


# --------------------------------------------------------------------------- numbers, bounded


def as_number(text: str) -> Number:
    """Digits, with or without a point, as an exact number.

    >>> as_number("12"), as_number("1.50") == 3 / 2, as_number("2.0")
    (12, True, 2)
    """
    if "." not in text:
        return int(text)
    from fractions import Fraction  # noqa: PLC0415 - 2 ms of start-up that few networks need

    return _plain(Fraction(text))


def _plain(number: Any) -> Number:
    """A fraction; an int if it is whole."""
    return number.numerator if number.denominator == 1 else number  # type: ignore[no-any-return]


def _bounded(number: Any) -> Number:
    """A result; refused if it is too large."""
    if abs(number.numerator) > MAX_VALUE or number.denominator > MAX_VALUE:
        message = f"passes {MAX_VALUE:,}; use smaller numbers"
        raise ExpressionError(message)
    return number if type(number) is int else _plain(number)


def _divide(a: Any, b: Any) -> Number:
    """a / b, exact."""
    if is_traced(a) or is_traced(b):
        return quotient(a, b)  # type: ignore[no-any-return]
    if not a % b:
        return a // b  # type: ignore[no-any-return]
    from fractions import Fraction  # noqa: PLC0415 - as above

    return Fraction(a) / Fraction(b)


def _power(a: Any, b: Any) -> Number:
    """a ** b; refused before the calculation if it would be too large."""
    a, b = (int(each) if is_traced(each) else each for each in (a, b))
    if type(b) is not int:
        message = f"has the exponent {said(b)}; use a whole number"
        raise ExpressionError(message)
    size = max(abs(a.numerator), a.denominator)
    if size > 1 and abs(b) * (size.bit_length() - 1) > MAX_VALUE.bit_length():
        message = f"passes {MAX_VALUE:,}; use smaller numbers"
        raise ExpressionError(message)
    if abs(a) == 1 or not a:
        b = b % 2 if a else min(b, 1)
    if b < 0:
        if a == 0:
            message = "divides 1 by 0; change the parameters or the expression"
            raise ExpressionError(message)
        return _divide(1, a**-b)
    return a**b  # type: ignore[no-any-return]


def _round_to(x: Any, step: Any) -> int:
    """The nearest multiple of step, at least one step, and never more than 10 % below x.

    The widths of the MobileNets: torchvision/models/_utils.py, ``_make_divisible``.

    >>> _round_to(37, 8), _round_to(11, 8), _round_to(3, 8)
    (40, 16, 8)
    """
    if type(step) is not int or step < 1:
        message = f"has round_to(…, {said(step)}); round to a whole number of at least 1"
        raise ExpressionError(message)
    nearest = most(step, (2 * x + step) // (2 * step) * step)
    is_short = least(1, most(0, _ceil(9 * x - 10 * nearest)))  # 1 if it is more than 10 % below
    return nearest + step * is_short  # type: ignore[no-any-return]


def _floor(x: Any) -> int:
    return x // 1  # type: ignore[no-any-return]


def _ceil(x: Any) -> int:
    return -(-x // 1)  # type: ignore[no-any-return]


FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {  # with least and most arguments
    "min": (least, 2, 20),
    "max": (most, 2, 20),
    "round_to": (_round_to, 2, 2),
    "floor": (_floor, 1, 1),
    "ceil": (_ceil, 1, 1),
}
_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a - a // b * b,
    "**": _power,
}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_WORDS = ("and", "or", "not", "true", "false", *FUNCTIONS)


def _number_of(value: Any) -> Any:
    """A value to calculate with; refused if it is not a number."""
    if isinstance(value, bool | str | tuple):
        message = f"calculates with {said(value)}, which is not a number; use a number there"
        raise ExpressionError(message)
    return value


def _operation(sign: str, left: _Run, right: _Run) -> _Run:
    """The function for two operands and a sign."""
    join, divides = _OPERATIONS[sign], sign in ("/", "//", "%")

    def run(names: Names) -> Any:
        a, b = left(names), right(names)
        if type(a) is not int:
            _number_of(a)
        if type(b) is not int:
            _number_of(b)
        if divides and not b:
            message = f"divides {said(a)} by 0; change the parameters or the expression"
            raise ExpressionError(message)
        return _bounded(join(a, b))

    return run


def _comparison(sign: str, left: _Run, right: _Run) -> _Run:
    """The function that compares two numbers, or for equality two values of the same sort."""
    compare, ordered = _COMPARISONS[sign], sign[0] in "<>"

    def run(names: Names) -> bool:
        a, b = left(names), right(names)
        if ordered or _sort(a) is not _sort(b):
            a, b = _number_of(a), _number_of(b)
        return bool(compare(a, b))

    return run


def _sort(value: Any) -> type:
    """The sort of a value, for comparing."""
    return type(value) if isinstance(value, bool | str | tuple) else int


def _flag(run: _Run, names: Names, word: str) -> bool:
    """An operand of and, or, not."""
    value = run(names)
    if not isinstance(value, bool):
        message = f"has {said(value)} next to {word}, which is only for true and false; compare it first, as $n > 1"
        raise ExpressionError(message)
    return value


def _unknown_token(text: str, *, called: bool) -> str:
    """The message about characters without a meaning in an expression."""
    if text.isidentifier() and called:
        return f"has {shortened(text)}(…) in it; known: {', '.join(FUNCTIONS)}"
    if text.isidentifier():
        return f"has {quoted(text)} in it; a parameter is written ${shortened(text)}"
    if text == "=":
        return "has '=' in it; two values are compared with =="
    return (
        f"has {quoted(text)} in it; expressions are {SIGNS} and parentheses over numbers and $names, "
        f"and {', '.join(FUNCTIONS)}"
    )


class _Reader:
    """Parses tokens from left to right; each precedence has a method that returns a function."""

    def __init__(self, text: str) -> None:
        self.tokens = [match.groups() for match in _TOKEN.finditer(text)]
        self.names = dict.fromkeys(name for _, name, _, _ in self.tokens if name)
        self.at = 0
        for place, (*_, other) in enumerate(self.tokens):
            if other and other not in _WORDS:
                self.at = place + 1
                raise ExpressionError(_unknown_token(other, called=self._next() == "("))

    def whole(self) -> _Run:
        """The function for the whole text."""
        run = self._either(0)
        if self.at < len(self.tokens):
            digits, name, sign, word = self.tokens[self.at]
            message = (
                f"has {quoted(digits or (name and '$' + name) or sign or word)} after its end; "
                "join the parts with + - * / // or %"
            )
            if sign in _COMPARISONS:
                message = "compares more than two values at once; join comparisons with and"
            raise ExpressionError(message)
        return run

    def _next(self) -> str:
        """The next sign or word, if there is one."""
        if self.at >= len(self.tokens):
            return ""
        _, _, sign, word = self.tokens[self.at]
        return sign or word or ""

    def _either(self, depth: int) -> _Run:
        run = self._both(depth)
        while self._next() == "or":
            self.at += 1
            run = _either_of(run, self._both(depth))
        return run

    def _both(self, depth: int) -> _Run:
        run = self._negated(depth)
        while self._next() == "and":
            self.at += 1
            run = _both_of(run, self._negated(depth))
        return run

    def _negated(self, depth: int) -> _Run:
        if self._next() != "not":
            return self._compared(depth)
        self._check_depth(depth)
        self.at += 1
        run = self._negated(depth + 1)
        return lambda names: not _flag(run, names, "not")

    def _compared(self, depth: int) -> _Run:
        run = self._sum(depth)
        if (sign := self._next()) in _COMPARISONS:
            self.at += 1
            run = _comparison(sign, run, self._sum(depth))
        return run

    def _sum(self, depth: int) -> _Run:
        run = self._product(depth)
        while (sign := self._next()) in ("+", "-"):
            self.at += 1
            run = _operation(sign, run, self._product(depth))
        return run

    def _product(self, depth: int) -> _Run:
        run = self._signed(depth)
        while (sign := self._next()) in ("*", "/", "//", "%"):
            self.at += 1
            run = _operation(sign, run, self._signed(depth))
        return run

    def _check_depth(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            message = f"has parentheses or signs nested deeper than {MAX_DEPTH}; write it flatter"
            raise ExpressionError(message)

    def _signed(self, depth: int) -> _Run:
        self._check_depth(depth)
        if self._next() == "-":
            self.at += 1
            run = self._signed(depth + 1)
            return lambda names: -_number_of(run(names))
        run = self._atom(depth)
        if self._next() == "**":  # as in Python: right to left, and before a sign on its left
            self.at += 1
            run = _operation("**", run, self._signed(depth + 1))
        return run

    def _atom(self, depth: int) -> _Run:
        if self.at >= len(self.tokens):
            message = "ends where a number or a $name is expected; finish it"
            raise ExpressionError(message)
        digits, name, sign, word = self.tokens[self.at]
        self.at += 1
        if digits:
            number = _bounded(as_number(digits[:_MAX_DIGITS]))
            return lambda _: number
        if name:
            return lambda names: _value_of(name, names)
        if word in ("true", "false"):
            return lambda _: word == "true"
        if word in FUNCTIONS:
            return self._call(word, depth)
        if sign == "(":
            run = self._either(depth + 1)
            self._close()
            return run
        message = f"has {sign or word!r} where a number or a $name is expected; write one there"
        raise ExpressionError(message)

    def _close(self) -> None:
        """Skip the closing parenthesis."""
        if self._next() != ")":
            message = "has no closing parenthesis; add )"
            raise ExpressionError(message)
        self.at += 1

    def _call(self, word: str, depth: int) -> _Run:
        """The function for a call, such as min(…, …)."""
        function, least, most = FUNCTIONS[word]
        if self._next() != "(":
            message = f"has {word!r} without its parentheses; write {word}(…)"
            raise ExpressionError(message)
        self.at += 1
        given = [self._sum(depth + 1)]
        while self._next() == ",":
            self.at += 1
            given.append(self._sum(depth + 1))
        self._close()
        if not least <= len(given) <= most:
            count = f"{least}" if least == most else f"{least} to {most}"
            what = plural(len(given), "value")
            message = f"gives {word}(…) {what}; give it {count}, with commas between them"
            raise ExpressionError(message)
        return lambda names: _bounded(function(*[_number_of(run(names)) for run in given]))


def _either_of(left: _Run, right: _Run) -> _Run:
    """The function for ``or``."""
    return lambda names: _flag(left, names, "or") or _flag(right, names, "or")


def _both_of(left: _Run, right: _Run) -> _Run:
    """The function for ``and``."""
    return lambda names: _flag(left, names, "and") and _flag(right, names, "and")


def _value_of(name: str, names: Names) -> Any:
    """The value of a parameter."""
    if name not in names:
        near = did_you_mean(name, names) if names else "; write the value"
        message = f"uses ${name}, which is not a parameter here{near}"
        raise ExpressionError(message)
    return names[name]
