"""The memory of the witness, estimated before any of it is allocated.

For each layer: the maps that are still needed, its weights, its output, and the temporary memory of
its witness. Nothing here makes an array; the tests compare it with measured peaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from convcalc.reference.scratch import LayerRun
from convcalc.verify.fields import has_field, side_along
from convcalc.verify.witnesses import options_on, witness_of

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step

_SEEN_UNIT = 700  # bytes per claim about one unit's field along one axis, with its result
_FLOAT64 = 8
BYTES = {"float32": 4, "float64": _FLOAT64}


class Need(NamedTuple):
    """The peak memory of one part of the checks.

    Attributes:
        part: this part, as the subject of a sentence.
        size: bytes.
        where: the layer.
    """

    part: str
    size: int
    where: str


def run_need(analysis: Analysis, each: int) -> Need:
    """The full run, with this many bytes per number."""
    most = Need("running it", 0, "")
    numbers = sum([prod(image.output) for image in analysis.images])
    last_use = last_uses(analysis)
    for step, _, freed in analysis.schedule():
        kept = step.params + step.buffers
        run = LayerRun(step.layer.options(), step.input, step.output, kept, each)
        numbers += prod(step.output)
        size = (numbers + kept) * each + witness_of(step).scratch(run)
        if size > most.size:
            most = most._replace(size=size, where=step.name)
        numbers -= sum([prod(source.output) for source in freed])
        if step in last_use:
            numbers += kept  # until the last layer with the same weights
        owner = step.owner
        if owner and last_use[owner] is step:
            numbers -= owner.params + owner.buffers
    return most


def last_uses(analysis: Analysis) -> dict[Step, Step]:
    """For each step whose weights are shared, the last step that uses them."""
    return {step.owner: step for step in analysis if step.owner}


def fields_need(analysis: Analysis, images: Sequence[int]) -> Need:
    """The receptive fields, with this many images along each axis, one per perturbed pixel."""
    most, seen = Need("finding its receptive fields", 0, ""), 0
    for axis, rows in enumerate(images):
        n = side_along(analysis.image.output, axis)
        alive = sum([side_along(image.output, axis) for image in analysis.images])
        for step, _, freed in analysis.schedule():
            into = max([side_along(shape, axis) for shape in step.shapes])
            out = side_along(step.output, axis)
            alive += out
            if rows == n:
                seen += _SEEN_UNIT * out
            # In addition: the rows before they are marked, and a byte for each mark.
            scratch = 0
            if has_field(step):
                scratch = witness_of(step).axis_scratch(options_on(step, axis), rows, into, out)
            numbers = rows * (alive + out) + scratch
            size = numbers * _FLOAT64 + rows * out + seen
            if size > most.size:
                most = most._replace(size=size, where=step.name)
            alive -= sum([side_along(source.output, axis) for source in freed])
    return most


# ------------------------------------------------------------------------------ messages


def apart(one: int, other: int) -> tuple[str, str]:
    """Two different sizes as text, with enough decimals to show the difference."""
    for decimals in range(1, 10):
        texts = (size_text(one, decimals), size_text(other, decimals))
        if texts[0] != texts[1]:
            break
    return texts


def size_text(size: int, decimals: int = 1) -> str:
    """Bytes in a suitable unit.

    >>> size_text(12_004_000_000), size_text(1_500_000), size_text(900)
    ('12.0 GB', '1.5 MB', '900 bytes')
    """
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:,.{decimals}f} {name}"
    return f"{size} bytes"


__all__ = [
    "BYTES",
    "Need",
    "apart",
    "fields_need",
    "last_uses",
    "run_need",
    "size_text",
]
