"""A network tried with other parameters and inputs, and what it then needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.analysis.memory import bytes_to_run
from convcalc.analysis.rows import not_counted
from convcalc.analysis.walk import walk
from convcalc.errors import ConvcalcError
from convcalc.network.parameters import Setting
from convcalc.solve.ranges import shown

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.interop.load import File
    from convcalc.layers import Shape
    from convcalc.solve.ranges import Number

INPUT = "input"  # what the resolution is called among the parameters


class Limit(NamedTuple):
    """What a network may need at most.

    Attributes:
        name: params, macs, flops or memory.
        most: the number.
        text: as it was given.
    """

    name: str
    most: int
    text: str


Totals = dict[str, int]
MEASURES: dict[str, Callable[[Analysis, str], int]] = {
    "params": lambda analysis, _: analysis.totals["params"],
    "macs": lambda analysis, _: analysis.totals["macs"] // analysis.batch,
    "flops": lambda analysis, _: analysis.totals["flops"] // analysis.batch,
    "memory": lambda analysis, dtype: bytes_to_run(analysis, dtype=dtype),
}
"""What can be limited: of one sample, but memory for the whole batch, as weights and the peak."""
_ALWAYS = ("params", "macs")


class Trials:
    """Networks of one file, each walked once.

    Args:
        file: the network's file.
        given: parameters that are set whatever else is tried.
        shape: likewise the input; the file's own where it is None.
        order: in which inputs are written, where it was said: chw or hwc.
        limits: what is limited, so that it is measured.
        batch: samples at once.
        dtype: of weights and activations, for the memory.
        tell: is told how many networks were tried.

    Attributes:
        own: the network as it is.
        totals: what that needs.
        unsure: what is not counted, where a cost is unknown.
    """

    def __init__(
        self,
        file: File,
        limits: tuple[Limit, ...],
        *,
        given: Mapping[str, Any],
        shape: Any = None,
        order: str = "",
        batch: int = 1,
        dtype: str = "float32",
        tell: Callable[[int], None] | None = None,
    ) -> None:
        self._file, self._given, self._shape, self._said = file, given, shape, order
        self.batch, self.dtype, self._tell = batch, dtype, tell
        self.limits = limits
        self._measured = dict.fromkeys([*_ALWAYS, *[limit.name for limit in limits]])
        self.own = walk(file.with_values(given, shape), batch)
        self.totals = self.needs(self.own)
        self.unsure = not_counted(self.own)
        self._own: dict[str, Any] = {**self.own.network.parameters}
        self._own.setdefault(INPUT, self.side)
        self._known: dict[tuple[tuple[str, Any], ...], Totals | None] = {}

    @property
    def side(self) -> int:
        """The side of the input that stands for its resolution; 0 where it is a vector."""
        own = self.own.network.input
        return own[_kept(own)] if len(own) > 1 else 0

    @property
    def count(self) -> int:
        """How many networks were tried."""
        return len(self._known)

    def needs(self, analysis: Analysis) -> Totals:
        """What a network needs."""
        return {name: MEASURES[name](analysis, self.dtype) for name in self._measured}

    def walked(self, values: Mapping[str, Number]) -> Analysis | None:
        """The network with such values; None where it is none.

        Args:
            values: of parameters, and under ``input`` the side of a map that goes in.
        """
        settings = {
            name: Setting(shown(value), name) for name, value in values.items() if name != INPUT
        }
        shape = self._written(self.shape(values[INPUT])) if INPUT in values else self._shape
        try:
            return walk(self._file.with_values({**self._given, **settings}, shape), self.batch)
        except ConvcalcError:
            return None

    def totals_of(self, values: Mapping[str, Number]) -> Totals | None:
        """What the network with such values needs; None where it is none."""
        key = tuple([(name, value) for name, value in values.items() if value != self._own[name]])
        if key not in self._known:
            analysis = self.walked(values) if key else self.own
            self._known[key] = self.needs(analysis) if analysis else None
            if self._tell:
                self._tell(self.count)
        return self._known[key]

    def tried(self) -> list[tuple[dict[str, Any], Totals]]:
        """What differs from the own values in each network that was tried, with what it needs."""
        return [(dict(key), totals) for key, totals in self._known.items() if totals]

    def shares(self, totals: Totals) -> list[Fraction]:
        """How much of each limit such a network takes, 1 for all of it."""
        return [Fraction(totals[limit.name], limit.most) for limit in self.limits]

    def shape(self, side: Number) -> Shape:
        """The input with another side; the other sides change in proportion, in as large steps, but frames stay."""
        own = self.own.network.input
        kept, by = _kept(own), int(side) - self.side
        step = grain(self.side) if by % grain(self.side) == 0 else 1
        moved = [each + round(Fraction(by * each, self.side * step)) * step for each in own[kept:]]
        return (*own[:kept], *[max(1, each) for each in moved])

    def _written(self, shape: Shape) -> Shape:
        """A shape as it is written for this file: channels last where that was said, or stands in the file."""
        order = self._said or self.own.network.order
        return (*shape[1:], shape[0]) if order == "hwc" else shape

    def options(self, values: Mapping[str, Number]) -> str:
        """The options that make the network with such values, as they are typed."""
        words = [f"--set {name}={shown(value)}" for name, value in values.items() if name != INPUT]
        if INPUT in values:
            words.append(f"--input {'x'.join(map(str, self._written(self.shape(values[INPUT]))))}")
            words += [f"--order {self._said}"] if self._said else []
        return " ".join(words)

    def broken(self, totals: Totals) -> tuple[str, ...]:
        """The limits that such a network breaks."""
        return tuple([limit.name for limit in self.limits if totals[limit.name] > limit.most])


def _kept(shape: Shape) -> int:
    """How many sides of an input are no resolution: the channels, and of pictures in a row the frames.

    >>> _kept((3, 224, 224)), _kept((3, 16, 112, 112)), _kept((1, 40, 56, 40))
    (1, 2, 1)
    """
    return 2 if len(shape) == 4 and shape[1] != shape[2] == shape[3] else 1


def grain(side: int) -> int:
    """In which steps a resolution changes: 32 pixels, and less where the image is small.

    >>> grain(224), grain(240), grain(28), grain(5)
    (32, 32, 4, 1)
    """
    return 1 << min(5, max(0, (side // 7).bit_length() - 1))
