"""Types of command-line options for amounts of memory."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.types import Type
from convcalc.errors import UsageError
from convcalc.text import quoted


class _Gigabytes(Type):
    """An amount of memory in GB, as bytes."""

    name = "gigabytes"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number: float = click.FLOAT.convert(value, param, ctx)
        if not 0.001 <= number <= 10_000:  # nan is neither
            message = (
                f"--limit: {number:g} GB is not an amount of memory to use; give 0.001 to 10,000"
            )
            raise UsageError(message)
        return int(number * 1e9)


class _Bytes(Type):
    """An amount of memory with its unit, as bytes."""

    name = "bytes"

    def read(self, text: str, what: str) -> int:
        from convcalc.network.budget import read_bytes

        try:
            return read_bytes(text)
        except ValueError as error:
            message = f"{what}: {quoted(text)} {error}"
            raise UsageError(message) from None


GIGABYTES, BYTES = _Gigabytes(), _Bytes()
