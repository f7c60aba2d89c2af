"""Many modules exported by PyTorch 2.13, without weights, compared with PyTorch's own counts.

``python tests/interop/torch_runs.py --write tests/data/exported_programs.zip`` made them, in an environment
with torch: parameters and buffers are the module's, multiply-adds those of torch.utils.flop_counter.
"""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from convcalc.errors import ConvcalcError
from convcalc.interop.load import loads

FILE = Path(__file__).parents[1] / "data/exported_programs.zip"

with zipfile.ZipFile(FILE) as _archive:
    COUNTED: dict[str, dict[str, Any]] = json.loads(_archive.read("counted.json"))


@cache
def program(name: str) -> bytes:
    """The bytes of a .pt2 file."""
    data = io.BytesIO()
    with zipfile.ZipFile(FILE) as archive, zipfile.ZipFile(data, "w") as made:
        for each in archive.namelist():
            if each.startswith(f"{name}/"):
                made.writestr(each.removeprefix(f"{name}/"), archive.read(each))
    return data.getvalue()


@pytest.mark.parametrize("name", COUNTED)
def test_a_program_has_what_pytorch_counts(name: str) -> None:
    walked = loads(program(name), path=f"{name}.pt2").walk()
    wanted = {key: number for key, number in COUNTED[name].items() if number is not None}
    assert {key: walked.totals[key] for key in wanted} == wanted


def test_the_programs_are_many_and_both_as_traced_and_decomposed() -> None:
    assert len(COUNTED) > 100
    assert sum(name.endswith(" decomposed") for name in COUNTED) > 50


@pytest.mark.unmeasured
def test_another_size_goes_through_or_is_refused() -> None:
    for name in COUNTED:
        network = loads(program(name), path=f"{name}.pt2")
        if len(network.inputs) == 1 and len(network.input) == 3:
            channels, height, width = network.input
            with suppress(ConvcalcError):  # a size that the file fixes
                other = loads(
                    program(name), path=f"{name}.pt2", input=(channels, 2 * height, 2 * width)
                ).walk()
                assert other.totals["params"] == network.walk().totals["params"]
