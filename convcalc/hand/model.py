"""The steps of an exercise as plain data: parts, windows, stamps, sections."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from convcalc.hand.matrices import Exact

Array = npt.NDArray[Any]
Shape = tuple[int, ...]


class Part(NamedTuple):
    """One patch and the kernel it is multiplied by.

    Attributes:
        label: the channel, if there are several.
        left: the cells that are read.
        right: their factors; None in a pool.
        outside: the cells that are outside the input.
    """

    label: str
    left: Array
    right: Array | None = None
    outside: Array | None = None

    @property
    def products(self) -> Array:
        """The products, or the cells themselves if there are no factors."""
        if self.right is None:
            return self.left
        made = np.empty(self.left.shape, dtype=object)
        for place in np.ndindex(self.left.shape):
            product: Any = self.left[place] * self.right[place]
            made[place] = as_int_if_whole(product)
        return made

    @property
    def real(self) -> list[Exact]:
        """The cells or products that are not outside."""
        cells = self.products.ravel().tolist()
        if self.outside is None:
            return cells
        return [cell for cell, out in zip(cells, self.outside.ravel().tolist()) if not out]

    @property
    def total(self) -> Exact:
        return as_int_if_whole(sum(self.products.ravel().tolist()))


@dataclass(frozen=True)
class Window:
    """How one number of the result is made.

    Attributes:
        place: its indices in the result.
        parts: the cells and factors; one part per channel.
        reads: first cell, last cell and step per axis; () if cells come from many windows.
        rule: sum, max or mean.
        divisor: the divisor of a mean.
        bias: added at the end.
        sources: for a sum over stamps, the origin of each term: (cell, tap).
    """

    place: Shape
    parts: list[Part]
    reads: tuple[tuple[int, int, int], ...] = ()
    rule: str = "sum"
    divisor: int = 1
    bias: Exact | None = None
    sources: list[tuple[Shape, Shape]] = field(default_factory=list)

    @property
    def value(self) -> Exact:
        """The resulting number."""
        if self.rule == "max":
            return max(self.parts[0].real)
        total = sum(part.total for part in self.parts)
        if self.rule == "mean":
            return as_int_if_whole(Fraction(total) / self.divisor)
        return as_int_if_whole(total + (self.bias or 0))


class Stamp(NamedTuple):
    """The contribution of one number to the result.

    Attributes:
        place: its indices.
        value: the number.
        right: its factors; None if it is passed on unchanged.
        target: the target map.
        laid: cells of that map, and what is added to them.
        why: in a pool, the cells to which the number is passed.
    """

    place: Shape
    value: Exact
    right: Array | None
    target: int
    laid: list[tuple[Shape, Exact]]
    why: str = ""


@dataclass
class Section:
    """One result and its working.

    Attributes:
        name: the name of the result: y, dx, dk, db.
        about: what it is, in a sentence.
        shape: the shape of the whole result, even if only one window is calculated.
        lead: how many of its axes are maps.
        windows: the calculation of each number.
        reading: the array that the windows read.
        stamps: the contribution of each number, if the result is a sum of stamps.
        stamping: the names of those numbers and of their factors.
        result: all numbers; None if only one window is calculated.
    """

    name: str
    about: str
    shape: Shape
    lead: int
    windows: list[Window]
    reading: str = ""
    stamps: list[Stamp] = field(default_factory=list)
    stamping: tuple[str, str] = ("", "")
    result: Array | None = None

    def element_name(self, place: Shape) -> str:
        """The name of a number of the result: y[0,1]; with a map index if there are several maps."""
        return element_name(self.name, place, self.shape, self.lead)


@dataclass
class Working:
    """A whole exercise: the given data, every result, and notes.

    Attributes:
        op: conv, tconv, maxpool or avgpool.
        given: the matrices by name: x (C, …), k (O, C, …) or (C, O, …), bias, dy.
        kernel_size: taps per axis.
        options: the other options, per axis.
        sections: the results.
        notes: notes on anything unusual, one line each.
        fractions: whether numbers that are not whole are shown as fractions.
        step: the only requested window.
        pads: padding cells (before, after) per axis; none for tconv, whose padding cuts cells off.
        counts_padding: whether padding cells count as zeros, or are left out.
        fit: the rule for windows that do not fit.
    """

    op: str
    given: dict[str, Array]
    kernel_size: Shape
    options: dict[str, Any]
    sections: list[Section]
    notes: list[str]
    fractions: bool
    step: Shape | None
    pads: tuple[tuple[int, int], ...]
    counts_padding: bool
    fit: str = "floor"

    def __getitem__(self, name: str) -> Section:
        """A result by its name."""
        for section in self.sections:
            if section.name == name:
                return section
        raise KeyError(name)


def as_int_if_whole(value: Exact) -> Exact:
    """A whole fraction as an int."""
    return int(value) if value.denominator == 1 else value


def element_name(name: str, place: Shape, shape: Shape, lead: int) -> str:
    """``y[1,0,0]``, without the indices of axes with only one map."""
    shown = [i for n, i in zip(shape[:lead], place[:lead]) if n > 1] + list(place[lead:])
    return f"{name}[{','.join(map(str, shown))}]"
