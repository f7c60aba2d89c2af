"""Text: width, numbers, and escapes for every character that the project can print."""

from __future__ import annotations

import ast
import html
import inspect
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcalc import layers, text
from convcalc.homework import questions
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

# Modules whose characters are only read in answers, in many scripts, and never printed.
READERS = {
    "homework/answers/notation.py",
    "homework/answers/vocabulary.py",
    "homework/classroom/answer_files.py",
    "homework/classroom/answer_lines.py",
    "homework/marking/table_rows.py",
}

# Characters in the code that are only read, never printed: those forbidden in YAML, and the ends of
# ranges of letters, arrows and frames that people paste.
READ_ONLY = set(
    "\x85\u200b\ufeff\ud7ff\ue000\ufffd\U00010000\U0010ffff０１３ᄀ層畳\u0300\u0301\u1160\u11ff⇒➔➜│┃━┄├└"
)


@cache
def printed_signs() -> dict[str, str]:
    """Every character outside ASCII in the texts of the package and in the bundled files, with a place."""
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
    """Whether it is a Latin letter, with or without accents; LaTeX knows these."""
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
@pytest.mark.unmeasured
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
@pytest.mark.unmeasured
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


# ------------------------------------------------------------------------------- plain words

# Difficult wordings for readers who still learn English, each with a plain one.
BENT = {
    r"\b(?:shapes?|sizes?|values?|volumes?|channels|ones?) that (?:go|goes|come|comes) (?:in|out)\b": "input or output shape",
    r"\bwhat (?:goes|comes) (?:in|out)\b": "the input, the output",
    r"\bof (?:its|their) own(?=$|[.,:;)])": "its own, separate",
    r"\bat (?:most|least) so (?:many|much)\b": "at most this many",
    r"\bunless (?:given|told)\b|\bsays otherwise\b": "by default",
    r"\btak(?:e|es|en|ing) (?:\w+ )?(?:off|away)\b": "subtract, remove",
    r"\bhang(?:s|ing)? over\b": "go past the end",
    r"\bexclude each other\b": "cannot be used together",
    r"\b(?:hand|hands|handed) (?:it |this |them )?in\b": "submit",
    r"\black(?:s|ing)?\b": "has no",
    r"\bstands? (?:over|under|behind|beside)\b": "is above, is after, is next to",
    r"\b(?:thereof|thereby|lest|whence|upon|commonest|anew|slips?|for want of)\b": "a word of today",
    r"\bmay not be\b": "must not be, or perhaps is not",
}  # fmt: skip


def bent_words(text: str) -> list[str]:
    """The difficult wordings in a text, with the plain ones."""
    return [
        f"{found[0]!r}: {plain}"
        for pattern, plain in BENT.items()
        for found in re.finditer(pattern, text, re.IGNORECASE)
    ]


def said_by(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The printable texts of a module, with their lines: no docstrings, and f-strings whole."""
    apart = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            apart |= set(map(id, node.values))
    for node in ast.walk(tree):
        if id(node) not in apart and isinstance(node, (ast.Constant, ast.JoinedStr)):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            texts = [each.value if isinstance(each, ast.Constant) else "…" for each in parts]
            said = "".join([each for each in texts if isinstance(each, str)])
            if " " in said:
                yield node.lineno, said


def shown_docstrings() -> Iterator[tuple[str, str]]:
    """The docstrings that users read: those of commands, layer kinds and question types, with their names."""
    for name in sorted(layers.KINDS.load()):
        yield name, inspect.getdoc(layers.KINDS[name]) or ""
    for name in sorted(questions.QUESTIONS.load()):
        yield name, inspect.getdoc(questions.QUESTIONS[name]) or ""
    for path in sorted((ROOT / "tests" / "golden" / "help").glob("*.txt")):
        yield path.stem, " ".join(path.read_text(encoding="utf-8").split())


@pytest.mark.unmeasured
def test_the_program_speaks_plainly() -> None:
    bent = [f"{name}: {each}" for name, text in shown_docstrings() for each in bent_words(text)]
    for path in sorted((ROOT / "convcalc").rglob("*.py")):
        if path.relative_to(ROOT / "convcalc").as_posix() not in READERS:
            for line, text in said_by(ast.parse(path.read_text(encoding="utf-8"))):
                bent += [f"{path.relative_to(ROOT)}:{line}: {each}" for each in bent_words(text)]
    for folder in ("architectures", "homework", "convcalc"):
        for path in sorted((ROOT / folder).rglob("*.yaml")):
            for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                bent += [f"{path.relative_to(ROOT)}:{line}: {each}" for each in bent_words(text)]
    assert not bent, "\n".join(bent)


@pytest.mark.parametrize(
    "text",
    ["the shape that goes in", "a number of its own", "at least so much: 3", "--k lacks a value",
     "3 unless given", "hand this in", "the mean taken off", "a row may not be closed"],
)  # fmt: skip
def test_bent_words_are_noticed(text: str) -> None:
    assert bent_words(text)


def test_plain_words_are_not_bent() -> None:
    assert not bent_words("the input shape of its own layer; takes 3 values, and goes past the end")
