"""The request for a sweep: parameters and inputs with ranges."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convcalc.errors import ShapeError, SpecError, UsageError, did_you_mean
from convcalc.files import STDIN
from convcalc.network.find import find
from convcalc.network.network import FIRST_INPUT
from convcalc.network.notations.command import is_chain
from convcalc.network.parameters import Setting, program_value
from convcalc.solve.choice import Choice, condition_of, goal_of
from convcalc.solve.measures import MEASURES, USUAL, measures_in
from convcalc.solve.points import OWN, ChainOrigin, FileOrigin, Given, Setup, Side, Walker
from convcalc.solve.ranges import Axis, Grid, is_swept, values_of
from convcalc.solve.sweep import Sweep
from convcalc.text import grouped, quoted, shortened, times

if TYPE_CHECKING:
    from convcalc.interop.load import File
    from convcalc.solve.points import Origin, Sides

MAX_POINTS = 10_000_000  # unless more are allowed
MOST_POINTS = 10**15  # always
MAX_AXES = 20
_BY_SIDES = re.compile(r"[x×]")


class _Asking:
    """Reads the parameters and inputs of a sweep, and collects the axes."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.axes: list[Axis] = []
        self.fixed: dict[str, Any] = {}
        self.parameters: dict[str, int] = {}
        self.shapes: dict[str, Sides] = {}

    def _axis(self, name: str, values: Sequence[Any]) -> int:
        """Add an axis; returns its index."""
        self.axes.append(Axis(name, values))
        return len(self.axes) - 1

    def set(self, name: str, given: Any) -> None:
        """Set one parameter: a text as typed, the values in a list or range, or a value."""
        what = f"--set {name}"
        if name in self.fixed or name in self.parameters:
            message = f"{what} is given twice; give all its values in one, as in --set {name}=1,2,4"
            raise UsageError(message)
        if isinstance(given, str):
            values = values_of(given, what) if is_swept(given) else None
            given = None if values is not None else Setting(given, what).read()
        else:
            values = given if isinstance(given, range) else None
            if isinstance(given, list):
                values = [program_value(each, what) for each in given]
            given = program_value(given, what) if values is None else None
        if values is None:
            self.fixed[name] = given
        else:
            if not values:
                message = f"{what} has no values; give one or more"
                raise UsageError(message)
            self.parameters[name] = self._axis(name, values)

    def input(self, name: str, given: Any) -> None:
        """Set one input: the length of its sides, or a shape, with ranges in it.

        Args:
            name: the input's name; empty for the only one.
            given: a text as typed; a range or list of lengths; or a shape in a tuple.
        """
        what = f"--input {name}" if name else "--input"
        name = name or self._only_input()
        if name in self.shapes:
            message = f"{what} is given twice; give all its sizes in one, as in --input 128..256:32"
            raise UsageError(message)
        if isinstance(given, str):
            parts: Sequence[Any] = _BY_SIDES.split(given.strip().lower())
            if len(parts) > 1 and "," in given:
                message = f"{what}: {quoted(given)} lists values in a shape; write a range, such as 3x128..256:32x224"
                raise UsageError(message)
        else:
            parts = given if isinstance(given, tuple) else (given,)
        if len(parts) == 1:
            self.shapes[name] = self._square(name, parts[0], what)
            return
        sides: list[Any] = []
        for number, part in enumerate(parts, 1):
            sizes = _sizes(part, what)
            one = len(sizes) == 1
            sides.append(sizes[0] if one else Side(self._axis(f"side {number} of {name}", sizes)))
        self.shapes[name] = tuple(sides)

    def _only_input(self) -> str:
        """The name of the input for an option without a name."""
        names = list(self._own())
        if len(names) > 1:
            message = f"--input: there are {len(names)} inputs; name one, as in --input {names[0]}=128..256:32"
            raise UsageError(message)
        return names[0] if names else FIRST_INPUT

    def _own(self) -> Mapping[str, Any]:
        """The file's inputs at the first point."""
        first = {name: Given(value, f"--set {name}") for name, value in self.fixed.items()}
        for name, axis in self.parameters.items():
            first[name] = Given(self.axes[axis].values[0], f"--set {name}")
        return self.file.inputs(first)

    def _square(self, name: str, given: Any, what: str) -> Sides:
        """An input with its own channels, and all other sides equal."""
        own = self._own()
        if name not in own:
            if own:
                message = f"{what}: no input {quoted(name)}{did_you_mean(name, own)}"
                raise UsageError(message)
            message = f"{what}: nothing gives the number of channels of {quoted(str(given))}; write a whole shape, such as 3x{shortened(str(given))}x224"
            raise UsageError(message)
        sizes = _sizes(given, what)
        side = sizes[0] if len(sizes) == 1 else Side(self._axis(name, sizes))
        sides: list[Any] = [side] * len(own[name])
        if len(sides) > 1:
            sides[-1 if self.file.order == "hwc" else 0] = OWN
        return tuple(sides)


def _sizes(given: Any, what: str) -> Sequence[int]:
    """The sizes from a text, a range, a list or one number."""
    if isinstance(given, str):
        values = values_of(given, what)
    else:
        values = given if isinstance(given, range | list) else [given]
    if (
        not len(values)
        or not all(type(value) is int for value in values[:1])
        or (not isinstance(values, range) and not all(type(value) is int for value in values))
    ):
        message = f"{what} must be sizes, such as 128..256:32, but is {quoted(str(given))}"
        raise UsageError(message)
    if min(values[0], values[-1], *(() if isinstance(values, range) else values)) < 1:
        message = f"{what} has a side below 1; use 1 or more"
        raise UsageError(message)
    return values


def origin_of(words: tuple[str, ...], order: str = "", *, layers_too: bool = True) -> Origin:
    """The origin of a network: a file of any format, or layers.

    Args:
        words: a path or the name of a bundled network, or layers.
        order: the order of input shapes from the user.
        layers_too: whether it may be layers, which have no parameters.

    Raises:
        UsageError: it is several networks, or layers with parameters.
    """
    if not is_chain(words):
        if len(words) > 1:
            message = (
                f"{', '.join(map(shortened, words))}: give one network, or the layers of a chain"
            )
            raise UsageError(message)
        origin = FileOrigin(words[0], order)
        is_file = words[0] != STDIN and os.path.isfile(find(words[0]))
        return origin if is_file else origin.packed()  # a pipe can be read only once
    if not layers_too:
        message = (
            f"--set: sets a parameter of a file, but {shortened(words[0])} is a layer; write a file with "
            "parameters:, and $names where they belong"
        )
        raise UsageError(message)
    return ChainOrigin(words, order)


_SLICE = re.compile(r"(\d{1,9}):(\d{1,9})(?::(\d{1,9}))?")
_PYTHON = re.compile(r"(?:range|(?:np|numpy)\.arange)\((\d{1,9}), ?(\d{1,9})(?:, ?(\d{1,9}))?\)")


def parameter_of(text: str) -> tuple[str, str]:
    """A parameter with its values, from ``name=8..64:8``.

    Raises:
        UsageError: there are no values.
    """
    name, equals, values = text.partition("=")
    if not equals:
        message = f"--set {shortened(text)}: has no values; write --set name=8..64:8"
        raise UsageError(message)
    if found := _PYTHON.fullmatch(values.strip()):
        first, end, step = int(found[1]), int(found[2]), int(found[3] or 1)
        last = f"{max(first, end - 1)}" + f":{step}" * (step != 1)
        message = f"--set {shortened(text)}: is a range of Python; write --set {shortened(name)}={first}..{last}"
        raise UsageError(message)
    if found := _SLICE.fullmatch(values.strip()):
        last = f"{found[2]}:{found[3]}" if found[3] else found[2]
        message = f"--set {shortened(text)}: a range has two dots; write --set {shortened(name)}={found[1]}..{last}"
        raise UsageError(message)
    return name.strip(), values.strip()


def input_of(text: str) -> tuple[str, str]:
    """An input with its sizes, from ``128..256:32`` or ``name=3x128..256:32x224``; the name may be empty."""
    name, _, sizes = text.rpartition("=")
    return name.strip(), sizes.strip()


def setup_of(
    origin: Origin,
    parameters: Iterable[tuple[str, Any]],
    inputs: Iterable[tuple[str, Any]],
    *,
    batch: int = 1,
    measures: tuple[str, ...],
    max_points: int = MAX_POINTS,
) -> Setup:
    """The setup of a sweep.

    Args:
        origin: the origin of the network.
        parameters: names with values; texts as typed, ranges and lists have many values.
        inputs: names, empty for the only input, with texts such as ``3x128..256:32x224``, ranges or lists of the
            length of the sides, or shapes with these in them.
        batch: samples at once.
        measures: the measures of each point.
        max_points: the most points.

    Raises:
        UsageError: there is no such parameter or input, nothing to sweep, or too many points.
    """
    asking = _Asking(origin.open())
    for name, value in parameters:
        asking.set(name, value)
    for name, text in inputs:
        asking.input(name, text)
    if not asking.axes or len(asking.axes) > MAX_AXES:
        what = (
            "there is nothing to sweep"
            if not asking.axes
            else f"more than {MAX_AXES} values are swept"
        )
        message = f"{what}; give ranges, such as --set width=8..64:8 or --input 128..256:32"
        raise UsageError(message)
    grid = Grid(asking.axes)
    if grid.size > min(max_points, MOST_POINTS):
        sizes = times(grid.sizes) if len(grid.sizes) > 1 else ""
        message = (
            f"these are {grouped(grid.size)} points{f' ({sizes})' if sizes else ''}, more than "
            f"{grouped(min(max_points, MOST_POINTS))}; use wider steps, or raise --max-points if you mean it"
        )
        raise UsageError(message)
    setup = Setup(origin, grid, asking.fixed, asking.parameters, asking.shapes, batch, measures)
    _try(setup)
    return setup


def _try(setup: Setup) -> None:
    """Refuse errors of all points: a parameter or an input that does not exist."""
    with suppress(SpecError, ShapeError):
        Walker(setup).network(setup.grid.values(0))


def sweep_of(
    origin: Origin,
    parameters: Iterable[tuple[str, Any]],
    inputs: Iterable[tuple[str, Any]],
    *,
    columns: str = "",
    conditions: Iterable[str] = (),
    pareto: str = "",
    sort: str = "",
    limit: int | None = None,
    batch: int = 1,
    max_points: int = MAX_POINTS,
) -> tuple[Sweep, tuple[str, ...]]:
    """A sweep, and the names of its measures.

    Args:
        origin, parameters, inputs, batch, max_points: as for `setup_of`.
        columns: names of measures with commas; empty for the usual ones.
        conditions: such as ``macs < 300M``.
        pareto: goals with commas, such as ``macs,max:rf``.
        sort: a goal.
        limit: the most points in the result.

    Raises:
        UsageError: one of these cannot be read.
    """
    names = measures_in(columns) if columns else USUAL
    setup = setup_of(origin, parameters, inputs, batch=batch, measures=names, max_points=max_points)
    known = [*MEASURES, *[name for name in setup.parameters if name not in MEASURES]]
    choice = Choice(
        tuple([condition_of(text, known) for text in conditions]),
        tuple([goal_of(text, known, "--pareto") for text in pareto.split(",")]) if pareto else (),
        goal_of(sort, known, "--sort") if sort else None,
        limit,
    )
    needed = [name for name in choice.names if name in MEASURES]
    setup = replace(setup, measures=tuple(dict.fromkeys([*names, *needed])))
    return Sweep(setup, choice), names
