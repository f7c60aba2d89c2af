"""Which inputs a network takes: the smallest along each axis, and those that divide evenly everywhere."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from fractions import Fraction
from math import gcd, lcm
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from convcalc.analysis.shapes import (
    has_room,
    inputs_of_size,
    moves_with,
    seen_from,
    shapes_at,
    works,
)
from convcalc.errors import ShapeError
from convcalc.layers.checks import MAX_NUMBER
from convcalc.layers.even import Condition, Equals, EvenSize
from convcalc.layers.window import axis_names
from convcalc.report import Column, Report
from convcalc.text import grouped, listed, printable, times

if TYPE_CHECKING:
    from convcalc.layers import Shape
    from convcalc.network.network import Network

_MAX_LAYERS_TRIED = 300_000  # layers computed in the search for a size, in total
_OPTION_FAULTS = (ArithmeticError, TypeError, ValueError, IndexError)  # of layers not checked yet
_MAX_STEPS = 8  # even sizes that are tried one after the other


class Series(NamedTuple):
    """The sizes ``first + step·i`` for i = 0, 1, …; only one size if the step is 0.

    >>> str(Series(32, 32)), str(Series(188, 16)), str(Series(28, 0)), str(Series(5, 1))
    ('32·i', '188 + 16·i', 'only 28', 'any from 5')
    """

    first: int
    step: int

    def __str__(self) -> str:
        if not self.step:
            return f"only {self.first}"
        if self.step == 1:
            return f"any from {self.first}"
        return f"{self.step}·i" if self.first == self.step else f"{self.first} + {self.step}·i"

    def __contains__(self, n: object) -> bool:
        if not isinstance(n, int) or n < self.first:
            return False
        return n == self.first or (bool(self.step) and (n - self.first) % self.step == 0)

    def around(self, n: int) -> list[int]:
        """The nearest sizes below and above another size."""
        if n < self.first or not self.step:
            return [self.first]
        below = n - (n - self.first) % self.step
        return [below, below + self.step]


class AxisSizes(NamedTuple):
    """Which sizes a network takes along one axis, if the other axes stay the same.

    Attributes:
        axis: its name.
        of: its input.
        own: the size of the network's input.
        smallest: the smallest size that works; None if it was not found.
        all_larger: whether every larger size works too.
        even: the sizes that every layer divides evenly; None if there are none.
        why_none: why there are none.
    """

    axis: str
    of: str
    own: int
    smallest: int | None
    all_larger: bool
    even: Series | None
    why_none: str


class _Conflict(Exception):  # noqa: N818 - not an error, but an answer
    """No size meets all conditions."""


class _Lines(NamedTuple):
    """The conditions on an even size along an axis, each with its layer; and the pattern's period."""

    conditions: list[tuple[str, Condition]]
    period: int

    @property
    def ends(self) -> bool:
        """Whether two sizes that must be equal grow at different rates, so that no large input works."""
        return any(isinstance(each, Equals) and each.slope for _, each in self.conditions)


def sizes_of(network: Network) -> list[AxisSizes]:
    """Which inputs a network takes, one row per axis of its input.

    Axes of further inputs with the same length as the first one's change with it; others have rows.

    Raises:
        ShapeError: the input is a vector, or no input was found that works.
    """
    axes = len(network.input) - 1
    if not axes:
        message = "the input is a vector, which has no axes; a network on vectors takes any length"
        raise ShapeError(message)
    base = working_input(network)
    if base is None:
        message = "no input was found that every layer takes; convcalc arch shows which layer fails"
        raise ShapeError(message)
    rows = [axis_sizes(network, base, axis) for axis in range(1, axes + 1)]
    for name, shape in network.more_inputs.items():
        apart = [axis for axis in range(1, len(shape)) if not moves_with(network, shape, axis)]
        if apart:
            view = seen_from(network, name)
            rows += [axis_sizes(view, inputs_of_size(network, base)[name], axis) for axis in apart]
    return rows


def working_input(network: Network) -> Shape | None:
    """An input that works: the network's own, the file's, or an even one; None if none was found."""
    for shape in (network.input, network.home.get(network.input_name)):
        if shape and works(network, shape):
            return shape
    starts = []
    for axis in range(1, len(network.input)):
        try:
            rest, step = _solve(_lines(network, network.input, axis).conditions)
        except (_Conflict, ShapeError, *_OPTION_FAULTS):
            return None
        n = network.input[axis]
        starts.append((rest if not step else n + (rest - n) % step, step))
    for turn in range(_MAX_STEPS):
        more = 2**turn - 1
        shape = (network.input[0], *[n + step * more for n, step in starts])
        if works(network, shape):
            return shape
    return None


def axis_sizes(network: Network, base: Shape, axis: int) -> AxisSizes:
    """The sizes along one axis; the other axes are those of an input that works."""
    even, why_none, period, ends = None, "", 1, True
    room = _room_from(network, base, axis)
    try:
        lines = _lines(network, base, axis)
        period, ends = lines.period, lines.ends
        even = _first_even(network, base, axis, room, *_solve(lines.conditions))
    except _Conflict as conflict:
        why_none = str(conflict)
    except ShapeError as error:
        why_none = error.what
    smallest, all_larger = _smallest(network, base, axis, room, period)
    if even and not even.step:
        near = range(max(room, even.first - period), even.first + 1)
        smallest = next((n for n in near if works(network, with_size(base, axis, n))), smallest)
    name = axis_names(base)[axis - 1]
    own = network.input[axis]
    return AxisSizes(
        name, network.input_name, own, smallest, all_larger and not ends, even, why_none
    )


def with_size(shape: Shape, axis: int, n: int) -> Shape:
    """The shape with another size along an axis."""
    return (*shape[:axis], n, *shape[axis + 1 :])


def _room_from(network: Network, base: Shape, axis: int) -> int:
    """The smallest size for which every map has a cell, found by bisection."""
    smaller = range(1, base[axis])
    too_small = bisect_left(
        smaller, 1, key=lambda n: int(has_room(network, with_size(base, axis, n)))
    )
    return 1 + too_small


def _smallest(
    network: Network, base: Shape, axis: int, start: int, period: int
) -> tuple[int | None, bool]:
    """The smallest size that works, or None if none was found; and whether all larger ones work.

    Whether a size works depends periodically on it, except in the first period, where a map may have
    only one cell, which a join repeats. So two periods are tried, from the first possible size on.
    """
    tries = min(2 * period, max(1, _MAX_LAYERS_TRIED // len(network.nodes)))
    found = [n for n in range(start, start + tries) if works(network, with_size(base, axis, n))]
    return (found[0] if found else None), len(found) == 2 * period


def _lines(network: Network, base: Shape, axis: int) -> _Lines:
    """The conditions for a size along an axis that divides evenly everywhere.

    Raises:
        ShapeError: a layer's size does not follow from the input's.
    """
    found: list[Condition] = []
    named: list[tuple[str, Condition]] = []
    n = EvenSize(Fraction(1), Fraction(0), found)
    outputs: list[tuple[int | EvenSize, ...]] = []
    for name, shape in reversed(inputs_of_size(network, base).items()):
        own = network.more_inputs.get(name)
        is_even = own is None or moves_with(network, own, axis)
        outputs.append((*shape[:axis], n, *shape[axis + 1 :]) if is_even else shape)
    first = len(outputs)
    period = 1
    for node in network.nodes:
        shapes = [outputs[i + first] for i in node.inputs]
        out = node.layer.even_out_shape(*shapes)  # type: ignore[arg-type]  # the formulas take any number
        named += [(node.name, condition) for condition in found[len(named) :]]
        for side in out[1:]:
            if isinstance(side, EvenSize):
                period = lcm(period, side.slope.denominator)
        outputs.append(out)
    return _Lines(named, period)


def _solve(conditions: list[tuple[str, Condition]]) -> tuple[int, int]:
    """The remainder and step of the sizes that meet all conditions; step 0 if it is only one size.

    Raises:
        _Conflict: there is no such size.
    """
    rest, step, last = 0, 1, ""
    only: dict[int, str] = {}
    for name, condition in conditions:
        slope, offset = condition.slope, condition.offset
        if isinstance(condition, Equals):
            n = -offset / slope if slope else None
            if n is None or n.denominator != 1 or n < 1:
                message = f"{name} joins sizes that are never equal when all layers divide evenly"
                raise _Conflict(message)
            only[int(n)] = name
            continue
        scale = lcm(slope.denominator, offset.denominator)
        a, b, modulus = int(slope * scale), int(offset * scale), condition.by * scale
        shared = gcd(a, modulus)
        if b % shared:
            raise _Conflict(f"{name} never divides evenly when the layers before it do")
        modulus //= shared
        wanted = -(b // shared) * pow(a // shared, -1, modulus) % modulus
        if (wanted - rest) % gcd(step, modulus):
            before = f"{last} and {name}" if last else name
            raise _Conflict(f"{before} ask for different remainders")
        if modulus > 1:
            last = name
        rest, step = _both(rest, step, wanted, modulus)
        if step > MAX_NUMBER:
            raise _Conflict(f"at {name} the step is larger than {MAX_NUMBER:,}")
    return _only(only, rest, step) if only else (rest, step)


def _both(rest: int, step: int, wanted: int, modulus: int) -> tuple[int, int]:
    """The numbers with remainders ``rest`` mod ``step`` and ``wanted`` mod ``modulus`` (Chinese remainders)."""
    shared = gcd(step, modulus)
    turns = (wanted - rest) // shared * pow(step // shared, -1, modulus // shared)
    common = step // shared * modulus
    return (rest + step * (turns % (modulus // shared))) % common, common


def _only(only: dict[int, str], rest: int, step: int) -> tuple[int, int]:
    """The one size that joins need, if it meets the other conditions.

    Raises:
        _Conflict: it does not, or they need several.
    """
    n = next(iter(only))
    if len(only) > 1:
        raise _Conflict(f"{' and '.join(only.values())} ask for different sizes")
    if n % step != rest:
        raise _Conflict(f"{only[n]} asks for {n}, which other layers do not divide evenly")
    return n, 0


def _first_even(
    network: Network, base: Shape, axis: int, smallest: int, rest: int, step: int
) -> Series | None:
    """The series of even sizes, from the first that works.

    Raises:
        _Conflict: none of the tried sizes works.
    """
    if not step:
        if works(network, with_size(base, axis, rest)):
            return Series(rest, 0)
        raise _Conflict(f"only {rest} divides evenly, and it does not work")
    first = smallest + (rest - smallest) % step
    for turn in range(4 * _MAX_STEPS):
        n = first + step * turn
        if works(network, with_size(base, axis, n)):
            return Series(n, step)
    raise _Conflict(f"the sizes {Series(first, step)} divide evenly, but none of them works")


def nearest(network: Network, base: Shape, row: AxisSizes, axis: int) -> list[int]:
    """The nearest sizes below and above the network's own that work, if its own does not.

    Args:
        network: a network whose input does not work.
        base: an input that works.
        row, axis: the axis' sizes, and its place in the shape.
    """
    tries = max(1, _MAX_LAYERS_TRIED // len(network.nodes))
    least = row.smallest or 1
    below = range(row.own - 1, max(least, row.own - tries) - 1, -1)
    above = range(max(row.own + 1, least), max(row.own, least) + tries)
    found = (
        next((n for n in sizes if works(network, with_size(base, axis, n))), None)
        for sizes in (below, above)
    )
    return [n for n in found if n is not None]


def _changed_weights(network: Network, shape: Shape) -> Iterator[str]:
    """The layers whose number of parameters changes with another input, in order."""
    for node, own, other in zip(
        network.nodes,
        shapes_at(network, network.inputs),
        shapes_at(network, inputs_of_size(network, shape)),
    ):
        layer = node.layer
        if own != other and layer.params(own[0], layer.out_shape(*own)) != layer.params(
            other[0], layer.out_shape(*other)
        ):
            yield node.name


# ------------------------------------------------------------------------------ as a report


def sizes_report(network: Network) -> Report:
    """The inputs that a network takes, one row per axis.

    Raises:
        ShapeError: as `sizes_of`.
    """
    rows = sizes_of(network)
    of = Column("of", "input", attrgetter("of"), "which input", right=False, keep=6, text=printable)
    columns = [
        *([of] if network.more_inputs else []),
        Column("axis", "axis", attrgetter("axis"), "the axis of the input", right=False, keep=9),
        Column("own", "size" if network.more_inputs else "input", attrgetter("own"), "its size now", text=grouped, keep=7),
        Column(
            "smallest", "smallest", attrgetter("smallest"), "the smallest that works",
            text=lambda n: "not found" if n is None else grouped(n), keep=8,
        ),
        Column(
            "even", "divides evenly", attrgetter("even"), "the sizes that all layers divide evenly",
            text=lambda series: str(series or "none"), plain=_plain_series, right=False, keep=8,
        ),
        Column(
            "all_larger", "all larger sizes work", attrgetter("all_larger"), "whether every larger size works",
            text=lambda value: "yes" if value else "no", right=False, keep=6,
        ),
    ]  # fmt: skip
    return Report(
        title=network.name,
        subtitle=network.source,
        columns=columns,
        rows=rows,
        notes=[*_notes(network, rows), *_moving(network), *_stated(network)],
        legend=["i = 0, 1, 2, …; along one axis; the others do not change"],
        facts={"network": network.name, "input": list(network.input)},
        key="sizes",
    )


def _plain_series(series: Series | None) -> dict[str, int] | None:
    """A series for programs."""
    return None if series is None else series._asdict()


def _notes(network: Network, rows: list[AxisSizes]) -> Iterator[str]:
    """Why no size is even, sizes near an input that does not work, and weights that would not fit."""
    said: dict[str, list[str]] = {}
    fits = works(network, network.input)
    for row in rows:
        if row.even is None:
            said.setdefault(f"no size divides evenly: {row.why_none}", []).append(row.axis)
        elif row.own not in row.even:
            near = row.even.around(row.own)
            sizes = " and ".join(map(grouped, near))
            what = f"{grouped(row.own)} is not divided evenly everywhere; near it {sizes}"
            if not fits:
                verb = "divides" if len(near) == 1 else "divide"
                what = f"{grouped(row.own)} does not work; near it {sizes} {verb} evenly"
            said.setdefault(what, []).append(row.axis)
    yield from (f"{' and '.join(axes)}: {what}" for what, axes in said.items())
    if fits:
        yield from _fixed_weights(network, rows)


def _moving(network: Network) -> Iterator[str]:
    """Which further inputs change with the first one."""
    names = [
        printable(name)
        for name, shape in network.more_inputs.items()
        if any(moves_with(network, shape, axis) for axis in range(1, len(shape)))
    ]
    if names:
        verb = "changes" if len(names) == 1 else "change"
        yield (
            f"{listed(names)}: {verb} with {printable(network.input_name)} along the axes "
            "where both are equally long"
        )


def _stated(network: Network) -> Iterator[str]:
    """The layers with a fixed size in numbers, which may be wrong for other inputs."""
    names = [node.name for node in network.nodes if node.layer.states_size()]
    if names:
        yield (
            f"{listed(names)}: the output is given in numbers, so it is the same for every "
            "input; if it depends on the input, give it in letters, such as [c, h, w]"
        )


def _fixed_weights(network: Network, rows: list[AxisSizes]) -> Iterator[str]:
    """The first layer whose weights only fit the network's own input size."""
    other = network.input
    for axis, row in enumerate(rows[: len(other) - 1], 1):
        if row.even and row.even.step:
            n = row.even.first if row.own != row.even.first else row.even.first + row.even.step
            other = with_size(other, axis, n)
    if other != network.input and works(network, other):
        name = next(_changed_weights(network, other), None)
        if name:
            yield (
                f"{name}: its number of weights depends on the input size, so weights trained at "
                f"{times(network.input)} fit no other size"
            )
