"""Hostile command lines, made from the tree of commands, and the rules for each result.

A new command or option is included automatically: names, types and examples come from click. The
same lines are drawn by Hypothesis in the tests, and in large numbers by running this file:

    PYTHONPATH=.:tests python tests/command_lines.py SEED COUNT [COMMAND]
"""

from __future__ import annotations

import faulthandler
import io
import json
import os
import random
import re
import resource
import shlex
import shutil
import signal
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from PIL import Image

import clock
from convcalc.cli.main import group, main
from convcalc.homework.questions import QUESTIONS
from convcalc.layers import every

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "homework"

HOMES = (
    "HOME",
    "XDG_DATA_HOME",
    "XDG_CONFIG_HOME",
    "ZDOTDIR",
)  # where `completion --install` writes

# ------------------------------------------------------------------------------------ the tree


@cache
def commands() -> dict[str, click.Command]:
    """Every command that does something, by the words that call it."""
    found: dict[str, click.Command] = {}

    def visit(command: click.Command, words: str) -> None:
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner
                visit(inner, f"{words} {name}".strip())
        else:
            found[words] = command

    visit(group, "")
    return found


@cache
def examples() -> dict[str, list[list[str]]]:
    """The examples of each command's help, as lists of words after the command's words."""
    found: dict[str, list[list[str]]] = {}
    for name, command in commands().items():
        found[name] = [[]]
        for line in getattr(command, "examples", "").strip().splitlines():
            words = shlex.split(re.sub(r"\s>>?\s.*", "", line).rpartition("| ")[2])
            assert words[0] == "convcalc", line
            found[name].append(words[1 + len(name.split()) :])
    found["why"] += [*_questions()]
    return found


def _questions() -> Iterator[list[str]]:
    """Each type of question, with the numbers of its own examples."""
    for kind, cls in QUESTIONS.items():
        for given in cls.examples:
            pairs = (f"{word}={_text(value)}" for word, value in given.items())
            yield ["5", "--type", kind, *(part for pair in pairs for part in ("--given", pair))]


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, list | dict | tuple | bool) else str(value)


# ---------------------------------------------------------------------------------- the values

NUMBERS = ["0", "1", "2", "3", "5", "7", "8", "10", "16", "32", "100", "127", "255", "256", "1000", "8000", "65536", "100000", "1000000", "65631445265", "999999999999", "1000000000000", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551616", "-1", "-2", "-0", "+3", "-999999999999", "-9223372036854775809", "0.5", ".5", "5.", "-0.5", "0.1", "1e3", "1e9", "1e-9", "1e99", "1e308", "1e309", "-1e400", "1e999999999", "inf", "-inf", "nan", "NaN", "Infinity", "1/2", "-1/3", "1/0", "0/0", "7/3", "1,5", "1.000.000", "1_000", "0x10", "0128", "007", "1:30", "٣", "½", "²", "③", "𝟓", "३", "1.5e"]  # fmt: skip
WORDS = ["valid", "same", "same_lower", "full", "causal", "floor", "strict", "ceil", "caffe", "true", "false", "yes", "no", "none", "None", "null", "~", "on", "off", "conv", "maxpool", "avgpool", "relu", "fc", "flatten", "gap", "concat", "add", "nothing", "x", "k", "$", "$n", "$x", "{}", "{0}", "%s", "%n", "%(a)s", "*a", "&a", "a:b", "a=b", "=", "==", ":", ":0,0", ",", ",,", ";", ";;", "|", "||", "/", "//", ".", "..", "...", "-", "--", "---", "*", "**", "#", "@", "@x", "!", "!!python/name:os.system", "\\", "\\x1b", "__class__", "__init__", "__import__('os')", "constructor", "toString", "<b>x</b>", "<script>", "&lt;", '"x"', "'x", "`", "$(x)", "${x}"]  # fmt: skip
LISTS = ["1x2", "3x3", "2x3x4", "1x2x3x4", "1x1x1x1x1x1", "0x0", "-1x3", "x", "3x", "x3", "3xx3", "8x0x8", "1,2", "0,1x0,1", "1,2,3", ",1", "1,", "1;2", "[1,2]", "[[1,2],[3,4]]", "[[[1]]]", "[]", "[[]]", "[1,[2]]", "{a:1}", "{1:2}", "[1,2", "1]", "1×2", "3X3", "999999999999x999999999999x1", "1000x1000x1000", "1x100000x100000", "[null]", "[true]", '["a"]', "[[1,2],[3]]", "1/2/3", "3/2", "3/1/2", "0/0/0", "5/0", "2000*3/1", "1500*3", "99*99*9", "999999999999*3", "3*", "*3"]  # fmt: skip
SIGNS = [
    "", " ", "\t", "\n", "\r", "\r\n", "a\nb", "a\tb", "\0", "a\0b", "\x07", "\x08\x08", "\x0b", "\x0c", "\x1b",
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b[2J\x1b[H", "\x7f", "\x80", "\x84", "\x85", "a\x85b", "\x9b31m",
    "\x9d0;t\x9c", "\x9f", "\xa0", "\xad", "\u061c", "\u200b", "\u200d", "\u200e", "\u200f", "\u2028", "a\u2028b",
    "\u2029", "\u202a", "\u202e", "\u2066", "\u2069", "\ufeff", "\ufffe", "\uffff", "\ue000", "\U000e0001",
    "\U0010ffff", "\ud800", "\udfff", "a\udc80b", "\udcff", "\ud83d\ude00", "e\u0301" * 30, "畳み込み", "🧠", "İ",
    "ß", "ﬁ", "\u1160", "=1+1", "+1", "@SUM(1)", "-2+3", "|x", "'=1",
]  # fmt: skip
LONG = [
    "9" * 400, "9" * 5000, "-" + "9" * 5000, "0." + "9" * 5000, "1e" + "9" * 5000, "1/" + "7" * 5000, "0" * 5000,
    "a" * 300, "a" * 5000, "é" * 5000, " " * 5000, "1 " * 3000, "1," * 3000, "1x" * 3000, "1;" * 3000, "|" * 5000,
    "(" * 5000, "[" * 5000, "{" * 5000, "[" * 2000 + "]" * 2000, "-" * 5000, "1-" * 2500 + "1", "1+" * 2500 + "1",
    "9*" * 2500 + "9", "9**" * 1500 + "9", "((" * 50 + "1" + "))" * 50, "a=" * 2500, "*" * 5000, "/" * 5000,
    "../" * 1500, "x/" * 2000, "conv:k1c1 " * 400, "3*(" * 100 + "relu" + ")" * 100, "\n" * 5000, "\x1b[" * 2000,
    "a b " * 1200, "1.5;" * 1200, "1000*conv:k1c1 " * 300, "100000*conv:k1c1", "9*(9*(9*(9*(9*(9*relu)))))",
]  # fmt: skip
PLACES = [
    ".", "..", "./", "/", "~", "/dev/null", "/dev/full", "/dev/fd/99", "/dev/fd/0", "/proc/version", "/proc/self/mem",
    "-", "nowhere", "nowhere/", "nowhere/out.csv", "out.csv", "out.json", "out.md", "out.tex", "out.html", "out.txt",
    "out.png", "out.pgm", "out.xyz", "out", ".csv", "out\n.csv", "o\x1b[31mut.csv", "o\x9but.md", "o\udc80ut.csv",
    "o\ud800ut.html", "o\0ut.csv", "out\u202e.csv", "a" * 300 + ".csv", "new", "new/", "new/new", "loop",
    "-o", "--out", "-x.csv", "con", "out.csv/", "out.CSV", "ps1.yaml", "photo.png", "submissions",
]  # fmt: skip


def chain_word(chance: random.Random) -> str:
    """A layer of a chain, with options that are often too large."""
    kind = chance.choice(sorted(every()))
    cls = every()[kind]
    options = [f.name for f in fields(cls)]
    word = kind + ":"
    for letter in chance.sample("kcspdga", chance.randint(0, 3)):
        word += letter + chance.choice([*NUMBERS[:24], "0,1", "3x5", "same", "full"])
    for name in chance.sample(options, min(len(options), chance.randint(0, 2))):
        word += f"/{name}={value(chance) if chance.random() < 0.3 else chance.choice(NUMBERS)}"
    if chance.random() < 0.2:
        word = f"{chance.choice(NUMBERS)}*{word}"
    return word.removesuffix(":")


def value(chance: random.Random, param: click.Parameter | None = None) -> str:
    """A value for an option: sometimes of its type, mostly not."""
    kind = param.type if param else None
    if chance.random() < 0.5:
        if isinstance(kind, click.Choice):
            return str(chance.choice(list(kind.choices)))
        if isinstance(kind, click.IntRange):
            return str(chance.choice([kind.min or 0, kind.max or 10**9, 1, 2, 3]))
        words = list(getattr(kind, "words", list)())[:200]
        if words:
            return str(chance.choice(words))
        wanted = param.name if param else ""
        if wanted and re.search(
            r"out|file|dir|roster|map|sheet|picture|answers|network|x|k", wanted
        ):
            return chance.choice([*PLACES, *hostile_files(), *GOOD_FILES])
    pool = chance.choice(
        [NUMBERS, NUMBERS, WORDS, LISTS, SIGNS, LONG, PLACES, "chain", "files", "pair"]
    )
    if pool == "chain":
        return chain_word(chance)
    if pool == "files":
        return chance.choice([*hostile_files(), *GOOD_FILES])
    if pool == "pair":
        name = chance.choice(
            ["classes", "bias", "padding", "n", "k", "flops", "fit", "", "width", "output_size"]
        )
        return f"{name}={value(chance)}"
    return str(chance.choice(pool))


def command_line(chance: random.Random, name: str = "") -> list[str]:
    """A command line: an example of the help with words changed, lost, doubled, or options added."""
    name = name or chance.choice(sorted(commands()))
    command = commands()[name]
    words = list(chance.choice(examples()[name]))
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        at = chance.randrange(len(words) + 1)
        param = chance.choice(_options(command))
        option = chance.choice([*param.opts, *param.secondary_opts])
        added = [option] if param.is_flag else [option, value(chance, param)]
        match chance.randrange(9):
            case 0 | 1 | 2:
                words[at : at + 1] = [
                    _changed(words[at], chance, command) if at < len(words) else value(chance)
                ]
            case 3 | 4 | 5:
                words[at:at] = added
            case 6:
                words += added
            case 7:
                del words[at : at + 1]
            case _:
                words[at:at] = words[at : at + 2]
    if name == "verify":  # these are meant to take time
        words = ["lenet5" if word == "vgg16" else word for word in words if word != "--all"]
    return [*name.split(), *words]


def _options(command: click.Command) -> list[click.Option]:
    """The options of a command; its help is one."""
    params = command.get_params(click.Context(command))
    return [param for param in params if isinstance(param, click.Option)]


def _changed(word: str, chance: random.Random, command: click.Command) -> str:
    """A changed word or part of a word; an option becomes another one."""
    if word.startswith("--"):
        return (
            chance.choice([option.opts[0] for option in _options(command)])
            if chance.random() < 0.5
            else value(chance)
        )
    match chance.randrange(4):
        case 0:
            numbers = list(re.finditer(r"\d+", word))
            if numbers:
                spot = chance.choice(numbers)
                return word[: spot.start()] + chance.choice(NUMBERS + LISTS) + word[spot.end() :]
        case 1:
            spots = chance.randrange(len(word) + 1)
            return word[:spots] + chance.choice([*SIGNS, *WORDS]) + word[spots:]
        case 2:
            before, sign, _ = word.rpartition("=")
            return before + sign + value(chance)
    return value(chance)


# ----------------------------------------------------------------------------------- the files

GOOD_FILES = ["ps1.yaml", "mine.yaml", "notebook.ipynb", "roster.csv", "ps1.secret", "submissions", "submissions/",
              "submissions.zip", "graded", "graded/", "photo.png", "photo.pgm", "image.csv", "form.csv", "map.yaml",
              "late/s042.yaml", "s042.yaml", "vgg16.yaml", "mynet.yaml", "ps1-fixed.yaml"]  # fmt: skip

NET = "input: [3, 8, 8]\nlayers:\n  - conv: {out_channels: 4, kernel_size: 3}\n"
ESCAPES = "a\x85b\x9b31m\u2028\u202e\u200b"
_LAUGHS = "\n".join(
    f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9) if i else 'lol'}]" for i in range(9)
)
_LAYERS = "\n".join(
    f"b{i}: {{layers: [{', '.join([f'b{i + 1}'] * 9)}]}}" for i in range(9)
).replace("\n", "\n  ")

HOSTILE: dict[str, str | bytes] = {
    "empty.yaml": "", "nul.yaml": "\0", "binary.yaml": bytes(range(256)), "list.yaml": "[1, 2]", "word.yaml": "x",
    "huge_number.yaml": f"input: [3, {'9' * 5000}, 8]\nlayers: [relu]\nid: {'9' * 5000}\n",
    "laughs.yaml": f"{_LAUGHS}\ninput: *l8\nlayers: *l8\nquestions: *l8\n",
    "blocks.yaml": f"{NET}  - b0\nblocks:\n  {_LAYERS}\n  b9: {{layers: [relu]}}\n",
    "repeat.yaml": NET + "  - repeat: 300000000\n    layers: [relu]\n",
    "repeats.yaml": NET + "  - repeat: 99999\n    layers: [{conv: {out_channels: 4, kernel_size: 1}}]\n",
    "nested_repeat.yaml": NET + "  - " + "{repeat: 9, layers: [" * 12 + "relu" + "]}" * 12 + "\n",
    "deep.yaml": "[" * 4000, "deep_map.yaml": "{a: " * 2000, "merge.yaml": "a: &a {b: 1}\nc:\n  <<: [*a, *a]\n",
    "expression.yaml": "parameters: {n: 999999}\ninput: [3, $n*$n*$n*$n*$n*$n, 8]\nlayers: [relu]\n",
    "minus.yaml": f"parameters: {{n: 9}}\ninput: [3, 8, {'-' * 3000}8]\nlayers: [relu]\n",
    "sum.yaml": f"parameters: {{n: 9}}\ninput: [3, 8, {'$n+' * 2000}$n]\nlayers: [relu]\n",
    "names.yaml": json.dumps({"name": ESCAPES, "source": ESCAPES, "input": [3, 8, 8], "layers": ["relu"],
                              "expect": {"params": 1, "source": ESCAPES}}),
    "wide.yaml": f"input: [3, 999999999999, 1]\nlayers: [{', '.join(['relu'] * 1500)}]\n",
    "aliases.yaml": "a: &a [relu, relu]\nb: &b [*a, *a]\ninput: [3, 8, 8]\nlayers: [*b]\n",
    "latin.yaml": "name: Schlüssel".encode("latin-1"), "utf16.yaml": NET.encode("utf-16"),
    "long_line.yaml": f"name: {'x' * 9000}\n{NET}", "long_key.yaml": f"{'k' * 9000}: 1\n{NET}",
    "sheet.yaml": f"convcalc_sheet: 1\nid: s\ntitle: {json.dumps(ESCAPES)}\nquestions:\n"
                  f"  - {{type: text, text: {json.dumps(ESCAPES)}}}\n  - {{type: params, k: 3, c_in: 3, filters: 4}}\n",
    "answers.txt": f"q1: {'9' * 5000}\nq2: 1e999999\nq3: {ESCAPES}\nq4: [[[[\n",
    "answers.json": '{"q1": {"a": 1}, "q2": [[[1]]], "q3": 1e999, "q4": "\\ud83d\\ude00", "q5": "\\ud800"}',
    "answers.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": ["q1 = ", str(list(range(1500)))]}]}),
    "deep.json": "[" * 4000 + "]" * 4000, "huge.json": '{"q1": ' + "9" * 5000 + "}",
    "roster.bad": f"student_id,name\ns1,{ESCAPES}\n=cmd,@x\n,\ns1,s1\n{'9' * 5000},x\n",
    "quotes.csv": '"' * 3001, "commas.csv": "," * 3000, "nul.csv": "a,\0\n", "cells.csv": "1;2\n3;1e999\n",
    "matrix.yaml": "[[1, 2], [3, {a: 1}]]", "matrix.json": f"[[1, {'9' * 5000}]]", "matrix.txt": "1 2\n3 " + "9" * 5000,
    "matrix.npy": b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000000,), }\n",
    "object.npy": b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n" + b"." * 40,
    "bomb.pgm": b"P5\n50000 50000\n255\n", "text.pgm": b"P2\n7000 7000\n255\n1 2 3", "digits.pgm": b"P5\n" + b"9" * 5000,
    "cut.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "cut.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF", "cut.gif": b"GIF89a\xff\xff\xff\xff",
    "cut.zip": b"PK\x03\x04", "secret.bad": ESCAPES, "secret.empty": "",
}  # fmt: skip


@cache
def hostile_files() -> list[str]:
    """The names of hostile files."""
    return [
        *HOSTILE,
        "bits.png",
        "bits.gif",
        "bits.tif",
        "bits.bmp",
        "bits.webp",
        "bomb.zip",
        "names.zip",
        "graded.bad",
        "hand.in",
    ]


def furnish(folder: Path) -> None:
    """A folder with every file named in the examples of the help, and hostile files."""
    place = Path.cwd()
    os.chdir(folder)
    try:
        _furnish()
    finally:
        os.chdir(place)


def _furnish() -> None:
    bundled = HERE.parent / "architectures"
    for name, source in {
        "ps1.yaml": SAMPLES / "class" / "ps1.yaml", "ps1-fixed.yaml": SAMPLES / "class" / "ps1.yaml",
        "roster.csv": SAMPLES / "class" / "roster.csv", "ps1.secret": SAMPLES / "class" / "example.secret",
        "vgg16.yaml": bundled / "vgg16.yaml", "mynet.yaml": bundled / "lenet5.yaml",
    }.items():  # fmt: skip
        shutil.copy(source, name)
    shutil.copytree(SAMPLES / "class" / "answers", "submissions")
    answers = min(Path("submissions").iterdir())
    for name in ("mine.yaml", "s042.yaml", "late/s042.yaml"):
        Path(name).parent.mkdir(exist_ok=True)
        shutil.copy(answers, name)
    cells = [{"cell_type": "code", "metadata": {}, "source": ["q1 = 3\n"], "outputs": []}]
    Path("notebook.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))
    with zipfile.ZipFile("submissions.zip", "w") as file:
        file.write("s042.yaml", "s042.yaml")
    grey = np.arange(48, dtype=np.uint8).reshape(6, 8)
    Image.fromarray(grey).save("photo.png")
    Path("photo.pgm").write_bytes(b"P5\n8 6\n255\n" + grey.tobytes())
    Path("image.csv").write_text("1;2;3\n4;5;6\n7;8;9\n")
    Path("form.csv").write_text("Student,First question\ns1,3\n")
    Path("map.yaml").write_text("'First question': q1\n")
    for name, content in HOSTILE.items():
        Path(name).write_bytes(
            content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        )
    bits = Image.new("1", (7070, 7070))
    for name in ("bits.png", "bits.gif", "bits.tif", "bits.webp"):
        small = name == "bits.webp"
        bits.resize((4000, 4000) if small else bits.size).save(
            name, **({"compression": "group4"} if name == "bits.tif" else {})
        )
    Path("bits.bmp").write_bytes(b"BM" + bytes(16) + bytes([40, 0, 0, 0]) + bytes(36))
    with zipfile.ZipFile("bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("s1.yaml", b"\0" * 5_000_000)
    with zipfile.ZipFile("names.zip", "w") as file:
        for name in ("../s1.yaml", "/etc/s2.yaml", f"s3{ESCAPES}.yaml", "a/" * 500 + "s4.yaml"):
            file.writestr(name, "q1: 3\n")
    Path("graded.bad").mkdir()
    Path("graded.bad/answers.jsonl").write_text('{"student": "\\u0085x", "answers": [[')
    Path("graded.bad/grades.csv").write_text("student,points\n" + "9" * 5000 + ",\x85\n")
    Path("hand.in").mkdir()
    for name in (f"s{ESCAPES}.yaml", "s1\udc80.yaml", "=cmd.yaml"):
        Path("hand.in", name).write_text("q1: 3\n")
    os.symlink("loop", "loop")
    run(
        [
            "hw",
            "grade",
            "ps1.yaml",
            "submissions/",
            "--out",
            "graded/",
            "--secret-file",
            "ps1.secret",
        ],
        limit=60,
    )


# ----------------------------------------------------------------------------------- the run


class Result(NamedTuple):
    """The result of a command line, and what is wrong with it."""

    words: list[str]
    code: int
    out: str
    err: str
    seconds: float
    megabytes: float  # growth of the process's peak memory
    faults: list[str]


class TookTooLong(BaseException):
    """The command did not end in its time."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Stop a command that takes longer; if even that fails, the whole process."""

    def stop(*_: object) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(seconds + 60, exit=True, file=2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


def run(words: list[str], limit: float = 20) -> Result:
    """Run a command line in this process, with its own streams, and check the rules."""
    streams = sys.stdin, sys.stdout, sys.stderr
    out, err = io.BytesIO(), io.BytesIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(b"1 2\n3 4\n"), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(out, encoding="utf-8", newline="")
    sys.stderr = io.TextIOWrapper(err, encoding="utf-8", errors="backslashreplace", newline="")
    faults: list[str] = []
    code: Any = 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = clock.seconds()
    try:
        with at_most(limit):
            main(words)
    except SystemExit as stopped:
        code = stopped.code
    except TookTooLong:
        faults.append(f"takes more than {limit:g} s")
    except BaseException as error:  # noqa: BLE001 - no other exception is allowed
        trace, where = error.__traceback__, ""
        while trace:
            where, trace = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}", trace.tb_next
        faults.append(f"{type(error).__name__}: {str(error)[:200]!r} at {where}")
    seconds = clock.seconds() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        stream.detach()
    sys.stdin, sys.stdout, sys.stderr = streams
    said, told = (stream.getvalue().decode("utf-8", "replace") for stream in (out, err))
    faults += _faults_of(code, said, told)
    return Result(words, code, said, told, seconds, grown / 1024, faults)


def _faults_of(code: Any, out: str, err: str) -> Iterator[str]:
    if code not in (0, 1, 2):
        yield f"exit code {code!r}"
    for name, text in (("stdout", out), ("stderr", err)):
        if "Traceback" in text:
            yield f"traceback on {name}"
        for line in text.split("\n"):
            if not line.removesuffix("\r").isprintable():
                yield f"raw control characters on {name}: {line[:200]!r}"
                break
    if code == 2 and not err:
        yield "refused without a word"


def many(seed: int, count: int, name: str = "") -> None:
    """Try a number of command lines in a separate folder; prints what is wrong and how many ran."""
    os.environ["NO_COLOR"] = "1"
    os.environ.update(dict.fromkeys(HOMES, tempfile.mkdtemp()))
    codes: Counter[Any] = Counter()
    wrong = 0
    for first in range(0, count, 500):
        with tempfile.TemporaryDirectory() as top:
            folder = Path(top, "in")
            folder.mkdir()
            furnish(folder)
            os.chdir(folder)
            for number in range(first, min(first + 500, count)):
                line = command_line(random.Random(f"{seed} {number}"), name)
                result = run(line)
                slow = [f"takes {result.seconds:.1f} s"] if result.seconds > 1 else []
                large = [f"takes {result.megabytes:.0f} MB"] if result.megabytes > 300 else []
                codes[result.code] += 1
                if faults := [*result.faults, *slow, *large]:
                    wrong += 1
                    print(number, faults, [ascii(word[:200]) for word in line], flush=True)
            os.chdir(HERE)
    print(f"{count:,} command lines, {wrong:,} wrong; exit codes {dict(codes)}")


if __name__ == "__main__":
    many(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
