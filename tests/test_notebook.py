"""How objects are shown, in a line and in a notebook; and the magics, in-process and in a real kernel."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

import convcalc
import convcalc.homework as homework
from convcalc.cli.main import group
from convcalc.errors import ConvcalcError
from convcalc.magic import command_of, load_ipython_extension
from convcalc.magic.run import run as run_command
from convcalc.report import NOTEBOOK_ROWS, Report
from homework.platform_runs import NOTEBOOKS, absent, is_there, run

REPO = Path(__file__).resolve().parents[1]
HOSTILE = "<script>alert(1)</script>\x1b[31m&"
SHEET = """
convcalc_sheet: 1
id: ps1
title: First
questions:
  - {id: q4, type: params, given: {k: 5, c_in: 3, filters: 10}}
  - {id: q5, type: output-size, figure: true, given: {n: 32, k: 5, s: 2}}
"""


def shown() -> dict[str, tuple[Any, str]]:
    """Objects of the Python interface, each with its repr."""
    chain = convcalc.chain("1x32x32", "conv:k5c6", "pool:k2")
    walk, sheet = chain.walk(), homework.loads(SHEET)
    step = walk["conv1"]
    return {
        "layer": (
            convcalc.layer("conv", "3x32x32", out_channels=5, kernel_size=5, stride=2),
            "<Step 1 conv: conv k5 c5 s2, 3×32×32 → 5×14×14, 380 params, 73,500 macs, rf 5>",
        ),
        "network": (chain, "<Network chain: input 1×32×32, 2 layers>"),
        "analysis": (
            walk,
            "<Analysis chain: 1×32×32 → 6×14×14, 2 layers, 156 params, 117,600 macs>",
        ),
        "step": (
            step,
            "<Step 1 conv1: conv k5 c6, 1×32×32 → 6×28×28, 156 params, 117,600 macs, rf 5>",
        ),
        "kind": (step.layer, "Conv(kernel_size=5, out_channels=6)"),
        "node": (chain.nodes[0], "<Node conv1: Conv(kernel_size=5, out_channels=6) of [-1]>"),
        "work": (step.work, "<Work conv k5 c6: ((1, 32, 32),) → (6, 28, 28)>"),
        "moment": (next(iter(walk.schedule())), "<Moment conv1: 2 alive, 1 freed>"),
        "fits": (
            convcalc.what_fits("conv", "1x32x32", out_channels=1, kernel_size=5, stride=2)[:1],
            "[<Change --s 1 (28)>]",
        ),
        "hand": (convcalc.by_hand("1 2; 3 4", "1 1"), "<Report : 2 rows>"),
        "kernel": (convcalc.image_kernel("sobel_x"), "<Kernel sobel_x: -1 0 1; -2 0 2; -1 0 1>"),
        "budget": (
            convcalc.budget("mobilenet_v1", macs="150M", vary={"width": [16]}),
            "<Found MobileNet V1 with macs ≤ 150M: 1, first --set width=16>",
        ),
        "fit": (step.draw(), "<Picture fit: conv k5 c6 on 1×32×32 gives 6×28×28>"),
        "window": (step.draw("window"), "<Picture window: conv k5 c6 on 32×32 gives 28×28>"),
        "net": (chain.draw(), "<Picture net: chain>"),
        "cost": (walk.draw("cost"), "<Picture cost: chain: multiply-adds by stage>"),
        "alive": (convcalc.draw_cost(walk, of="alive"), "<Picture cost: chain: bytes alive over time>"),
        "beside": (convcalc.draw_cost(chain, "lenet5"), "<Picture cost: costs of 2 networks>"),
        "field": (walk.draw("field"), "<Picture field: chain: what maxpool1[7, 7] sees>"),
        "by hand": (
            convcalc.draw_by_hand("1 2; 3 4", "1 1"),
            "<Picture window: conv k1x2 c1 on 2×2 gives 2×1>",
        ),
        "figure": (step.draw("window").figure(), "<Figure conv k5 c6 on 32×32 gives 28×28: 1,871 marks>"),
        "sheet": (sheet, "<Sheet ps1: First; q4, q5>"),
        "question": (
            sheet["q4"],
            "<Question q4 (params): A convolution has 10 filters of 5×5 on 3 input channels. "
            "How many parameters does it have?>",
        ),
        "part": (sheet["q4"].parts[0], "<Part params: a whole number>"),
        "result": (
            homework.check(sheet, "q4", 260),
            "<Result q4: wrong, 0 of 1 points; How deep is one filter?>",
        ),
        "right": (homework.check(sheet, "q4", 760), "<Result q4: right, 1 of 1 points>"),
        "marked": (homework.mark(sheet, {"q4": 760}), "<Marked ps1: 2 questions, 1 of 2 points>"),
    }  # fmt: skip


def test_everything_says_in_a_line_what_it_is() -> None:
    assert {name: repr(each) for name, (each, _) in shown().items()} == {
        name: said for name, (_, said) in shown().items()
    }


def parsed(html: str) -> str:
    """The text of a part of a page, which must be well-formed."""
    whole = html.replace("<br>", "<br/>").replace(" open>", ' open="">')
    return "".join(fromstring(f"<div>{whole}</div>").itertext())


def test_notebooks_show_what_is_looked_at() -> None:
    whole = {
        name: parsed(each._repr_html_())
        for name, (each, _) in shown().items()
        if hasattr(each, "_repr_html_")
    }
    expected = {
        "layer": ("14.5: a 5-wide window does not fit 32", "params   380   375 weights + 5 biases"),
        "network": ("2 layers, 156 params, 117,600 macs", "maxpool1"),
        "analysis": ("maxpool1", "117,600", "macs = multiply-adds"),
        "step": ("layer    conv1", "fits exactly: 28"),
        "hand": ("1 + 2 = 3",),
        "fit": ("28 windows, 5 wide",),
        "net": ("conv1 k5 c6",),
        "sheet": ("First", "Answer: a whole number", "the next window is 2 cells further"),
        "question": ("q4. A convolution has 10 filters",),
        "result": ("✗ wrong: How deep is one filter?",),
        "marked": ("1 correct, 1 not answered (1 of 2 points)",),
    }
    missing = [
        (name, part)
        for name, parts in expected.items()
        for part in parts
        if part not in whole[name]
    ]
    assert missing == []
    assert whole["layer"].count("14.5") == 1


def test_no_answer_is_shown_before_it_is_asked_for() -> None:
    sheet = homework.loads(SHEET)
    for each in (sheet, sheet["q4"], sheet["q4"].parts[0], homework.check(sheet, "q4", 260)):
        assert "760" not in repr(each)
        assert "760" not in getattr(each, "_repr_html_", str)()


def test_names_from_files_are_escaped() -> None:
    text = json.dumps({"name": HOSTILE, "input": [1, 8, 8], "layers": [{"relu": {"name": "<b>"}}]})
    network = convcalc.loads(text)
    walk = network.walk()
    for each in (network, walk, walk["<b>"], walk.draw(), walk.draw("cost")):
        html = each._repr_html_()
        assert "<script" not in html
        assert "<b>" not in html
        assert "\x1b" not in html + repr(each)
        parsed(html)


def test_a_network_that_cannot_be_walked_says_why() -> None:
    network = convcalc.chain("1x32x32", "conv:k5c6")
    network.input = (1, 4, 4)
    assert parsed(network._repr_html_()).startswith(
        "<Network chain: input 1×4×4, 1 layer>conv1 (conv): a 5-wide window does not fit 4 along the height;"
    )


def test_a_notebook_shows_repeats_once_and_not_too_many_rows() -> None:
    assert "the same" in convcalc.load("resnet18").walk()._repr_html_()
    walk = convcalc.chain("1x8x8", f"{NOTEBOOK_ROWS + 5}*relu").walk()
    html = walk._repr_html_()
    assert f"the first {NOTEBOOK_ROWS} of {NOTEBOOK_ROWS + 5} rows; to_dict() has them all" in html
    assert html.count("<tr>") == NOTEBOOK_ROWS + 2
    assert "<details>" in convcalc.load("vgg16")._repr_html_()
    assert "<details open>" in convcalc.load("mlp_mnist")._repr_html_()


def test_a_picture_that_cannot_be_drawn_says_why_in_a_notebook() -> None:
    walk = convcalc.chain("1x8x8", "3001*relu").walk()
    said = walk.draw("net", depth=0)._repr_html_()
    assert said.startswith("<pre>chain: has 3,001 layers, more than the ")


def test_pictures_are_drawn_in_letters_and_saved(tmp_path: Path) -> None:
    picture = convcalc.draw_fit("conv", "1x7", out_channels=1, kernel_size=3, stride=2)
    assert str(picture).splitlines()[:3] == [
        "3 windows, 3 wide, in steps of 2, on 7 cells",
        "input     0  1  2  3  4  5  6",
        "output 0  ██ ██ ██ -- -- -- --",
    ]
    assert picture.save(tmp_path / "fit.svg", dark=True) == [str(tmp_path / "fit.svg")]
    assert (tmp_path / "fit.svg").read_text(encoding="utf-8").startswith("<?xml")
    steps = convcalc.draw_window("conv", "1x3x3", out_channels=1, kernel_size=2, every=True)
    paths = steps.save(str(tmp_path / "w.png"))
    assert [Path(path).name for path in paths] == ["w-1.png", "w-2.png", "w-3.png", "w-4.png"]
    assert Path(paths[0]).read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ConvcalcError) as error:
        picture.save("fit.gif")
    assert str(error.value) == (
        "fit.gif: a picture is written as .svg or .png; end its name in one of these"
    )


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda w: w.draw("nett"), "no picture 'nett' of a network; did you mean 'net'?"),
        (lambda w: w["conv1"].draw("net"), "no picture 'net' of a layer; known: fit, window"),
        (lambda w: w.draw("net", of="mac"), "of='mac': not known; did you mean 'macs'?"),
        (lambda w: w.draw("cost", by="stages"), "by='stages': not known; did you mean 'stage'?"),
        (
            lambda w: w["conv1"].draw("window", step=(0, 0), every=True),
            "every=True draws all steps, and step= one; leave one of them out",
        ),
        (
            lambda w: w["conv1"].draw("window", step=(9, 9)),
            "--step 9,9: the output has places from 0,0 to 5,5; count from 0",
        ),
        (lambda w: w.draw("field", unit="conv1:99,0"), "conv1: no unit 99,0 in a map of 6×6; count from 0"),
        (
            lambda w: w["relu1"].draw(),
            "draw: relu has no window to draw: it works position by position; draw a layer such as conv, "
            "maxpool or conv_transpose",
        ),
    ],
)  # fmt: skip
def test_pictures_refuse_what_there_is_not(draw: Callable[[Any], Any], message: str) -> None:
    walk = convcalc.chain("1x8x8", "conv:k3c2", "relu").walk()
    with pytest.raises(ConvcalcError) as error:
        draw(walk)
    assert str(error.value).startswith(message)


# ----------------------------------------------------------------------------------- magics


@pytest.mark.parametrize(
    ("line", "cell", "words"),
    [
        ("layer --n 32 -o 'a b.svg'", None, ["layer", "--n", "32", "-o", "a b.svg"]),
        ("", "# mine\ninput: 1x8x8\nlayers: [relu]", ["arch", "-"]),
        ("memory --batch 8", "{input: 1x8x8, layers: [relu]}", ["memory", "--batch", "8", "-"]),
        ("", "[net]\nheight=8", ["arch", "-"]),
        ("--rf", "1x8x8\nconv:k3c2\nrelu\n", ["chain", "--rf", "--input", "1x8x8", "--", "conv:k3c2", "relu"]),
        ("--input=1x8x8", "relu", ["chain", "--input=1x8x8", "--", "relu"]),
        (
            "--input 3x8x8", "nn.Conv2d(3, 6, 5)\nnn.ReLU()",
            ["chain", "--input", "3x8x8", "--", "nn.Conv2d(3, 6, 5)\nnn.ReLU()"],
        ),
    ],
)  # fmt: skip
def test_a_magic_stands_for_a_command_line(line: str, cell: str | None, words: list[str]) -> None:
    assert command_of(line, cell) == (words, cell or "" if words[-1] == "-" else "")


@pytest.mark.parametrize(
    ("line", "cell", "message"),
    [
        ("layer 'x", None, "layer 'x: a quotation mark is not closed; close it"),
        (
            "", " \n# nothing\n",
            "%%convcalc: the cell is empty; write a network file into it, or a chain such as 1x32x32 conv:k5c6 pool:k2",
        ),
        (
            "", "conv:k3c8",
            "%%convcalc: the layers of a chain need an input shape; begin the cell with it, as in 3x32x32 conv:k3c8, "
            "or write %%convcalc --input 3x32x32",
        ),
    ],
)  # fmt: skip
def test_magics_say_what_they_cannot_read(line: str, cell: str | None, message: str) -> None:
    with pytest.raises(ConvcalcError) as error:
        command_of(line, cell)
    assert str(error.value) == message


def kinds_of(line: str, cell: str | None = None) -> list[str]:
    """The MIME types that a magic shows."""
    return [type(each).__name__ for each in run_command(*command_of(line, cell))]


def test_commands_leave_reports_and_pictures_for_the_notebook(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert kinds_of("layer --n 32 --k 5") == ["Report"]
    assert kinds_of("", "1x32x32 conv:k5c6 pool:k2") == ["Report"]
    assert kinds_of("draw net", "1x32x32 conv:k5c6 pool:k2") == ["Net"]
    assert kinds_of("draw fit --n 7 --k 3 --format svg") == ["Fit"]
    assert kinds_of("draw fit --n 7 --k 3 --format png") == ["Fit"]
    assert kinds_of("hand --x '1 2; 3 4' --k '1 1' --format html") == ["Report"]
    assert capsys.readouterr() == ("", "")
    (drawn,) = run_command(["layer", "--n", "7", "--k", "3", "--draw"])
    assert "<svg" in drawn._repr_html_()
    path = tmp_path / "x.csv"
    assert kinds_of(f"layer --n 7 --k 3 -o {path}") == []
    assert capsys.readouterr() == (
        f"wrote {path}\n",
        "",
    )  # in a notebook stderr looks like an error
    assert kinds_of("layer --n 7 --k 3 --format csv") == []
    assert capsys.readouterr().out.splitlines()[0].startswith("name,kind")
    assert kinds_of("schema") == []
    assert json.loads(capsys.readouterr().out)
    assert kinds_of("") == []
    assert "Usage: convcalc" in capsys.readouterr().out
    assert run_command(["layer", "--n", "7", "--k", "3"], html=False) == []
    assert "params" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "cell", "message"),
    [
        (
            "layer --q 5", None,
            "no option '--q'; run convcalc layer -h for help",
        ),
        (
            "layer --n 2 --k 5", None,
            "conv: a 5-wide window does not fit 2 along the height; raise the padding by 2 per side, or use a "
            "kernel of at most 2",
        ),
        ("arch -", None, "<cell>: the file is empty; a network needs input: and layers:"),
        (
            "", "input: [3, 8, 8]\nlayers: [rel]",
            "<cell>:2:10: no layer kind or block 'rel'; did you mean 'relu'?\n  layers: [rel]\n           ^",
        ),
        ("kernel sobel_x --format nothing", None, "--format: no format 'nothing'"),
        (
            "arch --strict", "input: [3, 8, 8]\nlayers: [relu]\nexpect: {params: 7}",
            "arch: something is wrong: exit code 1",
        ),
    ],
)  # fmt: skip
def test_errors_of_magics_are_one_message(line: str, cell: str | None, message: str) -> None:
    before = sys.stdin, sys.stdout, sys.stderr
    with pytest.raises(ConvcalcError) as error:
        run_command(*command_of(line, cell))
    assert str(error.value).startswith(message)
    assert before == (sys.stdin, sys.stdout, sys.stderr)


def test_bytes_are_not_printed_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "main", lambda *_, **__: sys.stdout.buffer.write(b"\xff"))
    with pytest.raises(ConvcalcError) as error:
        run_command(["export"])
    assert str(error.value) == "this makes a file that a notebook cannot show; name it with -o FILE"


def fake_ipython(monkeypatch: pytest.MonkeyPatch, kernel: object) -> list[Any]:
    """An IPython that stores its calls."""
    told: list[Any] = []
    shell = SimpleNamespace(
        kernel=kernel, register_magic_function=lambda *given: told.append(given)
    )
    names: dict[str, dict[str, Any]] = {
        "IPython": {"get_ipython": lambda: shell},
        "IPython.core": {},
        "IPython.core.error": {"UsageError": type("UsageError", (Exception,), {})},
        "IPython.display": {"display": told.append},
    }
    for name, holds in names.items():
        module = ModuleType(name)
        module.__dict__.update(holds)
        monkeypatch.setitem(sys.modules, name, module)
    load_ipython_extension(shell)
    return told


def test_the_magic_shows_all_and_returns_the_last(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = fake_ipython(monkeypatch, object())
    magic, sort, name = told.pop()
    assert (sort, name) == ("line_cell", "convcalc")
    assert magic("layer --n 7 --k 3").facts["output"] == [1, 5, 5]
    assert magic("", "input: [1, 8, 8]\nlayers: [relu]").title == ""
    assert magic("schema") is None
    monkeypatch.setattr("convcalc.magic.run.run", lambda *_, **__: [1, 2, 3])
    assert (magic("x"), told) == (3, [1, 2])
    capsys.readouterr()


def test_in_a_terminal_the_magic_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    magic = fake_ipython(monkeypatch, None).pop()[0]
    assert magic("layer --n 7 --k 3") is None
    assert "output   1×5×5" in capsys.readouterr().out
    with pytest.raises(Exception, match=r"^convcalc: no command 'lay'") as error:
        magic("lay")
    assert type(error.value).__name__ == "UsageError"


def test_the_extension_is_found_where_ipython_looks_for_it() -> None:
    assert convcalc.load_ipython_extension is load_ipython_extension


# ------------------------------------------------------------------------------ a real kernel


def _code(source: str, number: int) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": f"c{number}", "metadata": {}, "source": source, "outputs": [],
        "execution_count": None,
    }  # fmt: skip


CELLS = (
    "%load_ext convcalc",
    "import convcalc",
    'convcalc.layer("conv", "3x32x32", out_channels=5, kernel_size=5, stride=2)',
    'convcalc.load("vgg16")',
    'convcalc.chain("1x32x32", "conv:k5c6", "pool:k2").walk().draw("cost")',
    "%convcalc layer --n 32 --k 5 --s 2 --draw",
    "size = 64",
    "%convcalc layer --n $size --k 5",
    "%%convcalc --memory\ninput: [3, 32, 32]\nlayers:\n  - conv: {out_channels: 8, kernel_size: 3}",
    "%%convcalc\n1x32x32 conv:k5c6 pool:k2",
    "%convcalc draw net lenet5",
    "%convcalc layer --q 5",
)


@pytest.mark.unmeasured
@pytest.mark.skipif(not is_there(NOTEBOOKS), reason=absent(NOTEBOOKS))
def test_a_notebook_runs_in_a_real_kernel(tmp_path: Path) -> None:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel},
        "cells": [_code(source, number) for number, source in enumerate(CELLS)],
    }  # fmt: skip
    (tmp_path / "demo.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    words = (
        "jupyter",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--allow-errors",
        "--output",
        "done",
    )
    run(NOTEBOOKS, *words, "demo.ipynb", cwd=tmp_path, python_path=str(REPO))
    done = json.loads((tmp_path / "done.ipynb").read_text(encoding="utf-8"))
    outputs = [cell["outputs"] for cell in done["cells"]]
    html = [
        "".join("".join(out.get("data", {}).get("text/html", "")) for out in each)
        for each in outputs
    ]
    assert "14.5: a 5-wide window does not fit 32" in html[2]
    assert "VGG-16 (D): 3×224×224 → 1000, 40 layers" in html[3]
    assert "<svg" in html[4]
    assert "<svg" in html[5]
    assert "64×64" in html[7]
    assert "memory, float32" in html[8]
    assert "maxpool1" in html[9]
    assert html[10].startswith("<svg")
    (failed,) = outputs[11]  # one line, and no traceback
    assert "".join(failed["text"]) == (
        "UsageError: convcalc: no option '--q'; run convcalc layer -h for help\n"
    )


def test_reports_say_themselves_in_a_line() -> None:
    assert repr(Report("", (), (), lines=["one", "two"])) == "<Report one: 0 rows>"
    assert repr(Report("Title", (), [1])) == "<Report Title: 1 row>"
