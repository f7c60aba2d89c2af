"""The value of ``repeat:``: a number, or names with their values in each turn.

``repeat: {width: [64, 128]}`` is a mapping and not ``for width in [64, 128]``, because YAML reads that
as one text, and editors can complete and check a mapping. Several names change together.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from convcalc.errors import SpecError
from convcalc.network.expression import ExpressionError, Names, is_expression, not_whole, said
from convcalc.network.items import GroupItem
from convcalc.network.parameters import evaluate, expression_of, read_value
from convcalc.network.yaml_source import Source
from convcalc.text import plural, quoted
from convcalc.traced import is_whole

MAX_LOOPS = 20  # names in one repeat
_FORM = "write for example repeat: {width: [64, 128, 256]}"


def read_repeat(source: Source, node: Node) -> tuple[Any, dict[str, Any]]:
    """The number of turns, and the values by name.

    Raises:
        SpecError: it is neither a number nor names with values.
    """
    if isinstance(node, ScalarNode):
        if node.value.startswith("for "):
            source.refuse(node, f"repeat cannot be {quoted(node.value)}; {_FORM}")
        return _count(source, node, "repeat"), {}
    if not isinstance(node, MappingNode):
        source.refuse(node, f"repeat is a list of values without a name; {_FORM}")
    pairs = source.mapping(node, "repeat", _FORM)
    if not 1 <= len(pairs) <= MAX_LOOPS:
        source.refuse(node, f"repeat has {plural(len(pairs), 'name')}; give 1 to {MAX_LOOPS}")
    loops = {}

    def read(pair: tuple[str, tuple[Node, Node]]) -> None:
        name, (key, value) = pair
        if name == "for":
            source.refuse(key, f"repeat has no for; {_FORM}")
        if not name.isidentifier():
            what = f"repeat cannot give a value to {quoted(name)}"
            source.refuse(key, f"{what}; use letters, digits and _, a letter first")
        if isinstance(value, ScalarNode):
            loops[name] = _count(source, value, name)
        else:
            loops[name] = read_value(source, value, name)

    source.each(pairs.items(), read)
    return 1, loops


def _count(source: Source, node: ScalarNode, what: str) -> Any:
    """A number of turns, or an expression for it."""
    if is_expression(node.value):
        return expression_of(source, node, what)
    times = source.whole_text(node, source.scalar(node, what), what)
    if times < 0:
        source.refuse(node, f"{what} is {times}; use 0 or more")
    return times


def turns(item: GroupItem, names: Names) -> tuple[int, Iterator[dict[str, Any]]]:
    """The number of turns of a repeat, and the values of its names in each turn.

    Raises:
        SpecError: the number is negative, or the lists have different lengths.
    """
    if not item.loops:
        times = _times(item, "repeat", item.times, names)
        return times, repeat({}, times)
    found: dict[str, Any] = {}
    for name, value in item.loops.items():
        listed = _evaluated(item, name, value, names)
        found[name] = (
            listed if isinstance(listed, tuple) else range(_times(item, name, listed, names))
        )
    sizes = {name: len(listed) for name, listed in found.items()}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
        message = f"the values of repeat are used together, but their numbers differ ({told}); give the same number of each"
        raise item.error(message)
    rows = zip(*found.values())
    return next(iter(sizes.values())), (dict(zip(found, row)) for row in rows)


def _evaluated(item: GroupItem, what: str, value: Any, names: Names) -> Any:
    """The values of a name, computed."""
    try:
        return evaluate(value, names)
    except ExpressionError as error:
        raise item.error(f"{what} {error}", error.node) from None


def _times(item: GroupItem, what: str, value: Any, names: Names) -> int:
    """The number of turns, computed."""
    times = _evaluated(item, what, value, names)
    node = getattr(value, "node", None)
    if not is_whole(times):
        raise _no_count(item, what, value, times)
    times = int(times)
    if times < 0:
        message = f"{what} is {times}; use 0 or more"
        raise item.error(message, node)
    return times


def _no_count(item: GroupItem, what: str, value: Any, found: Any) -> SpecError:
    """The error about a wrong number of turns."""
    text = getattr(value, "text", said(found))
    return item.error(f"{what} {not_whole(text, found)}", getattr(value, "node", None))
