"""A sheet as a printed page: text, Markdown, HTML, LaTeX; and as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convcalc.homework.sheets.forms import answer_help, columns_of, is_table
from convcalc.homework.sheets.key import right_answers, text_key, with_key
from convcalc.homework.sheets.points import points_number
from convcalc.pages import PAGE_END, page_start
from convcalc.report import Column, Report
from convcalc.text import escape_html, escape_latex, escape_markdown

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Question, Sheet

_COLUMNS = (
    Column.of_mapping("id", "question", right=False, keep=9),
    Column.of_mapping("type", "type", right=False, keep=4),
    Column.of_mapping("text", "text", right=False, keep=8, least=20),
    Column.of_mapping("points", "points", keep=6),
    Column.of_mapping("answer", "write", right=False, keep=5, least=12),
)
_RIGHT = Column.of_mapping("right", "right answer", right=False, keep=7, least=12)
_NAME = f"Name: {'_' * 40}"  # a line to write on


@dataclass(slots=True, eq=False, repr=False)
class Worksheet(Report):
    """A sheet as a report: rows for programs, a separate page for documents."""

    sheet: Sheet | None = None
    answers: bool = False

    def document(self, format_name: str) -> Iterator[str] | None:
        paper = _PAPERS.get(format_name)
        if not paper or self.sheet is None:
            return None
        page = paper(self.sheet)
        return with_key(page, self.sheet, format_name) if self.answers else page


def worksheet(sheet: Sheet, *, answers: bool = False) -> Worksheet:
    """The report of a sheet; with the right answers only on request."""
    return Worksheet(
        title="",
        columns=(*_COLUMNS, _RIGHT) if answers else _COLUMNS,
        rows=[_question_dict(question, answers=answers) for question in sheet.questions],
        key="questions",
        row_dict=dict,
        facts={
            "sheet": sheet.id,
            "title": sheet.title,
            "source": sheet.source,
            "variant": sheet.variant,
            "conventions": sheet.conventions.to_dict(),
            "examples": [question.id for question in sheet.questions if question.vary],
        },
        lines=[*_text(sheet), *(text_key(sheet) if answers else ())],
        sheet=sheet,
        answers=answers,
    )


def _question_dict(question: Question, *, answers: bool) -> dict[str, Any]:
    """A question as plain data."""
    right = {"right": "; ".join(right_answers(question))} if answers else {}
    return {
        "id": question.id,
        "type": question.kind,
        "text": question.sentence,
        "points": points_number(question.points),
        "parts": [part.name or None for part in question.parts],
        "answer": answer_help(question),
        **right,
    }


def points_suffix(question: Question) -> str:
    """How many points, if not one."""
    points = points_number(question.points)
    return "" if points == 1 else f" ({points} points)"


def _heading(sheet: Sheet) -> str:
    """The title with the variant."""
    return f"{sheet.title}   variant {sheet.variant}" if sheet.variant else sheet.title


def _rules(sheet: Sheet) -> str:
    """The conventions of a sheet in a sentence."""
    return f"Rules of this sheet: {sheet.conventions.sentence()}."


def _about(sheet: Sheet) -> list[str]:
    """The text between the title and the questions."""
    varied = [question.id for question in sheet.questions if question.vary]
    example = (
        f"The numbers of {', '.join(varied)} are an example: every student gets different ones."
        if varied
        else ""
    )
    return [line for line in (_rules(sheet), sheet.source, sheet.text, example) if line]


def _text(sheet: Sheet) -> Iterator[str]:
    """The sheet for a terminal."""
    yield _heading(sheet)
    yield _NAME
    yield from _about(sheet)
    for question in sheet.questions:
        yield ""
        yield f"{question.id}. {question.sentence}{points_suffix(question)}"
        yield f"    answer: {answer_help(question)}"


def _markdown(sheet: Sheet) -> Iterator[str]:
    """The sheet in Markdown."""
    yield f"# {escape_markdown(_heading(sheet))}"
    yield from ("", _NAME)
    for each in _about(sheet):
        yield from ("", escape_markdown(each))
    for question in sheet.questions:
        yield ""
        yield (f"**{question.id}.** {escape_markdown(question.sentence)}{points_suffix(question)}")
        yield from ("", f"*Answer: {escape_markdown(answer_help(question))}*")


_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:45em;margin:2em auto;padding:0 1em}"
    "h2{font-size:1em;margin:1.5em 0 0}p{margin:.2em 0}section{break-inside:avoid}.a{color:#595959}"
    ".line{display:inline-block;border-bottom:1px solid;min-width:16em;height:1.8em}"
    ".box{border:1px solid #999;margin:.5em 0}table{border-collapse:collapse;margin:.5em 0}"
    "th,td{border:1px solid #999;padding:.2em .6em;min-width:6em;height:1.6em}"
    "svg{max-width:100%;height:auto}"
)
_LINES = 8  # for a text that a person marks
_MATRIX_LINES = 5
_MAX_ROWS = 200  # for an empty table


def _space(question: Question) -> Iterator[str]:
    """Room for an answer: a line, a box, or an empty table."""
    if question.manual:
        yield _box(_LINES)
    elif is_table(question):
        columns = columns_of(question)
        rows = min(len(question.parts) // len(columns), _MAX_ROWS)
        heads = "".join(f'<th scope="col">{escape_html(name)}</th>' for name in ("layer", *columns))
        empty = f"<tr>{'<td></td>' * (len(columns) + 1)}</tr>"
        yield f"<table><thead><tr>{heads}</tr></thead><tbody>{empty * rows}</tbody></table>"
    else:
        for part in question.parts[: 1 if question.task.takes_file else None]:
            named = part.name and not question.task.takes_file
            name = f"{escape_html(part.name)}: " if named else ""
            if part.answer_type.takes_lines:
                yield f"<p>{name}</p>{_box(_MATRIX_LINES)}" if name else _box(_MATRIX_LINES)
            else:
                yield f'<p>{name}<span class="line"></span></p>'


def _box(lines: int) -> str:
    """An empty box with this many lines."""
    return f'<div class="box" style="height:{1.5 * lines:g}em"></div>'


def html_page(sheet: Sheet) -> Iterator[str]:
    """One HTML page, without scripts or links."""
    yield from page_start(_heading(sheet), _STYLE)
    yield f"<h1>{escape_html(_heading(sheet))}</h1>"
    yield '<p>Name: <span class="line"></span></p>'
    yield from _html_questions(sheet, _space)
    yield PAGE_END


def html_part(sheet: Sheet) -> Iterator[str]:
    """The questions as a part of a page, without room for answers."""
    yield f"<p><strong>{escape_html(_heading(sheet))}</strong></p>"
    yield from _html_questions(sheet, _no_space)


def _no_space(question: Question) -> Iterator[str]:
    """No room for an answer."""
    del question
    yield from ()


def _html_questions(sheet: Sheet, space: Callable[[Question], Iterator[str]]) -> Iterator[str]:
    """The rules, and the questions with some room for answers."""
    for each in _about(sheet):
        yield f"<p>{escape_html(each)}</p>"
    for question in sheet.questions:
        yield f"<section><h2>{escape_html(question.id)}{points_suffix(question)}</h2>"
        answer = f'<span class="a">Answer: {escape_html(answer_help(question))}</span>'
        yield f"<p>{escape_html(question.sentence)}<br>{answer}</p>"
        if question.picture:
            yield f"<p>{question.picture.markup('light')}</p>"
        yield from space(question)
        yield "</section>"


def _latex(sheet: Sheet) -> Iterator[str]:
    """A LaTeX document."""
    yield r"\documentclass{article}"
    yield r"\usepackage[utf8]{inputenc}"
    yield r"\begin{document}"
    yield rf"\section*{{{escape_latex(_heading(sheet))}}}"
    yield from (r"\noindent Name: \hrulefill", "")
    for each in _about(sheet):
        yield from (escape_latex(each), "")
    yield r"\begin{description}"
    for question in sheet.questions:
        sentence = f"{escape_latex(question.sentence)}{points_suffix(question)}"
        yield rf"\item[{{{escape_latex(question.id)}}}] {sentence}"
        yield rf"  \\ \emph{{Answer: {escape_latex(answer_help(question))}}}"
    yield from (r"\end{description}", r"\end{document}")


_PAPERS: dict[str, Callable[[Sheet], Iterator[str]]] = {
    "markdown": _markdown,
    "html": html_page,
    "latex": _latex,
}
