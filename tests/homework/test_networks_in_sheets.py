"""Networks in sheets: every notation, only files in the sheet's folder, and where they are copied."""

from __future__ import annotations

import os
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import ConvcalcError
from convcalc.homework import check, load, loads
from convcalc.homework.classroom.distribute import make
from convcalc.homework.classroom.roster import Roster, Student
from convcalc.homework.exports import EXPORTS
from convcalc.homework.marking.lint import lint
from convcalc.homework.questions import create_question
from convcalc.homework.sheets.beside import MAX_FILE, files_beside
from test_notations import KERAS, NET

NETWORK = "input: [3, 32, 32]\nlayers:\n  - conv: {out_channels: 6, kernel_size: 5}\n  - relu\n  - flatten\n  - linear: {out_features: 10}\n"


def sheet_text(arch: str, **more: str) -> str:
    """A sheet of one table, in YAML."""
    block = "\n".join(f"      {line}" for line in arch.strip("\n").splitlines())
    rest = "".join(f"    {key}: {value}\n" for key, value in more.items())
    return f"convcalc_sheet: 1\nquestions:\n  - id: q\n    type: arch-table\n    ask: [shape, params]\n{rest}    arch: |\n{block}\n"


def answers(arch: str, **more: str) -> list[Any]:
    """The right answers of such a table."""
    return [part.expected for part in loads(sheet_text(arch, **more))["q"].parts]


LENET = [
    (28, 28, 6), 456, (14, 14, 6), 0, (10, 10, 16), 2416, (5, 5, 16), 0, (120,), 48120, (84,), 10164, (10,), 850,
]  # fmt: skip


@pytest.mark.parametrize(
    "arch",
    [
        "conv:k5c6 pool:k2 conv:k5c16 pool:k2 fc:120 fc:84 fc:10",
        "CONV5-6, POOL2, CONV5-16, POOL2, FC-120, FC-84, FC-10",
        "5x5 conv, 6\n2x2 max pool\n5x5 conv, 16\n2x2 max pool\nfc 120\nfc 84\nfc 10",
        NET,
        "layers.Conv2D(6, 5, activation='relu', input_shape=(32, 32, 3))\nlayers.MaxPooling2D()\nlayers.Conv2D(16, 5)\n"
        "layers.MaxPooling2D()\nlayers.Flatten()\nlayers.Dense(120)\nlayers.Dense(84)\nlayers.Dense(10)",
    ],
)  # fmt: skip
def test_a_table_in_every_notation(arch: str) -> None:
    assert answers(arch, input="32x32x3") == LENET


def test_the_input_may_stand_in_the_code() -> None:
    assert answers(KERAS[0])[:2] == [(26, 26, 32), 320]


def test_a_strict_sheet_leaves_code_as_the_library_runs_it() -> None:
    strict = "convcalc_sheet: 1\nconventions: {fit: strict}\nquestions:\n  - {type: flatten, input: 5x5x1, arch: '%s'}\n"
    assert loads(strict % "nn.MaxPool2d(2)").questions[0].parts[0].expected == 4
    with pytest.raises(ConvcalcError) as caught:
        loads(strict % "POOL2")
    assert str(caught.value).split("\n")[0] == (
        "<sheet>:4:41: q1.given.arch: maxpool1 (POOL2): 2.5: a 2-wide window does not fit 5 along the height in steps of 2 "
        "(1 cell is left over); use an input of 4 or 6, another stride, or fit: floor"
    )


def test_the_conventions_of_a_sheet_hold_for_words() -> None:
    total = "convcalc_sheet: 1\nconventions: {padding: total}\nquestions:\n  - {type: flatten, input: 5x5x1, arch: '%s'}\n"
    assert loads(total % "CONV3-1 pad 2").questions[0].parts[0].expected == 25  # 1 on each side
    assert loads(total % "nn.Conv2d(1, 1, 3, padding=2)").questions[0].parts[0].expected == 49


def test_a_question_shows_lines_of_code_on_one_line() -> None:
    question = loads(sheet_text(NET, input="32x32x3"))["q"]
    assert question.sentence == (
        "Network: conv1: nn.Conv2d(3, 6, 5) → relu() → pool: nn.MaxPool2d(2, 2) → conv2: nn.Conv2d(6, 16, 5) → relu() → "
        "pool: nn.MaxPool2d(2, 2) → flatten() → fc1: nn.Linear(16 * 5 * 5, 120) → relu() → fc2: nn.Linear(120, 84) → "
        "relu() → fc3: nn.Linear(84, 10) on a 32×32×3 input. Give for each layer: shape, params."
    )


def test_rows_are_known_by_the_names_in_the_code() -> None:
    sheet = loads(sheet_text(NET, input="32x32x3"))
    rows = (
        "conv1: 28x28x6, 456\nconv2: 10x10x16, 2416\nfc1: 120, 48120\nfc2: 84, 10164\nfc3: 10, 850"
    )
    assert check(sheet, "q", rows).points == pytest.approx(10 / 14)


def test_all_that_is_wrong_in_code_is_said_at_once_with_both_numbers() -> None:
    with pytest.raises(ConvcalcError) as caught:
        answers(
            "nn.Conv2d(1, 6, 5)\nnn.MaxPool2d(2)\nnn.Flatten()\nnn.Linear(400, 10)", input="28x28x3"
        )
    assert str(caught.value).split("\n")[0] == (
        "<sheet>:7:11: q.given.arch: 2 things in the network are wrong: "
        "(1) line 1: nn.Conv2d(1, 6, 5): is written for 1 channel, but 3 come in; write 3 "
        "(2) line 4: nn.Linear(400, 10): is written for 400 values, but 864 come in; write 864"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"arch": "CONV5-6, POOL2"}, "a chain needs the input, such as 32x32x3"),
        ({"arch": "CONV5-6, PQOL2", "input": "9x9x1"}, "no layer kind 'PQOL2'; did you mean 'pool'?"),
        (
            {"arch": "conv:k3c2 opaque:/output=cxhxw", "input": "9x9x1"},
            "opaque1 is opaque, so the right answer is not known; leave it out",
        ),
        ({"arch": "x" * 20_001, "input": "9x9x1"}, "it has 20,001 characters; at most 20,000 are read"),
    ],
)  # fmt: skip
def test_networks_that_no_question_can_have(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConvcalcError) as caught:
        create_question("arch-table", given)
    assert str(caught.value).endswith(said)


def test_lint_says_what_is_assumed_about_the_order() -> None:
    sheet = loads(
        sheet_text("self.a = nn.Conv2d(3, 6, 5)\nself.b = nn.MaxPool2d(2)", input="32x32x3")
    )
    assert [(found.kind, found.text) for found in lint(sheet) if "order" in found.text] == [
        (
            "note",
            "arch: layers are read in the order in which they are written; no forward() gives another order",
        )
    ]


def test_a_teacher_may_place_the_network_in_a_text() -> None:
    sheet = loads(
        sheet_text(
            "nn.Conv2d(3, 6, 5)\nnn.ReLU()", input="32x32x3", text="'How large is each of: {arch}?'"
        )
    )
    assert (
        sheet["q"].sentence
        == "How large is each of: nn.Conv2d(3, 6, 5) → nn.ReLU()? input = 32×32×3."
    )


# ------------------------------------------------------------------------------------------- files


def written(folder: Path, arch: str, **more: str) -> Path:
    """A sheet whose network is in a file."""
    path = folder / "ps.yaml"
    rest = "".join(f", {key}: {value}" for key, value in more.items())
    path.write_text(
        f"convcalc_sheet: 1\nid: ps\nquestions:\n  - {{id: q, type: arch-table, arch: {arch}{rest}}}\n"
    )
    return path


# The network as students get it.
GIVEN = "\n".join(
    line.removeprefix("  ") if line.startswith("  -") else line for line in NETWORK.split("\n")
)


def refusal(path: Path) -> str:
    """The error about a sheet, from the name of the file on."""
    with pytest.raises(ConvcalcError) as caught:
        load(str(path))
    return str(caught.value).split("\n")[0].partition("q.given.arch: ")[2]


@pytest.fixture
def class_folder(tmp_path: Path) -> Path:
    """A folder with networks, inside one with another."""
    folder = tmp_path / "class"
    (folder / "nets").mkdir(parents=True)
    (tmp_path / "secret.yaml").write_text(NETWORK)
    (folder / "base.yaml").write_text(NETWORK)
    (folder / "nets" / "small.yaml").write_text("extends: ../base.yaml\ninput: [3, 16, 16]\n")
    return folder


def test_a_file_beside_the_sheet_is_read_with_what_it_extends(
    class_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    sheet = load(str(written(class_folder, "nets/small.yaml")))
    assert [part.expected for part in sheet["q"].parts] == [(12, 12, 6), (10,)]
    assert sheet["q"].sentence == (
        "Network: nets/small.yaml (conv k5 c6, relu, flatten, linear 10). Give for each layer: shape."
    )
    assert files_beside(sheet) == {
        "base.yaml": GIVEN.encode(),
        "nets/small.yaml": b"extends: ../base.yaml\ninput: [3, 16, 16]\n",
    }


KEYED = """# the answer to question 1 is 5,000
name: Mine
source: from the key, 5000  # and here
input: [3, 32, 32]
expect: {params: 5000}
layers:
  - conv: {out_channels: 6, kernel_size: 5}  # 28x28x6
  - flatten
"""


@pytest.mark.parametrize("name", ["nbgrader", "otter", "gradescope", "make"])
@pytest.mark.unmeasured
def test_a_network_goes_to_students_without_what_is_for_teachers(
    class_folder: Path, tmp_path: Path, name: str
) -> None:
    (class_folder / "base.yaml").write_text(KEYED.replace("5000", "456").replace("5,000", "456"))
    sheet = load(str(written(class_folder, "./nets/small.yaml")))
    if name == "make":
        roster = Roster()
        roster.add(Student("s1"))
        make(sheet, roster, b"secret" * 6, str(tmp_path / "made"))
        found = {
            each.name: each.read_bytes()
            for each in (tmp_path / "made").rglob("*")
            if each.is_file()
        }
    else:
        found = {out.name: out.data for out in EXPORTS[name](sheet).files()}
    if name == "gradescope":
        with zipfile.ZipFile(BytesIO(found[""])) as archive:
            found = {each: archive.read(each) for each in archive.namelist()}
    given = next(data for each, data in found.items() if each.endswith("base.yaml"))
    assert given.decode() == (
        "name: Mine\ninput: [3, 32, 32]\nlayers:\n- conv: {out_channels: 6, kernel_size: 5}\n- flatten\n"
    )


def test_a_file_that_is_named_twice_goes_along_once(class_folder: Path) -> None:
    path = written(class_folder, "base.yaml")
    path.write_text(
        path.read_text() + "  - {id: p, type: params-model, arch: ./base.yaml}\n"
        "  - {id: r, type: params-model, arch: nets/../base.yaml}\n"
    )
    assert list(files_beside(load(str(path)))) == ["base.yaml"]


@pytest.mark.parametrize("name", ["html/net.yaml", "answers/net.yaml", "Answers/net.yaml"])
def test_a_network_is_not_written_into_a_folder_that_make_writes(
    class_folder: Path, tmp_path: Path, name: str
) -> None:
    (class_folder / name).parent.mkdir()
    (class_folder / name).write_text(NETWORK)
    roster = Roster()
    roster.add(Student("s1"))
    with pytest.raises(ConvcalcError) as caught:
        make(load(str(written(class_folder, name))), roster, b"secret" * 6, str(tmp_path / "made"))
    assert str(caught.value) == (
        f"{name}: hw make writes a file or folder of this name itself; rename yours"
    )
    assert not (tmp_path / "made").exists()


def test_lint_says_which_network_is_not_shown(class_folder: Path) -> None:
    (class_folder / "base.yaml").write_text("input: [3, 8, 8]\nlayers:\n  - add: [[relu], []]\n")
    sheet = load(str(written(class_folder, "base.yaml")))
    assert sheet["q"].sentence == "Network: base.yaml. Give for each layer: shape."
    assert [found.text for found in lint(sheet)] == [
        "arch: base.yaml branches or has many layers, so the question shows only its name; give students the file"
    ]


def test_a_bundled_network_is_found_whatever_lies_around(
    class_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(class_folder)
    sheet = load(str(written(class_folder, "lenet5")))
    assert sheet["q"].parts[0].expected == (28, 28, 6)
    assert files_beside(sheet) == {}


OUTSIDE = "is outside of the sheet's folder; copy it there, and write its name"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../secret.yaml", f"../secret.yaml {OUTSIDE}"),
        ("nets/../../secret.yaml", f"nets/../../secret.yaml {OUTSIDE}"),
        ("/etc/passwd", f"/etc/passwd {OUTSIDE}"),
        ("'..\\secret.yaml'", f"..\\secret.yaml {OUTSIDE}"),
        ("link.yaml", f"link.yaml {OUTSIDE}"),
        ("nets", "class/nets: is a folder; name a .yaml file in it"),
        ("zzz.yaml", "no file 'zzz.yaml' and no bundled network of that name; convcalc list shows them"),
        ("lenet6", "no file 'lenet6' and no bundled network of that name; did you mean 'lenet5'?"),
        ("notes.txt", "notes.txt is not a network file; write the name of a file that convcalc reads, such as net.yaml or net.onnx"),
        ("pipe.yaml", "pipe.yaml is not a network file; write the name of a file that convcalc reads, such as net.yaml or net.onnx"),
        ("large.yaml", f"large.yaml has {MAX_FILE + 1:,} bytes; at most {MAX_FILE:,} are read, so shorten it"),
    ],
)  # fmt: skip
def test_a_sheet_opens_no_other_file(class_folder: Path, name: str, said: str) -> None:
    (class_folder / "link.yaml").symlink_to("../secret.yaml")
    (class_folder / "notes.txt").write_text(NETWORK)
    (class_folder / "large.yaml").write_bytes(b"#" * (MAX_FILE + 1))
    os.mkfifo(class_folder / "pipe.yaml")
    assert refusal(written(class_folder, name)).replace(f"{class_folder.parent}/", "") == said


def test_a_network_extends_no_file_outside_of_the_folder(class_folder: Path) -> None:
    (class_folder / "net.yaml").write_text("extends: ../secret.yaml\n")
    said = refusal(written(class_folder, "net.yaml"))
    assert said.endswith(
        "net.yaml:1:10: extends '../secret.yaml', which is outside of the folder; copy it there"
    )


def test_a_network_holds_no_file_outside_of_the_folder(class_folder: Path) -> None:
    (class_folder / "net.yaml").write_text("input: [3, 9, 9]\nlayers: [network: ../secret.yaml]\n")
    said = refusal(written(class_folder, "net.yaml"))
    assert said.endswith(
        "net.yaml:2:19: holds '../secret.yaml', which is outside of the folder; copy it there"
    )


def test_a_network_goes_with_the_sheet_with_those_that_it_holds(class_folder: Path) -> None:
    (class_folder / "net.yaml").write_text(
        "input: [3, 16, 16]\nlayers: [network: {file: nets/small.yaml, name: body}]\n"
    )
    sheet = load(str(written(class_folder, "net.yaml")))
    assert [part.expected for part in sheet["q"].parts] == [(12, 12, 6), (10,)]
    assert sorted(files_beside(sheet)) == ["base.yaml", "net.yaml", "nets/small.yaml"]


SHARED = """input: [4, 9, 9]
layers:
  - conv: {name: a, out_channels: 4, kernel_size: 3}
  - conv: {weights: a, out_channels: 4, kernel_size: 3}
"""
TWO_INPUTS = "input: {image: [4, 9, 9], mask: [1, 9, 9]}\nlayers: [relu]\n"


@pytest.mark.parametrize("more", ["", ", input: 9x9x4"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            SHARED,
            "net.yaml shares weights, but a question counts those of each layer; name another",
        ),
        (TWO_INPUTS, "net.yaml has 2 inputs; name a network with one"),
    ],
)
def test_questions_are_about_one_input_and_weights_of_their_own(
    class_folder: Path, text: str, said: str, more: str
) -> None:
    (class_folder / "net.yaml").write_text(text)
    path = class_folder / "ps.yaml"
    path.write_text(
        f"convcalc_sheet: 1\nquestions:\n  - {{id: q, type: params-model, given: {{arch: net.yaml{more}}}}}\n"
    )
    assert refusal(path) == said


def test_files_in_the_folder_of_the_terminal_are_not_read(
    class_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(class_folder.parent)
    assert refusal(written(class_folder, "secret.yaml")) == (
        "no file 'secret.yaml' and no bundled network of that name; convcalc list shows them"
    )


def test_networks_that_vary_all_go_with_the_sheet(class_folder: Path) -> None:
    (class_folder / "a.yaml").write_text(NETWORK)
    path = class_folder / "ps.yaml"
    path.write_text(
        "convcalc_sheet: 1\nquestions:\n  - {id: q, type: params-model, vary: {arch: [base.yaml, a.yaml, lenet5]}}\n"
    )
    assert list(files_beside(load(str(path)))) == ["a.yaml", "base.yaml"]


@pytest.mark.parametrize("name", ["nbgrader", "otter", "gradescope"])
@pytest.mark.unmeasured
def test_an_export_is_complete(class_folder: Path, tmp_path: Path, name: str) -> None:
    sheet = load(str(written(class_folder, "nets/small.yaml")))
    files = {out.name: out.data for out in EXPORTS[name](sheet).files()}
    if name == "gradescope":
        with zipfile.ZipFile(BytesIO(files[""])) as archive:
            files = {each: archive.read(each) for each in archive.namelist()}
    there = tmp_path / "there"
    for each, data in files.items():
        target = there / each
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    (own,) = [each for each in files if each in ("ps.yaml", "sheet.yaml")]
    assert check(str(there / own), "q", "conv1: 12x12x6\nlinear1: 10").right


def test_an_export_does_not_replace_a_network_by_the_sheet(class_folder: Path) -> None:
    sheet = load(str(written(class_folder, "base.yaml")))
    sheet.id = "base"
    with pytest.raises(ConvcalcError) as caught:
        list(EXPORTS["nbgrader"](sheet).files())
    assert str(caught.value) == (
        "base.yaml: the sheet gets this name here, but a network has it; rename that"
    )


@pytest.mark.unmeasured
def test_sheets_of_students_hold_their_networks(class_folder: Path, tmp_path: Path) -> None:
    path = written(class_folder, "nets/small.yaml")
    path.write_text(
        path.read_text()
        + sheet_text(NET, input="32x32x3").partition("questions:\n")[2].replace("id: q", "id: p")
    )
    roster = Roster()
    for name in ("base", "s1"):  # one has the name of a network
        roster.add(Student(name))
    make(load(str(path)), roster, b"secret" * 6, str(tmp_path / "made"))
    for name in os.listdir(tmp_path / "made"):
        if name.endswith(".yaml") and name.startswith(("base-", "s1")):
            sheet = load(str(tmp_path / "made" / name))
            assert [part.expected for part in sheet["q"].parts] == [(12, 12, 6), (10,)]
            assert [part.expected for part in sheet["p"].parts] == LENET
    assert (tmp_path / "made" / "base.yaml").read_text() == GIVEN
