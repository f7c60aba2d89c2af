"""One witness per kind of layer, a class each; importing them registers them."""

from convcalc.reference.kinds import conv, pointwise, pool, rearrange, tensor

__all__ = ["conv", "pointwise", "pool", "rearrange", "tensor"]
