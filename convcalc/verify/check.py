"""One number from the formulas and from the arrays, and the message if they differ."""

from __future__ import annotations

from typing import Any, NamedTuple

from convcalc.errors import UsageError, did_you_mean
from convcalc.layers.operations import OPERATIONS
from convcalc.text import plural, quoted

SUBJECTS = (
    *("shape", "params", "weights", "biases", "buffers", "macs", "valid_macs"),
    *("field", "paths", "counts", "expect"),
)


class Check(NamedTuple):
    """One checked number.

    Attributes:
        node: the layer, or the sort of layer.
        subject: one of `SUBJECTS`.
        claimed: the number of the walk, or in the file.
        witnessed: the number from the arrays.
    """

    node: str
    subject: str
    claimed: Any
    witnessed: Any

    @property
    def agrees(self) -> bool:
        return bool(self.claimed == self.witnessed)


def sentence(check: Check) -> str:
    """A difference as a sentence; of many units or operations, only those that differ."""
    both = check.claimed, check.witnessed
    if all(isinstance(one, dict) for one in both):
        wrong = [key for key in {**both[0], **both[1]} if both[0].get(key) != both[1].get(key)]
        both = tuple({key: one.get(key) for key in wrong} for one in both)  # type: ignore[assignment]
    claimed, witnessed = map(value_text, both)
    match check.subject:
        case "shape":
            what = f"the formulas give {claimed} as output, the array is {witnessed}"
        case "params" | "weights" | "biases" | "buffers":
            what = f"the formulas give {claimed} {check.subject}, the arrays have {witnessed}"
        case "macs":
            what = f"the formulas give {claimed} macs, {witnessed} products were made"
        case "valid_macs":
            what = f"the formulas give {claimed} macs on real cells, {witnessed} were made there"
        case "field":
            what = f"the formulas give pixels {claimed}, perturbing finds {witnessed}"
        case "counts":
            what = f"the formulas give {claimed}, the loops did {witnessed}"
        case "paths":
            what = f"loops and matrix products differ: {claimed} against {witnessed}"
        case _:
            what = f"expect: is {claimed}, but it is {witnessed}"
    return f"{check.node}: {what}"


def value_text(value: Any) -> str:
    """A value in a sentence; a long mapping is cut."""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict) and value.keys() <= OPERATIONS.keys():
        return ", ".join(f"{number or 0:,} {name}" for name, number in value.items()) or "none"
    if isinstance(value, dict):
        units = [
            f"{unit}: {'nothing' if ends is None else f'{ends[0]}-{ends[1]}'}"
            for unit, ends in value.items()
        ]
        return (
            f"{plural(len(units), 'unit')} {', '.join(units[:3])}{' …' if len(units) > 3 else ''}"
        )
    if isinstance(value, list):
        return " × ".join("nothing" if ends is None else f"{ends[0]}-{ends[1]}" for ends in value)
    if isinstance(value, tuple):
        return "×".join(map(str, value))
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"


def find_subjects(text: str | None) -> tuple[str, ...]:
    """The subjects in ``--only shape,macs``; all of them for None.

    Raises:
        UsageError: a subject does not exist, or none is given.
    """
    if text is None:
        return SUBJECTS
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown or not names:
        near = did_you_mean(unknown[0], SUBJECTS) if unknown else f"; known: {', '.join(SUBJECTS)}"
        message = f"--only: no subject {quoted(unknown[0] if unknown else '')}{near}"
        raise UsageError(message)
    return names
