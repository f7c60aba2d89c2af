"""Collect garbage rarely: a command makes many objects and little garbage, and then it ends.

It is imported first, because importing the libraries makes most of the objects.
"""

from __future__ import annotations

import atexit
import gc

_OBJECTS = 500_000  # new objects before Python collects garbage

gc.set_threshold(_OBJECTS)
atexit.register(gc.freeze)  # no collection at exit
