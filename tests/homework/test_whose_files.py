"""Files in every arrangement: each goes to its student, or to nobody with a note; none is mixed up."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from convcalc.homework import loads
from convcalc.homework.classroom.claims import Claim, Index
from convcalc.homework.classroom.own_files import is_ours
from convcalc.homework.classroom.platforms.gradescope import claims_of
from convcalc.homework.classroom.roster import parse
from convcalc.homework.classroom.runs import Options, grade, look
from convcalc.homework.variants.secret import code, codes

SHEET = loads(
    "{convcalc_sheet: 1, id: ps1, questions: [{id: q1, type: output-size, given: {n: 28, k: 5}, points: 2},"
    " {id: q2, type: text, text: Why?, points: 3}]}"
)
ROSTER = "student_id,name,email\ns1,Ann Lee,ann@x.org\ns2,Bob Ray,bob@x.org\ns3,Cy Doe,cy@x.org\n"
Files = Mapping[str, str]


def write(folder: Path, files: Files) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (1_700_000_000, 1_700_000_000))


def packed(files: Files) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, text in files.items():
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), text)
    return target.getvalue()


class Class:
    """A class in a folder: each student's answer to q2, and the notes on other files."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder, folder / "out of it"

    def grade(self, *names: str, roster: str = "", **options: Any) -> dict[str, str]:
        listed = parse(roster) if roster else None
        options = {"force": True, **options}
        paths = [str(self.folder / name) for name in names]
        self.summary = grade(SHEET, paths, str(self.out), Options(roster=listed, **options))
        lines = (self.out / "answers.jsonl").read_text(encoding="utf-8").splitlines()
        records = [json.loads(line) for line in lines]
        return {
            each["student"]: each["answers"]["q2"]
            for each in records
            if each["answers"] is not None
        }

    @property
    def said(self) -> dict[str, str]:
        """The notes on files that were not graded, by name; several notes in one line."""
        found: dict[str, str] = {}
        with (self.out / "files.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["status"] != "graded":
                    name = os.path.relpath(row["file"], self.folder)
                    text = f"{row['status']}: {row['student_id']} - {row['note']}".removesuffix(
                        " - "
                    )
                    found[name] = f"{found[name]}; {text}" if name in found else text
        return found


@pytest.fixture
def lesson(tmp_path: Path) -> Class:
    return Class(tmp_path)


def of(who: str, student: str = "") -> str:
    """Answers that contain their real owner."""
    return (f"student: {student}\n" if student else "") + f"q1: 24\nq2: by {who}\n"


# ------------------------------------------------------------------ Gradescope's list of submissions

SWAPPED = """---
s1:
  :submitters:
  - :sid: s2
s2:
  :submitters:
  - :sid: s1
submission_1:
  :submitters:
  - :sid: s1
"""
LIST = "---\nsubmission_1:\n  :submitters:\n  - :sid: s1\nsubmission_2:\n  :submitters:\n  - :sid: s2\n"
TWO = {"submission_1/a.yaml": of("one"), "submission_2/a.yaml": of("two")}


@pytest.mark.parametrize(
    "place",
    ["s2/submission_metadata.yml", "s2/x/submission_metadata.yml", "s2\\submission_metadata.yml"],
)
def test_a_list_of_submissions_in_a_students_folder_of_an_archive_is_not_believed(
    lesson: Class, place: str
) -> None:
    files = {
        place: SWAPPED,
        "s1/a.yaml": of("one"),
        "s2/a.yaml": of("two"),
        "s2/s1/b.yaml": "q9: 1",
    }
    (lesson.folder / "all.zip").write_bytes(packed(files))
    assert lesson.grade("all.zip", roster=ROSTER) == {"s1": "by one", "s2": "by two"}


@pytest.mark.parametrize("top", ["", "assignment_9_export/"])
def test_a_list_at_the_top_or_in_the_only_folder_of_an_archive_says_whose_the_folders_are(
    lesson: Class, top: str
) -> None:
    files = {
        f"{top}submission_metadata.yml": LIST,
        **{f"{top}{name}": text for name, text in TWO.items()},
    }
    (lesson.folder / "all.zip").write_bytes(packed({"__MACOSX/._x": "", **files}))
    assert lesson.grade("all.zip", roster=ROSTER) == {"s1": "by one", "s2": "by two"}


def test_a_list_is_about_the_folders_beside_it_only(lesson: Class) -> None:
    files = {
        "submission_metadata.yml": LIST,
        "submission_1/a.yaml": of("one"),
        "submission_3/submission_2/a.yaml": of("three"),
        "s3/submission_2/a.yaml": of("Cy"),
    }
    (lesson.folder / "all.zip").write_bytes(packed(files))
    assert lesson.grade("all.zip", roster=ROSTER) == {"s1": "by one", "s3": "by Cy"}


def test_every_member_of_a_group_who_is_not_known_is_said(lesson: Class) -> None:
    roster = f"{ROSTER}s4,Bob Ray,other@x.org\n"
    members = ":submitters:\n  - :sid: s1\n  - :name: Bob Ray\n  - :sid: s77\n  - :sid: s3\n"
    write(lesson.folder / "in", {"submission_metadata.yml": f"---\nsubmission_1:\n  {members}"})
    write(lesson.folder / "in", {"submission_1/a.yaml": of("the group")})
    assert lesson.grade("in", roster=roster) == {"s1": "by the group", "s3": "by the group"}
    assert lesson.said["in/submission_1/a.yaml"] == (
        "unclear: Bob Ray - fits s2 and s4; put the id into its name; not on the roster: s77"
    )
    assert lesson.summary.counts["unclear"] == 1
    for page in (lesson.out / "feedback").iterdir():
        assert "Bob" not in page.read_text()
        assert "s77" not in page.read_text()


def test_a_page_does_not_say_who_else_is_in_the_group(lesson: Class) -> None:
    members = ":submitters:\n  - :sid: s1\n  - :sid: s2\n"
    write(lesson.folder / "in", {"submission_metadata.yml": f"---\nsubmission_1:\n  {members}"})
    write(lesson.folder / "in", {"submission_1/a.yaml": of("both", "s3")})
    assert set(lesson.grade("in", roster=ROSTER)) == {"s1", "s2"}
    page = (lesson.out / "feedback" / "s1.md").read_text(encoding="utf-8")
    assert "- note: the answers say 's3', who is not in the group that submitted them\n" in page
    assert "s2" not in page


def test_a_file_of_a_group_that_cannot_be_read_is_said_of_each_member(lesson: Class) -> None:
    members = ":submitters:\n  - :sid: s1\n  - :sid: s2\n"
    write(lesson.folder / "in", {"submission_metadata.yml": f"---\nsubmission_1:\n  {members}"})
    write(lesson.folder / "in", {"submission_1/a.pdf": "%PDF-1.7"})
    assert lesson.grade("in", roster=ROSTER) == {}
    with (lesson.out / "grades.csv").open(encoding="utf-8", newline="") as file:
        status = {row["student_id"]: row["status"] for row in csv.DictReader(file)}
    assert status == {"s1": "unreadable", "s2": "unreadable", "s3": "missing"}


# -------------------------------------------------------------- folders and archives that are named


def zipped(lesson: Class, files: Mapping[str, Files]) -> list[str]:
    for name, inside in files.items():
        (lesson.folder / f"{name}.zip").write_bytes(packed(inside))
    return [f"{name}.zip" for name in files]


def unpacked(lesson: Class, files: Mapping[str, Files]) -> list[str]:
    for name, inside in files.items():
        write(lesson.folder / name, inside)
    return list(files)


STUDENTS = {
    "s1": {"s1.yaml": of("one"), "notes.txt": "x"},
    "s2": {"s1.yaml": of("two"), "submission_metadata.yml": SWAPPED, "s1/x.yaml": "q9: 1"},
}


@pytest.mark.parametrize("make", [zipped, unpacked])
@pytest.mark.parametrize("roster", [ROSTER, ""])
def test_what_is_named_on_the_command_line_is_the_outermost_name(
    lesson: Class, make: Callable[[Class, Mapping[str, Files]], list[str]], roster: str
) -> None:
    names = make(lesson, STUDENTS)
    expected = {"s1": "by one", "s2": "by two"}
    assert {k: v for k, v in lesson.grade(*names, roster=roster).items() if v} == expected


@pytest.mark.parametrize("make", [zipped, unpacked])
def test_without_a_roster_each_of_several_folders_or_archives_is_a_student(
    lesson: Class, make: Callable[[Class, Mapping[str, Files]], list[str]]
) -> None:
    names = make(lesson, {name: {"answers.yaml": of(name), "x.txt": "-"} for name in ("s1", "s3")})
    assert lesson.grade(*names) == {"s1": "by s1", "s3": "by s3"}


def test_parts_of_a_class_that_are_named_together_are_no_students(lesson: Class) -> None:
    names = unpacked(
        lesson,
        {
            "section 1": {"ann.yaml": of("ann"), "bob.yaml": of("bob")},
            "tuesday": {"cy.yaml": of("cy"), "di.yaml": of("di")},
        },
    )
    assert lesson.grade(*names) == {each: f"by {each}" for each in ("ann", "bob", "cy", "di")}


def test_a_folder_of_a_class_that_is_called_as_a_student_takes_no_papers(lesson: Class) -> None:
    write(
        lesson.folder / "s1", {"s2.yaml": of("two"), "s3.yaml": of("three"), "eve.yaml": of("eve")}
    )
    assert lesson.grade("s1", roster=ROSTER) == {}
    assert lesson.said == {
        "s1/s2.yaml": "unclear: s2 - is in s1, which names s1, but its own name is s2; "
        "rename the file, or what it is in",
        "s1/s3.yaml": "unclear: s3 - is in s1, which names s1, but its own name is s3; "
        "rename the file, or what it is in",
        "s1/eve.yaml": "not on the roster: eve",
    }


@pytest.mark.parametrize("together", [True, False])
def test_a_folder_that_a_platform_named_is_of_nobody_else(lesson: Class, together: bool) -> None:
    names = ["Eve Off_99_assignsubmission_file", "Ann Lee_98_assignsubmission_file"]
    write(lesson.folder, {f"{names[0]}/s3.yaml": of("eve"), f"{names[1]}/s3.yaml": of("one")})
    if together:
        assert lesson.grade(*names, roster=ROSTER) == {"s1": "by one"}
    else:
        assert lesson.grade(names[0], roster=ROSTER) == {}
    assert lesson.said == {f"{names[0]}/s3.yaml": "not on the roster: Eve Off"}


def test_two_people_of_one_name_in_moodle_are_said_where_the_roster_has_one(lesson: Class) -> None:
    files = {
        f"Ann Lee_{n}_assignsubmission_file/{f}.yaml": of(f)
        for n, f in ((98, "a"), (98, "b"), (99, "c"))
    }
    write(lesson.folder / "in", files)
    assert lesson.grade("in", roster=ROSTER) == {"s1": "by b"}
    assert lesson.said["in/Ann Lee_99_assignsubmission_file/c.yaml"] == (
        "unclear: s1 - Moodle has several people called Ann Lee; put the id into its name"
    )


def test_one_archive_of_a_student_is_the_students(lesson: Class) -> None:
    (lesson.folder / "s2.zip").write_bytes(
        packed({"cnn.yaml": of("two"), "data.csv": "a,b\n1,2\n"})
    )
    assert lesson.grade("s2.zip", roster=ROSTER) == {"s2": "by two"}
    assert lesson.grade("s2.zip") == {"s2": "by two"}


def test_a_list_in_an_archive_that_may_be_a_students_is_not_believed_without_a_roster(
    lesson: Class,
) -> None:
    names = zipped(
        lesson,
        {
            "s1": {"a.yaml": of("one")},
            "s2": {"s1/a.yaml": of("two"), "submission_metadata.yml": SWAPPED},
        },
    )
    assert lesson.grade(*names) == {"s1": "by one"}
    assert lesson.said["s2.zip/s1/a.yaml"] == (
        "unclear: s2 - a list of submissions in s2, which may be a student's; give a --roster"
    )


def test_the_lock_of_a_run_is_no_file_that_was_handed_in(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(
        "{convcalc_sheet: 1, questions: [{type: output-size, given: {n: 28, k: 5}}]}"
    )
    write(Path("subs"), {"s1.yaml": "q1: 24"})
    monkeypatch.chdir("subs")
    ran = convcalc("hw", "grade", "../ps.yaml", ".", "--out", "graded")
    assert ran.code == 0, ran
    assert "unreadable" not in ran.out + ran.err


# ------------------------------------------------------------------------------ without a roster

PEOPLE = ("ann", "bob", "cy")
ONE_EACH = {who: f"by {who}" for who in PEOPLE}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({f"tuesday/{who}.yaml": of(who) for who in PEOPLE}, ONE_EACH),
        ({f"tuesday/{n}.yaml": of(who, who) for n, who in enumerate(PEOPLE)}, ONE_EACH),
        ({f"cs231/bio/{who}/answers.yaml": of(who) for who in PEOPLE}, ONE_EACH),
        ({f"{who}/ps1/{who}_hw.yaml": of(who) for who in PEOPLE}, ONE_EACH),
        ({f"hw1_2026_11_{who}.yaml": of(who) for who in PEOPLE}, {f"hw1_2026_11_{w}": f"by {w}" for w in PEOPLE}),
        ({f"hw_2026_11_{who}.yaml": of(who) for who in PEOPLE}, {f"hw_2026_11_{w}": f"by {w}" for w in PEOPLE}),
        ({f"{who}/{name}.yaml": of(who) for who in PEOPLE for name in ("cnn", "rnn")}, ONE_EACH),
        ({f"{who}/{name}.yaml": of(who) for who in PEOPLE for name in ("draft", "answers")}, ONE_EACH),
        ({f"2026-01-0{n}/{who}.yaml": of(who) for n, who in enumerate(PEOPLE, 1)}, ONE_EACH),
        (
            {"s1/a.yaml": of("s1", "Ann Lee"), "s1/cnn.yaml": of("s1"), "s2/a.yaml": of("s2")},
            {"s1": "by s1", "s2": "by s2"},
        ),
        ({"tuesday/a.yaml": of("ann", "ann"), "tuesday/bob.yaml": of("bob"), "tuesday/cy.yaml": of("cy")}, ONE_EACH),
        ({"tuesday/ann.yaml": of("ann", "ann"), "tuesday/bob.yaml": of("bob")}, {"ann": "by ann", "bob": "by bob"}),
        ({f"s42/{who}.yaml": of("s42", "s42") for who in PEOPLE}, {"s42": "by s42"}),
        ({"s42/ann.yaml": of("s42"), "ann.yaml": of("ann")}, {"s42": "by s42", "ann": "by ann"}),
        (
            {"Ann Lee_99105_assignsubmission_file_/a.yaml": of("one"), "Ann Lee_99106_assignsubmission_file_/a.yaml": of("two"),
             "Bo B_99107_assignsubmission_file_/a.yaml": of("bo")},
            {"Ann Lee (99105)": "by one", "Ann Lee (99106)": "by two", "Bo B": "by bo"},
        ),
        (
            {"Ann Lee_99105_assignsubmission_file_/cnn.yaml": of("one"), "Ann Lee_99105_assignsubmission_file_/bob.yaml": of("one")},
            {"Ann Lee": "by one"},
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["folder", "zip", "zip with one folder"])
def test_without_a_roster_every_student_keeps_the_paper(
    lesson: Class, files: Files, expected: dict[str, str], how: str
) -> None:
    if how == "folder":
        write(lesson.folder / "subs", files)
        assert lesson.grade("subs") == expected
        return
    top = "subs/" if how == "zip with one folder" else ""
    (lesson.folder / "bio.zip").write_bytes(
        packed({f"{top}{name}": text for name, text in files.items()})
    )
    if list(expected) == ["s42"]:  # one student's; the archive may have the student's name
        expected = {"bio": expected["s42"]}
    assert lesson.grade("bio.zip") == expected


@pytest.mark.parametrize(
    "inside",
    [
        {"ann.yaml": of("mallory"), "cy.yaml": of("mallory")},
        {"1.yaml": of("mallory", "ann"), "2.yaml": of("mallory", "cy")},
    ],
)
@pytest.mark.parametrize("outside", [{"ann/answers.yaml": of("ann")}, {"ann.yaml": of("ann")}])
def test_without_a_roster_a_students_folder_replaces_no_other_paper(
    lesson: Class, inside: Files, outside: Files
) -> None:
    write(lesson.folder / "in", {f"mallory/{name}": text for name, text in inside.items()})
    write(lesson.folder / "in", outside)
    assert lesson.grade("in")["ann"] == "by ann"
    assert lesson.summary.counts["unclear"] >= 1


def test_without_a_roster_files_that_fall_together_by_a_guess_are_said(lesson: Class) -> None:
    files = {
        "ann/answers.yaml": of("ann"),
        "tuesday/bob.yaml": of("bob"),
        "tuesday/cy.yaml": of("cy"),
    }
    write(lesson.folder / "in", files)
    assert lesson.grade("in") == {"ann": "by ann"}
    why = "unclear:  - tuesday can be one student or several: its files have different names; name the students of the class with --roster"
    assert lesson.said == {"in/tuesday/bob.yaml": why, "in/tuesday/cy.yaml": why}


def test_without_a_roster_who_has_files_in_a_part_of_a_class_and_elsewhere_is_said(
    lesson: Class,
) -> None:
    files = {
        "tuesday/bob.yaml": of("bob"),
        "tuesday/cy.yaml": of("cy"),
        "bob.yaml": of("bob himself"),
    }
    write(lesson.folder / "in", files)
    assert lesson.grade("in") == {"bob": "by bob himself", "cy": "by cy"}
    assert lesson.said == {
        "in/tuesday/bob.yaml": "unclear:  - bob has files elsewhere, and tuesday holds several students; "
        "name the students of the class with --roster"
    }


# ------------------------------------------------------------------------------- what hw wrote


@pytest.mark.parametrize("how", ["copied", "packed", "semicolons", "UTF-16"])
def test_what_hw_wrote_is_known_by_what_stands_in_it(lesson: Class, how: str) -> None:
    write(lesson.folder / "in", {"s1.yaml": of("one"), "s2.yaml": "q1: 5\nq2: by two\n"})
    outputs = ("csv", "canvas", "feedback", "json")
    lesson.grade("in", roster=ROSTER, outputs=outputs)
    written = {
        str(path.relative_to(lesson.out)): path.read_text(encoding="utf-8")
        for path in lesson.out.rglob("*")
        if path.is_file()
    }
    assert len(written) == 13
    fresh = Class(lesson.folder / "fresh")
    fresh.folder.mkdir()
    papers = {"s1.yaml": of("one, later"), "s2.yaml": of("two, later")}
    if how == "packed":
        files = {f"c/subs/{name}": text for name, text in papers.items()}
        files |= {f"c/graded/{name}": text for name, text in written.items()}
        (fresh.folder / "c.zip").write_bytes(packed(files))
        source = "c.zip"
    else:
        source = "in"
        write(fresh.folder / "in", papers)
        for name, text in written.items():
            copied = (
                text.replace(",", ";") if how == "semicolons" and name.endswith("csv") else text
            )
            path = fresh.folder / "in" / f"copy of {Path(name).name}"
            path.write_bytes(copied.encode("utf-16" if how == "UTF-16" else "utf-8"))
    assert fresh.grade(source, roster=ROSTER) == {"s1": "by one, later", "s2": "by two, later"}
    assert len(fresh.said) == len(written)
    for name, said in fresh.said.items():
        expected = ("no answers:", "left out:") if "jsonl" in name else ("left out:",)
        assert said.startswith(expected), name


@pytest.mark.parametrize(
    "text", [b"student_id,q1\ns1,24", b"q1: 24", b"", b"{}", b'{"schema": 1}', b"name,id,q1\n"]
)
def test_what_others_wrote_is_not_taken_for_ours(text: bytes) -> None:
    assert not is_ours(text)


def test_two_files_of_anybody_do_not_hide_a_class(lesson: Class) -> None:
    write(lesson.folder / "in", {"s1.yaml": of("one"), "summary.json": "{}", "manifest.json": "{}"})
    assert lesson.grade("in", roster=ROSTER) == {"s1": "by one"}


# ----------------------------------------------------------------------- names with an id in them

WORDS = "student_id,name,email\nlee,Kim Lee,kim@x.org\nwill,Wilma Stone,ws@x.org\namo,Ann-Marie O'Neil,ann.o@x.org\ns1,Ann Lee,\n"


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("lee", "lee"),
        ("lee hw2 final", "lee"),
        ("ps1-amo", "amo"),
        ("amo-convolution-homework", "amo"),
        ("Kim Lee", "lee"),
        ("will_stone_answers", "will"),
        ("Will Park HW", "?"),
        ("mary lee", "?"),
        ("ann.lee@x.org", ""),
        ("lee@x.org", ""),
        ("will@x.org_ps1", ""),
        ("kim@x.org", "lee"),
        ("ps1_kim@x.org", "lee"),
        ("Kim Lee - kim@x.org", "lee"),
        ("Kim Lee <kim@x.org>", "lee"),
        ("lee_kim@x.org", "lee"),
        ("s1_kim@x.org", ""),
        ("jo_kim@x.org", ""),
        ("akim@x.org", ""),
        ("kim@x.org.uk", ""),
        ("s1 convolutions by me", "s1"),
    ],
)  # fmt: skip
def test_an_id_that_is_a_word_counts_only_where_no_other_name_can_be_meant(
    name: str, student: str
) -> None:
    index = parse(WORDS).index
    found = index.named(name)
    assert found == ({student} if student not in ("", "?") else set())
    assert bool(index.doubtful(name)) == (student == "?")


def test_a_word_that_may_be_an_id_is_said(lesson: Class) -> None:
    write(
        lesson.folder / "in",
        {"Will Park HW.yaml": of("Will Park"), "ann.lee@x.org.yaml": of("Ann")},
    )
    assert lesson.grade("in", roster=WORDS) == {}
    assert lesson.said == {
        "in/Will Park HW.yaml": "unclear: Will Park HW - contains the id will and other words; remove those",
        "in/ann.lee@x.org.yaml": "not on the roster: ann.lee@x.org",
    }


# ------------------------------------------------------------------- numbers of other lists


def test_a_number_of_canvas_is_compared_with_numbers_of_canvas_only(lesson: Class) -> None:
    write(lesson.folder / "in", {"smithbob_871_99_hw.yaml": of("Bob Smith")})
    assert lesson.grade("in", roster="student_id,name\n871,Ann Lee\n") == {}
    assert lesson.said == {"in/smithbob_871_99_hw.yaml": "not on the roster: smithbob"}
    assert lesson.grade(
        "in", roster="student_id,canvas id,name\n871,5,Ann Lee\n7,871,Bob Smith\n"
    ) == {"7": "by Bob Smith"}


def test_a_number_of_canvas_is_not_enough_where_the_name_is_another(lesson: Class) -> None:
    roster = parse("student_id,canvas id,name\ns1,871,Ann Lee\ns2,872,\n")
    assert roster.match(Claim(canvas="871", name="smithbob")) == set()
    assert roster.match(Claim(canvas="871", name="leeannmarie")) == {"s1"}
    assert roster.match(Claim(canvas="872", name="smithbob")) == {"s2"}


FORM = (
    "ID,Start time,Completion time,Email,Name,q1,q2\n"
    "1,1/5/26 10:00:00,1/5/26 10:10:00,ann@x.org,Ann Lee,24,by one\n"
    "2,1/5/26 10:00:00,1/5/26 10:20:00,eve@x.org,Eve Off,24,by eve\n"
    '3,1/5/26 10:00:00,1/5/26 10:30:00,ann@x.org,Ann Lee,24,"by one, later"\n'
)  # fmt: skip


def test_the_number_of_a_row_is_no_id(lesson: Class) -> None:
    write(lesson.folder, {"form.csv": FORM})
    roster = "student_id,name,email\n1,Ann Lee,ann@x.org\n2,Cy Doe,cy@x.org\n3,Bob Ray,bob@x.org\n"
    assert lesson.grade("form.csv", roster=roster) == {"1": "by one, later"}
    assert [said for said in lesson.said.values() if "eve" in said] == [
        "not on the roster: eve@x.org"
    ]
    without = Class(lesson.folder / "without")
    write(without.folder, {"form.csv": FORM})
    assert without.grade("form.csv") == {"ann@x.org": "by one, later", "eve@x.org": "by eve"}


@pytest.mark.parametrize(
    ("claim", "students"),
    [
        (Claim(id="s2", email="eve@x.org", name="Eve Off"), set()),
        (Claim(id="s2", email="eve@x.org"), set()),
        (Claim(id="s2", name="Eve Off"), set()),
        (Claim(id="s2", name="Eve Ray"), set()),
        (Claim(id="s2", name="Bob A. Ray", email="private@y.org"), {"s2"}),
        (Claim(id="s2"), {"s2"}),
        (Claim(id="s2", email="bob@x.org", name="Robert Ray"), {"s2"}),
        (Claim(id="s2", email="ann@x.org"), {"s1", "s2"}),
    ],
)
def test_an_id_is_not_enough_where_the_rest_is_of_somebody_else(
    claim: Claim, students: set[str]
) -> None:
    assert parse(ROSTER).match(claim) == students


def test_an_id_is_enough_where_the_roster_has_nothing_else() -> None:
    assert parse("s1\ns2\n").match(Claim(id="s2", email="b@x.org", name="Bob")) == {"s2"}


def test_an_id_with_the_name_of_somebody_else_is_said(lesson: Class) -> None:
    write(lesson.folder, {"form.csv": "student_id,name,q1,q2\ns2,Eve Off,24,x\ns1,Ann Lee,24,y\n"})
    assert lesson.grade("form.csv", roster=ROSTER) == {"s1": "y"}
    assert list(lesson.said.values()) == [
        "not on the roster: s2 - s2 is on the roster, but with another name or address"
    ]


@pytest.mark.parametrize("rows", [1, 2])
def test_a_form_of_one_row_is_matched_as_one_of_several(lesson: Class, rows: int) -> None:
    people = ["a1,Cy Doe,24,by Cy", "a2,Ann Lee,24,by Ann"][:rows]
    write(lesson.folder / "in", {"form.csv": "\n".join(["username,name,q1,q2", *people])})
    found = lesson.grade("in", roster=ROSTER)
    assert found == dict([("s3", "by Cy"), ("s1", "by Ann")][:rows])


# -------------------------------------------------------------------------------- which file counts


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ("leeann_1_500_hw-2", "leeann_1_600_hw-2-1", "second"),  # hw-2 is the student's own name
        ("leeann_1_600_hw", "leeann_1_500_cnn-9", "first"),
        ("leeann_1_600_hw-1", "leeann_1_500_hw-2", "second"),  # the same file: Canvas counts it
        ("leeann_1_600_hw", "leeann_1_500_hw", "first"),
        ("leeann_LATE_1_600_hw-1", "leeann_1_500_hw", "first"),
    ],
)
@pytest.mark.parametrize("added", [False, True])
def test_the_file_that_canvas_got_last_counts(
    lesson: Class, first: str, second: str, counts: str, added: bool
) -> None:
    roster = "student_id,canvas id,name\ns1,1,Ann Lee\n"
    write(lesson.folder / "a", {f"{first}.yaml": of("first")})
    write(lesson.folder / "b", {f"{second}.yaml": of("second")})
    if added:
        lesson.grade("a", roster=roster)
        assert lesson.grade("b", force=False, add=True) == {"s1": f"by {counts}"}
    else:
        assert lesson.grade("a", "b", roster=roster) == {"s1": f"by {counts}"}
        fresh = Class(lesson.folder)
        fresh.out = lesson.folder / "without a roster"
        write(lesson.folder / "c", {f"{first}.yaml": of("first"), f"{second}.yaml": of("second")})
        assert fresh.grade("c") == {"1": f"by {counts}"}


# ------------------------------------------------------------------------------------ codes

VARIED = loads(
    "{convcalc_sheet: 1, id: ps1, questions: [{id: q1, type: output-size, given: {n: 28, k: 5},"
    " vary: {n: [28, 30, 32]}}]}"
)
TWINS = b"abcdefghijklmnop"  # with this secret the codes of two students begin alike


def test_codes_that_begin_alike_are_told_apart_or_nobody_is_chosen(tmp_path: Path) -> None:
    first, second = "100009", "100389"
    given = codes(TWINS, "variant", "ps1", [first, second, "s3"])
    assert code(TWINS, "variant", "ps1", first) == code(TWINS, "variant", "ps1", second) == "d286"
    assert given[first][:4] == given[second][:4] == "d286"
    assert given[first] != given[second]
    roster = parse(f"{first}\n{second}\ns3\n")
    for variant, status in {
        given[first]: first,
        given[second]: second,
        given["s3"]: "s3",
        "d286": "unclear",
        "d2": "not on the roster",
        "d286" + "0" * 60: "not on the roster",
    }.items():
        write(tmp_path / variant, {"answers.yaml": f"variant: '{variant}'\nq1: 24\n"})
        options = Options(roster=roster, secret=TWINS, force=True)
        graded, statuses = look(VARIED, [str(tmp_path / variant)], options)
        found = [one.student.id for one in graded if one.handed_in]
        assert found == ([status] if status in roster.students else [])
        assert statuses[0].status == ("graded" if found else status)


@pytest.mark.parametrize("variant", ["first", "second"])
def test_the_code_of_another_student_that_begins_alike_is_said(
    tmp_path: Path, variant: str
) -> None:
    ids = {"first": "100009", "second": "100389"}
    given = codes(TWINS, "variant", "ps1", ids.values())
    write(tmp_path / "in", {"100009.yaml": f"variant: '{given[ids[variant]]}'\nq1: 24\n"})
    options = Options(roster=parse("100009\n100389\n"), secret=TWINS)
    graded, _ = look(VARIED, [str(tmp_path / "in")], options)
    assert bool(graded[0].notes) == (variant == "second")


def test_an_index_without_students_names_nobody() -> None:
    assert Index().named("a@x.org") == Index().doubtful("ann") == set()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff", b"- 1", b"a: [", b"s1: 3", b"s1:\n  :submitters: 3\n", b"s1:\n  :submitters: []\n",
        b"s1:\n  :submitters:\n  - :name: ''\n    :email: ''\n",
    ],
)  # fmt: skip
def test_a_list_of_gradescope_that_names_nobody_claims_nothing(data: bytes) -> None:
    assert claims_of(data) == {}
