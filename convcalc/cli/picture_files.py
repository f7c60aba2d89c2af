"""Pictures written to files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from convcalc.cli.output import print_data, print_file, remark, tell_written
from convcalc.errors import UsageError
from convcalc.text import printable

if TYPE_CHECKING:
    from convcalc.draw.base import Picture


def write_svg(picture: Picture, path: str, scheme: str) -> None:
    """Write a picture as SVG."""
    if path:
        picture.save(path, dark=scheme == "dark", suffix=".svg")
        tell_written(path)
        _remark_on(picture)
        return
    from convcalc.draw.svg import svg_text

    print_file(svg_text(picture.figure(), scheme).splitlines())


def write_png(picture: Picture, path: str, scheme: str) -> None:
    """Write a picture as PNG; if it has steps, each step is a file."""
    if not path:
        if sys.stdout.isatty():
            message = (
                "--format png makes a file that a terminal cannot show; name it with -o picture.png"
            )
            raise UsageError(message)
        from convcalc.draw.png import png_bytes

        print_data(png_bytes(picture.figure(), scheme))
        return
    paths = picture.save(path, dark=scheme == "dark", suffix=".png")
    tell_written(paths[0])
    if len(paths) > 1:
        remark(f"  … to {printable(paths[-1])}, a file for each of the {len(paths)} steps")
    _remark_on(picture)


def _remark_on(picture: Picture) -> None:
    """Print remarks on a written file."""
    if said := picture.remark():
        remark(f"note: {said}")
