"""A JSON Schema for network files, made from the kinds' own options."""

from __future__ import annotations

from inspect import getdoc
from typing import Any

from convcalc.layers import Layer
from convcalc.layers.options import options_of, required_options
from convcalc.layers.values import MAX_DIGITS
from convcalc.network.expression import MAX_CHARACTERS
from convcalc.network.graph_plan import NETWORK_KEYS
from convcalc.network.inputs import MAX_INPUTS
from convcalc.network.load import EXPECT_KEYS, MAX_PARAMETERS, TOP_KEYS
from convcalc.network.outputs import MAX_OUTPUTS
from convcalc.network.plan import ITEM_WORDS, KINDS, MAX_NAME

_SHOWN = {"type": "string", "pattern": r"\S", "maxLength": MAX_NAME}
_NAME = {**_SHOWN, "not": {"const": "input"}}
_TARGET = {"type": "string", "minLength": 1}
_WORD = {"type": "string", "pattern": r"^[A-Za-z_\u0080-\uffff][0-9A-Za-z_\u0080-\uffff]*$"}
_PARAMETER = {**_WORD, "not": {"const": "name"}}
_PART = (
    r"[^.,:;!?&|^<>='\"~@#`\[\]{}\\]*"  # of an expression: no character that means nothing there
)
_EXPRESSION = {
    "type": "string",
    "pattern": rf"^{_PART}\$[A-Za-z_\u0080-\uffff]{_PART}$",
    "maxLength": MAX_CHARACTERS,
}
_LARGEST = 10**MAX_DIGITS - 1
_WHOLE = {"type": "integer", "minimum": -_LARGEST, "maximum": _LARGEST}
_NUMBER = {"$ref": "#/$defs/number"}
_LAYERS = {"$ref": "#/$defs/layers"}
_SHAPE = {
    "type": "array",
    "items": {"$ref": "#/$defs/positive"},
    "minItems": 1,
    "maxItems": 4,
}


def schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "convcalc network",
        "type": "object",
        "properties": _top_properties(),
        "anyOf": [{"required": ["layers", "input"]}, {"required": ["extends"]}],
        "additionalProperties": False,
        "$defs": {
            "number": {"anyOf": [_WHOLE, _EXPRESSION]},
            "positive": {"anyOf": [{**_WHOLE, "minimum": 1}, _EXPRESSION]},
            "layers": {"type": "array", "items": {"$ref": "#/$defs/layer"}},
            "layer": {
                "anyOf": [
                    _bare_kinds(),
                    _block_name(),
                    *map(_kind_schema, KINDS.values()),
                    *(_dimension_schema(cls) for cls in KINDS.values() if cls.dimension_names()),
                    *_group_and_from(),
                    _network_use(),
                    _block_use(),
                ]
            },
        },
    }


def _top_properties() -> dict[str, Any]:
    """The keys of a file."""
    properties: dict[str, Any] = {
        "name": {"type": "string"},
        "source": {"type": "string"},
        "extends": {"type": "string"},
        "input": {
            "anyOf": [
                _SHAPE,
                {
                    "type": "object",
                    "propertyNames": _SHOWN,
                    "additionalProperties": _SHAPE,
                    "minProperties": 1,
                    "maxProperties": MAX_INPUTS,
                },
            ]
        },
        "parameters": {
            "type": "object",
            "propertyNames": _WORD,
            "additionalProperties": _WHOLE,
            "maxProperties": MAX_PARAMETERS,
        },
        "blocks": {
            "type": "object",
            "propertyNames": {**_WORD, "not": {"enum": _taken()}},
            "additionalProperties": _block_schema(),
        },
        "layers": _LAYERS,
        "outputs": {
            "anyOf": [
                {
                    "type": "array",
                    "items": _SHOWN,
                    "minItems": 1,
                    "maxItems": MAX_OUTPUTS,
                    "uniqueItems": True,
                },
                {
                    "type": "object",
                    "propertyNames": _SHOWN,
                    "additionalProperties": _TARGET,
                    "minProperties": 1,
                    "maxProperties": MAX_OUTPUTS,
                },
            ]
        },
        "expect": {
            "type": "object",
            "properties": {
                key: {"type": "string"}
                if key in ("source", "rf_at")
                else {"anyOf": [_WHOLE, {"type": "string", "pattern": "^ ?[<>≤≥]"}]}
                for key in EXPECT_KEYS
            },
            "additionalProperties": False,
        },
    }
    return {key: properties[key] for key in TOP_KEYS}


def _block_schema() -> dict[str, Any]:
    """The definition of a block."""
    return {
        "type": "object",
        "properties": {
            "parameters": {
                "anyOf": [
                    {
                        "type": "array",
                        "items": _PARAMETER,
                        "uniqueItems": True,
                        "maxItems": MAX_PARAMETERS,
                    },
                    {
                        "type": "object",
                        "propertyNames": _PARAMETER,
                        "additionalProperties": {"anyOf": [_NUMBER, {"type": "null"}]},
                        "maxProperties": MAX_PARAMETERS,
                    },
                ]
            },
            "layers": _LAYERS,
        },
        "required": ["layers"],
        "additionalProperties": False,
    }


def _bare_kinds() -> dict[str, Any]:
    """Kinds that may stand without options."""
    bare = [cls for cls in KINDS.values() if not required_options(cls) and not cls.merges]
    return {"enum": [name for cls in bare for name in (cls.kind, *cls.dimension_names())]}


def _kind_schema(cls: type[Layer]) -> dict[str, Any]:
    """One kind with its options."""
    return {
        "type": "object",
        "description": (getdoc(cls) or "").split("\n", 1)[0],
        "properties": {cls.kind: _options_schema(cls)},
        "required": [cls.kind],
        "additionalProperties": False,
    }


def _dimension_schema(cls: type[Layer]) -> dict[str, Any]:
    """One kind under its names with a dimension, such as conv1d."""
    return {
        "type": "object",
        "properties": dict.fromkeys(cls.dimension_names(), _options_schema(cls)),
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }


def _options_schema(cls: type[Layer]) -> dict[str, Any]:
    """What stands under a kind."""
    properties: dict[str, Any] = {"name": _NAME, **_schemas(cls)}
    required = required_options(cls)
    paths = {"type": "array", "items": _LAYERS, "minItems": 2}
    if cls.merges:
        properties["paths"] = paths
        required = [*required, "paths"]
    if cls.arrays is not Layer.arrays:
        properties["weights"] = _TARGET
    options = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    if cls.merges:
        return {"anyOf": [options] if required_options(cls) else [paths, options]}
    return options if required else {"anyOf": [options, {"type": "null"}]}


def _schemas(cls: type[Layer]) -> dict[str, Any]:
    """The schema of each option of a kind."""
    return {option.name: dict(option.type.schema) for option in options_of(cls).values()}


def _group_and_from() -> list[dict[str, Any]]:
    """repeat, sections and from."""
    times = {"anyOf": [{**_WHOLE, "minimum": 0}, _EXPRESSION]}
    return [
        {
            "type": "object",
            "properties": {"name": _NAME, "layers": _LAYERS, "repeat": times, "weights": _TARGET},
            "required": ["layers"],
            "anyOf": [{"required": ["repeat"]}, {"required": ["name"]}],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"from": _TARGET},
            "required": ["from"],
            "additionalProperties": False,
        },
    ]


def _network_use() -> dict[str, Any]:
    """Another network in place."""
    properties = {
        "file": _TARGET,
        "name": _NAME,
        "until": _TARGET,
        "parameters": {
            "type": "object",
            "propertyNames": _WORD,
            "additionalProperties": _NUMBER,
            "maxProperties": MAX_PARAMETERS,
        },
        "inputs": {"type": "object", "additionalProperties": _TARGET, "maxProperties": MAX_INPUTS},
        "weights": _TARGET,
    }
    inside = {
        "type": "object",
        "properties": {key: properties[key] for key in NETWORK_KEYS},
        "required": ["file"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"network": {"anyOf": [_TARGET, inside]}},
        "required": ["network"],
        "additionalProperties": False,
    }


def _taken() -> list[str]:
    """Words that cannot be the name of a block."""
    return [*KINDS, *ITEM_WORDS]


def _block_name() -> dict[str, Any]:
    """A block without parameters."""
    return {**_WORD, "not": {"enum": _taken()}}


def _block_use() -> dict[str, Any]:
    """A block with its parameters: names are the file's own, so only their form is checked."""
    parameters = {
        "type": "object",
        "properties": {"name": _NAME, "weights": {"anyOf": [_TARGET, _NUMBER]}},
        "additionalProperties": _NUMBER,
    }
    return {
        "type": "object",
        "propertyNames": {**_WORD, "not": {"enum": _taken()}},
        "additionalProperties": {"anyOf": [parameters, {"type": "null"}]},
        "minProperties": 1,
        "maxProperties": 1,
    }
