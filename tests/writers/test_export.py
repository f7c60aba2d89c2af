"""``convcalc export`` as its user sees it: what it writes, where, and what it refuses."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convcalc.analysis.analysis import Analysis
from convcalc.errors import UsageError
from convcalc.interop.writers import WRITERS, find_writer
from convcalc.interop.writers.base import check_all_said
from convcalc.network.network import one_layer_network
from strategies import layer_of

Run = Callable[..., Any]
NAMES = "pytorch, keras, onnx, yaml, mermaid or dot"
PROTOTXT = """\
name: "Small"
input: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
        convolution_param { num_output: 4 kernel_size: 3 } }
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# --------------------------------------------------------------------------- where it is written


def test_to_standard_output_and_to_a_file_it_is_the_same(convcalc: Run, tmp_path: Path) -> None:
    shown = convcalc("export", "lenet5", "--to", "dot")
    assert (shown.code, shown.err) == (0, "")
    assert convcalc("export", "lenet5", "--to", "dot", "-o", "-") == shown
    written = convcalc("export", "lenet5", "-o", "net.dot")
    assert written == (0, "", "wrote net.dot\n")
    assert (tmp_path / "net.dot").read_bytes() == shown.out.encode()


@pytest.mark.parametrize(
    ("path", "tool"),
    [("net.gv", "dot"), ("NET.DOT", "dot"), ("a.b/net.mmd", "mermaid"), ("net.mermaid", "mermaid")],
)
def test_the_suffix_chooses(path: str, tool: str) -> None:
    assert find_writer(None, path) is find_writer(tool, path) is WRITERS[tool]


def test_with_to_a_file_may_have_any_other_suffix() -> None:
    for path in ("net.txt", "net", ".dot", "dot"):
        assert find_writer("mermaid", path) is WRITERS["mermaid"]


def test_a_suffix_of_two_tools_asks_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WRITERS["mermaid"], "suffixes", (".gv",))
    with pytest.raises(UsageError) as caught:
        find_writer(None, "net.gv")
    assert str(caught.value) == (
        "-o net.gv: .gv means several tools; choose one with --to: mermaid or dot"
    )
    assert find_writer("mermaid", "net.gv") is WRITERS["mermaid"]


REFUSED = [
    (("lenet5",), f"choose what to write with --to: {NAMES}"),
    (("lenet5", "-o", "-"), f"choose what to write with --to: {NAMES}"),
    (
        ("lenet5", "-o", "net.txt"),
        f"-o net.txt: the suffix .txt does not show what to write; choose it with --to: {NAMES}",
    ),
    (
        ("lenet5", "-o", "net"),
        f"-o net: a name without a suffix does not show what to write; choose it with --to: {NAMES}",
    ),
    (("lenet5", "--to", "mermad"), "--to: no tool 'mermad'; did you mean 'mermaid'?"),
    (("lenet5", "--to", ""), f"--to: no tool ''; known: {', '.join(sorted(WRITERS))}"),
    (
        ("lenet5", "--to", "mermaid", "-o", "net.dot"),
        "-o net.dot: its suffix means dot, but --to is mermaid; leave --to out, or end the "
        "name in .mmd",
    ),
    (
        ("lenet5", "-o", "no/net.dot"),
        "-o no/net.dot: cannot be written: No such file or directory; choose another place",
    ),
    (("lenet5", "--to", "dot", "-o", ""), "-o: names no file; give one, or leave -o out"),
    (
        ("net.prototxt", "-o", "net.prototxt", "--to", "dot"),
        "-o: net.prototxt is what this command reads; choose another name",
    ),
    (
        ("lenat5", "--to", "dot"),
        "no file 'lenat5' and no bundled network of that name; did you mean 'lenet5'?",
    ),
    (
        ("net.prototxt", "--to", "dot", "--set", "classes=3"),
        "net.prototxt: --set changes the parameters of a YAML file, but this is a file of Caffe "
        "(.prototxt), which has none; change the file, or give another --input",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_what_is_refused(
    arguments: tuple[str, ...], message: str, convcalc: Run, tmp_path: Path
) -> None:
    (tmp_path / "net.prototxt").write_text(PROTOTXT, encoding="utf-8")
    assert convcalc("export", *arguments) == (2, "", f"convcalc: {message}\n")
    assert os.listdir(tmp_path) == ["net.prototxt"]
    assert (tmp_path / "net.prototxt").read_text(encoding="utf-8") == PROTOTXT


# ------------------------------------------------------------------------- what goes into it


def test_another_input_and_parameters(convcalc: Run) -> None:
    ran = convcalc("export", "vgg16", "--input", "3x64x64", "--set", "classes=7", "--to", "dot")
    assert ran.code == 0
    assert "3×64×64" in ran.out
    assert "linear 7" in ran.out
    assert "224" not in ran.out


def test_a_network_that_does_not_fit_is_refused_where_it_stands(convcalc: Run) -> None:
    ran = convcalc("export", "lenet5", "--input", "1x2x2", "-o", "net.dot")
    assert ran.code == 2
    assert "lenet5:8:5: C1 (conv): a 5-wide window does not fit 2 along the height" in ran.err
    assert not Path("net.dot").exists()


def test_files_of_other_tools_go_in(convcalc: Run, tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(PROTOTXT, encoding="utf-8")
    ran = convcalc("export", "net.prototxt", "--to", "mermaid")
    assert (ran.code, ran.err) == (0, "")
    assert "conv k3 c4" in ran.out


def test_standard_input_goes_in() -> None:
    text = "input: [3, 8, 8]\nlayers: [relu]\n"
    ran = run_process("-", "--to", "mermaid", stdin=text.encode())
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"relu" in ran.stdout


# --------------------------------------------------------------------------- terminals and pipes


def run_process(
    *arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None, **settings: Any
) -> subprocess.CompletedProcess[bytes]:
    """The command in a separate process."""
    return subprocess.run(
        [sys.executable, "-m", "convcalc", "export", *arguments],
        input=stdin, check=False, timeout=60, env={**os.environ, **(env or {})},
        **({"capture_output": True} | settings),
    )  # fmt: skip


def test_through_a_pipe_a_file_is_the_same_in_every_locale() -> None:
    """It is a file for a tool, with all characters, even those that the terminal cannot show."""
    ran = run_process("lenet5", "--to", "dot", env={"PYTHONIOENCODING": "ascii"})
    assert "1×32×32".encode() in ran.stdout


def test_a_terminal_gets_what_it_can_show() -> None:
    ours, theirs = pty.openpty()
    env = {"PYTHONIOENCODING": "ascii"}
    ran = run_process("lenet5", "--to", "dot", env=env, capture_output=False, stdout=theirs)
    os.close(theirs)
    shown = os.read(ours, 10_000)
    os.close(ours)
    assert ran.returncode == 0
    assert b"1x32x32" in shown
    assert shown.isascii()


def test_a_binary_file_is_not_thrown_at_a_terminal(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    message = "--to onnx makes a file that a terminal cannot show; name it with -o net.onnx"
    for more in ((), ("-o", "-")):
        ran = convcalc("export", "lenet5", "--to", "onnx", *more)
        assert ran == (2, "", f"convcalc: {message}\n")


@pytest.mark.unmeasured
def test_a_binary_file_goes_through_a_pipe(convcalc: Run, tmp_path: Path) -> None:
    ran = convcalc("export", "lenet5", "-o", "x.onnx")
    note = "note: the file has the sizes of all weights, not their numbers: they are 0, factors of norms 1"
    assert ran == (0, "", f"wrote x.onnx\n{note}\n")
    piped = run_process("lenet5", "--to", "onnx")
    assert (piped.returncode, piped.stderr.decode()) == (0, f"{note}\n")
    assert piped.stdout == (tmp_path / "x.onnx").read_bytes()


# ------------------------------------------------------------------ layers that a tool does not have


def analysis_of(**settings: Any) -> Analysis:
    network = one_layer_network(layer_of("relu"), (3, 8, 8))
    for name, value in settings.items():
        setattr(network, name, value)
    return network.walk()


def test_what_cannot_be_said_is_named() -> None:
    check_all_said(analysis_of(), "the tool", {})
    with pytest.raises(UsageError) as caught:
        check_all_said(analysis_of(name="net\x1b[1m"), "the tool", {"a\x1b": "has no b"})
    assert str(caught.value) == (
        "net\\x1b[1m: the tool cannot express 1 layer; change it, or choose another --to:\n"
        "  a\\x1b: has no b"
    )


def test_of_very_many_the_first_are_named() -> None:
    reasons = {f"layer{number}": "is unknown" for number in range(30)}
    with pytest.raises(UsageError) as caught:
        check_all_said(analysis_of(name="net"), "the tool", reasons)
    lines = str(caught.value).splitlines()
    assert lines[0] == (
        "net: the tool cannot express 30 layers; change them, or choose another --to:"
    )
    assert lines[1:] == [
        *(f"  layer{number}: is unknown" for number in range(20)),
        "  … and 10 more layers",
    ]
