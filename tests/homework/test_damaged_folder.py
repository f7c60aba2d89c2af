"""A folder of marks changed by a person, a program or a broken disk: the error is always one line."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import clock

SHEET = """
convcalc_sheet: 1
id: ps
title: Small sheet
questions:
  - {id: q1, type: volume, given: {n: 32, k: 5, c_in: 3, filters: 6}, points: 3}
  - {id: q2, type: params, given: {k: 5, c_in: 3, filters: 10}, vary: {k: [3, 5, 7], c_in: [3, 4]}}
  - {id: q3, type: conv-by-hand, given: {x: [[0, 1, 2], [3, 4, 5], [6, 7, 8]], w: [[0, 1], [2, 3]]}}
  - {id: t, type: text, text: Why?, points: 2}
"""
FILES = (
    "answers.jsonl", "summary.json", "manifest.json", "grades.csv", "parts.csv", "files.csv", "by-hand.csv",
    "canvas.csv",
)  # fmt: skip
COMMANDS = {
    "add": ("grade", "ps.yaml", "late", "--secret-file", "secret", "--out", "graded", "--add"),
    "force": ("grade", "ps.yaml", "in", "--secret-file", "secret", "--out", "graded", "--force"),
    "regrade": ("regrade", "graded", "--sheet", "ps.yaml"),
    "write": ("regrade", "graded", "--sheet", "ps.yaml", "--write"),
    "stats": ("stats", "graded", "--other", "1"),
    "data": ("stats", "graded", "--format", "csv"),
}
SECONDS = 3.0  # seconds of any command; each takes some hundredths on an idle machine
DEEP: list[Any] = [1]
for _ in range(700):
    DEEP = [DEEP]
VALUES: tuple[Any, ...] = (
    None, True, -1, 10**40, 1e300, "", "\x1b[31mred\x9b", "x" * 100_000, "1e999999999", "9" * 5_000, "../../x",
    "\ud800", "\0", [], {}, [[1, [2]]], {"a": {"b": "c"}}, DEEP, ["9" * 300] * 300,
)  # fmt: skip
CELLS = (
    "", "\x1b[31mred\x9b", "1e999999999", "9" * 5_000, "-1", "1/0", "nan", "=1+1", "\0", "x" * 100_000, '"', "a\nb",
    "\u2028", "é",
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for copies of a marked class; it is marked by the first test."""
    return tmp_path_factory.mktemp("whole")


@pytest.fixture
def place(convcalc: Any, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A marked class, as the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("ps.yaml").write_text(SHEET)
    Path("secret").write_text("an old and well kept secret")
    for name in ("in/s1", "in/s2", "late/s3"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(f"{name}.yaml").write_text("q1: 28x28x3\nq2: 760\nq3: [[1, 2], [3, 4]]\nt: Because.")
    Path("in/bad.yaml").write_text("")
    if not any(whole.iterdir()):
        convcalc("hw", *COMMANDS["force"], "--outputs", "csv,canvas,feedback,json,gradescope")
        shutil.copytree("graded", whole, dirs_exist_ok=True)
    return tmp_path


def restore(whole: Path) -> None:
    shutil.rmtree("graded", ignore_errors=True)
    shutil.copytree(whole, "graded")


def check(convcalc: Any, whole: Path, name: str, data: bytes, commands: tuple[str, ...]) -> None:
    """Check each command with a changed file."""
    for command in commands:
        restore(whole)
        Path("graded", name).write_bytes(data)
        start = clock.seconds()
        ran = convcalc("hw", *COMMANDS[command])
        said = (name, command, data[:300], ran)
        assert clock.seconds() - start < SECONDS, said
        assert ran.code in (0, 1, 2), said
        assert not re.search(
            r"[^\n\S ]|[\x00-\x09\x0b-\x1f\x7f-\x9f]|Traceback", ran.out + ran.err
        ), said
        if ran.code == 2:
            assert ran.err.count("\n") == 1, said
            assert ran.err.startswith("convcalc: "), said
            assert ran.out == "", said
            assert Path("graded", name).read_bytes() == data, said
        elif command != "stats":
            no_controls(said)


def no_controls(said: Any) -> None:
    """The written files have no control characters except line ends."""
    for path in Path("graded").rglob("*"):
        if path.is_file():
            found = re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", path.read_text(errors="replace"))
            if found and found[0] != "\r":
                assert path.name == said[0], (path, found, said)


def trees(value: Any) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a tree."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        yield (key,)
        if isinstance(inner, dict | list):
            yield from ((key, *rest) for rest in trees(inner))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A tree with another value at a path."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return copy


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", ["manifest.json", "summary.json", "answers.jsonl"])
def test_any_value_may_be_of_another_type(
    convcalc: Any, whole: Path, place: Path, name: str
) -> None:
    lines = (whole / name).read_text().splitlines(keepends=name.endswith("l"))
    first = lines[0] if name.endswith("l") else "".join(lines)
    rest = "".join(lines[1:]) if name.endswith("l") else ""
    tree = json.loads(first)
    commands = ("add", "write") if name != "summary.json" else ("regrade", "stats")
    choose = random.Random(name)
    for path in trees(tree):
        for value in choose.sample(VALUES, 3):
            text = json.dumps(changed(tree, path, value))
            check(convcalc, whole, name, f"{text}\n{rest}".encode(), (choose.choice(commands),))
        if isinstance(path[-1], str):
            copy = changed(tree, path, None)
            inner = copy
            for key in path[:-1]:
                inner = inner[key]
            del inner[path[-1]]
            check(convcalc, whole, name, f"{json.dumps(copy)}\n{rest}".encode(), commands[:1])


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("name", "commands"),
    [
        ("grades.csv", ("regrade", "write")),
        ("parts.csv", ("regrade", "stats", "data")),
        ("files.csv", ("add", "write")),
        ("by-hand.csv", ("add", "write")),
    ],
)
def test_any_cell_may_hold_anything(
    convcalc: Any, whole: Path, place: Path, name: str, commands: tuple[str, ...]
) -> None:
    with (whole / name).open(newline="") as file:
        table = list(csv.reader(file))
    choose = random.Random(name)
    for column in range(len(table[0])):
        for row in (0, 1):
            for cell in choose.sample(CELLS, 3):
                copy = [list(cells) for cells in table]
                copy[row][column] = cell
                text = io.StringIO()
                csv.writer(text, lineterminator="\n").writerows(copy)
                check(convcalc, whole, name, text.getvalue().encode(), (choose.choice(commands),))


@pytest.mark.parametrize("name", FILES)
def test_any_byte_may_be_another_and_any_end_be_missing(
    convcalc: Any, whole: Path, place: Path, name: str
) -> None:
    data = (whole / name).read_bytes()
    choose = random.Random(name)
    for _ in range(25):
        broken = bytearray(data)
        for _ in range(choose.choice((1, 1, 3, 30))):
            broken[choose.randrange(len(broken))] ^= 1 << choose.randrange(8)
        if choose.random() < 0.4:
            del broken[choose.randrange(len(broken)) :]
        check(convcalc, whole, name, bytes(broken), (choose.choice([*COMMANDS]),))


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0" * 5_000, b"[" * 200_000, b'{"a":' * 200_000, b"\xff\xfe\x00\xd8", b"a,b\n" * 50_000,
        b'"' + b"x" * 3_000_000, b"{}\n" * 5_000, b"9" * 1_000_000, b"\x1b]0;title\x07" * 50, b"null", b"[]",
    ],
    ids=lambda data: repr(data[:8]),
)  # fmt: skip
def test_a_file_may_be_of_another_kind(
    convcalc: Any, whole: Path, place: Path, name: str, data: bytes
) -> None:
    check(convcalc, whole, name, data, ("add", "force", "write", "stats"))
