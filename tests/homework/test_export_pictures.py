"""Pictures of questions in exports: each platform's own way to store a file, or a note that it stores none."""

from __future__ import annotations

import base64
import io
import json
import re
import sys
import zipfile
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from convcalc.homework import loads
from convcalc.homework.exports import EXPORTS
from convcalc.homework.exports.base import Export, Out
from convcalc.homework.exports.packed import package

SHEET = """
convcalc_sheet: 1
id: figs
questions:
  - {id: q5, type: output-size, figure: true, given: {n: 32, k: 5, s: 2}}
  - {id: q6, type: output-size, figure: true, vary: {n: [31, 33], k: [3]}}
  - {id: hand, type: conv-by-hand, figure: true, given: {x: [[0,1,2],[3,4,5],[6,7,8]], w: [[0,1],[2,3]]}}
  - {id: q7, type: params, given: {k: 5, c_in: 3, filters: 10}}
"""
SHOWN = {
    "figs-q5": "height and width: 32 cells; the next window is 2 cells further.",
    "figs-q6-variant-1": "height and width: 33 cells; the next window is 1 cell further.",
    "figs-q6-variant-2": "height and width: 31 cells; the next window is 1 cell further.",
    "figs-hand": "x: 3×3. w: 2×2.",
}


def exported(name: str) -> tuple[Export, dict[str, bytes]]:
    """An export and its files, also those inside an archive."""
    made = EXPORTS.find(name)(loads(SHEET), 2)
    files: list[Out] = list(made.files())
    if files[0].data[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(files[0].data))
        return made, {each: archive.read(each) for each in archive.namelist()}
    return made, {each.name: each.data for each in files}


def described(data: bytes) -> str:
    """The description in a picture, after checking that it is XML without scripts and external content."""
    root = ET.fromstring(data)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not re.search(rb"<script|href|prefers-color-scheme", data)
    found = root.find("{http://www.w3.org/2000/svg}desc")
    assert found is not None
    return found.text or ""


def pictures_in(html: str) -> dict[str, str]:
    """The sources of the pictures in a text, each with its alternative text."""
    return {
        source: unescape(alt)
        for source, alt in re.findall(r'<img src="([^"]+)" alt="([^"]*)"', html)
    }


def in_text(html: str) -> list[str]:
    """The descriptions of the pictures inside a text."""
    found = []
    for source, alt in pictures_in(html).items():
        kind, _, data = source.partition(",")
        assert kind == "data:image/svg+xml;base64"
        assert described(base64.b64decode(data)) == alt
        found.append(alt)
    return found


def test_moodle_has_the_file_beside_the_text() -> None:
    root = ET.fromstring(exported("moodle-xml")[1][""])
    found: dict[str, str] = {}
    for text in root.iter("questiontext"):
        shown = pictures_in(text.findtext("text") or "")
        files = {
            f"@@PLUGINFILE@@/{each.get('name')}": described(base64.b64decode(each.text or ""))
            for each in text.iter("file")
        }
        assert shown == files
        found |= {name.rpartition("/")[2]: said for name, said in files.items()}
    assert found == {f"{stem}.svg": said for stem, said in SHOWN.items()}


@pytest.mark.parametrize("name", ["qti", "qti-choice"])
def test_canvas_has_the_files_in_the_archive_and_its_manifest(name: str) -> None:
    files = exported(name)[1]
    found = {path: described(data) for path, data in files.items() if path.endswith(".svg")}
    assert found == {f"images/{stem}.svg": said for stem, said in SHOWN.items()}
    manifest = ET.fromstring(files["imsmanifest.xml"])
    assert {each.get("href") for each in manifest.iter() if each.get("type") == "webcontent"} == {
        *found
    }
    (quiz,) = (data for path, data in files.items() if re.fullmatch(r"(\w+)/\1\.xml", path))
    texts = [each.text or "" for each in ET.fromstring(quiz).iter() if each.tag.endswith("mattext")]
    shown = {source: alt for text in texts for source, alt in pictures_in(text).items()}
    assert shown == {f"%24IMS-CC-FILEBASE%24/{path}": said for path, said in found.items()}


def test_prairielearn_has_the_files_of_a_question_and_shows_that_of_the_variant() -> None:
    files = exported("prairielearn")[1]
    found = {path: described(data) for path, data in files.items() if path.endswith(".svg")}
    assert {path.rpartition("/")[2]: said for path, said in found.items()} == {
        f"{stem}.svg": said for stem, said in SHOWN.items()
    }
    for question in ("q5", "q6", "hand"):
        folder = f"figs_{question}"
        page = files[f"{folder}/question.html"].decode()
        assert (
            '<pl-figure file-name="{{params.picture}}" alt="{{params.shows}}"></pl-figure>' in page
        )
        server: dict[str, Any] = {}
        exec(files[f"{folder}/server.py"], server)  # code of this project
        for seed in range(2):
            data: dict[str, Any] = {"variant_seed": seed, "params": {}, "correct_answers": {}}
            server["generate"](data)
            place = f"{folder}/clientFilesQuestion/{data['params']['picture']}"
            assert found[place] == data["params"]["shows"]
            size = re.search(r"(\d+) cells", found[place])
            assert size is None or size[1] in data["params"]["text"]
    assert "pl-figure" not in files["figs_q7/question.html"].decode()


@pytest.mark.parametrize("name", ["nbgrader", "otter"])
def test_notebooks_have_the_pictures_in_their_text(name: str) -> None:
    notebook = json.loads(exported(name)[1]["figs.ipynb"])
    texts = [
        "".join(each["source"]) for each in notebook["cells"] if each["cell_type"] == "markdown"
    ]
    assert [said for text in texts for said in in_text(text)] == [
        SHOWN["figs-q5"], SHOWN["figs-q6-variant-1"], SHOWN["figs-hand"],
    ]  # fmt: skip


def test_jupyterquiz_has_the_pictures_in_its_text() -> None:
    questions = json.loads(exported("jupyterquiz")[1][""])
    found = [said for each in questions for said in in_text(each["question"])]
    assert found == [*list(SHOWN.values())[:3], *[SHOWN["figs-hand"]] * 4]


@pytest.mark.parametrize(("name", "platform"), [("gift", "GIFT"), ("cloze", "Cloze")])
def test_what_holds_no_pictures_says_so(name: str, platform: str) -> None:
    made, files = exported(name)
    assert b"<img" not in files[""]
    assert (
        f"{platform} takes no pictures, so those of q5, q6, hand are left out; "
        "hw show SHEET -o sheet.html draws them, to add to the questions"
    ) in made.notes


def test_graders_need_nothing_that_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not [out.name for out in package() if "/draw/" in out.name]
    for name in [name for name in sys.modules if name.startswith("convcalc.draw.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "convcalc.draw", None)
    monkeypatch.setitem(sys.modules, "convcalc.draw.setting", None)
    assert loads(SHEET)["q5"].figure
