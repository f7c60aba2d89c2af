"""A first file to change: printed, or written if there is no file with its name."""

from __future__ import annotations

from convcalc.cli.group import Command
from convcalc.cli.output import print_file, remark, tell_written
from convcalc.errors import UsageError
from convcalc.files import check_new, check_place, write_lines


class NewFileCommand(Command):
    """A command whose argument is the file that it writes."""

    writes = ("file",)


def give(text: str, file: str, hint: str, *, overwrite: bool) -> None:
    """Print a text, or write it to a file and say what to do next.

    Args:
        text: the text of the file.
        file: the path; ``-`` for standard output.
        hint: what to do next with the file.
        overwrite: whether an existing file may be replaced.

    Raises:
        UsageError: the file exists or cannot be written, or there is no name.
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
