"""A question with a teacher's sentence shows all its data, in every output."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from convcalc.homework import Sheet, load, loads
from convcalc.homework.classroom.distribute import make
from convcalc.homework.classroom.roster import Roster, Student
from convcalc.homework.exports import EXPORTS
from convcalc.homework.exports import MODULES as PLATFORMS
from convcalc.homework.exports.packed import MODULE
from convcalc.homework.marking.lint import lint
from convcalc.homework.questions import QUESTIONS, create_question
from convcalc.homework.questions.showing import data_of

FORMATS = ("text", "markdown", "html", "latex", "json")
MINE = "My own sentence."

# Every type with data, with its first example that has some.
WITH_DATA = {
    kind: next(given for given in cls.examples if data_of(create_question(kind, given)))
    for kind, cls in QUESTIONS.items()
    if any(data_of(create_question(kind, given)) for given in cls.examples)
}


def sheet_text(kind: str, given: dict[str, Any], text: str = MINE) -> str:
    question = {"id": "q1", "type": kind, "text": text, "given": given}
    return json.dumps({"convcalc_sheet": 1, "id": "s", "questions": [question]})


def plain(text: str) -> str:
    """The visible text, without the marks and escapes of its format."""
    text = html.unescape(html.unescape(text))
    text = text.replace("$\\times$", "x").replace("×", "x").replace("\\textbar{}", "|")
    text = re.sub(r"\\u00d7", "x", text)
    return re.sub(r"[\\{}\s*\"'$]", "", text).lower()


def texts_of(sheet: Sheet, name: str) -> str:
    found = []
    for each in EXPORTS.find(name)(sheet, 1).files():
        if each.name == f"{MODULE}.py":
            continue  # the code of convcalc, which nobody reads
        if each.data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(each.data)) as archive:
                names = [each for each in archive.namelist() if not each.startswith("convcalc/")]
                found += [archive.read(member).decode() for member in names]
        else:
            found.append(each.data.decode())
    return "\n".join(found)


def pieces(kind: str, given: dict[str, Any]) -> list[str]:
    """The texts that must be visible: the data; for a choice each option."""
    task = create_question(kind, given)
    return [
        piece
        for name, shown in data_of(task).items()
        for piece in (task.given()[name] if name == "options" else [shown])
    ]


@pytest.mark.parametrize("kind", WITH_DATA)
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.unmeasured
def test_data_follows_the_sentence_on_paper(
    kind: str, form: str, convcalc: Any, tmp_path: Path
) -> None:
    (tmp_path / "s.yaml").write_text(sheet_text(kind, WITH_DATA[kind]))
    ran = convcalc("hw", "show", str(tmp_path / "s.yaml"), "--format", form)
    assert ran.code == 0
    for piece in pieces(kind, WITH_DATA[kind]):
        assert plain(ran.out).count(plain(piece)) >= 1, piece
        assert plain(MINE) in plain(ran.out)


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", [kind for kind in WITH_DATA if not QUESTIONS[kind].takes_file])
@pytest.mark.parametrize("name", [name for name in PLATFORMS if name != "gradescope"])
def test_data_follows_the_sentence_in_every_export(kind: str, name: str) -> None:
    made = plain(texts_of(loads(sheet_text(kind, WITH_DATA[kind])), name))
    for piece in pieces(kind, WITH_DATA[kind]):
        assert plain(piece) in made, piece


@pytest.mark.parametrize("kind", WITH_DATA)
@pytest.mark.unmeasured
def test_data_follows_the_sentence_on_the_sheets_of_students(kind: str, tmp_path: Path) -> None:
    roster = Roster()
    roster.add(Student("s1"))
    sheet = loads(sheet_text(kind, WITH_DATA[kind]))
    make(sheet, roster, b"an old and well kept secret", str(tmp_path / "dist"))
    own = load(str(tmp_path / "dist" / "s1.yaml"))
    page = (tmp_path / "dist" / "html" / "s1.html").read_text(encoding="utf-8")
    for piece in pieces(kind, WITH_DATA[kind]):
        for text in (own["q1"].sentence, page):
            assert plain(text).count(plain(piece)) >= 1


@pytest.mark.parametrize("kind", WITH_DATA)
def test_placeholders_put_data_where_they_stand(kind: str) -> None:
    given = WITH_DATA[kind]
    for name, shown in data_of(create_question(kind, given)).items():
        sheet = loads(sheet_text(kind, given, f"Before {{{name}}} after."))
        assert sheet["q1"].sentence.startswith(f"Before {shown} after.")
        assert sheet["q1"].sentence.count(shown) == 1 or len(shown) < 4


@pytest.mark.parametrize(
    ("kind", "given", "text"),
    [
        ("conv-1d", {"x": [[1, 2, 3]], "w": [[1, 5]]}, "Slide [1, 5] over 1, 2, 3."),
        ("choice", {"options": ["a pool", "a layer"], "answer": "a"}, "Is it a pool or a layer?"),
        ("true-false", {"statement": "Pools learn.", "answer": "false"}, "Is it true? Pools learn."),
        ("rf", {"layers": ["3/1", "3/1"]}, "Two 3×3 layers with stride 1: how wide is the field?"),
    ],
)  # fmt: skip
def test_data_that_the_sentence_shows_is_not_said_again(
    kind: str, given: dict[str, Any], text: str
) -> None:
    if kind not in QUESTIONS:
        kind = next(each for each, words in WITH_DATA.items() if "layers" in words)
    assert loads(sheet_text(kind, given, text))["q1"].sentence == text


def test_a_platform_that_lists_the_options_gets_the_sentence_without_them() -> None:
    given = {"options": ["red pools", "blue pools"], "answer": "a"}
    for text in (MINE, f"{MINE} {{options}}"):
        made = texts_of(loads(sheet_text("choice", given, text)), "gift")
        assert made.count("red pools") == 1


def test_lint_says_what_varies_unseen_and_what_is_shown_twice() -> None:
    def said(question: str) -> list[tuple[str, str]]:
        found = lint(loads(f"{{convcalc_sheet: 1, questions: [{question}]}}"))
        return [(each.kind, each.text) for each in found]

    unseen = "{type: params, text: 'A {k}×{k} layer with 3 inputs?', given: {filters: 8}, vary: {k: [3, 5], cin: [3, 4]}}"
    assert ("text", "cin varies, but the text does not show it; write {cin} in it") in said(unseen)
    shown = unseen.replace("3 inputs", "{c_in} inputs")
    assert not [text for kind, text in said(shown) if "varies" in text]
    twice = "{type: conv-1d, text: 'Slide 1, 2, 3 as {x}.', given: {x: [[1, 2, 3]], w: [[4, 5]]}}"
    assert ("note", "the text shows x twice; leave it out once") in said(twice)
    assert not [t for _, t in said(twice.replace("1, 2, 3 as ", "")) if "twice" in t]
    varied = (
        "{type: conv-1d, text: 'Slide it.', given: {w: [[1]]}, vary: {x: [[[1, 2]], [[3, 4]]]}}"
    )
    assert not [text for kind, text in said(varied) if "varies, but" in text]
