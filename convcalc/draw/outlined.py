"""Blocks for networks whose files have none, found as in `convcalc import`."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from convcalc.analysis.walk import walk
from convcalc.errors import ConvcalcError
from convcalc.network.load import loads

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis

_FEW = 20  # layers per block; above that, the file has too few blocks
_MOST_LAYERS = 3_000  # in which blocks are searched


def with_blocks(analysis: Analysis) -> Analysis:
    """The walk of a network with its blocks; if its file has few, with those that are found.

    Layers keep their names, unless the blocks need them in another order.
    """
    network = analysis.network
    count = len(network.nodes)
    if count <= _FEW * len(network.blocks) or count > _MOST_LAYERS:
        return analysis
    writer = import_module("convcalc.network.yaml_writer.write")  # slow to load, and rarely needed
    try:
        found = loads(writer.network_yaml(network))
        if [node.layer for node in found.nodes] == [node.layer for node in network.nodes]:
            found = replace(network, blocks=found.blocks)
        return walk(found, analysis.batch, analysis.through)
    except ConvcalcError:
        return analysis
