"""A JSON Schema of a value in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from manual.writing import code

MAX_WORDS = 12  # most values listed in a choice
_DEPTH = 2  # levels of lists that are described
_PLAIN = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
    "object": "a mapping",
}
_TRUTH = "one of `true`, `false`"
_LARGE = 10**9  # limits that nobody reaches are not mentioned
_NAMED = {  # under $defs of the schema of network files
    "number": "a whole number or a calculation",
    "positive": "a whole number from 1, or a calculation",
    "expression": "a calculation",
    "value": "a number, a word, a calculation, or a list of them",
    "layers": "a list of layers",
    "layer": "a layer",
    "question": "a question",
    "mistake": "the name of a mistake",
}


def said(schema: Mapping[str, Any], defs: Mapping[str, Any], depth: int = 0) -> str:
    """What a value may be, as Markdown.

    Args:
        schema: of the value.
        defs: what it may refer to.
        depth: levels of lists around it.

    >>> said({"anyOf": [{"type": "boolean"}, {"enum": ["a", "b"]}]}, {})
    'true or false, or one of `a`, `b`'
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _NAMED.get(name) or said(defs[name], defs, depth)
    if "enum" in schema:
        return _choice(schema["enum"])
    if "const" in schema:
        return code(schema["const"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return _one_of(schema[key], defs, depth)
    kind = schema.get("type", "")
    if isinstance(kind, list):
        kind = "string" if "string" in kind else kind[0]  # YAML may also read a text as a number
    if kind == "array":
        inside = said(schema.get("items", {}), defs, depth + 1) if depth < _DEPTH else ""
        return f"a list ({inside})" if inside else "a list"
    if kind in ("number", "integer"):
        return _PLAIN[kind] + _limits(schema)
    return _PLAIN.get(kind, "")


def _one_of(forms: list[Mapping[str, Any]], defs: Mapping[str, Any], depth: int) -> str:
    """What a value of one of several forms may be; that digits may be written as a text goes without saying."""
    found = list(dict.fromkeys(filter(None, (said(each, defs, depth) for each in forms))))
    flat = [part for each in found for part in each.split(", or ")]
    found = (
        list(
            dict.fromkeys(part for part in flat if part not in (_TRUTH, "a text") or len(flat) == 1)
        )
        or flat[:1]
    )
    lists = [each for each in found if each.startswith("a list (") and each[8:-1] in found]
    if lists:
        found = [*(each for each in found if each not in lists), "a list of them"]
    return ", or ".join(found)


def _choice(values: list[Any]) -> str:
    """One of some values; only the first if there are many."""
    values = list({str(value): value for value in values}.values())
    shown = ", ".join(
        code(str(each).lower() if isinstance(each, bool) else each) for each in values[:MAX_WORDS]
    )
    if len(values) == 1:
        return shown
    return f"one of {shown}{', …' if len(values) > MAX_WORDS else ''}"


def _limits(schema: Mapping[str, Any]) -> str:
    """The range of a number."""
    least, most = schema.get("minimum"), schema.get("maximum")
    least = None if least is None or least <= -_LARGE else least
    most = None if most is None or most >= _LARGE else most
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if least is not None:
        return f" from {least}"
    return f" up to {most}" if most is not None else ""
