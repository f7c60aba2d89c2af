"""The formula printed for a mistake gives the mistake's number.

The formulas are read here as printed, in letters, and evaluated with the numbers of the question.
This arithmetic shares nothing with the code that found the number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.homework import loads
from convcalc.homework.mistakes import MISTAKES
from convcalc.homework.questions import QUESTIONS, GivenError, create_question
from homework.reading_formulas import Unread, worked_out
from homework.test_questions import sheet_with


def window_letters(given: dict[str, Any]) -> dict[str, int]:
    n, k, s, p, d = (given.get(word, other) for word, other in zip("nkspd", (0, 0, 1, 0, 1)))
    k = d * (k - 1) + 1
    return {"n": n, "k": k, "s": s, "p": p, "output": (n + 2 * p - k) // s + 1}


def conv_letters(given: dict[str, Any]) -> dict[str, int]:
    letters = {"k": given["k"], "cin": given["c_in"], "cout": given["filters"], "c": given["c_in"]}
    if "n" in given:
        side = (given["n"] + 2 * given.get("p", 0) - given["k"]) // given.get("s", 1) + 1
        letters |= {
            "n": given["n"],
            "h": side,
            "w": side,
            "p": given.get("p", 0),
            "s": given.get("s", 1),
        }
    return letters  # fmt: skip


def dense_letters(given: dict[str, Any]) -> dict[str, int]:
    n, _, c = map(int, given["input"].split("x"))
    return {"n": n, "c": c, "inputs": n * n * c, "units": given["units"]}


def plain_letters(given: dict[str, Any]) -> dict[str, int]:
    names = {
        "layers": "L",
        "target": "m",
        "c_in": "cin",
        "filters": "cout",
        "squeeze": "squeeze",
        "against": "K",
    }
    letters = {
        names.get(word, word): value for word, value in given.items() if isinstance(value, int)
    }
    letters["c"] = letters.get("cin", 0)
    if "n" in letters:
        letters["h"] = letters["w"] = letters["n"]
    return letters  # fmt: skip


def dilated_letters(given: dict[str, Any]) -> dict[str, int]:
    return {**window_letters(given), "k": given["k"], "d": given["d"]}


def axis_letters(given: dict[str, Any]) -> dict[str, int]:
    """The letters of a convolution on another number of axes."""
    letters = {
        "k": given["k"][0],
        "cin": given["c_in"],
        "cout": given.get("filters", 1),
        "c": given["c_in"],
    }
    if "n" in given:
        letters["n"] = given["n"][0]
        letters |= dict.fromkeys("dhw"[-len(given["n"]) :], given["n"][0] - given["k"][0] + 1)
    return letters


def gradient_letters(given: dict[str, Any]) -> dict[str, int]:
    """The letters of a kernel on an input with equal sides."""
    return {"n": given["n"][0], "k": given["k"][0]}


def group_letters(given: dict[str, Any]) -> dict[str, int]:
    return {"k": given["k"], "cin": given["c_in"], "cout": given["filters"], "g": given["groups"]}


def transposed_letters(given: dict[str, Any]) -> dict[str, int]:
    """The letters of a transposed convolution with equal sides."""
    return {"n": given["n"][0], "k": given["k"][0], "cin": given["c_in"], "cout": given["filters"]}


def on(axes: int) -> Callable[[int], list[int]]:
    """A number for each axis."""
    return lambda number: [number] * axes


def whole(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


_N, _K, _C = whole(9, 80), whole(1, 7), whole(1, 70)
# The words of a type, and their letters. A type is left out if the same letter means something else
# in another of its formulas.
_TYPES: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, int]]]] = {
    "output-size": ({"n": _N, "k": _K, "s": whole(1, 4), "p": whole(0, 3)}, window_letters),
    "dilated-size": ({"n": whole(20, 80), "k": whole(2, 5), "d": whole(1, 4), "s": whole(1, 3), "p": whole(0, 3)}, dilated_letters),
    **{
        f"{kind}-{axes}d": (
            {"n": whole(9, 30).map(on(axes)), "k": _K.map(on(axes)), "c_in": _C, "filters": _C}
            if kind in ("params", "macs", "neurons", "no-sharing")
            else {"k": _K.map(on(axes)), "c_in": _C} | ({"filters": _C} if kind.startswith("params") else {}),
            axis_letters,
        )
        for kind in ("params", "macs", "neurons", "no-sharing", "params-separable", "weights-per-neuron")
        for axes in (1, 3)
    },
    **{
        f"macs-transposed-{axes}d": (
            {"n": whole(1, 9).map(on(axes)), "k": whole(2, 5).map(on(axes)), "s": whole(1, 3), "c_in": _C, "filters": _C},
            transposed_letters,
        )
        for axes in (1, 3)
    },
    **{
        f"shape-of-gradient-{axes}d": ({"n": whole(9, 30).map(on(axes)), "k": whole(2, 5).map(on(axes)), "of": st.sampled_from("wx")}, gradient_letters)
        for axes in (1, 2, 3)
    },
    "params-groups": ({"k": _K, "c_in": whole(1, 30).map(lambda c: 2 * c), "filters": whole(1, 30).map(lambda c: 2 * c), "groups": st.just(2)}, group_letters),
    "pool-volume": ({"n": _N, "k": whole(2, 5), "s": whole(1, 4)}, window_letters),
    "transposed-size": ({"n": whole(2, 40), "k": _K, "s": whole(1, 4), "p": whole(0, 1)}, window_letters),
    "params": ({"k": _K, "c_in": _C, "filters": _C, "n": _N, "p": whole(0, 2)}, conv_letters),
    "params-fc": ({"input": st.builds("{0}x{0}x{1}".format, whole(1, 30), whole(1, 30)), "units": _C}, dense_letters),
    "params-bn": ({"c_in": _C}, plain_letters),
    "params-separable": ({"k": _K, "c_in": _C, "filters": _C, "bias": st.booleans()}, plain_letters),
    "neurons": ({"n": _N, "k": _K, "c_in": _C, "filters": _C}, conv_letters),
    "no-sharing": ({"n": _N, "k": _K, "c_in": _C, "filters": _C}, conv_letters),
    "macs": ({"n": _N, "k": _K, "c_in": _C, "filters": _C}, conv_letters),
    "macs-transposed": ({"n": whole(1, 30), "k": _K, "s": whole(1, 3), "c_in": _C, "filters": _C}, plain_letters),
    "layers-to-reach": ({"n": whole(40, 300), "k": whole(2, 9), "target": whole(1, 30)}, plain_letters),
    "same-size": ({"n": _N, "k": _K, "s": whole(1, 4)}, window_letters),
}  # fmt: skip


def type_of(kind: str) -> str:
    """The question type of a row: some types have several."""
    return kind if kind in QUESTIONS else kind.rpartition("-")[0]


def candidates(kind: str, given_: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Each mistake of a question, its formula, and the number that it leads to."""
    question = sheet_with(type_of(kind), given_)["q1"]
    for part in question.parts:
        for value, found in question.single(part).items():
            for each in found:
                yield each.mistake.id, each.gives, value


def agrees(text: str, value: Any, letters: dict[str, int]) -> bool:
    """Whether a formula gives a number, or each side of a square."""
    numbers = set(value) if isinstance(value, tuple) else {value}
    return numbers == {worked_out(text, letters)}


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(_TYPES)).flatmap(lambda kind: st.tuples(st.just(kind), st.fixed_dictionaries(_TYPES[kind][0]))))  # fmt: skip
@pytest.mark.unmeasured
def test_the_formula_beside_a_mistake_gives_its_number(case: tuple[str, dict[str, Any]]) -> None:
    kind, given_ = case
    try:
        create_question(type_of(kind), given_)
    except GivenError:
        return
    letters = _TYPES[kind][1](given_)
    for name, text, value in candidates(kind, given_):
        try:
            right = agrees(text, value, letters)
        except Unread:
            continue
        assert right, (name, text, value)


@pytest.mark.unmeasured
def test_most_formulas_of_these_types_are_in_letters() -> None:
    read, unread = set(), set()
    for kind, (words, letters_of) in _TYPES.items():
        given_ = {
            "n": 40, "k": 5, "s": 2, "p": 1, "c_in": 3, "filters": 10, "units": 12, "input": "9x9x4",
            "target": 10, "bias": True,
        }  # fmt: skip
        given_ |= {"d": 2, "groups": 1}
        given_ |= {"of": "w"}
        if letters_of in (axis_letters, transposed_letters, gradient_letters):
            given_ |= {"k": [5] * int(kind[-2]), "n": [40] * int(kind[-2])}
        given_ = {word: given_[word] for word in words}
        for name, text, value in candidates(kind, given_):
            try:
                assert agrees(text, value, letters_of(given_)), (name, text, value)
            except Unread:
                unread.add(name)
            else:
                read.add(name)
    assert len(read) >= 75, len(read)
    in_words = {
        "par.no-bias", "ops.groups-ignored", "par.bias-kept", "vol.order", "out.same", "sides.one-off",
    }  # fmt: skip
    assert len(unread - read - in_words) <= 12, unread - read
    assert read <= set(MISTAKES)


@pytest.mark.parametrize("way", ["2macs", "exact"])
@pytest.mark.parametrize("kind", ["macs", "macs-transposed"])
def test_operations_are_printed_as_they_are_counted(way: str, kind: str) -> None:
    given_ = {"n": 30, "k": 3, "c_in": 4, "filters": 7}
    sheet = loads(
        f"{{convcalc_sheet: 1, conventions: {{flops: {way}}}, questions: [{{type: {kind}, given: {given_}}}]}}"
    )
    (part,) = sheet["q1"].parts
    found = [
        (each.mistake.id, each.gives, value)
        for value, several in sheet["q1"].single(part).items()
        for each in several
    ]
    read = 0
    for name, text, value in found:
        try:
            right = agrees(text, value, conv_letters(given_))
        except Unread:
            continue
        read += 1
        assert right, (name, text, value)
    assert read >= (9 if kind == "macs" else 6)
