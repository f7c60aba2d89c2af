"""Pyodide (Python for browsers): its npm package, downloaded once, checked, and kept.

Its files are copied unchanged into the page (Mozilla Public License 2.0).
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable

from convcalc.errors import UsageError
from convcalc.files import read_file, refusing, write_file
from convcalc.text import printable

VERSION = "314.0.7"
# The package's sha512 in npm's registry; with a new VERSION, take it from `npm view pyodide@VERSION dist`.
_CHECKSUM = (
    "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="
)
LOCK = "pyodide-lock.json"
FILES = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    LOCK,
    "python_stdlib.zip",
)
PACKAGE = f"pyodide-{VERSION}.tgz"
_MAX_PACKAGE = 32 * 2**20
_SECONDS = 600  # time limit for npm
_WAY_OUT = (
    f"run npm pack pyodide@{VERSION} where there is npm, and name the file with --pyodide {PACKAGE}"
)


def pyodide_files(path: str, tell: Callable[[str], None]) -> dict[str, bytes]:
    """The files of Pyodide that a page needs, by name.

    Args:
        path: the package from ``npm pack``; if empty, the kept one is used, or npm downloads it.
        tell: is called before slow steps.

    Raises:
        UsageError: the package is missing and cannot be downloaded, or is another one.
    """
    return _unpacked(
        _checked(read_file(path, _MAX_PACKAGE, "package", option="--pyodide"), path)
        if path
        else _kept(tell)
    )


def cache_folder() -> str:
    """The folder for files that can be made again: the system's cache folder, or CONVCALC_CACHE."""
    own = os.environ.get("CONVCALC_CACHE")
    if own:
        return own
    usual = {"win32": ("LOCALAPPDATA", "~/AppData/Local"), "darwin": ("", "~/Library/Caches")}
    name, place = usual.get(sys.platform, ("XDG_CACHE_HOME", "~/.cache"))
    return os.path.join(os.environ.get(name) or os.path.expanduser(place), "convcalc")


def _kept(tell: Callable[[str], None]) -> bytes:
    """The package from the cache; npm downloads it if it is missing or damaged."""
    kept = os.path.join(cache_folder(), PACKAGE)
    if os.path.isfile(kept):
        data = read_file(kept, _MAX_PACKAGE, "package")
        if _checksum(data) == _CHECKSUM:
            return data
    npm = _npm()
    tell(
        f"getting Pyodide {VERSION} (6.5 MB) with npm, once; it is kept in {printable(cache_folder())}"
    )
    data = _checked(_from_npm(npm), f"pyodide@{VERSION} from npm")
    with refusing(kept, ""):
        os.makedirs(cache_folder(), exist_ok=True)
    write_file(kept, [data], "")
    return data


def _npm() -> str:
    """The path of npm.

    Raises:
        UsageError: it is not installed.
    """
    npm = shutil.which("npm")
    if not npm:
        message = (
            f"explore needs Pyodide {VERSION}, which npm gets, and there is no npm here; {_WAY_OUT}"
        )
        raise UsageError(message)
    return npm


def _from_npm(npm: str) -> bytes:
    """The package from npm's configured registry.

    Raises:
        UsageError: npm fails.
    """
    with tempfile.TemporaryDirectory(prefix="convcalc-") as folder:
        command = [npm, "pack", f"pyodide@{VERSION}", "--ignore-scripts", "--silent"]
        try:
            ran = subprocess.run(  # noqa: S603 - npm, with our own arguments
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            message = f"explore needs Pyodide {VERSION}, but npm does not run ({printable(str(error))[:200]}); {_WAY_OUT}"
            raise UsageError(message) from None
        path = os.path.join(folder, PACKAGE)
        if ran.returncode or not os.path.isfile(path):
            said = printable(" ".join(ran.stderr.split()))[:200] or f"exit code {ran.returncode}"
            message = f"explore needs Pyodide {VERSION}, but npm cannot get it ({said}); {_WAY_OUT}"
            raise UsageError(message)
        return read_file(path, _MAX_PACKAGE, "package")


def _checksum(data: bytes) -> str:
    return base64.b64encode(hashlib.sha512(data).digest()).decode()


def _checked(data: bytes, path: str) -> bytes:
    """The package, if it is the right one.

    Raises:
        UsageError: it is not.
    """
    if _checksum(data) != _CHECKSUM:
        message = f"{printable(path)}: is not the package pyodide {VERSION} (its checksum differs); {_WAY_OUT}"
        raise UsageError(message)
    return data


def _unpacked(data: bytes) -> dict[str, bytes]:
    """The files that a page needs."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        found = {name: archive.extractfile(f"package/{name}") for name in FILES}
        return {name: file.read() for name, file in found.items() if file}
