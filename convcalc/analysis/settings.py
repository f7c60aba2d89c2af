"""A layer's settings in a form where different ways to write the same are equal, and their differences."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING

from convcalc.layers.options import options_of
from convcalc.text import per_axis, shortened

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Step
    from convcalc.layers import Layer
    from convcalc.layers.window import Axis

Settings = Mapping[str, Hashable]

_MOST_CHARACTERS = 40  # of an option's value in a sentence

# Options that the windows know better: a pool without a stride uses its kernel, and the padding
# "same" can mean 1 on both sides.
_OF_WINDOWS: dict[str, Callable[[Axis], Hashable]] = {
    "kernel_size": lambda axis: axis.k,
    "stride": lambda axis: axis.s,
    "padding": lambda axis: (axis.before, axis.after),
    "dilation": lambda axis: axis.d,
}


def settings_of(step: Step) -> Settings:
    """A step's options by name, in a comparable form.

    Window options come from the window, unless a padding word depends on the input size.
    Options that name another layer are left out: they are part of the graph.
    """
    settings, idle = _all_settings(step), _idle_options(step)
    return {name: value for name, value in settings.items() if name not in idle}


def _plain_layer(step: Step) -> Layer:
    """A step's layer as the most general kind that can replace it."""
    return step.layer.generalised(step.input)


def plain_kind(step: Step) -> str:
    """The name of that kind."""
    return _plain_layer(step).kind


def _idle_options(step: Step) -> frozenset[str]:
    """The options without an effect on the step's input."""
    return step.layer.idle_options(step.input)


def _all_settings(step: Step) -> Settings:
    """A step's options by name, including those without an effect."""
    layer = _plain_layer(step)
    windows, values = layer.windows(step.input), layer.options()
    settings: dict[str, Hashable] = {}
    for name, option in options_of(type(layer)).items():
        if name in layer.references:
            continue
        value, part = values[option.field], _OF_WINDOWS.get(name)
        if part and windows and not isinstance(value, str):
            settings[name] = tuple(map(part, windows))
        else:
            settings[name] = None if value is None else option.type.yaml(value)
    return settings


def differing(first: Step, second: Step) -> list[str]:
    """The options that differ between two layers, for people: ``stride 1 → 2``.

    For layers of two kinds, only options that both have.
    """
    before, after = _all_settings(first), _all_settings(second)
    idle = _idle_options(first) & _idle_options(second)
    return [
        f"{name} {_text(first, name)} → {_text(second, name)}"
        for name in before
        if name in after
        and name not in idle
        and before[name] != after[name]
        and not _makes_same_windows(name, first, second)
    ]


def _makes_same_windows(name: str, first: Step, second: Step) -> bool:
    """Whether an option, written in two ways, means the same windows."""
    part = _OF_WINDOWS.get(name)
    if part is None:
        return False
    one, other = (list(map(part, step.layer.windows(step.input))) for step in (first, second))
    return bool(one) and one == other


def _text(step: Step, name: str) -> str:
    """An option's value for people."""
    layer = _plain_layer(step)
    option = options_of(type(layer))[name]
    value = layer.options()[option.field]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        part, windows = _OF_WINDOWS.get(name), step.layer.windows(step.input)
        return per_axis(list(map(part, windows))) if part and windows else "none"
    return shortened(option.type.text(value), _MOST_CHARACTERS)
