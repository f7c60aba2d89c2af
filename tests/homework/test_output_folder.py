"""The folder of a marked class: additions agree with it, and nothing in it is lost."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from convcalc import folders
from convcalc.homework.classroom.grader import Grader
from convcalc.homework.classroom.output_files import OUTPUTS

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
    """A class in a separate folder, marked by the command."""

    def __init__(self, run: Any) -> None:
        self._run = run
        self.ran: list[Any] = []
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
        return self("grade", sheet, files, "--out", "graded", *words)

    def __call__(self, *words: str) -> Any:
        self.ran.append(self._run("hw", *words))
        return self.ran[-1]

    def refusal(self, *words: str, **how: str) -> str:
        """The error of a refused run, which must change nothing."""
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


@pytest.mark.unmeasured
def test_options_need_not_be_given_again(lesson: Class) -> None:
    lesson.write("map.yaml", "How many?: q2\n")
    lesson.write("form.csv", "student_id,How many?\ns3,760\n")
    os.utime("form.csv", (1_000_000_000, 1_000_000_000))
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
        "convcalc: graded has marks of the sheet 'ps', and this sheet is 'ps2'; give that sheet, or "
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
    assert said.startswith("convcalc: fixed.yaml: changed since graded was made (fingerprint ")
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
@pytest.mark.unmeasured
def test_names_and_codes_are_not_mixed(lesson: Class, how: str) -> None:
    lesson.grade()
    assert lesson.refusal(how, "--anon", "--secret-file", "secret") == (
        "convcalc: --anon: graded was made without it, so its files contain names; leave --anon out, or "
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
@pytest.mark.unmeasured
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
            "convcalc: graded: has no summary.json; give the folder that hw grade --out wrote"
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


class Killed(BaseException):
    """A process that ends here."""


def kill_after_the_step(lesson: Class, *words: str, files: str) -> None:
    """A run that ends when its files are complete, before the first is moved to its place."""

    def killed(*words: Any) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(folders, "_put", killed)
        with pytest.raises(Killed):
            lesson.grade(*words, files=files)
    assert Path("graded", folders.WHOLE, "by-hand.csv").exists()


def type_points(text: str, comment: str) -> None:
    """Type points into the first row."""
    table = Path("graded/by-hand.csv")
    first = "Because of x.,"
    assert f"{first}," in table.read_text()
    table.write_text(table.read_text().replace(f"{first},2,", f"{first}{text},2,{comment}", 1))


@pytest.mark.parametrize("next_one", ["stats", "look", "write", "add", "force"])
@pytest.mark.unmeasured
def test_points_saved_after_a_run_was_killed_are_not_lost(lesson: Class, next_one: str) -> None:
    lesson.grade("--roster", "roster.csv")
    kill_after_the_step(lesson, "--add", files="late")
    type_points("1.5", "Only there?")
    typed = Path("graded/by-hand.csv").read_text()
    commands = {
        "stats": ("stats", "graded"),
        "look": ("regrade", "graded", "--sheet", "ps.yaml"),
        "write": ("regrade", "graded", "--sheet", "ps.yaml", "--write"),
        "add": ("grade", "ps.yaml", "late", "--out", "graded", "--add"),
        "force": ("grade", "ps.yaml", "in", "late", "--out", "graded", "--force"),
    }
    assert lesson(*commands[next_one]).code == 0
    if next_one in ("stats", "look"):
        assert Path("graded/by-hand.csv").read_text() == typed
        assert lesson(*commands["write"]).code == 0
    table = {(row["student_id"], row["question"]): row for row in rows("by-hand.csv")}
    assert [(name, table[name, "t"]["points"]) for name in ("s1", "s2", "s3")] == [
        ("s1", "1.5"), ("s2", ""), ("s3", ""),
    ]  # fmt: skip
    assert table["s1", "t"]["comment"] == "Only there?"
    assert [row["points"] for row in rows("grades.csv")] == ["5.5", "2", "0"]
    assert not Path("graded", folders.WHOLE).exists()


def test_a_table_that_nobody_touched_is_replaced_by_that_of_a_killed_run(lesson: Class) -> None:
    lesson.grade("--roster", "roster.csv")
    kill_after_the_step(lesson, "--add", files="late")
    lesson("stats", "graded")
    assert [row["student_id"] for row in rows("by-hand.csv")] == ["s1", "s2", "s3"]


# ----------------------------------------------------------------------------------- codes


@pytest.mark.unmeasured
def test_a_code_is_for_ever(lesson: Class) -> None:
    """Also with new rosters, other orders, more files, and a second marking."""
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
    crowd = "".join(f"{number:05},,\n" for number in range(2000))  # if four digits are too few
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


@pytest.mark.unmeasured
def test_a_wrong_variant_is_noted_once_however_often_files_are_added(lesson: Class) -> None:
    lesson.write("ps.yaml", VARIED)
    lesson.write("in/s1.yaml", "variant: ffff\nq1: 28x28x6\nq2: 760")
    lesson.grade("--secret-file", "secret")
    noted = rows("grades.csv")[0]["notes"]
    assert noted.startswith("the answers are for variant 'ffff', but s1 has ")
    for _ in range(2):
        lesson.grade("--secret-file", "secret", "--add", files="late")
        assert rows("grades.csv")[0]["notes"] == noted


def test_a_new_student_needs_the_secret_for_a_code(lesson: Class) -> None:
    lesson.grade("--anon", "--secret-file", "secret")
    assert lesson.refusal("--add", files="late") == (
        "convcalc: 1 student has no code yet; give the --secret-file that the other codes were made with"
    )


# ------------------------------------------------------------------------- killed, and at once


@pytest.mark.parametrize(
    "words",
    [
        ("steps", "0", "first coded run", "add"),
        ("moments", "12", "add", "regrade"),
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


# ------------------------------------------------------------------------------- anonymous


TOKENS = {
    "id": "wzqkid{}", "name": "Xylvan{0} Quorbel{0}", "mail": "mjtrv{}@vhkpx.example", "login": "lgnbw{}",
    "sis": "sisfj{}", "folder": "fldrgz{}", "file": "filkx{}", "stray": "strayqy{}",
}  # fmt: skip


def token(kind: str, number: int) -> str:
    return TOKENS[kind].format(number)


PRIVATE = tuple(
    part.encode() for text in TOKENS.values() for part in re.split(r"[ {}0@.]+", text)
    if len(part) > 4 and part != "example"
)  # fmt: skip


def hand_in_tokens(lesson: Class, place: str, numbers: range) -> None:
    """Files whose names, folders and contents say whose they are, in every way."""

    def path(number: int, name: str = "file") -> str:
        folder = Path(place, f"{token('folder', number)}_{token('id', number)}")
        folder.mkdir(parents=True, exist_ok=True)
        return f"{folder}/{token(name, number)}"

    for number in numbers:
        student = f"student: {token('id', number)}"
        answers = f"q1: 28x28x{number}\nq2: 760\nt: Because {number}.\n"
        wrong = {
            0: f"student: {token('name', 1)}\n{answers}",  # names another student
            1: f"{student}\nsheet: {token('stray', 1)}\n{answers}",  # for another sheet
            2: f"{student}\n{answers}{token('stray', 2)}: {token('name', 2)}\n",  # an unknown question
            3: f"{student}\n{token('name', 3)} wrote: this",  # cannot be read
            4: f"{student}\n{answers}variant: {token('stray', 4)}\n",
            5: "",
            6: f"student: {token('stray', 6)}\n{answers}",
        }.get(number % 8, f"{student}\n{answers}")
        lesson.write(f"{path(number)}.yaml", wrong)
        if number % 8 == 7:
            lesson.write(f"{path(number)}.txt", f"{student}\nq2: 1")  # an older copy
            Path(f"{path(number)}.pdf").write_bytes(b"%PDF-1.4\n\xff\xfe")
    lesson.write(f"{place}/{token('stray', 0)}.yaml", "q2: 760")
    lesson.write(
        f"{place}/{token('file', 99)}.csv",
        f"student_id,q2\n{token('id', numbers[-1] + 1)},260\n{token('stray', 9)},760\n",
    )


def leaks(lesson: Class) -> list[str]:
    """The names found outside the folder of names."""
    found = []
    for path in Path("graded").rglob("*"):
        place = path.relative_to("graded")
        if place.parts[0] == "names":
            continue
        data = str(place).encode() + (path.read_bytes() if path.is_file() else b"")
        found += [f"{place}: {word.decode()}" for word in PRIVATE if word.lower() in data.lower()]
    for ran in lesson.ran:
        text = ran.out + ran.err
        found += [
            f"{word.decode()} in: {text}"
            for word in PRIVATE
            if word.decode().lower() in text.lower()
        ]
    return found


@pytest.mark.unmeasured
@pytest.mark.parametrize("listed", [True, False])
def test_an_anonymous_run_gives_nobody_away(lesson: Class, listed: bool) -> None:
    outputs = ",".join(OUTPUTS)
    students = [
        f"{token('id', n)},{token('name', n)},{token('mail', n)},{token('login', n)},{token('sis', n)}"
        for n in range(24)
    ]
    header = "student_id,name,email,login,sis_id"
    lesson.write("r.csv", "\n".join([header, *students, students[3], students[4]]))
    roster = ("--roster", "r.csv") if listed else ()
    lesson.write("ps.yaml", VARIED)
    hand_in_tokens(lesson, "in", range(16))
    hand_in_tokens(lesson, "late", range(14, 20))
    secret = ("--secret-file", "secret")
    lesson.ran.clear()
    lesson.grade("--anon", *secret, *roster, "--outputs", outputs)
    lesson.grade("--add", *secret, files="late")
    lesson.grade("--add", files="late")
    lesson.grade("--force", *secret, files=".")
    lesson.grade("--force", *secret, files="late")
    lesson.write("r2.csv", f"{header}\n{students[0]}\n")
    lesson.grade("--force", *secret, "--roster", "r2.csv", files=".")
    lesson.write("fixed.yaml", VARIED.replace("points: 3", "points: 2"))
    lesson.write("other.yaml", VARIED.replace("vary: {k", "vary: {n: [31, 33], k"))
    lesson.grade("--add", sheet="fixed.yaml", files="late")
    for words in ((), ("--write",), ("--format", "csv"), ("--format", "json")):
        lesson("regrade", "graded", "--sheet", "fixed.yaml", *words)
        lesson("regrade", "graded", "--sheet", "other.yaml", *words)
    for words in ((), ("--format", "json"), ("--other", "1")):
        lesson("stats", "graded", *words)
    assert [ran.code for ran in lesson.ran[:2]] == [1, 1], lesson.ran[:2]  # some cannot be read
    assert leaks(lesson) == []
    shown = [row["student_id"] for row in rows("grades.csv")]
    assert shown == sorted(shown)
    assert len(shown) >= 16
    there = b"".join(path.read_bytes() for path in Path("graded/names").iterdir())
    assert token("stray", 1).encode() in there  # every code leads back to its student
    Path("graded/answers.jsonl").write_bytes(Path("graded/names/answers.jsonl").read_bytes())
    assert leaks(lesson)  # the test can fail


def test_what_is_noted_of_a_coded_student_stands_where_the_names_are(lesson: Class) -> None:
    lesson.write("in/s1.yaml", "student: s2\nq2: 760\nAda: 5")
    lesson.write("roster.csv", f"{ROSTER}s3,Cy,\n")
    ran = lesson.grade("--anon", "--secret-file", "secret", "--roster", "roster.csv")
    assert " graded/names/notes.txt" in ran.out
    assert "s3 is on the roster twice" in Path("graded/names/notes.txt").read_text()
    who = {row["code"]: row for row in rows("names/who.csv")}
    for row in rows("grades.csv"):
        notes = who[row["student_id"]]["notes"]
        assert row["notes"] == (notes and "there is a note on this file: see names/who.csv")
    assert "the answers say 's2', the file name says s1" in str(who)
