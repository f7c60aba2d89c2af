"""The checkable numbers of a submitted network, which are stored instead of its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convcalc.layers.rf import UnknownField
from convcalc.layers.window import per_axis
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.layers import Shape
    from convcalc.network.network import Network

_MAX_UNKNOWN = 20  # names of layers that are kept
_WITH_KERNELS = "conv"  # the family whose kernel sizes are kept


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The numbers of a network.

    Attributes:
        inputs, outputs: their shapes, channels last.
        params, macs, flops: sums over the layers that convcalc knows.
        layers: how many there are.
        depth: the layers with weights on the longest path.
        kinds: how many there are of each kind.
        kernels: how many convolutions have each size of kernel, such as ``3×3``.
        rf: the receptive field of the output that sees most, along each axis; None if unknown.
        why: the reason why `rf` is unknown.
        unknown: the layers that convcalc does not know; they may make all sums larger.
    """

    inputs: list[list[int]]
    outputs: list[list[int]]
    params: int
    macs: int
    flops: int
    layers: int
    depth: int
    kinds: dict[str, int]
    kernels: dict[str, int]
    rf: list[int] | None
    why: str
    unknown: list[str]


def measured(network: Network) -> Measured:
    """The numbers of a network; costs that a file only states count as unknown.

    Raises:
        ConvcalcError: the layers do not fit together.
    """
    from convcalc.analysis.walk import walk

    found = walk(network)
    known = [step for step in found if step.layer.is_proven]
    rf, why = _field(found)
    unknown = dict.fromkeys(step.layer.called() for step in found.unproven)
    return Measured(
        inputs=[_channels_last(image.output) for image in found.images],
        outputs=[_channels_last(step.output) for step in found.outputs],
        params=sum([step.params for step in known]),
        macs=sum([step.macs for step in known]),
        flops=sum([step.flops for step in known]),
        layers=len(found),
        depth=_depth(found),
        kinds=dict(Counter([step.kind for step in found])),
        kernels=dict(Counter(_kernels(known))),
        rf=rf,
        why=why,
        unknown=list(unknown)[:_MAX_UNKNOWN],
    )


def _channels_last(shape: Shape) -> list[int]:
    """A shape as sheets write it: height × width × channels."""
    return [*shape[1:], shape[0]]


def _depth(found: Analysis) -> int:
    """The most layers with weights on a path from an input."""
    depths: dict[int, int] = {}
    for step in found:
        before = max([depths.get(each.place, 0) for each in step.before], default=0)
        depths[step.place] = before + bool(step.weights and step.macs)
    return max(depths.values(), default=0)


def _kernels(steps: Iterable[Step]) -> Iterable[str]:
    """The sizes of the kernels of convolutions."""
    for step in steps:
        if step.layer.family == _WITH_KERNELS:
            layer: Any = step.layer  # each of this family has kernels
            yield times(per_axis(layer.kernel_size, len(step.input) - 1))


def _field(found: Analysis) -> tuple[list[int] | None, str]:
    """The receptive field of the output that sees most, along each axis; or why it is not known."""
    from convcalc.analysis.analysis import widest

    if found.unproven:
        return None, "a layer can move or widen it"
    field = widest([found.rf_of(step) for step in found.outputs])
    if not isinstance(field, UnknownField):
        sizes = [axis.size for axis in field]
        return (sizes, "") if sizes else (None, "its input has no height or width")
    return ([*found.image.output[1:]], "") if field.whole else (None, field.reason)
