"""The result of a command, as plain data: rows, totals, notes. Every format prints any report.

Columns are data too: key, heading, alignment, how to get the value and how to print it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from convcalc.text import plural, shortened

SCHEMA = 1  # of the JSON; raised when a key changes its meaning or is removed
NOTEBOOK_ROWS = 300  # rows of a table in a notebook; browsers are slow with more


def _same(value: Any) -> Any:
    """The value as it is."""
    return value


class Column(NamedTuple):
    """One column.

    Attributes:
        key: its name in JSON, CSV and ``--columns``.
        heading: its heading in tables.
        right: whether it is a number, aligned right.
        value: gets the value from a row.
        text: the value as text for people.
        plain: the value as data for programs.
        keep: columns with a larger number are left out later when the terminal is narrow.
        least: characters to which a text may be cut before a column is left out; 0 if it may not be cut.
        wraps: whether such a text continues on more lines instead.
        whole: whether a name in the first column must not be shortened, because people copy it.
        for_programs: whether only formats for programs show it, because people read it elsewhere.
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
        """A column of rows that are dicts."""
        return cls(key, heading, lambda row: row[key], text=text, **settings)


class Shown:
    """An object that a notebook shows as a report."""

    __slots__ = ()

    def shown(self) -> Report:
        """The report that a notebook shows."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return self.shown()._repr_html_()


@dataclass(slots=True, eq=False, repr=False)
class Report:
    """The result of a command.

    Attributes:
        title, subtitle: the subject of the report.
        columns: the columns to show, in order.
        rows: the data of the columns.
        totals: sums under the columns with the same key, and further numbers.
        notes: facts that change the meaning of the numbers, one line each; shown in every format.
        remarks: surprises that do not change the numbers, for people.
        footer: further lines of the answer.
        legend: how things are counted, for people.
        facts: keys at the top level of the JSON.
        key: the name of the rows in the JSON; empty for a report with facts only.
        row_dict: a row as JSON.
        fold: returns fewer rows, for the formats that people read; None if all are shown.
        lines: text instead of a table.
        lines_repeat_rows: whether the lines only repeat the rows; then a document needs only the rows.
        layout: returns, for a terminal's width or None, lines with the same content as the rows; formats
            that keep spaces show these (unless `lines_repeat_rows`), the others show the rows.
        appendix: lines after the rows, if these are shown instead of a layout or the lines.
        tables: further tables under the rows, each with its title.
        math: lines in LaTeX's math notation; other formats do not use it.
        math_replaces: how many of the first lines have the same content as ``math``.
        figures: pictures, each an object whose ``lines(view)`` draw it in a terminal, and whose
            ``markup()`` is the picture as part of a page, or empty.
        hint: a useful next command, for people at a terminal.
        stacks: whether each row is shown on several lines if a terminal is too narrow for all columns.
        beside_rows: what the user wanted besides the rows, for formats that can only have rows.
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
        """The columns that people read; empty without rows."""
        return [column for column in self.columns if not column.for_programs] if self.rows else []

    @property
    def all_notes(self) -> list[str]:
        """The notes and the remarks, for formats that contain both."""
        return [*self.notes, *self.remarks]

    @property
    def all_lines(self) -> list[str]:
        """Everything under the rows and notes, for formats that contain all of it."""
        return [*self.footer, *self.legend]

    def text(self, width: int | None = None) -> list[str]:
        """The lines, laid out for this terminal width if the report can do that."""
        return list(self.layout(width)) if self.layout else self.lines

    def document(self, format_name: str) -> Iterable[str] | None:  # noqa: ARG002 - for subclasses
        """The report in its own layout; None for the format's usual layout."""
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
        """The same report with repeated blocks shown once, for the formats that people read."""
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
        from convcalc.formats import FORMATS  # noqa: PLC0415 - a report must not import the formats

        table = FORMATS["table"]
        return "\n".join([*table.lines(self), *table.asides(self)])
