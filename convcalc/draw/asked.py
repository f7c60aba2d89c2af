"""A picture by its name, of a layer or a walked network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError, did_you_mean
from convcalc.layers.values import shown
from convcalc.network.budget import read_rate
from convcalc.text import quoted, shortened

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.draw.base import Picture
    from convcalc.layers import Layer, Shape


_RATES = ("peak", "bandwidth")


def layer_picture(layer: Layer, shape: Shape, picture: str = "fit", **options: Any) -> Picture:
    """A picture of a layer.

    Args:
        layer, shape: the layer, and the input.
        picture: ``fit`` or ``window``.
        options: of ``window``: ``step=(1, 0)`` for one output, ``every=True`` for all.

    Raises:
        UsageError: there is no such picture, or the options do not fit together.
    """
    return _one_of(_OF_LAYERS, picture, "a layer", options)(layer, shape, **options)


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
    return _one_of(_OF_NETWORKS, picture, "a network", options)(analysis, **options)


def costs_picture(
    analyses: Sequence[Analysis], *, of: str = "", by: str = "", **device: Any
) -> Picture:
    """The costs of networks: bars of one network, or of several side by side; or one with a device's roofline.

    Raises:
        UsageError: the options do not fit together, or there is no such device.
    """
    from convcalc.analysis.roofline import MODELS
    from convcalc.draw.cost import LAYER, MEASURES, STAGE
    from convcalc.draw.costs import ALIVE, Device, cost_picture

    _check_known(of, [*MEASURES, ALIVE], "of")
    _check_known(by, [STAGE, LAYER], "by")
    rates = {name: _rate(device[name], name) for name in _RATES if device.get(name)}
    if model := device.get("model", ""):
        _check_known(model, [*MODELS], "model")
    return cost_picture(analyses, of, by, Device(**{**device, **rates}))


def _rate(given: Any, what: str) -> int:
    """Operations or bytes per second: a number, or a text such as 10T.

    Raises:
        UsageError: it is neither.
    """
    if isinstance(given, int | float) and not isinstance(given, bool) and 1 <= given < 10**18:
        return int(given)
    if not isinstance(given, str):
        message = (
            f"{what} must be a number per second such as 10**13 or '10T', but is {shown(given)}"
        )
        raise UsageError(message)
    try:
        return read_rate(given)
    except ValueError as error:
        raise UsageError(f"{what}: {quoted(given)} {error}") from None


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


def _cost(
    analysis: Analysis,
    *,
    of: str = "",
    by: str = "",
    device: str = "",
    precision: str = "",
    peak: int | str = 0,
    bandwidth: int | str = 0,
    model: str = "",
) -> Picture:
    rates = {"peak": peak, "bandwidth": bandwidth}
    words = {"device": device, "precision": precision, "model": model}
    asked = {name: value for name, value in {**rates, **words}.items() if value}
    return costs_picture([analysis], of=of, by=by, **asked)


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
    known: dict[str, Callable[..., Picture]], name: str, what: str, options: dict[str, Any]
) -> Callable[..., Picture]:
    """The function that draws a picture with such options.

    Raises:
        UsageError: there is none of that name, or it has no such option.
    """
    if name not in known:
        message = (
            f"no picture {quoted(shortened(str(name)))} of {what}{did_you_mean(str(name), known)}"
        )
        raise UsageError(message)
    _check_options(name, known[name], options)
    return known[name]


def _check_options(name: str, draws: Callable[..., Picture], options: dict[str, Any]) -> None:
    """Refuse options that a picture does not have.

    Raises:
        UsageError: it names the first of them.
    """
    from inspect import Parameter, signature

    named = [
        each.name
        for each in signature(draws).parameters.values()
        if each.kind == Parameter.KEYWORD_ONLY
    ]
    others = [option for option in options if option not in named]
    if others:
        way_out = did_you_mean(others[0], named) if named else "; it has none"
        message = f"the picture {name} has no option {quoted(others[0])}{way_out}"
        raise UsageError(message)


def _check_known(word: str, known: list[str], option: str) -> None:
    """Refuse an unknown word in an option.

    Raises:
        UsageError: it is unknown.
    """
    if word and word not in known:
        message = f"{option}={word!r}: not known{did_you_mean(str(word), known)}"
        raise UsageError(message)
