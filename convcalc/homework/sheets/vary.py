"""``vary:`` of a question: the values that a number may take."""

from __future__ import annotations

from typing import Any

from convcalc.errors import UsageError
from convcalc.text import shortened

MAX_VALUES = 10_000  # of one number


def _as_written(spec: Any) -> str:
    """A value in YAML on one line."""
    if isinstance(spec, dict):
        return f"{{{', '.join(f'{key}: {value}' for key, value in spec.items())}}}"
    return str(spec)


def values_of(name: str, spec: Any) -> list[str]:
    """The values that a number may take: a list, or ``{from, to, step or multiple_of}``.

    >>> values_of("filters", {"multiple_of": "8", "from": "8", "to": "24"})
    ['8', '16', '24']
    """
    if isinstance(spec, list):
        if not spec or any(isinstance(item, dict) for item in spec):
            message = f"vary.{name} has no values; write some, as in [3, 5, 7]"
            raise UsageError(message)
        return spec[:MAX_VALUES]
    if not isinstance(spec, dict) or not {"from", "to"} <= set(spec) <= {
        "from",
        "to",
        "step",
        "multiple_of",
    }:
        message = (
            f"vary.{name} must be a list of values, or from: and to: with step: or multiple_of:, but is "
            f"{shortened(_as_written(spec))!r}; write for example {{from: 2, to: 8}}"
        )
        raise UsageError(message)
    found = {}
    for key, text in spec.items():
        if not (isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 12):
            message = f"vary.{name}.{key} must be a whole number, but is {shortened(str(text))!r}"
            raise UsageError(message)
        found[key] = int(text)
    low, high, step = found["from"], found["to"], found.get("step", 1)
    if multiple := found.get("multiple_of"):
        low, step = -(-low // multiple) * multiple, multiple
    if not step or low > high:
        message = (
            f"vary.{name} runs from {low} to {high} in steps of {step}: no values; swap from and to"
        )
        raise UsageError(message)
    return [str(value) for value in range(low, high + 1, step)[:MAX_VALUES]]
