"""Splits an answer into the parts of its question: by their names if given, else by position."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from convcalc.homework.answers import notation
from convcalc.homework.answers import parsing as answers
from convcalc.homework.marking.tables import Table, read_table
from convcalc.homework.questions import Part
from convcalc.homework.sheets.sheet import Question
from convcalc.text import shortened

_MAX_NOTES = 5
_MAX_LABELS = 100  # most names of parts in one text
_SEPARATORS = tuple(
    map(
        re.compile,
        (";", r"\n", r"[;\n]", " and ", r",\s", ",", r",\s(?:and\s)?|\sand\s", r"[;\n]|,\s(?:and\s)?|\sand\s"),
    )
)  # fmt: skip
_SIGN = re.compile(r"[*_`]{0,3}\s{0,3}[:=]\s{0,3}[*_`]{0,3}")
_BEFORE = re.compile(r"(?:^|[;,\n]|\band\b)(?:[\s*_`•>-]|\(?[a-z]\)|\band\b){0,12}$")
_AFTER_SIGN = "=+-*/x×·("  # a name after one of these is a number in a sum


class _Label(NamedTuple):
    """The name of a part in a text: the part, where the name begins, and where its value begins."""

    name: str
    start: int
    end: int


def split(question: Question, raw: Any, parts: Sequence[Part] | None = None) -> Table:
    """An answer split into parts, usually those of its question, with notes on the rest."""
    parts = question.parts if parts is None else parts
    names = [part.name for part in parts]
    if question.task.takes_file:
        return Table(dict.fromkeys(names, raw))
    if len(parts) == 1:
        if isinstance(raw, dict) and len(raw) == 1 and not parts[0].answer_type.takes_mapping:
            raw = next(iter(raw.values()))
        while "." in names[0] and isinstance(raw, list | tuple) and len(raw) == 1:
            raw = raw[0]  # a table of one cell: its only row, and the only cell of that row
        return Table({names[0]: raw})
    if "." in names[0]:
        return read_table(question, raw)
    if isinstance(raw, dict):
        return _by_key(names, raw)
    if isinstance(raw, list | tuple):
        return _by_item(names, raw)
    return _by_text(names, answers.raw_text(raw)[: answers.MAX_TEXT])


def _by_key(names: Sequence[str], raw: dict[Any, Any]) -> Table:
    """A mapping whose keys are the names of parts."""
    known = {name.lower(): name for name in names}
    table = Table()
    for key, value in raw.items():
        name = known.get(str(key).strip().lower())
        if name is None:
            _note(
                table, f"{shortened(str(key), 40)!r} is not a part of this question{_parts(names)}"
            )
        else:
            table.cells[name] = value
    return table


def _by_item(names: Sequence[str], raw: Sequence[Any]) -> Table:
    """A list: named items belong to that part, the others to the parts in their order."""
    named: list[tuple[str, Any]] = []
    known = {name.lower(): name for name in names}
    for item in raw:
        if isinstance(item, dict) and len(item) == 1:
            ((key, value),) = item.items()
            name = known.get(str(key).strip().lower())
            named.append((name, value) if name else ("", item))
        elif isinstance(item, str):
            named.append(_named(names, item))
        else:
            named.append(("", item))
    return _placed(names, named)


def _by_text(names: Sequence[str], text: str) -> Table:
    """A text: cut at the names of the parts, or else into as many items as there are parts."""
    labels = list(_labels(names, text))
    whole = {label.name for label in labels} == set(names)
    if not (whole and not text[: labels[0].start].strip()):
        for separator in _SEPARATORS:
            items = [item for item in notation.split(text, separator) if item.strip()]
            if len(items) == len(names):
                return _placed(names, [_named(names, item) for item in items])
    if not labels:
        return Table({names[0]: text})
    first = text[: labels[0].start].strip(" \n\t,;")
    ends = [*(label.start for label in labels[1:]), len(text)]
    found = [
        (label.name, text[label.end : end].strip(" \n\t,;").removesuffix(" and"))
        for label, end in zip(labels, ends)
    ]
    return _placed(names, [*([("", first)] if first else []), *found], fill=False)


def _placed(
    names: Sequence[str], items: Sequence[tuple[str, Any]], *, fill: bool | None = None
) -> Table:
    """Items matched to their parts by name.

    Args:
        names: the names of the parts.
        items: each with its name, or none.
        fill: whether items without a name take the other parts in their order; by default, if
            no item has a name, or there are as many items as parts.
    """
    table = Table()
    for name, item in items:
        if name in table.cells:
            _note(table, f"{name} is given twice; the last one counts")
        if name:
            table.cells[name] = item
    if fill is None:
        fill = not table.cells or len(items) == len(names)
    free = [name for name in names if name not in table.cells] if fill else []
    rest = [item for name, item in items if not name]
    table.cells.update(zip(free, rest))
    for item in rest[len(free) :]:
        shown = shortened(answers.raw_text(item), 40)
        _note(table, f"{shown!r} belongs to no part of this question{_parts(names)}")
    return table


def _note(table: Table, text: str) -> None:
    if len(table.notes) < _MAX_NOTES:
        table.notes.append(text)


def _parts(names: Sequence[str]) -> str:
    return f", which has {', '.join(names)}; ignored"


# ------------------------------------------------------------------------------------- names


def _named(names: Sequence[str], item: str) -> tuple[str, str]:
    """The part that an item names, at its beginning or its end, and the item without that name."""
    first = next(_labels(names, item), None)
    if first is not None and not item[: first.start].strip(" \n\t*_`•>-()"):
        return first.name, item[first.end :]
    words = item.rstrip(" .!*_`")
    for name in names:
        before = words[: -len(name)]
        if (
            not name.isdigit()
            and words.lower().endswith(name.lower())
            and before[-1:].isspace()
            and any(map(str.isdigit, before))
        ):
            return name, before
    return "", item


def _labels(names: Sequence[str], text: str) -> Iterator[_Label]:
    """The names of parts in a text: ``total: 5`` anywhere, ``total 5`` where something begins."""
    known = {name.lower(): name for name in names}
    word = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    depths = list(_depths(text))
    count = 0
    for match in re.finditer(rf"(?<![\w.])(?:{word})(?![\w.])", text, re.IGNORECASE):
        start, end, name = match.start(), match.end(), known[match[0].lower()]
        before = text[max(0, start - 16) : start]
        begins = bool(_BEFORE.search(before if start > 16 else f"\n{before}"))
        sign = _SIGN.match(text, end)
        in_sum = before.rstrip()[-1:] in _AFTER_SIGN and not begins
        bare = begins and not name.isdigit() and text[end : end + 1].isspace()
        if depths[start] or in_sum or not (bare or (sign and (begins or before[-1:].isspace()))):
            continue
        count += 1
        if count > _MAX_LABELS:
            return
        yield _Label(name, start, sign.end() if sign else end)


def _depths(text: str) -> Iterator[int]:
    """How many brackets enclose each character of a text."""
    depth = 0
    for character in text:
        depth = max(0, depth + (character in "([{") - (character in ")]}"))
        yield depth
