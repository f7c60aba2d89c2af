"""The layout of a network's picture: nothing overlaps, no line runs through a box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcalc.analysis.walk import walk
from convcalc.draw.boxes import EVERYTHING, details, parts_of, sizes_text
from convcalc.draw.lanes import Layout, Place, Side, Size, Spacing, lay_out, rows_of
from convcalc.interop.load import load
from convcalc.network.notations.command import chain_of

Span = tuple[Any, float, float]
Segment = tuple[float, float, float, float]  # x and y of two corners, smaller values first


def segments(points: Sequence[tuple[float, float]]) -> Iterator[Segment]:
    for (x, y), (u, v) in pairwise(points):
        assert x == u or y == v, "lines run along the axes"
        yield min(x, u), min(y, v), max(x, u), max(y, v)


def meet(one: Place, other: Place) -> bool:
    """Whether two rectangles share more than an edge."""
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def through(line: Segment, box: Place) -> bool:
    """Whether a line touches the inside of a rectangle."""
    x, y, u, v = line
    return x < box.x + box.width and u > box.x and y < box.y + box.height and v > box.y


def on_each_other(one: Segment, other: Segment) -> bool:
    """Whether two lines share more than a point."""
    if one[0] == one[2] == other[0] == other[2]:
        return one[1] < other[3] and other[1] < one[3]
    if one[1] == one[3] == other[1] == other[3]:
        return one[0] < other[2] and other[0] < one[2]
    return False


def faults(layout: Layout, sizes: Sequence[Size], edges: Sequence[tuple[int, int]]) -> list[str]:
    """All faults of a layout, found by comparing every near pair, independent of how it was made."""
    found = []
    texts = [
        Place(x, y - 12, size.label - 4, 14)
        for (x, y), size in zip(layout.labels, sizes)
        if size.label
    ]
    things = [*layout.boxes, *texts, *layout.sides]
    spans = [(number, place.y, place.y + place.height) for number, place in enumerate(things)]
    for first, second in _near(spans, spans):
        one, other = things[first], things[second]
        if first != second and meet(one, other):
            found.append(f"{one} and {other} overlap")
    found += [
        f"{place} is outside"
        for place in things
        if place.x < -0.01 or place.x + place.width > layout.width + 0.01 or place.y < 0
    ]
    if set(layout.wires) != set(edges):
        found.append("not every edge is drawn")
    lines = [(edge, line) for edge, points in layout.wires.items() for line in segments(points)]
    for (source, target), points in layout.wires.items():
        above, below = layout.boxes[source], layout.boxes[target]
        if points[0] != (above.x + above.width / 2, above.y + above.height):
            found.append(f"{source} {target} begins elsewhere")
        if points[-1] != (below.x + below.width / 2, below.y):
            found.append(f"{source} {target} ends elsewhere")
        if any(first[1] > second[1] for first, second in pairwise(points)):
            found.append(f"{source} {target} runs upwards")
    ends = [(place, place.y, place.y + place.height) for place in things]
    parts: list[Span] = [(one, one[1][1], one[1][3]) for one in lines]
    for (edge, line), place in _near(parts, ends):
        if through(line, place):
            found.append(f"{edge} runs through {place}")
    for (one, first), (other, second) in _near(parts, parts):
        if not set(one) & set(other) and on_each_other(first, second):
            found.append(f"{one} and {other} lie on each other")
    return found


def _near(ones: Sequence[Span], others: Sequence[Span]) -> Iterator[tuple[Any, Any]]:
    """The pairs of things whose heights overlap; a span is a thing with its upper and lower end."""
    waiting: list[Span] = []
    ordered = sorted(others, key=lambda span: span[1])
    at = 0
    for one, top, bottom in sorted(ones, key=lambda span: span[1]):
        while at < len(ordered) and ordered[at][1] <= bottom:
            waiting.append(ordered[at])
            at += 1
        waiting = [span for span in waiting if span[2] >= top]
        yield from ((one, other) for other, *_ in waiting)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Size], list[tuple[int, int]], list[Side]]:
    """Any graph without cycles, with boxes of any size."""
    count = draw(st.integers(1, 12))
    labels = st.sampled_from([0, 0, 50])
    sizes = [
        Size(draw(st.integers(10, 90)), draw(st.integers(10, 40)), draw(labels))
        for _ in range(count)
    ]
    edges = [
        (source, target)
        for target in range(1, count)
        for source in draw(st.sets(st.integers(0, target - 1), max_size=3))
    ]
    ends = draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2))
    sides = [Side(min(ends), max(ends), 40)] if draw(st.booleans()) else []
    return sizes, edges, sides


@given(graphs())
@pytest.mark.unmeasured
def test_nothing_overlaps_in_any_graph(
    graph: tuple[list[Size], list[tuple[int, int]], list[Side]],
) -> None:
    sizes, edges, sides = graph
    assert not faults(lay_out(sizes, edges, sides), sizes, edges)


def test_faults_are_found() -> None:
    """The test above can fail: overlapping boxes, a line through a box, a missing line."""
    sizes = [Size(20, 10)] * 4
    edges = [(0, 1), (1, 2), (2, 3)]
    right = lay_out(sizes, edges)
    right.boxes[3] = right.boxes[1]
    right.wires[1, 2] = (right.wires[0, 1][0], *right.wires[1, 2])
    found = " ".join(faults(right, sizes, edges))
    assert all(each in found for each in ("overlap", "elsewhere", "runs through"))
    assert "not every edge is drawn" in faults(lay_out(sizes, edges[:1]), sizes, edges)


def test_a_chain_is_a_straight_line_and_a_skip_runs_beside_it() -> None:
    sizes = [Size(40, 20)] * 4
    layout = lay_out(sizes, [(0, 1), (1, 2), (2, 3), (0, 3)], spacing=Spacing(10, 0, 6, 12))
    assert [box.x for box in layout.boxes] == [0, 0, 0, 0]
    assert layout.wires[1, 2] == ((20, 58), (20, 70))
    assert layout.wires[0, 3] == ((20, 20), (20, 23), (50, 23), (50, 99), (20, 99), (20, 108))
    assert (layout.width, layout.height) == (50, 128)


def test_paths_stand_in_the_order_of_the_file_and_the_longest_is_straight() -> None:
    """Paths 1, 2 → 3, and 4 from box 0 to box 5."""
    edges = [(0, 1), (0, 2), (2, 3), (0, 4), (1, 5), (3, 5), (4, 5)]
    layout = lay_out([Size(30, 20)] * 6, edges)
    x = [box.x for box in layout.boxes]
    assert x[0] == x[2] == x[3] == x[5]
    assert x[1] < x[2] < x[4]


def test_what_does_not_come_from_the_first_input_stands_where_it_is_read() -> None:
    """A second input is read in row 3."""
    before: list[list[int]] = [[], [], [0], [2], [3, 1]]
    after: list[list[int]] = [[2], [4], [3], [4], []]
    assert rows_of(before, after) == [0, 2, 1, 2, 3]


@pytest.mark.unmeasured
def test_every_layer_has_a_box_and_every_edge_is_drawn() -> None:
    """Each layer of each network is in one box, and each edge between two boxes is drawn."""
    for name in ("resnet18", "googlenet", "unet", "mobilenet_v2", "yolov3_tiny", "lenet5"):
        analysis = walk(load(name))
        for detail in (EVERYTHING, *details(3)):
            parts = parts_of(analysis, detail)
            inside = [step for box in parts.boxes for step in box.steps if step.place > 0]
            assert sorted(step.place for step in inside) == [*range(1, len(analysis) + 1)], name
            box_of = {s.place: n for n, box in enumerate(parts.boxes) for s in box.steps}
            for source, step in analysis.edges:
                pair = box_of[source.place], box_of[step.place]
                assert pair in parts.edges or pair[0] >= pair[1], (name, source, step)


def test_blocks_one_after_the_other_fold_and_paths_beside_each_other_do_not() -> None:
    folded = details(3)[1]
    parts = parts_of(walk(load("densenet121")), folded)
    assert [each.times for each in parts.brackets if each.times > 1] == [6, 12, 24, 16]
    parts = parts_of(walk(load("inception_v3")), folded)
    assert [(each.name, each.times) for each in parts.brackets] == [
        ("inception_a", 3),
        ("Mixed_6a", 1),
        ("inception_c", 4),
        ("Mixed_7a", 1),
        ("inception_e", 2),
    ]


def test_small_layers_stand_in_the_box_of_the_layer_before() -> None:
    analysis = walk(
        chain_of(
            ("batchnorm", "relu", "conv:k3c4", "batchnorm", "relu", "pool:k2", "relu"), (3, 9, 9)
        )
    )
    boxes = parts_of(analysis, EVERYTHING).boxes
    found = [(box.over, box.heading, box.more, len(box.shown)) for box in boxes]
    assert found == [
        ([], "input", [], 1),
        (["batchnorm", "relu"], "conv1 k3 c4", ["batchnorm", "relu"], 5),
        ([], "maxpool k2", ["relu"], 2),
    ]


def test_sizes_of_alike_blocks_are_ranges() -> None:
    assert sizes_text([(4, 8), (4,)]) == "4×8 …"
