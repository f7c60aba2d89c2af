"""What a unit reads in each layer down to the image, as levels of a pyramid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from convcalc.analysis.trace import read_unit, step_called, traced
from convcalc.errors import UsageError
from convcalc.layers.window import axis_names
from convcalc.text import printable

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.analysis.trace import Range, Ranges, Unit

MOST_LEVELS = 36  # if there are more, only every second or third is shown


@dataclass(frozen=True)
class Level:
    """A layer, or the image.

    Attributes:
        name: the layer's.
        kind: its kind.
        sides: cells along each axis.
        ranges: first and last cell that the unit depends on, per axis; pixels can be outside of the image.
    """

    name: str
    kind: str
    sides: tuple[int, ...]
    ranges: Ranges


class Seen:
    """What one unit, or a range of units, sees.

    Args:
        analysis: the walked network.
        text: the layer and the unit, as in ``--sees``; empty for the middle of the last map.

    Raises:
        UsageError: the place is not made of numbers.
        ShapeError: there is no such layer or unit, or its receptive field is unknown.
    """

    def __init__(self, analysis: Analysis, text: str = "") -> None:
        self.analysis = analysis
        name, self.unit = read_unit(text) if text else _middle(analysis)
        self.step: Step = step_called(analysis, name)
        self.found, self.inside = traced(analysis, self.step, self.unit)
        if not self.image:
            message = f"{printable(self.step.name)}: sees a vector, which has no pixels; ask about a network with an image"
            raise UsageError(message)

    @property
    def asked(self) -> str:
        """The layer and the unit as typed."""
        places = [str(u) if isinstance(u, int) else f"{u.start}-{u.stop - 1}" for u in self.unit]
        return f"{self.step.name}:{','.join(places)}" if places else self.step.name

    @property
    def title(self) -> str:
        """The layer and the unit for people."""
        name, _, place = printable(self.asked).partition(":")
        return f"what {name}{f'[{place}]'.replace(',', ', ') if place else ''} sees"

    @property
    def pixels(self) -> Ranges:
        """First and last pixel along each axis, not clipped."""
        return self.found[self.analysis.image]

    @property
    def image(self) -> tuple[int, ...]:
        """Pixels of the image along each axis."""
        return self.analysis.image.output[1:]

    @cached_property
    def levels(self) -> list[Level]:
        """From the unit down to the image; of layers with the same ranges, the nearest to the image."""
        found: list[Level] = []
        for step, ranges in self.found.items():
            level = _level(step, ranges, len(self.image))
            last = found[-1] if len(found) > 1 else None
            if last and step.before and (last.sides, last.ranges) == (level.sides, level.ranges):
                found.pop()
            found.append(level)
        return found

    @cached_property
    def shown(self) -> list[Level]:
        """A readable number of levels: both ends, and others evenly spaced."""
        count = len(self.levels)
        if count <= MOST_LEVELS:
            return self.levels
        places = {round(n * (count - 1) / (MOST_LEVELS - 1)) for n in range(MOST_LEVELS)}
        return [self.levels[place] for place in sorted(places)]

    @property
    def axes(self) -> list[tuple[str, int]]:
        """The axes to draw, by name and number; equal axes once."""
        names = axis_names(self.analysis.image.output)
        found: dict[tuple[tuple[int, Range], ...], tuple[list[str], int]] = {}
        for number, name in enumerate(names):
            key = tuple([along(level, number) for level in self.levels])
            found.setdefault(key, ([], number))[0].append(name)
        return [(" and ".join(each), number) for each, number in found.values()]


def along(level: Level, axis: int) -> tuple[int, Range]:
    """Cells of a level along an axis, and the first and last that the unit depends on."""
    return level.sides[axis], level.ranges[axis]


def _level(step: Step, ranges: Ranges, axes: int) -> Level:
    """A step as a level; one cell if its output does not have the image's axes, such as a vector."""
    sides, read = step.output[1:], list(ranges)
    if len(sides) != axes:
        sides, read = (1,) * axes, [(0, 0)] * axes
    return Level(printable(step.name), step.kind, sides, read)


def _middle(analysis: Analysis) -> tuple[str, Unit]:
    """The middle unit of the last map before the first output."""
    step = analysis.trunk(analysis.outputs[0])[-1]
    return step.name, tuple([n // 2 for n in step.output[1:]])
