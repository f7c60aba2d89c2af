"""Concats that grow by one path each time, as in DenseNet: each reads the last one and the new path."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convcalc.text import plural

if TYPE_CHECKING:
    from convcalc.network.network import Network

_LEAST = 3  # concats; fewer are easy to read anyway


def in_steps(network: Network) -> Network:
    """A network in which a concat reads the earlier concat of its first paths, if there is one.

    concat(a, b, c) is concat(concat(a, b), c): sizes, costs and fields are the same. A note explains it.
    """
    known: dict[Any, int] = {}
    nodes = list(network.nodes)
    count = 0
    for place, node in enumerate(network.nodes):
        if node.layer.in_steps:
            before = known.get((node.layer, node.inputs[:-1]))
            if before is not None:
                nodes[place] = node._replace(inputs=(before, node.inputs[-1]))
                count += 1
            known.setdefault((node.layer, node.inputs), place)
    if count < _LEAST:
        return network
    note = f"{plural(count, 'concat')} of many paths read the concat before them here, with the same result"
    return replace(network, nodes=nodes, notes=(*network.notes, note))
