"""Reports on image kernels: the list, the page of one kernel, and a filtered picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.report import Column, Report
from convcalc.text import printable, times

if TYPE_CHECKING:
    from convcalc.images.files import Picture
    from convcalc.images.filter import Applied
    from convcalc.images.kernels import Kernel

MIN_DESCRIPTION = 24  # columns of a description; with less room it is left out


def kernel_list() -> Report:
    """All named kernels."""
    from convcalc.images.kernels import KERNELS  # noqa: PLC0415 - the page of one kernel needs no list

    column = Column.of_mapping
    return Report(
        title="",
        columns=[
            column("kernel", "kernel", right=False, keep=9),
            column("size", "size", times, keep=4),
            column("scale", "scale", keep=5),
            column("sum", "sum", keep=7),
            column("about", "what it does", right=False, keep=1, least=MIN_DESCRIPTION, wraps=True),
        ],
        rows=[_kernel_facts(kernel) for kernel in KERNELS.values()],
        key="kernels",
        row_dict=dict,
        legend=[
            "sum = what a plain area is multiplied by: 1 keeps its brightness, 0 turns it black"
        ],
        hint="convcalc kernel NAME shows one; convcalc kernel NAME PICTURE -o FILE applies it",
    )


def _kernel_facts(kernel: Kernel) -> dict[str, Any]:
    """A kernel as JSON."""
    return {
        "kernel": kernel.name,
        "size": list(kernel.shape),
        "values": [list(row) for row in kernel.values],
        "scale": "1" if kernel.divisor == 1 else f"1/{kernel.divisor}",
        "sum": str(kernel.sum),
        "about": kernel.about,
        "source": kernel.source,
        "also_called": list(kernel.aliases),
    }


def kernel_page(kernel: Kernel) -> Report:
    """The page of one kernel: its values as text, as mathematics, and a row for each cell."""
    facts = _kernel_facts(kernel)
    wide = max(len(str(value)) for row in kernel.values for value in row)
    matrix = [f"  {' '.join(str(value).rjust(wide) for value in row)}" for row in kernel.values]
    if kernel.divisor > 1:
        matrix[len(matrix) // 2] += f"   × {facts['scale']}"
    scale = rf"\frac{{1}}{{{kernel.divisor}}}" if kernel.divisor > 1 else ""
    keys = ("kernel", "row", "column", "value", "divided_by")
    cells = [
        dict(zip(keys, (kernel.name, i, j, value, kernel.divisor)))
        for i, row in enumerate(kernel.values)
        for j, value in enumerate(row)
    ]
    example = kernel.name if kernel.about else "'…'"
    return Report(
        title=kernel.name,
        columns=[Column.of_mapping(key, key, for_programs=True) for key in keys],
        rows=cells,
        key="",
        lines=[*matrix, "", *_description(kernel)],
        math=[
            rf"{scale}\left(\begin{{array}}{{{'r' * len(kernel.values[0])}}}",
            *(rf"{' & '.join(map(str, row))} \\" for row in kernel.values),
            r"\end{array}\right)",
        ],
        math_replaces=len(matrix),
        facts=facts | {"turned": [list(row) for row in kernel.turned]},
        hint=f"convcalc kernel {example} photo.png -o out.png",
    )


def _description(kernel: Kernel) -> list[str]:
    """The text about a kernel below its values."""
    lines = [f"sum     {kernel.sum}: {_meaning_of_sum(kernel)}"]
    if kernel.about:
        lines.append(f"effect  {kernel.about}")
        lines.append(f"source  {kernel.source}")
    lines.append(f"flip    {_meaning_of_flip(kernel)}")
    if kernel.aliases:
        lines.append(f"also    {', '.join(kernel.aliases)}")
    return lines


def _meaning_of_sum(kernel: Kernel) -> str:
    """The effect of the sum on a uniform area."""
    if kernel.sum == 1:
        return "plain areas keep their brightness"
    if kernel.sum == 0:
        return "plain areas turn black; negative values are clipped, unless --abs shows it"
    return f"plain areas are multiplied by {kernel.sum}"


def _meaning_of_flip(kernel: Kernel) -> str:
    """The effect of a true convolution with the kernel."""
    if kernel.turned == kernel.values:
        return "the same turned by 180°, so correlation and true convolution agree"
    if kernel.turned == tuple(tuple(-value for value in row) for row in kernel.values):
        return "its own negative turned by 180°: a true convolution (--flip) swaps light and dark"
    return "applied without a change (correlation); a true convolution (--flip) turns it by 180°"


def filter_report(
    kernel: Kernel, path: str, source: Picture, result: Applied, options: dict[str, Any]
) -> Report:
    """The report on a filtered picture.

    Args:
        kernel: the kernel.
        path: the file of the picture.
        source: the picture.
        result: the filtered picture.
        options: the options: border, flip, absolute.
    """
    rows, columns = result.picture.size
    channels = len(source.channels)
    clipped = {"pixels": result.pixels, "below": result.below, "above": result.above}
    facts = {
        "kernel": kernel.name,
        "picture": path,
        "input": [channels, *source.size],
        "output": [channels, rows, columns],
        **options,
    }
    row = facts | {f"clipped_{name}": count for name, count in clipped.items()}
    remarks = []
    if kernel.sum == 0 and result.below and not options["absolute"]:
        remarks.append("--abs also shows the negative values: edges in both directions")
    words = [
        f"{rows}×{columns} pixels",
        "grey" if channels == 1 else "each colour separately",
        f"border {options['border']}",
        *(word for word in ("flip", "absolute") if options[word]),
    ]
    return Report(
        title="",
        columns=[Column.of_mapping(key, key, for_programs=True) for key in row],
        rows=[row],
        key="",
        lines=[f"{kernel.name} on {printable(path)}: {', '.join(words)}", _clipping(result)],
        notes=list(result.picture.notes),
        remarks=remarks,
        facts=facts | {"clipped": clipped},
    )


def _clipping(result: Applied) -> str:
    """The number of clipped values, in a line."""
    if not result.pixels:
        return "clipped  no value is under 0 or over 255"
    rows, columns = result.picture.size
    share = 100 * result.pixels / (rows * columns)
    return (
        f"clipped  {result.pixels:,} of {rows * columns:,} pixels ({share:.2f} %): "
        f"{result.below:,} values under 0, {result.above:,} over 255"
    )
