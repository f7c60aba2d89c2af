"""What ``convcalc verify`` runs, at which size, and what cannot be checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from convcalc.analysis.rows import STATED
from convcalc.analysis.walk import walk
from convcalc.errors import UsageError
from convcalc.interop.load import load
from convcalc.network.axes import order_notes
from convcalc.text import listed, printable, times
from convcalc.verify.effort import duration
from convcalc.verify.limits import MAX_BYTES, check_needs, efforts, fits, shrink
from convcalc.verify.loops import OF_LOOPS, sort_of
from convcalc.verify.run import verify_analysis
from convcalc.verify.witnesses import proven

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis
    from convcalc.network.network import Network
    from convcalc.verify.check import Check

_LONG = 120  # seconds from which the time is announced
_SMALLER = (8, 16, 32, 4, 2)  # divisors of the sides, tried until one fits


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of a verification.

    Attributes:
        subjects: what to check.
        named: whether the user named the subjects.
        seed: for the random arrays.
        dtype: of the full run, float32 or float64.
        limit: the most bytes to use.
        changes: the options that change the networks, as typed.
    """

    subjects: tuple[str, ...]
    named: bool = False
    seed: int = 0
    dtype: str = "float32"
    limit: int = MAX_BYTES
    changes: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A network that fits in memory.

    Attributes:
        asked: the network that the user named.
        run: the same, on a smaller image if necessary.
    """

    asked: Analysis
    run: Analysis

    @classmethod
    def of(
        cls, network: Network, settings: Settings, notes: list[str], *, may_shrink: bool = False
    ) -> Plan:
        """Walk a network and check that it fits; if it may shrink, find a smaller image that does.

        Raises:
            UsageError: it does not fit; the message suggests changes.
        """
        subjects, dtype, limit = settings.subjects, settings.dtype, settings.limit
        analysis = walk(network)
        try:
            check_needs(analysis, subjects, dtype, limit)
        except UsageError as error:
            for by in _SMALLER if may_shrink else ():
                small = shrink(network, by)
                if small and fits(small, subjects, dtype, limit):
                    size = " and ".join(map(times, small.network.inputs.values()))
                    notes.append(f"{str(error).split(';')[0]}: run on {size} instead")
                    return cls(analysis, small)
            if not may_shrink:
                raise
            message = (
                f"{str(error).split(';')[0]}, and no smaller image helps; raise --limit, or name "
                "the networks to verify"
            )
            raise UsageError(message) from None
        return cls(analysis, analysis)

    def verify(self, settings: Settings, progress: Callable[[str], None]) -> list[Check]:
        """Run all checks; the file's expected numbers are compared at the original size."""
        found = verify_analysis(
            self.run,
            only=settings.subjects,
            seed=settings.seed,
            dtype=settings.dtype,
            max_bytes=settings.limit,
            progress=progress,
        )
        if self.run is not self.asked and "expect" in settings.subjects:
            found += verify_analysis(self.asked, only=("expect",))
        return found

    def unchecked(self, found: list[Check], settings: Settings) -> list[str]:
        """Why a subject was not checked: for subjects that the user named, and for an ignored ``expect:``."""
        network, subjects = self.asked.network, settings.subjects
        absent = [name for name in subjects if all(check.subject != name for check in found)]
        wanted = set(subjects) if settings.named else set()
        if network.expect and network.changed:
            wanted.add("expect")
        reasons = [_reason(name, network, settings.changes) for name in absent if name in wanted]
        of_loops = [name for name in subjects if name in OF_LOOPS and name not in absent]
        if of_loops and (missing := self._unlooped(found)):
            names = " and ".join(of_loops)
            reasons.append(f"no copy small enough for the loops of {names}: {', '.join(missing)}")
        stated = [step.name for step in self.run.unproven]
        return [*reasons, f"{STATED}: {listed(stated)}"] if stated else reasons

    def _unlooped(self, found: list[Check]) -> list[str]:
        """The sorts of layers that only the fast path has run."""
        looped = {check.node for check in found if check.subject in OF_LOOPS}
        return [
            sort for sort in dict.fromkeys(map(sort_of, proven(self.run))) if sort not in looped
        ]


def verify_networks(
    networks: Mapping[str, Network],
    settings: Settings,
    progress: Callable[[str, str], None],
    *,
    may_shrink: bool = False,
    jobs: int = 1,
) -> tuple[dict[str, list[Check]], list[str]]:
    """Verify networks; the sizes of all are checked before the first is run.

    Args:
        networks: by their names in messages.
        settings: what to check, and how.
        progress: called with each network's name and each node before it is run; at the start, without
            a name, with the time for all of them, if that is long.
        may_shrink: whether a network that does not fit in memory is run on a smaller image.
        jobs: how many networks are verified at once, each in its own process, which only works for
            networks from files; 0 for the number of cores.

    Returns:
        The checks of each network, and notes on what was not checked.

    Raises:
        UsageError: one of them does not fit, or nothing was checked.
    """
    notes = [
        f"{printable(name)}: {note}"
        for name, network in networks.items()
        for note in order_notes(network)
    ]
    plans = {
        name: Plan.of(network, settings, notes, may_shrink=may_shrink)
        for name, network in networks.items()
    }
    seconds = sum(
        each.seconds for plan in plans.values() for each in efforts(plan.run, settings.subjects)
    )
    if seconds > _LONG:
        progress("", f"this takes about {duration(seconds)}")
    found: dict[str, list[Check]] = {}
    if jobs != 1 and len(plans) > 1 and all(map(_is_from_file, plans.values())):
        from convcalc.verify.jobs import cores, verify_side_by_side  # noqa: PLC0415 - slow to import

        verify = partial(_verify_file, settings, may_shrink)
        with suppress(OSError):  # if no process can be started, they are verified here
            found = verify_side_by_side(plans, settings, progress, jobs or cores(), verify)
    for name, plan in plans.items() if not found else ():
        progress(name, "")
        found[name] = plan.verify(settings, lambda node, name=name: progress(name, node))  # type: ignore[misc]
    unchecked = [
        f"{printable(name)}: {reason}"
        for name, plan in plans.items()
        for reason in plan.unchecked(found[name], settings)
    ]
    if not any(found.values()):
        message = f"nothing was checked: {'; '.join(unchecked)}"
        raise UsageError(message)
    return found, [*notes, *unchecked]


def _is_from_file(plan: Plan) -> bool:
    """Whether another process can load the same network."""
    network = plan.asked.network
    return os.path.isfile(network.path) and not network.changed


def _verify_file(settings: Settings, may_shrink: bool, path: str) -> list[Check]:  # noqa: FBT001 - for partial
    """Check the network in a file; runs in its own process."""
    plan = Plan.of(load(path), settings, [], may_shrink=may_shrink)
    return plan.verify(settings, lambda _: None)


def _reason(subject: str, network: Network, changes: str) -> str:
    """Why a subject was not checked."""
    if subject == "expect":
        return _no_expect(network, changes)
    if subject == "field":
        vectors = all(len(shape) == 1 for shape in network.inputs.values())
        what = "of a vector" if vectors else "after a flatten"
        return f"there is no receptive field {what}"
    return {
        "valid_macs": "no layer multiplies, so there are no valid_macs",
        "paths": "no layer has a copy small enough for the loops of paths",
        "counts": "no layer has a copy small enough for the loops of counts",
    }[subject]


def _no_expect(network: Network, changes: str) -> str:
    """Why ``expect:`` was not checked."""
    if not network.expect:
        return "there is no expect: in it" if network.path else "a chain has no expect: in it"
    own = "input" if network.home and "--set" not in changes else "parameters"
    if network.home and "--set" in changes:
        own = "input and parameters"
    return f"expect: is for the file's own {own}; not checked with {changes}"
