"""Advice on the next useful command; it leaves out the command that the user just typed."""

from __future__ import annotations

import re
from collections.abc import Collection

import click
from click.core import ParameterSource

_APART, _LISTED = "; ", ", "
_BEFORE_OPTION = f"{_LISTED}(?=-)"
_OPTION = re.compile(r"(?<![\w-])--?[a-z][\w-]*")
_AGAINST = "without "  # advice to leave an option out begins with this


def still_new(hint: str, given: Collection[str]) -> str:
    """A hint without the parts that advise options the user already gave.

    >>> still_new("--bytes fused; --batch 32, --precision", ["--bytes"])
    '--batch 32, --precision'
    >>> still_new("without --step, every window is shown", ["--step"])
    'without --step, every window is shown'
    """
    groups = (
        _LISTED.join([part for part in re.split(_BEFORE_OPTION, group) if _is_new(part, given)])
        for group in hint.split(_APART)
    )
    return _APART.join(filter(None, groups))


def _is_new(part: str, given: Collection[str]) -> bool:
    """Whether a part advises no given option, or advises leaving one out."""
    return part.startswith(_AGAINST) or set(_OPTION.findall(part)).isdisjoint(given)


def given_options() -> list[str]:
    """All names of the options that were typed."""
    ctx = click.get_current_context(silent=True)
    if ctx is None:
        return []
    return [
        name
        for param in ctx.command.params
        if ctx.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE
        for name in (*param.opts, *param.secondary_opts)
    ]
