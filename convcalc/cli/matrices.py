"""Matrices and kernels on the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError
from convcalc.text import printable, shortened

if TYPE_CHECKING:
    from convcalc.hand import Working
    from convcalc.hand.matrices import Given
    from convcalc.images.kernels import Kernel

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".pgm", ".ppm")


def image_kernel(text: str) -> Kernel:
    """An image kernel: a named one, or a matrix."""
    from convcalc.images import kernels

    if text == "":
        raise UsageError("KERNEL is empty; give a name, which convcalc kernel lists, or numbers")
    if kernels.is_name(text):
        return kernels.find(text)
    if os.path.splitext(text)[1].lower() in PICTURES:
        message = f"{printable(text)} is a picture; name the kernel before it, such as sharpen"
        raise UsageError(message)
    from convcalc.hand.matrices import read  # NumPy; named kernels do not need it

    given = read(text, "KERNEL")
    return kernels.from_numbers(given.cells, given.shape, given.axes or 2)


def exercise(options: dict[str, Any]) -> Working:
    """The exercise in the options of ``convcalc hand``, with its working."""
    from convcalc.hand import solve
    from convcalc.hand.matrices import read
    from convcalc.hand.options import find_op
    from convcalc.layers.option_types import PADDING, PER_AXIS
    from convcalc.layers.values import whole_number

    if [options[name] for name in ("x", "k", "bias", "grad")].count("-") > 1:
        raise UsageError(
            "only one matrix can come from standard input (-); put the others in files"
        )
    op = find_op(options["op"], options["grad"])
    readers = {
        "stride": ("s", PER_AXIS.read),
        "padding": ("p", PADDING.read),
        "dilation": ("d", PER_AXIS.read),
        "output_padding": ("a", PER_AXIS.read),
        "step": ("step", lambda text, what: tuple(whole_number(n, what) for n in text.split(","))),
        "wrt": ("wrt", lambda text, _: tuple(word.strip() for word in text.split(","))),
        "bias": ("bias", read),
        "grad": ("grad", read),
    }
    settings: dict[str, Any] = {
        name: reader(options[option], f"--{option}")
        for name, (option, reader) in readers.items()
        if options[option] is not None
    }
    if op.endswith("pool"):
        settings["size"] = _window(options["k"], op)
    else:
        settings["k"] = _hand_kernel(options["k"])
    return solve(
        op,
        read(options["x"], "--x"),
        fit=options["fit"],
        count_include_pad=not options["exclude_pad"],
        flip=options["flip"],
        dims=options["dims"],
        **settings,
    )


def _hand_kernel(text: str) -> Given:
    """The kernel of an exercise: a matrix, or a named one."""
    from convcalc.hand.matrices import Given, read
    from convcalc.images import kernels

    if not kernels.is_name(text):
        return read(text, "--k")
    named = kernels.find(text)
    cells = [cell for row in named.exact() for cell in row]
    return Given(cells, named.shape, 2, named.divisor > 1)


def _window(text: str, op: str) -> Any:
    """The window of a pool."""
    from convcalc.layers.option_types import PER_AXIS

    if not text.replace("x", "").isalnum():
        message = f"--k: {op} has no weights, so {shortened(text)!r} is not read; give its size, such as 2 or 2x3"
        raise UsageError(message)
    return PER_AXIS.read(text, "--k")
