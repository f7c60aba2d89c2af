"""YAML nodes to steps: what stands in ``layers``, checked once, whether or not it is ever used."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from convcalc.errors import SpecError, did_you_mean, quoted, shortened
from convcalc.layers import Layer, every, find
from convcalc.layers.option_types import OPTION_TYPES
from convcalc.layers.options import options_of, required_options, unknown_option
from convcalc.network.expression import Expression, expressions_in
from convcalc.network.yaml_source import Source, described

Value = Any  # of an option; holds an Expression wherever the text has a $name

KINDS = every()

STEP_FORMS = "{repeat: 2, layers: […]}, {name: stage1, layers: […]} or {from: conv1}"
STEP_WORDS = ("repeat", "from", "name", "layers")
MAX_NESTING = 40
MAX_NAME = 100


class Step:
    """One item of a list of layers.

    Attributes:
        source, node: where it stands.
        name: the name given to it, or nothing.
    """

    __slots__ = ("name", "node", "source")

    def __init__(self, source: Source, node: Node, name: str = "") -> None:
        self.source, self.node, self.name = source, node, name

    def error(self, what: str, node: Node | None = None) -> SpecError:
        """An error that points at this step, or at a part of it."""
        return self.source.error(node or self.node, what)

    def parts(self) -> tuple[tuple[Value, ...], tuple[Steps, ...]]:
        """The values that may hold expressions, and the lists of layers inside."""
        return (), ()


class LayerStep(Step):
    """A layer; ``ready`` where no option depends on a parameter, so that ``layer`` can be kept."""

    __slots__ = ("cls", "layer", "options", "ready")

    def __init__(
        self, source: Source, node: Node, name: str, cls: type[Layer], options: dict[str, Value]
    ) -> None:
        super().__init__(source, node, name)
        self.cls, self.options = cls, options
        self.ready = not any(True for _ in expressions_in(tuple(options.values())))
        self.layer: Layer | None = None

    def parts(self) -> tuple[tuple[Value, ...], tuple[Steps, ...]]:
        return () if self.ready else tuple(self.options.values()), ()


class JoinStep(LayerStep):
    """A layer that joins paths."""

    __slots__ = ("paths",)

    def __init__(
        self,
        source: Source,
        node: Node,
        name: str,
        cls: type[Layer],
        options: dict[str, Value],
        paths: list[Steps],
    ) -> None:
        super().__init__(source, node, name, cls, options)
        self.paths = paths

    def parts(self) -> tuple[tuple[Value, ...], tuple[Steps, ...]]:
        return (), tuple(self.paths)


class BlockStep(Step):
    """A block with its parameters filled in."""

    __slots__ = ("block", "given")

    def __init__(
        self, source: Source, node: Node, name: str, block: str, given: dict[str, Value]
    ) -> None:
        super().__init__(source, node, name)
        self.block, self.given = block, given

    def parts(self) -> tuple[tuple[Value, ...], tuple[Steps, ...]]:
        return tuple(self.given.values()), ()


class GroupStep(Step):
    """Layers under a name, or several times over; ``times`` is None for a section."""

    __slots__ = ("layers", "times")

    def __init__(self, source: Source, node: Node, name: str, layers: Steps, times: Value) -> None:
        super().__init__(source, node, name)
        self.layers, self.times = layers, times

    def parts(self) -> tuple[tuple[Value, ...], tuple[Steps, ...]]:
        return (self.times,), (self.layers,)


class FromStep(Step):
    """Go on from another node."""

    __slots__ = ("target",)

    def __init__(self, source: Source, node: Node, target: str) -> None:
        super().__init__(source, node)
        self.target = target


class Steps(list[Step]):
    """A list of steps.

    Attributes:
        given: names given in it (and inside its joins and unnamed repeats), which automatic names
            must stay clear of.
        used: parameters that expressions anywhere in it use, each with the first such expression.
    """

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        super().__init__(steps)
        self.given: set[str] = set()
        self.used: dict[str, Expression] = {}
        merged: set[int] = set()
        for step in self:
            if step.name:
                self.given.add(step.name)
            values, lists = step.parts()
            for expression in expressions_in(values):
                for name in expression.names:
                    self.used.setdefault(name, expression)
            for inner in lists:
                if id(inner) in merged:
                    continue
                merged.add(id(inner))
                for name, expression in inner.used.items():
                    self.used.setdefault(name, expression)
                if isinstance(step, JoinStep) or not step.name:
                    self.given |= inner.given


class Planner:
    """Reads the lists of layers of one text.

    A list or layer that stands behind several aliases is read once and shared, so that aliases
    of aliases cost no more than they take to write.

    Args:
        source: the text.
        blocks: names of the blocks that may be used, with their parameters.
    """

    def __init__(self, source: Source, blocks: dict[str, Any]) -> None:
        self.source, self.blocks = source, blocks
        self.lists: dict[int, Steps] = {}
        self.items: dict[int, Step] = {}
        self.open: set[int] = set()

    def checked(self, node: Node, what: str, names: Collection[str]) -> Steps:
        """A list of layers that uses these parameters and no others."""
        steps = self.steps(node, what)
        for name, expression in steps.used.items():
            if name not in names:
                self.source.refuse(expression.node, unknown_parameter(name, names))
        return steps

    def steps(self, node: Node, what: str = "layers") -> Steps:
        """A list of layers."""
        if id(node) in self.lists:
            return self.lists[id(node)]
        if isinstance(node, ScalarNode) and not node.value:
            self.source.refuse(node, f"{what} is empty; list the layers, or write []")
        if id(node) in self.open:
            self.source.refuse(node, f"{what} holds an alias (*) of itself; use repeat")
        if len(self.open) >= MAX_NESTING:
            self.source.refuse(node, f"layers nest deeper than {MAX_NESTING} levels; use blocks")
        self.open.add(id(node))
        steps = Steps(map(self._step, self.source.sequence(node, what)))
        self.open.remove(id(node))
        self.lists[id(node)] = steps
        return steps

    def _step(self, node: Node) -> Step:
        """One item of a list of layers."""
        if isinstance(node, ScalarNode):
            word = self.source.scalar(node, "a layer")
            return self._named_step(node, word, None)
        if id(node) in self.items:
            return self.items[id(node)]
        if not isinstance(node, MappingNode):
            self.source.refuse(
                node,
                "a layer must be a kind or a mapping, but this is a list; paths stand under add or concat",
            )
        step = self.items[id(node)] = self._mapped_step(node)
        return step

    def _mapped_step(self, node: MappingNode) -> Step:
        """A layer with options, a block, a repeat, a section, or from."""
        keys = self.source.mapping(node, "a layer")
        if len(keys) > 1 and ("repeat" in keys or "layers" in keys):
            return self._group(node, keys)
        if "from" in keys:
            return self._from_step(node, keys)
        if not keys:
            self.source.refuse(node, "an empty item; write a kind such as relu, or delete it")
        if len(keys) > 1:
            words = ", ".join([shortened(key) for key in keys][:8])
            self.source.refuse(
                node,
                f"a layer is one kind with its options inside, but here {words} stand side by side; "
                "write - conv: {out_channels: 8, kernel_size: 3}, or indent the options further",
            )
        ((key, value),) = keys.values()
        return self._named_step(key, self.source.scalar(key, "a layer"), value)

    def _only(
        self, keys: dict[str, tuple[ScalarNode, Node]], known: tuple[str, ...], what: str
    ) -> None:
        """Refuse keys that have no meaning here."""
        for key, (node, _) in keys.items():
            if key not in known:
                self.source.refuse(
                    node, f"{what} has no option {quoted(key)}{did_you_mean(key, known)}"
                )

    def _from_step(self, node: Node, keys: dict[str, tuple[ScalarNode, Node]]) -> Step:
        """Going on from another layer."""
        self._alone(keys, "from", "make it an item of its own")
        for key, (word, _) in keys.items():
            if key != "from":
                self.source.refuse(word, f"{quoted(key)} cannot stand beside from; leave it out")
        return FromStep(
            self.source, node, OPTION_TYPES[str].take(self.source, keys["from"][1], "from")
        )

    def _alone(self, keys: dict[str, tuple[ScalarNode, Node]], what: str, way_out: str) -> None:
        """Refuse a layer that stands beside a word of the language."""
        for key, (node, _) in keys.items():
            if key in KINDS or key in self.blocks:
                self.source.refuse(node, f"{key} cannot stand beside {what}; {way_out}")

    def _group(self, node: Node, keys: dict[str, tuple[ScalarNode, Node]]) -> Step:
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
        return GroupStep(self.source, node, name, self.steps(keys["layers"][1]), times)

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

    def _named_step(self, key: Node, word: str, value: Node | None) -> Step:
        """A kind or a block, by its word."""
        if word in self.blocks:
            return self._block(key, word, value)
        if word not in KINDS:
            self.source.refuse(key, _unknown_kind(word, self.blocks))
        cls = KINDS[word]
        if cls.merges:
            return self._join(key, cls, value)
        keys = self._option_keys(value, word)
        options = self._read_options(key, cls, keys)
        return LayerStep(self.source, key, self._name(keys), cls, options)

    def _option_keys(self, value: Node | None, word: str) -> dict[str, tuple[ScalarNode, Node]]:
        """The mapping of options under a kind; nothing stands for no options."""
        if value is None or (isinstance(value, ScalarNode) and value.value in ("", "~", "null")):
            return {}
        if not isinstance(value, MappingNode):
            first = (
                [*self.blocks[word].parameters]
                if word in self.blocks
                else [*required_options(KINDS[word]), *options_of(KINDS[word])]
            )
            self.source.refuse(
                value,
                f"the options of {word} must be name: value pairs, but this is {described(value)}; "
                f"write {word}: {{{(*first, 'name')[0]}: …}}",
            )
        return self.source.mapping(value, f"the options of {word}")

    def _read_options(
        self, key: Node, cls: type[Layer], keys: dict[str, tuple[ScalarNode, Node]]
    ) -> dict[str, Value]:
        """The options of one layer, each read as its type wants."""
        known = options_of(cls)
        options = {}
        for name, (name_node, value) in keys.items():
            if name == "name":
                continue
            if name not in known:
                self.source.refuse(name_node, unknown_option(cls, name, also=("name",)))
            options[name] = known[name].type.take(self.source, value, name)
        missing = [name for name in required_options(cls) if name not in options]
        if missing:
            self.source.refuse(key, f"{cls.kind} needs {_lacking(cls.kind, missing)}")
        return options

    def _join(self, key: Node, cls: type[Layer], value: Node | None) -> Step:
        """add, multiply or concat with its paths."""
        keys: dict[str, tuple[ScalarNode, Node]] = {}
        if isinstance(value, MappingNode):
            keys = self.source.mapping(value, f"the options of {cls.kind}")
            self._only(keys, ("name", "paths"), cls.kind)
            value = keys["paths"][1] if "paths" in keys else None
        if value is None or (isinstance(value, ScalarNode) and not value.value):
            self.source.refuse(
                key,
                f"{cls.kind} needs paths; list one list of layers for each, [] for the input itself",
            )
        paths = [
            self.steps(path, f"a path of {cls.kind}")
            for path in self.source.sequence(value, f"the paths of {cls.kind}")
        ]
        return JoinStep(self.source, key, self._name(keys), cls, {}, paths)

    def _block(self, key: Node, word: str, value: Node | None) -> Step:
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
        return BlockStep(self.source, key, self._name(keys), word, given)


def unknown_parameter(name: str, names: Collection[str]) -> str:
    """What to say of a $name that is no parameter."""
    near = did_you_mean(name, names) if names else "; add it under parameters:"
    return f"no parameter ${shortened(name)} here{near}"


def _lacking(word: str, names: list[str]) -> str:
    """What is missing, and how to write it."""
    return f"{' and '.join(names)}; write {word}: {{{', '.join(f'{name}: …' for name in names)}}}"


def _unknown_kind(word: str, blocks: dict[str, Any]) -> str:
    """What to say of a word that is no kind and no block; other libraries' words are known."""
    if word in ("", "~", "null"):
        return "an empty item; write a kind such as relu, or delete the dash"
    if word in STEP_WORDS:
        return f"{word} alone is no layer; write {STEP_FORMS}"
    cls = find(word)
    if cls:
        return f"no layer kind {quoted(word)}; it is called {cls.kind!r} here"
    hint = did_you_mean(word.lower(), [*KINDS, *blocks, *STEP_WORDS])
    return f"no layer kind or block {quoted(word)}{hint or '; convcalc kinds lists them'}"
