"""Repeated groups of layers: ``2x(CONV3-8, POOL2)`` is those two layers twice."""

from __future__ import annotations

import re

from convcalc.network.notations.base import MAX_TEXT, Reading
from convcalc.network.notations.word_tokens import COUNTS, LAYER_NAMES
from convcalc.text import shortened

_MAX_DEPTH = 30  # nested brackets
_MAX_TIMES = 10_000
_MAX_LENGTH = 10 * MAX_TEXT  # after repeating
HOW_TO_REPEAT = "put what is repeated in brackets, as in 2 x (CONV3-8, POOL2)"
_WORDS = "|".join(COUNTS)
_BRACKETS = re.compile(r"[()\[\]{}]")
_INNERMOST = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_HAS_LAYERS = re.compile(rf"(?<![a-z])(?:{LAYER_NAMES})|[a-z_][a-z_0-9]*:", re.IGNORECASE)
_BEFORE = re.compile(
    r"(?<![\w.])(?:repeat(?:ed)? ?:? ?(\d{1,9})(?: {0,3}(?:[x*]|times))?|(\d{1,9}) {0,3}(?:[x*]|times|repeats? of|copies of)"
    rf"|({_WORDS})(?: {{0,3}}(?:[x*]|times|repeats? of|copies of|of))?)"
    r" {0,3}:? {0,3}$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r" {0,3},? {0,3}(?:repeated )?(?:[x*^] {0,3}(\d{1,9})|\{(\d{1,9})\}|\( ?x ?(\d{1,9}) ?\)|\( ?(\d{1,9}) ?(?:x|times) ?\)|(\d{1,9}) ?(?:x|times)(?= {0,3}(?:$|[,;→>\n-]))"
    rf"|(twice|thrice|(?:{_WORDS})(?= times\b))(?: times)?)"
    r"(?![\w.])",
    re.IGNORECASE,
)
_LETTER = re.compile(
    r"(?<![\w.])[a-z] {0,3}[x*] {0,3}$|^ {0,3}[x*^] {0,3}[a-z](?![\w:])", re.IGNORECASE
)
_REPEAT = re.compile(r"\brepeat(?:ed|s|ing)?\b", re.IGNORECASE)
# Brackets without a repeat get other characters until all groups are repeated.
_KEPT = str.maketrans("()[]{}", "\x01\x02\x03\x04\x05\x06")
_BACK = str.maketrans("\x01\x02\x03\x04\x05\x06", "()[]{}")


def written_out(text: str, found: Reading) -> str:
    """A text with its groups repeated.

    Args:
        text: with plain signs and single spaces.
        found: gets the errors.

    >>> written_out("2x(CONV3-8, 2x[BN, RELU]), POOL2 (3, 2)", Reading())
    ' → CONV3-8,  → BN, RELU → BN, RELU →  → CONV3-8,  → BN, RELU → BN, RELU →  → , POOL2 (3, 2)'
    """
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket in "([{" else -1
        if depth > _MAX_DEPTH:
            found.refuse(f"more than {_MAX_DEPTH} brackets are inside one another; use fewer")
            return ""
    while match := _INNERMOST.search(text):
        before, inside, behind = text[: match.start()], match[1], text[match.end() :]
        if not _HAS_LAYERS.search(inside):
            text = f"{before}{match[0].translate(_KEPT)}{behind}"
            continue
        group = f"({shortened(inside.strip(' →'), 40)})"
        if _LETTER.search(before[-20:]) or _LETTER.match(behind[:20]):
            found.refuse(f"{group}: a letter is the number of repeats; write the number")
            return ""
        first, last = _BEFORE.search(before[-60:]), _BEHIND.match(behind)
        if not first and not last:
            text = f"{before}{match[0].translate(_KEPT)}{behind}"
            continue
        times = _times(group, first, last, found)
        if not times:
            return ""
        if first:
            before = before[: len(before) - len(first[0])]
        if last:
            behind = behind[last.end() :]
        length = len(before) + times * (len(inside) + 3) + len(behind)
        if length > _MAX_LENGTH:
            found.refuse(
                f"{times:,} x {group}: has {length:,} characters when it is written out; at most {_MAX_LENGTH:,}: "
                "repeat less"
            )
            return ""
        text = f"{before} → {' → '.join([inside] * times)} → {behind}"
    if said := _REPEAT.search(text):
        found.refuse(f"{shortened(text[said.start() :].translate(_BACK))}: {HOW_TO_REPEAT}")
        return ""
    return text.translate(_BACK)


def _times(
    group: str, first: re.Match[str] | None, last: re.Match[str] | None, found: Reading
) -> int:
    """How often a group is repeated; 0 after an error, which is added."""
    if first and last:
        numbers = f"{first[0].strip()} and {last[0].strip(' ,')}"
        found.refuse(f"{group}: is repeated by {numbers}; keep one of them")
        return 0
    said = first or last
    assert said is not None
    number = next(filter(None, said.groups()))
    times = COUNTS.get(number.lower()) or int(number)
    if not 1 <= times <= _MAX_TIMES:
        found.refuse(f"{group}: is repeated {times:,} times; use 1 to {_MAX_TIMES:,}")
        return 0
    return times
