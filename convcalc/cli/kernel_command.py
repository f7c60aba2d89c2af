"""``convcalc kernel``: the named image kernels, and one of them on a picture."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.group import Command
from convcalc.cli.output import (
    SUFFIX_HELP,
    format_for,
    format_option,
    output_option,
    print_lines,
    show,
    tell_written,
    view,
)
from convcalc.errors import UsageError, printable
from convcalc.files import write_file

if TYPE_CHECKING:
    from convcalc.images.filter import Applied, Picture
    from convcalc.images.kernels import Kernel
    from convcalc.report import Report

EXAMPLES = """
    convcalc kernel
    convcalc kernel sharpen
    convcalc kernel sharpen photo.png -o out.png
    convcalc kernel sobel_x photo.png --abs --border edge
    convcalc kernel '0 1 0; 1 -4 1; 0 1 0' photo.pgm -o out.pgm
    convcalc kernel '-1 0 1' photo.png --abs
"""

# A matrix whose first number is below 0, and no option.
NEGATIVE = re.compile(r"-[0-9.][-+0-9.eE]*([\s,;|/].*)?", re.DOTALL)
LEAST_WRAPPED = 24  # columns of a description; narrower ones are left out

WITH_PREVIEW = (None, "table")
IN_ROWS = ("csv",)
MOST_WIDTH = 100  # columns of a preview
MOST_SIDE = 99  # of a kernel of one's own
MOST_SUM = 2**40  # of its values' sizes, so that all sums are exact


class KernelCommand(Command):
    """A command whose matrix may begin with a minus."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Behind a space click takes it for no option, and a matrix means the same.
        return super().parse_args(ctx, [f" {a}" if NEGATIVE.fullmatch(a) else a for a in args])


@click.command(cls=KernelCommand, examples=EXAMPLES)
@click.argument("name", required=False, metavar="[KERNEL]")
@click.argument("picture", required=False, metavar="[PICTURE]")
@click.option(
    "--border",
    type=click.Choice(["zero", "reflect", "edge", "none"]),
    help="What lies around the picture, zero by default; with none the result is smaller.",
)
@click.option("--flip", is_flag=True, help="A true convolution: the kernel turned by 180 degrees.")
@click.option("--abs", "absolute", is_flag=True, help="Show values without their signs.")
@click.option(
    "--preview/--no-preview", default=None, help="Show the result here; by default without -o."
)
@format_option
@output_option(SUFFIX_HELP)
def command(
    name: str | None,
    picture: str | None,
    format_name: str | None,
    output: str | None,
    *,
    border: str | None,
    flip: bool,
    absolute: bool,
    preview: bool | None,
) -> None:
    """The named image KERNELs; the page of one; or a PICTURE sent through it.

    KERNEL is a name or a matrix such as '0 1 0; 1 -4 1; 0 1 0'. Each colour is worked by itself and
    rounded; what is under 0 or over 255 is clipped, and counted. PGM and PPM pictures need nothing else,
    other formats need Pillow: pip install 'convcalc[pictures]'. With a PICTURE, -o is the new picture.
    """
    given = {
        "--border": border,
        "--flip": flip or None,
        "--abs": absolute or None,
        "--preview" if preview else "--no-preview": preview,
    }
    check(name, picture, [option for option, value in given.items() if value is not None])
    if picture is None:
        chosen = format_name or format_for(output)
        if name is not None:
            show(PAGES.get(chosen, page_report)(kernel_of(name)), format_name, output)
        else:
            wraps = chosen == "table" and output in (None, "-")
            show(list_report(), format_name, output, fold=wrapped_rows if wraps else None)
        return
    kernel = kernel_of(name or "")
    if preview and format_name not in WITH_PREVIEW:
        message = (
            f"--preview would stand in the {format_name}; leave it out, or --format {format_name}"
        )
        raise UsageError(message)
    if output and is_same(output, picture):
        message = f"-o {printable(output)}: is the picture itself; choose another name"
        raise UsageError(message)
    from convcalc.images import filter as pictures

    if output:
        pictures.check_suffix(output)
    options: dict[str, Any] = {"border": border or "zero", "flip": flip, "absolute": absolute}
    source = pictures.read(picture)
    made = pictures.apply(source, kernel, **options)
    notes = list(made.picture.notes)
    data = b""
    if output:
        data, more = pictures.encoded(made.picture, output)
        notes += more
    report = applied_report(kernel, picture, source, made, options, notes)
    if format_name in IN_ROWS:
        report = in_one_row(report)
    if preview or (preview is None and not output and format_name in WITH_PREVIEW):
        shown = view()
        fine = os.environ.get("COLORTERM", "") in ("truecolor", "24bit")
        width = min(shown.width or MOST_WIDTH, MOST_WIDTH)
        print_lines(pictures.preview(made.picture, width, color=shown.color, fine=fine))
    if output:
        write_file(output, [data])
    show(report, format_name, None)
    if output:
        tell_written(output)


def check(name: str | None, picture: str | None, options: list[str]) -> None:
    """Refuse what is empty, and options that have no picture to work on."""
    if name == "":
        message = "KERNEL is empty; give a name, which convcalc kernel lists, or numbers"
        raise UsageError(message)
    if picture == "":
        message = "PICTURE is empty; name a file, or leave it out"
        raise UsageError(message)
    if picture is None and options:
        message = f"{options[0]} is about a picture; name one, as in convcalc kernel sharpen photo.png, or leave {options[0]} out"
        raise UsageError(message)


def is_same(one: str, other: str) -> bool:
    """Whether two paths lead to the same file."""
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def kernel_of(text: str) -> Kernel:
    """A kernel by its name, or one of the user's own."""
    from convcalc.images import kernels

    if kernels.is_name(text):
        return kernels.find(text)
    from math import lcm

    from convcalc.hand.matrices import read

    if os.path.splitext(text)[1].lower() in (".png", ".jpg", ".jpeg", ".gif", ".pgm", ".ppm"):
        message = f"{printable(text)} is a picture; name the kernel before it, such as sharpen"
        raise UsageError(message)
    given = read(text, "KERNEL")
    if len(given.shape) > (given.axes or 2) or max(given.shape) > MOST_SIDE:
        message = f"KERNEL is {'×'.join(map(str, given.shape))}; give rows and columns, up to {MOST_SIDE} of each"
        raise UsageError(message)
    divisor = lcm(*(cell.denominator for cell in given.cells))
    wholes = [int(cell * divisor) for cell in given.cells]
    if sum(map(abs, wholes)) > MOST_SUM:
        message = (
            "KERNEL has numbers too large or too finely divided for exact sums; use shorter ones"
        )
        raise UsageError(message)
    columns = given.shape[-1]
    rows = tuple(tuple(wholes[at : at + columns]) for at in range(0, len(wholes), columns))
    return kernels.Kernel("your kernel", rows, divisor, "", "")


# ------------------------------------------------------------------------------------ reports


def list_report() -> Report:
    """All kernels."""
    from convcalc.cli.output import column
    from convcalc.images.kernels import KERNELS
    from convcalc.report import Report

    rows = [kernel_dict(kernel) for kernel in KERNELS.values()]
    columns = [
        column("kernel", "kernel", str, right=False, keep=9),
        column("size", "size", lambda size: "×".join(map(str, size)), right=True, keep=4),
        column("scale", "scale", str, right=True, keep=5),
        column("sum", "sum", str, right=True, keep=7),
        column("about", "what it does", str, right=False, keep=1),
    ]
    return Report(
        title="",
        columns=columns,
        rows=rows,
        key="kernels",
        row_dict=dict,
        footer=[
            "sum = what a plain area is multiplied by: 1 keeps its brightness, 0 turns it black"
        ],
        hint="convcalc kernel NAME shows one; convcalc kernel NAME PICTURE -o FILE applies it",
    )


def wrapped_rows(report: Report) -> list[Any]:
    """The rows with each description over as many lines as a narrow terminal needs."""
    width = view().width
    others = [
        max(len(one.heading), *(len(one.text(one.value(row))) for row in report.rows))
        for one in report.columns[:-1]
    ]
    room = (width or 0) - sum(others) - 2 * len(others)
    if room < LEAST_WRAPPED:
        return list(report.rows)
    from textwrap import wrap

    rows = []
    for row in report.rows:
        first, *more = wrap(row["about"], room)
        rows.append(row | {"about": first})
        rows += [dict.fromkeys(row, "") | {"about": line} for line in more]
    return rows


def kernel_dict(kernel: Kernel) -> dict[str, Any]:
    """A kernel as JSON."""
    return {
        "kernel": kernel.name,
        "size": [len(kernel.values), len(kernel.values[0])],
        "values": [list(row) for row in kernel.values],
        "scale": "1" if kernel.divisor == 1 else f"1/{kernel.divisor}",
        "sum": str(kernel.sum),
        "about": kernel.about,
        "source": kernel.source,
        "also_called": list(kernel.known_as),
    }


def page_report(kernel: Kernel) -> Report:
    """The page of one kernel."""
    from convcalc.report import Report

    facts = kernel_dict(kernel)
    turned = [list(row) for row in kernel.turned]
    wide = max(len(str(value)) for row in kernel.values for value in row)
    lines = [f"  {' '.join(str(value).rjust(wide) for value in row)}" for row in kernel.values]
    if kernel.divisor > 1:
        middle = len(lines) // 2
        lines[middle] += f"   × {facts['scale']}"
    example = kernel.name if kernel.about else "'…'"
    return Report(
        title=kernel.name,
        columns=[],
        rows=[],
        key="",
        lines=[*lines, "", *about_lines(kernel)],
        facts=facts | {"turned": turned},
        hint=f"convcalc kernel {example} photo.png -o out.png",
    )


def about_lines(kernel: Kernel) -> list[str]:
    """What is said about a kernel under its values."""
    lines = [f"sum     {kernel.sum}: {of_sum(kernel)}"]
    if kernel.about:
        lines.append(f"effect  {kernel.about}")
        lines.append(f"source  {kernel.source}")
    lines.append(f"flip    {of_turning(kernel)}")
    if kernel.known_as:
        lines.append(f"also    {', '.join(kernel.known_as)}")
    return lines


def cells_report(kernel: Kernel) -> Report:
    """A row for each cell of a kernel."""
    from convcalc.cli.output import column
    from convcalc.report import Report

    keys = ("kernel", "row", "column", "value", "divided_by")
    rows = [
        dict(zip(keys, (kernel.name, i, j, value, kernel.divisor)))
        for i, row in enumerate(kernel.values)
        for j, value in enumerate(row)
    ]
    return Report(title="", columns=[column(key, key, str) for key in keys], rows=rows)


def array_report(kernel: Kernel) -> Report:
    """The page with its matrix as one of mathematics."""
    from convcalc.report import Report

    scale = rf"\frac{{1}}{{{kernel.divisor}}}" if kernel.divisor > 1 else ""
    return Report(
        title=kernel.name,
        columns=[],
        rows=[],
        lines=about_lines(kernel),
        math=[
            rf"{scale}\left(\begin{{array}}{{{'r' * len(kernel.values[0])}}}",
            *(rf"{' & '.join(map(str, row))} \\" for row in kernel.values),
            r"\end{array}\right)",
        ],
    )


# What the page of a kernel is in formats where it is no lines of text.
PAGES = {"csv": cells_report, "latex": array_report}


def in_one_row(report: Report) -> Report:
    """A report of facts as one row, whose columns they are."""
    from convcalc.cli.output import column

    facts = dict(report.facts)
    clipped = facts.pop("clipped")
    facts |= {f"clipped_{name}": count for name, count in clipped.items()}
    return replace(report, columns=[column(key, key, str) for key in facts], rows=[facts])


def of_sum(kernel: Kernel) -> str:
    """What the sum does to a plain area."""
    if kernel.sum == 1:
        return "plain areas keep their brightness"
    if kernel.sum == 0:
        return "plain areas turn black; what is negative is clipped, unless --abs shows it"
    return f"plain areas are multiplied by {kernel.sum}"


def of_turning(kernel: Kernel) -> str:
    """What a true convolution makes of the kernel."""
    if kernel.turned == kernel.values:
        return "the same turned by 180°, so correlation and true convolution agree"
    if kernel.turned == tuple(tuple(-value for value in row) for row in kernel.values):
        return "its own negative turned by 180°: a true convolution (--flip) swaps light and dark"
    return "applied as it is (correlation); a true convolution (--flip) turns it by 180°"


def applied_report(
    kernel: Kernel,
    path: str,
    source: Picture,
    made: Applied,
    options: dict[str, Any],
    notes: list[str],
) -> Report:
    """What the kernel made of the picture."""
    from convcalc.report import Report

    rows, columns = made.picture.size
    pixels = rows * columns
    channels = len(source.channels)
    said = f"{rows}×{columns} pixels, {'grey' if channels == 1 else 'each colour by itself'}, border {options['border']}"
    words = [word for word in ("flip", "absolute") if options[word]]
    share = 100 * made.pixels / pixels
    clipped = "clipped  no value is under 0 or over 255"
    if made.pixels:
        clipped = f"clipped  {made.pixels:,} of {pixels:,} pixels ({share:.2f} %): {made.below:,} values under 0, {made.above:,} over 255"
    if kernel.sum == 0 and made.below and not options["absolute"]:
        notes.append("--abs shows the negative values as well: edges in both directions")
    return Report(
        title="",
        columns=[],
        rows=[],
        key="",
        lines=[f"{kernel.name} on {printable(path)}: {', '.join([said, *words])}", clipped],
        notes=notes,
        facts={
            "kernel": kernel.name,
            "picture": path,
            "input": [channels, *source.size],
            "output": [channels, rows, columns],
            **options,
            "clipped": {"pixels": made.pixels, "below": made.below, "above": made.above},
        },
    )
