"""Questions about formulas: in symbols, or with a value computed from the answers to other questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from convcalc.errors import did_you_mean
from convcalc.homework.answers.expressions import (
    Tree,
    in_numbers,
    names_in,
    parsed,
    plain_name,
    printed,
    value_of,
)
from convcalc.homework.answers.formulas import Formula, InSymbols
from convcalc.homework.answers.notation import Unreadable
from convcalc.homework.answers.reading import exact_text
from convcalc.homework.answers.rounded import NUMBER
from convcalc.homework.questions.amounts import Symbolic
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.exact import as_int_if_whole
from convcalc.homework.questions.given import GivenError, Values, Words
from convcalc.homework.questions.meaning import (
    BiasCounted,
    DilationBase,
    InPixels,
    Operations,
    PaddingMeaning,
)
from convcalc.text import listing, shortened

_MAX_SYMBOLS = 10
_MAX_NODES = 40  # most signs of a sheet's formula, from which its mistakes are computed
_MIN_POINTS = 12
_SYMBOL = re.compile(r"[^\W\d_]\w{0,19}")


def _tree(text: str, names: tuple[str, ...] | None, key: str = "formula") -> Tree:
    """A formula of the sheet.

    Raises:
        GivenError: it cannot be read.
    """
    try:
        return parsed(text, names, _MAX_NODES)
    except Unreadable as error:
        raise GivenError(key, f"{shortened(text, 60)!r} is not a formula: {error}") from None


# ---------------------------------------------------------------------------------- in symbols


class _Known(NamedTuple):
    """A formula that courses often ask for.

    Attributes:
        what: what it gives, in words.
        symbols: the meaning of its symbols.
        formula: the formula under the sheet's conventions.
        odd: the symbols that stand for odd numbers.
    """

    what: str
    symbols: dict[str, str]
    formula: Callable[[FormulaTask], str]
    odd: tuple[str, ...] = ()


_WINDOW = {"n": "input size", "k": "kernel size", "s": "stride", "p": "padding"}
_CHANNELS = {"k": "kernel size", "c_in": "input channels", "c_out": "filters"}
_KNOWN: dict[str, _Known] = {
    "output-size": _Known(
        "the output size of a convolution, rounded down", _WINDOW,
        lambda task: f"floor((n + {task.zeros} - k)/s) + 1",
    ),
    "dilated-size": _Known(
        "the output size of a convolution with dilation, rounded down", {**_WINDOW, "d": "dilation"},
        lambda task: f"floor((n + {task.zeros} - {task.dilation}*(k - 1) - 1)/s) + 1",
    ),
    "transposed-size": _Known(
        "the output size of a transposed convolution", _WINDOW,
        lambda task: f"(n - 1)*s - {task.zeros} + k",
    ),
    "pad-to-keep": _Known(
        "the padding that keeps the size at stride 1, for an odd kernel", {"k": "kernel size"},
        lambda task: "k - 1" if task.total else "(k - 1)/2", ("k",),
    ),
    "params": _Known(
        "the number of parameters of a convolution", _CHANNELS,
        lambda task: f"(k^2*c_in{' + 1' if task.biases else ''})*c_out",
    ),
    "params-fc": _Known(
        "the number of parameters of a fully connected layer", {"m": "inputs", "u": "units"},
        lambda task: f"(m{' + 1' if task.biases else ''})*u",
    ),
    "params-separable": _Known(
        "the number of weights of a depthwise separable convolution without biases", _CHANNELS,
        lambda task: "k^2*c_in + c_in*c_out",
    ),
    "macs": _Known(
        "the number of operations of a convolution", {**_CHANNELS, "h": "output height", "w": "output width"},
        lambda task: {
            "macs": "k^2*c_in*c_out*h*w", "2macs": "2*k^2*c_in*c_out*h*w", "exact": "(2*k^2*c_in - 1)*c_out*h*w",
        }[task.operations],
    ),
    "receptive-field": _Known(
        "the receptive field of one unit after some layers of one kernel size with stride 1",
        {"k": "kernel size", "L": "layers"},
        lambda task: "(L*(k - 1) + 1)^2" if task.in_pixels else "L*(k - 1) + 1",
    ),
}  # fmt: skip


def _symbols_text(names: Sequence[str]) -> str:
    """Symbols in a sentence.

    >>> _symbols_text(["n"]), _symbols_text(["n", "k"])
    ('the symbol n', 'the symbols n and k')
    """
    *first, last = names
    return f"the symbols {', '.join(first)} and {last}" if first else f"the symbol {last}"


@question("formula")
class FormulaTask(Task):
    """A formula in symbols: one of a list (of), or your own (formula, with what it gives); `odd` symbols are odd numbers."""

    rule: ClassVar = "Write down the rule from the notes with letters. Then put small numbers in, and compare with what you count."
    examples: ClassVar = (
        {"of": "output-size"},
        {"formula": "n^2 + n", "symbols": ["n"], "what": "the sum of the first n even numbers"},
    )

    of: str = ""
    formula: str = ""
    what: str = ""
    symbols: Words = ()
    odd: Words = ()
    total: PaddingMeaning
    base: DilationBase
    biases: BiasCounted
    operations: Operations
    in_pixels: InPixels

    @property
    def zeros(self) -> str:
        """The zeros that a padding of p adds."""
        return "p" if self.total else "2*p"

    @property
    def dilation(self) -> str:
        """The dilation counted from 1."""
        return "d" if self.base else "(d + 1)"

    def check(self) -> None:
        if bool(self.of) == bool(self.formula):
            raise GivenError("of", "or formula is needed, and only one of them")
        if self.of and self.of not in _KNOWN:
            known = did_you_mean(self.of, _KNOWN) or f"; it can be {', '.join(_KNOWN)}"
            raise GivenError("of", f"cannot be {shortened(self.of)!r}{known}")
        if self.of and (self.symbols or self.odd):
            raise GivenError("of", "has its own symbols; leave symbols and odd out")
        if len(self.symbols) > _MAX_SYMBOLS:
            raise GivenError("symbols", f"lists {len(self.symbols)}; at most {_MAX_SYMBOLS}")
        for name in self.symbols:
            if not _SYMBOL.fullmatch(name):
                raise GivenError("symbols", f"{shortened(name, 20)!r} is not a symbol; use letters, then digits or _")  # fmt: skip
        if len(set(self.symbols)) < len(self.symbols):
            raise GivenError("symbols", "has a symbol twice")
        for name in self.odd:
            if name not in self.names():
                raise GivenError("odd", f"{shortened(name, 20)!r} is not one of the symbols {', '.join(self.names())}")  # fmt: skip
        if self.formula and len(self.form().points) < _MIN_POINTS:
            raise GivenError("formula", "has no value for most numbers; it must have one for whole numbers from 1")  # fmt: skip

    def names(self) -> tuple[str, ...]:
        """The symbols."""
        if self.of:
            return tuple(_KNOWN[self.of].symbols)
        return self.symbols or tuple(dict.fromkeys(names_in(_tree(self.formula, None)))) or ("n",)

    def tree(self) -> Tree:
        """The right formula."""
        if self.of:
            return _tree(_KNOWN[self.of].formula(self), self.names())
        return _tree(self.formula, self.names())

    def form(self) -> InSymbols:
        """How answers are compared."""
        odd = _KNOWN[self.of].odd if self.of else self.odd
        found: InSymbols = self.once("form", lambda: InSymbols(self.names(), odd, self.tree()))
        return found

    def sentence(self) -> str:
        if not self.of:
            what = self.what or "what is asked"
            return f"Give a formula for {what}, in {_symbols_text(self.names())}."
        known = _KNOWN[self.of]
        meant = [f"{name} ({meaning})" for name, meaning in known.symbols.items()]
        return f"Give a formula for {known.what}, in {_symbols_text(meant)}."

    def parts(self) -> list[Part]:
        form, tree = self.form(), self.tree()

        def evaluate(quantities: Symbolic) -> Formula:
            return form.formula(quantities.tree)

        quantities = Symbolic(tree, self.names())
        method = f"the rule, with letters{_tried(tree, self.names())}"
        return [Part.of(form, "formula", quantities, evaluate, method)]


_FIRST = {"n": 25, "k": 7, "s": 4, "p": 3}  # numbers that fit together in a window
_OTHERS = (5, 8, 6, 9, 11, 12, 13, 14, 15, 17)


def _tried(tree: Tree, names: Sequence[str]) -> str:
    """The right formula's value for some numbers, to test another formula; empty if it tells nothing."""
    numbers = {name: _FIRST.get(name, other) for name, other in zip(names, _OTHERS)}
    found = value_of(tree, {name: Fraction(number) for name, number in numbers.items()})
    if found is None or found.denominator > 1:
        return ""
    own = set(re.findall(r"\d+", printed(tree)))  # numbers of the answer itself must not be shown
    if own & {str(found), *map(str, numbers.values())}:
        return ""
    given = ", ".join(f"{name} = {number}" for name, number in numbers.items())
    return f"; with {given} it gives {found}"


# ----------------------------------------------------------------------- from other questions


@question("from-answers")
class FromAnswers(Task):
    """A value computed from the answers to earlier questions, such as q1*q2 or q4.weights/q3; on a sheet they are known."""

    rule: ClassVar = "Put your own answers to the other questions into the formula. If one of them is wrong, what follows from it still counts."
    examples: ClassVar = (
        {"formula": "q1*q2", "values": {"q1": 12, "q2": 40}},
        {"formula": "q4/q3", "values": {"q3": 500, "q4": 36000}},
    )

    formula: str
    values: Values = ()

    def check(self) -> None:
        if not self.uses():
            raise GivenError("formula", "names no other question; write for example q1*q2")

    def uses(self) -> tuple[str, ...]:
        """The names in its formula, without repeats."""
        return tuple(dict.fromkeys(names_in(self.tree())))

    def tree(self) -> Tree:
        """The formula."""
        found: Tree = self.once("read", lambda: _tree(self.formula, None))
        return found

    def needs(self) -> tuple[str, ...]:
        known = {name for name, _ in self.values}
        return tuple([name for name in self.uses() if name not in known])

    def _numbers(self) -> dict[str, Fraction]:
        """The numbers for its names.

        Raises:
            GivenError: a number is unknown.
        """
        found = {**dict(self.values), **self.linked_values}
        missing = [name for name in self.needs() if name not in found]
        if missing:
            raise GivenError("formula", f"there is no earlier question {missing[0]}; put it before this one, or give its number under values")  # fmt: skip
        return found

    def sentence(self) -> str:
        stated = [f"{name} = {exact_text(value)}" for name, value in self._stated().items()]
        needed = self.needs()
        answers = [f"your answer{'s' * (len(needed) > 1)} to {listing(needed)}"] if needed else []
        return f"Work out {printed(self.tree())} with {' and '.join([*([listing(stated)] if stated else []), *answers])}."  # fmt: skip

    def _stated(self) -> dict[str, Fraction]:
        """The numbers that the question gives for names of the formula."""
        return {name: value for name, value in self.values if name in self.uses()}

    def parts(self) -> list[Part]:
        return [self._part(self._numbers(), self._stated())]

    def _part(self, values: Mapping[str, Fraction], known: Mapping[str, Fraction]) -> Part:
        """The part with these numbers.

        Args:
            values: the number for every name.
            known: the numbers that the student knows, so hints may contain them; others are answers.
        """

        def evaluate(quantities: Symbolic) -> Any:
            found = value_of(quantities.tree, values)
            return None if found is None else as_int_if_whole(found)

        quantities = Symbolic(self.tree(), tuple(values))
        method = printed(in_numbers(self.tree(), known))
        part = Part.of(NUMBER, "from-answers", quantities, evaluate, method)
        if part.expected is None:
            raise GivenError("formula", "has no value for these answers: it divides by 0, or is too large")  # fmt: skip
        return part

    def follow(self, name: str, earlier: Mapping[str, Any]) -> Part | None:
        """The part as it follows from the student's answers."""
        values, known = self._numbers(), self._stated()
        own = {plain_name(key): value for key, value in earlier.items() if key}
        for each in self.needs():
            value = own.get(plain_name(each))
            if isinstance(value, int | Fraction) and not isinstance(value, bool):
                values[each] = known[each] = Fraction(value)
        try:
            return self._part(values, known)
        except GivenError:
            return None
