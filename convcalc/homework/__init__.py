"""Homework: sheets, answers in any notation, mistakes by name, marking and hints.

>>> from convcalc.homework import check, loads
>>> sheet = loads('''
... convcalc_sheet: 1
... id: ps1
... questions:
...   - {id: q4, type: params, given: {k: 5, c_in: 3, filters: 10}}
... ''')
>>> check(sheet, "q4", "760").right
True
>>> check(sheet, "q4", 260).hint
'How deep is one filter?'

`load` and `loads` read a `Sheet` of `Question`s; `check` marks one answer and returns a `Result`;
`assert_right` raises `WrongAnswer` instead, with the hint as its message (for nbgrader and otter);
`mark` marks a whole sheet. None of them writes anything to stdout or stderr.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = [
    "Marked",
    "Question",
    "Result",
    "Sheet",
    "Verdict",
    "WrongAnswer",
    "as_written",
    "assert_right",
    "check",
    "load",
    "loads",
    "mark",
]

if TYPE_CHECKING:
    import os

    from convcalc.homework.answers.written import as_written
    from convcalc.homework.marking.mark import Marked, Result, Verdict, mark
    from convcalc.homework.sheets.read import load, loads
    from convcalc.homework.sheets.sheet import Question, Sheet

_HOMES = {
    "Marked": "marking.mark",
    "Result": "marking.mark",
    "Verdict": "marking.mark",
    "mark": "marking.mark",
    "Question": "sheets.sheet",
    "Sheet": "sheets.sheet",
    "load": "sheets.read",
    "loads": "sheets.read",
    "as_written": "answers.written",
}

_SHEETS: dict[tuple[str, float, int], Any] = {}


class WrongAnswer(AssertionError):  # noqa: N818 - an answer, not an error of the program
    """An answer that is not right; the message is the hint, never the answer.

    Attributes:
        result: the `Result`.
    """

    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__(f"{result.id}: {result.hint or 'not right yet'}")


def check(
    sheet: Sheet | str | os.PathLike[str],
    question: str,
    answer: Any,
    *,
    level: int | None = None,
    numbers: dict[str, Any] | None = None,
) -> Result:
    """Mark the answer to one question of a sheet, silently.

    Args:
        sheet: a sheet, or the path of one.
        question: its id, such as ``q4``.
        answer: a text, a number, a tuple, nested lists, or an array; the name of a file below the
            current folder, if the question asks for one.
        level: the level of the hint, 0 to 4; at most the level that the sheet allows.
        numbers: the drawn numbers, if the question draws numbers per student.

    Raises:
        ConvcalcError: there is no such sheet or question, or its numbers are drawn and `numbers` is
            missing. A wrong answer raises nothing.
    """
    from convcalc.homework.answers.written import as_written
    from convcalc.homework.marking.mark import mark_question

    found: Any = sheet
    if isinstance(sheet, str) or hasattr(sheet, "__fspath__"):
        found = _sheet_at(sheet)
    asked = found[question]
    if numbers is not None and asked.vary:
        from convcalc.homework.variants.draw import draw_question

        asked = draw_question(found, asked, numbers)
    from convcalc.homework.sheets.handed_in import Folder, handed_in

    return mark_question(
        found, asked, handed_in(asked, as_written(answer), Folder("")), level=level
    )


def assert_right(
    sheet: Sheet | str | os.PathLike[str],
    question: str,
    answer: Any,
    *,
    level: int | None = None,
    numbers: dict[str, Any] | None = None,
) -> None:
    """Raise `WrongAnswer`, with the hint as its message, unless the answer is right.

    An answer that is right under another convention passes if the sheet gives all points for it.
    """
    result = check(sheet, question, answer, level=level, numbers=numbers)
    if not result.right and result.points < result.max:
        raise WrongAnswer(result)
    if not result.right and not result.max:
        raise WrongAnswer(result)


def _sheet_at(path: Any) -> Sheet:
    """A sheet by its path; read once as long as the file stays the same."""
    import os

    from convcalc.homework.sheets.read import load

    name = os.fspath(path)
    try:
        stat = os.stat(name)
    except (OSError, ValueError):
        return load(name)
    key = (os.path.abspath(name), stat.st_mtime, stat.st_size)
    if key not in _SHEETS:
        _SHEETS.clear()
        _SHEETS[key] = load(name)
    found: Sheet = _SHEETS[key]
    return found


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(f"convcalc.homework.{_HOMES[name]}"), name)
    message = f"module 'convcalc.homework' has no attribute {name!r}"
    raise AttributeError(message)
