"""Readers for values that occur in several places of a sheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from yaml.nodes import Node, ScalarNode, SequenceNode

from convcalc.errors import did_you_mean
from convcalc.homework.answers import parsing as answers
from convcalc.homework.answers.types import EXACT, Tolerance
from convcalc.homework.sheets.keys import MAX_POINTS
from convcalc.network.yaml_source import Source
from convcalc.text import shortened

_MAX_NODES = 100_000
_MAX_DIGITS = 9  # of small whole numbers

Keys = Mapping[str, tuple[ScalarNode, Node]]


class PlainValues:
    """A node and its children as texts, lists and mappings, limited in size."""

    def __init__(self, source: Source) -> None:
        self.source, self.count = source, 0

    def of(self, node: Node, what: str, depth: int = 0) -> Any:
        """The value of a node; scalars stay text, as written."""
        self.count += 1
        if self.count > _MAX_NODES or depth > 20:
            self.source.refuse(node, f"{what} is larger than any sheet needs; make it smaller")
        self.source.check_tag(node)
        if isinstance(node, ScalarNode):
            return node.value
        if isinstance(node, SequenceNode):
            return [self.of(item, what, depth + 1) for item in node.value]
        pairs = self.source.mapping(node, what).items()
        return {key: self.of(value, what, depth + 1) for key, (_, value) in pairs}


def mapping_of(source: Source, keys: Keys, name: str, way_out: str = "write name: value") -> Keys:
    """The keys and values under a key; empty if it is missing.

    Args:
        source: the sheet's source.
        keys: the keys to search.
        name: the key.
        way_out: the advice in the message if it contains something else.

    Raises:
        SpecError: it is not a mapping. Wrong keys are added to the problems, and left out.
    """
    return source.mapping(keys[name][1], name, way_out, gathers=True) if name in keys else {}


def tell_unknown(source: Source, keys: Keys, known: Collection[str], what: str) -> list[str]:
    """Add unknown keys to the problems.

    Returns:
        These keys.
    """
    unknown = [key for key in keys if key not in known]
    for key in unknown:
        said = f"{what} has no key {shortened(key)!r}{did_you_mean(key, known)}"
        source.problems.add(source.error(keys[key][0], said))
    return unknown


def read_whole(source: Source, node: Node, what: str, most: int | None = None) -> int:
    """A whole number from 0."""
    text = source.scalar(node, what).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS) or (
        most is not None and int(text) > most
    ):
        known = "a whole number from 0" if most is None else f"a number from 0 to {most}"
        said = shortened(text) if text else "empty"
        source.refuse(node, f"{what} is {said}; write {known}")
    return int(text)


def read_tolerance(source: Source, node: Node) -> Tolerance:
    """``exact``, ``rounded``, ``1%`` or ``0.01``."""
    text = source.scalar(node, "tolerance").strip()
    if text == "exact":
        return EXACT
    if text == "rounded":
        return Tolerance(rounded=True)
    share = _number(text.rstrip("% "))
    if text.endswith("%"):
        share /= 100
    if not 0 <= share <= Fraction(1, 2):
        source.refuse(
            node,
            f"tolerance cannot be {shortened(text)!r}; write exact, rounded, or a percentage such as 1%",
        )
    return Tolerance(share)


def read_points(source: Source, node: Node) -> Fraction:
    """Points: 0 or more, halves and the like allowed."""
    text = source.scalar(node, "points")
    value = _number(text)
    if not 0 <= value <= MAX_POINTS:
        source.refuse(
            node, f"points must be a number from 0 to {MAX_POINTS:,}, but is {shortened(text)!r}"
        )
    return value


def read_share(source: Source, node: Node) -> Fraction:
    """A share of the points, from 0 to 1."""
    text = source.scalar(node, "credit")
    value = _number(text)
    if not 0 <= value <= 1:
        source.refuse(node, f"credit must be a share from 0 to 1, but is {shortened(text)!r}")
    return value


def _number(text: str) -> Fraction:
    """A number; a negative one, invalid for all these values, if it cannot be read."""
    try:
        return answers.cell(text)
    except answers.Unreadable:
        return Fraction(-1)


def read_mistake(source: Source, node: Node, name: str) -> str:
    """The name of a mistake of the catalogue."""
    from convcalc.homework.mistakes import MISTAKES

    if name not in MISTAKES:
        known = did_you_mean(name, MISTAKES) or "; convcalc hw types --mistakes lists them"
        source.refuse(node, f"no mistake {shortened(name)!r}{known}")
    return name
