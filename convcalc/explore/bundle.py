"""The parts of convcalc and PyYAML that the page needs, as one archive with the same bytes each time."""

from __future__ import annotations

import ast
import io
import lzma
import os
import struct
import tarfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

from convcalc.draw.metrics import BOLD, FONTS, REGULAR
from convcalc.files import slashed
from convcalc.network.find import bundled_folder, bundled_names

ARCHIVE = "convcalc.tar.xz"
# Not used by any view of the page; the rest is small.
_LEFT_OUT = (
    "__main__.py",
    "analysis/counting/",
    *(f"analysis/{name}.py" for name in (
        "align", "checked", "compare", "devices", "diff", "diff_report", "listing", "memory_report", "roofline",
        "reorder", "roofline_report", "settings", "training", "unfit",
    )),
    "api.py",
    "cli/",
    "explore/bundle.py",
    "explore/page.py",
    "explore/page/",
    "explore/pyodide.py",
    "explore/write.py",
    "hand/",
    *(f"draw/{name}.py" for name in ("asked", "by_hand", "costs", "png", "roof", "window_numbers")),
    "drawing.py",
    "homework/classroom/",
    "homework/exports/",
    *(f"homework/marking/{name}.py" for name in ("lint", "report")),
    *(f"homework/sheets/{name}.py" for name in ("bundled", "manual", "schema")),
    "homework/variants/",
    "images/",
    "interop/writers/",
    "magic/",
    "network/schema.py",
    "reference/",
    *(f"solve/{name}.py" for name in (
        "asking", "blocks", "budget", "budget_report", "choice", "engine", "evaluate", "largest", "measures", "pieces",
        "points", "program", "ranges", "report", "mirror", "side_by_side", "sweep", "sweep_report", "trials", "varied",
    )),
    "verify/",
)  # fmt: skip
_LIBRARIES = {"yaml": "PyYAML"}


@cache
def bundle() -> bytes:
    """The archive: a tar with only names and contents, compressed with LZMA, which Python on the page can read."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, path in sorted(_files()):
            with open(path, "rb") as file:
                content = _slim(name, file.read())
            entry = tarfile.TarInfo(name)  # without owner and date
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return lzma.compress(data.getvalue(), preset=6 | lzma.PRESET_EXTREME)


def _slim(name: str, data: bytes) -> bytes:
    """A file without comments, docstrings and outlines of letters."""
    if name.endswith(".ttf"):
        return _without_outlines(data)
    return _without_words(data) if name.startswith("convcalc/") and name.endswith(".py") else data


def _without_words(code: bytes) -> bytes:
    """A module with empty lines instead of comments, and short texts instead of function docstrings.

    Classes keep their docstrings, because the pages of kinds are made from them.
    """
    lines = code.decode().split("\n")
    inside: set[int] = set()  # lines of strings, where a # begins no comment
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant | ast.JoinedStr) and node.end_lineno != node.lineno:
            inside.update(range(node.lineno, (node.end_lineno or 0) + 1))
        if isinstance(node, ast.FunctionDef | ast.Module) and ast.get_docstring(node, clean=False):
            said = node.body[0]
            last = said.end_lineno or said.lineno
            lines[said.lineno - 1 : last] = [""] * (last - said.lineno + 1)
            lines[said.lineno - 1] = f'{" " * said.col_offset}""'
    kept = [
        "" if line.lstrip().startswith("#") and place not in inside else line
        for place, line in enumerate(lines, start=1)
    ]
    return "\n".join(kept).encode()


def _without_outlines(font: bytes) -> bytes:
    """A font for letter widths only, without its outlines."""
    (tables,) = struct.unpack_from(">H", font, 4)
    blank = bytearray(font)
    for tag, _, offset, length in struct.iter_unpack(">4sIII", font[12 : 12 + 16 * tables]):
        if tag not in (b"head", b"hhea", b"hmtx", b"cmap"):
            blank[offset : offset + length] = bytes(length)
    return bytes(blank)


def licences() -> dict[str, str]:
    """The licences of the libraries in the archive, by name."""
    found = {}
    for name in _LIBRARIES.values():
        texts: list[str | None] = []
        try:
            about = distribution(name)
            texts = [
                about.read_text(place)
                for place in ("licenses/LICENSE", "LICENSE", "licenses/LICENSE.txt")
            ]
        except PackageNotFoundError:  # its licence is among its files
            pass
        found[name] = next((text for text in texts if text), "MIT licence")
    return found


def _files() -> Iterator[tuple[str, str]]:
    """The name of each file in the archive, with its path."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for name, path in _tree(here):
        if not name.startswith((*_LEFT_OUT, "architectures/", "sample_sheets/")):
            yield f"convcalc/{name}", path
    for name in (REGULAR, BOLD):
        yield f"convcalc/draw/fonts/{name}", os.path.join(FONTS, name)
    for name in bundled_names():
        path = os.path.join(bundled_folder(), f"{name}.yaml")
        yield f"convcalc/architectures/{name}.yaml", path
    for library in _LIBRARIES:
        spec = find_spec(library)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            yield from ((f"{library}/{name}", path) for name, path in _tree(folder))


def _tree(folder: str) -> Iterator[tuple[str, str]]:
    """The modules of a package: names relative to its folder, with /, and paths."""
    for place, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each != "__pycache__"]
        for name in names:
            if name.endswith(".py"):
                path = os.path.join(place, name)
                yield slashed(os.path.relpath(path, folder)), path
