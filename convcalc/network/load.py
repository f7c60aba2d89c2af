"""A YAML file to a `Network`: its top-level keys, ``extends``, and what the bundle holds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from yaml.nodes import MappingNode, Node, ScalarNode

from convcalc.errors import SpecError, UsageError, did_you_mean
from convcalc.layers.values import VALUES, shown
from convcalc.network.budget import is_budget, read_budget
from convcalc.network.expand import MAX_LAYERS, Scope
from convcalc.network.expression import expressions_in
from convcalc.network.find import EXTENDS, HOLDS, find, find_beside
from convcalc.network.graph_expand import GraphExpander
from convcalc.network.graph_plan import GraphPlanner
from convcalc.network.inputs import FileInput, as_asked, read_inputs
from convcalc.network.network import INPUT, Network, without_collector
from convcalc.network.outputs import FileOutput, read_outputs
from convcalc.network.plan import ITEM_WORDS, KINDS, Items, Planner, unknown_parameter
from convcalc.network.yaml_source import Source, read, source_of
from convcalc.text import printable, quoted, shortened

if TYPE_CHECKING:
    from convcalc.layers import Shape

TOP_KEYS = (
    *("name", "source", "input", "parameters", "blocks", "layers", "outputs", "expect", "extends"),
)
BLOCK_KEYS = ("parameters", "layers")
EXPECT_KEYS = (
    "params", "macs", "flops", "buffers", "layers", "memory", "rf_size", "rf_at", "source",
)  # fmt: skip
MAX_PARAMETERS = 1000  # of a file, or of a block
MAX_FILES = 100  # that a network holds


class _BlockPlan:
    """A block: its parameters (None where one must be given) and its items."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.parameters = parameters
        self.items = Items()


class _Draft:
    """What one file says, with what it extends already under it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.files = [path]
        self.cited = ""
        self.inputs: list[FileInput] = []
        self.outputs: list[FileOutput] = []
        self.parameters: dict[str, int] = {}
        self.blocks: dict[str, _BlockPlan] = {}
        self.layers = Items()
        self.expect: dict[str, Any] = {}


class Library:
    """The networks that the files of one load hold: each is read once, however often it is used.

    Args:
        within: a folder that no file may lie outside of, unless it is bundled.
    """

    def __init__(self, within: str = "") -> None:
        self.within = within
        self._known: dict[str, _Draft] = {}

    def network(
        self, source: Source, node: Node, target: str, opened: list[str], files: list[str]
    ) -> _Draft:
        """The network that a file names; its files are added before the last of ``files``."""
        path, chain = find_beside(source, node, target, HOLDS, opened, self.within)
        real = os.path.realpath(path)
        if real not in self._known:
            if len(self._known) >= MAX_FILES:
                source.refuse(node, f"more than {MAX_FILES} files are held; use fewer")
            try:
                self._known[real] = _read_draft(read(path), chain, self)
            except UsageError as error:
                raise source.error(node, f"network: {error}") from None
        draft = self._known[real]
        files[-1:-1] = [each for each in draft.files if each not in files]
        return draft


def load(
    target: str,
    *,
    parameters: Mapping[str, int] | None = None,
    input: Shape | Mapping[str, Shape] | None = None,
    max_layers: int = MAX_LAYERS,
    within: str = "",
) -> Network:
    """Load a network from a file, or a bundled one by name.

    Args:
        target: a path, or a bundled name such as ``vgg16``.
        parameters: the file's parameters to change, such as ``{"classes": 10}``.
        input: another input shape, channels first; of several inputs shapes by name.
        max_layers: refuse to expand more layers than this.
        within: a folder that no file it extends may lie outside of, unless it is bundled.

    Raises:
        UsageError: the file cannot be read.
        SpecError: the file is wrong, at the place the error names.
    """
    given = {} if parameters is None else parameters
    return _build(read(find(target)), given, input, max_layers, within)


def loads(
    text: str | bytes,
    *,
    path: str = "<text>",
    parameters: Mapping[str, int] | None = None,
    input: Shape | Mapping[str, Shape] | None = None,
    max_layers: int = MAX_LAYERS,
) -> Network:
    """Like `load`, from a text. ``path`` is how messages call it."""
    if not isinstance(text, str | bytes):
        message = f"a network must be a text in YAML, but is {shown(text)}"
        raise UsageError(message)
    source = source_of(text, path) if isinstance(text, bytes) else Source(path, text)
    return _build(source, {} if parameters is None else parameters, input, max_layers)


def _build(
    source: Source,
    given: Mapping[str, int],
    asked: Shape | Mapping[str, Shape] | None,
    max_layers: int,
    within: str = "",
) -> Network:
    """The network that a source describes."""
    with without_collector():
        draft = _read_draft(source, [], Library(within))
        names = dict(draft.parameters)
        if not isinstance(given, Mapping):
            message = f"parameters must be names with numbers, such as {{'classes': 10}}, but is {shown(given)}"
            raise UsageError(message)
        for name, value in given.items():
            if name not in names:
                known = did_you_mean(name, names) if names else "; it has none"
                message = f"{printable(draft.path)}: no parameter {quoted(name)}{known}"
                raise UsageError(message)
            names[name] = VALUES.number(value, f"parameter {name}")
        inputs = {each.name: INPUT - place for place, each in enumerate(draft.inputs)}
        expander = GraphExpander(draft.blocks, names, VALUES.number(max_layers, "max_layers"))
        expander.places.update(inputs)
        expander.run(draft.layers, Scope("", names, draft.layers.given, numbered=False), INPUT)
        if not expander.nodes:
            message = "the network has no layers; list at least one"
            raise SpecError(draft.path, 0, 0, message)
        own = {each.name: each.shape(names) for each in draft.inputs}
        shapes = as_asked(draft.path, own, asked)
        if not shapes:
            message = "the network has no input; add input: [channels, height, width]"
            raise SpecError(draft.path, 0, 0, message)
        (first, shape), *more = shapes.items()
        other = bool(own) and shapes != own
        return Network(
            name=draft.name,
            source=draft.cited,
            input=shape,
            nodes=expander.nodes,
            blocks=expander.found,
            expect=draft.expect,
            path=source.path,
            changed=names != draft.parameters or other,
            home=own if other else {},
            parameters=names,
            files=tuple(draft.files),
            input_name=first,
            more_inputs=dict(more),
            outputs={each.name: each.place(expander.places) for each in draft.outputs},
            shared=expander.shared,
        )


def _read_draft(source: Source, opened: list[str], library: Library) -> _Draft:
    """Read the top-level keys of a file, on top of what it extends."""
    root = source.compose()
    if root is None:
        message = "the file is empty; a network needs input: and layers:"
        raise SpecError(source.path, 0, 0, message)
    keys = source.mapping(root, "a network", "a network needs input: and layers:")
    for key, (node, _) in keys.items():
        if key not in TOP_KEYS:
            source.refuse(node, _unknown_key(key))
    draft = (
        _read_extended(source, keys["extends"][1], opened, library)
        if "extends" in keys
        else _Draft(source.path)
    )
    own_name = os.path.splitext(os.path.basename(source.path))[0]
    draft.path, draft.name, draft.expect = source.path, own_name, {}
    if "name" in keys:
        draft.name = source.text_of(keys["name"][1], "name")
    if "layers" in keys:
        draft.cited = ""  # where the layers of the other file come from says nothing about these
    if "source" in keys:
        draft.cited = source.text_of(keys["source"][1], "source")
    if "parameters" in keys:
        _read_parameters(source, keys["parameters"][1], draft, extends="extends" in keys)
    if "input" in keys:
        draft.inputs = read_inputs(source, keys["input"][1], draft.parameters)

    def include(source: Source, node: Node, target: str) -> _Draft:
        return library.network(source, node, target, opened, draft.files)

    planner = GraphPlanner(source, draft.blocks, include)
    if "blocks" in keys:
        _read_blocks(source, keys["blocks"][1], draft, planner)
    if "layers" in keys:
        draft.layers = planner.read_layers(keys["layers"][1], "layers", draft.parameters)
    elif not draft.layers:
        source.refuse(root, "a network needs layers; add layers: and list them")
    if "layers" in keys:
        draft.outputs = []  # those of the other file are layers of its own
    if "outputs" in keys:
        draft.outputs = read_outputs(source, keys["outputs"][1])
    if "expect" in keys:
        draft.expect = _read_expect(source, keys["expect"][1])
    return draft


def _unknown_key(key: str) -> str:
    """The message about a top-level key that does not exist."""
    if key in KINDS or key in ITEM_WORDS or key == "network":
        return f"{key} does not belong here; put it under layers:, after a dash"
    return f"a network has no key {quoted(key)}{did_you_mean(key, TOP_KEYS)}"


def _read_extended(source: Source, node: Node, opened: list[str], library: Library) -> _Draft:
    """The draft of the file that this one extends."""
    target = source.scalar(node, "extends")
    path, chain = find_beside(source, node, target, EXTENDS, opened, library.within)
    try:
        draft = _read_draft(read(path), chain, library)
    except UsageError as error:
        raise source.error(node, f"extends: {error}") from None
    draft.files.append(source.path)
    return draft


def _read_parameters(source: Source, node: Node, draft: _Draft, *, extends: bool) -> None:
    """The parameters; a file that extends another may only change those it has."""
    pairs = source.mapping(node, "parameters")
    _check_count(source, node, len(pairs))
    for name, (key, value) in pairs.items():
        _check_parameter(source, key, name)
        if extends and name not in draft.parameters:
            known = did_you_mean(name, draft.parameters) if draft.parameters else "; it has none"
            source.refuse(key, f"the file it extends has no parameter {quoted(name)}{known}")
        text = source.scalar(value, shortened(name))
        if "$" in text:
            what = f"{shortened(name)} is {quoted(text)}, but a file's parameters are plain numbers"
            source.refuse(value, f"{what}; write the result")
        draft.parameters[name] = source.whole_text(value, text, shortened(name))


def _check_count(source: Source, node: Node, count: int) -> None:
    """Refuse too many parameters."""
    if count > MAX_PARAMETERS:
        source.refuse(node, f"{count:,} parameters are too many; use at most {MAX_PARAMETERS:,}")


def _check_parameter(source: Source, node: Node, name: str) -> None:
    """Refuse what cannot be written as a $name."""
    if not name.isidentifier():
        source.refuse(
            node,
            f"a parameter cannot be called {quoted(name)}; use letters, digits and _, a letter first",
        )


def _check_block_parameter(source: Source, node: Node, name: str) -> None:
    """Refuse also the word under which a block is given its own name."""
    _check_parameter(source, node, name)
    if name == "name":
        source.refuse(
            node,
            "a block's parameter cannot be called 'name', which names the block; choose another",
        )


def _read_blocks(source: Source, node: Node, draft: _Draft, planner: Planner) -> None:
    """The blocks; all names first, so that a block may use one that is defined further down."""
    found = source.mapping(node, "blocks", "write each block's name and what is in it")
    bodies = {}
    for name, (key, value) in found.items():
        if name in KINDS or name in ITEM_WORDS:
            source.refuse(
                key,
                f"a block cannot be called {name!r}, which has a meaning already; choose another",
            )
        if not name.isidentifier():
            source.refuse(
                key,
                f"a block cannot be called {quoted(name)}; use letters, digits and _, a letter first",
            )
        keys = source.mapping(value, f"block {shortened(name)}", "put a list under layers:")
        for word, (word_node, _) in keys.items():
            if word not in BLOCK_KEYS:
                near = did_you_mean(word, BLOCK_KEYS)
                source.refuse(word_node, f"a block has no key {quoted(word)}{near}")
        if "layers" not in keys:
            source.refuse(key, f"block {shortened(name)} needs layers; add layers: and list them")
        parameters: dict[str, Any] = {}
        if "parameters" in keys:
            parameters = _read_block_parameters(source, keys["parameters"][1], draft.parameters)
        if name in draft.blocks:
            _check_redefinition(source, key, name, draft.blocks[name].parameters, parameters)
        draft.blocks[name] = _BlockPlan(parameters)
        bodies[name] = keys["layers"][1]
    for name, body in bodies.items():
        block = draft.blocks[name]
        known = [*draft.parameters, *block.parameters]
        block.items = planner.read_layers(body, f"the layers of {shortened(name)}", known)


def _check_redefinition(
    source: Source, key: Node, name: str, old: dict[str, Any], new: dict[str, Any]
) -> None:
    """Refuse a block defined anew that the layers of the extended file could not use."""
    gone = [word for word in old if word not in new]
    needed = [word for word, value in new.items() if value is None and old.get(word, 0) is not None]
    if gone or needed:
        what = f"must keep {gone[0]}" if gone else f"must give {needed[0]} a default"
        source.refuse(
            key, f"block {name} is used by the file it extends, so it {what}; or rename it"
        )


def _read_block_parameters(source: Source, node: Node, outer: dict[str, int]) -> dict[str, Any]:
    """The parameters of a block: a list of names, or a mapping of names to defaults.

    A default may use the file's parameters, and those of the block before it.
    """
    names: dict[str, Any] = {}
    if isinstance(node, MappingNode):
        pairs = source.mapping(node, "parameters")
        _check_count(source, node, len(pairs))
        for name, (key, value) in pairs.items():
            _check_block_parameter(source, key, name)
            default = None if _is_null(value) else source.number(value, shortened(name))
            for expression in expressions_in(default):
                for used in expression.names:
                    if used in pairs and used not in names:
                        what = f"the default of {name} uses ${used}, which comes later"
                        source.refuse(value, f"{what}; put {used} before {name}")
                    if used not in names and used not in outer:
                        source.refuse(value, unknown_parameter(used, [*outer, *names]))
            names[name] = default
        return names
    items = source.sequence(node, "parameters")
    _check_count(source, node, len(items))
    for item in items:
        name = source.scalar(item, "a parameter")
        _check_block_parameter(source, item, name)
        if name in names:
            source.refuse(item, f"the parameter {quoted(name)} is given twice; keep one")
        names[name] = None
    return names


def _is_null(node: Node) -> bool:
    """Whether the node is empty."""
    return isinstance(node, ScalarNode) and node.value in ("", "~", "null")


def _read_expect(source: Source, node: Node) -> dict[str, Any]:
    """The numbers the file promises, and the limits that it sets."""
    found: dict[str, Any] = {}
    for name, (key, value) in source.mapping(node, "expect").items():
        if name not in EXPECT_KEYS:
            source.refuse(key, f"expect has no key {quoted(name)}{did_you_mean(name, EXPECT_KEYS)}")
        if name in ("rf_at", "source"):
            found[name] = source.text_of(value, name)
        elif is_budget(text := source.text_of(value, name)):
            try:
                found[name] = read_budget(text, of_bytes=name == "memory")
            except ValueError as error:
                source.refuse(value, f"{name}: {quoted(text)} {error}")
        else:
            found[name] = source.whole(value, name)
    return found
