"""Worksheets as pages: real grids, no answer given away, the key on a separate page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from convcalc.formats import FORMATS
from convcalc.hand import hand_report, solve

Run = Callable[..., Any]

CONV = ("conv", "1 2 3; 4 5 6; 7 8 9", "10 0; 0 1", {"padding": 1, "stride": 2})


def page_of(*exercise: Any, **settings: bool) -> str:
    """The page of a blank exercise."""
    *given, options = exercise
    report = hand_report(solve(*given, **options), blank=True, **settings)
    lines = report.document("html")
    assert lines is not None
    assert report.document("table") is None
    return "\n".join(lines)


def grids(page: str) -> list[list[list[str]]]:
    """The tables of a page, by rows and cells."""
    tables = re.findall(r"<table>.*?</table>", page)
    return [[[cell.text or "" for cell in row] for row in ET.fromstring(table)] for table in tables]


def test_a_worksheet_has_a_grid_for_every_matrix_and_empty_ones_for_results() -> None:
    page = page_of(*CONV)
    x, k, y, *windows = grids(page)
    assert x == [["0"] * 5, *[["0", *row, "0"] for row in ("123", "456", "789")], ["0"] * 5]
    assert k == [["10", "0"], ["0", "1"]]
    assert y == [["", ""], ["", ""]]
    assert windows[:3] == [[["0", "0"], ["0", "1"]], k, y]
    assert len(windows) == 4 * 3
    assert page.count('sum = <span class="box"></span>') == 4
    assert page.count('<td class="pad">') == 16 + 3 + 2 + 2
    assert "[    ]" not in page
    assert "answer key" not in page
    assert "break-inside:avoid" in page


def test_the_key_stands_on_a_page_of_its_own() -> None:
    page = page_of(*CONV, key=True)
    sheet, _, key = page.partition('<section class="key">')
    assert ".key{break-before:page}" in sheet
    assert "@page{size:A4" in sheet
    assert grids(key)[2] == [["1", "3"], ["7", "59"]]
    assert "sum = 0 + 0 + 0 + 1 = 1" in key
    assert "sum = 0 + 0 + 0 + 1 = 1" not in sheet


@pytest.mark.parametrize(
    ("exercise", "seen"),
    [
        (("tconv", "1 2", "3 4", {"stride": 3}), "<p>y[0] = <span"),
        (("maxpool", "1 2; 3 4", None, {"size": 2}), "max = <span"),
        (("conv", "1 2 | 3 4", "1 | 2", {"bias": "5"}), "channel 1:"),
        (("maxpool", "1 2; 3 4", None, {"size": 2, "grad": "7"}), "to x<span"),
        (("conv", "1 2; 3 4", "1 2; 3 4", {"flip": True}), "k turned 2×2"),
        (("conv", [[1] * 30] * 30, "1", {}), "(too large to write out)"),
        (("conv", [[1] * 30] * 2, "1", {}), "… 35 more windows"),
    ],
)  # fmt: skip
def test_worksheets_of_every_sort(exercise: Any, seen: str) -> None:
    page = page_of(*exercise)
    assert seen in page
    for tag in ("table", "div", "figure", "section"):
        assert len(re.findall(f"<{tag}[ >]", page)) == page.count(f"</{tag}>")


def test_pages_of_worked_exercises_are_as_those_of_other_reports() -> None:
    report = hand_report(solve("conv", "1 2; 3 4", "1 1"))
    assert report.document("html") is None
    assert any("<table" in line or "<pre" in line for line in FORMATS["html"].lines(report))


def test_a_worksheet_shows_a_picture_without_answers_only_if_it_is_asked_for(convcalc: Run) -> None:
    words = ("hand", "--x", "1 2; 3 4", "--k", "5 6; 7 8", "--blank", "--format", "html")
    assert "<svg" not in convcalc(*words).out
    drawn = convcalc(*words, "--draw").out
    assert drawn.count("<svg") == 1
    assert ">70<" not in drawn  # 5 + 12 + 21 + 32
    assert ">5<" in drawn
    assert "[ ]" in convcalc(*words[:-2], "--draw").out
