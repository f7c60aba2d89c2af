"""One witness per kind of layer, a class each; importing them registers them."""

from convcalc.reference.kinds import attention, conv, pointwise, pool, rearrange

__all__ = ["attention", "conv", "pointwise", "pool", "rearrange"]
