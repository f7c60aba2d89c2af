"""The catalogues of ``convcalc hw types``, as reports."""

from __future__ import annotations

import inspect
from typing import Any

from convcalc.cli.output import column
from convcalc.errors import UsageError, did_you_mean, shortened
from convcalc.homework.conventions import Conventions
from convcalc.homework.mistakes import BY_TOPIC, MISTAKES
from convcalc.homework.questions import QUESTIONS, Task, create_question
from convcalc.homework.questions.base import MISSING
from convcalc.report import Report


def words(cls: type[Task]) -> list[str]:
    """The words of ``given``, those with a default in brackets."""
    return [name if word.default is MISSING else f"[{name}]" for name, word in cls.words.items()]


def flow(value: Any) -> str:
    """A value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    text = str(value)
    return f'"{text}"' if any(c in text for c in ":,[]{}#") else text


def types_report() -> Report:
    """All question types."""
    rows = [
        {
            "type": name,
            "about": cls.about,
            "given": " ".join(words(cls)),
            "example": flow(cls.examples[0]),
        }
        for name, cls in QUESTIONS.items()
    ]
    return Report(
        title="",
        columns=[
            column("type", "type", str, right=False, keep=9),
            column("about", "what it asks", str, right=False, keep=8),
            column("given", "given", str, right=False, keep=6),
            column("example", "example", str, right=False, keep=2),
        ],
        rows=rows,
        key="types",
        row_dict=dict,
        footer=["next: convcalc hw types TYPE, convcalc hw types --mistakes"],
    )


def type_report(name: str) -> Report:
    """One question type in full, with its mistakes."""
    known = QUESTIONS
    if name not in known:
        message = f"no question type {shortened(name)!r}{did_you_mean(name, known) or '; convcalc hw types lists them'}"
        raise UsageError(message)
    cls = known[name]
    MISTAKES.load()
    usual = Conventions()
    lines = [inspect.getdoc(cls) or cls.about, "", f"given: {' '.join(words(cls)) or 'nothing'}"]
    if cls.turns_on:
        lines.append(f"turns on the conventions: {', '.join(cls.turns_on)}")
    if cls.rule:
        lines.append(f"rule: {cls.rule}")
    topics: list[str] = []
    for given in cls.examples:
        task = create_question(name, given)
        parts = task.parts(usual)
        topics += [part.topic for part in parts]
        told = "; ".join(
            f"{part.name + ': ' if part.name else ''}{part.answer_type.text(part.expected)}"
            for part in parts
            if part.expected is not None
        )
        lines += [
            "",
            f"- {{type: {name}, given: {flow(given)}}}",
            f"  {task.sentence(usual)}",
            f"  → {told or 'marked by hand'}",
        ]
    found = list(dict.fromkeys(m.id for topic in topics for m in BY_TOPIC.get(topic, [])))
    if found:
        lines += ["", "mistakes known here:"]
        lines += [f"  {each:<26} {MISTAKES[each].about}" for each in found]
    facts = {
        "type": name,
        "about": cls.about,
        "given": words(cls),
        "turns_on": list(cls.turns_on),
        "examples": list(cls.examples),
        "mistakes": found,
    }
    return Report(title=name, columns=[], rows=[], key="", lines=lines, facts=facts)


def mistakes_report() -> Report:
    """The catalogue of mistakes."""
    rows = [
        {"id": each.id, "about": each.about, "formula": each.formula, "line": each.line}
        for each in MISTAKES.values()
    ]
    return Report(
        title="",
        columns=[
            column("id", "mistake", str, right=False, keep=9),
            column("about", "what went wrong", str, right=False, keep=8),
            column("formula", "gives", str, right=False, keep=5),
            column("line", "what the student is told", str, right=False, keep=4),
        ],
        rows=rows,
        key="mistakes",
        row_dict=dict,
        footer=[
            "a line gives nothing away; credit: {par.no-bias: 0.5} gives part marks for a mistake"
        ],
    )
