"""The parts of an outline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from convcalc.network.network import Node


class Call(NamedTuple):
    """How to write a node in the target language.

    Attributes:
        word: a kind, a class, a function.
        arguments: the written arguments, in order.
        defaults: the values of arguments that are not written.
        fixed: names of arguments that cannot be parameters.
    """

    word: str
    arguments: Mapping[str, Any] = {}
    defaults: Mapping[str, Any] = {}
    fixed: frozenset[str] = frozenset()


Describe = Callable[["Node"], Call]


class Scaled(NamedTuple):
    """A parameter of a block as a value: parameter · times // over."""

    parameter: str
    times: int = 1
    over: int = 1


class Layer(NamedTuple):
    """A node that reads the output of the part before it."""

    call: Call
    name: str
    place: int


class Join(NamedTuple):
    """A node that reads several paths; all begin at the output before the join."""

    call: Call
    name: str
    place: int
    paths: tuple[tuple[Part, ...], ...]


class From(NamedTuple):
    """Continue from another node, or from an input."""

    place: int


class Section(NamedTuple):
    """Parts under a name."""

    name: str
    parts: tuple[Part, ...]


class Use(NamedTuple):
    """A use of a block.

    Attributes:
        block: the name of the block.
        values: of its parameters; those with a default may be left out.
        name: the name of the use.
        places: its nodes, in the order of the block's layers.
    """

    block: str
    values: Mapping[str, Any]
    name: str
    places: tuple[int, ...]


class Repeat(NamedTuple):
    """Repeated parts; the turns differ only in names and places."""

    turns: tuple[tuple[Part, ...], ...]


Part = Layer | Join | From | Section | Use | Repeat


@dataclass(frozen=True, slots=True)
class Block:
    """A block.

    Attributes:
        name: an identifier.
        parameters: by name, in the order in which uses give them.
        parts: its content.
        defaults: of parameters that uses may leave out.
    """

    name: str
    parameters: tuple[str, ...]
    parts: tuple[Part, ...]
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outline:
    """A network as a person would write it.

    Attributes:
        blocks: each after the blocks that it uses.
        parts: the network.
    """

    blocks: tuple[Block, ...]
    parts: tuple[Part, ...]


def places_of(parts: Iterable[Part]) -> Iterator[int]:
    """The places of all nodes in some parts, in the written order."""
    for part in parts:
        match part:
            case Layer():
                yield part.place
            case Join():
                for path in part.paths:
                    yield from places_of(path)
                yield part.place
            case Section():
                yield from places_of(part.parts)
            case Use():
                yield from part.places
            case Repeat():
                for turn in part.turns:
                    yield from places_of(turn)


def lines_of(outline: Outline) -> int:
    """The approximate number of lines of an outline."""
    blocks = sum(_lines(block.parts) + 3 for block in outline.blocks)
    return blocks + _lines(outline.parts)


def _lines(parts: Iterable[Part]) -> int:
    lines = 0
    for part in parts:
        match part:
            case Join():
                lines += 1 + sum(max(1, _lines(path)) for path in part.paths)
            case Section():
                lines += 2 + _lines(part.parts)
            case Repeat():
                lines += 1 + _lines(part.turns[0])
            case _:
                lines += 1
    return lines
