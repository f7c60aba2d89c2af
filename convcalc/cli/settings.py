"""``--set name=value``: the parameters of a network, before its file is known."""

from __future__ import annotations

from typing import Any

from convcalc.errors import UsageError


def settings_of(pairs: tuple[str, ...]) -> dict[str, Any]:
    """``--set name=value`` as a mapping; the values are read later, with the file."""
    if not pairs:
        return {}
    from convcalc.layers.values import each_of
    from convcalc.network.parameters import Setting

    def read(pair: str) -> tuple[str, Setting]:
        name, equals, value = pair.partition("=")
        if not equals:
            message = f"--set {pair}: has no value; write --set name=value"
            raise UsageError(message)
        return name.strip(), Setting(value.strip(), f"--set {name}")

    return dict(each_of(pairs, read))
