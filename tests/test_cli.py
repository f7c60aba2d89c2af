"""Every command as a newcomer sees it: help, output, exit codes, mistakes."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import convcalc as package
from command_lines import commands
from conftest import told
from convcalc.cli.main import COMMANDS, main
from convcalc.cli.output import print_lines
from convcalc.cli.screen import as_encoded
from convcalc.errors import UsageError
from convcalc.files import write_lines
from convcalc.layers.operations import OPERATIONS, RULES

Run = Callable[..., Any]
HERE = Path(__file__).parent


def shell(*arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    """A command in a separate process."""
    return subprocess.run(
        [sys.executable, "-m", "convcalc", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **settings,
    )


# ---------------------------------------------------------------------------------------- help


def test_help_of_the_whole_shows_examples_first(
    convcalc: Run, golden: Callable[[str, str], None]
) -> None:
    ran = convcalc("-h")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Examples:\n  convcalc layer")
    golden("help/convcalc.txt", ran.out)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "hw"])
@pytest.mark.unmeasured
def test_help_of_each_command_shows_examples_first(
    command: str, convcalc: Run, golden: Callable[[str, str], None]
) -> None:
    ran = convcalc(command, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Examples:\n  convcalc {command}")
    assert convcalc(command, "-h").out == ran.out
    golden(f"help/{command}.txt", ran.out)


def test_no_command_shows_the_help_and_fails_in_every_group(convcalc: Run) -> None:
    for words in ((), ("hw",), ("draw",), ("solve",)):
        shown = convcalc(*words, "-h")
        assert convcalc(*words) == (2, shown.out, "")
        assert convcalc(*words, "help") == shown
        line = " ".join(["convcalc", *words, "COMMAND"])
        assert shown.out.endswith(f"\n\n  {line} -h shows a command's options and examples.\n")


def test_version(convcalc: Run) -> None:
    assert convcalc("--version").out == f"convcalc {package.__version__}\n"


# ------------------------------------------------------------------------------------- mistakes

BAD = [
    (("layr",), "no command 'layr'; did you mean 'layer'? Run convcalc -h for help."),
    (("layer",), "give the input size with --n 32, or the shape with --input 3x32x32"),
    (("layer", "--n", "32"), "conv needs --k; write --k 3"),
    (("layer", "--n", "14.5", "--k", "3"), "--n must be a whole number, but is '14.5'; sizes and counts have no fractions"),
    (("layer", "--n", "1x2x3x4", "--k", "3"), "--n 1x2x3x4 has 4 sides; give 1 to 3, and the channels with --cin"),
    (("layer", "--n", "8x8", "--k", "3", "--dims", "3"), "--n 8x8 has 2 axes, but --dims is 3; leave one out"),
    (("layer", "--n", "8", "--input", "1x8x8", "--k", "3"), "--input gives the whole shape; leave --n out"),
    (("layer", "--input", "axb", "--k", "3"), "--input must be a whole number, but is 'a'"),
    (("layer", "--input", "3xx3", "--k", "3"), "--input must be a shape such as 3x224x224, but is '3xx3'"),
    (("layer", "--n", "8", "--k", "x"), "--k must be numbers such as 3 or 3x5, but is 'x'"),
    (("layer", "--n", "8", "--k", "3", "--s", "2xx2"), "--s must be numbers such as 3 or 3x5, but is '2xx2'"),
    (("layer", "--n", "8", "--k", "3", "--p", "1,"), "--p must be numbers such as 0,1, but is '1,'"),
    (("layer", "--n", "8", "--k", "0"), "--k is 0; use 1 or more"),
    (("layer", "--n", "8", "--k", "3", "--s", "0"), "--s is 0; use 1 or more"),
    (("layer", "--n", "8", "--k", "3", "--p", "-1"), "--p is -1; use 0 or more (the kind crop removes cells)"),
    (("layer", "--n", "8", "--k", "3", "--p", "sme"), "--p cannot be 'sme'; did you mean 'same'?"),
    (("layer", "--n", "8", "--k", "3", "--fit", "round"), "--fit cannot be 'round'; known: caffe, ceil, floor, strict"),
    (("layer", "--n", "8", "--k", "3", "--ceil"), "conv has no option --ceil; its options are --k, --s, --p, --d, --fit, --bias, --cout, --groups, --set connections"),
    (("layer", "--n", "8", "--k", "3", "--kind", "depthwise_conv", "--cout", "4"), "depthwise_conv has no option --cout; its options are --k, --s, --p, --d, --fit, --bias, --set multiplier"),
    (("layer", "--n", "8", "--k", "3", "--kind", "fc", "--cout", "4"), "linear has no option --k; its options are --cout, --bias"),
    (("layer", "--n", "8", "--k", "3", "--a", "1"), "conv has no option --a; its options are --k"),
    (("layer", "--n", "8", "--kernal", "3"), "no option '--kernal'; did you mean '--k'?"),
    (("layer", "--n", "8", "--kind", "relu", "--no-bias"), "relu has no option --no-bias; it has none"),
    (("layer", "--n", "8", "--kind", "aap"), "adaptive_avgpool needs --set output_size; write --set output_size=…"),
    (("layer", "--n", "8", "--kind", "lppool", "--k", "3", "--set", "norm_type=x"), "--set norm_type must be a whole number, but is 'x'; write plain digits"),
    (("layer", "--n", "8", "--k", "3", "--kind", "cnv"), "no layer kind 'cnv'; did you mean 'conv'?"),
    (("layer", "--n", "8", "--k", "3", "--set", "bias"), "--set bias: has no value; write --set name=value"),
    (("layer", "--n", "8", "--k", "3", "--cin", "6", "--cout", "8", "--groups", "4"), "conv: the input's channel count is 6, which groups 4 does not divide; try groups 3"),
    (("layer", "--n", "9" * 30, "--k", "3"), "--n has 30 digits; use a number of up to 12 digits"),
    (("layer", "--n", "999999999999", "--k", "1", "--cin", "999999999999"), "the input 999999999999×999999999999×999999999999 must have sides of at least 1 and at most 1,000,000,000,000,000,000 values"),
    (("layer", "--n", "32", "--k", "5", "--s", "2", "--fit", "strict"), "conv: 14.5: a 5-wide window does not fit 32 along the height in steps of 2 (1 cell is left over); use an input of 31 or 33, another stride, or fit: floor"),
    (("layer", "--n", "8", "--k", "3", "--p", "3", "--kind", "maxpool"), "maxpool: padding 3 is not less than the 3-wide window along the height, so some windows would contain only padding; use at most 2"),
    (("chain", "--input", "1x8x8"), "LAYER is missing; for example: convcalc chain --input 1x32x32 conv:k5c6 pool:k2 conv:k5c16 pool:k2 fc:120; run convcalc chain -h for help"),
    (("chain", "conv:k3"), "--input is missing; for example: convcalc chain --input 1x32x32 conv:k5c6 pool:k2 conv:k5c16 pool:k2 fc:120; run convcalc chain -h for help"),
    (("arch", "vgg166"), "no file 'vgg166' and no bundled network of that name; did you mean 'vgg16'?"),
    (("arch", "vgg16", "--set", "clases=10"), "no parameter 'clases'; did you mean 'classes'?"),
    (("arch", "vgg16", "--set", "classes"), "--set classes: has no value; write --set name=value"),
    (("arch", "vgg16", "--columns", "parms"), "--columns: no column 'parms'; did you mean 'params'?"),
    (("arch", "vgg16", "--columns", ","), "--columns names none; known: name, kind"),
    (("arch", "vgg16", "--sort", "zzz"), "--sort: no column 'zzz'; known: name, kind"),
    (("arch", "vgg16", "--sort", "params,macs"), "--sort: no column 'params macs'; did you mean 'params'?"),
    (("arch", "vgg16", "--explain", "zzz"), "--explain: no layer 'zzz'; there are conv1_1, relu1, conv1_2, relu2 and 36 more; convcalc arch NETWORK --all lists them"),
    (("arch", "vgg16", "--explain", "conv1_9"), "--explain: no layer 'conv1_9'; did you mean 'conv1_2'?"),
    (("arch", "vgg16", "--sees", "conv1_9:1,1"), "no layer 'conv1_9'; did you mean 'conv1_2'?"),
    (("arch", "vgg16", "--sees", "conv1_1:1"), "conv1_1: a unit of 64×224×224 has 2 coordinates, not 1; write conv1_1:Y,X, counted from 0"),
    (("arch", "vgg16", "--sees", "conv1_1"), "conv1_1: a unit of 64×224×224 has 2 coordinates, not 0; write conv1_1:Y,X, counted from 0"),
    (("arch", "vgg16", "--sees", "conv1_1:224,1"), "conv1_1: no unit 224,1 in a map of 224×224; count from 0"),
    (("arch", "vgg16", "--sees", "conv1_1:1,x"), "--sees conv1_1:1,x: a place must be a whole number, but is 'x'"),
    (("arch", "vgg16", "--max-layers", "10"), "the network has more than 10 layers; raise --max-layers if you mean it"),
    (("arch", "vgg16", "--input", "3x20x20"), "does not fit"),
    (("hw", "make", "ps.yaml", "--roster", "r.csv", "--secret-file", "s", "--out", "d", "-o", "out"), "-o out: this is for a report, not a folder, and without a suffix its format is not known; the folder is --out out; use one of .txt, .json, .jsonl, .csv, .md, .tex, .html, or --format"),
    (("arch", "vgg16", "-o", "x.pdf"), "-o x.pdf: no format has the suffix '.pdf'; use one of .svg, .png, .txt, .json, .jsonl, .csv, .md, .tex, .html, or --format"),
    (("arch", "vgg16", "-o", "nowhere/x.csv"), "-o nowhere/x.csv: cannot be written: No such file or directory; choose another place"),
    (("arch", "vgg16", "--batch", "0"), "--batch: 0 is out of range; give 1 to 1,000,000,000; run convcalc arch -h for help"),
    (("arch", "vgg16", "--format", "xml"), "--format: no format 'xml'; known: csv, html, json, jsonl, latex, markdown, png, svg, table; run convcalc arch -h for help"),
    (("arch", "vgg16", "--depht", "1"), "no option '--depht'; did you mean '--depth'"),
    (("hw", "new", "ps.yaml", "-o", "d.yaml"), "no option '-o'; write only the file, as in convcalc hw new FILE; run convcalc hw new -h for help"),
    (("completion", "bash", "-o", "d"), "no option '-o'; it prints its lines: send them to a file with > FILE; run convcalc completion -h for help"),
    (("arch", "vgg16", "--strictt"), "no option '--strictt'; did you mean '--strict'? Run convcalc arch -h for help."),
    (("arch", "vgg16", "--depth"), "--depth needs a value; write it after the option; run convcalc arch -h for help"),
    (("arch", "vgg16", "--depth", "x"), "--depth: 'x' is not a whole number; run convcalc arch -h for help"),
    (("verify", "--limit", "x"), "--limit: 'x' is not a number; run convcalc verify -h for help"),
    (("hw", "stats", "x", "--top", "0"), "no option '--top'"),
    (("list", "qqq"), "no bundled network has 'qqq' in its name; convcalc list shows all"),
    (("kinds", "convv"), "no layer kind 'convv'; did you mean 'conv'?"),
    (("kinds", "conv", "--operations"), "--operations is the same for all kinds; leave out the kind or --operations"),
    (("diff", "lenet5"), "SECOND is missing; for example: convcalc diff resnet50 resnet50_torchvision; run convcalc diff -h for help"),
    (("compare",), "NETWORK is missing; for example: convcalc compare vgg16 resnet50 mobilenet_v2; run convcalc compare -h for help"),
    (("completion", "tcsh"), "bash|zsh|fish: 'tcsh' is not one of 'bash', 'zsh', 'fish'; run convcalc completion -h for help"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[" ".join(a)[:60] for a, _ in BAD])
def test_a_mistake_is_one_line_with_a_way_out(
    arguments: tuple[str, ...],
    message: str,
    convcalc: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = convcalc(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    said = told(ran.err)
    assert said.startswith("convcalc: ")
    assert message in said
    assert said.count("\n") <= 3  # a place in a file adds its line and a caret
    assert list(tmp_path.iterdir()) == []


# ----------------------------------------------------------------------------------- one layer


def layer_json(convcalc: Run, *arguments: str) -> dict[str, Any]:
    ran = convcalc("layer", *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    data: dict[str, Any] = json.loads(ran.out)
    return data


def test_all_wrong_values_of_a_line_are_told_at_once(convcalc: Run) -> None:
    ran = convcalc("roofline", "--device", "zz", "--batch", "0", "--peak", "q", "--input", "3xaxb")
    assert (ran.code, ran.out, ran.err) == (
        2, "",
        "convcalc: --device: 'zz' is not one of the devices tpu-v1, k80, haswell, v100, t4, a100, h100, l4, rtx4090, "
        "tpu-v3, tpu-v4, tpu-v5e; for another device give --peak 10T --bandwidth 100G\n"
        "--batch: 0 is out of range; give 1 to 1,000,000,000\n"
        "--peak: 'q' is not a number per second; write for example 10T (prefixes: k, K, M, G, T)\n"
        "--input must be a whole number, but is 'a'; write plain digits\n"
        "--input must be a whole number, but is 'b'; write plain digits\n"
        "NETWORK is missing; for example: convcalc roofline vgg16 --device a100 --precision float16\n",
    )  # fmt: skip
    ran = convcalc("memory", "vgg16", "--optimizer", "adma", "--format", "jason", "-o", "x.csv")
    assert (ran.code, ran.out, ran.err) == (
        2, "",
        "convcalc: --format: no format 'jason'; did you mean 'json'?\n"
        "--optimizer: 'adma' is not one of 'sgd', 'momentum', 'adam', 'adamw', 'adafactor'; did you mean 'adam'?\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "compare nets/a.yaml vgg16 vgg161",
            "no file 'nets/a.yaml' and no bundled network of that name; check the folder and the name\n"
            "no file 'vgg161' and no bundled network of that name; did you mean 'vgg16'?\n",
        ),
        (
            "diff lenet5 lenet5 --set foo=1 --set input=8 --set classes=x",
            "lenet5: no parameter 'foo'; known: classes\n"
            "lenet5: no parameter 'input'; another input is given with --input, in Python with input=\n"
            "--set classes must be a number, as in the file (10), but is 'x'; give one\n",
        ),
        ("arch lenet5 --set 3 --set foo", "--set 3: has no value; write --set name=value\n--set foo: has no value; write --set name=value\n"),
        ("arch vgg16 --input 3x8x8", "vgg16:29:5: pool4 (maxpool): a 2-wide window does not fit 1 along the height; the input's height and "
         "width must be at least 32, as in 3×32×32; or raise the padding by 1 per side, or use a kernel of at most 1\n"
         "    - maxpool: {name: pool4, kernel_size: 2, stride: 2}\n      ^\n"),
    ],
)  # fmt: skip
def test_every_file_and_parameter_that_is_wrong_is_told_by_its_name(
    line: str, said: str, convcalc: Run
) -> None:
    ran = convcalc(*line.split())
    assert (ran.code, ran.err.rpartition("\n\n")[2].removeprefix("convcalc: ")) == (2, said)


def test_layer_json_keeps_the_contract(convcalc: Run) -> None:
    data = layer_json(convcalc, "--n", "32", "--k", "5", "--s", "2", "--cin", "3", "--cout", "5")
    assert data["schema"] == 1
    assert (data["input"], data["output"]) == ([3, 32, 32], [5, 14, 14])
    assert data["params"] == {"total": 380, "weight": 375, "bias": 5}
    assert (data["macs"], data["flops"]) == (73500, 147000)
    assert data["fit"][0] == {
        "axis": "height",
        "exact": "29/2",
        "fits": False,
        "unused": 1,
        "padding": [0, 0],
    }
    assert data["rf"] == {"size": [5, 5], "stride": [2, 2], "padding": [0, 0]}
    assert data["weights_per_neuron"] == 75


def test_layer_gives_the_im2col_matrices(convcalc: Run) -> None:
    data = layer_json(convcalc, "--n", "5", "--k", "3", "--cin", "3", "--cout", "32")
    assert data["im2col"] == {"filters": [32, 27], "columns": [27, 9]}


@pytest.mark.parametrize(
    "more", [("--groups", "3"), ("--kind", "local_conv"), ("--kind", "depthwise_conv"), ("--kind", "separable_conv")]
)  # fmt: skip
def test_a_layer_that_is_no_single_product_has_no_im2col_matrices(
    convcalc: Run, more: tuple[str, ...]
) -> None:
    assert "im2col" not in layer_json(convcalc, "--n", "5", "--k", "3", "--cin", "3", *more)


def test_neurons_that_differ_get_no_single_number_of_weights(convcalc: Run) -> None:
    separable = layer_json(convcalc, "--n", "5", "--k", "3", "--kind", "separable_conv")
    assert "weights_per_neuron" not in separable
    assert "neuron" not in convcalc("arch", "lenet5_1998", "--explain", "C3").out


def test_what_would_fit_is_said_per_axis_where_only_one_axis_does_not_fit(convcalc: Run) -> None:
    line = convcalc("layer", "--n", "32x30", "--k", "5x4", "--s", "2x2").out.splitlines()[1]
    assert (
        line == "fits:  --s 1x2 (28)   --s 3x2 (10)   --n 31x30 (14)   --n 33x30 (15)   --k 4 (15)"
    )


def test_options_may_be_called_as_in_pytorch(convcalc: Run) -> None:
    long = ("--kernel-size", "3", "--stride", "2", "--padding", "1", "--dilation", "2")
    short = ("--k", "3", "--s", "2", "--p", "1", "--d", "2")
    assert layer_json(convcalc, "--n", "9", *long) == layer_json(convcalc, "--n", "9", *short)


def test_the_columns_of_rf_go_last_in_a_narrow_terminal(convcalc: Run) -> None:
    lines = convcalc("arch", "resnet50", "--rf", columns=60).out.splitlines()
    assert lines[4].split() == ["layer", "output", "rf", "rf_stride", "rf_padding"]


def test_layer_counts_multiplications_on_padding(convcalc: Run) -> None:
    data = layer_json(convcalc, "--n", "4", "--k", "3", "--p", "1")
    assert data["macs"] == 9 * 16
    assert data["valid_macs"] == 10 * 10  # per axis 2 + 3 + 3 + 2 taps on real cells


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (("--n", "32", "--k", "5"), [1, 28, 28]),
        (("--n", "24x32", "--k", "3", "--p", "0,1x1"), [1, 23, 32]),
        (("--n", "16", "--k", "3", "--p", "causal", "--d", "4"), [1, 16]),
        (("--n", "16", "--k", "3", "--dims", "3"), [1, 14, 14, 14]),
        (("--n", "8", "--k", "3x5"), [1, 6, 4]),
        (("--n", "16", "--k", "4", "--s", "2", "--p", "1", "--kind", "deconv"), [1, 32, 32]),
        (("--n", "112", "--k", "3", "--s", "2", "--kind", "pool", "--ceil"), [1, 56, 56]),
        (("--n", "100", "--kind", "fc", "--cout", "10"), [10]),
        (("--n", "9", "--kind", "adaptive_avgpool", "--set", "output_size=7"), [1, 7, 7]),
        (
            ("--input", "16x8x8", "--kind", "pixel_shuffle", "--set", "upscale_factor=2"),
            [4, 16, 16],
        ),
        (("--n", "5", "--k", "3", "--a", "1", "--s", "2", "--kind", "tconv"), [1, 12, 12]),
        (("--n", "5", "--k", "3", "--no-bias"), [1, 3, 3]),
        (("--input", "512x7x7", "--kind", "fc", "--cout", "4096"), [4096]),
    ],
)
def test_layer_sizes(arguments: tuple[str, ...], output: list[int], convcalc: Run) -> None:
    assert layer_json(convcalc, *arguments)["output"] == output


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--n", "32", "--k", "5", "--s", "2"), "14.5: a 5-wide window does not fit 32 in steps of 2; libraries floor to 14 and never read the last row and column"),
        (("--n", "33", "--k", "5", "--s", "3"), "10.33: a 5-wide window does not fit 33 in steps of 3; libraries floor to 10 and never read the last row and column"),
        (("--n", "34", "--k", "5", "--s", "3", "--dims", "1"), "10.67: a 5-wide window does not fit 34 in steps of 3; libraries floor to 10 and never read the last 2 cells"),
        (("--n", "33x32", "--k", "5", "--s", "2"), "14.5: a 5-wide window does not fit 32 along the width in steps of 2; libraries floor to 14 and never read the last column"),
        (("--n", "32x30", "--k", "5x4", "--s", "2x3"), "14.5: a 5-wide window does not fit 32 along the height in steps of 2; libraries floor to 14 and never read the last row"),
        (("--n", "224", "--k", "7", "--s", "2", "--p", "3"), "112.5: a 7-wide window does not fit 224 + 2·3 = 230 in steps of 2; libraries floor to 112; only padding is left unread"),
        (("--n", "112", "--k", "3", "--s", "2", "--kind", "maxpool", "--ceil"), "55.5: a 3-wide window does not fit 112 in steps of 2; rounded up to 56: the last window goes past the end"),
        (("--n", "5", "--k", "2", "--s", "3", "--p", "1", "--kind", "maxpool", "--ceil"), "2.67: a 2-wide window does not fit 5 + 2·1 = 7 in steps of 3; 2, not 3: a last window that would start past the input is dropped"),
    ],
)  # fmt: skip
def test_a_window_that_does_not_fit_comes_first(
    arguments: tuple[str, ...], line: str, convcalc: Run
) -> None:
    assert convcalc("layer", *arguments).out.splitlines()[0] == line


def test_sizes_by_hand_are_told_what_to_type(convcalc: Run) -> None:
    assert convcalc("hand", "--n", "5", "--k", "3").err == (
        "convcalc: no option '--n'; --x is the input, with its numbers: --x '1 2 3; 4 5 6; 7 8 9' --k '1 2; 3 4'; "
        "convcalc layer takes sizes; run convcalc hand -h for help\n"
    )


def test_a_map_is_flattened_before_a_fully_connected_layer(convcalc: Run) -> None:
    data = layer_json(
        convcalc, "--input", "1x200x200", "--kind", "linear", "--cout", "40000", "--no-bias"
    )
    assert data["params"]["total"] == 1_600_000_000
    assert data["notes"] == ["1×200×200 is flattened to 40,000 values"]


@pytest.mark.unmeasured
def test_changes_that_fit_do_fit(convcalc: Run) -> None:
    for n, k, s in ((32, 5, 2), (10, 3, 2), (227, 11, 5), (9, 4, 3)):
        line = convcalc("layer", "--n", str(n), "--k", str(k), "--s", str(s)).out.splitlines()[1]
        assert line.startswith("fits:  ")
        for change in line[7:].split("   "):
            name, value, size = change.split()
            options = {"--n": n, "--k": k, "--s": s} | {name: int(value)}
            words = [str(word) for pair in options.items() for word in pair]
            fit = layer_json(convcalc, *words)
            assert fit["fit"][0]["fits"], change
            assert size == f"({fit['output'][1]})"


# -------------------------------------------------------------------------------- the others


def test_arch_finds_networks_from_any_folder(
    convcalc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one = convcalc("arch", "vgg16")
    assert one.code == 0
    assert convcalc("arch", "vgg16.yaml").out == one.out
    source = Path(package.load("vgg16").path)
    (tmp_path / "mine.yaml").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    assert convcalc("arch", "mine.yaml").out == one.out
    assert convcalc("arch", str(tmp_path / "mine.yaml")).out == one.out


def test_arch_reads_standard_input() -> None:
    ran = shell(
        "arch",
        "-",
        "--format",
        "csv",
        input="{input: [1, 8, 8], layers: [{conv: {out_channels: 2, kernel_size: 3}}]}",
    )
    assert ran.stdout.splitlines()[1] == "conv1,conv,k3 c2,2x6x6,20,648,3x3"


def test_standard_input_that_cannot_be_read_is_one_line(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())  # one without bytes
    assert convcalc("arch", "-").err == (
        "convcalc: <stdin>: cannot be read; give a file, or pipe a network in\n"
    )
    text = b"{input: [1, 8, 8], layers: [{conv: {out_channels: 2, kernel_size: 3}}]}"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert convcalc("arch", "-", "--columns", "params", "--format", "csv").out == "params\n20\n"


def test_a_unit_that_sees_nothing_says_so(convcalc: Run) -> None:
    words = ("chain", "--input", "1x4x4", "tconv:k1s3", "--sees", "conv_transpose1:1,0")
    ran = convcalc(*words)
    assert "  height  nothing\n  width   nothing\n" in ran.out
    seen = json.loads(convcalc(*words, "--format", "json").out)["sees"]
    assert seen[0] == {"axis": "height", "first": None, "last": None, "inside": None}


def test_a_layer_shows_its_buffers_and_gives_up_on_taps_past_counting(convcalc: Run) -> None:
    assert (
        "and 32 buffers (not trained)"
        in convcalc("layer", "--n", "8", "--cin", "16", "--kind", "batchnorm").out
    )
    words = ("layer", "--n", "999999999", "--k", "99999999", "--p", "5")
    assert "on padding zeros" not in convcalc(*words).out
    assert "valid_macs" not in json.loads(convcalc(*words, "--format", "json").out)


def test_sorting_by_a_column_that_is_not_shown_shows_it(convcalc: Run) -> None:
    ran = convcalc("arch", "lenet5", "--sort", "activations")
    assert "activations" in ran.out


@pytest.mark.unmeasured
def test_working_and_pages_go_to_every_format(convcalc: Run, tmp_path: Path) -> None:
    for suffix in (".txt", ".json", ".csv", ".md", ".tex", ".html"):
        path = tmp_path / f"page{suffix}"
        assert convcalc("kinds", "conv", "-o", str(path)).code == 0
        assert convcalc("arch", "vgg16", "--explain", "conv1_1", "-o", str(path)).code == 0
        assert path.read_text(encoding="utf-8")


@pytest.mark.unmeasured
def test_arch_sorts_and_keeps_the_totals(convcalc: Run) -> None:
    data = json.loads(convcalc("arch", "vgg16", "--sort", "params", "--format", "json").out)
    params = [row["params"] for row in data["layers"]]
    assert params == sorted(params, reverse=True)
    assert sum(params) == data["totals"]["params"]
    names = convcalc(
        "arch", "vgg16", "--sort", "name", "--format", "csv", "--columns", "name"
    ).out.splitlines()[1:]
    assert names == sorted(names)
    assert convcalc("arch", "resnet50", "--sort", "rf").code == 0
    assert convcalc("arch", "resnet50", "--sort", "output").code == 0
    assert convcalc("arch", "groupnormed.yaml", "--sort", "rf").code == 2


def test_batch_multiplies_work_and_not_parameters(convcalc: Run) -> None:
    one = json.loads(convcalc("arch", "lenet5", "--format", "json").out)["totals"]
    many = json.loads(convcalc("arch", "lenet5", "--batch", "32", "--format", "json").out)["totals"]
    assert many["params"] == one["params"]
    assert many["macs"] == 32 * one["macs"]
    assert "a batch of 32" in convcalc("arch", "lenet5", "--batch", "32").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("resnet152",),
        ("resnet152", "--depth", "1"),
        ("vgg16", "--rf"),
        ("vgg16", "--memory", "--columns", "name,activations"),
        ("resnet50", "--explain", "conv2_x.1.conv2"),
        ("unet", "--explain", "concat1"),
        ("unet", "--sees", "score:0,0"),
        ("lenet5", "--sees", "linear1"),
        ("vgg16", "--input", "3x300x600", "--depth", "1"),
    ],
    ids="_".join,
)
@pytest.mark.unmeasured
def test_arch_prints_as_before(
    arguments: tuple[str, ...], convcalc: Run, golden: Callable[[str, str], None]
) -> None:
    ran = convcalc("arch", *arguments, watched=True)
    golden(f"arch/{'_'.join(arguments).replace('--', '').replace(':', '_')}.txt", ran.out + ran.err)


@pytest.mark.unmeasured
@pytest.mark.parametrize("columns", [40, 60, 80])
def test_every_command_keeps_to_a_narrow_terminal(columns: int, convcalc: Run) -> None:
    for words in (
        "arch resnet152",
        "arch vgg16 --memory",
        "compare vgg16 unet",
        "diff resnet50 resnet50_torchvision",
        "diff lenet5 resnet18",
        "list",
        "kinds",
        "kinds conv",
        "kinds --operations",
        "layer --n 32 --k 5 --s 2",
    ):
        out = convcalc(*words.split(), columns=columns).out
        assert max(map(len, out.splitlines())) <= max(columns, 60), words


def test_compare_lists_networks_in_order_and_sorted(convcalc: Run) -> None:
    rows = json.loads(convcalc("compare", "vgg16", "lenet5", "--format", "json").out)["networks"]
    assert [row["params"] for row in rows] == [138357544, 61706]
    rows = json.loads(
        convcalc("compare", "lenet5", "vgg16", "--sort", "macs", "--format", "json").out
    )["networks"]
    assert rows[0]["macs"] == 15470264320
    rows = json.loads(
        convcalc("compare", "vgg16", "alexnet", "--sort", "network", "--format", "json").out
    )["networks"]
    assert [row["network"] for row in rows] == sorted(row["network"] for row in rows)


@pytest.mark.unmeasured
def test_list_names_every_bundled_network_with_its_numbers(convcalc: Run) -> None:
    rows = json.loads(convcalc("list", "--format", "json").out)["networks"]
    assert [row["name"] for row in rows] == package.networks()
    assert all(row["params"] for row in rows)


def test_kinds_defines_the_operations_that_are_counted(convcalc: Run) -> None:
    found = json.loads(convcalc("kinds", "--operations", "--format", "json").out)
    assert [row["operation"] for row in found["operations"]] == list(OPERATIONS)
    assert found["rules"]
    out = " ".join(convcalc("kinds", "--operations").out.split())
    assert all(about in out for about in OPERATIONS.values())
    assert all(rule in out for rule in RULES)


def test_kinds_lists_every_kind_and_has_a_page_for_each(convcalc: Run) -> None:
    rows = json.loads(convcalc("kinds", "--format", "json").out)["kinds"]
    assert len(rows) >= 43
    for row in rows:
        page = convcalc("kinds", row["kind"]).out
        for part in ("Formula:", "Source:", "Common mistake:", "Example:"):
            assert part in page, row["kind"]
    assert convcalc("kinds", "conv2d").out == convcalc("kinds", "conv").out


@pytest.mark.parametrize("kind", ["conv", "add", "relu", "maxpool"])
def test_kind_pages_print_as_before(
    kind: str, convcalc: Run, golden: Callable[[str, str], None]
) -> None:
    golden(f"kinds/{kind}.txt", convcalc("kinds", kind).out)


@pytest.mark.unmeasured
def test_schema_goes_to_stdout_or_a_file(convcalc: Run, tmp_path: Path) -> None:
    out = convcalc("schema").out
    path = tmp_path / "schema.json"
    ran = convcalc("schema", "-o", str(path))
    assert (ran.out, ran.err) == ("", f"wrote {path}\n")
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(out)


# -------------------------------------------------------------------------- where output goes


@pytest.mark.unmeasured
def test_files_are_written_whole_in_the_format_of_their_suffix(
    convcalc: Run, tmp_path: Path
) -> None:
    for suffix, start in (
        (".json", "{"),
        (".csv", "name,"),
        (".md", "## "),
        (".tex", "% "),
        (".html", "<!DOCTYPE"),
        (".txt", "VGG"),
    ):
        path = tmp_path / f"vgg{suffix}"
        ran = convcalc("arch", "vgg16", "-o", str(path))
        assert (ran.code, ran.out, ran.err) == (0, "", f"wrote {path}\n")
        assert path.read_text(encoding="utf-8").startswith(start)
    assert len(list(tmp_path.iterdir())) == 6


def test_a_file_that_fails_halfway_is_not_there(tmp_path: Path) -> None:
    def lines() -> Any:
        yield "first"
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match="No space left on device"):
        write_lines(str(tmp_path / "x.csv"), lines())
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_without_our_characters_gets_others() -> None:
    ran = shell(
        "layer",
        "--n",
        "32",
        "--k",
        "5",
        "--s",
        "3",
        "--explain",
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert ran.returncode == 0
    assert "floor((32 + 2*0 - (1*(5 - 1) + 1)) / 3) + 1" in ran.stdout
    assert as_encoded("×", "no-such-encoding") == "x"
    assert as_encoded("層", "ascii") == "?"


def test_half_a_pair_of_characters_does_not_stop_printing(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="utf-8"))
    print_lines(["a\udcff"])
    assert raw.getvalue() == b"a?\n"


def test_an_interrupt_ends_quietly(convcalc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("convcalc.analysis.walk.walk", interrupted)
    ran = convcalc("arch", "vgg16")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.strip() == "convcalc: stopped"


def test_a_pipe_gets_no_colour_and_whole_lines() -> None:
    ran = shell(
        "arch",
        "resnet50",
        env={k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")},
    )
    assert "\x1b" not in ran.stdout
    assert "left out for width" not in ran.stdout


@pytest.mark.parametrize(
    ("settings", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_a_terminal_gets_colour_unless_it_says_no(settings: dict[str, str], colored: bool) -> None:
    main_end, terminal = pty.openpty()
    env = (
        {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
        | {"TERM": "xterm"}
        | settings
    )
    with subprocess.Popen(
        [sys.executable, "-m", "convcalc", "arch", "lenet5"],
        stdout=terminal,
        stderr=terminal,
        env=env,
    ) as process:
        os.close(terminal)
        out = b""
        while chunk := read_end(main_end):
            out += chunk
        assert process.wait(60) == 0
    os.close(main_end)
    assert (b"\x1b[1m" in out) == colored
    assert b"61,706" in out


def read_end(end: int) -> bytes:
    try:
        return os.read(end, 65536)
    except OSError:  # Linux reports a closed terminal in this way
        return b""


def test_main_takes_arguments_and_ends_with_a_status() -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0


def test_deep_recursion_is_one_line(convcalc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def deep(*_: Any, **__: Any) -> None:
        raise RecursionError

    monkeypatch.setattr("convcalc.analysis.walk.walk", deep)
    ran = convcalc("arch", "vgg16")
    assert (ran.code, ran.err) == (2, "convcalc: nested too deeply to work on; use fewer levels\n")


def test_the_hint_of_layer_names_only_options_that_the_kind_takes(
    convcalc: Run,
) -> None:
    assert (
        "next: --cin gives the channels"
        in convcalc("layer", "--kind", "pool", "--n", "8", "--k", "2", watched=True).err
    )
    assert (
        "next: --cin and --cout give" in convcalc("layer", "--n", "8", "--k", "2", watched=True).err
    )


VIEWS = {
    "--batch": "2", "--columns": "name,output", "--sort": "macs", "--depth": "1", "--all": "", "--rf": "",
    "--rf-through": "norms", "--rate": "100", "--memory": "", "--explain": "conv1", "--sees": "conv1:1", "--sizes": "",
}  # fmt: skip
TOGETHER = {  # options that change the content of the views
    "--explain": {"--batch", "--rf-through"},
    "--sees": {"--rf-through"},
}


@pytest.mark.parametrize("pair", list(combinations(VIEWS, 2)), ids="".join)
@pytest.mark.unmeasured
def test_no_two_views_are_asked_for_and_one_dropped(pair: tuple[str, str], convcalc: Run) -> None:
    words = [word for name in pair for word in (name, VIEWS[name]) if word]
    ran = convcalc("chain", "--input", "1x32", "conv:k3", "relu", *words)
    alone = [name for name in pair if name in ("--sizes", "--explain", "--sees")]
    fits = all(other in TOGETHER.get(name, ()) for name in alone for other in pair if other != name)
    rows = {*pair} & {"--sort", "--depth", "--all"}
    assert (ran.code == 0) == (fits and len(rows) < 2)
    assert fits or " makes its own report, without " in ran.err
    if fits and ran.code:
        assert "; leave one out" in ran.err


def test_a_format_of_rows_alone_says_what_it_leaves_out(convcalc: Run) -> None:
    ran = convcalc("arch", "lenet5", "--memory", "--format", "csv")
    assert ran.err == (
        "note: csv has only rows; --format json and the table also have the totals of --memory\n"
    )
    assert convcalc("arch", "lenet5", "--memory", "--format", "json").err == ""


def test_what_is_wrong_with_places_and_parts_is_said(convcalc: Run) -> None:
    said = {
        ("arch", "vgg16", "--sees", "conv1_1:6-0,1"): "--sees conv1_1:6-0,1: a place '6-0' runs backwards; write 0-6",
        ("arch", "vgg16", "--sees", "conv1_1:0-,1"): "--sees conv1_1:0-,1: a place '0-' has no end; write 0-0, or 0 alone",
        ("chain", "--input", "3x8x8", "split:3"): "split:3: split makes 3 parts, but a layer gives one of them; write slice:into3take0",
        ("chain", "--input", "a=3x3x3", "relu"): "--input a=3x3x3: layers have one input, which needs no name; write --input 3x3x3",
    }  # fmt: skip
    for words, text in said.items():
        ran = convcalc(*words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"convcalc: {text}")


@pytest.mark.parametrize(
    "name",
    [name for name, command in commands().items() if any(p.required for p in command.params)],
)
def test_what_is_missing_is_named_with_an_example_or_the_choices(name: str, convcalc: Run) -> None:
    required = [param for param in commands()[name].params if param.required]
    ran = convcalc(*name.split())
    assert ran.code == 2
    message = told(ran.err).removeprefix("convcalc: ")
    words = required[0].opts[0] if required[0].opts[0].startswith("-") else ""
    assert re.match(rf"{words or '[A-Z]+( or [A-Z]+)*'} is missing; |say which: ", message)
    assert f"; for example: convcalc {name} " in message or "say which: " in message
    assert message.endswith(f"; run convcalc {name} -h for help\n")
