"""The kernels of each output map, and the input maps that they read."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convcalc.reference import checks
from convcalc.reference.checks import Array, Shape


@dataclass(frozen=True)
class Kernels:
    """The weights of a convolution, checked against its input.

    Attributes:
        weight: (out_channels, maps each reads, *kernel_size), or (connections, *kernel_size).
        bias: (out_channels,); zeros without one.
        kernel_size: taps per spatial axis.
        groups: the number of groups of input and output maps.
        table: the input maps of every output map, if a table defines them instead of groups.
    """

    weight: Array
    bias: Array
    kernel_size: Shape
    groups: int
    table: tuple[Shape, ...] | None = None

    @property
    def maps(self) -> tuple[Shape, ...]:
        """The maps on the other side for each entry of the weight; a group's maps are in order."""
        if self.table is not None:
            return self.table
        readers, each = self.weight.shape[:2]
        dealt: list[Shape] = []
        for group in range(self.groups):
            share = tuple(range(group * each, (group + 1) * each))
            dealt += [share] * (readers // self.groups)
        return tuple(dealt)

    @property
    def most_read(self) -> int:
        """The most input maps that one output map reads."""
        if self.table is not None:
            return max(map(len, self.table))
        return int(self.weight.shape[1])

    def of(self, out: int) -> Array:
        """The kernels of one output map, one for each map it reads."""
        if self.table is None:
            own: Array = self.weight[out]
            return own
        before = sum(len(maps) for maps in self.table[:out])
        named: Array = self.weight[before : before + len(self.table[out])]
        return named


def kernels(
    owner: str,
    x: Array,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None,
    groups: int = 1,
    connections: object = None,
) -> Kernels:
    """The kernels of a convolution over x; refused if they do not fit."""
    channels, rank = x.shape[0], x.ndim - 1
    weight = checks.numbers(owner, "weight", weight)
    groups = checks.whole(owner, "groups", groups, least=1)
    table: tuple[Shape, ...] | None = None
    lead: Shape
    if connections is None:
        _same_rank(owner, x, weight, rank + 2, "(out_channels, in_channels / groups, *kernel_size)")
        checks.divides(owner, groups, in_channels=channels, out_channels=len(weight))
        out_channels, lead = len(weight), (len(weight), channels // groups)
    else:
        _same_rank(owner, x, weight, rank + 1, "(connections, *kernel_size)")
        if groups != 1:
            message = f"{owner}: groups is {groups} together with connections; leave it out, because the table decides"
            raise ValueError(message)
        table = checks.connection_table(owner, connections, channels)
        out_channels, lead = len(table), (sum(map(len, table)),)
    kernel_size = weight.shape[-rank:]
    weight = checks.of_shape(owner, "weight", weight, (*lead, *kernel_size))
    return Kernels(weight, bias_or_zeros(owner, bias, out_channels), kernel_size, groups, table)


def bias_or_zeros(owner: str, bias: npt.ArrayLike | None, channels: int) -> Array:
    """The bias, one number per map; without one, zeros in a type that does not change the result's type."""
    if bias is None:
        return np.zeros(channels, dtype=np.int8)
    return checks.of_shape(owner, "bias", bias, (channels,))


def transposed_kernels(
    owner: str, x: Array, weight: npt.ArrayLike, bias: npt.ArrayLike | None, groups: int
) -> Kernels:
    """The kernels of a transposed convolution; `maps` has the output maps of each input map.

    As in PyTorch, the weight is (in_channels, out_channels / groups, *kernel_size): the weight of the
    convolution that it transposes.
    """
    rank = x.ndim - 1
    weight = checks.numbers(owner, "weight", weight)
    groups = checks.whole(owner, "groups", groups, least=1)
    _same_rank(owner, x, weight, rank + 2, "(in_channels, out_channels / groups, *kernel_size)")
    checks.divides(owner, groups, in_channels=len(x))
    weight = checks.of_shape(owner, "weight", weight, (len(x), *weight.shape[1:]))
    shift = bias_or_zeros(owner, bias, weight.shape[1] * groups)
    return Kernels(weight, shift, weight.shape[2:], groups)


def _same_rank(owner: str, x: Array, weight: Array, rank: int, layout: str) -> None:
    if weight.ndim != rank:
        message = (
            f"{owner}: weight has {weight.ndim} axes and x has shape {x.shape}; "
            f"give weight {rank} axes, {layout}"
        )
        raise ValueError(message)
