"""A network tried with other parameters and inputs, and its amounts."""

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

INPUT = "input"  # the name of the resolution among the parameters


class Limit(NamedTuple):
    """The most that a network may need.

    Attributes:
        name: params, macs, flops or memory.
        most: the number.
        text: the limit as given.
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
        given: parameters that are always set.
        shape: the same for the input; None for the file's own.
        order: the order of input shapes, if given: chw or hwc.
        limits: the limits, whose amounts are measured.
        batch: samples at once.
        dtype: the type of weights and activations, for the memory.
        tell: called with the number of networks tried.

    Attributes:
        own: the unchanged network.
        totals: its amounts.
        unsure: what is not counted, if a cost is unknown.
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
        """The side of the input that is its resolution; 0 for a vector."""
        own = self.own.network.input
        return own[_kept(own)] if len(own) > 1 else 0

    @property
    def count(self) -> int:
        """The number of networks tried."""
        return len(self._known)

    def needs(self, analysis: Analysis) -> Totals:
        """The amounts of a network."""
        return {name: MEASURES[name](analysis, self.dtype) for name in self._measured}

    def walked(self, values: Mapping[str, Number]) -> Analysis | None:
        """The network with given values; None if they give no network.

        Args:
            values: values of parameters, and under ``input`` the side of the input map.
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
        """The amounts of the network with given values; None if they give no network."""
        key = tuple([(name, value) for name, value in values.items() if value != self._own[name]])
        if key not in self._known:
            analysis = self.walked(values) if key else self.own
            self._known[key] = self.needs(analysis) if analysis else None
            if self._tell:
                self._tell(self.count)
        return self._known[key]

    def tried(self) -> list[tuple[dict[str, Any], Totals]]:
        """The changed values of each tried network, with its amounts."""
        return [(dict(key), totals) for key, totals in self._known.items() if totals]

    def shares(self, totals: Totals) -> list[Fraction]:
        """The used share of each limit, 1 for all of it."""
        return [Fraction(totals[limit.name], limit.most) for limit in self.limits]

    def shape(self, side: Number) -> Shape:
        """The input with another side; other sides change in proportion, in equal steps, except frames."""
        own = self.own.network.input
        kept, by = _kept(own), int(side) - self.side
        step = grain(self.side) if by % grain(self.side) == 0 else 1
        moved = [each + round(Fraction(by * each, self.side * step)) * step for each in own[kept:]]
        return (*own[:kept], *[max(1, each) for each in moved])

    def _written(self, shape: Shape) -> Shape:
        """A shape in the order for this file: channels last if the user or the file says so."""
        order = self._said or self.own.network.order
        return (*shape[1:], shape[0]) if order == "hwc" else shape

    def options(self, values: Mapping[str, Number]) -> str:
        """The options for the network with given values, as typed."""
        words = [f"--set {name}={shown(value)}" for name, value in values.items() if name != INPUT]
        if INPUT in values:
            words.append(f"--input {'x'.join(map(str, self._written(self.shape(values[INPUT]))))}")
            words += [f"--order {self._said}"] if self._said else []
        return " ".join(words)

    def broken(self, totals: Totals) -> tuple[str, ...]:
        """The limits that a network with given amounts breaks."""
        return tuple([limit.name for limit in self.limits if totals[limit.name] > limit.most])


def _kept(shape: Shape) -> int:
    """How many sides of an input are not a resolution: the channels, and for video the frames.

    >>> _kept((3, 224, 224)), _kept((3, 16, 112, 112)), _kept((1, 40, 56, 40))
    (1, 2, 1)
    """
    return 2 if len(shape) == 4 and shape[1] != shape[2] == shape[3] else 1


def grain(side: int) -> int:
    """The step of a resolution: 32 pixels, and less for a small image.

    >>> grain(224), grain(240), grain(28), grain(5)
    (32, 32, 4, 1)
    """
    return 1 << min(5, max(0, (side // 7).bit_length() - 1))
