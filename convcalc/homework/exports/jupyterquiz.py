"""JupyterQuiz: questions for a notebook or a page, with feedback for every known mistake."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar

from convcalc.homework.exports.base import RIGHT, Export, Out, export
from convcalc.homework.exports.fields import Field, decimal, json_number
from convcalc.homework.exports.items import Item
from convcalc.text import escape_html, escape_json

_OTHER = "This is wrong, and we do not know how you got it. Write the formula down first."


def shown(text: str) -> str:
    """A text as HTML, as JupyterQuiz reads it; a dollar or backslash begins no formula.

    >>> shown("k<n for $5")
    '<span class="tex2jax_ignore mathjax_ignore">k&lt;n for &#36;5</span>'
    """
    escaped = escape_html(text).replace("$", "&#36;").replace("\\", "&#92;")
    if "$" in text or "\\" in text:
        return f'<span class="tex2jax_ignore mathjax_ignore">{escaped}</span>'
    return escaped


@export(
    "jupyterquiz",
    suffix=".json",
    about="self-study pages in Jupyter; students can find the answers in the file",
)
class JupyterQuiz(Export):
    """A list of questions; one per box."""

    platform: ClassVar[str] = "JupyterQuiz"
    no_points: ClassVar[str] = "gives no points; this sheet gives"
    splits: ClassVar[bool] = True
    all_or_nothing: ClassVar[bool] = True
    holds_together: ClassVar[bool] = True
    several_ways: ClassVar[bool] = True
    pictures: ClassVar[bool] = True

    def files(self) -> Iterator[Out]:
        found: list[dict[str, Any]] = []
        for variants in self.items:
            for item in variants:
                found += self.questions(item)
        return self.one(escape_json(json.dumps(found, indent=1, ensure_ascii=False)) + "\n")

    def questions(self, item: Item) -> Iterator[dict[str, Any]]:
        """One question as one or more of JupyterQuiz's."""
        if item.sort == "text":
            self.notes.append(
                f"{item.id} is marked by a person, which JupyterQuiz cannot do; left out"
            )
        elif item.options:
            several = sum(right for _, right in item.options) != 1
            yield {
                "question": shown(self.alone(item)) + self.shown_picture(item),
                "type": "many_choice" if several else "multiple_choice",
                "answers": [
                    {
                        "answer": shown(text),
                        "correct": right,
                        "feedback": RIGHT if right else "Check this one again.",
                    }
                    for text, right in item.choices
                ],
            }
        for box in item.fields:
            answers = list(self.numbers(box)) if box.numeric else list(self.words(box))
            answers.append({"type": "default", "feedback": _OTHER})
            yield {
                "question": shown(self.asked(item, box)) + self.shown_picture(item),
                "type": "numeric" if box.numeric else "string",
                "answers": answers,
            }

    def shown_picture(self, item: Item) -> str:
        """The picture of a question; its alternative text cannot begin a formula either."""
        picture = self.picture(item)
        return f"<br>{picture.img()}".replace("$", "&#36;") if picture else ""

    def numbers(self, box: Field) -> Iterator[dict[str, Any]]:
        """The numbers of a box, right ones first; they are tried in order."""
        for value, off in box.right:
            if off:
                low, high = float(value - off), float(value + off)
                yield {"type": "range", "range": [low, high], "correct": True, "feedback": RIGHT}
            else:
                yield {
                    "type": "value",
                    "value": json_number(value),
                    "correct": True,
                    "feedback": RIGHT,
                }
        for wrong in box.known:
            yield {
                "type": "value",
                "value": json_number(wrong.value),
                "correct": False,
                "feedback": shown(wrong.text),
            }

    def words(self, box: Field) -> Iterator[dict[str, Any]]:
        """The words of a box."""
        for word in box.words:
            yield {"answer": word, "correct": True, "match_case": False, "feedback": RIGHT}
        for wrong in box.known:
            yield {
                "answer": decimal(wrong.value),
                "correct": False,
                "match_case": False,
                "feedback": shown(wrong.text),
            }
