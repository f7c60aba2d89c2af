"""Pictures of the data of a question: under the questions of a sheet, without answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convcalc.draw import extras
from convcalc.draw.figure import Rectangle, Text
from convcalc.draw.setting import FirstWindow, Matrices
from convcalc.errors import ConvcalcError
from convcalc.formats import View
from convcalc.homework import loads
from convcalc.homework.questions import QUESTIONS
from convcalc.homework.questions.base import create_question
from convcalc.layers.window import Axis
from draw.checked import check_figure

Run = Callable[..., Any]

SHEET = """
convcalc_sheet: 1
id: drawn
questions:
  - {{id: q1, type: {kind}, given: {given}, figure: {figure}}}
"""


def pictures() -> list[Any]:
    """The pictures of every example of every question type that has one."""
    found = []
    for kind, cls in QUESTIONS.items():
        for given in cls.examples:
            try:
                drawn = create_question(kind, given).figure()
            except ConvcalcError:
                continue  # an example with a missing file
            found += [drawn] if drawn else []
    return found


def test_pictures_of_questions_keep_what_figures_promise() -> None:
    found = pictures()
    assert {type(picture) for picture in found} == {FirstWindow, Matrices}
    assert len(found) > 20
    for picture in found:
        check_figure(picture.figure())
        assert all(len(line) <= 80 for line in picture.lines(View(80)))


def test_a_picture_shows_the_first_window_and_no_other() -> None:
    picture = FirstWindow((Axis(32, 5, 2, 1, 1), Axis(32, 5, 2, 1, 1)))
    figure = picture.figure()
    titles = [mark.title for mark in figure.marks if isinstance(mark, Rectangle)]
    assert sum(title.startswith("window ") for title in titles) == 5
    texts = [mark.text for mark in figure.marks if isinstance(mark, Text)]
    assert texts[0] == (
        "height and width: 32 cells, padding 1 before and 1 after; the next window is 2 cells further"
    )
    assert not any("never read" in text or "1×" in text for text in texts)
    hanging = FirstWindow((Axis(3, 5),)).rulers()[0]
    assert hanging.cells == ("input",) * 3 + ("over",) * 2


def test_matrices_go_on_below_where_there_is_no_room() -> None:
    wide = Matrices(tuple((f"x{n}", (("123456",) * 5,) * 2) for n in range(4)))
    check_figure(wide.figure())
    names = [mark for mark in wide.figure().marks if isinstance(mark, Text) and mark.text[0] == "x"]
    assert len({mark.y for mark in names}) > 1


def test_a_sheet_shows_the_pictures_that_it_asks_for(convcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "drawn.yaml"
    for figure, count in (("true", 1), ("false", 0)):
        given = "{n: 32, k: 5, s: 2}"
        path.write_text(
            SHEET.format(kind="output-size", given=given, figure=figure), encoding="utf-8"
        )
        out = convcalc("hw", "show", str(path), "--format", "html").out
        assert out.count("<svg") == count
        assert "prefers-color-scheme" not in out  # the page always has light colours
    matrices = SHEET.format(
        kind="conv-by-hand", given="{x: [[1, 2], [3, 4]], w: [[5]]}", figure="true"
    )
    path.write_text(matrices, encoding="utf-8")
    out = convcalc("hw", "show", str(path), "--format", "html").out
    assert re.findall(r'text-anchor="middle" class="cc-text">(\d+)<', out) == [
        "1",
        "2",
        "3",
        "4",
        "5",
    ]


def test_a_question_without_a_picture_refuses_one() -> None:
    with pytest.raises(ConvcalcError) as error:
        loads(SHEET.format(kind="params", given="{k: 3, c_in: 8, filters: 4}", figure="true"))
    assert "a question of type params has nothing to draw; leave figure out" in str(error.value)


def test_a_class_gets_the_pictures_too(convcalc: Run, tmp_path: Path, monkeypatch: Any) -> None:
    sheet, roster, secret = (tmp_path / name for name in ("s.yaml", "roster.csv", "secret"))
    text = SHEET.format(kind="output-size", given="{k: 5}", figure="true, vary: {n: [31, 33]}")
    sheet.write_text(text, encoding="utf-8")
    roster.write_text("student\nann\nbob\n", encoding="utf-8")
    secret.write_text("0123456789abcdef0123456789abcdef\n", encoding="utf-8")
    words = ("hw", "make", str(sheet), "--roster", str(roster), "--secret-file", str(secret))
    ran = convcalc(*words, "--out", str(tmp_path / "out"))
    assert ran.code == 0, ran.err
    pages = sorted((tmp_path / "out" / "html").iterdir())
    assert [page.read_text(encoding="utf-8").count("<svg") for page in pages] == [1, 1]
    monkeypatch.setattr(extras, "is_there", lambda name: False)  # pages need no library
    assert convcalc(*words, "--out", str(tmp_path / "other")).code == 0
