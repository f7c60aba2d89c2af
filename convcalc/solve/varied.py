"""What may change in a network to meet limits: parameters that scale it, and the resolution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import UsageError, did_you_mean
from convcalc.network.expression import said
from convcalc.solve.ranges import shown, whole
from convcalc.solve.trials import INPUT, Trials, grain
from convcalc.text import plural, quoted, shortened

if TYPE_CHECKING:
    from convcalc.solve.ranges import Number

MOST_AXES = 3  # how many change by default
MAX_VALUES = 1000  # of one of them
_MOST_VALUES = 48  # of one of them, unless they are listed
_MOST_SIDES = 64  # the same for a resolution
_FARTHEST = 4  # times the own value
_MOST_STEPS = 30  # steps from 0 to the own value of a factor
_TRIED = Fraction(1, 20)  # added to a whole number, to see whether it is a factor
_SAMPLES = 12  # sample that shows whether amounts never decrease
_LARGEST_FACTOR = 8  # a parameter below it may be a factor such as 1 or 0.75
_BY_8 = 16  # a whole number from here on that is divisible by 8 may be a number of channels


class Varied(NamedTuple):
    """A parameter, or the resolution, that may change.

    Attributes:
        name: the parameter's name; ``input`` for the resolution.
        own: its value before the search: from the file, or set by the user.
        values: its possible values, ascending.
    """

    name: str
    own: Number
    values: tuple[Number, ...]


def factors(own: Number) -> tuple[Number, ...]:
    """The values of a factor: in steps of 0.05 if its own is 1; steps are doubled above that, and ×5 above 2.

    >>> [float(value) for value in factors(1)[17:24]], float(factors(1)[-1])
    ([0.9, 0.95, 1.0, 1.1, 1.2, 1.3, 1.4], 4.0)
    >>> [float(value) for value in factors(Fraction("36.44"))[17:21]]
    [36.0, 36.44, 40.0, 44.0]
    """
    step = _round_step(Fraction(own))
    found = {Fraction(own)}
    for times, low, high in ((1, 0, 1), (2, 1, 2), (5, 2, _FARTHEST)):
        width = times * step
        found |= {
            width * i for i in range(int(low * own // width) + 1, int(high * own // width) + 1)
        }
    return tuple([whole(value) for value in sorted(found)])


def _round_step(own: Fraction) -> Fraction:
    """The smallest of … 0.01, 0.02, 0.05, 0.1, 0.2 … that divides a number into at most this many steps."""
    step = Fraction(1, 10**6)
    while own / step > 10 * _MOST_STEPS:
        step *= 10
    return next(step * times for times in (1, 2, 5, 10) if own / (step * times) <= _MOST_STEPS)


def counts(own: int, step: int = 1) -> tuple[int, ...]:
    """The values of a whole number up to four times its own: multiples of a step, a larger one if too many.

    >>> counts(3), counts(32, 8)[:3], len(counts(768, 8))
    ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), (8, 16, 24), 48)
    """
    while _FARTHEST * own // step > _MOST_VALUES:
        step *= 2
    return tuple(sorted({own, *range(step, _FARTHEST * own + 1, step)}))


def sides(own: int) -> tuple[int, ...]:
    """The sizes of a side around its own, in steps that most networks can divide.

    >>> sides(224)[:3], sides(224)[-1], sides(572)[:2]
    ((32, 64, 96), 896, (124, 188))
    """
    step, most = grain(own), _FARTHEST * own
    while (most - own // 8) // step > _MOST_SIDES:
        step *= 2
    least = own - (own - max(1, own // 8)) // step * step
    return tuple(range(least, most + 1, step))


# ------------------------------------------------------------------------------ which change


def varied_of(
    trials: Trials, vary: Mapping[str, Sequence[Number] | None], fixed: Iterable[str]
) -> tuple[list[Varied], list[str]]:
    """What may change, and the parameters that could change but stay.

    Args:
        trials: the trials of the network.
        vary: the requested names, each with its values, or None for the usual ones; if empty, the
            two or three that change most.
        fixed: the parameters that were set, and ``input`` if that was set.

    Raises:
        UsageError: there is no such parameter, or none scales the network.
    """
    if vary:
        return [_asked(trials, name, values) for name, values in vary.items()], []
    found = [
        axis
        for name, own in trials.own.network.parameters.items()
        if name not in fixed and is_number(own) and own > 0
        if (axis := Varied(name, own, _usual(trials, name, own)))
        and _scales(trials, axis)
        and not turn_of(trials, axis)
    ]
    resolution = []
    if INPUT not in fixed and len(trials.own.network.input) > 1 and len(trials.own.images) == 1:
        axis = Varied(INPUT, trials.side, sides(trials.side))
        resolution = [axis] if _moves(trials, axis) else []
    found.sort(key=lambda axis: -_effect(trials, axis))
    room = MOST_AXES - len(resolution)
    chosen, left = found[:room], [axis.name for axis in found[room:]]
    if not chosen and not resolution:
        raise UsageError(_nothing_scales(trials, fixed))
    return [*chosen, *resolution], left


def is_number(value: object) -> bool:
    """Whether a parameter is one number."""
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def _usual(trials: Trials, name: str, own: Any) -> tuple[Number, ...]:
    """The possible values of a parameter: those of a factor if the network accepts a decimal.

    For whole numbers, multiples of 8 if larger values make layers wider, not more: channels.
    """
    if isinstance(own, Fraction):
        return factors(own)
    near = own + _TRIED
    if own < _LARGEST_FACTOR and trials.walked({name: near}):
        return factors(own)
    if own < _BY_8 or own % 8:
        return counts(own)
    twice = trials.walked({name: 2 * own})
    return counts(own, 8 if twice and len(twice.steps) == len(trials.own.steps) else 1)


def _larger(axis: Varied) -> list[Number]:
    """Values above the own value: about twice as much, and the next."""
    above = [value for value in axis.values if value > axis.own]
    double = [value for value in above if value >= 2 * axis.own]
    return [*double[:1], *above[:1]]


def _scales(trials: Trials, axis: Varied) -> bool:
    """Whether a larger parameter gives larger limited amounts, with the same outputs."""
    outputs = [step.output for step in trials.own.outputs]
    for value in _larger(axis):
        analysis = trials.walked({axis.name: value})
        if analysis and [step.output for step in analysis.outputs] == outputs:
            needs = trials.needs(analysis)
            more = any(needs[each.name] > trials.totals[each.name] for each in trials.limits)
            return more and needs["params"] > trials.totals["params"]
    return False


def sample(values: Sequence[Number]) -> list[Number]:
    """Some of the values, evenly spread, with both ends."""
    last = len(values) - 1
    return [
        values[place] for place in sorted({last * i // (_SAMPLES - 1) for i in range(_SAMPLES)})
    ]


def turn_of(trials: Trials, axis: Varied) -> str:
    """A note that a larger parameter decreases a limited amount; empty if it never does in a sample."""
    tried = [(value, trials.totals_of({axis.name: value})) for value in sample(axis.values)]
    for (low, before), (high, after) in pairwise([pair for pair in tried if pair[1]]):
        for limit in trials.limits:
            if before and after and after[limit.name] < before[limit.name]:
                return (
                    f"more {axis.name} is not always more {limit.name} ({before[limit.name]:,} at "
                    f"{shown(low)}, {after[limit.name]:,} at {shown(high)})"
                )
    return ""


def is_idle(trials: Trials, axis: Varied) -> bool:
    """Whether no value in a sample changes the limited amounts."""
    found = [trials.totals_of({axis.name: value}) for value in sample(axis.values)]
    return all(
        totals[limit.name] == trials.totals[limit.name]
        for totals in found
        if totals
        for limit in trials.limits
    )


def _moves(trials: Trials, axis: Varied) -> bool:
    """Whether the network takes other resolutions, and these change the limited amounts."""
    nearest = sorted(axis.values, key=lambda value: abs(Fraction(value - axis.own)))[1:]
    for value in nearest:
        if needs := trials.totals_of({axis.name: value}):
            return any(needs[each.name] != trials.totals[each.name] for each in trials.limits)
    return False


def _effect(trials: Trials, axis: Varied) -> Fraction:
    """The growth of the network if a parameter is about doubled."""
    for value in _larger(axis):
        if needs := trials.totals_of({axis.name: value}):
            grown = [Fraction(needs[name], max(1, trials.totals[name])) for name in needs]
            return sum(grown, Fraction())
    return Fraction()


def _nothing_scales(trials: Trials, fixed: Iterable[str]) -> str:
    """The error that nothing is left to change."""
    network, limited = trials.own.network, " or ".join([limit.name for limit in trials.limits])
    what = f"{shortened(network.name)}: nothing that can change makes a difference to {limited}"
    if names := [*fixed, *network.parameters]:
        return f"{what}; name what can change, such as --vary {shortened(names[0])}"
    return f"{what}; add parameters: to the file, such as width: 1, and use them: round_to(64*$width, 8)"


def _asked(trials: Trials, name: str, values: Sequence[Number] | None) -> Varied:
    """What the user asked to change.

    Raises:
        UsageError: there is no such parameter.
    """
    network = trials.own.network
    if name == INPUT and name not in network.parameters:
        return _asked_input(trials, values)
    if name not in network.parameters:
        known = did_you_mean(name, [*network.parameters, INPUT])
        message = f"{shortened(network.name)}: no parameter {quoted(name)} to vary{known}"
        raise UsageError(message)
    own: Any = network.parameters[name]
    if not is_number(own):
        message = f"{shortened(network.name)}: {shortened(name)} is {said(own)}, which is not a number; vary another parameter"
        raise UsageError(message)
    if own <= 0:
        message = f"{shortened(network.name)}: {shortened(name)} is {shown(own)} in the file, which cannot be scaled; vary another parameter"
        raise UsageError(message)
    if values and min(values) <= 0:
        message = f"--vary {shortened(name)}: {shown(min(values))} is not a size; give values above 0, such as --vary {shortened(name)}={shown(own)}"
        raise UsageError(message)
    return Varied(name, own, tuple(values) if values else _usual(trials, name, own))


def _asked_input(trials: Trials, values: Sequence[Number] | None) -> Varied:
    """The resolution, if the user asked to change it.

    Raises:
        UsageError: the input has none, or there are several inputs.
    """
    network = trials.own.network
    if len(network.inputs) > 1:
        message = f"{shortened(network.name)}: has {len(network.inputs)} inputs, so input cannot vary; vary a parameter"
        raise UsageError(message)
    if len(network.input) == 1:
        message = f"{shortened(network.name)}: the input is a vector, which has no resolution; vary a parameter"
        raise UsageError(message)
    own = trials.side
    wrong = [value for value in values or () if value < 1 or not isinstance(value, int)]
    if wrong:
        message = f"--vary input: {shown(wrong[0])} is not a side of an input; give whole numbers of at least 1, such as 96..224:32"
        raise UsageError(message)
    return Varied(INPUT, own, tuple(values) if values else sides(own))


def some_fail(axis: Varied, working: Sequence[Number]) -> str:
    """The note that some values of a parameter give no network."""
    many = len(axis.values) - len(working)
    failed = next(value for value in axis.values if value not in working)
    return f"{plural(many, 'value')} of {axis.name} left out, because the layers do not fit: {shown(failed)} is the smallest"


def none_works(network: str, axis: Varied) -> str:
    """The error that no value of a parameter gives a network."""
    first, last = shown(axis.values[0]), shown(axis.values[-1])
    which = f"no value of {axis.name} from {first} to {last}"
    if len(axis.values) == 1:
        which = f"{axis.name} {first} not all of"
    return (
        f"{network}: with {which} the layers fit; "
        f"give others, such as --vary {axis.name}={shown(axis.own)}"
    )
