"""Questions asked backwards: which kernel, stride, input or filters give a size or a count."""

from __future__ import annotations

from typing import Any, ClassVar

from convcalc.homework.answers.types import COUNT, SIZE
from convcalc.homework.questions.amounts import (
    ParamsEquation,
    equation_params,
    solved_params,
)
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import Count, GivenError
from convcalc.homework.questions.meaning import (
    Bias,
    Dilation,
    DilationBase,
    Fit,
    PaddingMeaning,
    Zeros,
    default,
)
from convcalc.homework.questions.words import biases, by, options
from convcalc.solve.equation import SizeEquation, bounds, exact
from convcalc.text import plural

_MAX_VALUES = 1_000  # most right values; a student finds one of them
_WORDS = {"n": "input size", "k": "kernel size", "s": "stride", "p": "padding", "d": "dilation"}


def _need_known(task: Task, find: str, names: tuple[str, ...], required: tuple[str, ...]) -> None:
    """Refuse a question that gives the number it asks for, or too few numbers."""
    if find not in names:
        raise GivenError("find", f"must be one of {', '.join(names)}")
    if task.written(find) is not None:
        raise GivenError(find, "is what the question asks for (find); leave it out")
    for name in required:
        if name != find and task.written(name) is None:
            raise GivenError(name, "is missing; only the number under find is left out")


@question("solve-size")
class SolveSize(Task):
    """The one number under `find` (n, k, s, p or d) that gives an output size; if several do, all of them are right."""

    rule: ClassVar = (
        "Write ⌊(n + 2p − d·(k − 1) − 1)/s⌋ + 1 = out with the numbers that are given, and undo step by step: "
        "subtract 1, multiply by the stride, then see what is missing."
    )
    examples: ClassVar = (
        {"find": "k", "n": 32, "out": 26}, {"find": "n", "k": 5, "s": 1, "p": 2, "out": 20},
    )  # fmt: skip

    find: str
    out: Count
    n: Count | None = None
    k: Count | None = None
    s: Count | None = None
    p: Zeros = default(None)
    d: Dilation = default(None)
    total: PaddingMeaning
    base: DilationBase
    fit: Fit

    def check(self) -> None:
        _need_known(self, self.find, tuple(_WORDS), ("n", "k"))
        if self.find == "s" and self.out == 1:
            raise GivenError("out", "is 1, which every large stride gives; ask for a larger output")
        if self.find == "d" and self.k == 1:
            raise GivenError("k", "is 1, on which dilation has no effect; give a larger kernel")
        if not self._values():
            name = _WORDS[self.find]
            exactly = " where windows must fit exactly" if self.fit == "strict" else ""
            raise GivenError("out", f"no {name} gives {self.out:,}{exactly}; change a number")

    def quantities(self) -> SizeEquation:
        """The equation; a padding of p per side is 2p zeros."""
        pads = sum(self.p.sides(1)[0]) if self.p.given else 0
        d = 1 if self.find == "d" else self.d
        return SizeEquation(
            self.find, self.n or 1, self.k or 1, self.s or 1, pads, d, self.out, self.total
        )

    def _values(self) -> list[int]:
        """All right values; first the one for which the window fits exactly.

        Raises:
            GivenError: there are too many.
        """
        equation = self.quantities()
        best, found = exact(equation), bounds(equation)
        assert best is not None
        assert found is not None
        if self.fit == "strict":
            return [int(best)] if best == int(best) and best >= self._least else []
        first, last = max(found[0], self._least), found[1]
        if last - first >= _MAX_VALUES:
            count = last - first + 1
            raise GivenError("out", f"{count:,} values are right; at most {_MAX_VALUES:,}: use a smaller stride or a larger output")  # fmt: skip
        values = range(first, last + 1)
        return sorted(values, key=lambda value: (value != best, value))

    @property
    def _least(self) -> int:
        """The smallest possible value."""
        return 0 if self.find == "p" else 1

    def sentence(self) -> str:
        known = {
            "input": by(self.n) if self.n else None,
            "kernel": by(self.k) if self.k else None,
            "stride": None if self.find == "s" else self.s or 1,
            "padding": None if self.find == "p" else self.p.given or 0,
            "dilation": self.written("d"),
        }
        several = "" if len(self._values()) == 1 else " Every value that does is right."
        return (
            f"Which {_WORDS[self.find]} gives a {by(self.out)} output{options(**known)}?{several}"
        )

    def parts(self) -> list[Part]:
        values = [self._meant(value) for value in self._values()]
        method = f"{self._equation()} = {self.out}, solved for {self.find}"
        part = Part("", SIZE, values[0], "solve-size", self.quantities(), self._solution, "", method)  # fmt: skip
        part.also = tuple(values[1:])
        return [part]

    def _equation(self) -> str:
        """The size formula with the known numbers, and a letter for the unknown."""
        numbers = self.quantities()
        n, k, s, d = (
            name if self.find == name else f"{getattr(numbers, name)}"
            for name in ("n", "k", "s", "d")
        )
        zeros = f" + {numbers.pads}" if numbers.pads else ""
        if self.find == "p":
            zeros = " + p" if self.total else " + 2p"
        covered = f"{d}·({k} − 1) + 1"
        if self.find not in ("k", "d"):
            covered = f"{numbers.d * (numbers.k - 1) + 1}"
        elif self.find == "k" and numbers.d == 1:
            covered = "k"
        taken = f"({covered})" if " " in covered else covered
        return f"⌊({n}{zeros} − {taken})/{s}⌋ + 1"

    def _meant(self, value: Any) -> Any:
        """A solution in the sheet's notation: its dilation may count from 0."""
        return value if self.find != "d" else value + self.base - 1

    def _solution(self, quantities: SizeEquation) -> Any:
        """The solution of another equation, in the sheet's notation."""
        found = exact(quantities)
        return None if found is None else self._meant(found)


@question("solve-params")
class SolveParams(Task):
    """The one number under `find` (k, c_in or filters) that gives this many parameters."""

    rule: ClassVar = "Write (k·k·(input channels) + 1)·filters = parameters with the numbers that are given, and undo step by step: divide by the filters, subtract the bias, divide again."
    examples: ClassVar = (
        {"find": "filters", "params": 1520, "k": 5, "c_in": 3}, {"find": "k", "params": 880, "c_in": 6, "filters": 16},
    )  # fmt: skip

    find: str
    params: Count
    k: Count | None = None
    c_in: Count | None = None
    filters: Count | None = None
    axes: Count = 2
    bias: Bias = default(None)

    def check(self) -> None:
        names = ("k", "c_in", "filters")
        _need_known(self, self.find, names, names)
        if self.axes > 3:
            raise GivenError("axes", f"is {self.axes:,}; a kernel has 1 to 3")
        if not isinstance(self._found(), int) or self._found() < 1:
            near = self._nearest()
            raise GivenError("params", f"no {self._name()} gives {self.params:,} parameters; {near}")  # fmt: skip

    def _name(self) -> str:
        """The unknown, in words."""
        return {"k": "kernel size", "c_in": "number of input channels"}.get(self.find, "number of filters")  # fmt: skip

    def quantities(self) -> ParamsEquation:
        """The equation."""
        numbers = (self.k or 1, self.c_in or 1, self.filters or 1)
        return ParamsEquation(self.find, *numbers, self.params, self.axes, 1 if self.bias else 0)

    def _found(self) -> Any:
        """The solution."""
        return solved_params(self.quantities())

    def _nearest(self) -> str:
        """Numbers of parameters that have a solution."""
        low, high = 1, 2
        equation = self.quantities()

        def count(value: int) -> int:
            return equation_params(equation.with_value(value))

        if count(low) > self.params:
            return f"even 1 gives {count(low):,}"
        while count(high) <= self.params:
            low, high = high, high * 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if count(middle) <= self.params else (low, middle)
        return f"{low:,} gives {count(low):,}, and {high:,} gives {count(high):,}"

    def sentence(self) -> str:
        known = []
        if self.k:
            known.append(f"kernels of {'×'.join([str(self.k)] * self.axes)}")
        if self.c_in:
            known.append(plural(self.c_in, "input channel"))
        if self.filters:
            known.append(plural(self.filters, "filter"))
        axes = "" if self.axes == 2 else f"{self.axes}-D "
        return (
            f"A {axes}convolution with {' and '.join(known)} has {self.params:,} "
            f"parameters{biases(self.written('bias'))}. What is its {self._name()}?"
        )

    def parts(self) -> list[Part]:
        quantities = self.quantities()
        k, c_in, filters = (
            letter if self.find == name else f"{value}"
            for name, letter, value in zip(
                ("k", "c_in", "filters"), ("k", "cin", "filters"), quantities[1:4], strict=True
            )
        )
        kernel = "·".join([k] * self.axes)
        plus = " + 1" if quantities.bias else ""
        method = f"({kernel}·{c_in}{plus})·{filters} = {self.params:,}, solved for {self.find.replace('_', '')}"  # fmt: skip
        answer_type = SIZE if self.find == "k" else COUNT  # a kernel may be written as 3x3
        return [Part.of(answer_type, "solve-params", quantities, solved_params, method)]
