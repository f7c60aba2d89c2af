"""The windows on a path through a network, from which a receptive field is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convcalc.analysis.fields import local_fields
from convcalc.homework.questions.given import RfLayer
from convcalc.homework.questions.quantities import Rf, rf_size
from convcalc.layers.rf import Adaptive, Slide, UnknownField, Whole

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step

Path = tuple[RfLayer, ...]


def fields_along(analysis: Analysis, step: Step, sides: tuple[int, ...]) -> list[Rf]:
    """The numbers behind a receptive field along each axis; only one axis if all are equal.

    Args:
        analysis: a network, walked.
        step: the layer whose units are asked about.
        sides: their receptive field along each axis.

    Returns:
        An empty list if the field is not that of one path of windows, as after upsampling.
    """
    found = []
    for axis, side in enumerate(sides):
        wide = _path(step, axis, max)
        image = analysis.image.output[1:]
        if wide is None or len(image) != len(sides):
            return []
        numbers = Rf(
            wide,
            image=image[axis],
            axes=len(sides),
            narrow=_path(step, axis, min) or (),
            every=_every(step, axis),
            after=_after(analysis, step, axis),
            gathers=isinstance(step.rf, UnknownField),
            out=step.output[1 + axis] if len(step.output) > axis + 1 else 0,
        )
        if rf_size(numbers) != side:
            return []
        found.append(numbers)
    alike = len({axis[:2] for axis in found}) == 1
    return found[:1] if alike else found


def _window(step: Step, axis: int) -> Path | None:
    """The window of a layer along an axis; () if it has none, None if it reads in another way."""
    reads = step.work.reads
    if reads is None or isinstance(reads, UnknownField):
        return ()
    one = reads[axis]
    if isinstance(one, Slide):
        moves = one.k > 1 or one.s > 1 or step.layer.windows(step.input)  # padding has none
        return (RfLayer(one.k, one.s, one.d),) if moves else ()
    if isinstance(one, Whole):
        return (RfLayer(one.n, one.n if one.o == 1 else 1),)
    if isinstance(one, Adaptive) and one.n % one.o == 0:
        return (RfLayer(one.n // one.o, one.n // one.o),)
    return None


def _path(step: Step, axis: int, choose: Callable[..., Step]) -> Path | None:
    """The windows from the image to a layer; at branches on the path that sees most, or least."""
    found: list[RfLayer] = []

    def size(before: Step) -> int:
        return local_fields(before.rf)[axis].size

    while step.before:
        window = _window(step, axis)
        if window is None:
            return None
        found += window
        maps = [each for each in step.before if each.output[1:] == step.before[0].output[1:]]
        if len(maps) < len(step.before):  # a gate, one value for each map, scales the others
            maps = [each for each in step.before if each.output[1:] == step.output[1:]]
        paths = [each for each in maps if len(local_fields(each.rf)) > axis]
        if not paths:
            return None
        step = choose(paths, key=size)
    return tuple(found[::-1])


def _every(step: Step, axis: int) -> Path:
    """All windows on any path to a layer, one after the other; () if there are no branches."""
    found: dict[int, Step] = {}
    waiting, branched = [step], False
    while waiting:
        each = waiting.pop()
        if each.place in found or not each.before:
            continue
        found[each.place] = each
        branched |= len(each.before) > 1
        waiting += each.before
    if not branched:
        return ()
    windows = [_window(found[place], axis) for place in sorted(found)]
    return tuple([layer for window in windows for layer in window or ()])


def _after(analysis: Analysis, step: Step, axis: int) -> Path:
    """The window of the first later layer that has one along an axis."""
    for each in analysis.steps[step.place :]:
        if step in each.before and len(each.before) == 1:
            window = _window(each, axis)
            if window is None or any(layer.k > 1 for layer in window):
                return window or ()
            step = each
    return ()
