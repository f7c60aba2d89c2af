"""What click has against a command line, in a line of our own words."""

from __future__ import annotations

import re
from typing import Any

import click

from convcalc.cli.option_words import as_typed
from convcalc.text import printable_lines, quoted

_NO_NUMBER = re.compile(r"is not a valid (?P<sort>integer|float)(?: range)?\.?$")
_RANGE = re.compile(
    r"(?P<given>-?\d+) is not in the range (?P<least>\d+)<=x(?:<=(?P<most>\d+))?\.?$"
)
_SORTS = {"integer": "is not a whole number", "float": "is not a number"}


def usage_text(error: click.UsageError) -> str:
    """What is wrong and where to look, in whole sentences on one line."""
    message = printable_lines(as_typed(_text(error), error.ctx).replace("\n\t", " ")).replace(
        "\n", " "
    )
    said = message.rstrip(".")
    look = f"un {error.ctx.command_path if error.ctx else 'convcalc'} -h for help"
    if said.endswith("?"):
        return f"{said} R{look}."
    return f"{said}. R{look}." if ". " in said else f"{said}; r{look}"


def _text(error: click.UsageError) -> str:
    """What is wrong."""
    if isinstance(error, click.NoSuchOption):
        return f"no option {quoted(error.option_name)}{_near(error.possibilities or ())}"
    if isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter):
        name = error.param and (error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name)  # fmt: skip
        return f"{name}: {_value(error.message)}" if name else error.format_message()
    return error.format_message()


def _near(names: Any) -> str:
    """The options that may have been meant."""
    *first, last = [quoted(name) for name in names] or [""]
    return f"; did you mean {', '.join(first)}{' or ' * bool(first)}{last}?" if last else ""


def _value(message: str) -> str:
    """What is wrong with a value."""
    message = _NO_NUMBER.sub(lambda found: _SORTS[found["sort"]], message)
    found = _RANGE.fullmatch(message)
    if found is None:
        return message
    most = f" to {int(found['most']):,}" if found["most"] else " or more"
    return f"{found['given']} is out of range; give {int(found['least']):,}{most}"
