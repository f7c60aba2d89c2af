"""A picture as plain data: marks with roles. No colours, no library.

One unit is 1/40 cm: a picture of 640 units is 16 cm wide, and text of 13 units is larger than 9 pt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from convcalc.text import plural, printable

if TYPE_CHECKING:
    from convcalc.report import Report

WIDTH = 640  # units across a page
TEXT = 13  # the smallest text on it: 13 / 40 cm are 9.2 pt

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


def least_text(width: float) -> float:
    """The smallest text of a picture with this width, if it is shown 16 cm wide.

    >>> least_text(500), least_text(1280)
    (13, 26.0)
    """
    return max(TEXT, TEXT * width / WIDTH)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle; ``title`` is its tooltip."""

    x: float
    y: float
    width: float
    height: float
    role: str
    title: str = ""
    corner: float = 0


@dataclass(frozen=True, slots=True)
class Line:
    """An open path through points, optionally with an arrow head at its end."""

    points: tuple[Point, ...]
    role: str = "edge"
    arrow: bool = False


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed path through points."""

    points: tuple[Point, ...]
    role: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; x and y are a point of its baseline."""

    x: float
    y: float
    text: str
    role: str = "text"
    size: float = TEXT
    anchor: Anchor = "start"


Mark = Rectangle | Line | Polygon | Text
Marks = tuple[Mark, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Figure:
    """A picture.

    Attributes:
        title: a short title.
        description: a description in sentences, for people who cannot see it.
        width, height: in units, without the line in the corner.
        marks: the marks, from bottom to top.
        twin: the same content as text or a table.
        source: the source of its data, for the corner; convcalc's version is added.
        steps: groups of marks that are shown one after the other, on top of the others.
    """

    title: str
    description: str
    width: float
    height: float
    marks: Marks
    twin: Report
    source: str = ""
    steps: tuple[Marks, ...] = ()

    def __repr__(self) -> str:
        return f"<Figure {printable(self.title)}: {plural(len(self.marks), 'mark')}>"

    def frames(self) -> list[Figure]:
        """Each step as a separate picture; without steps, the picture itself."""
        if not self.steps:
            return [self]
        return [replace(self, marks=self.marks + step, steps=()) for step in self.steps]
