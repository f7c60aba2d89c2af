"""The base class of option types: they check Python values, read text and YAML, and write their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, Protocol, TypeVar

from convcalc.errors import UsageError, did_you_mean
from convcalc.layers.base import LETTERS
from convcalc.layers.values import VALUES
from convcalc.text import quoted

T = TypeVar("T")
R = TypeVar("R")

NAMED = ("min", "max", "output_shape")  # shown by name, because the number alone is unclear
# Numbers that the options column shows with their names, because a kind has several of them.
_SHOWN_BY_NAME = ("start", "stop", "step", "into", "take")


class Reader(Protocol):
    """Reads given values: Python objects, or nodes of a YAML file, which can contain expressions."""

    def is_list(self, given: Any) -> bool: ...

    def sequence(self, given: Any, what: str, way_out: str = ...) -> list[Any]: ...

    def each(self, given: Iterable[T], read: Callable[[T], R]) -> list[R]: ...

    def number(self, given: Any, what: str) -> Any: ...

    def decimal(self, given: Any, what: str) -> float: ...

    def boolean(self, given: Any, what: str) -> bool: ...

    def is_word(self, given: Any) -> bool: ...

    def is_several(self, given: Any) -> bool: ...

    def parsed(self, given: Any, what: str, parse: Callable[[str, str], Any]) -> Any: ...

    def pairs(self, given: Any, what: str) -> list[tuple[str, Any]]: ...

    def scalar(self, given: Any, what: str) -> str: ...

    def word(self, given: Any, what: str, known: tuple[str, ...]) -> str: ...

    def refuse(self, given: Any, message: str) -> NoReturn: ...


def each_number(reader: Reader, items: Iterable[Any], what: str) -> tuple[Any, ...]:
    """The items as numbers; all that are wrong are reported together."""
    return tuple(reader.each(items, lambda item: reader.number(item, what)))


class OptionType:
    """One type of option.

    Args:
        schema: its JSON Schema.

    Attributes:
        words: the allowed words, for completion.
        takes_number: whether a whole number is allowed.
        names_axes: whether its numbers are axes, not amounts.
    """

    words: tuple[str, ...] = ()
    takes_number: bool = False
    names_axes: bool = False

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema

    def take(self, reader: Reader, given: Any, what: str) -> Any:
        """The value from a Python object or a YAML node.

        Args:
            reader: reads such objects or nodes.
            given: the object or node.
            what: the option's name in messages.

        Raises:
            UsageError: it is not a valid value; for a YAML node, a SpecError.
        """
        raise NotImplementedError

    def check(self, value: Any, what: str) -> Any:
        """Check a value of a Python program, and convert it to the form that layers use."""
        return self.take(VALUES, value, what)

    def read(self, text: str, what: str) -> Any:
        """The value from a text in a chain or command.

        Raises:
            UsageError: it is not a valid value.
        """
        message = (
            f"{what} cannot be given in one line, so {quoted(text)} is not read; write a YAML file"
        )
        raise UsageError(message)

    def text(self, value: Any) -> str:
        """The text that `read` reads."""
        return str(value)

    def yaml(self, value: Any) -> str:
        """A value as YAML, on one line."""
        return str(value)

    def mention(self, name: str, value: Any) -> tuple[int, str]:
        """The option in the options column, and a number for its order."""
        if name in LETTERS:
            return list(LETTERS).index(name), LETTERS[name] + self.short(value)
        if name in _SHOWN_BY_NAME:
            return 60 + _SHOWN_BY_NAME.index(name), f"{name} {self.short(value)}"
        return 50, f"{name} {self.short(value)}" if name in NAMED else self.short(value)

    def short(self, value: Any) -> str:
        """A value in the options column."""
        return self.text(value)


def word_of(text: str, what: str, known: tuple[str, ...]) -> str:
    """One of some words, from text."""
    if text not in known:
        message = f"{what} cannot be {quoted(text)}{did_you_mean(text, known)}"
        raise UsageError(message)
    return text


def yaml_text(text: str) -> str:
    """A text as YAML: plain if that is unambiguous, else in quotes."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]*", text):
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    """A character inside double quotes of YAML."""
    if character in '"\\':
        return f"\\{character}"
    code = ord(character)
    if character.isprintable() and code < 0xFFFE:
        return character
    return f"\\U{code:08X}"
