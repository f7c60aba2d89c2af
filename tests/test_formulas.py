"""Every formula, compared with its definition: windows slid by hand, cells counted one by one."""

from __future__ import annotations

import inspect
import itertools
import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcalc import formulas
from convcalc.term import Term
from strategies import Window, of_each, often, some, windows
from test_arithmetic_proofs import says

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: function
    for name, function in vars(formulas).items()
    if inspect.isfunction(function) and not name.startswith("_")
}
size, count = st.integers(1, 60), st.integers(1, 12)

# ------------------------------------------------------------------------- numbers of every type

DIVISORS = {"b", "s", "o"}


def arguments(function: Callable[..., Any]) -> st.SearchStrategy[list[int]]:
    """Numbers for a function's parameters; divisors are positive."""
    names = list(inspect.signature(function).parameters)
    if names == ["numbers"]:
        return st.lists(st.integers(-30, 30), min_size=1, max_size=5)
    return st.tuples(
        *(st.integers(1, 40) if name in DIVISORS else st.integers(-40, 200) for name in names)
    ).map(list)


def call(function: Callable[..., Any], values: list[Any]) -> Any:
    """Call the function with these numbers; `product` takes one list."""
    one_list = list(inspect.signature(function).parameters) == ["numbers"]
    return function(values) if one_list else function(*values)


def test_the_registry_of_formulas_is_not_empty() -> None:
    assert {"out_size", "same_padding", "taps_read", "rf_size", "adaptive_end"} <= set(FUNCTIONS)
    assert len(FUNCTIONS) >= 29


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_numbers_arrays_and_terms_give_the_same(name: str) -> None:
    function = FUNCTIONS[name]

    @of_each
    @given(
        arguments(function).flatmap(
            lambda row: st.lists(arguments_like(row, function), min_size=2, max_size=4)
        )
    )
    def agree(rows: list[list[int]]) -> None:
        expected = [call(function, row) for row in rows]
        assert all(type(value) is int for value in expected)
        columns = [np.array(column, dtype=np.int64) for column in zip(*rows)]
        found = call(function, columns)
        assert found.dtype == np.int64
        np.testing.assert_array_equal(found, expected)
        for row, value in zip(rows, expected):
            term = call(function, [Term(number, f"x{i}") for i, number in enumerate(row)])
            assert isinstance(term, Term)
            assert int(term) == value

    agree()


def arguments_like(row: list[int], function: Callable[..., Any]) -> st.SearchStrategy[list[int]]:
    """More numbers, as many as in the row."""
    return (
        arguments(function).filter(lambda other: len(other) == len(row))
        if (list(inspect.signature(function).parameters) != ["numbers"])
        else st.lists(st.integers(-30, 30), min_size=len(row), max_size=len(row))
    )


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_first_line_of_a_docstring_is_the_formula(name: str) -> None:
    first = (FUNCTIONS[name].__doc__ or "").split("\n")[0]
    letters = set(inspect.signature(FUNCTIONS[name]).parameters)
    assert any(sign in first for sign in "+−·/₁⌊⌈"), first
    if not letters & {"numbers", "kernel", "positions", "units", "before", "t", "m"}:
        assert all(letter in first for letter in letters), (first, letters)


# -------------------------------------------------------------------------------------- helpers


@given(st.integers(), st.integers())
def test_positive_and_smaller_are_max_and_min(x: int, y: int) -> None:
    assert formulas.positive(x) == max(x, 0)
    assert formulas.smaller(x, y) == min(x, y)


@given(st.integers(), st.integers(1))
def test_ceil_div_is_the_least_multiple_not_below(a: int, b: int) -> None:
    assert formulas.ceil_div(a, b) == math.ceil(Fraction(a, b))


@given(st.lists(st.integers(-9, 9), min_size=1))
def test_product_multiplies_all(numbers: list[int]) -> None:
    assert formulas.product(iter(numbers)) == math.prod(numbers)


# ---------------------------------------------------------------------------------- output size


@given(size, count)
def test_span_is_the_distance_from_the_first_tap_to_the_last(k: int, d: int) -> None:
    taps = [t * d for t in range(k)]
    assert formulas.effective_kernel(k, d) == taps[-1] - taps[0] + 1
    assert formulas.full_padding(k, d) == taps[-1]


@often
@given(windows())
def test_out_size_counts_the_windows_that_fit(w: Window) -> None:
    o = formulas.out_size_padded(*w)
    assert o == len(w.starts())
    last, after_last = (o - 1) * w.s, o * w.s
    assert last + w.reach <= w.room < after_last + w.reach
    if w.before == w.after:
        assert formulas.out_size(w.n, w.k, w.s, w.before, w.d) == o


@often
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 9), st.integers(0, 5), count)
def test_out_size_is_below_one_exactly_where_no_window_fits(
    n: int, k: int, s: int, p: int, d: int
) -> None:
    fits = d * (k - 1) + 1 <= n + 2 * p
    assert (formulas.out_size(n, k, s, p, d) >= 1) is fits


@often
@given(windows())
def test_unread_cells_lie_behind_the_last_window(w: Window) -> None:
    read = {start + cell for start in w.starts() for cell in range(w.reach)}
    behind = [cell for cell in range(w.room) if cell > max(read)]
    assert formulas.unread(*w) == len(behind)


def rounded_up(w: Window) -> list[int]:
    """Windows slid until one reaches the end of the padded input, or goes past it."""
    starts = [0]
    while starts[-1] + w.reach < w.room:
        starts.append(starts[-1] + w.s)
    return starts


@often
@given(windows())
def test_caffe_slides_until_the_end_is_reached(w: Window) -> None:
    assert formulas.out_size_caffe(*w) == len(rounded_up(w))


@often
@given(windows())
def test_ceil_drops_windows_that_start_in_the_trailing_padding(w: Window) -> None:
    starts = [start for start in rounded_up(w) if start < w.n + w.before]
    assert formulas.out_size_ceil(*w) == len(starts)


@often
@given(
    size,
    count,
    st.integers(1, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(1, 4),
    st.data(),
)
def test_transposing_gives_back_what_the_convolution_read(
    n: int, k: int, s: int, before: int, after: int, d: int, data: st.DataObject
) -> None:
    a = data.draw(st.integers(0, s - 1), "output padding")
    o = formulas.transposed_size_padded(n, k, s, before, after, d, a)
    if before == after:
        assert formulas.transposed_size(n, k, s, before, d, a) == o
    # the direct convolution maps s consecutive sizes to n, and a chooses one of them
    sizes = [
        i
        for i in range(max(0, o - 2 * s), o + 2 * s)
        if len(Window(i, k, s, before, after, d).starts()) == n
    ]
    if o >= s:
        assert sizes.index(o) == a
        assert len(sizes) == s


@often
@given(st.integers(1, 20), count, st.integers(1, 20), st.integers(1, 4))
def test_a_transposed_window_without_padding_ends_with_its_last_patch(
    n: int, k: int, s: int, d: int
) -> None:
    written = [i * s + t * d for i in range(n) for t in range(k)]
    assert formulas.transposed_size(n, k, s, 0, d, 0) == max(written) + 1
    # Keras keeps a whole stride for every input, so that the next patch could begin directly after it
    assert formulas.transposed_size_keras(n, k, s, d) == max(max(written) + 1, n * s)


# -------------------------------------------------------------------------------------- padding


@often
@given(size, count, st.integers(1, 9), st.integers(1, 4))
def test_same_padding_is_the_least_that_lets_a_window_begin_at_every_step(
    n: int, k: int, s: int, d: int
) -> None:
    steps = len(range(0, n, s))
    assert formulas.same_size(n, s) == steps
    least = next(
        total for total in itertools.count() if len(Window(n, k, s, 0, total, d).starts()) >= steps
    )
    assert formulas.same_padding(n, k, s, d) == least


@given(st.integers(1, 40), count, st.integers(1, 4))
def test_full_padding_lets_every_overlap_count(n: int, k: int, d: int) -> None:
    p = formulas.full_padding(k, d)
    window = Window(n, k, 1, p, p, d)
    first, last = window.starts()[0], window.starts()[-1]
    assert first + window.reach - 1 == p  # the last tap of the first window is on the first cell
    assert last == p + n - 1  # and the first tap of the last window on the last cell


# -------------------------------------------------------------------------- parameters and work


@given(
    st.integers(1, 4), st.integers(1, 4), st.integers(1, 5), st.integers(1, 5), st.integers(1, 4)
)
def test_weights_are_the_cells_of_the_array_and_macs_read_each_at_every_place(
    k_h: int, k_w: int, cin: int, cout: int, o: int
) -> None:
    weight, bias = np.zeros((cout, cin, k_h, k_w)), np.zeros(cout)
    kernel = k_h * k_w
    assert formulas.fan_in(kernel, cin) == weight[0].size
    assert formulas.conv_weights(kernel, cin, cout) == weight.size
    assert formulas.conv_params(kernel, cin, cout) == weight.size + bias.size
    products = sum(weight[f].size for _ in range(o * o) for f in range(cout))
    assert formulas.conv_macs(kernel, cin, cout, o * o) == products
    patches = np.zeros((weight[0].size, o * o))
    assert formulas.im2col_rows(kernel, cin) == len(patches)
    assert formulas.im2col_size(kernel, cin, o * o) == patches.size


@given(st.integers(1, 30), st.integers(1, 30))
def test_linear_params_are_a_matrix_and_a_vector(m: int, units: int) -> None:
    assert formulas.linear_params(m, units) == np.zeros((units, m)).size + np.zeros(units).size


@often
@given(windows(largest=40), st.data())
def test_taps_read_counts_windows_whose_tap_is_on_a_real_cell(
    w: Window, data: st.DataObject
) -> None:
    o = len(w.starts()) + data.draw(st.integers(0, 2), "windows over the end")
    t = data.draw(st.integers(0, w.k - 1), "tap")
    places = [i * w.s + t * w.d - w.before for i in range(o)]
    real = sum(0 <= place < w.n for place in places)
    assert formulas.taps_read(w.n, w.s, w.before, w.d, o, t) == real


# ------------------------------------------------------------------------------- receptive field


@some
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 3), st.integers(1, 3)),
        max_size=5,
    )
)
def test_the_recurrence_is_the_range_of_pixels_that_are_read(
    stack: list[tuple[int, int, int, int]],
) -> None:
    r, j, q = 1, 1, 0
    for k, s, p, d in stack:
        r, j, q = (
            formulas.rf_size(r, j, k, d),
            formulas.rf_stride(j, s),
            formulas.rf_padding(q, j, p),
        )
    for unit in (0, 1, 5):
        cells = {unit}
        for k, s, p, d in reversed(stack):
            cells = {cell * s - p + t * d for cell in cells for t in range(k)}
        assert (min(cells), max(cells)) == (unit * j - q, unit * j - q + r - 1)


# ----------------------------------------------------------------------------- adaptive pooling


@often
@given(st.integers(1, 80), st.integers(1, 80))
def test_adaptive_windows_cover_every_cell_in_order(n: int, o: int) -> None:
    windows = [
        range(formulas.adaptive_start(i, n, o), formulas.adaptive_end(i, n, o)) for i in range(o)
    ]
    assert all(windows)
    assert sorted({cell for window in windows for cell in window}) == list(range(n))
    for i, window in enumerate(windows):  # the cells that the i-th of o equal parts touches
        touched = [c for c in range(n) if c * o < (i + 1) * n and (c + 1) * o > i * n]
        assert list(window) == touched


# --------------------------------------------------------------- the formulas that are proven

# A statement of docs/arithmetic and its left side, and convcalc's function with its arguments.
PROVEN = {
    "0.2 count": "ceil_div m s",
    "1.4 p": "full_padding k 1",
    "1.5 o": "out_size_padded n k s p1 p2 1",
    "1.6 u": "unread n k s p1 p2 1",
    "2.1 K": "effective_kernel k d",
    "2.2 o": "out_size_padded n k s p1 p2 d",
    "3.2 o": "out_size_caffe n K s p1 p2 1",
    "3.3 o": "out_size_ceil n K s p1 p2 1",
    "3.5 start": "adaptive_start i n o",
    "3.5 end": "adaptive_end i n o",
    "4.1 o": "same_size n s",
    "4.1 P": "same_padding n K s 1",
    "5.1 o": "transposed_size_padded n k s p1 p2 d a",
    "5.6 valid": "transposed_size_keras n K s 1",
    "7.1 params": "conv_params k*k c//g f",
    "7.2 macs": "conv_macs k*k c//g f o*o",
    "7.4 real": "taps_read n s p1 d o t",
    "8.3 height": "im2col_rows k*k c",
    "8.3 entries": "im2col_size k*k c o*o",
    "9.1 size": "rf_size r j k d",
    "9.1 step": "rf_stride j s",
    "9.1 start": "rf_padding q j p1",
}


@pytest.mark.parametrize("statement", PROVEN)
def test_convcalc_computes_what_the_documents_prove(statement: str) -> None:
    number, name = statement.split()
    function, *given = PROVEN[statement].split()
    letters = sorted(set(re.findall(r"[a-zA-Z]\d?", " ".join(given))))
    for row in np.random.default_rng(0).integers(1, 60, (50, len(letters))).tolist():
        values = dict(zip(letters, row))
        if {"c", "g"} <= set(letters):
            values["c"] *= values["g"]
        if "n" in letters:
            values["n"] += 60 * 60  # the windows fit
        ours = FUNCTIONS[function](*(eval(word, dict(values)) for word in given))
        assert ours == says(number, name, **values), values


def test_the_documents_prove_every_formula_of_sizes_and_fields() -> None:
    proven = {call.split()[0] for call in PROVEN.values()}
    assert set(FUNCTIONS) - proven == {
        *("positive", "smaller", "largest", "product"),  # helpers
        *("out_size", "transposed_size"),  # the same with one padding
        *("fan_in", "conv_weights", "linear_params"),  # parts of a proven one
        *("matmul_macs", "attention_weights", "attention_biases", "attention_macs"),
    }
