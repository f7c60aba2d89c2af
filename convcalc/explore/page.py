"""The page: one file that opens from a disk, or a folder for a static server."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Mapping
from string import Template

from convcalc import __version__
from convcalc.explore.answers import START, reply
from convcalc.explore.bundle import ARCHIVE, bundle, licences
from convcalc.explore.pyodide import LOCK, VERSION
from convcalc.explore.static import form_html, parts_html
from convcalc.text import escape_html

_HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page")
# The tabs: the title and address of each.
TABS = {
    "layer": "One layer",
    "chain": "Chain",
    "network": "Networks",
    "yaml": "YAML editor",
    "why": "Why this number?",
}
_ADDRESSES = {"layer": "conv?n=32&k=5&s=2"}


def one_page(python: Mapping[str, bytes]) -> bytes:
    """A page that contains everything.

    Args:
        python: the files of Pyodide.
    """
    packed = _packed(python)
    elements = [
        f'<script type="application/octet-stream" id="file-{name}">{base64.b64encode(data).decode()}</script>'
        for name, data in packed.items()
    ]
    return _html("\n".join(elements), dict.fromkeys(packed, ""), "'none'", "nothing at all")


def folder_of(python: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a folder for a server, by path; all except the page are compressed.

    Args:
        python: the files of Pyodide.
    """
    packed = _packed(python)
    # Servers do not compress, unpack or retype .bin files.
    paths = {name: f"files/{name}.bin" for name in packed}
    page = _html("", paths, "'self'", "the server that it comes from, for its own files")
    return {"index.html": page, **{paths[name]: data for name, data in packed.items()}}


def _packed(python: Mapping[str, bytes]) -> dict[str, bytes]:
    """All files that Python needs, compressed, with the same bytes each time."""
    # Pyodide can load more packages, but the page does not: only the head of their list is needed.
    lock = {"info": json.loads(python[LOCK])["info"], "packages": {}}
    files = {**python, LOCK: json.dumps(lock).encode(), ARCHIVE: bundle()}
    return {name: gzip.compress(data, 9, mtime=0) for name, data in files.items()}


def _html(elements: str, urls: Mapping[str, str], connect: str, connects: str) -> bytes:
    """The page.

    Args:
        elements: the elements that contain the files.
        urls: the address of each file; empty if the page contains it.
        connect, connects: the allowed connections, for browsers and for people.
    """
    first = reply(START)
    start = {"view": START.view, "given": START.given}
    script = f"const START = {json.dumps(start)}, FILES = {json.dumps([*map(list, urls.items())])};\n{_asset('page.js')}"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}' 'wasm-unsafe-eval' blob:; worker-src blob:; "
        f"connect-src {connect}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    tabs = [
        f'<a href="#{escape_html(_ADDRESSES.get(tab, tab))}" data-tab="{tab}"{" aria-current=page" * (tab == first["tab"])}>{text}</a>'
        for tab, text in TABS.items()
    ]
    texts = licences()
    libraries = [f"{escape_html(name)} (MIT licence)" for name in texts]
    python = (
        f"Pyodide {VERSION} (Mozilla Public License 2.0, mozilla.org/MPL/2.0), unmodified: the npm package pyodide, "
        "source at github.com/pyodide/pyodide; in it Python and its standard library (PSF licence)"
    )
    return (
        Template(_asset("page.html"))
        .substitute(
            policy=policy,
            version=__version__,
            style=_asset("page.css"),
            tabs="".join(tabs),
            form=form_html(first["fields"]),
            address=escape_html(first["address"]),
            headline=escape_html(first["headline"]),
            parts=parts_html(first["parts"]),
            command=escape_html(first["command"]),
            no_command="",
            connects=connects,
            parts_of_page="".join(f"<li>{each}</li>" for each in (python, *libraries)),
            licences=escape_html("\n\n".join(f"{name}\n\n{text}" for name, text in texts.items())),
            worker=_asset("worker.js"),
            files=elements,
            script=script,
        )
        .encode()
    )


def _asset(name: str) -> str:
    """A file of the page."""
    with open(os.path.join(_HERE, name), encoding="utf-8") as file:
        return file.read()
