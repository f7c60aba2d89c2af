"""Blocks of a sweep on several cores, or on the machines of a cluster: the same blocks, in the same order."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from multiprocessing import get_context
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc import __version__
from convcalc.errors import UsageError
from convcalc.solve.points import FileOrigin
from convcalc.solve.sweep import Worker
from convcalc.text import quoted

if TYPE_CHECKING:
    from convcalc.solve.blocks import Block
    from convcalc.solve.choice import Choice
    from convcalc.solve.points import Setup
    from convcalc.solve.ranges import Box

AHEAD = 3  # boxes per core that are computed in advance
SECONDS = 10  # wait for a cluster
_here = threading.local()  # a worker for each thread, because it cannot be shared


class Task(NamedTuple):
    """A sweep as sent to other processes.

    Attributes:
        token: identifies the sweep there.
        version: the version of convcalc.
        setup: the setup of the sweep, with the bytes of its file.
        choice: the points that are kept.
    """

    token: str
    version: str
    setup: Setup
    choice: Choice


def task_of(setup: Setup, choice: Choice) -> Task:
    """A sweep for other processes."""
    if isinstance(setup.origin, FileOrigin):
        setup = replace(setup, origin=setup.origin.packed())
    return Task(token_hex(8), __version__, setup, choice)


def work_out(task: Task, box: Box) -> Block:
    """Compute one box, in another process.

    Args:
        task: the sweep.
        box: the indices of its values.

    Raises:
        UsageError: another version of convcalc is installed there.
    """
    if getattr(_here, "token", "") != task.token:
        if task.version != __version__:
            message = f"convcalc {__version__} is installed on a machine of the cluster, but {task.version} here; install one version"
            raise UsageError(message)
        _here.worker, _here.token = Worker(task.setup, task.choice), task.token
    return _here.worker.block(box)  # type: ignore[no-any-return]


def _begin(stop: Any) -> None:
    """Give a new process the event that stops it."""
    _here.stop = stop


def _work_out_here(task: Task, box: Box) -> Block:
    """Compute one box in a process of this machine; Ctrl-C can stop the work, but not the sending of the answer.

    Raises:
        KeyboardInterrupt: the sweep is stopped.
    """
    if _here.stop.is_set():
        raise KeyboardInterrupt
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return work_out(task, box)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def on_cores(
    jobs: int,
) -> Callable[[Setup, Choice], Generator[Block, None, None]]:
    """A function that computes the blocks of a sweep in a number of processes.

    Raises:
        UsageError: later, if a process ended before its work was done.
    """

    def run(setup: Setup, choice: Choice) -> Generator[Block, None, None]:
        with _processes(jobs) as pool:
            task = task_of(setup, choice)
            try:
                yield from _in_order(
                    lambda box: pool.submit(_work_out_here, task, box), setup, choice, AHEAD * jobs
                )
            except BrokenProcessPool:
                message = "a process of the sweep stopped too early, probably because memory was full; use fewer --jobs"
                raise UsageError(message) from None

    return run


def on_cluster(address: str) -> Callable[[Setup, Choice], Generator[Block, None, None]]:
    """A function that computes the blocks of a sweep on a dask.distributed cluster.

    If a machine disappears, another one computes its box; each block is returned once.

    Args:
        address: the address of its scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises:
        UsageError: dask.distributed is not installed; or later, no scheduler answers.
    """
    try:
        client_of = import_module("distributed").Client  # an extra that few need
    except ImportError:
        message = "--cluster needs dask.distributed: pip install convcalc[cluster]"
        raise UsageError(message) from None

    def run(setup: Setup, choice: Choice) -> Generator[Block, None, None]:
        try:
            client = client_of(address, timeout=SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            message = f"--cluster {quoted(address)}: no scheduler answers there ({type(error).__name__}); start one with: dask scheduler"
            raise UsageError(message) from None
        with client:
            threads = sum(client.nthreads().values())
            if not threads:
                message = f"--cluster {quoted(address)}: it has no workers; start them with: dask worker {address}"
                raise UsageError(message)
            task = task_of(setup, choice)
            yield from _in_order(
                lambda box: client.submit(work_out, task, box, pure=False, retries=AHEAD),
                setup, choice, AHEAD * threads,
            )  # fmt: skip

    return run


def _in_order(
    submit: Callable[[Box], Any], setup: Setup, choice: Choice, most: int
) -> Generator[Block, None, None]:
    """The blocks in order, with a limit on how many are being computed or waiting."""
    points = Worker(setup, choice).most
    waiting: deque[Any] = deque()
    try:
        for box in setup.grid.boxes(points):
            waiting.append(submit(box))
            if len(waiting) >= most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for each in waiting:
            each.cancel()


@contextmanager
def _processes(count: int) -> Generator[ProcessPoolExecutor, None, None]:
    """Processes that end with the block, even if it is interrupted."""
    spawn = get_context("spawn")
    stop = spawn.Event()
    pool = ProcessPoolExecutor(count, mp_context=spawn, initializer=_begin, initargs=(stop,))
    try:
        with _undisturbed():
            for _ in range(count):  # to start all now: one process per task while none is ready
                pool.submit(os.getpid)
        yield pool
    finally:
        # Boxes that a process has already taken are left out. If one is killed while it answers, the pool would wait
        # for it forever.
        stop.set()
        pool.shutdown(cancel_futures=True)


@contextmanager
def _undisturbed() -> Generator[None, None, None]:
    """Processes that begin now ignore Ctrl-C outside of their work; this process prints the message."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
