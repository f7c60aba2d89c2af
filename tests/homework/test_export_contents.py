"""The content of an export: no secrets, every rule that a question needs, and nothing that gives an answer away."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from convcalc.errors import UsageError
from convcalc.homework import Sheet, check, loads
from convcalc.homework.exports import EXPORTS
from convcalc.homework.exports.base import Out, write_files
from convcalc.homework.exports.gradescope import run
from convcalc.homework.sheets.forms import answer_help

BANKS = ("moodle-xml", "gift", "cloze", "qti", "qti-choice", "jupyterquiz", "prairielearn")
NOTEBOOKS = ("nbgrader", "otter")
QTI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"

KEYED = """
# COMMENT-top
convcalc_sheet: 1
id: ps1
student: s042
questions:   # COMMENT-questions
  - {id: q1, type: params, given: {k: 5, c_in: 3, filters: 10}, answer: 999331, accept: [777123], credit: {par.no-channels: 1/8}}
  - {id: q2, type: text, text: "Why?", answer: MODEL-answer}
  - {id: q3, type: image-kernel, accept: [ACCEPTED-word], given: {w: [[1, 1, 1], [1, 1, 1], [1, 1, 1]]}}
  - {id: q4, type: choice, text: "Which?", options: [OPTION-one, OPTION-two], answer: b}
  - {id: q5, type: true-false, statement: "A pool has biases.", answer: false}   # COMMENT-end
"""
NEVER = ("COMMENT", "999331", "MODEL")  # in any export
HIDDEN = (*NEVER, "777123", "no-channels", "ACCEPTED")  # nor these in files for students


def made(sheet: Sheet, name: str, variants: int = 1) -> list[Out]:
    return list(EXPORTS.find(name)(sheet, variants).files())


def unpacked(files: list[Out]) -> Iterator[tuple[str, str]]:
    """Every file with its text, also files inside archives and packed modules."""
    for out in files:
        if out.data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(out.data)) as archive:
                inside = [Out(name, archive.read(name)) for name in archive.namelist()]
            yield from unpacked(inside)
            continue
        text = out.data.decode()
        yield out.name, text
        for packed in re.findall(r'^_PACKED = "([A-Za-z0-9+/=]+)"$', text, re.MULTILINE):
            yield from unpacked([Out("packed", base64.b64decode(packed))])


def for_students(name: str, files: list[Out]) -> list[Out]:
    """The files of an export that nbgrader and otter give to students, by their rules."""
    kept = []
    for out in files:
        if out.name.endswith(".key.yaml"):
            continue  # otter: autograder_files
        if out.name.endswith(".ipynb"):
            book = json.loads(out.data)
            cells = []
            for cell in book["cells"]:
                source = "".join(cell["source"])
                source = re.sub(
                    r"(?ms)^ *### BEGIN (SOLUTION|HIDDEN TESTS)$.*?^ *### END \1$", "", source
                )
                if "hidden: true" not in source:
                    cells.append(source)
            out = Out(out.name, "\n".join(cells).encode())  # noqa: PLW2901 - without the removed parts
        kept.append(out)
    return kept


@pytest.mark.parametrize("name", EXPORTS.names())
@pytest.mark.unmeasured
def test_no_export_holds_what_a_teacher_wrote_for_himself(name: str) -> None:
    files = made(loads(KEYED), name)
    if name == "gradescope":  # its archive has the whole sheet, but students do not get it
        return
    if name in NOTEBOOKS:
        files = for_students(name, files)
    found = dict(unpacked(files))
    assert found
    ours = [text for place, text in found.items() if not place.startswith("convcalc/")]
    for secret in HIDDEN if name in NOTEBOOKS else NEVER:
        assert not any(secret in text for text in ours), secret


@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.unmeasured
def test_the_key_of_a_choice_is_not_in_what_students_get(name: str) -> None:
    two = KEYED.replace("answer: b}", "answer: a}").replace("answer: false", "answer: true")
    texts = [dict(unpacked(for_students(name, made(loads(sheet), name)))) for sheet in (KEYED, two)]
    assert texts[0] == texts[1]
    assert any("OPTION-one" in text for text in texts[0].values())


def test_what_gradescope_shows_a_student_holds_no_key(tmp_path: Path) -> None:
    (out,) = made(loads(KEYED), "gradescope")
    with zipfile.ZipFile(io.BytesIO(out.data)) as archive:
        archive.extractall(
            tmp_path / "source", [n for n in archive.namelist() if n == "sheet.yaml"]
        )
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "a.txt").write_text(
        "q1: 5\nq2: because\nq3: sobel\nq4: a\nq5: true\n"
    )
    shown = json.dumps(run(str(tmp_path)))
    assert '"score": 0' in shown
    for secret in (*HIDDEN, "760", "OPTION-two", "blur"):
        assert secret not in shown


# ---------------------------------------------------------------------------------- conventions

RULED = """
convcalc_sheet: 1
id: s
conventions: {fit: strict, bias: false, order: chw, flops: 2macs}
questions:
  - {id: a, type: params, given: {k: 5, c_in: 3, filters: 10}}
  - {id: b, type: volume, given: {n: 32, k: 5, c_in: 3, filters: 6}}
  - {id: c, type: macs, given: {n: 32, k: 5, c_in: 3, filters: 10}}
  - {id: d, type: compose, given: {kernels: [3, 5]}}
  - {id: e, type: params, conventions: {bias: true}, given: {k: 5, c_in: 3, filters: 10}}
"""


@pytest.mark.parametrize("name", [name for name in BANKS if name != "cloze"])
def test_a_question_that_is_read_alone_says_the_rules_that_it_depends_on(name: str) -> None:
    text = "\n".join(text for _, text in unpacked(made(loads(RULED), name)))
    text = re.sub(r"\\+u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text)
    assert "Do not count biases" in text
    assert "channels × height × width" in text
    assert "Count a multiply-add as two operations" in text
    assert "write: does not fit" in text or "write\\: does not fit" in text


@pytest.mark.parametrize("name", ["cloze", *NOTEBOOKS])
def test_rules_stand_above_the_questions_where_these_stay_together(name: str) -> None:
    text = "\n".join(text for _, text in unpacked(made(loads(RULED), name)))
    assert "Do not count biases" in text
    assert text.index("Do not count biases") < text.index("filters of 5×5")


def test_a_rule_is_said_once_and_only_where_it_matters() -> None:
    root = ET.fromstring(made(loads(RULED), "moodle-xml")[0].data)
    texts = {
        question.findtext("name/text"): question.findtext("questiontext/text") or ""
        for question in root
    }
    assert texts["s a"].count("(") == 1
    assert "Do not count biases" in texts["s a"]
    assert "(" not in texts["s d"]
    assert "Do not count biases" not in texts["s e"]
    assert texts["s e"].count("Count biases") == 1
    assert "biases" not in texts["s b"]


# ------------------------------------------------------------------------------ fit, solve-for


def fit_sheet(kind: str, given: str) -> Sheet:
    return loads(
        f"{{convcalc_sheet: 1, id: s, conventions: {{fit: strict}}, questions: [{{type: {kind}, given: {given}}}]}}"
    )


def kinds(name: str, sheet: Sheet) -> list[str]:
    """The type of question in an export, independent of its answers."""
    text = "\n".join(text for _, text in unpacked(made(sheet, name)))
    patterns = {
        "moodle-xml": r'<question type="(\w+)"|<em>(.*?)</em>', "gift": r"\{(#?)", "cloze": r"\{(\d+:\w+)",
        "qti": r"<fieldentry>(\w+_question)", "qti-choice": r"<fieldentry>(\w+_question)",
        "jupyterquiz": r'"type": "(numeric|string)"', "prairielearn": r"<(pl-\w+-input)",
    }  # fmt: skip
    found = ["".join(each) for each in re.findall(patterns[name], text)]
    assert found
    return found


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize(
    ("kind", "fits", "misses"),
    [
        ("fit", "{n: 35, k: 5, s: 2}", "{n: 34, k: 5, s: 2}"),
        ("output-size", "{n: 35, k: 5, s: 2}", "{n: 34, k: 5, s: 2}"),
        ("pad-to-keep", "{k: 5}", "{k: 4}"),
    ],
)
@pytest.mark.unmeasured
def test_a_question_looks_the_same_whether_the_window_fits_or_not(
    name: str, kind: str, fits: str, misses: str
) -> None:
    assert kinds(name, fit_sheet(kind, fits)) == kinds(name, fit_sheet(kind, misses))


def test_a_size_is_accepted_as_people_write_it_where_words_are_too() -> None:
    root = ET.fromstring(made(fit_sheet("fit", "{n: 33, k: 5, s: 2}"), "moodle-xml")[0].data)
    shares = {answer.findtext("text"): answer.get("fraction") for answer in root.iter("answer")}
    for right in ("15", "yes, 15", "15×15", "15x15", "fits"):
        assert shares[right] == "100"
        assert check(fit_sheet("fit", "{n: 33, k: 5, s: 2}"), "q1", right).right
    for wrong in ("14", "*"):
        assert shares[wrong] == "0"
    assert "does not fit" not in shares


@pytest.mark.parametrize(("n", "out"), [(100, 96), (96, 100), (224, 222), (32, 32), (7, 8)])
def test_boxes_ask_for_the_one_setting_that_is_right(n: int, out: int) -> None:
    sheet = loads(
        f"{{convcalc_sheet: 1, id: s, questions: [{{type: solve-for, given: {{n: {n}, out: {out}}}}}]}}"
    )
    export = EXPORTS.find("moodle-xml")(sheet, 1)
    root = ET.fromstring(next(iter(export.files())).data)
    text = root.findtext("question[last()]/questiontext/text") or ""
    asked = re.search(r"Take stride 1 and padding (\d+), and write the kernel size k\.", text)
    assert asked
    assert export.notes == [f"q1: boxes cannot accept every right setting, so it says: {asked[0]}"]
    p = int(asked[1])
    right = [k for k in range(1, n + 2 * p + 1) if n + 2 * p - k + 1 == out]
    answers = [a.findtext("text") for a in root.iter("answer") if a.get("fraction") == "100"]
    assert answers == [str(k) for k in right]
    assert check(sheet, "q1", f"k={right[0]}, s=1, p={p}").right


@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.unmeasured
def test_notebooks_accept_every_right_setting(name: str) -> None:
    sheet = loads(
        "{convcalc_sheet: 1, id: s, questions: [{type: solve-for, given: {n: 32, out: 16}}]}"
    )
    text = "\n".join(text for place, text in unpacked(made(sheet, name)) if place.endswith("ipynb"))
    assert answer_help(sheet["q1"]).split(",")[0] in text
    assert "Take stride" not in text


# ------------------------------------------------------------------------------- all or nothing


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    files = made(loads(KEYED), "otter")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "ps1.key.yaml").mkdir()  # is in the way of the last file
    with pytest.raises(UsageError):
        write_files(str(tmp_path / "out"), files, force=True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["ps1.key.yaml"]


def test_an_archive_is_written_whole_or_not_at_all(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps1.yaml").write_text(KEYED)
    Path("old.zip").write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("convcalc.files.os.replace", full)
    ran = convcalc("hw", "export", "ps1.yaml", "--to", "qti", "-o", "old.zip")
    assert ran.code == 2
    assert "cannot be written: No space left on device" in ran.err
    assert Path("old.zip").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old.zip", "ps1.yaml"]


def test_variants_with_blanks_are_one_group_of_whole_questions() -> None:
    sheet = loads(
        "{convcalc_sheet: 1, id: s, questions: [{type: volume, points: 3, given: {n: 32, c_in: 3}, "
        "vary: {k: [3, 5, 7], filters: [4, 6]}}]}"
    )
    with zipfile.ZipFile(io.BytesIO(made(sheet, "qti", 5)[0].data)) as archive:
        roots = [ET.fromstring(archive.read(name)) for name in archive.namelist()]
    groups = [
        s for root in roots for s in root.iter(f"{QTI}section") if s.get("ident") != "root_section"
    ]
    assert len(groups) == 1
    assert groups[0].findtext(f".//{QTI}points_per_item") == "3"
    assert len(list(groups[0].iter(f"{QTI}item"))) == 5
