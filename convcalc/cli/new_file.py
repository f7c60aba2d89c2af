"""A file to begin from: printed, or written where none of its name is."""

from __future__ import annotations

from convcalc.cli.group import Command
from convcalc.cli.output import print_file, remark, tell_written
from convcalc.errors import UsageError
from convcalc.files import check_new, check_place, write_lines


class NewFileCommand(Command):
    """A command whose argument is the file that it writes."""

    writes = ("file",)


def give(text: str, file: str, hint: str, *, overwrite: bool) -> None:
    """Print a text, or write it into a file and say what to do next.

    Args:
        text: of the file.
        file: where it goes; ``-`` for standard output.
        hint: what to do next with the file.
        overwrite: whether a file that is there may be replaced.

    Raises:
        UsageError: the file is there, cannot be written, or is not named.
    """
    lines = text.rstrip("\n").split("\n")
    if file == "-":
        if overwrite:
            message = (
                "--overwrite replaces FILE, but none is named; name one, or leave --overwrite out"
            )
            raise UsageError(message)
        print_file(lines)
        return
    check_new(file, overwrite=overwrite)
    check_place(file, "")
    write_lines(file, lines, "")
    tell_written(file)
    remark(f"next: {hint}")
