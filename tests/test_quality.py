"""The linter, the formatter and the type checker find nothing; the wheel holds what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize(
    "command", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=" ".join
)
def test_the_code_is_clean(command: tuple[str, ...]) -> None:
    ran = run(*command)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_wheel_works_from_any_folder_without_the_checkout(tmp_path: Path) -> None:
    ran = run("hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    bundled = {path.name for path in (ROOT / "architectures").glob("*.yaml")}
    assert {name.rsplit("/", 1)[1] for name in names if "/architectures/" in name} == bundled
    assert not [name for name in names if name.startswith("tests")]
    listed = subprocess.run(
        [sys.executable, "-m", "convcalc", "arch", "vgg16"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "138,357,544" in listed.stdout, listed.stderr


def test_no_module_grows_past_reading() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "convcalc").rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 560
    }
    assert long == {}
