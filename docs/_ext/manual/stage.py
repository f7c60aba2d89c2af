"""The folder that Sphinx reads: the pages of ``docs/``, three of the source's own, and the reference.

Pages are written for readers of the source repository. So a list that only the manual needs is in a
comment, and links lead to files of the source. This module converts both for Sphinx.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parents[2]
ROOT = DOCS.parent

# Documents of the source that are also pages of the manual.
ALSO = {
    "README.md": "readme.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
}
OTHERS = "files"  # the folder of other files of the source that pages link to

_ONLY_HERE = re.compile(r"^<!-- manual\n(.*?)^-->$", re.DOTALL | re.MULTILINE)
_FENCED = re.compile(r"^(`{3,}|:{3,}).*?^\1$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?P<path>[^)#\s:]+)(?P<rest>#[^)]*)?\)")


def stage(docs: str | os.PathLike[str], place: str | os.PathLike[str]) -> Path:
    """Write all files for Sphinx into a folder; returns the folder.

    An unchanged file is not written again, so that Sphinx need not read it again.
    """
    folder, docs = Path(place), Path(docs)
    wanted: dict[str, bytes] = {}
    for path in sorted(docs.rglob("*")):
        name = path.relative_to(docs).as_posix()
        if path.is_file() and not re.match(r"(_|conf\.py)", name):
            wanted[name] = path.read_bytes()
    for name, page in ALSO.items():
        wanted[page] = (docs.parent / name).read_bytes()
    links: dict[str, Path] = {}
    for name in [name for name in wanted if name.endswith(".md")]:
        source = next((own for own, page in ALSO.items() if page == name), f"docs/{name}")
        text = wanted[name].decode()
        wanted[name] = for_sphinx(text, source, name, links).encode()
    for name, path in links.items():
        wanted[name] = path.read_bytes()
    from manual.pages import pages

    for name, text in pages():
        assert name not in wanted, f"{name} is written by hand and from the code"
        wanted[name] = text.encode()
    _write(folder, wanted)
    return folder


def for_sphinx(text: str, source: str, page: str, links: dict[str, Path]) -> str:
    """A page in the form for Sphinx.

    Args:
        text: the page in the source.
        source: its file, from the root of the source.
        page: its file in the folder for Sphinx.
        links: collects other linked files of the source, by their path in that folder.
    """
    text = _ONLY_HERE.sub(r"\1", text)
    parts = []
    for is_fenced, part in _fences(text):
        parts.append(
            part if is_fenced else _LINK.sub(lambda link: _linked(link, source, page, links), part)
        )
    return "".join(parts)


def _fences(text: str) -> Iterator[tuple[bool, str]]:
    """The parts of a page, each with whether it is a block of code."""
    end = 0
    for found in _FENCED.finditer(text):
        yield False, text[end : found.start()]
        yield True, found[0]
        end = found.end()
    yield False, text[end:]


def _linked(link: re.Match[str], source: str, page: str, links: dict[str, Path]) -> str:
    """A link to a file of the source, as a link in the folder for Sphinx."""
    name = posixpath.normpath(posixpath.join(posixpath.dirname(source), link["path"]))
    if name in ALSO:
        goal = ALSO[name]
    elif name.startswith("docs/"):
        goal = name.removeprefix("docs/")
    elif (ROOT / name).is_file():
        goal = f"{OTHERS}/{posixpath.basename(name)}"
        links[goal] = ROOT / name
    else:
        return link[0]
    start = posixpath.dirname(page) or "."
    return f"]({posixpath.relpath(goal, start)}{link['rest'] or ''})"


def _write(folder: Path, wanted: dict[str, bytes]) -> None:
    """Write these files into a folder, and remove all others."""
    for path in [*folder.rglob("*")] if folder.exists() else []:
        if path.is_file() and path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
