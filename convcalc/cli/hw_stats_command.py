"""``convcalc hw stats``: the commonest slips of a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.group import Command
from convcalc.cli.output import output_options, show

if TYPE_CHECKING:
    from convcalc.homework.classroom.stats import Tally

EXAMPLES = """
    convcalc hw stats graded/
    convcalc hw stats graded/ --other 10
    convcalc hw stats graded/ --format csv
"""
MOST_SLIPS = 3
MOST_OTHERS = 5


@click.command("stats", cls=Command, examples=EXAMPLES)
@click.argument("folder", metavar="DIR")
@click.option(
    "--other",
    "many",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="N",
    help="Name answers without a known slip that more than N students gave.",
)
@output_options
def command(folder: str, *, many: int, format_name: str | None, output: str | None) -> None:
    """The commonest slips per question of a class that hw grade marked into DIR."""
    from convcalc.cli.output import column
    from convcalc.homework.classroom.stats import stats
    from convcalc.report import Column, Report, grouped

    tallies = [tally for tally in stats(folder).values() if tally.answered]
    rows = [row_of(tally, many) for tally in tallies]
    columns = [
        column("question", "question", str, right=False, keep=9),
        column("type", "type", str, right=False, keep=4),
        column("answers", "answers", grouped, keep=3),
        column("right", "right", percent, keep=8),
        Column(
            "slips",
            "slips",
            lambda row: row["slips"],
            right=False,
            text=slips_text,
            plain=slips_text,
            keep=7,
        ),
        column("other", "other", percent, keep=6),
        Column(
            "unexplained",
            "unexplained",
            lambda row: row["unexplained"],
            right=False,
            text=others_text,
            plain=others_text,
            keep=2,
        ),
    ]
    report = Report(
        title="", columns=columns, rows=rows, key="questions", row_dict=dict,
        lines=lines_of(tallies, rows, many), facts={"folder": folder},
    )  # fmt: skip
    show(report, format_name, output)


def percent(share: float) -> str:
    """A share for people."""
    return f"{100 * share:.0f} %"


def slips_text(slips: list[dict[str, Any]]) -> str:
    """The slips of a question in a cell."""
    return ", ".join(f"{percent(each['share'])} {each['id']}" for each in slips[:MOST_SLIPS])


def others_text(others: list[dict[str, Any]]) -> str:
    """The answers that nothing explains, in a cell."""
    return ", ".join(f"{each['answer']} ({each['students']})" for each in others[:MOST_OTHERS])


def row_of(tally: Tally, many: int) -> dict[str, Any]:
    """A question as plain data."""
    return {
        "question": tally.question,
        "type": tally.kind,
        "answers": tally.answered,
        "right": round(tally.share(tally.right), 4),
        "slips": [
            {"id": name, "answers": count, "share": round(tally.share(count), 4)}
            for name, count in tally.mistakes.most_common()
        ],
        "other": round(tally.share(tally.other), 4),
        "unexplained": [
            {"part": part, "answer": answer, "right": right, "students": count}
            for (part, right, answer), count in tally.others.most_common()
            if count > many
        ],
        "statuses": dict(tally.statuses),
    }


def lines_of(tallies: list[Tally], rows: list[dict[str, Any]], many: int) -> list[str]:
    """What people read."""
    if not tallies:
        return ["nobody answered anything"]
    names = max(len(f"{tally.question} {tally.kind}") for tally in tallies)
    lines = []
    for row in rows:
        cells = [f"{percent(row['right']):>5} right"]
        cells += [f"{percent(each['share']):>5} {each['id']}" for each in row["slips"][:MOST_SLIPS]]
        rest = row["other"] + sum(each["share"] for each in row["slips"][MOST_SLIPS:])
        if rest >= 0.005:
            cells.append(f"{percent(rest):>5} other")
        lines.append(f" {row['question'] + ' ' + row['type']:<{names}}  {'  '.join(cells)}")
    told = [
        f"{row['question']}{'.' + each['part'] if each['part'] else ''}: {each['answer']} ({each['students']:,})"
        for row in rows
        for each in row["unexplained"][:MOST_OTHERS]
    ]
    if told:
        lines.append(f' "other" that more than {many} students gave:  {"  ".join(told)}')
    return lines
