"""Where sheets are: files, and the bundled ones by their names."""

from __future__ import annotations

import os
from functools import cache

from convcalc.errors import UsageError, did_you_mean
from convcalc.files import STDIN, decode, read_file, slashed, suffix_of_file
from convcalc.interop.sorts import sort_of_text
from convcalc.network.find import bundled_names as bundled_networks
from convcalc.text import quoted

MAX_SHEET = 4 * 2**20  # bytes of a sheet


def bundled_folder() -> str:
    """The folder of the bundled sheets: inside the package when installed, next to it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    inside = os.path.join(package, "sample_sheets")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "homework")


@cache
def bundled_names() -> tuple[str, ...]:
    """The names of the bundled sheets: files without ``.yaml``; in a folder, after its name."""
    top = bundled_folder()
    found = []
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            if (
                name.endswith(".yaml")
                and sort_of_text(read_file(path, MAX_SHEET, "sheet")) == "sheet"
            ):
                found.append(slashed(os.path.relpath(path, top).removesuffix(".yaml")))
    return tuple(sorted(found, key=lambda name: ("/" in name, name)))


def bundled_path(name: str) -> str:
    """The file of a bundled sheet, with or without ``.yaml``.

    Raises:
        UsageError: there is no such sheet.
    """
    wanted = name.removesuffix(".yaml")
    if wanted not in bundled_names():
        if wanted in bundled_networks():
            message = f"{wanted} is a bundled network, not a sheet; type convcalc init FILE --from {wanted}"
            raise UsageError(message)
        message = f"no bundled sheet {quoted(name)}{did_you_mean(wanted, bundled_names())}"
        raise UsageError(message)
    return os.path.join(bundled_folder(), *wanted.split("/")) + ".yaml"


def find(target: str) -> str:
    """The path of a sheet: a file, standard input (``-``), or the name of a bundled one.

    Args:
        target: what the user wrote.

    Raises:
        UsageError: there is no such file and no such bundled sheet.
    """
    if target == STDIN or "\0" in target or os.path.lexists(target):
        return target  # reading it gives the error
    wanted = target.removesuffix(".yaml")
    if wanted in bundled_names():
        return bundled_path(wanted)
    suffix = suffix_of_file(target)
    near = (
        f"; did you mean {quoted(target + suffix)}?"
        if suffix
        else did_you_mean(wanted, bundled_names())
    )
    message = f"no file {quoted(target)} and no bundled sheet of that name{near}"
    raise UsageError(message)


def text_of(path: str) -> str:
    """The text of a bundled file."""
    return decode(read_file(path, MAX_SHEET, "sheet"), path)
