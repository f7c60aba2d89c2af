"""The content of a picture of a network: boxes for layers and folded blocks, frames, and arrows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.analysis.folding import fold_repeats
from convcalc.text import grouped, plural, printable, times

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.network.network import Block

_ALL_SHOWN = 60  # most layers with a box each, unless blocks are folded on demand
_MOST = 100  # most boxes; if folding repeats leaves more, whole blocks are folded
_DEEPEST = 6  # deepest blocks that are tried as boxes

INPUT, OUTPUT, BLOCK = "input", "output", "block"


class Arrow(NamedTuple):
    """An arrow between two boxes, with the size of the values."""

    source: str
    target: str
    text: str


@dataclass
class Box:
    """A layer, a folded block, an input or an output.

    Attributes:
        id: its unique word.
        look: the family of the layer, or `INPUT`, `OUTPUT`, `BLOCK`.
        lines: its text.
    """

    id: str
    look: str
    lines: list[str]


@dataclass
class Frame:
    """A block around boxes and frames."""

    id: str
    name: str
    parts: list[Box | Frame] = field(default_factory=list)


@dataclass
class Drawing:
    """A whole picture: boxes and frames in order, then arrows."""

    title: str
    parts: list[Box | Frame]
    arrows: list[Arrow]


def drawing_of(analysis: Analysis, depth: int | None = None) -> Drawing:
    """The picture of a network.

    Args:
        analysis: the walk of the network.
        depth: the depth of the blocks that are one box each; 0 for none, None to choose it
            by the number of boxes.
    """
    rows = _rows(analysis, depth)
    spans = [_steps_of(row) for row in rows]
    box_of = {step.place: f"n{steps[0].place}" for steps in spans for step in steps}
    inputs = [
        Box(f"i{-image.place}", INPUT, [printable(image.name), times(image.output)])
        for image in analysis.images
    ]
    box_of |= {image.place: f"i{-image.place}" for image in analysis.images}
    arrows = dict.fromkeys(
        Arrow(box_of[source.place], box_of[step.place], times(source.output))
        for source, step in analysis.edges
        if box_of[source.place] != box_of[step.place]
    )
    ends = [
        (Box(f"o{number}", OUTPUT, [printable(name)]), analysis.steps[place])
        for number, (name, place) in enumerate(analysis.network.outputs.items())
    ]
    for box, step in ends:
        arrows[Arrow(box_of[step.place], box.id, times(step.output))] = None
    return Drawing(
        printable(analysis.network.name),
        [*inputs, *_framed(analysis.blocks, rows, spans), *[box for box, _ in ends]],
        list(arrows),
    )


def _rows(analysis: Analysis, depth: int | None) -> list[Any]:
    """The steps and folded blocks that get a box each."""
    if depth == 0 or (depth is None and len(analysis) <= _ALL_SHOWN):
        return list(analysis.steps)
    if depth is not None:
        return fold_repeats(analysis, depth)
    found = fold_repeats(analysis)
    if len(found) <= _MOST:
        return found
    for tried in range(_DEEPEST, 0, -1):
        blocks = fold_repeats(analysis, tried)
        if len(blocks) <= _ALL_SHOWN:
            return blocks
        found = min(found, blocks, key=len)
    return found


def _steps_of(row: Any) -> Sequence[Step]:
    """The steps of a row."""
    steps: Sequence[Step] = getattr(row, "steps", None) or [row]
    return steps


def _framed(
    blocks: Sequence[Block], rows: Sequence[Any], spans: Sequence[Sequence[Step]]
) -> list[Box | Frame]:
    """The boxes; those of a named block with several boxes are in a frame."""
    starts = {steps[0].place - 1: number for number, steps in enumerate(spans)}
    ends = {steps[-1].place: number + 1 for number, steps in enumerate(spans)}
    opens: dict[int, list[tuple[int, str]]] = {}  # by first row: the end and the name
    for block in blocks:  # outer ones first
        first, last = starts.get(block.start), ends.get(block.stop)
        if block.name and first is not None and last is not None and last - first > 1:
            opens.setdefault(first, []).append((last, block.name))
    top: list[Box | Frame] = []
    stack: list[tuple[int, list[Box | Frame], str]] = [(len(rows), top, "")]
    count = 0
    for number, row in enumerate(rows):
        while stack[-1][0] <= number:
            stack.pop()
        for last, name in opens.get(number, []):
            frame = Frame(f"b{count}", _short(name, stack[-1][2]))
            count += 1
            stack[-1][1].append(frame)
            stack.append((last, frame.parts, name))
        stack[-1][1].append(_box(row, spans[number], stack[-1][2]))
    return top


def _short(name: str, around: str) -> str:
    """A name without the name of the block around it.

    >>> _short("conv2_x.1.relu", "conv2_x.1"), _short("relu", "conv2_x.1")
    ('relu', 'relu')
    """
    return printable(name.removeprefix(f"{around}.") if around else name)


def _box(row: Any, steps: Sequence[Step], around: str) -> Box:
    """The box of a layer, or of a folded block."""
    name, is_layer = _short(row.name, around), len(steps) == 1 and row is steps[0]
    if not is_layer:
        lines = [name, plural(len(steps), "layer") if row.folded == 1 else printable(row.kind)]
        look = BLOCK
    else:
        what = printable(f"{row.kind} {row.option_text}".strip())
        lines = [what] if name.rstrip("0123456789") == what else [name, what]
        look = row.layer.family
    if row.params:
        lines.append(f"{grouped(row.params)} params")
    return Box(f"n{steps[0].place}", look, lines)


def boxes_in(parts: Sequence[Box | Frame]) -> Iterator[tuple[int, Box | Frame | None]]:
    """All boxes and frames, with their depth in frames; None after the parts of a frame."""
    waiting: list[tuple[int, Box | Frame | None]] = [(0, part) for part in reversed(parts)]
    while waiting:
        depth, part = waiting.pop()
        yield depth, part
        if isinstance(part, Frame):
            waiting.append((depth, None))
            waiting += [(depth + 1, inner) for inner in reversed(part.parts)]
