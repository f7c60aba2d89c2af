"""A student's own numbers, and remarks on homework options without effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convcalc.cli.output import remark
from convcalc.text import printable

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Sheet


def own_sheet(sheet: Sheet, student: str | None, secret_file: str | None) -> Sheet:
    """The sheet, with a student's own numbers if the options ask for them.

    Raises:
        UsageError: only one of the two options is given, or the secret cannot be read.
    """
    if not student and not secret_file:
        return sheet
    from convcalc.homework.variants.draw import student_sheet

    found = student_sheet(sheet, student, secret_file)
    tell_unused_secret(sheet, secret_file)
    return found


def tell_unused_secret(sheet: Sheet, secret_file: str | None) -> None:
    """Say that a secret has no effect, if no numbers of the sheet vary."""
    from convcalc.homework.variants.draw import varies

    if secret_file and not varies(sheet):
        remark("note: no numbers of this sheet vary, so --secret-file changes nothing")


def tell_unused_variants(sheet: Sheet, variants: int) -> None:
    """Say that ``--variants`` has no effect, if no numbers of the sheet vary."""
    from convcalc.homework.variants.draw import varies

    if not varies(sheet):
        remark(f"note: no numbers of this sheet vary, so --variants {variants} changes nothing")


def tell_unused(sheet: Sheet, given: Mapping[str, Any], out: str | None) -> None:
    """Say which options of ``hw grade`` have no effect: a secret, and ``--add`` if there are no grades yet."""
    from convcalc.homework.classroom.earlier_run import holds_grades

    tell_unused_secret(sheet, "" if given["anon"] else given["secret_file"])
    if given["add"] and out and not holds_grades(out):
        remark(f"note: {printable(out)} has no grades yet, so --add starts them")
