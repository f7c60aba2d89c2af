"""This package as files in an export, so that it works if convcalc is not installed."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator

from convcalc.files import slashed
from convcalc.homework.exports.base import Out, zip_files

NEEDS = ("PyYAML>=6.0", "numpy>=1.26")  # what marking imports in addition to this package
MODULE = "convcalc_packed"
KEY = ".key.yaml"  # the end of the name of the sheet with keys, which only the grader has
# Graders do not need these; sample sheets contain keys.
_LEFT_OUT = ("__pycache__", "cli", "draw", "explore", "magic", "sample_sheets")

_MODULE = '''"""convcalc itself, packed by "convcalc hw export". Keep this file next to the notebook.

Importing it makes convcalc importable, whether or not it is installed; it needs {needs}.
"""

import atexit
import base64
import io
import os
import shutil
import sys
import tempfile
import zipfile

_PACKED = "{packed}"


def _refuse(reason):
    """Say that nothing can be marked here; an error that a platform counts as 0 points would not."""
    message = (
        "convcalc cannot be loaded, so nothing is marked here (" + str(reason) + "). "
        "Install what it needs: pip install {install}"
    )
    if "CONVCALC_REFUSED" not in os.environ:
        os.environ["CONVCALC_REFUSED"] = "said"
        os.write(2, ("\\n" + message + "\\n").encode())
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        os._exit(1)  # nbgrader gives 0 points for an error, and no points at all without a kernel
    raise SystemExit(message)  # otter counts every other error as a wrong answer


try:
    _folder = tempfile.mkdtemp(prefix="convcalc-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(_PACKED))) as _archive:
        _archive.extractall(_folder)
    sys.path.insert(0, _folder)
    from convcalc.homework.exports.cells import assert_share, points
except (ImportError, OSError) as _error:
    _refuse(_error)
'''


def packed_module() -> Out:
    """This package in one file of Python."""
    data = base64.b64encode(zip_files(list(package()))).decode()
    text = _MODULE.format(
        packed=data,
        needs=" and ".join(need.partition(">")[0] for need in NEEDS),
        install=" ".join(f"'{need}'" for need in NEEDS),
    )
    return Out(f"{MODULE}.py", text.encode())


def package() -> Iterator[Out]:
    """The files of this package, and the bundled networks."""
    import convcalc

    root = os.path.dirname(os.path.abspath(convcalc.__file__))
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in _LEFT_OUT)
        place = slashed(os.path.relpath(folder, os.path.dirname(root)))
        yield from _files_in(folder, place, files, (".py", ".yaml"))
    bundle = os.path.join(os.path.dirname(root), "architectures")
    if os.path.isdir(bundle) and not os.path.isdir(os.path.join(root, "architectures")):
        yield from _files_in(bundle, "convcalc/architectures", os.listdir(bundle), (".yaml",))


def _files_in(
    folder: str, place: str, names: list[str], suffixes: tuple[str, ...]
) -> Iterator[Out]:
    """The files of a folder with one of the suffixes, moved to another folder."""
    for name in sorted(names):
        if name.endswith(suffixes):
            with open(os.path.join(folder, name), "rb") as file:
                yield Out(f"{place}/{name}", file.read())
