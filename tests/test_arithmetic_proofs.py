"""The statements of ``docs/arithmetic``: each formula is read from its page, and compared with windows placed cell by cell.

A test is named after its statement: ``test_1_5_…`` belongs to ``## 1.5 …``. The comparison only uses
the definition of the chapter; nothing here imports convcalc.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from framework_runs import CLAIMS, broken
from strategies import Window, few, some, windows

PAGES = sorted((Path(__file__).parent.parent / "docs" / "arithmetic").glob("*.md"))
SECTION = re.compile(r"^## (\d+)\.(\d+) [^\n]+\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)

Number = tuple[int, int]


def sections() -> dict[Number, str]:
    """Every numbered statement with its text."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    return {(int(page), int(place)): inside for page, place, inside in SECTION.findall(text)}


SECTIONS = sections()


def formulas() -> dict[str, dict[str, str]]:
    """The formulas of each statement as Python, by their left side."""
    python = str.maketrans({"·": "*", "−": "-", "^": "**", "₁": "1", "₂": "2", "₃": "3"})
    found = {}
    for (page, place), text in SECTIONS.items():
        lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
        pairs = [line.split(" = ", 1) for line in lines]
        found[f"{page}.{place}"] = {
            name: right.translate(python)
            .replace("⌊", "floor(")
            .replace("⌈", "ceil(")
            .replace("⌋", ")")
            .replace("⌉", ")")
            .replace(" mod ", " % ")
            for name, right in pairs
        }
    return found


FORMULAS = formulas()
KNOWN: dict[str, Any] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "min": min,
    "max": max,
    "gcd": lambda x, y: math.gcd(int(x), int(y)),
    "Fraction": Fraction,
    "__builtins__": {},
}


def says(number: str, name: str, **letters: int) -> Any:
    """The exact value of the formula on the page for these numbers."""
    values = {letter: Fraction(value) for letter, value in letters.items()}
    exact = re.sub(r"\b(\d+)\b", r"Fraction(\1)", FORMULAS[number][name])
    found = eval(exact, {**KNOWN, **values})
    return int(found) if found == int(found) else found


# ------------------------------------------------------------------------- the definition


def laid(n: int, k: int, s: int = 1, p1: int = 0, p2: int = 0, d: int = 1) -> list[list[int]]:
    """The cells of the padded input that each window reads: the definition, step by step."""
    found, start = [], 0
    while start + d * (k - 1) <= n + p1 + p2 - 1:
        found.append([start + d * tap for tap in range(k)])
        start += s
    return found


def laid_of(w: Window) -> list[list[int]]:
    return laid(w.n, w.k, w.s, w.before, w.after, w.d)


def letters(w: Window) -> dict[str, int]:
    """The letters of the chapter."""
    return {
        "n": w.n, "k": w.k, "s": w.s, "p1": w.before, "p2": w.after, "d": w.d, "K": w.reach
    }  # fmt: skip


def sizes(most: int, *options: int) -> dict[int, int]:
    """The number of windows of each input size that fits."""
    counted = {n: len(laid(n, *options)) for n in range(1, most)}
    return {n: o for n, o in counted.items() if o}


def patches(n: int, k: int, s: int, d: int = 1) -> list[list[int]]:
    """The cells that each input of a transposed layer writes, before any are cut off."""
    return [[i * s + d * tap for tap in range(k)] for i in range(n)]


def convolve(x: Sequence[int], w: Sequence[int], s: int, p1: int, p2: int, d: int) -> list[int]:
    padded = [*[0] * p1, *x, *[0] * p2]
    return [
        sum(w[tap] * padded[cell] for tap, cell in enumerate(window))
        for window in laid(len(x), len(w), s, p1, p2, d)
    ]


def transpose(
    g: Sequence[int], w: Sequence[int], s: int, p1: int, p2: int, d: int, a: int
) -> list[int]:
    """Every input writes its patch, patches add up, the ends are cut off, a cells are added."""
    written = patches(len(g), len(w), s, d)
    line = [0] * (written[-1][-1] + 1)
    for value, patch in zip(g, written):
        for weight, cell in zip(w, patch):
            line[cell] += value * weight
    line += [0] * a
    return line[p1 : len(line) - p2]


def hull(cells: Iterable[int]) -> tuple[int, int]:
    cells = list(cells)
    return min(cells), max(cells)


small = st.integers(1, 9)
pads = st.integers(0, 9)
plain = windows(150).map(lambda w: w._replace(d=1, n=w.n + (w.d - 1) * (w.k - 1)))
numbers = st.integers(-9, 9)


# ------------------------------------------------------------------------------ 0 counting


@some
@given(st.integers(0, 500), st.integers(1, 60))
def test_0_1_steps_up_to_an_end(m: int, s: int) -> None:
    assert says("0.1", "count", m=m, s=s) == sum(x % s == 0 for x in range(m + 1))


@some
@given(st.integers(0, 500), st.integers(1, 60))
def test_0_2_steps_before_an_end(m: int, s: int) -> None:
    assert says("0.2", "count", m=m, s=s) == sum(x % s == 0 for x in range(m))


# ------------------------------------------------------------------------------- 1 windows


@some
@given(st.integers(1, 300), st.integers(1, 300))
def test_1_1_no_padding(n: int, k: int) -> None:
    found = len(laid(n, k))
    assert found == (says("1.1", "o", n=n, k=k) if k <= n else 0)


@some
@given(plain)
def test_1_2_padding(w: Window) -> None:
    found = laid_of(w._replace(s=1))
    assert len(found) == says("1.2", "o", **letters(w))
    for i, t in product((0, len(found) // 2, len(found) - 1), range(w.k)):
        assert found[i][t] - w.before == says("1.2", "x", i=i, t=t, p1=w.before)


@some
@given(st.integers(1, 60), st.integers(1, 15), st.integers(0, 15), st.integers(0, 15))
def test_1_3_half_padding(n: int, k: int, p1: int, p2: int) -> None:
    assert (len(laid(n, k, 1, p1, p2)) == n) == (p1 + p2 == k - 1)
    equal = [p for p in range(20) if len(laid(n, k, 1, p, p)) == n]
    p = says("1.3", "p", k=k)
    assert equal == ([p] if k % 2 else [])
    if k % 2:
        assert [window[p] - p for window in laid(n, k, 1, p, p)] == list(range(n))


@some
@given(st.integers(1, 60), st.integers(1, 15))
def test_1_4_full_padding(n: int, k: int) -> None:
    def all_read(p: int) -> bool:
        inside = range(p, p + n)
        return all(any(cell in inside for cell in window) for window in laid(n, k, 1, p, p))

    p = says("1.4", "p", k=k)
    assert [all_read(other) for other in range(p + 3)] == [True] * (p + 1) + [False] * 2
    assert len(laid(n, k, 1, p, p)) == says("1.4", "o", n=n, k=k)


@some
@given(plain)
def test_1_5_stride(w: Window) -> None:
    assert len(laid_of(w)) == says("1.5", "o", **letters(w))


@some
@given(plain)
def test_1_6_unread_at_the_end(w: Window) -> None:
    end = laid_of(w)[-1][-1] + 1
    unread = range(end, w.room)
    assert len(unread) == says("1.6", "u", **letters(w))
    if w.before < w.k:
        real = [cell for cell in unread if w.before <= cell < w.before + w.n]
        assert len(real) == says("1.6", "v", **letters(w))


@few
@given(st.integers(1, 9), small, st.integers(0, 4), st.integers(0, 4), st.integers(1, 8))
def test_1_7_one_output_size_has_s_inputs(k: int, s: int, p1: int, p2: int, o: int) -> None:
    of = {"o": o, "s": s, "k": k, "p1": p1, "p2": p2}
    least, most = says("1.7", "least n", **of), says("1.7", "most n", **of)
    assert most - least == s - 1
    found = [n for n, size in sizes(100, k, s, p1, p2).items() if size == o]
    assert found == [n for n in range(least, most + 1) if n >= 1]


@some
@given(plain)
def test_1_8_gaps(w: Window) -> None:
    found = laid_of(w)
    read = {cell for window in found for cell in window}
    gaps = [cell for cell in range(found[-1][-1]) if cell not in read]
    assert len(gaps) == (says("1.8", "gaps", o=len(found), s=w.s, k=w.k) if w.s > w.k else 0)


# ------------------------------------------------------------------------------ 2 dilation


@some
@given(windows())
def test_2_1_the_effective_kernel(w: Window) -> None:
    for window in laid_of(w):
        assert window[-1] - window[0] + 1 == says("2.1", "K", d=w.d, k=w.k)


@some
@given(windows())
def test_2_2_the_size(w: Window) -> None:
    assert len(laid_of(w)) == says("2.2", "o", **letters(w))


@some
@given(windows(60))
def test_2_3_interleaved_convolutions(w: Window) -> None:
    found = laid_of(w._replace(s=1))
    assert all(cell % w.d == i % w.d for i, window in enumerate(found) for cell in window)
    for b in range(w.d):
        renumbered = [[(cell - b) // w.d for cell in window] for window in found[b :: w.d]]
        assert renumbered == laid(len(range(b, w.room, w.d)), w.k)
    common = math.gcd(w.s, w.d)
    assert all(cell % common == 0 for window in laid_of(w) for cell in window)


@some
@given(st.integers(1, 40), st.integers(1, 7), st.integers(1, 5), pads, pads)
def test_2_4_padding_that_keeps_the_size(n: int, k: int, d: int, p1: int, p2: int) -> None:
    assert (len(laid(n, k, 1, p1, p2, d)) == n) == (p1 + p2 == d * (k - 1))
    equal = [p for p in range(40) if len(laid(n, k, 1, p, p, d)) == n]
    assert equal == ([] if d * (k - 1) % 2 else [says("2.4", "p", d=d, k=k)])


# ------------------------------------------------------------------------------- 3 pooling


@some
@given(st.integers(1, 300), st.integers(1, 40))
def test_3_1_stride_equal_to_the_kernel(n: int, k: int) -> None:
    found = laid(n, k, k)
    read = [cell for window in found for cell in window]
    assert len(found) == says("3.1", "o", n=n, k=k)
    assert n - len(read) == says("3.1", "r", n=n, k=k)
    assert read == list(range(len(read)))


def rounded_up(w: Window) -> list[int]:
    """The starts of windows until one reaches the last padded cell."""
    found = [0]
    while found[-1] + w.reach - 1 < w.room - 1:
        found.append(found[-1] + w.s)
    return found


@some
@given(windows())
def test_3_2_rounding_up(w: Window) -> None:
    found = rounded_up(w)
    assert len(found) == says("3.2", "o", **letters(w))
    over = found[-1] + w.reach - w.room
    assert over == says("3.2", "h", o=len(found), **letters(w))
    assert 0 <= over < w.s


@some
@given(windows())
def test_3_3_the_window_that_is_dropped(w: Window) -> None:
    assume(w.after < w.reach)
    found = rounded_up(w)
    kept = [start for start in found if start < w.before + w.n]
    assert len(kept) == says("3.3", "o", **letters(w))
    assert len(found) - len(kept) <= 1


@some
@given(plain)
def test_3_4_means_at_the_border(w: Window) -> None:
    for i, start in enumerate(each for each in rounded_up(w) if each < w.before + w.n):
        padded = [cell for cell in range(start, start + w.k) if cell < w.room]
        real = [cell for cell in padded if w.before <= cell < w.before + w.n]
        assert len(real) == says("3.4", "real", i=i, **letters(w))
        assert len(padded) == says("3.4", "padded", i=i, **letters(w))


@some
@given(st.integers(1, 60), st.integers(1, 60))
def test_3_5_adaptive_pooling(n: int, o: int) -> None:
    read: list[int] = []
    for i in range(o):
        left, right = Fraction(i * n, o), Fraction((i + 1) * n, o)
        touched = [cell for cell in range(n) if cell < right and cell + 1 > left]
        start, end = (says("3.5", "start", i=i, n=n, o=o), says("3.5", "end", i=i, n=n, o=o))
        assert touched == list(range(start, end))
        read += touched
    assert set(read) == set(range(n))
    assert len(read) == says("3.5", "total", n=n, o=o)


# ---------------------------------------------------------------------------------- 4 same


def same_total(n: int, k: int, s: int, d: int) -> int:
    """The least padding with which there is a window for every start inside the input."""
    wanted, zeros = len(range(0, n, s)), 0
    while len(laid(n, k, s, 0, zeros, d)) < wanted:
        zeros += 1
    assert len(laid(n, k, s, 0, zeros, d)) == wanted
    return zeros


layers = st.tuples(st.integers(1, 60), st.integers(1, 9), small, st.integers(1, 4))


@some
@given(layers)
def test_4_1_same(layer: tuple[int, int, int, int]) -> None:
    n, k, s, d = layer
    assert len(range(0, n, s)) == says("4.1", "o", n=n, s=s)
    assert same_total(n, k, s, d) == says("4.1", "P", n=n, s=s, K=d * (k - 1) + 1)


@some
@given(layers)
def test_4_2_how_the_padding_depends_on_the_size(layer: tuple[int, int, int, int]) -> None:
    n, k, s, d = layer
    name = "P otherwise" if n % s else "P when s divides n"
    assert same_total(n, k, s, d) == says("4.2", name, n=n, s=s, K=d * (k - 1) + 1)


@some
@given(layers)
def test_4_3_the_odd_cell(layer: tuple[int, int, int, int]) -> None:
    n, k, s, d = layer
    total, reach = same_total(n, k, s, d), d * (k - 1) + 1
    before, after = says("4.3", "p₁", P=total), says("4.3", "p₂", P=total)
    assert before + after == total
    assert after - before == total % 2
    same = laid(n, k, s, before, after, d)
    assert len(same) == len(range(0, n, s))
    if reach % 2:
        half = laid(n, k, s, reach // 2, reach // 2, d)
        assert len(half) == len(same)
        shift = says("4.3", "shift", K=reach, P=total)
        assert shift >= 0
        for ours, theirs in zip(half, same):
            assert ours[0] - reach // 2 + shift == theirs[0] - before
    else:
        of = {"n": n, "s": s}
        upper = len(laid(n, k, s, reach // 2, reach // 2, d))
        lower = len(laid(n, k, s, reach // 2 - 1, reach // 2 - 1, d))
        assert (upper, lower) == (says("4.3", "upper", **of), says("4.3", "lower", **of))
        assert (upper > len(same)) == (n % s == 0)
        assert (lower < len(same)) == (s == 1 or n % s == 1)


@some
@given(layers)
def test_4_4_causal(layer: tuple[int, int, int, int]) -> None:
    n, k, s, d = layer
    before = d * (k - 1)
    found = laid(n, k, s, before, 0, d)
    assert len(found) == says("4.4", "o", n=n, s=s)
    for i, window in enumerate(found):
        assert window[-1] - before == says("4.4", "last", i=i, s=s)
    for fewer in range(1, min(before, n - 1) + 1):
        late = laid(n, k, s, before - fewer, 0, d)[0][-1] - (before - fewer)
        assert says("4.4", "last", i=0, s=s) < late < n


# ---------------------------------------------------------------------------- 5 transposed


@some
@given(st.integers(1, 60), small, small, pads, pads, st.integers(1, 4), st.integers(0, 8))
def test_5_1_the_size(n: int, k: int, s: int, p1: int, p2: int, d: int, a: int) -> None:
    written = patches(n, k, s, d)
    end = written[-1][-1]
    line = [*range(end + 1), *["added"] * a]
    assume(len(line) > p1 + p2)
    left = line[p1 : len(line) - p2]
    assert len(left) == says("5.1", "o", n=n, k=k, s=s, p1=p1, p2=p2, d=d, a=a)
    if p1 <= end:
        assert left.count("added") == max(a - p2, 0)


@few
@given(windows(20), st.data())
def test_5_2_the_transpose_of_the_map(w: Window, data: st.DataObject) -> None:
    many = st.lists(numbers, min_size=99, max_size=99)
    x, g, weights = (data.draw(many) for _ in range(3))
    x, weights = (x * 3)[: w.n], weights[: w.k]
    options = (w.s, w.before, w.after, w.d)
    y = convolve(x, weights, *options)
    g = (g * 3)[: len(y)]
    a = says("5.3", "a", m=w.n, **letters(w))
    back = transpose(g, weights, *options, a)
    assert len(back) == w.n
    assert sum(map(int.__mul__, y, g)) == sum(map(int.__mul__, x, back))


@some
@given(windows(40))
def test_5_3_output_padding(w: Window) -> None:
    n = len(laid_of(w))
    back = [says("5.1", "o", **{**letters(w), "n": n, "a": a}) for a in range(w.s)]
    options = (w.k, w.s, w.before, w.after, w.d)
    forward = [m for m, size in sizes(back[-1] + w.s + 2, *options).items() if size == n]
    assert forward == [m for m in back if m >= 1]
    assert back[says("5.3", "a", m=w.n, **letters(w))] == w.n
    for more in (w.s, 2 * w.s + 1):
        m = says("5.1", "o", **{**letters(w), "n": n, "a": more})
        if m >= 1:
            assert len(laid_of(w._replace(n=m))) == n + more // w.s


@few
@given(
    st.lists(numbers, min_size=1, max_size=12), st.lists(numbers, min_size=1, max_size=6), st.data()
)
def test_5_4_as_a_convolution(g: list[int], weights: list[int], data: st.DataObject) -> None:
    s, d = data.draw(small), data.draw(st.integers(1, 4))
    reach = d * (len(weights) - 1) + 1
    p1, p2 = (data.draw(st.integers(0, reach - 1)) for _ in range(2))
    a = data.draw(st.integers(0, s - 1))
    assume((len(g) - 1) * s + reach > p1 + p2)
    stretched = [0] * ((len(g) - 1) * s + 1)
    stretched[::s] = g
    before = says("5.4", "before", K=reach, p1=p1)
    after = says("5.4", "after", K=reach, p2=p2, a=a)
    found = convolve(stretched, weights[::-1], 1, before, after, d)
    assert found == transpose(g, weights, s, p1, p2, d, a)


@some
@given(st.integers(1, 40), st.integers(1, 20), small)
def test_5_5_how_often_an_output_is_written(n: int, k: int, s: int) -> None:
    written = patches(n, k, s)
    inside = range(k - 1, written[-1][0] + 1)
    times = {sum(cell in patch for patch in written) for cell in inside}
    fewest, most = (says("5.5", name, k=k, s=s) for name in ("fewest", "most"))
    assert all(fewest <= each <= most for each in times)
    if len(inside) >= s:
        assert (min(times), max(times)) == (fewest, most)
        assert (len(times) == 1) == (k % s == 0)


@some
@given(st.integers(1, 30), small, small, st.integers(1, 3))
def test_5_6_the_sizes_of_keras(n: int, k: int, s: int, d: int) -> None:
    reach = d * (k - 1) + 1
    same, valid = says("5.6", "same", n=n, s=s), says("5.6", "valid", n=n, s=s, K=reach)
    assert same == max(m for m in range(1, 400) if len(range(0, m, s)) == n)
    total = same_total(same, k, s, d)
    assert total == max(reach - s, 0)
    uncut = len(transpose([1] * n, [1] * k, s, 0, 0, d, max(s - reach, 0)))
    assert uncut - total == same
    assert len(laid(valid, k, s, 0, 0, d)) == n
    least = len(transpose([1] * n, [1] * k, s, 0, 0, d, 0))
    assert valid - least == says("5.6", "more", s=s, K=reach)


# ------------------------------------------------------------------------------ 6 resizing


@some
@given(st.lists(numbers, min_size=1, max_size=40), small)
def test_6_1_nearest(x: list[int], r: int) -> None:
    found = [value for value in x for _ in range(r)]
    assert len(found) == says("6.1", "o", n=len(x), r=r)
    assert found == [x[says("6.1", "cell", u=u, r=r)] for u in range(len(found))]
    assert found == transpose(x, [1] * r, r, 0, 0, 1, 0)


def middle(u: int, n: int, o: int) -> Fraction:
    """The middle of output u, if o outputs cover the line that n inputs cover."""
    left, right = Fraction(u * n, o), Fraction((u + 1) * n, o)
    return (left + right) / 2 - (Fraction(0) + Fraction(1)) / 2


@some
@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_6_2_where_the_outputs_lie(n: int, o: int, data: st.DataObject) -> None:
    u = data.draw(st.integers(0, o - 1))
    assert says("6.2", "x", u=u, n=n, o=o) == middle(u, n, o)


@some
@given(st.integers(1, 60), st.integers(2, 60))
def test_6_3_with_corners_aligned(n: int, o: int) -> None:
    places = [Fraction(says("6.3", "x", u=u, n=n, o=o)) for u in range(o)]
    assert places[0] == 0
    assert places[-1] == n - 1
    assert len({y - x for x, y in pairwise(places)}) == 1


@some
@given(st.integers(1, 20), st.integers(1, 12))
def test_6_4_which_cells_a_linear_blend_reads(n: int, r: int) -> None:
    alone = []
    for u in range(n * r):
        place = middle(u, n, n * r)
        first, last = says("6.4", "first", u=u, r=r), says("6.4", "last", u=u, r=r)
        near = [cell for cell in range(-2, n + 2) if abs(cell - place) < 1]
        assert near == list(range(first, last + 1))
        alone.append(len(near) == 1)
    assert any(alone) == bool(r % 2)


# -------------------------------------------------------------------------------- 7 counts

groups = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)).map(
    lambda drawn: (drawn[0] * drawn[2], drawn[1] * drawn[2], drawn[2])
)


def channels_of(one: int, c: int, f: int, g: int) -> range:
    """The input channels that a filter reads: those of its group."""
    group = one // (f // g)
    return range(group * (c // g), (group + 1) * (c // g))


def products(k: int, c: int, f: int, g: int, o: int) -> list[tuple[int, ...]]:
    """Every pass of the innermost line: filter, row, column, channel, i, j."""
    return [
        (one, row, column, channel, i, j)
        for one, row, column in product(range(f), range(o), range(o))
        for channel in channels_of(one, c, f, g)
        for i, j in product(range(k), range(k))
    ]


@few
@given(st.integers(1, 5), groups)
def test_7_1_parameters(k: int, channels: tuple[int, int, int]) -> None:
    c, f, g = channels
    weights = {(p[0], *p[3:]) for p in products(k, c, f, g, 2)}
    assert len(weights) + f == says("7.1", "params", k=k, c=c, f=f, g=g)


@few
@given(st.integers(1, 3), groups, st.integers(1, 4))
def test_7_2_multiply_adds(k: int, channels: tuple[int, int, int], o: int) -> None:
    c, f, g = channels
    assert len(products(k, c, f, g, o)) == says("7.2", "macs", k=k, c=c, f=f, g=g, o=o)


@few
@given(st.integers(1, 4), st.integers(1, 6), st.integers(1, 6), st.integers(1, 3))
def test_7_3_depthwise_separable(k: int, c: int, f: int, o: int) -> None:
    parts = len(products(k, c, c, c, o)) + len(products(1, c, f, 1, o))
    assert parts == says("7.3", "separable", k=k, c=c, f=f, o=o)
    assert Fraction(parts, len(products(k, c, f, 1, o))) == says("7.3", "ratio", k=k, f=f)


@some
@given(windows())
def test_7_4_multiply_adds_on_real_cells(w: Window) -> None:
    found = laid_of(w)
    for t in range(w.k):
        real = [w.before <= window[t] < w.before + w.n for window in found]
        assert sum(real) == says("7.4", "real", t=t, o=len(found), **letters(w))


@few
@given(windows(12), windows(12))
def test_real_products_of_two_axes_multiply(rows: Window, columns: Window) -> None:
    """The sums of statement 7.4: each product of the loops over a plane is checked."""

    def real(w: Window) -> Any:
        cells = np.array(laid_of(w)) - w.before
        return (cells >= 0) & (cells < w.n)

    looked_at = real(rows)[:, None, :, None] & real(columns)[None, :, None, :]
    sums = [
        sum(says("7.4", "real", t=t, o=len(laid_of(w)), **letters(w)) for t in range(w.k))
        for w in (rows, columns)
    ]
    assert looked_at.sum() == sums[0] * sums[1]


@few
@given(st.integers(1, 3), groups, st.integers(1, 3))
def test_7_5_transposed_convolution(k: int, channels: tuple[int, int, int], n: int) -> None:
    c, f, g = channels
    made = sum(
        1
        for channel, _, _ in product(range(c), range(n), range(n))
        for one in range(f)
        if channel in channels_of(one, c, f, g)
        for _ in product(range(k), range(k))
    )
    assert made == says("7.5", "macs", k=k, c=c, f=f, g=g, n=n)
    weights = [
        (one, channel, i, j)
        for one in range(f)
        for channel in channels_of(one, c, f, g)
        for i, j in product(range(k), range(k))
    ]
    assert len(weights) + f == says("7.1", "params", k=k, c=c, f=f, g=g)


# ------------------------------------------------------------------------------ 8 matrices


def matrix(w: Window) -> Any:
    """The tap (from 1) that multiplies input cell x in output i; 0 if none does."""
    found = laid_of(w)
    taps = np.zeros((len(found), w.n), dtype=int)
    for i, window in enumerate(found):
        for t, cell in enumerate(window):
            if w.before <= cell < w.before + w.n:
                taps[i, cell - w.before] = t + 1
    return taps


@some
@given(st.integers(1, 40), st.integers(1, 12), small)
def test_8_1_one_axis_as_a_matrix(n: int, k: int, s: int) -> None:
    assume(k <= n)
    taps = matrix(Window(n, k, s, 0, 0, 1))
    shape = tuple(says("8.1", name, n=n, k=k, s=s) for name in ("rows", "columns"))
    assert taps.shape == shape
    assert (taps == 0).sum() == says("8.1", "zeros", n=n, k=k, s=s)
    assert set(taps[taps > 0].tolist()) == set(range(1, k + 1))


@few
@given(st.integers(1, 5), st.integers(0, 4), st.integers(1, 3), st.integers(0, 99))
def test_8_2_fully_connected_layers_are_convolutions(m: int, more: int, c: int, seed: int) -> None:
    n = m + more
    rng = np.random.default_rng(seed)
    x, weights = rng.integers(-9, 9, (c, n, n)), rng.integers(-9, 9, (c, m, m))
    starts = [window[0] for window in laid(n, m)]
    assert len(starts) == says("8.2", "o", n=n, m=m)
    for row, column in product(starts, starts):
        part = x[:, row : row + m, column : column + m]
        by_loops = sum(
            int(weights[at] * x[at[0], row + at[1], column + at[2]])
            for at in product(range(c), range(m), range(m))
        )
        assert part.reshape(-1) @ weights.reshape(-1) == by_loops


@few
@given(st.integers(1, 9), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_8_3_im2col(n: int, k: int, s: int, c: int) -> None:
    assume(k <= n)
    along = laid(n, k, s)
    columns = [
        [(channel, y, x) for channel in range(c) for y in rows for x in cells]
        for rows in along
        for cells in along
    ]
    assert len(columns) == says("8.3", "width", o=len(along))
    assert {len(column) for column in columns} == {says("8.3", "height", k=k, c=c)}
    assert sum(map(len, columns)) == says("8.3", "entries", k=k, c=c, o=len(along))


@few
@given(windows(20), st.data())
def test_8_4_the_gradient_for_the_input(w: Window, data: st.DataObject) -> None:
    weights = data.draw(st.lists(numbers, min_size=w.k, max_size=w.k))
    taps = matrix(w)
    g = data.draw(st.lists(numbers, min_size=len(taps), max_size=len(taps)))
    by_chain_rule = np.array([0, *weights])[taps].T @ np.array(g)
    a = says("8.4", "a", **letters(w))
    assert transpose(g, weights, w.s, w.before, w.after, w.d, a) == by_chain_rule.tolist()
    assert says("8.4", "n", o=len(g), **letters(w)) == w.n


@few
@given(windows(20), st.data())
def test_8_5_the_gradient_for_the_kernel(w: Window, data: st.DataObject) -> None:
    found = laid_of(w)
    x = data.draw(st.lists(numbers, min_size=w.n, max_size=w.n))
    g = data.draw(st.lists(numbers, min_size=len(found), max_size=len(found)))
    padded = [*[0] * w.before, *x, *[0] * w.after]
    by_chain_rule = [
        sum(up * padded[window[t]] for up, window in zip(g, found)) for t in range(w.k)
    ]
    convolved = convolve(x, g, w.d, w.before, w.after, w.s)
    assert len(convolved) == says("8.5", "windows", o=len(found), **letters(w))
    assert convolved[: w.k] == by_chain_rule


@few
@given(st.integers(1, 3), groups, st.integers(1, 3))
def test_8_6_what_the_backward_pass_costs(k: int, channels: tuple[int, int, int], o: int) -> None:
    c, f, g = channels
    for_input: dict[tuple[int, ...], int] = {}
    for_weights: dict[tuple[int, ...], int] = {}
    for one, row, column, channel, i, j in products(k, c, f, g, o):
        x_cell, weight = (channel, row + i, column + j), (one, channel, i, j)
        for_input[x_cell] = for_input.get(x_cell, 0) + 1
        for_weights[weight] = for_weights.get(weight, 0) + 1
    made = sum(for_input.values()) + sum(for_weights.values())
    assert made == says("8.6", "backward", k=k, c=c, f=f, g=g, o=o)


# -------------------------------------------------------------------------------- 9 fields

Layer = tuple[int, int, int, int]  # kernel, stride, padding before, dilation
field_layers = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 4), st.integers(1, 3))
stretches = st.tuples(st.integers(1, 12), st.integers(1, 6), st.integers(-9, 9))


def seen(unit: int, chain: Sequence[Layer]) -> set[int]:
    """The pixels that a unit reads through all layers, also outside the image."""
    cells = {unit}
    for k, s, p, d in reversed(chain):
        cells = {cell * s - p + d * t for cell in cells for t in range(k)}
    return cells


@some
@given(stretches, field_layers, st.integers(-5, 5))
def test_9_1_one_more_layer(field: tuple[int, int, int], layer: Layer, unit: int) -> None:
    (r, j, q), (k, s, p, d) = field, layer
    of = {"r": r, "j": j, "q": q, "k": k, "s": s, "p1": p, "d": d}
    size, step, start = (says("9.1", name, **of) for name in ("size", "step", "start"))
    pixels = [cell * j - q + pixel for cell in seen(unit, [layer]) for pixel in range(r)]
    assert hull(pixels) == (unit * step - start, unit * step - start + size - 1)


@some
@given(st.tuples(field_layers, field_layers, field_layers), st.integers(-5, 5))
def test_9_2_a_chain(chain: tuple[Layer, Layer, Layer], unit: int) -> None:
    of = {
        f"{letter}{place}": value
        for place, layer in enumerate(chain, 1)
        for letter, value in zip("ksbd", layer)
    }
    r, j, q = (says("9.2", name, **of) for name in ("r", "j", "q"))
    assert hull(seen(unit, chain)) == (unit * j - q, unit * j - q + r - 1)


@some
@given(
    st.integers(1, 60), st.lists(st.tuples(field_layers, st.integers(0, 4)), min_size=1, max_size=3)
)
def test_9_3_borders(n: int, padded: list[tuple[Layer, int]]) -> None:
    chain, maps = [layer for layer, _ in padded], [n]
    r, j, q = 1, 1, 0
    for (k, s, p, d), after in padded:
        maps.append(len(laid(maps[-1], k, s, p, after, d)))
        r, j, q = r + d * (k - 1) * j, j * s, q + p * j  # statement 9.1
    first, last = says("9.3", "first", q=q, j=j), says("9.3", "last", n=n, q=q, r=r, j=j)
    for unit in range(maps[-1]):
        below = [seen(unit, chain[place:]) for place in range(len(chain))]
        clean = all(0 <= cell < size for cells, size in zip(below, maps) for cell in cells)
        assert clean == (first <= unit <= last), unit


@some
@given(stretches, st.integers(2, 6), st.integers(1, 6))
def test_9_4_holes(field: tuple[int, int, int], k: int, d: int) -> None:
    r, j, _ = field
    pixels = {d * t * j + pixel for t in range(k) for pixel in range(r)}
    missing = [pixel for pixel in range(max(pixels)) if pixel not in pixels]
    assert (not missing) == (d * j <= r)
    if missing:
        of = {"k": k, "d": d, "j": j, "r": r}
        assert len(missing) == says("9.4", "holes", **of) * says("9.4", "hole", **of)
        assert len([pixel for pixel in missing if pixel - 1 in pixels]) == says("9.4", "holes", k=k)


@few
@given(st.integers(2, 6), st.integers(1, 7), st.integers(1, 60))
def test_9_5_how_many_layers_reach_a_size(k: int, count: int, wanted: int) -> None:
    first, last = hull(seen(0, [(k, 1, 0, 1)] * count))
    assert last - first + 1 == says("9.5", "plain", L=count, k=k)
    first, last = hull(seen(0, [(k, 1, 0, 2**place) for place in range(count)]))
    assert last - first + 1 == says("9.5", "doubled", L=count, k=k)
    needed = 0
    while max(seen(0, [(k, 1, 0, 1)] * needed)) + 1 < wanted:
        needed += 1
    assert needed == says("9.5", "layers", R=wanted, k=k)


@some
@given(
    st.lists(numbers, min_size=1, max_size=6), st.lists(numbers, min_size=1, max_size=6), st.data()
)
def test_9_6_two_kernels_as_one(one: list[int], two: list[int], data: st.DataObject) -> None:
    k = says("9.6", "k", k1=len(one), k2=len(two))
    x = data.draw(st.lists(numbers, min_size=k, max_size=k + 9))
    together = np.convolve(one, two).tolist()
    assert len(together) == k
    in_turn = convolve(convolve(x, one, 1, 0, 0, 1), two, 1, 0, 0, 1)
    assert convolve(x, together, 1, 0, 0, 1) == in_turn


# ------------------------------------------------------------------------------- 10 graphs


def sees(unit: int, r: int, j: int, q: int) -> set[int]:
    return {unit * j - q + pixel for pixel in range(r)}


starts = st.integers(-20, 20)


@some
@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 9), starts, starts, st.integers(0, 9))
def test_10_1_a_join(r1: int, r2: int, j: int, q1: int, q2: int, unit: int) -> None:
    of = {"r1": r1, "r2": r2, "q1": q1, "q2": q2}
    start, size = says("10.1", "start", q1=q1, q2=q2), says("10.1", "size", **of)
    both = sees(unit, r1, j, q1) | sees(unit, r2, j, q2)
    assert hull(both) == (unit * j - start, unit * j - start + size - 1)
    assert size >= max(r1, r2)


@some
@given(st.integers(1, 30), st.integers(0, 29), st.integers(0, 9))
def test_10_2_a_residual_block(r: int, q: int, unit: int) -> None:
    assume(q <= r - 1)
    size, start = says("10.2", "size", r=r), says("10.2", "start", q=q)
    both = sees(unit, r, 1, q) | {unit}
    assert hull(both) == (unit - start, unit - start + size - 1)
    assert both == sees(unit, r, 1, q)


@some
@given(st.tuples(stretches, stretches))
def test_10_3_unequal_steps(paths: tuple[tuple[int, int, int], tuple[int, int, int]]) -> None:
    (r1, j1, q1), (r2, j2, q2) = sorted(paths, key=lambda path: path[1])
    assume(j1 < j2)

    def size(unit: int) -> int:
        first, last = hull(sees(unit, r1, j1, q1) | sees(unit, r2, j2, q2))
        return last - first + 1

    far = 60  # no start or size is as large
    growth = says("10.3", "growth", j1=j1, j2=j2)
    assert [size(unit + 1) - size(unit) for unit in range(far, far + 5)] == [growth] * 5


@some
@given(st.integers(1, 9), st.integers(1, 9), starts, starts)
def test_10_4_holes_between_paths(r1: int, r2: int, q1: int, q2: int) -> None:
    both = sees(0, r1, 1, q1) | sees(0, r2, 1, q2)
    first, last = hull(both)
    hole = says("10.4", "hole", r1=r1, r2=r2, q1=q1, q2=q2)
    assert last - first + 1 - len(both) == max(hole, 0)


@some
@given(st.integers(1, 12), small, pads, st.integers(0, 40))
def test_10_5_after_a_transposed_convolution(k: int, s: int, p: int, x: int) -> None:
    def read(output: int) -> list[int]:
        return [i for i in range(-30, 80) if output + p - i * s in range(k)]

    first, last = (says("10.5", name, x=x, p1=p, k=k, s=s) for name in ("first", "last"))
    assert read(x) == list(range(first, last + 1))
    assert read(x + s) == [i + 1 for i in read(x)]


# ------------------------------------------------------------------------------ 11 inverse


@few
@given(
    st.lists(
        st.tuples(small, st.integers(1, 3), pads, pads, st.integers(1, 3)), min_size=1, max_size=3
    ),
    small,
)
def test_11_1_the_smallest_input(chain: list[tuple[int, ...]], o: int) -> None:
    def out(n: int) -> int:
        for k, s, p1, p2, d in chain:
            n = len(laid(n, k, s, p1, p2, d)) if n else 0
        return n

    back = o
    for k, s, p1, p2, d in reversed(chain):
        back = max(says("11.1", "n", o=back, s=s, K=d * (k - 1) + 1, p1=p1, p2=p2), 1)
    assert out(back) >= o
    assert back == 1 or out(back - 1) < o


@few
@given(st.integers(1, 40), small, small, st.integers(0, 12), st.integers(1, 9))
def test_11_2_which_kernel_padding_or_stride(n: int, k: int, s: int, p: int, o: int) -> None:
    def agree(found: list[int], low: int, least: int, most: int) -> None:
        assert found == [value for value in range(least, most + 1) if value >= low]

    of = {"n": n, "P": p, "K": k, "o": o, "s": s}
    kernels = [k for k in range(1, 80) if len(laid(n, k, s, 0, p)) == o]
    agree(kernels, 1, says("11.2", "least K", **of), says("11.2", "most K", **of))
    zeros = [p for p in range(140) if len(laid(n, k, s, 0, p)) == o]
    agree(zeros, 0, says("11.2", "least P", **of), says("11.2", "most P", **of))
    if o >= 2 and n + p >= k:
        strides = [s for s in range(1, 80) if len(laid(n, k, s, 0, p)) == o]
        agree(strides, 1, says("11.2", "least s", **of), says("11.2", "most s", **of))


@few
@given(st.integers(1, 20), small, st.integers(1, 5))
def test_11_3_padding_that_keeps_a_size(n: int, k: int, s: int) -> None:
    least, most = (says("11.3", name, n=n, s=s, K=k) for name in ("least P", "most P"))
    assert [p for p in range(140) if len(laid(n, k, s, 0, p)) == n] == list(range(least, most + 1))


@some
@given(st.integers(1, 200), st.integers(2, 12), st.integers(1, 200))
def test_11_4_layers_until_a_size_is_reached(n: int, k: int, t: int) -> None:
    size, layers = n, 0
    assume(t <= n)
    while size > t:
        size = len(laid(size, k))
        assume(size)
        layers += 1
    assert layers == says("11.4", "L", n=n, t=t, k=k)
    assert (size == t) == ((n - t) % (k - 1) == 0)


@some
@given(st.integers(1, 300), st.integers(0, 5))
def test_11_5_sizes_that_halve_evenly(n: int, pools: int) -> None:
    assume(n >= 2**pools)
    size, evenly = n, True
    for _ in range(pools):
        evenly = evenly and size % 2 == 0
        size = len(laid(size, 2, 2))
    assert size == says("11.5", "size", n=n, L=pools)
    assert evenly == (n % 2**pools == 0)


def u_net(n: int, pools: int) -> tuple[int, int] | None:
    """Cells after the bottom and at the end; None if a pool has an odd input, or too few cells remain."""
    for _ in range(pools):
        n = len(laid(len(laid(n, 3)), 3)) if n >= 3 else 0
        if n < 2 or n % 2:
            return None
        n = len(laid(n, 2, 2))
    n = bottom = n - 4
    for _ in range(pools):
        n = len(patches(n, 2, 2)) * 2 - 4 if n > 0 else 0
    return (bottom, n) if bottom >= 1 else None


@pytest.mark.parametrize("pools", [1, 2, 3, 4])
def test_11_6_the_sizes_of_a_u_net(pools: int) -> None:
    found = {n: u_net(n, pools) for n in range(1, 400)}
    fit = {n: left for n, left in found.items() if left}
    expected = {
        says("11.6", "n", L=pools, m=m): (m, says("11.6", "out", L=pools, m=m))
        for m in range(1, 400)
    }
    assert list(fit) == [n for n in expected if n < 400]
    whole = {n: left for n, left in fit.items() if left[1] >= 1}
    assert {n: expected[n] for n in whole} == whole
    if pools == 4:
        assert list(whole)[:3] == [188, 204, 220]
        assert expected[572] == (28, 388)


# ------------------------------------------------------- the pages and the tests are the same


def test_every_statement_has_a_test_and_every_test_a_statement() -> None:
    tests = [re.match(r"test_(\d+)_(\d+)_", name) for name in globals()]
    named = [(int(found[1]), int(found[2])) for found in tests if found]
    assert sorted(named) == sorted(SECTIONS)


def test_every_formula_of_a_page_is_used_by_its_test() -> None:
    unused = []
    for node in ast.parse(Path(__file__).read_text(encoding="utf-8")).body:
        named = isinstance(node, ast.FunctionDef) and re.match(r"test_(\d+)_(\d+)_", node.name)
        if named:
            words = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}
            number = f"{named[1]}.{named[2]}"
            unused += [f"{number} {name}" for name in FORMULAS[number] if name not in words]
    assert unused == []


def test_what_the_boxes_say_of_onnx_holds() -> None:
    assert broken("onnx") == []


def test_every_claim_on_a_framework_has_a_box() -> None:
    boxes = {
        f"{page}.{place}"
        for (page, place), text in SECTIONS.items()
        if "\n> **Frameworks.** " in text
    }
    assert {each.statement for each in CLAIMS} <= boxes


@pytest.mark.parametrize("number", SECTIONS, ids=lambda number: f"{number[0]}.{number[1]}")
def test_every_statement_is_whole(number: Number) -> None:
    text = SECTIONS[number]
    order = [
        text.find(part)
        for part in ("**Statement.** ", "**Proof.**", "![", "*Drawn by* `convcalc ", "**Exercise.** ",
                     "<summary>Answer</summary>", "$ convcalc ")
    ]  # fmt: skip
    assert -1 not in order, order
    assert order == sorted(order)
