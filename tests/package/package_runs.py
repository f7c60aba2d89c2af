"""Tools that build, check and install packages: build, twine, check-wheel-contents, uv and pipx, and other Pythons.

``python tests/package/package_runs.py`` gets the tools, once, into ``.cache/platforms`` or the folder in the environment
variable CONVCALC_PLATFORMS. Pythons are those of the system and of pyenv.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
PLACE = Path(os.environ.get("CONVCALC_PLATFORMS") or HERE / ".cache" / "platforms") / "package"
_DONE = PLACE / "complete"
_PACKAGES = ["build", "hatchling>=1.26", "twine", "check-wheel-contents", "uv", "pipx"]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")  # the supported versions


def has_tools() -> bool:
    """Whether the tools are installed."""
    return _DONE.is_file()


def absent() -> str:
    """Why tests that need the tools are skipped."""
    return f"no {PLACE}; make it with: python tests/package/package_runs.py"


def make() -> None:
    """Get the tools."""
    if has_tools():
        return
    shutil.rmtree(PLACE, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(PLACE)], check=True)
    subprocess.run([str(PLACE / "bin" / "pip"), "install", "--quiet", *_PACKAGES], check=True)
    _DONE.write_text("\n".join(_PACKAGES) + "\n", encoding="utf-8")


def pythons() -> dict[str, str]:
    """The Pythons of this system by version, without the one that runs this."""
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = {}
    for version in VERSIONS:
        places = [*sorted(kept.glob(f"{version}.*/bin/python")), shutil.which(f"python{version}")]
        works = [str(place) for place in places if place and _is(str(place), version)]
        if works and not sys.version.startswith(f"{version}."):
            found[version] = works[0]
    return found


def _is(program: str, version: str) -> bool:
    """Whether a program is that Python, and starts."""
    ran = subprocess.run(
        [program, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ran.stdout.strip() == version


def run(*words: str, cwd: Path, disagrees: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a command without this checkout on its path, with a separate home folder.

    Args:
        words: the command.
        cwd: where it runs.
        disagrees: whether exit code 1 is allowed.

    Raises:
        AssertionError: it failed; the message is its output.
    """
    outside = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "VIRTUAL_ENV", "PIPX", "COV_"))
    }
    home = cwd / "home"
    home.mkdir(exist_ok=True)
    ran = subprocess.run(
        words, cwd=cwd, capture_output=True, text=True, check=False, timeout=600,
        env={**outside, "HOME": str(home), "PATH": f"{PLACE / 'bin'}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    assert ran.returncode in ((0, 1) if disagrees else (0,)), ran.stdout + ran.stderr
    return ran


if __name__ == "__main__":
    make()
