"""Convolution arithmetic: sizes, parameters, operations and receptive fields, from a notebook.

>>> import convcalc
>>> analysis = convcalc.load("lenet5").walk()
>>> analysis.totals["params"]
61706
>>> [step.name for step in analysis if step.kind == "conv"]
['C1', 'C3', 'C5']

`load` takes a file or a bundled name, `loads` a YAML text, `chain` the one-line language. All give a
`Network`, whose ``walk()`` gives an `Analysis`: iterate over its steps, look one up by its name, turn it
into plain data with ``to_dict()``, or let a notebook show it. `layer` walks a single layer.
`draw_fit`, `draw_net` and the other `draw_…` make pictures. ``%load_ext convcalc`` makes the command line a
magic of notebooks. `formulas` holds the arithmetic. Importing convcalc imports neither numpy nor rich nor click.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Analysis",
    "ConvcalcError",
    "Network",
    "Report",
    "budget",
    "by_hand",
    "chain",
    "draw_by_hand",
    "draw_cost",
    "draw_field",
    "draw_fit",
    "draw_net",
    "draw_window",
    "filter_picture",
    "formulas",
    "from_keras",
    "from_torch",
    "image_kernel",
    "layer",
    "layer_facts",
    "load",
    "loads",
    "networks",
    "sizes",
    "sweep",
    "what_fits",
]

if TYPE_CHECKING:
    from convcalc import formulas
    from convcalc.analysis.analysis import Analysis
    from convcalc.api import (
        budget,
        by_hand,
        chain,
        filter_picture,
        from_keras,
        from_torch,
        image_kernel,
        layer,
        layer_facts,
        load,
        loads,
        networks,
        sizes,
        sweep,
        what_fits,
    )
    from convcalc.drawing import (
        draw_by_hand,
        draw_cost,
        draw_field,
        draw_fit,
        draw_net,
        draw_window,
    )
    from convcalc.errors import ConvcalcError
    from convcalc.network.network import Network
    from convcalc.report import Report

# Where each public name lives; imported at its first use.
_HOMES = {
    "Analysis": "convcalc.analysis.analysis",
    "ConvcalcError": "convcalc.errors",
    "Network": "convcalc.network.network",
    "Report": "convcalc.report",
    "chain": "convcalc.api",
    "layer": "convcalc.api",
    "layer_facts": "convcalc.api",
    "load": "convcalc.api",
    "loads": "convcalc.api",
    "networks": "convcalc.api",
    "sizes": "convcalc.api",
    "sweep": "convcalc.api",
    "budget": "convcalc.api",
    "by_hand": "convcalc.api",
    "filter_picture": "convcalc.api",
    "from_keras": "convcalc.api",
    "from_torch": "convcalc.api",
    "image_kernel": "convcalc.api",
    "what_fits": "convcalc.api",
    "draw_by_hand": "convcalc.drawing",
    "draw_cost": "convcalc.drawing",
    "draw_field": "convcalc.drawing",
    "draw_fit": "convcalc.drawing",
    "draw_net": "convcalc.drawing",
    "draw_window": "convcalc.drawing",
    "load_ipython_extension": "convcalc.magic",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module  # noqa: PLC0415 - only this function needs it

    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in ("formulas", "reference"):
        return import_module(f"convcalc.{name}")
    message = f"module 'convcalc' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
