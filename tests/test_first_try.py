"""A newcomer's first commands work, or the error names the command to type: the whole texts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convcalc.network.find import bundled_folder
from option_pairs import FILES
from other_files import OTHER_FILES

HERE = Path(__file__).parent
LINES = (HERE / "data" / "first_try.txt").read_text(encoding="utf-8").splitlines()
_ADVISED = re.compile(
    r"(?:type|chain:|word:) convcalc (?P<line>[^;<|\n]+?)(?:, then .*)?(?=;|\n|$)"
)
_PLACE = re.compile(r"\b(?:SHEET|NETWORK|FILE|DIR|VALUE)\b")  # placeholders for a name
# Errors that advice must not lead to: a refused command, option or word.
_REFUSED = re.compile(
    r"no command|no option|too many|given twice|cannot be used together|not needed|swapped|belongs here"
)
LONG = 12  # lines of an answer that are compared
MORE_FILES = {
    **OTHER_FILES,
    "net.py": b"import torch.nn as nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n",
    "net.json": b'{"input": [3, 32, 32], "layers": [{"conv": {"out_channels": 8, "kernel_size": 3}}]}',
    "net.yml": b"input: [3, 32, 32]\nlayers:\n  - conv: {out_channels: 8, kernel_size: 3}\n",
    "torchy.yaml": (
        b"input: [3, 32, 32]\nlayers:\n  - Conv2d(3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False)\n"
        b"  - nn.ReLU()\n  - MaxPool2d(2)\n"
    ),
    "kerasy.yaml": (
        b'input: [28, 28, 1]\nlayers:\n  - Conv2D: {filters: 32, kernel_size: (3, 3), strides: (2,2), padding: "same"}\n'
        b"  - Dense: {units: 10}\n"
    ),
    "listy.yaml": b"- conv: {out_channels: 8, kernel_size: 3}\n- relu\n",
    "data.csv": b"1,2,3\n4,5,6\n7,8,9\n",
}  # fmt: skip


def furnish() -> None:
    """Write the files that the lines name into the current folder."""
    for name, text in FILES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    for name, data in MORE_FILES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(data)


def test_what_is_typed_first_leads_on(
    convcalc: Any,
    golden: Callable[[str, str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    furnish()
    said: list[str] = []
    for line in LINES:
        if not line.startswith("convcalc"):
            said.append(line)
            continue
        ran = convcalc(*shlex.split(line)[1:])
        out = ran.out.splitlines()
        cut = [f"[{len(out) - LONG} lines more]"] if len(out) > LONG + 1 else []
        shown = out[:LONG] if cut else out
        said += [f"$ {line}", *shown, *cut, *ran.err.splitlines(), f"[exit code {ran.code}]", ""]
        assert ran.code in (0, 1, 2), line
        assert ran.code != 2 or "\nconvcalc: " in f"\n{ran.err}" or line == "convcalc hw", line
    golden("first_try.txt", "\n".join(said).replace(bundled_folder(), "architectures") + "\n")


@pytest.mark.unmeasured
def test_what_is_advised_is_understood(
    convcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    furnish()
    said = (HERE / "golden" / "first_try.txt").read_text(encoding="utf-8")
    lines = {found["line"] for found in _ADVISED.finditer(said)}
    lines = {line for line in lines if not _PLACE.search(line) and line.count("'") % 2 == 0}
    assert len(lines) > 60
    wrong = {}
    for line in sorted(lines):
        ran = convcalc(*shlex.split(line))
        if ran.code == 2 and _REFUSED.search(ran.err):
            wrong[line] = ran.err
    assert wrong == {}
