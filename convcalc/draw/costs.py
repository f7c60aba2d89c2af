"""The choice of a picture of costs, by the options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from convcalc.analysis.roofline_report import roof_of
from convcalc.draw.alive import AliveOverTime
from convcalc.draw.cost import MEASURES, STAGE, Beside, Cost
from convcalc.draw.roof import RoofPicture
from convcalc.errors import UsageError

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.draw.base import Picture

ALIVE = "alive"


class Device(NamedTuple):
    """The options of a device; see `convcalc.analysis.roofline_report.roof_of`."""

    device: str = ""
    peak: int = 0
    bandwidth: int = 0
    precision: str = ""
    model: str = "layers"

    @property
    def is_asked(self) -> bool:
        """Whether the user wants a roofline."""
        return self != NO_DEVICE


NO_DEVICE = Device()


def cost_picture(
    analyses: Sequence[Analysis], of: str = "", by: str = "", device: Device = NO_DEVICE
) -> Picture:
    """The picture of costs.

    Args:
        analyses: the walked networks.
        of: the measure: a key of `MEASURES`, `ALIVE`, or empty.
        by: `STAGE` or `LAYER`, or empty.
        device: of a roofline.

    Raises:
        UsageError: the options do not fit together, or there is no such device.
    """
    if device.is_asked:
        if len(analyses) > 1 or of or by:
            message = (
                "--device draws a roofline of one network; leave --of, --by and other networks out"
            )
            raise UsageError(message)
        roof = roof_of(device.device, device.peak, device.bandwidth, device.precision)
        return RoofPicture(analyses[0], roof, device.model)
    if len(analyses) > 1:
        if by or of == ALIVE:
            asked = f"--by {by}" if by else f"--of {ALIVE}"
            message = f"{asked}: is for one network, but here are {len(analyses)}; name one, or leave it out"
            raise UsageError(message)
        return Beside(analyses, of)
    if of == ALIVE:
        if by:
            message = f"--of {ALIVE}: has every layer, so --by {by} would do nothing; leave one out"
            raise UsageError(message)
        return AliveOverTime(analyses[0])
    return Cost(analyses[0], of or next(iter(MEASURES)), by or STAGE)
