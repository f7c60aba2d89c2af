"""The manual of conventions, as reports: what sheets may set, and what presets set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convcalc.errors import UsageError
from convcalc.homework.conventions import (
    PRESETS,
    RULES,
    Conventions,
    conventions,
    no_convention,
    no_preset,
)
from convcalc.homework.questions import QUESTIONS, Task, create_question
from convcalc.report import Column, Report

_MIN_TEXT = 20  # width of a column with line breaks
_USUAL = Conventions()

# The points of an answer that is right under another value, by the tier of a convention.
_OTHERWISE = {
    "notation": "it gets full points, if the sheet does not change this",
    "counting": "it gets what grading: other_convention sets, and no points without that",
    "mistake": "it is wrong, unless grading: other_convention names this convention",
}


def _joined(names: list[str]) -> str:
    """Some names in a cell."""
    return ", ".join(names)


def _yes(value: bool) -> str:  # noqa: FBT001 - the value of a cell
    """Yes, or an empty text."""
    return "yes" if value else ""


_COLUMNS = (
    Column.of_mapping("convention", "convention", right=False, keep=9),
    Column.of_mapping("value", "value", right=False, keep=8),
    Column.of_mapping("means", "what it means", right=False, keep=7, least=_MIN_TEXT, wraps=True),
    Column.of_mapping("usual", "usual", _yes, right=False, keep=6),
    Column.of_mapping("presets", "presets", _joined, plain=_joined, right=False, keep=5),
    Column.of_mapping(
        "decides", "what it decides", right=False, keep=4, least=_MIN_TEXT, wraps=True
    ),
)


def conventions_report(name: str = "", preset: str = "") -> Report:
    """All conventions with their values; or one of them in full; or what a preset sets.

    Raises:
        UsageError: the convention or preset does not exist; both are named if both are wrong.
    """
    wrong = [no_convention(name)] if name and name not in RULES else []
    wrong += [no_preset(preset)] if preset and preset not in PRESETS else []
    if wrong:
        raise UsageError("\n".join(wrong))
    chosen = conventions(preset) if preset else None
    rows = [
        row
        for key in ([name] if name else RULES)
        for row in _rows(key)
        if chosen is None or row["value"] == getattr(chosen, key)
    ]
    lines = list(_preset_lines(rows, preset) if preset else _lines(rows))
    below = [] if preset or name else list(_presets_lines())
    facts: dict[str, Any] = {"presets": {key: _changes(key) for key in PRESETS}}
    if preset:
        facts["preset"] = preset
    if name:
        types = [kind for kind, cls in QUESTIONS.items() if name in cls.depends_on]
        facts |= {"otherwise": _OTHERWISE[RULES[name].tier], "types": types}
        below = [
            f"If an answer is right under another value, {facts['otherwise']}.",
            f"Question types that depend on it: {_joined(types)}.",
            *_example_lines(name, types),
        ]
    return Report(
        title="",
        columns=_COLUMNS,
        rows=rows,
        key="conventions",
        row_dict=dict,
        facts=facts,
        lines=[*lines, *([""] if below else []), *below],
        lines_repeat_rows=True,
        appendix=below,
        footer=[_in_a_sheet(name)],
    )


def _others(key: str) -> list[str]:
    """The values of a convention that are not the usual one."""
    return [value for value in RULES[key].values if value != getattr(_USUAL, key)]


def _in_a_sheet(name: str) -> str:
    """How a sheet sets a convention, or several."""
    setting = f"{name}: {_others(name)[0]}" if name else "fit: strict, bias: false"
    presets = [each for each in PRESETS if not name or _changes(each).get(name) == _others(name)[0]]
    preset = f", or preset: {presets[0]}" if presets else ""
    return f"In a sheet: conventions: {{{setting}}}{preset}."


def _example_lines(name: str, types: list[str]) -> Iterator[str]:
    """A question whose answer differs under another value; empty if no example shows this."""
    for kind in types:
        for given in QUESTIONS[kind].examples:
            found: dict[str, str] = {}  # the values of the convention by the answer under them
            try:
                question = create_question(kind, given, _USUAL)
                for value in (getattr(_USUAL, name), *_others(name)):
                    found.setdefault(_answer(question.under(_USUAL.but(**{name: value}))), value)
            except UsageError:
                continue
            if len(found) > 1:
                yield from ("", f"For example: {question.question_text()}")
                yield from (f"  {value}: {answer}" for answer, value in found.items())
                return


def _answer(task: Task) -> str:
    """The right answer to a question; its parts with their names."""
    parts = [(part.name, part.answer_type.text(part.expected)) for part in task.parts()]
    return "; ".join(f"{name}: {text}" if name else text for name, text in parts)


def _rows(key: str) -> Iterator[dict[str, Any]]:
    """The values of a convention as plain data."""
    usual = getattr(_USUAL, key)
    for value, text in RULES[key].values.items():
        yield {
            "convention": key,
            "value": value,
            "means": text.header,
            "usual": value == usual,
            "presets": [
                name
                for name, preset in PRESETS.items()
                if getattr(preset, key) == value and value != usual
            ],
            "decides": RULES[key].about,
        }


def _changes(preset: str) -> dict[str, str]:
    """The unusual values that a preset sets."""
    values, usual = PRESETS[preset].to_dict(), _USUAL.to_dict()
    return {key: value for key, value in values.items() if value != usual[key]}


def _lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The lines for people: each convention with its values."""
    wide = max(len(row["value"]) for row in rows) + 2
    before = ""
    for row in rows:
        if row["convention"] != before:
            yield from [""] * bool(before)
            before = row["convention"]
            yield f"{before}: {row['decides']}"
        usual = " This is the usual value." if row["usual"] else ""
        presets = f" Preset: {_joined(row['presets'])}." if row["presets"] else ""
        yield f"  {row['value']:<{wide}}{row['means']}.{usual}{presets}"


def _presets_lines() -> Iterator[str]:
    """What each preset sets."""
    yield "Presets set several at once:"
    wide = max(map(len, PRESETS)) + 2
    for name in PRESETS:
        changes = ", ".join(f"{key}: {value}" for key, value in _changes(name).items())
        yield f"  {name:<{wide}}{changes}"


def _preset_lines(rows: list[dict[str, Any]], preset: str) -> Iterator[str]:
    """What a preset sets, each value with its meaning."""
    wide = max(len(f"{row['convention']}: {row['value']}") for row in rows) + 2
    yield f"{preset}: * is another value than usual"
    for row in rows:
        mark = " " if row["usual"] else "*"
        setting = f"{row['convention']}: {row['value']}"
        yield f"{mark} {setting:<{wide}}{row['means']}."
