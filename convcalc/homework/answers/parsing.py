"""Answers in any notation as values: numbers, shapes, matrices and words.

Only sums, products and small powers are computed, by our own parser, which limits length, depth
and size. An answer that cannot be read is *unreadable*, which is not the same as wrong; the
reading then says why.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from convcalc.homework.answers.matrices import cell, matrix, other_rows, written_rows
from convcalc.homework.answers.named_sides import named_sides
from convcalc.homework.answers.notation import (
    MAX_NUMBER,
    NOTHING_ADDED,
    Unreadable,
    clean,
    lines_of,
    split,
    steps,
    trimmed,
    unwrapped,
    without_asides,
)
from convcalc.homework.answers.numbers import (
    Number,
    is_product_of_brackets,
    number,
    one_to,
    written,
)
from convcalc.homework.answers.reading import (
    MAX_TEXT,
    Reading,
    in_words,
    is_blank,
    matrix_text,
    number_text,
    raw_text,
    shape_text,
    word,
)
from convcalc.homework.answers.vocabulary import NOISE, WORD, is_noise
from convcalc.text import shortened

NO = re.compile(
    r"\b(no|not|non|never|does\s?n'?t|do\s?n'?t|ca\s?n'?t|cannot|won'?t|is\s?n'?t|invalid|impossible|"
    r"undefined|error|fails?|misfit|fractional|nope)\b|^(?:none|nothing)\b"
)
_YES = re.compile(r"\b(yes|fits|fit|valid|ok|okay|possible|works)\b")
_FIT_WORDS = frozenset(
    [
        "an", "a", "the", "it", "does", "do", "can", "whole", "integer", "number", "fit", "fits", "fitting", "exactly", "evenly", "window", "filter", "size", "valid", "work",
        "works", "possible", "because", "since", "as", "so", "answer", "is", "be", "will", "divisible", "even", "kernel", "thus", "hence", "therefore", "would", "get", "we", "and", "but",
    ]
)  # fmt: skip


# ---------------------------------------------------------------------------- shapes, sizes

_TIMES = re.compile(r"(?<![a-z])x(?![a-z])|(?<=\d[hwcd])x(?=\d)|(?<!\*)\*(?!\*)|@")
_NAMED = re.compile(r"(?<![\w.])[^\W\d][\w.]{0,30}\s?[=:]\s?(?=[\d(\[])")
_CALL = re.compile(r"(?!x ?[(\[])[^\W\d][\w.]{0,30}\s?(?=[(\[])")
_ATTRIBUTE = re.compile(r",?\s?\b(?:dtype|device|grad_fn|requires_grad|numpy)\s?=\s?[<\w.]{0,40}>?")
_SQUARED = re.compile(r"(?<![\d.])(\d{1,9}) ?\^ ?\(?2\)?(?!\d)")
_GAP = re.compile(r"(?<=[\d\])])[\s,;(]*[^\W\d_][^\d(\[]*(?=[\d(\[])|(?<=\d)[,;]\s+(?=\d)")
_BATCH = ("1", "none", "n", "b", "-1", "?", "batch", "batch_size", "bs", "m")
_BY = re.compile(r"[\s-]by[\s-]")
_MAX_SIDES = 8
_TWO = 2  # most numbers of a shape


def shape(raw: Any, order: str = "hwc", sides: int = 3) -> tuple[Number, ...]:
    """Some numbers: 28×28×6, (6, 28, 28), 28 by 28 by 6, or a list; named numbers in a given order.

    >>> [tuple(map(int, (n.value for n in shape(t)))) for t in ("28×28×6", "(6, 28, 28)", "[28; 28; 6]", "28x28x6 = 4704")]
    [(28, 28, 6), (6, 28, 28), (28, 28, 6), (28, 28, 6)]
    """
    return written_shape(raw, order, sides)[0]


def written_shape(raw: Any, order: str = "hwc", sides: int = 3) -> tuple[tuple[Number, ...], str]:
    """Some numbers, and the number after = if that is not their product.

    Args:
        raw: the answer.
        order: how the sheet writes volumes; if all numbers have names, as in W=28, they are sorted by it.
        sides: how many numbers the shape has. A batch before them is left out; 0 if there can be no batch.
    """
    while isinstance(raw, list | tuple) and len(raw) == 1:
        raw = raw[0]
    if isinstance(raw, list | tuple):
        if len(raw) > _MAX_SIDES or any(isinstance(item, list | tuple | dict) for item in raw):
            message = "a shape is a few numbers, such as 28x28x6"
            raise Unreadable(message)
        named = named_sides(", ".join(map(raw_text, raw)).lower()[:MAX_NUMBER], order)
        return _without_batch(named or [raw_text(item) for item in raw], sides), ""
    lines = [_counted(line) for line in lines_of(raw_text(raw))]
    if named := named_sides(" ".join(lines).lower(), order):
        return tuple(map(number, named)), ""
    lines = [_plain_names(without_asides(line.lower())) for line in lines]
    chain = [step for step in steps(lines) if any(map(_DIGITS.search, step))]
    if not chain:
        return _sides(" ".join(lines), sides), ""
    for step in reversed(chain):
        found = [
            (len(numbers), place, numbers)
            for place, numbers in enumerate(_readable_sides(part, sides) for part in step)
        ]
        length, place, numbers = max(found)
        if length >= _TWO:
            return numbers, _disagrees(numbers, step[place + 1 :])
    last = [part for part in chain[-1] if _DIGITS.search(part)][-1]
    return _sides(last, sides), ""


_DIGITS = re.compile(r"\d")
_WITH_PRODUCT = re.compile(
    r"(.{0,200}?(\d+) ?[x×*] ?(\d+) ?[x×*] ?(\d+)),? (?:and )?(\d[\d,']{0,20})([ a-z]{0,30})"
)


def _counted(line: str) -> str:
    """A line with = before the product of a shape: 28x28x6, 4704 as 28x28x6 = 4704."""
    found = _WITH_PRODUCT.fullmatch(line.rstrip(" ."))
    if found is None:
        return line
    product = int(found[2]) * int(found[3]) * int(found[4])
    same = re.sub("[,']", "", found[5]) == str(product)
    return f"{found[1]} = {found[5]}{found[6]}" if same else line


def _plain_names(line: str) -> str:
    """A line without the names of its numbers, and with x for "by"."""
    return _BY.sub("x", _NAMED.sub(" ", _ATTRIBUTE.sub("", line.strip("<> "))))


def _disagrees(sides: tuple[Number, ...], after: list[str]) -> str:
    """The number after a shape's =, if it is not the product of its sides."""
    product = Fraction(1)
    for side in sides:
        product *= side.value
    for part in after:
        try:
            found = number(part)
        except Unreadable:
            continue
        rounded = found.unit or found.scaled or found.is_rounded(product)
        return "" if rounded or len(_readable_sides(part)) >= _TWO else shortened(part, 30)
    return ""


_BEFORE_DIGITS = re.compile(r"[^\d(\[{<]*")


def _readable_sides(text: str, sides: int = 3) -> tuple[Number, ...]:
    """The numbers of a shape; none if it is not a shape."""
    try:
        return _sides(text, sides)
    except Unreadable:
        return ()


def _sides(text: str, sides: int = 3) -> tuple[Number, ...]:
    """The numbers of a text that is only a shape."""
    before = _BEFORE_DIGITS.match(text)
    text = text[before.end() :] if before and is_noise(before[0]) else text
    text = _without_remark(text)
    text = _GAP.sub(_between, _SQUARED.sub(r"(\1x\1)", _CALL.sub("", text)))
    text = unwrapped(trimmed(text, " ,;!<>"))
    for pattern in (_TIMES, _COMMA_SPACE, _COMMA):
        parts = split(text, pattern)
        if len(parts) > 1 and (pattern is not _COMMA_SPACE or any("," in part for part in parts)):
            break
    else:
        parts = text.split(" ") if re.fullmatch(r"[\d. ]+|[\w.?-]+( \d+)+", text) else [text]
    bare = [trimmed(part, " ,;!") for part in parts]
    return _without_batch([part for part in bare if part], sides)


_COMMA_SPACE = re.compile(r"[,;]\s")
_COMMA = re.compile(r"[,;]")


_DEEP = re.compile(r"(?:x ?)?(\d{1,9}) ?(?:channels?|(?:feature )?maps?|filters?|deep)?")
_MAPS = re.compile(r"x|channel|map|filter|deep")


def _without_remark(text: str) -> str:
    """A shape without the remark in brackets after it: 28x28x6 (4704 values), 14 (14x14)."""
    head, bracket, inside = text.rstrip(" .").partition(" (")
    if not bracket or not inside.endswith(")") or not _DIGITS.search(head) or head[-1] in "x*":
        return text
    inside = inside[:-1]
    deep = _DEEP.fullmatch(inside)
    if deep and _MAPS.search(inside):
        return f"{head}x{deep[1]}"
    if _DIGITS.search(inside) and len(_readable_sides(head)) < _TWO and not _repeats(head, inside):
        return text
    return head


def _repeats(head: str, inside: str) -> bool:
    """Whether a remark says the same as the size before it: as its square, or as a shape."""
    sides = {side.value for side in _readable_sides(inside)}
    return all(sides <= {side.value, side.value**2} for side in _readable_sides(head))


def _between(match: re.Match[str]) -> str:
    """The text between two numbers of a shape; × if it is only words such as "channels of"."""
    gap = match[0]
    if gap.strip() in (",", ";"):
        return "x" if _TIMES.search(match.string) else gap
    return "x" if is_noise(gap) and not _TIMES.search(gap) else gap


def _without_batch(parts: list[str], sides: int) -> tuple[Number, ...]:
    """The numbers of a shape without the batch before them; a side may be in its own brackets."""
    if len(parts) > _MAX_SIDES:
        message = f"{len(parts)} numbers; a shape has two or three"
        raise Unreadable(message)
    if sides and len(parts) == sides + 1 and parts[0].lower() in _BATCH:
        parts = parts[1:]
    found: list[Number] = []
    for part in parts:
        inner = unwrapped(part)
        if (
            inner != part
            and len(parts) > 1
            and _TIMES.search(inner)
            and not re.search("[-+/]", inner)
        ):
            found += _sides(inner)
        elif is_product_of_brackets(inner):  # the brackets may be a remark
            message = f"{shortened(inner, 30)!r} is not a number"
            raise Unreadable(message)
        else:
            found.append(number(inner))
    return tuple(found)


def size(raw: Any) -> tuple[bool | None, tuple[Number, ...], tuple[tuple[Number, ...], ...], str]:
    """A size along an axis, or "none": ``28``, ``no, 14.5``, ``doesn't fit``.

    Returns:
        What was said about fitting; the numbers; what they may mean instead, as the 196 of
        ``14x14 = 196``; and a sum or product that was computed wrongly.
    """
    while isinstance(raw, list | tuple) and len(raw) == 1:
        raw = raw[0]
    if isinstance(raw, list | tuple):
        return None, shape(raw), (), ""
    lines = [_BY.sub("x", without_asides(line.lower())) for line in lines_of(raw_text(raw))]
    text = "\n".join(lines)
    if NOTHING_ADDED.fullmatch(text.strip(" .!,;")):
        return None, (Number(Fraction(0)),), (), ""
    if not _DIGITS.search(text) and _says_none(text):
        return False, (), ((Number(Fraction(0)),),), ""
    fits = None
    if NO.search(text):
        fits, text = False, NO.sub(" ", text)
    elif _YES.search(text):
        fits, text = True, _YES.sub(" ", text)
    if fits is not None:
        text = WORD.sub(lambda m: " " if m[0] in _FIT_WORDS else m[0], text)
        text = text.strip(" ,;:.!()-'\n").strip()
        if not text:
            return fits, (), (), ""
    try:
        inner = unwrapped(text)
        return (fits, *_written_size(text if "," in inner else inner))
    except Unreadable:
        if fits is False and _SAYS_NO.match(lines[0]):
            return fits, (), (), ""
        raise


_NONE = frozenset(["none", "nothing", "nil"])  # a misfit, or a size of 0


def _says_none(text: str) -> bool:
    """Whether a text says none, and nothing else: ``none``, ``the answer is: none``."""
    words = set(WORD.findall(text)) - {"needed", "necessary", "required"}
    return bool(words & _NONE) and all(word in NOISE for word in words - _NONE)


_PAIR = re.compile(r"\d{1,9}, ?\d{1,9}")
_SAYS_NO = re.compile(
    r"(?:it )?(?:no|nope|does ?n[o']?t fit|does not fit|can ?not|can't|invalid|impossible)\b"
)
_SIDE_BY_SIDE = re.compile(r"(\d+(?:\.\d+)?)(?: ?px)?(?: ?[x*] ?(\d+(?:\.\d+)?)(?: ?px)?)+")


def _written_size(text: str) -> tuple[tuple[Number, ...], tuple[tuple[Number, ...], ...], str]:
    """The numbers of a size, what else they may mean, and a sum or product that was computed wrongly."""
    chain = [part for step in steps(text.split("\n")) for part in step if _DIGITS.search(part)]
    last = chain[-1] if chain else text
    if _is_shape(last) or (_NAMED.search(text) and len(_NAMED.findall(text)) > 1):
        sides = shape(text)
        return sides, (), ""
    try:
        found = written(text)
    except Unreadable:
        sides = shape(text)
        if len(sides) < _TWO and "(" not in text:
            raise
        return sides, (), ""
    others: list[tuple[Number, ...]] = [(found.other,)] if found.other else []
    if _PAIR.fullmatch(text):
        others.append(_sides(text))
    squared = [
        part
        for part in chain[-2:-1]
        if _is_shape(part) and _SIDE_BY_SIDE.fullmatch(part.split(" (")[0].strip())
    ]
    if squared:
        sides = _sides(squared[0].split(" (")[0])
        if len({side.value for side in sides}) == 1 and sides[0].value != found.number.value:
            return sides, ((found.number,),), found.before
        others.append(sides)
    return (found.number,), tuple(others), found.before


def _is_shape(text: str) -> bool:
    """Whether a part of an answer gives several numbers, as 14x14, 14² and (14, 14) do."""
    head = text.split(" (", maxsplit=1)[0].strip()
    if _SQUARED.fullmatch(head) or re.search(
        r"^[^(\d+/-]*\d+(?:\.\d+)?(?: ?px| pixels)? ?[x*] ?\d[^+/-]*$", head
    ):
        return True
    inner = unwrapped(_CALL.sub("", text))
    return bool(re.match(r"[^\d]*[(\[]", text)) and "," in inner and not re.search("[+/]", inner)


def says_no(text: str) -> bool:
    """Whether an answer says that something does not fit.

    >>> says_no("28x28x6 (no padding)"), says_no("No, 14.5")
    (False, True)
    """
    text = without_asides(" ".join(text[:200].lower().split()))
    return bool(NO.search(text)) or (not _DIGITS.search(text) and _says_none(text))


__all__ = [
    "MAX_TEXT",
    "Number",
    "Reading",
    "Unreadable",
    "cell",
    "clean",
    "in_words",
    "is_blank",
    "matrix",
    "matrix_text",
    "number",
    "number_text",
    "one_to",
    "other_rows",
    "raw_text",
    "says_no",
    "shape",
    "shape_text",
    "size",
    "word",
    "written",
    "written_rows",
    "written_shape",
]  # fmt: skip
