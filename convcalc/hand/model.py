"""What a working is made of, as plain data: parts, windows, stamps, sections."""

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
        label: which channel, where there are several.
        left: the cells that are read.
        right: what they are multiplied by; None in a pool.
        outside: which of the cells lie outside of the input.
    """

    label: str
    left: Array
    right: Array | None = None
    outside: Array | None = None

    @property
    def products(self) -> Array:
        """The products, or the cells themselves where nothing multiplies them."""
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
        parts: what is read and multiplied; one per channel.
        reads: first cell, last cell and step per axis; () where cells come from many windows.
        rule: sum, max or mean.
        divisor: of a mean.
        bias: what is added at the end.
        sources: for a sum over stamps, where each term comes from: (cell, tap).
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
        """The number that comes out."""
        if self.rule == "max":
            return max(self.parts[0].real)
        total = sum(part.total for part in self.parts)
        if self.rule == "mean":
            return as_int_if_whole(Fraction(total) / self.divisor)
        return as_int_if_whole(total + (self.bias or 0))


class Stamp(NamedTuple):
    """What one number lays on the result.

    Attributes:
        place: its indices.
        value: the number.
        right: what it is multiplied by; None where it is handed on as it is.
        target: the map it lies on.
        laid: cells of that map and what is laid on them.
        why: in a pool, what the number is handed on to.
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
        name: of the result: y, dx, dk, db.
        about: what it is, in a sentence.
        shape: of the whole result, also where only one window is calculated.
        lead: how many of its axes are maps.
        windows: how each number is made.
        reading: what the windows read.
        stamps: what each number lays on the result, where it is made that way.
        stamping: the name of those numbers, and of what they are multiplied by.
        result: all numbers; None where only one window is calculated.
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
        """A number of the result by its name: y[0,1]; maps are counted where there are several."""
        return element_name(self.name, place, self.shape, self.lead)


@dataclass
class Working:
    """A whole exercise: what was given, every result, and the surprises.

    Attributes:
        op: conv, tconv, maxpool or avgpool.
        given: the matrices by name: x (C, …), k (O, C, …) or (C, O, …), bias, dy.
        kernel_size: taps per axis.
        options: the other options, per axis.
        sections: the results.
        notes: surprises, one line each.
        fractions: whether numbers that are not whole are shown as fractions.
        step: the only window that was asked for.
        pads: padding cells (before, after) per axis; none for tconv, whose padding cuts cells off.
        counts_padding: whether padding cells are zeros that count, or are left out.
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
    """``y[1,0,0]``, without the indices of axes of maps that have one map only."""
    shown = [i for n, i in zip(shape[:lead], place[:lead]) if n > 1] + list(place[lead:])
    return f"{name}[{','.join(map(str, shown))}]"
