"""One student's answers, as they were read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from convcalc.homework.classroom.claims import Claim
from convcalc.homework.sheets.handed_in import Place


@dataclass(slots=True, eq=False)
class Answers:
    """One student's answers.

    Attributes:
        values: by question, as written: texts, lists, mappings.
        sheet, student, variant: what the file says about itself.
        path: the file.
        notes: anything unusual about it, one line each.
        claim: what a platform's table says about the row.
        place: where the files are that the answers name.
    """

    values: dict[str, Any] = field(default_factory=dict)
    sheet: str = ""
    student: str = ""
    variant: str = ""
    path: str = ""
    notes: list[str] = field(default_factory=list)
    claim: Claim | None = None
    place: Place | None = None
