"""Pictures of layers and networks, for notebooks and files: what ``import convcalc`` offers of `convcalc.draw`.

A notebook shows a picture, ``print`` draws it in letters, and ``save("x.svg")`` or ``save("x.png")`` writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from convcalc import given
from convcalc.given import takes

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.draw import Picture
    from convcalc.network.network import Network


def draw_fit(kind: str, input: str | Sequence[int], **options: Any) -> Picture:
    """Every window of a layer on its padded input, and the cells that none of them reads.

    Args:
        kind, input, options: as for `convcalc.layer`.

    Raises:
        ConvcalcError: as for `convcalc.layer`; or the layer has no windows.

    >>> picture = draw_fit("conv", "1x7x7", out_channels=1, kernel_size=3, stride=2)
    >>> picture
    <Picture fit: conv k3 c1 s2 on 1×7×7 gives 1×3×3>
    """
    from convcalc.api import layer

    return layer(kind, input, **options).draw("fit")


@takes(step=given.place, every=given.flag)
def draw_window(
    kind: str,
    input: str | Sequence[int],
    *,
    step: Sequence[int] | None = None,
    every: bool = False,
    **options: Any,
) -> Picture:
    """The kernel of a layer on its input, and its output.

    Args:
        kind, input, options: as for `convcalc.layer`.
        step: the position in the output that is drawn, such as ``(1, 0)``; the first by default.
        every: all steps, one after the other.

    Raises:
        ConvcalcError: as for `convcalc.layer`; or there is no such step, or too many.
    """
    from convcalc.api import layer

    return layer(kind, input, **options).draw("window", step=step, every=every)


@takes(of=given.text)
def draw_net(
    network: str | PathLike[str] | Network | Analysis, *, depth: int | None = None, of: str = "macs"
) -> Picture:
    """A network: its layers or blocks, its paths, and the sizes between them.

    network: a file, the name of a bundled network, or the result of `convcalc.load` or `convcalc.chain`.
        network: a file, the name of a bundled network, or what `convcalc.load` or `convcalc.chain` gave.
        depth: blocks at this depth are drawn as one box each: 1 is the outermost, 0 draws every layer; None
            draws as much as fits on a page.
        of: what the bars in the boxes show: macs, params or activations.

    Raises:
        ConvcalcError: the network is missing or wrong.

    >>> draw_net("lenet5")
    <Picture net: LeNet-5>
    """
    return _walked(network).draw("net", depth=depth, of=of)


@takes(
    of=given.text,
    by=given.text,
    options=dict.fromkeys(("device", "precision", "peak", "bandwidth"), given.anything),
)
def draw_cost(
    *networks: str | PathLike[str] | Network | Analysis, of: str = "", by: str = "", **device: Any
) -> Picture:
    """What the stages or layers of a network cost; or several networks side by side.

    Args:
        networks: as for `draw_net`.
        of: macs, params, activations, memory; or alive: the memory over time.
        by: one bar for each stage or layer.
        device: for a roofline: ``device="a100"``, ``precision="float16"``; or ``peak=``, ``bandwidth=`` in
            operations and bytes per second.

    Raises:
        ConvcalcError: a network is missing or wrong, or the arguments do not fit together.
    """
    from convcalc.draw.asked import costs_picture

    return costs_picture([_walked(each) for each in networks], of=of, by=by, **device)


@takes(unit=given.text, picture=given.picture)
def draw_field(
    network: str | PathLike[str] | Network | Analysis,
    unit: str = "",
    *,
    picture: str | PathLike[str] = "",
) -> Picture:
    """The pixels that a unit sees: in each feature map down to the image, and on a picture.

    Args:
        network: as for `draw_net`.
        unit: a layer and a unit, such as ``"conv5_3:6,6"``; the middle of the last feature map by default.
        picture: a file with a picture to draw it on.

    Raises:
        ConvcalcError: the network is missing or wrong, or there is no such unit or picture.
    """
    return _walked(network).draw("field", unit=unit, picture_file=picture)


@takes(op=given.option, every=given.flag, blank=given.flag)
def draw_by_hand(
    x: Any,
    k: Any = None,
    op: str = "conv",
    *,
    every: bool = False,
    blank: bool = False,
    **options: Any,
) -> Picture:
    """A small convolution with its numbers in the cells, as `convcalc.by_hand` works it out.

    Args:
        x, k, op, options: as for `convcalc.by_hand`.
        every: all steps, one after the other, instead of the first or the one in ``step=``.
        blank: leave the products and the output empty.

    Raises:
        ConvcalcError: as for `convcalc.by_hand`; or it is too large to draw.
    """
    from convcalc.draw.by_hand import by_hand
    from convcalc.hand import solve

    return by_hand(solve(op, x, k, **options), every=every, blank=blank)


def _walked(network: str | PathLike[str] | Network | Analysis) -> Analysis:
    """The walk of a network."""
    from convcalc.analysis.analysis import Analysis
    from convcalc.network.network import Network

    if isinstance(network, Analysis):
        return network
    if isinstance(network, Network):
        return network.walk()
    from convcalc.interop.load import load

    given.path(network, "network")
    return load(fspath(network)).walk()
