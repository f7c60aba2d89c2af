"""The points of a sweep: a network with its ranges filled in, and walked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from convcalc.analysis.walk import walk
from convcalc.errors import ConvcalcError
from convcalc.files import STDIN, read_file
from convcalc.interop.load import MAX_BYTES, opened, opens
from convcalc.network.find import find
from convcalc.network.network import FIRST_INPUT
from convcalc.network.notations.command import chain_of
from convcalc.network.parameters import Setting
from convcalc.solve.measures import MEASURES
from convcalc.solve.ranges import shown

if TYPE_CHECKING:
    from convcalc.interop.load import File
    from convcalc.layers import Shape
    from convcalc.network.network import Network
    from convcalc.solve.ranges import Grid


class Origin(Protocol):
    """The origin of networks. It can be sent to other processes and machines."""

    def open(self) -> File:
        """Open it, for many networks."""


@dataclass(frozen=True)
class FileOrigin:
    """A network's file.

    Attributes:
        target: a path, or the name of a bundled network.
        order: the order of input shapes from the user.
        max_layers: the most layers to expand.
        data: its bytes, if it cannot be read again, or not from another machine.
    """

    target: str
    order: str = ""
    max_layers: int = 100_000
    data: bytes | None = None

    def open(self) -> File:
        options: dict[str, Any] = {"order": self.order, "max_layers": self.max_layers}
        if self.data is None:
            return opened(self.target, **options)
        return opens(self.data, path=self.target, **options)

    def packed(self) -> FileOrigin:
        """The same with the bytes of its file, if that can be read."""
        if self.data is not None:
            return self
        path = self.target if self.target == STDIN else find(self.target)
        if os.path.isfile(path) and os.path.getsize(path) > MAX_BYTES:
            return self
        return FileOrigin(path, self.order, self.max_layers, read_file(path, MAX_BYTES, "network"))


@dataclass(frozen=True)
class ChainOrigin:
    """Layers on a command line.

    Attributes:
        words: the layers.
        order: the order of the input shape.
    """

    words: tuple[str, ...]
    order: str = ""

    def open(self) -> File:
        return _Chain(self.words, self.order)


class _Chain:
    """Layers on a command line as a file without parameters; they are read again for each input."""

    def __init__(self, words: tuple[str, ...], order: str) -> None:
        self.words, self.order = words, order
        self.parameters: dict[str, Any] = {}

    def inputs(self, parameters: Mapping[str, Any] | None = None) -> dict[str, Shape]:
        del parameters
        return {}

    def with_values(
        self,
        parameters: Mapping[str, Any] | None = None,
        inputs: Shape | Mapping[str, Shape] | None = None,
    ) -> Network:
        del parameters  # it has none
        shape = inputs[FIRST_INPUT] if isinstance(inputs, Mapping) else inputs
        assert shape
        return chain_of(self.words, shape, self.order)


class Given(Setting):
    """A value of a parameter that is already read."""

    def __init__(self, value: Any, what: str) -> None:
        super().__init__("", what)
        self.value = value

    def read(self) -> Any:
        return self.value


class Side(NamedTuple):
    """A swept side of an input; ``axis`` is the index of its axis."""

    axis: int


OWN = "own"  # a side with the file's value
Sides = tuple["int | Side | str", ...]


@dataclass(frozen=True)
class Setup:
    """The setup of a sweep: what changes, and what is measured at each point.

    Attributes:
        origin: the origin of the network.
        grid: the values that change.
        fixed: parameters that are set to one value.
        parameters: parameters that change, each with the index of its axis.
        shapes: the requested inputs, side by side.
        batch: samples at once.
        measures: the names of the measures.
    """

    origin: Origin
    grid: Grid
    fixed: Mapping[str, Any]
    parameters: Mapping[str, int]
    shapes: Mapping[str, Sides]
    batch: int = 1
    measures: tuple[str, ...] = ()

    def text(self, point: int) -> str:
        """A point as its options are typed.

        Args:
            point: its number.
        """
        values = self.grid.values(point)
        words = [f"{name}={shown(values[axis])}" for name, axis in self.parameters.items()]
        for name, sides in self.shapes.items():
            if any(isinstance(side, Side) for side in sides):
                text = "x".join([shown(sides_of(side, values)) for side in sides if side != OWN])
                words.append(f"{name} {text}" if name != FIRST_INPUT else f"input {text}")
        return ", ".join(words)


def sides_of(side: int | Side | str, values: Sequence[Any]) -> Any:
    """A side of an input at a point."""
    return values[side.axis] if isinstance(side, Side) else side


class Misfit(NamedTuple):
    """The reason why a point has no network."""

    why: str


class Walker:
    """Walks the points of a sweep.

    Args:
        setup: the setup of the sweep.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.file = setup.origin.open()
        self._measures = [MEASURES[name].of for name in setup.measures]

    def network(self, values: Sequence[Any]) -> Network:
        """The network at a point.

        Args:
            values: one value for each axis.

        Raises:
            ConvcalcError: there is no network with these values.
        """
        setup = self.setup
        parameters = {name: Given(value, name) for name, value in setup.fixed.items()}
        for name, axis in setup.parameters.items():
            parameters[name] = Given(values[axis], f"parameter {name}")
        shapes = {name: self._shape(name, values, parameters) for name in setup.shapes}
        return self.file.with_values(parameters, shapes or None)

    def _shape(self, name: str, values: Sequence[Any], parameters: Mapping[str, Any]) -> Shape:
        """An input at a point."""
        sides = self.setup.shapes[name]
        if OWN not in sides:
            return tuple([sides_of(side, values) for side in sides])
        own = list(self.file.inputs(parameters)[name])
        if self.file.order == "hwc":
            own = [*own[1:], own[0]]
        return tuple(
            [
                own[place] if side == OWN else sides_of(side, values)
                for place, side in enumerate(sides)
            ]
        )

    def measure(self, values: Sequence[Any]) -> list[Any] | Misfit:
        """The measures of a point, in order; or why there is no network."""
        try:
            analysis = walk(self.network(values), self.setup.batch)
            return [measure(analysis) for measure in self._measures]
        except ConvcalcError as error:
            return Misfit(str(error).partition("\n")[0])
