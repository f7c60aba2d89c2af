"""click's errors about a command line, as one line in our own words."""

from __future__ import annotations

import re

import click

from convcalc.cli.option_words import as_typed
from convcalc.errors import nearest
from convcalc.text import printable_lines, quoted

_NO_NUMBER = re.compile(r"is not a valid (?P<sort>integer|float)(?: range)?\.?$")
_NO_CHOICE = re.compile(r"'(?P<word>[^']+)' is not one of ")
_RANGE = re.compile(
    r"(?P<given>-?\d+) is not in the range (?P<least>\d+)<=x(?:<=(?P<most>\d+))?\.?$"
)
_LEADS_ON = re.compile(r"(type|chain:|word:) convcalc ")  # it already contains the command
_NO_VALUE = "requires an argument."  # the end of click's message
_SORTS = {"integer": "is not a whole number", "float": "is not a number"}


def usage_text(error: click.UsageError) -> str:
    """The error and where to look, as whole sentences on one line."""
    said = what_is_wrong(error)
    if is_answer(said):
        return said
    look = f"un {error.ctx.command_path if error.ctx else 'convcalc'} -h for help"
    if said.endswith("?"):
        return f"{said} R{look}."
    return f"{said}. R{look}." if ". " in said else f"{said}; r{look}"


def what_is_wrong(error: click.UsageError) -> str:
    """What is wrong, without where to look."""
    text = as_typed(_text(error), error.ctx).replace("\n\t", " ")
    return printable_lines(text).replace("\n", " ").rstrip(".")


def is_answer(said: str) -> bool:
    """Whether a message already contains the command to type."""
    return bool(_LEADS_ON.search(said))


def _text(error: click.UsageError) -> str:
    """The error."""
    from convcalc.cli.meant.stray_words import lead_on

    if said := lead_on(error):
        return said
    if isinstance(error, click.NoSuchOption):
        from convcalc.cli.meant.no_option import all_said

        return all_said(error)
    if isinstance(error, click.BadOptionUsage) and error.message.endswith(_NO_VALUE):
        return f"{error.option_name} needs a value; write it after the option"
    if isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter):
        name = error.param and (error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name)  # fmt: skip
        said = _choice(error) or _value(error.message)
        return f"{name}: {said}" if name else error.format_message()
    return error.format_message()


def _choice(error: click.BadParameter) -> str:
    """The error about a wrong choice that is similar to a right one, or a name from elsewhere; empty for others."""
    given = _NO_CHOICE.match(error.message)
    if given is None or error.param is None:
        return ""
    from convcalc.cli.meant.no_option import called_elsewhere

    choices = getattr(error.param.type, "choices", ())
    name = called_elsewhere(given["word"])
    name = name if name in choices else nearest(given["word"], choices)
    return f"{error.message.rstrip('.')}; did you mean {quoted(name)}?" if name else ""


def _value(message: str) -> str:
    """The error about a value."""
    message = _NO_NUMBER.sub(lambda found: _SORTS[found["sort"]], message)
    found = _RANGE.fullmatch(message)
    if found is None:
        return message
    most = f" to {int(found['most']):,}" if found["most"] else " or more"
    return f"{found['given']} is out of range; give {int(found['least']):,}{most}"
