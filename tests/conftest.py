"""Fixtures: golden files that ``--overwrite`` rewrites, and the command line run in-process."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pkgutil
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings

import convcalc as product
from convcalc.homework.mistakes import MISTAKES
from measured import measured_at_first

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"

BYTECODE = str(HERE.parent / ".pytest_cache" / "bytecode")

# Tests start hundreds of processes, and each would compile its imports if no bytecode is stored.
if sys.dont_write_bytecode:
    sys.dont_write_bytecode = False
    sys.pycache_prefix = BYTECODE
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = BYTECODE

# Tests must not depend on the screen settings of the person who runs them.
for name in ("COLUMNS", "LINES", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):  # fmt: skip
    os.environ.pop(name, None)

# Arrays of tests are small: the threads of a library of matrix products would only wait for each other.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

# A busy machine must not cause failures: examples may take any time.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
settings.register_profile("patient", patient)
settings.register_profile("thorough", patient, max_examples=1000)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--overwrite", action="store_true", help="Rewrite expected outputs, also in the documents."
    )


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking through 20,000 collected tests again and again."""
    gc.collect()
    gc.freeze()


_TRACE = pytest.StashKey[Any]()


@contextlib.contextmanager
def _tracing(trace: Any) -> Iterator[None]:
    """Run the body with another trace function, or with none; coverage uses one."""
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


# Measured code takes three times as long, also pytest's own work between tests.


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    item.stash[_TRACE] = sys.gettrace()
    with _tracing(None):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    with _tracing(item.stash.get(_TRACE, None)):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    with _tracing(item.stash.get(_TRACE, None)):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Run marked tests without measuring, and properties after their first examples.

    The marker of pytest-cov does nothing in processes of pytest-xdist.
    """
    trace = item.stash.get(_TRACE, None)
    handle = getattr(getattr(item, "obj", None), "hypothesis", None)
    test: Any = handle.inner_test if handle else None
    if item.get_closest_marker("unmeasured"):
        trace = None
    if handle and trace is not None:
        handle.inner_test = measured_at_first(test)
    try:
        with _tracing(trace):
            return (yield)
    finally:
        if handle:
            handle.inner_test = test


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Collecting runs without measuring, after the imports, which are measured."""
    if sys.gettrace() is not None:
        MISTAKES.load()  # in the catalogue's order, which decides which is found first
        for module in pkgutil.walk_packages(product.__path__, "convcalc."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    with _tracing(None):
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def _no_bytecode_of_temporary_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Folders of tests get new names each time, so nothing would read their bytecode again."""
    yield
    shutil.rmtree(f"{BYTECODE}{tmp_path_factory.getbasetemp()}", ignore_errors=True)


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
    """The result of a command."""

    code: int
    out: str
    err: str


def told(err: str) -> str:
    """An error without the rows of fitting layers, which may be printed before it."""
    rows, gap, said = err.rpartition("\n\nconvcalc: ")
    return f"convcalc: {said}" if gap and "─" in rows else err


@pytest.fixture
def convcalc(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    """Run a command in this process: ``convcalc("arch", "vgg16")`` gives exit code, stdout, stderr.

    With ``watched`` it runs as if on a terminal, with the notes on counting and the next command.
    """
    from convcalc.cli.main import main  # noqa: PLC0415 - only tests of commands need it

    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setitem(os.environ, "NO_COLOR", "1")

    def run(*arguments: str, columns: int | None = None, watched: bool = False) -> Ran:
        monkeypatch.setattr("convcalc.cli.output.is_watched", lambda: watched)
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
