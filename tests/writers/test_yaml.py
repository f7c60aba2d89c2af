"""Networks exported as YAML are those that ``convcalc import`` writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import convcalc as library

Run = Callable[..., Any]


def test_it_walks_to_the_same_numbers(convcalc: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "net.yaml")
    assert convcalc("export", "resnet18", "-o", path) == (0, "", f"wrote {path}\n")
    written, own = library.load(path).walk(), library.load("resnet18").walk()
    assert written.names == own.names
    assert written.totals == own.totals
    assert [step.output for step in written] == [step.output for step in own]


def test_it_is_what_import_writes(convcalc: Run) -> None:
    said = [
        convcalc("export", "lenet5", "--to", "yaml").out.splitlines(),
        convcalc("import", "lenet5").out.splitlines(),
    ]
    exported, imported = [[line for line in text if line[0] != "#"] for text in said]
    assert exported == imported
