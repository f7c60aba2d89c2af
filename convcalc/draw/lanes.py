"""The layout of a network's picture: rows from top to bottom, and a lane for each path, without a solver.

Most networks are chains that branch and join. So the longest way is a straight line, and every other
path gets a lane next to the line that it leaves; short paths are nearer than long ones, and a long skip
is a path without boxes. Each lane reserves its place in all its rows, so nothing can overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Point = tuple[float, float]
Contour = dict[
    int, tuple[float, float]
]  # by half row (2·row for boxes, odd ones between them): left and right end

MOST_BOXES = 3_000  # more are unreadable
BESIDE_LINE = 4  # between a line and the text to its right
_NO_ROW = -1


class Spacing(NamedTuple):
    """Distances of a picture.

    Attributes:
        beside: between neighbouring lanes.
        label: the height of a text below a box; 0 if the row has none.
        level: between two lines in the same gap.
        arrow: below these lines; also the least height of a gap.
    """

    beside: float = 10
    label: float = 19
    level: float = 6
    arrow: float = 12


SPACING = Spacing()


@dataclass(frozen=True, slots=True)
class Size:
    """The space of a box, and of the text below it.

    Attributes:
        width, height: of the box.
        label: the width of the text below it, right of the line that leaves it; 0 if there is none.
    """

    width: float
    height: float
    label: float = 0


@dataclass(frozen=True, slots=True)
class Side:
    """A bracket left of the boxes from ``first`` to ``last``, with this width."""

    first: int
    last: int
    width: float


class Place(NamedTuple):
    """The rectangle of a box, or of a bracket."""

    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True)
class Layout:
    """The places of everything.

    Attributes:
        boxes: a place for each box.
        labels: for each box, the left end and baseline of the text below it.
        wires: for each edge, the corners of its line, from the box above to the box below.
        sides: a place for each bracket.
        width, height: the total size.
    """

    boxes: list[Place]
    labels: list[Point]
    wires: dict[tuple[int, int], tuple[Point, ...]]
    sides: list[Place]
    width: float
    height: float


@dataclass(slots=True, eq=False)
class _Lane:
    """A path with its boxes, a path without boxes, or the space of a bracket.

    Attributes:
        boxes: their numbers, from the top.
        start, stop: the half rows that it occupies, both included.
        x: its position, relative to the lane that it is attached to.
        inner: the lanes attached to it.
        left: whether it goes to the left of that lane if both sides are equally near.
        width: the width of a bracket; 0 for a path.
    """

    start: int
    stop: int
    boxes: list[int] = field(default_factory=list)
    inner: list[_Lane] = field(default_factory=list)
    left: bool = False
    width: float = 0
    x: float = 0


class _Graph:
    """Boxes and edges with derived data: rows, heights, and the lane of each."""

    def __init__(self, count: int, edges: Iterable[tuple[int, int]]) -> None:
        self.edges = list(dict.fromkeys(edges))
        self.before: list[list[int]] = [[] for _ in range(count)]
        self.after: list[list[int]] = [[] for _ in range(count)]
        for source, target in self.edges:
            self.before[target].append(source)
            self.after[source].append(target)
        self.rows = rows_of(self.before, self.after)
        self.heights = [0] * count
        for box in reversed(range(count)):
            self.heights[box] = 1 + max([self.heights[each] for each in self.after[box]], default=0)
        self.main_after = [
            min(after, key=lambda each: (-self.heights[each], each), default=None)
            for after in self.after
        ]
        self.main_before: list[int | None] = []
        self.head: list[int] = []  # the first box in the lane of each box
        for box in range(count):
            main = min(self.before[box], key=self._nearness(box), default=None)
            self.main_before.append(main)
            goes_on = main is not None and self.main_after[main] == box
            self.head.append(self.head[main] if goes_on and main is not None else box)

    def _nearness(self, box: int) -> Callable[[int], tuple[int, bool, int]]:
        """A sort key for the inputs of a box; the best one is straight above: the lowest, then the oldest lane."""
        return lambda each: (-self.rows[each], self.main_after[each] != box, self.head[each])

    def goes_on(self, source: int, target: int) -> bool:
        """Whether an edge is part of a straight line."""
        return self.main_after[source] == target and self.main_before[target] == source


def rows_of(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> list[int]:
    """The row of each box: below everything that it reads.

    Boxes that do not follow from the first box, such as a second input, are placed directly above their reader.

    Args:
        before: for each box, those that it reads; they have smaller numbers.
        after: for each box, those that read it.
    """
    rows: list[int] = []
    from_first: list[bool] = []
    for box, sources in enumerate(before):
        rows.append(1 + max([rows[each] for each in sources], default=_NO_ROW))
        from_first.append(not box or any(from_first[each] for each in sources))
    for box in reversed(range(len(rows))):
        if not from_first[box] and after[box]:
            rows[box] = min([rows[each] for each in after[box]]) - 1
    return rows


def rows_in(count: int, edges: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The number of rows for some boxes, and about how many boxes are next to each other.

    >>> rows_in(5, [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)])
    (3, 3)
    """
    rows = [0] * count
    for source, target in sorted(edges, key=lambda edge: edge[1]):
        rows[target] = max(rows[target], rows[source] + 1)
    numbers: dict[int, int] = {}
    for row in rows:
        numbers[row] = numbers.get(row, 0) + 1
    return len(numbers), max(numbers.values(), default=0)


def lay_out(
    sizes: Sequence[Size],
    edges: Iterable[tuple[int, int]],
    sides: Sequence[Side] = (),
    spacing: Spacing = SPACING,
) -> Layout:
    """Places for boxes, lines and brackets, without overlaps.

    Args:
        sizes: the sizes of the boxes; each box comes after the boxes that it reads.
        edges: pairs of a box and its reader.
        sides: the brackets.
        spacing: the distances.
    """
    graph = _Graph(len(sizes), edges)
    plan = _Plan(graph, sizes, sides, spacing)
    return plan.layout()


class _Plan:
    """The lanes of a graph, placed next to each other; then levels and lines."""

    def __init__(
        self, graph: _Graph, sizes: Sequence[Size], sides: Sequence[Side], spacing: Spacing
    ) -> None:
        self.graph, self.sizes, self.sides, self.spacing = graph, sizes, sides, spacing
        self.lane_of: list[_Lane] = []
        self.skips: dict[tuple[int, int], _Lane] = {}
        self.tops: list[_Lane] = []
        self._make_lanes()
        self.brackets = [self._bracket(side) for side in sides]
        self.x_of: dict[int, float] = {}
        self._put()

    # ------------------------------------------------------------------------------- the lanes

    def _make_lanes(self) -> None:
        """A lane for each path, and for each skip that passes a row."""
        graph = self.graph
        for box, source in enumerate(graph.main_before):
            if source is not None and graph.goes_on(source, box):
                lane = self.lane_of[source]
                lane.boxes.append(box)
                self.lane_of.append(lane)
                continue
            row = graph.rows[box]
            start = 2 * row if source is None else 2 * graph.rows[source] + 1
            self.lane_of.append(_Lane(start, 2 * row, [box]))
        for lane in dict.fromkeys(self.lane_of):
            self._attach(lane)
        for source, target in graph.edges:
            if target != graph.main_after[source] and source != graph.main_before[target]:
                skip = _Lane(2 * graph.rows[source] + 1, 2 * graph.rows[target] - 1)
                self.skips[source, target] = skip
                self.lane_of[source].inner.append(skip)

    def _attach(self, lane: _Lane) -> None:
        """End a lane of boxes where it is read, and attach it to the lane that it leaves."""
        graph = self.graph
        first, last = lane.boxes[0], lane.boxes[-1]
        join, fork = graph.main_after[last], graph.main_before[first]
        lane.stop = 2 * graph.rows[last] + 1 if join is None else 2 * graph.rows[join] - 1
        if fork is not None:
            beside = graph.after[fork]
            lane.left = beside.index(first) < beside.index(graph.main_after[fork] or 0)
            self.lane_of[fork].inner.append(lane)
        elif join is not None and not self._is_attached(join, lane):
            self.lane_of[join].inner.append(lane)
        else:
            self.tops.append(lane)

    def _is_attached(self, box: int, lane: _Lane) -> bool:
        """Whether the lane of a box is attached to another one, directly or indirectly."""
        at: int | None = box
        while at is not None:
            here = self.lane_of[at]
            if here is lane:
                return True
            at = self.graph.main_before[here.boxes[0]]
        return not lane.boxes[0]

    def _bracket(self, side: Side) -> _Lane:
        """The space of a bracket."""
        rows = [self.graph.rows[box] for box in range(side.first, side.last + 1)]
        return _Lane(2 * min(rows), 2 * max(rows), width=side.width)

    # ------------------------------------------------------------------- next to each other

    def _put(self) -> None:
        """Place every lane next to the one that it is attached to, then in the picture."""
        order: list[_Lane] = []
        waiting = list(self.tops)
        while waiting:
            lane = waiting.pop()
            order.append(lane)
            waiting += lane.inner
        contours: dict[int, Contour] = {}
        for lane in reversed(order):
            contours[id(lane)] = self._contour(
                lane, [(each, contours.pop(id(each))) for each in lane.inner]
            )
        whole: Contour = {}
        for lane in self.tops:
            lane.x = self._beside(whole, contours[id(lane)], left=False) if whole else 0
            _add_contour(whole, contours[id(lane)], lane.x)
        for lane in order:
            for each in lane.inner:
                each.x += lane.x
        for lane in sorted(self.brackets, key=_length):
            contour = self._own_extent(lane)
            lane.x = self._beside(whole, contour, left=True)
            _add_contour(whole, contour, lane.x)
        left = min([low for low, _ in whole.values()], default=0)
        for lane in (*order, *self.brackets):
            lane.x -= left
        self.width = max([high for _, high in whole.values()], default=0) - left
        for box, lane in enumerate(self.lane_of):
            self.x_of[box] = lane.x

    def _contour(self, lane: _Lane, inner: list[tuple[_Lane, Contour]]) -> Contour:
        """The extent of a lane in each half row, with all attached lanes; these get their places."""
        contour = self._own_extent(lane)
        for each, reach in sorted(inner, key=lambda pair: _length(pair[0])):
            sides = [self._beside(contour, reach, left=left) for left in (each.left, not each.left)]
            each.x = min(sides, key=abs) if each.boxes else sides[0]
            _add_contour(contour, reach, each.x)
        return contour

    def _own_extent(self, lane: _Lane) -> Contour:
        """The extent of a lane without the others."""
        half = lane.width / 2
        contour: Contour = dict.fromkeys(range(lane.start, lane.stop + 1), (-half, half))
        for box in lane.boxes:
            size, at = self.sizes[box], 2 * self.graph.rows[box]
            contour[at] = (-size.width / 2, size.width / 2)
            if size.label and self.graph.after[box]:
                contour[at + 1] = (0, size.label)
            elif size.label:
                contour[at + 1] = (-size.label / 2, size.label / 2)
        return contour

    def _beside(self, contour: Contour, other: Contour, *, left: bool) -> float:
        """The distance of another lane from a lane, so that they touch in no row."""
        both = [row for row in other if row in contour]
        gap = self.spacing.beside
        if left:
            return min([contour[row][0] - other[row][1] for row in both], default=0) - gap
        return max([contour[row][1] - other[row][0] for row in both], default=0) + gap

    # ------------------------------------------------------------------------------ the lines

    def layout(self) -> Layout:
        """The layout, after the lanes have their places."""
        graph, sizes = self.graph, self.sizes
        count = max(graph.rows, default=_NO_ROW) + 1
        leaving, arriving = self._nets()
        out_level, outs = _levels(leaving, graph.rows, self.spacing.beside / 2)
        in_level, ins = _levels(arriving, graph.rows, self.spacing.beside / 2)
        tall = [0.0] * count
        texts = [0.0] * count
        for box, row in enumerate(graph.rows):
            tall[row] = max(tall[row], sizes[box].height)
            if sizes[box].label:
                texts[row] = self.spacing.label
        tops, y = [], 0.0
        for row in range(count):
            tops.append(y)
            below = outs.get(row, 0) + ins.get(row + 1, 0)
            arrow = self.spacing.arrow if below or not texts[row] else 0
            gap = texts[row] + self.spacing.level * below + arrow
            y += tall[row] + (gap if row < count - 1 or texts[row] else 0)
        bottoms = [top + height for top, height in zip(tops, tall)]
        boxes = [self._place(box, tops, bottoms) for box in range(len(sizes))]
        height = self.spacing
        out_y = {
            box: bottoms[graph.rows[box]] + texts[graph.rows[box]] + height.level * (level + 0.5)
            for box, level in out_level.items()
        }
        in_y = {
            box: tops[graph.rows[box]] - height.arrow - height.level * (level - 0.5)
            for box, level in in_level.items()
        }
        return Layout(
            boxes,
            [(self._label_x(box), bottoms[row] + 13) for box, row in enumerate(graph.rows)],
            {edge: self._wire(*edge, boxes, out_y, in_y) for edge in graph.edges},
            [
                Place(
                    lane.x - lane.width / 2,
                    tops[lane.start // 2],
                    lane.width,
                    bottoms[lane.stop // 2] - tops[lane.start // 2],
                )
                for lane in self.brackets
            ],
            self.width,
            y,
        )

    def _place(self, box: int, tops: list[float], bottoms: list[float]) -> Place:
        """The rectangle of a box, centred in the height of its row."""
        size, row = self.sizes[box], self.graph.rows[box]
        middle = (tops[row] + bottoms[row]) / 2
        return Place(
            self.x_of[box] - size.width / 2, middle - size.height / 2, size.width, size.height
        )

    def _label_x(self, box: int) -> float:
        """The left end of the text below a box: right of its line, or centred without one."""
        if self.graph.after[box]:
            return self.x_of[box] + BESIDE_LINE
        return self.x_of[box] - (self.sizes[box].label - BESIDE_LINE) / 2

    def _track(self, source: int, target: int) -> float:
        """The x position of an edge between its ends: in its own lane, or in that of an end."""
        if (source, target) in self.skips:
            return self.skips[source, target].x
        straight = self.graph.main_before[target] == source
        return self.x_of[target if straight else source]

    def _nets(self) -> tuple[dict[int, list[float]], dict[int, list[float]]]:
        """For each box, the horizontal extent of the lines that leave it, and of those that enter it."""
        leaving: dict[int, list[float]] = {}
        arriving: dict[int, list[float]] = {}
        for source, target in self.graph.edges:
            track = self._track(source, target)
            if track != self.x_of[source]:
                leaving.setdefault(source, [self.x_of[source]]).append(track)
            if track != self.x_of[target]:
                arriving.setdefault(target, [self.x_of[target]]).append(track)
        return leaving, arriving

    def _wire(
        self,
        source: int,
        target: int,
        boxes: list[Place],
        out_y: dict[int, float],
        in_y: dict[int, float],
    ) -> tuple[Point, ...]:
        """The corners of a line."""
        start, end, track = self.x_of[source], self.x_of[target], self._track(source, target)
        points = [(start, boxes[source].y + boxes[source].height)]
        if track != start:
            points += [(start, out_y[source]), (track, out_y[source])]
        if track != end:
            points += [(track, in_y[target]), (end, in_y[target])]
        return (*points, (end, boxes[target].y))


def _length(lane: _Lane) -> int:
    """The half rows that a lane occupies."""
    return lane.stop - lane.start


def _add_contour(contour: Contour, other: Contour, x: float) -> None:
    """Add a contour at position x to another contour."""
    for row, (low, high) in other.items():
        left, right = contour.get(row, (low + x, high + x))
        contour[row] = min(left, low + x), max(right, high + x)


def _levels(
    nets: dict[int, list[float]], rows: Sequence[int], apart: float
) -> tuple[dict[int, int], dict[int, int]]:
    """A level for each horizontal line, so that none overlap; and the number of levels in each row."""
    level: dict[int, int] = {}
    needed: dict[int, int] = {}
    by_row: dict[int, list[list[tuple[float, float]]]] = {}
    for box, places in sorted(nets.items(), key=lambda net: max(net[1]) - min(net[1])):
        low, high = min(places), max(places)
        taken = by_row.setdefault(rows[box], [])
        free = (
            n
            for n, lines in enumerate(taken)
            if all(high + apart < left or right + apart < low for left, right in lines)
        )
        at = next(free, len(taken))
        if at == len(taken):
            taken.append([])
        taken[at].append((low, high))
        level[box], needed[rows[box]] = at, len(taken)
    return level, needed
