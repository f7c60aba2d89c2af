"""The dependences along one axis by kind: `Witness.along_axis` of each witness."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convcalc.reference import WITNESSES
from convcalc.reference.base import Rows, on_axis
from convcalc.reference.base import mark as marked

DEPENDENCES: dict[str, Callable[[Mapping[str, Any], Sequence[Rows]], Rows]] = {
    kind: one.along_axis for kind, one in WITNESSES.items()
}

__all__ = ["DEPENDENCES", "marked", "on_axis"]
