"""Check receptive fields by experiment: perturb pixels, and compare which outputs change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from convcalc.analysis.trace import Range, inside
from convcalc.layers.rf import UnknownField, sees_nothing, union
from convcalc.layers.window import axis_names
from convcalc.reference import WITNESSES
from convcalc.reference.base import mark
from convcalc.verify.check import Check
from convcalc.verify.witnesses import options_on, resting_on_words

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.layers import Shape

MAX_ROWS = 512  # pixels perturbed at once along one axis
_MANY_NODES = 150  # with more nodes, single units' fields are only checked in some of them

Claim = tuple["Step", "Shape", list[Range]]


def check_fields(analysis: Analysis, progress: Callable[[str], None]) -> Iterator[Check]:
    """Check the fields of border and interior units, and of every unit whose field is inside the image."""
    for walked in analysis.by_input.values():
        if len(walked.image.output) > 1:
            yield from _check_input(walked, progress)


def _check_input(analysis: Analysis, progress: Callable[[str], None]) -> Iterator[Check]:
    """Check the fields in pixels of one of the inputs."""
    image = analysis.image.output
    of_input = f" of {analysis.image.name}" if len(analysis.images) > 1 else ""
    claims = unit_claims(analysis)
    words = resting_on_words(analysis)
    found: dict[tuple[Step, Shape], list[Range]] = {(step, unit): [] for step, unit, _ in claims}
    for axis, n in enumerate(image[1:]):
        rims = _Rims(analysis, axis)
        perturbed = pixels_to_perturb(n, [claim[axis] for _, _, claim in claims])
        ends: dict[tuple[Step, Shape], Range] = dict.fromkeys(found)
        units: dict[Step, list[Shape]] = {}
        for step, unit in found:
            units.setdefault(step, []).append(unit)
        for start in range(0, len(perturbed), MAX_ROWS):
            some = perturbed[start : start + MAX_ROWS]
            for step, rows in _dependences(analysis, axis, some, progress):
                for unit in units.get(step, ()):
                    seen = _ends_of(some, rows, unit[axis] if unit else 0)
                    ends[step, unit] = union([ends[step, unit], seen])
                if len(some) == n and step.place not in words:
                    yield from _whole_fields(analysis, step, axis, rows, rims)
        for key, each in ends.items():
            found[key].append(each)
    for step, unit, claim in claims:
        name = f"{step.name}{list(unit) if unit else ''}{of_input}"
        yield Check(name, "field", _on_every_axis(claim), _on_every_axis(found[step, unit]))


def unit_claims(analysis: Analysis) -> list[Claim]:
    """The pixels that border, middle and last units see, by the walk's exact trace."""
    steps, words = analysis.steps, resting_on_words(analysis)
    every = max(1, len(steps) // _MANY_NODES)
    claims: list[Claim] = []
    for i in sorted({*range(0, len(steps), every), len(steps) - 1}):
        step = steps[i]
        if not has_field(step) or step.place in words:
            continue
        sides = step.output[1:]
        units = {tuple(0 for _ in sides), tuple(n // 2 for n in sides), tuple(n - 1 for n in sides)}
        claims += [(step, unit, inside(analysis, step, unit, apart=True)) for unit in sorted(units)]
    return claims


def has_field(step: Step) -> bool:
    """Whether its units see known pixels, so that the network is run along each axis up to it."""
    return bool(step.rf) and not isinstance(step.rf, UnknownField) and not sees_nothing(step.rf)


def pixels_to_perturb(n: int, claims: list[Range]) -> list[int]:
    """All pixels of an axis; or its ends, and those just inside and outside the claimed ends."""
    if n <= MAX_ROWS:
        return list(range(n))
    ends = {p for claim in claims if claim for end in claim for p in (end - 1, end, end + 1)}
    return sorted({0, n - 1, *(p for p in ends if 0 <= p < n)})


def _on_every_axis(ends: list[Range]) -> list[Range]:
    """None along all axes if None along one: then the unit sees no pixel at all."""
    return [None] * len(ends) if None in ends else ends


def _ends_of(perturbed: list[int], rows: Any, unit: int) -> Range:
    """The first and last perturbed pixel that changes a unit."""
    found = np.flatnonzero(rows[:, unit])
    return (perturbed[found[0]], perturbed[found[-1]]) if len(found) else None


class _Rims:
    """Which units read no cell outside of any map on the way, along one axis.

    A field describes what a unit sees if maps had no ends. A crop, or a transposed layer, ends a map
    inside the image, so a unit can miss cells although its field is inside the image.
    """

    def __init__(self, analysis: Analysis, axis: int) -> None:
        self._axis = axis
        self._touching: dict[Step, Any] = {
            image: np.zeros(side_along(image.output, axis), bool) for image in analysis.images
        }

        self._rest = iter(analysis.steps)

    def touching(self, step: Step) -> Any:
        """For each unit of a step, whether it, or a unit on its way, reads beyond the end of a map."""
        while step not in self._touching:
            each = next(self._rest)
            self._touching[each] = self._work_out(each)
        return self._touching[step]

    def _work_out(self, step: Step) -> Any:
        side = side_along(step.output, self._axis)
        sources = step.before[:1] if step.layer.references else step.before
        reads = step.work.reads
        found = np.zeros(side, bool)
        for below in [self._touching[source] for source in sources]:
            if not isinstance(reads, tuple) or len(reads) <= self._axis:
                found |= below if len(below) == side else below.any()
                continue
            for unit in range(side):
                cells = reads[self._axis].cells(unit)
                if cells and (cells[0] < 0 or cells[-1] >= len(below)):
                    found[unit] = True
                elif cells:
                    found[unit] |= below[cells[0] : cells[-1] + 1 : cells.step].any()
        return found


def _whole_fields(
    analysis: Analysis, step: Step, axis: int, rows: Any, rims: _Rims
) -> Iterator[Check]:
    """Along one axis: size, stride and padding of a step's field, for all units away from the border."""
    if isinstance(step.rf, UnknownField) or not has_field(step) or len(step.output) == 1:
        return
    image = analysis.image.output
    of_input = f" of {analysis.image.name}" if len(analysis.images) > 1 else ""
    n, field = image[1 + axis], step.rf[axis]
    claimed = {unit: field.sees(unit) for unit in range(step.output[1 + axis])}
    touching = rims.touching(step)
    whole = {
        unit: ends
        for unit, ends in claimed.items()
        if ends and ends[0] >= 0 and ends[1] < n and not touching[unit]
    }
    found = {unit: _ends_of(list(range(n)), rows, unit) for unit in whole}
    yield Check(f"{step.name} along the {axis_names(image)[axis]}{of_input}", "field", whole, found)


def side_along(shape: Shape, axis: int) -> int:
    """Cells along an axis of the image; 1 if a shape has no such axis."""
    return shape[1 + axis] if 1 + axis < len(shape) else 1


def _rows(step: Step, axis: int, inputs: list[Any]) -> Any:
    """Which units of a step depend on which pixels, along one axis.

    If units have no position, each is assumed to depend on everything that the layer reads. Such fields
    and later ones are not checked, unless a layer combines all positions again.
    """
    if has_field(step) and step.layer.is_proven:
        return WITNESSES[step.kind].along_axis(options_on(step, axis), inputs)
    seen = sum(rows.any(axis=1, keepdims=True) for rows in inputs)
    return np.repeat(seen, side_along(step.output, axis), axis=1)


def _dependences(
    analysis: Analysis, axis: int, perturbed: list[int], progress: Callable[[str], None]
) -> Iterator[tuple[Step, Any]]:
    """Run the network along one axis, with one image per perturbed pixel; returns each step's dependences."""
    kept = {image: _unchanged(image, axis, len(perturbed)) for image in analysis.images}
    kept[analysis.image][np.arange(len(perturbed)), perturbed] = 1
    for step, _, freed in analysis.schedule():
        progress(f"{step.name}: field along axis {axis}")
        if step.before:
            kept[step] = mark(_rows(step, axis, [kept[source] for source in step.before]))
        else:  # a parameter reads no pixel
            kept[step] = _unchanged(step, axis, len(perturbed))
        yield step, kept[step]
        for each in freed:
            del kept[each]


def _unchanged(step: Step, axis: int, rows: int) -> Any:
    """The rows of a map that depends on no pixel."""
    return np.zeros((rows, side_along(step.output, axis)))
