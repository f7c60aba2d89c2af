"""A JSON Schema of a value in a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


_MANY = {  # the plurals of forms, for lists
    "a text": "texts",
    "a number": "numbers",
    "a whole number": "whole numbers",
    "a question": "questions",
    "a layer": "layers",
}

Form = str | tuple["Form", ...]  # one of several forms of a value; a tuple is a list of these


def said(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    """What a value may be, as Markdown.

    Args:
        schema: the schema of the value.
        defs: the definitions to which it may refer.

    >>> said({"anyOf": [{"type": "boolean"}, {"enum": ["a", "b"]}]}, {})
    'true or false, or one of `a`, `b`'
    >>> number = {"type": "number"}
    >>> said({"anyOf": [number, {"type": "array", "items": number}]}, {})
    'a number, or a list of them'
    """
    return _rendered(_forms(schema, defs, 0))


def _forms(schema: Mapping[str, Any], defs: Mapping[str, Any], depth: int) -> list[Form]:
    """The forms that a value inside a number of lists may have."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return [_NAMED[name]] if name in _NAMED else _forms(defs[name], defs, depth)
    if "enum" in schema:
        return [_choice(schema["enum"])]
    if "const" in schema:
        return [code(schema["const"])]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            found = [form for each in schema[key] for form in _forms(each, defs, depth)]
            # Digits as text are also allowed, but not listed.
            of_words = [each for each in dict.fromkeys(found) if each not in (_TRUTH, "a text")]
            return of_words or found[:1]
    kind = schema.get("type", "")
    if isinstance(kind, list):
        kind = "string" if "string" in kind else kind[0]  # YAML may also read a text as a number
    if kind == "array":
        return [tuple(_forms(schema.get("items", {}), defs, depth + 1)) if depth < _DEPTH else ()]
    if kind in ("number", "integer"):
        return [_PLAIN[kind] + _limits(schema)]
    if "<" in schema.get("pattern", ""):
        return ["a limit"]
    return [_PLAIN[kind]] if kind in _PLAIN else []


def _rendered(forms: Sequence[Form]) -> str:
    """Some forms in words."""
    plain = [form for form in forms if isinstance(form, str)]
    lists = [_list_of(form, plain) for form in forms if not isinstance(form, str)]
    return ", or ".join(dict.fromkeys([*plain, *lists]))


def _list_of(inside: tuple[Form, ...], beside: Sequence[str]) -> str:
    """A list in words, next to other forms of the value."""
    deeper = [each for each in inside if not isinstance(each, str)]
    known = all(each in beside for each in inside if isinstance(each, str))
    if not inside:
        return "a list"
    if beside and known and not deeper:
        return "a list of them"
    if beside and known and all(set(each) <= set(beside) for each in deeper):
        return "a list of them and of lists of them"
    words = _rendered(inside)
    return f"a list of {_MANY[words]}" if words in _MANY else f"a list ({words})"


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
