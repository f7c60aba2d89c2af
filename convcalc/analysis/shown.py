"""How a walk shows itself in Python: on a line, in a notebook, as plain data and as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.report import Report, Shown
from convcalc.text import grouped, per_axis, printable, shortened, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.draw import Picture


class ShownStep(Shown):
    """How a step shows itself."""

    __slots__ = ()

    def __repr__(self: Step) -> str:  # type: ignore[misc]  # it is mixed into Step alone
        made_by = " ".join(filter(None, (self.kind, self.option_text)))
        shapes = f"{' + '.join(map(times, self.shapes))} → {times(self.output)}"
        cost = _costs(self.params, self.macs) if self.is_costed else "cost unavailable"
        field = f", rf {per_axis([axis.size for axis in self.rf_axes])}" if self.rf_axes else ""
        return f"<Step {self.place} {printable(self.name)}: {made_by}, {shapes}, {cost}{field}>"

    def shown(self: Step) -> Report:  # type: ignore[misc]
        """The report of `convcalc layer`."""
        from convcalc.analysis.layer_lines import layer_lines, notes_beside

        name = [] if self.name == self.kind else [f"layer    {self.name}"]
        return Report("", (), (), lines=[*name, *layer_lines(self)], notes=notes_beside(self))

    def draw(self: Step, picture: str = "fit", **options: Any) -> Picture:  # type: ignore[misc]
        """A picture of the layer, which a notebook shows and ``print`` draws in letters.

        Args:
            picture: ``fit``, every window on the padded input; or ``window``, the kernel on the input.
            options: of ``window``: ``step=(1, 0)`` for one output, ``every=True`` for all.

        Raises:
            ConvcalcError: there is no such picture, or the layer has no windows.
        """
        from convcalc.draw.asked import layer_picture  # from a floor above, only for a picture

        return layer_picture(self.layer, self.input, picture, **options)


class ShownAnalysis(Shown):
    """How a walked network shows itself."""

    def __repr__(self: Analysis) -> str:  # type: ignore[misc]  # it is mixed into Analysis alone
        return f"<Analysis {summary(self)}>"

    def to_dict(self: Analysis) -> dict[str, Any]:  # type: ignore[misc]
        """The whole analysis as plain JSON data."""
        from convcalc.analysis.report import report_of

        return report_of(self).to_dict()

    def shown(self: Analysis) -> Report:  # type: ignore[misc]
        """The table, with repeated blocks shown once."""
        from convcalc.analysis.table import network_report

        return network_report(self)

    def __str__(self: Analysis) -> str:  # type: ignore[misc]
        from convcalc.analysis.report import report_of

        return str(report_of(self))

    def draw(self: Analysis, picture: str = "net", **options: Any) -> Picture:  # type: ignore[misc]
        """A picture of the network, which a notebook shows and ``print`` draws in letters.

        Args:
            picture: ``net``: layers or blocks and their paths; ``cost``: where the costs are; or
                ``field``: which pixels a unit sees.
            options: of ``net``: ``depth=1``, ``of="params"``; of ``cost``: ``of="memory"``,
                ``by="layer"``, ``device="a100"``; of ``field``: ``unit="conv1:3,3"``, ``picture_file="photo.png"``.

        Raises:
            ConvcalcError: there is no such picture or unit.
        """
        from convcalc.draw.asked import network_picture  # from a floor above, only for a picture

        return network_picture(self, picture, **options)


def summary(analysis: Analysis) -> str:
    """A walked network on one line: its name, shapes and sums."""
    network, totals = analysis.network, analysis.totals
    shapes = " + ".join(map(times, network.inputs.values()))
    outputs = [times(step.output) for step in analysis.outputs]
    ends = " + ".join(outputs) if len(outputs) <= 4 else f"{len(outputs)} outputs"
    name = shortened(printable(network.name))
    layers = f"{len(analysis):,} {'layer' if len(analysis) == 1 else 'layers'}"
    return f"{name}: {shapes} → {ends}, {layers}, {_costs(totals['params'], totals['macs'])}"


def _costs(params: int, macs: int) -> str:
    """Parameters and multiply-adds."""
    return f"{grouped(params)} params, {grouped(macs)} macs"
