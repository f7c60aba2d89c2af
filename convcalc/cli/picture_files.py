"""Pictures written to files."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from convcalc.cli.output import print_lines, remark, tell_written
from convcalc.errors import UsageError
from convcalc.files import check_place, write_file
from convcalc.text import printable

if TYPE_CHECKING:
    from convcalc.draw.base import Picture


def write_svg(picture: Picture, path: str, scheme: str) -> None:
    """Write a picture as SVG."""
    from convcalc.draw.svg import svg_text

    text = svg_text(picture.figure(), scheme)
    if path:
        write_file(path, [text.encode()])
        tell_written(path)
    else:
        print_lines(text.splitlines())


def write_png(picture: Picture, path: str, scheme: str) -> None:
    """Write a picture as PNG; of one with steps each step is a file."""
    from convcalc.draw.png import png_bytes

    if not path:
        if sys.stdout.isatty():
            message = (
                "--format png makes a file that no terminal shows; say where with -o picture.png"
            )
            raise UsageError(message)
        sys.stdout.flush()
        sys.stdout.buffer.write(png_bytes(picture.figure(), scheme))
        sys.stdout.buffer.flush()
        return
    frames = picture.figure().frames()
    paths = _numbered(path, len(frames))
    for each in paths:
        check_place(each)
    for each, frame in zip(paths, frames):
        write_file(each, [png_bytes(frame, scheme)])
    tell_written(paths[0])
    if len(paths) > 1:
        remark(f"  … to {printable(paths[-1])}, a file for each of the {len(paths)} steps")


def _numbered(path: str, count: int) -> Sequence[str]:
    """The names of so many files: the name itself for one, else with numbers from 1."""
    if count == 1:
        return [path]
    stem, suffix = os.path.splitext(path)
    return [f"{stem}-{number:0{len(str(count))}}{suffix}" for number in range(1, count + 1)]
