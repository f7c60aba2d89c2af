"""Submitted networks: samples in every format, with the reason of every rule, and hostile files."""

from __future__ import annotations

import csv
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper

from convcalc.errors import ConvcalcError
from convcalc.homework import WrongAnswer, assert_right, check, load, loads
from convcalc.homework.answers import measured
from convcalc.homework.classroom import beside
from convcalc.homework.classroom.answer_files import mark_answers, read_answers
from convcalc.homework.classroom.beside import renamed
from convcalc.homework.classroom.runs import Options, grade, look
from convcalc.homework.exports import EXPORTS
from convcalc.homework.exports.gradescope import run
from convcalc.homework.marking.lint import lint
from convcalc.homework.sheets import handed_in
from convcalc.homework.sheets.sheet import Sheet
from interop.pt2_files import small

OF_SHEET = """
convcalc_sheet: 1
id: nets
questions:
  - id: q1
    type: network
    points: 4
    given: {output: 10, params: "<= 2k", uses: [conv, relu], forbids: [batchnorm]}
"""

# A convolution of 4 filters 3×3 on 1×8×8 (40 parameters), relu, and 144 values into 10 (1,450 parameters).
YAML = """
input: [1, 8, 8]
layers:
  - conv: {out_channels: 4, kernel_size: 3}
  - relu
  - flatten
  - linear: {out_features: 10}
"""
WIDE = YAML.replace("4,", "9,")  # 9·9 + 9 + 324·10 + 10 = 3,340
CAFFE = """
name: "net" input: "data" input_shape { dim: 1 dim: 1 dim: 8 dim: 8 }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip" inner_product_param { num_output: 10 } }
"""
DARKNET = """
[net]
width=8
height=8
channels=1
[convolutional]
filters=4
size=3
stride=1
pad=0
activation=relu
[connected]
output=10
activation=linear
"""


def onnx(op: str = "Relu", width: int = 10) -> bytes:
    """The same network; the weights are inputs with a size, without numbers."""

    def array(name: str, *dims: int) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)

    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], kernel_shape=[3, 3]),
        helper.make_node(op, ["c"], ["r"], **({"domain": "mine"} if op == "Mystery" else {})),
        helper.make_node("Flatten", ["r"], ["f"]),
        helper.make_node("Gemm", ["f", "v", "d"], ["y"], transB=1),
    ]
    stored = [
        helper.make_tensor(name, TensorProto.FLOAT, dims, [0.0] * count)
        for name, dims, count in (
            ("w", (4, 1, 3, 3), 36), ("b", (4,), 4), ("v", (width, 144), 144 * width), ("d", (width,), width),
        )
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes, "net", [array("x", 1, 1, 8, 8)], [array("y", 1, width)], stored,
        value_info=[array("r", 1, 4, 6, 6)],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("mine", 1)]
    made: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    return made


def keras(shape: list[Any]) -> bytes:
    """The same network in Keras's format."""

    def one(called: str, **config: Any) -> dict[str, Any]:
        return {"class_name": called, "config": {"name": called.lower(), **config}}

    layers = [
        one("InputLayer", batch_shape=[None, *shape]),
        one("Conv2D", filters=4, kernel_size=[3, 3], strides=[1, 1], padding="valid", activation="relu", use_bias=True),
        one("Flatten"),
        one("Dense", units=10, use_bias=True, activation="linear"),
    ]  # fmt: skip
    model = {"class_name": "Sequential", "config": {"name": "net", "layers": layers}}
    return json.dumps(model).encode()


def packed(files: dict[str, bytes]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)

    return write


def exported(path: Path) -> None:
    """A PyTorch program: a convolution of stride 2, its norm, a pool and 10 outputs."""
    path.write_bytes(small().file())


class Evil:
    """Code that would run if its pickle were opened."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("opened",)


def sheet(text: str = OF_SHEET) -> Sheet:
    return loads(text)


def answered(folder: Path, name: str, content: bytes | str | Callable[[Path], None]) -> Path:
    """Answers that name a network, and the network next to them."""
    path = folder / name
    path.parent.mkdir(parents=True)
    if callable(content):
        content(path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    answers = folder / "answers.yaml"
    answers.write_text(f"q1: {name}\n", encoding="utf-8")
    return answers


def said(answers: Path, text: str = OF_SHEET) -> tuple[str, str]:
    """The points and the reason."""
    found = sheet(text)
    (result,) = mark_answers(found, read_answers(str(answers), found)).results
    return str(result.points), result.hint


# Name, content, points, reason: by hand from the rules and the networks above.
SAMPLES: list[tuple[str, Any, str, str]] = [
    ("net.yaml", YAML, "4", ""),
    ("wide.yaml", WIDE, "3", "params: it has 3,340 parameters; write one that has at most 2,000 parameters"),
    ("net.onnx", onnx(), "4", ""),
    ("wide.onnx", onnx(width=11), "3", "output: it gives 11; write one that gives 10"),
    ("mystery.onnx", onnx("Mystery"), "0", "output: it gives 10, but convcalc does not know mine.Mystery; a person decides; "
     "params: it has at least 1,490 parameters, but convcalc does not know mine.Mystery; a person decides; "
     "uses: it has no relu layer, but convcalc does not know mine.Mystery; a person decides; "
     "forbids: it has no batchnorm layer, but convcalc does not know mine.Mystery; a person decides"),
    ("net.prototxt", CAFFE, "4", ""),
    ("net.cfg", DARKNET, "4", ""),
    ("net.json", keras([8, 8, 1]), "4", ""),
    ("net.keras", packed({"config.json": keras([8, 8, 1]), "metadata.json": b"{}"}), "4", ""),
    ("net.pt2", exported, "3", "forbids: it has 1 batchnorm layer; write one that uses no batchnorm"),
    ("sub/net.yaml", YAML.replace("  - relu\n", "").replace("linear", "batchnorm\n  - linear"), "2",
     "uses: it has no relu layer; write one that uses conv and relu; "
     "forbids: it has 1 batchnorm layer; write one that uses no batchnorm"),
    ("cut.onnx", onnx()[:200], "0", "cannot be read: "),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "points", "reason"), SAMPLES, ids=[s[0] for s in SAMPLES]
)
@pytest.mark.unmeasured
def test_a_sample_gets_its_points_with_the_reason(
    name: str, content: Any, points: str, reason: str, tmp_path: Path
) -> None:
    found = said(answered(tmp_path / "ada", name, content))
    assert found[0] == points
    assert found[1].startswith(reason) if name.startswith("cut") else found[1] == reason


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.unmeasured
def test_a_class_is_graded_whatever_its_files_are(tmp_path: Path) -> None:
    place, out = tmp_path / "handed-in", tmp_path / "marks"
    for number, (name, content, *_) in enumerate(SAMPLES):
        answered(place / f"s{number}", name, content)
    grade(sheet(), [str(place)], str(out), Options())
    found = {row["student_id"]: row["points"] for row in table(out / "grades.csv")}
    assert found == {f"s{number}": points for number, (*_, points, _) in enumerate(SAMPLES)}
    statuses = {
        row["file"][len(str(place)) + 1 :]: row["status"] for row in table(out / "files.csv")
    }
    assert statuses["s0/answers.yaml"] == "graded"
    assert (
        statuses["s0/net.yaml"] == statuses["s2/net.onnx"] == statuses["s9/net.pt2"] == "left out"
    )
    # a person decides the undecided rule, for the question as a whole
    rows = table(out / "by-hand.csv")
    assert [(row["student_id"], row["answer"], row["max"]) for row in rows] == [
        ("s4", "mystery.onnx", "4")
    ]
    text = (out / "by-hand.csv").read_text(encoding="utf-8").replace("onnx,,4", "onnx,2.5,4")
    (out / "by-hand.csv").write_text(text, encoding="utf-8")
    grade(sheet(), [str(place)], str(out), Options(force=True))
    parts = [row for row in table(out / "parts.csv") if row["student_id"] == "s4"]
    assert [(row["part"], row["points"], row["status"]) for row in parts] == [("", "2.5", "marked")]


def test_a_class_in_an_archive(tmp_path: Path) -> None:
    place = tmp_path / "class.zip"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("ada/answers.yaml", "q1: ./net.onnx")
        archive.writestr("ada/net.onnx", onnx())
        archive.writestr("bob/answers.yaml", "q1: ../ada/net.onnx")
        archive.writestr("cy/answers.yaml", "q1: net.yaml")
        archive.writestr("cy/net.yaml", "input: [1, 8, 8]\nlayers: [network: {file: other.yaml}]")
        archive.writestr("cy/other.yaml", YAML)
        archive.writestr("dee/answers.yaml", "q1: none.onnx")
        archive.writestr("eve/answers.yaml", "q1: net.onnx")
        archive.writestr("eve/net.onnx", b"\0" * 3_000_000, zipfile.ZIP_DEFLATED)
    graded, _ = look(sheet(), [str(place)], Options())
    found = {one.student.id: (str(one.points), one.entries[0].result.hint) for one in graded}
    assert found["ada"] == ("4", "")
    assert "no file next to the answers has this name" in found["bob"][1]
    assert "no file 'other.yaml'" in found["cy"][1]
    assert "there is no file 'none.onnx' next to the answers" in found["dee"][1]
    assert "compressed" in found["eve"][1]
    assert not any(points != "0" for name, (points, _) in found.items() if name != "ada")


def test_files_that_platforms_rename(tmp_path: Path) -> None:
    (tmp_path / "leeann_871_99_answers.yaml").write_text("q1: net.onnx", encoding="utf-8")
    (tmp_path / "leeann_871_98_net-1.onnx").write_bytes(onnx(width=11))
    (tmp_path / "wubo_5_97_net.onnx").write_bytes(onnx())
    (tmp_path / "Ann Lee_7_assignsubmission_file_answers.yaml").write_text(
        "q1: net.onnx", encoding="utf-8"
    )
    (tmp_path / "Ann Lee_7_assignsubmission_file_net.onnx").write_bytes(onnx())
    graded, _ = look(sheet(), [str(tmp_path)], Options())
    assert sorted(
        str(one.points) for one in graded if one.entries[0].result.said == "net.onnx"
    ) == ["3", "4"]
    assert not renamed("net.onnx", "answers", ["net-2.onnx"])
    assert not renamed("net.onnx", "leeann_871_99_ps1", ["leeann_871_98_net.keras"])


def test_a_sheet_of_one_question_takes_the_network_alone(tmp_path: Path) -> None:
    for name in ("ada", "bob"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "net.onnx").write_bytes(onnx())
    (tmp_path / "bob" / "wide.onnx").write_bytes(onnx(width=11))
    (tmp_path / "bob" / "answers.txt").write_text("q1: wide.onnx", encoding="utf-8")
    graded, statuses = look(sheet(), [str(tmp_path)], Options())
    assert [(one.student.id, str(one.points)) for one in graded] == [("ada", "4"), ("bob", "3")]
    assert [each.status for each in statuses if "bob" in each.path and "onnx" in each.path] == [
        "left out"
    ] * 2


# ------------------------------------------------------------------------------- hostile ones


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../secret.yaml", "a/../../secret.yaml", "..\\secret.yaml", "C:secret.yaml", "~/x.yaml", ".", "x" * 300],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_not_opened(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(YAML, encoding="utf-8")
    answers = answered(tmp_path / "ada", "net.yaml", YAML)
    answers.write_text(f"q1: '{name}'", encoding="utf-8")
    assert said(answers) == (
        "0", "cannot be read: no file next to the answers has this name; put the file there, and write its name",
    )  # fmt: skip


def test_links_folders_and_pipes_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(YAML, encoding="utf-8")
    answers = answered(tmp_path / "ada", "net.yaml", YAML)
    for name, reason in (
        ("link.yaml", "a link"),
        ("folder", "no file, but"),
        ("pipe", "no file, but"),
    ):
        answers.write_text(f"q1: {name}", encoding="utf-8")
        place = tmp_path / "ada" / name
        if name.startswith("link"):
            place.symlink_to(tmp_path / "secret.yaml")
        else:
            os.mkfifo(place) if name == "pipe" else place.mkdir()
        points, hint = said(answers)
        assert points == "0"
        assert hint.startswith(f"cannot be read: {reason}")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x80\x04" + pickle.dumps(Evil())[2:], "cannot be read: "),
        (packed({"a/data.pkl": pickle.dumps(Evil()), "a/version": b"3"}), "cannot be read: this is what torch.save or "),
        ("input: [1, 8, 8]\nlayers: [network: {file: net.yaml}]", "cannot be read: net.yaml:2:26: a network cannot contain itself"),
        ("extends: ../secret.yaml\nlayers: [relu]", "cannot be read: net.yaml:1:10: extends "),
        ("a: &a [x, x]\nb: &b [*a, *a]\nlayers: [*b, *b]", "cannot be read: net.yaml:"),
        ("input: [1, 8, 8]\nlayers: [{repeat: {times: 30000, layers: [relu]}}]", "cannot be read: net.yaml:2:"),
        ("input: [1, 8, 8]\nlayers:\n  - custom: {output: [10], params: 1, macs: 1}", "output: it gives 10, but convcalc does not know custom"),
        (b"", "cannot be read: "),
        (b"\0" * 5_000, "cannot be read: net.yaml:1:1: the character U+0000"),
    ],
    ids=["pickle", "torch.save", "cyclic", "extends", "aliases", "long", "stated", "empty", "zeros"],
)  # fmt: skip
@pytest.mark.unmeasured
def test_hostile_files_are_wrong_answers(
    content: Any, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.yaml").write_text(YAML, encoding="utf-8")
    points, hint = said(answered(tmp_path / "ada", "net.yaml", content))
    assert points == "0"
    assert hint.startswith(reason)
    assert not (tmp_path / "opened").exists()


def test_large_files_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handed_in, "MAX_FILE", 100)
    assert said(answered(tmp_path / "ada", "net.onnx", onnx())) == (
        "0", "cannot be read: it has 6,231 bytes; at most 100 bytes are read, so save it without weights",
    )  # fmt: skip


def test_a_reader_that_stops_is_a_wrong_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(measured, "measured", stop)
    assert (
        said(answered(tmp_path / "ada", "net.yaml", YAML))[1]
        == "cannot be read: the reader stopped (ZeroDivisionError)"
    )


@pytest.mark.parametrize(
    "raw", [{"file": "net.yaml", "numbers": {"params": 1}}, ["a.yaml", "b.yaml"], 7]
)
def test_numbers_cannot_be_handed_in_instead(raw: Any) -> None:
    result = check(sheet(), "q1", raw)
    assert result.status == "unreadable"
    assert result.points == 0


def test_lines_about_parts_are_no_numbers(tmp_path: Path) -> None:
    answers = tmp_path / "answers.txt"
    answers.write_text("q1.file: net.yaml\nq1.numbers: 1\n", encoding="utf-8")
    assert said(answers)[1].startswith("cannot be read: an answer here is the name of one file")


def test_answers_without_a_folder_name_no_file() -> None:
    found = sheet()
    assert handed_in.handed_in(found["q1"], "net.yaml", None) == {
        "file": "net.yaml", "problem": "no files came with these answers; submit a folder",
    }  # fmt: skip
    assert handed_in.handed_in(found["q1"], " ", None) == " "


# ------------------------------------------------------------------------------- the rules


def given(rules: str) -> str:
    return f"convcalc_sheet: 1\nquestions:\n  - {{id: q1, type: network, given: {{{rules}}}}}\n"


DEEP = """
input: [3, 32, 24]
layers:
  - conv: {out_channels: 8, kernel_size: 5, stride: 2}
  - depthwise_conv: {kernel_size: [1, 3]}
  - avgpool: {kernel_size: 2}
  - conv: {out_channels: 4, kernel_size: 1}
"""
# sizes 32×24 -> 14×10 -> 14×8 -> 7×4; fields 5, then 5 and 5 + 2·2 = 9, then 7 and 11; parameters 608 + 32 + 36,
# multiply-adds 600·140 + 24·112 + 32·28 = 87,584


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ('macs: "<= 87584"', ""),
        ("macs: 87584", ""),
        ('macs: "< 87584"', "it does 87,584 multiply-adds; write one that does at most 87,583 multiply-adds"),
        ('flops: ">= 1G"', "it does 175,168 operations"),
        ('rf: ">= 7"', ""),
        ('rf: ">= 8"', "its receptive field is 7×11; write one that has a receptive field of at least 8 along every axis"),
        ("output: 7x4x4, input: 32x24x3", ""),
        ("input: 24x32x3", "it takes 32×24×3; write one that takes 24×32×3"),
        ("depth: 3", ""),
        ('depth: ">= 4"', "it has 3 layers with weights on its longest path; write one that has at least 4 layers with weights on its longest path"),
        ("layers: 4", ""),
        ('layers: {conv: 3, pool: ">= 1 <= 2", all: "< 5"}', ""),
        ("layers: {conv: 2, maxpool: 1}", "it has 3 conv layers and has no maxpool layer; write one that has exactly 2 conv layers and exactly 1 maxpool layers"),
        ("layers: {all: 3}", "it has 4 layers; write one that has exactly 3 layers"),
        ("uses: [Conv2d, pooling, depthwise_conv]", ""),
        ("forbids: [linear, maxpool, merge]", ""),
        ("kernels: [1, 5, 1x3]", ""),
        ("kernels: [1, 5x5]", "it has kernels of 1×3; write one that has only kernels of 1×1 and 5×5"),
        ('params: ">= 2k <= 3k"', "it has 676 parameters; write one that has 2,000 to 3,000 parameters"),
    ],
)  # fmt: skip
def test_a_rule_says_what_the_network_is(
    rules: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "net.yaml").write_text(DEEP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = check(sheet(given(rules)), "q1", "net.yaml")
    if reason:
        hint = result.hint.partition(": ")[2] if len(result.parts) > 1 else result.hint
        assert hint.startswith(reason)
        assert result.status == "wrong"
    else:
        assert result.right, result.hint


@pytest.mark.parametrize(
    ("rules", "status", "reason"),
    [
        ('params: "<= 100"', "wrong", "it has at least 152 parameters"),
        ('params: "<= 200"', "by-hand", "it has at least 152 parameters, but convcalc does not know opaque; a person decides"),
        ('params: ">= 100"', "right", ""),
        ('params: ">= 200"', "by-hand", "it has at least 152 parameters"),
        ("output: 9", "wrong", "it gives 10"),
        ("output: 10", "by-hand", "it gives 10"),
        ("uses: [conv]", "right", ""),
        ("forbids: [conv]", "wrong", "it has at least 1 conv layer"),
        ("forbids: [linear]", "by-hand", "it has no linear layer"),
        ("kernels: [3]", "by-hand", "its kernels are 3×3"),
        ("layers: 2", "right", ""),
        ("rf: 3", "by-hand", "its receptive field is not known: "),
    ],
)  # fmt: skip
def test_layers_that_nobody_knows_leave_open_what_they_can_change(
    rules: str, status: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "input: [2, 8, 8]\nlayers:\n  - conv: {out_channels: 8, kernel_size: 3}\n  - opaque: {output: [10]}\n"
    (tmp_path / "net.yaml").write_text(text, encoding="utf-8")  # 8·18 + 8 = 152
    monkeypatch.chdir(tmp_path)
    result = check(sheet(given(rules)), "q1", "net.yaml")
    assert result.status == status
    assert result.hint.startswith(reason)


def test_an_open_input_is_the_one_that_the_question_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "net.json").write_bytes(keras([None, None, 1]))
    monkeypatch.chdir(tmp_path)
    assert check(sheet(given("input: 8x8x1, output: 10")), "q1", "net.json").right
    assert "open sides" in check(sheet(given("output: 10")), "q1", "net.json").hint


def test_a_network_without_sides_has_no_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "net.yaml").write_text(
        "input: [4]\nlayers: [linear: {out_features: 2}]", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    assert check(sheet(given("rf: 3")), "q1", "net.yaml").hint == (
        "its receptive field is not known: its input has no height or width; a person decides"
    )
    assert check(sheet(given("kernels: [3]")), "q1", "net.yaml").right


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        ("", "has no rule; give for example"),
        ('params: "<= 1X"', "'<= 1X' is not a limit; write for example"),
        ("params: 2.5", "'2.5' is not a whole number"),
        ('params: ">= 2M <= 1M"', "no whole number is both >= 2M and <= 1M"),
        ('params: "<= 2 <= 3"', "has two limits on the same side; keep one"),
        ('params: "< 0"', "no number of this kind is < 0"),
        ("uses: [konv]", "'konv' is not a kind or family of layers; convcalc kinds lists them"),
        ("uses: [maxpool], forbids: [pool]", "names maxpool, but forbids: does not allow it"),
        ('layers: {relu: ">= 1"}, forbids: [activation]', "wants relu, but forbids: does not allow it"),
        ("layers: {pool: 0}, uses: [maxpool]", "allows no pool layers, but uses: names some"),
        ("layers: 0, uses: [maxpool]", "allows no all layers, but uses: names some"),
        ('layers: {conv: ">= 5", all: "<= 4"}', "wants at least 5 conv layers, but at most 4 of all"),
        ('layers: "<= 4", depth: 5', "wants exactly 5, but layers: allows at most 4"),
        ("kernels: [big]", "must be sizes such as [3, 1x7]"),
        ("layers: {}", "it names 0 kinds of layers; give 1 to 20"),
    ],
)  # fmt: skip
def test_rules_that_nothing_can_keep_are_refused(rules: str, what: str) -> None:
    with pytest.raises(ConvcalcError) as caught:
        sheet(given(rules))
    assert what in str(caught.value)


def test_lint_looks_at_the_key(tmp_path: Path) -> None:
    (tmp_path / "key.yaml").write_text(YAML, encoding="utf-8")
    text = given('params: "<= 1k", output: 10').replace("given:", "answer: {}, given:")

    def findings(key: str, rules: str = text) -> list[tuple[str, str]]:
        path = tmp_path / "sheet.yaml"
        path.write_text(rules.replace("answer: {}", f"answer: {key}"), encoding="utf-8")
        return [(each.kind, each.text) for each in lint(load(str(path)))]

    why = "it has 1,490 parameters; write one that has at most 1,000 parameters"
    assert findings("key.yaml") == [("key", f"your key key.yaml (params): {why}")]
    assert findings("key.yaml", text.replace("1k", "2k")) == []
    assert findings("none.yaml")[0][1].startswith(
        "your key (output) cannot be read: there is no file 'none.yaml'"
    )
    (tmp_path / "key.yaml").write_text(f"{YAML}  - opaque: {{output: [10]}}\n", encoding="utf-8")
    assert [kind for kind, _ in findings("key.yaml", text.replace("1k", "2k"))] == ["note", "note"]


def test_notebooks_check_a_file_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(WIDE, encoding="utf-8")
    with pytest.raises(WrongAnswer, match="at most 2,000 parameters"):
        assert_right(sheet(), "q1", "net.yaml")
    (tmp_path / "net.yaml").write_text(YAML, encoding="utf-8")
    assert_right(sheet(), "q1", "net.yaml")
    (tmp_path / "net.yaml").write_text(f"{YAML}  - opaque: {{output: [10]}}\n", encoding="utf-8")
    with pytest.raises(WrongAnswer, match="a person decides"):  # no test may skip these
        assert_right(sheet(), "q1", "net.yaml")


@pytest.mark.parametrize(
    "name", [each for each in EXPORTS if each not in ("gradescope", "nbgrader", "otter")]
)
def test_platforms_without_convcalc_leave_it_out_and_say_so(name: str) -> None:
    export = EXPORTS[name](sheet())
    list(export.files())
    assert any(note.startswith("q1 asks for a network in a file, which ") for note in export.notes)


def test_gradescope_marks_the_files_of_a_submission(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "sheet.yaml").write_text(OF_SHEET, encoding="utf-8")
    answered(tmp_path / "submission", "net.onnx", onnx())
    assert run(str(tmp_path))["score"] == 4


def test_numbers_that_vary_are_limits_too() -> None:
    text = given("output: 10").replace("given:", "vary: {params: ['<= 1k', '<= 2k']}, given:")
    assert "at most 1,000 parameters" in loads(text)["q1"].sentence


def test_a_damaged_or_large_member_of_an_archive_is_a_wrong_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "class.zip"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("ada/answers.yaml", "q1: net.yaml")
        archive.writestr("ada/net.yaml", YAML)
        archive.writestr("bob/answers.yaml", "q1: net.onnx")
        archive.writestr("bob/net.onnx", onnx())
    data = place.read_bytes()
    place.write_bytes(data.replace(b"out_channels: 4", b"out_channels: 5", 1))
    monkeypatch.setattr(beside, "IN_ARCHIVE", 1_000)
    graded, _ = look(sheet(), [str(place)], Options())
    hints = [one.entries[0].result.hint for one in graded]
    assert hints[0].startswith("cannot be read: damaged in the archive: Bad CRC")
    assert hints[1].startswith("cannot be read: it has 6,231 bytes; at most 1,000 bytes are read")
