"""A walked network counted in one of the ways that `convcalc.analysis.counting.ways` lists."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from convcalc.analysis.counting.features import FEATURES
from convcalc.analysis.counting.ways import WAYS, Rules, Terms, Way
from convcalc.text import AtLeast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from convcalc.analysis.analysis import Analysis, Step

_BYTES = 4  # of a value, in all these tools


class Count(NamedTuple):
    """What a tool would print about a network.

    Attributes:
        name: the way of counting.
        way: its rules.
        operations: None if it does not count them.
        params: the number of parameters by its rules.
        activations: None if it does not count them.
        memory: bytes; None if it does not count memory.
        lacking: the number of layers of each kind without a rule.
    """

    name: str
    way: Way
    operations: int | None
    params: int
    activations: int | None
    memory: int | None
    lacking: dict[str, int]


def rules_of(way: Way, *, bugs: bool = False) -> Rules:
    """The rules of a way, by kind or family."""
    rules = way.operations or {}
    return {**rules, **way.bugs} if bugs else rules


def steps_of(analysis: Analysis, way: Way) -> Sequence[Step]:
    """The layers that a way counts: all, or all without a linear layer at the end."""
    steps = analysis.steps
    return steps[:-1] if not way.head and steps[-1].layer.family == "linear" else steps


def terms_of(step: Step, rules: Rules) -> Terms:
    """The rule for a layer: by its kind, else its family, else the rule for all others."""
    for name in (step.kind, step.layer.family, "*"):
        if name in rules:
            return rules[name]
    return {}


def amount_of(step: Step, rules: Rules) -> int:
    """The count of a layer."""
    terms = terms_of(step, rules)
    return sum([times * FEATURES[feature][0](step) for feature, times in terms.items()])


def counted(analysis: Analysis, name: str, *, bugs: bool = False) -> Count:
    """What a tool would print about a network.

    Args:
        analysis: the walked network.
        name: a key of `WAYS`.
        bugs: whether to imitate known bugs of the tool.

    >>> import convcalc
    >>> counted(convcalc.load("resnet50_torchvision").walk(), "thop").operations
    4133742592
    """
    way = WAYS[name]
    rules = rules_of(way, bugs=bugs)
    steps = steps_of(analysis, way)
    memory, lacking = way.memory, _without_rule(steps, way)

    def total(rules: Rules) -> int:
        number = sum([amount_of(step, rules) for step in steps])
        return AtLeast(number) if lacking or analysis.unavailable else number

    return Count(
        name,
        way,
        None if way.operations is None else total(rules),
        _PARAMETERS[way.params](analysis),
        total(way.activations) if way.activations else None,
        _BYTES * memory.times * sum([amount_of(step, memory.values) for step in steps])
        if memory
        else None,
        lacking,
    )


def _without_rule(steps: Sequence[Step], way: Way) -> dict[str, int]:
    """The number of layers of each kind without a rule in a way."""
    return dict(Counter([step.kind for step in steps if step.kind in way.lacks]))


def _without_batch_norm(analysis: Analysis) -> int:
    """Trained numbers of all layers except batch norms."""
    return sum([step.params for step in analysis.steps if step.kind not in BATCH_NORMS])


BATCH_NORMS = frozenset({"batchnorm"})
_PARAMETERS: dict[str, Callable[[Analysis], int]] = {
    "trained": lambda analysis: analysis.totals["params"],
    "with buffers": lambda analysis: analysis.totals["params"] + analysis.totals["buffers"],
    "without batch norm": _without_batch_norm,
}
