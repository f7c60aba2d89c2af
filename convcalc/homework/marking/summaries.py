"""A pasted ``model.summary()``: what Keras, torchsummary and torchinfo print, as the rows of a table.

Keras shows the channels last, the others first; all show the batch. Layers without computation,
containers, and lines of totals are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from convcalc.homework.marking.table_rows import WrittenRow
from convcalc.homework.questions.rows import in_order
from convcalc.layers import Layer, every, find
from convcalc.text import times

_MAX_LINES = 5_000
_MAX_LINE = 400  # characters
_HEADING = re.compile(r"\bLayer \(type.{0,60}\).*\bOutput Shape\b.*\bParam #")
_COLUMNS = re.compile(
    r"Input Shape|Output Shape|Param #|Param %|Kernel Shape|Mult-Adds|Trainable|Connected to"
)
_SIDE = r"(?:None|-1|\d{1,12})"
_SHAPE = re.compile(rf"\[?[(\[]({_SIDE}(?:, ?{_SIDE}){{0,5}}),?[)\]]\]?(?!\w)")
_CELL = re.compile(rf"{_SHAPE.pattern}|\S+")
_CLASS = re.compile(r"\(([A-Za-z]\w*)")  # conv2d_1 (Conv2D)
_PRINTED = re.compile(
    r"([A-Za-z]\w*)(?:: (\d{1,3})-\d{1,5}| ?\([\w.]{1,60}\)(?:: (\d{1,3})-\d{1,5})?|-\d{1,5})?$"
)
_RULE = re.compile(r"[\s_=─━┄+|-]*")
_COUNT = re.compile(r"[\d,]{1,20}$")
_BOX = "│"
_KEPT = ("conv", "linear", "pool", "norm")  # families of layers that need a row


class _Line(NamedTuple):
    """A layer of a summary.

    Attributes:
        name: as printed.
        cells: the cells under the headings.
    """

    name: str
    cells: dict[str, str]

    @property
    def depth(self) -> int:
        """How many layers contain a layer, as torchinfo counts; 0 if unknown."""
        match = _PRINTED.search(self.name)
        return int((match[2] or match[3] or 0) if match else 0)


def summary_rows(raw: str, asks: Sequence[str], order: str) -> list[WrittenRow]:
    """The rows of a pasted summary; none if the text is not a summary.

    Args:
        raw: the answer.
        asks: what the table asks for; a summary has shapes and parameters only.
        order: the order of the axes on the sheet: ``hwc`` or ``chw``.
    """
    lines = [line.lstrip("# ")[:_MAX_LINE] for line in raw.splitlines()[:_MAX_LINES]]
    at = next((i for i, line in enumerate(lines) if _HEADING.search(line)), None)
    if at is None:
        return []
    titles = _COLUMNS.findall(lines[at])
    boxed = any(sign in lines[at] for sign in "┃│|")
    found = list(_boxed(lines[at + 1 :], titles) if boxed else _spaced(lines[at + 1 :], titles))
    has_depth = "depth-idx" in lines[at]
    keras = not has_depth and any("None" in line.cells.get("Output Shape", "") for line in found)
    rows: list[WrittenRow] = []
    before = 0  # sides of the previous layer
    for line, after in zip(found, [*found[1:], None]):
        sides = _sides(line.cells.get("Output Shape", ""), channels_last=keras)
        is_container = has_depth and (not line.depth or (after and after.depth > line.depth))
        if sides and not is_container and (row := _row(line, sides, before, order)):
            rows.append(
                row._replace(cells={ask: row.cells[ask] for ask in asks if ask in row.cells})
            )
        before = len(sides) or before
    return rows


def _boxed(lines: Sequence[str], titles: Sequence[str]) -> Iterator[_Line]:
    """The rows of a table with a frame; a name may continue in the next line."""
    open_line: _Line | None = None
    for text in lines:
        if _BOX not in text:
            continue
        name, *cells = (cell.strip() for cell in text.strip().strip(_BOX).split(_BOX))
        given = dict(zip(titles, cells))
        if open_line is not None and not given.get("Param #"):
            joined = {
                title: f"{cell} {given.get(title, '')}".strip()
                for title, cell in open_line.cells.items()
            }
            open_line = _Line(f"{open_line.name} {name}".strip(), joined)
            continue
        if open_line is not None:
            yield open_line
        open_line = _Line(name, given)
    if open_line is not None:
        yield open_line


def _spaced(lines: Sequence[str], titles: Sequence[str]) -> Iterator[_Line]:
    """The rows of a table with spaces between its columns; a name may continue in the next line."""
    open_line: _Line | None = None
    for text in lines:
        if text.lstrip().lower().startswith(("total param", "trainable param", "input size")):
            break
        match = _SHAPE.search(text)
        if match is None:
            if open_line is not None and not _RULE.fullmatch(text) and _is_open(open_line.name):
                open_line = open_line._replace(name=open_line.name + text.split("  ")[0].strip())
            continue
        if open_line is not None:
            yield open_line
        name = text[: match.start()].strip(" │├└─")
        cells = [cell[0] for cell in _CELL.finditer(text, match.start())]
        open_line = _Line(name, dict(zip(titles, cells)))
    if open_line is not None:
        yield open_line


def _is_open(name: str) -> bool:
    """Whether a bracket in a name is not closed yet."""
    return name.count("(") > name.count(")")


def _sides(text: str, *, channels_last: bool) -> tuple[int, ...]:
    """A shape without the batch, channels first; empty if a side has no size."""
    match = _SHAPE.fullmatch(text)
    sides = [side.strip() for side in match[1].split(",")][1:] if match else []
    if not all(map(str.isdigit, sides)):
        return ()
    numbers = tuple(map(int, sides))
    return (*numbers[-1:], *numbers[:-1]) if channels_last else numbers


def _row(line: _Line, sides: tuple[int, ...], before: int, order: str) -> WrittenRow | None:
    """A layer as a row of the answer; None if it computes nothing."""
    called, count = _class_of(line.name), line.cells.get("Param #", "")
    layer = find(called) or _cut_short(called)
    if layer is None and called.lower().startswith("input"):
        return None
    if layer is not None and layer.family not in _KEPT:
        return None
    if layer is not None and layer.family == "pool" and len(sides) < before:
        sides += (1,) * (before - 1)  # a global pool of Keras drops axes that are kept here
    params = count.replace(",", "") if _COUNT.match(count) else "0"
    cells = {"shape": times(in_order(sides, order)), "params": params}
    return WrittenRow(layer.kind if layer else called, cells)


def _class_of(name: str) -> str:
    """The class of a layer, from its name in a summary.

    >>> _class_of("conv2d_1 (Conv2D)"), _class_of("Conv2d-1"), _class_of("Linear: 1-8"), _class_of("Conv2d (conv1): 2-1")
    ('Conv2D', 'Conv2d', 'Linear', 'Conv2d')
    """
    match = _PRINTED.search(name)
    if match and (":" in name or "(" not in name):
        return match[1]
    inside = _CLASS.search(name)
    return inside[1] if inside else name


def _cut_short(called: str) -> type[Layer] | None:
    """The only kind whose library name begins like this, because Keras cuts long names: MaxPooling2."""
    if len(called) < 4:
        return None
    kinds = {
        cls
        for cls in every().values()
        for names in cls.aliases.values()
        for name in names
        if name.startswith(called)
    }
    return kinds.pop() if len(kinds) == 1 else None
