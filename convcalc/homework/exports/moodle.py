"""Moodle XML: right answers first, then each known wrong number with its own feedback."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

from convcalc.homework.exports.base import (
    RIGHT,
    Export,
    Out,
    answer_line,
    boxes_line,
    category,
    export,
    fraction,
    option_share,
    whole_weights,
)
from convcalc.homework.exports.cloze import boxes, prose
from convcalc.homework.exports.fields import Field, decimal
from convcalc.homework.exports.items import Item
from convcalc.homework.exports.pictures import Drawn
from convcalc.text import escape_markup

_OTHER = "This is wrong, and no known mistake gives this answer. Write down the formula first."
_UNREADABLE = str.maketrans(
    {code: None for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)}
)


def _cdata(text: str) -> str:
    """HTML in an element, wrapped so that nothing in it is read as XML."""
    return "<![CDATA[" + text.translate(_UNREADABLE).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def xml(text: str) -> str:
    """Plain text for an element."""
    return escape_markup(text.translate(_UNREADABLE))


def _file(picture: Drawn | None) -> str:
    """The file of a picture, in the element whose text shows it."""
    if picture is None:
        return ""
    return f'<file name="{picture.file}" path="/" encoding="base64">{picture.base64}</file>'


def feedback(text: str) -> str:
    """The feedback on an answer."""
    return (
        f'<feedback format="html"><text>{_cdata(escape_markup(text))}</text></feedback>'
        if text
        else ""
    )


@export(
    "moodle-xml",
    suffix=".xml",
    about="Moodle's question bank, with feedback for every known mistake",
)
class MoodleXml(Export):
    """One category per sheet, and one per question with variants, from which a quiz draws."""

    platform: ClassVar[str] = "Moodle"
    most_right: ClassVar[int] = 10
    several_ways: ClassVar[bool] = True
    pictures: ClassVar[bool] = True

    def files(self) -> Iterator[Out]:
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
        place = ""
        for variants in self.items:
            wanted = category(self.sheet, variants)
            if wanted != place:
                place = wanted
                lines += self.place(place)
            for item in variants:
                lines += self.question(item)
        lines.append("</quiz>")
        return self.one("\n".join(lines) + "\n")

    def place(self, place: str) -> list[str]:
        """The category of the questions after it."""
        return [
            f'<question type="category"><category><text>{xml(place)}</text></category></question>'
        ]

    def question(self, item: Item) -> Iterator[str]:
        """One question."""
        sorts = {"number": "numerical", "words": "shortanswer", "fields": "cloze", "choice": "multichoice",
                 "true-false": "truefalse", "text": "essay"}  # fmt: skip
        yield f'<question type="{sorts[item.sort]}">'
        yield f"<name><text>{xml(f'{self.sheet.id} {item.name}')}</text></name>"
        picture = self.picture(item)
        shown = f"<p>{picture.img(f'@@PLUGINFILE@@/{picture.file}')}</p>" if picture else ""
        text = _cdata(f"{self.wording(item)}{shown}")
        yield f'<questiontext format="html"><text>{text}</text>{_file(picture)}</questiontext>'
        yield '<generalfeedback format="html"><text></text></generalfeedback>'
        if item.sort != "fields":
            yield f"<defaultgrade>{decimal(item.points)}</defaultgrade>"
            yield f"<penalty>{'1.0' if item.sort == 'true-false' else '0.3333333'}</penalty>"
        yield "<hidden>0</hidden>"
        if item.sort == "number":
            yield from self.number(item.fields[0])
        elif item.sort == "words":
            yield "<usecase>0</usecase>"
            yield from self.words(item.fields[0])
        elif item.sort == "choice":
            yield from self.choice(item)
        elif item.sort == "true-false":
            for text, right in item.options:
                yield self.answer("100" if right else "0", text, RIGHT if right else "")
        elif item.sort == "text":
            yield "<responseformat>plain</responseformat><responserequired>1</responserequired>"
            yield "<responsefieldlines>8</responsefieldlines><attachments>0</attachments>"
        yield f"<tags><tag><text>{xml(item.question.kind)}</text></tag></tags>"
        yield "</question>"

    def wording(self, item: Item) -> str:
        """The text of a question as HTML; if it has several boxes, with the boxes in it."""
        said = self.alone(item)
        if item.sort == "fields":
            weights, factor = whole_weights(item)
            if factor != 1:
                note = (
                    f"{item.id}: Moodle gives a box whole points, {sum(weights)} in all for "
                    f"{decimal(item.points)}; set the mark in the quiz to {decimal(item.points)}"
                )
                self.note(note)
            line = boxes_line(item)
            form = f"<p><em>{prose(line)}</em></p>" if line else ""
            return f"<p>{prose(said)}</p>{boxes(item, weights)}{form}"
        text = f"<p>{escape_markup(said)}</p>"
        if item.sort in ("number", "words"):
            text += f"<p><em>{escape_markup(answer_line(item.fields[0]))}</em></p>"
        return text

    def answer(self, share: str, text: str, said: str, tolerance: str = "") -> str:
        """One answer, right or wrong."""
        return (
            f'<answer fraction="{share}" format="plain_text"><text>{xml(text)}</text>'
            f"{f'<tolerance>{tolerance}</tolerance>' if tolerance else ''}{feedback(said)}</answer>"
        )

    def words(self, box: Field) -> Iterator[str]:
        """The answers of a question whose answer is, or may be, a word."""
        for word in box.words:
            yield self.answer("100", _escape_star(word), RIGHT)
        for wrong in box.known:
            yield self.answer(fraction(wrong.share), decimal(wrong.value), wrong.text)
        yield self.answer("0", "*", _OTHER)

    def number(self, box: Field) -> Iterator[str]:
        """The answers of a numerical question, in the order in which they are tried."""
        for value, allowed in box.right:
            yield self.answer("100", decimal(value), RIGHT, decimal(allowed))
        for wrong in box.known:
            yield self.answer(fraction(wrong.share), decimal(wrong.value), wrong.text, "0")
        yield self.answer("0", "*", _OTHER, "0")
        yield "<unitgradingtype>0</unitgradingtype><unitpenalty>0.1000000</unitpenalty>"
        yield "<showunits>3</showunits><unitsleft>0</unitsleft>"

    def choice(self, item: Item) -> Iterator[str]:
        """The options of a choice."""
        count = sum(right for _, right in item.options)
        single = "true" if count == 1 else "false"
        yield f"<single>{single}</single><shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>"
        for text, right in item.choices:
            share = Fraction(right) if count == 1 else option_share(item, right=right)
            yield self.answer(fraction(share), text, RIGHT if right else "")


def _escape_star(text: str) -> str:
    """A word in which a star is only a star."""
    return text.replace("*", "\\*")
