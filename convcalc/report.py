"""The result of a command, as plain data: rows, totals, notes. Every format prints any report.

Columns are data too: key, heading, alignment, how to get the value and how people read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from convcalc.text import plural, shortened

SCHEMA = 1  # of the JSON; raised when a key changes its meaning or goes
NOTEBOOK_ROWS = 300  # of a table in a notebook; a browser is slow with very many


def _same(value: Any) -> Any:
    """The value as it is."""
    return value


class Column(NamedTuple):
    """One column.

    Attributes:
        key: its name in JSON, CSV and ``--columns``.
        heading: its name for people.
        right: whether it is a number, set to the right.
        value: the value of a row.
        text: the value for people.
        plain: the value for programs.
        keep: the larger, the later it is left out where the terminal is narrow.
        least: characters that a text may be cut to before any column is left out; 0 if it may not.
        wraps: whether such a text goes on in further lines instead.
        whole: whether a name, as the first column, may not be shortened, since people copy it.
        for_programs: whether only formats for programs show it, since people read it elsewhere.
        about: what it means, for ``--columns help``.
    """

    key: str
    heading: str
    value: Callable[[Any], Any]
    about: str = ""
    right: bool = True
    text: Callable[[Any], str] = str
    plain: Callable[[Any], Any] = _same
    keep: int = 5
    least: int = 0
    wraps: bool = False
    whole: bool = False
    for_programs: bool = False

    @classmethod
    def of_mapping(
        cls, key: str, heading: str, text: Callable[[Any], str] = str, **settings: Any
    ) -> Column:
        """A column of rows that are mappings."""
        return cls(key, heading, lambda row: row[key], text=text, **settings)


class Shown:
    """What a notebook shows as a report."""

    __slots__ = ()

    def shown(self) -> Report:
        """The report that stands for it in a notebook."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return self.shown()._repr_html_()


@dataclass(slots=True, eq=False, repr=False)
class Report:
    """The result of a command.

    Attributes:
        title, subtitle: what it is about.
        columns: the columns to show, in order.
        rows: what they read.
        totals: sums under columns of the same key, and further numbers.
        notes: what changes the meaning of the numbers, one line each; part of the answer in every format.
        remarks: surprises that leave the numbers as they are, for people.
        footer: further lines of the answer.
        legend: how the numbers count, for people.
        facts: the keys at the top of the JSON.
        key: what the rows are called in the JSON; empty for a report of facts alone.
        row_dict: a row as JSON.
        fold: gives fewer rows, for the formats that people read; None where all are shown.
        lines: text shown instead of a table.
        lines_repeat_rows: whether the lines say what the rows say, so that a document needs only the rows.
        layout: gives, for a terminal's width or for None, lines that say what the rows say; formats
            that keep spaces show these (unless `lines_repeat_rows`), the others the rows.
        appendix: lines that follow the rows where these are shown instead of a layout or of the lines.
        tables: further tables, which stand under the rows, each with its title.
        math: lines of LaTeX's mathematics; other formats have no use for it.
        math_replaces: how many of the lines, from the first, say the same as ``math``.
        figures: pictures, each an object whose ``lines(view)`` draw it in a terminal, and whose
            ``markup()`` is the picture as part of a page, or empty.
        hint: the next useful command, for people at a terminal.
        stacks: whether each row becomes a few lines of its own where a terminal is too narrow for all columns.
        beside_rows: what was asked for besides the rows, where a format may have rows alone.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Any]
    subtitle: str = ""
    totals: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)
    legend: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    key: str = "layers"
    row_dict: Callable[[Any], dict[str, Any]] | None = None
    fold: Callable[[], Sequence[Any]] | None = None
    lines: list[str] = field(default_factory=list)
    lines_repeat_rows: bool = False
    layout: Callable[[int | None], Iterable[str]] | None = None
    appendix: list[str] = field(default_factory=list)
    tables: tuple[Report, ...] = ()
    math: list[str] = field(default_factory=list)
    math_replaces: int = 0
    figures: tuple[Any, ...] = ()
    hint: str = ""
    stacks: bool = False
    beside_rows: str = ""

    @property
    def printed_columns(self) -> list[Column]:
        """The columns that people read; none where there are no rows."""
        return [column for column in self.columns if not column.for_programs] if self.rows else []

    @property
    def all_notes(self) -> list[str]:
        """The notes and the remarks, for formats that are read by themselves."""
        return [*self.notes, *self.remarks]

    @property
    def all_lines(self) -> list[str]:
        """All that stands under the rows and the notes, for formats that are read by themselves."""
        return [*self.footer, *self.legend]

    def text(self, width: int | None = None) -> list[str]:
        """The lines, laid out for a terminal of so many columns if the report can do that."""
        return list(self.layout(width)) if self.layout else self.lines

    def document(self, format_name: str) -> Iterable[str] | None:  # noqa: ARG002 - for subclasses
        """The report in its own layout; None where the format's usual one is right."""
        return None

    def as_dict(self, row: Any) -> dict[str, Any]:
        """A row as plain JSON data."""
        if self.row_dict:
            return self.row_dict(row)
        return {column.key: column.plain(column.value(row)) for column in self.columns}

    def to_dict(self) -> dict[str, Any]:
        """The whole report as plain JSON data."""
        data: dict[str, Any] = {"schema": SCHEMA, **self.facts}
        if self.key:
            data[self.key] = [self.as_dict(row) for row in self.rows]
            if self.totals:
                data["totals"] = self.totals
        data["notes"] = self.all_notes
        return data

    def folded(self) -> Report:
        """The same with blocks that repeat shown once, for the formats that people read."""
        return replace(self, rows=self.fold()) if self.fold else self

    def _repr_html_(self) -> str:
        from convcalc.formats import FORMATS  # noqa: PLC0415 - notebooks only

        shown = self.folded()
        count = len(shown.rows)
        if count > NOTEBOOK_ROWS:
            said = f"the first {NOTEBOOK_ROWS} of {count:,} rows; to_dict() has them all"
            shown = replace(shown, rows=shown.rows[:NOTEBOOK_ROWS], notes=[said, *self.notes])
        return "".join(f"{line}\n" for line in FORMATS["html"].fragment(shown))

    def __repr__(self) -> str:
        said = self.title or "".join(self.lines[:1])
        return f"<Report {shortened(said)}: {plural(len(self.rows), 'row')}>"

    def __str__(self) -> str:
        from convcalc.formats import FORMATS  # noqa: PLC0415 - a report must not cost the formats

        table = FORMATS["table"]
        return "\n".join([*table.lines(self), *table.asides(self)])
