"""The list of submissions in a Gradescope export: ``submission_metadata.yml``.

The export of an assignment has a folder ``submission_<number>`` for each submission, and next to them
this file, written by Ruby: under the folder's name ``:submitters:`` with ``:name:``, ``:sid:`` and
``:email:`` of each member of a group, and ``:created_at:``.
"""

from __future__ import annotations

from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.homework.classroom.claims import Claim
from convcalc.homework.classroom.platforms.times import time_of
from convcalc.homework.sheets.values import PlainValues
from convcalc.network.yaml_source import Source
from convcalc.text import printable

METADATA = "submission_metadata.yml"
_MAX_MEMBERS = 50


def claims_of(data: bytes) -> dict[str, Claim]:
    """The claim on each folder; none if the file cannot be read."""
    try:
        source = Source(METADATA, data.decode("utf-8-sig"))
        root = source.compose()
        if root is None or root.id != "mapping":  # type: ignore[attr-defined]
            return {}
        plain = PlainValues(source)
        folders = {
            name: plain.of(node, name) for name, (_, node) in source.mapping(root, "it").items()
        }
        source.problems.tell()
    except (ConvcalcError, UnicodeDecodeError):
        return {}
    found = {name: _claim(value) for name, value in folders.items()}
    return {name: claim for name, claim in found.items() if claim is not None}


def _claim(value: Any) -> Claim | None:
    """The claim on one submission."""
    facts = _bare(value)
    people = facts.get("submitters")
    if not isinstance(people, list):
        return None
    created = facts.get("created_at")
    members = [_member(_bare(each)) for each in people[:_MAX_MEMBERS]]
    members = [each for each in members if each.shown]
    if not members:
        return None
    time = time_of(created) if isinstance(created, str) else None
    return Claim(time=time, members=tuple(members), source="Gradescope")


def _bare(value: Any) -> dict[str, Any]:
    """A mapping without the colons that Ruby puts around its keys."""
    return (
        {str(key).strip(":"): each for key, each in value.items()}
        if isinstance(value, dict)
        else {}
    )


def _member(facts: dict[str, Any]) -> Claim:
    """One member of a group."""
    texts = {key: printable(v) for key, v in facts.items() if isinstance(v, str)}
    return Claim(
        id=texts.get("sid", ""),
        name=texts.get("name", ""),
        email=texts.get("email", ""),
        source="Gradescope",
    )
