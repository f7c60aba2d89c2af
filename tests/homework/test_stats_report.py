"""``convcalc hw stats`` for people: a bar per question, words next to codes, on every terminal."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from convcalc.formats import FORMATS
from convcalc.homework.classroom.stats_report import _bar, histogram
from convcalc.homework.mistakes import MISTAKES

CLASS = Path(__file__).parents[2] / "homework" / "class"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("stats") / "graded"
    words = (CLASS / "ps1.yaml", CLASS / "answers", "--roster", CLASS / "roster.csv", "--secret-file", CLASS / "example.secret", "--out", out)  # fmt: skip
    run("grade", *map(str, words))
    return out


def run(*words: str, **settings: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "convcalc", "hw", *words],
        env={**{k: v for k, v in os.environ.items() if k != "COLUMNS"}, **settings},
        capture_output=True,
        check=False,
    )
    assert ran.returncode in (0, 1), ran.stderr
    return ran.stdout.decode(settings.get("PYTHONIOENCODING", "utf-8"))


@pytest.mark.parametrize(
    ("share", "bar"),
    [
        (0, "░░░░░░░░░░"),
        (0.01, "█░░░░░░░░░"),  # a few are right: not empty
        (0.14, "█░░░░░░░░░"),
        (0.5, "█████░░░░░"),
        (0.86, "█████████░"),
        (0.99, "█████████░"),  # not everybody: not full
        (1, "██████████"),
    ],
)
def test_a_bar_is_as_long_as_the_share(share: float, bar: str) -> None:
    assert _bar(share, 10) == bar


def test_every_question_has_a_bar_and_every_code_its_words(convcalc: Any, graded: Path) -> None:
    data = json.loads(convcalc("hw", "stats", str(graded), "--json").out)
    text = convcalc("hw", "stats", str(graded)).out
    lines = text.splitlines()
    bars = [line for line in lines if "█" in line and line.endswith("correct")]
    assert [line.split()[:2] for line in bars] == [
        [row["question"], row["type"]] for row in data["questions"]
    ]
    for line, row in zip(bars, data["questions"]):
        assert line.count("█") + line.count("░") == 20
        assert line.count("█") == pytest.approx(20 * row["right"], abs=1)
        assert line.endswith(f"{100 * row['right']:.0f} % correct")
    for row in data["questions"]:
        for each in row["slips"]:
            assert each["about"] == MISTAKES[each["id"]].about
            assert f"{each['id']}: {each['about']}" in text


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_it_fits_into_the_terminal(convcalc: Any, graded: Path, columns: int) -> None:
    text = convcalc("hw", "stats", str(graded), columns=columns).out
    assert max(map(len, text.splitlines())) <= columns
    bars = [line for line in text.splitlines() if re.match(" q[0-9].*█", line)]
    assert {line.count("█") + line.count("░") for line in bars} == {20 if columns > 60 else 10}


def test_a_terminal_without_these_signs_gets_ascii(graded: Path) -> None:
    text = run("stats", str(graded), PYTHONIOENCODING="ascii", NO_COLOR="1")
    assert " q1 volume           ################....  80 % correct" in text
    assert "\x1b" not in text
    assert "?" not in text


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_has_the_words(convcalc: Any, graded: Path, name: str) -> None:
    ran = convcalc("hw", "stats", str(graded), "--format", name)
    assert (ran.code, ran.err) == (0, "")
    assert "input channels forgotten" in ran.out
    if name == "csv":
        rows = list(csv.DictReader(io.StringIO(ran.out)))
        assert rows[3]["slips"].startswith("30 % rf.no-stride (strides ignored), 10 % ")
        assert float(rows[3]["right"]) == 0.6


@pytest.mark.parametrize(
    ("points", "most", "counts"),
    [
        ([0, 1, 2, 2, 3], 3, [1, 0, 1, 0, 2, 1]),
        ([0, 10, 10, 9.99], 10, [1, *[0] * 8, 3]),
        ([5, 25, 49, 50], 50, [0, 1, 0, 0, 0, 1, 0, 0, 0, 2]),
        ([1], 0, []),
        ([], 10, []),
        ([0, 7e29], 1e30, [1, 0, 0, 1, 0, 0]),
    ],
)
def test_a_histogram_counts_everybody_once(
    points: list[float], most: float, counts: list[int]
) -> None:
    bins = histogram(points, most)
    assert [each.students for each in bins] == counts
    assert len(bins) <= 10
    assert sum(each.students for each in bins) == (len(points) if most else 0)
    for each, after in pairwise(bins):
        assert each.least < each.below == after.least
        assert each.students == sum(each.least <= number < each.below for number in points)
    if bins:
        assert (bins[0].least, bins[-1].below) == (0, most)


@pytest.mark.parametrize("name", ["table", "markdown", "html", "latex"])
def test_every_document_has_the_bars_and_the_histogram_once(
    convcalc: Any, graded: Path, name: str
) -> None:
    text = convcalc("hw", "stats", str(graded), "--format", name).out
    assert text.count("how many students have how many points:") == 1
    assert len(re.findall("6 to below 7", text)) == 1
    assert text.count("input channels forgotten") == 2  # of two questions
    if name != "latex":
        assert "████████████████████ 7" in text
    data = json.loads(convcalc("hw", "stats", str(graded), "--json").out)
    assert {"least": 6.0, "below": 7.0, "students": 7} in data["histogram"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_class_without_points_has_no_histogram(convcalc: Any, tmp_path: Path, name: str) -> None:
    sheet = "{convcalc_sheet: 1, questions: [{type: params, k: 5, c_in: 3, filters: 6, points: 0}]}"
    (tmp_path / "s.yaml").write_text(sheet)
    for student, answer in (("s1", 456), ("s2", 4)):
        (tmp_path / f"{student}.txt").write_text(f"q1: {answer}\n")
    files = [str(tmp_path / f"{student}.txt") for student in ("s1", "s2")]
    out = str(tmp_path / "out")
    convcalc("hw", "grade", str(tmp_path / "s.yaml"), *files, "--out", out)
    ran = convcalc("hw", "stats", out, "-o", str(tmp_path / f"stats{FORMATS[name].suffix}"))
    assert (ran.code, ran.out) == (0, ""), ran.err


def test_a_code_of_another_version_is_shown_without_words(
    convcalc: Any, graded: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "graded"
    folder.mkdir()
    for path in graded.iterdir():
        if path.is_file():
            text = path.read_text(encoding="utf-8").replace("rf.no-stride", "rf.of-old")
            (folder / path.name).write_text(text, encoding="utf-8")
    ran = convcalc("hw", "stats", str(folder))
    assert "    30 %  rf.of-old\n" in ran.out
