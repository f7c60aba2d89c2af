"""The options that change a network: another input, other parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convcalc.cli.network_words import INPUTS, SETTING
from convcalc.cli.order_option import order_option
from convcalc.cli.types import Type
from convcalc.errors import UsageError
from convcalc.text import shortened

if TYPE_CHECKING:
    from convcalc.layers import Shape

    Inputs = Shape | dict[str, Shape]  # one shape, or a shape for each input name

F = TypeVar("F", bound=Callable[..., Any])


class _Input(Type):
    """The shape of an input, with the input's name before it if there are several."""

    name, ending = "input", "="

    def offers(self, ctx: click.Context) -> Mapping[str, str]:
        return INPUTS(ctx)

    def read(self, text: str, what: str) -> Any:
        from convcalc.layers.values import shape_of

        name, _, shape = text.rpartition("=")
        return name, shape_of(shape, f"{what} {name}" if name else what)


def change_options(input_help: str, set_help: str) -> Callable[[F], F]:
    """``--input`` and ``--set``, with these help texts."""
    shape = click.option(
        "--input",
        "shape",
        metavar="[NAME=]CxHxW",
        multiple=True,
        type=_Input(),
        help=input_help,
        callback=_inputs,
    )
    pairs = click.option("--set", "parameters", multiple=True, type=SETTING, help=set_help)
    return lambda function: shape(order_option(pairs(function)))


def _inputs(
    _ctx: click.Context, _param: click.Parameter, pairs: tuple[tuple[str, Shape], ...]
) -> Inputs | None:
    """The shapes in ``--input``: one without a name, or shapes by name."""
    found: dict[str, Shape] = {}
    for name, shape in pairs:
        if name in found or (found and "" in (name, *found)):
            what = (
                f"{shortened(name)} is given twice" if name in found and name else "is given twice"
            )
            message = (
                f"--input: {what}; give one shape, or one for each input as in image=3x224x224"
            )
            raise UsageError(message)
        found[name] = shape
    return found.get("", found) if found else None


def changes_text(shape: Inputs | None, parameters: tuple[str, ...]) -> str:
    """The options that change a network, as on a command line."""
    from convcalc.network.network import FIRST_INPUT, input_text

    words = [f"--set {shortened(pair)}" for pair in parameters]
    shapes = shape if isinstance(shape, dict) else {FIRST_INPUT: shape} if shape else {}
    return " ".join([*words, *([input_text(shapes)] if shapes else [])])
