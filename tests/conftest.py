"""Fixtures: golden files that ``--overwrite`` rewrites, and the command line run in-process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"

# A busy machine is no reason to fail: examples may take as long as they need.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--overwrite", action="store_true", help="Rewrite expected outputs, also in the documents."
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Run tests that are marked so without measuring their coverage, which makes them three times as fast.

    The marker of pytest-cov does nothing in processes of pytest-xdist.
    """
    trace = sys.gettrace() if item.get_closest_marker("unmeasured") else None
    if trace is None:
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(trace)


@pytest.fixture
def overwrite(request: pytest.FixtureRequest) -> bool:
    """Whether expected outputs are rewritten instead of compared."""
    return bool(request.config.getoption("--overwrite"))


@pytest.fixture
def golden(overwrite: bool) -> Callable[[str, str], None]:
    """Compare a text with a file under ``tests/golden``, whole; ``--overwrite`` writes it."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if overwrite:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path} is missing; run pytest --overwrite and read what it wrote"
        assert text == path.read_text(encoding="utf-8")

    return compare


class Ran(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


def told(err: str) -> str:
    """An error without the rows of the layers that fit, which may stand before it."""
    rows, gap, said = err.rpartition("\n\nconvcalc: ")
    return f"convcalc: {said}" if gap and "─" in rows else err


@pytest.fixture
def convcalc(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    """Run a command in this process: ``convcalc("arch", "vgg16")`` gives exit code, stdout, stderr."""
    from convcalc.cli.main import main  # noqa: PLC0415 - only tests of commands need it

    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setitem(os.environ, "NO_COLOR", "1")

    def run(*arguments: str, columns: int | None = None) -> Ran:
        if columns:
            monkeypatch.setenv("COLUMNS", str(columns))
        capsys.readouterr()
        try:
            main(list(arguments))
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run
