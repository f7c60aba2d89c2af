"""Items to nodes: repeats written out, blocks filled in, names given, paths merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from convcalc.errors import did_you_mean
from convcalc.network.expression import ExpressionError, evaluate
from convcalc.network.network import INPUT, Block, Node
from convcalc.network.plan import BlockItem, FromItem, GroupItem, Item, Items, LayerItem, MergeItem
from convcalc.text import quoted

if TYPE_CHECKING:
    from convcalc.layers import Layer

MAX_LAYERS = 100_000
MAX_BLOCK_DEPTH = 40
MAX_LEVELS = (
    100  # blocks, sections, repeats and paths inside one another, once blocks are filled in
)
MAX_NAME = 1000  # characters of a name with the names of all it lies in


class Scope:
    """Where names are counted: the top, a named section, a block.

    Attributes:
        prefix: the path so far, with its dot.
        numbered: whether blocks without a name are called 1, 2 … rather than by their word.
        names: the parameters in force.
    """

    __slots__ = ("counts", "names", "numbered", "prefix", "taken")

    def __init__(
        self, prefix: str, names: dict[str, int], taken: set[str], *, numbered: bool
    ) -> None:
        self.prefix, self.names, self.taken, self.numbered = prefix, names, taken, numbered
        self.counts: dict[str, int] = {}

    def automatic(self, word: str) -> str:
        """The next free name made of a word and a number."""
        joint = "_" if word[-1:].isdigit() else ""
        while True:
            count = self.counts[word] = self.counts.get(word, 0) + 1
            name = f"{word}{joint}{count}"
            if name not in self.taken:
                return name


class Expander:
    """Walks the items and collects the nodes.

    Args:
        blocks: the blocks by name, each with ``parameters`` and ``items``.
        names: the file's parameters, which its blocks know besides their own.
        max_layers: how many nodes are too many.
    """

    expanders: ClassVar[dict[type[Item], Any]]

    def __init__(
        self, blocks: dict[str, Any], names: dict[str, int], max_layers: int = MAX_LAYERS
    ) -> None:
        self.blocks, self.names, self.max_layers = blocks, names, max_layers
        self.nodes: list[Node] = []
        self.found: list[Block] = []
        self.places: dict[str, int] = {"input": INPUT}
        self.root = ""  # what the names of the file begin with, where it is part of another
        self.layers: dict[Any, Layer] = {}
        self.open_blocks: list[str] = []
        self.depth = self.levels = 0
        self.items_left = 4 * max_layers + 1000

    def run(self, items: Items, scope: Scope, at: int) -> int:
        """Expand items one after the other, from node ``at``; the place of the last node."""
        self.levels += 1
        for item in items:
            self._spend(item)
            at = self.expanders[type(item)](self, item, scope, at)
        self.levels -= 1
        return at

    def _spend(self, item: Item) -> None:
        """Count an item or a path, so that what makes no layers comes to an end too."""
        self.items_left -= 1
        if self.items_left < 0:
            message = (
                f"blocks, repeats and paths without layers are too many for {self.max_layers:,} "
                "layers; leave the empty ones out, or raise --max-layers if you mean it"
            )
            raise item.error(message)
        if self.levels > MAX_LEVELS:
            message = f"blocks, repeats and paths nest deeper than {MAX_LEVELS} levels; write them flatter"
            raise item.error(message)

    def _evaluate(self, item: Item, value: Any, names: dict[str, int], what: str) -> Any:
        """A value with its $names worked out."""
        try:
            return evaluate(value, names)
        except ExpressionError as error:
            raise item.error(f"{what} {error}", error.node) from None

    def _register(self, item: Item, name: str, at: int) -> None:
        """Remember where a name leads."""
        if name in self.places:
            message = (
                f"the name {quoted(name)} is used twice; choose another "
                "(inside a repeat, name the repeat: its copies are numbered)"
            )
            raise item.error(message)
        if len(name) > MAX_NAME:
            message = f"with the names around it, this name has {len(name):,} characters; use at most {MAX_NAME:,}"
            raise item.error(message)
        self.places[name] = at

    def _place(self, item: Item, target: str, scope: Scope) -> int:
        """The place a name leads to, looked up in the same scope first."""
        for name in (scope.prefix + target, self.root + target):
            if name in self.places:
                return self.places[name]
        inside = [name for name in [*self.places][-500:] if name.startswith(self.root)]
        known = [name[len(self.root) :] for name in inside]
        message = f"no layer {quoted(target)} before this one{did_you_mean(target, known)}"
        raise item.error(message)

    # ------------------------------------------------------------------------ one of each

    def _layer(self, item: LayerItem, scope: Scope) -> Layer:
        """The layer of an item; equal ones are one object, so that the walk works each out once."""
        if item.layer is not None:
            return item.layer
        options = item.options
        if not item.ready:
            options = {
                name: self._evaluate(item, value, scope.names, name)
                for name, value in options.items()
            }
        key = (item.cls, *options.items())
        found = self.layers.get(key)
        if found is None:
            found = self.layers[key] = item.cls(**options)
        if item.ready:
            item.layer = found
        return found

    def _add(self, item: LayerItem, scope: Scope, inputs: tuple[int, ...]) -> int:
        """Append the node of a layer."""
        nodes = self.nodes
        if len(nodes) >= self.max_layers:
            message = (
                f"the network grows past {self.max_layers:,} layers; "
                "raise --max-layers if you mean it"
            )
            raise item.error(message)
        layer = self._layer(item, scope)
        if layer.references:
            options = layer.options()
            targets = filter(None, map(options.get, layer.references))
            inputs += tuple(self._place(item, target, scope) for target in targets)
        name = scope.prefix + (item.name or scope.automatic(item.cls.kind))
        self._register(item, name, len(nodes))
        nodes.append(Node(name, layer, inputs, item))
        return len(nodes) - 1

    def expand_layer(self, item: LayerItem, scope: Scope, at: int) -> int:
        return self._add(item, scope, (at,))

    def expand_merge(self, item: MergeItem, scope: Scope, at: int) -> int:
        ends = []
        for path in item.paths:
            self._spend(item)
            ends.append(self.run(path, scope, at))
        return self._add(item, scope, tuple(ends))

    def expand_from(self, item: FromItem, scope: Scope, at: int) -> int:  # noqa: ARG002 - as its siblings
        return self._place(item, item.target, scope)

    def expand_group(self, item: GroupItem, scope: Scope, at: int) -> int:
        if item.times is None:
            return self._section(item, item.name, item.layers, scope, at)
        times = self._evaluate(item, item.times, scope.names, "repeat")
        if times < 0:
            message = f"repeat is {times}; use 0 or more"
            raise item.error(message)
        for turn in range(1, times + 1):
            self._spend(item)
            if item.name:
                at = self._section(item, f"{item.name}.{turn}", item.layers, scope, at)
            else:
                start = len(self.nodes)
                mark = len(self.found)
                at = self.run(item.layers, scope, at)
                if not (len(item.layers) == 1 and isinstance(item.layers[0], BlockItem)):
                    self._block(mark, "", start)
        if item.name and times:
            self._register(item, scope.prefix + item.name, at)
        return at

    def _section(self, item: Item, name: str, layers: Items, scope: Scope, at: int) -> int:
        """Layers under a name of their own; a single block in it adds no level."""
        prefix = f"{scope.prefix}{name}."
        inner = Scope(prefix, scope.names, layers.given, numbered=True)
        start, mark = len(self.nodes), len(self.found)
        self.depth += 1
        only = layers[0] if len(layers) == 1 else None
        if isinstance(only, BlockItem) and not only.name and "." in name:
            at = self._block_layers(only, prefix, scope, at)
        else:
            at = self.run(layers, inner, at)
        self.depth -= 1
        self._block(mark, scope.prefix + name, start)
        self._register(item, scope.prefix + name, at)
        return at

    def expand_block(self, item: BlockItem, scope: Scope, at: int) -> int:
        word = "" if scope.numbered else item.block
        name = scope.prefix + (item.name or scope.automatic(word))
        start, mark = len(self.nodes), len(self.found)
        self.depth += 1
        at = self._block_layers(item, f"{name}.", scope, at)
        self.depth -= 1
        self._block(mark, name, start)
        self._register(item, name, at)
        return at

    def _block_layers(self, item: BlockItem, prefix: str, scope: Scope, at: int) -> int:
        """The layers of a block, with its parameters filled in."""
        if item.block in self.open_blocks:
            chain = " → ".join(
                [*self.open_blocks[self.open_blocks.index(item.block) :], item.block]
            )
            message = f"block {item.block} uses itself ({chain}); use repeat instead"
            raise item.error(message)
        if len(self.open_blocks) >= MAX_BLOCK_DEPTH:
            message = f"blocks use blocks more than {MAX_BLOCK_DEPTH} deep; use repeat instead"
            raise item.error(message)
        block = self.blocks[item.block]
        names = dict(self.names)
        for name, default in block.parameters.items():
            if name in item.given:
                names[name] = self._evaluate(item, item.given[name], scope.names, name)
            else:
                names[name] = self._evaluate(item, default, names, name)
        inner = Scope(prefix, names, block.items.given, numbered=False)
        self.open_blocks.append(item.block)
        at = self.run(block.items, inner, at)
        self.open_blocks.pop()
        return at

    def _block(self, mark: int, name: str, start: int) -> None:
        """Remember a run of nodes, before the runs inside it."""
        if len(self.nodes) > start:
            self.found.insert(mark, Block(name, start, len(self.nodes), self.depth))


Expander.expanders = {
    LayerItem: Expander.expand_layer,
    MergeItem: Expander.expand_merge,
    FromItem: Expander.expand_from,
    GroupItem: Expander.expand_group,
    BlockItem: Expander.expand_block,
}
