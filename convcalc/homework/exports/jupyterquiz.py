"""JupyterQuiz: questions for a notebook or a page, with feedback for every known mistake."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from convcalc.homework.exports.base import RIGHT, Export, Out, export
from convcalc.homework.exports.items import Field, Item, json_number
from convcalc.text import escape_json

_OTHER = "This is wrong, and we do not know how you got it. Write the formula down first."


@export(
    "jupyterquiz",
    suffix=".json",
    about="self-study pages in Jupyter; students can find the answers in the file",
)
class JupyterQuiz(Export):
    """A list of questions; one per box."""

    def files(self) -> Iterator[Out]:
        found: list[dict[str, Any]] = []
        for variants in self.items:
            for item in variants:
                found += self.questions(item)
        return self.one(escape_json(json.dumps(found, indent=1, ensure_ascii=False)) + "\n")

    def questions(self, item: Item) -> Iterator[dict[str, Any]]:
        """One question as some of JupyterQuiz's."""
        if item.sort == "text":
            self.notes.append(
                f"{item.id} is marked by a person, which JupyterQuiz cannot do; left out"
            )
        elif item.options:
            several = sum(right for _, right in item.options) != 1
            yield {
                "question": item.text,
                "type": "many_choice" if several else "multiple_choice",
                "answers": [
                    {
                        "answer": text,
                        "correct": right,
                        "feedback": RIGHT if right else "Check this one again.",
                    }
                    for text, right in item.options
                ],
            }
        for box in item.fields:
            label = f" ({box.label})" if len(item.fields) > 1 else ""
            unit = f" (in {box.unit})" if box.unit else ""
            answers = list(self.numbers(box)) if box.numeric else list(self.words(box))
            answers.append({"type": "default", "feedback": _OTHER})
            yield {
                "question": f"{item.text}{label}{unit}",
                "type": "numeric" if box.numeric else "string",
                "answers": answers,
            }

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
                "feedback": wrong.text,
            }

    def words(self, box: Field) -> Iterator[dict[str, Any]]:
        """The words of a box."""
        for word in box.words:
            yield {"answer": word, "correct": True, "match_case": False, "feedback": RIGHT}
