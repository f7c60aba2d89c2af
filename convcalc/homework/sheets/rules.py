"""The conventions of a sheet and of its questions, even if some cannot be read.

An error in a question may only be a consequence of a wrong convention. So a question is tried under
every value that may have been meant, and is wrong itself only if it is wrong under all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from math import prod

from yaml.nodes import Node

from convcalc.errors import UsageError, nearest
from convcalc.homework.conventions import (
    PRESETS,
    RULES,
    Conventions,
    convention_value,
    no_convention,
)
from convcalc.homework.sheets.values import Keys, mapping_of
from convcalc.network.yaml_source import Source

_MAX_MEANT = 24  # most possible meanings of wrong conventions


@dataclass(frozen=True, slots=True)
class Rules:
    """The conventions of a sheet, or of a question.

    Attributes:
        preset: its name; empty without one.
        given: the values set in addition.
        doubtful: the conventions whose values cannot be read.
        any_preset: whether the preset cannot be read.
    """

    preset: str = ""
    given: dict[str, str] = field(default_factory=dict)
    doubtful: frozenset[str] = frozenset()
    any_preset: bool = False

    @property
    def fixed(self) -> Conventions:
        """The conventions, with the usual values for those that cannot be read."""
        return (PRESETS[self.preset] if self.preset else Conventions()).but(**self.given)

    def but(self, given: dict[str, str], doubtful: frozenset[str]) -> Rules:
        """A copy with more values, and more unreadable ones."""
        left = (self.doubtful - given.keys()) | doubtful
        return Rules(self.preset, {**self.given, **given}, left, self.any_preset)

    def meant(self) -> list[Conventions]:
        """All conventions that may have been meant, `fixed` first; empty if there are too many."""
        presets = [*PRESETS.values()] if self.any_preset else []
        values = [RULES[key].values for key in self.doubtful]
        if (1 + len(presets)) * prod(map(len, values)) > _MAX_MEANT:
            return []
        bases = (self.fixed, *[preset.but(**self.given) for preset in presets])
        others = (
            base.but(**dict(zip(self.doubtful, each)))
            for base in bases
            for each in product(*values)
        )
        return [*dict.fromkeys((self.fixed, *others))]


def read_rules(source: Source, keys: Keys) -> Rules:
    """The conventions of a sheet; their errors are added to the problems."""
    attempt = source.problems.attempt
    preset: str | None = ""
    if "preset" in keys:
        node = keys["preset"][1]
        preset = attempt(source.word, node, "preset", tuple(PRESETS), default=None)
    given, doubtful = convention_values(source, keys)
    return Rules(preset or "", given, doubtful, preset is None)


def convention_values(source: Source, keys: Keys) -> tuple[dict[str, str], frozenset[str]]:
    """The values under ``conventions:`` of a sheet or a question, and the unreadable ones."""
    found = source.problems.attempt(mapping_of, source, keys, "conventions", default=None)
    if found is None:
        return {}, frozenset(RULES)
    given: dict[str, str] = {}
    doubtful: set[str] = set()
    for key, (at, node) in found.items():
        value = source.problems.attempt(_value, source, key, at, node, default=None)
        if value is not None:
            given[key] = value
        elif meant := key if key in RULES else nearest(key, RULES):
            doubtful.add(meant)
    return given, frozenset(doubtful - given.keys())


def _value(source: Source, key: str, at: Node, node: Node) -> str:
    """One value of a convention."""
    if key not in RULES:
        source.refuse(at, no_convention(key))
    try:
        return convention_value(key, source.scalar(node, key))
    except UsageError as error:
        raise source.error(node, str(error)) from None
