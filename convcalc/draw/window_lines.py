"""The picture *window* on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from convcalc.text import wrap

if TYPE_CHECKING:
    from convcalc.draw.plane import Plane
    from convcalc.draw.window_numbers import Numbers

MAX_STEPS = 25  # shown one below the other
GAP = 4
_WIDE, _NARROW = (
    16,
    24,
)  # cells of a row up to which each has two letters; and up to which there are spaces

Step = tuple[int, int]

# The signs of a canvas cell: under the kernel, and next to it.
_UNDER = {"input": "█", "padding": "░", "idle": "░", "bare": "░", "over": "+"}
_BESIDE = {"input": "-", "unread": "×", "padding": " ", "idle": " ", "bare": ".", "over": " "}
_MEANINGS = {
    "█": "under the kernel", "░": "the same on a zero", "+": "past the end", "-": "input",
    ".": "zero between inputs", "×": "never read",
}  # fmt: skip


def window_lines(
    plane: Plane,
    steps: Sequence[Step],
    numbers: Numbers | None,
    said: Callable[[Step], list[str]],
    width: int | None,
) -> Iterator[str]:
    """The canvas with the kernel on it, and the output next to it, step by step."""
    shown = steps[:MAX_STEPS]
    used: set[str] = set()
    for step in shown:
        left = _canvas(plane, step, numbers, used, width)
        right = _output(plane, step, numbers, width)
        yield from _beside(left, right, width)
        for line in said(step):
            yield from wrap(line, width, "  ")
        yield ""
    if len(steps) > len(shown):
        yield f"… {len(steps) - len(shown):,} more steps: --step I,J shows one"
    meanings = [f"{sign} {meaning}" for sign, meaning in _MEANINGS.items() if sign in used]
    if numbers is None:
        yield from wrap("   ".join(meanings), width)
    else:
        yield from wrap("[ ] under the kernel   ( ) the same on a zero", width)


def spread(signs: Sequence[str], width: int | None) -> str:
    """A row of cells as wide as possible: two letters each and a space, one and a space, or one."""
    count = len(signs)
    room = 80 if width is None else width
    if count <= _WIDE and 3 * count <= room + 1:
        return " ".join([sign * 2 for sign in signs]).rstrip()
    return ("" if count > _NARROW or 2 * count > room + 1 else " ").join(signs).rstrip()


def _canvas(
    plane: Plane, step: Step, numbers: Numbers | None, used: set[str], width: int | None
) -> list[str]:
    """The canvas in lines, one channel below the other."""
    taps = set(plane.taps(step))
    rows, columns = range(plane.rows.size), range(plane.columns.size)
    if numbers is None:
        lines = []
        for row in rows:
            signs = []
            for column in columns:
                role = plane.role(row, column)
                sign = (_UNDER if (row, column) in taps else _BESIDE).get(role, "█")
                used.add(sign)
                signs.append(sign)
            lines.append(spread(signs, width))
        return lines
    lines = []
    for grid in numbers.inputs:
        texts = [[_number(plane, numbers, grid, row, column) for column in columns] for row in rows]
        widest = max(len(text) for line in texts for text in line)
        for row in rows:
            lines.append(
                "".join(
                    _bracketed(texts[row][c].rjust(widest), plane, (row, c), taps) for c in columns
                ).rstrip()
            )
        lines.append("")
    return lines[:-1]


def _number(
    plane: Plane, numbers: Numbers, grid: tuple[tuple[str, ...], ...], row: int, column: int
) -> str:
    """The text in a cell."""
    r, c = plane.rows.holds[row], plane.columns.holds[column]
    return numbers.padding if r is None or c is None else grid[r][c]


def _bracketed(text: str, plane: Plane, place: Step, taps: set[Step]) -> str:
    """A number, in brackets if it is under the kernel."""
    if place not in taps:
        return f" {text} "
    return f"[{text}]" if plane.is_real(*place) else f"({text})"


def _output(plane: Plane, step: Step, numbers: Numbers | None, width: int | None) -> list[str]:
    """The output in lines, with the position of the step marked."""
    rows, columns = plane.outputs
    if numbers is None:
        signs = [["█" if (r, c) == step else "-" for c in range(columns)] for r in range(rows)]
        return [spread(line, width) for line in signs]
    widest = max(1, *(len(text) for line in numbers.results for text in line))
    return [
        "".join(
            (f"[{text.rjust(widest)}]" if (r, c) == step else f" {text.rjust(widest)} ")
            for c, text in enumerate(line)
        ).rstrip()
        for r, line in enumerate(numbers.results)
    ]


def _beside(left: list[str], right: list[str], width: int | None) -> Iterator[str]:
    """Input and output side by side, or one below the other on a narrow terminal."""
    wide = max(*map(len, left), len("input")) + GAP
    if width is not None and wide + max(map(len, right)) > width:
        yield from ("input", *left, "", "output", *right)
        return
    yield f"{'input':<{wide}}output"
    for place in range(max(len(left), len(right))):
        one = left[place] if place < len(left) else ""
        other = right[place] if place < len(right) else ""
        yield f"{one:<{wide}}{other}".rstrip()
