"""The two ways to run a layer: the same function names, by loop nest or by matrix products."""

from collections.abc import Callable, Mapping
from types import ModuleType

from convcalc.reference import (
    fast,
    fast_activation,
    fast_attention,
    fast_joins,
    fast_pointwise,
    fast_pool,
    fast_resize,
    fast_tensor,
    loops,
    loops_activation,
    loops_attention,
    loops_joins,
    loops_pointwise,
    loops_pool,
    loops_rearrange,
    loops_resize,
    loops_tensor,
    loops_upsample,
)
from convcalc.reference.checks import Array

Backend = Mapping[str, Callable[..., Array]]
"""The layer functions by name."""


def _functions(*modules: ModuleType) -> dict[str, Callable[..., Array]]:
    """The public functions that the modules define themselves."""
    return {
        name: thing
        for module in modules
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", None) == module.__name__ and not name.startswith("_")
    }


LOOPS: Backend = _functions(
    loops,
    loops_pool,
    loops_upsample,
    loops_activation,
    loops_pointwise,
    loops_rearrange,
    loops_joins,
    loops_attention,
    loops_resize,
    loops_tensor,
)
FAST: Backend = _functions(
    fast,
    fast_pool,
    fast_activation,
    fast_pointwise,
    fast_joins,
    fast_attention,
    fast_resize,
    fast_tensor,
)
