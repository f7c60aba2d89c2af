"""Environments with the platforms' own code: nbgrader and otter-grader, and Gradescope's packages.

``python tests/homework/platform_runs.py`` makes them, once, in ``.cache/platforms`` or the folder in
the environment variable CONVCALC_PLATFORMS; ``test_platform_runs.py`` uses them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
PLACE = Path(os.environ.get("CONVCALC_PLATFORMS") or HERE / ".cache" / "platforms")
NOTEBOOKS, BARE = PLACE / "notebooks", PLACE / "bare"
_DONE = "complete"


def is_there(environment: Path) -> bool:
    """Whether an environment is complete."""
    return (environment / _DONE).is_file()


def absent(environment: Path) -> str:
    """Why tests that need an environment are skipped."""
    return f"no {environment}; make it with: python tests/homework/platform_runs.py"


def _make(environment: Path, packages: list[str]) -> None:
    """A virtual environment with some packages."""
    if is_there(environment):
        return
    shutil.rmtree(environment, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    install = [str(environment / "bin" / "pip"), "install", "--quiet"]
    subprocess.run([*install, *packages], check=True)
    (environment / _DONE).write_text("\n".join(packages) + "\n", encoding="utf-8")


def make() -> None:
    """Make both environments."""
    PLACE.mkdir(parents=True, exist_ok=True)
    _make(NOTEBOOKS, ["nbgrader>=0.9", "otter-grader>=6.0", "ipykernel"])
    _make(BARE, ["PyYAML>=6.0", "numpy>=1.26"])


def run(
    environment: Path, *words: str, cwd: Path, fails: bool = False, python_path: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command of an environment, without this project on its path.

    Args:
        fails: whether the command must fail.
        python_path: a folder with packages to import.
    """
    outside = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    home = cwd / "home"  # without the Jupyter settings and caches of the person who runs the tests
    home.mkdir(exist_ok=True)
    ran = subprocess.run(
        words, cwd=cwd, check=False, timeout=600,
        capture_output=True, text=True,
        env={**outside, "PATH": path, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1",
             "PYTHONPATH": python_path},
    )  # fmt: skip
    assert (ran.returncode != 0) == fails, ran.stdout + ran.stderr
    return ran


if __name__ == "__main__":
    make()
