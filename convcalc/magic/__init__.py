"""``%load_ext convcalc``: the command line as a magic of IPython and Jupyter.

``%convcalc layer --n 32 --k 5`` runs any command and shows its report. Under ``%%convcalc`` the cell is a
network file or a chain of layers; on its line can be options of ``convcalc arch`` or ``convcalc chain``, or
another command. IPython is only imported when it loads this extension.
"""

from __future__ import annotations

import re
import shlex
from typing import Any

from convcalc.errors import ConvcalcError

_FILE = re.compile(r"[{\[]|---|[\w.-]+\s*:(\s|$)|layer\s*\{")  # the beginning of a network file
_SHAPE = re.compile(r"\d+(?:x\d+)*$")


def load_ipython_extension(ipython: Any) -> None:
    """Add ``%convcalc`` and ``%%convcalc``; called by ``%load_ext convcalc``."""
    ipython.register_magic_function(magic, "line_cell", "convcalc")


def magic(line: str, cell: str | None = None) -> Any:
    """Run a command of convcalc and show its report; ``%convcalc -h`` lists the commands.

    Under ``%%convcalc`` the cell is a network file or a chain, such as ``1x32x32 conv:k5c6 pool:k2``.
    """
    from IPython import get_ipython
    from IPython.core.error import UsageError
    from IPython.display import display

    from convcalc.magic.run import CELL, run
    from convcalc.report import Report

    try:
        # Without a kernel, it is a terminal.
        found = run(
            *command_of(line, cell), html=getattr(get_ipython(), "kernel", None) is not None
        )
    except ConvcalcError as error:  # one line, and the cell fails
        raise UsageError(f"convcalc: {error}") from None
    for shown in found:
        if isinstance(shown, Report) and shown.title == CELL:  # the name of the cell is not useful
            shown.title = ""
    for shown in found[:-1]:
        display(shown)
    return found[-1] if found else None


def command_of(line: str, cell: str | None = None) -> tuple[list[str], str]:
    r"""The command line for a magic, and its standard input.

    Raises:
        ConvcalcError: a quote is not closed, the cell is empty, or a chain has no input.

    >>> command_of("layer --n 32 --k 5")
    (['layer', '--n', '32', '--k', '5'], '')
    >>> command_of("--memory", "input: [3, 8, 8]\nlayers: [relu]")
    (['arch', '--memory', '-'], 'input: [3, 8, 8]\nlayers: [relu]')
    >>> command_of("draw net", "1x32x32 conv:k5c6 pool:k2")
    (['draw', 'net', '--input', '1x32x32', '--', 'conv:k5c6', 'pool:k2'], '')
    """
    try:
        words = shlex.split(line)
    except ValueError:
        message = f"{line.strip()}: a quotation mark is not closed; close it"
        raise ConvcalcError(message) from None
    if cell is None:
        return words, ""
    lines = [each for each in cell.splitlines() if each.split("#")[0].strip()]
    if not lines:
        message = "%%convcalc: the cell is empty; write a network file into it, or a chain such as 1x32x32 conv:k5c6 pool:k2"
        raise ConvcalcError(message)
    is_file = bool(_FILE.match(lines[0].lstrip()))
    if not words or words[0].startswith("-"):
        words = ["arch" if is_file else "chain", *words]
    if is_file:
        return [*words, "-"], cell
    return [*words, *_chain_words(lines, words)], ""


def _chain_words(lines: list[str], words: list[str]) -> list[str]:
    """The layers of a chain as words of a command line, with the input if the cell begins with it.

    Raises:
        ConvcalcError: there is no input.
    """
    first, _, rest = lines[0].strip().partition(" ")
    given: list[str] = []
    if _SHAPE.match(first):
        given, lines = ["--input", first], [rest, *lines[1:]]
    elif not any(word.split("=")[0] == "--input" for word in words):
        message = "%%convcalc: the layers of a chain need an input shape; begin the cell with it, as in 3x32x32 conv:k3c8, or write %%convcalc --input 3x32x32"
        raise ConvcalcError(message)
    text = "\n".join(lines).strip()
    layers = [text] if "(" in text else text.split()
    return [*given, "--", *layers]
