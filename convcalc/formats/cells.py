"""CSV: cells with commas between them, for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from convcalc.formats.base import RowsAlone, View, output_format
from convcalc.text import guard_cell

if TYPE_CHECKING:
    from convcalc.report import Report


class _Line:
    """A file for the csv writer that passes on each line."""

    def write(self, text: str) -> str:
        return text


@output_format("csv", suffix=".csv")
class Csv(RowsAlone):
    """One line per row under a line of column keys; no totals, because people sum the columns.

    A report that is only text, such as a manual page, has one column.
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
    """A value as a cell: shapes as 64x112x112, unknown values empty, text guarded."""
    if isinstance(value, list):
        return guard_cell("x".join(map(str, value)))
    return "" if value is None else guard_cell(value)
