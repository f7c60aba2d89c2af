"""The clock of tests that a hang or a square cost must fail, and a busy or slow machine must not.

It counts the processor's time of this process and of the commands that it ran, in seconds of a quiet
machine of today: other work on the machine, a slower processor and the measuring of coverage do not
make it go faster.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from time import process_time

_LOOP = 0.02  # seconds that the loop below takes on a quiet machine
_TRACED = 3.0  # how many times longer code takes where its coverage is measured


@cache
def _slowness(traced: bool) -> float:
    """How many times longer than on a quiet machine Python takes here, at least 1."""
    start = process_time()
    total = 0
    for number in range(300_000):
        total += number
    loop = (process_time() - start) / _LOOP
    return max(loop, 1.0) * (_TRACED if traced else 1.0)


def seconds() -> float:
    """The time so far; the difference of two is what lies between them."""
    times = os.times()
    return (process_time() + times.children_user + times.children_system) / _slowness(
        sys.gettrace() is not None
    )
