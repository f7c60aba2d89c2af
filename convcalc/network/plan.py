"""YAML nodes to items: what is in ``layers``, checked once, whether or not it is ever used."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from convcalc.errors import SpecError, did_you_mean
from convcalc.layers import Layer, every, find
from convcalc.layers.names import axes_in
from convcalc.layers.option_types import OPTION_TYPES
from convcalc.layers.options import options_of, required_options, unknown_option
from convcalc.network.expression import Expression, expressions_in
from convcalc.network.yaml_source import Source, description_of
from convcalc.text import quoted, shortened

Value = Any  # of an option; holds an Expression wherever the text has a $name

KINDS = every()

ITEM_FORMS = "{repeat: 2, layers: […]}, {name: stage1, layers: […]} or {from: conv1}"
ITEM_WORDS = ("repeat", "from", "name", "layers")
MAX_NESTING = 40
MAX_NAME = 100


class Item:
    """One item of a list of layers.

    Attributes:
        source, node: where it is.
        name: the name given to it, or nothing.
    """

    __slots__ = ("name", "node", "source")

    def __init__(self, source: Source, node: Node, name: str = "") -> None:
        self.source, self.node, self.name = source, node, name

    def error(self, what: str, node: Node | None = None) -> SpecError:
        """An error that points at this item, or at a part of it."""
        return self.source.error(node or self.node, what)

    def parts(self) -> tuple[tuple[Value, ...], tuple[Items, ...]]:
        """The values that may hold expressions, and the lists of layers inside."""
        return (), ()


class LayerItem(Item):
    """A layer; ``ready`` where no option depends on a parameter, so that ``layer`` can be kept."""

    __slots__ = ("cls", "layer", "options", "ready")

    def __init__(
        self, source: Source, node: Node, name: str, cls: type[Layer], options: dict[str, Value]
    ) -> None:
        super().__init__(source, node, name)
        self.cls, self.options = cls, options
        self.ready = not any(True for _ in expressions_in(tuple(options.values())))
        self.layer: Layer | None = None

    def parts(self) -> tuple[tuple[Value, ...], tuple[Items, ...]]:
        return () if self.ready else tuple(self.options.values()), ()


class MergeItem(LayerItem):
    """A layer that merges paths."""

    __slots__ = ("paths",)

    def __init__(
        self,
        source: Source,
        node: Node,
        name: str,
        cls: type[Layer],
        options: dict[str, Value],
        paths: list[Items],
    ) -> None:
        super().__init__(source, node, name, cls, options)
        self.paths = paths

    def parts(self) -> tuple[tuple[Value, ...], tuple[Items, ...]]:
        return super().parts()[0], tuple(self.paths)


class BlockItem(Item):
    """A block with its parameters filled in."""

    __slots__ = ("block", "given")

    def __init__(
        self, source: Source, node: Node, name: str, block: str, given: dict[str, Value]
    ) -> None:
        super().__init__(source, node, name)
        self.block, self.given = block, given

    def parts(self) -> tuple[tuple[Value, ...], tuple[Items, ...]]:
        return tuple(self.given.values()), ()


class GroupItem(Item):
    """Layers under a name, or several times over; ``times`` is None for a section."""

    __slots__ = ("layers", "times")

    def __init__(self, source: Source, node: Node, name: str, layers: Items, times: Value) -> None:
        super().__init__(source, node, name)
        self.layers, self.times = layers, times

    def parts(self) -> tuple[tuple[Value, ...], tuple[Items, ...]]:
        return (self.times,), (self.layers,)


class FromItem(Item):
    """Go on from another node."""

    __slots__ = ("target",)

    def __init__(self, source: Source, node: Node, target: str) -> None:
        super().__init__(source, node)
        self.target = target


class Items(list[Item]):
    """A list of items.

    Attributes:
        given: names given in it (and inside its merges and unnamed repeats), which automatic names
            must stay clear of.
        used: parameters that expressions anywhere in it use, each with the first such expression.
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        super().__init__(items)
        self.given: set[str] = set()
        self.used: dict[str, Expression] = {}
        merged: set[int] = set()
        for item in self:
            if item.name:
                self.given.add(item.name)
            values, lists = item.parts()
            for expression in expressions_in(values):
                for name in expression.names:
                    self.used.setdefault(name, expression)
            for inner in lists:
                if id(inner) in merged:
                    continue
                merged.add(id(inner))
                for name, expression in inner.used.items():
                    self.used.setdefault(name, expression)
                if isinstance(item, MergeItem) or not item.name:
                    self.given |= inner.given


class Planner:
    """Reads the lists of layers of one text.

    A list or layer that several aliases point to is read once and shared, so that aliases
    of aliases cost no more than they take to write.

    Args:
        source: the text.
        blocks: names of the blocks that may be used, with their parameters.
    """

    def __init__(self, source: Source, blocks: dict[str, Any]) -> None:
        self.source, self.blocks = source, blocks
        self._known_lists: dict[int, Items] = {}
        self._known_items: dict[int, Item] = {}
        self._open: set[int] = set()

    def read_layers(self, node: Node, what: str, names: Collection[str]) -> Items:
        """A list of layers that uses these parameters and no others."""
        items = self._list(node, what)
        for name, expression in items.used.items():
            if name not in names:
                self.source.refuse(expression.node, unknown_parameter(name, names))
        return items

    def _list(self, node: Node, what: str = "layers") -> Items:
        """A list of layers."""
        if id(node) in self._known_lists:
            return self._known_lists[id(node)]
        if isinstance(node, ScalarNode) and not node.value:
            self.source.refuse(node, f"{what} is empty; list the layers, or write []")
        if id(node) in self._open:
            self.source.refuse(node, f"{what} holds an alias (*) of itself; use repeat")
        if len(self._open) >= MAX_NESTING:
            self.source.refuse(node, f"layers nest deeper than {MAX_NESTING} levels; use blocks")
        self._open.add(id(node))
        items = Items(map(self._item, self.source.sequence(node, what)))
        self._open.remove(id(node))
        self._known_lists[id(node)] = items
        return items

    def _item(self, node: Node) -> Item:
        """One item of a list of layers."""
        if isinstance(node, ScalarNode):
            word = self.source.scalar(node, "a layer")
            return self._named_item(node, word, None)
        if id(node) in self._known_items:
            return self._known_items[id(node)]
        if not isinstance(node, MappingNode):
            self.source.refuse(
                node,
                "a layer must be a kind or a mapping, but this is a list; paths stand under add or concat",
            )
        item = self._known_items[id(node)] = self._mapped_item(node)
        return item

    def _mapped_item(self, node: MappingNode) -> Item:
        """A layer with options, a block, a repeat, a section, or from."""
        keys = self.source.mapping(node, "a layer")
        if len(keys) > 1 and ("repeat" in keys or "layers" in keys):
            return self._group(node, keys)
        if "from" in keys:
            return self._from_item(node, keys)
        if not keys:
            self.source.refuse(node, "an empty item; write a kind such as relu, or delete it")
        if len(keys) > 1:
            words = ", ".join([shortened(key) for key in keys][:8])
            self.source.refuse(
                node,
                f"a layer is one kind with its options inside, but here {words} are side by side; "
                "write - conv: {out_channels: 8, kernel_size: 3}, or indent the options further",
            )
        ((key, value),) = keys.values()
        return self._named_item(key, self.source.scalar(key, "a layer"), value)

    def _only(
        self, keys: dict[str, tuple[ScalarNode, Node]], known: tuple[str, ...], what: str
    ) -> None:
        """Refuse keys that have no meaning here."""
        for key, (node, _) in keys.items():
            if key not in known:
                self.source.refuse(
                    node, f"{what} has no option {quoted(key)}{did_you_mean(key, known)}"
                )

    def _from_item(self, node: Node, keys: dict[str, tuple[ScalarNode, Node]]) -> Item:
        """Going on from another layer."""
        self._alone(keys, "from", "make it an item of its own")
        for key, (word, _) in keys.items():
            if key != "from":
                self.source.refuse(word, f"{quoted(key)} cannot be used next to from; leave it out")
        return FromItem(
            self.source, node, OPTION_TYPES[str].take(self.source, keys["from"][1], "from")
        )

    def _alone(self, keys: dict[str, tuple[ScalarNode, Node]], what: str, way_out: str) -> None:
        """Refuse a layer next to a word of the language."""
        for key, (node, _) in keys.items():
            if key in self.blocks or _kind(key):
                self.source.refuse(node, f"{key} cannot be used next to {what}; {way_out}")

    def _group(self, node: Node, keys: dict[str, tuple[ScalarNode, Node]]) -> Item:
        """A repeat or a named section."""
        what = "repeat" if "repeat" in keys else "a section"
        self._alone(keys, what, "put it under layers:")
        self._only(keys, ("repeat", "name", "layers"), what)
        if "layers" not in keys:
            self.source.refuse(node, "repeat needs layers; list under layers: what to repeat")
        name = self._name(keys)
        times = self.source.number(keys["repeat"][1], "repeat") if "repeat" in keys else None
        if isinstance(times, int) and times < 0:
            self.source.refuse(keys["repeat"][1], f"repeat is {times}; use 0 or more")
        return GroupItem(self.source, node, name, self._list(keys["layers"][1]), times)

    def _name(self, keys: dict[str, tuple[ScalarNode, Node]]) -> str:
        """The name given among the options, if one is."""
        if "name" not in keys:
            return ""
        node = keys["name"][1]
        name = self.source.scalar(node, "name")
        if name == "input":
            self.source.refuse(node, "'input' is the name of the network's input; choose another")
        if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
            self.source.refuse(
                node, f"name cannot be {quoted(name)}; use 1 to {MAX_NAME} visible characters"
            )
        return name

    def _named_item(self, key: Node, word: str, value: Node | None) -> Item:
        """A kind or a block, by its word."""
        if word in self.blocks:
            return self._block(key, word, value)
        cls = _kind(word)
        if not cls:
            self.source.refuse(key, _unknown_kind(word, self.blocks))
        if cls.merges:
            return self._merge(key, cls, value)
        keys = self._option_keys(value, word, cls)
        options = self._read_options(key, cls, keys)
        return LayerItem(self.source, key, self._name(keys), cls, options)

    def _option_keys(
        self, value: Node | None, word: str, cls: type[Layer] | None = None
    ) -> dict[str, tuple[ScalarNode, Node]]:
        """The mapping of options under a kind; an empty node means no options."""
        if value is None or (isinstance(value, ScalarNode) and value.value in ("", "~", "null")):
            return {}
        if not isinstance(value, MappingNode):
            first = (
                [*required_options(cls), *options_of(cls)]
                if cls
                else [*self.blocks[word].parameters]
            )
            self.source.refuse(
                value,
                f"the options of {word} must be name: value pairs, but this is {description_of(value)}; "
                f"write {word}: {{{(*first, 'name')[0]}: …}}",
            )
        return self.source.mapping(value, f"the options of {word}")

    def _read_options(
        self, key: Node, cls: type[Layer], keys: dict[str, tuple[ScalarNode, Node]]
    ) -> dict[str, Value]:
        """The options of one layer, each read as its type wants."""
        known = options_of(cls)
        others = ("name", "paths") if cls.merges else ("name",)
        also = others if cls.arrays is Layer.arrays else (*others, "weights")
        options = {}
        for name, (name_node, value) in keys.items():
            if name in others:
                continue
            if name not in known:
                self.source.refuse(name_node, unknown_option(cls, name, also=also))
            options[known[name].field] = known[name].type.take(self.source, value, name)
        missing = [name for name in required_options(cls) if known[name].field not in options]
        if missing:
            self.source.refuse(key, f"{cls.kind} needs {_lacking(cls.kind, missing)}")
        return options

    def _merge(self, key: Node, cls: type[Layer], value: Node | None) -> Item:
        """A join, such as add or concat, with its paths."""
        keys: dict[str, tuple[ScalarNode, Node]] = {}
        options: dict[str, Value] = {}
        if isinstance(value, MappingNode):
            keys = self.source.mapping(value, f"the options of {cls.kind}")
            options = self._read_options(key, cls, keys)
            value = keys["paths"][1] if "paths" in keys else None
        if value is None or (isinstance(value, ScalarNode) and not value.value):
            self.source.refuse(
                key,
                f"{cls.kind} needs paths; list one list of layers for each, [] for the input itself",
            )
        paths = [
            self._list(path, f"a path of {cls.kind}")
            for path in self.source.sequence(value, f"the paths of {cls.kind}")
        ]
        return MergeItem(self.source, key, self._name(keys), cls, options, paths)

    def _block(self, key: Node, word: str, value: Node | None) -> Item:
        """A block with its parameters."""
        keys = self._option_keys(value, word)
        parameters = self.blocks[word].parameters
        given = {}
        for name, (name_node, node) in keys.items():
            if name == "name":
                continue
            if name not in parameters:
                known = [*parameters, "name"]
                self.source.refuse(
                    name_node,
                    f"block {word} has no parameter {quoted(name)}"
                    f"{did_you_mean(name, known) if parameters else '; it has none'}",
                )
            given[name] = self.source.number(node, name)
        missing = [
            name for name, value in parameters.items() if value is None and name not in given
        ]
        if missing:
            self.source.refuse(key, f"block {word} needs {_lacking(word, missing)}")
        return BlockItem(self.source, key, self._name(keys), word, given)


def unknown_parameter(name: str, names: Collection[str]) -> str:
    """The message about a $name that is not a parameter."""
    near = did_you_mean(name, names) if names else "; add it under parameters:"
    return f"no parameter ${shortened(name)} here{near}"


def _lacking(word: str, names: list[str]) -> str:
    """What is missing, and how to write it."""
    return f"{' and '.join(names)}; write {word}: {{{', '.join(f'{name}: …' for name in names)}}}"


def _kind(word: str) -> type[Layer] | None:
    """The kind of this name, which may say the number of axes, as conv2d does; no other alias."""
    if word in KINDS:
        return KINDS[word]
    cls = find(word) if axes_in(word) else None
    return cls if cls and word in cls.dimension_names() else None


def _unknown_kind(word: str, blocks: dict[str, Any]) -> str:
    """The message about a word that is neither a kind nor a block; other libraries' words are known."""
    if word in ("", "~", "null"):
        return "an empty item; write a kind such as relu, or delete the dash"
    if word in ITEM_WORDS:
        return f"{word} by itself is not a layer; write {ITEM_FORMS}"
    cls = find(word)
    if cls:
        return f"no layer kind {quoted(word)}; it is called {cls.kind!r} here"
    hint = did_you_mean(word.lower(), [*KINDS, *blocks, *ITEM_WORDS])
    return f"no layer kind or block {quoted(word)}{hint or '; convcalc kinds lists them'}"
