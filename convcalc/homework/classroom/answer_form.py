"""An answer file to fill in: YAML with each question above the place for its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator

from convcalc.homework.sheets.forms import answer_help, is_table
from convcalc.homework.sheets.render import points_suffix
from convcalc.homework.sheets.sheet import Sheet
from convcalc.text import escape_json, one_line, wrap

_COLUMNS = 100
_MARK = "#| "  # before other lines; a line "# q1: 28" would be read as an answer


def answer_form(sheet: Sheet) -> Iterator[str]:
    """The file of a student's sheet, line by line."""
    variant = f", variant {sheet.variant}" if sheet.variant else ""
    yield from _remark(f"{sheet.title}{variant}")
    yield from _remark("Write each answer after its name, save the file, and submit it.")
    yield from _remark("An answer of several lines begins on the next line, after some spaces.")
    yield "convcalc_answers: 1"
    for key, text in (("sheet", sheet.id), ("student", sheet.student), ("variant", sheet.variant)):
        if text:
            yield f"{key}: {escape_json(json.dumps(text, ensure_ascii=False))}"
    yield "name:"
    yield "answers:"
    for question in sheet.questions:
        yield ""
        yield from _remark(f"{question.id}{points_suffix(question)}: {question.sentence}")
        yield from _remark(f"Answer: {answer_help(question)}")
        yield f"  {question.id}:"
        if len(question.parts) > 1 and not is_table(question) and not question.task.takes_file:
            yield from (f"    {part.name}:" for part in question.parts)


def _remark(text: str) -> Iterator[str]:
    """A sentence as lines that no reader takes for an answer."""
    yield from wrap(f"{_MARK}{one_line(text)}", _COLUMNS, _MARK)
