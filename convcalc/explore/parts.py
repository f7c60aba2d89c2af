"""What an answer is made of: plain data that the page shows as it is.

A part is a mapping with its ``type``; `convcalc.explore.static` and the page's own script know how to show each type.
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
EDITOR = "network.yaml"  # how messages call the text of the editor


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page asks.

    Attributes:
        view: the first word of the address: a kind of layer, or chain, network, yaml, file, why.
        given: the values behind it.
        carried: whether the values are those of another view; then those that this one lacks are left out.
        data: the bytes of a file; its name is in ``given``.
    """

    view: str
    given: Given
    carried: bool = False
    data: bytes = b""


class Found(NamedTuple):
    """What is found out.

    Attributes:
        headline: the answer in one line.
        parts: what is shown.
        facts: gives what the command prints as JSON.
    """

    headline: str
    parts: list[Part]
    facts: Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view makes of what is asked.

    Attributes:
        view, given: what stands in the address.
        fields: the form.
        found: does the work; a user's errors are raised here, so that the form stays.
        command: the same on a command line, word by word; empty where there is none.
    """

    view: str
    given: Given
    fields: list[Field]
    found: Callable[[], Found]
    command: Sequence[str] = ()


def refusing(error: UsageError) -> Callable[[], Found]:
    """What is found where the form stays, but nothing can be said."""

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
    """A slider with a box for what it cannot say, such as 3x5 or same.

    Args:
        name, label: what it is called, in the address and for people.
        value: what it is set to.
        ends: the ends of the slider.
        words: what may be written instead of a number.
        usual: what holds where the box is empty.
    """
    low, high = ends
    plain = (text for text in (value, usual) if text.isascii() and text.isdigit())
    number = next((int(text) for text in plain if len(text) <= MAX_DIGITS), low)
    return {"type": "number", "name": name, "label": label, "value": value, "min": low, "max": high,
            "slider": min(max(number, low), high), "words": list(words), "usual": usual}  # fmt: skip


def text_field(name: str, label: str, value: str, usual: str = "") -> Field:
    """A box for a text of one line."""
    return {"type": "text", "name": name, "label": label, "value": value, "usual": usual}


def area_field(name: str, label: str, value: str, *, lines: int, code: bool = True) -> Field:
    """A box for a text of several lines."""
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
    """One of some words, each with what people read."""
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
    """What is wrong, and where in the text of the editor.

    Args:
        error: one that may be several.
        text: what stands in the editor.
    """
    if not isinstance(error, SpecError):
        return {"type": "error", "problems": [{"text": str(error)}]}
    problems = [_problem(each, text) for each in error.problems[:MAX_TOLD]]
    more = len(error.problems) - MAX_TOLD
    if more > 0:
        problems.append({"text": f"… and {more:,} more; fix these first"})
    return {"type": "error", "problems": problems}


def _problem(at: SpecError, text: str) -> dict[str, Any]:
    """One error, with the characters of the editor that it is about."""
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
    """How long a text is for a browser, which counts in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def rows_part(title: str, rows: Sequence[tuple[str, ...]]) -> Part:
    """Names and values, each perhaps with a remark."""
    return {"type": "rows", "title": title, "rows": [*map(list, rows)]}


def links_part(lead: str, links: Sequence[tuple[str, str]]) -> Part:
    """Addresses to go to, each with what people read."""
    return {"type": "links", "lead": lead, "links": [*map(list, links)]}


def working_part(title: str, lines: Sequence[str]) -> Part:
    """Lines in which spaces count, shown on demand."""
    return {"type": "working", "title": title, "lines": list(lines)}


def figure_part(svg: str, title: str, about: str) -> Part:
    """A picture that convcalc drew.

    Args:
        svg: in which every text is escaped.
        title: what it shows.
        about: the same in words.
    """
    return {"type": "figure", "svg": svg, "title": title, "about": about}


def table_part(report: Report, caption: str = "", asks: Callable[[Any], str] | None = None) -> Part:
    """The rows of a report.

    Args:
        report: with the rows to show.
        caption: the table's name.
        asks: what a row's first cell asks for when it is pressed; nothing where it gives nothing.
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
