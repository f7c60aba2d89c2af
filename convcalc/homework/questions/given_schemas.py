"""A JSON Schema for each type of value under ``given:`` of a question."""

from __future__ import annotations

from typing import Any

MAX_DIGITS = 12
MAX_NAMES = 64

# Other names of the question types' words, used by libraries and people.
ALIASES = {
    "cin": "c_in", "in_channels": "c_in", "channels": "c_in", "c": "c_in",
    "cout": "filters", "c_out": "filters", "out_channels": "filters",
    "kernel": "k", "kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d",
    "g": "groups", "out_features": "units", "output_padding": "a",
}  # fmt: skip

# All names of the numbers of a receptive-field layer.
_OF_LAYER = ("k", "s", "d")
LAYER_WORDS = {
    **{word: word for word in _OF_LAYER},
    **{other: word for other, word in ALIASES.items() if word in _OF_LAYER},
}

_BY = r"\s*[xX×,]\s*"  # between the numbers of a size in text
_DIGITS = rf"\d{{1,{MAX_DIGITS}}}"


def one_of(*schemas: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a value that fits one of several schemas."""
    return {"anyOf": list(schemas)}


def _words_schema(*words: str) -> dict[str, Any]:
    """The JSON Schema of some words: in lower case for completion by editors, or in any case."""
    spelled = "|".join("".join(f"[{c.upper()}{c}]" for c in word) for word in words)
    return one_of({"enum": list(words)}, {"type": "string", "pattern": rf"^\s*({spelled})\s*$"})


def whole_schema(least: int = 0) -> dict[str, Any]:
    """The JSON Schema of a whole number, or of its digits as text."""
    return one_of(
        {"type": "integer", "minimum": least, "maximum": 10**MAX_DIGITS},
        {"type": "string", "pattern": rf"^\s*{_DIGITS}\s*$"},
    )


def sizes_schema(least: int = 0, most: int = 3) -> dict[str, Any]:
    """The JSON Schema of a number, or one per axis: [3, 5] or 3x5."""
    several = {"type": "array", "items": whole_schema(least), "minItems": 1, "maxItems": most}
    plain = rf"\s*{_DIGITS}({_BY}{_DIGITS}){{0,{most - 1}}}\s*,?\s*"
    text = rf"^({plain}|\s*\({plain}\)\s*|\s*\[{plain}\]\s*)$"
    return one_of(whole_schema(least), several, {"type": "string", "pattern": text})


TEXT_SCHEMA: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
BOOL_SCHEMA = one_of({"type": "boolean"}, _words_schema("true", "false"))
TEXTS_SCHEMA = one_of(TEXT_SCHEMA, {"type": "array"})
WORDS_SCHEMA = one_of(
    TEXT_SCHEMA, {"type": "array", "items": TEXTS_SCHEMA, "minItems": 1, "maxItems": 26}
)
NAMES_SCHEMA = one_of(
    TEXT_SCHEMA, {"type": "array", "items": TEXTS_SCHEMA, "minItems": 1, "maxItems": MAX_NAMES}
)
# A text must contain a digit; the schema does not check digits beyond ASCII, such as ½.
NUMBER_SCHEMA: dict[str, Any] = {"type": ["number", "string"], "pattern": r"[0-9]|[^\x00-\x7f]"}


def _list_schema(items: dict[str, Any], first: dict[str, Any] | None = None) -> dict[str, Any]:
    """The JSON Schema of a list that is not empty; its first item may decide what the list contains."""
    begins = {"prefixItems": [first]} if first else {}
    return {"type": "array", **begins, "items": items, "minItems": 1}


_ROW_SCHEMA = _list_schema(NUMBER_SCHEMA)
ROWS_SCHEMA = one_of(NUMBER_SCHEMA, _list_schema(one_of(NUMBER_SCHEMA, _ROW_SCHEMA)))
# The first item decides whether a list contains maps or filters.
_MAP_SCHEMA = {"allOf": [ROWS_SCHEMA, _list_schema({}, _list_schema({}))]}
_MAPS_SCHEMA = _list_schema(ROWS_SCHEMA, _MAP_SCHEMA)
STACK_SCHEMA = one_of(ROWS_SCHEMA, _MAPS_SCHEMA)
KERNELS_SCHEMA = one_of(STACK_SCHEMA, _list_schema(STACK_SCHEMA, _MAPS_SCHEMA))


def _layers_schema(between: str, number: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of layers, from the separators between digits and the schema of one number."""
    layer = one_of(
        whole_schema(),
        {"type": "string", "pattern": rf"^[\d\s{between}]+$"},
        {"type": "array", "items": number, "minItems": 1, "maxItems": 3},
        {
            "type": "object",
            "properties": dict.fromkeys(LAYER_WORDS, number),
            "additionalProperties": False,
            "anyOf": [{"required": [word]} for word, meant in LAYER_WORDS.items() if meant == "k"],
        },
    )
    return one_of(
        whole_schema(),
        {"type": "string", "pattern": rf"^[\d\s{between},]+$"},
        {"type": "array", "items": layer, "minItems": 1},
    )


LAYERS_SCHEMA = _layers_schema("/*", NUMBER_SCHEMA)
LAYERS_PER_AXIS_SCHEMA = _layers_schema("/*xX×", sizes_schema())
PADDING_SCHEMA = one_of(sizes_schema(), _words_schema("same", "valid", "full"))
LIMIT_SCHEMA: dict[str, Any] = {"type": ["string", "integer"]}
COUNTS_SCHEMA = one_of(
    LIMIT_SCHEMA, {"type": "object", "additionalProperties": LIMIT_SCHEMA, "minProperties": 1}
)
