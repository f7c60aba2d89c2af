"""Formats for programs: JSON, JSON lines and CSV. Every row, plain numbers, stable keys."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from convcalc.formats.base import Format, View, output_format
from convcalc.report import SCHEMA
from convcalc.text import escape_json, guard_cell, printable

if TYPE_CHECKING:
    from convcalc.report import Report


_ENCODER = json.JSONEncoder(ensure_ascii=False)  # json.dumps would make a new one for each row


def _json(value: Any) -> str:
    """JSON text, with the letters as they are and no raw control character."""
    return escape_json(_ENCODER.encode(value))


@output_format("json", suffix=".json")
class Json(Format):
    """The contract: ``schema`` first, one line per row."""

    folds = False

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        parts: dict[str, Any] = {"schema": SCHEMA, **report.facts}
        yield "{"
        for key, value in parts.items():
            yield f"  {_json(key)}: {_json(value)},"
        if report.key:
            yield f"  {_json(report.key)}: ["
            last = len(report.rows) - 1
            for i, row in enumerate(report.rows):
                yield f"    {_json(report.as_dict(row))}{',' if i < last else ''}"
            yield "  ],"
            if report.totals:
                yield f'  "totals": {_json(report.totals)},'
        yield f'  "notes": {_json(report.all_notes)}'
        yield "}"


class _Rows(Format):
    """A format that has no place for notes."""

    folds = False
    rows_alone = True

    def asides(self, report: Report, view: View | None = None) -> Iterator[str]:
        """The notes, without which numbers may mean something else."""
        return (printable(f"note: {note}") for note in report.all_notes)


@output_format("jsonl", suffix=".jsonl")
class JsonLines(_Rows):
    """One JSON object per row, a line each; a report of facts alone is one line."""

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        if report.key:
            yield from (_json(report.as_dict(row)) for row in report.rows)
        else:
            yield _json(report.to_dict())


class _Line:
    """A file for the csv writer that hands on each line."""

    def write(self, text: str) -> str:
        return text


@output_format("csv", suffix=".csv")
class Csv(_Rows):
    """One line per row under a line of column keys; no totals, so that sums come out right.

    A report of text alone, such as a manual page, has one column.
    """

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        writer = csv.writer(_Line(), lineterminator="")
        if not report.columns:
            yield "text"
            yield from (str(writer.writerow([guard_cell(line)])) for line in report.text())
            return
        yield str(writer.writerow([column.key for column in report.columns]))
        for row in report.rows:
            values = [column.plain(column.value(row)) for column in report.columns]
            yield str(writer.writerow(list(map(_cell, values))))


def _cell(value: Any) -> Any:
    """A value as a cell: shapes as 64x112x112, nothing for what is not known, text guarded."""
    if isinstance(value, list):
        return guard_cell("x".join(map(str, value)))
    return "" if value is None else guard_cell(value)
