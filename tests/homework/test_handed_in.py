"""The submitted files of a class: every file of any kind is returned once, and nothing stops the run."""

from __future__ import annotations

import io
import os
import stat
import threading
import time
import zipfile
from pathlib import Path

import pytest

from convcalc.errors import SpecError, UsageError
from convcalc.homework.classroom import collect as handed_in
from convcalc.homework.classroom import roster as rosters
from convcalc.homework.classroom.answer_files import MAX_BYTES
from convcalc.homework.classroom.collect import SubmittedFile, submitted_files
from convcalc.homework.classroom.guesses import Guesses
from convcalc.homework.classroom.owner import Owners
from convcalc.homework.classroom.roster import load as load_roster
from convcalc.homework.classroom.roster import parse
from convcalc.homework.variants.secret import Codes


def found(*paths: Path) -> dict[str, SubmittedFile]:
    """The submitted_files by the last part of their name."""
    return {
        submitted.path.rpartition("/")[2]: submitted
        for submitted in submitted_files(map(str, paths))
    }


def archive(path: Path, files: dict[str, bytes], **settings: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = settings.get("mode", 0o100644) << 16
            made.writestr(info, data)
    return path


def test_a_folder_is_read_in_the_order_of_its_names_with_the_folders_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name in ("b.yaml", "a.yaml", "deep/er/c.yaml"):
        (tmp_path / name).write_text("q1: 3")
    names = [submitted.names for submitted in submitted_files([str(tmp_path)])]
    assert names == [("a",), ("b",), ("deep", "er", "c")]


def test_a_file_is_read_with_its_time(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"q1: 3\n")
    os.utime(path, (100, 200))
    (submitted,) = submitted_files([str(path)])
    assert (submitted.data, submitted.time, submitted.problem) == (b"q1: 3\n", 200.0, "")


def test_a_path_that_is_not_there_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match=r"nowhere: cannot be read: No such file"):
        list(submitted_files(["nowhere"]))


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("key")
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "link.yaml").symlink_to(tmp_path / "secret")
    (inside / "up").symlink_to(tmp_path)
    assert {name: submitted.problem for name, submitted in found(inside).items()} == {
        "link.yaml": "a link; links are not followed",
        "up": "a link; links are not followed",
    }


def test_a_pipe_does_not_hang_the_run(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "not a regular file" in found(tmp_path)["pipe.yaml"].problem


def test_huge_files_are_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(3 * 2**30)
    submitted = found(tmp_path)["huge.yaml"]
    assert submitted.data is None
    assert submitted.problem == "3,072 MiB; a file of answers has at most 4 MiB"


def test_what_systems_leave_behind_is_left_out(tmp_path: Path) -> None:
    for name in (".DS_Store", "._s1.yaml", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"\0")
    assert all(submitted.left_out for submitted in found(tmp_path).values())
    assert len(found(tmp_path)) == 3


def test_an_endless_tree_is_left_at_a_depth(tmp_path: Path) -> None:
    path = tmp_path
    for _ in range(handed_in.MAX_DEPTH + 2):
        path /= "d"
        path.mkdir()
    (path / "s.yaml").write_text("q1: 3")
    (submitted,) = submitted_files([str(tmp_path)])
    assert "folders deep" in submitted.problem


def test_a_file_that_cannot_be_opened_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s.yaml").write_text("q1: 3")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert found(tmp_path)["s.yaml"].problem == "cannot be read: Permission denied"


def test_a_file_that_changes_while_it_is_read_is_read_again_and_then_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("q1: 3")
    read = handed_in._read
    tries = []

    def growing(name: str, *rest: object) -> SubmittedFile:
        tries.append(name)
        with path.open("a") as file:
            file.write(" more")
        return read(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(handed_in, "_read", growing)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    assert found(tmp_path)["s.yaml"].problem == "changed while it was being read; grade it again"
    assert len(tries) == 2


def test_a_file_that_changed_once_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("q1: 3")
    read = handed_in._read

    def once(name: str, *rest: object) -> SubmittedFile:
        monkeypatch.setattr(handed_in, "_read", read)
        path.write_text("q1: 4, longer")
        return read(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(handed_in, "_read", once)
    assert found(tmp_path)["s.yaml"].data == b"q1: 4, longer"


def test_files_that_come_and_go_do_not_stop_the_run(tmp_path: Path) -> None:
    stop = threading.Event()

    def churn() -> None:
        number = 0
        while not stop.is_set():
            path = tmp_path / f"s{number % 20}.yaml"
            path.write_text(f"q1: {number}\n" * (number % 7 + 1))
            if number % 3 == 0:
                path.unlink()
            number += 1

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(30):
            for submitted in submitted_files([str(tmp_path)]):
                assert (submitted.data is None) == bool(submitted.problem)
    finally:
        stop.set()
        thread.join()


# ------------------------------------------------------------------------------------ archives


def test_an_archive_is_read_without_being_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path / "all.zip", {"s1.yaml": b"q1: 3", "late/s2.yaml": b"q1: 4"})
    before = sorted(tmp_path.rglob("*"))
    assert {name: submitted.data for name, submitted in found(path).items()} == {
        "s1.yaml": b"q1: 3",
        "s2.yaml": b"q1: 4",
    }
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["../evil.yaml", "/etc/evil.yaml", "a/../../evil.yaml", "C:/evil.yaml", "..\\evil.yaml"]
)
def test_names_that_lead_out_of_an_archive_are_not_read(tmp_path: Path, name: str) -> None:
    (submitted,) = submitted_files([str(archive(tmp_path / "x.zip", {name: b"q1: 3"}))])
    assert submitted.data is None
    assert submitted.problem == "its name points outside the archive; not read"


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"s1.yaml": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777)
    assert found(path)["s1.yaml"].problem == "a link; links are not followed"


def test_a_bomb_of_one_file_is_not_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"s1.yaml": b"0" * (3 * 2**20)})
    assert "compressed" in found(path)["s1.yaml"].problem


def test_what_is_a_little_too_large_looks_larger_than_the_limit(tmp_path: Path) -> None:
    (tmp_path / "s1.yaml").write_bytes(b"#" * (4 * 2**20 + 1))
    assert found(tmp_path)["s1.yaml"].problem == "4.1 MiB; a file of answers has at most 4 MiB"


def test_an_archive_for_which_no_room_is_left_has_a_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handed_in._Budget.__init__, "__defaults__", (3, 0))
    path = archive(tmp_path / "x.zip", {"s1.yaml": b"q1: 28"})
    (submitted,) = submitted_files([str(path)])
    assert submitted.problem == "an archive that unpacks to 6 bytes; not opened"


def test_a_bomb_of_many_files_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handed_in, "MAX_TOTAL", 10 * 2**20)
    monkeypatch.setattr(handed_in._Budget.__init__, "__defaults__", (10 * 2**20, 0))
    path = archive(tmp_path / "x.zip", {f"s{i}.yaml": b"0" * 2**20 for i in range(11)})
    (submitted,) = submitted_files([str(path)])
    assert submitted.problem == "an archive that unpacks to 11 MiB; not opened"


def test_archives_in_archives_share_one_budget_and_a_depth(tmp_path: Path) -> None:
    data = b"q1: 3"
    name = "s1.yaml"
    for level in range(handed_in.MAX_NESTED + 2):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as made:
            made.writestr(name, data)
        data, name = target.getvalue(), f"level{level}.zip"
    path = tmp_path / "outer.zip"
    path.write_bytes(data)
    (submitted,) = submitted_files([str(path)])
    assert "an archive three levels deep" in submitted.problem


def test_a_promise_that_a_file_is_small_is_not_believed(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"s1.yaml": os.urandom(100) * 60_000})
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = raw.index(mark) + offset
        raw[place : place + 4] = (50).to_bytes(4, "little")
    path.write_bytes(bytes(raw))
    (submitted,) = submitted_files([str(path)])
    assert submitted.data is None or len(submitted.data) <= MAX_BYTES


def test_a_locked_file_of_an_archive_is_said(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"s1.yaml": b"q1: 3"})
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    path.write_bytes(bytes(raw))
    assert found(path)["s1.yaml"].problem == "protected by a password"


@pytest.mark.parametrize("cut", [10, 60, 100])
def test_a_broken_archive_is_said(tmp_path: Path, cut: int) -> None:
    path = archive(tmp_path / "x.zip", {"s1.yaml": b"q1: 3" * 10})
    path.write_bytes(path.read_bytes()[:cut])
    (submitted,) = submitted_files([str(path)])
    assert "broken archive" in submitted.problem


@pytest.mark.unmeasured
def test_every_damaged_archive_comes_back_once_or_more_and_never_raises(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"s1.yaml": b"q1: 3\n" * 50, "d/s2.yaml": b"q1: 4\n"})
    raw = path.read_bytes()
    for place in range(len(raw)):
        damaged = bytearray(raw)
        damaged[place] ^= 0xFF
        path.write_bytes(bytes(damaged))
        assert all(
            submitted.data is not None or submitted.problem
            for submitted in submitted_files([str(path)])
        )


# ------------------------------------------------------------------------------ whose file it is

ROSTER = parse("student_id,name,email\ns042,Ada,ada@x.org\ns107,Bo,bo.b@x.org\n12345,Cy,cy@x.org\n")


@pytest.mark.parametrize(
    ("names", "student"),
    [
        (("s042",), "s042"),
        (("S042",), "s042"),
        (("s042 (1)",), "s042"),
        (("s042-2",), "s042"),
        (("ps1_s107_final",), "s107"),
        (("lovelaceada_12345_6789_ps1",), ""),  # the number is one of Canvas, not an id
        (("ada@x.org",), "s042"),
        (("Bo.B",), ""),
        (("Ada Lovelace_s042_assignsubmission_file", "ps1"), "s042"),
        (("submission", "answers"), ""),
        (("s0421",), ""),
    ],
)
def test_a_file_is_known_by_its_name_or_its_folder(names: tuple[str, ...], student: str) -> None:
    owner = Owners(ROSTER, Codes({}), Guesses((), "ps1")).of_file(SubmittedFile("", names))
    assert owner.students == ((student,) if student else ())


def test_without_a_roster_a_file_of_a_common_name_is_known_by_its_folder() -> None:
    for names in (("s042", "ps1"), ("s042", "answers"), ("s042 (2)",), ("section 3", "s042")):
        owner = Owners(None, Codes({}), Guesses([(names, "")], "ps1")).of_file(
            SubmittedFile("", names)
        )
        assert owner.students == ("s042",)


def test_a_gradebook_of_canvas_is_a_roster() -> None:
    roster = parse(
        "Student,ID,SIS User ID,SIS Login ID,Section,PS0\n    Points Possible,,,,,10\n"
        '"Lovelace, Ada",871,00042,ada1,A,9\n'
    )
    (student,) = roster.students.values()
    assert (student.id, student.name, student.canvas, student.sis) == (
        "ada1",
        "Lovelace, Ada",
        "871",
        "00042",
    )
    assert roster.find("00042") == "ada1"


def test_a_list_of_ids_is_a_roster() -> None:
    assert list(parse("s1\ns2\n").students) == ["s1", "s2"]


def test_a_student_who_stands_twice_on_the_roster_is_said() -> None:
    roster = parse("student_id\ns1\nS1\n")
    assert list(roster.students) == ["s1"]
    assert roster.notes == ["S1 is on the roster twice; the first row counts"]


@pytest.mark.parametrize("text", ["", "\n\n", "student_id,name\n", "student_id\n\n"])
def test_a_roster_of_nobody_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"is empty|names no student"):
        parse(text)


def test_rosters_come_in_utf_16_and_with_a_mark() -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        assert list(parse("student_id;name\r\ns1;Zoë\r\n".encode(encoding)).students) == ["s1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("student_id\n" + "x" * 200, "an id of 200 characters"),
        (
            'student_id\n"' + "x" * 300_000,
            r"roster row 2: cannot be read \(field larger than field limit \(100000\)\)",
        ),
    ],
)
def test_a_roster_that_cannot_be_read_is_refused(text: str, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        parse(text)


def test_a_roster_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=r"--roster .*cannot be read"):
        load_roster(str(tmp_path / "nowhere.csv"))
    monkeypatch.setattr(rosters, "MAX_STUDENTS", 2)
    with pytest.raises(UsageError, match="more than 2 students"):
        parse("a\nb\nc\n")


def test_limits_on_folders_and_archives_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "x.zip", {"s1.yaml": b"q1: 3", "s2.yaml": b"q1: 3"})
    monkeypatch.setattr(handed_in, "MAX_FILES", 1)
    with pytest.raises(UsageError, match="more than 1 files"):
        list(submitted_files([str(path)]))
    monkeypatch.setattr(handed_in, "MAX_MEMBERS", 1)
    assert [submitted.problem for submitted in submitted_files([str(path)])] == [
        "an archive of 2 files; unpack it first"
    ]
    monkeypatch.setattr(handed_in, "MAX_ZIP", 1)
    (submitted,) = submitted_files([str(path)])
    assert submitted.problem == f"an archive of {path.stat().st_size} bytes; unpack it first"


def test_an_archive_without_files_and_one_with_a_large_file_are_said(tmp_path: Path) -> None:
    assert (
        found(archive(tmp_path / "x.zip", {"folder/": b""}))["x.zip"].problem
        == "an archive without files"
    )
    large = archive(tmp_path / "y.zip", {"s1.yaml": os.urandom(MAX_BYTES + 1)})
    said = "4.1 MiB; a file of answers has at most 4 MiB"
    assert found(large)["s1.yaml"].problem == said
    deep = archive(tmp_path / "z.zip", {"/".join("d" * 20) + "/s1.yaml": b"q1: 3"})
    assert "folders deep" in found(deep)["s1.yaml"].problem


def test_an_archive_that_changes_while_it_is_read_says_so(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"s1.yaml": b"q1: 3", "s2.yaml": b"q1: 4"})
    problems = []
    for submitted in submitted_files([str(path)]):
        problems.append(submitted.problem)
        if len(problems) == 1:
            with path.open("ab") as file:
                file.write(b"more")
    assert problems[-1] == "changed while it was being read; grade it again"


def test_a_folder_that_cannot_be_listed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    assert (
        next(iter(submitted_files([str(tmp_path)]))).problem == "cannot be read: Permission denied"
    )
