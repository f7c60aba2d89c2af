"""Files mistaken for networks are named, with the way to get one; no network is taken for another file."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import ConvcalcError
from convcalc.files import start_as_utf_8
from convcalc.interop.load import load, loads
from convcalc.interop.readers import READERS
from convcalc.interop.signs import HEAD, SUFFIXES, WEIGHTS, format_of
from convcalc.interop.sorts import other_file, other_folder, sort_of, sort_of_text
from convcalc.network.notations import NOTATIONS
from other_files import OTHER_FILES

TOP = Path(__file__).parents[2]


def test_each_file_is_named_with_the_way_out(
    golden: Callable[[str, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = []
    for name, data in OTHER_FILES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(data)
        with pytest.raises(ConvcalcError) as caught:
            load(name)
        said.append(f"{caught.value}\n")
    for folder in ("saved_model", "."):
        with pytest.raises(ConvcalcError) as caught:
            load(folder)
        said.append(f"{caught.value}\n")
    golden("other_files.txt", "".join(said))


def test_standard_input_is_piped_on_and_needs_no_name() -> None:
    with pytest.raises(ConvcalcError) as caught:
        loads(OTHER_FILES["model.py"], path="-")
    assert "nothing: convcalc chain --input 3x32x32 -; or" in str(caught.value)


def test_the_name_of_a_file_stays_one_word_of_the_command() -> None:
    said = other_file("my $(net).py", OTHER_FILES["model.py"])
    assert "convcalc chain --input 3x32x32 - < 'my $(net).py'; or" in said
    assert "\x1b" not in other_file("a\x1b[31m.py", OTHER_FILES["model.py"])


def test_the_command_that_is_named_reads_the_file(
    convcalc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = OTHER_FILES["printed.txt"].decode()
    line = other_file("printed.txt", OTHER_FILES["printed.txt"]).rpartition("convcalc ")[2]
    words, _, file = line.partition(" < ")
    assert file == "printed.txt"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    ran = convcalc(*words.split(), "--format", "json")
    assert ran.code == 0, ran.err
    assert [row["kind"] for row in json.loads(ran.out)["layers"]] == ["conv", "relu", "maxpool"]


@pytest.mark.parametrize("key", ["layers: 3", "answers: none", "questions: 2", '"extends": x'])
def test_keys_in_the_cells_of_a_table_say_nothing_of_it(key: str) -> None:
    for heading in ("Time,Name,Text", '"Name";"Text"', "Name\tText", "\n Name,What: why?"):
        assert sort_of_text(f'{heading}\n1,"it has\n{key}"\n'.encode()) == ""
    assert sort_of_text(f'student_id,q1\ns1,"it has\n{key}"\n'.encode("utf-16")) == "roster"
    for first in ("name: a, b", "# a, b", '"name": "a, b",', "{", ""):
        assert sort_of_text(f"{first}\n{key}\n".encode()) != ""


def test_no_network_is_taken_for_something_else() -> None:
    files = [path for path in (TOP / "architectures").glob("*.yaml")]
    files += [path for path in (TOP / "tests").rglob("*") if path.suffix in (".prototxt", ".cfg", ".onnx", ".pt2")]  # fmt: skip
    files += [path for path in (TOP / "tests/bad_specs").glob("*.yaml")]
    assert len(files) > 100
    wrong = []
    for path in files:
        head = path.read_bytes()[:HEAD]
        with path.open("rb") as file:
            if said := other_file(str(path), head, format_of(head, file)):
                wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize("suffix", ["", ".yaml", ".txt"])
def test_any_text_with_layers_is_a_network_whatever_stands_in_it(suffix: str) -> None:
    text = b"# import torch\nimport: os\nnn.Conv2d(3): x\nlayers: [relu]\n"
    assert sort_of_text(text) == "network"
    assert other_file(f"net{suffix}", text) == ""


def test_sheets_answers_and_networks_are_told_by_their_keys() -> None:
    for name in (TOP / "architectures").glob("*.yaml"):
        assert sort_of(name.read_bytes()[:65_536]) == "network", name
    for name in (TOP / "homework").rglob("*.yaml"):
        text = name.read_bytes()
        if b"convcalc_sheet:" in text:
            assert sort_of(text) == "sheet", name
    cases = {
        b"answers: {q1: 3}\n": "answers",
        b"answers:\n  q1: |\n    layers: [relu]\n": "answers",
        b'{"layers": ["relu"]}': "network",
        b"{convcalc_sheet: 1, questions: []}": "sheet",
        b"extends : vgg16\n": "network",
        "layers: [relu]\n".encode("utf-16"): "network",
        b"\xef\xbb\xbfstudent_id,q1\n": "roster",
        b"  layers: [relu]\n": "",
        b"x\x89PNG": "",
        b"": "",
    }
    assert {text: sort_of(start_as_utf_8(text)) for text in cases} == cases
    assert {text: sort_of(text) for text in cases} == cases


def test_a_folder_names_a_network_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("students: []\n")
    (tmp_path / ".b.yaml").write_text("layers: [relu]\n")
    (tmp_path / "c.yaml").write_text("layers: [relu]\n")
    assert other_folder(str(tmp_path)).endswith(f"name a network in it, such as {tmp_path}/c.yaml")
    assert "no network lies in it" in other_folder(str(tmp_path / "gone"))


def test_code_in_other_notations_is_told_as_code() -> None:
    for name in ("keras", "pytorch"):
        said = other_file("net.txt", NOTATIONS[name].example.encode())
        assert said.startswith("net.txt: is code in Python; "), name


@pytest.mark.parametrize(
    "unit", [b"\n", b" ", b"\r\n", b"\n ", b";\n", b"\t", b"<?xml ", b"layer (type"]
)
def test_what_repeats_itself_is_told_at_once(unit: bytes) -> None:
    head = (unit * HEAD)[:HEAD]
    start = time.process_time()
    for _ in range(3):
        other_file("net.dat", head)
    assert time.process_time() - start < 0.15  # linear; with quadratic cost each took 1 s


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_no_pipe_in_a_folder_is_waited_for(tmp_path: Path, convcalc: Any) -> None:
    (tmp_path / "nets").mkdir()
    os.mkfifo(tmp_path / "nets" / "a.yaml")
    os.mkfifo(tmp_path / "nets" / "b.onnx")
    folder = str(tmp_path / "nets")
    assert other_folder(folder) == (
        f"{folder}: is a folder, and no network lies in it; name a file such as net.yaml"
    )
    assert "there is no network file in this folder" in convcalc("check", folder).err
    (tmp_path / "nets" / "c.yaml").write_text("input: [3, 8, 8]\nlayers: [relu]\n")
    assert (
        other_folder(folder)
        == f"{folder}: is a folder; name a network in it, such as {folder}/c.yaml"
    )
    assert convcalc("check", folder).out == "1 file: 1 as expected, 0 with errors\n"


def test_suffixes_are_those_of_the_readers() -> None:
    assert {each.suffix for each in READERS.values()} == {*SUFFIXES, *WEIGHTS}
