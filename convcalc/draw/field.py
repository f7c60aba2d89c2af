"""The picture *field*: what one unit sees, layer by layer down to the image, and on a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from convcalc.analysis.trace import unit_report
from convcalc.draw.bars import ROW, SPACE
from convcalc.draw.base import PICTURES, Picture
from convcalc.draw.field_image import grid_size, image_lines, image_marks
from convcalc.draw.field_levels import Level, Seen, along
from convcalc.draw.figure import TEXT, WIDTH, Figure, Mark, Rectangle, Text
from convcalc.draw.legend import legend
from convcalc.draw.metrics import fitted, flowed, text_width
from convcalc.draw.scene import Grid
from convcalc.errors import UsageError
from convcalc.report import Column, Report
from convcalc.text import plural, printable, shortened, times, width, wrap

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.formats import View

_NAME = 130  # the widest name
_STRIP = 13
_MAP, _INSIDE, _OUTSIDE = "group", "output", "padding"
_COLUMNS = 80


@PICTURES.named("field")
@dataclass(frozen=True, repr=False)
class Field(Picture):
    """What one unit sees, or a range of units.

    Attributes:
        analysis: the walked network.
        unit: the layer and the unit, as in ``--sees``; empty for the middle of the last map.
        picture: grey levels of a picture to use as the image; None for our own.
        called: the name of that picture.
    """

    about: ClassVar[str] = "the pixels that a unit sees, layer by layer and on a picture"

    analysis: Analysis
    unit: str = ""
    picture: Grid | None = None
    called: str = ""

    @cached_property
    def seen(self) -> Seen:
        """The levels of the field."""
        return Seen(self.analysis, self.unit)

    @cached_property
    def words(self) -> Report:
        """The lines of `convcalc arch --sees`."""
        return unit_report(self.analysis, self.seen.asked, (self.seen.pixels, self.seen.inside))

    @property
    def said(self) -> list[str]:
        """The same lines, without alignment by spaces."""
        return [" ".join(line.split()) for line in self.words.lines]

    @property
    def title(self) -> str:
        """The network and the unit."""
        return f"{printable(self.analysis.network.name)}: {self.seen.title}"

    @property
    def is_flat(self) -> bool:
        """Whether the image has rows and columns, so that the field can be drawn on a picture."""
        return len(self.seen.image) == 2 and None not in self.seen.pixels

    @property
    def grid(self) -> tuple[int, int]:
        """The number of rows and columns for drawing a picture.

        Raises:
            UsageError: the input is not a picture.
        """
        if len(self.seen.image) != 2:
            message = f"--picture: {printable(self.analysis.network.name)} takes {times(self.analysis.image.output)}, which is not a picture; leave it out"
            raise UsageError(message)
        return grid_size(*self.seen.image)

    def on(self, picture: Grid, called: str) -> Field:
        """The same on another picture."""
        return replace(self, picture=picture, called=called)

    def figure(self) -> Figure:
        marks: list[Mark] = [
            Text(SPACE, SPACE + TEXT, fitted(self.title, WIDTH - 2 * SPACE, bold=True), "title")
        ]
        y = SPACE + 2.0 * TEXT
        for line in self.said:
            for part in flowed(line, WIDTH - 2 * SPACE):
                marks.append(Text(SPACE, y + TEXT, part, "muted"))
                y += 18
        y += SPACE / 2
        if self.is_flat:
            drawn, y = image_marks(self.seen, self.picture, y)
            marks += drawn
        for name, axis in self.seen.axes:
            marks.append(
                Text(SPACE, y + TEXT, f"{name}, from the unit down to the image", "strong")
            )
            marks += self._pyramid(axis, y + ROW + 2)
            y += ROW * (len(self.seen.shown) + 1) + SPACE
        entries = [
            (_INSIDE, "extent"),
            (_MAP, "rest of the map"),
            (_OUTSIDE, "outside of the image"),
        ]
        samples, y = legend(entries, y + TEXT)
        shown = f" on {printable(self.called)}" if self.called else ""
        return Figure(
            self.title,
            f"{'The field lies on a picture' + shown + ', and ' if self.is_flat else ''}"
            f"{plural(len(self.seen.shown), 'strip')} show the extent of the field in each map, from the unit down to the image. "
            + " ".join(self.said),
            WIDTH,
            y,
            (*marks, *samples),
            self.twin(),
            printable(self.analysis.network.source),
        )

    def _pyramid(self, axis: int, y: float) -> Iterator[Mark]:
        """A strip for each level: its whole map, with the extent of the field."""
        levels = self.seen.shown
        names = [fitted(level.name, _NAME) for level in levels]
        texts = [_range_text(level, axis) for level in levels]
        low, high = _extent(levels[-1], axis)
        left = SPACE + max(map(text_width, names)) + 8
        unit = (WIDTH - SPACE - 8 - max(map(text_width, texts)) - left) / (high - low)
        for level, name, text in zip(levels, names, texts):
            yield Text(left - 8, y + TEXT, name, anchor="end")
            start = left - low * unit
            yield Rectangle(start, y + 2, unit, _STRIP, _MAP)
            n, cells = along(level, axis)
            if cells:
                first, last = cells[0] / n, (cells[1] + 1) / n
                yield from _parts(start, y + 2, unit, first, last)
            yield Text(left + (high - low) * unit + 8, y + TEXT, text, "muted")
            y += ROW

    def lines(self, view: View) -> Iterator[str]:
        columns = min(view.width or _COLUMNS, 100)
        if self.is_flat:
            yield from image_lines(self.seen, self.picture, columns)
            yield ""
        for name, axis in self.seen.axes:
            yield f"{name}:"
            yield from self._strips(axis, columns)
        yield from wrap("█ extent, ░ rest of the map, + outside of the image", view.width)
        yield ""

    def _strips(self, axis: int, columns: int) -> Iterator[str]:
        """A line for each level."""
        levels = self.seen.shown
        texts = [_range_text(level, axis) for level in levels]
        said = max(map(len, texts))
        names = max(4, min(max(width(level.name) for level in levels), (columns - said) // 3))
        room = max(columns - said - names - 2, 8)
        low, high = _extent(levels[-1], axis)
        for level, text in zip(levels, texts):
            name = level.name if width(level.name) <= names else shortened(level.name, names - 1)
            n, cells = along(level, axis)
            strip = "".join(
                _sign((low + (place + 0.5) / room * (high - low)) * n, n, cells)
                for place in range(room)
            )
            if cells and "█" not in strip and "+" not in strip:
                at = int(((cells[0] + cells[1] + 1) / 2 / n - low) / (high - low) * room)
                strip = f"{strip[:at]}█{strip[at + 1 :]}"
            yield f"{name}{' ' * (names - width(name))} {strip} {text}"

    def twin(self) -> Report:
        axes = self.seen.axes
        rows: list[dict[str, Any]] = [
            {
                "layer": level.name,
                "kind": level.kind,
                **{_key(name): _range_text(level, axis) for name, axis in axes},
            }
            for level in self.seen.levels
        ]
        return Report(
            title=self.title,
            subtitle=printable(self.analysis.network.source),
            columns=[
                Column.of_mapping("layer", "layer", right=False, whole=True),
                Column.of_mapping("kind", "kind", right=False),
                *[Column.of_mapping(_key(name), name) for name, _ in axes],
            ],
            rows=rows,
            facts=self.words.facts,
            footer=self.said,
            key="levels",
        )

    def report(self) -> Report:
        return replace(self.instead_of_rows(self.words.lines), footer=[])


def _key(name: str) -> str:
    """The JSON key of some axes.

    >>> _key("height and width")
    'height_and_width'
    """
    return name.replace(" ", "_")


def _range_text(level: Level, axis: int) -> str:
    """The extent of the field along an axis, and the number of cells of the map."""
    n, cells = along(level, axis)
    if not cells:
        return f"nothing of {n:,}"
    first, last = cells
    return f"{f'{first} to {last}' if first != last else first} of {n:,}"


def _extent(image: Level, axis: int) -> tuple[float, float]:
    """The extent of the last strip, in units in which the image is from 0 to 1."""
    n, cells = along(image, axis)
    if not cells:
        return 0.0, 1.0
    return min(0.0, cells[0] / n), max(1.0, (cells[1] + 1) / n)


def _parts(x: float, y: float, unit: float, first: float, last: float) -> Iterator[Mark]:
    """The extent of the field in a strip; parts outside of the map are drawn differently."""
    for role, start, end in (
        (_OUTSIDE, first, min(last, 0.0)),
        (_INSIDE, max(first, 0.0), min(last, 1.0)),
        (_OUTSIDE, max(first, 1.0), last),
    ):
        if end > start:
            yield Rectangle(x + start * unit, y, max((end - start) * unit, 1), _STRIP, role)


def _sign(cell: float, n: int, cells: tuple[int, int] | None) -> str:
    """The sign at a place of a strip on a terminal."""
    within = cells is not None and cells[0] <= cell < cells[1] + 1
    if 0 <= cell < n:
        return "█" if within else "░"
    return "+" if within else " "
