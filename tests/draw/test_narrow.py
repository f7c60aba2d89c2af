"""Pictures in narrow terminals: they fit, or say how wide a terminal they need."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import pytest

from convcalc.draw.window_lines import spread
from convcalc.text import width

Run = Callable[..., Any]

COMMANDS = (
    "draw fit --n 200 --k 7 --s 3 --p 2",
    "draw fit --kind conv_transpose --n 5 --k 3 --s 2 --p 1 --a 1",
    "draw window --n 30 --k 3",
    "draw window --n 7 --k 3 --all",
    "draw field vgg16 --sees conv5_3:6,6",
    "draw cost resnet50",
    "draw cost unet --of alive",
    "draw cost vgg16 resnet50",
    "draw net unet",
    "draw net googlenet",
    "layer --n 32 --k 5 --s 3 --draw",
    "arch vgg16 --sees conv5_3:6,6 --draw",
    "hand --x '0 1 2 3; 4 5 6 7; 8 9 10 11' --k '1 2; 3 4' --draw",
)


@pytest.mark.parametrize("columns", [20, 40, 60])
@pytest.mark.unmeasured
def test_nothing_is_wider_than_the_terminal(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    wrong = []
    for command in COMMANDS:
        ran = convcalc(*shlex.split(command))
        lines = [line for line in ran.out.splitlines() if width(line) > columns]
        wrong += [f"{command}: {line}" for line in lines]
        assert ran.code == 0, ran.err
    assert not wrong, "\n".join(wrong)


def test_a_picture_that_does_not_fit_says_what_it_needs(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    out = " ".join(convcalc("draw", "cost", "resnet50").out.split())
    assert (
        "the picture needs 33 columns, but there are 20: make the terminal wider, or write the picture with -o picture.svg"
        in out
    )
    monkeypatch.setenv("COLUMNS", "33")
    assert "columns, but there are" not in convcalc("draw", "cost", "resnet50").out


def test_cells_of_a_window_are_as_wide_as_there_is_room() -> None:
    rows = {columns: spread(["█", "█", "-", "-", "-"], columns) for columns in (14, 13, 9, 8)}
    assert rows == {14: "██ ██ -- -- --", 13: "█ █ - - -", 9: "█ █ - - -", 8: "██---"}
    assert [len(spread(["-"] * count, None)) for count in (16, 17, 24, 25)] == [47, 33, 47, 25]
