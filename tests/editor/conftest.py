"""An editor's language server, in the folder of the test module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from editor.language_runs import Server


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with Server(folder) as server:
        yield server
