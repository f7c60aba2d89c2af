"""Verify several networks at the same time, each in its own process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from typing import TYPE_CHECKING

from convcalc.errors import UsageError
from convcalc.text import printable
from convcalc.verify.limits import needs

if TYPE_CHECKING:
    from convcalc.verify.check import Check
    from convcalc.verify.plan import Plan, Settings

Verify = Callable[[str], "list[Check]"]
_THREADS = "OPENBLAS_NUM_THREADS"  # each process uses one core


def cores() -> int:
    """The number of processes that can run at the same time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def verify_side_by_side(
    plans: Mapping[str, Plan],
    settings: Settings,
    progress: Callable[[str, str], None],
    jobs: int,
    verify: Verify,
) -> dict[str, list[Check]]:
    """Verify networks, as many at once as the number of jobs and the memory allow.

    Args:
        plans: plans of networks from files.
        settings: what to check, and how; ``limit`` is the memory of all processes together.
        progress: called with the name of each network when it begins.
        jobs: the number of processes.
        verify: checks the network in a file; a function that another process can import.

    Raises:
        UsageError: a process ended early, probably because of too little memory.
        OSError: no process can be started.
    """
    sizes = {name: _bytes_of(plan, settings) for name, plan in plans.items()}
    waiting = sorted(plans, key=lambda name: -sizes[name])  # large ones first
    running: dict[Future[list[Check]], str] = {}
    found: dict[str, list[Check]] = {}
    with _workers(min(jobs, len(plans))) as workers:
        while waiting or running:
            for name in _fitting(
                waiting, [sizes[each] for each in running.values()], sizes, settings.limit, jobs
            ):
                waiting.remove(name)
                progress(name, "")
                path = plans[name].asked.network.path
                running[workers.submit(verify, path)] = name
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                name = running.pop(future)
                try:
                    found[name] = future.result()
                except BrokenProcessPool:
                    message = (
                        f"{printable(name)}: the process that verified it stopped, probably because memory was full; "
                        "use --jobs 1, or a lower --limit"
                    )
                    raise UsageError(message) from None
    return {name: found[name] for name in plans}


def _bytes_of(plan: Plan, settings: Settings) -> int:
    """The peak memory of the checks of a network."""
    parts = needs(plan.run, settings.subjects, settings.dtype)
    return max([need.size for need in parts], default=0)


def _fitting(
    waiting: list[str], used: list[int], sizes: Mapping[str, int], limit: int, jobs: int
) -> Iterator[str]:
    """The networks that can begin now; at least one if none is running."""
    left, free = limit - sum(used), jobs - len(used)
    is_alone = not used
    for name in list(waiting):
        if free and (sizes[name] <= left or is_alone):
            left, free, is_alone = left - sizes[name], free - 1, False
            yield name


@contextmanager
def _workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with the block, even if it is interrupted."""
    is_ours = _THREADS not in os.environ
    os.environ.setdefault(_THREADS, "1")  # the processes inherit it
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin)
    try:
        pool.submit(os.getpid)  # all start now, before a failing stderr can interrupt
        yield pool
    except BaseException:
        for child in active_children():
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        if is_ours:
            del os.environ[_THREADS]


def _begin() -> None:
    """In a new process: stop silently on Ctrl-C; the first process prints the message."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
