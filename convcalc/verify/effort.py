"""The approximate time of the checks, estimated before they begin.

The numbers come from the walk: products, elementary operations and cells of each layer. The rates
are those of one core of an ordinary machine, rather low, so that no option causes unexpected work.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.reference.gather import most_places
from convcalc.text import grouped, plural
from convcalc.verify.fields import has_field, side_along
from convcalc.verify.witnesses import options_on, witness_of

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step

MAX_SECONDS = 3600

# Per second:
_PRODUCTS = 5 * 10**9  # of large matrices
_THIN_PRODUCTS = 3 * 10**8  # of thin ones, which are read from memory for each product
_OPERATIONS = 10**8  # cell by cell
_FILLED = 5 * 10**7  # random numbers

# In seconds:
_STEP = 3e-7  # one cell along an axis, in a Python loop
_TAP = 4e-6  # one tap of a window, a call of NumPy
_NODE = 5e-4  # a layer, without its arithmetic
_SORT = 0.05  # the loops on a small copy

_FEW_MAPS = 4  # a matrix of fewer rows is thin
_FEW_USES = 10  # products per number that is read or written


class Effort(NamedTuple):
    """The time of one part of the checks.

    Attributes:
        part: this part, as the subject of a sentence.
        seconds: the approximate time.
        where: the layer that takes most of it, with its work.
    """

    part: str
    seconds: float
    where: str


def run_effort(analysis: Analysis) -> Effort:
    """The full run of all layers."""
    total, most, where = 0.0, -1.0, ""
    for step in analysis:
        seconds = _seconds_of_run(step)
        total += seconds
        if seconds > most:
            most, where = seconds, _where(step)
    return Effort("running it", total, where)


def _where(step: Step) -> str:
    """A layer with its products or its other operations, whichever are more."""
    operations = sum(step.counts.values())
    if step.macs >= operations:
        return f"{grouped(step.macs)} products at {step.name}"
    return f"{grouped(operations)} operations at {step.name}"


def _seconds_of_run(step: Step) -> float:
    """One layer at its full size."""
    if not step.layer.is_proven:
        return _NODE
    kept, cells = step.params + step.buffers, sum(map(prod, step.shapes)) + prod(step.output)
    taps = prod(_kernel(step))
    blocks = 1
    if witness_of(step).stamps:
        blocks += prod(step.input[1:]) // most_places(step.output[0] * taps)
    maps = step.output[0] // step.layer.options().get("groups", 1)
    thin = maps < _FEW_MAPS or step.macs < _FEW_USES * (kept + cells)
    walked = sum(step.input) + sum(step.output) + sum(_kernel(step))
    return (
        step.macs / (_THIN_PRODUCTS if thin else _PRODUCTS)
        + (sum(step.counts.values()) + cells) / _OPERATIONS
        + kept / _FILLED
        + walked * _STEP
        + blocks * taps * _TAP
        + _NODE
    )


def _kernel(step: Step) -> Sequence[int]:
    """Taps of a window along each axis; empty without windows."""
    kernel: Any = step.layer.options().get("kernel_size", ())
    return kernel if isinstance(kernel, tuple) else (kernel,) * max(1, len(step.input) - 1)


def fields_effort(analysis: Analysis, images: Sequence[int]) -> Effort:
    """The receptive fields, with this many perturbed pixels along each axis."""
    total, most, where = 0.0, -1.0, ""
    for step in analysis:
        seconds = 0.0
        for axis, rows in enumerate(images if has_field(step) else ()):
            cells, out = (side_along(shape, axis) for shape in (step.input, step.output))
            options = options_on(step, axis)
            taps = options.get("kernel_size", 0)
            products = taps * (cells if witness_of(step).stamps else out)
            seconds += rows * (len(step.shapes) * cells + out) / _OPERATIONS
            seconds += rows * products / _THIN_PRODUCTS + (cells + out) * _STEP + _NODE
            seconds += taps * _TAP
        total += seconds
        if seconds > most:
            most, where = seconds, f"{max(images, default=0):,} pixels through {step.name}"
    return Effort("finding its receptive fields", total, where)


def loops_effort(sorts: int) -> Effort:
    """The textbook loops on a small copy of each sort of layer."""
    return Effort("running the loops", sorts * _SORT, plural(sorts, "sort") + " of layers")


def duration(seconds: float) -> str:
    """A time in a suitable unit.

    >>> duration(5), duration(700), duration(90_000), duration(10**12)
    ('5 seconds', '12 minutes', '25 hours', '31,710 years')
    """
    for unit, name, most in (
        (1, "second", 100),
        (60, "minute", 60),
        (3600, "hour", 48),
        (86_400, "day", 1000),
    ):
        if seconds < most * unit:
            return plural(round(seconds / unit), name)
    return plural(round(seconds / (365 * 86_400)), "year")
