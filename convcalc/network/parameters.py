"""The values of parameters: numbers, lists, words, true and false; from a file, a command or a program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from yaml.nodes import Node, ScalarNode, SequenceNode

from convcalc.errors import SpecError, UsageError, did_you_mean
from convcalc.layers.option_base import OptionType
from convcalc.layers.values import MAX_DIGITS, Values, each_of, shown
from convcalc.network.expression import (
    Expression,
    ExpressionError,
    Names,
    as_number,
    is_expression,
    not_whole,
    said,
)
from convcalc.network.template import Template
from convcalc.network.yaml_source import YES_OR_NO, Source
from convcalc.text import quoted, shortened
from convcalc.traced import is_whole

MAX_PARAMETERS = 1000  # of a file, or of a block
MAX_ITEMS = 1000  # of a list
MAX_NESTED = 3  # nested lists: padding per axis needs two
_INPUT = "input"  # people who give a parameter this name mean the input
_LISTS = f"give 1 to {MAX_ITEMS:,} values, in at most {MAX_NESTED} lists inside one another"
_DECIMAL = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,12}")
_WORD = re.compile(r"[^\W\d][\w.-]{0,99}")


def read_value(source: Source, node: Node, what: str, depth: int = 1) -> Any:
    """The value of a parameter in a file; it can contain expressions.

    Raises:
        SpecError: it is not a value.
    """
    if isinstance(node, SequenceNode):
        items = source.sequence(node, what)
        if depth > MAX_NESTED or not 1 <= len(items) <= MAX_ITEMS:
            source.refuse(node, f"{what} lists {len(items):,} values; {_LISTS}")
        return tuple(source.each(items, lambda item: read_value(source, item, what, depth + 1)))
    text = source.scalar(node, what)
    if is_expression(text):
        return expression_of(source, node, what)
    if _DECIMAL.fullmatch(text):
        return -as_number(text[1:]) if text.startswith("-") else as_number(text)
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if text.lower() in YES_OR_NO:
        way_out = "write true or false, or a number"
        source.refuse(
            node, f"{what} is {quoted(text)}, which YAML versions read differently; {way_out}"
        )
    return text if _WORD.fullmatch(text) and text != "null" else source.whole_text(node, text, what)


def expression_of(source: Source, node: ScalarNode | Node, what: str) -> Expression:
    """The expression in a node.

    Raises:
        SpecError: it is not an expression.
    """
    try:
        return Expression(source.scalar(node, what), node)
    except ExpressionError as error:
        raise source.error(node, f"{what} {error}") from None


def read_condition(source: Source, node: Node) -> Any:
    """The value of ``when:``: true, false, or an expression for them.

    Raises:
        SpecError: it is something else.
    """
    text = source.scalar(node, "when")
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if "$" not in text:
        way_out = "write true, false, a $flag, or a comparison such as $stride == 1"
        source.refuse(node, f"when is {quoted(text) if text else 'empty'}; {way_out}")
    return expression_of(source, node, "when")


def evaluate(value: Any, names: Names) -> Any:
    """A value with its expressions computed; numbers can be fractions.

    Raises:
        ExpressionError: an expression has no value.
    """
    if isinstance(value, Expression):
        return value.exact(names)
    if isinstance(value, tuple):
        return tuple([evaluate(part, names) for part in value])
    return value.value(names) if isinstance(value, Template) else value


def evaluate_option(value: Any, names: Names, option_type: OptionType, what: str) -> Any:
    """The value of an option with its expressions computed, and its type checked.

    Raises:
        ExpressionError: it has no value.
        UsageError: it is not a valid value of the option.
    """
    if isinstance(value, Expression):
        result = value.exact(names)
        if is_whole(result) and option_type.takes_number:
            return result
        return option_type.take(_Resolved(value.text), result, what)
    if isinstance(value, tuple):
        return tuple([_whole_part(part, names) for part in value])
    return value.value(names) if isinstance(value, Template) else value


def _whole_part(value: Any, names: Names) -> Any:
    """A number in a list of an option."""
    if isinstance(value, tuple):
        return tuple([_whole_part(part, names) for part in value])
    return value.value(names) if isinstance(value, Expression) else value


class _Resolved(Values):
    """Reads computed values; its messages contain the expression.

    Args:
        text: the expression.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def refuse(self, given: Any, message: str) -> NoReturn:  # noqa: ARG002 - as in its parent
        raise UsageError(message)

    def number(self, given: Any, what: str) -> int:
        if not is_whole(given):
            self.refuse(given, f"{what} {not_whole(self.text, given)}")
        return super().number(given, what)

    def decimal(self, given: Any, what: str) -> float:
        if isinstance(given, bool | str | tuple):
            self.refuse(
                given, f"{what} must be a number such as 0.5, but {self._is(given)}; give one"
            )
        return super().decimal(float(given), what)

    def boolean(self, given: Any, what: str) -> bool:
        if not isinstance(given, bool):
            self.refuse(given, f"{what} must be true or false, but {self._is(given)}")
        return given

    def sequence(self, given: Any, what: str, way_out: str = "write it in [ ]") -> list[Any]:
        if not isinstance(given, tuple):
            self.refuse(given, f"{what} must be a list, but {self._is(given)}; {way_out}")
        return list(given)

    def word(self, given: Any, what: str, known: tuple[str, ...]) -> str:
        if given not in known:
            near = (
                did_you_mean(given, known)
                if isinstance(given, str)
                else f"; known: {', '.join(known)}"
            )
            self.refuse(given, f"{what} cannot be {said(given)} ({shortened(self.text)}){near}")
        return str(given)

    def _is(self, given: Any) -> str:
        """The expression with its value."""
        return f"{shortened(self.text)} is {said(given)}"


# ------------------------------------------------------- changes by a command or a program


def changed(own: Mapping[str, Any], given: Any, path: str) -> dict[str, Any]:
    """A file's parameters with some of them changed.

    Args:
        own: the parameters of the file.
        given: the new values, from a program or from ``--set``.
        path: the file's name in messages.

    Raises:
        UsageError: there is no such parameter, or it needs another sort of value.
    """
    if not isinstance(given, Mapping):
        message = f"parameters must be names with numbers, such as {{'classes': 10}}, but is {shown(given)}"
        raise UsageError(message)
    names = dict(own)

    def change(pair: tuple[str, Any]) -> None:
        name, value = pair
        if name not in names:
            known = did_you_mean(name, names) if names else "; it has none"
            if name == _INPUT:
                known = "; another input is given with --input, in Python with input="
            message = f"{path}: no parameter {quoted(name)}{known}"
            raise UsageError(message)
        if isinstance(value, Setting):
            what, new = value.what, value.read()
        else:
            what = f"parameter {name}"
            new = program_value(value, what)
        names[name] = _of_the_same_sort(names[name], new, what)

    each_of(given.items(), change)
    return names


def _of_the_same_sort(own: Any, new: Any, what: str) -> Any:
    """A new value; refused if the file has a number or a flag and the new value is something else."""
    if isinstance(own, bool) is not isinstance(new, bool) and not isinstance(own, str):
        sort = "true or false" if isinstance(own, bool) else "a number"
        message = (
            f"{what} must be {sort}, as in the file ({said(own)}), but is {said(new)}; give one"
        )
        raise UsageError(message)
    if isinstance(new, str) and not isinstance(own, str):
        message = (
            f"{what} must be a number, as in the file ({said(own)}), but is {said(new)}; give one"
        )
        raise UsageError(message)
    return new


class Setting:
    """A value after ``--set NAME=``; it is read when the file is known.

    Args:
        text: the typed text.
        what: its name in messages.
    """

    def __init__(self, text: str, what: str) -> None:
        self.text, self.what = text, what

    def read(self) -> Any:
        """The value: a number, a word, true or false, or a list such as 1,2,2.

        Raises:
            UsageError: it cannot be read.
        """
        what, digits = self.what, self.text.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS:
            return int(self.text)
        listed = (
            self.text if self.text.startswith("[") or "," not in self.text else f"[{self.text}]"
        )
        source = Source("", listed)
        try:
            node = source.compose()
            if node is None:
                message = f"{what} is empty; give a value"
                raise UsageError(message)
            return evaluate(read_value(source, node, what), {})
        except SpecError as error:
            raise UsageError(error.what) from None
        except ExpressionError as error:
            message = f"{what} {error}"
            raise UsageError(message) from None


class _Program(Values):
    """Reads the parameter values of a Python program."""

    def value(self, given: Any, what: str, depth: int = 1) -> Any:
        """A number, a word, True or False, or a list of these."""
        if self.is_list(given):
            parts = self.sequence(given, what)
            if depth > MAX_NESTED or not 1 <= len(parts) <= MAX_ITEMS:
                self.refuse(given, f"{what} lists {len(parts):,} values; {_LISTS}")
            return tuple([self.value(part, what, depth + 1) for part in parts])
        if isinstance(given, bool) or (isinstance(given, str) and _WORD.fullmatch(given)):
            return given
        if isinstance(given, float) and _DECIMAL.fullmatch(repr(given)):
            return as_number(repr(abs(given))) * (-1 if given < 0 else 1)
        return self.number(given, what)


_PROGRAM = _Program()


def program_value(value: Any, what: str) -> Any:
    """A parameter value from a Python program: a number, a word, True or False, or a list of these.

    Raises:
        UsageError: it is none of these.
    """
    return _PROGRAM.value(value, what)
