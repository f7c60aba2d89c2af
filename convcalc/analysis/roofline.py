"""Whether a device's arithmetic or its memory limits each layer, and the least time.

Williams, Waterman & Patterson 2009: a layer needs at least its operations divided by the device's peak,
and its bytes divided by the device's bandwidth. Real programs take longer, so these are lower bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from convcalc.analysis.memory import BYTES

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step


class Roof(NamedTuple):
    """The limits of a device.

    Attributes:
        name: the device, or ``given``.
        peak: operations per second, two per multiply-add.
        bandwidth: bytes per second.
        precision: the type of weights and maps, a key of `BYTES`.
        source: where the limits come from.
    """

    name: str
    peak: int
    bandwidth: int
    precision: str
    source: str

    @property
    def ridge(self) -> float:
        """Multiply-adds per byte above which arithmetic is the limit.

        >>> round(Roof("tpu-v1", 92 * 10**12, 34 * 10**9, "int8", "").ridge)
        1353
        """
        return self.peak / 2 / self.bandwidth


class Load(NamedTuple):
    """The work of a layer on a device.

    Attributes:
        step: the layer.
        macs: multiply-adds for the batch.
        bytes: bytes that are read and written.
        roof: the device.
    """

    step: Step
    macs: int
    bytes: int
    roof: Roof

    @property
    def intensity(self) -> float:
        """Multiply-adds per byte."""
        return self.macs / self.bytes if self.bytes else 0.0

    @property
    def bound(self) -> str:
        """Its limit: arithmetic or memory; empty if it moves no bytes."""
        if not self.bytes:
            return ""
        return "arithmetic" if self.intensity >= self.roof.ridge else "memory"

    @property
    def seconds(self) -> float:
        """The least time."""
        return max(2 * self.macs / self.roof.peak, self.bytes / self.roof.bandwidth)


def _stored(step: Step) -> int:
    """The number of stored values of a layer."""
    return step.params + step.buffers


def _every(step: Step) -> int:
    """Values that are read and written: all inputs, weights and the output; nothing for a view."""
    if step.layer.is_view or step.layer.is_source:
        return 0
    return sum([source.activations for source in step.before]) + _stored(step) + step.activations


def _fused(step: Step) -> int:
    """The same, but a layer that can work in place does so before its input is written."""
    if len(step.before) == 1 and step.layer.in_place:
        return _stored(step)
    return _every(step)


MODELS: dict[str, tuple[Callable[[Step], int], str]] = {
    "layers": (_every, "every layer reads its inputs and weights and writes its output"),
    "fused": (_fused, "the same, but norms, activations and dropout are done before their input is written"),
}  # fmt: skip
"""Which values a layer moves, by name."""


def roofline(analysis: Analysis, roof: Roof, model: str = "layers") -> list[Load]:
    """The work of each layer on a device.

    Args:
        analysis: the walked network.
        roof: the limits of the device.
        model: how bytes are counted, a key of `MODELS`.
    """
    size, values = BYTES[roof.precision], MODELS[model][0]
    return [Load(step, step.macs, size * values(step), roof) for step in analysis.steps]


def whole_bytes(analysis: Analysis, precision: str) -> int:
    """Bytes that any program moves: all weights, inputs and outputs, each once."""
    stored = sum([_stored(step) for step in analysis.steps])
    ends = sum([step.activations for step in (*analysis.images, *analysis.outputs)])
    return BYTES[precision] * (stored + ends)
