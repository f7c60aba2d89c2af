"""Questions by hand about softmax and batch normalisation: exact if possible, else to some decimals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from fractions import Fraction
from math import isqrt
from typing import Any, ClassVar, NamedTuple

from convcalc.homework.answers.reading import exact_text, to_decimals
from convcalc.homework.answers.rounded import NUMBER, Decimals
from convcalc.homework.answers.types import MATRIX
from convcalc.homework.questions.asking import Parted
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.exact import as_int_if_whole, need_small, need_writable
from convcalc.homework.questions.given import Count, GivenError, Rows
from convcalc.text import plural

_MAX_PLACES = 8
_MAX_LOGIT = 1_000
_DIGITS = 50  # digits of the calculation; far more than answers have
_CONTEXT = Context(prec=_DIGITS)


def _need_places(places: int) -> None:
    """Refuse too many decimals."""
    if places > _MAX_PLACES:
        raise GivenError("decimals", f"is {places:,}; at most {_MAX_PLACES}")


def _rounded_rows(rows: list[list[Fraction]], places: int) -> Rows:
    """Rows of numbers to some decimals."""
    return tuple([tuple([as_int_if_whole(to_decimals(cell, places)) for cell in row]) for row in rows])  # fmt: skip


# ------------------------------------------------------------------------------------- softmax


class Softmax(NamedTuple):
    """A row of scores, and the decimals of their probabilities."""

    x: tuple[Any, ...]
    places: int


def exponential(value: Fraction) -> Fraction:
    """e to a power, to many digits."""
    power = _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return Fraction(_CONTEXT.exp(power))


def shares(weights: list[Fraction], places: int) -> Rows:
    """Weights divided by their sum, to some decimals."""
    total = sum(weights, Fraction(0))
    return _rounded_rows([[weight / total for weight in weights]], places)


def softmax(quantities: Softmax) -> Rows:
    """e^x divided by the sum of all e^x; the largest score is subtracted from all first."""
    most = max(quantities.x)
    return shares([exponential(Fraction(x - most)) for x in quantities.x], quantities.places)


def _lies_between(scores: tuple[Any, ...], places: int) -> bool:
    """Whether a probability is exactly between two rounded values, such as 1/8 with two decimals."""
    most = max(scores)
    powers = [exponential(Fraction(x - most)) for x in scores]
    ends = [power / sum(powers, Fraction(0)) * 10**places % 1 for power in powers]
    return any(abs(end - Fraction(1, 2)) < Fraction(1, 10 ** (_DIGITS // 2)) for end in ends)


@question("softmax-by-hand")
class SoftmaxByHand(Task):
    """The probabilities that softmax makes of a row of scores, to some decimals."""

    rule: ClassVar = "Take e to the power of every score, and divide each by the sum of all. The results add up to 1."
    examples: ClassVar = ({"x": [[1, 2, 3]], "decimals": 3}, {"x": [[2, 0, 1, -1]]})

    x: Rows
    decimals: Count = 2

    def check(self) -> None:
        if len(self.x) != 1 or len(self.x[0]) < 2:
            raise GivenError("x", "must be one row of at least two scores, such as [2, 1, 0]")
        need_small(x=[self.x])
        _need_places(self.decimals)
        if any(abs(score) > _MAX_LOGIT for score in self.x[0]):
            raise GivenError("x", f"has a score beyond ±{_MAX_LOGIT:,}; use smaller ones")
        if _lies_between(self.x[0], self.decimals):
            raise GivenError("decimals", "leaves a probability exactly between two roundings; ask for another number of decimals")  # fmt: skip

    def sentence(self) -> str:
        places = plural(self.decimals, "decimal")
        return f"Which probabilities does softmax make from the scores {MATRIX.text(self.x)}? Give {places}."

    def parts(self) -> list[Part]:
        quantities = Softmax(self.x[0], self.decimals)
        method = "e^x for each score, divided by their sum"
        return [Part.of(Decimals(self.decimals), "hand-softmax", quantities, softmax, method)]


# ------------------------------------------------------------------------- batch normalisation


class Norm(NamedTuple):
    """The values of one channel, normalised.

    Attributes:
        x: the values.
        gamma, beta, eps: scale, shift, and the constant added to the variance.
        places: decimals of the result; -1 if it is exact.
        mean, variance: the values to use; None for the right ones.
    """

    x: Rows
    gamma: Fraction
    beta: Fraction
    eps: Fraction
    places: int
    mean: Fraction | None = None
    variance: Fraction | None = None

    @property
    def values(self) -> list[Fraction]:
        return [Fraction(cell) for row in self.x for cell in row]


def mean_of(quantities: Norm) -> Any:
    """The sum of the values divided by their number."""
    if quantities.mean is not None:
        return quantities.mean
    return as_int_if_whole(sum(quantities.values, Fraction(0)) / len(quantities.values))


def variance_of(quantities: Norm) -> Any:
    """The mean of (x − mean)²."""
    if quantities.variance is not None:
        return quantities.variance
    middle, values = mean_of(quantities), quantities.values
    return as_int_if_whole(sum([(x - middle) ** 2 for x in values], Fraction(0)) / len(values))


def _exact_root(value: Fraction) -> Fraction | None:
    """The square root, if it is a fraction."""
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    return root if root * root == value else None


def root_of(value: Fraction) -> Fraction:
    """The square root, exact or to many digits."""
    scale = 10**_DIGITS
    close = Fraction(isqrt(value.numerator * value.denominator * scale**2), value.denominator * scale)  # fmt: skip
    return _exact_root(value) or close


def scaled_by(
    quantities: Norm, divisor: Fraction, *, centre: bool = True, shift: bool = True
) -> Rows | None:
    """gamma · (x − mean)/divisor + beta, exact or to some decimals; None if the divisor is 0."""
    if not divisor:
        return None
    middle = mean_of(quantities) if centre else 0
    beta = quantities.beta if shift else 0
    rows = [
        [quantities.gamma * (cell - middle) / divisor + beta for cell in row]
        for row in quantities.x
    ]
    if quantities.places >= 0:
        return _rounded_rows(rows, quantities.places)
    return tuple([tuple(map(as_int_if_whole, row)) for row in rows])


def normalised(quantities: Norm) -> Rows | None:
    """gamma · (x − mean)/√(variance + eps) + beta"""
    under = Fraction(variance_of(quantities) + quantities.eps)
    return scaled_by(quantities, root_of(under)) if under > 0 else None


_NORM_PARTS: dict[str, tuple[Callable[[Norm], Any], str]] = {
    "mean": (mean_of, "the sum of the values divided by their number"),
    "variance": (variance_of, "the mean of (x − mean)²"),
    "y": (normalised, "gamma·(x − mean)/√(variance + eps) + beta"),
}


@question("batch-norm-by-hand")
class BatchNormByHand(Parted):
    """The values of one channel after batch normalisation, with their mean and variance."""

    partial: ClassVar = "parts"
    rule: ClassVar = (
        "Take the mean of all values of the channel, then the mean of the squared distances from it "
        "(divided by the number of values). y = gamma·(x − mean)/√(variance + eps) + beta."
    )
    examples: ClassVar = (
        {"x": [[2, 4, 6, 8], [4, 6, 4, 6]], "gamma": 2, "beta": 1, "eps": 1},
        {"x": [[1, 5]], "gamma": 3},
    )

    x: Rows
    gamma: Fraction = Fraction(1)
    beta: Fraction = Fraction(0)
    eps: Fraction = Fraction(0)
    decimals: Count = 2

    def check(self) -> None:
        need_small(x=[self.x], gamma=[((self.gamma,),)], beta=[((self.beta,),)], eps=[((self.eps,),)])  # fmt: skip
        _need_places(self.decimals)
        if self.eps < 0:
            raise GivenError("eps", f"is {exact_text(self.eps)}; give 0 or more")
        if not variance_of(self.quantities()) + self.eps:
            raise GivenError("x", "has the same value everywhere, so the variance is 0; use different values, or give eps")  # fmt: skip
        super().check()

    def quantities(self) -> Norm:
        """The numbers behind the question; the result is exact if the root is a fraction."""
        found = Norm(self.x, self.gamma, self.beta, self.eps, self.decimals)
        exact = _exact_root(Fraction(variance_of(found) + self.eps)) is not None
        return found._replace(places=-1) if exact else found

    def setting(self) -> str:
        gamma, beta, eps = map(exact_text, (self.gamma, self.beta, self.eps))
        return (
            f"Batch normalisation works on the values {MATRIX.text(self.x)} of one channel with gamma = {gamma}, "
            f"beta = {beta} and eps = {eps}."
        )

    def asks(self) -> dict[str, str]:
        places = "" if self.quantities().places < 0 else f", to {plural(self.decimals, 'decimal')}"
        return {
            "mean": "What is their mean?",
            "variance": "What is their variance?",
            "y": f"What is the result{places}?",
        }

    def every_part(self) -> list[Part]:
        return [self._part(name, self.quantities()) for name in self.asked]

    def _part(self, name: str, quantities: Norm) -> Part:
        """One part with these numbers."""
        evaluate, method = _NORM_PARTS[name]
        expected = evaluate(quantities)
        need_writable(expected)
        form = NUMBER if name != "y" else MATRIX if quantities.places < 0 else Decimals(quantities.places)  # fmt: skip
        return Part(name, form, expected, f"hand-norm-{name}", quantities, evaluate, name, method)

    def passes_on(self, name: str) -> bool:
        return name in ("mean", "variance") and name != self.asked[-1]

    def follow(self, name: str, earlier: Mapping[str, Any]) -> Part | None:
        """The part as it follows from the student's mean and variance."""
        own: dict[str, Any] = {
            key: Fraction(earlier[key])
            for key in ("mean", "variance")
            if key != name and isinstance(earlier.get(key), int | Fraction)
        }
        quantities = self.quantities()._replace(**own)
        if name == "y" and variance_of(quantities) + self.eps <= 0:
            return None
        try:
            return self._part(name, quantities) if own else None
        except GivenError:
            return None
