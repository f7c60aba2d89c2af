"""A page of feedback for a student, in Markdown and in HTML: each question with the student's
numbers, the answer as it was read, and a hint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from convcalc.homework.classroom.grader import Entry, PartRow
from convcalc.homework.classroom.own_files import MARK
from convcalc.pages import PAGE_END, page_start
from convcalc.text import VERDICTS, escape_html, escape_markdown

_SIGNS = {
    **VERDICTS, "other-convention": "✓ under another convention",
    "follow-through": "✓ follows from your own row", "blank": "not answered", "by-hand": "to be marked by a person", "marked": "marked by a person",
}  # fmt: skip
_COLUMNS = ("question", "your answer", "read as", "", "points", "comment")
_KEY_COLUMN = "right answer"
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse}th,td{border:1px solid #999;padding:.2em .6em;text-align:left;"
    "vertical-align:top}h2{font-size:1.1em;margin-bottom:.2em}"
    "section{break-inside:avoid}div{overflow-x:auto}@media print{div{overflow:visible}}"
)


@dataclass(slots=True)
class Heading:
    """The text above the questions.

    Attributes:
        title: the sheet's title, and whose page it is.
        points: the points reached and possible.
        rest: the variant and the rules of the sheet.
        notes: anything unusual.
    """

    title: str
    points: str
    rest: str
    notes: Sequence[str]


class Paper:
    """One way to write a page.

    Args:
        with_answers: whether the right answers are shown.
    """

    suffix: ClassVar[str]
    about: ClassVar[str]
    escape: ClassVar[Callable[[str], str]]

    def __init__(self, *, with_answers: bool) -> None:
        self.with_answers = with_answers

    def page(self, heading: Heading, sections: Sequence[str], later: str) -> str:
        """The whole page; it ends with what is not marked yet."""
        raise NotImplementedError

    def section(self, entry: Entry) -> str:
        """A question and the marking of its answer."""
        raise NotImplementedError

    def columns(self) -> tuple[str, ...]:
        """The headings of the table under each question."""
        return (*_COLUMNS, _KEY_COLUMN) if self.with_answers else _COLUMNS

    def cells(self, row: PartRow) -> Iterator[str]:
        """The cells of one part of an answer, escaped."""
        read = "" if row.read in (row.given, "text") else row.read
        of = f"{row.points} of {row.max}" if row.status != "by-hand" else ""
        name = f"{row.question} {row.part}".strip()
        yield from map(type(self).escape, (name, row.given, read, _SIGNS[row.status], of, row.note))
        if self.with_answers:
            yield type(self).escape(row.expected)


class Markdown(Paper):
    """A page in Markdown for GitHub and notebooks."""

    suffix = ".md"
    about = "a page for each student"
    escape = escape_markdown

    def page(self, heading: Heading, sections: Sequence[str], later: str) -> str:
        lines = [
            MARK,
            f"# {escape_markdown(heading.title)}",
            "",
            f"**{heading.points} points**{escape_markdown(heading.rest)}",
            "",
            *(f"- note: {escape_markdown(note)}" for note in heading.notes),
            *[""] * bool(heading.notes),  # otherwise the first question would belong to the list
        ]
        end = f"\n{escape_markdown(later)}\n" if later else ""
        return "\n".join(lines) + "\n" + "\n".join(sections) + end

    def section(self, entry: Entry) -> str:
        columns = self.columns()
        lines = [
            f"**{escape_markdown(entry.result.id)}.** {escape_markdown(entry.sentence)}",
            "",
            "|" + "|".join(f" {name} " if name else " " for name in columns) + "|",
            "|" + "---|" * len(columns),
            *(f"| {' | '.join(self.cells(row))} |" for row in entry.rows),
        ]
        return "\n".join(lines) + "\n"


class Html(Paper):
    """A page in HTML, without scripts and external files."""

    suffix = ".html"
    about = "the same for a browser"
    escape = escape_html

    def page(self, heading: Heading, sections: Sequence[str], later: str) -> str:
        title = escape_html(heading.title)
        notes = "".join(f"<li>note: {escape_html(note)}</li>" for note in heading.notes)
        lines = [
            MARK,
            *page_start(heading.title, _STYLE),
            f"<h1>{title}</h1>",
            f"<p><strong>{heading.points} points</strong>{escape_html(heading.rest)}</p>",
            f"<ul>{notes}</ul>" if notes else "",
            *sections,
            f"<p>{escape_html(later)}</p>" if later else "",
            PAGE_END,
        ]
        return "\n".join(filter(None, lines)) + "\n"

    def section(self, entry: Entry) -> str:
        heads = "".join(f'<th scope="col">{name or "verdict"}</th>' for name in self.columns())
        rows = "".join(
            f"<tr>{''.join(f'<td>{cell}</td>' for cell in self.cells(row))}</tr>"
            for row in entry.rows
        )
        return (
            f"<section><h2>{escape_html(entry.result.id)}</h2>\n<p>{escape_html(entry.sentence)}</p>\n"
            f"<div><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></section>"
        )


PAPERS: tuple[type[Paper], ...] = (Markdown, Html)
