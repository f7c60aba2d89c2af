"""Windows have the positions of the definition, and tiles cover the output once."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convcalc.reference import gather
from convcalc.reference.loops_pool import shares
from convcalc.reference.windows import (
    Axis,
    corners,
    extent,
    inside,
    out_shape,
    slide,
    starts_of,
    under,
)

from .examples import ADAPTIVE, POOL_SIZES, SAME_PADDING

sizes, smalls, pads = st.integers(1, 40), st.integers(1, 7), st.integers(0, 6)


@given(n=sizes, k=smalls, s=smalls, d=st.integers(1, 3), before=pads, after=pads)
def test_floor_is_the_largest_number_of_windows_that_fit(
    n: int, k: int, s: int, d: int, before: int, after: int
) -> None:
    """The last window fits, one more would not: (o-1)s + span <= padded < o·s + span."""
    span = d * (k - 1) + 1
    o = len(starts_of(n, extent(k, d), s, before, after, "floor"))
    padded = before + n + after
    if o:
        assert (o - 1) * s + span <= padded < o * s + span
    else:
        assert padded < span


@given(n=sizes, k=smalls, s=smalls, before=pads, after=pads)
def test_ceil_reads_every_real_cell_it_can_and_starts_none_behind_them(
    n: int, k: int, s: int, before: int, after: int
) -> None:
    """Ceil leaves no cell unread after the last window, unless a window would start there."""
    starts = starts_of(n, k, s, before, after, "ceil")
    floor = starts_of(n, k, s, before, after, "floor")
    padded = before + n + after
    assert all(start < before + n for start in starts)
    if starts:
        unread = padded - (starts[-1] + k)
        assert unread <= 0 or starts[-1] + s >= before + n
    kept = [start for start in floor if start < before + n]
    assert list(starts[: len(kept)]) == kept


@pytest.mark.parametrize(("n", "k", "s", "p", "d", "floor", "ceil", "caffe"), POOL_SIZES)
def test_pool_sizes_that_tools_have_disagreed_on(
    n: int, k: int, s: int, p: int, d: int, floor: int, ceil: int, caffe: int
) -> None:
    """PyTorch and ONNX always refuse a start in the end padding, Caffe only if there is padding."""
    for fit, expected in (("floor", floor), ("ceil", ceil), ("caffe", caffe)):
        axes = slide("pool", (n,), (k,), stride=s, padding=p, dilation=d, fit=fit)
        assert out_shape(axes) == (expected,)


def test_caffe_refuses_on_every_axis_as_soon_as_one_is_padded() -> None:
    """pooling_layer.cpp tests `pad_h_ || pad_w_` once for both axes."""
    axes = slide("pool", (6, 6), (1, 1), stride=2, padding=[1, 0], fit="caffe")
    assert out_shape(axes) == (4, 3)
    axes = slide("pool", (6, 6), (1, 1), stride=2, padding=0, fit="caffe")
    assert out_shape(axes) == (4, 4)


@pytest.mark.parametrize(("n", "k", "s", "d", "o", "upper", "lower"), SAME_PADDING)
def test_same_padding_as_published(
    n: int, k: int, s: int, d: int, o: int, upper: Any, lower: Any
) -> None:
    """Same gives as many windows as a one-cell window has, the odd padding cell at the end."""
    for word, (before, after) in (("same", upper), ("same_lower", lower)):
        (axis,) = slide("conv", (n,), (k,), stride=s, padding=word, dilation=d)
        assert (axis.before, axis.after, len(axis.starts)) == (before, after, o)


@given(n=sizes, k=smalls, s=smalls, d=st.integers(1, 3))
def test_same_padding_is_the_least_that_gives_as_many_windows(
    n: int, k: int, s: int, d: int
) -> None:
    """With one padding cell less a window would be lost."""
    (axis,) = slide("conv", (n,), (k,), stride=s, padding="same", dilation=d)
    o, total = len(axis.starts), axis.before + axis.after
    assert o == len(range(0, n, s))
    if total:
        assert len(starts_of(n, extent(k, d), s, 0, total - 1, "floor")) == o - 1


@given(n=sizes, k=smalls, d=st.integers(1, 3))
def test_full_padding_reaches_the_input_with_one_tap(n: int, k: int, d: int) -> None:
    """The first window's last tap and the last window's first tap lie on the first and last cell."""
    (axis,) = slide("conv", (n,), (k,), padding="full", dilation=d)
    assert axis.cell(axis.starts[0], k - 1) == 0
    assert axis.cell(axis.starts[-1], 0) == n - 1


@given(n=sizes, k=smalls, s=smalls, d=st.integers(1, 3))
def test_causal_padding_never_looks_ahead(n: int, k: int, s: int, d: int) -> None:
    """Window i ends on cell i·stride: it sees the past and the present."""
    (axis,) = slide("conv", (n,), (k,), stride=s, padding="causal", dilation=d)
    last_cells = [axis.cell(start, k - 1) for start in axis.starts]
    assert last_cells == list(range(0, n, s))


@given(n=sizes, k=smalls, s=smalls, d=st.integers(1, 3), before=pads, after=pads)
def test_reading_pairs_windows_with_the_cells_under_a_tap(
    n: int, k: int, s: int, d: int, before: int, after: int
) -> None:
    """The two slices name exactly the windows whose tap is on a real cell, and those cells."""
    axis = Axis(n, k, s, d, before, after, starts_of(n, extent(k, d), s, before, after, "floor"))
    if not axis.starts:
        return
    seen = 0
    for tap in range(k):
        windows, cells = axis.reading(tap)
        pairs = list(zip(range(*windows.indices(99)), range(*cells.indices(99)), strict=True))
        expected = [
            (place, axis.cell(start, tap))
            for place, start in enumerate(axis.starts)
            if 0 <= axis.cell(start, tap) < n
        ]
        assert pairs == expected
        seen += len(pairs)
    assert seen == axis.real_taps()


@pytest.mark.parametrize(("cells", "bins"), ADAPTIVE)
def test_adaptive_pools_read_pytorchs_windows(cells: int, bins: int) -> None:
    """Bins and cells are spread over one length; a bin reads what it overlaps."""
    assert [(r.start, r.stop) for r in shares(cells, bins)] == ADAPTIVE[cells, bins]


@contextmanager
def tiles_of(numbers: int, places: int, most: int = 1 << 23) -> Iterator[None]:
    """Tiles of `numbers` numbers, or of `places` places if that is more, but of at most `most` numbers."""
    held = gather.TILE, gather.LEAST_PLACES, gather.LARGEST_TILE
    gather.TILE, gather.LEAST_PLACES, gather.LARGEST_TILE = numbers, places, most
    try:
        yield
    finally:
        gather.TILE, gather.LEAST_PLACES, gather.LARGEST_TILE = held


@given(
    shape=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    rows=st.integers(1, 40),
    tile=st.integers(1, 200),
    least=st.integers(1, 20),
    largest=st.integers(1, 400),
)
def test_tiles_cover_every_place_once_and_stay_small(
    shape: Any, rows: int, tile: int, least: int, largest: int
) -> None:
    """The runs join without gap or overlap, in row-major order, none larger than allowed."""
    with tiles_of(tile, least, largest):
        found = gather.blocks(tuple(shape), rows)
    places = [place for block, _ in found for place in product(*block)]
    assert places == list(np.ndindex(*shape))
    begin = 0
    for block, run in found:
        assert run == slice(begin, begin + prod(map(len, block)))
        assert run.stop - run.start <= max(tile // rows, min(least, largest // rows), 1)
        begin = run.stop


an_axis = st.tuples(
    st.integers(1, 8),  # size
    st.integers(1, 4),  # kernel
    st.integers(1, 3),  # stride
    st.integers(1, 3),  # dilation
    st.tuples(st.integers(0, 4), st.integers(0, 4)),  # padding
)


@given(
    each=st.lists(an_axis, min_size=1, max_size=3),
    fit=st.sampled_from(["floor", "ceil"]),
    tile=st.integers(1, 200),
)
def test_every_tile_holds_what_its_windows_read(each: Any, fit: str, tile: int) -> None:
    """Cell [c, t, p] of the tiles is the input cell under tap t of window p, or a padding zero."""
    size, kernel, stride, dilation, padding = zip(*each, strict=True)
    try:
        axes = slide(
            "conv", size, kernel, stride=stride, padding=padding, dilation=dilation, fit=fit
        )
    except ValueError:
        assume(False)  # the window fits nowhere
    x: Any = np.arange(1, 1 + 2 * prod(size)).reshape(2, *size)
    with tiles_of(tile, 1):
        cut = gather.blocks(out_shape(axes), 2 * prod(kernel))
    found = np.full((2, prod(kernel), prod(out_shape(axes))), -1)
    for made, run in gather.columns(x, axes, cut):
        found[..., run] = made
    expected = np.zeros_like(found)
    for place, (_, start) in enumerate(corners(axes)):
        for number, tap in enumerate(np.ndindex(*kernel)):
            if inside(axes, cell := under(axes, start, tap)):
                expected[:, number, place] = x[:, *cell]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(found.reshape(-1, found.shape[-1]), gather.im2col(x, axes))
