"""The platforms' exports in their original form: who gets which points, with any order and names.

The forms come from the platforms' code and documents: Canvas (app/models/quizzes/quiz_statistics/
student_analysis.rb, lib/content_zipper.rb), Moodle (mod/assign/locallib.php, mod/quiz/report/responses,
question/type/multianswer), nbgrader (docs: submitted/{student}/{assignment}/{notebook}, timestamp.txt), Gradescope
(submission_metadata.yml of an assignment's export), Google Forms and Microsoft Forms (CSV of responses).
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from convcalc.homework import loads
from convcalc.homework.classroom.platforms import times
from convcalc.homework.classroom.platforms.kinds import other_kind
from convcalc.homework.classroom.platforms.times import time_of
from convcalc.homework.classroom.roster import parse
from convcalc.homework.classroom.runs import Options, grade

SHEET = loads(
    """
convcalc_sheet: 1
id: ps1
questions:
  - {id: q1, type: volume, text: "How large is the output volume?", given: {n: 32, k: 5, c_in: 3, filters: 6, p: 0}}
  - {id: q2, type: params, text: "How many parameters, biases included?", given: {k: 5, c_in: 3, filters: 10}}
  - {id: q3, type: im2col, text: "How large are the two matrices?", given: {n: 5, k: 3, c_in: 3, filters: 32}}
"""
)
FIRST, SECOND = "How large is the output volume?", "How many parameters, biases included?"
ROSTER = (
    "student_id,name,email,login,canvas id\n"
    "s1,José Núñez,jose@x.org,jn1,871\n"
    "s2,Ann-Marie O'Neil,ann@x.org,amo,872\n"
    "s3,Bo Berg,bo@x.org,bb3,873\n"
    "s4,Bo Berg,bo.berg@x.org,bb4,874\n"
)
ALL, SOME = "q1: 28x28x6\nq2: 760\nq3: 32x27 and 27x9\n", "q1: 28x28x6\nq2: 5\n"
Files = Mapping[str, str | bytes]


def write(folder: Path, files: Files) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        os.utime(path, (1_700_000_000, 1_700_000_000))


def points(path: Path, out: Path, roster: str = ROSTER) -> dict[str, str]:
    """The points of all graded students."""
    grade(
        SHEET, [str(path)], str(out), Options(roster=parse(roster) if roster else None, force=True)
    )
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["student_id"]: row["points"]
            for row in csv.DictReader(file)
            if row["status"] == "graded"
        }


def notes(out: Path) -> dict[str, str]:
    """The notes on files that do not count, by the end of their names."""
    with (out / "files.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["file"].rpartition("/")[2]: f"{row['status']}: {row['note']}"
            for row in csv.DictReader(file)
            if row["status"] != "graded"
        }


def table(rows: list[list[str]], separator: str = ",") -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=separator).writerows(rows)
    return target.getvalue()


GRADESCOPE = """---
submission_101:
  :submitters:
  - :name: José Núñez
    :sid: s1
    :email: jose@x.org
  - :name: Ann-Marie O'Neil
    :sid:
    :email: ann@x.org
  :created_at: 2026-01-05 10:00:00.000000000 Z
  :score: 0.0
submission_102:
  :submitters:
  - :name: Bo Berg
    :sid: s3
    :email: bo@x.org
  :created_at: 2026-01-06 10:00:00.000000000 Z
submission_103:
  :submitters:
  - :name: Bo Berg
    :sid: s3
    :email: bo@x.org
  :created_at: 2026-01-04 10:00:00.000000000 Z
"""
LAYOUTS: dict[str, tuple[Files, dict[str, str]]] = {
    "Gradescope": (
        {
            "submission_metadata.yml": GRADESCOPE,
            "submission_101/answers.yaml": ALL,
            "submission_101/s4.yaml": "q9: 1",
            "submission_102/bo.yaml": ALL,
            "submission_103/later_name.yaml": SOME,
        },
        {"s1": "3", "s2": "3", "s3": "3"},
    ),
    "Canvas": (
        {
            "nunezjose_871_5001_ps1.yaml": SOME,
            "nunezjose_871_5002_ps1-1.yaml": ALL,
            "oneilannmarie_LATE_872_5003_ps1-2.yaml": ALL,
            "oneilannmarie_872_5004_ps1-10.yaml": SOME,
            "bergbo_873_5005_s1.yaml": SOME,
            "bergbo_874_5006_answers.yaml": ALL,
        },
        {"s1": "3", "s2": "1", "s3": "1", "s4": "3"},
    ),
    "Moodle folders": (
        {
            "José Núñez_99105_assignsubmission_file_/s2.yaml": ALL,
            "Ann-Marie O'Neil_99106_assignsubmission_file/answers.txt": SOME,
            "Bo Berg_99107_assignsubmission_file/s1.yaml": SOME,
        },
        {"s1": "3", "s2": "1"},
    ),
    "Moodle files": (
        {
            "José Núñez_99105_assignsubmission_file_ps1.yaml": ALL,
            "Ann-Marie O'Neil_99106_assignsubmission_onlinetext_s1.yaml": SOME,
        },
        {"s1": "3", "s2": "1"},
    ),
    "nbgrader": (
        {
            "s1/ps1/problem1.ipynb": '{"cells": [{"cell_type": "code", "source": "answers[\\"q1\\"] = (28, 28, 6)\\nanswers[\\"q2\\"] = 760"}]}',
            "s1/ps1/timestamp.txt": "2026-01-05 15:58:23.948203 America/Los_Angeles",
            "s2/ps1/problem1.ipynb": '{"cells": [{"cell_type": "code", "source": "answers[\\"q1\\"] = (28, 28, 6)"}]}',
        },
        {"s1": "2", "s2": "1"},
    ),
    "GitHub Classroom": (
        {"ps1-jn1/answers.yaml": ALL, "ps1-amo/s1.yaml": SOME},
        {"s1": "3", "s2": "1"},
    ),
    "plain folders": ({"s1/my.yaml": ALL, "section 2/s2/s1.yaml": SOME}, {"s1": "3", "s2": "1"}),
}


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_what_was_handed_in_is_read_as_it_comes(tmp_path: Path, name: str, packed: bool) -> None:
    files, expected = LAYOUTS[name]
    source = tmp_path / "in"
    write(source, files)
    if packed:
        path = tmp_path / "submissions.zip"
        with zipfile.ZipFile(path, "w") as made:
            for member in reversed(sorted(files)):  # in an unhelpful order
                made.writestr(
                    zipfile.ZipInfo(member, (2026, 1, 2, 3, 4, 6)), (source / member).read_bytes()
                )
        source = path
    if packed and name == "nbgrader":
        expected = {"s1": "2", "s2": "1"}
    assert points(source, tmp_path / "out") == expected


def test_two_students_of_one_name_need_more_than_the_name(tmp_path: Path) -> None:
    write(tmp_path / "in", {"Bo Berg_99107_assignsubmission_file/a.yaml": ALL})
    assert points(tmp_path / "in", tmp_path / "out") == {}
    assert notes(tmp_path / "out")["a.yaml"] == "unclear: fits s3 and s4; put the id into its name"


def test_a_list_of_submissions_inside_a_students_folder_is_not_believed(tmp_path: Path) -> None:
    files: Files = {
        "s2/submission_metadata.yml": GRADESCOPE,
        "s2/submission_102/a.yaml": SOME,
        "s2/José Núñez_99105_assignsubmission_file_/a.yaml": SOME,
        "s3.yaml": ALL,
        "s1.yaml": ALL,
    }
    write(tmp_path / "in", files)
    assert points(tmp_path / "in", tmp_path / "out") == {"s1": "3", "s2": "1", "s3": "3"}


# --------------------------------------------------------------------------------------- tables

CANVAS = [
    ["name", "id", "sis_id", "section", "section_id", "section_sis_id", "submitted", "attempt",
     f"501: {FIRST}", "1.0", f"502: {SECOND}", "1.0", "n correct", "n incorrect", "score"],
    ["José Núñez", "871", "s1", "A", "1", "", "2026-01-05 10:00:00 UTC", "2", "28,28,6", "1", "760", "1", "2", "0", "2"],
    ["José Núñez", "871", "s1", "A", "1", "", "2026-01-05 11:00:00 UTC", "1", "5", "0", "5", "0", "0", "2", "0"],
    ["Bo Berg", "874", "", "A", "1", "", "2026-01-05 10:00:00 UTC", "1", "28x28x6", "1", "5", "0", "1", "1", "1"],
]  # fmt: skip
MOODLE = [
    ["Surname", "First name", "Institution", "Department", "Email address", "State", "Started on", "Completed",
     "Time taken", "Grade/3.00", "Response 1", "Right answer 1", "Response 2", "Response 3"],
    ["Núñez", "José", "", "", "jose@x.org", "Finished", "5 January 2026 9:00 AM", "5 January 2026 10:00 AM", "1 hour",
     "3.00", "part 1: 28; part 2: 28; part 3: 6", "part 1: 28; part 2: 28; part 3: 6", "760",
     "part 1: 32; part 2: 27; part 3: 27; part 4: 9"],
    ["Núñez", "José", "", "", "jose@x.org", "Finished", "4 January 2026 9:00 AM", "4 January 2026 10:00 PM", "1 hour",
     "0.00", "part 1: 5; part 2: 5; part 3: 5", "", "5", ""],
    ["O'Neil", "Ann-Marie", "", "", "ann@x.org", "Finished", "", "5 January 2026 10:00 AM", "", "1.00",
     "part 1: 28; part 2: 28; part 3: 6", "", "-", ""],
]  # fmt: skip
GOOGLE = [
    ["Timestamp", "Email Address", FIRST, SECOND, "Comments"],
    ["2026/01/05 3:04:05 PM GMT+1", "jose@x.org", "28x28x6", "760", "=cmd|' /C calc'!A0"],
    ["2026/01/05 9:04:05 AM GMT+1", "jose@x.org", "1x1x1", "5", ""],
    ["2026/01/05 3:04:05 PM GMT+1", "ann@x.org", "", "760", ""],
    ["2026/01/05 3:04:05 PM GMT+1", "stranger@x.org", "28x28x6", "760", ""],
]
MICROSOFT = [
    ["ID", "Start time", "Completion time", "Email", "Name", FIRST, SECOND],
    ["1", "1/5/26 10:00:00", "1/5/26 10:10:00", "bo.berg@x.org", "Bo Berg", "28×28×6", "760"],
    ["2", "1/5/26 11:00:00", "1/5/26 11:10:00", "ann@x.org", "Ann-Marie O'Neil", "28×28×6", "5"],
]
OWN = [
    ["student_id", "q1", "q2", "q3.filters", "q3.columns"],
    ["s1", "28x28x6", "760", "32x27", "27x9"],
]
TABLES: dict[str, tuple[list[list[str]], dict[str, str]]] = {
    "Canvas": (CANVAS, {"s1": "2", "s4": "1"}),
    "Moodle": (MOODLE, {"s1": "3", "s2": "1"}),
    "Google Forms": (GOOGLE, {"s1": "2", "s2": "1"}),
    "Microsoft Forms": (MICROSOFT, {"s2": "1", "s4": "2"}),
    "own": (OWN, {"s1": "3"}),
}


@pytest.mark.parametrize("saved", ["comma", "semicolon", "UTF-16", "backwards"])
@pytest.mark.parametrize("name", TABLES)
def test_tables_of_a_class_are_read_as_they_come(tmp_path: Path, name: str, saved: str) -> None:
    content, expected = TABLES[name]
    rows = [content[0], *reversed(content[1:])] if saved == "backwards" else content
    text = table(rows, ";" if saved == "semicolon" else ",")
    data = text.encode("utf-16") if saved == "UTF-16" else text.encode("utf-8-sig")
    write(tmp_path / "in", {"export.csv": data})
    assert points(tmp_path / "in", tmp_path / "out") == expected


def test_headings_that_fit_no_question_are_said(tmp_path: Path) -> None:
    write(tmp_path / "in", {"form.csv": table(GOOGLE)})
    points(tmp_path / "in", tmp_path / "out")
    page = (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8")
    assert "columns that fit no question: Comments (--map names their questions)" in page
    assert "cmd|" not in page


def test_a_heading_that_two_questions_share_is_not_guessed(tmp_path: Path) -> None:
    sheet = loads(
        "{convcalc_sheet: 1, questions: [{type: params, text: How many?, given: {k: 5, c_in: 3, filters: 10}},"
        " {type: params, text: How many?, given: {k: 3, c_in: 3, filters: 10}}]}"
    )
    write(
        tmp_path,
        {"form.csv": table([["Email", "How many?", "Q2. How many?"], ["a@x.org", "760", "280"]])},
    )
    summary = grade(sheet, [str(tmp_path / "form.csv")], str(tmp_path / "out"), Options())
    assert summary.points == [1.0]


def test_without_a_roster_the_address_is_the_student(tmp_path: Path) -> None:
    write(tmp_path, {"form.csv": table(GOOGLE)})
    assert points(tmp_path / "form.csv", tmp_path / "out", "") == {
        "ann@x.org": "1", "jose@x.org": "2", "stranger@x.org": "2",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("s1.pdf", b"%PDF-1.7 q1: 5", "a PDF; ask for the answers as text or YAML"),
        ("s1.docx", b"PK\x03\x04", "a Word document; ask for the answers as text or YAML"),
        ("s1.xlsx", b"PK\x03\x04", "an Excel workbook; save the table as CSV"),
        ("s1.png", b"\x89PNG\r\n", "a picture; ask for the answers as text or YAML"),
        (
            "s1.rtf",
            b"{\\rtf1 q1: 5}",
            "a formatted text (RTF); ask for the answers as text or YAML",
        ),
        ("s1.rar", b"Rar!\x1a", "an archive of another kind (RAR); pack it as a zip"),
    ],
)
def test_a_file_of_another_kind_is_named_with_the_way_out(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    write(tmp_path / "in", {name: data, "s2.yaml": SOME})
    with zipfile.ZipFile(tmp_path / "in" / "s3.zip", "w") as made:
        made.writestr(name, data)
    assert points(tmp_path / "in", tmp_path / "out") == {"s2": "1"}
    assert notes(tmp_path / "out") == {name: f"unreadable: {said}"}
    assert other_kind(name, data) == said


def test_what_is_typed_into_the_form_of_a_platform_is_read_from_its_page(tmp_path: Path) -> None:
    page = "<!DOCTYPE html><html><head><title>q2: 1</title><style>p {color: red}</style></head><body>{}</body></html>"
    write(
        tmp_path / "in",
        {
            "José Núñez_871_assignsubmission_onlinetext_/onlinetext.html": page.replace(
                "{}", "<p dir='ltr'><b>q1</b>: 28&times;28&times;6<br />q2:&nbsp;760</p><!-- q2: 1 --><p>q3: 32x27 and 27x9"
            ),
            "oneilannmarie_LATE_872_99_text.html": "<div>q1 = 28x28x6</div><ol><li>q2 = 5</li></ol>",
            "s3.html": page.replace("{}", "<script>q1: 3</script>Hello"),
        },
    )  # fmt: skip
    assert points(tmp_path / "in", tmp_path / "out") == {"s1": "3", "s2": "1"}
    assert notes(tmp_path / "out") == {
        "s3.html": "unreadable: has no answers; write lines such as q1: 28x28x6",
    }


def test_a_remark_in_the_form_does_not_replace_the_file_beside_it(tmp_path: Path) -> None:
    form = "José Núñez_871_assignsubmission_onlinetext_/onlinetext.html"
    file = "José Núñez_871_assignsubmission_file_/s1.yaml"
    write(
        tmp_path / "in", {file: SOME, form: "<p>q1: see my file</p>", "s2.html": "<p>q2: 760</p>"}
    )
    os.utime(tmp_path / "in" / file, (1000, 1000))  # the form was saved later
    assert points(tmp_path / "in", tmp_path / "out") == {"s1": "1", "s2": "1"}
    assert notes(tmp_path / "out") == {
        "onlinetext.html": f"older copy: the text of a form; the file {tmp_path}/in/{file} counts"
    }


def test_a_student_whose_file_fits_two_is_told_so_in_the_grades(tmp_path: Path) -> None:
    write(tmp_path / "in", {"Bo Berg.yaml": SOME, "s2.yaml": SOME})
    assert points(tmp_path / "in", tmp_path / "out") == {"s2": "1"}
    rows = csv.DictReader(
        io.StringIO((tmp_path / "out" / "grades.csv").read_text(encoding="utf-8"))
    )
    said = f"{tmp_path}/in/Bo Berg.yaml: fits s3 and s4; put the id into its name"
    assert [(row["status"], row["notes"]) for row in rows] == [
        ("missing", ""), ("graded", ""), ("unreadable", said), ("unreadable", said),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-01-05 10:00:00 UTC", "2026-01-05 10:00:01 UTC"),
        ("2026/01/05 9:59:00 AM GMT+1", "2026/01/05 9:00:00 AM GMT"),
        ("1/5/2026 9:00:00", "1/5/2026 10:00:00"),
        ("13/1/2026 10:00", "14/1/2026 09:00"),
        ("5.1.2026 10:00", "6.1.2026 09:00"),
        ("5 January 2026 11:00 AM", "5 January 2026 1:00 PM"),
        ("2026-01-05T10:00:00-07:00", "2026-01-05T18:00:00Z"),
    ],
)
def test_times_are_put_in_order(earlier: str, later: str) -> None:
    first, second = time_of(earlier), time_of(later)
    assert first is not None
    assert second is not None
    assert first < second


def test_rows_without_a_time_take_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "_FORMATS", None)  # they would be tried one by one
    assert time_of("") is time_of(" \n") is None


@pytest.mark.parametrize(
    "text",
    ["", "soon", "99999-99-99", "2026-13-45 10:00:00", "9" * 5000, "1/5/2026 10:00:00 GMT+99"],
)
def test_a_time_that_is_none_stops_nothing(text: str) -> None:
    assert time_of(text) is None
