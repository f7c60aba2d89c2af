"""Several networks verified side by side, each in its own process."""

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
_THREADS = "OPENBLAS_NUM_THREADS"  # each process is one core's work


def cores() -> int:
    """How many processes can run side by side."""
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
    """The checks of networks, so many of them at once as there are jobs and memory.

    Args:
        plans: of networks that files give.
        settings: what to check, and how; ``limit`` is the memory of all together.
        progress: told the name of each network when it begins.
        jobs: processes.
        verify: the checks of the network in a file; a function that a process can import.

    Raises:
        UsageError: a process ended before its work, most likely for want of memory.
        OSError: no process can be started.
    """
    sizes = {name: _bytes_of(plan, settings) for name, plan in plans.items()}
    waiting = sorted(plans, key=lambda name: -sizes[name])  # the large ones first
    running: dict[Future[list[Check]], str] = {}
    found: dict[str, list[Check]] = {}
    with _workers(min(jobs, len(plans))) as workers:
        while waiting or running:
            for name in _that_fit(
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
    """The most memory that the checks of a network need at once."""
    parts = needs(plan.run, settings.subjects, settings.dtype)
    return max([need.size for need in parts], default=0)


def _that_fit(
    waiting: list[str], used: list[int], sizes: Mapping[str, int], limit: int, jobs: int
) -> Iterator[str]:
    """The networks that can begin now: at least one where none runs."""
    left, free = limit - sum(used), jobs - len(used)
    is_alone = not used
    for name in list(waiting):
        if free and (sizes[name] <= left or is_alone):
            left, free, is_alone = left - sizes[name], free - 1, False
            yield name


@contextmanager
def _workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with the block, also where it is broken off."""
    is_ours = _THREADS not in os.environ
    os.environ.setdefault(_THREADS, "1")  # the processes take it over
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin)
    try:
        pool.submit(
            os.getpid
        )  # all start now, before a line that stderr does not take stands in the way
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
    """In a new process: an interrupt ends it without a word; the first process says what there is to say."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
