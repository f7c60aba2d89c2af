"""The right answers of a sheet, for the teacher: on a separate page after the questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from convcalc.text import escape_html, escape_latex, escape_markdown

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Question, Sheet

_TITLE = "Answers"
_BY_A_PERSON = "marked by a person"
_BY_RULES = "every network that keeps the rules"


def right_answers(question: Question) -> list[str]:
    """The right answer of each part, with the part's name if it has one."""
    if question.manual:
        return [_BY_A_PERSON]
    texts = [
        f"{f'{part.name}: ' if part.name else ''}{part.answer_type.text(part.expected)}"
        for part in question.parts
        if part.expected is not None
    ]
    return texts or [_BY_RULES]


def text_key(sheet: Sheet) -> Iterator[str]:
    """The answers for a terminal."""
    yield from ("", _TITLE)
    width = max((len(question.id) for question in sheet.questions), default=0)
    for question in sheet.questions:
        for place, text in enumerate(right_answers(question)):
            yield f"    {'' if place else question.id:{width}}  {text}"


def _markdown_key(sheet: Sheet) -> Iterator[str]:
    """The answers in Markdown."""
    yield from ("", f"## {_TITLE}", "")
    for question in sheet.questions:
        yield f"- **{question.id}.** {escape_markdown('; '.join(right_answers(question)))}"


def _html_key(sheet: Sheet) -> Iterator[str]:
    """The answers in HTML, on a separate page when printed."""
    yield f'<section style="break-before:page"><h2>{_TITLE}</h2>'
    yield "<dl>"
    for question in sheet.questions:
        texts = "<br>".join(map(escape_html, right_answers(question)))
        yield f"<dt>{escape_html(question.id)}</dt><dd>{texts}</dd>"
    yield "</dl></section>"


def _latex_key(sheet: Sheet) -> Iterator[str]:
    """The answers in LaTeX, on a separate page."""
    yield from (r"\clearpage", rf"\section*{{{_TITLE}}}", r"\begin{description}")
    for question in sheet.questions:
        texts = r" \\ ".join(map(escape_latex, right_answers(question)))
        yield rf"\item[{{{escape_latex(question.id)}}}] {texts}"
    yield r"\end{description}"


_KEYS: dict[str, Callable[[Sheet], Iterator[str]]] = {
    "markdown": _markdown_key,
    "html": _html_key,
    "latex": _latex_key,
}
_HAS_END = {"html", "latex"}  # its last line closes the page


def with_key(page: Iterator[str], sheet: Sheet, format_name: str) -> Iterator[str]:
    """A page of a sheet, followed by its answers."""
    lines = list(page)
    end = len(lines) - (1 if format_name in _HAS_END else 0)
    yield from lines[:end]
    yield from _KEYS[format_name](sheet)
    yield from lines[end:]
