"""The keys of each command's JSON, found by running it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from convcalc.cli.main import main
from manual.json_meanings import NAMED, NAMED_THERE, meanings
from manual.writing import block, code, page, plain, section, thing

SAMPLES = Path(__file__).parents[3] / "homework" / "class"
MAX_ITEMS = 50  # most items of a list that are checked
MAX_SHOWN = 60  # longest example, in characters

# Commands, run in this order in one folder; several lines of one command have different keys.
LINES = """
layer --n 32 --k 5 --s 3 --cin 3 --cout 5
chain --input 1x32x32 conv:k5c6 pool:k2
arch lenet5
arch lenet5 --memory
arch lenet5 --explain C1
arch lenet5 --sees C1:0,0
arch unet --sizes
compare lenet5 alexnet
diff resnet18 resnet18_torchvision
solve size --n 32 --o 10
solve field --rf 31 --k 3
solve input vgg16
solve mirror --input 1x28x28 conv:k3s2p1c16 --sizes 28..29
budget mobilenet_v1 --params 1M
sweep lenet5 --input 28..36:4 --columns macs,params
count lenet5
count lenet5 --like thop
reconcile resnet50_torchvision 4.13G
memory lenet5 --device 16GB
roofline lenet5 --device k80
check net.yaml
verify lenet5
hand --x '0 1 2; 3 4 5; 6 7 8' --k '0 1; 2 3'
draw fit --n 32 --k 5 --s 2
draw window --n 5 --k 3
draw net lenet5
draw cost lenet5
draw field lenet5 --sees C3:0,0
kernel
kernel sharpen
hw check ps1.yaml mine.yaml
hw hint ps1.yaml q1
hw show ps1.yaml
hw lint ps1.yaml
hw types
hw types params
hw types --mistakes
hw conventions
hw conventions flops
hw make ps1.yaml --roster roster.csv --secret-file ps1.secret --out sheets
hw grade ps1.yaml submissions --roster roster.csv --secret-file ps1.secret --out graded
hw stats graded
hw regrade graded --sheet ps1-fixed.yaml
why 2600 --params --k 5 --cin 3 --filters 100
list
kinds
kinds conv
kinds --operations
"""
_NET = "input: 1x8x8\nlayers: [{conv: {out_channels: 2, kernel_size: 3}}]\nexpect: {params: 5}\n"
GROUPS = ("solve", "draw", "hw")


class Ran(NamedTuple):
    """A command, and the keys of its answer.

    Attributes:
        line: the typed line.
        keys: the path of each key, with a value.
    """

    line: str
    keys: dict[str, Any]


def command_of(line: str) -> str:
    """The command of a line: ``hw check``."""
    words = line.split()
    return " ".join(words[: 2 if words[0] in GROUPS else 1])


def answers() -> dict[str, list[Ran]]:
    """The output of each command for the lines above."""
    found: dict[str, list[Ran]] = {}
    place = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            _furnish()
            for line in LINES.strip().splitlines():
                command = command_of(line)
                keys = dict(_keys(command, json.loads(_output(line))))
                found.setdefault(command, []).append(Ran(line, keys))
        finally:
            os.chdir(place)
    return found


def _furnish() -> None:
    """The files that the lines name."""
    for name, source in {
        "ps1.yaml": "ps1.yaml",
        "ps1-fixed.yaml": "ps1.yaml",
        "roster.csv": "roster.csv",
        "ps1.secret": "example.secret",
    }.items():
        shutil.copy(SAMPLES / source, name)
    shutil.copytree(SAMPLES / "answers", "submissions")
    shutil.copy(min(Path("submissions").iterdir()), "mine.yaml")
    Path("net.yaml").write_text(_NET, encoding="utf-8")


def _output(line: str) -> str:
    """The JSON printed by a line."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main([*shlex.split(line), "--format", "json"])
    return out.getvalue()


def _keys(command: str, value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """The keys of a value, each with its path; names from the input are left out."""
    if isinstance(value, list):
        for item in value[:MAX_ITEMS]:
            yield from _keys(command, item, f"{place}[]")
    elif isinstance(value, dict):
        last = place.rpartition(".")[2].removesuffix("[]")
        if last in NAMED or f"{command}:{place}" in NAMED_THERE:
            return
        for key, inside in value.items():
            below = f"{place}.{key}" if place else key
            yield below, inside
            yield from _keys(command, inside, below)


def meaning(command: str, place: str) -> str:
    """The meaning of a key.

    Raises:
        LookupError: no table has it.
    """
    known = meanings()
    words = place.split(".")
    ends = [".".join(words[start:]) for start in range(len(words))]
    plain_ends = [end.replace("[]", "") for end in ends]
    for name in (f"{command}:{place}", *ends, *plain_ends):
        if name in known:
            return known[name]
    message = f"json_meanings.py says nothing of {command}:{place}"
    raise LookupError(message)


def pages() -> Iterator[tuple[str, str]]:
    """One page."""
    parts = [
        section(f"convcalc {command}", *_command(command, ran))
        for command, ran in answers().items()
    ]
    yield (
        "reference/json.md",
        page(
            "Keys of JSON",
            "What `--format json` gives, command by command; `jsonl` has one row per line. `a[].b` is the key `b` of each "
            "item of the list `a`. See [For programs](../programs.md).",
            *parts,
        ),
    )


def _command(command: str, ran: list[Ran]) -> Iterator[str]:
    """The keys of one command."""
    told: set[str] = set()
    for each in ran:
        new = {place: value for place, value in each.keys.items() if place not in told}
        told |= new.keys()
        if new:
            yield block(f"$ convcalc {each.line} --format json", "console")
        for place, value in new.items():
            yield thing(
                "json-key",
                f"{command}: {place}",
                f"{plain(meaning(command, place))}{_example(value)}",
            )


def _example(value: Any) -> str:
    """A value of a key, if it is short."""
    if isinstance(value, dict) or (
        isinstance(value, list) and value and isinstance(value[0], dict)
    ):
        return ""
    text = json.dumps(value, ensure_ascii=False)
    return f" – {code(text)}" if len(text) <= MAX_SHOWN else ""
