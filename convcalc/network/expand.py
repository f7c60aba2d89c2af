"""Items become nodes: repeats and blocks are expanded, nodes get names, paths are merged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from convcalc.errors import SpecError, UsageError, did_you_mean
from convcalc.layers.aliases import build
from convcalc.network.expression import Expression, ExpressionError, said
from convcalc.network.incoming import LOST, LostError, Shapes
from convcalc.network.items import (
    INCOMING,
    BlockItem,
    FromItem,
    GroupItem,
    Item,
    Items,
    LayerItem,
    MergeItem,
    WordItem,
)
from convcalc.network.loops import turns
from convcalc.network.network import INPUT, Block, Node
from convcalc.network.parameters import evaluate, evaluate_option
from convcalc.network.problems import Problems
from convcalc.text import quoted

if TYPE_CHECKING:
    from convcalc.layers import Layer, Shape
    from convcalc.network.expression import Names

MAX_LAYERS = 100_000
MAX_BLOCK_DEPTH = 40
MAX_LEVELS = 100  # nested blocks, sections, repeats and paths, after expanding blocks
MAX_NAME = 1000  # characters of a name with its prefix


class Scope:
    """A part of a file that counts its own names: the top, a named section, a block.

    Attributes:
        prefix: the path so far, with its dot.
        numbered: whether unnamed blocks are called 1, 2 … instead of by their word.
        names: the current parameters.
    """

    __slots__ = ("counts", "names", "numbered", "prefix", "taken")

    def __init__(self, prefix: str, names: Names, taken: set[str], *, numbered: bool) -> None:
        self.prefix, self.names, self.taken, self.numbered = prefix, names, taken, numbered
        self.counts: dict[str, int] = {}

    def automatic(self, word: str, places: dict[str, int]) -> str:
        """The next free name from a word and a number, with the prefix."""
        joint = "_" if word[-1:].isdigit() else ""
        while True:
            count = self.counts[word] = self.counts.get(word, 0) + 1
            name = f"{word}{joint}{count}"
            if name not in self.taken and (whole := self.prefix + name) not in places:
                return whole


class Expander:
    """Walks the items and collects the nodes.

    Args:
        blocks: the blocks by name, each with ``parameters`` and ``items``.
        names: the file's parameters, which its blocks can use besides their own.
        inputs: the input; only read if $in is used.
        max_layers: the largest number of nodes.

    Attributes:
        problems: the errors. Expansion continues after an error, without what depends on it.
        lost: the names of parts with errors; `lost_any` if there may be more.
        over: whether a limit is reached, so that expansion stops.
    """

    expanders: ClassVar[dict[type[Item], Any]]

    def __init__(
        self,
        blocks: dict[str, Any],
        names: dict[str, Any],
        inputs: Sequence[Shape],
        max_layers: int = MAX_LAYERS,
    ) -> None:
        self.blocks, self.names, self.max_layers = blocks, names, max_layers
        self.nodes: list[Node] = []
        self.shapes = Shapes(inputs, self.nodes)
        self.found: list[Block] = []
        self.places: dict[str, int] = {"input": INPUT}
        self.root = ""  # the prefix of all names, if the file is part of another
        self.layers: dict[Any, Layer] = {}
        self.open_blocks: list[BlockItem] = []
        self.depth = self.levels = 0
        self.items_left = 4 * max_layers + 1000
        self.problems = Problems(each_place_once=True)
        self.lost: set[str] = set()
        self.lost_any = self.over = False

    def run(self, items: Items, scope: Scope, at: int) -> int:
        """Expand items one by one, after node ``at``; returns the place of the last node."""
        self.levels += 1
        levels, depth, opened, names = self.levels, self.depth, len(self.open_blocks), scope.names
        for item in items:
            self._spend(item)
            try:
                at = self.expanders[type(item)](self, item, scope, at)
            except (SpecError, LostError) as error:
                self._keep(error)
                self.levels, self.depth, scope.names = levels, depth, names
                del self.open_blocks[opened:]
                self._mark_lost(item, scope)
                at = LOST
        self.levels -= 1
        return at

    def _keep(self, error: Exception) -> None:
        """Keep an error, unless it is a consequence of an earlier one.

        Raises:
            SpecError: the expansion must stop.
        """
        if isinstance(error, SpecError):
            for each in error.problems:
                self.problems.add(each)
            if self.over:
                self.problems.tell()

    def _mark_lost(self, item: Item, scope: Scope) -> None:
        """Remember the names that an item with an error would have given."""
        if isinstance(item, FromItem):
            return
        if isinstance(item.name, str) and item.name:
            name = scope.prefix + item.name
        elif isinstance(item, LayerItem) and not item.name:
            name = scope.automatic(item.cls.kind, self.places)
        else:
            self.lost_any = True
            return
        self.places.setdefault(name, LOST)
        self.lost.add(name)

    def _spend(self, item: Item) -> None:
        """Count an item or a path, so that a file without layers also ends."""
        self.items_left -= 1
        if self.items_left < 0:
            self.over = True
            message = (
                f"blocks, repeats and paths without layers are too many for {self.max_layers:,} "
                "layers; leave the empty ones out, or raise --max-layers if you mean it"
            )
            raise item.error(message)
        if self.levels > MAX_LEVELS:
            self.over = True
            message = f"blocks, repeats and paths nest deeper than {MAX_LEVELS} levels; write them flatter"
            raise item.error(message)

    def _names(self, item: Item, scope: Scope, at: int) -> Names:
        """The parameters at an item; with the input channels if it uses them."""
        if item.reads_in and INCOMING not in scope.names:
            return {**scope.names, INCOMING: self.shapes.channels(at)}
        return scope.names

    def _evaluate(self, item: Item, value: Any, names: Names, what: str) -> Any:
        """The value, with its $names replaced."""
        try:
            return evaluate(value, names)
        except ExpressionError as error:
            raise item.error(f"{what} {error}{self._inside()}", error.node) from None

    def _holds(self, item: Item, when: Any, names: Names) -> bool:
        """Whether a condition holds."""
        try:
            return when.truth(names) if isinstance(when, Expression) else when
        except ExpressionError as error:
            raise item.error(f"when {error}{self._inside()}", error.node) from None

    def _name(self, item: Item, names: Names) -> str:
        """The name given to an item; empty if none."""
        return item.name if isinstance(item.name, str) else self._made_name(item, names)

    def _made_name(self, item: Item, names: Names) -> str:
        """A name that contains parameters."""
        name: str = self._evaluate(item, item.name, names, "name")
        if not name.strip() or name == "input":
            message = f"name is {quoted(name)} with its parameters; choose another"
            raise item.error(message)
        return name

    def _inside(self) -> str:
        """Where the parameters come from, for a message: the current block."""
        if not self.open_blocks:
            return ""
        item = self.open_blocks[-1]
        return f" (in block {item.block}, used in line {item.node.start_mark.line + 1})"

    def _register(self, item: Item, name: str, at: int) -> None:
        """Remember the node for a name."""
        if name in self.places:
            message = (
                f"the name {quoted(name)} is used twice; choose another "
                "(inside a repeat, name the repeat: its copies are numbered)"
            )
            raise item.error(message)
        if len(name) > MAX_NAME:
            self.over = True
            message = f"with the names around it, this name has {len(name):,} characters; use at most {MAX_NAME:,}"
            raise item.error(message)
        self.places[name] = at

    def _place(self, item: Item, target: str, scope: Scope) -> int:
        """The place of a named node; the same scope is searched first."""
        for name in (scope.prefix + target, self.root + target):
            if name in self.places:
                return self.places[name]
        if self.lost_any or self._may_be_lost(scope.prefix + target, self.root + target):
            raise LostError
        inside = [name for name in [*self.places][-500:] if name.startswith(self.root)]
        known = [name[len(self.root) :] for name in inside]
        message = f"no layer {quoted(target)} before this one{did_you_mean(target, known)}"
        raise item.error(message)

    def _may_be_lost(self, *names: str) -> bool:
        """Whether a name may be inside a block or section with an error."""
        return any(name.startswith(f"{each}.") for name in names for each in self.lost)

    # ------------------------------------------------------------------------ one of each

    def _layer(self, item: LayerItem, names: Names) -> Layer:
        """The layer of an item; equal layers are one object, so the walk computes them once."""
        if item.layer is not None:
            return item.layer
        options = item.options if item.ready else self._options(item, names)
        key = (item.cls, *options.items())
        found = self.layers.get(key)
        if found is None:
            found = self.layers[key] = build(item.cls, options)
        if item.ready:
            item.layer = found
        return found

    def _options(self, item: LayerItem, names: Names) -> dict[str, Any]:
        """The options of a layer with their $names replaced."""
        options = dict(item.options)
        for name, value, option_type in item.deferred:
            try:
                options[name] = evaluate_option(value, names, option_type, name)
            except ExpressionError as error:
                what = f"{name} {error}{self._inside()}"
                raise item.error(what, error.node) from None
            except UsageError as error:
                raise item.error(f"{error}{self._inside()}", value.node) from None
        return options

    def _add(self, item: LayerItem, scope: Scope, inputs: tuple[int, ...], at: int) -> int:
        """Append the node of a layer."""
        nodes = self.nodes
        if len(nodes) >= self.max_layers:
            self.over = True
            message = (
                f"the network has more than {self.max_layers:,} layers; "
                "raise --max-layers if you mean it"
            )
            raise item.error(message)
        names = self._names(item, scope, at) if item.reads_in else scope.names
        layer = item.layer or self._layer(item, names)
        if layer.references:
            options = layer.options()
            targets = filter(None, map(options.get, layer.references))
            inputs += tuple(self._place(item, target, scope) for target in targets)
        if item.name:
            name = scope.prefix + self._name(item, names)
        else:
            name = scope.automatic(item.cls.kind, self.places)
        self._register(item, name, len(nodes))
        nodes.append(Node(name, layer, inputs, item))
        return len(nodes) - 1

    def expand_layer(self, item: LayerItem, scope: Scope, at: int) -> int:
        return self._add(item, scope, (at,), at)

    def expand_merge(self, item: MergeItem, scope: Scope, at: int) -> int:
        names = self._names(item, scope, at)
        ends, left_out = [], False
        for path in item.paths:
            self._spend(item)
            if path.when is True or self._holds(item, path.when, names):
                ends.append(self.run(path.layers, scope, at))
            else:
                left_out = True
        if left_out and len(ends) < 2:  # nothing to merge, so no layer
            if not ends:
                message = f"none of its paths is left, so {item.cls.kind} has no input; one of them must always be there"
                raise item.error(message)
            if given := self._name(item, names):
                self._register(item, scope.prefix + given, ends[0])
            return ends[0]
        return self._add(item, scope, tuple(ends), at)

    def expand_word(self, item: WordItem, scope: Scope, at: int) -> int:
        word = self._evaluate(item, item.word, self._names(item, scope, at), "a layer")
        if not isinstance(word, str):
            message = f"{item.word.text} is {said(word)}, but must be the name of a layer kind or a block; give one"
            raise item.error(message + self._inside())
        meant = item.planner.item_called(item, word)
        end: int = self.expanders[type(meant)](self, meant, scope, at)
        return end

    def expand_from(self, item: FromItem, scope: Scope, at: int) -> int:
        target = self._evaluate(item, item.target, self._names(item, scope, at), "from")
        return self._place(item, target, scope)

    def expand_group(self, item: GroupItem, scope: Scope, at: int) -> int:
        names = self._names(item, scope, at)
        if item.when is not True and not self._holds(item, item.when, names):
            return at
        if item.times is not None:
            return self._repeat(item, scope, at, names)
        if item.name:
            return self._section(item, self._name(item, names), item.layers, scope, at)
        return self.run(item.layers, scope, at)

    def _repeat(self, item: GroupItem, scope: Scope, at: int, names: Names) -> int:
        """The layers of a repeat; each turn has its own values."""
        times, rows = turns(item, names)
        outer, named = scope.names, item.names_turns
        name = "" if named else self._name(item, names)
        for turn, values in enumerate(rows, 1):
            self._spend(item)
            if values:
                scope.names = {**outer, **values}
            if item.name:
                own = self._name(item, {**names, **values}) if named else f"{name}.{turn}"
                at = self._section(item, own, item.layers, scope, at)
            else:
                start = len(self.nodes)
                mark = len(self.found)
                at = self.run(item.layers, scope, at)
                if not (len(item.layers) == 1 and isinstance(item.layers[0], BlockItem)):
                    self._block(mark, "", start)
        scope.names = outer
        if name and times:
            self._register(item, scope.prefix + name, at)
        return at

    def _section(self, item: GroupItem, name: str, layers: Items, scope: Scope, at: int) -> int:
        """Layers under their own name; a single block inside adds no level."""
        prefix = f"{scope.prefix}{name}."
        inner = Scope(prefix, scope.names, layers.given, numbered=True)
        start, mark = len(self.nodes), len(self.found)
        self.depth += 1
        only = layers[0] if len(layers) == 1 else None
        word = ""
        if (
            isinstance(only, BlockItem)
            and not only.name
            and (item.times is not None or "." in name)
        ):
            at, word = self._block_layers(only, prefix, scope, at), only.block
        else:
            at = self.run(layers, inner, at)
        self.depth -= 1
        self._block(mark, scope.prefix + name, start, word)
        self._register(item, scope.prefix + name, at)
        return at

    def expand_block(self, item: BlockItem, scope: Scope, at: int) -> int:
        given = self._name(item, self._names(item, scope, at))
        word = "" if scope.numbered else item.block
        name = scope.prefix + given if given else scope.automatic(word, self.places)
        start, mark = len(self.nodes), len(self.found)
        self.depth += 1
        at = self._block_layers(item, f"{name}.", scope, at)
        self.depth -= 1
        self._block(mark, name, start, item.block)
        self._register(item, name, at)
        return at

    def _block_layers(self, item: BlockItem, prefix: str, scope: Scope, at: int) -> int:
        """The layers of a block, with its parameters filled in."""
        words = [each.block for each in self.open_blocks]
        if item.block in words:
            chain = " → ".join([*words[words.index(item.block) :], item.block])
            message = f"block {item.block} uses itself ({chain}); use repeat instead"
            raise item.error(message)
        if len(words) >= MAX_BLOCK_DEPTH:
            self.over = True
            message = f"blocks use blocks more than {MAX_BLOCK_DEPTH} deep; use repeat instead"
            raise item.error(message)
        block = self.blocks[item.block]
        inner = Scope(prefix, self._parameters(item, scope, at), block.items.given, numbered=False)
        self.open_blocks.append(item)
        at = self.run(block.items, inner, at)
        self.open_blocks.pop()
        return at

    def _parameters(self, item: BlockItem, scope: Scope, at: int) -> Names:
        """The parameters of a block: the file's and its own; defaults can use $in."""
        block = self.blocks[item.block]
        outer = self._names(item, scope, at)
        names = dict(self.names)
        known = names
        if block.reads_in and INCOMING not in names:
            known = {**names, INCOMING: self.shapes.channels(at)}
        for name, default in block.parameters.items():
            if name in item.given:
                value = self._evaluate(item, item.given[name], outer, name)
            else:
                value = self._evaluate(item, default, known, name)
            names[name] = known[name] = value
        return names

    def _block(self, mark: int, name: str, start: int, word: str = "") -> None:
        """Store a run of nodes, before the runs inside it."""
        if len(self.nodes) > start:
            self.found.insert(mark, Block(name, start, len(self.nodes), self.depth, word))


Expander.expanders = {
    LayerItem: Expander.expand_layer,
    MergeItem: Expander.expand_merge,
    FromItem: Expander.expand_from,
    GroupItem: Expander.expand_group,
    BlockItem: Expander.expand_block,
    WordItem: Expander.expand_word,
}
