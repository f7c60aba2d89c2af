"""One witness class per kind of layer; importing registers them."""

from convcalc.reference.kinds import attention, conv, joins, pointwise, pool, rearrange, tensor

__all__ = ["attention", "conv", "joins", "pointwise", "pool", "rearrange", "tensor"]
