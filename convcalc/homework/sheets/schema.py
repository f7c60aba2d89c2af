"""A JSON Schema for sheets, made from the keys, the question types and the words that `read` knows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from inspect import getdoc
from typing import Any

from convcalc.homework.mistakes import MISTAKES
from convcalc.homework.questions import QUESTIONS, Task
from convcalc.homework.questions.base import MISSING
from convcalc.homework.questions.given import READERS
from convcalc.homework.questions.given_schemas import ALIASES
from convcalc.homework.questions.word_meanings import meaning_of
from convcalc.homework.sheets.keys import QUESTION_KEYS, SCHEMA_FILE, SHEET_KEYS


def schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_FILE,
        "title": "convcalc sheet",
        "description": "A sheet of questions for convcalc, which computes the answers.",
        "type": "object",
        "properties": SHEET_KEYS,
        "required": ["convcalc_sheet", "questions"],
        "additionalProperties": False,
        "$defs": {
            "question": {
                "type": "object",
                "properties": {**QUESTION_KEYS, "type": _types()},
                "required": ["type"],
                "allOf": list(map(_type_schema, QUESTIONS.values())),
            },
            "mistake": {"enum": list(MISTAKES)},
            **{_name(type_): reader.schema for type_, reader in READERS.items()},
        },
    }


def _types() -> dict[str, Any]:
    """The question types, each with what it asks."""
    about = [_about(cls) for cls in QUESTIONS.values()]
    return {**QUESTION_KEYS["type"], "enum": list(QUESTIONS), "enumDescriptions": about}


def _about(cls: type[Task]) -> str:
    """What a type asks for, in one sentence."""
    return (getdoc(cls) or "").split("\n", 1)[0]


def _name(type_: str) -> str:
    """The name of a type of value under ``$defs``.

    >>> _name("Sizes | None")
    'Sizes'
    """
    return type_.removesuffix(" | None")


def _type_schema(cls: type[Task]) -> dict[str, Any]:
    """The keys of a question of one type: the words of ``given:``, there or next to it."""
    words = {
        name: {
            "$ref": f"#/$defs/{_name(word.type)}",
            "description": meaning_of(name, cls.kind),
            **_default(word.default),
        }
        for name, word in cls.words.items()
    }
    others = {other: words[name] for other, name in ALIASES.items() if name in words}
    given = {
        **QUESTION_KEYS["given"],
        "examples": [_plain(each) for each in cls.examples if each],
        "properties": {**others, **words},
        "additionalProperties": False,
    }
    beside = {name: each for name, each in words.items() if name not in QUESTION_KEYS}
    answer = {"answer": words["answer"]} if "answer" in words else {}
    then: dict[str, Any] = {
        "description": _about(cls),
        "properties": {**dict.fromkeys(QUESTION_KEYS, True), **beside, **answer, "given": given},
        "additionalProperties": False,
    }
    needed = [_somewhere(name) for name in _required(cls)]
    if needed:
        then["allOf"] = needed
    return {"if": {"properties": {"type": {"const": cls.kind}}, "required": ["type"]}, "then": then}


def _default(value: Any) -> dict[str, Any]:
    """The default of a word; empty if it is not a value, or depends on other words."""
    return {} if value is MISSING or value in (None, (), "") else {"default": _plain(value)}


def _plain(value: Any) -> Any:
    """A value of a question in JSON; a number that is not whole becomes text."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [*map(_plain, value)]
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else str(value)
    return value


def _required(cls: type[Task]) -> Iterator[str]:
    """The words that a type requires."""
    return (name for name, word in cls.words.items() if word.default is MISSING)


def _somewhere(name: str) -> dict[str, Any]:
    """Requires that a word is in ``given:``, next to it, or drawn."""
    names = [name, *(other for other, meant in ALIASES.items() if meant == name)]
    has = [{"required": [each]} for each in names]
    inside = [{"required": [key], "properties": {key: {"anyOf": has}}} for key in ("given", "vary")]
    return {"anyOf": [{"required": [name]}, *inside]}
