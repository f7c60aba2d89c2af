"""Runs that are killed, and simultaneous runs; their folder must look like that of a complete run.

    python tests/homework/rough_runs.py steps        one kill before each step that changes a folder
    python tests/homework/rough_runs.py moments 200  that many kills at random moments
    python tests/homework/rough_runs.py pairs 100    that many pairs of runs at the same time

Names of commands may follow; by default all are run. A process that has imported everything makes a
child for each run, which takes some milliseconds. The output has the errors and the number of runs.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from convcalc.cli.main import group
from convcalc.errors import ConvcalcError
from convcalc.folders import LOCK, PART, WHOLE, reading

SHEET = """
convcalc_sheet: 1
id: ps
title: Small sheet
questions:
  - {id: q1, type: volume, given: {n: 32, k: 5, c_in: 3, filters: 6}, points: 3}
  - {id: q2, type: params, given: {k: 5, c_in: 3, filters: 10}}
  - {id: t, type: text, text: Why?, points: 2}
"""
_SEED = 7


class Command(NamedTuple):
    """A command that writes into a folder, and whether there is an earlier run."""

    words: tuple[str, ...]
    there: bool = True


_ANON = ("--anon", "--secret-file", "secret")
COMMANDS = {
    "first run": Command(("grade", "ps.yaml", "in", "--out", "graded"), there=False),
    "first coded run": Command(("grade", "ps.yaml", "in", *_ANON, "--out", "graded"), there=False),
    "add": Command(("grade", "ps.yaml", "late", "--out", "graded", "--add")),
    "force": Command(("grade", "ps.yaml", "in", "late", "--out", "graded", "--force")),
    "regrade": Command(("regrade", "graded", "--sheet", "fixed.yaml", "--write")),
    "make": Command(
        ("make", "ps.yaml", "--roster", "r.csv", "--secret-file", "secret", "--out", "graded", "--force")
    ),
}  # fmt: skip


def prepare(students: int) -> None:
    """Create a class in the current folder."""
    for name, text in {
        "ps.yaml": SHEET,
        "fixed.yaml": SHEET.replace("k: 5, c_in: 3, filters: 10", "k: 3, c_in: 3, filters: 10"),
        "secret": "an old and well kept secret",
        "r.csv": "student_id\ns1\ns2\n",
        "late/s8.yaml": "q1: 28x28x6\nt: Late.",
        "later/s9.yaml": "q1: 28x28x6\nt: Late as well.",
        **{
            f"in/s{n}.yaml": f"q1: 28x28x{n}\nq2: {n % 2 * 500 + 260}\nt: I am {n}."
            for n in range(10, 10 + students)
        },
    }.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def run(command: Command) -> None:
    """Run one command in this process, without output."""
    with (
        contextlib.suppress(SystemExit),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        group.main(["hw", *command.words], standalone_mode=False)


def child(work: Callable[[], Any]) -> int:
    """Start a child that does some work."""
    process = os.fork()
    if not process:
        try:
            work()
        finally:
            os._exit(0)
    return process


def state(folder: str = "graded") -> dict[str, bytes]:
    """The state of a folder for the next command."""
    if not os.path.isdir(folder):
        return {}
    with reading(folder):
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in Path(folder).rglob("*")
            if path.is_file() and PART not in path.parts and path.name != LOCK
        }


def start_again(before: dict[str, bytes]) -> None:
    """Restore a folder."""
    shutil.rmtree("graded", ignore_errors=True)
    for name, data in before.items():
        path = Path("graded", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def first_state(command: Command) -> dict[str, bytes]:
    """The folder before a command, with a file of somebody else and points given by a person."""
    shutil.rmtree("graded", ignore_errors=True)
    if command.there:
        run(COMMANDS["first run"])
        table = Path("graded/by-hand.csv")
        table.write_text(table.read_text().replace(",,2,", ",1,2,", 2), encoding="utf-8")
        Path("graded/notes.txt").write_text("mine")
    return state()


# ------------------------------------------------------------------------------------- kills

_STEPS = ("mkdir", "rename", "replace", "unlink", "rmdir", "chmod", "fsync")


def killed_at(step: int) -> None:
    """Let this process be killed before its n-th step that changes or flushes a file."""
    count = 0

    def counted(function: Any) -> Any:
        def call(*words: Any, **options: Any) -> Any:
            nonlocal count
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*words, **options)

        return call

    for name in _STEPS:
        setattr(os, name, counted(getattr(os, name)))
    read, write = open, counted(open)

    def opened(file: Any, mode: str = "r", *words: Any, **options: Any) -> Any:
        return (write if "w" in mode else read)(file, mode, *words, **options)

    builtins.open = opened


def each_step(command: Command) -> tuple[int, list[str]]:
    """Kill a command before each of its steps in turn."""
    before, after = both_states(command)
    wrong, step, ended = [], 0, False
    while not ended:
        step += 1
        start_again(before)

        def work(step: int = step) -> None:
            killed_at(step)
            run(command)

        ended = os.waitstatus_to_exitcode(os.waitpid(child(work), 0)[1]) == 0
        wrong += complaints(f"step {step}", before, after)
    return step - 1, wrong


def random_moments(command: Command, count: int) -> tuple[int, list[str]]:
    """Kill a command at random moments."""
    before, after = both_states(command)
    choose = random.Random(_SEED)
    start_again(before)
    begin = time.perf_counter()
    os.waitpid(child(lambda: run(command)), 0)
    whole = time.perf_counter() - begin
    wrong = []
    for number in range(count):
        start_again(before)
        process = child(lambda: run(command))
        time.sleep(choose.triangular(0, 1.1 * whole, whole))  # files are moved at the end
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        wrong += complaints(f"moment {number}", before, after)
    return count, wrong


def both_states(command: Command) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The folder before and after a command that is not killed."""
    before = first_state(command)
    run(command)
    after = state()
    assert after != before
    return before, after


def complaints(when: str, before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """The errors in the folder after a killed command."""
    now = state()
    if now not in (before, after):
        lost = [name for name in {**before, **after} if name not in now]
        mixed = [name for name in now if now[name] not in (before.get(name), after.get(name))]
        return [f"{when}: neither the old run nor the new one; not there {lost}, other {mixed}"]
    if os.path.exists(f"graded/{WHOLE}"):
        return [f"{when}: the rest of the run is still there"]
    return []


# ------------------------------------------------------------------------------------- pairs


def loud(command: Command, place: str) -> None:
    """Run one command in this process, with its messages in a file; the process ends with its status."""
    status = 0
    with open(place, "w", encoding="utf-8") as file, contextlib.redirect_stdout(io.StringIO()):
        try:
            group.main(["hw", *command.words], standalone_mode=False)
        except SystemExit as stop:
            status = int(stop.code or 0)
        except ConvcalcError as error:
            file.write(str(error))
            status = 2
    os._exit(status)


def pairs(command: Command, count: int) -> tuple[int, list[str]]:
    """Run two commands that add different students at the same time."""
    before = first_state(command)
    said, wrong = "another convcalc is working in it", []
    for number in range(count):
        start_again(before)
        files = ("late", "later")
        words = [("grade", "ps.yaml", name, "--out", "graded", "--add") for name in files]
        children = []
        for name, each in zip(files, words):
            work = partial(loud, Command(each), f"{name}.txt")
            children.append(child(work))
        codes = [os.waitstatus_to_exitcode(os.waitpid(each, 0)[1]) for each in children]
        there = {
            line.partition(",")[0] for line in Path("graded/grades.csv").read_text().splitlines()
        }
        for code, name, student in zip(codes, files, ("s8", "s9")):
            message = Path(f"{name}.txt").read_text()
            if (student in there) != (code == 0) or (code and said not in message):
                wrong.append(
                    f"pair {number}: {student} ended with {code}, {message!r}, and there are {there}"
                )
        if os.path.exists(f"graded/{LOCK}") or os.path.exists(f"graded/{PART}"):
            wrong.append(f"pair {number}: something is left behind")
    return count, wrong


def main() -> None:
    """All commands, or some."""
    how, count = sys.argv[1], int(sys.argv[2]) if sys.argv[2:] else 0
    names = sys.argv[3:] or ([*COMMANDS] if how != "pairs" else ["first run", "add"])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        setattr(os, "fsync", lambda _: None)  # noqa: B010 - a kill, unlike a loss of power, does not depend on the disk
        prepare(students=30 if how == "moments" else 4)
        total = 0
        for name in names:
            if how == "steps":
                done, wrong = each_step(COMMANDS[name])
            else:
                share = -(-count // len(names))
                work = random_moments if how == "moments" else pairs
                done, wrong = work(COMMANDS[name], share)
            total += done
            for line in wrong:
                print(f"{name}, {line}")
        print(f"{total} runs")
        os.chdir("/")


if __name__ == "__main__":
    main()
