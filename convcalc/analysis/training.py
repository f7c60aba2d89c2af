"""Memory for training, by category: weights, gradients, optimizer, and values kept for the backward pass.

Kept values stay from the forward to the backward pass. Gradients of maps come and go in addition;
at any time, only some of the largest maps have one.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

from convcalc import formulas
from convcalc.analysis.kept import kept_in_training
from convcalc.text import AtLeast

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.analysis.kept import KeptInTraining
    from convcalc.layers import Shape
    from convcalc.network.network import Network

INDEX_BYTES = 8


class Precision(NamedTuple):
    """The bytes of each sort of value.

    Attributes:
        weights: of a parameter or buffer.
        maps: of an output value, and of a weight's gradient.
        master: of a second copy of each parameter, with more digits; 0 without one.
        states: of a value of the optimizer.
    """

    weights: int
    maps: int
    master: int
    states: int


PRECISIONS = {
    "float32": Precision(4, 4, 0, 4),
    "float16": Precision(2, 2, 0, 2),
    "bfloat16": Precision(2, 2, 0, 2),
    "float64": Precision(8, 8, 0, 8),
    # Rajbhandari et al. 2020, arXiv:1910.02054, section 3.1: 16 bytes a parameter with Adam.
    "mixed": Precision(2, 2, 4, 4),
}


def _one_each(sides: Shape) -> int:
    """One value for each parameter."""
    return formulas.product(sides)


def _two_each(sides: Shape) -> int:
    """Two values for each parameter."""
    return 2 * formulas.product(sides)


def _factored(sides: Shape) -> int:
    """A sum for each row and column of the last two sides; one value each for a vector."""
    if len(sides) < 2:
        return formulas.product(sides)
    *others, rows, columns = sides
    return formulas.product([1, *others]) * (rows + columns)


# The optimizers' values for an array of parameters, as in torch.optim.
OPTIMIZERS: dict[str, tuple[Callable[[Shape], int], str]] = {
    "sgd": (lambda _: 0, "nothing"),
    "momentum": (_one_each, "1 value a parameter: the velocity"),
    "adam": (_two_each, "2 values a parameter: the means of the gradient and of its square"),
    "adamw": (_two_each, "2 values a parameter: the means of the gradient and of its square"),
    "adafactor": (_factored, "sums over rows and columns of the squares (Shazeer & Stern 2018)"),
}
CHECKPOINTS = ("every", "sqrt")


class Training(NamedTuple):
    """Bytes that training needs.

    Attributes:
        weights: parameters and buffers, including the second copy of mixed precision.
        gradients: of the parameters.
        optimizer: the optimizer's own values.
        saved: the values kept for the backward pass.
        indices, masks: parts of ``saved``: of max pools, and of dropout.
        segments: parts of the network that run again, because only their inputs are kept; 0 without.
    """

    weights: int
    gradients: int
    optimizer: int
    saved: int
    indices: int
    masks: int
    segments: int = 0

    @property
    def total(self) -> int:
        """The sum."""
        return self.weights + self.gradients + self.optimizer + self.saved


def training(
    analysis: Analysis,
    *,
    optimizer: str = "sgd",
    precision: str = "float32",
    checkpoint: str = "",
) -> Training:
    """Bytes for training a network, with the batch of its walk.

    Args:
        analysis: the walked network.
        optimizer: a key of `OPTIMIZERS`.
        precision: a key of `PRECISIONS`.
        checkpoint: ``every`` only keeps the maps between parts that are connected by one map, and runs
            one part at a time again; ``sqrt`` joins these parts to about √n equal groups
            (Chen et al. 2016, arXiv:1604.06174); empty keeps everything.
    """
    size, params = PRECISIONS[precision], analysis.totals["params"]
    state = OPTIMIZERS[optimizer][0]
    states = sum(
        [
            state(sides)
            for step in analysis
            if not step.owner
            for sides in step.layer.trained_arrays(step.input, step.output)
        ]
    )
    found = Training(
        weights=size.weights * (params + analysis.totals["buffers"]) + size.master * params,
        gradients=size.maps * params,
        optimizer=size.states * states,
        **_saved(analysis, size.maps, checkpoint),
    )
    return _at_least(found) if analysis.unavailable else found


def _at_least(found: Training) -> Training:
    """The same as lower bounds, if some layers are not counted."""
    numbers = {name: AtLeast(number) for name, number in found._asdict().items()}
    return Training(**numbers)._replace(segments=found.segments)


def _saved(analysis: Analysis, size: int, checkpoint: str) -> dict[str, int]:
    """The kept bytes, and parts of them."""
    if not checkpoint:
        kept = kept_in_training(analysis)
        return {
            "saved": kept.bytes(size),
            "indices": INDEX_BYTES * sum(kept.indices.values()),
            "masks": size * sum(kept.masks.values()),
        }
    parts = segments(analysis, checkpoint)
    kept = kept_in_training(analysis, {start for start, _ in parts})
    inputs = size * sum([start.activations for start, _ in parts])
    again = [_saved_in(kept, steps, start, size) for start, steps in parts]
    largest = max(again, key=lambda each: each["saved"])
    return {**largest, "saved": inputs + largest["saved"], "segments": len(parts)}


def _saved_in(kept: KeptInTraining, steps: list[Step], start: Step, size: int) -> dict[str, int]:
    """The bytes that a part of a network keeps while it runs again, without its input."""
    maps = {each for step in steps for each in kept.needed.get(step, ())}
    maps.discard(kept.holder[start])
    inside = sum([kept.inside.get(step, 0) for step in steps])
    masks = size * sum([kept.masks.get(step, 0) for step in steps])
    indices = INDEX_BYTES * sum([kept.indices.get(step, 0) for step in steps])
    values = size * (sum([each.activations for each in maps]) + inside)
    return {"saved": values + masks + indices, "indices": indices, "masks": masks}


def segments(analysis: Analysis, checkpoint: str) -> list[tuple[Step, list[Step]]]:
    """The parts of a network that are connected by only one map, each with the step before it.

    Args:
        analysis: the walked network.
        checkpoint: ``every`` for all these parts, ``sqrt`` for about √n groups of them.
    """
    parts: list[tuple[Step, list[Step]]] = []
    steps: list[Step]
    start, steps = analysis.image, []
    for step, alive, freed in analysis.schedule():
        steps.append(step)
        if len(alive) - len(freed) == 1 and step not in freed:
            parts.append((start, steps))
            start, steps = step, []
    if steps:
        parts.append((start, steps))
    if checkpoint == "sqrt":
        parts = _joined(parts, max(1, isqrt(len(parts))))
    return parts


def _joined(parts: list[tuple[Step, list[Step]]], number: int) -> list[tuple[Step, list[Step]]]:
    """Neighbouring parts joined to this number of groups, as equal as possible."""
    bounds = [len(parts) * i // number for i in range(number + 1)]
    return [
        (parts[first][0], [step for _, steps in parts[first:last] for step in steps])
        for first, last in pairwise(bounds)
    ]


def largest_batch(network: Network, room: int, **options: str) -> int:
    """The largest batch that can be trained in this many bytes; 0 if not even one sample fits.

    Args:
        network: a network with parameters.
        room: bytes.
        options: as for `training`.
    """
    one, two = (network.walk(batch) for batch in (1, 2))
    first, second = (training(each, **options).total for each in (one, two))
    each = second - first  # kept bytes grow equally with each sample
    return max(0, (room - first) // each + 1)
