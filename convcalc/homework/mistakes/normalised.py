"""Mistakes in softmax and batch normalisation by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from convcalc.homework.answers.reading import to_decimals
from convcalc.homework.mistakes.base import mistake
from convcalc.homework.questions.exact import as_int_if_whole
from convcalc.homework.questions.normalised import (
    Norm,
    Softmax,
    exponential,
    root_of,
    scaled_by,
    shares,
    variance_of,
)

_MOST = 20  # nobody answers with a higher power of e

# ------------------------------------------------------------------------------------- softmax


def _row(quantities: Softmax, values: list[Fraction]) -> Any:
    """A row rounded to the decimals asked for."""
    return (tuple([as_int_if_whole(to_decimals(value, quantities.places)) for value in values]),)


def _powers(quantities: Softmax) -> list[Fraction] | None:
    """e to the power of each score; None if they are enormous."""
    if max(quantities.x) > _MOST:
        return None
    return [exponential(Fraction(x)) for x in quantities.x]


def _not_divided(quantities: Softmax) -> Any:
    """The powers themselves."""
    powers = _powers(quantities)
    return None if powers is None else _row(quantities, powers)


def _no_powers(quantities: Softmax) -> Any:
    """Each score divided by the sum of the scores."""
    return shares([Fraction(x) for x in quantities.x], quantities.places)


def _powers_of_two(quantities: Softmax) -> Any:
    """2^x divided by the sum of all 2^x."""
    if any(Fraction(x).denominator != 1 for x in quantities.x):
        return None
    most = max(quantities.x)
    return shares([Fraction(2) ** (x - most) for x in quantities.x], quantities.places)


def _sigmoids(quantities: Softmax) -> Any:
    """1/(1 + e^−x) for each score."""
    return _row(quantities, [1 / (1 + exponential(Fraction(-x))) for x in quantities.x])


def _turned(quantities: Softmax) -> Any:
    """e^−x."""
    return quantities._replace(x=tuple([-x for x in quantities.x]))


mistake(
    "softmax.no-exp", "hand-softmax", "scores divided by their sum, without e^x", "x/Σx", _no_powers,
    "What happens to every score before it is divided by the sum?",
)  # fmt: skip
mistake(
    "softmax.not-divided", "hand-softmax", "not divided by the sum", "e^x", _not_divided,
    "What do the probabilities add up to?",
)  # fmt: skip
mistake(
    "softmax.sigmoid", "hand-softmax", "the sigmoid of each score", "1/(1 + e^−x)", _sigmoids,
    "Softmax looks at all scores together. What do the probabilities add up to?",
)  # fmt: skip
mistake(
    "softmax.largest", "hand-softmax", "1 for the largest score, 0 for the others", "argmax",
    lambda w: (tuple([int(x == max(w.x)) for x in w.x]),),
    "Softmax gives every score some probability, not only the largest.",
)  # fmt: skip
mistake(
    "softmax.base-2", "hand-softmax", "powers of 2 instead of e", "2^x/Σ2^x", _powers_of_two,
    "Which number is taken to the power of each score?",
)  # fmt: skip
mistake(
    "softmax.minus", "hand-softmax", "e^−x instead of e^x", "e^−x/Σe^−x", _turned,
    "Which score gets the largest probability?",
)  # fmt: skip

# ------------------------------------------------------------------------- batch normalisation


def _under(quantities: Norm) -> Fraction:
    """The expression under the root."""
    return Fraction(variance_of(quantities) + quantities.eps)


def _whole(value: Fraction) -> Any:
    """A value in the form of an answer."""
    return as_int_if_whole(value)


def _sample_variance(quantities: Norm) -> Any:
    """The variance divided by n − 1."""
    count = len(quantities.values)
    return _whole(Fraction(variance_of(quantities)) * count / (count - 1))


def _no_root(quantities: Norm) -> Any:
    """Divided by the variance."""
    return scaled_by(quantities, _under(quantities))


mistake(
    "norm.sum", "hand-norm-mean", "the sum instead of the mean", "Σx",
    lambda w: _whole(sum(w.values, Fraction(0))),
    "By how many values is the sum divided?",
)  # fmt: skip
mistake(
    "norm.middle", "hand-norm-mean", "the middle between the smallest and the largest", "(min + max)/2",
    lambda w: _whole((min(w.values) + max(w.values)) / 2),
    "Every value counts in the mean, not only the smallest and the largest.",
)  # fmt: skip
mistake(
    "norm.sample-variance", "hand-norm-variance", "divided by n − 1", "Σ(x − mean)²/(n − 1)", _sample_variance,
    "Batch normalisation divides by the number of values. By what did you divide?",
)  # fmt: skip
mistake(
    "norm.squares", "hand-norm-variance", "mean of the squares, the mean not subtracted", "Σx²/n",
    lambda w: _whole(sum([x * x for x in w.values], Fraction(0)) / len(w.values)),
    "Distances from what are squared?",
)  # fmt: skip
mistake(
    "norm.not-divided", "hand-norm-variance", "the sum of the squared distances", "Σ(x − mean)²",
    lambda w: _whole(Fraction(variance_of(w)) * len(w.values)),
    "The variance is a mean. By how many values is the sum divided?",
)  # fmt: skip
mistake(
    "norm.deviation", "hand-norm-variance", "the standard deviation instead of the variance", "√variance",
    lambda w: _whole(root_of(Fraction(variance_of(w)))),
    "Is this the variance, or its root?",
)  # fmt: skip
mistake(
    "norm.no-root", "hand-norm-y", "divided by the variance, not by its root", "(x − mean)/variance", _no_root,
    "What are the distances divided by: the variance, or its root?",
)  # fmt: skip
mistake(
    "norm.no-scale", "hand-norm-y", "gamma and beta left out", "(x − mean)/√(variance + eps)",
    lambda w: w._replace(gamma=Fraction(1), beta=Fraction(0)) if (w.gamma, w.beta) != (1, 0) else None,
    "What comes after the division? Two learned numbers are left.",
)  # fmt: skip
mistake(
    "norm.no-shift", "hand-norm-y", "beta left out", "gamma·(x − mean)/√(variance + eps)",
    lambda w: w._replace(beta=Fraction(0)) if w.beta else None,
    "What is added at the end?",
)  # fmt: skip
mistake(
    "norm.not-centred", "hand-norm-y", "the mean not subtracted", "gamma·x/√(variance + eps) + beta",
    lambda w: scaled_by(w, root_of(_under(w)), centre=False),
    "What is subtracted from every value before it is divided?",
)  # fmt: skip
mistake(
    "norm.sample-root", "hand-norm-y", "variance divided by n − 1", "n − 1 instead of n",
    lambda w: scaled_by(w, root_of(Fraction(_sample_variance(w)) + w.eps)),
    "Batch normalisation divides by the number of values. By what did you divide?",
)  # fmt: skip
mistake(
    "norm.no-eps", "hand-norm-y", "eps left out", "gamma·(x − mean)/√variance + beta",
    lambda w: scaled_by(w, root_of(Fraction(variance_of(w)))) if w.eps and variance_of(w) else None,
    "What is added to the variance before the root?",
)  # fmt: skip
