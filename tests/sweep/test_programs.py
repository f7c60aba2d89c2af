"""Walks that are recorded and repeated for many points, compared with walks one by one: every number, exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import strategies
from convcalc.bounds import answer_of, bounds_of
from convcalc.errors import ShapeError
from convcalc.interop.load import opened
from convcalc.layers import every
from convcalc.network.expression import Expression
from convcalc.network.find import bundled_names
from convcalc.solve import engine as engine_module
from convcalc.solve.asking import setup_of
from convcalc.solve.blocks import Block, points_of, walked_one_by_one
from convcalc.solve.engine import Engine
from convcalc.solve.evaluate import ASKED, EXACT
from convcalc.solve.measures import MEASURES
from convcalc.solve.points import FileOrigin, Misfit, Setup, Walker
from convcalc.solve.program import Program, Told
from convcalc.solve.ranges import Axis, Grid, whole
from convcalc.traced import Tape, Traced, is_whole, least, most, ratio_of

ALL = tuple(MEASURES)


@pytest.fixture(autouse=True)
def every_piece_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small grids are traced like large ones, for these tests."""
    monkeypatch.setattr(engine_module, "FEW", 2)
    monkeypatch.setattr(engine_module, "LEAST", 2)
    monkeypatch.setattr(engine_module, "_WORTH", 0)


def same(one: Block, other: Block) -> bool:
    """Whether two blocks have the same results for the same points."""
    told = [
        (block.points.tolist(), {name: column.tolist() for name, column in block.columns.items()})
        for block in (one, other)
    ]
    counted = [(block.walked, block.misfits, block.first_misfit) for block in (one, other)]
    return told[0] == told[1] and counted[0] == counted[1]


def both(setup: Setup) -> tuple[Block, Block, Engine]:
    """All points of a sweep by programs, and one by one."""
    walker = Walker(setup)
    engine = Engine(walker)
    (box,) = setup.grid.boxes(setup.grid.size)
    return engine.block(box), walked_one_by_one(walker, points_of(setup.grid, box)), engine


def sweep_of_file(text: str, folder: Path, *sets: tuple[str, Any], sizes: Any = None) -> Setup:
    path = folder / "net.yaml"
    path.write_text(text)
    inputs = [] if sizes is None else [("", sizes)]
    return setup_of(FileOrigin(str(path)), sets, inputs, measures=ALL)


def check(setup: Setup, *, fast: bool = True) -> Engine:
    by_programs, by_walks, engine = both(setup)
    assert same(by_programs, by_walks)
    assert engine.distrusted == 0 or not fast
    assert engine.is_slow is not fast
    return engine


# ------------------------------------------------------------------------- whole networks


@st.composite
def sweeps(draw: st.DrawFn) -> Setup:
    """A small sweep of a bundled network: two of its parameters, and the sides of its input."""
    name = draw(st.sampled_from(bundled_names()))
    file = opened(name)
    whole = [key for key, value in file.parameters.items() if type(value) is int]
    own = next(iter(file.inputs().values()))
    steps = st.sampled_from((1, 2, 3, 8))
    sets: list[tuple[str, Any]] = []
    for key in draw(st.permutations(whole))[: draw(st.integers(0, 2))]:
        step, value = draw(steps), file.parameters[key]
        first = max(0, value - step * draw(st.integers(0, 1)))
        sets.append((key, range(first, first + 2 * step, step)))
    side, step = own[-1], draw(steps)
    smallest = max(1, draw(st.sampled_from((side, side, side // 2, 7))) - step)
    sizes = range(smallest, smallest + (3 if len(sets) < 2 else 2) * step, step)
    inputs = [(next(iter(file.inputs())), sizes)]
    return setup_of(FileOrigin(name), sets, inputs, measures=ALL, batch=draw(st.integers(1, 2)))


@pytest.mark.unmeasured
@settings(max_examples=12)
@given(sweeps())
def test_programs_say_of_bundled_networks_what_walks_say(setup: Setup) -> None:
    by_programs, by_walks, engine = both(setup)
    assert same(by_programs, by_walks)
    assert engine.distrusted == 0


@pytest.mark.unmeasured
def test_one_walk_is_enough_for_all_of_mobilenet() -> None:
    sets = [("width", range(1, 30, 7)), ("classes", [10, 1000])]
    setup = setup_of(FileOrigin("mobilenet_v1"), sets, [("", range(100, 228, 32))], measures=ALL)
    assert check(setup).traces == 1


# ------------------------------------------------------------ features of files and layers

BRANCHES = """
input: [3, 20, 20]
parameters: {width: 8, depth: 2, half: 1, gate: true}
layers:
  - conv: {out_channels: "round_to(3 * $width // 4 + 1, 4)", kernel_size: 3, stride: "1 + $width % 2"}
  - repeat: $depth
    layers: [{conv: {out_channels: "max($width, 6) - min($depth, 2)", kernel_size: 3, padding: same, stride: $half}}]
  - add:
      - [{conv: {name: "last$width", out_channels: 2*$width, kernel_size: 3, padding: 1}}]
      - when: $width > 9
        layers: [{conv: {out_channels: 2*$width, kernel_size: 1}}]
  - maxpool: {kernel_size: 2, fit: ceil}
  - global_avgpool
  - flatten
  - linear: {out_features: "2**$depth"}
"""


@pytest.mark.unmeasured
def test_branches_repeats_and_names_that_depend_on_what_is_swept(tmp_path: Path) -> None:
    setup = sweep_of_file(
        BRANCHES, tmp_path, ("width", range(6, 13)), ("half", range(1, 3)), sizes=range(8, 13)
    )
    engine = check(setup)
    assert 7 <= engine.traces < 40  # one at least for each of the names


PLAIN = """
input: [$channels, 9, 9]
parameters: {channels: 3, width: 8, p: 0.5, words: 1, act: relu}
layers:
  - dropout: {p: "$p / $words"}
  - conv: {out_channels: $width, kernel_size: 3, dilation: $words}
  - custom: {type: mine, params: 4*c*h, macs: 5*c*w, output: [2*c, h, w]}
"""


def test_words_and_decimals_have_programs_of_their_own(tmp_path: Path) -> None:
    setup = sweep_of_file(
        PLAIN, tmp_path, ("width", range(1, 6)), ("p", [0.25, 0.5]), ("act", ["relu", "relu6"])
    )
    assert 4 <= check(setup).traces <= 8
    sides = sweep_of_file(PLAIN, tmp_path, ("channels", range(1, 6)), sizes=range(3, 9))
    assert check(sides).traces <= 3


def test_what_takes_plain_numbers_only_is_walked(tmp_path: Path) -> None:
    ratio = "{input: [3, 9, 9], parameters: {n: 1}, layers: [resize: {scale: $n/2}]}"
    check(sweep_of_file(ratio, tmp_path, ("n", range(1, 6)), sizes=range(3, 9)), fast=False)
    words = sweep_of_file(PLAIN, tmp_path, ("act", ["relu", "relu6"]))
    check(words, fast=False)


WIDE = """
input: [3, 4, 4]
parameters: {width: 8, classes: 10}
layers:
  - flatten
  - linear: {out_features: $width}
  - linear: {out_features: $width}
  - linear: {out_features: $classes}
"""


def test_numbers_beyond_64_bits_are_exact_and_take_few_walks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "_ONE_BY_ONE", 8)
    around = [*range(10**6, 10**6 + 40), *range(2 * 10**9, 2 * 10**9 + 40)]
    setup = sweep_of_file(WIDE, tmp_path, ("width", around), ("classes", [1, 10**11]))
    engine = check(setup)
    assert engine.traces < 5
    misfits = sweep_of_file(SHARED, tmp_path, ("width", [5, 10**11]), ("stride", [1, 2]), sizes=[4])
    check(misfits)


def test_numbers_beyond_64_bits_are_worked_out_exactly(tmp_path: Path) -> None:
    wide = [10, 10**6, 3 * 10**9, 4 * 10**9, 10**11]
    setup = sweep_of_file(WIDE, tmp_path, ("width", wide), ("classes", [1, 10**11]))
    check(setup)
    by_programs = both(setup)[0]
    assert by_programs.columns["params"].dtype == object
    assert max(by_programs.columns["params"].tolist()) > 10**22
    small = sweep_of_file(WIDE, tmp_path, ("width", wide[:2]), ("classes", [1, 10]))
    assert both(small)[0].columns["params"].dtype == np.int64


SHARED = """
input: [3, 12, 12]
parameters: {width: 4, stride: 1}
layers:
  - conv: {name: a, out_channels: $width, kernel_size: 3, padding: 1}
  - conv: {out_channels: $width, kernel_size: 3, padding: 1, weights: a}
  - add:
      - [{conv: {out_channels: 4, kernel_size: 1, stride: $stride}}]
      - [{conv: {out_channels: 4, kernel_size: 3, padding: 1, stride: 2}}]
  - upsample: {scale_factor: 2}
"""


def test_points_at_which_paths_do_not_meet_are_misfits(tmp_path: Path) -> None:
    setup = sweep_of_file(
        SHARED, tmp_path, ("width", range(2, 6)), ("stride", range(1, 4)), sizes=range(1, 12)
    )
    by_programs, by_walks, engine = both(setup)
    assert same(by_programs, by_walks)
    assert engine.distrusted == 0
    assert 0 < by_walks.misfits < by_walks.walked


# ------------------------------------------------------------------------------ any function


class Function:
    """A walker of a function of whole numbers."""

    def __init__(self, function: Callable[..., Any], *values: Sequence[Any]) -> None:
        grid = Grid([Axis(str(place), each) for place, each in enumerate(values)])
        self.setup = Setup(FileOrigin(""), grid, {}, {}, {}, measures=("params",))
        self.function = function

    def measure(self, values: Sequence[Any]) -> list[Any] | Misfit:
        try:
            return [self.function(*values)]
        except ShapeError as error:
            return Misfit(str(error))


def traced_function(walker: Any, values: Sequence[int], axes: Any) -> Program:
    tape = Tape()
    numbers = [
        ratio_of(
            tape.variable(axis, whole.above(values[axis]), whole.least, whole.most), whole.below
        )
        for axis, whole in axes.items()
    ]
    try:
        found = walker.function(*numbers)
    except ShapeError:
        return Program(tape, None)
    if isinstance(found, Traced):
        return Program(tape, [Told((found.place,))])
    return Program(tape, [Told((), value=found)])


def check_function(
    monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any], *values: Sequence[Any]
) -> Engine:
    monkeypatch.setattr(engine_module, "traced", traced_function)
    walker: Any = Function(function, *values)
    engine = Engine(walker)
    grid = walker.setup.grid
    for box in grid.boxes(grid.size):
        assert same(engine.block(box), walked_one_by_one(walker, points_of(grid, box)))
    assert (engine.distrusted, engine.is_slow) == (0, False)
    return engine


FUNCTIONS: list[Callable[[Any, Any], Any]] = [
    lambda x, y: x * 3 - y + 4 - 2 + x,
    lambda x, y: (x - y + abs(x - y)) // 2,
    lambda x, y: x + (y - x + abs(y - x)) // 2,
    lambda x, y: -(-x // 3) * abs(y) + (0 - x) + abs(-abs(x)),
    lambda x, y: most(x, y, 3) * 7 + least(x, 5) - least(2, 3),
    lambda x, y: x % 4 + 100 % (y * y + 1) + 50 // (x * x + 2) + y % (x * x + 1),
    lambda x, y: x * y if x * y > 20 else x + y,
    lambda x, y: 1 if x == y else 2 if x != y + 1 else 3,
    lambda x, y: sum(divmod(x, y * y + 1)) + sum(divmod(9, y * y + 1)) + len(range(abs(x))),
    lambda x, y: 5 if x >= y and x <= 4 else (not x) + (x - x) * y + x * 0 + x * 1,
    lambda x, y: (x // 1) + int(y) % 3,
    lambda x, y: 3 if x > 100 else x // (y * 2 + 1),
    lambda x, y: max([x, y, 2]) - min([x, 4]) + {x: 1}.get(y, 0),
    lambda x, y: (
        (x * x + x * y) * 2 + (y * x) * 3 - (x * 5 - y) + most(x * y, x * y * y, 2 * x * y)
    ),
    lambda x, y: 2**62 // (x * x + 1) * (y * y + 1),
]


@pytest.mark.parametrize("number", range(len(FUNCTIONS)))
def test_functions_of_traced_numbers(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    check_function(monkeypatch, FUNCTIONS[number], range(-5, 9), (2, -3, 7, 0, 1, 12))


EXPRESSIONS = (
    "$x * 3/4", "round_to($x * 0.75 + 2, 4)", "ceil($x / 3) - floor($y / 4)", "max(1, $x / 2) * 2",
    "($x + 0.5) * 2 // 3", "$x % 0.5 * 2", "min($x, 1.5) * 2", "-($x / 4) * 4", "0.5 < $x / 3", "$x / 2 == $y",
    "$y / ($x * $x + 1)", "3 - $x / 2 - $x / 2", "0.75 // ($x * $x + 1)", "$x / -2 * -2", "1.5 % ($x * $x + 1) * 2",
    "$x / 2 >= 1.5 or $y / 2 > $x", "not $x / 2 == 1 and $x / 3 != 1", "$x / 2 * ($y / 3) * 6", "$x - 0.5 + 0.5",
    "7 // ($x / 2 + 20)", "$x * 1.5 // ($y / 2 + 9)", "0.5 == $x or $x <= 0.5", "$x",
)  # fmt: skip


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_of_traced_numbers(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expression = Expression(text)

    def function(x: Any, y: Any) -> Any:
        found = expression.exact({"x": x, "y": y})
        return found if is_whole(found) else int(found) if isinstance(found, bool) else -7

    decimals = [Fraction(n, 4) for n in range(-3, 9)]
    for xs in (range(-5, 9), [whole(n) for n in decimals]):
        check_function(monkeypatch, function, xs, (2, -3, 7, 0, 1, 12))


def test_misfits_are_told_by_their_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    def function(x: Any, y: Any) -> Any:
        if x * y % 3 == 1:
            message = "no"
            raise ShapeError(message)
        return x * y

    check_function(monkeypatch, function, range(1, 15), range(2, 20))


@pytest.mark.parametrize("kind", every())
def test_layers_of_every_kind_can_be_traced(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    @settings(max_examples=4)
    @given(strategies.drawn_of(kind))
    def holds(made: strategies.Made) -> None:
        layer, shapes = made.layer, made.shapes

        def function(*sides: Any) -> Any:
            given = iter(sides)
            own = tuple([tuple([next(given) for _ in shape]) for shape in shapes])
            out = layer.checked_out_shape(*own)
            numbers = [
                *out,
                layer.weights(own[0], out),
                layer.biases(own[0], out),
                layer.buffers(own[0], out),
                layer.macs(own[0], out),
            ]
            return sum([(place + 1) * number for place, number in enumerate(numbers)])

        values = [range(side, side + 2) for shape in shapes for side in shape][:8]
        values += [range(side, side + 1) for shape in shapes for side in shape][8:]
        check_function(monkeypatch, function, *values)

    holds()


# ------------------------------------------------------------------------------- safeguards


def test_a_program_that_says_something_else_than_a_walk_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def wrong(walker: Any, values: Sequence[int], axes: Any) -> Program:
        tape = Tape()
        number = tape.variable(0, values[0], *axes[0][:2])
        return Program(tape, [Told(((number + 1).place,))])

    monkeypatch.setattr(engine_module, "traced", wrong)
    walker: Any = Function(lambda x: x, range(50))
    engine = Engine(walker)
    (box,) = walker.setup.grid.boxes(50)
    assert engine.block(box).columns["params"].tolist() == list(range(50))
    assert (engine.distrusted, engine.is_slow) == (1, True)


def test_a_program_is_held_against_a_second_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(walker: Any, values: Sequence[int], axes: Any) -> Program:
        tape = Tape()
        number = tape.variable(0, values[0], *axes[0][:2])
        return Program(tape, [Told(((number * number).place,))])  # right for 0 and 1

    monkeypatch.setattr(engine_module, "traced", wrong)
    walker: Any = Function(lambda x: x, range(50))
    engine = Engine(walker)
    (box,) = walker.setup.grid.boxes(50)
    assert engine.block(box).columns["params"].tolist() == list(range(50))
    assert (engine.distrusted, engine.is_slow) == (1, True)


def test_programs_that_hold_for_few_points_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "_WORTH", 40)
    monkeypatch.setattr(engine_module, "traced", traced_function)
    walker: Any = Function(lambda x, y: int(x) + y, range(100), range(5))
    engine = Engine(walker)
    (box,) = walker.setup.grid.boxes(500)
    assert engine.block(box).columns["params"].tolist() == [
        x + y for x in range(100) for y in range(5)
    ]
    assert engine.is_slow
    assert engine.traces < 30


@given(*[st.integers(-20, 20)] * 4)
def test_bounds_hold_what_comes_out(a: int, b: int, c: int, d: int) -> None:
    one, other = (min(a, b), max(a, b)), (min(c, d), max(c, d))
    operations = EXACT
    for sign, operation in operations.items():
        low, high = bounds_of(sign, one, other)
        if low is None or high is None:
            assert sign in ("//", "%")
            assert other[0] <= 0 <= other[1]
            continue
        for x in {*one, sum(one) // 2}:
            for y in {*other, sum(other) // 2}:
                assert low <= operation(x, y) <= high, (sign, x, y)
    for sign, compare in ASKED.items():
        known = answer_of(sign, one, other)
        answers = {
            compare(x, y) for x in range(one[0], one[1] + 1) for y in range(other[0], other[1] + 1)
        }
        assert answers == ({known} if known is not None else {True, False}), (sign, one, other)
