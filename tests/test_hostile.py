"""Hostile and broken files and names: one clear line, exit code 2, nothing else."""

from __future__ import annotations

import builtins
import csv
import html.parser
import io
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import clock
from conftest import Ran, told
from convcalc.analysis.analysis import Analysis
from convcalc.analysis.report import report_of
from convcalc.errors import MAX_TOLD, ConvcalcError
from convcalc.formats import FORMATS
from convcalc.layers import every
from convcalc.network.find import bundled_folder, bundled_names
from convcalc.network.load import loads
from convcalc.network.yaml_source import MAX_BYTES
from convcalc.pages import SCHEME
from draw.checked import ATTRIBUTES, ELEMENTS, SVG
from test_network_files import BLOCK, as_text, plain

KINDS = every()
FORMATS.load()
Convcalc = Callable[..., Ran]

GOOD = "input: [3, 8, 8]\nlayers:\n  - conv: {out_channels: 4, kernel_size: 3}\n"


def assert_refused(ran: Ran, *said: str) -> None:
    """A sentence for each error on stderr, with at most the line of the file and a caret; nothing on stdout."""
    first, *rest = told(ran.err).rstrip("\n").split("\n")
    assert (ran.code, ran.out) == (2, "")
    assert first.startswith("convcalc: ")
    assert len(rest) <= 3 * MAX_TOLD
    assert len(rest) in (0, 2) or len(rest) % 3 in (0, 2)
    assert all(line.startswith(("  ", "…")) or ".yaml:" in line for line in rest)
    assert "Traceback" not in ran.err
    assert all(line.isprintable() for line in ran.err.split("\n"))
    for text in said:
        assert text in first


@pytest.fixture
def arch(convcalc: Convcalc, tmp_path: Path) -> Convcalc:
    """Run ``convcalc arch`` on a file of these bytes, and check that it leaves nothing behind."""

    def run(data: bytes | str, *arguments: str) -> Ran:
        path = tmp_path / "net.yaml"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        before = sorted(tmp_path.iterdir())
        ran = convcalc("arch", str(path), *arguments)
        assert sorted(tmp_path.iterdir()) == before
        return ran

    return run


def in_a_process(*arguments: str, **options: Any) -> Ran:
    """Run the command line in a separate process, so that it may crash."""
    ran = subprocess.run(
        [sys.executable, "-m", "convcalc", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        **options,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


# -------------------------------------------------------------------------- not even a network


NOT_NETWORKS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty; a network needs input: and layers:"),
    "blank": (b" \n\n  \n", "the file is empty"),
    "only a comment": (b"# layers: [relu]\n", "the file is empty"),
    "only a mark": (b"\xef\xbb\xbf", "the file is empty"),
    "end of document": (b"---\n...\n", "a network must be name: value pairs, but this is nothing"),
    "NUL": (b"\x00", "the character U+0000 is not allowed in a text"),
    "NUL inside": (GOOD.replace("conv", "co\0nv").encode(), "the character U+0000"),
    "escape code": (GOOD.replace("conv", "\x1b[31mconv").encode(), "the character U+001B"),
    "binary": (bytes(range(256)) * 10, "not UTF-8 text (byte 0x80 at 128); save it as UTF-8"),
    "PNG": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is a picture, but a network belongs here"),
    "gzip": (b"\x1f\x8b\x08\0\0\0\0\0", "is compressed; unpack it"),
    "zip": (b"PK\x03\x04\x14\0", "the archive is damaged or cut off"),
    "latin-1": ("name: Faltungsschlüssel\n".encode("latin-1"), "not UTF-8 text (byte 0xfc at"),
    "UTF-16 without its mark": (GOOD.encode("utf-16-le"), "the character U+0000"),
    "UTF-32": (GOOD.encode("utf-32"), "not UTF-8 text (byte 0xff at 0)"),
    "surrogate": (b"name: \xed\xa0\x80\n", "not UTF-8 text (byte 0xed at 6)"),
    "overlong": (b"name: \xc0\xaf\n", "not UTF-8 text (byte 0xc0 at 6)"),
    "cut short": ("name: é".encode()[:-1], "not UTF-8 text (byte 0xc3 at 6)"),
    "non-character": ("name: \ufffe\n".encode(), "the character U+FFFE is not allowed in a text"),
    "carriage returns and a tab": (b"input:\r\t- 3\r", "a tab cannot indent a line; use spaces"),
    "HTML": (b"<!DOCTYPE html>\n<html><body>404</body></html>\n", "is a page of HTML and not the file itself"),
    "JSON list": (b"[1, 2, 3]", "a network must be name: value pairs, but this is a list"),
    "Python": (b"import torch\nprint('x')\n", "is code in Python; convcalc reads the layers"),
    "caffe prototxt": (b'layer {\n  name: "conv1"\n}\n', "the file does not name an input"),
    "two documents": (f"{GOOD}---\n{GOOD}".encode(), "a second document starts here"),
    "YAML 3": (b"%YAML 3.0\n---\ninput: [1]\n", "not valid YAML"),
    "unknown directive": (b"%FOO\n---\ninput: [1]\n", "not valid YAML"),
    "python object": (
        b"input: !!python/object/apply:os.system ['touch owned']\nlayers: [relu]\n",
        "the tag !!python/object/apply:os.system is not allowed",
    ),
    "python name": (
        b"input: [3, 8, 8]\nlayers: [!!python/name:os.system relu]\n",
        "the tag !!python/name:os.system is not allowed",
    ),
    "python tuple": (
        b"input: !!python/tuple [3, 8, 8]\nlayers: [relu]\n",
        "the tag !!python/tuple is not allowed",
    ),
    "tag on a number": (
        GOOD.replace("kernel_size: 3", "kernel_size: !!float 3").replace("!!float", "!num").encode(),
        "the tag !num is not allowed",
    ),
    "set": (b"!!set {input, layers}\n", "the tag !!set is not allowed"),
    "omap": (b"!!omap [input: 3]\n", "a network must be name: value pairs"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_NETWORKS)
def test_what_is_no_network_is_refused(case: str, arch: Convcalc) -> None:
    data, said = NOT_NETWORKS[case]
    assert_refused(arch(data), said)


@pytest.mark.parametrize("case", ["NUL", "python object", "binary", "two documents"])
@pytest.mark.unmeasured
def test_nothing_is_written_where_nothing_is_answered(
    case: str, arch: Convcalc, tmp_path: Path
) -> None:
    assert_refused(arch(NOT_NETWORKS[case][0], "-o", str(tmp_path / "out.csv")))
    assert_refused(arch(GOOD + "  - rellu\n", "-o", str(tmp_path / "out.json")))
    assert_refused(arch(GOOD + "  - maxpool: {kernel_size: 9}\n", "-o", str(tmp_path / "out.md")))


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.replace("\n", "\x85").encode(),
        GOOD.replace("\n", "\u2028").encode(),
        f"%YAML 1.1\n---\n{GOOD}...\n".encode(),
        b'{"input": [3, 8, 8], "layers": [{"conv": {"out_channels": 4, "kernel_size": 3}}]}',
        GOOD.replace("3", '"3"').encode(),
        b"!!map\n" + GOOD.encode(),
    ],
    ids=[
        "BOM",
        "UTF-16",
        "CRLF",
        "CR",
        "NEL",
        "LS",
        "directive",
        "JSON",
        "quoted numbers",
        "plain tag",
    ],
)
def test_spellings_of_a_good_file_are_all_read(data: bytes, arch: Convcalc) -> None:
    ran = arch(data, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["totals"]["params"] == 3 * 3 * 3 * 4 + 4


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_the_line_is_counted_and_shown_as_yaml_counts_it(breaks: str, arch: Convcalc) -> None:
    ran = arch(f"input: [3, 8, 8]{breaks}layers:{breaks}  - rellu{breaks}  - tanh{breaks}")
    assert_refused(ran, "net.yaml:3:5: no layer kind or block 'rellu'; did you mean 'relu'?")
    assert ran.err.split("\n")[1:3] == ["    - rellu", "      ^"]


def test_a_file_that_is_too_large_is_refused_unread(convcalc: Convcalc, tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    start = clock.seconds()
    assert_refused(convcalc("arch", str(path)), "larger than 32 MiB")
    with path.open("r+b") as file:
        file.truncate(10 * MAX_BYTES)
    assert_refused(convcalc("arch", str(path)), "larger than 32 MiB")
    assert clock.seconds() - start < 5


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs an endless file")
def test_an_endless_file_is_refused(convcalc: Convcalc) -> None:
    assert_refused(convcalc("arch", "/dev/zero"), "larger than 32 MiB")


# ------------------------------------------------------------------------------ deep and wide


DEEP = {
    "brackets": "[" * 100_000,
    "braces": "{" * 100_000,
    "mappings in mappings": "{a: " * 100_000,
    "lists in mappings": "[{a: " * 50_000,
    "dashes": "- " * 100_000,
    "questions": "? " * 100_000,
    "dashes and questions": "- ? " * 50_000,
    "questions and colons": "\n".join(" " * i + "? a\n" + " " * i + ": " for i in range(1500)),
    "indented keys": "\n".join(" " * i + "a:" for i in range(3000)),
    "indented dashes": "\n".join(" " * i + "-" for i in range(3000)),
    "indented by carriage returns": "\r".join(" " * i + "a:" for i in range(3000)),
    "indented by separators": "\u2028".join(" " * i + "a:" for i in range(3000)),
    "brackets on lines": "[\n" * 100_000,
    "brackets that comments close": "[ #]\n" * 100_000,
    "brackets that quotes close": "[']',\n" * 100_000,
    "brackets that double quotes close": '["]",\n' * 100_000,
    "brackets under a block text": "a: |\n " + "]" * 1000 + "\nb: " + "[" * 100_000,
    "brackets with tags": "[!t " * 50_000,
    "brackets with anchors": "".join(f"[&a{i} " for i in range(50_000)),
    "mark before dashes": "\ufeff\ufeff" + "- " * 100_000,
    "layers": "layers: " + "[{repeat: 1, layers: " * 30_000,
}  # fmt: skip


@pytest.mark.parametrize("case", DEEP)
def test_deep_nesting_is_refused_and_crashes_nothing(case: str, tmp_path: Path) -> None:
    """In a separate process, because a crash in the parser's C code would end the whole process."""
    path = tmp_path / "deep.yaml"
    path.write_text(DEEP[case], encoding="utf-8", newline="")
    assert_refused(in_a_process("arch", str(path)))


ALIASES = {
    "laughs": "input: [3, 8, 8]\na0: &a0 [x, x]\n"
    + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30)),
    "laughs in layers": "input: [3, 8, 8]\nlayers:\n  - &a0 {repeat: 9, layers: [relu]}\n"
    + "".join(
        f"  - &a{i} {{repeat: 9, layers: [{', '.join([f'*a{i - 1}'] * 9)}]}}\n"
        for i in range(1, 30)
    ),
    "laughs in joins": "input: [3, 8, 8]\nlayers:\n  - &a0 {add: [[relu], []]}\n"
    + "".join(f"  - &a{i} {{add: [[*a{i - 1}], [*a{i - 1}]]}}\n" for i in range(1, 30)),
    "laughs in connections": "input: [3, 8, 8]\nlayers:\n  - conv:\n      out_channels: 9999\n"
    "      kernel_size: 1\n      connections:\n        - &row ["
    + "0, " * 9000
    + "0]\n"
    + "        - *row\n" * 9000,
    "list of itself": "input: [3, 8, 8]\nlayers: &a [relu, {repeat: 2, layers: *a}]\n",
    "mapping of itself": "&a {input: [3, 8, 8], layers: *a}\n",
    "key of itself": "&a {? *a : relu}\n",
    "option of itself": "input: [3, 8, 8]\nlayers:\n  - conv: &a {out_channels: 4, kernel_size: *a}\n",
    "input of itself": "input: &a [3, *a, 8]\nlayers: [relu]\n",
    "parameters of themselves": "parameters: &a {a: *a}\ninput: [3, 8, 8]\nlayers: [relu]\n",
    "connections of themselves": "input: [3, 8, 8]\nlayers:\n"
    "  - conv: {out_channels: 4, kernel_size: 3, connections: &a [[0], *a]}\n",
    "padding of itself": "input: [3, 8, 8]\nlayers:\n  - pad: {padding: &a [1, *a]}\n",
    "paths of themselves": "input: [3, 8, 8]\nlayers:\n  - add: &a [*a, []]\n",
    "block of itself": "input: [3, 8, 8]\nblocks:\n  b: &a {layers: [*a]}\nlayers: [b]\n",
}


@pytest.mark.parametrize("case", ALIASES)
def test_aliases_that_multiply_or_turn_in_circles_are_refused_in_time(
    case: str, arch: Convcalc
) -> None:
    start = clock.seconds()
    assert_refused(arch(ALIASES[case], "--max-layers", "1000"))
    assert clock.seconds() - start < 5


def test_ten_thousand_parameters_blocks_and_options_are_refused_in_time(arch: Convcalc) -> None:
    many = range(10_000)
    start = clock.seconds()
    assert_refused(arch("parameters: {" + ", ".join(f"p{i}: 1" for i in many) + "}\n" + GOOD))
    assert_refused(
        arch("blocks:\n" + "".join(f"  b{i}: {{layers: [b{i + 1}]}}\n" for i in many) + GOOD)
    )
    options = ", ".join(f"o{i}: 1" for i in many)
    assert_refused(arch(f"input: [3, 8, 8]\nlayers: [relu: {{{options}}}]\n"))
    assert clock.seconds() - start < 5


# ----------------------------------------------------------------------------- places to read


def test_a_missing_file_is_refused_with_the_nearest_name(convcalc: Convcalc) -> None:
    assert_refused(convcalc("arch", "resnet5"), "no file 'resnet5'", "did you mean 'resnet50'?")
    assert_refused(convcalc("arch", "nowhere/at/all.yaml"), "no file 'nowhere/at/all.yaml'")
    assert_refused(convcalc("arch", ""), "no file ''")


def test_a_folder_is_refused(convcalc: Convcalc, tmp_path: Path) -> None:
    assert_refused(
        convcalc("arch", str(tmp_path)),
        "is a folder, and no network lies in it; name a file such as net.yaml",
    )


def test_a_file_in_a_file_is_refused(convcalc: Convcalc, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(GOOD)
    assert_refused(convcalc("arch", str(tmp_path / "net.yaml" / "net.yaml")), "no file")


def test_a_file_that_may_not_be_read_is_refused(
    convcalc: Convcalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(GOOD)
    opened = builtins.open

    def refusing(file: Any, *arguments: Any, **options: Any) -> Any:
        if str(file) == str(path):
            raise PermissionError(13, "Permission denied")
        return opened(file, *arguments, **options)

    monkeypatch.setattr(builtins, "open", refusing)
    assert_refused(
        convcalc("arch", str(path)), "net.yaml: cannot be read: no permission to read it"
    )


@pytest.mark.parametrize(
    "name", ["a\nb.yaml", "a\x1b[31mb.yaml", "a\u202eb.yaml", "x" * 5000, "-" * 3, "\udcff.yaml"]
)
def test_strange_file_names_are_shown_safely(name: str, convcalc: Convcalc) -> None:
    assert_refused(convcalc("arch", "--", name))


def test_a_strange_file_name_is_shown_safely_in_an_error_of_its_text(
    convcalc: Convcalc, tmp_path: Path
) -> None:
    path = tmp_path / "a\n\x1b[31mb.yaml"
    path.write_text("layers: [rellu]\n")
    assert_refused(convcalc("arch", str(path)), "a\\n\\x1b[31mb.yaml:1:10: no layer kind")


def test_standard_input_is_read_and_called_by_its_name() -> None:
    assert in_a_process("arch", "-", "--format", "csv", input=GOOD).out.startswith("name,")
    assert_refused(in_a_process("arch", "-", input="layers: [rellu]"), "<stdin>:1:10: no layer")
    assert_refused(in_a_process("arch", "-", input=""), "<stdin>: the file is empty")
    assert_refused(in_a_process("arch", "-", input="\udcff", errors="surrogateescape"), "<stdin>")


@pytest.mark.skipif(os.name != "posix", reason="needs a shell that closes files")
def test_a_closed_standard_input_is_refused() -> None:
    closed = ["sh", "-c", f"'{sys.executable}' -m convcalc arch - <&-"]
    ran = subprocess.run(closed, capture_output=True, text=True, timeout=60, check=False)
    assert_refused(Ran(ran.returncode, ran.stdout, ran.stderr))


# ------------------------------------------------------------------------------------- numbers


TRAPS = [
    "no",
    "yes",
    "1:30",
    "3_2",
    "0128",
    "0x10",
    "0o17",
    "1e3",
    ".5",
    "3.0",
    "-0.5",
    "~",
    ".inf",
]
TRAPS += [".nan", "+3", "1,5", "1 000", "٣", "½", "true", "2012-06-04", "''", "'3 '", "$", "--3"]


@pytest.mark.parametrize("text", TRAPS)
@pytest.mark.unmeasured
def test_numbers_that_yaml_reads_its_own_way_are_refused(text: str, arch: Convcalc) -> None:
    said = "kernel_size" if text != "1,5" else "'5' has no name; several numbers are written [3, 2]"
    assert_refused(arch(GOOD.replace("kernel_size: 3", f"kernel_size: {text}")), said)
    assert_refused(arch(GOOD.replace("[3, 8, 8]", f"[3, {text}, 8, 1, 1]")), "input")


NUMBERS: list[Any] = [0, -1, 1, 2, -999_999_999_999, 999_999_999_999, 10**12, 10**40, 0.5, -0.0]
NUMBERS += [[0, 0], [1, 999_999_999_999], [999_999_999_999] * 2, [2, -1], [[0, 5], 1], [[-3, 3], 0]]
NUMBERS += [[1, 1, 1, 1], [10**30], 1e300, "1e999", "$n", "$n*$n*$n", "$n // ($n - $n)"]


def numeric_options() -> list[tuple[str, str]]:
    """Every option of every kind that takes numbers."""
    return [
        (kind, f.name.removesuffix("_"))
        for kind, cls in KINDS.items()
        for f in fields(cls)
        if not cls.merges and str(f.type) not in ("bool", "str | None", "Fit", "SizeRule", "Mode")
    ]


def shapes_for(kind: str) -> list[tuple[int, ...]]:
    """The shape of a kind's example, and similar ones on one, two and three axes."""
    _, shape = KINDS[kind].example
    alike = [(shape[0], *(shape[1:] or (1,))[:1] * axes) for axes in (1, 2, 3)]
    return list(dict.fromkeys([shape, *alike]))


def answer(data: Any) -> Analysis | None:
    """The report on a network, or None if it is refused with a message."""
    try:
        return loads(as_text(data)).walk()
    except ConvcalcError as error:
        if not str(error):
            pytest.fail("refused without a word")
        return None


def shown(analysis: Analysis, turn: int) -> str:
    """A report in one of the formats, which take turns."""
    formats = list(FORMATS.values())
    return "\n".join(formats[turn % len(formats)].lines(report_of(analysis)))


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("kind", "option", "shape"),
    [(*each, shape) for each in numeric_options() for shape in shapes_for(each[0])],
)
def test_any_number_in_any_option_gives_an_answer_or_a_refusal(
    kind: str, option: str, shape: tuple[int, ...]
) -> None:
    """No number ends in an exception, an endless loop or a filled memory."""
    example, _ = KINDS[kind].example
    options = {name: plain(value) for name, value in example.items()}
    answered = 0
    for turn, number in enumerate(NUMBERS, len(kind + option) + len(shape)):
        data = {
            "parameters": {"n": 999_999},
            "input": list(shape),
            "layers": [{kind: {**options, option: number}}, {kind: options}, "relu"],
        }
        start = clock.seconds()
        report = answer(data)
        if report:
            answered += 1
            assert shown(report, turn)
        assert clock.seconds() - start < 2, number
    assert answered < len(NUMBERS)


@pytest.mark.parametrize("kind", [k for k, c in KINDS.items() if not c.merges])
def test_every_kind_on_every_number_of_axes_gives_an_answer_or_a_refusal(kind: str) -> None:
    example, _ = KINDS[kind].example
    options = {name: plain(value) for name, value in example.items()}
    every = ([7], [4, 9], [4, 9, 9], [4, 9, 9, 9], [4, 9, 9, 9, 9], [4, 1, 1], [1], [10**12])
    for turn, sides in enumerate(every, len(kind)):
        data = {"input": sides, "layers": [{kind: options}]}
        report = answer(data)
        if report:
            assert len(sides) < 5
            assert shown(report, turn)


@pytest.mark.parametrize(
    "layers",
    [
        "400*conv:k1s999999999999",
        "400*conv:k2d99999999psame",
        "400*maxpool:k1s999999999999",
        "60*up:2",
        "3*conv:k1c999999999999",
        "local:k1c999999999",
        "100*tconv:k1s1000",
        "20*pad:99999999999",
        "aap:999999999",
        "fc:999999999999",
    ],
)
def test_numbers_that_grow_layer_by_layer_give_an_answer_or_a_refusal(
    layers: str, convcalc: Convcalc
) -> None:
    start = clock.seconds()
    for extra in ([], ["--rf"], ["--memory"], ["--format", "json"], ["--batch", "999999999"]):
        ran = convcalc("chain", "--input", "3x1x1", layers, *extra)
        if ran.code:
            assert_refused(ran)
        else:
            assert ran.out
    assert clock.seconds() - start < 5


@pytest.mark.parametrize(
    "arguments",
    [
        ["--set", "classes=-1"],
        ["--set", "classes=0"],
        ["--set", "classes=1e3"],
        ["--set", "classes=" + "9" * 5000],
        ["--set", "classes"],
        ["--set", "=3"],
        ["--set", "clases=3"],
        ["--input", "3x0x224"],
        ["--input", "3x-1x224"],
        ["--input", "3x224x224x224x224"],
        ["--input", "3"],
        ["--input", "9" * 5000],
        ["--batch", "0"],
        ["--batch", "99999999999999999999"],
        ["--max-layers", "0"],
        ["--max-layers", "20"],
        ["--explain", "nothing"],
        ["--explain", "x\x1b[31m"],
        ["--sees", "conv1_1:999999,0"],
        ["--sees", "conv1_1:" + "9" * 5000 + ",0"],
        ["--sees", "conv1_1:0,0,0"],
        ["--sees", ":"],
        ["--columns", "nothing"],
        ["--columns", ","],
        ["--sort", "nothing"],
        ["-o", "out.nothing"],
        ["-o", "nowhere/at/all/out.csv"],
    ],
)
def test_wrong_arguments_are_refused(
    arguments: list[str], convcalc: Convcalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_refused(convcalc("arch", "vgg16", *arguments))
    assert list(tmp_path.iterdir()) == []


# --------------------------------------------------------------------------------------- names


NAMES = {
    "rich": "[bold red]x[/]",
    "rich link": "[link=https://example.org]x[/link]",
    "formula": "=cmd|'/C calc'!A0",
    "formula with @": "@SUM(1+1)",
    "formula with +": "+1+1",
    "formula with -": "-2+3",
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "entity": "&lt;script&gt;",
    "pipe": "a|b||c",
    "markdown": "**a** [b](javascript:alert(1)) `c` ~~d~~",
    "heading": "# not a heading",
    "input": r"\input{/etc/passwd}",
    "write18": r"\immediate\write18{rm -rf /}",
    "latex": r"a_b^c & 50% $x$ #1 {~}",
    "template": "{{ 7*7 }} ${7*7} %s {0}",
    "quotes": "\"a\" 'b', c",
    "comma": "a,b;c",
    "wide": "畳み込み層",
    "combining": "e\u0301" * 20,
    "emoji": "🧠",
    "backslash": "a\\nb",
}
NO_NAMES = {
    "escape code": "\x1b[31mred\x1b[0m",
    "bell": "\x07",
    "line break": "a\nb",
    "carriage return": "a\rb",
    "tab": "a\tb",
    "bidi": "\u202egnp.exe",
    "zero width": "conv\u200b1",
    "joiner": "a\u200db",
    "soft hyphen": "a\u00adb",
    "no-break space": "a\u00a0b",
    "private": "\ue000",
    "NUL": "a\0b",
    "next line": "a\x85b",
}


def named_file(name: str) -> str:
    """A network in which everything possible has this name."""
    written = name.replace("$", "$$")  # a single $ begins a parameter
    data = {
        "name": name,
        "source": name,
        "input": [3, 8, 8],
        "layers": [
            {"conv": {"name": written, "out_channels": 4, "kernel_size": 3, "stride": 2}},
            {"name": f"{written}2", "layers": ["relu"]},
            {"from": written},
            {"crop": {"like": written}},
        ],
        "expect": {"params": 1, "rf_at": name, "source": name},
    }
    return as_text(data)


class Page(html.parser.HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert all(
            key in ("class", "lang", "charset", "name", "content", "scope") for key, _ in attrs
        )

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("case", NAMES)
def test_a_name_is_only_a_name_in_every_format(case: str, arch: Convcalc) -> None:
    name = NAMES[case]
    texts = {}
    for format_name in FORMATS:
        ran = arch(named_file(name), "--format", format_name)
        assert ran.code == 0, ran.err
        texts[format_name] = ran.out
        assert "\x1b" not in ran.out
    assert name in texts["table"]
    data = json.loads(texts["json"])
    assert [layer["name"] for layer in data["layers"]] == [name, f"{name}2.relu1", "crop1"]
    assert data["network"] == name
    for row in csv.reader(io.StringIO(texts["csv"])):
        assert not any(
            cell.startswith(("=", "+", "@")) or re.match(r"-\D|-\d.*\D", cell) for cell in row
        )
        assert name in row[0] or row[0] in ("name", "crop1")
    picture = re.search(r"<svg.*</svg>", texts["html"], re.DOTALL)
    assert picture
    for element in ET.fromstring(picture[0]).iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES
    page = Page(texts["html"].replace(picture[0], "").replace(SCHEME, ""))
    assert page.tags <= {
        *(
            "html",
            "head",
            "meta",
            "title",
            "body",
            "style",
            "table",
            "caption",
            "div",
            "h1",
            "thead",
            "tbody",
        ),
        *("tfoot", "tr", "th", "td", "p"),
    }
    assert name in page.text
    table = [line for line in texts["markdown"].splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1
    assert not re.search(r"(?<!\\)[<`\[]", "\n".join(table))
    latex = "\n".join(line for line in texts["latex"].splitlines() if not line.startswith("%"))
    known = r"textbackslash|textasciitilde|textasciicircum|begin|end|hline|par|noindent|nopagebreak|sloppy|allowbreak|makebox|linewidth|LTleft|LTright|footnotesize|scriptsize|tiny|setlength|tabcolsep|times|cdot|ldots|to|"
    known += r"lfloor|rfloor|lceil|rceil|geq|leq|textless|textgreater|textbar|char"
    assert set(re.findall(r"\\([A-Za-z]+)", latex)) <= set(known.split("|"))
    assert latex.count(r"\begin") == latex.count(r"\end") == 1


@pytest.mark.parametrize("case", NO_NAMES)
def test_a_name_that_cannot_be_seen_is_refused(case: str, arch: Convcalc) -> None:
    ran = arch(f"input: [3, 8, 8]\nlayers:\n  - relu: {{name: {json.dumps(NO_NAMES[case])}}}\n")
    assert_refused(ran, "name cannot be", "visible characters")


@pytest.mark.parametrize("case", NO_NAMES)
@pytest.mark.unmeasured
def test_a_title_that_cannot_be_seen_is_shown_as_escapes(case: str, arch: Convcalc) -> None:
    text = json.dumps(NO_NAMES[case])
    for format_name in FORMATS:
        ran = arch(f"name: {text}\nsource: {text}\n{GOOD}", "--format", format_name)
        assert ran.code == 0
        assert all(line.isprintable() for line in ran.out.split("\n"))


@pytest.mark.parametrize("text", [*NAMES.values(), *NO_NAMES.values()])
def test_whatever_stands_in_a_wrong_place_is_quoted_safely(text: str, arch: Convcalc) -> None:
    quoted = json.dumps(text)
    for data in (
        f"{quoted}: 3\n",
        f"input: [3, 8, {quoted}]\nlayers: [relu]\n",
        f"blocks: {{b: {{layers: [relu], {quoted}: 3}}}}\n{GOOD}",
        f"blocks: {{b: {{parameters: [{quoted}, $], layers: [relu]}}}}\n{GOOD}",
        f"{GOOD}  - {quoted}\n",
        f"{GOOD}  - {quoted}: {{}}\n",
        f"{GOOD}  - from: {quoted}\n",
        f"{GOOD}  - crop: {{like: {quoted}}}\n",
        f"{GOOD}  - relu: {{{quoted}: 3}}\n",
        f"{GOOD}  - relu: {quoted}\n",
        f"{GOOD}  - dropout: {{p: {quoted}}}\n",
        f"{GOOD}  - pad: {{padding: {quoted}}}\n",
        f"{GOOD}  - conv: {{out_channels: 4, kernel_size: {quoted}}}\n",
        f"{GOOD}  - conv: {{out_channels: 4, kernel_size: 3, bias: {quoted}}}\n",
        f"{GOOD}  - conv: {{out_channels: 4, kernel_size: 3, fit: {quoted}}}\n",
        f"{GOOD}  - repeat: {quoted}\n    layers: [relu]\n",
        f"{GOOD}expect: {{{quoted}: 3}}\n",
        f"{GOOD}expect: {{params: {quoted}}}\n",
        f"extends: {quoted}\n",
        *(
            []
            if text.isidentifier()
            else [
                f"parameters: {{{quoted}: 3}}\n{GOOD}",
                f"blocks: {{{quoted}: {{layers: [relu]}}}}\n{GOOD}",
            ]
        ),
    ):
        assert_refused(arch(data))


# ----------------------------------------------------------------------------------- mutations


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A file after an accident: bytes or lines changed, lost, doubled, moved."""
    lines = data.split(b"\n")
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        line = bytearray(lines[at])
        spot = chance.randrange(len(line) + 1)
        match chance.randrange(9):
            case 0:
                line[spot : spot + 1] = bytes([chance.randrange(256)])
            case 1:
                line[spot:spot] = chance.choice(
                    [b"[", b"]", b"{", b"}", b": ", b"- ", b"#", b'"', b"$", b"*", b"&", b"9"]
                )
            case 2:
                del line[spot : spot + chance.randint(1, 8)]
            case 3:
                lines.insert(chance.randrange(len(lines)), bytes(line))
            case 4:
                del lines[at]
                lines = lines or [b""]
                continue
            case 5:
                line[:0] = b" " * chance.randint(1, 3)
            case 6:
                del line[: chance.randint(1, 3)]
            case 7:
                number = chance.choice([b"0", b"-1", b"99", b"999999999999", b"0.5", b"$x", b"no"])
                line = bytearray(re.sub(rb"\d+", number, bytes(line), count=1))
            case _:
                other = chance.choice(lines)
                line[spot:] = other[chance.randrange(len(other) + 1) :]
        lines[at] = bytes(line)
    return b"\n".join(lines)


@pytest.mark.parametrize("part", range(5))
@pytest.mark.unmeasured
def test_a_damaged_file_gives_an_answer_or_a_refusal(part: int) -> None:
    chance = random.Random(part)
    answers = 0
    for _ in range(120):
        name = chance.choice(bundled_names())
        data = mutated((Path(bundled_folder()) / f"{name}.yaml").read_bytes(), chance)
        start = clock.seconds()
        try:
            report = loads(data, path=f"{name}.yaml").walk()
        except ConvcalcError as error:
            first = str(error).split("\n")[0]
            assert first.startswith(f"{name}.yaml")
            assert first.isprintable()
        else:
            answers += 1
            assert report.steps
        assert clock.seconds() - start < 3
    assert 5 < answers < 95


@pytest.mark.unmeasured
def test_a_damaged_chain_gives_an_answer_or_a_refusal(convcalc: Convcalc) -> None:
    chance = random.Random(6)
    words = [
        "conv:k5c6s1p2",
        "pool:k2s2",
        "3*conv:k3x3c16psame/bias=false",
        "dropout:0.5",
        "fc:120",
    ]
    for _ in range(200):
        changed = list(words)
        at = chance.randrange(len(words))
        changed[at] = mutated(changed[at].encode(), chance).decode("latin-1").replace("\0", "")
        ran = convcalc("chain", "--input", "3x32x32", "--", *changed)
        if ran.code:
            assert_refused(ran)
        else:
            assert ran.out


def test_blocks_are_not_confused_with_python(arch: Convcalc) -> None:
    for word in ("__class__", "__init__", "eval", "None", "True", "self"):
        assert_refused(arch(f"{GOOD}  - {word}\n"), f"no layer kind or block '{word}'")
    text = BLOCK.replace("unit", "__class__") + "layers: [__class__]\n"
    assert arch(text.replace("[4, 8, 8]", "[3, 8, 8]")).code == 0


# ---------------------------------------------------------------- networks inside networks


def ten_times_each(tmp_path: Path, innermost: str) -> str:
    """Nine files: each contains the next one ten times, the last has these layers; returns the first."""
    for number in range(9):
        inner = f"{{network: {number + 1}.yaml}}, " * 10
        text = f"{{input: [1, 8, 8], layers: [{inner if number < 8 else innermost}]}}"
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    return str(tmp_path / "0.yaml")


def test_networks_that_double_at_each_level_are_read_once_and_stop_at_the_limit(
    tmp_path: Path, convcalc: Convcalc
) -> None:
    """It would be 10⁹ layers without a limit."""
    path = ten_times_each(tmp_path, "relu")
    begin = clock.seconds()
    ran = convcalc("arch", path, "--max-layers", "20000")
    assert clock.seconds() - begin < 20
    assert_refused(ran, "the network has more than 20,000 layers")


@pytest.mark.unmeasured
def test_empty_networks_that_double_at_each_level_come_to_an_end(
    tmp_path: Path, convcalc: Convcalc
) -> None:
    path = ten_times_each(tmp_path, "")
    begin = clock.seconds()
    ran = convcalc("arch", path, "--max-layers", "20000")
    assert clock.seconds() - begin < 20
    assert ran.code == 2
    assert "Traceback" not in ran.err


@pytest.mark.unmeasured
def test_a_network_that_stops_early_again_and_again_is_not_expanded_without_end(
    tmp_path: Path, convcalc: Convcalc
) -> None:
    """Each copy makes a thousand layers and removes all except one: the work is limited, not only the result."""
    (tmp_path / "long.yaml").write_text(
        "{input: [1, 8, 8], layers: [{relu: {name: a}}, {repeat: 1000, layers: [relu]}]}",
        encoding="utf-8",
    )
    (tmp_path / "net.yaml").write_text(
        "{input: [1, 8, 8], layers: [{repeat: 50000, layers: [network: {file: long.yaml, until: a}]}]}",
        encoding="utf-8",
    )
    begin = clock.seconds()
    ran = convcalc("arch", str(tmp_path / "net.yaml"))
    assert clock.seconds() - begin < 20
    assert_refused(ran, "are too many for 100,000 layers")


@pytest.mark.parametrize("file", ["/etc/passwd", "/dev/zero", "..", "\0", "", "net.yaml", "-"])
def test_what_is_no_network_cannot_be_held(file: str, arch: Convcalc) -> None:
    text = json.dumps({"input": [1, 8, 8], "layers": [{"network": {"file": file}}]})
    ran = arch(text)
    assert ran.code == 2
    assert ran.err.startswith("convcalc: ")
    assert "Traceback" not in ran.err


def test_a_held_network_may_not_be_too_large(tmp_path: Path, arch: Convcalc) -> None:
    with (tmp_path / "large.yaml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert_refused(arch("{input: [1], layers: [network: large.yaml]}"), "large.yaml")


@pytest.mark.unmeasured
def test_weights_shared_in_long_chains_cost_no_more_than_layers(arch: Convcalc) -> None:
    layers = "".join(
        f"  - linear: {{name: l{i}, weights: l{i - 1}, out_features: 4}}\n" for i in range(1, 5000)
    )
    text = f"input: [4]\nlayers:\n  - linear: {{name: l0, out_features: 4}}\n{layers}"
    begin = clock.seconds()
    ran = arch(text, "--format", "csv")
    assert clock.seconds() - begin < 20
    assert ran.code == 0
    assert ran.out.count(",20,") == 1


def test_names_of_inputs_and_outputs_are_printed_harmlessly(arch: Convcalc) -> None:
    text = json.dumps(
        {
            "input": {"<b>x|y": [1, 8, 8], "=cmd": [1, 8, 8]},
            "layers": [{"add": [[], [{"from": "=cmd"}]]}],
            "outputs": {"<script>": "add1"},
        }
    )
    for name in FORMATS:
        ran = arch(text, "--format", name)
        assert ran.code == 0
        if name in ("html", "markdown"):
            assert "<script>" not in ran.out


@pytest.mark.unmeasured
def test_many_inputs_and_outputs_cost_no_more_than_their_layers(arch: Convcalc) -> None:
    """A hundred inputs joined in a thousand layers: a field for each input at each layer."""
    names = [f"i{n}" for n in range(100)]
    text = json.dumps(
        {
            "input": {name: [1, 8, 8] for name in names},
            "layers": [
                {"add": {"name": "sum", "paths": [[{"from": name}] for name in names]}},
                {"repeat": 1000, "layers": [{"conv": {"out_channels": 1, "kernel_size": 1}}]},
            ],
            "outputs": ["sum", *(f"conv{n}" for n in range(1, 1000))],
        }
    )
    begin = clock.seconds()
    ran = arch(text)
    assert clock.seconds() - begin < 20
    assert ran.code == 0
    lines = [line for line in ran.out.splitlines() if line.startswith("output ")]
    assert len(lines) == 20
    assert lines[0].startswith("output sum: 1×8×8, rf 1 of i0 and 1 of i1 and")
    assert lines[0].endswith("and more of 95 others")
    assert "and 980 more outputs; --format json has them" in ran.out
