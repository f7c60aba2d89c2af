"""``convcalc kernel``: the named image kernels, and one of them on a picture."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.main import Command
from convcalc.cli.output import output_options, print_lines, show, view, write_bytes

if TYPE_CHECKING:
    from convcalc.kernels import Kernel
    from convcalc.pictures import Applied, Picture
    from convcalc.report import Report

EXAMPLES = """
    convcalc kernel
    convcalc kernel sharpen
    convcalc kernel sharpen photo.png -o out.png
    convcalc kernel sobel_x photo.png --abs --border edge
    convcalc kernel '0 1 0; 1 -4 1; 0 1 0' photo.pgm -o out.pgm
"""

MOST_WIDTH = 100  # columns of a preview
MOST_SIDE = 99  # of a kernel of one's own
MOST_SUM = 2**40  # of its values' sizes, so that all sums are exact


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("name", default="", metavar="[KERNEL]")
@click.argument("picture", default="", metavar="[PICTURE]")
@click.option(
    "--border",
    default="zero",
    type=click.Choice(["zero", "reflect", "edge", "none"]),
    help="What lies around the picture; with none the result is smaller.",
)
@click.option("--flip", is_flag=True, help="A true convolution: the kernel turned by 180 degrees.")
@click.option("--abs", "absolute", is_flag=True, help="Show values without their signs.")
@click.option(
    "--preview/--no-preview", default=None, help="Show the result here; by default without -o."
)
@output_options
def command(
    name: str,
    picture: str,
    format_name: str | None,
    output: str | None,
    *,
    preview: bool | None,
    **options: Any,
) -> None:
    """The named image KERNELs; the page of one; or a PICTURE sent through it.

    KERNEL is a name or a matrix such as '0 1 0; 1 -4 1; 0 1 0'. Each colour is worked by itself and
    rounded; what is under 0 or over 255 is clipped, and counted. PGM and PPM pictures need nothing else,
    other formats need Pillow: pip install 'convcalc[pictures]'. With a PICTURE, -o is the new picture.
    """
    if not name:
        show(list_report(), format_name, output)
        return
    kernel = kernel_of(name)
    if not picture:
        show(page_report(kernel), format_name, output)
        return
    if output and is_same(output, picture):
        from convcalc.errors import UsageError  # noqa: PLC0415 - start-up

        message = f"-o {output}: is the picture itself; choose another name"
        raise UsageError(message)
    from convcalc import pictures  # noqa: PLC0415 - numpy only where it is needed

    if output:
        pictures.check_suffix(output)
    source = pictures.read(picture)
    made = pictures.apply(source, kernel, **options)
    notes = list(made.picture.notes)
    data = b""
    if output:
        data, more = pictures.encoded(made.picture, output)
        notes += more
    report = applied_report(kernel, picture, source, made, options, notes)
    if preview or (preview is None and not output and format_name in (None, "table")):
        shown = view()
        fine = os.environ.get("COLORTERM", "") in ("truecolor", "24bit")
        width = min(shown.width or MOST_WIDTH, MOST_WIDTH)
        print_lines(pictures.preview(made.picture, width, color=shown.color, fine=fine))
    if output:
        write_bytes(output, [data])
    show(report, format_name, None)
    if output:
        click.echo(f"wrote {output}", err=True)


def is_same(one: str, other: str) -> bool:
    """Whether two paths lead to the same file."""
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def kernel_of(text: str) -> Kernel:
    """A kernel by its name, or one of the user's own."""
    from convcalc import kernels  # noqa: PLC0415 - start-up

    if kernels.is_name(text):
        return kernels.find(text)
    from math import lcm  # noqa: PLC0415

    from convcalc.errors import UsageError, printable  # noqa: PLC0415
    from convcalc.matrices import read  # noqa: PLC0415

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
    from convcalc.cli.output import column  # noqa: PLC0415 - start-up
    from convcalc.kernels import KERNELS  # noqa: PLC0415
    from convcalc.report import Report  # noqa: PLC0415

    rows = [kernel_dict(kernel) for kernel in KERNELS.values()]
    columns = [
        column("kernel", "kernel", str, right=False, keep=9),
        column("size", "size", lambda size: "×".join(map(str, size)), right=True, keep=4),
        column("scale", "scale", str, right=True, keep=5),
        column("sum", "sum", str, right=True, keep=7),
        column("about", "what it does", str, right=False, keep=8),
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
    from convcalc.report import Report  # noqa: PLC0415 - start-up

    facts = kernel_dict(kernel)
    turned = [list(row) for row in kernel.turned]
    wide = max(len(str(value)) for row in kernel.values for value in row)
    lines = [f"  {' '.join(str(value).rjust(wide) for value in row)}" for row in kernel.values]
    if kernel.divisor > 1:
        middle = len(lines) // 2
        lines[middle] += f"   × {facts['scale']}"
    lines += ["", f"sum     {facts['sum']}: {of_sum(kernel)}"]
    if kernel.about:
        lines.append(f"effect  {kernel.about}")
        lines.append(f"source  {kernel.source}")
    lines.append(f"flip    {of_turning(kernel)}")
    if kernel.known_as:
        lines.append(f"also    {', '.join(kernel.known_as)}")
    example = kernel.name if kernel.about else "'…'"
    return Report(
        title=kernel.name,
        columns=[],
        rows=[],
        key="",
        lines=lines,
        facts=facts | {"turned": turned},
        hint=f"convcalc kernel {example} photo.png -o out.png",
    )


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
    from convcalc.errors import printable  # noqa: PLC0415 - start-up
    from convcalc.report import Report  # noqa: PLC0415

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
