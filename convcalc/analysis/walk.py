"""The walk: a shape goes in, and each layer adds a step with its shape, cost and receptive field."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from convcalc import formulas
from convcalc.analysis.analysis import Analysis, Step, Work, image_step
from convcalc.analysis.fields import carry, join
from convcalc.errors import ShapeError
from convcalc.layers.checks import MAX_NUMBER, MAX_VALUES
from convcalc.layers.rf import NOTHING
from convcalc.network.network import without_collector
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.layers import Shape
    from convcalc.network.network import Network


def walk(network: Network, batch: int = 1, through: Collection[str] = ()) -> Analysis:
    """Walk a network: one step per layer.

    Args:
        network: what `convcalc.network` loaded.
        batch: samples at once; multiplies macs, activations and counts, not parameters.
        through: what receptive fields leave out: ``norms`` over the whole map, ``gates``.

    Raises:
        SpecError: a layer does not fit, with its name, the numbers and what to change.
        ShapeError: the input is not a shape, or there is no such batch.
    """
    _check_input(network.input, batch)
    image = image_step(network.input, batch)
    with without_collector():
        steps = _steps(network, image, batch, through)
        return Analysis(network, batch, image, steps, through)


def _steps(network: Network, image: Step, batch: int, through: Collection[str]) -> list[Step]:
    """The steps of all nodes."""
    known = [image]  # a node's inputs count from the image, at −1, so a step's place is one more
    works: dict[Any, Work] = {}
    for place, node in enumerate(network.nodes, 1):
        name, layer, inputs, _ = node
        before = tuple([known[i + 1] for i in inputs])
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
            rf, warning = join(work, before, through)
            known.append(Step(place, name, work, before, carry(work.reads, rf, through), warning))
        else:
            known.append(Step(place, name, work, before, carry(work.reads, before[0].rf, through)))
    return known[1:]


def _check_input(shape: Shape, batch: int) -> None:
    """Refuse inputs that are not a shape."""
    if not 1 <= len(shape) <= 4:
        message = f"the input {times(shape)} has {len(shape)} sides; give channels and up to 3 axes, without a batch"
        raise ShapeError(message)
    if min(shape) < 1 or max(shape) > MAX_NUMBER or formulas.product(shape) > MAX_VALUES:
        message = f"the input {times(shape)} must have sides of at least 1 and at most {MAX_VALUES:.0e} values"
        raise ShapeError(message)
    if not 1 <= batch <= MAX_NUMBER:
        message = f"a batch of {batch} is not possible; use 1 or more"
        raise ShapeError(message)
