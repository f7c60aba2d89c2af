"""A network that cannot take its input: the rows before the failing layer, and inputs that work."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from convcalc.analysis.shapes import works
from convcalc.analysis.sizes import AxisSizes, axis_sizes, nearest, with_size, working_input
from convcalc.analysis.table import network_report
from convcalc.analysis.walk import walk
from convcalc.errors import ConvcalcError, ShapeError, SpecError
from convcalc.network.axes import as_written, last_notes, order_notes
from convcalc.text import times

if TYPE_CHECKING:
    from convcalc.layers import Shape
    from convcalc.network.network import Network
    from convcalc.report import Report


class _Misfit:
    """An axis along which the input does not work.

    Attributes:
        row: the sizes of the axis.
        near: the nearest sizes that work.
    """

    def __init__(self, row: AxisSizes, near: list[int]) -> None:
        self.row, self.near = row, near

    @property
    def words(self) -> str:
        """The sizes that work: at least 16, or the nearest ones."""
        smallest = self.row.smallest
        if self.row.all_larger and smallest is not None and smallest > self.row.own:
            return f"must be at least {smallest}"
        only = f"must be {self.near[0]}"
        if len(self.near) == 1:
            return only
        least = f" (the smallest that works is {smallest})" if smallest not in self.near else ""
        return f"must be {self.near[0]} or {self.near[1]}, or further away{least}"

    @property
    def best(self) -> int:
        """The nearest size that works."""
        return min(self.near, key=lambda n: abs(n - self.row.own))


def with_inputs(error: ConvcalcError) -> ConvcalcError:
    """The error, with working inputs as its first way out."""
    if error.failed is None or not isinstance(error, SpecError | ShapeError):
        return error
    network = error.failed[0]
    order = next(order_notes(network), "") or next(last_notes(network), "")
    advice = order or (_advice(network) if len(network.nodes) > 1 else "")
    if not advice:
        return error
    what, _, way_out = error.what.partition("; ")
    what = f"{what}; {advice}" + f"; or {way_out}" * bool(way_out)
    if isinstance(error, SpecError):
        return SpecError(error.path, error.line, error.column, what, error.text)
    return ShapeError(what, error.layer)


def _advice(network: Network) -> str:
    """Which inputs work; empty if none was found, or the error has another reason."""
    base = working_input(network)
    if base is None or base == network.input:
        return ""
    found: dict[str, list[str]] = {}
    shape = network.input
    for axis in range(1, len(shape)):
        misfit = _misfit(network, base, axis)
        if misfit is None:
            continue
        shape = with_size(shape, axis, misfit.best)
        found.setdefault(misfit.words, []).append(misfit.row.axis)
    if not found or not works(network, shape):
        return f"an input that works is {times(as_written(base, network.order))}"
    said = [f"the input's {' and '.join(axes)} {words}" for words, axes in found.items()]
    return f"{', '.join(said)}, as in {times(as_written(shape, network.order))}"


def _misfit(network: Network, base: Shape, axis: int) -> _Misfit | None:
    """The misfit along an axis; None if its size works, or no working size was found."""
    if works(network, with_size(base, axis, network.input[axis])):
        return None
    row = axis_sizes(network, base, axis)
    near = nearest(network, base, row, axis)
    return _Misfit(row, near) if near else None


def rows_before(network: Network, stop: int) -> Report | None:
    """The table of the layers before the failing one, folded as usual; None if the first one fails."""
    if not stop:
        return None
    blocks = [block for block in network.blocks if block.stop <= stop]
    part = replace(
        network,
        nodes=network.nodes[:stop],
        blocks=blocks,
        expect={},
        home={},
        outputs={},
        shared=_shared_before(network, stop),
    )
    report = network_report(walk(part))
    return replace(report, notes=[], footer=[], hint="", totals={})


def _shared_before(network: Network, stop: int) -> dict[int, int]:
    """Which of the first layers use the weights of others."""
    return {place: source for place, source in network.shared.items() if place < stop}
