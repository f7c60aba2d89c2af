"""The points kept by --where, --pareto, --sort and --limit, compared with plain Python over all points."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from convcalc.solve import choice
from convcalc.solve.asking import sweep_of
from convcalc.solve.points import ChainOrigin, FileOrigin, Origin

Row = dict[str, Any]
NUMBERS = ("params", "macs", "activations", "memory", "layers")
MOBILENET = {"width": "8..32:8", "classes": "10,1000"}
FURTHER = {"width": "0.5..1.25:0.25", "depth": "1..1.5:0.25"}
GRIDS: dict[str, tuple[Origin, dict[str, str], str]] = {
    "factors": (FileOrigin("efficientnet_b0"), FURTHER, "64..96:32"),
    "numbers": (FileOrigin("mobilenet_v1"), MOBILENET, "32..96:32"),
    # with strides, so that several points have equal amounts; and some where nothing fits
    "layers": (ChainOrigin(("conv:k5s2c4", "pool:k2", "conv:k3c8"), ""), {}, "1x8..24x9..15:3"),
    # beyond 64 bits, so that columns contain Python's numbers
    "huge": (FileOrigin("mobilenet_v1"), {"width": "8,16"}, "32,64,400000000,800000000"),
}


def told(name: str, **asked: Any) -> list[Row]:
    """The rows of a sweep, in order."""
    origin, sets, sizes = GRIDS[name]
    sweep, names = sweep_of(origin, sets.items(), [("", sizes)], columns=",".join(NUMBERS), **asked)
    found: list[Row] = []
    for block in sweep.blocks():
        grid = sweep.setup.grid
        values = {axis: block.numbers(axis, grid).tolist() for axis in sets}
        columns = {key: block.columns[key].tolist() for key in names}
        found += [
            {"point": point, **dict(zip([*values, *columns], row))}
            for point, *row in zip(block.points.tolist(), *values.values(), *columns.values())
        ]
    return found


@cache
def everything(name: str) -> list[Row]:
    """All points of a grid."""
    return told(name)


SIGNS: dict[str, Any] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "≤": lambda a, b: a <= b,
    "≥": lambda a, b: a >= b,
}
Wish = tuple[str, str, str, Fraction]


@st.composite
def wishes(draw: st.DrawFn, rows: list[Row]) -> Wish:
    """A condition: a name and a sign, then a threshold as typed, and as a number."""
    key = draw(st.sampled_from([key for key in rows[0] if key != "point"]))
    sign = draw(st.sampled_from(list(SIGNS)))
    value = Fraction(draw(st.sampled_from(rows))[key])
    value += (
        draw(st.sampled_from([Fraction(off) for off in ("0", "1", "-1", "1/2")]))
        if key != "memory"
        else 0
    )
    value = abs(value)
    half = ".5" if value.denominator == 2 else ""
    text = f"{value // 1}{half}" if value.denominator <= 2 else f"{float(value)}"  # 0.75
    if value.denominator == 1 and value:
        number = int(value)
        ways = [
            f"{number}",
            f"{number:,}",
            f"{number / 1000:.3f}k".replace("k", "kB" if key == "memory" else "k"),
        ]
        text = draw(st.sampled_from(ways[: 3 if number < 10**15 else 2]))
    return key, sign, text, value


def better(one: Row, other: Row, goals: list[tuple[str, int]]) -> bool:
    """Whether a row is as good in all goals, and better in one."""
    pairs = [(sign * one[key], sign * other[key]) for key, sign in goals]
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


@given(st.data())
@pytest.mark.unmeasured
def test_what_is_kept_is_what_plain_python_keeps(data: Any) -> None:
    name = data.draw(st.sampled_from(list(GRIDS)))
    rows = everything(name)
    keys = [key for key in rows[0] if key != "point"]
    where = data.draw(st.lists(wishes(rows), max_size=2))
    goal = st.tuples(st.sampled_from(keys), st.sampled_from((1, -1)))
    pareto = data.draw(st.lists(goal, max_size=4, unique_by=lambda pair: pair[0]))
    sort = data.draw(st.none() | goal)
    limit = data.draw(st.none() | st.integers(1, len(rows) + 1))

    kept = [
        row for row in rows if all(SIGNS[sign](row[key], value) for key, sign, _, value in where)
    ]
    if pareto:
        kept = [row for row in kept if not any(better(other, row, pareto) for other in kept)]
    order = sort or (pareto[0] if pareto else None)
    if order:
        kept.sort(key=lambda row: order[1] * row[order[0]])
    kept = kept[:limit]

    def typed(pair: tuple[str, int]) -> str:
        return ("max:" if pair[1] < 0 else "") + pair[0]

    found = told(
        name,
        conditions=[f"{key} {sign} {text}" for key, sign, text, _ in where],
        pareto=",".join(map(typed, pareto)),
        sort=typed(sort) if sort else "",
        limit=limit,
    )
    assert found == kept


@given(st.lists(st.tuples(*[st.integers(-3, 3)] * 5), max_size=40), st.integers(1, 5))
def test_a_front_of_many_goals_is_that_of_its_definition(points: Any, ways: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choice, "_SOME", 4)  # so that some rows are compared with later ones
        rows = [point[:ways] for point in points]
        best = [
            place
            for place, row in enumerate(rows)
            if not any(other != row and all(a <= b for a, b in zip(other, row)) for other in rows)
        ]
        columns = [np.array([row[way] for row in rows], int) for way in range(ways)]
        assert choice.front(columns).tolist() == best


@pytest.mark.unmeasured
def test_a_front_that_holds_every_one_of_many_points_is_soon_found() -> None:
    # comparing all pairs would need 10¹⁰ comparisons
    x, y = (np.random.default_rng(1).integers(0, 10**6, 10**5) for _ in range(2))
    assert len(choice.front([x, y, -x - y])) == 10**5
