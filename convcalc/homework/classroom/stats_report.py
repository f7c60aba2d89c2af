"""How a class answered, as a report: a bar for each question, and the most common mistakes in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import count
from math import ceil
from typing import Any, NamedTuple

from convcalc.homework.answers.reading import to_decimals
from convcalc.homework.classroom.output_folder import Summary
from convcalc.homework.classroom.report import mean_line, mean_text
from convcalc.homework.classroom.stats import QuestionStats
from convcalc.homework.mistakes import MISTAKES
from convcalc.homework.sheets.points import points_number, points_text
from convcalc.report import Column, Report
from convcalc.text import grouped, plural

_MAX_MISTAKES = 3  # of a question, on a terminal or in a cell
_MAX_OTHERS = 5  # most unexplained answers of a question, in a line or cell
_BAR, _SHORT_BAR = 20, 10  # characters
_MAX_BINS = 10  # of the histogram
_ROOM = 24  # columns of a line without the names and the bar

_BY_HAND_WORDS = {"marked": "marked by a person", "to_mark": "for a person to mark"}


def stats_report(found: Sequence[QuestionStats], folder: str, many: int, totals: Summary) -> Report:
    """The most common mistakes per question, and the points given by a person.

    Args:
        found: the questions.
        folder: where the class was marked.
        many: answers without a known mistake are named if more students than this gave them.
        totals: the points of every student.
    """
    rows = [_stats_row(stats, many) for stats in found if stats.answered]
    bins = histogram(totals.points, totals.max)
    by_hand = [_by_hand_row(s) for s in found if s.statuses["by-hand"] or s.statuses["marked"]]
    last = [_by_hand_line(row) for row in by_hand]
    last += [mean_line(totals)] if totals.points else []

    def lines(width: int | None) -> list[str]:
        if not rows and not by_hand:
            return ["nobody answered anything"]
        return [*_stats_lines(rows, many, width), *last]

    return Report(
        title="",
        columns=[
            Column.of_mapping("question", "question", right=False, keep=9),
            Column.of_mapping("type", "type", right=False, keep=4),
            Column.of_mapping("answers", "answers", grouped, keep=3),
            Column.of_mapping("right", "correct", _share_text, right=False, plain=_share, keep=8),
            Column.of_mapping(
                "slips", "mistakes", _mistakes_text, plain=_mistakes_text, right=False, keep=7
            ),
            Column.of_mapping("other", "other", _percent, plain=_share, keep=6),
            Column.of_mapping(
                "unexplained", "unexplained", _others_text, plain=_others_text, right=False, keep=2
            ),
        ],
        rows=rows,
        key="questions",
        row_dict=_plain_row,
        layout=lines,
        lines_repeat_rows=True,
        appendix=last,
        tables=(_histogram_table(bins),) if bins and len(totals.points) > 1 else (),
        facts={
            "folder": folder,
            "students": len(totals.points),
            **totals.averages(),
            "by_hand": [_by_hand_dict(row) for row in by_hand],
            "histogram": [each._asdict() for each in bins],
        },
    )


class Bin(NamedTuple):
    """Students with about the same points.

    Attributes:
        least: the fewest points in the bin.
        below: all have fewer points than this; in the last bin at most this.
        students: how many there are.
    """

    least: float
    below: float
    students: int


def histogram(points: Sequence[Fraction | float], most: Fraction | float) -> list[Bin]:
    """How many students have how many points, in at most ten bins of a round width.

    >>> [tuple(each) for each in histogram([0, 1.5, 4, 4], 4)]
    [(0.0, 0.5, 1), (0.5, 1.0, 0), (1.0, 1.5, 0), (1.5, 2.0, 1), (2.0, 2.5, 0), (2.5, 3.0, 0), (3.0, 3.5, 0), (3.5, 4.0, 2)]
    """
    if not points or most <= 0:
        return []
    step = next(
        number
        for power in count(-3)
        for number in (Fraction(10) ** power * digit for digit in (1, 2, 5))
        if most <= _MAX_BINS * number
    )
    many = [0] * ceil(Fraction(most) / step)
    for each in points:
        many[min(int(Fraction(each) / step), len(many) - 1)] += 1
    ends = [min(float(step * place), float(most)) for place in range(len(many) + 1)]
    return [Bin(*each) for each in zip(ends, ends[1:], many)]


def _histogram_table(bins: Sequence[Bin]) -> Report:
    """The bins with their bars."""
    most, last = max(each.students for each in bins), bins[-1]

    def range_text(each: Bin) -> str:
        return f"{_points(each.least)} to {'' if each is last else 'below '}{_points(each.below)}"

    return Report(
        title="how many students have how many points:",
        columns=[
            Column("points", "points", range_text, right=False),
            Column(
                "students",
                "students",
                lambda each: each.students,
                right=False,
                text=lambda count: f"{'█' * _long(count / most, _BAR)} {count:,}".strip(),
            ),
        ],
        rows=bins,
    )


def _by_hand_row(stats: QuestionStats) -> dict[str, Any]:
    """A question that a person marks."""
    marked = stats.statuses["marked"]
    return {
        "question": stats.question,
        "type": stats.kind,
        "marked": marked,
        "to_mark": stats.statuses["by-hand"],
        "mean": stats.points / marked if marked else None,
        "max": stats.most / marked if marked else None,
    }


def _by_hand_dict(row: dict[str, Any]) -> dict[str, Any]:
    """Such a question as plain data."""
    return {k: points_number(v) if isinstance(v, Fraction) else v for k, v in row.items()}


def _by_hand_line(row: dict[str, Any]) -> str:
    """The points given by a person, in a line."""
    parts = [mean_text(row["mean"], row["max"])] if row["marked"] else []
    parts += [f"{row[key]:,} {word}" for key, word in _BY_HAND_WORDS.items() if row[key]]
    return f" {row['question']} {row['type']}  {'  '.join(parts)}"


def _points(value: float) -> str:
    """Points at the end of a bin."""
    return points_text(Fraction(value))


def _share(share: Fraction) -> float:
    """A share as a number for programs."""
    return float(to_decimals(share, 4))


def _percent(share: Fraction) -> str:
    """A share as text for people.

    >>> _percent(Fraction(1, 8)), _percent(Fraction(1, 3))
    ('13 %', '33 %')
    """
    return f"{to_decimals(100 * share, 0)} %"


def _bar(share: Fraction | float, signs: int) -> str:
    """A bar; it is full only if all are right, and empty only if none are.

    >>> _bar(0.8, 10), _bar(0.999, 10), _bar(0.001, 10), _bar(1, 10), _bar(0, 10)
    ('████████░░', '█████████░', '█░░░░░░░░░', '██████████', '░░░░░░░░░░')
    """
    full = _long(share, signs)
    if share < 1:
        full = min(full, signs - 1)
    return "█" * full + "░" * (signs - full)


def _long(share: Fraction | float, signs: int) -> int:
    """How many characters a bar has; 0 only for a share of 0."""
    return max(round(share * signs), 1 if share else 0)


def _share_text(share: Fraction) -> str:
    """A share in a cell, with its bar."""
    return f"{_bar(share, _SHORT_BAR)} {_percent(share)}"


def _words(name: str) -> str:
    """The mistake of a code in words; empty for a code that is not in the catalogue."""
    found = MISTAKES.get(name)
    return found.about if found else ""


def _mistakes_text(mistakes: list[dict[str, Any]]) -> str:
    """The mistakes of a question in a cell."""
    return ", ".join(
        f"{_percent(each['share'])} {each['id']}{' (' + each['about'] + ')' if each['about'] else ''}"
        for each in mistakes[:_MAX_MISTAKES]
    )


def _others_text(others: list[dict[str, Any]]) -> str:
    """The answers that nothing explains, in a cell."""
    return ", ".join(f"{each['answer']} ({each['students']})" for each in others[:_MAX_OTHERS])


def _plain_row(row: dict[str, Any]) -> dict[str, Any]:
    """A question as plain data."""
    return {
        **row,
        "right": _share(row["right"]),
        "slips": [{**each, "share": _share(each["share"])} for each in row["slips"]],
        "other": _share(row["other"]),
    }


def _stats_row(stats: QuestionStats, many: int) -> dict[str, Any]:
    """A question with its shares."""
    return {
        "question": stats.question,
        "type": stats.kind,
        "answers": stats.answered,
        "right": stats.share(stats.right),
        "slips": [
            {
                "id": name,
                "about": _words(name),
                "answers": count,
                "share": stats.share(count),
            }
            for name, count in stats.mistakes.most_common()
        ],
        "other": stats.share(stats.other),
        "unexplained": [
            {"part": part, "answer": answer, "right": right, "students": count}
            for (part, right, answer), count in stats.others.most_common()
            if count > many
        ],
        "statuses": dict(stats.statuses),
    }


def _stats_lines(rows: list[dict[str, Any]], many: int, width: int | None) -> Iterator[str]:
    """The report's lines for people."""
    titles = [f"{row['question']} {row['type']}" for row in rows]
    wide = max(map(len, titles), default=0)
    signs = _BAR if width is None or wide + _BAR + _ROOM <= width else _SHORT_BAR
    for title, row in zip(titles, rows):
        right = f"{_percent(row['right']):>5} correct"
        yield f" {title:<{wide}}  {_bar(row['right'], signs)} {right}"
        shown, more = row["slips"][:_MAX_MISTAKES], row["slips"][_MAX_MISTAKES:]
        for each in shown:
            about = f": {each['about']}" if each["about"] else ""
            yield f"   {_percent(each['share']):>5}  {each['id']}{about}"
        rest = row["other"] + sum(each["share"] for each in more)
        if rest >= 0.005:
            yield f"   {_percent(rest):>5}  other"
    others = [
        f"{row['question']}{'.' + each['part'] if each['part'] else ''}: {each['answer']} ({each['students']:,})"
        for row in rows
        for each in row["unexplained"][:_MAX_OTHERS]
    ]
    if others:
        whose = plural(many, "student")
        yield f' "other" answers of more than {whose}:  {"  ".join(others)}'
