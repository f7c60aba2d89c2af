"""The witness of each layer; for layers that convcalc does not know, a stand-in that proves nothing."""

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
    """The witness of a layer; for stated layers, a stand-in that needs no memory and no time."""
    return WITNESSES[step.kind] if step.layer.is_proven else _NOBODY


def options_on(step: Step, axis: int) -> dict[str, Any]:
    """The options of a layer for one of its axes; empty if no witness runs it."""
    return on_axis(step.layer.options(), axis, step.input) if step.layer.is_proven else {}


def proven(steps: Sequence[Step] | Analysis) -> list[Step]:
    """The steps whose numbers can be checked with arrays."""
    return [step for step in steps if step.layer.is_proven]


def resting_on_words(analysis: Analysis) -> set[int]:
    """The places of the steps whose fields depend on numbers from an author."""
    found: set[int] = set()
    for step in analysis:
        if not step.layer.is_proven or any(source.place in found for source in step.before):
            found.add(step.place)
    return found
