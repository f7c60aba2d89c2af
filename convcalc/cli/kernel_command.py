"""``convcalc kernel``: list the image kernels, or apply one to a picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from convcalc.cli.group import MatrixCommand
from convcalc.cli.hand_words import KERNEL
from convcalc.cli.known import FILE
from convcalc.cli.matrices import image_kernel
from convcalc.cli.output import (
    SUFFIX_HELP,
    check_suffix,
    draws_figures,
    format_option,
    output_option,
    show,
    tell_written,
)
from convcalc.errors import UsageError

EXAMPLES = """
    convcalc kernel
    convcalc kernel sharpen
    convcalc kernel sharpen photo.png -o out.png
    convcalc kernel sobel_x photo.png --abs --border edge
    convcalc kernel '0 1 0; 1 -4 1; 0 1 0' photo.pgm -o out.pgm
    convcalc kernel '-1 0 1' photo.png --abs
"""


@click.command(cls=MatrixCommand, examples=EXAMPLES)
@click.argument("name", required=False, metavar="[KERNEL]", type=KERNEL)
@click.argument("picture", required=False, metavar="[PICTURE]", type=FILE)
@click.option(
    "--border",
    type=click.Choice(["zero", "reflect", "edge", "none"]),
    help="What surrounds the picture; zero by default. With none, the result is smaller.",
)
@click.option("--flip", is_flag=True, help="A true convolution: the kernel turned by 180 degrees.")
@click.option("--abs", "absolute", is_flag=True, help="Show values without their signs.")
@click.option(
    "--preview/--no-preview",
    default=None,
    help="Show the result in the terminal; this is the default without -o.",
)
@format_option
@output_option(SUFFIX_HELP)
def command(
    name: str | None,
    picture: str | None,
    format_name: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """List the image KERNELs, describe one, or apply it to a PICTURE.

    KERNEL is a name or a matrix such as '0 1 0; 1 -4 1; 0 1 0'. It is applied to each colour separately;
    results are rounded, and values under 0 or over 255 are clipped and counted. PGM and PPM pictures need
    nothing else; for other formats, pip install Pillow. With a PICTURE, -o writes the new picture, and
    --format is that of the report.
    """
    kernel = None if name is None else image_kernel(name)
    if picture == "":
        raise UsageError("PICTURE is empty; name a file, or leave it out")
    preview = options.pop("preview")
    if picture is None:
        from convcalc.images.report import kernel_list, kernel_page

        _refuse_without_picture(options, preview)
        if output and output != "-":
            check_suffix(output, format_name)
        show(kernel_page(kernel) if kernel else kernel_list(), format_name, output)
        return
    from convcalc.images.filter import filter_file
    from convcalc.images.preview import Preview

    if preview and not draws_figures(format_name):
        raise UsageError(f"--preview is not possible in {format_name}; leave out one of the two")
    border = options.pop("border") or "zero"
    assert kernel is not None
    report, result = filter_file(picture, kernel, output or "", border=border, **options)
    if preview or (preview is None and not output):
        report = replace(report, figures=(Preview(result),))
    show(report, format_name, None)
    if output:
        tell_written(output)


def _refuse_without_picture(options: dict[str, Any], preview: bool | None) -> None:
    """Refuse options that need a picture if there is none."""
    names = {"border": "--border", "flip": "--flip", "absolute": "--abs"}
    given = [option for name, option in names.items() if options[name]]
    given += [] if preview is None else ["--preview" if preview else "--no-preview"]
    if given:
        message = f"{given[0]} is about a picture; name one, as in convcalc kernel sharpen photo.png, or leave {given[0]} out"
        raise UsageError(message)
