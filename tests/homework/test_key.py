"""``hw show --with-answers``: the key after the questions, in every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from convcalc.homework import check, load
from convcalc.homework.sheets.find import bundled_names
from convcalc.homework.sheets.key import right_answers

Convcalc = Callable[..., Any]

SHEET = """
convcalc_sheet: 1
title: A & B <b>
questions:
  - {id: q_1, type: volume, given: {n: 32, k: 5, s: 1, p: 0, c_in: 3, filters: 6}}
  - {id: q2, type: fit, given: {n: 32, k: 5, s: 2, p: 0}, conventions: {fit: strict}}
  - {id: q3, type: text, text: Why?}
  - {id: q4, type: network, given: {params: "<= 1M"}}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(SHEET, encoding="utf-8")


def test_the_key_stands_behind_the_questions(convcalc: Convcalc) -> None:
    plain, ran = (
        convcalc("hw", "show", "s.yaml"),
        convcalc("hw", "show", "s.yaml", "--with-answers"),
    )
    assert (ran.code, ran.err) == (0, "")
    assert (
        ran.out
        == f"""{plain.out}
Answers
    q_1  28×28×6
    q2   does not fit (14.5)
    q3   marked by a person
    q4   every network that keeps the rules
"""
    )
    assert "28×28×6" not in plain.out


@pytest.mark.parametrize(
    ("suffix", "key"),
    [
        ("md", "\n## Answers\n\n- **q_1.** 28×28×6\n- **q2.** does not fit (14.5)\n"
               "- **q3.** marked by a person\n- **q4.** every network that keeps the rules\n"),
        ("html", '<section style="break-before:page"><h2>Answers</h2>\n<dl>\n<dt>q_1</dt><dd>28×28×6</dd>\n<dt>q2</dt>'
                 "<dd>does not fit (14.5)</dd>\n<dt>q3</dt><dd>marked by a person</dd>\n<dt>q4</dt>"
                 "<dd>every network that keeps the rules</dd>\n</dl></section>\n</body></html>\n"),
        ("tex", "\\clearpage\n\\section*{Answers}\n\\begin{description}\n\\item[{q\\_1}] 28$\\times$28$\\times$6\n"
                "\\item[{q2}] does not fit (14.5)\n\\item[{q3}] marked by a person\n"
                "\\item[{q4}] every network that keeps the rules\n\\end{description}\n\\end{document}\n"),
    ],
)  # fmt: skip
def test_a_page_ends_with_the_key(suffix: str, key: str, convcalc: Convcalc, tmp_path: Any) -> None:
    convcalc("hw", "show", "s.yaml", "--with-answers", "-o", f"k.{suffix}")
    assert (tmp_path / f"k.{suffix}").read_text(encoding="utf-8").endswith(key)


def test_programs_get_the_answers_as_a_column(convcalc: Convcalc) -> None:
    def rows(*options: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(
            convcalc("hw", "show", "s.yaml", "--json", *options).out
        )["questions"]
        return found

    assert [row["right"] for row in rows("--with-answers")][:2] == [
        "28×28×6",
        "does not fit (14.5)",
    ]
    assert not any("right" in row for row in rows())
    assert "right" in convcalc("hw", "show", "s.yaml", "--with-answers", "--format", "csv").out


@pytest.mark.parametrize("word", ["--answers", "--key", "--solutions"])
def test_it_is_found_under_other_names(word: str, convcalc: Convcalc) -> None:
    assert "Answers\n" in convcalc("hw", "show", "s.yaml", word).out


@pytest.mark.parametrize("name", bundled_names())
@pytest.mark.unmeasured
def test_what_the_key_says_is_marked_right(name: str) -> None:
    sheet = load(name)
    wrong = []
    for question in sheet.questions:
        parts = right_answers(question)
        if (
            question.manual
            or question.vary
            or any(part.expected is None for part in question.parts)
        ):
            continue
        answers = [text.split(": ", 1)[-1] for text in parts]
        given: Any = (
            answers[0]
            if len(answers) == 1
            else dict(zip([part.name for part in question.parts], answers))
        )
        if check(sheet, question.id, given).status != "right":
            wrong.append((question.id, given))
    assert not wrong
