"""The homework's inverse questions, `convcalc solve` and trying all values: the same answer."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import convcalc
from convcalc.analysis.sizes import sizes_of
from convcalc.homework.conventions import Conventions
from convcalc.homework.questions.base import create_question
from convcalc.layers.window import Axis
from convcalc.solve.equation import layers_to_field, layers_to_size, size_before
from convcalc.solve.fields import stacks
from convcalc.solve.windows import Question, solve

NUMBERS = st.fixed_dictionaries(
    {
        "n": st.integers(1, 60),
        "k": st.integers(1, 9),
        "s": st.integers(1, 6),
        "p": st.integers(0, 4),
        "d": st.integers(1, 3),
    }
)
_MOST = 400  # above every answer for such numbers


def slid(n: int, k: int, s: int, p: int, d: int) -> tuple[int, bool]:
    """How often a window fits, by sliding it; and whether it ends where the padded input ends."""
    positions = [first for first in range(0, n + 2 * p, s) if first + d * (k - 1) < n + 2 * p]
    return len(positions), bool(positions) and positions[-1] + d * (k - 1) == n + 2 * p - 1


def answers(kind: str, fit: str = "floor", **words: Any) -> list[Any]:
    """Every right answer to a question with one part."""
    (part,) = create_question(kind, words, Conventions(fit=fit)).parts()
    return [part.expected, *part.also]


@given(NUMBERS, st.sampled_from("nkspd"), st.booleans())
@pytest.mark.unmeasured
def test_every_answer_is_one_that_sliding_finds(
    numbers: dict[str, int], find: str, strict: bool
) -> None:
    out, fits = slid(**numbers)
    assume(out and (fits or not strict))
    assume(not (find == "s" and out == 1) and not (find == "d" and numbers["k"] == 1))
    known = {name: number for name, number in numbers.items() if name != find}
    found = answers("solve-size", find=find, out=out, fit="strict" if strict else "floor", **known)
    slides = {value: slid(**{**numbers, find: value}) for value in range(find != "p", _MOST)}
    right = [value for value, (size, ends) in slides.items() if size == out and ends >= strict]
    assert sorted(found) == right
    if any(slides[value][1] for value in right):
        assert slides[found[0]][1]  # exact fits come first


@given(NUMBERS, st.sampled_from("kspd"), st.booleans())
@pytest.mark.unmeasured
def test_the_answers_are_those_of_the_solver(
    numbers: dict[str, int], find: str, strict: bool
) -> None:
    out, fits = slid(**numbers)
    assume(out > 1 and (fits or not strict) and numbers["k"] > 1)
    fit = "strict" if strict else "floor"
    known = {name: number for name, number in numbers.items() if name != find}
    asked: dict[str, Any] = {**known, "p": (known["p"],) * 2} if "p" in known else {**known}
    question = Question((asked.pop("n"),), (out,), fit=fit, **asked)
    windows = solve(question)
    found = [window.before if find == "p" else getattr(window, find) for window in windows.windows]
    # padding as wide as the kernel would give windows with only zeros, which the solver does not try
    limits = {**windows.bounds._asdict(), "p": numbers["d"] * (numbers["k"] - 1)}
    right = answers("solve-size", find=find, out=out, fit=fit, **known)
    assert sorted(found) == sorted([value for value in right if value <= limits[find]])


@given(st.integers(2, 40), st.integers(1, 12), st.integers(1, 30))
@pytest.mark.unmeasured
def test_the_padding_that_keeps_a_size_is_the_solvers(k: int, d: int, more: int) -> None:
    n = d * (k - 1) + more
    (padding,) = answers("pad-to-keep", k=k, d=d)
    found = solve(Question((n,), (n,), k=k, s=1, d=d, uneven=True)).windows
    even = [window.before for window in found if window.before == window.after]
    if d * (k - 1) % 2:
        assert not even
        assert 2 * padding.unrounded == d * (k - 1)
    elif padding <= 5:  # the solver's usual paddings
        assert even == [padding]
    assert slid(n, k, 1, d * (k - 1) // 2, d)[0] == n - d * (k - 1) % 2


@given(st.integers(1, 10**6), st.integers(2, 999))
def test_layers_that_reach_a_field_are_the_solvers(size: int, k: int) -> None:
    (needed,) = answers("layers-for-rf", k=k, size=size)
    assert needed == layers_to_field(size, k)
    assert 1 + (needed - 1) * (k - 1) < size <= 1 + needed * (k - 1)
    first = stacks(size, k)[0]
    if needed <= 10_000:
        assert first.way == "one after the other"
        assert first.layers == max(needed, 1)


@given(st.integers(2, 10**6), st.integers(2, 999), st.data())
@pytest.mark.unmeasured
def test_layers_that_reach_a_size_are_counted_one_by_one(n: int, k: int, data: Any) -> None:
    layers = min((n - 1) // (k - 1), data.draw(st.integers(1, 200)))
    assume(layers)
    target = n
    for _ in range(layers):
        target -= k - 1
    assert answers("layers-to-reach", n=n, k=k, target=target) == [layers]
    assert layers_to_size(n, k, target) == layers


WINDOWS = st.tuples(
    st.sampled_from(("conv", "pool")),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 2),
    st.integers(1, 2),
)


@given(st.lists(WINDOWS, min_size=1, max_size=4))
@pytest.mark.unmeasured
def test_the_smallest_input_is_that_of_solve_input(windows: list[Any]) -> None:
    words = [
        f"{kind}:k{k}s{s}p{min(p, k // 2)}" + (f"d{d}c4" if kind == "conv" else "")
        for kind, k, s, p, d in windows
    ]
    (smallest,) = answers("min-input", layers=words)
    network = convcalc.chain((3, smallest, smallest), *words)
    assert [row.smallest for row in sizes_of(network)] == [smallest, smallest]
    axes = [
        layer.windows((3, smallest, smallest))[0]
        for layer in (node.layer for node in network.nodes)
    ]
    if all(is_wide(axis) for axis in axes):
        assert size_before(axes) == smallest


def is_wide(axis: Axis) -> bool:
    """Whether a window reaches beyond the padding, so that one more cell is allowed."""
    return axis.before + axis.after < axis.effective_kernel
