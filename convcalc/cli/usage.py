"""What click has against a command line, in a line of our own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from convcalc.cli.option_words import as_typed
from convcalc.text import printable, printable_lines, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

_NO_NUMBER = re.compile(r"is not a valid (?P<sort>integer|float)(?: range)?\.?$")
_RANGE = re.compile(
    r"(?P<given>-?\d+) is not in the range (?P<least>\d+)<=x(?:<=(?P<most>\d+))?\.?$"
)
_LEADS_ON = re.compile(r"(type|chain:|word:) convcalc ")  # it says the command already
_SORTS = {"integer": "is not a whole number", "float": "is not a number"}


def usage_text(error: click.UsageError) -> str:
    """What is wrong and where to look, in whole sentences on one line."""
    text = as_typed(_text(error), error.ctx).replace("\n\t", " ")
    said = printable_lines(text).replace("\n", " ").rstrip(".")
    if _LEADS_ON.search(said):
        return said
    look = f"un {error.ctx.command_path if error.ctx else 'convcalc'} -h for help"
    if said.endswith("?"):
        return f"{said} R{look}."
    return f"{said}. R{look}." if ". " in said else f"{said}; r{look}"


def _text(error: click.UsageError) -> str:
    """What is wrong."""
    from convcalc.cli.meant.stray_words import lead_on

    if said := lead_on(error):
        return said
    if isinstance(error, click.NoSuchOption):
        from convcalc.cli.meant.no_option import instead

        return f"no option {quoted(error.option_name)}{instead(error)}"
    if isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter):
        name = error.param and (error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name)  # fmt: skip
        return f"{name}: {_value(error.message)}" if name else error.format_message()
    return error.format_message()


def _value(message: str) -> str:
    """What is wrong with a value."""
    message = _NO_NUMBER.sub(lambda found: _SORTS[found["sort"]], message)
    found = _RANGE.fullmatch(message)
    if found is None:
        return message
    most = f" to {int(found['most']):,}" if found["most"] else " or more"
    return f"{found['given']} is out of range; give {int(found['least']):,}{most}"


def format_text(output: str, suffix: str, known: Iterable[str]) -> str:
    """What is wrong with a place for a report whose format is not known."""
    what = f"no format has the suffix {suffix!r}"
    if not suffix:
        what = "this is for a report, not a folder, and without a suffix its format is not known"
        ctx = click.get_current_context(silent=True)
        if ctx and any("--out" in param.opts for param in ctx.command.params):
            what += f"; the folder is --out {printable(output)}"
    if output.isdigit():
        what = f"a report goes there; what gives the size {output} says convcalc solve --n 32 --o {output}; no suffix says its format"
    return f"-o {printable(output)}: {what}; use one of {', '.join(known)}, or --format"
