"""PrairieLearn: a folder per question. convcalc is not installed there, so the numbers are in it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, ClassVar

from convcalc.homework.exports.base import Export, Out, boxes_line, export, safe_name, whole_weights
from convcalc.homework.exports.fields import Field, decimal, json_number
from convcalc.homework.exports.items import Item
from convcalc.text import escape_html

_SLIGHT = Fraction(1, 10**9)  # the error of a decimal in floating point

_SERVER = '''"""Made by convcalc hw export. Every variant with its answers and the known wrong numbers."""

import json

VARIANTS = json.loads({data})


def generate(data):
    """Choose a variant by the seed."""
    chosen = int(data.get("variant_seed", 0)) % len(VARIANTS)
    variant = VARIANTS[chosen]
    data["params"]["chosen"] = chosen
    data["params"]["text"] = variant["text"]
    data["params"]["picture"], data["params"]["shows"] = variant["picture"]
    for name, answer in variant["answers"].items():
        data["correct_answers"][name] = answer


def is_right(setting, given):
    """1 if a kernel, stride and padding give the size that is asked for, else 0."""
    n, out, total, exact, accepted = setting
    try:
        k, s, p = (int(given[name]) for name in ("k", "s", "p"))
    except (KeyError, TypeError, ValueError):
        return 0
    if [k, s, p] in accepted:
        return 1
    slack = n + (p if total else 2 * p) - k
    if k < 1 or s < 1 or p < 0 or slack < 0 or (exact and slack % s):
        return 0
    return int(slack // s + 1 == out)


def is_near(given, value, off):
    """Whether a number is another one, or near enough to it."""
    try:
        return abs(float(given) - value) <= off + 1e-9 * max(1.0, abs(value))
    except (TypeError, ValueError):
        return False


def grade(data):
    """Name the known mistake behind a wrong number; accept other right numbers, words and settings."""
    variant = VARIANTS[data["params"]["chosen"]]
    if "setting" in variant:
        right = is_right(variant["setting"], data["submitted_answers"])
        for name in ("k", "s", "p"):
            data["partial_scores"][name] = {{"score": right, "weight": 1}}
        data["score"] = right
        return
    for name, score in data["partial_scores"].items():
        given = data["submitted_answers"].get(name)
        if given is None or (score.get("score") or 0) >= 1:
            continue
        words = variant["words"].get(name, [])
        if isinstance(given, str) and given.strip().lower() in words:
            score["score"] = 1
            continue
        if any(is_near(given, value, off) for value, off in variant["right"].get(name, [])):
            score["score"] = 1
            continue
        for value, line, share in variant["wrong"].get(name, []):
            if is_near(given, value, 0):
                score["score"] = share
                score["feedback"] = line
                break
    for names in variant["together"]:
        least = min(data["partial_scores"].get(name, {{}}).get("score") or 0 for name in names)
        for name in names:
            if name in data["partial_scores"]:
                data["partial_scores"][name]["score"] = least if variant["shares"] or least == 1 else 0
    weights = {{name: score.get("weight", 1) for name, score in data["partial_scores"].items()}}
    total = sum(weights.values())
    if total:
        parts = data["partial_scores"].items()
        data["score"] = sum(weights[name] * (score.get("score") or 0) for name, score in parts) / total
'''


@export(
    "prairielearn",
    suffix="/",
    about="PrairieLearn question folders, to copy under questions/",
    text=False,
)
class PrairieLearn(Export):
    """info.json, question.html and server.py for each question."""

    platform: ClassVar[str] = "PrairieLearn"
    no_points: ClassVar[str] = (
        "has no points in a question; set them in infoAssessment.json, where 1 is usual"
    )
    all_or_nothing: ClassVar[bool] = True
    holds_together: ClassVar[bool] = True
    pictures: ClassVar[bool] = True

    def files(self) -> Iterator[Out]:
        for variants in self.items:
            first = variants[0]
            folder = f"{safe_name(self.sheet.id)}_{first.id}"
            yield Out(
                f"{folder}/info.json",
                (json.dumps(self.info(first, len(variants)), indent=2) + "\n").encode(),
            )
            yield Out(f"{folder}/question.html", self.page(first).encode())
            for picture in filter(None, map(self.picture, variants)):
                yield Out(f"{folder}/clientFilesQuestion/{picture.file}", picture.data)
            if first.sort != "text" and not first.options:
                data = json.dumps([self.variant(item) for item in variants], ensure_ascii=True)
                yield Out(f"{folder}/server.py", _SERVER.format(data=repr(data)).encode())

    def info(self, item: Item, count: int) -> dict[str, Any]:
        """PrairieLearn's data on a question."""
        found: dict[str, Any] = {
            "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"convcalc/{self.sheet.id}/{item.id}")),
            "title": f"{self.sheet.title}: {item.question.task.about or item.id}",
            "topic": "Convolution arithmetic",
            "tags": [item.question.kind],
            "type": "v3",
            "singleVariant": count == 1,
        }
        if item.sort == "text":
            found["gradingMethod"] = "Manual"
        else:
            found["partialCredit"] = True
        return found

    def variant(self, item: Item) -> dict[str, Any]:
        """One set of numbers, with its answers and its picture."""
        picture = self.picture(item)
        return {
            **self.numbers(item),
            "picture": [picture.file, picture.alt] if picture else ["", ""],
        }

    def numbers(self, item: Item) -> dict[str, Any]:
        """One set of numbers, with its answers."""
        names = {f"a{place}": box for place, box in enumerate(item.fields, start=1)}
        if item.setting is not None:
            n, out, total, exact, example, accepted = item.setting
            return {
                "text": " ".join(filter(None, (item.text, item.ruled, _WHOLE))),
                "setting": [n, out, total, exact, accepted],
                "answers": dict(zip("ksp", example)),
            }
        return {
            "text": " ".join(filter(None, (self.alone(item), boxes_line(item)))),
            "answers": {name: _right_of(box) for name, box in names.items()},
            "right": {
                name: [[json_number(value), float(off)] for value, off in box.right[1:]]
                for name, box in names.items()
                if box.right[1:]
            },
            "together": [[f"a{place + 1}" for place in places] for places in item.together],
            "shares": item.question.partial != "none" or len(item.question.parts) == 1,
            "words": {
                name: [word.lower() for word in box.words]
                for name, box in names.items()
                if box.words
            },
            "wrong": {
                name: [
                    [json_number(wrong.value), wrong.text, float(wrong.share)]
                    for wrong in box.known
                ]
                for name, box in names.items()
                if box.known
            },
        }

    def page(self, item: Item) -> str:
        """The page of a question."""
        text = "{{params.text}}" if item.fields else _plain(self.alone(item))
        lines = [
            "<pl-question-panel>",
            f"  <p>{text}</p>",
            *self.figure(item),
            "</pl-question-panel>",
        ]
        if item.sort == "text":
            lines.append('<pl-rich-text-editor file-name="answer.html"></pl-rich-text-editor>')
        elif item.options:
            several = sum(right for _, right in item.options) != 1
            tag = "pl-checkbox" if several else "pl-multiple-choice"
            fixed = "" if item.sort == "choice" else ' order="fixed"'
            if several:  # PC: right ones minus wrong ones
                part = item.question.partial != "none"
                fixed += (
                    ' partial-credit="true" partial-credit-method="PC"' if part else _WHOLE_ONLY
                )
            lines.append(f'<{tag} answers-name="a1"{fixed}>')
            for option, right in item.options:
                lines.append(
                    f'  <pl-answer correct="{str(right).lower()}">{_plain(option)}</pl-answer>'
                )
            lines.append(f"</{tag}>")
        if item.setting is not None:
            return "\n".join([*lines, *_SETTING, ""])
        weights, _ = whole_weights(item) if item.fields else ([], 1)
        alone = len(item.fields) == 1
        for place, (box, weight) in enumerate(zip(item.fields, weights), start=1):
            lines.append(_element(f"a{place}", box, 1 if alone else weight, alone=alone))
        return "\n".join(lines) + "\n"

    def figure(self, item: Item) -> Iterator[str]:
        """The element that shows the picture of a variant."""
        picture = self.picture(item)
        if picture and item.fields:
            yield '  <pl-figure file-name="{{params.picture}}" alt="{{params.shows}}"></pl-figure>'
        elif picture:
            yield f'  <pl-figure file-name="{picture.file}" alt="{_plain(picture.alt)}"></pl-figure>'


_WHOLE_ONLY = ' partial-credit="false"'
_WHOLE = "Answer in each box: a whole number."
_SETTING = [
    f'<pl-integer-input answers-name="{name}" label="{label} {name}"></pl-integer-input>'
    for name, label in (("k", "kernel"), ("s", "stride"), ("p", "padding"))
]


def _right_of(box: Field) -> Any:
    """The right answer in the form that the elements need."""
    return json_number(box.right[0][0]) if box.numeric else box.words[0]


def _plain(text: str) -> str:
    """A text in a page that is read as a template: no brace in it begins a variable.

    >>> _plain("{{{x}}} < 1")
    '&#123;&#123;&#123;x&#125;&#125;&#125; &lt; 1'
    """
    return escape_html(text).replace("{", "&#123;").replace("}", "&#125;")


def _element(name: str, box: Field, weight: int, *, alone: bool) -> str:
    """The element of a box: whole numbers exact, others within what the sheet allows."""
    label = "" if alone or not box.label else f' label="{_plain(box.label)}"'
    suffix = f' suffix="{_plain(box.unit)}"' if box.unit else ""
    share = "" if alone else f' weight="{weight}"'
    if not box.numeric:
        return f'<pl-string-input answers-name="{name}"{label}{share} ignore-case="true"></pl-string-input>'
    value, off = box.right[0]
    if all(each.denominator == 1 and not allowed for each, allowed in box.right):
        return f'<pl-integer-input answers-name="{name}"{label}{suffix}{share}></pl-integer-input>'
    off = off or min(_SLIGHT, abs(value) / 1000)
    tolerance = f'comparison="relabs" rtol="0" atol="{"1e-9" if off == _SLIGHT else decimal(off)}"'
    return f'<pl-number-input answers-name="{name}"{label}{suffix}{share} {tolerance}></pl-number-input>'
