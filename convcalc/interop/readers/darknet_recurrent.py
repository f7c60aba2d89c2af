"""Darknet's recurrent sections, one step of a sequence: fully connected layers of the input and of the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.interop.graph import BROKEN
from convcalc.interop.readers.darknet_sections import Reading, section_of

if TYPE_CHECKING:
    from convcalc.interop.readers.darknet import Section


class _Step:
    """The layers of one step.

    Args:
        reading, section: the reader and its section.
        at: the place of the input.
    """

    def __init__(self, reading: Reading, section: Section, at: int) -> None:
        self.reading, self.section, self.at = reading, section, at
        reading.graph.note(
            f"line {section.line}: of [{section.word}] one step of the sequence is counted"
        )

    def state(self, called: str, *sides: int) -> int:
        """The state from the previous step, which costs nothing."""
        return self.reading.layer(
            self.section,
            "custom",
            [self.at],
            type=called,
            output=sides,
            params=0,
            macs=0,
            rf="all",
        )

    def connected(self, at: int, units: int) -> int:
        """A fully connected layer, with a norm if the section has one."""
        normed = self.reading.flag(self.section, "batch_normalize")
        at = self.reading.layer(self.section, "linear", [at], out_features=units, bias=not normed)
        return self.reading.layer(self.section, "batchnorm", [at]) if normed else at

    def convolved(self, at: int, channels: int) -> int:
        """A convolution with the section's window, a norm if it has one, and its activation."""
        reading, section = self.reading, self.section
        size = reading.whole(section, "size", 3)
        # Without a given size, windows are 3×3 and keep the size, as in the first Darknet.
        is_same = "size" not in section.options or reading.flag(section, "pad")
        padding = size // 2 if is_same else reading.whole(section, "padding", 0, least=0)
        normed = reading.flag(section, "batch_normalize")
        at = reading.layer(
            section, "conv", [at], out_channels=channels, kernel_size=size, padding=padding,
            stride=reading.whole(section, "stride", 1), dilation=reading.whole(section, "dilation", 1),
            groups=reading.whole(section, "groups", 1), bias=not normed,
        )  # fmt: skip
        at = reading.layer(section, "batchnorm", [at]) if normed else at
        return reading.activation(section, at, "logistic")

    def gate(self, kind: str, state: int, units: int) -> int:
        """Input and state, each multiplied by its weights, then summed and activated."""
        both = [self.connected(self.at, units), self.connected(state, units)]
        return self.join(kind, self.join("add", *both))

    def join(self, kind: str, *reads: int) -> int:
        """Add a layer without options."""
        return self.reading.layer(self.section, kind, reads)


def _entered(reading: Reading, section: Section) -> _Step | None:
    """A step on the input as a vector; None if that is wrong."""
    at = reading.at
    if at != BROKEN and len(reading.graph.shape(at)) > 1:
        at = reading.layer(section, "flatten", [at])
    return None if at == BROKEN else _Step(reading, section, at)


@section_of("rnn", options="output hidden shortcut logistic")
def _rnn(reading: Reading, section: Section) -> int:
    step = _entered(reading, section)
    if step is None:
        return BROKEN
    hidden = reading.whole(section, "hidden", 1)
    sides = [step.at, step.state("rnn state", hidden)]
    made = [reading.activation(section, step.connected(side, hidden), "logistic") for side in sides]
    out = step.connected(step.join("add", *made), reading.whole(section, "output", 1))
    return reading.activation(section, out, "logistic")


@section_of("gru", options="output tanh")
def _gru(reading: Reading, section: Section) -> int:
    step = _entered(reading, section)
    if step is None:
        return BROKEN
    units = reading.whole(section, "output", 1)
    state = step.state("gru state", units)
    update, reset = (step.gate("sigmoid", state, units) for _ in range(2))
    kept = step.join("multiply", reset, state)
    kind = "tanh" if reading.flag(section, "tanh") else "sigmoid"
    fresh = step.gate(kind, kept, units)
    # old · z + new · (1 - z), written as new + z · (old - new)
    change = step.join("multiply", update, step.join("subtract", state, fresh))
    return step.join("add", fresh, change)


@section_of("lstm", options="output")
def _lstm(reading: Reading, section: Section) -> int:
    step = _entered(reading, section)
    if step is None:
        return BROKEN
    units = reading.whole(section, "output", 1)
    state, cell = step.state("lstm state", units), step.state("lstm cell", units)
    kinds = ("sigmoid", "sigmoid", "tanh", "sigmoid")
    forget, enter, fresh, leave = (step.gate(kind, state, units) for kind in kinds)
    kept = step.join(
        "add", step.join("multiply", forget, cell), step.join("multiply", enter, fresh)
    )
    return step.join("multiply", leave, step.join("tanh", kept))


@section_of("crnn", options="output output_filters hidden hidden_filters size stride pad padding dilation groups shortcut xnor")  # fmt: skip
def _crnn(reading: Reading, section: Section) -> int:
    at = reading.at
    if at == BROKEN:
        return BROKEN
    shape = reading.graph.shape(at)
    if len(shape) == 1:  # the output of a fully connected section is a map of one cell
        at = reading.layer(section, "reshape", [at], shape=(*shape, 1, 1))
    step = _Step(reading, section, at)
    units = {
        name: reading.whole(section, f"{name}_filters", reading.whole(section, name, 1))
        for name in ("hidden", "output")
    }
    hidden = units["hidden"]
    entered = step.convolved(at, hidden)
    if entered == BROKEN:
        return BROKEN
    state = step.state("crnn state", *reading.graph.shape(entered))
    summed = step.join("add", entered, step.convolved(state, hidden))
    return step.convolved(summed, units["output"])
