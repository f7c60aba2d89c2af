"""Text stays text on every platform: options, words and questions that look like syntax are unchanged.

The platforms' rules for reading are rewritten here from their code: Moodle's embedded answers (question/type/multianswer),
its GIFT (question/format/gift), mustache for PrairieLearn, innerHTML for JupyterQuiz, Canvas's QTI. GIFT is read
also by pygiftparser.
"""

from __future__ import annotations

import html
import io
import json
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from convcalc.homework import Sheet, check, load, loads
from convcalc.homework.exports import EXPORTS
from convcalc.homework.exports.fields import Field
from convcalc.homework.exports.items import items
from convcalc.text import guard_cell, unguard_cell

HERE = Path(__file__).parent
SHEETS = [HERE / "data" / "ps1.yaml", *sorted((HERE.parents[1] / "homework").glob("*.yaml"))]
QTI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"

HOSTILE = [
    "=5", "%50%dropout", "%100%", "k<n and n>k", "<b>bold</b> & <script>alert(1)</script>", "{{{correct_answers.a1}}}",
    "{{params.text}}", "{1:SHORTANSWER:=x}", "{#1}", "a~b#c}d{e", "back\\slash \\} \\# \\~ \\", "&lt;b&gt; &#61; &amp;",
    'say "hi" and \'bye\'', "* any *", "$x^2$ \\(y\\)", "[[1]] [blank1] [html]<i>", "[plain] x", "a -> b", "&&058;",
    "// comment", "::title::", "]]> <![CDATA[", "T", "TRUE", "#5", "1..5", "é ½ 層", "@{x} ${y} #{z}",
    "### BEGIN SOLUTION", "ends with &",
]  # fmt: skip


def choice(text: str, *, right: bool) -> Sheet:
    """A choice with a hostile text as its question, and as an option that is right or wrong."""
    options = [text, "plain", "other"]
    return loads(
        json.dumps(
            {
                "convcalc_sheet": 1,
                "id": "t",
                "title": text,
                "questions": [
                    {"id": "q1", "type": "choice", "text": f"Is it {text}?", "options": options, "answer": "a" if right else "b"},
                ],
            }
        )
    )  # fmt: skip


def made(sheet: Sheet, name: str) -> dict[str, bytes]:
    return {out.name: out.data for out in EXPORTS.find(name)(sheet, 1).files()}


def text_of(sheet: Sheet, name: str) -> str:
    return made(sheet, name)[""].decode()


def asked(text: str) -> str:
    return f"Is it {text}?"


class Shown(HTMLParser):
    """The visible part of HTML: its text, and the elements that are not paragraphs."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.elements = "", set[str]()
        self.feed(source)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        if tag == "br":
            self.text += "\n"


def shown(source: str) -> str:
    """The text of HTML that contains only text."""
    found = Shown(source)
    assert found.elements <= {"p", "em", "br", "b", "h4", "span"}
    return found.text


# --------------------------------------------------------------------- Moodle's embedded answers


@dataclass
class Box:
    """A box as read by Moodle."""

    weight: int
    kind: str
    answers: list[tuple[Fraction, str, str]] = field(default_factory=list)


_START = re.compile(
    r"\{(\d*):(NUMERICAL|NM|MULTICHOICE(?:_[VH])?|MULTIRESPONSE|SHORTANSWER(?:_C)?|SA|MC|MR):"
)


def cloze(source: str) -> tuple[list[Box], str]:
    """The boxes in an HTML text, and the text with their numbers instead."""
    found: list[Box] = []
    rest, place = "", 0
    while match := _START.search(source, place):
        box = Box(int(match[1] or 1), match[2])
        at = match.end()
        while True:
            answer, at = _alternative(source, at)
            box.answers.append(answer)
            if source[at] == "}":
                break
            assert source[at] == "~"
            at += 1
        rest += source[place : match.start()] + f"{{#{len(found) + 1}}}"
        found.append(box)
        place = at + 1
    return found, rest + source[place:]


def _alternative(source: str, at: int) -> tuple[tuple[Fraction, str, str], int]:
    """One answer: its share, its text, and its feedback."""
    share = Fraction(0)
    if source[at] == "=":
        share, at = Fraction(1), at + 1
    elif match := re.compile(r"%(-?\d+(?:[.,]\d*)?)%").match(source, at):
        share, at = Fraction(match[1].replace(",", ".")) / 100, match.end()
    end = at + 1  # at least one character, and none that is escaped or part of an entity
    while source[end] not in "~#}" or source[:end].endswith(("\\", "&", "&amp;")):
        end += 1
    answer, said = source[at:end], ""
    if source[end] == "#":
        start = end = end + 1
        while source[end] not in "~}" or source[:end].endswith("\\"):
            end += 1
        said = source[start:end]
    return (share, _decoded(answer), _decoded(said)), end


def _decoded(text: str) -> str:
    return html.unescape(text).replace("\\}", "}").replace("\\#", "#")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("right", [True, False])
@pytest.mark.unmeasured
def test_options_of_cloze_are_text(text: str, right: bool) -> None:
    ((box,), rest) = cloze(text_of(choice(text, right=right), "cloze"))
    assert [shown(answer) for _, answer, _ in box.answers] == [text, "plain", "other"]
    assert [share for share, _, _ in box.answers] == [right, not right, 0]
    assert asked(text) in shown(rest)
    assert rest.count("{#1}") == 1


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.unmeasured
def test_words_of_cloze_and_moodle_are_compared_as_they_are(text: str) -> None:
    sheet = loads(
        json.dumps(
            {"convcalc_sheet": 1, "id": "t", "questions": [
                {"id": "q1", "type": "image-kernel", "accept": [text], "given": {"w": [[1, 1, 1], [1, 1, 1], [1, 1, 1]]}},
            ]}
        )
    )  # fmt: skip
    ((box,), _) = cloze(text_of(sheet, "cloze"))
    assert (Fraction(1), text.replace("*", "\\*")) in [
        (share, word) for share, word, _ in box.answers
    ]
    words = [
        answer.findtext("text")
        for answer in ET.fromstring(text_of(sheet, "moodle-xml")).iter("answer")
        if answer.get("fraction") == "100"
    ]
    assert text.replace("*", "\\*") in words


@pytest.mark.unmeasured
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_cloze_gives_back_the_right_answers_and_the_points(path: Path) -> None:
    sheet = load(str(path))
    found, rest = cloze(text_of(sheet, "cloze"))
    asked_for = [item for (item,) in items(sheet) if item.sort != "text"]
    boxes = iter(found)
    total = sum((item.points for item in asked_for), Fraction(0))
    factor = Fraction(sum(box.weight for box in found)) / total
    for item in asked_for:
        own = [next(boxes) for _ in range(max(1, len(item.fields)))]
        assert sum(box.weight for box in own) == item.points * factor
        for box, place in zip(own, item.fields):
            right = [answer for share, answer, _ in box.answers if share == 1]
            if place.numeric:
                value, _, off = right[0].partition(":")
                assert abs(Fraction(value) - place.right[0][0]) <= Fraction(off or 0)
            else:
                assert right[: len(place.words)] == place.words
    assert not re.search(
        r"\\[/\"~]", rest + "".join(said for box in found for _, _, said in box.answers)
    )


@pytest.mark.unmeasured
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_boxes_in_moodle_xml_have_the_points_that_a_line_says(path: Path) -> None:
    sheet = load(str(path))
    export = EXPORTS.find("moodle-xml")(sheet, 1)
    (out,) = export.files()
    root = ET.fromstring(out.data)
    for (item,), question in zip(items(sheet), [q for q in root if q.get("type") != "category"]):
        if item.sort != "fields":
            continue
        found, _ = cloze(question.findtext("questiontext/text") or "")
        total = sum(box.weight for box in found)
        said = any(note.startswith(f"{item.id}: Moodle gives a box") for note in export.notes)
        assert said == (total != item.points)
        for box, place in zip(found, item.fields):
            assert Fraction(box.weight, total) == place.weight


# ------------------------------------------------------------------------- Moodle XML and GIFT


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("right", [True, False])
def test_options_of_moodle_xml_are_text(text: str, right: bool) -> None:
    root = ET.fromstring(text_of(choice(text, right=right), "moodle-xml"))
    (question,) = [each for each in root if each.get("type") == "multichoice"]
    answers = question.findall("answer")
    assert {answer.get("format") for answer in answers} == {"plain_text"}  # shown unchanged
    assert [(answer.findtext("text"), answer.get("fraction")) for answer in answers] == [
        (text, "100" if right else "0"), ("plain", "0" if right else "100"), ("other", "0"),
    ]  # fmt: skip
    assert asked(text) in shown(question.findtext("questiontext/text") or "")


def gift(source: str) -> Iterator[tuple[str, list[tuple[Fraction, str]]]]:
    """The choices of a GIFT file as Moodle reads them: the text, and each option with its share."""
    signs = {"\\" + sign: f"&&{ord(sign):03d};" for sign in ":#={}~"}
    for block in re.split(r"\n\s*\n", source):
        lines = [line for line in block.split("\n") if not line.startswith(("//", "$CATEGORY"))]
        whole = "\n".join(lines).replace("\\\\", "&&092;")
        for sign, mark in signs.items():
            whole = whole.replace(sign, mark)
        whole = whole.replace("\\n", "\n").replace("&&092;", "\\").strip()
        if not whole:
            continue

        def back(text: str) -> str:
            text = text.strip()
            format_ = re.match(r"\[(html|plain|moodle|markdown)\]", text)
            text = text[format_.end() :] if format_ else text
            for sign in ":#={}~":
                text = text.replace(f"&&{ord(sign):03d};", sign)
            return text.strip()

        _, title, rest = whole.split("::", 2)
        del title
        text, _, inside = rest.partition("{")
        assert text.startswith("[plain]")
        assert rest.rstrip().endswith("}")
        options = []
        for part in inside.rstrip()[:-1].replace("=", "~=").split("~"):
            option = part.strip()
            if not option:
                continue
            share = Fraction(0)
            if option[0] == "=":
                share, option = Fraction(1), option[1:]
            elif match := re.match(r"%-*(\d{1,2})\.?(\d*)%", option):
                share, option = Fraction(match[0].strip("%")) / 100, option[match.end() :]
            options.append((share, back(option.partition("#")[0])))
        yield back(text), options


def once(text: str) -> str:
    """A text as stored in GIFT: one space between words. It may contain an invisible character."""
    return " ".join(text.replace("\u2060", "").split())


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("right", [True, False])
def test_options_of_gift_are_text(text: str, right: bool) -> None:
    source = text_of(choice(text, right=right), "gift")
    ((question, options),) = gift(source)
    assert once(question) == once(asked(text))
    options = [(share, once(option)) for share, option in options]
    shares = [Fraction(right), Fraction(not right), Fraction(0)]
    assert options == list(zip(shares, (once(text), "plain", "other")))


@pytest.mark.unmeasured
def test_another_parser_gives_back_the_options_of_gift() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser = pytest.importorskip("pygiftparser.parser")
        braces = import_module("pygiftparser.utils").transformSpecials

        def unescape(text: str) -> str:  # it does not unescape a backslash
            found: str = braces(text).replace("\\\\", "\\")
            return found

        for text in HOSTILE:
            if "}" in text:  # pygiftparser takes it for the end, even if escaped
                continue
            for right in (True, False):
                source = text_of(choice(text, right=right), "gift")
                (question,) = parser.parseFile(io.StringIO(source))
                assert question.valid
                answers = [
                    (
                        once(unescape(a.answer).removeprefix("[plain]")),
                        a.fraction,
                    )
                    for a in question.answers.answers
                ]
                assert answers == [
                    (once(text), 100 if right else 0), ("plain", 0 if right else 100), ("other", 0),
                ], text  # fmt: skip


def test_words_that_gift_would_read_as_pairs_are_left_out_and_named() -> None:
    sheet = loads(
        "{convcalc_sheet: 1, questions: [{type: image-kernel, accept: ['a -> b', '%50%x'], "
        "given: {w: [[1, 1, 1], [1, 1, 1], [1, 1, 1]]}}]}"
    )
    export = EXPORTS.find("gift")(sheet, 1)
    (out,) = export.files()
    assert b"->" not in out.data
    assert b"=%100%%50%x#Right." in out.data
    assert export.notes == ["GIFT cannot take the answer a -> b; left out"]


# ------------------------------------------------------- Canvas, JupyterQuiz and PrairieLearn


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("right", [True, False])
@pytest.mark.unmeasured
def test_options_of_qti_are_text(text: str, right: bool) -> None:
    with zipfile.ZipFile(io.BytesIO(made(choice(text, right=right), "qti")[""])) as archive:
        roots = [ET.fromstring(archive.read(name)) for name in archive.namelist()]
    (item,) = [item for root in roots for item in root.iter(f"{QTI}item")]
    labels = {
        label.get("ident"): shown(label.findtext(f"{QTI}material/{QTI}mattext") or "")
        for label in item.iter(f"{QTI}response_label")
    }
    assert list(labels.values()) == [text, "plain", "other"]
    scored = [
        labels[condition.findtext(f".//{QTI}varequal")]
        for condition in item.iter(f"{QTI}respcondition")
        if condition.find(f"{QTI}setvar") is not None
    ]
    assert scored == [text if right else "plain"]
    said = item.findtext(f"{QTI}presentation/{QTI}material/{QTI}mattext") or ""
    assert asked(text) in shown(said)


@pytest.mark.parametrize("text", HOSTILE)
def test_options_of_jupyterquiz_are_text_and_no_formula(text: str) -> None:
    (question,) = json.loads(text_of(choice(text, right=True), "jupyterquiz"))
    assert [shown(answer["answer"]) for answer in question["answers"]] == [text, "plain", "other"]
    assert asked(text) in shown(question["question"])
    assert "$" not in question["question"]
    assert ("mathjax_ignore" in question["question"]) == bool(set(text) & set("$\\"))


def mustache(template: str, data: dict[str, str]) -> str:
    """The output of a mustache template: names in two braces are escaped, in three unchanged."""
    raw = re.sub(r"\{\{\{\s*([\w.]+)\s*\}\}\}", lambda found: data.get(found[1], ""), template)
    return re.sub(r"\{\{\s*([\w.]+)\s*\}\}", lambda found: html.escape(data.get(found[1], "")), raw)


@pytest.mark.parametrize("text", HOSTILE)
def test_options_of_prairielearn_are_text_and_no_template(text: str) -> None:
    data = {"correct_answers.a1": "SECRET", "params.text": "SECRET"}
    page = mustache(
        made(choice(text, right=True), "prairielearn")["t_q1/question.html"].decode(), data
    )
    assert "SECRET" not in page
    root = ET.fromstring(f"<page>{page}</page>")
    assert [answer.text for answer in root.iter("pl-answer")] == [text, "plain", "other"]
    assert asked(text) in (root.findtext("pl-question-panel/p") or "")


def test_labels_of_prairielearn_are_no_template(tmp_path: Path) -> None:
    network = (
        "input: [1, 8, 8]\nlayers:\n"
        "  - conv: {name: '{{{correct_answers.a1}}}', out_channels: 2, kernel_size: 3}\n  - maxpool: {kernel_size: 2}\n"
    )
    (tmp_path / "net.yaml").write_text(network)
    (tmp_path / "s.yaml").write_text(
        "{convcalc_sheet: 1, id: t, questions: [{type: arch-table, arch: net.yaml, ask: [params]}]}"
    )
    found = made(load(str(tmp_path / "s.yaml")), "prairielearn")
    page = mustache(found["t_q1/question.html"].decode(), {"correct_answers.a1": "SECRET"})
    assert "SECRET" not in page


# -------------------------------------------------------------------------------- spreadsheets


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"), ("＝1+1", "'＝1+1"), ("＋1", "'＋1"), ("－1", "'－1"), ("＠x", "'＠x"),
        ("a;=1+1", "a;'=1+1"), ("a; ＝x;-y", "a; '＝x;'-y"), ("a;'=x", "a;''=x"), ("28;28;6", "28;28;6"),
        ("-3", "-3"), ("a, b; c", "a, b; c"),
    ],
)  # fmt: skip
def test_no_part_of_a_cell_is_a_formula_in_a_spreadsheet(text: str, cell: str) -> None:
    assert guard_cell(text) == cell
    assert unguard_cell(cell) == text


# ------------------------------------------- right answers and points come back from every sheet


@pytest.mark.unmeasured
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_what_moodle_calls_right_or_wrong_is_so_to_convcalc(path: Path) -> None:
    sheet = load(str(path))
    root = ET.fromstring(text_of(sheet, "moodle-xml"))
    questions = [each for each in root if each.get("type") != "category"]
    seen = 0
    for (item,), question in zip(items(sheet), questions):
        if item.sort not in ("number", "words") or item.narrowed:
            continue
        assert Fraction(question.findtext("defaultgrade") or 0) == item.points
        unit = item.fields[0].unit
        numbers = {name: item.question.given[name] for name in sheet[item.id].vary}
        for answer in question.findall("answer"):
            text = (answer.findtext("text") or "").replace("\\*", "*")
            if text == "*":
                continue
            result = check(sheet, item.id, f"{text} {unit}".strip(), numbers=numbers)
            share = float(result.points / item.points)
            assert float(answer.get("fraction") or 0) == pytest.approx(100 * share, abs=0.01), text
            seen += 1
    assert seen


@pytest.mark.unmeasured
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_another_parser_gives_back_the_right_numbers_of_gift(path: Path) -> None:
    sheet = load(str(path))
    source = re.sub(
        r" ~#(?:[^\\}]|\\.)*\}", "}", text_of(sheet, "gift")
    )  # its catch-all for numbers
    source = re.sub(
        r"((?:#=|=%[\d.]+%))-(?=\d)", r"\1", source
    )  # its regular expression has no minus
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser = pytest.importorskip("pygiftparser.parser")
        found = list(parser.parseFile(io.StringIO(source)))
    boxes = [box for (item,) in items(sheet) for box in (item.fields or [Field()])]
    assert len(found) == len(boxes)
    for question, box in zip(found, boxes):
        if not box.numeric:
            continue
        first = question.answers.answers[0]
        assert first.fraction == 100
        assert abs(Fraction(str(first.value)) - abs(box.right[0][0])) <= max(
            box.right[0][1], Fraction(1, 10**6)
        )


@pytest.mark.unmeasured
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_what_canvas_calls_right_is_right_and_points_are_as_said(path: Path) -> None:
    sheet = load(str(path))
    export = EXPORTS.find("qti")(sheet, 1)
    with zipfile.ZipFile(io.BytesIO(next(iter(export.files())).data)) as archive:
        roots = [ET.fromstring(archive.read(name)) for name in archive.namelist()]
    made_items = {i.get("title"): i for root in roots for i in root.iter(f"{QTI}item")}
    for (item,) in items(sheet):
        named = [
            made_items[name]
            for name in made_items
            if name in (item.name, *(f"{item.name} {box.label}" for box in item.fields))
        ]
        points = sum(
            Fraction(each.findtext(f"{QTI}fieldentry") or 0)
            for one in named
            for each in one.iter(f"{QTI}qtimetadatafield")
            if each.findtext(f"{QTI}fieldlabel") == "points_possible"
        )
        told = any(
            note.startswith(f"{item.id}: Canvas holds whole and half") for note in export.notes
        )
        assert (points == item.points) != told
        assert (2 * points).denominator == 1
        if item.sort in ("number", "words") and not item.narrowed:
            numbers = {name: item.question.given[name] for name in sheet[item.id].vary}
            for equal in named[0].iter(f"{QTI}varequal"):
                text = f"{equal.text} {item.fields[0].unit}".strip()
                assert check(sheet, item.id, text, numbers=numbers).right, text
