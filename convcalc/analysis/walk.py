"""The walk: each layer adds a step with its shape, cost and receptive field."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, Any

from convcalc import formulas
from convcalc.analysis.analysis import Analysis, SharedWork, Step, Work, image_steps
from convcalc.analysis.fields import carry, join, misalignment
from convcalc.errors import ShapeError
from convcalc.layers.checks import MAX_NUMBER, MAX_VALUES
from convcalc.layers.rf import NOTHING
from convcalc.network.axes import axis_words
from convcalc.network.network import without_collector
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.layers import Shape
    from convcalc.network.network import Network


def walk(network: Network, batch: int = 1, through: Collection[str] = ()) -> Analysis:
    """Walk a network: one step per layer.

    Args:
        network: a loaded network.
        batch: samples at once; multiplies macs, activations and counts, not parameters.
        through: what receptive fields leave out: ``norms`` over the whole map, ``gates``.

    Raises:
        SpecError: a layer does not fit; with its name, the numbers and what to change.
        ShapeError: the input is not a shape, or the batch is invalid.
    """
    for shape in network.inputs.values():
        _check_input(shape, batch)
    return _walk(network, batch, through, 0)


def _walk(network: Network, batch: int, through: Collection[str], at: int) -> Analysis:
    """A walk with receptive fields in pixels of one of the inputs."""
    images = image_steps(network.inputs, batch, at)
    with without_collector():
        steps = _steps(network, images, batch, through)
        if network.shared:
            _share(network, steps)
    again = partial(_walk, network, batch, through)
    analysis = Analysis(network, batch, images, steps, again, through)
    analysis.image = images[at]
    return analysis


def _share(network: Network, steps: list[Step]) -> None:
    """Let layers use the weights of others.

    Raises:
        SpecError: a layer needs other shapes of weights than the owner's.
    """
    for place, source in network.shared.items():
        step, owner = steps[place], steps[source]
        needed, kept = (each.layer.arrays(each.input, each.output) for each in (step, owner))
        if needed != kept:
            message = (
                f"uses the weights of {owner.name}, which are {_arrays_text(kept)}, but needs "
                f"{_arrays_text(needed)}; give both the same input channels and options"
            )
            raise network.error(network.nodes[place], message)
        step.work = SharedWork(step.work, owner)


def _arrays_text(arrays: dict[str, Shape]) -> str:
    """The shapes of a layer's arrays, for messages."""
    return " and ".join(f"{name} {times(shape)}" for name, shape in arrays.items()) or "none"


def _steps(
    network: Network, images: list[Step], batch: int, through: Collection[str]
) -> list[Step]:
    """The steps of all nodes."""
    known = images[::-1]  # inputs of a node count from the first image at −1, further ones at −2, …
    first = len(known)
    words = axis_words(network) if images[0].rf else ()  # further inputs have no units
    works: dict[Any, Work] = {}
    for place, node in enumerate(network.nodes, 1):
        name, layer, inputs, _ = node
        before = tuple([known[i + first] for i in inputs])
        shapes = tuple([step.work.output for step in before])
        key = (layer, shapes)
        work = works.get(key)
        if work is None:
            try:
                work = works[key] = Work(layer, shapes, batch)
            except ShapeError as error:
                failure = network.error(node, error.what)
                failure.failed = network, place - 1
                raise failure from None
        if layer.is_source:
            known.append(Step(place, name, work, (), tuple([NOTHING for _ in network.input[1:]])))
        elif len(before) > 1:
            rf = join(work, before, through)
            warning = partial(misalignment, work, before, through, words)
            known.append(Step(place, name, work, before, carry(work.reads, rf, through), warning))
        else:
            known.append(Step(place, name, work, before, carry(work.reads, before[0].rf, through)))
    return known[first:]


def _check_input(shape: Shape, batch: int) -> None:
    """Refuse inputs that are not a shape."""
    if not 1 <= len(shape) <= 4:
        message = f"the input {times(shape)} has {len(shape)} sides; give channels and up to 3 axes, without a batch"
        raise ShapeError(message)
    sides_fit = all([1 <= side <= MAX_NUMBER for side in shape])
    if not sides_fit or formulas.product(shape) > MAX_VALUES:
        message = f"the input {times(shape)} must have sides of at least 1 and at most {MAX_VALUES:,} values"
        raise ShapeError(message)
    if not 1 <= batch <= MAX_NUMBER:
        message = f"a batch of {batch} is not possible; use 1 or more"
        raise ShapeError(message)
