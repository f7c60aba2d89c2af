"""``convcalc hand``: a small convolution by hand, window by window."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from convcalc.cli.answer_picture import draw_options, show_with_picture
from convcalc.cli.group import Command
from convcalc.cli.hand_words import FIT, GRADIENTS, KERNEL, MATRIX, OPERATION, PADDING
from convcalc.cli.together import Rule

EXAMPLES = """
    convcalc hand --x '0 1 2; 3 4 5; 6 7 8' --k '0 1; 2 3'
    convcalc hand --x '0 1 2; 3 4 5; 6 7 8' --k '0 1; 2 3' --p 1 --s 3x2 --step 1,0
    convcalc hand --x '2 1 3 0 4 2' --k '1 0 -1' --flip
    convcalc hand --x '0 1; 2 3' --k '0 1; 2 3' --op tconv --s 2
    convcalc hand --x image.csv --k 2 --op maxpool --draw
    convcalc hand --x image.csv --k sobel_x --p same --step 0,0
    convcalc hand --x '1 2 3; 4 5 6; 7 8 9' --k '1 2; 3 4' --grad '1 0; 0 -1'
    convcalc hand --x '0 1 2; 3 4 5; 6 7 8' --k '0 1; 2 3' --blank --key -o sheet.md
"""
_KEY = Rule("--key", "{option} gives the answers to a worksheet; add --blank", needs=("--blank",))


@click.command(cls=Command, examples=EXAMPLES, rules=(_KEY,))
@click.option("--x", required=True, type=MATRIX, help="The input.")
@click.option(
    "--k",
    required=True,
    type=KERNEL,
    help="The kernel: a matrix, or a name of convcalc kernel; for a pool its size, 2 or 2x3.",
)
@click.option(
    "--op",
    default="conv",
    type=OPERATION,
    help="conv (default), tconv, maxpool, avgpool or gradient (conv with --grad).",
)
@click.option("--s", metavar="S", help="Stride: 2, or 3x2; by default 1, for a pool its size.")
@click.option(
    "--p", type=PADDING, help="Padding: 1, 1x2, 0,1 (before, after), valid, same, full, causal."
)
@click.option("--d", metavar="D", help="Dilation; 1 is an ordinary kernel.")
@click.option("--a", "--output-padding", "a", metavar="A", help="Output padding; for tconv only.")
@click.option("--bias", metavar="NUMBERS", type=MATRIX, help="One number per filter.")
@click.option(
    "--grad",
    type=MATRIX,
    help="The gradient with respect to the result; then the gradients are calculated.",
)
@click.option("--wrt", type=GRADIENTS, help="Which gradients: input,weights,bias; all by default.")
@click.option("--fit", default="floor", type=FIT, help="floor, strict, ceil or caffe.")
@click.option("--exclude-pad", is_flag=True, help="avgpool: divide by the real cells only.")
@click.option("--flip", is_flag=True, help="Also the true convolution, with the kernel turned.")
@click.option("--step", metavar="I,J", help="One window only, counted from 0.")
@click.option(
    "--all", "every", is_flag=True, help="Show every window and matrix, however many and large."
)
@click.option("--blank", is_flag=True, help="A worksheet: boxes instead of results.")
@click.option(
    "--key", is_flag=True, help="With --blank: the answers, after it or in separate columns."
)
@click.option("--dims", type=int, metavar="N", help="Axes, 1 or 2, if lists can mean either.")
@draw_options
def command(
    format_name: str | None,
    output: str | None,
    *,
    blank: bool,
    key: bool,
    every: bool,
    draw: bool,
    **options: Any,
) -> None:
    """A convolution, transposed convolution, pool or gradient by hand, window by window.

    A MATRIX is text such as '0 1; 2 3', where ; separates rows, | channels and || filters. It can also be
    nested lists, a file (.yaml .json .csv .txt .npy), or - for standard input. Text files and standard input have one row
    per line, and an empty line between channels. In .csv files ; separates columns. Numbers are exact;
    fractions are written 1/16.
    """
    from convcalc.cli.matrices import exercise
    from convcalc.hand import hand_report

    work = exercise(options)
    report = partial(hand_report, work, blank=blank, key=key, every=every)
    picture = partial(_picture, work, blank=blank, every=every)
    show_with_picture(report, picture, format_name, output, draw=draw, on_pages=not blank)


def _picture(work: Any, **settings: bool) -> Any:
    """The picture of an exercise."""
    from convcalc.draw.by_hand import by_hand

    return by_hand(work, **settings)
