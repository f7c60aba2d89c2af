"""A JSON Schema for network files, made from the kinds' own options."""

from __future__ import annotations

from dataclasses import MISSING
from inspect import getdoc
from typing import Any, NamedTuple

from convcalc.layers import Layer, every
from convcalc.layers.about_options import about_option
from convcalc.layers.aliases import library_words, option_words
from convcalc.layers.options import options_of, required_options
from convcalc.layers.values import MAX_DIGITS
from convcalc.network.axes import ORDERS
from convcalc.network.expression import FUNCTIONS, MAX_CHARACTERS
from convcalc.network.graph_plan import NETWORK_KEYS
from convcalc.network.inputs import MAX_INPUTS
from convcalc.network.load import EXPECT_KEYS, TOP_KEYS
from convcalc.network.loops import MAX_LOOPS
from convcalc.network.network import MAX_NAME
from convcalc.network.outputs import MAX_OUTPUTS
from convcalc.network.parameters import MAX_ITEMS, MAX_NESTED, MAX_PARAMETERS
from convcalc.network.plan import ITEM_WORDS
from convcalc.network.schema_words import (
    EXAMPLES,
    EXPECTED,
    ITEMS,
    KEYS,
    NETWORK,
    NO_KIND,
    SCHEMA_FILE,
    WITH_OPTIONS,
)  # fmt: skip

# Any YAML text: an editor distinguishes quotes, but convcalc does not.
_TEXT = {"type": ["string", "number", "boolean", "null"]}
_WRITTEN = {"type": ["string", "number", "boolean"]}  # an empty value is null too
_SHOWN = {**_WRITTEN, "pattern": r"\S", "maxLength": MAX_NAME}
_DIGITS = {"type": "string", "pattern": r"^-?(?:0|[1-9][0-9]*)$", "maxLength": MAX_DIGITS + 1}
_POSITIVE_DIGITS = {**_DIGITS, "pattern": r"^[1-9][0-9]*$", "maxLength": MAX_DIGITS}
_NAME = {**_SHOWN, "not": {"const": "input"}}
_TARGET = {**_WRITTEN, "minLength": 1}
_WORD = {"type": "string", "pattern": r"^[A-Za-z_\u0080-\uffff][0-9A-Za-z_\u0080-\uffff]*$"}
_PARAMETER = {**_WORD, "not": {"const": "name"}}
_LETTER = r"[A-Za-z_\u0080-\uffff]"
_PART = r"(?:[^.,:;!?&|^<>='\"~@#`\[\]{}\\]|[0-9]\.[0-9])*"  # of an expression: characters with a meaning
_CALL = rf"(?:{'|'.join(FUNCTIONS)})\([^:;!?&|^<>='\"~@#`\[\]{{}}\\]*\){_PART}"
_EXPRESSION = {
    "type": "string",
    "pattern": rf"^(?:{_PART}\${_LETTER}{_PART}|{_PART}{_CALL}|[0-9][-+*/%(). 0-9]*[*/][-+*/%(). 0-9]*)$",
    "maxLength": MAX_CHARACTERS,
}
_ANY_EXPRESSION = {  # including comparisons
    "type": "string",
    "pattern": rf"^[^:;?&|^'\"~@#`\[\]{{}}\\]*\${_LETTER}[^:;?&|^'\"~@#`\[\]{{}}\\]*$",
    "maxLength": MAX_CHARACTERS,
}
_ONE_NAME = rf"^\$(?:{_LETTER})[0-9A-Za-z_\u0080-\uffff]*$"
_KIND_AS_PARAMETER = {"type": "string", "pattern": _ONE_NAME}
_LARGEST = 10**MAX_DIGITS - 1
_WHOLE = {"type": "integer", "minimum": -_LARGEST, "maximum": _LARGEST}
_NUMBER = {"$ref": "#/$defs/number"}
_VALUE = {"$ref": "#/$defs/value"}
_CONDITION = {"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/expression"}]}
_AXIS_WORD = {"type": "string", "minLength": 1, "maxLength": 20}
_AXES = {
    "anyOf": [_AXIS_WORD, {"type": "array", "items": _AXIS_WORD, "minItems": 1, "maxItems": 3}]
}
_SIDES = r"\s*0*[1-9][0-9]*(?:\s*[xX×,]\s*0*[1-9][0-9]*){1,3}\s*,?\s*"
_SHAPE = {
    "anyOf": [
        {
            "type": "array",
            "items": {"$ref": "#/$defs/positive"},
            "minItems": 1,
            "maxItems": 4,
        },
        {"type": "string", "pattern": rf"^(?:{_SIDES}|\({_SIDES}\)|\[{_SIDES}\])$"},
    ]
}


def schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_FILE,
        "title": "convcalc network",
        "description": "A network for convcalc: its layers in order, with blocks, repeats and paths.",
        "type": "object",
        "properties": _top_properties(),
        "if": {"anyOf": [{"required": ["blocks"]}, {"required": ["extends"]}]},
        "then": {"properties": {"layers": _ref(_WITH_BLOCKS.layers)}},
        "else": {"properties": {"layers": _ref(_KINDS_ONLY.layers)}},
        "anyOf": [{"required": ["layers", "input"]}, {"required": ["extends"]}],
        "additionalProperties": False,
        "$defs": {
            "number": {"anyOf": [_WHOLE, _DIGITS, _EXPRESSION]},
            "positive": {"anyOf": [{**_WHOLE, "minimum": 1}, _POSITIVE_DIGITS, _EXPRESSION]},
            "expression": _ANY_EXPRESSION,
            "value": _value(MAX_NESTED),
            **_WITH_BLOCKS.definitions(),
            **_KINDS_ONLY.definitions(),
        },
    }


def _ref(name: str) -> dict[str, Any]:
    """What is defined under a name."""
    return {"$ref": f"#/$defs/{name}"}


class _Layers(NamedTuple):
    """The possible items of a list of layers: kinds, and blocks if the file can have them.

    The file chooses the names of blocks, so the schema cannot know them; without blocks it knows all words.

    Attributes:
        layers: the definition's name for a list of them.
        layer: the definition's name for one.
        options: the end of the definitions' names for options of kinds with layers inside.
        has_blocks: whether the file can have blocks.
    """

    layers: str
    layer: str
    options: str
    has_blocks: bool

    def definitions(self) -> dict[str, Any]:
        """All definitions by name; options of kinds without layers inside are defined once."""
        options = {
            self.options_name(cls): _options_schema(cls, self)
            for cls in every().values()
            if cls.merges or self.has_blocks
        }
        is_group = {"anyOf": [{"required": [word]} for word in ("layers", "repeat", "when")]}
        return {
            **options,
            self.layers: {"type": "array", "items": _ref(self.layer)},
            self.layer: {
                "type": ["string", "object"],
                "if": {"type": "string"},
                "then": _one_word(self),
                "else": {"if": is_group, "then": _group(self), "else": _one_layer(self)},
            },
        }

    def options_name(self, cls: type[Layer]) -> str:
        """The name of the definition of a kind's options."""
        return f"{cls.kind}_options{self.options if cls.merges else ''}"


_WITH_BLOCKS = _Layers("layers", "layer", "", has_blocks=True)
_KINDS_ONLY = _Layers("layers_of_kinds", "layer_of_kind", "_of_kinds", has_blocks=False)


def _top_properties() -> dict[str, Any]:
    """The keys of a file."""
    properties: dict[str, Any] = {
        "name": _TEXT,
        "source": _TEXT,
        "notes": {
            "type": "array",
            "items": {**_WRITTEN, "minLength": 1, "maxLength": 500},
            "maxItems": 20,
        },
        "order": {"enum": list(ORDERS)},
        "axes": _AXES,
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
            "additionalProperties": _value(MAX_NESTED, named=False),
            "maxProperties": MAX_PARAMETERS,
        },
        "blocks": {
            "type": "object",
            "propertyNames": {**_WORD, "not": {"enum": _taken()}},
            "additionalProperties": _block_schema(),
        },
        "layers": {},
        "outputs": _outputs_schema(),
        "expect": {
            "type": "object",
            "properties": {
                key: {"description": EXPECTED[key], **_expected(key)} for key in EXPECT_KEYS
            },
            "additionalProperties": False,
        },
    }
    shown = {key: {"examples": examples} for key, examples in EXAMPLES.items()}
    return {
        key: {"description": KEYS[key], **properties[key], **shown.get(key, {})} for key in TOP_KEYS
    }


def _expected(key: str) -> dict[str, Any]:
    """An expected number, or a limit."""
    if key in ("source", "rf_at"):
        return _TEXT
    return {"anyOf": [_WHOLE, _DIGITS, {"type": "string", "pattern": "^ ?[<>≤≥]"}]}


def _outputs_schema() -> dict[str, Any]:
    """The names of outputs."""
    return {
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
    }


def _value(depth: int, *, named: bool = True) -> dict[str, Any]:
    """The value of a parameter: a number, a word, true or false, or a list of these.

    Args:
        depth: how deeply lists can be nested.
        named: whether it can use other parameters.
    """
    word = {"type": "string", "pattern": rf"^{_LETTER}[-.0-9A-Za-z_\u0080-\uffff]{{0,99}}$"}
    forms: list[dict[str, Any]] = [
        {"type": "number", "minimum": -_LARGEST, "maximum": _LARGEST},
        _DIGITS,
        {"type": "boolean"},
        word,
        {**_EXPRESSION} if named else {**_EXPRESSION, "not": {"pattern": r"\$"}},
    ]
    if named:
        forms.append({"$ref": "#/$defs/expression"})
    if depth:
        items = _value(depth - 1, named=named)
        forms.append({"type": "array", "items": items, "minItems": 1, "maxItems": MAX_ITEMS})
    return {"anyOf": forms}


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
                        "additionalProperties": {"anyOf": [_VALUE, {"type": "null"}]},
                        "maxProperties": MAX_PARAMETERS,
                    },
                ]
            },
            "layers": _ref(_WITH_BLOCKS.layers),
        },
        "required": ["layers"],
        "additionalProperties": False,
    }


def _words_of(*, is_bare: bool) -> list[str]:
    """The words for kinds that can be written without options, or for the others."""
    found = [
        cls for cls in every().values() if is_bare != bool(required_options(cls) or cls.merges)
    ]
    words = [word for cls in found for word in _library_words().get(cls, ())]
    return [*(cls.kind for cls in found), *words]


def _one_word(listed: _Layers) -> dict[str, Any]:
    """A layer that is one word: a kind without required options, a parameter, or a block."""
    alone = {"enum": _words_of(is_bare=True)}  # a $ref would lose the message
    named = [_KIND_AS_PARAMETER, *([_block_name()] if listed.has_blocks else [])]
    return {
        "if": {"enum": _words_of(is_bare=False)},
        "then": {**alone, "errorMessage": WITH_OPTIONS},
        "else": {"if": {"anyOf": named}, "else": {**alone, "errorMessage": NO_KIND}},
    }


def _library_words() -> dict[type[Layer], list[str]]:
    """The libraries' names for each kind, if there are any."""
    found: dict[type[Layer], list[str]] = {}
    for word, cls in library_words().items():
        found.setdefault(cls, []).append(word)
    return found


def _one_layer(listed: _Layers) -> dict[str, Any]:
    """A kind, a block, another network or layer, with its options; key by key, so that editors give clear errors."""
    others = {word: cls for cls, words in _library_words().items() for word in words}
    options = {cls: _options_of(cls, listed) for cls in every().values()}
    return {
        "type": "object",
        "properties": {
            **{cls.kind: each for cls, each in options.items()},
            **{word: options[cls] for word, cls in others.items()},
            "from": {**_TARGET, "description": ITEMS["from"]},
            "network": {**_network_use(), "description": ITEMS["network"]},
            **dict.fromkeys(sorted({*ITEM_WORDS} - {"from", "layers"}), False),
        },
        # A layer whose kind is a parameter; its options depend on that kind.
        "patternProperties": {_ONE_NAME: {"type": ["object", "null"]}},
        "additionalProperties": _block_use() if listed.has_blocks else False,
        "propertyNames": {"anyOf": [_WORD, {"pattern": _ONE_NAME}]},
        "minProperties": 1,
        "maxProperties": 1,
    }


def _options_of(cls: type[Layer], listed: _Layers) -> dict[str, Any]:
    """The options of a kind, defined once for all its names."""
    return {**_ref(listed.options_name(cls)), "description": _first_line(cls)}


def _first_line(cls: type[Layer]) -> str:
    """The first line of a kind's description."""
    return (getdoc(cls) or "").split("\n", 1)[0]


def _options_schema(cls: type[Layer], listed: _Layers) -> dict[str, Any]:
    """The content under a kind."""
    others = option_words(cls)
    properties: dict[str, Any] = {"name": _NAME, **_schemas(cls)}
    if cls.merges:
        layers = _ref(listed.layers)
        conditional = {
            "type": "object",
            "properties": {"when": _CONDITION, "layers": layers},
            "required": ["when", "layers"],
            "additionalProperties": False,
        }
        paths = {"type": "array", "items": {"anyOf": [layers, conditional]}, "minItems": 2}
        properties["paths"] = paths
    if cls.arrays is not Layer.arrays:
        properties["weights"] = _TARGET
    needed = [_required(name, others) for name in required_options(cls)]
    options: dict[str, Any] = {
        "type": "object",
        **_example(cls),
        "properties": properties,
        "additionalProperties": False,
    }
    if cls.merges:
        needed.append({"required": ["paths"]})
    if needed:
        options["allOf"] = needed
    if cls.merges:
        return {"anyOf": [options] if required_options(cls) else [properties["paths"], options]}
    return options if needed else {"anyOf": [options, {"type": "null"}]}


def _schemas(cls: type[Layer]) -> dict[str, Any]:
    """The schema of each option of a kind, under its own name and the libraries' names."""
    found: dict[str, Any] = {}
    for option in options_of(cls).values():
        own = option.type.schema
        any_of = [own, {"$ref": "#/$defs/expression"}]
        known = {} if option.default in (None, MISSING) else {"default": _plain(option.default)}
        value = own if option.type.takes_number else {"anyOf": any_of}
        found[option.name] = {"description": about_option(cls, option.name), **known, **value}
    for word, name in option_words(cls).items():
        found[word] = {**found[name], "description": f"The same as {name}."}
    number = {**_NUMBER, "description": "The input, which is checked."}
    return found | dict.fromkeys(cls.incoming, number)


def _example(cls: type[Layer]) -> dict[str, Any]:
    """An example of a kind's options, with two paths for a join; empty if it needs none."""
    paths = {"paths": [["relu"], []]} if cls.merges else {}
    options = {name: _plain(value) for name, value in cls.example[0].items()} | paths
    return {"examples": [options]} if options else {}


def _plain(value: Any) -> Any:
    """A default as JSON."""
    return [*map(_plain, value)] if isinstance(value, tuple) else value


def _required(name: str, others: dict[str, str]) -> dict[str, Any]:
    """The rule that an option is required, under any of its names."""
    words = [name, *(word for word, own in others.items() if own == name)]
    if len(words) == 1:
        return {"required": words}
    each = [{"required": [word]} for word in words]
    return {
        "if": {"type": "object", "anyOf": each},
        "then": {"oneOf": each},
        "else": {"required": [name]},
    }


def _group(listed: _Layers) -> dict[str, Any]:
    """Sections and repeats."""
    count = {"anyOf": [{**_WHOLE, "minimum": 0}, {"const": "0"}, _POSITIVE_DIGITS, _EXPRESSION]}
    values = {"type": "array", "items": _VALUE, "minItems": 1, "maxItems": MAX_ITEMS}
    loops = {
        "type": "object",
        "propertyNames": {**_WORD, "not": {"const": "for"}},
        "additionalProperties": {"anyOf": [*count["anyOf"], values]},
        "minProperties": 1,
        "maxProperties": MAX_LOOPS,
    }
    times = {"anyOf": [*count["anyOf"], loops]}
    properties: dict[str, Any] = {
        "name": _NAME,
        "layers": _ref(listed.layers),
        "repeat": times,
        "when": _CONDITION,
        "weights": _TARGET,
    }
    return {
        "type": "object",
        "properties": {
            key: {**value, "description": ITEMS[key]} for key, value in properties.items()
        },
        "required": ["layers"],
        "anyOf": [{"required": [word]} for word in ("repeat", "name", "when")],
        "additionalProperties": False,
    }


def _network_use() -> dict[str, Any]:
    """An inserted network."""
    properties = {
        "file": _TARGET,
        "name": _NAME,
        "until": _TARGET,
        "parameters": {
            "type": "object",
            "propertyNames": _WORD,
            "additionalProperties": _VALUE,
            "maxProperties": MAX_PARAMETERS,
        },
        "inputs": {"type": "object", "additionalProperties": _TARGET, "maxProperties": MAX_INPUTS},
        "weights": _TARGET,
    }
    inside = {
        "type": "object",
        "properties": {
            key: {"description": NETWORK[key], **properties[key]} for key in NETWORK_KEYS
        },
        "required": ["file"],
        "additionalProperties": False,
    }
    return {"anyOf": [_TARGET, inside]}


def _taken() -> list[str]:
    """Words that cannot be the name of a block."""
    return [*every(), *library_words(), *ITEM_WORDS]


def _block_name() -> dict[str, Any]:
    """A block without parameters."""
    return {**_WORD, "not": {"enum": _taken()}}


def _block_use() -> dict[str, Any]:
    """The content under a block: the file chooses its names, so only their form is checked."""
    return {
        "type": ["object", "null"],
        "properties": {"name": _NAME, "weights": {"anyOf": [_TARGET, _VALUE]}},
        "additionalProperties": _VALUE,
    }
