"""The bundled networks, with the expected numbers in their files."""

from __future__ import annotations

from typing import Any

from convcalc.analysis.rows import CONVENTION
from convcalc.errors import UsageError
from convcalc.layers.names import plain
from convcalc.network.find import bundled_names
from convcalc.network.load import load
from convcalc.report import Column, Report
from convcalc.text import grouped, shortened, times


def network_list(word: str = "") -> Report:
    """The bundled networks whose names contain a word.

    Raises:
        UsageError: there is none.
    """
    names = [name for name in bundled_names() if plain(word) in plain(name)]
    if not names:
        message = f"no bundled network has {shortened(word)!r} in its name; convcalc list shows all"
        raise UsageError(message)
    column = Column.of_mapping
    return Report(
        title="",
        columns=[
            column("name", "name", right=False, keep=9),
            column("network", "network", right=False, keep=4, least=24, wraps=True),
            column("input", "input", times, keep=3),
            column("layers", "layers", grouped, keep=2),
            column("params", "params", grouped, keep=7),
            column("macs", "macs", grouped, keep=6),
            column("source", "source", right=False, keep=1, least=30, wraps=True),
        ],
        rows=[_facts(name) for name in names],
        key="networks",
        legend=[CONVENTION],
        hint="convcalc arch NAME",
        row_dict=dict,
    )


def _facts(name: str) -> dict[str, Any]:
    """The facts in a network's file."""
    network = load(name)
    return {
        "name": name,
        "network": network.name,
        "input": list(network.input),
        "layers": len(network.nodes),
        "params": network.expect.get("params", 0),
        "macs": network.expect.get("macs", 0),
        "source": network.source,
    }
