"""The README's tour of a class, run in a folder of its own; ``--overwrite`` rewrites what it prints."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convcalc.homework import load
from convcalc.homework.classroom.roster import load as load_roster

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
BLOCK = re.compile(r"```text\n(\$ convcalc hw .*?)```", re.DOTALL)


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sample sheets, and the corrected one that the tour speaks of."""
    shutil.copytree(ROOT / "homework", tmp_path / "homework")
    text = (tmp_path / "homework" / "class" / "ps1.yaml").read_text(encoding="utf-8")
    assert "{n: 224, k: 5, target: 4}" in text
    fixed = text.replace("{n: 224, k: 5, target: 4}", "{n: 180, k: 5, target: 4}")
    (tmp_path / "ps1-fixed.yaml").write_text(fixed, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_tour_prints_what_the_readme_says(
    convcalc: Callable[..., Any], there: Path, overwrite: bool
) -> None:
    del there

    def rerun(block: re.Match[str]) -> str:
        parts = []
        for line in block[1].splitlines():
            if line.startswith("$ "):
                ran = convcalc(*shlex.split(line[2:])[1:])
                parts.append(f"{line}\n{ran.out}{ran.err}")
        return f"```text\n{''.join(parts)}```"

    text = README.read_text(encoding="utf-8")
    fresh, count = BLOCK.subn(rerun, text)
    assert count == 4
    if overwrite:
        README.write_text(fresh, encoding="utf-8")
    assert fresh == text or overwrite


def test_the_sample_class_fits_its_sheet_and_roster() -> None:
    folder = ROOT / "homework" / "class"
    sheet = load(str(folder / "ps1.yaml"))
    roster = load_roster(str(folder / "roster.csv"))
    assert [question.id for question in sheet.questions if question.vary] == ["q6"]
    named = {path.stem for path in (folder / "answers").iterdir()}
    assert named - set(roster.students) == {"guest"}
