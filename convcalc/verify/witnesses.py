"""The witness of each layer; of what convcalc does not know there is none, and nothing is proven."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.reference import WITNESSES
from convcalc.reference.base import Plain, on_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convcalc.analysis.analysis import Analysis, Step
    from convcalc.reference import Witness

_NOBODY = Plain()


def witness_of(step: Step) -> Witness:
    """Who runs a layer; for what is only stated somebody who needs no memory and no time."""
    return WITNESSES[step.kind] if step.layer.is_proven else _NOBODY


def options_on(step: Step, axis: int) -> dict[str, Any]:
    """The options of a layer for one of its axes; none where nobody runs it."""
    return on_axis(step.layer.options(), axis, step.input) if step.layer.is_proven else {}


def proven(steps: Sequence[Step] | Analysis) -> list[Step]:
    """The steps whose numbers can be held against arrays."""
    return [step for step in steps if step.layer.is_proven]


def resting_on_words(analysis: Analysis) -> set[int]:
    """The places of the steps whose fields follow from what an author states."""
    found: set[int] = set()
    for step in analysis:
        if not step.layer.is_proven or any(source.place in found for source in step.before):
            found.add(step.place)
    return found
