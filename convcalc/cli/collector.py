"""Seldom look for garbage: a command makes many objects and hardly any garbage, and then it ends.

It is imported before all else, since the libraries make most of the objects.
"""

from __future__ import annotations

import atexit
import gc

_OBJECTS = 500_000  # new ones before Python looks

gc.set_threshold(_OBJECTS)
atexit.register(gc.freeze)  # what is left at the end is not looked at
