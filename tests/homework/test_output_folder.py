"""The folder of a marked class: what is added agrees with it, and nothing in it is ever lost."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from convcalc.homework.classroom.grader import Grader

HERE = Path(__file__).parent

SHEET = """
convcalc_sheet: 1
id: ps
title: Small sheet
questions:
  - {id: q1, type: volume, given: {n: 32, k: 5, c_in: 3, filters: 6}, points: 3}
  - {id: q2, type: params, given: {k: 5, c_in: 3, filters: 10}}
  - {id: t, type: text, text: Why?, points: 2}
"""
VARIED = SHEET.replace("filters: 10}", "filters: 10}, vary: {k: [3, 5, 7], c_in: [3, 4]}")
ROSTER = "student_id,name,email\ns1,Ada,ada@x.org\ns2,Bo,bo@x.org\ns3,Cy,cy@x.org\n"


class Class:
    """A class in a folder of its own, marked by the command."""

    def __init__(self, run: Any) -> None:
        self._run = run
        self.write("ps.yaml", SHEET)
        self.write("roster.csv", ROSTER)
        self.write("secret", "an old and well kept secret")
        self.write("in/s1.yaml", "q1: 28x28x6\nq2: 760\nt: Because of x.")
        self.write("in/s2.yaml", "q1: 28x28x3\nq2: 260\nt: No idea.")
        self.write("late/s3.yaml", "q2: 750\nt: Late.")

    def write(self, name: str, text: str) -> None:
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")

    def grade(self, *words: str, files: str = "in", sheet: str = "ps.yaml") -> Any:
        return self._run("hw", "grade", sheet, files, "--out", "graded", *words)

    def __call__(self, *words: str) -> Any:
        return self._run("hw", *words)

    def refusal(self, *words: str, **how: str) -> str:
        """What a run says that is refused, and leaves everything as it was."""
        before = contents(Path("graded"))
        ran = self.grade(*words, **how)
        assert ran.code == 2
        assert contents(Path("graded")) == before
        assert ran.err.count("\n") == 1
        return str(ran.err.strip())


@pytest.fixture
def lesson(convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    monkeypatch.chdir(tmp_path)
    return Class(convcalc)


def rows(name: str) -> list[dict[str, str]]:
    with Path("graded", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def students() -> list[str]:
    return [row["student_id"] for row in rows("grades.csv")]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# ------------------------------------------------------------------------- how it was made


def test_a_folder_says_how_it_was_made(lesson: Class) -> None:
    lesson.write("map.yaml", "How many?: q2\n")
    lesson.grade(
        "--roster", "roster.csv", "--secret-file", "secret", "--with-answers", "--column", "PS (1)",
        "--outputs", "json,csv", "--map", "map.yaml",
    )  # fmt: skip
    made = json.loads(Path("graded/manifest.json").read_text())
    assert {name: made[name] for name in ("sheet", "anonymous", "with_answers", "column")} == {
        "sheet": "ps", "anonymous": False, "with_answers": True, "column": "PS (1)",
    }  # fmt: skip
    assert made["outputs"] == ["csv", "json"]
    assert made["columns"] == {"How many?": "q2"}
    assert made["tool"]
    assert all(len(made[name]) == 16 for name in ("content", "roster", "secret"))


def test_options_need_not_be_given_again(lesson: Class) -> None:
    lesson.write("map.yaml", "How many?: q2\n")
    lesson.write("form.csv", "student_id,How many?\ns3,760\n")
    first = ("--roster", "roster.csv", "--with-answers", "--column", "PS (1)", "--map", "map.yaml")
    lesson.grade(*first, "--outputs", "json,csv,feedback,canvas")
    before = Path("graded/manifest.json").read_text()
    assert lesson.grade("--add", files="form.csv").code == 0
    assert Path("graded/manifest.json").read_text() == before
    assert [(row["student_id"], row["name"], row["q2"]) for row in rows("grades.csv")] == [
        ("s1", "Ada", "1"), ("s2", "Bo", "0"), ("s3", "Cy", "1"),
    ]  # fmt: skip
    assert "| 760 |" in Path("graded/feedback/s3.md").read_text()
    assert "PS (1)" in Path("graded/canvas.csv").read_text()
    assert len(Path("graded/grades.jsonl").read_text().splitlines()) == 3
    assert lesson.grade("--add", files="late").code == 0  # not every file is a form
    assert rows("files.csv")[-1]["status"] == "graded"
    assert lesson("regrade", "graded", "--sheet", "ps.yaml", "--write").code == 0
    assert Path("graded/manifest.json").read_text() == before
    lesson.grade("--add", "--outputs", "gradescope", files="late")
    assert json.loads(Path("graded/manifest.json").read_text())["outputs"] == [
        "csv", "canvas", "feedback", "json", "gradescope",
    ]  # fmt: skip


def test_a_map_stays_while_a_heading_keeps_its_question(lesson: Class) -> None:
    lesson.write("map.yaml", "How many?: q2\n")
    lesson.write("other.yaml", "How many?: q1\n")
    lesson.grade("--map", "map.yaml")
    assert lesson.refusal("--add", "--map", "other.yaml") == (
        "convcalc: --map: the heading 'How many?' is q1, and was q2 when graded was made; grade all files "
        "again with --force"
    )
    assert lesson.grade("--force", "--map", "other.yaml").code == 0


@pytest.mark.parametrize("how", ["--add", "--force"])
def test_another_sheet_is_refused(lesson: Class, how: str) -> None:
    lesson.grade()
    lesson.write("other.yaml", SHEET.replace("id: ps", "id: ps2"))
    said = (
        "convcalc: graded holds marks of the sheet 'ps', and this sheet is 'ps2'; give that sheet, or "
        "choose another --out"
    )
    assert lesson.refusal(how, sheet="other.yaml") == said
    ran = lesson("regrade", "graded", "--sheet", "other.yaml", "--write")
    assert (ran.code, ran.err.strip()) == (2, said)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("filters: 10", "filters: 12", True),
        ("points: 3", "points: 4", True),
        ("type: params", "type: params, void: true", True),
        ("title: Small sheet", "title: Small sheet\nconventions: {bias: false}", True),
        ("title: Small sheet", "title: Small sheet\ngrading: {other_convention: none}", True),
        ("title: Small sheet", "title: A small sheet  # better", False),
        ("text: Why?", "text: Why exactly?", False),
    ],
)
def test_a_sheet_that_gives_other_marks_is_refused_by_add(
    lesson: Class, old: str, new: str, changed: bool
) -> None:
    lesson.grade()
    lesson.write("fixed.yaml", SHEET.replace(old, new))
    if not changed:
        assert lesson.grade("--add", files="late", sheet="fixed.yaml").code == 0
        return
    said = lesson.refusal("--add", files="late", sheet="fixed.yaml")
    assert said.startswith("convcalc: fixed.yaml: not as it was when graded was made (fingerprint ")
    assert said.endswith(
        "see whose points change with convcalc hw regrade graded --sheet fixed.yaml, then --write, "
        "then add the files"
    )
    assert lesson("regrade", "graded", "--sheet", "fixed.yaml", "--write").code == 0
    assert lesson.grade("--add", files="late", sheet="fixed.yaml").code == 0
    assert lesson.grade("--force", sheet="fixed.yaml", files=".").code in (0, 1)


@pytest.mark.parametrize("how", ["--add", "--force"])
def test_another_secret_is_refused(lesson: Class, how: str) -> None:
    lesson.write("ps.yaml", VARIED)
    lesson.write("other", "another and well kept secret")
    lesson.grade("--secret-file", "secret")
    said = lesson.refusal(how, "--secret-file", "other")
    assert said == (
        "convcalc: --secret-file: the secret has the fingerprint 40747f14126efd10, and graded was made with "
        "618b66733ea1b4fd; give that secret, or choose another --out"
    )
    ran = lesson("regrade", "graded", "--sheet", "ps.yaml", "--secret-file", "other")
    assert (ran.code, ran.err.strip()) == (2, said)
    assert lesson.grade(how, "--secret-file", "secret").code == 0


@pytest.mark.parametrize("how", ["--add", "--force"])
def test_names_and_codes_are_not_mixed(lesson: Class, how: str) -> None:
    lesson.grade()
    assert lesson.refusal(how, "--anon", "--secret-file", "secret") == (
        "convcalc: --anon: graded was made without it, so that names are in its files; leave --anon out, or "
        "choose another --out"
    )


@pytest.mark.parametrize("how", ["--add", "--force"])
def test_an_anonymous_folder_stays_one(lesson: Class, how: str) -> None:
    lesson.grade("--anon", "--secret-file", "secret", "--roster", "roster.csv")
    before = {row["student_id"]: row["code"] for row in rows("names/who.csv")}
    assert lesson.grade(how).code == 0  # without --anon, and without the secret
    assert not Path("graded/canvas.csv").exists()
    assert sorted(students()) == sorted(before.values())


@pytest.mark.parametrize("how", ["--add", "--force"])
def test_a_roster_that_drops_students_is_refused(lesson: Class, how: str) -> None:
    lesson.write("in/s4.yaml", "q2: 760")
    lesson.write("roster.csv", f"{ROSTER}s4,Di,\n")
    lesson.write("less.csv", "student_id\ns1\nS2\ns5\n")
    lesson.grade("--roster", "roster.csv")
    assert lesson.refusal(how, "--roster", "less.csv") == (
        "convcalc: --roster: has not 2 students of graded: s3, s4; add them to it, leave --roster out, or "
        "choose another --out"
    )


@pytest.mark.parametrize("how", ["--add", "--force"])
def test_a_longer_roster_keeps_what_is_known_of_the_students(lesson: Class, how: str) -> None:
    lesson.grade("--roster", "roster.csv")
    lesson.write("more.csv", "student_id,name\ns0,Zoe\ns3,\ns2,\ns1,Ada Lovelace\n")
    assert lesson.grade(how, "--roster", "more.csv").code == 0
    assert [(row["student_id"], row["name"], row["email"]) for row in rows("grades.csv")] == [
        ("s0", "Zoe", ""), ("s3", "Cy", "cy@x.org"), ("s2", "Bo", "bo@x.org"),
        ("s1", "Ada Lovelace", "ada@x.org"),
    ]  # fmt: skip


def test_force_does_not_drop_students_whose_files_are_not_there(lesson: Class) -> None:
    lesson.grade()
    assert lesson.refusal("--force", files="late") == (
        "convcalc: no answers are left of 2 students of graded: s1, s2; give their files too, use --add instead "
        "of --force, or choose another --out"
    )
    assert lesson.grade("--add", files="late").code == 0
    assert students() == ["s1", "s2", "s3"]


def test_a_folder_of_an_older_version_is_added_to(lesson: Class) -> None:
    lesson.grade("--with-answers", "--outputs", "csv,feedback")
    Path("graded/manifest.json").unlink()
    summary = json.loads(Path("graded/summary.json").read_text())
    summary["settings"] = {
        "formats": ["csv", "feedback"], "anonymous": False, "with_answers": True, "column": "",
    }  # fmt: skip
    Path("graded/summary.json").write_text(json.dumps(summary))
    assert lesson.grade("--add", files="late").code == 0
    assert students() == ["s1", "s2", "s3"]
    assert "| 760 |" in Path("graded/feedback/s3.md").read_text()
    assert json.loads(Path("graded/manifest.json").read_text())["outputs"] == ["csv", "feedback"]


def test_a_folder_that_is_not_whole_is_not_added_to(lesson: Class) -> None:
    lesson.grade()
    for name in ("manifest.json", "summary.json"):
        Path("graded", name).unlink()
    for how in ("--add", "--force"):
        assert lesson.refusal(how, files="late") == (
            "convcalc: graded: holds no summary.json; give the folder that hw grade --out wrote"
        )


def test_points_saved_while_the_class_is_marked_are_not_lost(
    lesson: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson.grade()
    table = Path("graded/by-hand.csv")
    mark = Grader.mark

    def marked(*words: Any) -> Any:
        table.write_text(table.read_text().replace(",,2,", ",1.5,2,"), encoding="utf-8")
        return mark(*words)

    monkeypatch.setattr(Grader, "mark", marked)
    ran = lesson.grade("--add", files="late")
    assert (ran.code, ran.err.strip()) == (
        2,
        "convcalc: graded: by-hand.csv was saved while the class was marked; nothing was written: run this again",
    )
    monkeypatch.undo()


# ----------------------------------------------------------------------------------- codes


def test_a_code_is_for_ever(lesson: Class) -> None:
    """Over new rosters, other orders, more files, and a sheet that is marked again."""
    lesson.write("ps.yaml", VARIED)
    lesson.grade("--anon", "--secret-file", "secret")
    known: dict[str, str] = {}

    def check(count: int) -> None:
        now = {row["student_id"]: row["code"] for row in rows("names/who.csv")}
        assert len(now) == count == len(set(now.values()))
        assert {name: now[name] for name in known} == known
        assert sorted(students()) == sorted(now.values())
        known.update(now)

    check(2)
    secret = ("--secret-file", "secret")
    lesson.grade("--add", *secret, files="late")
    check(3)
    crowd = "".join(f"{number:05},,\n" for number in range(2000))  # where four digits are too few
    lesson.write("more.csv", f"{ROSTER}{crowd}")
    lesson.grade("--add", *secret, "--roster", "more.csv", files="late")
    check(2003)
    assert {len(code) for code in known.values()} > {4, 5}
    lesson.write("order.csv", "student_id\n" + "\n".join(sorted(known, reverse=True)))
    lesson.write("in/s3.yaml", "q2: 1")
    lesson.grade("--force", *secret, "--roster", "order.csv")
    check(2003)
    lesson.write("fixed.yaml", VARIED.replace("points: 3", "points: 2"))
    lesson("regrade", "graded", "--sheet", "fixed.yaml", "--write")
    check(2003)
    lesson.write("in/S1.yaml", "q2: 1")
    lesson.grade("--force", *secret, sheet="fixed.yaml")
    check(2003)


def test_a_new_student_needs_the_secret_for_a_code(lesson: Class) -> None:
    lesson.grade("--anon", "--secret-file", "secret")
    assert lesson.refusal("--add", files="late") == (
        "convcalc: 1 student has no code yet; give --secret-file, the one that the others' codes were made with"
    )


# ------------------------------------------------------------------------- killed, and at once


@pytest.mark.parametrize(
    "words",
    [
        ("steps", "0", "first coded run", "add"),
        ("moments", "48", "add", "regrade"),
        ("pairs", "12", "first run", "add"),
    ],
    ids=lambda words: words[0],
)
def test_rough_runs_leave_a_whole_folder(words: tuple[str, ...]) -> None:
    """More of them: python tests/homework/rough_runs.py moments 200."""
    ran = subprocess.run(
        [sys.executable, str(HERE / "rough_runs.py"), *words],
        capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
    )  # fmt: skip
    count, _, unit = ran.stdout.partition(" ")
    assert unit == "runs\n", ran.stdout + ran.stderr
    assert int(count) >= 12
