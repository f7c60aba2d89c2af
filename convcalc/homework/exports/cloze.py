"""Moodle's embedded answers (Cloze): boxes in the middle of a text, written as HTML.

Moodle looks for the boxes in the HTML itself, then decodes its entities once. Text that it shows as HTML
(options and feedback) is therefore escaped twice; words that it compares are escaped once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

from convcalc.homework.exports.base import (
    RIGHT,
    Export,
    Out,
    boxes_line,
    export,
    fraction,
    option_share,
)
from convcalc.homework.exports.fields import Field, decimal
from convcalc.homework.exports.items import Item
from convcalc.text import escape_markup, one_line

_MAX_IN_BOX = 8  # most known wrong numbers per box
_SIGNS = re.compile(r"[^\w\s.,;:!?()×·−–…⌊⌋']|_")  # everything that may be a sign of Cloze or HTML
_OTHER = "This is wrong, and no known mistake gives this answer. Write down the formula first."


def _entities(text: str) -> str:
    """A text as HTML without any sign that Cloze or HTML could interpret.

    >>> _entities("k<n: 50%")
    'k&#60;n: 50&#37;'
    """
    return _SIGNS.sub(lambda found: f"&#{ord(found[0])};", one_line(text))


def shown(text: str) -> str:
    """An option or a feedback, which Moodle decodes and then shows as HTML."""
    return _entities(text).replace("&", "&amp;")


def _typed(word: str) -> str:
    """A word that Moodle compares with what was typed; a star in it is only a star."""
    text = re.sub(
        r"\\(?=[}#])", r"\\\\", word.replace("*", "\\*")
    )  # Moodle reads \} and \# as } and #
    return _entities(text)


def prose(text: str) -> str:
    """Text between the boxes; nothing in it looks like a box."""
    return escape_markup(text).replace("{", "&#123;")


def _share(share: Fraction) -> str:
    """A share of the points; always written, so that no part of an option can be read as a share."""
    return f"%{fraction(share)}%"


def _numeric(box: Field) -> Iterator[str]:
    """The answers of a numerical box, right ones first."""
    for value, allowed in box.right:
        yield f"={decimal(value)}:{decimal(allowed)}#{RIGHT}"
    for wrong in box.known[:_MAX_IN_BOX]:
        yield f"{_share(wrong.share)}{decimal(wrong.value)}:0#{shown(wrong.text)}"


def _worded(box: Field) -> Iterator[str]:
    """The answers of a box for words, right ones first."""
    for word in box.words:
        yield f"={_typed(word)}#{RIGHT}"
    for wrong in box.known[:_MAX_IN_BOX]:
        yield f"{_share(wrong.share)}{decimal(wrong.value)}#{shown(wrong.text)}"
    yield f"%0%*#{shown(_OTHER)}"


def _box(box: Field, weight: int) -> str:
    """A box in Cloze syntax."""
    if box.numeric:
        return f"{{{weight}:NUMERICAL:{'~'.join(_numeric(box))}}}"
    return f"{{{weight}:SHORTANSWER:{'~'.join(_worded(box))}}}"


def boxes(item: Item, weights: list[int]) -> str:
    """The boxes of a question, each after its label; those of a matrix row by row."""
    lines: list[str] = []
    row = ""
    for box, weight in zip(item.fields, weights):
        mark = _box(box, weight)
        if box.row:
            if box.row == row:
                lines[-1] += f" {mark}"
            else:
                lines.append(mark)
            row = box.row
            continue
        label = prose(box.label) if len(item.fields) > 1 else ""
        unit = f" {prose(box.unit)}" if box.unit else ""
        lines.append(f"{label}: {mark}{unit}" if label else f"{mark}{unit}")
    return "<br>".join(lines)


def choice(item: Item, weight: int) -> str:
    """A choice of one option, or of several options that each give a share."""
    count = sum(right for _, right in item.options)
    several = count != 1
    parts = [
        f"{_share(option_share(item, right=right)) if several else '=' if right else '%0%'}{shown(text)}"
        for text, right in item.choices
    ]
    return f"{{{weight}:{'MULTIRESPONSE' if several else 'MULTICHOICE_V'}:{'~'.join(parts)}}}"


@export("cloze", suffix=".txt", about="Moodle's embedded answers: the whole sheet as one question")
class Cloze(Export):
    """A text with boxes in it, as HTML."""

    platform: ClassVar[str] = "Cloze"
    most_right: ClassVar[int] = 10
    several_ways: ClassVar[bool] = True

    def files(self) -> Iterator[Out]:
        found = [item for item, *_ in self.items]
        exact = [
            item.points * (box.weight if item.fields else 1)
            for item in found
            if item.sort != "text"
            for box in (item.fields or [Field()])
        ]
        factor = math.lcm(*(each.denominator for each in exact))
        lines = [f"<h4>{prose(one_line(self.sheet.title))}</h4>"]
        lines += [f"<p>{prose(one_line(line))}</p>" for line in self.preface()]
        for item in found:
            lines += self.question(item, factor)
        total = sum(exact, Fraction(0))
        if factor != 1 and total:
            self.notes.append(
                f"Moodle gives a box whole points: {decimal(total * factor)} in all for {decimal(total)}; "
                f"set the maximum mark in the quiz to {decimal(total)}"
            )
        if any(question.vary for question in self.sheet.questions):
            self.notes.append("Cloze takes one variant of each question")
        self.notes.append(
            "paste the file into the question text of Moodle's editor in its HTML view"
        )
        return self.one("\n".join(lines) + "\n")

    def question(self, item: Item, factor: int) -> Iterator[str]:
        """A question, and its boxes."""
        self.alone(item)
        text = prose(one_line(" ".join(filter(None, (item.text, item.narrowed)))))
        yield f"<p><b>{item.id}.</b> {text}</p>"
        if item.sort == "text":
            self.notes.append(
                f"{item.id} is marked by a person, which Cloze cannot do; it has no box"
            )
        elif item.options:
            yield f"<p>{choice(item, int(item.points * factor))}</p>"
        else:
            weights = [int(item.points * box.weight * factor) for box in item.fields]
            yield f"<p>{boxes(item, weights)}</p>"
            if line := boxes_line(item):
                yield f"<p><em>{prose(line)}</em></p>"
