"""Formulas in symbols, read by our own parser, which limits length, depth and size; no eval.

A formula is a tree of plain tuples: ``("number", Fraction(2))``, ``("name", "k")``, ``("+", a, b)`` and
so on for ``- * / ^``, ``("floor", a)``, ``("ceil", a)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from convcalc.homework.answers.notation import Unreadable, clean
from convcalc.homework.answers.reading import exact_text
from convcalc.text import shortened

Tree = tuple[Any, ...]

MAX_NODES = 80
MAX_DEPTH = 30
_MAX_EXPONENT = 64
_MAX_BITS = 4_096

_INDEX = re.compile(r"_\\?(?:text|mathrm)?\{\s*(?:\\(?:text|mathrm)\{)?(\w{1,20})\}{1,2}")
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,6})?(?![\d.])")
_NAME = re.compile(r"[^\W\d_]\w*")
_DOTTED = re.compile(r"[^\W\d_]\w*(?:\.\w+)*")
_ROUNDINGS = {"floor": "floor", "ceil": "ceil", "ceiling": "ceil"}
_BRACKETS = {
    "(": (")", ""),
    "[": ("]", ""),
    "⌊": ("⌋", "floor"),
    "⌈": ("⌉", "ceil"),
}


def plain_name(name: str) -> str:
    """A name in the form in which names are compared: lower case, without underscores and hyphens.

    >>> plain_name("C_in"), plain_name("non-trainable")
    ('cin', 'nontrainable')
    """
    return re.sub(r"[_-]", "", name).lower()


class _Parser:
    """A formula, read from left to right."""

    def __init__(self, text: str, names: Iterable[str] | None, most: int) -> None:
        self.text, self.at, self.depth, self.nodes, self.most = text, 0, 0, 0, most
        self.any_name = names is None
        self.names = list(names or ())
        plain = [plain_name(name) for name in self.names]
        self.plain = {
            short: name
            for name, short in zip(self.names, plain)
            if plain.count(short) == 1 and name.lower() not in _ROUNDINGS
        }
        self.waiting: list[Tree | str] = []  # of letters written together, as in 2pk

    def tree(self) -> Tree:
        """The whole text as one tree."""
        found = self.sum()
        if self.peek():
            raise self.refusal()
        return found

    def refusal(self) -> Unreadable:
        """The error about the text from here on."""
        rest = self.text[self.at :].strip()
        if not rest:
            return Unreadable("the formula ends too early")
        return Unreadable(f"{shortened(rest, 30)!r} cannot be read as part of a formula")

    def node(self, *parts: Any) -> Tree:
        """A node of the tree."""
        self.nodes += 1
        if self.nodes > self.most:
            message = f"a formula of more than {self.most} numbers, symbols and signs"
            raise Unreadable(message)
        return parts

    def peek(self) -> str:
        """The next character after spaces; a space if letters of one written word are still unread."""
        if self.waiting:
            return " "
        while self.text.startswith(" ", self.at):
            self.at += 1
        return self.text[self.at : self.at + 1]

    def takes(self, *signs: str) -> str:
        """The next sign if it is one of these; then it is skipped."""
        if self.peek() == " ":
            if self.waiting[0] == "*" and "*" in signs:
                self.waiting.pop(0)
                return "*"
            return ""
        for sign in signs:
            if self.text.startswith(sign, self.at):
                self.at += len(sign)
                return sign
        return ""

    def sum(self) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = "nested too deeply"
            raise Unreadable(message)
        found = self.product()
        while sign := self.takes("+", "-"):
            found = self.node(sign, found, self.product())
        self.depth -= 1
        return found

    def product(self) -> Tree:
        found = self.signed()
        while True:
            floored = self.takes("//")
            sign = "/" if floored else self.takes("*", "/") or self._times_in_letters()
            if not sign and not self._has_implicit_factor():
                return found
            found = self.node(sign or "*", found, self.signed())
            if floored:
                found = self.node("floor", found)

    def _has_implicit_factor(self) -> bool:
        """Whether a factor follows without a sign, as in 2p or (a)(b)."""
        following = self.peek()
        return following == " " or following in _BRACKETS or (following != "" and _NAME.match(following) is not None)  # fmt: skip

    def _times_in_letters(self) -> str:
        """An x that stands for a product."""
        match = _NAME.match(self.text, self.at) if self.peek() not in ("", " ") else None
        if match and match[0].lower() == "x" and "x" not in self.plain and not self.any_name:
            self.at = match.end()
            return "*"
        return ""

    def signed(self) -> Tree:
        sign = self.takes("+", "-")
        if not sign:
            return self.power()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = "nested too deeply"
            raise Unreadable(message)
        inner = self.signed()
        self.depth -= 1
        return inner if sign == "+" else self.node("-", ("number", Fraction(0)), inner)

    def power(self) -> Tree:
        base = self.atom()
        if not self.waiting and self.takes("**", "^"):
            return self.node("^", base, self.signed())
        return base

    def atom(self) -> Tree:
        following = self.peek()
        if following == " ":
            waiting = self.waiting.pop(0)
            if waiting == "*":
                raise self.refusal()
            return waiting  # type: ignore[return-value]  # signs are taken before
        if following in _BRACKETS and following:
            self.at += 1
            closing, rounding = _BRACKETS[following]
            return self.inside(closing, rounding)
        if match := _NUMBER.match(self.text, self.at):
            self.at = match.end()
            return self.node("number", Fraction(match[0]))
        match = (_DOTTED if self.any_name else _NAME).match(self.text, self.at)
        if not match:
            raise self.refusal()
        self.at = match.end()
        if match[0].lower() in _ROUNDINGS and self.takes("("):
            return self.inside(")", _ROUNDINGS[match[0].lower()])
        return self.named(match[0])

    def inside(self, closing: str, rounding: str) -> Tree:
        """The content of brackets."""
        found = self.sum()
        if not self.takes(closing):
            message = f"a bracket without a {closing}"
            raise Unreadable(message)
        return self.node(rounding, found) if rounding else found

    def named(self, word: str) -> Tree:
        """A symbol, or several that were written together."""
        if self.any_name or word in self.names:
            return self.node("name", word)
        if (short := plain_name(word)) in self.plain:
            return self.node("name", self.plain[short])
        pieces = self._pieces(word)
        if not pieces:
            known = ", ".join(self.names)
            message = f"{shortened(word, 20)!r} is not one of the symbols {known}"
            raise Unreadable(message)
        self.waiting = pieces[1:]
        return pieces[0]  # type: ignore[return-value]  # a sign is never first

    def _pieces(self, word: str) -> list[Tree | str]:
        """The symbols in letters written together, the longest first; [] if some letters are no symbol."""
        found: list[Tree | str] = []
        at = 0
        while at < len(word):
            ends = range(len(word), at, -1)
            end = next((end for end in ends if word[at:end] in self.names or plain_name(word[at:end]) in self.plain), 0)  # fmt: skip
            if end:
                piece = word[at:end]
                name = piece if piece in self.names else self.plain[plain_name(piece)]
                found.append(self.node("name", name))
                at = end
            elif word[at] in "xX" and 0 < at < len(word) - 1 and found[-1] != "*":
                found.append("*")
                at += 1
            else:
                return []
        return found if found[-1] != "*" else []


def parsed(text: str, names: Iterable[str] | None = None, most: int = MAX_NODES) -> Tree:
    """A formula as a tree; only the part after the last =.

    Args:
        text: as people write it: ``2p``, ``k²``, ``⌊…⌋``, ``floor(…)``, LaTeX.
        names: the allowed symbols; None for any, and then letters written together are one name.
        most: how many numbers, symbols and signs are allowed.

    Raises:
        Unreadable: it is not a formula, or is too long.

    >>> printed(parsed("o = (n + 2p - k)/s + 1", ["n", "k", "s", "p"]))
    '(n + 2·p − k)/s + 1'
    >>> printed(parsed(r"k^2 c_{in} c_{out}", ["k", "c_in", "c_out"]))
    'k^2·c_in·c_out'
    """
    text = clean(_INDEX.sub(r"_\1", text).replace("×", "*").replace("\\times", "\\cdot"))
    return _Parser(text.rpartition("=")[2].strip(" .;,"), names, most).tree()


def names_in(tree: Tree) -> Iterator[str]:
    """The symbols of a formula in their order, each as often as it occurs."""
    if tree[0] == "name":
        yield tree[1]
    elif tree[0] != "number":
        for part in tree[1:]:
            yield from names_in(part)


def value_of(tree: Tree, values: Mapping[str, Fraction | int]) -> Fraction | None:
    """The value of a formula; None if it has none or is enormous."""
    sign = tree[0]
    if sign == "number":
        number: Fraction = tree[1]
        return number
    if sign == "name":
        return Fraction(values[tree[1]])
    parts = [value_of(part, values) for part in tree[1:]]
    if any(part is None for part in parts):
        return None
    found = _WORKED_OUT[sign](*parts)
    return found if found is None or _is_moderate(found) else None


def _is_moderate(value: Fraction) -> bool:
    """Whether a number is not enormous."""
    return max(value.numerator.bit_length(), value.denominator.bit_length()) <= _MAX_BITS


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """A power; only if it is small and its exponent is a whole number."""
    if exponent.denominator != 1 or abs(exponent) > _MAX_EXPONENT or (exponent < 0 and not base):
        return None
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    return Fraction(base ** int(exponent)) if bits * abs(exponent) <= _MAX_BITS else None


_WORKED_OUT: dict[str, Callable[..., Fraction | None]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else None,
    "^": _power,
    "floor": lambda a: Fraction(a // 1),
    "ceil": lambda a: Fraction(-(-a // 1)),
}

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}
_SIGNS = {"+": " + ", "-": " − ", "*": "·", "/": "/", "^": "^"}


def printed(tree: Tree) -> str:
    """A formula for people, with no more brackets than it needs."""
    sign = tree[0]
    if sign == "number":
        value: Fraction = tree[1]
        return exact_text(value)
    if sign == "name":
        return str(tree[1])
    if sign in ("floor", "ceil"):
        opening, closing = "⌊⌋" if sign == "floor" else "⌈⌉"
        return f"{opening}{printed(tree[1])}{closing}"
    _, left, right = tree
    if sign == "-" and left == ("number", 0):
        return f"−{_bracketed(right, 2)}"
    # brackets also for a sign of equal strength on the right, a − (b − c), a/(b·c), and left of a power
    return f"{_bracketed(left, _STRENGTH[sign] + (sign == '^'))}{_SIGNS[sign]}{_bracketed(right, _STRENGTH[sign] + (sign not in '+*'))}"  # fmt: skip


def in_numbers(tree: Tree, values: Mapping[str, Fraction]) -> Tree:
    """A formula with numbers for some of its names.

    >>> printed(in_numbers(parsed("a*(b - c)/d"), {"a": Fraction(2), "c": Fraction(-3), "d": Fraction(1, 3)}))
    '2·(b − (−3))/(1/3)'
    """
    if tree[0] == "number":
        return tree
    if tree[0] == "name":
        value = values.get(tree[1])
        if value is None:
            return tree
        size: Tree = ("number", abs(value))
        if "/" in exact_text(value):
            size = (
                "/",
                ("number", Fraction(abs(value.numerator))),
                ("number", Fraction(value.denominator)),
            )
        return size if value >= 0 else ("-", ("number", Fraction(0)), size)
    return (tree[0], *[in_numbers(part, values) for part in tree[1:]])


def _bracketed(tree: Tree, least: int) -> str:
    """A part of a formula, in brackets if its sign binds less strongly than needed."""
    strength = _STRENGTH.get(tree[0], 4)
    if tree[0] == "-" and tree[1] == ("number", 0):
        strength = 0
    text = printed(tree)
    return f"({text})" if strength < least else text
