"""No command overwrites a file that it reads in any way, or a file that it has just written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import UsageError
from convcalc.files import keeping_files, named_files, read_file, write_file

FILES = {
    "base.yaml": "input: [3, 8, 8]\nlayers:\n  - conv: {out_channels: 2, kernel_size: 3}\n",
    "mid.yaml": "extends: base.yaml\ninput: [3, 9, 9]\n",
    "s.yaml": "{convcalc_sheet: 1, id: s, questions: [{id: q, type: params-model, arch: mid.yaml}]}\n",
    "plain.yaml": "{convcalc_sheet: 1, id: s, questions: [{id: q, type: params, k: 3, c_in: 1, filters: 2}]}\n",
    "a.yaml": "q: 3\n",
    "k.secret": "an old and well kept secret",
    "key.csv": "student_id\ns1\nplain\n",
    "grades.csv": "student_id\na\n",
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def unchanged(place: Path) -> bool:
    return {name: (place / name).read_text() for name in FILES} == FILES


@pytest.mark.parametrize("output", ["base.yaml", "./base.yaml", "link"])
@pytest.mark.parametrize(
    "words",
    [
        "arch mid.yaml", "compare mid.yaml lenet5", "diff lenet5 mid.yaml", "check mid.yaml", "check .", "verify mid.yaml",
        "hw show s.yaml",
        "hw lint s.yaml", "hw check s.yaml a.yaml", "hw hint s.yaml q",
    ],
)  # fmt: skip
def test_a_network_that_another_file_names_is_not_written_over(
    words: str, output: str, convcalc: Any, place: Path
) -> None:
    (place / "link").symlink_to("base.yaml")
    ran = convcalc(*words.split(), "--format", "json", "-o", output)
    said = f"-o: {output} is what this command reads; choose another name"
    if words.startswith("arch") and output.endswith(".yaml"):  # the file of the network
        said = f"-o {output} writes the network's file, which does not depend on --format; leave it out"
    assert (ran.code, ran.err.splitlines()[-1]) == (2, f"convcalc: {said}")
    assert unchanged(place)


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("hw make plain.yaml --roster key.csv --secret-file k.secret --out . --force", "key.csv"),
        ("hw make link.yaml --roster grades.csv --secret-file k.secret --out made", "link.yaml"),
        ("hw grade plain.yaml a.yaml --roster grades.csv --out . --force", "grades.csv"),
    ],
)
def test_a_folder_of_outputs_replaces_nothing_that_is_named(
    words: str, path: str, convcalc: Any, place: Path
) -> None:
    (place / "made").mkdir()
    (place / "made" / "a.yaml").write_text(FILES["plain.yaml"])
    (place / "link.yaml").symlink_to("made/a.yaml")  # the path of student a's sheet
    ran = convcalc(*words.split())
    said = (
        f"convcalc: --out: would write over {path}, which this command reads; choose another place"
    )
    assert (ran.code, ran.err.splitlines()[-1]) == (2, said)
    assert unchanged(place)
    assert [each.name for each in (place / "made").iterdir()] == ["a.yaml"]
    assert (place / "made" / "a.yaml").read_text() == FILES["plain.yaml"]


@pytest.mark.parametrize(
    ("words", "output", "word"),
    [
        ("hw make plain.yaml --roster grades.csv --secret-file new.secret --out out", "new.secret", "makes"),
        ("hw make plain.yaml --roster grades.csv --secret-file k.secret --out out", "out/key.csv", "makes"),
        ("hw grade plain.yaml a.yaml --out out", "out/grades.csv", "makes"),
        ("hw stats out", "out/parts.csv", "reads"),
    ],
)  # fmt: skip
def test_a_report_goes_over_nothing_that_the_command_makes(
    words: str, output: str, word: str, convcalc: Any, place: Path
) -> None:
    (place / "out").mkdir()
    if "stats" in words:
        assert convcalc(*["hw", "grade", "plain.yaml", "a.yaml", "--out", "out"]).code == 0
    ran = convcalc(*words.split(), "--format", "csv", "-o", output)
    said = f"convcalc: -o: {output} is what this command {word}; choose another name"
    assert (ran.code, ran.err.splitlines()[-1]) == (2, said)
    text = (place / output).read_text()
    assert text.startswith(("student_id,variant,", "student_id,name,")) or len(text.strip()) == 64
    assert unchanged(place)


def test_what_is_written_may_be_replaced_and_other_names_are_free(
    convcalc: Any, place: Path
) -> None:
    for _ in range(2):
        assert convcalc("arch", "mid.yaml", "-o", "new.json").code == 0
        assert convcalc("hw", "new", "own.yaml", "--overwrite").code == 0
        grade = convcalc(*["hw", "grade", "plain.yaml", "a.yaml", "--out", "out", "--force"])
        assert grade.code == 0
        assert (
            convcalc(
                *["hw", "regrade", "out", "--sheet", "plain.yaml", "--write", "-o", "out/r.json"]
            ).code
            == 0
        )
    assert unchanged(place)


def test_outside_of_commands_files_are_read_and_written_as_one_likes(place: Path) -> None:
    with keeping_files(["a.yaml", 3, None, ("k.secret", "nothing")]):
        assert named_files() == ["a.yaml", "k.secret"]
        read_file("mid.yaml", 100)
        for name in ("a.yaml", "mid.yaml"):
            with pytest.raises(UsageError) as caught:
                write_file(name, [b"new"], "--x")
            assert (
                str(caught.value) == f"--x: {name} is what this command reads; choose another name"
            )
        write_file("base.yaml", [b"new"])
    assert named_files() == []
    assert read_file("a.yaml", 100) == b"q: 3\n"
    write_file("a.yaml", [b"new"])
    assert (place / "a.yaml").read_text() == "new"
