"""The rows of a student's table as written: lists, mappings, lines, CSV, Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from convcalc.homework.answers import notation
from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.vocabulary import SMALL_NUMBERS
from convcalc.homework.questions.networks import plain_name

# a row named by its number: 3, Layer 3, Layer 3 (conv), Layer 3 - conv
NUMBER = re.compile(
    r"(?:row|layer)?\s?(\d{1,5})(?:\s?\([A-Za-z][^()]{0,60}\)|\s?[-–]\s?[A-Za-z][\w ]{0,40})?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\s*((?:\d{1,2}x\d{1,2} )?[A-Za-z][\w .()/-]{0,60}?|\d{1,3})\s*[:=]\s*(?=\S)")
_ITEM = re.compile(r"\s*(?:[-*•]\s+(?=\S)|(\d{1,3})[.)]\s+(?=\S))")  # "- conv1", "2. 14x14x6"
_TIMES = re.compile(r" ?[x×] ?")
_COMMA = re.compile(",")
_COMMA_SPACE = re.compile(r",\s")
_ARROW = re.compile(r"->|→|=>|⇒")
_SPACE = re.compile(r"\s")
_SPACES = re.compile(r"[^\S\t\n]{2,}")
_NAMING = re.compile(
    r"[A-Za-z#][A-Za-z_-]{0,30}\d{0,3}|\d{1,3}|[(\[].{0,80}[)\]]"
)  # Conv layer 1 (3x3)
_WORD_WITH_NUMBER = re.compile(r"\s*([A-Za-z][A-Za-z_-]*\d[\w.-]*)\s+(?=[\d(\[])")
_RULE = re.compile(r"[\s|:+-]*")  # the line under the heading of a table in Markdown
_MAX_WORDS = 200  # in a line separated by spaces
_MAX_NAME = 100  # characters of a row's name

_NAME, _PLACE = "layer", "#"
_HEADINGS = {
    "layer": _NAME, "name": _NAME, "kind": _NAME, "type": _NAME, "layertype": _NAME, "layername": _NAME,
    "row": _PLACE, "no": _PLACE, "nr": _PLACE, "number": _PLACE, "index": _PLACE,
    "size": "shape", "output": "shape", "outputshape": "shape", "outputsize": "shape", "volume": "shape",
    "outputvolume": "shape", "dimensions": "shape", "outputdimensions": "shape",
    "param": "params", "parameters": "params", "parametercount": "params", "numberofparameters": "params",
    "multiplyadds": "macs", "mac": "macs", "operations": "macs", "flops": "macs",
    "weight": "weights", "bias": "biases", "value": "values", "neurons": "values", "activations": "values",
    "receptivefield": "rf", "receptivefieldsize": "rf", "rfsize": "rf", "field": "rf", "rfinpixels": "rf",
    "mem": "memory", "bytes": "memory", "mb": "memory", "mib": "memory", "memorymb": "memory", "memorymib": "memory",
    "memoryinmb": "memory", "memoryinmib": "memory", "connection": "connections", "numberofconnections": "connections",
    "links": "connections", "buffer": "buffers", "nontrainable": "buffers", "nontrainableparams": "buffers",
    "nontrainableparameters": "buffers", "runningstatistics": "buffers", "statistics": "buffers",
}  # fmt: skip


class WrittenRow(NamedTuple):
    """A row as the student wrote it: its name or number, and its cells by column."""

    name: str
    cells: dict[str, Any]


def written_rows(raw: Any, asks: Sequence[str], most: int) -> list[WrittenRow]:
    """The first rows of an answer in any form; rows with the same name are joined."""
    rows = (row._replace(name=row.name[:_MAX_NAME]) for row in _rows(raw, asks))
    return _joined(islice(rows, most))


def one_row(raw: Any, asks: Sequence[str]) -> Any:
    """The answer to a table of one row as a table; its cells may be written without the row."""
    if isinstance(raw, dict):
        named = [_heading(key, asks) for key in raw]
        if not all(name in asks for name in named):
            return raw
        one = [
            cell[0] if isinstance(cell, list | tuple) and len(cell) == 1 else cell
            for cell in raw.values()
        ]
        return [dict(zip(named, one))]
    if isinstance(raw, list | tuple) and len(raw) == len(asks) and any(map(_is_cell, raw)):
        return [raw] if all(_is_cell(each) or _is_sides(each) for each in raw) else raw
    return raw


def _is_cell(item: Any) -> bool:
    """Whether an item is a number, or a text that is one cell without a name."""
    if isinstance(item, str):
        return not _LABEL.match(item) and isinstance(_split(item, 2), str)
    return isinstance(item, int | float)


def _is_sides(item: Any) -> bool:
    """Whether an item is a list of a few numbers, such as a shape."""
    return isinstance(item, list | tuple) and all(map(_is_cell, item))


def _heading(text: Any, asks: Sequence[str]) -> str:
    """The content of a column: something asked for, a name, or a position; empty if unknown."""
    plain = plain_name(answers.raw_text(text)[:60])
    found = plain if plain in asks else _HEADINGS.get(plain, "")
    if not found and str(text).strip() == _PLACE:
        return _PLACE
    if not found and (head := re.match(r"(layer|params?|macs|shape)(?=type|name)", plain)):
        return _heading(head[1], asks)
    return found if found in (*asks, _NAME, _PLACE) else ""


def _rows(raw: Any, asks: Sequence[str]) -> Iterator[WrittenRow]:
    """The rows of an answer, one by one."""
    if isinstance(raw, dict):
        yield from _of_mapping(raw, asks)
        return
    items = _lines(_SPACES.sub(" ", raw), asks) if isinstance(raw, str) else raw
    columns: list[str] = []
    for place, item in enumerate(items if isinstance(items, list | tuple) else ()):
        cells = _split(item, len(asks)) if isinstance(item, str) else item
        if isinstance(cells, list | tuple) and _is_rule(cells):
            continue
        if not place and (columns := _columns(cells, asks)):
            continue
        if len(columns) > 1 and isinstance(cells, list | tuple) and len(cells) == len(columns):
            yield _of_columns(dict(zip(columns, cells)), asks)
        else:
            yield _row(item, asks)


def _of_mapping(raw: Mapping[Any, Any], asks: Sequence[str]) -> Iterator[WrittenRow]:
    """The rows of a mapping: by name, by cell, or by column."""
    headings = {key: _heading(key, asks) for key in raw}
    if any(heading in asks for heading in headings.values()) and all(
        headings[key] and isinstance(value, list | tuple) for key, value in raw.items()
    ):
        named = {headings[key]: value for key, value in raw.items()}
        for place in range(max(len(column) for column in named.values())):
            row = {key: column[place] for key, column in named.items() if place < len(column)}
            yield _of_columns(row, asks)
        return
    for key, value in raw.items():
        name, dot, ask = str(key).rpartition(".")
        if dot and ask.lower() in asks:
            yield WrittenRow(name, {ask.lower(): value})
        else:
            yield WrittenRow(str(key), _row(value, asks).cells)


def _of_columns(row: Mapping[str, Any], asks: Sequence[str]) -> WrittenRow:
    """A row whose cells are under headings."""
    name = answers.raw_text(row.get(_NAME)).strip() or answers.raw_text(row.get(_PLACE)).strip()
    return WrittenRow(name, {ask: row[ask] for ask in asks if ask in row})


def _columns(cells: Any, asks: Sequence[str]) -> list[str]:
    """The headings of a table's columns; empty if a row is not a heading."""
    texts = cells if isinstance(cells, list | tuple) else [cells]
    if not all(isinstance(text, str | None) for text in texts):
        return []
    found = [_heading(text or "", asks) for text in texts]
    numbers = any(text and any(map(str.isdigit, text)) for text in texts)
    return found if not numbers and any(each in asks for each in found) else []


def _row(value: Any, asks: Sequence[str]) -> WrittenRow:
    """One row: its name, if it has one, and its cells."""
    if isinstance(value, dict):
        if len(value) == 1 and plain_name(str(key := next(iter(value)))) not in asks:
            return WrittenRow(str(key), _row(value[key], asks).cells)
        return _of_columns({_heading(key, asks): cell for key, cell in value.items()}, asks)
    name = ""
    if isinstance(value, str):
        value = _SPACES.sub(" ", value)
        item = _ITEM.match(value)
        if item:
            name, value = item[1] or "", value[item.end() :]
        found = _LABEL.match(value)
        if found and "x" not in plain_name(found[1])[:1] and plain_name(found[1]) not in asks:
            name, value = found[1], value[found.end() :]
        value = _split(value, len(asks))
    cells = list(value) if isinstance(value, list | tuple) else [value]
    if len(asks) == 1 and len(cells) > 1 and not _is_label(cells[0]):
        return WrittenRow(name, {asks[0]: value})
    if len(cells) == len(asks) + 2 and _is_place(cells[0]) and _is_label(cells[1]):
        cells = cells[1:]
    full = len(cells) > len(asks) or len(asks) == 1
    if len(cells) > 1 and ((full and _is_label(cells[0])) or _is_word(cells[0])):
        name, cells = answers.raw_text(cells[0]).strip(), cells[1:]
        cells = [cells] if len(asks) == 1 and len(cells) > 1 else cells
    return WrittenRow(name, dict(zip(asks, cells)))


def _lines(text: str, asks: Sequence[str]) -> list[str]:
    """The rows of a text: its lines, or else the parts between semicolons, arrows or commas."""
    if "\n" in text:
        found = text.split("\n")
    elif ";" in text:
        found = text.split(";")
    elif len(_ARROW.split(text)) > 1:
        found = _ARROW.split(text)
    elif len(asks) == 1 and not _LABEL.match(text):
        found = _items(text, asks[0])
    else:
        found = [text]
    return [line for line in found if line.strip()]


def _items(text: str, ask: str) -> list[str]:
    """The rows of a table of one column written in one line."""
    for comma in (_COMMA_SPACE, _COMMA):
        found = notation.split(text, comma)
        if len(found) > 1 and (ask != "shape" or re.search(r"\d\s*[x×(]|\(", text)):
            return [text] if _is_label(found[0]) else found
    return [text]


def _split(text: str, count: int) -> Any:
    """The cells of a line: columns of Markdown, or parts between tabs, semicolons, commas or spaces."""
    if "|" in text:
        return [cell.strip() for cell in text.strip().strip("|").split("|")]
    wanted = (count, count + 1) if count > 1 else ()
    commas = (notation.split(text, comma) for comma in (_COMMA_SPACE, _COMMA))
    for cells in (text.split("\t"), text.split(";"), *commas):
        named = len(cells) > 1 and _is_label(cells[0])
        if len(cells) in wanted or (named and len(cells) == count + 1):
            return [cell.strip() for cell in cells]
        if len(cells) == count + 2 and _is_place(cells[0]) and _is_label(cells[1]):
            return [cell.strip() for cell in cells]
    if count > 1:
        words = [each for each in notation.split(_TIMES.sub("x", text.strip()), _SPACE) if each]
        name = words[:-count]
        if len(name) > 1 and _is_place(name[0]) and _is_label(name[1]):
            name = name[1:]
        if not name:
            return words if len(words) == count else text
        if _is_label(name[0]) and all(map(_NAMING.fullmatch, name[1:])):
            return [" ".join(name), *words[-count:]]
    elif found := _WORD_WITH_NUMBER.match(text):
        return [found[1], text[found.end() :]]
    return text


def _is_place(cell: Any) -> bool:
    """Whether a cell is the number of a row."""
    return NUMBER.fullmatch(answers.raw_text(cell).strip()) is not None


def _is_label(cell: Any) -> bool:
    """Whether a cell is the name of its row, not an answer."""
    text = answers.raw_text(cell).strip() if not isinstance(cell, list | tuple | dict) else ""
    return bool(re.match(r"[A-Za-z]{2}|[A-Za-z]\d", text)) and not answers.is_blank(cell)


def _is_word(cell: Any) -> bool:
    """Whether a cell is a word that can only name its row, such as conv or Total."""
    return (
        isinstance(cell, str)
        and _is_label(cell)
        and not any(map(str.isdigit, cell))
        and not answers.NO.search(cell.lower()[:_MAX_NAME])
        and cell.strip().lower() not in SMALL_NUMBERS
    )


def _is_rule(cells: Sequence[Any]) -> bool:
    """Whether a row is the line under a heading."""
    texts = [answers.raw_text(cell).strip() for cell in cells]
    return all(text and _RULE.fullmatch(text) for text in texts) and len("".join(texts)) > 2


def _joined(rows: Iterator[WrittenRow]) -> list[WrittenRow]:
    """Rows with the same name joined, for example if cells are given one by one."""
    found: list[WrittenRow] = []
    named: dict[str, WrittenRow] = {}
    for row in rows:
        before = named.get(plain_name(row.name)) if row.name else None
        if before is not None and not before.cells.keys() & row.cells.keys():
            before.cells.update(row.cells)
            continue
        found.append(row)
        named[plain_name(row.name)] = row
    return found
