"""The parts of an answer: plain data that the page shows directly.

A part is a mapping with its ``type``; `convcalc.explore.static` and the page's script can show each type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import MAX_TOLD, ConvcalcError, SpecError, UsageError
from convcalc.formats.base import cells, total_cells
from convcalc.layers.values import MAX_DIGITS
from convcalc.text import plural, printable

if TYPE_CHECKING:
    from convcalc.report import Report

Part = dict[str, Any]
Field = dict[str, Any]
Given = dict[str, str]
EDITOR = "network.yaml"  # the name of the editor's text in messages


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the page.

    Attributes:
        view: the first word of the address: a kind of layer, or chain, network, yaml, file, why.
        given: the values after it.
        carried: whether the values come from another view; then values unknown to this view are ignored.
        data: the bytes of a file; its name is in ``given``.
    """

    view: str
    given: Given
    carried: bool = False
    data: bytes = b""


class Found(NamedTuple):
    """The result of a question.

    Attributes:
        headline: the result on one line.
        parts: what to show.
        facts: returns the command's JSON output.
    """

    headline: str
    parts: list[Part]
    facts: Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a view to a question.

    Attributes:
        view, given: the values of the address.
        fields: the form.
        found: does the work; raises a user's errors here, so that the form stays.
        command: the same on a command line, word by word; empty if there is none.
    """

    view: str
    given: Given
    fields: list[Field]
    found: Callable[[], Found]
    command: Sequence[str] = ()


def refusing(error: UsageError) -> Callable[[], Found]:
    """The result if there is an error: the form stays."""

    def found() -> Found:
        raise error

    return found


# ------------------------------------------------------------------------------------------ the form


def number_field(
    name: str,
    label: str,
    value: str,
    ends: tuple[int, int],
    words: Sequence[str] = (),
    usual: str = "",
) -> Field:
    """A slider, with a box for other values such as 3x5 or same.

    Args:
        name, label: its name in the address and for people.
        value: its current value.
        ends: the ends of the slider.
        words: words that can be written instead of a number.
        usual: the default for an empty box.
    """
    low, high = ends
    plain = (text for text in (value, usual) if text.isascii() and text.isdigit())
    number = next((int(text) for text in plain if len(text) <= MAX_DIGITS), low)
    return {"type": "number", "name": name, "label": label, "value": value, "min": low, "max": high,
            "slider": min(max(number, low), high), "words": list(words), "usual": usual}  # fmt: skip


def text_field(name: str, label: str, value: str, usual: str = "") -> Field:
    """A box for one line of text."""
    return {"type": "text", "name": name, "label": label, "value": value, "usual": usual}


def area_field(name: str, label: str, value: str, *, lines: int, code: bool = True) -> Field:
    """A box for several lines of text."""
    return {
        "type": "area",
        "name": name,
        "label": label,
        "value": value,
        "lines": lines,
        "code": code,
    }


def choice_field(
    name: str, label: str, value: str, options: Sequence[str] | Mapping[str, str]
) -> Field:
    """One of some words, each with its text for people."""
    shown = options if isinstance(options, Mapping) else {word: word for word in options}
    return {
        "type": "choice",
        "name": name,
        "label": label,
        "value": value,
        "options": [*map(list, shown.items())],
    }


# ----------------------------------------------------------------------------------------- the parts


def lines_part(lines: Sequence[str], look: str = "said") -> Part:
    """Sentences, each a paragraph.

    Args:
        lines: the sentences.
        look: said, note or small.
    """
    return {"type": "lines", "lines": list(lines), "look": look}


def error_part(error: ConvcalcError, text: str) -> Part:
    """The errors, and their places in the editor's text.

    Args:
        error: one or several errors.
        text: the text in the editor.
    """
    if not isinstance(error, SpecError):
        return {"type": "error", "problems": [{"text": str(error)}]}
    problems = [_problem(each, text) for each in error.problems[:MAX_TOLD]]
    more = len(error.problems) - MAX_TOLD
    if more > 0:
        problems.append({"text": f"… and {more:,} more; fix these first"})
    return {"type": "error", "problems": problems}


def _problem(at: SpecError, text: str) -> dict[str, Any]:
    """One error, with its characters in the editor."""
    said = printable(at.what)
    if at.path != EDITOR:
        return {"text": str(at).split("\n", 1)[0]}
    if not at.line:
        return {"text": said}
    *before_it, line = text.split("\n")[: at.line]
    before = "".join([f"{each}\n" for each in before_it])
    start = _units(before + line[: at.column - 1])
    return {"text": said, "line": at.line, "column": at.column, "start": start,
            "end": max(start + 1, _units(before + line))}  # fmt: skip


def _units(text: str) -> int:
    """The length of a text for a browser, which counts UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def rows_part(title: str, rows: Sequence[tuple[str, ...]]) -> Part:
    """Names and values, each optionally with a remark."""
    return {"type": "rows", "title": title, "rows": [*map(list, rows)]}


def links_part(lead: str, links: Sequence[tuple[str, str]]) -> Part:
    """Links, each with its text."""
    return {"type": "links", "lead": lead, "links": [*map(list, links)]}


def working_part(title: str, lines: Sequence[str]) -> Part:
    """Lines whose spaces matter, shown on demand."""
    return {"type": "working", "title": title, "lines": list(lines)}


def figure_part(svg: str, title: str, about: str) -> Part:
    """A picture drawn by convcalc.

    Args:
        svg: the SVG, with all texts escaped.
        title: its title.
        about: its description in words.
    """
    return {"type": "figure", "svg": svg, "title": title, "about": about}


def table_part(report: Report, caption: str = "", asks: Callable[[Any], str] | None = None) -> Part:
    """The rows of a report.

    Args:
        report: the report with the rows.
        caption: the table's name.
        asks: returns the question of a row's first cell, which pressing it asks; empty if it has none.
    """
    columns = report.printed_columns
    return {
        "type": "table",
        "caption": caption or report.title,
        "headings": [column.heading for column in columns],
        "right": [column.right for column in columns],
        "rows": cells(report, columns),
        "total": total_cells(report, columns),
        "asks": [asks(row) if asks else "" for row in report.rows],
        "count": plural(len(report.rows), "row"),
    }
