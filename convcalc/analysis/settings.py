"""What a layer is set to, so that two ways to write the same are the same; and how two of them differ."""

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

# What the windows say of an option: a pool without a stride has that of its kernel, and the padding
# "same" may be 1 on both sides.
_OF_WINDOWS: dict[str, Callable[[Axis], Hashable]] = {
    "kernel_size": lambda axis: axis.k,
    "stride": lambda axis: axis.s,
    "padding": lambda axis: (axis.before, axis.after),
    "dilation": lambda axis: axis.d,
}


def settings_of(step: Step) -> Settings:
    """A step's options by name, in a form in which they can be compared.

    Those of a window are as the window has them, unless a word says how they follow the input.
    Options that name another layer are left out: the layer reads it, so the graph tells them.
    """
    settings, idle = _all_settings(step), _idle_options(step)
    return {name: value for name, value in settings.items() if name not in idle}


def _plain_layer(step: Step) -> Layer:
    """A step's layer as the most general kind that does the same."""
    return step.layer.generalised(step.input)


def plain_kind(step: Step) -> str:
    """The name of that kind."""
    return _plain_layer(step).kind


def _idle_options(step: Step) -> frozenset[str]:
    """The options that change nothing about what the step does with its input."""
    return step.layer.idle_options(step.input)


def _all_settings(step: Step) -> Settings:
    """A step's options by name, also those that change nothing."""
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
    """The options of two layers that differ, as people read them: ``stride 1 → 2``.

    Of layers of two kinds, only the options that both have.
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
    """Whether an option that is written in two ways makes the same windows."""
    part = _OF_WINDOWS.get(name)
    if part is None:
        return False
    one, other = (list(map(part, step.layer.windows(step.input))) for step in (first, second))
    return bool(one) and one == other


def _text(step: Step, name: str) -> str:
    """An option's value as people read it."""
    layer = _plain_layer(step)
    option = options_of(type(layer))[name]
    value = layer.options()[option.field]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        part, windows = _OF_WINDOWS.get(name), step.layer.windows(step.input)
        return per_axis(list(map(part, windows))) if part and windows else "none"
    return shortened(option.type.text(value), _MOST_CHARACTERS)
