"""Kernel, stride and padding read from a text: ``k=3, s=1, p=0``, ``3x3, stride 2, same padding``."""

from __future__ import annotations

import re

from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.notation import Unreadable, split

_NAMES = {
    "kernel_size": "k", "kernel size": "k", "filter_size": "k", "filter size": "k", "window size": "k", "kernel": "k", "filter": "k",
    "window": "k", "size": "k", "k": "k", "f": "k", "strides": "s", "stride": "s", "s": "s", "padding": "p", "pad": "p", "p": "p",
}  # fmt: skip
_NAME = re.compile(
    rf"(?<![a-z\d_.])(?<!output )(?<!input )({'|'.join(_NAMES)})(?![a-z_])"
    r"(?: ?(=|:) ?| (?:is|of) (?:size )?| ?(?=[\d(\[])| (?=[\"']?(?:same|valid|zero|none|one|two|three)\b))"
)
_INSIDE_SUM = "(+-*/x^="  # a name after one of these is a letter of a formula
_END = re.compile(r"[,;&]|\band\b|\bwith\b|\busing\b")
_WORD = re.compile(r"[\"' ]*(same|valid)\b")
_WORD_ALONE = re.compile(r"(?<![a-z])(same|valid)(?![a-z])")
_SQUARE = re.compile(r"(?<![\d.=(x/*+-])(\d{1,6}) ?x ?(\d{1,6})(?![\d.x])")
_BEFORE_NAME = re.compile(r"(?<![\d.=(x/*+-])(\d{1,6}) (?:kernel|filter|window)(?![a-z])")
_LEAST = {"k": 1, "s": 1, "p": 0}
MOST = 10**6  # largest kernel, stride or padding


def read_settings(text: str) -> dict[str, int | str]:
    """The values of k, s and p that a text gives; p may be the word same.

    Args:
        text: in small letters and plain characters, on one line.

    Raises:
        Unreadable: the kernel is missing, a name has two values, or a value is not a whole number.

    >>> read_settings("3x3, stride 2, padding (3-1)/2 = 1"), read_settings("k=5 p=same")
    ({'s': 2, 'p': 1, 'k': 3}, {'k': 5, 'p': 'same'})
    """
    found: dict[str, int | str] = {}
    text = text.lstrip("= →>")
    names = [match for match in _NAME.finditer(text) if _begins(text, match)]
    ends = [*(match.start() for match in names[1:]), len(text)]
    for match, end in zip(names, ends):
        name = _NAMES[match[1]]
        value = _value(name, split(text[match.end() : end], _END)[0])
        if found.setdefault(name, value) != value:
            message = f"{name} is given as {found[name]} and as {value}"
            raise Unreadable(message)
    if "k" not in found:
        found |= _kernel_alone(text)
    if "p" not in found and (word := _WORD_ALONE.search(text)):
        found["p"] = "same" if word[1] == "same" else 0
    return found


def _begins(text: str, match: re.Match[str]) -> bool:
    """Whether a name begins a setting, and is not a letter of a formula such as (k-1)/2."""
    before = text[max(0, match.start() - 3) : match.start()].rstrip()[-1:]
    return not before or before not in _INSIDE_SUM or (before == "(" and bool(match[2]))


def _kernel_alone(text: str) -> dict[str, int | str]:
    """The kernel of 3x3, or of 3 kernel."""
    if square := _SQUARE.search(text):
        return {"k": _value("k", square[0])}
    if before := _BEFORE_NAME.search(text):
        return {"k": _value("k", before[1])}
    message = "no kernel size in it"
    raise Unreadable(message)


def _value(name: str, text: str) -> int | str:
    """One value: a number, a sum, or the same number for each axis; same and valid for a padding."""
    word = _WORD.match(text)
    if word and name == "p":
        return "same" if word[1] == "same" else 0
    text = text.strip(" \"'.")
    if text.count(")") > text.count("("):  # the end of Conv2d(…, padding=1)
        text = text.rstrip(") ")
    try:
        _, numbers, *_ = answers.size(text)
    except Unreadable as error:
        message = f"{name}: {error}"
        raise Unreadable(message) from None
    values = {number.value for number in numbers}
    if len(values) > 1:
        message = f"{name} is {answers.shape_text([n.value for n in numbers])}; give one number for all axes"
        raise Unreadable(message)
    for value in values:
        if value.denominator == 1 and _LEAST[name] <= value < MOST:
            return int(value)
        least = f"not a whole number from {_LEAST[name]} on" if value < MOST else "too large"
        message = f"{name} is {answers.number_text(value)}, which is {least}"
        raise Unreadable(message)
    message = f"{name} has no number"
    raise Unreadable(message)
