"""LaTeX of every command: no character unknown to LaTeX, and it compiles if TeX is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from command_lines import commands
from convcalc.formats import latex_fit
from convcalc.homework.questions import QUESTIONS
from convcalc.images.kernels import KERNELS
from convcalc.layers import every as every_kind
from convcalc.network.find import bundled_names
from convcalc.report import Column
from report_lines import answers, furnish, lines_of, offers

Run = Callable[..., Any]

SHEETS = sorted(str(path) for path in (Path(__file__).parent.parent / "homework").glob("*.yaml"))
FOLDER = Path(__file__).parent.parent / "homework" / "class"
CLASS, SECRET = str(FOLDER / "ps1.yaml"), str(FOLDER / "example.secret")
ANSWERS = sorted(str(path) for path in (FOLDER / "answers").glob("s10*"))
MARKING = (
    ("hw", "check"),
    ("hw", "lint"),
    ("why", "2600"),
    ("why", "15"),
)  # exit status 1: an answer is wrong, a sheet has faults
HAND = ("hand", "--x", "0 1 2; 3 4 5; 6 7 8", "--k", "0 1; 2 3")
GROUPS = 4  # of commands, for several processes
PICTURE = "P2 3 3 255\n0 9 0\n9 255 9\n0 9 0\n"

COMMANDS: dict[str, list[tuple[str, ...]]] = {
    "arch": [("arch", name) for name in bundled_names()],
    "memory": [("arch", name, "--memory") for name in bundled_names()],
    "arch, other views": [
        ("arch", "lenet5", "--rf"),
        ("arch", "unet", "--all"),
        ("arch", "lenet5", "--explain", "C1"),
        ("arch", "resnet50", "--depth", "1"),
        ("arch", "lenet5", "--columns", "help"),
        ("arch", "lenet5", "--sees", "C3:0,0"),
    ],
    "kinds": [("kinds",), *(("kinds", kind) for kind in every_kind())],
    "hw types": [("hw", "types"), *(("hw", "types", kind) for kind in QUESTIONS)],
    "hw show": [("hw", "show", sheet) for sheet in SHEETS],
    "hw hint": [
        ("hw", "hint", CLASS, question, "--level", str(level))
        for question in ("q1", "q4", "q6")
        for level in range(5)
    ],
    "hw lint": [("hw", "lint", sheet) for sheet in (*SHEETS, CLASS)],
    "hw check": [
        ("hw", "check", CLASS, path, "--student", Path(path).stem, "--secret-file", SECRET)
        for path in ANSWERS
    ],
    "hw grade, stats": [
        ("hw", "grade", CLASS, *ANSWERS, "--secret-file", SECRET),
        ("hw", "grade", CLASS, *ANSWERS, "--out", "graded", "--secret-file", SECRET),
        ("hw", "stats", "graded"),
    ],
    "why": [
        ("why", "2600", "--params", "--k", "5", "--cin", "3", "--filters", "100"),
        ("why", "7600", "--params", "--k", "5", "--cin", "3", "--filters", "100", "--answer"),
        ("why", "15", "--size", "--n", "32", "--k", "5", "--s", "2"),
    ],
    "kernel": [
        ("kernel",),
        *(("kernel", name) for name in KERNELS),
        ("kernel", "1 -2 1"),
        ("kernel", "sobel_x", "dot.pgm"),
    ],
    "hand": [
        HAND,
        (*HAND, "--blank"),
        (*HAND, "--blank", "--key"),
        (*HAND, "--flip"),
        (*HAND, "--grad", "1 0; 0 -1"),
        (*HAND, "--op", "tconv", "--s", "2"),
        ("hand", "--x", "0 1 2 1", "--k", "2", "--op", "avgpool"),
    ],
    "layer": [
        ("layer", "--n", "32", "--k", "5", "--s", "2"),
        ("layer", "--n", "32", "--k", "5", "--s", "3", "--cin", "3", "--cout", "5", "--explain"),
        ("layer", "--kind", "maxpool", "--n", "112", "--k", "3", "--s", "2", "--fit", "ceil"),
    ],
}


def outputs(convcalc: Run, commands: list[tuple[str, ...]]) -> list[tuple[str, str]]:
    """The output of each command."""
    Path("dot.pgm").write_text(PICTURE)
    found = []
    for words in commands:
        ran = convcalc(*words, "--format", "latex")
        assert ran.code == 0 or (ran.code == 1 and words[:2] in MARKING), (
            words,
            ran.err,
        )
        found.append((" ".join(words), ran.out))
    return found


def unknown_signs(latex: str) -> set[str]:
    """Characters outside ASCII that are not Latin letters (LaTeX knows these)."""
    return {
        sign
        for sign in latex
        if (not sign.isascii() and "LATIN" not in unicodedata.name(sign, "")) or sign == "\x1b"
    }


HEAD = r"\documentclass{article}\usepackage{longtable}\begin{document}"
# The most that a line may reach into the right margin, which is 135 points wide.
MARGIN = 20.0  # points


def check_compiles(folder: Path, texts: list[tuple[str, str]]) -> None:
    """Run pdflatex on the LaTeX of some lines: no character is missing, nothing is cut at the paper's edge."""
    for line, latex in texts:
        shown = "\n".join(line for line in latex.splitlines() if not line.startswith("%"))
        assert not unknown_signs(shown), line
        assert latex.count(r"\begin{") == latex.count(r"\end{"), line
    if not shutil.which("pdflatex"):
        pytest.skip("no pdflatex here: only the signs were checked")
    whole = [latex for _, latex in texts if r"\documentclass" in latex]
    parts = [
        f"\\typeout{{LINE {number}}}\n{latex}\n\\clearpage"
        for number, (_, latex) in enumerate(texts)
        if r"\documentclass" not in latex
    ]
    if parts:
        whole.append("\n".join([HEAD, *parts, r"\end{document}"]))
    for document in whole:
        ran = compiled(folder, document)
        assert ran.returncode == 0, ran.stdout[-2000:]
        log = (folder / "document.log").read_text(errors="replace")
        assert "Missing character" not in log
        wide = [f"{texts[number][0]}: {how}" for number, how in too_wide(log)]
        assert not wide, "\n".join(wide)


def too_wide(log: str) -> Iterator[tuple[int, str]]:
    """The lines whose pages have content beyond the margin or the end of a page."""
    number = 0
    for found in re.finditer(
        r"^LINE (\d+)|^Overfull \\[hv]box \(([\d.]+)pt too (?:wide|high)\)[^\n]*", log, re.MULTILINE
    ):
        if found[1]:
            number = int(found[1])
        elif float(found[2]) > MARGIN:
            yield number, found[0]


def compiled(folder: Path, document: str) -> subprocess.CompletedProcess[str]:
    """A document compiled by pdflatex."""
    (folder / "document.tex").write_text(document, encoding="utf-8")
    return subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "document.tex"],
        cwd=folder, capture_output=True, text=True, errors="replace", check=False,
        env={**os.environ, "max_print_line": "1000"},
    )  # fmt: skip


@pytest.mark.unmeasured
@pytest.mark.parametrize("group", COMMANDS)
def test_the_latex_of_many_answers_compiles(
    group: str, convcalc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    check_compiles(tmp_path, outputs(convcalc, COMMANDS[group]))


@pytest.mark.unmeasured
@pytest.mark.parametrize("place", range(GROUPS))
def test_the_latex_of_every_command_compiles(
    place: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    furnish(tmp_path)
    names = [*lines_of("latex")][place::GROUPS]
    check_compiles(tmp_path, [each for name in names for each in answers(name, "latex")])


def test_no_command_with_latex_is_forgotten() -> None:
    offering = {name for name, command in commands().items() if offers(command, "latex")}
    assert {"count", "memory", "roofline", "budget", "sweep", "solve size", "hw stats"} < offering
    assert set(lines_of("latex")) == offering


def test_a_long_table_breaks_over_pages_and_says_what_it_needs(convcalc: Run) -> None:
    long = convcalc("arch", "resnet50", "--all", "--format", "latex").out
    assert r"% needs \usepackage{longtable}" in long
    assert r"\endhead" in long
    short = convcalc("arch", "lenet5", "--format", "latex").out
    assert "longtable" not in short


def test_what_tex_would_read_otherwise_prints_as_it_stands(convcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "name: 'a < b > c | d -- e'\nsource: '[1] \"quoted\"'\ninput: [1, 8, 8]\n"
        "layers: [{conv: {name: '[x]', out_channels: 2, kernel_size: 3}}]\n"
    )
    latex = convcalc("arch", str(path), "--format", "latex").out
    row = next(line for line in latex.splitlines() if "conv" in line)
    assert row.startswith("{}[x] & conv")


def test_texts_that_are_equal_are_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []

    def points(text: str) -> float:
        measured.append(text)
        return 5.0 * len(text)

    monkeypatch.setattr(latex_fit, "points", points)
    columns = [Column.of_mapping("kind", "kind", right=False), Column.of_mapping("macs", "macs")]
    rows = [["kind", "macs"], *[["conv", "1,024"], ["a very long name of a layer " * 9, "2"]] * 500]
    found = latex_fit.fitted(columns, rows)
    assert found.columns.endswith("r")
    assert measured.count("1,024") == 1
    assert measured.count("conv") <= 10
