"""What goes into a network: one shape, or several by name; as a file writes it, and as it is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode

from convcalc.errors import UsageError, did_you_mean
from convcalc.formulas import product
from convcalc.layers import Shape
from convcalc.layers.checks import MAX_NUMBER, MAX_VALUES
from convcalc.layers.values import checked_shape, shape_of, shown
from convcalc.network.axes import channels_first
from convcalc.network.expression import Expression, ExpressionError
from convcalc.network.items import expressions_in
from convcalc.network.network import FIRST_INPUT
from convcalc.network.plan import MAX_NAME, unknown_parameter
from convcalc.network.yaml_source import Source
from convcalc.text import printable, quoted, times

MAX_INPUTS = 100
_SHAPE = re.compile(r"[0-9]+(?:[xX×,] ?[0-9]+)+")


class FileInput(NamedTuple):
    """One input as a file writes it.

    Attributes:
        name: what the file calls it; ``input`` where it has no name.
        sides: numbers, and expressions over the file's parameters.
        source, node: where it stands.
    """

    name: str
    sides: tuple[Any, ...]
    source: Source
    node: Node

    @property
    def what(self) -> str:
        """What messages call it."""
        return "input" if self.name == FIRST_INPUT else f"input {self.name}"

    def shape(self, names: Mapping[str, Any]) -> Shape:
        """The shape, with these parameters.

        Raises:
            SpecError: a side cannot be worked out, or is no size.
        """
        source, node = self.source, self.node
        try:
            shape: Shape = tuple(
                [side.value(names) if isinstance(side, Expression) else side for side in self.sides]
            )
        except ExpressionError as error:
            raise source.error(error.node, f"{self.what} {error}") from None
        if min(shape) < 1 or max(shape) > MAX_NUMBER:
            least, most = min(shape), max(shape)
            what = f"{self.what} has a side of {least if least < 1 else most:,}; use 1 to {MAX_NUMBER:,}"
            source.refuse(node, what)
        if product(shape) > MAX_VALUES:
            source.refuse(
                node,
                f"{self.what} holds more than {MAX_VALUES:,} values; use smaller numbers",
            )
        return shape


def read_inputs(source: Source, node: Node, names: Mapping[str, Any]) -> list[FileInput]:
    """The inputs of a file: a list of sides, or names with a list each.

    Args:
        source, node: what stands under ``input``.
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
    return [_read_input(source, value, name, names) for name, (_, value) in found.items()]


def _read_input(source: Source, node: Node, name: str, names: Mapping[str, Any]) -> FileInput:
    """One input, whose sides may be expressions."""
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
    if isinstance(node, ScalarNode) and _SHAPE.fullmatch(node.value):
        source.check_tag(node)
        try:
            return shape_of(node.value, what)
        except UsageError as error:
            raise source.error(node, str(error)) from None
    sides = source.sequence(node, what, "write it as 3x224x224 or [3, 224, 224]")
    return tuple([source.number(side, what) for side in sides])


def as_asked(path: str, own: Mapping[str, Shape], asked: Any, order: str = "") -> dict[str, Shape]:
    """The inputs of a network, some of them with the shapes that were asked for.

    Args:
        path: of the file, for messages.
        own: the file's inputs by name; none where it has no ``input``.
        asked: a shape, shapes by name, or None.
        order: the order of the axes of these.

    Raises:
        UsageError: there is no such input, or a shape does not have as many sides as the file's own.
    """
    if asked is None:
        return dict(own)
    if not isinstance(asked, Mapping):
        if len(own) > 1:
            name = next(iter(own))
            message = (
                f"{printable(path)}: has {len(own)} inputs ({', '.join(own)}); say which one you "
                f"mean, as in --input {printable(name)}={'x'.join(map(str, own[name]))}"
            )
            raise UsageError(message)
        asked = {next(iter(own), FIRST_INPUT): asked}
    found = dict(own)
    for name, value in asked.items():
        if own and name not in own:
            unnamed = list(own) == [FIRST_INPUT]
            near = "; its one input has no name" if unnamed else did_you_mean(str(name), own)
            message = f"{printable(path)}: no input {quoted(str(name))}{near}"
            raise UsageError(message)
        if not own and name != FIRST_INPUT:
            message = f"input must be a shape such as (3, 224, 224), but is {shown(asked)}"
            raise UsageError(message)
        found[name] = channels_first(checked_shape(value, _called(name)), order)
        if own:
            _check_axes(path, name, found[name], own[name])
    return found


def _called(name: str) -> str:
    """An input in a message."""
    return "input" if name == FIRST_INPUT else f"input {printable(name)}"


def _check_axes(path: str, name: str, shape: Shape, own: Shape) -> None:
    """Refuse another input of more or fewer axes: most likely it has a batch in front."""
    if len(shape) != len(own) and min(len(shape), len(own)) > 1:
        way_out = (
            "leave the batch out" if len(shape) > len(own) else "give the channels and every axis"
        )
        message = (
            f"{printable(path)}: the {_called(name)} {times(shape)} has {len(shape)} sides, but the "
            f"file's own {times(own)} has {len(own)}; {way_out}"
        )
        raise UsageError(message)
