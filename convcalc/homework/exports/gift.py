"""Moodle's two formats in plain text: GIFT, and Cloze with its boxes in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from convcalc.homework.exports.base import RIGHT, Export, Out, category, export, fraction
from convcalc.homework.exports.items import Field, Item, decimal
from convcalc.text import escape_markup

_GENERAL = "Draw one window, or one filter, and count."
_MAX_IN_CLOZE = 8  # known wrong numbers per box


def _escape_gift(text: str) -> str:
    r"""A text for GIFT, its own signs escaped.

    >>> print(_escape_gift("k = 3: {a~b}"))
    k \= 3\: \{a\~b\}
    """
    text = re.sub(r"([\\~=#{}:])", r"\\\1", text)
    return " ".join(text.split())


def _percent(share: Fraction) -> str:
    """A share of the points, as GIFT and Cloze write it."""
    return f"%{fraction(share)}%"


@export("gift", suffix=".gift", about="plain text that Moodle and others import")
class Gift(Export):
    """One question per paragraph; what needs several boxes becomes one question per box."""

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
        """One question; several where it has several boxes."""
        title = f"::{_escape_gift(item.name)}::"
        text = _escape_gift(item.text)
        if item.sort == "text":
            yield f"{title}{text}{{}}"
        elif item.sort == "true-false":
            right = next(text for text, right in item.options if right)
            yield f"{title}{text}{{{right.upper()}}}"
        elif item.sort == "choice":
            yield f"{title}{text}{{{self.options(item)}}}"
        elif item.sort in ("number", "words"):
            yield f"{title}{text}{{{self.box(item.fields[0])}}}"
        else:
            for place, box in enumerate(item.fields, start=1):
                label = _escape_gift(box.label or str(place))
                yield f"::{_escape_gift(item.name)} {label}::{text} ({label}){{{self.box(box)}}}"

    def options(self, item: Item) -> str:
        """The options of a choice."""
        count = sum(right for _, right in item.options)
        if count == 1:
            return " ".join(
                f"{'=' if right else '~'}{_escape_gift(text)}" for text, right in item.options
            )
        each = _percent(Fraction(1, count))
        return " ".join(
            f"~{each if right else '%-50%'}{_escape_gift(text)}" for text, right in item.options
        )

    def box(self, box: Field) -> str:
        """The answers of a box."""
        if not box.numeric:
            return " ".join(f"={_escape_gift(word)}" for word in box.words)
        parts = [f"={decimal(value)}:{decimal(allowed)}#{RIGHT}" for value, allowed in box.right]
        parts += [
            f"={_percent(wrong.share)}{decimal(wrong.value)}:0#{_escape_gift(wrong.text)}"
            for wrong in box.known
        ]
        return f"#{' '.join(parts)} ~#{_escape_gift(_GENERAL)}"


def _one_line(text: str) -> str:
    """A text without line breaks."""
    return " ".join(text.split())


# ------------------------------------------------------------------------------------ cloze


def _escape_cloze(text: str) -> str:
    r"""A text within the braces of a box.

    >>> print(_escape_cloze("50 %/a} #1"))
    50 %\/a\} \#1
    """
    return re.sub(r'([\\}#~/"])', r"\\\1", " ".join(text.split()))


def _cloze_box(box: Field, weight: int = 1) -> str:
    """A box as Cloze writes it."""
    if box.numeric:
        parts = [f"={decimal(value)}:{decimal(allowed)}#{RIGHT}" for value, allowed in box.right]
        parts += [
            f"{_percent(wrong.share)}{decimal(wrong.value)}:0#{_escape_cloze(wrong.text)}"
            for wrong in box.known[:_MAX_IN_CLOZE]
        ]
        return f"{{{weight}:NUMERICAL:{'~'.join(parts)}}}"
    return f"{{{weight}:SHORTANSWER:{'~'.join(f'={_escape_cloze(word)}' for word in box.words)}}}"


def cloze_text(item: Item, *, html: bool) -> str:
    """The boxes of a question, each after its label; those of a matrix row by row."""
    lines: list[str] = []
    row = ""
    weights = [box.weight for box in item.fields]
    least = min(weights)
    for box in item.fields:
        mark = _cloze_box(box, max(1, round(box.weight / least)))
        mark = escape_markup(mark) if html else mark
        if box.row:
            if box.row == row:
                lines[-1] += f" {mark}"
            else:
                lines.append(mark)
            row = box.row
            continue
        label = box.label if len(item.fields) > 1 else ""
        unit = f" {box.unit}" if box.unit else ""
        shown = escape_markup(label) if html else label
        lines.append(f"{shown}: {mark}{unit}" if label else f"{mark}{unit}")
    return "<br>".join(lines) if html else "\n".join(lines)


@export("cloze", suffix=".txt", about="Moodle's embedded answers: the whole sheet as one question")
class Cloze(Export):
    """A text with boxes in it."""

    def files(self) -> Iterator[Out]:
        lines = [
            _one_line(self.sheet.title),
            f"Rules of this sheet: {self.sheet.conventions.sentence()}.",
            "",
        ]
        for variants in self.items:
            item = variants[0]
            lines.append(f"{item.id}. {_one_line(item.text)}")
            if item.sort in ("number", "words", "fields"):
                lines.append(cloze_text(item, html=False))
            elif item.sort == "text":
                self.notes.append(
                    f"{item.id} is marked by a person, which Cloze cannot do; it has no box"
                )
            else:
                parts = [
                    f"{'=' if right else ''}{_escape_cloze(text)}" for text, right in item.options
                ]
                lines.append(f"{{1:MULTICHOICE_V:{'~'.join(parts)}}}")
            lines.append("")
        if any(len(variants) > 1 for variants in self.items):
            self.notes.append("Cloze holds one variant of each question")
        return self.one("\n".join(lines))
