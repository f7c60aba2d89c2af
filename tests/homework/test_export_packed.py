"""The parts of this package in an export, from the source and from an installation."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from pathlib import Path

import pytest

import convcalc
from convcalc.homework import loads
from convcalc.homework.exports import EXPORTS
from convcalc.homework.exports.packed import package

SHEET = (
    "{convcalc_sheet: 1, id: s, questions: [{type: params, given: {k: 5, c_in: 3, filters: 10}}]}"
)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with the layout of the wheel: networks and sample sheets are inside it."""
    root = tmp_path / "site-packages" / "convcalc"
    for name in (
        "__init__.py", "homework/mark.py", "architectures/net.yaml", "sample_sheets/ps.yaml",
        "sample_sheets/class/key.yaml", "sample_sheets/class/answers.py", "cli/main.py", "__pycache__/a.py",
    ):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("answer: 760\n")
    monkeypatch.setattr(convcalc, "__file__", str(root / "__init__.py"))
    return root


def packed_names(name: str) -> set[str]:
    """The files of the package in an export."""
    for out in EXPORTS.find(name)(loads(SHEET), 1).files():
        data = out.data
        if found := re.search(rb'^_PACKED = "([A-Za-z0-9+/=]+)"$', data, re.MULTILINE):
            data = base64.b64decode(found[1])
        if data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return {each for each in archive.namelist() if each.startswith("convcalc/")}
    return set()


@pytest.mark.parametrize("name", ["gradescope", "nbgrader", "otter"])
def test_sample_sheets_of_an_installed_package_stay_out(name: str, installed: Path) -> None:
    assert packed_names(name) == {
        "convcalc/__init__.py", "convcalc/homework/mark.py", "convcalc/architectures/net.yaml",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["gradescope", "nbgrader", "otter"])
def test_networks_go_along_and_sample_sheets_do_not(name: str) -> None:
    names = packed_names(name)
    assert {"convcalc/architectures/vgg16.yaml", "convcalc/homework/marking/mark.py"} <= names
    assert not [
        each for each in names if each.startswith(("convcalc/sample_sheets", "convcalc/cli"))
    ]


def test_what_is_packed_is_what_is_there(installed: Path) -> None:
    assert {out.name: out.data for out in package()}[
        "convcalc/homework/mark.py"
    ] == b"answer: 760\n"
