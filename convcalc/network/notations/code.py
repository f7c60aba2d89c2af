"""Lines of Python, read and never run: the numbers in them, and the calls of layers.

Python's parser makes a tree of the text. Only names, plain values, sums and products of whole
numbers, and calls are used; anything else is refused with its line.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from convcalc.errors import did_you_mean
from convcalc.network.notations.base import Reading
from convcalc.text import quoted, shortened

_FREEZES = ("trainable", "requires_grad")
_MAX_BRACKETS = 30  # nested
_MAX_DEPTH = 20  # of a value
_MAX_ITEMS = 16  # of a tuple
_MAX_NUMBER = 10**12
_MAX_WORDS = 40  # keyword arguments
_MAX_WORD = 100  # characters
_BRACKETS = re.compile(r"[\[({})\]]")
TOO_DEEP = "nests too many brackets; write one layer on each line"


class UnreadableError(Exception):
    """Code without a plain value; the message says what it is and what to do."""


class Code:
    """A Python text as a tree.

    Args:
        text: the text.
        found: gets the errors as problems.
        names: names that already have a value.
    """

    def __init__(self, text: str, found: Reading, names: Mapping[str, Any] | None = None) -> None:
        self.text, self.found = text, found
        self.names: dict[str, Any] = dict(names or {})
        self.body: list[ast.stmt] = []
        try:
            self.body = parsed(text).body
        except SyntaxError as error:
            line = f"line {error.lineno}: " if error.lineno and "\n" in text.strip() else ""
            what = (error.msg or "it cannot be read").partition("(<unknown>")[0].strip()
            found.refuse(f"{line}this is not Python: {shortened(what, 100)}; copy whole lines")
        except UnicodeError:
            found.refuse("the code has half a character, which editors do not show; copy it again")
        except (ValueError, RecursionError, MemoryError):
            found.refuse(f"the code {TOO_DEEP}")

    def where(self, node: ast.AST) -> str:
        """The beginning of a message: the line, if there are several, and the code."""
        line = getattr(node, "lineno", 0)
        place = f"line {line}: " if line and "\n" in self.text.strip() else ""
        return f"{place}{shortened(self.label(node))}"

    def label(self, node: ast.AST) -> str:
        """A piece of code on one line."""
        try:
            return " ".join(ast.unparse(node).split())
        except (RecursionError, ValueError):
            return "the code"

    def refuse(self, node: ast.AST, what: str) -> None:
        """Add an error at a place."""
        self.found.refuse(f"{self.where(node)}: {what}")

    def value(self, node: ast.AST, depth: int = 0) -> Any:
        """The value of a plain piece of code.

        Raises:
            UnreadableError: it is not a number, word, or tuple of them.
        """
        if depth > _MAX_DEPTH:
            raise UnreadableError(TOO_DEEP)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str | None):
            value = node.value
            if isinstance(value, str) and len(value) > _MAX_WORD:
                message = f"{quoted(value)} is too long for an argument; shorten it"
                raise UnreadableError(message)
            return bounded(value)
        if isinstance(node, ast.Tuple | ast.List) and len(node.elts) <= _MAX_ITEMS:
            return tuple([self.value(each, depth + 1) for each in node.elts])
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            number = self.value(node.operand, depth + 1)
            if isinstance(number, int | float):
                return -number
        if isinstance(node, ast.Name):
            if node.id in self.names:
                return self.names[node.id]
            message = f"{quoted(node.id)} is a name without a value here; write the number"
            raise UnreadableError(message)
        message = f"{quoted(self.label(node))} is not a plain number; write the number"
        raise UnreadableError(message)

    def arguments(
        self, call: ast.Call, order: Iterable[str], called: str, passed_over: Callable[[str], bool]
    ) -> dict[str, Any]:
        """The arguments of a call by name; unreadable ones become problems and are left out.

        Args:
            call: the call.
            order: the parameter names in order.
            called: the name of the called thing, for messages.
            passed_over: whether an argument changes no size, so that its value does not matter.
        """
        names = tuple(order)
        given: dict[str, ast.AST] = dict(zip(names, call.args))
        if len(call.args) > len(names):
            what = f"takes {len(names)} arguments, but is given {len(call.args)}; leave some out"
            self.refuse(call, what)
        if len(call.keywords) > _MAX_WORDS:
            self.refuse(call, f"is given {len(call.keywords)} arguments; leave some out")
            return {}
        for keyword in call.keywords:
            name = keyword.arg or "**"
            if name not in names and not passed_over(name):
                near = did_you_mean(name, names) if names else "; leave it out"
                self.refuse(
                    call, f"{called} has no argument {quoted(name)}{near or '; leave it out'}"
                )
            elif name in given:
                self.refuse(call, f"{name} is given twice; keep one")
            else:
                given[name] = keyword.value
        values: dict[str, Any] = {}
        for name, node in given.items():
            if passed_over(name):
                continue
            try:
                values[name] = self.value(node)
            except UnreadableError as error:
                if str(error):
                    self.refuse(call, f"{name}: {error}")
        return values

    def freezes(self, target: ast.AST, value: Any) -> bool:
        """Whether an assignment freezes weights, which is a problem."""
        if not isinstance(target, ast.Attribute) or target.attr not in _FREEZES or value is True:
            return False
        self.refuse(target, "is not read, because all parameters are counted; leave it out")
        return True


def parsed(text: str) -> ast.Module:
    """The tree of a text, which can be indented as a whole, or line by line.

    Raises:
        SyntaxError: it is not Python.
        ValueError: it is nested too deeply; RecursionError and MemoryError mean the same.
    """
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket in "([{" else -1
        if depth > _MAX_BRACKETS:
            raise ValueError(TOO_DEEP)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd escapes, because nobody runs this code
        try:
            return ast.parse(textwrap.dedent(text))
        except IndentationError:
            return ast.parse("\n".join(line.strip() for line in text.splitlines()))


def looks_like_python(text: str) -> bool:
    """Whether a text can be parsed."""
    try:
        return bool(parsed(text).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def last_name(node: ast.AST) -> str:
    """The last name in ``nn.Conv2d`` or ``Conv2d``; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def bounded(value: Any) -> Any:
    """A value; refused if it is a number too large for a layer."""
    if isinstance(value, int | float) and not -_MAX_NUMBER <= value <= _MAX_NUMBER:
        message = f"{shortened(format(value, '.3g') if isinstance(value, float) else 'a number')} is too large; use at most {_MAX_NUMBER:,}"
        raise UnreadableError(message)
    return value
