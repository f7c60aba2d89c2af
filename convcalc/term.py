"""An integer that remembers how it was made.

The formulas use nothing but ``+ - * //``, so the functions that give a number to the walk give,
on terms, the number *and* its working: formula, substitution, each step, answer.

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

Operation = Literal["", "+", "-", "*", "//", "neg", "abs"]


class Term:
    """A whole number with its name (a leaf) or its operation and operands.

    Args:
        value: the number.
        name: how the formula line shows it; a leaf without one is a plain number.
    """

    __slots__ = ("name", "operands", "operation", "value")

    def __init__(
        self,
        value: int,
        name: str = "",
        operation: Operation = "",
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
        return f"Term({self.value}, {written(pictured(self), names=True)!r})"

    def working(self) -> list[str]:
        """The formula, the numbers put in, each step, and the answer; no line twice."""
        picture = pictured(self)
        lines = [written(picture, names=True), written(picture, names=False)]
        while picture.symbol:
            picture = stepped(picture)
            lines.append(written(picture, names=False))
        return [line for i, line in enumerate(lines) if i == 0 or line != lines[i - 1]]


def as_term(value: int | Term) -> Term:
    """A plain number as a nameless leaf; a term as it is."""
    return value if isinstance(value, Term) else Term(int(value))


# ---------------------------------------------------------------------- how a textbook shows it

Symbol = Literal["", "sum", "product", "floor", "ceil", "max", "min", "abs"]
FLOORED = ("floor", "ceil", "max", "min")


class Picture:
    """A term as a textbook would write it: sums and products of many parts, floors, ceilings.

    Attributes:
        symbol: what joins the parts; nothing for a number.
        parts: the parts, each with +1 or −1 before it (−1 only in sums).
    """

    __slots__ = ("name", "parts", "signs", "symbol", "value")

    def __init__(
        self,
        value: int,
        symbol: Symbol = "",
        parts: tuple[Picture, ...] = (),
        signs: tuple[int, ...] = (),
        name: str = "",
    ) -> None:
        self.value, self.symbol, self.parts, self.name = value, symbol, parts, name
        self.signs = signs or (1,) * len(parts)


def pictured(term: Term) -> Picture:
    """The picture of a term: its chains joined, and ⌈ ⌉, max and min seen where formulas spell them out."""
    parts = term.operands
    match term.operation:
        case "":
            return Picture(term.value, name=term.name)
        case "+" | "-":
            least = minimum(term)
            if least:
                return Picture(term.value, "min", (pictured(least[0]), pictured(least[1])))
            return joined(
                term.value,
                pictured(parts[0]),
                pictured(parts[1]),
                1 if term.operation == "+" else -1,
            )
        case "*":
            factors = [pictured(part) for part in parts]
            flat = [
                f for part in factors for f in (part.parts if part.symbol == "product" else (part,))
            ]
            return Picture(term.value, "product", tuple(flat))
        case "//":
            clamped = positive_part(term)
            if clamped is not None:
                return Picture(term.value, "max", (pictured(clamped), Picture(0)))
            return Picture(term.value, "floor", (pictured(parts[0]), pictured(parts[1])))
        case "neg":
            above = parts[0].operands[0] if parts[0].operation == "//" else None
            if above is not None and above.operation == "neg":
                return Picture(
                    term.value,
                    "ceil",
                    (pictured(above.operands[0]), pictured(parts[0].operands[1])),
                )
            return Picture(term.value, "sum", (pictured(parts[0]),), (-1,))
        case _:
            return Picture(term.value, "abs", (pictured(parts[0]),))


def joined(value: int, left: Picture, right: Picture, sign: int) -> Picture:
    """A sum with one more part; what stood in brackets after a minus stays in them."""
    parts, signs = (left.parts, left.signs) if left.symbol == "sum" else ((left,), (1,))
    if right.symbol == "sum" and sign == 1:
        return Picture(value, "sum", (*parts, *right.parts), (*signs, *right.signs))
    return Picture(value, "sum", (*parts, right), (*signs, sign))


def positive_part(term: Term) -> Term | None:
    """x, where the term is (x + |x|) // 2."""
    above, below = term.operands
    if above.operation != "+" or below.value != 2:
        return None
    x, size = above.operands
    return x if size.operation == "abs" and size.operands[0] is x else None


def minimum(term: Term) -> tuple[Term, Term] | None:
    """x and y, where the term is x − max(x − y, 0)."""
    x, over = term.operands
    if term.operation != "-" or over.operation != "//":
        return None
    gap = positive_part(over)
    return (
        (x, gap.operands[1])
        if gap is not None and gap.operation == "-" and gap.operands[0] is x
        else None
    )


def written(picture: Picture, *, names: bool) -> str:
    """The picture as text, with names or with numbers at its leaves."""
    texts = [written(part, names=names) for part in picture.parts]
    match picture.symbol:
        case "":
            return (
                picture.name if names and picture.name else f"{picture.value:,}".replace("-", "−")
            )
        case "sum":
            return sum_text(picture, texts)
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


def sum_text(picture: Picture, texts: list[str]) -> str:
    """A sum with its signs; a sum after a minus and a negative number stand in brackets."""
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


def stepped(picture: Picture) -> Picture:
    """One line further: innermost floors first, and inside each its parts before the division."""
    if all(not part.symbol for part in picture.parts):
        return Picture(picture.value)
    if any(has_floor(part) for part in picture.parts):
        parts = tuple(stepped(part) if has_floor(part) else part for part in picture.parts)
    elif picture.symbol in FLOORED:
        if all(flat(part) for part in picture.parts):
            return Picture(picture.value)
        parts = tuple(part if flat(part) else worked_out(part) for part in picture.parts)
    else:
        parts = tuple(Picture(part.value) for part in picture.parts)
    return Picture(picture.value, picture.symbol, parts, picture.signs)


def flat(picture: Picture) -> bool:
    """Whether one glance takes it in: a number, or a sum or product of numbers."""
    return all(not part.symbol for part in picture.parts)


def worked_out(picture: Picture) -> Picture:
    """The picture with each of its parts as a number."""
    parts = tuple(Picture(part.value) for part in picture.parts)
    return Picture(picture.value, picture.symbol, parts, picture.signs)


def has_floor(picture: Picture) -> bool:
    """Whether a floor, ceiling, max or min is left anywhere in it."""
    return picture.symbol in FLOORED or any(map(has_floor, picture.parts))
