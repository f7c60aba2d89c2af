"""Coverage of properties is measured only for their first examples: the others run the same lines."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

_EXAMPLES = 8


def measured_at_first(test: Callable[..., Any]) -> Callable[..., Any]:
    """A test of one example that stops measuring coverage after some calls, until its test ends."""
    calls = 0

    @functools.wraps(test)
    def run(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == _EXAMPLES + 1:
            sys.settrace(None)
        return test(*arguments, **named)

    return run
