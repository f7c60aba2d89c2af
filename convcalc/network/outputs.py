"""The outputs of a network: their names in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from yaml.nodes import MappingNode, Node, SequenceNode

from convcalc.errors import did_you_mean
from convcalc.network.network import MAX_NAME
from convcalc.network.yaml_source import Source, description_of
from convcalc.text import quoted

MAX_OUTPUTS = 1000


class FileOutput(NamedTuple):
    """One output in a file.

    Attributes:
        name: its name in the file; in a list, the layer's name.
        layer: the layer or block that gives it.
        source, node: its place.
    """

    name: str
    layer: str
    source: Source
    node: Node

    def place(self, places: Mapping[str, int]) -> int:
        """The place of its node.

        Raises:
            SpecError: no layer has that name.
        """
        place = places.get(self.layer, -1)
        if place < 0:
            names = [name for name, at in places.items() if at >= 0]
            near = did_you_mean(self.layer, names[-500:]) or "; convcalc arch shows the layers"
            self.source.refuse(self.node, f"outputs: no layer or block {quoted(self.layer)}{near}")
        return place


def read_outputs(source: Source, node: Node) -> list[FileOutput]:
    """The outputs of a file: names with a layer each, or a list of layers."""
    if isinstance(node, MappingNode):
        pairs = [(name, *pair) for name, pair in source.mapping(node, "outputs").items()]
    elif isinstance(node, SequenceNode):
        names = source.each(node.value, lambda each: source.scalar(each, "an output"))
        pairs = [(name, each, each) for name, each in zip(names, node.value)]
        source.check_tag(node)
    else:
        source.refuse(
            node,
            f"outputs must be layers in [ ], or names with a layer each, but this is {description_of(node)}; "
            "write {p3: layer}",
        )
    if not 1 <= len(pairs) <= MAX_OUTPUTS:
        source.refuse(node, f"outputs names {len(pairs):,} outputs; name 1 to {MAX_OUTPUTS:,}")
    found: dict[str, FileOutput] = {}

    def read(pair: tuple[str, Node, Node]) -> None:
        name, key, value = pair
        if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
            source.refuse(
                key,
                f"an output cannot be called {quoted(name)}; use 1 to {MAX_NAME} visible characters",
            )
        if name in found:
            source.refuse(key, f"the output {quoted(name)} is given twice; keep one")
        found[name] = FileOutput(name, source.scalar(value, f"output {name}"), source, value)

    source.each(pairs, read)
    return list(found.values())
