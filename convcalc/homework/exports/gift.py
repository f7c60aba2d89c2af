"""GIFT, a plain text format; every text in it is marked as plain, so that nothing is read as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

from convcalc.homework.exports.base import (
    RIGHT,
    Export,
    Out,
    category,
    export,
    fraction,
    option_share,
)
from convcalc.homework.exports.fields import Field, decimal
from convcalc.homework.exports.items import Item

_GENERAL = "Draw one window, or one filter, and count."
_PLAIN = "[plain]"
_JOINER = chr(0x2060)  # an invisible character


def _escape_gift(text: str) -> str:
    r"""A text for GIFT, its own signs escaped.

    >>> print(_escape_gift("k = 3: {a~b}"))
    k \= 3\: \{a\~b\}
    """
    text = re.sub(
        r"([\\~=#{}:])", r"\\\1", text.replace("&&", f"&{_JOINER}&")
    )  # && begins Moodle's own marks
    return " ".join(text.split())


def _option(text: str) -> str:
    """The text of an option, which may begin like a format."""
    escaped = _escape_gift(text).replace("->", f"-{_JOINER}>")  # not one of a pair
    if escaped.startswith("%"):
        return f"{_JOINER}{escaped}"  # not a share of the points, even right after the =
    return f"{_PLAIN}{escaped}" if escaped.startswith("[") else escaped


def _percent(share: Fraction) -> str:
    """A share of the points in GIFT syntax."""
    return f"%{fraction(share)}%"


@export("gift", suffix=".gift", about="plain text that Moodle and others import")
class Gift(Export):
    """One question per paragraph; a question with several boxes becomes one question per box."""

    platform: ClassVar[str] = "GIFT"
    no_points: ClassVar[str] = "has no points: every question gives 1; set them on the platform"
    splits: ClassVar[bool] = True
    most_right: ClassVar[int] = 10
    several_ways: ClassVar[bool] = True

    def files(self) -> Iterator[Out]:
        lines = [f"// {self.sheet.id}: {_one_line(self.sheet.title)}", ""]
        place = ""
        for variants in self.items:
            wanted = category(self.sheet, variants)
            if wanted != place:
                place = wanted
                lines += [f"$CATEGORY: {place}", ""]
            for item in variants:
                for text in self.question(item):
                    lines += [text, ""]
        return self.one("\n".join(lines))

    def question(self, item: Item) -> Iterator[str]:
        """One question; several if it has several boxes."""
        title = f"::{_escape_gift(item.name)}::"
        text = f"{_PLAIN}{_escape_gift(self.alone(item))}"
        boxes = [f"{_PLAIN}{_escape_gift(self.asked(item, box))}" for box in item.fields]
        if item.sort == "text":
            yield f"{title}{text}{{}}"
        elif item.sort == "true-false":
            right = next(text for text, right in item.options if right)
            yield f"{title}{text}{{{right.upper()}}}"
        elif item.sort == "choice":
            yield f"{title}{text}{{{self.options(item)}}}"
        elif item.sort in ("number", "words"):
            yield f"{title}{boxes[0]}{{{self.box(item.fields[0])}}}"
        else:
            for place, (box, asked) in enumerate(zip(item.fields, boxes), start=1):
                label = _escape_gift(box.label or str(place))
                yield f"::{_escape_gift(item.name)} {label}::{asked}{{{self.box(box)}}}"

    def options(self, item: Item) -> str:
        """The options of a choice."""
        count = sum(right for _, right in item.options)
        if count == 1:
            return " ".join(
                f"{'=' if right else '~%0%'}{_option(text)}" for text, right in item.choices
            )
        return " ".join(
            f"~{_percent(option_share(item, right=right))}{_option(text)}"
            for text, right in item.options
        )

    def box(self, box: Field) -> str:
        """The answers of a box."""
        if not box.numeric:
            return " ".join(self.words(box))
        parts = [f"={decimal(value)}:{decimal(allowed)}#{RIGHT}" for value, allowed in box.right]
        parts += [
            f"={_percent(wrong.share)}{decimal(wrong.value)}:0#{_escape_gift(wrong.text)}"
            for wrong in box.known
        ]
        return f"#{' '.join(parts)} ~#{_escape_gift(_GENERAL)}"

    def words(self, box: Field) -> Iterator[str]:
        """The answers of a box for words; each has its share, so that no word can be read as a share."""
        for word in box.words:
            if "->" in word:
                self.notes.append(f"GIFT cannot take the answer {word}; left out")
                continue
            yield f"=%100%{_escape_gift(_escape_star(word))}#{RIGHT}"
        for wrong in box.known:
            yield f"={_percent(wrong.share)}{decimal(wrong.value)}#{_escape_gift(wrong.text)}"


def _escape_star(word: str) -> str:
    """A word in which a star is only a star."""
    return word.replace("*", "\\*")


def _one_line(text: str) -> str:
    """A text without line breaks."""
    return " ".join(text.split())
