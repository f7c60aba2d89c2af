"""Mistakes in formulas: one part left out or replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations, islice
from typing import Any

from convcalc.homework.answers.expressions import Tree, printed
from convcalc.homework.mistakes.base import Way, mistake
from convcalc.homework.questions.amounts import Symbolic

_BOTH = "formula from-answers"
_MAX_CHANGES = 12  # most formulas of one mistake

_Change = Callable[[Tree], Iterator[Tree]]


def _changed(tree: Tree, change: _Change) -> Iterator[Tree]:
    """The formulas with one part replaced."""
    yield from change(tree)
    if tree[0] in ("number", "name"):
        return
    for place, part in enumerate(tree[1:], start=1):
        for other in _changed(part, change):
            yield (*tree[:place], other, *tree[place + 1 :])


def _rule(name: str, topics: str, about: str, formula: str, change: _Change, line: str) -> None:
    """A mistake that changes one part of a formula."""

    def wrong(quantities: Symbolic) -> Any:
        found = islice(_changed(quantities.tree, change), _MAX_CHANGES)
        return [Way(quantities._replace(tree=tree), printed(tree)) for tree in found]

    mistake(f"formula.{name}", topics, about, formula, wrong, line)


def _everywhere(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """A formula with every part changed."""
    if tree[0] not in ("number", "name"):
        tree = (tree[0], *[_everywhere(part, change) for part in tree[1:]])
    return change(tree)


def _number(value: int) -> Tree:
    """A number as a formula."""
    return ("number", Fraction(value))


def _is_rounding(tree: Tree) -> bool:
    """Whether a formula is rounded."""
    return tree[0] in ("floor", "ceil")


# ------------------------------------------------------------------------------- the changes


def _constants_gone(tree: Tree) -> Iterator[Tree]:
    """An added or subtracted number left out."""
    if tree[0] in ("+", "-"):
        if tree[2][0] == "number":
            yield tree[1]
        if tree[0] == "+" and tree[1][0] == "number":
            yield tree[2]


def _factors_gone(tree: Tree) -> Iterator[Tree]:
    """A number as a factor or divisor left out."""
    if tree[0] == "*" and tree[1][0] == "number":
        yield tree[2]
    if tree[0] in ("*", "/") and tree[2][0] == "number":
        yield tree[1]


def _symbols_gone(tree: Tree) -> Iterator[Tree]:
    """A symbol of a sum or of a product left out."""
    if tree[0] in ("+", "-", "*", "/") and _is_symbol(tree[2]):
        yield tree[1]
    if tree[0] in ("+", "*") and _is_symbol(tree[1]):
        yield tree[2]


def _is_symbol(tree: Tree) -> bool:
    """Whether it is a symbol, alone or with a power or a factor."""
    if tree[0] in ("^", "*", "/"):
        return "name" in (tree[1][0], tree[2][0]) and "number" in (tree[1][0], tree[2][0])
    return bool(tree[0] == "name")


def _powers_flat(tree: Tree) -> Iterator[Tree]:
    """k or 2k for k²."""
    if tree[0] == "^":
        yield tree[1]
        yield ("*", tree[2], tree[1])
    if tree[0] == "*" and tree[1] == tree[2]:
        yield tree[1]


def _signs_turned(tree: Tree) -> Iterator[Tree]:
    """Plus for minus, or the reverse: one sign, or all signs of a sum."""
    if tree[0] in ("+", "-"):
        yield (_TURNED[tree[0]], *tree[1:])
        if tree[1][0] in ("+", "-"):
            yield _all_turned(tree)


_TURNED = {"+": "-", "-": "+"}


def _all_turned(tree: Tree) -> Tree:
    """A sum with every sign turned: n − 2p + k for n + 2p − k."""
    if tree[0] not in ("+", "-"):
        return tree
    return (_TURNED[tree[0]], _all_turned(tree[1]), tree[2])


def _quotients_turned(tree: Tree) -> Iterator[Tree]:
    """b/a for a/b."""
    if tree[0] == "/":
        yield ("/", tree[2], tree[1])


def _brackets_moved(tree: Tree) -> Iterator[Tree]:
    """A term moved into or out of a quotient or a product: (a + c)/b or a/(b + c) for a/b + c."""
    operation = tree[0]
    if operation in ("+", "-"):
        rounded = tree[1][:1] if _is_rounding(tree[1]) else ()
        inner = tree[1][1] if rounded else tree[1]
        if inner[0] in ("*", "/"):
            for moved in (
                (inner[0], (operation, inner[1], tree[2]), inner[2]),
                (inner[0], inner[1], (operation, inner[2], tree[2])),
            ):
                yield (*rounded, moved) if rounded else moved
        if tree[2][0] in ("*", "/"):
            yield (tree[2][0], (operation, tree[1], tree[2][1]), tree[2][2])
    if operation in ("*", "/"):
        if tree[1][0] in ("+", "-"):
            sign, first, second = tree[1]
            yield (sign, first, (operation, second, tree[2]))
            yield (sign, (operation, first, tree[2]), second)
        if tree[2][0] in ("+", "-"):
            sign, first, second = tree[2]
            yield (sign, (operation, tree[1], first), second)


def _other_operations(tree: Tree) -> Iterator[Tree]:
    """A product for a sum, a difference for a quotient, or the reverse."""
    others = {"*": "+", "/": "-", "-": "/", "+": "*"}
    if tree[0] in others:
        yield (others[tree[0]], *tree[1:])


def _one_side(tree: Tree) -> Iterator[Tree]:
    """One of two parts."""
    if tree[0] in ("+", "-", "*", "/"):
        yield tree[1]
        yield tree[2]


def _swapped(quantities: Symbolic) -> Any:
    """Two symbols swapped."""
    found = []
    for one, other in islice(combinations(quantities.symbols, 2), _MAX_CHANGES):
        places = {("name", one): ("name", other), ("name", other): ("name", one)}
        tree = _everywhere(quantities.tree, lambda part, p=places: p.get(part, part))  # type: ignore[misc]
        found.append(_with_tree(quantities, tree))
    return found


def _with_tree(quantities: Symbolic, tree: Tree) -> Any:
    """A question with another formula; None if the mistake changes nothing."""
    if tree == quantities.tree:
        return None
    return Way(quantities._replace(tree=tree), printed(tree))


def _not_rounded(quantities: Symbolic) -> Any:
    """The formula without rounding."""
    tree = _everywhere(quantities.tree, lambda part: part[1] if _is_rounding(part) else part)
    return _with_tree(quantities, tree)


def _rounded_otherwise(quantities: Symbolic) -> Any:
    """Rounded up for down, or the reverse."""
    others = {"floor": "ceil", "ceil": "floor"}
    tree = _everywhere(
        quantities.tree, lambda part: (others[part[0]], part[1]) if _is_rounding(part) else part
    )
    return _with_tree(quantities, tree)


_rule(
    "no-constant", _BOTH, "a number that is added or subtracted left out", "n for n + 1", _constants_gone,
    "Is a number added or subtracted as well? Try it with the smallest numbers that are possible.",
)  # fmt: skip
_rule(
    "no-factor", _BOTH, "a number that multiplies or divides left out", "p for 2p", _factors_gone,
    "Is everything counted as often as it occurs? A number multiplies or divides as well.",
)  # fmt: skip
mistake(
    "formula.not-rounded", "formula", "not rounded", "without ⌊ ⌋", _not_rounded,
    "What does your formula give when the division leaves a remainder?",
)  # fmt: skip
mistake(
    "formula.rounded-otherwise", "formula", "rounded up instead of down, or the reverse", "⌈ ⌉ for ⌊ ⌋",
    _rounded_otherwise,
    "The last window must lie fully inside the padded input. In which direction do you round?",
)  # fmt: skip
_rule(
    "no-symbol", "formula", "a symbol left out", "without one of the symbols", _symbols_gone,
    "One of the symbols changes the result, but has no effect in your formula. Which one?",
)  # fmt: skip
_rule(
    "no-square", "formula", "k or 2k instead of k²", "k for k²", _powers_flat,
    "How many cells does a square of that side have?",
)  # fmt: skip
_rule(
    "sign", "formula", "plus for minus, or the reverse", "+ for −", _signs_turned,
    "What makes the result larger, and what makes it smaller? Check every sign.",
)  # fmt: skip
mistake(
    "formula.swapped", "formula", "two symbols swapped", "k and n change places", _swapped,
    "Look up what each symbol stands for.",
)  # fmt: skip
_rule(
    "brackets", _BOTH, "a term moved into or out of a quotient or a product", "(a + c)/b for a/b + c", _brackets_moved,
    "Which parts belong together? Work your formula out step by step and look at what is divided or multiplied by what.",
)  # fmt: skip
_rule(
    "upside-down", _BOTH, "a quotient upside down", "b/a for a/b", _quotients_turned,
    "What is divided by what?",
)  # fmt: skip
_rule(
    "other-operation", "from-answers", "another sign between the answers", "a + b for a·b", _other_operations,
    "Are the two answers multiplied, divided, added or subtracted?",
)  # fmt: skip
_rule(
    "one-part", "from-answers", "one of the answers only", "a for a·b", _one_side,
    "This is only a part of what is asked. What comes next?",
)  # fmt: skip
