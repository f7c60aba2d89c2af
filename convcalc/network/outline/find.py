"""`outline_of`: the blocks, repeats and paths of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.network.outline.blocks import Blocks
from convcalc.network.outline.parts import Describe, Outline, lines_of
from convcalc.network.outline.paths import Paths
from convcalc.network.outline.patterns import Patterns
from convcalc.network.outline.sections import Sections

if TYPE_CHECKING:
    from convcalc.network.network import Network

_MANY_LINES = 60  # of an outline that keeps all names; names matter more than a few lines
_SHORTER = 0.6  # how much shorter an outline without names must be


def outline_of(
    network: Network, describe: Describe, taken: frozenset[str] = frozenset()
) -> Outline:
    """The outline of a network; see `convcalc.network.outline`.

    Args:
        network: a network.
        describe: returns how to write a node; called once per layer object.
        taken: words that cannot be the name of a block.
    """
    parts = Paths(network, describe).run()
    sections = Sections([node.name for node in network.nodes]).of(parts)
    found = Blocks(network, sections, taken).run()
    if lines_of(found) <= _MANY_LINES or 2 * len(network.blocks) > len(network.nodes) / 10:
        return found
    patterns = Blocks(network, Patterns(network, parts).run(), taken, named=False).run()
    return patterns if lines_of(patterns) < _SHORTER * lines_of(found) else found


def plain_outline(network: Network, describe: Describe) -> Outline:
    """An outline without blocks, sections and repeats: layers and joins with their full names."""
    return Outline((), tuple(Paths(network, describe).run()))
