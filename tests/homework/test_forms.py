"""How to write an answer: the same for sheets, answer files and exports; depends on the type, reveals nothing."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from convcalc.formats import FORMATS
from convcalc.homework import check, load, loads
from convcalc.homework.answers.types import Misfit
from convcalc.homework.classroom.answer_form import answer_form
from convcalc.homework.exports.items import items
from convcalc.homework.marking.hints import hint
from convcalc.homework.sheets.forms import answer_help
from convcalc.homework.sheets.render import html_page, worksheet
from homework.cases import CASES
from homework.test_sheet_schema import plain

ROOT = Path(__file__).parents[2]
SHEETS = sorted((ROOT / "homework").glob("*.yaml"))


def sheet_of(*questions: dict[str, Any], **head: Any) -> Any:
    return loads(json.dumps({"convcalc_sheet": 1, "id": "s", **head, "questions": questions}))


def form(kind: str, given: dict[str, Any], **conventions: str) -> str:
    return answer_help(
        sheet_of({"type": kind, "given": given}, conventions=conventions).questions[0]
    )


# ------------------------------------------------------------------------------- the words


@pytest.mark.parametrize(
    ("kind", "given", "conventions", "said"),
    [
        ("output-size", {"n": 9, "k": 3}, {}, "a number, for example 28"),
        ("output-size", {"n": 9, "k": 3}, {"fit": "strict"}, "a number, for example 28, or: does not fit"),
        ("output-size", {"n": "9x5", "k": 3}, {}, "one number per axis, for example 28"),
        ("output-size", {"n": 32, "k": 5}, {}, "a number, for example 32"),  # not 28, which is right
        ("fit", {"n": 9, "k": 3}, {}, "a number, for example 15, or: does not fit"),
        ("pad-to-keep", {"k": 5}, {"fit": "strict"}, "a number, for example 4, or: does not fit"),
        ("volume", {"n": 9, "k": 3, "filters": 2}, {}, "height × width × channels, for example 18×18×7"),
        ("volume", {"n": 9, "k": 3, "filters": 2}, {"order": "nchw"}, "1 × channels × height × width, for example 1×7×18×18"),
        ("params", {"k": 5, "c_in": 3, "filters": 4}, {}, "a whole number, with every digit, for example 292"),
        ("params-pool", {"k": 2, "c_in": 3}, {}, "a whole number, with every digit"),  # every example has 0
        ("fraction", {"k": 2}, {}, "a percentage (within 1 %), for example 93.75 %"),
        ("memory", {"volume": "9x9x9"}, {}, "an amount of memory in MB (within 1 %), for example 0.0096 MB"),
        ("solve-for", {"n": 9, "out": 7}, {}, "the settings, for example k=5, s=1, p=0"),
        ("image-kernel", {"w": [[0, 0, 0], [0, 1, 0], [0, 0, 0]]}, {}, "a word, for example box blur"),
        ("shape-of-gradient", {"n": 9, "k": 3}, {}, "rows × columns, for example 5×5"),
        ("conv-by-hand", {"x": [[1, 2]], "w": [[1]]}, {}, "rows of numbers, each row in brackets, for example [[2, 4, 6], [7, 2, 5]]"),
        ("toeplitz", {"n": 5, "k": 3}, {}, "size: a number, for example 7; matrix: rows × columns, for example 7×10; free: a whole number, with every digit, for example 4; dense: a whole number, with every digit, for example 70"),
        ("arch-table", {"input": "9x9x1", "arch": "conv:k3c2", "ask": ["params", "shape"]}, {}, "one row per layer: params, shape; for example conv1: 133, 18×18×7"),
        ("arch-table", {"input": "9x9x1", "arch": "conv:k3c2 pool:k2 fc:3", "ask": ["shape"], "rows": [2, 3]}, {}, "one row per layer: shape; for example conv1: 18×18×7"),
        ("toeplitz", {"n": 5, "k": 3, "ask": ["free"]}, {}, "a whole number, with every digit, for example 4"),
        ("choice", {"options": ["x", "y", "z"], "answer": "b"}, {}, "a letter from a to c"),
        ("choice", {"options": ["x", "y", "z"], "answer": "a, b"}, {}, "all right letters from a to c, separated by commas"),
        ("true-false", {"answer": True}, {}, "true or false"),
        ("text", {}, {}, "a few sentences, marked by a person"),
    ],
)  # fmt: skip
def test_the_form_follows_the_type_and_the_conventions(
    kind: str, given: dict[str, Any], conventions: dict[str, str], said: str
) -> None:
    assert form(kind, given, **conventions) == said


def test_a_tolerance_of_the_sheet_is_said() -> None:
    question = {"type": "params", "given": {"k": 5, "c_in": 3, "filters": 9}, "tolerance": "5%"}
    assert answer_help(sheet_of(question).questions[0]) == (
        "a whole number (within 5 %), for example 292"
    )
    question["tolerance"] = "rounded"
    assert answer_help(sheet_of(question).questions[0]) == (
        "a whole number (rounded if you like), for example 292"
    )


@pytest.mark.parametrize("kind", ["output-size", "dilated-size", "fit", "volume", "pool-volume"])
@pytest.mark.parametrize("several", [False, True])
def test_a_window_that_does_not_fit_looks_like_one_that_does(kind: str, several: bool) -> None:
    def given(n: int) -> dict[str, Any]:
        more = {"c_in": 3} if "volume" in kind else {"d": 1} if "dilated" in kind else {}
        filters = {"filters": 4} if kind == "volume" else {}
        return {"n": [n, n] if several else n, "k": 5, "s": 2, "p": 0, **more, **filters}

    fits, does_not = (
        sheet_of({"type": kind, "given": given(n)}, conventions={"fit": "strict"}).questions[0]
        for n in (47, 48)
    )
    assert isinstance(does_not.parts[0].expected, Misfit)
    assert answer_help(fits) == answer_help(does_not)
    assert answer_help(fits).endswith(", or: does not fit")
    methods = [
        re.sub("[0-9]+", "#", hint(question, 3)[-1]).removesuffix(".")
        for question in (fits, does_not)
    ]
    assert methods[0] == methods[1]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("fit", {"n": 33, "k": 5, "s": 2, "p": 0}),  # 15, as in an example
        ("output-size", {"n": 32, "k": 5}),
        ("dilated-size", {"n": 64, "k": 3, "d": 2, "s": 1, "p": 0}),
        ("volume", {"n": 20, "k": 3, "s": 1, "p": 0, "c_in": 4, "filters": 7}),
        ("pool-volume", {"n": 24, "k": 3, "c_in": 8}),
    ],
)
def test_a_window_that_fits_as_in_an_example_has_another_example(
    kind: str, given: dict[str, Any]
) -> None:
    found = form(kind, given, fit="strict")
    assert ", for example " in found
    assert found.endswith(", or: does not fit")


# ------------------------------------------------------------- every case: readable, and not right


def examples_in(text: str, parts: list[Any]) -> dict[str, str]:
    """The examples of a form by part."""
    found = {}
    for part in parts:
        label = re.escape(f"{part.name}: ") if len(parts) > 1 else ""
        match = re.search(
            rf"(?:^|; ){label}[^;]*?, for example (.*?)(?:, or: does not fit)?(?:;|$)", text
        )
        if match:
            found[part.name] = match[1]
    return found


@pytest.mark.unmeasured
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.row)
def test_an_example_is_an_answer_of_that_form_and_not_the_right_one(case: Any) -> None:
    question = {"type": case.type, "given": plain(case.given)}
    set_ = {key: str(value) for key, value in case.conventions.items()}
    preset = {"preset": set_.pop("preset")} if "preset" in set_ else {}
    sheet = sheet_of(question, conventions=set_, **preset)
    (asked,) = sheet.questions
    if asked.manual or "." in asked.parts[0].name:
        return
    for part in asked.parts:
        shown = examples_in(answer_help(asked), asked.parts).get(part.name)
        if shown is None:
            continue
        result = check(sheet, "q1", {part.name: shown} if part.name else shown)
        (verdict,) = [each for each in result.parts if each.part == part.name]
        assert verdict.status not in ("unreadable", "blank", "right"), (shown, verdict)


# ----------------------------------------------------------------------------------- one place


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_sheets_answer_files_and_exports_say_the_same(path: Path) -> None:
    sheet = load(str(path))
    forms = [answer_help(question) for question in sheet.questions]
    report = worksheet(sheet)
    assert [row["answer"] for row in report.rows] == forms
    assert [
        line.removeprefix("    answer: ") for line in report.lines if "    answer: " in line
    ] == forms
    lines = " ".join(line.removeprefix("#|").strip() for line in answer_form(sheet))
    for text in forms:
        assert f"Answer: {text}" in lines
    assert [item.wants for group in items(sheet, 1) for item in group] == forms


# ----------------------------------------------------------------------------- the answer file


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(convcalc: Any, sheet: str, *students: str) -> dict[str, str]:
    """Sheets and answer files for a class; the answer file of each student."""
    with Path("roster.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["student_id"], *([student] for student in students)])
    ran = convcalc("hw", "make", sheet, "--roster", "roster.csv", "--secret-file", "x", "--out", "dist")  # fmt: skip
    assert ran.code == 0, ran.err
    assert "dist/answers/*.yaml (to fill in)" in ran.out
    files = sorted(Path("dist/answers").iterdir())
    found = {}
    for path in files:
        text = path.read_text(encoding="utf-8")
        found[yaml.load(text, yaml.CSafeLoader)["student"]] = text
    assert sorted(found) == sorted(students)
    return found


def key(student: str) -> dict[str, dict[str, str]]:
    """The right answers of a student, by question and part."""
    found: dict[str, dict[str, str]] = {}
    with Path("dist/key.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["student_id"] == student:
                found.setdefault(row["question"], {})[row["part"]] = row["expected"].lstrip("'")
    return found


def filled(form: str, answers: dict[str, dict[str, str]], asks: int = 2) -> str:
    """A form with the answers of a key after their names."""
    for name, parts in answers.items():
        if "" in parts:
            form = form.replace(f"\n  {name}:\n", f"\n  {name}: {parts['']}\n")
        elif "1.shape" in parts:
            cells = list(parts.values())
            rows = "".join(
                f"    - {', '.join(c.replace(',', '') for c in cells[i : i + asks])}\n"
                for i in range(0, len(cells), asks)
            )
            form = form.replace(f"\n  {name}:\n", f"\n  {name}:\n{rows}")
        else:
            head, rest = form.split(f"\n  {name}:\n")
            for part, text in parts.items():
                rest = rest.replace(f"    {part}:\n", f"    {part}: {text}\n", 1)
            form = f"{head}\n  {name}:\n{rest}"
    return form


EXTRA = """
  - {id: q8, type: savings-separable, given: {n: 10, k: 3, c_in: 4, filters: 6}, points: 3}
  - {id: q9, type: fit, given: {n: 32, k: 5, s: 2}, conventions: {fit: strict}}
  - {id: q10, type: params-model, arch: lenet5}
  - {id: q11, type: chain, input: 20x20x2, arch: "CONV-3-7 POOL-2", ask: [shape, params], points: 4}
"""


@pytest.mark.unmeasured
def test_a_form_that_is_filled_in_gets_all_points(convcalc: Any, here: Path) -> None:
    convcalc("hw", "new", "ps1.yaml")
    with (here / "ps1.yaml").open("a", encoding="utf-8") as file:
        file.write(EXTRA)
    forms = make(convcalc, "ps1.yaml", "s1", "s2")
    (here / "in").mkdir()
    for student, text in forms.items():
        assert key(student)["q3"] != key({"s1": "s2", "s2": "s1"}[student])["q3"]
        answers = filled(text, key(student))
        assert answers.count("\n") > text.count("\n")
        (here / "in" / f"{student}-answers.yaml").write_text(answers, encoding="utf-8")
    words = ("ps1.yaml", "in", "--roster", "roster.csv", "--secret-file", "x", "--json")
    data = json.loads(convcalc("hw", "grade", *words).out)
    for row in data["students"]:
        assert row["points"] == row["max"] - 2, row  # q7 is for a person to mark
        assert row["notes"] == ""


@pytest.mark.unmeasured
def test_a_form_whose_yaml_a_student_has_broken_is_read_line_by_line(
    convcalc: Any, here: Path
) -> None:
    convcalc("hw", "new", "ps1.yaml")
    with (here / "ps1.yaml").open("a", encoding="utf-8") as file:
        file.write(EXTRA)
    text = make(convcalc, "ps1.yaml", "s1")["s1"]
    answers = filled(text, key("s1")).replace("  q7:\n", "  q7: Because: it [shares\n")
    with pytest.raises(yaml.YAMLError):
        yaml.load(answers, yaml.CSafeLoader)
    (here / "s1.yaml").write_text(answers, encoding="utf-8")
    ran = convcalc("hw", "check", "ps1.yaml", "s1.yaml", "--secret-file", "x", "--json")
    data = json.loads(ran.out)
    assert {each["status"] for each in data["results"]} == {"right", "by-hand"}
    assert len(data["notes"]) == 1
    assert data["notes"][0].startswith("read line by line")


@pytest.mark.unmeasured
def test_an_empty_form_answers_nothing_and_replaces_nothing(convcalc: Any, here: Path) -> None:
    convcalc("hw", "new", "ps1.yaml")
    with (here / "ps1.yaml").open("a", encoding="utf-8") as file:
        file.write(EXTRA)
    text = make(convcalc, "ps1.yaml", "s1")["s1"]
    (here / "form.yaml").write_text(text, encoding="utf-8")
    ran = convcalc("hw", "check", "ps1.yaml", "form.yaml", "--secret-file", "x", "--json")
    data = json.loads(ran.out)
    assert {each["status"] for each in data["results"]} == {"blank"}
    assert data["notes"] == []
    (here / "in").mkdir()
    (here / "in" / "s1.yaml").write_text("q1: 28x28x6\n")
    (here / "in" / "s1-answers (1).yaml").write_text(text, encoding="utf-8")
    words = ("ps1.yaml", "in", "--roster", "roster.csv", "--secret-file", "x", "--json")
    assert json.loads(convcalc("hw", "grade", *words).out)["students"][0]["q1"] == 3


HOSTILE = "Look:\nq2: 29\n# q1: 28x28x6\n\x1b[31mred\x1b[0m }{ &a *b !!python \u202e"


def test_a_strangers_text_stays_a_remark(convcalc: Any, here: Path) -> None:
    del here
    sheet = {
        "convcalc_sheet": 1, "id": "a: b # c", "title": HOSTILE, "questions": [
            {"id": "q1", "type": "volume", "text": HOSTILE, "given": {"n": 32, "k": 5, "filters": 6}},
            {"id": "q2", "type": "text", "text": HOSTILE},
        ],
    }  # fmt: skip
    Path("s.yaml").write_text(json.dumps(sheet), encoding="utf-8")
    odd = ("../../etc/passwd", "a: b", "=cmd", "s1", "s1-answers", "NUL")
    for student, text in make(convcalc, "s.yaml", *odd).items():
        assert "\x1b" not in text
        assert "\u202e" not in text
        data = yaml.load(text, yaml.CSafeLoader)
        assert data["student"] == student
        assert data["answers"] == {"q1": None, "q2": None}
        lines = [line for line in text.splitlines() if not line.startswith("#| ")]
        assert lines[0] == "convcalc_answers: 1"
        assert max(map(len, text.splitlines())) <= 100
        broken = text.replace("  q2:", "  q2: a: [b")
        Path("broken.yaml").write_text(broken, encoding="utf-8")
        found = json.loads(convcalc("hw", "check", "s.yaml", "broken.yaml", "--json").out)
        assert [each["given"] for each in found["results"]] == ["", "a: [b"]


@pytest.mark.unmeasured
def test_sheets_of_a_network_have_forms_too(convcalc: Any, here: Path) -> None:
    (here / "tiny.yaml").write_text(
        "{input: [1, 8, 8], layers: [{conv: {out_channels: 2, kernel_size: 3}}, {maxpool: {kernel_size: 2}}]}"
    )
    (here / "s.yaml").write_text(
        "{convcalc_sheet: 1, questions: [{type: arch-table, arch: tiny.yaml, ask: [shape]}, "
        "{type: params-model, vary: {arch: ['conv:k3c4 fc:5', 'conv:k5c6 fc:7', 'conv:k3c8 fc:9']}, "
        "given: {input: 32x32x3}, separate: [par.model-biases]}]}"
    )
    forms = make(convcalc, "s.yaml", "s1", "s2")
    for student, text in forms.items():
        (here / f"{student}.yaml").write_text(filled(text, key(student), asks=1))
        ran = convcalc("hw", "check", "s.yaml", f"{student}.yaml", "--secret-file", "x")
        assert ran.code == 0, ran.out


# ------------------------------------------------------------------------------- the HTML page


class Page(HTMLParser):
    """Counts the elements of each question."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.counts: list[dict[str, int]] = [{}]

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "section":
            self.counts.append({})
        name = f"{tag}.{dict(attrs).get('class')}" if tag in ("span", "div") else tag
        self.counts[-1][name] = self.counts[-1].get(name, 0) + 1
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_has_a_line_for_the_name_and_room_for_each_answer() -> None:
    sheet = sheet_of(
        {"type": "params", "given": {"k": 5, "c_in": 3, "filters": 4}},
        {"type": "toeplitz", "given": {"n": 5, "k": 3}},
        {"type": "arch-table", "input": "9x9x1", "arch": "conv:k3c2 pool:k2 fc:3", "ask": ["shape", "params"]},
        {"type": "conv-by-hand", "given": {"x": [[1, 2]], "w": [[1]]}},
        {"type": "text", "text": "<script>alert(1)</script>"},
    )  # fmt: skip
    text = "\n".join(html_page(sheet))
    page = Page()
    page.feed(text)
    assert page.open == []
    assert "<script" not in text
    head, params, toeplitz, table, matrix, prose = page.counts
    assert head["span.line"] == 1
    assert "<p>Name: <span" in text
    assert params["span.line"] == 1
    assert toeplitz["span.line"] == 4
    assert [f"{name}: <span" in text for name in ("size", "matrix", "free", "dense")] == [True] * 4
    assert (table["tr"], table["th"], table["td"]) == (1 + 3, 3, 9)
    assert matrix["div.box"] == prose["div.box"] == 1
    heights = [float(found) for found in re.findall(r"height:([\d.]+)em\"", text)]
    assert heights == [7.5, 12]


@pytest.mark.parametrize("name", list(FORMATS))
@pytest.mark.unmeasured
def test_show_says_the_form_in_every_format(convcalc: Any, here: Path, name: str) -> None:
    del here
    convcalc("hw", "new", "ps1.yaml")
    ran = convcalc("hw", "show", "ps1.yaml", "--format", name)
    assert ran.code == 0
    assert "a whole number, with every digit, for example 292" in ran.out


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "tex"])
@pytest.mark.unmeasured
def test_every_printed_sheet_has_a_line_for_the_name(
    suffix: str, convcalc: Any, tmp_path: Path
) -> None:
    out = tmp_path / f"sheet.{suffix}"
    assert convcalc("hw", "show", "homework/ucla.yaml", "-o", str(out)).code == 0
    found = [line for line in out.read_text(encoding="utf-8").splitlines() if "Name:" in line]
    assert len(found) == 1
    assert any(sign in found[0] for sign in ("_" * 40, 'class="line"', r"\hrulefill"))
