"""A CSV saved by a spreadsheet: any separator, encoding, quotes and line ends, and changed ids.

Bytes that are not UTF-8 are read cell by cell, because Excel writes typed text in Windows-1252 and
keeps the bytes that it could not read.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from typing import NamedTuple

from convcalc.errors import RowError, UsageError
from convcalc.files import BYTE_MARKS, file_name, open_regular
from convcalc.homework.variants.secret import same_student
from convcalc.network.problems import Problems
from convcalc.text import printable, unguard_cell

_HEAD = 64 * 1024  # bytes in which the heading is searched
_MAX_ABOVE = 20  # most rows above the heading
_MAX_CELL = 1_000_000
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods; .xls
_LOST = "expected after"  # about a single lost row; the next row begins on the next line
_SAVE_AS = "open it in the spreadsheet and save it as CSV"
_DIGITS = 15  # digits of a number that a spreadsheet keeps
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:[.,]\d{0,20})?(?:e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)


class Row(NamedTuple):
    """One row: its number as a spreadsheet counts, and its cells as text."""

    number: int
    cells: list[str]


@dataclass(slots=True)
class _Dialect:
    """How a file is written."""

    encoding: str
    skip: int
    separator: str = ","
    quote: str = '"'
    heading: int = -1  # the position of the heading among the rows
    known: int = 0  # how many headings are known


def plain_heading(text: str) -> str:
    """A heading without details that are easily changed.

    >>> plain_heading(" Student ID "), plain_heading("student_id")
    ('studentid', 'studentid')
    """
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def read_table(path: str, headings: Collection[str], problems: Problems) -> Iterator[Row]:
    """The rows of a CSV that a spreadsheet may have saved, heading first; then the rows above it.

    Args:
        path: the file.
        headings: the expected headings, by which the separator and the heading are found.
        problems: unreadable rows are added to them.

    Raises:
        UsageError: it cannot be read, or is not a table.
    """
    name = file_name(path)
    try:
        with open_regular(path, follow=True) as file:
            head = file.read(_HEAD)
            found = _dialect_of(head, headings, name)
            file.seek(found.skip)
            text = io.TextIOWrapper(file, found.encoding, errors="replace", newline="")
            yield from _rows(text, found, name, problems)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{name}: cannot be read: {reason}; save it as CSV again") from None


def _rows(text: Iterable[str], found: _Dialect, name: str, problems: Problems) -> Iterator[Row]:
    """The heading, the rows below it, and those above it."""
    csv.field_size_limit(_MAX_CELL)
    above: list[Row] = []
    lines = iter(text)
    first = next(lines, "")
    # Such a line only names the separator; a spreadsheet neither shows it nor counts it as a row.
    skipped = bool(found.heading) and first.strip("\"' ").lower().startswith("sep=")
    rest = lines if skipped else chain([first], lines)
    reader = csv.reader(rest, delimiter=found.separator, quotechar=found.quote, strict=True)
    for place, row in enumerate(readable_rows(reader, name, problems, _SAVE_AS), start=skipped):
        shown = Row(row.number, [_readable(cell, found.encoding) for cell in row.cells])
        if place < found.heading:
            above.append(shown)
        else:
            yield shown
    yield from above


def readable_rows(
    reader: Iterator[list[str]], name: str, problems: Problems, way_out: str
) -> Iterator[Row]:
    """The rows of a CSV; unreadable rows are added to the problems, and reading continues.

    Args:
        reader: reads the table.
        name: its name in messages.
        problems: what is wrong with it.
        way_out: the advice in messages.
    """
    number = 0
    while True:
        number += 1
        try:
            yield Row(number, next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            what = f"cannot be read ({error}); a quotation mark is probably not closed: {way_out}"
            problems.add(RowError(name, number, what))
            if _LOST not in str(error):
                return


def _dialect_of(head: bytes, headings: Collection[str], name: str) -> _Dialect:
    """How a file is written: the separator and quotes that find the most headings at its beginning."""
    if head.startswith(_WORKBOOKS):
        raise UsageError(f"{name}: is a workbook, not CSV; {_SAVE_AS}")
    encoding, skip = _encoding_of(head)
    text = head[skip:].decode(encoding, "replace")
    best = _Dialect(encoding, skip)
    for separator in (",", ";", "\t", "|"):
        for quote in ('"', "'"):
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quotechar=quote)
            with suppress(csv.Error):
                for place, cells in enumerate(islice(reader, _MAX_ABOVE)):
                    bare = {plain_heading(cell) for cell in cells if cell.strip()[:1] not in "'\""}
                    known = len(bare & set(headings))
                    if known > best.known:
                        best = _Dialect(encoding, skip, separator, quote, place, known)
    return best


def _encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding of a file, and the length of its byte-order mark; latin-1 for all one-byte encodings."""
    if head.startswith(BYTE_MARKS):
        return ("utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"), 2
    if head.startswith(codecs.BOM_UTF8):
        return "latin-1", 3
    for encoding, start in (("utf-16-le", 1), ("utf-16-be", 0)):
        if head[start::2].count(0) > len(head) // 4:
            return encoding, 0
    return "latin-1", 0


def _readable(cell: str, encoding: str) -> str:
    """A cell as it was written; text damaged by a wrong encoding is repaired."""
    if cell.isascii():
        return cell
    if encoding == "latin-1":
        raw = cell.encode("latin-1")
        try:
            cell = raw.decode("utf-8")
        except UnicodeDecodeError:
            with suppress(UnicodeDecodeError):
                return raw.decode("cp1252")
            return cell
    with suppress(UnicodeError):  # UTF-8 that was read as Windows-1252, and saved as UTF-8
        return cell.encode("cp1252").decode("utf-8")
    return cell


# ----------------------------------------------------------------------- ids in a spreadsheet


def as_number(text: str) -> Decimal | None:
    """The number that a spreadsheet makes of a cell.

    >>> as_number("007") == as_number("7,0"), as_number("1E5") == as_number("100000"), as_number("s1")
    (True, True, None)
    """
    plain = text.strip()
    return Decimal(plain.replace(",", ".")) if _NUMBER.fullmatch(plain) else None


def _plain_id(text: str) -> str:
    """An id, or the name of a question, in the form in which it is compared."""
    return same_student(printable(unguard_cell(text.strip())))


@dataclass(slots=True)
class Ids:
    """Known ids, found even after a spreadsheet changed them: 007 to 7, and 1E5 to 100000."""

    _exact: dict[str, str] = field(default_factory=dict)
    _numbers: dict[Decimal, set[str]] = field(default_factory=lambda: defaultdict(set))
    _rounded: dict[int, dict[str, set[str]]] = field(default_factory=dict)
    intact: bool = False  # whether a cell was seen that a spreadsheet would have changed

    def add(self, name: str, known: str) -> None:
        """Add an id by one of its names."""
        plain = _plain_id(name)
        self._exact.setdefault(plain, known)
        number = as_number(plain)
        if number is not None:
            self._numbers[number].add(known)
            if len(plain) > _DIGITS:
                self._numbers[Decimal(f"{number:.{_DIGITS - 1}E}")].add(known)
                self._numbers[_cut(number)].add(known)

    def look(self, cell: str) -> None:
        """Learn from a cell whether numbers are still as written."""
        plain = _plain_id(cell)
        self.intact = self.intact or (plain in self._exact and _is_fragile(plain))

    def holds(self, cell: str) -> bool:
        """Whether a cell is an unchanged id."""
        return _plain_id(cell) in self._exact

    def find(self, cell: str) -> list[str]:
        """The ids that a cell may mean."""
        plain = _plain_id(cell)
        number = as_number(plain)
        alike = self._numbers.get(number, set()) if number is not None else set()
        if plain in self._exact:
            exact = self._exact[plain]
            sure = self.intact or _is_fragile(plain) or alike <= {exact}
            return [exact] if sure else sorted(alike)
        if number is not None and not alike and "e" in plain:
            digits = len(re.sub(r"\D", "", plain.partition("e")[0])) - 1
            alike = self._of_rounded(digits).get(f"{number:.{digits}E}", set())
        return sorted(alike)

    def _of_rounded(self, digits: int) -> dict[str, set[str]]:
        """The ids that have the digits of a number in the form 1.23E+11."""
        if digits not in self._rounded:
            found: dict[str, set[str]] = defaultdict(set)
            for number, known in self._numbers.items():
                found[f"{number:.{digits}E}"] |= known
            self._rounded[digits] = found
        return self._rounded[digits]


def _is_fragile(plain: str) -> bool:
    """Whether a spreadsheet changes an id when it opens it, as 007, 1e5, and more than 11 digits."""
    number = as_number(plain)
    return number is not None and (f"{number.normalize():f}" != plain or len(plain) > 11)


def _cut(number: Decimal) -> Decimal:
    """A number with only the digits that a spreadsheet keeps; the others are zeros."""
    unit = Decimal(1).scaleb(number.adjusted() - _DIGITS + 1)
    return (number // unit) * unit
