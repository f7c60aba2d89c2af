"""The pixels that a unit sees, compared with windows that really slide; and how ranges are written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convcalc.homework import check
from convcalc.homework.answers.ranges import CELL_RANGE
from convcalc.homework.answers.written import as_written
from convcalc.homework.questions import create_question
from convcalc.homework.questions.given import GivenError
from homework.test_questions import sheet_with

LAYERS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2)),
    min_size=1,
    max_size=3,
)


def reading(n: int, k: int, s: int, p: int, d: int) -> np.ndarray:
    """The cells of a row of n (columns) that each position of a window (rows) reads."""
    starts = [a for a in range(-p, n + p, s) if a + d * (k - 1) < n + p]
    found = np.zeros((len(starts), n), dtype=bool)
    for row, start in enumerate(starts):
        for tap in range(k):
            if 0 <= start + d * tap < n:
                found[row, start + d * tap] = True
    return found


@given(st.integers(4, 12), LAYERS, st.data())
def test_a_unit_sees_what_the_windows_read(n: int, layers: Any, data: st.DataObject) -> None:
    read = np.eye(n, dtype=bool)
    side = n
    for k, s, p, d in layers:
        step = reading(side, k, s, p, d)
        assume(len(step))
        read, side = step @ read, len(step)
    unit = data.draw(st.integers(0, side - 1))
    words: dict[str, Any] = {
        "input": f"{n}x{n}x1",
        "arch": " ".join(f"conv:k{k}c1s{s}p{p}d{d}" for k, s, p, d in layers),
        "unit": unit,
    }
    seen = np.flatnonzero(read[unit])
    assume(len(seen))
    rows, columns = sheet_with("pixels-seen", {**words, "clip": True})["q1"].parts
    assert rows.expected == columns.expected == (seen[0], seen[-1])
    cells = {unit}  # on an image without an end
    for k, s, p, d in reversed(layers):
        cells = {cell * s - p + d * tap for cell in cells for tap in range(k)}
    rows, _ = sheet_with("pixels-seen", words)["q1"].parts
    assert rows.expected == (min(cells), max(cells))


def test_rows_columns_and_slices_have_their_own_places() -> None:
    words: dict[str, Any] = {"input": "9x9x1", "arch": "conv:k3c1s2", "unit": [0, 3]}
    assert [(part.name, part.expected) for part in sheet_with("pixels-seen", words)["q1"].parts] == [
        ("rows", (0, 2)), ("columns", (6, 8)),
    ]  # fmt: skip
    words = {"input": "9x1", "arch": "conv:k3c1s2", "unit": 1}
    assert [(part.name, part.expected) for part in sheet_with("pixels-seen", words)["q1"].parts] == [("", (2, 4))]  # fmt: skip
    words = {"input": "5x5x5x1", "arch": "conv:k3c1", "unit": [0, 1, 2]}
    assert [part.name for part in sheet_with("pixels-seen", words)["q1"].parts] == ["slices", "rows", "columns"]  # fmt: skip


def test_zeros_around_a_map_in_between_show_no_pixel() -> None:
    # 8 cells give 3 windows that end at cell 6; the zero after them would look beyond it
    words = {"input": "8x8x1", "arch": "conv:k3c1s2 conv:k2c1p1", "unit": 3}
    assert sheet_with("pixels-seen", {**words, "clip": True})["q1"].parts[0].expected == (4, 6)
    assert sheet_with("pixels-seen", words)["q1"].parts[0].expected == (4, 8)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("3 to 7", (3, 7)), ("3-7", (3, 7)), ("3 – 7", (3, 7)), ("[3, 7]", (3, 7)), ("(3,7)", (3, 7)),
        ("3..7", (3, 7)), ("3 … 7", (3, 7)), ("3:7", (3, 7)), ("-2 to 4", (-2, 4)), ("−2–4", (-2, 4)),
        ("-2--1", (-2, -1)), ("[-3, -1]", (-3, -1)), ("- 3 to 2", (-3, 2)), ("rows 3 to 7 (5 rows)", (3, 7)),
        ("from 0 through 12", (0, 12)), ("5", (5, 5)), (["-1", "4"], (-1, 4)), ({"first": "0", "last": "3"}, (0, 3)),
        ("$-2 \\ldots 4$", (-2, 4)),
    ],
)  # fmt: skip
def test_a_range_is_read_as_people_write_it(text: Any, ends: tuple[int, int]) -> None:
    reading = CELL_RANGE.read(text)
    assert (reading.value, reading.problem) == (ends, "")
    assert reading.echo == f"{ends[0]} to {ends[1]}"


@pytest.mark.parametrize(
    "text", ["1 2 3", "0.5 to 3", "all", "9" * 13, "1" * 5_000, [1, 2, 3], "a to b"]
)
def test_what_is_no_range_is_unreadable(text: Any) -> None:
    reading = CELL_RANGE.read(text)
    assert reading.value is None
    assert reading.problem.endswith("; write the first and the last")


def test_an_answer_of_two_parts_is_read_and_marked() -> None:
    sheet = sheet_with("pixels-seen", {"input": "9x9x1", "arch": "conv:k3c1p1", "unit": [0, 3]})
    assert check(sheet, "q1", "rows: -1 to 1; columns: 2 to 4").right
    assert check(sheet, "q1", {"rows": "-1 to 1", "columns": [2, 4]}).right
    half = check(sheet, "q1", "rows: 0 to 1; columns: 2 to 4")
    assert [part.status for part in half.parts] == ["wrong", "right"]
    assert half.mistakes == ["seen.clipped"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"arch": "conv:k3c1", "unit": 6}, "unit: no unit 6, 6 in a map of 6×6; count from 0"),
        ({"arch": "conv:k3c1", "unit": [1, 2, 3]}, "unit: no unit 1, 2, 3 in a map of 6×6; count from 0"),
        ({"arch": "conv:k3c1 fc:3", "unit": 0},
         "arch: fc:3: a window does not decide which pixels it sees; leave it out"),
        ({"arch": "upsample:/scale_factor=2", "unit": 0},
         "arch: upsample:/scale_factor=2: a window does not decide which pixels it sees; leave it out"),
        ({"arch": "conv:k2001c1p1000", "unit": 0}, "arch: the receptive field is 2,001 rows wide; at most 2,000"),
        ({"arch": "conv:k1c1p2", "unit": 0, "clip": True}, "unit: sees no rows of the image, only padding; take another unit"),
        ({"arch": "conv:k3c1 layernorm", "unit": 0}, "arch: has layers that join paths or read more than a window; leave them out"),
        ({"arch": "conv_transpose:k3c1s2", "unit": 0},
         "arch: conv_transpose:k3c1s2: a window does not decide which pixels it sees; leave it out"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(words: dict[str, Any], said: str) -> None:
    with pytest.raises(GivenError) as caught:
        create_question("pixels-seen", as_written({"input": "8x8x1", **words})).parts()
    assert str(caught.value) == said
