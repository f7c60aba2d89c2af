"""Whole-number expressions over $names: ``4*$width``, ``$n // 2 + 1``. Nothing else, and no eval."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from convcalc.errors import did_you_mean
from convcalc.text import quoted, shortened

MAX_CHARACTERS = 200
MAX_DEPTH = 20
MAX_VALUE = 10**15

_TOKEN = re.compile(r"\s*(?:([0-9]+)|\$([^\W\d]\w*)|(//|(?!\*\*)[-+*%()])|(\*\*|\$?\w+|\S))")
_TIMES: dict[str, Callable[[int, int], int]] = {
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a - a // b * b,
}


class ExpressionError(Exception):
    """What is wrong with an expression; the spec adds where.

    Attributes:
        node: the expression's place in the file, where it has one.
    """

    node: Any = None


class Expression:
    """A parsed expression.

    Args:
        text: the characters.
        node: its place in a file, for messages.

    Raises:
        ExpressionError: it is not ``+ - * // %`` over whole numbers and $names.

    >>> Expression("4*$width + 1").value({"width": 64})
    257
    """

    def __init__(self, text: str, node: Any = None) -> None:
        if len(text) > MAX_CHARACTERS:
            message = f"is {len(text)} characters long; use at most {MAX_CHARACTERS}"
            raise ExpressionError(message)
        self.node = node
        self.tokens = [match.groups() for match in _TOKEN.finditer(text)]
        self.names = tuple(name for _, name, _, _ in self.tokens if name)
        for *_, other in self.tokens:
            if other:
                raise ExpressionError(_unknown_token(other))
        self.value(dict.fromkeys(self.names, 1), trial=True)

    def value(self, names: Mapping[str, int], *, trial: bool = False) -> int:
        """Its value.

        Raises:
            ExpressionError: an unknown name, a division by zero, or a number out of bounds.
        """
        reader = _Reader(self.tokens, names, trial=trial)
        try:
            result = reader.sum(0)
            reader.finish()
        except ExpressionError as error:
            error.node = self.node
            raise
        return result


def evaluate(value: Any, names: Mapping[str, int]) -> Any:
    """An option's value with every expression in it worked out.

    Raises:
        ExpressionError: one of them has no value.
    """
    if isinstance(value, Expression):
        return value.value(names)
    if isinstance(value, tuple):
        return tuple([evaluate(part, names) for part in value])
    return value


def expressions_in(value: Any) -> Iterator[Expression]:
    """The expressions in an option's value."""
    if isinstance(value, tuple):
        for part in value:
            yield from expressions_in(part)
    elif isinstance(value, Expression):
        yield value


def _unknown_token(text: str) -> str:
    """The message about characters that mean nothing in an expression."""
    if text == "/":
        return "has '/' in it; whole numbers are divided with //, which drops the remainder"
    if text == "**":
        return "has '**' in it; powers are written out, as $width*$width"
    if text.isidentifier():
        return f"has {quoted(text)} in it; a parameter is written ${shortened(text)}"
    return (
        f"has {quoted(text)} in it; expressions are + - * // % and parentheses "
        "over whole numbers and $names"
    )


class _Reader:
    """Reads tokens from left to right; each level of binding is one method."""

    def __init__(
        self, tokens: list[tuple[str, ...]], names: Mapping[str, int], *, trial: bool
    ) -> None:
        self.tokens, self.names, self.trial, self.at = tokens, names, trial, 0

    def _operator(self) -> str:
        """The operator or parenthesis that comes next, if one does."""
        return self.tokens[self.at][2] or "" if self.at < len(self.tokens) else ""

    def sum(self, depth: int) -> int:
        total = self._product(depth)
        while (sign := self._operator()) in ("+", "-"):
            self.at += 1
            other = self._product(depth)
            total = self._check_bounds(total + other if sign == "+" else total - other)
        return total

    def _product(self, depth: int) -> int:
        total = self._factor(depth)
        while (sign := self._operator()) in _TIMES:
            self.at += 1
            other = self._factor(depth)
            if sign != "*" and other == 0:
                if not self.trial:
                    message = f"divides {total:,} by 0; change the parameters or the expression"
                    raise ExpressionError(message)
                other = 1
            total = self._check_bounds(_TIMES[sign](total, other))
        return total

    def _factor(self, depth: int) -> int:
        if depth > MAX_DEPTH:
            message = f"nests parentheses or signs deeper than {MAX_DEPTH}; write it flatter"
            raise ExpressionError(message)
        if self.at >= len(self.tokens):
            message = "ends where a number or a $name should follow; finish it"
            raise ExpressionError(message)
        digits, name, sign, _ = self.tokens[self.at]
        self.at += 1
        if digits:
            return self._check_bounds(int(digits[:40]), always=True)
        if name:
            return self._value_of(name)
        if sign == "-":
            return -self._factor(depth + 1)
        if sign == "(":
            inner = self.sum(depth + 1)
            if self._operator() != ")":
                message = "lacks a closing parenthesis; add )"
                raise ExpressionError(message)
            self.at += 1
            return inner
        message = f"has {sign!r} where a number or a $name should be; write one there"
        raise ExpressionError(message)

    def _value_of(self, name: str) -> int:
        if name not in self.names:
            message = f"uses ${name}, which is not a parameter here{did_you_mean(name, self.names)}"
            raise ExpressionError(message)
        return self.names[name]

    def _check_bounds(self, number: int, *, always: bool = False) -> int:
        if abs(number) > MAX_VALUE and (always or not self.trial):
            message = f"passes {MAX_VALUE:,}; use smaller numbers"
            raise ExpressionError(message)
        return number

    def finish(self) -> None:
        if self.at < len(self.tokens):
            digits, name, sign, _ = self.tokens[self.at]
            message = (
                f"has {quoted(digits or (name and '$' + name) or sign)} after its end; "
                "join the parts with + - * // or %"
            )
            raise ExpressionError(message)
