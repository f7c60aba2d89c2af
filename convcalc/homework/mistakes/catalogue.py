"""The manual of question types and mistakes, as reports."""

from __future__ import annotations

import inspect
from typing import Any

from convcalc.errors import UsageError, did_you_mean
from convcalc.homework.mistakes import MISTAKES, by_topic
from convcalc.homework.questions import QUESTIONS, Part, Task, create_question
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.base import MISSING
from convcalc.report import Column, Report
from convcalc.text import quoted

_MIN_TEXT = 20  # width of a column with line breaks


def types_report() -> Report:
    """All question types, with an example of each."""
    rows = [
        {
            "type": name,
            "about": cls.about,
            "given": " ".join(_words(cls)),
            "example": _flow(cls.examples[0]),
        }
        for name, cls in QUESTIONS.items()
    ]
    return Report(
        title="",
        columns=[
            Column.of_mapping("type", "type", right=False, keep=9, whole=True),
            Column.of_mapping(
                "about", "what it asks", right=False, keep=8, least=_MIN_TEXT, wraps=True
            ),
            Column.of_mapping("given", "given", right=False, keep=6, least=_MIN_TEXT, wraps=True),
            Column.of_mapping(
                "example", "example", right=False, keep=5, least=_MIN_TEXT, wraps=True
            ),
        ],
        rows=rows,
        key="types",
        row_dict=dict,
        hint="convcalc hw types TYPE, convcalc hw types --mistakes",
        stacks=True,
    )


def type_report(name: str) -> Report:
    """One question type in full, with its conventions, examples and known mistakes.

    Raises:
        UsageError: there is no such type.
    """
    cls = _question_type(name)
    about = (inspect.getdoc(cls) or cls.about).replace("`", "").split("\n")
    lines = [*about, "", f"given: {' '.join(_words(cls)) or 'nothing'}"]
    if cls.depends_on:
        lines.append(f"depends on the conventions: {', '.join(cls.depends_on)}")
    lines += [f"does not depend on {key}: {reason}" for key, reason in cls.ignores.items()]
    if cls.rule:
        lines.append(f"rule: {cls.rule}")
    names = [part.name for part in create_question(name, cls.examples[0]).parts()]
    if issubclass(cls, Parted):
        lines.append(f"parts: {', '.join(names)}; ask: {names[-1]} asks only for that one")
    for given in cls.examples:
        task = create_question(name, given)
        parts = task.parts()
        lines += [
            "",
            f"- {{type: {name}, given: {_flow(given)}}}",
            f"  {task.question_text()}",
            f"  → {_answers(parts) or _decided(task)}",
        ]
    found = _mistakes_of(cls)
    if found:
        lines += ["", "known mistakes:"]
        lines += [f"  {each:<26} {MISTAKES[each].about}" for each in found]
    facts = {
        "type": name,
        "about": cls.about,
        "given": _words(cls),
        "turns_on": list(cls.depends_on),
        "ignores": dict(cls.ignores),
        "examples": list(cls.examples),
        "mistakes": found,
    }
    return Report(title=name, columns=[], rows=[], key="", lines=lines, facts=facts)


def mistakes_report(kind: str = "") -> Report:
    """The catalogue of mistakes, or those of one question type.

    Raises:
        UsageError: there is no such type.
    """
    names = _mistakes_of(_question_type(kind)) if kind else [*MISTAKES]
    rows = [
        {"id": each.id, "about": each.about, "formula": each.formula, "line": each.line}
        for each in map(MISTAKES.find, names)
    ]
    return Report(
        title="",
        columns=[
            Column.of_mapping("id", "mistake", right=False, keep=9, whole=True),
            Column.of_mapping(
                "about", "what went wrong", right=False, keep=8, least=_MIN_TEXT, wraps=True
            ),
            Column.of_mapping("formula", "gives", right=False, keep=5, least=_MIN_TEXT, wraps=True),
            Column.of_mapping(
                "line", "hint for the student", right=False, keep=6, least=_MIN_TEXT, wraps=True
            ),
        ],
        rows=rows,
        key="mistakes",
        row_dict=dict,
        stacks=True,
        legend=[
            "No hint contains the answer. In a sheet, credit: {par.no-bias: 0.5} gives half the points for a mistake."
        ],
    )


def _question_type(name: str) -> type[Task]:
    """A question type by its name."""
    cls = QUESTIONS.get(name)
    if cls is None:
        known = did_you_mean(name, QUESTIONS) or "; convcalc hw types lists them"
        message = f"no question type {quoted(name)}{known}"
        raise UsageError(message)
    return cls


def _mistakes_of(cls: type[Task]) -> list[str]:
    """The mistakes that can happen in the examples of a type, the most common ones first."""
    MISTAKES.load()
    parts = [part for given in cls.examples for part in create_question(cls.kind, given).parts()]
    return list(dict.fromkeys(m.id for part in parts for m in by_topic(part.topic)))


def _words(cls: type[Task]) -> list[str]:
    """The words of ``given``, those with a default in brackets."""
    return [name if word.default is MISSING else f"[{name}]" for name, word in cls.words.items()]


def _answers(parts: list[Part]) -> str:
    """The right answers of the parts."""
    return "; ".join(
        f"{part.name + ': ' if part.name else ''}{part.answer_type.text(part.expected)}"
        for part in parts
        if part.expected is not None
    )


def _decided(task: Task) -> str:
    """What decides about an answer if there is no right one."""
    return "every network that keeps all rules" if task.takes_file else "marked by a person"


def _flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    text = str(value)
    return f'"{text}"' if any(c in text for c in ":,[]{}#<>") else text
