"""The items of a list of layers, read and checked once, used or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.layers.options import option_called
from convcalc.network.expression import Expression
from convcalc.network.template import Template

if TYPE_CHECKING:
    from yaml.nodes import Node

    from convcalc.errors import SpecError
    from convcalc.layers import Layer
    from convcalc.network.plan import Planner
    from convcalc.network.yaml_source import Source

Value = Any  # of an option; contains an Expression or a Template if its text has a $name
Name = str | Template

INCOMING = "in"  # $in, the input channels


def expressions_in(value: Value) -> Iterator[Expression | Template]:
    """The expressions in a value."""
    if isinstance(value, tuple):
        for part in value:
            yield from expressions_in(part)
    elif isinstance(value, (Expression, Template)):
        yield value


class Item:
    """One item of a list of layers.

    Attributes:
        source, node: its place.
        name: the given name; empty if none.
        reads_in: whether one of its own values uses $in.
        bound: the names that it defines for the lists inside.
    """

    __slots__ = ("name", "node", "reads_in", "source")

    bound: tuple[str, ...] = ()

    def __init__(self, source: Source, node: Node, name: Name = "") -> None:
        self.source, self.node, self.name = source, node, name
        self.reads_in = False

    def error(self, what: str, node: Node | None = None) -> SpecError:
        """An error at this item, or at a part of it."""
        return self.source.error(node or self.node, what)

    def values(self) -> tuple[Value, ...]:
        """The values that can contain expressions, without the name."""
        return ()

    def lists(self) -> Iterable[Items]:
        """The lists of layers inside."""
        return ()


class LayerItem(Item):
    """A layer; ``ready`` if no option depends on a parameter, so that ``layer`` can be reused.

    Attributes:
        deferred: the options that depend on parameters, each with its type.
    """

    __slots__ = ("cls", "deferred", "layer", "options", "ready")

    def __init__(
        self, source: Source, node: Node, name: Name, cls: type[Layer], options: dict[str, Value]
    ) -> None:
        super().__init__(source, node, name)
        self.cls, self.options = cls, options
        self.deferred = [
            (name, value, option_called(cls, name)[1].type)
            for name, value in options.items()
            if type(value) is not int and any(True for _ in expressions_in(value))
        ]
        self.ready = not self.deferred
        self.layer: Layer | None = None

    def values(self) -> tuple[Value, ...]:
        return tuple([value for _, value, _ in self.deferred])


class Path(NamedTuple):
    """One of the paths of a join; left out if ``when`` is false."""

    layers: Items
    when: Value = True


class MergeItem(LayerItem):
    """A layer that joins paths."""

    __slots__ = ("paths",)

    def __init__(
        self,
        source: Source,
        node: Node,
        name: Name,
        cls: type[Layer],
        options: dict[str, Value],
        paths: list[Path],
    ) -> None:
        super().__init__(source, node, name, cls, options)
        self.paths = paths

    def values(self) -> tuple[Value, ...]:
        return (*super().values(), *[path.when for path in self.paths if path.when is not True])

    def lists(self) -> Iterable[Items]:
        return [path.layers for path in self.paths]


class BlockItem(Item):
    """A block with values for its parameters."""

    __slots__ = ("block", "given")

    def __init__(
        self, source: Source, node: Node, name: Name, block: str, given: dict[str, Value]
    ) -> None:
        super().__init__(source, node, name)
        self.block, self.given = block, given

    def values(self) -> tuple[Value, ...]:
        return tuple(self.given.values())


class GroupItem(Item):
    """Layers under a name, under a condition, or repeated.

    Attributes:
        times: how often; None if they are not repeated.
        loops: the values of names in each turn: a list, or a number n for 0, 1 … n − 1.
        when: the condition.
    """

    __slots__ = ("bound", "layers", "loops", "times", "when")

    def __init__(
        self,
        source: Source,
        node: Node,
        name: Name,
        layers: Items,
        *,
        times: Value = None,
        loops: dict[str, Value] | None = None,
        when: Value = True,
    ) -> None:
        super().__init__(source, node, name)
        self.layers, self.times, self.loops, self.when = layers, times, loops or {}, when
        self.bound = tuple(self.loops)

    def values(self) -> tuple[Value, ...]:
        return (self.times, self.when, *self.loops.values())

    def lists(self) -> Iterable[Items]:
        return (self.layers,)

    @property
    def names_turns(self) -> bool:
        """Whether its name differs in each turn."""
        return isinstance(self.name, Template) and not set(self.bound).isdisjoint(self.name.names)


class WordItem(Item):
    """A layer whose kind is a parameter: ``- $act``; becomes an item when the word is known."""

    __slots__ = ("known", "options", "planner", "word")

    def __init__(
        self, source: Source, node: Node, word: Expression, options: Node | None, planner: Planner
    ) -> None:
        super().__init__(source, node)
        self.word, self.options, self.planner = word, options, planner
        self.known: dict[str, Item] = {}

    def values(self) -> tuple[Value, ...]:
        return (self.word,)


class FromItem(Item):
    """Continue from another node."""

    __slots__ = ("target",)

    def __init__(self, source: Source, node: Node, target: Name) -> None:
        super().__init__(source, node)
        self.target = target

    def values(self) -> tuple[Value, ...]:
        return (self.target,)


class Items(list[Item]):
    """A list of items.

    Attributes:
        given: names given in it (and inside its joins and unnamed groups); automatic names must
            avoid them.
        used: parameters in any expression inside it, each with the first such expression.
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        super().__init__(items)
        self.given: set[str] = set()
        self.used: dict[str, Expression | Template] = {}
        merged: set[int] = set()
        for item in self:
            if item.name:
                self._add_name(item)
            if values := item.values():
                self._add_values(item, values)
            for inner in item.lists():
                if id(inner) not in merged:
                    merged.add(id(inner))
                    self._add_list(item, inner)

    def _add_name(self, item: Item) -> None:
        """The name of an item: given, or made of parameters."""
        if isinstance(item.name, str):
            self.given.add(item.name)
            return
        for name in item.name.names:
            if name not in item.bound:
                self.used.setdefault(name, item.name)
        if INCOMING in item.name.names:
            item.reads_in = True

    def _add_values(self, item: Item, values: tuple[Value, ...]) -> None:
        """Add the values of an item."""
        for expression in expressions_in(values):
            for name in expression.names:
                self.used.setdefault(name, expression)
            if INCOMING in expression.names:
                item.reads_in = True

    def _add_list(self, item: Item, inner: Items) -> None:
        """Add the content of a list inside an item."""
        for name, expression in inner.used.items():
            if name not in item.bound:
                self.used.setdefault(name, expression)
        if isinstance(item, MergeItem) or not item.name:
            self.given |= inner.given
