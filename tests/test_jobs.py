"""Networks verified in parallel: the same answers, within the memory, and never a silent end."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from convcalc.errors import UsageError
from convcalc.network.load import load
from convcalc.verify import jobs
from convcalc.verify.check import SUBJECTS, Check
from convcalc.verify.plan import Plan, Settings

NAMES = ("lenet5", "mlp_mnist")


@pytest.mark.unmeasured
def test_networks_side_by_side_give_the_same_answers(convcalc: Callable[..., Any]) -> None:
    one, two = (convcalc("verify", *NAMES, "--each", "--jobs", n) for n in ("1", "2"))
    assert one.code == two.code == 0
    assert one.out == two.out
    assert sorted(two.err.split()) == sorted(one.err.split())  # the larger one may begin first


def test_no_more_begin_than_there_are_jobs_and_memory_for() -> None:
    sizes = {"a": 5, "b": 4, "c": 1, "d": 9}

    def begin(used: list[int], *, limit: int = 6, count: int = 3) -> list[str]:
        return list(jobs._fitting(list("abcd"), used, sizes, limit, count))

    assert begin([]) == ["a", "c"]
    assert begin([5]) == ["c"]
    assert begin([5, 1]) == []
    assert begin([1, 1], limit=100) == ["a"]
    assert begin([], limit=0) == ["a"]  # a network that is too large runs alone
    assert begin([0], limit=0) == []


def _die(_: str) -> list[Check]:
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def _refuse(_: str) -> list[Check]:
    message = "no"
    raise UsageError(message)


@pytest.mark.parametrize(
    ("verify", "said"),
    [
        (_die, "the process that verified it stopped, probably because memory was full; use --jobs 1, or a lower --limit"),
        (_refuse, "no"),
    ],
)  # fmt: skip
def test_a_process_that_ends_is_told(verify: Callable[[str], list[Check]], said: str) -> None:
    settings = Settings(tuple(SUBJECTS))
    before = os.environ.get("OPENBLAS_NUM_THREADS")
    plans = {name: Plan.of(load(name), settings, []) for name in NAMES}
    with pytest.raises(UsageError, match=said):
        jobs.verify_side_by_side(plans, settings, lambda *_: None, 2, verify)
    assert os.environ.get("OPENBLAS_NUM_THREADS") == before
