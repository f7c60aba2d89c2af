"""The keys of a sheet, each with the JSON Schema of its value; `read` knows no others.

The meaning of a key is in `read`. The schemas are as strict as schemas can be, but never stricter
than `read`.
"""

from __future__ import annotations

from typing import Any

from convcalc.homework.conventions import PRESETS, RULES, spellings
from convcalc.homework.questions.given_schemas import BOOL_SCHEMA, TEXT_SCHEMA, one_of
from convcalc.homework.sheets.sheet import SHARES

SCHEMA = 1  # of the sheet format
SCHEMA_FILE = "sheet.schema.json"  # next to the sheet; `convcalc schema --sheet -o` writes it
SCHEMA_LINE = f"# yaml-language-server: $schema={SCHEMA_FILE}"
MAX_QUESTIONS = 1_000
MAX_POINTS = 10_000
MAX_LEVEL = 4  # of hint levels
PARTIAL = ("none", "parts", "cells")
ID = r"[A-Za-z][\w-]{0,39}"
_ID_PATTERN = r"^\s*[A-Za-z][^\s!-,./:-@\[-^`{-~]{0,39}\s*$"  # \w is ASCII only in JSON Schema

Keys = dict[str, dict[str, Any]]

_MISTAKE = {"$ref": "#/$defs/mistake"}
_NUMBER_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}


def _whole(least: int | None = None, most: int | None = None) -> dict[str, Any]:
    """A whole number between limits, or its digits as text."""
    limits = {"minimum": least, "maximum": most}
    number = {"type": "integer", **{k: v for k, v in limits.items() if v is not None}}
    return one_of(number, {"type": "string", "pattern": r"^-?\d+$"})


def _share(most: int) -> dict[str, Any]:
    """A number from 0, or a text such as 1/2."""
    return one_of({"type": "number", "minimum": 0, "maximum": most}, _NUMBER_TEXT)


def _object(keys: Keys) -> dict[str, Any]:
    """A mapping with these keys and no others."""
    return {"type": "object", "properties": keys, "additionalProperties": False}


def _plain(texts: list[str]) -> dict[str, Any]:
    """Some texts, and the numbers and booleans that YAML makes of them."""
    found: list[Any] = []
    for text in texts:
        found.append(text)
        found += [int(text)] if text.isdigit() else []
        found += [text == "true"] if text in ("true", "false") else []
    return {"enum": found}


def _conventions() -> dict[str, Any]:
    """``conventions:``, of a sheet or of a question."""
    keys = {
        key: {"description": f"Decides {rule.about}.", **_plain([*rule.values, *spellings(key)])}
        for key, rule in RULES.items()
    }
    return _object(keys)


_SHARE_WORD = {"enum": list(SHARES)}
HINT_KEYS: Keys = {
    "max_level": {
        "description": "The highest level of the hints, from 0 to 4.",
        **_whole(0, MAX_LEVEL),
    },
    "after_tries": {
        "description": "Tries before hints begin. The sheet tells students this number; convcalc does not count tries.",
        **_whole(0),
    },
}
GRADING_KEYS: Keys = {
    "other_convention": {
        "description": "What an answer gets if it is right under another convention: one word for all, or one for each convention.",
        **one_of(_SHARE_WORD, _object(dict.fromkeys(RULES, _SHARE_WORD))),
    },
    "tolerance": {
        "description": "How far off a number may be, as a share: 0.01 is 1 %.",
        **one_of({"type": "number", "minimum": 0, "maximum": 0.5}, _NUMBER_TEXT),
    },
    "follow_through": {
        "description": "Whether a part is marked with the student's own earlier answers.",
        **BOOL_SCHEMA,
    },
}
_TEXTS = {
    "id": "Its short name; the file's name without it.",
    "title": "The title above the questions.",
    "source": "Where the questions come from.",
    "student": "The student; hw make writes this.",
    "variant": "Which numbers were drawn; hw make writes this.",
    "secret": "The secret of the drawn numbers; hw make writes this.",
    "text": "A few words for the student, before the questions.",
}
SHEET_KEYS: Keys = {
    **{key: {**TEXT_SCHEMA, "description": about} for key, about in _TEXTS.items()},
    "convcalc_sheet": {"enum": [SCHEMA, str(SCHEMA)], "description": "The version of the format."},
    "preset": {"enum": list(PRESETS), "description": "Several conventions at once."},
    "conventions": {"description": "What counts as right.", **_conventions()},
    "hints": {"description": "How much a hint can show.", **_object(HINT_KEYS)},
    "grading": {"description": "How points are given.", **_object(GRADING_KEYS)},
    "questions": {
        "type": "array",
        "description": "The questions, in order.",
        "items": {"$ref": "#/$defs/question"},
        "minItems": 1,
        "maxItems": MAX_QUESTIONS,
    },
}
QUESTION_KEYS: Keys = {
    "id": {
        "type": ["string", "boolean"],  # the reader takes a word such as true as text
        "pattern": _ID_PATTERN,
        "description": "Its short name, such as q1.",
    },
    "type": {"description": "What it asks; hw types lists them."},
    "text": {**TEXT_SCHEMA, "description": "The question in your own words; {k} prints a number."},
    "given": {"type": "object", "description": "The numbers of the question."},
    "points": {"description": "How many points it gives.", **_share(MAX_POINTS)},
    "credit": {
        "type": "object",
        "description": "The share of the points for a known mistake.",
        "propertyNames": _MISTAKE,
        "additionalProperties": _share(1),
    },
    "partial": {"enum": list(PARTIAL), "description": "Whether parts of an answer give points."},
    "figure": {
        "description": "Whether pages draw what is given, without the answer.",
        **BOOL_SCHEMA,
    },
    "answer": {"description": "Your own key, which hw lint compares."},
    "accept": {"description": "Further right answers."},
    "void": {"description": "Everybody gets the points.", **BOOL_SCHEMA},
    "tolerance": GRADING_KEYS["tolerance"],
    "vary": {
        "type": "object",
        "description": "Numbers that are drawn for each student.",
        "additionalProperties": one_of(
            {"type": "array", "minItems": 1},
            {
                "type": "object",
                "required": ["from", "to"],
                "properties": {
                    key: {"type": "integer", "minimum": 0}
                    for key in ("from", "to", "step", "multiple_of")
                },
                "additionalProperties": False,
            },
        ),
    },
    "require": {
        "type": "array",
        "items": TEXT_SCHEMA,
        "description": "A condition for every draw, such as params < 100000.",
    },
    "separate": {
        "type": "array",
        "items": _MISTAKE,
        "description": "Mistakes that must give different numbers in every draw.",
    },
    "source": SHEET_KEYS["source"],
    "conventions": SHEET_KEYS["conventions"],
}
