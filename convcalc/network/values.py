"""How each type of option is read from YAML, and how JSON Schema describes it: one place per type.

The types are those named in the annotations of the layer kinds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from convcalc.errors import quoted, shortened
from convcalc.layers import base
from convcalc.network.expression import Expression, ExpressionError
from convcalc.network.yaml_source import YES_OR_NO

if TYPE_CHECKING:
    from yaml.nodes import Node

    from convcalc.network.yaml_source import Source

Value = Any  # an option's value; holds an Expression wherever the text had a $name

MOST_ITEMS = 10_000  # the longest list an option may be: LeNet-5's connections need 16
MOST_FRACTION = 10**9
MOST_ENTRIES = 100_000  # numbers in a table: LeNet-5's connections need 60
DECIMAL = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]{1,3})?", re.IGNORECASE)


class OptionType(NamedTuple):
    """How one type of option is read, and its JSON Schema."""

    read: Callable[[Source, Node, str], Value]
    schema: dict[str, Any]


def number(source: Source, node: Node, what: str) -> Value:
    """A whole number, or an expression over $names."""
    text = source.scalar(node, what)
    if "$" not in text:
        return source.whole_text(node, text, what)
    try:
        return Expression(text, node)
    except ExpressionError as error:
        raise source.error(node, f"{what} {error}") from None


def is_list(node: Node) -> bool:
    """Whether the node is a list."""
    return node.id == "sequence"  # type: ignore[attr-defined, no-any-return]


def items(source: Source, node: Node, what: str) -> list[Node]:
    """The items of a list of sensible length."""
    found = source.sequence(node, what)
    if not 1 <= len(found) <= MOST_ITEMS:
        source.refuse(node, f"{what} lists {len(found):,} items; give 1 to {MOST_ITEMS:,}")
    return found


def numbers(source: Source, node: Node, what: str) -> Value:
    """A list of whole numbers."""
    return tuple(number(source, item, what) for item in items(source, node, what))


def spatial(source: Source, node: Node, what: str) -> Value:
    """One number for all axes, or one per axis."""
    if not is_list(node):
        return number(source, node, what)
    if not 1 <= len(source.sequence(node, what)) <= 3:
        source.refuse(
            node, f"{what} lists {len(node.value)} numbers; give one, or one per axis (at most 3)"
        )
    return numbers(source, node, what)


def pair(source: Source, node: Node, what: str) -> Value:
    """Two numbers, [before, after]."""
    if len(source.sequence(node, what, "write [before, after]")) != 2:
        source.refuse(node, f"{what} lists {len(node.value)} numbers; give two, [before, after]")
    return numbers(source, node, what)


def sides(source: Source, node: Node, what: str) -> Value:
    """One number, one per axis, or [before, after] per axis."""
    if not is_list(node):
        return number(source, node, what)
    if not 1 <= len(source.sequence(node, what)) <= 3:
        source.refuse(
            node,
            f"{what} lists {len(node.value)} sides; give one number, or one per axis (at most 3)",
        )
    read = (pair if is_list(item) else number for item in node.value)
    return tuple(reader(source, item, what) for reader, item in zip(read, node.value))


def padding(source: Source, node: Node, what: str) -> Value:
    """Sides, or a word such as same."""
    if is_list(node) or not re.fullmatch(r"[A-Za-z_]+|~?", source.scalar(node, what)):
        return sides(source, node, what)
    if node.value.lower() in (*YES_OR_NO, "null", "~", ""):
        source.refuse(
            node,
            f"{what} cannot be {node.value!r}; write 0 or valid for none, same to keep the size",
        )
    return source.word(node, what, get_args(base.PaddingWord))


def connections(source: Source, node: Node, what: str) -> Value:
    """A table: for each output map the list of input maps it sees."""
    rows = items(source, node, what)
    entries = sum(len(items(source, row, f"a row of {what}")) for row in rows)
    if entries > MOST_ENTRIES:
        source.refuse(node, f"{what} lists {entries:,} numbers; give at most {MOST_ENTRIES:,}")
    return tuple(numbers(source, row, what) for row in rows)


def fraction(source: Source, node: Node, what: str) -> Value:
    """A plain decimal number."""
    text = source.scalar(node, what)
    if len(text) > 40 or not DECIMAL.fullmatch(text):
        source.refuse(node, f"{what} must be a number such as 0.5, but this is {quoted(text)}")
    value = float(text)
    if abs(value) > MOST_FRACTION:
        source.refuse(node, f"{what} is {shortened(text)}; use a number below {MOST_FRACTION:,}")
    return value


def words(*known: str) -> OptionType:
    """A choice between words."""
    return OptionType(
        lambda source, node, what: source.word(node, what, known), {"enum": list(known)}
    )


def read_name(source: Source, node: Node, what: str) -> str:
    """The name of another layer."""
    text = source.scalar(node, what)
    if not text:
        source.refuse(node, f"{what} is empty; give the name of a layer before this one")
    return text


NUMBER_SCHEMA: dict[str, Any] = {"$ref": "#/$defs/number"}
PER_AXIS: dict[str, Any] = {"type": "array", "items": NUMBER_SCHEMA, "minItems": 1, "maxItems": 3}
PAIR_SCHEMA = {"type": "array", "items": NUMBER_SCHEMA, "minItems": 2, "maxItems": 2}
SIDES_SCHEMA = {
    "anyOf": [
        NUMBER_SCHEMA,
        {
            "type": "array",
            "items": {"anyOf": [NUMBER_SCHEMA, PAIR_SCHEMA]},
            "minItems": 1,
            "maxItems": 3,
        },
    ]
}
LIST_SCHEMA = {"type": "array", "items": NUMBER_SCHEMA, "minItems": 1}

SPATIAL = OptionType(spatial, {"anyOf": [NUMBER_SCHEMA, PER_AXIS]})
SIDES = OptionType(sides, SIDES_SCHEMA)

TYPES: dict[str, OptionType] = {
    "int": OptionType(number, NUMBER_SCHEMA),
    "float": OptionType(fraction, {"type": "number"}),
    "bool": OptionType(lambda source, node, what: source.boolean(node, what), {"type": "boolean"}),
    "str | None": OptionType(read_name, {"type": "string", "minLength": 1}),
    "Spatial": SPATIAL,
    "Spatial | None": SPATIAL,
    "Sides": SIDES,
    "Sides | None": SIDES,
    "tuple[int, int]": OptionType(pair, PAIR_SCHEMA),
    "Shape": OptionType(numbers, LIST_SCHEMA),
    "Padding": OptionType(
        padding, {"anyOf": [SIDES_SCHEMA, {"enum": list(get_args(base.PaddingWord))}]}
    ),
    "Connections | None": OptionType(
        connections, {"type": "array", "items": LIST_SCHEMA, "minItems": 1}
    ),
    "Fit": words(*get_args(base.Fit)),
    "SizeRule": words(*get_args(base.SizeRule)),
    "Mode": words(*get_args(base.Mode)),
}


def filled(value: Value, names: dict[str, int]) -> Value:
    """The value with every expression worked out."""
    if isinstance(value, Expression):
        return value.value(names)
    if isinstance(value, tuple):
        return tuple(filled(part, names) for part in value)
    return value


def expressions(value: Value) -> Iterator[Expression]:
    """The expressions in a value."""
    if isinstance(value, tuple):
        for part in value:
            yield from expressions(part)
    elif isinstance(value, Expression):
        yield value
