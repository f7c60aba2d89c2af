"""Types of command-line options for amounts of memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from convcalc.cli.types import Type
from convcalc.errors import UsageError
from convcalc.text import quoted


class _Gigabytes(Type):
    """An amount of memory in GB, or with its unit, as bytes."""

    name = "gigabytes"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and value.strip()[-1:] in ("b", "B"):
            value = BYTES.read(value, "--limit") / 1e9
        number: float = click.FLOAT.convert(value, param, ctx)
        if not 0.001 <= number <= 10_000:  # also refuses nan
            message = (
                f"--limit: {number:g} GB is not an amount of memory to use; give 0.001 to 10,000"
            )
            raise UsageError(message)
        return int(number * 1e9)


class _Amount(Type):
    """A number with a unit or prefix.

    Args:
        name: the name of the type.
        read: reads the number in a text, or raises a ValueError that says what is wrong.
    """

    def __init__(self, name: str, read: Callable[[str], int]) -> None:
        self.name, self._read = name, read

    def read(self, text: str, what: str) -> int:
        try:
            return self._read(text)
        except ValueError as error:
            message = f"{what}: {quoted(text)} {error}"
            raise UsageError(message) from None


class _Limit(Type):
    """A limit, checked and kept as typed.

    Args:
        of_bytes: whether it is an amount of memory.
    """

    name = "limit"

    def __init__(self, *, of_bytes: bool = False) -> None:
        self._of_bytes = of_bytes

    def read(self, text: str, what: str) -> str:
        from convcalc.network.budget import read_most

        try:
            read_most(text, of_bytes=self._of_bytes)
        except ValueError as error:
            message = f"{what}: {quoted(text)} {error}"
            raise UsageError(message) from None
        return text


def _bytes(text: str) -> int:
    from convcalc.network.budget import read_bytes

    return read_bytes(text)


def _count(text: str) -> int:
    from convcalc.network.budget import read_count

    return read_count(text)


def _rate(text: str) -> int:
    from convcalc.network.budget import read_rate

    return read_rate(text)


GIGABYTES, BYTES, RATE = _Gigabytes(), _Amount("bytes", _bytes), _Amount("rate", _rate)
COUNT = _Amount("count", _count)
LIMIT, MEMORY_LIMIT = _Limit(), _Limit(of_bytes=True)
