"""Numbers and matrices as lines of text, next to each other if there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from convcalc.hand.matrices import Exact
from convcalc.hand.model import Array, Shape

MAX_DECIMALS = 6
MAX_DENOMINATOR = 100_000

GAP = "    "

Texts = Callable[[Any], str]


def text_of(value: Exact, *, fractions: bool = False) -> str:
    """A number for people: whole, a short decimal, or a fraction; else rounded, after ≈.

    >>> from fractions import Fraction
    >>> text_of(3), text_of(Fraction(13, 4)), text_of(Fraction(5, 3)), text_of(Fraction(1, 10**9))
    ('3', '3.25', '5/3', '≈1e-09')
    >>> text_of(Fraction(1, 16), fractions=True)
    '1/16'
    """
    if value.denominator == 1:
        return str(value)
    scaled = value * 10**MAX_DECIMALS
    if not fractions and scaled.denominator == 1:
        digits = f"{abs(int(scaled)):0{MAX_DECIMALS + 1}d}"
        whole, part = digits[:-MAX_DECIMALS], digits[-MAX_DECIMALS:].rstrip("0")
        return f"{'-' if value < 0 else ''}{whole}.{part}"
    if value.denominator <= MAX_DENOMINATOR:
        return str(value)
    return f"≈{float(value):.6g}"


def _grid(texts: Sequence[Sequence[str]]) -> list[str]:
    """A matrix as lines, its columns aligned to the right; a closing bracket is after the aligned digits."""
    columns = []
    for column in zip(*texts):
        ends = [text.endswith((")", "]")) for text in column]
        cells = [text if end or not any(ends) else f"{text} " for text, end in zip(column, ends)]
        columns.append([cell.rjust(max(map(len, cells))) for cell in cells])
    return [" ".join(row).rstrip() for row in zip(*columns)]


def matrix(cells: Array, texts: Texts, outside: Array | None = None, out: str = "(0)") -> list[str]:
    """The lines of an array of one or two axes."""
    rows = cells if cells.ndim == 2 else cells.reshape(1, -1)
    hidden = None if outside is None else outside.reshape(rows.shape)
    return _grid(
        [
            [
                out if hidden is not None and hidden[i, j] else texts(cell)
                for j, cell in enumerate(row)
            ]
            for i, row in enumerate(rows)
        ]
    )


def beside(blocks: Sequence[Sequence[str]], width: int | None, indent: str = "  ") -> list[str]:
    """Blocks of lines next to each other, vertically centred; below each other if there is no room."""
    blocks = [block for block in blocks if block]
    wide = [max(map(len, block)) for block in blocks]
    if width is not None and len(indent) + sum(wide) + 2 * len(wide) > width:
        return [f"{indent}{line}".rstrip() for block in blocks for line in block]
    height = max(map(len, blocks))
    columns = []
    for block, n in zip(blocks, wide):
        above = (height - len(block)) // 2
        lines = [""] * above + list(block) + [""] * (height - above - len(block))
        columns.append([line.ljust(n) for line in lines])
    return [f"{indent}{'  '.join(parts)}".rstrip() for parts in zip(*columns)]


def flow(blocks: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """Captioned matrices, next to each other as far as there is room."""
    row: list[Sequence[str]] = []
    used = 0
    for block in [*blocks, ()]:
        wide = max(map(len, block), default=0)
        if row and (not block or (width is not None and used + len(GAP) + wide > width)):
            height = max(map(len, row))
            padded = [[*each, *[""] * (height - len(each))] for each in row]
            widths = [max(map(len, each)) for each in row]
            for parts in zip(*padded):
                yield GAP.join(part.ljust(n) for part, n in zip(parts, widths)).rstrip()
            yield ""
            row, used = [], 0
        if block:
            used += wide + (len(GAP) if row else 0)
            row.append(block)


def sum_text(terms: Sequence[str], rest: str = "") -> str:
    """Terms with signs between them: 1 + 2 - 3."""
    text = terms[0] if terms else "0"
    for term in terms[1:]:
        text += f" - {term[1:]}" if term.startswith("-") else f" + {term}"
    return text + rest


def factor(text: str) -> str:
    """A number after a times sign: (-2)."""
    return f"({text})" if text.startswith("-") else text


def spread(first: int, last: int, step: int) -> str:
    """The cells that a window reads along one axis."""
    if first == last:
        return str(first)
    return f"{first} to {last}" if step == 1 else f"{first} to {last} in steps of {step}"


def option(value: Any) -> str:
    """An option per axis as typed: 1, 1x2, 0,1."""
    if isinstance(value, str):
        return value
    texts = [
        ",".join(map(str, entry)) if isinstance(entry, tuple) else str(entry) for entry in value
    ]
    return texts[0] if len(set(texts)) == 1 else "x".join(texts)


def bare(shape: Shape, lead: int) -> Shape:
    """A shape without leading axes of size 1."""
    return tuple(n for n in shape[:lead] if n > 1) + shape[lead:]


def inline_text(cells: Array, lead: int, texts: Texts) -> str:
    """An array in the form that `matrices.inline` reads."""
    if lead and len(cells) == 1:
        return inline_text(cells[0], lead - 1, texts)
    if lead:
        return (" | " if lead == 1 else " || ").join(
            inline_text(part, lead - 1, texts) for part in cells
        )
    rows = cells if cells.ndim == 2 else cells.reshape(1, -1)
    return "; ".join(" ".join(map(texts, row)) for row in rows)


def without_end(lines: Iterable[str]) -> list[str]:
    """Lines without empty lines at the end."""
    found = list(lines)
    while not found[-1]:
        found.pop()
    return found
