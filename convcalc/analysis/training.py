"""Memory for training, by category: weights, gradients, the optimizer's values, and what is kept.

It is what stays from the forward to the backward pass. Gradients of maps come and go on top of it;
at most some of the largest maps exist at one time.
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
    """How many bytes the values of each sort have.

    Attributes:
        weights: each parameter and buffer.
        maps: each value that a layer gives, and each gradient of a weight.
        master: a second copy of each parameter, in more digits; 0 without one.
        states: each value of the optimizer.
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
    """A sum for each row and each column of the last two sides; of a vector one value each."""
    if len(sides) < 2:
        return formulas.product(sides)
    *others, rows, columns = sides
    return formulas.product([1, *others]) * (rows + columns)


# What each optimizer keeps for an array of parameters, as torch.optim's does.
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
        weights: parameters and buffers, with the second copy of mixed precision.
        gradients: of the parameters.
        optimizer: the optimizer's own values.
        saved: what is kept for the backward pass.
        indices, masks: parts of ``saved``: of max pools, and of dropout.
        segments: parts of the network that are run again, where only their inputs are kept; 0 without.
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
        """All of it."""
        return self.weights + self.gradients + self.optimizer + self.saved


def training(
    analysis: Analysis,
    *,
    optimizer: str = "sgd",
    precision: str = "float32",
    checkpoint: str = "",
) -> Training:
    """Bytes that training a network needs, for the batch of its walk.

    Args:
        analysis: of the network.
        optimizer: a key of `OPTIMIZERS`.
        precision: a key of `PRECISIONS`.
        checkpoint: ``every`` keeps only what lies between two parts that one map connects, and runs
            one part again at a time; ``sqrt`` joins these to about √n parts of equal number
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
    """The same, where some layers are not counted."""
    numbers = {name: AtLeast(number) for name, number in found._asdict().items()}
    return Training(**numbers)._replace(segments=found.segments)


def _saved(analysis: Analysis, size: int, checkpoint: str) -> dict[str, int]:
    """The bytes that are kept, and parts of them."""
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
    """The parts of a network that only one map connects, each with the step that goes in.

    Args:
        analysis: of the network.
        checkpoint: ``every`` for all of these parts, ``sqrt`` for about √n of them, joined.
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
    """Neighbouring parts as so many larger ones, of as nearly the same number as can be."""
    bounds = [len(parts) * i // number for i in range(number + 1)]
    return [
        (parts[first][0], [step for _, steps in parts[first:last] for step in steps])
        for first, last in pairwise(bounds)
    ]


def largest_batch(network: Network, room: int, **options: str) -> int:
    """The most samples that can be trained at once in so many bytes; 0 where not even one can.

    Args:
        network: what is trained; it has parameters.
        room: bytes.
        options: as for `training`.
    """
    one, two = (network.walk(batch) for batch in (1, 2))
    first, second = (training(each, **options).total for each in (one, two))
    each = second - first  # what is kept grows by the same for each sample
    return max(0, (room - first) // each + 1)
