"""Points given by a person: read from any spreadsheet, counted once everywhere, and never lost."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
import re
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcalc.errors import ConvcalcError
from convcalc.homework import Sheet, loads
from convcalc.homework.classroom.by_hand_table import read_marks
from convcalc.homework.classroom.manual_marks import COLUMNS, Counted, Marks
from convcalc.homework.classroom.regrade import regrade
from convcalc.homework.classroom.roster import parse
from convcalc.homework.classroom.runs import Options, grade
from convcalc.homework.classroom.spreadsheet import Ids
from convcalc.homework.classroom.stats import class_totals
from convcalc.homework.sheets.points import typed_points
from strategies import few

SECRET = b"an old and well kept secret"
SHEET = """
convcalc_sheet: 1
id: ps
title: Small sheet
questions:
  - {id: q1, type: volume, given: {n: 32, k: 5, c_in: 3, filters: 6}, points: 3}
  - {id: q2, type: params, given: {k: 5, c_in: 3, filters: 10}}
  - {id: q3, type: text, text: Why?, points: 2}
  - {id: q4, type: text, text: What else?, points: 1}
"""
Table = list[list[str]]


@pytest.fixture
def sheet() -> Sheet:
    return loads(SHEET)


def read_csv(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def save(
    path: Path, table: Sequence[Sequence[str]], encoding: str = "utf-8", **dialect: Any
) -> None:
    """Write a table in a spreadsheet's dialect, with the standard library."""
    if dialect.get("lineterminator") == "\r":  # the library quotes no other line ends
        dialect.setdefault("quoting", csv.QUOTE_ALL)
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows(table)
    path.write_bytes(text.getvalue().encode(encoding))


def marks_of(
    folder: Path, sheet: Sheet, students: Sequence[str], counted: Sequence[Counted] = ()
) -> Marks:
    return read_marks(str(folder), sheet, [(name, name) for name in students], counted)


def points_of(found: Marks) -> dict[tuple[str, str], str]:
    return {key: str(mark.value) for key, mark in found.given.items()}


def hand_in(folder: Path, **answers: str) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in answers.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ------------------------------------------------------------------------------ points as typed

# Texts of people and spreadsheets for at most 3 points. A fraction is a share of one point.
GOOD = {
    "1.5": "3/2", " 1.50 ": "3/2", "1,5": "3/2", "1,50": "3/2", "+2": "2", "0": "0", "0,0": "0", "-0": "0",
    "1/2": "1/2", "1 1/2": "3/2", "½": "1/2", "1½": "3/2", "2⅔": "8/3", "2 of 3": "2", "2 out of 3": "2",
    "50%": "3/2", "33,3 %": "999/1000", "100 %": "3", "2 points": "2", "1 pt.": "1", "2P": "2", ".5": "1/2", ",5": "1/2",
    "3.": "3", "1E+00": "1", "1,5E+00": "3/2", "'2": "2", "' +2": "2", "１.５": "3/2", "2\u00a0": "2", "1,000": "1",
    "٢": "2",
}  # fmt: skip
# Excel and LibreOffice turn a typed 1/2 and 1.2 into dates, and show errors as #…
NO_NUMBER = (
    "x", "?", "-", "n/a", "TRUE", "nan", "inf", "1.5.", "1,5,2", "1.5/2", "2 of 4", "2 of", "1/0", "1 0", "--1", "+-1",
    "#VALUE!", "#DIV/0!", "=1+1", "2;", "\x1b[31m2", "9" * 61, "%", "1e", "½½",
)  # fmt: skip
DATES = (
    "02-Jan",
    "2-Jan-2026",
    "01. Mai",
    "01.02.2026",
    "1/2/2026",
    "2026-01-02",
    "Jan 02",
    "Mai 26",
)
TOO_MANY = ("3.01", "4", "1e5", "101 %", "1e99", "7/2", "999999")
BELOW = ("-1", "−1", "-0,5", "-1/2", "- 50 %")


@pytest.mark.parametrize(("text", "value"), GOOD.items())
def test_points_are_read_as_they_are_written(text: str, value: str) -> None:
    assert typed_points(text, Fraction(3)) == Fraction(value)


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (NO_NUMBER, "is not a number of points; write a number from 0 to 3, or empty the cell"),
        (DATES, "is not a number of points (a spreadsheet may have changed it into a date); write"),
        (TOO_MANY, "is more than the 3 that there are; write a number from 0 to 3"),
        (BELOW, "is below 0; write a number from 0 to 3"),
    ],
)
def test_what_are_no_points_is_said(texts: Sequence[str], why: str) -> None:
    for text in texts:
        with pytest.raises(ValueError, match=re.escape(why)) as found:
            typed_points(text, Fraction(3))
        assert str(found.value).isprintable()


def test_a_thousand_and_one_are_not_guessed() -> None:
    with pytest.raises(ValueError, match="is not a number of points"):
        typed_points("1,000", Fraction(2000))


@given(st.fractions(0, 10, max_denominator=64))
def test_every_share_is_read_back(value: Fraction) -> None:
    assert typed_points(f"{value.numerator}/{value.denominator}", Fraction(10)) == value


# --------------------------------------------------------------------------------- spreadsheets

STUDENTS = ("s1", "s2", "s3", "ü4")
TYPED = [
    ["student_id", "variant", "question", "answer", "points", "max", "comment", "status", "earlier_answer"],
    ["s1", "", "q3", "because 5 > 3; so, it's", "1,5", "2", 'said "well"; good, très bien', "to mark", ""],
    ["s2", "", "q3", "28×28", "2", "2", "", "to mark", ""],
    ["s3", "", "q3", "", "", "2", "", "to mark", ""],
    ["s3", "", "q4", "a|b\tc", "1/2", "1", "first line\nsecond line", "to mark", ""],
    ["ü4", "", "q4", "'=1+1", "0", "1", "'-3", "to mark", ""],
]  # fmt: skip
VALUES = {("s1", "q3"): "3/2", ("s2", "q3"): "2", ("s3", "q4"): "1/2", ("ü4", "q4"): "0"}
COMMENTS = {
    ("s1", "q3"): 'said "well"; good, très bien', ("s2", "q3"): "", ("s3", "q4"): "first line\nsecond line",
    ("ü4", "q4"): "-3",
}  # fmt: skip
# Excel: "CSV" is Windows-1252 with the separator of the region, "CSV UTF-8" has a byte-order mark, "Unicode Text" is
# UTF-16 with tabs. LibreOffice offers every encoding, separator and quotation mark, and quotes for every text cell.
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
SEPARATORS = (",", ";", "\t", "|")
QUOTES: tuple[dict[str, Any], ...] = (
    {}, {"quoting": csv.QUOTE_ALL}, {"quoting": csv.QUOTE_NONNUMERIC}, {"quoting": csv.QUOTE_ALL, "quotechar": "'"},
)  # fmt: skip


def check(folder: Path, sheet: Sheet) -> None:
    found = marks_of(folder, sheet, STUDENTS)
    assert points_of(found) == VALUES
    assert {
        key: mark.comment.replace("\r\n", "\n") for key, mark in found.given.items()
    } == COMMENTS
    assert found.notes == []
    assert found.kept == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_way_to_save_a_table_is_read(encoding: str, tmp_path: Path, sheet: Sheet) -> None:
    for separator, quotes, end in itertools.product(SEPARATORS, QUOTES, ("\n", "\r\n", "\r")):
        save(
            tmp_path / "by-hand.csv",
            TYPED,
            encoding,
            delimiter=separator,
            lineterminator=end,
            **quotes,
        )
        check(tmp_path, sheet)


def _spaced(table: Table) -> Table:
    return [[f" {cell.upper()} " if not n else cell for cell in row] for n, row in enumerate(table)]


def _moved(table: Table) -> Table:
    return [[row[6], row[4], row[2], row[8], row[0], row[3], row[5]] for row in table]


def _with_ends(table: Table) -> Table:
    return [*[[*row, "", ""] for row in table], [], [""] * 11, ["", " "], []]


WAYS: dict[str, Callable[[Table], Table]] = {
    "headings in capitals": lambda table: [[cell.upper() for cell in table[0]], *table[1:]],
    "headings with spaces": _spaced,
    "other headings": lambda table: [[cell.replace("_", " ").title() for cell in table[0]], *table[1:]],
    "columns moved and left out": _moved,
    "only what is needed, and the comment": lambda table: [[r[2], r[0], r[4], r[6]] for r in table],
    "rows sorted": lambda table: [table[0], *sorted(table[1:], reverse=True)],
    "rows without points deleted": lambda table: [row for row in table if row[4]],
    "empty rows and cells at the end": _with_ends,
    "short rows": lambda table: [row[:7] for row in table],
    "the status emptied": lambda table: [row if not n else [*row[:7]] for n, row in enumerate(table)],
    "ids in capitals": lambda table: [table[0], *[[r[0].upper(), *r[1:]] for r in table[1:]]],
    "spaces around all": lambda table: [[f" {cell} " for cell in row] for row in table],
    "answers destroyed": lambda table: [table[0], *[[*r[:3], "#NAME?", *r[4:]] for r in table[1:]]],
    "most changed": lambda table: [table[0], *[[*r[:5], "99", *r[6:]] for r in table[1:]]],
    "questions in capitals": lambda table: [table[0], *[[*r[:2], r[2].upper(), *r[3:]] for r in table[1:]]],
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_every_change_of_the_form_is_read(way: str, tmp_path: Path, sheet: Sheet) -> None:
    for separator, encoding in itertools.product(SEPARATORS, ("utf-8", "utf-16", "cp1252")):
        save(tmp_path / "by-hand.csv", WAYS[way](TYPED), encoding, delimiter=separator)
        check(tmp_path, sheet)


def test_a_line_that_names_the_separator_is_no_row(tmp_path: Path, sheet: Sheet) -> None:
    path = tmp_path / "by-hand.csv"
    save(path, [*TYPED, ["nobody", "", "q3", "x", "1"]], delimiter=";")
    path.write_bytes(b"sep=;\r\n" + path.read_bytes())
    found = marks_of(tmp_path, sheet, STUDENTS)
    assert points_of(found) == VALUES
    assert "row 7:" in found.notes[0]  # Excel does not show or count the line


def test_excel_leaves_the_bytes_that_it_cannot_read_and_writes_its_own(
    tmp_path: Path, sheet: Sheet
) -> None:
    """UTF-8 without a mark is opened and saved as Windows-1252: old bytes stay, typed characters are one byte."""
    ours = "ü4,,q3,28×28,,2,,to mark,\r\n".encode()
    typed = b"s1,,q3,28\xc3\x9728,1,2,gr\xfcn,to mark,\r\n"
    head = ",".join(COLUMNS).encode() + b"\r\n"
    (tmp_path / "by-hand.csv").write_bytes(head + ours.replace(b",,2,", b",2,2,") + typed)
    found = marks_of(tmp_path, sheet, STUDENTS)
    assert points_of(found) == {("ü4", "q3"): "2", ("s1", "q3"): "1"}
    assert found.given["s1", "q3"].comment == "grün"
    assert found.given["s1", "q3"].answer == "28×28"
    # … and saved as "CSV UTF-8": wrong characters on the screen become wrong ones in the file
    wrong = (head + ours.replace(b",,2,", b",2,2,")).decode("cp1252")
    (tmp_path / "by-hand.csv").write_bytes(wrong.encode("utf-8-sig"))
    assert points_of(marks_of(tmp_path, sheet, STUDENTS)) == {("ü4", "q3"): "2"}


# ----------------------------------------------------------------------------- ids in spreadsheets

# Leading zeros vanish, E means a power of ten, more than 11 digits are shown as 1.23E+11, and 15 digits are kept:
# support.microsoft.com, "Keeping leading zeros and large numbers".
CHANGED = {
    "007": ("7", "7.0", "7,00", "7E+00", "+7"), "1E5": ("100000", "1E+05", "1,00E+05", "1.00e+05"),
    "123456789012": ("1.23457E+11", "1,23457E+11", "123456789012"),
    "12345678901234567890": ("1.23457E+19", "12345678901234500000", "12345678901234600000"),
    "+5": ("5", "'+5"), "=1+1": ("'=1+1", "=1+1"), "-3": ("-3", "'-3"), "S042": ("s042", " S042 "), "1.50": ("1.5", "1,5"),
    "@ada": ("'@ada",),
}  # fmt: skip


@pytest.mark.parametrize("student", CHANGED)
def test_an_id_is_known_again_behind_what_a_spreadsheet_made_of_it(
    student: str, tmp_path: Path, sheet: Sheet
) -> None:
    for cell in (student, *CHANGED[student]):
        save(tmp_path / "by-hand.csv", [["student_id", "question", "points"], [cell, "q3", "1"]])
        found = marks_of(tmp_path, sheet, [*CHANGED, "x1"])
        assert points_of(found) == {(student.casefold(), "q3"): "1"}, cell
        assert found.kept == []


@pytest.mark.parametrize(
    ("students", "cell"),
    [
        (("007", "7"), "7"),
        (("1E5", "100000"), "100000"),
        (("123456781111", "123456782222"), "1.23457E+11"),
        (("12345678901234567890", "12345678901234567891"), "12345678901234500000"),
    ],
)
def test_two_who_may_be_meant_are_said_and_nobody_is_marked(
    students: tuple[str, str], cell: str, tmp_path: Path, sheet: Sheet
) -> None:
    save(tmp_path / "by-hand.csv", [["student_id", "question", "points"], [cell, "q3", "1"]])
    found = marks_of(tmp_path, sheet, students)
    assert found.given == {}
    assert f"row 2: '{cell}' can be " in found.notes[0]
    assert found.kept[0]["points"] == "1"


def test_ids_as_they_were_written_are_never_mixed_up(tmp_path: Path, sheet: Sheet) -> None:
    table = [["student_id", "question", "points"], ["7", "q3", "1"], ["007", "q3", "2"]]
    save(tmp_path / "by-hand.csv", table)
    found = marks_of(tmp_path, sheet, ("007", "7"))
    assert points_of(found) == {("7", "q3"): "1", ("007", "q3"): "2"}


@pytest.mark.unmeasured
def test_many_ids_are_looked_up_in_no_time() -> None:
    ids = Ids()
    for number in range(20_000):
        ids.add(f"{number * 7_919_000_123:015}", str(number))
    for number in range(20_000):
        ids.find(f"{number * 7_919_000_123:.5E}")


# ---------------------------------------------------------------------------------- refusals


def refused(folder: Path, sheet: Sheet, students: Sequence[str] = STUDENTS) -> str:
    with pytest.raises(ConvcalcError) as found:
        marks_of(folder, sheet, students)
    return str(found.value).replace(f"{folder}/", "")


def test_points_that_cannot_be_right_are_refused_all_at_once(tmp_path: Path) -> None:
    sheet = loads(SHEET)
    hand_in(tmp_path / "in", s1="q3: x\nq4: y", s2="q3: x", s3="q3: x")
    out = tmp_path / "out"
    grade(sheet, [str(tmp_path / "in")], str(out), Options())
    table = read_csv(out / "by-hand.csv")
    for row, points in zip(table[1:], ("2.5", "-1", "two", "02-Jan")):
        row[4] = points
    save(out / "by-hand.csv", table)
    before = contents(out)
    expected = """\
by-hand.csv row 2: s1 q3: '2.5' is more than the 2 that there are; write a number from 0 to 2
by-hand.csv row 3: s1 q4: '-1' is below 0; write a number from 0 to 1
by-hand.csv row 4: s2 q3: 'two' is not a number of points; write a number from 0 to 2, or empty the cell
by-hand.csv row 5: s3 q3: '02-Jan' is not a number of points (a spreadsheet may have changed it into a date); write a number from 0 to 2, or empty the cell"""
    runs: list[Callable[[], object]] = [
        lambda: grade(sheet, [str(tmp_path / "in")], str(out), Options(force=True)),
        lambda: grade(sheet, [str(tmp_path / "in")], str(out), Options(add=True)),
        lambda: regrade(str(out), sheet),
        lambda: regrade(str(out), sheet, write=True),
    ]
    for run in runs:
        with pytest.raises(ConvcalcError) as found:
            run()
        assert re.sub(r"\S*(?=by-hand\.csv row)", "", str(found.value)) == expected
        assert {k: v for k, v in contents(out).items() if "lock" not in k} == {
            k: v for k, v in before.items() if "lock" not in k
        }


def test_points_above_a_lowered_maximum_are_refused_in_one_line(out: Path, sheet: Sheet) -> None:
    table = read_csv(out / "by-hand.csv")
    table[1][4] = "2"
    save(out / "by-hand.csv", table)
    again(out, sheet)
    lower = loads(SHEET.replace("text: Why?, points: 2", "text: Why?, points: 1"))
    with pytest.raises(ConvcalcError) as caught:
        regrade(str(out), lower, write=True)
    assert str(caught.value).replace(f"{out}/", "") == (
        "by-hand.csv row 2: s1 q3: '2' is more than the 1 that there are; write a number from 0 to 1"
    )


def test_a_long_list_of_refusals_is_cut(tmp_path: Path, sheet: Sheet) -> None:
    students = [f"s{n}" for n in range(50)]
    table = [["student_id", "question", "points"], *([name, "q3", "x"] for name in students)]
    save(tmp_path / "by-hand.csv", table)
    lines = refused(tmp_path, sheet, students).split("\n")
    assert len(lines) == 21
    assert lines[-1] == "… and 30 more; fix these first"


def test_two_rows_that_say_different_things_are_refused(tmp_path: Path, sheet: Sheet) -> None:
    head = ["student_id", "question", "points", "comment"]
    for first, second in ((("1", ""), ("2", "")), (("1", "a"), ("1", "b")), (("1", ""), ("", "b"))):
        save(tmp_path / "by-hand.csv", [head, ["s1", "q3", *first], ["S1", "Q3", *second]])
        assert refused(tmp_path, sheet) == (
            "by-hand.csv row 3: is about s1 q3, like row 2, but says something else; keep one of them"
        )
    for first, second in ((("1", "a"), ("1", "a")), (("1", "a"), ("", "")), (("", ""), ("1", "a"))):
        save(tmp_path / "by-hand.csv", [head, ["s1", "q3", *first], ["S1", "Q3", *second]])
        found = marks_of(tmp_path, sheet, STUDENTS)
        assert points_of(found) == {("s1", "q3"): "1"}


def test_a_decimal_comma_without_quotes_is_not_read_as_one(tmp_path: Path, sheet: Sheet) -> None:
    head = ",".join(COLUMNS[:7])
    (tmp_path / "by-hand.csv").write_text(f"{head}\ns1,,q3,because,1,5,2,good\n")
    assert refused(tmp_path, sheet) == (
        "by-hand.csv row 2: has 8 cells under 7 headings; write 1.5 in place of 1,5, or put the cell into "
        "quotation marks"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04\x14\x00", "is a workbook, not CSV; open it in the spreadsheet and save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1", "is a workbook, not CSV; open it in the spreadsheet and save it as CSV"),
        (b"", "has no column student_id or question or points; write the headings student_id, variant"),
        (b"\x00\x01\x02" * 99, "has no column student_id or question or points; write"),
        (b"student_id,question,grade\ns1,q3,1\n", "has no column points; write the headings"),
        (b"student_id,question,points,Points\n", "has two columns points; keep one of them"),
        (b"student_id,question,points,comment,comment\n", "has two columns comment; keep one"),
        (
            b'student_id,question,points,comment\ns1,q3,1,"good\ns2,q3,2,\n',
            "row 2: cannot be read (unexpected end of data); a quotation mark is probably not closed",
        ),
        (
            b'student_id,question,points,comment\ns1,q3,1,"good\ns2,q3,2,\ns3,q3,2,"\n',
            "row 2: one of its cells contains other rows; a quotation mark is missing before or after it",
        ),
        (b'student_id,question,points\ns1,q3,"1"x\n', "row 2: cannot be read ("),
        (b"student_id,question,points\ns1,q3,%s\n" % (b"1" * 1_000_001), "row 2: cannot be read (field larger"),
        (b"student_id,question,points,%s\n" % b",".join(b"c%d" % n for n in range(60)), "has 60 columns of your own"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_whole(
    data: bytes, message: str, tmp_path: Path, sheet: Sheet
) -> None:
    (tmp_path / "by-hand.csv").write_bytes(data)
    assert message in refused(tmp_path, sheet)


def test_what_is_no_file_is_refused(tmp_path: Path, sheet: Sheet) -> None:
    (tmp_path / "by-hand.csv").mkdir()
    assert refused(tmp_path, sheet) == (
        "by-hand.csv: cannot be read: not a regular file; save it as CSV again"
    )


@given(st.binary(max_size=300))
def test_no_bytes_give_anything_but_marks_or_a_message(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "by-hand.csv").write_bytes(b"student_id,question,points\n" + data)
        said = ""
        with suppress(ConvcalcError):
            said = "".join(marks_of(Path(folder), loads(SHEET), STUDENTS).notes)
        assert said.isprintable()


# ------------------------------------------------------------------------------ nothing is lost


@pytest.fixture
def out(tmp_path: Path, sheet: Sheet) -> Path:
    """A marked class of three."""
    hand_in(tmp_path / "in", s1="q1: 28x28x6\nq3: x\nq4: y", s2="q3: x × y", s3="q2: 760")
    grade(sheet, [str(tmp_path / "in")], str(tmp_path / "out"), Options())
    return tmp_path / "out"


def again(out: Path, sheet: Sheet, **options: Any) -> list[str]:
    """Grade the same files again; returns the output."""
    return grade(sheet, [str(out.parent / "in")], str(out), Options(force=True, **options)).notes


def test_what_is_to_mark_and_what_is_marked_is_said(out: Path, sheet: Sheet) -> None:
    assert read_csv(out / "by-hand.csv") == [
        list(COLUMNS),
        ["s1", "", "q3", "x", "", "2", "", "to mark", ""],
        ["s1", "", "q4", "y", "", "1", "", "to mark", ""],
        ["s2", "", "q3", "x × y", "", "2", "", "to mark", ""],
    ]
    table = read_csv(out / "by-hand.csv")
    table[1][4:7] = ["1,5", "2", "=nice, but why?\nSee me."]
    table[2][6] = "later"
    save(out / "by-hand.csv", table, delimiter=";")
    assert again(out, sheet) == []
    first, second, third = rows(out / "by-hand.csv")
    assert (first["points"], first["comment"], first["status"]) == (
        "1,5", "'=nice, but why?\nSee me.", "marked",
    )  # fmt: skip
    assert (second["comment"], second["status"], third["status"]) == ("later", "to mark", "to mark")
    data = json.loads((out / "summary.json").read_text())
    assert (data["to_mark"], data["marked"]) == ({"q4": 1, "q3": 1}, {"q3": 1})
    page = (out / "feedback" / "s1.md").read_text()
    assert "| q3 | x |  | marked by a person | 1.5 of 2 | =nice, but why? See me. |" in page
    assert "| q4 | y |  | to be marked by a person |  | later |" in page
    assert "To be marked by a person, not counted yet: q4 (1)." in page
    before = contents(out)
    again(out, sheet)
    assert contents(out) == before


def test_rows_that_belong_to_nobody_are_said_and_kept(out: Path, sheet: Sheet) -> None:
    table = read_csv(out / "by-hand.csv")
    table[0] += ["Who marked", ""]
    table[1][4], table[1][6] = "1", "ok"
    table[1] += ["Anna", "ask Bo"]
    table += [
        ["s9", "", "q3", "x", "1", "2", "whose?", "", "", "Bo"],
        ["s1", "", "q7", "x", "5", "2", "no such question", "", ""],
        ["s1", "", "q1", "x", "5", "2", "not by hand", "", ""],
        ["Total", "", "", "", "7"],
    ]
    table.insert(0, ["Marked by Anna"])
    save(out / "by-hand.csv", table)
    notes = [re.sub(r"\S*(?=by-hand\.csv row)", "", note) for note in again(out, sheet)]
    assert notes == [
        "by-hand.csv row 6: no student of this class has the id 's9'; kept, not counted: correct the row, or delete it",
        "by-hand.csv row 7: the sheet has no question 'q7'; kept, not counted: correct the row, or delete it",
        "by-hand.csv row 8: q1 is not marked by a person; kept, not counted: correct the row, or delete it",
        "by-hand.csv row 9: no student of this class has the id 'Total'; kept, not counted: correct the row, or delete it",
        "by-hand.csv row 1: no student of this class has the id 'Marked by Anna'; kept, not counted: correct the row, or delete it",
    ]
    fresh = read_csv(out / "by-hand.csv")
    assert fresh[0] == [*COLUMNS, "Who marked", "note"]
    assert fresh[1] == ["s1", "", "q3", "x", "1", "2", "ok", "marked", "", "Anna", "ask Bo"]
    assert [row[:1] + row[2:7] + row[9:] for row in fresh[4:]] == [
        ["s9", "q3", "x", "1", "2", "whose?", "Bo", ""],
        ["s1", "q7", "x", "5", "2", "no such question", "", ""],
        ["s1", "q1", "x", "5", "2", "not by hand", "", ""],
        ["Total", "", "", "7", "", "", "", ""],
        ["Marked by Anna", "", "", "", "", "", "", ""],
    ]
    assert [row[7] for row in fresh[4:6]] == [
        "not counted: no student of this class has the id 's9'",
        "not counted: the sheet has no question 'q7'",
    ]
    before = (out / "by-hand.csv").read_bytes()
    assert len(again(out, sheet)) == 5
    assert (out / "by-hand.csv").read_bytes() == before


@pytest.mark.unmeasured
def test_a_corrected_row_counts(out: Path, sheet: Sheet) -> None:
    table = read_csv(out / "by-hand.csv")
    table.append(["s3x", "", "q3", "told me", "2", "2", "", "", ""])
    save(out / "by-hand.csv", table)
    again(out, sheet)
    text = (out / "by-hand.csv").read_text()
    (out / "by-hand.csv").write_text(text.replace("s3x,", "s3,"))
    assert again(out, sheet) == [
        "1 answer has points for an earlier answer (s3 q3): look again, then change the points, or empty earlier_answer in by-hand.csv"
    ]
    assert [row["points"] for row in rows(out / "grades.csv")] == ["3", "0", "3"]


@pytest.mark.unmeasured
def test_points_for_a_blank_answer_count(out: Path, sheet: Sheet) -> None:
    table = read_csv(out / "by-hand.csv")
    table.append(["s3", "", "q4", "", "1", "", "told me in class"])
    save(out / "by-hand.csv", table)
    assert again(out, sheet) == []
    assert [row["points"] for row in rows(out / "grades.csv")] == ["3", "0", "2"]
    assert rows(out / "by-hand.csv")[-1]["status"] == "marked"


def test_an_answer_that_changed_keeps_its_points_and_says_so(out: Path, sheet: Sheet) -> None:
    table = read_csv(out / "by-hand.csv")
    table[1][4], table[3][4] = "1.5", "1"
    save(out / "by-hand.csv", table)
    hand_in(out.parent / "late", s1="q1: 28x28x6\nq3: better")
    summary = grade(sheet, [str(out.parent / "late")], str(out), Options(add=True))
    said = (
        "1 answer has points for an earlier answer (s1 q3): look again, then change the points, or empty "
        "earlier_answer in by-hand.csv"
    )
    assert summary.notes == [said]
    first = rows(out / "by-hand.csv")[0]
    assert (first["answer"], first["points"], first["status"], first["earlier_answer"]) == (
        "better", "1.5", "marked for an earlier answer: look again", "x",
    )  # fmt: skip
    assert [row["points"] for row in rows(out / "grades.csv")] == ["4.5", "1", "1"]
    page = (out / "feedback" / "s1.md").read_text()
    assert "| marked by a person | 1.5 of 2 | (for an earlier answer) |" in page
    assert regrade(str(out), sheet, write=True).notes == [said]  # until a person looks again
    looked = read_csv(out / "by-hand.csv")
    for place, text in ((4, "2"), (8, "")):
        table = [list(row) for row in looked]
        table[1][place] = text
        save(out / "by-hand.csv", table)
        assert regrade(str(out), sheet).notes == []
    save(out / "by-hand.csv", table)
    assert regrade(str(out), sheet, write=True).notes == []
    first = rows(out / "by-hand.csv")[0]
    assert (first["answer"], first["status"], first["earlier_answer"]) == ("better", "marked", "")


@pytest.mark.parametrize(
    ("answer", "cell"),
    [
        ("28×28 → 5", "28?28 ? 5"), ("28 → 5", "28 ? 5"), ("28×28 → 5", "28×28 ? 5"), ("1E5", "1,00E+05"), ("007", "7"),
        ("=1+1", "'=1+1"), ("Because  of x", " because of X "), ("ﬁlter", "filter"), ("0.50", "0,5"),
    ],
)  # fmt: skip
@pytest.mark.unmeasured
def test_an_answer_is_the_same_behind_what_a_spreadsheet_makes_of_it(
    answer: str, cell: str, tmp_path: Path, sheet: Sheet
) -> None:
    hand_in(tmp_path / "in", s1=f"q3: {json.dumps(answer)}")
    out = tmp_path / "out"
    grade(sheet, [str(tmp_path / "in")], str(out), Options())
    save(
        out / "by-hand.csv",
        [["student_id", "question", "answer", "points"], ["s1", "q3", cell, "1"]],
    )
    assert again(out, sheet) == []
    shown = " ".join(answer.split())
    assert rows(out / "by-hand.csv")[0]["answer"] == (f"'{shown}" if answer[0] == "=" else shown)


def test_rows_that_are_gone_come_back_and_emptied_points_are_taken_back(
    out: Path, sheet: Sheet
) -> None:
    table = read_csv(out / "by-hand.csv")
    table[0].append("mine")
    for row, points in zip(table[1:], ("1", "1/2", "2")):
        row[4], row[6] = points, f"comment {points}"
        row.append(f"note {points}")
    save(out / "by-hand.csv", table)
    again(out, sheet)
    whole = (out / "by-hand.csv").read_bytes()
    gone = "by-hand.csv: 2 rows are gone (s1 q4, s2 q3) and written again: to remove points, empty their cell"
    save(out / "by-hand.csv", read_csv(out / "by-hand.csv")[:2])
    assert again(out, sheet) == [gone]
    assert (out / "by-hand.csv").read_bytes() == whole
    (out / "by-hand.csv").unlink()
    assert again(out, sheet) == [gone.replace("2 rows", "3 rows").replace("(s1", "(s1 q3, s1")]
    assert (out / "by-hand.csv").read_bytes() == whole
    table = read_csv(out / "by-hand.csv")
    table[2][4] = ""
    save(out / "by-hand.csv", table)
    assert again(out, sheet) == []  # the comment is still there
    assert rows(out / "by-hand.csv")[1]["status"] == "to mark"
    table[1][4:7] = ["", "2", ""]
    table[1][9] = ""
    save(out / "by-hand.csv", table)
    assert again(out, sheet) == ["by-hand.csv: points were taken back (s1 q3: 1)"]
    assert [row["by_hand"] for row in rows(out / "grades.csv")] == ["", "2", ""]


def test_marks_are_kept_whatever_is_written(out: Path, sheet: Sheet, tmp_path: Path) -> None:
    again(out, sheet, outputs=("canvas",))
    other = tmp_path / "other"
    grade(sheet, [str(tmp_path / "in")], str(other), Options(outputs=("canvas",)))
    table = read_csv(other / "by-hand.csv")
    table[1][4] = "2"
    save(other / "by-hand.csv", table)
    grade(sheet, [str(tmp_path / "in")], str(other), Options(outputs=("canvas",), force=True))
    assert read_csv(other / "canvas.csv")[2][-1] == "5"


def test_a_student_without_answers_keeps_the_points_of_paper(tmp_path: Path, sheet: Sheet) -> None:
    hand_in(tmp_path / "in", s1="q3: x")
    options = {"roster": parse(b"student_id\ns1\ns2\n")}
    out = tmp_path / "out"
    grade(sheet, [str(tmp_path / "in")], str(out), Options(**options))  # type: ignore[arg-type]
    table = read_csv(out / "by-hand.csv")
    table.append(["s2", "", "q3", "on paper", "2", "", "well done"])
    save(out / "by-hand.csv", table)
    for _ in range(2):
        notes = again(out, sheet, **options)
        assert notes == [
            "1 answer has points in by-hand.csv and nothing was submitted (s2 q3): kept, not counted"
        ]
        assert read_csv(out / "by-hand.csv")[2] == [
            "s2", "", "q3", "on paper", "2", "2", "well done", "not counted: nothing was submitted", "",
        ]  # fmt: skip


def test_points_under_another_name_are_not_forgotten(out: Path, sheet: Sheet) -> None:
    (out / "by-hand.xlsx").write_bytes(b"PK\x03\x04")
    (out / "by-hand (1).csv").write_text("")
    assert again(out, sheet) == [
        "by-hand (1).csv is not read: save the points as by-hand.csv, then remove it",
        "by-hand.xlsx is not read: save the points as by-hand.csv, then remove it",
    ]
    assert (out / "by-hand.xlsx").exists()


def test_the_half_of_two_points_is_said(out: Path, sheet: Sheet) -> None:
    table = read_csv(out / "by-hand.csv")
    table[1][4] = "1/2"
    save(out / "by-hand.csv", table)
    (note,) = again(out, sheet)
    assert note.endswith("by-hand.csv row 2: 1/2 is read as 0.5 points")


def test_a_status_that_a_person_wrote_stays(out: Path, sheet: Sheet) -> None:
    table = read_csv(out / "by-hand.csv")
    table[1][7] = "ask Anna"
    save(out / "by-hand.csv", table)
    again(out, sheet)
    assert read_csv(out / "by-hand.csv")[1][7] == "ask Anna"


def test_a_void_question_gives_its_points_and_keeps_what_was_typed(out: Path, sheet: Sheet) -> None:
    table = read_csv(out / "by-hand.csv")
    table[1][4], table[1][6] = "1", "hm"
    save(out / "by-hand.csv", table)
    again(out, sheet)
    void = loads(SHEET.replace("text: Why?, points: 2", "text: Why?, points: 2, void: true"))
    regrade(str(out), void, write=True)
    assert [row["points"] for row in rows(out / "grades.csv")] == ["5", "2", "3"]
    first = rows(out / "by-hand.csv")[0]
    assert (first["points"], first["comment"], first["status"]) == (
        "1", "hm", "void: everybody gets the points",
    )  # fmt: skip
    regrade(str(out), sheet, write=True)
    assert [row["points"] for row in rows(out / "grades.csv")] == ["4", "0", "1"]


def test_a_question_that_a_person_no_longer_marks_keeps_its_rows(out: Path, sheet: Sheet) -> None:
    table = read_csv(out / "by-hand.csv")
    table[1][4], table[2][4] = "1", "1"
    save(out / "by-hand.csv", table)
    again(out, sheet)
    other = loads(
        SHEET.replace(
            "type: text, text: What else?", "type: macs, given: {n: 3, k: 3, c_in: 1, filters: 1}"
        )
    )
    found = regrade(str(out), other, write=True)
    assert any("q4 is not marked by a person; kept, not counted" in note for note in found.notes)
    assert read_csv(out / "by-hand.csv")[-1][:5] == ["s1", "", "q4", "y", "1"]
    regrade(str(out), sheet, write=True)
    assert [row["points"] for row in rows(out / "grades.csv")] == ["5", "0", "1"]


# Typed texts: letters of many scripts, characters that begin formulas, quotes and separators.
TEXT = st.text(
    st.sampled_from("ab Zé×✓中=+-@|;,\t\"'\n1.5/%"), min_size=0, max_size=20
)  # fmt: skip


@st.composite
def saved(draw: st.DrawFn) -> tuple[Table, dict[str, Any]]:
    """A table with typed cells, changed as by spreadsheets, and its dialect."""
    table = [[*COLUMNS, "mine"]]
    for name in ("s1", "s2", "s3", "s4"):
        points = draw(st.sampled_from(("", "1", "1,5", "1/4", " 2 ", "+1", "50 %")))
        table.append(
            [
                name,
                "",
                "q3",
                f"answer of {name}",
                points,
                "2",
                draw(TEXT),
                "to mark",
                "",
                draw(TEXT),
            ]
        )
    order = draw(st.permutations(range(10)))
    body = draw(st.permutations(table[1:]))
    dialect = {
        "delimiter": draw(st.sampled_from(SEPARATORS)), "lineterminator": draw(st.sampled_from(("\n", "\r\n", "\r"))),
        "encoding": draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16"))), **draw(st.sampled_from(QUOTES)),
    }  # fmt: skip
    return [[row[place] for place in order] for row in (table[0], *body)], dialect


def told(text: str) -> str:
    """A typed text without parts that may change: spaces around it, the kind of space, a guard sign."""
    lines = re.sub(r"\r\n?", "\n", text.strip()).split("\n")
    lines = [re.sub(r"\s", " ", line) for line in lines]
    text = re.sub(r"^'(?=\s*[=+\-@|])", "", "\n".join(lines))
    return re.sub(r"(;\s*)'(?='*[=+\-@|])", r"\1", text).strip()


@pytest.mark.unmeasured
@few
@given(saved())
def test_whatever_is_typed_is_there_after_any_number_of_runs(
    found: tuple[Table, dict[str, Any]],
) -> None:
    table, dialect = found
    sheet = loads(SHEET)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hand_in(folder / "in", **{f"s{n}": f"q3: answer of s{n}" for n in (1, 2, 3, 4)})
        out = folder / "out"
        grade(sheet, [str(folder / "in")], str(out), Options(outputs=("csv",)))
        save(out / "by-hand.csv", table, **dialect)
        typed = [dict(zip(table[0], row)) for row in table[1:]]
        expected = {
            row["student_id"]: [told(row[key]) for key in ("points", "comment", "mine")]
            for row in typed
        }
        for _ in range(2):
            assert again(out, sheet, outputs=("csv",)) == []
            kept = {
                row["student_id"]: [
                    told(row.get(key) or "") for key in ("points", "comment", "mine")
                ]
                for row in rows(out / "by-hand.csv")
            }
            assert kept == expected
        points = {row["student_id"]: row["points"] for row in rows(out / "grades.csv")}
        values = {"": "0", "1": "1", "1,5": "1.5", "1/4": "0.25", "2": "2", "+1": "1", "50 %": "1"}
        assert points == {student: values[cells[0]] for student, cells in expected.items()}


# ----------------------------------------------------------------------------- one total everywhere

AUTO = ("{id: q1, type: params, given: {k: 5, c_in: 3, filters: 10}, points: 3}",)
MANUAL = (
    "{id: q3, type: text, text: Why?, points: 2}",
    "{id: q4, type: text, text: Else?, points: 1}",
)
KINDS = {"auto": AUTO, "manual": MANUAL, "both": (*AUTO, *MANUAL)}
# The points of each student by question, given by a person, in the order of MANUAL; None means not yet.
GIVEN: dict[str, dict[str, tuple[str | None, str | None]]] = {
    "none": {},
    "partial": {"s1": ("1,5", None), "s2": (None, "1/4")},
    "all": {"s1": ("1.5", "1"), "s2": ("0", "0,25"), "s3": ("2", "0")},
}
RIGHT = {"s1": "760", "s2": "260", "s3": "760"}  # 5·5·3·10 + 10


def expected_totals(kinds: str, given: str) -> dict[str, Fraction]:
    """The totals, only from the tables above."""
    values = {"1,5": "1.5", "0,25": "0.25"}
    found = {}
    for student, answer in RIGHT.items():
        total = Fraction(3 if answer == "760" else 0) if kinds != "manual" else Fraction(0)
        marks = GIVEN[given].get(student, ()) if kinds != "auto" else ()
        found[student] = total + sum(
            (Fraction(values.get(text, text)) for text in marks if text), Fraction(0)
        )
    return found


def totals_in(out: Path, who: dict[str, str], most: Fraction) -> dict[str, dict[str, Fraction]]:
    """The total of each student in each output, read without the tested code."""
    found: dict[str, dict[str, Fraction]] = {}

    def note(name: str, shown: str, value: Any) -> None:
        found.setdefault(name, {})[who.get(shown, shown)] = Fraction(str(value))

    fixed = (
        "student_id",
        "name",
        "email",
        "variant",
        "status",
        "points",
        "max",
        "by_hand",
        "by_hand_max",
        "notes",
    )
    for row in rows(out / "grades.csv"):
        assert Fraction(row["max"]) == most
        note("grades", row["student_id"], row["points"])
        questions = [Fraction(text) for name, text in row.items() if name not in fixed]
        note("grades by question", row["student_id"], sum(questions))
    for shown, group in itertools.groupby(rows(out / "parts.csv"), lambda row: row["student_id"]):
        parts = list(group)
        assert sum(Fraction(row["max"]) for row in parts) == most
        note("parts", shown, sum(Fraction(row["points"]) for row in parts))
    names = out / "names" if (out / "names").exists() else out
    possible, *gradebook = read_csv(names / "canvas.csv")[1:]
    assert Fraction(possible[-1]) == most
    for cells in gradebook:
        note("canvas", cells[0], cells[-1])
    for path in (out / "feedback").glob("*.md"):
        said = re.search(r"\*\*([\d.]+) of ([\d.]+) points\*\*", path.read_text(encoding="utf-8"))
        assert said
        assert Fraction(said[2]) == most
        note("pages", path.stem, said[1])
        cells = re.findall(r"\| ([\d.]+) of [\d.]+ \|", path.read_text(encoding="utf-8"))
        note("pages by row", path.stem, sum(map(Fraction, cells)))
        html = path.with_suffix(".html").read_text(encoding="utf-8")
        assert f"<strong>{said[1]} of {said[2]} points</strong>" in html
        assert re.findall(r"<td>([\d.]+) of [\d.]+</td>", html) == cells
    for path in (out / "gradescope").iterdir():
        data = json.loads(path.read_text())
        note("gradescope", path.stem, data["score"])
        note("gradescope by test", path.stem, sum(Fraction(str(t["score"])) for t in data["tests"]))
        said = re.search(r"([\d.]+) of ([\d.]+) points", data["output"])
        assert said
        assert Fraction(said[2]) == most
        note("gradescope in words", path.stem, said[1])
    for line in (out / "grades.jsonl").read_text().splitlines():
        data = json.loads(line)
        assert Fraction(str(data["max"])) == most
        note("json", data["student"], data["points"])
        note(
            "json by part",
            data["student"],
            sum(Fraction(str(r["points"])) for r in data["results"]),
        )
    return found


@pytest.mark.parametrize("way", ["force", "add", "regrade"])
@pytest.mark.parametrize("anonymous", [False, True])
@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("kinds", KINDS)
@pytest.mark.unmeasured
def test_every_output_gives_one_total(
    kinds: str, given: str, anonymous: bool, way: str, tmp_path: Path, convcalc: Any
) -> None:
    sheet = loads(f"convcalc_sheet: 1\nid: ps\nquestions: [{', '.join(KINDS[kinds])}]")
    answers = {
        name: "\n".join(
            [f"q1: {answer}"] * (kinds != "manual") + ["q3: x", "q4: y"] * (kinds != "auto")
        )
        for name, answer in RIGHT.items()
    }
    hand_in(tmp_path / "in", **answers)
    out = tmp_path / "out"
    options = {
        "outputs": ("csv", "canvas", "feedback", "json", "gradescope"), "anonymous": anonymous, "secret": SECRET,
    }  # fmt: skip
    grade(sheet, [str(tmp_path / "in")], str(out), Options(**options))  # type: ignore[arg-type]
    who = (
        {row["code"]: row["student_id"] for row in rows(out / "names" / "who.csv")}
        if anonymous
        else {}
    )
    if kinds != "auto":
        table = read_csv(out / "by-hand.csv")
        for row in table[1:]:
            marks = GIVEN[given].get(who.get(row[0], row[0]), (None, None))
            row[4] = marks[0 if row[2] == "q3" else 1] or ""
        save(out / "by-hand.csv", table, "utf-16", delimiter=";")
    if way == "regrade":
        regrade(str(out), sheet, write=True)
    else:
        mode = {"force": way == "force", "add": way == "add"}
        grade(sheet, [str(tmp_path / "in")], str(out), Options(**options, **mode))  # type: ignore[arg-type]
    expected = expected_totals(kinds, given)
    most = Fraction({"auto": 3, "manual": 3, "both": 6}[kinds])
    found = totals_in(out, who, most)
    assert len(found) == 11
    assert found == dict.fromkeys(found, expected)
    mean = float(sum(expected.values()) / 3)
    assert json.loads((out / "summary.json").read_text())["mean"] == pytest.approx(mean, abs=1e-4)
    stats = json.loads(convcalc("hw", "stats", str(out), "--format", "json").out)
    assert (stats["mean"], stats["max"]) == (pytest.approx(mean, abs=1e-4), float(most))
    assert class_totals(str(out)).mean == pytest.approx(mean, abs=1e-4)
    by_hand = {row["question"]: (row["marked"], row["to_mark"]) for row in stats["by_hand"]}
    counts = {"none": (0, 0), "partial": (1, 1), "all": (3, 3)}[given]
    names = ("q3", "q4") if kinds != "auto" else ()
    assert by_hand == {name: (n, 3 - n) for name, n in zip(names, counts)}


def test_regrade_says_who_goes_up_by_what_a_person_gave(out: Path, convcalc: Any) -> None:
    (out.parent / "ps.yaml").write_text(SHEET)
    table = read_csv(out / "by-hand.csv")
    table[1][4] = "1.5"
    table.append(["who?", "", "q3", "x", "2", "", ""])
    save(out / "by-hand.csv", table)
    ran = convcalc("hw", "regrade", str(out), "--sheet", str(out.parent / "ps.yaml"))
    assert ran.out.replace(f"{out}/", "") == (
        "q3: 1 up by 1.5, 2 unchanged\n"
        "3 students in total: 1 up, 0 down, 2 unchanged.\n"
        " note: by-hand.csv row 5: no student of this class has the id 'who?'; kept, not counted: correct the row, or delete it\n"
        "Nothing written yet; add --write.\n"
    )


def test_codes_stay_codes_in_what_is_said(tmp_path: Path, sheet: Sheet) -> None:
    hand_in(tmp_path / "in", ada="q3: x", bo="q3: y")
    out = tmp_path / "out"
    options = {"anonymous": True, "secret": SECRET}
    grade(sheet, [str(tmp_path / "in")], str(out), Options(**options))  # type: ignore[arg-type]
    table = read_csv(out / "by-hand.csv")
    who = {row["student_id"]: row["code"] for row in rows(out / "names" / "who.csv")}
    table[1][4], table[2][4] = "1", "9"
    save(out / "by-hand.csv", [*table, ["Mary Smith", "", "q3", "x", "1"]])
    with pytest.raises(ConvcalcError) as error:
        again(out, sheet, **options)
    assert not re.search("ada|bo\\b|Mary", str(error.value).replace(str(out), ""))
    table[2][4] = "2"
    save(
        out / "by-hand.csv",
        [*table, ["Mary Smith", "", "q3", "x", "1"], ["ADA", "", "q4", "", "1"]],
    )
    notes = again(out, sheet, **options)
    assert [note.partition(" row ")[2] for note in notes] == [
        "4: no student of this class has this id; kept, not counted: correct the row, or delete it"
    ]
    fresh = read_csv(out / "by-hand.csv")
    assert [row[0] for row in fresh if row[2] == "q4"] == [who["ada"]]


@pytest.mark.unmeasured
def test_a_large_class_is_read_in_no_time(tmp_path: Path, sheet: Sheet) -> None:
    choose = random.Random(3).choice
    students = [f"{number:07}" for number in range(5_000)]
    table = [list(COLUMNS)]
    table += [
        [str(int(s)), "", q, "words " * 20, choose(("", "1", "0,5")), "", ""]
        for s in students
        for q in ("q3", "q4")
    ]
    save(tmp_path / "by-hand.csv", table)
    found = marks_of(tmp_path, sheet, students)
    assert len(found.given) == sum(bool(row[4]) for row in table[1:])
