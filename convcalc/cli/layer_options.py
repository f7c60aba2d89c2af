"""The options that describe one layer, and the layer and shape that they mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convcalc.cli.group import Command
from convcalc.cli.known import KnownPair
from convcalc.cli.option_words import typed_for
from convcalc.cli.order_option import order_option
from convcalc.cli.shells.offers import meanings
from convcalc.cli.types import KIND, SHAPE, Few, LayerOption
from convcalc.errors import UsageError

if TYPE_CHECKING:
    from convcalc.layers import Layer

F = TypeVar("F", bound=Callable[..., Any])

_PER_AXIS, _NUMBER = LayerOption("PER_AXIS", 1), LayerOption("WHOLE", 1)
_PER_AXIS_0 = LayerOption("PER_AXIS", 0)
_PADDING = LayerOption("PADDING", 0, " (the kind crop removes cells)")
_PADDING_HELP = "Padding per side: 1, 1x2, 0,1x0,1, or valid, same, full, causal."
# The command line's own names of layer options; other options use --set.
CALLED = {
    "kernel_size": "--k",
    "stride": "--s",
    "padding": "--p",
    "dilation": "--d",
    "out_channels": "--cout",
    "out_features": "--cout",
    "groups": "--groups",
    "output_padding": "--a",
    "bias": "--bias",
    "fit": "--fit",
    "ceil_mode": "--ceil",
}


def _others(ctx: click.Context) -> dict[str, str]:
    """The kind's options that can only be given with --set."""
    from convcalc.layers.options import options_of

    cls = ctx.params.get("kind")
    return meanings(name for name in options_of(cls) if name not in CALLED) if cls else {}


# For each option: its names, metavar, help and type.
_OPTIONS: tuple[tuple[str, str, str, Any], ...] = (
    ("--n", "N[xN]", "Input size: 32, or 24x32 (height x width).", SHAPE),
    ("--input shape", "CxHxW", "Input shape, instead of --n and --cin.", SHAPE),
    ("--k --kernel-size kernel_size", "K", "Kernel size: 3, or 3x5.", _PER_AXIS),
    ("--s --stride stride", "S", "Stride.", _PER_AXIS),
    ("--p --padding padding", "P", _PADDING_HELP, _PADDING),
    ("--d --dilation dilation", "D", "Dilation; 1 is an ordinary kernel.", _PER_AXIS),
    ("--cin", "C", "Input channels; 1 by default.", _NUMBER),
    ("--cout", "C", "Output channels (or units); by default as many as input channels.", _NUMBER),
    ("--groups", "G", "Groups.", _NUMBER),
    ("--a --output-padding output_padding", "A", "Output padding, when transposed.", _PER_AXIS_0),
    ("--bias/--no-bias", "", "Whether there is a bias.", None),
    ("--fit", "RULE", "floor, strict (14.5 is an error), ceil or caffe.", LayerOption("FIT")),
    ("--ceil ceil_mode", "", "Pools: round up (ceil_mode).", None),
    ("--kind", "KIND", "Layer kind; convcalc kinds lists them.", KIND),
    ("--dims", "", "Number of axes; 2 unless --n or the kind sets it.", Few(1, 3)),
    ("--set more", "NAME=VALUE", "Any other option of the kind.", KnownPair("option", _others)),
)  # fmt: skip
_SETTINGS: dict[str, dict[str, Any]] = {
    "--kind": {"default": "conv"},
    "--set": {"multiple": True},
    "--ceil": {"is_flag": True, "default": None},
    "--bias/--no-bias": {"default": None},
}


class LayerCommand(Command):
    """A command with `layer_options` and no arguments; for words without an option it says how to write them."""

    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        nameless = super().parse_args(ctx, args)
        has_size = (ctx.params.get("output") or "")[:1].isdigit()
        is_bare = ctx.params["kernel_size"] is None and not typed_for(ctx, "--kind")
        is_unclear = has_size or is_bare or ctx.params["kind"].merges
        if (nameless or is_unclear) and not ctx.resilient_parsing:
            from convcalc.cli.meant.one_layer import read_as_meant

            read_as_meant(ctx, nameless, CALLED)
        return nameless


def layer_options(function: F) -> F:
    """Add the options that describe one layer to a command."""
    function = order_option(function)
    for names, shown, about, value_type in reversed(_OPTIONS):
        settings: dict[str, Any] = {"type": value_type, "metavar": shown or None, "help": about}
        settings |= _SETTINGS.get(names.partition(" ")[0], {})
        function = click.option(*names.split(), **settings)(function)
    return function


def layer_of(cls: type[Layer], typed: dict[str, Any], channels: int) -> Layer:
    """The layer that the options describe; output channels default to the input's.

    Raises:
        UsageError: an option is wrong; the message uses the names of the command line.
    """
    from convcalc.layers import make
    from convcalc.layers.aliases import own_option
    from convcalc.layers.options import options_of

    known = options_of(cls)
    called = CALLED | {name: f"--set {name}" for name in known if name not in CALLED}
    values = {name: typed[name] for name in CALLED if typed.get(name) is not None}
    if typed["bias"] is False:
        called["bias"] = "--no-bias"
    if typed["cout"] is not None:
        values["out_features" if "out_features" in known else "out_channels"] = typed["cout"]
    for pair in typed["more"]:
        name, equals, text = pair.partition("=")
        if not equals:
            message = f"--set {pair}: has no value; write --set name=value"
            raise UsageError(message)
        ours = own_option(cls, name)
        values[ours or name] = known[ours].type.read(text, f"--set {name}") if ours else text
    if "out_channels" in known:
        values.setdefault("out_channels", channels)
    ends = {name: "=…" if word.startswith("--set") else " 3" for name, word in called.items()}
    return make(cls, values, called=called, example=lambda name: f"{called[name]}{ends[name]}")
