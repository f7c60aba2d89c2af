"""Receptive fields along one axis, compared with sets of cells passed on one by one."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convcalc.layers import Layer, every
from convcalc.layers.rf import (
    MAX_PERIOD,
    PIXEL,
    Adaptive,
    AnyField,
    Field,
    Linear,
    Nearest,
    PeriodicField,
    Reads,
    Slide,
    Spread,
    UnknownField,
    Whole,
    aligned,
    hull,
)
from convcalc.network.load import loads
from strategies import Made, Shape, drawn_of, few, layer_of, mover, of_each, often, reads


def near(place: int) -> range:
    """Cells to either side of a place, more than any of the layers below reaches."""
    return range(place - 20, place + 21)


class Sort(NamedTuple):
    """A reach, and its definition on a line without ends: what one output reads."""

    reads: Reads
    cells: Callable[[int], set[int]]


def slide(k: int, s: int, p: int, d: int) -> Sort:
    return Sort(Slide(k, s, p, d), lambda u: {u * s - p + d * t for t in range(k)})


def spread(k: int, s: int, p: int, d: int) -> Sort:
    def cells(u: int) -> set[int]:
        return {i for i in near(u // s) if any(i * s - p + d * t == u for t in range(k))}

    return Sort(Spread(k, s, p, d), cells)


def nearest(r: int) -> Sort:
    return Sort(Nearest(r), lambda u: {i for i in near(u // r) if i * r <= u < (i + 1) * r})


def linear(r: int) -> Sort:
    def cells(u: int) -> set[int]:
        center = Fraction(2 * u + 1, 2 * r) - Fraction(1, 2)
        return {i for i in near(u // r) if abs(i - center) < 1}

    return Sort(Linear(r), cells)


def adaptive(n: int, o: int) -> Sort:
    def cells(u: int) -> set[int]:
        return {c for c in near(u * n // o) if c * o < (u + 1) * n and (c + 1) * o > u * n}

    return Sort(Adaptive(n, o), cells)


small = st.integers(1, 3)
SORTS = {
    "slide": st.builds(slide, st.integers(1, 4), small, st.integers(-2, 3), small),
    "spread": st.builds(spread, st.integers(1, 4), small, st.integers(0, 3), small),
    "nearest": st.builds(nearest, small),
    "linear": st.builds(linear, small),
    "adaptive": st.builds(adaptive, st.integers(1, 7), st.integers(1, 7)),
}
sorts = st.one_of(*SORTS.values())


def passed_on(stack: list[Sort], unit: int) -> set[int]:
    """The pixels that a unit of the last layer sees, layer by layer backwards."""
    cells = {unit}
    for sort in reversed(stack):
        cells = {cell for one in cells for cell in sort.cells(one)}
    return cells


def ends(cells: set[int]) -> tuple[int, int] | None:
    return (min(cells), max(cells)) if cells else None


@pytest.mark.parametrize("name", SORTS)
def test_a_reach_reads_the_cells_of_its_definition(name: str) -> None:
    @often
    @given(SORTS[name], st.integers(0, 12), st.integers(0, 4))
    def same(sort: Sort, unit: int, more: int) -> None:
        assert set(sort.reads.cells(unit)) == sort.cells(unit)
        together = set().union(*(sort.cells(u) for u in range(unit, unit + more + 1)))
        assert sort.reads.ends(unit, unit + more) == ends(together)

    same()


@pytest.mark.parametrize("name", SORTS)
@pytest.mark.unmeasured
def test_a_turn_moves_the_pattern_on_as_a_whole(name: str) -> None:
    @few
    @given(SORTS[name], st.integers(0, 6))
    def same(sort: Sort, unit: int) -> None:
        outputs, inputs = sort.reads.pattern()
        assert sort.cells(unit + outputs) == {cell + inputs for cell in sort.cells(unit)}

    same()


@few
@given(st.lists(sorts, min_size=1, max_size=4), st.data())
def test_the_field_of_every_unit_is_what_it_reads_through_all_layers(
    stack: list[Sort], data: st.DataObject
) -> None:
    field: AnyField | None = PIXEL
    for sort in stack:
        assert field is not None
        field = sort.reads.field_after(field)
        assume(field is None or field.period <= 60)
    assert field is not None
    for unit in {0, data.draw(st.integers(0, 2 * field.period), "unit"), field.period}:
        assert field.sees(unit) == ends(passed_on(stack, unit))


@few
@given(st.lists(sorts, min_size=1, max_size=3))
@pytest.mark.unmeasured
def test_size_and_padding_are_those_of_the_widest_and_the_first_unit(stack: list[Sort]) -> None:
    field: AnyField | None = PIXEL
    for sort in stack:
        assert field is not None
        field = sort.reads.field_after(field)
        assume(field is None or field.period <= 60)
    assert field is not None
    turn = [ends(passed_on(stack, unit)) for unit in range(field.period)]
    known = [each for each in turn if each]
    assume(known)
    assert field.size == max(last - first + 1 for first, last in known)
    assert field.padding == -min(first for first, _ in known)
    later = ends(passed_on(stack, field.period + turn.index(known[0])))
    assert later is not None
    assert field.step == later[0] - known[0][0]
    assert field.stride == Fraction(field.step, field.period)


def test_a_whole_map_is_seen_from_its_first_to_its_last_unit() -> None:
    before = Field(5, 2, -1)  # units see -1..3, 1..5, …
    assert Whole(4).field_after(before) == Field(11, 8, -1)  # the fourth sees 5..9
    assert set(Whole(4).cells(0)) == {0, 1, 2, 3}
    assert Whole(4).ends(0, 0) == (0, 3)
    turns = Nearest(2).field_after(before)
    assert turns is not None
    seen = Whole(8).field_after(turns)
    assert seen is not None
    assert seen.sees(0) == (-1, 9)


# ------------------------------------------------------------- the cells that layers claim to read


@often
@given(
    st.integers(3, 20)
    .map(lambda n: (1, n))
    .flatmap(lambda shape: st.tuples(st.just(shape), mover(shape)))
)
@pytest.mark.unmeasured
def test_layers_read_inside_the_map_what_their_definition_says(made: tuple[Shape, Layer]) -> None:
    shape, layer = made
    out = layer.out_shape(shape)
    reach = layer.reads(shape, out)
    for unit in range(out[1]):
        expected = reads(layer, shape, out, unit)
        found = {unit} if reach is None else set(reach[0].cells(unit))  # type: ignore[index]
        assert {cell for cell in found if 0 <= cell < shape[1]} == expected


@pytest.mark.parametrize("kind", sorted(every()))
@pytest.mark.unmeasured
def test_every_axis_has_a_reach_or_the_layer_says_why_not(kind: str) -> None:
    @of_each
    @given(drawn_of(kind))
    def said(made: Made) -> None:
        shape = made.shapes[0]
        reach = made.layer.reads(shape, made.out)
        if isinstance(reach, UnknownField):
            assert len(reach.reason.split()) > 3
        elif reach is not None:
            assert len(reach) == len(shape) - 1
            for axis in reach:
                field = axis.field_after(PIXEL)
                assert field is not None
                assert field.size >= 0

    said()


# ------------------------------------------------------------------------- fields alone


def test_a_turn_too_long_to_follow_has_no_field() -> None:
    field: AnyField | None = PIXEL
    for r in (7, 11, 6):
        assert field is not None
        field = Nearest(r).field_after(field)
    assert isinstance(field, PeriodicField)
    assert field.period == 462
    assert Nearest(MAX_PERIOD).field_after(field) is None
    longer = PeriodicField(1000, 1, ((0, 0),) * 1000)
    assert hull([PeriodicField(999, 1, ((0, 0),) * 999), longer]) is None


def test_units_that_no_input_reaches_see_nothing() -> None:
    field = Spread(1, 3).field_after(
        PIXEL
    )  # a 1-wide kernel 3 apart: two of three outputs are bias only
    assert isinstance(field, PeriodicField)
    assert [field.sees(u) for u in range(4)] == [(0, 0), None, None, (1, 1)]
    assert (field.size, field.stride, field.padding) == (1, Fraction(1, 3), 0)
    empty = PeriodicField(1, 1, (None,))
    assert (empty.size, empty.padding, empty.doubled_center) == (0, 0, 0)


def test_upsampling_and_the_same_stride_again_is_an_ordinary_field() -> None:
    up = Nearest(2).field_after(PIXEL)
    assert isinstance(up, PeriodicField)
    assert up.stride == Fraction(1, 2)
    down = Slide(2, 2).field_after(up)
    assert down == Field(1, 1, 0)


@few
@given(st.lists(st.lists(sorts, max_size=2), min_size=1, max_size=3), st.integers(0, 6))
def test_the_hull_holds_every_path_and_nothing_more(paths: list[list[Sort]], unit: int) -> None:
    found: list[AnyField] = []
    for path in paths:
        field: AnyField | None = PIXEL
        for sort in path:
            assert field is not None
            field = sort.reads.field_after(field)
        assume(field is not None and field.period <= 30)
        assert field is not None
        found.append(field)
    assume(len({field.stride for field in found}) == 1)
    together = hull(found)
    assert together is not None
    cells = set().union(*(passed_on(path, unit) for path in paths))
    assert together.sees(unit) == ends(cells)


def test_paths_are_aligned_where_steps_and_centres_or_ends_agree() -> None:
    three, five, one = Field(3, 1, -1), Field(5, 1, -2), Field(1, 1, 0)
    assert aligned(three, five)  # equal centres
    assert aligned(Field(3, 1, -2), one)  # causal: the past up to the same pixel
    assert not aligned(Field(3, 1, 0), one)  # a pixel to the right
    assert not aligned(Field(1, 2, 0), one)  # other steps
    assert Field(2, 1, 0).doubled_center == 1
    half = Linear(2).field_after(PIXEL)
    also = Nearest(2).field_after(PIXEL)
    assert half is not None
    assert also is not None
    assert aligned(half, also)


def test_sorts_of_reading_with_the_same_numbers_differ() -> None:
    assert Nearest(2) != Linear(2)
    assert Slide(3) != Spread(3)
    assert len({Nearest(2), Linear(2), Nearest(2)}) == 2


# ------------------------------------------------------------------- resizing, mirrors, products


def around(centre: Fraction, mode: str) -> list[int]:
    """The cells that interpolation at a position needs, by its kernel's width; only one cell if it is hit exactly."""
    reach = {"linear": 1, "cubic": 2}[mode]
    if centre.denominator == 1:
        return [int(centre)]
    return [cell for cell in range(-9, 60) if abs(cell - centre) < reach]


@often
@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.sampled_from(["nearest", "linear", "cubic"]),
    st.booleans(),
)
@pytest.mark.unmeasured
def test_resizing_reads_the_cells_around_each_place(
    n: int, o: int, mode: str, corners: bool
) -> None:
    corners = corners and mode != "nearest"
    layer = layer_of("resize", size=o, mode=mode, align_corners=corners)
    (read,) = layer.reads((1, n), (1, o))
    for unit in range(o):
        centre = Fraction((2 * unit + 1) * n, 2 * o) - Fraction(1, 2)
        if corners:
            centre = Fraction(unit * (n - 1), o - 1) if o > 1 else Fraction(0)
        expected = [unit * n // o] if mode == "nearest" or n == 1 else around(centre, mode)
        assert list(read.cells(unit)) == expected
    after = read.field_after(PIXEL)
    assert after is not None
    assert [after.sees(unit) for unit in range(o)] == [read.ends(unit, unit) for unit in range(o)]


def test_a_ratio_keeps_its_pattern_where_a_part_of_a_cell_is_dropped() -> None:
    """3/2 of 5 cells are 7: positions stay 2/3 of a cell apart, not 5/7."""
    layer = layer_of("resize", scale="3/2")
    (read,) = layer.reads((1, 5), layer.out_shape((1, 5)))
    assert read.pattern() == (3, 2)
    assert [*map(list, map(read.cells, range(7)))] == [[0], [0], [1], [2], [2], [3], [4]]


@often
@given(st.integers(2, 12), st.integers(1, 7), st.integers(1, 3))
@pytest.mark.unmeasured
def test_a_blur_reads_what_is_mirrored_at_the_rim(n: int, k: int, s: int) -> None:
    assume(k // 2 < n)
    layer = layer_of("blur_pool", kernel_size=k, stride=s)
    out = layer.out_shape((1, n))
    (read,) = layer.reads((1, n), out)
    for unit in range(out[1]):
        taps = [unit * s + t - (k - 1) // 2 for t in range(k)]
        seen = [-c if c < 0 else 2 * (n - 1) - c if c >= n else c for c in taps]
        inside = [cell for cell in read.cells(unit) if 0 <= cell < n]
        assert (inside[0], inside[-1]) == (min(seen), max(seen))


def test_a_unit_of_a_product_sees_all_of_both_paths() -> None:
    text = """
input: [2, 4, 6]
layers:
  - matmul: {paths: [[], [{pad: {padding: [0, [1, 2]]}}]], transpose_a: true}
"""
    analysis = loads(text).walk()
    step = analysis["matmul1"]
    assert step.output == (2, 6, 9)
    assert analysis.trace(step, (5, 8))[analysis.image] == [(0, 3), (-1, 7)]  # zeros too
    assert isinstance(step.rf, UnknownField)
    assert step.rf.whole
