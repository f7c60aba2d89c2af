"""How all commands are called: ``-h`` and ``--help``, and how wide their help is."""

from __future__ import annotations

from typing import Any

import click

_HELP = ("-h", "--help")
BEHIND_GROUP = "convcalc.behind"  # where the words behind the innermost group are kept
CONTEXT: dict[str, Any] = {"help_option_names": list(_HELP), "max_content_width": 100}


class Helped(click.Command):
    """A command with both names of the help option, also in a context that somebody else made."""

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        return list(_HELP)
