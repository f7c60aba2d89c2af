"""Windows that give a size, compared with all windows slid one by one; refusals and layout."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

import convcalc as library
from convcalc.layers import KINDS
from convcalc.solve.windows import Bounds, Question, layer_of, solve

Run = Callable[..., Any]
K, S, P, D = Bounds()


@cache
def slid(n: int) -> dict[int, set[tuple[int, int, int, int]]]:
    """For each number of windows all (k, s, p, d) with that number, by walking along the cells."""
    found: dict[int, set[tuple[int, int, int, int]]] = defaultdict(set)
    for k in range(1, K + 1):
        for d in range(1, (D if k > 1 else 1) + 1):
            for p in range(min(P, d * (k - 1)) + 1):
                cells = [*[None] * p, *range(n), *[None] * p]
                for s in range(1, S + 1):
                    starts = range(0, len(cells), s)
                    count = sum(1 for start in starts if start + (k - 1) * d < len(cells))
                    found[count].add((k, s, p, d))
    return found


@pytest.mark.unmeasured
def test_random_pairs_of_sizes_against_windows_that_slide() -> None:
    chance = random.Random(1)
    for _ in range(150):
        n = chance.randint(1, 60)
        o = chance.choice([size for size in slid(n) if size])
        windows = solve(Question((n,), (o,))).windows
        assert {(w.k, w.s, w.before, w.d) for w in windows} == slid(n)[o], (n, o)
        assert len(windows) == len(set(windows))


@cache
def scattered(n: int) -> dict[int, set[tuple[int, int, int, int]]]:
    """For each size all (k, s, p, a) of transposed windows, by the cells that they write to."""
    found: dict[int, set[tuple[int, int, int, int]]] = defaultdict(set)
    for k in range(1, K + 1):
        for s in range(1, S + 1):
            written = {place * s + cell for place in range(n) for cell in range(k)}
            for p in range(min(P, k - 1) + 1):
                for a in range(s):
                    found[max(written) + 1 - 2 * p + a].add((k, s, p, a))
    return found


def test_random_pairs_of_sizes_against_windows_that_write() -> None:
    chance = random.Random(2)
    for _ in range(100):
        n = chance.randint(1, 40)
        o = chance.choice([size for size in scattered(n) if size > 0])
        windows = solve(Question((n,), (o,), "conv_transpose")).windows
        assert {(w.k, w.s, w.before, w.a) for w in windows} == scattered(n)[o], (n, o)


@pytest.mark.parametrize(("n", "o"), [(100_000, 3), (100_000, 1), (99_999, 7), (90_000, 2)])
@pytest.mark.unmeasured
def test_of_very_many_strides_the_exact_and_the_smallest_are_told(n: int, o: int) -> None:
    # there are millions: each kernel with every stride from a third of the size to a half of it
    found = solve(Question((n,), (o,)))
    assert found.thinned
    assert len(found.windows) < 2_000
    for window in found.windows:
        span = window.d * (window.k - 1) + 1
        slack = n + window.before + window.after - span
        assert slack // window.s + 1 == o
        assert window.fits or slack // (window.s - 1) + 1 > o
        assert window.fits == (slack % window.s == 0)
    plain = {w.s for w in found.windows if w[:1] == (3,) and w[2:5] == (0, 0, 1)}
    assert {s for s in range(1, n) if (n - 3) % s == 0 and (n - 3) // s + 1 == o} <= plain


@pytest.mark.unmeasured
def test_a_transposed_window_with_very_many_strides_is_found_at_once() -> None:
    found = solve(Question((3,), (90_000,), "conv_transpose"))
    assert found.thinned
    assert {(w.k, w.s, w.a) for w in found.windows} >= {(2, 44_999, 0)}
    check_windows(Question((3,), (90_000,), "conv_transpose"))


# Counted by sliding windows one by one, with k to 11, s to 5, p to 5 and at most d(k − 1), d to 2.
COUNTED = [
    ((32, 10), 31, 11, [(2, 3, 0, 2), (3, 3, 0, 1), (3, 3, 0, 2), (3, 3, 1, 2), (4, 3, 0, 1)]),
    ((28, 28), 11, 11, [(1, 1, 0, 1), (2, 1, 1, 2), (3, 1, 1, 1), (3, 1, 2, 2), (4, 1, 3, 2)]),
    ((13, 6), 26, 16, [(2, 2, 0, 1), (2, 2, 0, 2), (3, 2, 0, 1), (3, 2, 1, 2), (3, 3, 4, 2)]),
    ((300, 150), 16, 5, [(1, 2, 0, 1), (2, 2, 0, 1), (2, 2, 1, 2), (3, 2, 1, 1), (3, 2, 2, 2)]),
    ((14, 7), 19, 8, [(1, 2, 0, 1), (2, 2, 0, 1), (2, 2, 1, 2), (3, 2, 1, 1), (3, 2, 2, 2)]),
]


@pytest.mark.parametrize(("sizes", "answers", "fitting", "first"), COUNTED)
def test_counted_pairs(
    sizes: tuple[int, int], answers: int, fitting: int, first: list[tuple[int, ...]]
) -> None:
    windows = solve(Question(sizes[:1], sizes[1:])).windows
    assert (len(windows), sum(window.fits for window in windows)) == (answers, fitting)
    assert sorted((w.k, w.s, w.before, w.d) for w in windows)[: len(first)] == first


def test_an_exercise_of_which_an_autograder_must_take_every_answer() -> None:
    # udacity/sdc-issue-reports#214: 4 to 2 with k to 4, s to 3, p to 1
    windows = solve(Question((4,), (2,))).windows
    found = {(w.k, w.s, w.before) for w in windows if w.d == 1 and w.k <= 4 and w.s <= 3}
    assert {each for each in found if each[2] <= 1 and each[2] < each[0]} == {
        (1, 2, 0), (1, 3, 0), (2, 2, 0), (2, 3, 1), (3, 1, 0), (3, 2, 1), (3, 3, 1), (4, 2, 1),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("n", "o", "expected"),
    [
        (16, 33, [(2, 2, 0, 1), (3, 2, 0, 0), (4, 2, 1, 1), (5, 2, 1, 0), (6, 2, 2, 1), (7, 2, 2, 0)]),
        (5, 9, [(1, 2, 0, 0), (2, 2, 1, 1), (3, 2, 1, 0), (4, 2, 2, 1), (5, 1, 0, 0), (5, 2, 2, 0),
                (6, 2, 3, 1), (7, 1, 1, 0), (7, 2, 3, 0)]),
    ],
)  # fmt: skip
def test_transposed_windows(n: int, o: int, expected: list[tuple[int, ...]]) -> None:
    windows = solve(Question((n,), (o,), "conv_transpose")).windows
    found = [(w.k, w.s, w.before, w.a) for w in windows]
    assert sorted(w for w in found if w[0] <= 7 and w[1] <= 4 and w[2] <= 3) == expected


@pytest.mark.parametrize("kind", ["conv", "maxpool", "avgpool", "lppool", "depthwise_conv"])
@pytest.mark.parametrize("fit", ["floor", "ceil", "caffe", "strict"])
@pytest.mark.unmeasured
def test_each_window_of_each_kind_gives_the_size(kind: str, fit: str) -> None:
    question = Question((13, 17), (7, 9), kind, fit=fit, uneven=True)
    check_windows(question)


def test_each_transposed_window_gives_the_size() -> None:
    check_windows(Question((7, 9), (15, 19), "conv_transpose", uneven=True))
    check_windows(Question((7,), (22,), "conv_transpose", d=3))


def check_windows(question: Question) -> None:
    """Compare every answer with the layer itself."""
    windows = solve(question).windows
    assert windows
    for window in windows:
        layer = layer_of(window, question, KINDS[question.kind])
        assert layer.checked_out_shape((1, *question.n))[1:] == question.o
    if question.fit == "strict":
        assert all(window.fits for window in windows)


def test_rounding_up_finds_more_than_rounding_down() -> None:
    # 7 columns with a pool of 2 and stride 2: 3 windows, or 4 with the last one past the end
    up, down = (
        solve(Question((7,), (4,), "maxpool", k=2, s=2, p=(0, 0), fit=f)) for f in ("ceil", "floor")
    )
    assert ([w[:3] for w in up.windows], down.windows) == ([(2, 2, 0)], [])


def test_the_best_come_first() -> None:
    windows = solve(Question((32,), (10,), uneven=True)).windows
    fits = [window.fits for window in windows]
    assert fits == sorted(fits, reverse=True)
    exact = [window for window in windows if window.fits]
    assert [w.k % 2 for w in exact] == sorted((w.k % 2 for w in exact), reverse=True)
    assert windows[0][:3] == (5, 3, 0)
    # if only wide strides fit, a window that skips no cells comes before one that does
    assert solve(Question((224,), (7,))).windows[0][:3] == (32, 32, 0)


def test_fixed_numbers_stay() -> None:
    question = Question((32,), (10,), k=5, s=3, p=(1, 1), d=1)
    assert [w[:5] for w in solve(question).windows] == [(5, 3, 1, 1, 1)]
    assert {w.a for w in solve(Question((8,), (16,), "conv_transpose", a=1)).windows} == {1}


def test_what_layer_says_fits_is_found() -> None:
    for change in library.what_fits("conv", "1x32x32", out_channels=1, kernel_size=5, stride=2):
        if change.option == "stride":
            windows = solve(Question((32,), (change.size,), k=5, p=(0, 0), d=1)).windows
            assert change.values[0] in {window.s for window in windows if window.fits}


def test_the_screens(convcalc: Run, golden: Callable[[str, str], None]) -> None:
    lines = [
        "solve --n 32 --o 10",
        "solve --n 28x14 --o 28x14 --k 4 --uneven",
        "solve size --n 16 --o 33 --kind tconv",
        "solve --n 224 --o 7 --k 32",
        "solve --n 112 --o 56 --kind maxpool --fit ceil --all",
        "solve --n 10 --o 3 --k 2 --s 4",
        "solve --n 5000 --o 3 --p 0 --d 1",
    ]
    said = [convcalc(*line.split(), watched=True) for line in lines]
    assert [each.code for each in said] == [0] * len(lines)
    golden(
        "solve.txt",
        "\n".join(f"$ convcalc {line}\n{run.out}{run.err}" for line, run in zip(lines, said)),
    )


def test_json(convcalc: Run) -> None:
    found = json.loads(convcalc("solve", "--n", "32", "--o", "10", "--json").out)
    assert (found["schema"], found["answers"], found["fitting"]) == (1, 31, 11)
    assert found["windows"][0] == {
        "k": 5, "s": 3, "before": 0, "after": 0, "d": 1, "a": 0, "fits": True,
    }  # fmt: skip
    assert found["bounds"] == {"k": 11, "s": 5, "p": 5, "d": 2}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "--n 32 --o 10 --k 4 --s 2",
            "no conv takes 32 to 10 with --k 4 --s 2 (p up to 6, d up to 2); fix fewer numbers",
        ),
        (
            "--n 32 --o 10 --k 4 --p 0,1 --d 9",
            "no conv takes 32 to 10 with --k 4 --d 9 --p 0,1 (s up to 32); fix fewer numbers",
        ),
        (
            "--n 2 --o 1000",
            "no conv takes 2 to 1000 (k up to 64, s up to 1,000, p up to 64, d up to 2); --kind conv_transpose makes maps larger",
        ),
        (
            "--n 32 --o 16 --kind relu",
            "--kind relu: has no kernel with padding to solve for; use conv, conv_transpose or a pool",
        ),
        ("--n 32 --o 10 --a 1", "--a: conv has no output_padding; leave it out"),
        ("--n 32x32 --o 10", "--n has 2 sides and --o has 1; give both the same number"),
        (
            "--n 1000000 --o 10",
            "sizes up to 100,000 are solved, but 1000000 to 10 is asked; use smaller ones",
        ),
        (
            "--n 32 --o 10 --p same",
            "--p: give one number, or two for before and after such as 0,1; left out, it is looked for",
        ),
        (
            "--n 32 --o 10 --p 1x2",
            "--p: give one number, or two for before and after such as 0,1; left out, it is looked for",
        ),
        ("--n 32 --o 0", "--o has a side of 0; use 1 or more"),
    ],
)
def test_what_is_refused(convcalc: Run, line: str, message: str) -> None:
    ran = convcalc("solve", *line.split())
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {message}\n")
