"""A marked class: the numbers, the files, and anything that students submit."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import subprocess
import sys
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import UsageError
from convcalc.homework import Sheet, load, loads
from convcalc.homework.classroom.answer_store import AnswerStore
from convcalc.homework.classroom.collect import SubmittedFile, natural_key
from convcalc.homework.classroom.grader import Grader
from convcalc.homework.classroom.output_files import OUTPUTS, output
from convcalc.homework.classroom.output_folder import (
    Summary,
    student_file_name,
)
from convcalc.homework.classroom.roster import parse
from convcalc.homework.classroom.runs import Options, choose_outputs, grade, look
from convcalc.homework.marking.mark import mark
from convcalc.homework.variants.draw import Maker
from convcalc.text import escape_markdown, guard_cell

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SECRET = b"an old and well kept secret"

SHEET = """
convcalc_sheet: 1
id: ps
title: Small sheet
questions:
  - {id: q1, type: volume, given: {n: 32, k: 5, c_in: 3, filters: 6}, points: 3}
  - {id: q2, type: params, given: {k: 5, c_in: 3, filters: 10}, credit: {par.no-bias: 0.5}}
  - {id: q3, type: macs, given: {n: 32, k: 5, c_in: 3, filters: 10}}
  - {id: q4, type: text, text: Why?, points: 2}
"""


@pytest.fixture
def sheet() -> Sheet:
    return loads(SHEET)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def hand_in(folder: Path, **answers: str) -> None:
    for name, text in answers.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(sheet: Sheet, files: Path, out: Path, **options: Any) -> Summary:
    return grade(sheet, [str(files)], str(out), Options(**options))


# --------------------------------------------------------------------------------- the marks


def test_points_slips_and_parts_are_written(sheet: Sheet, files: Path, tmp_path: Path) -> None:
    hand_in(files, s1="q1: 28x28x6\nq2: 260\nq3: 588000\nq4: Because.", s2="q1: 28x28x3\nq2: 750")
    summary = run(sheet, files, tmp_path / "out")
    assert (summary.files, summary.students, summary.counts) == (2, 2, {"graded": 2})
    first, second = rows(tmp_path / "out" / "grades.csv")
    assert (first["student_id"], first["points"], first["max"], first["q1"], first["q2"]) == (
        "s1",
        "4",
        "7",
        "3",
        "0",
    )
    assert (second["points"], second["q2"], second["by_hand_max"]) == ("2.5", "0.5", "2")
    parts = {
        (row["student_id"], row["question"]): row for row in rows(tmp_path / "out" / "parts.csv")
    }
    four = parts["s1", "q2"]
    assert (four["given"], four["read"], four["expected"], four["status"], four["mistake"]) == (
        "260", "260", "760", "wrong", "par.no-channels",
    )  # fmt: skip
    assert parts["s2", "q3"]["status"] == "blank"
    assert [row["answer"] for row in rows(tmp_path / "out" / "by-hand.csv")] == ["Because."]
    assert summary.averages() == {"mean": 3.25, "median": 3.25, "max": 7}


@pytest.mark.unmeasured
def test_a_class_gets_what_each_student_would_get_alone(tmp_path: Path, files: Path) -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    choose = random.Random(7).choice
    answers = {
        "q1": ["28x28x6", "28x28x3", "(6,28,28)", "x"], "q2": ["no", "14", ""], "q3": ["3", "6", "300"],
        "q4": ["760", "260", "250", "7,6.0"], "q6": ["7", "5", "588000"], "q7": ["588000", "1.2M", "760"],
        "q8": ["[[19,25],[37,43]]", "[[5,11],[23,29]]"], "q9": ["55", "44"], "q10": ["152", "144"],
    }  # fmt: skip
    given = {f"s{i}": {name: choose(texts) for name, texts in answers.items()} for i in range(60)}
    for student, values in given.items():
        hand_in(files, **{student: json.dumps(values)})
    run(sheet, files, tmp_path / "out", secret=SECRET)
    maker = Maker(sheet, SECRET)
    grades = {row["student_id"]: row for row in rows(tmp_path / "out" / "grades.csv")}
    slips: dict[str, list[str]] = {}
    for row in rows(tmp_path / "out" / "parts.csv"):
        slips.setdefault(row["student_id"], []).append(row["mistake"])
    for student, values in given.items():
        alone = mark(maker.of(student), values)
        assert Fraction(grades[student]["points"]) == round(alone.points, 4)
        expected = [
            " ".join(n for n, _ in part.mistakes) for each in alone.results for part in each.parts
        ]
        assert slips[student] == expected


def test_numbers_that_vary_need_the_secret() -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    with pytest.raises(UsageError, match="q10 draws numbers per student; give the --secret-file"):
        Grader(sheet)


@pytest.mark.unmeasured
def test_a_student_with_the_sheet_of_another_is_said_so(files: Path, tmp_path: Path) -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    hand_in(files, s1="convcalc_answers: 1\nstudent: s1\nvariant: ffff\nanswers: {q4: 760}")
    run(sheet, files, tmp_path / "out", secret=SECRET)
    assert (
        "the answers are for variant 'ffff', but s1 has"
        in rows(tmp_path / "out" / "grades.csv")[0]["notes"]
    )


def test_students_stand_in_the_order_of_the_roster_and_those_who_are_missing_are_listed(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    hand_in(files, b="q2: 760", a="q2: 760")
    summary = run(sheet, files, tmp_path / "out", roster=parse("student_id\nb\nc\na\n"))
    assert [(row["student_id"], row["status"]) for row in rows(tmp_path / "out" / "grades.csv")] == [
        ("b", "graded"), ("c", "missing"), ("a", "graded"),
    ]  # fmt: skip
    assert (summary.students, summary.missing) == (2, 1)


def test_numbers_in_ids_are_sorted_as_numbers() -> None:
    assert sorted(["s10", "s2", "s1b", "a", "s1"], key=natural_key) == [
        "a",
        "s1",
        "s1b",
        "s2",
        "s10",
    ]


# ------------------------------------------------------------------------- one file per student


def statuses(out: Path) -> dict[str, str]:
    return {row["file"].rpartition("/")[2]: row["status"] for row in rows(out / "files.csv")}


def test_of_two_files_the_newer_counts_and_the_older_is_listed(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    (files / "old").mkdir()
    hand_in(files / "old", s1="q2: 760")
    hand_in(files, s1="q2: 260")
    os.utime(files / "old" / "s1.yaml", (2000, 2000))
    os.utime(files / "s1.yaml", (1000, 1000))
    run(sheet, files, tmp_path / "out")
    assert rows(tmp_path / "out" / "grades.csv")[0]["q2"] == "1"
    listed = {row["file"]: row for row in rows(tmp_path / "out" / "files.csv")}
    assert listed[str(files / "s1.yaml")]["status"] == "older copy"
    assert "older than" in listed[str(files / "s1.yaml")]["note"]
    assert listed[str(files / "old" / "s1.yaml")]["status"] == "graded"


def test_of_two_files_of_the_same_second_the_later_name_counts(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    hand_in(files, **{"s1": "q2: 260", "s1 (1)": "q2: 760"})
    for path in files.iterdir():
        os.utime(path, (1000, 1000))
    run(sheet, files, tmp_path / "out")
    assert rows(tmp_path / "out" / "grades.csv")[0]["q2"] == "1"
    assert statuses(tmp_path / "out") == {"s1.yaml": "older copy", "s1 (1).yaml": "graded"}


def test_what_editors_and_offices_keep_beside_a_file_does_not_replace_it(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    kept = ("s1.yaml~", "s1.yaml.bak", "#s1.yaml#", "s1.yaml.orig")
    for name in kept:
        (files / name).write_text("q2: 260")
    hand_in(files, s1="q2: 760")
    (files / "s2.txt.bak").write_text("q2: 760")  # better than nothing
    for name in (".s3.yaml.swp", "~$s3.docx", ".~lock.s3.odt#"):
        (files / name).write_bytes(b"\x05ada")
    for path in files.iterdir():
        os.utime(path, (1000, 2000 if path.name in kept else 1000))
    run(sheet, files, tmp_path / "out")
    assert [row["q2"] for row in rows(tmp_path / "out" / "grades.csv")] == ["1", "1"]
    assert statuses(tmp_path / "out") == {
        "s1.yaml": "graded", "s2.txt.bak": "graded", **dict.fromkeys(kept, "older copy"),
        **dict.fromkeys((".s3.yaml.swp", "~$s3.docx", ".~lock.s3.odt#"), "left out"),
    }  # fmt: skip


def test_nobody_can_hand_in_for_another_student(sheet: Sheet, files: Path, tmp_path: Path) -> None:
    hand_in(files, s1="q2: 760", s2="convcalc_answers: 1\nstudent: s1\nanswers: {q2: 1}")
    os.utime(files / "s1.yaml", (1000, 1000))
    os.utime(files / "s2.yaml", (9000, 9000))
    run(sheet, files, tmp_path / "free")
    assert [(row["student_id"], row["q2"]) for row in rows(tmp_path / "free" / "grades.csv")] == [
        ("s1", "1")
    ]
    assert statuses(tmp_path / "free") == {"s1.yaml": "graded", "s2.yaml": "older copy"}
    run(sheet, files, tmp_path / "listed", roster=parse("s1\ns2\n"))
    first, second = rows(tmp_path / "listed" / "grades.csv")
    assert (first["q2"], second["q2"]) == ("1", "0")
    assert "the answers say 's1', the file name says s2; the file name counts" in second["notes"]


def test_students_who_are_not_on_the_roster_are_set_aside(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    hand_in(
        files,
        s1="q2: 760",
        mallory="q2: 760",
        anon="convcalc_answers: 1\nstudent: eve\nanswers: {q2: 1}",
    )
    summary = run(sheet, files, tmp_path / "out", roster=parse("s1\n"))
    assert summary.counts == {"graded": 1, "not on the roster": 2}
    assert {row["student_id"] for row in rows(tmp_path / "out" / "files.csv")} == {
        "s1",
        "mallory",
        "eve",
    }


def test_a_table_is_a_class(sheet: Sheet, files: Path, tmp_path: Path) -> None:
    (files / "form.csv").write_text("student_id,q1,q2\ns1,28x28x6,760\ns2,28x28x3,\n")
    summary = run(sheet, files, tmp_path / "out")
    assert summary.counts == {"graded": 2}
    assert [row["points"] for row in rows(tmp_path / "out" / "grades.csv")] == ["4", "2"]


def test_a_form_is_read_by_a_map_of_its_headings(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    Path("form.csv").write_text(
        "Timestamp,Email Address,How many parameters?\n1/2/2026,s1@x.org,760\n"
    )
    Path("map.yaml").write_text("How many parameters?: q2\n")
    ran = convcalc("hw", "grade", "ps.yaml", "form.csv", "--map", "map.yaml", "--format", "json")
    (student,) = json.loads(ran.out)["students"]
    assert (student["student_id"], student["q2"]) == ("s1@x.org", 1)


def test_an_archive_of_a_platform_is_a_class(sheet: Sheet, tmp_path: Path) -> None:
    path = tmp_path / "submissions.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("lovelaceada_871_99_ps.yaml", "q2: 760")
        made.writestr("Bo B_s2_assignsubmission_file/answers.txt", "q2: 260")
        made.writestr("__MACOSX/._answers.txt", b"\0\0")
    roster = parse("Student,ID,SIS User ID,SIS Login ID\nAda,871,,ada\nBo,872,,s2\n")
    summary = run(sheet, path, tmp_path / "out", roster=roster)
    assert summary.counts == {"graded": 2, "left out": 1}
    assert [row["q2"] for row in rows(tmp_path / "out" / "grades.csv")] == ["1", "0"]


# ------------------------------------------------------------------------------ hostile files

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(9)
) + "q2: *j\n"  # fmt: skip
HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "spaces": b" \n\t\n",
    "binary": bytes(range(256)) * 10,
    "pdf": b"%PDF-1.7\n\xe2\xe3\xcf\xd3 binary",
    "bomb": BOMB.encode(),
    "deep": b"q2: " + b"[" * 100_000,
    "tag": b"q2: !!python/object/apply:os.system ['touch pwned']",
    "power": b"q2: 9**9**9**9",
    "digits": b"q2: " + b"9" * 1_000_000,
    "long": b"q2: " + b"a" * 3_000_000,
    "keys": b"".join(b"k%d: 1\n" % i for i in range(50_000)),
    "twice": b"q2: 1\nq2: 2\n",
    "list": b"- 1\n- 2\n",
    "scalar": b"hello",
    "escape": b'q2: "\\e[31m\\e]0;title\\a"',
    "zip": b"PK\x03\x04 not really",
    "notebook": b'{"cells": [{"cell_type": "code", "source": "answers[\\"q2\\"] = __import__(\\"os\\").system(\\"x\\")"}]}',
    "json": b'{"q2": {"a": {"b": ' * 2000,
    "nulls": "q2: 760".encode("utf-16-le"),
    "merge": b"<<: {q2: 760}",
    "surrogate": b'q2: "\\ud800"',
}


@pytest.mark.unmeasured
def test_nothing_that_is_handed_in_stops_the_run_and_all_of_it_is_accounted_for(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    for name, data in HOSTILE.items():
        (files / f"{name}.yaml").write_bytes(data)
    hand_in(files, good="q2: 760")
    summary = run(sheet, files, tmp_path / "out")
    assert sum(summary.counts.values()) == summary.files == len(HOSTILE) + 1
    listed = {row["file"]: row for row in rows(tmp_path / "out" / "files.csv")}
    assert set(listed) == {str(path) for path in files.iterdir()}
    assert listed[str(files / "good.yaml")]["status"] == "graded"
    for name in ("empty", "spaces", "binary", "pdf", "zip", "nulls"):
        row = listed[str(files / f"{name}.yaml")]
        assert row["status"] == "unreadable", name
        assert row["note"]
    assert not (ROOT / "pwned").exists()
    assert {row["points"] for row in rows(tmp_path / "out" / "grades.csv")} <= {"0", "1"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.unmeasured
def test_files_of_every_editor_are_read(
    sheet: Sheet, files: Path, tmp_path: Path, encoding: str, newline: str
) -> None:
    (files / "s1.txt").write_bytes(f"q1: 28×28×6{newline}q2: ７６０{newline}".encode(encoding))
    run(sheet, files, tmp_path / "out")
    assert rows(tmp_path / "out" / "grades.csv")[0]["points"] == "4"


def test_formulas_html_and_escape_codes_are_only_text_in_what_is_written(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    name = "<img src=x>\x1b[31m"
    (files / "a.yaml").write_text(
        json.dumps({"convcalc_answers": 1, "student": f"=cmd|' /C calc'!A0{name}", "answers": {
            "q1": '=HYPERLINK("http://x")', "q2": "<script>alert(1)</script>\x1b[2J", "q4": "@SUM(A1)\n-2+3|`x`*b*",
        }})
    )  # fmt: skip
    run(sheet, files, tmp_path / "out", outputs=("csv", "canvas", "feedback", "json", "gradescope"))
    for path in (tmp_path / "out").rglob("*"):
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        assert "\x1b" not in text, path
        if path.suffix == ".csv":
            for row in csv.reader(text.splitlines()):
                for each in row:
                    assert each.strip()[:1] not in ("=", "+", "@"), (path, each)
                    assert each[:1] != "-" or re.fullmatch(r"-[\d.]*", each), (path, each)
        if path.suffix in (".md", ".html"):
            shown = text.partition("\n")[2]
            assert "<script" not in shown
            assert "<img" not in shown
        if path.suffix == ".md":
            assert shown.count("|") - shown.count("\\|") == 7 * 3 * 4


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "@x", "-2+3", "\t=1", " =1", "|x", "\r=1", "-", "-1e5|cmd"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    written = guard_cell(text)
    assert written == "-" or written[0] == "'" or not written.strip() or written[0] not in "=+@|"


def test_numbers_stay_numbers_in_a_cell() -> None:
    assert [guard_cell(text) for text in ("-3", "-14.5", "760", "-")] == ["-3", "-14.5", "760", "-"]


@pytest.mark.parametrize(
    "student", ["..", "a/b", "con", "NUL.txt", "", "x" * 500, "ä", "a\0b", "-rf", ".git"]
)
def test_no_id_leads_out_of_the_folder_of_pages(student: str) -> None:
    name = student_file_name(student, set())
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,80}", name)
    assert not re.fullmatch(r"(?i)con|nul", name)


def test_two_ids_never_share_a_page() -> None:
    taken: set[str] = set()
    names = [
        student_file_name(student, taken).lower() for student in ("a b", "a_b", "A_B", "a/b", "a-b")
    ]
    assert len(set(names)) == 5


def test_mark_down_is_only_text_in_a_page() -> None:
    assert escape_markdown("[x](http://y) <b> `c` *d* _e_ | # !") == (
        r"\[x\](http://y) &lt;b&gt; \`c\` \*d\* \_e\_ \| \# !"
    )


def corrupted(text: str, chance: random.Random) -> bytes:
    """A sheet of answers with some errors."""
    data = bytearray(text.encode())
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(data) or 1)
        match chance.randrange(6):
            case 0:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[place : place + chance.randint(1, 30)]
            case 2:
                data[place:place] = data[: chance.randint(0, 60)]
            case 3:
                data[place:place] = chance.choice(
                    [b"[", b"{", b"&a ", b"*a", b"\t", b": ", b"- ", b"'", b'"', b"!!x "]
                )
            case 4:
                data[place:place] = chance.choice(
                    ["×", "²", "\u2028", "\x85", "１", "\ud7ff"]
                ).encode()
            case _:
                data[place:place] = str(chance.randrange(10**12)).encode() * chance.randint(1, 30)
    return bytes(data)


MANY = int(os.environ.get("CONVCALC_CORRUPTIONS", "150"))


@pytest.mark.unmeasured
def test_corrupted_answers_never_raise(tmp_path: Path) -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    text = (HERE / "data" / "mine.yaml").read_text(encoding="utf-8")
    chance = random.Random(20)
    made = [
        SubmittedFile(f"s{i}.yaml", (f"s{i}",), 0.0, corrupted(text, chance)) for i in range(MANY)
    ]
    with (tmp_path / "store").open("w+b") as file:
        store = AnswerStore(
            file, sheet, parse("\n".join(f"s{i}" for i in range(MANY))), Grader(sheet, SECRET)
        )
        store.read(made)
        odd = [each for each in store.statuses if "cannot be read (" in each.note]
        assert not odd, odd[:3]
        graded = list(store.grades())
    assert len(graded) == MANY
    assert all(0 <= one.points <= sheet.max_points for one in graded)
    assert len({one.points for one in graded}) > 3


# ---------------------------------------------------------------------------------- the folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_grades_are_never_written_over_without_force(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    hand_in(files, s1="q2: 760")
    run(sheet, files, tmp_path / "out")
    before = contents(tmp_path / "out")
    hand_in(files, s1="q2: 1")
    with pytest.raises(
        UsageError, match=r"has an earlier run .*--add these files to it, or --force"
    ):
        run(sheet, files, tmp_path / "out")
    assert contents(tmp_path / "out") == before
    run(sheet, files, tmp_path / "out", force=True)
    assert rows(tmp_path / "out" / "grades.csv")[0]["q2"] == "0"


def test_a_folder_of_something_else_is_added_to_and_kept(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    hand_in(files, s1="q2: 760")
    (tmp_path / "out" / "feedback").mkdir(parents=True)
    (tmp_path / "out" / "notes.txt").write_text("mine")
    (tmp_path / "out" / "feedback" / "own.md").write_text("mine as well")
    run(sheet, files, tmp_path / "out", force=True)
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"
    assert (tmp_path / "out" / "feedback" / "own.md").exists()


def test_pages_that_are_no_longer_made_go(sheet: Sheet, files: Path, tmp_path: Path) -> None:
    hand_in(files, s1="q2: 760")
    run(sheet, files, tmp_path / "out")
    page = (tmp_path / "out" / "feedback" / "s1.md").read_text(encoding="utf-8")
    (tmp_path / "out" / "feedback" / "s2.md").write_text(page, encoding="utf-8")
    (tmp_path / "out" / "feedback" / "s3.md").write_text("mine", encoding="utf-8")
    run(sheet, files, tmp_path / "out", force=True)
    left = sorted(path.name for path in (tmp_path / "out" / "feedback").iterdir())
    assert left == ["s1.html", "s1.md", "s3.md"]


@pytest.mark.parametrize("when", ["files read", "students marked"])
def test_an_interrupted_run_leaves_nothing_and_can_be_run_again(
    sheet: Sheet, files: Path, tmp_path: Path, when: str
) -> None:
    hand_in(files, s1="q2: 760", s2="q2: 760")

    def stop(what: str, count: int) -> None:
        if (what, count) == (when, 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(sheet, [str(files)], str(tmp_path / "out"), Options(), stop)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert run(sheet, files, tmp_path / "out").students == 2


def test_a_full_disk_is_said_and_leaves_what_was_there(
    sheet: Sheet, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(files, s1="q2: 760")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(UsageError, match="cannot be written: No space left on device"):
        run(sheet, files, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_place_that_cannot_be_written_is_said_at_once(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"--out .*cannot be written"):
        run(sheet, files, tmp_path / "file" / "out")


def test_a_late_student_is_added_to_the_class(sheet: Sheet, files: Path, tmp_path: Path) -> None:
    hand_in(files, s1="q2: 760", s2="q2: 1", bad="")
    out = tmp_path / "out"
    run(sheet, files, out)
    late = tmp_path / "late"
    late.mkdir()
    hand_in(late, s3="q2: 760", s2="q2: 760")
    summary = grade(sheet, [str(late)], str(out), Options(add=True))
    assert summary.counts == {"graded": 3, "older copy": 1, "unreadable": 1}
    assert [(row["student_id"], row["q2"]) for row in rows(out / "grades.csv")] == [
        ("s1", "1"),
        ("s2", "1"),
        ("s3", "1"),
    ]


# ---------------------------------------------------------------------------------- anonymous


def test_codes_stand_for_names_and_lead_back(files: Path, tmp_path: Path, sheet: Sheet) -> None:
    hand_in(files, ada="q2: 760\nq4: mine", bo="q2: 260")
    out = tmp_path / "out"
    run(sheet, files, out, secret=SECRET, anonymous=True)
    who = {row["code"]: row["student_id"] for row in rows(out / "names" / "who.csv")}
    assert sorted(who.values()) == ["ada", "bo"]
    assert {who[row["student_id"]]: row["q2"] for row in rows(out / "grades.csv")} == {
        "ada": "1",
        "bo": "0",
    }
    outside = [path for path in out.rglob("*") if path.is_file() and path.parent != out / "names"]
    assert outside
    for path in outside:
        assert not re.search(r"\b(ada|bo)\b", path.name + path.read_text(encoding="utf-8")), path
    assert "ada" in (out / "names" / "canvas.csv").read_text()


def test_anonymous_marking_needs_a_secret(sheet: Sheet, files: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--anon makes the codes from a secret"):
        run(sheet, files, tmp_path / "out", anonymous=True)


# ------------------------------------------------------------------------------------- outputs


@pytest.mark.unmeasured
def test_a_page_says_what_was_read_and_gives_nothing_away(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    hand_in(files, s1="q1: (6, 28, 28)\nq2: 2.6e2\nq3: 17\nq4: text")
    run(sheet, files, tmp_path / "out")
    page = (tmp_path / "out" / "feedback" / "s1.md").read_text(encoding="utf-8")
    assert "| q2 | 2.6e2 | 260 | ✗ wrong | 0 of 1 | How deep is one filter? |" in page
    assert "✓ under another convention" in page
    for secret in ("760", "588000", "588,000", "28×28×6"):
        assert secret not in page
    run(sheet, files, tmp_path / "open", with_answers=True)
    assert "| 760 |" in (tmp_path / "open" / "feedback" / "s1.md").read_text(encoding="utf-8")


def test_json_lines_are_those_of_check(sheet: Sheet, files: Path, tmp_path: Path) -> None:
    hand_in(files, s1="q2: 260")
    run(sheet, files, tmp_path / "out", outputs=("json",))
    (line,) = (tmp_path / "out" / "grades.jsonl").read_text().splitlines()
    data = json.loads(line)
    alone = mark(sheet, {"q2": "260"}, student="s1").to_dict(with_answers=True)
    alone["max"] = 7  # for a class, the points given by a person are included
    alone["results"][3]["max"] = 2
    assert {**alone, "status": "graded"} == data
    assert not (tmp_path / "out" / "grades.csv").exists()


@pytest.mark.parametrize("text", ["", " , ", "csv,pdf", "cvs"])
def test_outputs_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--outputs"):
        choose_outputs(text)


def test_an_output_is_registered_once() -> None:
    with pytest.raises(RuntimeError, match="duplicate output 'csv'"):
        output("csv")(OUTPUTS["csv"])


def test_every_output_is_a_format_that_can_be_asked_for(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    hand_in(files, s1="q1: 28x28x6\nq4: text")
    for name in OUTPUTS:
        summary = run(sheet, files, tmp_path / name, outputs=choose_outputs(name))
        for written, about in summary.written:
            assert about
            assert list((tmp_path / name).glob(written.split(" ")[0])), written


# --------------------------------------------------------------------------------- the command


def test_the_command_accounts_for_everything(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    Path("in").mkdir()
    hand_in(
        Path("in"),
        s1="q1: 28x28x6\nq2: 760\nq3: 588000\nq4: because",
        s2="q2: 260",
        s3="",
        eve="q2: 1",
    )
    Path("roster.csv").write_text("student_id,name\ns1,Ada\ns2,Bo\ns3,Cy\n")
    ran = convcalc("hw", "grade", "ps.yaml", "in", "--roster", "roster.csv", "--out", "graded")
    assert ran.code == 1
    assert ran.err == ""
    assert (
        ran.out
        == """\
read 4 files: 2 graded, 1 unreadable, 1 not on the roster
 1 student has no readable file
 graded/grades.csv           one row per student
 graded/parts.csv            one row per part, with the mistake
 graded/canvas.csv           for the gradebook of Canvas
 graded/by-hand.csv          answers for a person to mark: fill in points
 graded/answers.jsonl        all answers, used by hw regrade
 graded/feedback/*.md (2)    a page for each student
 graded/feedback/*.html (2)  the same for a browser
 graded/files.csv            the status of every file
 unreadable: in/s3.yaml - is empty; write lines such as q1: 28x28x6
 not on the roster: in/eve.yaml
 q4: 1 answer for a person to mark
mean 2.5 of 7, median 2.5
"""
    )
    again = convcalc("hw", "grade", "ps.yaml", "in", "--out", "graded")
    assert (again.code, again.out) == (2, "")


def test_one_file_is_marked_without_a_folder(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    hand_in(Path(), s1="q2: 260")
    before = sorted(Path().rglob("*"))
    ran = convcalc("hw", "grade", "ps.yaml", "s1.yaml", "--format", "csv")
    assert ran.out.splitlines()[:2] == [
        "student_id,points,max,q1,q2,q3,q4,notes",
        "s1,0,7,0,0,0,0,",
    ]
    assert sorted(Path().rglob("*")) == before
    for words in (["--anon"], ["--add"], ["--force"], ["--with-answers"], ["--format", "canvas"]):
        refused = convcalc("hw", "grade", "ps.yaml", "s1.yaml", *words)
        assert refused.code == 2
        assert "--out DIR" in refused.err


def test_everything_from_standard_input(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sheet: Sheet
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"student: s9\nq2: 760\n")))
    ran = convcalc("hw", "grade", "ps.yaml", "-", "--format", "json")
    assert json.loads(ran.out)["students"][0]["student_id"] == "s9"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"q2: 760\n")))
    ran = convcalc("hw", "grade", "ps.yaml", "-")
    assert ran.code == 1
    graded, statuses = look(sheet, [], Options())
    assert (graded, statuses) == ([], [])


# -------------------------------------------------------------------------------- smaller things


@pytest.mark.unmeasured
def test_a_student_may_be_known_by_the_variant_alone(files: Path, tmp_path: Path) -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    variant = Maker(sheet, SECRET).of("s7").variant
    hand_in(files, scan=f"convcalc_answers: 1\nvariant: {variant}\nanswers: {{q4: 760}}")
    roster = parse("".join(f"s{i}\n" for i in range(20)))
    summary = run(sheet, files, tmp_path / "out", secret=SECRET, roster=roster)
    assert summary.counts == {"graded": 1}
    (row,) = [row for row in rows(tmp_path / "out" / "grades.csv") if row["status"] == "graded"]
    assert (row["student_id"], row["q4"]) == ("s7", "1")
    assert "identified by the variant" in row["notes"]


@pytest.mark.unmeasured
def test_parts_of_a_table_may_have_columns_of_their_own(files: Path, tmp_path: Path) -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    (files / "form.csv").write_text("student,q5.1.shape,q5.1.weights,q9.x\ns1,120x120x32,7776,55\n")
    run(sheet, files, tmp_path / "out", secret=SECRET)
    found = {
        row["part"]: row for row in rows(tmp_path / "out" / "parts.csv") if row["question"] == "q5"
    }
    assert (found["1.shape"]["status"], found["1.weights"]["status"], found["1.biases"]["status"]) == (
        "right", "right", "blank",
    )  # fmt: skip


def test_a_file_that_breaks_the_reader_is_one_that_cannot_be_read(
    sheet: Sheet, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convcalc.homework.classroom import answer_store as grading  # noqa: PLC0415 - to break it

    parsed = grading.parse_submitted

    def broken(submitted: SubmittedFile, *rest: Any) -> Any:
        if "bad" in submitted.path:
            raise ZeroDivisionError
        return parsed(submitted, *rest)

    monkeypatch.setattr(grading, "parse_submitted", broken)
    hand_in(files, bad="q2: 1", good="q2: 760")
    summary = run(sheet, files, tmp_path / "out", roster=parse("bad\ngood\n"))
    assert summary.counts == {"graded": 1, "unreadable": 1}
    first, second = rows(tmp_path / "out" / "grades.csv")
    assert (first["status"], second["status"]) == ("unreadable", "graded")
    assert "cannot be read (ZeroDivisionError)" in first["notes"]


def test_what_is_remembered_is_bounded_and_changes_nothing(
    sheet: Sheet, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convcalc.homework.classroom import grader as grading  # noqa: PLC0415 - to shrink them
    from convcalc.homework.classroom import output_files as outputs  # noqa: PLC0415

    hand_in(files, **{f"s{i}": f"q1: {i}x{i}x6\nq2: {i * 7}\nq3: {i}k" for i in range(40)})
    run(sheet, files, tmp_path / "out")
    monkeypatch.setattr(grading, "MAX_KEPT", 3)
    monkeypatch.setattr(outputs, "MAX_KEPT", 2)
    run(sheet, files, tmp_path / "small")
    assert contents(tmp_path / "small") == contents(tmp_path / "out")


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.unmeasured
def test_progress_is_told_on_stderr_alone_and_wiped_from_a_terminal(
    terminal: bool,
    convcalc: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    monkeypatch.setattr("convcalc.cli.progress._QUIET", 0.0)
    monkeypatch.setattr("convcalc.cli.progress._STEP", 0.0)
    Path("ps.yaml").write_text(SHEET)
    Path("in").mkdir()
    hand_in(Path("in"), **{f"s{i}": "q1: 28x28x6" for i in range(3)})
    for more in ((), ("--out", "graded")):
        ran = convcalc("hw", "grade", "ps.yaml", "in", *more)
        assert "\r" not in ran.out
        if not terminal:
            assert "\r" not in ran.err
            continue
        assert "\r1 files read\r2 files read\r3 files read" in ran.err
        assert ("students marked" in ran.err) == bool(more)
        assert re.search(r"\r *\r", ran.err)
    Path("roster.csv").write_text("student_id\na\nb\n")
    line = ("--roster", "roster.csv", "--secret-file", "new.secret", "--out", "dist")
    ran = convcalc("hw", "make", "ps.yaml", *line)
    assert ("\r1 of 2 sheets written\r2 of 2 sheets written\r" in ran.err) == terminal


def test_an_empty_map_is_refused(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    Path("map.yaml").write_text("")
    Path("form.csv").write_text("a,b\n1,2\n")
    ran = convcalc("hw", "grade", "ps.yaml", "form.csv", "--map", "map.yaml")
    assert ran.code == 2
    assert "--map map.yaml: is empty" in ran.err


def test_of_many_files_that_cannot_be_read_the_first_are_named(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    Path("in").mkdir()
    hand_in(Path("in"), **{f"s{i}": "" for i in range(15)})
    ran = convcalc("hw", "grade", "ps.yaml", "in", "--out", "graded", "--outputs", "csv")
    assert " … and 5 more, see graded/files.csv" in ran.out
    assert ran.code == 1


def test_outputs_may_still_be_chosen_by_their_old_option(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    hand_in(Path(), s1="q2: 260")
    ran = convcalc("hw", "grade", "ps.yaml", "s1.yaml", "--out", "one", "--format", "csv,json")
    assert (ran.code, ran.err) == (0, "--format csv,json chooses files: write --outputs csv,json\n")
    ran = convcalc("hw", "grade", "ps.yaml", "s1.yaml", "--out", "two", "--outputs", "csv,json")
    assert ran.err == ""
    assert sorted(path.name for path in Path("one").iterdir()) == sorted(
        path.name for path in Path("two").iterdir()
    )
    assert not Path("one", "canvas.csv").exists()
    shown = convcalc("hw", "grade", "ps.yaml", "s1.yaml", "--out", "three", "--format", "json").out
    assert json.loads(shown)["students"] == 1
    assert (
        "did you mean 'csv'" in convcalc("hw", "grade", "ps.yaml", "s1.yaml", "--format", "cvs").err
    )


def test_outputs_are_known_before_anything_else_was_imported(tmp_path: Path) -> None:
    (tmp_path / "ps.yaml").write_text(SHEET)
    (tmp_path / "s1.yaml").write_text("q2: 260")
    words = ["hw", "grade", "ps.yaml", "s1.yaml", "--out", "out", "--format", "csv,canvas"]
    ran = subprocess.run(
        [sys.executable, "-m", "convcalc", *words], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])}, check=False,
    )  # fmt: skip
    assert (ran.returncode, (tmp_path / "out" / "canvas.csv").exists()) == (0, True), ran.stderr


@pytest.mark.unmeasured
def test_parts_may_be_answered_line_by_line(files: Path, tmp_path: Path) -> None:
    sheet = load(str(HERE / "data" / "ps1.yaml"))
    hand_in(
        files, s1="convcalc_answers: 1\nanswers: {q5.1.weights: 7776, q5.3.weights: 7, Q4: 760}"
    )
    run(sheet, files, tmp_path / "out", secret=SECRET)
    found = {
        row["part"]: row["status"]
        for row in rows(tmp_path / "out" / "parts.csv")
        if row["question"] == "q5"
    }
    assert (found["1.weights"], found["3.weights"], found["1.shape"]) == ("right", "wrong", "blank")
    assert rows(tmp_path / "out" / "grades.csv")[0]["q4"] == "1"


def test_a_coded_class_with_a_roster_lists_everybody(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    hand_in(files, s1="q2: 760")
    run(sheet, files, tmp_path / "out", roster=parse("s1\ns2\n"), secret=SECRET, anonymous=True)
    who = rows(tmp_path / "out" / "names" / "who.csv")
    assert sorted(row["student_id"] for row in who) == ["s1", "s2"]
    assert [row["code"] for row in who] == sorted(row["code"] for row in who)


def test_a_sheet_that_nobody_handed_in_has_a_mean_of_nothing(
    sheet: Sheet, files: Path, tmp_path: Path
) -> None:
    summary = run(sheet, files, tmp_path / "out", roster=parse("s1\n"))
    assert summary.averages() == {"mean": 0, "median": 0, "max": 7}
    assert summary.missing == 1


def test_means_and_shares_are_rounded_from_exact_numbers_halves_up(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a float, 5.55 is slightly smaller; one of eight is exactly 12.5 %."""
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(
        "convcalc_sheet: 1\nquestions:\n"
        "  - {id: q1, type: params, given: {k: 5, c_in: 3, filters: 10}, points: 5.5}\n"
        "  - {id: q2, type: output-size, given: {n: 32, k: 5}, points: 0.4}\n"
        "  - {id: q3, type: text, text: Why?, points: 9999.125}\n"
    )
    Path("in").mkdir()
    hand_in(Path("in"), **{f"s{n}": f"q1: 760\nq2: {28 if n == 3 else 999}" for n in range(8)})
    said = convcalc("hw", "grade", "ps.yaml", "in", "--out", "graded").out
    assert said.endswith("\nmean 5.6 of 10005.025, median 5.5\n")
    text = convcalc("hw", "stats", "graded").out
    assert " 13 % correct\n" in text
    assert "    88 %  other\n" in text
    assert "mean 5.6 of 10005.025, median 5.5\n" in text
    assert "\n0 to below 2000 " in text
    assert " 13 % |  | 88 % |" in convcalc("hw", "stats", "graded", "--format", "markdown").out
    data = json.loads(convcalc("hw", "stats", "graded", "--json").out)
    assert (data["mean"], data["median"], data["max"]) == (5.55, 5.5, 10005.025)
    assert (data["questions"][1]["right"], data["questions"][1]["other"]) == (0.125, 0.875)
    path = Path("graded/by-hand.csv")  # a person gives 5.5, then 5.6: their mean is 5.55
    path.write_text("student_id,question,points\ns1,q3,5.5\ns2,q3,5.6\n")
    assert convcalc("hw", "grade", "ps.yaml", "in", "--out", "graded", "--force").code == 0
    text = convcalc("hw", "stats", "graded").out
    assert " q3 text  mean 5.6 of 9999.125  2 marked by a person" in text


def test_paths_are_printed_and_written_alike_on_every_system(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On this system such a path is one name; the test checks that no output has a backslash."""
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    Path("in\\late").mkdir()
    hand_in(Path("in\\late"), s1="q2: 760", s2="")
    (Path("in\\late") / "net.onnx").write_bytes(b"x")
    monkeypatch.setattr(os, "sep", "\\")
    first = convcalc("hw", "grade", "ps.yaml", "in\\late", "--out", "all\\graded", watched=True)
    looked = convcalc("hw", "grade", "ps.yaml", "in\\late", watched=True)
    made = convcalc(
        "hw", "make", "ps.yaml", "--roster", "r.csv", "--secret-file", "x", "--out", "o\\m"
    )
    assert made.code == 2
    Path("r.csv").write_text("student_id\ns1\n")
    made = convcalc(
        "hw", "make", "ps.yaml", "--roster", "r.csv", "--secret-file", "x", "--out", "o\\m"
    )
    assert first.err == "next: convcalc hw stats all/graded\n"
    for ran in (first, looked, made):
        assert "\\" not in ran.out
    assert " all/graded/grades.csv " in first.out
    assert " unreadable: in/late/s2.yaml - is empty" in first.out
    assert " o/m/s1.yaml, o/m/html/*.html, " in made.out
    for path in Path("all\\graded").rglob("*"):
        assert path.is_dir() or "\\late" not in path.read_text(encoding="utf-8"), path
    assert [row["file"] for row in rows(Path("all\\graded") / "files.csv")] == [
        "in/late/net.onnx", "in/late/s1.yaml", "in/late/s2.yaml",
    ]  # fmt: skip


def test_a_file_that_cannot_be_read_is_named_once_with_the_line(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    Path("in").mkdir()
    Path("in/a.json").write_text('{"x": 28,\n "y": [3, }')
    Path("in/b.yaml").write_text("x: {a: 1, a: 2}\ny: {b: 3, b: 4}")
    ran = convcalc("hw", "grade", "ps.yaml", "in")
    notes = [line for line in ran.out.splitlines() if line.startswith("note: ")]
    assert [note.split(":", 3)[:3] for note in notes] == [
        ["note", " unreadable", " in/a.json - line 2"], ["note", " unreadable", " in/b.yaml - line 1"],
    ]  # fmt: skip
    assert notes[1].endswith(" (and 1 more)")
    assert all(note.count("in/") == 1 for note in notes)


def test_long_notes_go_on_under_themselves_and_the_rule_is_no_wider_than_the_page(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    wrong = "".join(f"extra{n}: 3\n" for n in range(9))
    hand_in(Path(), s1=f"q2: 760\n{wrong}", s2="q2: 760")
    for columns in (None, 64, 80):
        ran = convcalc("hw", "grade", "ps.yaml", "s1.yaml", "s2.yaml", columns=columns)
        head, rule, *table = ran.out.splitlines()[: ran.out.splitlines().index("")]
        assert head.split() == ["student", "points", "of", "q1", "q2", "q3", "q4", "notes"]
        assert len(rule) <= (columns or 100)
        said = " ".join(line[head.index("notes") :].strip() for line in table).split("; ")
        assert [each.strip() for each in said if "'extra" in each] == [
            f"'extra{n}' is not a question of this sheet" for n in range(3)
        ]
    ran = convcalc("hw", "grade", "ps.yaml", "s2.yaml")
    assert ran.out.splitlines()[0].split() == ["student", "points", "of", "q1", "q2", "q3", "q4"]


def test_answers_in_braces_are_no_network_for_a_question_of_such_a_name(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET.replace("id: q2", "id: layers"))
    answers = {
        '{"layers": 760, "q1": "28x28x6"}': True, '{"layers": "760"}': True, "{layers: 760, q1: 28x28x6}": True,
        '{"layers": 760,\n  "q1": "28x28x6"}': True, '{\n  "q1": {"layers": 3},\n  "layers": 760}': True,
        '{"extends": "vgg16", "blocks": {"q1": ["relu"]}, "input": [3, 32, 32]}': False,
    }  # fmt: skip
    for text, right in answers.items():
        Path("s1.json").write_text(text)
        ran = convcalc("hw", "grade", "ps.yaml", "s1.json", "--format", "json")
        if right:
            assert json.loads(ran.out)["students"][0]["layers"] == 1, text
        assert ("a network, not answers" in ran.out) is not right, text
        assert (convcalc("hw", "check", "ps.yaml", "s1.json").code == 2) is not right, text


def test_who_has_fewer_points_than_before_is_said(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    for name in ("in", "late"):
        Path(name).mkdir()
    hand_in(Path("in"), s1="q1: 28x28x6\nq2: 760", s2="q2: 750", s3="q2: 760")
    hand_in(Path("late"), s1="q2: 750", s2="q2: 760")
    for path in Path("in").iterdir():
        os.utime(path, (1000, 1000))
    first = convcalc("hw", "grade", "ps.yaml", "in", "--out", "graded").out
    assert "fewer" not in first
    added = convcalc("hw", "grade", "ps.yaml", "late", "--add", "--out", "graded").out
    said = " note: 1 student has fewer points than before, without those given by a person: s1 (0.5, was 4)\n"
    assert added.count(said) == added.count("fewer") == 1
    Path("ps.yaml").write_text(SHEET.replace("credit: {par.no-bias: 0.5}", "credit: {}"))
    forced = convcalc("hw", "grade", "ps.yaml", "in", "late", "--force", "--out", "graded").out
    assert (
        " note: 1 student has fewer points than before, without those given by a person: s1 (0, was 0.5)\n"
        in forced
    )
    rounded = "student_id,points,by_hand\ns1,0,\ns2,3.6667,2.6666\n"  # 11/3 less 8/3 is 1
    Path("graded/grades.csv").write_text(rounded)
    again = convcalc("hw", "grade", "ps.yaml", "in", "late", "--force", "--out", "graded").out
    assert "fewer" not in again
    Path("graded/grades.csv").write_text(
        "student_id,points,by_hand\ns1,many,\ns2,11,2\n"
    )  # a person was here
    again = convcalc("hw", "grade", "ps.yaml", "in", "late", "--force", "--out", "graded").out
    assert (
        " note: 1 student has fewer points than before, without those given by a person: s2 (1, was 9)\n"
        in again
    )
