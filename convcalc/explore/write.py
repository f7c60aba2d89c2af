"""Write the page: to one file, to a folder for a server, or to a temporary file for a browser."""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from convcalc.errors import UsageError
from convcalc.explore.page import folder_of, one_page
from convcalc.explore.pyodide import pyodide_files
from convcalc.files import check_place, write_file
from convcalc.folders import OutputFolder
from convcalc.text import printable

_PAGE, _INDEX = "convcalc.html", "index.html"
_OURS = b'<meta name="generator" content="convcalc '  # near the beginning of every page


def write_explore(output: str, package: str, tell: Callable[[str], None]) -> None:
    """Write the page to a file, or into a folder.

    Args:
        output: ends in .html, or in / for a folder.
        package: the file of Pyodide's package; empty to use the kept one, or npm.
        tell: is called before slow steps.

    Raises:
        UsageError: the page cannot be written there, or Pyodide is missing.
    """
    if is_folder(output):
        _check_folder(output)
        files = folder_of(pyodide_files(package, tell))
        folder = OutputFolder(output, replace=True, names=(), way_out="", option="-o")
        try:
            for name, data in files.items():
                folder.write(name, data)
            folder.commit()
        finally:
            folder.discard()
        return
    if not output.lower().endswith((".html", ".htm")):
        message = f"-o {printable(output)}: is neither a page nor a folder; end it in .html, or in / for a folder"
        raise UsageError(message)
    check_place(output)
    write_file(output, [one_page(pyodide_files(package, tell))])


def is_folder(output: str) -> bool:
    """Whether a path means a folder."""
    return output.endswith(("/", os.sep)) or os.path.isdir(output)


def _check_folder(output: str) -> None:
    """Refuse a folder that contains another page.

    Raises:
        UsageError: it does.
    """
    index = os.path.join(output, _INDEX)
    with suppress(FileNotFoundError, NotADirectoryError), open(index, "rb") as file:
        if _OURS not in file.read(2000):
            message = f"-o {printable(output)}: contains an {_INDEX} that convcalc did not make; choose another folder"
            raise UsageError(message)


def temporary_page(package: str, tell: Callable[[str], None]) -> str:
    """The path of a page in a new folder for temporary files.

    Args:
        package, tell: as for `write_explore`.
    """
    data = one_page(pyodide_files(package, tell))
    path = os.path.join(tempfile.mkdtemp(prefix="convcalc-"), _PAGE)
    write_file(path, [data], "")
    return path


def open_page(path: str) -> bool:
    """Whether a graphical browser opens the page; a text browser could not run it."""
    has_windows = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if sys.platform not in ("win32", "darwin") and not has_windows:
        return False
    return webbrowser.open(Path(path).absolute().as_uri())
