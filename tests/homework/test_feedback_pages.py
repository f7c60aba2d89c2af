"""Pages of feedback: the question with the student's own numbers, in Markdown and HTML, and nobody else's."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from convcalc.homework import loads
from convcalc.homework.classroom.runs import Options, grade
from convcalc.homework.variants.draw import student_sheet

SHEET = """\
convcalc_sheet: 1
id: pages
title: Pages
questions:
  - {id: q1, type: params, text: "How many parameters has a {k}×{k} layer from {c_in} to {filters}?", given: {k: 3}, vary: {c_in: [3, 4, 5, 6], filters: [8, 16, 24]}}
  - {id: q2, type: savings-separable, given: {n: 10, k: 3, c_in: 4, filters: 6}, points: 3}
  - {id: q3, type: text, points: 2, text: "Why | <b>so</b>?"}
  - {id: q4, type: arch-table, input: 9x9x1, arch: "conv:k3c2 pool:k2", ask: [shape]}
"""
STUDENTS = [f"s{number}" for number in range(6)]


class Cells(HTMLParser):
    """The texts of a page, by the tag around them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: dict[str, list[str]] = {
            "h1": [],
            "h2": [],
            "p": [],
            "td": [],
            "th": [],
            "li": [],
        }

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "meta":
            return
        self.open.append(tag)
        if tag in self.found:
            self.found[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self.open:
            if tag in self.found:
                self.found[tag][-1] += data


def cells(path: Path) -> dict[str, list[str]]:
    page = Cells()
    page.feed(path.read_text(encoding="utf-8"))
    assert page.open == []
    return page.found


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("an old and well kept secret")
    (tmp_path / "in").mkdir()
    for student in STUDENTS:
        (tmp_path / "in" / f"{student}.yaml").write_text(
            "q1: 999\nq2: {macs: 6000, weights: 1, ratio: 3.6}\nq3: Because <i>it</i> | is.\nq9: 4\n"
        )
    return tmp_path / "graded"


def run(out: Path, **options: Any) -> None:
    secret = (out.parent / "secret").read_bytes()
    grade(loads(SHEET), [str(out.parent / "in")], str(out), Options(secret=secret, **options))


def test_every_student_sees_the_questions_with_the_own_numbers(out: Path) -> None:
    run(out)
    asked = set()
    for student in STUDENTS:
        own = student_sheet(loads(SHEET), student, str(out.parent / "secret"))
        page = cells(out / "feedback" / f"{student}.html")
        assert page["h1"] == [f"Pages: {student}"]
        assert page["h2"] == ["q1", "q2", "q3", "q4"]
        shown = [text for text in page["p"][1:] if not text.startswith("To be marked")]
        assert shown == [question.sentence for question in own.questions]
        asked.add(shown[0])
        text = (out / "feedback" / f"{student}.md").read_text(encoding="utf-8")
        assert f"**q1.** {shown[0]}\n" in text
        assert "**q3.** Why \\| &lt;b&gt;so&lt;/b&gt;?\n" in text
    assert len(asked) > 1  # the numbers really differ


def test_both_pages_say_the_same(out: Path) -> None:
    run(out)
    for student in STUDENTS:
        text = (out / "feedback" / f"{student}.md").read_text(encoding="utf-8")
        page = cells(out / "feedback" / f"{student}.html")
        rows = [line for line in text.splitlines() if re.match(r"\| q\d", line)]
        plain = [
            cell.strip().replace("\\", "").replace("&lt;", "<").replace("&gt;", ">")
            for row in rows
            for cell in re.split(r"(?<!\\)\|", row)[1:-1]
        ]
        assert plain == page["td"]
        assert "- note: 'q9' is not a question of this sheet; ignored\n\n**q1.**" in text
        assert page["li"] == ["note: 'q9' is not a question of this sheet; ignored"]
        assert text.endswith("To be marked by a person, not counted yet: q3 (2).\n")
        assert page["p"][-1] == "To be marked by a person, not counted yet: q3 (2)."


@pytest.mark.unmeasured
def test_a_page_tells_the_answers_only_on_request(out: Path) -> None:
    run(out)
    with (out / "parts.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] in ("wrong", "blank")]
    assert {row["question"] for row in rows} == {"q1", "q2", "q4"}
    for row in rows:
        for suffix in ("md", "html"):
            text = (out / "feedback" / f"{row['student_id']}.{suffix}").read_text(encoding="utf-8")
            body = text.partition("</style>")[2] or text
            assert not re.search(rf"(?<![\d.]){re.escape(row['expected'])}(?![\d.])", body), row
    run(out, with_answers=True, force=True)
    for row in rows:
        for suffix in ("md", "html"):
            text = (out / "feedback" / f"{row['student_id']}.{suffix}").read_text(encoding="utf-8")
            assert row["expected"] in text


def test_codes_stand_for_names_on_both_pages(out: Path) -> None:
    run(out, anonymous=True)
    pages = sorted((out / "feedback").iterdir())
    assert len(pages) == 2 * len(STUDENTS)
    for path in pages:
        assert not re.search(r"\bs\d\b", path.read_text(encoding="utf-8"))


def test_pages_of_both_sorts_go_when_they_are_no_longer_made(out: Path) -> None:
    run(out)
    (out / "feedback" / "own.html").write_text("<!DOCTYPE html>mine")
    for suffix in ("md", "html"):  # for a student of an earlier run
        text = (out / "feedback" / f"s1.{suffix}").read_text(encoding="utf-8")
        (out / "feedback" / f"gone.{suffix}").write_text(text, encoding="utf-8")
    run(out, force=True)
    left = {path.name for path in (out / "feedback").iterdir()}
    assert left == {
        "own.html",
        *(f"{name}.{suffix}" for name in STUDENTS for suffix in ("md", "html")),
    }


@pytest.mark.unmeasured
def test_a_regrade_writes_the_corrected_question(
    convcalc: Any, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(out.parent)
    run(out)
    Path("fixed.yaml").write_text(SHEET.replace("n: 10, k: 3", "n: 20, k: 3"), encoding="utf-8")
    ran = convcalc("hw", "regrade", "graded", "--sheet", "fixed.yaml", "--write")
    assert ran.code == 0, ran.err
    for path in (out / "feedback").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "20×20" in text
        assert "10×10" not in text


def test_the_summary_names_both_sorts(convcalc: Any, out: Path) -> None:
    (out.parent / "s.yaml").write_text(SHEET, encoding="utf-8")
    words = (str(out.parent / "s.yaml"), str(out.parent / "in"), "--secret-file", str(out.parent / "secret"))  # fmt: skip
    data = json.loads(convcalc("hw", "grade", *words, "--out", str(out), "--json").out)
    written = {each["file"]: each["about"] for each in data["written"]}
    assert written["feedback/*.md (6)"] == "a page for each student"
    assert written["feedback/*.html (6)"] == "the same for a browser"
