"""The picture *fit*: in the terminal, as a figure, and the text next to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convcalc.draw.figure import Rectangle, Text
from convcalc.draw.fit import Fit
from convcalc.formats import View
from draw.checked import check_figure
from random_layers import KINDS, Draw
from strategies import layer_of

Run = Callable[..., Any]


def fit(kind: str, shape: tuple[int, ...], **options: Any) -> Fit:
    return Fit(layer_of(kind, **options), shape)


THE_USUAL = fit("conv", (1, 32, 32), out_channels=1, kernel_size=5, stride=2)


def test_the_picture_shows_fourteen_windows_the_hatched_column_and_the_exact_size() -> None:
    figure = THE_USUAL.figure()
    texts = [mark.text for mark in figure.marks if isinstance(mark, Text)]
    assert "height and width: 14 windows, 5 wide, in steps of 2, on 32 cells" in texts
    assert [text for text in texts if text.startswith("output ")] == [
        f"output {n}" for n in range(14)
    ]
    rectangles = [mark for mark in figure.marks if isinstance(mark, Rectangle) and mark.title]
    assert [mark.title for mark in rectangles if mark.role == "unread"] == ["cell 31: never read"]
    assert sum(mark.role == "kernel" for mark in rectangles) == 14 * 5
    assert texts[-6:-2] == [
        "= ⌊(32 + 2·0 − (1·(5 − 1) + 1)) / 2⌋ + 1", "= ⌊(32 + 0 − 5) / 2⌋ + 1", "= 13 + 1", "= 14",
    ]  # fmt: skip
    assert texts[-2:] == [
        "14.5 is not whole and is rounded down to 14",
        "row and column 31 are never read",
    ]
    assert figure.description == (
        "height and width: 14 windows, 5 wide, in steps of 2, on 32 cells: 14.5 is not whole and is rounded "
        "down to 14; row and column 31 are never read."
    )


SETTINGS: list[tuple[str, tuple[int, ...], dict[str, Any]]] = [
    ("conv", (1, 5), {"out_channels": 1, "kernel_size": 3, "padding": "causal", "dilation": 2}),
    ("conv", (1, 8, 16), {"out_channels": 1, "kernel_size": (3, 5), "padding": ((0, 1), 2)}),
    ("conv", (3, 224, 224), {"out_channels": 1, "kernel_size": 7, "stride": 2, "padding": 3}),
    ("conv", (3, 65, 65), {"out_channels": 1, "kernel_size": 3, "dilation": 18, "padding": "same"}),
    ("conv", (3, 9000, 9000), {"out_channels": 1, "kernel_size": 3, "stride": 2}),
    ("conv", (1, 4, 6, 8), {"out_channels": 1, "kernel_size": 3, "padding": "full"}),
    ("maxpool", (1, 112, 112), {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
    ("conv_transpose", (1, 40, 40), {"out_channels": 1, "kernel_size": 5, "stride": 2, "padding": 2, "output_padding": 1}),
    ("conv_transpose", (1, 4, 9), {"out_channels": 1, "kernel_size": 1, "stride": 3}),
    ("global_avgpool", (1, 200, 200), {}),
    ("resize", (1, 5, 5), {"scale": "3/2"}),
]  # fmt: skip


def pictures() -> list[Fit]:
    """The settings, and a few random layers of each kind with a window."""
    draw = Draw(3)
    kinds = ("conv", "maxpool", "avgpool", "conv_transpose", "blur_pool", "adaptive_avgpool")
    found = [fit(kind, shape, **options) for kind, shape, options in SETTINGS]
    for kind in kinds:
        for _ in range(3):
            layer, (shape,) = draw.layer(KINDS[kind])
            found.append(Fit(layer, shape))
    return found


@pytest.mark.unmeasured
def test_figures_of_all_sorts_keep_what_figures_promise() -> None:
    for picture in pictures():
        check_figure(picture.figure())


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.unmeasured
def test_the_terminal_picture_is_no_wider_than_the_terminal(width: int) -> None:
    wide = {
        picture.title: line
        for picture in pictures()
        for line in picture.lines(View(width))
        if len(line) > width
    }
    assert not wide


def test_the_terminal_picture_and_what_stands_under_it(convcalc: Run) -> None:
    ran = convcalc(
        "draw", "fit", "--n", "7", "--k", "3", "--s", "2", "--p", "1,0", "--dims", "1", columns=60
    )
    assert ran.out.splitlines() == [
        "conv k3 c1 s2 p(1,0) on 1×7 gives 1×3",
        "",
        "3 windows, 3 wide, in steps of 2, on 7 cells",
        "input        0  1  2  3  4  5  6",
        "output 0  ░░ ██ ██ -- -- -- -- ××",
        "output 1     -- ██ ██ ██ -- -- ××",
        "output 2     -- -- -- ██ ██ ██ ××",
        "█ read   ░ padding   × never read   - read by others",
        "",
        "o = ⌊(n + p₁ + p₂ − (d·(k − 1) + 1)) / s⌋ + 1",
        "  = ⌊(7 + 1 + 0 − (1·(3 − 1) + 1)) / 2⌋ + 1",
        "  = ⌊(7 + 1 + 0 − 3) / 2⌋ + 1",
        "  = 2 + 1",
        "  = 3",
        "3.5 is not whole and is rounded down to 3",
        "padding: 1 before and 0 after",
        "cell 6 is never read",
    ]


def test_a_long_axis_is_folded_and_says_how_much_is_hidden() -> None:
    lines = list(
        fit("conv", (1, 224, 224), out_channels=1, kernel_size=7, stride=2, padding=3).lines(
            View(80)
        )
    )
    assert any(line.strip() == "… 89 more" for line in lines)
    assert all("…" in line for line in lines[1:5])


@pytest.mark.unmeasured
def test_files_of_a_picture_are_chosen_by_suffix(convcalc: Run, tmp_path: Path) -> None:
    words = ("draw", "fit", "--n", "6", "--k", "3", "--s", "2")
    for suffix, start in ((".svg", b"<?xml"), (".png", b"\x89PNG"), (".html", b"<!DOCTYPE html>")):
        path = tmp_path / f"fit{suffix}"
        ran = convcalc(*words, "-o", str(path))
        assert (ran.code, ran.err) == (0, f"wrote {path}\n")
        assert path.read_bytes().startswith(start)
    page = (tmp_path / "fit.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "<td>height</td>" in page
    data = json.loads(convcalc(*words, "--format", "json").out)
    assert data["axes"][0] == {"axis": "height", "cells": 6, "padding": [0, 0], "untouched": [5]}
    assert data["windows"][1] == {
        "axis": "height", "window": 1, "first": 2, "last": 4, "step": 1, "padding": 0,
    }  # fmt: skip
    assert convcalc(*words, "--format", "svg").out == (tmp_path / "fit.svg").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-o", "x.pdf"), "-o x.pdf: no format has the suffix '.pdf'; use one of .svg, .png, .txt, .json, "
         ".jsonl, .csv, .md, .tex, .html, or --format"),
        (("-o", "x.svg", "--format", "json"), "-o x.svg: its suffix means svg, but --format json is given; "
         "leave it out, or change the name"),
        (("-o", "x.json", "--format", "svg"), "-o x.json: its suffix means json, but --format is svg; "
         "leave --format out, or end the name in .svg"),
        (("--dark",), "--dark is for pictures in files; add -o picture.svg or -o picture.png, or leave it out"),
        (("--kind", "relu"), "draw: relu has no window to draw: it works position by position; draw a "
         "layer such as conv, maxpool or conv_transpose"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused_in_a_line(
    convcalc: Run, words: tuple[str, ...], message: str
) -> None:
    if words[0] != "--kind":
        words = ("--k", "3", *words)
    ran = convcalc("draw", "fit", "--n", "7", *words)
    assert (ran.code, ran.err) == (2, f"convcalc: {message}\n")


@pytest.mark.parametrize(
    ("kind", "options", "outside"),
    [
        ("conv", {"kernel_size": 3, "padding": ((1, 2),)}, [1, 2]),
        ("conv", {"kernel_size": 3, "padding": ((2, 0),)}, [2, 0]),
        ("conv_transpose", {"kernel_size": 4, "stride": 2, "padding": 1}, [1, 1]),
    ],
)
def test_the_data_have_the_padding_of_both_sides(
    kind: str, options: dict[str, Any], outside: list[int]
) -> None:
    (axis,) = fit(kind, (1, 7), out_channels=1, **options).twin().facts["axes"]
    assert axis["padding"] == outside


def test_cells_past_the_padded_input_are_no_padding_in_the_data() -> None:
    pool = fit("maxpool", (1, 6), kernel_size=3, stride=2, padding=0, ceil_mode=True)
    assert pool.twin().facts["axes"][0]["padding"] == [0, 0]
