"""YAML nodes become items: the content of ``layers``, checked once, used or not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from convcalc.errors import SpecError, SpecErrors, UsageError, did_you_mean
from convcalc.layers import KINDS, Layer, find, get_kind, stated_only
from convcalc.layers.aliases import defaults_of, kind_called, own_option, refused_option
from convcalc.layers.option_types import OPTION_TYPES
from convcalc.layers.options import (
    OPTION_WORDS,
    Option,
    option_called,
    options_of,
    required_options,
)
from convcalc.network.items import (
    INCOMING,
    BlockItem,
    FromItem,
    GroupItem,
    Item,
    Items,
    LayerItem,
    MergeItem,
    Name,
    Path,
    Value,
    WordItem,
)
from convcalc.network.loops import read_repeat
from convcalc.network.network import MAX_NAME
from convcalc.network.parameters import expression_of, read_condition, read_value
from convcalc.network.template import text_of
from convcalc.network.yaml_source import Source, description_of
from convcalc.text import quoted, shortened

ITEM_FORMS = "{repeat: 2, layers: […]}, {name: stage1, layers: […]} or {from: conv1}"
ITEM_WORDS = ("repeat", "from", "name", "layers", "when")
MAX_NESTING = 40

Keys = dict[str, tuple[ScalarNode, Node]]
_AXES = re.compile(r"(.+?)([4-9])[dD]")
_SINGLE = re.compile(r"\$[^\W\d]\w*")


class Planner:
    """Reads the lists of layers of one text.

    A list or layer with several aliases is read once and shared, so aliases of aliases cost no more
    than their text. Errors are collected in the problems of the source, one per item or
    option.

    Args:
        source: the text.
        blocks: names of the available blocks, with their parameters.
    """

    def __init__(self, source: Source, blocks: dict[str, Any]) -> None:
        self.source, self.blocks = source, blocks
        self._known_lists: dict[int, Items] = {}
        self._known_items: dict[int, Item] = {}
        self._open: set[int] = set()

    def read_layers(self, node: Node, what: str, names: Collection[str]) -> Items:
        """A list of layers that can use these parameters and no others."""
        items = self._list(node, what)
        for name, expression in items.used.items():
            if name not in names and name != INCOMING:
                self.source.problems.add(
                    self.source.error(expression.node, unknown_parameter(name, names))
                )
        return items

    def _list(self, node: Node, what: str = "layers") -> Items:
        """A list of layers; empty if it cannot be read."""
        found = self._known_lists.get(id(node))
        if found is None:
            found = self.source.problems.attempt(self._read_list, node, what, default=Items())
            self._known_lists[id(node)] = found
        return found

    def _read_list(self, node: Node, what: str) -> Items:
        if isinstance(node, ScalarNode) and not node.value:
            self.source.refuse(node, f"{what} is empty; list the layers, or write []")
        if id(node) in self._open:
            self.source.refuse(node, f"{what} contains an alias (*) of itself; use repeat")
        if len(self._open) >= MAX_NESTING:
            self.source.refuse(node, f"layers nest deeper than {MAX_NESTING} levels; use blocks")
        nodes = self.source.sequence(node, what)
        self._open.add(id(node))
        items = []
        for each in nodes:
            try:
                items.append(self._item(each))
            except SpecErrors:
                raise
            except SpecError as error:
                self.source.problems.add(error)
                self._known_items[id(each)] = Item(self.source, each)  # no error for its aliases
        self._open.remove(id(node))
        return Items(items)

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
                "a layer must be a kind or a mapping, but this is a list; paths belong under add or concat",
            )
        item = self._known_items[id(node)] = self._mapped_item(node)
        return item

    def _mapped_item(self, node: MappingNode) -> Item:
        """A layer with options, a block, a repeat, a section, or from."""
        keys = self.source.mapping(node, "a layer")
        if len(keys) > 1 and not {"repeat", "layers", "when"}.isdisjoint(keys):
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

    def _only(self, keys: Keys, known: tuple[str, ...], what: str) -> None:
        """Add keys that have no meaning here to the problems."""
        for key, (node, _) in keys.items():
            if key not in known:
                message = f"{what} has no option {quoted(key)}{did_you_mean(key, known)}"
                self.source.problems.add(self.source.error(node, message))

    def _from_item(self, node: Node, keys: Keys) -> Item:
        """Continue from another layer."""
        self._alone(keys, "from", "make it a separate item")
        for key, (word, _) in keys.items():
            if key != "from":
                self.source.refuse(word, f"{quoted(key)} cannot be used next to from; leave it out")
        place = keys["from"][1]
        return FromItem(
            self.source, node, text_of(OPTION_TYPES[str].take(self.source, place, "from"), place)
        )

    def _alone(self, keys: Keys, what: str, way_out: str) -> None:
        """Refuse a layer next to a keyword."""
        for key, (node, _) in keys.items():
            if key in self.blocks or is_kind(key):
                self.source.refuse(node, f"{key} cannot be used next to {what}; {way_out}")

    def _group(self, node: Node, keys: Keys) -> Item:
        """A repeat, a named section, or layers under a condition."""
        what = next((word for word in ("repeat", "when") if word in keys), "a section")
        self._alone(keys, what, "put it under layers:")
        self._only(keys, ("repeat", "when", "name", "layers"), what)
        if "layers" not in keys and likely(keys, "layers"):
            return Item(self.source, node)  # a misspelt key, which is already reported
        if "layers" not in keys:
            self.source.refuse(
                node, f"{what} needs layers; list under layers: what to {_DOES[what]}"
            )
        attempt = self.source.problems.attempt
        none: Name = ""
        name = attempt(self._name, keys, default=none)
        times, loops = _NOT_REPEATED
        if "repeat" in keys:
            place = keys["repeat"][1]
            times, loops = attempt(read_repeat, self.source, place, default=_NOT_REPEATED)
        when = attempt(self._when, keys, default=True)
        layers = self._list(keys["layers"][1])
        return GroupItem(self.source, node, name, layers, times=times, loops=loops, when=when)

    def _when(self, keys: Keys) -> Value:
        """The condition of a group or a path; true if there is none."""
        return read_condition(self.source, keys["when"][1]) if "when" in keys else True

    def _name(self, keys: Keys) -> Name:
        """The name among the options, if there is one."""
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
        return text_of(name, node)

    def _named_item(self, key: Node, word: str, value: Node | None) -> Item:
        """A kind or a block, found by its word."""
        if word in self.blocks:
            return self._block(key, word, value)
        cls = _kind(word)
        if not cls:
            if word.startswith("$"):
                return self._word_item(key, word, value)
            if value is None and find(word.partition(":")[0]) and ":" in word:
                return self._short_item(key, word)
            self.source.refuse(key, _unknown_kind(word, self.blocks))
        if word not in KINDS and isinstance(value, MappingNode):
            for where, _ in value.value:
                if isinstance(where, ScalarNode) and (what := refused_option(word, where.value)):
                    self.source.refuse(where, f"{word}: {what}")
        if cls.merges:
            return self._merge(key, cls, value)
        keys = self._option_keys(value, word, cls)
        options = self._read_options(key, cls, keys)
        if word not in KINDS:
            options = {**defaults_of(word), **options}
        return LayerItem(self.source, key, self._name(keys), cls, options)

    def _short_item(self, key: Node, word: str) -> Item:
        """A layer in the chain language, such as conv:k3c64."""
        from convcalc.network.chain import read_layer  # noqa: PLC0415 - few files need it

        try:
            layer = read_layer(word)
        except UsageError as error:
            raise self.source.error(key, str(error)) from None
        item = LayerItem(self.source, key, "", get_kind(layer.kind), layer.options())
        item.layer = layer
        return item

    def _word_item(self, key: Node, word: str, value: Node | None) -> Item:
        """A layer whose kind is a parameter."""
        if not _SINGLE.fullmatch(word):
            self.source.refuse(
                key,
                f"a kind cannot be {quoted(word)}; write the one parameter that names it, as $act",
            )
        return WordItem(self.source, key, expression_of(self.source, key, "a layer"), value, self)

    def item_called(self, item: WordItem, word: str) -> Item:
        """The item for a `WordItem` when its word is known.

        Raises:
            SpecError: no kind or block has this name, or it has no such options.
        """
        found = item.known.get(word)
        if found is None:
            found = self._named_item(item.node, word, item.options)
            Items([found])  # collects what it uses
            self.source.problems.tell()
            item.known[word] = found
        return found

    def _option_keys(self, value: Node | None, word: str, cls: type[Layer] | None = None) -> Keys:
        """The options under a kind as a mapping; an empty node means no options."""
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

    def _read_options(self, key: Node, cls: type[Layer], keys: Keys) -> dict[str, Value]:
        """The options of one layer, each read by its type."""
        known = options_of(cls)
        others = ("name", "paths") if cls.merges else ("name",)
        options: dict[str, Value] = {}
        words: dict[str, str] = {}  # the options by their names here
        for word, (word_node, node) in keys.items():
            if word in others:
                continue
            try:
                if word in known:
                    name, option = word, known[word]
                else:
                    name, option = self._option_called(word_node, cls, word)
                if name in words:
                    way_out = f"{words[name]} and {word} mean the same; keep one"
                    self.source.refuse(word_node, way_out)
                words[name] = word
                options[name] = self._option(option, node, word)
            except SpecErrors:
                raise
            except SpecError as error:
                self.source.problems.add(error)
                words.setdefault(own_option(cls, word) or _meant(cls, word), word)
        missing = [name for name in required_options(cls) if name not in words]
        if missing:
            what = f"{cls.kind} needs {_lacking(cls.kind, missing)}"
            self.source.problems.add(self.source.error(key, what))
        return options

    def _option_called(self, node: Node, cls: type[Layer], word: str) -> tuple[str, Option]:
        """The option for another library's word."""
        try:
            return option_called(cls, word, also=_besides(cls))
        except UsageError as error:
            raise self.source.error(node, str(error)) from None

    def _option(self, option: Option, node: Node, word: str) -> Value:
        """The value of an option."""
        if isinstance(node, ScalarNode) and "$" in node.value:
            self.source.check_tag(node)
            if option.type is OPTION_TYPES[str]:
                return text_of(node.value, node)
            return expression_of(self.source, node, word)
        return option.type.take(self.source, node, word)

    def _merge(self, key: Node, cls: type[Layer], value: Node | None) -> Item:
        """A join, such as add or concat, with its paths."""
        keys: Keys = {}
        options: dict[str, Value] = {}
        if isinstance(value, MappingNode):
            keys = self.source.mapping(value, f"the options of {cls.kind}")
            options = self._read_options(key, cls, keys)
            value = keys["paths"][1] if "paths" in keys else None
        if "paths" not in keys and likely(keys, "paths"):
            return Item(self.source, key)  # its name is misspelt, which is reported
        if value is None or (isinstance(value, ScalarNode) and not value.value):
            self.source.refuse(
                key,
                f"{cls.kind} needs paths; list one list of layers for each, [] for the input itself",
            )
        nodes = self.source.sequence(value, f"the paths of {cls.kind}")
        paths = [self._path(path, f"a path of {cls.kind}") for path in nodes]
        return MergeItem(self.source, key, self._name(keys), cls, options, paths)

    def _path(self, node: Node, what: str) -> Path:
        """A path of a merge: a list of layers, or one with a condition."""
        if not isinstance(node, MappingNode) or not any(
            key.value == "when" for key, _ in node.value
        ):
            return Path(self._list(node, what))
        keys = self.source.mapping(node, what)
        self._only(keys, ("when", "layers"), what)
        if "layers" not in keys and likely(keys, "layers"):
            return Path(Items())  # a misspelt key, which is already reported
        if "layers" not in keys:
            self.source.refuse(node, f"{what} needs layers; list them under layers:, [] for none")
        when = self.source.problems.attempt(self._when, keys, default=True)
        return Path(self._list(keys["layers"][1], what), when)

    def _block(self, key: Node, word: str, value: Node | None) -> Item:
        """A block with its parameters."""
        keys = self._option_keys(value, word)
        if self.blocks[word].is_broken:
            return Item(self.source, key)
        parameters = self.blocks[word].parameters
        given = {}
        attempt = self.source.problems.attempt
        for name, (name_node, node) in keys.items():
            if name == "name":
                continue
            if name in parameters:
                given[name] = attempt(read_value, self.source, node, name, default=0)
                continue
            known = [*parameters, "name"]
            what = (
                f"block {word} has no parameter {quoted(name)}"
                f"{did_you_mean(name, known) if parameters else '; it has none'}"
            )
            self.source.problems.add(self.source.error(name_node, what))
            given[_nearest(name, parameters)] = 0
        missing = [
            name for name, value in parameters.items() if value is None and name not in given
        ]
        if missing:
            self.source.refuse(key, f"block {word} needs {_lacking(word, missing)}")
        return BlockItem(self.source, key, self._name(keys), word, given)


_NOT_REPEATED: tuple[Value, dict[str, Value]] = (None, {})
_DOES = {"repeat": "repeat", "when": "put in", "a section": "name"}


def _besides(cls: type[Layer]) -> tuple[str, ...]:
    """Other keys that are allowed among the options of a kind."""
    words = ("name", "paths") if cls.merges else ("name",)
    return words if cls.arrays is Layer.arrays else (*words, "weights")


def _meant(cls: type[Layer], word: str) -> str:
    """The option that an unknown word probably means; then it is not missing as well."""
    hint = OPTION_WORDS.get(word, "")
    return hint if hint in options_of(cls) else _nearest(word, options_of(cls))


def likely(words: Iterable[str], known: str) -> bool:
    """Whether one of the words probably means a known one."""
    return any(_nearest(word, [known]) == known for word in words)


def _nearest(word: str, known: Iterable[str]) -> str:
    """The most similar known word; the word itself if none is similar."""
    from difflib import get_close_matches  # noqa: PLC0415 - only after an error

    return next(iter(get_close_matches(word[:100], known, n=1, cutoff=0.6)), word)


def unknown_parameter(name: str, names: Collection[str]) -> str:
    """The message about a $name that is not a parameter."""
    if name == "i":
        return "no parameter $i here; to count the turns of a repeat, write repeat: {i: 3}"
    near = did_you_mean(name, names) if names else "; add it under parameters:"
    return f"no parameter ${shortened(name)} here{near}"


def _lacking(word: str, names: list[str]) -> str:
    """The missing options or parameters, and how to write them."""
    return f"{' and '.join(names)}; write {word}: {{{', '.join(f'{name}: …' for name in names)}}}"


def is_kind(word: str) -> bool:
    """Whether a word is a kind's name, here or in another library."""
    return _kind(word) is not None


@lru_cache(maxsize=500)
def _kind(word: str) -> type[Layer] | None:
    """The kind with this name, here or in another library."""
    return KINDS.get(word) or kind_called(word)


def _code_as_items(word: str) -> str:
    """What to write instead of a line of PyTorch or Keras; empty for other texts."""
    from convcalc.network.notations.as_items import items_of  # noqa: PLC0415 - only after an error

    return items_of(word)


def _unknown_kind(word: str, blocks: dict[str, Any]) -> str:
    """The message about a word that is neither a kind nor a block; other libraries' words are known."""
    if word in ("", "~", "null"):
        return "an empty item; write a kind such as relu, or delete the dash"
    if word in ITEM_WORDS:
        return f"{word} by itself is not a layer; write {ITEM_FORMS}"
    cls = find(word)
    if cls:
        return f"no layer kind {quoted(word)}; it is called {cls.kind!r} here"
    axes = _AXES.fullmatch(word)
    if axes and find(axes[1]):
        return f"{quoted(word)} works along {axes[2]} axes, but inputs have channels and up to 3 axes; leave {axes[2]}{word[-1]} out"
    if "(" in word and (items := _code_as_items(word)):
        return f"{quoted(word)} is code; write {items}"
    hint = stated_only(word) or did_you_mean(word.lower(), [*KINDS, *blocks, *ITEM_WORDS])
    return f"no layer kind or block {quoted(word)}{hint or '; convcalc kinds lists them'}"
