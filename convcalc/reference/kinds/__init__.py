"""One witness per kind of layer, a class each; importing them registers them."""

from convcalc.reference.kinds import attention, conv, joins, pointwise, pool, rearrange, tensor

__all__ = ["attention", "conv", "joins", "pointwise", "pool", "rearrange", "tensor"]
