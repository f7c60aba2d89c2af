"""A picture by its name, of a layer or a walked network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError, did_you_mean
from convcalc.text import quoted, shortened

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.draw.base import Picture
    from convcalc.layers import Layer, Shape


def layer_picture(layer: Layer, shape: Shape, picture: str = "fit", **options: Any) -> Picture:
    """A picture of a layer.

    Args:
        layer, shape: the layer, and the input.
        picture: ``fit`` or ``window``.
        options: of ``window``: ``step=(1, 0)`` for one output, ``every=True`` for all.

    Raises:
        UsageError: there is no such picture, or the options do not fit together.
    """
    return _one_of(_OF_LAYERS, picture, "a layer")(layer, shape, **options)


def network_picture(analysis: Analysis, picture: str = "net", **options: Any) -> Picture:
    """A picture of a network.

    Args:
        analysis: the walked network.
        picture: ``net``, ``cost`` or ``field``.
        options: of ``net``: ``depth=1``, ``of="params"``; of ``cost``: ``of="memory"``, ``by="layer"``,
            and of a roofline ``device="a100"``, ``precision="float16"``; of ``field``:
            ``unit="conv1:3,3"``, ``picture_file="photo.png"``.

    Raises:
        UsageError: there is no such picture, or the options do not fit together.
    """
    return _one_of(_OF_NETWORKS, picture, "a network")(analysis, **options)


def costs_picture(
    analyses: Sequence[Analysis], *, of: str = "", by: str = "", **device: Any
) -> Picture:
    """The costs of networks: bars of one network, or of several side by side; or one with a device's roofline.

    Raises:
        UsageError: the options do not fit together, or there is no such device.
    """
    from convcalc.draw.cost import LAYER, MEASURES, STAGE
    from convcalc.draw.costs import ALIVE, Device, cost_picture

    _check_known(of, [*MEASURES, ALIVE], "of")
    _check_known(by, [STAGE, LAYER], "by")
    return cost_picture(analyses, of, by, Device(**device))


def _fit(layer: Layer, shape: Shape) -> Picture:
    from convcalc.draw.fit import Fit

    made = Fit(layer, shape)
    _ = made.rulers  # to refuse it now, not when it is shown
    return made


def _window(
    layer: Layer, shape: Shape, *, step: Sequence[int] | None = None, every: bool = False
) -> Picture:
    from convcalc.draw.window import Window

    if step is not None and every:
        message = "every=True draws all steps, and step= one; leave one of them out"
        raise UsageError(message)
    place = (0,) * (len(shape) - 1) if step is None else tuple(step)
    made = Window(layer, shape, None if every else place)
    _ = made.steps
    return made


def _net(analysis: Analysis, *, depth: int | None = None, of: str = "macs") -> Picture:
    from convcalc.draw.net import COSTS, Net

    _check_known(of, list(COSTS), "of")
    return Net(analysis, depth, of)


def _cost(analysis: Analysis, **options: Any) -> Picture:
    return costs_picture([analysis], **options)


def _field(
    analysis: Analysis, *, unit: str = "", picture_file: str | PathLike[str] = ""
) -> Picture:
    from convcalc.draw.field import Field

    found = Field(analysis, unit)
    _ = found.seen
    if not picture_file:
        return found
    images = import_module("convcalc.images.preview")  # NumPy
    path = fspath(picture_file)
    return found.on(images.grey_levels(path, *found.grid), path)


_OF_LAYERS: dict[str, Callable[..., Picture]] = {"fit": _fit, "window": _window}
_OF_NETWORKS: dict[str, Callable[..., Picture]] = {"net": _net, "cost": _cost, "field": _field}


def _one_of(
    known: dict[str, Callable[..., Picture]], name: str, what: str
) -> Callable[..., Picture]:
    """The function that draws a picture.

    Raises:
        UsageError: there is none with that name.
    """
    if name not in known:
        message = (
            f"no picture {quoted(shortened(str(name)))} of {what}{did_you_mean(str(name), known)}"
        )
        raise UsageError(message)
    return known[name]


def _check_known(word: str, known: list[str], option: str) -> None:
    """Refuse an unknown word in an option.

    Raises:
        UsageError: it is unknown.
    """
    if word and word not in known:
        message = f"{option}={word!r}: not known{did_you_mean(str(word), known)}"
        raise UsageError(message)
