"""The registry of views, and their type."""

from __future__ import annotations

from collections.abc import Callable

from convcalc.explore.parts import Answer, Asked
from convcalc.registry import Registry

View = Callable[[Asked], Answer]
VIEWS: Registry[View] = Registry("view")
LAYER = "layer"  # the view for all addresses that begin with a kind
