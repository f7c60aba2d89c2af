"""What ``convcalc verify`` will run, at which size, and what of it cannot be checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convcalc.errors import UsageError

if TYPE_CHECKING:
    from convcalc.network.network import Network
    from convcalc.report import Report
    from convcalc.verify.run import Check

SMALLER = (8, 16, 32, 4, 2)  # what the sides are divided by, until one fits


@dataclass(frozen=True, slots=True)
class Plan:
    """A network that fits in memory.

    Attributes:
        network: as it was asked for.
        run: the same, on a smaller image where that was needed.
        report: the walk of ``run``.
    """

    network: Network
    run: Network
    report: Report

    @classmethod
    def of(
        cls,
        network: Network,
        subjects: Sequence[str],
        notes: list[str],
        settings: dict[str, Any],
        *,
        shrink: bool,
    ) -> Plan:
        """Walk it and see whether it fits; where it may shrink, find the image on which it does."""
        from convcalc.analysis.walk import walk  # noqa: PLC0415 - start-up
        from convcalc.verify.run import fits, refuse_large, shrunk_input  # noqa: PLC0415 - numpy

        dtype, limit = settings["dtype"], settings["limit"]
        report = walk(network)
        try:
            refuse_large(network, report, subjects, dtype, limit)
        except UsageError as error:
            for by in SMALLER if shrink else ():
                small = shrunk_input(network, by)
                if small and fits(small, subjects, dtype, limit):
                    size = "×".join(map(str, small.input))
                    notes.append(f"{str(error).split(';')[0]}: run on {size} instead")
                    return cls(network, small, walk(small))
            if not shrink:
                raise
            message = (
                f"{str(error).split(';')[0]}, and no smaller image helps; raise --limit, or name "
                "the networks to verify"
            )
            raise UsageError(message) from None
        return cls(network, network, report)

    def checked(
        self, subjects: Sequence[str], settings: dict[str, Any], progress: Callable[[str], None]
    ) -> list[Check]:
        """All checks; what the file expects is held against the size that was asked for."""
        from convcalc.verify.run import verified  # noqa: PLC0415 - numpy

        found = verified(
            self.run, only=subjects, seed=settings["seed"], dtype=settings["dtype"],
            most_bytes=settings["limit"], progress=progress,
        )  # fmt: skip
        if self.run is not self.network and "expect" in subjects:
            found += verified(self.network, only=("expect",))
        return found

    def left_out(
        self, found: list[Check], subjects: Sequence[str], named: Sequence[str], given: str
    ) -> list[str]:
        """Why a subject has no check: of those asked for by name, and of ``expect:`` if it is set aside."""
        absent = [name for name in subjects if all(check.subject != name for check in found)]
        set_aside = {"expect"} if self.network.expect and self.network.changed else set()
        whys = [
            WHY[name](self.network, given) for name in absent if name in named or name in set_aside
        ]
        if "paths" in subjects and "paths" not in absent and (missing := self.unlooped(found)):
            whys.append(f"no copy small enough for the loops of paths: {', '.join(missing)}")
        return whys

    def unlooped(self, found: list[Check]) -> list[str]:
        """The sorts of layers that only the fast path has run."""
        from convcalc.verify.run import sort_of  # noqa: PLC0415 - numpy

        looped = {check.node for check in found if check.subject == "paths"}
        sorts = dict.fromkeys(map(sort_of, self.report.rows))
        return [sort for sort in sorts if sort not in looped]


def no_expect(network: Network, given: str) -> str:
    """Why ``expect:`` was not checked."""
    if not network.expect:
        return "there is no expect: in it" if network.path else "a chain has no expect: in it"
    own = "input" if network.home and "--set" not in given else "parameters"
    if network.home and "--set" in given:
        own = "input and parameters"
    return f"expect: is for the file's own {own}; not checked with {given}"


def no_field(network: Network, given: str) -> str:  # noqa: ARG001
    """Why no receptive field was checked."""
    what = "of a vector" if len(network.input) == 1 else "behind a flatten"
    return f"there is no receptive field {what}"


WHY: dict[str, Callable[[Network, str], str]] = {
    "expect": no_expect,
    "field": no_field,
    "valid_macs": lambda network, given: "no layer multiplies, so there are no valid_macs",  # noqa: ARG005
    "paths": lambda network, given: "no layer has a copy small enough for the loops of paths",  # noqa: ARG005
    "counts": lambda network, given: "the loops of counts did no operation",  # noqa: ARG005
}
