"""The question which pixels of the image a unit sees."""

from __future__ import annotations

from typing import ClassVar

from convcalc.homework.answers.ranges import CELL_RANGE
from convcalc.homework.questions.amounts import Sight, pixels_seen, read_cells
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.base import Part, question
from convcalc.homework.questions.given import GivenError, Hwc, Ints, each
from convcalc.homework.questions.meaning import NOTHING_COUNTED, Arch
from convcalc.homework.questions.rows import Row
from convcalc.text import times

_MAX_PIXELS = 2_000  # most cells of a field along an axis
_AXES = {1: ("cells",), 2: ("rows", "columns"), 3: ("slices", "rows", "columns")}


@question("pixels-seen")
class PixelsSeen(Parted):
    """The pixels that one unit after some layers sees, first to last along each axis; with clip only those in the image."""

    partial: ClassVar = "parts"
    ignores: ClassVar = NOTHING_COUNTED
    rule: ClassVar = (
        "Go back from the unit, layer by layer: the first cell is first·s − p, the last one last·s − p + d·(k − 1). "
        "Rows and columns are counted from 0; what lies before the image has negative numbers."
    )
    examples: ClassVar = (
        {"input": "32x32x3", "arch": "conv:k3c8p1 pool:k2 conv:k3c8p1", "unit": [0, 5]},
        {"input": "29x29x1", "arch": "conv:k5c6s2", "unit": [3, 7], "clip": "true"},
    )

    input: Hwc
    arch: Arch
    unit: Ints
    clip: bool = False

    def check(self) -> None:
        for row in self.rows():
            follows = bool(row.layers[-1].windows(row.input)) or row.input == row.output
            if not follows or len(row.layers) > 1 or len(row.output) == 1:
                raise GivenError("arch", f"{row.label}: a window does not decide which pixels it sees; leave it out")  # fmt: skip
        sides = self.rows()[-1].output[1:]
        unit = each(self.unit, len(sides))
        if len(unit) != len(sides) or any(place >= side for place, side in zip(unit, sides)):
            raise GivenError("unit", f"no unit {', '.join(map(str, unit))} in a map of {times(sides)}; count from 0")  # fmt: skip
        sights = self.sights()
        for name, sight in sights.items():
            first, last = pixels_seen(sight._replace(clipped=False)) or (0, 0)
            if last - first >= _MAX_PIXELS:
                raise GivenError("arch", f"the receptive field is {last - first + 1:,} {name} wide; at most {_MAX_PIXELS:,}")  # fmt: skip
            if pixels_seen(sight) is None:
                raise GivenError("unit", f"sees no {name} of the image, only padding; take another unit")  # fmt: skip
        read = [read_cells(sight) for sight in sights.values()]
        if [(min(cells), max(cells)) for cells in read if cells] != self.arch.pixels(self.input, unit):  # fmt: skip
            raise GivenError("arch", "has layers that join paths or read more than a window; leave them out")  # fmt: skip
        super().check()

    def rows(self) -> list[Row]:
        """The layers."""
        found: list[Row] = self.arch.rows(self.input)
        return found

    def sights(self) -> dict[str, Sight]:
        """The windows along each axis, by its name."""
        rows = self.rows()
        axes = len(rows[-1].output) - 1
        windows = [row.layers[-1].windows(row.input) for row in rows]
        found = {}
        for axis, (name, place) in enumerate(zip(_AXES[axes], each(self.unit, axes))):
            along = [each_layer[axis] for each_layer in windows if each_layer]
            numbers = tuple([(w.k, w.s, w.d, w.before, w.n) for w in along])
            found[name] = Sight(numbers, place, self.clip)
        return found

    def setting(self) -> str:
        unit = ", ".join(map(str, each(self.unit, len(self.rows()[-1].output) - 1)))
        counted = (
            "Count only pixels of the image."
            if self.clip
            else "Count the padding too: what lies before the image has negative numbers."
        )
        return (
            f"A {times(self.input)} input goes through {self.arch}. Take the unit at ({unit}) of the last map. "
            f"Count from 0. {counted}"
        )

    def asks(self) -> dict[str, str]:
        return {
            name: f"Which {name} of the input does it see, from the first to the last?"
            for name in self.sights()
        }

    def every_part(self) -> list[Part]:
        found = []
        for name, sight in self.sights().items():
            method = "; then ".join(
                f"k={k}, s={s}, p={p}" + (f", d={d}" if d > 1 else "")
                for k, s, d, p, _ in reversed(sight.windows)
            )
            part = Part.of(CELL_RANGE, "seen", sight, pixels_seen, method)
            part.name = part.label = name
            found.append(part)
        return found
