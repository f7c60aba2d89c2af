"""Items of network graphs: inserted networks, and layers with the weights of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from convcalc.errors import did_you_mean
from convcalc.files import stem_of
from convcalc.layers import Layer
from convcalc.network.items import Item, Items, LayerItem, Name, Value
from convcalc.network.network import MAX_NAME
from convcalc.network.parameters import read_value
from convcalc.network.plan import Planner, likely
from convcalc.network.yaml_source import Source
from convcalc.text import printable, quoted, shortened

NETWORK_KEYS = ("file", "name", "until", "parameters", "inputs", "weights")
Keys = dict[str, tuple[ScalarNode, Node]]


class SharedItem(Item):
    """An item whose layers use the weights of the earlier layers in ``target``."""

    __slots__ = ("item", "target")

    def __init__(self, item: Item, node: Node, target: str) -> None:
        super().__init__(item.source, node, item.name)
        self.item, self.target = item, target

    def values(self) -> tuple[Value, ...]:
        return self.item.values()

    def lists(self) -> Iterable[Items]:
        return self.item.lists()


class NetworkItem(Item):
    """Another network's layers.

    Attributes:
        network: the content of its file.
        stem: the file's name without suffix, for automatic names.
        until: the layer or block after which it stops; empty for all of it.
        given: parameters that are set.
        inputs: for its further inputs, the layers that they read.
    """

    __slots__ = ("given", "inputs", "network", "stem", "until")

    def __init__(self, source: Source, node: Node, name: Name, network: Any, stem: str) -> None:
        super().__init__(source, node, name)
        self.network, self.stem, self.until = network, stem, ""
        self.given: dict[str, Value] = {}
        self.inputs: dict[str, str] = {}

    def values(self) -> tuple[Value, ...]:
        return tuple(self.given.values())


class GraphPlanner(Planner):
    """A planner that also reads ``network`` and ``weights``.

    Args:
        source, blocks: as for a planner.
        include: reads the network at a node that names a file.
    """

    def __init__(
        self, source: Source, blocks: dict[str, Any], include: Callable[[Source, Node, str], Any]
    ) -> None:
        super().__init__(source, blocks)
        self._include = include

    def _mapped_item(self, node: MappingNode) -> Item:
        words = [key.value for key, _ in node.value]
        if "network" in words and "network" not in self.blocks:
            return self._network(node)
        if "weights" in words:
            if "from" not in words and ("layers" in words or "repeat" in words):
                return self._sharing(node, super()._mapped_item(_without_weights(node)))
        elif len(words) == 1:
            ((key, value),) = node.value
            if isinstance(value, MappingNode) and self._shares(key.value, value):
                inner = MappingNode(
                    node.tag, [(key, _without_weights(value))], node.start_mark, node.end_mark
                )
                return self._sharing(value, super()._mapped_item(inner))
        return super()._mapped_item(node)

    def _named_item(self, key: Node, word: str, value: Node | None) -> Item:
        if word == "network" and word not in self.blocks:
            self.source.refuse(
                key, "network by itself is not a layer; write {network: {file: resnet50}}"
            )
        return super()._named_item(key, word, value)

    def _shares(self, word: Any, options: MappingNode) -> bool:
        """Whether the options of a layer or block name another layer's weights."""
        if not any(key.value == "weights" for key, _ in options.value):
            return False
        block = self.blocks.get(word) if isinstance(word, str) else None
        return block is None or "weights" not in block.parameters

    def _sharing(self, node: Node, item: Item) -> Item:
        """An item with the weights of the layers named in its mapping."""
        key, value = self.source.mapping(node, "a layer")["weights"]
        if isinstance(item, LayerItem) and item.cls.arrays is Layer.arrays:
            self.source.refuse(key, f"{item.cls.kind} has no weights to share; leave weights out")
        return SharedItem(item, value, self._target(value, "weights"))

    def _target(self, node: Node, what: str) -> str:
        """The name of a layer or block."""
        name = self.source.scalar(node, what)
        if not name:
            self.source.refuse(node, f"{what} is empty; name an earlier layer or block")
        return name

    def _network(self, node: MappingNode) -> Item:
        """An inserted network."""
        keys = self.source.mapping(node, "a layer")
        for name, (word, _) in keys.items():
            if name != "network":
                self.source.refuse(
                    word, f"{shortened(name)} cannot be used next to network; put it inside: network: {{file: …}}"
                )  # fmt: skip
        key, value = keys["network"]
        if isinstance(value, ScalarNode):
            return self._included(key, value, {})
        inner = self.source.mapping(value, "network", "write network: {file: resnet50}")
        self._only(inner, NETWORK_KEYS, "network")
        if "file" not in inner and likely(inner, "file"):
            return Item(self.source, node)  # a misspelt file, which is already reported
        if "file" not in inner:
            self.source.refuse(key, "network needs file; write network: {file: resnet50}")
        item = self._included(key, inner["file"][1], inner)
        return self._sharing(value, item) if "weights" in inner else item

    def _included(self, key: Node, file: Node, keys: Keys) -> NetworkItem:
        """An inserted network, read from its file."""
        target = self.source.scalar(file, "file")
        network = self._include(self.source, file, target)
        stem = printable(stem_of(target))[:MAX_NAME]
        item = NetworkItem(self.source, key, self._name(keys), network, stem)
        if "until" in keys:
            item.until = self._target(keys["until"][1], "until")
        if "parameters" in keys:
            known = network.parameters
            for name, (word, value) in self.source.mapping(
                keys["parameters"][1], "parameters"
            ).items():
                if name not in known:
                    near = did_you_mean(name, known) if known else "; it has none"
                    self.source.refuse(
                        word, f"{shortened(target)} has no parameter {quoted(name)}{near}"
                    )
                item.given[name] = read_value(self.source, value, shortened(name))
        self._connect(item, target, keys)
        return item

    def _connect(self, item: NetworkItem, target: str, keys: Keys) -> None:
        """What the further inputs of an inserted network read."""
        _, *further = [each.name for each in item.network.inputs] or [""]
        given = self.source.mapping(keys["inputs"][1], "inputs") if "inputs" in keys else {}
        for name, (word, value) in given.items():
            if name not in further:
                near = (
                    did_you_mean(name, further)
                    if further
                    else "; its one input reads the layer before it"
                )
                self.source.refuse(
                    word, f"{shortened(target)} has no further input {quoted(name)}{near}"
                )
            item.inputs[name] = self._target(value, f"input {shortened(name)}")
        missing = [name for name in further if name not in given]
        if missing:
            pairs = ", ".join(f"{name}: …" for name in further[:4])
            self.source.refuse(
                item.node,
                f"{shortened(target)} has {len(further) + 1} inputs, and {missing[0]} is not given; "
                f"write what each reads: inputs: {{{pairs}}}",
            )


def _without_weights(node: MappingNode) -> MappingNode:
    """A mapping without the ``weights`` key."""
    rest = [pair for pair in node.value if pair[0].value != "weights"]
    return MappingNode(node.tag, rest, node.start_mark, node.end_mark)
