"""Ctrl-C in a real terminal: every long command stops at once, says so, and leaves no partial files."""

from __future__ import annotations

import os
import select
import shlex
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from convcalc import __main__ as program

pty = pytest.importorskip("pty", reason="no pseudo-terminals here")

SAMPLES = Path(__file__).parent.parent / "homework" / "class"
STUDENTS = 20_000  # more than can be marked before it is stopped
QUESTIONS = 400  # with varied numbers, so that an export takes long
PATIENCE = 20.0  # seconds until the end on a busy machine; idle: 0.1, plus one product of arrays

LINES = """
hw make ps1.yaml --roster roster.csv --secret-file ps1.secret --out dist
hw grade ps1.yaml handed.csv --secret-file ps1.secret --out graded
hw grade ps1.yaml handed.csv --secret-file ps1.secret
hw export bank.yaml --to prairielearn --variants 100 -o questions/
sweep mobilenet_v1 --set width=8..200:1 --input 32..9000:1 -o sweep.csv
sweep mobilenet_v1 --set width=8..200:1 --input 32..9000:1 --jobs 2 -o sweep.csv
verify vgg16
verify --all --jobs 2
budget efficientnet_b0 --params 10M --vary width=0.05..4:0.01 --vary depth=0.05..4:0.01
import regnet_x --set depth=6000 -o net.yaml
explore -o page.html
"""
MAY_REFUSE = ("explore",)  # without npm, or without the network


class Stopped(NamedTuple):
    """How a command ended after Ctrl-C.

    Attributes:
        code: its exit status.
        said: everything on the terminal.
        wall: seconds until it ended.
        was_asked: whether it was still running when Ctrl-C was pressed.
    """

    code: int
    said: str
    wall: float
    was_asked: bool


def stopped(words: list[str]) -> Stopped:
    """Run a command in a terminal, and press Ctrl-C as soon as it shows its progress."""
    pid, terminal = pty.fork()
    if not pid:
        # A test run in the background of a shell ignores Ctrl-C, and its processes would too.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execve(
            sys.executable,
            [sys.executable, "-m", "convcalc", *words],
            {**os.environ, "TERM": "xterm", "COLUMNS": "80"},
        )
    said, asked = b"", 0.0
    while True:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            said += piece
        if not asked and b"\r" in said.replace(b"\r\n", b""):
            asked = time.monotonic()
            os.write(terminal, b"\x03")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return Stopped(
        os.waitstatus_to_exitcode(status),
        said.decode("utf-8", "replace"),
        time.monotonic() - asked,
        bool(asked),
    )


@pytest.fixture(scope="module")
def class_of_many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sheet, a long roster, and their submissions."""
    folder = tmp_path_factory.mktemp("many")
    shutil.copy(SAMPLES / "ps1.yaml", folder)
    shutil.copy(SAMPLES / "example.secret", folder / "ps1.secret")
    names = [f"s{number}" for number in range(STUDENTS)]
    (folder / "roster.csv").write_text("\n".join(["student_id", *names, ""]))
    rows = [f"{name},28x28x6,260,{number}" for number, name in enumerate(names)]
    (folder / "handed.csv").write_text("\n".join(["student_id,q1,q2,q3", *rows, ""]))
    varied = "{type: params, given: {c_in: 3}, vary: {filters: {from: 4, to: 900}, k: [3, 5, 7]}}"
    (folder / "bank.yaml").write_text(
        "convcalc_sheet: 1\nquestions:\n" + f"  - {varied}\n" * QUESTIONS
    )
    return folder


@pytest.mark.unmeasured
@pytest.mark.parametrize("line", LINES.strip().splitlines())
def test_ctrl_c_stops_at_once_and_leaves_nothing(
    line: str, class_of_many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(class_of_many)
    before = sorted(os.listdir())
    ran = stopped(shlex.split(line))
    if not ran.was_asked and line.startswith(MAY_REFUSE):
        pytest.skip(f"{line} ends by itself here: {ran.said[-200:]}")
    assert ran.was_asked, f"{line} showed nothing: {ran.said[-200:]}"
    assert ran.code == 130, ran.said[-500:]
    assert ran.said.endswith("\r\nconvcalc: stopped\r\n")
    assert "Traceback" not in ran.said
    assert sorted(os.listdir()) == before
    assert ran.wall < PATIENCE


def test_ctrl_c_while_the_program_is_imported_is_said_in_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:

    def importing(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "import_module", importing)
    with pytest.raises(SystemExit) as stop:
        program.run()
    assert stop.value.code == 130
    assert capsys.readouterr() == ("", "convcalc: stopped\n")
