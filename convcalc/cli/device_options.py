"""The options that choose the device of a roofline, for a table and for a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from convcalc.analysis.devices import DEVICES
from convcalc.analysis.memory import BYTES
from convcalc.analysis.roofline import MODELS
from convcalc.cli.amounts import RATE
from convcalc.cli.device_types import DeviceChoice

F = TypeVar("F", bound=Callable[..., Any])


def device_options(device: str, peak: str, bandwidth: str, model: str) -> Callable[[F], F]:
    """Add the options; the texts are the help of ``--device``, ``--peak``, ``--bandwidth`` and ``--bytes``."""
    options = (
        click.option(
            "--device", type=DeviceChoice(list(DEVICES), case_sensitive=False), help=device
        ),
        click.option("--peak", type=RATE, metavar="OPS", help=peak),
        click.option("--bandwidth", type=RATE, metavar="BYTES", help=bandwidth),
        click.option(
            "--precision",
            type=click.Choice(list(BYTES), case_sensitive=False),
            help="Data type; by default the device's first.",
        ),
        click.option(
            "--bytes",
            "model",
            default="layers",
            type=click.Choice(list(MODELS), case_sensitive=False),
            help=model,
        ),
    )

    def add(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return add
