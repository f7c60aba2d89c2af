"""Every file goes to its student, and to nobody else: names, ids, addresses, folders, versions, dates."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcalc.errors import ConvcalcError
from convcalc.homework import loads
from convcalc.homework.classroom.claims import Claim, Index, version_of
from convcalc.homework.classroom.roster import parse
from convcalc.homework.classroom.runs import Options, grade

SHEET = loads(
    "{convcalc_sheet: 1, id: ps1, questions: [{id: q1, type: params, given: {k: 5, c_in: 3, filters: 10}}]}"
)
RIGHT, WRONG = "q1: 760", "q1: 5"
ROSTER = (
    "student_id,name,email\n"
    "s1,Ann Lee,ann.lee@x.org\n"
    "s12,Ann Marie Lee,a.m.lee@x.org\n"
    "s1-2,José Núñez,first@x.org\n"
    "s42,First Last,f.last@x.org\n"
    "s77,Bo Berg,bo@x.org\n"
    "s78,Bo Berg,bo.berg@x.org\n"
    "99105,Number Person,n@x.org\n"
)


def marked(
    folder: Path, files: Mapping[str, str | bytes], roster: str = ROSTER
) -> dict[str, dict[str, str]]:
    """The points of those who were graded and the status of every file, by the file's name."""
    source = folder / "in"
    for name, data in files.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        os.utime(path, (1_700_000_000, 1_700_000_000))
    options = Options(roster=parse(roster) if roster else None, force=True)
    grade(SHEET, [str(source)], str(folder / "out"), options)
    tables = {}
    for name in ("grades.csv", "files.csv"):
        with (folder / "out" / name).open(encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    points = {
        row["student_id"]: row["points"]
        for row in tables["grades.csv"]
        if row["status"] == "graded"
    }
    status = {
        os.path.relpath(row["file"], source): f"{row['status']}: {row['student_id']}"
        for row in tables["files.csv"]
    }
    return {"points": points, "status": status}


def archive(files: Mapping[str, str], date: tuple[int, ...] = (2026, 1, 2, 3, 4, 6)) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, text in files.items():
            made.writestr(zipfile.ZipInfo(name, date), text)  # type: ignore[arg-type]
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("s1.yaml", "s1"),
        ("S1.yaml", "s1"),
        ("s12.yaml", "s12"),
        ("s1-2.yaml", "s1-2"),
        ("ps1_s1-2_final.yaml", "s1-2"),
        ("s1_attempt2.yaml", "s1"),
        ("s1 (3).yaml", "s1"),
        ("ann.lee@x.org.yaml", "s1"),
        ("Ann Lee.yaml", "s1"),
        ("Lee, Ann.yaml", "s1"),
        ("Lee_Ann_ps1.yaml", "s1"),
        ("Ann Marie Lee.yaml", "s12"),
        ("Jose Nunez.yaml", "s1-2"),
        ("NÚÑEZ, JOSÉ/answers.yaml", "s1-2"),
        ("First Last_88123_assignsubmission_file/answers.yaml", "s42"),
        ("first@x.org/answers.yaml", "s1-2"),
        ("99105.yaml", "99105"),
        ("section 3/s1.yaml", "s1"),
    ],
)
@pytest.mark.unmeasured
def test_a_student_is_known_by_id_full_name_or_whole_address(
    tmp_path: Path, name: str, student: str
) -> None:
    assert marked(tmp_path, {name: RIGHT})["points"] == {student: "1"}


@pytest.mark.parametrize(
    "name",
    [
        "first.yaml",
        "Ann.yaml",
        "Lee.yaml",
        "ann.lee.yaml.yaml",
        "x.org.yaml",
        "s.yaml",
        "s13.yaml",
        "99.yaml",
    ],
)
@pytest.mark.unmeasured
def test_a_part_of_a_name_or_address_is_nobody(tmp_path: Path, name: str) -> None:
    found = marked(tmp_path, {name: RIGHT})
    if name == "ann.lee.yaml.yaml":  # the words of the full name, in order
        return
    assert found["points"] == {}
    assert found["status"][name].startswith("not on the roster")


@pytest.mark.parametrize("name", ["Bo Berg.yaml", "s1 s12.yaml", "Berg, Bo/answers.yaml"])
def test_two_candidates_are_reported_and_nobody_is_graded(tmp_path: Path, name: str) -> None:
    found = marked(tmp_path, {name: RIGHT})
    assert found["points"] == {}
    assert found["status"][name].startswith("unclear")


def test_words_that_agree_are_clear() -> None:
    roster = parse(ROSTER)
    assert roster.match(Claim(name="Bo Berg", email="bo@x.org")) == {"s77"}
    assert roster.match(Claim(name="Bo Berg")) == {"s77", "s78"}
    assert roster.match(Claim(id="s1", email="bo@x.org")) == {"s1", "s77"}
    assert roster.match(Claim(name="nobody here")) == set()


@pytest.mark.parametrize(
    ("inside", "roster"),
    [
        ({"s1.yaml": WRONG}, ROSTER),
        ({"sub/s1/answers.yaml": WRONG}, ROSTER),
        ({"answers.yaml": "student: s1\n" + WRONG}, ROSTER),
        ({"Ann Lee.yaml": WRONG}, ROSTER),
        ({"ann.lee@x.org_v99.yaml": WRONG}, ROSTER),
        ({"s1.yaml": WRONG}, ""),
        ({"answers.yaml": "student: s1\n" + WRONG}, ""),
    ],
)
@pytest.mark.unmeasured
def test_what_lies_in_a_students_folder_or_archive_reaches_nobody_else(
    tmp_path: Path, inside: dict[str, str], roster: str
) -> None:
    for place, files in (
        ("folder", {f"s42/{name}": text for name, text in inside.items()}),
        ("archive", {"s42.zip": archive(inside, (2099, 1, 1, 0, 0, 0))}),
        ("archive in a folder", {"s42/mine.zip": archive(inside, (2099, 1, 1, 0, 0, 0))}),
    ):
        (tmp_path / place).mkdir()
        found = marked(tmp_path / place, {"s1.yaml": RIGHT, **files}, roster)
        assert found["points"] == {"s1": "1", "s42": "0"}, place


def test_a_table_in_a_students_folder_marks_nobody(tmp_path: Path) -> None:
    table = "student_id,q1\ns1,5\ns12,5\n"
    found = marked(tmp_path, {"s42/class.csv": table, "s42 class.csv": table, "s1.yaml": RIGHT})
    assert found["points"] == {"s1": "1"}
    assert [text for text in found["status"].values() if text.startswith("unreadable")]


def test_a_table_of_the_class_is_read_by_its_rows(tmp_path: Path) -> None:
    found = marked(
        tmp_path, {"responses.csv": "Email,q1\nann.lee@x.org,760\nbo@x.org,5\nnobody@x.org,760\n"}
    )
    assert found["points"] == {"s1": "1", "s77": "0"}
    (tmp_path / "direct").mkdir()
    path = tmp_path / "direct" / "s42.csv"  # the teacher's own file, with any name
    path.write_text("student_id,q1\ns1,760\ns77,5\n")
    options = Options(roster=parse(ROSTER), force=True)
    assert grade(SHEET, [str(path)], str(tmp_path / "direct" / "out"), options).students == 2


NOT_ANSWERS = {
    "environment.yml": "name: convs\ndependencies: [numpy]\n",
    "package.json": '{"name": "x", "version": "1.0"}',
    "empty.ipynb": '{"cells": [], "nbformat": 4}',
    "ps1.yaml": "convcalc_sheet: 1\nid: ps1\nquestions: []\n",
    "notes.yaml": "q9: 760\n",
}


@pytest.mark.parametrize("name", NOT_ANSWERS)
@pytest.mark.unmeasured
def test_a_file_that_answers_nothing_is_no_submission(tmp_path: Path, name: str) -> None:
    found = marked(tmp_path, {"s1/a.yaml": RIGHT, f"s1/{name}": NOT_ANSWERS[name]})
    assert found["points"] == {"s1": "1"}
    assert found["status"][f"s1/{name}"].split(":")[0] in ("no answers", "unreadable")
    (tmp_path / "alone").mkdir()
    assert marked(tmp_path / "alone", {f"s1/{name}": NOT_ANSWERS[name]})["points"] == {}


def test_an_untouched_form_never_outranks_answers(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"s1/a.yaml": RIGHT, "s1/form_v9.yaml": "q1:\n"}
    found = marked(tmp_path, files)
    assert found["points"] == {"s1": "1"}
    assert found["status"]["s1/form_v9.yaml"].startswith("older copy")


def test_what_hw_wrote_is_skipped(tmp_path: Path) -> None:
    marked(tmp_path, {"s1.yaml": RIGHT})
    os.rename(tmp_path / "out", tmp_path / "in" / "graded")
    (tmp_path / "in" / "dist").mkdir()
    (tmp_path / "in" / "dist" / "key.csv").write_text(
        "student_id,variant,question,part,given,expected,mistakes\ns12,,q1,,,760,\n"
    )
    (tmp_path / "in" / "dist" / "s12.yaml").write_text(RIGHT)
    found = marked(tmp_path, {})
    assert found["points"] == {"s1": "1"}
    assert found["status"]["graded"] == found["status"]["dist"] == "left out: "


@pytest.mark.parametrize(
    ("files", "points"),
    [
        ({"s1.yaml": WRONG, "s1_v2.yaml": RIGHT}, "1"),
        ({"s1 (1).yaml": RIGHT, "s1.yaml": WRONG}, "1"),
        ({"s1_attempt10.yaml": RIGHT, "s1_attempt9.yaml": WRONG}, "1"),
    ],
)
def test_the_version_in_a_name_decides(tmp_path: Path, files: dict[str, str], points: str) -> None:
    assert marked(tmp_path, files)["points"] == {"s1": points}


def test_a_file_is_no_newer_than_the_archive_it_came_in(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "s1.zip").write_bytes(archive({"answers.yaml": WRONG}, (2099, 1, 1, 0, 0, 0)))
    os.utime(source / "s1.zip", (1_600_000_000, 1_600_000_000))
    (source / "s1.yaml").write_text(RIGHT)
    os.utime(source / "s1.yaml", (1_650_000_000, 1_650_000_000))
    assert marked(tmp_path, {})["points"] == {"s1": "1"}


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_a_name(student: str, text: str) -> None:
    index = Index()
    index.add(student, [student], text)
    assert index.named(text) <= {student}
    assert index.whole(text) <= {student}
    assert version_of(text) >= 0


HOSTILE_NAMES = [
    "=cmd|x.yaml",
    "<b>s1</b>.yaml",
    "a\x1b[31mb.yaml",
    "  .yaml",
    "é" * 80 + ".yaml",
    "s1\u202e.yaml",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.unmeasured
def test_a_hostile_name_stops_nothing_and_stays_text(tmp_path: Path, name: str) -> None:
    found = marked(
        tmp_path,
        {
            "s42.yaml": RIGHT,
            f"in here/{name}": RIGHT,
            b"\xff.yaml".decode("utf-8", "surrogateescape"): RIGHT,
        },
    )
    assert found["points"]["s42"] == "1"
    text = (tmp_path / "out" / "files.csv").read_text(encoding="utf-8")
    assert "\x1b" not in text
    assert not any(line.startswith(("=", "+", "@")) for line in text.splitlines())


def test_an_id_that_is_alike_is_told_apart() -> None:
    roster = parse("student_id\na.b\na_b\na-b\n")
    assert list(roster.students) == ["a.b", "a_b", "a-b"]
    for student in roster.students:
        assert roster.find(student) == student


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("convcalc_sheet: 1\nid: ps1\n", "", "looks like YAML or JSON, not like a roster"),
        (
            "# a sheet\nconvcalc_sheet: 1\nid: ps1\n",
            "",
            "looks like YAML or JSON, not like a roster",
        ),
        ("- s1\n- s2\n", "", "looks like YAML or JSON"),
        ('{"a": 1}', "", "looks like YAML or JSON"),
        (b"PK\x03\x04\0\0", "", "not a text file; save the roster as CSV"),
        (b"\x89PNG\r\n\x1a\n\0", "", "roster"),
        (
            "Matrikel;Nachname\nab;Lee\n",
            "",
            "roster: no column is known to have ids (Matrikel, Nachname); name it with --roster-id",
        ),
        ("student_id,name\ns1,Ann\n", "nam", "roster: no column 'nam'; did you mean 'name'?"),
        (
            'student_id,name\ns1,Ann Lee\ns2,"Bob Ray\ns3,Cy Doe\n',
            "",
            "roster row 3: cannot be read (unexpected end of data); a quotation mark is probably not closed: "
            "correct that row, or save the roster as CSV again",
        ),
        (
            'student_id,name\ns1,"Ann Lee\ns2,Bob" Ray\n',
            "",
            "roster row 2: cannot be read (',' expected after '\"'); a quotation mark is probably not closed",
        ),
        (
            'student_id,name\ns1,"Ann Lee\ns2,Bob Ray"\n',
            "",
            "roster row 2: 's1' continues over several lines; a quotation mark is probably not closed: correct that row",
        ),
        ('student_id,name\n"s1\ns2",Bob\n', "", "roster row 2: "),
    ],
)
def test_what_is_no_roster_is_refused(text: str | bytes, column: str, said: str) -> None:
    with pytest.raises(ConvcalcError) as caught:
        parse(text, id_column=column)
    assert said in str(caught.value)


def test_a_roster_says_which_column_holds_the_ids() -> None:
    text = "Matrikel;Nachname\nab;Lee\n"
    assert list(parse(text, id_column="matrikel").students) == ["ab"]
    text = "name,login,student_id\nAnn Lee,ann,s1\n"
    roster = parse(text)
    assert list(roster.students) == ["s1"]
    assert roster.notes == ["ids are taken from the column 'student_id'; --roster-id names another"]
    assert list(parse(text, id_column="login").students) == ["ann"]
    assert parse(text, id_column="login").notes == []
    assert parse(text).find("ann") == "s1"


GRADEBOOK = "Student,ID,SIS User ID,SIS Login ID,Section,PS\n    Points Possible,,,,,5\n"


@pytest.mark.parametrize(
    ("row", "ids"),
    [
        ('"Lee, Ann",871,00042,ann,A,3\n"Student, Test",900,,,A,', ["ann"]),
        ('"Lee, Ann",871,00042,,A,3\n"Ray, Bob",872,00043,,A,3', ["00042", "00043"]),
        ('"Lee, Ann",871,,,A,3\n"Ray, Bob",872,,,A,3', ["871", "872"]),
    ],
)
def test_a_gradebook_of_canvas_has_the_ids_in_the_column_that_is_filled(
    row: str, ids: list[str]
) -> None:
    roster = parse(GRADEBOOK + row + "\n")
    assert list(roster.students) == ids
    assert roster.match(Claim(canvas="871", name="leeann")) == {ids[0]}
    assert next(iter(parse(GRADEBOOK + row, id_column="ID").students)) == "871"


def test_notes_of_several_lines_are_no_part_of_a_student() -> None:
    text = 'student_id,name,notes\ns1,Ann "Annie" Lee,"late\nagain"\ns2,Bob Ray,\n'
    assert list(parse(text).students) == ["s1", "s2"]


def test_what_is_odd_about_a_roster_is_said() -> None:
    assert parse(ROSTER).notes == [
        "Bo Berg is the name of s77 and s78: a file with only this name is not graded"
    ]
    notes = parse("student_id,name\ns1,A B\n,C D\ns1,E F\n").notes
    assert notes == [
        "row 3 of the roster has no id; left out",
        "s1 is on the roster twice; the first row counts",
    ]


def test_what_is_odd_about_a_roster_is_said_with_and_without_a_folder(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(
        "{convcalc_sheet: 1, questions: [{type: params, given: {k: 5, c_in: 3, filters: 10}}]}"
    )
    Path("class.csv").write_text("student_id,name\ns1,A B\n,C D\ns1,E F\n")
    Path("s1.yaml").write_text(RIGHT)
    line = ("hw", "grade", "ps.yaml", "s1.yaml", "--roster", "class.csv")
    for ran in (convcalc(*line), convcalc(*line, "--out", "g")):
        said = ran.out + ran.err
        assert "note: row 3 of the roster has no id; left out" in said
        assert "note: s1 is on the roster twice; the first row counts" in said
    notes = json.loads(convcalc(*line, "--json").out)["notes"]
    assert notes[0] == "row 3 of the roster has no id; left out"


def test_the_column_can_be_named_on_the_command_line(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(
        "{convcalc_sheet: 1, questions: [{type: params, given: {k: 5, c_in: 3, filters: 10}}]}"
    )
    Path("class.csv").write_text("Matrikel;Nachname\nab17;Lee\n")
    Path("ab17.yaml").write_text(RIGHT)
    ran = convcalc(
        "hw",
        "grade",
        "ps.yaml",
        "ab17.yaml",
        "--roster",
        "class.csv",
        "--roster-id",
        "Matrikel",
        "--out",
        "g",
    )
    assert ran.code == 0
    assert "\nab17,," in Path("g/grades.csv").read_text()


def test_the_summary_accounts_for_every_file(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(
        "{convcalc_sheet: 1, questions: [{type: params, given: {k: 5, c_in: 3, filters: 10}}]}"
    )
    Path("class.csv").write_text(ROSTER)
    for name, text in {
        "in/s1.yaml": RIGHT, "in/Bo Berg.yaml": RIGHT, "in/environment.yml": "name: x\n", "in/nobody.yaml": RIGHT,
    }.items():  # fmt: skip
        Path("in").mkdir(exist_ok=True)
        Path(name).write_text(text)
    ran = convcalc("hw", "grade", "ps.yaml", "in", "--roster", "class.csv", "--out", "g")
    assert ran.code == 1
    assert ran.out.splitlines()[0] == (
        "read 4 files: 1 graded, 1 without a clear owner, 1 not on the roster, 1 without answers"
    )
    assert " unclear: in/Bo Berg.yaml - fits s77 and s78; put the id into its name" in ran.out
    assert " not on the roster: in/nobody.yaml" in ran.out
