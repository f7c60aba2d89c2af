"""convcalc under Windows' Python, compared with this system; see ``windows_runs.py``."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from package.test_package import COMMANDS
from package.windows_runs import HERE, absent, answers, is_there, our_answers, start

pytestmark = [
    pytest.mark.skipif(not is_there(), reason=absent()),
    pytest.mark.unmeasured,  # another Python runs it
]

CLASS = "ps1.yaml answers --roster roster.csv --secret-file example.secret"
# Files and folders are made, replaced as a whole, read again, and refused if they exist already.
FILES = [
    "init größe.yaml", "arch größe.yaml", "arch größe.yaml -o größe.csv", "arch größe.yaml -o größe.html", "check größe.yaml",
    "export größe.yaml -o größe.py", "export größe.yaml --to dot -o größe.dot", "draw net größe.yaml",
    "arch größe.yaml --yaml -o other.yaml", "diff größe.yaml other.yaml", "init größe.yaml", "arch none.yaml", "arch sub",
    "sweep mobilenet_v1 --set width=8..32:8 -o sweep.jsonl", "import größe.yaml -o imported.yaml", "hand --x x.csv --k 2",
    "hw make ps1.yaml --roster roster.csv --secret-file example.secret --out sheets",
    "hw make ps1.yaml --roster roster.csv --secret-file example.secret --out sheets", f"hw grade {CLASS} --out graded",
    f"hw grade {CLASS} --out graded", f"hw grade {CLASS} --out graded --force", "hw stats graded", "hw regrade graded --sheet ps1.yaml",
    "hw regrade graded --sheet ps1.yaml --write", "hw export ps1.yaml --to canvas -o quiz.zip", "hw new mine.yaml", "hw lint mine.yaml",
]  # fmt: skip


def test_every_command_says_the_same(tmp_path: Path) -> None:
    theirs, ours = (run(HERE, COMMANDS, tmp_path) for run in (answers, our_answers))
    assert {line: said for line, said in plain(theirs, "/").items() if said != ours[line]} == {}
    assert "\r\n" in theirs["list"][1]  # it ran there


def test_files_and_folders_are_the_same(tmp_path: Path) -> None:
    places = [tmp_path / "Übung theirs", tmp_path / "Übung ours"]
    found = []
    for place, run in zip(places, (answers, our_answers)):
        shutil.copytree(HERE / "homework" / "class", place)
        (place / "sub").mkdir()
        (place / "x.csv").write_bytes(b"1,2,3\r\n4,5,6\r\n7,8,9\r\n")
        found.append(plain(run(HERE, FILES, place)))
    assert {line: said for line, said in found[0].items() if said != found[1][line]} == {}
    assert {code for code, *_ in found[1].values()} == {0, 1, 2}
    theirs, ours = (contents(place) for place in places)
    assert sorted(theirs) == sorted(ours)
    assert [name for name in ours if theirs[name] != ours[name]] == []


def test_names_that_windows_keeps_for_itself_are_refused(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text("input: 1x8x8\nlayers: [relu]\n", encoding="utf-8")
    lines = ["arch net.yaml -o CON.csv", "arch NUL", "import net.yaml -o AUX.yaml", "init con"]
    for line, (code, out, err) in answers(HERE, lines, tmp_path).items():
        assert (code, out, err.count("\n")) == (2, "", 1), line
        assert err.startswith("convcalc: "), line
    assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]


def test_a_pipe_there_has_an_old_encoding_and_files_are_utf_8_all_the_same(tmp_path: Path) -> None:
    words = ["layer", "--n", "32", "--k", "5", "--s", "2", "--cout", "6"]
    said = start([HERE], "-m", "convcalc", *words, cwd=tmp_path).stdout
    assert b"6x14x14" in said
    ran = start([HERE], "-m", "convcalc", *words, "--format", "json", cwd=tmp_path)
    assert json.loads(ran.stdout.decode("utf-8"))["output"] == [6, 14, 14]
    as_file = start([HERE], "-m", "convcalc", "hw", "export", "memphis", "--to", "gift", cwd=tmp_path)  # fmt: skip
    assert "×" in as_file.stdout.decode("utf-8")


def plain(said: dict[str, Any], separator: str = "\\") -> dict[str, Any]:
    """The output, with the line ends and folder separator of this system."""
    return {
        line: [code, *(text.replace("\r\n", "\n").replace(separator, "/") for text in texts)]
        for line, (code, *texts) in said.items()
    }


def contents(place: Path) -> dict[str, bytes]:
    """The files in a folder; paths and times in them are made equal."""
    return {
        path.relative_to(place).as_posix(): re.sub(
            rb'\\+|(?<="time": )[0-9.]+', b"/", path.read_bytes()
        )
        for path in place.rglob("*")
        if path.is_file()
    }
