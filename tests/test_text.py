"""Text: width, numbers, and escapes that cover every sign the project can print."""

from __future__ import annotations

import ast
import html
import json
import shutil
import subprocess
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcalc import text
from convcalc.text import (
    ASCII,
    FORMULA_SIGNS,
    LATEX,
    article,
    as_ascii,
    escape_html,
    escape_json,
    escape_latex,
    escape_markdown,
    guard_cell,
    plural,
    unguard_cell,
    width,
    wrap,
)

ROOT = Path(__file__).parent.parent

# Modules whose signs are only read in answers, in many scripts, and never printed.
READERS = {
    "homework/answers/notation.py",
    "homework/answers/vocabulary.py",
    "homework/classroom/answer_files.py",
    "homework/classroom/answer_lines.py",
    "homework/marking/table_rows.py",
}

# Signs that stand in the code only to be read, never to be printed: what YAML forbids, and the
# ends of ranges of letters, arrows and frames that people paste.
READ_ONLY = set(
    "\x85\u200b\ufeff\ud7ff\ue000\ufffd\U00010000\U0010ffff０１３ᄀ層畳\u0300\u0301\u1160\u11ff⇒➔➜│┃━┄├└"
)


@cache
def printed_signs() -> dict[str, str]:
    """Every sign outside ASCII in the texts of the package and in the bundled files, with a place."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "convcalc").rglob("*.py")):
        if path.relative_to(ROOT / "convcalc").as_posix() in READERS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for sign in node.value:
                    found.setdefault(sign, f"{path.relative_to(ROOT)}:{node.lineno}")
    for folder in ("architectures", "homework"):
        for path in sorted((ROOT / folder).rglob("*.yaml")):
            for sign in path.read_text(encoding="utf-8"):
                found.setdefault(sign, str(path.relative_to(ROOT)))
    return {sign: place for sign, place in found.items() if not sign.isascii()}


def is_accented(sign: str) -> bool:
    """Whether it is a Latin letter, with or without accents; LaTeX has these of itself."""
    return "LATIN" in unicodedata.name(sign, "") and unicodedata.category(sign) in ("Ll", "Lu")


@pytest.mark.unmeasured
def test_latex_knows_every_sign_that_the_project_prints() -> None:
    missing = {
        sign: place
        for sign, place in printed_signs().items()
        if sign not in LATEX and sign not in READ_ONLY and not is_accented(sign)
    }
    assert not missing, f"add them to LATEX in convcalc/text.py: {missing}"


def test_the_signs_of_ascii_that_latex_reads_otherwise_are_escaped() -> None:
    assert set('\\{}$&#_%~^<>|"`') <= set(LATEX)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no pdflatex here")
def test_every_sign_compiles(tmp_path: Path) -> None:
    signs = [c for c in map(chr, range(32, 127))] + [*LATEX]
    signs += [c for c in printed_signs() if c not in READ_ONLY]
    lines = [
        rf"{escape_latex(c)} {escape_latex(c + c)} x{escape_latex(c)} {escape_latex(c)}y \\"
        for c in dict.fromkeys(signs)
    ]
    table = [
        r"\begin{tabular}{ll}",
        *(f"{escape_latex(c)} & {escape_latex(c)} \\\\" for c in signs),
    ]
    document = [r"\documentclass{article}", r"\begin{document}", *lines, *table, r"\end{tabular}"]
    (tmp_path / "signs.tex").write_text("\n".join([*document, r"\end{document}"]), encoding="utf-8")
    ran = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "signs.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-1500:]
    assert "Missing character" not in (tmp_path / "signs.log").read_text(errors="replace")


@pytest.mark.parametrize("said", ["[1]", "*", " [2"])
def test_a_line_is_no_argument_of_the_break_before_it(said: str) -> None:
    assert escape_latex(said) == "{}" + said


def test_two_hyphens_never_stand_together_in_latex() -> None:
    for count in range(2, 12):
        escaped = escape_latex("-" * count)
        assert "--" not in escaped
        assert escaped.replace("{}", "") == "-" * count


@given(st.text())
def test_markdown_holds_no_markup_of_its_own(said: str) -> None:
    escaped = escape_markdown(said)
    assert "\n" not in escaped
    assert "<" not in escaped
    assert ">" not in escaped
    for place, sign in enumerate(escaped):
        if sign in "`*_[]|#~$":
            before = escaped[:place]
            assert (len(before) - len(before.rstrip("\\"))) % 2 == 1, escaped


@given(st.text())
def test_html_gives_back_the_printable_text(said: str) -> None:
    assert html.unescape(escape_html(said)) == text.printable_lines(said)
    assert not set("<>\"'") & set(escape_html(said))


@given(st.text())
def test_no_cell_is_a_formula_and_the_guard_comes_off(said: str) -> None:
    cell = guard_cell(said)
    assert cell[:1] not in FORMULA_SIGNS or float(cell if cell != "-" else "-1") < 0
    if said[:1] != "'":
        assert unguard_cell(cell) == text.printable(said)


@pytest.mark.parametrize("plain", ["-", "-3", "-0.5", "28×28", 7, None, 2.5])
def test_plain_values_get_no_guard(plain: object) -> None:
    assert guard_cell(plain) == plain


@pytest.mark.parametrize(
    "formula", ["=1", "+1", "-1+2", "@x", " =1", "-cmd|x", "-.5", "-1.", "--1"]
)
def test_formulas_get_a_guard(formula: str) -> None:
    assert guard_cell(formula) == f"'{formula}"


def test_every_sign_has_something_in_ascii() -> None:
    assert all(value.isascii() for value in ASCII.values())
    assert as_ascii("3×3 ≈ 10⁶ · x₁").isascii()


def test_width_agrees_with_rich_on_letters_of_many_scripts() -> None:
    cells = pytest.importorskip("rich.cells")
    words = [
        "conv",
        "naïve",
        "e\u0301",
        "層",
        "畳み込み",
        "합성곱",
        "свёртка",
        "नमस्ते"[:1],
        "×⌊⌋",
        "ｗ",
    ]
    for word in words:
        assert width(word) == cells.cell_len(word), word


@given(st.text(alphabet="ab 層×", max_size=80), st.integers(20, 60))
def test_wrapped_lines_fit_and_lose_no_word(said: str, limit: int) -> None:
    lines = wrap(said, limit, indent="  ")
    assert " ".join(lines).split() == said.split()
    for line in lines:
        assert width(line) <= limit or len(line.split()) == 1


def test_articles_follow_how_a_number_is_spoken() -> None:
    assert [n for n in range(1, 101) if article(n) == "an"] == [8, 11, 18, *range(80, 90)]
    assert article(800) == article(8_000_000) == article(11_000) == article(18_500) == "an"
    assert article(110) == article(1_100) == article(180) == "a"


def test_one_of_a_thing_has_no_s() -> None:
    assert plural(1, "channel") == "1 channel"
    assert plural(0, "layer") == "0 layers"
    assert plural(2, "axis", "axes") == "2 axes"


@pytest.mark.parametrize(
    "value", ["a\x9b31m\x85b", "\u2028\u202e", "\U000e0001", "\ud800", "\x7f\x00\n", "é層\xa0🧠"]
)
def test_json_shows_every_character_and_means_the_same(value: str) -> None:
    shown = escape_json(json.dumps({"a": value}, ensure_ascii=False))
    assert shown.isprintable()
    assert json.loads(shown) == {"a": value}
