"""Why: which mistake leads to a student's number."""

from __future__ import annotations

import json
from typing import Any

from convcalc.errors import UsageError, did_you_mean
from convcalc.explore.parts import (
    Answer,
    Asked,
    Field,
    Found,
    Given,
    Part,
    choice_field,
    lines_part,
    number_field,
    refusing,
    table_part,
    text_field,
)
from convcalc.explore.views.base import VIEWS
from convcalc.homework.conventions import PRESETS, conventions
from convcalc.homework.marking.why import report_of, why
from convcalc.homework.questions import QUESTIONS
from convcalc.homework.questions.base import MISSING, Task, Word
from convcalc.text import quoted

_START = {"type": "params", "answer": "2600", "k": "5", "c_in": "3", "filters": "100"}
_OWN = ("type", "answer", "preset", "reveal")
# Their answers are prose or files, or depend on a sheet, so a number alone means nothing.
_ON_SHEETS = ("choice", "true-false", "text", "formula", "from-answers", "network")
# Matrices need NumPy, which is not on the page; several networks need a list.
_NOT_HERE = ("Rows", "Stack", "Kernels", "Archs")
_ELSEWHERE = (
    "Questions about matrices (worked by hand, gradients, normalised maps) and about sheets are not on this page: "
    "convcalc hand shows a working window by window, and convcalc hw check marks the answers to a sheet."
)
_LABELS = {
    "n": "input size",
    "k": "kernel size",
    "s": "stride",
    "p": "padding",
    "d": "dilation",
    "a": "output padding",
    "c_in": "input channels",
    "filters": "filters",
    "x": "input",
    "w": "kernel",
}
_NUMBERS = ("Count", "Sizes", "Padding", "Zeros", "ZerosPerAxis", "Dilation", "OutputPadding")
_ENDS = {"n": (1, 256), "c_in": (1, 256), "filters": (1, 256), "units": (1, 4096)}
_NO_LONGER = (0, 15)  # the ends of the other sliders


def asked_types() -> dict[str, type[Task]]:
    """The question types that the page can ask about."""
    return {
        name: cls
        for name, cls in QUESTIONS.load().items()
        if name not in _ON_SHEETS
        and not any(_kind(word) in _NOT_HERE for word in cls.words.values())
    }


def _kind(word: Word) -> str:
    """The value type of a word, required or not."""
    return word.type.removesuffix(" | None")


@VIEWS.under("why")
def why_view(asked: Asked) -> Answer:
    """The view of a student's number."""
    types = asked_types()
    given = {word: text.strip() for word, text in asked.given.items() if text.strip()}
    if "type" not in given:
        given = _START if asked.carried or not given else {"type": "params", **given}
    kind = given["type"]
    if kind not in types:
        return Answer(
            asked.view, given, [_type_field(types, kind)], refusing(_no_type(kind, types))
        )
    cls = types[kind]
    if asked.carried or given.keys() == {"type"}:
        given = {word: text for word, text in given.items() if word in (*_OWN, *cls.words)}
        given |= {word: text for word, text in _example(cls).items() if word not in given}
    return Answer(asked.view, given, _fields(types, given), lambda: _found(given), _command(given))


def _no_type(kind: str, types: dict[str, type[Task]]) -> UsageError:
    """The message that a type does not exist, or is not on the page."""
    if kind in QUESTIONS.names():
        return UsageError(f"{quoted(kind)}: {_ELSEWHERE}")
    return UsageError(f"no question type {quoted(kind)}{did_you_mean(kind, types)}")


def _type_field(types: dict[str, type[Task]], kind: str) -> Field:
    """The choice of a type."""
    names = {name: f"{name}: {cls.about}" if cls.about else name for name, cls in types.items()}
    return choice_field("type", "question", kind, names if kind in names else {kind: kind, **names})


def _example(cls: type[Task]) -> Given:
    """The type's own example, as texts."""
    values: dict[str, Any] = cls.examples[0] if cls.examples else {}
    return {word: _text(value) for word, value in values.items()}


def _text(value: Any) -> str:
    """A value of an example, as typed."""
    if isinstance(value, list):
        joint = "x" if all(isinstance(each, int) for each in value) else ", "
        return joint.join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)


def _found(given: Given) -> Found:
    """The mistakes that lead to the number."""
    if not given.get("answer"):
        message = "answer: write the number that the student has"
        raise UsageError(message)
    values = {word: text for word, text in given.items() if word not in _OWN}
    course = conventions(given.get("preset", ""))
    found = why(given["answer"], given["type"], values, course)
    if found.problem:
        raise UsageError(found.problem)
    report = report_of(found, with_answer=given.get("reveal") == "true")
    first, *more = report.lines
    parts: list[Part] = [lines_part([line.strip() for line in more])] if more else []
    if report.rows:
        parts.append(table_part(report, "Mistakes that lead to this number"))
    parts.append(lines_part([_ELSEWHERE], "small"))
    return Found(first, parts, report.to_dict)


def _fields(types: dict[str, type[Task]], given: Given) -> list[Field]:
    """The form of a question type."""
    fields = [
        _type_field(types, given["type"]),
        text_field("answer", "the student's number", given.get("answer", "")),
    ]
    for word, rule in types[given["type"]].words.items():
        label, value = _LABELS.get(word, word.replace("_", " ")), given.get(word, "")
        usual = "" if rule.default in (MISSING, None, ()) else str(rule.default).lower()
        own = _kind(rule)
        if own in ("Bias", "bool", "Flip"):
            fields.append(
                choice_field(word, label, value, {"": "as usual", "true": "yes", "false": "no"})
            )
        elif own in _NUMBERS:
            fields.append(number_field(word, label, value, _ENDS.get(word, _NO_LONGER), (), usual))
        else:
            fields.append(text_field(word, label, value, usual))
    presets = {"": "as usual", **{name: name for name in PRESETS}}
    fields.append(choice_field("preset", "course", given.get("preset", ""), presets))
    shown = {"": "no", "true": "yes"}
    fields.append(choice_field("reveal", "show the right answer", given.get("reveal", ""), shown))
    return fields


def _command(given: Given) -> list[str]:
    """The same on a command line."""
    words = ["convcalc", "why", given.get("answer", ""), "--type", given["type"]]
    for word, text in given.items():
        if word not in _OWN:
            words += ["--given", f"{word}={text}"]
    if given.get("preset"):
        words += ["--preset", given["preset"]]
    return [*words, *(["--answer"] if given.get("reveal") == "true" else [])]
