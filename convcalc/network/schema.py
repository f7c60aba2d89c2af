"""A JSON Schema for network files, made from the kinds' own options."""

from __future__ import annotations

from dataclasses import fields
from inspect import getdoc
from typing import Any

from convcalc.layers import Layer
from convcalc.network.expression import MOST_CHARACTERS
from convcalc.network.load import EXPECT_KEYS, MOST_PARAMETERS, TOP_KEYS
from convcalc.network.plan import KINDS, MOST_NAME, STEP_WORDS, must_be_given
from convcalc.network.values import TYPES
from convcalc.network.yaml_source import MOST_DIGITS

NAME = {"type": "string", "pattern": r"\S", "maxLength": MOST_NAME, "not": {"const": "input"}}
WORD = {"type": "string", "pattern": r"^[A-Za-z_\u0080-\uffff][0-9A-Za-z_\u0080-\uffff]*$"}
PARAMETER = {**WORD, "not": {"const": "name"}}
PART = r"[^.,:;!?&|^<>='\"~@#`\[\]{}\\]*"  # of an expression: no character that means nothing there
EXPRESSION = {
    "type": "string",
    "pattern": rf"^{PART}\$[A-Za-z_\u0080-\uffff]{PART}$",
    "maxLength": MOST_CHARACTERS,
}
LARGEST = 10**MOST_DIGITS - 1
WHOLE = {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST}
NUMBER = {"$ref": "#/$defs/number"}
LAYERS = {"$ref": "#/$defs/layers"}


def schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "convcalc network",
        "type": "object",
        "properties": top_properties(),
        "anyOf": [{"required": ["layers", "input"]}, {"required": ["extends"]}],
        "additionalProperties": False,
        "$defs": {
            "number": {"anyOf": [WHOLE, EXPRESSION]},
            "positive": {"anyOf": [{**WHOLE, "minimum": 1}, EXPRESSION]},
            "layers": {"type": "array", "items": {"$ref": "#/$defs/layer"}},
            "layer": {
                "anyOf": [
                    bare_kinds(),
                    block_name(),
                    *map(kind_schema, KINDS.values()),
                    *steps(),
                    block_use(),
                ]
            },
        },
    }


def top_properties() -> dict[str, Any]:
    """The keys of a file."""
    properties: dict[str, Any] = {
        "name": {"type": "string"},
        "source": {"type": "string"},
        "extends": {"type": "string"},
        "input": {
            "type": "array",
            "items": {"$ref": "#/$defs/positive"},
            "minItems": 1,
            "maxItems": 4,
        },
        "parameters": {
            "type": "object",
            "propertyNames": WORD,
            "additionalProperties": WHOLE,
            "maxProperties": MOST_PARAMETERS,
        },
        "blocks": {
            "type": "object",
            "propertyNames": {**WORD, "not": {"enum": taken()}},
            "additionalProperties": block_schema(),
        },
        "layers": LAYERS,
        "expect": {
            "type": "object",
            "properties": {
                key: {"type": "string"} if key in ("source", "rf_at") else WHOLE
                for key in EXPECT_KEYS
            },
            "additionalProperties": False,
        },
    }
    return {key: properties[key] for key in TOP_KEYS}


def block_schema() -> dict[str, Any]:
    """The definition of a block."""
    return {
        "type": "object",
        "properties": {
            "parameters": {
                "anyOf": [
                    {
                        "type": "array",
                        "items": PARAMETER,
                        "uniqueItems": True,
                        "maxItems": MOST_PARAMETERS,
                    },
                    {
                        "type": "object",
                        "propertyNames": PARAMETER,
                        "additionalProperties": {"anyOf": [NUMBER, {"type": "null"}]},
                        "maxProperties": MOST_PARAMETERS,
                    },
                ]
            },
            "layers": LAYERS,
        },
        "required": ["layers"],
        "additionalProperties": False,
    }


def bare_kinds() -> dict[str, Any]:
    """Kinds that may stand without options."""
    return {
        "enum": [
            name for name, cls in KINDS.items() if not must_be_given(cls.kind) and not cls.merges
        ]
    }


def kind_schema(cls: type[Layer]) -> dict[str, Any]:
    """One kind with its options."""
    about = (getdoc(cls) or "").split("\n", 1)[0]
    if cls.merges:
        paths = {"type": "array", "items": LAYERS, "minItems": 2}
        with_name = {
            "type": "object",
            "properties": {"name": NAME, "paths": paths},
            "required": ["paths"],
            "additionalProperties": False,
        }
        value: dict[str, Any] = {"anyOf": [paths, with_name]}
    else:
        properties: dict[str, Any] = {"name": NAME}
        for field in fields(cls):
            properties[field.name] = TYPES[str(field.type)].schema
        options = {
            "type": "object",
            "properties": properties,
            "required": must_be_given(cls.kind),
            "additionalProperties": False,
        }
        value = options if must_be_given(cls.kind) else {"anyOf": [options, {"type": "null"}]}
    return {
        "type": "object",
        "description": about,
        "properties": {cls.kind: value},
        "required": [cls.kind],
        "additionalProperties": False,
    }


def steps() -> list[dict[str, Any]]:
    """repeat, sections and from."""
    times = {"anyOf": [{**WHOLE, "minimum": 0}, EXPRESSION]}
    return [
        {
            "type": "object",
            "properties": {"name": NAME, "layers": LAYERS, "repeat": times},
            "required": ["layers"],
            "anyOf": [{"required": ["repeat"]}, {"required": ["name"]}],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"from": {"type": "string", "minLength": 1}},
            "required": ["from"],
            "additionalProperties": False,
        },
    ]


def taken() -> list[str]:
    """Words that are no block's name."""
    return [*KINDS, *STEP_WORDS]


def block_name() -> dict[str, Any]:
    """A block without parameters."""
    return {**WORD, "not": {"enum": taken()}}


def block_use() -> dict[str, Any]:
    """A block with its parameters: names are the file's own, so only their form is checked."""
    parameters = {
        "type": "object",
        "properties": {"name": NAME},
        "additionalProperties": NUMBER,
    }
    return {
        "type": "object",
        "propertyNames": {**WORD, "not": {"enum": taken()}},
        "additionalProperties": {"anyOf": [parameters, {"type": "null"}]},
        "minProperties": 1,
        "maxProperties": 1,
    }
