"""What a newcomer types first is answered, or the answer is the command to type: the whole text of each."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from option_pairs import FILES

HERE = Path(__file__).parent
LINES = (HERE / "data" / "first_try.txt").read_text(encoding="utf-8").splitlines()
LONG = 12  # lines of an answer that are kept
OTHER_FILES = {
    "my.pt": b"PK\x03\x04 not really an archive",
    "empty.pth": b"",
    "model.h5": b"\x89HDF\r\n\x1a\n" + bytes(100),
    "empty.yaml": b"",
    "binary.dat": bytes(range(256)),
    "model.py": b"import torch\n\n\nclass Net(torch.nn.Module):\n    pass\n",
}


@pytest.mark.unmeasured
def test_what_is_typed_first_leads_on(
    convcalc: Any,
    golden: Callable[[str, str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    for name, data in OTHER_FILES.items():
        Path(name).write_bytes(data)
    said: list[str] = []
    for line in LINES:
        if not line.startswith("convcalc"):
            said.append(line)
            continue
        ran = convcalc(*shlex.split(line.replace("(2,2)", "'(2,2)'"))[1:])
        out = ran.out.splitlines()
        cut = [f"[{len(out) - LONG} lines more]"] if len(out) > LONG + 1 else []
        shown = out[:LONG] if cut else out
        said += [f"$ {line}", *shown, *cut, *ran.err.splitlines(), f"[exit code {ran.code}]", ""]
        assert ran.code in (0, 1, 2), line
        assert ran.code != 2 or ran.err.startswith("convcalc: ") or "\n\nconvcalc: " in ran.err, (
            line
        )
    golden("first_try.txt", "\n".join(said) + "\n")
