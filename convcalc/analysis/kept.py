"""What stays in memory from the forward to the backward pass, as in PyTorch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from convcalc.analysis.analysis import Analysis, Step


@dataclass(slots=True)
class KeptInTraining:
    """Values kept for the backward pass of a whole batch.

    Attributes:
        maps: each map that a backward pass needs, once, under the step that made it.
        holder: for each step, the step whose memory contains its values.
        needed: for each step, the maps that it needs.
        inside: for each step, the number of its own values that it keeps.
        indices: 64-bit integers of max pools.
        masks: values of dropout, with as many bytes as other values.
    """

    maps: dict[Step, int] = field(default_factory=dict)
    holder: dict[Step, Step] = field(default_factory=dict)
    needed: dict[Step, list[Step]] = field(default_factory=dict)
    inside: dict[Step, int] = field(default_factory=dict)
    indices: dict[Step, int] = field(default_factory=dict)
    masks: dict[Step, int] = field(default_factory=dict)

    @property
    def values(self) -> int:
        """All values except the indices."""
        return sum(map(sum, (each.values() for each in (self.maps, self.inside, self.masks))))

    def bytes(self, size: int) -> int:
        """Bytes of everything that is kept, for this number of bytes per value."""
        return size * self.values + 8 * sum(self.indices.values())


def kept_in_training(analysis: Analysis, stay: Collection[Step] = ()) -> KeptInTraining:
    """What the backward pass needs of a forward pass; each map once, even if several layers need it.

    A layer overwrites its input if neither it nor the layer that made the input needs it later, and
    nobody else reads it. Before the first trained layer nothing has a gradient, so nothing is kept.

    Args:
        analysis: the walked network.
        stay: steps whose values are needed again, so they are not overwritten.
    """
    kept = KeptInTraining(holder={image: image for image in analysis.images})
    holder = kept.holder
    trained: set[Step] = set()  # steps whose values have a gradient
    for step, _, freed in analysis.schedule():
        needs = step.layer.kept_for_backward(step.input, step.output)
        free = [each for each in freed if each not in stay]
        holder[step] = _holder(step, free, kept, needs_input=needs.input)
        if not (_trains(step) or not trained.isdisjoint(step.before)):
            continue
        trained.add(step)
        if step.layer.is_source:  # a parameter is already stored as a weight
            continue
        held = [holder[each] for each in step.before] if needs.input else []
        held += [holder[step]] if needs.output else []
        kept.needed[step] = [each for each in held if not each.layer.is_source]
        kept.maps.update({each: each.activations for each in kept.needed[step]})
        batch = analysis.batch
        for part, number in (
            (kept.inside, needs.values * batch + needs.statistics),
            (kept.indices, needs.indices * batch),
            (kept.masks, needs.masks * batch),
        ):
            if number:
                part[step] = number
    return kept


def _trains(step: Step) -> bool:
    """Whether a step has trained weights, its own or another's."""
    return bool(step.weights or step.biases or step.owner)


def _holder(
    step: Step, freed: Collection[Step], kept: KeptInTraining, *, needs_input: bool
) -> Step:
    """The step whose memory contains a step's values: itself, or its input."""
    if len(step.before) != 1:
        return step
    (source,) = step.before
    place = kept.holder[source]
    if step.layer.is_view or step.layer.is_part_view:
        return place
    if needs_input or source not in freed or not step.layer.in_place:
        return step
    is_taken = place in kept.maps or place.layer.is_source or source.layer.is_part_view
    return step if is_taken else place


def backward_macs(analysis: Analysis) -> dict[Step, int]:
    """Multiply-adds of the backward pass, by step.

    A layer's gradient of its input, unless that needs none (the picture), and of its weights.
    """
    found: dict[Step, int] = {}
    trained: set[Step] = set()
    for step in analysis.steps:
        has_gradient = not trained.isdisjoint(step.before)
        if not (has_gradient or _trains(step)):
            continue
        trained.add(step)
        of_input, of_weights = step.layer.backward_macs(step.input, step.output)
        found[step] = analysis.batch * (has_gradient * of_input + of_weights)
    return found
