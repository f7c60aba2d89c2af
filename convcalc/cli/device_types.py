"""Types of command-line options for devices: their names, and the memory that they have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.types import Type
from convcalc.errors import UsageError
from convcalc.text import quoted

if TYPE_CHECKING:
    from convcalc.analysis.devices import Room


class DeviceChoice(click.Choice[str]):
    """One of the devices, in capital or small letters."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from convcalc.analysis.devices import known_device

        return known_device(value)


class _Room(Type):
    """An amount of memory, or a device for its own."""

    name = "room"

    def offers(self, ctx: click.Context) -> Mapping[str, str]:
        from convcalc.analysis.devices import DEVICES

        return {name: device.about for name, device in DEVICES.items() if device.memory}

    def read(self, text: str, what: str) -> Room:
        from convcalc.analysis.devices import room_of

        try:
            return room_of(text)
        except ValueError as error:
            message = f"{what}: {quoted(text)} {error}"
            raise UsageError(message) from None


ROOM = _Room()
