"""A file's own parameters and blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode

from convcalc.errors import SpecError, SpecErrors, did_you_mean
from convcalc.layers import KINDS
from convcalc.network.expression import ExpressionError
from convcalc.network.items import INCOMING, Items, expressions_in
from convcalc.network.parameters import MAX_PARAMETERS, evaluate, read_value
from convcalc.network.plan import ITEM_WORDS, Planner, unknown_parameter
from convcalc.network.yaml_source import Source
from convcalc.text import quoted, shortened

BLOCK_KEYS = ("parameters", "layers")


class BlockPlan:
    """A block.

    Attributes:
        parameters: by name, each with its default; None if it is required.
        items: its layers.
        is_broken: whether it has an error, so that its uses are not checked.
        reads_in: whether a default uses $in, the input channels of the block.
    """

    def __init__(self, parameters: dict[str, Any], *, is_broken: bool = False) -> None:
        self.parameters, self.is_broken = parameters, is_broken
        self.items = Items()
        used = [name for each in expressions_in(tuple(parameters.values())) for name in each.names]
        self.reads_in = INCOMING in used


class _Body(NamedTuple):
    """The content under a block's name; without layers if they cannot be read."""

    parameters: dict[str, Any]
    layers: Node | None


def read_parameters(
    source: Source, node: Node, inherited: Mapping[str, Any], *, extends: bool
) -> dict[str, Any]:
    """A file's parameters; a file with ``extends`` can only change existing ones.

    Raises:
        SpecError: they are not names with values.
    """
    found = dict(inherited)
    pairs = source.mapping(node, "parameters")
    _check_count(source, node, len(pairs))
    for name, (key, value) in pairs.items():
        try:
            _check_parameter(source, key, name)
            if extends and name not in inherited:
                known = did_you_mean(name, inherited) if inherited else "; it has none"
                source.refuse(key, f"the file it extends has no parameter {quoted(name)}{known}")
            found[name] = 1  # so that its uses are not errors too
            found[name] = _plain_value(source, value, name)
        except SpecErrors:
            raise
        except SpecError as error:
            source.problems.add(error)
    return found


def _plain_value(source: Source, node: Node, name: str) -> Any:
    """A value without $names."""
    what = shortened(name)
    found = read_value(source, node, what)
    for expression in expressions_in(found):
        if expression.names:
            text = f"{what} is {quoted(expression.text)}, but a file's parameters cannot use other parameters"
            source.refuse(expression.node, f"{text}; write the result")
    try:
        return evaluate(found, {})
    except ExpressionError as error:
        raise source.error(error.node, f"{what} {error}") from None


def _check_count(source: Source, node: Node, count: int) -> None:
    """Refuse too many parameters."""
    if count > MAX_PARAMETERS:
        source.refuse(node, f"{count:,} parameters are too many; use at most {MAX_PARAMETERS:,}")


def _check_parameter(source: Source, node: Node, name: str) -> None:
    """Refuse a name that cannot be written as $name."""
    if not name.isidentifier():
        source.refuse(
            node,
            f"a parameter cannot be called {quoted(name)}; use letters, digits and _, a letter first",
        )


def _check_block_parameter(source: Source, node: Node, name: str) -> None:
    """The same for a block; also refuse the key that gives a block its own name."""
    _check_parameter(source, node, name)
    if name == "name":
        source.refuse(
            node,
            "a block's parameter cannot be called 'name', which names the block; choose another",
        )


def read_blocks(
    source: Source,
    node: Node,
    blocks: dict[str, BlockPlan],
    planner: Planner,
    outer: Mapping[str, Any],
) -> None:
    """Add the blocks; all names first, so that a block can use a later one.

    Raises:
        SpecError: they are not names with blocks.
    """
    found = source.mapping(node, "blocks", "write each block's name and what is in it")
    bodies = {}
    attempt = source.problems.attempt
    for name, (key, value) in found.items():
        attempt(_check_name, source, key, name, default=None)
        body = attempt(_read_body, source, key, name, value, outer, default=_Body({}, None))
        if name in blocks and body.layers:
            old = blocks[name].parameters
            attempt(_check_redefinition, source, key, name, old, body.parameters, default=None)
        blocks[name] = BlockPlan(body.parameters, is_broken=body.layers is None)
        bodies[name] = body.layers
    for name, layers in bodies.items():
        if layers is not None:
            block = blocks[name]
            known = [*outer, *block.parameters]
            block.items = planner.read_layers(layers, f"the layers of {shortened(name)}", known)


def _check_name(source: Source, key: Node, name: str) -> None:
    """Refuse a block name that already has another meaning."""
    if name in ITEM_WORDS or name in KINDS:
        source.refuse(
            key, f"a block cannot be called {name!r}, which already has a meaning; choose another"
        )
    if not name.isidentifier():
        source.refuse(
            key,
            f"a block cannot be called {quoted(name)}; use letters, digits and _, a letter first",
        )


def _read_body(
    source: Source, key: Node, name: str, value: Node, outer: Mapping[str, Any]
) -> _Body:
    """The content under a block's name."""
    keys = source.mapping(value, f"block {shortened(name)}", "put a list under layers:")
    for word, (word_node, _) in keys.items():
        if word not in BLOCK_KEYS:
            near = did_you_mean(word, BLOCK_KEYS)
            what = f"a block has no key {quoted(word)}{near}"
            source.problems.add(source.error(word_node, what))
    parameters: dict[str, Any] = {}
    if "parameters" in keys:
        parameters = _read_block_parameters(source, keys["parameters"][1], outer)
    if "layers" not in keys:
        what = f"block {shortened(name)} needs layers; add layers: and list them"
        source.problems.add(source.error(key, what))
        return _Body(parameters, None)
    return _Body(parameters, keys["layers"][1])


def _check_redefinition(
    source: Source, key: Node, name: str, old: dict[str, Any], new: dict[str, Any]
) -> None:
    """Refuse a redefined block that does not fit the extended file's layers."""
    gone = [word for word in old if word not in new]
    needed = [word for word, value in new.items() if value is None and old.get(word, 0) is not None]
    if gone or needed:
        what = f"must keep {gone[0]}" if gone else f"must give {needed[0]} a default"
        source.refuse(
            key, f"block {name} is used by the file it extends, so it {what}; or rename it"
        )


def _read_block_parameters(source: Source, node: Node, outer: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a block: a list of names, or a mapping of names to defaults.

    A default can use the file's parameters, earlier parameters of the block, and $in.
    """
    names: dict[str, Any] = {}
    if isinstance(node, MappingNode):
        pairs = source.mapping(node, "parameters")
        _check_count(source, node, len(pairs))
        for name, (key, value) in pairs.items():
            try:
                _check_block_parameter(source, key, name)
                names[name] = _default(source, name, value, [*outer, *names], pairs)
            except SpecErrors:
                raise
            except SpecError as error:
                source.problems.add(error)
                names[name] = 1
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


def _default(
    source: Source, name: str, node: Node, known: list[str], all_names: Iterable[str]
) -> Any:
    """The default of a block's parameter; None if it is required."""
    if isinstance(node, ScalarNode) and node.value in ("", "~", "null"):
        return None
    default = read_value(source, node, shortened(name))
    for expression in expressions_in(default):
        for used in expression.names:
            if used in all_names and used not in known:
                what = f"the default of {name} uses ${used}, which comes later"
                source.refuse(node, f"{what}; put {used} before {name}")
            if used not in known and used != INCOMING:
                source.refuse(node, unknown_parameter(used, known))
    return default
