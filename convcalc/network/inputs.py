"""The inputs of a network: one shape, or several by name; from a file, and from the user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode

from convcalc.formulas import product
from convcalc.layers import Shape
from convcalc.layers.checks import MAX_NUMBER, MAX_VALUES
from convcalc.layers.option_base import each_number
from convcalc.layers.values import shape_of, unbracketed
from convcalc.network.expression import Expression, ExpressionError
from convcalc.network.items import expressions_in
from convcalc.network.network import FIRST_INPUT, MAX_NAME
from convcalc.network.plan import unknown_parameter
from convcalc.network.yaml_source import Source
from convcalc.text import quoted

MAX_INPUTS = 100
_SHAPE = re.compile(r"[0-9]+(?:\s*[xX×,]\s*[0-9]+)+")


class FileInput(NamedTuple):
    """One input in a file.

    Attributes:
        name: its name in the file; ``input`` if it has none.
        sides: numbers, and expressions over the file's parameters.
        source, node: its place.
    """

    name: str
    sides: tuple[Any, ...]
    source: Source
    node: Node

    @property
    def what(self) -> str:
        """Its name in messages."""
        return "input" if self.name == FIRST_INPUT else f"input {self.name}"

    def shape(self, names: Mapping[str, Any]) -> Shape:
        """The shape, with these parameters.

        Raises:
            SpecError: a side cannot be computed, or is not a size.
        """
        source, node = self.source, self.node
        try:
            shape: Shape = tuple(
                [side.value(names) if isinstance(side, Expression) else side for side in self.sides]
            )
        except ExpressionError as error:
            raise source.error(error.node, f"{self.what} {error}") from None
        if not all([1 <= side <= MAX_NUMBER for side in shape]):
            least, most = min(shape), max(shape)
            what = f"{self.what} has a side of {least if least < 1 else most:,}; use 1 to {MAX_NUMBER:,}"
            source.refuse(node, what)
        if product(shape) > MAX_VALUES:
            source.refuse(
                node,
                f"{self.what} has more than {MAX_VALUES:,} values; use smaller numbers",
            )
        return shape


def read_inputs(source: Source, node: Node, names: Mapping[str, Any]) -> list[FileInput]:
    """The inputs of a file: a list of sides, or names with a list each.

    Args:
        source, node: the text, and the node under ``input``.
        names: the file's parameters.
    """
    if not isinstance(node, MappingNode):
        return [_read_input(source, node, FIRST_INPUT, names)]
    found = source.mapping(node, "input")
    if not 1 <= len(found) <= MAX_INPUTS:
        source.refuse(
            node, f"input names {len(found)} inputs; name 1 to {MAX_INPUTS}, each with its shape"
        )
    for place, (name, (key, _)) in enumerate(found.items()):
        if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
            source.refuse(
                key,
                f"an input cannot be called {quoted(name)}; use 1 to {MAX_NAME} visible characters",
            )
        if place and name == FIRST_INPUT:
            source.refuse(key, "'input' is a name of the first input; choose another")
    return source.each(found.items(), lambda each: _read_input(source, each[1][1], each[0], names))


def _read_input(source: Source, node: Node, name: str, names: Mapping[str, Any]) -> FileInput:
    """One input; its sides can be expressions."""
    what = "input" if name == FIRST_INPUT else f"input {name}"
    sides = _sides(source, node, what)
    if not 1 <= len(sides) <= 4:
        source.refuse(
            node,
            f"{what} has {len(sides)} sides; give channels and up to 3 axes, [3, 224, 224], without a batch",
        )
    found = FileInput(name, sides, source, node)
    for expression in expressions_in(found.sides):
        for used in expression.names:
            if used not in names:
                source.refuse(expression.node, unknown_parameter(used, names))
    return found


def _sides(source: Source, node: Node, what: str) -> tuple[Any, ...]:
    """The sides of a shape: a text such as 3x224x224, or a list of numbers and expressions."""
    if isinstance(node, ScalarNode) and _SHAPE.fullmatch(unbracketed(node.value)):
        return source.parsed(node, what, shape_of)  # type: ignore[no-any-return]
    sides = source.sequence(node, what, "write it as 3x224x224 or [3, 224, 224]")
    return each_number(source, sides, what)
