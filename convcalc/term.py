"""An integer that remembers how it was made.

The formulas use only ``+ - * //``. The walk calls them with numbers and gets a number. With
terms, the same function gives the number *and* its calculation: formula, numbers, steps, answer.

>>> n, k, s = Term(32, "n"), Term(5, "k"), Term(3, "s")
>>> for line in ((n - k) // s + 1).working():
...     print(line)
⌊(n − k) / s⌋ + 1
⌊(32 − 5) / 3⌋ + 1
9 + 1
10
"""

from __future__ import annotations

from typing import Literal

_Operation = Literal["", "+", "-", "*", "//", "neg", "abs"]


class Term:
    """A whole number with its name (a leaf), or with its operation and operands.

    Args:
        value: the number.
        name: its letter in the formula; a leaf without a name is a plain number.
        operation: what made the number; empty for a leaf.
        operands: what it was made from.
    """

    __slots__ = ("name", "operands", "operation", "value")

    def __init__(
        self,
        value: int,
        name: str = "",
        operation: _Operation = "",
        operands: tuple[Term, ...] = (),
    ) -> None:
        self.value, self.name = value, name
        self.operation, self.operands = operation, operands

    def __add__(self, other: int | Term) -> Term:
        other = as_term(other)
        return Term(self.value + other.value, "", "+", (self, other))

    def __radd__(self, other: int) -> Term:
        return as_term(other) + self

    def __sub__(self, other: int | Term) -> Term:
        other = as_term(other)
        return Term(self.value - other.value, "", "-", (self, other))

    def __rsub__(self, other: int) -> Term:
        return as_term(other) - self

    def __mul__(self, other: int | Term) -> Term:
        other = as_term(other)
        return Term(self.value * other.value, "", "*", (self, other))

    def __rmul__(self, other: int) -> Term:
        return as_term(other) * self

    def __floordiv__(self, other: int | Term) -> Term:
        other = as_term(other)
        return Term(self.value // other.value, "", "//", (self, other))

    def __rfloordiv__(self, other: int) -> Term:
        return as_term(other) // self

    def __neg__(self) -> Term:
        return Term(-self.value, "", "neg", (self,))

    def __abs__(self) -> Term:
        return Term(abs(self.value), "", "abs", (self,))

    def __eq__(self, other: object) -> bool:
        return self.value == (other.value if isinstance(other, Term) else other)

    def __hash__(self) -> int:
        return hash(self.value)

    def __lt__(self, other: int | Term) -> bool:
        return self.value < as_term(other).value

    def __bool__(self) -> bool:
        return self.value != 0

    def __int__(self) -> int:
        return self.value

    def __repr__(self) -> str:
        return f"Term({self.value}, {_text(picture_of(self), names=True)!r})"

    def working(self) -> list[str]:
        """The formula, the formula with numbers, each step, and the answer, without repeated lines."""
        picture = picture_of(self)
        lines = [_text(picture, names=True), _text(picture, names=False)]
        while picture.symbol:
            picture = _next_step(picture)
            lines.append(_text(picture, names=False))
        return [line for i, line in enumerate(lines) if i == 0 or line != lines[i - 1]]


def as_term(value: int | Term) -> Term:
    """A plain number becomes a leaf without a name; a term stays unchanged."""
    return value if isinstance(value, Term) else Term(int(value))


# ---------------------------------------------------------------------- as in a textbook

_Symbol = Literal["", "sum", "product", "floor", "ceil", "max", "min", "abs"]
_ROUNDING = ("floor", "ceil", "max", "min")


class Picture:
    """A term as a textbook writes it: sums and products of many parts, floors, ceilings.

    Attributes:
        symbol: how the parts are combined; empty for a number.
        parts: the parts.
        signs: +1 or −1 for each part (−1 only in sums).
    """

    __slots__ = ("name", "parts", "signs", "symbol", "value")

    def __init__(
        self,
        value: int,
        symbol: _Symbol = "",
        parts: tuple[Picture, ...] = (),
        signs: tuple[int, ...] = (),
        name: str = "",
    ) -> None:
        self.value, self.symbol, self.parts, self.name = value, symbol, parts, name
        self.signs = signs or (1,) * len(parts)


def picture_of(term: Term) -> Picture:
    """The picture of a term; recognises ⌈ ⌉, max and min that formulas write with + - * //."""
    parts = term.operands
    match term.operation:
        case "":
            return Picture(term.value, name=term.name)
        case "+" | "-":
            least = _minimum(term)
            if least:
                return Picture(term.value, "min", (picture_of(least[0]), picture_of(least[1])))
            return _with_part(
                term.value,
                picture_of(parts[0]),
                picture_of(parts[1]),
                1 if term.operation == "+" else -1,
            )
        case "*":
            factors = [picture_of(part) for part in parts]
            flat = [
                f for part in factors for f in (part.parts if part.symbol == "product" else (part,))
            ]
            return Picture(term.value, "product", tuple(flat))
        case "//":
            clamped = _positive_part(term)
            if clamped is not None:
                return Picture(term.value, "max", (picture_of(clamped), Picture(0)))
            return Picture(term.value, "floor", (picture_of(parts[0]), picture_of(parts[1])))
        case "neg":
            above = parts[0].operands[0] if parts[0].operation == "//" else None
            if above is not None and above.operation == "neg":
                return Picture(
                    term.value,
                    "ceil",
                    (picture_of(above.operands[0]), picture_of(parts[0].operands[1])),
                )
            return Picture(term.value, "sum", (picture_of(parts[0]),), (-1,))
        case _:
            return Picture(term.value, "abs", (picture_of(parts[0]),))


def _with_part(value: int, left: Picture, right: Picture, sign: int) -> Picture:
    """A sum with one more part. A sum after a minus keeps its brackets."""
    parts, signs = (left.parts, left.signs) if left.symbol == "sum" else ((left,), (1,))
    if right.symbol == "sum" and sign == 1:
        return Picture(value, "sum", (*parts, *right.parts), (*signs, *right.signs))
    return Picture(value, "sum", (*parts, right), (*signs, sign))


def _positive_part(term: Term) -> Term | None:
    """x, if the term is (x + |x|) // 2."""
    above, below = term.operands
    if above.operation != "+" or below.value != 2:
        return None
    x, size = above.operands
    return x if size.operation == "abs" and size.operands[0] is x else None


def _minimum(term: Term) -> tuple[Term, Term] | None:
    """x and y, if the term is x − max(x − y, 0)."""
    x, over = term.operands
    if term.operation != "-" or over.operation != "//":
        return None
    gap = _positive_part(over)
    return (
        (x, gap.operands[1])
        if gap is not None and gap.operation == "-" and gap.operands[0] is x
        else None
    )


def _text(picture: Picture, *, names: bool) -> str:
    """The picture as text, with names or with numbers at its leaves."""
    texts = [_text(part, names=names) for part in picture.parts]
    match picture.symbol:
        case "":
            return (
                picture.name if names and picture.name else f"{picture.value:,}".replace("-", "−")
            )
        case "sum":
            return _sum_text(picture, texts)
        case "product":
            factors = zip(picture.parts, texts)
            return "·".join(
                f"({t})" if part.symbol == "sum" or t[0] == "−" else t for part, t in factors
            )
        case "floor" | "ceil":
            left, right = "⌊⌋" if picture.symbol == "floor" else "⌈⌉"
            brackets = [
                part.symbol == "sum" or (i and part.symbol == "product")
                for i, part in enumerate(picture.parts)
            ]
            above, below = (f"({t})" if b else t for t, b in zip(texts, brackets))
            return f"{left}{above} / {below}{right}"
        case "abs":
            return f"|{texts[0]}|"
        case _:
            return f"{picture.symbol}({', '.join(texts)})"


def _sum_text(picture: Picture, texts: list[str]) -> str:
    """A sum with its signs; an inner sum after a minus, or a negative number, gets brackets."""
    text = ""
    for part, sign, shown in zip(picture.parts, picture.signs, texts):
        inner = (
            f"({shown})"
            if (sign < 0 and part.symbol == "sum") or (text and shown[0] == "−")
            else shown
        )
        if text:
            text += f" {'+' if sign > 0 else '−'} {inner}"
        else:
            text = inner if sign > 0 else f"−{inner}"
    return text


def _next_step(picture: Picture) -> Picture:
    """The next line: evaluates the innermost floors; in a floor, the parts before the division."""
    if all(not part.symbol for part in picture.parts):
        return Picture(picture.value)
    if any(_has_rounding(part) for part in picture.parts):
        parts = tuple(_next_step(part) if _has_rounding(part) else part for part in picture.parts)
    elif picture.symbol in _ROUNDING:
        if all(_is_flat(part) for part in picture.parts):
            return Picture(picture.value)
        parts = tuple(part if _is_flat(part) else _with_values(part) for part in picture.parts)
    else:
        parts = tuple(Picture(part.value) for part in picture.parts)
    return Picture(picture.value, picture.symbol, parts, picture.signs)


def _is_flat(picture: Picture) -> bool:
    """Whether it is a number, or a sum or product of plain numbers."""
    return all(not part.symbol for part in picture.parts)


def _with_values(picture: Picture) -> Picture:
    """The picture with a number for each of its parts."""
    parts = tuple(Picture(part.value) for part in picture.parts)
    return Picture(picture.value, picture.symbol, parts, picture.signs)


def _has_rounding(picture: Picture) -> bool:
    """Whether it still contains a floor, ceiling, max or min."""
    return picture.symbol in _ROUNDING or any(map(_has_rounding, picture.parts))
