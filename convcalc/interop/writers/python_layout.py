"""Long calls over several lines, laid out like a formatter of Python code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

LIMIT = 88  # signs of a line


class Doc(NamedTuple):
    """A call, or another text in brackets, that may need several lines.

    Attributes:
        head, tail: its beginning and end, with brackets.
        items: its content.
        is_list: whether commas separate the items.
    """

    head: str
    items: tuple[Doc | str, ...]
    tail: str
    is_list: bool = True


Text = Doc | str


def flat(text: Text) -> str:
    """A text on one line.

    >>> flat(Doc("f(", ("x", Doc("k=g(", ("y",), ")")), ")"))
    'f(x, k=g(y))'
    """
    if isinstance(text, str):
        return text
    return f"{text.head}{(', ' if text.is_list else ' ').join(map(flat, text.items))}{text.tail}"


def laid_out(text: Text, indent: int, before: str = "", after: str = "") -> Iterator[str]:
    """The lines of a text: one if it fits, else all items on the next line, else one line per item.

    >>> list(laid_out(Doc("f(", ("a" * 50, "b" * 50), ")"), 0, "x = "))[::3]
    ['x = f(', ')']
    """
    space, whole = " " * indent, f"{before}{flat(text)}{after}"
    if indent + len(whole) <= LIMIT:
        yield space + whole
        return
    if isinstance(text, str):
        made = _doc_of(text)
        if made is None:
            yield from _sum(text, indent, before, after)
            return
        text = made
    yield f"{space}{before}{text.head}"
    body = flat(text._replace(head="", tail=""))
    if indent + 4 + len(body) <= LIMIT:
        yield f"{space}    {body}"
    else:
        comma = "," if text.is_list and len(text.items) > 1 else ""
        for item in text.items:
            yield from laid_out(item, indent + 4, after=comma)
    yield f"{space}{text.tail}{after}"


def _doc_of(text: str) -> Doc | None:
    """A call or a list with its items; None if a text is neither.

    >>> _doc_of("torch.cat([a, b], dim=1)").items
    ('[a, b]', 'dim=1')
    """
    start = next((at for at, sign in enumerate(text) if sign in _OPEN), None)
    if start is None or any(sign in _BETWEEN for sign in text[:start]):
        return None
    items, stop = _items(text, start + 1)
    if stop != len(text) - 1 or not items:
        return None
    return Doc(text[: start + 1], tuple(items), text[stop:])


_OPEN, _CLOSE, _BETWEEN = "([{", ")]}", " ,"


def _items(text: str, at: int) -> tuple[list[str], int]:
    """The content of brackets, split at commas, and where they close."""
    found, depth, start = [], 0, at
    while at < len(text):
        sign = text[at]
        if sign in _OPEN:
            depth += 1
        elif sign in _CLOSE and depth:
            depth -= 1
        elif not depth and (sign == "," or sign in _CLOSE):
            found.append(text[start:at].strip())
            start = at + 1
            if sign in _CLOSE:
                return [each for each in found if each], at
        at += 1
    return found, at


def _sum(text: str, indent: int, before: str, after: str) -> Iterator[str]:
    """Terms of a sum, or other operands, in brackets over several lines."""
    space = " " * indent
    values, _ = _items(text + ")", 0)
    terms = _terms(text)
    if len(values) == 1 and len(terms) == 1:
        yield f"{space}{before}{text}{after}"
        return
    yield f"{space}{before}("
    if len(values) > 1:
        terms = [f"{value}," for value in values]
    elif indent + 4 + len(text) <= LIMIT:
        terms = [text]
    for term in terms:
        yield f"{space}    {term}"
    yield f"{space}){after}"


def _terms(text: str) -> list[str]:
    """The terms of a sum, all but the first with their signs; for a product its factors."""
    for signs in (("+", "-"), ("*", "/", "@")):
        found, depth, start = [], 0, 0
        for at, sign in enumerate(text):
            depth += (sign in _OPEN) - (sign in _CLOSE)
            if not depth and sign in signs and text[at - 1 : at + 2] == f" {sign} ":
                found.append(text[start:at].strip())
                start = at
        if found:
            return [*found, text[start:].strip()]
    return [text]
