"""Settings that all commands share: ``-h`` and ``--help``, and the width of their help."""

from __future__ import annotations

from typing import Any

import click

_HELP = ("-h", "--help")
BEHIND_GROUP = "convcalc.behind"  # where the words after the innermost group's name are kept
CONTEXT: dict[str, Any] = {"help_option_names": list(_HELP), "max_content_width": 100}


class Helped(click.Command):
    """A command with both names of the help option, even in a context that click made itself."""

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        return list(_HELP)
