"""How the page is made: its content, the same bytes twice, and the origin of Pyodide."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import io
import json
import lzma
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import webbrowser
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Ran
from convcalc.draw import PICTURES
from convcalc.draw.inline import inline_svg
from convcalc.draw.svg import svg_text
from convcalc.errors import ConvcalcError, UsageError
from convcalc.explore import pyodide, write
from convcalc.explore.answers import START, reply
from convcalc.explore.bundle import ARCHIVE, _without_words, bundle, licences
from convcalc.explore.page import folder_of, one_page
from convcalc.explore.parts import Asked, area_field, choice_field, error_part, number_field
from convcalc.explore.pyodide import FILES, LOCK, PACKAGE, VERSION, cache_folder, pyodide_files
from convcalc.explore.static import form_html, parts_html
from convcalc.explore.views import VIEWS
from convcalc.layers import make
from convcalc.network.find import bundled_names
from convcalc.network.load import load
from explore.random_questions import questions
from strategies import few
from test_floors import MODULES, imports

Run = Callable[..., Ran]
# As long as Pyodide: the page includes it unchanged.
PYTHON = {name: f"{name} as it is".encode() for name in FILES} | {
    LOCK: json.dumps({"info": {"python": "3.14.2"}, "packages": {"numpy": {}}}).encode()
}


def package(files: dict[str, bytes]) -> bytes:
    """A package in npm's format."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()


def checksum(data: bytes) -> str:
    return base64.b64encode(hashlib.sha512(data).digest()).decode()


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> bytes:
    """A small package that counts as Pyodide, and an empty cache."""
    data = package(PYTHON)
    monkeypatch.setattr(pyodide, "_CHECKSUM", checksum(data))
    monkeypatch.setenv("CONVCALC_CACHE", str(tmp_path / "cache"))
    return data


# ---------------------------------------------------------------------------------------- the page


def held(page: str) -> dict[str, bytes]:
    """The files in a page, unpacked."""
    found = re.findall(
        r'<script type="application/octet-stream" id="file-([^"]+)">([^<]+)</script>', page
    )
    return {name: gzip.decompress(base64.b64decode(text)) for name, text in found}


def test_one_page_holds_everything_and_may_connect_to_nothing() -> None:
    page = one_page(PYTHON).decode()
    files = held(page)
    assert files.keys() == {*FILES, ARCHIVE}
    assert all(files[name] == PYTHON[name] for name in FILES if name != LOCK)
    assert json.loads(files[LOCK]) == {"info": {"python": "3.14.2"}, "packages": {}}
    assert files[ARCHIVE] == bundle()
    policy = html.unescape(re.findall(r'Content-Security-Policy" content="([^"]+)"', page)[0])
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    assert "unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
    script = page.rpartition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}' 'wasm-unsafe-eval' blob:" in policy
    assert f"Pyodide {VERSION}" in page
    assert "Mozilla Public License 2.0" in page
    assert not re.findall(r'(?:src|href)="(?!#|data:,)[^"]*"', page)


@pytest.mark.unmeasured
def test_the_same_bytes_twice() -> None:
    assert one_page(PYTHON) == one_page(PYTHON)
    assert folder_of(PYTHON) == folder_of(PYTHON)


def test_the_folder_has_one_page_and_packed_files() -> None:
    files = folder_of(PYTHON)
    page = files.pop("index.html").decode()
    assert "connect-src 'self'" in html.unescape(page)
    assert held(page) == {}
    assert set(files) == {f"files/{name}.bin" for name in (*FILES, ARCHIVE)}
    assert gzip.decompress(files["files/pyodide.mjs.bin"]) == PYTHON["pyodide.mjs"]
    for name in files:
        assert f'"{name}"' in page


def test_the_first_answer_can_be_read_without_a_script() -> None:
    page = one_page(PYTHON).decode()
    body = re.sub(r"<script.*?</script>|<style>.*?</style>", "", page, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", " ", body))
    for said in (
        "1×32×32 → 1×14×14",
        "never read the last row and column",
        "25 weights + 1 bias",
        "multiply-adds",
    ):
        assert said in text
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in body
    assert 'data-tab="layer" aria-current="page"' in page.replace(
        "aria-current=page", 'aria-current="page"'
    )


def test_the_script_only_shows() -> None:
    """It only computes with positions and times: numbers come from Python."""
    script = (Path(write.__file__).parent / "page" / "page.js").read_text(encoding="utf-8")
    lines = [line for line in script.splitlines() if not line.strip().startswith("//")]
    assert len(lines) <= 320
    code = re.sub(r'"[^"]*"|`[^`]*`|//.*|/\*.*?\*/|=>', "", "\n".join(lines))
    assert set(re.findall(r"\w+ [-+*/%] \w+", code)) <= {"place + 1"}
    assert "innerHTML" not in script
    assert "eval(" not in script


# --------------------------------------------------------------------------------- names are texts

NASTY = "</script><b>&\"'<img src=x>"


def test_whatever_is_said_is_text() -> None:
    fields = [
        choice_field("a", NASTY, NASTY, {NASTY: NASTY}),
        area_field("b", NASTY, NASTY, lines=3),
        number_field(NASTY, NASTY, NASTY, (0, 5), [NASTY], NASTY),
    ]
    given = {"text": f"input: [3, 8, 8]\nname: {json.dumps(NASTY)}\nlayers: [relu]\n"}
    parts = [*reply(Asked("yaml", given))["parts"], error_part(UsageError(NASTY), "")]
    for made in (form_html(fields), parts_html(parts)):
        found = re.findall(r"<(\w+)", re.sub(r"<svg.*?</svg>", "", made))
        assert not {"b", "img", "script"} & set(found)
        assert html.unescape(re.sub(r"<[^>]+>", "", made)).count("<b>") >= 1


def test_every_part_and_field_is_shown() -> None:
    for view, values in (
        ("conv", {"n": "9", "k": "3", "s": "2", "p": "same"}),
        ("network", {"name": "lenet5", "layer": "C1"}),
        ("yaml", {"text": "input: [3, 8, 8]\nlayers: [rulu]\n"}),
        ("why", {}),
        ("chain", {}),
    ):
        found = reply(Asked(view, values))
        shown = html.unescape(re.sub(r"<[^>]+>", " ", parts_html(found["parts"])))
        for part in found["parts"]:
            for text in [
                *part.get("lines", ()),
                *(cell for row in part.get("rows", ()) for cell in row),
            ]:
                assert text in shown
        assert form_html(found["fields"]).count("<label") == len(found["fields"])


# ------------------------------------------------------------------------------------ the pictures


def canonical(svg: str) -> str:
    """SVG without irrelevant differences."""
    plain = re.sub(r">\s+<", "><", svg).replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    return ET.canonicalize(plain.replace("<defs></defs>", ""), strip_text=False)


PICTURED = [
    each
    for each in questions(200, seed=3)
    if each["view"] in ("conv", "maxpool", "conv_transpose", "unpool")
]


@few
@given(st.sampled_from(PICTURED), st.sampled_from(["fit", "window"]))
@pytest.mark.unmeasured
def test_pictures_are_those_of_the_drawing_library(question: dict[str, Any], name: str) -> None:
    texts = {"k": "kernel_size", "s": "stride", "p": "padding", "a": "output_padding"}
    asked = question["given"]
    options = {texts[word]: text for word, text in asked.items() if word in texts}
    if "conv" in question["view"]:
        options["out_channels"] = "1"
    try:
        layer = make(question["view"], options, text=True)
        shape = (
            (1, *map(int, asked["n"].split("x")))
            if "x" in asked["n"]
            else (1, int(asked["n"]), int(asked["n"]))
        )
        layer.check(shape)
        figure = PICTURES[name](layer, shape).figure()  # type: ignore[call-arg]
    except ConvcalcError:
        return
    assert canonical(inline_svg(figure)) == canonical(svg_text(figure, inline=True))


@pytest.mark.unmeasured
def test_pictures_of_networks_are_those_of_the_drawing_library() -> None:
    for network in ("lenet5", "unet", "googlenet"):
        analysis = load(network).walk()
        for name in ("net", "cost", "field"):
            figure = PICTURES[name](analysis).figure()  # type: ignore[call-arg]
            assert canonical(inline_svg(figure)) == canonical(svg_text(figure, inline=True))


# ---------------------------------------------------------------------------------------- the bundle


MAX_BUNDLE = 640_000  # bytes; Pyodide has 6,300,000 of the 7,000,000 of a folder


def test_the_bundle_leaves_room_for_what_comes() -> None:
    assert len(bundle()) <= MAX_BUNDLE, (
        f"convcalc has {len(bundle()):,} bytes in the page of convcalc explore, and {MAX_BUNDLE:,} are allowed; "
        "leave out what no view asks for: _LEFT_OUT in convcalc/explore/bundle.py"
    )


@pytest.mark.unmeasured
def test_what_is_left_out_is_not_imported_at_once() -> None:
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(bundle()))) as archive:
        names = {name.removesuffix(".py").removesuffix("/__init__") for name in archive.getnames()}
    there = {name.replace("/", ".").removeprefix("convcalc.") for name in names}
    missing = [
        str(found)
        for found in imports()
        if found.ours and found.target in MODULES and found.module in there
        and not (found.lazy or found.typing) and found.target not in {*there, ""}
    ]  # fmt: skip
    missing = [each for each in missing if ".modules(" not in each]  # it imports what is requested
    assert not missing, "\n".join(missing)


def test_modules_of_the_page_are_the_same_without_words() -> None:
    code = b'# why\n"""About."""\nclass A:\n    """Kept."""\n    x = """\n# text"""\n\n    def f(self):\n        """Said\n        more."""\n        return 1\n'
    assert _without_words(code).decode() == (
        '\n""\nclass A:\n    """Kept."""\n    x = """\n# text"""\n\n    def f(self):\n        ""\n\n        return 1\n'
    )


def test_the_bundle_has_no_owner_and_no_date() -> None:
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(bundle()))) as archive:
        entries = archive.getmembers()
    names = [entry.name for entry in entries]
    assert names == sorted(names)
    assert {(entry.mtime, entry.uid, entry.uname, entry.mode) for entry in entries} == {
        (0, 0, "", 0o644)
    }
    assert {
        "convcalc/explore/answers.py",
        "yaml/loader.py",
        "convcalc/architectures/vgg16.yaml",
    } <= set(names)
    assert not [name for name in names if "/cli/" in name or name.endswith((".so", ".pyc"))]
    assert "Permission is hereby granted" in licences()["PyYAML"]


def test_licences_are_named_where_their_texts_are_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("convcalc.explore.bundle.distribution", missing)
    assert licences() == {"PyYAML": "MIT licence"}


BARE = """
import json, sys
sys.path.insert(0, sys.argv[1])
sys.modules["numpy"] = None
from convcalc.explore.answers import answer
for line in sys.stdin:
    question, _, data = line.strip().partition("\\t")
    print(answer(question, bytes.fromhex(data)))
"""


@pytest.mark.unmeasured
def test_the_bundle_answers_alone(tmp_path: Path) -> None:
    """With only the standard library, it gives the same answers as here."""
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(bundle()))) as archive:
        archive.extractall(tmp_path, filter="data")
    cfg = b"[net]\nheight=32\nwidth=32\nchannels=3\n[convolutional]\nfilters=8\nsize=3\nactivation=relu\n"
    asked: list[tuple[dict[str, Any], bytes]] = [
        *((each, b"") for each in questions(20, seed=5)),
        *(({"view": "network", "given": {"name": name}}, b"") for name in bundled_names()[::9]),
        ({"view": "yaml", "given": {"text": "input: [3, 8, 8]\nlayers: [rulu]\n"}}, b""),
        (
            {
                "view": "chain",
                "given": {"input": "1x28x28", "layers": "nn.Conv2d(1, 6, 5), nn.ReLU()"},
            },
            b"",
        ),
        ({"view": "why", "given": {}}, b""),
        *(
            ({"view": "network", "given": {"name": "lenet5", "picture": name}}, b"")
            for name in ("cost", "field", "none")
        ),
        ({"view": "conv", "given": {"n": "7", "k": "3", "picture": "window"}}, b""),
        ({"view": "file", "given": {"name": "a.cfg"}}, cfg),
        ({"view": "file", "given": {"name": "cat.png"}}, b"\x89PNG\r\n\x1a\n\x00\x00"),
    ]
    lines = [f"{json.dumps(question)}\t{data.hex()}" for question, data in asked]
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", BARE, str(tmp_path)],
        input="\n".join(lines), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    for (question, data), said in zip(asked, ran.stdout.splitlines(), strict=True):
        mine = reply(
            Asked(question["view"], question["given"], data=data),
            facts=question.get("facts", False),
        )
        assert json.loads(said) == json.loads(json.dumps(mine)), question


# ----------------------------------------------------------------------------------------- pyodide


def test_pyodide_is_got_once_and_kept(packed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    calls = []

    def npm(words: list[str], cwd: str, **_: Any) -> subprocess.CompletedProcess[str]:
        calls.append(words)
        (Path(cwd) / PACKAGE).write_bytes(packed)
        return subprocess.CompletedProcess(words, 0, "", "")

    monkeypatch.setattr(shutil, "which", lambda name: f"/somewhere/{name}")
    monkeypatch.setattr(subprocess, "run", npm)
    assert pyodide_files("", told.append) == PYTHON
    assert pyodide_files("", told.append) == PYTHON
    assert calls == [
        ["/somewhere/npm", "pack", f"pyodide@{VERSION}", "--ignore-scripts", "--silent"]
    ]
    assert told == [
        f"getting Pyodide {VERSION} (6.5 MB) with npm, once; it is kept in {cache_folder()}"
    ]
    (Path(cache_folder()) / PACKAGE).write_bytes(b"damaged")
    assert pyodide_files("", told.append) == PYTHON
    assert len(calls) == 2


WAY_OUT = (
    f"run npm pack pyodide@{VERSION} where there is npm, and name the file with --pyodide {PACKAGE}"
)


@pytest.mark.usefixtures("packed")
@pytest.mark.parametrize(
    ("which", "run", "said"),
    [
        (None, None, f"explore needs Pyodide {VERSION}, which npm gets, and there is no npm here; {WAY_OUT}"),
        ("npm", OSError("no such program"), f"explore needs Pyodide {VERSION}, but npm does not run (no such program); {WAY_OUT}"),
        ("npm", "npm error code E404\nnpm error 404\x1b", f"explore needs Pyodide {VERSION}, but npm cannot get it (npm error code E404 npm error 404\\x1b); {WAY_OUT}"),
        ("npm", "", f"explore needs Pyodide {VERSION}, but npm cannot get it (exit code 1); {WAY_OUT}"),
    ],
)  # fmt: skip
def test_what_is_said_where_npm_cannot(
    which: str | None, run: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def npm(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        if isinstance(run, Exception):
            raise run
        return subprocess.CompletedProcess([], 1, "", run)

    monkeypatch.setattr(shutil, "which", lambda _: which)
    monkeypatch.setattr(subprocess, "run", npm)
    with pytest.raises(UsageError) as refused:
        pyodide_files("", print)
    assert str(refused.value) == said


@pytest.mark.usefixtures("packed")
def test_another_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.tgz"
    other.write_bytes(package({"evil.js": b"x"}))
    with pytest.raises(UsageError, match=r"other\.tgz: is not the package pyodide 314"):
        pyodide_files(str(other), print)

    def npm(words: list[str], cwd: str, **_: Any) -> subprocess.CompletedProcess[str]:
        (Path(cwd) / PACKAGE).write_bytes(b"something else")
        return subprocess.CompletedProcess(words, 0, "", "")

    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(subprocess, "run", npm)
    with pytest.raises(UsageError, match=f"pyodide@{VERSION} from npm: is not the package"):
        pyodide_files("", print)
    assert not (Path(cache_folder()) / PACKAGE).exists()


def test_where_things_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONVCALC_CACHE", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert cache_folder() == "/caches/convcalc"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/ada")
    assert cache_folder() == "/home/ada/.cache/convcalc"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_folder() == "/home/ada/Library/Caches/convcalc"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/Local")
    assert cache_folder() == "/Local/convcalc"


# ----------------------------------------------------------------------------------------- command


def test_a_page_and_a_folder_are_written(packed: bytes, tmp_path: Path, convcalc: Run) -> None:
    (tmp_path / PACKAGE).write_bytes(packed)
    page, folder = tmp_path / "page.html", tmp_path / "site"
    given = ("--pyodide", str(tmp_path / PACKAGE))
    assert convcalc("explore", "-o", str(page), *given) == (0, "", f"wrote {page}\n")
    assert page.read_bytes() == one_page(PYTHON)
    for _ in range(2):  # the second time over the first
        ran = convcalc("explore", "-o", f"{folder}/", *given)
        said = f"wrote {folder}/\ntry it: python -m http.server --directory {folder}/\n"
        assert ran == (0, "", said)
    assert {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*.*")
        if path.is_file()
    } == folder_of(PYTHON)


def test_a_browser_opens_a_temporary_page(
    packed: bytes, tmp_path: Path, convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / PACKAGE).write_bytes(packed)
    opened: list[str] = []

    def show(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", show)
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    ran = convcalc("explore", "--pyodide", str(tmp_path / PACKAGE))
    path = tmp_path / "convcalc.html"
    said = "it is a temporary file, and -o page.html makes one to keep"
    assert ran == (0, f"{path}\n", f"your browser opens it; {said}\n")
    assert opened == [path.as_uri()]
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    ran = convcalc("explore", "--pyodide", str(tmp_path / PACKAGE))
    assert ran.err == f"open it in a browser; {said}\n"
    assert len(opened) == 1


@pytest.mark.usefixtures("packed")
def test_places_that_are_refused(
    tmp_path: Path, convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("<p>my own page</p>", encoding="utf-8")
    for output, said in (
        (
            "page.pdf",
            "-o page.pdf: is neither a page nor a folder; end it in .html, or in / for a folder",
        ),
        ("-", "-o -: a page of 9 MB is not for a terminal; name a file such as page.html"),
        (
            "none/page.html",
            "-o none/page.html: cannot be written: No such file or directory; choose another place",
        ),
        (
            "mine",
            "-o mine: contains an index.html that convcalc did not make; choose another folder",
        ),
        (
            "mine/",
            "-o mine/: contains an index.html that convcalc did not make; choose another folder",
        ),
    ):
        assert convcalc("explore", "-o", output) == (2, "", f"convcalc: {said}\n")
    assert convcalc("explore", "-o", "page.html").code == 2
    assert not (tmp_path / "page.html").exists()


def test_the_first_question_is_in_every_part_of_the_page() -> None:
    assert START.view in reply(START)["address"]
    assert set(VIEWS) == {"layer", "chain", "network", "yaml", "file", "why"}
