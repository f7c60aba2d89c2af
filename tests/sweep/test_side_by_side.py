"""Sweeps on several cores and on clusters: the same blocks in the same order, and possible failures."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any, Self, cast

import pytest

import convcalc as library
from convcalc.errors import UsageError
from convcalc.solve import side_by_side
from convcalc.solve import sweep as sweeping
from convcalc.solve.asking import sweep_of
from convcalc.solve.points import FileOrigin
from convcalc.solve.side_by_side import on_cluster, on_cores, task_of, work_out
from convcalc.solve.sweep import Sweep
from sweep import cluster_runs

Run = Callable[..., Any]


def asked(**options: Any) -> Sweep:
    return sweep_of(
        FileOrigin("lenet5"),
        [("classes", range(1, 41))],
        [("", range(20, 40))],
        columns="macs",
        **options,
    )[0]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "AT_ONCE", 100)


class FakeClient:
    """A cluster of one process, the current one; it counts its tasks."""

    threads = 2
    asked = dropped = 0

    def __init__(self, address: str, **options: Any) -> None:
        if address == "nowhere":
            raise OSError
        self.options = options
        FakeClient.asked, FakeClient.dropped = 0, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *given: object) -> None:
        pass

    def nthreads(self) -> dict[str, int]:
        return {"one": self.threads}

    def submit(self, function: Any, *given: Any, **options: Any) -> Any:
        FakeClient.asked += 1
        result = function(*given)

        def cancel() -> None:
            FakeClient.dropped += 1

        return SimpleNamespace(result=lambda: result, cancel=cancel)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(Client=FakeClient)
    monkeypatch.setattr(side_by_side, "import_module", lambda _: fake)


def told(sweep: Sweep) -> list[Any]:
    return [
        (point, macs)
        for block in sweep.blocks()
        for point, macs in zip(block.points.tolist(), block.columns["macs"].tolist())
    ]


@pytest.mark.usefixtures("small_blocks", "cluster")
def test_a_cluster_tells_the_same_blocks_in_order() -> None:
    alone, shared = asked(), asked()
    shared.run = on_cluster("here")
    assert told(shared) == told(alone)
    assert (shared.walked, shared.misfits, shared.first_misfit) == (800, 480, alone.first_misfit)
    assert (FakeClient.asked, FakeClient.dropped) == (8, 0)
    few = asked(limit=3)
    few.run = on_cluster("here")
    assert told(few) == told(alone)[:3]
    assert FakeClient.asked == FakeClient.dropped + few.walked // 100 < 8 + 1


@pytest.mark.usefixtures("cluster")
def test_clusters_that_do_not_answer(monkeypatch: pytest.MonkeyPatch, convcalc: Run) -> None:
    words = ("sweep", "lenet5", "--set", "classes=1..3", "--cluster")
    assert convcalc(*words, "nowhere").err == (
        "convcalc: --cluster 'nowhere': no scheduler answers there (OSError); start one with: dask scheduler\n"
    )
    monkeypatch.setattr(FakeClient, "threads", 0)
    assert convcalc(*words, "tcp://h:1").err == (
        "convcalc: --cluster 'tcp://h:1': it has no workers; start them with: dask worker tcp://h:1\n"
    )


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(side_by_side, "import_module", missing)
    with pytest.raises(UsageError, match=r"pip install convcalc\[cluster\]"):
        on_cluster("tcp://h:1")


def test_another_version_on_a_machine_is_refused() -> None:
    sweep = asked()
    task = task_of(sweep.setup, sweep.choice)._replace(version="0.0.1")
    with pytest.raises(
        UsageError, match=r"is installed on a machine of the cluster, but 0\.0\.1 here"
    ):
        work_out(task, ())


def test_a_task_has_the_bytes_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "{input: [3, 8, 8], parameters: {c: 2}, layers: [conv: {out_channels: $c, kernel_size: 1}]}"
    )
    sweep = sweep_of(FileOrigin(str(path)), [("c", range(1, 4))], [], columns="params")[0]
    task = task_of(sweep.setup, sweep.choice)
    path.unlink()
    (box,) = sweep.setup.grid.boxes(3)
    assert work_out(task, box).columns["params"].tolist() == [4, 8, 12]
    again = task_of(task.setup, task.choice)  # of an already packed origin
    assert again.setup.origin == task.setup.origin


@pytest.mark.usefixtures("small_blocks")
def test_processes_tell_the_same_rows() -> None:
    alone = library.sweep("lenet5", parameters={"classes": range(1, 41)}, input=range(32, 36))
    assert alone == library.sweep(
        "lenet5", parameters={"classes": range(1, 41)}, input=range(32, 36), jobs=2
    )
    assert len(alone) == 160


def test_boxes_that_a_process_has_taken_are_left_out_once_the_sweep_is_broken_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[Any] = []
    stop = Event()
    monkeypatch.setattr(side_by_side, "work_out", lambda _, box: taken.append(box))
    monkeypatch.setattr(side_by_side, "_here", SimpleNamespace())
    before = signal.getsignal(signal.SIGINT)
    try:
        side_by_side._begin(stop)
        side_by_side._work_out_here(cast("Any", "task"), cast("Any", "box"))
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN  # while it sends its result
        stop.set()
        with pytest.raises(KeyboardInterrupt):
            side_by_side._work_out_here(cast("Any", "task"), cast("Any", "other"))
    finally:
        signal.signal(signal.SIGINT, before)
    assert taken == ["box"]


def test_a_process_that_ends_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    broken: Future[Any] = Future()
    broken.set_exception(BrokenProcessPool())

    class Pool:
        def __init__(self, *given: Any, **options: Any) -> None:
            pass

        def submit(self, *given: Any) -> Any:
            return broken

        def shutdown(self, **options: Any) -> None:
            pass

    monkeypatch.setattr(side_by_side, "ProcessPoolExecutor", Pool)
    sweep = asked()
    sweep.run = on_cores(2)
    with pytest.raises(UsageError, match="a process of the sweep stopped too early"):
        list(sweep.blocks())


@pytest.mark.unmeasured
@pytest.mark.skipif(not cluster_runs.is_there(), reason=cluster_runs.ABSENT)
def test_a_process_of_a_real_cluster_that_is_killed_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    assert cluster_runs.run(tmp_path) == "20000 points, each once\n"
