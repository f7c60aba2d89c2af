"""The largest points of a grid, compared with a check of every pair of points."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcalc.solve.largest import Point, largest_of_all, largest_rising, lines

Costs = Callable[[Point], int]
SIZES = st.lists(st.integers(1, 6), min_size=1, max_size=3)


def by_definition(sizes: list[int], fits: Callable[[Point], object]) -> set[Point]:
    """The points that fit, without those that have a larger point that fits."""
    fitting = [point for point in product(*map(range, sizes)) if fits(point)]

    def is_larger(point: Point, other: Point) -> bool:
        return point != other and all(a >= b for a, b in zip(point, other))

    return {point for point in fitting if not any(is_larger(other, point) for other in fitting)}


def rising(sizes: list[int], steps: list[int]) -> Costs:
    """A cost that never decreases for larger points: sums of steps that are not negative, along each axis."""
    places = [steps[sum(sizes[:axis]) : sum(sizes[: axis + 1])] for axis in range(len(sizes))]
    return lambda point: sum(sum(places[axis][: at + 1]) for axis, at in enumerate(point))


@given(
    SIZES.flatmap(
        lambda sizes: st.tuples(
            st.just(sizes), st.lists(st.integers(0, 9), min_size=18, max_size=18)
        )
    ),
    st.integers(0, 90),
)
@pytest.mark.unmeasured
def test_a_rising_cost_is_searched_without_looking_at_all(
    drawn: tuple[list[int], list[int]], most: int
) -> None:
    sizes, steps = drawn
    costs = rising(sizes, steps)
    found = largest_rising(sizes, lambda point: costs(point) <= most)
    assert found is not None
    assert len(found) == len(set(found))
    assert set(found) == by_definition(sizes, lambda point: costs(point) <= most)


@given(SIZES, st.randoms(use_true_random=False))
@pytest.mark.unmeasured
def test_any_points_are_found_by_looking_at_all(sizes: list[int], random: object) -> None:
    fitting = {point: random.random() < 0.4 for point in product(*map(range, sizes))}  # type: ignore[attr-defined]
    found = largest_of_all(sizes, fitting.__getitem__)
    assert len(found) == len(set(found))
    assert set(found) == by_definition(sizes, fitting.__getitem__)


@given(st.integers(1, 400), st.data())
@pytest.mark.unmeasured
def test_one_axis_takes_as_many_looks_as_a_bisection(size: int, data: st.DataObject) -> None:
    end = data.draw(st.integers(-1, size - 1))
    looks: list[Point] = []

    def fits(point: Point) -> bool:
        looks.append(point)
        return point[0] <= end

    assert largest_rising([size], fits) == ([(end,)] if end >= 0 else [])
    assert len(looks) <= size.bit_length() + 1
    assert len(looks) == len(set(looks))


def test_a_staircase_takes_about_as_many_looks_as_its_sides_are_long() -> None:
    looks: list[Point] = []

    def fits(point: Point) -> bool:
        looks.append(point)
        return (point[0] + 1) * (point[1] + 1) <= 100

    found = largest_rising([100, 100], fits)
    assert found is not None
    assert (9, 9) in found
    assert len(looks) < 400  # of 10,000 points
    assert len(looks) == len(set(looks))


def test_only_the_places_asked_for_are_looked_at() -> None:
    looks: list[Point] = []

    def places(start: Point) -> tuple[int, int]:
        return (0, 0) if start == (1,) else (start[0], start[0] + 3)

    def fits(point: Point) -> bool:
        looks.append(point)
        return sum(point) <= 4

    assert largest_rising([4, 9], fits, places) == [(2, 2)]
    assert all(start <= place < start + 3 and start != 1 for start, place in looks)
    assert lines([4, 9], places) == 3
    assert lines([4, 9]) == 4


def test_a_point_that_is_nothing_ends_a_bisection() -> None:
    assert largest_rising([4], lambda point: None if point == (3,) else True) is None
    assert largest_of_all([4], lambda point: None if point == (3,) else True) == [(2,)]
