"""``--order``: whether the shapes of a command line have their channels first or last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.output import remark
from convcalc.errors import UsageError

if TYPE_CHECKING:
    from convcalc.layers import Shape

_ORDER = "convcalc.order"  # where --order stores its value for the shapes


def _keep_order(ctx: click.Context, _param: click.Parameter, order: str | None) -> None:
    ctx.meta[_ORDER] = order or ""


order_option = click.option(
    "--order",
    type=click.Choice(["chw", "hwc"]),
    expose_value=False,
    is_eager=True,
    callback=_keep_order,
    help="Whether --input has channels first or last.",
)


def check_order(shape: Any) -> None:
    """Refuse ``--order`` if no shape is given: a file has the order of its own input.

    Raises:
        UsageError: no shape is given.
    """
    order = said_order()
    if order and not shape:
        message = (
            f"--order {order}: describes --input, but there is no --input; give one, or write "
            f"order: {order} into the file for its own input"
        )
        raise UsageError(message)


def said_order() -> str:
    """The axis order on the command line; empty if it has none."""
    ctx = click.get_current_context(silent=True)
    return ctx.meta.get(_ORDER, "") if ctx else ""


def in_order(shape: Shape) -> Shape:
    """The shape of ``--input``, channels first, without a remark."""
    from convcalc.network.axes import channels_first

    return channels_first(shape, said_order())


def in_said_order(shape: Shape) -> Shape:
    """The shape of ``--input``, channels first; prints a remark if they seem to be last."""
    from convcalc.network.axes import channels_first, reading

    order = said_order()
    said = "" if order else reading(shape)
    if said:
        remark(f"note: {said}")
    return channels_first(shape, order)
