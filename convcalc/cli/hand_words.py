"""The words of ``convcalc hand`` that completion knows: operations, gradients, rules."""

from __future__ import annotations

import click

from convcalc.cli.known import Known, KnownList, Place

# Copied from `convcalc.hand.options`, which needs NumPy; a test compares them.
_OPERATIONS = {
    "conv": "a convolution",
    "tconv": "a transposed convolution",
    "maxpool": "the largest of each window",
    "avgpool": "the mean of each window",
    "gradient": "the gradients of a convolution, with --grad",
}
_GRADIENTS = ("input", "weights", "bias")


def _fit(_ctx: click.Context) -> dict[str, str]:
    from convcalc.layers import option_types

    return dict.fromkeys(option_types.FIT.words, "")


def _padding(_ctx: click.Context) -> dict[str, str]:
    from convcalc.layers import option_types

    return dict.fromkeys(option_types.PADDING.words, "")


def _kernels(_ctx: click.Context) -> dict[str, str]:
    from convcalc.images import kernels

    return {name: kernel.about for name, kernel in kernels.KERNELS.items()}


MATRIX, KERNEL = Place("matrix"), Known("matrix", _kernels, files=True)
OPERATION = Known("op", lambda _ctx: _OPERATIONS)
GRADIENTS = KnownList("what", lambda _ctx: dict.fromkeys(_GRADIENTS, ""))
FIT, PADDING = Known("rule", _fit), Known("p", _padding)
