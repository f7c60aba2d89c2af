"""Formats for programs: JSON and JSON lines. Every row, plain numbers, stable keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from convcalc.formats.base import Format, RowsAlone, View, output_format
from convcalc.report import SCHEMA
from convcalc.text import escape_json

if TYPE_CHECKING:
    from convcalc.report import Report


_ENCODER = json.JSONEncoder(ensure_ascii=False)  # json.dumps would make one for each row


def _json(value: Any) -> str:
    """JSON text with unescaped letters and without control characters."""
    return escape_json(_ENCODER.encode(value))


@output_format("json", suffix=".json")
class Json(Format):
    """JSON with the documented keys: ``schema`` first, one line per row."""

    folds = False
    whole_rows = True

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


@output_format("jsonl", suffix=".jsonl")
class JsonLines(RowsAlone):
    """One JSON object per row, on a line each; a report with facts only is one line."""

    whole_rows = True

    def lines(self, report: Report, view: View | None = None) -> Iterator[str]:
        if report.key:
            yield from (_json(report.as_dict(row)) for row in report.rows)
        else:
            yield _json(report.to_dict())
