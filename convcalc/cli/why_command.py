"""``convcalc why``: which mistake leads to a number; no sheet needed."""

from __future__ import annotations

from typing import Any

import click

from convcalc.cli.group import Command
from convcalc.cli.meant.question import meant
from convcalc.cli.output import output_options, show
from convcalc.cli.why_options import given_words, question_options, spelt
from convcalc.errors import UsageError

EXAMPLES = """
    convcalc why 2600 --params --k 5 --cin 3 --filters 100
    convcalc why 27 --size --n 28 --k 5 --p 2
    convcalc why 28x28x3 --volume --n 32 --k 5 --cin 3 --filters 6
    convcalc why 1176000 --macs --n 32 --k 5 --cin 3 --filters 10
    convcalc why 5 --rf --layers '3/2 3/1'
    convcalc why 44 --type layers-to-reach --n 224 --k 5 --target 4
"""


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("number")
@question_options
@click.option("--answer", "with_answer", is_flag=True, help="Also show the right answer.")
@output_options
def command(
    number: str, kind: str | None, *, more: dict[str, str], preset: str,
    changes: dict[str, str], with_answer: bool, format_name: str | None,
    output: str | None, **options: Any,
) -> int:  # fmt: skip
    """Which mistake leads to NUMBER; exit status 0 if it is right, 1 if not.

    Give the meaning of the number (--params, --size, --macs, …) and the values of the question.
    """
    from convcalc.homework.conventions import conventions
    from convcalc.homework.marking.why import report_of, why

    if not number.strip():
        message = "NUMBER is empty; give the number that you found"
        raise UsageError(message)
    if not kind:
        from convcalc.cli.meant.equation import of_formula

        if said := of_formula(number):
            raise UsageError(said)
        message = "choose what NUMBER is: --params, --size, --volume, --macs, --rf, or --type NAME"
        message += "; a number such as 28x28x6 is a --volume" * ("x" in number)
        raise UsageError(message)
    kind, given = meant(number, kind, given_words(options, more))
    course = conventions(preset, **changes)
    found = why(number, kind, given, course, spelt)
    show(report_of(found, with_answer=with_answer), format_name, output)
    if found.problem:
        raise UsageError(found.problem)
    return 0 if found.result.right else 1
