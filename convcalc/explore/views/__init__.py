"""The views of the page: one layer, a chain, a network, a file, a student's number."""

from __future__ import annotations

from convcalc.explore.views.base import LAYER, VIEWS

VIEWS.modules(
    "convcalc.explore.views",
    {
        LAYER: "layer",
        "chain": "chain",
        "network": "network",
        "yaml": "written",
        "file": "written",
        "why": "why",
    },
)

__all__ = ["LAYER", "VIEWS"]
