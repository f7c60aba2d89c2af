"""Answers that belong to another question of the sheet, and answers given part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from convcalc.homework.answers.parsing import is_blank
from convcalc.homework.marking.diagnosis import SMALL
from convcalc.homework.marking.verdicts import Verdict
from convcalc.homework.sheets.sheet import Sheet
from convcalc.text import shortened

_MISTAKE = "slip.neighbour"


def right_answers(sheet: Sheet) -> dict[Any, str]:
    """The question of each right answer, for questions that ask for one whole number."""
    found: dict[Any, str] = {}
    for question in sheet.questions:
        parts = [] if question.manual else question.parts
        if len(parts) == 1 and parts[0].answer_type.counts and isinstance(parts[0].expected, int):
            found.setdefault(parts[0].expected, question.id)
    return found


def is_unexplained(verdict: Verdict) -> bool:
    """Whether an answer is a wrong whole number that no mistake explains, too large for chance."""
    return (
        verdict.status == "wrong"
        and not verdict.mistakes
        and isinstance(verdict.read, int)
        and not isinstance(verdict.read, bool)
        and verdict.read >= SMALL
    )


def with_neighbour(verdict: Verdict, owners: Mapping[Any, str]) -> Verdict:
    """A verdict with a note if its wrong number is the right answer to another question."""
    if not is_unexplained(verdict) or owners.get(verdict.read, verdict.id) == verdict.id:
        return verdict
    from convcalc.homework.mistakes import MISTAKES

    hint = MISTAKES[_MISTAKE].line if verdict.hint_level else verdict.hint
    return replace(verdict, mistakes=[(_MISTAKE, "might")], hint=hint)


def by_question(
    ids: Mapping[str, str], values: Mapping[str, Any], max_notes: int
) -> tuple[dict[str, Any], list[str]]:
    """Answers by question, with parts such as ``q5.1.shape`` put together; and notes on unknown names.

    Args:
        ids: the questions' ids by their lower-case form.
        values: the answers as written.
        max_notes: the most unknown names in notes.
    """
    found: dict[str, Any] = {}
    cells: dict[str, dict[str, Any]] = {}
    notes: list[str] = []
    for name, raw in values.items():
        lower = str(name).lower()
        head, dot, part = lower.partition(".")
        identity = ids.get(lower) or ids.get(head)
        if identity is None:
            if len(notes) < max_notes:
                shown = repr(shortened(str(name), 40))
                notes.append(f"{shown} is not a question of this sheet; ignored")
        elif dot and lower not in ids:
            cells.setdefault(identity, {})[part] = raw
        else:
            found[identity] = raw
    for identity, parts in cells.items():
        whole = found.get(identity)
        if isinstance(whole, dict):
            found[identity] = {**whole, **parts}
        elif is_blank(whole):
            found[identity] = parts
        else:
            one = shortened(f"{identity}.{next(iter(parts))}", 40)
            notes.append(f"{one!r} is not read, because {identity} is answered as a whole")
    return found, notes
