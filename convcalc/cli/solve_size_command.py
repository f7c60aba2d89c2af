"""``convcalc solve size``: which windows take one size to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from convcalc.cli.group import Command
from convcalc.cli.output import output_options, show
from convcalc.cli.together import Rule
from convcalc.cli.types import KIND, OUT_SHAPE, SHAPE, LayerOption
from convcalc.errors import UsageError

if TYPE_CHECKING:
    from convcalc.layers import Layer

EXAMPLES = """
    convcalc solve size --n 32 --o 10
    convcalc solve size --n 32 --o 10 --k 5
    convcalc solve size --n 28 --o 28 --uneven
    convcalc solve size --n 112 --o 56 --kind maxpool --fit ceil
    convcalc solve size --n 16 --o 33 --kind conv_transpose
    convcalc solve size --n 24x32 --o 12x16 --all
"""
_RULES = (
    Rule("--uneven", "{option} looks for padding, which {others} gives; leave one out", ("--p",)),
)
_NUMBER, _NUMBER_0 = LayerOption("WHOLE", 1), LayerOption("WHOLE", 0)


@click.command("size", cls=Command, examples=EXAMPLES, rules=_RULES)
@click.option("--n", required=True, type=SHAPE, metavar="N[xN]", help="Input size.")
@click.option("--o", required=True, type=OUT_SHAPE, metavar="O[xO]", help="Output size, or same.")
@click.option("--k", type=_NUMBER, metavar="K", help="Only with this kernel.")
@click.option("--s", type=_NUMBER, metavar="S", help="Only with this stride.")
@click.option(
    "--p", type=LayerOption("PADDING", 0), metavar="P", help="Only with this padding: 1, or 0,1."
)
@click.option("--d", type=_NUMBER, metavar="D", help="Only with this dilation.")
@click.option(
    "--a", type=_NUMBER_0, metavar="A", help="Only with this output padding, when transposed."
)
@click.option("--kind", default="conv", type=KIND, help="conv, conv_transpose, or a pool.")
@click.option(
    "--fit",
    default="floor",
    type=LayerOption("FIT"),
    metavar="RULE",
    help="floor (the default), strict, ceil or caffe.",
)
@click.option(
    "--uneven", is_flag=True, help="Also allow padding that differs by one before and after."
)
@click.option("--all", "every", is_flag=True, help="Show every answer.")
@output_options
def command(
    n: tuple[int, ...],
    o: tuple[int, ...],
    k: int | None,
    s: int | None,
    p: object,
    d: int | None,
    a: int | None,
    kind: type[Layer],
    fit: str,
    *,
    uneven: bool,
    every: bool,
    format_name: str | None,
    output: str | None,
) -> None:
    """Kernel, stride, padding and dilation that take one size to another, the best first.

    You can leave out the word size. Numbers that you give are fixed. One number for --n and --o is one axis; the window is the same
    along each.
    """
    from convcalc.solve.report import windows_report
    from convcalc.solve.windows import Question

    question = Question(n, o or n, kind.kind, k, s, _pair(p), d, a, fit, uneven)
    show(windows_report(question, every=every), format_name, output)


def _pair(padding: object) -> tuple[int, int] | None:
    """The padding before and after.

    Raises:
        UsageError: it is a word, or not the same on all axes.
    """
    if padding is None:
        return None
    if isinstance(padding, int):
        return padding, padding
    if isinstance(padding, tuple) and len(padding) == 1 and isinstance(padding[0], tuple):
        return padding[0]
    message = (
        "--p: give one number, or two for before and after such as 0,1; left out, it is looked for"
    )
    raise UsageError(message)
