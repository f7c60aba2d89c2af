"""A shell's command line up to the cursor: its words, and the unfinished word."""

from __future__ import annotations

import re
from typing import NamedTuple

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_IN_QUOTES = '$`"\\'  # characters that a backslash escapes in double quotes
_SPECIAL = re.compile(r"([\s\\'\"$`!#&()*;<>?\[\]{|}])")


class Line(NamedTuple):
    """A line, without the quotes and backslashes of the shell.

    Attributes:
        words: the finished words after the program's name.
        typed: the word at the cursor, so far.
        kept: how many of its characters the shell keeps, because its own word begins later.
        quote: the open quote at the cursor; empty if there is none.
    """

    words: list[str]
    typed: str
    kept: int
    quote: str


def read_line(text: str, breaks: str = "") -> Line:
    r"""Read a line.

    Args:
        text: the line up to the cursor.
        breaks: the characters at which the shell splits words for completion, as in bash.

    >>> read_line("convcalc arch 'my net.yaml' --explain=co", "=")
    Line(words=['arch', 'my net.yaml'], typed='--explain=co', kept=10, quote='')
    >>> read_line("X=1 convcalc arch my\\ ne")
    Line(words=['arch'], typed='my ne', kept=0, quote='')
    """
    words: list[str] = []
    typed: str | None = None
    kept, quote, rest = 0, "", iter(text)
    for sign in rest:
        if quote and sign == quote:
            quote, kept = "", len(typed or "") if sign in breaks else kept
        elif sign == "\\" and quote != "'":
            following = next(rest, "")
            is_kept = quote and following not in _IN_QUOTES
            typed = f"{typed or ''}{sign if is_kept else ''}{following}"
        elif quote:
            typed = (typed or "") + sign
        elif sign in "'\"":
            typed = typed or ""
            quote, kept = sign, len(typed)
        elif sign.isspace():
            words += [] if typed is None else [typed]
            typed, kept = None, 0
        else:
            typed = (typed or "") + sign
            kept = len(typed) if sign in breaks else kept
    while words and _ASSIGNMENT.fullmatch(words[0]):  # X=1 convcalc …
        del words[0]
    return Line(words[1:], typed or "", kept, quote)


def as_typed(word: str, quote: str) -> str | None:
    r"""A word as typed inside a quote, or outside; None if it cannot be written there.

    >>> as_typed("a b", ""), as_typed('a "b', '"'), as_typed("it's", "'")
    ('a\\ b', 'a \\"b', None)
    """
    if quote == "'":
        return None if "'" in word else word
    if quote:
        return re.sub(r'([$`"\\])', r"\\\1", word)
    return _SPECIAL.sub(r"\\\1", word)
