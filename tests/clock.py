"""A clock for tests that must fail after a hang or quadratic cost, but not on a busy or slow machine.

It counts processor time of this process and of the commands that it ran, in seconds of an idle
machine of today: other programs, a slower processor and the measuring of coverage do not make it
run faster.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from time import process_time

_LOOP = 0.02  # seconds of the loop below on an idle machine
_TRACED = 3.0  # how many times longer code takes while coverage is measured


@cache
def _slowness(traced: bool) -> float:
    """How many times longer Python takes here than on an idle machine, at least 1."""
    start = process_time()
    total = 0
    for number in range(300_000):
        total += number
    loop = (process_time() - start) / _LOOP
    return max(loop, 1.0) * (_TRACED if traced else 1.0)


def seconds() -> float:
    """The time so far; the difference of two calls is the time between them."""
    times = os.times()
    return (process_time() + times.children_user + times.children_system) / _slowness(
        sys.gettrace() is not None
    )
