"""Folders of outputs: complete or missing, one process at a time, even if a process is stopped."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from convcalc import folders
from convcalc.errors import UsageError
from convcalc.folders import LOCK, PART, WHOLE, OutputFolder, reading

ROOT = Path(__file__).parents[1]


def folder(out: Path, *, replace: bool = False) -> OutputFolder:
    return OutputFolder(str(out), replace=replace, names=("a.csv",), way_out="choose another")


def write(made: OutputFolder, **files: str) -> None:
    for name, text in files.items():
        with made.open(name.replace("__", "/")) as file:
            file.write(text)


def names(place: Path) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "PATIENCE", 0.2)


def test_a_folder_is_whole_or_not_there(tmp_path: Path) -> None:
    out = tmp_path / "marks"
    made = folder(out)
    held = made.hold("pages/b.md")
    made.discard()
    assert held.closed
    assert list(tmp_path.iterdir()) == []
    made = folder(out)
    write(made, a="1\n", pages__b="2\n")
    assert names(out) == [LOCK, f"{PART}/a", f"{PART}/pages/b"]
    made.commit()
    made.discard()
    assert names(tmp_path) == ["marks/a", "marks/pages/b"]
    assert (out / "pages" / "b").read_text() == "2\n"


def test_an_earlier_run_is_replaced_only_when_told_to_and_other_files_stay(tmp_path: Path) -> None:
    out = tmp_path / "marks"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    (out / "a.csv").write_text("old")
    with pytest.raises(UsageError, match=r"has an earlier run \(a.csv\); choose another$"):
        folder(out)
    assert names(out) == ["a.csv", "notes.txt"]
    made = folder(out, replace=True)
    with made.open("a.csv") as file:
        file.write("new")
    made.commit()
    made.discard()
    assert names(out) == ["a.csv", "notes.txt"]
    assert (out / "a.csv").read_text() == "new"
    assert (out / "notes.txt").read_text() == "mine"


def test_a_file_that_is_replaced_leaves_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o600)
    made = folder(tmp_path)
    write(made, a="new")
    made.commit()
    made.discard()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_what_a_killed_run_had_not_finished_is_swept_and_what_it_had_is_put_in_place(
    tmp_path: Path,
) -> None:
    (tmp_path / PART).mkdir()
    (tmp_path / PART / "a").write_text("half")
    (tmp_path / LOCK).write_text("")
    with reading(str(tmp_path)):
        assert not (tmp_path / "a").exists()
    folder(tmp_path).discard()
    assert names(tmp_path) == []
    (tmp_path / WHOLE / "pages").mkdir(parents=True)
    (tmp_path / WHOLE / "pages" / "a").write_text("whole")
    (tmp_path / WHOLE / ".convcalc.gone").write_text("pages/old\n")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "old").write_text("old")
    with reading(str(tmp_path)):
        assert names(tmp_path) == [LOCK, "pages/a"]
    assert names(tmp_path) == ["pages/a"]


def test_one_process_at_a_time(tmp_path: Path, impatient: None) -> None:
    made = folder(tmp_path / "marks")
    said = r"marks: another convcalc is working in it; run this again when it has finished$"
    with pytest.raises(UsageError, match=said):
        folder(tmp_path / "marks", replace=True)
    with pytest.raises(UsageError, match=said), reading(str(tmp_path / "marks")):
        pass
    made.discard()
    folder(tmp_path / "marks").discard()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_ends_with_its_process(tmp_path: Path, impatient: None) -> None:
    code = (
        "import os, sys; from convcalc.folders import OutputFolder\n"
        "OutputFolder(sys.argv[1], replace=True, names=(), way_out=''); os._exit(9)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "marks")],
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ran.returncode == 9
    assert (tmp_path / "marks" / LOCK).exists()
    folder(tmp_path / "marks").discard()
    assert not (tmp_path / "marks" / LOCK).exists()


@pytest.mark.parametrize(
    "name",
    ["../mine", "/etc/hostname", "..", ".", "", "a/../../mine", "link/mine", "\0", "mine/", "top"],
)
def test_a_tampered_list_removes_nothing_outside(tmp_path: Path, name: str) -> None:
    out = tmp_path / "marks"
    (out / WHOLE).mkdir(parents=True)
    (tmp_path / "mine").write_text("mine")
    (out / "top").write_text("mine")
    (out / "link").symlink_to(tmp_path)
    (out / WHOLE / ".convcalc.gone").write_text(f"{name}\n")
    with reading(str(out)):
        pass
    assert names(tmp_path) == ["marks/top", "mine"]


@pytest.mark.parametrize("link", [True, False])
def test_nothing_is_written_through_a_link_or_over_a_folder(tmp_path: Path, link: bool) -> None:
    out = tmp_path / "marks"
    out.mkdir()
    if link:
        (tmp_path / "elsewhere").mkdir()
        (out / "pages").symlink_to(tmp_path / "elsewhere")
    else:
        (out / "pages" / "b").mkdir(parents=True)
    made = folder(out)
    write(made, a="new", pages__b="new")
    with pytest.raises(UsageError, match=r"cannot be written: .* is a (link|folder); choose"):
        made.commit()
    made.discard()
    assert names(tmp_path) == []


def test_a_file_that_cannot_be_replaced_is_replaced_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = folder(tmp_path)
    write(made, a="new", b="new")
    replace = os.replace

    def locked(source: str, target: str) -> None:
        if target.endswith("b"):
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", locked)
    with pytest.raises(
        UsageError,
        match=r"the new files are complete, but b cannot be replaced: Permission denied; close it in "
        r"other programs, then run this again$",
    ):
        made.commit()
    made.discard()
    monkeypatch.setattr(os, "replace", replace)
    with reading(str(tmp_path)):
        assert names(tmp_path) == [LOCK, "a", "b"]


def test_a_folder_that_may_only_be_read_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with reading(str(tmp_path)):
        assert names(tmp_path) == []
    (tmp_path / WHOLE).mkdir()
    with (
        pytest.raises(UsageError, match=r"must be finished first; run this as a user who can"),
        reading(str(tmp_path)),
    ):
        pass


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere" / "at all")
    for place in ("file/marks", "file", "broken"):
        with pytest.raises(
            UsageError, match=r"^--out .*: cannot be written: .*; choose another place$"
        ):
            folder(tmp_path / place)
