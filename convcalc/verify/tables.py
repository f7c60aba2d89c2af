"""The tables of ``convcalc verify``: every check, sums by subject, or one line per network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.report import Column, Report
from convcalc.verify.check import sentence, value_text

if TYPE_CHECKING:
    from convcalc.verify.check import Check


def verify_report(found: dict[str, list[Check]], notes: list[str], *, each: bool) -> Report:
    """The report: every check; sums by subject for one network; or one line per network."""
    wrong = [check for checks in found.values() for check in checks if not check.agrees]
    total = sum(map(len, found.values()))
    lines = [f"disagrees: {sentence(check)}" for check in wrong[:10]]
    if len(wrong) > len(lines):
        lines.append(f"and {len(wrong) - len(lines)} more; --each lists them")
    if each:
        rows, columns = _each_row(found), _each_columns(found)
    elif len(found) == 1:
        rows, columns = _subject_rows(next(iter(found.values()))), _subject_columns()
    else:
        rows, columns = _network_rows(found), _network_columns()
    agree = f"{total - len(wrong):,} of {total:,} numbers agree"
    return Report(
        title="",
        columns=columns,
        rows=rows,
        key="checks" if each else "subjects" if len(found) == 1 else "networks",
        facts={"agree": total - len(wrong), "checked": total},
        notes=[*notes, *lines],
        footer=[agree],
        legend=["measured = from arrays that were really made and multiplied"],
        row_dict=dict,
    )


def _each_row(found: dict[str, list[Check]]) -> list[dict[str, Any]]:
    """A row per check, with its values."""
    return [
        {
            "network": name,
            "layer": check.node,
            "subject": check.subject,
            "claimed": check.claimed,
            "witnessed": check.witnessed,
            "agree": check.agrees,
        }
        for name, checks in found.items()
        for check in checks
    ]


def _yes_no(agrees: object) -> str:
    """Whether a row agrees, as a sign with a word."""
    return "yes" if agrees else "NO"


def _each_columns(found: dict[str, list[Check]]) -> list[Column]:
    """The columns of a row per check; on a narrow terminal fields can be cut, numbers cannot."""
    checks = [check for part in found.values() for check in part]
    counts = [value for each in checks for value in (each.claimed, each.witnessed)]
    least = max((len(value_text(value)) for value in counts if type(value) is int), default=0)
    columns = [
        Column.of_mapping("network", "network", right=False, keep=1),
        Column.of_mapping("layer", "layer", right=False, keep=7),
        Column.of_mapping("subject", "subject", right=False, keep=8),
        *(
            Column.of_mapping(
                name,
                name,
                value_text,
                right=False,
                keep=9,
                plain=_cell,
                least=max(least, 10),
                wraps=True,
            )
            for name in ("claimed", "witnessed")
        ),
        Column.of_mapping("agree", "agree", _yes_no, right=False, keep=10),
    ]
    return columns if len(found) > 1 else columns[1:]


def _cell(value: Any) -> Any:
    """A value in a CSV file: a number, a shape, or text."""
    if isinstance(value, tuple):
        return list(value)
    return value_text(value) if isinstance(value, dict | list) else value


def _subject_rows(checks: list[Check]) -> list[dict[str, Any]]:
    """A row per subject: sums if its values are counts."""
    rows = []
    for subject in dict.fromkeys(check.subject for check in checks):
        part = [check for check in checks if check.subject == subject]
        counts = subject != "expect" and all(type(check.claimed) is int for check in part)
        rows.append(
            {
                "subject": subject,
                "checks": len(part),
                "claimed": sum(check.claimed for check in part) if counts else None,
                "witnessed": sum(check.witnessed for check in part) if counts else None,
                "agree": sum(check.agrees for check in part),
                "about": _ABOUT[subject],
            }
        )
    return rows


_ABOUT = {
    "shape": "shape of the array each layer made",
    "params": "sizes of the trained arrays",
    "weights": "the trained arrays without the biases",
    "biases": "sizes of the biases, and of the shifts of norms",
    "buffers": "sizes of the arrays that are not trained",
    "macs": "products that were made",
    "valid_macs": "the products on real cells, not on padding zeros",
    "field": "pixels a unit depends on, axis by axis: border, middle, last, every unit inside",
    "paths": "matrix products against textbook loops, shrunken copies, float64",
    "counts": "elementary operations that the textbook loops did, one by one, on those copies",
    "expect": "what the file expects",
}


def _sum_text(number: int | None) -> str:
    """A sum; empty if the checks are not counts."""
    return "" if number is None else f"{number:,}"


def _subject_columns() -> list[Column]:
    """The columns of a row per subject."""
    return [
        Column.of_mapping("subject", "subject", right=False, keep=9),
        Column.of_mapping("checks", "checks", _sum_text, keep=5),
        Column.of_mapping("claimed", "claimed", _sum_text, keep=7),
        Column.of_mapping("witnessed", "measured", _sum_text, keep=7),
        Column.of_mapping("agree", "agree", _sum_text, keep=8),
        Column.of_mapping("about", "measured by", right=False, keep=1, least=24, wraps=True),
    ]


def _network_rows(found: dict[str, list[Check]]) -> list[dict[str, Any]]:
    """A row per network."""
    rows = []
    for name, checks in found.items():
        sums = {row["subject"]: row["witnessed"] for row in _subject_rows(checks)}
        agree = sum(check.agrees for check in checks)
        rows.append(
            {
                "network": name,
                "checks": len(checks),
                "agree": agree,
                "params": sums.get("params"),
                "macs": sums.get("macs"),
                "valid_macs": sums.get("valid_macs"),
                "all": agree == len(checks),
            }
        )
    return rows


def _network_columns() -> list[Column]:
    """The columns of a row per network."""
    return [
        Column.of_mapping("network", "network", right=False, keep=9),
        Column.of_mapping("checks", "checks", _sum_text, keep=7),
        Column.of_mapping("agree", "agree", _sum_text, keep=8),
        Column.of_mapping("params", "params measured", _sum_text, keep=3),
        Column.of_mapping("macs", "macs measured", _sum_text, keep=2),
        Column.of_mapping("valid_macs", "on real cells", _sum_text, keep=1),
        Column.of_mapping("all", "all", _yes_no, right=False, keep=9),
    ]
