"""Witnesses of the kinds that join branches elementwise, except sums and products."""

from convcalc.reference.base import witness
from convcalc.reference.kinds.rearrange import Join


class ByValue(Join):
    copies = (3, 0)


@witness("subtract")
class Subtract(ByValue):
    pass


@witness("divide")
class Divide(ByValue):
    pass


@witness("maximum")
class Maximum(ByValue):
    pass


@witness("minimum")
class Minimum(ByValue):
    pass


@witness("average")
class Average(ByValue):
    pass
